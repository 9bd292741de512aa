/*
 * Evaluated code -> what would run, as vendors export it, with seeded changes and the truth about them: the oracle that
 * mapping is tested against. It works from what code declares, and nothing of mapping/ is used or imitated here.
 */
#ifndef BL_SIMULATE_SIMULATE_H
#define BL_SIMULATE_SIMULATE_H

#include "core/base/diag.h"
#include "core/model/resource.h"
#include "core/model/schema.h"
#include "core/model/source.h"

/* What can be written; a bit each. Names in simulate.c's table. */
typedef enum bl_simulate_format {
	BL_SIMULATE_ASSETS = 1, /* google-assets.json: gcloud asset export, a line an asset */
	BL_SIMULATE_CONFIG = 2, /* aws-config.json: a Config snapshot */
	BL_SIMULATE_GRAPH = 4,  /* azure-resource-graph.json: az graph query */
	BL_SIMULATE_KUBECTL = 8, /* kubernetes.json: kubectl get -A -o json */
	BL_SIMULATE_STACKS = 16, /* cloudformation-stacks.json: aws cloudformation describe-stack-resources */
	BL_SIMULATE_STATE = 32,  /* state/ROOT.tfstate: Terraform state, version 4 */
	BL_SIMULATE_TAGS = 64,   /* aws-tags.json: aws resourcegroupstaggingapi get-resources */
	BL_SIMULATE_IMAGES = 128, /* images/: an OCI layout of what Dockerfiles were built to */
	BL_SIMULATE_ALL = 255
} bl_simulate_format;

typedef struct bl_simulate_options {
	uint64_t seed;
	unsigned rename, drift, remove, shadow, strip_tags; /* percent of the assets */
	bl_str now;                                         /* RFC 3339: nothing was made after it */
	bl_str subscription, resource_group, location;      /* where code does not say; empty: each root its own */
	unsigned formats;
} bl_simulate_options;

/* Receives whole files. name is relative, with '/' ("state/infra.tfstate"). Anything but 0 stops and is returned. */
typedef int (*bl_simulate_write)(void *context, const char *name, bl_str text);

/* The format's bit, or 0. */
unsigned bl_simulate_format_named(bl_str name);

/*
 * Evaluations are given sorted by repository and root, which makes the files the same whatever order they were evaluated in. Returns 0,
 * or what write returned.
 */
int bl_simulate(const bl_schema *schema, const bl_sources *sources, const bl_evaluation *const *evaluations, size_t n,
	const bl_simulate_options *options, bl_simulate_write write, void *context);

#endif

/* What pipelines, Compose and bake files do to the world: they build and push images, and deploy templates somewhere. */
#ifndef BL_CORE_MODEL_DEPLOYMENT_H
#define BL_CORE_MODEL_DEPLOYMENT_H

#include "core/model/document.h"

struct bl_root;

/*
 * One command, step or entry that makes an image, or pushes one. Paths are strings relative to the repository's root ("." is the root itself), or unknown;
 * NULL says that the tool has no such thing.
 */
typedef struct bl_build {
	const struct bl_root *root;
	bl_str by;                    /* address of the resource that does it: a step, a service, a bake target */
	bl_str tool;                  /* what was recognised: "docker build", "docker/build-push-action", "az acr build" */
	const bl_value *context;      /* a folder; a URL stays as it is written; NULL for a push alone */
	const bl_value *dockerfile;   /* a file; NULL for a push alone and for tools that need none (ko, jib) */
	const bl_value *target;       /* a stage's name, or NULL: the last */
	const bl_value *arguments;    /* a map of build arguments, or NULL */
	const bl_value *tags;         /* a list of image references, strings or unknown; may be open; empty: it gets no name */
	bl_tri pushes;
	bl_span span;                 /* the line that says so */
} bl_build;

/* What a deployment takes: tells how template, files and scope are to be read. */
typedef enum bl_deployment_kind {
	BL_DEPLOYS_AZURE,          /* a Bicep file, an ARM template, a .bicepparam */
	BL_DEPLOYS_CLOUDFORMATION, /* CloudFormation or SAM */
	BL_DEPLOYS_COMPOSE,
	BL_DEPLOYS_HELM,
	BL_DEPLOYS_KUBERNETES,     /* a manifest, a folder of them, a kustomization */
	BL_DEPLOYS_TERRAFORM,      /* a folder */
	BL_DEPLOYS_SOURCE          /* a folder of source code to a service: App Service, Functions */
} bl_deployment_kind;

typedef struct bl_deployment {
	const struct bl_root *root;
	bl_str by;
	bl_str tool;
	bl_deployment_kind kind;
	const bl_value *template;   /* a file or folder from the repository's root, or unknown */
	const bl_value *files;      /* a list of parameter, variable or values files, in rising precedence; or NULL */
	const bl_value *parameters; /* a map of those given one by one, going before files; or NULL */
	/*
	 * Where to: a map of what is said of subscription, resource_group, management_group, location, stack, workspace, region, project, cluster,
	 * namespace, release, app, environment, connection (an Azure Pipelines service connection, which says who deploys), backend (a map of a Terraform
	 * backend's settings); or NULL.
	 */
	const bl_value *scope;
	bl_span span;
} bl_deployment;

#endif

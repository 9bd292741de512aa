/* Prints of the other things a run knows: resources, links, paths, the graph. Their JSON shapes are in docs/schemas. */
#ifndef BL_ANNOTATE_VIEWS_H
#define BL_ANNOTATE_VIEWS_H

#include "annotate/annotate.h"
#include "core/codec/json.h"

typedef struct bl_inventory_view {
	const bl_sources *sources;
	const bl_evaluation *const *evaluations; /* sorted by repository and root */
	size_t nevaluations;
	const bl_diag *diags;
	size_t ndiags;
} bl_inventory_view;

void bl_view_resources(const bl_inventory_view *view, bool json, bool colour, bl_buf *out);

typedef struct bl_drift_view {
	const bl_link *link;
	const char *class; /* "cloud-changed", "code-ahead", "unknown" */
	bl_str path;
	const bl_value *code, *cloud; /* NULL: that side has none */
	bl_span span;
} bl_drift_view;

typedef struct bl_layer_view {
	bl_str diff_id, created_by;
	const char *origin; /* "base", "own", or "" where it is not known */
	bl_span span;       /* the line of the Dockerfile, or nowhere */
} bl_layer_view;

/* Where an image comes from and what runs it. */
typedef struct bl_image_view {
	bl_str digest;
	const bl_str *names;
	size_t nnames;
	const bl_resource *stage; /* or NULL */
	bl_str repo, commit, workflow, run;
	bl_link_class class;
	double confidence;
	const bl_evidence *evidence;
	size_t nevidence;
	const uint32_t *candidates; /* nodes of stages */
	size_t ncandidates;
	const bl_layer_view *layers;
	size_t nlayers;
	const uint32_t *runs; /* nodes of assets */
	size_t nruns;
	const bl_str *missing;
	size_t nmissing;
} bl_image_view;

typedef struct bl_links_view {
	const bl_sources *sources;
	const bl_graph *graph;
	bl_str commit;
	const uint32_t *code_only, *cloud_only;
	size_t ncode_only, ncloud_only;
	const bl_drift_view *drift;
	size_t ndrift;
	const bl_image_view *images;
	size_t nimages;
} bl_links_view;

typedef struct bl_estate_view {
	bl_links_view links;
	const bl_finding *const *findings;
	size_t nfindings;
	const char *state;        /* "declared-only", "deployed-only", "both", or NULL: all */
	const char *const *types; /* patterns with `*`; a row's type fits one; none: all */
	size_t ntypes;
	const char *const *tags;  /* KEY or KEY=VALUE; a row has each */
	size_t ntags;
} bl_estate_view;

/* The rows part what is declared or runs into three: declared only, deployed only, both. False when there is no such format. */
bool bl_view_inventory(const bl_estate_view *view, const char *format, bool colour, bl_buf *out);

void bl_view_links(const bl_links_view *view, bool json, bool colour, bl_buf *out);

typedef struct bl_paths_view {
	const bl_graph *graph, *before; /* closed paths are of before */
	const bl_path *const *paths;
	size_t npaths;
	bool compared;
} bl_paths_view;

void bl_view_paths(const bl_paths_view *view, bool json, bool colour, bl_buf *out);

/* What is to be explained, and all there is to explain it with. */
typedef struct bl_explain_view {
	bl_report_view report;
	bl_links_view links;
	const bl_graph *before; /* closed paths are of it; or NULL */
	/*
	 * A finding's fingerprint or a path's id (six digits of it are enough), a node's id, an asset's id or name, an address ("ROOT:ADDRESS" where several
	 * roots have it), an image's name, or FILE:LINE.
	 */
	const char *id;
	/* What further input would make a link surer, in words; lists live in arena. May be NULL. */
	size_t (*raises)(const bl_graph *graph, const bl_link *link, bl_arena *arena, const bl_str **out);
} bl_explain_view;

/* How many things the id stands for; 0: nothing was explained. */
size_t bl_view_explain(const bl_explain_view *view, bool json, bool colour, bl_buf *out);

void bl_view_graph(const bl_graph *graph, bool json, bl_buf *out);

/* A member that is a list of texts; a rule's controls, which are sorted by framework, as {framework: [control]}. */
void bl_view_json_strings(bl_json *j, const char *key, const bl_str *items, size_t n);
void bl_view_json_controls(bl_json *j, const bl_rule_info *rule);

#endif

/* Stage 7: the graph -> words: report formats, and what forges are told. */
#ifndef BL_ANNOTATE_ANNOTATE_H
#define BL_ANNOTATE_ANNOTATE_H

#include "core/model/context.h"
#include "core/model/resource.h"

/* Everything a format may show. */
typedef struct bl_report_view {
	const char *version;
	const bl_graph *graph;
	const bl_sources *sources;
	const bl_finding *const *findings; /* sorted: repository, root, path, span, rule, address, fingerprint */
	size_t nfindings;
	const bl_diag *diags; /* sorted by path and place */
	size_t ndiags;
	const bl_rule_info *const *rules; /* the rules for the types that were met, sorted by id */
	size_t nrules;
	size_t files, resources, not_analysed;
	double seconds;      /* wall time, for the text format's last line; 0: not shown */
	bool colour;
	bool compared;       /* with --base */
	bl_str commit;       /* of the head, or empty */
	bl_severity fail_on;
	const bl_path *const *paths; /* attack paths; with --base their delta says what the change does, closed ones are the base's */
	size_t npaths;
} bl_report_view;

/* Text formats by name: "text", "json", "sarif", "github", "azure-devops". False when there is none of that name. */
bool bl_format_exists(bl_str name);
/* The names of all formats, for usage messages. */
size_t bl_format_names(const char *const **names);
void bl_format_write(bl_str name, const bl_report_view *view, bl_buf *out);

/* The lines of a head file that are inside the hunks of a change. */
typedef struct bl_changed_lines {
	bl_str path;
	struct {
		uint32_t first, last;
	} *ranges; /* sorted, of the head side, context lines included */
	size_t n;
} bl_changed_lines;

typedef struct bl_pull_request {
	bl_str owner, name; /* "contoso/shop" */
	long long number;
	bl_str head_commit; /* 40 digits */
	const bl_changed_lines *changed;
	size_t nchanged;
} bl_pull_request;

/*
 * The requests that would tell a GitHub pull request: one JSON line each (method, path, body). A review with a comment for each new
 * finding that lies inside a hunk (within GitHub's manners: 30 in all, 10 a file), then the summary comment, which holds the rest and
 * what the change does to attack paths. Each comment begins with a hidden marker: the finding's fingerprints, or "summary".
 */
void bl_annotate_github(const bl_report_view *view, const bl_pull_request *pull, bl_buf *out);

#endif

/* Inside engine/ only: one run's state, and the steps that fill it in order. */
#ifndef BL_ENGINE_ENGINE_H
#define BL_ENGINE_ENGINE_H

#include "annotate/annotate.h"
#include "belay/belay.h"
#include "core/base/pool.h"
#include "core/model/graph.h"
#include "core/model/path.h"
#include "core/model/schema.h"
#include "eval/eval.h"
#include "mapping/mapping.h"
#include "parsers/parsers.h"
#include "paths/paths.h"
#include "repo/repo.h"
#include "rules/rules.h"
#include "snapshots/snapshots.h"

#include <pthread.h>

struct bl_session {
	bl_arena arena;
	bl_schema *schema;
	bl_rules *rules;
};

/* One repository at one revision (or as it lies in the work tree), its files parsed. */
typedef struct bl_side {
	bl_repo *repo;
	bl_str name, root, commit;
	bl_repo *around;              /* the tree that a plain folder stands in, for what it names above itself; NULL until asked for, or when there is none */
	bl_str below;                 /* where root is in it */
	bool looked_around;
	bl_repo *installed;           /* the work tree of a revision or an index: only there is what terraform installed */
	bl_str module_dir, bicep_registry; /* absolute, or empty: outside of the repository, read by name all the same */
	bl_arena arena;               /* the files' bytes and paths */
	BL_VEC(bl_str) given;         /* the folders that were asked for, from the root; files are not among them */
	bl_map snapshots; /* files and folders given as snapshots: what runs is no code */
	BL_VEC(bl_document *) documents; /* found by walking, sorted by path */
	BL_VEC(bl_file_entry) entries;   /* alike */
	bl_map embedded;              /* texts in values that were parsed, by language and source -> bl_document */
	bl_map by_path;               /* path -> bl_document, those read by name too */
	bl_map folders;               /* folder -> BL_VEC of documents as bl_folder */
	bl_map listings;              /* what was asked for as a folder -> the names in it */
	pthread_mutex_t lock;         /* over reading by name while roots are evaluated */
	BL_VEC(bl_document *) by_name; /* read by name: ignored or outside the paths given */
	bl_diag_list diags;
	bl_sources *sources;
} bl_side;

typedef BL_VEC(const bl_document *) bl_document_list;

/* A root to evaluate: which documents, with which variable files. */
typedef struct bl_root_plan {
	bl_root root;
	bl_side *side;
	bl_document_list documents, var_files;
	size_t ncommand_files; /* the last so many var_files are the command line's */
	BL_VEC(bl_var) vars;   /* that pipelines give it; the command line's go before them */
	bl_str workspace, subscription, resource_group, location; /* alike; or empty */
	BL_VEC(const bl_build *) builds; /* of a Dockerfile */
	bool evaluated;
	bool rendered; /* a chart: helm was asked, and what it printed is among the documents */
	bl_evaluation evaluation;
	const bl_value *template; /* what a Bicep file stands for, when that was asked for; or NULL */
	bl_arena arena; /* of the evaluation; adopted by the report */
} bl_root_plan;

struct bl_report {
	bl_session *session;
	const bl_run_options *options; /* during bl_run only */
	bl_depth depth;
	bl_arena arena;
	bl_sources *sources;
	BL_VEC(bl_side *) sides;
	BL_VEC(bl_root_plan *) plans; /* sorted by repository and root name */
	BL_VEC(bl_snapshot *) snapshots;
	size_t snapshots_read; /* of those, the ones that could be taken: the others only say that something is missing */
	bl_graph *graph;
	bl_mapping_history history;
	bl_map followed;          /* questions about histories -> their answers */
	bl_image_origins images;  /* from depth BL_RUN_JOIN on */
	bl_mapping_input mapping; /* all that was declared and shown; from depth BL_RUN_JUDGE on */
	BL_VEC(bl_finding *) findings; /* what is shown, sorted */
	BL_VEC(const bl_path *) paths;
	bl_diag_list joined;           /* what joining said; among diags in the end */
	bl_diag_list diags;            /* sorted */
	bl_counts counts;
	bl_report *before;             /* with --base: the other side, judged as far */
	bl_changes changes;            /* with --base */
	bool compared;
	bl_str commit;
	double seconds;
	char today[11];        /* YYYY-MM-DD */
	bl_document_list var_files; /* of the command line */
	BL_VEC(bl_var) vars;
};

void bl_engine_progress(const bl_report *report, const char *stage, size_t done, size_t total);

/* The parameter files of a folder that were not found by walking; parsed. Only before evaluation begins. */
void bl_side_parameter_files(bl_side *side, bl_str folder_name, bl_document_list *out);

/* load.c: opens, walks, reads and parses the repositories that options name. */
bl_status bl_engine_load(bl_report *report, bl_pool *pool, bl_error *error);
void bl_side_free(bl_side *side);
/* The loader that evaluators read by name through. */
bl_loader bl_side_loader(bl_side *side);
/* Parses a file from outside any repository (--var-file), owned by the report's first side. */
bl_status bl_engine_load_file(bl_report *report, const char *path, const bl_document **out, bl_error *error);

/* run.c: an empty report; options are read until bl_run returns. */
bl_report *bl_engine_new(bl_session *session, const bl_run_options *options);
/* run.c: plans, evaluates, judges and collects what was loaded, on one worker. */
void bl_engine_finish(bl_report *report);

/* roots.c: groups the documents into roots, one a deployment. */
void bl_engine_plan(bl_report *report);
/* roots_deployments.c: when pipelines have been evaluated, gives the other roots the inputs that those deploy them with, and adds roots. */
void bl_engine_plan_deployments(bl_report *report);
/* roots_builds.c: alike, for Dockerfiles. */
void bl_engine_give_builds(bl_report *report);
/* Roots of equal repository and name by language. */
void bl_engine_sort_plans(bl_report *report);
/* A root without documents; deployment may be empty. */
bl_root_plan *bl_engine_add_plan(bl_report *report, bl_side *side, bl_language language, bl_str path, bl_str deployment);
/* A file that is a configuration of its own. */
void bl_engine_plan_file(bl_report *report, bl_side *side, const bl_document *document);
bl_str bl_engine_base_name(bl_str path);
/* A variable file that Terraform loads by itself; and the order of such (bl_document *), for qsort: terraform.tfvars, terraform.tfvars.json,
 * then *.auto.tfvars[.json] by name, in rising precedence. */
bool bl_engine_automatic(bl_str path);
int bl_engine_by_precedence(const void *a, const void *b);
/* roots_compose.c: bake files, too. */
void bl_engine_plan_compose(bl_report *report, bl_side *side);
/* roots_terraform.c */
void bl_engine_plan_terraform(bl_report *report, bl_side *side);
/* helm.c: asks helm for the manifests of all charts, when the options say so. */
void bl_engine_render_charts(bl_report *report);
/* roots_kubernetes.c */
void bl_engine_plan_kubernetes(bl_report *report, bl_side *side);
/* "a/b/../c" -> "a/c"; false when it leaves the root. */
bool bl_engine_normalise(bl_arena *arena, bl_str path, bl_str *out);
bl_str bl_engine_folder_of(bl_str path);

/* report.c: a suppression that is not honoured: the finding is again what the rule said. */
void bl_engine_unsuppress(bl_finding *finding);

/* history.c: lets mapping ask what the repositories' histories tell. */
void bl_engine_history(bl_report *report);

/* compare.c: what is new against the other side. */
void bl_engine_compare(bl_report *report);

/* report.c */
void bl_engine_collect(bl_report *report);
/* Counts findings, paths and diagnostics anew. */
void bl_engine_count(bl_report *report);
bl_report_view bl_engine_view(const bl_report *report);

/* examples.c: evaluates a text as a single file of a language and returns its report, judged; for rule examples. */
bl_report *bl_engine_run_text(bl_session *session, bl_str language, bl_str text);

#endif

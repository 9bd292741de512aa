/*
 * libbelay: code read, judged, and tied to what runs. One header, plain C99.
 *
 * Everything reached from a report belongs to it and lives until bl_report_free. A session may be used by one thread at
 * a time; it works in parallel inside. The library never prints and never exits (but for memory that is out).
 */
#ifndef BELAY_BELAY_H
#define BELAY_BELAY_H

#include <stddef.h>

#if defined(__GNUC__)
#define BL_API __attribute__((visibility("default")))
#else
#define BL_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Exit codes that programs share (the numbers are part of the interface). When several apply: 2, then 3, then 1. */
enum {
	BL_EXIT_CLEAN = 0,
	BL_EXIT_FINDINGS = 1, /* findings at or over the level asked for */
	BL_EXIT_USAGE = 2,
	BL_EXIT_PARTIAL = 3 /* could not run, or part of the input could not be analysed */
};

typedef struct bl_session bl_session; /* compiled rules and schema; reusable */
typedef struct bl_report bl_report;   /* what one run found */

/* Receives output, in order. Return 0 to go on; anything else stops the writing and is returned. */
typedef int (*bl_write_fn)(void *context, const char *data, size_t size);

/* The version, "0.1.0". */
BL_API const char *bl_version(void);

/*
 * Opens a session. rule_dirs (may be NULL) name folders whose rules are added to the built-in ones or replace them.
 * NULL on failure; words in error.
 */
BL_API bl_session *bl_session_open(const char *const *rule_dirs, size_t nrule_dirs, char *error, size_t error_size);
BL_API void bl_session_close(bl_session *session);

/* How far a run should go; each includes the ones before it. */
typedef enum bl_depth {
	BL_RUN_PARSE,
	BL_RUN_EVALUATE,
	BL_RUN_JUDGE, /* rules */
	BL_RUN_JOIN   /* links, exposure, paths */
} bl_depth;

/* stage is "reading", "parsing", ... ; done of total, both 0 when unknown. */
typedef void (*bl_progress_fn)(void *context, const char *stage, size_t done, size_t total);

/* All zero is a run over the current directory. Strings are only read during the call. */
typedef struct bl_run_options {
	bl_depth depth;
	const char *const *paths; /* files and folders; none: the current directory */
	size_t npaths;
	const char *root;         /* paths are relative to this folder, no repository above it is looked for */
	const char *const *repos; /* "NAME=PATH": several repositories; then paths must be empty */
	size_t nrepos;
	int staged;               /* the index instead of the work tree */
	const char *revision;     /* a revision instead of the work tree */
	const char *base;         /* compare with the merge base of base and head */
	const char *head;         /* with base; NULL: HEAD when the repository is bare or staged is unset and head is given, else the work tree */
	const char *const *snapshots;
	size_t nsnapshots;
	const char *const *vars; /* "NAME=VALUE" */
	size_t nvars;
	const size_t *var_after; /* for each of vars: how many of var_files give way to it; NULL: all do */
	int helm;                /* charts of the work tree are rendered by the program helm, and what it prints is read */
	int env_vars;            /* Terraform's variables from TF_VAR_NAME in the environment too */
	const char *const *var_files;
	size_t nvar_files;
	const char *module_dir, *bicep_registry, *workspace;
	const char *subscription, *resource_group, *location; /* where Bicep files and ARM templates are deployed to */
	const char *baseline; /* a baseline file: its findings are known */
	const char *now;      /* the time it is, beginning YYYY-MM-DD (UTC); NULL: the clock's */
	unsigned jobs;        /* 0: one a processor */
	int build;            /* make the templates that Bicep files stand for, for the view "build" */
	int links_only;       /* with BL_RUN_JOIN: no findings and no paths, which links do not need */
	int one_root;         /* a folder given that is a configuration itself is the only one */
	bl_progress_fn progress;
	void *progress_context;
} bl_run_options;

/* Never NULL but when it could not run at all (words in error). What is wrong with the input is in the report's diagnostics. */
BL_API bl_report *bl_run(bl_session *session, const bl_run_options *options, char *error, size_t error_size);
BL_API void bl_report_free(bl_report *report);

typedef struct bl_counts {
	size_t files, resources, findings, fail[5] /* by severity, info to critical */, maybe, suppressed, not_analysed;
	size_t errors; /* error diagnostics: part of the input was not analysed */
	size_t links, paths;
} bl_counts;

BL_API bl_counts bl_report_counts(const bl_report *report);

/*
 * The exit code by the contract. fail_on: "info" ... "critical", or "never"; maybes count with on_maybe, known gaps with strict.
 */
BL_API int bl_report_exit_code(const bl_report *report, const char *fail_on, int on_maybe, int strict);

typedef struct bl_print_options {
	const char *view;   /* "findings", "resources", "build", "links", "paths", "inventory", "explain", "parse", "eval", "graph", "baseline", "diagnostics" */
	const char *format; /* "text", "json"; inventory also "csv"; findings also "sarif", "github", "azure-devops"; parse also "sexp" */
	int colour;
	const char *fail_on;
	const char *id; /* of the thing that "explain" explains */
	/* Of the inventory: rows of one state ("declared-only", "deployed-only", "both"), of types (patterns with `*`), with tags (KEY or KEY=VALUE). */
	const char *state;
	const char *const *types;
	size_t ntypes;
	const char *const *tags;
	size_t ntags;
} bl_print_options;

/* 0, what write returned, or -1 when there is no such view or format (words in error). */
BL_API int bl_report_print(const bl_report *report, const bl_print_options *options, bl_write_fn write, void *context,
	char *error, size_t error_size);

/* The requests that would tell a pull request of this report (made with base), as JSON lines. forge: "github". repository: "owner/name". */
BL_API int bl_report_annotate(const bl_report *report, const char *forge, const char *repository, long long number,
	bl_write_fn write, void *context, char *error, size_t error_size);

/* What to pretend: evaluated code as deployed, changed in part. All zero changes nothing. */
typedef struct bl_simulation {
	unsigned long long seed; /* the same seed, the same bytes */
	unsigned rename, drift, remove, shadow, strip_tags; /* percent of the assets */
	const char *now; /* RFC 3339; NULL: the report's day */
	const char *subscription, *resource_group, *location; /* for what code leaves open; NULL: each root its own */
	const char *formats; /* names with commas; NULL: all */
} bl_simulation;

/* Receives whole files; name is relative, with '/'. Return 0 to go on. */
typedef int (*bl_file_fn)(void *context, const char *name, const char *data, size_t size);

/* What would run if the report's code were deployed, as vendors export it, and truth.json. 0, what write returned, or -1 (words in error). */
BL_API int bl_report_simulate(const bl_report *report, const bl_simulation *simulation, bl_file_fn write, void *context,
	char *error, size_t error_size);

/* What to ask of what runs, by the interfaces of whoever runs it. Only reads. */
typedef struct bl_live {
	const char *source;         /* "aws", "azure", "google", "kubernetes", "registry" */
	const char *const *scopes;  /* azure: subscriptions (none: all); google: "projects/NAME", ...; registry: images */
	size_t nscopes;
	const char *const *regions; /* aws; none: AWS_REGION */
	size_t nregions;
	const char *aggregator, *cloud, *context, *endpoint, *ca_file; /* NULL: none, public, the current, the cloud's own, the system's */
	int tags_only;              /* aws: where Config does not record */
	void (*say)(void *context, int warning, const char *words);
	void *say_context;
} bl_live;

/*
 * Writes an export that bl_run takes as a snapshot. write gets it in pieces; name is NULL but for "registry", whose export is a folder of files.
 * 0, 1 when something could not be read (the export says so), or -1 (words in error).
 */
BL_API int bl_live_collect(const bl_live *live, bl_file_fn write, void *context, char *error, size_t error_size);

/* How to write trace tags into the files of a report (made at least with BL_RUN_PARSE). All zero writes all tags but mapping_tag. */
typedef struct bl_tag_run {
	const char **keys; /* which tags: "yor_trace", "mapping_tag", "yor_name", "git_commit", ...; none: all but mapping_tag */
	size_t nkeys;
	const char *prefix;            /* before every key; NULL: none */
	const char *const *skip_types; /* patterns with `*` */
	size_t nskip_types;
	const char *seed; /* makes GUIDs from it and from what they stand for; NULL: random ones */
	int dry_run;      /* write a patch instead of the files */
	int validate;     /* write nothing but what is missing */
	int json;
} bl_tag_run;

/* 0 when there was nothing to do, 1 when something was (or two blocks share a trace tag), 2 when a file had to be left as it is, -1 on failure (words in error). */
BL_API int bl_report_tag(const bl_report *report, const bl_tag_run *options, bl_write_fn write, void *context, char *error,
	size_t error_size);

/* The rules: format "text" or "json"; id NULL lists them, else shows that one (-1 when there is none). */
BL_API int bl_rules_print(bl_session *session, const char *id, const char *format, int colour, bl_write_fn write,
	void *context, char *error, size_t error_size);
/* Runs the examples of every rule (or of those whose ids begin with prefix): one line each that fails. Counts go to passed and failed. */
BL_API int bl_rules_test(bl_session *session, const char *prefix, size_t *passed, size_t *failed, bl_write_fn write,
	void *context);

/* Evaluates expressions of a language ("terraform", "arm", "bicep"). dir: what file() and relative names start from, or NULL. */
typedef struct bl_console bl_console;
BL_API bl_console *bl_console_open(bl_session *session, const char *language, const char *dir, char *error,
	size_t error_size);
/* Writes one JSON object and a newline: {"value", "type"}, {"unknown": true, "why"} or {"error"}. */
BL_API int bl_console_run(bl_console *console, const char *expression, bl_write_fn write, void *context);
BL_API void bl_console_close(bl_console *console);

#ifdef __cplusplus
}
#endif

#endif

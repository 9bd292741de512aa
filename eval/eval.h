/* Stage 3: documents -> resources, with known and unknown values. Does no I/O: what it reads by name comes through the loader. */
#ifndef BL_EVAL_EVAL_H
#define BL_EVAL_EVAL_H

#include "core/model/resource.h"
#include "core/model/schema.h"
#include "core/model/source.h"

/* How an evaluator reads by name. Paths are relative to the repository's root, '/', without "..". Thread-safe. */
typedef struct bl_loader {
	void *context;
	/* The parsed file, or NULL where there is none. */
	const bl_document *(*document)(void *context, bl_str path);
	/* The configuration documents directly in a folder, of one language, sorted by path; 0 where there is none. */
	size_t (*folder)(void *context, bl_str folder, bl_language language, const bl_document *const **documents);
	/* A file's bytes, for file() and load*Content(); false where there is none, or it is over the limit. */
	bool (*bytes)(void *context, bl_str path, bl_str *out);
	/* The names directly in a folder, sorted, folders among them; false where there is none, or what is there is no folder. */
	bool (*list)(void *context, bl_str folder, bl_str **names, size_t *n);
	/*
	 * Parses a text found inside a value (a policy document) as a file of that language, from source number source. arena: where it goes, for a text that is
	 * of no use behind this evaluation and whose diagnostics nobody asks for; NULL: the loader keeps it for whoever asks for the same source again.
	 */
	const bl_document *(*parse)(void *context, bl_language language, uint32_t source, bl_arena *arena);
} bl_loader;

typedef struct bl_var {
	bl_str name, text; /* --var NAME=TEXT */
	size_t after;      /* so many of the command line's variable files stand before it and give way to it */
	bool environment;  /* from TF_VAR_NAME: every file and every --var goes before it */
	const bl_value *unknown; /* not NULL: a pipeline gives it, and as what is not known; text is empty then */
	bl_span span;            /* where a pipeline says so */
} bl_var;

typedef struct bl_eval_options {
	const bl_var *vars;
	size_t nvars;
	const bl_document *const *var_files; /* --var-file and the root's own, in order of rising precedence */
	size_t nvar_files;
	size_t ncommand_files; /* the last so many are the command line's */
	bl_str module_dir, bicep_registry, workspace; /* or empty */
	bl_str subscription, resource_group, location; /* where Azure's templates are deployed to; empty: not known */
	bool helm; /* a chart's documents hold what helm made of it: nothing is left unread */
	size_t max_instances; /* of one root; 0: BL_EVAL_MAX_INSTANCES */
} bl_eval_options;

enum { BL_EVAL_MAX_INSTANCES = 50000, BL_EVAL_MAX_DEPTH = 200 };

typedef struct bl_eval_input {
	const bl_root *root;
	const bl_document *const *documents; /* the root's own files */
	size_t ndocuments;
	const bl_loader *loader;
	const bl_eval_options *options;
	const bl_schema *schema;
	bl_sources *sources;
	const bl_build *const *builds; /* a Dockerfile's, as far as they are known */
	size_t nbuilds;
} bl_eval_input;

/*
 * What `docker compose` and `docker buildx bake` look for in a folder when nobody names a file; NULL ends each. Compose takes the first of each of its two that
 * is there, bake takes all, each going over those before it.
 */
extern const char *const bl_eval_compose_files[], *const bl_eval_compose_overrides[], *const bl_eval_bake_files[];

/*
 * Evaluates one root. Everything in out lives in arena (or in the documents, which must outlive it). Resources come lowered:
 * native, written and effective are all set. Never fails; what is wrong is in out->diags.
 */
void bl_eval_root(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out);

/*
 * The ARM template that a root's Bicep file stands for: JSON as values, strings in brackets where they are expressions. NULL when the
 * root is no Bicep file; what could not be written is in diags.
 */
const bl_value *bl_eval_build(const bl_eval_input *input, bl_arena *arena, bl_diag_list *diags);

/* One expression, without a configuration around it unless input has documents; for the console. */
const bl_value *bl_eval_expression(const bl_eval_input *input, bl_arena *arena, const bl_expr *expr,
	bl_diag_list *diags);
/* The type of its value as the language writes it; empty for a language without names for types of values. */
bl_str bl_eval_type_name(const bl_eval_input *input, bl_arena *arena, const bl_value *v);

#endif

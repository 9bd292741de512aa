/*
 * Inside eval/pipeline/ only: GitLab CI. gitlab_config.c reads a configuration with what it includes, extends and refers to,
 * gitlab_rules.c says whether a job runs, gitlab_variable.c puts variables in, gitlab.c makes resources.
 */
#ifndef BL_EVAL_PIPELINE_GITLAB_H
#define BL_EVAL_PIPELINE_GITLAB_H

#include "eval/pipeline/pipeline.h"

/* GitLab's own limits of included files, levels of extends and of !reference; the rest is ours. */
enum {
	BL_GITLAB_MAX_INCLUDES = 150,
	BL_GITLAB_MAX_EXTENDS = 11,
	BL_GITLAB_MAX_REFERENCES = 10,
	BL_GITLAB_MAX_NAMES = 500, /* variables in force */
	BL_GITLAB_MAX_NODES = 400000,
	BL_GITLAB_MAX_COPIED = 200000 /* variables, counted once for each job that has its own */
};

/* A configuration, while it is read and after. */
typedef struct bl_gitlab {
	const bl_eval_input *input;
	bl_arena *arena;
	bl_evaluation *out;
	bl_str top;           /* see bl_pipeline_top */
	const bl_value *root; /* a map: all files merged, extends and !reference done */
	const bl_value *own;  /* the configuration's own file as it is written */
	bl_values includes;   /* what it includes: maps of kind, location, ref */
	bl_map origins;       /* the name of a job -> const bl_via *: the include it came through */
	size_t files, nodes, copied;
	bool stopped;         /* a limit was met */
} bl_gitlab;

/* Reads d and all it includes; false when it is no configuration. */
bool bl_gitlab_read(bl_gitlab *g, const bl_document *d);
/* b over a: maps are merged key by key, all else is replaced. */
const bl_value *bl_gitlab_merge(bl_gitlab *g, const bl_value *a, const bl_value *b);

/* $NAME and ${NAME} in v and all it holds; what variables (a map) does not say is not known. $$ is a dollar. */
const bl_value *bl_gitlab_put_variables(bl_gitlab *g, const bl_value *v, const bl_value *variables);
/* outer with what a `variables` node sets, values that are maps as their `value`; always open. */
const bl_value *bl_gitlab_variables(bl_gitlab *g, const bl_value *outer, const bl_value *variables);
/* What every job has: where the project lies. */
const bl_value *bl_gitlab_predefined(bl_gitlab *g);

/* Does a job with these rules (a list), `only`, `except` and `when` run? */
bl_tri bl_gitlab_runs(bl_gitlab *g, const bl_value *job, const bl_value *variables);
/* An `if`: $X == "a" && $Y =~ /b/ || ... */
bl_tri bl_gitlab_condition(bl_gitlab *g, bl_str text, const bl_value *variables);

#endif

/*
 * Inside eval/pipeline/ only: Azure Pipelines. azure_expr.c evaluates expressions with azure_function.c, azure_template.c expands
 * templates with azure_parameter.c, azure_variable.c puts variables in, azure.c makes resources of what comes out, and
 * azure_task.c says what tasks build and deploy.
 */
#ifndef BL_EVAL_PIPELINE_AZURE_H
#define BL_EVAL_PIPELINE_AZURE_H

#include "eval/pipeline/pipeline.h"

/* ---- expressions ---- */

/* Names in force, innermost first: parameters, variables, and what `each` loops over. */
typedef struct bl_azure_name {
	bl_str name;
	const bl_value *value;
	const struct bl_azure_name *outer;
} bl_azure_name;

/* An operand: a value, and what a value can't say of itself. */
typedef struct bl_azure_operand {
	const bl_value *v;
	bool version;  /* a literal such as 1.2.3: compares by its numbers */
	bool filtered; /* what `.*` gave: the next step is taken from each element */
} bl_azure_operand;

/* A known scalar as expressions turn it into text: null is empty, a boolean True or False. False for everything else. */
bool bl_azure_text_of(const bl_value *v, bl_str *out);
/* A boolean as its text, for joining; all others stay as they are. */
const bl_value *bl_azure_scalar(bl_arena *arena, const bl_value *v);
/* The value of an expression (without its ${{ }} or $[ ]); NULL, and words in *why, when it is none. */
const bl_value *bl_azure_pipeline_expression(bl_arena *arena, bl_str text, bl_span span, const bl_azure_name *names, bl_str *why);
bl_tri bl_azure_pipeline_truth(const bl_value *v);
/* The value of a call; NULL when there is no such function, or it does not take so many arguments. */
const bl_value *bl_azure_pipeline_call(bl_arena *arena, bl_span span, bl_str name, const bl_azure_operand *args, size_t n);

/* ---- expanding templates ---- */

/* Azure's own limits of files and nesting; the rest keeps a hostile pipeline from growing without end. */
enum { BL_AZURE_MAX_FILES = 100, BL_AZURE_MAX_NESTING = 20, BL_AZURE_MAX_INCLUDES = 2000, BL_AZURE_MAX_NODES = 400000 };

/* What a node of an expanded pipeline is, besides its value. */
typedef struct bl_azure_mark {
	bl_tri condition;  /* is it there at all? MAYBE below an `if` that is not known */
	const bl_via *via; /* the templates it came through, innermost first */
} bl_azure_mark;

/* How a text was made: what was written, and the parts of it. */
typedef struct bl_azure_text {
	const bl_value *written;
	bl_pipeline_parts parts; /* none: it is literal */
} bl_azure_text;

typedef struct bl_azure_expansion {
	const bl_eval_input *input;
	bl_arena *arena;
	bl_evaluation *out;
	bl_map texts;     /* a text's address -> bl_azure_text * */
	bl_map marks;     /* a node's address -> bl_azure_mark * */
	bl_map files;     /* path -> the template's root, once it was read */
	bl_map free;      /* the pipeline's own parameters that take any text: "parameters.NAME" */
	bl_values used;   /* what the pipeline includes: maps of template, path, repository */
	size_t includes, nodes;
	int depth;
	bool stopped;     /* a limit was met */
} bl_azure_expansion;

/* A file whose text is expanded. */
typedef struct bl_azure_frame {
	bl_str path;
	int depth; /* templates around it */
	const bl_azure_name *names;
	const bl_via *via;
} bl_azure_frame;

typedef enum bl_azure_place {
	BL_AZURE_ANY,
	BL_AZURE_PIPELINE,
	BL_AZURE_STAGES,
	BL_AZURE_STAGE,
	BL_AZURE_JOBS,
	BL_AZURE_JOB,
	BL_AZURE_STRATEGY,
	BL_AZURE_STEPS,
	BL_AZURE_STEP,
	BL_AZURE_VARIABLES
} bl_azure_place;

/* The pipeline in d with its templates put in and its expressions evaluated: a map. */
const bl_value *bl_azure_pipeline_expand(bl_azure_expansion *e, const bl_document *d);
/* Any part of it, at its place. Never NULL. */
const bl_value *bl_azure_expand_value(bl_azure_expansion *e, const bl_azure_frame *f, const bl_value *v, bl_azure_place place);
bl_azure_mark bl_azure_mark_of(const bl_azure_expansion *e, const bl_value *v);
/* How v was made; what says so of a text that was written as it is may be kept in *room. */
const bl_azure_text *bl_azure_text_made(const bl_azure_expansion *e, const bl_value *v, bl_azure_text *room);
/* A scalar's text as it is written, whatever YAML takes it for; other values as they are. */
const bl_value *bl_azure_written(bl_azure_expansion *e, const bl_value *v);

/* The parameters of a file: given (a map, or NULL) to what declared says. root: the pipeline's own, given on the command line. */
const bl_value *bl_azure_parameters(bl_azure_expansion *e, const bl_azure_frame *f, const bl_value *declared, const bl_value *given, bool root);

/* Is v what somebody who starts the pipeline may write at will: a text parameter that is not bound to certain values? */
bool bl_azure_is_free(const bl_azure_expansion *e, const bl_value *v);

/* outer with what a `variables` node (expanded; a map or a list, or NULL) sets; always open. */
const bl_value *bl_azure_variables(bl_azure_expansion *e, const bl_value *outer, const bl_value *variables);
/* The parts of a text, each $(name) among them. */
bl_pipeline_parts bl_azure_script_parts(bl_arena *arena, const bl_azure_text *text, const bl_value *variables);
/* $(name) and $[ ] in v and all it holds, as far as variables (a map) say. */
const bl_value *bl_azure_put_variables(bl_arena *arena, const bl_value *v, const bl_value *variables);
/* The environment of a script: variables, then what its step sets (own, with variables put in, or NULL). */
const bl_value *bl_azure_environment(bl_arena *arena, const bl_value *variables, const bl_value *own);
/* ---- steps ---- */

/* One step as its task is looked at. */
typedef struct bl_azure_step {
	bl_azure_expansion *expansion;
	bl_pipeline_step *step;
	const bl_value *node;      /* as it is expanded, variables not put in */
	const bl_value *inputs;    /* a task's, variables put in; a map */
	const bl_value *raw;       /* its inputs before variables were put in */
	const bl_value *variables;
	bl_str task;               /* "Docker"; empty for a script */
	bl_str version;            /* "2"; empty where none is written */
	bl_pipeline_shell shell;   /* what reads `script` on the agent */
	const bl_value *script;    /* found: the text of a script, variables not put in; or NULL */
	bl_values commands;        /* found: what it runs */
	bl_values insertions;      /* found: what is put into its text: maps of text, name, kind (macro, expression) and free */
} bl_azure_step;

/* Says what a task builds and deploys, and finds its script. */
void bl_azure_task(bl_azure_step *s);
/* Runs a script as far as it can be; v is as bl_azure_step.script. */
void bl_azure_run(bl_azure_step *s, bl_pipeline_shell shell, const bl_value *v);

#endif

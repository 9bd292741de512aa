/*
 * Inside eval/pipeline/ only: Azure Pipelines. azure_expr.c evaluates expressions with azure_function.c, azure_template.c expands
 * conditions and loops, azure_include.c templates with azure_parameter.c, azure_variable.c puts variables in, azure.c makes resources of what comes out, and
 * azure_script.c runs their scripts and azure_task.c says what tasks build and deploy.
 */
#ifndef BL_EVAL_PIPELINE_AZURE_H
#define BL_EVAL_PIPELINE_AZURE_H

#include "eval/pipeline/pipeline.h"

/* ---- expressions ---- */

/* Names in force, innermost first: parameters, variables, and what `each` loops over. */
typedef struct bl_azpipe_name {
	bl_str name;
	const bl_value *value;
	const struct bl_azpipe_name *outer;
} bl_azpipe_name;

/* An operand: a value, and what a value can't say of itself. */
typedef struct bl_azpipe_operand {
	const bl_value *v;
	bool version;  /* a literal such as 1.2.3: compares by its numbers */
	bool filtered; /* what `.*` gave: the next step is taken from each element */
} bl_azpipe_operand;

/* A known scalar as expressions turn it into text: null is empty, a boolean True or False. False for everything else. */
bool bl_azpipe_text_of(const bl_value *v, bl_str *out);
/* A boolean as its text, for joining; all others stay as they are. */
const bl_value *bl_azpipe_scalar(bl_arena *arena, const bl_value *v);
/* The value of an expression (without its ${{ }} or $[ ]); NULL, and words in *why, when it is none. */
const bl_value *bl_azpipe_expression(bl_arena *arena, bl_str text, bl_span span, const bl_azpipe_name *names, bl_str *why);
/* The value of a call; NULL when there is no such function, or it does not take so many arguments. */
const bl_value *bl_azpipe_call(bl_arena *arena, bl_span span, bl_str name, const bl_azpipe_operand *args, size_t n);

/* ---- expanding templates ---- */

/* Azure's own limits of files and nesting; the rest keeps a hostile pipeline from growing without end. */
enum {
	BL_AZPIPE_MAX_FILES = 100,
	BL_AZPIPE_MAX_NESTING = 20,
	BL_AZPIPE_MAX_INCLUDES = 2000,
	BL_AZPIPE_MAX_NAMES = 500, /* variables in force, parameters of a file */
	BL_AZPIPE_MAX_NODES = 400000,
	BL_AZPIPE_MAX_COPIED = 200000 /* variables, counted once for each level that has them */
};

/* What a node of an expanded pipeline is, besides its value. */
typedef struct bl_azpipe_mark {
	bl_tri condition;  /* is it there at all? MAYBE below an `if` that is not known */
	const bl_via *via; /* the templates it came through, innermost first */
} bl_azpipe_mark;

/* How a text was made: what was written, and the parts of it. */
typedef struct bl_azpipe_text {
	const bl_value *written;
	bl_pipeline_parts parts; /* none: it is literal */
} bl_azpipe_text;

typedef struct bl_azpipe_expansion {
	const bl_eval_input *input;
	bl_arena *arena;
	bl_evaluation *out;
	bl_map texts;     /* a text's address -> bl_azpipe_text * */
	bl_map marks;     /* a node's address -> bl_azpipe_mark * */
	bl_map files;     /* path -> the template's root, once it was read */
	bl_map free;      /* the pipeline's own parameters that take any text: "parameters.NAME" */
	bl_values used;   /* what the pipeline includes: maps of template, path, repository */
	size_t includes, nodes, copied;
	int depth;
	bool stopped;     /* a limit was met */
} bl_azpipe_expansion;

/* A file whose text is expanded. */
typedef struct bl_azpipe_frame {
	bl_str path;
	int depth; /* templates around it */
	const bl_azpipe_name *names;
	const bl_via *via;
} bl_azpipe_frame;

typedef enum bl_azpipe_place {
	BL_AZPIPE_ANY,
	BL_AZPIPE_PIPELINE,
	BL_AZPIPE_STAGES,
	BL_AZPIPE_STAGE,
	BL_AZPIPE_JOBS,
	BL_AZPIPE_JOB,
	BL_AZPIPE_STRATEGY,
	BL_AZPIPE_STEPS,
	BL_AZPIPE_STEP,
	BL_AZPIPE_VARIABLES
} bl_azpipe_place;

/* ---- nodes (azure_node.c) ---- */

/* One node more; false when a limit was met, with a diagnostic the first time. */
bool bl_azpipe_count(bl_azpipe_expansion *e, bl_span span);
bl_azpipe_mark bl_azpipe_mark_of(const bl_azpipe_expansion *e, const bl_value *v);
void bl_azpipe_set_mark(bl_azpipe_expansion *e, const bl_value *v, bl_tri condition, const bl_via *via);
/* The elements of a list from number `from` on are perhaps not there: each becomes a copy with that mark. */
void bl_azpipe_mark_maybe(bl_azpipe_expansion *e, bl_values *list, size_t from);
void bl_azpipe_note_text(bl_azpipe_expansion *e, const bl_value *v, const bl_value *written, const bl_pipeline_parts *parts);
/* How v was made; what says so of a text that was written as it is may be kept in *room. */
const bl_azpipe_text *bl_azpipe_text_made(const bl_azpipe_expansion *e, const bl_value *v, bl_azpipe_text *room);
/* A scalar's text as it is written, whatever YAML takes it for; other values as they are. */
const bl_value *bl_azpipe_written(bl_azpipe_expansion *e, const bl_value *v);

/* A map being made; past a few items they are found through an index. */
typedef struct bl_azpipe_keyed {
	bl_items items;
	bl_map index; /* key -> number of its item + 1 */
} bl_azpipe_keyed;

bl_item *bl_azpipe_find_key(bl_azpipe_keyed *k, bl_str key);
void bl_azpipe_put_key(bl_arena *arena, bl_azpipe_keyed *k, bl_str key, bl_span span, const bl_value *v);

/* ---- expanding ---- */

/* The pipeline in d with its templates put in and its expressions evaluated: a map. */
const bl_value *bl_azpipe_expand(bl_azpipe_expansion *e, const bl_document *d);
/* Any part of it, at its place. Never NULL. */
const bl_value *bl_azpipe_expand_value(bl_azpipe_expansion *e, const bl_azpipe_frame *f, const bl_value *v, bl_azpipe_place place);
/* f with one name more. */
bl_azpipe_frame bl_azpipe_named(bl_azpipe_expansion *e, const bl_azpipe_frame *f, bl_str name, const bl_value *value);
/* The template that item (a map of template and parameters, expanded) names: its elements for a list of that place. */
void bl_azpipe_include(bl_azpipe_expansion *e, const bl_azpipe_frame *f, const bl_value *item, bl_azpipe_place place, bl_values *out, bool *open);

/* The parameters of a file: given (a map, or NULL) to what declared says. root: the pipeline's own, given on the command line. */
const bl_value *bl_azpipe_parameters(bl_azpipe_expansion *e, const bl_azpipe_frame *f, const bl_value *declared, const bl_value *given, bool root);

/* Is v what somebody who starts the pipeline may write at will: a text parameter that is not bound to certain values? */
bool bl_azpipe_is_free(const bl_azpipe_expansion *e, const bl_value *v);

/* outer with what a `variables` node (expanded; a map or a list, or NULL) sets; always open. */
const bl_value *bl_azpipe_variables(bl_azpipe_expansion *e, const bl_value *outer, const bl_value *variables);
/* The parts of a text, each $(name) among them. */
bl_pipeline_parts bl_azpipe_script_parts(bl_arena *arena, const bl_azpipe_text *text, const bl_value *variables);
/* $(name) and $[ ] in v and all it holds, as far as variables (a map) say. */
const bl_value *bl_azpipe_put_variables(bl_arena *arena, const bl_value *v, const bl_value *variables);
/* The environment that variables are to scripts. */
const bl_value *bl_azpipe_environment(bl_arena *arena, const bl_value *variables);
/* ---- steps ---- */

/* One step as its task is looked at. */
typedef struct bl_azpipe_step {
	bl_azpipe_expansion *expansion;
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
} bl_azpipe_step;

/* An input of a task with variables put in, by one of its names between blanks; NULL where it is not given, or empty. */
const bl_value *bl_azpipe_input(const bl_azpipe_step *s, const char *names);
/* As it is before variables are put in. */
const bl_value *bl_azpipe_raw_input(const bl_azpipe_step *s, const char *names);
/* Its text; empty where it is not known. */
bl_str bl_azpipe_input_text(const bl_azpipe_step *s, const char *names);
/* Runs the script of a task that has one, in place or in a file; false when it is none of these tasks. */
bool bl_azpipe_script_task(bl_azpipe_step *s);
/* Says what a task builds and deploys, and finds its script. */
void bl_azpipe_task(bl_azpipe_step *s);
/* Runs a script as far as it can be; v is as bl_azpipe_step.script. */
void bl_azpipe_run(bl_azpipe_step *s, bl_pipeline_shell shell, const bl_value *v);

#endif

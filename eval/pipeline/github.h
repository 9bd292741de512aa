/*
 * Inside eval/pipeline/ only: GitHub workflows and actions. github.c reads files into resources, github_job.c runs jobs and github_step.c their steps, github_matrix.c
 * says which jobs a matrix makes, github_actions.c what well-known actions do, github_expr.c evaluates ${{ }}, with github_compare.c and github_function.c.
 */
#ifndef BL_EVAL_PIPELINE_GITHUB_H
#define BL_EVAL_PIPELINE_GITHUB_H

#include "eval/pipeline/pipeline.h"

enum {
	BL_GITHUB_MAX_CALLS = 8,       /* workflows and actions that call one another */
	BL_GITHUB_MAX_STEPS = 5000,    /* of one root, called ones and matrices' turns too */
	BL_GITHUB_MAX_MATRIX = 64      /* jobs of one matrix that are run one by one; of more, each variable is one of all its values */
};

/* What an expression can name. Each is a map, which may be open, or NULL where the context is not there. */
typedef struct bl_github_contexts {
	const bl_value *env, *github, *inputs, *job, *jobs, *matrix, *needs, *runner, *secrets, *steps, *strategy, *vars;
} bl_github_contexts;

/*
 * The value of an expression, without the ${{ }} around it. What is not known says in refs which contexts' values it is made of, by their paths
 * ("github.event.issue.title", "secrets.TOKEN", an index as ".*"); a comparison of such is made of none. A syntax error is unknown.
 */
const bl_value *bl_github_expression(bl_arena *arena, const bl_github_contexts *contexts, bl_str text, bl_span span);
/* Is there, among the values it may have, one that is true? An `if` or `push` that holds for some event does hold. */
bl_tri bl_github_can_be_true(const bl_value *v);
/* An unknown that is a context's value at that path. */
bl_value *bl_github_unknown(bl_arena *arena, bl_span span, bl_str path);

/* The parts of a string, literal text and expressions; false when it has no expression. */
bool bl_github_parts(bl_arena *arena, const bl_github_contexts *contexts, const bl_value *string, bl_pipeline_parts *out);
/* A scalar with its expressions put in: the expression's own value where the string is nothing else; lists and maps element by element. */
const bl_value *bl_github_value(bl_arena *arena, const bl_github_contexts *contexts, const bl_value *v);

/*
 * The jobs that a matrix makes, each a map of its variables; false, and the one that says what is known of each variable, when they are not known or more than
 * BL_GITHUB_MAX_MATRIX. all: one map for all of them, with candidates.
 */
bool bl_github_matrix(bl_arena *arena, const bl_value *matrix, bl_values *jobs, const bl_value **all);

/* What all files of one root share. */
typedef struct bl_github_run {
	const bl_eval_input *input;
	bl_arena *arena;
	bl_evaluation *out;
	bl_str top;                 /* the folder whose .github this is, from the repository's root; empty */
	const bl_value *repository; /* "owner/name", or unknown */
	size_t steps; /* so far, and jobs */
	bl_pipeline_shared shared;
} bl_github_run;

/* A workflow as it runs: on its own, or called by a job. */
typedef struct bl_github_workflow {
	bl_github_run *run;
	const bl_value *tree;
	bl_str path;               /* of its file */
	bl_str prefix, module;     /* what stands before its jobs' addresses ("deploy."), and the address of the job that calls it; empty */
	const bl_value *events;    /* a list of the names of what starts it */
	const bl_value *permissions; /* of the caller; or NULL */
	bl_github_contexts contexts; /* env, github, inputs, secrets, vars; needs grows */
	bl_items needs;
	bl_items scope;            /* that the caller knows of where deployments go */
	int calls;
	bl_evaluation *acts;       /* where builds and deployments go; NULL: none are wanted */
	bool declares;             /* resources are */
} bl_github_workflow;

/* Evaluates the jobs of a workflow, and calls the local workflows that they name. */
void bl_github_jobs(bl_github_workflow *workflow);
/* Runs the steps of an action's file on its own: only to say what they are. */
void bl_github_action_steps(bl_github_workflow *workflow, const bl_value *steps);
/* The file's tree, or NULL where it is none of ours. */
const bl_value *bl_github_file(const bl_github_run *run, bl_str path);
/* What starts a workflow, by its names: a list. on: the key's value, in any of its forms. */
const bl_value *bl_github_events(bl_arena *arena, const bl_value *on);
/* `inputs` as they are declared (of workflow_call, workflow_dispatch or an action), given what the caller passes: a map. given NULL: nobody calls. */
const bl_value *bl_github_inputs(bl_arena *arena, const bl_value *declared, const bl_value *given, bool called);
/* `uses` taken apart: local (a path), or docker (an image's text), or action ("owner/name/path" in lower case), owner, repository, path, ref and pinned. */
const bl_value *bl_github_uses(bl_arena *arena, const bl_value *v);
/* A resource of these properties; label is its name. */
bl_resource *bl_github_declare(bl_github_workflow *workflow, const char *type, bl_str address, bl_str label, const bl_value *block, const bl_items *properties);
/* A text or a list of texts, as a list. */
const bl_value *bl_github_list(bl_arena *arena, const bl_value *v);

/* A step as its action is asked what it does: with are its inputs, evaluated. */
typedef struct bl_github_step {
	const bl_github_run *run;
	bl_pipeline_step *step;
	const bl_value *uses; /* bl_github_uses */
	const bl_value *with; /* a map, or NULL */
	bl_items outputs;     /* to be filled: what is known of steps.ID.outputs */
	bl_values commands;   /* alike: of a script that the action runs */
} bl_github_step;
/* What a well-known action builds, deploys, says of where later steps deploy, and puts out. */
void bl_github_action(bl_github_step *step);
/* The input of an action that is a script, and what reads it: NULL for an action that takes none. */
const char *bl_github_script_input(bl_str action, bl_pipeline_shell *shell);

#endif

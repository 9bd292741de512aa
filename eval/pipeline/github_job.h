/* Inside eval/pipeline/github_job.c and github_step.c only: a job and its steps as they run. */
#ifndef BL_EVAL_PIPELINE_GITHUB_JOB_H
#define BL_EVAL_PIPELINE_GITHUB_JOB_H

#include "eval/pipeline/github.h"

/* The maps that these bound are open: what is past them reads as unknown, like anything else that is set where it is not seen. */
enum { BL_GITHUB_MAX_ENVIRONMENT = 200, BL_GITHUB_MAX_OUTPUTS = 100 };

/* A job as one turn of its matrix runs. */
typedef struct bl_github_job {
	bl_github_workflow *w;
	bl_str id, address;
	bl_span key; /* where its id is written */
	const bl_value *tree, *runs_on, *permissions;
	bl_pipeline_job acts;
	bl_items env; /* what all steps see: it grows */
	bool declares;
} bl_github_job;

/* Steps that stand in one list: a job's, or an action's that it uses. */
typedef struct bl_github_frame {
	bl_github_job *job;
	bl_github_contexts contexts;
	bl_items steps;    /* steps.ID of those that ran */
	bl_str prefix;     /* of the steps' addresses */
	bl_str module;     /* the step that uses the action; empty */
	const bl_value *folder, *shell;
	int calls;
} bl_github_frame;

/* A map that may hold more. */
const bl_value *bl_github_map(bl_arena *arena, bl_span span, const bl_items *items);
/* Adds the variables of an `env`, with their expressions put in. */
void bl_github_add_environment(bl_arena *arena, const bl_github_contexts *contexts, bl_items *env, const bl_value *own);
/* What an `if` says; yes where there is none. */
bl_tri bl_github_condition(const bl_github_frame *f, const bl_value *written);
/* One call more within calls of them, and one step more, or a job, which costs as much; false, which is said, when that is too many. */
bool bl_github_may_call(bl_github_run *run, int calls, bl_span span);
bool bl_github_may_go_on(bl_github_run *run, bl_span span);
/* Runs a list of steps, one after the other. */
void bl_github_steps(bl_github_frame *f, const bl_value *steps);

#endif

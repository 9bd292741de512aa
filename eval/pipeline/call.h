/* Inside eval/pipeline/ only: one command taken apart by the rules of its program, and the rows that say what programs do. */
#ifndef BL_EVAL_PIPELINE_CALL_H
#define BL_EVAL_PIPELINE_CALL_H

#include "eval/pipeline/pipeline.h"

typedef struct bl_call_flag {
	bl_str name;
	const bl_value *value; /* NULL: it has none */
} bl_call_flag;

struct bl_call_row;

typedef struct bl_call {
	bl_pipeline_step *step;
	bl_arena *arena;
	const struct bl_call_row *row;
	const bl_value *command; /* eval/docker/command.h */
	bl_span span;
	bl_values rest;          /* the words behind the verbs that are no flags */
	BL_VEC(bl_call_flag) flags; /* in order */
	bool open;               /* a word may stand for any number of them: flags too */
} bl_call;

/*
 * What a program's words mean. Lists are words between blanks (" -t --tag "); several spellings of a verb are parted by '|'.
 */
typedef struct bl_call_row {
	const char *programs;
	const char *verbs;  /* " image build ": in this order before anything else that is no flag; NULL: none is asked for */
	const char *valued; /* flags that take the next word, if they are not written with '=' */
	const char *many;   /* flags that take all words up to the next flag; or NULL */
	void (*act)(bl_call *call);
	const char *tool;   /* what bl_build and bl_deployment call it */
	int kind;           /* for act: what tells two rows of one function apart */
} bl_call_row;

bool bl_call_listed(const char *words, bl_str word);
/* The value of the last of these flags (" -t --tag "), or NULL. */
const bl_value *bl_call_get(const bl_call *call, const char *names);
/* All values of these flags. */
bl_values bl_call_all(const bl_call *call, const char *names);
bool bl_call_has(const bl_call *call, const char *names);
/* A variable of the command, the script or the step; NULL where it is not set. */
const bl_value *bl_call_variable(const bl_call *call, const char *name);

/* docker.c, azure_cli.c, ... each: rows of the programs they know. */
typedef struct bl_call_rows {
	const bl_call_row *rows;
	size_t n;
} bl_call_rows;
extern const bl_call_rows bl_calls_aws, bl_calls_azure, bl_calls_build, bl_calls_docker, bl_calls_google, bl_calls_kubernetes,
	bl_calls_terraform;

/* A folder or file of the repository that a command names: as bl_pipeline_path. */
static inline const bl_value *bl_call_path(const bl_call *call, const bl_value *v)
{
	return bl_pipeline_path(call->step, v);
}

/* The file of the repository that a step names; NULL where there is none. */
const bl_document *bl_call_document(const bl_pipeline_step *step, const bl_value *file);
/* How many of n files, services or artifacts are looked at; it is said when that is not all. */
size_t bl_call_parts(const bl_pipeline_step *step, bl_span span, size_t n);

/* compose.c and files.c: what files that list images say. */
void bl_call_compose(bl_call *call, const bl_values *files, bool builds, bool pushes, bool deploys);
void bl_call_skaffold(bl_call *call, const bl_value *file, bool pushes);
void bl_call_azd(bl_call *call, bool provisions, bool deploys);
void bl_call_bake(bl_pipeline_step *step, const char *tool, bl_span span, const bl_values *files, const bl_values *targets, bl_tri pushes);

#endif

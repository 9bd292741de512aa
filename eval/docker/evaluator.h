/* Inside eval/docker only: a Dockerfile on its way to resources. dockerfile.c reads stages,
 * instruction.c instructions. */
#ifndef BL_EVAL_DOCKER_EVALUATOR_H
#define BL_EVAL_DOCKER_EVALUATOR_H

#include "eval/docker/expand.h"
#include "eval/docker/ignore.h"
#include "eval/language.h"

/* Variables and ports that a stage is said to have: stages that begin from one another would repeat
 * them without end. */
enum { BL_DOCKER_MAX_INHERITED = 256 };

typedef struct bl_docker_stage {
	bl_str name;
	uint32_t index;
	const struct bl_docker_stage *parent; /* the stage it begins from, or NULL */
	const bl_block *from;                 /* NULL: instructions without one */
	bl_docker_scope scope;                /* ARG and ENV */
	bl_docker_scope env; /* ENV alone, which stages that begin from this one have too */
	bl_map counts,
		seen; /* by instruction: how many there are, how many came so far (as integers) */
	bl_values ports, programs;
	const bl_value *image, *user, *workdir, *healthcheck, *shell, *cmd, *entrypoint;
	bl_resource *resource;
	const bl_block *last; /* the instruction read before */
	bool uses_curl, uses_wget;
	bool kept; /* it is the last, or the last begins from it */
	bool scratch;  /* it begins from nothing */
	bool absolute; /* an absolute WORKDIR was set in it or in a stage it begins from */
} bl_docker_stage;

/* The file being read. */
typedef struct bl_docker_evaluator {
	const bl_eval_input *input;
	bl_arena *arena;
	bl_evaluation *out;
	bl_docker_scope global;
	BL_VEC(bl_docker_stage *) stages;
	bl_map names;           /* of stages, to the last so named */
	bl_docker_stage *stage; /* the one being read */
	bl_str path;            /* of the file */
	uint32_t nfrom;
	bool *kept; /* by stage */
	char escape;
	/* lint.c's: of the whole file */
	bool mostly_lower;         /* most keywords are written in lower case */
	bool *reached;             /* by stage: the last one needs it */
	size_t directives_end;     /* where the last directive ends */
	const bl_value *experimental; /* checks that a directive asks for, or NULL */
	bl_docker_scope defaults;  /* ARGs before FROM with their defaults alone */
	bl_docker_ignore ignore;
	bool asked_ignore;
	size_t matches; /* of sources against patterns, so far */
	bl_docker_names unset; /* of the instruction being read */
} bl_docker_evaluator;

static inline const bl_value *bl_docker_string(bl_docker_evaluator *e, bl_span span, bl_str s)
{
	return bl_value_string(e->arena, span, s);
}

/* Puts v, unless it is NULL. */
static inline void bl_docker_put(
	bl_docker_evaluator *e, bl_items *items, const char *key, const bl_value *v)
{
	if (v)
		bl_items_put(e->arena, items, bl_str_of(key), v->span, v);
}

static inline void bl_docker_put_bool(
	bl_docker_evaluator *e, bl_items *items, const char *key, bl_span span, bool b)
{
	bl_docker_put(e, items, key, bl_value_bool(e->arena, span, b));
}

/* The word's value; what can't be expanded is a warning and unknown. */
const bl_value *bl_docker_expand_in(
	bl_docker_evaluator *e, const bl_docker_scope *scope, bl_str word, bl_span span);
/* The properties of the instruction's own kind, and what it does to the stage. */
void bl_docker_instruction(bl_docker_evaluator *e, const bl_block *block, bl_items *p);
/* ARG, which stands before FROM as well: then global. */
void bl_docker_arg(bl_docker_evaluator *e, const bl_block *block, bl_items *p,
	bl_docker_scope *scope, bool global);
/* An ARG before FROM, as it is without --build-arg: into defaults. */
void bl_docker_arg_defaults(bl_docker_evaluator *e, const bl_block *block);
/* --name=value: a map. */
const bl_value *bl_docker_flags(bl_docker_evaluator *e, const bl_block *block);

#endif

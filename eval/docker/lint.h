/* What a Dockerfile's text says beside its meaning: letter case, comments, lines, names that nothing
 * sets. Rules on style judge it. */
#ifndef BL_EVAL_DOCKER_LINT_H
#define BL_EVAL_DOCKER_LINT_H

#include "eval/docker/evaluator.h"

/* Reads what all instructions are measured against; once a file. */
void bl_docker_survey(bl_docker_evaluator *e, const bl_document *d);
/*
 * keyword, casing (upper, lower or mixed), majority (of the file), reached (the last stage needs
 * its stage), gap (the last line of an instruction that empty lines interrupt), comment (the last
 * line of the comment right above), described (it begins with a name that ARG or FROM declares), and
 * experimental (checks that the file asks for).
 */
void bl_docker_put_text(
	bl_docker_evaluator *e, bl_items *items, const bl_block *block, bool reached);
/* Is it a RUN of one command right behind another, with the same flags? */
bool bl_docker_mergeable(const bl_block *block, const bl_block *before);
/* Does an ENV's text name a variable that another pair of the ENV sets? labels are triples. */
bool bl_docker_names_sibling(bl_docker_evaluator *e, const bl_block *block, size_t at);
/* The names gathered, each a map of name, set (false, or unknown where the base image may set it)
 * and near (a name that is set and nearly the same). */
const bl_value *bl_docker_unset(bl_docker_evaluator *e, const bl_docker_names *names,
	const bl_docker_scope *scope, bl_span span);
/* FROM: as (the word as it is written), undeclared, platform, default and default_valid. */
void bl_docker_put_from(bl_docker_evaluator *e, bl_items *items, const bl_block *block);
/* The sources of a COPY or ADD that .dockerignore keeps out of the context. */
const bl_value *bl_docker_ignored(
	bl_docker_evaluator *e, const bl_block *block, const bl_value *sources);

#endif

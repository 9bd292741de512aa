/* .dockerignore: which files of a build context a build does not see. */
#ifndef BL_EVAL_DOCKER_IGNORE_H
#define BL_EVAL_DOCKER_IGNORE_H

#include "core/base/str.h"
#include "core/base/vec.h"
#include "core/codec/regex.h"

typedef struct bl_docker_pattern {
	bl_str text; /* cleaned, without '!' */
	bl_regex *regex;
	bool brings_back; /* it began with '!' */
} bl_docker_pattern;

typedef struct bl_docker_ignore {
	BL_VEC(bl_docker_pattern) patterns; /* of several that match, the last one counts */
} bl_docker_ignore;

/* Adds one pattern as it is written; what is no pattern is left out. */
void bl_docker_ignore_add(bl_arena *arena, bl_docker_ignore *ignore, bl_str pattern);
/* The patterns of a file's text. Free what it holds with bl_docker_ignore_done. */
void bl_docker_ignore_read(bl_arena *arena, bl_docker_ignore *ignore, bl_str text);
void bl_docker_ignore_done(bl_docker_ignore *ignore);

/* Is the file left out of the context, itself or with a folder it lies in? path is relative to the
 * context and '/'-separated. */
bool bl_docker_ignore_matches(const bl_docker_ignore *ignore, bl_str path);
/*
 * Is there nothing of the source of a COPY or ADD in the context? As bl_docker_ignore_matches, but
 * the context itself ("." or "/") is left out only with all it holds, and a folder that a pattern
 * brings something back of is not.
 */
bool bl_docker_ignore_leaves_nothing(
	bl_arena *arena, const bl_docker_ignore *ignore, bl_str source);

#endif

/* Ignore rules (.gitignore), matched without backtracking over more than the last star: hostile patterns stay cheap. */
#ifndef BL_REPO_IGNORE_H
#define BL_REPO_IGNORE_H

#include "core/base/str.h"
#include "core/base/vec.h"

enum { BL_IGNORE_MAX_FILE = 1 << 20, BL_IGNORE_MAX_RULES = 10000 /* of one file */ };

typedef struct bl_ignore_rule {
	bl_str pattern; /* without '!', leading and trailing '/' */
	bool negated, folders_only, anchored, literal;
} bl_ignore_rule;

/* The rules of one folder; levels are chained from a folder to the one above it. */
typedef struct bl_ignore_level {
	const struct bl_ignore_level *above;
	bl_str base; /* the folder, relative to the root; "" is the root */
	BL_VEC(bl_ignore_rule) rules;
} bl_ignore_level;

/* Adds text's rules to level. Patterns are slices of text, or live in arena. */
void bl_ignore_parse(bl_arena *arena, bl_str text, bl_ignore_level *level);
/* Is path (below every level's base) ignored? The deepest level's last rule that matches decides. level may be NULL. */
bool bl_ignore_match(const bl_ignore_level *level, bl_str path, bool is_folder);

#endif

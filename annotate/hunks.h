/* Which lines of a pull request a forge lets comments stand at. */
#ifndef BL_ANNOTATE_HUNKS_H
#define BL_ANNOTATE_HUNKS_H

#include "annotate/annotate.h"

/* path -> const bl_changed_lines * */
bl_map bl_hunks_index(bl_arena *arena, const bl_changed_lines *changed, size_t n);
/*
 * The lines a comment about [first, last] can stand at: those that the first hunk which touches them holds; only one line when the
 * beginning is cut off. False when no hunk touches them; file may be NULL.
 */
bool bl_hunks_clip(const bl_changed_lines *file, uint32_t *first, uint32_t *last);

#endif

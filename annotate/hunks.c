#include "annotate/hunks.h"

bl_map bl_hunks_index(bl_arena *arena, const bl_changed_lines *changed, size_t n)
{
	bl_map index = {0};
	for (size_t i = 0; i < n; i++)
		bl_map_put(arena, &index, changed[i].path, (void *)&changed[i]);
	return index;
}

bool bl_hunks_clip(const bl_changed_lines *file, uint32_t *first, uint32_t *last)
{
	for (size_t i = 0; file && i < file->n; i++) {
		uint32_t begin = file->ranges[i].first, end = file->ranges[i].last;
		if (end < *first || begin > *last)
			continue;
		if (*first < begin) {
			/* the start lies outside: one line is sure to be part of the hunk */
			*first = *last = begin;
			return true;
		}
		if (*last > end)
			*last = end;
		return true;
	}
	return false;
}

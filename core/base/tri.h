/* Three-valued (Kleene) logic: every predicate over evaluated code answers with it. */
#ifndef BL_CORE_BASE_TRI_H
#define BL_CORE_BASE_TRI_H

#include <stdbool.h>

typedef enum bl_tri { BL_NO = 0, BL_MAYBE = 1, BL_YES = 2 } bl_tri;

static inline bl_tri bl_tri_of(bool b)
{
	return b ? BL_YES : BL_NO;
}
static inline bl_tri bl_tri_not(bl_tri a)
{
	return (bl_tri)(2 - a);
}
static inline bl_tri bl_tri_and(bl_tri a, bl_tri b)
{
	return a < b ? a : b;
}
static inline bl_tri bl_tri_or(bl_tri a, bl_tri b)
{
	return a > b ? a : b;
}

#endif

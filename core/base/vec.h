/* Growing arrays in an arena: BL_VEC(T) is a struct of items, n and cap; zeroed is empty. */
#ifndef BL_CORE_BASE_VEC_H
#define BL_CORE_BASE_VEC_H

#include "core/base/arena.h"

#define BL_VEC(T)                                                                                  \
	struct {                                                                                   \
		T *items;                                                                          \
		size_t n, cap;                                                                     \
	}

/* Makes room for one more and returns it, zeroed. */
#define bl_vec_add(arena, v)                                                                       \
	((v)->n == (v)->cap ? bl_vec_grow((arena), (void **)&(v)->items, &(v)->cap,                 \
				      sizeof *(v)->items, _Alignof(__typeof__(*(v)->items)))       \
			    : (void)0,                                                             \
		&(v)->items[(v)->n++])

#define bl_vec_push(arena, v, item) (*bl_vec_add((arena), (v)) = (item))

static inline void bl_vec_grow(bl_arena *arena, void **items, size_t *cap, size_t size,
	size_t align)
{
	size_t more = *cap ? *cap * 2 : 4;
	*items = bl_arena_grow(arena, *items, *cap * size, more * size, align);
	*cap = more;
}

#endif

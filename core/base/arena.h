/* Region memory: many small allocations, one release. See docs/architecture.md, "Memory". */
#ifndef BL_CORE_BASE_ARENA_H
#define BL_CORE_BASE_ARENA_H

#include <stddef.h>

typedef struct bl_arena_block bl_arena_block;

/* Not thread-safe: one owner at a time. A zeroed arena is empty and ready for use. */
typedef struct bl_arena {
	bl_arena_block *head; /* newest first */
	size_t used;          /* bytes handed out, alignment included */
	void *left;           /* what growing arrays moved out of, for the next to move in */
} bl_arena;

void bl_arena_init(bl_arena *arena);
/* Releases everything. Accepts an empty or a NULL arena. */
void bl_arena_done(bl_arena *arena);
/* As bl_arena_done, but keeps a block for what comes next: for one small task after another. */
void bl_arena_reset(bl_arena *arena);
/* Memory is zeroed and aligned for pointers and doubles. Never NULL: a process out of memory ends. size may be 0. */
void *bl_arena_alloc(bl_arena *arena, size_t size);
/* As bl_arena_alloc, for who writes all of it at once: what it holds is anything. */
void *bl_arena_alloc_raw(bl_arena *arena, size_t size);
/* As bl_arena_alloc, for types that need more: align is 8 or 16. */
void *bl_arena_alloc_aligned(bl_arena *arena, size_t size, size_t align);
/*
 * A larger place for p, which nobody may use any more: in place when it is the newest allocation. The first old_size bytes are kept,
 * the rest is zeroed. The old place is given to the next array that grows.
 */
void *bl_arena_grow(bl_arena *arena, void *p, size_t old_size, size_t new_size, size_t align);
/* Moves all of from's memory into arena; from is empty afterwards. Pointers stay valid. */
void bl_arena_adopt(bl_arena *arena, bl_arena *from);

#define bl_new(arena, T) ((T *)bl_arena_alloc_aligned((arena), sizeof(T), _Alignof(T)))
#define bl_new_n(arena, T, n) ((T *)bl_arena_alloc_aligned((arena), sizeof(T) * (size_t)(n), _Alignof(T)))

/* Memory that an arena holds, [begin, end). */
typedef struct bl_arena_range {
	const char *begin, *end;
} bl_arena_range;
/* All of it, sorted by address, into *out, which is the caller's to free; returns how many. */
size_t bl_arena_ranges(const bl_arena *arena, bl_arena_range **out);

/* malloc, calloc and realloc that end the process when memory is out. */
void *bl_xmalloc(size_t size);
void *bl_xrealloc(void *p, size_t size);

#endif

#include "core/base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ALIGN 8
#define SMALLEST_BLOCK 2048
#define LARGEST_BLOCK (256u << 10)
#define LEFT_TRIES 8
#define PAGE 4096u

struct bl_arena_block {
	bl_arena_block *next;
	size_t size; /* usable bytes after the header */
	size_t used;
	_Alignas(16) char data[];
};

static void out_of_memory(void)
{
	fputs("belay: out of memory\n", stderr);
	abort();
}

void *bl_xmalloc(size_t size)
{
	void *p = calloc(1, size ? size : 1);
	if (!p)
		out_of_memory();
	return p;
}

void *bl_xrealloc(void *p, size_t size)
{
	p = realloc(p, size ? size : 1);
	if (!p)
		out_of_memory();
	return p;
}

void bl_arena_init(bl_arena *arena)
{
	*arena = (bl_arena){0};
}

void bl_arena_done(bl_arena *arena)
{
	if (!arena)
		return;
	bl_arena_block *b = arena->head;
	while (b) {
		bl_arena_block *next = b->next;
		free(b);
		b = next;
	}
	bl_arena_init(arena);
}

static bl_arena_block *add_block(bl_arena *arena, size_t size)
{
	bl_arena_block *b = malloc(sizeof *b + size);
	if (!b)
		out_of_memory();
#ifdef MADV_POPULATE_WRITE
	/* all of its pages at once, where each would be asked for when it is first written to; a kernel that cannot does nothing */
	uintptr_t begin = ((uintptr_t)b + PAGE - 1) & ~(uintptr_t)(PAGE - 1), end = ((uintptr_t)b + sizeof *b + size) & ~(uintptr_t)(PAGE - 1);
	if (size >= LARGEST_BLOCK)
		madvise((void *)begin, end - begin, MADV_POPULATE_WRITE);
#endif
	b->size = size;
	b->used = 0;
	b->next = arena->head;
	arena->head = b;
	return b;
}

void bl_arena_reset(bl_arena *arena)
{
#ifdef BL_ARENA_DEBUG
	bl_arena_done(arena);
#else
	bl_arena_block *kept = arena->head;
	size_t used = arena->used;
	if (!kept)
		return;
	if (kept->next || kept->size > LARGEST_BLOCK) {
		/* one block that would have been enough, within reason */
		bl_arena_done(arena);
		kept = add_block(arena, used < LARGEST_BLOCK ? used : LARGEST_BLOCK);
	}
	kept->used = arena->used = 0;
	arena->left = NULL;
#endif
}

/* A quarter of what is in use: few blocks, and little left empty in the last. */
static size_t next_block_size(const bl_arena *arena, size_t need)
{
	size_t size = arena->used / 4;
#ifdef BL_ARENA_DEBUG
	return need;
#endif
	if (size < SMALLEST_BLOCK)
		size = SMALLEST_BLOCK;
	if (size > LARGEST_BLOCK)
		size = LARGEST_BLOCK;
	return size < need ? need : size;
}

static inline void *take(bl_arena *arena, size_t size, size_t align)
{
	if (size > SIZE_MAX / 2)
		out_of_memory();
#ifdef BL_ARENA_DEBUG
	size_t need = size ? size : 1;
	bl_arena_block *b = NULL;
#else
	size_t need = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	bl_arena_block *b = arena->head;
	if (b && align > ALIGN)
		b->used = (b->used + align - 1) & ~(align - 1);
#endif
	if (!b || b->used > b->size || b->size - b->used < need)
		b = add_block(arena, next_block_size(arena, need));
	void *p = b->data + b->used;
	b->used += need;
	arena->used += need;
	return p;
}

void *bl_arena_alloc(bl_arena *arena, size_t size)
{
	return memset(take(arena, size, ALIGN), 0, size);
}

void *bl_arena_alloc_raw(bl_arena *arena, size_t size)
{
	return take(arena, size, ALIGN);
}

void *bl_arena_alloc_aligned(bl_arena *arena, size_t size, size_t align)
{
	return memset(take(arena, size, align), 0, size);
}

/* A place that an array moved out of. */
typedef struct left_place {
	struct left_place *next;
	size_t size;
} left_place;

static void leave(bl_arena *arena, void *p, size_t size)
{
#ifdef BL_ARENA_DEBUG
	/* whoever still reads it shall notice */
	memset(p, 0xDB, size);
#else
	left_place *place = p;
	if (size < sizeof *place)
		return;
	place->next = arena->left;
	place->size = size;
	arena->left = place;
#endif
}

/* The first of the newest few that is large enough and not twice as large; zeroed. */
static void *take_left(bl_arena *arena, size_t size, size_t align)
{
	left_place **at = (left_place **)&arena->left;
	for (unsigned tries = 0; *at && tries < LEFT_TRIES; tries++, at = &(*at)->next) {
		left_place *place = *at;
		if (place->size < size || place->size / 2 >= size || (uintptr_t)place % align)
			continue;
		*at = place->next;
		return memset(place, 0, size);
	}
	return NULL;
}

void *bl_arena_grow(bl_arena *arena, void *p, size_t old_size, size_t new_size, size_t align)
{
#ifndef BL_ARENA_DEBUG
	size_t old_need = (old_size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	size_t new_need = (new_size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	bl_arena_block *b = arena->head;
	if (p && b && (char *)p + old_need == b->data + b->used && new_size >= old_size &&
		b->size - b->used >= new_need - old_need) {
		b->used += new_need - old_need;
		arena->used += new_need - old_need;
		memset((char *)p + old_size, 0, new_size - old_size);
		return p;
	}
#endif
	void *q = take_left(arena, new_size, align);
	if (!q)
		q = bl_arena_alloc_aligned(arena, new_size, align);
	if (p && old_size) {
		memcpy(q, p, old_size < new_size ? old_size : new_size);
		leave(arena, p, old_size);
	}
	return q;
}

static int by_address(const void *a, const void *b)
{
	const char *x = ((const bl_arena_range *)a)->begin, *y = ((const bl_arena_range *)b)->begin;
	return (x > y) - (x < y);
}

size_t bl_arena_ranges(const bl_arena *arena, bl_arena_range **out)
{
	size_t n = 0, i = 0;
	for (const bl_arena_block *b = arena->head; b; b = b->next)
		n++;
	*out = bl_xmalloc(n * sizeof **out);
	for (const bl_arena_block *b = arena->head; b; b = b->next)
		(*out)[i++] = (bl_arena_range){b->data, b->data + b->size};
	qsort(*out, n, sizeof **out, by_address);
	return n;
}

void bl_arena_adopt(bl_arena *arena, bl_arena *from)
{
	if (!from->head)
		return;
	bl_arena_block *last = from->head;
	while (last->next)
		last = last->next;
	/* behind the head, so that the head's free space is still used */
	if (arena->head) {
		last->next = arena->head->next;
		arena->head->next = from->head;
	} else {
		arena->head = from->head;
	}
	arena->used += from->used;
	bl_arena_init(from);
}

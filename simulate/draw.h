/* Inside simulate/: chance that is the same for the same seed, whatever the order it is asked in. */
#ifndef BL_SIMULATE_DRAW_H
#define BL_SIMULATE_DRAW_H

#include "core/base/str.h"

/* A number that seed, the purpose and the key decide. */
uint64_t sim_draw(uint64_t seed, const char *purpose, bl_str key);
/* The next number of a stream; stream is changed. */
uint64_t sim_next(uint64_t *stream);
/* One of n. */
static inline size_t sim_one_of(uint64_t number, size_t n)
{
	return n ? (size_t)(number % n) : 0;
}

/* n characters of alphabet. */
bl_str sim_letters(bl_arena *arena, uint64_t number, bl_str alphabet, size_t n);
bl_str sim_hex(bl_arena *arena, uint64_t number, size_t n);
bl_str sim_digits(bl_arena *arena, uint64_t number, size_t n);
/* A version 4 UUID in lower case. */
bl_str sim_guid(bl_arena *arena, uint64_t number);
/* A word as people put it into names. */
bl_str sim_word(uint64_t number);
bl_str sim_adjective(uint64_t number);
bl_str sim_animal(uint64_t number);

#endif

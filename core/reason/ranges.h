/* Exact sets of whole numbers as intervals, and sets of IPv4 and IPv6 addresses made of them. */
#ifndef BL_CORE_REASON_RANGES_H
#define BL_CORE_REASON_RANGES_H

#include "core/base/str.h"
#include "core/base/vec.h"

__extension__ typedef unsigned __int128 bl_u128;

typedef struct bl_range {
	bl_u128 lo, hi; /* both belong to it */
} bl_range;

/* Sorted, disjoint, never adjacent: equal sets have equal items. Zeroed is empty. Immutable once made. */
typedef struct bl_ranges {
	const bl_range *items;
	size_t n;
} bl_ranges;

/* The set of the ranges, in any order; those with lo > hi are left out. */
bl_ranges bl_ranges_of(bl_arena *arena, const bl_range *ranges, size_t n);
bl_ranges bl_ranges_one(bl_arena *arena, bl_u128 lo, bl_u128 hi);
bl_ranges bl_ranges_union(bl_arena *arena, bl_ranges a, bl_ranges b);
bl_ranges bl_ranges_intersect(bl_arena *arena, bl_ranges a, bl_ranges b);
/* What of a is not in b. */
bl_ranges bl_ranges_subtract(bl_arena *arena, bl_ranges a, bl_ranges b);
bool bl_ranges_has(bl_ranges a, bl_u128 x);
bool bl_ranges_equal(bl_ranges a, bl_ranges b);
/* How many numbers, at most 2^128 - 1. */
bl_u128 bl_ranges_count(bl_ranges a);

/* IPv4 addresses are 0..2^32-1 of v4; an IPv4 address mapped into IPv6 counts as IPv4. */
typedef struct bl_addrs {
	bl_ranges v4, v6;
} bl_addrs;

bl_addrs bl_addrs_all(bl_arena *arena);
/* "10.0.0.0/8", "10.0.0.1", "10.0.0.1-10.0.0.9", "2001:db8::/32". Host bits of a prefix are ignored, as clouds do. False when text is none. */
bool bl_addrs_parse(bl_arena *arena, bl_str text, bl_addrs *out);
bl_addrs bl_addrs_union(bl_arena *arena, bl_addrs a, bl_addrs b);
bl_addrs bl_addrs_intersect(bl_arena *arena, bl_addrs a, bl_addrs b);
bl_addrs bl_addrs_subtract(bl_arena *arena, bl_addrs a, bl_addrs b);
bool bl_addrs_equal(bl_addrs a, bl_addrs b);
static inline bool bl_addrs_empty(bl_addrs a)
{
	return !a.v4.n && !a.v6.n;
}

#endif

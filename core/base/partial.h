/* Strings known in part, as they are put together: what is known of each piece stays known of the whole. */
#ifndef BL_CORE_BASE_PARTIAL_H
#define BL_CORE_BASE_PARTIAL_H

#include "core/base/value.h"

/* A set of bytes. */
typedef struct bl_bytes {
	uint64_t bits[4];
} bl_bytes;

static inline bool bl_bytes_has(const bl_bytes *set, char c)
{
	return set->bits[(unsigned char)c >> 6] >> ((unsigned char)c & 63) & 1;
}
static inline void bl_bytes_add(bl_bytes *set, char c)
{
	set->bits[(unsigned char)c >> 6] |= 1ull << ((unsigned char)c & 63);
}
bl_bytes bl_bytes_of(bl_str s);
bool bl_bytes_meet(const bl_bytes *a, const bl_bytes *b);

/* A text in the making. Zeroed is the empty one. */
typedef struct bl_partial {
	bl_buf text; /* as a pattern: BL_GAP for each run that is not known */
	size_t gaps;
	size_t least, most; /* bytes that all gaps together have; SIZE_MAX: no limit is known */
	bool any;           /* gaps may hold any bytes, */
	bl_bytes letters;   /* else these */
} bl_partial;

void bl_partial_put(bl_partial *p, bl_str known);
/* letters: NULL for any. */
void bl_partial_gap(bl_partial *p, const bl_bytes *letters, size_t least, size_t most);
/* A string as it is, an unknown with what is known of it; anything else is a gap. */
void bl_partial_add(bl_partial *p, const bl_value *v);
/* A UUID that is not known: five groups of hexadecimal digits, in lower case unless any_case. */
void bl_partial_uuid(bl_partial *p, bool any_case);
/* A piece of the text of from that holds all its gaps; p has none of its own yet. */
void bl_partial_copy(bl_partial *p, bl_str piece, const bl_partial *from);
/* As bl_partial_copy, for all of from but what is known at its ends, prefix and suffix: one gap that says no more than it must. */
void bl_partial_blur(bl_partial *p, const bl_partial *from, bl_str prefix, bl_str suffix);
/* One of two texts, which of them is not known: what both have. p is empty. */
void bl_partial_either(bl_partial *p, const bl_partial *a, const bl_partial *b);
/* What stands before the first gap, and after the last one. */
bl_str bl_partial_prefix(const bl_partial *p);
bl_str bl_partial_suffix(const bl_partial *p);
/* Is each character certainly one byte, and does none join the next? Then places are certain where lengths are. */
bool bl_partial_plain(const bl_partial *p);

/* Each known piece goes through change; so do the letters of gaps, one by one, which must stay one byte each. */
void bl_partial_map(bl_partial *p, void (*change)(bl_buf *out, bl_str piece));
/* Each byte of which, all ASCII, becomes with. Of a gap of any bytes those of which are gone after that. */
void bl_partial_replace(bl_partial *p, const bl_bytes *which, bl_str with);
/* Each find, which is not empty, becomes with: what is certain of that, seen from the left. */
void bl_partial_replace_text(bl_partial *p, bl_str find, bl_str with);
/* The n bytes from the from-th on, as far as there are so many; n SIZE_MAX: all. p is plain. */
void bl_partial_cut(bl_partial *p, size_t from, size_t n);

/* Says of u what p says, which has a gap. */
void bl_partial_tell(const bl_partial *p, bl_arena *arena, bl_unknown *u);
void bl_partial_done(bl_partial *p);

#endif

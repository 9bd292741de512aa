/* Strings are slices: a pointer and a length, not NUL-terminated, usually into a source's bytes. */
#ifndef BL_CORE_BASE_STR_H
#define BL_CORE_BASE_STR_H

#include "core/base/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct bl_str {
	const char *p;
	size_t n;
} bl_str;

#define BL_STR(literal) ((bl_str){(literal), sizeof(literal) - 1})
#define BL_FMT "%.*s"
#define BL_ARG(s) (int)(s).n, (s).p

static inline bl_str bl_str_of(const char *z)
{
	return (bl_str){z, z ? strlen(z) : 0};
}
static inline bl_str bl_str_make(const char *p, size_t n)
{
	return (bl_str){p, n};
}
/* [begin, end) of s, both clamped to it. */
bl_str bl_str_slice(bl_str s, size_t begin, size_t end);
static inline bool bl_str_eq(bl_str a, bl_str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
static inline bool bl_str_eqz(bl_str a, const char *z)
{
	return bl_str_eq(a, bl_str_of(z));
}
/* ASCII case-insensitive. */
bool bl_str_same_folded(const char *a, const char *b, size_t n);
static inline bool bl_str_eqi(bl_str a, bl_str b)
{
	return a.n == b.n && bl_str_same_folded(a.p, b.p, a.n);
}
static inline bool bl_str_eqiz(bl_str a, const char *z)
{
	return bl_str_eqi(a, bl_str_of(z));
}
/* Byte order; a prefix comes first. */
int bl_str_cmp(bl_str a, bl_str b);
int bl_str_cmpi(bl_str a, bl_str b);
static inline bool bl_str_starts(bl_str s, bl_str prefix)
{
	return s.n >= prefix.n && bl_str_eq(bl_str_make(s.p, prefix.n), prefix);
}
static inline bool bl_str_ends(bl_str s, bl_str suffix)
{
	return s.n >= suffix.n && bl_str_eq(bl_str_make(s.p + s.n - suffix.n, suffix.n), suffix);
}
static inline bool bl_str_startsi(bl_str s, bl_str prefix)
{
	return s.n >= prefix.n && bl_str_same_folded(s.p, prefix.p, prefix.n);
}
/* Byte offset of the first occurrence at or after from, or -1. An empty needle is found at from. */
ptrdiff_t bl_str_find(bl_str s, bl_str needle, size_t from);
ptrdiff_t bl_str_findi(bl_str s, bl_str needle, size_t from);
ptrdiff_t bl_str_rfind_char(bl_str s, char c);
/* Is it one or more of 0 to 9, and nothing else? */
bool bl_str_is_digits(bl_str s);
/* Without ASCII white space at both ends. */
bl_str bl_str_trim(bl_str s);
/* Cuts s at the first sep: *head is what stands before it and the rest after it is returned; without sep *head is s and the rest is empty. */
bl_str bl_str_cut(bl_str s, char sep, bl_str *head);
uint64_t bl_str_hash(bl_str s);
/* As bl_str_hash, equal for strings that bl_str_eqi holds equal. */
uint64_t bl_str_hashi(bl_str s);

bl_str bl_str_dup(bl_arena *arena, bl_str s);
char *bl_str_z(bl_arena *arena, bl_str s);
bl_str bl_str_lower(bl_arena *arena, bl_str s);
bl_str bl_str_cat(bl_arena *arena, bl_str a, bl_str b);
bl_str bl_str_integer(bl_arena *arena, long long n);
bl_str bl_str_fmt(bl_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
bl_str bl_str_vfmt(bl_arena *arena, const char *format, va_list ap);

/*
 * A growing byte buffer on the heap. Zeroed is empty. p is NUL-terminated whenever it is not NULL. One with a drain is only on the way to
 * somewhere: bl_buf_pass may empty it.
 */
typedef struct bl_buf {
	char *p;
	size_t n, cap;
	void (*drain)(void *to, bl_str piece);
	void *to;
} bl_buf;

void bl_buf_done(bl_buf *b);
void bl_buf_put(bl_buf *b, bl_str s);
void bl_buf_putz(bl_buf *b, const char *z);
/* Makes room for more bytes and the NUL behind them. */
void bl_buf_reserve(bl_buf *b, size_t more);
static inline void bl_buf_putc(bl_buf *b, char c)
{
	if (b->cap - b->n < 2)
		bl_buf_reserve(b, 1);
	b->p[b->n++] = c;
	b->p[b->n] = '\0';
}
void bl_buf_putf(bl_buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* For who writes much and never looks back: gives a full piece of what b holds to its drain, if it has one. */
void bl_buf_pass(bl_buf *b);
static inline bl_str bl_buf_str(const bl_buf *b)
{
	return (bl_str){b->p ? b->p : "", b->n};
}

/* Writes code point c (at most U+10FFFF) as UTF-8 to p, which has room for 4 bytes; returns how many it took. */
size_t bl_str_put_utf8(char *p, uint32_t c);

/* Levenshtein distance of a and b, at most limit + 1: for "did you mean" hints. */
size_t bl_str_distance(bl_str a, bl_str b, size_t limit);

#endif

#include "core/base/str.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>

static inline unsigned char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : (unsigned char)c;
}

/* Eight bytes at once; what they are as a number depends on the machine, so it is only compared and hashed. */
static inline uint64_t load8(const char *p)
{
	uint64_t w;
	memcpy(&w, p, sizeof w);
	return w;
}

/* lower of each of the eight bytes: the high bit of a byte of upper says that it is one of A to Z. */
static inline uint64_t lower8(uint64_t w)
{
	const uint64_t ones = 0x0101010101010101ull, high = 0x80 * ones;
	uint64_t low = w & ~high;
	uint64_t from_a = low + (0x80 - 'A') * ones, past_z = low + (0x7f - 'Z') * ones;
	uint64_t upper = from_a & ~past_z & ~w & high;
	return w | upper >> 2;
}

static inline bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bl_str bl_str_slice(bl_str s, size_t begin, size_t end)
{
	if (end > s.n)
		end = s.n;
	if (begin > end)
		begin = end;
	return (bl_str){s.p + begin, end - begin};
}

bool bl_str_same_folded(const char *a, const char *b, size_t n)
{
	size_t i = 0;
	for (; i + 8 <= n; i += 8) {
		uint64_t x = load8(a + i), y = load8(b + i);
		if (x != y && lower8(x) != lower8(y))
			return false;
	}
	for (; i < n; i++)
		if (a[i] != b[i] && lower(a[i]) != lower(b[i]))
			return false;
	return true;
}

int bl_str_cmp(bl_str a, bl_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;
	if (c)
		return c;
	return a.n < b.n ? -1 : a.n > b.n;
}

int bl_str_cmpi(bl_str a, bl_str b)
{
	size_t n = a.n < b.n ? a.n : b.n, i = 0;
	while (i + 8 <= n && lower8(load8(a.p + i)) == lower8(load8(b.p + i)))
		i += 8;
	for (; i < n; i++) {
		int d = lower(a.p[i]) - lower(b.p[i]);
		if (d)
			return d;
	}
	return a.n < b.n ? -1 : a.n > b.n;
}

ptrdiff_t bl_str_find(bl_str s, bl_str needle, size_t from)
{
	if (from > s.n || needle.n > s.n - from)
		return -1;
	if (!needle.n)
		return (ptrdiff_t)from;
	const char *hit = memmem(s.p + from, s.n - from, needle.p, needle.n);
	return hit ? hit - s.p : -1;
}

/* Is one of the eight bytes of w c? */
static inline bool holds(uint64_t w, unsigned char c)
{
	const uint64_t ones = 0x0101010101010101ull;
	w ^= c * ones;
	return (w - ones) & ~w & 0x80 * ones;
}

ptrdiff_t bl_str_findi(bl_str s, bl_str needle, size_t from)
{
	if (from > s.n || needle.n > s.n - from)
		return -1;
	if (!needle.n)
		return (ptrdiff_t)from;
	/* paths begin their parts alike: the last byte tells more places apart than the first */
	unsigned char first = lower(needle.p[0]), last = lower(needle.p[needle.n - 1]);
	const char *ends = s.p + needle.n - 1;
	size_t most = s.n - needle.n;
	for (size_t i = from; i <= most; i++) {
		while (i + 7 <= most && !holds(lower8(load8(ends + i)), last))
			i += 8;
		if (i <= most && lower(ends[i]) == last && lower(s.p[i]) == first && bl_str_same_folded(s.p + i, needle.p, needle.n))
			return (ptrdiff_t)i;
	}
	return -1;
}

ptrdiff_t bl_str_rfind_char(bl_str s, char c)
{
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == c)
			return (ptrdiff_t)i - 1;
	return -1;
}

bool bl_str_is_digits(bl_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

bl_str bl_str_trim(bl_str s)
{
	while (s.n && is_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

bl_str bl_str_cut(bl_str s, char sep, bl_str *head)
{
	const char *hit = s.n ? memchr(s.p, sep, s.n) : NULL;
	if (!hit) {
		*head = s;
		return (bl_str){s.p + s.n, 0};
	}
	*head = (bl_str){s.p, (size_t)(hit - s.p)};
	return (bl_str){hit + 1, s.n - head->n - 1};
}

/* One word into a hash. Every step mixes whole: words of names and numbers differ in few bits. No adversarial tables (hostile input is bounded by limits). */
static inline uint64_t mix(uint64_t h, uint64_t word)
{
	h = (h ^ word) * 0x9e3779b97f4a7c15ull;
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93ull;
	return h ^ (h >> 32);
}

/* The n bytes at p, of which there are 2 to 7, as a number: what its two halves share is the same in both. */
static inline uint64_t bytes(const char *p, size_t n)
{
	uint32_t high, low;
	if (n < 4) {
		uint16_t first, last;
		memcpy(&first, p, sizeof first);
		memcpy(&last, p + n - sizeof last, sizeof last);
		return (uint64_t)be16toh(first) << 8 * (n - sizeof first) | be16toh(last);
	}
	memcpy(&high, p, sizeof high);
	memcpy(&low, p + n - sizeof low, sizeof low);
	return (uint64_t)be32toh(high) << 8 * (n - sizeof high) | be32toh(low);
}

/* The fewer than eight bytes at p as one word. */
static inline uint64_t tail(const char *p, size_t n)
{
	return n > 1 ? bytes(p, n) : n ? (unsigned char)*p : 0;
}

uint64_t bl_str_hash(bl_str s)
{
	uint64_t h = s.n;
	size_t i = 0;
	for (; i + 8 <= s.n; i += 8)
		h = mix(h, load8(s.p + i));
	return mix(h, tail(s.p + i, s.n - i));
}

uint64_t bl_str_hashi(bl_str s)
{
	uint64_t h = s.n;
	size_t i = 0;
	for (; i + 8 <= s.n; i += 8)
		h = mix(h, lower8(load8(s.p + i)));
	return mix(h, lower8(tail(s.p + i, s.n - i)));
}

bl_str bl_str_dup(bl_arena *arena, bl_str s)
{
	return (bl_str){bl_str_z(arena, s), s.n};
}

char *bl_str_z(bl_arena *arena, bl_str s)
{
	char *p = bl_arena_alloc_raw(arena, s.n + 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

bl_str bl_str_lower(bl_arena *arena, bl_str s)
{
	char *p = bl_arena_alloc_raw(arena, s.n + 1);
	size_t i = 0;
	for (; i + 8 <= s.n; i += 8) {
		uint64_t w = lower8(load8(s.p + i));
		memcpy(p + i, &w, sizeof w);
	}
	for (; i < s.n; i++)
		p[i] = (char)lower(s.p[i]);
	p[s.n] = '\0';
	return (bl_str){p, s.n};
}

bl_str bl_str_cat(bl_arena *arena, bl_str a, bl_str b)
{
	char *p = bl_arena_alloc_raw(arena, a.n + b.n + 1);
	if (a.n)
		memcpy(p, a.p, a.n);
	if (b.n)
		memcpy(p + a.n, b.p, b.n);
	p[a.n + b.n] = '\0';
	return (bl_str){p, a.n + b.n};
}

bl_str bl_str_vfmt(bl_arena *arena, const char *format, va_list ap)
{
	/* most texts are short: printed once, and copied */
	char small[256];
	va_list again;
	va_copy(again, ap);
	int printed = vsnprintf(small, sizeof small, format, ap);
	size_t n = printed < 0 ? 0 : (size_t)printed;
	bl_str text = {small, n};
	if (n < sizeof small) {
		text = bl_str_dup(arena, text);
	} else {
		char *p = bl_arena_alloc_raw(arena, n + 1);
		vsnprintf(p, n + 1, format, again);
		text.p = p;
	}
	va_end(again);
	return text;
}

bl_str bl_str_fmt(bl_arena *arena, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	bl_str s = bl_str_vfmt(arena, format, ap);
	va_end(ap);
	return s;
}

void bl_buf_done(bl_buf *b)
{
	free(b->p);
	*b = (bl_buf){0};
}

void bl_buf_pass(bl_buf *b)
{
	enum { PIECE = 1 << 20 };
	if (!b->drain || b->n < PIECE)
		return;
	b->drain(b->to, bl_buf_str(b));
	b->n = 0;
}

void bl_buf_reserve(bl_buf *b, size_t more)
{
	size_t need = b->n + more + 1;
	if (need <= b->cap)
		return;
	size_t cap = b->cap ? b->cap : 64;
	while (cap < need)
		cap *= 2;
	b->p = bl_xrealloc(b->p, cap);
	b->cap = cap;
}

void bl_buf_put(bl_buf *b, bl_str s)
{
	if (b->cap - b->n <= s.n)
		bl_buf_reserve(b, s.n);
	if (s.n)
		memcpy(b->p + b->n, s.p, s.n);
	b->n += s.n;
	b->p[b->n] = '\0';
}

void bl_buf_putz(bl_buf *b, const char *z)
{
	bl_buf_put(b, bl_str_of(z));
}

void bl_buf_putf(bl_buf *b, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	/* as it is, if there is room */
	bl_buf_reserve(b, 1);
	int n = vsnprintf(b->p + b->n, b->cap - b->n, format, ap);
	va_end(ap);
	if (n > 0 && (size_t)n >= b->cap - b->n) {
		bl_buf_reserve(b, (size_t)n);
		va_start(ap, format);
		vsnprintf(b->p + b->n, (size_t)n + 1, format, ap);
		va_end(ap);
	}
	b->n += n > 0 ? (size_t)n : 0;
	b->p[b->n] = '\0';
}

size_t bl_str_distance(bl_str a, bl_str b, size_t limit)
{
	enum { MAX = 64 };
	if (a.n > MAX || b.n > MAX)
		return bl_str_eq(a, b) ? 0 : limit + 1;
	unsigned char row[MAX + 1];
	for (size_t j = 0; j <= b.n; j++)
		row[j] = (unsigned char)j;
	for (size_t i = 1; i <= a.n; i++) {
		unsigned char diagonal = row[0];
		row[0] = (unsigned char)i;
		for (size_t j = 1; j <= b.n; j++) {
			unsigned char above = row[j];
			unsigned char best = diagonal + (lower(a.p[i - 1]) != lower(b.p[j - 1]));
			if (above + 1 < best)
				best = above + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
			diagonal = above;
		}
	}
	return row[b.n] > limit ? limit + 1 : row[b.n];
}

size_t bl_str_put_utf8(char *p, uint32_t c)
{
	if (c < 0x80) {
		p[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		p[0] = (char)(0xc0 | c >> 6);
		p[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		p[0] = (char)(0xe0 | c >> 12);
		p[1] = (char)(0x80 | (c >> 6 & 63));
		p[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	p[0] = (char)(0xf0 | c >> 18);
	p[1] = (char)(0x80 | (c >> 12 & 63));
	p[2] = (char)(0x80 | (c >> 6 & 63));
	p[3] = (char)(0x80 | (c & 63));
	return 4;
}

bl_str bl_str_integer(bl_arena *arena, long long n)
{
	char digits[24];
	size_t at = sizeof digits;
	unsigned long long left = n < 0 ? 0ULL - (unsigned long long)n : (unsigned long long)n;
	do
		digits[--at] = (char)('0' + left % 10);
	while (left /= 10);
	if (n < 0)
		digits[--at] = '-';
	return bl_str_dup(arena, bl_str_make(digits + at, sizeof digits - at));
}

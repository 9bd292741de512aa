#include "core/reason/ranges.h"

#include <arpa/inet.h>
#include <stdlib.h>

static const bl_u128 v4_max = UINT32_MAX, v6_max = ~(bl_u128)0;

static int by_low_end(const void *a, const void *b)
{
	const bl_range *x = a, *y = b;
	return x->lo != y->lo ? (x->lo < y->lo ? -1 : 1) : (x->hi > y->hi) - (x->hi < y->hi);
}

/* Appends to sorted items, melting what touches. */
static void append(bl_range *items, size_t *n, bl_range r)
{
	bl_range *last = *n ? &items[*n - 1] : NULL;
	if (last && (r.lo <= last->hi || r.lo - 1 == last->hi)) {
		if (r.hi > last->hi)
			last->hi = r.hi;
		return;
	}
	items[(*n)++] = r;
}

bl_ranges bl_ranges_of(bl_arena *arena, const bl_range *ranges, size_t n)
{
	bl_range *sorted = bl_new_n(arena, bl_range, n), *items = bl_new_n(arena, bl_range, n);
	size_t good = 0, made = 0;
	for (size_t i = 0; i < n; i++)
		if (ranges[i].lo <= ranges[i].hi)
			sorted[good++] = ranges[i];
	if (good)
		qsort(sorted, good, sizeof *sorted, by_low_end);
	for (size_t i = 0; i < good; i++)
		append(items, &made, sorted[i]);
	return (bl_ranges){items, made};
}

bl_ranges bl_ranges_one(bl_arena *arena, bl_u128 lo, bl_u128 hi)
{
	bl_range r = {lo, hi};
	return bl_ranges_of(arena, &r, 1);
}

bl_ranges bl_ranges_union(bl_arena *arena, bl_ranges a, bl_ranges b)
{
	if (!a.n)
		return b;
	if (!b.n)
		return a;
	bl_range *items = bl_new_n(arena, bl_range, a.n + b.n);
	size_t i = 0, k = 0, n = 0;
	while (i < a.n || k < b.n) {
		bool from_a = k == b.n || (i < a.n && a.items[i].lo <= b.items[k].lo);
		append(items, &n, from_a ? a.items[i++] : b.items[k++]);
	}
	return (bl_ranges){items, n};
}

bl_ranges bl_ranges_intersect(bl_arena *arena, bl_ranges a, bl_ranges b)
{
	if (!a.n || !b.n)
		return (bl_ranges){0};
	bl_range *items = bl_new_n(arena, bl_range, a.n + b.n);
	size_t i = 0, k = 0, n = 0;
	while (i < a.n && k < b.n) {
		bl_range x = a.items[i], y = b.items[k];
		bl_range both = {x.lo > y.lo ? x.lo : y.lo, x.hi < y.hi ? x.hi : y.hi};
		if (both.lo <= both.hi)
			items[n++] = both;
		if (x.hi < y.hi)
			i++;
		else
			k++;
	}
	return (bl_ranges){items, n};
}

bl_ranges bl_ranges_subtract(bl_arena *arena, bl_ranges a, bl_ranges b)
{
	if (!a.n || !b.n)
		return a;
	bl_range *items = bl_new_n(arena, bl_range, a.n + b.n);
	size_t k = 0, n = 0;
	for (size_t i = 0; i < a.n; i++) {
		bl_range left = a.items[i];
		bool rest = true;
		while (k < b.n && b.items[k].hi < left.lo)
			k++;
		for (size_t m = k; rest && m < b.n && b.items[m].lo <= left.hi; m++) {
			if (b.items[m].lo > left.lo)
				items[n++] = (bl_range){left.lo, b.items[m].lo - 1};
			rest = b.items[m].hi < left.hi;
			if (rest)
				left.lo = b.items[m].hi + 1;
		}
		if (rest)
			items[n++] = left;
	}
	return (bl_ranges){items, n};
}

bool bl_ranges_has(bl_ranges a, bl_u128 x)
{
	size_t lo = 0, hi = a.n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (a.items[mid].hi < x)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < a.n && a.items[lo].lo <= x;
}

bool bl_ranges_equal(bl_ranges a, bl_ranges b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (a.items[i].lo != b.items[i].lo || a.items[i].hi != b.items[i].hi)
			return false;
	return true;
}

bl_u128 bl_ranges_count(bl_ranges a)
{
	bl_u128 sum = 0;
	for (size_t i = 0; i < a.n; i++) {
		bl_u128 less_one = a.items[i].hi - a.items[i].lo;
		if (v6_max - sum <= less_one)
			return v6_max;
		sum += less_one + 1;
	}
	return sum;
}

bl_addrs bl_addrs_all(bl_arena *arena)
{
	return (bl_addrs){bl_ranges_one(arena, 0, v4_max), bl_ranges_one(arena, 0, v6_max)};
}

typedef struct address {
	bl_u128 value;
	bool v6;
} address;

static bool parse_address(bl_str text, address *out)
{
	char z[INET6_ADDRSTRLEN + 1];
	unsigned char bytes[16];
	if (!text.n || text.n >= sizeof z)
		return false;
	memcpy(z, text.p, text.n);
	z[text.n] = '\0';
	size_t n = 4;
	if (inet_pton(AF_INET, z, bytes) != 1) {
		if (inet_pton(AF_INET6, z, bytes) != 1)
			return false;
		n = 16;
	}
	*out = (address){0, n == 16};
	for (size_t i = 0; i < n; i++)
		out->value = out->value << 8 | bytes[i];
	if (out->v6 && out->value >> 32 == 0xffff)
		*out = (address){(uint32_t)out->value, false};
	return true;
}

static bool parse_length(bl_str text, unsigned most, unsigned *out)
{
	unsigned n = 0;
	if (!text.n || text.n > 3)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		n = n * 10 + (unsigned)(text.p[i] - '0');
	}
	*out = n;
	return n <= most;
}

static bl_addrs of_family(bl_arena *arena, bool v6, bl_u128 lo, bl_u128 hi)
{
	bl_ranges r = bl_ranges_one(arena, lo, hi);
	return v6 ? (bl_addrs){.v6 = r} : (bl_addrs){.v4 = r};
}

bool bl_addrs_parse(bl_arena *arena, bl_str text, bl_addrs *out)
{
	bl_str head;
	text = bl_str_trim(text);
	address a, b;
	if (text.n && memchr(text.p, '-', text.n)) {
		bl_str rest = bl_str_cut(text, '-', &head);
		if (!parse_address(bl_str_trim(head), &a) || !parse_address(bl_str_trim(rest), &b) ||
			a.v6 != b.v6 || a.value > b.value)
			return false;
		*out = of_family(arena, a.v6, a.value, b.value);
		return true;
	}
	bool has_length = text.n && memchr(text.p, '/', text.n);
	bl_str rest = bl_str_cut(text, '/', &head);
	if (!parse_address(head, &a))
		return false;
	unsigned bits = a.v6 ? 128 : 32, length = bits;
	if (has_length && !parse_length(rest, bits, &length))
		return false;
	/* a shift by all 128 bits is undefined */
	bl_u128 all = a.v6 ? v6_max : v4_max;
	bl_u128 host = length == 128 ? 0 : all >> length;
	*out = of_family(arena, a.v6, a.value & ~host & all, a.value | host);
	return true;
}

bl_addrs bl_addrs_union(bl_arena *arena, bl_addrs a, bl_addrs b)
{
	return (bl_addrs){bl_ranges_union(arena, a.v4, b.v4), bl_ranges_union(arena, a.v6, b.v6)};
}

bl_addrs bl_addrs_intersect(bl_arena *arena, bl_addrs a, bl_addrs b)
{
	return (bl_addrs){
		bl_ranges_intersect(arena, a.v4, b.v4), bl_ranges_intersect(arena, a.v6, b.v6)};
}

bl_addrs bl_addrs_subtract(bl_arena *arena, bl_addrs a, bl_addrs b)
{
	return (bl_addrs){
		bl_ranges_subtract(arena, a.v4, b.v4), bl_ranges_subtract(arena, a.v6, b.v6)};
}

bool bl_addrs_equal(bl_addrs a, bl_addrs b)
{
	return bl_ranges_equal(a.v4, b.v4) && bl_ranges_equal(a.v6, b.v6);
}

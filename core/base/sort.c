#include "core/base/sort.h"

#include "core/base/arena.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { FEW = 8, MAX_BUCKET_BITS = 16 };

typedef struct sorting {
	uint32_t *spare; /* half of the items */
	bl_sort_order order;
	void *context;
} sorting;

static bool after(const sorting *s, const uint32_t *a, const uint32_t *b)
{
	return s->order(a, b, s->context) > 0;
}

static void insert_all(const sorting *s, uint32_t *items, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		uint32_t one = items[i];
		size_t at = i;
		for (; at && after(s, &items[at - 1], &one); at--)
			items[at] = items[at - 1];
		items[at] = one;
	}
}

/* How many of the sorted items stand before one, which comes from behind them. */
static size_t rank_of(const sorting *s, const uint32_t *items, size_t n, const uint32_t *one)
{
	size_t lo = 0;
	while (lo < n) {
		size_t mid = lo + (n - lo) / 2;
		if (after(s, &items[mid], one))
			n = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

/* How many of the sorted right items stand before the last left one: looked for from their beginning, as there are mostly few. */
static size_t reach_of(const sorting *s, const uint32_t *right, size_t n, const uint32_t *last)
{
	size_t lo = 0, step = 1;
	while (lo + step <= n && after(s, last, &right[lo + step - 1])) {
		lo += step;
		step *= 2;
	}
	size_t hi = lo + step <= n ? lo + step - 1 : n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (after(s, last, &right[mid]))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Of two sorted runs side by side only where they overlap is moved. */
static void merge(const sorting *s, uint32_t *items, size_t left, size_t n)
{
	if (!after(s, &items[left - 1], &items[left]))
		return;
	size_t begin = rank_of(s, items, left, &items[left]);
	size_t end = left + reach_of(s, items + left, n - left, &items[left - 1]);
	size_t nspare = left - begin, i = 0, k = left, to = begin;
	memcpy(s->spare, items + begin, nspare * sizeof *items);
	while (i < nspare && k < end)
		items[to++] = after(s, &s->spare[i], &items[k]) ? items[k++] : s->spare[i++];
	memcpy(items + to, s->spare + i, (nspare - i) * sizeof *items);
}

static void sort(const sorting *s, uint32_t *items, size_t n)
{
	if (n <= FEW) {
		insert_all(s, items, n);
		return;
	}
	sort(s, items, n / 2);
	sort(s, items + n / 2, n - n / 2);
	merge(s, items, n / 2, n);
}

void bl_sort_numbers(uint32_t *items, size_t n, bl_sort_order order, void *context)
{
	sorting s = {bl_xmalloc((n / 2 + 1) * sizeof *items), order, context};
	sort(&s, items, n);
	free(s.spare);
}

static int by_key(const void *a, const void *b)
{
	const bl_keyed *x = a, *y = b;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->value > y->value) - (x->value < y->value);
}

static void sort_bucket(bl_keyed *items, size_t n)
{
	if (n > FEW) {
		qsort(items, n, sizeof *items, by_key);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		bl_keyed one = items[i];
		size_t at = i;
		for (; at && by_key(&items[at - 1], &one) > 0; at--)
			items[at] = items[at - 1];
		items[at] = one;
	}
}

void bl_sort_keyed(bl_keyed *items, size_t n)
{
	uint64_t most = 0;
	unsigned bits = 1, shift = 0;
	if (n <= FEW) {
		sort_bucket(items, n);
		return;
	}
	for (size_t i = 0; i < n; i++)
		most = items[i].key > most ? items[i].key : most;
	while (bits < MAX_BUCKET_BITS && (size_t)2 << bits < n)
		bits++;
	while (most >> shift >> bits)
		shift++;
	/* the buckets' beginnings, counted one place ahead: placing an item moves its bucket's to the end */
	uint32_t *starts = bl_xmalloc((((size_t)1 << bits) + 1) * sizeof *starts);
	bl_keyed *placed = bl_xmalloc(n * sizeof *placed);
	for (size_t i = 0; i < n; i++)
		starts[(items[i].key >> shift) + 1]++;
	for (size_t i = 0; i < (size_t)1 << bits; i++)
		starts[i + 1] += starts[i];
	for (size_t i = 0; i < n; i++)
		placed[starts[items[i].key >> shift]++] = items[i];
	for (size_t i = 0, begin = 0; i < (size_t)1 << bits; begin = starts[i++])
		sort_bucket(placed + begin, starts[i] - begin);
	memcpy(items, placed, n * sizeof *items);
	free(placed);
	free(starts);
}

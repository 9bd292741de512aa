#include "core/base/sort.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { N = 3000 };

typedef struct counted {
	const int *ranks; /* of each number */
	size_t compared;
} counted;

static int by_rank(const void *a, const void *b, void *context)
{
	counted *c = context;
	c->compared++;
	return c->ranks[*(const uint32_t *)a] - c->ranks[*(const uint32_t *)b];
}

/* Numbers 0 to n - 1 by their ranks; how many comparisons that took. */
static size_t sort_all(const int *ranks, size_t n)
{
	uint32_t items[N];
	counted c = {ranks, 0};
	for (uint32_t i = 0; i < n; i++)
		items[i] = i;
	bl_sort_numbers(items, n, by_rank, &c);
	for (size_t i = 1; i < n; i++) {
		int before = ranks[items[i - 1]], here = ranks[items[i]];
		/* equal ones stay as they stood */
		assert_true(before < here || (before == here && items[i - 1] < items[i]));
	}
	return c.compared;
}

static void numbers_are_sorted_and_equal_ones_stay_in_order(void **state)
{
	int ranks[N];
	srand(1);
	for (size_t n = 0; n < N; n = n * 5 / 4 + 1) {
		for (size_t i = 0; i < n; i++)
			ranks[i] = rand() % (int)(n / 2 + 1);
		sort_all(ranks, n);
		for (size_t i = 0; i < n; i++)
			ranks[i] = (int)(n - i);
		sort_all(ranks, n);
	}
}

static void what_is_in_order_or_nearly_so_takes_few_comparisons(void **state)
{
	int ranks[N];
	for (int i = 0; i < N; i++)
		ranks[i] = i;
	assert_true(sort_all(ranks, N) < N * 3 / 2);
	/* by ten, and the ten backwards */
	for (int i = 0; i < N; i++)
		ranks[i] = i / 10 * 10 + 9 - i % 10;
	assert_true(sort_all(ranks, N) < N * 8);
}

static void assert_keyed(bl_keyed *items, size_t n)
{
	uint64_t sum = 0, after = 0;
	for (size_t i = 0; i < n; i++)
		sum += items[i].key * 31 + items[i].value;
	bl_sort_keyed(items, n);
	for (size_t i = 0; i < n; i++) {
		after += items[i].key * 31 + items[i].value;
		if (i)
			assert_true(items[i - 1].key < items[i].key ||
				(items[i - 1].key == items[i].key && items[i - 1].value <= items[i].value));
	}
	assert_true(sum == after);
}

static void keys_are_sorted_however_they_are_spread(void **state)
{
	static bl_keyed items[N];
	uint64_t h = 1;
	for (unsigned shift = 0; shift < 64; shift += 9) {
		for (size_t n = 0; n < N; n += n / 2 + 1) {
			for (size_t i = 0; i < n; i++) {
				h = h * 6364136223846793005u + 1442695040888963407u;
				/* some in a heap at the low end, as numbers of types beside hashes */
				items[i] = (bl_keyed){i % 3 != 1 ? h >> shift : h >> 60, (uint32_t)(h >> 62)};
			}
			assert_keyed(items, n);
		}
	}
	for (size_t i = 0; i < N; i++)
		items[i] = (bl_keyed){0, (uint32_t)(N - i)};
	assert_keyed(items, N);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_sorted_and_equal_ones_stay_in_order),
		cmocka_unit_test(what_is_in_order_or_nearly_so_takes_few_comparisons),
		cmocka_unit_test(keys_are_sorted_however_they_are_spread),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

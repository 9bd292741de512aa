#include "mapping/assign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { SIDE = 5, EDGES = SIDE * SIDE };

static uint64_t seed;

static uint32_t draw(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

static size_t random_graph(bl_assign_edge *edges)
{
	size_t n = 0;
	for (uint32_t l = 0; l < SIDE; l++)
		for (uint32_t r = 0; r < SIDE; r++)
			if (draw(100) < 55)
				edges[n++] = (bl_assign_edge){.left = l, .right = r, .weight = 1 + draw(20)};
	return n;
}

/* The best total over all matchings of edges[at..n) that leave banned out. */
static int64_t brute(const bl_assign_edge *edges, size_t n, size_t at, unsigned lefts, unsigned rights, size_t banned)
{
	if (at == n)
		return 0;
	int64_t best = brute(edges, n, at + 1, lefts, rights, banned);
	unsigned l = 1u << edges[at].left, r = 1u << edges[at].right;
	if (at != banned && !(lefts & l) && !(rights & r)) {
		int64_t with = edges[at].weight + brute(edges, n, at + 1, lefts | l, rights | r, banned);
		best = with > best ? with : best;
	}
	return best;
}

static int64_t total(const bl_assign_edge *edges, size_t n)
{
	unsigned lefts = 0, rights = 0;
	int64_t sum = 0;
	for (size_t i = 0; i < n; i++) {
		if (!edges[i].chosen)
			continue;
		assert_false(lefts & 1u << edges[i].left);
		assert_false(rights & 1u << edges[i].right);
		lefts |= 1u << edges[i].left;
		rights |= 1u << edges[i].right;
		sum += edges[i].weight;
	}
	return sum;
}

static void the_matching_is_worth_as_much_as_the_best_of_all(void **state)
{
	bl_assign_edge edges[EDGES];
	for (seed = 1; seed < 4000; seed += 13) {
		bl_arena arena = {0};
		size_t n = random_graph(edges);
		assert_true(bl_assign(&arena, edges, n, SIDE, SIDE, 1000000));
		assert_int_equal(total(edges, n), brute(edges, n, 0, 0, 0, n));
		bl_arena_done(&arena);
	}
}

static void a_regret_is_what_the_best_matching_without_the_pair_is_worth_less(void **state)
{
	bl_assign_edge edges[EDGES];
	for (seed = 2; seed < 2000; seed += 17) {
		bl_arena arena = {0};
		size_t n = random_graph(edges);
		bl_assign(&arena, edges, n, SIDE, SIDE, 1000000);
		int64_t best = total(edges, n);
		for (size_t i = 0; i < n; i++)
			if (edges[i].chosen)
				assert_int_equal(edges[i].regret, best - brute(edges, n, 0, 0, 0, i));
		bl_arena_done(&arena);
	}
}

static void without_the_steps_to_be_exact_regrets_are_no_larger_than_they_are(void **state)
{
	bl_assign_edge edges[EDGES];
	for (seed = 3; seed < 2000; seed += 19) {
		bl_arena arena = {0};
		size_t n = random_graph(edges);
		assert_false(bl_assign(&arena, edges, n, SIDE, SIDE, 5));
		total(edges, n);
		for (size_t i = 0; i < n; i++) {
			int64_t without = brute(edges, n, 0, 0, 0, i);
			if (!edges[i].chosen)
				continue;
			int64_t with = edges[i].weight + brute(edges, n, 0, 1u << edges[i].left, 1u << edges[i].right, n);
			assert_true(edges[i].regret <= with - without);
		}
		bl_arena_done(&arena);
	}
}

static void greed_does_not_pay(void **state)
{
	/* the heaviest pair would leave the others with nothing */
	bl_assign_edge edges[] = {{.left = 0, .right = 0, .weight = 10}, {.left = 0, .right = 1, .weight = 9}, {.left = 1, .right = 0, .weight = 8}};
	bl_arena arena = {0};
	assert_true(bl_assign(&arena, edges, 3, 2, 2, 1000));
	assert_false(edges[0].chosen);
	assert_true(edges[1].chosen && edges[2].chosen);
	assert_int_equal(edges[1].regret, 17 - 10);
	bl_arena_done(&arena);
}

static void equal_pairs_have_no_regret(void **state)
{
	bl_assign_edge edges[] = {{.left = 0, .right = 0, .weight = 5}, {.left = 0, .right = 1, .weight = 5}};
	bl_arena arena = {0};
	assert_true(bl_assign(&arena, edges, 2, 1, 2, 1000));
	assert_int_equal(edges[0].chosen + edges[1].chosen, 1);
	assert_int_equal(edges[0].chosen ? edges[0].regret : edges[1].regret, 0);
	bl_arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_matching_is_worth_as_much_as_the_best_of_all),
		cmocka_unit_test(a_regret_is_what_the_best_matching_without_the_pair_is_worth_less),
		cmocka_unit_test(without_the_steps_to_be_exact_regrets_are_no_larger_than_they_are),
		cmocka_unit_test(greed_does_not_pay),
		cmocka_unit_test(equal_pairs_have_no_regret),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

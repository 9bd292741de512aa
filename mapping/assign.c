/*
 * Maximum-weight bipartite matching by augmenting paths: after the first k left nodes the matching is the best one for them, and one more node
 * changes it along one path, the one that gains most. The same search gives regrets: without a chosen pair both its ends are free, and each may
 * gain once more.
 */
#include "mapping/assign.h"

#include "core/base/vec.h"

#include <stdlib.h>
#include <string.h>

enum { NONE = UINT32_MAX };

typedef struct side {
	uint32_t n;
	uint32_t *starts; /* edges of node i: order[starts[i] .. starts[i + 1]) */
	uint32_t *order;
	uint32_t *mate;   /* the chosen edge of a node, or NONE */
} side;

typedef struct solver {
	bl_assign_edge *edges;
	size_t nedges;
	side left, right;
	int64_t *gain;   /* by node of the side the search began on; valid where mark is now */
	uint32_t *came;  /* the edge by which the node was reached from the other side */
	uint32_t *mark, now;
	bool *queued;
	uint32_t *queue;
	uint64_t steps;
	bool over;
} solver;

static uint32_t end_of(const bl_assign_edge *e, bool right)
{
	return right ? e->right : e->left;
}

static void group(bl_arena *arena, const bl_assign_edge *edges, size_t n, uint32_t nodes, bool right, side *out)
{
	out->n = nodes;
	out->starts = bl_new_n(arena, uint32_t, nodes + 2);
	out->order = bl_new_n(arena, uint32_t, n + 1);
	out->mate = bl_new_n(arena, uint32_t, nodes + 1);
	memset(out->mate, 0xff, nodes * sizeof *out->mate);
	/* counted two places ahead, so that filling moves starts into place */
	for (size_t i = 0; i < n; i++)
		out->starts[end_of(&edges[i], right) + 2]++;
	for (uint32_t i = 2; i < nodes + 2; i++)
		out->starts[i] += out->starts[i - 1];
	for (size_t i = 0; i < n; i++)
		out->order[out->starts[end_of(&edges[i], right) + 1]++] = (uint32_t)i;
}

static void choose(solver *s, uint32_t edge, bool yes)
{
	bl_assign_edge *e = &s->edges[edge];
	e->chosen = yes;
	s->left.mate[e->left] = s->right.mate[e->right] = yes ? edge : NONE;
}

/* Where a search ends best: at a free node of the other side, or leaving a node of its own side alone. */
typedef struct path_end {
	int64_t gain;
	uint32_t edge; /* the last edge taken; NONE: no path gains anything */
	bool drops;    /* its far end was taken, and its mate stays alone */
} path_end;

typedef struct search {
	side *own, *other;
	bool own_right;
	uint32_t banned; /* an edge that must not be used, or NONE */
	path_end best;
	uint32_t tail;
} search;

static bool better(const path_end *best, int64_t gain, uint32_t edge)
{
	return gain > best->gain || (gain == best->gain && best->edge != NONE && edge < best->edge);
}

static void visit(solver *s, search *q, uint32_t node)
{
	for (uint32_t i = q->own->starts[node]; i < q->own->starts[node + 1]; i++) {
		uint32_t edge = q->own->order[i];
		const bl_assign_edge *e = &s->edges[edge];
		if (edge == q->banned || e->chosen)
			continue;
		s->steps--;
		int64_t gain = s->gain[node] + e->weight;
		uint32_t taken = q->other->mate[end_of(e, !q->own_right)];
		if (taken == NONE) {
			if (better(&q->best, gain, edge))
				q->best = (path_end){gain, edge, false};
			continue;
		}
		gain -= s->edges[taken].weight;
		if (better(&q->best, gain, edge))
			q->best = (path_end){gain, edge, true};
		uint32_t next = end_of(&s->edges[taken], q->own_right);
		if (s->mark[next] == s->now && s->gain[next] >= gain)
			continue;
		s->mark[next] = s->now;
		s->gain[next] = gain;
		s->came[next] = edge;
		if (!s->queued[next]) {
			s->queued[next] = true;
			s->queue[q->tail] = next;
			q->tail = (q->tail + 1) % (q->own->n + 1);
		}
	}
}

/* The path from node, free on its side, that gains most. No cycle gains anything, so this ends. */
static path_end find_path(solver *s, uint32_t node, bool own_right, uint32_t banned)
{
	search q = {own_right ? &s->right : &s->left, own_right ? &s->left : &s->right, own_right, banned, {0, NONE, false}, 0};
	uint32_t head = 0;
	s->now++;
	s->mark[node] = s->now;
	s->gain[node] = 0;
	s->came[node] = NONE;
	s->queue[q.tail++] = node;
	s->queued[node] = true;
	q.tail %= q.own->n + 1;
	while (head != q.tail) {
		uint32_t at = s->queue[head];
		head = (head + 1) % (q.own->n + 1);
		s->queued[at] = false;
		if ((int64_t)s->steps <= 0)
			s->over = true;
		else
			visit(s, &q, at);
	}
	return q.best;
}

/* Turns the edges of a path over: those not chosen are, and the other way round. */
static void apply(solver *s, const path_end *end, bool own_right)
{
	uint32_t edge = end->edge;
	side *other = own_right ? &s->left : &s->right;
	uint32_t drop = end->drops ? other->mate[end_of(&s->edges[edge], !own_right)] : NONE;
	if (drop != NONE)
		choose(s, drop, false);
	while (edge != NONE) {
		uint32_t node = end_of(&s->edges[edge], own_right);
		uint32_t old = (own_right ? &s->right : &s->left)->mate[node], before = s->came[node];
		if (old != NONE)
			choose(s, old, false);
		choose(s, edge, true);
		edge = old == NONE ? NONE : before;
	}
}

static void save(const solver *s, bool *chosen)
{
	for (size_t i = 0; i < s->nedges; i++)
		chosen[i] = s->edges[i].chosen;
}

static void restore(solver *s, const bool *chosen)
{
	memset(s->left.mate, 0xff, s->left.n * sizeof *s->left.mate);
	memset(s->right.mate, 0xff, s->right.n * sizeof *s->right.mate);
	for (size_t i = 0; i < s->nedges; i++) {
		s->edges[i].chosen = false;
		if (chosen[i])
			choose(s, (uint32_t)i, true);
	}
}

/* Without the pair its ends are free: the best that is left for the one, then for the other. */
static int64_t regret_of(solver *s, uint32_t edge)
{
	const bl_assign_edge *e = &s->edges[edge];
	choose(s, edge, false);
	path_end first = find_path(s, e->left, false, edge), second = {0, NONE, false};
	if (first.edge != NONE)
		apply(s, &first, false);
	if (s->right.mate[e->right] == NONE)
		second = find_path(s, e->right, true, edge);
	return e->weight - first.gain - second.gain;
}

static void take_regrets(bl_arena *scratch, solver *s)
{
	bool *chosen = bl_new_n(scratch, bool, s->nedges + 1);
	save(s, chosen);
	for (uint32_t i = 0; i < s->nedges && !s->over; i++) {
		if (!chosen[i])
			continue;
		s->edges[i].regret = regret_of(s, i);
		s->steps -= s->nedges;
		restore(s, chosen);
	}
}

static int by_weight(const void *a, const void *b, void *context)
{
	const bl_assign_edge *edges = context;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	if (edges[x].weight != edges[y].weight)
		return edges[x].weight > edges[y].weight ? -1 : 1;
	return (x > y) - (x < y);
}

static int64_t best_other(const solver *s, const side *of, uint32_t node, uint32_t but)
{
	int64_t best = 0;
	for (uint32_t i = of->starts[node]; i < of->starts[node + 1]; i++)
		if (of->order[i] != but && s->edges[of->order[i]].weight > best)
			best = s->edges[of->order[i]].weight;
	return best;
}

/* Too much to be exact: by falling weight. What either end could gain elsewhere is at most its heaviest other edge. */
static void take_greedily(bl_arena *scratch, solver *s)
{
	uint32_t *order = bl_new_n(scratch, uint32_t, s->nedges + 1);
	memset(s->left.mate, 0xff, s->left.n * sizeof *s->left.mate);
	memset(s->right.mate, 0xff, s->right.n * sizeof *s->right.mate);
	for (uint32_t i = 0; i < s->nedges; i++) {
		order[i] = i;
		s->edges[i].chosen = false;
	}
	qsort_r(order, s->nedges, sizeof *order, by_weight, s->edges);
	for (size_t i = 0; i < s->nedges; i++) {
		bl_assign_edge *e = &s->edges[order[i]];
		if (s->left.mate[e->left] != NONE || s->right.mate[e->right] != NONE)
			continue;
		choose(s, order[i], true);
		e->regret = e->weight - best_other(s, &s->left, e->left, order[i]) - best_other(s, &s->right, e->right, order[i]);
	}
}

bool bl_assign(bl_arena *scratch, bl_assign_edge *edges, size_t nedges, uint32_t nleft, uint32_t nright, uint64_t steps)
{
	solver s = {.edges = edges, .nedges = nedges, .steps = steps};
	uint32_t most = nleft > nright ? nleft : nright;
	group(scratch, edges, nedges, nleft, false, &s.left);
	group(scratch, edges, nedges, nright, true, &s.right);
	s.gain = bl_new_n(scratch, int64_t, most + 1);
	s.came = bl_new_n(scratch, uint32_t, most + 1);
	s.mark = bl_new_n(scratch, uint32_t, most + 1);
	s.queued = bl_new_n(scratch, bool, most + 1);
	s.queue = bl_new_n(scratch, uint32_t, most + 2);
	for (uint32_t i = 0; i < nleft && !s.over; i++) {
		path_end end = find_path(&s, i, false, NONE);
		if (end.edge != NONE && !s.over)
			apply(&s, &end, false);
	}
	if (!s.over)
		take_regrets(scratch, &s);
	if (s.over)
		take_greedily(scratch, &s);
	return !s.over;
}

#include "rules/match.h"

#include <stdlib.h>

/* Resource `from` names node `to` through a related row's `their` path. */
typedef struct naming {
	uint32_t to, from;
} naming;

/* A resource whose `their` holds something that points to nothing known. */
typedef struct dangling {
	uint32_t from;
	const bl_value *value; /* NULL: there may be more values than are known */
} dangling;

typedef struct root_rows {
	BL_VEC(uint32_t) all; /* the root's resources of the types */
	BL_VEC(dangling) loose;
} root_rows;

typedef struct row {
	BL_VEC(naming) namings; /* sorted */
	bl_map roots;           /* a root's pointer -> root_rows */
} row;

struct bl_names {
	row *rows;
};

static bl_str pointer_key(const bl_root *const *root)
{
	return bl_str_make((const char *)root, sizeof *root);
}

static root_rows *rows_of(bl_arena *arena, row *w, const bl_root *root)
{
	root_rows *rows = bl_map_get(&w->roots, pointer_key(&root));
	if (rows)
		return rows;
	const bl_root **kept = bl_new(arena, const bl_root *);
	*kept = root;
	rows = bl_new(arena, root_rows);
	bl_map_put(arena, &w->roots, pointer_key(kept), rows);
	return rows;
}

static int by_target(const void *a, const void *b)
{
	const naming *x = a, *y = b;
	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	return (x->from > y->from) - (x->from < y->from);
}

static void add_namings(bl_arena *arena, row *w, const bl_rule *rule, const bl_related *related, const bl_graph *graph,
	uint32_t node)
{
	const bl_resource *r = bl_graph_node(graph, node)->resource;
	root_rows *rows = r ? rows_of(arena, w, r->root) : NULL;
	bl_match m;
	bl_cursors found = {0};
	bl_match_begin(&m, rule, graph, NULL, arena, node);
	bl_match_collect(&m, related->their, &m.body, &found);
	for (size_t i = 0; i < found.list.n; i++) {
		const bl_cursor *c = found.list.items[i];
		int64_t to = bl_cursor_absent(c) ? -1 : bl_graph_target(graph, node, c->value);
		if (to >= 0)
			bl_vec_push(arena, &w->namings, ((naming){(uint32_t)to, node}));
		else if (rows && (c->open || !bl_cursor_absent(c)))
			bl_vec_push(arena, &rows->loose, ((dangling){node, c->value}));
	}
	if (rows && found.unsure.tri == BL_MAYBE)
		bl_vec_push(arena, &rows->loose, ((dangling){node, NULL}));
}

static void build_row(bl_arena *arena, row *w, const bl_rule *rule, const bl_related *related, const bl_graph *graph)
{
	if (related->our && !related->their)
		return;
	for (size_t t = 0; t < related->ntypes; t++) {
		const uint32_t *nodes;
		size_t n = bl_graph_of_type(graph, related->types[t], &nodes);
		for (size_t i = 0; i < n; i++) {
			const bl_resource *r = bl_graph_node(graph, nodes[i])->resource;
			if (r)
				bl_vec_push(arena, &rows_of(arena, w, r->root)->all, nodes[i]);
			if (related->their)
				add_namings(arena, w, rule, related, graph, nodes[i]);
		}
	}
	if (w->namings.n)
		qsort(w->namings.items, w->namings.n, sizeof *w->namings.items, by_target);
}

bl_names *bl_names_new(bl_arena *arena, const bl_rule *const *rules, size_t n, const bl_graph *graph)
{
	bl_names *names = bl_new(arena, bl_names);
	size_t count = 0;
	for (size_t i = 0; i < n; i++)
		count += rules[i]->related.n;
	names->rows = bl_new_n(arena, row, count);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < rules[i]->related.n; k++) {
			const bl_related *related = rules[i]->related.items[k];
			build_row(arena, &names->rows[related->number], rules[i], related, graph);
		}
	return names;
}

/* `where` on another resource. What decided stands over there: no witness of ours. */
static bl_verdict where(bl_match *m, uint32_t op, uint32_t node)
{
	const bl_resource *r = bl_graph_node(m->graph, node)->resource;
	bl_verdict v = {BL_YES, NULL, {NULL, 0}};
	if (op + 1 < m->rule->ops.items[op].end) {
		bl_match other;
		bl_match_begin(&other, m->rule, m->graph, m->names, m->scratch, node);
		other.budget = m->budget;
		other.asker = m;
		v = bl_match_condition(&other, op + 1, &other.body);
		m->budget = other.budget;
		v.witness = NULL;
	}
	if (v.tri == BL_YES && r && r->condition == BL_MAYBE)
		v = (bl_verdict){BL_MAYBE, NULL,
			bl_str_fmt(m->scratch, "it is not known whether " BL_FMT " is deployed", BL_ARG(r->address))};
	return v;
}

static bl_verdict perhaps(bl_match *m, uint32_t op, uint32_t node, bl_str words)
{
	bl_verdict v = where(m, op, node);
	return v.tri == BL_NO ? v : (bl_verdict){BL_MAYBE, NULL, words};
}

static const bl_value *own_name(const bl_match *m)
{
	const bl_node *node = bl_graph_node(m->graph, m->node);
	return node->resource ? node->resource->name : NULL;
}

/* An unknown that waits for other resources is no name of ours; without an instance key it may mean any instance. */
static bool may_name(const bl_match *m, const bl_unknown *u)
{
	const bl_resource *us = bl_graph_node(m->graph, m->node)->resource;
	for (size_t i = 0; us && i < u->nrefs; i++) {
		bl_str a = u->refs[i].address;
		if (bl_str_starts(us->address, a) && us->address.n > a.n && us->address.p[a.n] == '[')
			return true;
	}
	return false;
}

/* A value that pointed to nothing known: our name, surely another's, or anybody's. */
static bl_verdict loose_naming(bl_match *m, uint32_t op, const dangling *d)
{
	const bl_value *name = own_name(m);
	if (d->value && d->value->kind == BL_STRING && bl_value_is(name, BL_STRING)) {
		if (bl_str_eqi(d->value->string, name->string))
			return where(m, op, d->from);
		return (bl_verdict){BL_NO, NULL, {NULL, 0}};
	}
	if (d->value && d->value->kind == BL_UNKNOWN && d->value->unknown->nrefs && !may_name(m, d->value->unknown))
		return (bl_verdict){BL_NO, NULL, {NULL, 0}};
	const bl_node *from = bl_graph_node(m->graph, d->from);
	return perhaps(m, op, d->from,
		bl_str_fmt(m->scratch, "it is not known what " BL_FMT " belongs to", BL_ARG(from->name)));
}

static bl_verdict by_their_path(bl_match *m, uint32_t op, const row *w)
{
	bl_verdict any = {BL_NO, NULL, {NULL, 0}};
	size_t lo = 0, hi = w->namings.n;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (w->namings.items[mid].to < m->node)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < w->namings.n && w->namings.items[lo].to == m->node && any.tri != BL_YES; lo++)
		if (w->namings.items[lo].from != m->node)
			any = bl_verdict_or(any, where(m, op, w->namings.items[lo].from));
	const bl_resource *r = bl_graph_node(m->graph, m->node)->resource;
	const root_rows *rows = r ? bl_map_get(&w->roots, pointer_key(&r->root)) : NULL;
	for (size_t i = 0; rows && i < rows->loose.n && any.tri != BL_YES; i++)
		if (rows->loose.items[i].from != m->node)
			any = bl_verdict_or(any, loose_naming(m, op, &rows->loose.items[i]));
	return any;
}

static bool is_of(const bl_related *related, const bl_graph *graph, uint32_t node)
{
	const bl_resource *r = bl_graph_node(graph, node)->resource;
	for (size_t i = 0; i < related->ntypes; i++)
		if (bl_str_eqi(related->types[i], bl_graph_type(graph, node)) ||
			(r && bl_str_eqi(related->types[i], r->native_type)))
			return true;
	return false;
}

/* A name that several resources share means the one of the right type. */
static int64_t named(const bl_match *m, const bl_related *related, const bl_value *v)
{
	const bl_resource *us = bl_graph_node(m->graph, m->node)->resource;
	int64_t found = -1;
	for (size_t t = 0; us && v->kind == BL_STRING && t < related->ntypes; t++) {
		const uint32_t *nodes;
		size_t n = bl_graph_of_type(m->graph, related->types[t], &nodes);
		for (size_t i = 0; i < n; i++) {
			const bl_resource *r = bl_graph_node(m->graph, nodes[i])->resource;
			if (!r || r->root != us->root || !bl_value_is(r->name, BL_STRING) ||
				!bl_str_eqi(r->name->string, v->string))
				continue;
			if (found >= 0)
				return -1;
			found = nodes[i];
		}
	}
	return found;
}

static bl_verdict by_our_value(bl_match *m, uint32_t op, const bl_related *related, const bl_cursor *c)
{
	if (bl_cursor_absent(c) && !c->open)
		return (bl_verdict){BL_NO, c, {NULL, 0}};
	int64_t to = c->value ? bl_graph_target(m->graph, m->node, c->value) : -1;
	if (to >= 0 && is_of(related, m->graph, (uint32_t)to))
		return where(m, op, (uint32_t)to);
	int64_t other = c->value ? named(m, related, c->value) : -1;
	if (other >= 0)
		return where(m, op, (uint32_t)other);
	if (to >= 0)
		return (bl_verdict){BL_NO, c, {NULL, 0}};
	bl_str path = bl_cursor_path(m->scratch, c, false);
	return (bl_verdict){BL_MAYBE, c,
		bl_str_fmt(m->scratch, "what '" BL_FMT "' names is not declared here", BL_ARG(path))};
}

static bl_verdict by_our_path(bl_match *m, uint32_t op, const bl_related *related, const bl_cursor *c)
{
	bl_cursors found = {0};
	bl_match_collect(m, related->our, c, &found);
	bl_verdict any = found.unsure;
	for (size_t i = 0; i < found.list.n && any.tri != BL_YES; i++)
		any = bl_verdict_or(any, by_our_value(m, op, related, found.list.items[i]));
	return any;
}

bl_verdict bl_match_related(bl_match *m, uint32_t op, const bl_cursor *c)
{
	const bl_related *related = m->rule->ops.items[op].related;
	if (related->our)
		return by_our_path(m, op, related, c);
	if (!m->names)
		return (bl_verdict){BL_MAYBE, NULL, BL_STR("related resources are not known")};
	const row *w = &m->names->rows[related->number];
	if (related->their)
		return by_their_path(m, op, w);
	bl_verdict any = {BL_NO, NULL, {NULL, 0}};
	const bl_resource *r = bl_graph_node(m->graph, m->node)->resource;
	const root_rows *rows = r ? bl_map_get(&w->roots, pointer_key(&r->root)) : NULL;
	for (size_t i = 0; rows && i < rows->all.n && any.tri != BL_YES; i++)
		if (rows->all.items[i] != m->node)
			any = bl_verdict_or(any, where(m, op, rows->all.items[i]));
	return any;
}

/* Walks the patterns over the graph. What code declares and what runs for it are one thing seen twice: a path is told once. */
#include "paths/pattern.h"
#include "paths/paths.h"

#include "core/codec/hash.h"
#include "core/reason/rbac.h"

#include <assert.h>
#include <stdlib.h>

enum {
	MAX_HOPS = 2 * BL_PATTERN_MAX_STEPS, /* each step may first go from code to what it runs as */
	MAX_PATHS = 2000,                     /* of one pattern */
	MAX_VISITS = 2000000,                 /* edges looked at for one pattern */
};

/* A path while it is being walked. */
typedef struct walk {
	const bl_edge *edges[MAX_HOPS];
	size_t n;
	const bl_edge *steps[BL_PATTERN_MAX_STEPS]; /* the edge of each step */
	size_t crossings;
	bl_tri sure;
} walk;

typedef struct found {
	bl_path *path;
	bl_str key; /* pattern and what the nodes stand for */
	size_t crossings;
	bool running; /* walked among assets alone */
} found;

typedef struct search {
	bl_graph *graph;
	bl_arena *arena; /* the graph's: paths live there */
	bl_arena scratch;
	const bl_pattern *pattern;
	bl_str *stands_for; /* by node, made when asked for */
	bl_map by_key;      /* found */
	BL_VEC(found *) all;
	size_t count, visits;
} search;

/* The code node that surely governs an asset; of several the one whose id comes first. */
static int64_t governor(const bl_graph *graph, uint32_t node)
{
	const bl_link *const *links;
	size_t n = bl_graph_links_of(graph, node, &links);
	int64_t best = -1;
	for (size_t i = 0; i < n; i++) {
		if (links[i]->kind != BL_PROVISIONS || links[i]->class == BL_AMBIGUOUS || links[i]->to != node)
			continue;
		if (best < 0 || bl_str_cmp(bl_graph_node(graph, links[i]->from)->id, bl_graph_node(graph, (uint32_t)best)->id) < 0)
			best = links[i]->from;
	}
	return best;
}

/* A name that is equal for a block of code and for what runs because of it. */
static bl_str stands_for(search *s, uint32_t node, int depth)
{
	if (s->stands_for[node].n)
		return s->stands_for[node];
	const bl_node *n = bl_graph_node(s->graph, node);
	bl_str out = n->id;
	if (n->kind == BL_NODE_ASSET) {
		int64_t code = governor(s->graph, node);
		if (code >= 0)
			out = bl_graph_node(s->graph, (uint32_t)code)->id;
	} else if (n->kind == BL_NODE_IDENTITY && depth < 4) {
		const bl_edge *const *edges;
		size_t count = bl_graph_in(s->graph, node, &edges);
		for (size_t i = 0; i < count; i++)
			if (edges[i]->kind == BL_EDGE_AUTHENTICATES)
				out = bl_str_cat(&s->scratch, BL_STR("identity:"), stands_for(s, edges[i]->from, depth + 1));
	}
	s->stands_for[node] = out;
	return out;
}

static bl_tri has_type(const search *s, const bl_pattern_step *step, uint32_t node)
{
	bl_str type = bl_graph_type(s->graph, node);
	if (!step->ntypes)
		return BL_YES;
	if (bl_graph_node(s->graph, node)->kind == BL_NODE_SCOPE)
		type = BL_STR("scope");
	for (size_t i = 0; i < step->ntypes; i++)
		if (bl_str_eqi(type, step->types[i]))
			return BL_YES;
	return BL_NO;
}

/* The services an edge opens that the step asks for, or all of them. */
static bl_str asked_detail(search *s, const bl_pattern_step *step, const bl_edge *edge)
{
	if (!step->services.n)
		return edge->detail;
	bl_ranges open = bl_net_parse(&s->scratch, edge->detail);
	return bl_net_text(&s->scratch, bl_ranges_intersect(&s->scratch, open, step->services));
}

static bl_tri has_power(const bl_pattern_step *step, bl_str role)
{
	const bl_rbac_role *known = bl_rbac_find(role);
	if (known)
		return bl_tri_of(known->powers & step->power);
	if (bl_str_eqz(role, "access policy"))
		return bl_tri_of(step->power & BL_RBAC_READ_SECRETS);
	/* a role that somebody made: what it allows is written elsewhere */
	return BL_MAYBE;
}

static bl_tri is_excepted(const search *s, const bl_pattern_step *step, uint32_t node)
{
	bl_tri any = BL_NO;
	const bl_value *body = bl_graph_body(s->graph, node);
	for (uint32_t i = 0; step->unless && i < step->unless->n; i++) {
		const bl_value *v = bl_value_at_path(body, step->unless->map[i].key);
		if (v && v->kind != BL_NULL)
			any = bl_tri_or(any, bl_value_equal(v, step->unless->map[i].value));
	}
	return any;
}

static bl_tri step_fits(search *s, const bl_pattern_step *step, const bl_edge *edge)
{
	if (edge->kind != step->edge)
		return BL_NO;
	bl_tri fits = bl_tri_and(edge->sure, has_type(s, step, edge->to));
	if (fits != BL_NO && step->detail.n)
		fits = bl_tri_and(fits, bl_tri_of(bl_str_eq(edge->detail, step->detail)));
	if (fits != BL_NO && step->services.n)
		fits = bl_tri_and(fits, bl_tri_of(asked_detail(s, step, edge).n > 0));
	if (fits != BL_NO && step->power)
		fits = bl_tri_and(fits, has_power(step, edge->detail));
	if (fits != BL_NO && step->unless)
		fits = bl_tri_and(fits, bl_tri_not(is_excepted(s, step, edge->to)));
	return fits;
}

/* Replaces {1}, {detail1} (by step) and {to}, {from}, {detail} (of step at) in words. */
static bl_str fill(search *s, bl_str words, const walk *w, size_t at)
{
	bl_buf out = {0};
	for (size_t i = 0; i < words.n;) {
		ptrdiff_t end = words.p[i] == '{' ? bl_str_find(words, BL_STR("}"), i) : -1;
		if (end < 0) {
			bl_buf_putc(&out, words.p[i++]);
			continue;
		}
		bl_str name = bl_str_slice(words, i + 1, (size_t)end);
		size_t step = name.n ? (size_t)(name.p[name.n - 1] - '1') : s->pattern->n;
		bool numbered = step < s->pattern->n;
		if (!numbered)
			step = at;
		if (bl_str_starts(name, BL_STR("detail")))
			bl_buf_put(&out, asked_detail(s, &s->pattern->steps[step], w->steps[step]));
		else if (bl_str_eqz(name, "from"))
			bl_buf_put(&out, bl_graph_node(s->graph, w->steps[step]->from)->name);
		else
			bl_buf_put(&out, bl_graph_node(s->graph, w->steps[step]->to)->name);
		i = (size_t)end + 1;
	}
	bl_str text = bl_str_dup(s->arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return text;
}

static bool within(bl_span inner, bl_span outer)
{
	return bl_span_known(inner) && inner.source == outer.source && inner.begin >= outer.begin && inner.end <= outer.end;
}

/* Findings that open the path: on its nodes, on what they run as, or on the resource whose line makes an edge. */
static void add_findings(search *s, bl_path *path)
{
	const bl_finding *const *findings;
	size_t n = bl_graph_findings(s->graph, &findings);
	for (size_t i = 0; i < n; i++) {
		const bl_finding *f = findings[i];
		if (!f->rule || !f->rule->nopens || f->result == BL_SUPPRESSED)
			continue;
		bool opens = false;
		for (size_t k = 1; k < path->nodes.n && !opens; k++) {
			uint32_t node = path->nodes.items[k];
			opens = f->node == node || bl_str_eq(stands_for(s, f->node, 0), stands_for(s, node, 0));
		}
		for (size_t k = 0; k < path->edges.n && !opens; k++)
			opens = f->resource && within(path->edges.items[k]->span, f->resource->span);
		if (opens)
			bl_vec_push(s->arena, &path->findings, f);
	}
}

/* What runs for the path's nodes. */
static void add_running(search *s, bl_path *path)
{
	for (size_t i = 1; i < path->nodes.n; i++) {
		const bl_link *const *links;
		const bl_node *node = bl_graph_node(s->graph, path->nodes.items[i]);
		size_t n = bl_graph_links_of(s->graph, path->nodes.items[i], &links);
		if (node->kind == BL_NODE_ASSET) {
			bl_vec_push(s->arena, &path->factors,
				bl_str_fmt(s->arena, "it runs: " BL_FMT, BL_ARG(node->asset->id)));
			continue;
		}
		for (size_t k = 0; k < n; k++)
			if (links[k]->kind == BL_PROVISIONS && links[k]->class != BL_AMBIGUOUS && links[k]->from == path->nodes.items[i])
				bl_vec_push(s->arena, &path->factors,
					bl_str_fmt(s->arena, BL_FMT " runs as " BL_FMT, BL_ARG(node->name),
						BL_ARG(links[k]->asset->id)));
	}
}

static void add_words(search *s, bl_path *path, const walk *w)
{
	const bl_pattern *p = s->pattern;
	for (size_t i = 0; i < p->n; i++) {
		if (p->steps[i].factor.n)
			bl_vec_push(s->arena, &path->factors, fill(s, p->steps[i].factor, w, i));
		if (p->steps[i].cut.n && bl_span_known(w->steps[i]->span)) {
			bl_cut cut = {w->steps[i]->span, fill(s, p->steps[i].cut, w, i)};
			bl_vec_push(s->arena, &path->cuts, cut);
		}
	}
	add_running(s, path);
	for (size_t i = 0; i < w->n && path->sure == BL_MAYBE; i++) {
		if (w->edges[i]->sure == BL_YES)
			continue;
		bl_vec_push(s->arena, &path->factors, bl_str_fmt(s->arena, "not certain: " BL_FMT, BL_ARG(w->edges[i]->why)));
		break;
	}
}

static bl_path *make_path(search *s, const walk *w, bl_str key)
{
	bl_path *path = bl_new(s->arena, bl_path);
	path->pattern = s->pattern->id;
	path->level = s->pattern->level;
	path->sure = w->sure;
	if (w->sure == BL_MAYBE && path->level > BL_INFO)
		path->level--;
	bl_vec_push(s->arena, &path->nodes, w->edges[0]->from);
	for (size_t i = 0; i < w->n; i++) {
		bl_vec_push(s->arena, &path->nodes, w->edges[i]->to);
		bl_vec_push(s->arena, &path->edges, w->edges[i]);
	}
	bl_hash_id(key, path->id);
	path->title = fill(s, s->pattern->title, w, 0);
	return path;
}

/* Is the way a better telling of the same path than old? Sure ones first, then the shorter, then the one with lines of code. */
static bool is_better(const walk *w, bool running, const found *old)
{
	if (w->sure != old->path->sure)
		return w->sure > old->path->sure;
	if (w->crossings != old->crossings)
		return w->crossings < old->crossings;
	return !running && old->running;
}

static void emit(search *s, const walk *w)
{
	bl_buf text = {0};
	bl_buf_put(&text, s->pattern->id);
	bool running = true;
	for (size_t i = 0; i < s->pattern->n; i++) {
		bl_buf_putc(&text, '\n');
		bl_buf_put(&text, stands_for(s, w->steps[i]->to, 0));
		running = running && bl_graph_node(s->graph, w->steps[i]->to)->kind != BL_NODE_RESOURCE;
	}
	found *f = bl_map_get(&s->by_key, bl_buf_str(&text));
	if (!f) {
		f = bl_new(&s->scratch, found);
		f->key = bl_str_dup(&s->scratch, bl_buf_str(&text));
		bl_map_put(&s->scratch, &s->by_key, f->key, f);
		bl_vec_push(&s->scratch, &s->all, f);
		s->count++;
	}
	if (!f->path || is_better(w, running, f)) {
		f->path = make_path(s, w, f->key);
		f->crossings = w->crossings;
		f->running = running;
		add_words(s, f->path, w);
	}
	bl_buf_done(&text);
}

static void walk_from(search *s, walk *w, uint32_t node, size_t step);

static void take_step(search *s, walk *w, uint32_t node, size_t step)
{
	const bl_edge *const *edges;
	size_t n = bl_graph_out(s->graph, node, &edges);
	for (size_t i = 0; i < n && s->count < MAX_PATHS; i++) {
		if (++s->visits > MAX_VISITS)
			return;
		bl_tri fits = step_fits(s, &s->pattern->steps[step], edges[i]);
		if (fits == BL_NO)
			continue;
		bl_tri before = w->sure;
		w->sure = bl_tri_and(w->sure, fits);
		w->steps[step] = edges[i];
		w->edges[w->n++] = edges[i];
		if (step + 1 == s->pattern->n)
			emit(s, w);
		else
			walk_from(s, w, edges[i]->to, step + 1);
		w->n--;
		w->sure = before;
	}
}

/* Goes on from node, and from what surely runs because of it. */
static void walk_from(search *s, walk *w, uint32_t node, size_t step)
{
	const bl_edge *const *edges;
	take_step(s, w, node, step);
	size_t n = node ? bl_graph_out(s->graph, node, &edges) : 0;
	for (size_t i = 0; i < n; i++) {
		if (edges[i]->kind != BL_EDGE_PROVISIONS || edges[i]->sure != BL_YES)
			continue;
		w->edges[w->n++] = edges[i];
		w->crossings++;
		take_step(s, w, edges[i]->to, step);
		w->crossings--;
		w->n--;
	}
}

static int in_order(const void *a, const void *b)
{
	const found *x = *(found *const *)a, *y = *(found *const *)b;
	if (x->path->level != y->path->level)
		return x->path->level > y->path->level ? -1 : 1;
	if (x->path->sure != y->path->sure)
		return x->path->sure > y->path->sure ? -1 : 1;
	return bl_str_cmp(x->key, y->key);
}

void bl_paths_search(bl_graph *graph, bl_diag_list *diags)
{
	search s = {.graph = graph, .arena = bl_graph_arena(graph)};
	s.stands_for = bl_new_n(&s.scratch, bl_str, bl_graph_size(graph));
	for (size_t i = 0; i < bl_embedded_patterns_count; i++) {
		bl_pattern *pattern = bl_new(&s.scratch, bl_pattern);
		bl_error error = {""};
		bool good = bl_pattern_read(&s.scratch, &bl_embedded_patterns[i], pattern, &error);
		assert(good);
		if (!good)
			continue;
		walk w = {.sure = BL_YES};
		s.pattern = pattern;
		s.count = s.visits = 0;
		walk_from(&s, &w, 0, 0);
		if (s.count >= MAX_PATHS || s.visits > MAX_VISITS)
			bl_diag_add(s.arena, diags, BL_DIAG_WARNING, BL_NOWHERE,
				"there are more attack paths of '" BL_FMT "' than are followed: %zu are shown",
				BL_ARG(pattern->id), s.count);
	}
	if (s.all.n)
		qsort(s.all.items, s.all.n, sizeof *s.all.items, in_order);
	for (size_t i = 0; i < s.all.n; i++) {
		add_findings(&s, s.all.items[i]->path);
		bl_graph_add_path(graph, s.all.items[i]->path);
	}
	bl_arena_done(&s.scratch);
}

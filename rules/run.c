#include "rules/blocks.h"
#include "rules/match.h"
#include "rules/pack.h"
#include "rules/suppress.h"

#include "core/codec/hash.h"
#include "core/codec/json.h"

#include <stdlib.h>

/* Slices do not depend on the number of workers, and results are taken in their order. */
enum { SLICE = 64, VALUE_SHOWN = 80 };

typedef struct slice_result {
	bl_arena arena;
	BL_VEC(bl_finding *) findings;
} slice_result;

typedef struct rule_run {
	const bl_rules *rules;
	const bl_graph *graph;
	const bl_names *names;
	const bl_blocks *blocks;
	bl_suppress_marks *marks;
	slice_result *results;
} rule_run;

/* One rule on one node. */
typedef struct judgement {
	const rule_run *run;
	const bl_rule *rule;
	slice_result *result;
	bl_match match;
	BL_VEC(bl_str) fingerprints; /* given so far */
} judgement;

static bool is_prefixed(const bl_rule_pattern *p, bl_str type, bl_str native)
{
	return bl_str_startsi(type, p->prefix) || bl_str_startsi(native, p->prefix);
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

/* The rules for a node, in order of id, each once. */
static bl_rule_numbers rules_for(const rule_run *run, bl_arena *scratch, uint32_t node)
{
	const bl_resource *r = bl_graph_node(run->graph, node)->resource;
	bl_str types[2] = {bl_graph_type(run->graph, node), r ? r->native_type : BL_STR("")};
	for (size_t t = 0; r && r->existing && t < 2; t++)
		types[t] = bl_str_cat(scratch, BL_STR("data."), types[t]);
	bl_rule_numbers out = {0};
	for (size_t t = 0; t < 2; t++) {
		const bl_rule_numbers *list = types[t].n ? bl_map_get(&run->rules->by_type, types[t]) : NULL;
		for (size_t i = 0; list && i < list->n; i++)
			bl_vec_push(scratch, &out, list->items[i]);
	}
	for (size_t i = 0; i < run->rules->patterns.n; i++)
		if (is_prefixed(&run->rules->patterns.items[i], types[0], types[1]))
			bl_vec_push(scratch, &out, run->rules->patterns.items[i].number);
	if (out.n)
		qsort(out.items, out.n, sizeof *out.items, by_number);
	size_t kept = 0;
	for (size_t i = 0; i < out.n; i++)
		if (!kept || out.items[kept - 1] != out.items[i])
			out.items[kept++] = out.items[i];
	out.n = kept;
	return out;
}

/* How many steps two places have in common from the root on. */
static unsigned shared_steps(const bl_cursor *a, const bl_cursor *b)
{
	if (!a || !b)
		return 0;
	while (a->depth > b->depth)
		a = a->up;
	while (b->depth > a->depth)
		b = b->up;
	unsigned shared = a->depth;
	for (; a->up && b->up; a = a->up, b = b->up)
		if (a->counted ? a->index != b->index : !bl_str_eq(a->key, b->key))
			shared = a->depth - 1u;
	return shared;
}

/*
 * The offending property: the first path of `at` that somebody wrote (of its places the nearest to what decided), else the
 * first of all; without `at` what decided.
 */
static const bl_cursor *offender(judgement *j, const bl_cursor *element, const bl_verdict *v)
{
	const bl_cursor *first = NULL, *start = element ? element : &j->match.body;
	for (size_t i = 0; i < j->rule->at.n; i++) {
		bl_cursors found = {0};
		const bl_cursor *best = NULL;
		bl_match_collect(&j->match, j->rule->at.items[i], start, &found);
		for (size_t k = 0; k < found.list.n; k++) {
			const bl_cursor *c = found.list.items[k];
			first = first ? first : c;
			if (bl_span_known(bl_cursor_span(c)) &&
				(!best || shared_steps(c, v->witness) > shared_steps(best, v->witness)))
				best = c;
		}
		if (best)
			return best;
	}
	if (first)
		return first;
	return v->witness ? v->witness : element;
}

static void put_shown(bl_buf *out, const bl_value *v)
{
	bl_str text;
	if (!v || v->kind == BL_NULL)
		bl_buf_putz(out, "(not set)");
	else if (v->sensitive)
		bl_buf_putz(out, "(sensitive)");
	else if (v->kind == BL_UNKNOWN)
		bl_buf_putz(out, "(not known)");
	else if (bl_scalar_text(v, &text))
		bl_buf_putf(out, BL_FMT "%s", BL_ARG(bl_str_slice(text, 0, VALUE_SHOWN)), text.n > VALUE_SHOWN ? "..." : "");
	else
		bl_buf_putf(out, v->kind == BL_LIST ? "(a list of %u)" : "(a map of %u)", v->n);
}

/* {.path}: a property of the element or the resource. */
static bool put_property(judgement *j, bl_buf *out, bl_str name, const bl_cursor *element)
{
	if (!bl_str_starts(name, BL_STR(".")) && !bl_str_starts(name, BL_STR("$.")))
		return false;
	bl_error ignored;
	bl_rule_reader reader = {.arena = j->match.scratch, .error = &ignored};
	bl_path_expr *path = bl_rule_path(&reader, name, BL_NOWHERE);
	bl_cursors found = {0};
	if (!path)
		return false;
	bl_match_collect(&j->match, path, element ? element : &j->match.body, &found);
	put_shown(out, found.list.n ? found.list.items[0]->value : NULL);
	return true;
}

static void put_placeholder(judgement *j, bl_buf *out, bl_str name, const bl_cursor *element, const bl_cursor *at)
{
	const bl_node *node = bl_graph_node(j->run->graph, j->match.node);
	if (bl_str_eqz(name, "name"))
		bl_buf_put(out, node->name);
	else if (bl_str_eqz(name, "type"))
		bl_buf_put(out, bl_graph_type(j->run->graph, j->match.node));
	else if (bl_str_eqz(name, "address"))
		bl_buf_put(out, node->resource ? node->resource->address : node->asset->id);
	else if (bl_str_eqz(name, "path"))
		bl_buf_put(out, at ? bl_cursor_path(j->match.scratch, at, false) : BL_STR(""));
	else if (bl_str_eqz(name, "value"))
		put_shown(out, at ? at->value : NULL);
	else if (!put_property(j, out, name, element))
		bl_buf_putf(out, "{" BL_FMT "}", BL_ARG(name));
}

static bl_str message_of(judgement *j, const bl_cursor *element, const bl_cursor *at)
{
	bl_buf out = {0};
	bl_str m = j->rule->message;
	for (size_t i = 0; i < m.n; i++) {
		ptrdiff_t close = m.p[i] == '{' ? bl_str_find(m, BL_STR("}"), i) : -1;
		if (close < 0) {
			bl_buf_putc(&out, m.p[i]);
			continue;
		}
		put_placeholder(j, &out, bl_str_slice(m, i + 1, (size_t)close), element, at);
		i = (size_t)close;
	}
	bl_str text = bl_str_dup(&j->result->arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return text;
}

/* What was written, in one form; a default is nothing written, so that a better schema changes no fingerprint. */
static void put_normal(bl_buf *out, const bl_value *v)
{
	if (!v || v->kind == BL_NULL || v->origin == BL_DEFAULTED) {
		bl_buf_putc(out, '-');
	} else if (bl_value_has_unknown(v)) {
		bl_buf_putc(out, '?');
	} else {
		bl_json writer;
		bl_json_begin(&writer, out, false);
		bl_json_value(&writer, v);
	}
}

static void fingerprint(judgement *j, const bl_cursor *at, bl_finding *f)
{
	const bl_node *node = bl_graph_node(j->run->graph, j->match.node);
	bl_buf b = {0};
	bl_buf_putf(&b, BL_FMT "\x1f", BL_ARG(j->rule->info.id));
	if (node->resource)
		bl_buf_putf(&b, BL_FMT "\x1f" BL_FMT "\x1f" BL_FMT "\x1f", BL_ARG(node->resource->root->repo),
			BL_ARG(node->resource->root->name), BL_ARG(node->resource->address));
	else
		bl_buf_putf(&b, "asset\x1f" BL_FMT "\x1f", BL_ARG(node->asset->id));
	if (at) {
		bl_buf_putf(&b, BL_FMT "\x1f", BL_ARG(bl_cursor_path(j->match.scratch, at, true)));
		put_normal(&b, at->value);
	}
	/* equal elements of one resource are told apart by their number */
	size_t same = 0;
	for (size_t i = 0; i < j->fingerprints.n; i++)
		same += bl_str_eq(j->fingerprints.items[i], bl_buf_str(&b));
	bl_vec_push(j->match.scratch, &j->fingerprints, bl_str_dup(j->match.scratch, bl_buf_str(&b)));
	if (same)
		bl_buf_putf(&b, "\x1f%zu", same);
	bl_hash_id(bl_buf_str(&b), f->fingerprint);
	bl_buf_done(&b);
}

static const bl_via *via_of(const bl_cursor *at)
{
	while (at && at->derived && !(at->value && at->value->via))
		at = at->up;
	return at && at->value ? at->value->via : NULL;
}

static void place(judgement *j, const bl_cursor *element, const bl_cursor *at, bl_finding *f)
{
	const bl_node *node = bl_graph_node(j->run->graph, j->match.node);
	f->span = bl_cursor_span(at);
	if (!bl_span_known(f->span) && element)
		f->span = bl_cursor_span(element);
	if (!bl_span_known(f->span))
		f->span = node->span;
	f->via = via_of(at);
	/* what a module says itself came by the call of the module */
	if (!f->via && f->resource)
		f->via = f->resource->via;
	f->path = at ? bl_cursor_path(&j->result->arena, at, false) : BL_STR("");
	if (!f->resource)
		return;
	const bl_resource *part = bl_blocks_part(j->run->blocks, j->run->graph, f->resource, f->span);
	if (part)
		f->resource = part;
	f->suppression = bl_suppress_find(&j->result->arena, j->run->marks, &j->rule->info,
		f->resource->span, f->span);
	if (f->suppression)
		f->result = BL_SUPPRESSED;
}

static void report(judgement *j, const bl_cursor *element, bl_verdict v)
{
	const bl_node *node = bl_graph_node(j->run->graph, j->match.node);
	const bl_rule *rule = j->rule;
	if (v.tri == BL_NO || (v.tri == BL_MAYBE && rule->unknown == BL_UNKNOWN_PASS))
		return;
	/* what an export leaves out is no question about the code */
	if (v.tri == BL_MAYBE && !node->resource)
		return;
	bl_finding *f = bl_new(&j->result->arena, bl_finding);
	const bl_cursor *at = offender(j, element, &v);
	f->rule = &rule->info;
	f->severity = rule->info.severity;
	f->result = v.tri == BL_YES || rule->unknown == BL_UNKNOWN_FLAG ? BL_FAIL : BL_UNSURE;
	f->node = j->match.node;
	f->resource = node->resource;
	f->asset = node->asset;
	f->message = message_of(j, element, at);
	if (v.tri == BL_MAYBE)
		f->unknown = bl_str_dup(&j->result->arena, v.unknown);
	place(j, element, at, f);
	fingerprint(j, at ? at : element, f);
	bl_vec_push(&j->result->arena, &j->result->findings, f);
}

static bool is_for(const judgement *j, size_t each)
{
	const bl_resource *r = bl_graph_node(j->run->graph, j->match.node)->resource;
	bl_str type = j->rule->each_types ? j->rule->each_types[each] : BL_STR("");
	if (r && r->existing) {
		if (!bl_str_startsi(type, BL_STR("data.")))
			return !type.n;
		type = bl_str_slice(type, 5, type.n);
	}
	return !type.n || bl_str_eqi(type, bl_graph_type(j->run->graph, j->match.node)) ||
		(r && bl_str_eqi(type, r->native_type));
}

static void judge_elements(judgement *j, bl_verdict when)
{
	bl_cursors found = {0};
	for (size_t i = 0; i < j->rule->each.n; i++)
		if (is_for(j, i))
			bl_match_collect(&j->match, j->rule->each.items[i], &j->match.body, &found);
	for (size_t i = 0; i < found.list.n; i++) {
		const bl_cursor *c = found.list.items[i];
		if (bl_cursor_absent(c))
			continue;
		bl_verdict v = bl_verdict_and(when, bl_match_condition(&j->match, j->rule->flag, c));
		if (v.tri == BL_YES && c->guess)
			v = (bl_verdict){BL_MAYBE, v.witness, BL_STR("it is one of several values")};
		report(j, c, v);
	}
	if (found.unsure.tri == BL_MAYBE)
		report(j, NULL, bl_verdict_and(when, found.unsure));
}

static void judge(const rule_run *run, slice_result *result, bl_arena *scratch, uint32_t node, const bl_rule *rule)
{
	judgement j = {.run = run, .rule = rule, .result = result};
	bl_verdict when = {BL_YES, NULL, {NULL, 0}};
	bl_match_begin(&j.match, rule, run->graph, run->names, scratch, node);
	/* a rule for a data source asks what the code says of it */
	j.match.partial = false;
	if (rule->when != BL_NO_CONDITION)
		when = bl_match_condition(&j.match, rule->when, &j.match.body);
	when.witness = NULL;
	if (when.tri == BL_NO)
		return;
	if (rule->each.n)
		judge_elements(&j, when);
	else
		report(&j, NULL, bl_verdict_and(when, bl_match_condition(&j.match, rule->flag, &j.match.body)));
}

static bool is_judged(const bl_node *node)
{
	if (node->resource)
		return !node->resource->is_module;
	return node->asset && node->asset->body;
}

static void judge_slice(void *context, size_t item, bl_arena *scratch)
{
	rule_run *run = context;
	size_t end = (item + 1) * SLICE, size = bl_graph_size(run->graph);
	for (size_t node = item * SLICE; node < end && node < size; node++) {
		if (!is_judged(bl_graph_node(run->graph, (uint32_t)node)))
			continue;
		bl_arena own = {0};
		bl_rule_numbers rules = rules_for(run, scratch, (uint32_t)node);
		for (size_t i = 0; i < rules.n; i++)
			judge(run, &run->results[item], &own, (uint32_t)node, run->rules->all[rules.items[i]].rule);
		bl_arena_done(&own);
	}
}

/* A part is judged within its owner and, as a resource of its own, a second time: one finding is enough, and the owner's knows more. */
static bl_str part_key(bl_arena *arena, const bl_finding *f)
{
	struct {
		const void *rule, *resource;
		bl_span span;
		uint32_t result;
	} *key = bl_arena_alloc(arena, sizeof *key);
	key->rule = f->rule;
	key->resource = f->resource;
	key->span = f->span;
	key->result = f->result;
	return bl_str_make((const char *)key, sizeof *key);
}

static bool is_of_a_part(const bl_graph *graph, const bl_finding *f)
{
	return f->resource && f->resource != bl_graph_node(graph, f->node)->resource;
}

static void take_results(rule_run *run, bl_graph *graph, size_t slices)
{
	bl_arena scratch = {0};
	bl_map parts = {0};
	for (size_t i = 0; i < slices; i++)
		for (size_t k = 0; k < run->results[i].findings.n; k++) {
			bl_finding *f = run->results[i].findings.items[k];
			if (is_of_a_part(graph, f))
				bl_map_put(&scratch, &parts, part_key(&scratch, f), f);
		}
	for (size_t i = 0; i < slices; i++) {
		bl_arena_adopt(bl_graph_arena(graph), &run->results[i].arena);
		for (size_t k = 0; k < run->results[i].findings.n; k++) {
			const bl_finding *f = run->results[i].findings.items[k];
			if (is_of_a_part(graph, f) || !parts.n || !bl_map_get(&parts, part_key(&scratch, f)))
				bl_graph_add_finding(graph, f);
		}
	}
	bl_arena_done(&scratch);
}

/* Reads the rules for every type that there is, and numbers what they relate to. */
static bl_rule_list prepare(bl_arena *arena, bl_rules *rules, rule_run *run)
{
	bl_rule_list met = {0};
	bl_map seen = {0};
	for (size_t node = 0; node < bl_graph_size(run->graph); node++) {
		const bl_resource *r = bl_graph_node(run->graph, (uint32_t)node)->resource;
		bl_str types = bl_str_fmt(arena, BL_FMT " " BL_FMT " %d", BL_ARG(bl_graph_type(run->graph, (uint32_t)node)),
			BL_ARG(r ? r->native_type : BL_STR("")), r && r->existing);
		if (!is_judged(bl_graph_node(run->graph, (uint32_t)node)) || bl_map_put(arena, &seen, types, rules))
			continue;
		bl_rule_numbers wanted = rules_for(run, arena, (uint32_t)node);
		for (size_t i = 0; i < wanted.n; i++)
			bl_rules_load(rules, wanted.items[i]);
	}
	uint32_t related = 0;
	for (size_t i = 0; i < rules->n; i++) {
		bl_rule *rule = rules->all[i].rule;
		if (rule)
			bl_vec_push(arena, &met, rule);
		for (size_t k = 0; rule && k < rule->related.n; k++)
			rule->related.items[k]->number = related++;
	}
	return met;
}

void bl_rules_run(bl_rules *rules, bl_graph *graph, bl_pool *pool)
{
	size_t slices = (bl_graph_size(graph) + SLICE - 1) / SLICE;
	bl_arena index = {0};
	rule_run run = {.rules = rules, .graph = graph};
	bl_rule_list met = prepare(&index, rules, &run);
	run.names = bl_names_new(&index, met.items, met.n, graph);
	run.blocks = bl_blocks_new(&index, graph);
	run.marks = bl_suppress_marks_new(&index, bl_graph_sources(graph));
	run.results = bl_xmalloc(slices * sizeof *run.results);
	memset(run.results, 0, slices * sizeof *run.results);
	bl_pool_run(pool, slices, judge_slice, &run);
	take_results(&run, graph, slices);
	free(run.results);
	bl_arena_done(&index);
}

/*
 * Expands a pipeline as Azure does before it runs: ${{ }} in values and keys, ${{ if }}, ${{ elseif }}, ${{ else }}, ${{ each }} and
 * ${{ insert }}, and templates. Where a condition is not known, both sides are taken and marked as perhaps there.
 */
#include "eval/pipeline/azure.h"

/* ---- scalars ---- */

/* The end of an expression that begins at from: the first "}}" that stands in no string. */
static ptrdiff_t expression_end(bl_str s, size_t from)
{
	bool quoted = false;
	for (size_t i = from; i + 1 < s.n; i++) {
		if (s.p[i] == '\'')
			quoted = !quoted;
		else if (!quoted && s.p[i] == '}' && s.p[i + 1] == '}')
			return (ptrdiff_t)i;
	}
	return -1;
}

static const bl_value *evaluate(bl_azpipe_expansion *e, const bl_azpipe_frame *f, bl_str text, bl_span span)
{
	bl_str why;
	const bl_value *v = bl_azpipe_expression(e->arena, text, span, f->names, &why);
	if (v)
		return v;
	bl_diag_add(e->arena, &e->out->diags, BL_DIAG_WARNING, span, "'" BL_FMT "' is not evaluated: " BL_FMT,
		BL_ARG(bl_str_slice(bl_str_trim(text), 0, 80)), BL_ARG(why));
	return bl_value_unknown(e->arena, span, BL_FMT, BL_ARG(why));
}

/* A text that is one expression has that one's value; else all parts are joined. */
static const bl_value *expand_text(bl_azpipe_expansion *e, const bl_azpipe_frame *f, const bl_value *text)
{
	bl_str s = text->string, trimmed = bl_str_trim(s);
	bl_span span = text->span;
	ptrdiff_t at = bl_str_find(s, BL_STR("${{"), 0), end;
	if (bl_str_starts(trimmed, BL_STR("${{")) && expression_end(trimmed, 3) == (ptrdiff_t)trimmed.n - 2) {
		const bl_value *v = evaluate(e, f, bl_str_slice(trimmed, 3, trimmed.n - 2), span);
		if (v->kind == BL_LIST || v->kind == BL_MAP)
			return v;
		bl_azpipe_text room;
		const bl_azpipe_text *made = bl_azpipe_text_made(e, v, &room);
		const bl_value *here = bl_value_at(e->arena, v, span);
		bl_azpipe_note_text(e, here, made->written, &made->parts);
		return here;
	}
	size_t from = 0;
	bl_pipeline_parts parts = {0};
	for (; at >= 0 && (end = expression_end(s, (size_t)at + 3)) >= 0; at = bl_str_find(s, BL_STR("${{"), from)) {
		const bl_value *v = evaluate(e, f, bl_str_slice(s, (size_t)at + 3, (size_t)end), span);
		bl_vec_push(e->arena, &parts, ((bl_pipeline_part){bl_str_slice(s, from, (size_t)at), NULL, (uint32_t)from, (uint32_t)at}));
		from = (size_t)end + 2;
		bl_vec_push(e->arena, &parts, ((bl_pipeline_part){.value = bl_azpipe_scalar(e->arena, v), .begin = (uint32_t)at, .end = (uint32_t)from}));
	}
	bl_vec_push(e->arena, &parts, ((bl_pipeline_part){bl_str_slice(s, from, s.n), NULL, (uint32_t)from, (uint32_t)s.n}));
	const bl_value *joined = bl_pipeline_join(e->arena, span, &parts);
	bl_azpipe_note_text(e, joined, text, &parts);
	return joined;
}

/* ---- directives ---- */

typedef enum directive { NO_DIRECTIVE, IF, ELSEIF, ELSE, EACH, INSERT } directive;

/* `${{ if eq(a, b) }}` as a key: which, and what follows the word. */
static directive directive_of(bl_str key, bl_str *rest)
{
	static const struct {
		const char *word;
		directive directive;
	} words[] = {{"each", EACH}, {"else", ELSE}, {"elseif", ELSEIF}, {"if", IF}, {"insert", INSERT}};
	bl_str trimmed = bl_str_trim(key), word;
	if (!bl_str_starts(trimmed, BL_STR("${{")) || !bl_str_ends(trimmed, BL_STR("}}")))
		return NO_DIRECTIVE;
	trimmed = bl_str_trim(bl_str_slice(trimmed, 3, trimmed.n - 2));
	size_t n = 0;
	while (n < trimmed.n && ((trimmed.p[n] | 32) >= 'a' && (trimmed.p[n] | 32) <= 'z'))
		n++;
	word = bl_str_slice(trimmed, 0, n);
	*rest = bl_str_trim(bl_str_slice(trimmed, n, trimmed.n));
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (bl_str_eqiz(word, words[i].word))
			return words[i].directive;
	return NO_DIRECTIVE;
}

static bool is_directive(bl_str key)
{
	bl_str rest;
	return directive_of(key, &rest) != NO_DIRECTIVE;
}

/* An if with its elseifs and else: has one of them held? */
typedef struct chain {
	bool begun;
	bl_tri taken;
} chain;

/* Does this branch hold? */
static bl_tri branch(bl_azpipe_expansion *e, const bl_azpipe_frame *f, chain *c, directive d, bl_str rest, bl_span span)
{
	if (d != IF && !c->begun)
		bl_diag_add(e->arena, &e->out->diags, BL_DIAG_WARNING, span, "no 'if' stands before it");
	bl_tri before = d == IF || !c->begun ? BL_NO : c->taken;
	bl_tri here = bl_tri_not(before);
	if (d != ELSE && here != BL_NO)
		here = bl_tri_and(here, bl_pipeline_truth(evaluate(e, f, rest, span)));
	*c = (chain){d != ELSE, bl_tri_or(before, here)};
	return here;
}

bl_azpipe_frame bl_azpipe_named(bl_azpipe_expansion *e, const bl_azpipe_frame *f, bl_str variable, const bl_value *value)
{
	bl_azpipe_frame inner = *f;
	bl_azpipe_name *name = bl_new(e->arena, bl_azpipe_name);
	*name = (bl_azpipe_name){variable, value, f->names};
	inner.names = name;
	return inner;
}

static const bl_value *pair(bl_azpipe_expansion *e, const bl_item *item)
{
	bl_items items = {0};
	bl_items_put(e->arena, &items, BL_STR("key"), item->key_span, bl_value_string(e->arena, item->key_span, item->key));
	bl_items_put(e->arena, &items, BL_STR("value"), item->key_span, item->value);
	return bl_items_value(e->arena, item->value->span, &items);
}

/* What `x in collection` goes over; *variable is x. An unknown collection is one element that is not known, and *maybe. */
static bl_values loop_elements(bl_azpipe_expansion *e, const bl_azpipe_frame *f, bl_str rest, bl_span span, bl_str *variable, bool *maybe)
{
	bl_values elements = {0};
	ptrdiff_t in = bl_str_findi(rest, BL_STR(" in "), 0);
	*variable = bl_str_trim(bl_str_slice(rest, 0, in < 0 ? 0 : (size_t)in));
	*maybe = false;
	if (!variable->n) {
		bl_diag_add(e->arena, &e->out->diags, BL_DIAG_WARNING, span, "'each' takes 'NAME in COLLECTION'");
		return elements;
	}
	const bl_value *v = evaluate(e, f, bl_str_slice(rest, (size_t)in + 4, rest.n), span);
	if (v->kind == BL_UNKNOWN || ((v->kind == BL_LIST || v->kind == BL_MAP) && v->open && !v->n)) {
		*maybe = true;
		bl_vec_push(e->arena, &elements, v->kind == BL_UNKNOWN ? v : bl_value_unknown(e->arena, span, "the collection is not known"));
	}
	for (uint32_t i = 0; (v->kind == BL_LIST || v->kind == BL_MAP) && i < v->n; i++)
		bl_vec_push(e->arena, &elements, v->kind == BL_LIST ? v->list[i] : pair(e, &v->map[i]));
	return elements;
}

/* ---- lists ---- */

static void expand_list_into(bl_azpipe_expansion *e, const bl_azpipe_frame *f, const bl_value *list, bl_azpipe_place place, bl_values *out, bool *open);
static void expand_map_into(bl_azpipe_expansion *e, const bl_azpipe_frame *f, const bl_value *map, bl_azpipe_place place, bl_azpipe_keyed *out, bool *open);

static bl_azpipe_place element_place(bl_azpipe_place list)
{
	switch (list) {
	case BL_AZPIPE_STAGES:
		return BL_AZPIPE_STAGE;
	case BL_AZPIPE_JOBS:
		return BL_AZPIPE_JOB;
	case BL_AZPIPE_STEPS:
		return BL_AZPIPE_STEP;
	default:
		return BL_AZPIPE_ANY;
	}
}

static bool takes_templates(bl_azpipe_place place)
{
	return place == BL_AZPIPE_STAGES || place == BL_AZPIPE_JOBS || place == BL_AZPIPE_STEPS || place == BL_AZPIPE_VARIABLES;
}

/* One expanded element: a template's own elements instead of it, and a list's in a list. */
static void add_element(bl_azpipe_expansion *e, const bl_azpipe_frame *f, const bl_value *v, bl_azpipe_place place, bl_values *out, bool *open)
{
	if (takes_templates(place) && v->kind == BL_MAP && bl_value_getz(v, "template"))
		bl_azpipe_include(e, f, v, place, out, open);
	else if (takes_templates(place) && v->kind == BL_UNKNOWN)
		*open = true;
	else if (v->kind != BL_NULL || place == BL_AZPIPE_ANY)
		bl_vec_push(e->arena, out, v);
}

/* The body of a directive in a list: a list's elements, or one element. */
static void expand_body(bl_azpipe_expansion *e, const bl_azpipe_frame *f, const bl_value *body, bl_azpipe_place place, bl_values *out, bool *open)
{
	const bl_value *v = body;
	if (body->kind == BL_LIST) {
		e->depth++;
		expand_list_into(e, f, body, place, out, open);
		e->depth--;
		return;
	}
	if (body->kind == BL_NULL)
		return;
	v = bl_azpipe_expand_value(e, f, body, element_place(place));
	if (v->kind != BL_LIST)
		add_element(e, f, v, place, out, open);
	for (uint32_t i = 0; v->kind == BL_LIST && i < v->n && bl_azpipe_count(e, body->span); i++)
		add_element(e, f, v->list[i], place, out, open);
}

/* An element that is a map of directives: each key's body adds elements. */
static void expand_directives(bl_azpipe_expansion *e, const bl_azpipe_frame *f, const bl_value *map, bl_azpipe_place place, chain *c,
	bl_values *out, bool *open)
{
	for (uint32_t i = 0; i < map->n && !e->stopped; i++) {
		bl_str rest, variable;
		const bl_item *item = &map->map[i];
		directive d = directive_of(item->key, &rest);
		size_t before = out->n;
		bool maybe = false;
		if (d == EACH) {
			bl_values elements = loop_elements(e, f, rest, item->key_span, &variable, &maybe);
			for (size_t k = 0; k < elements.n && bl_azpipe_count(e, item->key_span); k++) {
				bl_azpipe_frame inner = bl_azpipe_named(e, f, variable, elements.items[k]);
				expand_body(e, &inner, item->value, place, out, open);
			}
		} else if (d == INSERT) {
			expand_body(e, f, item->value, place, out, open);
		} else {
			bl_tri t = branch(e, f, c, d, rest, item->key_span);
			maybe = t == BL_MAYBE;
			if (t != BL_NO)
				expand_body(e, f, item->value, place, out, open);
		}
		if (maybe) {
			bl_azpipe_mark_maybe(e, out, before);
			*open = true;
		}
		if (d == EACH || d == INSERT)
			*c = (chain){0};
	}
}

static bool all_directives(const bl_value *v)
{
	bool all = v->kind == BL_MAP && v->n > 0;
	for (uint32_t i = 0; all && i < v->n; i++)
		all = is_directive(v->map[i].key);
	return all;
}

/* `- ${{ insert }}: ` and an `if` over keys of one element are the element's own business; over elements they are ours. */
static bool over_elements(const bl_value *v)
{
	return all_directives(v) && (v->n == 1 || v->map[0].value->kind == BL_LIST);
}

static void expand_list_into(bl_azpipe_expansion *e, const bl_azpipe_frame *f, const bl_value *list, bl_azpipe_place place, bl_values *out, bool *open)
{
	chain c = {0};
	*open |= list->open;
	for (uint32_t i = 0; i < list->n && bl_azpipe_count(e, list->list[i]->span); i++) {
		const bl_value *item = list->list[i];
		if (over_elements(item)) {
			expand_directives(e, f, item, place, &c, out, open);
			continue;
		}
		c = (chain){0};
		bool splices = item->kind == BL_STRING && bl_str_starts(bl_str_trim(item->string), BL_STR("${{"));
		if (splices)
			expand_body(e, f, item, place, out, open);
		else
			add_element(e, f, bl_azpipe_expand_value(e, f, item, element_place(place)), place, out, open);
	}
}

/* ---- maps ---- */

static bl_azpipe_place key_place(bl_azpipe_place place, bl_str key)
{
	static const struct {
		bl_azpipe_place in;
		const char *key;
		bl_azpipe_place place;
	} places[] = {
		{BL_AZPIPE_PIPELINE, "jobs", BL_AZPIPE_JOBS},
		{BL_AZPIPE_PIPELINE, "stages", BL_AZPIPE_STAGES},
		{BL_AZPIPE_PIPELINE, "steps", BL_AZPIPE_STEPS},
		{BL_AZPIPE_PIPELINE, "variables", BL_AZPIPE_VARIABLES},
		{BL_AZPIPE_STAGE, "jobs", BL_AZPIPE_JOBS},
		{BL_AZPIPE_STAGE, "variables", BL_AZPIPE_VARIABLES},
		{BL_AZPIPE_JOB, "steps", BL_AZPIPE_STEPS},
		{BL_AZPIPE_JOB, "strategy", BL_AZPIPE_STRATEGY},
		{BL_AZPIPE_JOB, "variables", BL_AZPIPE_VARIABLES},
		{BL_AZPIPE_STRATEGY, "steps", BL_AZPIPE_STEPS},
	};
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (places[i].in == place && bl_str_eqz(key, places[i].key))
			return places[i].place;
	return place == BL_AZPIPE_STRATEGY && !bl_str_eqz(key, "matrix") ? BL_AZPIPE_STRATEGY : BL_AZPIPE_ANY;
}

/* What stands in a map perhaps: a list's elements perhaps, a scalar as one of several. */
static void put_maybe(bl_azpipe_expansion *e, bl_azpipe_keyed *out, const bl_item *item)
{
	const bl_item *before = bl_azpipe_find_key(out, item->key);
	const bl_value *v = item->value, *old = before ? before->value : NULL;
	if (v->kind == BL_LIST) {
		bl_values list = {0};
		for (uint32_t i = 0; old && old->kind == BL_LIST && i < old->n; i++)
			bl_vec_push(e->arena, &list, old->list[i]);
		size_t from = list.n;
		for (uint32_t i = 0; i < v->n; i++)
			bl_vec_push(e->arena, &list, v->list[i]);
		bl_azpipe_mark_maybe(e, &list, from);
		bl_value *both = bl_values_value(e->arena, v->span, &list);
		both->open = true;
		bl_azpipe_put_key(e->arena, out, item->key, item->key_span, both);
	} else if (v->kind == BL_MAP) {
		bl_azpipe_keyed both = {0};
		for (uint32_t i = 0; old && old->kind == BL_MAP && i < old->n; i++)
			bl_azpipe_put_key(e->arena, &both, old->map[i].key, old->map[i].key_span, old->map[i].value);
		for (uint32_t i = 0; i < v->n; i++)
			put_maybe(e, &both, &v->map[i]);
		bl_value *map = bl_items_value(e->arena, v->span, &both.items);
		map->open = true;
		bl_azpipe_put_key(e->arena, out, item->key, item->key_span, map);
	} else {
		bl_value *u = bl_value_unknown(e->arena, v->span, "whether it is '" BL_FMT "' is not known before it runs", BL_ARG(item->key));
		bl_unknown *unknown = (bl_unknown *)u->unknown;
		unknown->ncandidates = 2;
		unknown->candidates = bl_new_n(e->arena, const bl_value *, 2);
		unknown->candidates[0] = old ? old : &bl_value_null;
		unknown->candidates[1] = v;
		bl_azpipe_put_key(e->arena, out, item->key, item->key_span, u);
	}
}

/* The body of a directive in a map: its keys. */
static void merge_body(bl_azpipe_expansion *e, const bl_azpipe_frame *f, const bl_value *body, bl_azpipe_place place, bool maybe, bl_azpipe_keyed *out, bool *open)
{
	bl_azpipe_keyed made = {0};
	bl_items items = {0};
	const bl_value *v = body;
	if (body->kind == BL_MAP) {
		e->depth++;
		expand_map_into(e, f, body, place, &made, open);
		e->depth--;
		items = made.items;
		v = NULL;
	} else {
		v = bl_azpipe_expand_value(e, f, body, BL_AZPIPE_ANY);
		*open |= v->kind == BL_UNKNOWN;
	}
	for (uint32_t i = 0; v && v->kind == BL_MAP && i < v->n; i++)
		bl_vec_push(e->arena, &items, v->map[i]);
	for (size_t i = 0; i < items.n && bl_azpipe_count(e, body->span); i++) {
		if (maybe)
			put_maybe(e, out, &items.items[i]);
		else
			bl_azpipe_put_key(e->arena, out, items.items[i].key, items.items[i].key_span, items.items[i].value);
	}
	*open |= maybe;
}

static void expand_directive_key(bl_azpipe_expansion *e, const bl_azpipe_frame *f, const bl_item *item, directive d, bl_str rest,
	bl_azpipe_place place, chain *c, bl_azpipe_keyed *out, bool *open)
{
	bl_str variable;
	bool maybe;
	if (d == EACH) {
		bl_values elements = loop_elements(e, f, rest, item->key_span, &variable, &maybe);
		for (size_t k = 0; k < elements.n && bl_azpipe_count(e, item->key_span); k++) {
			bl_azpipe_frame inner = bl_azpipe_named(e, f, variable, elements.items[k]);
			merge_body(e, &inner, item->value, place, maybe, out, open);
		}
	} else if (d == INSERT) {
		merge_body(e, f, item->value, place, false, out, open);
	} else {
		bl_tri t = branch(e, f, c, d, rest, item->key_span);
		if (t != BL_NO)
			merge_body(e, f, item->value, place, t == BL_MAYBE, out, open);
	}
}

static void expand_map_into(bl_azpipe_expansion *e, const bl_azpipe_frame *f, const bl_value *map, bl_azpipe_place place, bl_azpipe_keyed *out, bool *open)
{
	chain c = {0};
	bl_azpipe_frame inner = *f;
	bool scope = place == BL_AZPIPE_PIPELINE || place == BL_AZPIPE_STAGE || place == BL_AZPIPE_JOB;
	const bl_value *variables = scope ? bl_value_getz(map, "variables") : NULL;
	*open |= map->open;
	if (variables) {
		const bl_value *outer = NULL;
		for (const bl_azpipe_name *n = f->names; n && !outer; n = n->outer)
			outer = bl_str_eqz(n->name, "variables") ? n->value : NULL;
		variables = bl_azpipe_expand_value(e, f, variables, BL_AZPIPE_VARIABLES);
		inner = bl_azpipe_named(e, f, BL_STR("variables"), bl_azpipe_variables(e, outer, variables));
	}
	for (uint32_t i = 0; i < map->n && bl_azpipe_count(e, map->map[i].key_span); i++) {
		const bl_item *item = &map->map[i];
		bl_str rest, key = item->key;
		directive d = directive_of(key, &rest);
		if (d != NO_DIRECTIVE) {
			expand_directive_key(e, &inner, item, d, rest, place, &c, out, open);
			continue;
		}
		c = (chain){0};
		if (bl_str_find(key, BL_STR("${{"), 0) >= 0 &&
			!bl_azpipe_text_of(expand_text(e, &inner, bl_value_string(e->arena, item->key_span, key)), &key)) {
			*open = true;
			continue;
		}
		if (place == BL_AZPIPE_PIPELINE && bl_str_eqz(key, "parameters"))
			continue;
		const bl_value *v = variables && bl_str_eqz(key, "variables")
			? variables
			: bl_azpipe_expand_value(e, &inner, item->value, key_place(place, key));
		bl_azpipe_put_key(e->arena, out, key, item->key_span, v);
	}
}

/* ---- values ---- */

const bl_value *bl_azpipe_expand_value(bl_azpipe_expansion *e, const bl_azpipe_frame *f, const bl_value *v, bl_azpipe_place place)
{
	bool open = false;
	bl_value *made = NULL;
	if (!bl_azpipe_count(e, v->span))
		return &bl_value_null;
	e->depth++;
	if (v->kind == BL_LIST) {
		bl_values list = {0};
		expand_list_into(e, f, v, place, &list, &open);
		made = bl_values_value(e->arena, v->span, &list);
	} else if (v->kind == BL_MAP) {
		bl_azpipe_keyed items = {0};
		expand_map_into(e, f, v, place, &items, &open);
		made = bl_items_value(e->arena, v->span, &items.items);
		if (f->via && (place == BL_AZPIPE_STAGE || place == BL_AZPIPE_JOB || place == BL_AZPIPE_STEP))
			bl_azpipe_set_mark(e, made, BL_YES, f->via);
	}
	e->depth--;
	if (made) {
		made->open |= open;
		return made;
	}
	if (v->kind == BL_STRING && bl_str_find(v->string, BL_STR("${{"), 0) >= 0)
		return expand_text(e, f, v);
	return bl_azpipe_written(e, v);
}

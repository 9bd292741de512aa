/*
 * Expands a pipeline as Azure does before it runs: ${{ }} in values and keys, ${{ if }}, ${{ elseif }}, ${{ else }}, ${{ each }} and
 * ${{ insert }}, and templates. Where a condition is not known, both sides are taken and marked as perhaps there.
 */
#include "eval/pipeline/azure.h"

enum { MAX_DEPTH = 400 };

static bool count_node(bl_azure_expansion *e, bl_span span)
{
	if (e->stopped)
		return false;
	if (++e->nodes <= BL_AZURE_MAX_NODES && e->depth <= MAX_DEPTH)
		return true;
	e->stopped = true;
	bl_diag_add(e->arena, &e->out->diags, BL_DIAG_ERROR, span, "the pipeline expands to too much; the rest is left out");
	return false;
}

/* ---- marks ---- */

/* A node as a key: its address. */
static bl_str address_of(bl_arena *arena, const bl_value *const *v)
{
	return arena ? bl_str_dup(arena, bl_str_make((const char *)v, sizeof *v)) : bl_str_make((const char *)v, sizeof *v);
}

bl_azure_mark bl_azure_mark_of(const bl_azure_expansion *e, const bl_value *v)
{
	const bl_azure_mark *m = bl_map_get(&e->marks, address_of(NULL, &v));
	return m ? *m : (bl_azure_mark){BL_YES, NULL};
}

static void set_mark(bl_azure_expansion *e, const bl_value *v, bl_tri condition, const bl_via *via)
{
	bl_azure_mark *m = bl_map_get(&e->marks, address_of(NULL, &v));
	if (!m) {
		m = bl_new(e->arena, bl_azure_mark);
		m->condition = BL_YES;
		bl_map_put(e->arena, &e->marks, address_of(e->arena, &v), m);
	}
	m->condition = bl_tri_and(m->condition, condition);
	if (!m->via)
		m->via = via;
}

static void mark_maybe(bl_azure_expansion *e, bl_values *list, size_t from)
{
	for (size_t i = from; i < list->n; i++) {
		/* a node that stands elsewhere too is not to be marked there */
		bl_azure_mark m = bl_azure_mark_of(e, list->items[i]);
		list->items[i] = bl_value_at(e->arena, list->items[i], list->items[i]->span);
		set_mark(e, list->items[i], bl_tri_and(m.condition, BL_MAYBE), m.via);
	}
}

/* ---- scalars ---- */

const bl_value *bl_azure_written(bl_azure_expansion *e, const bl_value *v)
{
	bl_str s;
	if (v->kind != BL_BOOL && v->kind != BL_NUMBER)
		return v;
	s = bl_span_known(v->span) ? bl_sources_slice(e->input->sources, v->span) : BL_STR("");
	if (!s.n || s.p[0] == '*')
		s = v->kind == BL_NUMBER ? v->digits : v->boolean ? BL_STR("true") : BL_STR("false");
	return bl_value_string(e->arena, v->span, s);
}

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

static const bl_value *evaluate(bl_azure_expansion *e, const bl_azure_frame *f, bl_str text, bl_span span)
{
	bl_str why;
	const bl_value *v = bl_azure_pipeline_expression(e->arena, text, span, f->names, &why);
	if (v)
		return v;
	bl_diag_add(e->arena, &e->out->diags, BL_DIAG_WARNING, span, "'" BL_FMT "' is not evaluated: " BL_FMT,
		BL_ARG(bl_str_slice(bl_str_trim(text), 0, 80)), BL_ARG(why));
	return bl_value_unknown(e->arena, span, BL_FMT, BL_ARG(why));
}

static void note_text(bl_azure_expansion *e, const bl_value *v, const bl_value *written, const bl_pipeline_parts *parts)
{
	bl_azure_text *t = bl_new(e->arena, bl_azure_text);
	t->written = written;
	if (parts)
		t->parts = *parts;
	bl_map_put(e->arena, &e->texts, address_of(e->arena, &v), t);
}

const bl_azure_text *bl_azure_text_made(const bl_azure_expansion *e, const bl_value *v, bl_azure_text *room)
{
	const bl_azure_text *t = bl_map_get(&e->texts, address_of(NULL, &v));
	*room = (bl_azure_text){.written = v};
	return t ? t : room;
}

/* A text that is one expression has that one's value; else all parts are joined. */
static const bl_value *expand_text(bl_azure_expansion *e, const bl_azure_frame *f, const bl_value *text)
{
	bl_str s = text->string, trimmed = bl_str_trim(s);
	bl_span span = text->span;
	ptrdiff_t at = bl_str_find(s, BL_STR("${{"), 0), end;
	if (bl_str_starts(trimmed, BL_STR("${{")) && expression_end(trimmed, 3) == (ptrdiff_t)trimmed.n - 2) {
		const bl_value *v = evaluate(e, f, bl_str_slice(trimmed, 3, trimmed.n - 2), span);
		if (v->kind == BL_LIST || v->kind == BL_MAP)
			return v;
		bl_azure_text room;
		const bl_azure_text *made = bl_azure_text_made(e, v, &room);
		const bl_value *here = bl_value_at(e->arena, v, span);
		note_text(e, here, made->written, &made->parts);
		return here;
	}
	size_t from = 0;
	bl_pipeline_parts parts = {0};
	for (; at >= 0 && (end = expression_end(s, (size_t)at + 3)) >= 0; at = bl_str_find(s, BL_STR("${{"), from)) {
		const bl_value *v = evaluate(e, f, bl_str_slice(s, (size_t)at + 3, (size_t)end), span);
		bl_vec_push(e->arena, &parts, ((bl_pipeline_part){bl_str_slice(s, from, (size_t)at), NULL, (uint32_t)from, (uint32_t)at}));
		from = (size_t)end + 2;
		bl_vec_push(e->arena, &parts, ((bl_pipeline_part){.value = bl_azure_scalar(e->arena, v), .begin = (uint32_t)at, .end = (uint32_t)from}));
	}
	bl_vec_push(e->arena, &parts, ((bl_pipeline_part){bl_str_slice(s, from, s.n), NULL, (uint32_t)from, (uint32_t)s.n}));
	const bl_value *joined = bl_pipeline_join(e->arena, span, &parts);
	note_text(e, joined, text, &parts);
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
static bl_tri branch(bl_azure_expansion *e, const bl_azure_frame *f, chain *c, directive d, bl_str rest, bl_span span)
{
	if (d != IF && !c->begun)
		bl_diag_add(e->arena, &e->out->diags, BL_DIAG_WARNING, span, "no 'if' stands before it");
	bl_tri before = d == IF || !c->begun ? BL_NO : c->taken;
	bl_tri here = bl_tri_not(before);
	if (d != ELSE && here != BL_NO)
		here = bl_tri_and(here, bl_azure_pipeline_truth(evaluate(e, f, rest, span)));
	*c = (chain){d != ELSE, bl_tri_or(before, here)};
	return here;
}

/* The names in a body of `each`. */
static bl_azure_frame loop_frame(bl_azure_expansion *e, const bl_azure_frame *f, bl_str variable, const bl_value *value)
{
	bl_azure_frame inner = *f;
	bl_azure_name *name = bl_new(e->arena, bl_azure_name);
	*name = (bl_azure_name){variable, value, f->names};
	inner.names = name;
	return inner;
}

static const bl_value *pair(bl_azure_expansion *e, const bl_item *item)
{
	bl_items items = {0};
	bl_items_put(e->arena, &items, BL_STR("key"), item->key_span, bl_value_string(e->arena, item->key_span, item->key));
	bl_items_put(e->arena, &items, BL_STR("value"), item->key_span, item->value);
	return bl_items_value(e->arena, item->value->span, &items);
}

/* What `x in collection` goes over; *variable is x. An unknown collection is one element that is not known, and *maybe. */
static bl_values loop_elements(bl_azure_expansion *e, const bl_azure_frame *f, bl_str rest, bl_span span, bl_str *variable, bool *maybe)
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

static void expand_list_into(bl_azure_expansion *e, const bl_azure_frame *f, const bl_value *list, bl_azure_place place, bl_values *out, bool *open);
static void expand_map_into(bl_azure_expansion *e, const bl_azure_frame *f, const bl_value *map, bl_azure_place place, bl_items *out, bool *open);
static void include(bl_azure_expansion *e, const bl_azure_frame *f, const bl_value *item, bl_azure_place place, bl_values *out, bool *open);

static bl_azure_place element_place(bl_azure_place list)
{
	switch (list) {
	case BL_AZURE_STAGES:
		return BL_AZURE_STAGE;
	case BL_AZURE_JOBS:
		return BL_AZURE_JOB;
	case BL_AZURE_STEPS:
		return BL_AZURE_STEP;
	default:
		return BL_AZURE_ANY;
	}
}

static bool takes_templates(bl_azure_place place)
{
	return place == BL_AZURE_STAGES || place == BL_AZURE_JOBS || place == BL_AZURE_STEPS || place == BL_AZURE_VARIABLES;
}

/* One expanded element: a template's own elements instead of it, and a list's in a list. */
static void add_element(bl_azure_expansion *e, const bl_azure_frame *f, const bl_value *v, bl_azure_place place, bl_values *out, bool *open)
{
	if (takes_templates(place) && v->kind == BL_MAP && bl_value_getz(v, "template"))
		include(e, f, v, place, out, open);
	else if (takes_templates(place) && v->kind == BL_UNKNOWN)
		*open = true;
	else if (v->kind != BL_NULL || place == BL_AZURE_ANY)
		bl_vec_push(e->arena, out, v);
}

/* The body of a directive in a list: a list's elements, or one element. */
static void expand_body(bl_azure_expansion *e, const bl_azure_frame *f, const bl_value *body, bl_azure_place place, bl_values *out, bool *open)
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
	v = bl_azure_expand_value(e, f, body, element_place(place));
	if (v->kind != BL_LIST)
		add_element(e, f, v, place, out, open);
	for (uint32_t i = 0; v->kind == BL_LIST && i < v->n && count_node(e, body->span); i++)
		add_element(e, f, v->list[i], place, out, open);
}

/* An element that is a map of directives: each key's body adds elements. */
static void expand_directives(bl_azure_expansion *e, const bl_azure_frame *f, const bl_value *map, bl_azure_place place, chain *c,
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
			for (size_t k = 0; k < elements.n && count_node(e, item->key_span); k++) {
				bl_azure_frame inner = loop_frame(e, f, variable, elements.items[k]);
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
			mark_maybe(e, out, before);
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

static void expand_list_into(bl_azure_expansion *e, const bl_azure_frame *f, const bl_value *list, bl_azure_place place, bl_values *out, bool *open)
{
	chain c = {0};
	*open |= list->open;
	for (uint32_t i = 0; i < list->n && count_node(e, list->list[i]->span); i++) {
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
			add_element(e, f, bl_azure_expand_value(e, f, item, element_place(place)), place, out, open);
	}
}

/* ---- maps ---- */

static bl_azure_place key_place(bl_azure_place place, bl_str key)
{
	static const struct {
		bl_azure_place in;
		const char *key;
		bl_azure_place place;
	} places[] = {
		{BL_AZURE_PIPELINE, "jobs", BL_AZURE_JOBS},
		{BL_AZURE_PIPELINE, "stages", BL_AZURE_STAGES},
		{BL_AZURE_PIPELINE, "steps", BL_AZURE_STEPS},
		{BL_AZURE_PIPELINE, "variables", BL_AZURE_VARIABLES},
		{BL_AZURE_STAGE, "jobs", BL_AZURE_JOBS},
		{BL_AZURE_STAGE, "variables", BL_AZURE_VARIABLES},
		{BL_AZURE_JOB, "steps", BL_AZURE_STEPS},
		{BL_AZURE_JOB, "strategy", BL_AZURE_STRATEGY},
		{BL_AZURE_JOB, "variables", BL_AZURE_VARIABLES},
		{BL_AZURE_STRATEGY, "steps", BL_AZURE_STEPS},
	};
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (places[i].in == place && bl_str_eqz(key, places[i].key))
			return places[i].place;
	return place == BL_AZURE_STRATEGY && !bl_str_eqz(key, "matrix") ? BL_AZURE_STRATEGY : BL_AZURE_ANY;
}

/* What stands in a map perhaps: a list's elements perhaps, a scalar as one of several. */
static void put_maybe(bl_azure_expansion *e, bl_items *out, const bl_item *item)
{
	const bl_value *v = item->value, *old = NULL;
	for (size_t i = 0; i < out->n; i++)
		if (bl_str_eq(out->items[i].key, item->key))
			old = out->items[i].value;
	if (v->kind == BL_LIST) {
		bl_values list = {0};
		for (uint32_t i = 0; old && old->kind == BL_LIST && i < old->n; i++)
			bl_vec_push(e->arena, &list, old->list[i]);
		size_t before = list.n;
		for (uint32_t i = 0; i < v->n; i++)
			bl_vec_push(e->arena, &list, v->list[i]);
		mark_maybe(e, &list, before);
		bl_value *both = bl_values_value(e->arena, v->span, &list);
		both->open = true;
		bl_items_put(e->arena, out, item->key, item->key_span, both);
	} else if (v->kind == BL_MAP) {
		bl_items both = {0};
		for (uint32_t i = 0; old && old->kind == BL_MAP && i < old->n; i++)
			bl_vec_push(e->arena, &both, old->map[i]);
		for (uint32_t i = 0; i < v->n; i++)
			put_maybe(e, &both, &v->map[i]);
		bl_value *map = bl_items_value(e->arena, v->span, &both);
		map->open = true;
		bl_items_put(e->arena, out, item->key, item->key_span, map);
	} else {
		bl_value *u = bl_value_unknown(e->arena, v->span, "whether it is '" BL_FMT "' is not known before it runs", BL_ARG(item->key));
		bl_unknown *unknown = (bl_unknown *)u->unknown;
		unknown->ncandidates = 2;
		unknown->candidates = bl_new_n(e->arena, const bl_value *, 2);
		unknown->candidates[0] = old ? old : &bl_value_null;
		unknown->candidates[1] = v;
		bl_items_put(e->arena, out, item->key, item->key_span, u);
	}
}

/* The body of a directive in a map: its keys. */
static void merge_body(bl_azure_expansion *e, const bl_azure_frame *f, const bl_value *body, bl_azure_place place, bool maybe, bl_items *out, bool *open)
{
	bl_items items = {0};
	const bl_value *v = body;
	if (body->kind == BL_MAP) {
		e->depth++;
		expand_map_into(e, f, body, place, &items, open);
		e->depth--;
		v = NULL;
	} else {
		v = bl_azure_expand_value(e, f, body, BL_AZURE_ANY);
		*open |= v->kind == BL_UNKNOWN;
	}
	for (uint32_t i = 0; v && v->kind == BL_MAP && i < v->n; i++)
		bl_vec_push(e->arena, &items, v->map[i]);
	for (size_t i = 0; i < items.n && count_node(e, body->span); i++) {
		if (maybe)
			put_maybe(e, out, &items.items[i]);
		else
			bl_items_put(e->arena, out, items.items[i].key, items.items[i].key_span, items.items[i].value);
	}
	*open |= maybe;
}

static void expand_directive_key(bl_azure_expansion *e, const bl_azure_frame *f, const bl_item *item, directive d, bl_str rest,
	bl_azure_place place, chain *c, bl_items *out, bool *open)
{
	bl_str variable;
	bool maybe;
	if (d == EACH) {
		bl_values elements = loop_elements(e, f, rest, item->key_span, &variable, &maybe);
		for (size_t k = 0; k < elements.n && count_node(e, item->key_span); k++) {
			bl_azure_frame inner = loop_frame(e, f, variable, elements.items[k]);
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

static void expand_map_into(bl_azure_expansion *e, const bl_azure_frame *f, const bl_value *map, bl_azure_place place, bl_items *out, bool *open)
{
	chain c = {0};
	bl_azure_frame inner = *f;
	bool scope = place == BL_AZURE_PIPELINE || place == BL_AZURE_STAGE || place == BL_AZURE_JOB;
	const bl_value *variables = scope ? bl_value_getz(map, "variables") : NULL;
	*open |= map->open;
	if (variables) {
		const bl_value *outer = NULL;
		for (const bl_azure_name *n = f->names; n && !outer; n = n->outer)
			outer = bl_str_eqz(n->name, "variables") ? n->value : NULL;
		variables = bl_azure_expand_value(e, f, variables, BL_AZURE_VARIABLES);
		inner = loop_frame(e, f, BL_STR("variables"), bl_azure_variables(e, outer, variables));
	}
	for (uint32_t i = 0; i < map->n && count_node(e, map->map[i].key_span); i++) {
		const bl_item *item = &map->map[i];
		bl_str rest, key = item->key;
		directive d = directive_of(key, &rest);
		if (d != NO_DIRECTIVE) {
			expand_directive_key(e, &inner, item, d, rest, place, &c, out, open);
			continue;
		}
		c = (chain){0};
		if (bl_str_find(key, BL_STR("${{"), 0) >= 0 &&
			!bl_azure_text_of(expand_text(e, &inner, bl_value_string(e->arena, item->key_span, key)), &key)) {
			*open = true;
			continue;
		}
		if (place == BL_AZURE_PIPELINE && bl_str_eqz(key, "parameters"))
			continue;
		const bl_value *v = variables && bl_str_eqz(key, "variables")
			? variables
			: bl_azure_expand_value(e, &inner, item->value, key_place(place, key));
		bl_items_put(e->arena, out, key, item->key_span, v);
	}
}

/* ---- values ---- */

const bl_value *bl_azure_expand_value(bl_azure_expansion *e, const bl_azure_frame *f, const bl_value *v, bl_azure_place place)
{
	bool open = false;
	bl_value *made = NULL;
	if (!count_node(e, v->span))
		return &bl_value_null;
	e->depth++;
	if (v->kind == BL_LIST) {
		bl_values list = {0};
		expand_list_into(e, f, v, place, &list, &open);
		made = bl_values_value(e->arena, v->span, &list);
	} else if (v->kind == BL_MAP) {
		bl_items items = {0};
		expand_map_into(e, f, v, place, &items, &open);
		made = bl_items_value(e->arena, v->span, &items);
		if (f->via && (place == BL_AZURE_STAGE || place == BL_AZURE_JOB || place == BL_AZURE_STEP))
			set_mark(e, made, BL_YES, f->via);
	}
	e->depth--;
	if (made) {
		made->open |= open;
		return made;
	}
	if (v->kind == BL_STRING && bl_str_find(v->string, BL_STR("${{"), 0) >= 0)
		return expand_text(e, f, v);
	return bl_azure_written(e, v);
}

/* ---- templates ---- */

static void gap(bl_azure_expansion *e, bl_span span, const char *what, bl_str name)
{
	e->out->not_analysed++;
	bl_diag_add(e->arena, &e->out->diags, BL_DIAG_WARNING, span, "the template '" BL_FMT "' %s", BL_ARG(name), what);
}

/* reference against the folder of the file that names it; false where it leaves the repository. */
static bool template_path(bl_arena *arena, bl_str from, bl_str reference, bl_str *out)
{
	bl_str folder = bl_str_slice(from, 0, (size_t)(bl_str_rfind_char(from, '/') + 1)), part;
	bool rooted = reference.n && (reference.p[0] == '/' || reference.p[0] == '\\');
	bl_str rest = bl_str_fmt(arena, BL_FMT "/" BL_FMT, BL_ARG(rooted ? BL_STR("") : folder), BL_ARG(reference));
	char *p = (char *)rest.p, *path = bl_arena_alloc(arena, rest.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < rest.n; i++)
		if (p[i] == '\\')
			p[i] = '/';
	while (rest.n) {
		rest = bl_str_cut(rest, '/', &part);
		if (!part.n || bl_str_eqz(part, "."))
			continue;
		if (bl_str_eqz(part, "..")) {
			if (!n)
				return false;
			while (n && path[n - 1] != '/')
				n--;
			n -= n > 0;
			continue;
		}
		if (n)
			path[n++] = '/';
		memcpy(path + n, part.p, part.n);
		n += part.n;
	}
	*out = bl_str_make(path, n);
	return n > 0;
}

static const bl_value *document_root(const bl_document *d)
{
	const bl_attr *body = d->blocks.n ? bl_block_attr(d->blocks.items[0], "body") : NULL;
	return body && body->expr->value ? body->expr->value : &bl_value_null;
}

/* The root of a template's file, or NULL and a diagnostic. */
static const bl_value *read_template(bl_azure_expansion *e, bl_str path, bl_str reference, bl_span span)
{
	const bl_loader *loader = e->input->loader;
	const bl_value *root = bl_map_get(&e->files, path);
	if (root)
		return root;
	if (e->files.n >= BL_AZURE_MAX_FILES) {
		e->stopped = true;
		bl_diag_add(e->arena, &e->out->diags, BL_DIAG_ERROR, span, "more than %d files are included; the rest is left out",
			BL_AZURE_MAX_FILES);
		return NULL;
	}
	const bl_document *d = loader && loader->document ? loader->document(loader->context, path) : NULL;
	if (!d) {
		gap(e, span, "is not there", reference);
		return NULL;
	}
	root = document_root(d);
	bl_map_put(e->arena, &e->files, path, (void *)root);
	return root;
}

/* Notes what is included, for rules about where templates come from. */
static void note_use(bl_azure_expansion *e, const bl_value *template, bl_str path, bl_str alias)
{
	bl_items items = {0};
	bl_items_put(e->arena, &items, BL_STR("template"), template->span, template);
	if (path.n)
		bl_items_put(e->arena, &items, BL_STR("path"), template->span, bl_value_string(e->arena, template->span, path));
	if (alias.n)
		bl_items_put(e->arena, &items, BL_STR("repository"), template->span, bl_value_string(e->arena, template->span, alias));
	bl_vec_push(e->arena, &e->used, bl_items_value(e->arena, template->span, &items));
}

/*
 * The template that item (a map of template and parameters, expanded) names, expanded with its own parameters; NULL where it is
 * not there, with a diagnostic.
 */
static const bl_value *expand_template(bl_azure_expansion *e, const bl_azure_frame *f, const bl_value *item)
{
	const bl_value *template = bl_value_getz(item, "template"), *root;
	bl_str reference, alias, path, from = bl_sources_path(e->input->sources, template->span.source);
	if (!bl_azure_text_of(template, &reference) || !reference.n) {
		gap(e, template->span, "has a name that is not known before it runs",
			template->kind == BL_UNKNOWN ? template->unknown->prefix : BL_STR(""));
		return NULL;
	}
	alias = bl_str_cut(reference, '@', &reference);
	note_use(e, template, alias.n && !bl_str_eqz(alias, "self") ? BL_STR("") : reference, alias);
	if (alias.n && !bl_str_eqz(alias, "self")) {
		gap(e, template->span, "is in another repository", template->string);
		return NULL;
	}
	if (f->depth == BL_AZURE_MAX_NESTING || ++e->includes > BL_AZURE_MAX_INCLUDES) {
		e->stopped = true;
		bl_diag_add(e->arena, &e->out->diags, BL_DIAG_ERROR, template->span,
			"templates are nested more than %d deep, or are too many; the rest is left out", BL_AZURE_MAX_NESTING);
		return NULL;
	}
	if (!template_path(e->arena, from.n ? from : f->path, reference, &path)) {
		gap(e, template->span, "is outside the repository", reference);
		return NULL;
	}
	root = read_template(e, path, reference, template->span);
	if (!root || root->kind != BL_MAP)
		return NULL;
	bl_via *via = bl_new(e->arena, bl_via);
	*via = (bl_via){bl_str_fmt(e->arena, "template " BL_FMT, BL_ARG(reference)), template->span, f->via};
	bl_azure_frame inner = {path, f->depth + 1, NULL, via};
	bl_azure_name *names = bl_new_n(e->arena, bl_azure_name, 2);
	names[1] = (bl_azure_name){BL_STR("parameters"), NULL, NULL};
	names[1].value = bl_azure_parameters(e, &inner, bl_value_getz(root, "parameters"), bl_value_getz(item, "parameters"), false);
	names[0] = (bl_azure_name){BL_STR("variables"), NULL, &names[1]};
	for (const bl_azure_name *n = f->names; n && !names[0].value; n = n->outer)
		names[0].value = bl_str_eqz(n->name, "variables") ? n->value : NULL;
	inner.names = names[0].value ? &names[0] : &names[1];
	return bl_azure_expand_value(e, &inner, root, BL_AZURE_PIPELINE);
}

static void include(bl_azure_expansion *e, const bl_azure_frame *f, const bl_value *item, bl_azure_place place, bl_values *out, bool *open)
{
	static const char *const keys[] = {[BL_AZURE_JOBS] = "jobs", [BL_AZURE_STAGES] = "stages", [BL_AZURE_STEPS] = "steps",
		[BL_AZURE_VARIABLES] = "variables"};
	const bl_value *root = expand_template(e, f, item), *list = root ? bl_value_getz(root, keys[place]) : NULL;
	bl_tri there = bl_azure_mark_of(e, item).condition;
	size_t before = out->n;
	*open |= !root || (list && (list->kind == BL_LIST || list->kind == BL_MAP) && list->open);
	for (uint32_t i = 0; list && list->kind == BL_LIST && i < list->n && count_node(e, item->span); i++)
		bl_vec_push(e->arena, out, list->list[i]);
	for (uint32_t i = 0; list && list->kind == BL_MAP && i < list->n && count_node(e, item->span); i++) {
		bl_items variable = {0};
		const bl_item *v = &list->map[i];
		bl_items_put(e->arena, &variable, BL_STR("name"), v->key_span, bl_value_string(e->arena, v->key_span, v->key));
		bl_items_put(e->arena, &variable, BL_STR("value"), v->key_span, v->value);
		bl_vec_push(e->arena, out, bl_items_value(e->arena, v->value->span, &variable));
	}
	if (there == BL_MAYBE)
		mark_maybe(e, out, before);
}

const bl_value *bl_azure_pipeline_expand(bl_azure_expansion *e, const bl_document *d)
{
	const bl_value *root = document_root(d);
	bl_azure_name names[2] = {{BL_STR("variables"), NULL, &names[1]}, {BL_STR("parameters"), NULL, NULL}};
	bl_azure_frame f = {.path = d->path};
	bl_azure_name *kept = bl_new_n(e->arena, bl_azure_name, 2);
	if (root->kind != BL_MAP)
		return root;
	names[1].value = bl_azure_parameters(e, &f, bl_value_getz(root, "parameters"), NULL, true);
	names[0].value = bl_azure_variables(e, NULL, NULL);
	memcpy(kept, names, sizeof names);
	kept[0].outer = &kept[1];
	f.names = kept;
	const bl_value *made = bl_azure_expand_value(e, &f, root, BL_AZURE_PIPELINE);
	const bl_value *extends = bl_value_getz(made, "extends");
	if (!extends || extends->kind != BL_MAP || !bl_value_getz(extends, "template"))
		return made;
	const bl_value *variables = bl_value_getz(made, "variables");
	bl_azure_frame inner = loop_frame(e, &f, BL_STR("variables"), bl_azure_variables(e, names[0].value, variables));
	const bl_value *template = expand_template(e, &inner, extends);
	bl_items items = {0};
	for (uint32_t i = 0; i < made->n; i++)
		bl_vec_push(e->arena, &items, made->map[i]);
	for (uint32_t i = 0; template && template->kind == BL_MAP && i < template->n; i++)
		bl_items_put(e->arena, &items, template->map[i].key, template->map[i].key_span, template->map[i].value);
	bl_value *both = bl_items_value(e->arena, made->span, &items);
	both->open = made->open || !template || template->open;
	return both;
}

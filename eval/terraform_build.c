/* Expressions that build values: templates, lists, objects and for. */
#include "eval/terraform.h"

#include "core/codec/unicode.h"

static bl_value *computed(bl_value *v)
{
	v->origin = BL_COMPUTED;
	return v;
}

/* --- templates --- */

/* Text in the making, with gaps where parts are unknown. */
typedef struct text {
	bl_partial made;
	bool sensitive, failed;
	bl_values parts; /* the unknown ones */
	bl_values all;   /* in order: for JSON with holes */
} text;

static void add_text(const bl_tf_scope *s, text *t, const bl_value *v, bl_span span)
{
	bl_tf *tf = s->tf;
	if (v->kind == BL_NULL || v->kind == BL_LIST || v->kind == BL_MAP) {
		bl_tf_error(tf, span, "%s cannot be part of a string template", bl_tf_kind_name(v));
		t->failed = true;
		return;
	}
	t->sensitive |= v->sensitive;
	const bl_value *string = bl_tf_to_string(tf, v);
	bl_vec_push(tf->arena, &t->all, string ? string : v);
	if (!string || string->kind == BL_UNKNOWN) {
		bl_partial_add(&t->made, string ? string : v);
		bl_vec_push(tf->arena, &t->parts, v);
		return;
	}
	if (t->made.text.n + string->string.n > BL_TF_MAX_STRING || !bl_tf_spend(tf, string->string.n / 16, span)) {
		t->failed = true;
		return;
	}
	bl_partial_put(&t->made, string->string);
}

enum { MAX_CHOICES = 16 };

/* Where each unknown part is one of a few texts, so is the whole. */
static void add_candidates(bl_tf *tf, const text *t, bl_unknown *u, bl_span span)
{
	size_t choices = 1;
	for (size_t i = 0; i < t->all.n && choices <= MAX_CHOICES; i++)
		if (t->all.items[i]->kind == BL_UNKNOWN)
			choices *= t->all.items[i]->unknown->ncandidates;
	if (!choices || choices > MAX_CHOICES)
		return;
	const bl_value **candidates = bl_new_n(tf->arena, const bl_value *, choices);
	for (size_t c = 0; c < choices; c++) {
		bl_buf whole = {0};
		size_t rest = c;
		bool texts = bl_tf_spend(tf, t->made.text.n / 16, span);
		for (size_t i = 0; i < t->all.n && texts; i++) {
			const bl_value *part = t->all.items[i];
			if (part->kind == BL_UNKNOWN) {
				size_t n = part->unknown->ncandidates;
				part = bl_tf_to_string(tf, part->unknown->candidates[rest % n]);
				rest /= n;
			}
			texts = part && part->kind == BL_STRING;
			if (texts)
				bl_buf_put(&whole, part->string);
		}
		candidates[c] = bl_value_string(tf->arena, span, bl_unicode_nfc(tf->arena, bl_str_dup(tf->arena, bl_buf_str(&whole))));
		bl_buf_done(&whole);
		if (!texts)
			return;
	}
	u->candidates = candidates;
	u->ncandidates = choices;
}

static const bl_value *finish_text(const bl_tf_scope *s, text *t, bl_span span)
{
	bl_tf *tf = s->tf;
	bl_value *v;
	if (t->failed) {
		v = bl_tf_unknown_of(tf, span, NULL, 0, BL_STRING);
	} else if (t->parts.n) {
		v = bl_tf_unknown_of(tf, span, t->parts.items, t->parts.n, BL_STRING);
		bl_unknown *u = (bl_unknown *)v->unknown;
		v->via = NULL;
		u->not_null = true;
		bl_partial_tell(&t->made, tf->arena, u);
		u->decoded = bl_tf_json_with_holes(tf, t->all.items, t->all.n);
		add_candidates(tf, t, u, span);
	} else {
		v = bl_value_string(tf->arena, span, bl_unicode_nfc(tf->arena, bl_str_dup(tf->arena, bl_buf_str(&t->made.text))));
	}
	v->sensitive |= t->sensitive;
	bl_partial_done(&t->made);
	return computed(v);
}

static void add_part(const bl_tf_scope *s, text *t, const bl_expr *part)
{
	const bl_value *v = bl_tf_eval(s, part);
	if (part->kind != BL_EXPR_TEMPLATE || v->kind != BL_LIST) {
		add_text(s, t, v, part->span);
		return;
	}
	/* a for directive: its rounds one after the other */
	t->sensitive |= v->sensitive;
	for (uint32_t i = 0; i < v->n; i++)
		add_text(s, t, v->list[i], part->span);
	if (v->open)
		add_text(s, t, bl_tf_unknown_of(s->tf, part->span, &v, 1, BL_STRING), part->span);
}

const bl_value *bl_tf_eval_template(const bl_tf_scope *s, const bl_expr *e)
{
	text t = {0};
	if (e->expand)
		return bl_tf_eval(s, e->kids[0]);
	for (uint32_t i = 0; i < e->n && !t.failed; i++)
		add_part(s, &t, e->kids[i]);
	return finish_text(s, &t, e->span);
}

/* --- constructors --- */

const bl_value *bl_tf_eval_list(const bl_tf_scope *s, const bl_expr *e)
{
	const bl_value **items = bl_new_n(s->tf->arena, const bl_value *, e->n);
	for (uint32_t i = 0; i < e->n; i++)
		items[i] = bl_tf_eval(s, e->kids[i]);
	return bl_value_list(s->tf->arena, e->span, items, e->n);
}

/* A string, which may not be known; NULL after an error. */
static const bl_value *object_key(const bl_tf_scope *s, const bl_expr *e)
{
	const bl_value *key = bl_tf_eval(s, e);
	const bl_value *name = bl_tf_to_string(s->tf, key);
	if (name && name->kind != BL_NULL)
		return name;
	bl_tf_error(s->tf, e->span, "%s cannot be an object's key", bl_tf_kind_name(key));
	return NULL;
}

/* The items so far, as entries to which others can be added. */
static void to_entries(bl_tf *tf, const bl_items *items, bl_tf_entries *to)
{
	for (size_t i = 0; i < items->n; i++) {
		const bl_item *item = &items->items[i];
		bl_tf_add_entry(tf, to, (bl_tf_entry){bl_value_string(tf->arena, item->key_span, item->key), item->value, item->key_span, BL_YES});
	}
}

const bl_value *bl_tf_eval_object(const bl_tf_scope *s, const bl_expr *e)
{
	bl_tf_builder b = {.items = {bl_new_n(s->tf->arena, bl_item, e->n / 2), 0, e->n / 2}};
	bl_tf_entries entries = {.distinct = true};
	bool partly = false, sensitive = false;
	for (uint32_t i = 0; i + 1 < e->n; i += 2) {
		const bl_value *key = object_key(s, e->kids[i]);
		const bl_value *v = bl_tf_eval(s, e->kids[i + 1]);
		bl_span span = bl_span_join(e->kids[i]->span, e->kids[i + 1]->span);
		entries.open |= !key;
		if (!key)
			continue;
		sensitive |= key->sensitive;
		if (key->kind == BL_UNKNOWN && !partly) {
			to_entries(s->tf, &b.items, &entries);
			partly = true;
		}
		if (partly)
			bl_tf_override_entry(s->tf, &entries, (bl_tf_entry){key, v, span, BL_YES});
		else
			bl_tf_put(s->tf, &b, key->string, span, v);
	}
	entries.sensitive = sensitive;
	if (partly)
		return bl_tf_entries_value(s->tf, e->span, BL_MAP, &entries);
	bl_value *v = bl_tf_built(s->tf, &b, e->span);
	v->open = entries.open;
	v->sensitive = sensitive;
	return v;
}

/* --- for --- */

typedef struct looping {
	const bl_expr *expr;
	bl_values list;
	bl_tf_builder map;
	bool open, sensitive;
	bool partly; /* then entries has them, and the others have those before */
	bl_tf_entries entries;
} looping;

/* From here on a key is not known, or whether an element is there. */
static void begin_entries(bl_tf *tf, looping *l)
{
	if (l->partly)
		return;
	l->partly = true;
	l->entries.distinct = true;
	to_entries(tf, &l->map.items, &l->entries);
	for (size_t i = 0; i < l->list.n; i++)
		bl_tf_add_entry(tf, &l->entries, (bl_tf_entry){NULL, l->list.items[i], l->list.items[i]->span, BL_YES});
}

static void group(bl_tf *tf, looping *l, bl_str key, bl_span span, const bl_value *v)
{
	const bl_value *old = bl_tf_find(&l->map, key);
	bl_values list = {0};
	/* the list so far is ours alone and may grow where it stands */
	if (old) {
		list.items = old->list;
		list.n = old->n;
		list.cap = old->n;
		for (list.cap = 4; list.cap < old->n;)
			list.cap *= 2;
	}
	bl_vec_push(tf->arena, &list, v);
	bl_tf_put(tf, &l->map, key, span, bl_value_list(tf->arena, span, list.items, list.n));
}

static void add_item(const bl_tf_scope *s, looping *l, const bl_value *result, bl_tri there)
{
	bl_tf *tf = s->tf;
	const bl_expr *e = l->expr;
	bl_span span = e->kids[2]->span;
	const bl_value *name = object_key(s, e->kids[1]);
	bool vague = name && (name->kind == BL_UNKNOWN || there != BL_YES);
	if (!name || (e->grouping && vague)) {
		l->open = true;
		return;
	}
	l->sensitive |= name->sensitive;
	if (vague)
		begin_entries(tf, l);
	if (l->partly)
		bl_tf_add_entry(tf, &l->entries, (bl_tf_entry){name, result, span, there});
	else if (e->grouping)
		group(tf, l, name->string, span, result);
	else if (bl_tf_find(&l->map, name->string))
		bl_tf_error(tf, e->kids[1]->span, "two elements have the key '" BL_FMT "'", BL_ARG(name->string));
	else
		bl_tf_put(tf, &l->map, name->string, span, result);
}

/* What a round gives goes to the others; there: whether it does. */
static void add_result(const bl_tf_scope *s, looping *l, bl_tri there)
{
	bl_tf *tf = s->tf;
	const bl_value *result = bl_tf_eval(s, l->expr->kids[2]);
	if (l->expr->kids[1]) {
		add_item(s, l, result, there);
		return;
	}
	if (there != BL_YES)
		begin_entries(tf, l);
	if (l->partly)
		bl_tf_add_entry(tf, &l->entries, (bl_tf_entry){NULL, result, l->expr->kids[2]->span, there});
	else
		bl_vec_push(tf->arena, &l->list, result);
}

static void round_of(const bl_tf_scope *s, looping *l, const bl_value *key, const bl_value *value, bl_tri there)
{
	bl_tf *tf = s->tf;
	const bl_expr *e = l->expr;
	bl_str key_name = bl_expr_for_key(e);
	bl_tf_frame outer = {s->frame, key_name, key}, inner = {key_name.n ? &outer : s->frame, e->text, value};
	bl_tf_scope scope = {tf, s->module, &inner};
	if (e->kids[3]) {
		const bl_value *keep = bl_tf_operand(&scope, bl_tf_look_at(&scope, e->kids[3]), e->kids[3], false);
		l->sensitive |= keep && keep->sensitive;
		if (keep && keep->kind == BL_BOOL && !keep->boolean)
			return;
		if (!keep) {
			l->open = true;
			return;
		}
		there = bl_tri_and(there, keep->kind == BL_UNKNOWN ? BL_MAYBE : BL_YES);
	}
	/* what may not be there may be wrong */
	bool perhaps = there != BL_YES;
	size_t errors = tf->errors;
	tf->hushed += perhaps;
	add_result(&scope, l, there);
	tf->hushed -= perhaps;
	if (perhaps)
		tf->errors = errors;
}

static void rounds(const bl_tf_scope *s, looping *l, const bl_value *c)
{
	bl_tf *tf = s->tf;
	if (c->kind == BL_LIST) {
		for (uint32_t i = 0; i < c->n; i++) {
			const bl_value *key = c->shape == BL_SHAPE_SET ? c->list[i] : bl_value_number(tf->arena, BL_NOWHERE, i);
			round_of(s, l, key, bl_tf_marked(tf, c->list[i], c->sensitive), BL_YES);
		}
		return;
	}
	const bl_item **items = bl_tf_sorted(tf, c);
	for (uint32_t i = 0; i < c->n; i++)
		round_of(s, l, bl_value_string(tf->arena, items[i]->key_span, items[i]->key),
			bl_tf_marked(tf, items[i]->value, c->sensitive), BL_YES);
}

/* Through what is known in part: the places in a list are not. */
static void rounds_of_entries(const bl_tf_scope *s, looping *l, const bl_tf_entries *c)
{
	bl_tf *tf = s->tf;
	/* what comes out of a list like this has no places either */
	if (!l->expr->kids[1])
		begin_entries(tf, l);
	for (size_t i = 0; i < c->list.n; i++) {
		const bl_tf_entry *e = &c->list.items[i];
		const bl_value *key = e->key ? e->key : bl_value_unknown(tf->arena, e->span, "the place in the list is not known");
		round_of(s, l, key, bl_tf_marked(tf, e->value, c->sensitive), e->there);
	}
}

/* Without a round a condition is still one: what can never be true or false is refused. */
static void check_condition(const bl_tf_scope *s, const bl_expr *e)
{
	const bl_value *any = bl_value_unknown(s->tf->arena, e->span, "there are no elements");
	bl_tf_frame outer = {s->frame, bl_expr_for_key(e), any}, inner = {outer.name.n ? &outer : s->frame, e->text, any};
	bl_tf_scope scope = {s->tf, s->module, &inner};
	bl_tf_operand(&scope, bl_tf_look_at(&scope, e->kids[3]), e->kids[3], false);
}

static const bl_value *finish_loop(const bl_tf_scope *s, looping *l, const bl_ref *rest)
{
	bl_tf *tf = s->tf;
	const bl_expr *e = l->expr;
	if (l->partly) {
		l->entries.open = l->open;
		l->entries.sensitive = l->sensitive;
		l->entries.rest = rest;
		return computed((bl_value *)bl_tf_entries_value(tf, e->span, e->kids[1] ? BL_MAP : BL_LIST, &l->entries));
	}
	bl_value *v = e->kids[1] ? bl_tf_built(tf, &l->map, e->span) : bl_values_value(tf->arena, e->span, &l->list);
	v->open = l->open;
	v->rest = rest;
	v->sensitive = l->sensitive;
	return computed(v);
}

const bl_value *bl_tf_eval_for(const bl_tf_scope *s, const bl_expr *e)
{
	bl_tf *tf = s->tf;
	const bl_value *c = bl_tf_look_at(s, e->kids[0]);
	int kind = e->kids[1] ? BL_MAP : BL_LIST;
	if (c->kind == BL_NULL || (c->kind != BL_LIST && c->kind != BL_MAP && c->kind != BL_UNKNOWN))
		return bl_tf_error(tf, e->kids[0]->span, "%s cannot be gone through with for", bl_tf_kind_name(c));
	bl_tf_entries entries;
	bool partly = c->kind == BL_UNKNOWN && bl_tf_entries_of(tf, c, &entries);
	if (c->kind == BL_UNKNOWN && !partly)
		return bl_tf_unknown_of(tf, e->span, &c, 1, kind);
	looping l = {.expr = e, .open = partly ? entries.open : c->open, .sensitive = partly ? entries.sensitive : c->sensitive};
	if (partly) {
		rounds_of_entries(s, &l, &entries);
		return finish_loop(s, &l, entries.rest);
	}
	if (!c->n && !c->open && e->kids[3])
		check_condition(s, e);
	if (e->kids[1] && !e->grouping && !e->kids[3])
		l.map.items = (bl_items){bl_new_n(tf->arena, bl_item, c->n), 0, c->n};
	else if (!e->kids[1] && !e->kids[3])
		l.list = (bl_values){bl_new_n(tf->arena, const bl_value *, c->n), 0, c->n};
	rounds(s, &l, c);
	return finish_loop(s, &l, c->rest);
}

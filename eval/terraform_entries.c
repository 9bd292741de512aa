/* Maps of which not all keys are known, and lists of which some elements may be missing. */
#include "eval/terraform.h"

static const bl_tf_entries *own_entries(const bl_value *v)
{
	return v->kind == BL_UNKNOWN ? v->unknown->entries : NULL;
}

void bl_tf_add_entry(bl_tf *tf, bl_tf_entries *e, bl_tf_entry entry)
{
	bl_vec_push(tf->arena, &e->list, entry);
}

static void drop(bl_tf_entries *e, size_t i)
{
	memmove(&e->list.items[i], &e->list.items[i + 1], (e->list.n - i - 1) * sizeof *e->list.items);
	e->list.n--;
}

void bl_tf_override_entry(bl_tf *tf, bl_tf_entries *e, bl_tf_entry entry)
{
	for (size_t i = e->list.n; i-- > 0 && bl_tf_spend(tf, 1, entry.span);) {
		bl_tf_entry *old = &e->list.items[i];
		bl_tri same = bl_tf_equal(old->key, entry.key);
		if (same == BL_YES && entry.there == BL_YES) {
			drop(e, i);
		} else if (same == BL_YES) {
			/* one of the two is there; which cannot be told */
			const bl_value *both[] = {old->value, entry.value};
			old->value = bl_tf_unknown_of(tf, entry.span, both, 2, -1);
			return;
		} else if (same == BL_MAYBE) {
			old->there = BL_MAYBE;
			e->distinct = false;
		}
	}
	bl_tf_add_entry(tf, e, entry);
}

/* Each entry of a known map or list. */
static void add_known(bl_tf *tf, bl_tf_entries *e, const bl_value *v, bl_tri there)
{
	const bl_item **items = v->kind == BL_MAP ? bl_tf_sorted(tf, v) : NULL;
	for (uint32_t i = 0; i < v->n; i++) {
		const bl_value *value = items ? items[i]->value : v->list[i];
		const bl_value *key = items ? bl_value_string(tf->arena, items[i]->key_span, items[i]->key) : NULL;
		bl_tf_add_entry(tf, e, (bl_tf_entry){key, value, items ? items[i]->key_span : value->span, there});
	}
	e->open |= v->open;
	e->rest = v->open && v->rest ? v->rest : e->rest;
	e->sensitive |= v->sensitive;
}

/* What an undecided condition gives: what is in all of them is there, what is in some may be. A null has nothing. */
static bool add_candidates(bl_tf *tf, bl_tf_entries *e, const bl_unknown *u)
{
	bl_kind kind = BL_NULL;
	for (size_t i = 0; i < u->ncandidates; i++) {
		const bl_value *c = u->candidates[i];
		bool collection = c->kind == BL_MAP || (c->kind == BL_LIST && c->shape == BL_SHAPE_SET);
		if (c->kind == BL_NULL)
			continue;
		if (!collection || c->open || (kind != BL_NULL && kind != c->kind) || c->n > BL_TF_MAX_ENTRIES)
			return false;
		kind = c->kind;
	}
	for (size_t i = 0; i < u->ncandidates; i++) {
		bl_tf_entries one = {0};
		if (u->candidates[i]->kind != BL_NULL)
			add_known(tf, &one, u->candidates[i], BL_MAYBE);
		for (size_t k = 0; k < one.list.n && bl_tf_spend(tf, e->list.n / 8 + 1, one.list.items[k].span); k++) {
			const bl_tf_entry *n = &one.list.items[k];
			bl_tf_entry *old = NULL;
			for (size_t j = 0; j < e->list.n && !old; j++)
				if (bl_tf_equal(n->key ? e->list.items[j].key : e->list.items[j].value, n->key ? n->key : n->value) == BL_YES)
					old = &e->list.items[j];
			if (!old)
				bl_tf_add_entry(tf, e, *n);
			else if (bl_tf_equal(old->value, n->value) != BL_YES)
				old->value = bl_tf_unknown_of(tf, n->span, (const bl_value *[]){old->value, n->value}, 2, -1);
		}
		e->sensitive |= one.sensitive;
	}
	return kind != BL_NULL;
}

bool bl_tf_entries_of(bl_tf *tf, const bl_value *v, bl_tf_entries *out)
{
	const bl_tf_entries *own = own_entries(v);
	*out = (bl_tf_entries){.distinct = true};
	if (own) {
		/* a copy: what is done to it is done to nobody else */
		for (size_t i = 0; i < own->list.n; i++)
			bl_tf_add_entry(tf, out, own->list.items[i]);
		out->open = own->open;
		out->distinct = own->distinct;
		out->rest = own->rest;
		out->sensitive = own->sensitive || v->sensitive;
		return true;
	}
	if (v->kind == BL_UNKNOWN)
		return v->unknown->ncandidates && add_candidates(tf, out, v->unknown);
	if (v->kind != BL_MAP && v->kind != BL_LIST)
		return false;
	add_known(tf, out, v, BL_YES);
	return true;
}

/* What is certain: an open map or list of it. */
static bl_value *certain_of(bl_tf *tf, bl_span span, int kind, const bl_tf_entries *e)
{
	bl_value *known;
	if (kind == BL_MAP) {
		bl_tf_builder b = {0};
		for (size_t i = 0; i < e->list.n; i++)
			if (e->list.items[i].key->kind == BL_STRING && e->list.items[i].there == BL_YES)
				bl_tf_put(tf, &b, e->list.items[i].key->string, e->list.items[i].span, e->list.items[i].value);
		known = bl_tf_built(tf, &b, span);
	} else {
		bl_values list = {0};
		for (size_t i = 0; i < e->list.n; i++)
			if (e->list.items[i].there == BL_YES)
				bl_vec_push(tf->arena, &list, e->list.items[i].value);
		known = bl_values_value(tf->arena, span, &list);
	}
	known->open = true;
	known->rest = e->rest;
	known->sensitive = e->sensitive;
	known->origin = BL_COMPUTED;
	return known;
}

const bl_value *bl_tf_entries_value(bl_tf *tf, bl_span span, bl_kind kind, const bl_tf_entries *e)
{
	bool known = e->distinct;
	for (size_t i = 0; i < e->list.n; i++) {
		const bl_tf_entry *one = &e->list.items[i];
		/* where the places of a list are known it never was one of entries */
		known = known && one->key && one->key->kind == BL_STRING && one->there == BL_YES;
	}
	if (kind == BL_MAP && known) {
		bl_tf_builder b = {0};
		for (size_t i = 0; i < e->list.n; i++)
			bl_tf_put(tf, &b, e->list.items[i].key->string, e->list.items[i].span, e->list.items[i].value);
		bl_value *v = bl_tf_built(tf, &b, span);
		v->open = e->open;
		v->rest = e->rest;
		v->sensitive = e->sensitive;
		return v;
	}
	if (!e->list.n && !e->open)
		return bl_value_list(tf->arena, span, NULL, 0);
	if (e->list.n > BL_TF_MAX_ENTRIES)
		return certain_of(tf, span, kind, e);
	const bl_value *why = NULL;
	for (size_t i = 0; i < e->list.n && !why; i++)
		why = e->list.items[i].key && e->list.items[i].key->kind == BL_UNKNOWN ? e->list.items[i].key : NULL;
	bl_value *v = bl_tf_unknown_of(tf, span, &why, 1, kind);
	bl_unknown *u = (bl_unknown *)v->unknown;
	v->via = NULL;
	v->sensitive |= e->sensitive;
	u->not_null = true;
	bl_tf_entries *own = bl_new(tf->arena, bl_tf_entries);
	*own = *e;
	u->entries = own;
	tf->partly = true;
	return v;
}

const bl_value *bl_tf_entry_at(bl_tf *tf, const bl_tf_entries *e, const bl_value *key, bl_tri *certain)
{
	const bl_value *found = NULL;
	*certain = e->open ? BL_MAYBE : BL_NO;
	if (!bl_tf_spend(tf, e->list.n / 8 + 1, key->span))
		*certain = BL_MAYBE;
	for (size_t i = 0; i < e->list.n && !tf->out_of_steps; i++) {
		const bl_tf_entry *one = &e->list.items[i];
		bl_tri same = one->key ? bl_tf_equal(one->key, key) : BL_MAYBE;
		if (same == BL_YES && one->there == BL_YES) {
			found = one->value;
			*certain = BL_YES;
			if (e->distinct)
				break;
		} else if (same != BL_NO && (!found || !e->distinct)) {
			*certain = BL_MAYBE;
			found = NULL;
		}
	}
	return found;
}

const bl_value *bl_tf_entries_maybe(bl_tf *tf, const bl_tf_entries *e, const bl_value *key, bl_span span)
{
	bl_values may = {0};
	for (size_t i = 0; i < e->list.n; i++)
		if (!e->list.items[i].key || bl_tf_equal(e->list.items[i].key, key) != BL_NO)
			bl_vec_push(tf->arena, &may, e->list.items[i].value);
	if (may.n == 1 && !e->open && !tf->hushed)
		return may.items[0];
	bl_vec_push(tf->arena, &may, key);
	return bl_tf_unknown_of(tf, span, may.items, may.n, -1);
}

/* ---- for who knows nothing of entries ---- */

static const bl_value *plain(bl_tf *tf, const bl_value *v, int depth)
{
	const bl_tf_entries *e = own_entries(v);
	if (e) {
		bl_value *certain = certain_of(tf, v->span, v->unknown->type, e);
		certain->sensitive |= v->sensitive;
		certain->via = v->via;
		v = certain;
	}
	if (!depth || (v->kind != BL_LIST && v->kind != BL_MAP) || !bl_tf_spend(tf, v->n / 8 + 1, v->span))
		return v;
	bl_value *copy = NULL;
	for (uint32_t i = 0; i < v->n; i++) {
		const bl_value *old = v->kind == BL_LIST ? v->list[i] : v->map[i].value, *now = plain(tf, old, depth - 1);
		if (now == old)
			continue;
		if (!copy) {
			copy = bl_value_at(tf->arena, v, v->span);
			size_t size = v->n * (v->kind == BL_LIST ? sizeof *v->list : sizeof *v->map);
			void *items = bl_arena_alloc(tf->arena, size);
			memcpy(items, v->kind == BL_LIST ? (const void *)v->list : (const void *)v->map, size);
			if (v->kind == BL_LIST)
				copy->list = items;
			else
				copy->map = items;
		}
		if (v->kind == BL_LIST)
			copy->list[i] = now;
		else
			copy->map[i].value = now;
	}
	return copy ? copy : v;
}

const bl_value *bl_tf_plain(bl_tf *tf, const bl_value *v, bool deep)
{
	return tf->partly ? plain(tf, v, deep ? BL_EVAL_MAX_DEPTH : 0) : v;
}

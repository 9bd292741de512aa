/* Functions over maps of which not all keys are known, and lists of which some elements may be missing. */
#include "eval/functions/entries.h"

static const bl_value *bag(bl_tf_args *a, const bl_tf_entries *e)
{
	return bl_tf_entries_value(a->tf, a->span, BL_LIST, e);
}

/* What is not a collection of entries may hold anything. */
static void entries_of(bl_tf_args *a, const bl_value *v, bl_tf_entries *e)
{
	if (v->kind == BL_NULL)
		*e = (bl_tf_entries){.distinct = true};
	else if (!bl_tf_entries_of(a->tf, v, e))
		*e = (bl_tf_entries){.open = true, .rest = v->kind == BL_UNKNOWN && v->unknown->nrefs ? &v->unknown->refs[0] : NULL};
}

/* Adds the elements of a list to another. */
static void append(bl_tf_args *a, bl_tf_entries *to, const bl_tf_entries *from)
{
	for (size_t i = 0; i < from->list.n; i++) {
		bl_tf_entry e = from->list.items[i];
		e.value = bl_tf_marked(a->tf, e.value, from->sensitive);
		bl_tf_add_entry(a->tf, to, e);
	}
	to->open |= from->open;
	to->rest = from->rest ? from->rest : to->rest;
}

static const bl_value *concat(bl_tf_args *a)
{
	bl_tf_entries all = {.distinct = true}, one;
	for (size_t i = 0; i < a->n; i++) {
		entries_of(a, a->v[i], &one);
		append(a, &all, &one);
	}
	return bag(a, &all);
}

static void flatten_into(bl_tf_args *a, bl_tf_entries *to, const bl_value *v, bl_tri there, int depth)
{
	bl_tf_entries one;
	entries_of(a, v, &one);
	to->open |= one.open;
	to->sensitive |= one.sensitive;
	to->rest = one.rest ? one.rest : to->rest;
	for (size_t i = 0; i < one.list.n && bl_tf_spend(a->tf, 1, a->span); i++) {
		bl_tf_entry e = one.list.items[i];
		bool unknown = e.value->kind == BL_UNKNOWN && (e.value->unknown->type < 0 || e.value->unknown->type == BL_LIST);
		e.there = bl_tri_and(e.there, there);
		if ((e.value->kind == BL_LIST || unknown) && depth < BL_EVAL_MAX_DEPTH)
			flatten_into(a, to, e.value, e.there, depth + 1);
		else
			bl_tf_add_entry(a->tf, to, e);
	}
}

static const bl_value *flatten(bl_tf_args *a)
{
	bl_tf_entries all = {.distinct = true};
	flatten_into(a, &all, a->v[0], BL_YES, 0);
	return bag(a, &all);
}

static const bl_value *keys_or_values(bl_tf_args *a, bool keys)
{
	bl_tf_entries e;
	entries_of(a, a->v[0], &e);
	for (size_t i = 0; i < e.list.n; i++) {
		bl_tf_entry *one = &e.list.items[i];
		one->value = keys ? one->key : one->value;
		one->key = NULL;
	}
	e.rest = keys ? NULL : e.rest;
	return bag(a, &e);
}

static const bl_value *merge(bl_tf_args *a)
{
	bl_tf_entries all = {.distinct = true}, one;
	for (size_t i = 0; i < a->n; i++) {
		bool known = a->v[i]->kind == BL_MAP || a->v[i]->kind == BL_NULL;
		entries_of(a, a->v[i], &one);
		/* what is not known at all may replace what came before */
		for (size_t k = 0; one.open && !known && k < all.list.n; k++)
			all.list.items[k].value = bl_tf_unknown_of(a->tf, a->span, (const bl_value *[]){all.list.items[k].value, a->v[i]}, 2, -1);
		for (size_t k = 0; k < one.list.n; k++) {
			bl_tf_entry e = one.list.items[k];
			e.value = bl_tf_marked(a->tf, e.value, one.sensitive);
			bl_tf_override_entry(a->tf, &all, e);
		}
		all.open |= one.open;
		all.distinct = all.distinct && one.distinct;
		all.rest = one.rest ? one.rest : all.rest;
	}
	return bl_tf_entries_value(a->tf, a->span, BL_MAP, &all);
}

static const bl_value *length(bl_tf_args *a)
{
	bl_tf_entries e;
	entries_of(a, a->v[0], &e);
	size_t sure = 0;
	for (size_t i = 0; i < e.list.n; i++)
		sure += e.list.items[i].there == BL_YES;
	bool keyed = e.list.n && e.list.items[0].key;
	/* a set's elements may be equal */
	return e.open || sure < e.list.n || (keyed && !e.distinct) || (!keyed && e.list.n > 1) ? bl_tf_not_known(a, BL_NUMBER) : bl_tf_count(a, e.list.n);
}

static const bl_value *lookup(bl_tf_args *a)
{
	bl_tf_entries e;
	bl_tri certain;
	const bl_value *key = bl_tf_to_string(a->tf, a->v[1]);
	entries_of(a, a->v[0], &e);
	const bl_value *v = key && key->kind != BL_NULL ? bl_tf_entry_at(a->tf, &e, key, &certain) : NULL;
	if (!key || key->kind == BL_NULL)
		return NULL;
	if (certain == BL_YES)
		return v;
	return certain == BL_NO && a->n > 2 ? a->v[2] : bl_tf_not_known(a, -1);
}

static const bl_value *contains(bl_tf_args *a)
{
	bl_tf_entries e;
	entries_of(a, a->v[0], &e);
	bl_tri found = e.open ? BL_MAYBE : BL_NO;
	for (size_t i = 0; i < e.list.n && found != BL_YES; i++)
		found = bl_tri_or(found, bl_tri_and(e.list.items[i].there, bl_tf_same(a->tf, e.list.items[i].value, a->v[1])));
	return found == BL_MAYBE ? bl_tf_not_known(a, BL_BOOL) : bl_tf_flag(a, found == BL_YES);
}

/* The first argument's entries, and none yet of those that are kept of them; what is not known of the ones is not known of the others. */
static void entries_to_sift(bl_tf_args *a, bl_tf_entries *all, bl_tf_entries *kept)
{
	entries_of(a, a->v[0], all);
	*kept = (bl_tf_entries){.distinct = true, .open = all->open, .rest = all->rest, .sensitive = all->sensitive};
}

/* Strings that are not empty, as far as that is known. */
static const bl_value *compact(bl_tf_args *a)
{
	bl_tf_entries e, kept;
	entries_to_sift(a, &e, &kept);
	for (size_t i = 0; i < e.list.n; i++) {
		bl_tf_entry one = e.list.items[i];
		one.value = bl_tf_to_string(a->tf, one.value);
		if (!one.value)
			return NULL;
		if (one.value->kind == BL_NULL || (one.value->kind == BL_STRING && !one.value->string.n))
			continue;
		bool full = one.value->kind == BL_STRING || (one.value->unknown->not_null && one.value->unknown->least);
		one.there = full ? one.there : BL_MAYBE;
		bl_tf_add_entry(a->tf, &kept, one);
	}
	return bag(a, &kept);
}

static const bl_value *distinct(bl_tf_args *a)
{
	bl_tf_entries e, kept;
	entries_to_sift(a, &e, &kept);
	for (size_t i = 0; i < e.list.n; i++) {
		bl_tf_entry one = e.list.items[i];
		bool again = false;
		for (size_t k = 0; k < kept.list.n && !again && bl_tf_spend(a->tf, 1, a->span); k++) {
			bl_tri same = bl_tf_same(a->tf, kept.list.items[k].value, one.value);
			again = same == BL_YES && (kept.list.items[k].there == BL_YES || one.there != BL_YES);
			one.there = same == BL_NO || again ? one.there : BL_MAYBE;
		}
		if (!again)
			bl_tf_add_entry(a->tf, &kept, one);
	}
	return bag(a, &kept);
}

/* Sorted, reversed, made a list or a set of: what was in no place is in no place. */
static const bl_value *same(bl_tf_args *a)
{
	return a->v[0];
}

static const bl_value *keys(bl_tf_args *a)
{
	return keys_or_values(a, true);
}

static const bl_value *values(bl_tf_args *a)
{
	return keys_or_values(a, false);
}

/* Does v, or for flatten a list in it, have entries? */
static bool has_entries(const bl_value *v, int depth)
{
	if (v->kind == BL_UNKNOWN)
		return v->unknown->entries != NULL;
	for (uint32_t i = 0; depth && v->kind == BL_LIST && i < v->n; i++)
		if (has_entries(v->list[i], depth - 1))
			return true;
	return false;
}

const bl_value *bl_tf_call_entries(bl_tf_args *a, bl_tf_function function)
{
	static const struct {
		bl_tf_function function, on_entries;
		bool list; /* the first argument, if it has entries, is a list */
	} rows[] = {
		{bl_tf_fn_compact, compact, true}, {bl_tf_fn_concat, concat, false}, {bl_tf_fn_contains, contains, true},
		{bl_tf_fn_distinct, distinct, true}, {bl_tf_fn_flatten, flatten, true}, {bl_tf_fn_keys, keys, false},
		{bl_tf_fn_length, length, false}, {bl_tf_fn_lookup, lookup, false}, {bl_tf_fn_merge, merge, false},
		{bl_tf_fn_reverse, same, true}, {bl_tf_fn_sort, same, true}, {bl_tf_fn_tolist, same, true},
		{bl_tf_fn_tomap, same, false}, {bl_tf_fn_toset, same, true}, {bl_tf_fn_values, values, false},
	};
	bool some = false;
	if (!a->tf->partly)
		return NULL;
	for (size_t i = 0; i < a->n; i++)
		some |= has_entries(a->v[i], function == bl_tf_fn_flatten ? BL_EVAL_MAX_DEPTH : 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows && some; i++) {
		if (rows[i].function != function)
			continue;
		bool fits = !rows[i].list || a->v[0]->kind != BL_UNKNOWN || a->v[0]->unknown->type == BL_LIST;
		const bl_value *v = fits ? rows[i].on_entries(a) : NULL;
		if (v)
			return v;
	}
	for (size_t i = 0; i < a->n && some; i++)
		a->v[i] = bl_tf_plain(a->tf, a->v[i], false);
	return NULL;
}

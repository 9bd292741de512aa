#include "core/base/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_PATTERN = 4096 };

const bl_value bl_value_null = {.kind = BL_NULL};

static const bl_str gap = {(const char[]){BL_GAP}, 1};

static bl_value *make(bl_arena *arena, bl_kind kind, bl_span span)
{
	bl_value *v = bl_arena_alloc_raw(arena, sizeof *v);
	*v = (bl_value){.kind = (uint8_t)kind, .span = span};
	return v;
}

bl_value *bl_value_bool(bl_arena *arena, bl_span span, bool b)
{
	bl_value *v = make(arena, BL_BOOL, span);
	v->boolean = b;
	return v;
}

/* The number of at most 15 digits and nothing else; false for what needs strtod. */
static bool small_whole(bl_str digits, double *number)
{
	long long n = 0;
	if (!digits.n || digits.n > 15)
		return false;
	for (size_t i = 0; i < digits.n; i++) {
		if (digits.p[i] < '0' || digits.p[i] > '9')
			return false;
		n = n * 10 + (digits.p[i] - '0');
	}
	*number = (double)n;
	return true;
}

bl_value *bl_value_number(bl_arena *arena, bl_span span, double number)
{
	bl_value *v = make(arena, BL_NUMBER, span);
	v->number = number;
	if (number == floor(number) && fabs(number) < 1e15)
		v->digits = bl_str_integer(arena, (long long)number);
	else
		v->digits = bl_str_fmt(arena, "%.17g", number);
	return v;
}

bl_value *bl_value_digits(bl_arena *arena, bl_span span, bl_str digits)
{
	bl_value *v = make(arena, BL_NUMBER, span);
	char small[64];
	v->digits = digits;
	if (small_whole(digits, &v->number))
		return v;
	if (digits.n < sizeof small) {
		memcpy(small, digits.p, digits.n);
		small[digits.n] = '\0';
		v->number = strtod(small, NULL);
	} else {
		v->number = strtod(bl_str_z(arena, digits), NULL);
	}
	return v;
}

bl_value *bl_value_string(bl_arena *arena, bl_span span, bl_str s)
{
	bl_value *v = make(arena, BL_STRING, span);
	v->string = s;
	return v;
}

bl_value *bl_value_list(bl_arena *arena, bl_span span, const bl_value **items, size_t n)
{
	bl_value *v = make(arena, BL_LIST, span);
	v->list = items;
	v->n = (uint32_t)n;
	return v;
}

bl_value *bl_value_map(bl_arena *arena, bl_span span, bl_item *items, size_t n)
{
	bl_value *v = make(arena, BL_MAP, span);
	v->map = items;
	v->n = (uint32_t)n;
	return v;
}

static bl_value *make_unknown(bl_arena *arena, bl_span span, bl_unknown **out)
{
	bl_value *v = make(arena, BL_UNKNOWN, span);
	bl_unknown *u = bl_new(arena, bl_unknown);
	u->type = -1;
	v->unknown = u;
	v->origin = BL_COMPUTED;
	*out = u;
	return v;
}

bl_value *bl_value_unknown(bl_arena *arena, bl_span span, const char *why, ...)
{
	bl_unknown *u;
	bl_value *v = make_unknown(arena, span, &u);
	va_list ap;
	va_start(ap, why);
	u->why = bl_str_vfmt(arena, why, ap);
	va_end(ap);
	return v;
}

bl_value *bl_value_waits(bl_arena *arena, bl_span span, bl_str address, bl_str path)
{
	bl_unknown *u;
	bl_value *v = make_unknown(arena, span, &u);
	u->why = path.n ? bl_str_fmt(arena, BL_FMT "." BL_FMT " is known after deployment",
				  BL_ARG(address), BL_ARG(path))
			: bl_str_fmt(arena, BL_FMT " is known after deployment", BL_ARG(address));
	u->refs = bl_new(arena, bl_ref);
	u->refs[0] = (bl_ref){address, path};
	u->nrefs = 1;
	u->attribute = true;
	return v;
}

bl_value *bl_value_at(bl_arena *arena, const bl_value *v, bl_span span)
{
	bl_value *c = bl_arena_alloc_raw(arena, sizeof *c);
	*c = *v;
	c->span = span;
	return c;
}

bl_value *bl_value_through(bl_arena *arena, const bl_value *v, bl_str what, bl_span span)
{
	bl_value *c = bl_new(arena, bl_value);
	bl_via *via = bl_new(arena, bl_via);
	*c = *v;
	*via = (bl_via){what, span, v->via};
	c->via = via;
	return c;
}

bl_value *bl_value_mark_sensitive(bl_arena *arena, const bl_value *v)
{
	bl_value *c = bl_value_at(arena, v, v->span);
	c->sensitive = true;
	return c;
}

static bool same_text(bl_str a, bl_str b, bool fold)
{
	return fold ? bl_str_eqi(a, b) : bl_str_eq(a, b);
}

static bool made_of(bl_str s, bl_str alphabet, bool fold)
{
	for (size_t i = 0; alphabet.n && i < s.n; i++) {
		char c = s.p[i];
		bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
		if (!memchr(alphabet.p, c, alphabet.n) && !(fold && letter && memchr(alphabet.p, c ^ 32, alphabet.n)))
			return false;
	}
	return true;
}

/* What u says between its prefix and its suffix: begins and ends with a gap. */
static bl_str pattern_within(const bl_unknown *u)
{
	/* who changed only the ends of a copy left a pattern that is none any more */
	if (!u->pattern.n || !bl_str_starts(u->pattern, u->prefix) || !bl_str_ends(u->pattern, u->suffix))
		return gap;
	return bl_str_slice(u->pattern, u->prefix.n, u->pattern.n - u->suffix.n);
}

bool bl_unknown_may_be(const bl_unknown *u, bl_str s, bool fold)
{
	size_t ends = u->prefix.n + u->suffix.n, at = 0;
	if (s.n < ends || s.n < u->least || (u->most && s.n > u->most))
		return false;
	if (!same_text(bl_str_slice(s, 0, u->prefix.n), u->prefix, fold) ||
		!same_text(bl_str_slice(s, s.n - u->suffix.n, s.n), u->suffix, fold))
		return false;
	bl_str within = bl_str_slice(s, u->prefix.n, s.n - u->suffix.n), piece, rest = pattern_within(u);
	/* the first place of each piece will do: a later one makes the gap before it hold all that the one after it might */
	for (rest = bl_str_slice(rest, 1, rest.n); rest.n;) {
		rest = bl_str_cut(rest, BL_GAP, &piece);
		ptrdiff_t found = fold ? bl_str_findi(within, piece, at) : bl_str_find(within, piece, at);
		if (found < 0 || !made_of(bl_str_slice(within, at, (size_t)found), u->alphabet, fold))
			return false;
		at = (size_t)found + piece.n;
	}
	return made_of(bl_str_slice(within, at, within.n), u->alphabet, fold);
}

void bl_unknown_set_pattern(bl_unknown *u, bl_str text)
{
	ptrdiff_t last = bl_str_rfind_char(text, BL_GAP);
	bl_str_cut(text, BL_GAP, &u->prefix);
	u->suffix = bl_str_slice(text, (size_t)(last + 1), text.n);
	/* texts made of texts would grow without end */
	u->pattern = u->prefix.n < (size_t)last && text.n <= MAX_PATTERN ? text : BL_STR("");
}

void bl_value_put_pattern(bl_buf *out, const bl_value *v)
{
	if (v->kind == BL_STRING) {
		bl_buf_put(out, v->string);
		return;
	}
	const bl_unknown *u = v->kind == BL_UNKNOWN ? v->unknown : NULL;
	if (u)
		bl_buf_put(out, u->prefix);
	bl_buf_put(out, u ? pattern_within(u) : gap);
	if (u)
		bl_buf_put(out, u->suffix);
}

bl_str bl_value_pattern(bl_arena *arena, const bl_value *v)
{
	if (v->kind == BL_STRING)
		return v->string;
	bl_buf buf = {0};
	bl_value_put_pattern(&buf, v);
	bl_str s = bl_str_dup(arena, bl_buf_str(&buf));
	bl_buf_done(&buf);
	return s;
}

bool bl_value_is_string(const bl_value *v, const char *z)
{
	return bl_value_is(v, BL_STRING) && bl_str_eqz(v->string, z);
}

const bl_item *bl_value_item(const bl_value *v, bl_str key, bool fold)
{
	if (!bl_value_is(v, BL_MAP))
		return NULL;
	/* one letter in two cases differs in one bit: most keys of the length are told apart without a call */
	unsigned char first = key.n ? (unsigned char)key.p[0] | 0x20 : 0;
	for (uint32_t i = 0; i < v->n; i++)
		if (v->map[i].key.n == key.n && (!key.n || ((unsigned char)v->map[i].key.p[0] | 0x20) == first) &&
			(fold ? bl_str_eqi(v->map[i].key, key) : bl_str_eq(v->map[i].key, key)))
			return &v->map[i];
	return NULL;
}

const bl_value *bl_value_get(const bl_value *v, bl_str key)
{
	const bl_item *item = bl_value_item(v, key, false);
	return item ? item->value : NULL;
}

const bl_value *bl_value_getz(const bl_value *v, const char *key)
{
	return bl_value_get(v, bl_str_of(key));
}

const bl_value *bl_value_geti(const bl_value *v, bl_str key)
{
	const bl_item *item = bl_value_item(v, key, true);
	return item ? item->value : NULL;
}

bl_str bl_value_text(const bl_value *v)
{
	return bl_value_is(v, BL_STRING) ? v->string : BL_STR("");
}

static const bl_value *step(const bl_value *v, bl_str key)
{
	if (v->kind == BL_MAP)
		return bl_value_geti(v, key);
	if (v->kind != BL_LIST || !key.n || key.n > 9)
		return NULL;
	size_t index = 0;
	for (size_t i = 0; i < key.n; i++) {
		if (key.p[i] < '0' || key.p[i] > '9')
			return NULL;
		index = index * 10 + (size_t)(key.p[i] - '0');
	}
	return index < v->n ? v->list[index] : NULL;
}

const bl_value *bl_value_at_path(const bl_value *v, bl_str path)
{
	bl_str key;
	while (v && path.n && v->kind != BL_UNKNOWN) {
		path = bl_str_cut(path, '.', &key);
		v = step(v, key);
	}
	return v;
}

static bl_tri equal_maps(const bl_value *a, const bl_value *b)
{
	bl_tri result = BL_YES;
	for (uint32_t i = 0; i < a->n && result != BL_NO; i++) {
		const bl_value *other = bl_value_get(b, a->map[i].key);
		if (other)
			result = bl_tri_and(result, bl_value_equal(a->map[i].value, other));
		else
			result = b->open ? bl_tri_and(result, BL_MAYBE) : BL_NO;
	}
	for (uint32_t i = 0; i < b->n && result != BL_NO; i++)
		if (!bl_value_get(a, b->map[i].key))
			result = a->open ? bl_tri_and(result, BL_MAYBE) : BL_NO;
	return a->open || b->open ? bl_tri_and(result, BL_MAYBE) : result;
}

static bl_tri equal_lists(const bl_value *a, const bl_value *b)
{
	if (a->open || b->open)
		return BL_MAYBE;
	if (a->n != b->n)
		return BL_NO;
	bl_tri result = BL_YES;
	for (uint32_t i = 0; i < a->n && result != BL_NO; i++)
		result = bl_tri_and(result, bl_value_equal(a->list[i], b->list[i]));
	return result;
}

static bool ends_differ(bl_str a, bl_str b, bool last)
{
	size_t n = a.n < b.n ? a.n : b.n;
	return last ? !bl_str_eq(bl_str_slice(a, a.n - n, a.n), bl_str_slice(b, b.n - n, b.n))
		    : !bl_str_eq(bl_str_slice(a, 0, n), bl_str_slice(b, 0, n));
}

/* Two values of which each may be anything that is known of it. */
static bl_tri equal_unknowns(const bl_unknown *a, const bl_unknown *b)
{
	bool kinds = a->type >= 0 && b->type >= 0 && a->type != b->type && a->not_null && b->not_null;
	bool texts = a->type == BL_STRING && b->type == BL_STRING && a->not_null && b->not_null;
	bool lengths = (a->most && a->most < b->least) || (b->most && b->most < a->least);
	bool differ = kinds || (texts && (lengths || ends_differ(a->prefix, b->prefix, false) || ends_differ(a->suffix, b->suffix, true)));
	return differ ? BL_NO : BL_MAYBE;
}

static bl_tri equal_unknown(const bl_value *a, const bl_value *b)
{
	const bl_value *u = a->kind == BL_UNKNOWN ? a : b, *k = u == a ? b : a;
	const bl_unknown *what = u->unknown;
	if (k->kind == BL_UNKNOWN)
		return equal_unknowns(what, k->unknown);
	if (k->kind == BL_NULL)
		return what->not_null ? BL_NO : BL_MAYBE;
	if (what->type >= 0 && what->type != k->kind)
		return BL_NO;
	if (k->kind == BL_STRING && !bl_unknown_may_be(what, k->string, false))
		return BL_NO;
	if (!what->ncandidates)
		return BL_MAYBE;
	bl_tri any = BL_NO, all = BL_YES;
	for (size_t i = 0; i < what->ncandidates; i++) {
		bl_tri t = bl_value_equal(what->candidates[i], k);
		any = bl_tri_or(any, t);
		all = bl_tri_and(all, t);
	}
	return any == BL_NO ? BL_NO : all == BL_YES ? BL_YES : BL_MAYBE;
}

bl_tri bl_value_equal(const bl_value *a, const bl_value *b)
{
	if (a == b && !bl_value_has_unknown(a))
		return BL_YES;
	if (a->kind == BL_UNKNOWN || b->kind == BL_UNKNOWN)
		return equal_unknown(a, b);
	if (a->kind != b->kind)
		return BL_NO;
	switch ((bl_kind)a->kind) {
	case BL_NULL:
		return BL_YES;
	case BL_BOOL:
		return bl_tri_of(a->boolean == b->boolean);
	case BL_NUMBER:
		return bl_tri_of(bl_str_eq(a->digits, b->digits) || a->number == b->number);
	case BL_STRING:
		return bl_tri_of(bl_str_eq(a->string, b->string));
	case BL_LIST:
		return equal_lists(a, b);
	case BL_MAP:
		return equal_maps(a, b);
	case BL_UNKNOWN:
		break;
	}
	return BL_MAYBE;
}

bool bl_value_has_unknown(const bl_value *v)
{
	if (!v)
		return false;
	if (v->kind == BL_UNKNOWN || v->open)
		return true;
	if (v->kind == BL_LIST)
		for (uint32_t i = 0; i < v->n; i++)
			if (bl_value_has_unknown(v->list[i]))
				return true;
	if (v->kind == BL_MAP)
		for (uint32_t i = 0; i < v->n; i++)
			if (bl_value_has_unknown(v->map[i].value))
				return true;
	return false;
}

void bl_items_put(bl_arena *arena, bl_items *items, bl_str key, bl_span key_span, const bl_value *v)
{
	for (size_t i = 0; i < items->n; i++) {
		if (bl_str_eq(items->items[i].key, key)) {
			items->items[i] = (bl_item){key, key_span, v};
			return;
		}
	}
	bl_item item = {key, key_span, v};
	bl_vec_push(arena, items, item);
}

void bl_items_putz(bl_arena *arena, bl_items *items, const char *key, const bl_value *v)
{
	if (v)
		bl_items_put(arena, items, bl_str_of(key), v->span, v);
}

bl_value *bl_items_value(bl_arena *arena, bl_span span, const bl_items *items)
{
	return bl_value_map(arena, span, items->items, items->n);
}

bl_value *bl_values_value(bl_arena *arena, bl_span span, const bl_values *values)
{
	return bl_value_list(arena, span, values->items, values->n);
}

const bl_value *bl_value_with(bl_arena *arena, const bl_value *v, bl_str path, const bl_value *leaf)
{
	if (!path.n)
		return leaf;
	if (!v || v->kind == BL_NULL)
		v = bl_value_map(arena, BL_NOWHERE, NULL, 0);
	if (v->kind != BL_MAP)
		return v;
	bl_str key;
	bl_str rest = bl_str_cut(path, '.', &key);
	const bl_item *old = bl_value_item(v, key, true);
	const bl_value *child = bl_value_with(arena, old ? old->value : NULL, rest, leaf);
	if (old && child == old->value)
		return v;
	bl_value *copy = bl_value_at(arena, v, v->span);
	copy->map = bl_new_n(arena, bl_item, v->n + 1);
	if (v->n)
		memcpy(copy->map, v->map, v->n * sizeof *v->map);
	bl_item *slot = old ? &copy->map[old - v->map] : &copy->map[copy->n++];
	if (!old)
		*slot = (bl_item){key, leaf->span, child};
	slot->value = child;
	return copy;
}

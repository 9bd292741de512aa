/* Values as Bicep and ARM see them: text, integers, truth, and what is left of them when a part is unknown. */
#include "eval/azure.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static const bl_value *first_unknown(const bl_value *v)
{
	const bl_value *found = NULL;
	if (v->kind == BL_UNKNOWN || v->open)
		return v;
	for (uint32_t i = 0; v->kind == BL_LIST && i < v->n && !found; i++)
		found = first_unknown(v->list[i]);
	for (uint32_t i = 0; v->kind == BL_MAP && i < v->n && !found; i++)
		found = first_unknown(v->map[i].value);
	return found;
}

static void add_refs(bl_azure *a, bl_unknown *u, const bl_value *v)
{
	for (uint32_t i = 0; v->kind == BL_LIST && i < v->n; i++)
		add_refs(a, u, v->list[i]);
	for (uint32_t i = 0; v->kind == BL_MAP && i < v->n; i++)
		add_refs(a, u, v->map[i].value);
	if (v->kind != BL_UNKNOWN)
		return;
	for (size_t i = 0; i < v->unknown->nrefs && u->nrefs < BL_AZURE_MAX_REFS; i++) {
		if (!u->refs)
			u->refs = bl_new_n(a->arena, bl_ref, BL_AZURE_MAX_REFS);
		bool known = false;
		for (size_t k = 0; k < u->nrefs; k++)
			known |= bl_str_eq(u->refs[k].address, v->unknown->refs[i].address) &&
				 bl_str_eq(u->refs[k].path, v->unknown->refs[i].path);
		if (!known)
			u->refs[u->nrefs++] = v->unknown->refs[i];
	}
}

bl_value *bl_azure_unknown(bl_azure *a, bl_span span, int type, const bl_value *const *values,
	size_t n)
{
	bl_value *v = bl_value_unknown(a->arena, span, "not known");
	bl_unknown *u = (bl_unknown *)v->unknown;
	const bl_value *first = NULL;
	u->type = type;
	for (size_t i = 0; i < n; i++) {
		const bl_value *found = first_unknown(values[i]);
		if (found && !first)
			first = found;
		if (found)
			add_refs(a, u, values[i]);
		v->sensitive |= bl_azure_sensitive(values[i]);
		if (!v->via)
			v->via = values[i]->via;
	}
	if (first && first->kind == BL_UNKNOWN)
		u->why = first->unknown->why;
	return v;
}

const bl_value *bl_azure_refuse(bl_azure *a, bl_span span, const char *why, ...)
{
	va_list ap;
	va_start(ap, why);
	bl_str words = bl_str_vfmt(a->arena, why, ap);
	va_end(ap);
	if (a->errors)
		bl_diag_add(a->arena, a->errors, BL_DIAG_ERROR, span, BL_FMT, BL_ARG(words));
	return bl_value_unknown(a->arena, span, BL_FMT, BL_ARG(words));
}

bl_unknown *bl_azure_own(bl_azure *a, bl_value *v)
{
	bl_unknown *u = bl_new(a->arena, bl_unknown);
	*u = *v->unknown;
	v->unknown = u;
	return u;
}

bool bl_azure_sensitive(const bl_value *v)
{
	if (v->sensitive)
		return true;
	for (uint32_t i = 0; v->kind == BL_LIST && i < v->n; i++)
		if (bl_azure_sensitive(v->list[i]))
			return true;
	for (uint32_t i = 0; v->kind == BL_MAP && i < v->n; i++)
		if (bl_azure_sensitive(v->map[i].value))
			return true;
	return false;
}

static void put_quoted(bl_buf *out, bl_str s, char quote)
{
	bl_buf_putc(out, quote);
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == quote || c == '\\')
			bl_buf_putf(out, "\\%c", c);
		else if (c == '\n')
			bl_buf_putz(out, "\\n");
		else if (c == '\r')
			bl_buf_putz(out, "\\r");
		else if (c == '\t')
			bl_buf_putz(out, "\\t");
		else if ((unsigned char)c < 0x20)
			bl_buf_putf(out, "\\u%04x", (unsigned)c);
		else
			bl_buf_putc(out, c);
	}
	bl_buf_putc(out, quote);
}

static bool put_json(bl_buf *out, const bl_value *v, char quote)
{
	bool known = !v->open;
	switch ((bl_kind)v->kind) {
	case BL_NULL:
		bl_buf_putz(out, "null");
		break;
	case BL_BOOL:
		bl_buf_putz(out, v->boolean ? "true" : "false");
		break;
	case BL_NUMBER:
		bl_buf_put(out, v->digits);
		break;
	case BL_STRING:
		put_quoted(out, v->string, quote);
		break;
	case BL_LIST:
		bl_buf_putc(out, '[');
		for (uint32_t i = 0; i < v->n; i++) {
			if (i)
				bl_buf_putc(out, ',');
			known &= put_json(out, v->list[i], quote);
		}
		bl_buf_putc(out, ']');
		break;
	case BL_MAP:
		bl_buf_putc(out, '{');
		for (uint32_t i = 0; i < v->n; i++) {
			if (i)
				bl_buf_putc(out, ',');
			put_quoted(out, v->map[i].key, quote);
			bl_buf_putc(out, ':');
			known &= put_json(out, v->map[i].value, quote);
		}
		bl_buf_putc(out, '}');
		break;
	case BL_UNKNOWN:
		return false;
	}
	return known;
}

bool bl_azure_text(bl_buf *out, const bl_value *v, char quote)
{
	switch ((bl_kind)v->kind) {
	case BL_NULL:
		return true;
	case BL_BOOL:
		bl_buf_putz(out, v->boolean ? "True" : "False");
		return true;
	case BL_STRING:
		bl_buf_put(out, v->string);
		return true;
	default:
		return put_json(out, v, quote);
	}
}

size_t bl_azure_size(const bl_value *v, size_t limit)
{
	size_t n = 1;
	for (uint32_t i = 0; v->kind == BL_LIST && i < v->n && n < limit; i++)
		n += bl_azure_size(v->list[i], limit - n);
	for (uint32_t i = 0; v->kind == BL_MAP && i < v->n && n < limit; i++)
		n += bl_azure_size(v->map[i].value, limit - n);
	return n;
}

bl_value *bl_azure_partial(bl_azure *a, bl_span span, bl_partial *p, const bl_value *const *from, size_t n)
{
	bl_value *v;
	if (!p->gaps) {
		v = bl_value_string(a->arena, span, bl_str_dup(a->arena, bl_buf_str(&p->text)));
		v->origin = BL_COMPUTED;
	} else {
		v = bl_azure_unknown(a, span, BL_STRING, from, n);
		bl_unknown *u = bl_azure_own(a, v);
		u->not_null = true;
		bl_partial_tell(p, a->arena, u);
	}
	a->steps += p->text.n / BL_AZURE_STEP_BYTES;
	bl_partial_done(p);
	return v;
}

const bl_value *bl_azure_join(bl_azure *a, bl_span span, const bl_value *const *parts, size_t n)
{
	bl_partial text = {0};
	bool sensitive = false;
	const bl_via *via = NULL;
	for (size_t i = 0; i < n; i++) {
		sensitive |= bl_azure_sensitive(parts[i]);
		if (!via)
			via = parts[i]->via;
		bl_buf known = {0};
		if (bl_azure_text(&known, parts[i], '\'') && known.n + text.text.n <= BL_AZURE_MAX_TEXT)
			bl_partial_put(&text, bl_buf_str(&known));
		else if (parts[i]->kind == BL_UNKNOWN)
			bl_partial_add(&text, parts[i]);
		else
			bl_partial_gap(&text, NULL, 0, SIZE_MAX);
		bl_buf_done(&known);
	}
	bl_value *v = bl_azure_partial(a, span, &text, parts, n);
	v->sensitive = sensitive;
	v->via = via;
	return v;
}

bool bl_azure_int(const bl_value *v, int64_t *n)
{
	char digits[32], *end;
	if (v->kind != BL_NUMBER || !v->digits.n || v->digits.n >= sizeof digits)
		return false;
	memcpy(digits, v->digits.p, v->digits.n);
	digits[v->digits.n] = '\0';
	errno = 0;
	long long value = strtoll(digits, &end, 10);
	if (errno || *end)
		return false;
	*n = value;
	return true;
}

bl_value *bl_azure_number(bl_azure *a, bl_span span, int64_t n)
{
	char digits[24];
	size_t at = sizeof digits;
	uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	do
		digits[--at] = (char)('0' + rest % 10);
	while (rest /= 10);
	if (n < 0)
		digits[--at] = '-';
	bl_value *v = bl_value_at(a->arena, &bl_value_null, span);
	v->kind = BL_NUMBER;
	v->origin = BL_COMPUTED;
	v->number = (double)n;
	v->digits = bl_str_dup(a->arena, bl_str_make(digits + at, sizeof digits - at));
	return v;
}

bl_tri bl_azure_truth(const bl_value *v)
{
	if (v->kind == BL_BOOL)
		return bl_tri_of(v->boolean);
	if (bl_value_is(v, BL_STRING) && bl_str_eqiz(v->string, "true"))
		return BL_YES;
	if (bl_value_is(v, BL_STRING) && bl_str_eqiz(v->string, "false"))
		return BL_NO;
	return BL_MAYBE;
}

bl_value *bl_azure_tri(bl_azure *a, bl_span span, bl_tri t, const bl_value *const *values, size_t n)
{
	if (t == BL_MAYBE)
		return bl_azure_unknown(a, span, BL_BOOL, values, n);
	bl_value *v = bl_value_bool(a->arena, span, t == BL_YES);
	v->origin = BL_COMPUTED;
	return v;
}

/* Adds v, or what it may be, to the candidates; false when that is not a short list of known values. */
static bool add_candidates(bl_unknown *u, const bl_value *v)
{
	if (v->kind == BL_UNKNOWN) {
		for (size_t i = 0; i < v->unknown->ncandidates; i++)
			if (!add_candidates(u, v->unknown->candidates[i]))
				return false;
		return v->unknown->ncandidates > 0;
	}
	if (bl_value_has_unknown(v))
		return false;
	for (size_t i = 0; i < u->ncandidates; i++)
		if (bl_value_equal(u->candidates[i], v) == BL_YES)
			return true;
	if (u->ncandidates == BL_AZURE_MAX_CANDIDATES)
		return false;
	u->candidates[u->ncandidates++] = v;
	return true;
}

static const bl_value *either_map(bl_azure *a, bl_span span, const bl_value *condition,
	const bl_value *x, const bl_value *y)
{
	bl_items items = {0};
	for (uint32_t i = 0; i < x->n; i++) {
		const bl_item *other = bl_value_item(y, x->map[i].key, false);
		const bl_value *v = bl_azure_either(a, x->map[i].value->span, condition,
			x->map[i].value, other ? other->value : &bl_value_null);
		bl_vec_push(a->arena, &items, ((bl_item){x->map[i].key, x->map[i].key_span, v}));
	}
	for (uint32_t i = 0; i < y->n; i++) {
		if (bl_value_item(x, y->map[i].key, false))
			continue;
		const bl_value *v = bl_azure_either(
			a, y->map[i].value->span, condition, &bl_value_null, y->map[i].value);
		bl_vec_push(a->arena, &items, ((bl_item){y->map[i].key, y->map[i].key_span, v}));
	}
	bl_value *v = bl_items_value(a->arena, span, &items);
	v->open = x->open || y->open;
	v->sensitive = x->sensitive || y->sensitive;
	return v;
}

const bl_value *bl_azure_either(bl_azure *a, bl_span span, const bl_value *condition,
	const bl_value *x, const bl_value *y)
{
	if (bl_value_equal(x, y) == BL_YES && !bl_value_has_unknown(x))
		return bl_value_at(a->arena, x, span);
	/* Merging compares every pair of keys, so it is for objects a person wrote. */
	if (x->kind == BL_MAP && y->kind == BL_MAP && x->n && y->n && x->n + y->n < 200)
		return either_map(a, span, condition, x, y);
	const bl_value *parts[] = {condition, x, y};
	bl_value *v = bl_azure_unknown(a, span, x->kind == y->kind ? x->kind : -1, parts, 3);
	bl_unknown *u = bl_azure_own(a, v);
	if (u->type == BL_UNKNOWN || u->type == BL_NULL)
		u->type = -1;
	u->candidates = bl_new_n(a->arena, const bl_value *, BL_AZURE_MAX_CANDIDATES);
	if (!add_candidates(u, x) || !add_candidates(u, y))
		u->ncandidates = 0;
	v->sensitive = bl_azure_sensitive(x) || bl_azure_sensitive(y);
	return v;
}

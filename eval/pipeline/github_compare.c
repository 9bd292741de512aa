/*
 * What expressions of GitHub compare, and what their values are made of. Three-valued: what depends on something that is not known is not known, unless every
 * value it may have gives the same.
 */
#include "eval/pipeline/github_expr.h"

#include <math.h>
#include <stdlib.h>

enum { MAX_CANDIDATES = 64, MAX_REFS = 64 };

/* ---- values that are not known ---- */

const bl_value *bl_github_unclear(bl_github_reader *r, const char *why)
{
	return bl_value_unknown(r->arena, r->span, "%s", why);
}

bl_value *bl_github_unknown(bl_arena *arena, bl_span span, bl_str path)
{
	bl_value *v = bl_value_waits(arena, span, path, BL_STR(""));
	((bl_unknown *)v->unknown)->why = bl_str_fmt(arena, "'" BL_FMT "' is known when the workflow runs", BL_ARG(path));
	return v;
}

static void add_refs(bl_arena *arena, bl_unknown *u, const bl_value *from)
{
	if (from->kind != BL_UNKNOWN || !from->unknown->nrefs || u->nrefs >= MAX_REFS)
		return;
	bl_ref *refs = bl_new_n(arena, bl_ref, u->nrefs + from->unknown->nrefs);
	for (size_t i = 0; i < u->nrefs; i++)
		refs[i] = u->refs[i];
	size_t n = u->nrefs;
	for (size_t i = 0; i < from->unknown->nrefs; i++) {
		bool there = false;
		for (size_t k = 0; k < n; k++)
			there |= bl_str_eq(refs[k].address, from->unknown->refs[i].address);
		if (!there)
			refs[n++] = from->unknown->refs[i];
	}
	u->refs = refs;
	u->nrefs = n;
}

bl_value *bl_github_made_of(bl_github_reader *r, int type, const bl_value *const *from, size_t n)
{
	const bl_value *why = NULL;
	bool sensitive = false;
	for (size_t i = 0; i < n; i++) {
		sensitive |= from[i]->sensitive;
		if (!why && from[i]->kind == BL_UNKNOWN)
			why = from[i];
	}
	bl_value *v = why ? bl_value_unknown(r->arena, r->span, BL_FMT, BL_ARG(why->unknown->why))
			  : bl_value_unknown(r->arena, r->span, "it is not known in full");
	bl_unknown *u = (bl_unknown *)v->unknown;
	u->type = type;
	for (size_t i = 0; i < n; i++)
		add_refs(r->arena, u, from[i]);
	v->sensitive = sensitive;
	return v;
}

/* ---- coercion and comparison ---- */

static bl_str text_of(bl_arena *arena, const bl_value *v)
{
	return bl_value_text(bl_pipeline_scalar(arena, v));
}

double bl_github_number(bl_str s)
{
	char buf[64], *end;
	s = bl_str_trim(s);
	if (!s.n)
		return 0;
	if (s.n >= sizeof buf)
		return NAN;
	memcpy(buf, s.p, s.n);
	buf[s.n] = 0;
	double d = strtod(buf, &end);
	return *end || isinf(d) ? NAN : d;
}

static double number_of(const bl_value *v)
{
	switch ((bl_kind)v->kind) {
	case BL_NULL:
		return 0;
	case BL_BOOL:
		return v->boolean;
	case BL_NUMBER:
		return v->number;
	case BL_STRING:
		return bl_github_number(v->string);
	default:
		return NAN;
	}
}

bl_tri bl_github_can_be_true(const bl_value *v)
{
	for (size_t i = 0; v->kind == BL_UNKNOWN && i < v->unknown->ncandidates; i++)
		if (bl_pipeline_truth(v->unknown->candidates[i]) == BL_YES)
			return BL_YES;
	return bl_pipeline_truth(v);
}

/* Texts of an input or variable are booleans' and numbers' texts all the same: compared by number where the kinds differ. */
static bool equal(const bl_value *a, const bl_value *b)
{
	if (a->kind != b->kind) {
		double x = number_of(a), y = number_of(b);
		return x == y;
	}
	switch ((bl_kind)a->kind) {
	case BL_NULL:
		return true;
	case BL_BOOL:
		return a->boolean == b->boolean;
	case BL_NUMBER:
		return a->number == b->number;
	case BL_STRING:
		return bl_str_eqi(a->string, b->string);
	default:
		return a == b;
	}
}

static bool less(const bl_value *a, const bl_value *b, bool or_equal)
{
	if (a->kind == BL_STRING && b->kind == BL_STRING) {
		int c = bl_str_cmpi(a->string, b->string);
		return or_equal ? c <= 0 : c < 0;
	}
	double x = number_of(a), y = number_of(b);
	return or_equal ? x <= y : x < y;
}

static bool contains(bl_arena *arena, const bl_value *a, const bl_value *b)
{
	if (a->kind != BL_LIST)
		return bl_str_findi(text_of(arena, a), text_of(arena, b), 0) >= 0;
	for (uint32_t i = 0; i < a->n; i++)
		if (equal(a->list[i], b))
			return true;
	return false;
}

static bool holds(bl_arena *arena, bl_github_relation relation, const bl_value *a, const bl_value *b)
{
	bl_str s, end;
	switch (relation) {
	case BL_GITHUB_AT_LEAST:
		return less(b, a, true);
	case BL_GITHUB_AT_MOST:
		return less(a, b, true);
	case BL_GITHUB_CONTAINS:
		return contains(arena, a, b);
	case BL_GITHUB_ENDS_WITH:
		s = text_of(arena, a);
		end = text_of(arena, b);
		return s.n >= end.n && bl_str_eqi(bl_str_slice(s, s.n - end.n, s.n), end);
	case BL_GITHUB_EQUAL:
		return equal(a, b);
	case BL_GITHUB_LESS:
		return less(a, b, false);
	case BL_GITHUB_MORE:
		return less(b, a, false);
	case BL_GITHUB_NOT_EQUAL:
		return !equal(a, b);
	case BL_GITHUB_STARTS_WITH:
		return bl_str_startsi(text_of(arena, a), text_of(arena, b));
	}
	return false;
}

const bl_value *bl_github_either(bl_github_reader *r, bool yes, bool no)
{
	if (yes != no)
		return bl_value_bool(r->arena, r->span, yes);
	bl_value *v = bl_value_unknown(r->arena, r->span, "it is not the same for all values that are possible");
	bl_unknown *u = (bl_unknown *)v->unknown;
	u->type = BL_BOOL;
	u->candidates = bl_new_n(r->arena, const bl_value *, 2);
	u->candidates[u->ncandidates++] = bl_value_bool(r->arena, r->span, true);
	u->candidates[u->ncandidates++] = bl_value_bool(r->arena, r->span, false);
	return v;
}

const bl_value *bl_github_unknown_bool(bl_github_reader *r, const bl_value *because)
{
	bl_value *v = bl_value_unknown(r->arena, r->span, BL_FMT, BL_ARG(because->unknown->why));
	((bl_unknown *)v->unknown)->type = BL_BOOL;
	return v;
}

/* Can an unknown text be the other one at all? Not when its known ends differ from it. */
static bool impossible(const bl_value *a, const bl_value *b)
{
	return a->kind == BL_UNKNOWN && b->kind == BL_STRING && !bl_unknown_may_be(a->unknown, b->string, true);
}

const bl_value *bl_github_compare(bl_github_reader *r, bl_github_relation relation, const bl_value *a, const bl_value *b)
{
	bool yes = false, no = false;
	size_t na = a->kind == BL_UNKNOWN ? a->unknown->ncandidates : 1, nb = b->kind == BL_UNKNOWN ? b->unknown->ncandidates : 1;
	if ((relation == BL_GITHUB_EQUAL || relation == BL_GITHUB_NOT_EQUAL) && (impossible(a, b) || impossible(b, a)))
		return bl_value_bool(r->arena, r->span, relation == BL_GITHUB_NOT_EQUAL);
	if (a->kind == BL_LIST && (a->open || bl_value_has_unknown(a))) {
		for (uint32_t i = 0; relation == BL_GITHUB_CONTAINS && i < a->n; i++)
			if (a->list[i]->kind != BL_UNKNOWN && b->kind != BL_UNKNOWN && equal(a->list[i], b))
				return bl_value_bool(r->arena, r->span, true);
		return bl_github_unclear(r, "the list is not known in full");
	}
	if (!na || !nb || na * nb > MAX_CANDIDATES * MAX_CANDIDATES)
		return bl_github_unknown_bool(r, na && a->kind != BL_UNKNOWN ? b : a);
	for (size_t i = 0; i < na; i++) {
		for (size_t k = 0; k < nb; k++) {
			const bl_value *x = a->kind == BL_UNKNOWN ? a->unknown->candidates[i] : a;
			const bl_value *y = b->kind == BL_UNKNOWN ? b->unknown->candidates[k] : b;
			if (x->kind == BL_UNKNOWN || y->kind == BL_UNKNOWN)
				yes = no = true;
			else if (holds(r->arena, relation, x, y))
				yes = true;
			else
				no = true;
		}
	}
	return bl_github_either(r, yes, no);
}

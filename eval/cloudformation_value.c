/* Values of CloudFormation's evaluator: unknowns, text and choices. */
#include "eval/cloudformation.h"

#include "core/base/partial.h"

const bl_value bl_stack_no_value = {.kind = BL_NULL};

bool bl_stack_spend(bl_cloudformation *run, size_t steps)
{
	run->steps += steps;
	return run->steps <= BL_STACK_MAX_STEPS && run->bytes <= BL_STACK_MAX_BYTES;
}

bool bl_stack_spend_bytes(bl_cloudformation *run, size_t bytes)
{
	run->bytes += bytes;
	return bl_stack_spend(run, 0);
}

bool bl_stack_is_sensitive(const bl_value *v)
{
	if (v->sensitive)
		return true;
	for (uint32_t i = 0; v->kind == BL_LIST && i < v->n; i++)
		if (bl_stack_is_sensitive(v->list[i]))
			return true;
	for (uint32_t i = 0; v->kind == BL_MAP && i < v->n; i++)
		if (bl_stack_is_sensitive(v->map[i].value))
			return true;
	return false;
}

bool bl_stack_is_flat(const bl_value *v)
{
	for (uint32_t i = 0; v->kind == BL_LIST && i < v->n; i++)
		if (v->list[i]->kind == BL_LIST || v->list[i]->kind == BL_MAP)
			return false;
	return v->kind != BL_MAP;
}

bool bl_stack_spend_value(bl_cloudformation *run, const bl_value *v)
{
	if (v->kind == BL_STRING)
		return bl_stack_spend_bytes(run, v->string.n);
	return bl_stack_spend(run, v->kind == BL_LIST || v->kind == BL_MAP ? v->n : 0);
}

typedef BL_VEC(bl_ref) refs;

/* What v and everything in it waits for. Lists are shared: walking them is paid for. */
static void add_refs(bl_stack *s, refs *out, const bl_value *v, bool *sensitive)
{
	*sensitive = *sensitive || v->sensitive;
	if ((v->kind == BL_LIST || v->kind == BL_MAP) && !bl_stack_spend(s->run, v->n / 4))
		return;
	for (uint32_t i = 0; v->kind == BL_LIST && i < v->n; i++)
		add_refs(s, out, v->list[i], sensitive);
	for (uint32_t i = 0; v->kind == BL_MAP && i < v->n; i++)
		add_refs(s, out, v->map[i].value, sensitive);
	for (size_t i = 0; v->kind == BL_UNKNOWN && i < v->unknown->nrefs && out->n < BL_STACK_MAX_REFS; i++) {
		bl_ref r = v->unknown->refs[i];
		bool there = false;
		for (size_t k = 0; k < out->n && !there; k++)
			there = bl_str_eq(out->items[k].address, r.address) && bl_str_eq(out->items[k].path, r.path);
		if (!there)
			bl_vec_push(s->run->arena, out, r);
	}
}

bl_value *bl_stack_unknown(bl_stack *s, bl_span span, int type, const bl_value *const *values, size_t n, const char *why, ...)
{
	va_list ap;
	va_start(ap, why);
	bl_str words = bl_str_vfmt(s->run->arena, why, ap);
	va_end(ap);
	bl_value *v = bl_value_unknown(s->run->arena, span, BL_FMT, BL_ARG(words));
	bl_unknown *u = (bl_unknown *)v->unknown;
	refs found = {0};
	u->type = type;
	u->not_null = true;
	for (size_t i = 0; i < n; i++) {
		add_refs(s, &found, values[i], &v->sensitive);
		if (!v->via)
			v->via = values[i]->via;
	}
	u->refs = found.items;
	u->nrefs = found.n;
	return v;
}

static void add_candidate(bl_stack *s, bl_values *out, const bl_value *v)
{
	if (v->kind == BL_UNKNOWN && v->unknown->ncandidates) {
		for (size_t i = 0; i < v->unknown->ncandidates; i++)
			add_candidate(s, out, v->unknown->candidates[i]);
		return;
	}
	if (out->n <= BL_STACK_MAX_CANDIDATES)
		bl_vec_push(s->run->arena, out, v);
}

const bl_value *bl_stack_either(bl_stack *s, bl_span span, const bl_value *const *values, size_t n, bl_str why)
{
	bl_values candidates = {0};
	bool equal = n > 0;
	for (size_t i = 0; i < n; i++) {
		add_candidate(s, &candidates, values[i]);
		equal = equal && bl_value_equal(values[0], values[i]) == BL_YES;
	}
	if (equal)
		return values[0];
	bl_value *v = bl_stack_unknown(s, span, -1, values, n, BL_FMT, BL_ARG(why));
	bl_unknown *u = (bl_unknown *)v->unknown;
	u->not_null = false; /* it may be AWS::NoValue */
	if (candidates.n <= BL_STACK_MAX_CANDIDATES) {
		u->candidates = candidates.items;
		u->ncandidates = candidates.n;
	}
	return v;
}

void bl_stack_gap(bl_stack *s, bl_span span, const char *what, ...)
{
	va_list ap;
	va_start(ap, what);
	bl_str words = bl_str_vfmt(s->run->arena, what, ap);
	va_end(ap);
	bl_diag_add(s->run->arena, &s->run->out->diags, BL_DIAG_WARNING, span, BL_FMT, BL_ARG(words));
	s->run->out->not_analysed++;
}

bool bl_stack_text(const bl_value *v, bl_str *out)
{
	switch ((bl_kind)v->kind) {
	case BL_STRING:
		*out = v->string;
		return true;
	case BL_NUMBER:
		*out = v->digits;
		return true;
	case BL_BOOL:
		*out = v->boolean ? BL_STR("true") : BL_STR("false");
		return true;
	default:
		return false;
	}
}

bool bl_stack_count(const bl_value *v, size_t *out)
{
	bl_str s;
	if (!bl_stack_text(v, &s) || !s.n || s.n > 9)
		return false;
	*out = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		*out = *out * 10 + (size_t)(s.p[i] - '0');
	}
	return true;
}

const bl_value *bl_stack_join(bl_stack *s, const bl_values *parts, bl_str separator, bl_span span)
{
	bl_partial text = {0};
	bool known = true, within = true;
	for (size_t i = 0; i < parts->n && within; i++) {
		bl_str part;
		size_t before = text.text.n;
		if (i)
			bl_partial_put(&text, separator);
		if (bl_stack_text(parts->items[i], &part)) {
			bl_partial_put(&text, part);
		} else {
			known = false;
			bl_partial_add(&text, parts->items[i]);
		}
		within = bl_stack_spend_bytes(s->run, text.text.n - before) && bl_stack_spend(s->run, 1);
	}
	bl_value *v;
	if (!within)
		v = bl_stack_unknown(s, span, BL_STRING, NULL, 0, "the template is past the limits of evaluation");
	else if (!known)
		v = bl_stack_unknown(s, span, BL_STRING, parts->items, parts->n, "a part of the text is known when the stack is deployed");
	else
		v = bl_value_string(s->run->arena, span, bl_str_dup(s->run->arena, bl_buf_str(&text.text)));
	if (within && !known)
		bl_partial_tell(&text, s->run->arena, (bl_unknown *)v->unknown);
	bl_partial_done(&text);
	if (v->kind == BL_UNKNOWN)
		return v;
	v->origin = BL_COMPUTED;
	for (size_t i = 0; i < parts->n; i++) {
		v->sensitive = v->sensitive || parts->items[i]->sensitive;
		if (!v->via)
			v->via = parts->items[i]->via;
	}
	return v;
}

const bl_value *bl_stack_call(bl_arena *arena, bl_span span, const char *function, const bl_value *argument)
{
	bl_item *item = bl_new(arena, bl_item);
	*item = (bl_item){bl_str_of(function), span, argument};
	return bl_value_map(arena, span, item, 1);
}

/* Functions over lambdas: `map(list, x => ...)` in Bicep, `[map(list, lambda('x', ...))]` in ARM templates. */
#include "eval/azure.h"

#include <stdlib.h>

enum { MAX_PARAMETERS = 4 };

/* The n-th parameter's name, or empty. */
static bl_str parameter(const bl_expr *lambda, size_t n)
{
	if (lambda->kind == BL_EXPR_CALL)
		return n + 1 < lambda->n && lambda->kids[n]->kind == BL_EXPR_LITERAL
			? bl_value_text(lambda->kids[n]->value)
			: BL_STR("");
	bl_str rest = lambda->text, name = {"", 0};
	for (size_t i = 0; i <= n; i++) {
		if (!rest.n)
			return BL_STR("");
		rest = bl_str_cut(rest, ',', &name);
	}
	return bl_str_trim(name);
}

static bool is_lambda(const bl_expr *e)
{
	return e->kind == BL_EXPR_LAMBDA || (e->kind == BL_EXPR_CALL && e->n && bl_str_eqiz(e->text, "lambda"));
}

const bl_value *bl_azure_apply(const bl_azure_frame *f, const bl_expr *lambda,
	const bl_value *const *args, size_t n)
{
	bl_azure_local locals[MAX_PARAMETERS];
	bl_azure_frame inner = *f;
	for (size_t i = 0; i < n && i < MAX_PARAMETERS; i++) {
		bl_str name = parameter(lambda, i);
		if (!name.n)
			break;
		locals[i] = (bl_azure_local){name, args[i], inner.locals};
		inner.locals = &locals[i];
	}
	return bl_azure_eval(&inner, lambda->kids[lambda->n - 1]);
}

typedef struct higher {
	const bl_azure_frame *f;
	const bl_expr *call;
	const bl_value *in; /* the first argument */
} higher;

static const bl_value *apply(const higher *h, uint32_t which, const bl_value *item, uint32_t i)
{
	const bl_value *args[] = {item, bl_azure_number(h->f->azure, h->call->span, i)};
	return bl_azure_apply(h->f, h->call->kids[which], args, 2);
}

static const bl_value *fn_map(const higher *h)
{
	bl_arena *arena = h->f->azure->arena;
	const bl_value **items = bl_new_n(arena, const bl_value *, h->in->n + 1);
	for (uint32_t i = 0; i < h->in->n; i++)
		items[i] = apply(h, 1, h->in->list[i], i);
	bl_value *v = bl_value_list(arena, h->call->span, items, h->in->n);
	v->open = h->in->open;
	return v;
}

static const bl_value *fn_filter(const higher *h)
{
	bl_arena *arena = h->f->azure->arena;
	bl_values items = {0};
	bool open = h->in->open;
	for (uint32_t i = 0; i < h->in->n; i++) {
		bl_tri t = bl_azure_truth(apply(h, 1, h->in->list[i], i));
		if (t == BL_YES)
			bl_vec_push(arena, &items, h->in->list[i]);
		open |= t == BL_MAYBE; /* it may hold this one too */
	}
	bl_value *v = bl_values_value(arena, h->call->span, &items);
	v->open = open;
	return v;
}

static const bl_value *fn_reduce(const higher *h)
{
	bl_azure *a = h->f->azure;
	if (h->in->open)
		return bl_azure_unknown(a, h->call->span, -1, &h->in, 1);
	const bl_value *sum = bl_azure_eval(h->f, h->call->kids[1]);
	for (uint32_t i = 0; i < h->in->n; i++) {
		const bl_value *args[] = {sum, h->in->list[i], bl_azure_number(a, h->call->span, i)};
		sum = bl_azure_apply(h->f, h->call->kids[2], args, 3);
	}
	return sum;
}

static bool is_before(const higher *h, const bl_value *x, const bl_value *y, bool *unsure)
{
	const bl_value *args[] = {x, y};
	bl_tri t = bl_azure_truth(bl_azure_apply(h->f, h->call->kids[1], args, 2));
	*unsure |= t == BL_MAYBE;
	return t == BL_YES;
}

/* Merge sort of items, with room for as many in spare; stable. */
static void sort(const higher *h, const bl_value **items, const bl_value **spare, size_t n,
	bool *unsure)
{
	if (n < 2 || *unsure)
		return;
	size_t half = n / 2, i = 0, k = half;
	sort(h, items, spare, half, unsure);
	sort(h, items + half, spare, n - half, unsure);
	for (size_t out = 0; out < n; out++) {
		bool right = i == half || (k < n && is_before(h, items[k], items[i], unsure));
		spare[out] = items[right ? k++ : i++];
	}
	memcpy(items, spare, n * sizeof *items);
}

static const bl_value *fn_sort(const higher *h)
{
	bl_azure *a = h->f->azure;
	uint32_t n = h->in->n;
	const bl_value **items = bl_new_n(a->arena, const bl_value *, n + 1);
	const bl_value **spare = bl_new_n(a->arena, const bl_value *, n + 1);
	bool unsure = h->in->open;
	if (n)
		memcpy(items, h->in->list, n * sizeof *items);
	sort(h, items, spare, n, &unsure);
	if (unsure)
		return bl_azure_unknown(a, h->call->span, BL_LIST, &h->in, 1);
	return bl_value_list(a->arena, h->call->span, items, n);
}

/* toObject and groupBy: a key for each element, and a value or the element itself. */
static const bl_value *by_key(const higher *h, bool group)
{
	bl_azure *a = h->f->azure;
	bl_azure_map m = {.open = h->in->open};
	BL_VEC(bl_values) groups = {0};
	for (uint32_t i = 0; i < h->in->n; i++) {
		const bl_value *key = apply(h, 1, h->in->list[i], i);
		const bl_value *v = h->call->n > 2 ? apply(h, 2, h->in->list[i], i) : h->in->list[i];
		if (key->kind != BL_STRING) {
			m.open = true;
			continue;
		}
		const bl_item *known = bl_azure_find(&m, key->string);
		size_t at = known ? (size_t)(known - m.items.items) + 1 : 0;
		if (!group || !at)
			bl_azure_put(a, &m, &(bl_item){key->string, key->span, v});
		if (group) {
			bl_values *g = at ? &groups.items[at - 1] : bl_vec_add(a->arena, &groups);
			bl_vec_push(a->arena, g, v);
		}
	}
	for (size_t i = 0; i < groups.n; i++)
		m.items.items[i].value = bl_values_value(a->arena, h->call->span, &groups.items[i]);
	return bl_azure_map_value(a, h->call->span, &m);
}

static const bl_value *fn_to_object(const higher *h)
{
	return by_key(h, false);
}

static const bl_value *fn_group_by(const higher *h)
{
	return by_key(h, true);
}

static const bl_value *fn_map_values(const higher *h)
{
	bl_azure *a = h->f->azure;
	bl_azure_map m = {.open = h->in->open};
	for (uint32_t i = 0; i < h->in->n; i++)
		bl_azure_put(a, &m,
			&(bl_item){h->in->map[i].key, h->in->map[i].key_span,
				apply(h, 1, h->in->map[i].value, i)});
	return bl_azure_map_value(a, h->call->span, &m);
}

const bl_value *bl_azure_higher(const bl_azure_frame *f, const bl_expr *e)
{
	static const struct {
		const char *name;
		const bl_value *(*function)(const higher *h);
		uint32_t least, most, lambda; /* lambda: the first argument that is one */
		bl_kind takes, gives;
	} rows[] = {
		{"filter", fn_filter, 2, 2, 1, BL_LIST, BL_LIST},
		{"groupBy", fn_group_by, 2, 3, 1, BL_LIST, BL_MAP},
		{"map", fn_map, 2, 2, 1, BL_LIST, BL_LIST},
		{"mapValues", fn_map_values, 2, 2, 1, BL_MAP, BL_MAP},
		{"reduce", fn_reduce, 3, 3, 2, BL_LIST, BL_UNKNOWN},
		{"sort", fn_sort, 2, 2, 1, BL_LIST, BL_LIST},
		{"toObject", fn_to_object, 2, 3, 1, BL_LIST, BL_MAP},
	};
	if (!e->text.n || !strchr("fgmrstFGMRST", e->text.p[0])) /* most calls are none of these */
		return NULL;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!bl_str_eqiz(e->text, rows[i].name))
			continue;
		bool fits = e->n >= rows[i].least && e->n <= rows[i].most;
		for (uint32_t k = rows[i].lambda; fits && k < e->n; k++)
			fits = is_lambda(e->kids[k]);
		if (!fits)
			return bl_azure_refuse(f->azure, e->span, "%s: an argument that is no lambda, or too few", rows[i].name);
		higher h = {f, e, bl_azure_eval(f, e->kids[0])};
		if (h.in->kind == rows[i].takes)
			return rows[i].function(&h);
		int gives = rows[i].gives == BL_UNKNOWN ? -1 : (int)rows[i].gives;
		if (h.in->kind == BL_UNKNOWN)
			return bl_azure_unknown(f->azure, e->span, gives, &h.in, 1);
		return bl_azure_refuse(f->azure, e->span, "%s: the first argument is of the wrong type", rows[i].name);
	}
	return NULL;
}

#include "mapping/compare.h"

enum { MAX_ELEMENTS = 2000 };

void bl_compare_pass(bl_str *a, bl_str *b)
{
	for (;;) {
		while (a->n && a->p[0] == ' ')
			*a = bl_str_slice(*a, 1, a->n);
		while (b->n && b->p[0] == ' ')
			*b = bl_str_slice(*b, 1, b->n);
		if (!a->n || !b->n || !bl_str_eqi(bl_str_slice(*a, 0, 1), bl_str_slice(*b, 0, 1)))
			return;
		*a = bl_str_slice(*a, 1, a->n);
		*b = bl_str_slice(*b, 1, b->n);
	}
}

/* "West Europe" and "westeurope" are one place. */
static bool same_location(bl_str a, bl_str b)
{
	bl_compare_pass(&a, &b);
	return !a.n && !b.n;
}

/* An id may be written without the subscription that it is looked up in. */
static bool same_tail(bl_str a, bl_str b)
{
	bl_str start = BL_STR("/providers/");
	if (bl_str_startsi(b, start) && !bl_str_startsi(a, start)) {
		bl_str t = a;
		a = b;
		b = t;
	}
	return bl_str_startsi(a, start) && b.n >= a.n && bl_str_eqi(bl_str_slice(b, b.n - a.n, b.n), a);
}

/* Google links to a thing by its URL, and code by its path or its name. */
static bool same_link(bl_str code, bl_str cloud)
{
	return (bl_str_starts(cloud, BL_STR("https://")) || bl_str_starts(cloud, BL_STR("projects/"))) && code.n &&
		cloud.n > code.n && cloud.p[cloud.n - code.n - 1] == '/' && bl_str_ends(cloud, code);
}

bool bl_compare_scalars(const bl_value *a, const bl_value *b)
{
	if (a->kind == BL_STRING && b->kind == BL_STRING)
		return bl_str_eqi(a->string, b->string) || same_location(a->string, b->string) ||
			same_tail(a->string, b->string) || same_link(a->string, b->string);
	if (a->kind == BL_NUMBER && b->kind == BL_STRING)
		return bl_str_eq(a->digits, b->string);
	if (a->kind == BL_STRING && b->kind == BL_NUMBER)
		return bl_str_eq(a->string, b->digits);
	if (a->kind == BL_STRING && b->kind == BL_BOOL)
		return bl_str_eqiz(a->string, b->boolean ? "true" : "false");
	if (a->kind == BL_BOOL && b->kind == BL_STRING)
		return bl_str_eqiz(b->string, a->boolean ? "true" : "false");
	return bl_value_equal(a, b) != BL_NO;
}

bool bl_compare_is_flat(const bl_value *list)
{
	for (uint32_t i = 0; i < list->n; i++)
		if (!bl_compare_is_scalar(list->list[i]))
			return false;
	return true;
}

static bool holds(const bl_value *list, const bl_value *e)
{
	for (uint32_t i = 0; i < list->n; i++)
		if (bl_compare_scalars(e, list->list[i]))
			return true;
	return false;
}

bool bl_compare_flat(const bl_value *code, const bl_value *cloud)
{
	if (code->n > MAX_ELEMENTS || cloud->n > MAX_ELEMENTS)
		return true;
	if (code->n != cloud->n && !code->open)
		return false;
	for (uint32_t i = 0; i < code->n; i++)
		if (!holds(cloud, code->list[i]))
			return false;
	return true;
}

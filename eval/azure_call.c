/* The one table of functions that ARM templates and Bicep share, and how a call meets unknown arguments. */
#include "eval/functions/azure.h"

#include <stdlib.h>
#include <strings.h>

typedef struct row {
	bl_str name;
	bl_azure_fn function;
	size_t least, most;
	bl_azure_need need;
	int gives;
} row;

static const row rows[] = {
#define BL_AZURE_FUNCTION(name, function, least, most, need, gives)                                \
	{{name, sizeof name - 1}, function, least, most, need, gives},
#include "eval/functions/azure.def"
#undef BL_AZURE_FUNCTION
};

static int compare(const void *key, const void *item)
{
	return bl_str_cmpi(*(const bl_str *)key, ((const row *)item)->name);
}

static bool lacks(const row *r, const bl_azure_args *c)
{
	for (size_t i = 0; i < c->n && r->need != BL_AZURE_SELF; i++) {
		if (!i && r->need == BL_AZURE_TEXT && c->args[i]->kind == BL_UNKNOWN && c->args[i]->unknown->type == BL_STRING)
			continue;
		if (c->args[i]->kind == BL_UNKNOWN || c->args[i]->open)
			return true;
		if (r->need == BL_AZURE_ALL && bl_value_has_unknown(c->args[i]))
			return true;
	}
	return false;
}

static const bl_value *wrong(bl_azure_args *c, const row *r)
{
	const bl_value *v = bl_azure_refuse(c->azure, c->span, BL_FMT ": %s", BL_ARG(r->name), c->wrong);
	((bl_unknown *)v->unknown)->type = r->gives;
	return v;
}

const bl_value *bl_azure_call(bl_azure *a, bl_span span, bl_str name, const bl_value **args,
	size_t n)
{
	const row *r = bsearch(&name, rows, sizeof rows / sizeof *rows, sizeof *rows, compare);
	bl_azure_args c = {a, a->arena, span, args, n, NULL};
	if (!r && bl_str_startsi(name, BL_STR("list")) && name.n > 4) {
		/* list*(): every resource provider has its own, and most give secrets */
		bl_value *v = bl_azure_unknown(a, span, -1, args, n);
		bl_azure_own(a, v)->why = bl_str_fmt(a->arena, "what " BL_FMT "() gives is known after deployment", BL_ARG(name));
		v->sensitive = true;
		return v;
	}
	if (!r)
		return NULL;
	if (n < r->least || n > r->most) {
		c.wrong = n < r->least ? "too few arguments" : "too many arguments";
		return wrong(&c, r);
	}
	/* Arguments are looked through whole, again and again in a loop. */
	for (size_t i = 0; i < n; i++)
		if (args[i]->kind == BL_LIST || args[i]->kind == BL_MAP)
			a->steps += args[i]->n / 8;
	if (lacks(r, &c)) {
		bl_value *unknown = bl_azure_unknown(a, span, r->gives, args, n);
		bl_azure_own(a, unknown)->not_null = r->gives >= 0;
		return unknown;
	}
	const bl_value *v = r->function(&c);
	if (!v)
		return wrong(&c, r);
	bool sensitive = false;
	for (size_t i = 0; i < n && !sensitive; i++)
		sensitive = bl_azure_sensitive(args[i]);
	return sensitive && !v->sensitive ? bl_value_mark_sensitive(a->arena, v) : v;
}

const bl_value *bl_azure_call_in(const bl_azure_frame *f, bl_span span, bl_str name, const bl_value **args, size_t n)
{
	bl_azure *a = f->azure;
	const bl_value *outer = a->scope_id;
	a->scope_id = f->scope_id;
	const bl_value *v = bl_azure_call(a, span, name, args, n);
	a->scope_id = outer;
	return v;
}

bl_value *bl_azure_string(bl_azure_args *c, bl_str s)
{
	bl_value *v = bl_value_string(c->arena, c->span, s);
	v->origin = BL_COMPUTED;
	return v;
}

bl_value *bl_azure_bool(bl_azure_args *c, bool b)
{
	bl_value *v = bl_value_bool(c->arena, c->span, b);
	v->origin = BL_COMPUTED;
	return v;
}

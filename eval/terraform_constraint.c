/* Type constraints as they are written: a variable's type. */
#include "eval/terraform.h"

#include <stdlib.h>

typedef struct reading {
	const bl_tf_scope *scope;
	int depth;
} reading;

static bl_str type_name(const bl_expr *type)
{
	if (type->kind == BL_EXPR_NAME || type->kind == BL_EXPR_CALL)
		return type->text;
	/* before 0.12 types stood in quotes */
	if (type->kind == BL_EXPR_LITERAL)
		return bl_value_text(type->value);
	return BL_STR("");
}

typedef struct named {
	const char *name;
	bl_tf_types kind;
	int value_kind;
} named;

static const named *find(bl_str name)
{
	static const named table[] = {
		{"bool", BL_TYPE_BOOL, BL_BOOL}, {"list", BL_TYPE_LIST, BL_LIST}, {"map", BL_TYPE_MAP, BL_MAP},
		{"number", BL_TYPE_NUMBER, BL_NUMBER}, {"object", BL_TYPE_OBJECT, BL_MAP}, {"set", BL_TYPE_SET, BL_LIST},
		{"string", BL_TYPE_STRING, BL_STRING}, {"tuple", BL_TYPE_TUPLE, BL_LIST},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (bl_str_eqz(name, table[i].name))
			return &table[i];
	return NULL;
}

int bl_tf_type_kind(const bl_expr *type)
{
	const named *n = find(type_name(type));
	return n ? n->value_kind : -1;
}

static const bl_value_type *read_type(reading *r, const bl_expr *type);

typedef struct attribute {
	bl_str name;
	const bl_value_type *type;
	const bl_value *fallback;
	bool optional;
} attribute;

static int by_name(const void *a, const void *b)
{
	return bl_str_cmp(((const attribute *)a)->name, ((const attribute *)b)->name);
}

/* optional(TYPE, DEFAULT) may stand for an attribute's type. */
static attribute read_attribute(reading *r, const bl_expr *name, const bl_expr *type)
{
	attribute a = {.name = bl_value_text(name->value)};
	if (!a.name.n)
		a.name = name->text;
	a.optional = type->kind == BL_EXPR_CALL && bl_str_eqz(type->text, "optional") && type->n;
	a.type = read_type(r, a.optional ? type->kids[0] : type);
	if (a.optional && type->n > 1) {
		bl_tf_scope nothing = {r->scope->tf, NULL, NULL};
		const bl_value *v = bl_tf_eval(&nothing, type->kids[1]);
		bl_str why;
		a.fallback = v->kind == BL_NULL ? NULL : bl_tf_convert_to(r->scope->tf, v, a.type, &why);
		if (!a.fallback && v->kind != BL_NULL)
			bl_tf_error(r->scope->tf, type->kids[1]->span, "the default of '" BL_FMT "': " BL_FMT, BL_ARG(a.name), BL_ARG(why));
	}
	return a;
}

static const bl_value_type *read_object(reading *r, const bl_expr *members)
{
	bl_arena *arena = r->scope->tf->arena;
	size_t n = members->n / 2;
	attribute *all = bl_new_n(arena, attribute, n + 1);
	for (size_t i = 0; i < n; i++)
		all[i] = read_attribute(r, members->kids[2 * i], members->kids[2 * i + 1]);
	qsort(all, n, sizeof *all, by_name);
	bl_value_type *t = bl_new(arena, bl_value_type);
	bl_str *names = bl_new_n(arena, bl_str, n + 1);
	bool *optional = bl_new_n(arena, bool, n + 1);
	t->kind = BL_TYPE_OBJECT;
	t->n = (uint32_t)n;
	t->members = bl_new_n(arena, const bl_value_type *, n + 1);
	t->defaults = bl_new_n(arena, const bl_value *, n + 1);
	for (size_t i = 0; i < n; i++) {
		names[i] = all[i].name;
		optional[i] = all[i].optional;
		t->members[i] = all[i].type;
		t->defaults[i] = all[i].fallback;
	}
	t->names = names;
	t->optional = optional;
	return t;
}

static const bl_value_type *read_type(reading *r, const bl_expr *type)
{
	bl_arena *arena = r->scope->tf->arena;
	const named *n = find(type_name(type));
	if (!n || r->depth > BL_EVAL_MAX_DEPTH)
		return &bl_tf_type_any;
	const bl_expr *argument = type->kind == BL_EXPR_CALL && type->n ? type->kids[0] : NULL;
	const bl_value_type *result = &bl_tf_type_any;
	r->depth++;
	if (n->kind == BL_TYPE_OBJECT) {
		if (argument && argument->kind == BL_EXPR_OBJECT)
			result = read_object(r, argument);
	} else if (n->kind == BL_TYPE_TUPLE) {
		if (argument && argument->kind == BL_EXPR_LIST) {
			const bl_value_type **members = bl_new_n(arena, const bl_value_type *, argument->n + 1);
			for (uint32_t i = 0; i < argument->n; i++)
				members[i] = read_type(r, argument->kids[i]);
			result = bl_tf_type_tuple(arena, members, argument->n);
		}
	} else if (n->kind >= BL_TYPE_LIST) {
		result = bl_tf_type_of_elements(arena, n->kind, argument ? read_type(r, argument) : &bl_tf_type_any);
	} else {
		static const bl_value_type *const primitives[] = {[BL_TYPE_BOOL] = &bl_tf_type_bool, [BL_TYPE_NUMBER] = &bl_tf_type_number,
			[BL_TYPE_STRING] = &bl_tf_type_string};
		result = primitives[n->kind];
	}
	r->depth--;
	return result;
}

const bl_value *bl_tf_convert(const bl_tf_scope *scope, const bl_value *v, const bl_expr *type, bl_span span)
{
	reading r = {scope, 0};
	bl_str why;
	const bl_value *converted = bl_tf_convert_to(scope->tf, v, read_type(&r, type), &why);
	return converted ? converted : bl_tf_error(scope->tf, span, BL_FMT, BL_ARG(why));
}

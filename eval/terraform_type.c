/* Type constraints of variables: values are converted to what their type says. */
#include "eval/terraform.h"

typedef struct converting {
	const bl_tf_scope *scope;
	bl_span span;
	int depth;
} converting;

static const bl_value *convert(converting *c, const bl_value *v, const bl_expr *type);

static bl_str type_name(const bl_expr *type)
{
	if (type->kind == BL_EXPR_NAME || type->kind == BL_EXPR_CALL)
		return type->text;
	/* before 0.12 types stood in quotes */
	if (type->kind == BL_EXPR_LITERAL)
		return bl_value_text(type->value);
	return BL_STR("");
}

int bl_tf_type_kind(const bl_expr *type)
{
	static const struct {
		const char *name;
		int kind;
	} table[] = {
		{"bool", BL_BOOL}, {"list", BL_LIST}, {"map", BL_MAP}, {"number", BL_NUMBER}, {"object", BL_MAP},
		{"set", BL_LIST}, {"string", BL_STRING}, {"tuple", BL_LIST},
	};
	bl_str name = type_name(type);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (bl_str_eqz(name, table[i].name))
			return table[i].kind;
	return -1;
}

static const bl_value *wrong(converting *c, const bl_value *v, const char *want)
{
	return bl_tf_error(c->scope->tf, c->span, "%s is required, not %s", want, bl_tf_kind_name(v));
}

static const bl_value *typed_unknown(converting *c, const bl_value *v, int kind)
{
	if (v->unknown->type >= 0 || kind < 0)
		return v;
	bl_value *copy = bl_value_at(c->scope->tf->arena, v, v->span);
	bl_unknown *u = bl_new(c->scope->tf->arena, bl_unknown);
	*u = *v->unknown;
	u->type = kind;
	copy->unknown = u;
	return copy;
}

static const bl_expr *element_type(const bl_expr *type)
{
	return type->kind == BL_EXPR_CALL && type->n ? type->kids[0] : NULL;
}

static const bl_value *to_list(converting *c, const bl_value *v, const bl_expr *type, bool set)
{
	bl_tf *tf = c->scope->tf;
	if (v->kind != BL_LIST)
		return wrong(c, v, set ? "a set" : "a list");
	const bl_expr *element = element_type(type);
	const bl_value **items = bl_new_n(tf->arena, const bl_value *, v->n);
	for (uint32_t i = 0; i < v->n; i++)
		items[i] = element ? convert(c, v->list[i], element) : v->list[i];
	bl_value *list = set ? bl_tf_set(tf, v->span, items, v->n) : bl_value_list(tf->arena, v->span, items, v->n);
	if (!set)
		list->shape = BL_SHAPE_TYPED;
	list->open = v->open;
	list->rest = v->rest;
	list->via = v->via;
	list->sensitive = v->sensitive;
	return list;
}

static const bl_value *to_map(converting *c, const bl_value *v, const bl_expr *type)
{
	bl_tf *tf = c->scope->tf;
	if (v->kind != BL_MAP)
		return wrong(c, v, "a map");
	const bl_expr *element = element_type(type);
	bl_value *map = bl_value_at(tf->arena, v, v->span);
	map->shape = BL_SHAPE_TYPED;
	map->map = bl_new_n(tf->arena, bl_item, v->n);
	for (uint32_t i = 0; i < v->n; i++) {
		map->map[i] = v->map[i];
		if (element)
			map->map[i].value = convert(c, v->map[i].value, element);
	}
	return map;
}

static const bl_value *to_tuple(converting *c, const bl_value *v, const bl_expr *type)
{
	const bl_expr *types = element_type(type);
	if (v->kind != BL_LIST)
		return wrong(c, v, "a tuple");
	if (!types || types->kind != BL_EXPR_LIST)
		return v;
	if (types->n != v->n)
		return wrong(c, v, "a tuple of another length");
	bl_value *tuple = bl_value_at(c->scope->tf->arena, v, v->span);
	tuple->list = bl_new_n(c->scope->tf->arena, const bl_value *, v->n);
	tuple->shape = BL_SHAPE_LOOSE;
	for (uint32_t i = 0; i < v->n; i++)
		tuple->list[i] = convert(c, v->list[i], types->kids[i]);
	return tuple;
}

/* optional(TYPE, DEFAULT) in an object's type. */
static const bl_value *member(converting *c, const bl_value *v, bl_str name, const bl_expr *type, const bl_value *whole)
{
	bl_tf *tf = c->scope->tf;
	bool optional = type->kind == BL_EXPR_CALL && bl_str_eqz(type->text, "optional") && type->n;
	if (optional && (!v || v->kind == BL_NULL)) {
		bl_tf_scope nothing = {tf, NULL, NULL};
		v = type->n > 1 ? bl_tf_eval(&nothing, type->kids[1]) : bl_value_at(tf->arena, &bl_value_null, whole->span);
	}
	if (!v && whole->open)
		v = bl_value_unknown(tf->arena, whole->span, "'" BL_FMT "' is not known", BL_ARG(name));
	if (!v)
		return bl_tf_error(tf, c->span, "the object lacks '" BL_FMT "'", BL_ARG(name));
	return convert(c, v, optional ? type->kids[0] : type);
}

static const bl_value *to_object(converting *c, const bl_value *v, const bl_expr *type)
{
	bl_tf *tf = c->scope->tf;
	const bl_expr *members = element_type(type);
	if (v->kind != BL_MAP)
		return wrong(c, v, "an object");
	if (!members || members->kind != BL_EXPR_OBJECT)
		return v;
	bl_tf_builder b = {0};
	for (uint32_t i = 0; i + 1 < members->n; i += 2) {
		bl_str name = bl_value_text(members->kids[i]->value);
		const bl_item *item = bl_value_item(v, name, false);
		bl_tf_put(tf, &b, name, item ? item->key_span : v->span,
			member(c, item ? item->value : NULL, name, members->kids[i + 1], v));
	}
	bl_value *object = bl_tf_built(tf, &b, v->span);
	object->via = v->via;
	object->sensitive = v->sensitive;
	object->origin = v->origin;
	return object;
}

static const bl_value *to_scalar(converting *c, const bl_value *v, int kind)
{
	bl_tf *tf = c->scope->tf;
	const bl_value *r = kind == BL_STRING ? bl_tf_to_string(tf, v) : kind == BL_NUMBER ? bl_tf_to_number(tf, v) : bl_tf_to_bool(tf, v);
	return r ? r : wrong(c, v, kind == BL_STRING ? "a string" : kind == BL_NUMBER ? "a number" : "a bool");
}

static const bl_value *convert(converting *c, const bl_value *v, const bl_expr *type)
{
	bl_str name = type_name(type);
	int kind = bl_tf_type_kind(type);
	if (v->kind == BL_NULL || kind < 0)
		return v;
	if (v->kind == BL_UNKNOWN)
		return typed_unknown(c, v, kind);
	if (c->depth > BL_EVAL_MAX_DEPTH || !bl_tf_spend(c->scope->tf, 1, c->span))
		return bl_value_unknown(c->scope->tf->arena, v->span, "its type is nested too deep");
	c->depth++;
	const bl_value *r;
	if (bl_str_eqz(name, "list") || bl_str_eqz(name, "set"))
		r = to_list(c, v, type, name.p[0] == 's');
	else if (bl_str_eqz(name, "map"))
		r = to_map(c, v, type);
	else if (bl_str_eqz(name, "tuple"))
		r = to_tuple(c, v, type);
	else if (bl_str_eqz(name, "object"))
		r = to_object(c, v, type);
	else
		r = to_scalar(c, v, kind);
	c->depth--;
	return r;
}

const bl_value *bl_tf_convert(const bl_tf_scope *scope, const bl_value *v, const bl_expr *type, bl_span span)
{
	converting c = {scope, span, 0};
	return convert(&c, v, type);
}

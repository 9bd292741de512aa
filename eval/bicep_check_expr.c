/* Checks of expressions: what type each has, what stands where it may not. */
#include "eval/bicep_check.h"

const bl_bicep_type *bl_bicep_infer_with(bl_bicep_checker *c, const bl_expr *e, bl_bicep_rules rules)
{
	bl_bicep_rules outer = c->rules;
	c->rules = rules;
	const bl_bicep_type *t = bl_bicep_infer(c, e);
	c->rules = outer;
	return t;
}

const bl_bicep_type *bl_bicep_infer_part(bl_bicep_checker *c, const bl_expr *e)
{
	bl_bicep_rules rules = c->rules;
	rules.loop_ok = rules.property = rules.secret_ok = false;
	rules.collection_ok = false;
	return bl_bicep_infer_with(c, e, rules);
}

/* ---- operators ---- */

/* Could a value of type t be of that kind? */
static bool may_be(const bl_bicep_type *t, bl_bicep_type_kind kind)
{
	for (size_t i = 0; t->kind == BL_BICEP_UNION && i < t->items.n; i++)
		if (may_be(t->items.items[i], kind))
			return true;
	return t->kind == BL_BICEP_ANY || t->kind == kind;
}

static const bl_bicep_type *unary(bl_bicep_checker *c, const bl_expr *e)
{
	if (bl_str_eqz(e->text, "!.")) {
		bl_bicep_rules rules = c->rules;
		const bl_bicep_type *t = bl_bicep_infer_with(c, e->kids[0], rules);
		return bl_bicep_not_null(c->arena, t);
	}
	const bl_bicep_type *t = bl_bicep_infer_part(c, e->kids[0]);
	bool not = bl_str_eqz(e->text, "!");
	if (!may_be(t, not ? BL_BICEP_BOOL : BL_BICEP_INT))
		bl_bicep_error(c, e->span, "BCP044", "operator '" BL_FMT "' cannot be applied to '" BL_FMT "'", BL_ARG(e->text),
			BL_ARG(bl_bicep_type_text(c->arena, t)));
	else if (c->rules.constant && (not || !t->literal))
		bl_bicep_error(c, e->span, "BCP032", "the value must be a compile-time constant");
	bl_azure_frame f = {.azure = c->s->azure};
	if (!not && t->literal)
		return bl_bicep_literal_type(c->arena, bl_azure_eval(&f, e));
	return not ? &bl_bicep_t_bool : &bl_bicep_t_int;
}

typedef struct operator_rule {
	const char *text;
	uint8_t operands; /* what both must be; ANY: anything; NULL: both int or both string */
	uint8_t result;
} operator_rule;

static const bl_bicep_type *result_of(uint8_t kind)
{
	return kind == BL_BICEP_BOOL ? &bl_bicep_t_bool : kind == BL_BICEP_INT ? &bl_bicep_t_int : &bl_bicep_t_any;
}

static const bl_bicep_type *binary(bl_bicep_checker *c, const bl_expr *e)
{
	static const operator_rule rules[] = {
		{"!=", BL_BICEP_ANY, BL_BICEP_BOOL}, {"!~", BL_BICEP_STRING, BL_BICEP_BOOL}, {"%", BL_BICEP_INT, BL_BICEP_INT},
		{"&&", BL_BICEP_BOOL, BL_BICEP_BOOL}, {"*", BL_BICEP_INT, BL_BICEP_INT}, {"+", BL_BICEP_INT, BL_BICEP_INT},
		{"-", BL_BICEP_INT, BL_BICEP_INT}, {"/", BL_BICEP_INT, BL_BICEP_INT}, {"<", BL_BICEP_NULL, BL_BICEP_BOOL},
		{"<=", BL_BICEP_NULL, BL_BICEP_BOOL}, {"==", BL_BICEP_ANY, BL_BICEP_BOOL}, {"=~", BL_BICEP_STRING, BL_BICEP_BOOL},
		{">", BL_BICEP_NULL, BL_BICEP_BOOL}, {">=", BL_BICEP_NULL, BL_BICEP_BOOL}, {"||", BL_BICEP_BOOL, BL_BICEP_BOOL}};
	const bl_bicep_type *x = bl_bicep_infer_part(c, e->kids[0]), *y = bl_bicep_infer_part(c, e->kids[1]);
	if (c->rules.constant)
		bl_bicep_error(c, e->span, "BCP032", "the value must be a compile-time constant");
	if (bl_str_eqz(e->text, "??"))
		return bl_bicep_union_of(c->arena, bl_bicep_not_null(c->arena, x), y);
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		if (!bl_str_eqz(e->text, rules[i].text))
			continue;
		bl_bicep_type_kind want = rules[i].operands;
		bool ok = want == BL_BICEP_ANY ||
			  (want == BL_BICEP_NULL ? (may_be(x, BL_BICEP_INT) && may_be(y, BL_BICEP_INT)) ||
							   (may_be(x, BL_BICEP_STRING) && may_be(y, BL_BICEP_STRING))
						 : may_be(x, want) && may_be(y, want));
		if (!ok)
			bl_bicep_error(c, e->span, "BCP045", "operator '" BL_FMT "' cannot be applied to '" BL_FMT "' and '" BL_FMT "'",
				BL_ARG(e->text), BL_ARG(bl_bicep_type_text(c->arena, x)), BL_ARG(bl_bicep_type_text(c->arena, y)));
		return ok ? result_of(rules[i].result) : &bl_bicep_t_any;
	}
	return &bl_bicep_t_any;
}

static const bl_bicep_type *condition(bl_bicep_checker *c, const bl_expr *e)
{
	const bl_bicep_type *t = bl_bicep_infer_part(c, e->kids[0]);
	bl_bicep_rules rules = c->rules;
	rules.loop_ok = rules.property = false; /* but a secret may be one of two */
	const bl_bicep_type *x = bl_bicep_infer_with(c, e->kids[1], rules), *y = bl_bicep_infer_with(c, e->kids[2], rules);
	if (!may_be(t, BL_BICEP_BOOL))
		bl_bicep_error(c, e->kids[0]->span, "BCP046", "expected a value of type 'bool'");
	if (t->literal && t->kind == BL_BICEP_BOOL)
		return t->literal->boolean ? x : y;
	return bl_bicep_union_of(c->arena, x, y);
}

/* ---- arrays, objects, loops ---- */

static const bl_bicep_type *list(bl_bicep_checker *c, const bl_expr *e)
{
	bl_bicep_type *t = bl_new(c->arena, bl_bicep_type);
	bl_bicep_rules rules = c->rules;
	rules.loop_ok = rules.secret_ok = false; /* but an object in it may hold loops */
	t->kind = BL_BICEP_ARRAY;
	t->tuple = true;
	for (uint32_t i = 0; i < e->n; i++) {
		if (e->kids[i]->kind != BL_EXPR_SPREAD) {
			bl_vec_push(c->arena, &t->items, bl_bicep_infer_with(c, e->kids[i], rules));
			continue;
		}
		const bl_bicep_type *spread = bl_bicep_infer_part(c, e->kids[i]->kids[0]);
		if (!may_be(spread, BL_BICEP_ARRAY))
			bl_bicep_error(c, e->kids[i]->span, "BCP397", "only an array can be spread here, not '" BL_FMT "'",
				BL_ARG(bl_bicep_type_text(c->arena, spread)));
		t->tuple = false;
	}
	return t->tuple ? t : &bl_bicep_t_array;
}

/* Two properties of one name, where both are written. */
static void check_twice(bl_bicep_checker *c, const bl_expr *e)
{
	bl_map seen = {0};
	for (uint32_t i = 0; i + 1 < e->n; i += 2) {
		const bl_expr *key = e->kids[i];
		if (key->kind != BL_EXPR_LITERAL || key->value->kind != BL_STRING)
			continue;
		bl_expr *before = bl_map_put(c->arena, &seen, key->value->string, (void *)key);
		if (!before)
			continue;
		bl_bicep_error(c, before->span, "BCP025", "the property '" BL_FMT "' is set more than once", BL_ARG(key->value->string));
		bl_bicep_error(c, key->span, "BCP025", "the property '" BL_FMT "' is set more than once", BL_ARG(key->value->string));
	}
}

/* A property's value, under the rules of what is around it. */
static bl_bicep_rules value_rules(const bl_bicep_checker *c)
{
	bl_bicep_rules rules = c->rules;
	rules.loop_ok = rules.property;
	return rules;
}

static const bl_bicep_type *object(bl_bicep_checker *c, const bl_expr *e)
{
	bl_bicep_type *t = bl_new(c->arena, bl_bicep_type);
	t->kind = BL_BICEP_OBJECT;
	t->closed = true;
	check_twice(c, e);
	for (uint32_t i = 0; i + 1 < e->n; i += 2) {
		const bl_expr *key = e->kids[i], *value = e->kids[i + 1];
		if (key->kind == BL_EXPR_SPREAD) {
			const bl_bicep_type *spread = bl_bicep_infer_part(c, key->kids[0]);
			if (!may_be(spread, BL_BICEP_OBJECT) && !may_be(spread, BL_BICEP_RESOURCE) && !may_be(spread, BL_BICEP_NULL))
				bl_bicep_error(c, key->span, "BCP398", "only an object can be spread here, not '" BL_FMT "'",
					BL_ARG(bl_bicep_type_text(c->arena, spread)));
			t->closed = false;
			t->element = &bl_bicep_t_any;
			continue;
		}
		bool plain = key->kind == BL_EXPR_LITERAL && key->value->kind == BL_STRING;
		if (!plain)
			bl_bicep_infer_part(c, key);
		if (!plain && value->kind == BL_EXPR_FOR && c->rules.property)
			bl_bicep_error(c, key->span, "BCP143", "a loop cannot be the value of a property whose name is an expression");
		const bl_bicep_type *type = bl_bicep_infer_with(c, value, value_rules(c));
		if (plain)
			bl_vec_push(c->arena, &t->properties, ((bl_bicep_property){key->value->string, type, false}));
		else
			t->element = &bl_bicep_t_any;
	}
	return t;
}

static void check_loop_place(bl_bicep_checker *c, const bl_expr *e)
{
	if (c->rules.in_loop && c->rules.loop_ok && c->rules.property)
		bl_bicep_error(c, e->span, "BCP142", "a property's loop cannot stand in another one");
	else if (!c->rules.loop_ok)
		bl_bicep_error(c, e->span, "BCP138", "a loop cannot stand here");
}

static const bl_bicep_type *loop_element(const bl_bicep_checker *c, const bl_bicep_type *in)
{
	if (in->kind != BL_BICEP_ARRAY)
		return &bl_bicep_t_any;
	if (!in->tuple)
		return in->element ? in->element : &bl_bicep_t_any;
	const bl_bicep_type *all = in->items.n ? in->items.items[0] : &bl_bicep_t_any;
	for (size_t i = 1; i < in->items.n; i++) {
		/* elements of many forms are of no use to check with */
		if (all->kind == BL_BICEP_OBJECT || all->kind == BL_BICEP_ARRAY || in->items.items[i]->kind != all->kind)
			return &bl_bicep_t_any;
		all = bl_bicep_union_of(c->arena, all, in->items.items[i]);
		if (all->kind == BL_BICEP_UNION)
			return all->items.items[0]->kind == BL_BICEP_STRING ? &bl_bicep_t_string
			       : all->items.items[0]->kind == BL_BICEP_INT  ? &bl_bicep_t_int
									    : &bl_bicep_t_any;
	}
	return all;
}

void bl_bicep_each(bl_bicep_checker *c, const bl_expr *e, bl_bicep_body body, void *context)
{
	bl_bicep_rules rules = c->rules;
	check_loop_place(c, e);
	rules.loop_ok = rules.property = rules.secret_ok = false;
	rules.collection_ok = true;
	const bl_bicep_type *in = bl_bicep_infer_with(c, e->kids[0], rules);
	if (!may_be(in, BL_BICEP_ARRAY))
		bl_bicep_error(c, e->kids[0]->span, "BCP137", "a loop needs an array, not '" BL_FMT "'",
			BL_ARG(bl_bicep_type_text(c->arena, in)));
	const bl_bicep_variable *outer = c->locals;
	bl_bicep_variable position = {bl_expr_for_key(e), &bl_bicep_t_int, false, outer};
	bl_bicep_variable item = {e->text, loop_element(c, in), false, position.name.n ? &position : outer};
	if (position.name.n && bl_str_eq(item.name, position.name))
		bl_bicep_error(c, e->span, "BCP028", "'" BL_FMT "' is declared more than once", BL_ARG(e->text));
	bl_bicep_rules before = c->rules;
	c->locals = &item;
	c->rules.in_loop |= c->rules.property;
	c->rules.loop_ok = c->rules.secret_ok = c->rules.collection_ok = false;
	body(c, e->kids[2], context);
	c->rules = before;
	c->locals = outer;
}

static void infer_body(bl_bicep_checker *c, const bl_expr *e, void *context)
{
	*(const bl_bicep_type **)context = bl_bicep_infer(c, e);
}

static void expect_body(bl_bicep_checker *c, const bl_expr *e, void *context)
{
	bl_bicep_expect(c, context, e);
}

static const bl_bicep_type *loop(bl_bicep_checker *c, const bl_expr *e)
{
	const bl_bicep_type *body = &bl_bicep_t_any;
	bl_bicep_each(c, e, infer_body, &body);
	return bl_bicep_array_of(c->arena, body);
}

const bl_bicep_type *bl_bicep_infer(bl_bicep_checker *c, const bl_expr *e)
{
	const bl_bicep_type *t = &bl_bicep_t_any;
	if (c->depth >= BL_BICEP_MAX_CHECKED)
		return t;
	c->depth++;
	switch (e->kind) {
	case BL_EXPR_LITERAL:
		t = bl_bicep_literal_type(c->arena, e->value);
		break;
	case BL_EXPR_TEMPLATE:
		for (uint32_t i = 0; i < e->n; i++)
			bl_bicep_infer_part(c, e->kids[i]);
		if (c->rules.constant)
			bl_bicep_error(c, e->span, "BCP032", "the value must be a compile-time constant");
		t = &bl_bicep_t_string;
		break;
	case BL_EXPR_NAME:
		t = bl_bicep_infer_name(c, e);
		break;
	case BL_EXPR_ATTR:
		t = bl_bicep_infer_member(c, e);
		break;
	case BL_EXPR_INDEX:
		t = bl_bicep_infer_element(c, e);
		break;
	case BL_EXPR_CHILD:
		t = bl_bicep_infer_child(c, e);
		break;
	case BL_EXPR_CALL:
		t = bl_bicep_infer_call(c, e);
		break;
	case BL_EXPR_UNARY:
		t = unary(c, e);
		break;
	case BL_EXPR_BINARY:
		t = binary(c, e);
		break;
	case BL_EXPR_CONDITION:
		t = condition(c, e);
		break;
	case BL_EXPR_LIST:
		t = list(c, e);
		break;
	case BL_EXPR_OBJECT:
		t = object(c, e);
		break;
	case BL_EXPR_FOR:
		t = loop(c, e);
		break;
	case BL_EXPR_IF:
		bl_bicep_infer_part(c, e->kids[0]);
		t = bl_bicep_infer(c, e->kids[1]);
		break;
	case BL_EXPR_LAMBDA:
		bl_bicep_error(c, e->span, "BCP242", "a lambda can only be a function's argument");
		break;
	default:
		break;
	}
	c->depth--;
	return t;
}

/* ---- what is wanted ---- */

/* The one object type that a written object can be of; NULL where there is none or more than one. */
static const bl_bicep_type *object_wanted(const bl_bicep_type *to, const bl_expr *e)
{
	const bl_bicep_type *found = NULL;
	if (to->kind == BL_BICEP_OBJECT)
		return to;
	for (size_t i = 0; to->kind == BL_BICEP_UNION && i < to->items.n; i++) {
		const bl_bicep_type *t = to->items.items[i];
		bool fits = t->kind == BL_BICEP_OBJECT;
		for (uint32_t k = 0; fits && k + 1 < e->n; k += 2) {
			const bl_bicep_property *p = e->kids[k]->kind == BL_EXPR_LITERAL
				? bl_bicep_find_property(t, bl_value_text(e->kids[k]->value)) : NULL;
			const bl_expr *v = e->kids[k + 1];
			if (p && p->type->literal && v && v->kind == BL_EXPR_LITERAL &&
				bl_value_equal(p->type->literal, v->value) != BL_YES)
				fits = false;
		}
		if (fits && found)
			return NULL;
		if (fits)
			found = t;
	}
	return found;
}

static void expect_object(bl_bicep_checker *c, const bl_bicep_type *to, const bl_expr *e)
{
	bool spread = false;
	check_twice(c, e);
	for (uint32_t i = 0; i + 1 < e->n; i += 2) {
		const bl_expr *key = e->kids[i];
		const bl_bicep_property *p = NULL;
		if (key->kind == BL_EXPR_SPREAD) {
			bl_bicep_infer_part(c, key->kids[0]);
			spread = true;
			continue;
		}
		if (key->kind == BL_EXPR_LITERAL)
			p = bl_bicep_find_property(to, bl_value_text(key->value));
		else
			bl_bicep_infer_part(c, key), spread = true;
		const bl_bicep_type *want = p ? p->type : to->element ? to->element : &bl_bicep_t_any;
		if (!p && to->closed && !to->element && key->kind == BL_EXPR_LITERAL)
			bl_bicep_error(c, key->span, "BCP037", "the property '" BL_FMT "' is not allowed here",
				BL_ARG(bl_value_text(key->value)));
		bl_bicep_rules outer = c->rules;
		c->rules = value_rules(c);
		if (p && p->type->secure && !c->rules.constant)
			c->rules.secret_ok = true;
		bl_bicep_expect(c, want, e->kids[i + 1]);
		c->rules = outer;
	}
	for (size_t i = 0; !spread && i < to->properties.n; i++) {
		const bl_bicep_property *p = &to->properties.items[i];
		bool given = p->optional;
		for (uint32_t k = 0; !given && k + 1 < e->n; k += 2)
			given = e->kids[k]->kind == BL_EXPR_LITERAL && bl_str_eq(bl_value_text(e->kids[k]->value), p->name);
		if (!given)
			bl_bicep_error(c, e->span, "BCP035", "the required property '" BL_FMT "' is missing", BL_ARG(p->name));
	}
}

static const bl_bicep_type *element_wanted(const bl_bicep_type *to, size_t i)
{
	if (to->tuple)
		return i < to->items.n ? to->items.items[i] : &bl_bicep_t_any;
	return to->element ? to->element : &bl_bicep_t_any;
}

void bl_bicep_expect(bl_bicep_checker *c, const bl_bicep_type *to, const bl_expr *e)
{
	const bl_bicep_type *wanted = bl_bicep_not_null(c->arena, to);
	bool spread = false;
	if (c->depth >= BL_BICEP_MAX_CHECKED)
		return;
	c->depth++;
	for (uint32_t i = 0; e->kind == BL_EXPR_LIST && i < e->n; i++)
		spread |= e->kids[i]->kind == BL_EXPR_SPREAD;
	if (e->kind == BL_EXPR_OBJECT && object_wanted(wanted, e)) {
		expect_object(c, object_wanted(wanted, e), e);
	} else if (e->kind == BL_EXPR_LIST && wanted->kind == BL_BICEP_ARRAY && !spread &&
		   !(wanted->tuple && wanted->items.n != e->n)) {
		bl_bicep_rules outer = c->rules;
		c->rules.loop_ok = c->rules.secret_ok = false;
		for (uint32_t i = 0; i < e->n; i++)
			bl_bicep_expect(c, element_wanted(wanted, i), e->kids[i]);
		c->rules = outer;
	} else if (e->kind == BL_EXPR_FOR && wanted->kind == BL_BICEP_ARRAY && !wanted->tuple && wanted->element) {
		bl_bicep_each(c, e, expect_body, (void *)wanted->element);
	} else {
		const bl_bicep_type *from = bl_bicep_infer(c, e);
		if (!bl_bicep_assignable(to, from))
			bl_bicep_error(c, e->span, "BCP033", "expected a value of type '" BL_FMT "', and this is '" BL_FMT "'",
				BL_ARG(bl_bicep_type_text(c->arena, to)), BL_ARG(bl_bicep_type_text(c->arena, from)));
	}
	c->depth--;
}

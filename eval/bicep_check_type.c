/* Checks of type expressions: names, unions, discriminators, types that hold themselves. */
#include "eval/bicep_check.h"

enum { MAX_DEPTH = 60 };

static bool is_generic(bl_str name)
{
	return bl_str_eqz(name, "resource") || bl_str_eqz(name, "resourceInput") || bl_str_eqz(name, "resourceOutput");
}

static void check_name(bl_bicep_checker *c, const bl_expr *e)
{
	bl_bicep_symbol *symbol = bl_map_get(&c->s->symbols, e->text);
	if (symbol && (!symbol->block || bl_str_eqz(symbol->block->kind, "type")))
		return;
	if (bl_bicep_type_named(e->text) || c->extended)
		return;
	if (symbol)
		bl_bicep_error(c, e->span, "BCP287", "'" BL_FMT "' is a value and no type", BL_ARG(e->text));
	else if (is_generic(e->text))
		bl_bicep_error(c, e->span, "BCP384", "'" BL_FMT "' takes a resource's type", BL_ARG(e->text));
	else
		bl_bicep_error(c, e->span, "BCP302", "there is no type '" BL_FMT "'", BL_ARG(e->text));
}

/* Is every value of the type written out in it? */
static bool is_literal(const bl_bicep_type *t, int depth)
{
	bool all = true;
	if (depth > MAX_DEPTH)
		return true;
	switch (t->kind) {
	case BL_BICEP_BOOL:
	case BL_BICEP_INT:
	case BL_BICEP_STRING:
		return t->literal;
	case BL_BICEP_ARRAY:
		for (size_t i = 0; i < t->items.n; i++)
			all = all && is_literal(t->items.items[i], depth + 1);
		return t->tuple && all;
	case BL_BICEP_OBJECT:
		for (size_t i = 0; i < t->properties.n; i++)
			all = all && is_literal(t->properties.items[i].type, depth + 1);
		return t->properties.n && all;
	case BL_BICEP_UNION:
		for (size_t i = 0; i < t->items.n; i++)
			all = all && is_literal(t->items.items[i], depth + 1);
		return all;
	default:
		return true;
	}
}

/* The kind of all of a union's members, null aside: -1 when they differ, BL_BICEP_NULL when there is no other. */
static int common_kind(const bl_bicep_type *t, int so_far)
{
	for (size_t i = 0; t->kind == BL_BICEP_UNION && i < t->items.n; i++)
		so_far = common_kind(t->items.items[i], so_far);
	if (t->kind == BL_BICEP_UNION || t->kind == BL_BICEP_NULL || so_far < 0 || so_far == BL_BICEP_ANY)
		return so_far;
	if (t->kind == BL_BICEP_ANY)
		return BL_BICEP_ANY;
	return so_far == BL_BICEP_NULL || so_far == t->kind ? t->kind : -1;
}

static void check_union(bl_bicep_checker *c, const bl_expr *e)
{
	int kind = BL_BICEP_NULL;
	bool literal = true;
	for (uint32_t i = 0; i < e->n; i++) {
		const bl_bicep_type *t = bl_bicep_type_of(c->s, e->kids[i]);
		if (!is_literal(t, 0)) {
			bl_bicep_error(c, e->kids[i]->span, "BCP293", "the members of a union must be literal values");
			literal = false;
		}
		kind = common_kind(t, kind);
	}
	if (literal && (kind < 0 || kind == BL_BICEP_NULL))
		bl_bicep_error(c, e->span, "BCP294", "the members of a union must be of one type");
}

/* ---- discriminators ---- */

static const bl_expr *union_of(const bl_expr *e)
{
	while (e->kind == BL_EXPR_TYPE || (e->kind == BL_EXPR_UNARY && (bl_str_eqz(e->text, "?") || bl_str_eqz(e->text, "!."))))
		e = e->kids[0];
	return e;
}

/* One object of the union: what it adds to the values met so far. */
static void check_tagged(bl_bicep_checker *c, const bl_bicep_type *t, bl_span span, bl_str tag, bl_map *seen)
{
	if (t->kind == BL_BICEP_UNION) {
		for (size_t i = 0; i < t->items.n; i++)
			if (t->items.items[i]->kind != BL_BICEP_NULL)
				check_tagged(c, t->items.items[i], span, tag, seen);
		return;
	}
	if (t->kind == BL_BICEP_ANY)
		return;
	if (t->kind != BL_BICEP_OBJECT) {
		bl_bicep_error(c, span, "BCP286", "a member of this union must be an object");
		return;
	}
	const bl_bicep_property *p = bl_bicep_find_property(t, tag);
	if (p && p->type->kind == BL_BICEP_ANY)
		return;
	if (!p || p->optional || p->type->kind != BL_BICEP_STRING || !p->type->literal)
		bl_bicep_error(c, span, "BCP364", "the property '" BL_FMT "' must be a required string literal in each member", BL_ARG(tag));
	else if (bl_map_put(c->arena, seen, p->type->literal->string, (void *)t) &&
		 seen->n) /* the first one of a value stays the one that counts */
		bl_bicep_error(c, span, "BCP365", "'" BL_FMT "' is the value of '" BL_FMT "' in more than one member",
			BL_ARG(p->type->literal->string), BL_ARG(tag));
}

static void check_discriminator(bl_bicep_checker *c, const bl_expr *decorator, const bl_expr *type)
{
	const bl_expr *e = union_of(type);
	bl_map seen = {.fold = true};
	if (decorator->n != 1 || decorator->kids[0]->kind != BL_EXPR_LITERAL || decorator->kids[0]->value->kind != BL_STRING)
		return;
	if (e->kind == BL_EXPR_NAME || e->kind == BL_EXPR_ATTR || e->kind == BL_EXPR_CALL || e->kind == BL_EXPR_OPAQUE) {
		const bl_bicep_type *t = bl_bicep_type_of(c->s, e);
		if (t->kind != BL_BICEP_UNION && t->kind != BL_BICEP_ANY)
			bl_bicep_error(c, decorator->span, "BCP363", "'discriminator' is for unions of objects");
		return;
	}
	if (e->kind != BL_EXPR_BINARY || e->n < 2) {
		bl_bicep_error(c, decorator->span, "BCP363", "'discriminator' is for unions of objects");
		return;
	}
	bl_str tag = decorator->kids[0]->value->string;
	bool same = true;
	for (uint32_t i = 1; i < e->n; i++)
		same &= e->kids[i]->kind == BL_EXPR_NAME && e->kids[0]->kind == BL_EXPR_NAME && bl_str_eq(e->kids[i]->text, e->kids[0]->text);
	if (same) /* which is that type alone */
		return;
	for (uint32_t i = 0; i < e->n; i++) {
		const bl_bicep_type *t = bl_bicep_type_of(c->s, e->kids[i]);
		if (t->kind == BL_BICEP_NULL && e->kids[i]->kind == BL_EXPR_LITERAL)
			bl_bicep_error(c, e->kids[i]->span, "BCP286", "a member of this union must be an object");
		else if (t->kind != BL_BICEP_NULL)
			check_tagged(c, t, e->kids[i]->span, tag, &seen);
	}
}

/* ---- structures ---- */

static void check(bl_bicep_checker *c, const bl_expr *e, bool tagged, int depth);

static void check_member(bl_bicep_checker *c, const bl_expr *type, int depth)
{
	bool tagged = false;
	if (type->kind != BL_EXPR_TYPE)
		return;
	bl_bicep_check_type_decorators(c, type);
	for (uint32_t i = 1; i < type->n; i++) {
		if (!bl_str_eqz(type->kids[i]->text, "discriminator"))
			continue;
		tagged = true;
		check_discriminator(c, type->kids[i], type);
	}
	check(c, type->kids[0], tagged, depth);
}

/* `resourceInput<'Microsoft.Storage/storageAccounts@2023-01-01'>` */
static void check_generic(bl_bicep_checker *c, const bl_expr *e)
{
	const bl_expr *argument = e->n ? e->kids[e->n - 1] : NULL;
	if (!is_generic(e->text) && !c->extended)
		bl_bicep_error(c, e->span, "BCP302", "there is no type '" BL_FMT "'", BL_ARG(e->text));
	if (!argument || argument->kind != BL_EXPR_LITERAL || argument->value->kind != BL_STRING || c->extended)
		return;
	bl_str text = argument->value->string;
	if (!memchr(text.p, '/', text.n) || !memchr(text.p, '@', text.n))
		bl_bicep_error(c, argument->span, "BCP029", "a resource's type is TYPE@VERSION");
}

static void check_members(bl_bicep_checker *c, const bl_expr *e, int depth)
{
	bl_map seen = {0};
	for (uint32_t i = 0; i < e->n; i++) {
		if (e->kind == BL_EXPR_OBJECT && i % 2 == 0) {
			bl_str key = e->kids[i]->kind == BL_EXPR_LITERAL ? bl_value_text(e->kids[i]->value) : BL_STR("*");
			if (bl_map_put(c->arena, &seen, key, (void *)e))
				bl_bicep_error(c, e->kids[i]->span, "BCP025", "the property '" BL_FMT "' is there more than once", BL_ARG(key));
			continue;
		}
		check_member(c, e->kids[i], depth);
	}
}

static void check_access(bl_bicep_checker *c, const bl_expr *e)
{
	const bl_bicep_type *base = bl_bicep_type_of(c->s, e->kids[0]);
	if (e->kind == BL_EXPR_ATTR && base->kind == BL_BICEP_OBJECT) {
		if (bl_str_eqz(e->text, "*") ? !base->element : !bl_bicep_find_property(base, e->text))
			bl_bicep_error(c, e->span, bl_str_eqz(e->text, "*") ? "BCP389" : "BCP053", "the type has no property '" BL_FMT "'",
				BL_ARG(e->text));
	} else if (e->kind == BL_EXPR_INDEX && e->n == 2 && base->kind == BL_BICEP_ARRAY) {
		bool any = e->kids[1]->kind == BL_EXPR_SPLAT;
		if (any && base->tuple)
			bl_bicep_error(c, e->kids[1]->span, "BCP390", "'[*]' is for arrays of one type");
		else if (!any && !base->tuple)
			bl_bicep_error(c, e->kids[1]->span, "BCP388", "only a tuple's elements have types of their own");
	}
}

static void check(bl_bicep_checker *c, const bl_expr *e, bool tagged, int depth)
{
	if (depth++ > MAX_DEPTH)
		return;
	switch (e->kind) {
	case BL_EXPR_NAME:
		check_name(c, e);
		break;
	case BL_EXPR_BINARY:
		if (!tagged)
			check_union(c, e);
		for (uint32_t i = 0; i < e->n; i++)
			check(c, e->kids[i], false, depth);
		break;
	case BL_EXPR_UNARY:
		check(c, e->kids[0], tagged, depth);
		break;
	case BL_EXPR_INDEX:
	case BL_EXPR_ATTR:
		if (e->kids[0]->kind != BL_EXPR_NAME || (!bl_str_eqz(e->kids[0]->text, "sys") && !bl_str_eqz(e->kids[0]->text, "az")))
			check(c, e->kids[0], false, depth);
		check_access(c, e);
		break;
	case BL_EXPR_OBJECT:
	case BL_EXPR_LIST:
		check_members(c, e, depth);
		break;
	case BL_EXPR_CALL:
		check_generic(c, e);
		break;
	default:
		break;
	}
}

/* ---- types that hold themselves ---- */

/* Does a value of type e need one of the type that target declares? path holds the statements on the way. */
static bool needs(bl_bicep_checker *c, const bl_expr *e, const bl_block *target, bl_map *path, bool in_object, int depth)
{
	if (depth++ > MAX_DEPTH)
		return false;
	switch (e->kind) {
	case BL_EXPR_TYPE:
		return needs(c, e->kids[0], target, path, in_object, depth);
	case BL_EXPR_NAME: {
		bl_bicep_symbol *symbol = bl_map_get(&c->s->symbols, e->text);
		if (!symbol || symbol->scope != c->s || !symbol->block || !bl_str_eqz(symbol->block->kind, "type"))
			return false;
		if (symbol->block == target)
			return true;
		const bl_attr *value = bl_block_attr(symbol->block, "value");
		if (!value || bl_map_put(c->arena, path, e->text, symbol))
			return false;
		return needs(c, value->expr, target, path, in_object, depth);
	}
	case BL_EXPR_UNARY:
		return !bl_str_eqz(e->text, "?") && needs(c, e->kids[0], target, path, in_object, depth);
	case BL_EXPR_INDEX: /* an array in an object may be empty */
		return e->n == 1 && !in_object && needs(c, e->kids[0], target, path, in_object, depth);
	case BL_EXPR_BINARY:
	case BL_EXPR_LIST:
		for (uint32_t i = 0; i < e->n; i++)
			if (needs(c, e->kids[i], target, path, in_object, depth))
				return true;
		return false;
	case BL_EXPR_OBJECT:
		for (uint32_t i = 0; i + 1 < e->n; i += 2)
			if (e->kids[i]->kind != BL_EXPR_SPLAT && needs(c, e->kids[i + 1], target, path, true, depth))
				return true;
		return false;
	default:
		return false;
	}
}

void bl_bicep_check_type(bl_bicep_checker *c, const bl_expr *type, const bl_block *block)
{
	const bl_attr *tag = bl_block_attr(block, "@discriminator");
	if (tag)
		check_discriminator(c, tag->expr, type);
	check(c, type->kind == BL_EXPR_TYPE ? type->kids[0] : type, tag != NULL, 0);
	bl_map path = {0};
	if (!bl_str_eqz(block->kind, "type"))
		return;
	bl_span name = block->labels.n ? block->labels.items[0].span : block->head;
	if (bl_str_eqz(bl_block_label(block, 0), "resource"))
		bl_bicep_error(c, name, "BCP301", "the name 'resource' is reserved");
	if (type->kind == BL_EXPR_TYPE && type->kids[0]->kind == BL_EXPR_LITERAL && type->kids[0]->value->kind == BL_NULL)
		bl_bicep_error(c, type->span, "BCP289", "null alone is no type");
	if (needs(c, type, block, &path, false, 0))
		bl_bicep_error(c, name, path.n ? "BCP299" : "BCP298", "the type needs a value of itself, so that none can be made");
}

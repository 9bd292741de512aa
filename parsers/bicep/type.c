/*
 * Bicep's type expressions. A TYPE's text is its source, its kids[0] the structure, and the kids after that the decorators of a
 * property or an item. The structure is made of the kinds that values have:
 *   NAME         a type's name                     LIST         a tuple: an item is a TYPE
 *   LITERAL      a literal type, null too          OBJECT       pairs of a key and a TYPE; the key of `*:` is a SPLAT
 *   TEMPLATE     a string with interpolation       INDEX        kids[0][]: n is 1; kids[0][kids[1]], where kids[1] may be a SPLAT
 *   BINARY "|"   a union of any number of kids     ATTR         kids[0].text; text may be "*"
 *   UNARY        "?", "!." after it, "-" before    CALL         text<kids>; `resource 'x'` is resource<'x'>; method: kids[0] is before the dot
 * and OPAQUE where there was an error.
 */
#include "parsers/bicep/reader.h"

static bl_expr *structure(bl_bicep_reader *r);

static bl_expr *leaf(bl_bicep_reader *r, bl_expr_kind kind)
{
	bl_expr *e = bl_expr_new(r->arena, kind, bl_bicep_span(r), 0);
	if (kind != BL_EXPR_SPLAT)
		e->text = bl_bicep_text(r);
	return e;
}

static bool is_type(bl_bicep_node node)
{
	switch (node) {
	case BL_BICEP_ARRAY_TYPE:
	case BL_BICEP_BOOLEAN:
	case BL_BICEP_ELEMENT_TYPE:
	case BL_BICEP_GENERIC_TYPE:
	case BL_BICEP_IDENTIFIER:
	case BL_BICEP_INTERPOLATED_MULTILINE:
	case BL_BICEP_INTERPOLATED_STRING:
	case BL_BICEP_MEMBER_TYPE:
	case BL_BICEP_MULTILINE_STRING:
	case BL_BICEP_NON_NULL_TYPE:
	case BL_BICEP_NULL:
	case BL_BICEP_NULLABLE_TYPE:
	case BL_BICEP_NUMBER:
	case BL_BICEP_OBJECT_TYPE:
	case BL_BICEP_PARENTHESIZED_TYPE:
	case BL_BICEP_RESOURCE_TYPE:
	case BL_BICEP_STRING:
	case BL_BICEP_TUPLE_TYPE:
	case BL_BICEP_UNARY:
	case BL_BICEP_UNION_TYPE:
		return true;
	default:
		return false;
	}
}

/* The types among the children, in order; a union's within a union are this one's. */
static void read_types(bl_bicep_reader *r, bl_bicep_exprs *out, bool is_union)
{
	if (!bl_bicep_enter(r))
		return;
	do {
		bl_bicep_node node = bl_bicep_at(r);
		if (node == BL_BICEP_ERROR) {
			bl_bicep_report(r);
		} else if (is_union && node == BL_BICEP_UNION_TYPE) {
			read_types(r, out, true);
		} else if (is_type(node)) {
			bl_expr *e = structure(r);
			bl_vec_push(r->arena, out, e);
		}
	} while (bl_bicep_next(r));
}

/* The only type among the children, as itself or as the kid of an operator. */
static bl_expr *wrapped(bl_bicep_reader *r, const char *operator)
{
	bl_bicep_exprs kids = {0};
	bl_span span = bl_bicep_span(r);
	bl_expr *whole = leaf(r, BL_EXPR_OPAQUE);
	read_types(r, &kids, false);
	if (kids.n != 1)
		return whole;
	if (!operator)
		return kids.items[0];
	bl_expr *e = bl_bicep_with_kids(r, BL_EXPR_UNARY, span, &kids);
	e->text = bl_str_of(operator);
	return e;
}

/* `T[]`, `T[0]`, `T[*]`, `T.name`, `T.*` and `-1`. */
static bl_expr *derived(bl_bicep_reader *r, bl_expr_kind kind)
{
	bl_bicep_exprs kids = {0};
	bl_str text = {"", 0};
	bl_span span = bl_bicep_span(r);
	bl_expr *whole = leaf(r, BL_EXPR_OPAQUE);
	if (!bl_bicep_enter(r))
		return whole;
	do {
		bl_bicep_field field = bl_bicep_field_at(r);
		bl_bicep_node node = bl_bicep_at(r);
		if (node == BL_BICEP_ERROR) {
			bl_bicep_report(r);
		} else if (field == BL_BICEP_FIELD_NAME || field == BL_BICEP_FIELD_OPERATOR) {
			text = bl_bicep_text(r);
		} else if (node == BL_BICEP_ANY) {
			bl_expr *e = leaf(r, BL_EXPR_SPLAT);
			bl_vec_push(r->arena, &kids, e);
		} else if (is_type(node)) {
			bl_expr *e = structure(r);
			bl_vec_push(r->arena, &kids, e);
		}
	} while (bl_bicep_next(r));
	if (!kids.n)
		return whole;
	bl_expr *e = bl_bicep_with_kids(r, kind, span, &kids);
	e->text = text;
	return e;
}

/* A property or an item: its decorators, then its type. */
static bl_expr *member(bl_bicep_reader *r, bl_expr **key)
{
	bl_bicep_exprs kids = {0};
	bl_span span = bl_bicep_span(r);
	bl_str text = {"", 0};
	bl_expr *type = leaf(r, BL_EXPR_OPAQUE);
	bl_vec_push(r->arena, &kids, type);
	if (!bl_bicep_enter(r))
		return bl_bicep_with_kids(r, BL_EXPR_TYPE, span, &kids);
	do {
		bl_bicep_field field = bl_bicep_field_at(r);
		bl_bicep_node node = bl_bicep_at(r);
		if (node == BL_BICEP_ERROR) {
			bl_bicep_report(r);
		} else if (node == BL_BICEP_DECORATOR) {
			bl_expr *e = bl_bicep_decorator(r);
			bl_vec_push(r->arena, &kids, e);
		} else if (field == BL_BICEP_FIELD_NAME) {
			*key = node == BL_BICEP_IDENTIFIER
				? bl_expr_string(r->arena, bl_bicep_span(r), bl_bicep_text(r))
				: bl_bicep_string(r);
		} else if (field == BL_BICEP_FIELD_TYPE) {
			text = bl_bicep_text(r);
			span = bl_bicep_span(r);
			kids.items[0] = structure(r);
		}
	} while (bl_bicep_next(r));
	bl_expr *e = bl_bicep_with_kids(r, BL_EXPR_TYPE, span, &kids);
	e->text = text;
	return e;
}

static bl_expr *members(bl_bicep_reader *r, bl_expr_kind kind)
{
	bl_bicep_exprs kids = {0};
	bl_span span = bl_bicep_span(r);
	if (!bl_bicep_enter(r))
		return bl_bicep_with_kids(r, r->full ? BL_EXPR_OPAQUE : kind, span, &kids);
	do {
		bl_bicep_node node = bl_bicep_at(r);
		bl_expr *key = node == BL_BICEP_REST_TYPE ? leaf(r, BL_EXPR_SPLAT) : NULL;
		if (node == BL_BICEP_ERROR)
			bl_bicep_report(r);
		if (node != BL_BICEP_REST_TYPE && node != BL_BICEP_PROPERTY_TYPE && node != BL_BICEP_ITEM_TYPE)
			continue;
		bl_expr *type = member(r, &key);
		if (kind == BL_EXPR_OBJECT && !key)
			continue;
		if (kind == BL_EXPR_OBJECT)
			bl_vec_push(r->arena, &kids, key);
		bl_vec_push(r->arena, &kids, type);
	} while (bl_bicep_next(r));
	return bl_bicep_with_kids(r, kind, span, &kids);
}

static bl_expr *generic(bl_bicep_reader *r)
{
	bl_bicep_exprs kids = {0};
	bl_str name = BL_STR("resource");
	bool method = false;
	bl_span span = bl_bicep_span(r);
	if (!bl_bicep_enter(r))
		return leaf(r, BL_EXPR_OPAQUE);
	do {
		bl_bicep_node node = bl_bicep_at(r);
		if (node == BL_BICEP_ERROR) {
			bl_bicep_report(r);
		} else if (bl_bicep_field_at(r) == BL_BICEP_FIELD_NAME) {
			bl_expr *head = structure(r);
			name = head->text;
			method = head->kind == BL_EXPR_ATTR;
			if (method)
				bl_vec_push(r->arena, &kids, head->kids[0]);
		} else if (is_type(node)) {
			bl_expr *e = structure(r);
			bl_vec_push(r->arena, &kids, e);
		}
	} while (bl_bicep_next(r));
	bl_expr *e = bl_bicep_with_kids(r, BL_EXPR_CALL, span, &kids);
	e->text = name;
	e->method = method;
	return e;
}

static bl_expr *structure(bl_bicep_reader *r)
{
	bl_bicep_exprs kids = {0};
	bl_span span = bl_bicep_span(r);
	bl_expr *e;
	switch (bl_bicep_at(r)) {
	case BL_BICEP_IDENTIFIER:
	case BL_BICEP_NUMBER:
	case BL_BICEP_BOOLEAN:
	case BL_BICEP_NULL:
	case BL_BICEP_STRING:
	case BL_BICEP_MULTILINE_STRING:
	case BL_BICEP_INTERPOLATED_STRING:
	case BL_BICEP_INTERPOLATED_MULTILINE:
	case BL_BICEP_ERROR:
		return bl_bicep_expr(r);
	case BL_BICEP_UNARY:
		return derived(r, BL_EXPR_UNARY);
	case BL_BICEP_UNION_TYPE:
		read_types(r, &kids, true);
		e = bl_bicep_with_kids(r, BL_EXPR_BINARY, span, &kids);
		e->text = BL_STR("|");
		return e;
	case BL_BICEP_NULLABLE_TYPE:
		return wrapped(r, "?");
	case BL_BICEP_NON_NULL_TYPE:
		return wrapped(r, "!.");
	case BL_BICEP_PARENTHESIZED_TYPE:
		return wrapped(r, NULL);
	case BL_BICEP_OBJECT_TYPE:
		return members(r, BL_EXPR_OBJECT);
	case BL_BICEP_TUPLE_TYPE:
		return members(r, BL_EXPR_LIST);
	case BL_BICEP_ARRAY_TYPE:
	case BL_BICEP_ELEMENT_TYPE:
		return derived(r, BL_EXPR_INDEX);
	case BL_BICEP_MEMBER_TYPE:
		return derived(r, BL_EXPR_ATTR);
	case BL_BICEP_GENERIC_TYPE:
	case BL_BICEP_RESOURCE_TYPE:
		return generic(r);
	default:
		return leaf(r, BL_EXPR_OPAQUE);
	}
}

bl_expr *bl_bicep_type(bl_bicep_reader *r)
{
	bl_expr *e = bl_expr_new(r->arena, BL_EXPR_TYPE, bl_bicep_span(r), 1);
	e->text = bl_bicep_text(r);
	e->kids[0] = structure(r);
	return e;
}

/* Bicep's expressions and types, from the syntax tree. */
#include "parsers/bicep/reader.h"

static bl_expr *opaque(bl_bicep_reader *r)
{
	bl_expr *e = bl_expr_new(r->arena, BL_EXPR_OPAQUE, bl_bicep_span(r), 0);
	e->text = bl_bicep_text(r);
	return e;
}

static bl_expr *literal(bl_bicep_reader *r, bl_value *value)
{
	bl_expr *e = bl_expr_new(r->arena, BL_EXPR_LITERAL, bl_bicep_span(r), 0);
	e->value = value;
	return e;
}

static bl_expr *name(bl_bicep_reader *r)
{
	bl_expr *e = bl_expr_new(r->arena, BL_EXPR_NAME, bl_bicep_span(r), 0);
	e->text = bl_bicep_text(r);
	return e;
}

bl_expr *bl_bicep_with_kids(bl_bicep_reader *r, bl_expr_kind kind, bl_span span, const bl_bicep_exprs *kids)
{
	bl_expr *e = bl_expr_new(r->arena, kind, span, kids->n);
	for (size_t i = 0; i < kids->n; i++)
		e->kids[i] = kids->items[i];
	return e;
}

/* Every child that is an expression, in order. */
static void read_all(bl_bicep_reader *r, bl_bicep_exprs *out)
{
	if (!bl_bicep_enter(r))
		return;
	do {
		switch (bl_bicep_at(r)) {
		case BL_BICEP_ERROR:
			bl_bicep_report(r);
			break;
		case BL_BICEP_NONE:
		case BL_BICEP_COMMENT:
			break;
		default:
			bl_vec_push(r->arena, out, bl_bicep_expr(r));
		}
	} while (bl_bicep_next(r));
}

/* The children that stand in fields, each an expression but for operators and names, whose text is taken. */
typedef struct parts {
	bl_expr *by_field[BL_BICEP_FIELD_COUNT];
	bl_str text[BL_BICEP_FIELD_COUNT];
	bool safe, from_end;
} parts;

static bool read_parts(bl_bicep_reader *r, parts *p)
{
	*p = (parts){0};
	if (!bl_bicep_enter(r))
		return false;
	do {
		bl_bicep_node node = bl_bicep_at(r);
		bl_bicep_field field = bl_bicep_field_at(r);
		if (node == BL_BICEP_ERROR)
			bl_bicep_report(r);
		else if (node == BL_BICEP_SAFE || node == BL_BICEP_SAFE_DOT)
			p->safe = true;
		else if (node == BL_BICEP_FROM_END)
			p->from_end = true;
		else if (field == BL_BICEP_FIELD_NAME || field == BL_BICEP_FIELD_OPERATOR ||
			 field == BL_BICEP_FIELD_ITEM || field == BL_BICEP_FIELD_POSITION)
			p->text[field] = bl_bicep_text(r);
		else if (field != BL_BICEP_FIELD_NONE && node != BL_BICEP_COMMENT)
			p->by_field[field] = bl_bicep_expr(r);
	} while (bl_bicep_next(r));
	return true;
}

static bl_expr *kid(bl_bicep_reader *r, const parts *p, bl_bicep_field field)
{
	return p->by_field[field] ? p->by_field[field] : opaque(r);
}

/* E with the given fields as its kids; OPAQUE past the limit. */
static bl_expr *from_parts(bl_bicep_reader *r, bl_expr_kind kind, parts *p, size_t n,
	const bl_bicep_field *fields)
{
	if (!read_parts(r, p))
		return opaque(r);
	bl_expr *e = bl_expr_new(r->arena, kind, bl_bicep_span(r), n);
	for (size_t i = 0; i < n; i++)
		e->kids[i] = kid(r, p, fields[i]);
	e->safe = p->safe;
	return e;
}

static bl_expr *member(bl_bicep_reader *r, bl_expr_kind kind)
{
	static const bl_bicep_field fields[] = {BL_BICEP_FIELD_OBJECT};
	parts p;
	bl_expr *e = from_parts(r, kind, &p, 1, fields);
	if (e->kind != BL_EXPR_OPAQUE)
		e->text = p.text[BL_BICEP_FIELD_NAME];
	return e;
}

static bl_expr *operation(bl_bicep_reader *r)
{
	static const bl_bicep_field two[] = {BL_BICEP_FIELD_LEFT, BL_BICEP_FIELD_RIGHT};
	static const bl_bicep_field one[] = {BL_BICEP_FIELD_OPERAND};
	parts p;
	bl_expr *e;
	switch (bl_bicep_at(r)) {
	case BL_BICEP_BINARY:
		e = from_parts(r, BL_EXPR_BINARY, &p, 2, two);
		break;
	case BL_BICEP_NON_NULL:
		e = from_parts(r, BL_EXPR_UNARY, &p, 1, one);
		e->text = BL_STR("!.");
		return e;
	default:
		e = from_parts(r, BL_EXPR_UNARY, &p, 1, one);
	}
	if (e->kind != BL_EXPR_OPAQUE)
		e->text = p.text[BL_BICEP_FIELD_OPERATOR];
	return e;
}

static bl_expr *element(bl_bicep_reader *r)
{
	static const bl_bicep_field fields[] = {BL_BICEP_FIELD_OBJECT, BL_BICEP_FIELD_INDEX};
	parts p;
	bl_expr *e = from_parts(r, BL_EXPR_INDEX, &p, 2, fields);
	if (e->kind != BL_EXPR_OPAQUE && p.from_end)
		e->text = BL_STR("^");
	return e;
}

static bl_expr *loop(bl_bicep_reader *r)
{
	parts p;
	if (!read_parts(r, &p))
		return opaque(r);
	bl_expr *e = bl_expr_new(r->arena, BL_EXPR_FOR, bl_bicep_span(r), BL_FOR_KIDS);
	e->kids[0] = kid(r, &p, BL_BICEP_FIELD_IN);
	e->kids[2] = kid(r, &p, BL_BICEP_FIELD_BODY);
	e->text = p.text[BL_BICEP_FIELD_ITEM];
	if (p.text[BL_BICEP_FIELD_POSITION].n) {
		e->kids[BL_FOR_KEY] = bl_expr_new(r->arena, BL_EXPR_NAME, bl_bicep_span(r), 0);
		e->kids[BL_FOR_KEY]->text = p.text[BL_BICEP_FIELD_POSITION];
	}
	return e;
}

static bl_expr *parenthesized(bl_bicep_reader *r)
{
	bl_bicep_exprs items = {0};
	bl_span span = bl_bicep_span(r);
	read_all(r, &items);
	if (items.n == 1)
		return items.items[0];
	if (!r->full) {
		bl_diag_add(r->arena, &r->document->diags, BL_DIAG_ERROR, span,
			"parentheses hold one expression here, not %zu", items.n);
		r->document->partial = true;
	}
	return opaque(r);
}

/* The names before `=>`, joined by commas. */
static bl_str lambda_parameters(bl_bicep_reader *r)
{
	bl_str names = {"", 0};
	if (bl_bicep_at(r) == BL_BICEP_IDENTIFIER)
		return bl_bicep_text(r);
	if (!bl_bicep_enter(r))
		return names;
	do {
		bl_bicep_node node = bl_bicep_at(r);
		if (node == BL_BICEP_IDENTIFIER)
			names = names.n ? bl_str_fmt(r->arena, BL_FMT "," BL_FMT, BL_ARG(names),
						  BL_ARG(bl_bicep_text(r)))
					: bl_bicep_text(r);
		else if (node != BL_BICEP_NONE && node != BL_BICEP_COMMENT)
			bl_bicep_report(r);
	} while (bl_bicep_next(r));
	return names;
}

static bl_expr *lambda(bl_bicep_reader *r)
{
	bl_expr *e = bl_expr_new(r->arena, BL_EXPR_LAMBDA, bl_bicep_span(r), 1);
	if (!bl_bicep_enter(r))
		return opaque(r);
	do {
		switch (bl_bicep_field_at(r)) {
		case BL_BICEP_FIELD_PARAMETERS:
			e->text = lambda_parameters(r);
			break;
		case BL_BICEP_FIELD_BODY:
			e->kids[0] = bl_bicep_expr(r);
			break;
		default:
			if (bl_bicep_at(r) == BL_BICEP_ERROR)
				bl_bicep_report(r);
		}
	} while (bl_bicep_next(r));
	if (!e->kids[0])
		e->kids[0] = opaque(r);
	return e;
}

/* `f(a)`, `ns.f(a)` and `x.f(a)`: what stands before the last dot is the receiver, kids[0] of a method. */
static bl_expr *call(bl_bicep_reader *r)
{
	bl_bicep_exprs items = {0};
	bl_str function = {"", 0};
	bool method = false, safe = false;
	if (!bl_bicep_enter(r))
		return opaque(r);
	do {
		bl_bicep_node node = bl_bicep_at(r);
		if (node == BL_BICEP_ERROR)
			bl_bicep_report(r);
		else if (node == BL_BICEP_ARGUMENTS)
			read_all(r, &items);
		else if (node == BL_BICEP_IDENTIFIER)
			function = bl_bicep_text(r);
		else if (node == BL_BICEP_MEMBER || node == BL_BICEP_NESTED) {
			bl_expr *head = bl_bicep_expr(r);
			method = head->n == 1;
			safe = head->safe;
			function = head->text;
			if (method)
				bl_vec_push(r->arena, &items, head->kids[0]);
		}
	} while (bl_bicep_next(r));
	bl_expr *e = bl_bicep_with_kids(r, BL_EXPR_CALL, bl_bicep_span(r), &items);
	e->text = function;
	e->method = method;
	e->safe = safe;
	return e;
}

static bl_expr *conditional(bl_bicep_reader *r)
{
	static const bl_bicep_field fields[] = {
		BL_BICEP_FIELD_CONDITION, BL_BICEP_FIELD_THEN, BL_BICEP_FIELD_ELSE};
	static const bl_bicep_field body[] = {BL_BICEP_FIELD_CONDITION, BL_BICEP_FIELD_BODY};
	parts p;
	return bl_bicep_at(r) == BL_BICEP_IF ? from_parts(r, BL_EXPR_IF, &p, 2, body)
					     : from_parts(r, BL_EXPR_CONDITION, &p, 3, fields);
}

static bl_expr *spread(bl_bicep_reader *r)
{
	static const bl_bicep_field fields[] = {BL_BICEP_FIELD_VALUE};
	parts p;
	return from_parts(r, BL_EXPR_SPREAD, &p, 1, fields);
}

/* A property: its key and its value go to out. A value beside a syntax error may be another property's: it is not taken. */
static void property(bl_bicep_reader *r, bl_bicep_exprs *out)
{
	bl_expr *key = NULL, *value = NULL;
	bool wrong = false;
	if (!bl_bicep_enter(r))
		return;
	do {
		bl_bicep_field field = bl_bicep_field_at(r);
		if (bl_bicep_at(r) == BL_BICEP_ERROR) {
			bl_bicep_report(r);
			wrong = true;
		} else if (field == BL_BICEP_FIELD_NAME) {
			key = bl_bicep_at(r) == BL_BICEP_IDENTIFIER
				? bl_expr_string(r->arena, bl_bicep_span(r), bl_bicep_text(r))
				: bl_bicep_string(r);
		} else if (field == BL_BICEP_FIELD_VALUE) {
			value = bl_bicep_expr(r);
		}
	} while (bl_bicep_next(r));
	if (!key)
		return;
	bl_vec_push(r->arena, out, key);
	bl_vec_push(r->arena, out, value && !wrong ? value : opaque(r));
}

static bl_expr *object(bl_bicep_reader *r)
{
	bl_bicep_exprs pairs = {0};
	bl_span span = bl_bicep_span(r);
	/* Only what stands directly in a resource's body is one of its resources. */
	bool body = r->body_depth == r->depth;
	if (!bl_bicep_enter(r))
		return r->full ? opaque(r) : bl_bicep_with_kids(r, BL_EXPR_OBJECT, span, &pairs);
	do {
		switch (bl_bicep_at(r)) {
		case BL_BICEP_PROPERTY:
			property(r, &pairs);
			break;
		case BL_BICEP_SPREAD:
			bl_vec_push(r->arena, &pairs, spread(r));
			bl_vec_push(r->arena, &pairs, NULL);
			break;
		case BL_BICEP_RESOURCE:
			if (body)
				bl_bicep_nested(r);
			else
				bl_diag_add(r->arena, &r->document->diags, BL_DIAG_ERROR,
					bl_bicep_span(r),
					"a resource can only be nested in a resource's body");
			break;
		case BL_BICEP_ERROR:
			bl_bicep_report(r);
			/* what is merely missing at the end spoils nothing before it */
			if (pairs.n && pairs.items[pairs.n - 1] &&
				!ts_node_is_missing(ts_tree_cursor_current_node(&r->cursor)))
				pairs.items[pairs.n - 1] = opaque(r);
			break;
		default:
			break;
		}
	} while (bl_bicep_next(r));
	return bl_bicep_with_kids(r, BL_EXPR_OBJECT, span, &pairs);
}

static bl_expr *array(bl_bicep_reader *r)
{
	bl_bicep_exprs items = {0};
	bl_span span = bl_bicep_span(r);
	read_all(r, &items);
	return bl_bicep_with_kids(r, BL_EXPR_LIST, span, &items);
}

bl_expr *bl_bicep_expr(bl_bicep_reader *r)
{
	bl_span span = bl_bicep_span(r);
	switch (bl_bicep_at(r)) {
	case BL_BICEP_IDENTIFIER:
		return name(r);
	case BL_BICEP_NUMBER:
		return literal(r, bl_value_digits(r->arena, span, bl_bicep_text(r)));
	case BL_BICEP_BOOLEAN:
		return literal(r, bl_value_bool(r->arena, span, bl_str_eqz(bl_bicep_text(r), "true")));
	case BL_BICEP_NULL:
		return literal(r, bl_value_at(r->arena, &bl_value_null, span));
	case BL_BICEP_STRING:
	case BL_BICEP_MULTILINE_STRING:
	case BL_BICEP_INTERPOLATED_STRING:
	case BL_BICEP_INTERPOLATED_MULTILINE:
		return bl_bicep_string(r);
	case BL_BICEP_OBJECT:
		return object(r);
	case BL_BICEP_ARRAY:
		return array(r);
	case BL_BICEP_FOR:
		return loop(r);
	case BL_BICEP_PARENTHESIZED:
		return parenthesized(r);
	case BL_BICEP_CALL:
		return call(r);
	case BL_BICEP_MEMBER:
		return member(r, BL_EXPR_ATTR);
	case BL_BICEP_NESTED:
		return member(r, BL_EXPR_CHILD);
	case BL_BICEP_INDEX:
		return element(r);
	case BL_BICEP_BINARY:
	case BL_BICEP_NON_NULL:
	case BL_BICEP_UNARY:
		return operation(r);
	case BL_BICEP_IF:
	case BL_BICEP_TERNARY:
		return conditional(r);
	case BL_BICEP_LAMBDA:
		return lambda(r);
	case BL_BICEP_SPREAD:
		return spread(r);
	case BL_BICEP_ERROR:
		bl_bicep_report(r);
		return opaque(r);
	default:
		return opaque(r);
	}
}

bl_expr *bl_bicep_decorator(bl_bicep_reader *r)
{
	bl_bicep_exprs items = {0};
	bl_str function = {"", 0};
	bl_span span = bl_bicep_span(r);
	if (!bl_bicep_enter(r))
		return opaque(r);
	do {
		if (bl_bicep_field_at(r) == BL_BICEP_FIELD_NAME) {
			function = bl_bicep_text(r); /* `sys.secure` is `secure` */
			ptrdiff_t dot = bl_str_rfind_char(function, '.');
			function = bl_str_trim(bl_str_slice(function, (size_t)(dot + 1), function.n));
		} else if (bl_bicep_at(r) == BL_BICEP_ARGUMENTS) {
			read_all(r, &items);
		} else if (bl_bicep_at(r) == BL_BICEP_ERROR) {
			bl_bicep_report(r);
		}
	} while (bl_bicep_next(r));
	bl_expr *e = bl_bicep_with_kids(r, BL_EXPR_CALL, span, &items);
	e->text = function;
	return e;
}

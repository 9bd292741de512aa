/* HCL expressions: from the grammar's flat runs of terms to trees. */
#include "parsers/terraform/hcl.h"

/* What may follow a term: .name, [index], .0, .*, [*]. */
typedef struct suffix {
	TSSymbol symbol; /* GET_ATTR, INDEX, ATTR_SPLAT or FULL_SPLAT */
	uint32_t end;
	bl_str name;
	bl_expr *index;
} suffix;

typedef struct suffixes {
	BL_VEC(suffix) list;
} suffixes;

static bl_expr *conditional(bl_hcl *h, bl_hcl_node n, bl_expr **tail);
static bl_expr *term(bl_hcl *h, bool *more);

static bl_expr *new_expr(bl_hcl *h, bl_expr_kind kind, bl_hcl_node n, size_t kids)
{
	return bl_expr_new(h->arena, kind, bl_hcl_span(h, n.begin, n.end), kids);
}

static bl_expr *literal(bl_hcl *h, bl_hcl_node n)
{
	if (!bl_hcl_enter(h))
		return bl_hcl_opaque(h, n.begin, n.end);
	bl_hcl_node kid = bl_hcl_here(h);
	bl_span span = bl_hcl_span(h, kid.begin, kid.end);
	bl_str text = bl_hcl_slice(h, kid.begin, kid.end);
	bl_expr *e = NULL;
	if (kid.symbol == BL_HCL_STRING) {
		e = bl_hcl_template(h);
	} else {
		e = bl_expr_new(h->arena, BL_EXPR_LITERAL, span, 0);
		if (kid.symbol == BL_HCL_NUMBER)
			e->value = bl_value_digits(h->arena, span, text);
		else if (kid.symbol == BL_HCL_BOOL)
			e->value = bl_value_bool(h->arena, span, text.n == 4);
		else
			e->value = bl_value_at(h->arena, &bl_value_null, span);
	}
	bl_hcl_leave(h);
	return e;
}

/* The expressions among the children, in order. */
static void expressions(bl_hcl *h, bl_expr *into)
{
	BL_VEC(bl_expr *) kids = {0};
	if (!bl_hcl_enter(h))
		return;
	do {
		TSSymbol symbol = bl_hcl_here(h).symbol;
		if (symbol == BL_HCL_EXPRESSION)
			bl_vec_push(h->arena, &kids, bl_hcl_expression(h));
		else if (symbol == BL_HCL_ELLIPSIS)
			into->expand = true;
	} while (bl_hcl_next(h));
	bl_hcl_leave(h);
	into->kids = kids.items;
	into->n = (uint32_t)kids.n;
}

/* A key that is one bare word is that word, not a reference to it. */
static bl_expr *object_key(bl_hcl *h, bl_hcl_node n)
{
	bl_str word = {0};
	if (bl_hcl_enter(h)) {
		bl_hcl_node first = bl_hcl_here(h);
		if (first.symbol == BL_HCL_VARIABLE && !bl_hcl_next(h))
			word = bl_hcl_slice(h, first.begin, first.end);
		bl_hcl_leave(h);
	}
	return word.n ? bl_expr_string(h->arena, bl_hcl_span(h, n.begin, n.end), word) : bl_hcl_expression(h);
}

static void object_item(bl_hcl *h, bl_expr **key, bl_expr **value)
{
	if (!bl_hcl_enter(h))
		return;
	do {
		bl_hcl_node n = bl_hcl_here(h);
		if (n.symbol != BL_HCL_EXPRESSION)
			continue;
		if (!*key)
			*key = object_key(h, n);
		else if (!*value)
			*value = bl_hcl_expression(h);
	} while (bl_hcl_next(h));
	bl_hcl_leave(h);
}

static bl_expr *object(bl_hcl *h, bl_hcl_node n)
{
	bl_expr *e = new_expr(h, BL_EXPR_OBJECT, n, 0);
	BL_VEC(bl_expr *) kids = {0};
	if (!bl_hcl_enter(h))
		return e;
	do {
		bl_expr *key = NULL, *value = NULL;
		if (bl_hcl_here(h).symbol == BL_HCL_OBJECT_ITEM)
			object_item(h, &key, &value);
		if (key && value) {
			bl_vec_push(h->arena, &kids, key);
			bl_vec_push(h->arena, &kids, value);
		}
	} while (bl_hcl_next(h));
	bl_hcl_leave(h);
	e->kids = kids.items;
	e->n = (uint32_t)kids.n;
	return e;
}

static bl_expr *collection(bl_hcl *h, bl_hcl_node n)
{
	bl_expr *e = NULL;
	if (!bl_hcl_enter(h))
		return bl_hcl_opaque(h, n.begin, n.end);
	if (bl_hcl_here(h).symbol == BL_HCL_TUPLE) {
		e = new_expr(h, BL_EXPR_LIST, n, 0);
		expressions(h, e);
	} else {
		e = object(h, n);
	}
	bl_hcl_leave(h);
	return e;
}

void bl_hcl_for_intro(bl_hcl *h, bl_expr *e)
{
	if (!bl_hcl_enter(h))
		return;
	do {
		bl_hcl_node n = bl_hcl_here(h);
		if (n.symbol == BL_HCL_IDENTIFIER) {
			/* `k, v`: the key stands first */
			e->text2 = e->text;
			e->text = bl_hcl_slice(h, n.begin, n.end);
		} else if (n.symbol == BL_HCL_EXPRESSION) {
			e->kids[0] = bl_hcl_expression(h);
		}
	} while (bl_hcl_next(h));
	bl_hcl_leave(h);
}

static bl_expr *for_expression(bl_hcl *h, bl_hcl_node n)
{
	bl_expr *e = new_expr(h, BL_EXPR_FOR, n, 4);
	bl_expr *results[2] = {NULL, NULL};
	size_t nresults = 0;
	if (!bl_hcl_enter(h))
		return bl_hcl_opaque(h, n.begin, n.end);
	bool is_object = bl_hcl_here(h).symbol == BL_HCL_FOR_OBJECT;
	if (bl_hcl_enter(h)) {
		do {
			bl_hcl_node kid = bl_hcl_here(h);
			if (kid.symbol == BL_HCL_FOR_INTRO) {
				bl_hcl_for_intro(h, e);
			} else if (kid.symbol == BL_HCL_EXPRESSION && nresults < 2) {
				results[nresults++] = bl_hcl_expression(h);
			} else if (kid.symbol == BL_HCL_ELLIPSIS) {
				e->grouping = true;
			} else if (kid.symbol == BL_HCL_FOR_CONDITION && bl_hcl_enter(h)) {
				do {
					if (bl_hcl_here(h).symbol == BL_HCL_EXPRESSION)
						e->kids[3] = bl_hcl_expression(h);
				} while (bl_hcl_next(h));
				bl_hcl_leave(h);
			}
		} while (bl_hcl_next(h));
		bl_hcl_leave(h);
	}
	bl_hcl_leave(h);
	e->kids[1] = is_object ? results[0] : NULL;
	e->kids[2] = is_object ? results[1] : results[0];
	return e->kids[0] && e->kids[2] ? e : bl_hcl_opaque(h, n.begin, n.end);
}

static bl_expr *call(bl_hcl *h, bl_hcl_node n)
{
	bl_expr *e = new_expr(h, BL_EXPR_CALL, n, 0);
	if (!bl_hcl_enter(h))
		return bl_hcl_opaque(h, n.begin, n.end);
	do {
		bl_hcl_node kid = bl_hcl_here(h);
		if (kid.symbol == BL_HCL_IDENTIFIER)
			e->text = bl_hcl_slice(h, kid.begin, kid.end);
		else if (kid.symbol == BL_HCL_CALL_ARGUMENTS)
			expressions(h, e);
	} while (bl_hcl_next(h));
	bl_hcl_leave(h);
	return e;
}

static bl_expr *unary(bl_hcl *h, bl_hcl_node n)
{
	bl_expr *e = new_expr(h, BL_EXPR_UNARY, n, 1);
	bool more = bl_hcl_enter(h);
	if (!more)
		return bl_hcl_opaque(h, n.begin, n.end);
	bl_hcl_node op = bl_hcl_here(h);
	e->text = bl_hcl_slice(h, op.begin, op.end);
	if (bl_hcl_next(h))
		e->kids[0] = term(h, &more);
	bl_hcl_leave(h);
	return e->kids[0] ? e : bl_hcl_opaque(h, n.begin, n.end);
}

static bl_expr *binary(bl_hcl *h, bl_hcl_node n)
{
	bl_expr *e = new_expr(h, BL_EXPR_BINARY, n, 2);
	bool more = bl_hcl_enter(h);
	if (!more)
		return bl_hcl_opaque(h, n.begin, n.end);
	e->kids[0] = term(h, &more);
	if (more) {
		bl_hcl_node op = bl_hcl_here(h);
		e->text = bl_hcl_slice(h, op.begin, op.end);
		if (bl_hcl_next(h))
			e->kids[1] = term(h, &more);
	}
	bl_hcl_leave(h);
	return e->kids[0] && e->kids[1] ? e : bl_hcl_opaque(h, n.begin, n.end);
}

static bl_expr *operation(bl_hcl *h, bl_hcl_node n)
{
	bl_expr *e = NULL;
	h->depth++;
	if (!bl_hcl_over_limit(h, n.begin, n.end) && bl_hcl_enter(h)) {
		e = bl_hcl_here(h).symbol == BL_HCL_UNARY ? unary(h, n) : binary(h, n);
		bl_hcl_leave(h);
	}
	h->depth--;
	return e ? e : bl_hcl_opaque(h, n.begin, n.end);
}

/* ( expression ): three siblings; the cursor ends on the last. */
static bl_expr *parenthesis(bl_hcl *h, bl_hcl_node n)
{
	bl_expr *e = NULL;
	if (bl_hcl_next(h) && bl_hcl_here(h).symbol == BL_HCL_EXPRESSION)
		e = bl_hcl_expression(h);
	if (e)
		bl_hcl_next(h);
	return e ? e : bl_hcl_opaque(h, n.begin, n.end);
}

static bl_expr *in_first_child(bl_hcl *h, bl_hcl_node n, bl_expr *(*read)(bl_hcl *h))
{
	if (!bl_hcl_enter(h))
		return bl_hcl_opaque(h, n.begin, n.end);
	bl_expr *e = read(h);
	bl_hcl_leave(h);
	return e;
}

static bl_expr *primary(bl_hcl *h, bl_hcl_node n)
{
	switch (n.symbol) {
	case BL_HCL_LITERAL:
		return literal(h, n);
	case BL_HCL_TEMPLATE:
		return in_first_child(h, n, bl_hcl_template);
	case BL_HCL_COLLECTION:
		return collection(h, n);
	case BL_HCL_VARIABLE: {
		bl_expr *e = new_expr(h, BL_EXPR_NAME, n, 0);
		e->text = bl_hcl_slice(h, n.begin, n.end);
		return e;
	}
	case BL_HCL_CALL:
		return call(h, n);
	case BL_HCL_FOR:
		return for_expression(h, n);
	case BL_HCL_OPERATION:
		return operation(h, n);
	case BL_HCL_CONDITIONAL:
		return conditional(h, n, NULL);
	case BL_HCL_PAREN:
		return parenthesis(h, n);
	default:
		return bl_hcl_opaque(h, n.begin, n.end);
	}
}

static void add_suffix(bl_hcl *h, suffixes *s);

/* The first child that says what a wrapper node is about. */
static void get_attr(bl_hcl *h, suffix *s)
{
	if (!bl_hcl_enter(h))
		return;
	do {
		bl_hcl_node n = bl_hcl_here(h);
		if (n.symbol == BL_HCL_IDENTIFIER)
			s->name = bl_hcl_slice(h, n.begin, n.end);
	} while (bl_hcl_next(h));
	bl_hcl_leave(h);
}

static bl_expr *index_of(bl_hcl *h, bl_hcl_node n)
{
	bl_expr *e = NULL;
	if (n.symbol == BL_HCL_LEGACY_INDEX) {
		/* .0: the number is what follows the dot */
		uint32_t begin = n.begin + 1;
		while (begin < n.end && (h->text.p[begin] < '0' || h->text.p[begin] > '9'))
			begin++;
		e = bl_expr_new(h->arena, BL_EXPR_LITERAL, bl_hcl_span(h, begin, n.end), 0);
		e->value = bl_value_digits(h->arena, e->span, bl_hcl_slice(h, begin, n.end));
		return e;
	}
	if (!bl_hcl_enter(h))
		return NULL;
	do {
		if (bl_hcl_here(h).symbol == BL_HCL_EXPRESSION)
			e = bl_hcl_expression(h);
	} while (bl_hcl_next(h));
	bl_hcl_leave(h);
	return e;
}

static void add_index(bl_hcl *h, suffixes *s, suffix one)
{
	if (!bl_hcl_enter(h))
		return;
	one.index = index_of(h, bl_hcl_here(h));
	bl_hcl_leave(h);
	if (one.index)
		bl_vec_push(h->arena, &s->list, one);
}

static void add_splat(bl_hcl *h, suffixes *s, suffix one)
{
	if (!bl_hcl_enter(h))
		return;
	one.symbol = bl_hcl_here(h).symbol;
	bl_vec_push(h->arena, &s->list, one);
	if (bl_hcl_enter(h)) {
		do {
			add_suffix(h, s);
		} while (bl_hcl_next(h));
		bl_hcl_leave(h);
	}
	bl_hcl_leave(h);
}

static void add_suffix(bl_hcl *h, suffixes *s)
{
	bl_hcl_node n = bl_hcl_here(h);
	suffix one = {.symbol = n.symbol, .end = n.end};
	if (n.symbol == BL_HCL_GET_ATTR) {
		get_attr(h, &one);
		bl_vec_push(h->arena, &s->list, one);
	} else if (n.symbol == BL_HCL_INDEX) {
		add_index(h, s, one);
	} else if (n.symbol == BL_HCL_SPLAT) {
		add_splat(h, s, one);
	}
}

/*
 * Puts suffixes [i, n) onto base. Everything after [*] is done to each element; after .* only the names that follow
 * at once are, and the rest is done to the list.
 */
static bl_expr *apply(bl_hcl *h, bl_expr *base, const suffix *list, size_t i, size_t n)
{
	for (; i < n; i++) {
		const suffix *s = &list[i];
		bl_span span = {h->source, base->span.begin, s->end};
		bl_expr *e;
		switch (s->symbol) {
		case BL_HCL_GET_ATTR:
			e = bl_expr_new(h->arena, BL_EXPR_ATTR, span, 1);
			e->text = s->name;
			break;
		case BL_HCL_INDEX:
			e = bl_expr_new(h->arena, BL_EXPR_INDEX, span, 2);
			e->kids[1] = s->index;
			break;
		default: {
			size_t last = n;
			e = bl_expr_new(h->arena, BL_EXPR_SPLAT, span, 2);
			if (s->symbol == BL_HCL_ATTR_SPLAT)
				for (last = i + 1; last < n && list[last].symbol == BL_HCL_GET_ATTR;)
					last++;
			bl_expr *element = bl_expr_new(h->arena, BL_EXPR_NAME, span, 0);
			e->span.end = list[last - 1].end;
			e->kids[1] = apply(h, element, list, i + 1, last);
			i = last - 1;
		}
		}
		e->kids[0] = base;
		base = e;
	}
	return base;
}

/*
 * A term and its suffixes, which are siblings of one level: the cursor is on the first and ends on what follows the
 * last. *more is false when nothing follows.
 */
static bl_expr *term(bl_hcl *h, bool *more)
{
	bl_hcl_node n = bl_hcl_here(h);
	bl_expr *e = primary(h, n);
	suffixes s = {0};
	*more = bl_hcl_next(h);
	while (*more) {
		TSSymbol symbol = bl_hcl_here(h).symbol;
		if (symbol != BL_HCL_GET_ATTR && symbol != BL_HCL_INDEX && symbol != BL_HCL_SPLAT)
			break;
		add_suffix(h, &s);
		*more = bl_hcl_next(h);
	}
	if (s.list.n + (size_t)h->depth > BL_PARSE_MAX_DEPTH) {
		h->depth += (int)s.list.n;
		bl_hcl_over_limit(h, n.begin, n.end);
		h->depth -= (int)s.list.n;
		return bl_hcl_opaque(h, n.begin, n.end);
	}
	return apply(h, e, s.list.items, 0, s.list.n);
}

/*
 * The grammar reads a ? b : c ? d : e as (a ? b : c) ? d : e; the language means a ? b : (c ? d : e). tail is the
 * conditional whose last branch goes on to the right, NULL for an expression that is no bare conditional.
 */
static bl_expr *expression(bl_hcl *h, bl_expr **tail)
{
	bl_hcl_node n = bl_hcl_here(h);
	bl_expr *e = NULL;
	if (tail)
		*tail = NULL;
	h->depth++;
	if (bl_hcl_over_limit(h, n.begin, n.end)) {
		e = bl_hcl_opaque(h, n.begin, n.end);
	} else if (bl_hcl_enter(h)) {
		bl_hcl_node first = bl_hcl_here(h);
		bool more;
		if (first.symbol == BL_HCL_CONDITIONAL)
			e = conditional(h, first, tail);
		else
			e = term(h, &more);
		bl_hcl_leave(h);
	}
	h->depth--;
	return e ? e : bl_hcl_opaque(h, n.begin, n.end);
}

bl_expr *bl_hcl_expression(bl_hcl *h)
{
	bl_hcl_node n = bl_hcl_here(h);
	if (ts_node_has_error(n.node))
		return bl_hcl_opaque(h, n.begin, n.end);
	return expression(h, NULL);
}

static bl_expr *conditional(bl_hcl *h, bl_hcl_node n, bl_expr **tail)
{
	bl_expr *parts[3] = {NULL, NULL, NULL}, *left = NULL;
	size_t nparts = 0;
	if (!bl_hcl_enter(h))
		return bl_hcl_opaque(h, n.begin, n.end);
	do {
		if (bl_hcl_here(h).symbol != BL_HCL_EXPRESSION || nparts == 3)
			continue;
		parts[nparts] = expression(h, nparts ? NULL : &left);
		nparts++;
	} while (bl_hcl_next(h));
	bl_hcl_leave(h);
	if (nparts != 3)
		return bl_hcl_opaque(h, n.begin, n.end);
	bl_expr *e = new_expr(h, BL_EXPR_CONDITION, n, 3);
	e->kids[0] = left ? left->kids[2] : parts[0];
	e->kids[1] = parts[1];
	e->kids[2] = parts[2];
	if (tail)
		*tail = e;
	if (!left)
		return e;
	left->kids[2] = e;
	e->span.begin = e->kids[0]->span.begin;
	for (bl_expr *c = parts[0]; c != e; c = c->kids[2])
		c->span.end = n.end;
	return parts[0];
}

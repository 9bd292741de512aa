/* HCL expressions: from the grammar's tokens and flat runs to trees. */
#include "parsers/terraform/hcl.h"

static bl_expr *new_expr(bl_hcl *h, bl_expr_kind kind, bl_hcl_node n, size_t kids)
{
	return bl_expr_new(h->arena, kind, bl_hcl_span(h, n.begin, n.end), kids);
}

static bl_expr *inner(bl_hcl *h);

/* inner, where a newline does or does not end what is read. */
static bl_expr *inner_lines(bl_hcl *h, bool lines)
{
	bool before = h->lines;
	h->lines = lines;
	bl_expr *e = inner(h);
	h->lines = before;
	return e;
}

/* Between two parts of an expression that begin and end at the places given. */
static void same_line(bl_hcl *h, uint32_t end, uint32_t begin)
{
	if (h->lines && bl_hcl_newline_between(h, end, begin))
		bl_hcl_wrong(h, begin, begin, "syntax error: an expression goes on behind its line's end only within brackets");
}

/* Terms */

/* true, false, null, or a reference. */
static bl_expr *word(bl_hcl *h, uint32_t begin, uint32_t end)
{
	bl_str text = bl_hcl_slice(h, begin, end);
	bl_span span = bl_hcl_span(h, begin, end);
	bool truth = bl_str_eqz(text, "true"), null = bl_str_eqz(text, "null");
	bl_expr *e = bl_expr_new(h->arena, BL_EXPR_LITERAL, span, 0);
	if (truth || bl_str_eqz(text, "false")) {
		e->value = bl_value_bool(h->arena, span, truth);
	} else if (null) {
		e->value = bl_value_at(h->arena, &bl_value_null, span);
	} else {
		e->kind = BL_EXPR_NAME;
		e->text = text;
	}
	return e;
}

static bl_expr *number(bl_hcl *h, uint32_t begin, uint32_t end)
{
	bl_expr *e = bl_expr_new(h->arena, BL_EXPR_LITERAL, bl_hcl_span(h, begin, end), 0);
	e->value = bl_value_digits(h->arena, e->span, bl_hcl_slice(h, begin, end));
	return e;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* One of the grammar's STEPs, at begin; its end. */
static uint32_t read_step(bl_hcl *h, uint32_t begin, uint32_t end)
{
	bl_hcl_suffix s = {.step = BL_HCL_STEP_INDEX};
	const char *p = h->text.p;
	uint32_t at = begin + 1;
	bool dot = p[begin] == '.';
	while (at < end && (p[at] == ' ' || p[at] == '\t' || p[at] == '\r' || p[at] == '\n'))
		at++;
	uint32_t from = at;
	if (p[at] == '*') {
		s.step = dot ? BL_HCL_STEP_ATTR_SPLAT : BL_HCL_STEP_FULL_SPLAT;
		at++;
	} else if (is_digit(p[at])) {
		while (at < end && is_digit(p[at]))
			at++;
		s.index = number(h, from, at);
		s.dotted = dot;
		if (dot && at + 1 < end && p[at] == '.' && is_digit(p[at + 1]))
			bl_hcl_wrong(h, from, at + 2, "syntax error: two indexes in a row stand in square brackets");
	} else if (dot) {
		s.step = BL_HCL_STEP_ATTR;
		at += bl_hcl_word(h, at, end);
		s.name = bl_hcl_slice(h, from, at);
	} else {
		at = (uint32_t)((const char *)memchr(p + from + 1, '"', end - from - 1) - p) + 1;
		s.index = bl_expr_string(h->arena, bl_hcl_span(h, from, at), bl_hcl_slice(h, from + 1, at - 1));
	}
	s.end = at + !dot;
	bl_vec_push(&h->scratch, &h->suffixes, s);
	return s.end;
}

static void read_steps(bl_hcl *h, uint32_t begin, uint32_t end)
{
	while (begin < end)
		begin = read_step(h, begin, end);
}

/*
 * Puts suffixes [i, n) onto base. Everything after [*] is done to each element; after .* only the names and the
 * indexes like .0 that follow at once are, and the rest is done to the list.
 */
static bl_expr *apply(bl_hcl *h, bl_expr *base, const bl_hcl_suffix *list, size_t i, size_t n)
{
	for (; i < n; i++) {
		const bl_hcl_suffix *s = &list[i];
		bl_span span = {h->source, base->span.begin, s->end};
		bl_expr *e;
		switch (s->step) {
		case BL_HCL_STEP_ATTR:
			e = bl_expr_new(h->arena, BL_EXPR_ATTR, span, 1);
			e->text = s->name;
			break;
		case BL_HCL_STEP_INDEX:
			e = bl_expr_new(h->arena, BL_EXPR_INDEX, span, 2);
			e->kids[1] = s->index;
			break;
		default: {
			size_t last = n;
			e = bl_expr_new(h->arena, BL_EXPR_SPLAT, span, 2);
			if (s->step == BL_HCL_STEP_ATTR_SPLAT)
				for (last = i + 1; last < n && (list[last].step == BL_HCL_STEP_ATTR || list[last].dotted);)
					last++;
			if (s->step == BL_HCL_STEP_ATTR_SPLAT && last < n && list[last].step == BL_HCL_STEP_ATTR_SPLAT)
				bl_hcl_wrong(h, s->end, list[last].end, "syntax error: .* is not followed by another");
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

/* Takes the suffixes above height first off their stack and puts them onto base. */
static bl_expr *take_suffixes(bl_hcl *h, bl_hcl_node n, bl_expr *base, size_t first)
{
	size_t steps = h->suffixes.n - first;
	bl_expr *e;
	h->suffixes.n = first;
	h->depth += (int)steps;
	e = bl_hcl_over_limit(h, n.begin, n.end) ? bl_hcl_opaque(h, n.begin, n.end)
						 : apply(h, base, h->suffixes.items + first, 0, steps);
	h->depth -= (int)steps;
	return e;
}

static bl_expr *traversal(bl_hcl *h, bl_hcl_node n)
{
	size_t first = h->suffixes.n;
	uint32_t end = n.begin + bl_hcl_word(h, n.begin, n.end);
	bl_expr *e = word(h, n.begin, end);
	read_steps(h, end, n.end);
	return take_suffixes(h, n, e, first);
}

static void add_index(bl_hcl *h, bl_hcl_node n)
{
	bl_hcl_suffix s = {.step = BL_HCL_STEP_INDEX, .end = n.end};
	if (bl_hcl_enter(h)) {
		do {
			bl_hcl_node kid = bl_hcl_here(h);
			if (bl_hcl_is_expression(kid))
				s.index = inner_lines(h, false);
			else if (kid.kind == BL_HCL_OPERATOR && h->text.p[kid.begin] == '*')
				s.step = BL_HCL_STEP_FULL_SPLAT;
		} while (bl_hcl_next(h));
		bl_hcl_leave(h);
	}
	if (s.step == BL_HCL_STEP_INDEX && !s.index) {
		bl_hcl_wrong(h, n.begin, n.end, "syntax error: an index is an expression");
		s.index = bl_hcl_opaque(h, n.begin, n.end);
	}
	bl_vec_push(&h->scratch, &h->suffixes, s);
}

static bl_expr *access(bl_hcl *h, bl_hcl_node n)
{
	size_t first = h->suffixes.n;
	bl_expr *e = NULL;
	uint32_t before = n.begin;
	if (!bl_hcl_enter(h))
		return NULL;
	do {
		bl_hcl_node kid = bl_hcl_here(h);
		if (kid.kind != BL_HCL_INDEX && kid.kind != BL_HCL_STEPS) {
			e = inner(h);
		} else {
			same_line(h, before, kid.begin);
			if (kid.kind == BL_HCL_INDEX)
				add_index(h, kid);
			else
				read_steps(h, kid.begin, kid.end);
		}
		before = kid.end;
	} while (bl_hcl_next(h));
	bl_hcl_leave(h);
	return take_suffixes(h, n, e, first);
}

/* The expressions among the children, in order. */
static void elements(bl_hcl *h, bl_expr *into)
{
	size_t first = h->kids.n;
	if (!bl_hcl_enter(h))
		return;
	do {
		bl_hcl_node kid = bl_hcl_here(h);
		if (bl_hcl_is_expression(kid)) {
			bl_expr *e = inner_lines(h, false);
			bl_vec_push(&h->scratch, &h->kids, e);
		} else if (kid.kind == BL_HCL_NONE && h->text.p[kid.begin] == '.') {
			into->expand = true;
		}
	} while (bl_hcl_next(h));
	bl_hcl_leave(h);
	bl_hcl_take_kids(h, first, into);
}

static bl_expr *call(bl_hcl *h, bl_hcl_node n)
{
	bl_expr *e = new_expr(h, BL_EXPR_CALL, n, 0);
	e->text = bl_hcl_slice(h, n.begin, n.begin + bl_hcl_word(h, n.begin, n.end));
	elements(h, e);
	return e;
}

static bl_expr *tuple(bl_hcl *h, bl_hcl_node n)
{
	bl_expr *e = new_expr(h, BL_EXPR_LIST, n, 0);
	elements(h, e);
	return e;
}

static bl_expr *parenthesized(bl_hcl *h)
{
	bl_expr *e = NULL;
	if (!bl_hcl_enter(h))
		return NULL;
	do {
		if (bl_hcl_is_expression(bl_hcl_here(h)))
			e = inner_lines(h, false);
	} while (bl_hcl_next(h));
	bl_hcl_leave(h);
	return e;
}

/* Objects and for expressions */

/* A key that is one bare word is that word, not a reference to it; but true and false stay what they are. */
static bl_expr *key_word(bl_hcl *h, bl_hcl_node n)
{
	uint32_t end = n.begin + bl_hcl_word(h, n.begin, n.end);
	bl_expr *e = word(h, n.begin, end);
	if (e->kind == BL_EXPR_NAME || !e->value || e->value->kind == BL_NULL) {
		e->kind = BL_EXPR_LITERAL;
		e->value = bl_value_string(h->arena, e->span, bl_hcl_slice(h, n.begin, end));
		e->text = BL_STR("");
	}
	return e;
}

static bl_expr *object_key(bl_hcl *h, bl_hcl_node n)
{
	if (n.kind == BL_HCL_IDENTIFIER || n.kind == BL_HCL_KEY)
		return key_word(h, n);
	if (n.kind == BL_HCL_TRAVERSAL && !h->names)
		bl_hcl_wrong(h, n.begin, n.end, "syntax error: a key that refers to something stands in round brackets");
	return inner_lines(h, true);
}

typedef struct member {
	bl_expr *key;
	uint32_t last; /* where the item before ended, or its comma, 0 before the first */
	bool comma;
} member;

static void object_part(bl_hcl *h, bl_hcl_node n, member *m)
{
	if (n.kind == BL_HCL_HOLLOW) {
		uint32_t end = n.begin + bl_hcl_word(h, n.begin, n.end);
		bl_hcl_wrong(h, n.begin, end, "syntax error: '" BL_FMT "' has no value",
			BL_ARG(bl_hcl_slice(h, n.begin, end)));
		m->last = n.begin;
		m->comma = true;
	} else if (n.kind == BL_HCL_NONE) {
		m->comma = m->comma || h->text.p[n.begin] == ',';
	} else if (!m->key) {
		if (m->last && !m->comma && !bl_hcl_newline_between(h, m->last, n.begin))
			bl_hcl_wrong(h, n.begin, n.begin, "syntax error: a comma or a new line parts an object's items");
		m->key = object_key(h, n);
		m->comma = false;
	} else {
		bl_expr *key = m->key, *value = inner_lines(h, true);
		bl_vec_push(&h->scratch, &h->kids, key);
		bl_vec_push(&h->scratch, &h->kids, value);
		m->key = NULL;
		m->last = n.end;
	}
}

static bl_expr *object(bl_hcl *h, bl_hcl_node n)
{
	bl_expr *e = new_expr(h, BL_EXPR_OBJECT, n, 0);
	size_t first = h->kids.n;
	member m = {NULL, 0, false};
	if (!bl_hcl_enter(h))
		return e;
	do {
		object_part(h, bl_hcl_here(h), &m);
	} while (bl_hcl_next(h));
	bl_hcl_leave(h);
	bl_hcl_take_kids(h, first, e);
	return e;
}

static void expect(bl_hcl *h, bl_hcl_node n, const char *word)
{
	if (!bl_str_eqz(bl_hcl_slice(h, n.begin, n.end), word))
		bl_hcl_wrong(h, n.begin, n.end, "syntax error: '%s' should stand here", word);
}

/* `if` and an expression. */
static bl_expr *condition(bl_hcl *h)
{
	bl_expr *e = NULL;
	if (!bl_hcl_enter(h))
		return NULL;
	do {
		bl_hcl_node n = bl_hcl_here(h);
		if (n.kind == BL_HCL_WORD)
			expect(h, n, "if");
		else
			e = inner_lines(h, false);
	} while (bl_hcl_next(h));
	bl_hcl_leave(h);
	return e;
}

void bl_hcl_for(bl_hcl *h, bl_expr *e, bl_expr **results)
{
	size_t nresults = 0, words = 0;
	bl_expr *name = NULL;
	do {
		bl_hcl_node n = bl_hcl_here(h);
		if (n.kind == BL_HCL_WORD) {
			expect(h, n, words++ ? "in" : "for");
		} else if (n.kind == BL_HCL_IDENTIFIER && words < 2) {
			/* `k, v`: the key stands first */
			e->kids[BL_FOR_KEY] = name;
			name = new_expr(h, BL_EXPR_NAME, n, 0);
			e->text = name->text = bl_hcl_slice(h, n.begin, n.end);
		} else if (n.kind == BL_HCL_FOR_CONDITION) {
			e->kids[3] = condition(h);
		} else if (bl_hcl_is_expression(n) && !e->kids[0]) {
			e->kids[0] = inner_lines(h, false);
		} else if (bl_hcl_is_expression(n) && nresults < 2) {
			results[nresults++] = inner_lines(h, false);
		} else if (n.kind == BL_HCL_NONE && h->text.p[n.begin] == '.') {
			e->grouping = true;
		}
	} while (bl_hcl_next(h));
}

static bl_expr *for_expression(bl_hcl *h, bl_hcl_node n)
{
	bl_expr *e = new_expr(h, BL_EXPR_FOR, n, BL_FOR_KIDS);
	bl_expr *results[2] = {NULL, NULL};
	if (!bl_hcl_enter(h))
		return NULL;
	bl_hcl_for(h, e, results);
	bl_hcl_leave(h);
	e->kids[1] = n.kind == BL_HCL_FOR_OBJECT ? results[0] : NULL;
	e->kids[2] = n.kind == BL_HCL_FOR_OBJECT ? results[1] : results[0];
	return e->kids[0] && e->kids[2] ? e : NULL;
}

/* Operations */

static int level_of(bl_str operator)
{
	switch (operator.p[0]) {
	case '|':
		return 1;
	case '&':
		return 2;
	case '=':
	case '!':
		return 3;
	case '<':
	case '>':
		return 4;
	case '+':
	case '-':
		return 5;
	default:
		return 6;
	}
}

/* Joins the operands above height first from the right, while the operator between binds at least as tightly as level. */
static void join_operands(bl_hcl *h, size_t first, int level)
{
	while (h->operands.n - first >= 2) {
		bl_hcl_operand *left = &h->operands.items[h->operands.n - 2], *right = left + 1;
		if (left->level < level)
			return;
		bl_expr *e = bl_expr_new(h->arena, BL_EXPR_BINARY, bl_hcl_span(h, left->begin, right->end), 2);
		e->text = left->operator;
		e->kids[0] = left->expr;
		e->kids[1] = right->expr;
		left->expr = e;
		left->end = right->end;
		h->operands.n--;
	}
}

static void operation_part(bl_hcl *h, bl_hcl_node n, size_t first)
{
	if (bl_hcl_is_expression(n)) {
		bl_hcl_operand o = {.expr = inner(h), .begin = n.begin, .end = n.end};
		bl_vec_push(&h->scratch, &h->operands, o);
	} else if (h->operands.n > first) {
		bl_str operator = bl_hcl_slice(h, n.begin, n.end);
		int level = level_of(operator);
		join_operands(h, first, level);
		h->operands.items[h->operands.n - 1].operator = operator;
		h->operands.items[h->operands.n - 1].level = level;
	}
}

/* A run of n operands may become a tree n deep. */
static bl_expr *operation(bl_hcl *h, bl_hcl_node n)
{
	size_t first = h->operands.n;
	uint32_t parts = ts_node_child_count(n.node), before = n.begin;
	h->depth += (int)(parts / 2);
	bool over = bl_hcl_over_limit(h, n.begin, n.end);
	h->depth -= (int)(parts / 2);
	if (over || !bl_hcl_enter(h))
		return NULL;
	do {
		bl_hcl_node kid = bl_hcl_here(h);
		same_line(h, before, kid.begin);
		operation_part(h, kid, first);
		before = kid.end;
	} while (bl_hcl_next(h));
	bl_hcl_leave(h);
	join_operands(h, first, 0);
	bl_expr *e = h->operands.n > first ? h->operands.items[first].expr : NULL;
	h->operands.n = first;
	return e;
}

static bl_expr *unary(bl_hcl *h, bl_hcl_node n)
{
	bl_expr *e = new_expr(h, BL_EXPR_UNARY, n, 1);
	e->text = bl_hcl_slice(h, n.begin, n.begin + 1);
	if (!bl_hcl_enter(h))
		return NULL;
	while (bl_hcl_next(h)) {
		bl_hcl_node kid = bl_hcl_here(h);
		same_line(h, n.begin + 1, kid.begin);
		e->kids[0] = inner(h);
	}
	bl_hcl_leave(h);
	return e->kids[0] ? e : NULL;
}

static bl_expr *conditional(bl_hcl *h, bl_hcl_node n)
{
	bl_expr *e = new_expr(h, BL_EXPR_CONDITION, n, 3);
	uint32_t parts = 0, before = n.begin;
	if (!bl_hcl_enter(h))
		return NULL;
	do {
		bl_hcl_node kid = bl_hcl_here(h);
		same_line(h, before, kid.begin);
		before = kid.end;
		if (bl_hcl_is_expression(kid) && parts < 3)
			e->kids[parts++] = inner(h);
	} while (bl_hcl_next(h));
	bl_hcl_leave(h);
	return parts == 3 ? e : NULL;
}

static bl_expr *read_kind(bl_hcl *h, bl_hcl_node n)
{
	switch (n.kind) {
	case BL_HCL_ACCESS:
		return access(h, n);
	case BL_HCL_CALL:
		return call(h, n);
	case BL_HCL_CONDITIONAL:
		return conditional(h, n);
	case BL_HCL_FOR_OBJECT:
	case BL_HCL_FOR_TUPLE:
		return for_expression(h, n);
	case BL_HCL_HEREDOC:
	case BL_HCL_STRING:
	case BL_HCL_TEMPLATE:
		return bl_hcl_template(h);
	case BL_HCL_IDENTIFIER:
		return word(h, n.begin, n.end);
	case BL_HCL_NUMBER:
		return number(h, n.begin, n.end);
	case BL_HCL_OBJECT:
		return object(h, n);
	case BL_HCL_OPERATION:
		return operation(h, n);
	case BL_HCL_PARENTHESIZED:
		return parenthesized(h);
	case BL_HCL_TRAVERSAL:
		return traversal(h, n);
	case BL_HCL_TUPLE:
		return tuple(h, n);
	case BL_HCL_UNARY:
		return unary(h, n);
	default:
		return NULL;
	}
}

/* An expression within one that is known to be without syntax errors. */
static bl_expr *inner(bl_hcl *h)
{
	bl_hcl_node n = bl_hcl_here(h);
	bl_expr *e = NULL;
	h->depth++;
	if (!bl_hcl_over_limit(h, n.begin, n.end))
		e = read_kind(h, n);
	h->depth--;
	return e ? e : bl_hcl_opaque(h, n.begin, n.end);
}

bl_expr *bl_hcl_expression(bl_hcl *h)
{
	bl_hcl_node n = bl_hcl_here(h);
	return ts_node_has_error(n.node) ? bl_hcl_opaque(h, n.begin, n.end) : inner(h);
}

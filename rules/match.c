#include "rules/match.h"
#include "rules/builtin.h"

static const bl_verdict no = {BL_NO, NULL, {NULL, 0}};

static const bl_cursor *deeper(const bl_cursor *a, const bl_cursor *b)
{
	return !a || (b && b->depth > a->depth) ? b : a;
}

bl_verdict bl_verdict_and(bl_verdict a, bl_verdict b)
{
	if (a.tri != b.tri)
		return a.tri < b.tri ? a : b;
	if (a.tri == BL_YES)
		a.witness = deeper(a.witness, b.witness);
	return a;
}

bl_verdict bl_verdict_or(bl_verdict a, bl_verdict b)
{
	if (a.tri != b.tri)
		return a.tri > b.tri ? a : b;
	if (a.tri == BL_NO)
		a.witness = deeper(a.witness, b.witness);
	return a;
}

static bl_verdict verdict_not(bl_verdict v)
{
	v.tri = bl_tri_not(v.tri);
	return v;
}

static bl_verdict maybe(const bl_cursor *c, bl_str words)
{
	return (bl_verdict){BL_MAYBE, c, words};
}

static bl_str why_unknown(const bl_value *v)
{
	return v->unknown->why.n ? v->unknown->why : BL_STR("the value is not known");
}

static bl_verdict unset(bl_match *m, const bl_cursor *c)
{
	bl_str path = bl_cursor_path(m->scratch, c, false);
	if (!path.n)
		return maybe(c, BL_STR("the resource is not known whole"));
	return maybe(c, bl_str_fmt(m->scratch, c->open ? "'" BL_FMT "' may be set where it cannot be seen"
						       : "'" BL_FMT "' is not set, and what holds then is not known",
				BL_ARG(path)));
}

static bl_verdict more(bl_match *m, const bl_cursor *c)
{
	bl_str path = bl_cursor_path(m->scratch, c, false);
	return maybe(c, path.n ? bl_str_fmt(m->scratch, "'" BL_FMT "' may hold more than is known", BL_ARG(path))
			       : BL_STR("there may be more than is known"));
}

/* What a visitor says where a path ends. */
typedef bl_verdict (*visitor)(bl_match *m, const bl_cursor *c, void *context);

static bl_verdict walk(bl_match *m, const bl_way *way, size_t i, const bl_cursor *c, visitor visit, void *context);

static bl_cursor *below(bl_match *m, const bl_cursor *up, const bl_value *value)
{
	bl_cursor *c = bl_new(m->scratch, bl_cursor);
	c->up = up;
	c->value = value;
	c->depth = (uint16_t)(up->depth + 1);
	c->guess = up->guess;
	c->derived = up->derived;
	return c;
}

static bl_cursor *at_index(bl_match *m, const bl_cursor *up, uint32_t i)
{
	bl_cursor *c = below(m, up, up->value->list[i]);
	c->counted = true;
	c->index = i;
	return c;
}

/* What stands below an unknown is unknown for the same reason. */
static const bl_value *unknown_below(bl_match *m, const bl_value *v)
{
	return bl_value_unknown(m->scratch, v->span, BL_FMT, BL_ARG(why_unknown(v)));
}

/* item is NULL where there is none of that key. */
static bl_cursor *at_item(bl_match *m, const bl_cursor *up, bl_str key, const bl_item *item)
{
	const bl_value *v = up->value;
	bl_cursor *c = below(m, up, item ? item->value : NULL);
	c->key = item ? item->key : key;
	c->key_span = item ? item->key_span : BL_NOWHERE;
	if (!v)
		c->open = up->open;
	else if (v->kind == BL_UNKNOWN)
		c->value = unknown_below(m, v);
	else
		c->open = !item && (v->open || m->partial);
	return c;
}

static bl_cursor *at_key(bl_match *m, const bl_cursor *up, bl_str key)
{
	return at_item(m, up, key, up->value ? bl_value_item(up->value, key, true) : NULL);
}

/* An unknown that is one of several values: yes when it is so for each of them, no when for none. */
static bl_verdict walk_candidates(bl_match *m, const bl_way *way, size_t i, const bl_cursor *c, visitor visit,
	void *context)
{
	const bl_unknown *u = c->value->unknown;
	bl_verdict first = no;
	bool yes = true, none = true;
	for (size_t k = 0; k < u->ncandidates; k++) {
		bl_cursor *copy = bl_new(m->scratch, bl_cursor);
		*copy = *c;
		/* what decides is which one it is, and that stands where the unknown stands */
		copy->value = bl_value_at(m->scratch, u->candidates[k], c->value->span);
		copy->guess = c->guess || u->ncandidates > 1;
		bl_verdict v = walk(m, way, i, copy, visit, context);
		first = k ? first : v;
		yes = yes && v.tri == BL_YES;
		none = none && v.tri == BL_NO;
	}
	return yes || none ? first : maybe(c, why_unknown(c->value));
}

static bl_verdict walk_list(bl_match *m, const bl_way *way, size_t i, size_t next, const bl_cursor *c, visitor visit,
	void *context)
{
	bl_verdict any = c->value->open ? more(m, c) : no;
	for (uint32_t k = 0; k < c->value->n && any.tri != BL_YES; k++)
		any = bl_verdict_or(any, walk(m, way, i + next, at_index(m, c, k), visit, context));
	return any;
}

static bl_verdict walk_each(bl_match *m, const bl_way *way, size_t i, const bl_cursor *c, visitor visit, void *context)
{
	if (bl_cursor_absent(c))
		return c->open ? unset(m, c) : no;
	if (c->value->kind == BL_UNKNOWN)
		return maybe(c, why_unknown(c->value));
	if (c->value->kind == BL_LIST)
		return walk_list(m, way, i, 1, c, visit, context);
	/* one block or one value where a list may stand */
	return walk(m, way, i + 1, c, visit, context);
}

static bl_verdict walk_any(bl_match *m, const bl_way *way, size_t i, const bl_cursor *c, visitor visit, void *context)
{
	if (bl_cursor_absent(c))
		return c->open ? unset(m, c) : no;
	if (c->value->kind == BL_UNKNOWN)
		return maybe(c, why_unknown(c->value));
	if (c->value->kind == BL_LIST)
		return walk_list(m, way, i, 1, c, visit, context);
	bl_verdict any = c->value->open ? more(m, c) : no;
	for (uint32_t k = 0; c->value->kind == BL_MAP && k < c->value->n && any.tri != BL_YES; k++)
		any = bl_verdict_or(any, walk(m, way, i + 1, at_item(m, c, c->value->map[k].key, &c->value->map[k]), visit, context));
	return any;
}

static bool list_index(bl_str key, uint32_t *index)
{
	*index = 0;
	for (size_t i = 0; i < key.n; i++) {
		if (key.p[i] < '0' || key.p[i] > '9' || key.n > 9)
			return false;
		*index = *index * 10 + (uint32_t)(key.p[i] - '0');
	}
	return key.n > 0;
}

static bl_verdict walk_key(bl_match *m, const bl_way *way, size_t i, const bl_cursor *c, visitor visit, void *context)
{
	bl_str key = way->steps[i].key;
	uint32_t index;
	if (!bl_value_is(c->value, BL_LIST))
		return walk(m, way, i + 1, at_key(m, c, key), visit, context);
	if (!list_index(key, &index))
		return walk_list(m, way, i, 0, c, visit, context);
	if (index < c->value->n)
		return walk(m, way, i + 1, at_index(m, c, index), visit, context);
	bl_cursor *absent = below(m, c, NULL);
	absent->counted = true;
	absent->index = index;
	absent->open = c->value->open;
	return walk(m, way, i + 1, absent, visit, context);
}

static bl_verdict walk_keys(bl_match *m, const bl_way *way, size_t i, const bl_cursor *c, visitor visit, void *context)
{
	const bl_step *s = &way->steps[i];
	bl_verdict any = no;
	if (bl_value_is(c->value, BL_LIST))
		return walk_list(m, way, i, 0, c, visit, context);
	for (size_t k = 0; k < s->nkeys && any.tri != BL_YES; k++) {
		bl_cursor *next = at_key(m, c, s->keys[k]);
		if (!bl_cursor_absent(next))
			any = bl_verdict_or(any, walk(m, way, i + 1, next, visit, context));
		else if (next->open)
			any = bl_verdict_or(any, unset(m, next));
	}
	return any;
}

static bl_verdict walk(bl_match *m, const bl_way *way, size_t i, const bl_cursor *c, visitor visit, void *context)
{
	if (!m->budget)
		return maybe(c, BL_STR("the resource is too large to judge"));
	m->budget--;
	if (i == way->n)
		return visit(m, c, context);
	if (c->value && c->value->kind == BL_UNKNOWN && c->value->unknown->ncandidates)
		return walk_candidates(m, way, i, c, visit, context);
	switch (way->steps[i].kind) {
	case BL_STEP_EACH:
		return walk_each(m, way, i, c, visit, context);
	case BL_STEP_ANY:
		return walk_any(m, way, i, c, visit, context);
	case BL_STEP_KEYS:
		return walk_keys(m, way, i, c, visit, context);
	default:
		return walk_key(m, way, i, c, visit, context);
	}
}

static bl_verdict visit_present(bl_match *m, const bl_cursor *c, void *context)
{
	return (bl_verdict){bl_tri_of(!bl_cursor_absent(c) || c->open), c, {NULL, 0}};
}

static const bl_cursor *start_of(const bl_match *m, bl_path_base base, const bl_cursor *c)
{
	switch (base) {
	case BL_FROM_ASKER:
		return m->asker ? &m->asker->body : &m->body;
	case BL_FROM_NATIVE:
		return &m->native;
	case BL_FROM_ROOT:
		return &m->body;
	default:
		return c;
	}
}

static bl_verdict walk_path(bl_match *m, const bl_path_expr *path, const bl_cursor *c, visitor visit, void *context)
{
	for (size_t i = 0;; i++) {
		const bl_way *way = &path->ways[i];
		const bl_cursor *from = start_of(m, way->base, c);
		if (i + 1 == path->n || walk(m, way, 0, from, visit_present, NULL).tri != BL_NO)
			return walk(m, way, 0, from, visit, context);
	}
}

static bl_verdict visit_collect(bl_match *m, const bl_cursor *c, void *context)
{
	bl_cursors *out = context;
	bl_vec_push(m->scratch, &out->list, c);
	return no;
}

void bl_match_collect(bl_match *m, const bl_path_expr *path, const bl_cursor *c, bl_cursors *out)
{
	out->unsure = bl_verdict_or(out->unsure, walk_path(m, path, c, visit_collect, out));
}

static bl_verdict visit_condition(bl_match *m, const bl_cursor *c, void *context)
{
	return bl_match_condition(m, *(const uint32_t *)context, c);
}

static bl_verdict eval_all(bl_match *m, uint32_t op, const bl_cursor *c)
{
	bl_verdict all = {BL_YES, NULL, {NULL, 0}};
	const bl_op *ops = m->rule->ops.items;
	for (uint32_t i = op + 1; i < ops[op].end && all.tri != BL_NO; i = ops[i].end)
		all = bl_verdict_and(all, bl_match_condition(m, i, c));
	return all;
}

static bl_verdict eval_any(bl_match *m, uint32_t op, const bl_cursor *c)
{
	bl_verdict any = no;
	const bl_op *ops = m->rule->ops.items;
	for (uint32_t i = op + 1; i < ops[op].end && any.tri != BL_YES; i = ops[i].end)
		any = bl_verdict_or(any, bl_match_condition(m, i, c));
	return any;
}

static bl_verdict element(bl_match *m, uint32_t op, const bl_cursor *c, bool every)
{
	bl_verdict v = bl_match_condition(m, op, c);
	if (!v.witness)
		v.witness = c;
	return every ? verdict_not(v) : v;
}

/* some: an element holds; every: no element fails. */
static bl_verdict eval_elements(bl_match *m, uint32_t op, const bl_cursor *c, bool every)
{
	bl_verdict any = no;
	if (bl_cursor_absent(c))
		any = c->open ? unset(m, c) : no;
	else if (c->value->kind != BL_LIST)
		any = element(m, op + 1, c, every);
	else if (c->value->open)
		any = more(m, c);
	for (uint32_t i = 0; bl_value_is(c->value, BL_LIST) && i < c->value->n && any.tri != BL_YES; i++)
		any = bl_verdict_or(any, element(m, op + 1, at_index(m, c, i), every));
	return every ? verdict_not(any) : any;
}

static bl_verdict eval_exists(bl_match *m, const bl_cursor *c)
{
	if (bl_cursor_absent(c))
		return c->open ? unset(m, c) : (bl_verdict){BL_NO, c, {NULL, 0}};
	if (c->value->kind != BL_UNKNOWN)
		return (bl_verdict){BL_YES, c, {NULL, 0}};
	const bl_unknown *u = c->value->unknown;
	/* an attribute of a declared resource will be there once it is deployed */
	if (u->not_null || u->nrefs || u->prefix.n || u->suffix.n)
		return (bl_verdict){BL_YES, c, {NULL, 0}};
	return maybe(c, why_unknown(c->value));
}

static bl_verdict eval_empty(bl_match *m, const bl_cursor *c)
{
	if (bl_cursor_absent(c))
		return c->open ? unset(m, c) : (bl_verdict){BL_YES, c, {NULL, 0}};
	const bl_value *v = c->value;
	if (v->kind == BL_UNKNOWN) {
		bool some = v->unknown->prefix.n || v->unknown->suffix.n || v->unknown->nrefs;
		return some ? (bl_verdict){BL_NO, c, {NULL, 0}} : maybe(c, why_unknown(v));
	}
	if (v->kind == BL_LIST || v->kind == BL_MAP)
		return v->open && !v->n ? more(m, c) : (bl_verdict){bl_tri_of(!v->n), c, {NULL, 0}};
	return (bl_verdict){bl_tri_of(v->kind == BL_STRING && !v->string.n), c, {NULL, 0}};
}

/* A condition on a number worked out from the value; low is sure, there may be more. */
static bl_verdict eval_number(bl_match *m, uint32_t op, const bl_cursor *c, size_t number, bool open)
{
	bl_cursor *n = bl_new(m->scratch, bl_cursor);
	*n = *c;
	n->derived = true;
	n->up = c;
	n->value = bl_value_number(m->scratch, BL_NOWHERE, (double)number);
	bl_verdict v = bl_match_condition(m, op + 1, n);
	v.witness = c;
	if (!open)
		return v;
	/* with one more, or with very many more, it must come out the same */
	n->value = bl_value_number(m->scratch, BL_NOWHERE, 1e9);
	bl_verdict most = bl_match_condition(m, op + 1, n);
	return most.tri == v.tri ? v : more(m, c);
}

static bl_verdict eval_count(bl_match *m, uint32_t op, const bl_cursor *c)
{
	if (bl_cursor_absent(c))
		return eval_number(m, op, c, 0, c->open);
	const bl_value *v = c->value;
	if (v->kind == BL_UNKNOWN)
		return maybe(c, why_unknown(v));
	return eval_number(m, op, c, v->kind == BL_LIST || v->kind == BL_MAP ? v->n : 1, v->open);
}

static bl_verdict eval_length(bl_match *m, uint32_t op, const bl_cursor *c)
{
	bl_str text;
	if (c->value->kind == BL_UNKNOWN)
		return maybe(c, why_unknown(c->value));
	return bl_scalar_text(c->value, &text) ? eval_number(m, op, c, text.n, false) : no;
}

static bl_verdict eval_view(bl_match *m, uint32_t op, const bl_cursor *c)
{
	bl_opcode code = (bl_opcode)m->rule->ops.items[op].code;
	bl_cursor *view = bl_new(m->scratch, bl_cursor);
	*view = *c;
	view->derived = true;
	view->up = c->up;
	view->value = code == BL_OP_AS_POLICY ? bl_policy_statements(m, c->value) : bl_view(code, m->scratch, c->value);
	if (!view->value)
		return (bl_verdict){BL_NO, c, {NULL, 0}};
	if (!bl_span_known(view->value->span))
		view->value = bl_value_at(m->scratch, view->value, c->value->span);
	bl_verdict v = code == BL_OP_AS_POLICY ? eval_elements(m, op, view, false) : bl_match_condition(m, op + 1, view);
	if (v.tri == BL_MAYBE && c->value->kind == BL_UNKNOWN)
		v.unknown = why_unknown(c->value);
	if (!v.witness)
		v.witness = c;
	return v;
}

static bl_verdict eval_check(bl_match *m, const bl_op *op, const bl_cursor *c)
{
	bl_str words = {0};
	bl_tri t = op->check->holds(m->scratch, c->value, op->arg, &words);
	if (t == BL_MAYBE && !words.n)
		words = c->value->kind == BL_UNKNOWN ? why_unknown(c->value) : BL_STR("part of it is not known");
	return (bl_verdict){t, c, words};
}

static bl_verdict eval_compare(bl_match *m, const bl_op *op, const bl_cursor *c)
{
	bl_tri t = bl_compare(op, c->value);
	bl_str words = {0};
	if (t == BL_MAYBE)
		words = c->value->kind == BL_UNKNOWN ? why_unknown(c->value) : more(m, c).unknown;
	return (bl_verdict){t, c, words};
}

/* Equal to one of the values at the path; two that are absent are equal, one that is absent may be. */
static bl_verdict eval_same(bl_match *m, const bl_op *op, const bl_cursor *c)
{
	bl_cursors found = {0};
	bl_match_collect(m, op->path, c, &found);
	bl_verdict any = found.unsure;
	for (size_t i = 0; i < found.list.n && any.tri != BL_YES; i++) {
		const bl_cursor *other = found.list.items[i];
		if (bl_cursor_absent(c) != bl_cursor_absent(other) || c->open || other->open)
			any = bl_verdict_or(any, unset(m, bl_cursor_absent(c) ? c : other));
		else if (bl_cursor_absent(c))
			any = (bl_verdict){BL_YES, c, {NULL, 0}};
		else
			any = bl_verdict_or(any, (bl_verdict){bl_compare_equal(c->value, other->value), c,
				c->value->kind == BL_UNKNOWN ? why_unknown(c->value) : BL_STR("the value is not known")});
	}
	return any;
}

/* The key a value stands under, as a value of its own. */
static bl_verdict eval_named(bl_match *m, uint32_t op, const bl_cursor *c)
{
	bl_cursor *name = bl_new(m->scratch, bl_cursor);
	if (c->counted || !c->key.n)
		return (bl_verdict){BL_NO, c, {NULL, 0}};
	*name = *c;
	name->value = bl_value_string(m->scratch, c->value ? c->value->span : BL_NOWHERE, c->key);
	bl_verdict v = bl_match_condition(m, op + 1, name);
	v.witness = c;
	return v;
}

/* What a value word says of a value that is not there. */
static bl_verdict eval_absent(bl_match *m, const bl_op *op, const bl_cursor *c)
{
	switch (op->code) {
	case BL_OP_CHECK:
	case BL_OP_AS_CIDR:
	case BL_OP_AS_IMAGE:
	case BL_OP_AS_JSON:
	case BL_OP_AS_POLICY:
		return c->open ? unset(m, c) : (bl_verdict){BL_NO, c, {NULL, 0}};
	default:
		return unset(m, c);
	}
}

static bl_verdict eval_value(bl_match *m, uint32_t at, const bl_cursor *c)
{
	const bl_op *op = &m->rule->ops.items[at];
	if (bl_cursor_absent(c))
		return eval_absent(m, op, c);
	switch (op->code) {
	case BL_OP_AS_CIDR:
	case BL_OP_AS_IMAGE:
	case BL_OP_AS_JSON:
	case BL_OP_AS_POLICY:
		return eval_view(m, at, c);
	case BL_OP_CHECK:
		return eval_check(m, op, c);
	case BL_OP_LENGTH:
		return eval_length(m, at, c);
	default:
		return eval_compare(m, op, c);
	}
}

static bl_verdict eval_default(bl_match *m, uint32_t at, const bl_cursor *c)
{
	const bl_op *op = &m->rule->ops.items[at];
	if (!bl_cursor_absent(c) || c->open)
		return bl_match_condition(m, at + 1, c);
	bl_cursor *filled = bl_new(m->scratch, bl_cursor);
	bl_value *v = bl_value_at(m->scratch, op->arg, BL_NOWHERE);
	v->origin = BL_DEFAULTED;
	*filled = *c;
	filled->value = v;
	return bl_match_condition(m, at + 1, filled);
}

static void put_meta(bl_match *m, bl_items *items, const char *key, bl_str text)
{
	if (text.n)
		bl_items_put(m->scratch, items, bl_str_of(key), BL_NOWHERE, bl_value_string(m->scratch, BL_NOWHERE, text));
}

static const bl_cursor *meta(bl_match *m)
{
	if (m->has_meta)
		return &m->meta;
	const bl_node *node = bl_graph_node(m->graph, m->node);
	const bl_resource *r = node->resource;
	bl_items items = {0};
	put_meta(m, &items, "kind", bl_str_of(bl_node_kind_name(node->kind)));
	put_meta(m, &items, "type", bl_graph_type(m->graph, m->node));
	if (r) {
		put_meta(m, &items, "address", r->address);
		put_meta(m, &items, "api-version", r->api_version);
		put_meta(m, &items, "label", r->label);
		put_meta(m, &items, "language", bl_str_of(bl_language_name(r->language)));
		put_meta(m, &items, "module", r->module);
		put_meta(m, &items, "native-type", r->native_type);
		put_meta(m, &items, "path", r->root->path);
		put_meta(m, &items, "provider", r->provider);
		if (r->name)
			bl_items_put(m->scratch, &items, BL_STR("name"), BL_NOWHERE, r->name);
	}
	m->meta = (bl_cursor){.value = bl_items_value(m->scratch, BL_NOWHERE, &items)};
	m->has_meta = true;
	return &m->meta;
}

static bl_verdict eval_candidates(bl_match *m, uint32_t op, const bl_cursor *c)
{
	static const bl_way here;
	return walk_candidates(m, &here, 0, c, visit_condition, &op);
}

static bl_verdict exists_or_empty(bl_match *m, const bl_op *op, const bl_cursor *c)
{
	bl_verdict v = op->code == BL_OP_EXISTS ? eval_exists(m, c) : eval_empty(m, c);
	return op->arg->boolean ? v : verdict_not(v);
}

/* Words that look at the value itself, which may be one of several. */
static bl_verdict eval_here(bl_match *m, uint32_t at, const bl_cursor *c)
{
	const bl_op *op = &m->rule->ops.items[at];
	if (c->value && c->value->kind == BL_UNKNOWN && c->value->unknown->ncandidates)
		return eval_candidates(m, at, c);
	switch (op->code) {
	case BL_OP_EXISTS:
	case BL_OP_EMPTY:
		return exists_or_empty(m, op, c);
	case BL_OP_COUNT:
		return eval_count(m, at, c);
	case BL_OP_SOME:
	case BL_OP_NONE:
	case BL_OP_EVERY:
		if (c->value && c->value->kind == BL_UNKNOWN)
			return maybe(c, why_unknown(c->value));
		if (op->code == BL_OP_NONE)
			return verdict_not(eval_elements(m, at, c, false));
		return eval_elements(m, at, c, op->code == BL_OP_EVERY);
	default:
		return eval_value(m, at, c);
	}
}

bl_verdict bl_match_condition(bl_match *m, uint32_t at, const bl_cursor *c)
{
	const bl_op *op = &m->rule->ops.items[at];
	uint32_t operand = at + 1;
	if (!m->budget)
		return maybe(c, BL_STR("the resource is too large to judge"));
	m->budget--;
	switch (op->code) {
	case BL_OP_ALL:
		return eval_all(m, at, c);
	case BL_OP_ANY:
		return eval_any(m, at, c);
	case BL_OP_NOT:
	case BL_OP_NO:
		return verdict_not(bl_match_condition(m, operand, c));
	case BL_OP_PATH:
		return walk_path(m, op->path, c, visit_condition, &operand);
	case BL_OP_RELATED:
		return bl_match_related(m, at, c);
	case BL_OP_NATIVE:
		return bl_match_condition(m, operand, &m->native);
	case BL_OP_WRITTEN:
		return bl_match_condition(m, operand, &m->written);
	case BL_OP_META:
		return bl_match_condition(m, operand, meta(m));
	case BL_OP_DEFAULT:
		return eval_default(m, at, c);
	case BL_OP_NAMED:
		return eval_named(m, at, c);
	case BL_OP_SAME_AS:
		return eval_same(m, op, c);
	case BL_OP_ABSENT:
		if (!bl_cursor_absent(c))
			return bl_match_condition(m, operand, c);
		return op->tri == BL_MAYBE || c->open ? unset(m, c) : (bl_verdict){op->tri, c, {NULL, 0}};
	default:
		return eval_here(m, at, c);
	}
}

void bl_match_begin(bl_match *m, const bl_rule *rule, const bl_graph *graph, const bl_names *names, bl_arena *scratch,
	uint32_t node)
{
	const bl_resource *r = bl_graph_node(graph, node)->resource;
	*m = (bl_match){.rule = rule, .graph = graph, .names = names, .scratch = scratch, .node = node,
		.budget = BL_MATCH_BUDGET};
	m->body.value = m->written.value = bl_graph_body(graph, node);
	/* what runs was written in no language: nothing is known of that side */
	m->native.open = !r;
	m->body.open = m->written.open = !m->body.value;
	m->partial = r && r->existing;
	if (r) {
		m->written.value = r->written;
		m->native.value = r->native;
	}
}

/* Expressions of Bicep and of ARM templates. */
#include "eval/azure.h"

enum { MAX_UNINDEXED = 12 };

static const bl_value *template(const bl_azure_frame *f, const bl_expr *e)
{
	const bl_value **parts = bl_azure_arguments(f, e, 0);
	return bl_azure_join(f->azure, e->span, parts, e->n);
}

static const bl_value *name(const bl_azure_frame *f, const bl_expr *e)
{
	for (const bl_azure_local *l = f->locals; l; l = l->next)
		if (bl_str_eq(l->name, e->text))
			return bl_value_at(f->azure->arena, l->value, e->span);
	const bl_value *v = f->name ? f->name(f, e) : NULL;
	return v ? v
		 : bl_value_unknown(f->azure->arena, e->span, "'" BL_FMT "' is not declared",
			   BL_ARG(e->text));
}

/* The piece of a value that came through a variable came through it too. */
static const bl_value *piece(bl_azure *a, const bl_value *whole, const bl_value *part, bl_span span)
{
	bl_value *c = bl_value_at(a->arena, part, span);
	if (whole->via && !part->via) {
		bl_via *via = bl_new(a->arena, bl_via);
		*via = (bl_via){whole->via->what, part->span, whole->via->next};
		c->via = via;
	}
	c->sensitive |= whole->sensitive;
	return c;
}

/* A declared resource, or what is not known of one. */
static bool is_attribute(const bl_value *v)
{
	return v->kind == BL_UNKNOWN && v->unknown->attribute && v->unknown->nrefs == 1;
}

static bl_str path_to(bl_azure *a, const bl_ref *of, bl_str key)
{
	return of->path.n ? bl_str_fmt(a->arena, BL_FMT "." BL_FMT, BL_ARG(of->path), BL_ARG(key)) : key;
}

const bl_value *bl_azure_part_of(bl_azure *a, const bl_ref *of, const bl_value *v)
{
	if (v->kind != BL_MAP)
		return v;
	bl_value *whole = bl_value_at(a->arena, v, v->span);
	bl_ref *rest = bl_new(a->arena, bl_ref);
	*rest = *of;
	whole->open = true;
	whole->rest = rest;
	return whole;
}

static bl_str member_path(bl_azure *a, const bl_value *v, bl_str key)
{
	return path_to(a, &v->unknown->refs[0], key);
}

/* What the language knows of a declared resource's member, a path; NULL where that is nothing. */
static const bl_value *declared_member(const bl_azure_frame *f, const bl_value *v, bl_str path, bl_span span)
{
	if (!is_attribute(v) || !f->member)
		return NULL;
	return f->member(f, &v->unknown->refs[0], member_path(f->azure, v, path), span);
}

/* What stays unknown of an unknown value's member: the same of each candidate, and whose attribute it is. */
static const bl_value *unknown_member(const bl_azure_frame *f, const bl_value *v, bl_str key,
	bl_span span)
{
	bl_azure *a = f->azure;
	const bl_unknown *from = v->unknown;
	const bl_value *found = declared_member(f, v, key, span);
	if (found)
		return found;
	bl_value *m = bl_azure_unknown(a, span, -1, &v, 1);
	bl_unknown *u = bl_azure_own(a, m);
	if (from->nrefs == 1 && u->refs) {
		u->refs = bl_new(a->arena, bl_ref);
		*u->refs = (bl_ref){from->refs[0].address, member_path(a, v, key)};
		u->attribute = from->attribute;
	}
	if (!from->ncandidates)
		return m;
	const bl_value *all = NULL;
	for (size_t i = 0; i < from->ncandidates; i++) {
		if (from->candidates[i]->kind != BL_MAP)
			return m;
		const bl_value *one = bl_value_geti(from->candidates[i], key);
		if (!one)
			one = &bl_value_null;
		all = all ? bl_azure_either(a, span, v, all, one) : one;
	}
	return piece(a, v, all, span);
}

/* `a.b.c`: of a resource the whole path is asked for at once, since it knows more than its `a.b` as a value would. */
static const bl_value *attribute(const bl_azure_frame *f, const bl_expr *e)
{
	const bl_expr *base = e;
	size_t n = 0;
	for (; base->kind == BL_EXPR_ATTR; base = base->kids[0])
		n++;
	const bl_value *v = bl_azure_eval(f, base);
	const bl_expr **steps = bl_new_n(f->azure->arena, const bl_expr *, n);
	for (size_t i = n; i-- > 0; e = e->kids[0])
		steps[i] = e;
	size_t at = 0;
	if (n && is_attribute(v)) {
		bl_buf path = {0};
		for (size_t i = 0; i < n; i++) {
			if (i)
				bl_buf_putc(&path, '.');
			bl_buf_put(&path, steps[i]->text);
		}
		bl_str whole = bl_str_dup(f->azure->arena, bl_buf_str(&path));
		bl_buf_done(&path);
		const bl_value *found = declared_member(f, v, whole, steps[n - 1]->span);
		if (found) {
			v = found;
			at = n;
		}
	}
	for (; at < n; at++)
		v = bl_azure_member(f, v, steps[at]->text, steps[at]->span, steps[at]->safe);
	return v;
}

const bl_value *bl_azure_member(const bl_azure_frame *f, const bl_value *v, bl_str key,
	bl_span span, bool safe)
{
	bl_azure *a = f->azure;
	if (v->kind == BL_UNKNOWN)
		return unknown_member(f, v, key, span);
	if (v->kind == BL_MAP) {
		const bl_value *found = bl_value_geti(v, key);
		if (found && v->rest)
			return bl_azure_part_of(a, &(bl_ref){v->rest->address, path_to(a, v->rest, key)}, piece(a, v, found, span));
		if (found)
			return piece(a, v, found, span);
		if (v->rest)
			return bl_value_waits(a->arena, span, v->rest->address, path_to(a, v->rest, key));
		if (v->open)
			return bl_value_unknown(a->arena, span, "'" BL_FMT "' is not known", BL_ARG(key));
	}
	if (safe && (v->kind == BL_NULL || v->kind == BL_MAP))
		return bl_value_at(a->arena, &bl_value_null, span);
	return bl_azure_refuse(a, span, "there is no property '" BL_FMT "'", BL_ARG(key));
}

const bl_value *bl_azure_element(const bl_azure_frame *f, const bl_value *v, const bl_value *index,
	bl_span span, bool safe)
{
	bl_azure *a = f->azure;
	int64_t i;
	if (index->kind == BL_STRING)
		return bl_azure_member(f, v, index->string, span, safe);
	const bl_value *both[] = {v, index};
	if (v->kind == BL_LIST && bl_azure_int(index, &i)) {
		if (i >= 0 && i < v->n)
			return piece(a, v, v->list[i], span);
		if (safe && !v->open)
			return bl_value_at(a->arena, &bl_value_null, span);
		return v->open ? bl_value_unknown(a->arena, span, "element %lld is not known", (long long)i)
			       : bl_azure_refuse(a, span, "there is no element %lld", (long long)i);
	}
	if (safe && v->kind == BL_NULL)
		return bl_value_at(a->arena, &bl_value_null, span);
	if (v->kind == BL_UNKNOWN && v->unknown->nrefs == 1 && v->unknown->type < 0) {
		/* Which of a loop's instances is not known, but that it is one of them is. */
		bl_value *u = bl_azure_unknown(a, span, -1, both, 1);
		bl_azure_own(a, u);
		return u;
	}
	bool one_of = v->kind == BL_LIST && !v->open && v->n && v->n <= BL_AZURE_MAX_CANDIDATES &&
		      index->kind == BL_UNKNOWN;
	const bl_value *all = NULL;
	for (uint32_t k = 0; one_of && k < v->n; k++)
		all = all ? bl_azure_either(a, span, index, all, v->list[k]) : v->list[k];
	return all ? piece(a, v, all, span) : bl_azure_unknown(a, span, -1, both, 2);
}

static const bl_value *element(const bl_azure_frame *f, const bl_expr *e)
{
	const bl_value *v = bl_azure_eval(f, e->kids[0]), *index = bl_azure_eval(f, e->kids[1]);
	int64_t i;
	if (bl_str_eqz(e->text, "^") && v->kind == BL_LIST && !v->open && bl_azure_int(index, &i))
		index = bl_azure_number(f->azure, index->span, (int64_t)v->n - i);
	return bl_azure_element(f, v, index, e->span, e->safe);
}

static const bl_value *unary(const bl_azure_frame *f, const bl_expr *e)
{
	bl_azure *a = f->azure;
	const bl_value *v = bl_azure_eval(f, e->kids[0]);
	int64_t n;
	if (bl_str_eqz(e->text, "!"))
		return bl_azure_tri(a, e->span, bl_tri_not(bl_azure_truth(v)), &v, 1);
	if (bl_str_eqz(e->text, "-") && bl_azure_int(v, &n) && n != INT64_MIN) {
		bl_value *negative = bl_azure_number(a, e->span, -n);
		negative->origin = v->origin;
		return negative;
	}
	if (bl_str_eqz(e->text, "-"))
		return bl_azure_unknown(a, e->span, BL_NUMBER, &v, 1);
	return bl_value_at(a->arena, v, e->span); /* `+a`, `a!` */
}

static const bl_value *binary(const bl_azure_frame *f, const bl_expr *e)
{
	bl_azure *a = f->azure;
	const bl_value *x = bl_azure_eval(f, e->kids[0]);
	if (bl_str_eqz(e->text, "??")) {
		if (x->kind == BL_NULL)
			return bl_azure_eval(f, e->kids[1]);
		if (x->kind != BL_UNKNOWN || x->unknown->not_null)
			return bl_value_at(a->arena, x, e->span);
		return bl_azure_either(a, e->span, x, x, bl_azure_eval(f, e->kids[1]));
	}
	bl_tri left = bl_azure_truth(x);
	bool and = bl_str_eqz(e->text, "&&"), or = bl_str_eqz(e->text, "||");
	if ((and && left == BL_NO) || (or && left == BL_YES))
		return bl_azure_tri(a, e->span, left, &x, 1);
	const bl_value *both[] = {x, bl_azure_eval(f, e->kids[1])};
	bl_tri right = bl_azure_truth(both[1]);
	if (and)
		return bl_azure_tri(a, e->span, bl_tri_and(left, right), both, 2);
	if (or)
		return bl_azure_tri(a, e->span, bl_tri_or(left, right), both, 2);
	return bl_azure_operate(a, e->span, e->text, both[0], both[1]);
}

/* `c ? x : y` and if(c, x, y): what is not chosen is not evaluated. */
static const bl_value *condition(const bl_azure_frame *f, const bl_expr *e)
{
	const bl_value *c = bl_azure_eval(f, e->kids[0]);
	bl_tri t = bl_azure_truth(c);
	if (t != BL_MAYBE) {
		/* The branch was written where it stands: its own span is the better one for a literal. */
		return bl_azure_eval(f, e->kids[t == BL_YES ? 1 : 2]);
	}
	return bl_azure_either(f->azure, e->span, c, bl_azure_eval(f, e->kids[1]),
		bl_azure_eval(f, e->kids[2]));
}

static const bl_value *list(const bl_azure_frame *f, const bl_expr *e)
{
	bl_arena *arena = f->azure->arena;
	bl_values items = {0};
	bool open = false;
	for (uint32_t i = 0; i < e->n; i++) {
		const bl_expr *kid = e->kids[i];
		if (kid->kind != BL_EXPR_SPREAD) {
			bl_vec_push(arena, &items, bl_azure_eval(f, kid));
			continue;
		}
		const bl_value *v = bl_azure_eval(f, kid->kids[0]);
		for (uint32_t k = 0; v->kind == BL_LIST && k < v->n; k++)
			bl_vec_push(arena, &items, v->list[k]);
		open |= v->kind == BL_UNKNOWN || v->open;
	}
	bl_value *v = bl_values_value(arena, e->span, &items);
	v->open = open;
	return v;
}

bl_item *bl_azure_find(const bl_azure_map *m, bl_str key)
{
	size_t at = (size_t)(uintptr_t)bl_map_get(&m->index, key);
	for (size_t i = 0; !m->index.n && !at && i < m->items.n; i++)
		at = bl_str_eq(m->items.items[i].key, key) ? i + 1 : 0;
	return at ? &m->items.items[at - 1] : NULL;
}

/* Most objects are small: only the others get an index. */
void bl_azure_put(bl_azure *a, bl_azure_map *m, const bl_item *item)
{
	bl_item *old = bl_azure_find(m, item->key);
	if (old) {
		*old = *item;
		return;
	}
	bl_vec_push(a->arena, &m->items, *item);
	for (size_t i = m->items.n == MAX_UNINDEXED ? 0 : m->items.n - 1; m->items.n >= MAX_UNINDEXED && i < m->items.n; i++)
		bl_map_put(a->arena, &m->index, m->items.items[i].key, (void *)(uintptr_t)(i + 1));
}

void bl_azure_put_all(bl_azure *a, bl_azure_map *m, const bl_value *v)
{
	for (uint32_t i = 0; v->kind == BL_MAP && i < v->n; i++)
		bl_azure_put(a, m, &v->map[i]);
	if (v->kind != BL_UNKNOWN && !v->open)
		return;
	/* It may set any key there is so far. */
	m->open = true;
	for (size_t i = 0; v->kind == BL_UNKNOWN && i < m->items.n; i++)
		m->items.items[i].value =
			bl_azure_unknown(a, m->items.items[i].value->span, -1, &v, 1);
}

bl_value *bl_azure_map_value(bl_azure *a, bl_span span, const bl_azure_map *m)
{
	bl_value *v = bl_items_value(a->arena, span, &m->items);
	v->open = m->open;
	return v;
}

static const bl_value *object(const bl_azure_frame *f, const bl_expr *e)
{
	bl_azure *a = f->azure;
	bl_azure_map m = {0};
	const bl_value *special = f->object ? f->object(f, e) : NULL;
	if (special)
		return special;
	for (uint32_t i = 0; i + 1 < e->n; i += 2) {
		const bl_expr *key = e->kids[i];
		if (key->kind == BL_EXPR_SPREAD) {
			bl_azure_put_all(a, &m, bl_azure_eval(f, key->kids[0]));
			continue;
		}
		const bl_value *k = bl_azure_eval(f, key);
		const bl_value *v = bl_azure_eval(f, e->kids[i + 1]);
		if (k->kind == BL_STRING)
			bl_azure_put(a, &m, &(bl_item){k->string, key->span, v});
		else
			m.open = true;
	}
	return bl_azure_map_value(a, e->span, &m);
}

static const bl_value *loop(const bl_azure_frame *f, const bl_expr *e)
{
	bl_azure *a = f->azure;
	const bl_value *in = bl_azure_eval(f, e->kids[0]);
	if (in->kind != BL_LIST) {
		bl_value *v = bl_azure_unknown(a, e->span, BL_LIST, &in, 1);
		bl_azure_own(a, v)->not_null = true;
		return v;
	}
	const bl_value **items = bl_new_n(a->arena, const bl_value *, in->n + 1);
	for (uint32_t i = 0; i < in->n; i++) {
		bl_azure_local position = {bl_expr_for_key(e), bl_azure_number(a, e->span, i), f->locals};
		bl_azure_local item = {e->text, in->list[i], position.name.n ? &position : f->locals};
		bl_azure_frame inner = *f;
		inner.locals = &item;
		items[i] = bl_azure_eval(&inner, e->kids[2]);
	}
	bl_value *v = bl_value_list(a->arena, e->span, items, in->n);
	v->open = in->open;
	return v;
}

const bl_value **bl_azure_arguments(const bl_azure_frame *f, const bl_expr *e, uint32_t first)
{
	const bl_value **args = bl_new_n(f->azure->arena, const bl_value *, e->n + 1);
	for (uint32_t i = first; i < e->n; i++)
		args[i - first] = bl_azure_eval(f, e->kids[i]);
	return args;
}

static bool is_namespace(const bl_azure_frame *f, const bl_expr *e)
{
	if (e->kind != BL_EXPR_NAME || (!bl_str_eqz(e->text, "az") && !bl_str_eqz(e->text, "sys")))
		return false;
	return !f->name || !f->name(f, e);
}

/* A method of a resource: its keys and secrets are nobody's to know before it runs. */
static const bl_value *method(const bl_azure_frame *f, const bl_expr *e)
{
	bl_azure *a = f->azure;
	const bl_value *receiver = bl_azure_eval(f, e->kids[0]);
	bl_value *v = bl_azure_unknown(a, e->span, -1, &receiver, 1);
	bl_unknown *u = bl_azure_own(a, v);
	u->why = bl_str_fmt(a->arena, "what " BL_FMT "() gives is known after deployment", BL_ARG(e->text));
	u->not_null = true;
	v->sensitive = bl_str_startsi(e->text, BL_STR("list")) || bl_str_eqiz(e->text, "getSecret");
	return v;
}

/* tryGet(value, key, ...): null where there is none. */
static const bl_value *try_get(const bl_azure_frame *f, const bl_expr *e)
{
	const bl_value *v = bl_azure_eval(f, e->kids[0]);
	for (uint32_t i = 1; i < e->n; i++)
		v = bl_azure_element(f, v, bl_azure_eval(f, e->kids[i]), e->span, true);
	return v;
}

static const bl_value *call(const bl_azure_frame *f, const bl_expr *e)
{
	bl_azure *a = f->azure;
	bl_expr plain = *e;
	if (e->method && e->n && is_namespace(f, e->kids[0])) {
		plain.method = false;
		plain.kids++;
		plain.n--;
		e = &plain;
	}
	const bl_value *v = f->call ? f->call(f, e) : NULL;
	if (v)
		return v;
	if (e->method)
		return method(f, e);
	v = bl_str_eqiz(e->text, "if") && e->n == 3 ? condition(f, e) : bl_azure_higher(f, e);
	if (!v && e->n > 1 && bl_str_eqiz(e->text, "tryGet"))
		v = try_get(f, e);
	if (!v)
		v = bl_azure_call_in(f, e->span, e->text, bl_azure_arguments(f, e, 0), e->n);
	if (v)
		return v;
	return bl_azure_refuse(a, e->span, "there is no function '" BL_FMT "'", BL_ARG(e->text));
}

/* One value for all that is past the limit, which should cost nothing more. */
static const bl_unknown too_much = {.why = {"there is too much to evaluate", 29}, .type = -1};
static const bl_value exhausted = {.kind = BL_UNKNOWN, .origin = BL_COMPUTED, .unknown = &too_much};

static const bl_value *eval(const bl_azure_frame *f, const bl_expr *e)
{
	bl_arena *arena = f->azure->arena;
	switch ((bl_expr_kind)e->kind) {
	case BL_EXPR_LITERAL:
		return e->value;
	case BL_EXPR_TEMPLATE:
		return template(f, e);
	case BL_EXPR_NAME:
		return name(f, e);
	case BL_EXPR_ATTR:
		return attribute(f, e);
	case BL_EXPR_CHILD:
		return bl_azure_member(f, bl_azure_eval(f, e->kids[0]),
			bl_str_fmt(arena, "::" BL_FMT, BL_ARG(e->text)), e->span, false);
	case BL_EXPR_INDEX:
		return element(f, e);
	case BL_EXPR_CALL:
		return call(f, e);
	case BL_EXPR_UNARY:
		return unary(f, e);
	case BL_EXPR_BINARY:
		return binary(f, e);
	case BL_EXPR_CONDITION:
		return condition(f, e);
	case BL_EXPR_LIST:
		return list(f, e);
	case BL_EXPR_OBJECT:
		return object(f, e);
	case BL_EXPR_FOR:
		return loop(f, e);
	case BL_EXPR_IF:
		return bl_azure_eval(f, e->kids[1]);
	case BL_EXPR_LAMBDA:
		return bl_value_unknown(arena, e->span, "a lambda is no value");
	case BL_EXPR_OPAQUE:
		return bl_value_unknown(arena, e->span, "it could not be parsed");
	default:
		return bl_value_unknown(arena, e->span, "it cannot be evaluated here");
	}
}

bool bl_azure_goes_on(bl_azure *a, bl_span span)
{
	if (a->steps < BL_AZURE_MAX_STEPS)
		return true;
	if (!a->exhausted)
		bl_diag_add(a->arena, &a->out->diags, BL_DIAG_ERROR, span,
			"there is too much to evaluate: from here on, values are unknown");
	a->exhausted = true;
	return false;
}

const bl_value *bl_azure_eval(const bl_azure_frame *f, const bl_expr *e)
{
	bl_azure *a = f->azure;
	if (a->depth >= BL_EVAL_MAX_DEPTH)
		return bl_value_unknown(a->arena, e->span, "it is nested too deeply");
	a->steps++;
	if (!bl_azure_goes_on(a, e->span))
		return &exhausted;
	a->depth++;
	const bl_value *v = eval(f, e);
	a->depth--;
	return v;
}

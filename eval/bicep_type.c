/* Bicep's types: what a type expression stands for, and which values go where. */
#include "eval/bicep_type.h"

enum { MAX_DEPTH = 40, MAX_STEPS = 10000, MAX_MEMBERS = 200, MAX_TEXT = 120 };

const bl_bicep_type bl_bicep_t_any = {.kind = BL_BICEP_ANY};
const bl_bicep_type bl_bicep_t_null = {.kind = BL_BICEP_NULL};
const bl_bicep_type bl_bicep_t_bool = {.kind = BL_BICEP_BOOL};
const bl_bicep_type bl_bicep_t_int = {.kind = BL_BICEP_INT};
const bl_bicep_type bl_bicep_t_string = {.kind = BL_BICEP_STRING};
const bl_bicep_type bl_bicep_t_array = {.kind = BL_BICEP_ARRAY};
const bl_bicep_type bl_bicep_t_object = {.kind = BL_BICEP_OBJECT};

const bl_bicep_type *bl_bicep_type_named(bl_str name)
{
	static const struct {
		const char *name;
		const bl_bicep_type *type;
	} named[] = {{"any", &bl_bicep_t_any}, {"array", &bl_bicep_t_array}, {"bool", &bl_bicep_t_bool},
		{"int", &bl_bicep_t_int}, {"object", &bl_bicep_t_object}, {"string", &bl_bicep_t_string}};
	for (size_t i = 0; i < sizeof named / sizeof *named; i++)
		if (bl_str_eqz(name, named[i].name))
			return named[i].type;
	return NULL;
}

const bl_bicep_type *bl_bicep_literal_type(bl_arena *arena, const bl_value *v)
{
	static const uint8_t kinds[] = {[BL_NULL] = BL_BICEP_NULL, [BL_BOOL] = BL_BICEP_BOOL, [BL_NUMBER] = BL_BICEP_INT,
		[BL_STRING] = BL_BICEP_STRING, [BL_LIST] = BL_BICEP_ARRAY, [BL_MAP] = BL_BICEP_OBJECT, [BL_UNKNOWN] = BL_BICEP_ANY};
	bl_bicep_type *t = bl_new(arena, bl_bicep_type);
	t->kind = kinds[v->kind];
	if (v->kind == BL_BOOL || v->kind == BL_NUMBER || v->kind == BL_STRING)
		t->literal = v;
	if (v->kind == BL_NUMBER)
		t->bounded_below = t->bounded_above = bl_azure_int(v, &t->least);
	t->most = t->least;
	return t;
}

const bl_bicep_type *bl_bicep_array_of(bl_arena *arena, const bl_bicep_type *element)
{
	bl_bicep_type *t = bl_new(arena, bl_bicep_type);
	t->kind = BL_BICEP_ARRAY;
	t->element = element;
	return t;
}

static bool same(const bl_bicep_type *a, const bl_bicep_type *b)
{
	if (a == b)
		return true;
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case BL_BICEP_NULL:
		return true;
	case BL_BICEP_BOOL:
	case BL_BICEP_INT:
	case BL_BICEP_STRING:
		return !a->literal == !b->literal && (!a->literal || bl_value_equal(a->literal, b->literal) == BL_YES);
	default:
		return false;
	}
}

static void add_member(bl_arena *arena, bl_bicep_type *t, const bl_bicep_type *member)
{
	for (size_t i = 0; member->kind == BL_BICEP_UNION && i < member->items.n; i++)
		add_member(arena, t, member->items.items[i]);
	if (member->kind == BL_BICEP_UNION)
		return;
	for (size_t i = 0; i < t->items.n; i++)
		if (same(t->items.items[i], member))
			return;
	if (t->items.n < MAX_MEMBERS)
		bl_vec_push(arena, &t->items, member);
}

const bl_bicep_type *bl_bicep_union_of(bl_arena *arena, const bl_bicep_type *a, const bl_bicep_type *b)
{
	if (a->kind == BL_BICEP_ANY || b->kind == BL_BICEP_ANY)
		return &bl_bicep_t_any;
	bl_bicep_type *t = bl_new(arena, bl_bicep_type);
	t->kind = BL_BICEP_UNION;
	add_member(arena, t, a);
	add_member(arena, t, b);
	if (t->items.n >= MAX_MEMBERS)
		return &bl_bicep_t_any;
	return t->items.n == 1 ? t->items.items[0] : t;
}

bool bl_bicep_is_nullable(const bl_bicep_type *type)
{
	for (size_t i = 0; type->kind == BL_BICEP_UNION && i < type->items.n; i++)
		if (type->items.items[i]->kind == BL_BICEP_NULL)
			return true;
	return type->kind == BL_BICEP_NULL;
}

const bl_bicep_type *bl_bicep_not_null(bl_arena *arena, const bl_bicep_type *type)
{
	if (type->kind != BL_BICEP_UNION || !bl_bicep_is_nullable(type))
		return type;
	bl_bicep_type *t = bl_new(arena, bl_bicep_type);
	t->kind = BL_BICEP_UNION;
	t->secure = type->secure;
	for (size_t i = 0; i < type->items.n; i++)
		if (type->items.items[i]->kind != BL_BICEP_NULL)
			bl_vec_push(arena, &t->items, type->items.items[i]);
	return t->items.n == 1 ? t->items.items[0] : t;
}

const bl_bicep_property *bl_bicep_find_property(const bl_bicep_type *type, bl_str name)
{
	for (size_t i = 0; i < type->properties.n; i++)
		if (bl_str_eq(type->properties.items[i].name, name))
			return &type->properties.items[i];
	return NULL;
}

/* ---- type expressions ---- */

static const bl_bicep_type *resolve(bl_bicep_scope *s, const bl_expr *e, int depth);

/* The number a decorator's argument is. */
static bool argument_int(const bl_expr *call, int64_t *n)
{
	const bl_expr *e = call->n ? call->kids[0] : NULL;
	bool negative = e && e->kind == BL_EXPR_UNARY && bl_str_eqz(e->text, "-");
	if (negative)
		e = e->kids[0];
	if (!e || e->kind != BL_EXPR_LITERAL || !bl_azure_int(e->value, n))
		return false;
	if (negative)
		*n = -*n;
	return true;
}

/* `base` as the decorators at(0) .. at(n - 1) narrow it. */
static const bl_bicep_type *decorate(bl_arena *arena, const bl_bicep_type *base, const bl_expr *const *decorators, size_t n)
{
	bl_bicep_type *t = NULL;
	for (size_t i = 0; i < n; i++) {
		bl_str name = decorators[i]->text;
		bool least = bl_str_eqz(name, "minValue") || bl_str_eqz(name, "minLength");
		bool most = bl_str_eqz(name, "maxValue") || bl_str_eqz(name, "maxLength");
		bool secure = bl_str_eqz(name, "secure"), sealed = bl_str_eqz(name, "sealed");
		int64_t limit = 0;
		if (!secure && !sealed && (!(least || most) || !argument_int(decorators[i], &limit)))
			continue;
		if (!t) {
			t = bl_new(arena, bl_bicep_type);
			*t = *base;
		}
		t->secure |= secure;
		t->closed |= sealed && t->kind == BL_BICEP_OBJECT && !t->element;
		if (least) {
			t->bounded_below = true;
			t->least = limit;
		} else if (most) {
			t->bounded_above = true;
			t->most = limit;
		}
	}
	return t ? t : base;
}

/* A property's or an item's TYPE: its kid, and the decorators after it. */
static const bl_bicep_type *resolve_member(bl_bicep_scope *s, const bl_expr *e, int depth)
{
	if (e->kind != BL_EXPR_TYPE)
		return resolve(s, e, depth);
	return decorate(s->azure->arena, resolve(s, e->kids[0], depth), (const bl_expr *const *)e->kids + 1, e->n - 1);
}

static const bl_bicep_type *resolve_object(bl_bicep_scope *s, const bl_expr *e, int depth)
{
	bl_arena *arena = s->azure->arena;
	bl_bicep_type *t = bl_new(arena, bl_bicep_type);
	t->kind = BL_BICEP_OBJECT;
	for (uint32_t i = 0; i + 1 < e->n; i += 2) {
		const bl_bicep_type *type = resolve_member(s, e->kids[i + 1], depth);
		if (e->kids[i]->kind == BL_EXPR_SPLAT)
			t->element = type;
		else if (e->kids[i]->kind == BL_EXPR_LITERAL)
			bl_vec_push(arena, &t->properties, ((bl_bicep_property){bl_value_text(e->kids[i]->value), type,
				bl_bicep_is_nullable(type) || type->kind == BL_BICEP_ANY}));
	}
	return t;
}

bl_bicep_symbol *bl_bicep_symbol_of(bl_bicep_scope *s, const bl_expr *e)
{
	if (e->kind == BL_EXPR_NAME)
		return bl_map_get(&s->symbols, e->text);
	if (e->kind != BL_EXPR_ATTR || e->kids[0]->kind != BL_EXPR_NAME)
		return NULL;
	bl_bicep_symbol *file = bl_map_get(&s->symbols, e->kids[0]->text);
	return file && file->file ? bl_map_get(&file->file->symbols, e->text) : NULL;
}

static const bl_bicep_type *resolve_name(bl_bicep_scope *s, const bl_expr *e, int depth)
{
	bl_bicep_symbol *symbol = bl_bicep_symbol_of(s, e);
	if (symbol && symbol->block && bl_str_eqz(symbol->block->kind, "type")) {
		if (symbol->type)
			return symbol->type;
		if (symbol->state == BL_BICEP_BUSY)
			return &bl_bicep_t_any; /* recursive: what is inside is not looked into */
		symbol->state = BL_BICEP_BUSY;
		const bl_attr *value = bl_block_attr(symbol->block, "value");
		symbol->type = value ? resolve(symbol->scope, value->expr, depth) : &bl_bicep_t_any;
		symbol->type = bl_bicep_decorated(symbol->scope, symbol->block, symbol->type);
		symbol->state = BL_BICEP_DONE;
		return symbol->type;
	}
	const bl_bicep_type *named = e->kind == BL_EXPR_NAME ? bl_bicep_type_named(e->text) : NULL;
	return named ? named : &bl_bicep_t_any;
}

/* `T.name`, `T.*`: a property's type. */
static const bl_bicep_type *resolve_attr(bl_bicep_scope *s, const bl_expr *e, int depth)
{
	if (bl_bicep_symbol_of(s, e))
		return resolve_name(s, e, depth);
	if (e->kids[0]->kind == BL_EXPR_NAME && bl_str_eqz(e->kids[0]->text, "sys") && bl_bicep_type_named(e->text))
		return bl_bicep_type_named(e->text);
	const bl_bicep_type *base = resolve(s, e->kids[0], depth);
	if (base->kind != BL_BICEP_OBJECT)
		return &bl_bicep_t_any;
	const bl_bicep_property *p = bl_bicep_find_property(base, e->text);
	return p ? p->type : base->element ? base->element : &bl_bicep_t_any;
}

static const bl_bicep_type *resolve_index(bl_bicep_scope *s, const bl_expr *e, int depth)
{
	const bl_bicep_type *base = resolve(s, e->kids[0], depth);
	int64_t i;
	if (e->n == 1)
		return bl_bicep_array_of(s->azure->arena, base);
	if (base->kind != BL_BICEP_ARRAY)
		return &bl_bicep_t_any;
	if (base->tuple && e->kids[1]->kind == BL_EXPR_LITERAL && bl_azure_int(e->kids[1]->value, &i) && i >= 0 &&
		(size_t)i < base->items.n)
		return base->items.items[i];
	return base->element ? base->element : &bl_bicep_t_any;
}

static const bl_bicep_type *resolve_literal(bl_bicep_scope *s, const bl_expr *e)
{
	bl_azure_frame f = {.azure = s->azure};
	return bl_bicep_literal_type(s->azure->arena, bl_azure_eval(&f, e));
}

static const bl_bicep_type *resolve(bl_bicep_scope *s, const bl_expr *e, int depth)
{
	bl_arena *arena = s->azure->arena;
	const bl_bicep_type *t;
	if (depth++ > MAX_DEPTH)
		return &bl_bicep_t_any;
	switch (e->kind) {
	case BL_EXPR_TYPE:
		return resolve_member(s, e, depth);
	case BL_EXPR_NAME:
		return resolve_name(s, e, depth);
	case BL_EXPR_LITERAL:
		return resolve_literal(s, e);
	case BL_EXPR_UNARY:
		if (bl_str_eqz(e->text, "-") || bl_str_eqz(e->text, "!"))
			return resolve_literal(s, e);
		t = resolve(s, e->kids[0], depth);
		return bl_str_eqz(e->text, "?") ? bl_bicep_union_of(arena, t, &bl_bicep_t_null) : bl_bicep_not_null(arena, t);
	case BL_EXPR_BINARY: {
		bl_bicep_type *all = bl_new(arena, bl_bicep_type);
		all->kind = BL_BICEP_UNION;
		for (uint32_t i = 0; i < e->n; i++) {
			t = resolve(s, e->kids[i], depth);
			if (t->kind == BL_BICEP_ANY)
				return t;
			add_member(arena, all, t);
		}
		return all->items.n == 1 ? all->items.items[0] : all->items.n >= MAX_MEMBERS ? &bl_bicep_t_any : all;
	}
	case BL_EXPR_OBJECT:
		return resolve_object(s, e, depth);
	case BL_EXPR_LIST: {
		bl_bicep_type *tuple = bl_new(arena, bl_bicep_type);
		tuple->kind = BL_BICEP_ARRAY;
		tuple->tuple = true;
		for (uint32_t i = 0; i < e->n; i++)
			bl_vec_push(arena, &tuple->items, resolve_member(s, e->kids[i], depth));
		return tuple;
	}
	case BL_EXPR_INDEX:
		return resolve_index(s, e, depth);
	case BL_EXPR_ATTR:
		return resolve_attr(s, e, depth);
	default: /* resource<>, resourceInput<>: the resource's type is not known here */
		return &bl_bicep_t_any;
	}
}

const bl_bicep_type *bl_bicep_type_of(bl_bicep_scope *s, const bl_expr *e)
{
	return resolve(s, e, 0);
}

const bl_bicep_type *bl_bicep_decorated(bl_bicep_scope *s, const bl_block *block, const bl_bicep_type *type)
{
	BL_VEC(const bl_expr *) decorators = {0};
	for (size_t i = 0; i < block->attrs.n; i++)
		if (bl_str_starts(block->attrs.items[i].name, BL_STR("@")))
			bl_vec_push(s->azure->arena, &decorators, block->attrs.items[i].expr);
	return decorate(s->azure->arena, type, decorators.items, decorators.n);
}

const bl_bicep_type *bl_bicep_declared_type(bl_bicep_scope *s, const bl_block *block)
{
	const bl_attr *type = bl_block_attr(block, bl_str_eqz(block->kind, "type") ? "value" : "type");
	return type ? bl_bicep_decorated(s, block, resolve(s, type->expr, 0)) : NULL;
}

/* ---- assignment ---- */

/* How much of two types has been compared: they may share parts, so that a small one stands for a great many. */
typedef struct comparison {
	int depth, steps;
} comparison;

static bool assignable(const bl_bicep_type *to, const bl_bicep_type *from, comparison *c);

static bool compare(const bl_bicep_type *to, const bl_bicep_type *from, comparison *c);

static bool arrays(const bl_bicep_type *to, const bl_bicep_type *from, comparison *c)
{
	if (to->tuple && from->tuple && to->items.n != from->items.n)
		return false;
	for (size_t i = 0; from->tuple && i < from->items.n; i++) {
		const bl_bicep_type *want = to->tuple ? to->items.items[i] : to->element;
		if (want && !assignable(want, from->items.items[i], c))
			return false;
	}
	return from->tuple || to->tuple || !to->element || !from->element || assignable(to->element, from->element, c);
}

/* What the properties say is looked at one by one where they are written; here only what both declare. */
static bool objects(const bl_bicep_type *to, const bl_bicep_type *from, comparison *c)
{
	for (size_t i = 0; i < to->properties.n; i++) {
		const bl_bicep_property *want = &to->properties.items[i];
		const bl_bicep_property *have = bl_bicep_find_property(from, want->name);
		if (have && !assignable(want->type, have->type, c))
			return false;
	}
	return true;
}

static bool bounds(const bl_bicep_type *to, const bl_bicep_type *from)
{
	int64_t least = from->least, most = from->most;
	bool below = from->bounded_below, above = from->bounded_above;
	if (from->kind == BL_BICEP_STRING && from->literal) {
		/* the service counts UTF-16 code units; characters beyond ASCII are not judged */
		bl_str s = from->literal->string;
		for (size_t i = 0; i < s.n; i++)
			if ((unsigned char)s.p[i] >= 0x80)
				return true;
		least = most = (int64_t)s.n;
		below = above = true;
	}
	return !(to->bounded_above && below && least > to->most) && !(to->bounded_below && above && most < to->least);
}

static bool assignable(const bl_bicep_type *to, const bl_bicep_type *from, comparison *c)
{
	if (to == from || to->kind == BL_BICEP_ANY || from->kind == BL_BICEP_ANY || c->depth > MAX_DEPTH || c->steps++ > MAX_STEPS)
		return true;
	c->depth++;
	bool ok = compare(to, from, c);
	c->depth--;
	return ok;
}

static bool compare(const bl_bicep_type *to, const bl_bicep_type *from, comparison *c)
{
	if (from->kind == BL_BICEP_UNION) {
		/* that null is among them is a warning of the compiler's */
		for (size_t i = 0; i < from->items.n; i++)
			if (from->items.items[i]->kind != BL_BICEP_NULL && !assignable(to, from->items.items[i], c))
				return false;
		return true;
	}
	if (to->kind == BL_BICEP_UNION) {
		for (size_t i = 0; i < to->items.n; i++)
			if (assignable(to->items.items[i], from, c))
				return true;
		return false;
	}
	if (from->kind == BL_BICEP_RESOURCE || from->kind == BL_BICEP_SCOPE)
		return to->kind == from->kind || to->kind == BL_BICEP_OBJECT;
	if (to->kind != from->kind)
		return false;
	switch (to->kind) {
	case BL_BICEP_BOOL:
	case BL_BICEP_INT:
	case BL_BICEP_STRING:
		if (to->literal && from->literal && bl_value_equal(to->literal, from->literal) == BL_NO)
			return false;
		return bounds(to, from);
	case BL_BICEP_ARRAY:
		return arrays(to, from, c);
	case BL_BICEP_OBJECT:
		return objects(to, from, c);
	default:
		return true;
	}
}

bool bl_bicep_assignable(const bl_bicep_type *to, const bl_bicep_type *from)
{
	comparison c = {0};
	return assignable(to, from, &c);
}

/* ---- words ---- */

static void put_type(bl_buf *out, const bl_bicep_type *t, int depth)
{
	static const char *const names[] = {[BL_BICEP_ANY] = "any", [BL_BICEP_NULL] = "null", [BL_BICEP_BOOL] = "bool",
		[BL_BICEP_INT] = "int", [BL_BICEP_STRING] = "string", [BL_BICEP_ARRAY] = "array", [BL_BICEP_OBJECT] = "object",
		[BL_BICEP_UNION] = "union", [BL_BICEP_LAMBDA] = "lambda", [BL_BICEP_RESOURCE] = "resource", [BL_BICEP_SCOPE] = "scope"};
	if (out->n > MAX_TEXT || depth > 4) {
		bl_buf_putz(out, "...");
	} else if (t->kind == BL_BICEP_UNION) {
		for (size_t i = 0; i < t->items.n && out->n <= MAX_TEXT; i++) {
			if (i)
				bl_buf_putz(out, " | ");
			put_type(out, t->items.items[i], depth + 1);
		}
	} else if (t->literal && t->kind == BL_BICEP_STRING) {
		bl_buf_putf(out, "'" BL_FMT "'", BL_ARG(t->literal->string));
	} else if (t->literal && t->kind == BL_BICEP_INT) {
		bl_buf_put(out, t->literal->digits);
	} else if (t->literal) {
		bl_buf_putz(out, t->literal->boolean ? "true" : "false");
	} else if (t->kind == BL_BICEP_ARRAY && t->element) {
		put_type(out, t->element, depth + 1);
		bl_buf_putz(out, "[]");
	} else if (t->kind == BL_BICEP_RESOURCE && t->name.n) {
		bl_buf_put(out, t->name);
	} else {
		bl_buf_putz(out, names[t->kind]);
	}
}

bl_str bl_bicep_type_text(bl_arena *arena, const bl_bicep_type *type)
{
	bl_buf out = {0};
	put_type(&out, type, 0);
	bl_str s = bl_str_dup(arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return s;
}

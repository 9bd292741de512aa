/* JSON patches (RFC 6902): operations at JSON pointers. */
#include "eval/kubernetes/kustomize.h"

typedef enum op_kind { ADD, REMOVE, REPLACE } op_kind;

typedef struct operation {
	bl_kustomize *k;
	op_kind kind;
	const bl_value *value;
	bl_span span; /* of what is written: the key that is added */
	BL_VEC(bl_str) tokens;
	bool failed;
} operation;

/* "/a~1b/0" into "a/b" and "0"; false when it does not begin with a slash. */
static bool split(operation *o, bl_str pointer)
{
	bl_str token;
	if (pointer.n && pointer.p[0] != '/')
		return false;
	while (pointer.n) {
		pointer = bl_str_slice(pointer, 1, pointer.n);
		const char *slash = memchr(pointer.p, '/', pointer.n);
		size_t n = slash ? (size_t)(slash - pointer.p) : pointer.n, w = 0;
		token = bl_str_slice(pointer, 0, n);
		pointer = bl_str_slice(pointer, n, pointer.n);
		char *out = bl_arena_alloc(o->k->arena, n + 1);
		for (size_t i = 0; i < n; i++) {
			bool escape = token.p[i] == '~' && i + 1 < n && (token.p[i + 1] == '0' || token.p[i + 1] == '1');
			out[w++] = escape ? (token.p[++i] == '0' ? '~' : '/') : token.p[i];
		}
		bl_vec_push(o->k->arena, &o->tokens, bl_str_make(out, w));
	}
	return true;
}

/* An element's number below limit; false when the token is none. */
static bool index_of(bl_str token, uint32_t limit, uint32_t *index)
{
	uint32_t n = 0;
	if (!token.n || token.n > 9)
		return false;
	for (size_t i = 0; i < token.n; i++) {
		if (token.p[i] < '0' || token.p[i] > '9')
			return false;
		n = n * 10 + (uint32_t)(token.p[i] - '0');
	}
	*index = n;
	return n < limit;
}

/* A copy of the list with element at replaced (or, with insert, put before) by v; v NULL takes it away. */
static const bl_value *list_with(operation *o, const bl_value *list, uint32_t at, bool insert, const bl_value *v)
{
	bl_values out = {0};
	if (!bl_kustomize_step(o->k, list->n + 1))
		return list;
	for (uint32_t i = 0; i <= list->n; i++) {
		if (i == at && v)
			bl_vec_push(o->k->arena, &out, v);
		if (i < list->n && (i != at || insert))
			bl_vec_push(o->k->arena, &out, list->list[i]);
	}
	return bl_values_value(o->k->arena, list->span, &out);
}

static const bl_value *apply(operation *o, const bl_value *v, size_t depth);

static const bl_value *fail(operation *o, const bl_value *v)
{
	o->failed = true;
	return v;
}

static const bl_value *apply_in_list(operation *o, const bl_value *list, size_t depth)
{
	bool last = depth + 1 == o->tokens.n, adds = last && o->kind == ADD;
	bl_str token = o->tokens.items[depth];
	uint32_t at;
	if (adds && bl_str_eqz(token, "-"))
		return list_with(o, list, list->n, true, o->value);
	if (!index_of(token, list->n + adds, &at))
		return fail(o, list);
	if (last)
		return list_with(o, list, at, adds, o->kind == REMOVE ? NULL : o->value);
	const bl_value *inner = apply(o, list->list[at], depth + 1);
	return inner == list->list[at] ? list : list_with(o, list, at, false, inner);
}

/* As deep as the pointer, which leads no deeper than the object. */
static const bl_value *apply(operation *o, const bl_value *v, size_t depth)
{
	if (v->kind == BL_LIST)
		return apply_in_list(o, v, depth);
	const bl_item *item = bl_value_item(v, o->tokens.items[depth], false);
	bool last = depth + 1 == o->tokens.n;
	if (v->kind != BL_MAP || (!item && !(last && o->kind == ADD)))
		return fail(o, v);
	if (last)
		return bl_kustomize_put(o->k, v, o->tokens.items[depth], o->span, o->kind == REMOVE ? NULL : o->value);
	const bl_value *inner = apply(o, item->value, depth + 1);
	return inner == item->value ? v : bl_kustomize_put(o->k, v, item->key, item->key_span, inner);
}

static const bl_value *look_up(operation *o, const bl_value *v)
{
	for (size_t i = 0; v && i < o->tokens.n; i++) {
		uint32_t at;
		if (v->kind == BL_LIST)
			v = index_of(o->tokens.items[i], v->n, &at) ? v->list[at] : NULL;
		else
			v = bl_value_get(v, o->tokens.items[i]);
	}
	return v;
}

static bool run(bl_kustomize *k, const bl_value **body, op_kind kind, bl_str pointer, const bl_value *value, bl_span span)
{
	operation o = {.k = k, .kind = kind, .value = value, .span = span};
	if (!split(&o, pointer))
		return false;
	if (!o.tokens.n) {
		if (kind != REMOVE)
			*body = value;
		return kind != REMOVE;
	}
	const bl_value *changed = apply(&o, *body, 0);
	if (!o.failed)
		*body = changed;
	return !o.failed;
}

static const bl_value *value_at(bl_kustomize *k, const bl_value *body, bl_str pointer)
{
	operation o = {.k = k};
	return split(&o, pointer) ? look_up(&o, body) : NULL;
}

static bool perform(bl_kustomize *k, const bl_value **body, const bl_value *one)
{
	bl_str op = bl_value_text(bl_value_getz(one, "op")), path = bl_value_text(bl_value_getz(one, "path"));
	bl_str from = bl_value_text(bl_value_getz(one, "from"));
	const bl_value *value = bl_value_getz(one, "value");
	bl_span span = one->span;
	if (bl_str_eqz(op, "remove"))
		return run(k, body, REMOVE, path, NULL, span);
	if (bl_str_eqz(op, "add"))
		return value && run(k, body, ADD, path, value, span);
	if (bl_str_eqz(op, "replace"))
		return value && run(k, body, REPLACE, path, value, span);
	if (bl_str_eqz(op, "test")) {
		const bl_value *have = value_at(k, *body, path);
		return value && have && bl_value_equal(have, value) == BL_YES;
	}
	const bl_value *moved = value_at(k, *body, from);
	if (!moved || (!bl_str_eqz(op, "move") && !bl_str_eqz(op, "copy")))
		return false;
	if (!bl_kustomize_may_grow(k, *body, moved))
		return false;
	if (bl_str_eqz(op, "move") && !run(k, body, REMOVE, from, NULL, span))
		return false;
	return run(k, body, ADD, path, moved, span);
}

bool bl_kustomize_json_patch(bl_kustomize *k, const bl_value **body, const bl_value *operations)
{
	for (uint32_t i = 0; i < operations->n; i++) {
		const bl_value *one = operations->list[i];
		if (perform(k, body, one))
			continue;
		bl_kustomize_say(k, BL_DIAG_ERROR, one->span, "the operation '" BL_FMT "' at '" BL_FMT "' cannot be done here",
			BL_ARG(bl_value_text(bl_value_getz(one, "op"))), BL_ARG(bl_value_text(bl_value_getz(one, "path"))));
		return false;
	}
	return true;
}

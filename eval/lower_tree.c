#include "eval/lower.h"

static bool parse_index(bl_str text, int *index)
{
	*index = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9' || *index > BL_LOWER_MAX_INDEX / 10)
			return false;
		*index = *index * 10 + (text.p[i] - '0');
	}
	return text.n > 0;
}

static bool parse_step(bl_str text, bl_step *step)
{
	*step = (bl_step){.index = -1};
	if (bl_str_ends(text, BL_STR("?"))) {
		step->optional = true;
		text.n--;
	}
	if (bl_str_ends(text, BL_STR("[]"))) {
		step->each = true;
		text.n -= 2;
	} else if (bl_str_ends(text, BL_STR("]"))) {
		ptrdiff_t open = bl_str_rfind_char(text, '[');
		if (open < 0 || !parse_index(bl_str_slice(text, (size_t)open + 1, text.n - 1), &step->index))
			return false;
		text.n = (size_t)open;
	}
	step->name = text;
	return true;
}

bool bl_lower_steps(bl_str path, bl_steps *out)
{
	out->n = 0;
	while (path.n) {
		bl_str text;
		path = bl_str_cut(path, '.', &text);
		if (out->n == sizeof out->items / sizeof *out->items ||
			!parse_step(bl_str_trim(text), &out->items[out->n++]))
			return false;
	}
	return true;
}

bl_node *bl_lower_node(bl_arena *arena, const bl_value *v)
{
	bl_node *node = bl_new(arena, bl_node);
	node->leaf = v;
	return node;
}

static void add_kid(bl_arena *arena, bl_node *node, bl_node *kid)
{
	if (node->n == node->cap)
		bl_vec_grow(arena, (void **)&node->kids, &node->cap, sizeof *node->kids, _Alignof(bl_node *));
	node->kids[node->n++] = kid;
}

void bl_lower_open(bl_arena *arena, bl_node *node)
{
	const bl_value *v = node->leaf;
	if (!v || (v->kind != BL_MAP && v->kind != BL_LIST))
		return;
	node->leaf = NULL;
	node->list = v->kind == BL_LIST;
	node->open = v->open;
	node->span = v->span;
	for (uint32_t i = 0; i < v->n; i++) {
		bl_node *kid = bl_lower_node(arena, node->list ? v->list[i] : v->map[i].value);
		if (!node->list) {
			kid->key = v->map[i].key;
			kid->key_span = v->map[i].key_span;
		}
		add_kid(arena, node, kid);
	}
}

bool bl_lower_empty(const bl_node *node)
{
	return !node->leaf && !node->n && !node->open && !node->list;
}

bl_node *bl_lower_find(bl_arena *arena, bl_node *node, bl_str key)
{
	bl_lower_open(arena, node);
	if (node->leaf || node->list)
		return NULL;
	for (size_t i = 0; i < node->n; i++)
		if (bl_str_eqi(node->kids[i]->key, key))
			return node->kids[i];
	return NULL;
}

bl_node *bl_lower_member(bl_arena *arena, bl_node *node, bl_str key, bl_span key_span)
{
	bl_node *kid = bl_lower_find(arena, node, key);
	if (kid)
		return kid;
	if (bl_value_is(node->leaf, BL_NULL))
		node->leaf = NULL;
	if (node->leaf || node->list)
		return NULL;
	kid = bl_lower_node(arena, NULL);
	kid->key = key;
	kid->key_span = key_span;
	add_kid(arena, node, kid);
	return kid;
}

bl_node *bl_lower_element(bl_arena *arena, bl_node *node, size_t i)
{
	bl_lower_open(arena, node);
	if (bl_value_is(node->leaf, BL_NULL))
		node->leaf = NULL;
	if (node->leaf || (!node->list && node->n) || i > BL_LOWER_MAX_INDEX)
		return NULL;
	node->list = true;
	while (node->n <= i)
		add_kid(arena, node, bl_lower_node(arena, NULL));
	return node->kids[i];
}

void bl_lower_set(bl_node *node, const bl_value *v)
{
	/* An empty map says "it is there": what other rows have put below it stays. */
	if (v->kind == BL_MAP && !v->n && !v->open && node->n && !node->list)
		return;
	node->leaf = v;
	node->n = 0;
	node->list = node->open = false;
}

/* The span of a collection nobody wrote as one: from its first written member to its last. */
static bl_span cover(bl_span span, const bl_value *v)
{
	return bl_span_known(v->span) ? bl_span_join(span, v->span) : span;
}

static const bl_value *freeze(bl_arena *arena, const bl_node *node, int depth)
{
	if (node->leaf)
		return node->leaf;
	if (depth > BL_LOWER_MAX_DEPTH)
		return bl_value_unknown(arena, node->span, "nested too deeply");
	bl_span span = node->span;
	bl_value *v = node->list
		? bl_value_list(arena, span, bl_new_n(arena, const bl_value *, node->n), node->n)
		: bl_value_map(arena, span, bl_new_n(arena, bl_item, node->n), node->n);
	for (size_t i = 0; i < node->n; i++) {
		const bl_node *kid = node->kids[i];
		const bl_value *member = freeze(arena, kid, depth + 1);
		if (!bl_span_known(node->span))
			span = cover(span, member);
		if (node->list)
			v->list[i] = member;
		else
			v->map[i] = (bl_item){kid->key, kid->key_span, member};
	}
	v->span = span;
	v->open = node->open;
	return v;
}

const bl_value *bl_lower_freeze(bl_arena *arena, const bl_node *node)
{
	return freeze(arena, node, 0);
}

bl_value *bl_lower_unknown_of(bl_arena *arena, const bl_value *v, int type)
{
	bl_value *u = bl_value_unknown(arena, v->span, "%s", "known after deployment");
	u->via = v->via;
	u->sensitive = v->sensitive;
	bl_unknown *to = (bl_unknown *)u->unknown;
	to->type = type;
	if (v->kind == BL_UNKNOWN) {
		to->why = v->unknown->why;
		to->not_null = v->unknown->not_null;
		to->refs = v->unknown->refs;
		to->nrefs = v->unknown->nrefs;
	}
	return u;
}

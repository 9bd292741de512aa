#include "eval/lower.h"

/* Where on the left the walk is: the element numbers its `[]` steps stand at, and the block it came through. */
typedef struct walk {
	bl_lowering *l;
	bl_node *root;
	const bl_value *right;
	const bl_steps *left;
	size_t index[16];
	const bl_value *element[16]; /* the list's member at that number */
	size_t nindex;
	const bl_value *block;
	bl_span key_span;
} walk;

static bool is_there(const bl_value *v)
{
	return v && v->kind != BL_NULL;
}

/* ---- operators ---- */

typedef const bl_value *(*scalar_fn)(bl_lowering *l, const bl_value *op, const bl_value *v);

/* A value like v in all but what it holds. */
static const bl_value *instead(bl_lowering *l, const bl_value *v, const bl_value *payload)
{
	bl_value *c = bl_value_at(l->arena, payload, v->span);
	c->via = v->via;
	c->sensitive = v->sensitive;
	c->origin = v->origin;
	return c;
}

/* Applies fn to v, to a list's members, and to what an unknown may be. */
static const bl_value *each_scalar(bl_lowering *l, const bl_value *op, const bl_value *v, scalar_fn fn,
	int type)
{
	if (v->kind == BL_LIST) {
		bl_value *c = bl_value_at(l->arena, v, v->span);
		c->list = bl_new_n(l->arena, const bl_value *, v->n);
		for (uint32_t i = 0; i < v->n; i++)
			c->list[i] = v->list[i]->kind == BL_LIST
				? v->list[i]
				: each_scalar(l, op, v->list[i], fn, type);
		return c;
	}
	if (v->kind != BL_UNKNOWN)
		return fn(l, op, v);
	bl_value *u = bl_lower_unknown_of(l->arena, v, type);
	bl_unknown *what = (bl_unknown *)u->unknown;
	what->ncandidates = v->unknown->ncandidates;
	what->candidates = bl_new_n(l->arena, const bl_value *, what->ncandidates);
	for (size_t i = 0; i < what->ncandidates; i++) {
		const bl_value *candidate = v->unknown->candidates[i];
		what->candidates[i] = candidate->kind == BL_UNKNOWN ? candidate : fn(l, op, candidate);
	}
	return u;
}

static const bl_value *invert(bl_lowering *l, const bl_value *op, const bl_value *v)
{
	if (v->kind != BL_BOOL)
		return v;
	return instead(l, v, bl_value_bool(l->arena, v->span, !v->boolean));
}

/* The text a scalar has as a key of a `map:`. */
static bl_str scalar_text(const bl_value *v)
{
	switch (v->kind) {
	case BL_BOOL:
		return v->boolean ? BL_STR("true") : BL_STR("false");
	case BL_NUMBER:
		return v->digits;
	default:
		return bl_value_text(v);
	}
}

static const bl_value *map_word(bl_lowering *l, const bl_value *op, const bl_value *v)
{
	const bl_value *to = bl_value_geti(op, scalar_text(v));
	if (!to)
		to = bl_value_getz(op, "*");
	return to ? instead(l, v, to) : v;
}

static const bl_value *scale(bl_lowering *l, const bl_value *op, const bl_value *v)
{
	if (v->kind == BL_STRING && v->string.n && v->string.n < 20 &&
		strspn(bl_str_z(l->arena, v->string), "0123456789") == v->string.n)
		v = instead(l, v, bl_value_digits(l->arena, v->span, v->string));
	if (v->kind != BL_NUMBER)
		return v;
	return instead(l, v, bl_value_number(l->arena, v->span, v->number * op->number));
}

static const bl_value *split(bl_lowering *l, const bl_value *op, const bl_value *v)
{
	if (v->kind != BL_STRING || op->string.n != 1)
		return v->kind == BL_UNKNOWN ? bl_lower_unknown_of(l->arena, v, BL_LIST) : v;
	bl_values parts = {0};
	for (bl_str rest = v->string, one; rest.n;) {
		rest = bl_str_cut(rest, op->string.p[0], &one);
		one = bl_str_trim(one);
		const bl_value *item = bl_value_string(l->arena, v->span, one);
		bl_vec_push(l->arena, &parts, instead(l, v, item));
	}
	return instead(l, v, bl_values_value(l->arena, v->span, &parts));
}

static const bl_value *join(bl_lowering *l, const bl_value *op, const bl_value *v)
{
	if (v->kind != BL_LIST)
		return v->kind == BL_UNKNOWN ? bl_lower_unknown_of(l->arena, v, BL_STRING) : v;
	bl_str s = BL_STR("");
	for (uint32_t i = 0; i < v->n; i++) {
		if (v->list[i]->kind == BL_UNKNOWN || v->open)
			return bl_lower_unknown_of(l->arena, v, BL_STRING);
		if (i)
			s = bl_str_cat(l->arena, s, op->string);
		s = bl_str_cat(l->arena, s, scalar_text(v->list[i]));
	}
	return instead(l, v, bl_value_string(l->arena, v->span, s));
}

static const bl_value *wrap(bl_lowering *l, const bl_value *op, const bl_value *v)
{
	if (bl_str_eqz(op->string, "list")) {
		const bl_value **one = bl_new(l->arena, const bl_value *);
		*one = v;
		return instead(l, v, bl_value_list(l->arena, v->span, one, 1));
	}
	if (v->kind == BL_LIST) {
		bl_value *list = bl_value_at(l->arena, v, v->span);
		list->list = bl_new_n(l->arena, const bl_value *, v->n);
		for (uint32_t i = 0; i < v->n; i++)
			list->list[i] = v->list[i]->kind == BL_LIST ? v->list[i]
								   : wrap(l, op, v->list[i]);
		return list;
	}
	bl_item *item = bl_new(l->arena, bl_item);
	*item = (bl_item){op->string, v->span, v};
	return instead(l, v, bl_value_map(l->arena, v->span, item, 1));
}

static const bl_value *unwrap(bl_lowering *l, const bl_value *v)
{
	if (v->kind == BL_LIST)
		return v->n ? v->list[0] : v->open ? bl_lower_unknown_of(l->arena, v, -1) : NULL;
	return v->kind == BL_UNKNOWN ? bl_lower_unknown_of(l->arena, v, -1) : v;
}

static const bl_value *constant(bl_lowering *l, const bl_value *op, const bl_value *v)
{
	if (v->kind == BL_UNKNOWN && !v->unknown->not_null)
		return bl_lower_unknown_of(l->arena, v, op->kind);
	return instead(l, v, op);
}

/* A text made of the block's attributes; unknown, with what stands before it, from the first one that is not known. */
static const bl_value *format(bl_lowering *l, const bl_value *op, const bl_value *v, const bl_value *block)
{
	bl_str rest = op->string, text = BL_STR(""), literal, name;
	while (rest.n) {
		bool more = bl_str_find(rest, BL_STR("{"), 0) >= 0;
		rest = bl_str_cut(rest, '{', &literal);
		text = bl_str_cat(l->arena, text, literal);
		if (!more)
			break;
		rest = bl_str_cut(rest, '}', &name);
		const bl_value *attribute = bl_value_get(block, name);
		if (!is_there(attribute))
			return NULL;
		if (attribute->kind == BL_UNKNOWN || attribute->kind == BL_LIST ||
			attribute->kind == BL_MAP) {
			bl_value *u = bl_lower_unknown_of(l->arena, attribute, BL_STRING);
			((bl_unknown *)u->unknown)->prefix = text;
			return u;
		}
		text = bl_str_cat(l->arena, text, scalar_text(attribute));
	}
	return instead(l, v, bl_value_string(l->arena, v->span, text));
}

const bl_value *bl_lower_operate(bl_lowering *l, const bl_value *op, const bl_value *v,
	const bl_value *block)
{
	const bl_value *x;
	if ((x = bl_value_getz(op, "convert"))) {
		bl_convert_fn fn = bl_lower_converter(bl_value_text(x));
		v = fn ? fn(l, v, block) : NULL;
	}
	if (v && (x = bl_value_getz(op, "value")))
		v = constant(l, x, v);
	if (v && (x = bl_value_getz(op, "format")))
		v = format(l, x, v, block);
	if (v && (x = bl_value_getz(op, "unwrap")))
		v = unwrap(l, v);
	if (v && (x = bl_value_getz(op, "split")))
		v = split(l, x, v);
	if (v && (x = bl_value_getz(op, "not")))
		v = each_scalar(l, NULL, v, invert, BL_BOOL);
	if (v && (x = bl_value_getz(op, "map")))
		v = each_scalar(l, x, v, map_word, -1);
	if (v && (x = bl_value_getz(op, "scale")))
		v = each_scalar(l, x, v, scale, BL_NUMBER);
	if (v && (x = bl_value_getz(op, "join")))
		v = join(l, x, v);
	if (v && (x = bl_value_getz(op, "wrap")))
		v = wrap(l, x, v);
	return is_there(v) ? v : NULL;
}

/* ---- the right-hand side ---- */

/*
 * The node at the right-hand path, made on the way; its first `stop` list steps are stepped into, the next one is
 * returned itself. NULL when something unknown is in the way.
 */
static bl_node *place(walk *w, const bl_steps *right, size_t stop)
{
	bl_node *node = w->root;
	size_t used = 0;
	for (size_t i = 0; i < right->n && node; i++) {
		const bl_step *step = &right->items[i];
		bl_span key_span = i + 1 == right->n ? w->key_span : BL_NOWHERE;
		if (i && i + 1 == right->n && w->left->n > 1 && !right->items[i - 1].each && i > 1 &&
			w->block && !bl_span_known(node->span))
			node->span = w->block->span;
		node = bl_lower_member(&w->l->nodes, node, step->name, key_span);
		if (node && step->each) {
			if (used == stop)
				return node;
			const bl_value *element = w->element[used];
			node = bl_lower_element(&w->l->nodes, node, w->index[used++]);
			if (node && !node->leaf && !bl_span_known(node->span))
				node->span = element->span;
		} else if (node && step->index >= 0) {
			node = bl_lower_element(&w->l->nodes, node, (size_t)step->index);
		}
	}
	return node;
}

static void set_path(walk *w, bl_str path, const bl_value *v)
{
	bl_steps right;
	if (!bl_lower_steps(path, &right))
		return;
	bl_node *node = place(w, &right, w->nindex);
	if (node)
		bl_lower_set(node, v);
}

/* A Terraform string "true" where a boolean is meant is one: the language converts, a provider's schema decides. */
static const bl_value *as_boolean(bl_lowering *l, const bl_value *v)
{
	if (bl_value_is_string(v, "true") || bl_value_is_string(v, "false"))
		return instead(l, v, bl_value_bool(l->arena, v->span, v->string.n == 4));
	return v;
}

static void set_all(walk *w, const bl_value *right, const bl_value *v);

static void set_operated(walk *w, const bl_value *op, const bl_value *v)
{
	const bl_value *to = bl_value_getz(op, "to");
	v = bl_lower_operate(w->l, op, v, w->block);
	if (v && to)
		set_all(w, to, v);
}

static void set_all(walk *w, const bl_value *right, const bl_value *v)
{
	if (right->kind == BL_STRING)
		set_path(w, right->string, v);
	else if (right->kind == BL_MAP)
		set_operated(w, right, as_boolean(w->l, v));
	else if (right->kind == BL_LIST)
		for (uint32_t i = 0; i < right->n; i++)
			if (right->list[i]->kind != BL_LIST)
				set_all(w, right->list[i], v);
}

/* Calls for the target list of the `[]` step the walk stands before: unknown (u) or open (u is NULL). */
static void set_list(walk *w, const bl_value *right, const bl_value *u)
{
	if (right->kind == BL_LIST) {
		for (uint32_t i = 0; i < right->n; i++)
			if (right->list[i]->kind != BL_LIST)
				set_list(w, right->list[i], u);
		return;
	}
	if (right->kind == BL_MAP)
		right = bl_value_getz(right, "to");
	bl_steps steps;
	if (!right || right->kind != BL_STRING || !bl_lower_steps(right->string, &steps))
		return;
	bl_node *node = place(w, &steps, w->nindex);
	if (!node)
		return;
	if (u) {
		bl_lower_set(node, u);
		return;
	}
	bl_lower_open(&w->l->nodes, node);
	if (!node->leaf) {
		node->list = node->list || !node->n;
		node->open = true;
	}
}

/* ---- the left-hand side ---- */

static void step_into(walk *w, size_t at, const bl_value *v);

static void each_element(walk *w, size_t at, const bl_value *v)
{
	if (v->kind == BL_UNKNOWN) {
		set_list(w, w->right, bl_lower_unknown_of(w->l->arena, v, BL_LIST));
		return;
	}
	bool single = v->kind != BL_LIST;
	if (!single && v->open)
		set_list(w, w->right, NULL);
	if (w->nindex == sizeof w->index / sizeof *w->index)
		return;
	size_t slot = w->nindex++;
	for (size_t i = 0; i < (single ? 1 : v->n); i++) {
		const bl_value *element = single ? v : v->list[i];
		const bl_value *outer = w->block;
		w->index[slot] = i;
		w->element[slot] = element;
		w->block = element;
		if (is_there(element))
			step_into(w, at + 1, element);
		w->block = outer;
	}
	w->nindex = slot;
}

/* v is a block (a map, a list of one) with steps left to go. */
static void into_block(walk *w, size_t at, const bl_value *v)
{
	if (v->kind == BL_LIST && v->n && v->list[0]->kind == BL_MAP)
		v = v->list[0];
	if (v->kind == BL_MAP) {
		const bl_value *outer = w->block;
		w->block = v;
		step_into(w, at + 1, v);
		w->block = outer;
	} else if (v->kind == BL_UNKNOWN || (v->kind == BL_LIST && (v->open || v->n))) {
		set_all(w, w->right, bl_lower_unknown_of(w->l->arena, v, -1));
	}
}

/* v is what steps [0, at) lead to. */
static void step_into(walk *w, size_t at, const bl_value *v)
{
	if (at == w->left->n) {
		set_all(w, w->right, as_boolean(w->l, v));
		return;
	}
	if (v->kind == BL_UNKNOWN) {
		set_all(w, w->right, bl_lower_unknown_of(w->l->arena, v, -1));
		return;
	}
	const bl_step *step = &w->left->items[at];
	const bl_item *item = bl_value_item(v, step->name, false);
	if (!item || !is_there(item->value))
		return;
	w->key_span = item->key_span;
	if (step->each)
		each_element(w, at, item->value);
	else if (at + 1 < w->left->n)
		into_block(w, at, item->value);
	else
		step_into(w, at + 1, item->value);
}

/* Does the first attribute or block of path stand in source? Most do not, so it is looked at before the path is taken apart. */
static bool begins_in(const bl_value *source, bl_str path)
{
	size_t end = 0;
	while (end < path.n && path.p[end] != '.' && path.p[end] != '[' && path.p[end] != '?')
		end++;
	return is_there(bl_value_get(source, bl_str_trim(bl_str_slice(path, 0, end))));
}

enum { MAX_ALIASES = 8 };

/* A bit for the letter that a name begins with: a set of them tells most rows to be of no use without a look at the names. */
static uint32_t letter_bit(bl_str name)
{
	return name.n ? 1u << ((unsigned char)name.p[0] & 31) : 0;
}

/* `a | b`: the first that is there wins, so they are applied from the last on. letters: of the members of source. */
static void apply_row(bl_lowering *l, bl_str left_text, const bl_value *right, const bl_value *source, uint32_t letters, bl_node *root)
{
	bl_str names[MAX_ALIASES];
	size_t n = 0;
	while (left_text.n && n < MAX_ALIASES) {
		left_text = bl_str_cut(left_text, '|', &names[n]);
		names[n] = bl_str_trim(names[n]);
		n++;
	}
	while (n--) {
		bl_steps left;
		left.n = 0;
		bool whole = bl_str_eqz(names[n], ".");
		if (!whole && !(letters & letter_bit(names[n])))
			continue;
		if (!whole && (!begins_in(source, names[n]) || !bl_lower_steps(names[n], &left) || !left.n))
			continue;
		walk w = {.l = l, .root = root, .right = right, .left = &left, .block = source};
		step_into(&w, 0, source);
	}
}

/* `$set`: what the native type itself says, where no row said it. */
static void set_constants(bl_lowering *l, const bl_value *constants, bl_node *root)
{
	for (uint32_t i = 0; bl_value_is(constants, BL_MAP) && i < constants->n; i++) {
		bl_steps steps;
		if (!bl_lower_steps(constants->map[i].key, &steps))
			continue;
		bl_node *node = root;
		for (size_t k = 0; k < steps.n && node; k++) {
			const bl_step *step = &steps.items[k];
			node = step->optional
				? bl_lower_find(&l->nodes, node, step->name)
				: bl_lower_member(&l->nodes, node, step->name, BL_NOWHERE);
			if (node && step->index >= 0)
				node = bl_lower_element(&l->nodes, node, (size_t)step->index);
		}
		if (!node || !bl_lower_empty(node))
			continue;
		bl_value *v = bl_value_at(l->arena, constants->map[i].value, BL_NOWHERE);
		v->origin = BL_COMPUTED;
		bl_lower_set(node, v);
	}
}

void bl_lower_rows(bl_lowering *l, const bl_value *rows, const bl_value *source, bl_node *root)
{
	if (!bl_value_is(rows, BL_MAP) || !bl_value_is(source, BL_MAP))
		return;
	const bl_value *constants = NULL;
	uint32_t letters = 0;
	for (uint32_t i = 0; i < source->n; i++)
		letters |= letter_bit(source->map[i].key);
	for (uint32_t i = 0; i < rows->n; i++) {
		if (bl_str_eqz(rows->map[i].key, "$set"))
			constants = rows->map[i].value;
		else
			apply_row(l, rows->map[i].key, rows->map[i].value, source, letters, root);
	}
	set_constants(l, constants, root);
}

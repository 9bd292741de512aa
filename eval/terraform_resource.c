/* Resources and data sources: their arguments and nested blocks, instance by instance, as a plan shows them. */
#include "eval/terraform.h"

static bool is_meta(bl_str name)
{
	static const char *const names[] = {"count", "depends_on", "for_each", "provider"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (bl_str_eqz(name, names[i]))
			return true;
	return false;
}

static bool is_meta_block(bl_str kind)
{
	static const char *const names[] = {"connection", "lifecycle", "provisioner"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (bl_str_eqz(kind, names[i]))
			return true;
	return false;
}

/* The nested blocks of one kind, in the making. */
typedef struct nested {
	bl_str kind;
	bl_span span;
	bl_values list;
	bool open;
} nested;

typedef struct body {
	bl_tf_builder attrs;
	BL_VEC(nested) blocks;
	int depth;
} body;

static const bl_value *eval_body(const bl_tf_scope *s, const bl_block *b, bool top, int depth);

static nested *nested_of(bl_arena *arena, body *o, bl_str kind, bl_span span)
{
	for (size_t i = 0; i < o->blocks.n; i++)
		if (bl_str_eq(o->blocks.items[i].kind, kind))
			return &o->blocks.items[i];
	nested *n = bl_vec_add(arena, &o->blocks);
	n->kind = kind;
	n->span = span;
	return n;
}

static const bl_block *child(const bl_block *b, const char *kind)
{
	for (size_t i = 0; i < b->blocks.n; i++)
		if (bl_str_eqz(b->blocks.items[i]->kind, kind))
			return b->blocks.items[i];
	return NULL;
}

static void dynamic_round(const bl_tf_scope *s, nested *to, const bl_block *content, bl_str name, const bl_value *key,
	const bl_value *value, int depth)
{
	bl_tf *tf = s->tf;
	bl_item *items = bl_new_n(tf->arena, bl_item, 2);
	items[0] = (bl_item){BL_STR("key"), BL_NOWHERE, key};
	items[1] = (bl_item){BL_STR("value"), BL_NOWHERE, value};
	bl_tf_frame frame = {s->frame, name, bl_value_map(tf->arena, BL_NOWHERE, items, 2)};
	bl_tf_scope inner = {tf, s->module, &frame};
	bl_vec_push(tf->arena, &to->list, eval_body(&inner, content, false, depth + 1));
}

/* dynamic "KIND" { for_each, iterator, content }: a block a round. */
static void add_dynamic(const bl_tf_scope *s, body *o, const bl_block *b, int depth)
{
	bl_tf *tf = s->tf;
	const bl_attr *each = bl_block_attr(b, "for_each"), *iterator = bl_block_attr(b, "iterator");
	const bl_block *content = child(b, "content");
	bl_str kind = bl_block_label(b, 0), name = kind;
	nested *to = nested_of(tf->arena, o, kind, b->head);
	if (!each || !content || !kind.n) {
		bl_tf_error(tf, b->head, "a dynamic block needs a label, for_each and content");
		to->open = true;
		return;
	}
	if (iterator && iterator->expr->kind == BL_EXPR_NAME)
		name = iterator->expr->text;
	const bl_value *c = bl_tf_plain(tf, bl_tf_eval(s, each->expr), false);
	if (c->kind == BL_NULL)
		return;
	bool collection = c->kind == BL_LIST || c->kind == BL_MAP;
	if (!collection && c->kind != BL_UNKNOWN)
		bl_tf_error(tf, each->span, "for_each needs a collection, not %s", bl_tf_kind_name(c));
	if (!collection || c->open) {
		/* not one value: a key is no element */
		const bl_value *key = bl_tf_unknown_of(tf, each->span, &c, 1, -1), *value = bl_tf_unknown_of(tf, each->span, &c, 1, -1);
		to->open = true;
		dynamic_round(s, to, content, name, key, value, depth);
	}
	if (!collection)
		return;
	const bl_item **items = c->kind == BL_MAP ? bl_tf_sorted(tf, c) : NULL;
	for (uint32_t i = 0; i < c->n && bl_tf_spend(tf, 20, each->span); i++) {
		const bl_value *value = items ? items[i]->value : c->list[i];
		const bl_value *key = items ? bl_value_string(tf->arena, items[i]->key_span, items[i]->key)
				      : c->shape == BL_SHAPE_SET ? value
								 : bl_value_number(tf->arena, each->span, i);
		dynamic_round(s, to, content, name, key, bl_tf_marked(tf, value, c->sensitive), depth);
	}
}

static void add_blocks(const bl_tf_scope *s, body *o, const bl_block *b, bool top, int depth)
{
	for (size_t i = 0; i < b->blocks.n; i++) {
		const bl_block *c = b->blocks.items[i];
		if (top && is_meta_block(c->kind))
			continue;
		if (bl_str_eqz(c->kind, "dynamic")) {
			add_dynamic(s, o, c, depth);
			continue;
		}
		nested *to = nested_of(s->tf->arena, o, c->kind, c->head);
		bl_vec_push(s->tf->arena, &to->list, eval_body(s, c, false, depth + 1));
	}
}

static const bl_value *eval_body(const bl_tf_scope *s, const bl_block *b, bool top, int depth)
{
	bl_tf *tf = s->tf;
	size_t most = b->attrs.n + b->blocks.n;
	body o = {.depth = depth, .attrs.items = {bl_new_n(tf->arena, bl_item, most), 0, most}};
	if (depth > BL_EVAL_MAX_DEPTH)
		return bl_tf_error(tf, b->head, "blocks are nested deeper than %d levels", BL_EVAL_MAX_DEPTH);
	for (size_t i = 0; i < b->attrs.n; i++) {
		const bl_attr *a = &b->attrs.items[i];
		if (top && is_meta(a->name))
			continue;
		const bl_value *v = bl_tf_eval(s, a->expr);
		/* an argument that is null was not set at all */
		if (v->kind != BL_NULL)
			bl_tf_put(tf, &o.attrs, a->name, a->span, bl_tf_plain(tf, v, true));
	}
	add_blocks(s, &o, b, top, depth);
	for (size_t i = 0; i < o.blocks.n; i++) {
		nested *n = &o.blocks.items[i];
		if (!n->list.n && !n->open)
			continue;
		/* the one block that a plan shows as an object; providers share its form */
		bool single = top && n->list.n == 1 && !n->open && bl_str_eqz(n->kind, "timeouts");
		bl_value *list = bl_values_value(tf->arena, n->span, &n->list);
		list->open = n->open;
		bl_tf_put(tf, &o.attrs, n->kind, n->span, single ? n->list.items[0] : list);
	}
	return bl_tf_built(tf, &o.attrs, b->span);
}

/*
 * What references see of a written value: the same, but what nobody wrote waits for deployment. Only nested blocks and
 * the resource itself grow members there; an argument's own object does not.
 */
static const bl_value *seen(bl_tf *tf, const bl_value *v, const bl_block *b, bl_str address, bl_str path)
{
	if (v->kind != BL_MAP)
		return v;
	bl_value *c = bl_value_at(tf->arena, v, v->span);
	bl_ref *rest = bl_new(tf->arena, bl_ref);
	*rest = (bl_ref){address, path};
	c->open = true;
	c->rest = rest;
	c->map = bl_new_n(tf->arena, bl_item, v->n);
	for (uint32_t i = 0; i < v->n; i++) {
		const bl_item *item = &v->map[i];
		c->map[i] = *item;
		bool attribute = false;
		for (size_t a = 0; a < b->attrs.n && !attribute; a++)
			attribute = bl_str_eq(b->attrs.items[a].name, item->key);
		if (attribute || item->value->kind != BL_LIST)
			continue;
		bl_value *list = bl_value_at(tf->arena, item->value, item->value->span);
		list->list = bl_new_n(tf->arena, const bl_value *, list->n);
		for (uint32_t k = 0; k < list->n; k++) {
			bl_str step = bl_str_fmt(tf->arena, BL_FMT "%s" BL_FMT ".%u", BL_ARG(path), path.n ? "." : "", BL_ARG(item->key), k);
			bl_ref *inner = bl_new(tf->arena, bl_ref);
			*inner = (bl_ref){address, step};
			if (item->value->list[k]->kind != BL_MAP) {
				list->list[k] = item->value->list[k];
				continue;
			}
			bl_value *element = bl_value_at(tf->arena, item->value->list[k], item->value->list[k]->span);
			element->open = true;
			element->rest = inner;
			list->list[k] = element;
		}
		c->map[i].value = list;
	}
	return c;
}

static bl_str provider_of(const bl_block *b, bl_str type)
{
	bl_str head;
	bl_str_cut(type, '_', &head);
	return head;
}

/* An attribute that is worked out from the arguments alone, for the data sources where rules need it. */
static const bl_value *with_computed(bl_tf *tf, bl_str type, const bl_value *native)
{
	if (!bl_str_eqz(type, "aws_iam_policy_document") || native->kind != BL_MAP)
		return native;
	return bl_value_with(tf->arena, native, BL_STR("json"), bl_tf_policy_document(tf, native));
}

static void add_instance(const bl_tf_scope *s, bl_tf_item *item, bl_tf_instance *instance)
{
	bl_tf *tf = s->tf;
	const bl_block *b = item->block;
	const bl_tf_module *m = s->module;
	bl_tf_scope inner = {tf, s->module, instance->frame};
	bl_resource *r = bl_new(tf->arena, bl_resource);
	r->root = tf->input->root;
	r->language = BL_LANG_TERRAFORM;
	r->address = instance->address;
	r->native_type = r->type = bl_block_label(b, 0);
	r->label = bl_block_label(b, 1);
	r->typed_address = bl_str_fmt(tf->arena, BL_FMT "." BL_FMT, BL_ARG(r->native_type), BL_ARG(r->label));
	r->provider = provider_of(b, r->native_type);
	r->module = m->address;
	r->existing = item->data;
	r->condition = bl_tri_and(m->condition, bl_tri_and(item->condition, instance->condition));
	r->part_keys = instance->part_keys;
	r->span = b->span;
	r->head = b->head;
	r->via = m->via;
	bool perhaps = r->condition == BL_MAYBE;
	size_t errors = tf->errors;
	tf->quiet += perhaps;
	const bl_value *native = eval_body(&inner, b, true, 0);
	tf->quiet -= perhaps;
	if (perhaps)
		tf->errors = errors;
	if (item->data)
		native = with_computed(tf, r->native_type, native);
	r->native = native;
	instance->resource = r;
	instance->object = bl_tf_provided(tf, b, item->data, instance->address, native, seen(tf, native, b, instance->address, BL_STR("")));
}

void bl_tf_resource(const bl_tf_scope *scope, bl_tf_item *item)
{
	bl_tf *tf = scope->tf;
	const bl_tf_module *m = scope->module;
	bl_tf_scope s = {tf, scope->module, m->frame};
	if (item->state != BL_TF_NEW)
		return;
	bl_tf_begin_item(tf, item);
	bl_str base = m->address.n ? bl_str_fmt(tf->arena, BL_FMT "." BL_FMT, BL_ARG(m->address), BL_ARG(item->name)) : item->name;
	bl_tf_instances(&s, item, base);
	for (size_t i = 0; i < item->instances.n; i++)
		add_instance(&s, item, &item->instances.items[i]);
	bl_tf_end_item(tf, item);
}

/* count and for_each: which instances there are, and what each and count are in them. */
#include "eval/terraform.h"

#include "core/codec/number.h"

/* A key as addresses show it: with the escapes that the language's own texts have. */
static bl_str quoted(bl_arena *arena, bl_str key)
{
	static const char plain[] = "\"\\\n\r\t", names[] = "\"\\nrt";
	bl_buf out = {0};
	bl_buf_putc(&out, '"');
	for (size_t i = 0; i < key.n; i++) {
		const char *at = key.p[i] ? strchr(plain, key.p[i]) : NULL;
		if (at)
			bl_buf_putf(&out, "\\%c", names[at - plain]);
		else if ((unsigned char)key.p[i] < ' ' || key.p[i] == 127)
			bl_buf_putf(&out, "\\u%04x", (unsigned)(unsigned char)key.p[i]);
		else if ((key.p[i] == '$' || key.p[i] == '%') && i + 1 < key.n && key.p[i + 1] == '{')
			bl_buf_putf(&out, "%c%c", key.p[i], key.p[i]);
		else
			bl_buf_putc(&out, key.p[i]);
	}
	bl_buf_putc(&out, '"');
	bl_str s = bl_str_dup(arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return s;
}

static bl_value *object_of(bl_tf *tf, const char *const *names, const bl_value *const *values, size_t n)
{
	bl_item *items = bl_new_n(tf->arena, bl_item, n);
	for (size_t i = 0; i < n; i++)
		items[i] = (bl_item){bl_str_of(names[i]), BL_NOWHERE, values[i]};
	return bl_value_map(tf->arena, BL_NOWHERE, items, n);
}

static bool room(bl_tf *tf, bl_span span)
{
	size_t most = tf->input->options && tf->input->options->max_instances ? tf->input->options->max_instances
									      : BL_EVAL_MAX_INSTANCES;
	if (++tf->instances <= most)
		return true;
	if (!tf->out_of_instances)
		bl_diag_add(tf->arena, tf->diags, BL_DIAG_ERROR, span, "more than %zu instances: the rest is left out", most);
	tf->out_of_instances = true;
	return false;
}

static void add(const bl_tf_scope *s, bl_tf_item *item, const bl_value *key, bl_str address, const bl_tf_frame *frame)
{
	if (!room(s->tf, item->block->head))
		return;
	bl_tf_instance *instance = bl_vec_add(s->tf->arena, &item->instances);
	instance->key = key;
	instance->address = address;
	instance->frame = frame;
}

static const bl_tf_frame *count_frame(const bl_tf_scope *s, const bl_value *index)
{
	static const char *const names[] = {"index"};
	bl_tf_frame *frame = bl_new(s->tf->arena, bl_tf_frame);
	*frame = (bl_tf_frame){s->frame, BL_STR("count"), object_of(s->tf, names, &index, 1)};
	return frame;
}

static const bl_tf_frame *each_frame(const bl_tf_scope *s, const bl_value *key, const bl_value *value)
{
	static const char *const names[] = {"key", "value"};
	const bl_value *values[] = {key, value};
	bl_tf_frame *frame = bl_new(s->tf->arena, bl_tf_frame);
	*frame = (bl_tf_frame){s->frame, BL_STR("each"), object_of(s->tf, names, values, 2)};
	return frame;
}

/* The largest count there can be, when its candidates say so: -1 when they do not. */
static long long most_of(bl_tf *tf, const bl_value *v)
{
	long long most = -1, n;
	for (size_t i = 0; i < v->unknown->ncandidates; i++) {
		const bl_value *c = bl_tf_to_number(tf, v->unknown->candidates[i]);
		if (!c || c->kind != BL_NUMBER || !bl_number_integer(c->digits, &n) || n < 0)
			return -1;
		most = n > most ? n : most;
	}
	return most;
}

static void expand_count(const bl_tf_scope *s, bl_tf_item *item, const bl_attr *attr, bl_str base)
{
	bl_tf *tf = s->tf;
	const bl_value *v = bl_tf_eval(s, attr->expr), *number = bl_tf_to_number(tf, v);
	long long n = -1;
	item->counted = true;
	if (number && number->kind == BL_NUMBER && !bl_number_integer(number->digits, &n))
		n = -1;
	if (number && number->kind == BL_UNKNOWN) {
		item->condition = BL_MAYBE;
		n = most_of(tf, number);
		if (n != 0 && n != 1) {
			const bl_value *index = bl_tf_unknown_of(tf, attr->span, &v, 1, BL_NUMBER);
			item->open = true;
			add(s, item, index, bl_str_fmt(tf->arena, BL_FMT "[*]", BL_ARG(base)), count_frame(s, index));
			return;
		}
	} else if (n < 0) {
		bl_tf_error(tf, attr->span, "count must be a whole number that is not negative");
		return;
	}
	for (long long i = 0; i < n && !tf->out_of_instances; i++) {
		const bl_value *index = bl_value_number(tf->arena, attr->span, (double)i);
		add(s, item, index, bl_str_fmt(tf->arena, BL_FMT "[%lld]", BL_ARG(base), i), count_frame(s, index));
	}
}

static void add_open(const bl_tf_scope *s, bl_tf_item *item, const bl_attr *attr, bl_str base, const bl_value *v)
{
	bl_tf *tf = s->tf;
	const bl_value *key = bl_tf_unknown_of(tf, attr->span, &v, 1, BL_STRING);
	const bl_value *value = bl_tf_unknown_of(tf, attr->span, &v, 1, -1);
	item->open = true;
	item->condition = BL_MAYBE;
	add(s, item, key, bl_str_fmt(tf->arena, BL_FMT "[*]", BL_ARG(base)), each_frame(s, key, value));
}

static void expand_for_each(const bl_tf_scope *s, bl_tf_item *item, const bl_attr *attr, bl_str base)
{
	bl_tf *tf = s->tf;
	const bl_value *v = bl_tf_eval(s, attr->expr);
	item->keyed = true;
	if (v->kind == BL_UNKNOWN) {
		add_open(s, item, attr, base, v);
		return;
	}
	if (v->kind != BL_MAP && !(v->kind == BL_LIST && v->shape == BL_SHAPE_SET)) {
		bl_tf_error(tf, attr->span, "for_each needs a map or a set of strings, not %s", bl_tf_kind_name(v));
		add_open(s, item, attr, base, v);
		return;
	}
	const bl_item **items = v->kind == BL_MAP ? bl_tf_sorted(tf, v) : NULL;
	bool open = v->open;
	for (uint32_t i = 0; i < v->n && !tf->out_of_instances; i++) {
		const bl_value *value = items ? items[i]->value : bl_tf_to_string(tf, v->list[i]);
		const bl_value *key = items ? bl_value_string(tf->arena, items[i]->key_span, items[i]->key) : value;
		if (!key || key->kind != BL_STRING) {
			open = true;
			continue;
		}
		bl_str address = bl_str_fmt(tf->arena, BL_FMT "[" BL_FMT "]", BL_ARG(base), BL_ARG(quoted(tf->arena, key->string)));
		add(s, item, key, address, each_frame(s, key, value));
	}
	if (open)
		add_open(s, item, attr, base, v);
}

void bl_tf_instances(const bl_tf_scope *s, bl_tf_item *item, bl_str base)
{
	const bl_attr *count = bl_block_attr(item->block, "count"), *each = bl_block_attr(item->block, "for_each");
	const bl_attr *enabled = NULL;
	for (size_t i = 0; i < item->block->blocks.n; i++)
		if (bl_str_eqz(item->block->blocks.items[i]->kind, "lifecycle"))
			enabled = bl_block_attr(item->block->blocks.items[i], "enabled");
	if (count) {
		expand_count(s, item, count, base);
	} else if (each) {
		expand_for_each(s, item, each, base);
	} else {
		if (enabled) {
			const bl_value *v = bl_tf_eval(s, enabled->expr);
			item->condition = v->kind == BL_BOOL ? bl_tri_of(v->boolean) : BL_MAYBE;
			if (item->condition == BL_NO)
				return;
		}
		add(s, item, NULL, base, s->frame);
	}
}

const bl_value *bl_tf_instances_value(const bl_tf_scope *s, bl_tf_item *item, bl_str base)
{
	bl_tf *tf = s->tf;
	bl_span span = item->block->head;
	size_t n = item->instances.n;
	if (!item->counted && !item->keyed)
		return n ? item->instances.items[0].object : bl_value_waits(tf->arena, span, base, BL_STR(""));
	if (item->value)
		return item->value;
	bl_ref *rest = bl_new(tf->arena, bl_ref);
	rest->address = bl_str_fmt(tf->arena, BL_FMT "[*]", BL_ARG(base));
	bl_value *v;
	bool partial = false;
	for (size_t i = 0; i < n; i++)
		partial |= item->instances.items[i].partial;
	if (item->counted) {
		const bl_value **list = bl_new_n(tf->arena, const bl_value *, n);
		for (size_t i = 0; i < n; i++)
			list[i] = item->instances.items[i].object;
		v = bl_value_list(tf->arena, span, list, n);
	} else {
		bl_tf_builder b = {0};
		for (size_t i = 0; i < n; i++)
			if (item->instances.items[i].key->kind == BL_STRING)
				bl_tf_put(tf, &b, item->instances.items[i].key->string, span, item->instances.items[i].object);
		v = bl_tf_built(tf, &b, span);
	}
	v->open = item->open;
	v->rest = item->open ? rest : NULL;
	if (!partial)
		item->value = v;
	return v;
}

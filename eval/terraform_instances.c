/* count and for_each: which instances there are, and what each and count are in them. */
#include "eval/terraform.h"

#include "core/codec/number.h"

#include <ctype.h>

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

static bl_tf_instance *add(const bl_tf_scope *s, bl_tf_item *item, const bl_value *key, bl_str address, const bl_tf_frame *frame)
{
	if (!room(s->tf, item->block->head))
		return NULL;
	bl_tf_instance *instance = bl_vec_add(s->tf->arena, &item->instances);
	instance->key = key;
	instance->condition = BL_YES;
	instance->part_keys = s->module->part_keys;
	instance->address = address;
	instance->frame = frame;
	return instance;
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
	bl_tf_instance *instance = add(s, item, key, bl_str_fmt(tf->arena, BL_FMT "[*]", BL_ARG(base)), each_frame(s, key, value));
	if (instance)
		instance->condition = BL_MAYBE;
}

/* What is known of a key, '*' for what is not. Marks between two such are not worth a look: "rg-*" of "rg-" and two words with a hyphen. */
static bl_str key_text(bl_arena *arena, const bl_value *key)
{
	bl_buf out = {0};
	bl_str piece, rest = bl_value_pattern(arena, key);
	for (bool first = true, more = true; more; first = false) {
		more = memchr(rest.p, BL_GAP, rest.n) != NULL;
		rest = bl_str_cut(rest, BL_GAP, &piece);
		bool words = first || !more;
		for (size_t i = 0; i < piece.n && !words; i++)
			words = isalnum((unsigned char)piece.p[i]) || (unsigned char)piece.p[i] >= 0x80 || piece.p[i] == '/';
		if (words)
			bl_buf_put(&out, piece);
		if (more && (!out.n || words || out.p[out.n - 1] != '*'))
			bl_buf_putc(&out, '*');
	}
	bl_str s = quoted(arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return s;
}

static bool is_taken(const bl_tf_item *item, bl_str address)
{
	for (size_t i = 0; i < item->instances.n; i++)
		if (bl_str_eq(item->instances.items[i].address, address))
			return true;
	return false;
}

/* An instance whose key is known, or in part. Those that look alike are numbered. */
static void add_keyed(const bl_tf_scope *s, bl_tf_item *item, bl_str base, const bl_tf_entry *e)
{
	bl_arena *arena = s->tf->arena;
	const bl_value *key = e->key ? e->key : e->value;
	bool known = key->kind == BL_STRING;
	bl_str text = known ? quoted(arena, key->string) : key_text(arena, key);
	bl_str address = bl_str_fmt(arena, BL_FMT "[" BL_FMT "]", BL_ARG(base), BL_ARG(text));
	for (int n = 2; !known && is_taken(item, address); n++)
		address = bl_str_fmt(arena, BL_FMT "[" BL_FMT "#%d\"]", BL_ARG(base), BL_ARG(bl_str_slice(text, 0, text.n - 1)), n);
	bl_tf_instance *instance = add(s, item, key, address, each_frame(s, key, e->value));
	if (!instance)
		return;
	instance->condition = e->there;
	if (known)
		return;
	bl_part_key *part = bl_new(arena, bl_part_key);
	*part = (bl_part_key){base.n, key, s->module->part_keys};
	instance->part_keys = part;
}

/* An element of a set as a key: elements that are no strings become some. */
static bool as_key(bl_tf *tf, bl_tf_entry *e)
{
	if (!e->key)
		e->value = bl_tf_to_string(tf, e->value);
	return e->key || (e->value && e->value->kind != BL_NULL);
}

/* Elements of a set that may be one are one instance, or two. */
static void doubt_twins(bl_tf *tf, bl_tf_entries *e)
{
	for (size_t i = 0; i < e->list.n; i++)
		for (size_t k = 0; k < i && !e->list.items[i].key && bl_tf_spend(tf, 1, e->list.items[i].span); k++)
			if (bl_tf_equal(e->list.items[k].value, e->list.items[i].value) != BL_NO)
				e->list.items[i].there = BL_MAYBE;
}

static void expand_for_each(const bl_tf_scope *s, bl_tf_item *item, const bl_attr *attr, bl_str base)
{
	bl_tf *tf = s->tf;
	const bl_value *v = bl_tf_eval(s, attr->expr);
	bl_tf_entries entries;
	item->keyed = true;
	int kind = v->kind == BL_UNKNOWN ? v->unknown->type : v->kind;
	bool list = v->kind == BL_LIST && v->shape != BL_SHAPE_SET;
	if (!list && (kind == BL_MAP || kind == BL_LIST || kind < 0) && bl_tf_entries_of(tf, v, &entries) && entries.list.n <= BL_EVAL_MAX_INSTANCES) {
		bool open = entries.open;
		if (v->kind != BL_MAP && entries.list.n <= BL_TF_MAX_ENTRIES)
			doubt_twins(tf, &entries);
		for (size_t i = 0; i < entries.list.n && !tf->out_of_instances; i++) {
			bl_tf_entry *e = &entries.list.items[i];
			/* those that are not known are compared with all others */
			bool usable = as_key(tf, e) && ((e->key ? e->key : e->value)->kind == BL_STRING || i < BL_TF_MAX_ENTRIES);
			open |= !usable;
			if (usable)
				add_keyed(s, item, base, e);
		}
		if (open)
			add_open(s, item, attr, base, v);
		return;
	}
	if (v->kind != BL_UNKNOWN)
		bl_tf_error(tf, attr->span, "for_each needs a map or a set of strings, not %s", bl_tf_kind_name(v));
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
	const bl_value *v;
	bool partial = false;
	for (size_t i = 0; i < n; i++)
		partial |= item->instances.items[i].partial;
	if (item->counted) {
		const bl_value **list = bl_new_n(tf->arena, const bl_value *, n);
		for (size_t i = 0; i < n; i++)
			list[i] = item->instances.items[i].object;
		bl_value *made = bl_value_list(tf->arena, span, list, n);
		made->open = item->open;
		made->rest = item->open ? rest : NULL;
		v = made;
	} else {
		bl_tf_entries e = {.open = item->open, .distinct = true, .rest = item->open ? rest : NULL};
		for (size_t i = 0; i < n; i++) {
			const bl_tf_instance *instance = &item->instances.items[i];
			if (instance->key->kind == BL_STRING || instance->part_keys != s->module->part_keys)
				bl_tf_add_entry(tf, &e, (bl_tf_entry){instance->key, instance->object, span, instance->condition});
		}
		v = bl_tf_entries_value(tf, span, BL_MAP, &e);
	}
	if (!partial)
		item->value = v;
	return v;
}

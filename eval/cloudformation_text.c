/* CloudFormation's functions that make text and address blocks: Fn::Base64, Fn::Cidr, Fn::Split, Fn::ToJsonString. */
#include "core/codec/base64.h"
#include "core/codec/cidr.h"
#include "core/codec/json.h"
#include "eval/cloudformation.h"

enum { MAX_BLOCKS = 256 }; /* Fn::Cidr's own limit */

/* A computed string, as sensitive as what it is made from. */
static const bl_value *text_of(bl_stack *s, bl_str text, const bl_value *from, bl_span span)
{
	bl_value *v = bl_value_string(s->run->arena, span, text);
	v->origin = BL_COMPUTED;
	v->sensitive = bl_stack_is_sensitive(from);
	v->via = from->via;
	return v;
}

const bl_value *bl_stack_base64(bl_stack *s, const bl_value *argument, bl_span span, int depth)
{
	const bl_value *v = bl_stack_evaluate(s, argument, depth + 1);
	bl_str text;
	if (!bl_stack_text(v, &text))
		return bl_stack_unknown(s, span, BL_STRING, &v, 1, "what Fn::Base64 encodes is not known");
	if (!bl_stack_spend_bytes(s->run, text.n * 4 / 3))
		return bl_stack_unknown(s, span, BL_STRING, &v, 1, "the template is past the limits of evaluation");
	bl_buf out = {0};
	bl_base64_write(text, &out);
	bl_str encoded = bl_str_dup(s->run->arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return text_of(s, encoded, v, span);
}

const bl_value *bl_stack_split(bl_stack *s, const bl_value *argument, bl_span span, int depth)
{
	bool two = argument->kind == BL_LIST && argument->n == 2;
	const bl_value *separator = two ? bl_stack_evaluate(s, argument->list[0], depth + 1) : &bl_value_null;
	const bl_value *v = two ? bl_stack_evaluate(s, argument->list[1], depth + 1) : &bl_value_null;
	bl_str between, text;
	if (!bl_stack_text(separator, &between) || !between.n || !bl_stack_text(v, &text))
		return bl_stack_unknown(s, span, BL_LIST, &v, 1, "the text of Fn::Split is not known");
	bl_values parts = {0};
	size_t at = 0;
	for (ptrdiff_t hit; (hit = bl_str_find(text, between, at)) >= 0 && bl_stack_spend(s->run, 1); at = (size_t)hit + between.n)
		bl_vec_push(s->run->arena, &parts, text_of(s, bl_str_slice(text, at, (size_t)hit), v, span));
	bl_vec_push(s->run->arena, &parts, text_of(s, bl_str_slice(text, at, text.n), v, span));
	bl_value *list = bl_values_value(s->run->arena, span, &parts);
	list->origin = BL_COMPUTED;
	return list;
}

/*
 * [block, count, bits]: count blocks with bits left for hosts, the first ones of block. Documented example:
 * !Cidr ["192.168.0.0/24", 6, 5] is six blocks of /27.
 */
static const bl_value *blocks(bl_stack *s, bl_cidr block, size_t count, size_t bits, bl_span span)
{
	int whole = 8 * block.size, from = (int)block.prefix, to = whole - (int)bits;
	bl_values out = {0};
	if (to < from || (to - from < 9 && count > (size_t)1 << (to - from)))
		return NULL;
	block.prefix = to;
	for (size_t i = 0; i < count; i++) {
		bl_cidr one = block;
		bl_cidr_set(&one, i, from, to);
		bl_value *v = bl_value_string(s->run->arena, span, bl_cidr_print(s->run->arena, &one, true));
		v->origin = BL_COMPUTED;
		bl_vec_push(s->run->arena, &out, v);
	}
	return bl_values_value(s->run->arena, span, &out);
}

const bl_value *bl_stack_cidr(bl_stack *s, const bl_value *argument, bl_span span, int depth)
{
	const bl_value *v[3] = {&bl_value_null, &bl_value_null, &bl_value_null};
	bl_cidr block;
	size_t count, bits;
	if (argument->kind != BL_LIST || argument->n < 2 || argument->n > 3)
		return bl_stack_unknown(s, span, BL_LIST, NULL, 0, "Fn::Cidr needs a block, a count and a number of bits");
	for (uint32_t i = 0; i < argument->n; i++)
		v[i] = bl_stack_evaluate(s, argument->list[i], depth + 1);
	if (v[0]->kind == BL_STRING && bl_stack_count(v[1], &count) && count && count <= MAX_BLOCKS && bl_stack_count(v[2], &bits) &&
		bl_cidr_read(s->run->arena, v[0]->string, &block) && bits <= (size_t)8 * (size_t)block.size) {
		const bl_value *list = bl_stack_spend(s->run, count) ? blocks(s, block, count, bits, span) : NULL;
		if (list)
			return list;
	}
	return bl_stack_unknown(s, span, BL_LIST, v, 3, "the blocks that Fn::Cidr gives are not known");
}

const bl_value *bl_stack_json(bl_stack *s, const bl_value *argument, bl_span span, int depth)
{
	const bl_value *v = bl_stack_evaluate(s, argument, depth + 1);
	if (bl_value_has_unknown(v)) {
		bl_value *text = bl_stack_unknown(s, span, BL_STRING, &v, 1, "a part of the text is known when the stack is deployed");
		((bl_unknown *)text->unknown)->decoded = v;
		return text;
	}
	/* a printer hides what is sensitive: the text is never made */
	if (bl_stack_is_sensitive(v))
		return bl_stack_unknown(s, span, BL_STRING, &v, 1, "a part of the text is sensitive");
	bl_buf out = {0};
	bl_json j;
	bl_json_begin(&j, &out, false);
	bl_json_value(&j, v);
	bl_str text = bl_str_dup(s->run->arena, bl_buf_str(&out));
	bl_buf_done(&out);
	if (!bl_stack_spend_bytes(s->run, text.n))
		return bl_stack_unknown(s, span, BL_STRING, &v, 1, "the template is past the limits of evaluation");
	return text_of(s, text, v, span);
}

/*
 * A value is its kind in one byte, then: a boolean 0 or 1; a number's digits and a string as length and bytes; a list or a map
 * the count of its members, the bytes they take, and the members, a map's each behind its key. Lengths and counts are LEB128.
 */
#include "core/codec/pack.h"

#include <assert.h>

static void put_length(bl_buf *out, size_t n)
{
	for (; n > 0x7F; n >>= 7)
		bl_buf_putc(out, (char)(n | 0x80));
	bl_buf_putc(out, (char)n);
}

static void put_text(bl_buf *out, bl_str s)
{
	put_length(out, s.n);
	bl_buf_put(out, s);
}

static void put_members(bl_buf *out, const bl_value *v)
{
	bl_buf members = {0};
	for (uint32_t i = 0; i < v->n; i++) {
		if (v->kind == BL_MAP)
			put_text(&members, v->map[i].key);
		bl_pack(&members, v->kind == BL_MAP ? v->map[i].value : v->list[i]);
	}
	put_length(out, v->n);
	put_text(out, bl_buf_str(&members));
	bl_buf_done(&members);
}

void bl_pack(bl_buf *out, const bl_value *v)
{
	assert(v->kind != BL_UNKNOWN);
	bl_buf_putc(out, (char)v->kind);
	if (v->kind == BL_BOOL)
		bl_buf_putc(out, v->boolean);
	else if (v->kind == BL_NUMBER)
		put_text(out, v->digits);
	else if (v->kind == BL_STRING)
		put_text(out, v->string);
	else if (v->kind == BL_LIST || v->kind == BL_MAP)
		put_members(out, v);
}

/* What is left to read. */
typedef struct reader {
	bl_arena *arena;
	const char *p, *end;
} reader;

static unsigned char take_byte(reader *r)
{
	assert(r->p < r->end);
	return (unsigned char)*r->p++;
}

static size_t take_length(reader *r)
{
	size_t n = 0;
	for (unsigned shift = 0;; shift += 7) {
		unsigned char c = take_byte(r);
		n |= (size_t)(c & 0x7F) << shift;
		if (c < 0x80)
			return n;
	}
}

static bl_str take_text(reader *r)
{
	size_t n = take_length(r);
	assert(n <= (size_t)(r->end - r->p));
	r->p += n;
	return bl_str_make(r->p - n, n);
}

static void skip_value(reader *r)
{
	bl_kind kind = take_byte(r);
	if (kind == BL_LIST || kind == BL_MAP)
		take_length(r);
	if (kind == BL_BOOL)
		take_byte(r);
	else if (kind != BL_NULL)
		take_text(r);
}

static const bl_value *take_value(reader *r)
{
	bl_kind kind = take_byte(r);
	if (kind == BL_NULL)
		return &bl_value_null;
	if (kind == BL_BOOL)
		return bl_value_bool(r->arena, BL_NOWHERE, take_byte(r));
	if (kind == BL_NUMBER)
		return bl_value_digits(r->arena, BL_NOWHERE, take_text(r));
	if (kind == BL_STRING)
		return bl_value_string(r->arena, BL_NOWHERE, take_text(r));
	size_t n = take_length(r);
	take_length(r);
	if (kind == BL_LIST) {
		const bl_value **list = bl_new_n(r->arena, const bl_value *, n);
		for (size_t i = 0; i < n; i++)
			list[i] = take_value(r);
		return bl_value_list(r->arena, BL_NOWHERE, list, n);
	}
	bl_item *map = bl_new_n(r->arena, bl_item, n);
	for (size_t i = 0; i < n; i++) {
		map[i].key = take_text(r);
		map[i].value = take_value(r);
	}
	return bl_value_map(r->arena, BL_NOWHERE, map, n);
}

const bl_value *bl_unpack(bl_arena *arena, bl_str packed)
{
	reader r = {arena, packed.p, packed.p + packed.n};
	return take_value(&r);
}

const bl_value *bl_unpack_member(bl_arena *arena, bl_str packed, bl_str key)
{
	reader r = {arena, packed.p, packed.p + packed.n};
	if (take_byte(&r) != BL_MAP)
		return NULL;
	size_t n = take_length(&r);
	take_length(&r);
	for (size_t i = 0; i < n; i++) {
		if (bl_str_eq(take_text(&r), key))
			return take_value(&r);
		skip_value(&r);
	}
	return NULL;
}

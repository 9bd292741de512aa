/* Functions that write and read other notations: JSON, Base64, URLs. */
#include "core/codec/json.h"
#include "core/codec/number.h"
#include "eval/functions/functions.h"

/* Strings as Go's JSON writes them: what HTML would take for markup is escaped too. */
static void put_string(bl_buf *out, bl_str s)
{
	bl_buf_putc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '"' || c == '\\')
			bl_buf_putf(out, "\\%c", c);
		else if (c == '\n')
			bl_buf_putz(out, "\\n");
		else if (c == '\r')
			bl_buf_putz(out, "\\r");
		else if (c == '\t')
			bl_buf_putz(out, "\\t");
		else if (c < 0x20 || c == '<' || c == '>' || c == '&')
			bl_buf_putf(out, "\\u%04x", c);
		else if (c == 0xe2 && i + 2 < s.n && (unsigned char)s.p[i + 1] == 0x80 && ((unsigned char)s.p[i + 2] & ~1) == 0xa8) {
			bl_buf_putf(out, "\\u202%d", (unsigned char)s.p[i + 2] & 15);
			i += 2;
		} else
			bl_buf_putc(out, (char)c);
	}
	bl_buf_putc(out, '"');
}

static bool write_json(bl_tf *tf, const bl_value *v, bl_buf *out, int depth)
{
	if (depth > BL_JSON_MAX_DEPTH || v->open || !bl_tf_spend(tf, 1, v->span))
		return false;
	switch (v->kind) {
	case BL_NULL:
		bl_buf_putz(out, "null");
		return true;
	case BL_BOOL:
		bl_buf_putz(out, v->boolean ? "true" : "false");
		return true;
	case BL_NUMBER:
		bl_buf_put(out, bl_number_canonical(tf->arena, v->digits));
		return true;
	case BL_STRING:
		put_string(out, v->string);
		return true;
	case BL_LIST:
		bl_buf_putc(out, '[');
		for (uint32_t i = 0; i < v->n; i++) {
			if (i)
				bl_buf_putc(out, ',');
			if (!write_json(tf, v->list[i], out, depth + 1))
				return false;
		}
		bl_buf_putc(out, ']');
		return true;
	case BL_MAP: {
		const bl_item **items = bl_tf_sorted(tf, v);
		bl_buf_putc(out, '{');
		for (uint32_t i = 0; i < v->n; i++) {
			if (i)
				bl_buf_putc(out, ',');
			put_string(out, items[i]->key);
			bl_buf_putc(out, ':');
			if (!write_json(tf, items[i]->value, out, depth + 1))
				return false;
		}
		bl_buf_putc(out, '}');
		return true;
	}
	default:
		return false;
	}
}

bool bl_tf_write_json(bl_tf *tf, const bl_value *v, bl_buf *out)
{
	return write_json(tf, v, out, 0);
}

const bl_value *bl_tf_fn_jsonencode(bl_tf_args *a)
{
	bl_buf out = {0};
	if (bl_tf_write_json(a->tf, a->v[0], &out))
		return bl_tf_take(a, &out);
	bl_value *v = (bl_value *)bl_tf_not_known(a, BL_STRING);
	bl_unknown *u = (bl_unknown *)v->unknown;
	u->not_null = true;
	u->prefix = bl_str_dup(a->arena, bl_buf_str(&out));
	u->decoded = a->v[0];
	bl_buf_done(&out);
	return v;
}

const bl_value *bl_tf_fn_jsondecode(bl_tf_args *a)
{
	bl_error error;
	const bl_value *s = a->v[0];
	if (s->kind == BL_UNKNOWN)
		return s->unknown->decoded ? s->unknown->decoded : bl_tf_not_known(a, -1);
	if (s->kind != BL_STRING)
		return bl_tf_refuse(a, "the text is null");
	const bl_value *v = bl_json_read(a->arena, 0, s->string, &error);
	return v ? v : bl_tf_refuse(a, "%s", error.text);
}

static const char base64_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const bl_value *bl_tf_base64(bl_tf_args *a, bl_str s)
{
	bl_buf out = {0};
	for (size_t i = 0; i < s.n; i += 3) {
		const unsigned char *p = (const unsigned char *)s.p + i;
		size_t left = s.n - i;
		uint32_t bits = (uint32_t)p[0] << 16 | (left > 1 ? (uint32_t)p[1] << 8 : 0) | (left > 2 ? p[2] : 0);
		bl_buf_putc(&out, base64_letters[bits >> 18]);
		bl_buf_putc(&out, base64_letters[bits >> 12 & 63]);
		bl_buf_putc(&out, left > 1 ? base64_letters[bits >> 6 & 63] : '=');
		bl_buf_putc(&out, left > 2 ? base64_letters[bits & 63] : '=');
	}
	return bl_tf_take(a, &out);
}

const bl_value *bl_tf_fn_base64encode(bl_tf_args *a)
{
	return bl_tf_base64(a, a->v[0]->string);
}

bool bl_tf_valid_utf8(bl_str s)
{
	for (size_t i = 0; i < s.n;) {
		unsigned char c = (unsigned char)s.p[i];
		size_t n = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 0;
		if (!n || i + n > s.n)
			return false;
		for (size_t k = 1; k < n; k++)
			if (((unsigned char)s.p[i + k] & 0xc0) != 0x80)
				return false;
		i += n;
	}
	return true;
}

const bl_value *bl_tf_fn_base64decode(bl_tf_args *a)
{
	bl_str s = a->v[0]->string;
	bl_buf out = {0};
	uint32_t bits = 0;
	size_t n = 0, padding = 0;
	for (size_t i = 0; i < s.n; i++) {
		const char *at = s.p[i] ? strchr(base64_letters, s.p[i]) : NULL;
		if (s.p[i] == '\n' || s.p[i] == '\r')
			continue;
		if (s.p[i] == '=' && padding < 2) {
			padding++;
			continue;
		}
		if (!at || padding) {
			bl_buf_done(&out);
			return bl_tf_refuse(a, "the text is no Base64");
		}
		bits = bits << 6 | (uint32_t)(at - base64_letters);
		if (++n % 4 == 0)
			for (int shift = 16; shift >= 0; shift -= 8)
				bl_buf_putc(&out, (char)(bits >> shift));
	}
	bool whole = (n + padding) % 4 == 0 && n % 4 != 1;
	if (n % 4 == 3) {
		bl_buf_putc(&out, (char)(bits >> 10));
		bl_buf_putc(&out, (char)(bits >> 2));
	} else if (n % 4 == 2) {
		bl_buf_putc(&out, (char)(bits >> 4));
	}
	if (!whole || !bl_tf_valid_utf8(bl_buf_str(&out))) {
		bl_buf_done(&out);
		return bl_tf_refuse(a, whole ? "the bytes are no UTF-8 text" : "the text is no Base64");
	}
	return bl_tf_take(a, &out);
}

const bl_value *bl_tf_fn_urlencode(bl_tf_args *a)
{
	bl_str s = a->v[0]->string;
	bl_buf out = {0};
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-_.~", c));
		if (plain)
			bl_buf_putc(&out, (char)c);
		else if (c == ' ')
			bl_buf_putc(&out, '+');
		else
			bl_buf_putf(&out, "%%%02X", c);
	}
	return bl_tf_take(a, &out);
}

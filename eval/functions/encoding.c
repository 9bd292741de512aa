/* Functions that write and read other notations: JSON, Base64, URLs. */
#include "core/codec/base64.h"
#include "core/codec/charset.h"
#include "core/codec/gzip.h"
#include "core/codec/json.h"
#include "core/codec/number.h"
#include "core/codec/unicode.h"
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
	if (depth > BL_JSON_MAX_DEPTH || v->open || out->n > BL_TF_MAX_STRING || !bl_tf_spend(tf, 1, v->span))
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
	const bl_value *v = bl_json_read(a->arena, s->string, &error);
	return v ? v : bl_tf_refuse(a, "%s", error.text);
}

const bl_value *bl_tf_base64(bl_tf_args *a, bl_str s)
{
	bl_buf out = {0};
	bl_base64_write(s, &out);
	return bl_tf_take(a, &out);
}

static const bl_value *charset_wrong(bl_tf_args *a, bl_charset_status status)
{
	bl_str name = a->v[1]->string;
	if (status == BL_CHARSET_NAME)
		return bl_tf_refuse(a, "'" BL_FMT "' is no supported name of an encoding", BL_ARG(name));
	if (status == BL_CHARSET_BYTES)
		return bl_tf_refuse(a, "the text holds what '" BL_FMT "' cannot say", BL_ARG(name));
	return bl_value_unknown(a->arena, a->span, "the encoding '" BL_FMT "' is not installed", BL_ARG(name));
}

const bl_value *bl_tf_fn_base64encode(bl_tf_args *a)
{
	return bl_tf_base64(a, a->v[0]->string);
}

const bl_value *bl_tf_fn_base64decode(bl_tf_args *a)
{
	bl_buf out = {0};
	bool whole = bl_base64_read(a->v[0]->string, &out);
	if (whole && bl_unicode_valid(bl_buf_str(&out)))
		return bl_tf_take(a, &out);
	bl_buf_done(&out);
	return bl_tf_refuse(a, whole ? "the bytes are no UTF-8 text" : "the text is no Base64");
}

/* gzip's bytes are one encoder's own; short texts without repetition are the same from all. */
const bl_value *bl_tf_fn_base64gzip(bl_tf_args *a)
{
	bl_buf out = {0};
	if (!bl_gzip_short(a->v[0]->string, &out)) {
		bl_value *v = bl_value_unknown(a->arena, a->span, "the bytes that gzip makes are not worked out");
		bl_unknown *u = (bl_unknown *)v->unknown;
		u->type = BL_STRING;
		u->not_null = true;
		u->prefix = BL_STR("H4sIAAAAAAAA/");
		return v;
	}
	const bl_value *v = bl_tf_base64(a, bl_buf_str(&out));
	bl_buf_done(&out);
	return v;
}

const bl_value *bl_tf_fn_base64gunzip(bl_tf_args *a)
{
	bl_buf packed = {0}, out = {0};
	bool good = bl_base64_read(a->v[0]->string, &packed) && bl_gzip_read(bl_buf_str(&packed), BL_TF_MAX_STRING, &out) &&
		    bl_unicode_valid(bl_buf_str(&out));
	bl_buf_done(&packed);
	if (good)
		return bl_tf_take(a, &out);
	bl_buf_done(&out);
	return bl_tf_refuse(a, "the text is no Base64 of a gzip of UTF-8 text");
}

const bl_value *bl_tf_fn_textdecodebase64(bl_tf_args *a)
{
	bl_buf bytes = {0}, out = {0};
	bl_charset_status status = BL_CHARSET_BYTES;
	bool base64 = bl_base64_read(a->v[0]->string, &bytes);
	if (base64)
		status = bl_charset_decode(a->v[1]->string, bl_buf_str(&bytes), &out);
	bl_buf_done(&bytes);
	if (status == BL_CHARSET_OK)
		return bl_tf_take(a, &out);
	bl_buf_done(&out);
	if (!base64)
		return bl_tf_refuse(a, "the text is no Base64");
	return charset_wrong(a, status);
}

const bl_value *bl_tf_fn_textencodebase64(bl_tf_args *a)
{
	bl_buf out = {0};
	bl_charset_status status = bl_charset_encode(a->v[1]->string, a->v[0]->string, &out);
	const bl_value *v = status == BL_CHARSET_OK ? bl_tf_base64(a, bl_buf_str(&out)) : charset_wrong(a, status);
	bl_buf_done(&out);
	return v;
}

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

const bl_value *bl_tf_fn_urldecode(bl_tf_args *a)
{
	bl_str s = a->v[0]->string;
	bl_buf out = {0};
	bool good = true;
	for (size_t i = 0; i < s.n && good; i++) {
		if (s.p[i] != '%') {
			bl_buf_putc(&out, s.p[i] == '+' ? ' ' : s.p[i]);
			continue;
		}
		good = i + 2 < s.n && hex(s.p[i + 1]) >= 0 && hex(s.p[i + 2]) >= 0;
		if (good)
			bl_buf_putc(&out, (char)(hex(s.p[i + 1]) << 4 | hex(s.p[i + 2])));
		i += 2;
	}
	if (good && bl_unicode_valid(bl_buf_str(&out)))
		return bl_tf_take(a, &out);
	bl_buf_done(&out);
	return bl_tf_refuse(a, "the text has a '%%' without two hexadecimal digits after it, or is no UTF-8");
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

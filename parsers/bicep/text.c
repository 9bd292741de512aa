/* The pieces of Bicep's strings: quotes off, escapes decoded, interpolations put between. */
#include "parsers/bicep/reader.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* After `\u` at s[i]: `{HEX}`. Returns the bytes read, or 0 when it is no code point. */
static size_t code_point(bl_str s, size_t i, uint32_t *c)
{
	size_t at = i;
	*c = 0;
	if (at >= s.n || s.p[at++] != '{')
		return 0;
	for (; at < s.n && s.p[at] != '}'; at++) {
		int digit = hex_digit(s.p[at]);
		if (digit < 0 || *c > 0x10ffff >> 4)
			return 0;
		*c = *c << 4 | (uint32_t)digit;
	}
	if (at == i + 1 || at >= s.n || (*c >= 0xd800 && *c < 0xe000))
		return 0;
	return at + 1 - i;
}

bl_str bl_bicep_unescape(bl_arena *arena, bl_str s)
{
	if (!s.n || !memchr(s.p, '\\', s.n))
		return s;
	/* An escape never grows: `\u{0}`, the shortest, is five bytes for at most four. */
	char *out = bl_new_n(arena, char, s.n);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		uint32_t c;
		size_t used;
		if (s.p[i] != '\\' || i + 1 == s.n) {
			out[n++] = s.p[i];
			continue;
		}
		switch (s.p[++i]) {
		case 'n':
			out[n++] = '\n';
			break;
		case 'r':
			out[n++] = '\r';
			break;
		case 't':
			out[n++] = '\t';
			break;
		case 'u':
			used = code_point(s, i + 1, &c);
			if (used)
				n += bl_str_put_utf8(out + n, c);
			i += used;
			break;
		default: /* \\ \' \$, and unknown ones as they stand */
			out[n++] = s.p[i];
		}
	}
	return bl_str_make(out, n);
}

/* Without the line break right after the opening quotes. */
static bl_str after_break(bl_str s)
{
	size_t skip = 0;
	if (s.n && s.p[0] == '\r')
		skip++;
	if (skip < s.n && s.p[skip] == '\n')
		skip++;
	return bl_str_slice(s, skip, s.n);
}

static size_t dollars_of(bl_str s)
{
	size_t n = 0;
	while (n < s.n && s.p[n] == '$')
		n++;
	return n;
}

/* One piece's text; *dollars is set at the first piece of a $'''...''' string and read at its others. */
static bl_str piece_text(bl_bicep_reader *r, size_t *dollars)
{
	bl_str s = bl_bicep_text(r);
	switch (bl_bicep_at(r)) {
	case BL_BICEP_STRING:
	case BL_BICEP_STRING_START:
		s = bl_str_slice(s, 1, s.n - (bl_bicep_at(r) == BL_BICEP_STRING ? 1 : 2));
		return bl_bicep_unescape(r->arena, s);
	case BL_BICEP_STRING_MIDDLE:
		return bl_bicep_unescape(r->arena, bl_str_slice(s, 0, s.n - 2));
	case BL_BICEP_STRING_END:
		return bl_bicep_unescape(r->arena, bl_str_slice(s, 0, s.n - 1));
	case BL_BICEP_MULTILINE_STRING:
		return after_break(bl_str_slice(s, 3, s.n - 3));
	case BL_BICEP_MULTILINE_COMPLETE:
		return after_break(bl_str_slice(s, dollars_of(s) + 3, s.n - 3));
	case BL_BICEP_MULTILINE_START:
		*dollars = dollars_of(s);
		return after_break(bl_str_slice(s, *dollars + 3, s.n - *dollars - 1));
	case BL_BICEP_MULTILINE_MIDDLE:
		return bl_str_slice(s, 0, s.n - *dollars - 1);
	case BL_BICEP_MULTILINE_END:
		return bl_str_slice(s, 0, s.n - 3);
	default:
		return bl_str_make("", 0);
	}
}

static bl_expr *interpolated(bl_bicep_reader *r)
{
	bl_span span = bl_bicep_span(r);
	BL_VEC(bl_expr *) parts = {0};
	size_t dollars = 1;
	if (!bl_bicep_enter(r))
		return bl_expr_new(r->arena, BL_EXPR_OPAQUE, span, 0);
	do {
		bl_bicep_node node = bl_bicep_at(r);
		switch (node) {
		case BL_BICEP_STRING_START:
		case BL_BICEP_STRING_MIDDLE:
		case BL_BICEP_STRING_END:
		case BL_BICEP_MULTILINE_COMPLETE:
		case BL_BICEP_MULTILINE_START:
		case BL_BICEP_MULTILINE_MIDDLE:
		case BL_BICEP_MULTILINE_END: {
			bl_str s = piece_text(r, &dollars);
			if (s.n || node == BL_BICEP_MULTILINE_COMPLETE)
				bl_vec_push(r->arena, &parts, bl_expr_string(r->arena, bl_bicep_span(r), s));
			break;
		}
		case BL_BICEP_ERROR:
			bl_bicep_report(r);
			break;
		case BL_BICEP_NONE:
		case BL_BICEP_COMMENT:
			break;
		default:
			bl_vec_push(r->arena, &parts, bl_bicep_expr(r));
		}
	} while (bl_bicep_next(r));
	if (parts.n == 1 && parts.items[0]->kind == BL_EXPR_LITERAL && parts.items[0]->value->kind == BL_STRING) {
		parts.items[0]->span = span;
		return parts.items[0];
	}
	bl_expr *e = bl_expr_new(r->arena, BL_EXPR_TEMPLATE, span, parts.n);
	for (size_t i = 0; i < parts.n; i++)
		e->kids[i] = parts.items[i];
	return e;
}

bl_expr *bl_bicep_string(bl_bicep_reader *r)
{
	size_t dollars = 0;
	switch (bl_bicep_at(r)) {
	case BL_BICEP_STRING:
	case BL_BICEP_MULTILINE_STRING:
		return bl_expr_string(r->arena, bl_bicep_span(r), piece_text(r, &dollars));
	default:
		return interpolated(r);
	}
}

/* BuildKit's notation for a parsed Dockerfile: one instruction a line, its words quoted as Go
 * quotes strings. */
#include "parsers/dockerfile/dockerfile.h"

/* A character's bytes and its number; 0 where s doesn't begin with valid UTF-8. */
static size_t decode(bl_str s, uint32_t *point)
{
	unsigned char c = (unsigned char)s.p[0];
	size_t n = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	if (!n || n > s.n)
		return 0;
	*point = n == 1 ? c : c & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)s.p[i] & 0xc0) != 0x80)
			return 0;
		*point = *point << 6 | ((unsigned char)s.p[i] & 0x3f);
	}
	return *point < least[n] || *point > 0x10ffff || (*point >= 0xd800 && *point < 0xe000) ? 0
											       : n;
}

/* White space and control characters outside ASCII, which are shown by number. */
static bool is_hidden(uint32_t c)
{
	return (c >= 0x80 && c <= 0xa0) || c == 0xad || (c >= 0x2000 && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202f) || (c >= 0x205f && c <= 0x206f) || c == 0x3000 ||
	       (c >= 0xe000 && c <= 0xf8ff) || c == 0xfeff || (c >= 0xfff0 && c <= 0xfffb);
}

static void quote(bl_buf *out, bl_str s)
{
	static const char from[] = "\a\b\f\n\r\t\v", to[] = "abfnrtv";
	bl_buf_putc(out, '"');
	while (s.n) {
		uint32_t c = 0;
		size_t n = decode(s, &c);
		const char *known = n == 1 && c ? strchr(from, (int)c) : NULL;
		if (known)
			bl_buf_putf(out, "\\%c", to[known - from]);
		else if (c == '"' || c == '\\')
			bl_buf_putf(out, "\\%c", (int)c);
		else if (!n || c < 0x20 || c == 0x7f)
			bl_buf_putf(out, "\\x%02x", (unsigned char)s.p[0]);
		else if (is_hidden(c))
			bl_buf_putf(out, "\\u%04x", c);
		else
			bl_buf_put(out, bl_str_slice(s, 0, n));
		s = bl_str_slice(s, n ? n : 1, s.n);
	}
	bl_buf_putc(out, '"');
}

static void print(const bl_block *block, bl_buf *out)
{
	bool any = false;
	bl_buf_put(out, block->kind);
	for (size_t i = 0; i < block->attrs.n; i++) {
		const bl_attr *a = &block->attrs.items[i];
		if (!bl_str_starts(a->name, BL_STR("--")))
			continue;
		bl_buf flag = {0};
		bl_buf_put(&flag, a->name);
		if (bl_value_is(a->expr->value, BL_STRING)) {
			bl_buf_putc(&flag, '=');
			bl_buf_put(&flag, a->expr->value->string);
		}
		bl_buf_putz(out, any ? " " : " [");
		quote(out, bl_buf_str(&flag));
		bl_buf_done(&flag);
		any = true;
	}
	if (any)
		bl_buf_putc(out, ']');
	for (size_t i = 0; i < block->labels.n; i++) {
		bl_buf_putc(out, ' ');
		quote(out, block->labels.items[i].text);
	}
	/* ONBUILD's, as deep as the parser lets them be */
	if (block->blocks.n) {
		bl_buf_putz(out, " (");
		print(block->blocks.items[0], out);
		bl_buf_putc(out, ')');
	}
}

void bl_dockerfile_print_sexp(const bl_document *document, bl_buf *out)
{
	for (size_t i = 0; i < document->blocks.n; i++) {
		const bl_block *block = document->blocks.items[i];
		if (bl_str_eqz(block->kind, "directive"))
			continue;
		bl_buf_putc(out, '(');
		print(block, out);
		bl_buf_putz(out, ")\n");
	}
}

#include "parsers/dockerfile/dockerfile.h"

/* Bytes at of s that are the white space of Go's unicode.IsSpace, within ASCII. */
static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Does an escape character at i end its line? Then *next is the next line's begin. */
static bool continues(
	const bl_dockerfile *file, uint32_t i, uint32_t first, uint32_t end, uint32_t *next)
{
	const char *p = file->text.p;
	if (p[i] != file->escape || (i > first && p[i - 1] == file->escape))
		return false;
	for (i++; i < end && (p[i] == ' ' || p[i] == '\t'); i++)
		;
	while (i < end && p[i] == '\r')
		i++;
	if (i < end && p[i] != '\n')
		return false;
	*next = i < end ? i + 1 : end;
	return true;
}

/* The first line from i on that is neither empty nor a comment; end is a bound. */
static uint32_t skip_lines(const bl_dockerfile *file, uint32_t i, uint32_t end)
{
	const char *p = file->text.p;
	while (i < end) {
		uint32_t j = i;
		while (j < end && p[j] != '\n' && is_space(p[j]))
			j++;
		if (j < end && p[j] != '\n' && p[j] != '#')
			break;
		while (j < end && p[j] != '\n')
			j++;
		i = j < end ? j + 1 : end;
	}
	return i;
}

typedef BL_VEC(bl_piece) pieces;

static void copy(const bl_dockerfile *file, bl_buf *out, pieces *list, uint32_t begin, uint32_t end)
{
	if (begin == end)
		return;
	bl_piece piece = {(uint32_t)out->n, begin, end, true};
	bl_vec_push(file->arena, list, piece);
	bl_buf_put(out, bl_str_make(file->text.p + begin, end - begin));
}

static bl_text derived(const bl_dockerfile *file, bl_buf *buf, const pieces *list)
{
	bl_text t = {.s = bl_str_dup(file->arena, bl_buf_str(buf))};
	uint32_t source =
		bl_sources_derive(file->sources, file->document->source, t.s, list->items, list->n);
	t.span = (bl_span){source, 0, (uint32_t)t.s.n};
	bl_buf_done(buf);
	return t;
}

static bl_text verbatim(const bl_dockerfile *file, uint32_t begin, uint32_t end)
{
	return (bl_text){bl_str_make(file->text.p + begin, end - begin),
		{file->document->source, begin, end}};
}

bl_text bl_dockerfile_join(const bl_dockerfile *file, uint32_t begin, uint32_t end)
{
	if (!memchr(file->text.p + begin, '\n', end - begin))
		return verbatim(file, begin, end);
	bl_buf buf = {0};
	pieces list = {0};
	uint32_t run = begin, next;
	for (uint32_t i = begin; i < end;) {
		if (!continues(file, i, begin, end, &next)) {
			i++;
			continue;
		}
		copy(file, &buf, &list, run, i);
		run = i = skip_lines(file, next, end);
	}
	copy(file, &buf, &list, run, end);
	return derived(file, &buf, &list);
}

bl_text bl_dockerfile_chomp(const bl_dockerfile *file, uint32_t begin, uint32_t end)
{
	const char *p = file->text.p;
	bl_buf buf = {0};
	pieces list = {0};
	while (begin < end) {
		while (begin < end && p[begin] == '\t')
			begin++;
		const char *newline = memchr(p + begin, '\n', end - begin);
		uint32_t next = newline ? (uint32_t)(newline - p) + 1 : end;
		copy(file, &buf, &list, begin, next);
		begin = next;
	}
	return derived(file, &buf, &list);
}

bl_str bl_dockerfile_unquote_flag(bl_arena *arena, bl_str s)
{
	char *out = bl_arena_alloc(arena, s.n);
	size_t n = 0;
	char quote = 0;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (quote ? c == quote : c == '"' || c == '\'') {
			quote = quote ? 0 : c;
		} else if (c != '\\') {
			out[n++] = c;
		} else if (i + 1 < s.n) {
			out[n++] = s.p[++i];
		}
	}
	return bl_str_make(out, n);
}

bl_str bl_dockerfile_unquote_name(bl_arena *arena, bl_str s, bool *expand)
{
	char *out = bl_arena_alloc(arena, s.n);
	size_t n = 0;
	char quote = 0;
	*expand = true;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (quote ? c == quote : c == '"' || c == '\'') {
			quote = quote ? 0 : c;
			*expand = false;
			continue;
		}
		if (c == '\\' && quote != '\'' && i + 1 < s.n &&
			(!quote || strchr("\"$\\", s.p[i + 1]))) {
			c = s.p[++i];
			*expand = false;
		}
		out[n++] = c;
	}
	return bl_str_make(out, n);
}

static uint32_t hex4(bl_str s, size_t at)
{
	uint32_t v = 0;
	for (size_t i = at; i < at + 4 && i < s.n; i++) {
		char c = s.p[i];
		v = v << 4 | (uint32_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
	}
	return v;
}

static size_t encode(uint32_t c, char *out)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 63));
	out[0] = (char)((n == 2 ? 0xc0 : n == 3 ? 0xe0 : 0xf0) | c);
	return n;
}

bl_str bl_dockerfile_unquote_json(bl_arena *arena, bl_str s)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	char *out = bl_arena_alloc(arena, s.n);
	size_t n = 0;
	for (size_t i = 1; i + 1 < s.n; i++) {
		if (s.p[i] != '\\') {
			out[n++] = s.p[i];
			continue;
		}
		char c = s.p[++i];
		const char *known = strchr(from, c);
		if (c != 'u') {
			out[n++] = known && c ? to[known - from] : c;
			continue;
		}
		uint32_t point = hex4(s, i + 1), low;
		i += 4;
		if (point >= 0xd800 && point < 0xdc00 && i + 6 < s.n && s.p[i + 1] == '\\' &&
			s.p[i + 2] == 'u' && (low = hex4(s, i + 3)) >= 0xdc00 && low < 0xe000) {
			point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
			i += 6;
		} else if (point >= 0xd800 && point < 0xe000) {
			point = 0xfffd;
		}
		n += encode(point, out + n);
	}
	return bl_str_make(out, n);
}

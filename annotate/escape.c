#include "annotate/escape.h"

uint32_t bl_escape_next(bl_str s, size_t *at)
{
	const unsigned char *p = (const unsigned char *)s.p + *at;
	size_t left = s.n - *at;
	unsigned char c = p[0];
	size_t n = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : (c & 0xf0) == 0xe0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 0;
	uint32_t code = n == 1 ? c : n == 2 ? c & 0x1f : n == 3 ? c & 0x0f : c & 0x07;
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	for (size_t i = 1; i < n && i < left; i++) {
		if ((p[i] & 0xc0) != 0x80)
			n = 0;
		else
			code = code << 6 | (p[i] & 0x3f);
	}
	if (!n || n > left || code < least[n] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
		*at += 1;
		return 0xfffd;
	}
	*at += n;
	return code;
}

/* Characters that a reader does not see, or that reorder what he sees. */
static bool deceives(uint32_t c)
{
	return (c >= 0x80 && c < 0xa0) || c == 0x61c || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
		(c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xe0000 && c <= 0xe0fff);
}

static bool begins_command(bl_str s, size_t at)
{
	bl_str rest = bl_str_slice(s, at, s.n);
	return bl_str_starts(rest, BL_STR("##[")) || bl_str_startsi(rest, BL_STR("##vso["));
}

/* Writes the code point that stands at [from, to) of s; returns how many characters that took. */
static size_t put_visible(bl_buf *out, bl_str s, size_t from, size_t to, uint32_t c)
{
	size_t before = out->n;
	if (c == '\t') {
		bl_buf_putc(out, ' ');
		return 1;
	}
	if (c == '\n' || c == '\r') {
		bl_buf_putz(out, c == '\n' ? "\\n" : "\\r");
		return 2;
	}
	if (c < 0x20 || c == 0x7f)
		bl_buf_putf(out, "\\x%02x", c);
	else if (deceives(c))
		bl_buf_putf(out, "\\u{%x}", c);
	else {
		if (c == 0xfffd)
			bl_buf_putz(out, "\xef\xbf\xbd");
		else
			bl_buf_put(out, bl_str_slice(s, from, to));
		return 1;
	}
	return out->n - before;
}

void bl_escape_plain(bl_buf *out, bl_str s, bool start)
{
	bl_str trimmed = bl_str_trim(s);
	if (start && bl_str_starts(trimmed, BL_STR("::")))
		bl_buf_putc(out, '\\');
	for (size_t i = 0; i < s.n;) {
		bool command = begins_command(s, i);
		size_t from = i;
		uint32_t c = bl_escape_next(s, &i);
		put_visible(out, s, from, i, c);
		if (command)
			bl_buf_putc(out, '\\');
	}
}

size_t bl_escape_cut(bl_buf *out, bl_str s, size_t width)
{
	bl_buf whole = {0};
	size_t used = 0, fits = 0;
	bool cut = false;
	bl_escape_plain(&whole, s, false);
	bl_str w = bl_buf_str(&whole);
	for (size_t i = 0; i < w.n && !cut; used++) {
		bl_escape_next(w, &i);
		if (used + 4 <= width)
			fits = i;
		cut = used + 1 > width;
	}
	if (cut) {
		bl_buf_put(out, bl_str_slice(w, 0, fits));
		bl_buf_putz(out, "...");
		used = width;
	} else {
		bl_buf_put(out, w);
	}
	bl_buf_done(&whole);
	return used;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bl_str bl_escape_one_line(bl_arena *arena, bl_str s)
{
	s = bl_str_trim(s);
	char *p = bl_arena_alloc(arena, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (!is_space(s.p[i]))
			p[n++] = s.p[i];
		else if (p[n - 1] != ' ')
			p[n++] = ' ';
	}
	return bl_str_make(p, n);
}

bl_str bl_escape_first_paragraph(bl_str s)
{
	s = bl_str_trim(s);
	ptrdiff_t end = bl_str_find(s, BL_STR("\n\n"), 0);
	return end < 0 ? s : bl_str_slice(s, 0, (size_t)end);
}

/* Characters of set are written as the text that stands for them. */
typedef struct replacement {
	char c;
	const char *with;
} replacement;

static void replace(bl_buf *out, bl_str s, const replacement *set)
{
	for (size_t i = 0; i < s.n; i++) {
		const replacement *r = set;
		while (r->with && r->c != s.p[i])
			r++;
		if (begins_command(s, i)) {
			bl_buf_putz(out, "#\\"); /* a runner that finds a second command in the line's text is not to run it */
		} else if (r->with) {
			bl_buf_putz(out, r->with);
		} else if ((unsigned char)s.p[i] >= 0x20 && s.p[i] != 0x7f) {
			bl_buf_putc(out, s.p[i]);
		} else {
			bl_buf_putc(out, ' ');
		}
	}
}

void bl_escape_github_data(bl_buf *out, bl_str s)
{
	static const replacement set[] = {{'%', "%25"}, {'\r', "%0D"}, {'\n', "%0A"}, {0, NULL}};
	replace(out, s, set);
}

void bl_escape_github_property(bl_buf *out, bl_str s)
{
	static const replacement set[] = {{'%', "%25"}, {'\r', "%0D"}, {'\n', "%0A"}, {':', "%3A"}, {',', "%2C"},
		{0, NULL}};
	replace(out, s, set);
}

void bl_escape_azure_data(bl_buf *out, bl_str s)
{
	static const replacement set[] = {{'%', "%AZP25"}, {'\r', "%0D"}, {'\n', "%0A"}, {0, NULL}};
	replace(out, s, set);
}

void bl_escape_azure_property(bl_buf *out, bl_str s)
{
	static const replacement set[] = {{'%', "%AZP25"}, {'\r', "%0D"}, {'\n', "%0A"}, {';', "%3B"}, {']', "%5D"},
		{0, NULL}};
	replace(out, s, set);
}

#define GAP "\xe2\x80\x8b" /* U+200B: seen by nobody, but a mention, reference or link ends at it */

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* After this character comes a gap within what forges turn into links and notifications: "@name", "#1", "GH-1", "://", "www.". */
static bool wants_gap(bl_str s, size_t i)
{
	bl_str rest = bl_str_slice(s, i, s.n);
	if (s.p[i] == '@' || s.p[i] == '#' || bl_str_starts(rest, BL_STR("://")))
		return true;
	return !(i && is_word(s.p[i - 1])) && (bl_str_startsi(rest, BL_STR("www.")) || bl_str_startsi(rest, BL_STR("gh-")));
}

static void put_ascii(bl_buf *out, bl_str s, size_t i)
{
	char c = s.p[i];
	if (c == '<')
		bl_buf_putz(out, "&lt;");
	else if (c == '>')
		bl_buf_putz(out, "&gt;");
	else if (c == '&')
		bl_buf_putz(out, "&amp;");
	else if (c < 0x20 || c == 0x7f)
		bl_buf_putc(out, ' ');
	else
		bl_buf_putf(out, "%s%c%s", strchr("\\`*_[]#|~!{}$", c) ? "\\" : "", c, wants_gap(s, i) ? GAP : "");
}

void bl_escape_markdown(bl_buf *out, bl_str s)
{
	for (size_t i = 0; i < s.n;) {
		size_t from = i;
		uint32_t c = bl_escape_next(s, &i);
		if (c < 0x80)
			put_ascii(out, s, from);
		else if (deceives(c) || c == 0xfffd)
			bl_buf_putz(out, "\xef\xbf\xbd");
		else
			bl_buf_put(out, bl_str_slice(s, from, i));
	}
}

size_t bl_escape_backticks(bl_str s)
{
	size_t longest = 0, run = 0;
	for (size_t i = 0; i < s.n; i++) {
		run = s.p[i] == '`' ? run + 1 : 0;
		if (run > longest)
			longest = run;
	}
	return longest;
}

void bl_escape_code(bl_buf *out, bl_str s)
{
	size_t fence = bl_escape_backticks(s) + 1;
	bool pad = s.n && (s.p[0] == '`' || s.p[s.n - 1] == '`' || (s.p[0] == ' ' && s.p[s.n - 1] == ' '));
	if (!s.n)
		return;
	for (size_t i = 0; i < fence; i++)
		bl_buf_putc(out, '`');
	bl_buf_putz(out, pad ? " " : "");
	for (size_t i = 0; i < s.n;) {
		size_t from = i;
		uint32_t c = bl_escape_next(s, &i);
		if (c < 0x20 || c == 0x7f)
			bl_buf_putc(out, ' ');
		else if (deceives(c) || c == 0xfffd)
			bl_buf_putz(out, "\xef\xbf\xbd");
		else
			bl_buf_put(out, bl_str_slice(s, from, i));
	}
	bl_buf_putz(out, pad ? " " : "");
	for (size_t i = 0; i < fence; i++)
		bl_buf_putc(out, '`');
}

void bl_escape_prose(bl_buf *out, bl_str s)
{
	s = bl_str_trim(s);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '@')
			bl_buf_putz(out, "@" GAP);
		else if (bl_str_starts(bl_str_slice(s, i, s.n), BL_STR("<!--")))
			bl_buf_putz(out, "&lt;");
		else
			bl_buf_putc(out, s.p[i]);
	}
}

void bl_escape_uri(bl_buf *out, bl_str path)
{
	for (size_t i = 0; i < path.n; i++) {
		if (is_word(path.p[i]) || (path.p[i] && strchr("-.~/", path.p[i])))
			bl_buf_putc(out, path.p[i]);
		else
			bl_buf_putf(out, "%%%02X", (unsigned char)path.p[i]);
	}
}

/* format(): .NET's composite formats, with the invariant culture's numbers. */
#include "eval/functions/azure.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAX_WIDTH = 10000, MAX_PRECISION = 99 };

/* digits with a comma before every group of three. */
static void put_grouped(bl_buf *out, const char *digits, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			bl_buf_putc(out, ',');
		bl_buf_putc(out, digits[i]);
	}
}

static void put_zeros(bl_buf *out, int n)
{
	for (int i = 0; i < n; i++)
		bl_buf_putc(out, '0');
}

/* An integer's digits without its sign; returns how many. */
static size_t digits_of(int64_t n, char digits[32])
{
	return (size_t)snprintf(digits, 32, "%llu", n < 0 ? 0ULL - (unsigned long long)n : (unsigned long long)n);
}

/* D, E, F, G, N, P, X and a precision; false for what is none of them. */
static bool put_standard(bl_buf *out, int64_t n, char kind, int precision)
{
	char digits[32];
	size_t have = digits_of(n, digits);
	int places = precision < 0 ? 2 : precision;
	if ((kind | 32) == 'x') {
		bl_buf_putf(out, kind == 'x' ? "%0*llx" : "%0*llX", precision < 0 ? 1 : precision, (unsigned long long)n);
		return true;
	}
	if ((kind | 32) == 'e') {
		char text[160];
		char *mark;
		snprintf(text, sizeof text, kind == 'e' ? "%.*e" : "%.*E", precision < 0 ? 6 : precision, (double)n);
		mark = strchr(text, kind);
		bl_buf_put(out, bl_str_make(text, (size_t)(mark - text) + 2));
		bl_buf_putf(out, "%03d", atoi(mark + 2));
		return true;
	}
	if ((kind | 32) == 'g' && precision > 0 && (size_t)precision < have)
		return false;
	if (n < 0)
		bl_buf_putc(out, '-');
	switch (kind | 32) {
	case 'd':
		put_zeros(out, precision - (int)have);
		bl_buf_put(out, bl_str_make(digits, have));
		return true;
	case 'g':
		bl_buf_put(out, bl_str_make(digits, have));
		return true;
	case 'p':
		if (n) {
			digits[have++] = '0';
			digits[have++] = '0';
		}
		put_grouped(out, digits, have);
		break;
	case 'n':
		put_grouped(out, digits, have);
		break;
	case 'f':
		bl_buf_put(out, bl_str_make(digits, have));
		break;
	default:
		return false;
	}
	if (places)
		bl_buf_putc(out, '.');
	put_zeros(out, places);
	if ((kind | 32) == 'p')
		bl_buf_putz(out, " %");
	return true;
}

/* Where the digits of a custom format stand: "#,##0.00". */
typedef struct picture {
	int whole, zeros, places, sure_places; /* placeholders before the point, those from the first 0 on; after it, and up to the last 0 */
	bool grouped, percent;
} picture;

static bool read_picture(bl_str f, picture *p)
{
	bool point = false, quoted = false;
	*p = (picture){0};
	for (size_t i = 0; i < f.n; i++) {
		char c = f.p[i];
		if (c == '\'' || c == '"')
			quoted = !quoted;
		else if (quoted)
			continue;
		else if (c == '\\')
			i++;
		else if (c == ';' || ((c | 32) == 'e' && i + 1 < f.n && strchr("+-0", f.p[i + 1])))
			return false; /* sections and exponents are not understood */
		else if (c == '.')
			point = true;
		else if (c == ',')
			p->grouped |= !point && p->whole > 0 && i + 1 < f.n && (f.p[i + 1] == '0' || f.p[i + 1] == '#');
		else if (c == '%')
			p->percent = true;
		else if (point && (c == '0' || c == '#')) {
			p->places++;
			if (c == '0')
				p->sure_places = p->places;
		} else if (c == '0' || c == '#') {
			p->whole++;
			p->zeros += c == '0' || p->zeros > 0;
		}
	}
	return p->whole + p->places > 0;
}

/* The digits that belong before the placeholder after which left more come: all that are over at the first one. */
static void put_digits(bl_buf *out, const picture *p, const char *digits, int have, int left, bool first)
{
	int from = first && have > left ? have : left;
	for (int i = from; i >= left; i--) {
		if (i > have && i > p->zeros)
			continue;
		bl_buf_putc(out, i > have ? '0' : digits[have - i]);
		if (p->grouped && i > 1 && (i - 1) % 3 == 0)
			bl_buf_putc(out, ',');
	}
}

static bool put_custom(bl_buf *out, int64_t n, bl_str f)
{
	picture p;
	char digits[32];
	bool point = false, begun = false;
	if (!read_picture(f, &p))
		return false;
	int have = (int)digits_of(n, digits), left = p.whole, place = 0;
	if (p.percent && n) {
		digits[have++] = '0';
		digits[have++] = '0';
	}
	if (!n)
		have = 0;
	if (n < 0)
		bl_buf_putc(out, '-');
	for (size_t i = 0; i < f.n; i++) {
		char c = f.p[i];
		if (c == '\'' || c == '"') {
			while (++i < f.n && f.p[i] != c)
				bl_buf_putc(out, f.p[i]);
		} else if (c == '\\' && i + 1 < f.n) {
			bl_buf_putc(out, f.p[++i]);
		} else if (c == '.' && !point) {
			point = true;
			if (p.sure_places)
				bl_buf_putc(out, '.');
		} else if (point && (c == '0' || c == '#')) {
			if (++place <= p.sure_places)
				bl_buf_putc(out, '0');
		} else if (c == '0' || c == '#') {
			put_digits(out, &p, digits, have, left--, !begun);
			begun = true;
		} else if (c != ',' && c != '.') {
			bl_buf_putc(out, c);
		}
	}
	return true;
}

static bool put_number(bl_buf *out, const bl_value *v, bl_str f)
{
	int64_t n;
	int precision = -1;
	if (!f.n) {
		bl_buf_put(out, v->digits);
		return true;
	}
	if (!bl_azure_int(v, &n))
		return false;
	bool letter = (f.p[0] | 32) >= 'a' && (f.p[0] | 32) <= 'z', plain = letter && f.n <= 3;
	for (size_t i = 1; plain && i < f.n; i++) {
		plain = f.p[i] >= '0' && f.p[i] <= '9';
		precision = plain ? (precision < 0 ? 0 : precision * 10) + f.p[i] - '0' : precision;
	}
	return plain ? put_standard(out, n, f.p[0], precision) : put_custom(out, n, f);
}

/* An argument as "{0,width:how}" prints it; a negative width fills on the right. NULL when the format is not understood. */
static const bl_value *placed(bl_azure_args *c, const bl_value *v, int width, bl_str how)
{
	if (!width && (!how.n || v->kind != BL_NUMBER) && v->kind != BL_UNKNOWN)
		return v;
	if (bl_value_has_unknown(v))
		return width || how.n ? bl_azure_unknown(c->azure, c->span, BL_STRING, &v, 1) : v;
	bl_buf text = {0}, out = {0};
	bool ok = v->kind == BL_NUMBER ? put_number(&text, v, how) : bl_azure_text(&text, v, '\'');
	int have = 0;
	for (size_t i = 0; i < text.n; i++)
		have += ((unsigned char)text.p[i] & 0xc0) != 0x80;
	for (int i = have; i < width; i++)
		bl_buf_putc(&out, ' ');
	bl_buf_put(&out, bl_buf_str(&text));
	for (int i = have; i < -width; i++)
		bl_buf_putc(&out, ' ');
	const bl_value *made = ok ? bl_azure_string(c, bl_str_dup(c->arena, bl_buf_str(&out))) : NULL;
	bl_buf_done(&text);
	bl_buf_done(&out);
	return made;
}

static bool read_int(bl_str s, size_t *at, int *n)
{
	size_t begin = *at;
	*n = 0;
	while (*at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9' && *at - begin < 6)
		*n = *n * 10 + (s.p[(*at)++] - '0');
	return *at > begin;
}

/* One "{...}" of a format at s[*at], past the brace; NULL when it is none that is known here. */
static const bl_value *placeholder(bl_azure_args *c, bl_str s, size_t *at)
{
	int index, width = 0;
	ptrdiff_t close = bl_str_find(s, BL_STR("}"), *at);
	if (close < 0 || !read_int(s, at, &index) || (size_t)index + 1 >= c->n)
		return NULL;
	while (*at < s.n && s.p[*at] == ' ')
		++*at;
	if (s.p[*at] == ',') {
		while (s.p[++*at] == ' ')
			;
		bool left = s.p[*at] == '-';
		*at += left;
		if (!read_int(s, at, &width) || width > MAX_WIDTH)
			return NULL;
		width = left ? -width : width;
		while (s.p[*at] == ' ')
			++*at;
	}
	bl_str how = {"", 0};
	if (s.p[*at] == ':')
		how = bl_str_slice(s, *at + 1, (size_t)close);
	else if (s.p[*at] != '}')
		return NULL;
	*at = (size_t)close + 1;
	return placed(c, c->args[index + 1], width, how);
}

const bl_value *bl_azure_fn_format(bl_azure_args *c)
{
	if (c->args[0]->kind == BL_UNKNOWN)
		return bl_azure_unknown(c->azure, c->span, BL_STRING, c->args, c->n);
	if (c->args[0]->kind != BL_STRING)
		return bl_azure_wrong(c, "a string is needed");
	bl_str s = c->args[0]->string;
	bl_values parts = {0};
	size_t begin = 0;
	for (size_t at = 0; at < s.n;) {
		char ch = s.p[at];
		if (ch != '{' && ch != '}') {
			at++;
			continue;
		}
		bool doubled = at + 1 < s.n && s.p[at + 1] == ch;
		bl_vec_push(c->arena, &parts, bl_azure_string(c, bl_str_slice(s, begin, at + doubled)));
		at += doubled ? 2 : 1;
		const bl_value *v = doubled || ch == '}' ? NULL : placeholder(c, s, &at);
		if (!doubled && !v)
			return bl_azure_wrong(c, "this format is not understood");
		if (v)
			bl_vec_push(c->arena, &parts, v);
		begin = at;
	}
	bl_vec_push(c->arena, &parts, bl_azure_string(c, bl_str_slice(s, begin, s.n)));
	return bl_azure_join(c->azure, c->span, parts.items, parts.n);
}

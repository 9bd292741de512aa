#include "core/codec/re2.h"

enum { MAX_REPEAT = 1000 };

typedef struct reader {
	bl_str p;
	size_t at;
	bl_buf *out;
	bl_error *error;
	bool repeated; /* the item before is a repetition already */
	bool item;     /* there is an item that may be repeated */
} reader;

static bool refuse(reader *r, const char *what)
{
	bl_error_set(r->error, BL_FAILED, "'" BL_FMT "' is no regular expression: %s at offset %zu", BL_ARG(r->p), what, r->at);
	return false;
}

static char peek(const reader *r, size_t ahead)
{
	return r->at + ahead < r->p.n ? r->p.p[r->at + ahead] : '\0';
}

static void copy(reader *r, size_t n)
{
	bl_buf_put(r->out, bl_str_slice(r->p, r->at, r->at + n));
	r->at += n;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* \x41, \x{1F600}, \101, \0: a code point in figures. */
static bool figures(reader *r)
{
	size_t n = 2;
	if (peek(r, 1) == 'x' && peek(r, 2) == '{') {
		while (r->at + n < r->p.n && peek(r, n) != '}')
			n++;
		n++;
		if (n < 5 || r->at + n > r->p.n)
			return refuse(r, "an escape that does not end");
		copy(r, n);
		return true;
	}
	if (peek(r, 1) == 'x') {
		copy(r, r->p.n - r->at < 4 ? r->p.n - r->at : 4);
		return true;
	}
	int value = 0;
	for (n = 1; n < 4 && peek(r, n) >= '0' && peek(r, n) <= '7'; n++)
		value = value * 8 + (peek(r, n) - '0');
	if (n == 2 && peek(r, 1) != '0')
		return refuse(r, "a reference to a group");
	bl_buf_putf(r->out, "\\x{%x}", (unsigned)value);
	r->at += n;
	return true;
}

/* A backslash and what follows it, in a class or outside. */
static bool escape(reader *r, bool in_class)
{
	char c = peek(r, 1);
	if (r->at + 1 >= r->p.n)
		return refuse(r, "a backslash at the end");
	if (c == 's' || (c == 'S' && !in_class)) {
		/* without the vertical tab */
		const char *outside = c == 's' ? "[\\t\\n\\f\\r ]" : "[^\\t\\n\\f\\r ]";
		bl_buf_putz(r->out, in_class ? "\\t\\n\\f\\r " : outside);
		r->at += 2;
		return true;
	}
	if (c == 'v') {
		bl_buf_putz(r->out, "\\x{b}");
		r->at += 2;
		return true;
	}
	if (c == 'x' || (c >= '0' && c <= '7'))
		return figures(r);
	if (!in_class && c == 'Q') {
		while (r->at < r->p.n && !(peek(r, 0) == '\\' && peek(r, 1) == 'E'))
			copy(r, 1);
		bl_buf_putz(r->out, "\\E");
		r->at += r->at < r->p.n ? 2 : 0;
		return true;
	}
	bool letter = is_alpha(c) || is_digit(c);
	if (letter && !strchr(in_class ? "afnrtdDSwWpP" : "AbBafnrtdDSwWpPz", c))
		return refuse(r, "an escape that is not known");
	copy(r, 2);
	if ((c == 'p' || c == 'P') && peek(r, 0) == '{')
		while (r->at < r->p.n && r->p.p[r->at - 1] != '}')
			copy(r, 1);
	else if (c == 'p' || c == 'P')
		copy(r, 1);
	return true;
}

static bool class(reader *r)
{
	copy(r, 1);
	if (peek(r, 0) == '^')
		copy(r, 1);
	for (bool first = true; r->at < r->p.n && (first || peek(r, 0) != ']'); first = false) {
		if (peek(r, 0) == '\\') {
			if (!escape(r, true))
				return false;
		} else if (peek(r, 0) == '[' && peek(r, 1) == ':') {
			ptrdiff_t end = bl_str_find(r->p, BL_STR(":]"), r->at);
			if (end < 0)
				copy(r, 1);
			else
				copy(r, (size_t)end + 2 - r->at);
		} else if (peek(r, 0) == '[') {
			bl_buf_putz(r->out, "\\[");
			r->at++;
		} else {
			copy(r, 1);
		}
	}
	if (r->at >= r->p.n)
		return refuse(r, "a class that does not end");
	copy(r, 1);
	return true;
}

/* What follows "(?": a name, flags, nothing else. */
static bool group(reader *r)
{
	size_t n = 2;
	r->item = r->repeated = false;
	if (peek(r, 1) == '*')
		return refuse(r, "a verb");
	if (peek(r, 1) != '?') {
		copy(r, 1);
		return true;
	}
	if ((peek(r, 2) == 'P' && peek(r, 3) == '<') || (peek(r, 2) == '<' && peek(r, 3) != '=' && peek(r, 3) != '!')) {
		while (r->at < r->p.n && peek(r, 0) != '>')
			copy(r, 1);
		copy(r, 1);
		return true;
	}
	while (peek(r, n) && strchr("imsU-", peek(r, n)))
		n++;
	if (peek(r, n) != ':' && peek(r, n) != ')')
		return refuse(r, "a group that is not known");
	copy(r, n + 1);
	return true;
}

/* {2}, {2,}, {2,5}; a brace that is none of these stands for itself. */
static size_t counted(const reader *r, bool *large)
{
	size_t n = 1;
	long least = 0, most = 0;
	while (is_digit(peek(r, n)) && n < 8)
		least = least * 10 + (peek(r, n++) - '0');
	if (n == 1)
		return 0;
	if (peek(r, n) == ',')
		for (n++; is_digit(peek(r, n)) && n < 16; n++)
			most = most * 10 + (peek(r, n) - '0');
	*large = least > MAX_REPEAT || most > MAX_REPEAT;
	return peek(r, n) == '}' ? n + 1 : 0;
}

static bool repetition(reader *r, size_t n)
{
	if (!r->item)
		return refuse(r, "nothing to repeat");
	if (r->repeated)
		return refuse(r, "a repetition of a repetition");
	copy(r, n);
	if (peek(r, 0) == '?')
		copy(r, 1);
	r->repeated = true;
	return true;
}

static bool one(reader *r)
{
	bool large = false;
	size_t n;
	switch (peek(r, 0)) {
	case '\\':
		r->repeated = false;
		r->item = true;
		return escape(r, false);
	case '[':
		r->repeated = false;
		r->item = true;
		return class(r);
	case '(':
		return group(r);
	case '|':
		r->item = r->repeated = false;
		copy(r, 1);
		return true;
	case '*':
	case '+':
	case '?':
		return repetition(r, 1);
	case '{':
		n = counted(r, &large);
		if (large)
			return refuse(r, "a repetition of more than 1000");
		if (n)
			return repetition(r, n);
		bl_buf_putz(r->out, "\\{");
		r->at++;
		break;
	default:
		copy(r, 1);
	}
	r->repeated = false;
	r->item = true;
	return true;
}

bl_status bl_re2_translate(bl_str pattern, bl_buf *out, bl_error *error)
{
	reader r = {.p = pattern, .out = out, .error = error};
	while (r.at < pattern.n)
		if (!one(&r))
			return BL_FAILED;
	return BL_OK;
}

/* Whether the rest of a logical line is a JSON array, found by reading it ahead. Part of scanner.c.
 */
#ifndef BL_DOCKERFILE_JSON_H
#define BL_DOCKERFILE_JSON_H

#include "cursor.h"

static void json_space(struct cur *c)
{
	while (!c->end && (is_blank(c->ch) || c->ch == '\r'))
		pass(c);
}

static bool json_string(struct cur *c, void (*step)(struct cur *))
{
	step(c);
	while (!c->end && c->ch != '"') {
		if (c->ch >= 0 && c->ch < 0x20)
			return false;
		if (c->ch != '\\') {
			step(c);
			continue;
		}
		step(c);
		if (c->end || c->ch <= 0 || c->ch >= 0x80 || !strchr("\"\\/bfnrtu", c->ch))
			return false;
		bool hex = c->ch == 'u';
		step(c);
		for (int i = 0; hex && i < 4; i++) {
			if (c->end || c->ch <= 0 || c->ch >= 0x80 ||
				!strchr("0123456789abcdefABCDEF", c->ch))
				return false;
			step(c);
		}
	}
	if (c->end)
		return false;
	step(c);
	return true;
}

static bool json_digits(struct cur *c)
{
	if (c->end || c->ch < '0' || c->ch > '9')
		return false;
	while (!c->end && c->ch >= '0' && c->ch <= '9')
		pass(c);
	return true;
}

static bool json_scalar(struct cur *c)
{
	static const char *const words[] = {"false", "null", "true"};
	for (int i = 0; i < 3; i++) {
		const char *w = words[i];
		if (c->ch != *w)
			continue;
		for (; *w; w++) {
			if (c->end || c->ch != *w)
				return false;
			pass(c);
		}
		return true;
	}
	if (c->ch == '-')
		pass(c);
	if (!c->end && c->ch == '0')
		pass(c);
	else if (!json_digits(c))
		return false;
	if (!c->end && c->ch == '.') {
		pass(c);
		if (!json_digits(c))
			return false;
	}
	if (!c->end && (c->ch == 'e' || c->ch == 'E')) {
		pass(c);
		if (!c->end && (c->ch == '+' || c->ch == '-'))
			pass(c);
		return json_digits(c);
	}
	return true;
}

/* Is the rest of the line one JSON array? */
static bool json_array(struct cur *c)
{
	uint8_t stack[MAX_NESTING];
	uint32_t depth = 0;
	bool value = true,
	     may_close = false; /* a value must follow, or may the container close instead */
	do {
		json_space(c);
		if (c->end)
			return false;
		int32_t close = !depth ? 0 : stack[depth - 1] == '[' ? ']' : '}';
		if (value && (!may_close || c->ch != close)) {
			if (close == '}') {
				if (c->ch != '"' || !json_string(c, pass))
					return false;
				json_space(c);
				if (c->end || c->ch != ':')
					return false;
				pass(c);
				json_space(c);
			}
			if (!c->end && (c->ch == '[' || c->ch == '{')) {
				if (depth == MAX_NESTING)
					return false;
				stack[depth++] = (uint8_t)c->ch;
				pass(c);
				may_close = true;
				continue;
			}
			if (c->end || !(c->ch == '"' ? json_string(c, pass) : json_scalar(c)))
				return false;
			value = may_close = false;
		} else if (c->ch == close) {
			pass(c);
			depth--;
			value = may_close = false;
		} else if (!value && c->ch == ',') {
			pass(c);
			value = true;
			may_close = false;
		} else {
			return false;
		}
	} while (depth);
	while (!c->end && is_space(c->ch))
		pass(c);
	return c->end;
}

#endif

#include "rules/match.h"

/* The name by which an element of a list is known, or empty. */
static bl_str element_name(const bl_value *v)
{
	static const char *const keys[] = {"name", "id", "sid"};
	for (size_t i = 0; i < sizeof keys / sizeof *keys && bl_value_is(v, BL_MAP); i++) {
		bl_str name = bl_value_text(bl_value_geti(v, bl_str_of(keys[i])));
		if (name.n)
			return name;
	}
	return BL_STR("");
}

static bool plain(bl_str key)
{
	for (size_t i = 0; i < key.n; i++)
		if (strchr(".[]{} \"", key.p[i]))
			return false;
	return key.n > 0;
}

static void put_path(bl_buf *out, const bl_cursor *c, bool keyed)
{
	if (!c || !c->up)
		return;
	put_path(out, c->up, keyed);
	if (c->counted) {
		bl_str name = keyed && c->value ? element_name(c->value) : BL_STR("");
		if (name.n || keyed) {
			bl_buf_putc(out, '[');
			bl_buf_put(out, name);
			bl_buf_putc(out, ']');
		} else {
			bl_buf_putf(out, "[%u]", c->index);
		}
	} else if (plain(c->key)) {
		/* not by printf: a path is made for every finding and every value that is judged */
		if (out->n)
			bl_buf_putc(out, '.');
		bl_buf_put(out, c->key);
	} else {
		bl_buf_putf(out, "[\"" BL_FMT "\"]", BL_ARG(c->key));
	}
}

bl_str bl_cursor_path(bl_arena *arena, const bl_cursor *c, bool keyed)
{
	bl_buf b = {0};
	put_path(&b, c, keyed);
	bl_str path = bl_str_dup(arena, bl_buf_str(&b));
	bl_buf_done(&b);
	return path;
}

/* A key that stands just before its value belongs to what is shown; a key from elsewhere does not. */
static bl_span with_key(bl_span key, bl_span value)
{
	enum { GAP = 120 };
	if (key.source != value.source || key.end > value.begin || value.begin - key.end > GAP)
		return value;
	return bl_span_join(key, value);
}

bl_span bl_cursor_span(const bl_cursor *c)
{
	while (c && c->derived && !(c->value && bl_span_known(c->value->span)))
		c = c->up;
	if (!c || bl_cursor_absent(c) || c->value->origin == BL_DEFAULTED || !bl_span_known(c->value->span))
		return BL_NOWHERE;
	return with_key(c->key_span, c->value->span);
}

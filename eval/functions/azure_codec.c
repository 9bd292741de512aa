/* Encodings and URIs. */
#include "eval/functions/azure.h"

#include "core/codec/base64.h"
#include "core/codec/json.h"

static bl_str encode(bl_arena *arena, bl_str s)
{
	bl_buf out = {0};
	bl_base64_write(s, &out);
	bl_str text = bl_str_dup(arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return text;
}

static bool decode(bl_arena *arena, bl_str s, bl_str *bytes)
{
	bl_buf out = {0};
	bool ok = bl_base64_read(s, &out);
	*bytes = bl_str_dup(arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return ok;
}

static const bl_value *no_text(bl_azure_args *c)
{
	return bl_azure_wrong(c, "a string is needed");
}

const bl_value *bl_azure_fn_base64(bl_azure_args *c)
{
	if (c->args[0]->kind != BL_STRING)
		return no_text(c);
	return bl_azure_string(c, encode(c->arena, c->args[0]->string));
}

const bl_value *bl_azure_fn_base64_to_string(bl_azure_args *c)
{
	bl_str s;
	if (c->args[0]->kind != BL_STRING || !decode(c->arena, c->args[0]->string, &s))
		return bl_azure_wrong(c, "this is no base64");
	return bl_azure_string(c, s);
}

const bl_value *bl_azure_fn_base64_to_json(bl_azure_args *c)
{
	bl_str s;
	bl_error error;
	if (c->args[0]->kind != BL_STRING || !decode(c->arena, c->args[0]->string, &s))
		return bl_azure_wrong(c, "this is no base64");
	const bl_value *v = bl_json_read(c->arena, s, &error);
	return v ? bl_value_at(c->arena, v, c->span) : bl_azure_wrong(c, "this is no JSON");
}

const bl_value *bl_azure_fn_data_uri(bl_azure_args *c)
{
	if (c->args[0]->kind != BL_STRING)
		return no_text(c);
	return bl_azure_string(c, bl_str_cat(c->arena, BL_STR("data:text/plain;charset=utf8;base64,"),
					  encode(c->arena, c->args[0]->string)));
}

static int hex(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	ch |= 32;
	return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

static bl_str unescape(bl_arena *arena, bl_str s)
{
	char *p = bl_new_n(arena, char, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		int high = i + 2 < s.n ? hex(s.p[i + 1]) : -1, low = i + 2 < s.n ? hex(s.p[i + 2]) : -1;
		if (s.p[i] == '%' && high >= 0 && low >= 0) {
			p[n++] = (char)(high << 4 | low);
			i += 2;
		} else {
			p[n++] = s.p[i];
		}
	}
	return bl_str_make(p, n);
}

const bl_value *bl_azure_fn_data_uri_to_string(bl_azure_args *c)
{
	bl_str s = bl_value_text(c->args[0]);
	ptrdiff_t comma = bl_str_find(s, BL_STR(","), 0);
	if (!bl_str_startsi(s, BL_STR("data:")) || comma < 0)
		return bl_azure_wrong(c, "this is no data URI");
	bl_str head = bl_str_slice(s, 0, (size_t)comma), body = bl_str_slice(s, (size_t)comma + 1, s.n);
	bl_str text;
	if (!bl_str_ends(head, BL_STR(";base64")))
		return bl_azure_string(c, unescape(c->arena, body));
	if (!decode(c->arena, body, &text))
		return bl_azure_wrong(c, "this is no base64");
	return bl_azure_string(c, text);
}

const bl_value *bl_azure_fn_uri_component(bl_azure_args *c)
{
	static const char digits[] = "0123456789ABCDEF";
	if (c->args[0]->kind != BL_STRING)
		return no_text(c);
	bl_str s = c->args[0]->string;
	char *p = bl_new_n(c->arena, char, 3 * s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char ch = (unsigned char)s.p[i];
		if ((ch >= '0' && ch <= '9') || ((ch | 32) >= 'a' && (ch | 32) <= 'z') ||
			(ch && strchr("-_.~", ch))) {
			p[n++] = (char)ch;
		} else {
			p[n++] = '%';
			p[n++] = digits[ch >> 4];
			p[n++] = digits[ch & 15];
		}
	}
	return bl_azure_string(c, bl_str_make(p, n));
}

const bl_value *bl_azure_fn_uri_component_to_string(bl_azure_args *c)
{
	if (c->args[0]->kind != BL_STRING)
		return no_text(c);
	return bl_azure_string(c, unescape(c->arena, c->args[0]->string));
}

/* A path without its "." and ".." segments. */
static bl_str without_dots(bl_arena *arena, bl_str path)
{
	char *p = bl_new_n(arena, char, path.n + 2);
	size_t n = 0;
	bl_str segment, rest = bl_str_slice(path, 1, path.n);
	for (bool last = false; !last;) {
		last = !memchr(rest.p, '/', rest.n);
		rest = bl_str_cut(rest, '/', &segment);
		if (bl_str_eqz(segment, "..")) {
			while (n && p[--n] != '/')
				;
		} else if (!bl_str_eqz(segment, ".")) {
			p[n++] = '/';
			memcpy(p + n, segment.p, segment.n);
			n += segment.n;
			continue;
		}
		if (last)
			p[n++] = '/';
	}
	return bl_str_make(p, n);
}

static size_t first_of(bl_str s, const char *set, size_t from)
{
	while (from < s.n && !(s.p[from] && strchr(set, s.p[from])))
		from++;
	return from;
}

bl_str bl_azure_uri(bl_arena *arena, bl_str base, bl_str link)
{
	ptrdiff_t scheme = bl_str_find(base, BL_STR("://"), 0);
	size_t path = scheme < 0 ? 0 : first_of(base, "/?#", (size_t)scheme + 3);
	bl_str host = bl_str_slice(base, 0, path);
	size_t base_end = first_of(base, "?#", path), link_end = first_of(link, "?#", 0);
	bl_str old = bl_str_slice(base, path, base_end), next = bl_str_slice(link, 0, link_end);
	bl_str tail = bl_str_slice(link, link_end, link.n), whole;
	if (bl_str_starts(link, BL_STR("//")))
		return bl_str_cat(arena, bl_str_slice(base, 0, (size_t)(scheme < 0 ? 0 : scheme) + 1), link);
	ptrdiff_t slash = bl_str_rfind_char(old, '/');
	if (bl_str_starts(next, BL_STR("/")))
		whole = next;
	else if (!next.n)
		whole = old;
	else
		whole = bl_str_fmt(arena, BL_FMT "/" BL_FMT, BL_ARG(bl_str_slice(old, 0, slash < 0 ? 0 : (size_t)slash)), BL_ARG(next));
	whole = bl_str_starts(whole, BL_STR("/")) ? without_dots(arena, whole) : BL_STR("/");
	return bl_str_fmt(arena, BL_FMT BL_FMT BL_FMT, BL_ARG(host), BL_ARG(whole), BL_ARG(tail));
}

/* Of an unknown base the end is known when it is a file of the repository: deployment().properties.templateLink.uri. */
static const bl_value *unknown_uri(bl_azure_args *c)
{
	bl_value *v = bl_azure_unknown(c->azure, c->span, BL_STRING, c->args, c->n);
	bl_unknown *u = bl_azure_own(c->azure, v);
	const bl_value *base = c->args[0], *link = c->args[1];
	u->not_null = true;
	bool joins = base->kind == BL_UNKNOWN && bl_str_starts(base->unknown->suffix, BL_STR("/")) && link->kind == BL_STRING &&
		bl_str_find(link->string, BL_STR("://"), 0) < 0 && !bl_str_starts(link->string, BL_STR("/"));
	if (joins)
		u->suffix = bl_azure_uri(c->arena, base->unknown->suffix, link->string);
	return v;
}

/* As a browser resolves a link: "/x" from the host, "x" from the last slash. */
const bl_value *bl_azure_fn_uri(bl_azure_args *c)
{
	for (size_t i = 0; i < 2; i++)
		if (c->args[i]->kind == BL_UNKNOWN)
			return unknown_uri(c);
	if (c->args[0]->kind != BL_STRING || c->args[1]->kind != BL_STRING)
		return no_text(c);
	bl_str base = c->args[0]->string, link = c->args[1]->string;
	if (bl_str_find(base, BL_STR("://"), 0) < 0)
		return bl_azure_wrong(c, "the first argument is no absolute URI");
	if (bl_str_find(link, BL_STR("://"), 0) >= 0)
		return bl_azure_string(c, link);
	return bl_azure_string(c, bl_azure_uri(c->arena, base, link));
}

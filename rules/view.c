#include "rules/match.h"

#include "core/codec/json.h"
#include "core/reason/net.h"

static void put(bl_arena *arena, bl_items *items, const char *key, const bl_value *v)
{
	bl_items_put(arena, items, bl_str_of(key), BL_NOWHERE, v);
}

static void put_text(bl_arena *arena, bl_items *items, const char *key, bl_str text)
{
	put(arena, items, key, bl_value_string(arena, BL_NOWHERE, text));
}

/* The tag or digest that a reference ends with: it begins after the last ':' or '@' that no '/' follows. */
static size_t reference_tail(bl_str s)
{
	for (size_t i = s.n; i > 0; i--) {
		if (s.p[i - 1] == '/')
			break;
		if (s.p[i - 1] == '@')
			return i - 1;
		if (s.p[i - 1] == ':') {
			ptrdiff_t at = bl_str_rfind_char(bl_str_slice(s, 0, i), '@');
			return at >= 0 ? (size_t)at : i - 1;
		}
	}
	return s.n;
}

/* The first part names a registry when it looks like a host. */
static bool is_registry(bl_str part)
{
	return memchr(part.p, '.', part.n) || memchr(part.p, ':', part.n) || bl_str_eqz(part, "localhost");
}

static void put_tag(bl_arena *arena, bl_items *items, bl_str tag)
{
	put_text(arena, items, "tag", tag);
	put_text(arena, items, "written-tag", tag);
}

/* [REGISTRY/]REPOSITORY[:TAG][@DIGEST] */
static const bl_value *image_of(bl_arena *arena, bl_str s)
{
	bl_items items = {0};
	s = bl_str_trim(s);
	ptrdiff_t at = bl_str_find(s, BL_STR("@"), 0);
	if (at >= 0)
		put_text(arena, &items, "digest", bl_str_slice(s, (size_t)at + 1, s.n));
	bl_str name = at >= 0 ? bl_str_slice(s, 0, (size_t)at) : s;
	size_t tail = reference_tail(name);
	if (tail < name.n)
		put_tag(arena, &items, bl_str_slice(name, tail + 1, name.n));
	else if (at < 0)
		put_text(arena, &items, "tag", BL_STR("latest"));
	name = bl_str_slice(name, 0, tail);
	bl_str head, rest = bl_str_cut(name, '/', &head);
	if (head.n < name.n && is_registry(head)) {
		put_text(arena, &items, "registry", head);
		name = rest;
	}
	put_text(arena, &items, "repository", name);
	return name.n ? bl_items_value(arena, BL_NOWHERE, &items) : NULL;
}

/* What the known beginning and end of a reference say; the rest stays open. */
static const bl_value *unknown_image(bl_arena *arena, const bl_unknown *u)
{
	bl_items items = {0};
	bl_str s = u->suffix, head;
	size_t tail = reference_tail(s);
	/* an end without '/' and ':' may follow a ':' that is not known */
	bool ends = tail < s.n || (s.n && memchr(s.p, '/', s.n));
	bl_str_cut(u->prefix, '/', &head);
	if (head.n < u->prefix.n && is_registry(head))
		put_text(arena, &items, "registry", head);
	if (tail < s.n && s.p[tail] == '@') {
		put_text(arena, &items, "digest", bl_str_slice(s, tail + 1, s.n));
	} else if (tail < s.n) {
		put_tag(arena, &items, bl_str_slice(s, tail + 1, s.n));
		put(arena, &items, "digest", &bl_value_null);
	} else if (ends) {
		put_text(arena, &items, "tag", BL_STR("latest"));
		put(arena, &items, "written-tag", &bl_value_null);
		put(arena, &items, "digest", &bl_value_null);
	}
	bl_value *v = bl_items_value(arena, BL_NOWHERE, &items);
	v->open = true;
	return v;
}

static const bl_value *cidr_of(bl_arena *arena, bl_str s)
{
	bl_addrs a;
	bl_items items = {0};
	if (bl_str_eqz(s, "*") || bl_str_eqiz(s, "any") || bl_str_eqiz(s, "internet"))
		a = bl_addrs_all(arena);
	else if (!bl_addrs_parse(arena, s, &a))
		return NULL;
	bl_addrs seen = bl_addrs_intersect(arena, a, bl_net_internet(arena));
	ptrdiff_t slash = bl_str_rfind_char(s, '/');
	bl_value digits = {.kind = BL_STRING, .string = bl_str_slice(s, (size_t)(slash + 1), s.n)};
	double prefix = a.v6.n ? 128 : 32;
	if (slash >= 0)
		bl_scalar_number(&digits, &prefix);
	put(arena, &items, "prefix", bl_value_number(arena, BL_NOWHERE, prefix));
	put(arena, &items, "public", bl_value_bool(arena, BL_NOWHERE, !bl_addrs_empty(seen)));
	put(arena, &items, "version", bl_value_number(arena, BL_NOWHERE, a.v4.n ? 4 : 6));
	put(arena, &items, "wide", bl_value_bool(arena, BL_NOWHERE, bl_net_is_wide(arena, a)));
	return bl_items_value(arena, BL_NOWHERE, &items);
}

static const bl_value *unknown_of(bl_arena *arena, const bl_value *v)
{
	return bl_value_unknown(arena, v->span, BL_FMT, BL_ARG(v->unknown->why));
}

const bl_value *bl_view(bl_opcode code, bl_arena *arena, const bl_value *v)
{
	bl_error error;
	if (v->kind == BL_UNKNOWN)
		return code == BL_OP_AS_IMAGE ? unknown_image(arena, v->unknown) : unknown_of(arena, v);
	if (code == BL_OP_AS_JSON && (v->kind == BL_MAP || v->kind == BL_LIST))
		return v;
	if (v->kind != BL_STRING)
		return NULL;
	switch (code) {
	case BL_OP_AS_IMAGE:
		return image_of(arena, v->string);
	case BL_OP_AS_CIDR:
		return cidr_of(arena, bl_str_trim(v->string));
	default:
		return bl_json_read(arena, v->string, &error);
	}
}

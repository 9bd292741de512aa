/* Short forms of a service's parts as their long ones. */
#include "eval/compose.h"

#include "eval/docker/image.h"

enum { MAX_ELEMENTS = 1000 };

static void put_text(bl_arena *arena, bl_items *items, const char *key, bl_span span, bl_str s)
{
	if (s.n)
		bl_items_putz(arena, items, key, bl_value_string(arena, span, s));
}

/* [[IP:]PUBLISHED:]TARGET[/PROTOCOL] */
static const bl_value *port_of(bl_arena *arena, const bl_value *v)
{
	bl_items p = {0};
	if (v->kind == BL_NUMBER) {
		bl_items_putz(arena, &p, "target", v);
		return bl_items_value(arena, v->span, &p);
	}
	if (v->kind != BL_STRING)
		return v;
	bl_str s, protocol = bl_str_cut(v->string, '/', &s), published = BL_STR(""), ip = BL_STR("");
	ptrdiff_t colon = bl_str_rfind_char(s, ':');
	bl_str target = bl_str_slice(s, (size_t)(colon + 1), s.n);
	if (colon >= 0) {
		s = bl_str_slice(s, 0, (size_t)colon);
		colon = bl_str_rfind_char(s, ':');
		published = bl_str_slice(s, (size_t)(colon + 1), s.n);
		ip = bl_str_slice(s, 0, colon < 0 ? 0 : (size_t)colon);
	}
	if (ip.n > 1 && ip.p[0] == '[')
		ip = bl_str_slice(ip, 1, ip.n - 1);
	put_text(arena, &p, "target", v->span, target);
	put_text(arena, &p, "published", v->span, published);
	put_text(arena, &p, "host_ip", v->span, ip);
	put_text(arena, &p, "protocol", v->span, protocol.n ? protocol : BL_STR("tcp"));
	return bl_items_value(arena, v->span, &p);
}

/* Does a drive's letter stand at the beginning? Its colon separates nothing. */
static size_t drive(bl_str s)
{
	bool letter = s.n > 2 && ((s.p[0] >= 'a' && s.p[0] <= 'z') || (s.p[0] >= 'A' && s.p[0] <= 'Z'));
	return letter && s.p[1] == ':' && (s.p[2] == '\\' || s.p[2] == '/') ? 2 : 0;
}

static bool is_path(bl_str s)
{
	return s.n && (s.p[0] == '/' || s.p[0] == '.' || s.p[0] == '~' || drive(s));
}

/* [SOURCE:]TARGET[:MODE]: a path of the host is bound, any other source is a volume. */
static const bl_value *volume_of(bl_arena *arena, const bl_value *v)
{
	if (v->kind != BL_STRING)
		return v;
	bl_items p = {0};
	bl_str s = v->string, source = BL_STR(""), mode = BL_STR("");
	ptrdiff_t colon = bl_str_find(s, BL_STR(":"), drive(s));
	if (colon >= 0) {
		source = bl_str_slice(s, 0, (size_t)colon);
		s = bl_str_slice(s, (size_t)colon + 1, s.n);
		colon = bl_str_find(s, BL_STR(":"), drive(s));
	}
	if (colon >= 0) {
		mode = bl_str_slice(s, (size_t)colon + 1, s.n);
		s = bl_str_slice(s, 0, (size_t)colon);
	}
	put_text(arena, &p, "type", v->span, is_path(source) ? BL_STR("bind") : BL_STR("volume"));
	put_text(arena, &p, "source", v->span, source);
	put_text(arena, &p, "target", v->span, s);
	bool read_only = false;
	for (bl_str word; mode.n;) {
		mode = bl_str_cut(mode, ',', &word);
		read_only |= bl_str_eqz(word, "ro");
	}
	bl_items_putz(arena, &p, "read_only", bl_value_bool(arena, v->span, read_only));
	return bl_items_value(arena, v->span, &p);
}

static const bl_value *each(bl_arena *arena, const bl_value *list,
	const bl_value *(*one)(bl_arena *arena, const bl_value *v))
{
	bl_values values = {0};
	if (list->kind != BL_LIST)
		return list;
	for (uint32_t i = 0; i < list->n && i < MAX_ELEMENTS; i++)
		bl_vec_push(arena, &values, one(arena, list->list[i]));
	bl_value *v = bl_values_value(arena, list->span, &values);
	v->open = list->n > MAX_ELEMENTS;
	return v;
}

static const bl_value *ports(bl_arena *arena, const bl_value *v)
{
	return each(arena, v, port_of);
}

static const bl_value *volumes(bl_arena *arena, const bl_value *v)
{
	return each(arena, v, volume_of);
}

/* A list of NAME=VALUE as a map; a NAME alone has the value that the environment gives it. */
static const bl_value *pairs(bl_arena *arena, const bl_value *v)
{
	bl_items items = {0};
	for (uint32_t i = 0; v->kind == BL_LIST && i < v->n && i < MAX_ELEMENTS; i++) {
		const bl_value *one = v->list[i];
		bl_str name;
		if (one->kind != BL_STRING)
			continue;
		bl_str value = bl_str_cut(one->string, '=', &name);
		bl_items_put(arena, &items, name, one->span,
			name.n < one->string.n
				? bl_value_string(arena, one->span, value)
				: bl_value_unknown(arena, one->span, "the environment gives it"));
	}
	if (v->kind != BL_LIST)
		return v;
	bl_value *map = bl_items_value(arena, v->span, &items);
	map->open = v->n > MAX_ELEMENTS;
	return map;
}

static const bl_value *build(bl_arena *arena, const bl_value *v)
{
	bl_items items = {0};
	if (v->kind == BL_STRING)
		bl_items_putz(arena, &items, "context", v);
	for (uint32_t i = 0; v->kind == BL_MAP && i < v->n && i < MAX_ELEMENTS; i++)
		bl_items_put(arena, &items, v->map[i].key, v->map[i].key_span,
			bl_str_eqz(v->map[i].key, "args") ? pairs(arena, v->map[i].value)
							 : v->map[i].value);
	if (v->kind != BL_STRING && v->kind != BL_MAP)
		return v;
	return bl_items_value(arena, v->span, &items);
}

static const bl_value *image(bl_arena *arena, const bl_value *v)
{
	bool text = v->kind == BL_STRING || (v->kind == BL_UNKNOWN && v->unknown->type == BL_STRING);
	return text ? bl_docker_image(arena, v) : v;
}

static const struct {
	const char *key;
	const bl_value *(*lengthen)(bl_arena *arena, const bl_value *v);
} forms[] = {
	{"build", build},
	{"environment", pairs},
	{"image", image},
	{"labels", pairs},
	{"ports", ports},
	{"volumes", volumes},
};

static const bl_value *lengthen(bl_arena *arena, bl_str key, const bl_value *v)
{
	bl_str tag = bl_compose_tag(v);
	if (bl_str_eqz(tag, "!override")) {
		bl_item *item = bl_new(arena, bl_item);
		*item = (bl_item){v->map[0].key, v->map[0].key_span, lengthen(arena, key, v->map[0].value)};
		return bl_value_map(arena, v->span, item, 1);
	}
	for (size_t k = 0; k < sizeof forms / sizeof *forms && !tag.n; k++)
		if (bl_str_eqz(key, forms[k].key))
			return forms[k].lengthen(arena, v);
	return v;
}

const bl_value *bl_compose_long(bl_arena *arena, const bl_value *service)
{
	bl_value *copy = bl_value_at(arena, service, service->span);
	copy->map = bl_new_n(arena, bl_item, service->n);
	for (uint32_t i = 0; i < copy->n; i++) {
		copy->map[i] = service->map[i];
		copy->map[i].value = lengthen(arena, copy->map[i].key, copy->map[i].value);
	}
	return copy;
}

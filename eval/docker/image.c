#include "eval/docker/image.h"

#include "core/codec/regex.h"

static void put(bl_arena *arena, bl_items *items, const char *key, const bl_value *v)
{
	bl_items_put(arena, items, bl_str_of(key), v->span, v);
}

/* A host: it has a dot or a port, or is localhost. */
static bool is_registry(bl_str s)
{
	return bl_str_find(s, BL_STR("."), 0) >= 0 || bl_str_find(s, BL_STR(":"), 0) >= 0 ||
	       bl_str_eqz(s, "localhost");
}

static const bl_value *text(bl_arena *arena, const bl_value *from, bl_str s, bool cut)
{
	if (cut)
		return bl_value_unknown(arena, from->span, BL_FMT, BL_ARG(from->unknown->why));
	bl_value *v = bl_value_string(arena, from->span, s);
	v->origin = from->origin;
	v->via = from->via;
	return v;
}

const bl_value *bl_docker_image(bl_arena *arena, const bl_value *reference)
{
	bool cut = reference->kind == BL_UNKNOWN; /* the text ends where the unknown begins */
	bl_str s = cut ? reference->unknown->prefix : reference->string, rest = s;
	bl_items items = {0};
	put(arena, &items, "reference", reference);
	ptrdiff_t at = bl_str_find(s, BL_STR("@"), 0);
	if (at >= 0) {
		put(arena, &items, "digest",
			text(arena, reference, bl_str_slice(s, (size_t)at + 1, s.n), cut));
		rest = bl_str_slice(s, 0, (size_t)at);
	}
	ptrdiff_t slash = bl_str_rfind_char(rest, '/'), colon = bl_str_rfind_char(rest, ':');
	/* localhost:$PORT/x could be meant by a colon without a slash, and is not: hosts are
	 * written out */
	bool tagged = colon > slash;
	if (tagged)
		put(arena, &items, "tag",
			text(arena, reference, bl_str_slice(rest, (size_t)colon + 1, rest.n),
				cut && at < 0));
	else if (cut && at < 0)
		put(arena, &items, "tag", text(arena, reference, rest, true));
	if (cut && at < 0 && !tagged)
		put(arena, &items, "digest", text(arena, reference, rest, true));
	if (tagged)
		rest = bl_str_slice(rest, 0, (size_t)colon);
	bool partial = cut && at < 0 && !tagged;
	bl_str host, path = bl_str_cut(rest, '/', &host);
	bool registry = path.n && is_registry(host);
	if (registry || !partial)
		put(arena, &items, "registry",
			text(arena, reference, registry ? host : BL_STR("docker.io"), false));
	else
		put(arena, &items, "registry", text(arena, reference, host, true));
	bl_str repository = registry ? path : rest;
	if (!registry && !partial && !path.n && rest.n)
		repository = bl_str_fmt(arena, "library/" BL_FMT, BL_ARG(rest));
	put(arena, &items, "repository", text(arena, reference, repository, partial));
	return bl_items_value(arena, reference->span, &items);
}

#define PART "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
#define LABEL "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"

bool bl_docker_image_valid(bl_str reference)
{
	static const char pattern[] =
		"\\A(?:(?:" LABEL "(?:\\." LABEL ")*|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?/)?" PART "(?:/" PART
		")*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?"
		"(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?\\z";
	bl_regex *regex;
	if (bl_regex_new(BL_STR(pattern), &regex, NULL) != BL_OK)
		return true;
	bool valid = bl_regex_match(regex, reference, NULL, NULL) != BL_NO;
	bl_regex_free(regex);
	return valid;
}

#include "core/model/image.h"

static const bl_str gap = {(const char[]){BL_GAP}, 1};

static bool has_gap(bl_str s)
{
	return s.n && memchr(s.p, BL_GAP, s.n);
}

/* A first part is a host when it has a dot or a port, or is localhost; what is not known may hold one. */
static bool is_registry(bl_str s)
{
	return memchr(s.p, '.', s.n) || memchr(s.p, ':', s.n) || bl_str_eqz(s, "localhost") || has_gap(s);
}

static bool is_digest(bl_str s)
{
	bl_str algorithm, hex = bl_str_cut(s, ':', &algorithm);
	bool ok = algorithm.n && hex.n >= 32;
	if (has_gap(s))
		return true;
	for (size_t i = 0; ok && i < hex.n; i++)
		ok = (hex.p[i] >= '0' && hex.p[i] <= '9') || (hex.p[i] >= 'a' && hex.p[i] <= 'f') ||
			(hex.p[i] >= 'A' && hex.p[i] <= 'F');
	return ok;
}

static bool is_repository(bl_str s)
{
	bool ok = s.n && s.p[0] != '/' && s.p[s.n - 1] != '/';
	for (size_t i = 0; ok && i < s.n; i++) {
		char c = s.p[i];
		ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' || c == BL_GAP ||
			(c == '/' && i + 1 < s.n && s.p[i + 1] != '/');
	}
	return ok;
}

static bool is_tag(bl_str s)
{
	bool ok = s.n && s.n <= 128 && s.p[0] != '.' && s.p[0] != '-';
	for (size_t i = 0; ok && i < s.n; i++) {
		char c = s.p[i];
		ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
			c == '-' || c == BL_GAP;
	}
	return ok;
}

void bl_image_name_split(bl_arena *arena, bl_str text, bl_image_name *out)
{
	bl_image_name name = {0};
	ptrdiff_t scheme = bl_str_find(text, BL_STR("://"), 0);
	if (scheme >= 0)
		text = bl_str_slice(text, (size_t)scheme + 3, text.n);
	bl_str rest;
	name.digest = bl_str_cut(text, '@', &rest);
	ptrdiff_t slash = bl_str_rfind_char(rest, '/'), colon = bl_str_rfind_char(rest, ':');
	bool ends = !has_gap(bl_str_slice(rest, rest.n - (rest.n > 0), rest.n)); /* else more may follow: a tag, a digest */
	if (colon > slash) {
		name.tag = bl_str_slice(rest, (size_t)colon + 1, rest.n);
		rest = bl_str_slice(rest, 0, (size_t)colon);
	} else if (!ends && rest.n == text.n) {
		name.tag = name.digest = gap;
	}
	bl_str host, path = bl_str_cut(rest, '/', &host);
	name.registry = BL_STR("docker.io");
	name.repository = rest;
	if (path.n && is_registry(host)) {
		name.registry = bl_str_eqz(host, "index.docker.io") ? name.registry : host;
		name.repository = path;
	} else if (!path.n && has_gap(host)) {
		name.registry = gap;
	} else if (!path.n && rest.n) {
		name.local = true;
		name.repository = bl_str_fmt(arena, "library/" BL_FMT, BL_ARG(rest));
	}
	*out = name;
}

bool bl_image_name_parse(bl_arena *arena, bl_str text, bl_image_name *out)
{
	bl_image_name name;
	bl_str rest, digest = bl_str_cut(text, '@', &rest);
	bl_image_name_split(arena, text, &name);
	bool digested = rest.n < text.n, tagged = bl_str_rfind_char(rest, ':') > bl_str_rfind_char(rest, '/');
	if ((digested && !is_digest(digest)) || (tagged && !is_tag(name.tag)) || !is_repository(name.repository))
		return false;
	*out = name;
	return true;
}

bl_str bl_image_name_key(bl_arena *arena, const bl_image_name *name)
{
	return bl_str_fmt(arena, BL_FMT "/" BL_FMT, BL_ARG(name->registry), BL_ARG(name->repository));
}

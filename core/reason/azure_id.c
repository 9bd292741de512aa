#include "core/reason/azure_id.h"

enum { MAX_PARTS = 64 };

/* The id's parts between slashes; empty ones make it no id. */
static size_t split(bl_str id, bl_str parts[MAX_PARTS])
{
	size_t n = 0;
	const char *at = id.p + 1, *end = id.p + id.n;
	if (end > at && end[-1] == '/')
		end--;
	while (at < end) {
		const char *slash = memchr(at, '/', (size_t)(end - at));
		const char *stop = slash ? slash : end;
		if (n == MAX_PARTS || stop == at)
			return 0;
		parts[n++] = bl_str_make(at, (size_t)(stop - at));
		at = stop + 1;
	}
	return n;
}

/* What of id begins it and ends with part. */
static bl_str up_to(bl_str id, bl_str part)
{
	return bl_str_make(id.p, (size_t)(part.p + part.n - id.p));
}

/* Every second part from from on, behind head, between slashes. */
static bl_str join(bl_arena *arena, const bl_str *parts, size_t from, size_t n, bl_str head)
{
	size_t length = head.n;
	for (size_t i = from; i < n; i += 2)
		length += parts[i].n + 1;
	char *p = bl_arena_alloc_raw(arena, length + 1), *end = p;
	for (size_t i = 0; i < head.n; i++)
		*end++ = head.p[i];
	for (size_t i = from; i < n; i += 2) {
		if (end > p)
			*end++ = '/';
		memcpy(end, parts[i].p, parts[i].n);
		end += parts[i].n;
	}
	*end = '\0';
	return bl_str_make(p, (size_t)(end - p));
}

bool bl_azure_id_parse(bl_arena *arena, bl_str id, bl_azure_id *out)
{
	bl_str parts[MAX_PARTS];
	*out = (bl_azure_id){0};
	if (!id.n || id.p[0] != '/')
		return false;
	size_t n = split(id, parts), provider = n;
	bool in_subscription = n >= 2 && bl_str_eqiz(parts[0], "subscriptions");
	for (size_t i = 0; i + 1 < n; i++)
		if (bl_str_eqiz(parts[i], "providers"))
			provider = i;
	if (provider == n && !in_subscription)
		return false;
	if (in_subscription)
		out->subscription = parts[1];
	bool in_group = in_subscription && n >= 4 && bl_str_eqiz(parts[2], "resourceGroups");
	if (in_group)
		out->group = parts[3];
	if (in_subscription)
		out->scope = bl_str_lower(arena, up_to(id, in_group ? parts[3] : parts[1]));
	if (provider == n) {
		out->type = in_group ? BL_STR("Microsoft.Resources/resourceGroups")
				     : BL_STR("Microsoft.Resources/subscriptions");
		out->name = out->last = in_group ? parts[3] : parts[1];
		out->parent = in_group ? up_to(id, parts[1]) : BL_STR("");
		return n == 2 || (in_group && n == 4);
	}
	/* NS and at least one TYPE/NAME pair */
	size_t rest = n - provider - 2;
	if (rest < 2 || rest % 2)
		return false;
	if (rest == 2) {
		out->type = up_to(parts[provider + 1], parts[n - 2]);
		out->name = parts[n - 1];
	} else {
		out->type = join(arena, parts, provider + 2, n, parts[provider + 1]);
		out->name = join(arena, parts, provider + 3, n, BL_STR(""));
	}
	out->last = parts[n - 1];
	if (rest > 2)
		out->parent = up_to(id, parts[n - 3]);
	else if (provider)
		out->parent = up_to(id, parts[provider - 1]);
	return true;
}

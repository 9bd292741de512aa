#include "repo/internal.h"

/* What stands behind "user@" and before ":port". */
static bl_str host_of(bl_str authority)
{
	bl_str host = bl_str_slice(authority, (size_t)(bl_str_rfind_char(authority, '@') + 1), authority.n), head;
	if (host.n && host.p[0] == '[')
		return host; /* an IPv6 address */
	bl_str_cut(host, ':', &head);
	return head;
}

static bl_str trim_path(bl_str path)
{
	while (path.n && path.p[0] == '/')
		path = bl_str_slice(path, 1, path.n);
	while (path.n && path.p[path.n - 1] == '/')
		path.n--;
	if (bl_str_ends(path, BL_STR(".git")))
		path.n -= 4;
	return path;
}

static bool is_local_scheme(bl_str scheme)
{
	return bl_str_eqiz(scheme, "file") || !scheme.n;
}

/* "ssh.dev.azure.com/v3/ORG/PROJECT/NAME" and its https form are one repository. */
static bl_str azure_devops(bl_arena *arena, bl_str path)
{
	bl_str org, project, rest = bl_str_slice(path, 3, path.n);
	rest = bl_str_cut(rest, '/', &org);
	rest = bl_str_cut(rest, '/', &project);
	return bl_str_fmt(arena, "dev.azure.com/" BL_FMT "/" BL_FMT "/_git/" BL_FMT, BL_ARG(org), BL_ARG(project),
		BL_ARG(rest));
}

bl_str bl_origin_name(bl_arena *arena, bl_str url)
{
	bl_str authority, path;
	url = bl_str_trim(url);
	ptrdiff_t scheme = bl_str_find(url, BL_STR("://"), 0);
	if (scheme >= 0) {
		if (is_local_scheme(bl_str_slice(url, 0, (size_t)scheme)))
			return BL_STR("");
		path = bl_str_cut(bl_str_slice(url, (size_t)scheme + 3, url.n), '/', &authority);
	} else {
		/* git's short form, host:path; a ':' behind a '/' is part of a local path */
		path = bl_str_cut(url, ':', &authority);
		if (!path.n || memchr(authority.p, '/', authority.n))
			return BL_STR("");
	}
	bl_str host = bl_str_lower(arena, host_of(authority));
	path = trim_path(path);
	if (!host.n || !path.n)
		return BL_STR("");
	if (bl_str_eqz(host, "ssh.dev.azure.com") && bl_str_starts(path, BL_STR("v3/")))
		return azure_devops(arena, path);
	return bl_str_fmt(arena, BL_FMT "/" BL_FMT, BL_ARG(host), BL_ARG(path));
}

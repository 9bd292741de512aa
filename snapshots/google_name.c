#include "snapshots/google.h"

/* The host that the names of a type begin with, where it is not the type's own. */
static bl_str host_of(bl_str type)
{
	bl_str host;
	bl_str kind = bl_str_cut(type, '/', &host);
	/* asset types name the administration's service, names the one that is administered */
	if (bl_str_eqz(host, "sqladmin.googleapis.com") && bl_str_eqz(kind, "Instance"))
		return BL_STR("cloudsql.googleapis.com");
	return host;
}

/* "https://www.googleapis.com/compute/v1/projects/p/...", "https://compute.googleapis.com/compute/v1/...": what follows the version. */
static bl_str of_link(bl_str link)
{
	ptrdiff_t projects = bl_str_find(link, BL_STR("/projects/"), 0);
	if (projects >= 0)
		return bl_str_slice(link, (size_t)projects + 1, link.n);
	ptrdiff_t bucket = bl_str_find(link, BL_STR("/storage/v1/b/"), 0);
	if (bucket >= 0)
		return bl_str_slice(link, (size_t)bucket + strlen("/storage/v1/b/"), link.n);
	return BL_STR("");
}

bl_str bl_google_full_name(bl_arena *arena, bl_str type, bl_str id)
{
	bl_str host = host_of(type), path = id;
	if (bl_str_starts(id, BL_STR("//")) || !bl_str_ends(host, BL_STR(".googleapis.com")))
		return id;
	if (bl_str_starts(id, BL_STR("https://")))
		path = of_link(id);
	bool bucket = bl_str_eqz(type, "storage.googleapis.com/Bucket");
	if (!path.n || (!bucket && !bl_str_starts(path, BL_STR("projects/"))))
		return id;
	return bl_str_fmt(arena, "//" BL_FMT "/" BL_FMT, BL_ARG(host), BL_ARG(path));
}

bl_str bl_google_scope(bl_snapshot_reader *r, bl_str name, bl_str project)
{
	ptrdiff_t at = bl_str_find(name, BL_STR("/projects/"), 0);
	if (at >= 0) {
		bl_str rest = bl_str_slice(name, (size_t)at + strlen("/projects/"), name.n), found;
		bl_str_cut(rest, '/', &found);
		/* numbers are the other spelling of a project's name: the name is what code knows */
		if (!project.n || (found.n && !(found.p[0] >= '0' && found.p[0] <= '9')))
			project = found;
	}
	return bl_keep_str(&r->keeper, bl_str_lower(r->scratch, project));
}

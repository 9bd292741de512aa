#include "repo/internal.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

bool bl_relative_name_allowed(bl_str name)
{
	return name.n && !bl_str_eqz(name, ".") && !bl_str_eqz(name, "..") && !bl_str_eqiz(name, ".git") &&
		!memchr(name.p, '\0', name.n) && !memchr(name.p, '/', name.n);
}

bool bl_relative_clean(bl_arena *arena, bl_str path, bl_str *out)
{
	if (path.n >= PATH_MAX || (path.n && (path.p[0] == '/' || memchr(path.p, '\0', path.n))))
		return false;
	char *clean = bl_arena_alloc(arena, path.n + 1);
	size_t n = 0;
	while (path.n) {
		bl_str name;
		path = bl_str_cut(path, '/', &name);
		if (!name.n || bl_str_eqz(name, "."))
			continue;
		if (bl_str_eqz(name, "..")) {
			if (!n)
				return false;
			while (n && clean[--n] != '/')
				;
			continue;
		}
		if (!bl_relative_name_allowed(name))
			return false;
		if (n)
			clean[n++] = '/';
		memcpy(clean + n, name.p, name.n);
		n += name.n;
	}
	clean[n] = '\0';
	*out = bl_str_make(clean, n);
	return true;
}

bl_str bl_relative_join(bl_arena *arena, bl_str folder, bl_str name)
{
	if (!folder.n)
		return bl_str_dup(arena, name);
	return bl_str_fmt(arena, BL_FMT "/" BL_FMT, BL_ARG(folder), BL_ARG(name));
}

bool bl_relative_within(bl_str path, bl_str folder)
{
	return !folder.n || (bl_str_starts(path, folder) && (path.n == folder.n || path.p[folder.n] == '/'));
}

/* path below root, both absolute and without links. */
static bool below_root(bl_str path, bl_str root, bl_str *out)
{
	if (root.n == 1) {
		*out = bl_str_slice(path, 1, path.n);
		return true;
	}
	if (!bl_relative_within(path, root))
		return false;
	*out = bl_str_slice(path, root.n + 1, path.n);
	return true;
}

/* For what is not on the disk, as in the index or a revision: joined to the current directory by words alone. */
static bool by_words(bl_arena *arena, const char *path, bl_str root, bl_str *out)
{
	char cwd[PATH_MAX];
	bl_str whole = bl_str_of(path), clean;
	if (path[0] != '/') {
		if (!getcwd(cwd, sizeof cwd))
			return false;
		whole = bl_str_fmt(arena, "%s/%s", cwd, path);
	}
	if (!bl_relative_clean(arena, bl_str_slice(whole, 1, whole.n), &clean))
		return false;
	return below_root(bl_str_cat(arena, BL_STR("/"), clean), root, out);
}

/* The real path of path's folder with its last name kept, so that a link to a file keeps its own name. */
static bool real_path(bl_arena *arena, const char *path, bl_str *out)
{
	char real[PATH_MAX];
	struct stat st;
	bl_str whole = bl_str_of(path);
	while (whole.n > 1 && whole.p[whole.n - 1] == '/')
		whole.n--;
	bl_str name = bl_str_slice(whole, (size_t)(bl_str_rfind_char(whole, '/') + 1), whole.n);
	if (stat(path, &st) < 0)
		return false;
	if (S_ISDIR(st.st_mode) || !name.n || bl_str_eqz(name, ".") || bl_str_eqz(name, "..")) {
		if (!realpath(path, real))
			return false;
		*out = bl_str_dup(arena, bl_str_of(real));
		return true;
	}
	bl_str folder = bl_str_slice(whole, 0, whole.n - name.n);
	if (!realpath(folder.n ? bl_str_z(arena, folder) : ".", real))
		return false;
	*out = bl_str_fmt(arena, "%s%s" BL_FMT, real, real[1] ? "/" : "", BL_ARG(name));
	return true;
}

bl_status bl_relative_of(const bl_repo *repo, const char *path, bl_arena *arena, bl_str *out, bl_error *error)
{
	bl_str absolute, relative, clean;
	if (!*path)
		return bl_error_set(error, BL_NOT_FOUND, "an empty path names nothing");
	bool found = real_path(arena, path, &absolute);
	if (!found && !bl_repo_reads_git(repo))
		return bl_error_set(error, errno == ENOENT || errno == ENOTDIR ? BL_NOT_FOUND : BL_FAILED,
			"cannot open '%s': %s", path, strerror(errno));
	if (found ? !below_root(absolute, repo->root, &relative) : !by_words(arena, path, repo->root, &relative)) {
		if (!repo->bare)
			return bl_error_set(error, BL_FAILED, "'%s' is outside '" BL_FMT "'", path, BL_ARG(repo->root));
		relative = bl_str_of(path);
	}
	/* the folders of a bare repository are git's own: what is named there is a path of the revision, or all of it */
	if (repo->bare && found)
		relative = BL_STR("");
	if (!bl_relative_clean(arena, relative, &clean))
		return bl_error_set(error, BL_FAILED, "'%s' may not be read", path);
	*out = clean;
	return BL_OK;
}

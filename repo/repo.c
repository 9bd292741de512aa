#include "repo/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* The folder that path names or stands in, without links. */
static bl_status folder_of(bl_arena *arena, const char *path, bl_str *out, bl_error *error)
{
	char real[PATH_MAX];
	struct stat st;
	if (!realpath(path, real) || stat(real, &st) < 0)
		return bl_error_set(error, errno == ENOENT || errno == ENOTDIR ? BL_NOT_FOUND : BL_FAILED,
			"cannot open '%s': %s", path, strerror(errno));
	bl_str folder = bl_str_of(real);
	if (!S_ISDIR(st.st_mode))
		folder.n = folder.p[1] ? (size_t)bl_str_rfind_char(folder, '/') : 1;
	*out = bl_str_dup(arena, folder.n ? folder : BL_STR("/"));
	return BL_OK;
}

/* As folder_of, but a path that the disk does not have (any more) is looked for above: the index or a revision may hold it. */
static bl_status nearest_folder(bl_arena *arena, const bl_repo_open *o, bl_str *out, bl_error *error)
{
	char *path = bl_str_z(arena, bl_str_of(o->path && *o->path ? o->path : "."));
	for (;;) {
		bl_status status = folder_of(arena, path, out, error);
		if (status != BL_NOT_FOUND || o->tree == BL_TREE_WORK)
			return status;
		char *slash = strrchr(path, '/');
		if (slash && slash != path)
			*slash = '\0';
		else
			path = bl_str_z(arena, slash ? BL_STR("/") : BL_STR("."));
	}
}

/* Outside a repository paths are relative to the current directory, when the folder is in it. */
static bl_str plain_root(bl_arena *arena, bl_str folder)
{
	char cwd[PATH_MAX], real[PATH_MAX];
	if (getcwd(cwd, sizeof cwd) && realpath(cwd, real) && real[1] && bl_relative_within(folder, bl_str_of(real)))
		return bl_str_dup(arena, bl_str_of(real));
	return folder;
}

static bl_status find_root(bl_repo *repo, const bl_repo_open *o, bl_error *error)
{
	bl_str folder;
	bl_status status;
	if (o->root)
		status = folder_of(&repo->arena, o->root, &folder, error);
	else
		status = nearest_folder(&repo->arena, o, &folder, error);
	if (status == BL_OK)
		status = bl_git_find(&repo->arena, folder, !o->root, &repo->git, &repo->root, &repo->bare, error);
	if (status != BL_OK)
		return status;
	if (!repo->git)
		repo->root = o->root ? folder : plain_root(&repo->arena, folder);
	if (repo->bare && repo->tree == BL_TREE_WORK)
		repo->tree = BL_TREE_REVISION;
	if (!repo->git && repo->tree != BL_TREE_WORK)
		return bl_error_set(error, BL_FAILED, "'" BL_FMT "' is in no git repository", BL_ARG(folder));
	if (repo->bare && repo->tree == BL_TREE_INDEX)
		return bl_error_set(error, BL_FAILED, "'" BL_FMT "' is a bare repository: it has no index",
			BL_ARG(folder));
	return BL_OK;
}

/* HEAD's commit, or empty while there is none. */
static bl_str head_commit(bl_repo *repo)
{
	git_commit *head = NULL;
	if (bl_git_commit(repo, "HEAD", &head, NULL) != BL_OK)
		return BL_STR("");
	char digits[GIT_OID_HEXSZ + 1];
	git_oid_tostr(digits, sizeof digits, git_commit_id(head));
	git_commit_free(head);
	return bl_str_dup(&repo->arena, bl_str_of(digits));
}

static bl_status start(bl_repo *repo, const bl_repo_open *o, bl_error *error)
{
	bl_status status = find_root(repo, o, error);
	if (status != BL_OK)
		return status;
	repo->name = bl_str_dup(&repo->arena, o->name);
	if (repo->git && !repo->name.n)
		repo->name = bl_git_origin(&repo->arena, repo->git);
	if (repo->tree == BL_TREE_REVISION)
		return bl_git_tree(repo, o->revision ? o->revision : "HEAD", &repo->revision, &repo->commit, error);
	if (repo->git)
		repo->commit = head_commit(repo);
	if (repo->tree == BL_TREE_INDEX)
		return BL_OK;
	repo->root_fd = open(repo->root.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (repo->root_fd < 0)
		return bl_error_set(error, BL_FAILED, "cannot open '%s': %s", repo->root.p, strerror(errno));
	return BL_OK;
}

bl_status bl_repo_new(const bl_repo_open *o, bl_repo **out, bl_error *error)
{
	bl_git_init();
	bl_repo *repo = bl_xmalloc(sizeof *repo);
	repo->tree = o->tree;
	repo->root_fd = repo->folder_fd = -1;
	repo->name = repo->commit = BL_STR("");
	bl_status status = start(repo, o, error);
	if (status == BL_OK)
		*out = repo;
	else
		bl_repo_free(repo);
	return status;
}

void bl_repo_free(bl_repo *repo)
{
	if (!repo)
		return;
	if (repo->folder_fd >= 0)
		close(repo->folder_fd);
	if (repo->root_fd >= 0)
		close(repo->root_fd);
	git_tree_free(repo->revision);
	git_repository_free(repo->git);
	bl_arena_done(&repo->folder_arena);
	bl_arena_done(&repo->arena);
	free(repo);
}

bl_str bl_repo_name(const bl_repo *repo)
{
	return repo->name;
}

bl_str bl_repo_root(const bl_repo *repo)
{
	return repo->root;
}

bool bl_repo_is_git(const bl_repo *repo)
{
	return repo->git != NULL;
}

bl_str bl_repo_commit(const bl_repo *repo)
{
	return repo->commit;
}

/* A folder that directly holds one of these is the top of somebody's repository, though its history may not be here. */
static const char *const tops[] = {
	".azuredevops", ".circleci", ".git", ".github", ".gitlab", ".gitlab-ci.yml", ".hg", ".pre-commit-config.yaml", ".svn",
};

bl_str bl_repo_enclosing(const bl_repo *repo, bl_arena *arena)
{
	bl_str folder = repo->root;
	if (repo->git || bl_repo_reads_git(repo))
		return BL_STR("");
	for (; folder.n > 1; folder.n = (size_t)bl_str_rfind_char(folder, '/')) {
		for (size_t i = 0; i < sizeof tops / sizeof *tops; i++) {
			bl_str top = bl_relative_join(arena, folder, bl_str_of(tops[i]));
			if (faccessat(AT_FDCWD, top.p, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
				return folder.n < repo->root.n ? bl_str_dup(arena, folder) : BL_STR("");
		}
	}
	return BL_STR("");
}

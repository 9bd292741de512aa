/* What the files of repo/ share. Nobody outside includes this. */
#ifndef BL_REPO_INTERNAL_H
#define BL_REPO_INTERNAL_H

#include "repo/repo.h"

#include <git2.h>

enum {
	BL_REPO_MAX_DEPTH = 200, /* folders within folders; each one open while it is walked */
	BL_REPO_MAX_LINKS = 20,  /* links followed for one path */
	BL_REPO_PEEK = 8000      /* bytes looked at to tell text from binary, as git does */
};

/* A file of a revision or of the index. */
typedef struct bl_git_entry {
	bl_str path;
	git_oid id;
	bool link;
	bl_str target; /* of a link */
	int stage; /* in the index: 0, or a side of a conflict: 1 the base, 2 ours, 3 theirs */
} bl_git_entry;

typedef struct bl_git_entries {
	bl_git_entry *items; /* sorted by path */
	size_t n;
	BL_VEC(bl_str) submodules; /* sorted */
	BL_VEC(bl_str) refused;    /* names that no work tree may hold */
	bool deep, many;           /* a limit left some out */
} bl_git_entries;

struct bl_repo {
	bl_arena arena;
	bl_str name, root, commit;
	bl_tree_kind tree;
	git_repository *git; /* NULL: a plain folder */
	git_tree *revision;  /* BL_TREE_REVISION */
	bool bare;
	int root_fd;
	bl_str folder; /* the folder last opened, and its descriptor or -1: files are mostly read folder by folder */
	int folder_fd;
	bl_arena folder_arena;
	bl_git_entries *files;   /* of the revision or the index, once listed */
	bl_git_entries *tracked; /* of the work tree's index, once asked for */
};

static inline bool bl_repo_reads_git(const bl_repo *repo)
{
	return repo->tree != BL_TREE_WORK;
}

/* relative.c: paths below the root */

/*
 * The plain form of a path relative to the root: no ".", no "..", no empty component. False when it leads out of the root, into a
 * .git folder, or holds a NUL; "" is the root.
 */
bool bl_relative_clean(bl_arena *arena, bl_str path, bl_str *out);
bool bl_relative_name_allowed(bl_str name);
bl_str bl_relative_join(bl_arena *arena, bl_str folder, bl_str name);
/* Is path folder itself, or below it? "" holds everything. */
bool bl_relative_within(bl_str path, bl_str folder);
/* The path below the root of what the command line names; links on the way are resolved, a last one to a file is kept. */
bl_status bl_relative_of(const bl_repo *repo, const char *path, bl_arena *arena, bl_str *out, bl_error *error);

/* read.c: work trees, descriptor by descriptor */

bl_content bl_read_classify(bl_str bytes);
/* Opens what path (clean) names, following links inside the root. The caller closes *fd. flags are added to open's. */
bl_status bl_read_open(bl_repo *repo, bl_str path, int flags, int *fd, bl_error *error);
/* Does the file begin as a binary does? */
bool bl_read_looks_binary(int fd);

/* git.c: what libgit2 holds */

bl_status bl_git_failed(bl_error *error, const char *doing);
void bl_git_init(void);
/* Finds and opens the repository that holds folder; above says whether folders above it are tried. *git is NULL when there is none. */
bl_status bl_git_find(bl_arena *arena, bl_str folder, bool above, git_repository **git, bl_str *root, bool *bare,
	bl_error *error);
bl_str bl_git_origin(bl_arena *arena, git_repository *git);
bl_status bl_git_commit(bl_repo *repo, const char *revision, git_commit **out, bl_error *error);
/* follow.c: the difference of two trees with renames told; the caller frees it. NULL when it cannot be made. */
git_diff *bl_git_renames(bl_repo *repo, git_tree *old, git_tree *new);
bl_status bl_git_tree(bl_repo *repo, const char *revision, git_tree **tree, bl_str *commit, bl_error *error);
bl_status bl_git_index(bl_repo *repo, git_index **out, bl_error *error);
/* The files of the tree that repo reads, listed once. */
bl_status bl_git_list(bl_repo *repo, const bl_git_entries **out, bl_error *error);
/* Does the index know path, or something below it? */
bool bl_git_tracks(bl_repo *repo, bl_str path);
/* The first entry at or after path. */
size_t bl_git_at(const bl_git_entries *entries, bl_str path);
/* path with every link on its way followed; false when one leads out of the root or there are too many. */
bool bl_git_resolve(const bl_git_entries *entries, bl_arena *arena, bl_str path, bl_str *out);
/* The file that path names, links followed; NULL when there is none. */
const bl_git_entry *bl_git_file(const bl_git_entries *entries, bl_arena *arena, bl_str path);
bl_status bl_git_size(bl_repo *repo, const bl_git_entry *entry, size_t *size, bl_error *error);
bl_status bl_git_read(bl_repo *repo, const bl_git_entry *entry, bl_arena *arena, bl_str *out, bl_error *error);

/* origin.c */

/* host/owner/name of a remote's address, without user names, passwords and ports; empty for a local path. */
bl_str bl_origin_name(bl_arena *arena, bl_str url);

#endif

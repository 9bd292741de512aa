/* Where a file of an older commit is today. */
#include "repo/internal.h"

enum { RENAME_LIMIT = 400, MIN_DIGITS = 7 };

/* Digits alone: what an export holds must not be read as git's language of revisions. */
static bool is_commit(bl_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
			return false;
	return s.n >= MIN_DIGITS && s.n <= GIT_OID_HEXSZ;
}

static bool has_path(git_tree *tree, const char *path)
{
	git_tree_entry *entry = NULL;
	bool has = git_tree_entry_bypath(&entry, tree, path) == 0;
	git_tree_entry_free(entry);
	return has;
}

/* Is name the path, or the path as labels can hold it: '/' as "__", '.' as "_", in small letters? */
static bool is_name_of(bl_str name, const char *path)
{
	size_t i = 0;
	if (bl_str_eqz(name, path))
		return true;
	for (const char *p = path; *p; p++) {
		char ch = *p >= 'A' && *p <= 'Z' ? (char)(*p + 'a' - 'A') : *p;
		if (i >= name.n || name.p[i++] != (ch == '/' || ch == '.' ? '_' : ch))
			return false;
		if (ch == '/' && (i >= name.n || name.p[i++] != '_'))
			return false;
	}
	return i == name.n;
}

git_diff *bl_git_renames(bl_repo *repo, git_tree *old, git_tree *new)
{
	git_diff *diff = NULL;
	git_diff_options options = GIT_DIFF_OPTIONS_INIT;
	git_diff_find_options find = GIT_DIFF_FIND_OPTIONS_INIT;
	options.flags = GIT_DIFF_IGNORE_SUBMODULES | GIT_DIFF_IGNORE_FILEMODE;
	options.max_size = BL_REPO_MAX_FILE;
	find.flags = GIT_DIFF_FIND_RENAMES;
	find.rename_limit = RENAME_LIMIT;
	if (git_diff_tree_to_tree(&diff, repo->git, old, new, &options) == 0 && git_diff_find_similar(diff, &find) == 0)
		return diff;
	git_diff_free(diff);
	return NULL;
}

static bool find_rename(bl_repo *repo, git_tree *old, git_tree *new, bl_str path, bl_arena *arena, bl_str *now)
{
	git_diff *diff = bl_git_renames(repo, old, new);
	bool found = false;
	for (size_t i = 0; diff && i < git_diff_num_deltas(diff) && !found; i++) {
		const git_diff_delta *d = git_diff_get_delta(diff, i);
		found = d->status == GIT_DELTA_RENAMED && is_name_of(path, d->old_file.path);
		if (found)
			*now = bl_str_dup(arena, bl_str_of(d->new_file.path));
	}
	git_diff_free(diff);
	return found;
}

bool bl_repo_follow(bl_repo *repo, bl_str commit, bl_str path, bl_arena *arena, bl_str *now)
{
	git_commit *old = NULL, *head = NULL;
	git_tree *before = NULL, *after = NULL;
	const char *z = bl_str_z(arena, path);
	if (!repo->git || !is_commit(commit) || bl_git_commit(repo, bl_str_z(arena, commit), &old, NULL) != BL_OK)
		return false;
	bool known = bl_git_commit(repo, repo->commit.n ? repo->commit.p : "HEAD", &head, NULL) == BL_OK &&
		(git_oid_equal(git_commit_id(old), git_commit_id(head)) ||
			git_graph_descendant_of(repo->git, git_commit_id(head), git_commit_id(old)) == 1);
	*now = path;
	if (known && path.n && git_commit_tree(&before, old) == 0 && git_commit_tree(&after, head) == 0 && !has_path(after, z))
		find_rename(repo, before, after, path, arena, now);
	git_tree_free(before);
	git_tree_free(after);
	git_commit_free(old);
	git_commit_free(head);
	return known;
}

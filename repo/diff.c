#include "repo/internal.h"

#include <stdlib.h>

static bl_str oid_text(bl_arena *arena, const git_oid *id)
{
	char digits[GIT_OID_HEXSZ + 1];
	git_oid_tostr(digits, sizeof digits, id);
	return bl_str_dup(arena, bl_str_of(digits));
}

static bl_status merge_base(bl_repo *repo, const char *base, const char *head, bl_arena *arena, git_commit **out,
	bl_str *digits, bl_error *error)
{
	git_commit *b = NULL, *h = NULL;
	git_oid id;
	bl_status status = bl_git_commit(repo, base, &b, error);
	if (status == BL_OK)
		status = bl_git_commit(repo, head, &h, error);
	if (status == BL_OK && git_merge_base(&id, repo->git, git_commit_id(b), git_commit_id(h)) != 0)
		status = bl_error_set(error, BL_FAILED, "'%s' and '%s' have no common ancestor%s", base, head,
			git_repository_is_shallow(repo->git) == 1
				? " in this shallow clone (hint: fetch the whole history)"
				: "");
	if (status == BL_OK && git_commit_lookup(out, repo->git, &id) != 0)
		status = bl_git_failed(error, "read the merge base");
	if (status == BL_OK)
		*digits = oid_text(arena, &id);
	git_commit_free(b);
	git_commit_free(h);
	return status;
}

static int diff_work(bl_repo *repo, git_tree *old, git_diff_options *options, git_diff **out)
{
	options->flags |= GIT_DIFF_INCLUDE_UNTRACKED | GIT_DIFF_RECURSE_UNTRACKED_DIRS |
		GIT_DIFF_SHOW_UNTRACKED_CONTENT;
	return git_diff_tree_to_workdir_with_index(out, repo->git, old, options);
}

static int diff_index(bl_repo *repo, git_tree *old, git_diff_options *options, git_diff **out)
{
	git_index *index = NULL;
	if (bl_git_index(repo, &index, NULL) != BL_OK)
		return -1;
	int code = git_diff_tree_to_index(out, repo->git, old, index, options);
	git_index_free(index);
	return code;
}

static int diff_commit(bl_repo *repo, const char *head, git_tree *old, git_diff_options *options, git_diff **out)
{
	git_commit *commit = NULL;
	git_tree *tree = NULL;
	int code = -1;
	if (bl_git_commit(repo, head, &commit, NULL) == BL_OK && git_commit_tree(&tree, commit) == 0)
		code = git_diff_tree_to_tree(out, repo->git, old, tree, options);
	git_tree_free(tree);
	git_commit_free(commit);
	return code;
}

/* head NULL: against what repo was opened on. */
static bl_status make_diff(bl_repo *repo, git_tree *old, const char *head, git_diff **out, bl_error *error)
{
	git_diff_options options = GIT_DIFF_OPTIONS_INIT;
	git_diff_find_options find = GIT_DIFF_FIND_OPTIONS_INIT;
	options.flags = GIT_DIFF_IGNORE_SUBMODULES | GIT_DIFF_IGNORE_FILEMODE;
	options.ignore_submodules = GIT_SUBMODULE_IGNORE_ALL;
	options.context_lines = 3;
	options.max_size = BL_REPO_MAX_FILE;
	int code;
	if (!head && repo->tree == BL_TREE_WORK)
		code = diff_work(repo, old, &options, out);
	else if (!head && repo->tree == BL_TREE_INDEX)
		code = diff_index(repo, old, &options, out);
	else
		code = diff_commit(repo, head ? head : repo->commit.p, old, &options, out);
	if (code != 0)
		return bl_git_failed(error, "compare the two sides");
	/* likeness costs the square of the files that came and went; past the limit only equal files are renames */
	find.flags = GIT_DIFF_FIND_RENAMES | GIT_DIFF_FIND_FOR_UNTRACKED;
	find.rename_limit = 400;
	if (git_diff_find_similar(*out, &find) != 0)
		return bl_git_failed(error, "find renamed files");
	return BL_OK;
}

static char status_of(git_delta_t status)
{
	switch (status) {
	case GIT_DELTA_ADDED:
	case GIT_DELTA_COPIED:
	case GIT_DELTA_UNTRACKED:
		return 'A';
	case GIT_DELTA_DELETED:
		return 'D';
	case GIT_DELTA_RENAMED:
		return 'R';
	case GIT_DELTA_MODIFIED:
	case GIT_DELTA_TYPECHANGE:
	case GIT_DELTA_CONFLICTED:
		return 'M';
	default:
		return 0;
	}
}

static bool is_file(const git_diff_file *file)
{
	return file->mode == GIT_FILEMODE_BLOB || file->mode == GIT_FILEMODE_BLOB_EXECUTABLE ||
		file->mode == 0100664; /* as old programs wrote it */
}

static bl_str blob_text(bl_repo *repo, const git_oid *id, bl_arena *arena)
{
	git_blob *blob = NULL;
	bl_str text = BL_STR("");
	if (git_oid_is_zero(id) || git_blob_lookup(&blob, repo->git, id) != 0)
		return text;
	if (git_blob_rawsize(blob) <= BL_REPO_MAX_FILE && !git_blob_is_binary(blob))
		text = bl_str_dup(arena, bl_str_make(git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob)));
	git_blob_free(blob);
	return text;
}

/* A work tree's file has no blob yet. */
static bl_str head_text(bl_repo *repo, const char *head, const git_diff_file *file, bl_arena *arena)
{
	bl_str text;
	if (head || bl_repo_reads_git(repo))
		return blob_text(repo, &file->id, arena);
	return bl_repo_read(repo, bl_str_of(file->path), arena, &text, NULL) == BL_OK ? text : BL_STR("");
}

static bl_status add_hunks(git_diff *diff, size_t i, bl_arena *arena, bl_change *change, bl_error *error)
{
	git_patch *patch = NULL;
	if (git_patch_from_diff(&patch, diff, i) != 0)
		return bl_git_failed(error, "compare a file");
	for (size_t h = 0; patch && h < git_patch_num_hunks(patch); h++) {
		const git_diff_hunk *hunk;
		if (git_patch_get_hunk(&hunk, NULL, patch, h) != 0)
			continue;
		bl_vec_push(arena, &change->hunks,
			((bl_hunk){(uint32_t)hunk->old_start, (uint32_t)hunk->old_lines, (uint32_t)hunk->new_start,
				(uint32_t)hunk->new_lines}));
	}
	git_patch_free(patch);
	return BL_OK;
}

static bl_status add_change(bl_repo *repo, git_diff *diff, size_t i, const char *head, bl_arena *arena,
	bl_changes *out, bl_error *error)
{
	const git_diff_delta *delta = git_diff_get_delta(diff, i);
	char status = status_of(delta->status);
	bool before = is_file(&delta->old_file), after = is_file(&delta->new_file);
	if (!status || (!before && !after))
		return BL_OK;
	/* a file that became a link is gone, and the other way round */
	if (status != 'A' && status != 'D' && before != after)
		status = after ? 'A' : 'D';
	bl_change *c = bl_vec_add(arena, out);
	c->status = status;
	c->path = bl_str_dup(arena, bl_str_of(status == 'D' ? delta->old_file.path : delta->new_file.path));
	c->old_path = status == 'R' ? bl_str_dup(arena, bl_str_of(delta->old_file.path)) : c->path;
	c->base_text = before ? blob_text(repo, &delta->old_file.id, arena) : BL_STR("");
	c->head_text = after && status != 'D' ? head_text(repo, head, &delta->new_file, arena) : BL_STR("");
	return add_hunks(diff, i, arena, c, error);
}

static int by_path(const void *a, const void *b)
{
	return bl_str_cmp(((const bl_change *)a)->path, ((const bl_change *)b)->path);
}

static bl_status changes(bl_repo *repo, git_commit *ancestor, const char *head, bl_arena *arena, bl_changes *out,
	bl_error *error)
{
	git_tree *tree = NULL;
	git_diff *diff = NULL;
	bl_status status;
	if (git_commit_tree(&tree, ancestor) != 0)
		status = bl_git_failed(error, "read the merge base");
	else
		status = make_diff(repo, tree, head, &diff, error);
	for (size_t i = 0; status == BL_OK && i < git_diff_num_deltas(diff); i++)
		status = add_change(repo, diff, i, head, arena, out, error);
	git_diff_free(diff);
	git_tree_free(tree);
	if (status == BL_OK && out->n)
		qsort(out->items, out->n, sizeof *out->items, by_path);
	return status;
}

bl_status bl_repo_changes(bl_repo *repo, const char *base, const char *head, bl_arena *arena, bl_changes *out,
	bl_str *ancestor, bl_error *error)
{
	if (!repo->git)
		return bl_error_set(error, BL_FAILED, "'" BL_FMT "' is in no git repository: there is nothing to compare",
			BL_ARG(repo->root));
	git_commit *commit = NULL;
	bl_changes found = {0};
	bl_str digits = {0};
	const char *tip = head ? head : repo->tree == BL_TREE_REVISION && repo->commit.n ? repo->commit.p : "HEAD";
	bl_status status = merge_base(repo, base, tip, arena, &commit, &digits, error);
	if (status == BL_OK)
		status = changes(repo, commit, head, arena, &found, error);
	git_commit_free(commit);
	if (status != BL_OK)
		return status;
	*out = found;
	*ancestor = digits;
	return BL_OK;
}

bl_status bl_repo_patch(bl_str path, bl_str old_text, bl_str new_text, bl_buf *out, bl_error *error)
{
	git_diff_options options = GIT_DIFF_OPTIONS_INIT;
	git_patch *patch = NULL;
	git_buf text = {0};
	bl_arena scratch = {0};
	const char *name = bl_str_z(&scratch, path);
	bl_git_init();
	bl_status status = BL_OK;
	if (git_patch_from_buffers(&patch, old_text.p, old_text.n, name, new_text.p, new_text.n, name, &options) != 0 ||
		git_patch_to_buf(&text, patch) != 0)
		status = bl_git_failed(error, "compare two texts");
	else
		bl_buf_put(out, bl_str_make(text.ptr, text.size));
	git_buf_dispose(&text);
	git_patch_free(patch);
	bl_arena_done(&scratch);
	return status;
}

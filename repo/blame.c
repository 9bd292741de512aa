#include "repo/internal.h"

/* How many lines a file has at HEAD; 0 when it is not there. */
static uint32_t lines_at_head(bl_repo *repo, const char *path)
{
	git_commit *commit = NULL;
	git_tree *tree = NULL;
	git_tree_entry *entry = NULL;
	git_blob *blob = NULL;
	uint32_t lines = 0;
	if (bl_git_commit(repo, "HEAD", &commit, NULL) == BL_OK && git_commit_tree(&tree, commit) == 0 &&
		git_tree_entry_bypath(&entry, tree, path) == 0 &&
		git_blob_lookup(&blob, repo->git, git_tree_entry_id(entry)) == 0) {
		bl_str text = bl_str_make(git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob));
		for (size_t i = 0; i < text.n; i++)
			lines += text.p[i] == '\n';
		lines += text.n && text.p[text.n - 1] != '\n';
	}
	git_blob_free(blob);
	git_tree_entry_free(entry);
	git_tree_free(tree);
	git_commit_free(commit);
	return lines;
}

static const git_blame_hunk *newest(git_blame *blame)
{
	const git_blame_hunk *best = NULL;
	for (uint32_t i = 0; i < git_blame_get_hunk_count(blame); i++) {
		const git_blame_hunk *hunk = git_blame_get_hunk_byindex(blame, i);
		if (!hunk || !hunk->final_signature)
			continue;
		git_time_t time = hunk->final_signature->when.time;
		if (!best || time > best->final_signature->when.time ||
			(time == best->final_signature->when.time &&
				git_oid_cmp(&hunk->final_commit_id, &best->final_commit_id) < 0))
			best = hunk;
	}
	return best;
}

bl_status bl_repo_blame(bl_repo *repo, bl_str path, uint32_t from, uint32_t to, bl_arena *arena, bl_blame *out,
	bl_error *error)
{
	git_blame_options options = GIT_BLAME_OPTIONS_INIT;
	git_blame *blame = NULL;
	bl_str clean;
	if (!repo->git)
		return bl_error_set(error, BL_NOT_FOUND, "'" BL_FMT "' is in no git repository", BL_ARG(path));
	if (!bl_relative_clean(arena, path, &clean))
		return bl_error_set(error, BL_FAILED, "'" BL_FMT "' is no file inside the repository", BL_ARG(path));
	uint32_t lines = lines_at_head(repo, clean.p);
	if (!from || from > lines || to < from)
		return bl_error_set(error, BL_NOT_FOUND, "HEAD has no line %u in '" BL_FMT "'", from, BL_ARG(path));
	options.min_line = from;
	options.max_line = to > lines ? lines : to;
	if (git_blame_file(&blame, repo->git, clean.p, &options) != 0)
		return bl_git_failed(error, "find who wrote the lines");
	const git_blame_hunk *hunk = newest(blame);
	bl_status status = BL_OK;
	if (hunk) {
		char digits[GIT_OID_HEXSZ + 1];
		git_oid_tostr(digits, sizeof digits, &hunk->final_commit_id);
		out->commit = bl_str_dup(arena, bl_str_of(digits));
		out->author = bl_str_dup(arena, bl_str_of(hunk->final_signature->name));
		out->email = bl_str_dup(arena, bl_str_of(hunk->final_signature->email));
		out->time = hunk->final_signature->when.time;
	} else {
		status = bl_error_set(error, BL_NOT_FOUND, "nobody is known to have written '" BL_FMT "'", BL_ARG(path));
	}
	git_blame_free(blame);
	return status;
}

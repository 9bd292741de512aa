#include "repo/internal.h"

/* The lines of a text that are not what HEAD has, between two runs that are. */
typedef struct change {
	uint32_t old_first, old_lines, new_first, new_lines;
} change;

typedef struct changes {
	bl_arena *arena;
	BL_VEC(change) list;
} changes;

static git_blob *blob_at_head(bl_repo *repo, const char *path)
{
	git_commit *commit = NULL;
	git_tree *tree = NULL;
	git_tree_entry *entry = NULL;
	git_blob *blob = NULL;
	if (bl_git_commit(repo, "HEAD", &commit, NULL) != BL_OK || git_commit_tree(&tree, commit) != 0 ||
		git_tree_entry_bypath(&entry, tree, path) != 0 || git_blob_lookup(&blob, repo->git, git_tree_entry_id(entry)) != 0)
		blob = NULL;
	git_tree_entry_free(entry);
	git_tree_free(tree);
	git_commit_free(commit);
	return blob;
}

static int on_hunk(const git_diff_delta *delta, const git_diff_hunk *hunk, void *context)
{
	changes *c = context;
	(void)delta;
	/* without lines on a side git names the line before */
	change found = {(uint32_t)hunk->old_start + !hunk->old_lines, (uint32_t)hunk->old_lines,
		(uint32_t)hunk->new_start + !hunk->new_lines, (uint32_t)hunk->new_lines};
	bl_vec_push(c->arena, &c->list, found);
	return 0;
}

/* n lines from old_first on at HEAD stand in the text from new_first on. */
static void add_unchanged(const git_blame *blame, uint32_t old_first, uint32_t new_first, uint32_t n, bl_arena *arena, bl_blames *out)
{
	for (uint32_t i = 0; n && i < git_blame_get_hunk_count((git_blame *)blame); i++) {
		const git_blame_hunk *hunk = git_blame_get_hunk_byindex((git_blame *)blame, i);
		uint32_t first = (uint32_t)hunk->final_start_line_number, end = first + (uint32_t)hunk->lines_in_hunk;
		uint32_t from = first > old_first ? first : old_first, to = end < old_first + n ? end : old_first + n;
		char digits[GIT_OID_HEXSZ + 1];
		if (from >= to || !hunk->final_signature)
			continue;
		git_oid_tostr(digits, sizeof digits, &hunk->final_commit_id);
		bl_blame run = {.first = new_first + (from - old_first), .lines = to - from};
		run.commit = bl_str_dup(arena, bl_str_of(digits));
		run.author = bl_str_dup(arena, bl_str_of(hunk->final_signature->name));
		run.email = bl_str_dup(arena, bl_str_of(hunk->final_signature->email));
		run.time = hunk->final_signature->when.time;
		bl_vec_push(arena, out, run);
	}
}

/* git_blame_buffer would do this, and in libgit2 1.5 reads freed memory. */
static void merge(const git_blame *blame, const changes *c, bl_arena *arena, bl_blames *out)
{
	uint32_t old_line = 1, new_line = 1;
	for (size_t i = 0; i < c->list.n; i++) {
		const change *d = &c->list.items[i];
		add_unchanged(blame, old_line, new_line, d->new_first - new_line, arena, out);
		if (d->new_lines)
			bl_vec_push(arena, out, ((bl_blame){.first = d->new_first, .lines = d->new_lines}));
		old_line = d->old_first + d->old_lines;
		new_line = d->new_first + d->new_lines;
	}
	add_unchanged(blame, old_line, new_line, UINT32_MAX - new_line - old_line, arena, out);
}

bl_status bl_repo_blame(bl_repo *repo, bl_str path, bl_str text, bl_arena *arena, bl_blames *out, bl_error *error)
{
	git_blame_options options = GIT_BLAME_OPTIONS_INIT;
	git_diff_options compare = GIT_DIFF_OPTIONS_INIT;
	git_blame *blame = NULL;
	changes c = {.arena = arena};
	bl_str clean;
	bl_status status = BL_OK;
	compare.context_lines = 0;
	if (!repo->git)
		return bl_error_set(error, BL_NOT_FOUND, "'" BL_FMT "' is in no git repository", BL_ARG(path));
	if (!bl_relative_clean(arena, path, &clean))
		return bl_error_set(error, BL_FAILED, "'" BL_FMT "' is no file inside the repository", BL_ARG(path));
	git_blob *blob = blob_at_head(repo, clean.p);
	if (!blob)
		return bl_error_set(error, BL_NOT_FOUND, "HEAD has no file '" BL_FMT "'", BL_ARG(path));
	if (git_blame_file(&blame, repo->git, clean.p, &options) != 0 ||
		git_diff_buffers(git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob), NULL, text.p, text.n, NULL, &compare, NULL, NULL,
			on_hunk, NULL, &c) != 0)
		status = bl_git_failed(error, "find who wrote the lines");
	else
		merge(blame, &c, arena, out);
	git_blame_free(blame);
	git_blob_free(blob);
	return status;
}

/* What a line of a file said before it said what it says now. */
#include "repo/internal.h"

enum { MAX_STEPS = 6, MAX_BLOCK = 400 /* lines of one change among which a line is looked for */ };

typedef struct past {
	bl_repo *repo;
	bl_arena *arena;
	const char *path; /* what the file is called in commit */
	git_commit *commit;
	bl_str text; /* that line is counted in */
	uint32_t line;
} past;

/* Where the line stands in the older text. */
typedef struct change {
	uint32_t line;                 /* in the newer text */
	int64_t shift;                 /* lines that the changes above it took away, less those that they added */
	uint32_t old_first, old_lines, new_first, new_lines; /* the change that it stands in; new_lines 0: in none */
} change;

static int on_hunk(const git_diff_delta *delta, const git_diff_hunk *hunk, void *context)
{
	change *c = context;
	(void)delta;
	uint32_t first = (uint32_t)hunk->new_start, lines = (uint32_t)hunk->new_lines;
	if (lines && c->line >= first && c->line < first + lines) {
		c->old_first = (uint32_t)hunk->old_start;
		c->old_lines = (uint32_t)hunk->old_lines;
		c->new_first = first;
		c->new_lines = lines;
	} else if (first + lines <= c->line) {
		c->shift += hunk->old_lines - hunk->new_lines;
	}
	return 0;
}

static bl_str line_at(bl_str text, uint32_t line)
{
	bl_str found = {0};
	for (uint32_t i = 0; i < line && text.n; i++)
		text = bl_str_cut(text, '\n', &found);
	return found;
}

static uint32_t count_lines(bl_str text)
{
	uint32_t n = 0;
	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n' || i + 1 == text.n;
	return n;
}

/* What is set: all before the first '=' or ':'. */
static bl_str key_of(bl_str line)
{
	size_t end = 0;
	line = bl_str_trim(line);
	while (end < line.n && line.p[end] != '=' && line.p[end] != ':')
		end++;
	return end < line.n ? bl_str_trim(bl_str_slice(line, 0, end)) : BL_STR("");
}

/* The one line of the change's older side that sets the same; else, where both sides have as many lines, the one in its place. 0 for none. */
static uint32_t counterpart(bl_str old, bl_str now, const change *c)
{
	bl_str key = key_of(line_at(now, c->line));
	uint32_t found = 0, n = 0;
	if (c->old_lines > MAX_BLOCK)
		return 0;
	for (uint32_t i = 0; key.n && i < c->old_lines; i++) {
		if (!bl_str_eq(key_of(line_at(old, c->old_first + i)), key))
			continue;
		found = c->old_first + i;
		n++;
	}
	if (n == 1)
		return found;
	return c->old_lines == c->new_lines ? c->old_first + (c->line - c->new_first) : 0;
}

/* What the file at path of commit was called in older; path itself where it was not renamed, NULL where it was not there. */
static const char *called_before(past *p, git_commit *older)
{
	git_tree *before = NULL, *after = NULL;
	git_tree_entry *entry = NULL;
	const char *name = NULL;
	if (git_commit_tree(&before, older) == 0 && git_commit_tree(&after, p->commit) == 0) {
		git_diff *diff = NULL;
		if (git_tree_entry_bypath(&entry, before, p->path) == 0)
			name = p->path;
		else
			diff = bl_git_renames(p->repo, before, after);
		for (size_t i = 0; diff && i < git_diff_num_deltas(diff) && !name; i++) {
			const git_diff_delta *d = git_diff_get_delta(diff, i);
			if (d->status == GIT_DELTA_RENAMED && strcmp(d->new_file.path, p->path) == 0)
				name = bl_str_dup(p->arena, bl_str_of(d->old_file.path)).p;
		}
		git_diff_free(diff);
	}
	git_tree_entry_free(entry);
	git_tree_free(before);
	git_tree_free(after);
	return name;
}

static bool read_at(past *p, bl_str *out)
{
	git_tree *tree = NULL;
	git_tree_entry *entry = NULL;
	git_blob *blob = NULL;
	bool read = git_commit_tree(&tree, p->commit) == 0 && git_tree_entry_bypath(&entry, tree, p->path) == 0 &&
		git_blob_lookup(&blob, p->repo->git, git_tree_entry_id(entry)) == 0 && git_blob_rawsize(blob) <= BL_REPO_MAX_FILE;
	if (read)
		*out = bl_str_dup(p->arena, bl_str_make(git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob)));
	git_blob_free(blob);
	git_tree_entry_free(entry);
	git_tree_free(tree);
	return read;
}

typedef enum step { STEP_ON, STEP_BORN /* the line is new in the newer text */, STEP_LOST } step;

/* From the newer text to commit's: where is the line there, and what did it say, if that is something else? */
static step step_into(past *p, bl_repo_past *out)
{
	git_diff_options options = GIT_DIFF_OPTIONS_INIT;
	options.context_lines = 0;
	bl_str old;
	change c = {.line = p->line};
	if (!read_at(p, &old) || git_diff_buffers(old.p, old.n, NULL, p->text.p, p->text.n, NULL, &options, NULL, NULL, on_hunk, NULL, &c) != 0)
		return STEP_LOST;
	uint32_t at = c.new_lines ? counterpart(old, p->text, &c) : (uint32_t)(p->line + c.shift);
	if (c.new_lines && !c.old_lines)
		return STEP_BORN;
	if (!at || at > count_lines(old))
		return STEP_LOST;
	if (c.new_lines)
		bl_vec_push(p->arena, &out->lines, line_at(old, at));
	p->text = old;
	p->line = at;
	return STEP_ON;
}

/* To the parent of the commit that wrote the line. */
static step step_back(past *p)
{
	git_blame_options options = GIT_BLAME_OPTIONS_INIT;
	git_blame *blame = NULL;
	git_commit *writer = NULL, *parent = NULL;
	step result = STEP_LOST;
	options.newest_commit = *git_commit_id(p->commit);
	options.min_line = options.max_line = p->line;
	const git_blame_hunk *hunk = git_blame_file(&blame, p->repo->git, p->path, &options) == 0 ?
		git_blame_get_hunk_byline(blame, p->line) : NULL;
	if (hunk && git_commit_lookup(&writer, p->repo->git, &hunk->final_commit_id) == 0) {
		if (hunk->orig_path) /* blame follows some renames */
			p->path = bl_str_dup(p->arena, bl_str_of(hunk->orig_path)).p;
		git_commit_free(p->commit);
		p->commit = writer;
		result = git_commit_parentcount(writer) ? STEP_LOST : STEP_BORN;
		if (result == STEP_LOST && git_commit_parent(&parent, writer, 0) == 0) {
			p->path = called_before(p, parent);
			git_commit_free(p->commit);
			p->commit = parent;
			result = p->path ? STEP_ON : STEP_BORN;
		}
	}
	git_blame_free(blame);
	return result;
}

bool bl_repo_line_past(bl_repo *repo, bl_str path, bl_str text, uint32_t line, bl_arena *arena, bl_repo_past *out)
{
	past p = {.repo = repo, .arena = arena, .text = text, .line = line};
	bl_str clean;
	*out = (bl_repo_past){0};
	if (!repo->git || !line || !bl_relative_clean(arena, path, &clean) ||
		bl_git_commit(repo, repo->commit.n ? repo->commit.p : "HEAD", &p.commit, NULL) != BL_OK)
		return false;
	p.path = clean.p;
	step at = step_into(&p, out);
	bool known = at != STEP_LOST;
	/* beyond its edge a shallow clone has nothing, and libgit2's blame fails there and loses memory */
	bool deep = git_repository_is_shallow(repo->git) == 0;
	for (size_t i = 0; deep && at == STEP_ON && i < MAX_STEPS; i++) {
		at = step_back(&p);
		if (at == STEP_ON)
			at = step_into(&p, out);
	}
	out->whole = at == STEP_BORN;
	git_commit_free(p.commit);
	return known;
}

#include "repo/internal.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static void set_up(void)
{
	/* What a user's or a machine's settings say must not change what is read, and reading runs nothing. */
	static const int levels[] = {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG,
		GIT_CONFIG_LEVEL_GLOBAL};
	/* extensions that leave the reading of objects as it is */
	static const char *extensions[] = {"partialclone", "preciousobjects", "worktreeconfig"};
	git_libgit2_init();
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
		git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "");
	git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions, sizeof extensions / sizeof *extensions);
	/* a checkout that another user made is the rule in a container */
	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
}

void bl_git_init(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, set_up);
}

bl_status bl_git_failed(bl_error *error, const char *doing)
{
	const git_error *last = git_error_last();
	return bl_error_set(error, BL_FAILED, "cannot %s: %s", doing,
		last && last->message ? last->message : "no reason is given");
}

static bool has(bl_arena *arena, bl_str folder, const char *name, bool is_folder)
{
	struct stat st;
	bl_str path = bl_str_fmt(arena, BL_FMT "/%s", BL_ARG(folder), name);
	return stat(path.p, &st) == 0 && (!is_folder || S_ISDIR(st.st_mode));
}

static bool looks_bare(bl_arena *arena, bl_str folder)
{
	return has(arena, folder, "HEAD", false) && has(arena, folder, "objects", true) &&
		has(arena, folder, "refs", true);
}

/* A work tree is where its .git stands, whatever core.worktree says: settings must not lead the reader elsewhere. */
static bool keep_home(git_repository *git, bl_str folder)
{
	const char *where = git_repository_workdir(git);
	char real[PATH_MAX];
	if (where && realpath(where, real) && bl_str_eqz(folder, real))
		return true;
	return git_repository_set_workdir(git, folder.p, 0) == 0;
}

bl_status bl_git_find(bl_arena *arena, bl_str folder, bool above, git_repository **git, bl_str *root, bool *bare,
	bl_error *error)
{
	bl_str at = bl_str_dup(arena, folder);
	*git = NULL;
	*bare = false;
	for (;;) {
		bool dotted = has(arena, at, ".git", false);
		bool naked = !dotted && bl_str_eq(at, folder) && looks_bare(arena, at);
		if (dotted || naked) {
			int code = git_repository_open_ext(git, at.p, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL);
			if (code == 0)
				break;
			*git = NULL;
			if (code != GIT_ENOTFOUND)
				return bl_git_failed(error, "open the repository");
		}
		if (!above || at.n <= 1)
			return BL_OK;
		ptrdiff_t slash = bl_str_rfind_char(at, '/');
		at = bl_str_dup(arena, slash > 0 ? bl_str_slice(at, 0, (size_t)slash) : BL_STR("/"));
	}
	*bare = !has(arena, at, ".git", false);
	if (!*bare && !keep_home(*git, at)) {
		git_repository_free(*git);
		*git = NULL;
		return bl_git_failed(error, "open the repository");
	}
	*root = at;
	return BL_OK;
}

bl_str bl_git_origin(bl_arena *arena, git_repository *git)
{
	/* not by git_remote_lookup: libgit2 1.5 leaks its regular expressions' matches there */
	git_config *config = NULL;
	const char *url = NULL;
	bl_str name = BL_STR("");
	if (git_repository_config_snapshot(&config, git) == 0 &&
		git_config_get_string(&url, config, "remote.origin.url") == 0)
		name = bl_origin_name(arena, bl_str_of(url));
	git_config_free(config);
	return bl_str_dup(arena, name);
}

static bl_status no_revision(bl_repo *repo, const char *revision, bl_error *error)
{
	if (git_repository_is_shallow(repo->git) == 1)
		return bl_error_set(error, BL_FAILED,
			"there is no revision '%s' in this shallow clone (hint: fetch the whole history)", revision);
	return bl_error_set(error, BL_FAILED, "there is no revision '%s'", revision);
}

bl_status bl_git_commit(bl_repo *repo, const char *revision, git_commit **out, bl_error *error)
{
	git_object *object = NULL, *commit = NULL;
	int code = git_revparse_single(&object, repo->git, revision);
	if (code == 0)
		code = git_object_peel(&commit, object, GIT_OBJECT_COMMIT);
	git_object_free(object);
	if (code != 0)
		return no_revision(repo, revision, error);
	*out = (git_commit *)commit;
	return BL_OK;
}

bl_status bl_git_tree(bl_repo *repo, const char *revision, git_tree **tree, bl_str *commit, bl_error *error)
{
	git_object *object = NULL, *peeled = NULL;
	char digits[GIT_OID_HEXSZ + 1] = "";
	int code = git_revparse_single(&object, repo->git, revision);
	if (code == 0)
		code = git_object_peel(&peeled, object, GIT_OBJECT_TREE);
	git_object_free(object);
	if (code != 0)
		return no_revision(repo, revision, error);
	*tree = (git_tree *)peeled;
	git_commit *c = NULL;
	if (bl_git_commit(repo, revision, &c, NULL) == BL_OK)
		git_oid_tostr(digits, sizeof digits, git_commit_id(c));
	git_commit_free(c);
	*commit = bl_str_dup(&repo->arena, bl_str_of(digits));
	return BL_OK;
}

bl_status bl_git_index(bl_repo *repo, git_index **out, bl_error *error)
{
	/* a commit of named paths has an index of its own, which git names to its hooks */
	const char *other = repo->tree == BL_TREE_INDEX ? getenv("GIT_INDEX_FILE") : NULL;
	int code = other && *other ? git_index_open(out, other) : git_repository_index(out, repo->git);
	return code == 0 ? BL_OK : bl_git_failed(error, "read the index");
}

/* A link's target; a blob too large for one is none. */
static bl_str link_target(bl_repo *repo, const git_oid *id)
{
	git_blob *blob = NULL;
	bl_str target = BL_STR("");
	if (git_blob_lookup(&blob, repo->git, id) == 0 && git_blob_rawsize(blob) < PATH_MAX)
		target = bl_str_dup(&repo->arena,
			bl_str_make(git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob)));
	git_blob_free(blob);
	return target;
}

typedef struct lister {
	bl_repo *repo;
	bl_git_entries *out;
	BL_VEC(bl_git_entry) files;
	bool targets;       /* are the targets of links wanted? */
} lister;

static void add(lister *l, bl_str path, const git_oid *id, unsigned mode, int stage)
{
	bl_arena *arena = &l->repo->arena;
	if (l->files.n >= BL_REPO_MAX_FILES) {
		l->out->many = true;
		return;
	}
	if (mode == GIT_FILEMODE_COMMIT) {
		bl_vec_push(arena, &l->out->submodules, path);
		return;
	}
	bl_git_entry *e = bl_vec_add(arena, &l->files);
	e->path = path;
	e->id = *id;
	e->link = mode == GIT_FILEMODE_LINK;
	e->stage = stage;
	if (e->link && l->targets)
		e->target = link_target(l->repo, id);
}

static bl_status list_tree(lister *l, const git_tree *tree, bl_str folder, int depth, bl_error *error)
{
	bl_arena *arena = &l->repo->arena;
	for (size_t i = 0; i < git_tree_entrycount(tree) && !l->out->many; i++) {
		const git_tree_entry *e = git_tree_entry_byindex(tree, i);
		bl_str name = bl_str_of(git_tree_entry_name(e));
		bl_str path = bl_relative_join(arena, folder, name);
		if (!bl_relative_name_allowed(name)) {
			bl_vec_push(arena, &l->out->refused, path);
			continue;
		}
		if (git_tree_entry_type(e) != GIT_OBJECT_TREE) {
			add(l, path, git_tree_entry_id(e), git_tree_entry_filemode(e), 0);
			continue;
		}
		if (depth >= BL_REPO_MAX_DEPTH) {
			l->out->deep = true;
			continue;
		}
		git_tree *below = NULL;
		if (git_tree_lookup(&below, l->repo->git, git_tree_entry_id(e)) != 0)
			return bl_git_failed(error, "read a tree");
		bl_status status = list_tree(l, below, path, depth + 1, error);
		git_tree_free(below);
		if (status != BL_OK)
			return status;
	}
	return BL_OK;
}

static bl_status list_index(lister *l, bl_error *error)
{
	bl_arena *arena = &l->repo->arena;
	git_index *index = NULL;
	bl_status status = bl_git_index(l->repo, &index, error);
	if (status != BL_OK)
		return status;
	for (size_t i = 0; i < git_index_entrycount(index) && !l->out->many; i++) {
		const git_index_entry *e = git_index_get_byindex(index, i);
		bl_str path = bl_str_dup(arena, bl_str_of(e->path)), clean;
		if (!bl_relative_clean(arena, path, &clean) || !bl_str_eq(path, clean))
			bl_vec_push(arena, &l->out->refused, path);
		else
			add(l, path, &e->id, e->mode, git_index_entry_stage(e));
	}
	git_index_free(index);
	return BL_OK;
}

static int by_path(const void *a, const void *b)
{
	static const int rank[] = {0, 3, 1, 2};
	const bl_git_entry *x = a, *y = b;
	int c = bl_str_cmp(x->path, y->path);
	return c ? c : rank[x->stage & 3] - rank[y->stage & 3];
}

/* Of the sides of a conflict ours is kept, where there is one. */
static size_t keep_one(bl_git_entry *items, size_t n)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		if (!kept || !bl_str_eq(items[kept - 1].path, items[i].path))
			items[kept++] = items[i];
	return kept;
}

static bl_status list(bl_repo *repo, bool index, bl_git_entries **out, bl_error *error)
{
	lister l = {.repo = repo, .out = bl_new(&repo->arena, bl_git_entries), .targets = bl_repo_reads_git(repo)};
	bl_status status = index ? list_index(&l, error) : list_tree(&l, repo->revision, BL_STR(""), 0, error);
	if (status != BL_OK)
		return status;
	if (l.files.n)
		qsort(l.files.items, l.files.n, sizeof *l.files.items, by_path);
	l.out->items = l.files.items;
	l.out->n = keep_one(l.files.items, l.files.n);
	*out = l.out;
	return BL_OK;
}

bl_status bl_git_list(bl_repo *repo, const bl_git_entries **out, bl_error *error)
{
	if (!repo->files) {
		bl_status status = list(repo, repo->tree == BL_TREE_INDEX, &repo->files, error);
		if (status != BL_OK)
			return status;
	}
	*out = repo->files;
	return BL_OK;
}

size_t bl_git_at(const bl_git_entries *entries, bl_str path)
{
	size_t lo = 0, hi = entries->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (bl_str_cmp(entries->items[mid].path, path) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool bl_git_tracks(bl_repo *repo, bl_str path)
{
	if (!repo->git || repo->bare)
		return false;
	if (!repo->tracked && list(repo, true, &repo->tracked, NULL) != BL_OK)
		repo->tracked = bl_new(&repo->arena, bl_git_entries);
	const bl_git_entries *t = repo->tracked;
	size_t i = bl_git_at(t, path);
	if (i < t->n && bl_str_eq(t->items[i].path, path))
		return true;
	bl_arena scratch = {0};
	i = bl_git_at(t, bl_str_fmt(&scratch, BL_FMT "/", BL_ARG(path)));
	bl_arena_done(&scratch);
	return i < t->n && bl_relative_within(t->items[i].path, path);
}

static const bl_git_entry *exact(const bl_git_entries *entries, bl_str path)
{
	size_t i = bl_git_at(entries, path);
	return i < entries->n && bl_str_eq(entries->items[i].path, path) ? &entries->items[i] : NULL;
}

/* The shortest beginning of path that is a link, or NULL. */
static const bl_git_entry *first_link(const bl_git_entries *entries, bl_str path)
{
	for (size_t i = 1; i <= path.n; i++) {
		if (i < path.n && path.p[i] != '/')
			continue;
		const bl_git_entry *e = exact(entries, bl_str_slice(path, 0, i));
		if (e)
			return e->link ? e : NULL;
	}
	return NULL;
}

bool bl_git_resolve(const bl_git_entries *entries, bl_arena *arena, bl_str path, bl_str *out)
{
	for (int links = 0; links <= BL_REPO_MAX_LINKS; links++) {
		const bl_git_entry *link = first_link(entries, path);
		if (!link) {
			*out = path;
			return true;
		}
		bl_str folder = bl_str_slice(link->path, 0, 0);
		ptrdiff_t slash = bl_str_rfind_char(link->path, '/');
		if (slash > 0)
			folder = bl_str_slice(link->path, 0, (size_t)slash);
		bl_str rest = bl_str_slice(path, link->path.n, path.n);
		if (!link->target.n || link->target.p[0] == '/')
			return false;
		bl_str whole = bl_str_cat(arena, bl_relative_join(arena, folder, link->target), rest);
		if (!bl_relative_clean(arena, whole, &path))
			return false;
	}
	return false;
}

const bl_git_entry *bl_git_file(const bl_git_entries *entries, bl_arena *arena, bl_str path)
{
	bl_str real;
	return bl_git_resolve(entries, arena, path, &real) ? exact(entries, real) : NULL;
}

bl_status bl_git_size(bl_repo *repo, const bl_git_entry *entry, size_t *size, bl_error *error)
{
	git_odb *odb = NULL;
	git_object_t type;
	int code = git_repository_odb(&odb, repo->git);
	if (code == 0)
		code = git_odb_read_header(size, &type, odb, &entry->id);
	git_odb_free(odb);
	return code == 0 ? BL_OK : bl_git_failed(error, "read a blob");
}

bl_status bl_git_read(bl_repo *repo, const bl_git_entry *entry, bl_arena *arena, bl_str *out, bl_error *error)
{
	size_t size;
	bl_status status = bl_git_size(repo, entry, &size, error);
	if (status != BL_OK)
		return status;
	if (size > BL_REPO_MAX_FILE)
		return bl_error_set(error, BL_LIMIT, "'" BL_FMT "' is larger than %d bytes", BL_ARG(entry->path),
			BL_REPO_MAX_FILE);
	git_blob *blob = NULL;
	if (git_blob_lookup(&blob, repo->git, &entry->id) != 0)
		return bl_git_failed(error, "read a blob");
	*out = bl_str_dup(arena, bl_str_make(git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob)));
	git_blob_free(blob);
	return BL_OK;
}

#include "engine/engine.h"

#include "core/io/file.h"

#include <stdio.h>
#include <stdlib.h>

enum { VAR_FILE_LIMIT = 16 << 20 };

typedef struct folder {
	bl_document_list documents;
	bool partial; /* only files given by name so far: there may be more */
} folder;

bl_str bl_engine_folder_of(bl_str path)
{
	ptrdiff_t slash = bl_str_rfind_char(path, '/');
	return slash < 0 ? BL_STR("") : bl_str_slice(path, 0, (size_t)slash);
}

static bl_document *new_document(bl_side *side, bl_str path, bl_str text, bl_language language, bl_str dialect)
{
	bl_document *d = bl_new(&side->arena, bl_document);
	d->language = language;
	d->dialect = dialect;
	d->repo = side->name;
	d->path = path;
	d->source = bl_sources_add(side->sources, side->name, path, text);
	return d;
}

static void index_document(bl_side *side, bl_document *d, bool named)
{
	bl_map_put(&side->arena, &side->by_path, d->path, d);
	bl_str name = bl_engine_folder_of(d->path);
	folder *f = bl_map_get(&side->folders, name);
	if (!f) {
		f = bl_new(&side->arena, folder);
		bl_map_put(&side->arena, &side->folders, name, f);
	}
	f->partial = named && (f->partial || !f->documents.n);
	bl_vec_push(&side->arena, &f->documents, d);
}

static void note_unread(bl_side *side, bl_str path, bl_status status, const bl_error *error)
{
	/* a binary or an LFS pointer where configuration is expected is a known gap; what cannot be read is an error */
	bl_diag_level level = status == BL_LIMIT || bl_str_find(bl_str_of(error->text), BL_STR("cannot"), 0) >= 0
					? BL_DIAG_ERROR
					: BL_DIAG_WARNING;
	bl_diag_add(&side->arena, &side->diags, level, BL_NOWHERE, "%s", error->text);
	side->diags.items[side->diags.n - 1].path = path;
	side->diags.items[side->diags.n - 1].repo = side->name;
}

static bool is_snapshot(const bl_side *side, bl_str path)
{
	for (; side->snapshots.n && path.n; path = bl_engine_folder_of(path))
		if (bl_map_get(&side->snapshots, path))
			return true;
	return false;
}

static void read_entry(bl_side *side, const bl_file_entry *entry)
{
	if (!entry->named && (!bl_parsers_wants(entry->path) || is_snapshot(side, entry->path)))
		return;
	bl_error error = {""};
	bl_str text;
	bl_arena bytes = {0}; /* kept only when the file is for us */
	bl_status status = bl_repo_read(side->repo, entry->path, &bytes, &text, &error);
	if (status != BL_OK) {
		bl_arena_done(&bytes);
		if (status != BL_NOT_FOUND)
			note_unread(side, entry->path, status, &error);
		return;
	}
	bl_str dialect;
	bl_language language = bl_parsers_detect(entry->path, text, &dialect);
	if (language == BL_LANG_NONE || language == BL_LANG_YAML) {
		bl_arena_done(&bytes);
		if (entry->named) {
			bl_diag_add(&side->arena, &side->diags, BL_DIAG_NOTE, BL_NOWHERE,
				"is of no kind that is analysed");
			side->diags.items[side->diags.n - 1].path = entry->path;
			side->diags.items[side->diags.n - 1].repo = side->name;
		}
		return;
	}
	bl_arena_adopt(&side->arena, &bytes);
	bl_document *d = new_document(side, entry->path, text, language, dialect);
	bl_vec_push(&side->arena, &side->documents, d);
	bl_vec_push(&side->arena, &side->entries, *entry);
	index_document(side, d, entry->named);
}

static bl_str absolute(bl_arena *arena, const char *name)
{
	char *path = name && *name ? realpath(name, NULL) : NULL;
	bl_str s = path ? bl_str_dup(arena, bl_str_of(path)) : BL_STR("");
	free(path);
	return s;
}

/* Below the side's root, or as it is. */
static bl_str below_root(const bl_side *side, bl_str path)
{
	if (bl_str_eq(path, side->root))
		return BL_STR("");
	bool below = path.n > side->root.n && bl_str_starts(path, side->root) && (side->root.n == 1 || path.p[side->root.n] == '/');
	return below ? bl_str_slice(path, side->root.n + (side->root.n > 1), path.n) : path;
}

/* What is given is a folder unless it is listed as a file: a file's path names no folder, so it does no harm here. */
static void note_given(bl_side *side, const char *path)
{
	bl_str whole = absolute(&side->arena, path);
	if (whole.n)
		bl_vec_push(&side->arena, &side->given, below_root(side, whole));
}

static bl_status open_side(bl_report *report, const bl_repo_open *open, const char *const *paths, size_t npaths,
	bl_error *error)
{
	bl_repo *repo;
	bl_status status = bl_repo_new(open, &repo, error);
	if (status != BL_OK)
		return status;
	bl_side *side = bl_xmalloc(sizeof *side);
	pthread_mutex_init(&side->lock, NULL);
	side->repo = repo;
	side->sources = report->sources;
	side->name = bl_repo_name(repo);
	side->root = bl_repo_root(repo);
	side->commit = bl_repo_commit(repo);
	side->module_dir = absolute(&side->arena, report->options->module_dir);
	for (size_t i = 0; i < report->options->nsnapshots; i++) {
		bl_str path = absolute(&side->arena, report->options->snapshots[i]);
		if (path.n)
			bl_map_put(&side->arena, &side->snapshots, below_root(side, path), side);
	}
	/* within the repository it is read, and shown, as a part of it */
	if (open->tree == BL_TREE_WORK && side->module_dir.n)
		side->module_dir = below_root(side, side->module_dir);
	side->bicep_registry = absolute(&side->arena, report->options->bicep_registry);
	bl_repo_open work = {.path = bl_str_z(&side->arena, side->root)};
	if (open->tree != BL_TREE_WORK && bl_repo_is_git(repo) && bl_repo_new(&work, &side->installed, NULL) != BL_OK)
		side->installed = NULL;
	bl_vec_push(&report->arena, &report->sides, side);

	for (size_t i = 0; i < npaths; i++)
		note_given(side, paths[i]);
	if (!npaths)
		bl_vec_push(&side->arena, &side->given, BL_STR(""));
	bl_file_entries entries = {0};
	status = bl_repo_walk(repo, paths, npaths, &side->arena, &entries, &side->diags, error);
	if (status != BL_OK)
		return status;
	for (size_t i = 0; i < entries.n; i++) {
		if (i % 256 == 0)
			bl_engine_progress(report, "reading", i, entries.n);
		read_entry(side, &entries.items[i]);
	}
	return BL_OK;
}

static void parse_task(void *context, size_t item, bl_arena *scratch)
{
	bl_side *side = context;
	bl_parse(side->sources, side->documents.items[item]);
}

static bl_status load_repos(bl_report *report, bl_error *error)
{
	const bl_run_options *o = report->options;
	bl_status status = BL_OK;
	for (size_t i = 0; i < o->nrepos && status == BL_OK; i++) {
		bl_str name, path = bl_str_cut(bl_str_of(o->repos[i]), '=', &name);
		if (!path.n)
			return bl_error_set(error, BL_FAILED, "'%s' is not NAME=PATH", o->repos[i]);
		bl_repo_open open = {.path = path.p, .name = name};
		status = open_side(report, &open, &path.p, 1, error);
	}
	return status;
}

bl_status bl_engine_load(bl_report *report, bl_pool *pool, bl_error *error)
{
	const bl_run_options *o = report->options;
	bl_status status;
	if (o->nrepos) {
		status = load_repos(report, error);
	} else {
		bl_repo_open open = {.path = o->npaths ? o->paths[0] : o->root ? o->root : ".", .root = o->root};
		if (o->staged)
			open.tree = BL_TREE_INDEX;
		if (o->revision) {
			open.tree = BL_TREE_REVISION;
			open.revision = o->revision;
		}
		/* without a path: the current folder, or all of the root that was named */
		static const char *const here[] = {"."};
		bool whole = o->npaths || o->root;
		status = open_side(report, &open, whole ? o->paths : here, whole ? o->npaths : 1, error);
	}
	if (status != BL_OK)
		return status;
	for (size_t i = 0; i < report->sides.n; i++) {
		bl_side *side = report->sides.items[i];
		bl_engine_progress(report, "parsing", 0, side->documents.n);
		bl_pool_run(pool, side->documents.n, parse_task, side);
	}
	return BL_OK;
}

void bl_side_free(bl_side *side)
{
	if (!side)
		return;
	for (size_t i = 0; i < side->documents.n; i++)
		bl_arena_done(&side->documents.items[i]->arena);
	for (size_t i = 0; i < side->by_name.n; i++)
		bl_arena_done(&side->by_name.items[i]->arena);
	bl_repo_free(side->installed);
	bl_repo_free(side->around);
	bl_repo_free(side->repo);
	pthread_mutex_destroy(&side->lock);
	bl_arena_done(&side->arena);
	free(side);
}

static bool is_below(bl_str path, bl_str top)
{
	return top.n && top.p[0] == '/' && path.n > top.n && bl_str_starts(path, top) && path.p[top.n] == '/' &&
	       bl_str_find(path, BL_STR("/../"), 0) < 0;
}

/* The repository to read path from: the side's own, or for "../x" the tree around it, where the path becomes *within. NULL: not to be read. */
static bl_repo *repo_for(bl_side *side, bl_str path, bl_str *within)
{
	*within = path;
	if (side->installed && (bl_str_starts(path, BL_STR(".terraform/")) || bl_str_find(path, BL_STR("/.terraform/"), 0) >= 0))
		return side->installed;
	if (!side->repo || (!bl_str_starts(path, BL_STR("../")) && !bl_str_eqz(path, "..")))
		return side->repo;
	if (!side->looked_around) {
		side->looked_around = true;
		bl_str top = bl_repo_enclosing(side->repo, &side->arena);
		bl_repo_open open = {.root = top.n ? top.p : NULL};
		if (!top.n || bl_repo_new(&open, &side->around, NULL) != BL_OK)
			return NULL;
		side->below = bl_str_slice(side->root, top.n + 1, side->root.n);
	}
	bl_str joined = bl_str_fmt(&side->arena, BL_FMT "/" BL_FMT, BL_ARG(side->below), BL_ARG(path));
	return side->around && bl_engine_normalise(&side->arena, joined, within) ? side->around : NULL;
}

/* A file of the repository, or of a folder the user named for modules. */
static bool read_text(bl_side *side, bl_str path, bl_str *text)
{
	bl_str within;
	if (is_below(path, side->module_dir) || is_below(path, side->bicep_registry))
		return bl_file_read(&side->arena, bl_str_z(&side->arena, path), VAR_FILE_LIMIT, text, NULL) == BL_OK;
	bl_repo *repo = repo_for(side, path, &within);
	return repo && bl_repo_read(repo, within, &side->arena, text, NULL) == BL_OK;
}

/* Reads and parses a file that walking did not list. The lock is held. */
static bl_document *read_by_name(bl_side *side, bl_str path)
{
	bl_document *d = bl_map_get(&side->by_path, path);
	if (d)
		return d;
	bl_str text, dialect;
	if (!read_text(side, path, &text))
		return NULL;
	path = bl_str_dup(&side->arena, path);
	bl_language language = bl_parsers_detect(path, text, &dialect);
	if (language == BL_LANG_NONE)
		return NULL;
	d = new_document(side, path, text, language, dialect);
	bl_parse(side->sources, d);
	bl_vec_push(&side->arena, &side->by_name, d);
	bl_map_put(&side->arena, &side->by_path, path, d);
	return d;
}

void bl_side_parameter_files(bl_side *side, bl_str folder_name, bl_document_list *out)
{
	bl_str *names;
	size_t n;
	if (!side->repo || bl_repo_folder(side->repo, folder_name, &side->arena, &names, &n, NULL) != BL_OK)
		return;
	for (size_t i = 0; i < n; i++) {
		if (!bl_str_ends(names[i], BL_STR(".bicepparam")) && bl_str_findi(names[i], BL_STR(".parameters."), 0) < 0)
			continue;
		bl_str path = folder_name.n ? bl_str_fmt(&side->arena, BL_FMT "/" BL_FMT, BL_ARG(folder_name), BL_ARG(names[i]))
					    : names[i];
		const bl_document *d = bl_map_get(&side->by_path, path) ? NULL : read_by_name(side, path);
		if (d)
			bl_vec_push(&side->arena, out, d);
	}
}

static const bl_document *load_document(void *context, bl_str path)
{
	bl_side *side = context;
	pthread_mutex_lock(&side->lock);
	const bl_document *d = read_by_name(side, path);
	pthread_mutex_unlock(&side->lock);
	return d;
}

/* The names in a folder: what fileset() looks through, again in each root. found: there is such a folder. */
typedef struct listing {
	bl_str *names;
	size_t n;
	bool found;
} listing;

static listing *read_listing(bl_side *side, bl_str name)
{
	bl_arena scratch = {0};
	listing *l = bl_new(&side->arena, listing);
	bl_str within, *names;
	size_t n = 0;
	if (is_below(name, side->module_dir)) {
		l->found = bl_file_names(&scratch, bl_str_z(&scratch, name), &names, &n, NULL) == BL_OK;
	} else {
		bl_repo *repo = repo_for(side, name, &within);
		l->found = repo && bl_repo_folder(repo, within, &scratch, &names, &n, NULL) == BL_OK;
	}
	l->n = l->found ? n : 0;
	l->names = bl_new_n(&side->arena, bl_str, l->n);
	for (size_t i = 0; i < l->n; i++)
		l->names[i] = bl_str_dup(&side->arena, names[i]);
	bl_arena_done(&scratch);
	return l;
}

/* The names in a folder of the repository, or of what the user named for modules. The lock is held. */
static bool list_folder(bl_side *side, bl_str name, bl_str **names, size_t *n)
{
	listing *l = bl_map_get(&side->listings, name);
	if (!l) {
		l = read_listing(side, name);
		bl_map_put(&side->arena, &side->listings, bl_str_dup(&side->arena, name), l);
	}
	*names = l->names;
	*n = l->n;
	return l->found;
}

/* Lists a folder that walking did not enter (an ignored .terraform/modules, a path outside those given). The lock is held. */
static folder *read_folder(bl_side *side, bl_str name)
{
	folder *f = bl_new(&side->arena, folder);
	name = bl_str_dup(&side->arena, name);
	bl_map_put(&side->arena, &side->folders, name, f);
	bl_str *names;
	size_t n;
	if (!list_folder(side, name, &names, &n))
		return f;
	for (size_t i = 0; i < n; i++) {
		bl_str path = name.n ? bl_str_fmt(&side->arena, BL_FMT "/" BL_FMT, BL_ARG(name), BL_ARG(names[i])) : names[i];
		bl_document *d = bl_parsers_wants(path) ? read_by_name(side, path) : NULL;
		if (d)
			bl_vec_push(&side->arena, &f->documents, d);
	}
	return f;
}

static size_t load_folder(void *context, bl_str name, bl_language language, const bl_document *const **documents)
{
	bl_side *side = context;
	pthread_mutex_lock(&side->lock);
	folder *f = bl_map_get(&side->folders, name);
	if (!f || f->partial)
		f = read_folder(side, name);
	bl_document_list matching = {0};
	for (size_t i = 0; i < f->documents.n; i++)
		if (f->documents.items[i]->language == language)
			bl_vec_push(&side->arena, &matching, f->documents.items[i]);
	pthread_mutex_unlock(&side->lock);
	*documents = matching.items;
	return matching.n;
}

static bool load_bytes(void *context, bl_str path, bl_str *out)
{
	bl_side *side = context;
	bl_content content;
	pthread_mutex_lock(&side->lock);
	bool found = read_text(side, path, out);
	if (!found && side->repo) /* a function may well load what is no text, but a pointer is not the file */
		found = bl_repo_read_any(side->repo, path, &side->arena, out, &content, NULL) == BL_OK && content != BL_CONTENT_LFS;
	pthread_mutex_unlock(&side->lock);
	return found;
}

static bool load_list(void *context, bl_str folder_name, bl_str **names, size_t *n)
{
	bl_side *side = context;
	pthread_mutex_lock(&side->lock);
	bool found = list_folder(side, folder_name, names, n);
	pthread_mutex_unlock(&side->lock);
	return found;
}

static bl_document *new_embedded(bl_side *side, bl_arena *arena, bl_language language, uint32_t source)
{
	bl_document *d = bl_new(arena, bl_document);
	d->language = language;
	/* a value's text holds names and values, no blocks */
	if (language == BL_LANG_TERRAFORM)
		d->dialect = BL_STR("tfvars");
	d->repo = side->name;
	d->path = bl_sources_path(side->sources, source);
	d->source = source;
	bl_parse(side->sources, d);
	return d;
}

static const bl_document *parse_embedded(void *context, bl_language language, uint32_t source, bl_arena *arena)
{
	bl_side *side = context;
	bl_document *d;
	if (arena) {
		d = new_embedded(side, arena, language, source);
		bl_arena_adopt(arena, &d->arena);
		return d;
	}
	char key[32];
	snprintf(key, sizeof key, "%d:%u", (int)language, source);
	pthread_mutex_lock(&side->lock);
	d = bl_map_get(&side->embedded, bl_str_of(key));
	if (!d) {
		d = new_embedded(side, &side->arena, language, source);
		bl_map_put(&side->arena, &side->embedded, bl_str_dup(&side->arena, bl_str_of(key)), d);
		bl_vec_push(&side->arena, &side->by_name, d);
	}
	pthread_mutex_unlock(&side->lock);
	return d;
}

bl_loader bl_side_loader(bl_side *side)
{
	return (bl_loader){side, load_document, load_folder, load_bytes, load_list, parse_embedded};
}

bl_status bl_engine_load_file(bl_report *report, const char *path, const bl_document **out, bl_error *error)
{
	bl_side *side = report->sides.items[0];
	bl_str text, dialect;
	bl_status status = bl_file_read(&side->arena, path, VAR_FILE_LIMIT, &text, error);
	if (status != BL_OK)
		return status;
	bl_language language = bl_parsers_detect(bl_str_of(path), text, &dialect);
	bl_document *d = new_document(side, bl_str_dup(&side->arena, bl_str_of(path)), text, language, dialect);
	bl_parse(side->sources, d);
	bl_vec_push(&side->arena, &side->by_name, d);
	*out = d;
	return BL_OK;
}

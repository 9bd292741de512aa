#include "repo/ignore.h"
#include "repo/internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct walk {
	bl_repo *repo;
	bl_arena *arena;
	bl_arena scratch; /* ignore rules and names */
	bl_file_entries *out;
	bl_diag_list *diags;
	size_t seen; /* entries of folders, listed or not */
	bool full;
} walk;

typedef struct name {
	bl_str text; /* NUL-terminated */
	unsigned char type;
} name;

typedef BL_VEC(name) name_list;

/* A folder being walked. */
typedef struct folder {
	int fd;
	bl_str path;
	int depth;
	const bl_ignore_level *rules;
	bool tracked_only; /* an ignored folder that holds tracked files: nothing else of it is listed */
} folder;

__attribute__((format(printf, 4, 5))) static void tell(walk *w, bl_diag_level level, bl_str path, const char *format,
	...)
{
	size_t before = w->diags->n;
	va_list ap;
	va_start(ap, format);
	bl_str words = bl_str_vfmt(w->arena, format, ap);
	va_end(ap);
	bl_diag_add(w->arena, w->diags, level, BL_NOWHERE, BL_FMT, BL_ARG(words));
	if (w->diags->n > before) {
		w->diags->items[before].path = bl_str_dup(w->arena, path);
		w->diags->items[before].repo = w->repo->name;
	}
}

static void tell_full(walk *w, bl_str path)
{
	if (!w->full)
		tell(w, BL_DIAG_ERROR, path, "more than %d files: the rest is not read", BL_REPO_MAX_FILES);
	w->full = true;
}

static void list_file(walk *w, bl_str path, uintmax_t size, bool named)
{
	if (w->out->n >= BL_REPO_MAX_FILES) {
		tell_full(w, path);
		return;
	}
	bl_vec_push(w->arena, w->out,
		((bl_file_entry){.path = bl_str_dup(w->arena, path), .size = (size_t)size, .named = named}));
}

static void tell_large(walk *w, bl_str path)
{
	tell(w, BL_DIAG_ERROR, path, "the file is larger than %d bytes and is not read", BL_REPO_MAX_FILE);
}

/* A large binary is passed over as a small one is: it says nothing that could be read. */
static void pass_over_large(walk *w, bl_str path, bool named)
{
	int fd;
	bl_error error;
	if (bl_read_open(w->repo, path, 0, &fd, &error) != BL_OK) {
		tell(w, BL_DIAG_ERROR, path, "%s", error.text);
		return;
	}
	if (named || !bl_read_looks_binary(fd))
		tell_large(w, path);
	close(fd);
}

static void meet_file(walk *w, bl_str path, const struct stat *st, bool named)
{
	if ((uintmax_t)st->st_size > BL_REPO_MAX_FILE)
		pass_over_large(w, path, named);
	else
		list_file(w, path, (uintmax_t)st->st_size, named);
}

/* A link is the file it leads to. Linked folders are listed where they stand. */
static void meet_link(walk *w, bl_str path)
{
	int fd;
	struct stat st;
	bl_error error;
	bl_status status = bl_read_open(w->repo, path, 0, &fd, &error);
	if (status == BL_FAILED)
		tell(w, BL_DIAG_NOTE, path, "%s", error.text);
	if (status != BL_OK)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		meet_file(w, path, &st, false);
	close(fd);
}

static int by_name(const void *a, const void *b)
{
	return bl_str_cmp(((const name *)a)->text, ((const name *)b)->text);
}

/* The names in the folder open as fd, which stays open; what is special to git is told apart. */
static bool read_names(walk *w, const folder *f, name_list *names, bool *rules, bool *repository)
{
	int fd = fcntl(f->fd, F_DUPFD_CLOEXEC, 0);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		tell(w, BL_DIAG_ERROR, f->path, "cannot read the folder: %s", strerror(errno));
		if (fd >= 0)
			close(fd);
		return false;
	}
	struct dirent *e;
	while (!w->full && (errno = 0, e = readdir(dir))) {
		bl_str text = bl_str_of(e->d_name);
		if (!bl_relative_name_allowed(text)) {
			*repository |= bl_str_eqz(text, ".git");
			continue;
		}
		*rules |= bl_str_eqz(text, ".gitignore");
		bl_vec_push(&w->scratch, names, ((name){bl_str_dup(&w->scratch, text), e->d_type}));
		if (++w->seen > 4 * (size_t)BL_REPO_MAX_FILES)
			tell_full(w, f->path);
	}
	if (errno)
		tell(w, BL_DIAG_ERROR, f->path, "cannot read the folder to its end: %s", strerror(errno));
	closedir(dir);
	if (names->n)
		qsort(names->items, names->n, sizeof *names->items, by_name);
	return true;
}

/* Ignore rules are read from a regular file of a sane size only, and never through a link, as git does. */
static bl_str read_rules(walk *w, int fd, const char *path, bl_str where)
{
	struct stat st;
	bl_str text = {0};
	int file = openat(fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (file < 0) {
		if (errno != ENOENT && errno != ELOOP)
			tell(w, BL_DIAG_WARNING, where, "cannot read the ignore rules: %s", strerror(errno));
		return text;
	}
	if (fstat(file, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= BL_IGNORE_MAX_FILE) {
		char *bytes = bl_arena_alloc(&w->scratch, (size_t)st.st_size + 1);
		ssize_t n = read(file, bytes, (size_t)st.st_size);
		text = bl_str_make(bytes, n > 0 ? (size_t)n : 0);
	} else if (S_ISREG(st.st_mode)) {
		tell(w, BL_DIAG_WARNING, where, "the ignore rules are larger than %d bytes and are not followed",
			BL_IGNORE_MAX_FILE);
	}
	close(file);
	return text;
}

static const bl_ignore_level *add_level(walk *w, const bl_ignore_level *above, bl_str base, bl_str text)
{
	bl_ignore_level *level = bl_new(&w->scratch, bl_ignore_level);
	level->above = above;
	level->base = base;
	bl_ignore_parse(&w->scratch, text, level);
	return level->rules.n ? level : above;
}

/* The rules of .git/info/exclude stand above the root's own. */
static const bl_ignore_level *exclude_rules(walk *w)
{
	if (!w->repo->git)
		return NULL;
	const char *common = git_repository_commondir(w->repo->git);
	bl_str path = bl_str_fmt(&w->scratch, "%s/info/exclude", common ? common : "");
	return add_level(w, NULL, BL_STR(""), read_rules(w, AT_FDCWD, path.p, BL_STR(".git/info/exclude")));
}

static void walk_folder(walk *w, const folder *f);

static void meet_folder(walk *w, const folder *f, bl_str path, const char *own, bool tracked_only)
{
	if (f->depth >= BL_REPO_MAX_DEPTH) {
		tell(w, BL_DIAG_ERROR, path, "folders are nested more than %d deep: this one is not read",
			BL_REPO_MAX_DEPTH);
		return;
	}
	int fd = openat(f->fd, own, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		if (errno != ENOENT)
			tell(w, BL_DIAG_ERROR, path, "cannot open the folder: %s", strerror(errno));
		return;
	}
	folder below = {.fd = fd, .path = path, .depth = f->depth + 1, .rules = f->rules, .tracked_only = tracked_only};
	walk_folder(w, &below);
	close(fd);
}

static unsigned char type_of(const folder *f, const name *n, struct stat *st, bool *known)
{
	*known = false;
	if (n->type == DT_DIR || n->type == DT_LNK)
		return n->type;
	if (n->type != DT_REG && n->type != DT_UNKNOWN)
		return DT_CHR; /* sockets, pipes, devices: nothing to read */
	if (fstatat(f->fd, n->text.p, st, AT_SYMLINK_NOFOLLOW) < 0)
		return DT_CHR;
	*known = true;
	return S_ISREG(st->st_mode) ? DT_REG : S_ISDIR(st->st_mode) ? DT_DIR : S_ISLNK(st->st_mode) ? DT_LNK : DT_CHR;
}

static void meet(walk *w, const folder *f, const name *n)
{
	struct stat st;
	bool known;
	unsigned char type = type_of(f, n, &st, &known);
	if (type == DT_CHR)
		return;
	bl_str path = bl_relative_join(&w->scratch, f->path, n->text);
	bool ignored = f->tracked_only || bl_ignore_match(f->rules, path, type == DT_DIR);
	if (ignored && !bl_git_tracks(w->repo, path))
		return;
	if (type == DT_DIR)
		meet_folder(w, f, path, n->text.p, ignored);
	else if (type == DT_LNK)
		meet_link(w, path);
	else if (known)
		meet_file(w, path, &st, false);
}

static void walk_folder(walk *w, const folder *f)
{
	name_list names = {0};
	bool rules = false, repository = false;
	folder own = *f;
	if (!read_names(w, f, &names, &rules, &repository))
		return;
	if (repository && w->repo->git && f->path.n) {
		tell(w, BL_DIAG_NOTE, f->path, "another repository (a submodule) is left out");
		return;
	}
	if (rules) {
		bl_str where = bl_relative_join(&w->scratch, f->path, BL_STR(".gitignore"));
		own.rules = add_level(w, f->rules, f->path, read_rules(w, f->fd, ".gitignore", where));
	}
	for (size_t i = 0; i < names.n && !w->full; i++)
		meet(w, &own, &names.items[i]);
}

/* A path of the command line. */
static bl_status walk_work(walk *w, bl_str path, bl_error *error)
{
	int fd;
	struct stat st;
	bl_status status = bl_read_open(w->repo, path, 0, &fd, error);
	if (status != BL_OK)
		return status;
	if (fstat(fd, &st) < 0)
		status = bl_error_set(error, BL_FAILED, "cannot read '" BL_FMT "': %s", BL_ARG(path), strerror(errno));
	else if (S_ISREG(st.st_mode))
		meet_file(w, path, &st, true);
	else if (!S_ISDIR(st.st_mode))
		status = bl_error_set(error, BL_FAILED, "'" BL_FMT "' is neither a file nor a folder", BL_ARG(path));
	else
		walk_folder(w, &(folder){.fd = fd, .path = path, .rules = path.n ? NULL : exclude_rules(w)});
	close(fd);
	return status;
}

static void meet_entry(walk *w, const bl_git_entries *files, const bl_git_entry *e, bool named)
{
	size_t size;
	bl_error error;
	const bl_git_entry *real = e->link ? bl_git_file(files, &w->scratch, e->path) : e;
	if (!real)
		return;
	if (e->stage)
		tell(w, BL_DIAG_WARNING, e->path, "the file has an unresolved conflict: one side of it is read");
	if (bl_git_size(w->repo, real, &size, &error) != BL_OK) {
		tell(w, BL_DIAG_ERROR, e->path, "%s", error.text);
		return;
	}
	if (size <= BL_REPO_MAX_FILE)
		list_file(w, e->path, size, named);
	else
		tell_large(w, e->path);
}

/* What no work tree could hold, and what limits left out, is said once: with the root. */
static void tell_refused(walk *w, const bl_git_entries *files, bl_str path)
{
	for (size_t i = 0; i < files->refused.n; i++)
		if (bl_relative_within(files->refused.items[i], path))
			tell(w, BL_DIAG_ERROR, files->refused.items[i], "no work tree may hold this name: it is not read");
	for (size_t i = 0; i < files->submodules.n; i++)
		if (bl_relative_within(files->submodules.items[i], path))
			tell(w, BL_DIAG_NOTE, files->submodules.items[i], "another repository (a submodule) is left out");
	if (files->deep)
		tell(w, BL_DIAG_ERROR, path, "folders are nested more than %d deep: the deepest are not read",
			BL_REPO_MAX_DEPTH);
	if (files->many)
		tell_full(w, path);
}

static bl_status walk_git(walk *w, bl_str path, bl_error *error)
{
	const bl_git_entries *files;
	bl_status status = bl_git_list(w->repo, &files, error);
	if (status != BL_OK)
		return status;
	tell_refused(w, files, path);
	size_t i = bl_git_at(files, path);
	if (i < files->n && bl_str_eq(files->items[i].path, path)) {
		meet_entry(w, files, &files->items[i], true);
		return BL_OK;
	}
	if (path.n)
		i = bl_git_at(files, bl_str_fmt(&w->scratch, BL_FMT "/", BL_ARG(path)));
	for (; i < files->n && bl_relative_within(files->items[i].path, path); i++)
		meet_entry(w, files, &files->items[i], false);
	return BL_OK;
}

static int by_path(const void *a, const void *b)
{
	return bl_str_cmp(((const bl_file_entry *)a)->path, ((const bl_file_entry *)b)->path);
}

/* Paths of the command line may overlap. */
static void sort_entries(bl_file_entries *out)
{
	size_t kept = 0;
	if (out->n)
		qsort(out->items, out->n, sizeof *out->items, by_path);
	for (size_t i = 0; i < out->n; i++) {
		bool named = out->items[i].named;
		if (kept && bl_str_eq(out->items[kept - 1].path, out->items[i].path))
			out->items[kept - 1].named |= named;
		else
			out->items[kept++] = out->items[i];
	}
	out->n = kept;
}

bl_status bl_repo_walk(bl_repo *repo, const char *const *paths, size_t npaths, bl_arena *arena, bl_file_entries *out,
	bl_diag_list *diags, bl_error *error)
{
	bl_file_entries found = {0};
	walk w = {.repo = repo, .arena = arena, .out = &found, .diags = diags};
	bl_status status = BL_OK;
	for (size_t i = 0; status == BL_OK && i < (npaths ? npaths : 1); i++) {
		bl_str path = BL_STR("");
		if (npaths)
			status = bl_relative_of(repo, paths[i], &w.scratch, &path, error);
		if (status == BL_OK)
			status = bl_repo_reads_git(repo) ? walk_git(&w, path, error) : walk_work(&w, path, error);
	}
	bl_arena_done(&w.scratch);
	if (status != BL_OK)
		return status;
	sort_entries(&found);
	*out = found;
	return BL_OK;
}

#include "repo/internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LFS_POINTER_MAX = 1024 };

bl_content bl_read_classify(bl_str bytes)
{
	bl_str begin = bl_str_slice(bytes, 0, BL_REPO_PEEK);
	if (bl_str_starts(begin, BL_STR("\xff\xfe")) || bl_str_starts(begin, BL_STR("\xfe\xff")))
		return BL_CONTENT_UTF16;
	if (begin.n && memchr(begin.p, '\0', begin.n))
		return BL_CONTENT_BINARY;
	if (bytes.n <= LFS_POINTER_MAX && bl_str_starts(bytes, BL_STR("version https://git-lfs.github.com/spec/")) &&
		bl_str_find(bytes, BL_STR("\noid "), 0) >= 0)
		return BL_CONTENT_LFS;
	return BL_CONTENT_TEXT;
}

const char *bl_repo_content_words(bl_content content)
{
	switch (content) {
	case BL_CONTENT_BINARY:
		return "is a binary file";
	case BL_CONTENT_LFS:
		return "is a Git LFS pointer and what it points to is not here ('git lfs pull' fetches it)";
	case BL_CONTENT_UTF16:
		return "is UTF-16 text and is read only once it is saved as UTF-8";
	case BL_CONTENT_TEXT:
		break;
	}
	return NULL;
}

static void keep_folder(bl_repo *repo, bl_str folder, int fd)
{
	if (repo->folder_fd >= 0 && repo->folder_fd != fd)
		close(repo->folder_fd);
	if (repo->folder_arena.used > 1 << 16)
		bl_arena_done(&repo->folder_arena);
	repo->folder = bl_str_dup(&repo->folder_arena, folder);
	repo->folder_fd = fd;
}

/* How far a path was opened. */
typedef struct step {
	int fd;        /* of the folder reached; the repo's own when kept is set */
	bool kept;
	bl_str folder; /* its path */
	bl_str rest;   /* what is still to be opened below it */
} step;

static void leave(step *s)
{
	if (s->fd >= 0 && !s->kept)
		close(s->fd);
	s->fd = -1;
}

/* The path that rest means when its first name, in folder, is a link. */
static bl_status follow(bl_repo *repo, const step *s, bl_str name, bl_str rest, bl_arena *arena, bl_str *out,
	bl_error *error)
{
	char target[PATH_MAX];
	const char *link = bl_str_z(arena, name);
	ssize_t n = readlinkat(s->fd, link, target, sizeof target);
	if (n < 0)
		return bl_error_set(error, BL_NOT_FOUND, "'" BL_FMT "' is not there", BL_ARG(name));
	bl_str to = bl_str_make(target, (size_t)n), whole;
	bl_str root = repo->root.n == 1 ? BL_STR("") : repo->root;
	if (to.n && to.p[0] == '/' && bl_relative_within(to, root))
		whole = bl_str_slice(to, root.n + 1, to.n);
	else if (to.n && to.p[0] == '/')
		whole = to;
	else
		whole = bl_relative_join(arena, s->folder, to);
	if ((size_t)n == sizeof target || !bl_relative_clean(arena, bl_relative_join(arena, whole, rest), out))
		return bl_error_set(error, BL_FAILED, "'" BL_FMT "%s" BL_FMT "' is a link that leads out of '" BL_FMT "'",
			BL_ARG(s->folder), s->folder.n ? "/" : "", BL_ARG(name), BL_ARG(repo->root));
	return BL_OK;
}

static bl_status cannot(bl_error *error, bl_str path)
{
	bool missing = errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG;
	return bl_error_set(error, missing ? BL_NOT_FOUND : BL_FAILED, "cannot open '" BL_FMT "': %s", BL_ARG(path),
		strerror(errno));
}

/*
 * Opens s->rest's first name. BL_OK with s->rest emptied once the last name is open as *fd; BL_OK with *again set to the
 * path to begin anew with when a link was met.
 */
static bl_status descend(bl_repo *repo, step *s, bl_str path, int flags, bl_arena *arena, int *fd, bl_str *again,
	bl_error *error)
{
	bl_str name, rest = bl_str_cut(s->rest, '/', &name);
	bool last = !rest.n;
	int how = last ? O_RDONLY | O_NONBLOCK | O_NOCTTY | flags : O_RDONLY | O_DIRECTORY;
	char z[NAME_MAX + 1];
	if (name.n > NAME_MAX)
		return bl_error_set(error, BL_NOT_FOUND, "'" BL_FMT "' is not there", BL_ARG(path));
	memcpy(z, name.p, name.n);
	z[name.n] = '\0';
	int next = openat(s->fd, z, how | O_NOFOLLOW | O_CLOEXEC);
	if (next < 0) {
		int why = errno;
		struct stat st;
		if ((why == ELOOP || why == ENOTDIR) && fstatat(s->fd, z, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			S_ISLNK(st.st_mode))
			return follow(repo, s, name, rest, arena, again, error);
		errno = why;
		return cannot(error, path);
	}
	s->rest = rest;
	if (last) {
		*fd = next;
		return BL_OK;
	}
	leave(s);
	s->fd = next;
	s->kept = false;
	s->folder = bl_relative_join(arena, s->folder, name);
	if (repo->git && faccessat(next, ".git", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return bl_error_set(error, BL_FAILED, "'" BL_FMT "' is in another repository (a submodule)", BL_ARG(path));
	return BL_OK;
}

static step begin(const bl_repo *repo, bl_str path)
{
	step s = {.fd = repo->root_fd, .kept = true, .folder = BL_STR(""), .rest = path};
	if (repo->folder_fd >= 0 && repo->folder.n < path.n && bl_relative_within(path, repo->folder)) {
		s.fd = repo->folder_fd;
		s.folder = repo->folder;
		s.rest = repo->folder.n ? bl_str_slice(path, repo->folder.n + 1, path.n) : path;
	}
	return s;
}

static bl_status open_path(bl_repo *repo, bl_str path, int flags, bl_arena *arena, int *fd, bl_error *error)
{
	for (int links = 0; links <= BL_REPO_MAX_LINKS; links++) {
		bl_str again = {0};
		step s = begin(repo, path);
		bl_status status = BL_OK;
		if (!path.n) {
			*fd = fcntl(repo->root_fd, F_DUPFD_CLOEXEC, 0);
			return *fd < 0 ? cannot(error, repo->root) : BL_OK;
		}
		while (status == BL_OK && s.rest.n && !again.p)
			status = descend(repo, &s, path, flags, arena, fd, &again, error);
		if (status == BL_OK && !again.p && !s.kept)
			keep_folder(repo, s.folder, s.fd);
		else
			leave(&s);
		if (status != BL_OK || !again.p)
			return status;
		path = again;
	}
	return bl_error_set(error, BL_FAILED, "'" BL_FMT "' goes through too many links", BL_ARG(path));
}

bl_status bl_read_open(bl_repo *repo, bl_str path, int flags, int *fd, bl_error *error)
{
	bl_arena scratch = {0};
	bl_status status = open_path(repo, path, flags, &scratch, fd, error);
	bl_arena_done(&scratch);
	return status;
}

bool bl_read_looks_binary(int fd)
{
	char peek[BL_REPO_PEEK];
	ssize_t n = pread(fd, peek, sizeof peek, 0);
	return n > 0 && bl_read_classify(bl_str_make(peek, (size_t)n)) == BL_CONTENT_BINARY;
}

static bl_status slurp(int fd, bl_str path, bl_arena *arena, bl_str *out, bl_error *error)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return cannot(error, path);
	if (!S_ISREG(st.st_mode))
		return bl_error_set(error, BL_FAILED, "'" BL_FMT "' is no regular file", BL_ARG(path));
	if ((uintmax_t)st.st_size > BL_REPO_MAX_FILE)
		return bl_error_set(error, BL_LIMIT, "'" BL_FMT "' is larger than %d bytes", BL_ARG(path),
			BL_REPO_MAX_FILE);
	size_t size = (size_t)st.st_size, n = 0;
	char *bytes = bl_arena_alloc(arena, size + 1);
	while (n < size) {
		ssize_t got = read(fd, bytes + n, size - n);
		if (got < 0 && errno != EINTR)
			return cannot(error, path);
		if (got == 0)
			break; /* it was cut short meanwhile */
		if (got > 0)
			n += (size_t)got;
	}
	*out = bl_str_make(bytes, n);
	return BL_OK;
}

static bl_status read_work(bl_repo *repo, bl_str path, bl_arena *arena, bl_str *out, bl_error *error)
{
	int fd;
	bl_status status = bl_read_open(repo, path, 0, &fd, error);
	if (status != BL_OK)
		return status;
	status = slurp(fd, path, arena, out, error);
	close(fd);
	return status;
}

static bl_status read_git(bl_repo *repo, bl_str path, bl_arena *scratch, bl_arena *arena, bl_str *out, bl_error *error)
{
	const bl_git_entries *files;
	bl_status status = bl_git_list(repo, &files, error);
	if (status != BL_OK)
		return status;
	const bl_git_entry *entry = bl_git_file(files, scratch, path);
	if (!entry)
		return bl_error_set(error, BL_NOT_FOUND, "'" BL_FMT "' is not there", BL_ARG(path));
	return bl_git_read(repo, entry, arena, out, error);
}

bl_status bl_repo_read_any(bl_repo *repo, bl_str path, bl_arena *arena, bl_str *out, bl_content *content,
	bl_error *error)
{
	bl_str clean, bytes;
	bl_status status;
	bl_arena scratch = {0};
	if (!bl_relative_clean(&scratch, path, &clean) || !clean.n) {
		bl_arena_done(&scratch);
		return bl_error_set(error, BL_FAILED, "'" BL_FMT "' is no file inside the repository", BL_ARG(path));
	}
	status = bl_repo_reads_git(repo) ? read_git(repo, clean, &scratch, arena, &bytes, error)
					 : read_work(repo, clean, arena, &bytes, error);
	bl_arena_done(&scratch);
	if (status != BL_OK)
		return status;
	*out = bytes;
	*content = bl_read_classify(bytes);
	return BL_OK;
}

bl_status bl_repo_read(bl_repo *repo, bl_str path, bl_arena *arena, bl_str *out, bl_error *error)
{
	bl_str bytes;
	bl_content content;
	bl_status status = bl_repo_read_any(repo, path, arena, &bytes, &content, error);
	if (status != BL_OK)
		return status;
	if (content != BL_CONTENT_TEXT)
		return bl_error_set(error, BL_FAILED, "'" BL_FMT "' %s", BL_ARG(path), bl_repo_content_words(content));
	*out = bytes;
	return BL_OK;
}

static int by_name(const void *a, const void *b)
{
	return bl_str_cmp(*(const bl_str *)a, *(const bl_str *)b);
}

typedef BL_VEC(bl_str) name_list;

static bl_status names_of_work(bl_repo *repo, bl_str folder, bl_arena *arena, name_list *names, bl_error *error)
{
	int fd;
	bl_status status = bl_read_open(repo, folder, O_DIRECTORY, &fd, error);
	if (status != BL_OK)
		return status;
	DIR *dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return cannot(error, folder);
	}
	rewinddir(dir);
	struct dirent *e;
	while ((e = readdir(dir)) && names->n < BL_REPO_MAX_FILES)
		if (bl_relative_name_allowed(bl_str_of(e->d_name)))
			bl_vec_push(arena, names, bl_str_dup(arena, bl_str_of(e->d_name)));
	closedir(dir);
	return BL_OK;
}

static bl_status names_of_git(bl_repo *repo, bl_str folder, bl_arena *arena, name_list *names, bl_error *error)
{
	const bl_git_entries *files;
	bl_status status = bl_git_list(repo, &files, error);
	if (status != BL_OK)
		return status;
	bl_str asked = folder;
	if (!bl_git_resolve(files, arena, asked, &folder))
		return bl_error_set(error, BL_FAILED, "'" BL_FMT "' leads out of the repository", BL_ARG(asked));
	size_t skip = folder.n ? folder.n + 1 : 0;
	bl_str last = {0};
	for (size_t i = bl_git_at(files, folder.n ? bl_str_fmt(arena, BL_FMT "/", BL_ARG(folder)) : folder);
		i < files->n && bl_relative_within(files->items[i].path, folder); i++) {
		bl_str path = files->items[i].path, name;
		bl_str_cut(bl_str_slice(path, skip, path.n), '/', &name);
		if (last.p && bl_str_eq(name, last))
			continue;
		last = name;
		bl_vec_push(arena, names, name);
	}
	if (folder.n && !names->n)
		return bl_error_set(error, BL_NOT_FOUND, "there is no folder '" BL_FMT "'", BL_ARG(asked));
	return BL_OK;
}

bl_status bl_repo_folder(bl_repo *repo, bl_str folder, bl_arena *arena, bl_str **out, size_t *n, bl_error *error)
{
	bl_str clean;
	name_list names = {0};
	if (!bl_relative_clean(arena, folder, &clean))
		return bl_error_set(error, BL_FAILED, "'" BL_FMT "' is no folder inside the repository", BL_ARG(folder));
	bl_status status = bl_repo_reads_git(repo) ? names_of_git(repo, clean, arena, &names, error)
						   : names_of_work(repo, clean, arena, &names, error);
	if (status != BL_OK)
		return status;
	if (names.n)
		qsort(names.items, names.n, sizeof *names.items, by_name);
	/* a file "a.b" sorts between folder "a" and its files, so equal names need not have been neighbours */
	size_t kept = 0;
	for (size_t i = 0; i < names.n; i++)
		if (!kept || !bl_str_eq(names.items[kept - 1], names.items[i]))
			names.items[kept++] = names.items[i];
	*out = names.items;
	*n = kept;
	return BL_OK;
}

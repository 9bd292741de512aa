#include "core/io/file.h"

#include "core/base/vec.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bl_status failed(bl_error *error, const char *verb, const char *path)
{
	return bl_error_set(error, errno == ENOENT ? BL_NOT_FOUND : BL_FAILED, "cannot %s '%s': %s", verb,
		path, strerror(errno));
}

static bl_status slurp(int fd, bl_arena *arena, const char *path, size_t limit, bl_str *out, bl_error *error)
{
	bl_buf buf = {0};
	char chunk[65536];
	ssize_t n;
	while ((n = read(fd, chunk, sizeof chunk)) > 0 || (n < 0 && errno == EINTR)) {
		if (n < 0)
			continue;
		if (buf.n + (size_t)n > limit) {
			bl_buf_done(&buf);
			return bl_error_set(error, BL_LIMIT, "'%s' is larger than %zu bytes", path, limit);
		}
		bl_buf_put(&buf, bl_str_make(chunk, (size_t)n));
	}
	bl_status status = n < 0 ? failed(error, "read", path) : BL_OK;
	if (status == BL_OK)
		*out = bl_str_dup(arena, bl_buf_str(&buf));
	bl_buf_done(&buf);
	return status;
}

/* Opens a regular file or a pipe; *size is 0 for a pipe. */
static bl_status open_file(const char *path, int *fd, uintmax_t *size, bl_error *error)
{
	int opened = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (opened < 0)
		return failed(error, "open", path);
	struct stat st;
	bl_status status = BL_OK;
	if (fstat(opened, &st) < 0)
		status = failed(error, "read", path);
	else if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode))
		status = bl_error_set(error, BL_FAILED, "'%s' is no regular file", path);
	if (status != BL_OK) {
		close(opened);
		return status;
	}
	*fd = opened;
	*size = S_ISREG(st.st_mode) ? (uintmax_t)st.st_size : 0;
	return BL_OK;
}

bl_status bl_file_read(bl_arena *arena, const char *path, size_t limit, bl_str *out, bl_error *error)
{
	if (strcmp(path, "-") == 0)
		return slurp(0, arena, "standard input", limit, out, error);
	int fd = -1;
	uintmax_t size = 0;
	bl_status status = open_file(path, &fd, &size, error);
	if (status != BL_OK)
		return status;
	status = size > limit ? bl_error_set(error, BL_LIMIT, "'%s' is larger than %zu bytes", path, limit)
			      : slurp(fd, arena, path, limit, out, error);
	close(fd);
	return status;
}

bool bl_file_is_folder(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bl_status each_piece(int fd, const char *path, bool (*each)(void *, bl_str), void *context, bl_error *error)
{
	char chunk[65536];
	ssize_t n;
	while ((n = read(fd, chunk, sizeof chunk)) > 0 || (n < 0 && errno == EINTR))
		if (n > 0 && !each(context, bl_str_make(chunk, (size_t)n)))
			return BL_OK;
	return n < 0 ? failed(error, "read", path) : BL_OK;
}

bl_status bl_file_each(const char *path, bool (*each)(void *context, bl_str piece), void *context, bl_error *error)
{
	if (strcmp(path, "-") == 0)
		return each_piece(0, "standard input", each, context, error);
	int fd = -1;
	uintmax_t size = 0;
	bl_status status = open_file(path, &fd, &size, error);
	if (status != BL_OK)
		return status;
	status = each_piece(fd, path, each, context, error);
	close(fd);
	return status;
}

static bool write_all(int fd, bl_str data)
{
	while (data.n) {
		ssize_t n = write(fd, data.p, data.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		data = bl_str_slice(data, (size_t)n, data.n);
	}
	return true;
}

bl_status bl_file_write(const char *path, bl_str data, bl_error *error)
{
	if (strcmp(path, "-") == 0)
		return write_all(1, data) ? BL_OK : failed(error, "write", "standard output");
	bl_arena arena = {0};
	const char *temporary = bl_str_fmt(&arena, "%s.%ld.partial", path, (long)getpid()).p;
	int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
	bl_status status = BL_OK;
	if (fd < 0) {
		status = failed(error, "write", path);
	} else {
		bool good = write_all(fd, data);
		good = close(fd) == 0 && good;
		if (!good || rename(temporary, path) < 0) {
			status = failed(error, "write", path);
			unlink(temporary);
		}
	}
	bl_arena_done(&arena);
	return status;
}

typedef BL_VEC(bl_str) names;

enum { LIST_DEPTH = 32 };

static bl_status list(bl_arena *arena, const char *folder, bl_str below, bl_str suffix, int depth, names *out,
	bl_error *error)
{
	const char *path = bl_str_fmt(arena, "%s%s" BL_FMT, folder, below.n ? "/" : "", BL_ARG(below)).p;
	DIR *dir = opendir(path);
	if (!dir)
		return failed(error, "open", path);
	struct dirent *e;
	bl_status status = BL_OK;
	while (status == BL_OK && (e = readdir(dir))) {
		if (e->d_name[0] == '.')
			continue;
		struct stat st;
		if (fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		bl_str name = below.n ? bl_str_fmt(arena, BL_FMT "/%s", BL_ARG(below), e->d_name)
				      : bl_str_fmt(arena, "%s", e->d_name);
		if (S_ISDIR(st.st_mode) && depth < LIST_DEPTH)
			status = list(arena, folder, name, suffix, depth + 1, out, error);
		else if (S_ISREG(st.st_mode) && bl_str_ends(name, suffix))
			bl_vec_push(arena, out, name);
	}
	closedir(dir);
	return status;
}

static int by_bytes(const void *a, const void *b)
{
	return bl_str_cmp(*(const bl_str *)a, *(const bl_str *)b);
}

bl_status bl_file_list(bl_arena *arena, const char *folder, const char *suffix, bl_str **paths, size_t *n,
	bl_error *error)
{
	names found = {0};
	bl_status status = list(arena, folder, BL_STR(""), bl_str_of(suffix), 0, &found, error);
	if (status != BL_OK)
		return status;
	if (found.n)
		qsort(found.items, found.n, sizeof *found.items, by_bytes);
	*paths = found.items;
	*n = found.n;
	return BL_OK;
}

bl_status bl_file_names(bl_arena *arena, const char *folder, bl_str **out, size_t *n, bl_error *error)
{
	names found = {0};
	DIR *dir = opendir(folder);
	if (!dir)
		return failed(error, "open", folder);
	struct dirent *e;
	while ((e = readdir(dir)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			bl_vec_push(arena, &found, bl_str_fmt(arena, "%s", e->d_name));
	closedir(dir);
	if (found.n)
		qsort(found.items, found.n, sizeof *found.items, by_bytes);
	*out = found.items;
	*n = found.n;
	return BL_OK;
}

#include "files.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);
	return n >= m && strcmp(s + n - m, suffix) == 0;
}

static int kind_of(const char *name)
{
	if (ends(name, ".tf") || ends(name, ".tfvars") || ends(name, ".tofu"))
		return FILE_TERRAFORM;
	if (ends(name, ".json"))
		return FILE_JSON;
	if (ends(name, ".yaml") || ends(name, ".yml"))
		return FILE_YAML;
	if (ends(name, ".bicep") || ends(name, ".bicepparam"))
		return FILE_BICEP;
	if (strncmp(name, "Dockerfile", 10) == 0 && (!name[10] || name[10] == '.'))
		return FILE_DOCKERFILE;
	return -1;
}

static void read_file(const char *path, int kind, file_visitor visit)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW);
	struct stat st;
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
		char *text = malloc((size_t)st.st_size + 1);
		ssize_t n = text ? read(fd, text, (size_t)st.st_size) : -1;
		if (n > 0)
			visit((file_kind)kind, text, (size_t)n);
		free(text);
	}
	close(fd);
}

void walk_files(const char *folder, file_visitor visit)
{
	DIR *dir = opendir(folder);
	struct dirent *e;
	while (dir && (e = readdir(dir))) {
		char path[4096];
		struct stat st;
		if (e->d_name[0] == '.' && (!e->d_name[1] || strcmp(e->d_name, "..") == 0 || strcmp(e->d_name, ".git") == 0))
			continue;
		if (snprintf(path, sizeof path, "%s/%s", folder, e->d_name) >= (int)sizeof path || lstat(path, &st) < 0)
			continue;
		int kind = kind_of(e->d_name);
		if (S_ISDIR(st.st_mode))
			walk_files(path, visit);
		else if (kind >= 0)
			read_file(path, kind, visit);
	}
	if (dir)
		closedir(dir);
}

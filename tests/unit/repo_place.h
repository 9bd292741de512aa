/* A folder of its own for each test of repo/, which is the current directory meanwhile. */
#ifndef BL_TESTS_UNIT_REPO_PLACE_H
#define BL_TESTS_UNIT_REPO_PLACE_H

#include "repo/repo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct place {
	char path[PATH_MAX];
	char before[PATH_MAX];
	bl_arena arena;
	bl_repo *repo;
	bl_file_entries files;
	bl_diag_list diags;
	bl_error error;
} place;

static inline int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static inline int enter(void **state)
{
	place *p = calloc(1, sizeof *p);
	char template[] = "/var/tmp/belay-repo-XXXXXX";
	if (!getcwd(p->before, sizeof p->before) || !mkdtemp(template) || !realpath(template, p->path) ||
		chdir(p->path) < 0 || chmod(p->path, 0755) < 0)
		return -1;
	setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
	setenv("GIT_CONFIG_SYSTEM", "/dev/null", 1);
	setenv("GIT_AUTHOR_NAME", "Ada", 1);
	setenv("GIT_AUTHOR_EMAIL", "ada@example.com", 1);
	setenv("GIT_COMMITTER_NAME", "Ada", 1);
	setenv("GIT_COMMITTER_EMAIL", "ada@example.com", 1);
	unsetenv("GIT_INDEX_FILE");
	unsetenv("GIT_DIR");
	*state = p;
	return 0;
}

static inline int leave(void **state)
{
	place *p = *state;
	bl_repo_free(p->repo);
	bl_arena_done(&p->arena);
	int code = chdir(p->before);
	nftw(p->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(p);
	return code;
}

static inline void put(const char *path, const char *text)
{
	char folder[PATH_MAX];
	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
		mkdir(folder, 0777);
	}
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static inline void run(const char *command)
{
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

static inline bl_status try_open(place *p, bl_repo_open o)
{
	bl_repo_free(p->repo);
	p->repo = NULL;
	return bl_repo_new(&o, &p->repo, &p->error);
}

static inline void open_repo(place *p, bl_repo_open o)
{
	if (try_open(p, o) != BL_OK)
		fail_msg("%s", p->error.text);
}

static inline void walk(place *p, const char *path)
{
	p->diags = (bl_diag_list){0};
	if (bl_repo_walk(p->repo, &path, path != NULL, &p->arena, &p->files, &p->diags, &p->error) != BL_OK)
		fail_msg("%s", p->error.text);
}

/* The files walked, joined by spaces. */
static inline const char *listed(place *p)
{
	bl_buf b = {0};
	for (size_t i = 0; i < p->files.n; i++)
		bl_buf_putf(&b, "%s" BL_FMT, i ? " " : "", BL_ARG(p->files.items[i].path));
	const char *z = bl_str_z(&p->arena, bl_buf_str(&b));
	bl_buf_done(&b);
	return z;
}

static inline bool told(const place *p, bl_diag_level level, const char *path)
{
	for (size_t i = 0; i < p->diags.n; i++)
		if (p->diags.items[i].level == level && bl_str_eqz(p->diags.items[i].path, path))
			return true;
	return false;
}

static inline const char *text_of(place *p, const char *path)
{
	bl_str text;
	if (bl_repo_read(p->repo, bl_str_of(path), &p->arena, &text, &p->error) != BL_OK)
		return NULL;
	return bl_str_z(&p->arena, text);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, enter, leave)

#endif

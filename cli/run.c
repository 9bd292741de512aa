/* What the verbs share: sessions, runs and outputs. */
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int cli_write_stdout(void *context, const char *data, size_t size)
{
	return fwrite(data, 1, size, stdout) == size ? 0 : 1;
}

static int write_stderr(void *context, const char *data, size_t size)
{
	return fwrite(data, 1, size, stderr) == size ? 0 : 1;
}

static int write_file(void *context, const char *data, size_t size)
{
	return fwrite(data, 1, size, context) == size ? 0 : 1;
}

bl_session *cli_open_session(const command *c)
{
	char error[600];
	bl_session *session = bl_session_open(c->o.rules.items, c->o.rules.n, error, sizeof error);
	if (!session)
		cli_complain("%s", error);
	return session;
}

static void show_progress(void *context, const char *stage, size_t done, size_t total)
{
	if (total)
		fprintf(stderr, "\r\033[K%s %zu of %zu", stage, done, total);
	else
		fprintf(stderr, "\r\033[K%s", stage);
	fflush(stderr);
}

static bool read_jobs(const command *c, unsigned *jobs)
{
	const char *text = cli_value(c->o.jobs, "0");
	char *end;
	errno = 0;
	unsigned long n = strtoul(text, &end, 10);
	*jobs = (unsigned)n;
	return *text >= '0' && *text <= '9' && !*end && !errno && n <= 1024;
}

/* For each --var, how many --var-file stand before it; the caller frees it. NULL without any. */
static size_t *order_of_vars(const command *c)
{
	size_t *after = c->o.var.n ? calloc(c->o.var.n, sizeof *after) : NULL;
	for (size_t i = 0; after && i < c->o.var.n; i++)
		for (size_t k = 0; k < c->o.var_file.n; k++)
			after[i] += c->o.var_file.places[k] < c->o.var.places[i];
	return after;
}

/* Where the Bicep compiler keeps the modules it has restored, when there is such a folder. */
static const char *bicep_cache(char *path, size_t size)
{
	const char *home = getenv("HOME");
	if (!home || home[0] != '/' || snprintf(path, size, "%s/.bicep", home) >= (int)size || access(path, R_OK) != 0)
		return NULL;
	return path;
}

bl_report *cli_run(const command *c, bl_session *session, bl_run_options *run, int *exit_code)
{
	char error[600], cache[4096];
	*exit_code = BL_EXIT_USAGE;
	if (!read_jobs(c, &run->jobs)) {
		cli_complain("--jobs takes a number from 0 to 1024");
		return NULL;
	}
	if (c->o.repo.n && run->npaths) {
		cli_complain("with --repo there are no further paths");
		return NULL;
	}
	run->now = cli_value(c->o.now, NULL);
	struct tm day;
	if (run->now && !strptime(run->now, "%Y-%m-%d", &day)) {
		cli_complain("--now takes a time like 2026-03-01T12:00:00Z");
		return NULL;
	}
	run->root = cli_value(c->o.root, NULL);
	run->repos = c->o.repo.items;
	run->nrepos = c->o.repo.n;
	run->staged = c->o.staged.n > 0;
	run->base = cli_value(c->o.base, NULL);
	run->head = cli_value(c->o.head, NULL);
	run->snapshots = c->o.snapshot.items;
	run->nsnapshots = c->o.snapshot.n;
	run->vars = c->o.var.items;
	run->nvars = c->o.var.n;
	run->var_after = order_of_vars(c);
	run->env_vars = c->o.env_vars.n > 0;
	run->helm = c->o.helm.n > 0;
	run->var_files = c->o.var_file.items;
	run->nvar_files = c->o.var_file.n;
	run->module_dir = cli_value(c->o.module_dir, NULL);
	run->bicep_registry = cli_value(c->o.bicep_registry, bicep_cache(cache, sizeof cache));
	run->workspace = cli_value(c->o.workspace, NULL);
	run->subscription = cli_value(c->o.subscription, NULL);
	run->resource_group = cli_value(c->o.resource_group, NULL);
	run->location = cli_value(c->o.location, NULL);
	run->baseline = cli_value(c->o.baseline, NULL);
	if (c->progress)
		run->progress = show_progress;
	bl_report *report = bl_run(session, run, error, sizeof error);
	free((size_t *)run->var_after);
	run->var_after = NULL;
	if (c->progress)
		fputs("\r\033[K", stderr);
	if (!report) {
		*exit_code = BL_EXIT_PARTIAL;
		cli_complain("%s", error);
		return NULL;
	}
	if (!c->o.quiet.n) {
		bl_print_options print = {.view = "diagnostics", .format = "text", .colour = c->progress && c->colour};
		bl_report_print(report, &print, write_stderr, NULL, NULL, 0);
	}
	return report;
}

static bool print_one(const command *c, const bl_report *report, const char *view, const char *format, const char *path)
{
	char error[200];
	bool to_stdout = !path || strcmp(path, "-") == 0;
	FILE *f = to_stdout ? stdout : fopen(path, "we");
	if (!f) {
		cli_complain("cannot write '%s': %s", path, strerror(errno));
		return false;
	}
	bl_print_options print = {.view = view, .format = format, .colour = to_stdout && c->colour,
		.fail_on = cli_value(c->o.fail_on, "high"), .id = c->verb == BIT_EXPLAIN && c->o.narguments ? c->o.arguments[0] : NULL, .state = cli_value(c->o.state, NULL), .types = c->o.type.items,
		.ntypes = c->o.type.n, .tags = c->o.tag.items, .ntags = c->o.tag.n};
	int result = bl_report_print(report, &print, write_file, f, error, sizeof error);
	if (result < 0)
		cli_complain("%s", error);
	if (!to_stdout && fclose(f) != 0)
		result = 1;
	if (result > 0)
		cli_complain("cannot write '%s'", to_stdout ? "standard output" : path);
	return result == 0;
}

bool cli_print(const command *c, const bl_report *report, const char *view)
{
	size_t n = c->o.format.n ? c->o.format.n : 1;
	bool good = true;
	for (size_t i = 0; i < n; i++) {
		const char *format = c->o.format.n ? c->o.format.items[i] : strcmp(view, "baseline") == 0 || strcmp(view, "build") == 0 ? "json" : "text";
		const char *path = i < c->o.output.n ? c->o.output.items[i] : NULL;
		good = print_one(c, report, view, format, path) && good;
	}
	return good;
}

/* Makes the folders that path stands in. */
static bool make_folders(char *path)
{
	for (char *p = path + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		bool made = mkdir(path, 0777) == 0 || errno == EEXIST;
		*p = '/';
		if (!made)
			return false;
	}
	return true;
}

bool cli_write_below(const char *folder, const char *name, const char *data, size_t size)
{
	char path[4096];
	if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path) {
		cli_complain("the path of '%s' is too long", name);
		return false;
	}
	FILE *f = make_folders(path) ? fopen(path, "we") : NULL;
	bool written = f && fwrite(data, 1, size, f) == size;
	if (f && fclose(f) != 0)
		written = false;
	if (!written)
		cli_complain("cannot write '%s': %s", path, strerror(errno));
	return written;
}

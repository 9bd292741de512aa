/* belay simulate: writes what would run into a folder. */
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static int write_file(void *context, const char *name, const char *data, size_t size)
{
	return cli_write_below(context, name, data, size) ? 0 : 1;
}

static bool read_number(const char *what, option_values v, unsigned long long most, unsigned long long *out)
{
	const char *text = cli_value(v, "0");
	char *end;
	errno = 0;
	*out = strtoull(text, &end, 10);
	if (*text >= '0' && *text <= '9' && !*end && !errno && *out <= most)
		return true;
	cli_complain("--%s takes a number up to %llu", what, most);
	return false;
}

static bool read_percent(const char *what, option_values v, unsigned *out)
{
	unsigned long long n;
	if (!read_number(what, v, 100, &n))
		return false;
	*out = (unsigned)n;
	return true;
}

int cmd_simulate(command *c)
{
	bl_simulation s = {
		.now = cli_value(c->o.now, NULL),
		.subscription = cli_value(c->o.subscription, NULL),
		.resource_group = cli_value(c->o.resource_group, NULL),
		.location = cli_value(c->o.location, NULL),
		.formats = cli_value(c->o.formats, NULL),
	};
	if (!c->o.output.n) {
		cli_complain("'simulate' needs a folder to write into: --output DIR");
		return BL_EXIT_USAGE;
	}
	if (!read_number("seed", c->o.seed, (1ull << 53) - 1, &s.seed) || !read_percent("rename", c->o.rename, &s.rename) ||
		!read_percent("drift", c->o.drift, &s.drift) || !read_percent("delete", c->o.delete, &s.remove) ||
		!read_percent("shadow", c->o.shadow, &s.shadow) || !read_percent("strip-tags", c->o.strip_tags, &s.strip_tags))
		return BL_EXIT_USAGE;
	bl_session *session = cli_open_session(c);
	if (!session)
		return BL_EXIT_PARTIAL;
	int code = BL_EXIT_PARTIAL;
	bl_run_options run = {.depth = BL_RUN_EVALUATE, .paths = c->o.arguments, .npaths = c->o.narguments};
	bl_report *report = cli_run(c, session, &run, &code);
	if (report) {
		char error[200];
		code = bl_report_exit_code(report, "never", 0, 0);
		int result = bl_report_simulate(report, &s, write_file, (void *)cli_value(c->o.output, "."), error, sizeof error);
		if (result < 0)
			cli_complain("%s", error);
		if (result)
			code = result < 0 ? BL_EXIT_USAGE : BL_EXIT_PARTIAL;
	}
	bl_report_free(report);
	bl_session_close(session);
	return code;
}

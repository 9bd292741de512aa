/* belay tag: trace tags into code. */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

/* The names between commas, in place; the caller frees the list. */
static const char **split(char *text, size_t *n)
{
	const char **list = calloc(strlen(text) / 2 + 2, sizeof *list);
	*n = 0;
	for (char *save = NULL, *word = strtok_r(text, ",", &save); list && word; word = strtok_r(NULL, ",", &save))
		list[(*n)++] = word;
	return list;
}

int cmd_tag(command *c)
{
	char error[600], *names = c->o.tags.n ? strdup(c->o.tags.items[0]) : NULL;
	const char *format = cli_value(c->o.format, "text");
	int code = BL_EXIT_PARTIAL;
	if (c->o.dry_run.n && c->o.validate.n) {
		cli_complain("--dry-run shows what --validate only counts: take one");
		return BL_EXIT_USAGE;
	}
	if (strcmp(format, "text") != 0 && strcmp(format, "json") != 0) {
		cli_complain("'%s' is no format of this verb", format);
		return BL_EXIT_USAGE;
	}
	bl_tag_run tag = {.prefix = cli_value(c->o.tag_prefix, ""), .skip_types = c->o.skip_type.items, .nskip_types = c->o.skip_type.n,
		.seed = cli_value(c->o.seed, NULL), .dry_run = c->o.dry_run.n > 0, .validate = c->o.validate.n > 0,
		.json = strcmp(format, "json") == 0};
	if (names)
		tag.keys = split(names, &tag.nkeys);
	bl_session *session = cli_open_session(c);
	bl_run_options run = {.depth = BL_RUN_PARSE, .paths = c->o.arguments, .npaths = c->o.narguments};
	bl_report *report = session ? cli_run(c, session, &run, &code) : NULL;
	if (report) {
		code = bl_report_exit_code(report, "never", 0, 0);
		int result = bl_report_tag(report, &tag, cli_write_stdout, NULL, error, sizeof error);
		if (result < 0) {
			cli_complain("%s", error);
			code = BL_EXIT_PARTIAL;
		} else if (result == 2) {
			code = BL_EXIT_PARTIAL;
		} else if (result > 0 && tag.validate && code == BL_EXIT_CLEAN) {
			code = BL_EXIT_FINDINGS;
		}
	}
	bl_report_free(report);
	bl_session_close(session);
	free(tag.keys);
	free(names);
	return code;
}

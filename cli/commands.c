/* One function a verb. */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool known_word(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(word, *words) == 0)
			return true;
	return false;
}

static bool check_formats(const command *c, const char *const *words)
{
	for (size_t i = 0; i < c->o.format.n; i++) {
		if (!known_word(c->o.format.items[i], words)) {
			cli_complain("'%s' is no format of this verb", c->o.format.items[i]);
			return false;
		}
	}
	if (c->o.output.n > (c->o.format.n ? c->o.format.n : 1)) {
		cli_complain("there are more --output than --format");
		return false;
	}
	return true;
}

static const char *const text_json[] = {"text", "json", NULL};

/* Runs to depth and prints one view. */
static int run_and_print(command *c, bl_run_options *run, const char *view, int (*end)(const command *, const bl_report *))
{
	int code = BL_EXIT_PARTIAL;
	bl_session *session = cli_open_session(c);
	if (!session)
		return code;
	bl_report *report = cli_run(c, session, run, &code);
	if (report) {
		code = end(c, report);
		if (!cli_print(c, report, view))
			code = BL_EXIT_PARTIAL;
	}
	bl_report_free(report);
	bl_session_close(session);
	return code;
}

static int end_scan(const command *c, const bl_report *report)
{
	return bl_report_exit_code(report, cli_value(c->o.fail_on, "high"), c->o.fail_on_maybe.n > 0, c->o.strict.n > 0);
}

/* Verbs that judge nothing end by whether all of the input was analysed. */
static int end_plain(const command *c, const bl_report *report)
{
	return bl_report_exit_code(report, "never", 0, 0);
}

int cmd_scan(command *c)
{
	static const char *const formats[] = {"text", "json", "sarif", "github", "azure-devops", NULL};
	static const char *const levels[] = {"info", "low", "medium", "high", "critical", "never", NULL};
	if (!check_formats(c, formats))
		return BL_EXIT_USAGE;
	if (!known_word(cli_value(c->o.fail_on, "high"), levels)) {
		cli_complain("--fail-on takes info, low, medium, high, critical or never");
		return BL_EXIT_USAGE;
	}
	bl_run_options run = {.depth = BL_RUN_JOIN, .paths = c->o.arguments, .npaths = c->o.narguments};
	return run_and_print(c, &run, "findings", end_scan);
}

int cmd_resources(command *c)
{
	if (!check_formats(c, text_json))
		return BL_EXIT_USAGE;
	bl_run_options run = {.depth = BL_RUN_EVALUATE, .paths = c->o.arguments, .npaths = c->o.narguments, .one_root = 1};
	return run_and_print(c, &run, "resources", end_plain);
}

int cmd_build(command *c)
{
	if (c->o.narguments != 1) {
		cli_complain("'build' takes one Bicep file");
		return BL_EXIT_USAGE;
	}
	bl_run_options run = {.depth = BL_RUN_EVALUATE, .paths = c->o.arguments, .npaths = 1, .one_root = 1, .build = 1};
	return run_and_print(c, &run, "build", end_plain);
}

int cmd_explain(command *c)
{
	if (!check_formats(c, text_json))
		return BL_EXIT_USAGE;
	if (!c->o.narguments) {
		cli_complain("what? say a fingerprint, the id of a path, an address, an asset's id or FILE:LINE");
		return BL_EXIT_USAGE;
	}
	bl_run_options run = {.depth = BL_RUN_JOIN, .paths = c->o.arguments + 1, .npaths = c->o.narguments - 1};
	return run_and_print(c, &run, "explain", end_plain);
}

int cmd_inventory(command *c)
{
	static const char *const formats[] = {"text", "json", "csv", NULL};
	static const char *const states[] = {"declared-only", "deployed-only", "both", NULL};
	if (!check_formats(c, formats))
		return BL_EXIT_USAGE;
	if (c->o.state.n && !known_word(c->o.state.items[0], states)) {
		cli_complain("--state takes declared-only, deployed-only or both");
		return BL_EXIT_USAGE;
	}
	bl_run_options run = {.depth = BL_RUN_JOIN, .paths = c->o.arguments, .npaths = c->o.narguments};
	return run_and_print(c, &run, "inventory", end_plain);
}

int cmd_map(command *c)
{
	if (!check_formats(c, text_json))
		return BL_EXIT_USAGE;
	if (!c->o.snapshot.n) {
		cli_complain("'map' needs what runs: --snapshot FILE");
		return BL_EXIT_USAGE;
	}
	bl_run_options run = {.depth = BL_RUN_JOIN, .paths = c->o.arguments, .npaths = c->o.narguments, .links_only = 1};
	return run_and_print(c, &run, "links", end_plain);
}

int cmd_paths(command *c)
{
	if (!check_formats(c, text_json))
		return BL_EXIT_USAGE;
	bl_run_options run = {.depth = BL_RUN_JOIN, .paths = c->o.arguments, .npaths = c->o.narguments};
	return run_and_print(c, &run, "paths", end_plain);
}

int cmd_baseline(command *c)
{
	static const char *const formats[] = {"json", NULL};
	if (!check_formats(c, formats))
		return BL_EXIT_USAGE;
	bl_run_options run = {.depth = BL_RUN_JUDGE, .paths = c->o.arguments, .npaths = c->o.narguments};
	return run_and_print(c, &run, "baseline", end_plain);
}

int cmd_dump(command *c)
{
	static const struct {
		const char *stage;
		bl_depth depth;
	} stages[] = {
		{"eval", BL_RUN_EVALUATE},
		{"graph", BL_RUN_JOIN},
		{"links", BL_RUN_JOIN},
		{"parse", BL_RUN_PARSE},
		{"paths", BL_RUN_JOIN},
	};
	static const char *const formats[] = {"text", "json", "sexp", NULL};
	const char *stage = cli_value(c->o.stage, "eval");
	if (!check_formats(c, formats))
		return BL_EXIT_USAGE;
	for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
		if (strcmp(stage, stages[i].stage) == 0) {
			bl_run_options run = {.depth = stages[i].depth, .paths = c->o.arguments, .npaths = c->o.narguments};
			return run_and_print(c, &run, stage, end_plain);
		}
	}
	cli_complain("--stage takes parse, eval, graph, links or paths");
	return BL_EXIT_USAGE;
}

int cmd_annotate(command *c)
{
	if (c->o.narguments < 1 || strcmp(c->o.arguments[0], "github") != 0) {
		cli_complain("annotate needs a forge, and this version knows only 'github'");
		return BL_EXIT_USAGE;
	}
	if (!c->o.base.n) {
		cli_complain("annotate needs what the change is against: --base REV");
		return BL_EXIT_USAGE;
	}
	if (!c->o.dry_run.n) {
		cli_complain("this version plans and does not send: say --dry-run");
		return BL_EXIT_PARTIAL;
	}
	int code = BL_EXIT_PARTIAL;
	bl_session *session = cli_open_session(c);
	if (!session)
		return code;
	bl_run_options run = {.depth = BL_RUN_JOIN, .paths = c->o.arguments + 1, .npaths = c->o.narguments - 1};
	bl_report *report = cli_run(c, session, &run, &code);
	const char *repository = cli_value(c->o.repository, getenv("GITHUB_REPOSITORY"));
	if (report) {
		char error[200];
		code = end_plain(c, report);
		long long number = atoll(cli_value(c->o.pull_request, "0"));
		if (bl_report_annotate(report, "github", repository ? repository : "OWNER/NAME", number, cli_write_stdout, NULL,
			    error, sizeof error) < 0) {
			cli_complain("%s", error);
			code = BL_EXIT_PARTIAL;
		}
	}
	bl_report_free(report);
	bl_session_close(session);
	return code;
}

static int test_rules(const command *c, bl_session *session)
{
	size_t passed, failed;
	const char *prefix = c->o.narguments > 1 ? c->o.arguments[1] : NULL;
	bl_rules_test(session, prefix, &passed, &failed, cli_write_stdout, NULL);
	printf("%zu passed, %zu failed\n", passed, failed);
	return failed ? BL_EXIT_FINDINGS : BL_EXIT_CLEAN;
}

int cmd_rules(command *c)
{
	static const char *const actions[] = {"list", "show", "test", NULL};
	const char *action = c->o.narguments ? c->o.arguments[0] : "list";
	if (!known_word(action, actions)) {
		cli_complain("'%s' is not list, show or test", action);
		return BL_EXIT_USAGE;
	}
	if (!check_formats(c, text_json))
		return BL_EXIT_USAGE;
	bool show = strcmp(action, "show") == 0;
	if (show && c->o.narguments < 2) {
		cli_complain("which rule? 'belay rules show ID'");
		return BL_EXIT_USAGE;
	}
	bl_session *session = cli_open_session(c);
	if (!session)
		return BL_EXIT_PARTIAL;
	int code = BL_EXIT_CLEAN;
	char error[200];
	if (strcmp(action, "test") == 0) {
		code = test_rules(c, session);
	} else if (bl_rules_print(session, show ? c->o.arguments[1] : NULL, cli_value(c->o.format, "text"), c->colour,
			   cli_write_stdout, NULL, error, sizeof error) < 0) {
		cli_complain("%s", error);
		code = BL_EXIT_USAGE;
	}
	bl_session_close(session);
	return code;
}

int cmd_console(command *c)
{
	char error[200];
	bl_session *session = cli_open_session(c);
	if (!session)
		return BL_EXIT_PARTIAL;
	bl_console *console = bl_console_open(session, cli_value(c->o.language, "terraform"), cli_value(c->o.dir, NULL), error,
		sizeof error);
	if (!console) {
		cli_complain("%s", error);
		bl_session_close(session);
		return BL_EXIT_USAGE;
	}
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	bool prompt = isatty(0) && isatty(1);
	while (fputs(prompt ? "> " : "", stdout), fflush(prompt ? stdout : NULL), (n = getline(&line, &size, stdin)) >= 0) {
		if (n && line[n - 1] == '\n')
			line[--n] = '\0';
		bl_console_run(console, line, cli_write_stdout, NULL);
	}
	free(line);
	bl_console_close(console);
	bl_session_close(session);
	return BL_EXIT_CLEAN;
}

#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *name;
	int (*run)(command *c);
} verbs[] = {
#define VERB(id, bit, arguments, summary) {#id, cmd_##id},
#include "cli/verbs.def"
#undef VERB
};

/* Promised by the command line's description, and honest about not being there. */
static const char *const later[] = {"comply", "export", "fix", "query", "score"};

static bool wants(const char *when, FILE *f, bool *out)
{
	if (strcmp(when, "always") == 0)
		*out = true;
	else if (strcmp(when, "never") == 0)
		*out = false;
	else if (strcmp(when, "auto") == 0)
		*out = isatty(fileno(f)) && (!getenv("TERM") || strcmp(getenv("TERM"), "dumb") != 0);
	else
		return false;
	return true;
}

static int run_verb(command *c, int argc, char **argv)
{
	if (!cli_read_options(c, argc, argv))
		return BL_EXIT_USAGE;
	if (c->o.help.n) {
		cli_usage((int)c->verb);
		return BL_EXIT_CLEAN;
	}
	const char *no_color = getenv("NO_COLOR");
	if (!wants(cli_value(c->o.colour, no_color && *no_color ? "never" : "auto"), stdout, &c->colour) ||
		!wants(cli_value(c->o.progress, "auto"), stderr, &c->progress)) {
		cli_complain("--colour and --progress take always, never or auto");
		return BL_EXIT_USAGE;
	}
	return verbs[c->verb].run(c);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		cli_usage(-1);
		return BL_EXIT_USAGE;
	}
	const char *name = argv[1];
	if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
		printf("belay %s\n", bl_version());
		return BL_EXIT_CLEAN;
	}
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
		cli_usage(-1);
		return BL_EXIT_CLEAN;
	}
	for (size_t i = 0; i < VERB_COUNT; i++) {
		if (strcmp(name, verbs[i].name) != 0)
			continue;
		command c = {.verb = (verb_bit)i};
		int code = run_verb(&c, argc - 2, argv + 2);
		cli_free_options(&c);
		if (fflush(stdout) != 0 || ferror(stdout)) {
			cli_complain("cannot write standard output");
			return BL_EXIT_PARTIAL;
		}
		return code;
	}
	for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
		if (strcmp(name, later[i]) == 0) {
			cli_complain("'%s' is not in this version", name);
			return BL_EXIT_PARTIAL;
		}
	}
	cli_complain("'%s' is no verb\nhint: 'belay --help' lists them", name);
	return BL_EXIT_USAGE;
}

/* belay snapshot: what runs, asked of whoever runs it. */
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct output {
	const char *path; /* of the file or the folder; NULL: standard output */
	char part[4096];  /* written first, so that nobody takes half of it for all */
	FILE *file;
	bool quiet;
} output;

static int on_data(void *context, const char *name, const char *data, size_t size)
{
	output *o = context;
	if (name)
		return cli_write_below(o->path, name, data, size) ? 0 : 1;
	if (!o->file)
		o->file = o->path ? fopen(o->part, "we") : stdout;
	if (!o->file || fwrite(data, 1, size, o->file) != size) {
		cli_complain("cannot write '%s': %s", o->path ? o->part : "standard output", strerror(errno));
		return 1;
	}
	return 0;
}

static void on_words(void *context, int warning, const char *words)
{
	const output *o = context;
	if (warning || !o->quiet)
		fprintf(stderr, "belay: %s%s\n", warning ? "warning: " : "", words);
}

/* The part becomes the file, or goes. */
static bool finish(output *o, bool good)
{
	if (!o->file)
		return good;
	if (o->file == stdout)
		return fflush(stdout) == 0 && good;
	if (fclose(o->file) != 0 || !good || rename(o->part, o->path) != 0) {
		if (good)
			cli_complain("cannot write '%s': %s", o->path, strerror(errno));
		unlink(o->part);
		return false;
	}
	return true;
}

static const char *ca_file(const command *c)
{
	if (c->o.ca_file.n)
		return c->o.ca_file.items[0];
	return getenv("CURL_CA_BUNDLE") ? getenv("CURL_CA_BUNDLE") : getenv("SSL_CERT_FILE");
}

int cmd_snapshot(command *c)
{
	char error[600] = "";
	if (!c->o.narguments) {
		cli_complain("of what? 'belay snapshot aws|azure|google|kubernetes|registry'");
		return BL_EXIT_USAGE;
	}
	output o = {.path = c->o.output.n ? c->o.output.items[0] : NULL, .quiet = c->o.quiet.n > 0};
	if (o.path && strcmp(o.path, "-") == 0)
		o.path = NULL;
	bool folder = strcmp(c->o.arguments[0], "registry") == 0;
	if (folder && !o.path) {
		cli_complain("an image layout is a folder: say --output DIR");
		return BL_EXIT_USAGE;
	}
	if (o.path && snprintf(o.part, sizeof o.part, "%s.part", o.path) >= (int)sizeof o.part) {
		cli_complain("the path of '%s' is too long", o.path);
		return BL_EXIT_USAGE;
	}
	bl_live live = {.source = c->o.arguments[0], .scopes = c->o.arguments + 1, .nscopes = c->o.narguments - 1, .regions = c->o.region.items,
		.nregions = c->o.region.n, .aggregator = cli_value(c->o.aggregator, NULL), .cloud = cli_value(c->o.cloud, NULL),
		.context = cli_value(c->o.context, NULL), .endpoint = cli_value(c->o.endpoint, NULL), .ca_file = ca_file(c),
		.tags_only = c->o.tags_only.n > 0, .say = on_words, .say_context = &o};
	int result = bl_live_collect(&live, on_data, &o, error, sizeof error);
	if (result < 0)
		cli_complain("%s", error);
	if (!finish(&o, result >= 0) || result != 0)
		return BL_EXIT_PARTIAL;
	return BL_EXIT_CLEAN;
}

/* The public header's door to live collection. */
#include "engine/engine.h"

#include "collect/collect.h"

#include <stdio.h>

typedef struct listener {
	const bl_live *live;
	bl_file_fn write;
	void *context;
} listener;

static bool on_write(void *context, const char *name, bl_str data)
{
	const listener *l = context;
	return l->write(l->context, name, data.p, data.n) == 0;
}

static void on_say(void *context, bl_diag_level level, const char *words)
{
	const listener *l = context;
	if (l->live->say)
		l->live->say(l->live->say_context, level != BL_DIAG_NOTE, words);
}

int bl_live_collect(const bl_live *live, bl_file_fn write, void *context, char *error, size_t error_size)
{
	bl_collect_options options = {.source = live->source, .scopes = live->scopes, .nscopes = live->nscopes, .regions = live->regions,
		.nregions = live->nregions, .aggregator = live->aggregator, .cloud = live->cloud, .context = live->context, .endpoint = live->endpoint,
		.ca_file = live->ca_file, .tags_only = live->tags_only};
	listener l = {live, write, context};
	bl_collect_sink sink = {on_write, on_say, &l};
	bl_collected found = {0};
	bl_error words = {""};
	if (bl_collect(&options, &sink, &found, &words) == BL_OK)
		return found.partial;
	if (error && error_size)
		snprintf(error, error_size, "%s", words.text);
	return -1;
}

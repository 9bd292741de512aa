/* A text as a configuration of one file: for rules' examples. */
#include "engine/engine.h"

#include <stdlib.h>

static const struct {
	const char *language, *path;
} files[] = {
	{"arm", "main.json"},
	{"bicep", "main.bicep"},
	{"cloudformation", "template.yaml"},
	{"compose", "compose.yaml"},
	{"dockerfile", "Dockerfile"},
	{"kubernetes", "manifest.yaml"},
	{"terraform", "main.tf"},
};

static const bl_language languages[] = {BL_LANG_ARM, BL_LANG_BICEP, BL_LANG_CLOUDFORMATION, BL_LANG_COMPOSE,
	BL_LANG_DOCKERFILE, BL_LANG_KUBERNETES, BL_LANG_TERRAFORM};

bl_report *bl_engine_run_text(bl_session *session, bl_str language, bl_str text)
{
	size_t i = 0;
	while (i < sizeof files / sizeof *files && !bl_str_eqz(language, files[i].language))
		i++;
	if (i == sizeof files / sizeof *files)
		return NULL;
	bl_run_options options = {.depth = BL_RUN_JUDGE, .jobs = 1};
	bl_report *report = bl_engine_new(session, &options);
	bl_side *side = bl_xmalloc(sizeof *side);
	pthread_mutex_init(&side->lock, NULL);
	side->sources = report->sources;
	bl_vec_push(&report->arena, &report->sides, side);
	bl_document *d = bl_new(&side->arena, bl_document);
	d->language = languages[i];
	d->path = bl_str_of(files[i].path);
	d->source = bl_sources_add(side->sources, BL_STR(""), d->path, text);
	bl_vec_push(&side->arena, &side->documents, d);
	bl_file_entry entry = {.path = d->path, .size = text.n, .named = true};
	bl_vec_push(&side->arena, &side->entries, entry);
	bl_parse(side->sources, d);
	bl_engine_finish(report);
	report->options = NULL;
	return report;
}

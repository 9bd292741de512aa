/* A text as a configuration of one file: for rules' examples. */
#include "engine/engine.h"

#include <stdlib.h>

static const struct {
	const char *name, *path;
	bl_language language;
	const char *dialect;
} files[] = {
	{"arm", "main.json", BL_LANG_ARM, ""},
	{"azure-pipelines", "azure-pipelines.yml", BL_LANG_PIPELINE, "azure-pipelines"},
	{"bicep", "main.bicep", BL_LANG_BICEP, ""},
	{"cloudformation", "template.yaml", BL_LANG_CLOUDFORMATION, ""},
	{"compose", "compose.yaml", BL_LANG_COMPOSE, ""},
	{"dockerfile", "Dockerfile", BL_LANG_DOCKERFILE, ""},
	{"github", ".github/workflows/ci.yml", BL_LANG_PIPELINE, "github"},
	{"gitlab", ".gitlab-ci.yml", BL_LANG_PIPELINE, "gitlab"},
	{"kubernetes", "manifest.yaml", BL_LANG_KUBERNETES, ""},
	{"terraform", "main.tf", BL_LANG_TERRAFORM, ""},
};

bl_report *bl_engine_run_text(bl_session *session, bl_str language, bl_str text)
{
	size_t i = 0;
	while (i < sizeof files / sizeof *files && !bl_str_eqz(language, files[i].name))
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
	d->language = files[i].language;
	d->dialect = bl_str_of(files[i].dialect);
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

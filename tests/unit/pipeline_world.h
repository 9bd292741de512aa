/* A repository in memory whose pipelines are run: for the tests of eval/pipeline/. */
#ifndef BL_TESTS_UNIT_PIPELINE_WORLD_H
#define BL_TESTS_UNIT_PIPELINE_WORLD_H

#include "eval/pipeline/pipeline.h"
#include "parsers/parsers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

typedef struct file {
	const char *path, *text;
} file;

typedef struct world {
	bl_arena arena;
	bl_sources *sources;
	const file *files;
	size_t nfiles;
	bl_root root;
	bl_loader loader;
	bl_eval_input input;
	bl_evaluation out;
} world;

static inline bl_document *world_parse(world *w, bl_language language, bl_str path, bl_str text)
{
	bl_document *d = bl_new(&w->arena, bl_document);
	d->path = path;
	d->language = bl_parsers_detect(path, text, &d->dialect);
	if (language)
		d->language = language;
	d->source = bl_sources_add(w->sources, BL_STR(""), path, text);
	bl_parse(w->sources, d);
	bl_arena_adopt(&w->arena, &d->arena);
	return d;
}

static inline bool world_bytes(void *context, bl_str path, bl_str *out)
{
	world *w = context;
	for (size_t i = 0; i < w->nfiles; i++) {
		if (bl_str_eqz(path, w->files[i].path)) {
			*out = bl_str_of(w->files[i].text);
			return true;
		}
	}
	return false;
}

static inline const bl_document *world_document(void *context, bl_str path)
{
	bl_str text;
	return world_bytes(context, path, &text) ? world_parse(context, BL_LANG_NONE, path, text) : NULL;
}

static inline const bl_document *world_text(void *context, bl_language language, uint32_t source, bl_arena *arena)
{
	world *w = context;
	bl_document *d = bl_new(arena, bl_document);
	d->language = language;
	d->path = bl_sources_path(w->sources, source);
	d->source = source;
	bl_parse(w->sources, d);
	bl_arena_adopt(arena, &d->arena);
	return d;
}

static inline world *world_new(const file *files, size_t n)
{
	world *w = calloc(1, sizeof *w);
	w->sources = bl_sources_new();
	w->files = files;
	w->nfiles = n;
	w->root = (bl_root){.name = BL_STR("."), .language = BL_LANG_PIPELINE};
	w->loader = (bl_loader){.context = w, .document = world_document, .bytes = world_bytes, .parse = world_text};
	w->input = (bl_eval_input){.root = &w->root, .loader = &w->loader, .sources = w->sources};
	return w;
}

static inline void world_free(world *w)
{
	bl_sources_free(w->sources);
	bl_arena_done(&w->arena);
	free(w);
}

/* ---- what was found, as text ---- */

static inline void show_value(bl_buf *out, bl_arena *arena, const bl_value *v)
{
	if (!v) {
		bl_buf_putz(out, "-");
		return;
	}
	if (v->kind == BL_LIST || v->kind == BL_MAP) {
		bl_buf_putz(out, v->kind == BL_LIST ? "[" : "{");
		for (uint32_t i = 0; i < v->n; i++) {
			bl_buf_putz(out, i ? ", " : "");
			if (v->kind == BL_MAP)
				bl_buf_putf(out, BL_FMT "=", BL_ARG(v->map[i].key));
			show_value(out, arena, v->kind == BL_LIST ? v->list[i] : v->map[i].value);
		}
		bl_buf_putz(out, v->open ? v->n ? ", ..." : "..." : "");
		bl_buf_putz(out, v->kind == BL_LIST ? "]" : "}");
		return;
	}
	bl_str s = v->kind == BL_UNKNOWN ? bl_value_pattern(arena, v) : bl_value_text(bl_pipeline_scalar(arena, v));
	for (size_t i = 0; i < s.n; i++)
		bl_buf_putc(out, s.p[i] == BL_GAP ? '?' : s.p[i]);
}

/* One line each, unknown bytes as "?". */
static inline char *show_acts(world *w)
{
	bl_buf out = {0};
	static const char *const tri[] = {[BL_NO] = "", [BL_YES] = " push", [BL_MAYBE] = " push?"};
	static const char *const kinds[] = {"azure", "cloudformation", "compose", "helm", "kubernetes", "terraform", "source"};
	for (size_t i = 0; i < w->out.builds.n; i++) {
		const bl_build *b = w->out.builds.items[i];
		bl_buf_putf(&out, "build " BL_FMT ": ", BL_ARG(b->tool));
		show_value(&out, &w->arena, b->context);
		bl_buf_putz(&out, " ");
		show_value(&out, &w->arena, b->dockerfile);
		bl_buf_putz(&out, " ");
		show_value(&out, &w->arena, b->tags);
		if (b->target) {
			bl_buf_putz(&out, " target=");
			show_value(&out, &w->arena, b->target);
		}
		if (b->arguments) {
			bl_buf_putz(&out, " ");
			show_value(&out, &w->arena, b->arguments);
		}
		bl_buf_putf(&out, "%s\n", tri[b->pushes]);
	}
	for (size_t i = 0; i < w->out.deployments.n; i++) {
		const bl_deployment *d = w->out.deployments.items[i];
		bl_buf_putf(&out, "%s " BL_FMT ": ", kinds[d->kind], BL_ARG(d->tool));
		show_value(&out, &w->arena, d->template);
		if (d->files) {
			bl_buf_putz(&out, " files=");
			show_value(&out, &w->arena, d->files);
		}
		if (d->parameters) {
			bl_buf_putz(&out, " parameters=");
			show_value(&out, &w->arena, d->parameters);
		}
		if (d->scope) {
			bl_buf_putz(&out, " scope=");
			show_value(&out, &w->arena, d->scope);
		}
		bl_buf_putz(&out, "\n");
	}
	char *s = bl_str_z(&w->arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return s;
}

#endif

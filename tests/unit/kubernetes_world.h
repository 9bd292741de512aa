/* A repository in memory, and a root of Kubernetes in it evaluated: for the tests of eval/kubernetes. */
#ifndef BL_TESTS_UNIT_KUBERNETES_WORLD_H
#define BL_TESTS_UNIT_KUBERNETES_WORLD_H

#include "core/codec/json.h"
#include "eval/eval.h"
#include "parsers/parsers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
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
	bl_eval_options options;
	bl_evaluation out;
	size_t errors; /* of parsing */
} world;

static inline const bl_document *load_document(void *context, bl_str path)
{
	world *w = context;
	for (size_t i = 0; i < w->nfiles; i++) {
		if (!bl_str_eqz(path, w->files[i].path))
			continue;
		bl_document *d = bl_new(&w->arena, bl_document);
		bl_str text = bl_str_of(w->files[i].text);
		d->path = bl_str_of(w->files[i].path);
		d->language = bl_parsers_detect(d->path, text, &d->dialect);
		if (d->language == BL_LANG_NONE)
			return NULL;
		d->source = bl_sources_add(w->sources, BL_STR(""), d->path, text);
		bl_parse(w->sources, d);
		w->errors += d->diags.n;
		bl_arena_adopt(&w->arena, &d->arena);
		return d;
	}
	return NULL;
}

static inline bool load_bytes(void *context, bl_str path, bl_str *out)
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

/* The files given, of which the first is the root. */
static inline world build(const file *files, size_t n)
{
	world w = {.files = files, .nfiles = n, .sources = bl_sources_new()};
	bl_loader loader = {.document = load_document, .bytes = load_bytes};
	static bl_root root = {.name = {".", 1}, .language = BL_LANG_KUBERNETES};
	loader.context = &w;
	const bl_document *d = load_document(&w, bl_str_of(files[0].path));
	assert_non_null(d);
	bl_eval_input input = {&root, &d, 1, &loader, &w.options, bl_schema_new(&w.arena), w.sources};
	bl_eval_root(&input, &w.arena, &w.out);
	return w;
}

#define BUILD(...) build((const file[]){__VA_ARGS__}, sizeof((const file[]){__VA_ARGS__}) / sizeof(file))

static inline void done(world *w)
{
	bl_sources_free(w->sources);
	bl_arena_done(&w->arena);
}

static inline const bl_resource *find(const world *w, const char *address)
{
	for (size_t i = 0; i < w->out.resources.n; i++)
		if (bl_str_eqz(w->out.resources.items[i]->address, address))
			return w->out.resources.items[i];
	return NULL;
}

static inline const bl_value *value(const world *w, const char *address, const char *path)
{
	const bl_resource *r = find(w, address);
	if (!r)
		fail_msg("there is no %s", address);
	const bl_value *v = bl_value_at_path(r->written, bl_str_of(path));
	if (!v)
		fail_msg("%s has no %s", address, path);
	return v;
}

/* A value as JSON. */
static inline void assert_json(const world *w, const char *address, const char *path, const char *json)
{
	bl_buf out = {0};
	bl_json j;
	bl_json_begin(&j, &out, false);
	bl_json_value(&j, value(w, address, path));
	assert_string_equal(out.p, json);
	bl_buf_done(&out);
}

/* Where a value was written: "file:line", and the text there. */
static inline void assert_written(const world *w, const bl_value *v, const char *where, const char *text)
{
	bl_place place;
	char have[256];
	assert_true(bl_sources_place(w->sources, v->span, &place));
	snprintf(have, sizeof have, BL_FMT ":%u", BL_ARG(place.path), place.start_line);
	assert_string_equal(have, where);
	bl_str slice = bl_sources_slice(w->sources, bl_sources_root(w->sources, v->span));
	if (!bl_str_eqz(slice, text))
		fail_msg("'" BL_FMT "' stands there, not '%s'", BL_ARG(slice), text);
}

static inline size_t count_diags(const world *w, bl_diag_level level)
{
	size_t n = 0;
	for (size_t i = 0; i < w->out.diags.n; i++)
		n += w->out.diags.items[i].level == level;
	return n;
}

static inline void assert_says(const world *w, bl_diag_level level, const char *words)
{
	for (size_t i = 0; i < w->out.diags.n; i++)
		if (w->out.diags.items[i].level == level && bl_str_find(w->out.diags.items[i].message, bl_str_of(words), 0) >= 0)
			return;
	for (size_t i = 0; i < w->out.diags.n; i++)
		print_message("# " BL_FMT "\n", BL_ARG(w->out.diags.items[i].message));
	fail_msg("nothing says '%s'", words);
}

#endif

/* A repository in memory, and its Terraform evaluated: for the tests of eval/terraform*.c. */
#ifndef BL_TESTS_UNIT_TERRAFORM_WORLD_H
#define BL_TESTS_UNIT_TERRAFORM_WORLD_H

#include "core/codec/json.h"
#include "eval/eval.h"
#include "parsers/parsers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

/* A repository in memory: files by path. */
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
} world;

static inline bl_document *parse(world *w, bl_str path, bl_str text)
{
	bl_document *d = bl_new(&w->arena, bl_document);
	d->path = path;
	d->language = bl_parsers_detect(path, text, &d->dialect);
	d->source = bl_sources_add(w->sources, BL_STR(""), path, text);
	bl_parse(w->sources, d);
	bl_arena_adopt(&w->arena, &d->arena);
	return d;
}

static inline size_t load_folder(void *context, bl_str folder, bl_language language, const bl_document *const **out)
{
	world *w = context;
	BL_VEC(const bl_document *) found = {0};
	for (size_t i = 0; i < w->nfiles; i++) {
		bl_str path = bl_str_of(w->files[i].path);
		ptrdiff_t slash = bl_str_rfind_char(path, '/');
		bl_str dialect, text = bl_str_of(w->files[i].text);
		if (bl_str_eq(bl_str_slice(path, 0, slash < 0 ? 0 : (size_t)slash), folder) &&
			bl_parsers_detect(path, text, &dialect) == language)
			bl_vec_push(&w->arena, &found, parse(w, path, text));
	}
	*out = found.items;
	return found.n;
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

static inline const bl_document *load_text(void *context, bl_language language, uint32_t source, bl_arena *arena)
{
	world *w = context;
	bl_document *d = bl_new(&w->arena, bl_document);
	d->language = language;
	d->path = bl_sources_path(w->sources, source);
	d->source = source;
	bl_parse(w->sources, d);
	bl_arena_adopt(&w->arena, &d->arena);
	return d;
}

static inline void evaluate(world *w, const file *files, size_t n)
{
	bl_loader loader = {.context = w, .folder = load_folder, .bytes = load_bytes, .parse = load_text};
	BL_VEC(const bl_document *) configuration = {0}, variables = {0};
	const bl_document *const *documents;
	w->sources = bl_sources_new();
	w->files = files;
	w->nfiles = n;
	w->root = (bl_root){.name = BL_STR("."), .language = BL_LANG_TERRAFORM};
	size_t all = load_folder(w, BL_STR(""), BL_LANG_TERRAFORM, &documents);
	for (size_t i = 0; i < all; i++) {
		if (bl_str_eqz(documents[i]->dialect, "tfvars"))
			bl_vec_push(&w->arena, &variables, documents[i]);
		else
			bl_vec_push(&w->arena, &configuration, documents[i]);
	}
	w->options.var_files = variables.items;
	w->options.nvar_files = variables.n;
	bl_eval_input input = {&w->root, configuration.items, configuration.n, &loader, &w->options,
		bl_schema_new(&w->arena), w->sources};
	bl_eval_root(&input, &w->arena, &w->out);
}

static inline world evaluate_text(const char *text)
{
	world w = {0};
	file one = {"main.tf", text};
	evaluate(&w, &one, 1);
	w.files = NULL;
	return w;
}

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

static inline const bl_value *native(const world *w, const char *address, const char *path)
{
	const bl_resource *r = find(w, address);
	assert_non_null(r);
	const bl_value *v = bl_value_at_path(r->native, bl_str_of(path));
	assert_non_null(v);
	return v;
}

static inline const bl_value *output(const world *w, const char *name)
{
	for (size_t i = 0; i < w->out.outputs.n; i++)
		if (bl_str_eqz(w->out.outputs.items[i].name, name))
			return w->out.outputs.items[i].value;
	fail_msg("there is no output %s", name);
	return NULL;
}

/* An output as JSON, unknown and sensitive values as they are printed. */
static inline void assert_output(const world *w, const char *name, const char *json)
{
	bl_buf out = {0};
	bl_json j;
	bl_json_begin(&j, &out, false);
	bl_json_value(&j, output(w, name));
	assert_string_equal(out.p, json);
	bl_buf_done(&out);
}

static inline void assert_str(bl_str got, const char *want)
{
	char *z = calloc(1, got.n + 1);
	memcpy(z, got.p, got.n);
	assert_string_equal(z, want);
	free(z);
}

static inline bool says(const world *w, bl_diag_level level, const char *words)
{
	for (size_t i = 0; i < w->out.diags.n; i++)
		if (w->out.diags.items[i].level == level && bl_str_find(w->out.diags.items[i].message, bl_str_of(words), 0) >= 0)
			return true;
	return false;
}

#endif

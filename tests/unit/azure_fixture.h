/* A few files in memory, and what evaluating a template (Bicep, ARM, CloudFormation) among them gives. */
#ifndef BL_TESTS_AZURE_FIXTURE_H
#define BL_TESTS_AZURE_FIXTURE_H

#include "core/codec/json.h"
#include "eval/eval.h"
#include "parsers/parsers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MAX_FILES = 8 };

/* Files by path, and what evaluating the first of them gives. */
typedef struct fixture {
	const char *const *files; /* path, text, path, text, ..., NULL */
	bl_sources *sources;
	bl_document documents[MAX_FILES];
	size_t n;
	bl_arena arena;
	bl_schema *schema;
	bl_root root;
	bl_evaluation out;
} fixture;

static inline const bl_document *load(void *context, bl_str path)
{
	fixture *f = context;
	for (size_t i = 0; i < f->n; i++)
		if (bl_str_eq(f->documents[i].path, path))
			return &f->documents[i];
	for (size_t i = 0; f->files[i]; i += 2) {
		if (!bl_str_eqz(path, f->files[i]))
			continue;
		bl_document *d = &f->documents[f->n++];
		bl_str text = bl_str_of(f->files[i + 1]);
		d->path = bl_str_of(f->files[i]);
		d->language = bl_parsers_detect(d->path, text, &d->dialect);
		d->source = bl_sources_add(f->sources, BL_STR(""), d->path, text);
		bl_parse(f->sources, d);
		return d;
	}
	return NULL;
}

static inline bool load_bytes(void *context, bl_str path, bl_str *out)
{
	fixture *f = context;
	for (size_t i = 0; f->files[i]; i += 2) {
		if (bl_str_eqz(path, f->files[i])) {
			*out = bl_str_of(f->files[i + 1]);
			return true;
		}
	}
	return false;
}

static inline const bl_document *parse_text(void *context, bl_language language, uint32_t source, bl_arena *arena)
{
	fixture *f = context;
	bl_document *d = &f->documents[f->n++];
	*d = (bl_document){.language = language, .path = bl_sources_path(f->sources, source), .source = source};
	bl_parse(f->sources, d);
	return d;
}

/* files[0] is the template; with parameters, files[2] is its parameter file. */
static inline void evaluate_with(fixture *f, const char *const *files, bool parameters, bl_eval_options options)
{
	*f = (fixture){.files = files, .sources = bl_sources_new()};
	f->schema = bl_schema_new(&f->arena);
	const bl_document *main_file = load(f, bl_str_of(files[0]));
	const bl_document *given = parameters ? load(f, bl_str_of(files[2])) : NULL;
	options.var_files = &given;
	options.nvar_files = parameters;
	bl_loader loader = {.context = f, .document = load, .bytes = load_bytes, .parse = parse_text};
	f->root = (bl_root){.name = main_file->path, .path = main_file->path, .language = main_file->language};
	bl_eval_input input = {.root = &f->root, .documents = &main_file, .ndocuments = 1, .loader = &loader,
		.options = &options, .schema = f->schema, .sources = f->sources};
	bl_eval_root(&input, &f->arena, &f->out);
}

static inline void evaluate(fixture *f, const char *const *files, bool parameters)
{
	evaluate_with(f, files, parameters, (bl_eval_options){0});
}

static inline void done(fixture *f)
{
	for (size_t i = 0; i < f->n; i++)
		bl_arena_done(&f->documents[i].arena);
	bl_arena_done(&f->arena);
	bl_sources_free(f->sources);
}

static inline const bl_resource *resource(const fixture *f, const char *address)
{
	for (size_t i = 0; i < f->out.resources.n; i++)
		if (bl_str_eqz(f->out.resources.items[i]->address, address))
			return f->out.resources.items[i];
	fail_msg("there is no resource %s", address);
	return NULL;
}

static inline const bl_value *output(const fixture *f, const char *name)
{
	for (size_t i = 0; i < f->out.outputs.n; i++)
		if (bl_str_eqz(f->out.outputs.items[i].name, name))
			return f->out.outputs.items[i].value;
	fail_msg("there is no output %s", name);
	return NULL;
}

static inline void assert_json(const bl_value *v, const char *want)
{
	bl_buf out = {0};
	bl_json j;
	assert_non_null(v);
	bl_json_begin(&j, &out, false);
	bl_json_value(&j, v);
	bl_buf_putc(&out, '\0');
	assert_string_equal(out.p, want);
	bl_buf_done(&out);
}

static inline void assert_str(bl_str s, const char *want)
{
	assert_int_equal(s.n, strlen(want));
	assert_memory_equal(s.p, want, s.n);
}

static inline const bl_value *written(const fixture *f, const char *address, const char *path)
{
	return bl_value_at_path(resource(f, address)->written, bl_str_of(path));
}

static inline void assert_arm(const char *expression, const char *want)
{
	char text[1024];
	fixture f;
	snprintf(text, sizeof text,
		"{\"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\","
		"\"contentVersion\": \"1.0.0.0\", \"resources\": [],"
		"\"outputs\": {\"r\": {\"type\": \"object\", \"value\": \"[%s]\"}}}",
		expression);
	const char *files[] = {"main.json", text, NULL};
	evaluate(&f, files, false);
	assert_int_equal(f.documents[0].language, BL_LANG_ARM);
	assert_json(output(&f, "r"), want);
	done(&f);
}

#endif

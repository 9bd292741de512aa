/* Expressions, one at a time. */
#include "engine/engine.h"

#include "core/codec/json.h"

#include <stdio.h>
#include <stdlib.h>

struct bl_console {
	bl_session *session;
	bl_language language;
	bl_sources *sources;
	bl_side side;
	bl_root root;
	bl_document_list var_files;
	bool configured; /* they were looked for */
};

bl_console *bl_console_open(bl_session *session, const char *language, const char *dir, char *error, size_t error_size)
{
	static const bl_language known[] = {BL_LANG_ARM, BL_LANG_BICEP, BL_LANG_TERRAFORM};
	bl_language found = BL_LANG_NONE;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(language, bl_language_name(known[i])) == 0)
			found = known[i];
	bl_error words = {""};
	bl_repo *repo = NULL;
	bl_repo_open open = {.path = dir, .root = dir};
	if (!found)
		snprintf(words.text, sizeof words.text, "there is no console for '%s': it is terraform, arm or bicep", language);
	else if (dir)
		bl_repo_new(&open, &repo, &words);
	if (words.text[0]) {
		if (error && error_size)
			snprintf(error, error_size, "%s", words.text);
		return NULL;
	}
	bl_console *c = bl_xmalloc(sizeof *c);
	c->session = session;
	c->language = found;
	c->sources = bl_sources_new();
	c->side.repo = repo;
	c->side.sources = c->sources;
	pthread_mutex_init(&c->side.lock, NULL);
	c->root.name = BL_STR(".");
	c->root.language = found;
	return c;
}

void bl_console_close(bl_console *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->side.by_name.n; i++)
		bl_arena_done(&c->side.by_name.items[i]->arena);
	bl_repo_free(c->side.repo);
	pthread_mutex_destroy(&c->side.lock);
	bl_arena_done(&c->side.arena);
	bl_sources_free(c->sources);
	free(c);
}

static const char *type_name(const bl_value *v)
{
	static const char *const names[] = {"null", "bool", "number", "string", "list", "map", "unknown"};
	return names[v->kind];
}

static void print_result(bl_json *j, const bl_value *v, bl_str type, const bl_diag_list *diags)
{
	const bl_diag *wrong = NULL;
	for (size_t i = 0; i < diags->n && !wrong; i++)
		if (diags->items[i].level == BL_DIAG_ERROR)
			wrong = &diags->items[i];
	bl_json_object(j);
	if (wrong || !v) {
		bl_json_member(j, "error", wrong ? wrong->message : BL_STR("this is no expression"));
	} else if (v->kind == BL_UNKNOWN) {
		bl_json_member_bool(j, "unknown", true);
		bl_json_member(j, "why", v->unknown->why);
	} else {
		bl_json_key(j, "value");
		bl_json_value(j, v);
		bl_json_member(j, "type", type.n ? type : bl_str_of(type_name(v)));
	}
	bl_json_object_end(j);
}

static void add_variables(bl_console *c, const bl_loader *loader)
{
	bl_str *names;
	size_t n;
	bool listed = loader->list(loader->context, BL_STR(""), &names, &n);
	for (size_t i = 0; listed && i < n; i++) {
		const bl_document *d = bl_engine_automatic(names[i]) ? loader->document(loader->context, names[i]) : NULL;
		if (d)
			bl_vec_push(&c->side.arena, &c->var_files, d);
	}
	if (c->var_files.n)
		qsort(c->var_files.items, c->var_files.n, sizeof *c->var_files.items, bl_engine_by_precedence);
}

/* The configuration in the folder that the console was opened in: its names may stand in expressions. */
static void read_configuration(bl_console *c, const bl_loader *loader, bl_eval_input *input, bl_eval_options *options)
{
	if (c->language != BL_LANG_TERRAFORM || !c->side.repo)
		return;
	if (!c->configured)
		add_variables(c, loader);
	c->configured = true;
	input->ndocuments = loader->folder(loader->context, BL_STR(""), c->language, &input->documents);
	options->var_files = c->var_files.items;
	options->nvar_files = c->var_files.n;
}

int bl_console_run(bl_console *c, const char *expression, bl_write_fn write, void *context)
{
	bl_document document = {.language = c->language, .path = BL_STR("expression")};
	bl_str text = bl_str_dup(&document.arena, bl_str_of(expression));
	document.source = bl_sources_add(c->sources, BL_STR(""), document.path, text);
	const bl_expr *expr = bl_parse_expression(c->sources, &document);
	const bl_value *value = NULL;
	bl_arena scratch = {0};
	bl_diag_list diags = document.diags;
	bl_str type = {0};
	if (expr && !diags.n) {
		bl_loader loader = bl_side_loader(&c->side);
		bl_eval_options options = {0};
		bl_eval_input input = {.root = &c->root, .loader = &loader, .options = &options,
			.schema = c->session->schema, .sources = c->sources};
		read_configuration(c, &loader, &input, &options);
		value = bl_eval_expression(&input, &scratch, expr, &diags);
		type = value ? bl_eval_type_name(&input, &scratch, value) : type;
	}
	bl_buf out = {0};
	bl_json j;
	bl_json_begin(&j, &out, false);
	print_result(&j, value, type, &diags);
	bl_buf_putc(&out, '\n');
	int result = write(context, out.p, out.n);
	bl_buf_done(&out);
	bl_arena_done(&scratch);
	/* the expression's source outlives it in the table, so its text does too */
	bl_arena_adopt(&c->side.arena, &document.arena);
	return result;
}

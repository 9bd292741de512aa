/* What comes into a template from outside: parameter files, --var, and the files of modules. */
#include "eval/azure.h"

#include "core/codec/json.h"

bl_str bl_azure_folder(bl_str path)
{
	ptrdiff_t slash = bl_str_rfind_char(path, '/');
	return slash < 0 ? BL_STR("") : bl_str_slice(path, 0, (size_t)slash);
}

bl_str bl_azure_resolve(bl_arena *arena, bl_str folder, bl_str path)
{
	bl_buf out = {0};
	bool whole = bl_str_starts(path, BL_STR("/")), outside = false;
	bool absolute = whole || bl_str_starts(folder, BL_STR("/"));
	bl_str parts[2] = {whole ? BL_STR("") : folder, path}, segment;
	for (int i = 0; i < 2; i++) {
		for (bl_str rest = parts[i]; rest.n;) {
			rest = bl_str_cut(rest, '/', &segment);
			if (!segment.n || bl_str_eqz(segment, "."))
				continue;
			if (bl_str_eqz(segment, "..")) {
				ptrdiff_t slash = bl_str_rfind_char(bl_buf_str(&out), '/');
				outside |= out.n == 0;
				out.n = slash < 0 ? 0 : (size_t)slash;
				continue;
			}
			if (out.n || absolute)
				bl_buf_putc(&out, '/');
			bl_buf_put(&out, segment);
		}
	}
	bl_str s = outside ? BL_STR("") : bl_str_dup(arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return s;
}

static const bl_document *document_at(bl_azure *a, bl_str path)
{
	const bl_loader *l = a->input->loader;
	return l && l->document && path.n ? l->document(l->context, path) : NULL;
}

const bl_document *bl_azure_find_module(bl_azure *a, bl_str folder, bl_str source)
{
	if (bl_str_starts(source, BL_STR("br/")) || bl_str_starts(source, BL_STR("br:")))
		return bl_bicep_registry_module(a, folder, source, false);
	if (bl_str_starts(source, BL_STR("ts/")) || bl_str_starts(source, BL_STR("ts:")))
		return NULL;
	/* an absolute path is none of the repository's */
	return bl_str_starts(source, BL_STR("/")) ? NULL : document_at(a, bl_azure_resolve(a->arena, folder, source));
}

static size_t limit_of(const bl_azure *a)
{
	const bl_eval_options *o = a->input->options;
	return o && o->max_instances ? o->max_instances : BL_EVAL_MAX_INSTANCES;
}

bool bl_azure_is_full(const bl_azure *a)
{
	return a->instances >= limit_of(a) || a->steps >= BL_AZURE_MAX_STEPS;
}

bool bl_azure_is_running(const bl_azure *a, const bl_document *document)
{
	for (const bl_azure_running *r = a->running; r; r = r->next)
		if (r->document == document)
			return true;
	return false;
}

const bl_expr *bl_azure_key(const bl_expr *object, const char *key)
{
	for (uint32_t i = 0; object && object->kind == BL_EXPR_OBJECT && i + 1 < object->n; i += 2) {
		const bl_expr *k = object->kids[i];
		if (k->kind == BL_EXPR_LITERAL && bl_str_eqiz(bl_value_text(k->value), key))
			return object->kids[i + 1];
	}
	return NULL;
}

bool bl_azure_count(bl_azure *a, bl_span span)
{
	size_t limit = limit_of(a);
	if (a->instances++ < limit)
		return true;
	if (a->instances == limit + 1)
		bl_diag_add(a->arena, &a->out->diags, BL_DIAG_ERROR, span,
			"more than %zu resources: the rest is left out", limit);
	return false;
}

bl_resource *bl_azure_add(bl_azure *a)
{
	bl_resource *r = bl_new(a->arena, bl_resource);
	r->root = a->out->root;
	bl_vec_push(a->arena, a->sink, r);
	return r;
}

/* --var NAME=TEXT, or what a pipeline gives: what the text says depends on the parameter's type. */
static const bl_value *given(bl_azure *a, const bl_var *var, bl_str type)
{
	bl_error error;
	bl_str text = var->text;
	if (var->unknown)
		return var->unknown;
	bl_value *s = bl_value_string(a->arena, var->span, text);
	if (!type.n || bl_str_startsi(type, BL_STR("string")) || bl_str_startsi(type, BL_STR("secureString")) ||
		type.p[0] == '\'')
		return s;
	const bl_value *v = bl_json_read(a->arena, text, &error);
	return v ? v : s;
}

void bl_azure_read_parameters(bl_azure *a, const bl_document *d, bl_azure_map *m)
{
	bl_azure_frame f = {.azure = a};
	const bl_attr *body = d->blocks.n ? bl_block_attr(d->blocks.items[0], "body") : NULL;
	if (!body)
		return;
	const bl_value *parameters = bl_value_getz(bl_azure_eval(&f, body->expr), "parameters");
	for (uint32_t i = 0; parameters && parameters->kind == BL_MAP && i < parameters->n; i++) {
		const bl_item *item = &parameters->map[i];
		const bl_value *v = bl_value_getz(item->value, "value");
		if (!v && bl_value_getz(item->value, "reference")) {
			bl_value *secret = bl_value_unknown(a->arena, item->value->span, "it is kept in a key vault");
			secret->sensitive = true;
			v = secret;
		}
		if (v)
			bl_azure_put(a, m, &(bl_item){item->key, item->key_span, v});
	}
}

const bl_value *bl_azure_inputs(bl_azure *a, bl_str (*type_of)(void *scope, bl_str name), void *scope)
{
	const bl_eval_options *o = a->input->options;
	bl_azure_map m = {0};
	for (size_t i = 0; o && i < o->nvar_files; i++) {
		const bl_document *d = o->var_files[i];
		if (d->language == BL_LANG_BICEP)
			bl_azure_put_all(a, &m, bl_azure_bicep_parameters(a, d));
		else if (d->language == BL_LANG_ARM)
			bl_azure_read_parameters(a, d, &m);
	}
	for (size_t i = 0; o && i < o->nvars; i++)
		bl_azure_put(a, &m, &(bl_item){o->vars[i].name, o->vars[i].span, given(a, &o->vars[i], type_of(scope, o->vars[i].name))});
	return bl_azure_map_value(a, BL_NOWHERE, &m);
}

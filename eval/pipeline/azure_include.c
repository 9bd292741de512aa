/* Templates: `template` in lists of stages, jobs, steps and variables, and `extends`. */
#include "eval/path.h"
#include "eval/pipeline/azure.h"

static void gap(bl_azpipe_expansion *e, bl_span span, const char *what, bl_str name)
{
	e->out->not_analysed++;
	bl_diag_add(e->arena, &e->out->diags, BL_DIAG_WARNING, span, "the template '" BL_FMT "' %s", BL_ARG(name), what);
}

static bl_str with_slashes(bl_arena *arena, bl_str s)
{
	char *p = bl_str_z(arena, s);
	for (size_t i = 0; i < s.n; i++)
		if (p[i] == '\\')
			p[i] = '/';
	return bl_str_make(p, s.n);
}

static const bl_value *document_root(const bl_document *d)
{
	const bl_attr *body = d->blocks.n ? bl_block_attr(d->blocks.items[0], "body") : NULL;
	return body && body->expr->value ? body->expr->value : &bl_value_null;
}

/* The root of a template's file, or NULL and a diagnostic. */
static const bl_value *read_template(bl_azpipe_expansion *e, bl_str path, bl_str reference, bl_span span)
{
	const bl_loader *loader = e->input->loader;
	const bl_value *root = bl_map_get(&e->files, path);
	if (root)
		return root;
	if (e->files.n >= BL_AZPIPE_MAX_FILES) {
		e->stopped = true;
		bl_diag_add(e->arena, &e->out->diags, BL_DIAG_ERROR, span, "more than %d files are included; the rest is left out",
			BL_AZPIPE_MAX_FILES);
		return NULL;
	}
	const bl_document *d = loader && loader->document ? loader->document(loader->context, path) : NULL;
	if (!d) {
		gap(e, span, "is not there", reference);
		return NULL;
	}
	root = document_root(d);
	bl_map_put(e->arena, &e->files, path, (void *)root);
	return root;
}

/* Notes what is included, for rules about where templates come from. */
static void note_use(bl_azpipe_expansion *e, const bl_value *template, bl_str path, bl_str alias)
{
	bl_items items = {0};
	bl_items_put(e->arena, &items, BL_STR("template"), template->span, template);
	if (path.n)
		bl_items_put(e->arena, &items, BL_STR("path"), template->span, bl_value_string(e->arena, template->span, path));
	if (alias.n)
		bl_items_put(e->arena, &items, BL_STR("repository"), template->span, bl_value_string(e->arena, template->span, alias));
	bl_vec_push(e->arena, &e->used, bl_items_value(e->arena, template->span, &items));
}

/*
 * The template that item (a map of template and parameters, expanded) names, expanded with its own parameters; NULL where it is
 * not there, with a diagnostic.
 */
static const bl_value *expand_template(bl_azpipe_expansion *e, const bl_azpipe_frame *f, const bl_value *item)
{
	const bl_value *template = bl_value_getz(item, "template"), *root;
	bl_str reference, alias, path, from = bl_sources_path(e->input->sources, template->span.source);
	if (!bl_azpipe_text_of(template, &reference) || !reference.n) {
		gap(e, template->span, "has a name that is not known before it runs",
			template->kind == BL_UNKNOWN ? template->unknown->prefix : BL_STR(""));
		return NULL;
	}
	alias = bl_str_cut(reference, '@', &reference);
	note_use(e, template, alias.n && !bl_str_eqz(alias, "self") ? BL_STR("") : reference, alias);
	if (alias.n && !bl_str_eqz(alias, "self")) {
		gap(e, template->span, "is in another repository", template->string);
		return NULL;
	}
	if (f->depth == BL_AZPIPE_MAX_NESTING || ++e->includes > BL_AZPIPE_MAX_INCLUDES) {
		e->stopped = true;
		bl_diag_add(e->arena, &e->out->diags, BL_DIAG_ERROR, template->span,
			"templates are nested more than %d deep, or are too many; the rest is left out", BL_AZPIPE_MAX_NESTING);
		return NULL;
	}
	bool rooted = reference.p[0] == '/' || reference.p[0] == '\\';
	path = bl_eval_path(e->arena, rooted ? BL_STR("") : bl_eval_folder(from.n ? from : f->path), with_slashes(e->arena, reference));
	if (!path.n || bl_str_starts(path, BL_STR(".."))) {
		gap(e, template->span, "is outside the repository", reference);
		return NULL;
	}
	root = read_template(e, path, reference, template->span);
	if (!root || root->kind != BL_MAP)
		return NULL;
	bl_via *via = bl_new(e->arena, bl_via);
	*via = (bl_via){bl_str_fmt(e->arena, "template " BL_FMT, BL_ARG(reference)), template->span, f->via};
	bl_azpipe_frame inner = {path, f->depth + 1, NULL, via};
	bl_azpipe_name *names = bl_new_n(e->arena, bl_azpipe_name, 2);
	names[1] = (bl_azpipe_name){BL_STR("parameters"), NULL, NULL};
	names[1].value = bl_azpipe_parameters(e, &inner, bl_value_getz(root, "parameters"), bl_value_getz(item, "parameters"), false);
	names[0] = (bl_azpipe_name){BL_STR("variables"), NULL, &names[1]};
	for (const bl_azpipe_name *n = f->names; n && !names[0].value; n = n->outer)
		names[0].value = bl_str_eqz(n->name, "variables") ? n->value : NULL;
	inner.names = names[0].value ? &names[0] : &names[1];
	return bl_azpipe_expand_value(e, &inner, root, BL_AZPIPE_PIPELINE);
}

void bl_azpipe_include(bl_azpipe_expansion *e, const bl_azpipe_frame *f, const bl_value *item, bl_azpipe_place place, bl_values *out, bool *open)
{
	static const char *const keys[] = {[BL_AZPIPE_JOBS] = "jobs", [BL_AZPIPE_STAGES] = "stages", [BL_AZPIPE_STEPS] = "steps",
		[BL_AZPIPE_VARIABLES] = "variables"};
	const bl_value *root = expand_template(e, f, item), *list = root ? bl_value_getz(root, keys[place]) : NULL;
	bl_tri there = bl_azpipe_mark_of(e, item).condition;
	size_t before = out->n;
	*open |= !root || (list && (list->kind == BL_LIST || list->kind == BL_MAP) && list->open);
	for (uint32_t i = 0; list && list->kind == BL_LIST && i < list->n && bl_azpipe_count(e, item->span); i++)
		bl_vec_push(e->arena, out, list->list[i]);
	for (uint32_t i = 0; list && list->kind == BL_MAP && i < list->n && bl_azpipe_count(e, item->span); i++) {
		bl_items variable = {0};
		const bl_item *v = &list->map[i];
		bl_items_put(e->arena, &variable, BL_STR("name"), v->key_span, bl_value_string(e->arena, v->key_span, v->key));
		bl_items_put(e->arena, &variable, BL_STR("value"), v->key_span, v->value);
		bl_vec_push(e->arena, out, bl_items_value(e->arena, v->value->span, &variable));
	}
	if (there == BL_MAYBE)
		bl_azpipe_mark_maybe(e, out, before);
}

const bl_value *bl_azpipe_expand(bl_azpipe_expansion *e, const bl_document *d)
{
	const bl_value *root = document_root(d);
	bl_azpipe_name names[2] = {{BL_STR("variables"), NULL, &names[1]}, {BL_STR("parameters"), NULL, NULL}};
	bl_azpipe_frame f = {.path = d->path};
	bl_azpipe_name *kept = bl_new_n(e->arena, bl_azpipe_name, 2);
	if (root->kind != BL_MAP)
		return root;
	names[1].value = bl_azpipe_parameters(e, &f, bl_value_getz(root, "parameters"), NULL, true);
	names[0].value = bl_azpipe_variables(e, NULL, NULL);
	memcpy(kept, names, sizeof names);
	kept[0].outer = &kept[1];
	f.names = kept;
	const bl_value *made = bl_azpipe_expand_value(e, &f, root, BL_AZPIPE_PIPELINE);
	const bl_value *extends = bl_value_getz(made, "extends");
	if (!extends || extends->kind != BL_MAP || !bl_value_getz(extends, "template"))
		return made;
	const bl_value *variables = bl_value_getz(made, "variables");
	bl_azpipe_frame inner = bl_azpipe_named(e, &f, BL_STR("variables"), bl_azpipe_variables(e, names[0].value, variables));
	const bl_value *template = expand_template(e, &inner, extends);
	bl_azpipe_keyed items = {0};
	for (uint32_t i = 0; i < made->n; i++)
		bl_azpipe_put_key(e->arena, &items, made->map[i].key, made->map[i].key_span, made->map[i].value);
	for (uint32_t i = 0; template && template->kind == BL_MAP && i < template->n; i++)
		bl_azpipe_put_key(e->arena, &items, template->map[i].key, template->map[i].key_span, template->map[i].value);
	bl_value *both = bl_items_value(e->arena, made->span, &items.items);
	both->open = made->open || !template || template->open;
	return both;
}

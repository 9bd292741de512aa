/* The files of a Compose project: those given, those they include, and the services that theirs extend. */
#include "eval/compose.h"

#include "eval/path.h"

enum {
	MAX_FILES = 16, /* that include or extend one another */
	MAX_INCLUDED = 256
};

static const bl_value *body_of(const bl_document *d)
{
	const bl_value *tree = bl_document_tree(d);
	return bl_value_is(tree, BL_MAP) ? tree : NULL;
}

static const bl_document *document_at(bl_compose *c, bl_str path)
{
	const bl_loader *l = c->input->loader;
	const bl_document *d = l && l->document ? l->document(l->context, path) : NULL;
	return d && (d->language == BL_LANG_COMPOSE || d->language == BL_LANG_YAML) ? d : NULL;
}

static void note_missing(bl_compose *c, bl_span span, const char *what, bl_str path)
{
	c->out->not_analysed++;
	bl_diag_add(c->arena, &c->out->diags, BL_DIAG_WARNING, span, "%s '" BL_FMT "' is not here", what, BL_ARG(path));
}

/* ---- variables ---- */

static const bl_value *interpolate(bl_compose *c, const bl_map *variables, const bl_value *v, int depth)
{
	if (v->kind == BL_STRING)
		return bl_compose_text(c->arena, variables, v);
	if ((v->kind != BL_LIST && v->kind != BL_MAP) || depth > BL_EVAL_MAX_DEPTH)
		return v;
	bl_value *copy = bl_value_at(c->arena, v, v->span);
	if (v->kind == BL_LIST) {
		copy->list = bl_new_n(c->arena, const bl_value *, v->n);
		for (uint32_t i = 0; i < v->n; i++)
			copy->list[i] = interpolate(c, variables, v->list[i], depth + 1);
		return copy;
	}
	copy->map = bl_new_n(c->arena, bl_item, v->n);
	for (uint32_t i = 0; i < v->n; i++) {
		copy->map[i] = v->map[i];
		copy->map[i].value = interpolate(c, variables, v->map[i].value, depth + 1);
	}
	return copy;
}

static void read_env(bl_compose *c, bl_map *variables, bl_str path)
{
	const bl_loader *loader = c->input->loader;
	bl_str file;
	if (loader && loader->bytes && loader->bytes(loader->context, path, &file))
		bl_compose_read_env(c->arena, variables, file);
}

void bl_compose_variables(bl_compose *c, bl_map *variables, bl_str folder)
{
	const bl_eval_options *o = c->input->options;
	read_env(c, variables, bl_eval_path(c->arena, folder, BL_STR(".env")));
	for (size_t i = 0; o && i < o->nvars; i++)
		bl_map_put(c->arena, variables, o->vars[i].name, (void *)(o->vars[i].unknown ? &bl_compose_not_known : &o->vars[i].text));
}

/* ---- paths ---- */

/* A relative path of another folder's file, as the project's own files would write it. */
static const bl_value *rebased(bl_compose *c, bl_str folder, const bl_value *v)
{
	bl_str s = bl_value_text(v);
	bool relative = s.n && s.p[0] != '/' && s.p[0] != '~' && bl_str_find(s, BL_STR(":"), 0) < 0 && bl_str_find(s, BL_STR("@"), 0) < 0;
	if (!relative || bl_str_eq(folder, c->folder))
		return v;
	bl_buf path = {0};
	bl_str part;
	for (bl_str rest = c->folder; rest.n;) {
		rest = bl_str_cut(rest, '/', &part);
		bl_buf_putz(&path, "../");
	}
	if (!path.n)
		bl_buf_putz(&path, "./");
	bl_buf_put(&path, bl_eval_path(c->arena, folder, s));
	bl_value *moved = bl_value_string(c->arena, v->span, bl_str_dup(c->arena, bl_buf_str(&path)));
	moved->via = v->via;
	bl_buf_done(&path);
	return moved;
}

static const bl_value *rebased_volume(bl_compose *c, bl_str folder, const bl_value *v)
{
	const bl_value *source = bl_value_getz(v, "source");
	if (!bl_value_is(source, BL_STRING) || !source->string.n || source->string.p[0] != '.')
		return v;
	return bl_value_with(c->arena, v, BL_STR("source"), rebased(c, folder, source));
}

static const bl_value *each_rebased(bl_compose *c, bl_str folder, const bl_value *list,
	const bl_value *(*one)(bl_compose *c, bl_str folder, const bl_value *v))
{
	if (!bl_value_is(list, BL_LIST))
		return list;
	bl_value *copy = bl_value_at(c->arena, list, list->span);
	copy->list = bl_new_n(c->arena, const bl_value *, list->n);
	for (uint32_t i = 0; i < list->n; i++)
		copy->list[i] = one(c, folder, list->list[i]);
	return copy;
}

static const bl_value *rebased_service(bl_compose *c, bl_str folder, const bl_value *service)
{
	if (bl_str_eq(folder, c->folder))
		return service;
	const bl_value *context = bl_value_at_path(service, BL_STR("build.context")), *volumes = bl_value_getz(service, "volumes");
	const bl_value *files = bl_value_getz(service, "env_file"), *build = bl_value_getz(service, "build");
	if (bl_value_is(build, BL_MAP) && !context)
		context = bl_value_string(c->arena, build->span, BL_STR("."));
	if (context)
		service = bl_value_with(c->arena, service, BL_STR("build.context"), rebased(c, folder, context));
	if (volumes)
		service = bl_value_with(c->arena, service, BL_STR("volumes"), each_rebased(c, folder, volumes, rebased_volume));
	if (files)
		service = bl_value_with(c->arena, service, BL_STR("env_file"),
			files->kind == BL_STRING ? rebased(c, folder, files) : each_rebased(c, folder, files, rebased));
	return service;
}

/* ---- services ---- */

/* One file's word on a service, over what it extends. NULL for what is no service. */
static const bl_value *read_service(bl_compose *c, const bl_compose_file *file, const bl_item *item, int depth);

static const bl_value *extended(bl_compose *c, const bl_compose_file *by, const bl_value *extends, int depth)
{
	const bl_value *path = bl_value_getz(extends, "file"), *name = extends->kind == BL_STRING ? extends : bl_value_getz(extends, "service");
	bl_compose_file file = *by;
	if (bl_value_is(path, BL_STRING)) {
		file.document = document_at(c, bl_eval_path(c->arena, by->folder, path->string));
		if (!file.document) {
			note_missing(c, path->span, "the file", path->string);
			return NULL;
		}
		file.folder = bl_eval_folder(file.document->path);
	}
	const bl_item *item = bl_value_item(bl_value_getz(body_of(file.document), "services"), bl_value_text(name), false);
	if (item && depth < MAX_FILES)
		return read_service(c, &file, item, depth + 1);
	bl_diag_add(c->arena, &c->out->diags, BL_DIAG_WARNING, extends->span, item ? "services extend one another without an end"
		: "there is no service '" BL_FMT "' to extend", BL_ARG(bl_value_text(name)));
	return NULL;
}

static const bl_value *read_service(bl_compose *c, const bl_compose_file *file, const bl_item *item, int depth)
{
	if (item->value->kind != BL_MAP) {
		bl_diag_add(c->arena, &c->out->diags, BL_DIAG_WARNING, item->key_span, "the service '" BL_FMT "' is no map", BL_ARG(item->key));
		return NULL;
	}
	const bl_value *own = bl_compose_long(c->arena, interpolate(c, file->variables, item->value, 0));
	const bl_value *extends = bl_value_getz(own, "extends");
	own = rebased_service(c, file->folder, own);
	const bl_value *base = extends ? extended(c, file, extends, depth) : NULL;
	return base ? bl_compose_merge(c->arena, base, own, 0) : own;
}

static void add_service(bl_compose *c, const bl_compose_file *file, const bl_item *item)
{
	const bl_value *v = read_service(c, file, item, 0);
	bl_compose_service *known = bl_map_get(&c->by_name, item->key);
	if (!v)
		return;
	if (known) {
		known->value = bl_compose_merge(c->arena, known->value, v, 0);
		return;
	}
	bl_compose_service *s = bl_new(c->arena, bl_compose_service);
	*s = (bl_compose_service){item, v};
	bl_map_put(c->arena, &c->by_name, item->key, s);
	bl_vec_push(c->arena, &c->services, s);
}

/* ---- files ---- */

static void include_file(bl_compose *c, const bl_compose_file *by, const bl_value *path, int depth)
{
	bl_str written = bl_value_text(path), at = bl_eval_path(c->arena, by->folder, written);
	const bl_document *d = written.n && bl_str_find(written, BL_STR("://"), 0) < 0 ? document_at(c, at) : NULL;
	if (!written.n || !d) {
		note_missing(c, path->span, "the included file", written);
		return;
	}
	if (depth >= MAX_FILES || ++c->included > MAX_INCLUDED) {
		if (c->included <= MAX_INCLUDED + 1)
			bl_diag_add(c->arena, &c->out->diags, BL_DIAG_ERROR, path->span, "too many files are included; '" BL_FMT "' was not read", BL_ARG(written));
		c->included = MAX_INCLUDED + 1;
		return;
	}
	bl_map own = {0};
	bl_compose_file file = {d, bl_eval_folder(d->path), &own};
	read_env(c, &own, bl_eval_path(c->arena, file.folder, BL_STR(".env")));
	for (size_t i = 0; i < by->variables->n; i++)
		bl_map_put(c->arena, &own, by->variables->entries[i].key, by->variables->entries[i].value);
	bl_compose_load(c, &file, depth + 1);
}

static void include(bl_compose *c, const bl_compose_file *by, const bl_value *entry, int depth)
{
	entry = interpolate(c, by->variables, entry, 0);
	const bl_value *path = entry->kind == BL_MAP ? bl_value_getz(entry, "path") : entry;
	if (bl_value_is(path, BL_STRING) || bl_value_is(path, BL_UNKNOWN))
		include_file(c, by, path, depth);
	for (uint32_t i = 0; bl_value_is(path, BL_LIST) && i < path->n; i++)
		include_file(c, by, path->list[i], depth);
}

void bl_compose_load(bl_compose *c, const bl_compose_file *file, int depth)
{
	const bl_value *root = body_of(file->document), *includes = bl_value_getz(root, "include"), *services = bl_value_getz(root, "services");
	for (uint32_t i = 0; bl_value_is(includes, BL_LIST) && i < includes->n; i++)
		include(c, file, includes->list[i], depth);
	for (uint32_t i = 0; bl_value_is(services, BL_MAP) && i < services->n; i++)
		add_service(c, file, &services->map[i]);
}

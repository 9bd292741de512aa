/*
 * Compose files. Each service is a resource, "docker-compose/service"; its properties are the service as
 * it is written, with variables put in and each short form as its long one: image split, build a map,
 * ports and volumes lists of maps, environment a map. built_as is the name of an image that is built and that nobody names.
 */
#include "eval/compose.h"

#include "eval/docker/image.h"
#include "eval/path.h"

enum { MAX_ELEMENTS = 1000 };

typedef struct evaluator {
	const bl_eval_input *input;
	bl_arena *arena;
	bl_evaluation *out;
	bl_map variables; /* name -> bl_str * */
	bl_str folder;    /* that paths are relative to */
	bl_str project;   /* its name, or empty */
} evaluator;

static void put(evaluator *e, bl_items *items, const char *key, const bl_value *v)
{
	if (v)
		bl_items_put(e->arena, items, bl_str_of(key), v->span, v);
}

static void put_text(evaluator *e, bl_items *items, const char *key, bl_span span, bl_str s)
{
	if (s.n)
		put(e, items, key, bl_value_string(e->arena, span, s));
}

/* ---- variables ---- */

static const bl_value *interpolate(evaluator *e, const bl_value *v, int depth)
{
	if (v->kind == BL_STRING)
		return bl_compose_text(e->arena, &e->variables, v);
	if ((v->kind != BL_LIST && v->kind != BL_MAP) || depth > BL_EVAL_MAX_DEPTH)
		return v;
	bl_value *copy = bl_value_at(e->arena, v, v->span);
	if (v->kind == BL_LIST) {
		copy->list = bl_new_n(e->arena, const bl_value *, v->n);
		for (uint32_t i = 0; i < v->n; i++)
			copy->list[i] = interpolate(e, v->list[i], depth + 1);
		return copy;
	}
	copy->map = bl_new_n(e->arena, bl_item, v->n);
	for (uint32_t i = 0; i < v->n; i++) {
		copy->map[i] = v->map[i];
		copy->map[i].value = interpolate(e, v->map[i].value, depth + 1);
	}
	return copy;
}

static void read_variables(evaluator *e, const bl_document *d)
{
	const bl_eval_options *o = e->input->options;
	const bl_loader *loader = e->input->loader;
	bl_str folder = bl_str_slice(d->path, 0, (size_t)(bl_str_rfind_char(d->path, '/') + 1)), file;
	bl_str path = bl_str_fmt(e->arena, BL_FMT ".env", BL_ARG(folder));
	if (loader && loader->bytes(loader->context, path, &file))
		bl_compose_read_env(e->arena, &e->variables, file);
	for (size_t i = 0; o && i < o->nvars; i++)
		if (!o->vars[i].unknown)
			bl_map_put(e->arena, &e->variables, o->vars[i].name, (void *)&o->vars[i].text);
}

/* ---- short forms ---- */

/* [[IP:]PUBLISHED:]TARGET[/PROTOCOL] */
static const bl_value *port_of(evaluator *e, const bl_value *v)
{
	bl_items p = {0};
	if (v->kind == BL_NUMBER) {
		put(e, &p, "target", v);
		return bl_items_value(e->arena, v->span, &p);
	}
	if (v->kind != BL_STRING)
		return v;
	bl_str s, protocol = bl_str_cut(v->string, '/', &s), published = BL_STR(""), ip = BL_STR("");
	ptrdiff_t colon = bl_str_rfind_char(s, ':');
	bl_str target = bl_str_slice(s, (size_t)(colon + 1), s.n);
	if (colon >= 0) {
		s = bl_str_slice(s, 0, (size_t)colon);
		colon = bl_str_rfind_char(s, ':');
		published = bl_str_slice(s, (size_t)(colon + 1), s.n);
		ip = bl_str_slice(s, 0, colon < 0 ? 0 : (size_t)colon);
	}
	if (ip.n > 1 && ip.p[0] == '[')
		ip = bl_str_slice(ip, 1, ip.n - 1);
	put_text(e, &p, "target", v->span, target);
	put_text(e, &p, "published", v->span, published);
	put_text(e, &p, "host_ip", v->span, ip);
	put_text(e, &p, "protocol", v->span, protocol.n ? protocol : BL_STR("tcp"));
	return bl_items_value(e->arena, v->span, &p);
}

/* Does a drive's letter stand at the beginning? Its colon separates nothing. */
static size_t drive(bl_str s)
{
	bool letter = s.n > 2 && ((s.p[0] >= 'a' && s.p[0] <= 'z') || (s.p[0] >= 'A' && s.p[0] <= 'Z'));
	return letter && s.p[1] == ':' && (s.p[2] == '\\' || s.p[2] == '/') ? 2 : 0;
}

static bool is_path(bl_str s)
{
	return s.n && (s.p[0] == '/' || s.p[0] == '.' || s.p[0] == '~' || drive(s));
}

/* [SOURCE:]TARGET[:MODE]: a path of the host is bound, any other source is a volume. */
static const bl_value *volume_of(evaluator *e, const bl_value *v)
{
	if (v->kind != BL_STRING)
		return v;
	bl_items p = {0};
	bl_str s = v->string, source = BL_STR(""), mode = BL_STR("");
	ptrdiff_t colon = bl_str_find(s, BL_STR(":"), drive(s));
	if (colon >= 0) {
		source = bl_str_slice(s, 0, (size_t)colon);
		s = bl_str_slice(s, (size_t)colon + 1, s.n);
		colon = bl_str_find(s, BL_STR(":"), drive(s));
	}
	if (colon >= 0) {
		mode = bl_str_slice(s, (size_t)colon + 1, s.n);
		s = bl_str_slice(s, 0, (size_t)colon);
	}
	put_text(e, &p, "type", v->span, is_path(source) ? BL_STR("bind") : BL_STR("volume"));
	put_text(e, &p, "source", v->span, source);
	put_text(e, &p, "target", v->span, s);
	bool read_only = false;
	for (bl_str word; mode.n;) {
		mode = bl_str_cut(mode, ',', &word);
		read_only |= bl_str_eqz(word, "ro");
	}
	put(e, &p, "read_only", bl_value_bool(e->arena, v->span, read_only));
	return bl_items_value(e->arena, v->span, &p);
}

static const bl_value *each(evaluator *e, const bl_value *list,
	const bl_value *(*one)(evaluator *e, const bl_value *v))
{
	bl_values values = {0};
	if (list->kind != BL_LIST)
		return list;
	for (uint32_t i = 0; i < list->n && i < MAX_ELEMENTS; i++)
		bl_vec_push(e->arena, &values, one(e, list->list[i]));
	bl_value *v = bl_values_value(e->arena, list->span, &values);
	v->open = list->n > MAX_ELEMENTS;
	return v;
}

static const bl_value *ports(evaluator *e, const bl_value *v)
{
	return each(e, v, port_of);
}

static const bl_value *volumes(evaluator *e, const bl_value *v)
{
	return each(e, v, volume_of);
}

/* A list of NAME=VALUE as a map; a NAME alone has the value that the environment gives it. */
static const bl_value *pairs(evaluator *e, const bl_value *v)
{
	bl_items items = {0};
	for (uint32_t i = 0; v->kind == BL_LIST && i < v->n && i < MAX_ELEMENTS; i++) {
		const bl_value *one = v->list[i];
		bl_str name;
		if (one->kind != BL_STRING)
			continue;
		bl_str value = bl_str_cut(one->string, '=', &name);
		bl_items_put(e->arena, &items, name, one->span,
			name.n < one->string.n
				? bl_value_string(e->arena, one->span, value)
				: bl_value_unknown(e->arena, one->span, "the environment gives it"));
	}
	if (v->kind != BL_LIST)
		return v;
	bl_value *map = bl_items_value(e->arena, v->span, &items);
	map->open = v->n > MAX_ELEMENTS;
	return map;
}

static const bl_value *build(evaluator *e, const bl_value *v)
{
	bl_items items = {0};
	if (v->kind == BL_STRING)
		put(e, &items, "context", v);
	for (uint32_t i = 0; v->kind == BL_MAP && i < v->n && i < MAX_ELEMENTS; i++)
		bl_items_put(e->arena, &items, v->map[i].key, v->map[i].key_span,
			bl_str_eqz(v->map[i].key, "args") ? pairs(e, v->map[i].value)
							 : v->map[i].value);
	if (v->kind != BL_STRING && v->kind != BL_MAP)
		return v;
	bl_value *map = bl_items_value(e->arena, v->span, &items);
	if (!bl_value_getz(map, "dockerfile") && !bl_value_getz(map, "dockerfile_inline")) {
		put_text(e, &items, "dockerfile", v->span, BL_STR("Dockerfile"));
		map = bl_items_value(e->arena, v->span, &items);
	}
	return map;
}

static const bl_value *image(evaluator *e, const bl_value *v)
{
	bool text = v->kind == BL_STRING || (v->kind == BL_UNKNOWN && v->unknown->type == BL_STRING);
	return text ? bl_docker_image(e->arena, v) : v;
}

static const struct {
	const char *key;
	const bl_value *(*lengthen)(evaluator *e, const bl_value *v);
} forms[] = {
	{"build", build},
	{"environment", pairs},
	{"image", image},
	{"labels", pairs},
	{"ports", ports},
	{"volumes", volumes},
};

/* ---- services ---- */

static const bl_value *properties(evaluator *e, const bl_item *service)
{
	bl_value *copy =
		bl_value_at(e->arena, interpolate(e, service->value, 0), service->value->span);
	for (uint32_t i = 0; i < copy->n; i++)
		for (size_t k = 0; k < sizeof forms / sizeof *forms; k++)
			if (bl_str_eqz(copy->map[i].key, forms[k].key))
				copy->map[i].value = forms[k].lengthen(e, copy->map[i].value);
	const bl_item *build = bl_value_item(copy, BL_STR("build"), false);
	if (!build || bl_value_getz(copy, "image"))
		return copy;
	return bl_value_with(e->arena, copy, BL_STR("built_as"),
		bl_compose_built_as(e->arena, e->project, service->key, build->key_span));
}

static void add_service(evaluator *e, const bl_item *service)
{
	bl_items body = {0};
	if (service->value->kind != BL_MAP) {
		bl_diag_add(e->arena, &e->out->diags, BL_DIAG_WARNING, service->key_span,
			"the service '" BL_FMT "' is no map", BL_ARG(service->key));
		return;
	}
	if (bl_value_getz(service->value, "extends"))
		bl_diag_add(e->arena, &e->out->diags, BL_DIAG_NOTE, service->key_span,
			"what the service '" BL_FMT "' extends is not read", BL_ARG(service->key));
	bl_resource *r = bl_new(e->arena, bl_resource);
	r->root = e->input->root;
	r->language = BL_LANG_COMPOSE;
	r->type = r->native_type = BL_STR("docker-compose/service");
	r->label = service->key;
	r->address = bl_str_fmt(e->arena, "services." BL_FMT, BL_ARG(service->key));
	r->typed_address =
		bl_str_fmt(e->arena, BL_FMT "." BL_FMT, BL_ARG(r->type), BL_ARG(service->key));
	r->provider = BL_STR("docker");
	r->name = bl_value_getz(service->value, "container_name");
	if (!r->name)
		r->name = bl_value_string(e->arena, service->key_span, service->key);
	r->condition = BL_YES;
	r->head = service->key_span;
	r->span = bl_span_join(service->key_span, service->value->span);
	r->native = service->value;
	put(e, &body, "name", r->name);
	put(e, &body, "properties", properties(e, service));
	r->written = bl_items_value(e->arena, r->span, &body);
	bl_vec_push(e->arena, &e->out->resources, r);
	bl_build *build = bl_compose_build(e->arena, r, e->folder);
	if (build)
		bl_vec_push(e->arena, &e->out->builds, build);
}

void bl_eval_compose(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out)
{
	for (size_t i = 0; i < input->ndocuments; i++) {
		const bl_document *d = input->documents[i];
		evaluator e = {.input = input, .arena = arena, .out = out, .folder = bl_eval_folder(d->path)};
		read_variables(&e, d);
		for (size_t k = 0; k < d->blocks.n; k++) {
			const bl_value *root = d->blocks.items[k]->attrs.items[0].expr->value;
			const bl_value *services = bl_value_getz(root, "services");
			e.project = bl_compose_project(arena, root, &e.variables, e.folder, input->root->repo);
			if (bl_value_getz(root, "include"))
				bl_diag_add(arena, &out->diags, BL_DIAG_NOTE, root->span,
					"what a Compose file includes is not read");
			for (uint32_t n = 0; bl_value_is(services, BL_MAP) && n < services->n; n++)
				add_service(&e, &services->map[n]);
		}
	}
}

/*
 * Compose files. Each service is a resource, "docker-compose/service"; its properties are the service as
 * it is written, with variables put in and each short form as its long one: image split, build a map,
 * ports and volumes lists of maps, environment a map. built_as is the name of an image that is built and that nobody names.
 * What a service extends and what override files say is in it; included services are among them.
 */
#include "eval/compose.h"

#include "eval/path.h"

const char *const bl_eval_compose_files[] = {"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml", NULL};
const char *const bl_eval_compose_overrides[] = {"compose.override.yml", "compose.override.yaml", "docker-compose.override.yml",
	"docker-compose.override.yaml", NULL};

static void put(bl_compose *c, bl_items *items, const char *key, const bl_value *v)
{
	bl_items_put(c->arena, items, bl_str_of(key), v->span, v);
}

/* What holds for a service whichever file says it. */
static const bl_value *complete(bl_compose *c, const bl_compose_service *service)
{
	const bl_value *v = bl_compose_settle(c->arena, service->value, 0);
	const bl_item *build = bl_value_item(v, BL_STR("build"), false);
	if (!build || build->value->kind != BL_MAP)
		return v;
	if (!bl_value_getz(build->value, "dockerfile") && !bl_value_getz(build->value, "dockerfile_inline"))
		v = bl_value_with(c->arena, v, BL_STR("build.dockerfile"),
			bl_value_string(c->arena, build->value->span, BL_STR("Dockerfile")));
	if (bl_value_getz(v, "image"))
		return v;
	return bl_value_with(c->arena, v, BL_STR("built_as"),
		bl_compose_built_as(c->arena, c->project, service->item->key, build->key_span));
}

static void add_resource(bl_compose *c, const bl_compose_service *service)
{
	const bl_item *item = service->item;
	const bl_value *properties = complete(c, service);
	bl_items body = {0};
	bl_resource *r = bl_new(c->arena, bl_resource);
	r->root = c->input->root;
	r->language = BL_LANG_COMPOSE;
	r->type = r->native_type = BL_STR("docker-compose/service");
	r->label = item->key;
	r->address = bl_str_fmt(c->arena, "services." BL_FMT, BL_ARG(item->key));
	r->typed_address = bl_str_fmt(c->arena, BL_FMT "." BL_FMT, BL_ARG(r->type), BL_ARG(item->key));
	r->provider = BL_STR("docker");
	r->name = bl_value_getz(properties, "container_name");
	if (!r->name)
		r->name = bl_value_string(c->arena, item->key_span, item->key);
	r->condition = BL_YES;
	r->head = item->key_span;
	r->span = bl_span_join(item->key_span, item->value->span);
	r->native = item->value;
	put(c, &body, "name", r->name);
	put(c, &body, "properties", properties);
	r->written = bl_items_value(c->arena, r->span, &body);
	bl_vec_push(c->arena, &c->out->resources, r);
	bl_build *build = bl_compose_build(c->arena, r, c->folder);
	if (build)
		bl_vec_push(c->arena, &c->out->builds, build);
}

void bl_compose_run(const bl_eval_input *input, bl_arena *arena, bl_str folder, bl_evaluation *out)
{
	bl_compose c = {.input = input, .arena = arena, .out = out, .folder = folder};
	bl_map variables = {0};
	bl_compose_variables(&c, &variables, folder);
	c.project = bl_compose_project(&c, &variables);
	for (size_t i = 0; i < input->ndocuments; i++)
		bl_compose_load(&c, &(bl_compose_file){input->documents[i], folder, &variables}, 0);
	for (size_t i = 0; i < c.services.n; i++)
		add_resource(&c, c.services.items[i]);
}

void bl_eval_compose(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out)
{
	if (input->ndocuments)
		bl_compose_run(input, arena, bl_eval_folder(input->documents[0]->path), out);
}

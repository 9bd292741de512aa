/* What a service's `build` makes: which Dockerfile in which context, and what the image is called. */
#include "eval/compose.h"

#include "eval/build_paths.h"

static void add_tag(bl_arena *arena, bl_values *tags, const bl_value *v)
{
	if (v && (v->kind == BL_STRING || v->kind == BL_UNKNOWN))
		bl_vec_push(arena, tags, v);
}

bl_build *bl_compose_build(bl_arena *arena, const bl_resource *service, bl_str folder)
{
	const bl_value *properties = bl_value_getz(service->written, "properties");
	const bl_value *build = bl_value_getz(properties, "build"), *context = bl_value_getz(build, "context");
	const bl_value *more = bl_value_getz(build, "tags"), *image = bl_value_at_path(properties, BL_STR("image.reference"));
	if (!bl_value_is(build, BL_MAP))
		return NULL;
	bl_build *b = bl_new(arena, bl_build);
	bl_values tags = {0};
	add_tag(arena, &tags, image ? image : bl_value_getz(properties, "built_as"));
	for (uint32_t i = 0; bl_value_is(more, BL_LIST) && i < more->n; i++)
		add_tag(arena, &tags, more->list[i]);
	b->root = service->root;
	b->by = service->address;
	b->tool = BL_STR("compose");
	b->context = bl_build_path(arena, folder, context ? context : bl_value_string(arena, build->span, BL_STR(".")));
	b->dockerfile = bl_build_dockerfile(arena, b->context, bl_value_getz(build, "dockerfile"));
	b->target = bl_value_getz(build, "target");
	b->arguments = bl_value_is(bl_value_getz(build, "args"), BL_MAP) ? bl_value_getz(build, "args") : NULL;
	b->tags = bl_values_value(arena, build->span, &tags);
	b->pushes = BL_NO;
	b->span = build->span;
	return b;
}

/* Names of projects have lower-case letters, digits, '-' and '_', and begin with a letter or a digit. */
static bl_str project_name(bl_arena *arena, bl_str s)
{
	char *p = bl_arena_alloc(arena, s.n + 1);
	size_t n = 0;
	s = bl_str_lower(arena, s);
	for (size_t i = 0; i < s.n; i++) {
		bool plain = (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9');
		if (plain || (n && (s.p[i] == '-' || s.p[i] == '_')))
			p[n++] = s.p[i];
	}
	return bl_str_make(p, n);
}

bl_str bl_compose_project(const bl_compose *c, const bl_map *variables)
{
	const bl_str *set = bl_map_get(variables, BL_STR("COMPOSE_PROJECT_NAME"));
	const bl_value *name = NULL;
	if (set == &bl_compose_not_known || (set && set->n))
		return *set;
	/* the last file that says it counts */
	for (size_t i = 0; i < c->input->ndocuments; i++) {
		const bl_document *d = c->input->documents[i];
		const bl_attr *body = d->blocks.n ? bl_block_attr(d->blocks.items[0], "body") : NULL;
		const bl_value *one = body ? bl_value_getz(body->expr->value, "name") : NULL;
		name = bl_value_is(one, BL_STRING) ? one : name;
	}
	if (name)
		name = bl_compose_text(c->arena, variables, name);
	if (bl_value_is(name, BL_STRING))
		return name->string;
	bl_str path = c->folder.n ? c->folder : c->input->root->repo;
	return project_name(c->arena, bl_str_slice(path, (size_t)(bl_str_rfind_char(path, '/') + 1), path.n));
}

const bl_value *bl_compose_built_as(bl_arena *arena, bl_str project, bl_str service, bl_span span)
{
	bl_value *v;
	if (project.n) {
		v = bl_value_string(arena, span, bl_str_fmt(arena, BL_FMT "-" BL_FMT, BL_ARG(project), BL_ARG(service)));
	} else {
		v = bl_value_unknown(arena, span, "the project has the name of the folder it is in");
		bl_unknown_set_pattern((bl_unknown *)v->unknown, bl_str_fmt(arena, "%c-" BL_FMT, BL_GAP, BL_ARG(service)));
	}
	v->origin = BL_DEFAULTED;
	return v;
}

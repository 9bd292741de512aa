/* What has to be there for the rest to stand in, declared or not: subscriptions and resource groups, projects, namespaces. */
#include "simulate/world.h"

static void add(sim_world *w, bl_map *known, const sim_thing *of, const char *type, bl_str name, bl_str id, unsigned format,
	const bl_value *body)
{
	bl_arena *a = &w->arena;
	if (!name.n || bl_map_get(known, id))
		return;
	sim_thing *t = bl_new(a, sim_thing);
	*t = (sim_thing){.root = of->root, .context = true, .seed = sim_draw(w->options->seed, "context", id), .cloud = of->cloud,
		.type = bl_str_of(type), .name = name, .code_name = name, .id = id, .address = BL_STR(""), .shown = format, .body = body};
	bl_map_put(a, known, id, t);
	bl_vec_push(a, &w->things, t);
}

static const bl_value *empty(sim_world *w)
{
	return bl_value_map(&w->arena, BL_NOWHERE, NULL, 0);
}

/* The part of an id that ends n slashes on. */
static bl_str head_of(bl_str id, size_t n)
{
	for (size_t i = 0; i < id.n; i++)
		if (id.p[i] == '/' && !n--)
			return bl_str_slice(id, 0, i);
	return id;
}

static bl_str last_part(bl_str s)
{
	return bl_str_slice(s, (size_t)(bl_str_rfind_char(s, '/') + 1), s.n);
}

static void azure(sim_world *w, bl_map *known, const sim_thing *t)
{
	bl_arena *a = &w->arena;
	if (!bl_str_startsi(t->id, BL_STR("/subscriptions/")))
		return;
	bl_str subscription = head_of(t->id, 2), group = head_of(t->id, 4);
	const bl_value *body = bl_value_with(a, empty(w), BL_STR("properties.state"), sim_stringz(w, "Enabled"));
	add(w, known, t, "Microsoft.Resources/subscriptions", bl_str_cat(a, BL_STR("sub-"), sim_word(sim_draw(t->root->seed, "subscription name", subscription))),
		subscription, BL_SIMULATE_GRAPH, body);
	if (bl_str_findi(group, BL_STR("/resourceGroups/"), 0) < 0)
		return;
	body = bl_value_with(a, empty(w), BL_STR("properties.provisioningState"), sim_stringz(w, "Succeeded"));
	body = bl_value_with(a, body, BL_STR("location"), sim_string(w, t->root->location));
	add(w, known, t, "Microsoft.Resources/resourceGroups", last_part(group), group, BL_SIMULATE_GRAPH, body);
}

static void google(sim_world *w, bl_map *known, const sim_thing *t)
{
	bl_arena *a = &w->arena;
	bl_str project = sim_google_project(w, t);
	if (!project.n)
		return;
	bl_str number = sim_google_number(w, project);
	const bl_value *body = bl_value_with(a, empty(w), BL_STR("properties.projectId"), sim_string(w, project));
	body = bl_value_with(a, body, BL_STR("properties.projectNumber"), sim_string(w, number));
	body = bl_value_with(a, body, BL_STR("properties.lifecycleState"), sim_stringz(w, "ACTIVE"));
	add(w, known, t, "cloudresourcemanager.googleapis.com/Project", project,
		bl_str_cat(a, BL_STR("//cloudresourcemanager.googleapis.com/projects/"), number), BL_SIMULATE_ASSETS, body);
}

static void kubernetes(sim_world *w, bl_map *known, const sim_thing *t)
{
	bl_arena *a = &w->arena;
	bl_str space = bl_value_text(bl_value_at_path(t->body, BL_STR("properties.metadata.namespace")));
	bl_str uid = sim_guid(a, sim_draw(w->options->seed, "namespace", space));
	if (!space.n || bl_map_get(known, bl_str_cat(a, BL_STR("namespace/"), space)))
		return;
	bl_map_put(a, known, bl_str_cat(a, BL_STR("namespace/"), space), (void *)t);
	const bl_value *body = bl_value_with(a, empty(w), BL_STR("properties.apiVersion"), sim_stringz(w, "v1"));
	body = bl_value_with(a, body, BL_STR("properties.kind"), sim_stringz(w, "Namespace"));
	body = bl_value_with(a, body, BL_STR("properties.metadata.name"), sim_string(w, space));
	body = bl_value_with(a, body, BL_STR("properties.metadata.uid"), sim_string(w, uid));
	add(w, known, t, "kubernetes/Namespace", space, uid, BL_SIMULATE_KUBECTL, body);
}

void sim_add_context(sim_world *w)
{
	bl_arena *a = &w->arena;
	bl_map known = {.fold = true};
	size_t n = w->things.n;
	for (size_t i = 0; i < n; i++) {
		sim_thing *t = w->things.items[i];
		if (!t->shown)
			continue;
		bl_map_put(a, &known, t->id, t);
		if (bl_str_eqz(t->type, "kubernetes/Namespace"))
			bl_map_put(a, &known, bl_str_cat(a, BL_STR("namespace/"), t->name), t);
	}
	for (size_t i = 0; i < n; i++) {
		const sim_thing *t = w->things.items[i];
		if (t->cloud == SIM_AZURE && t->shown & BL_SIMULATE_GRAPH)
			azure(w, &known, t);
		else if (t->cloud == SIM_GOOGLE && t->shown & BL_SIMULATE_ASSETS)
			google(w, &known, t);
		else if (t->cloud == SIM_KUBERNETES && t->shown & BL_SIMULATE_KUBECTL)
			kubernetes(w, &known, t);
	}
}

/* Google Cloud: full resource names, and the asset export. */
#include "simulate/world.h"

#include "core/codec/json.h"

static const struct {
	const char *type, *name;
} types[] = {
#define GOOGLE(type, name) {type, name},
#include "simulate/google_types.def"
#undef GOOGLE
};

static const char *pattern_of(bl_str type)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (bl_str_eqz(type, types[i].type))
			return types[i].name;
	return NULL;
}

static bl_str last_part(bl_str s)
{
	return bl_str_slice(s, (size_t)(bl_str_rfind_char(s, '/') + 1), s.n);
}

static bl_str project_of(sim_world *w, sim_thing *t)
{
	bl_str project = last_part(sim_native_text(w, t, "project"));
	return project.n ? project : sim_place(t, SIM_GOOGLE);
}

static bl_str region_of(sim_world *w, sim_thing *t)
{
	bl_str region = last_part(sim_native_text(w, t, "region")), zone = last_part(sim_native_text(w, t, "zone"));
	if (region.n)
		return region;
	ptrdiff_t dash = bl_str_rfind_char(zone, '-');
	return dash > 0 ? bl_str_slice(zone, 0, (size_t)dash) : BL_STR("europe-west1");
}

static bl_str zone_of(sim_world *w, sim_thing *t)
{
	bl_str zone = last_part(sim_native_text(w, t, "zone"));
	return zone.n ? zone : bl_str_cat(&w->arena, region_of(w, t), BL_STR("-b"));
}

static bl_str location_of(sim_world *w, sim_thing *t)
{
	bl_str location = last_part(sim_native_text(w, t, "location"));
	return location.n ? location : region_of(w, t);
}

bl_str sim_google_number(sim_world *w, bl_str project)
{
	return sim_digits(&w->arena, sim_draw(w->options->seed, "project number", project), 12);
}

bl_str sim_google_project(sim_world *w, const sim_thing *t)
{
	bl_str project = {0};
	ptrdiff_t at = bl_str_find(t->id, BL_STR("/projects/"), 0);
	if (at >= 0)
		bl_str_cut(bl_str_slice(t->id, (size_t)at + strlen("/projects/"), t->id.n), '/', &project);
	/* where a name has the number, it is the number of what the code says */
	for (size_t i = 0; i < project.n; i++)
		if (project.p[i] < '0' || project.p[i] > '9')
			return project;
	return t->resource ? project_of(w, (sim_thing *)t) : BL_STR("");
}

static bl_str filled(sim_world *w, sim_thing *t, bl_str hole)
{
	bl_arena *a = &w->arena;
	switch (hole.p[0]) {
	case '@': {
		bl_str text = last_part(sim_native_text(w, t, bl_str_z(a, bl_str_slice(hole, 1, hole.n))));
		return text.n ? text : sim_word(sim_draw(t->seed, "holder", hole));
	}
	case 'N':
		return sim_google_number(w, t->name);
	case 'P':
		return sim_google_number(w, project_of(w, t));
	case 'f':
		return sim_digits(a, sim_draw(t->seed, "folder", BL_STR("")), 12);
	case 'l':
		return location_of(w, t);
	case 'n':
		return t->name;
	case 'p':
		return project_of(w, t);
	case 'r':
		return region_of(w, t);
	default:
		return zone_of(w, t);
	}
}

bl_str sim_google_id(sim_world *w, sim_thing *t)
{
	const char *pattern = pattern_of(t->type);
	bl_str host;
	bl_str_cut(t->type, '/', &host);
	sim_name(w, t);
	if (!pattern)
		return t->name;
	bl_buf out = {0};
	bl_buf_putf(&out, "//" BL_FMT "/", BL_ARG(host));
	for (const char *p = pattern; *p; p++) {
		const char *end = *p == '{' ? strchr(p, '}') : NULL;
		if (end) {
			bl_buf_put(&out, filled(w, t, bl_str_make(p + 1, (size_t)(end - p - 1))));
			p = end;
		} else {
			bl_buf_putc(&out, *p);
		}
	}
	bl_str text = bl_str_dup(&w->arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return text;
}

/* What Terraform has as id: the name below the host. */
bl_str sim_google_path(sim_world *w, sim_thing *t)
{
	bl_str id = sim_id(w, t), host;
	return bl_str_starts(id, BL_STR("//")) ? bl_str_cut(bl_str_slice(id, 2, id.n), '/', &host) : id;
}

bl_str sim_google_link(sim_world *w, sim_thing *t)
{
	bl_str host;
	bl_str_cut(t->type, '/', &host);
	bool compute = bl_str_eqz(host, "compute.googleapis.com");
	return bl_str_fmt(&w->arena, "https://" BL_FMT "%s/v1/" BL_FMT, BL_ARG(compute ? BL_STR("www.googleapis.com") : host),
		compute ? "/compute" : "", BL_ARG(sim_google_path(w, t)));
}

const bl_value *sim_google_body(sim_world *w, sim_thing *t)
{
	bl_arena *a = &w->arena;
	const bl_resource *r = t->resource;
	bool plain = bl_str_eq(r->type, r->native_type);
	uint64_t number = sim_draw(t->seed, "server", BL_STR(""));
	const bl_value *body = plain ? bl_value_map(a, BL_NOWHERE, NULL, 0) : sim_value(w, t, r->effective, BL_STR(""));
	if (plain)
		body = bl_value_with(a, body, BL_STR("properties"), sim_camel_keys(a, sim_value(w, t, r->native, BL_STR(""))));
	if (!bl_value_is(body, BL_MAP))
		body = bl_value_map(a, BL_NOWHERE, NULL, 0);
	bool account = bl_str_eqz(t->type, "iam.googleapis.com/ServiceAccount");
	bl_str full = bl_str_starts(t->type, BL_STR("compute.")) || bl_str_starts(t->type, BL_STR("storage.")) ||
			bl_str_starts(t->type, BL_STR("sqladmin.")) || bl_str_starts(t->type, BL_STR("container.")) ? t->name : sim_google_path(w, t);
	body = bl_value_with(a, body, BL_STR("properties.name"), sim_string(w, full));
	body = bl_value_with(a, body, BL_STR("properties.selfLink"), sim_string(w, sim_google_link(w, t)));
	if (bl_str_starts(t->type, BL_STR("compute."))) {
		body = bl_value_with(a, body, BL_STR("properties.id"), sim_string(w, sim_digits(a, number, 19)));
		body = bl_value_with(a, body, BL_STR("properties.creationTimestamp"), sim_string(w, sim_time(w, number)));
	}
	if (bl_str_eqz(t->type, "cloudresourcemanager.googleapis.com/Project")) {
		body = bl_value_with(a, body, BL_STR("properties.projectId"), sim_string(w, t->name));
		body = bl_value_with(a, body, BL_STR("properties.projectNumber"), sim_string(w, sim_google_number(w, t->name)));
	}
	if (account) {
		body = bl_value_with(a, body, BL_STR("properties.email"), sim_string(w, last_part(t->id)));
		body = bl_value_with(a, body, BL_STR("properties.uniqueId"), sim_string(w, sim_digits(a, number, 21)));
	}
	return body;
}

const bl_value *sim_google_tags(sim_world *w, sim_thing *t)
{
	const bl_type *type = bl_schema_type(w->schema, t->type);
	bl_str path = bl_value_text(bl_value_getz(type ? bl_value_getz(type->schema, "identity") : NULL, "tags"));
	const bl_value *tags = bl_value_at_path(t->body, path.n ? path : BL_STR("properties.labels"));
	return bl_value_is(tags, BL_MAP) && tags->n ? tags : NULL;
}

void sim_google_show(sim_world *w)
{
	for (size_t i = 0; i < w->things.n; i++)
		if (w->things.items[i]->cloud == SIM_GOOGLE && !w->things.items[i]->missing && pattern_of(w->things.items[i]->type))
			w->things.items[i]->shown |= BL_SIMULATE_ASSETS;
}

static const bl_value *data_of(sim_world *w, const sim_thing *t)
{
	bl_arena *a = &w->arena;
	const bl_type *type = bl_schema_type(w->schema, t->type);
	bl_str path = bl_value_text(bl_value_getz(type ? bl_value_getz(type->schema, "identity") : NULL, "tags"));
	const bl_value *body = t->body;
	bl_str at = path.n ? path : BL_STR("properties.labels");
	if (t->tags)
		body = bl_value_with(a, body, at, t->tags);
	else if (bl_value_at_path(body, at))
		body = bl_value_with(a, body, at, bl_value_map(a, BL_NOWHERE, NULL, 0));
	return bl_value_getz(body, "properties");
}

/* One asset a line, as an export to a bucket has them. */
void sim_google_write(sim_world *w, bl_buf *out)
{
	sim_things shown = sim_shown(w, BL_SIMULATE_ASSETS);
	for (size_t i = 0; i < shown.n; i++) {
		const sim_thing *t = shown.items[i];
		bl_json j;
		bool project = bl_str_eqz(t->type, "cloudresourcemanager.googleapis.com/Project");
		bl_str kind = last_part(t->type), host, owner = project ? t->name : sim_google_project(w, t);
		bl_str number = sim_google_number(w, owner.n ? owner : sim_place(t, SIM_GOOGLE));
		bl_str_cut(t->type, '/', &host);
		bl_json_begin(&j, out, false);
		bl_json_object(&j);
		bl_json_member(&j, "name", t->id);
		bl_json_member(&j, "asset_type", t->type);
		bl_json_key(&j, "resource");
		bl_json_object(&j);
		bl_json_member(&j, "version", BL_STR("v1"));
		bl_json_member(&j, "discovery_document_uri", bl_str_fmt(&w->arena, "https://" BL_FMT "/$discovery/rest", BL_ARG(host)));
		bl_json_member(&j, "discovery_name", kind);
		bl_json_member(&j, "parent", bl_str_fmt(&w->arena, "//cloudresourcemanager.googleapis.com/projects/" BL_FMT,
			BL_ARG(number)));
		bl_json_key(&j, "data");
		bl_json_value(&j, data_of(w, t));
		bl_json_object_end(&j);
		bl_json_key(&j, "ancestors");
		bl_json_array(&j);
		bl_json_str(&j, bl_str_cat(&w->arena, BL_STR("projects/"), number));
		bl_json_array_end(&j);
		bl_json_member(&j, "update_time", sim_time(w, sim_draw(t->seed, "updated", BL_STR(""))));
		bl_json_object_end(&j);
		bl_buf_putc(out, '\n');
	}
}

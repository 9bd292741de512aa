/* Terraform state, version 4: what Terraform believes, which is code as it was applied (drift is not in it). */
#include "simulate/world.h"

#include "core/codec/json.h"

#include <stdlib.h>

/* "module.a[\"x\"].aws_instance.b[0]" taken apart. key: without brackets, or empty. */
typedef struct address_parts {
	bl_str module, name, key;
} address_parts;

static address_parts take_apart(bl_str address)
{
	address_parts out = {0};
	size_t dots[2] = {0, 0};
	bool quoted = false;
	int depth = 0;
	for (size_t i = 0; i < address.n; i++) {
		char c = address.p[i];
		if (c == '"' && (!i || address.p[i - 1] != '\\'))
			quoted = !quoted;
		else if (!quoted && (c == '[' || c == ']'))
			depth += c == '[' ? 1 : -1;
		else if (!quoted && !depth && c == '.') {
			dots[0] = dots[1];
			dots[1] = i;
		}
	}
	out.module = bl_str_slice(address, 0, dots[0]);
	out.name = dots[1] ? bl_str_slice(address, dots[1] + 1, address.n) : address;
	bl_str head, rest = bl_str_cut(out.name, '[', &head);
	if (head.n < out.name.n)
		out.key = bl_str_slice(rest, 0, rest.n - (rest.n > 0));
	out.name = head;
	return out;
}

static void write_key(bl_json *j, bl_str key)
{
	if (!key.n)
		return;
	bl_json_key(j, "index_key");
	if (key.p[0] == '"')
		bl_json_str(j, bl_str_slice(key, 1, key.n - 1));
	else
		bl_json_int(j, strtoll(key.p, NULL, 10));
}

static void write_attributes(sim_world *w, sim_thing *t, bl_json *j)
{
	const bl_value *native = t->resource->native;
	bl_json_object(j);
	bl_json_member(j, "id", sim_id(w, t));
	if (t->arn.n)
		bl_json_member(j, "arn", t->arn);
	for (uint32_t i = 0; i < native->n; i++) {
		bl_str key = native->map[i].key;
		const bl_value *v = native->map[i].value;
		if (bl_str_eqz(key, "id") || bl_str_eqz(key, "arn"))
			continue;
		bl_json_key_str(j, key);
		const bl_value *known = bl_str_eqz(key, "name") ? sim_string(w, sim_name(w, t)) : sim_value(w, t, v, key);
		if (known)
			bl_json_value(j, known);
		else /* a secret: states hold them in plain text */
			bl_json_str(j, sim_hex(&w->arena, sim_draw(t->seed, "secret", key), 24));
	}
	if (t->resource->name && !bl_value_getz(native, "name") && t->cloud != SIM_HELPER)
		bl_json_member(j, "name", sim_name(w, t));
	if (t->cloud == SIM_HELPER && bl_str_starts(t->resource->native_type, BL_STR("random_"))) {
		const bl_value *result = sim_attribute(w, t, BL_STR("result"));
		bl_json_key(j, "result");
		result ? bl_json_value(j, result) : bl_json_null(j);
	}
	bl_json_object_end(j);
}

static bl_str provider_of(bl_arena *arena, bl_str native_type)
{
	bl_str name;
	bl_str_cut(native_type, '_', &name);
	return bl_str_fmt(arena, "provider[\"registry.terraform.io/%s/" BL_FMT "\"]",
		bl_str_eqz(name, "azapi") ? "azure" : "hashicorp", BL_ARG(name));
}

typedef struct state_group {
	address_parts parts;
	bl_str type;
	bool data;
	BL_VEC(sim_thing *) things;
} state_group;

static void write_group(sim_world *w, const state_group *g, bl_json *j)
{
	bl_json_object(j);
	if (g->parts.module.n)
		bl_json_member(j, "module", g->parts.module);
	bl_json_member(j, "mode", BL_STR("managed"));
	bl_json_member(j, "type", g->type);
	bl_json_member(j, "name", g->parts.name);
	bl_json_member(j, "provider", provider_of(&w->arena, g->type));
	bl_json_key(j, "instances");
	bl_json_array(j);
	for (size_t i = 0; i < g->things.n; i++) {
		sim_thing *t = g->things.items[i];
		bl_json_object(j);
		write_key(j, take_apart(t->address).key);
		bl_json_member_int(j, "schema_version", 0);
		bl_json_key(j, "attributes");
		write_attributes(w, t, j);
		bl_json_key(j, "sensitive_attributes");
		bl_json_array(j);
		bl_json_array_end(j);
		bl_json_object_end(j);
	}
	bl_json_array_end(j);
	bl_json_object_end(j);
}

static void group_things(sim_world *w, const sim_root *root, const sim_things *from, bl_map *groups)
{
	bl_arena *a = &w->arena;
	for (size_t i = 0; i < from->n; i++) {
		sim_thing *t = from->items[i];
		if (t->root != root || !t->resource || t->resource->existing)
			continue;
		address_parts parts = take_apart(t->address);
		bl_str key = bl_str_fmt(a, BL_FMT "." BL_FMT "." BL_FMT, BL_ARG(parts.module), BL_ARG(t->resource->native_type),
			BL_ARG(parts.name));
		state_group *g = bl_map_get(groups, key);
		if (!g) {
			g = bl_new(a, state_group);
			g->parts = parts;
			g->type = t->resource->native_type;
			bl_map_put(a, groups, key, g);
		}
		bl_vec_push(a, &g->things, t);
		t->shown |= t->cloud != SIM_HELPER && !t->missing ? BL_SIMULATE_STATE : 0;
	}
}

bool sim_state_write(sim_world *w, const sim_root *root, bl_buf *out)
{
	bl_json j;
	bl_map groups = {0};
	if (root->root->language != BL_LANG_TERRAFORM)
		return false;
	group_things(w, root, &w->parts, &groups);
	group_things(w, root, &w->things, &groups);
	if (!groups.n)
		return false;
	bl_json_begin(&j, out, true);
	bl_json_object(&j);
	bl_json_member_int(&j, "version", 4);
	bl_json_member(&j, "terraform_version", BL_STR("1.9.5"));
	bl_json_member_int(&j, "serial", 1 + (long long)(root->seed % 90));
	bl_json_member(&j, "lineage", sim_guid(&w->arena, sim_draw(root->seed, "lineage", BL_STR(""))));
	bl_json_key(&j, "outputs");
	bl_json_object(&j);
	bl_json_object_end(&j);
	bl_json_key(&j, "resources");
	bl_json_array(&j);
	for (size_t i = 0; i < groups.n; i++)
		write_group(w, groups.entries[i].value, &j);
	bl_json_array_end(&j);
	bl_json_key(&j, "check_results");
	bl_json_null(&j);
	bl_json_object_end(&j);
	return true;
}

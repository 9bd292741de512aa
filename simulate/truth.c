/* What is true of the files that were written: which code made which asset, and what was changed. */
#include "simulate/world.h"

#include "core/codec/json.h"

/* What exports call an asset: its ARN, or its id where the cloud has no ARNs. */
static bl_str asset_of(const sim_thing *t)
{
	return t->arn.n ? t->arn : t->id;
}

static void write_where(sim_world *w, const sim_thing *t, bl_json *j)
{
	bl_place place;
	bl_json_member(j, "root", t->root->root->name);
	bl_json_member(j, "repo", t->root->root->repo);
	bl_json_member(j, "address", t->resource->address);
	if (bl_sources_place(w->sources, t->resource->span, &place)) {
		bl_json_member(j, "file", place.path);
		bl_json_member_int(j, "line", place.start_line);
	}
}

static void write_formats(const sim_thing *t, bl_json *j)
{
	bl_json_key(j, "shown");
	bl_json_array(j);
	for (unsigned bit = 1; bit < BL_SIMULATE_ALL; bit <<= 1)
		if (t->shown & bit)
			bl_json_strz(j, sim_format_name(bit));
	bl_json_array_end(j);
}

/* How much of the deployed name code says: nobody can tell two things by names that it does not say. */
static bl_str how_known(const sim_thing *t)
{
	const bl_value *name = sim_declared_name(t);
	if (bl_value_is(name, BL_STRING))
		return BL_STR("whole");
	if (!bl_value_is(name, BL_UNKNOWN))
		return BL_STR("none");
	const bl_unknown *u = name->unknown;
	return u->prefix.n || u->suffix.n || u->pattern.n > 1 || u->ncandidates ? BL_STR("part") : BL_STR("none");
}

static void write_link(sim_world *w, const sim_thing *t, bl_json *j)
{
	bl_json_object(j);
	write_where(w, t, j);
	bl_json_member(j, "instance", t->address);
	bl_json_member(j, "native_type", t->resource->native_type);
	bl_json_member(j, "type", t->type);
	bl_json_member(j, "asset", asset_of(t));
	bl_json_member(j, "name", t->name);
	bl_json_member_bool(j, "renamed", t->renamed);
	bl_json_member_bool(j, "drifted", t->drifted);
	bl_json_member_bool(j, "tags_stripped", t->stripped && t->had_tags);
	bl_json_member_bool(j, "within", t->within);
	bl_json_member(j, "name_known", how_known(t));
	bl_json_key(j, "also");
	bl_json_array(j);
	for (size_t i = 0; i < t->also.n; i++) {
		bl_json_object(j);
		write_where(w, t->also.items[i], j);
		bl_json_object_end(j);
	}
	bl_json_array_end(j);
	write_formats(t, j);
	bl_json_object_end(j);
}

static void write_change(sim_world *w, const sim_thing *t, const sim_change *c, bl_json *j)
{
	bl_json_object(j);
	write_where(w, t, j);
	bl_json_member(j, "asset", asset_of(t));
	bl_json_member(j, "path", c->path);
	bl_json_key(j, "code");
	c->code ? bl_json_value(j, c->code) : bl_json_null(j);
	bl_json_key(j, "cloud");
	c->cloud ? bl_json_value(j, c->cloud) : bl_json_null(j);
	bl_json_object_end(j);
}

static void write_images(sim_world *w, bl_json *j)
{
	bl_json_key(j, "images");
	bl_json_array(j);
	for (size_t i = 0; i < w->images.n; i++) {
		const sim_image *image = w->images.items[i];
		bl_place place;
		if (!image->stage)
			continue;
		bl_json_object(j);
		bl_json_member(j, "digest", bl_str_cat(&w->arena, BL_STR("sha256:"), image->digest));
		bl_json_member(j, "reference", image->reference);
		bl_json_member(j, "root", image->root->root->name);
		bl_json_member(j, "repo", image->root->root->repo);
		bl_json_member(j, "address", image->stage->address);
		if (bl_sources_place(w->sources, image->stage->span, &place)) {
			bl_json_member(j, "file", place.path);
			bl_json_member_int(j, "line", place.start_line);
		}
		bl_json_member_bool(j, "labels_stripped", image->stripped);
		bl_json_object_end(j);
	}
	bl_json_array_end(j);
}

/* The assets that no code declares. */
static void write_others(sim_world *w, bl_json *j, const char *key, bool context)
{
	bl_json_key(j, key);
	bl_json_array(j);
	for (size_t i = 0; i < w->things.n; i++)
		if (!w->things.items[i]->resource && w->things.items[i]->context == context)
			bl_json_str(j, asset_of(w->things.items[i]));
	bl_json_array_end(j);
}

static void write_lists(sim_world *w, bl_json *j)
{
	bl_json_key(j, "links");
	bl_json_array(j);
	for (size_t i = 0; i < w->things.n; i++)
		if (w->things.items[i]->resource && w->things.items[i]->shown)
			write_link(w, w->things.items[i], j);
	bl_json_array_end(j);
	bl_json_key(j, "derived");
	bl_json_array(j);
	for (size_t i = 0; i < w->things.n; i++) {
		for (size_t k = 0; k < w->things.items[i]->derived.n; k++) {
			bl_json_object(j);
			bl_json_member(j, "asset", w->things.items[i]->derived.items[k]);
			bl_json_member(j, "owner", asset_of(w->things.items[i]));
			bl_json_object_end(j);
		}
	}
	bl_json_array_end(j);
	write_images(w, j);
	write_others(w, j, "shadow", false);
	write_others(w, j, "context", true);
	bl_json_key(j, "deleted");
	bl_json_array(j);
	for (size_t i = 0; i < w->things.n; i++) {
		if (!w->things.items[i]->deleted)
			continue;
		bl_json_object(j);
		write_where(w, w->things.items[i], j);
		bl_json_member(j, "instance", w->things.items[i]->address);
		bl_json_object_end(j);
	}
	bl_json_array_end(j);
	bl_json_key(j, "drift");
	bl_json_array(j);
	for (size_t i = 0; i < w->things.n; i++)
		for (size_t k = 0; w->things.items[i]->shown && k < w->things.items[i]->changes.n; k++)
			write_change(w, w->things.items[i], &w->things.items[i]->changes.items[k], j);
	bl_json_array_end(j);
}

void sim_truth_write(sim_world *w, bl_buf *out)
{
	bl_json j;
	bl_json_begin(&j, out, true);
	bl_json_object(&j);
	bl_json_member_int(&j, "format", 1);
	bl_json_member_int(&j, "seed", (long long)w->options->seed);
	write_lists(w, &j);
	bl_json_object_end(&j);
}

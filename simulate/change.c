/* What differs from code: renamed, deleted, drifted, stripped of tags, and what no code declares. */
#include "simulate/world.h"

#include <stdlib.h>

enum { MAX_LEAVES = 400, MAX_DEPTH = 12 };

typedef struct chosen {
	uint64_t draw;
	sim_thing *thing;
} chosen;

static int by_draw(const void *a, const void *b)
{
	const chosen *x = a, *y = b;
	return (x->draw > y->draw) - (x->draw < y->draw);
}

/* percent of things, picked by chance: exactly so many, whichever order they come in. */
static sim_things pick(sim_world *w, const sim_things *from, unsigned percent, const char *purpose)
{
	bl_arena *a = &w->arena;
	chosen *list = bl_new_n(a, chosen, from->n);
	sim_things out = {0};
	for (size_t i = 0; i < from->n; i++)
		list[i] = (chosen){sim_draw(from->items[i]->seed, purpose, BL_STR("")), from->items[i]};
	qsort(list, from->n, sizeof *list, by_draw);
	size_t n = (from->n * percent + 50) / 100;
	for (size_t i = 0; i < n && i < from->n; i++)
		bl_vec_push(a, &out, list[i].thing);
	return out;
}

/* Names that are not anybody's to change: Google's own services, and what all the rest is addressed by. */
static bool keeps_its_name(bl_str type)
{
	static const char *const types[] = {"cloudresourcemanager.googleapis.com/Project", "kubernetes/Namespace",
		"serviceusage.googleapis.com/Service"};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (bl_str_eqz(type, types[i]))
			return true;
	return false;
}

/* Somebody wrote a name, so somebody may have written another. */
static bool names_itself(const sim_thing *t)
{
	const bl_value *name = sim_declared_name(t);
	return name && (name->kind == BL_STRING || name->kind == BL_UNKNOWN) &&
		!bl_str_startsi(t->type, BL_STR("Microsoft.Authorization/")) && !keeps_its_name(t->type);
}

static bool may_drift(const sim_thing *t)
{
	const bl_resource *r = t->resource;
	return r->language != BL_LANG_TERRAFORM || !bl_str_eq(r->type, r->native_type);
}

void sim_choose(sim_world *w)
{
	bl_arena *a = &w->arena;
	const bl_simulate_options *o = w->options;
	sim_things all = {0}, left = {0}, named = {0}, plain = {0};
	for (size_t i = 0; i < w->things.n; i++)
		if (w->things.items[i]->type.n)
			bl_vec_push(a, &all, w->things.items[i]);
	sim_things gone = pick(w, &all, o->remove, "delete");
	for (size_t i = 0; i < gone.n; i++)
		gone.items[i]->deleted = gone.items[i]->missing = true;
	for (size_t i = 0; i < all.n; i++)
		if (!all.items[i]->missing)
			bl_vec_push(a, &left, all.items[i]);
	for (size_t i = 0; i < left.n; i++) {
		if (names_itself(left.items[i]))
			bl_vec_push(a, &named, left.items[i]);
		if (may_drift(left.items[i]))
			bl_vec_push(a, &plain, left.items[i]);
	}
	sim_things renamed = pick(w, &named, o->rename, "rename"), drifted = pick(w, &plain, o->drift, "drift");
	sim_things stripped = pick(w, &left, o->strip_tags, "strip tags");
	for (size_t i = 0; i < renamed.n; i++)
		renamed.items[i]->renamed = true;
	for (size_t i = 0; i < drifted.n; i++)
		drifted.items[i]->drifted = true;
	for (size_t i = 0; i < stripped.n; i++)
		stripped.items[i]->stripped = true;
}

/* ---- drift ---- */

typedef struct leaf {
	bl_str path;
	const bl_value *value;
} leaf;
typedef BL_VEC(leaf) leaves;

/* Names, places and ids are who a resource is, not how it is set. */
static bool is_identity(bl_str key)
{
	static const char *const keys[] = {"apiVersion", "children", "id", "kind", "location", "metadata", "name", "selfLink", "type"};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (bl_str_eqiz(key, keys[i]))
			return true;
	return bl_str_ends(key, BL_STR("Name")) || bl_str_ends(key, BL_STR("Id"));
}

/* What somebody wrote and an export shows of the deployed body. Lists of scalars are leaves; other lists are not looked into. */
static void collect(sim_world *w, const sim_thing *t, const bl_value *written, const bl_value *body, bl_str path, int depth, leaves *out)
{
	bl_arena *a = &w->arena;
	for (uint32_t i = 0; bl_value_is(written, BL_MAP) && i < written->n && depth < MAX_DEPTH && out->n < MAX_LEAVES; i++) {
		bl_str key = written->map[i].key;
		const bl_value *v = bl_value_geti(body, key);
		if (!v || is_identity(key) || memchr(key.p, '.', key.n))
			continue;
		bl_str below = path.n ? bl_str_fmt(a, BL_FMT "." BL_FMT, BL_ARG(path), BL_ARG(key)) : key;
		if (v->kind == BL_MAP)
			collect(w, t, written->map[i].value, v, below, depth + 1, out);
		else if (depth && (t->cloud != SIM_AWS || sim_aws_shows(w, t, below)) && (v->kind == BL_BOOL || v->kind == BL_NUMBER || v->kind == BL_STRING))
			bl_vec_push(a, out, ((leaf){below, v}));
	}
}

static const bl_value *other_value(sim_world *w, const bl_value *v, uint64_t number)
{
	static const struct {
		const char *a, *b;
	} pairs[] = {{"Allow", "Deny"}, {"Disabled", "Enabled"}, {"Dynamic", "Static"}, {"Premium", "Standard"},
		{"Standard_GRS", "Standard_LRS"}, {"Suspended", "Enabled"}, {"TLS1_0", "TLS1_2"}, {"TLS1_1", "TLS1_2"}, {"false", "true"}};
	bl_arena *a = &w->arena;
	if (v->kind == BL_BOOL)
		return bl_value_bool(a, BL_NOWHERE, !v->boolean);
	if (v->kind == BL_NUMBER)
		return bl_value_digits(a, BL_NOWHERE, bl_str_integer(a, (long long)v->number + 1 + (long long)(number % 5)));
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		if (bl_value_is_string(v, pairs[i].a))
			return sim_stringz(w, pairs[i].b);
		if (bl_value_is_string(v, pairs[i].b))
			return sim_stringz(w, pairs[i].a);
	}
	return sim_string(w, bl_str_fmt(a, BL_FMT "-" BL_FMT, BL_ARG(v->string), BL_ARG(sim_word(number))));
}

/* The map v without what is at path. */
static const bl_value *without(bl_arena *arena, const bl_value *v, bl_str path)
{
	bl_str head, rest = bl_str_cut(path, '.', &head);
	if (!bl_value_is(v, BL_MAP))
		return v;
	bl_items items = {0};
	for (uint32_t i = 0; i < v->n; i++) {
		bl_item item = v->map[i];
		if (bl_str_eqi(item.key, head) && !rest.n)
			continue;
		if (bl_str_eqi(item.key, head))
			item.value = without(arena, item.value, rest);
		bl_vec_push(arena, &items, item);
	}
	return bl_items_value(arena, v->span, &items);
}

static void drift_one(sim_world *w, sim_thing *t, const leaf *l, uint64_t number)
{
	bl_arena *a = &w->arena;
	bool tag = bl_str_starts(l->path, BL_STR("tags."));
	if (tag && t->stripped)
		return;
	const bl_value *cloud = number % 8 == 7 ? NULL : other_value(w, l->value, number);
	t->body = cloud ? bl_value_with(a, t->body, l->path, cloud) : without(a, t->body, l->path);
	bl_vec_push(a, &t->changes, ((sim_change){l->path, l->value, cloud}));
}

void sim_drift(sim_world *w)
{
	bl_arena *a = &w->arena;
	for (size_t i = 0; i < w->things.n; i++) {
		sim_thing *t = w->things.items[i];
		if (!t->drifted || t->missing || !t->body)
			continue;
		uint64_t number = sim_draw(t->seed, "drift at", BL_STR(""));
		leaves found = {0};
		collect(w, t, t->resource->written, t->body, BL_STR(""), 0, &found);
		size_t n = 1 + number % 3;
		for (size_t k = 0; k < n && found.n; k++) {
			size_t at = sim_one_of(sim_next(&number), found.n);
			drift_one(w, t, &found.items[at], sim_next(&number));
			found.items[at] = found.items[--found.n];
		}
		if (!t->changes.n && !t->stripped) { /* nothing written to change: somebody added a tag */
			const bl_value *who = sim_string(w, sim_animal(number));
			t->body = bl_value_with(a, t->body, BL_STR("tags.changedBy"), who);
			bl_vec_push(a, &t->changes, ((sim_change){BL_STR("tags.changedBy"), NULL, who}));
		}
		t->drifted = t->changes.n > 0;
	}
}

/* ---- shadows ---- */

static bl_str with_last_part(bl_arena *arena, bl_str id, bl_str name)
{
	ptrdiff_t slash = bl_str_rfind_char(id, '/');
	return bl_str_cat(arena, bl_str_slice(id, 0, (size_t)(slash + 1)), name);
}

/* The id in another resource group of the subscription. */
static bl_str in_other_group(sim_world *w, bl_str id, bl_str group)
{
	ptrdiff_t at = bl_str_findi(id, BL_STR("/resourceGroups/"), 0);
	if (at < 0)
		return id;
	size_t begin = (size_t)at + strlen("/resourceGroups/"), end = begin;
	while (end < id.n && id.p[end] != '/')
		end++;
	return bl_str_fmt(&w->arena, BL_FMT BL_FMT BL_FMT, BL_ARG(bl_str_slice(id, 0, begin)), BL_ARG(group),
		BL_ARG(bl_str_slice(id, end, id.n)));
}

static bool counts_parts(bl_str type, size_t parts)
{
	for (size_t i = 0; i < type.n; i++)
		parts -= type.p[i] == '/';
	return parts == 0;
}

/* Like another's body, but for who it is. */
static const bl_value *shadow_body(sim_world *w, const sim_thing *t, const sim_thing *like)
{
	bl_arena *a = &w->arena;
	const bl_value *body = without(a, like->body, BL_STR("tags")), *name = sim_string(w, t->name);
	const bl_type *type = bl_schema_type(w->schema, t->type);
	bl_str path = bl_value_text(bl_value_getz(type ? bl_value_getz(type->schema, "identity") : NULL, "name"));
	if (t->cloud == SIM_KUBERNETES) {
		body = without(a, body, BL_STR("properties.metadata.annotations"));
		body = bl_value_with(a, body, BL_STR("properties.metadata.uid"), sim_string(w, t->id));
		return bl_value_with(a, body, BL_STR("properties.metadata.name"), name);
	}
	/* a role is given once to a principal on a scope */
	if (bl_str_eqiz(t->type, "Microsoft.Authorization/roleAssignments"))
		body = bl_value_with(a, body, BL_STR("properties.principalId"), sim_string(w, sim_guid(a, sim_draw(t->seed, "principal", BL_STR("")))));
	if (t->cloud == SIM_AWS)
		body = sim_aws_identified(w, t, body);
	else if (bl_str_starts(path, BL_STR("properties.")))
		body = bl_value_with(a, body, path, name);
	body = without(a, without(a, body, BL_STR("properties.selfLink")), BL_STR("properties.Tags"));
	return body;
}

static void add_shadow(sim_world *w, sim_thing *like)
{
	bl_arena *a = &w->arena;
	uint64_t number = sim_draw(like->seed, "shadow of", BL_STR(""));
	sim_thing *t = bl_new(a, sim_thing);
	*t = (sim_thing){.root = like->root, .like = like, .seed = number, .cloud = like->cloud, .type = like->type,
		.shown = like->shown, .address = BL_STR("")};
	bool grant = bl_str_eqiz(t->type, "Microsoft.Authorization/roleAssignments");
	t->name = t->code_name = grant ? sim_guid(a, sim_next(&number)) : sim_other_name(w, like->name, sim_next(&number));
	t->named = like->named;
	if (t->cloud == SIM_AWS)
		sim_aws_id(w, t);
	else
		t->id = t->cloud == SIM_KUBERNETES ? sim_guid(a, sim_next(&number)) : with_last_part(a, like->id, t->name);
	if (t->cloud == SIM_AZURE && counts_parts(t->type, 1) && sim_next(&number) & 1)
		t->id = in_other_group(w, t->id, bl_str_fmt(a, "rg-" BL_FMT, BL_ARG(sim_word(sim_next(&number)))));
	t->body = shadow_body(w, t, like);
	if (sim_next(&number) & 1) {
		bl_items tags = {0};
		bl_items_put(a, &tags, BL_STR("owner"), BL_NOWHERE, sim_string(w, sim_animal(sim_next(&number))));
		t->tags = bl_items_value(a, BL_NOWHERE, &tags);
	}
	bl_vec_push(a, &w->things, t);
}

void sim_add_shadows(sim_world *w)
{
	bl_arena *a = &w->arena;
	sim_things shown = {0};
	for (size_t i = 0; i < w->things.n; i++)
		if (w->things.items[i]->shown && !w->things.items[i]->within && w->things.items[i]->body)
			bl_vec_push(a, &shown, w->things.items[i]);
	sim_things like = pick(w, &shown, w->options->shadow, "shadow");
	for (size_t i = 0; i < like.n; i++)
		add_shadow(w, like.items[i]);
}

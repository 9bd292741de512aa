#include "eval/lower.h"

/* The value of `{before 2019-04-01: x, then: y}` for an API version; a plain value is itself. NULL: no default. */
static const bl_value *by_version(const bl_value *v, bl_str version)
{
	if (!bl_value_is(v, BL_MAP))
		return v;
	const bl_value *plain = bl_value_getz(v, "value");
	if (plain)
		return plain;
	for (uint32_t i = 0; i < v->n; i++) {
		bl_str key = v->map[i].key;
		if (!bl_str_starts(key, BL_STR("before ")))
			continue;
		bl_str date = bl_str_trim(bl_str_slice(key, 7, key.n));
		/* Without a version the platform's newest behaviour is meant. */
		if (version.n >= 10 && bl_str_cmp(bl_str_slice(version, 0, 10), date) < 0)
			return v->map[i].value;
	}
	return bl_value_getz(v, "then");
}

static const char *language_key(const bl_resource *r)
{
	if (bl_resource_is_azapi(r))
		return "arm";
	switch (r->language) {
	case BL_LANG_ARM:
	case BL_LANG_BICEP:
		return "arm";
	case BL_LANG_NONE: /* a deployed asset */
		return "deployed";
	default:
		return bl_language_name(r->language);
	}
}

static bool names_a_language(const bl_value *v)
{
	static const char *const keys[] = {"arm", "terraform", "cloudformation", "kubernetes", "deployed",
		NULL};
	for (const char *const *k = keys; *k; k++)
		if (bl_value_getz(v, *k))
			return true;
	return false;
}

/* A default by native type, then by language, then for all. */
static const bl_value *pick(const bl_value *v, const bl_resource *r)
{
	if (bl_value_is(v, BL_MAP) && names_a_language(v)) {
		const bl_value *own = bl_value_get(v, r->native_type);
		own = own ? own : bl_value_getz(v, language_key(r));
		if (!own && r->language == BL_LANG_NONE)
			own = bl_value_getz(v, "arm");
		v = own;
	}
	v = by_version(v, r->api_version);
	return v && v->kind != BL_NULL ? v : NULL;
}

static bl_value *defaulted(bl_arena *arena, const bl_value *v)
{
	bl_value *c = bl_value_at(arena, v, BL_NOWHERE);
	c->origin = BL_DEFAULTED;
	return c;
}

/* An open map may hold the member already. */
static void put(bl_lowering *l, bl_node *node, const bl_step *step, const bl_value *v)
{
	bl_node *kid = bl_lower_find(&l->nodes, node, step->name);
	if (kid && !bl_value_is(kid->leaf, BL_NULL) && !bl_lower_empty(kid))
		return;
	bool open = node->open;
	kid = bl_lower_member(&l->nodes, node, step->name, BL_NOWHERE);
	if (!kid)
		return;
	if (open)
		bl_lower_set(kid, bl_value_unknown(l->arena, node->span, "it may be set"));
	else
		bl_lower_set(kid, defaulted(l->arena, v));
}

static void apply(bl_lowering *l, bl_node *node, const bl_steps *path, size_t at, const bl_value *v)
{
	bl_lower_open(&l->nodes, node);
	if (node->list || (node->leaf && node->leaf->kind != BL_NULL))
		return;
	const bl_step *step = &path->items[at];
	if (at + 1 == path->n) {
		put(l, node, step, v);
		return;
	}
	bl_node *kid = bl_lower_find(&l->nodes, node, step->name);
	bool missing = !kid || bl_value_is(kid->leaf, BL_NULL);
	if (missing && (step->optional || step->each || node->open))
		return;
	kid = kid ? kid : bl_lower_member(&l->nodes, node, step->name, BL_NOWHERE);
	if (!kid)
		return;
	if (!step->each) {
		apply(l, kid, path, at + 1, v);
		return;
	}
	bl_lower_open(&l->nodes, kid);
	for (size_t i = 0; kid->list && i < kid->n; i++)
		apply(l, kid->kids[i], path, at + 1, v);
}

void bl_lower_defaults(bl_lowering *l, const bl_type *type, bl_resource *resource)
{
	const bl_value *defaults = type ? bl_value_getz(type->schema, "defaults") : NULL;
	if (!bl_value_is(defaults, BL_MAP) || !resource->effective)
		return;
	bl_node *root = bl_lower_node(&l->nodes, resource->effective);
	for (uint32_t i = 0; i < defaults->n; i++) {
		const bl_value *v = pick(defaults->map[i].value, resource);
		bl_steps path;
		if (v && bl_lower_steps(defaults->map[i].key, &path) && path.n)
			apply(l, root, &path, 0, v);
	}
	resource->effective = bl_lower_freeze(l->arena, root);
}

/*
 * The provider azapi speaks Azure's own language within Terraform: its type is ARM's with a version, its body is what ARM is sent, and what all resources have
 * stands beside the body. So it is lowered without a table.
 * https://registry.terraform.io/providers/azure/azapi/latest/docs/resources/resource
 */
#include "eval/lower.h"

static const bl_value *attribute(const bl_resource *r, const char *key)
{
	const bl_value *v = bl_value_getz(r->native, key);
	return v && v->kind != BL_NULL ? v : NULL;
}

/* Before version 2 the body was JSON in a text. */
static const bl_value *body_of(bl_lowering *l, const bl_resource *r)
{
	const bl_value *body = attribute(r, "body");
	bool text = body && (body->kind == BL_STRING || (body->kind == BL_UNKNOWN && body->unknown->decoded));
	return text ? bl_lower_converter(BL_STR("json"))(l, body, r->native) : body;
}

static void put(bl_lowering *l, bl_node *root, const char *key, const bl_value *v)
{
	bl_node *at = v ? bl_lower_member(&l->nodes, root, bl_str_of(key), v->span) : NULL;
	if (at)
		bl_lower_set(at, v);
}

static void put_identity(bl_lowering *l, bl_node *root, const bl_value *blocks)
{
	if (!blocks)
		return;
	bl_node *at = bl_lower_member(&l->nodes, root, BL_STR("identity"), blocks->span);
	if (!at)
		return;
	if (blocks->kind != BL_LIST || !blocks->n || blocks->list[0]->kind != BL_MAP) {
		bl_lower_set(at, bl_lower_unknown_of(l->arena, blocks, BL_MAP));
		return;
	}
	const bl_value *block = blocks->list[0], *ids = bl_value_getz(block, "identity_ids");
	put(l, at, "type", bl_value_getz(block, "type"));
	if (ids && ids->kind != BL_NULL)
		put(l, at, "userAssignedIdentities", bl_lower_converter(BL_STR("id_map"))(l, ids, block));
}

bool bl_lower_azapi(bl_lowering *l, bl_resource *r)
{
	static const char *const beside[] = {"location", "name", "tags"};
	bl_str type, version = bl_str_cut(bl_value_text(bl_value_getz(r->native, "type")), '@', &type);
	if (!bl_resource_is_azapi(r) || !version.n)
		return false;
	const bl_type *known = bl_schema_type(l->schema, type);
	const bl_value *body = body_of(l, r), *identity = attribute(r, "identity");
	bl_node *root = bl_lower_node(&l->nodes, bl_value_is(body, BL_MAP) ? body : NULL);
	r->type = known ? known->name : type;
	r->api_version = version;
	if (body && body->kind != BL_MAP)
		put(l, root, "properties", bl_lower_unknown_of(l->arena, body, BL_MAP));
	for (size_t i = 0; i < sizeof beside / sizeof *beside; i++)
		put(l, root, beside[i], attribute(r, beside[i]));
	if (!bl_value_is(identity, BL_LIST) || identity->n)
		put_identity(l, root, identity);
	/* what is secret is laid over the body, and what is in it is nobody's business */
	bool more = attribute(r, "sensitive_body") || (body && body->kind != BL_MAP);
	bl_lower_open(&l->nodes, root);
	root->open = root->open || more;
	bl_node *properties = more ? bl_lower_member(&l->nodes, root, BL_STR("properties"), BL_NOWHERE) : NULL;
	if (properties) {
		bl_lower_open(&l->nodes, properties);
		properties->open = properties->open || !properties->leaf;
	}
	r->written = bl_lower_freeze(l->arena, root);
	return true;
}

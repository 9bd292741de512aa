#include "eval/lower.h"

#include "core/codec/json.h"
#include "eval/lower_kubernetes.h"

enum { MAX_CONVERT_DEPTH = 64 };

/* Gives a decoded text's values the span of the text, which is the place somebody wrote. */
static const bl_value *at_span(bl_arena *arena, const bl_value *v, const bl_value *text, int depth)
{
	bl_value *c = bl_value_at(arena, v, text->span);
	c->via = text->via;
	c->sensitive = text->sensitive;
	if (depth > MAX_CONVERT_DEPTH)
		return bl_value_unknown(arena, text->span, "nested too deeply");
	if (v->kind == BL_LIST) {
		c->list = bl_new_n(arena, const bl_value *, v->n);
		for (uint32_t i = 0; i < v->n; i++)
			c->list[i] = at_span(arena, v->list[i], text, depth + 1);
	} else if (v->kind == BL_MAP) {
		c->map = bl_new_n(arena, bl_item, v->n);
		for (uint32_t i = 0; i < v->n; i++)
			c->map[i] = (bl_item){v->map[i].key, text->span,
				at_span(arena, v->map[i].value, text, depth + 1)};
	}
	return c;
}

static const bl_value *one_or_list(const bl_value *v)
{
	return bl_value_is(v, BL_LIST) && v->n == 1 && !v->open ? v->list[0] : v;
}

static void put_if(bl_lowering *l, bl_items *items, const char *key, const bl_value *v)
{
	if (v && v->kind != BL_NULL)
		bl_items_put(l->arena, items, bl_str_of(key), v->span, v);
}

/* principals { type, identifiers } -> {"AWS": [...]} */
static const bl_value *principals(bl_lowering *l, const bl_value *blocks)
{
	bl_items items = {0};
	if (!bl_value_is(blocks, BL_LIST))
		return blocks;
	if (!blocks->n && !blocks->open)
		return NULL;
	for (uint32_t i = 0; i < blocks->n; i++) {
		const bl_value *block = blocks->list[i];
		bl_str type = bl_value_text(bl_value_getz(block, "type"));
		const bl_value *ids = bl_value_getz(block, "identifiers");
		if (type.n && ids)
			bl_items_put(l->arena, &items, type, block->span, one_or_list(ids));
	}
	bl_value *v = bl_items_value(l->arena, blocks->span, &items);
	v->open = blocks->open;
	return v;
}

/* condition { test, variable, values } -> {TEST: {VARIABLE: [...]}} */
static const bl_value *conditions(bl_lowering *l, const bl_value *blocks)
{
	bl_node *root = bl_lower_node(&l->nodes, NULL);
	if (!bl_value_is(blocks, BL_LIST) || (!blocks->n && !blocks->open))
		return bl_value_is(blocks, BL_UNKNOWN) ? blocks : NULL;
	for (uint32_t i = 0; i < blocks->n; i++) {
		const bl_value *block = blocks->list[i], *values = bl_value_getz(block, "values");
		bl_str test = bl_value_text(bl_value_getz(block, "test"));
		bl_str variable = bl_value_text(bl_value_getz(block, "variable"));
		if (!test.n || !variable.n || !values)
			continue;
		bl_node *kid = bl_lower_member(&l->nodes, root, test, block->span);
		kid = kid ? bl_lower_member(&l->nodes, kid, variable, block->span) : NULL;
		if (kid)
			bl_lower_set(kid, one_or_list(values));
	}
	root->span = blocks->span;
	root->open = blocks->open;
	return bl_lower_freeze(l->arena, root);
}

static const bl_value *statement(bl_lowering *l, const bl_value *block)
{
	bl_items items = {0};
	if (block->kind != BL_MAP)
		return block;
	const bl_value *effect = bl_value_getz(block, "effect");
	bl_value *allow = bl_value_string(l->arena, block->span, BL_STR("Allow"));
	allow->origin = BL_DEFAULTED;
	put_if(l, &items, "Sid", bl_value_getz(block, "sid"));
	put_if(l, &items, "Effect", effect && effect->kind != BL_NULL ? effect : allow);
	put_if(l, &items, "Action", one_or_list(bl_value_getz(block, "actions")));
	put_if(l, &items, "NotAction", one_or_list(bl_value_getz(block, "not_actions")));
	put_if(l, &items, "Resource", one_or_list(bl_value_getz(block, "resources")));
	put_if(l, &items, "NotResource", one_or_list(bl_value_getz(block, "not_resources")));
	put_if(l, &items, "Principal", principals(l, bl_value_getz(block, "principals")));
	put_if(l, &items, "NotPrincipal", principals(l, bl_value_getz(block, "not_principals")));
	put_if(l, &items, "Condition", conditions(l, bl_value_getz(block, "condition")));
	return bl_items_value(l->arena, block->span, &items);
}

/* The policy that a data "aws_iam_policy_document" writes: Terraform makes it without asking anyone. */
static const bl_value *policy_document(bl_lowering *l, const bl_resource *data)
{
	const bl_value *blocks = bl_value_getz(data->native, "statement");
	bl_items items = {0};
	if (bl_value_is(blocks, BL_LIST)) {
		const bl_value **list = bl_new_n(l->arena, const bl_value *, blocks->n);
		for (uint32_t i = 0; i < blocks->n; i++)
			list[i] = statement(l, blocks->list[i]);
		bl_value *statements = bl_value_list(l->arena, blocks->span, list, blocks->n);
		statements->open = blocks->open;
		put_if(l, &items, "Statement", statements);
	}
	bl_value *v = bl_items_value(l->arena, data->head, &items);
	/* Documents it takes over add statements that are not looked into. */
	v->open = !bl_value_is(blocks, BL_LIST) || bl_value_getz(data->native, "source_policy_documents") ||
		bl_value_getz(data->native, "override_policy_documents");
	return v;
}

static const bl_value *json_text(bl_lowering *l, const bl_value *v, const bl_value *block)
{
	if (v->kind == BL_STRING) {
		bl_error error;
		const bl_value *decoded = bl_json_read(l->arena, v->string, &error);
		return decoded ? at_span(l->arena, decoded, v, 0) : v;
	}
	if (v->kind != BL_UNKNOWN)
		return v;
	if (v->unknown->decoded)
		return v->unknown->decoded;
	for (size_t i = 0; i < v->unknown->nrefs && v->unknown->nrefs == 1; i++) {
		const bl_resource *r = bl_map_get(&l->by_address, v->unknown->refs[i].address);
		if (r && bl_str_eqz(r->native_type, "aws_iam_policy_document"))
			return policy_document(l, r);
	}
	return bl_lower_unknown_of(l->arena, v, BL_MAP);
}

/* {a: b} -> [{KEY: a, VALUE: b}] */
static const bl_value *pairs(bl_lowering *l, const bl_value *v, const char *key, const char *value)
{
	if (v->kind != BL_MAP)
		return v->kind == BL_UNKNOWN ? bl_lower_unknown_of(l->arena, v, BL_LIST) : v;
	const bl_value **list = bl_new_n(l->arena, const bl_value *, v->n);
	for (uint32_t i = 0; i < v->n; i++) {
		bl_items pair = {0};
		put_if(l, &pair, key, bl_value_string(l->arena, v->map[i].key_span, v->map[i].key));
		put_if(l, &pair, value, v->map[i].value);
		list[i] = bl_items_value(l->arena, v->map[i].key_span, &pair);
	}
	bl_value *out = bl_value_list(l->arena, v->span, list, v->n);
	out->open = v->open;
	return out;
}

static const bl_value *key_values(bl_lowering *l, const bl_value *v, const bl_value *block)
{
	return pairs(l, v, "Key", "Value");
}

static const bl_value *metadata_items(bl_lowering *l, const bl_value *v, const bl_value *block)
{
	return pairs(l, v, "key", "value");
}

static const bl_value *name_values(bl_lowering *l, const bl_value *v, const bl_value *block)
{
	return pairs(l, v, "name", "value");
}

/* [id, id] -> {id: {}, id: {}}: how ARM names user-assigned identities. */
static const bl_value *id_map(bl_lowering *l, const bl_value *v, const bl_value *block)
{
	if (v->kind != BL_LIST)
		return v->kind == BL_UNKNOWN ? bl_lower_unknown_of(l->arena, v, BL_MAP) : v;
	bl_items items = {0};
	bool open = v->open;
	for (uint32_t i = 0; i < v->n; i++) {
		if (v->list[i]->kind == BL_STRING)
			bl_items_put(l->arena, &items, v->list[i]->string, v->list[i]->span,
				bl_value_map(l->arena, v->list[i]->span, NULL, 0));
		else
			open = true;
	}
	bl_value *out = bl_items_value(l->arena, v->span, &items);
	out->open = open;
	return out;
}

static const bl_value *same_everywhere(const bl_value *block, const char *key)
{
	const bl_value *v = bl_value_getz(block, key);
	return v && v->kind != BL_NULL ? v : NULL;
}

/* One rule for one source of a Terraform ingress or egress block. */
static const bl_value *group_rule(bl_lowering *l, const bl_value *block, const char *key, const bl_value *source)
{
	bl_items items = {0};
	const bl_value *protocol = same_everywhere(block, "protocol");
	if (bl_value_is_string(protocol, "all"))
		protocol = bl_value_string(l->arena, protocol->span, BL_STR("-1"));
	put_if(l, &items, "IpProtocol", protocol);
	put_if(l, &items, "FromPort", same_everywhere(block, "from_port"));
	put_if(l, &items, "ToPort", same_everywhere(block, "to_port"));
	put_if(l, &items, "Description", same_everywhere(block, "description"));
	if (key)
		put_if(l, &items, key, source);
	return bl_items_value(l->arena, block->span, &items);
}

static void rules_of_block(bl_lowering *l, const bl_value *block, bool egress, bl_values *out, bool *open)
{
	const struct {
		const char *attribute, *key;
	} sources[] = {
		{"cidr_blocks", "CidrIp"},
		{"ipv6_cidr_blocks", "CidrIpv6"},
		{"prefix_list_ids", egress ? "DestinationPrefixListId" : "SourcePrefixListId"},
		{"security_groups", egress ? "DestinationSecurityGroupId" : "SourceSecurityGroupId"},
	};
	size_t before = out->n;
	for (size_t k = 0; k < sizeof sources / sizeof *sources; k++) {
		const bl_value *list = same_everywhere(block, sources[k].attribute);
		if (!list)
			continue;
		if (list->kind == BL_UNKNOWN) {
			const bl_value *one = bl_lower_unknown_of(l->arena, list, BL_STRING);
			bl_vec_push(l->arena, out, group_rule(l, block, sources[k].key, one));
			*open = true;
		}
		for (uint32_t i = 0; list->kind == BL_LIST && i < list->n; i++)
			bl_vec_push(l->arena, out, group_rule(l, block, sources[k].key, list->list[i]));
		*open = *open || list->open;
	}
	/* aws_security_group_rule names one group */
	const bl_value *group = same_everywhere(block, "source_security_group_id");
	if (group)
		bl_vec_push(l->arena, out, group_rule(l, block, egress ? "DestinationSecurityGroupId" : "SourceSecurityGroupId", group));
	if (out->n == before)
		bl_vec_push(l->arena, out, group_rule(l, block, NULL, NULL));
}

/* AWS wants one rule a source; Terraform's block has lists of them. */
static const bl_value *group_rules(bl_lowering *l, const bl_value *v, bool egress)
{
	bl_values rules = {0};
	if (v->kind != BL_LIST)
		return v->kind == BL_UNKNOWN ? bl_lower_unknown_of(l->arena, v, BL_LIST) : v;
	bool open = v->open;
	for (uint32_t i = 0; i < v->n; i++) {
		if (v->list[i]->kind == BL_MAP)
			rules_of_block(l, v->list[i], egress, &rules, &open);
		else
			open = true;
	}
	bl_value *out = bl_values_value(l->arena, v->span, &rules);
	out->open = open;
	return out;
}

/* Keys whose maps hold the user's own keys. */
static bool holds_own_keys(bl_str key)
{
	return bl_str_eqz(key, "dockerLabels") || bl_str_eqz(key, "options") ||
		bl_str_eqz(key, "driverOpts") || bl_str_eqz(key, "labels");
}

/* The API's lowerCamel keys as CloudFormation spells them. */
static const bl_value *capitalised(bl_lowering *l, const bl_value *v, int depth)
{
	if ((v->kind != BL_LIST && v->kind != BL_MAP) || depth > MAX_CONVERT_DEPTH)
		return v;
	bl_value *c = bl_value_at(l->arena, v, v->span);
	if (v->kind == BL_LIST) {
		c->list = bl_new_n(l->arena, const bl_value *, v->n);
		for (uint32_t i = 0; i < v->n; i++)
			c->list[i] = capitalised(l, v->list[i], depth + 1);
		return c;
	}
	c->map = bl_new_n(l->arena, bl_item, v->n);
	for (uint32_t i = 0; i < v->n; i++) {
		bl_item *item = &c->map[i];
		*item = v->map[i];
		if (!holds_own_keys(item->key))
			item->value = capitalised(l, item->value, depth + 1);
		if (item->key.n && item->key.p[0] >= 'a' && item->key.p[0] <= 'z') {
			item->key = bl_str_make(bl_str_z(l->arena, item->key), item->key.n);
			((char *)item->key.p)[0] -= 'a' - 'A';
		}
	}
	return c;
}

static const bl_value *container_definitions(bl_lowering *l, const bl_value *v, const bl_value *block)
{
	const bl_value *decoded = json_text(l, v, block);
	return decoded->kind == BL_UNKNOWN ? bl_lower_unknown_of(l->arena, decoded, BL_LIST)
					   : capitalised(l, decoded, 0);
}

static const bl_value *egress_rules(bl_lowering *l, const bl_value *v, const bl_value *block)
{
	return group_rules(l, v, true);
}

static const bl_value *ingress_rules(bl_lowering *l, const bl_value *v, const bl_value *block)
{
	return group_rules(l, v, false);
}

static const struct {
	const char *name;
	bl_convert_fn fn;
} converters[] = {
	{"aws_container_definitions", container_definitions},
	{"aws_egress_rules", egress_rules},
	{"aws_ingress_rules", ingress_rules},
	{"id_map", id_map},
	{"json", json_text},
	{"key_values", key_values},
	{"kubernetes_block", bl_lower_kubernetes_block},
	{"kubernetes_containers", bl_lower_kubernetes_containers},
	{"metadata_items", metadata_items},
	{"name_values", name_values},
};

bl_convert_fn bl_lower_converter(bl_str name)
{
	for (size_t i = 0; i < sizeof converters / sizeof *converters; i++)
		if (bl_str_eqz(name, converters[i].name))
			return converters[i].fn;
	return NULL;
}

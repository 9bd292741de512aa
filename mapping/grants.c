/*
 * I6 for role assignments: their names are made up, but a scope, a role and a principal make at most one of them. Scope and principal are
 * compared through what the other evidence has tied together.
 */
#include "mapping/claims.h"

#include "core/reason/azure_id.h"

#define ASSIGNMENT "Microsoft.Authorization/roleAssignments"

typedef BL_VEC(uint32_t) node_list;

enum { MAX_EACH = 8 };

static bl_str last_part(bl_str s)
{
	ptrdiff_t slash = bl_str_rfind_char(s, '/');
	return bl_str_slice(s, (size_t)(slash + 1), s.n);
}

static bl_str grant_key(bl_arena *arena, bl_str scope, bl_str role, bl_str principal)
{
	if (bl_str_ends(scope, BL_STR("/")))
		scope.n--;
	return bl_str_lower(arena, bl_str_fmt(arena, BL_FMT "\x1f" BL_FMT "\x1f" BL_FMT, BL_ARG(scope),
		BL_ARG(last_part(role)), BL_ARG(principal)));
}

static bl_str text_at(const bl_value *body, const char *path)
{
	const bl_value *v = bl_value_at_path(body, bl_str_of(path));
	return bl_value_is(v, BL_UNKNOWN) ? v->unknown->suffix : bl_value_text(v);
}

static void index_assets(bl_claims *c, bl_map *index)
{
	const uint32_t *nodes;
	size_t n = bl_graph_of_type(c->graph, BL_STR(ASSIGNMENT), &nodes);
	for (size_t i = 0; i < n; i++) {
		const bl_asset *a = bl_graph_node(c->graph, nodes[i])->asset;
		bl_azure_id parts;
		if (!a || !a->body || !bl_azure_id_parse(c->arena, a->id, &parts))
			continue;
		bl_str scope = text_at(a->body, "properties.scope");
		bl_str principal = text_at(a->body, "properties.principalId");
		if (principal.n)
			bl_map_put(c->arena, index,
				grant_key(c->arena, scope.n ? scope : parts.parent, text_at(a->body, "properties.roleDefinitionId"),
					principal),
				(void *)(uintptr_t)(nodes[i] + 1));
	}
}

/* The assets that a value stands for: one of that id, or those that the code it refers to is tied to by name or state. */
static size_t assets_behind(const bl_claims *c, const node_list *ties, uint32_t from, const bl_value *v, uint32_t out[MAX_EACH])
{
	int64_t to = v ? bl_graph_target(c->graph, from, v) : -1;
	size_t n = 0;
	if (to < 0)
		return 0;
	if (bl_graph_node(c->graph, (uint32_t)to)->asset) {
		out[0] = (uint32_t)to;
		return 1;
	}
	for (size_t i = 0; i < ties[to].n && n < MAX_EACH; i++)
		out[n++] = ties[to].items[i];
	return n;
}

static bl_str principal_of(const bl_asset *asset)
{
	bl_str own = text_at(asset->body, "identity.principalId");
	return own.n ? own : text_at(asset->body, "properties.principalId");
}

static void claim_grant(bl_claims *c, const bl_map *index, const node_list *ties, uint32_t node)
{
	const bl_resource *r = bl_graph_node(c->graph, node)->resource;
	const bl_value *scope = bl_value_at_path(r->effective, BL_STR("properties.scope"));
	const bl_value *principal = bl_value_at_path(r->effective, BL_STR("properties.principalId"));
	bl_str role = text_at(r->effective, "properties.roleDefinitionId");
	uint32_t scopes[MAX_EACH], owners[MAX_EACH];
	if (!scope)
		scope = bl_value_geti(r->effective, BL_STR("scope"));
	size_t nscopes = assets_behind(c, ties, node, scope, scopes), nowners = assets_behind(c, ties, node, principal, owners);
	for (size_t i = 0; role.n && i < nscopes; i++) {
		for (size_t k = 0; k < nowners; k++) {
			bl_str id = principal_of(bl_graph_node(c->graph, owners[k])->asset);
			bl_str key = grant_key(c->arena, bl_graph_node(c->graph, scopes[i])->asset->id, role, id);
			uintptr_t found = id.n ? (uintptr_t)bl_map_get(index, key) : 0;
			if (found)
				bl_claims_add(c, node, (uint32_t)(found - 1), BL_EVIDENCE_I6_NAME,
					bl_evidence_weight(BL_EVIDENCE_I6_NAME), BL_STR("scope, role and principal are equal"));
		}
	}
}

void bl_match_grants(bl_claims *c)
{
	const uint32_t *nodes;
	size_t n = bl_graph_of_type(c->graph, BL_STR(ASSIGNMENT), &nodes);
	bl_map index = {0};
	index_assets(c, &index);
	if (!index.n)
		return;
	node_list *ties = bl_new_n(c->arena, node_list, bl_graph_size(c->graph));
	for (size_t i = 0; i < c->all.n; i++)
		if (c->all.items[i].named)
			bl_vec_push(c->arena, &ties[c->all.items[i].code], c->all.items[i].asset);
	for (size_t i = 0; i < n; i++)
		if (bl_claims_deploys(bl_graph_node(c->graph, nodes[i])))
			claim_grant(c, &index, ties, nodes[i]);
}

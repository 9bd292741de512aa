/*
 * I6 for role assignments: their names are made up, but a scope, a role and a principal make at most one of them. Scope and principal are
 * compared through what the other evidence has tied together; where code does not say who the principal is, scope and role alone are a weaker sign.
 */
#include "mapping/claims.h"

#include "core/reason/azure_id.h"

#define ASSIGNMENT "Microsoft.Authorization/roleAssignments"
#define TIED 0.6 /* of a claim that says which asset a block is */

enum {
	MAX_EACH = 8,    /* assets that a block may be */
	MAX_GRANTS = 16, /* assignments of one role on one scope that are looked at where the principal is not known */
};

typedef struct grant {
	bl_str principal;
	uint32_t node;
} grant;

typedef BL_VEC(grant) grant_list;

/* An asset that a value stands for, and how sure that is. */
typedef struct behind {
	uint32_t node;
	double sure;
} behind;

static bl_str last_part(bl_str s)
{
	ptrdiff_t slash = bl_str_rfind_char(s, '/');
	return bl_str_slice(s, (size_t)(slash + 1), s.n);
}

static bl_str grant_key(bl_arena *arena, bl_str scope, bl_str role)
{
	if (bl_str_ends(scope, BL_STR("/")))
		scope.n--;
	return bl_str_lower(arena, bl_str_fmt(arena, BL_FMT "\x1f" BL_FMT, BL_ARG(scope), BL_ARG(last_part(role))));
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
		bl_str key = grant_key(c->arena, scope.n ? scope : parts.parent, text_at(a->body, "properties.roleDefinitionId"));
		grant_list *list = bl_map_get(index, key);
		if (!list) {
			list = bl_new(c->arena, grant_list);
			bl_map_put(c->arena, index, key, list);
		}
		bl_vec_push(c->arena, list, ((grant){text_at(a->body, "properties.principalId"), nodes[i]}));
	}
}

/* An assignment on a scope that code spells out lies in it, whether or not the snapshot shows the scope itself. */
static void claim_spelled(bl_claims *c, const grant_list *list, uint32_t node, bl_str scope)
{
	for (size_t i = 0; i < list->n && list->n <= MAX_GRANTS; i++)
		if (bl_claims_find(c, node, list->items[i].node))
			bl_claims_add(c, node, list->items[i].node, BL_EVIDENCE_I12, bl_evidence_weight(BL_EVIDENCE_I12),
				bl_str_fmt(bl_graph_arena(c->graph), "code says the scope: " BL_FMT, BL_ARG(scope)));
}

/* The assets that a value stands for: one of that id, or those that the code it refers to is tied to. */
static size_t assets_behind(const bl_claims *c, uint32_t from, const bl_value *v, behind out[MAX_EACH])
{
	int64_t to = v ? bl_graph_target(c->graph, from, v) : -1;
	size_t n = 0;
	if (to < 0)
		return 0;
	if (bl_graph_node(c->graph, (uint32_t)to)->asset) {
		out[0] = (behind){(uint32_t)to, 1};
		return 1;
	}
	for (uint32_t at = c->of_code[to]; at && n < MAX_EACH; at = c->all.items[at - 1].next_of_code) {
		double p = bl_claims_confidence(&c->all.items[at - 1]);
		if (p >= TIED)
			out[n++] = (behind){c->all.items[at - 1].asset, p};
	}
	return n;
}

static bl_str principal_of(const bl_asset *asset)
{
	bl_str own = text_at(asset->body, "identity.principalId");
	return own.n ? own : text_at(asset->body, "properties.principalId");
}

/* Is it the principal that its owner shows that code gives the role to? A cluster's kubelets have another than the cluster. */
static bool names_principal(const bl_value *v)
{
	if (!bl_value_is(v, BL_UNKNOWN) || v->unknown->nrefs != 1)
		return bl_value_is(v, BL_STRING);
	bl_str path = v->unknown->refs[0].path, last;
	while (path.n)
		path = bl_str_cut(path, '.', &last);
	return v->unknown->refs[0].path.n && (bl_str_eqiz(last, "principal_id") || bl_str_eqiz(last, "principalId"));
}

/* How sure it is that the principal is one of the owners: 0 when it is none, below when they do not show theirs. */
static double is_one_of(const bl_claims *c, bl_str principal, const behind *owners, size_t n)
{
	double most = -1;
	for (size_t i = 0; i < n; i++) {
		bl_str own = principal_of(bl_claims_asset(c, owners[i].node));
		double sure = bl_str_eqi(own, principal) ? owners[i].sure : 0;
		if (own.n && sure > most)
			most = sure;
	}
	return most;
}

/* How much of what scope and role are worth is left for one assignment, where the principal is not known. */
static double of_several(const bl_claims *c, const grant_list *list, uint32_t node)
{
	/* instances that nobody has counted may be all of them */
	return bl_claims_is_any_instance(c, node) ? 1 : 1 / (double)list->n;
}

static void claim_on(bl_claims *c, const grant_list *list, uint32_t node, double sure, const behind *owners, size_t nowners, const bl_value *principal)
{
	bl_str said = bl_value_text(principal);
	for (size_t i = 0; i < list->n; i++) {
		const grant *g = &list->items[i];
		double same = nowners ? is_one_of(c, g->principal, owners, nowners) : said.n ? bl_str_eqi(said, g->principal) : -1;
		if (same > 0)
			bl_claims_add(c, node, g->node, BL_EVIDENCE_I6, bl_evidence_weight(BL_EVIDENCE_I6) * sure * same,
				BL_STR("scope, role and principal are equal"));
		else if (same < 0 && list->n <= MAX_GRANTS)
			bl_claims_add(c, node, g->node, BL_EVIDENCE_I6_NAME, bl_evidence_weight(BL_EVIDENCE_I6_NAME) * sure * of_several(c, list, node),
				list->n > 1 ? BL_STR("scope and role are equal, as others' are") : BL_STR("scope and role are equal, and no other's are"));
		else if (same == 0 && g->principal.n && bl_claims_find(c, node, g->node))
			bl_claims_add(c, node, g->node, BL_EVIDENCE_N3, bl_evidence_weight(BL_EVIDENCE_N3),
				BL_STR("code gives the role to another principal than the asset says"));
	}
}

static void claim_grant(bl_claims *c, const bl_map *index, uint32_t node)
{
	const bl_resource *r = bl_graph_node(c->graph, node)->resource;
	const bl_value *scope = bl_value_at_path(r->effective, BL_STR("properties.scope"));
	const bl_value *principal = bl_value_at_path(r->effective, BL_STR("properties.principalId"));
	bl_str role = text_at(r->effective, "properties.roleDefinitionId");
	behind scopes[MAX_EACH], owners[MAX_EACH];
	if (!scope)
		scope = bl_value_geti(r->effective, BL_STR("scope"));
	size_t nscopes = assets_behind(c, node, scope, scopes), nowners = names_principal(principal) ? assets_behind(c, node, principal, owners) : 0;
	bl_str spelled = bl_value_text(scope);
	const grant_list *there = role.n && spelled.n ? bl_map_get(index, grant_key(c->arena, spelled, role)) : NULL;
	if (there) {
		claim_on(c, there, node, 1, owners, nowners, principal);
		claim_spelled(c, there, node, spelled);
	}
	for (size_t i = 0; role.n && !there && i < nscopes; i++) {
		const grant_list *list = bl_map_get(index, grant_key(c->arena, bl_claims_asset(c, scopes[i].node)->id, role));
		if (list)
			claim_on(c, list, node, scopes[i].sure, owners, nowners, principal);
	}
}

void bl_match_grants(bl_claims *c)
{
	const uint32_t *nodes;
	size_t n = bl_graph_of_type(c->graph, BL_STR(ASSIGNMENT), &nodes);
	bl_map index = {0};
	index_assets(c, &index);
	for (size_t i = 0; index.n && i < n; i++)
		if (bl_claims_deploys(bl_graph_node(c->graph, nodes[i])))
			claim_grant(c, &index, nodes[i]);
}

/*
 * I12 upwards: a resource lies in one resource group or project, so who knows the resource knows the group. A block for a group that is called at random is the
 * group in which the resources lie that the code puts into it. (neighbours.c leaves groups out: downwards, that a resource lies in the group is no news.)
 */
#include "mapping/names.h"

#include "core/reason/azure_id.h"
#include "core/reason/cloud_id.h"

#define GROUP_TYPE "Microsoft.Resources/resourceGroups"
#define PROJECT_TYPE "cloudresourcemanager.googleapis.com/Project"
#define NONE ((void *)UINTPTR_MAX)
#define ENOUGH 0.6 /* how sure it must be which asset a resource is, for it to speak of its group */

enum { MIN_KNOWN = 3 /* characters of a name that tell it from other blocks' */ };

/* What the resources that a block's group holds tell of it. */
typedef struct votes {
	uint32_t asset;    /* the group in which most of them lie */
	uint32_t with, all;
	uint32_t example;  /* the resource that is known best */
	double best;       /* how well */
} votes;

static bool is_group(const bl_claims *c, uint32_t node)
{
	bl_str type = bl_graph_type(c->graph, node);
	return bl_str_eqiz(type, GROUP_TYPE) || (c->identities[node].type && bl_str_eqz(c->types[c->identities[node].type], PROJECT_TYPE));
}

/* The one block for a group that the resource refers to or lies in, or -1. */
static int64_t group_of(const bl_claims *c, uint32_t code)
{
	const bl_edge *const *edges;
	int64_t found = -1;
	for (int in = 0; in < 2; in++) {
		size_t n = in ? bl_graph_in(c->graph, code, &edges) : bl_graph_out(c->graph, code, &edges);
		for (size_t i = 0; i < n; i++) {
			uint32_t other = in ? edges[i]->from : edges[i]->to;
			if (edges[i]->kind != (in ? BL_EDGE_CONTAINS : BL_EDGE_REFERS) || !bl_claims_resource(c, other) || !is_group(c, other))
				continue;
			if (found >= 0 && found != other)
				return -1;
			found = other;
		}
	}
	return found;
}

/* What says the name of a group, and what says it of a resource in the group. */
static const struct {
	const char *native_type, *name, *of_resource;
} holders[] = {
	{"azurerm_resource_group", "name", "resource_group_name"},
	{"google_project", "project_id", "project"},
};

/* A root and what it knows of a name; of next to nothing, which unknown it is. */
static bl_str name_key(const bl_claims *c, uint32_t node, size_t holder, const bl_value *name)
{
	if (!bl_value_is(name, BL_STRING) && !bl_value_is(name, BL_UNKNOWN))
		return BL_STR("");
	bl_str text = bl_value_pattern(c->arena, name);
	if ((name->kind == BL_STRING ? text.n : bl_names_known(name)) < MIN_KNOWN)
		text = name->kind == BL_UNKNOWN ? bl_str_make((const char *)&name->unknown, sizeof name->unknown) : BL_STR("");
	return text.n ? bl_str_fmt(c->arena, "%u:%zu:" BL_FMT, c->identities[node].root, holder, BL_ARG(text)) : text;
}

/* The blocks for groups by what code says of their names; what two say stands for none. */
static void index_groups(const bl_claims *c, bl_map *groups)
{
	for (size_t i = 0; i < c->code.n; i++) {
		uint32_t code = c->code.items[i];
		const bl_resource *r = bl_claims_resource(c, code);
		for (size_t k = 0; k < sizeof holders / sizeof *holders; k++) {
			bl_str key = bl_str_eqz(r->native_type, holders[k].native_type) ? name_key(c, code, k, bl_value_getz(r->native, holders[k].name)) : BL_STR("");
			if (key.n)
				bl_map_put(c->arena, groups, key, bl_map_get(groups, key) ? NONE : (void *)(uintptr_t)(code + 1));
		}
	}
}

/* The block for the group that the resource names, though it does not refer to it, or -1. */
static int64_t named_group(const bl_claims *c, const bl_map *groups, uint32_t code)
{
	for (size_t k = 0; groups->n && k < sizeof holders / sizeof *holders; k++) {
		bl_str key = name_key(c, code, k, bl_value_getz(bl_claims_resource(c, code)->native, holders[k].of_resource));
		void *found = key.n ? bl_map_get(groups, key) : NULL;
		if (found && found != NONE)
			return (int64_t)(uintptr_t)found - 1;
	}
	return -1;
}

/* Is the asset clearly another block's? */
static bool is_anothers(const bl_claims *c, const bl_claim *claim)
{
	double confidence = bl_claims_confidence(claim);
	for (uint32_t at = c->of_asset[claim->asset]; at; at = c->all.items[at - 1].next_of_asset)
		if (bl_claims_confidence(&c->all.items[at - 1]) >= confidence + BL_MARGIN)
			return true;
	return false;
}

/* A count that falls when another group is named, so that what most name is left (at a tie, nothing). */
static void vote(votes *v, uint32_t code, uint32_t asset, double confidence)
{
	v->all++;
	if (v->with && v->asset != asset) {
		v->with--;
		return;
	}
	v->with++;
	if (v->asset != asset || confidence > v->best) {
		v->example = code;
		v->best = confidence;
	}
	v->asset = asset;
}

/* The asset of the group that another asset lies in, or -1. */
static int64_t holder_of(const bl_claims *c, const bl_asset *asset)
{
	bl_azure_id azure;
	bl_google_name google;
	if (bl_azure_id_parse(c->arena, asset->id, &azure))
		return azure.scope.n && azure.group.n ? bl_graph_find_asset(c->graph, azure.scope) : -1;
	if (!bl_google_name_parse(asset->id, &google) || !google.project.n || bl_str_eqz(asset->type, PROJECT_TYPE))
		return -1;
	/* by its number or by its id */
	int64_t project = bl_identity_asset(c, bl_str_fmt(c->arena, "projects/" BL_FMT, BL_ARG(google.project)));
	return project >= 0 ? project : bl_identity_asset(c, google.project);
}

static bool count_votes(bl_claims *c, votes *of_block)
{
	bool any = false;
	bl_map groups = {0};
	index_groups(c, &groups);
	for (size_t i = 0; i < c->code.n; i++) {
		uint32_t code = c->code.items[i];
		int64_t block = c->of_code[code] ? group_of(c, code) : -1;
		if (block < 0 && c->of_code[code])
			block = named_group(c, &groups, code);
		const bl_claim *best = block >= 0 ? bl_claims_leader(c, code, true, ENOUGH) : NULL;
		int64_t group = best && !is_anothers(c, best) ? holder_of(c, bl_claims_asset(c, best->asset)) : -1;
		if (group < 0)
			continue;
		vote(&of_block[block], code, (uint32_t)group, bl_claims_confidence(best));
		any = true;
	}
	return any;
}

static void claim_group(bl_claims *c, uint32_t block, const votes *v)
{
	/* a state that knows a renamed group needs no vote */
	const bl_claim *known = bl_claims_find(c, block, v->asset);
	if (known && bl_claims_confidence(known) >= 0.95)
		return;
	/* where several agree the best of them is hardly wrong */
	bl_evidence_row row = v->with > 1 ? BL_EVIDENCE_I12_HOLDS : BL_EVIDENCE_I12_ONLY;
	bl_claims_add(c, block, v->asset, row, bl_evidence_weight(row) * (v->with > 1 ? 1 : v->best),
		bl_str_fmt(bl_graph_arena(c->graph), BL_FMT " lies in it, as most that code puts there and is known to run",
			BL_ARG(bl_claims_resource(c, v->example)->address)));
	if (bl_names_fit(c, block, v->asset) == BL_NO)
		bl_claims_add(c, block, v->asset, BL_EVIDENCE_N5, bl_evidence_weight(BL_EVIDENCE_N5), bl_str_of(bl_evidence_meaning(BL_EVIDENCE_N5)));
}

void bl_match_groups(bl_claims *c)
{
	votes *of_block = bl_new_n(c->arena, votes, c->nodes + 1);
	bool any = count_votes(c, of_block);
	for (size_t i = 0; any && i < c->code.n; i++) {
		const votes *v = &of_block[c->code.items[i]];
		if (v->with && 3 * v->with >= 2 * v->all)
			claim_group(c, c->code.items[i], v);
	}
}

/* What is left when all is mapped: declared and not there, or there and not declared. */
#include "mapping/claims.h"

#include "mapping/coverage.h"

#include "core/base/sort.h"

typedef enum platform_test { ANY, ID, NAME, NAMED, OWNED, SPACE, TAGGED, TRUE } platform_test;

static const struct platform_row {
	bl_str type;
	platform_test test;
	bl_str text;
} platform[] = {
#define X(type, test, text, why) {{type, sizeof(type) - 1}, test, {text, sizeof(text) - 1}},
#include "mapping/platform.def"
#undef X
};

static const bl_value *metadata_of(const bl_asset *a)
{
	const bl_value *m = bl_value_at_path(a->body, BL_STR("properties.metadata"));
	return m ? m : bl_value_getz(a->body, "metadata");
}

static bool has_tag(const bl_value *tags, bl_str prefix)
{
	for (uint32_t i = 0; bl_value_is(tags, BL_MAP) && i < tags->n; i++)
		if (bl_str_startsi(tags->map[i].key, prefix))
			return true;
	for (uint32_t i = 0; bl_value_is(tags, BL_LIST) && i < tags->n; i++)
		if (bl_str_startsi(bl_value_text(bl_value_geti(tags->list[i], BL_STR("Key"))), prefix))
			return true;
	return false;
}

static bool is_true(const bl_value *v)
{
	return (bl_value_is(v, BL_BOOL) && v->boolean) || bl_str_eqiz(bl_value_text(v), "BuiltInRole");
}

/* row's type fits */
static bool row_fits(const struct platform_row *row, const bl_asset *a, const bl_value *metadata)
{
	bl_str text = row->text;
	switch (row->test) {
	case ANY:
		return true;
	case ID:
		return bl_str_findi(a->id, text, 0) >= 0;
	case NAME:
		return bl_str_eqi(a->name, text);
	case NAMED:
		return bl_str_startsi(a->name, text);
	case OWNED: {
		const bl_value *owners = bl_value_getz(metadata, "ownerReferences");
		return bl_value_is(owners, BL_LIST) && owners->n > 0;
	}
	case SPACE:
		return bl_str_eq(bl_value_text(bl_value_getz(metadata, "namespace")), text);
	case TAGGED:
		return has_tag(a->tags, text);
	case TRUE:
		return is_true(bl_value_at_path(a->body, text));
	}
	return false;
}

static bool comes_by_itself(const bl_asset *a)
{
	/* what is shown as a part of another may be declared as one */
	if (a->part_of.n)
		return true;
	size_t n = sizeof platform / sizeof *platform, lo = 0, hi = n;
	const bl_value *metadata = metadata_of(a);
	/* rows of every type come first */
	for (; lo < n && !platform[lo].type.n; lo++)
		if (row_fits(&platform[lo], a, metadata))
			return true;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (bl_str_cmpi(platform[mid].type, a->type) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < n && bl_str_eqi(platform[lo].type, a->type); lo++)
		if (row_fits(&platform[lo], a, metadata))
			return true;
	return false;
}

static int by_id(const void *a, const void *b, void *context)
{
	const bl_graph *graph = context;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return bl_str_cmp(bl_graph_node(graph, x)->id, bl_graph_node(graph, y)->id);
}

static bool is_linked(const bl_graph *graph, uint32_t node)
{
	const bl_link *const *links;
	size_t n = bl_graph_links_of(graph, node, &links), i = 0;
	while (i < n && links[i]->kind != BL_PROVISIONS)
		i++;
	return i < n;
}

void bl_mapping_unmatched(const bl_graph *graph, bl_arena *arena, const bl_mapping_input *input,
	const uint32_t **code_only, size_t *ncode, const uint32_t **cloud_only, size_t *ncloud)
{
	BL_VEC(uint32_t) code = {0}, cloud = {0};
	bl_coverage coverage;
	bl_coverage_fill(arena, input, &coverage);
	for (uint32_t i = 0; i < bl_graph_size(graph); i++) {
		const bl_node *node = bl_graph_node(graph, i);
		if (is_linked(graph, i))
			continue;
		if (node->kind == BL_NODE_ASSET && !comes_by_itself(node->asset))
			bl_vec_push(arena, &cloud, i);
		/* a block whose name is not known may well be there */
		if (!coverage.partial && bl_claims_deploys(node) && node->resource->condition == BL_YES &&
			bl_coverage_shows(&coverage, node->resource->type) && bl_value_is(node->resource->name, BL_STRING) &&
			!bl_str_ends(node->resource->address, BL_STR("[*]")))
			bl_vec_push(arena, &code, i);
	}
	bl_sort_numbers(code.items, code.n, by_id, (void *)graph);
	bl_sort_numbers(cloud.items, cloud.n, by_id, (void *)graph);
	*code_only = code.items;
	*ncode = code.n;
	*cloud_only = cloud.items;
	*ncloud = cloud.n;
}

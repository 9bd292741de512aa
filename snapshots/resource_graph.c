/*
 * Azure's rows, one a resource: Resource Graph (az graph query, the REST service with objects or a table, Search-AzGraph | ConvertTo-Json),
 * ARM's own lists ({"value": [...]}) and what az prints of them.
 */
#include "snapshots/azure.h"

#include "core/reason/azure_id.h"

enum { BARE, DATA, DATA_POWERSHELL, COLUMNS, ROWS, VALUE };

static const char *const paths[] = {"[]", "data[]", "Data[]", "data.columns", "data.rows[]", "value[]", NULL};

typedef struct graph {
	const bl_value *columns;
	size_t rows, plain_rows;
	uint64_t first_plain;
	double total;
	bool counted;
} graph;

static bl_str id_of(const bl_value *row)
{
	bl_str id = bl_value_text(bl_value_geti(row, BL_STR("id")));
	return id.n ? id : bl_value_text(bl_value_geti(row, BL_STR("ResourceId")));
}

static const bl_value *map_or_null(const bl_value *v)
{
	return bl_value_is(v, BL_MAP) ? v : NULL;
}

/* az lists role assignments flat; the resource has all but its name and id in properties. */
static const bl_value *unflatten(bl_snapshot_reader *r, const bl_value *row, bl_str type)
{
	static const char *const inner[] = {"condition", "principalId", "principalType", "roleDefinitionId", "scope"};
	bl_items top = {0}, properties = {0};
	if (!bl_str_eqiz(type, "Microsoft.Authorization/roleAssignments") || !bl_value_getz(row, "roleDefinitionId"))
		return NULL;
	for (uint32_t i = 0; i < row->n; i++) {
		bool below = false;
		for (size_t k = 0; k < sizeof inner / sizeof *inner && !below; k++)
			below = bl_str_eqz(row->map[i].key, inner[k]);
		bl_vec_push(r->scratch, below ? &properties : &top, row->map[i]);
	}
	bl_items_put(r->scratch, &top, BL_STR("properties"), BL_NOWHERE, bl_items_value(r->scratch, BL_NOWHERE, &properties));
	return bl_items_value(r->scratch, BL_NOWHERE, &top);
}

static void fill(bl_snapshot_reader *r, bl_asset *asset, const bl_value *row)
{
	bl_str name = bl_value_text(bl_value_geti(row, BL_STR("name")));
	if (name.n && !memchr(name.p, '/', name.n))
		asset->name = bl_keep_str(&r->keeper, name);
	asset->location = bl_keep_str(&r->keeper, bl_value_text(bl_value_geti(row, BL_STR("location"))));
	asset->seen_at = bl_keep_str(&r->keeper, bl_value_text(bl_value_getz(row, "changedTime")));
}

static bool add_row(bl_snapshot_reader *r, graph *g, const bl_value *row, uint64_t offset, bool sure)
{
	bl_azure_id parts;
	bl_str id = id_of(row), type = bl_value_text(bl_value_geti(row, BL_STR("type")));
	if (!bl_azure_id_is(id) && !(id.n && id.p[0] == '/' && type.n && (sure || bl_str_startsi(id, BL_STR("/providers/")))))
		return false;
	if (!type.n && bl_azure_id_parse(r->scratch, id, &parts))
		type = parts.type;
	if (!type.n)
		return false;
	g->rows++;
	const bl_value *properties = map_or_null(bl_value_geti(row, BL_STR("properties")));
	const bl_value *whole = properties ? row : unflatten(r, row, type);
	const bl_value *body = bl_keep_value(&r->keeper, whole);
	/* the id in the body is the asset's: one copy is enough */
	bl_str kept = body ? id_of(body) : bl_keep_str(&r->keeper, id);
	bl_asset *asset = bl_snapshot_add(r, kept, type);
	asset->body = body;
	fill(r, asset, row);
	const bl_value *tags = body ? map_or_null(bl_value_geti(body, BL_STR("tags")))
				    : bl_keep_value(&r->keeper, map_or_null(bl_value_geti(row, BL_STR("tags"))));
	asset->tags = tags;
	/* a list command or a projection: what the resource is set to is not in it */
	if (!body && !g->plain_rows++)
		g->first_plain = offset;
	bl_azure_children(r, asset, body ? body : row);
	return true;
}

static bool table_row(bl_snapshot_reader *r, graph *g, const bl_value *row, uint64_t offset)
{
	bl_items items = {0};
	if (!bl_value_is(g->columns, BL_LIST) || !bl_value_is(row, BL_LIST))
		return false;
	uint32_t n = row->n < g->columns->n ? row->n : g->columns->n;
	for (uint32_t i = 0; i < n; i++) {
		bl_item item = {bl_value_text(bl_value_getz(g->columns->list[i], "name")), BL_NOWHERE, row->list[i]};
		if (item.key.n)
			bl_vec_push(r->scratch, &items, item);
	}
	return add_row(r, g, bl_items_value(r->scratch, BL_NOWHERE, &items), offset, true);
}

static bool on_row(bl_snapshot_reader *r, void *state, size_t path, const bl_value *row, uint64_t offset)
{
	graph *g = state;
	if (path == COLUMNS) {
		g->columns = bl_keep_value(&r->keeper, row);
		return true;
	}
	if (path == ROWS)
		return table_row(r, g, row, offset);
	return bl_value_is(row, BL_MAP) && add_row(r, g, row, offset, path == DATA || path == DATA_POWERSHELL);
}

static bool on_object(bl_snapshot_reader *r, void *state, const bl_value *v, uint64_t offset)
{
	static const char *const totals[] = {"total_records", "totalRecords", "TotalRecords"};
	graph *g = state;
	const bl_value *data = bl_value_geti(v, BL_STR("data"));
	bool counts = bl_value_is(bl_value_getz(v, "count"), BL_NUMBER) && (bl_value_is(data, BL_LIST) || bl_value_is(data, BL_MAP));
	for (size_t i = 0; i < sizeof totals / sizeof *totals; i++) {
		const bl_value *total = bl_value_getz(v, totals[i]);
		if (bl_value_is(total, BL_NUMBER)) {
			g->total += total->number;
			g->counted = counts = true;
		}
	}
	if (!counts)
		/* one resource alone: az resource show */
		return !r->cut && bl_value_getz(v, "id") && add_row(r, g, v, offset, false);
	if (g->counted && (double)g->rows < g->total) {
		bl_str why = bl_str_fmt(r->scratch, "one page of several, %zu of %.0f rows", g->rows, g->total);
		bl_snapshot_partial(r, bl_str_z(r->scratch, why));
	}
	return g->rows || bl_value_is(bl_value_getz(v, "count"), BL_NUMBER) ? g->rows > 0 || bl_value_getz(v, "count")->number == 0 : false;
}

static void at_end(bl_snapshot_reader *r, void *state)
{
	const graph *g = state;
	if (g->plain_rows)
		bl_snapshot_say(r, BL_DIAG_NOTE, "%zu of %zu rows have no properties (the first at byte %llu): their settings are not judged",
			g->plain_rows, g->rows, (unsigned long long)g->first_plain);
}

const bl_snapshot_format bl_resource_graph_format = {
	.name = "azure-resource-graph",
	.paths = paths,
	.state = sizeof(graph),
	.row = on_row,
	.object = on_object,
	.torso = true,
	.end = at_end,
};

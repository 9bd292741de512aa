/* Azure Resource Graph: az graph query, the REST service (objects or a table), Search-AzGraph | ConvertTo-Json. */
#include "snapshots/read.h"

#include "core/reason/azure_id.h"

static void add_row(snapshot_reader *r, const bl_value *row, uint64_t offset)
{
	bl_arena *arena = &r->out->arena;
	bl_str id = bl_value_text(bl_value_geti(row, BL_STR("id")));
	if (bl_value_is(row, BL_MAP) && !id.n)
		id = bl_value_text(bl_value_geti(row, BL_STR("ResourceId")));
	bl_str type = bl_value_text(bl_value_geti(row, BL_STR("type")));
	r->rows++;
	if (!bl_azure_id_is(id) && !(id.n && id.p[0] == '/' && type.n)) {
		if (!r->odd_rows++)
			r->first_odd = offset;
		return;
	}
	bl_azure_id parts;
	if (!type.n && bl_azure_id_parse(arena, id, &parts))
		type = parts.type;
	if (!type.n) {
		if (!r->odd_rows++)
			r->first_odd = offset;
		return;
	}
	bl_asset *asset = bl_snapshot_add(r, id, type);
	bl_str name = bl_value_text(bl_value_geti(row, BL_STR("name")));
	if (name.n)
		asset->name = name;
	asset->location = bl_value_text(bl_value_geti(row, BL_STR("location")));
	const bl_value *tags = bl_value_geti(row, BL_STR("tags"));
	asset->tags = bl_value_is(tags, BL_MAP) ? tags : NULL;
	if (!bl_value_is(bl_value_geti(row, BL_STR("properties")), BL_MAP)) {
		/* a list command or a projection: what the resource is set to is not in it */
		if (!r->plain_rows++)
			r->first_plain = offset;
		return;
	}
	asset->body = bl_snapshot_redact(arena, row);
}

void bl_resource_graph_row(snapshot_reader *r, const bl_value *row, uint64_t offset)
{
	add_row(r, row, offset);
}

void bl_resource_graph_table_row(snapshot_reader *r, const bl_value *row, uint64_t offset)
{
	bl_arena *arena = &r->out->arena;
	if (!bl_value_is(r->columns, BL_LIST) || !bl_value_is(row, BL_LIST)) {
		r->rows++;
		if (!r->odd_rows++)
			r->first_odd = offset;
		return;
	}
	bl_items items = {0};
	uint32_t n = row->n < r->columns->n ? row->n : r->columns->n;
	for (uint32_t i = 0; i < n; i++) {
		bl_item item = {bl_value_text(bl_value_getz(r->columns->list[i], "name")), BL_NOWHERE, row->list[i]};
		if (item.key.n)
			bl_vec_push(arena, &items, item);
	}
	add_row(r, bl_items_value(arena, BL_NOWHERE, &items), offset);
}

void bl_resource_graph_end(snapshot_reader *r)
{
	bl_arena *arena = &r->out->arena;
	bl_diag_list *diags = &r->out->diags;
	if (r->more || (r->total >= 0 && (double)r->rows < r->total)) {
		r->out->partial = true;
		if (r->total >= 0)
			bl_diag_add(arena, diags, BL_DIAG_WARNING, BL_NOWHERE,
				"this is one page of several: %zu of %.0f rows", r->rows, r->total);
		else
			bl_diag_add(arena, diags, BL_DIAG_WARNING, BL_NOWHERE,
				"this is one page of several: the query has more rows");
	}
	if (r->odd_rows)
		bl_diag_add(arena, diags, BL_DIAG_WARNING, BL_NOWHERE,
			"%zu of %zu rows have no resource id and type, the first at byte %llu", r->odd_rows, r->rows,
			(unsigned long long)r->first_odd);
	if (r->plain_rows)
		bl_diag_add(arena, diags, BL_DIAG_NOTE, BL_NOWHERE,
			"%zu of %zu rows have no properties (the first at byte %llu): their settings are not judged",
			r->plain_rows, r->rows, (unsigned long long)r->first_plain);
}

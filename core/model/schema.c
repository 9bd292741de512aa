#include "core/model/schema.h"

#include "core/base/vec.h"

typedef struct terraform_row {
	const bl_type *type;
	const bl_value *rows;
} terraform_row;

typedef BL_VEC(bl_part) part_rows;

struct bl_schema {
	bl_type *types;
	size_t n;
	bl_map by_name;   /* bl_type */
	bl_map terraform; /* terraform_row */
	bl_map parts;     /* part_rows */
};

static void add_terraform(bl_schema *schema, bl_arena *arena, const bl_type *type)
{
	const bl_value *terraform = bl_value_getz(type->schema, "terraform");
	for (uint32_t i = 0; bl_value_is(terraform, BL_MAP) && i < terraform->n; i++) {
		terraform_row *row = bl_new(arena, terraform_row);
		*row = (terraform_row){type, terraform->map[i].value};
		bl_map_put(arena, &schema->terraform, terraform->map[i].key, row);
	}
}

static void add_parts(bl_schema *schema, bl_arena *arena, const bl_type *type)
{
	const bl_value *parts = bl_value_getz(type->schema, "parts");
	for (uint32_t i = 0; bl_value_is(parts, BL_MAP) && i < parts->n; i++) {
		bl_str name = parts->map[i].key;
		part_rows *rows = bl_map_get(&schema->parts, name);
		if (!rows) {
			rows = bl_new(arena, part_rows);
			bl_map_put(arena, &schema->parts, name, rows);
		}
		const bl_value *entry = parts->map[i].value;
		if (entry->kind != BL_LIST)
			bl_vec_push(arena, rows, ((bl_part){type, entry}));
		for (uint32_t k = 0; entry->kind == BL_LIST && k < entry->n; k++)
			bl_vec_push(arena, rows, ((bl_part){type, entry->list[k]}));
	}
}

bl_schema *bl_schema_of(bl_arena *arena, const bl_embedded *tables, size_t n)
{
	bl_schema *schema = bl_new(arena, bl_schema);
	schema->types = bl_new_n(arena, bl_type, n);
	schema->by_name.fold = schema->parts.fold = true;
	for (size_t i = 0; i < n; i++) {
		bl_type *type = &schema->types[schema->n];
		bl_str path = bl_str_of(tables[i].path);
		type->schema = bl_unpack(arena, tables[i].packed);
		type->name = bl_value_text(bl_value_getz(type->schema, "type"));
		bl_str_cut(path, '/', &type->provider);
		if (!type->name.n)
			continue;
		schema->n++;
		bl_map_put(arena, &schema->by_name, type->name, type);
		add_terraform(schema, arena, type);
		add_parts(schema, arena, type);
	}
	return schema;
}

bl_schema *bl_schema_new(bl_arena *arena)
{
	return bl_schema_of(arena, bl_embedded_schema, bl_embedded_schema_count);
}

const bl_type *bl_schema_type(const bl_schema *schema, bl_str name)
{
	return bl_map_get(&schema->by_name, name);
}

const bl_type *bl_schema_terraform(const bl_schema *schema, bl_str native_type, const bl_value **rows)
{
	const terraform_row *row = bl_map_get(&schema->terraform, native_type);
	if (!row)
		return NULL;
	if (rows)
		*rows = row->rows;
	return row->type;
}

size_t bl_schema_parts(const bl_schema *schema, bl_str native_type, const bl_part **parts)
{
	const part_rows *rows = bl_map_get(&schema->parts, native_type);
	*parts = rows ? rows->items : NULL;
	return rows ? rows->n : 0;
}

const bl_type *bl_schema_part(const bl_schema *schema, bl_str native_type, const bl_value **part)
{
	const bl_part *parts;
	if (!bl_schema_parts(schema, native_type, &parts))
		return NULL;
	if (part)
		*part = parts[0].entry;
	return parts[0].owner;
}

size_t bl_schema_count(const bl_schema *schema)
{
	return schema->n;
}

const bl_type *bl_schema_nth(const bl_schema *schema, size_t i)
{
	return &schema->types[i];
}

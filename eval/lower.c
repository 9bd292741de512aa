#include "eval/lower.h"

static const bl_value *empty_map(bl_arena *arena)
{
	return bl_value_map(arena, BL_NOWHERE, NULL, 0);
}

static void lower_terraform(bl_lowering *l, bl_resource *r)
{
	const bl_value *rows;
	const bl_type *type = bl_schema_terraform(l->schema, r->native_type, &rows);
	if (!r->native)
		r->native = empty_map(l->arena);
	if (!type) {
		/* No canonical shape is known: rules that name the native type see what the language says. */
		r->type = r->native_type;
		r->written = r->native;
		return;
	}
	bl_node *root = bl_lower_node(&l->nodes, NULL);
	r->type = type->name;
	bl_lower_rows(l, rows, r->native, root);
	r->written = bl_lower_freeze(l->arena, root);
}

static void lower_canonical(bl_lowering *l, bl_resource *r)
{
	const bl_type *type = bl_schema_type(l->schema, r->native_type.n ? r->native_type : r->type);
	if (type)
		r->type = type->name;
	else if (!r->type.n)
		r->type = r->native_type;
	if (!r->written)
		r->written = empty_map(l->arena);
}

/* The deployed name stands where `identity: { name: PATH }` says, for most at `name`. */
static const bl_value *name_of(const bl_type *type, const bl_resource *r)
{
	const bl_value *identity = type ? bl_value_getz(type->schema, "identity") : NULL;
	bl_str path = bl_value_text(bl_value_getz(identity, "name"));
	const bl_value *name = bl_value_at_path(r->written, path.n ? path : BL_STR("name"));
	return name && (name->kind == BL_STRING || name->kind == BL_UNKNOWN) ? name : NULL;
}

/* What is there already has properties that this code does not say. */
static const bl_value *open_copy(bl_arena *arena, const bl_value *written)
{
	bl_node *root = bl_lower_node(arena, written);
	bl_lower_open(arena, root);
	bl_node *properties = bl_lower_member(arena, root, BL_STR("properties"), BL_NOWHERE);
	if (properties)
		bl_lower_open(arena, properties);
	if (properties && !properties->leaf)
		properties->open = true;
	root->open = true;
	return bl_lower_freeze(arena, root);
}

void bl_lower(const bl_schema *schema, bl_arena *arena, bl_evaluation *out)
{
	bl_lowering l = {.schema = schema, .arena = arena, .out = out};
	for (size_t i = 0; i < out->resources.n; i++) {
		bl_resource *r = out->resources.items[i];
		bl_map_put(arena, &l.by_address, r->address, r);
	}
	for (size_t i = 0; i < out->resources.n; i++) {
		bl_resource *r = out->resources.items[i];
		if (r->language != BL_LANG_TERRAFORM || r->is_module)
			lower_canonical(&l, r);
		else if (!bl_lower_azapi(&l, r))
			lower_terraform(&l, r);
		if (!r->name)
			r->name = name_of(bl_schema_type(schema, r->type), r);
		r->effective = r->written;
	}
	bl_lower_fold_parts(&l);
	for (size_t i = 0; i < out->resources.n; i++) {
		bl_resource *r = out->resources.items[i];
		if (r->existing)
			r->effective = open_copy(arena, r->effective);
		else if (!r->is_module)
			bl_lower_defaults(&l, bl_schema_type(schema, r->type), r);
	}
	bl_arena_done(&l.nodes);
}

/* A Bicep file as a template: its sections. */
#include "eval/bicep_build.h"

static void put(bl_bicep_builder *b, bl_items *items, const char *key, const bl_value *v)
{
	bl_vec_push(b->arena, items, ((bl_item){bl_str_of(key), BL_NOWHERE, v}));
}

static const bl_value *text(bl_bicep_builder *b, const char *z)
{
	return bl_value_string(b->arena, BL_NOWHERE, bl_str_of(z));
}

/* The statement's type with its decorators. */
static const bl_value *declared_schema(bl_bicep_builder *b, const bl_block *block, const bl_expr *type, const bl_value *preset)
{
	BL_VEC(const bl_expr *) decorators = {0};
	for (size_t i = 0; i < block->attrs.n; i++)
		if (bl_str_starts(block->attrs.items[i].name, BL_STR("@")))
			bl_vec_push(b->arena, &decorators, block->attrs.items[i].expr);
	return bl_bicep_build_schema(b, type, decorators.items, decorators.n, preset);
}

static const bl_value *metadata(bl_bicep_builder *b)
{
	bl_items items = {0}, generator = {0};
	put(b, &generator, "name", text(b, "bicep"));
	put(b, &items, "_generator", bl_items_value(b->arena, BL_NOWHERE, &generator));
	for (size_t i = 0; i < b->s->document->blocks.n; i++) {
		const bl_block *block = b->s->document->blocks.items[i];
		if (bl_block_is(block, "metadata") && bl_block_expr(block, "value"))
			bl_vec_push(b->arena, &items,
				((bl_item){bl_block_label(block, 0), block->head, bl_bicep_build_value(b, bl_block_expr(block, "value"))}));
	}
	return bl_items_value(b->arena, BL_NOWHERE, &items);
}

static const bl_value *parameters(bl_bicep_builder *b)
{
	bl_items items = {0};
	for (size_t i = 0; i < b->s->document->blocks.n; i++) {
		const bl_block *block = b->s->document->blocks.items[i];
		if (!bl_block_is(block, "param"))
			continue;
		const bl_value *preset = bl_block_expr(block, "value") ? bl_bicep_build_value(b, bl_block_expr(block, "value")) : NULL;
		bl_vec_push(b->arena, &items,
			((bl_item){bl_block_label(block, 0), block->head, declared_schema(b, block, bl_block_expr(block, "type"), preset)}));
	}
	return bl_items_value(b->arena, BL_NOWHERE, &items);
}

static void put_variable(bl_bicep_builder *b, bl_items *items, bl_values *copies, bl_str name, const bl_expr *value)
{
	if (value->kind == BL_EXPR_FOR)
		bl_vec_push(b->arena, copies, bl_bicep_build_copy(b, value, name, name));
	else
		bl_vec_push(b->arena, items, ((bl_item){name, value->span, bl_bicep_build_value(b, value)}));
}

/* Only once all else is written is it known which files were loaded and which variables imported. */
static const bl_value *variables(bl_bicep_builder *b)
{
	bl_items own = {0}, all = {0}, brought = {0};
	bl_values copies = {0};
	for (size_t i = 0; i < b->s->document->blocks.n; i++) {
		const bl_block *block = b->s->document->blocks.items[i];
		bl_bicep_symbol *symbol = bl_map_get(&b->s->symbols, bl_block_label(block, 0));
		if (bl_block_is(block, "var") && bl_block_expr(block, "value") && symbol && !bl_bicep_is_inlined(b, symbol))
			put_variable(b, &own, &copies, bl_block_label(block, 0), bl_block_expr(block, "value"));
	}
	for (size_t i = 0; i < b->imports.n; i++) { /* it grows while it is written */
		bl_bicep_import import = b->imports.items[i];
		const bl_expr *value = bl_block_expr(import.symbol->block, "value");
		if (!bl_block_is(import.symbol->block, "var") || !value)
			continue;
		b->imported = import.symbol;
		put_variable(b, &brought, &copies, import.name, value);
		b->imported = NULL;
	}
	if (copies.n)
		put(b, &all, "copy", bl_values_value(b->arena, BL_NOWHERE, &copies));
	for (size_t i = 0; i < b->loaded.n; i++)
		bl_vec_push(b->arena, &all, b->loaded.items[i]);
	for (size_t i = 0; i < brought.n; i++)
		bl_vec_push(b->arena, &all, brought.items[i]);
	for (size_t i = 0; i < own.n; i++)
		bl_vec_push(b->arena, &all, own.items[i]);
	return bl_items_value(b->arena, BL_NOWHERE, &all);
}

static const bl_value *outputs(bl_bicep_builder *b)
{
	bl_items items = {0};
	for (size_t i = 0; i < b->s->document->blocks.n; i++) {
		const bl_block *block = b->s->document->blocks.items[i];
		const bl_expr *value = bl_block_expr(block, "value");
		if (!bl_block_is(block, "output") || !value)
			continue;
		bl_items one = {0};
		const bl_value *schema = declared_schema(b, block, bl_block_expr(block, "type"), NULL);
		for (uint32_t k = 0; k < schema->n; k++)
			bl_vec_push(b->arena, &one, schema->map[k]);
		if (value->kind == BL_EXPR_FOR)
			put(b, &one, "copy", bl_bicep_build_copy(b, value, BL_STR(""), BL_STR("")));
		else
			put(b, &one, "value", bl_bicep_build_value(b, value));
		bl_vec_push(b->arena, &items, ((bl_item){bl_block_label(block, 0), block->head, bl_items_value(b->arena, block->span, &one)}));
	}
	return bl_items_value(b->arena, BL_NOWHERE, &items);
}

/* Where an imported statement comes from goes into its metadata. */
static const bl_value *with_origin(bl_bicep_builder *b, const bl_value *v, const bl_bicep_symbol *symbol)
{
	bl_items items = {0}, metadata = {0}, origin = {0};
	bl_str source = symbol->scope->document->path;
	for (size_t i = 0; i < b->s->document->blocks.n; i++) {
		const bl_block *block = b->s->document->blocks.items[i];
		if (bl_block_is(block, "import") && bl_bicep_imported_file(b->s, bl_block_label(block, 1)) == symbol->scope->document)
			source = bl_block_label(block, 1);
	}
	if (bl_str_starts(source, BL_STR("br/public:")))
		source = bl_str_cat(b->arena, BL_STR("br:mcr.microsoft.com/bicep/"), bl_str_slice(source, 10, source.n));
	put(b, &origin, "sourceTemplate", bl_value_string(b->arena, BL_NOWHERE, source));
	for (uint32_t i = 0; i < v->n; i++)
		if (!bl_str_eqz(v->map[i].key, "metadata"))
			bl_vec_push(b->arena, &items, v->map[i]);
	const bl_value *before = bl_value_getz(v, "metadata");
	for (uint32_t i = 0; before && i < before->n; i++)
		if (!bl_str_eqz(before->map[i].key, "__bicep_export!"))
			bl_vec_push(b->arena, &metadata, before->map[i]);
	put(b, &metadata, "__bicep_imported_from!", bl_items_value(b->arena, BL_NOWHERE, &origin));
	put(b, &items, "metadata", bl_items_value(b->arena, BL_NOWHERE, &metadata));
	return bl_items_value(b->arena, BL_NOWHERE, &items);
}

static const bl_value *function(bl_bicep_builder *b, const bl_block *block)
{
	bl_items items = {0}, output = {0};
	bl_values parameters = {0};
	const bl_expr *body = bl_block_expr(block, "body");
	const bl_bicep_binding *outer = b->locals;
	bl_str rest = body && body->kind == BL_EXPR_LAMBDA ? body->text : BL_STR(""), name;
	b->locals = NULL;
	while (rest.n) {
		bl_items one = {0};
		rest = bl_str_cut(rest, ',', &name);
		const bl_expr *type = bl_block_expr(block, bl_str_z(b->arena, bl_str_cat(b->arena, BL_STR("type "), name)));
		const bl_value *schema = bl_bicep_build_schema(b, type, NULL, 0, NULL);
		for (uint32_t i = 0; i < schema->n; i++)
			bl_vec_push(b->arena, &one, schema->map[i]);
		put(b, &one, "name", bl_value_string(b->arena, BL_NOWHERE, name));
		bl_vec_push(b->arena, &parameters, bl_items_value(b->arena, BL_NOWHERE, &one));
		bl_bicep_binding *l = bl_new(b->arena, bl_bicep_binding);
		*l = (bl_bicep_binding){name, bl_str_fmt(b->arena, "parameters('" BL_FMT "')", BL_ARG(name)), b->locals};
		b->locals = l;
	}
	const bl_value *type = bl_bicep_build_schema(b, bl_block_expr(block, "type"), NULL, 0, NULL);
	for (uint32_t i = 0; i < type->n; i++)
		bl_vec_push(b->arena, &output, type->map[i]);
	put(b, &output, "value", body ? bl_bicep_build_value(b, body->kids[0]) : &bl_value_null);
	put(b, &items, "parameters", bl_values_value(b->arena, BL_NOWHERE, &parameters));
	put(b, &items, "output", bl_items_value(b->arena, BL_NOWHERE, &output));
	const bl_value *decorated = declared_schema(b, block, NULL, NULL), *metadata = bl_value_getz(decorated, "metadata");
	if (metadata)
		put(b, &items, "metadata", metadata);
	b->locals = outer;
	return bl_items_value(b->arena, block->span, &items);
}

/* Types or functions, the file's own and those that were imported; what these need is imported with them. */
static const bl_value *members(bl_bicep_builder *b, const char *kind)
{
	bl_items items = {0};
	bool types = strcmp(kind, "type") == 0;
	for (size_t i = 0; i < b->s->document->blocks.n; i++) {
		const bl_block *block = b->s->document->blocks.items[i];
		if (!bl_block_is(block, kind))
			continue;
		const bl_value *v = types ? declared_schema(b, block, bl_block_expr(block, "value"), NULL) : function(b, block);
		bl_vec_push(b->arena, &items, ((bl_item){bl_block_label(block, 0), block->head, v}));
	}
	for (size_t i = 0; i < b->imports.n; i++) {
		bl_bicep_import import = b->imports.items[i];
		if (!bl_block_is(import.symbol->block, kind))
			continue;
		b->imported = import.symbol;
		const bl_value *v = types ? declared_schema(b, import.symbol->block, bl_block_expr(import.symbol->block, "value"), NULL)
					  : function(b, import.symbol->block);
		b->imported = NULL;
		bl_vec_push(b->arena, &items, ((bl_item){import.name, BL_NOWHERE, with_origin(b, v, import.symbol)}));
	}
	return bl_items_value(b->arena, BL_NOWHERE, &items);
}

static const bl_value *functions(bl_bicep_builder *b)
{
	bl_items space = {0};
	bl_values all = {0};
	const bl_value *own = members(b, "func");
	if (own->n) {
		put(b, &space, "namespace", text(b, "__bicep"));
		put(b, &space, "members", own);
		bl_vec_push(b->arena, &all, bl_items_value(b->arena, BL_NOWHERE, &space));
	}
	return bl_values_value(b->arena, BL_NOWHERE, &all);
}

static const char *schema_uri(bl_str target)
{
	if (bl_str_eqz(target, "managementGroup"))
		return "https://schema.management.azure.com/schemas/2019-08-01/managementGroupDeploymentTemplate.json#";
	if (bl_str_eqz(target, "subscription"))
		return "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#";
	if (bl_str_eqz(target, "tenant"))
		return "https://schema.management.azure.com/schemas/2019-08-01/tenantDeploymentTemplate.json#";
	return "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";
}

/* Imported by name is brought along whether or not it is used. */
static void import_named(bl_bicep_builder *b)
{
	for (size_t i = 0; i < b->s->symbols.n; i++) {
		bl_bicep_symbol *symbol = b->s->symbols.entries[i].value;
		if (symbol->scope != b->s && symbol->block)
			bl_bicep_build_imported(b, symbol);
	}
}

static void find_loads(bl_bicep_builder *b, const bl_block *block, int depth)
{
	for (size_t i = 0; i < block->attrs.n; i++)
		bl_bicep_build_loads(b, block->attrs.items[i].expr, 0);
	for (size_t i = 0; i < block->blocks.n && depth < 100; i++)
		find_loads(b, block->blocks.items[i], depth + 1);
}

static void put_some(bl_bicep_builder *b, bl_items *items, const char *key, const bl_value *v)
{
	if (v->n)
		put(b, items, key, v);
}

const bl_value *bl_bicep_build_file(bl_bicep_scope *s, bl_diag_list *diags, int modules, size_t *size)
{
	bl_bicep_builder builder = {.s = s, .arena = s->azure->arena, .diags = diags, .modules = modules, .size = size}, *b = &builder;
	bl_items items = {0};
	b->symbolic = bl_bicep_is_symbolic(s->document);
	import_named(b);
	for (size_t i = 0; i < s->document->blocks.n; i++)
		b->extended |= bl_block_is(s->document->blocks.items[i], "extension");
	for (size_t i = 0; i < s->document->blocks.n; i++)
		find_loads(b, s->document->blocks.items[i], 0);
	const bl_value *head = metadata(b), *given = parameters(b), *resources = bl_bicep_build_resources(b), *results = outputs(b);
	const bl_value *values = variables(b), *calls = functions(b), *types = members(b, "type");
	put(b, &items, "$schema", text(b, schema_uri(bl_bicep_target(s->document))));
	if (b->symbolic)
		put(b, &items, "languageVersion", text(b, "2.0"));
	put(b, &items, "contentVersion", text(b, "1.0.0.0"));
	put(b, &items, "metadata", head);
	put_some(b, &items, "definitions", types);
	put_some(b, &items, "functions", calls);
	put_some(b, &items, "parameters", given);
	put_some(b, &items, "variables", values);
	put(b, &items, "resources", resources);
	put_some(b, &items, "outputs", results);
	return bl_items_value(b->arena, BL_NOWHERE, &items);
}

const bl_value *bl_eval_build(const bl_eval_input *input, bl_arena *arena, bl_diag_list *diags)
{
	bl_evaluation out = {.root = input->root};
	bl_azure_resources sink = {0};
	bl_azure a = {.input = input, .arena = arena, .out = &out, .sink = &sink};
	const bl_document *document = input->ndocuments ? input->documents[0] : NULL;
	size_t size = 0;
	if (!document || document->language != BL_LANG_BICEP || bl_str_eqz(document->dialect, "bicepparam"))
		return NULL;
	bl_bicep_scope *s = bl_bicep_scope_new(&a, document, bl_value_map(arena, BL_NOWHERE, NULL, 0));
	const bl_value *template = bl_bicep_build_file(s, diags, 0, &size);
	for (size_t i = 0; i < out.diags.n; i++)
		bl_vec_push(arena, diags, out.diags.items[i]);
	return template;
}

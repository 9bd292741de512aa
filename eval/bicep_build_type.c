/* Bicep's types as a template's schemas. */
#include "eval/bicep_build.h"

#include <stdlib.h>

enum { MAX_DEPTH = 60, MAX_UNION = 4096 };

static void put(bl_bicep_builder *b, bl_items *items, const char *key, const bl_value *v)
{
	bl_items_put(b->arena, items, bl_str_of(key), BL_NOWHERE, v);
}

static const bl_value *text(bl_bicep_builder *b, const char *z)
{
	return bl_value_string(b->arena, BL_NOWHERE, bl_str_of(z));
}

static const bl_value *flag(bl_bicep_builder *b, bool yes)
{
	return bl_value_bool(b->arena, BL_NOWHERE, yes);
}

static void schema(bl_bicep_builder *b, bl_items *items, const bl_expr *e, const bl_expr *tag, int depth);

static const bl_value *schema_value(bl_bicep_builder *b, const bl_expr *e, int depth)
{
	bl_items items = {0};
	const bl_expr *structure = e->kind == BL_EXPR_TYPE ? e->kids[0] : e;
	bool decorated = e->kind == BL_EXPR_TYPE && e->n > 1;
	if (decorated)
		return bl_bicep_build_schema(b, structure, (const bl_expr *const *)e->kids + 1, e->n - 1, NULL);
	schema(b, &items, structure, NULL, depth);
	return bl_items_value(b->arena, e->span, &items);
}

/* ---- names ---- */

static bl_bicep_symbol *symbol_of(bl_bicep_builder *b, const bl_expr *e)
{
	return bl_bicep_symbol_of(b->imported ? b->imported->scope : b->s, e);
}

static bool is_type(const bl_bicep_symbol *symbol)
{
	return symbol && symbol->block && bl_str_eqz(symbol->block->kind, "type");
}

/* "#/definitions/name" and the way from there; false when e is no chain that begins with a declared type. */
static bool pointer(bl_bicep_builder *b, const bl_expr *e, bl_str *out)
{
	bl_bicep_symbol *symbol = symbol_of(b, e);
	if (is_type(symbol)) {
		bl_str name = symbol->scope == b->s ? bl_block_label(symbol->block, 0) : bl_bicep_build_imported(b, symbol);
		*out = bl_str_cat(b->arena, BL_STR("#/definitions/"), name);
		return true;
	}
	if ((e->kind != BL_EXPR_ATTR && e->kind != BL_EXPR_INDEX) || (e->kind == BL_EXPR_INDEX && e->n < 2) || !pointer(b, e->kids[0], out))
		return false;
	if (e->kind == BL_EXPR_ATTR && bl_str_eqz(e->text, "*"))
		*out = bl_str_cat(b->arena, *out, BL_STR("/additionalProperties"));
	else if (e->kind == BL_EXPR_ATTR)
		*out = bl_str_fmt(b->arena, BL_FMT "/properties/" BL_FMT, BL_ARG(*out), BL_ARG(e->text));
	else if (e->kids[1]->kind == BL_EXPR_SPLAT)
		*out = bl_str_cat(b->arena, *out, BL_STR("/items"));
	else if (e->kids[1]->kind == BL_EXPR_LITERAL)
		*out = bl_str_fmt(b->arena, BL_FMT "/prefixItems/" BL_FMT, BL_ARG(*out), BL_ARG(e->kids[1]->value->digits));
	return true;
}

/* resourceInput<'T@v'>.a.b: its source, "T@v#properties/a/properties/b", and the key it stands under; false for anything else. */
static bool derived(bl_bicep_builder *b, const bl_expr *e, bl_str *source, bool *input)
{
	if (e->kind == BL_EXPR_CALL && e->n && e->kids[e->n - 1]->kind == BL_EXPR_LITERAL) {
		*source = bl_value_text(e->kids[e->n - 1]->value);
		*input = !bl_str_eqz(e->text, "resourceOutput");
		return true;
	}
	bool index = e->kind == BL_EXPR_INDEX && e->n == 2;
	if ((e->kind != BL_EXPR_ATTR && !index) || !derived(b, e->kids[0], source, input))
		return false;
	const char *step = bl_str_find(*source, BL_STR("#"), 0) < 0 ? "#" : "/";
	if (index && e->kids[1]->kind == BL_EXPR_SPLAT)
		*source = bl_str_fmt(b->arena, BL_FMT "%sitems", BL_ARG(*source), step);
	else if (!index && bl_str_eqz(e->text, "*"))
		*source = bl_str_fmt(b->arena, BL_FMT "%sadditionalProperties", BL_ARG(*source), step);
	else
		*source = bl_str_fmt(b->arena, BL_FMT "%sproperties/" BL_FMT, BL_ARG(*source), step, BL_ARG(e->text));
	return true;
}

/* Properties that have one type in every resource; of others the type is not known here, and none is written. */
static void put_derived(bl_bicep_builder *b, bl_items *items, bl_str source)
{
	static const struct {
		const char *end, *type;
	} known[] = {{"#properties/identity", "object"}, {"#properties/kind", "string"}, {"#properties/location", "string"},
		{"#properties/name", "string"}, {"#properties/properties", "object"}, {"#properties/tags", "object"}};
	bl_items inner = {0}, metadata = {0};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (bl_str_ends(source, bl_str_of(known[i].end)))
			put(b, items, "type", text(b, known[i].type));
	put(b, &inner, "source", bl_value_string(b->arena, BL_NOWHERE, source));
	put(b, &metadata, "__bicep_resource_derived_type!", bl_items_value(b->arena, BL_NOWHERE, &inner));
	put(b, items, "metadata", bl_items_value(b->arena, BL_NOWHERE, &metadata));
}

/* ---- unions ---- */

static int by_value(const void *a, const void *b)
{
	const bl_value *x = *(const bl_value *const *)a, *y = *(const bl_value *const *)b;
	int64_t m, n;
	if (x->kind == BL_NUMBER && y->kind == BL_NUMBER && bl_azure_int(x, &m) && bl_azure_int(y, &n))
		return m < n ? -1 : m > n;
	return bl_str_cmp(bl_value_text(x), bl_value_text(y));
}

/* The literal values of a union, through the types it names; null only sets *nullable. False when there is something else in it. */
static bool literals(bl_bicep_builder *b, const bl_bicep_type *t, bl_values *out, bool *nullable)
{
	for (size_t i = 0; t->kind == BL_BICEP_UNION && i < t->items.n; i++)
		if (!literals(b, t->items.items[i], out, nullable))
			return false;
	if (t->kind == BL_BICEP_UNION)
		return true;
	if (t->kind == BL_BICEP_NULL)
		*nullable = true;
	else if (t->literal && out->n < MAX_UNION)
		bl_vec_push(b->arena, out, t->literal);
	else
		return false;
	return true;
}

static const char *type_name(const bl_value *v)
{
	return v->kind == BL_STRING ? "string" : v->kind == BL_BOOL ? "bool" : "int";
}

static void put_union(bl_bicep_builder *b, bl_items *items, const bl_expr *e)
{
	bl_values values = {0};
	bool nullable = false;
	if (!literals(b, bl_bicep_type_of(b->imported ? b->imported->scope : b->s, e), &values, &nullable) || !values.n) {
		put(b, items, "type", text(b, "array"));
		bl_items_put(b->arena, items, BL_STR("type"), BL_NOWHERE, text(b, "object"));
		return;
	}
	qsort(values.items, values.n, sizeof *values.items, by_value);
	put(b, items, "type", text(b, type_name(values.items[0])));
	put(b, items, "allowedValues", bl_values_value(b->arena, BL_NOWHERE, &values));
	if (nullable)
		put(b, items, "nullable", flag(b, true));
}

/* Objects told apart by a property: {"discriminator": {"propertyName", "mapping"}}. */
static void put_tagged(bl_bicep_builder *b, bl_items *items, const bl_expr *e, const bl_expr *tag, int depth)
{
	bl_items mapping = {0}, inner = {0};
	bl_str key = tag->n ? bl_value_text(tag->kids[0]->value) : BL_STR("");
	bl_bicep_scope *s = b->imported ? b->imported->scope : b->s;
	for (uint32_t i = 0; i < e->n; i++) {
		const bl_bicep_type *t = bl_bicep_type_of(s, e->kids[i]);
		const bl_bicep_property *p = t->kind == BL_BICEP_OBJECT ? bl_bicep_find_property(t, key) : NULL;
		if (p && p->type->literal)
			bl_items_put(b->arena, &mapping, bl_value_text(p->type->literal), BL_NOWHERE, schema_value(b, e->kids[i], depth));
	}
	put(b, &inner, "propertyName", bl_value_string(b->arena, BL_NOWHERE, key));
	put(b, &inner, "mapping", bl_items_value(b->arena, BL_NOWHERE, &mapping));
	put(b, items, "type", text(b, "object"));
	put(b, items, "discriminator", bl_items_value(b->arena, BL_NOWHERE, &inner));
}

/* ---- structures ---- */

static void put_object(bl_bicep_builder *b, bl_items *items, const bl_expr *e, int depth)
{
	bl_items properties = {0};
	const bl_value *rest = NULL;
	for (uint32_t i = 0; i + 1 < e->n; i += 2) {
		const bl_value *v = schema_value(b, e->kids[i + 1], depth);
		if (e->kids[i]->kind == BL_EXPR_SPLAT)
			rest = v;
		else
			bl_items_put(b->arena, &properties, bl_value_text(e->kids[i]->value), e->kids[i]->span, v);
	}
	put(b, items, "type", text(b, "object"));
	if (properties.n)
		put(b, items, "properties", bl_items_value(b->arena, e->span, &properties));
	if (rest)
		put(b, items, "additionalProperties", rest);
}

static void put_tuple(bl_bicep_builder *b, bl_items *items, const bl_expr *e, int depth)
{
	bl_values all = {0};
	for (uint32_t i = 0; i < e->n; i++)
		bl_vec_push(b->arena, &all, schema_value(b, e->kids[i], depth));
	put(b, items, "type", text(b, "array"));
	put(b, items, "prefixItems", bl_values_value(b->arena, e->span, &all));
	put(b, items, "items", flag(b, false));
}

static void put_literal(bl_bicep_builder *b, bl_items *items, const bl_expr *e)
{
	bl_values one = {0};
	bl_azure_frame f = {.azure = b->s->azure};
	const bl_value *v = bl_azure_eval(&f, e);
	bl_vec_push(b->arena, &one, v);
	put(b, items, "type", text(b, type_name(v)));
	put(b, items, "allowedValues", bl_values_value(b->arena, BL_NOWHERE, &one));
}

static void schema(bl_bicep_builder *b, bl_items *items, const bl_expr *e, const bl_expr *tag, int depth)
{
	bl_str found;
	bool input;
	if (depth++ > MAX_DEPTH)
		return;
	if (pointer(b, e, &found)) {
		put(b, items, "$ref", bl_value_string(b->arena, BL_NOWHERE, found));
		return;
	}
	if (derived(b, e, &found, &input)) {
		put_derived(b, items, found);
		return;
	}
	switch (e->kind) {
	case BL_EXPR_TYPE:
		schema(b, items, e->kids[0], tag, depth);
		break;
	case BL_EXPR_NAME:
	case BL_EXPR_ATTR: /* sys.string */
		if (e->kind == BL_EXPR_NAME && !bl_bicep_type_named(e->text)) /* imported from what is not here */
			put(b, items, "$ref", bl_value_string(b->arena, e->span, bl_str_cat(b->arena, BL_STR("#/definitions/"), e->text)));
		else if (!bl_str_eqz(e->text, "any"))
			put(b, items, "type", bl_value_string(b->arena, BL_NOWHERE, e->text));
		break;
	case BL_EXPR_LITERAL:
		put_literal(b, items, e);
		break;
	case BL_EXPR_UNARY:
		if (bl_str_eqz(e->text, "?") || bl_str_eqz(e->text, "!.")) {
			schema(b, items, e->kids[0], tag, depth);
			put(b, items, "nullable", flag(b, bl_str_eqz(e->text, "?")));
		} else {
			put_literal(b, items, e);
		}
		break;
	case BL_EXPR_BINARY:
		if (tag)
			put_tagged(b, items, e, tag, depth);
		else
			put_union(b, items, e);
		break;
	case BL_EXPR_OBJECT:
		put_object(b, items, e, depth);
		break;
	case BL_EXPR_LIST:
		put_tuple(b, items, e, depth);
		break;
	case BL_EXPR_INDEX:
		put(b, items, "type", text(b, "array"));
		put(b, items, "items", schema_value(b, e->kids[0], depth));
		break;
	default:
		break;
	}
}

/* ---- decorators ---- */

static const bl_expr *decorator(const bl_expr *const *decorators, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (bl_str_eqz(decorators[i]->text, name))
			return decorators[i];
	return NULL;
}

/* Of a type that names another, whether what it stands for is an object. */
static void put_secure(bl_bicep_builder *b, bl_items *items)
{
	const bl_value *type = NULL;
	for (size_t i = 0; i < items->n; i++)
		if (bl_str_eqz(items->items[i].key, "type"))
			type = items->items[i].value;
	put(b, items, "type", text(b, bl_value_is_string(type, "object") ? "secureObject" : "securestring"));
}

static void put_metadata(bl_bicep_builder *b, bl_items *items, const bl_expr *const *decorators, size_t n)
{
	const bl_expr *metadata = decorator(decorators, n, "metadata"), *description = decorator(decorators, n, "description");
	bl_items all = {0};
	for (size_t i = 0; i < items->n; i++)
		for (uint32_t k = 0; bl_str_eqz(items->items[i].key, "metadata") && k < items->items[i].value->n; k++)
			bl_vec_push(b->arena, &all, items->items[i].value->map[k]);
	const bl_value *own = metadata && metadata->n ? bl_bicep_build_value(b, metadata->kids[0]) : NULL;
	for (uint32_t i = 0; own && own->kind == BL_MAP && i < own->n; i++)
		bl_items_put(b->arena, &all, own->map[i].key, BL_NOWHERE, own->map[i].value);
	if (description && description->n)
		put(b, &all, "description", bl_bicep_build_value(b, description->kids[0]));
	if (decorator(decorators, n, "export"))
		put(b, &all, "__bicep_export!", flag(b, true));
	if (all.n)
		put(b, items, "metadata", bl_items_value(b->arena, BL_NOWHERE, &all));
}

const bl_value *bl_bicep_build_schema(bl_bicep_builder *b, const bl_expr *type, const bl_expr *const *decorators, size_t n,
	const bl_value *preset)
{
	static const char *const limits[] = {"maxLength", "maxValue", "minLength", "minValue"};
	bl_items items = {0};
	const bl_expr *allowed = decorator(decorators, n, "allowed");
	if (type)
		schema(b, &items, type, decorator(decorators, n, "discriminator"), 0);
	if (decorator(decorators, n, "secure"))
		put_secure(b, &items);
	if (preset)
		put(b, &items, "defaultValue", preset);
	if (allowed && allowed->n)
		put(b, &items, "allowedValues", bl_bicep_build_value(b, allowed->kids[0]));
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		const bl_expr *limit = decorator(decorators, n, limits[i]);
		if (limit && limit->n)
			put(b, &items, limits[i], bl_bicep_build_value(b, limit->kids[0]));
	}
	if (decorator(decorators, n, "sealed"))
		put(b, &items, "additionalProperties", flag(b, false));
	put_metadata(b, &items, decorators, n);
	return bl_items_value(b->arena, BL_NOWHERE, &items);
}

/* ---- the version of the template language ---- */

static bool is_simple(const bl_expr *type)
{
	const bl_expr *e = type && type->kind == BL_EXPR_TYPE ? type->kids[0] : type;
	return !e || (e->kind == BL_EXPR_NAME && bl_bicep_type_named(e->text)) ||
	       (e->kind == BL_EXPR_ATTR && e->kids[0]->kind == BL_EXPR_NAME && bl_str_eqz(e->kids[0]->text, "sys"));
}

bool bl_bicep_is_symbolic(const bl_document *document)
{
	static const char *const kinds[] = {"assert", "extension", "import", "test", "type"};
	for (size_t i = 0; i < document->blocks.n; i++) {
		const bl_block *block = document->blocks.items[i];
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
			if (bl_str_eqz(block->kind, kinds[k]))
				return true;
		for (size_t k = 0; k < block->attrs.n; k++) {
			const bl_attr *a = &block->attrs.items[k];
			if (bl_str_eqz(a->name, "@onlyIfNotExists"))
				return true;
			if ((bl_str_eqz(a->name, "type") || bl_str_starts(a->name, BL_STR("type "))) && !is_simple(a->expr) &&
				!bl_str_eqz(block->kind, "var"))
				return true;
		}
	}
	return false;
}

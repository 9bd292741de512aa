/* Checks of what must be known before anything is deployed: which parts of an expression are known only after. */
#include "eval/bicep_check.h"

const bl_block *bl_bicep_named_resource(bl_bicep_checker *c, const bl_expr *e)
{
	for (int i = 0; i < BL_BICEP_MAX_CHECKED; i++) {
		bl_bicep_symbol *symbol;
		const bl_block *block;
		switch (e->kind) {
		case BL_EXPR_NAME:
			symbol = bl_bicep_local(c, e->text) ? NULL : bl_bicep_find(c, e->text);
			if (!symbol || symbol->scope != c->s || !symbol->block)
				return NULL;
			if (bl_bicep_is_deployable(symbol->block))
				return symbol->block;
			if (!bl_block_is(symbol->block, "var") || !bl_block_expr(symbol->block, "value"))
				return NULL;
			e = bl_block_expr(symbol->block, "value");
			break;
		case BL_EXPR_INDEX:
			block = e->kids[0]->kind == BL_EXPR_INDEX ? NULL : bl_bicep_named_resource(c, e->kids[0]);
			return block && bl_block_expr(block, "body") && bl_block_expr(block, "body")->kind == BL_EXPR_FOR ? block : NULL;
		case BL_EXPR_CHILD:
			return bl_bicep_nested_resource(bl_bicep_named_resource(c, e->kids[0]), e->text);
		case BL_EXPR_UNARY:
			if (!bl_str_eqz(e->text, "!."))
				return NULL;
			e = e->kids[0];
			break;
		default:
			return NULL;
		}
	}
	return NULL;
}

static bool known_at_start(const bl_block *block, bl_str property)
{
	return bl_str_eqz(property, "name") || (!bl_block_is(block, "module") && (bl_str_eqz(property, "id") ||
									bl_str_eqz(property, "type") ||
									bl_str_eqz(property, "apiVersion")));
}

static const bl_expr *runtime_part(bl_bicep_checker *c, const bl_expr *e, int depth);

static bool is_runtime_symbol(bl_bicep_checker *c, bl_bicep_symbol *symbol, int depth)
{
	const bl_expr *value = symbol && bl_block_is(symbol->block, "var") ? bl_block_expr(symbol->block, "value") : NULL;
	if (!value || symbol->scope != c->s)
		return false;
	if (!symbol->runtime) {
		const bl_bicep_variable *locals = c->locals;
		symbol->runtime = BL_BICEP_AT_START; /* while it is looked at */
		c->locals = NULL;
		if (runtime_part(c, value, depth))
			symbol->runtime = BL_BICEP_RUNTIME;
		c->locals = locals;
	}
	return symbol->runtime == BL_BICEP_RUNTIME;
}

static bool is_runtime_call(const bl_expr *e)
{
	return bl_str_eqz(e->text, "reference") || bl_str_starts(e->text, BL_STR("list"));
}

static const bl_expr *runtime_access(bl_bicep_checker *c, const bl_expr *e, int depth)
{
	const bl_block *block = bl_bicep_named_resource(c, e->kids[0]);
	if (!block)
		return NULL;
	if (e->kind == BL_EXPR_ATTR)
		return known_at_start(block, e->text) ? NULL : e;
	const bl_expr *key = e->kids[1];
	for (int i = 0; key && key->kind == BL_EXPR_NAME && i < BL_BICEP_MAX_CHECKED; i++) { /* a variable may hold the name */
		bl_bicep_symbol *symbol = bl_bicep_local(c, key->text) ? NULL : bl_bicep_find(c, key->text);
		key = symbol && symbol->scope == c->s && bl_block_is(symbol->block, "var") ? bl_block_expr(symbol->block, "value") : NULL;
	}
	bool literal = key && key->kind == BL_EXPR_LITERAL && key->value->kind == BL_STRING;
	bool built = key && key->kind == BL_EXPR_TEMPLATE;
	return built || (literal && known_at_start(block, key->value->string)) ? runtime_part(c, e->kids[1], depth) : e;
}

/* The first part of e that is not known before something has been deployed; NULL when all is. */
static const bl_expr *runtime_part(bl_bicep_checker *c, const bl_expr *e, int depth)
{
	if (!e || depth++ > BL_BICEP_MAX_CHECKED || e->kind == BL_EXPR_TYPE)
		return NULL;
	if (c->whole && (e->kind == BL_EXPR_NAME || e->kind == BL_EXPR_CHILD || e->kind == BL_EXPR_INDEX) && bl_bicep_named_resource(c, e))
		return e;
	if (e->kind == BL_EXPR_NAME)
		return !bl_bicep_local(c, e->text) && !bl_bicep_named_resource(c, e) && is_runtime_symbol(c, bl_bicep_find(c, e->text), depth) ? e
															    : NULL;
	if (e->kind == BL_EXPR_CHILD)
		return NULL;
	if ((e->kind == BL_EXPR_ATTR || e->kind == BL_EXPR_INDEX) && bl_bicep_named_resource(c, e->kids[0]) &&
		!bl_bicep_named_resource(c, e))
		return runtime_access(c, e, depth);
	if (e->kind == BL_EXPR_CALL) {
		if (e->method && e->n && bl_bicep_named_resource(c, e->kids[0]))
			return e;
		bool az = !e->method || (e->kids[0]->kind == BL_EXPR_NAME && bl_str_eqz(e->kids[0]->text, "az"));
		if (az && is_runtime_call(e) && !bl_bicep_find(c, e->text))
			return e;
		if (bl_str_eqz(e->text, "nameof"))
			return NULL;
	}
	for (uint32_t i = 0; i < e->n; i++) {
		const bl_expr *part = runtime_part(c, e->kids[i], depth);
		if (part)
			return part;
	}
	return NULL;
}

void bl_bicep_need_start(bl_bicep_checker *c, const bl_expr *e, const char *code, const char *what)
{
	const bl_expr *part = runtime_part(c, e, 0);
	if (!part)
		return;
	if (part != e && (e->kind == BL_EXPR_OBJECT || e->kind == BL_EXPR_LIST || e->kind == BL_EXPR_TEMPLATE ||
				 e->kind == BL_EXPR_CALL || e->kind == BL_EXPR_CONDITION || e->kind == BL_EXPR_BINARY)) {
		for (uint32_t i = 0; i < e->n; i++) /* each of them, where it stands */
			if (e->kids[i])
				bl_bicep_need_start(c, e->kids[i], code, what);
		return;
	}
	bl_bicep_error(c, part->span, code, "%s must be known at the start of the deployment, and this is not", what);
}

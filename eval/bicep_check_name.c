/* Checks of names and members: which there are, where each may be used, and what type it has. */
#include "eval/bicep_check.h"

bool bl_bicep_is_deployable(const bl_block *block)
{
	return bl_block_is(block, "resource") || bl_block_is(block, "module");
}

bl_bicep_symbol *bl_bicep_find(const bl_bicep_checker *c, bl_str name)
{
	return bl_map_get(&c->s->symbols, name);
}

const bl_bicep_variable *bl_bicep_local(const bl_bicep_checker *c, bl_str name)
{
	const bl_bicep_variable *l = c->locals;
	while (l && !bl_str_eq(l->name, name))
		l = l->next;
	return l;
}

const bl_block *bl_bicep_nested_resource(const bl_block *block, bl_str child)
{
	for (size_t i = 0; block && i < block->blocks.n; i++)
		if (bl_str_eq(bl_block_label(block->blocks.items[i], 0), child))
			return block->blocks.items[i];
	return NULL;
}

/* ---- names ---- */

static const bl_bicep_type *resource_type(bl_bicep_checker *c, const bl_block *block)
{
	bl_bicep_type *t = bl_new(c->arena, bl_bicep_type);
	bl_str kind = bl_block_label(block, 1);
	ptrdiff_t at = bl_str_rfind_char(kind, '@');
	t->kind = BL_BICEP_RESOURCE;
	t->block = block;
	t->name = bl_block_is(block, "module") ? BL_STR("module") : at < 0 ? kind : bl_str_slice(kind, 0, (size_t)at);
	const bl_expr *body = bl_block_expr(block, "body");
	return body && body->kind == BL_EXPR_FOR ? bl_bicep_array_of(c->arena, t) : t;
}

/* A variable's type is its value's, which is looked at the first time it is asked for. */
static const bl_bicep_type *variable_type(bl_bicep_checker *c, bl_bicep_symbol *symbol)
{
	const bl_bicep_type *declared = bl_bicep_declared_type(symbol->scope, symbol->block);
	const bl_expr *value = bl_block_expr(symbol->block, "value");
	if (symbol->scope != c->s || !value || c->depth >= BL_BICEP_MAX_CHECKED)
		return declared ? declared : &bl_bicep_t_any;
	symbol->type = &bl_bicep_t_any; /* while it is looked at */
	const bl_bicep_variable *locals = c->locals;
	bl_bicep_rules rules = c->rules;
	bl_bicep_symbol *busy = c->busy;
	c->locals = NULL;
	c->busy = symbol;
	c->rules = (bl_bicep_rules){.loop_ok = true, .deployed = true, .collection_ok = true};
	c->depth++;
	if (declared)
		bl_bicep_expect(c, declared, value);
	else
		declared = bl_bicep_infer(c, value);
	if (value->kind == BL_EXPR_FOR && value->kids[2]) {
		bl_bicep_need_start(c, value->kids[0], "BCP178", "what a loop runs over");
		c->whole = true;
		bl_bicep_need_start(c, value->kids[2], "BCP182", "the body of a variable's loop");
		c->whole = false;
	}
	c->depth--;
	c->busy = busy;
	c->rules = rules;
	c->locals = locals;
	symbol->type = declared;
	return declared;
}

const bl_bicep_type *bl_bicep_symbol_type(bl_bicep_checker *c, bl_bicep_symbol *symbol)
{
	if (!symbol->block || bl_block_is(symbol->block, "type"))
		return &bl_bicep_t_any;
	if (symbol->type)
		return symbol->type;
	if (bl_bicep_is_deployable(symbol->block))
		return symbol->type = resource_type(c, symbol->block);
	if (bl_block_is(symbol->block, "var"))
		return variable_type(c, symbol);
	if (!bl_block_is(symbol->block, "param"))
		return &bl_bicep_t_any;
	const bl_bicep_type *t = bl_bicep_declared_type(symbol->scope, symbol->block);
	return symbol->type = t ? t : &bl_bicep_t_any;
}

static bool is_namespace(bl_str name)
{
	return bl_str_eqz(name, "az") || bl_str_eqz(name, "sys");
}

/* A name is used where only some of what is declared may be. */
static void check_reach(bl_bicep_checker *c, const bl_expr *e, const bl_block *block)
{
	if (c->rules.parameter && !c->parameters && (bl_bicep_is_deployable(block) || bl_block_is(block, "var")))
		bl_bicep_error(c, e->span, "BCP072", "a parameter's default can only refer to other parameters, not to '" BL_FMT "'",
			BL_ARG(e->text));
	if (c->rules.function && (bl_bicep_is_deployable(block) || bl_block_is(block, "param")))
		bl_bicep_error(c, e->span, "BCP057", "'" BL_FMT "' cannot be used in a function", BL_ARG(e->text));
}

const bl_bicep_type *bl_bicep_infer_name(bl_bicep_checker *c, const bl_expr *e)
{
	const bl_bicep_variable *l = bl_bicep_local(c, e->text);
	if (l)
		return l->type;
	bl_bicep_symbol *symbol = bl_bicep_find(c, e->text);
	if (!symbol) {
		if (!is_namespace(e->text) && !c->extended && e->text.n)
			bl_bicep_error(c, e->span, "BCP057", "the name '" BL_FMT "' does not exist here", BL_ARG(e->text));
		return &bl_bicep_t_any;
	}
	if (symbol == c->busy && !bl_block_is(symbol->block, "func")) {
		bl_bicep_error(c, e->span, "BCP079", "'" BL_FMT "' refers to itself", BL_ARG(e->text));
		return &bl_bicep_t_any;
	}
	if (c->rules.constant && (bl_block_is(symbol->block, "var") || bl_block_is(symbol->block, "param") || bl_bicep_is_deployable(symbol->block))) {
		bl_bicep_error(c, e->span, "BCP032", "the value must be a compile-time constant");
		return &bl_bicep_t_any;
	}
	check_reach(c, e, symbol->block);
	if (bl_block_is(symbol->block, "func") || bl_block_is(symbol->block, "type")) {
		bl_bicep_error(c, e->span, "BCP063", "'" BL_FMT "' is no parameter, variable, resource or module", BL_ARG(e->text));
		return &bl_bicep_t_any;
	}
	const bl_bicep_type *t = bl_bicep_symbol_type(c, symbol);
	if (t->kind == BL_BICEP_ARRAY && t->element && t->element->kind == BL_BICEP_RESOURCE && !c->rules.collection_ok &&
		bl_bicep_is_deployable(symbol->block))
		bl_bicep_error(c, e->span, "BCP144", "the collection '" BL_FMT "' cannot be referred to as a whole here", BL_ARG(e->text));
	return t;
}

/* ---- members ---- */

static const bl_bicep_type *resource_member(bl_bicep_checker *c, const bl_bicep_type *t, const bl_expr *e)
{
	if (!bl_block_is(t->block, "module")) {
		bool text = bl_str_eqz(e->text, "id") || bl_str_eqz(e->text, "name") || bl_str_eqz(e->text, "type") ||
			    bl_str_eqz(e->text, "apiVersion");
		if (bl_str_eqz(e->text, "dependsOn") || bl_str_eqz(e->text, "scope") || bl_str_eqz(e->text, "parent"))
			bl_bicep_error(c, e->span, "BCP077", "'" BL_FMT "' can be set, and not read", BL_ARG(e->text));
		return text ? &bl_bicep_t_string : &bl_bicep_t_any;
	}
	if (bl_str_eqz(e->text, "name"))
		return &bl_bicep_t_string;
	const bl_bicep_type *outputs = bl_str_eqz(e->text, "outputs") ? bl_bicep_module_outputs(c, t->block) : NULL;
	return outputs ? outputs : &bl_bicep_t_any;
}

/* The type of one member of an object whose properties are all known. */
static const bl_bicep_type *object_member(bl_bicep_checker *c, const bl_bicep_type *t, bl_str key, bool safe, bl_span span)
{
	const bl_bicep_property *p = bl_bicep_find_property(t, key);
	if (p)
		return p->type;
	if (t->closed && !t->element && !safe)
		bl_bicep_error(c, span, "BCP053", "there is no property '" BL_FMT "'", BL_ARG(key));
	return t->element ? t->element : &bl_bicep_t_any;
}

const bl_bicep_type *bl_bicep_infer_member(bl_bicep_checker *c, const bl_expr *e)
{
	bl_bicep_rules rules = c->rules;
	rules.collection_ok = true; /* what it is of a collection is said here */
	rules.loop_ok = rules.property = rules.secret_ok = false;
	/* `ns.x` of an import is one of its names */
	bl_bicep_symbol *file = e->kids[0]->kind == BL_EXPR_NAME && !bl_bicep_local(c, e->kids[0]->text) ? bl_bicep_find(c, e->kids[0]->text) : NULL;
	if (file && file->file) {
		bl_bicep_symbol *symbol = bl_map_get(&file->file->symbols, e->text);
		if (!symbol || !symbol->block || !bl_block_attr(symbol->block, "@export"))
			bl_bicep_error(c, e->span, "BCP053", "'" BL_FMT "' exports no '" BL_FMT "'", BL_ARG(e->kids[0]->text), BL_ARG(e->text));
		return symbol ? bl_bicep_symbol_type(c, symbol) : &bl_bicep_t_any;
	}
	const bl_bicep_type *t = bl_bicep_not_null(c->arena, bl_bicep_infer_with(c, e->kids[0], rules));
	switch (t->kind) {
	case BL_BICEP_RESOURCE:
		return resource_member(c, t, e);
	case BL_BICEP_OBJECT:
		return object_member(c, t, e->text, e->safe, e->span);
	case BL_BICEP_ARRAY:
	case BL_BICEP_BOOL:
	case BL_BICEP_INT:
	case BL_BICEP_STRING:
		bl_bicep_error(c, e->span, "BCP055", "a value of type '" BL_FMT "' has no properties", BL_ARG(bl_bicep_type_text(c->arena, t)));
		return &bl_bicep_t_any;
	default:
		return &bl_bicep_t_any;
	}
}

/* Is a lambda's parameter used in e? */
static bool uses_lambda(const bl_bicep_checker *c, const bl_expr *e, int depth)
{
	if (!e || depth > BL_BICEP_MAX_CHECKED)
		return false;
	const bl_bicep_variable *l = e->kind == BL_EXPR_NAME ? bl_bicep_local(c, e->text) : NULL;
	if (l)
		return l->lambda;
	for (uint32_t i = 0; i < e->n; i++)
		if (uses_lambda(c, e->kids[i], depth + 1))
			return true;
	return false;
}

static const bl_bicep_type *tuple_element(bl_bicep_checker *c, const bl_bicep_type *t, const bl_bicep_type *index, const bl_expr *e)
{
	int64_t i;
	if (!t->tuple)
		return t->element ? t->element : &bl_bicep_t_any;
	bool from_end = bl_str_eqz(e->text, "^");
	if (index->literal && bl_azure_int(index->literal, &i) && !from_end) {
		if (i >= 0 && (size_t)i < t->items.n)
			return t->items.items[i];
		if (!e->safe)
			bl_bicep_error(c, e->kids[1]->span, "BCP311", "there is no element %lld", (long long)i);
		return &bl_bicep_t_any;
	}
	const bl_bicep_type *all = t->items.n ? t->items.items[0] : &bl_bicep_t_any;
	for (size_t k = 1; k < t->items.n && all->kind != BL_BICEP_ANY; k++)
		all = bl_bicep_union_of(c->arena, all, t->items.items[k]);
	return all;
}

const bl_bicep_type *bl_bicep_infer_element(bl_bicep_checker *c, const bl_expr *e)
{
	bl_bicep_rules rules = c->rules;
	rules.collection_ok = true;
	rules.loop_ok = rules.property = rules.secret_ok = false;
	const bl_bicep_type *t = bl_bicep_not_null(c->arena, bl_bicep_infer_with(c, e->kids[0], rules));
	const bl_bicep_type *index = bl_bicep_infer_part(c, e->kids[1]);
	if (t->kind == BL_BICEP_ARRAY && t->element && t->element->kind == BL_BICEP_RESOURCE &&
		bl_bicep_named_resource(c, e->kids[0]) && uses_lambda(c, e->kids[1], 0))
		bl_bicep_error(c, e->kids[1]->span, "BCP247", "a lambda's variable cannot choose from a resource or module collection");
	switch (t->kind) {
	case BL_BICEP_ARRAY:
		if (index->kind == BL_BICEP_STRING || index->kind == BL_BICEP_BOOL || index->kind == BL_BICEP_OBJECT)
			bl_bicep_error(c, e->kids[1]->span, "BCP074", "an array is indexed by an integer, not by '" BL_FMT "'",
				BL_ARG(bl_bicep_type_text(c->arena, index)));
		return tuple_element(c, t, index, e);
	case BL_BICEP_OBJECT:
		if (index->kind == BL_BICEP_INT || index->kind == BL_BICEP_BOOL || index->kind == BL_BICEP_ARRAY)
			bl_bicep_error(c, e->kids[1]->span, "BCP075", "an object is indexed by a string, not by '" BL_FMT "'",
				BL_ARG(bl_bicep_type_text(c->arena, index)));
		if (index->kind == BL_BICEP_STRING && index->literal)
			return object_member(c, t, index->literal->string, e->safe, e->kids[1]->span);
		return t->element ? t->element : &bl_bicep_t_any;
	case BL_BICEP_BOOL:
	case BL_BICEP_INT:
	case BL_BICEP_STRING:
		bl_bicep_error(c, e->kids[0]->span, "BCP076", "a value of type '" BL_FMT "' cannot be indexed",
			BL_ARG(bl_bicep_type_text(c->arena, t)));
		return &bl_bicep_t_any;
	default:
		return &bl_bicep_t_any;
	}
}

const bl_bicep_type *bl_bicep_infer_child(bl_bicep_checker *c, const bl_expr *e)
{
	bl_bicep_rules rules = c->rules;
	rules.collection_ok = true;
	const bl_bicep_type *t = bl_bicep_infer_with(c, e->kids[0], rules);
	if (t->kind != BL_BICEP_RESOURCE || bl_block_is(t->block, "module"))
		return &bl_bicep_t_any;
	const bl_block *found = bl_bicep_nested_resource(t->block, e->text);
	if (found)
		return resource_type(c, found);
	bl_bicep_error(c, e->span, "BCP159", "the resource has no nested resource '" BL_FMT "'", BL_ARG(e->text));
	return &bl_bicep_t_any;
}

/* Checks of expressions: what type each has, which names there are, what stands where it may not. */
#include "eval/bicep_check.h"

enum { MAX_DEPTH = 200 };

static const bl_expr *attr(const bl_block *block, const char *name)
{
	const bl_attr *a = bl_block_attr(block, name);
	return a ? a->expr : NULL;
}

static bool is(const bl_block *block, const char *kind)
{
	return block && bl_str_eqz(block->kind, kind);
}

static bool is_deployable(const bl_block *block)
{
	return is(block, "resource") || is(block, "module");
}

static bl_bicep_symbol *find(const bl_bicep_checker *c, bl_str name)
{
	return bl_map_get(&c->s->symbols, name);
}

static const bl_bicep_variable *local(const bl_bicep_checker *c, bl_str name)
{
	const bl_bicep_variable *l = c->locals;
	while (l && !bl_str_eq(l->name, name))
		l = l->next;
	return l;
}

const bl_bicep_type *bl_bicep_infer_with(bl_bicep_checker *c, const bl_expr *e, bl_bicep_rules rules)
{
	bl_bicep_rules outer = c->rules;
	c->rules = rules;
	const bl_bicep_type *t = bl_bicep_infer(c, e);
	c->rules = outer;
	return t;
}

/* What is below an expression is neither a property's value nor a loop's place any more. */
static const bl_bicep_type *infer_part(bl_bicep_checker *c, const bl_expr *e)
{
	bl_bicep_rules rules = c->rules;
	rules.loop_ok = rules.property = rules.secret_ok = false;
	rules.collection_ok = false;
	return bl_bicep_infer_with(c, e, rules);
}

/* ---- names ---- */

static const bl_bicep_type *resource_type(bl_bicep_checker *c, const bl_block *block)
{
	bl_bicep_type *t = bl_new(c->arena, bl_bicep_type);
	bl_str kind = bl_block_label(block, 1);
	ptrdiff_t at = bl_str_rfind_char(kind, '@');
	t->kind = BL_BICEP_RESOURCE;
	t->block = block;
	t->name = is(block, "module") ? BL_STR("module") : at < 0 ? kind : bl_str_slice(kind, 0, (size_t)at);
	const bl_expr *body = attr(block, "body");
	return body && body->kind == BL_EXPR_FOR ? bl_bicep_array_of(c->arena, t) : t;
}

/* A variable's type is its value's, which is looked at the first time it is asked for. */
static const bl_bicep_type *variable_type(bl_bicep_checker *c, bl_bicep_symbol *symbol)
{
	const bl_bicep_type *declared = bl_bicep_declared_type(symbol->scope, symbol->block);
	const bl_expr *value = attr(symbol->block, "value");
	if (symbol->scope != c->s || !value || c->depth >= MAX_DEPTH)
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
	if (!symbol->block || is(symbol->block, "type"))
		return &bl_bicep_t_any;
	if (symbol->type)
		return symbol->type;
	if (is_deployable(symbol->block))
		return symbol->type = resource_type(c, symbol->block);
	if (is(symbol->block, "var"))
		return variable_type(c, symbol);
	if (!is(symbol->block, "param"))
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
	if (c->rules.parameter && !c->parameters && (is_deployable(block) || is(block, "var")))
		bl_bicep_error(c, e->span, "BCP072", "a parameter's default can only refer to other parameters, not to '" BL_FMT "'",
			BL_ARG(e->text));
	if (c->rules.function && (is_deployable(block) || is(block, "param")))
		bl_bicep_error(c, e->span, "BCP057", "'" BL_FMT "' cannot be used in a function", BL_ARG(e->text));
}

static const bl_bicep_type *name(bl_bicep_checker *c, const bl_expr *e)
{
	const bl_bicep_variable *l = local(c, e->text);
	if (l)
		return l->type;
	bl_bicep_symbol *symbol = find(c, e->text);
	if (!symbol) {
		if (!is_namespace(e->text) && !c->extended && e->text.n)
			bl_bicep_error(c, e->span, "BCP057", "the name '" BL_FMT "' does not exist here", BL_ARG(e->text));
		return &bl_bicep_t_any;
	}
	if (symbol == c->busy && !is(symbol->block, "func")) {
		bl_bicep_error(c, e->span, "BCP079", "'" BL_FMT "' refers to itself", BL_ARG(e->text));
		return &bl_bicep_t_any;
	}
	if (c->rules.constant && (is(symbol->block, "var") || is(symbol->block, "param") || is_deployable(symbol->block))) {
		bl_bicep_error(c, e->span, "BCP032", "the value must be a compile-time constant");
		return &bl_bicep_t_any;
	}
	check_reach(c, e, symbol->block);
	if (is(symbol->block, "func") || is(symbol->block, "type")) {
		bl_bicep_error(c, e->span, "BCP063", "'" BL_FMT "' is no parameter, variable, resource or module", BL_ARG(e->text));
		return &bl_bicep_t_any;
	}
	const bl_bicep_type *t = bl_bicep_symbol_type(c, symbol);
	if (t->kind == BL_BICEP_ARRAY && t->element && t->element->kind == BL_BICEP_RESOURCE && !c->rules.collection_ok &&
		is_deployable(symbol->block))
		bl_bicep_error(c, e->span, "BCP144", "the collection '" BL_FMT "' cannot be referred to as a whole here", BL_ARG(e->text));
	return t;
}

/* ---- what is known only after deployment ---- */

static const bl_block *nested(const bl_block *block, bl_str child)
{
	for (size_t i = 0; block && i < block->blocks.n; i++)
		if (bl_str_eq(bl_block_label(block->blocks.items[i], 0), child))
			return block->blocks.items[i];
	return NULL;
}

const bl_block *bl_bicep_named_resource(bl_bicep_checker *c, const bl_expr *e)
{
	for (int i = 0; i < MAX_DEPTH; i++) {
		bl_bicep_symbol *symbol;
		const bl_block *block;
		switch (e->kind) {
		case BL_EXPR_NAME:
			symbol = local(c, e->text) ? NULL : find(c, e->text);
			if (!symbol || symbol->scope != c->s || !symbol->block)
				return NULL;
			if (is_deployable(symbol->block))
				return symbol->block;
			if (!is(symbol->block, "var") || !attr(symbol->block, "value"))
				return NULL;
			e = attr(symbol->block, "value");
			break;
		case BL_EXPR_INDEX:
			block = e->kids[0]->kind == BL_EXPR_INDEX ? NULL : bl_bicep_named_resource(c, e->kids[0]);
			return block && attr(block, "body") && attr(block, "body")->kind == BL_EXPR_FOR ? block : NULL;
		case BL_EXPR_CHILD:
			return nested(bl_bicep_named_resource(c, e->kids[0]), e->text);
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
	return bl_str_eqz(property, "name") || (!is(block, "module") && (bl_str_eqz(property, "id") ||
									bl_str_eqz(property, "type") ||
									bl_str_eqz(property, "apiVersion")));
}

static const bl_expr *runtime_part(bl_bicep_checker *c, const bl_expr *e, int depth);

static bool is_runtime_symbol(bl_bicep_checker *c, bl_bicep_symbol *symbol, int depth)
{
	const bl_expr *value = symbol && is(symbol->block, "var") ? attr(symbol->block, "value") : NULL;
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
	for (int i = 0; key && key->kind == BL_EXPR_NAME && i < MAX_DEPTH; i++) { /* a variable may hold the name */
		bl_bicep_symbol *symbol = local(c, key->text) ? NULL : find(c, key->text);
		key = symbol && symbol->scope == c->s && is(symbol->block, "var") ? attr(symbol->block, "value") : NULL;
	}
	bool literal = key && key->kind == BL_EXPR_LITERAL && key->value->kind == BL_STRING;
	bool built = key && key->kind == BL_EXPR_TEMPLATE;
	return built || (literal && known_at_start(block, key->value->string)) ? runtime_part(c, e->kids[1], depth) : e;
}

/* The first part of e that is not known before something has been deployed; NULL when all is. */
static const bl_expr *runtime_part(bl_bicep_checker *c, const bl_expr *e, int depth)
{
	if (!e || depth++ > MAX_DEPTH || e->kind == BL_EXPR_TYPE)
		return NULL;
	if (c->whole && (e->kind == BL_EXPR_NAME || e->kind == BL_EXPR_CHILD || e->kind == BL_EXPR_INDEX) && bl_bicep_named_resource(c, e))
		return e;
	if (e->kind == BL_EXPR_NAME)
		return !local(c, e->text) && !bl_bicep_named_resource(c, e) && is_runtime_symbol(c, find(c, e->text), depth) ? e
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
		if (az && is_runtime_call(e) && !find(c, e->text))
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

/* ---- members ---- */

static const bl_bicep_type *resource_member(bl_bicep_checker *c, const bl_bicep_type *t, const bl_expr *e)
{
	if (!is(t->block, "module")) {
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

static const bl_bicep_type *member(bl_bicep_checker *c, const bl_expr *e)
{
	bl_bicep_rules rules = c->rules;
	rules.collection_ok = true; /* what it is of a collection is said here */
	rules.loop_ok = rules.property = rules.secret_ok = false;
	/* `ns.x` of an import is one of its names */
	bl_bicep_symbol *file = e->kids[0]->kind == BL_EXPR_NAME && !local(c, e->kids[0]->text) ? find(c, e->kids[0]->text) : NULL;
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
	if (!e || depth > MAX_DEPTH)
		return false;
	const bl_bicep_variable *l = e->kind == BL_EXPR_NAME ? local(c, e->text) : NULL;
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

static const bl_bicep_type *element(bl_bicep_checker *c, const bl_expr *e)
{
	bl_bicep_rules rules = c->rules;
	rules.collection_ok = true;
	rules.loop_ok = rules.property = rules.secret_ok = false;
	const bl_bicep_type *t = bl_bicep_not_null(c->arena, bl_bicep_infer_with(c, e->kids[0], rules));
	const bl_bicep_type *index = infer_part(c, e->kids[1]);
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

static const bl_bicep_type *child(bl_bicep_checker *c, const bl_expr *e)
{
	bl_bicep_rules rules = c->rules;
	rules.collection_ok = true;
	const bl_bicep_type *t = bl_bicep_infer_with(c, e->kids[0], rules);
	if (t->kind != BL_BICEP_RESOURCE || is(t->block, "module"))
		return &bl_bicep_t_any;
	const bl_block *found = nested(t->block, e->text);
	if (found)
		return resource_type(c, found);
	bl_bicep_error(c, e->span, "BCP159", "the resource has no nested resource '" BL_FMT "'", BL_ARG(e->text));
	return &bl_bicep_t_any;
}

/* ---- operators ---- */

/* Could a value of type t be of that kind? */
static bool may_be(const bl_bicep_type *t, bl_bicep_type_kind kind)
{
	for (size_t i = 0; t->kind == BL_BICEP_UNION && i < t->items.n; i++)
		if (may_be(t->items.items[i], kind))
			return true;
	return t->kind == BL_BICEP_ANY || t->kind == kind;
}

static const bl_bicep_type *unary(bl_bicep_checker *c, const bl_expr *e)
{
	if (bl_str_eqz(e->text, "!.")) {
		bl_bicep_rules rules = c->rules;
		const bl_bicep_type *t = bl_bicep_infer_with(c, e->kids[0], rules);
		return bl_bicep_not_null(c->arena, t);
	}
	const bl_bicep_type *t = infer_part(c, e->kids[0]);
	bool not = bl_str_eqz(e->text, "!");
	if (!may_be(t, not ? BL_BICEP_BOOL : BL_BICEP_INT))
		bl_bicep_error(c, e->span, "BCP044", "operator '" BL_FMT "' cannot be applied to '" BL_FMT "'", BL_ARG(e->text),
			BL_ARG(bl_bicep_type_text(c->arena, t)));
	else if (c->rules.constant && (not || !t->literal))
		bl_bicep_error(c, e->span, "BCP032", "the value must be a compile-time constant");
	bl_azure_frame f = {.azure = c->s->azure};
	if (!not && t->literal)
		return bl_bicep_literal_type(c->arena, bl_azure_eval(&f, e));
	return not ? &bl_bicep_t_bool : &bl_bicep_t_int;
}

typedef struct operator_rule {
	const char *text;
	uint8_t operands; /* what both must be; ANY: anything; NULL: both int or both string */
	uint8_t result;
} operator_rule;

static const bl_bicep_type *result_of(uint8_t kind)
{
	return kind == BL_BICEP_BOOL ? &bl_bicep_t_bool : kind == BL_BICEP_INT ? &bl_bicep_t_int : &bl_bicep_t_any;
}

static const bl_bicep_type *binary(bl_bicep_checker *c, const bl_expr *e)
{
	static const operator_rule rules[] = {
		{"!=", BL_BICEP_ANY, BL_BICEP_BOOL}, {"!~", BL_BICEP_STRING, BL_BICEP_BOOL}, {"%", BL_BICEP_INT, BL_BICEP_INT},
		{"&&", BL_BICEP_BOOL, BL_BICEP_BOOL}, {"*", BL_BICEP_INT, BL_BICEP_INT}, {"+", BL_BICEP_INT, BL_BICEP_INT},
		{"-", BL_BICEP_INT, BL_BICEP_INT}, {"/", BL_BICEP_INT, BL_BICEP_INT}, {"<", BL_BICEP_NULL, BL_BICEP_BOOL},
		{"<=", BL_BICEP_NULL, BL_BICEP_BOOL}, {"==", BL_BICEP_ANY, BL_BICEP_BOOL}, {"=~", BL_BICEP_STRING, BL_BICEP_BOOL},
		{">", BL_BICEP_NULL, BL_BICEP_BOOL}, {">=", BL_BICEP_NULL, BL_BICEP_BOOL}, {"||", BL_BICEP_BOOL, BL_BICEP_BOOL}};
	const bl_bicep_type *x = infer_part(c, e->kids[0]), *y = infer_part(c, e->kids[1]);
	if (c->rules.constant)
		bl_bicep_error(c, e->span, "BCP032", "the value must be a compile-time constant");
	if (bl_str_eqz(e->text, "??"))
		return bl_bicep_union_of(c->arena, bl_bicep_not_null(c->arena, x), y);
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		if (!bl_str_eqz(e->text, rules[i].text))
			continue;
		bl_bicep_type_kind want = rules[i].operands;
		bool ok = want == BL_BICEP_ANY ||
			  (want == BL_BICEP_NULL ? (may_be(x, BL_BICEP_INT) && may_be(y, BL_BICEP_INT)) ||
							   (may_be(x, BL_BICEP_STRING) && may_be(y, BL_BICEP_STRING))
						 : may_be(x, want) && may_be(y, want));
		if (!ok)
			bl_bicep_error(c, e->span, "BCP045", "operator '" BL_FMT "' cannot be applied to '" BL_FMT "' and '" BL_FMT "'",
				BL_ARG(e->text), BL_ARG(bl_bicep_type_text(c->arena, x)), BL_ARG(bl_bicep_type_text(c->arena, y)));
		return ok ? result_of(rules[i].result) : &bl_bicep_t_any;
	}
	return &bl_bicep_t_any;
}

static const bl_bicep_type *condition(bl_bicep_checker *c, const bl_expr *e)
{
	const bl_bicep_type *t = infer_part(c, e->kids[0]);
	bl_bicep_rules rules = c->rules;
	rules.loop_ok = rules.property = false; /* but a secret may be one of two */
	const bl_bicep_type *x = bl_bicep_infer_with(c, e->kids[1], rules), *y = bl_bicep_infer_with(c, e->kids[2], rules);
	if (!may_be(t, BL_BICEP_BOOL))
		bl_bicep_error(c, e->kids[0]->span, "BCP046", "expected a value of type 'bool'");
	if (t->literal && t->kind == BL_BICEP_BOOL)
		return t->literal->boolean ? x : y;
	return bl_bicep_union_of(c->arena, x, y);
}

/* ---- arrays, objects, loops ---- */

static const bl_bicep_type *list(bl_bicep_checker *c, const bl_expr *e)
{
	bl_bicep_type *t = bl_new(c->arena, bl_bicep_type);
	bl_bicep_rules rules = c->rules;
	rules.loop_ok = rules.secret_ok = false; /* but an object in it may hold loops */
	t->kind = BL_BICEP_ARRAY;
	t->tuple = true;
	for (uint32_t i = 0; i < e->n; i++) {
		if (e->kids[i]->kind != BL_EXPR_SPREAD) {
			bl_vec_push(c->arena, &t->items, bl_bicep_infer_with(c, e->kids[i], rules));
			continue;
		}
		const bl_bicep_type *spread = infer_part(c, e->kids[i]->kids[0]);
		if (!may_be(spread, BL_BICEP_ARRAY))
			bl_bicep_error(c, e->kids[i]->span, "BCP397", "only an array can be spread here, not '" BL_FMT "'",
				BL_ARG(bl_bicep_type_text(c->arena, spread)));
		t->tuple = false;
	}
	return t->tuple ? t : &bl_bicep_t_array;
}

/* Two properties of one name, where both are written. */
static void check_twice(bl_bicep_checker *c, const bl_expr *e)
{
	bl_map seen = {0};
	for (uint32_t i = 0; i + 1 < e->n; i += 2) {
		const bl_expr *key = e->kids[i];
		if (key->kind != BL_EXPR_LITERAL || key->value->kind != BL_STRING)
			continue;
		bl_expr *before = bl_map_put(c->arena, &seen, key->value->string, (void *)key);
		if (!before)
			continue;
		bl_bicep_error(c, before->span, "BCP025", "the property '" BL_FMT "' is set more than once", BL_ARG(key->value->string));
		bl_bicep_error(c, key->span, "BCP025", "the property '" BL_FMT "' is set more than once", BL_ARG(key->value->string));
	}
}

/* A property's value, under the rules of what is around it. */
static bl_bicep_rules value_rules(const bl_bicep_checker *c)
{
	bl_bicep_rules rules = c->rules;
	rules.loop_ok = rules.property;
	return rules;
}

static const bl_bicep_type *object(bl_bicep_checker *c, const bl_expr *e)
{
	bl_bicep_type *t = bl_new(c->arena, bl_bicep_type);
	t->kind = BL_BICEP_OBJECT;
	t->closed = true;
	check_twice(c, e);
	for (uint32_t i = 0; i + 1 < e->n; i += 2) {
		const bl_expr *key = e->kids[i], *value = e->kids[i + 1];
		if (key->kind == BL_EXPR_SPREAD) {
			const bl_bicep_type *spread = infer_part(c, key->kids[0]);
			if (!may_be(spread, BL_BICEP_OBJECT) && !may_be(spread, BL_BICEP_RESOURCE) && !may_be(spread, BL_BICEP_NULL))
				bl_bicep_error(c, key->span, "BCP398", "only an object can be spread here, not '" BL_FMT "'",
					BL_ARG(bl_bicep_type_text(c->arena, spread)));
			t->closed = false;
			t->element = &bl_bicep_t_any;
			continue;
		}
		bool plain = key->kind == BL_EXPR_LITERAL && key->value->kind == BL_STRING;
		if (!plain)
			infer_part(c, key);
		if (!plain && value->kind == BL_EXPR_FOR && c->rules.property)
			bl_bicep_error(c, key->span, "BCP143", "a loop cannot be the value of a property whose name is an expression");
		const bl_bicep_type *type = bl_bicep_infer_with(c, value, value_rules(c));
		if (plain)
			bl_vec_push(c->arena, &t->properties, ((bl_bicep_property){key->value->string, type, false}));
		else
			t->element = &bl_bicep_t_any;
	}
	return t;
}

static void check_loop_place(bl_bicep_checker *c, const bl_expr *e)
{
	if (c->rules.in_loop && c->rules.loop_ok && c->rules.property)
		bl_bicep_error(c, e->span, "BCP142", "a property's loop cannot stand in another one");
	else if (!c->rules.loop_ok)
		bl_bicep_error(c, e->span, "BCP138", "a loop cannot stand here");
}

static const bl_bicep_type *loop_element(const bl_bicep_checker *c, const bl_bicep_type *in)
{
	if (in->kind != BL_BICEP_ARRAY)
		return &bl_bicep_t_any;
	if (!in->tuple)
		return in->element ? in->element : &bl_bicep_t_any;
	const bl_bicep_type *all = in->items.n ? in->items.items[0] : &bl_bicep_t_any;
	for (size_t i = 1; i < in->items.n; i++) {
		/* elements of many forms are of no use to check with */
		if (all->kind == BL_BICEP_OBJECT || all->kind == BL_BICEP_ARRAY || in->items.items[i]->kind != all->kind)
			return &bl_bicep_t_any;
		all = bl_bicep_union_of(c->arena, all, in->items.items[i]);
		if (all->kind == BL_BICEP_UNION)
			return all->items.items[0]->kind == BL_BICEP_STRING ? &bl_bicep_t_string
			       : all->items.items[0]->kind == BL_BICEP_INT  ? &bl_bicep_t_int
									    : &bl_bicep_t_any;
	}
	return all;
}

void bl_bicep_each(bl_bicep_checker *c, const bl_expr *e, bl_bicep_body body, void *context)
{
	bl_bicep_rules rules = c->rules;
	check_loop_place(c, e);
	rules.loop_ok = rules.property = rules.secret_ok = false;
	rules.collection_ok = true;
	const bl_bicep_type *in = bl_bicep_infer_with(c, e->kids[0], rules);
	if (!may_be(in, BL_BICEP_ARRAY))
		bl_bicep_error(c, e->kids[0]->span, "BCP137", "a loop needs an array, not '" BL_FMT "'",
			BL_ARG(bl_bicep_type_text(c->arena, in)));
	const bl_bicep_variable *outer = c->locals;
	bl_bicep_variable position = {bl_expr_for_key(e), &bl_bicep_t_int, false, outer};
	bl_bicep_variable item = {e->text, loop_element(c, in), false, position.name.n ? &position : outer};
	if (position.name.n && bl_str_eq(item.name, position.name))
		bl_bicep_error(c, e->span, "BCP028", "'" BL_FMT "' is declared more than once", BL_ARG(e->text));
	bl_bicep_rules before = c->rules;
	c->locals = &item;
	c->rules.in_loop |= c->rules.property;
	c->rules.loop_ok = c->rules.secret_ok = c->rules.collection_ok = false;
	body(c, e->kids[2], context);
	c->rules = before;
	c->locals = outer;
}

static void infer_body(bl_bicep_checker *c, const bl_expr *e, void *context)
{
	*(const bl_bicep_type **)context = bl_bicep_infer(c, e);
}

static void expect_body(bl_bicep_checker *c, const bl_expr *e, void *context)
{
	bl_bicep_expect(c, context, e);
}

static const bl_bicep_type *loop(bl_bicep_checker *c, const bl_expr *e)
{
	const bl_bicep_type *body = &bl_bicep_t_any;
	bl_bicep_each(c, e, infer_body, &body);
	return bl_bicep_array_of(c->arena, body);
}

const bl_bicep_type *bl_bicep_infer(bl_bicep_checker *c, const bl_expr *e)
{
	const bl_bicep_type *t = &bl_bicep_t_any;
	if (c->depth >= MAX_DEPTH)
		return t;
	c->depth++;
	switch (e->kind) {
	case BL_EXPR_LITERAL:
		t = bl_bicep_literal_type(c->arena, e->value);
		break;
	case BL_EXPR_TEMPLATE:
		for (uint32_t i = 0; i < e->n; i++)
			infer_part(c, e->kids[i]);
		if (c->rules.constant)
			bl_bicep_error(c, e->span, "BCP032", "the value must be a compile-time constant");
		t = &bl_bicep_t_string;
		break;
	case BL_EXPR_NAME:
		t = name(c, e);
		break;
	case BL_EXPR_ATTR:
		t = member(c, e);
		break;
	case BL_EXPR_INDEX:
		t = element(c, e);
		break;
	case BL_EXPR_CHILD:
		t = child(c, e);
		break;
	case BL_EXPR_CALL:
		t = bl_bicep_infer_call(c, e);
		break;
	case BL_EXPR_UNARY:
		t = unary(c, e);
		break;
	case BL_EXPR_BINARY:
		t = binary(c, e);
		break;
	case BL_EXPR_CONDITION:
		t = condition(c, e);
		break;
	case BL_EXPR_LIST:
		t = list(c, e);
		break;
	case BL_EXPR_OBJECT:
		t = object(c, e);
		break;
	case BL_EXPR_FOR:
		t = loop(c, e);
		break;
	case BL_EXPR_IF:
		infer_part(c, e->kids[0]);
		t = bl_bicep_infer(c, e->kids[1]);
		break;
	case BL_EXPR_LAMBDA:
		bl_bicep_error(c, e->span, "BCP242", "a lambda can only be a function's argument");
		break;
	default:
		break;
	}
	c->depth--;
	return t;
}

/* ---- what is wanted ---- */

/* The one object type that a written object can be of; NULL where there is none or more than one. */
static const bl_bicep_type *object_wanted(const bl_bicep_type *to, const bl_expr *e)
{
	const bl_bicep_type *found = NULL;
	if (to->kind == BL_BICEP_OBJECT)
		return to;
	for (size_t i = 0; to->kind == BL_BICEP_UNION && i < to->items.n; i++) {
		const bl_bicep_type *t = to->items.items[i];
		bool fits = t->kind == BL_BICEP_OBJECT;
		for (uint32_t k = 0; fits && k + 1 < e->n; k += 2) {
			const bl_bicep_property *p = e->kids[k]->kind == BL_EXPR_LITERAL
				? bl_bicep_find_property(t, bl_value_text(e->kids[k]->value)) : NULL;
			const bl_expr *v = e->kids[k + 1];
			if (p && p->type->literal && v && v->kind == BL_EXPR_LITERAL &&
				bl_value_equal(p->type->literal, v->value) != BL_YES)
				fits = false;
		}
		if (fits && found)
			return NULL;
		if (fits)
			found = t;
	}
	return found;
}

static void expect_object(bl_bicep_checker *c, const bl_bicep_type *to, const bl_expr *e)
{
	bool spread = false;
	check_twice(c, e);
	for (uint32_t i = 0; i + 1 < e->n; i += 2) {
		const bl_expr *key = e->kids[i];
		const bl_bicep_property *p = NULL;
		if (key->kind == BL_EXPR_SPREAD) {
			infer_part(c, key->kids[0]);
			spread = true;
			continue;
		}
		if (key->kind == BL_EXPR_LITERAL)
			p = bl_bicep_find_property(to, bl_value_text(key->value));
		else
			infer_part(c, key), spread = true;
		const bl_bicep_type *want = p ? p->type : to->element ? to->element : &bl_bicep_t_any;
		if (!p && to->closed && !to->element && key->kind == BL_EXPR_LITERAL)
			bl_bicep_error(c, key->span, "BCP037", "the property '" BL_FMT "' is not allowed here",
				BL_ARG(bl_value_text(key->value)));
		bl_bicep_rules outer = c->rules;
		c->rules = value_rules(c);
		if (p && p->type->secure && !c->rules.constant)
			c->rules.secret_ok = true;
		bl_bicep_expect(c, want, e->kids[i + 1]);
		c->rules = outer;
	}
	for (size_t i = 0; !spread && i < to->properties.n; i++) {
		const bl_bicep_property *p = &to->properties.items[i];
		bool given = p->optional;
		for (uint32_t k = 0; !given && k + 1 < e->n; k += 2)
			given = e->kids[k]->kind == BL_EXPR_LITERAL && bl_str_eq(bl_value_text(e->kids[k]->value), p->name);
		if (!given)
			bl_bicep_error(c, e->span, "BCP035", "the required property '" BL_FMT "' is missing", BL_ARG(p->name));
	}
}

static const bl_bicep_type *element_wanted(const bl_bicep_type *to, size_t i)
{
	if (to->tuple)
		return i < to->items.n ? to->items.items[i] : &bl_bicep_t_any;
	return to->element ? to->element : &bl_bicep_t_any;
}

void bl_bicep_expect(bl_bicep_checker *c, const bl_bicep_type *to, const bl_expr *e)
{
	const bl_bicep_type *wanted = bl_bicep_not_null(c->arena, to);
	bool spread = false;
	if (c->depth >= MAX_DEPTH)
		return;
	c->depth++;
	for (uint32_t i = 0; e->kind == BL_EXPR_LIST && i < e->n; i++)
		spread |= e->kids[i]->kind == BL_EXPR_SPREAD;
	if (e->kind == BL_EXPR_OBJECT && object_wanted(wanted, e)) {
		expect_object(c, object_wanted(wanted, e), e);
	} else if (e->kind == BL_EXPR_LIST && wanted->kind == BL_BICEP_ARRAY && !spread &&
		   !(wanted->tuple && wanted->items.n != e->n)) {
		bl_bicep_rules outer = c->rules;
		c->rules.loop_ok = c->rules.secret_ok = false;
		for (uint32_t i = 0; i < e->n; i++)
			bl_bicep_expect(c, element_wanted(wanted, i), e->kids[i]);
		c->rules = outer;
	} else if (e->kind == BL_EXPR_FOR && wanted->kind == BL_BICEP_ARRAY && !wanted->tuple && wanted->element) {
		bl_bicep_each(c, e, expect_body, (void *)wanted->element);
	} else {
		const bl_bicep_type *from = bl_bicep_infer(c, e);
		if (!bl_bicep_assignable(to, from))
			bl_bicep_error(c, e->span, "BCP033", "expected a value of type '" BL_FMT "', and this is '" BL_FMT "'",
				BL_ARG(bl_bicep_type_text(c->arena, to)), BL_ARG(bl_bicep_type_text(c->arena, from)));
	}
	c->depth--;
}

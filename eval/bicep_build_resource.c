/* Resources and modules of a template: their fields, and what each waits for. */
#include "eval/bicep_build.h"

#include "core/codec/json.h"

#include <stdlib.h>

/* RESOURCE_SIZE: what a resource counts for besides its expressions. */
enum { MAX_DEPTH = 200, MAX_MODULES = 32, RESOURCE_SIZE = 1000 };

static void put(bl_bicep_builder *b, bl_items *items, const char *key, const bl_value *v)
{
	bl_vec_push(b->arena, items, ((bl_item){bl_str_of(key), BL_NOWHERE, v}));
}

static const bl_value *string(bl_bicep_builder *b, bl_str s)
{
	return bl_value_string(b->arena, BL_NOWHERE, s);
}

/* ---- what a resource waits for ---- */

typedef struct dependency {
	bl_bicep_declared *declared;
	bl_str index; /* of one element; else the resource, or the whole collection */
	bl_str order; /* its symbol, which they are sorted by */
} dependency;

typedef struct search {
	bl_bicep_builder *b;
	bl_bicep_declared *of;
	BL_VEC(dependency) found;
	bl_map seen; /* variables and existing resources that have been looked into */
} search;

static void look(search *s, const bl_expr *e, int depth);

/* Variables of loops and lambdas within the resource mean nothing outside of it: their bindings have no text. */
static bool is_inner(const bl_bicep_builder *b, const bl_expr *e, int depth)
{
	if (!e || depth > MAX_DEPTH)
		return false;
	for (const bl_bicep_binding *l = b->locals; e->kind == BL_EXPR_NAME && l; l = l->next)
		if (bl_str_eq(l->name, e->text))
			return !l->text.n;
	for (uint32_t i = 0; i < e->n; i++)
		if (is_inner(b, e->kids[i], depth + 1))
			return true;
	return false;
}

static void bind_inner(bl_bicep_builder *b, bl_str names)
{
	bl_str name;
	while (names.n) {
		bl_bicep_binding *l = bl_new(b->arena, bl_bicep_binding);
		names = bl_str_cut(names, ',', &name);
		*l = (bl_bicep_binding){name, BL_STR(""), b->locals};
		b->locals = l;
	}
}

static void add(search *s, const bl_bicep_named *t)
{
	dependency d = {t->declared, {"", 0}, bl_bicep_build_symbol(s->b, t->declared)};
	if (t->index && !is_inner(s->b, t->index, 0))
		d.index = t->index_text;
	for (size_t i = 0; i < s->found.n && !d.index.n; i++)
		if (s->found.items[i].declared == d.declared && !s->found.items[i].index.n)
			return;
	bl_vec_push(s->b->arena, &s->found, d);
}

/* A resource that exists is not waited for, but what its own name, parent and scope are made of is. */
static void look_through(search *s, bl_bicep_declared *d, int depth)
{
	bl_bicep_builder *b = s->b;
	const bl_expr *loop, *condition, *body = bl_bicep_build_body(d, &loop, &condition);
	if (bl_map_put(b->arena, &s->seen, bl_bicep_build_symbol(b, d), d))
		return;
	bl_bicep_declared *current = b->current;
	const bl_bicep_binding *locals = b->locals;
	b->current = d;
	b->locals = NULL;
	if (loop) {
		look(s, loop->kids[0], depth);
		bind_inner(b, loop->text);
		bind_inner(b, bl_expr_for_key(loop));
	}
	if (condition)
		look(s, condition, depth);
	if (body)
		look(s, body, depth);
	if (d->parent) {
		bl_bicep_named parent = {.declared = d->parent};
		if (d->parent->existing)
			look_through(s, d->parent, depth);
		else
			add(s, &parent);
	}
	b->current = current;
	b->locals = locals;
}

/* A use of t; running: of what it only has once it is there. */
static void use(search *s, const bl_bicep_named *t, bool running, int depth)
{
	if (t->index)
		look(s, t->index, depth);
	if (t->declared == s->of)
		return;
	if (!t->declared->existing || (running && s->b->symbolic))
		add(s, t);
	else
		look_through(s, t->declared, depth);
}

static bool known_at_start(const bl_bicep_declared *d, const bl_expr *e)
{
	bl_str key = e->text;
	if (e->kind == BL_EXPR_INDEX)
		key = e->kids[1]->kind == BL_EXPR_LITERAL ? bl_value_text(e->kids[1]->value) : BL_STR("");
	return bl_bicep_is_known(d, key);
}

static void look_at_variable(search *s, const bl_expr *e, int depth)
{
	bl_bicep_builder *b = s->b;
	for (const bl_bicep_binding *l = b->locals; l; l = l->next)
		if (bl_str_eq(l->name, e->text))
			return;
	bl_bicep_symbol *symbol = bl_map_get(&b->s->symbols, e->text);
	if (!symbol || symbol->scope != b->s || !symbol->block || !bl_str_eqz(symbol->block->kind, "var") ||
		bl_map_put(b->arena, &s->seen, e->text, symbol))
		return;
	const bl_bicep_binding *locals = b->locals;
	b->locals = NULL;
	look(s, bl_block_expr(symbol->block, "value"), depth);
	b->locals = locals;
}

static void look_within(search *s, const bl_expr *e, int depth)
{
	const bl_bicep_binding *outer = s->b->locals;
	for (uint32_t i = 0; i < e->n; i++) {
		if ((e->kind == BL_EXPR_FOR && i == 2) || e->kind == BL_EXPR_LAMBDA) {
			bind_inner(s->b, e->text);
			bind_inner(s->b, bl_expr_for_key(e));
		}
		look(s, e->kids[i], depth);
	}
	s->b->locals = outer;
}

static void look(search *s, const bl_expr *e, int depth)
{
	bl_bicep_named t;
	if (!e || depth++ > MAX_DEPTH || e->kind == BL_EXPR_TYPE)
		return;
	bool access = e->kind == BL_EXPR_ATTR || e->kind == BL_EXPR_INDEX;
	if ((e->kind == BL_EXPR_NAME || e->kind == BL_EXPR_INDEX || e->kind == BL_EXPR_CHILD) && bl_bicep_build_target(s->b, e, &t)) {
		use(s, &t, false, depth);
		return;
	}
	if (access && bl_bicep_build_target(s->b, e->kids[0], &t)) {
		use(s, &t, !known_at_start(t.declared, e), depth);
		if (e->kind == BL_EXPR_INDEX)
			look(s, e->kids[1], depth);
		return;
	}
	if (e->kind == BL_EXPR_CALL && e->method && e->n && bl_bicep_build_target(s->b, e->kids[0], &t)) {
		use(s, &t, false, depth);
		for (uint32_t i = 1; i < e->n; i++)
			look(s, e->kids[i], depth);
		return;
	}
	if (e->kind == BL_EXPR_NAME)
		look_at_variable(s, e, depth);
	look_within(s, e, depth);
}

/* What dependsOn itself lists is waited for even when it exists. */
static void look_at_body(search *s, const bl_expr *body)
{
	const bl_expr *list = body ? bl_azure_key(body, "dependsOn") : NULL;
	look(s, body, 0);
	for (uint32_t i = 0; list && list->kind == BL_EXPR_LIST && i < list->n; i++) {
		bl_bicep_named t;
		if (bl_bicep_build_target(s->b, list->kids[i], &t) && t.declared->existing)
			use(s, &t, true, 0);
	}
}

static int by_symbol(const void *a, const void *b)
{
	return bl_str_cmp(((const dependency *)a)->order, ((const dependency *)b)->order);
}

static const bl_value *dependency_value(bl_bicep_builder *b, const dependency *d)
{
	bl_bicep_named t = {.declared = d->declared, .index_text = d->index};
	bl_str symbol = bl_bicep_build_symbol(b, d->declared);
	if (d->declared->loop && !d->index.n)
		return string(b, symbol);
	if (b->symbolic && !d->index.n)
		return string(b, symbol);
	return bl_bicep_build_string(b, bl_bicep_build_resource(b, &t));
}

static void put_dependencies(bl_bicep_builder *b, bl_items *items, bl_bicep_declared *d, const bl_expr *body, const bl_expr *condition)
{
	search s = {.b = b, .of = d};
	bl_values values = {0};
	bl_map whole = {0};
	if (d->parent) {
		bl_bicep_named parent = {.declared = d->parent};
		use(&s, &parent, false, 0);
	}
	look(&s, condition, 0);
	look_at_body(&s, body);
	if (s.found.n)
		qsort(s.found.items, s.found.n, sizeof *s.found.items, by_symbol);
	for (size_t i = 0; i < s.found.n; i++)
		if (!s.found.items[i].index.n)
			bl_map_put(b->arena, &whole, s.found.items[i].order, d);
	for (size_t i = 0; i < s.found.n; i++)
		if (!s.found.items[i].index.n || !bl_map_get(&whole, s.found.items[i].order))
			bl_vec_push(b->arena, &values, dependency_value(b, &s.found.items[i]));
	if (values.n)
		put(b, items, "dependsOn", bl_values_value(b->arena, BL_NOWHERE, &values));
}

/* ---- scopes ---- */

static const bl_value *text_value(bl_bicep_builder *b, const bl_expr *e)
{
	return bl_bicep_build_value(b, e);
}

static const bl_value *group_scope(bl_bicep_builder *b, const bl_value *name)
{
	bl_str text = name->kind == BL_STRING ? name->string : BL_STR("");
	bool expression = bl_str_starts(text, BL_STR("[")) && !bl_str_starts(text, BL_STR("[["));
	bl_str inner = expression ? bl_str_slice(text, 1, text.n - 1) : bl_bicep_build_quote(b, text);
	return bl_bicep_build_string(b, bl_str_fmt(b->arena, "format('Microsoft.Management/managementGroups/{0}', " BL_FMT ")", BL_ARG(inner)));
}

/* The fields that a scope named by a call becomes. */
static void put_call_scope(bl_bicep_builder *b, bl_items *items, const bl_expr *e)
{
	uint32_t first = e->method ? 1 : 0, n = e->n - first;
	bl_str target = bl_bicep_target(b->s->document);
	if (bl_str_eqz(e->text, "tenant")) {
		if (!bl_str_eqz(target, "tenant"))
			put(b, items, "scope", string(b, BL_STR("/")));
	} else if (bl_str_eqz(e->text, "managementGroup")) {
		if (n)
			put(b, items, "scope", group_scope(b, text_value(b, e->kids[first])));
		else if (!bl_str_eqz(target, "managementGroup"))
			put(b, items, "scope", bl_bicep_build_string(b,
				BL_STR("format('Microsoft.Management/managementGroups/{0}', managementGroup().name)")));
	} else if (bl_str_eqz(e->text, "subscription")) {
		if (n)
			put(b, items, "subscriptionId", text_value(b, e->kids[first]));
		else if (!bl_str_eqz(target, "subscription"))
			put(b, items, "subscriptionId", string(b, BL_STR("[subscription().subscriptionId]")));
	} else if (bl_str_eqz(e->text, "resourceGroup")) {
		if (n == 2)
			put(b, items, "subscriptionId", text_value(b, e->kids[first]));
		if (n)
			put(b, items, "resourceGroup", text_value(b, e->kids[first + n - 1]));
	}
}

static void put_scope(bl_bicep_builder *b, bl_items *items, const bl_bicep_declared *d, const bl_expr *e)
{
	bl_bicep_named t;
	if (bl_bicep_build_target(b, e, &t)) {
		bool group = bl_str_eqiz(t.declared->type, "Microsoft.Resources/resourceGroups");
		bool management = bl_str_eqiz(t.declared->type, "Microsoft.Management/managementGroups");
		bool subscription = bl_str_eqiz(t.declared->type, "Microsoft.Resources/subscriptions");
		bool place = d->is_module || d->existing;
		const bl_expr *loop, *body = bl_bicep_build_body(t.declared, &loop, NULL);
		const bl_expr *outer = place && body ? bl_azure_key(body, "scope") : NULL;
		if (group && place && outer && outer->kind == BL_EXPR_CALL)
			put_call_scope(b, items, outer); /* the subscription it is in */
		if (group && place)
			put(b, items, "resourceGroup", bl_bicep_build_name(b, &t));
		else if (management && place)
			put(b, items, "scope", group_scope(b, bl_bicep_build_name(b, &t)));
		else if (subscription && place)
			put(b, items, "subscriptionId", bl_bicep_build_name(b, &t));
		else
			put(b, items, "scope", bl_bicep_build_string(b, bl_bicep_build_id(b, &t)));
	} else if (e->kind == BL_EXPR_CALL) {
		put_call_scope(b, items, e);
	} else {
		bl_bicep_refuse(b, e->span, "this cannot be written as a scope");
	}
}

/* The scope that the outermost of d's parents has is the child's too. */
static void put_inherited_scope(bl_bicep_builder *b, bl_items *items, bl_bicep_declared *d, const bl_expr *body)
{
	const bl_expr *scope = body ? bl_azure_key(body, "scope") : NULL;
	bl_bicep_named parent;
	for (int i = 0; !scope && i < 32; i++) {
		const bl_expr *loop;
		bl_bicep_declared *holder = i ? parent.declared : d;
		if (!bl_bicep_build_parent(b, holder, &parent))
			return;
		const bl_expr *outer = bl_bicep_build_body(parent.declared, &loop, NULL);
		scope = outer ? bl_azure_key(outer, "scope") : NULL;
		if (scope && loop) {
			const bl_bicep_binding *locals = bl_bicep_bind_loop(b, loop, parent.index_text.n ? parent.index_text : BL_STR("copyIndex()"));
			put_scope(b, items, d, scope);
			b->locals = locals;
			return;
		}
	}
	if (scope)
		put_scope(b, items, d, scope);
}

/* ---- one resource ---- */

static const bl_value *copy_value(bl_bicep_builder *b, const bl_bicep_declared *d, const bl_expr *loop)
{
	bl_items items = {0};
	const bl_expr *batch = bl_block_expr(d->block, "@batchSize");
	bl_str in = bl_bicep_build_text(b, loop->kids[0]), count = bl_str_fmt(b->arena, "length(" BL_FMT ")", BL_ARG(in));
	put(b, &items, "name", string(b, bl_bicep_build_symbol(b, d)));
	put(b, &items, "count", bl_bicep_build_string(b, count));
	if (batch && batch->n == 1) {
		put(b, &items, "mode", string(b, BL_STR("serial")));
		put(b, &items, "batchSize", bl_bicep_build_value(b, batch->kids[0]));
	}
	return bl_items_value(b->arena, BL_NOWHERE, &items);
}

/* The conditions of the resources it is nested in come before its own. */
static bl_str condition_text(bl_bicep_builder *b, const bl_bicep_declared *d)
{
	const bl_expr *loop, *condition;
	bl_bicep_build_body(d, &loop, &condition);
	bl_str own = condition ? bl_bicep_build_text(b, condition) : BL_STR("");
	bl_str outer = d->parent ? condition_text(b, d->parent) : BL_STR("");
	if (!outer.n || !own.n)
		return own.n ? own : outer;
	return bl_str_fmt(b->arena, "and(" BL_FMT ", " BL_FMT ")", BL_ARG(outer), BL_ARG(own));
}

static const bl_value *condition_value(bl_bicep_builder *b, const bl_bicep_declared *d)
{
	const bl_expr *loop, *condition;
	bl_bicep_build_body(d, &loop, &condition);
	if (condition && !d->parent && condition->kind == BL_EXPR_LITERAL)
		return condition->value;
	bl_str text = condition_text(b, d);
	return text.n ? bl_bicep_build_string(b, text) : NULL;
}

/* What the template writes of the body is what is not written by itself. */
static void put_body(bl_bicep_builder *b, bl_items *items, const bl_expr *body)
{
	static const char *const apart[] = {"dependsOn", "name", "parent", "scope"};
	const bl_value *all = bl_bicep_build_value(b, body);
	for (uint32_t i = 0; all->kind == BL_MAP && i < all->n; i++) {
		bool skip = false;
		for (size_t k = 0; k < sizeof apart / sizeof *apart; k++)
			skip |= bl_str_eqz(all->map[i].key, apart[k]);
		if (!skip)
			bl_vec_push(b->arena, items, all->map[i]);
	}
}

static void put_decorators(bl_bicep_builder *b, bl_items *items, const bl_bicep_declared *d)
{
	const bl_expr *only = bl_block_expr(d->block, "@onlyIfNotExists");
	bl_items options = {0}, metadata = {0};
	if (only) {
		put(b, &options, "onlyIfNotExists", bl_value_bool(b->arena, BL_NOWHERE, true));
		put(b, items, "@options", bl_items_value(b->arena, BL_NOWHERE, &options));
	}
	const bl_expr *description = bl_block_expr(d->block, "@description");
	if (description && description->n == 1) {
		put(b, &metadata, "description", bl_bicep_build_value(b, description->kids[0]));
		put(b, items, "metadata", bl_items_value(b->arena, BL_NOWHERE, &metadata));
	}
}

/* Fields that resources and modules share, up to the name. */
static const bl_expr *begin(bl_bicep_builder *b, bl_items *items, bl_bicep_declared *d, const bl_expr **loop, const bl_expr **condition)
{
	const bl_expr *body = bl_bicep_build_body(d, loop, condition);
	if (*loop) {
		put(b, items, "copy", copy_value(b, d, *loop));
		bl_bicep_bind_loop(b, *loop, BL_STR("copyIndex()"));
	}
	const bl_value *guard = condition_value(b, d);
	if (guard)
		put(b, items, "condition", guard);
	if (d->existing)
		put(b, items, "existing", bl_value_bool(b->arena, BL_NOWHERE, true));
	return body;
}

static const bl_value *resource(bl_bicep_builder *b, bl_bicep_declared *d)
{
	bl_items items = {0};
	const bl_expr *loop, *condition;
	bl_bicep_named self = {.declared = d};
	b->current = d;
	const bl_expr *body = begin(b, &items, d, &loop, &condition);
	put(b, &items, "type", string(b, d->type));
	put(b, &items, "apiVersion", string(b, d->api_version));
	put_inherited_scope(b, &items, d, body);
	put(b, &items, "name", bl_bicep_build_name(b, &self));
	if (body)
		put_body(b, &items, body);
	put_dependencies(b, &items, d, body, condition);
	put_decorators(b, &items, d);
	b->locals = NULL;
	b->current = NULL;
	return bl_items_value(b->arena, d->block->span, &items);
}

/* ---- modules ---- */

/* A secret of a vault is written as a reference to it. */
static const bl_value *secret(bl_bicep_builder *b, const bl_expr *e)
{
	bl_bicep_named vault;
	bl_items id = {0}, inner = {0}, items = {0};
	if (e->kind != BL_EXPR_CALL || !e->method || e->n < 2 || !bl_str_eqz(e->text, "getSecret") ||
		!bl_bicep_build_target(b, e->kids[0], &vault))
		return NULL;
	put(b, &id, "id", bl_bicep_build_string(b, bl_bicep_build_id(b, &vault)));
	put(b, &inner, "keyVault", bl_items_value(b->arena, BL_NOWHERE, &id));
	put(b, &inner, "secretName", bl_bicep_build_value(b, e->kids[1]));
	if (e->n > 2)
		put(b, &inner, "secretVersion", bl_bicep_build_value(b, e->kids[2]));
	put(b, &items, "reference", bl_items_value(b->arena, BL_NOWHERE, &inner));
	return bl_items_value(b->arena, e->span, &items);
}

/* createObject('value', x), and if() of two of them. */
static bl_str argument_text(bl_bicep_builder *b, const bl_expr *e)
{
	bl_bicep_named vault;
	if (e->kind == BL_EXPR_CONDITION) {
		bl_str test = bl_bicep_build_text(b, e->kids[0]), yes = argument_text(b, e->kids[1]), no = argument_text(b, e->kids[2]);
		return bl_str_fmt(b->arena, "if(" BL_FMT ", " BL_FMT ", " BL_FMT ")", BL_ARG(test), BL_ARG(yes), BL_ARG(no));
	}
	if (secret(b, e) && bl_bicep_build_target(b, e->kids[0], &vault)) {
		bl_str id = bl_bicep_build_id(b, &vault), name = bl_bicep_build_text(b, e->kids[1]);
		return bl_str_fmt(b->arena, "createObject('reference', createObject('keyVault', createObject('id', " BL_FMT "), 'secretName', " BL_FMT "))",
			BL_ARG(id), BL_ARG(name));
	}
	bl_str text = bl_bicep_build_text(b, e);
	return bl_str_fmt(b->arena, "createObject('value', " BL_FMT ")", BL_ARG(text));
}

static const bl_value *argument(bl_bicep_builder *b, const bl_expr *e)
{
	bl_items items = {0};
	bl_values copies = {0};
	const bl_value *reference = secret(b, e);
	if (reference)
		return reference;
	if (e->kind == BL_EXPR_CONDITION)
		return bl_bicep_build_string(b, argument_text(b, e));
	if (e->kind == BL_EXPR_FOR) {
		bl_vec_push(b->arena, &copies, bl_bicep_build_copy(b, e, BL_STR("value"), BL_STR("value")));
		put(b, &items, "copy", bl_values_value(b->arena, BL_NOWHERE, &copies));
	} else {
		put(b, &items, "value", bl_bicep_build_value(b, e));
	}
	return bl_items_value(b->arena, e->span, &items);
}

static const bl_value *arguments(bl_bicep_builder *b, const bl_expr *params)
{
	bl_items items = {0};
	if (params->kind != BL_EXPR_OBJECT) {
		bl_bicep_refuse(b, params->span, "a module's parameters must be written out to be built");
		return bl_items_value(b->arena, BL_NOWHERE, &items);
	}
	for (uint32_t i = 0; i + 1 < params->n; i += 2) {
		if (params->kids[i]->kind == BL_EXPR_SPREAD) {
			bl_bicep_refuse(b, params->kids[i]->span, "a module's parameters must be written out to be built");
			continue;
		}
		bl_vec_push(b->arena, &items,
			((bl_item){bl_value_text(bl_bicep_build_value(b, params->kids[i])), BL_NOWHERE, argument(b, params->kids[i + 1])}));
	}
	return bl_items_value(b->arena, params->span, &items);
}

static bl_str schema_target(const bl_value *template)
{
	static const struct {
		const char *schema, *target;
	} targets[] = {{"/managementGroupDeployment", "managementGroup"}, {"/subscriptionDeployment", "subscription"},
		{"/tenantDeployment", "tenant"}};
	bl_str schema = bl_value_text(bl_value_getz(template, "$schema"));
	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
		if (bl_str_findi(schema, bl_str_of(targets[i].schema), 0) >= 0)
			return bl_str_of(targets[i].target);
	return BL_STR("resourceGroup");
}

static const bl_value *module_template(bl_bicep_builder *b, bl_bicep_declared *d, bl_str *target)
{
	bl_str source = bl_block_label(d->block, 1);
	const bl_document *file = bl_azure_find_module(b->s->azure, b->s->folder, source);
	*target = BL_STR("");
	if (file && file->language == BL_LANG_BICEP && b->modules < MAX_MODULES && !bl_bicep_build_is_full(b, d->block->head)) {
		*target = bl_bicep_target(file);
		return bl_bicep_build_file(bl_bicep_scope_new(b->s->azure, file, bl_value_map(b->arena, BL_NOWHERE, NULL, 0)), b->diags,
			b->modules + 1, b->size);
	}
	const bl_value *v = file && file->language == BL_LANG_ARM
		? bl_json_read(b->arena, bl_sources_text(b->s->azure->input->sources, file->source), NULL) : NULL;
	if (v)
		*target = schema_target(v);
	else
		bl_bicep_refuse(b, d->block->head, "module '" BL_FMT "' could not be read, so its template is left out", BL_ARG(source));
	return v;
}

static const bl_value *inner_scope(bl_bicep_builder *b)
{
	bl_items items = {0};
	put(b, &items, "scope", string(b, BL_STR("inner")));
	return bl_items_value(b->arena, BL_NOWHERE, &items);
}

static const bl_value *module(bl_bicep_builder *b, bl_bicep_declared *d)
{
	bl_items items = {0}, properties = {0};
	const bl_expr *loop, *condition;
	bl_str inner, target = bl_bicep_target(b->s->document);
	bl_bicep_named self = {.declared = d};
	b->current = d;
	const bl_expr *body = begin(b, &items, d, &loop, &condition);
	const bl_expr *scope = body ? bl_azure_key(body, "scope") : NULL, *params = body ? bl_azure_key(body, "params") : NULL;
	put(b, &items, "type", string(b, BL_STR("Microsoft.Resources/deployments")));
	put(b, &items, "apiVersion", string(b, BL_STR("2025-04-01")));
	put(b, &items, "name", bl_bicep_build_name(b, &self));
	if (scope)
		put_scope(b, &items, d, scope);
	put(b, &properties, "expressionEvaluationOptions", inner_scope(b));
	put(b, &properties, "mode", string(b, BL_STR("Incremental")));
	if (params && (params->kind != BL_EXPR_OBJECT || params->n))
		put(b, &properties, "parameters", arguments(b, params));
	const bl_value *template = module_template(b, d, &inner);
	if (inner.n && !bl_str_eqz(inner, "resourceGroup"))
		put(b, &items, "location", string(b, bl_str_eqz(target, "resourceGroup") ? BL_STR("[resourceGroup().location]")
											 : BL_STR("[deployment().location]")));
	if (template)
		put(b, &properties, "template", template);
	put(b, &items, "properties", bl_items_value(b->arena, BL_NOWHERE, &properties));
	put_dependencies(b, &items, d, body, condition);
	put_decorators(b, &items, d);
	b->locals = NULL;
	b->current = NULL;
	return bl_items_value(b->arena, d->block->span, &items);
}

/* ---- all of them ---- */

typedef struct list {
	bl_items named;
	bl_values plain;
} list;

/* With an extension in the file, only what is surely Azure's is taken for it. */
static bool is_extension(const bl_bicep_builder *b, const bl_bicep_declared *d)
{
	return b->extended && !d->is_module &&
	       (!bl_str_startsi(d->type, BL_STR("Microsoft.")) || bl_str_startsi(d->type, BL_STR("Microsoft.Graph/")));
}

static void put_one(bl_bicep_builder *b, list *out, bl_bicep_declared *d)
{
	if ((d->existing && !b->symbolic) || bl_bicep_build_is_full(b, d->block->head))
		return;
	*b->size += RESOURCE_SIZE;
	if (is_extension(b, d)) {
		bl_bicep_refuse(b, d->block->head, "a resource of an extension is not built: what the extension's types are is not known here");
		return;
	}
	const bl_value *v = d->is_module ? module(b, d) : resource(b, d);
	bl_vec_push(b->arena, &out->named, ((bl_item){bl_bicep_build_symbol(b, d), d->block->head, v}));
	bl_vec_push(b->arena, &out->plain, v);
}

/* The nested ones come first, innermost before what is around them. */
static void put_nested(bl_bicep_builder *b, list *out, const bl_bicep_declared *parent)
{
	for (size_t i = 0; i < parent->children.n; i++) {
		put_nested(b, out, parent->children.items[i]);
		put_one(b, out, parent->children.items[i]);
	}
}

const bl_value *bl_bicep_build_resources(bl_bicep_builder *b)
{
	list out = {0};
	for (size_t i = 0; i < b->s->declared.n; i++)
		if (!b->s->declared.items[i]->parent)
			put_nested(b, &out, b->s->declared.items[i]);
	for (int modules = 0; modules < 2; modules++)
		for (size_t i = 0; i < b->s->declared.n; i++)
			if (!b->s->declared.items[i]->parent && b->s->declared.items[i]->is_module == (modules == 1))
				put_one(b, &out, b->s->declared.items[i]);
	return b->symbolic ? bl_items_value(b->arena, BL_NOWHERE, &out.named) : bl_values_value(b->arena, BL_NOWHERE, &out.plain);
}

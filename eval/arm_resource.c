/* The resources of ARM templates: loops, children, nested deployments. */
#include "eval/arm.h"

/* One resource on its way out. */
typedef struct item {
	bl_arm_scope *scope;
	const bl_expr *body; /* an OBJECT */
	bl_str symbol;       /* languageVersion 2.0: its key */
	bl_str type, api_version; /* in full */
	const bl_value *name;     /* in full */
	const bl_azure_local *locals;
	const char *star; /* "[*]" for the instances of a loop that are not known */
	int64_t index;    /* in its loop, or -1 */
	bl_tri condition;
	const struct item *parent;
} item;

static const bl_value *value_of(const item *it, const char *key)
{
	bl_azure_frame f = bl_arm_frame(it->scope, it->locals);
	const bl_expr *e = bl_azure_key(it->body, key);
	return e ? bl_azure_eval(&f, e) : NULL;
}

static bl_str text_of(const item *it, const char *key)
{
	const bl_value *v = value_of(it, key);
	return v ? bl_value_text(v) : BL_STR("");
}

/* As it is written, without the quotes: what a resource is called whose name is not known. */
static bl_str source_text(bl_azure *a, const bl_expr *e)
{
	bl_str s = a->input->sources && e ? bl_sources_slice(a->input->sources, e->span) : BL_STR("");
	if (s.n >= 2 && s.p[0] == '"')
		s = bl_str_slice(s, 1, s.n - 1);
	return s;
}

static bl_str address_of(const item *it, bl_str *label)
{
	bl_arm_scope *s = it->scope;
	bl_azure *a = s->azure;
	bl_str name = it->symbol, index = {"", 0};
	if (!name.n && it->name->kind == BL_STRING)
		name = it->name->string;
	else if (!name.n)
		name = source_text(a, bl_azure_key(it->body, "name"));
	if (!name.n)
		name = it->type;
	*label = name;
	if (it->star)
		index = bl_str_of(it->star);
	else if (it->index >= 0 && (it->symbol.n || it->name->kind != BL_STRING))
		index = bl_str_fmt(a->arena, "[%lld]", (long long)it->index);
	bl_str address = s->module.n ? bl_str_fmt(a->arena, BL_FMT "." BL_FMT BL_FMT, BL_ARG(s->module), BL_ARG(name), BL_ARG(index))
				     : bl_str_cat(a->arena, name, index);
	/* Names are unique within a type only. */
	if (bl_map_get(&s->addresses, address))
		address = bl_str_fmt(a->arena, BL_FMT " (" BL_FMT ")", BL_ARG(address), BL_ARG(it->type));
	bl_str first = address;
	for (int n = 2; bl_map_get(&s->addresses, address) && n < 10000; n++)
		address = bl_str_fmt(a->arena, BL_FMT " #%d", BL_ARG(first), n);
	bl_str *kept = bl_new(a->arena, bl_str);
	*kept = address;
	bl_map_put(a->arena, &s->addresses, address, kept);
	return address;
}

static const bl_value *shape(bl_azure *a, const bl_value *body, const bl_value *name, bool nested)
{
	static const char *const meta[] = {"apiVersion", "comments", "condition", "copy", "dependsOn", "existing", "import",
		"metadata", "name", "resources", "type"};
	bl_azure_map m = {.open = body->open};
	bl_azure_put(a, &m, &(bl_item){BL_STR("name"), name->span, name});
	for (uint32_t i = 0; body->kind == BL_MAP && i < body->n; i++) {
		bool skip = nested && bl_str_eqiz(body->map[i].key, "properties");
		for (size_t k = 0; k < sizeof meta / sizeof *meta; k++)
			skip |= bl_str_eqiz(body->map[i].key, meta[k]);
		if (!skip)
			bl_azure_put(a, &m, &body->map[i]);
	}
	return bl_azure_map_value(a, body->span, &m);
}

/* The body without the resources in it, which come out on their own, and without a nested template. */
static const bl_value *body_value(const item *it, bool nested)
{
	bl_azure *a = it->scope->azure;
	bl_azure_frame f = bl_arm_frame(it->scope, it->locals);
	bl_expr plain = *it->body;
	plain.kids = bl_new_n(a->arena, bl_expr *, it->body->n + 1);
	plain.n = 0;
	for (uint32_t i = 0; i + 1 < it->body->n; i += 2) {
		bl_str key = it->body->kids[i]->kind == BL_EXPR_LITERAL ? bl_value_text(it->body->kids[i]->value) : BL_STR("");
		if (bl_str_eqiz(key, "resources") || (nested && bl_str_eqiz(key, "properties")))
			continue;
		plain.kids[plain.n++] = it->body->kids[i];
		plain.kids[plain.n++] = it->body->kids[i + 1];
	}
	return bl_azure_eval(&f, &plain);
}

static void emit_all(bl_arm_scope *s, const bl_expr *resources, const item *parent);

/* The parameters handed to a nested template: {"x": {"value": ...}}. */
static const bl_value *nested_inputs(const item *it, const bl_expr *properties)
{
	bl_azure *a = it->scope->azure;
	bl_azure_frame f = bl_arm_frame(it->scope, it->locals);
	const bl_expr *given = bl_azure_key(properties, "parameters");
	const bl_value *all = given ? bl_azure_eval(&f, given) : NULL;
	bl_azure_map m = {0};
	for (uint32_t i = 0; all && all->kind == BL_MAP && i < all->n; i++) {
		const bl_value *v = bl_value_geti(all->map[i].value, BL_STR("value"));
		if (!v) {
			bl_value *secret = bl_value_unknown(a->arena, all->map[i].value->span, "parameter '" BL_FMT "' is not known",
				BL_ARG(all->map[i].key));
			secret->sensitive = bl_value_geti(all->map[i].value, BL_STR("reference")) != NULL;
			v = secret;
		}
		bl_azure_put(a, &m, &(bl_item){all->map[i].key, all->map[i].key_span, v});
	}
	m.open |= all && (all->kind == BL_UNKNOWN || all->open);
	return bl_azure_map_value(a, BL_NOWHERE, &m);
}

/* A deployment within the deployment. Unless it says "inner", its expressions mean the parameters and variables of the template around it. */
static void run_nested(const item *it, const bl_resource *r)
{
	bl_arm_scope *outer = it->scope;
	bl_azure *a = outer->azure;
	const bl_expr *properties = bl_azure_key(it->body, "properties");
	const bl_expr *template = bl_azure_key(properties, "template");
	const bl_expr *how = bl_azure_key(bl_azure_key(properties, "expressionEvaluationOptions"), "scope");
	if (!template || template->kind != BL_EXPR_OBJECT) {
		if (bl_azure_key(properties, "templateLink")) {
			bl_diag_add(a->arena, &a->out->diags, BL_DIAG_WARNING, r->head, "a linked template is not read");
			a->out->not_analysed++;
		}
		return;
	}
	if (a->modules >= 32)
		return;
	bool inner = how && how->kind == BL_EXPR_LITERAL && bl_str_eqiz(bl_value_text(how->value), "inner");
	bl_via *via = bl_new(a->arena, bl_via);
	*via = (bl_via){r->address, r->head, outer->via};
	bl_arm_scope *s = bl_new(a->arena, bl_arm_scope);
	*s = bl_arm_scope_of(a, template, inner ? nested_inputs(it, properties) : outer->inputs);
	s->names = inner ? s : outer->names;
	s->module = r->address;
	s->condition = it->condition;
	s->via = via;
	a->modules++;
	bl_arm_emit(s);
	a->modules--;
}

static void emit_one(const item *it)
{
	bl_azure *a = it->scope->azure;
	bl_resource *r = bl_azure_add(a, it->body->span);
	if (!r)
		return;
	bool nested = bl_str_eqiz(it->type, "Microsoft.Resources/deployments");
	const bl_value *existing = value_of(it, "existing");
	r->language = BL_LANG_ARM;
	r->address = address_of(it, &r->label);
	r->type = r->native_type = it->type;
	r->typed_address = bl_str_fmt(a->arena, BL_FMT "." BL_FMT, BL_ARG(it->type), BL_ARG(r->label));
	r->api_version = it->api_version;
	r->provider = BL_STR("azure");
	r->module = it->scope->module;
	r->name = it->name;
	r->existing = existing && bl_azure_truth(existing) == BL_YES;
	r->is_module = nested;
	r->condition = it->condition;
	r->span = it->body->span;
	/* A finding about the whole resource lands where its type is said. */
	const bl_expr *type = bl_azure_key(it->body, "type");
	r->head = type ? type->span : it->body->span;
	r->via = it->scope->via;
	r->native = body_value(it, nested);
	r->written = shape(a, r->native, it->name, nested);
	if (nested)
		run_nested(it, r);
	const bl_expr *children = bl_azure_key(it->body, "resources");
	if (children && a->depth < BL_EVAL_MAX_DEPTH) {
		a->depth++;
		emit_all(it->scope, children, it);
		a->depth--;
	}
}

/* Type, version and name in full, which a child in a parent's `resources` says in part. */
static void complete(item *it)
{
	bl_azure *a = it->scope->azure;
	it->type = text_of(it, "type");
	it->api_version = text_of(it, "apiVersion");
	ptrdiff_t at = bl_str_rfind_char(it->type, '@'); /* languageVersion 2.0's extensions */
	if (at > 0 && !it->api_version.n) {
		it->api_version = bl_str_slice(it->type, (size_t)at + 1, it->type.n);
		it->type = bl_str_slice(it->type, 0, (size_t)at);
	}
	it->name = value_of(it, "name");
	if (!it->name)
		it->name = bl_value_unknown(a->arena, it->body->span, "it has no name");
	if (!it->parent || bl_str_startsi(it->type, it->parent->type) || bl_str_find(it->type, BL_STR("."), 0) >= 0)
		return;
	it->type = bl_str_fmt(a->arena, BL_FMT "/" BL_FMT, BL_ARG(it->parent->type), BL_ARG(it->type));
	const bl_value *parts[] = {it->parent->name, bl_value_string(a->arena, it->name->span, BL_STR("/")), it->name};
	it->name = bl_azure_join(a, it->name->span, parts, 3);
}

static void emit_instance(item it)
{
	const bl_value *condition = value_of(&it, "condition");
	if (condition)
		it.condition = bl_tri_and(it.condition, bl_azure_truth(condition));
	complete(&it);
	if (it.type.n)
		emit_one(&it);
}

/* "copy": {"name": ..., "count": ...} */
static void emit_loop(item it, const bl_expr *copy)
{
	bl_azure *a = it.scope->azure;
	bl_azure_frame f = bl_arm_frame(it.scope, it.locals);
	const bl_expr *count = bl_azure_key(copy, "count"), *loop = bl_azure_key(copy, "name");
	const bl_value *n = count ? bl_azure_eval(&f, count) : &bl_value_null;
	bl_str name = loop ? bl_value_text(bl_azure_eval(&f, loop)) : BL_STR("");
	const bl_azure_local *outer = it.locals;
	int64_t have;
	if (bl_azure_int(n, &have) && have > 0) {
		for (it.index = 0; it.index < have && !bl_azure_is_full(a); it.index++) {
			it.locals = bl_arm_index(a, outer, name, bl_azure_number(a, copy->span, it.index));
			emit_instance(it);
		}
		return;
	}
	bool none = bl_azure_int(n, &have);
	bl_value *i = bl_azure_unknown(a, copy->span, BL_NUMBER, &n, 1);
	bl_azure_own(a, i)->not_null = true;
	if (none)
		bl_azure_own(a, i)->why = BL_STR("the loop has no elements");
	it.locals = bl_arm_index(a, outer, name, i);
	it.star = "[*]";
	it.condition = none ? BL_NO : bl_tri_and(it.condition, BL_MAYBE);
	emit_instance(it);
}

static void emit(bl_arm_scope *s, const bl_expr *body, bl_str symbol, const item *parent)
{
	item it = {.scope = s, .body = body, .symbol = symbol, .index = -1, .condition = s->condition, .parent = parent};
	if (body->kind != BL_EXPR_OBJECT)
		return;
	if (parent) {
		it.locals = parent->locals;
		it.condition = parent->condition;
	}
	const bl_expr *copy = bl_azure_key(body, "copy");
	if (copy && copy->kind == BL_EXPR_OBJECT)
		emit_loop(it, copy);
	else
		emit_instance(it);
}

static void emit_all(bl_arm_scope *s, const bl_expr *resources, const item *parent)
{
	for (uint32_t i = 0; resources->kind == BL_EXPR_LIST && i < resources->n; i++)
		emit(s, resources->kids[i], BL_STR(""), parent);
	for (uint32_t i = 0; resources->kind == BL_EXPR_OBJECT && i + 1 < resources->n; i += 2) {
		const bl_expr *key = resources->kids[i];
		bl_str symbol = key->kind == BL_EXPR_LITERAL ? bl_value_text(key->value) : BL_STR("");
		emit(s, resources->kids[i + 1], symbol, parent);
	}
}

/* What ids of this template's plain resources look like, so that resourceId() of one refers to it. */
static void index_ids(bl_arm_scope *s, const bl_expr *resources)
{
	bl_azure *a = s->azure;
	for (uint32_t i = 0; resources->kind == BL_EXPR_LIST && i < resources->n; i++) {
		item it = {.scope = s, .body = resources->kids[i], .index = -1};
		if (it.body->kind != BL_EXPR_OBJECT || bl_azure_key(it.body, "copy"))
			continue;
		complete(&it);
		const bl_value *one = it.name;
		if (one->kind != BL_STRING || bl_str_find(one->string, BL_STR("/"), 0) >= 0 || !it.type.n)
			continue;
		bl_str *address = bl_new(a->arena, bl_str);
		*address = s->module.n ? bl_str_fmt(a->arena, BL_FMT "." BL_FMT, BL_ARG(s->module), BL_ARG(one->string)) : one->string;
		bl_map_put(a->arena, &s->by_id,
			bl_str_lower(a->arena, bl_str_fmt(a->arena, BL_FMT "/" BL_FMT, BL_ARG(it.type), BL_ARG(one->string))), address);
	}
}

void bl_arm_emit(bl_arm_scope *s)
{
	const bl_expr *resources = bl_azure_key(s->body, "resources");
	if (!resources)
		return;
	index_ids(s, resources);
	emit_all(s, resources, NULL);
}

/* The resources of ARM templates: copies, children, and how they come out. */
#include "eval/arm.h"

enum { STEPS_OF_RESOURCE = 60 }; /* what keeping one is worth */

static const bl_value *value_of(const bl_arm_item *it, const char *key)
{
	bl_azure_frame f = bl_arm_frame(it->scope, it->locals);
	const bl_expr *e = bl_azure_key(it->body, key);
	return e ? bl_azure_eval(&f, e) : NULL;
}

static bl_str text_of(const bl_arm_item *it, const char *key)
{
	const bl_value *v = value_of(it, key);
	return v ? bl_value_text(v) : BL_STR("");
}

/* ---- which there are ---- */

/* As it is written, without the quotes: what a resource is called whose name is not known. */
static bl_str source_text(bl_azure *a, const bl_expr *e)
{
	bl_str s = a->input->sources && e ? bl_sources_slice(a->input->sources, e->span) : BL_STR("");
	if (s.n >= 2 && s.p[0] == '"')
		s = bl_str_slice(s, 1, s.n - 1);
	return s;
}

/* "a::b" is what the Bicep compiler calls a resource b nested in a. */
static bl_str with_dots(bl_arena *arena, bl_str symbol)
{
	if (bl_str_find(symbol, BL_STR("::"), 0) < 0)
		return symbol;
	char *p = bl_new_n(arena, char, symbol.n);
	size_t n = 0;
	for (size_t i = 0; i < symbol.n; i++) {
		bool doubled = symbol.p[i] == ':' && i + 1 < symbol.n && symbol.p[i + 1] == ':';
		p[n++] = doubled ? '.' : symbol.p[i];
		i += doubled;
	}
	return bl_str_make(p, n);
}

static bl_str label_of(const bl_arm_item *it)
{
	bl_str name = it->symbol.n ? with_dots(it->scope->azure->arena, it->symbol) : bl_value_text(it->name);
	if (!name.n)
		name = source_text(it->scope->azure, bl_azure_key(it->body, "name"));
	return name.n ? name : it->type;
}

static bl_str address_of(const bl_arm_item *it)
{
	bl_arm_scope *s = it->scope;
	bl_azure *a = s->azure;
	bl_str index = {"", 0};
	if (it->star)
		index = bl_str_of(it->star);
	else if (it->index >= 0 && (it->symbol.n || it->name->kind != BL_STRING))
		index = bl_str_fmt(a->arena, "[%lld]", (long long)it->index);
	bl_str address = s->module.n ? bl_str_fmt(a->arena, BL_FMT "." BL_FMT BL_FMT, BL_ARG(s->module), BL_ARG(it->label), BL_ARG(index))
				     : bl_str_cat(a->arena, it->label, index);
	/* Names are unique within a type only. */
	if (bl_map_get(&s->index->taken, address))
		address = bl_str_fmt(a->arena, BL_FMT " (" BL_FMT ")", BL_ARG(address), BL_ARG(it->type));
	bl_str first = address;
	size_t *next = bl_map_get(&s->index->taken, first);
	for (; bl_map_get(&s->index->taken, address); ++*next)
		address = bl_str_fmt(a->arena, BL_FMT " #%zu", BL_ARG(first), *next + 1);
	size_t *count = bl_new(a->arena, size_t);
	*count = 1;
	bl_map_put(a->arena, &s->index->taken, address, count);
	return address;
}

static void expand_all(bl_arm_scope *s, const bl_expr *resources, const bl_arm_item *parent);

/* A child in a parent's `resources` says its type and name in part, unless it says the type in full. */
static void complete_child(bl_arm_item *it)
{
	bl_azure *a = it->scope->azure;
	if (!it->parent || bl_str_startsi(it->type, it->parent->type) || bl_str_find(it->type, BL_STR("."), 0) >= 0)
		return;
	it->type = bl_str_fmt(a->arena, BL_FMT "/" BL_FMT, BL_ARG(it->parent->type), BL_ARG(it->type));
	const bl_value *parts[] = {it->parent->name, bl_value_string(a->arena, it->name->span, BL_STR("/")), it->name};
	it->name = bl_azure_join(a, it->name->span, parts, 3);
	it->sign = it->sign.n && it->parent->sign.n
		? bl_str_fmt(a->arena, BL_FMT "/" BL_FMT, BL_ARG(it->parent->sign), BL_ARG(it->sign))
		: BL_STR("");
}

static void complete(bl_arm_item *it)
{
	bl_azure *a = it->scope->azure;
	bl_azure_frame f = bl_arm_frame(it->scope, it->locals);
	const bl_expr *name = bl_azure_key(it->body, "name");
	const bl_value *existing = value_of(it, "existing");
	it->existing = existing && bl_azure_truth(existing) == BL_YES;
	it->type = text_of(it, "type");
	it->api_version = text_of(it, "apiVersion");
	ptrdiff_t at = bl_str_rfind_char(it->type, '@'); /* languageVersion 2.0's extensions */
	if (at > 0 && !it->api_version.n) {
		it->api_version = bl_str_slice(it->type, (size_t)at + 1, it->type.n);
		it->type = bl_str_slice(it->type, 0, (size_t)at);
	}
	it->name = name ? bl_azure_eval(&f, name) : bl_value_unknown(a->arena, it->body->span, "it has no name");
	it->sign = name ? bl_arm_sign(&f, name) : BL_STR("");
	complete_child(it);
}

static void add_instance(bl_arm_item it)
{
	bl_arm_scope *s = it.scope;
	bl_azure *a = s->azure;
	const bl_value *condition = value_of(&it, "condition");
	if (condition)
		it.condition = bl_tri_and(it.condition, bl_azure_truth(condition));
	complete(&it);
	a->steps += STEPS_OF_RESOURCE;
	if (!it.type.n || !bl_azure_count(a, it.body->span))
		return;
	it.label = label_of(&it);
	it.address = address_of(&it);
	bl_arm_item *kept = bl_new(a->arena, bl_arm_item);
	*kept = it;
	bl_vec_push(a->arena, &s->items, kept);
	bl_arm_register(kept);
	const bl_expr *children = bl_azure_key(it.body, "resources");
	if (children && a->depth < BL_EVAL_MAX_DEPTH) {
		a->depth++;
		expand_all(s, children, kept);
		a->depth--;
	}
}

/* "copy": {"name": ..., "count": ...}. What is not known, or more than there may be, is one instance that stands for all. */
static void expand_copy(bl_arm_item it, const bl_expr *copy)
{
	bl_azure *a = it.scope->azure;
	bl_azure_frame f = bl_arm_frame(it.scope, it.locals);
	const bl_expr *count = bl_azure_key(copy, "count"), *loop = bl_azure_key(copy, "name");
	const bl_value *n = count ? bl_azure_eval(&f, count) : &bl_value_null;
	bl_str name = loop ? bl_value_text(bl_azure_eval(&f, loop)) : BL_STR("");
	const bl_azure_local *outer = f.locals;
	int64_t have = -1;
	bool known = bl_azure_int(n, &have), none = known && have <= 0;
	if (known && have > 0 && have <= BL_ARM_MAX_COPIES) {
		for (it.index = 0; it.index < have && bl_azure_goes_on(a, copy->span); it.index++) {
			it.locals = bl_arm_index_locals(a, outer, name, bl_azure_number(a, copy->span, it.index));
			add_instance(it);
		}
		return;
	}
	if (known && !none)
		bl_diag_add(a->arena, &a->out->diags, BL_DIAG_ERROR, copy->span,
			"more than %d copies: they are taken as one", BL_ARM_MAX_COPIES);
	bl_value *i = bl_azure_unknown(a, copy->span, BL_NUMBER, &n, 1);
	bl_azure_own(a, i)->not_null = true;
	if (none)
		bl_azure_own(a, i)->why = BL_STR("the loop has no elements");
	it.locals = bl_arm_index_locals(a, outer, name, i);
	it.star = "[*]";
	it.condition = none ? BL_NO : known ? it.condition : bl_tri_and(it.condition, BL_MAYBE);
	add_instance(it);
}

static void expand(bl_arm_scope *s, const bl_expr *body, bl_str symbol, const bl_arm_item *parent)
{
	bl_arm_item it = {.scope = s, .body = body, .symbol = symbol, .index = -1, .condition = s->condition, .locals = s->locals,
		.parent = parent};
	if (body->kind != BL_EXPR_OBJECT)
		return;
	if (parent) {
		it.locals = parent->locals;
		it.condition = parent->condition;
	}
	const bl_expr *copy = bl_azure_key(body, "copy");
	if (copy && copy->kind == BL_EXPR_OBJECT)
		expand_copy(it, copy);
	else
		add_instance(it);
}

static void expand_all(bl_arm_scope *s, const bl_expr *resources, const bl_arm_item *parent)
{
	for (uint32_t i = 0; resources->kind == BL_EXPR_LIST && i < resources->n; i++)
		expand(s, resources->kids[i], BL_STR(""), parent);
	for (uint32_t i = 0; resources->kind == BL_EXPR_OBJECT && i + 1 < resources->n; i += 2) {
		const bl_expr *key = resources->kids[i];
		bl_str symbol = key->kind == BL_EXPR_LITERAL ? bl_value_text(key->value) : BL_STR("");
		expand(s, resources->kids[i + 1], symbol, parent);
	}
}

/* ---- bodies ---- */

/* What dependsOn names: a symbol, a name or an id, kept as it is and led back to the resource. */
static const bl_value *depends_on(const bl_arm_item *it, const bl_value *list)
{
	bl_azure *a = it->scope->azure;
	bl_values items = {0};
	if (list->kind != BL_LIST)
		return list;
	for (uint32_t i = 0; i < list->n; i++) {
		const bl_arm_item *on = bl_arm_find(it->scope, list->list[i]);
		const bl_value *v = list->list[i];
		bl_vec_push(a->arena, &items, on && v->kind == BL_STRING ? bl_value_through(a->arena, v, on->address, v->span) : v);
	}
	bl_value *v = bl_values_value(a->arena, list->span, &items);
	v->open = list->open;
	return v;
}

/* The item whose type and name are this one's without their last segments. */
static const bl_arm_item *parent_of(const bl_arm_item *it)
{
	ptrdiff_t type = bl_str_rfind_char(it->type, '/'), name = bl_str_rfind_char(it->sign, '/');
	if (it->parent && bl_str_startsi(it->type, it->parent->type))
		return it->parent;
	if (type < 0 || name <= 0)
		return NULL;
	return bl_arm_find_typed(it->scope, bl_str_slice(it->type, 0, (size_t)type), bl_str_slice(it->sign, 0, (size_t)name));
}

/* The body without the resources in it, which come out on their own, and without a nested template. */
const bl_value *bl_arm_body(bl_arm_item *it)
{
	bl_azure *a = it->scope->azure;
	bl_azure_frame f = bl_arm_frame(it->scope, it->locals);
	bool nested = bl_arm_is_deployment(it);
	if (it->body_state != BL_ARM_NEW)
		return it->body_state == BL_ARM_DONE ? it->native : NULL;
	it->body_state = BL_ARM_BUSY;
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
	const bl_value *v = bl_azure_eval(&f, &plain), *depends = bl_value_geti(v, BL_STR("dependsOn"));
	const bl_arm_item *parent = parent_of(it);
	if (depends)
		v = bl_value_with(a->arena, v, BL_STR("dependsOn"), depends_on(it, depends));
	if (parent) /* as Bicep says it: what this is a part of, even where its name is not known */
		v = bl_value_with(a->arena, v, BL_STR("parent"), bl_value_waits(a->arena, it->name->span, parent->address, BL_STR("")));
	it->native = v;
	it->body_state = BL_ARM_DONE;
	return it->native;
}

/* ---- coming out ---- */

static const bl_value *shape(bl_azure *a, const bl_value *body, const bl_value *name, bool nested)
{
	static const char *const meta[] = {"apiVersion", "comments", "condition", "copy", "dependsOn", "existing", "import",
		"metadata", "name", "parent", "resources", "type"};
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

static void emit_one(bl_arm_item *it)
{
	bl_azure *a = it->scope->azure;
	bl_resource *r = bl_azure_add(a);
	bool nested = bl_arm_is_deployment(it);
	r->language = BL_LANG_ARM;
	r->address = it->address;
	r->label = it->label;
	r->type = r->native_type = it->type;
	r->typed_address = bl_str_fmt(a->arena, BL_FMT "." BL_FMT, BL_ARG(it->type), BL_ARG(r->label));
	r->api_version = it->api_version;
	r->provider = BL_STR("azure");
	r->module = it->scope->module;
	r->name = it->name;
	r->existing = it->existing;
	r->is_module = nested;
	r->condition = it->condition;
	r->span = it->body->span;
	/* A finding about the whole resource lands where its type is said. */
	const bl_expr *type = bl_azure_key(it->body, "type");
	r->head = type ? type->span : it->body->span;
	r->via = it->scope->via;
	r->native = bl_arm_body(it);
	r->written = shape(a, r->native, it->name, nested);
	if (!nested)
		return;
	bl_arm_run(it);
	for (size_t i = 0; i < it->resources.n; i++)
		bl_vec_push(a->arena, a->sink, it->resources.items[i]);
}

void bl_arm_emit(bl_arm_scope *s)
{
	const bl_expr *resources = bl_azure_key(s->body, "resources");
	if (!resources)
		return;
	expand_all(s, resources, NULL);
	for (size_t i = 0; i < s->items.n; i++)
		emit_one(s->items.items[i]);
}

/*
 * `terraform show -json`: what a plan or a state says of the resources. Where the configuration is at hand too, each value is put where
 * somebody wrote it: the plan's value with the place, and the way there, of the value that the code has for the same attribute.
 */
#include "eval/terraform.h"

typedef struct showing {
	bl_tf *tf;
	const bl_value *body;
	bool state;
	bl_map code;      /* address -> bl_resource of the configuration, evaluated */
	bl_map like;      /* address without instance keys -> the first such */
	bl_map changes;   /* address -> change of a plan's resource_changes */
	bl_map written;   /* address without instance keys -> expressions of the plan's own configuration */
} showing;

/* One value: what the plan says of it, and what the code does. All but known may be NULL. */
typedef struct view {
	const bl_value *known, *unknown, *sensitive; /* the parallel trees of a plan */
	const bl_value *code;
	const bl_value *expression; /* of the plan's configuration */
	bl_span near;               /* the nearest place in the code */
} view;

static const bl_value *see(showing *s, view w, int depth);

/* "module.a[0].x.y[\"k\"]" -> "module.a.x.y" */
static bl_str without_keys(bl_arena *arena, bl_str address)
{
	if (!memchr(address.p, '[', address.n))
		return address;
	char *p = bl_arena_alloc(arena, address.n);
	size_t n = 0;
	bool key = false, quoted = false;
	for (size_t i = 0; i < address.n; i++) {
		char c = address.p[i];
		if (quoted && c == '\\')
			i++;
		else if (key && c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '[' || c == ']'))
			key = c == '[';
		else if (!key)
			p[n++] = c;
	}
	return bl_str_make(p, n);
}

static bool is_true(const bl_value *v)
{
	return bl_value_is(v, BL_BOOL) && v->boolean;
}

/* The member or element of one of the parallel trees; a tree that is `true` is true all through. */
static const bl_value *member(const bl_value *tree, bl_str key)
{
	return is_true(tree) ? tree : bl_value_get(tree, key);
}

static const bl_value *element(const bl_value *tree, uint32_t i)
{
	return is_true(tree) ? tree : bl_value_is(tree, BL_LIST) && i < tree->n ? tree->list[i] : NULL;
}

/* The resources that an expression of the plan's configuration names: {"references": ["a.b.id", "a.b", "var.x"]}. */
static void add_references(bl_arena *arena, const bl_value *expression, bl_unknown *u)
{
	const bl_value *names = bl_value_getz(expression, "references");
	if (!bl_value_is(names, BL_LIST) || u->nrefs)
		return;
	u->refs = bl_new_n(arena, bl_ref, names->n);
	for (uint32_t i = 0; i + 1 < names->n && u->nrefs < 32; i++) {
		/* each reference with an attribute is followed by the one without */
		bl_str whole = bl_value_text(names->list[i]), base = bl_value_text(names->list[i + 1]);
		if (base.n && whole.n > base.n && bl_str_starts(whole, base) && whole.p[base.n] == '.' &&
			!bl_str_starts(base, BL_STR("var.")) && !bl_str_starts(base, BL_STR("module.")))
			u->refs[u->nrefs++] = (bl_ref){base, bl_str_slice(whole, base.n + 1, whole.n)};
	}
}

static const bl_value *see_unknown(showing *s, const view *w)
{
	bl_arena *arena = s->tf->arena;
	if (w->code && w->code->kind == BL_UNKNOWN)
		return w->code;
	bl_value *v = bl_value_unknown(arena, w->code ? w->code->span : w->near, "it is known after apply");
	bl_unknown *u = (bl_unknown *)v->unknown;
	if (w->code) {
		v->via = w->code->via;
		u->type = w->code->kind;
	}
	add_references(arena, w->expression, u);
	return v;
}

static bool is_empty(const bl_value *v)
{
	return !v || v->kind == BL_NULL || ((v->kind == BL_LIST || v->kind == BL_MAP) && !v->n);
}

/* Providers fill in nulls and empty blocks for what nobody wrote. */
static bool nobody_wrote(const view *w)
{
	return is_empty(w->known) && !is_true(w->unknown) && !(bl_value_is(w->unknown, BL_MAP) && w->unknown->n) && !w->code &&
	       !(w->expression && w->known && w->known->kind != BL_NULL && bl_value_getz(w->expression, "constant_value"));
}

static const bl_value *see_map(showing *s, const view *w, int depth)
{
	bl_tf_builder b = {0};
	for (uint32_t pass = 0; pass < 2; pass++) {
		const bl_value *from = pass ? w->unknown : w->known;
		for (uint32_t i = 0; bl_value_is(from, BL_MAP) && i < from->n; i++) {
			bl_str key = from->map[i].key;
			if (pass && (bl_value_get(w->known, key) || is_empty(from->map[i].value)))
				continue;
			const bl_item *code = bl_value_is(w->code, BL_MAP) ? bl_value_item(w->code, key, false) : NULL;
			view inner = {pass ? NULL : from->map[i].value, member(w->unknown, key), member(w->sensitive, key),
				code ? code->value : NULL, bl_value_get(w->expression, key), code ? code->value->span : w->near};
			if (bl_value_is(inner.unknown, BL_BOOL) && !inner.unknown->boolean && pass)
				continue;
			if (!nobody_wrote(&inner))
				bl_tf_put(s->tf, &b, key, code ? code->key_span : w->near, see(s, inner, depth + 1));
		}
	}
	bl_value *v = bl_tf_built(s->tf, &b, w->code ? w->code->span : w->near);
	if (!bl_span_known(v->span))
		v->origin = BL_DEFAULTED;
	return v;
}

/* Could the code's block be the one that the plan shows? Nothing that both know differs. */
static bool fits(const bl_value *known, const bl_value *code)
{
	if (!bl_value_is(known, BL_MAP) || !bl_value_is(code, BL_MAP))
		return known && code && bl_tf_equal(known, code) != BL_NO;
	for (uint32_t i = 0; i < code->n; i++) {
		const bl_value *k = bl_value_get(known, code->map[i].key), *c = code->map[i].value;
		bool plain = k && (k->kind == BL_STRING || k->kind == BL_NUMBER || k->kind == BL_BOOL) && c->kind != BL_LIST && c->kind != BL_MAP;
		if (plain && k->kind == c->kind && bl_tf_equal(k, c) == BL_NO)
			return false;
	}
	return true;
}

enum { MAX_ALIGNED = 64 }; /* blocks of one kind that are told apart by what they say; a plan sorts those of a set */

static const bl_value *code_element(const bl_value *code, const bl_value *known, uint32_t i, bool *taken)
{
	if (!bl_value_is(code, BL_LIST))
		return NULL;
	if (code->n > MAX_ALIGNED)
		return i < code->n ? code->list[i] : NULL;
	uint32_t found = code->n;
	if (i < code->n && !taken[i] && fits(known, code->list[i]))
		found = i;
	for (uint32_t k = 0; k < code->n && found == code->n; k++)
		if (!taken[k] && fits(known, code->list[k]))
			found = k;
	if (found == code->n)
		return NULL;
	taken[found] = true;
	return code->list[found];
}

static const bl_value *see_list(showing *s, const view *w, int depth)
{
	bl_arena *arena = s->tf->arena;
	bl_values list = {0};
	bool taken[MAX_ALIGNED] = {false};
	uint32_t n = w->known ? w->known->n : w->unknown->n;
	for (uint32_t i = 0; i < n; i++) {
		const bl_value *known = w->known ? w->known->list[i] : NULL;
		const bl_value *expression = bl_value_is(w->expression, BL_LIST) ? element(w->expression, i) : w->expression;
		view inner = {known, element(w->unknown, i), element(w->sensitive, i), code_element(w->code, known, i, taken), expression,
			w->near};
		if (inner.code && bl_span_known(inner.code->span))
			inner.near = inner.code->span;
		bl_vec_push(arena, &list, see(s, inner, depth + 1));
	}
	bl_value *v = bl_values_value(arena, w->code ? w->code->span : w->near, &list);
	if (w->code && w->code->kind == BL_LIST)
		v->shape = w->code->shape;
	return v;
}

/* What a value that is known by now came from: the resource's attribute that the code names. */
static const bl_via *via_of(showing *s, const view *w)
{
	bl_arena *arena = s->tf->arena;
	bl_unknown named = {0};
	if (w->code && (w->code->via || w->code->kind != BL_UNKNOWN))
		return w->code->via;
	if (w->code)
		named = *w->code->unknown;
	else
		add_references(arena, w->expression, &named);
	if (named.nrefs != 1)
		return NULL;
	bl_via *via = bl_new(arena, bl_via);
	via->what = bl_str_fmt(arena, BL_FMT "." BL_FMT, BL_ARG(named.refs[0].address), BL_ARG(named.refs[0].path));
	via->span = w->code ? w->code->span : w->known->span;
	return via;
}

static const bl_value *see_scalar(showing *s, const view *w)
{
	bl_arena *arena = s->tf->arena;
	if (w->code && bl_tf_equal(w->known, w->code) == BL_YES)
		return w->code;
	/* without its sources a plan is itself the place where things are written */
	bool here = w->code || s->state || w->expression;
	bl_value *v = bl_value_at(arena, w->known, w->code ? w->code->span : bl_span_known(w->near) ? w->near : w->known->span);
	v->origin = here ? BL_WRITTEN : BL_DEFAULTED;
	v->via = via_of(s, w);
	return v;
}

static const bl_value *see(showing *s, view w, int depth)
{
	const bl_value *v;
	bool is_list = bl_value_is(w.known, BL_LIST) || (!w.known && bl_value_is(w.unknown, BL_LIST));
	bool is_map = bl_value_is(w.known, BL_MAP) || (!w.known && bl_value_is(w.unknown, BL_MAP));
	if (depth > BL_EVAL_MAX_DEPTH || is_true(w.unknown))
		v = see_unknown(s, &w);
	else if (is_map)
		v = see_map(s, &w, depth);
	else if (is_list)
		v = see_list(s, &w, depth);
	else
		v = see_scalar(s, &w);
	return bl_tf_marked(s->tf, v, is_true(w.sensitive) || (w.code && w.code->sensitive));
}

/* --- resources --- */

static const bl_resource *code_of(const showing *s, bl_str address)
{
	const bl_resource *exact = bl_map_get(&s->code, address);
	return exact ? exact : bl_map_get(&s->like, without_keys(s->tf->arena, address));
}

static bl_resource *new_resource(showing *s, const bl_value *shown, const bl_resource *code)
{
	bl_arena *arena = s->tf->arena;
	bl_resource *r = bl_new(arena, bl_resource);
	bl_str type = bl_value_text(bl_value_getz(shown, "type"));
	if (code)
		*r = *code;
	r->root = s->tf->input->root;
	r->language = BL_LANG_TERRAFORM;
	r->address = bl_value_text(bl_value_getz(shown, "address"));
	r->existing = bl_value_is_string(bl_value_getz(shown, "mode"), "data");
	r->condition = BL_YES;
	r->type = r->native_type = type;
	r->label = bl_value_text(bl_value_getz(shown, "name"));
	r->typed_address = bl_str_fmt(arena, BL_FMT "." BL_FMT, BL_ARG(type), BL_ARG(r->label));
	bl_str_cut(type, '_', &r->provider);
	if (!code)
		r->span = r->head = shown->span;
	return r;
}

static void show_resource(showing *s, const bl_value *shown, bl_str module)
{
	bl_tf *tf = s->tf;
	bl_str address = bl_value_text(bl_value_getz(shown, "address"));
	const bl_value *change = bl_map_get(&s->changes, address);
	const bl_value *values = bl_value_getz(shown, "values");
	if (!address.n || !bl_value_is(bl_value_getz(shown, "type"), BL_STRING) || !bl_value_is(values, BL_MAP))
		return;
	const bl_resource *code = code_of(s, address);
	const bl_value *sensitive = bl_value_getz(change, "after_sensitive");
	bl_resource *r = new_resource(s, shown, code);
	view w = {values, bl_value_getz(change, "after_unknown"), sensitive ? sensitive : bl_value_getz(shown, "sensitive_values"),
		code ? code->native : NULL, bl_map_get(&s->written, without_keys(tf->arena, address)), BL_NOWHERE};
	r->module = module;
	r->native = see(s, w, 0);
	if (r->native->kind != BL_MAP)
		return;
	((bl_value *)r->native)->span = r->span;
	bl_vec_push(tf->arena, &s->tf->out->resources, r);
}

/* A module of planned_values, prior_state or values, and the modules in it. */
static void show_module(showing *s, const bl_value *module, bool data_only, int depth)
{
	const bl_value *resources = bl_value_getz(module, "resources"), *children = bl_value_getz(module, "child_modules");
	if (depth > BL_TF_MAX_MODULE_DEPTH) {
		bl_diag_add(s->tf->arena, s->tf->diags, BL_DIAG_ERROR, module->span, "modules are nested deeper than %d levels", BL_TF_MAX_MODULE_DEPTH);
		return;
	}
	for (uint32_t i = 0; bl_value_is(resources, BL_LIST) && i < resources->n; i++)
		if (!data_only || bl_value_is_string(bl_value_getz(resources->list[i], "mode"), "data"))
			show_resource(s, resources->list[i], bl_value_text(bl_value_getz(module, "address")));
	for (uint32_t i = 0; bl_value_is(children, BL_LIST) && i < children->n; i++)
		show_module(s, children->list[i], data_only, depth + 1);
}

static void show_outputs(showing *s, const bl_value *outputs)
{
	bl_tf *tf = s->tf;
	for (uint32_t i = 0; bl_value_is(outputs, BL_MAP) && i < outputs->n; i++) {
		const bl_value *o = outputs->map[i].value, *v = bl_value_getz(o, "value");
		bl_output *out = bl_vec_add(tf->arena, &tf->out->outputs);
		out->root = tf->input->root;
		out->name = outputs->map[i].key;
		if (!v)
			v = bl_value_unknown(tf->arena, o->span, "it is known after apply");
		out->value = bl_tf_marked(tf, v, is_true(bl_value_getz(o, "sensitive")));
	}
}

/* --- what it is compared with --- */

static void index_changes(showing *s)
{
	const bl_value *changes = bl_value_getz(s->body, "resource_changes");
	for (uint32_t i = 0; bl_value_is(changes, BL_LIST) && i < changes->n; i++) {
		const bl_value *address = bl_value_getz(changes->list[i], "address"), *change = bl_value_getz(changes->list[i], "change");
		/* a deposed object has its successor's address */
		if (bl_value_is(address, BL_STRING) && change && !bl_value_getz(changes->list[i], "deposed"))
			bl_map_put(s->tf->arena, &s->changes, address->string, (void *)change);
	}
}

static void index_expressions(showing *s, const bl_value *module, bl_str prefix, int depth)
{
	bl_arena *arena = s->tf->arena;
	const bl_value *resources = bl_value_getz(module, "resources"), *calls = bl_value_getz(module, "module_calls");
	for (uint32_t i = 0; bl_value_is(resources, BL_LIST) && i < resources->n; i++) {
		const bl_value *r = resources->list[i], *address = bl_value_getz(r, "address"), *e = bl_value_getz(r, "expressions");
		if (bl_value_is(address, BL_STRING) && e)
			bl_map_put(arena, &s->written, bl_str_cat(arena, prefix, address->string), (void *)e);
	}
	for (uint32_t i = 0; depth < BL_TF_MAX_MODULE_DEPTH && bl_value_is(calls, BL_MAP) && i < calls->n; i++)
		index_expressions(s, bl_value_getz(calls->map[i].value, "module"),
			bl_str_fmt(arena, BL_FMT "module." BL_FMT ".", BL_ARG(prefix), BL_ARG(calls->map[i].key)), depth + 1);
}

static void index_code(showing *s, const bl_evaluation *code)
{
	bl_arena *arena = s->tf->arena;
	for (size_t i = 0; i < code->resources.n; i++) {
		bl_resource *r = code->resources.items[i];
		bl_str like = without_keys(arena, r->address);
		bl_map_put(arena, &s->code, r->address, r);
		if (!bl_map_get(&s->like, like))
			bl_map_put(arena, &s->like, like, r);
	}
}

void bl_tf_show(bl_tf *tf, const bl_document *document, const bl_evaluation *code)
{
	showing s = {.tf = tf, .body = bl_tf_shown_body(document)};
	const bl_value *values = bl_value_getz(s.body, "planned_values"), *before = bl_value_getz(s.body, "prior_state");
	s.state = !values;
	if (s.state)
		values = bl_value_getz(s.body, "values");
	index_changes(&s);
	index_expressions(&s, bl_value_getz(bl_value_getz(s.body, "configuration"), "root_module"), BL_STR(""), 0);
	if (code)
		index_code(&s, code);
	show_module(&s, bl_value_getz(values, "root_module"), false, 0);
	show_module(&s, bl_value_getz(bl_value_getz(before, "values"), "root_module"), true, 0);
	show_outputs(&s, bl_value_getz(values, "outputs"));
}

bool bl_tf_is_shown(const bl_document *document)
{
	return bl_str_eqz(document->dialect, "plan") || bl_str_eqz(document->dialect, "state");
}

const bl_value *bl_tf_shown_body(const bl_document *document)
{
	const bl_attr *body = document->blocks.n ? bl_block_attr(document->blocks.items[0], "body") : NULL;
	return body ? body->expr->value : NULL;
}

const bl_value *bl_tf_shown_variable(const bl_document *document, bl_str name)
{
	return bl_value_getz(bl_value_get(bl_value_getz(bl_tf_shown_body(document), "variables"), name), "value");
}

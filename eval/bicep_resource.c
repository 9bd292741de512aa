/* Bicep's resources and modules: their instances, what refers to them, and how they come out. */
#include "eval/bicep.h"

/* ---- declaring ---- */

bl_bicep_declared *bl_bicep_declare(bl_bicep_scope *s, const bl_block *block, bl_bicep_declared *parent)
{
	bl_arena *arena = s->azure->arena;
	bl_bicep_declared *d = bl_new(arena, bl_bicep_declared);
	bl_str kind = bl_block_label(block, 1), name = bl_block_label(block, 0);
	ptrdiff_t at = bl_str_rfind_char(kind, '@');
	d->scope = s;
	d->block = block;
	d->parent = parent;
	d->is_module = bl_str_eqz(block->kind, "module");
	d->existing = bl_block_expr(block, "existing") != NULL;
	d->loop = bl_block_expr(block, "body") && bl_block_expr(block, "body")->kind == BL_EXPR_FOR;
	d->address = parent ? bl_str_fmt(arena, BL_FMT "." BL_FMT, BL_ARG(parent->address), BL_ARG(name)) : name;
	if (d->is_module) {
		d->type = BL_STR("Microsoft.Resources/deployments");
		d->api_version = BL_STR("");
	} else {
		d->type = at < 0 ? kind : bl_str_slice(kind, 0, (size_t)at);
		d->api_version = at < 0 ? BL_STR("") : bl_str_slice(kind, (size_t)at + 1, kind.n);
		if (bl_str_starts(d->type, BL_STR("az:")))
			d->type = bl_str_slice(d->type, 3, d->type.n);
	}
	if (parent && !bl_str_startsi(d->type, parent->type))
		d->type = bl_str_fmt(arena, BL_FMT "/" BL_FMT, BL_ARG(parent->type), BL_ARG(d->type));
	if (parent && !d->api_version.n)
		d->api_version = parent->api_version;
	bl_vec_push(arena, &s->declared, d);
	if (parent)
		bl_vec_push(arena, &parent->children, d);
	for (size_t i = 0; i < block->blocks.n; i++)
		bl_bicep_declare(s, block->blocks.items[i], d);
	return d;
}

static bl_bicep_declared *child_of(bl_bicep_declared *d, bl_str name)
{
	for (size_t i = 0; i < d->children.n; i++)
		if (bl_str_eq(bl_block_label(d->children.items[i]->block, 0), name))
			return d->children.items[i];
	return NULL;
}

/* ---- instances ---- */

static bl_bicep_instance *add_instance(bl_bicep_declared *d, const char *index, int64_t i,
	const bl_expr *body, const bl_azure_local *locals, bl_tri condition)
{
	bl_bicep_scope *s = d->scope;
	bl_azure *a = s->azure;
	bl_bicep_instance *instance = bl_new(a->arena, bl_bicep_instance);
	instance->declared = d;
	instance->locals = locals;
	instance->condition = condition;
	instance->address = !d->loop ? d->address
			    : index  ? bl_str_fmt(a->arena, BL_FMT "[%s]", BL_ARG(d->address), index)
				     : bl_str_fmt(a->arena, BL_FMT "[%lld]", BL_ARG(d->address), (long long)i);
	if (body && body->kind == BL_EXPR_IF) {
		bl_azure_frame f = bl_bicep_frame(s, locals);
		instance->condition_value = bl_azure_eval(&f, body->kids[0]);
		instance->condition = bl_tri_and(condition, bl_azure_truth(instance->condition_value));
		body = body->kids[1];
	}
	instance->object = body && body->kind == BL_EXPR_OBJECT ? body : NULL;
	bl_vec_push(a->arena, &d->instances, instance);
	bl_map_put(a->arena, &s->instances, instance->address, instance);
	return instance;
}

static const bl_azure_local *loop_locals(bl_azure *a, const bl_expr *loop, const bl_azure_local *outer,
	const bl_value *item, const bl_value *position)
{
	bl_azure_local *l = bl_new_n(a->arena, bl_azure_local, 2);
	l[0] = (bl_azure_local){loop->text, item, outer};
	l[1] = (bl_azure_local){bl_expr_for_key(loop), position, &l[0]};
	return l[1].name.n ? &l[1] : &l[0];
}

/* One instance an element; one, [*], for those that are not known, and for a loop that has none. */
static void expand_loop(bl_bicep_declared *d, const bl_expr *loop, const bl_azure_local *outer, bl_tri condition)
{
	bl_azure *a = d->scope->azure;
	bl_azure_frame f = bl_bicep_frame(d->scope, outer);
	const bl_value *in = bl_azure_eval(&f, loop->kids[0]);
	const bl_eval_options *o = a->input->options;
	size_t limit = o && o->max_instances ? o->max_instances : BL_EVAL_MAX_INSTANCES;
	uint32_t n = in->kind == BL_LIST ? in->n : 0;
	for (uint32_t i = 0; i < n && i < limit; i++)
		add_instance(d, NULL, i, loop->kids[2],
			loop_locals(a, loop, outer, in->list[i], bl_azure_number(a, loop->span, i)), condition);
	if (in->kind == BL_LIST && !in->open && n)
		return;
	bool none = in->kind == BL_LIST && !in->open;
	bl_value *item = none ? bl_value_unknown(a->arena, loop->span, "the loop has no elements")
			      : bl_azure_unknown(a, loop->span, -1, &in, 1);
	bl_value *position = bl_value_unknown(a->arena, loop->span, "which element it is, is not known");
	bl_azure_own(a, position)->type = BL_NUMBER;
	if (item->unknown->nrefs == 1 && !item->unknown->refs[0].path.n)
		bl_azure_own(a, item)->nrefs = 0; /* an element is not the resource */
	add_instance(d, "*", 0, loop->kids[2], loop_locals(a, loop, outer, item, position),
		none ? BL_NO : bl_tri_and(condition, BL_MAYBE));
}

static void expand(bl_bicep_declared *d)
{
	if (d->state != BL_BICEP_NEW)
		return;
	d->state = BL_BICEP_BUSY;
	bl_tri condition = d->scope->condition;
	const bl_azure_local *outer = NULL;
	if (d->parent) {
		expand(d->parent);
		if (d->parent->instances.n) {
			condition = d->parent->instances.items[0]->condition;
			outer = d->parent->instances.items[0]->locals;
		}
	}
	const bl_expr *body = bl_block_expr(d->block, "body");
	if (body && body->kind == BL_EXPR_FOR)
		expand_loop(d, body, outer, condition);
	else
		add_instance(d, NULL, 0, body, outer, condition);
	d->state = BL_BICEP_DONE;
}

static const bl_value *reference_to(bl_bicep_instance *instance, bl_span span)
{
	return bl_value_waits(instance->declared->scope->azure->arena, span, instance->address, BL_STR(""));
}

const bl_value *bl_bicep_reference(bl_bicep_declared *d, bl_span span)
{
	bl_azure *a = d->scope->azure;
	expand(d);
	if (d->state == BL_BICEP_BUSY)
		return bl_value_unknown(a->arena, span, "'" BL_FMT "' refers to itself", BL_ARG(d->address));
	if (!d->loop || (d->instances.n == 1 && bl_str_ends(d->instances.items[0]->address, BL_STR("[*]"))))
		return reference_to(d->instances.items[0], span);
	bl_values items = {0};
	bool open = false;
	for (size_t i = 0; i < d->instances.n; i++) {
		if (bl_str_ends(d->instances.items[i]->address, BL_STR("[*]")))
			open = true;
		else
			bl_vec_push(a->arena, &items, reference_to(d->instances.items[i], span));
	}
	bl_value *v = bl_values_value(a->arena, span, &items);
	v->open = open;
	return v;
}

/* ---- names and ids ---- */

static const bl_value *key_value(bl_bicep_instance *instance, const char *key)
{
	bl_azure_frame f = bl_bicep_frame(instance->declared->scope, instance->locals);
	const bl_expr *e = bl_azure_key(instance->object, key);
	return e ? bl_azure_eval(&f, e) : NULL;
}

/* The instance that a reference stands for; NULL for any other value. */
static bl_bicep_instance *instance_of(bl_bicep_scope *s, const bl_value *v)
{
	if (!v || v->kind != BL_UNKNOWN || v->unknown->nrefs != 1 || v->unknown->refs[0].path.n)
		return NULL;
	return bl_map_get(&s->instances, v->unknown->refs[0].address);
}

static bl_bicep_instance *parent_of(bl_bicep_instance *instance)
{
	bl_bicep_declared *parent = instance->declared->parent;
	if (parent)
		return parent->instances.n ? parent->instances.items[0] : NULL;
	return instance_of(instance->declared->scope, key_value(instance, "parent"));
}

/* A module that is given no name gets one that begins with its own; the rest hangs on the deployment's. */
static const bl_value *generated_name(bl_bicep_instance *instance)
{
	const bl_bicep_declared *d = instance->declared;
	bl_azure *a = d->scope->azure;
	bl_value *v = bl_value_unknown(a->arena, d->block->head, "the name of " BL_FMT " is made at deployment", BL_ARG(instance->address));
	bl_unknown *u = bl_azure_own(a, v);
	u->type = BL_STRING;
	u->not_null = true;
	u->prefix = bl_str_cat(a->arena, bl_block_label(d->block, 0), BL_STR("-"));
	return v;
}

static void find_name(bl_bicep_instance *instance)
{
	bl_bicep_declared *d = instance->declared;
	bl_azure *a = d->scope->azure;
	if (instance->name_state != BL_BICEP_NEW)
		return;
	instance->name_state = BL_BICEP_BUSY;
	bl_bicep_instance *parent = parent_of(instance);
	const bl_value *name = key_value(instance, "name");
	if (!name && d->is_module)
		name = generated_name(instance);
	else if (!name)
		name = bl_value_unknown(a->arena, d->block->head, BL_FMT " has no name", BL_ARG(instance->address));
	instance->name = name;
	if (parent && parent != instance) {
		find_name(parent);
		for (size_t i = 0; i < parent->names.n; i++)
			bl_vec_push(a->arena, &instance->names, parent->names.items[i]);
		const bl_value *parts[] = {parent->name, bl_value_string(a->arena, name->span, BL_STR("/")), name};
		if (parent->name)
			instance->name = bl_azure_join(a, name->span, parts, 3);
		bl_vec_push(a->arena, &instance->names, name);
	} else if (name->kind == BL_STRING) {
		bl_str rest = name->string, segment;
		do {
			rest = bl_str_cut(rest, '/', &segment);
			bl_vec_push(a->arena, &instance->names, bl_value_string(a->arena, name->span, segment));
		} while (rest.n);
	} else {
		bl_vec_push(a->arena, &instance->names, name);
	}
	instance->name_state = BL_BICEP_DONE;
}

static const bl_value *id_of(bl_bicep_instance *instance, bl_span span);

/* The id of the scope that the resource stands in. */
static const bl_value *scope_id(bl_bicep_instance *instance, bl_span span)
{
	bl_bicep_scope *s = instance->declared->scope;
	bl_bicep_instance *parent = parent_of(instance);
	bl_azure_frame f = bl_bicep_frame(s, instance->locals);
	const bl_value *v = key_value(instance, "scope");
	bl_azure *a = s->azure;
	if (!v && parent && parent != instance && a->depth < BL_EVAL_MAX_DEPTH) {
		a->depth++;
		v = scope_id(parent, span);
		a->depth--;
		return v;
	}
	if (!v)
		return s->scope_id;
	bl_bicep_instance *other = instance_of(s, v);
	if (other)
		return other == instance ? v : id_of(other, span);
	return v->kind == BL_MAP ? bl_azure_member(&f, v, BL_STR("id"), span, false) : v;
}

static size_t segments_of(bl_str type)
{
	size_t n = 0;
	for (size_t i = 0; i < type.n; i++)
		n += type.p[i] == '/';
	return n;
}

static const bl_value *id_of(bl_bicep_instance *instance, bl_span span)
{
	bl_bicep_declared *d = instance->declared;
	bl_azure *a = d->scope->azure;
	bl_ref ref = {instance->address, BL_STR("id")};
	find_name(instance);
	if (a->depth >= BL_EVAL_MAX_DEPTH || d->is_module || segments_of(d->type) != instance->names.n ||
		instance->name_state == BL_BICEP_BUSY)
		return bl_value_waits(a->arena, span, ref.address, ref.path);
	a->depth++;
	const bl_value *scope = scope_id(instance, span);
	const bl_value *id;
	/* Two kinds of scope are resources themselves, with ids of their own form. */
	if (bl_str_eqiz(d->type, "Microsoft.Resources/resourceGroups")) {
		const bl_value *parts[] = {scope,
			bl_value_string(a->arena, span, BL_STR("/resourceGroups/")), instance->name};
		id = bl_azure_join(a, span, parts, 3);
	} else {
		id = bl_azure_id(a, span, scope, d->type, instance->names.items, instance->names.n, &ref);
	}
	if (id->kind == BL_UNKNOWN) {
		bl_value *v = bl_value_at(a->arena, id, span);
		bl_unknown *u = bl_azure_own(a, v);
		u->refs = bl_new(a->arena, bl_ref);
		*u->refs = ref;
		u->nrefs = 1;
		id = v;
	}
	a->depth--;
	return id;
}

/* ---- bodies ---- */

static const bl_value *body_of(bl_bicep_instance *instance)
{
	bl_azure_frame f = bl_bicep_frame(instance->declared->scope, instance->locals);
	if (instance->body_state == BL_BICEP_NEW) {
		instance->body_state = BL_BICEP_BUSY;
		instance->body = instance->object ? bl_azure_eval(&f, instance->object) : NULL;
		instance->body_state = BL_BICEP_DONE;
	}
	return instance->body_state == BL_BICEP_DONE ? instance->body : NULL;
}

static void run_module(bl_bicep_instance *instance);

static const bl_value *follow(const bl_azure_frame *f, const bl_value *v, bl_str path, bl_span span)
{
	bl_str key;
	while (v && path.n) {
		path = bl_str_cut(path, '.', &key);
		v = bl_azure_member(f, v, key, span, true);
	}
	return v;
}

/* What the body says at path, or NULL: what it leaves out, Azure fills in. */
static const bl_value *written_at(bl_bicep_instance *instance, bl_str path, bl_span span)
{
	bl_azure *a = instance->declared->scope->azure;
	const bl_value *v = body_of(instance);
	bl_str key, rest = path;
	while (v && rest.n && v->kind == BL_MAP) {
		rest = bl_str_cut(rest, '.', &key);
		v = bl_value_geti(v, key);
	}
	if (!v || (rest.n && v->kind != BL_UNKNOWN))
		return NULL;
	bl_value *found = bl_value_at(a->arena, v, span);
	if (!found->via)
		found = bl_value_through(a->arena, found,
			bl_str_fmt(a->arena, BL_FMT "." BL_FMT, BL_ARG(instance->address), BL_ARG(path)), v->span);
	bl_azure_frame f = bl_bicep_frame(instance->declared->scope, instance->locals);
	return rest.n ? follow(&f, found, rest, span) : found;
}

static const bl_value *known_member(bl_bicep_instance *instance, bl_str path, bl_span span)
{
	bl_bicep_declared *d = instance->declared;
	bl_azure *a = d->scope->azure;
	bl_azure_frame f = bl_bicep_frame(d->scope, instance->locals);
	bl_str key, rest = bl_str_cut(path, '.', &key);
	if (d->is_module && bl_str_eqz(key, "outputs")) {
		run_module(instance);
		bl_str name, deeper = bl_str_cut(rest, '.', &name);
		const bl_value *v = instance->outputs && name.n ? bl_value_get(instance->outputs, name) : NULL;
		return v ? follow(&f, bl_value_at(a->arena, v, span), deeper, span) : NULL;
	}
	if (bl_str_eqz(path, "name")) {
		find_name(instance);
		/* `.name` of a child is its own segment */
		return instance->names.n ? bl_value_at(a->arena, d->parent || bl_azure_key(instance->object, "parent")
								    ? instance->names.items[instance->names.n - 1]
								    : instance->name, span)
					 : NULL;
	}
	if (bl_str_eqz(path, "id"))
		return id_of(instance, span);
	if (bl_str_eqz(path, "type"))
		return bl_value_string(a->arena, span, d->type);
	if (bl_str_eqz(path, "apiVersion"))
		return bl_value_string(a->arena, span, d->api_version);
	return d->existing || d->is_module ? NULL : written_at(instance, path, span);
}

const bl_value *bl_bicep_member(bl_bicep_scope *s, bl_str address, bl_str path, bl_span span)
{
	bl_azure *a = s->azure;
	bl_bicep_instance *instance = bl_map_get(&s->instances, address);
	if (!instance)
		return NULL;
	if (bl_str_starts(path, BL_STR("::"))) {
		bl_bicep_declared *child = child_of(instance->declared, bl_str_slice(path, 2, path.n));
		return child ? bl_bicep_reference(child, span) : NULL;
	}
	if (a->depth >= BL_EVAL_MAX_DEPTH)
		return NULL;
	a->depth++;
	const bl_value *v = known_member(instance, path, span);
	a->depth--;
	if (v)
		return v;
	bl_value *waits = bl_value_waits(a->arena, span, address, path);
	waits->sensitive = instance->declared->is_module ? false : waits->sensitive;
	return waits;
}

/* ---- coming out ---- */

static const bl_value *without(bl_azure *a, const bl_value *body, const bl_value *name, const bl_value *scope)
{
	static const char *const meta[] = {"dependsOn", "name", "parent", "scope"};
	bl_azure_map m = {.open = body ? body->open : false};
	if (name)
		bl_azure_put(a, &m, &(bl_item){BL_STR("name"), name->span, name});
	if (scope)
		bl_azure_put(a, &m, &(bl_item){BL_STR("scope"), scope->span, scope});
	for (uint32_t i = 0; body && body->kind == BL_MAP && i < body->n; i++) {
		bool skip = false;
		for (size_t k = 0; k < sizeof meta / sizeof *meta; k++)
			skip |= bl_str_eqz(body->map[i].key, meta[k]);
		if (!skip)
			bl_azure_put(a, &m, &body->map[i]);
	}
	return bl_azure_map_value(a, body ? body->span : BL_NOWHERE, &m);
}

static void emit_instance(bl_bicep_instance *instance)
{
	bl_bicep_declared *d = instance->declared;
	bl_bicep_scope *s = d->scope;
	bl_azure *a = s->azure;
	if (!bl_azure_count(a, d->block->head))
		return;
	bl_resource *r = bl_azure_add(a);
	find_name(instance);
	const bl_value *body = body_of(instance);
	const bl_value *scope = bl_azure_key(instance->object, "scope") ? scope_id(instance, d->block->head) : NULL;
	r->language = BL_LANG_BICEP;
	r->address = instance->address;
	r->label = bl_block_label(d->block, 0);
	r->type = r->native_type = d->type;
	r->typed_address = bl_str_fmt(a->arena, BL_FMT "." BL_FMT, BL_ARG(d->type), BL_ARG(r->label));
	r->api_version = d->api_version;
	r->provider = BL_STR("azure");
	r->module = s->module;
	r->name = instance->name;
	r->existing = d->existing;
	r->is_module = d->is_module;
	r->condition = instance->condition;
	r->span = d->block->span;
	r->head = d->block->head;
	r->via = s->via;
	r->native = body ? body : bl_value_map(a->arena, d->block->head, NULL, 0);
	bl_bicep_instance *around = d->parent ? parent_of(instance) : NULL;
	if (around) /* as those say it that are not nested */
		r->native = bl_value_with(a->arena, r->native, BL_STR("parent"), reference_to(around, d->block->head));
	r->written = without(a, body, instance->name, scope);
	if (d->is_module) {
		run_module(instance);
		for (size_t i = 0; i < instance->resources.n; i++)
			bl_vec_push(a->arena, a->sink, instance->resources.items[i]);
	}
}

void bl_bicep_emit(bl_bicep_scope *s)
{
	for (size_t i = 0; i < s->declared.n; i++) {
		bl_bicep_declared *d = s->declared.items[i];
		expand(d);
		for (size_t k = 0; k < d->instances.n; k++)
			emit_instance(d->instances.items[k]);
	}
}

/* Evaluates the template behind a module instance, once; its resources wait there for their turn. */
static void run_module(bl_bicep_instance *instance)
{
	bl_bicep_declared *d = instance->declared;
	bl_bicep_scope *s = d->scope;
	bl_azure *a = s->azure;
	static const bl_azure_resources none = {0};
	if (instance->outputs)
		return;
	instance->outputs = &bl_value_null; /* while it runs: no output of its own */
	if (bl_azure_is_full(a))
		return;
	const bl_document *document = bl_azure_find_module(a, s->folder, bl_block_label(d->block, 1));
	if (document && bl_azure_is_running(a, document)) {
		bl_diag_add(a->arena, &a->out->diags, BL_DIAG_ERROR, d->block->head,
			"module '" BL_FMT "' uses itself", BL_ARG(bl_block_label(d->block, 1)));
		return;
	}
	if (!document || (document->language != BL_LANG_BICEP && document->language != BL_LANG_ARM)) {
		if (d->instances.items[0] != instance)
			return;
		if (document || !bl_bicep_is_own_file(s, bl_block_label(d->block, 1))) /* else an error has been reported */
			bl_diag_add(a->arena, &a->out->diags, BL_DIAG_WARNING, d->block->head,
				"module '" BL_FMT "' could not be read", BL_ARG(bl_block_label(d->block, 1)));
		a->out->not_analysed++;
		return;
	}
	const bl_value *body = body_of(instance);
	const bl_value *inputs = body && body->kind == BL_MAP ? bl_value_getz(body, "params") : NULL;
	bl_via *via = bl_new(a->arena, bl_via);
	*via = (bl_via){instance->address, d->block->head, s->via};
	bl_azure_module module = {.document = document, .address = instance->address,
		.inputs = bl_value_is(inputs, BL_MAP) ? inputs : bl_value_map(a->arena, BL_NOWHERE, NULL, 0),
		.condition = instance->condition, .via = via};
	if (inputs && inputs->kind != BL_MAP) {
		bl_value *open = bl_value_map(a->arena, inputs->span, NULL, 0);
		open->open = true;
		module.inputs = open;
	}
	module.scope_id = scope_id(instance, d->block->head);
	bl_azure_resources *sink = a->sink;
	instance->resources = none;
	a->sink = &instance->resources;
	instance->outputs = document->language == BL_LANG_BICEP ? bl_azure_bicep_module(a, &module)
								 : bl_azure_arm_module(a, &module);
	a->sink = sink;
}

/* ARM templates: parameters, variables, functions and outputs. */
#include "eval/arm.h"

enum { MAX_MODULES = 32 };

static const bl_expr *section(const bl_arm_scope *s, const char *name)
{
	return bl_azure_key(s->body, name);
}

/* "p:NAME" or "v:NAME" in lower case, in buffer where it fits. */
static bl_str memo_key(bl_azure *a, char kind, bl_str name, char buffer[static 128])
{
	char *p = name.n + 2 <= 128 ? buffer : bl_new_n(a->arena, char, name.n + 2);
	p[0] = kind;
	p[1] = ':';
	for (size_t i = 0; i < name.n; i++)
		p[i + 2] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] | 32) : name.p[i];
	return bl_str_make(p, name.n + 2);
}

/* The first declaration of a name counts. */
static void declare(bl_arm_scope *s, char kind, bl_str name, const bl_expr *e, bool copy)
{
	char buffer[128];
	bl_str key = memo_key(s->azure, kind, name, buffer);
	if (bl_map_get(&s->memos, key))
		return;
	bl_arm_memo *m = bl_new(s->azure->arena, bl_arm_memo);
	*m = (bl_arm_memo){.declared = e, .copy = copy};
	bl_map_put(s->azure->arena, &s->memos, bl_str_dup(s->azure->arena, key), m);
}

/* Variables may be made by a loop: "variables": {"copy": [{"name": ..., "count": ..., "input": ...}]}. */
static void declare_all(bl_arm_scope *s)
{
	static const struct {
		const char *section;
		char kind;
	} sections[] = {{"parameters", 'p'}, {"variables", 'v'}};
	s->declared = true;
	for (size_t k = 0; k < 2; k++) {
		const bl_expr *all = section(s, sections[k].section);
		const bl_expr *copies = k ? bl_azure_key(all, "copy") : NULL;
		bool loops = copies && copies->kind == BL_EXPR_LIST;
		for (uint32_t i = 0; all && all->kind == BL_EXPR_OBJECT && i + 1 < all->n; i += 2)
			if (!loops || all->kids[i + 1] != copies)
				declare(s, sections[k].kind, bl_arm_text(all->kids[i]), all->kids[i + 1], false);
		for (uint32_t i = 0; loops && i < copies->n; i++)
			declare(s, 'v', bl_arm_text(bl_azure_key(copies->kids[i], "name")), copies->kids[i], true);
	}
}

/* NULL for what is not declared. */
static bl_arm_memo *memo(bl_arm_scope *s, char kind, bl_str name)
{
	char buffer[128];
	if (!s->declared)
		declare_all(s);
	return bl_map_get(&s->memos, memo_key(s->azure, kind, name, buffer));
}

static const bl_value *parameter(bl_arm_scope *s, bl_str name, bl_arm_memo *m)
{
	bl_azure *a = s->azure;
	if (m->value || m->busy)
		return m->value;
	const bl_expr *declared = m->declared;
	m->busy = true;
	bl_azure_frame f = bl_arm_frame(s, NULL);
	const bl_expr *preset = bl_azure_key(declared, "defaultValue");
	const bl_value *v = bl_value_geti(s->inputs, name);
	if (v && v->kind == BL_NULL && preset)
		v = NULL;
	if (!v && preset)
		v = bl_azure_eval(&f, preset);
	else if (!v && s->inputs->open)
		v = bl_value_unknown(a->arena, declared->span, "parameter '" BL_FMT "' may be set by the caller", BL_ARG(name));
	else if (!v)
		v = bl_arm_unset(s, name, declared);
	v = bl_arm_guard(s, v, declared);
	m->value = v;
	m->busy = false;
	return v;
}

const bl_azure_local *bl_arm_index_locals(bl_azure *a, const bl_azure_local *outer, bl_str loop, const bl_value *i)
{
	bl_azure_local *l = bl_new_n(a->arena, bl_azure_local, 2);
	l[0] = (bl_azure_local){BL_STR("copyIndex()"), i, outer};
	l[1] = (bl_azure_local){bl_str_fmt(a->arena, "copyIndex:" BL_FMT, BL_ARG(loop)), i, &l[0]};
	return &l[1];
}

const bl_value *bl_arm_copy(const bl_azure_frame *f, const bl_expr *copy, bl_str name)
{
	bl_azure *a = f->azure;
	const bl_expr *count = bl_azure_key(copy, "count"), *input = bl_azure_key(copy, "input");
	const bl_value *n = count ? bl_azure_eval(f, count) : &bl_value_null;
	int64_t have;
	bool known = bl_azure_int(n, &have);
	if (known && have > BL_AZURE_MAX_RANGE)
		bl_diag_add(a->arena, &a->out->diags, BL_DIAG_ERROR, copy->span,
			"more than %d elements: they are taken as unknown", BL_AZURE_MAX_RANGE);
	if (!input || !known || have < 0 || have > BL_AZURE_MAX_RANGE) {
		bl_value *v = bl_azure_unknown(a, copy->span, BL_LIST, &n, 1);
		bl_azure_own(a, v)->not_null = true;
		return v;
	}
	const bl_value **items = bl_new_n(a->arena, const bl_value *, (size_t)have + 1);
	/* in a copied resource, copyIndex() without a name is the resource's */
	const bl_value *outer = bl_arm_local(f, BL_STR("copyIndex()"));
	int64_t i = 0;
	for (; i < have && bl_azure_goes_on(a, copy->span); i++) {
		a->steps += BL_AZURE_STEP_COPY;
		bl_azure_frame inner = *f;
		bl_azure_local *named = bl_new(a->arena, bl_azure_local);
		const bl_value *index = bl_azure_number(a, copy->span, i);
		inner.locals = bl_arm_index_locals(a, f->locals, name, index);
		*named = (bl_azure_local){BL_STR("copyIndex()"), outer ? outer : index, inner.locals};
		inner.locals = named;
		items[i] = bl_azure_eval(&inner, input);
	}
	bl_value *v = bl_value_list(a->arena, copy->span, items, (size_t)i);
	v->open = i < have;
	return v;
}

static const bl_value *variable(bl_arm_scope *s, bl_str name, bl_arm_memo *m)
{
	bl_azure *a = s->azure;
	if (m->value || m->busy)
		return m->value;
	m->busy = true;
	bl_azure_frame f = bl_arm_frame(s, NULL);
	const bl_value *v = m->copy ? bl_arm_copy(&f, m->declared, name) : bl_azure_eval(&f, m->declared);
	size_t size = bl_azure_size(v, BL_AZURE_MAX_SIZE);
	a->steps += size;
	if (size >= BL_AZURE_MAX_SIZE)
		v = bl_value_unknown(a->arena, v->span, "it is too large");
	m->value = v;
	m->busy = false;
	return v;
}

const bl_expr *bl_arm_definition(bl_arm_scope *s, bl_str name, bool parameter)
{
	const bl_arm_memo *m = memo(s, parameter ? 'p' : 'v', name);
	if (!m || m->copy || (parameter && (s->inputs->open || bl_value_geti(s->inputs, name))))
		return NULL;
	return parameter ? bl_azure_key(m->declared, "defaultValue") : m->declared;
}

const bl_value *bl_arm_argument(const bl_azure_frame *f, bl_str name)
{
	for (const bl_azure_local *l = f->locals; l; l = l->next)
		if (l->argument && bl_str_eqi(l->name, name))
			return l->value;
	return NULL;
}

static const bl_value *named(const bl_azure_frame *f, const bl_expr *e, bool parameters)
{
	bl_azure *a = f->azure;
	bl_arm_scope *s = ((bl_arm_scope *)f->scope)->names;
	const bl_value *name = bl_azure_eval(f, e->kids[0]);
	if (name->kind != BL_STRING)
		return bl_azure_unknown(a, e->span, -1, &name, 1);
	const bl_value *argument = parameters ? bl_arm_argument(f, name->string) : NULL;
	if (argument)
		return argument;
	bl_arm_memo *m = memo(s, parameters ? 'p' : 'v', name->string);
	const bl_value *v = !m ? NULL : parameters ? parameter(s, name->string, m) : variable(s, name->string, m);
	const char *kind = parameters ? "parameter" : "variable";
	if (!v)
		return bl_azure_refuse(a, e->span, "there is no %s '" BL_FMT "', or it refers to itself", kind, BL_ARG(name->string));
	if (!m->what.n)
		m->what = bl_str_fmt(a->arena, "%ss('" BL_FMT "')", kind, BL_ARG(name->string));
	return bl_value_through(a->arena, bl_value_at(a->arena, v, e->span), m->what, v->span);
}

const bl_value *bl_arm_local(const bl_azure_frame *f, bl_str name)
{
	for (const bl_azure_local *l = f->locals; l; l = l->next)
		if (!l->argument && bl_str_eqi(l->name, name))
			return l->value;
	return NULL;
}

/* copyIndex(), copyIndex(OFFSET), copyIndex(LOOP), copyIndex(LOOP, OFFSET) */
static const bl_value *copy_index(const bl_azure_frame *f, const bl_expr *e)
{
	bl_azure *a = f->azure;
	const bl_value **args = bl_azure_arguments(f, e, 0), *offset = NULL;
	bl_str name = BL_STR("copyIndex()");
	if (e->n && args[0]->kind == BL_STRING)
		name = bl_str_fmt(a->arena, "copyIndex:" BL_FMT, BL_ARG(args[0]->string));
	if (e->n)
		offset = e->n > 1 ? args[1] : args[0]->kind == BL_STRING ? NULL : args[0];
	const bl_value *i = bl_arm_local(f, name);
	if (!i)
		return bl_azure_refuse(a, e->span, "copyIndex() stands in no loop");
	const bl_value *both[] = {i, offset};
	return offset ? bl_azure_call(a, e->span, BL_STR("add"), both, 2) : bl_value_at(a->arena, i, e->span);
}

/* A function of the template's own: "namespace.name". Its parameters are all it sees. */
static const bl_value *user_function(const bl_azure_frame *f, const bl_expr *e)
{
	bl_arm_scope *s = ((bl_arm_scope *)f->scope)->names;
	bl_azure *a = f->azure;
	const bl_expr *all = section(s, "functions");
	bl_str space, name = bl_str_cut(e->text, '.', &space);
	for (uint32_t i = 0; name.n && all && all->kind == BL_EXPR_LIST && i < all->n; i++) {
		if (!bl_str_eqi(bl_arm_text(bl_azure_key(all->kids[i], "namespace")), space))
			continue;
		const bl_expr *function = bl_arm_entry(bl_azure_key(all->kids[i], "members"), name);
		const bl_expr *parameters = bl_azure_key(function, "parameters");
		const bl_expr *value = bl_azure_key(bl_azure_key(function, "output"), "value");
		const bl_value **args = bl_azure_arguments(f, e, 0);
		bl_azure_frame inner = bl_arm_frame(s, NULL);
		if (!value)
			continue;
		for (uint32_t k = 0; parameters && parameters->kind == BL_EXPR_LIST && k < parameters->n && k < e->n; k++) {
			bl_azure_local *l = bl_new(a->arena, bl_azure_local);
			bl_str parameter_name = bl_arm_text(bl_azure_key(parameters->kids[k], "name"));
			*l = (bl_azure_local){parameter_name, args[k], inner.locals, true};
			inner.locals = l;
		}
		return bl_azure_eval(&inner, value);
	}
	return NULL;
}

/* deployment(): where the file lies in the repository is how the link to it ends. */
static const bl_value *deployment(const bl_azure_frame *f, const bl_expr *e)
{
	bl_arm_scope *s = ((bl_arm_scope *)f->scope)->names;
	bl_azure *a = f->azure;
	const bl_value *v = bl_azure_call_in(f, e->span, e->text, NULL, 0);
	bl_value *uri = bl_value_unknown(a->arena, e->span, "where the template lies is known at deployment");
	bl_unknown *u = (bl_unknown *)uri->unknown;
	u->type = BL_STRING;
	u->not_null = true;
	if (s->document)
		u->suffix = bl_str_fmt(a->arena, "/" BL_FMT, BL_ARG(s->document->path));
	bl_value *properties = bl_value_map(a->arena, e->span, NULL, 0);
	properties->open = true;
	v = bl_value_with(a->arena, v, BL_STR("properties"), properties);
	return bl_value_with(a->arena, v, BL_STR("properties.templateLink.uri"), uri);
}

/* The first letter decides which names it may be: this is asked of every call. */
static const bl_value *frame_call(const bl_azure_frame *f, const bl_expr *e)
{
	bl_azure *a = f->azure;
	bool one = e->n == 1;
	const bl_value *v = NULL;
	switch (e->text.n ? e->text.p[0] | 32 : 0) {
	case 'c':
		v = bl_str_eqiz(e->text, "copyIndex") ? copy_index(f, e) : NULL;
		break;
	case 'd':
		v = !e->n && bl_str_eqiz(e->text, "deployment") ? deployment(f, e) : NULL;
		break;
	case 'l':
		if (!one || !bl_str_eqiz(e->text, "lambdaVariables")) {
			v = bl_arm_call(f, e);
			break;
		}
		v = bl_arm_local(f, bl_value_text(bl_azure_eval(f, e->kids[0])));
		return v ? v : bl_azure_refuse(a, e->span, "there is no such lambda variable");
	case 'p':
		v = one && bl_str_eqiz(e->text, "parameters") ? named(f, e, true) : NULL;
		break;
	case 'v':
		v = one && bl_str_eqiz(e->text, "variables") ? named(f, e, false) : NULL;
		break;
	case 'e':
	case 'm':
	case 'r':
	case 's':
	case 't':
		v = bl_arm_call(f, e);
		break;
	default:
		break;
	}
	return v || bl_str_find(e->text, BL_STR("."), 0) < 0 ? v : user_function(f, e);
}

/* "copy": [{"name": N, "count": C, "input": I}] within an object makes its property N. */
static const bl_value *frame_object(const bl_azure_frame *f, const bl_expr *e)
{
	bl_azure *a = f->azure;
	const bl_expr *copies = bl_azure_key(e, "copy");
	if (!copies || copies->kind != BL_EXPR_LIST || !copies->n || !bl_azure_key(copies->kids[0], "input"))
		return NULL;
	bl_azure_map m = {0};
	for (uint32_t i = 0; i + 1 < e->n; i += 2) {
		const bl_value *key = bl_azure_eval(f, e->kids[i]);
		if (e->kids[i + 1] == copies)
			continue;
		if (key->kind == BL_STRING)
			bl_azure_put(a, &m, &(bl_item){key->string, key->span, bl_azure_eval(f, e->kids[i + 1])});
		else
			m.open = true;
	}
	for (uint32_t i = 0; i < copies->n; i++) {
		const bl_expr *called = bl_azure_key(copies->kids[i], "name");
		bl_str name = called ? bl_value_text(bl_azure_eval(f, called)) : BL_STR("");
		if (name.n)
			bl_azure_put(a, &m, &(bl_item){name, copies->kids[i]->span, bl_arm_copy(f, copies->kids[i], name)});
	}
	return bl_azure_map_value(a, e->span, &m);
}

bl_azure_frame bl_arm_frame(bl_arm_scope *s, const bl_azure_local *locals)
{
	return (bl_azure_frame){.azure = s->azure, .scope = s, .locals = locals ? locals : s->locals, .call = frame_call,
		.member = bl_arm_member, .object = frame_object, .scope_id = s->names->scope_id};
}

bl_arm_scope *bl_arm_scope_new(bl_azure *a, const bl_document *document, const bl_expr *body, const bl_value *inputs,
	bl_arm_scope *around)
{
	static const struct {
		const char *schema, *scope;
	} scopes[] = {
		{"managementGroupDeploymentTemplate", "managementGroup"},
		{"subscriptionDeploymentTemplate", "subscription"},
		{"tenantDeploymentTemplate", "tenant"},
	};
	bl_str schema = bl_arm_text(bl_azure_key(body, "$schema")), scope = BL_STR("resourceGroup");
	for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++)
		if (bl_str_findi(schema, bl_str_of(scopes[i].schema), 0) >= 0)
			scope = bl_str_of(scopes[i].scope);
	bl_arm_scope *s = bl_new(a->arena, bl_arm_scope);
	*s = (bl_arm_scope){.azure = a, .document = document, .body = body, .inputs = inputs, .names = s, .outer = around,
		.module = BL_STR(""), .condition = BL_YES, .scope_id = bl_azure_scope_id(a, BL_NOWHERE, scope)};
	s->index = around ? around->index : bl_new(a->arena, bl_arm_index);
	return s;
}

const bl_value *bl_arm_outputs(bl_arm_scope *s)
{
	bl_azure *a = s->azure;
	bl_azure_map m = {0};
	bl_azure_frame f = bl_arm_frame(s, NULL);
	const bl_expr *outputs = section(s, "outputs");
	for (uint32_t i = 0; outputs && outputs->kind == BL_EXPR_OBJECT && i + 1 < outputs->n; i += 2) {
		const bl_expr *value = bl_azure_key(outputs->kids[i + 1], "value");
		const bl_expr *copy = bl_azure_key(outputs->kids[i + 1], "copy");
		bl_str name = bl_arm_text(outputs->kids[i]);
		const bl_expr *condition = bl_azure_key(outputs->kids[i + 1], "condition");
		if (condition && bl_azure_truth(bl_azure_eval(&f, condition)) == BL_NO)
			continue;
		const bl_value *v = value ? bl_azure_eval(&f, value) : copy ? bl_arm_copy(&f, copy, name) : NULL;
		if (!v)
			continue;
		v = bl_arm_guard(s, v, outputs->kids[i + 1]);
		bl_azure_put(a, &m, &(bl_item){name, outputs->kids[i]->span, v});
	}
	return bl_azure_map_value(a, BL_NOWHERE, &m);
}

static const bl_expr *body_of(const bl_document *document)
{
	const bl_attr *body = document->blocks.n ? bl_block_attr(document->blocks.items[0], "body") : NULL;
	return body ? body->expr : NULL;
}

const bl_value *bl_azure_arm_module(bl_azure *a, const bl_azure_module *module)
{
	const bl_expr *body = body_of(module->document);
	if (!body || a->modules >= MAX_MODULES)
		return bl_value_unknown(a->arena, BL_NOWHERE, "modules are nested too deeply");
	bl_azure_running running = {module->document, a->running};
	a->running = &running;
	a->modules++;
	bl_arm_scope *s = bl_arm_scope_new(a, module->document, body, module->inputs, NULL);
	s->module = module->address;
	s->condition = module->condition;
	s->via = module->via;
	if (module->scope_id)
		s->scope_id = module->scope_id;
	bl_arm_emit(s);
	const bl_value *outputs = bl_arm_outputs(s);
	a->modules--;
	a->running = running.next;
	return outputs;
}

static bl_str type_text(void *scope, bl_str name)
{
	bl_arm_scope *s = scope;
	const bl_arm_memo *m = memo(s, 'p', name);
	return m ? bl_arm_text(bl_azure_key(bl_arm_type(s, m->declared), "type")) : BL_STR("");
}

void bl_eval_arm(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out)
{
	for (size_t i = 0; i < input->ndocuments; i++) {
		const bl_document *document = input->documents[i];
		const bl_expr *body = body_of(document);
		bl_azure_resources sink = {0};
		bl_azure_running running = {document, NULL};
		bl_azure a = {.input = input, .arena = arena, .out = out, .sink = &sink, .running = &running};
		if (!body || bl_str_eqz(document->dialect, "parameters"))
			continue;
		bl_arm_scope *s = bl_arm_scope_new(&a, document, body, bl_value_map(arena, BL_NOWHERE, NULL, 0), NULL);
		s->inputs = bl_azure_inputs(&a, type_text, s);
		bl_arm_emit(s);
		const bl_value *outputs = bl_arm_outputs(s);
		for (size_t k = 0; k < sink.n; k++)
			bl_vec_push(arena, &out->resources, sink.items[k]);
		for (uint32_t k = 0; k < outputs->n; k++) {
			bl_output *o = bl_vec_add(arena, &out->outputs);
			*o = (bl_output){out->root, outputs->map[k].key, outputs->map[k].value};
		}
	}
}

const bl_value *bl_eval_arm_expression(const bl_eval_input *input, bl_arena *arena, const bl_expr *expr,
	bl_diag_list *diags)
{
	bl_evaluation out = {.root = input->root};
	bl_azure_resources sink = {0};
	bl_azure a = {.input = input, .arena = arena, .out = &out, .sink = &sink, .errors = diags};
	const bl_document *document = input->ndocuments ? input->documents[0] : NULL;
	bl_arm_scope *s = bl_arm_scope_new(&a, document, document ? body_of(document) : NULL,
		bl_value_map(arena, BL_NOWHERE, NULL, 0), NULL);
	bl_azure_frame f = bl_arm_frame(s, NULL);
	return bl_azure_eval(&f, expr);
}

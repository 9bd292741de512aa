/* Deployments within a deployment: templates nested in a resource, and those it links to by path. */
#include "eval/arm.h"

enum { MAX_NESTED = 32 };

bool bl_arm_is_deployment(const bl_arm_item *it)
{
	return bl_str_eqiz(it->type, "Microsoft.Resources/deployments") ||
		bl_str_eqiz(it->type, "Microsoft.Resources/deploymentStacks");
}

/* What stands between unknown parts of a sign up to its last ".json": "<...>/nested/net.json<...>". */
static bl_str path_in(bl_str sign)
{
	ptrdiff_t end = -1;
	for (ptrdiff_t i = 0; (i = bl_str_findi(sign, BL_STR(".json"), (size_t)i)) >= 0; i++)
		end = i + 5;
	bl_str s = bl_str_slice(sign, 0, end < 0 ? 0 : (size_t)end);
	return bl_str_slice(s, (size_t)(bl_str_rfind_char(s, '>') + 1), s.n);
}

static const bl_document *document_at(bl_azure *a, bl_str folder, bl_str path)
{
	const bl_loader *l = a->input->loader;
	bl_str where = bl_azure_resolve(a->arena, folder, path);
	return l && l->document && where.n ? l->document(l->context, where) : NULL;
}

/*
 * The file that a link names: {"relativePath": ...}, from the template's folder, or {"uri": ...}. Where templates lie is not known before
 * they are deployed, but a URI made from deployment().properties.templateLink.uri or a parameter ends with the file's path.
 */
static const bl_document *linked(bl_arm_item *it, const bl_expr *link)
{
	bl_arm_scope *s = it->scope;
	bl_azure *a = s->azure;
	bl_azure_frame f = bl_arm_frame(s, it->locals);
	bl_str folder = s->document ? bl_azure_folder(s->document->path) : BL_STR("");
	const bl_expr *relative = bl_azure_key(link, "relativePath"), *uri = bl_azure_key(link, "uri");
	const bl_value *v = relative ? bl_azure_eval(&f, relative) : uri ? bl_azure_eval(&f, uri) : NULL;
	if (!v || (v->kind == BL_STRING && !relative))
		return NULL;
	if (v->kind == BL_STRING)
		return bl_azure_find_module(a, folder, v->string);
	bl_str path = v->kind == BL_UNKNOWN ? v->unknown->suffix : BL_STR("");
	if (!bl_str_ends(path, BL_STR(".json")))
		path = path_in(bl_arm_sign(&f, relative ? relative : uri));
	while (path.n && path.p[0] == '/')
		path = bl_str_slice(path, 1, path.n);
	const bl_document *d = path.n && !relative ? document_at(a, BL_STR(""), path) : NULL;
	return d || !path.n ? d : document_at(a, folder, path);
}

/* The parameters handed to a template: {"x": {"value": ...}}, or a link to a file of them. */
static const bl_value *inputs_of(bl_arm_item *it, const bl_expr *properties)
{
	bl_azure *a = it->scope->azure;
	bl_azure_frame f = bl_arm_frame(it->scope, it->locals);
	const bl_expr *parameters = bl_azure_key(properties, "parameters"), *link = bl_azure_key(properties, "parametersLink");
	const bl_value *given = parameters ? bl_azure_eval(&f, parameters) : NULL;
	const bl_document *file = link ? linked(it, link) : NULL;
	bl_azure_map m = {0};
	if (file && file->language == BL_LANG_ARM)
		bl_azure_read_parameters(a, file, &m);
	for (uint32_t i = 0; given && given->kind == BL_MAP && i < given->n; i++) {
		const bl_item *item = &given->map[i];
		const bl_value *v = bl_value_geti(item->value, BL_STR("value"));
		if (!v) {
			bl_value *secret = bl_value_unknown(a->arena, item->value->span, "parameter '" BL_FMT "' is not known", BL_ARG(item->key));
			secret->sensitive = bl_value_geti(item->value, BL_STR("reference")) != NULL;
			v = secret;
		}
		bl_azure_put(a, &m, &(bl_item){item->key, item->key_span, v});
	}
	m.open = (link && !file) || (given && (given->kind == BL_UNKNOWN || given->open));
	return bl_azure_map_value(a, BL_NOWHERE, &m);
}

/* The scope that a deployment's resources go to: the subscription, group or management group it names, or the one it stands in. */
static const bl_value *target_scope(const bl_arm_item *it)
{
	bl_azure *a = it->scope->azure;
	bl_azure_frame f = bl_arm_frame(it->scope, it->locals);
	const bl_expr *keys[] = {bl_azure_key(it->body, "subscriptionId"), bl_azure_key(it->body, "resourceGroup"),
		bl_azure_key(it->body, "scope")};
	bl_span span = it->body->span;
	const bl_value *args[2];
	size_t n = 0;
	if (keys[2]) {
		const bl_value *v = bl_azure_eval(&f, keys[2]);
		bool management = bl_str_startsi(bl_value_text(v), BL_STR("Microsoft.Management/"));
		const bl_value *parts[] = {bl_value_string(a->arena, span, BL_STR("/providers/")), v};
		return bl_str_eqz(bl_value_text(v), "/") ? bl_value_string(a->arena, span, BL_STR(""))
		       : management			 ? bl_azure_join(a, span, parts, 2)
							 : v;
	}
	for (size_t i = 0; i < 2; i++)
		if (keys[i])
			args[n++] = bl_azure_eval(&f, keys[i]);
	if (!n)
		return it->scope->scope_id;
	const bl_value *v = bl_azure_call_in(&f, span, keys[1] ? BL_STR("resourceGroup") : BL_STR("subscription"), args, n);
	return bl_azure_member(&f, v, BL_STR("id"), span, false);
}

static const bl_via *via_of(const bl_arm_item *it)
{
	bl_via *via = bl_new(it->scope->azure->arena, bl_via);
	const bl_expr *type = bl_azure_key(it->body, "type");
	*via = (bl_via){it->address, type ? type->span : it->body->span, it->scope->via};
	return via;
}

/* Unless it says "inner", its expressions mean the parameters and variables of the template around it. */
static void run_nested(bl_arm_item *it, const bl_expr *template, const bl_value *inputs, bool inner)
{
	bl_arm_scope *around = it->scope;
	bl_azure *a = around->azure;
	bl_arm_scope *s = bl_arm_scope_new(a, around->document, template, inner ? inputs : around->inputs, around);
	if (!inner) {
		s->names = around->names;
		s->locals = it->locals;
	}
	s->module = it->address;
	s->condition = it->condition;
	s->scope_id = target_scope(it);
	s->via = via_of(it);
	bl_arm_emit(s);
	it->outputs = bl_arm_outputs(s);
}

static void run_linked(bl_arm_item *it, const bl_expr *link, const bl_value *inputs)
{
	bl_azure *a = it->scope->azure;
	const bl_document *d = linked(it, link);
	if (d && bl_azure_is_running(a, d)) {
		bl_diag_add(a->arena, &a->out->diags, BL_DIAG_ERROR, link->span, "'" BL_FMT "' uses itself", BL_ARG(d->path));
		return;
	}
	if (!d || d->language != BL_LANG_ARM) {
		bl_diag_add(a->arena, &a->out->diags, BL_DIAG_WARNING, link->span, "a linked template is not read");
		a->out->not_analysed++;
		return;
	}
	bl_azure_module module = {.document = d, .address = it->address, .inputs = inputs, .scope_id = target_scope(it),
		.condition = it->condition, .via = via_of(it)};
	it->outputs = bl_azure_arm_module(a, &module);
}

void bl_arm_run(bl_arm_item *it)
{
	bl_azure *a = it->scope->azure;
	const bl_expr *properties = bl_azure_key(it->body, "properties"), *template = bl_azure_key(properties, "template");
	const bl_expr *link = bl_azure_key(properties, "templateLink");
	const bl_expr *how = bl_azure_key(bl_azure_key(properties, "expressionEvaluationOptions"), "scope");
	bool inner = how && how->kind == BL_EXPR_LITERAL && bl_str_eqiz(bl_value_text(how->value), "inner");
	if (it->run_state != BL_ARM_NEW || bl_azure_is_full(a))
		return;
	it->run_state = BL_ARM_BUSY;
	if (a->modules >= MAX_NESTED) {
		bl_diag_add(a->arena, &a->out->diags, BL_DIAG_ERROR, it->body->span, "deployments are nested too deeply: this one is left out");
		return;
	}
	const bl_value *inputs = inputs_of(it, properties);
	bl_azure_resources *sink = a->sink;
	a->sink = &it->resources;
	a->modules++;
	if (template && template->kind == BL_EXPR_OBJECT)
		run_nested(it, template, inputs, inner);
	else if (link)
		run_linked(it, link, inputs);
	a->modules--;
	a->sink = sink;
	it->run_state = BL_ARM_DONE;
}

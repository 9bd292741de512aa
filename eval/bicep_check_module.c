/* Checks of modules: what the file behind one takes and gives, and where it is deployed. */
#include "eval/bicep_check.h"

static bl_span label_span(const bl_block *block, size_t i)
{
	return block->labels.n > i ? block->labels.items[i].span : block->head;
}

/* The scope of a file, made once for all that use it: its names, for the types it declares. */
static bl_bicep_scope *scope_of(bl_bicep_checker *c, const bl_document *file)
{
	bl_azure *a = c->s->azure;
	bl_bicep_scope *s = bl_map_get(&a->interfaces, file->path);
	if (!s) {
		s = bl_bicep_scope_new(a, file, bl_value_map(a->arena, BL_NOWHERE, NULL, 0));
		bl_map_put(a->arena, &a->interfaces, file->path, s);
	}
	return s;
}

static bl_bicep_type *new_object(bl_bicep_checker *c)
{
	bl_bicep_type *t = bl_new(c->arena, bl_bicep_type);
	t->kind = BL_BICEP_OBJECT;
	t->closed = true;
	return t;
}

/* What a compiled template's section ("parameters", "outputs") names: types are not looked at. */
static const bl_bicep_type *template_section(bl_bicep_checker *c, const bl_document *file, const char *section)
{
	const bl_expr *body = file->blocks.n ? bl_block_expr(file->blocks.items[0], "body") : NULL;
	const bl_expr *members = body && body->kind == BL_EXPR_OBJECT ? bl_azure_key(body, section) : NULL;
	bl_bicep_type *t = new_object(c);
	for (uint32_t i = 0; members && members->kind == BL_EXPR_OBJECT && i + 1 < members->n; i += 2) {
		const bl_expr *key = members->kids[i], *value = members->kids[i + 1];
		if (key->kind != BL_EXPR_LITERAL)
			return NULL;
		bool simple = value->kind == BL_EXPR_OBJECT && bl_azure_key(value, "type") && !bl_azure_key(value, "$ref");
		bl_bicep_property p = {bl_value_text(key->value), &bl_bicep_t_any,
			!simple || bl_azure_key(value, "defaultValue") || bl_azure_key(value, "nullable")};
		bl_vec_push(c->arena, &t->properties, p);
	}
	return body ? t : NULL;
}

static const bl_bicep_type *bicep_section(bl_bicep_checker *c, const bl_document *file, const char *kind)
{
	bl_bicep_scope *s = scope_of(c, file);
	bl_bicep_type *t = new_object(c);
	for (size_t i = 0; i < file->blocks.n; i++) {
		const bl_block *block = file->blocks.items[i];
		if (!bl_str_eqz(block->kind, kind))
			continue;
		const bl_bicep_type *type = bl_bicep_declared_type(s, block);
		type = type ? type : &bl_bicep_t_any;
		bool optional = bl_block_expr(block, "value") || bl_bicep_is_nullable(type) || type->kind == BL_BICEP_ANY;
		const bl_attr *written = bl_block_attr(block, "type");
		if (written && written->expr->n && written->expr->kids[0]->kind == BL_EXPR_NAME && !bl_block_expr(block, "value"))
			optional = bl_bicep_is_nullable(type); /* `any` is no excuse */
		bl_vec_push(c->arena, &t->properties, ((bl_bicep_property){bl_block_label(block, 0), type, optional}));
	}
	return t;
}

static const bl_bicep_type *section(bl_bicep_checker *c, const bl_document *file, const char *arm, const char *bicep)
{
	if (!file || file->partial)
		return NULL;
	if (file->language == BL_LANG_ARM)
		return template_section(c, file, arm);
	return file->language == BL_LANG_BICEP ? bicep_section(c, file, bicep) : NULL;
}

const bl_bicep_type *bl_bicep_parameters_of(bl_bicep_checker *c, const bl_document *file)
{
	return section(c, file, "parameters", "param");
}

static const bl_document *file_of(bl_bicep_checker *c, const bl_block *block)
{
	return bl_azure_find_module(c->s->azure, c->s->folder, bl_block_label(block, 1));
}

const bl_bicep_type *bl_bicep_module_outputs(bl_bicep_checker *c, const bl_block *block)
{
	return section(c, file_of(c, block), "outputs", "output");
}

/* ---- scopes ---- */

static bl_str target_of(const bl_document *file)
{
	static const struct {
		const char *schema, *scope;
	} schemas[] = {{"managementGroupDeploymentTemplate", "managementGroup"}, {"subscriptionDeploymentTemplate", "subscription"},
		{"tenantDeploymentTemplate", "tenant"}};
	const bl_expr *body = file->blocks.n ? bl_block_expr(file->blocks.items[0], "body") : NULL;
	if (file->language == BL_LANG_BICEP)
		return bl_bicep_target(file);
	const bl_expr *schema = body && body->kind == BL_EXPR_OBJECT ? bl_azure_key(body, "$schema") : NULL;
	for (size_t i = 0; schema && schema->kind == BL_EXPR_LITERAL && i < sizeof schemas / sizeof *schemas; i++)
		if (bl_str_findi(bl_value_text(schema->value), bl_str_of(schemas[i].schema), 0) >= 0)
			return bl_str_of(schemas[i].scope);
	return BL_STR("resourceGroup");
}

/* The scope that a resource is: empty for one that is none. */
static bl_str scope_resource(const bl_block *block)
{
	static const struct {
		const char *type, *scope;
	} types[] = {{"Microsoft.Management/managementGroups@", "managementGroup"}, {"Microsoft.Resources/resourceGroups@", "resourceGroup"},
		{"Microsoft.Resources/subscriptions@", "subscription"}, {"Microsoft.Subscription/aliases@", "subscription"}};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (bl_str_startsi(bl_block_label(block, 1), bl_str_of(types[i].type)))
			return bl_str_of(types[i].scope);
	return BL_STR("");
}

static void check_scope(bl_bicep_checker *c, const bl_document *file, const bl_expr *e)
{
	const bl_bicep_type *t = bl_bicep_infer_with(c, e, (bl_bicep_rules){.resource = true});
	bl_bicep_need_start(c, e, "BCP120", "a scope");
	if (t->kind == BL_BICEP_RESOURCE) {
		bl_str scope = scope_resource(t->block);
		if (bl_str_eqz(t->block->kind, "module") || (file && scope.n && !bl_str_eq(scope, target_of(file))))
			bl_bicep_error(c, e->span, "BCP134", "the module cannot be deployed to this scope");
		return;
	}
	if (t->kind == BL_BICEP_SCOPE && file && !bl_str_eq(t->name, target_of(file)))
		bl_bicep_error(c, e->span, "BCP134", "the module is deployed to a scope of the kind '" BL_FMT "', and this is '" BL_FMT "'",
			BL_ARG(target_of(file)), BL_ARG(t->name));
	else if (t->kind == BL_BICEP_STRING || t->kind == BL_BICEP_INT || t->kind == BL_BICEP_BOOL)
		bl_bicep_error(c, e->span, "BCP036", "a scope is what resourceGroup() and the like give, no '" BL_FMT "'",
			BL_ARG(bl_bicep_type_text(c->arena, t)));
	/* only the subscription itself or something below it can be reached from there */
	if (t->kind == BL_BICEP_SCOPE && bl_str_eqz(t->name, "managementGroup") &&
		(bl_str_eqz(c->target, "resourceGroup") || bl_str_eqz(c->target, "subscription")))
		bl_bicep_error(c, e->span, "BCP115", "a management group cannot be reached from a file with targetScope '" BL_FMT "'",
			BL_ARG(c->target));
}

/* ---- the body ---- */

typedef struct module_place {
	const bl_block *block;
	const bl_document *file;
} module_place;

static void check_params(bl_bicep_checker *c, const module_place *p, const bl_expr *e)
{
	const bl_bicep_type *want = bl_bicep_parameters_of(c, p->file);
	bl_bicep_rules outer = c->rules;
	c->rules = (bl_bicep_rules){.resource = true, .property = true, .loop_ok = true, .deployed = true, .in_loop = false};
	if (want)
		bl_bicep_expect(c, want, e);
	else {
		c->rules.secret_ok = true;
		bl_bicep_infer(c, e);
	}
	c->rules = outer;
}

static void check_object(bl_bicep_checker *c, const bl_expr *e, void *context)
{
	static const char *const known[] = {"asserts", "dependsOn", "extensionConfigs", "identity", "name", "params", "scope"};
	const module_place *p = context;
	bool spread = false;
	for (uint32_t i = 0; i + 1 < e->n; i += 2) {
		const bl_expr *key = e->kids[i], *value = e->kids[i + 1];
		if (key->kind != BL_EXPR_LITERAL) {
			spread = true;
			continue;
		}
		bl_str name = bl_value_text(key->value);
		size_t k = 0;
		while (k < sizeof known / sizeof *known && !bl_str_eqz(name, known[k]))
			k++;
		if (k == sizeof known / sizeof *known)
			bl_bicep_error(c, key->span, "BCP037", "a module has no property '" BL_FMT "'", BL_ARG(name));
		if (bl_str_eqz(name, "params")) {
			check_params(c, p, value);
			continue;
		}
		if (bl_str_eqz(name, "scope")) {
			check_scope(c, p->file, value);
			continue;
		}
		bl_bicep_rules rules = {.resource = true, .collection_ok = bl_str_eqz(name, "dependsOn"), .property = true,
			.secret_ok = bl_str_eqz(name, "extensionConfigs")};
		const bl_bicep_type *t = bl_bicep_infer_with(c, value, rules);
		if (!bl_str_eqz(name, "name"))
			continue;
		if (!bl_bicep_assignable(&bl_bicep_t_string, t))
			bl_bicep_error(c, value->span, "BCP036", "a name is a string");
		bl_bicep_need_start(c, value, "BCP120", "a name");
	}
	const bl_bicep_type *want = bl_azure_key(e, "params") || spread ? NULL : bl_bicep_parameters_of(c, p->file);
	for (size_t i = 0; want && i < want->properties.n; i++) {
		if (want->properties.items[i].optional)
			continue;
		bl_bicep_error(c, label_span(p->block, 0), "BCP035", "the required property 'params' is missing: '" BL_FMT "' has no default",
			BL_ARG(want->properties.items[i].name));
		break;
	}
	if (!bl_azure_key(e, "scope") && !spread && p->file && !p->file->partial && !bl_str_eq(target_of(p->file), c->target))
		bl_bicep_error(c, e->span, "BCP134", "the module is deployed to a scope of the kind '" BL_FMT "', and the file to '" BL_FMT "'",
			BL_ARG(target_of(p->file)), BL_ARG(c->target));
}

/* What lies in a registry may only not be installed, and what lies outside the repository only not be here. */
bool bl_bicep_is_own_file(const bl_bicep_scope *s, bl_str source)
{
	return s->azure->input->loader && bl_str_find(source, BL_STR(":"), 0) < 0 &&
	       bl_azure_resolve(s->azure->arena, s->folder, source).n;
}

static void check_path(bl_bicep_checker *c, const bl_block *block)
{
	bl_str source = bl_block_label(block, 1);
	bl_span span = label_span(block, 1);
	if (!bl_span_known(span) || !source.n)
		return;
	if (source.p[0] == '\'')
		bl_bicep_error(c, span, "BCP092", "the path of a module cannot be put together");
	else if (bl_bicep_is_own_file(c->s, source))
		bl_bicep_error(c, span, "BCP091", "'" BL_FMT "' could not be read", BL_ARG(source));
}

void bl_bicep_check_module(bl_bicep_checker *c, const bl_block *block)
{
	module_place place = {block, file_of(c, block)};
	bl_bicep_check_decorators(c, block);
	if (!place.file)
		check_path(c, block);
	bl_bicep_check_body(c, block, check_object, &place);
}

/* Where a template is deployed, and the ids that follow from it. */
#include "eval/functions/azure.h"

static bl_value *not_yet(bl_azure *a, bl_span span, int type, const char *what)
{
	bl_value *v = bl_value_unknown(a->arena, span, "%s is known at deployment", what);
	bl_unknown *u = (bl_unknown *)v->unknown;
	u->type = type;
	u->not_null = true;
	return v;
}

const bl_value *bl_azure_fn_runtime(bl_azure_args *c)
{
	bl_value *v = bl_azure_unknown(c->azure, c->span, -1, c->args, c->n);
	bl_azure_own(c->azure, v)->why = BL_STR("this is known at deployment");
	return v;
}

const bl_value *bl_azure_fn_unsupported(bl_azure_args *c)
{
	bl_value *v = bl_azure_unknown(c->azure, c->span, -1, c->args, c->n);
	bl_azure_own(c->azure, v)->why = BL_STR("this function is not worked out yet");
	return v;
}

const bl_value *bl_azure_fn_secret(bl_azure_args *c)
{
	bl_value *v = not_yet(c->azure, c->span, BL_STRING, "the secret");
	v->sensitive = true;
	return v;
}

const bl_value *bl_azure_fn_new_guid(bl_azure_args *c)
{
	return not_yet(c->azure, c->span, BL_STRING, "what newGuid() gives");
}

const bl_value *bl_azure_fn_utc_now(bl_azure_args *c)
{
	return not_yet(c->azure, c->span, BL_STRING, "what utcNow() gives");
}

static void put(bl_azure_args *c, bl_azure_map *m, const char *key, const bl_value *v)
{
	bl_azure_put(c->azure, m, &(bl_item){bl_str_of(key), c->span, v});
}

static void put_unknown(bl_azure_args *c, bl_azure_map *m, const char *key, const char *what)
{
	put(c, m, key, not_yet(c->azure, c->span, BL_STRING, what));
}

static const bl_value *text(bl_azure *a, bl_span span, const char *z)
{
	return bl_value_string(a->arena, span, bl_str_of(z));
}

const bl_value *bl_azure_scope_id(bl_azure *a, bl_span span, bl_str scope)
{
	if (bl_str_eqiz(scope, "tenant"))
		return text(a, span, "");
	if (bl_str_eqiz(scope, "managementGroup")) {
		bl_value *v = not_yet(a, span, BL_STRING, "the management group");
		bl_azure_own(a, v)->prefix = BL_STR("/providers/Microsoft.Management/managementGroups/");
		return v;
	}
	bl_value *v = not_yet(a, span, BL_STRING,
		bl_str_eqiz(scope, "subscription") ? "the subscription" : "the resource group");
	bl_azure_own(a, v)->prefix = BL_STR("/subscriptions/");
	return v;
}

/* "/subscriptions/ID" for a known or unknown id. */
static const bl_value *subscription_id(bl_azure_args *c, const bl_value *id)
{
	if (!id)
		return bl_azure_scope_id(c->azure, c->span, BL_STR("subscription"));
	const bl_value *parts[] = {text(c->azure, c->span, "/subscriptions/"), id};
	return bl_azure_join(c->azure, c->span, parts, 2);
}

static const bl_value *group_id(bl_azure_args *c, const bl_value *subscription, const bl_value *name)
{
	if (!name)
		return bl_azure_scope_id(c->azure, c->span, BL_STR("resourceGroup"));
	const bl_value *parts[] = {subscription_id(c, subscription),
		text(c->azure, c->span, "/resourceGroups/"), name};
	return bl_azure_join(c->azure, c->span, parts, 3);
}

const bl_value *bl_azure_fn_subscription(bl_azure_args *c)
{
	bl_azure_map m = {.open = true};
	const bl_value *id = c->n ? c->args[0] : NULL;
	put(c, &m, "id", subscription_id(c, id));
	put(c, &m, "subscriptionId", id ? id : not_yet(c->azure, c->span, BL_STRING, "the subscription"));
	put_unknown(c, &m, "tenantId", "the tenant");
	put_unknown(c, &m, "displayName", "the subscription");
	return bl_azure_map_value(c->azure, c->span, &m);
}

const bl_value *bl_azure_fn_resource_group(bl_azure_args *c)
{
	bl_azure_map m = {.open = true};
	const bl_value *name = c->n ? c->args[c->n - 1] : NULL;
	put(c, &m, "id", group_id(c, c->n == 2 ? c->args[0] : NULL, name));
	put(c, &m, "name", name ? name : not_yet(c->azure, c->span, BL_STRING, "the resource group"));
	put_unknown(c, &m, "location", "the resource group's location");
	put(c, &m, "type", text(c->azure, c->span, "Microsoft.Resources/resourceGroups"));
	put(c, &m, "tags", not_yet(c->azure, c->span, BL_MAP, "what the resource group's tags are"));
	return bl_azure_map_value(c->azure, c->span, &m);
}

const bl_value *bl_azure_fn_management_group(bl_azure_args *c)
{
	bl_azure_map m = {.open = true};
	const bl_value *parts[] = {
		text(c->azure, c->span, "/providers/Microsoft.Management/managementGroups/"),
		c->n ? c->args[0] : NULL};
	put(c, &m, "id",
		c->n ? bl_azure_join(c->azure, c->span, parts, 2)
		     : bl_azure_scope_id(c->azure, c->span, BL_STR("managementGroup")));
	put(c, &m, "name",
		c->n ? c->args[0] : not_yet(c->azure, c->span, BL_STRING, "the management group"));
	return bl_azure_map_value(c->azure, c->span, &m);
}

const bl_value *bl_azure_fn_tenant(bl_azure_args *c)
{
	bl_azure_map m = {.open = true};
	put(c, &m, "id", text(c->azure, c->span, ""));
	put_unknown(c, &m, "tenantId", "the tenant");
	put_unknown(c, &m, "displayName", "the tenant");
	return bl_azure_map_value(c->azure, c->span, &m);
}

const bl_value *bl_azure_fn_deployment(bl_azure_args *c)
{
	bl_azure_map m = {.open = true};
	put_unknown(c, &m, "name", "the deployment's name");
	put_unknown(c, &m, "location", "the deployment's location");
	return bl_azure_map_value(c->azure, c->span, &m);
}

/* Which cloud it is, is known at deployment too. */
const bl_value *bl_azure_fn_environment(bl_azure_args *c)
{
	bl_azure_map m = {.open = true}, suffixes = {.open = true};
	put_unknown(c, &m, "name", "the cloud");
	put(c, &m, "suffixes", bl_azure_map_value(c->azure, c->span, &suffixes));
	return bl_azure_map_value(c->azure, c->span, &m);
}

const bl_value *bl_azure_id(bl_azure *a, bl_span span, const bl_value *scope, bl_str type,
	const bl_value *const *names, size_t n, const bl_ref *ref)
{
	bl_values parts = {0};
	bl_str segment, rest = type;
	bl_vec_push(a->arena, &parts, scope);
	rest = bl_str_cut(rest, '/', &segment);
	bl_vec_push(a->arena, &parts, bl_value_string(a->arena, span, bl_str_fmt(a->arena, "/providers/" BL_FMT, BL_ARG(segment))));
	for (size_t i = 0; i < n && rest.n; i++) {
		rest = bl_str_cut(rest, '/', &segment);
		bl_vec_push(a->arena, &parts, bl_value_string(a->arena, span, bl_str_fmt(a->arena, "/" BL_FMT "/", BL_ARG(segment))));
		bl_vec_push(a->arena, &parts, names[i]);
	}
	const bl_value *id = bl_azure_join(a, span, parts.items, parts.n);
	if (id->kind != BL_UNKNOWN || !ref)
		return id;
	bl_value *v = bl_value_at(a->arena, id, span);
	bl_unknown *u = bl_azure_own(a, v);
	u->refs = bl_new(a->arena, bl_ref);
	*u->refs = *ref;
	u->nrefs = 1;
	return v;
}

/* ..., TYPE, NAME...: the id of it, within the scope that stands before TYPE. */
static const bl_value *id_of(bl_azure_args *c, const bl_value *scope, size_t at)
{
	if (at >= c->n || c->args[at]->kind == BL_UNKNOWN)
		return bl_azure_unknown(c->azure, c->span, BL_STRING, c->args, c->n);
	if (c->args[at]->kind != BL_STRING || bl_str_find(c->args[at]->string, BL_STR("/"), 0) < 0)
		return bl_azure_wrong(c, "a resource type is needed");
	bl_str type = c->args[at]->string;
	size_t segments = 0;
	for (size_t i = 0; i < type.n; i++)
		segments += type.p[i] == '/';
	if (c->n - at - 1 != segments)
		return bl_azure_wrong(c, "there must be one name for each segment of the type");
	return bl_azure_id(c->azure, c->span, scope, type, c->args + at + 1, segments, NULL);
}

/* The place of the type: the first known argument with a slash. */
static size_t type_at(const bl_azure_args *c, size_t most)
{
	for (size_t i = 0; i <= most && i < c->n; i++)
		if (bl_str_find(bl_value_text(c->args[i]), BL_STR("/"), 0) > 0)
			return i;
	return c->n;
}

const bl_value *bl_azure_fn_resource_id(bl_azure_args *c)
{
	size_t at = type_at(c, 2);
	return id_of(c,
		group_id(c, at == 2 ? c->args[0] : NULL, at == 1 || at == 2 ? c->args[at - 1] : NULL), at);
}

const bl_value *bl_azure_fn_subscription_resource_id(bl_azure_args *c)
{
	size_t at = type_at(c, 1);
	return id_of(c, subscription_id(c, at == 1 ? c->args[0] : NULL), at);
}

const bl_value *bl_azure_fn_tenant_resource_id(bl_azure_args *c)
{
	return id_of(c, text(c->azure, c->span, ""), 0);
}

const bl_value *bl_azure_fn_extension_resource_id(bl_azure_args *c)
{
	return id_of(c, c->args[0], 1);
}

const bl_value *bl_azure_fn_management_group_resource_id(bl_azure_args *c)
{
	size_t at = type_at(c, 1);
	const bl_value *parts[] = {
		text(c->azure, c->span, "/providers/Microsoft.Management/managementGroups/"), c->args[0]};
	return id_of(c, at == 1 ? bl_azure_join(c->azure, c->span, parts, 2)
				: bl_azure_scope_id(c->azure, c->span, BL_STR("managementGroup")), at);
}

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

/* The deployment stops where this is reached. */
const bl_value *bl_azure_fn_fail(bl_azure_args *c)
{
	bl_str words = bl_value_text(c->args[0]);
	return bl_azure_wrong(c, words.n ? bl_str_z(c->arena, words) : "the template says so");
}

const bl_value *bl_azure_fn_secret(bl_azure_args *c)
{
	bl_value *v = not_yet(c->azure, c->span, BL_STRING, "the secret");
	v->sensitive = true;
	return v;
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

/* An id of a subscription or a tenant: a UUID. */
static bl_value *unknown_uuid(bl_azure *a, bl_span span, const char *what)
{
	bl_value *v = not_yet(a, span, BL_STRING, what);
	bl_partial p = {0};
	bl_partial_uuid(&p, true); /* as somebody wrote it */
	bl_partial_tell(&p, a->arena, bl_azure_own(a, v));
	bl_partial_done(&p);
	return v;
}

static const bl_value *option(bl_azure *a, bl_span span, bl_str given)
{
	return given.n ? bl_value_string(a->arena, span, given) : NULL;
}

static const bl_eval_options *options_of(const bl_azure *a)
{
	static const bl_eval_options none;
	return a->input->options ? a->input->options : &none;
}

static const bl_value *joined(bl_azure *a, bl_span span, const bl_value *x, const char *between, const bl_value *y)
{
	const bl_value *parts[] = {x, text(a, span, between), y};
	return bl_azure_join(a, span, parts, 3);
}

static const bl_value *subscription_id_of(bl_azure *a, bl_span span, const bl_value *subscription)
{
	return joined(a, span, text(a, span, ""), "/subscriptions/", subscription);
}

const bl_value *bl_azure_scope_id(bl_azure *a, bl_span span, bl_str scope)
{
	const bl_eval_options *o = options_of(a);
	if (bl_str_eqiz(scope, "tenant"))
		return text(a, span, "");
	if (bl_str_eqiz(scope, "managementGroup"))
		return joined(a, span, text(a, span, ""), "/providers/Microsoft.Management/managementGroups/",
			not_yet(a, span, BL_STRING, "the management group"));
	const bl_value *subscription = option(a, span, o->subscription), *group = option(a, span, o->resource_group);
	if (!subscription)
		subscription = unknown_uuid(a, span, "the subscription");
	subscription = subscription_id_of(a, span, subscription);
	if (bl_str_eqiz(scope, "subscription"))
		return subscription;
	const bl_value *id = joined(a, span, subscription, "/resourceGroups/",
		group ? group : not_yet(a, span, BL_STRING, "the resource group"));
	if (id->kind == BL_UNKNOWN)
		((bl_unknown *)id->unknown)->why = BL_STR("the resource group is known at deployment");
	return id;
}

/* Where the template of the call is deployed to. */
static const bl_value *here(const bl_azure_args *c)
{
	return c->azure->scope_id ? c->azure->scope_id
				  : bl_azure_scope_id(c->azure, c->span, BL_STR("resourceGroup"));
}

/* What follows marker in an id that may not be known up to there: the name there, whole; or NULL. */
static const bl_value *after(bl_azure_args *c, const bl_value *id, const char *marker)
{
	bl_str s = id->kind == BL_STRING ? id->string : id->kind == BL_UNKNOWN ? id->unknown->suffix : BL_STR(""), name;
	ptrdiff_t at = bl_str_findi(s, bl_str_of(marker), 0);
	if (at < 0 && id->kind == BL_UNKNOWN) {
		/* "/subscriptions/S/resourceGroups/" and an unknown rest */
		s = id->unknown->prefix;
		at = bl_str_findi(s, bl_str_of(marker), 0);
		if (at >= 0 && bl_str_find(s, BL_STR("/"), (size_t)at + strlen(marker)) < 0)
			return NULL;
	}
	if (at < 0)
		return NULL;
	bl_str_cut(bl_str_slice(s, (size_t)at + strlen(marker), s.n), '/', &name);
	return name.n ? bl_value_string(c->arena, c->span, name) : NULL;
}

/* The subscription's own id: the one given, or the one of the scope. */
static const bl_value *subscription_of(bl_azure_args *c, const bl_value *given)
{
	const bl_value *found = given ? given : after(c, here(c), "/subscriptions/");
	return found ? found : unknown_uuid(c->azure, c->span, "the subscription");
}

/* "/subscriptions/ID" for a known or unknown id. */
static const bl_value *subscription_id(bl_azure_args *c, const bl_value *id)
{
	return subscription_id_of(c->azure, c->span, subscription_of(c, id));
}

static const bl_value *group_id(bl_azure_args *c, const bl_value *subscription, const bl_value *name)
{
	if (!name) /* in a template for a subscription, resourceId() stays at that level */
		return here(c);
	return joined(c->azure, c->span, subscription_id(c, subscription), "/resourceGroups/", name);
}

const bl_value *bl_azure_fn_subscription(bl_azure_args *c)
{
	bl_azure_map m = {.open = true};
	const bl_value *id = subscription_of(c, c->n ? c->args[0] : NULL);
	put(c, &m, "id", subscription_id_of(c->azure, c->span, id));
	put(c, &m, "subscriptionId", id);
	put(c, &m, "tenantId", unknown_uuid(c->azure, c->span, "the tenant"));
	put_unknown(c, &m, "displayName", "the subscription's name");
	return bl_azure_map_value(c->azure, c->span, &m);
}

const bl_value *bl_azure_fn_resource_group(bl_azure_args *c)
{
	bl_azure_map m = {.open = true}, properties = {.open = true};
	const bl_value *name = c->n ? c->args[c->n - 1] : after(c, here(c), "/resourceGroups/");
	const bl_value *location = c->n ? NULL : option(c->azure, c->span, options_of(c->azure)->location);
	put(c, &m, "id", group_id(c, c->n == 2 ? c->args[0] : NULL, c->n ? name : NULL));
	put(c, &m, "name", name ? name : not_yet(c->azure, c->span, BL_STRING, "the resource group"));
	put(c, &m, "location", location ? location : not_yet(c->azure, c->span, BL_STRING, "the resource group's location"));
	put(c, &m, "type", text(c->azure, c->span, "Microsoft.Resources/resourceGroups"));
	put(c, &m, "tags", not_yet(c->azure, c->span, BL_MAP, "what the resource group's tags are"));
	put(c, &properties, "provisioningState", text(c->azure, c->span, "Succeeded"));
	put(c, &m, "properties", bl_azure_map_value(c->azure, c->span, &properties));
	return bl_azure_map_value(c->azure, c->span, &m);
}

const bl_value *bl_azure_fn_management_group(bl_azure_args *c)
{
	static const char marker[] = "/providers/Microsoft.Management/managementGroups/";
	bl_azure_map m = {.open = true};
	const bl_value *name = c->n ? c->args[0] : after(c, here(c), marker);
	if (!name)
		name = not_yet(c->azure, c->span, BL_STRING, "the management group");
	put(c, &m, "id", joined(c->azure, c->span, text(c->azure, c->span, ""), marker, name));
	put(c, &m, "name", name);
	put(c, &m, "type", text(c->azure, c->span, "Microsoft.Management/managementGroups"));
	return bl_azure_map_value(c->azure, c->span, &m);
}

const bl_value *bl_azure_fn_tenant(bl_azure_args *c)
{
	bl_azure_map m = {.open = true};
	put(c, &m, "id", text(c->azure, c->span, ""));
	put(c, &m, "tenantId", unknown_uuid(c->azure, c->span, "the tenant"));
	put_unknown(c, &m, "displayName", "the tenant");
	return bl_azure_map_value(c->azure, c->span, &m);
}

const bl_value *bl_azure_fn_deployment(bl_azure_args *c)
{
	bl_azure_map m = {.open = true};
	const bl_value *location = option(c->azure, c->span, options_of(c->azure)->location);
	put_unknown(c, &m, "name", "the deployment's name");
	put(c, &m, "location", location ? location : not_yet(c->azure, c->span, BL_STRING, "the deployment's location"));
	return bl_azure_map_value(c->azure, c->span, &m);
}

/* Nothing in a template says which cloud it is deployed to: it is taken for the public one. */
const bl_value *bl_azure_fn_environment(bl_azure_args *c)
{
	static const char *const values[][2] = {
		{"name", "AzureCloud"},
		{"gallery", "https://gallery.azure.com/"},
		{"graph", "https://graph.windows.net/"},
		{"portal", "https://portal.azure.com"},
		{"graphAudience", "https://graph.windows.net/"},
		{"activeDirectoryDataLake", "https://datalake.azure.net/"},
		{"batch", "https://batch.core.windows.net/"},
		{"media", "https://rest.media.azure.net"},
		{"sqlManagement", "https://management.core.windows.net:8443/"},
		{"resourceManager", "https://management.azure.com/"},
		{"authentication.loginEndpoint", "https://login.microsoftonline.com/"},
		{"authentication.tenant", "common"},
		{"authentication.identityProvider", "AAD"},
		{"suffixes.acrLoginServer", ".azurecr.io"},
		{"suffixes.azureDatalakeAnalyticsCatalogAndJob", "azuredatalakeanalytics.net"},
		{"suffixes.azureDatalakeStoreFileSystem", "azuredatalakestore.net"},
		{"suffixes.azureFrontDoorEndpointSuffix", "azurefd.net"},
		{"suffixes.keyvaultDns", ".vault.azure.net"},
		{"suffixes.sqlServerHostname", ".database.windows.net"},
		{"suffixes.storage", "core.windows.net"},
	};
	static const char *const audiences[] = {"https://management.core.windows.net/", "https://management.azure.com/"};
	bl_azure_map m = {.open = true};
	const bl_value **list = bl_new_n(c->arena, const bl_value *, 2);
	for (size_t i = 0; i < 2; i++)
		list[i] = text(c->azure, c->span, audiences[i]);
	const bl_value *v = bl_azure_map_value(c->azure, c->span, &m);
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		v = bl_value_with(c->arena, v, bl_str_of(values[i][0]), text(c->azure, c->span, values[i][1]));
	return bl_value_with(c->arena, v, BL_STR("authentication.audiences"), bl_value_list(c->arena, c->span, list, 2));
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
	if (bl_str_ends(type, BL_STR("/")))
		type.n--;
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

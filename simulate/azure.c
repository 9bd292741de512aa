/* Azure: resource ids with their parents' names, and the bodies that Resource Graph shows. */
#include "simulate/world.h"

#include "core/codec/json.h"

static bool is_type(const sim_thing *t, const char *type)
{
	return bl_str_eqiz(t->type, type);
}

/* ---- ids ---- */

/* The resource group's thing that the module calls around a Bicep or ARM resource say, or NULL. */
static sim_thing *group_of_modules(sim_world *w, sim_thing *t)
{
	bl_str at = t->resource->module;
	for (int depth = 0; at.n && depth < 32; depth++) {
		const bl_resource *call = bl_map_get(&t->root->modules, at);
		const bl_value *scope = call ? bl_value_getz(call->native, "scope") : NULL;
		if (bl_value_is(scope, BL_UNKNOWN) && scope->unknown->nrefs == 1) {
			sim_thing *group = sim_find(w, t, scope->unknown->refs[0].address);
			if (group && is_type(group, "Microsoft.Resources/resourceGroups"))
				return group;
		}
		at = call ? call->module : BL_STR("");
	}
	return NULL;
}

bl_str sim_azure_group_id(sim_world *w, sim_thing *t)
{
	bl_arena *a = &w->arena;
	bl_str group = sim_native_text(w, t, "resource_group_name");
	sim_thing *declared = NULL;
	if (group.n)
		declared = sim_named(w, t, BL_STR("Microsoft.Resources/resourceGroups"), group);
	else if (t->resource && t->resource->language != BL_LANG_TERRAFORM)
		declared = group_of_modules(w, t);
	if (declared)
		group = sim_name(w, declared);
	return bl_str_fmt(a, "/subscriptions/" BL_FMT "/resourceGroups/" BL_FMT, BL_ARG(sim_place(t, SIM_AZURE)),
		BL_ARG(group.n ? group : t->root->group));
}

static bl_str whole_name(sim_world *w, sim_thing *t)
{
	return t->resource->language == BL_LANG_TERRAFORM ? BL_STR("") : sim_text(w, t, t->resource->name, BL_STR("name"));
}

/* The thing of type that an attribute of t's leads to. */
static sim_thing *holder_by_reference(sim_world *w, sim_thing *t, bl_str type)
{
	const bl_value *native = t->resource->native;
	for (uint32_t i = 0; i < native->n; i++) {
		const bl_value *v = native->map[i].value;
		for (size_t k = 0; bl_value_is(v, BL_UNKNOWN) && k < v->unknown->nrefs; k++) {
			sim_thing *other = sim_find(w, t, v->unknown->refs[k].address);
			if (other && other != t && bl_str_eqi(other->type, type))
				return other;
		}
	}
	return NULL;
}

static sim_thing *holder_by_name(sim_world *w, sim_thing *t, bl_str type)
{
	const bl_value *native = t->resource->native;
	for (uint32_t i = 0; i < native->n; i++) {
		const bl_item *item = &native->map[i];
		if (!bl_str_ends(item->key, BL_STR("_name")) || bl_str_eqz(item->key, "resource_group_name"))
			continue;
		sim_thing *other = sim_named(w, t, type, sim_text(w, t, item->value, item->key));
		if (other && other != t)
			return other;
	}
	return NULL;
}

/* A parent's id that code has as text. */
static bl_str holder_text(sim_world *w, sim_thing *t, bl_str type)
{
	const bl_value *native = t->resource->native;
	ptrdiff_t slash = bl_str_rfind_char(type, '/');
	bl_str last = bl_str_fmt(&w->arena, BL_FMT "/", BL_ARG(bl_str_slice(type, (size_t)slash, type.n)));
	for (uint32_t i = 0; i < native->n; i++) {
		const bl_value *v = native->map[i].value;
		if (!bl_str_ends(native->map[i].key, BL_STR("_id")) || !(bl_value_is(v, BL_STRING) || bl_value_is(v, BL_UNKNOWN)))
			continue;
		bl_str text = sim_text(w, t, v, native->map[i].key);
		ptrdiff_t at = bl_str_findi(text, last, 0);
		if (bl_str_startsi(text, BL_STR("/subscriptions/")) && at >= 0 &&
			!memchr(text.p + at + last.n, '/', text.n - (size_t)at - last.n))
			return text;
	}
	return BL_STR("");
}

/* The name that code gives a holder which it does not declare: "server_name", or a part of a full name. */
static bl_str holder_name(sim_world *w, sim_thing *t, size_t level)
{
	bl_str rest = whole_name(w, t), part = {0};
	for (size_t i = 0; i <= level && rest.n; i++)
		rest = bl_str_cut(rest, '/', &part);
	if (part.n && rest.n)
		return part;
	const bl_value *native = t->resource->native;
	for (uint32_t i = 0; i < native->n; i++)
		if (bl_str_ends(native->map[i].key, BL_STR("_name")) && !bl_str_eqz(native->map[i].key, "resource_group_name"))
			return sim_text(w, t, native->map[i].value, native->map[i].key);
	return sim_word(sim_draw(t->seed, "holder", BL_STR("")));
}

static size_t count_slashes(bl_str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '/';
	return n;
}

/* The first n parts of a full name. */
static bl_str first_parts(bl_str name, size_t n)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == '/' && !--n)
			return bl_str_slice(name, 0, i);
	return name;
}

/* The id of what holds t: of type, a prefix of t's own. */
static bl_str holder_id(sim_world *w, sim_thing *t, bl_str type)
{
	bl_arena *a = &w->arena;
	size_t level = count_slashes(type);
	if (!level)
		return bl_str_fmt(a, BL_FMT "/providers/" BL_FMT, BL_ARG(sim_azure_group_id(w, t)), BL_ARG(type));
	bl_str whole = whole_name(w, t), parts = count_slashes(whole) >= level ? first_parts(whole, level) : BL_STR("");
	ptrdiff_t slash = bl_str_rfind_char(type, '/');
	sim_thing *holder = holder_by_reference(w, t, type);
	if (!holder && parts.n) {
		ptrdiff_t last = bl_str_rfind_char(parts, '/');
		holder = sim_named(w, t, type, bl_str_slice(parts, (size_t)(last + 1), parts.n));
	}
	if (!holder)
		holder = holder_by_name(w, t, type);
	if (holder && holder != t && w->depth < 16) {
		w->depth++;
		bl_str id = sim_id(w, holder);
		w->depth--;
		return id;
	}
	bl_str text = holder_text(w, t, type);
	if (text.n)
		return text;
	bl_str segment = bl_str_slice(type, (size_t)slash + 1, type.n);
	bl_str name = bl_str_ends(segment, BL_STR("Services")) ? BL_STR("default") : holder_name(w, t, level - 1);
	return bl_str_fmt(a, BL_FMT "/" BL_FMT "/" BL_FMT, BL_ARG(holder_id(w, t, bl_str_slice(type, 0, (size_t)slash))),
		BL_ARG(segment), BL_ARG(name));
}

/* What an extension resource is of: the scope it names, or its group. */
static bl_str extended_id(sim_world *w, sim_thing *t)
{
	static const char *const names[] = {"scope", "target_resource_id", "resource_id", "subscription_id", "management_group_id"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const bl_value *v = bl_value_getz(t->resource->native, names[i]);
		bl_str text = {0};
		if (bl_value_is(v, BL_UNKNOWN) && v->unknown->nrefs == 1 && !v->unknown->prefix.n) {
			sim_thing *other = sim_find(w, t, v->unknown->refs[0].address);
			text = other && other != t && other->cloud == SIM_AZURE && w->depth < 16 ? (w->depth++, sim_id(w, other)) : BL_STR("");
			w->depth -= text.n > 0;
		}
		if (!text.n)
			text = sim_text(w, t, v, bl_str_of(names[i]));
		if (text.n && text.p[0] == '/')
			return text;
	}
	bool terraform = t->resource->language == BL_LANG_TERRAFORM;
	return terraform ? bl_str_fmt(&w->arena, "/subscriptions/" BL_FMT, BL_ARG(sim_place(t, SIM_AZURE))) : sim_azure_group_id(w, t);
}

static bool extends(bl_str type)
{
	static const char *const types[] = {"Microsoft.Authorization/locks", "Microsoft.Authorization/policyAssignments",
		"Microsoft.Authorization/policyDefinitions", "Microsoft.Authorization/policySetDefinitions",
		"Microsoft.Authorization/roleAssignments", "Microsoft.Authorization/roleDefinitions",
		"Microsoft.Consumption/budgets", "Microsoft.Insights/dataCollectionRuleAssociations",
		"Microsoft.Insights/diagnosticSettings"};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (bl_str_eqiz(type, types[i]))
			return true;
	return false;
}

bl_str sim_azure_id(sim_world *w, sim_thing *t)
{
	bl_arena *a = &w->arena;
	bl_str name = sim_name(w, t), type = t->type;
	if (is_type(t, "Microsoft.Resources/resourceGroups"))
		return bl_str_fmt(a, "/subscriptions/" BL_FMT "/resourceGroups/" BL_FMT, BL_ARG(sim_place(t, SIM_AZURE)), BL_ARG(name));
	if (is_type(t, "Microsoft.Management/managementGroups"))
		return bl_str_fmt(a, "/providers/Microsoft.Management/managementGroups/" BL_FMT, BL_ARG(name));
	if (bl_str_startsi(type, BL_STR("Microsoft.Security/")) || is_type(t, "Microsoft.Insights/logProfiles"))
		return bl_str_fmt(a, "/subscriptions/" BL_FMT "/providers/" BL_FMT "/" BL_FMT, BL_ARG(sim_place(t, SIM_AZURE)), BL_ARG(type),
			BL_ARG(name));
	if (extends(type))
		return bl_str_fmt(a, BL_FMT "/providers/" BL_FMT "/" BL_FMT, BL_ARG(extended_id(w, t)), BL_ARG(type), BL_ARG(name));
	bl_str parent = sim_native_text(w, t, "parent_id"); /* azapi's */
	ptrdiff_t slash = bl_str_rfind_char(type, '/');
	if (slash < 0)
		return name;
	bl_str head = bl_str_slice(type, 0, (size_t)slash), last = bl_str_slice(type, (size_t)slash + 1, type.n);
	bool nested = count_slashes(head) > 0;
	if (bl_str_startsi(parent, BL_STR("/subscriptions/")))
		return bl_str_fmt(a, nested ? BL_FMT "/" BL_FMT "/" BL_FMT : BL_FMT "/providers/" BL_FMT "/" BL_FMT, BL_ARG(parent),
			BL_ARG(nested ? last : type), BL_ARG(name));
	return bl_str_fmt(a, BL_FMT "/" BL_FMT "/" BL_FMT, BL_ARG(holder_id(w, t, head)), BL_ARG(last), BL_ARG(name));
}

/* ---- what Resource Graph shows ---- */

/*
 * Child types with rows of their own (Resource Graph's reference of tables and types). All other children are absent from the
 * table `resources`: blob containers, SQL firewall rules, vaults' keys and secrets, subnets, rules ...
 */
static const char *const tracked_children[] = {
	"Microsoft.Automation/automationAccounts/configurations", "Microsoft.Automation/automationAccounts/runbooks",
	"Microsoft.Cdn/profiles/afdEndpoints", "Microsoft.Cdn/profiles/endpoints", "Microsoft.Compute/galleries/images",
	"Microsoft.Compute/galleries/images/versions", "Microsoft.Compute/virtualMachines/extensions",
	"Microsoft.ContainerRegistry/registries/replications", "Microsoft.ContainerRegistry/registries/webhooks",
	"Microsoft.DevTestLab/labs/virtualMachines", "Microsoft.Kusto/clusters/databases",
	"Microsoft.MachineLearningServices/workspaces/onlineEndpoints", "Microsoft.NetApp/netAppAccounts/capacityPools",
	"Microsoft.NetApp/netAppAccounts/capacityPools/volumes", "Microsoft.Network/dnsForwardingRulesets",
	"Microsoft.Network/privateDnsZones/virtualNetworkLinks", "Microsoft.NotificationHubs/namespaces/notificationHubs",
	"Microsoft.Sql/managedInstances/databases", "Microsoft.Sql/servers/databases", "Microsoft.Sql/servers/elasticPools",
	"Microsoft.Sql/servers/jobAgents", "Microsoft.Synapse/workspaces/bigDataPools", "Microsoft.Synapse/workspaces/sqlPools",
	"Microsoft.Web/sites/slots"};

/* Children that their parent's row holds whole, and where. */
static const struct {
	const char *type, *list;
} held[] = {
	{"Microsoft.Network/loadBalancers/backendAddressPools", "properties.backendAddressPools"},
	{"Microsoft.Network/loadBalancers/loadBalancingRules", "properties.loadBalancingRules"},
	{"Microsoft.Network/loadBalancers/outboundRules", "properties.outboundRules"},
	{"Microsoft.Network/loadBalancers/probes", "properties.probes"},
	{"Microsoft.Network/networkSecurityGroups/securityRules", "properties.securityRules"},
	{"Microsoft.Network/routeTables/routes", "properties.routes"},
	{"Microsoft.Network/virtualNetworks/subnets", "properties.subnets"},
	{"Microsoft.Network/virtualNetworks/virtualNetworkPeerings", "properties.virtualNetworkPeerings"},
};

/* Types of one part that other tables than resources, resourcecontainers and authorizationresources hold, or none. */
static const char *const elsewhere[] = {
	"Microsoft.Authorization/locks", "Microsoft.Authorization/policyAssignments", "Microsoft.Authorization/policyDefinitions",
	"Microsoft.Authorization/policySetDefinitions", "Microsoft.Consumption/budgets",
	"Microsoft.Insights/dataCollectionRuleAssociations", "Microsoft.Insights/diagnosticSettings", "Microsoft.Insights/logProfiles",
	"Microsoft.Management/managementGroups", "Microsoft.Resources/deployments", "Microsoft.Resources/deploymentScripts"};

static bool listed(bl_str type, const char *const *types, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bl_str_eqiz(type, types[i]))
			return true;
	return false;
}
#define LISTED(type, table) listed(type, table, sizeof(table) / sizeof *(table))

static const char *held_at(bl_str type)
{
	for (size_t i = 0; i < sizeof held / sizeof *held; i++)
		if (bl_str_eqiz(type, held[i].type))
			return held[i].list;
	return NULL;
}

static bool has_row(bl_str type)
{
	if (bl_str_startsi(type, BL_STR("Microsoft.Security/")) || LISTED(type, elsewhere))
		return false;
	return count_slashes(type) == 1 || LISTED(type, tracked_children);
}

/* ---- bodies ---- */

/* A type that schema/ has no table for: what Terraform says, as ARM would spell it. */
static const bl_value *body_of_native(sim_world *w, sim_thing *t)
{
	static const char *const heads[] = {"identity", "location", "name", "parent_id", "provider", "resource_group_name", "tags",
		"timeouts", "type"};
	bl_arena *a = &w->arena;
	const bl_value *native = t->resource->native;
	bl_items body = {0}, properties = {0};
	for (uint32_t i = 0; i < native->n; i++) {
		bl_str key = native->map[i].key;
		const bl_value *v = sim_value(w, t, native->map[i].value, key);
		if (!v || v->kind == BL_NULL)
			continue;
		if (bl_str_eqz(key, "location") || bl_str_eqz(key, "tags")) {
			bl_items_put(a, &body, key, native->map[i].key_span, v);
		} else if (!LISTED(key, heads)) {
			bl_vec_push(a, &properties, ((bl_item){sim_camel(a, key), native->map[i].key_span, sim_camel_keys(a, v)}));
		}
	}
	return bl_value_with(a, bl_items_value(a, BL_NOWHERE, &body), BL_STR("properties"), bl_items_value(a, BL_NOWHERE, &properties));
}

/* Never shown by any reading API. */
static const bl_value *without_secrets(bl_arena *arena, const bl_value *v, int depth)
{
	static const char *const secrets[] = {"adminPassword", "administratorLoginPassword", "customData", "password",
		"protectedSettings", "secret", "userData", "value", "children", "dependsOn", "parent", "scope", "apiVersion"};
	size_t n = depth ? 7 : sizeof secrets / sizeof *secrets;
	if (v->kind != BL_MAP || depth > 32)
		return v;
	bl_items items = {0};
	for (uint32_t i = 0; i < v->n; i++)
		if (!listed(v->map[i].key, secrets, n))
			bl_vec_push(arena, &items,
				((bl_item){v->map[i].key, v->map[i].key_span, without_secrets(arena, v->map[i].value, depth + 1)}));
	return bl_items_value(arena, v->span, &items);
}

static bl_str plain_location(bl_arena *arena, bl_str location)
{
	char *p = bl_arena_alloc_aligned(arena, location.n + 1, 1);
	size_t n = 0;
	for (size_t i = 0; i < location.n; i++)
		if (location.p[i] != ' ')
			p[n++] = location.p[i] >= 'A' && location.p[i] <= 'Z' ? (char)(location.p[i] + 32) : location.p[i];
	return bl_str_make(p, n);
}

bl_str sim_azure_principal(sim_world *w, const sim_thing *t)
{
	return sim_guid(&w->arena, sim_draw(t->seed, "principal", BL_STR("")));
}

bool sim_azure_has_principal(const sim_thing *t, bl_str step)
{
	return bl_str_eqz(step, "identity") || is_type(t, "Microsoft.ManagedIdentity/userAssignedIdentities");
}

/* What the service sets itself. */
static const bl_value *with_server_fields(sim_world *w, sim_thing *t, const bl_value *body)
{
	bl_arena *a = &w->arena;
	uint64_t number = sim_draw(t->seed, "server", BL_STR(""));
	if (!is_type(t, "Microsoft.Authorization/roleAssignments"))
		body = bl_value_with(a, body, BL_STR("properties.provisioningState"), sim_stringz(w, "Succeeded"));
	if (bl_str_startsi(t->type, BL_STR("Microsoft.Network/")))
		body = bl_value_with(a, body, BL_STR("properties.resourceGuid"), sim_string(w, sim_guid(a, number)));
	if (is_type(t, "Microsoft.Compute/virtualMachines"))
		body = bl_value_with(a, body, BL_STR("properties.vmId"), sim_string(w, sim_guid(a, number)));
	if (is_type(t, "Microsoft.Storage/storageAccounts") || is_type(t, "Microsoft.Compute/virtualMachines"))
		body = bl_value_with(a, body, is_type(t, "Microsoft.Storage/storageAccounts") ? BL_STR("properties.creationTime") : BL_STR("properties.timeCreated"),
			sim_string(w, sim_time(w, number)));
	if (is_type(t, "Microsoft.ManagedIdentity/userAssignedIdentities"))
		body = bl_value_with(a, body, BL_STR("properties.principalId"), sim_string(w, sim_azure_principal(w, t)));
	const bl_value *identity = bl_value_geti(body, BL_STR("identity"));
	if (bl_value_is(identity, BL_MAP) && bl_str_findi(bl_value_text(bl_value_geti(identity, BL_STR("type"))), BL_STR("SystemAssigned"), 0) >= 0) {
		body = bl_value_with(a, body, BL_STR("identity.principalId"), sim_string(w, sim_azure_principal(w, t)));
		body = bl_value_with(a, body, BL_STR("identity.tenantId"), sim_string(w, t->root->tenant));
	}
	return body;
}

/* Where the service shows what was asked for under another path: schema's shown-as. */
static const bl_value *with_shown_as(sim_world *w, sim_thing *t, const bl_value *body)
{
	const bl_type *type = bl_schema_type(w->schema, t->type);
	const bl_value *shown = type ? bl_value_getz(type->schema, "shown-as") : NULL;
	for (uint32_t i = 0; bl_value_is(shown, BL_MAP) && i < shown->n; i++) {
		const bl_value *v = bl_value_at_path(body, shown->map[i].key);
		if (v && v->kind == BL_STRING && shown->map[i].value->kind == BL_STRING)
			body = bl_value_with(&w->arena, body, shown->map[i].value->string, v);
	}
	return body;
}

const bl_value *sim_azure_body(sim_world *w, sim_thing *t)
{
	bl_arena *a = &w->arena;
	const bl_resource *r = t->resource;
	bool plain = r->language == BL_LANG_TERRAFORM && bl_str_eq(r->type, r->native_type);
	const bl_value *body = plain ? body_of_native(w, t) : sim_value(w, t, r->effective, BL_STR(""));
	if (!bl_value_is(body, BL_MAP))
		body = bl_value_map(a, BL_NOWHERE, NULL, 0);
	body = without_secrets(a, body, 0);
	bl_str location = bl_value_text(bl_value_geti(body, BL_STR("location")));
	if (location.n)
		body = bl_value_with(a, body, BL_STR("location"), sim_string(w, plain_location(a, location)));
	return with_shown_as(w, t, with_server_fields(w, t, body));
}

/* ---- the file ---- */

static void put(bl_json *j, const char *key, const bl_value *v)
{
	bl_json_key(j, key);
	if (v)
		bl_json_value(j, v);
	else
		bl_json_null(j);
}

/* Services spell ids in their own ways: the group upper-case, "resourcegroups". Resource Graph passes them on. */
static bl_str spelled(sim_world *w, const sim_thing *t, bl_str id)
{
	bl_arena *a = &w->arena;
	ptrdiff_t at = bl_str_findi(id, BL_STR("/resourceGroups/"), 0);
	uint64_t number = sim_draw(w->options->seed, "spelling", t->type);
	if (at < 0 || number % 4 > 1)
		return id;
	char *p = (char *)bl_str_dup(a, id).p;
	size_t begin = (size_t)at + strlen("/resourceGroups/");
	if (number % 4 == 0)
		p[at + 9] = 'g';
	else
		for (size_t i = begin; i < id.n && p[i] != '/'; i++)
			p[i] = p[i] >= 'a' && p[i] <= 'z' ? (char)(p[i] - 32) : p[i];
	return bl_str_make(p, id.n);
}

static bl_str group_in(bl_str id)
{
	ptrdiff_t at = bl_str_findi(id, BL_STR("/resourceGroups/"), 0);
	bl_str group = {0};
	if (at >= 0)
		bl_str_cut(bl_str_slice(id, (size_t)at + strlen("/resourceGroups/"), id.n), '/', &group);
	return group;
}

static void write_row(sim_world *w, const sim_thing *t, bl_json *j)
{
	bl_arena *a = &w->arena;
	bool group = is_type(t, "Microsoft.Resources/resourceGroups");
	bl_str type = group ? BL_STR("microsoft.resources/subscriptions/resourcegroups") : bl_str_lower(a, t->type);
	const bl_value *body = t->body;
	bl_json_object(j);
	bl_json_member(j, "id", spelled(w, t, t->id));
	bl_json_member(j, "name", t->name);
	bl_json_member(j, "type", type);
	bl_json_member(j, "tenantId", t->root->tenant);
	bl_json_member(j, "kind", bl_value_text(bl_value_geti(body, BL_STR("kind"))));
	bl_json_member(j, "location", bl_value_text(bl_value_geti(body, BL_STR("location"))));
	bl_json_member(j, "resourceGroup", group ? t->name : bl_str_lower(a, group_in(t->id)));
	bl_json_member(j, "subscriptionId", sim_place(t, SIM_AZURE));
	bl_json_member(j, "managedBy", BL_STR(""));
	put(j, "sku", bl_value_geti(body, BL_STR("sku")));
	put(j, "plan", bl_value_geti(body, BL_STR("plan")));
	put(j, "properties", bl_value_geti(body, BL_STR("properties")));
	put(j, "tags", t->tags);
	put(j, "identity", bl_value_geti(body, BL_STR("identity")));
	put(j, "zones", bl_value_geti(body, BL_STR("zones")));
	put(j, "extendedLocation", NULL);
	bl_json_object_end(j);
}

/* Puts what its parent holds into the parent's body, or takes out what is gone. */
static void hold(sim_world *w, sim_thing *t, bl_map *by_id)
{
	bl_arena *a = &w->arena;
	bl_str at = bl_str_of(held_at(t->type)), name = t->missing ? t->code_name : t->name;
	ptrdiff_t slash = bl_str_rfind_char(t->id, '/');
	slash = slash > 0 ? bl_str_rfind_char(bl_str_slice(t->id, 0, (size_t)slash), '/') : -1;
	sim_thing *parent = slash > 0 ? bl_map_get(by_id, bl_str_slice(t->id, 0, (size_t)slash)) : NULL;
	if (!parent || parent->missing || parent == t)
		return;
	bl_values list = {0};
	const bl_value *old = bl_value_at_path(parent->body, at);
	for (uint32_t i = 0; bl_value_is(old, BL_LIST) && i < old->n; i++) {
		bl_str other = bl_value_text(bl_value_geti(old->list[i], BL_STR("name")));
		if (!bl_str_eqi(other, t->code_name) && !bl_str_eqi(other, name))
			bl_vec_push(a, &list, old->list[i]);
	}
	if (!t->missing) {
		bl_items child = {0};
		bl_items_put(a, &child, BL_STR("name"), BL_NOWHERE, sim_string(w, t->name));
		bl_items_put(a, &child, BL_STR("id"), BL_NOWHERE, sim_string(w, t->id));
		bl_items_put(a, &child, BL_STR("type"), BL_NOWHERE, sim_string(w, t->type));
		const bl_value *properties = bl_value_geti(t->body, BL_STR("properties"));
		bl_items_put(a, &child, BL_STR("properties"), BL_NOWHERE, properties ? properties : &bl_value_null);
		bl_vec_push(a, &list, bl_items_value(a, BL_NOWHERE, &child));
		t->shown |= BL_SIMULATE_GRAPH;
		t->within = true;
	}
	if (list.n || old)
		parent->body = bl_value_with(a, parent->body, at, bl_values_value(a, BL_NOWHERE, &list));
}

void sim_azure_show(sim_world *w)
{
	bl_map by_id = {.fold = true};
	for (size_t i = 0; i < w->things.n; i++)
		if (w->things.items[i]->cloud == SIM_AZURE)
			bl_map_put(&w->arena, &by_id, w->things.items[i]->id, w->things.items[i]);
	for (size_t i = 0; i < w->things.n; i++) {
		sim_thing *t = w->things.items[i];
		if (t->cloud != SIM_AZURE || !t->type.n)
			continue;
		if (has_row(t->type) && !t->missing)
			t->shown |= BL_SIMULATE_GRAPH;
		else if (held_at(t->type))
			hold(w, t, &by_id);
	}
}

void sim_azure_write(sim_world *w, bl_buf *out)
{
	bl_json j;
	sim_things shown = sim_shown(w, BL_SIMULATE_GRAPH);
	bl_json_begin(&j, out, true);
	bl_json_object(&j);
	bl_json_key(&j, "data");
	bl_json_array(&j);
	for (size_t i = 0; i < shown.n; i++)
		write_row(w, shown.items[i], &j);
	bl_json_array_end(&j);
	bl_json_member_int(&j, "count", (long long)shown.n);
	bl_json_key(&j, "skip_token");
	bl_json_null(&j);
	bl_json_member_int(&j, "total_records", (long long)shown.n);
	bl_json_object_end(&j);
}

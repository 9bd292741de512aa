/* Azure's platform services: the public network switch, address rules, and what may be read by anybody. */
#include "paths/edges.h"

#include "core/reason/firewall.h"

enum { MAX_PORTS = 256 };

/* Services with a public endpoint that address rules can close. Alphabetical by type. */
typedef struct service {
	const char *type;
	const char *fallback; /* what the address rules do with others: a property with "Allow" or "Deny"; or NULL */
	const char *ports;
} service;

static const service services[] = {
	{"Microsoft.Cache/redis", NULL, "tcp/6380"},
	{"Microsoft.CognitiveServices/accounts", "networkAcls.defaultAction", "tcp/443"},
	{"Microsoft.ContainerRegistry/registries", "networkRuleSet.defaultAction", "tcp/443"},
	{"Microsoft.EventHub/namespaces", NULL, "tcp/443, tcp/5671"},
	{"Microsoft.KeyVault/vaults", "networkAcls.defaultAction", "tcp/443"},
	{"Microsoft.ServiceBus/namespaces", NULL, "tcp/443, tcp/5671"},
	{"Microsoft.Storage/storageAccounts", "networkAcls.defaultAction", "tcp/443"},
};

/* Databases whose firewall is a list of address ranges. Alphabetical by type. */
static const struct {
	const char *type, *ports;
} databases[] = {
	{"Microsoft.DBforMariaDB/servers", "tcp/3306"},
	{"Microsoft.DBforMySQL/flexibleServers", "tcp/3306"},
	{"Microsoft.DBforMySQL/servers", "tcp/3306"},
	{"Microsoft.DBforPostgreSQL/flexibleServers", "tcp/5432"},
	{"Microsoft.DBforPostgreSQL/servers", "tcp/5432"},
	{"Microsoft.Sql/servers", "tcp/1433"},
};

static const bl_value *public_switch(const bl_value *body)
{
	const bl_value *v = bl_edges_get(body, "publicNetworkAccess");
	return v ? v : bl_edges_get(body, "network.publicNetworkAccess");
}

static bl_tri is_public(const bl_value *body)
{
	const bl_value *v = public_switch(body);
	/* "SecuredByPerimeter" leaves the decision to a perimeter that is declared elsewhere */
	if (bl_edges_is(v, "SecuredByPerimeter", "Enabled") == BL_YES)
		return BL_MAYBE;
	return bl_tri_not(bl_edges_is(v, "Disabled", "Enabled"));
}

static bl_tri admits_others(const bl_value *body, const char *fallback)
{
	if (!fallback)
		return BL_YES;
	const bl_value *v = bl_edges_get(body, fallback);
	return bl_tri_not(bl_edges_is(v, "Deny", "Allow"));
}

static void plain_service(bl_edges *e, const bl_thing *thing, const service *s)
{
	bl_tri open = bl_tri_and(is_public(thing->body), admits_others(thing->body, s->fallback));
	const bl_value *decides = s->fallback ? bl_edges_get(thing->body, s->fallback) : NULL;
	if (!decides || !bl_span_known(decides->span))
		decides = public_switch(thing->body);
	bl_edges_expose_as(e, thing->node, s->ports, open, bl_edges_line(e, thing->node, decides, NULL, BL_STR("")),
		s->fallback ? BL_STR("its public endpoint takes connections from any address")
			    : BL_STR("its public endpoint is open"));
}

/* Containers of a storage account that anybody may read. */
static void public_container(bl_edges *e, const bl_thing *thing)
{
	bl_tri none = bl_edges_is(bl_edges_get(thing->body, "publicAccess"), "None", "None");
	if (none == BL_YES)
		return;
	const bl_edge *const *edges;
	bl_thing account = {0};
	size_t n = bl_graph_in(e->graph, thing->node, &edges);
	for (size_t i = 0; i < n && !account.body; i++) {
		bl_str type = bl_graph_type(e->graph, edges[i]->from);
		if (edges[i]->kind == BL_EDGE_CONTAINS && bl_str_eqiz(type, "Microsoft.Storage/storageAccounts"))
			account = (bl_thing){edges[i]->from, type, bl_graph_body(e->graph, edges[i]->from)};
	}
	n = bl_graph_out(e->graph, thing->node, &edges);
	for (size_t i = 0; i < n && !account.body; i++) {
		bl_str type = bl_graph_type(e->graph, edges[i]->to);
		if (edges[i]->kind == BL_EDGE_REFERS && bl_str_eqiz(type, "Microsoft.Storage/storageAccounts"))
			account = (bl_thing){edges[i]->to, type, bl_graph_body(e->graph, edges[i]->to)};
	}
	bl_tri allowed = account.body ? bl_edges_true(bl_edges_get(account.body, "allowBlobPublicAccess"), BL_MAYBE) : BL_MAYBE;
	bl_tri reachable = account.body ? bl_tri_and(is_public(account.body),
						  admits_others(account.body, "networkAcls.defaultAction"))
					: BL_MAYBE;
	bl_tri sure = bl_tri_and(bl_tri_not(none), bl_tri_and(allowed, reachable));
	bl_edges_expose_as(e, thing->node, "anonymous", sure,
		bl_edges_line(e, thing->node, bl_edges_get(thing->body, "publicAccess"), NULL, BL_STR("")),
		BL_STR("the container is public and its account allows that"));
}

static void database(bl_edges *e, const bl_thing *thing, const char *ports)
{
	const bl_value *rules = bl_value_at_path(thing->body, BL_STR("children.firewallRules"));
	bool asset = bl_graph_node(e->graph, thing->node)->asset != NULL;
	/* an asset's row does not show its rules: they are resources of their own */
	bl_tri any = (rules && (rules->open || rules->kind != BL_LIST)) || (!rules && asset) ? BL_MAYBE : BL_NO;
	const bl_value *opener = NULL;
	for (uint32_t i = 0; bl_value_is(rules, BL_LIST) && i < rules->n && any != BL_YES; i++) {
		const bl_value *r = rules->list[i];
		bl_tri wide = bl_firewall_range_is_wide(e->arena, bl_edges_get(r, "startIpAddress"), bl_edges_get(r, "endIpAddress"));
		if (wide > any || (wide == any && wide != BL_NO && !opener)) {
			any = wide;
			opener = r;
		}
	}
	/* a server inside a virtual network has no public endpoint at all */
	bl_tri inside = bl_edges_present(bl_edges_get(thing->body, "network.delegatedSubnetResourceId"));
	bl_tri sure = bl_tri_and(bl_tri_and(is_public(thing->body), any), bl_tri_not(inside));
	bl_str name = bl_value_text(bl_value_geti(opener, BL_STR("name")));
	bl_str why = !opener && asset ? BL_STR("its public endpoint is on, and its firewall rules are not in the snapshot")
		: !opener ? BL_STR("its public endpoint is on, and not all of its firewall rules are known")
		: name.n ? bl_str_fmt(e->arena, "firewall rule '" BL_FMT "' admits any address", BL_ARG(name))
			 : BL_STR("a firewall rule admits any address");
	bl_edges_expose_as(e, thing->node, ports, sure, bl_edges_line(e, thing->node, opener, "firewallRules", name), why);
}

static void container_app(bl_edges *e, const bl_thing *thing)
{
	const bl_value *external = bl_edges_get(thing->body, "configuration.ingress.external");
	const bl_value *limits = bl_edges_get(thing->body, "configuration.ingress.ipSecurityRestrictions");
	bl_tri sure = bl_edges_true(external, BL_NO);
	if (limits && !(limits->kind == BL_LIST && !limits->n && !limits->open))
		sure = bl_tri_and(sure, BL_MAYBE);
	bl_edges_expose_as(e, thing->node, "tcp/443", sure, bl_edges_line(e, thing->node, external, NULL, BL_STR("")),
		BL_STR("its ingress is external"));
}

/* The first restriction by priority that the whole internet meets decides; without any, all may come. */
static void web_site(bl_edges *e, const bl_thing *thing)
{
	const bl_value *list = bl_edges_get(thing->body, "siteConfig.ipSecurityRestrictions");
	bl_tri sure = is_public(thing->body);
	if (list && !(list->kind == BL_LIST && !list->n && !list->open)) {
		bl_net_rule *rules = bl_new_n(e->arena, bl_net_rule, bl_value_is(list, BL_LIST) ? list->n + 1 : 1);
		bl_ranges web = bl_net_tcp(e->arena, 443, 443);
		size_t n = 0;
		for (uint32_t i = 0; bl_value_is(list, BL_LIST) && i < list->n; i++) {
			const bl_value *address = bl_value_geti(list->list[i], BL_STR("ipAddress"));
			const bl_value *priority = bl_value_geti(list->list[i], BL_STR("priority"));
			bl_net_rule r = {.to = BL_YES, .services_sure = web, .services_may = web};
			r.allow = bl_edges_is(bl_value_geti(list->list[i], BL_STR("action")), "Allow", "Allow");
			r.priority_unknown = !bl_value_is(priority, BL_NUMBER) || priority->number < 0 || priority->number > 1e10;
			r.priority = r.priority_unknown ? 0 : (int64_t)priority->number;
			if (bl_value_is_string(address, "Any"))
				r.from_sure = r.from_may = bl_addrs_all(e->arena);
			else if (bl_value_is(address, BL_STRING) && bl_addrs_parse(e->arena, address->string, &r.from_sure))
				r.from_may = r.from_sure;
			else if (address || bl_edges_is(bl_value_geti(list->list[i], BL_STR("tag")), "ServiceTag", "Default") == BL_NO)
				r.from_may = bl_value_is(address, BL_UNKNOWN) ? bl_addrs_all(e->arena) : (bl_addrs){0};
			rules[n++] = r;
		}
		bl_net_flows flows = bl_net_evaluate(e->arena, rules, n);
		bl_tri admits = bl_net_reaches(e->arena, bl_net_from_internet(e->arena, flows), web);
		sure = bl_tri_and(sure, list->kind != BL_LIST || list->open ? BL_MAYBE : admits);
	}
	bl_edges_expose_as(e, thing->node, "tcp/443", sure,
		bl_edges_line(e, thing->node, list ? list : public_switch(thing->body), NULL, BL_STR("")),
		BL_STR("its public endpoint takes connections from any address"));
}

static void cluster(bl_edges *e, const bl_thing *thing)
{
	const bl_value *ranges = bl_edges_get(thing->body, "apiServerAccessProfile.authorizedIPRanges");
	bl_tri closed = bl_edges_true(bl_edges_get(thing->body, "apiServerAccessProfile.enablePrivateCluster"), BL_NO);
	bool limited = ranges && !(ranges->kind == BL_LIST && !ranges->n && !ranges->open);
	bl_tri wide = limited ? BL_NO : BL_YES;
	if (limited && (ranges->kind != BL_LIST || ranges->open))
		wide = BL_MAYBE;
	for (uint32_t i = 0; limited && ranges->kind == BL_LIST && i < ranges->n; i++) {
		bl_addrs a;
		if (!bl_value_is(ranges->list[i], BL_STRING) || !bl_addrs_parse(e->arena, ranges->list[i]->string, &a))
			wide = bl_tri_or(wide, BL_MAYBE);
		else if (bl_net_is_wide(e->arena, a))
			wide = BL_YES;
	}
	bl_edges_expose_as(e, thing->node, "tcp/443", bl_tri_and(bl_tri_not(closed), wide),
		bl_edges_line(e, thing->node, ranges, NULL, BL_STR("")), BL_STR("its API server takes connections from any address"));
}

static void cosmos(bl_edges *e, const bl_thing *thing)
{
	const bl_value *rules = bl_edges_get(thing->body, "ipRules");
	bl_tri filtered = bl_edges_true(bl_edges_get(thing->body, "isVirtualNetworkFilterEnabled"), BL_NO);
	bool none = !rules || (rules->kind == BL_LIST && !rules->n && !rules->open);
	bl_tri open = bl_tri_and(is_public(thing->body), bl_tri_and(bl_tri_not(filtered), none ? BL_YES : BL_MAYBE));
	for (uint32_t i = 0; bl_value_is(rules, BL_LIST) && !rules->open && i < rules->n; i++) {
		bl_addrs a;
		const bl_value *v = bl_value_geti(rules->list[i], BL_STR("ipAddressOrRange"));
		bool narrow = bl_value_is(v, BL_STRING) && bl_addrs_parse(e->arena, v->string, &a) && !bl_net_is_wide(e->arena, a);
		if (!narrow)
			break;
		if (i + 1 == rules->n)
			open = BL_NO;
	}
	bl_edges_expose_as(e, thing->node, "tcp/443", open, bl_edges_line(e, thing->node, public_switch(thing->body), NULL, BL_STR("")),
		BL_STR("its public endpoint takes connections from any address"));
}

/* A group of containers with an address of its own; what it listens on is said beside the address. */
static void container_group(bl_edges *e, const bl_thing *thing)
{
	const bl_value *type = bl_edges_get(thing->body, "ipAddress.type"), *ports = bl_edges_get(thing->body, "ipAddress.ports");
	bl_tri sure = type ? bl_edges_is(type, "Public", NULL) : BL_NO;
	bl_ranges open = {0};
	for (uint32_t i = 0; bl_value_is(ports, BL_LIST) && i < ports->n && i < MAX_PORTS; i++) {
		const bl_value *port = bl_value_geti(ports->list[i], BL_STR("port"));
		bool udp = bl_edges_is(bl_value_geti(ports->list[i], BL_STR("protocol")), "UDP", "TCP") == BL_YES;
		if (!bl_value_is(port, BL_NUMBER) || port->number < 0 || port->number > 65535)
			continue;
		bl_u128 number = (bl_u128)port->number + (udp ? BL_NET_UDP : BL_NET_TCP);
		open = bl_ranges_union(e->arena, open, bl_ranges_one(e->arena, number, number));
	}
	bl_str detail = open.n ? bl_net_text(e->arena, open) : BL_STR("any");
	bl_edges_expose_as(e, thing->node, detail.p, open.n ? sure : bl_tri_and(sure, BL_MAYBE),
		bl_edges_line(e, thing->node, type, NULL, BL_STR("")), BL_STR("it has a public address"));
}

static const struct {
	const char *type;
	void (*judge)(bl_edges *e, const bl_thing *thing);
} others[] = {
	{"Microsoft.App/containerApps", container_app},
	{"Microsoft.ContainerInstance/containerGroups", container_group},
	{"Microsoft.ContainerService/managedClusters", cluster},
	{"Microsoft.DocumentDB/databaseAccounts", cosmos},
	{"Microsoft.Storage/storageAccounts/blobServices/containers", public_container},
	{"Microsoft.Web/sites", web_site},
};

void bl_exposure_services(bl_edges *e, const bl_thing *thing)
{
	if (!bl_str_startsi(thing->type, BL_STR("Microsoft.")))
		return;
	for (size_t i = 0; i < sizeof services / sizeof *services; i++)
		if (bl_str_eqiz(thing->type, services[i].type))
			plain_service(e, thing, &services[i]);
	for (size_t i = 0; i < sizeof databases / sizeof *databases; i++)
		if (bl_str_eqiz(thing->type, databases[i].type))
			database(e, thing, databases[i].ports);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (bl_str_eqiz(thing->type, others[i].type))
			others[i].judge(e, thing);
}

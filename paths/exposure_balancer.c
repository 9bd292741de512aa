/* Azure load balancers: which ports of a machine the internet reaches through them. The machine's own filters see the real client. */
#include "paths/edges.h"

#include "core/reason/azure_id.h"

enum { MAX_ITEMS = 256 };

static const bl_value *list_at(const bl_value *body, const char *path, uint32_t *n)
{
	const bl_value *v = bl_edges_get(body, path);
	*n = bl_value_is(v, BL_LIST) ? v->n < MAX_ITEMS ? v->n : MAX_ITEMS : 0;
	return v;
}

/* The name that an id, or a reference's known end, ends with. */
static bl_str end_of(const bl_value *id)
{
	bl_str s = bl_value_is(id, BL_UNKNOWN) ? id->unknown->suffix : bl_value_text(id);
	return bl_str_slice(s, (size_t)(bl_str_rfind_char(s, '/') + 1), s.n);
}

static const bl_value *id_in(const bl_value *v)
{
	const bl_value *id = bl_value_geti(v, BL_STR("id"));
	return id ? id : v;
}

/* The balancer behind a pool's or a rule's id: its own node, or the one that holds the pool's. */
static int64_t balancer_of(bl_edges *e, uint32_t from, const bl_value *id, bl_str *pool)
{
	bl_thing thing;
	if (!bl_edges_follow(e, from, id, &thing))
		return -1;
	*pool = end_of(id);
	if (bl_str_eqiz(thing.type, "Microsoft.Network/loadBalancers"))
		return thing.node;
	const bl_resource *r = bl_graph_node(e->graph, thing.node)->resource;
	if (r && bl_value_is(r->name, BL_STRING))
		*pool = bl_str_slice(r->name->string, (size_t)(bl_str_rfind_char(r->name->string, '/') + 1), r->name->string.n);
	else if (r)
		*pool = bl_value_text(bl_value_getz(r->native, "name"));
	const bl_value *up = r ? bl_value_getz(r->native, "loadbalancer_id") : NULL;
	if (up)
		return bl_graph_target(e->graph, thing.node, up);
	const bl_edge *const *edges;
	size_t n = bl_graph_in(e->graph, thing.node, &edges);
	for (size_t i = 0; i < n; i++)
		if (edges[i]->kind == BL_EDGE_CONTAINS)
			return edges[i]->from;
	return -1;
}

/* Has the front end that rule names a public address? One that is not found may have. */
static bl_tri is_public(const bl_value *balancer, const bl_value *rule)
{
	uint32_t n;
	const bl_value *fronts = list_at(balancer, "frontendIPConfigurations", &n);
	const bl_value *ref = bl_edges_get(rule, "frontendIPConfiguration");
	bl_str name = bl_value_text(bl_value_geti(ref, BL_STR("name")));
	if (!name.n)
		name = end_of(bl_value_geti(ref, BL_STR("id")));
	bl_tri any = BL_NO;
	for (uint32_t i = 0; i < n; i++) {
		bl_tri has = bl_edges_present(bl_edges_get(fronts->list[i], "publicIPAddress.id"));
		if (name.n && bl_str_eqi(bl_value_text(bl_value_geti(fronts->list[i], BL_STR("name"))), name))
			return has;
		any = bl_tri_or(any, has);
	}
	return n == 1 ? any : bl_tri_and(any, BL_MAYBE);
}

/* Does the rule hand its traffic to the pool? */
static bl_tri names_pool(const bl_value *rule, bl_str pool)
{
	uint32_t n;
	const bl_value *one = bl_edges_get(rule, "backendAddressPool"), *many = list_at(rule, "backendAddressPools", &n);
	bl_tri any = BL_NO;
	for (uint32_t i = 0; i < n + (one != NULL); i++) {
		bl_str name = end_of(id_in(i < n ? many->list[i] : one));
		any = bl_tri_or(any, name.n && pool.n ? bl_tri_of(bl_str_eqi(name, pool)) : BL_MAYBE);
	}
	return many && many->kind != BL_LIST ? bl_tri_or(any, BL_MAYBE) : any;
}

static void add_rule(bl_edges *e, const bl_value *balancer, const bl_value *rule, bl_tri applies, bl_balanced *out)
{
	const bl_value *port = bl_edges_get(rule, "backendPort"), *protocol = bl_edges_get(rule, "protocol");
	bl_tri sure = bl_tri_and(applies, is_public(balancer, rule));
	bool known = bl_value_is(port, BL_NUMBER) && port->number >= 0 && port->number <= 65535;
	/* port 0 with protocol All: every port (a high-availability rule) */
	bool all = known && port->number == 0;
	bl_u128 lo = known && !all ? (bl_u128)port->number : 0, hi = known && !all ? lo : 0xffff;
	bl_ranges services = {0};
	if (bl_edges_is(protocol, "Udp", NULL) != BL_YES)
		services = bl_ranges_one(e->arena, lo, hi);
	if (bl_edges_is(protocol, "Tcp", NULL) != BL_YES)
		services = bl_ranges_union(e->arena, services, bl_ranges_one(e->arena, BL_NET_UDP + lo, BL_NET_UDP + hi));
	if (sure == BL_NO)
		return;
	out->may = bl_ranges_union(e->arena, out->may, services);
	if (sure == BL_YES && known && bl_value_is(protocol, BL_STRING))
		out->sure = bl_ranges_union(e->arena, out->sure, services);
}

static void add_membership(bl_edges *e, uint32_t from, const bl_value *id, bool nat, bl_balanced *out)
{
	bl_str name = {0};
	int64_t node = balancer_of(e, from, id, &name);
	const bl_value *body = node >= 0 ? bl_graph_body(e->graph, (uint32_t)node) : NULL;
	bl_ranges all = bl_ranges_one(e->arena, 0, BL_NET_END - 1);
	if (!body) {
		/* somewhere there is a balancer: what it hands on is not known */
		out->may = all;
		return;
	}
	out->node = (uint32_t)node;
	uint32_t n;
	const bl_value *rules = list_at(body, nat ? "inboundNatRules" : "loadBalancingRules", &n);
	for (uint32_t i = 0; i < n; i++) {
		bl_str its = bl_value_text(bl_value_geti(rules->list[i], BL_STR("name")));
		bl_tri applies = nat ? name.n && its.n ? bl_tri_of(bl_str_eqi(its, name)) : BL_MAYBE : names_pool(rules->list[i], name);
		if (applies != BL_NO)
			add_rule(e, body, rules->list[i], applies, out);
	}
	if (rules && (rules->open || rules->kind != BL_LIST))
		out->may = all;
}

bool bl_exposure_balanced(bl_edges *e, const bl_thing *nic, const bl_value *config, bl_balanced *out)
{
	static const char *const lists[] = {"loadBalancerBackendAddressPools", "loadBalancerInboundNatRules"};
	static const struct {
		const char *type, *id;
	} joins[] = {
		{"azurerm_network_interface_backend_address_pool_association", "backend_address_pool_id"},
		{"azurerm_network_interface_nat_rule_association", "nat_rule_id"},
	};
	*out = (bl_balanced){.node = nic->node};
	for (int k = 0; k < 2; k++) {
		uint32_t n;
		const bl_value *list = list_at(config, lists[k], &n);
		for (uint32_t i = 0; i < n; i++)
			add_membership(e, nic->node, id_in(list->list[i]), k == 1, out);
	}
	const bl_edge *const *edges;
	size_t n = bl_graph_in(e->graph, nic->node, &edges);
	for (size_t i = 0; i < n && i < MAX_ITEMS; i++) {
		const bl_resource *r = bl_graph_node(e->graph, edges[i]->from)->resource;
		for (int k = 0; k < 2; k++)
			if (r && edges[i]->kind == BL_EDGE_REFERS && bl_str_eqz(r->native_type, joins[k].type))
				add_membership(e, edges[i]->from, bl_value_getz(r->native, joins[k].id), k == 1, out);
	}
	return out->may.n > 0;
}

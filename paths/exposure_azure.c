/* Azure machines: public address, then subnet filter and network interface filter, in exact priority order. */
#include "paths/edges.h"

#include "core/reason/firewall.h"

/* A network security group on the way to a machine. */
typedef struct gate {
	bl_tri there; /* NO: no group is set */
	bool known;   /* its rules are */
	bl_thing group;
} gate;

/* What lets the internet in, gathered over all addresses of a machine. */
typedef struct opening {
	bl_net_flows flows;
	bl_str why;
	bl_span span;
	bool any;
} opening;

enum { MAX_INTERFACES = 64 };

static gate gate_at(bl_edges *e, uint32_t from, const bl_value *holder)
{
	const bl_value *id = bl_edges_get(holder, "networkSecurityGroup.id");
	const bl_value *whole = bl_edges_get(holder, "networkSecurityGroup");
	gate g = {0};
	if (!id && bl_value_is(whole, BL_UNKNOWN))
		id = whole;
	g.there = bl_edges_present(id);
	g.known = g.there == BL_YES && bl_edges_follow(e, from, id, &g.group) && g.group.body;
	return g;
}

static const bl_value *rules_of(const gate *g)
{
	return g->known ? bl_edges_get(g->group.body, "securityRules") : NULL;
}

static bl_net_flows through(bl_edges *e, const gate *g, const bl_firewall_place *place)
{
	bl_net_flows all = bl_net_everything(e->arena);
	if (g->there == BL_NO)
		return all;
	if (g->there == BL_MAYBE || !g->known)
		return bl_net_perhaps(e->arena, all);
	const bl_value *rules = rules_of(g);
	if (rules && rules->kind != BL_LIST)
		return bl_net_perhaps(e->arena, all);
	return bl_firewall_azure(e->arena, rules ? rules->list : NULL, rules ? rules->n : 0, rules && rules->open, place);
}

/* The first rule (by priority) that lets part of reach in. */
static const bl_value *opener(bl_edges *e, const gate *g, const bl_firewall_place *place, bl_net_reach reach)
{
	const bl_value *rules = rules_of(g), *best = NULL;
	int64_t priority = INT64_MAX;
	for (uint32_t i = 0; bl_value_is(rules, BL_LIST) && i < rules->n && i < BL_NET_MAX_RULES; i++) {
		bl_net_rule r;
		if (!bl_firewall_azure_rule(e->arena, rules->list[i], place, &r) || r.allow == BL_NO || r.to == BL_NO)
			continue;
		if (!bl_net_is_wide(e->arena, r.from_may) || !bl_ranges_intersect(e->arena, r.services_may, reach.may).n)
			continue;
		if (r.priority < priority || !best) {
			priority = r.priority;
			best = rules->list[i];
		}
	}
	return best;
}

static void add_prefix(bl_edges *e, bl_addrs *out, const bl_value *v)
{
	bl_addrs a;
	if (bl_value_is(v, BL_STRING) && bl_addrs_parse(e->arena, v->string, &a))
		*out = bl_addrs_union(e->arena, *out, a);
}

/* Where in the network the machine is: its own address where it is fixed, else its subnet. */
static bl_firewall_place place_of(bl_edges *e, const bl_value *config, const bl_value *subnet)
{
	bl_firewall_place place = {0};
	add_prefix(e, &place.within, bl_edges_get(config, "privateIPAddress"));
	if (!bl_addrs_empty(place.within))
		return place;
	const bl_value *many = bl_edges_get(subnet, "addressPrefixes");
	if ((many && many->kind != BL_LIST) || (many && many->open))
		return place;
	add_prefix(e, &place.within, bl_edges_get(subnet, "addressPrefix"));
	for (uint32_t i = 0; many && i < many->n; i++)
		add_prefix(e, &place.within, many->list[i]);
	return place;
}

static bl_str words(bl_edges *e, const bl_thing *address, bool balanced, const gate *gates, const bl_value *const *rules)
{
	bl_buf out = {0};
	bl_buf_putf(&out, "it %s '" BL_FMT "'", balanced ? "stands behind the load balancer" : "has the public address",
		BL_ARG(bl_edges_name(e, address->node)));
	for (int i = 0; i < 2; i++) {
		bl_str rule = bl_value_text(bl_value_geti(rules[i], BL_STR("name")));
		if (!gates[i].known)
			continue;
		bl_buf_putf(&out, ", and '" BL_FMT "' lets any address in", BL_ARG(bl_edges_name(e, gates[i].group.node)));
		if (rule.n)
			bl_buf_putf(&out, " (rule '" BL_FMT "')", BL_ARG(rule));
	}
	if (gates[0].there == BL_NO && gates[1].there == BL_NO)
		bl_buf_putz(&out, ", and no network security group guards it");
	bl_str s = bl_str_dup(e->arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return s;
}

/* Standard addresses let nothing in without a group; Basic ones let everything in. */
static bl_net_flows unfiltered(bl_edges *e, const bl_thing *address)
{
	bl_tri basic = bl_edges_is(bl_value_at_path(address->body, BL_STR("sku.name")), "Basic", NULL);
	bl_net_flows all = bl_net_everything(e->arena);
	return basic == BL_YES ? all : basic == BL_MAYBE ? bl_net_perhaps(e->arena, all) : (bl_net_flows){0};
}

/* One way to an address of a machine: directly by a public address, or through a load balancer. */
typedef struct way {
	bl_thing through; /* the address or the balancer: its sku decides what happens without a group */
	bl_tri there;
	bool balanced;
	bl_net_flows only; /* what the balancer hands on */
} way;

static void add_way(bl_edges *e, const bl_thing *nic, const bl_value *config, const way *w, opening *out)
{
	bl_thing subnet = {0};
	gate gates[2] = {gate_at(e, nic->node, nic->body), {0}};
	const bl_value *subnet_id = bl_edges_get(config, "subnet.id");
	bool subnet_known = bl_edges_follow(e, nic->node, subnet_id, &subnet) && subnet.body;
	if (subnet_known)
		gates[1] = gate_at(e, subnet.node, subnet.body);
	else
		gates[1].there = BL_MAYBE;
	bl_firewall_place place = place_of(e, config, subnet_known ? subnet.body : NULL);
	bl_net_flows flows = bl_net_both(e->arena, through(e, &gates[0], &place), through(e, &gates[1], &place));
	if (gates[0].there == BL_NO && gates[1].there != BL_YES) {
		bl_net_flows bare = unfiltered(e, &w->through);
		/* the subnet may have a group or none: both ways are possible */
		flows = gates[1].there == BL_NO ? bare
						: bl_net_perhaps(e->arena, bl_net_either(e->arena, flows, bare));
	}
	if (w->balanced)
		flows = bl_net_both(e->arena, flows, w->only);
	if (w->there == BL_MAYBE)
		flows = bl_net_perhaps(e->arena, flows);
	bl_net_reach reach = bl_net_from_internet(e->arena, flows);
	if (!reach.may.n)
		return;
	out->flows = out->any ? bl_net_either(e->arena, out->flows, flows) : flows;
	if (out->any)
		return;
	const bl_value *rules[2] = {opener(e, &gates[0], &place, reach), opener(e, &gates[1], &place, reach)};
	out->any = true;
	out->why = words(e, &w->through, w->balanced, gates, rules);
	int by = rules[1] ? 1 : 0;
	if (rules[by])
		out->span = bl_edges_line(e, gates[by].group.node, rules[by], "securityRules",
			bl_value_text(bl_value_geti(rules[by], BL_STR("name"))));
	else
		out->span = bl_edges_line(e, w->through.node, NULL, NULL, BL_STR(""));
}

static void add_interface(bl_edges *e, const bl_thing *nic, const char *address_path, opening *out)
{
	const bl_value *configs = bl_edges_get(nic->body, "ipConfigurations");
	for (uint32_t i = 0; bl_value_is(configs, BL_LIST) && i < configs->n && i < MAX_INTERFACES; i++) {
		const bl_value *id = bl_edges_get(configs->list[i], address_path);
		if (!id)
			id = bl_edges_get(configs->list[i], "publicIPAddress.id");
		way direct = {.through = {nic->node, BL_STR(""), NULL}, .there = bl_edges_present(id)};
		bl_edges_follow(e, nic->node, id, &direct.through);
		if (direct.there != BL_NO)
			add_way(e, nic, configs->list[i], &direct, out);
		bl_balanced b;
		if (!bl_exposure_balanced(e, nic, configs->list[i], &b))
			continue;
		way balanced = {.through = {b.node, BL_STR(""), bl_graph_body(e->graph, b.node)}, .there = BL_YES, .balanced = true,
			.only = bl_net_services(e->arena, b.sure, b.may)};
		add_way(e, nic, configs->list[i], &balanced, out);
	}
}

static void finish(bl_edges *e, const bl_thing *thing, const opening *o)
{
	if (o->any)
		bl_edges_expose(e, thing->node, bl_net_from_internet(e->arena, o->flows), o->span, o->why);
}

static void machine(bl_edges *e, const bl_thing *thing)
{
	const bl_value *nics = bl_edges_get(thing->body, "networkProfile.networkInterfaces");
	opening o = {0};
	for (uint32_t i = 0; bl_value_is(nics, BL_LIST) && i < nics->n && i < MAX_INTERFACES; i++) {
		bl_thing nic;
		const bl_value *id = bl_value_geti(nics->list[i], BL_STR("id"));
		if (bl_edges_follow(e, thing->node, id ? id : nics->list[i], &nic) && nic.body)
			add_interface(e, &nic, "publicIPAddress.id", &o);
	}
	finish(e, thing, &o);
}

static void scale_set(bl_edges *e, const bl_thing *thing)
{
	const bl_value *nics = bl_edges_get(thing->body, "virtualMachineProfile.networkProfile.networkInterfaceConfigurations");
	opening o = {0};
	for (uint32_t i = 0; bl_value_is(nics, BL_LIST) && i < nics->n && i < MAX_INTERFACES; i++) {
		bl_thing nic = {thing->node, BL_STR(""), nics->list[i]};
		add_interface(e, &nic, "publicIPAddressConfiguration.name", &o);
	}
	finish(e, thing, &o);
}

void bl_exposure_azure(bl_edges *e, const bl_thing *thing)
{
	if (bl_str_eqiz(thing->type, "Microsoft.Compute/virtualMachines"))
		machine(e, thing);
	else if (bl_str_eqiz(thing->type, "Microsoft.Compute/virtualMachineScaleSets"))
		scale_set(e, thing);
}

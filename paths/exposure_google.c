/* Google Cloud: machines behind a network's firewall rules, buckets and databases open to all. */
#include "paths/edges.h"

#include "core/reason/firewall.h"

#define FIREWALL "compute.googleapis.com/Firewall"

enum { MAX_RULES = 1000, MAX_INTERFACES = 16 };

/* "default", "projects/p/global/networks/default" and a reference to it are one network. */
static bl_tri same_network(bl_edges *e, uint32_t a, const bl_value *x, uint32_t b, const bl_value *y)
{
	int64_t m = bl_graph_target(e->graph, a, x), n = bl_graph_target(e->graph, b, y);
	if (m >= 0 && n >= 0)
		return bl_tri_of(m == n);
	if (!bl_value_is(x, BL_STRING) || !bl_value_is(y, BL_STRING))
		return BL_MAYBE;
	bl_str s = x->string, t = y->string;
	s = bl_str_slice(s, (size_t)(bl_str_rfind_char(s, '/') + 1), s.n);
	t = bl_str_slice(t, (size_t)(bl_str_rfind_char(t, '/') + 1), t.n);
	return bl_tri_of(bl_str_eq(s, t));
}

/* Are both declared by one configuration, or both running? */
static bool same_world(const bl_edges *e, uint32_t a, uint32_t b)
{
	const bl_resource *x = bl_graph_node(e->graph, a)->resource, *y = bl_graph_node(e->graph, b)->resource;
	return x && y ? x->root == y->root : !x && !y;
}

static void instance(bl_edges *e, const bl_thing *thing)
{
	const bl_value *nics = bl_edges_get(thing->body, "networkInterfaces");
	const uint32_t *rules;
	size_t nrules = bl_graph_of_type(e->graph, BL_STR(FIREWALL), &rules);
	bl_firewall_place place = {.tags = bl_edges_get(thing->body, "tags.items")};
	for (uint32_t i = 0; bl_value_is(nics, BL_LIST) && i < nics->n && i < MAX_INTERFACES; i++) {
		const bl_value *outer = bl_value_geti(nics->list[i], BL_STR("accessConfigs"));
		const bl_value *network = bl_value_geti(nics->list[i], BL_STR("network"));
		bl_tri has = !outer ? BL_NO : outer->kind == BL_LIST && !outer->open ? bl_tri_of(outer->n > 0) : BL_MAYBE;
		if (has == BL_NO)
			continue;
		const bl_value *bodies[MAX_RULES];
		size_t n = 0;
		bool doubt = has == BL_MAYBE;
		bl_span span = bl_edges_line(e, thing->node, outer, NULL, BL_STR(""));
		bl_str name = {0};
		for (size_t k = 0; k < nrules && n < MAX_RULES; k++) {
			const bl_value *body = bl_graph_body(e->graph, rules[k]);
			const bl_value *properties = bl_value_geti(body, BL_STR("properties"));
			bl_tri same = body && same_world(e, thing->node, rules[k])
				? same_network(e, thing->node, network, rules[k], bl_edges_get(body, "network"))
				: BL_NO;
			if (same == BL_NO || !network)
				continue;
			doubt = doubt || same == BL_MAYBE;
			bodies[n++] = properties ? properties : body;
			bl_net_flows one = bl_firewall_google(e->arena, &bodies[n - 1], 1, &place);
			if (!name.n && bl_net_from_internet(e->arena, one).may.n) {
				span = bl_edges_line(e, rules[k], bl_edges_get(body, "sourceRanges"), NULL, BL_STR(""));
				name = bl_edges_name(e, rules[k]);
			}
		}
		bl_net_flows flows = bl_firewall_google(e->arena, bodies, n, &place);
		if (doubt)
			flows = bl_net_perhaps(e->arena, flows);
		bl_edges_expose(e, thing->node, bl_net_from_internet(e->arena, flows), span,
			bl_str_fmt(e->arena, "it has an external address, and firewall rule '" BL_FMT "' lets any address in",
				BL_ARG(name)));
	}
}

static bl_tri is_everybody(const bl_value *v)
{
	return bl_tri_or(bl_edges_is(v, "allUsers", "-"), bl_edges_is(v, "allAuthenticatedUsers", "-"));
}

static bl_tri everybody_in(const bl_value *list)
{
	bl_tri any = bl_value_is(list, BL_UNKNOWN) ? BL_MAYBE : BL_NO;
	for (uint32_t i = 0; bl_value_is(list, BL_LIST) && i < list->n; i++)
		any = bl_tri_or(any, is_everybody(list->list[i]));
	return any;
}

/* A role for everybody, in the bucket's own policy or in a binding that names the bucket. */
static bl_tri granted_to_all(bl_edges *e, const bl_thing *thing, bl_span *span)
{
	const bl_edge *const *edges;
	const bl_value *bindings = bl_value_at_path(thing->body, BL_STR("children.iamPolicy.bindings"));
	bl_tri any = BL_NO;
	if (!bindings)
		bindings = bl_edges_get(thing->body, "iamPolicy.bindings");
	for (uint32_t i = 0; bl_value_is(bindings, BL_LIST) && i < bindings->n; i++) {
		bl_tri t = everybody_in(bl_value_geti(bindings->list[i], BL_STR("members")));
		if (t > any) {
			any = t;
			*span = bl_edges_line(e, thing->node, bindings->list[i], NULL, BL_STR(""));
		}
	}
	size_t n = bl_graph_in(e->graph, thing->node, &edges);
	for (size_t i = 0; i < n; i++) {
		const bl_resource *r = bl_graph_node(e->graph, edges[i]->from)->resource;
		if (edges[i]->kind != BL_EDGE_REFERS || !r || !bl_str_starts(r->native_type, BL_STR("google_storage_bucket_iam_")))
			continue;
		const bl_value *member = bl_value_getz(r->native, "member"), *members = bl_value_getz(r->native, "members");
		bl_tri t = member ? is_everybody(member) : everybody_in(members);
		if (t > any) {
			any = t;
			*span = bl_edges_line(e, edges[i]->from, member ? member : members, NULL, BL_STR(""));
		}
	}
	return any;
}

static void bucket(bl_edges *e, const bl_thing *thing)
{
	bl_span span = bl_graph_node(e->graph, thing->node)->span;
	bl_tri granted = granted_to_all(e, thing, &span);
	bl_tri enforced = bl_edges_is(bl_edges_get(thing->body, "iamConfiguration.publicAccessPrevention"), "enforced", "inherited");
	bl_edges_expose_as(e, thing->node, "anonymous", bl_tri_and(granted, bl_tri_not(enforced)), span,
		BL_STR("a role on it is given to everybody, and public access prevention is off"));
}

static void database(bl_edges *e, const bl_thing *thing)
{
	const bl_value *address = bl_edges_get(thing->body, "settings.ipConfiguration.ipv4Enabled");
	const bl_value *list = bl_edges_get(thing->body, "settings.ipConfiguration.authorizedNetworks");
	bl_tri wide = list && (list->kind != BL_LIST || list->open) ? BL_MAYBE : BL_NO;
	const bl_value *opener = NULL;
	for (uint32_t i = 0; bl_value_is(list, BL_LIST) && i < list->n; i++) {
		const bl_value *v = bl_value_geti(list->list[i], BL_STR("value"));
		bl_addrs a;
		bl_tri t = BL_MAYBE;
		if (bl_value_is(v, BL_STRING) && bl_addrs_parse(e->arena, v->string, &a))
			t = bl_tri_of(bl_net_is_wide(e->arena, a));
		if (t > wide) {
			wide = t;
			opener = v;
		}
	}
	bl_edges_expose_as(e, thing->node, "tcp/3306, tcp/5432", bl_tri_and(bl_edges_true(address, BL_YES), wide),
		bl_edges_line(e, thing->node, opener, NULL, BL_STR("")), BL_STR("it has a public address and admits any other"));
}

void bl_exposure_google(bl_edges *e, const bl_thing *thing)
{
	if (bl_str_eqz(thing->type, "compute.googleapis.com/Instance"))
		instance(e, thing);
	else if (bl_str_eqz(thing->type, "storage.googleapis.com/Bucket"))
		bucket(e, thing);
	else if (bl_str_eqz(thing->type, "sqladmin.googleapis.com/Instance"))
		database(e, thing);
}

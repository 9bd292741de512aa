/* AWS: machines and databases behind security groups, and buckets that anybody may read. */
#include "paths/edges.h"

#include "core/reason/firewall.h"

enum { MAX_GROUPS = 64, MAX_STATEMENTS = 1000 };

/* The union of what the named security groups let in; *known tells whether any group was named and found. */
static bl_net_flows groups(bl_edges *e, const bl_thing *thing, const bl_value *list, bl_span *span, bl_str *name)
{
	bl_net_flows flows = {0};
	bl_tri hidden = !list || list->kind != BL_LIST || list->open ? BL_MAYBE : BL_NO;
	for (uint32_t i = 0; bl_value_is(list, BL_LIST) && i < list->n && i < MAX_GROUPS; i++) {
		bl_thing group;
		if (!bl_edges_follow(e, thing->node, list->list[i], &group) || !group.body) {
			hidden = BL_MAYBE;
			continue;
		}
		const bl_value *rules = bl_edges_get(group.body, "SecurityGroupIngress");
		bool unknown = rules && rules->kind != BL_LIST;
		bl_net_flows its = bl_firewall_aws(e->arena, !unknown && rules ? rules->list : NULL, !unknown && rules ? rules->n : 0,
			unknown || (rules && rules->open));
		bl_net_reach reach = bl_net_from_internet(e->arena, its);
		if (reach.may.n && !name->n) {
			*span = bl_edges_line(e, group.node, rules, NULL, BL_STR(""));
			*name = bl_edges_name(e, group.node);
		}
		flows = bl_net_either(e->arena, flows, its);
	}
	if (hidden != BL_NO)
		flows = bl_net_either(e->arena, flows, bl_net_perhaps(e->arena, bl_net_everything(e->arena)));
	return flows;
}

static bl_net_flows when(bl_edges *e, bl_tri there, bl_net_flows flows)
{
	return there == BL_YES ? flows : there == BL_MAYBE ? bl_net_perhaps(e->arena, flows) : (bl_net_flows){0};
}

static void instance(bl_edges *e, const bl_thing *thing)
{
	const bl_value *nics = bl_edges_get(thing->body, "NetworkInterfaces");
	const bl_value *first = bl_value_is(nics, BL_LIST) && nics->n ? nics->list[0] : NULL;
	const bl_value *address = bl_value_geti(first, BL_STR("AssociatePublicIpAddress"));
	if (!address)
		address = bl_edges_get(thing->body, "AssociatePublicIpAddress");
	const bl_value *assigned = bl_edges_get(thing->body, "PublicIpAddress");
	/* where nobody says, the subnet decides */
	bl_tri has = assigned ? bl_edges_present(assigned) : bl_edges_true(address, BL_MAYBE);
	const bl_value *list = bl_edges_get(thing->body, "SecurityGroupIds");
	if (!list && first)
		list = bl_value_geti(first, BL_STR("GroupSet"));
	bl_span span = bl_edges_line(e, thing->node, address, NULL, BL_STR(""));
	bl_str name = {0};
	/* without a group named, the default one stands: it takes traffic from its own members alone */
	bl_net_flows flows = list ? groups(e, thing, list, &span, &name) : (bl_net_flows){0};
	bl_net_reach reach = bl_net_from_internet(e->arena, when(e, has, flows));
	bl_str why = name.n ? bl_str_fmt(e->arena, "it has a public address, and '" BL_FMT "' lets any address in", BL_ARG(name))
			    : BL_STR("it may have a public address and an open security group");
	bl_edges_expose(e, thing->node, reach, span, why);
}

static void database(bl_edges *e, const bl_thing *thing)
{
	const bl_value *public = bl_edges_get(thing->body, "PubliclyAccessible");
	const bl_value *list = bl_edges_get(thing->body, "VPCSecurityGroups");
	const bl_value *port = bl_edges_get(thing->body, "Port");
	bl_tri has = bl_edges_true(public, BL_MAYBE);
	if (!public || has == BL_NO)
		return;
	bl_span span = bl_edges_line(e, thing->node, public, NULL, BL_STR(""));
	bl_str name = {0};
	bl_net_flows flows = list ? groups(e, thing, list, &span, &name) : (bl_net_flows){0};
	bl_net_reach reach = bl_net_from_internet(e->arena, when(e, has, flows));
	/* only its own port answers */
	uint16_t lo = 1024, hi = 65535;
	if (bl_value_is(port, BL_NUMBER) && port->number > 0 && port->number < 65536)
		lo = hi = (uint16_t)port->number;
	bl_ranges own = bl_net_tcp(e->arena, lo, hi);
	reach.sure = bl_ranges_intersect(e->arena, reach.sure, own);
	reach.may = bl_ranges_intersect(e->arena, reach.may, own);
	bl_edges_expose(e, thing->node, reach, span, BL_STR("it is publicly accessible, and a security group lets any address in"));
}

static bl_tri anybody(const bl_value *principal)
{
	const bl_value *v = bl_value_is(principal, BL_MAP) ? bl_value_getz(principal, "AWS") : principal;
	if (bl_value_is(v, BL_UNKNOWN))
		return BL_MAYBE;
	if (bl_value_is_string(v, "*"))
		return BL_YES;
	for (uint32_t i = 0; bl_value_is(v, BL_LIST) && i < v->n; i++)
		if (bl_value_is_string(v->list[i], "*"))
			return BL_YES;
	return BL_NO;
}

/* Does a policy document let everybody in? A condition may narrow it: maybe. */
static bl_tri public_policy(const bl_value *document)
{
	const bl_value *list = bl_value_getz(document, "Statement");
	if (!document || bl_value_is(document, BL_UNKNOWN) || bl_value_is(list, BL_UNKNOWN))
		return document ? BL_MAYBE : BL_NO;
	bl_tri any = BL_NO;
	const bl_value *one[] = {list};
	const bl_value *const *items = bl_value_is(list, BL_LIST) ? list->list : one;
	size_t n = bl_value_is(list, BL_LIST) ? list->n : list != NULL;
	for (size_t i = 0; i < n && i < MAX_STATEMENTS; i++) {
		if (bl_edges_is(bl_value_getz(items[i], "Effect"), "Allow", NULL) == BL_NO)
			continue;
		const bl_value *condition = bl_value_getz(items[i], "Condition");
		bl_tri t = anybody(bl_value_getz(items[i], "Principal"));
		any = bl_tri_or(any, condition ? bl_tri_and(t, BL_MAYBE) : t);
	}
	return any;
}

/* The policies that name the bucket: within it, or as resources of their own. */
static bl_tri policies_of(bl_edges *e, const bl_thing *thing, bl_span *span)
{
	const bl_edge *const *edges;
	bl_tri any = BL_NO;
	const bl_value *inner = bl_value_at_path(thing->body, BL_STR("children.policy.properties.PolicyDocument"));
	any = public_policy(inner ? inner : bl_edges_get(thing->body, "PolicyDocument"));
	size_t n = bl_graph_in(e->graph, thing->node, &edges);
	for (size_t i = 0; i < n; i++) {
		bl_str type = bl_graph_type(e->graph, edges[i]->from);
		if (edges[i]->kind != BL_EDGE_REFERS ||
			(!bl_str_eqiz(type, "AWS::S3::BucketPolicy") && !bl_str_eqiz(type, "aws_s3_bucket_policy")))
			continue;
		const bl_value *body = bl_graph_body(e->graph, edges[i]->from);
		const bl_value *document = bl_edges_get(body, "PolicyDocument");
		bl_tri t = public_policy(document);
		if (t > any) {
			any = t;
			*span = bl_edges_line(e, edges[i]->from, document, NULL, BL_STR(""));
		}
	}
	return any;
}

static void bucket(bl_edges *e, const bl_thing *thing)
{
	const bl_value *block = bl_edges_get(thing->body, "PublicAccessBlockConfiguration");
	const bl_value *acl = bl_edges_get(thing->body, "AccessControl");
	/* new buckets block everything; a configuration that leaves a switch out leaves it off */
	bl_tri unset = block ? BL_NO : BL_YES;
	bl_tri acl_closed = bl_edges_true(bl_value_geti(block, BL_STR("IgnorePublicAcls")), unset);
	bl_tri policy_closed = bl_edges_true(bl_value_geti(block, BL_STR("RestrictPublicBuckets")), unset);
	bl_tri by_acl = bl_tri_or(bl_edges_is(acl, "PublicRead", "Private"), bl_edges_is(acl, "PublicReadWrite", "Private"));
	bl_span span = bl_edges_line(e, thing->node, acl ? acl : block, NULL, BL_STR(""));
	bl_tri by_policy = policies_of(e, thing, &span);
	bl_tri sure = bl_tri_or(bl_tri_and(by_acl, bl_tri_not(acl_closed)), bl_tri_and(by_policy, bl_tri_not(policy_closed)));
	bl_edges_expose_as(e, thing->node, "anonymous", sure, span,
		by_policy >= by_acl ? BL_STR("its policy lets everybody in, and public access is not blocked")
				    : BL_STR("its access control list lets everybody read, and public access is not blocked"));
}

void bl_exposure_aws(bl_edges *e, const bl_thing *thing)
{
	if (bl_str_eqz(thing->type, "AWS::EC2::Instance"))
		instance(e, thing);
	else if (bl_str_eqz(thing->type, "AWS::RDS::DBInstance"))
		database(e, thing);
	else if (bl_str_eqz(thing->type, "AWS::S3::Bucket"))
		bucket(e, thing);
}

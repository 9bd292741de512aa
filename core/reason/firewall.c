#include "core/reason/firewall.h"

#include <stdlib.h>

/* A set known from below and from above. */
typedef struct addr_bounds {
	bl_addrs sure, may;
} addr_bounds;

typedef struct service_bounds {
	bl_ranges sure, may;
} service_bounds;

static bl_ranges all_services(bl_arena *arena)
{
	return bl_ranges_one(arena, 0, BL_NET_END - 1);
}

static bl_ranges run_of(bl_arena *arena, uint32_t first)
{
	return bl_ranges_one(arena, first, first + 0xffff);
}

static void add_unknown_address(bl_arena *arena, addr_bounds *b)
{
	b->may = bl_addrs_all(arena);
}

static void add_addresses(bl_arena *arena, addr_bounds *b, bl_addrs a)
{
	b->sure = bl_addrs_union(arena, b->sure, a);
	b->may = bl_addrs_union(arena, b->may, a);
}

/* A list, or one value as a list of one. */
static size_t elements(const bl_value *const *v, const bl_value *const **items)
{
	if (!*v || (*v)->kind == BL_NULL)
		return 0;
	if ((*v)->kind == BL_LIST) {
		*items = (*v)->list;
		return (*v)->n;
	}
	*items = v;
	return 1;
}

static bool parse_port(bl_str text, uint32_t *out)
{
	uint32_t n = 0;
	text = bl_str_trim(text);
	if (!text.n || text.n > 5)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		n = n * 10 + (uint32_t)(text.p[i] - '0');
	}
	*out = n;
	return n <= 0xffff;
}

/* "22", "1-1024", "*". */
static bool parse_ports(bl_str text, bl_range *out)
{
	bl_str head;
	uint32_t lo, hi;
	text = bl_str_trim(text);
	if (bl_str_eqz(text, "*")) {
		*out = (bl_range){0, 0xffff};
		return true;
	}
	bl_str rest = bl_str_cut(text, '-', &head);
	if (!parse_port(head, &lo))
		return false;
	if (head.n == text.n)
		hi = lo;
	else if (!parse_port(rest, &hi))
		return false;
	*out = (bl_range){lo, hi};
	return true;
}

/* A port as a number or as text; -1 when it is neither. */
static int32_t port_of(const bl_value *v)
{
	uint32_t n;
	if (bl_value_is(v, BL_NUMBER) && v->number >= 0 && v->number <= 0xffff)
		return (int32_t)v->number;
	return bl_value_is(v, BL_STRING) && parse_port(v->string, &n) ? (int32_t)n : -1;
}

/* Adds the ports of a value ("22", 22, a list of them; may be open or unknown) to bounds 0..65535. */
static void add_ports(bl_arena *arena, service_bounds *b, const bl_value *v)
{
	const bl_value *const *items = NULL;
	size_t n = elements(&v, &items);
	bool unknown = v && (v->kind == BL_UNKNOWN || v->open);
	for (size_t i = 0; i < n; i++) {
		bl_range r;
		const bl_value *e = items[i];
		bool good = bl_value_is(e, BL_STRING) && parse_ports(e->string, &r);
		if (bl_value_is(e, BL_NUMBER) && port_of(e) >= 0) {
			r = (bl_range){(bl_u128)port_of(e), (bl_u128)port_of(e)};
			good = true;
		}
		unknown = unknown || !good;
		if (!good)
			continue;
		bl_ranges one = bl_ranges_of(arena, &r, 1);
		b->sure = bl_ranges_union(arena, b->sure, one);
		b->may = bl_ranges_union(arena, b->may, one);
	}
	if (unknown)
		b->may = bl_ranges_one(arena, 0, 0xffff);
}

static bl_ranges shifted(bl_arena *arena, bl_ranges ports, uint32_t by)
{
	bl_range *items = bl_new_n(arena, bl_range, ports.n);
	for (size_t i = 0; i < ports.n; i++)
		items[i] = (bl_range){ports.items[i].lo + by, ports.items[i].hi + by};
	return (bl_ranges){items, ports.n};
}

typedef enum protocol { PROTO_ANY, PROTO_TCP, PROTO_UDP, PROTO_ICMP, PROTO_OTHER, PROTO_UNKNOWN } protocol;

static protocol protocol_of(const bl_value *v)
{
	static const struct {
		const char *name;
		protocol protocol;
	} names[] = {{"*", PROTO_ANY}, {"-1", PROTO_ANY}, {"1", PROTO_ICMP}, {"17", PROTO_UDP}, {"58", PROTO_ICMP},
		{"6", PROTO_TCP}, {"all", PROTO_ANY}, {"any", PROTO_ANY}, {"icmp", PROTO_ICMP}, {"icmpv6", PROTO_ICMP},
		{"tcp", PROTO_TCP}, {"udp", PROTO_UDP}};
	bl_str text = bl_value_is(v, BL_NUMBER) ? v->digits : bl_value_text(v);
	if (!bl_value_is(v, BL_NUMBER) && !bl_value_is(v, BL_STRING))
		return PROTO_UNKNOWN;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (bl_str_eqiz(text, names[i].name))
			return names[i].protocol;
	return PROTO_OTHER;
}

/* The services of a protocol on ports (which a protocol without ports ignores). */
static service_bounds services_of(bl_arena *arena, protocol p, service_bounds ports)
{
	service_bounds out = {0};
	if (p == PROTO_TCP)
		return ports;
	if (p == PROTO_UDP)
		return (service_bounds){shifted(arena, ports.sure, BL_NET_UDP),
			shifted(arena, ports.may, BL_NET_UDP)};
	if (p == PROTO_ICMP || p == PROTO_OTHER) {
		out.sure = out.may = run_of(arena, p == PROTO_ICMP ? BL_NET_ICMP : BL_NET_OTHER);
		/* one of the many other protocols: it never closes or opens all of them */
		if (p == PROTO_OTHER)
			out.sure = (bl_ranges){0};
		return out;
	}
	/* any protocol: where ports are named they bound TCP and UDP, and the rest is meant only with all ports */
	out.sure = bl_ranges_union(arena, ports.sure, shifted(arena, ports.sure, BL_NET_UDP));
	out.may = bl_ranges_union(arena, ports.may, shifted(arena, ports.may, BL_NET_UDP));
	bl_ranges rest = bl_ranges_one(arena, BL_NET_ICMP, BL_NET_END - 1);
	if (bl_ranges_count(ports.sure) == 0x10000)
		out.sure = bl_ranges_union(arena, out.sure, rest);
	if (bl_ranges_count(ports.may) == 0x10000)
		out.may = bl_ranges_union(arena, out.may, rest);
	if (p == PROTO_UNKNOWN)
		out.sure = (bl_ranges){0};
	return out;
}

/* Service tags are names; they begin with a letter and hold no ':' as an IPv6 address does. */
static bool is_tag(bl_str s)
{
	if (!s.n || !((s.p[0] | 32) >= 'a' && (s.p[0] | 32) <= 'z') || memchr(s.p, ':', s.n))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '/' || s.p[i] == '$' || s.p[i] == '{' || s.p[i] == '[')
			return false;
	return true;
}

static void add_azure_source(bl_arena *arena, const bl_value *v, const bl_firewall_place *place, addr_bounds *b)
{
	bl_addrs a;
	if (!bl_value_is(v, BL_STRING)) {
		add_unknown_address(arena, b);
		return;
	}
	bl_str s = bl_str_trim(v->string);
	if (bl_str_eqz(s, "*") || bl_str_eqiz(s, "any")) {
		add_addresses(arena, b, bl_addrs_all(arena));
	} else if (bl_str_eqiz(s, "Internet")) {
		add_addresses(arena, b, bl_addrs_subtract(arena, bl_net_internet(arena), place->vnet));
	} else if (bl_str_eqiz(s, "VirtualNetwork")) {
		add_addresses(arena, b, bl_addrs_union(arena, place->vnet,
			bl_addrs_subtract(arena, bl_addrs_all(arena), bl_net_internet(arena))));
	} else if (bl_str_eqiz(s, "AzureLoadBalancer")) {
		bl_addrs_parse(arena, BL_STR("168.63.129.16"), &a);
		add_addresses(arena, b, a);
	} else if (bl_addrs_parse(arena, s, &a)) {
		add_addresses(arena, b, a);
	} else if (bl_str_startsi(s, BL_STR("AzureCloud"))) {
		/* whoever rents a machine there has such an address */
		b->may = bl_addrs_union(arena, b->may, bl_net_internet(arena));
	} else if (!is_tag(s)) {
		add_unknown_address(arena, b);
	}
	/* any other service tag stands for a few addresses of one service, never for the internet */
}

static const bl_value *field(const bl_value *properties, const char *name)
{
	const bl_value *v = bl_value_geti(properties, bl_str_of(name));
	return bl_value_is(v, BL_NULL) ? NULL : v;
}

static addr_bounds azure_source(bl_arena *arena, const bl_value *p, const bl_firewall_place *place)
{
	addr_bounds b = {0};
	const bl_value *one = field(p, "sourceAddressPrefix"), *many = field(p, "sourceAddressPrefixes");
	const bl_value *groups = field(p, "sourceApplicationSecurityGroups");
	const bl_value *const *items = NULL;
	if (one && !(bl_value_is(one, BL_STRING) && !one->string.n))
		add_azure_source(arena, one, place, &b);
	size_t n = elements(&many, &items);
	for (size_t i = 0; i < n; i++)
		add_azure_source(arena, items[i], place, &b);
	if ((many && many->open) || bl_value_is(groups, BL_UNKNOWN))
		add_unknown_address(arena, &b);
	/* members of an application security group have private addresses */
	if (!one && !n && !groups)
		add_unknown_address(arena, &b);
	return b;
}

static bl_tri destination_matches(bl_arena *arena, const bl_value *v, const bl_firewall_place *place)
{
	bl_addrs a;
	if (!bl_value_is(v, BL_STRING))
		return BL_MAYBE;
	if (bl_str_eqz(v->string, "*") || bl_str_eqiz(v->string, "VirtualNetwork") ||
		bl_str_eqiz(v->string, "any"))
		return BL_YES;
	if (is_tag(v->string))
		return BL_NO;
	if (!bl_addrs_parse(arena, v->string, &a))
		return BL_MAYBE;
	if (bl_ranges_count(a.v4) > UINT32_MAX)
		return BL_YES;
	if (bl_addrs_empty(place->within))
		return BL_MAYBE;
	if (bl_addrs_empty(bl_addrs_subtract(arena, place->within, a)))
		return BL_YES;
	return bl_addrs_empty(bl_addrs_intersect(arena, place->within, a)) ? BL_NO : BL_MAYBE;
}

static bl_tri azure_destination(bl_arena *arena, const bl_value *p, const bl_firewall_place *place)
{
	const bl_value *one = field(p, "destinationAddressPrefix"), *many = field(p, "destinationAddressPrefixes");
	const bl_value *const *items = NULL;
	bl_tri to = BL_NO;
	size_t n = elements(&many, &items);
	if (field(p, "destinationApplicationSecurityGroups") || (!one && !n))
		to = BL_MAYBE;
	if (one && !(bl_value_is(one, BL_STRING) && !one->string.n))
		to = bl_tri_or(to, destination_matches(arena, one, place));
	for (size_t i = 0; i < n; i++)
		to = bl_tri_or(to, destination_matches(arena, items[i], place));
	return many && many->open ? bl_tri_or(to, BL_MAYBE) : to;
}

static bool any_source_port(const bl_value *p)
{
	const bl_value *one = field(p, "sourcePortRange"), *many = field(p, "sourcePortRanges");
	if (one && !bl_value_is_string(one, "*") && !bl_value_is_string(one, "") &&
		!bl_value_is_string(one, "0-65535"))
		return false;
	return !bl_value_is(many, BL_LIST) || !many->n || bl_value_is_string(many->list[0], "*");
}

static bl_tri word_is(const bl_value *v, const char *word)
{
	return bl_value_is(v, BL_STRING) ? bl_tri_of(bl_str_eqiz(v->string, word)) : BL_MAYBE;
}

bool bl_firewall_azure_rule(bl_arena *arena, const bl_value *rule, const bl_firewall_place *place, bl_net_rule *out)
{
	const bl_value *p = field(rule, "properties");
	if (!p)
		p = rule;
	bl_tri inbound = word_is(field(p, "direction"), "Inbound");
	if (inbound == BL_NO)
		return false;
	*out = (bl_net_rule){0};
	const bl_value *priority = field(p, "priority");
	if (bl_value_is(priority, BL_NUMBER) && priority->number >= 0 && priority->number < 1e6)
		out->priority = (int64_t)priority->number;
	else
		out->priority_unknown = true;
	out->allow = word_is(field(p, "access"), "Allow");
	out->to = bl_tri_and(azure_destination(arena, p, place), inbound);
	addr_bounds from = azure_source(arena, p, place);
	service_bounds ports = {0};
	const bl_value *one = field(p, "destinationPortRange"), *many = field(p, "destinationPortRanges");
	if (one && !bl_value_is_string(one, ""))
		add_ports(arena, &ports, one);
	if (many)
		add_ports(arena, &ports, many);
	if (!one && !many)
		ports.may = bl_ranges_one(arena, 0, 0xffff);
	service_bounds services = services_of(arena, protocol_of(field(p, "protocol")), ports);
	/* a stranger picks the source port: a denial of some is none, an allowance of some is one */
	if (!any_source_port(p) && out->allow == BL_NO)
		services = (service_bounds){0};
	out->services_sure = services.sure;
	out->services_may = services.may;
	out->from_sure = from.sure;
	out->from_may = from.may;
	return true;
}

static bl_net_rule azure_default(bl_arena *arena, int64_t priority, const char *source, bl_tri allow,
	const bl_firewall_place *place)
{
	addr_bounds from = {0};
	bl_value word = {.kind = BL_STRING, .string = bl_str_of(source)};
	add_azure_source(arena, &word, place, &from);
	bl_ranges all = all_services(arena);
	return (bl_net_rule){.priority = priority, .allow = allow, .to = BL_YES, .services_sure = all,
		.services_may = all, .from_sure = from.sure, .from_may = from.may};
}

bl_net_flows bl_firewall_azure(bl_arena *arena, const bl_value *const *rules, size_t n, bool open,
	const bl_firewall_place *place)
{
	static const bl_firewall_place nowhere;
	bl_arena scratch = {0};
	if (!place)
		place = &nowhere;
	bl_net_rule *made = bl_new_n(&scratch, bl_net_rule, n + 3);
	size_t count = 0;
	for (size_t i = 0; i < n && count <= BL_NET_MAX_RULES; i++)
		if (bl_firewall_azure_rule(&scratch, rules[i], place, &made[count]))
			count++;
	made[count++] = azure_default(&scratch, 65000, "VirtualNetwork", BL_YES, place);
	made[count++] = azure_default(&scratch, 65001, "AzureLoadBalancer", BL_YES, place);
	made[count++] = azure_default(&scratch, 65500, "*", BL_NO, place);
	bl_net_flows flows = open ? bl_net_perhaps(arena, bl_net_everything(arena))
				  : bl_net_evaluate(arena, made, count);
	bl_arena_done(&scratch);
	return flows;
}

static void add_cidrs(bl_arena *arena, const bl_value *v, addr_bounds *b)
{
	const bl_value *const *items = NULL;
	size_t n = elements(&v, &items);
	bl_addrs a;
	for (size_t i = 0; i < n; i++) {
		if (bl_value_is(items[i], BL_STRING) && bl_addrs_parse(arena, items[i]->string, &a))
			add_addresses(arena, b, a);
		else
			add_unknown_address(arena, b);
	}
	if (v && v->open)
		add_unknown_address(arena, b);
}

static void aws_rule(bl_arena *arena, const bl_value *rule, bl_net_rule *out)
{
	addr_bounds from = {0};
	*out = (bl_net_rule){.allow = BL_YES, .to = BL_YES};
	if (!bl_value_is(rule, BL_MAP)) {
		add_unknown_address(arena, &from);
		out->from_may = from.may;
		out->services_may = all_services(arena);
		return;
	}
	const bl_value *v4 = field(rule, "CidrIp"), *v6 = field(rule, "CidrIpv6");
	add_cidrs(arena, v4, &from);
	add_cidrs(arena, v6, &from);
	/* a prefix list's content stands elsewhere; another security group's members have private addresses */
	if (field(rule, "SourcePrefixListId"))
		add_unknown_address(arena, &from);
	const bl_value *lo = field(rule, "FromPort"), *hi = field(rule, "ToPort");
	protocol p = protocol_of(field(rule, "IpProtocol"));
	service_bounds ports = {0};
	int32_t first = port_of(lo), last = port_of(hi);
	if (p == PROTO_ANY || p == PROTO_ICMP || p == PROTO_OTHER || (!lo && !hi)) {
		ports.sure = ports.may = bl_ranges_one(arena, 0, 0xffff);
	} else if (first >= 0 && last >= 0) {
		ports.sure = ports.may = bl_ranges_one(arena, (bl_u128)first, (bl_u128)last);
	} else {
		ports.may = bl_ranges_one(arena, 0, 0xffff);
	}
	service_bounds services = services_of(arena, p, ports);
	out->services_sure = services.sure;
	out->services_may = services.may;
	out->from_sure = from.sure;
	out->from_may = from.may;
}

bl_net_flows bl_firewall_aws(bl_arena *arena, const bl_value *const *rules, size_t n, bool open)
{
	bl_arena scratch = {0};
	bl_net_rule *made = bl_new_n(&scratch, bl_net_rule, n + 1);
	for (size_t i = 0; i < n; i++)
		aws_rule(&scratch, rules[i], &made[i]);
	/* groups only allow: rules that are not listed can open more and close nothing */
	if (open)
		aws_rule(&scratch, NULL, &made[n]);
	bl_net_flows flows = bl_net_evaluate(arena, made, n + open);
	bl_arena_done(&scratch);
	return flows;
}

static bl_tri google_target(const bl_value *rule, const bl_value *machine)
{
	const bl_value *tags = field(rule, "targetTags"), *accounts = field(rule, "targetServiceAccounts");
	if (!tags && !accounts)
		return BL_YES;
	if (!bl_value_is(tags, BL_LIST) || bl_value_is(machine, BL_UNKNOWN))
		return BL_MAYBE;
	if (!tags->n && !tags->open && !accounts)
		return BL_YES;
	bl_tri any = tags->open || (machine && machine->open) ? BL_MAYBE : BL_NO;
	for (uint32_t i = 0; i < tags->n; i++)
		for (uint32_t k = 0; bl_value_is(machine, BL_LIST) && k < machine->n; k++)
			any = bl_tri_or(any, bl_value_equal(tags->list[i], machine->list[k]));
	return any;
}

static service_bounds google_services(bl_arena *arena, const bl_value *entries)
{
	service_bounds out = {0};
	if (!bl_value_is(entries, BL_LIST) || entries->open)
		out.may = all_services(arena);
	for (uint32_t i = 0; bl_value_is(entries, BL_LIST) && i < entries->n; i++) {
		const bl_value *e = entries->list[i], *ports = field(e, "ports");
		service_bounds b = {0};
		if (ports && !(ports->kind == BL_LIST && !ports->n && !ports->open))
			add_ports(arena, &b, ports);
		else
			b.sure = b.may = bl_ranges_one(arena, 0, 0xffff);
		b = services_of(arena, protocol_of(field(e, "IPProtocol")), b);
		out.sure = bl_ranges_union(arena, out.sure, b.sure);
		out.may = bl_ranges_union(arena, out.may, b.may);
	}
	return out;
}

/* False when the rule is surely no inbound rule or switched off. */
static bool google_rule(bl_arena *arena, const bl_value *rule, const bl_firewall_place *place, bl_net_rule *out)
{
	const bl_value *direction = field(rule, "direction"), *disabled = field(rule, "disabled");
	const bl_value *priority = field(rule, "priority"), *ranges = field(rule, "sourceRanges");
	const bl_value *allowed = field(rule, "allowed"), *denied = field(rule, "denied");
	bl_tri live = direction ? word_is(direction, "INGRESS") : BL_YES;
	if (disabled)
		live = bl_tri_and(live, disabled->kind == BL_BOOL ? bl_tri_of(!disabled->boolean) : BL_MAYBE);
	if (live == BL_NO)
		return false;
	*out = (bl_net_rule){.priority = 1000, .to = bl_tri_and(live, google_target(rule, place->tags))};
	if (priority && priority->kind == BL_NUMBER && priority->number >= 0 && priority->number < 1e6)
		out->priority = (int64_t)priority->number;
	else
		out->priority_unknown = priority != NULL;
	bool denies = denied && !(denied->kind == BL_LIST && !denied->n && !denied->open);
	out->allow = bl_value_is(allowed, BL_UNKNOWN) && denies ? BL_MAYBE : bl_tri_of(!denies);
	service_bounds services = google_services(arena, denies ? denied : allowed);
	addr_bounds from = {0};
	add_cidrs(arena, ranges, &from);
	/* nothing named as source is the whole internet; named tags and accounts are private */
	bool none = !ranges || (ranges->kind == BL_LIST && !ranges->n && !ranges->open);
	if (none && !field(rule, "sourceTags") && !field(rule, "sourceServiceAccounts"))
		add_addresses(arena, &from, bl_addrs_all(arena));
	out->services_sure = services.sure;
	out->services_may = services.may;
	out->from_sure = from.sure;
	out->from_may = from.may;
	return true;
}

bl_net_flows bl_firewall_google(bl_arena *arena, const bl_value *const *rules, size_t n, const bl_firewall_place *place)
{
	static const bl_firewall_place nowhere;
	bl_arena scratch = {0};
	bl_net_rule *made = bl_new_n(&scratch, bl_net_rule, n);
	size_t count = 0;
	for (size_t i = 0; i < n; i++)
		if (google_rule(&scratch, rules[i], place ? place : &nowhere, &made[count]))
			count++;
	bl_net_flows flows = bl_net_evaluate(arena, made, count);
	bl_arena_done(&scratch);
	return flows;
}

bl_tri bl_firewall_range_is_wide(bl_arena *arena, const bl_value *start, const bl_value *end)
{
	bl_addrs a, b;
	if (!bl_value_is(start, BL_STRING) || !bl_value_is(end, BL_STRING))
		return BL_MAYBE;
	if (!bl_addrs_parse(arena, start->string, &a) || !bl_addrs_parse(arena, end->string, &b) || !a.v4.n || !b.v4.n)
		return BL_MAYBE;
	a.v4 = bl_ranges_one(arena, a.v4.items[0].lo, b.v4.items[0].lo);
	return bl_tri_of(bl_net_is_wide(arena, a));
}

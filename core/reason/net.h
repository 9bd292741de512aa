/* Packet filters, three-valued: which traffic surely passes, which may. Exact over addresses, protocols and ports. */
#ifndef BL_CORE_REASON_NET_H
#define BL_CORE_REASON_NET_H

#include "core/base/tri.h"
#include "core/reason/ranges.h"

/* A service is a protocol and a port in one number: BL_NET_UDP + 53. A protocol without ports takes the whole of its run. */
enum {
	BL_NET_TCP = 0,
	BL_NET_UDP = 1 << 16,
	BL_NET_ICMP = 2 << 16,
	BL_NET_OTHER = 3 << 16, /* every other protocol, as one */
	BL_NET_END = 4 << 16,
	BL_NET_MAX_RULES = 1000
};

/* What a rule says of traffic, from below and from above: sure is what it surely matches, may what it can match at most. */
typedef struct bl_net_rule {
	int64_t priority; /* the lowest is asked first */
	bool priority_unknown;
	bl_tri allow; /* NO denies; MAYBE when that is not known */
	bl_tri to;    /* does it apply to the machine in question? */
	bl_ranges services_sure, services_may;
	bl_addrs from_sure, from_may;
} bl_net_rule;

/* Traffic to services lo..hi: the sources that surely pass, and those that may. sure is within may. */
typedef struct bl_net_flow {
	uint32_t lo, hi;
	bl_addrs sure, may;
} bl_net_flow;

/* Sorted, disjoint; a service in no flow is closed. */
typedef struct bl_net_flows {
	const bl_net_flow *items;
	size_t n;
} bl_net_flows;

/* First match wins, at equal priority a denial; what no rule matches is denied. Past BL_NET_MAX_RULES everything may pass. */
bl_net_flows bl_net_evaluate(bl_arena *arena, const bl_net_rule *rules, size_t n);
/* No filter at all. */
bl_net_flows bl_net_everything(bl_arena *arena);
/* Everything to some services and nothing to others: sure surely, may at most. */
bl_net_flows bl_net_services(bl_arena *arena, bl_ranges sure, bl_ranges may);
/* Through both filters. */
bl_net_flows bl_net_both(bl_arena *arena, bl_net_flows a, bl_net_flows b);
/* Through either. */
bl_net_flows bl_net_either(bl_arena *arena, bl_net_flows a, bl_net_flows b);
/* The same, when it is not known whether the filter stands there: what may pass. */
bl_net_flows bl_net_perhaps(bl_arena *arena, bl_net_flows a);

/* Addresses that strangers have: all public ones. */
bl_addrs bl_net_internet(bl_arena *arena);
/* Wide enough to be called the internet: more public addresses than a /8 (IPv6: a /16) holds. */
bool bl_net_is_wide(bl_arena *arena, bl_addrs addrs);

/* The services that the internet reaches (from a wide part of it): surely, and at most. */
typedef struct bl_net_reach {
	bl_ranges sure, may;
} bl_net_reach;
bl_net_reach bl_net_from_internet(bl_arena *arena, bl_net_flows flows);
/* Is any of the services open? */
bl_tri bl_net_reaches(bl_arena *arena, bl_net_reach reach, bl_ranges services);

bl_ranges bl_net_tcp(bl_arena *arena, uint16_t lo, uint16_t hi);
/* Services in words: "tcp/22, tcp/80-443, udp/53", "any". */
bl_str bl_net_text(bl_arena *arena, bl_ranges services);
/* The services that bl_net_text's words stand for; words it never writes stand for none. */
bl_ranges bl_net_parse(bl_arena *arena, bl_str text);

#endif

/* Clouds' packet filters, in their canonical shapes, read into the rules of net.h. Unknown parts stay unknown. */
#ifndef BL_CORE_REASON_FIREWALL_H
#define BL_CORE_REASON_FIREWALL_H

#include "core/base/value.h"
#include "core/reason/net.h"

/* What is known of the place a filter guards. Zeroed: nothing. */
typedef struct bl_firewall_place {
	bl_addrs within; /* the machine's private address is one of these; empty: not known */
	bl_addrs vnet;   /* public addresses that the virtual network uses as its own; usually none */
	const bl_value *tags; /* Google: the machine's network tags, or NULL for none */
} bl_firewall_place;

/*
 * What a network security group lets in: its inbound securityRules (each {name, properties: {...}}, or the properties alone) with
 * Azure's default rules behind them. open: there may be rules that are not listed.
 */
bl_net_flows bl_firewall_azure(bl_arena *arena, const bl_value *const *rules, size_t n, bool open,
	const bl_firewall_place *place);
/* One rule; false when it is surely no inbound rule. */
bool bl_firewall_azure_rule(bl_arena *arena, const bl_value *rule, const bl_firewall_place *place, bl_net_rule *out);

/* What a security group's ingress rules ({IpProtocol, FromPort, ToPort, CidrIp, CidrIpv6, ...}) let in. */
bl_net_flows bl_firewall_aws(bl_arena *arena, const bl_value *const *rules, size_t n, bool open);

/* What a network's firewall rules (compute.googleapis.com/Firewall) let in to a machine at place. */
bl_net_flows bl_firewall_google(bl_arena *arena, const bl_value *const *rules, size_t n,
	const bl_firewall_place *place);

/* Does SQL-style firewall rule {startIpAddress, endIpAddress} admit the internet (a wide part of it)? */
bl_tri bl_firewall_range_is_wide(bl_arena *arena, const bl_value *start, const bl_value *end);

#endif

/* Address blocks: parseCidr, cidrSubnet, cidrHost. */
#include "eval/functions/azure.h"

#include "core/codec/cidr.h"

#include <sys/socket.h>

static bool read_block(bl_azure_args *c, bl_cidr *b)
{
	if (c->args[0]->kind == BL_STRING && bl_cidr_read(c->arena, c->args[0]->string, b))
		return true;
	c->wrong = "this is no block of addresses";
	return false;
}

static void put(bl_azure_args *c, bl_azure_map *m, const char *key, const bl_cidr *address)
{
	bl_azure_put(c->azure, m,
		&(bl_item){bl_str_of(key), c->span, bl_azure_string(c, bl_cidr_print(c->arena, address, false))});
}

/* The last number that fits a block's host bits, or as large as 64 bits hold. */
static uint64_t last_host(const bl_cidr *b)
{
	int bits = 8 * b->size - (int)b->prefix;
	return bits < 64 ? (UINT64_C(1) << bits) - 1 : UINT64_MAX;
}

/* IPv4 keeps its first and last address for the network itself; IPv6 has no such thing. */
const bl_value *bl_azure_fn_parse_cidr(bl_azure_args *c)
{
	bl_cidr b;
	bl_azure_map m = {0};
	if (!read_block(c, &b))
		return NULL;
	bl_cidr mask = b, last = b, first = b;
	bool reserved = b.family == AF_INET && b.prefix <= 30;
	bl_cidr_fill(&mask, 0, true);
	bl_cidr_fill(&mask, (int)b.prefix, false);
	bl_cidr_fill(&last, (int)b.prefix, true);
	put(c, &m, "network", &b);
	put(c, &m, "netmask", &mask);
	if (b.family == AF_INET)
		put(c, &m, "broadcast", &last);
	if (reserved) {
		bl_cidr_set(&first, 1, (int)b.prefix, 32);
		last.bytes[3] &= 0xfe;
	} else if (b.family == AF_INET) {
		last = b; /* a block of one or two addresses has none to spare */
	}
	put(c, &m, "firstUsable", &first);
	put(c, &m, "lastUsable", &last);
	bl_azure_put(c->azure, &m, &(bl_item){BL_STR("cidr"), c->span, bl_azure_number(c->azure, c->span, b.prefix)});
	return bl_azure_map_value(c->azure, c->span, &m);
}

const bl_value *bl_azure_fn_cidr_subnet(bl_azure_args *c)
{
	bl_cidr b;
	int64_t prefix, n;
	if (!read_block(c, &b))
		return NULL;
	if (!bl_azure_int(c->args[1], &prefix) || !bl_azure_int(c->args[2], &n) || n < 0)
		return bl_azure_wrong(c, "a prefix length and the number of a subnet are needed");
	if (prefix < b.prefix || prefix > 8 * b.size)
		return bl_azure_wrong(c, "a subnet of this length does not fit the block");
	if (!bl_cidr_set(&b, (uint64_t)n, (int)b.prefix, (int)prefix))
		return bl_azure_wrong(c, "the block has no such subnet");
	b.prefix = prefix;
	return bl_azure_string(c, bl_cidr_print(c->arena, &b, true));
}

/* Number 0 is the address after the network's own. */
const bl_value *bl_azure_fn_cidr_host(bl_azure_args *c)
{
	bl_cidr b;
	int64_t n;
	if (!read_block(c, &b))
		return NULL;
	if (!bl_azure_int(c->args[1], &n) || n < 0)
		return bl_azure_wrong(c, "the number of a host is needed");
	uint64_t last = last_host(&b);
	if (b.family == AF_INET && last)
		last--; /* the broadcast address */
	if ((uint64_t)n >= last)
		return bl_azure_wrong(c, "the block has no such host");
	bl_cidr_set(&b, (uint64_t)n + 1, (int)b.prefix, 8 * b.size);
	return bl_azure_string(c, bl_cidr_print(c->arena, &b, false));
}

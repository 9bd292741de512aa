/* Blocks of IPv4 and IPv6 addresses: 10.0.0.0/8, fd00::/48. */
#ifndef BL_CORE_CODEC_CIDR_H
#define BL_CORE_CODEC_CIDR_H

#include "core/base/str.h"

typedef struct bl_cidr {
	unsigned char bytes[16]; /* in network order; those past size are not read */
	int family;       /* AF_INET or AF_INET6 */
	int size;         /* 4 or 16 bytes */
	long long prefix; /* bits, 0 to 8 * size */
} bl_cidr;

/* The block that text names, host bits cleared; false when it is none. 010.1.0.0 is 10.1.0.0, not octal. */
bool bl_cidr_read(bl_arena *arena, bl_str text, bl_cidr *out);
/* The first address, and with prefix the "/24" too. */
bl_str bl_cidr_print(bl_arena *arena, const bl_cidr *block, bool prefix);
/* Sets the bits of n, which end before bit end and begin at bit begin at the earliest; false when they do not fit. */
bool bl_cidr_set(bl_cidr *block, unsigned long long n, int begin, int end);
/* All bits from begin on set, or cleared. */
void bl_cidr_fill(bl_cidr *block, int begin, bool set);

#endif

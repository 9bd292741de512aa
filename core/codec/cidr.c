#include "core/codec/cidr.h"

#include "core/codec/number.h"

#include <arpa/inet.h>

static char *without_zeros(bl_arena *arena, bl_str s)
{
	char *p = bl_arena_alloc(arena, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		bool begins = i == 0 || s.p[i - 1] == '.' || (n && p[n - 1] == '.');
		bool more = i + 1 < s.n && s.p[i + 1] >= '0' && s.p[i + 1] <= '9';
		if (s.p[i] == '0' && more && (begins || n == 0))
			continue;
		p[n++] = s.p[i];
	}
	return p;
}

void bl_cidr_fill(bl_cidr *b, int begin, bool set)
{
	for (int bit = begin; bit < 8 * b->size; bit++) {
		unsigned char one = (unsigned char)(0x80 >> bit % 8);
		b->bytes[bit / 8] = (unsigned char)(set ? b->bytes[bit / 8] | one : b->bytes[bit / 8] & ~one);
	}
}

bool bl_cidr_read(bl_arena *arena, bl_str s, bl_cidr *b)
{
	bl_str address;
	bl_str length = bl_str_cut(s, '/', &address);
	*b = (bl_cidr){.family = bl_str_find(address, BL_STR(":"), 0) >= 0 ? AF_INET6 : AF_INET};
	b->size = b->family == AF_INET ? 4 : 16;
	if (!length.n || length.n > 3 || !bl_number_integer(length, &b->prefix) || b->prefix < 0 || b->prefix > 8 * b->size)
		return false;
	if (inet_pton(b->family, b->family == AF_INET ? without_zeros(arena, address) : bl_str_z(arena, address), b->bytes) != 1)
		return false;
	bl_cidr_fill(b, (int)b->prefix, false);
	return true;
}

bool bl_cidr_set(bl_cidr *b, unsigned long long n, int begin, int end)
{
	for (int bit = end - 1; bit >= begin; bit--, n >>= 1)
		if (n & 1)
			b->bytes[bit / 8] |= (unsigned char)(0x80 >> bit % 8);
	return n == 0;
}

bl_str bl_cidr_print(bl_arena *arena, const bl_cidr *b, bool prefix)
{
	char text[INET6_ADDRSTRLEN];
	inet_ntop(b->family, b->bytes, text, sizeof text);
	return prefix ? bl_str_fmt(arena, "%s/%lld", text, b->prefix) : bl_str_dup(arena, bl_str_of(text));
}

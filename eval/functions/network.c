/* Functions over address blocks. */
#include "core/codec/number.h"
#include "eval/functions/functions.h"

#include <arpa/inet.h>

typedef struct block {
	unsigned char bytes[16];
	int family, size; /* size: 4 or 16 bytes */
	long long prefix;
} block;

/* 010.001.0.0 is 10.1.0.0 here, not octal. */
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

static bool read_block(bl_tf_args *a, bl_str s, block *b)
{
	bl_str address;
	bl_str length = bl_str_cut(s, '/', &address);
	*b = (block){.family = bl_str_find(address, BL_STR(":"), 0) >= 0 ? AF_INET6 : AF_INET};
	b->size = b->family == AF_INET ? 4 : 16;
	if (!length.n || length.n > 3 || !bl_number_integer(length, &b->prefix) || b->prefix < 0 || b->prefix > 8 * b->size)
		return false;
	if (inet_pton(b->family, b->family == AF_INET ? without_zeros(a->arena, address) : bl_str_z(a->arena, address), b->bytes) != 1)
		return false;
	for (int bit = (int)b->prefix; bit < 8 * b->size; bit++)
		b->bytes[bit / 8] &= (unsigned char)~(0x80 >> bit % 8);
	return true;
}

/* Writes the low bits of n so that they end before bit end; false when they do not fit between begin and end. */
static bool set_bits(block *b, unsigned long long n, int begin, int end)
{
	for (int bit = end - 1; bit >= begin; bit--, n >>= 1)
		if (n & 1)
			b->bytes[bit / 8] |= (unsigned char)(0x80 >> bit % 8);
	return n == 0;
}

static bl_str print(bl_tf_args *a, const block *b, bool prefix)
{
	char text[INET6_ADDRSTRLEN];
	inet_ntop(b->family, b->bytes, text, sizeof text);
	return prefix ? bl_str_fmt(a->arena, "%s/%lld", text, b->prefix) : bl_str_dup(a->arena, bl_str_of(text));
}

static const bl_value *no_block(bl_tf_args *a)
{
	return bl_tf_refuse(a, "'" BL_FMT "' is no address block", BL_ARG(a->v[0]->string));
}

const bl_value *bl_tf_fn_cidrhost(bl_tf_args *a)
{
	block b;
	long long n;
	if (!read_block(a, a->v[0]->string, &b))
		return no_block(a);
	if (!bl_number_integer(a->v[1]->digits, &n))
		return bl_tf_refuse(a, "the host number must be a whole number");
	int host = 8 * b.size - (int)b.prefix;
	if (n < 0) {
		/* counted from the end */
		if (host < 62 && -n > (1LL << host))
			return bl_tf_refuse(a, "the block has no such host");
		for (int bit = (int)b.prefix; bit < 8 * b.size; bit++)
			b.bytes[bit / 8] |= (unsigned char)(0x80 >> bit % 8);
		unsigned long long back = (unsigned long long)(-(n + 1));
		for (int bit = 8 * b.size - 1; bit >= (int)b.prefix && back; bit--, back >>= 1)
			if (back & 1)
				b.bytes[bit / 8] &= (unsigned char)~(0x80 >> bit % 8);
		return bl_tf_text(a, print(a, &b, false));
	}
	if (!set_bits(&b, (unsigned long long)n, (int)b.prefix, 8 * b.size))
		return bl_tf_refuse(a, "the block has no such host");
	return bl_tf_text(a, print(a, &b, false));
}

const bl_value *bl_tf_fn_cidrnetmask(bl_tf_args *a)
{
	block b;
	if (!read_block(a, a->v[0]->string, &b))
		return no_block(a);
	if (b.family != AF_INET)
		return bl_tf_refuse(a, "only IPv4 blocks have a mask");
	for (int bit = 0; bit < 32; bit++) {
		unsigned char one = (unsigned char)(0x80 >> bit % 8);
		b.bytes[bit / 8] = (unsigned char)(bit < b.prefix ? b.bytes[bit / 8] | one : b.bytes[bit / 8] & ~one);
	}
	return bl_tf_text(a, print(a, &b, false));
}

const bl_value *bl_tf_fn_cidrsubnet(bl_tf_args *a)
{
	block b;
	long long bits, n;
	if (!read_block(a, a->v[0]->string, &b))
		return no_block(a);
	if (!bl_number_integer(a->v[1]->digits, &bits) || !bl_number_integer(a->v[2]->digits, &n) || n < 0)
		return bl_tf_refuse(a, "the new bits and the number must be whole numbers");
	if (bits < 0 || bits > 8 * b.size - b.prefix)
		return bl_tf_refuse(a, "%lld more bits do not fit a prefix of %lld", bits, b.prefix);
	if (!set_bits(&b, (unsigned long long)n, (int)b.prefix, (int)(b.prefix + bits)))
		return bl_tf_refuse(a, "%lld bits cannot number %lld", bits, n);
	b.prefix += bits;
	return bl_tf_text(a, print(a, &b, true));
}

/* Adds one to the address's first prefix bits; false when that runs over. */
static bool next_block(block *b, long long prefix)
{
	for (long long bit = prefix - 1; bit >= 0; bit--) {
		unsigned char one = (unsigned char)(0x80 >> bit % 8);
		b->bytes[bit / 8] ^= one;
		if (b->bytes[bit / 8] & one)
			return true;
	}
	return false;
}

static bool within(const block *outer, const block *b)
{
	for (int bit = 0; bit < outer->prefix; bit++)
		if ((outer->bytes[bit / 8] ^ b->bytes[bit / 8]) & (0x80 >> bit % 8))
			return false;
	return true;
}

const bl_value *bl_tf_fn_cidrsubnets(bl_tf_args *a)
{
	block outer, at;
	bl_values out = {0};
	if (!read_block(a, a->v[0]->string, &outer))
		return no_block(a);
	at = outer;
	for (size_t i = 1; i < a->n; i++) {
		long long bits;
		if (!bl_number_integer(a->v[i]->digits, &bits) || bits < 1 || bits > 8 * outer.size - outer.prefix)
			return bl_tf_refuse(a, "argument %zu is no number of bits that fits", i + 1);
		long long prefix = outer.prefix + bits;
		if (i > 1) {
			/* past the last one, then up to where a block of this size begins */
			bool more = next_block(&at, at.prefix);
			for (long long bit = prefix; more && bit < at.prefix; bit++) {
				if (!(at.bytes[bit / 8] & (0x80 >> bit % 8)))
					continue;
				for (long long low = prefix; low < 8 * at.size; low++)
					at.bytes[low / 8] &= (unsigned char)~(0x80 >> low % 8);
				more = next_block(&at, prefix);
			}
			if (!more || !within(&outer, &at))
				return bl_tf_refuse(a, "the block is too small for argument %zu", i + 1);
		}
		at.prefix = prefix;
		bl_vec_push(a->arena, &out, bl_tf_text(a, print(a, &at, true)));
	}
	return bl_tf_list(a, &out, BL_SHAPE_TYPED);
}

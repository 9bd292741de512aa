/* Functions over address blocks. */
#include "core/codec/cidr.h"
#include "core/codec/number.h"
#include "eval/functions/functions.h"

#include <sys/socket.h>

static const bl_value *no_block(bl_tf_args *a)
{
	return bl_tf_refuse(a, "'" BL_FMT "' is no address block", BL_ARG(a->v[0]->string));
}

/* An IPv4 block in IPv6's clothes is shown as what it is. */
static bl_str shown(bl_tf_args *a, const bl_cidr *b, bool prefix)
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
	if (b->size != 16 || memcmp(b->bytes, mapped, sizeof mapped) != 0 || (prefix && b->prefix < 96))
		return bl_cidr_print(a->arena, b, prefix);
	bl_cidr four = {.family = AF_INET, .size = 4, .prefix = b->prefix - 96};
	memcpy(four.bytes, b->bytes + 12, 4);
	return bl_cidr_print(a->arena, &four, prefix);
}

const bl_value *bl_tf_fn_cidrhost(bl_tf_args *a)
{
	bl_cidr b;
	long long n;
	if (!bl_cidr_read(a->arena, a->v[0]->string, &b))
		return no_block(a);
	if (!bl_number_integer(a->v[1]->digits, &n))
		return bl_tf_refuse(a, "the host number must be a whole number");
	int host = 8 * b.size - (int)b.prefix;
	if (n < 0) {
		/* counted from the end */
		if (host < 62 && -n > (1LL << host))
			return bl_tf_refuse(a, "the block has no such host");
		bl_cidr_fill(&b, (int)b.prefix, true);
		unsigned long long back = (unsigned long long)(-(n + 1));
		for (int bit = 8 * b.size - 1; bit >= (int)b.prefix && back; bit--, back >>= 1)
			if (back & 1)
				b.bytes[bit / 8] &= (unsigned char)~(0x80 >> bit % 8);
		return bl_tf_text(a, shown(a, &b, false));
	}
	if (!bl_cidr_set(&b, (unsigned long long)n, (int)b.prefix, 8 * b.size))
		return bl_tf_refuse(a, "the block has no such host");
	return bl_tf_text(a, shown(a, &b, false));
}

const bl_value *bl_tf_fn_cidrnetmask(bl_tf_args *a)
{
	bl_cidr b;
	if (!bl_cidr_read(a->arena, a->v[0]->string, &b))
		return no_block(a);
	if (b.family != AF_INET)
		return bl_tf_refuse(a, "only IPv4 blocks have a mask");
	bl_cidr_fill(&b, 0, true);
	bl_cidr_fill(&b, (int)b.prefix, false);
	return bl_tf_text(a, shown(a, &b, false));
}

const bl_value *bl_tf_fn_cidrsubnet(bl_tf_args *a)
{
	bl_cidr b;
	long long bits, n;
	if (!bl_cidr_read(a->arena, a->v[0]->string, &b))
		return no_block(a);
	if (!bl_number_integer(a->v[1]->digits, &bits) || !bl_number_integer(a->v[2]->digits, &n) || n < 0)
		return bl_tf_refuse(a, "the new bits and the number must be whole numbers");
	if (bits < -b.prefix || bits > 8 * b.size - b.prefix)
		return bl_tf_refuse(a, "%lld more bits do not fit a prefix of %lld", bits, b.prefix);
	/* fewer bits than before take any number */
	if (!bl_cidr_set(&b, (unsigned long long)n, bits < 0 ? 0 : (int)b.prefix, (int)(b.prefix + bits)))
		return bl_tf_refuse(a, "%lld bits cannot number %lld", bits, n);
	b.prefix += bits;
	return bl_tf_text(a, shown(a, &b, true));
}

/* Adds one to the address's first prefix bits; false when that runs over. */
static bool next_block(bl_cidr *b, long long prefix)
{
	for (long long bit = prefix - 1; bit >= 0; bit--) {
		unsigned char one = (unsigned char)(0x80 >> bit % 8);
		b->bytes[bit / 8] ^= one;
		if (b->bytes[bit / 8] & one)
			return true;
	}
	return false;
}

static bool within(const bl_cidr *outer, const bl_cidr *b)
{
	for (int bit = 0; bit < outer->prefix; bit++)
		if ((outer->bytes[bit / 8] ^ b->bytes[bit / 8]) & (0x80 >> bit % 8))
			return false;
	return true;
}

static bool is_zero(const bl_cidr *b)
{
	for (int i = 0; i < b->size; i++)
		if (b->bytes[i])
			return false;
	return true;
}

const bl_value *bl_tf_fn_cidrsubnets(bl_tf_args *a)
{
	bl_cidr outer, at;
	bl_values out = {0};
	if (!bl_cidr_read(a->arena, a->v[0]->string, &outer))
		return no_block(a);
	at = outer;
	/* the language counts on from the block before: at the begin of all addresses there is none */
	if (a->n > 1 && is_zero(&outer))
		return bl_tf_refuse(a, "the block begins where all addresses begin, which this function does not divide");
	for (size_t i = 1; i < a->n; i++) {
		long long bits;
		if (!bl_number_integer(a->v[i]->digits, &bits) || bits < 1 || bits > 8 * outer.size - outer.prefix)
			return bl_tf_refuse(a, "argument %zu is no number of bits that fits", i + 1);
		if (bits > 32)
			return bl_tf_refuse(a, "argument %zu: a prefix may be extended by 32 bits at most", i + 1);
		long long prefix = outer.prefix + bits;
		if (i > 1) {
			/* past the last one, then up to where a block of this size begins */
			bool more = next_block(&at, at.prefix);
			for (long long bit = prefix; more && bit < at.prefix; bit++) {
				if (!(at.bytes[bit / 8] & (0x80 >> bit % 8)))
					continue;
				bl_cidr_fill(&at, (int)prefix, false);
				more = next_block(&at, prefix);
			}
			if (!more || !within(&outer, &at))
				return bl_tf_refuse(a, "the block is too small for argument %zu", i + 1);
		}
		at.prefix = prefix;
		bl_vec_push(a->arena, &out, bl_tf_text(a, shown(a, &at, true)));
	}
	bl_value *v = bl_tf_list(a, &out, BL_SHAPE_TYPED);
	v->element = &bl_tf_type_string;
	return v;
}

/* OpenTofu's: does a block hold an address or another block of its kind? */
const bl_value *bl_tf_fn_cidrcontains(bl_tf_args *a)
{
	bl_cidr outer, inner;
	bl_str other = a->v[1]->string;
	if (bl_str_find(other, BL_STR("/"), 0) < 0)
		other = bl_str_fmt(a->arena, BL_FMT "/%d", BL_ARG(other), bl_str_find(other, BL_STR(":"), 0) < 0 ? 32 : 128);
	if (!bl_cidr_read(a->arena, a->v[0]->string, &outer))
		return no_block(a);
	if (!bl_cidr_read(a->arena, other, &inner))
		return bl_tf_refuse(a, "'" BL_FMT "' is no address and no address block", BL_ARG(a->v[1]->string));
	if (outer.family != inner.family)
		return bl_tf_refuse(a, "the two are of different versions of IP");
	return bl_tf_flag(a, inner.prefix >= outer.prefix && within(&outer, &inner));
}

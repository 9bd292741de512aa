/* Names made of other values: guid(), uniqueString(). Both are the same at every deployment of the same arguments. */
#include "eval/functions/azure.h"

#include "core/codec/hash.h"

/* The arguments as one text, joined by '-'. */
static bl_buf joined(bl_azure_args *c, bl_str before)
{
	bl_buf b = {0};
	bl_buf_put(&b, before);
	for (size_t i = 0; i < c->n; i++) {
		if (i)
			bl_buf_putc(&b, '-');
		bl_azure_text(&b, c->args[i], '"');
	}
	return b;
}

static bool lacks(const bl_azure_args *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (bl_value_has_unknown(c->args[i]))
			return true;
	return false;
}

/* The text, which is not known. */
static const bl_value *shaped(bl_azure_args *c, bl_partial *p)
{
	bl_value *v = bl_azure_partial(c->azure, c->span, p, c->args, c->n);
	if (!c->n)
		((bl_unknown *)v->unknown)->why = BL_STR("this is known at deployment");
	return v;
}

static const bl_value *unknown_uuid(bl_azure_args *c)
{
	bl_partial p = {0};
	bl_partial_uuid(&p, false);
	return shaped(c, &p);
}

/* A name-based (version 5) UUID of the arguments, in the namespace that Resource Manager uses. */
const bl_value *bl_azure_fn_guid(bl_azure_args *c)
{
	static const char space[16] = "\x11\xfb\x06\xfb\x71\x2d\x4d\xdd\x98\xc7\xe7\x1b\xbd\x58\x88\x30";
	unsigned char d[20];
	char text[37];
	if (lacks(c))
		return unknown_uuid(c);
	bl_buf b = joined(c, bl_str_make(space, sizeof space));
	bl_hash_sha1(bl_buf_str(&b), d);
	bl_buf_done(&b);
	d[6] = (unsigned char)((d[6] & 0x0f) | 0x50);
	d[8] = (unsigned char)((d[8] & 0x3f) | 0x80);
	size_t n = 0;
	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			text[n++] = '-';
		text[n++] = "0123456789abcdef"[d[i] >> 4];
		text[n++] = "0123456789abcdef"[d[i] & 15];
	}
	return bl_azure_string(c, bl_str_dup(c->arena, bl_str_make(text, n)));
}

const bl_value *bl_azure_fn_new_guid(bl_azure_args *c)
{
	return unknown_uuid(c);
}

static uint32_t turn(uint32_t x, int by)
{
	return x << by | x >> (32 - by);
}

static uint32_t mix(uint32_t h)
{
	h ^= h >> 16;
	h *= 0x85ebca6b;
	h ^= h >> 13;
	h *= 0xc2b2ae35;
	return h ^ h >> 16;
}

/* At most four bytes, the first one lowest. */
static uint32_t word(bl_str s, size_t at)
{
	uint32_t w = 0;
	for (size_t i = 0; i < 4 && at + i < s.n; i++)
		w |= (uint32_t)(unsigned char)s.p[at + i] << 8 * i;
	return w;
}

/* Resource Manager's 64-bit cousin of MurmurHash3: two halves of 32 bits, with its constants for 128 bits. */
static uint64_t murmur(bl_str s)
{
	const uint32_t c1 = 0x239b961b, c2 = 0xab0e9789;
	uint32_t a = 0, b = 0, n = (uint32_t)s.n;
	size_t whole = s.n & ~(size_t)7;
	for (size_t i = 0; i < s.n; i += 8) {
		a ^= turn(word(s, i) * c1, 15) * c2;
		if (i < whole)
			a = (turn(a, 19) + b) * 5 + 0x561ccd1b;
		if (i < whole || i + 4 < s.n)
			b ^= turn(word(s, i + 4) * c2, 17) * c1;
		if (i < whole)
			b = (turn(b, 13) + a) * 5 + 0x0bcaa747;
	}
	a ^= n;
	b ^= n;
	a += b;
	b += a;
	a = mix(a);
	b = mix(b);
	a += b;
	b += a;
	return (uint64_t)b << 32 | a;
}

/* 13 characters of five bits each, the highest first; the last has but four bits left. */
const bl_value *bl_azure_fn_unique_string(bl_azure_args *c)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
	char text[13];
	if (lacks(c)) {
		bl_partial p = {0};
		bl_bytes letters = bl_bytes_of(bl_str_of(alphabet));
		bl_partial_gap(&p, &letters, sizeof text, sizeof text);
		return shaped(c, &p);
	}
	bl_buf b = joined(c, BL_STR(""));
	uint64_t hash = murmur(bl_buf_str(&b));
	bl_buf_done(&b);
	for (size_t i = 0; i < sizeof text; i++, hash <<= 5)
		text[i] = alphabet[hash >> 59];
	return bl_azure_string(c, bl_str_dup(c->arena, bl_str_make(text, sizeof text)));
}

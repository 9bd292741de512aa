/* Digests, and names made of them. */
#include "core/codec/hash.h"
#include "eval/functions/functions.h"

enum { LONGEST = 64 };

/* How a digest is shown: in hexadecimal or Base64, of a text or of a file named by it. */
static const bl_value *show(bl_tf_args *a, bl_hash_kind kind, bool file, bool base64)
{
	unsigned char digest[LONGEST];
	bl_str data = a->v[0]->string;
	const bl_value *wrong = file ? bl_tf_read_file(a, &data) : NULL;
	if (wrong)
		return wrong;
	size_t n = bl_hash(kind, data, digest);
	if (base64)
		return bl_tf_base64(a, bl_str_make((const char *)digest, n));
	bl_buf out = {0};
	for (size_t i = 0; i < n; i++)
		bl_buf_putf(&out, "%02x", digest[i]);
	return bl_tf_take(a, &out);
}

const bl_value *bl_tf_fn_base64sha256(bl_tf_args *a)
{
	return show(a, BL_HASH_SHA256, false, true);
}

const bl_value *bl_tf_fn_base64sha512(bl_tf_args *a)
{
	return show(a, BL_HASH_SHA512, false, true);
}

const bl_value *bl_tf_fn_filebase64sha256(bl_tf_args *a)
{
	return show(a, BL_HASH_SHA256, true, true);
}

const bl_value *bl_tf_fn_filebase64sha512(bl_tf_args *a)
{
	return show(a, BL_HASH_SHA512, true, true);
}

const bl_value *bl_tf_fn_filemd5(bl_tf_args *a)
{
	return show(a, BL_HASH_MD5, true, false);
}

const bl_value *bl_tf_fn_filesha1(bl_tf_args *a)
{
	return show(a, BL_HASH_SHA1, true, false);
}

const bl_value *bl_tf_fn_filesha256(bl_tf_args *a)
{
	return show(a, BL_HASH_SHA256, true, false);
}

const bl_value *bl_tf_fn_filesha512(bl_tf_args *a)
{
	return show(a, BL_HASH_SHA512, true, false);
}

const bl_value *bl_tf_fn_md5(bl_tf_args *a)
{
	return show(a, BL_HASH_MD5, false, false);
}

const bl_value *bl_tf_fn_sha1(bl_tf_args *a)
{
	return show(a, BL_HASH_SHA1, false, false);
}

const bl_value *bl_tf_fn_sha256(bl_tf_args *a)
{
	return show(a, BL_HASH_SHA256, false, false);
}

const bl_value *bl_tf_fn_sha512(bl_tf_args *a)
{
	return show(a, BL_HASH_SHA512, false, false);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A UUID's 16 bytes; RFC 4122's namespaces have names of their own. */
static bool read_uuid(bl_str s, unsigned char out[16])
{
	static const struct {
		const char *name, *uuid;
	} known[] = {
		{"dns", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"},
		{"oid", "6ba7b812-9dad-11d1-80b4-00c04fd430c8"},
		{"url", "6ba7b811-9dad-11d1-80b4-00c04fd430c8"},
		{"x500", "6ba7b814-9dad-11d1-80b4-00c04fd430c8"},
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (bl_str_eqz(s, known[i].name))
			s = bl_str_of(known[i].uuid);
	size_t digits = 0;
	memset(out, 0, 16);
	for (size_t i = 0; i < s.n; i++) {
		int d = hex_digit(s.p[i]);
		if (s.p[i] == '-' && (i == 8 || i == 13 || i == 18 || i == 23))
			continue;
		if (d < 0 || digits == 32)
			return false;
		out[digits / 2] = (unsigned char)(out[digits / 2] << 4 | d);
		digits++;
	}
	return digits == 32;
}

const bl_value *bl_tf_fn_uuidv5(bl_tf_args *a)
{
	unsigned char space[16], d[LONGEST];
	if (!read_uuid(a->v[0]->string, space))
		return bl_tf_refuse(a, "'" BL_FMT "' is no UUID", BL_ARG(a->v[0]->string));
	bl_str data = bl_str_cat(a->arena, bl_str_make((const char *)space, 16), a->v[1]->string);
	bl_hash(BL_HASH_SHA1, data, d);
	d[6] = (unsigned char)((d[6] & 0x0f) | 0x50);
	d[8] = (unsigned char)((d[8] & 0x3f) | 0x80);
	return bl_tf_text(a, bl_str_fmt(a->arena, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", d[0], d[1],
		d[2], d[3], d[4], d[5], d[6], d[7], d[8], d[9], d[10], d[11], d[12], d[13], d[14], d[15]));
}

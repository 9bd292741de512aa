#include "core/codec/hash.h"

#include <nettle/md5.h>
#include <nettle/nettle-meta.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>

typedef union context {
	struct md5_ctx md5;
	struct sha1_ctx sha1;
	struct sha256_ctx sha256;
	struct sha512_ctx sha512;
} context;

size_t bl_hash(bl_hash_kind kind, bl_str data, unsigned char *digest)
{
	const struct nettle_hash *const kinds[] = {&nettle_md5, &nettle_sha1, &nettle_sha256, &nettle_sha512};
	const struct nettle_hash *hash = kinds[kind];
	context c;
	hash->init(&c);
	hash->update(&c, data.n, (const uint8_t *)data.p);
	hash->digest(&c, hash->digest_size, digest);
	return hash->digest_size;
}

void bl_hash_sha1(bl_str data, unsigned char digest[20])
{
	bl_hash(BL_HASH_SHA1, data, digest);
}

void bl_hash_sha256(bl_str data, unsigned char digest[32])
{
	bl_hash(BL_HASH_SHA256, data, digest);
}

void bl_hash_id(bl_str data, char out[33])
{
	static const char hex[] = "0123456789abcdef";
	unsigned char digest[32];
	bl_hash_sha256(data, digest);
	for (int i = 0; i < 16; i++) {
		out[2 * i] = hex[digest[i] >> 4];
		out[2 * i + 1] = hex[digest[i] & 15];
	}
	out[32] = '\0';
}

#include "core/codec/hash.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

void bl_hash_sha1(bl_str data, unsigned char digest[20])
{
	SHA1((const unsigned char *)data.p, data.n, digest);
}

void bl_hash_sha256(bl_str data, unsigned char digest[32])
{
	SHA256((const unsigned char *)data.p, data.n, digest);
}

size_t bl_hash(bl_hash_kind kind, bl_str data, unsigned char *digest)
{
	const EVP_MD *const kinds[] = {EVP_md5(), EVP_sha1(), EVP_sha256(), EVP_sha512()};
	unsigned n = 0;
	EVP_Digest(data.p, data.n, digest, &n, kinds[kind], NULL);
	return n;
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

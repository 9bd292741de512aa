/* Digests, by OpenSSL's libcrypto. */
#ifndef BL_CORE_CODEC_HASH_H
#define BL_CORE_CODEC_HASH_H

#include "core/base/str.h"

/* Only where a name is defined by it: version 5 UUIDs, git. */
void bl_hash_sha1(bl_str data, unsigned char digest[20]);
void bl_hash_sha256(bl_str data, unsigned char digest[32]);
/* The first 16 bytes of SHA-256 in hexadecimal, NUL-terminated: fingerprints and ids. */
void bl_hash_id(bl_str data, char out[33]);

#endif

/* Digests, by nettle. */
#ifndef BL_CORE_CODEC_HASH_H
#define BL_CORE_CODEC_HASH_H

#include "core/base/str.h"

/* Only where a name is defined by it: version 5 UUIDs, git. */
void bl_hash_sha1(bl_str data, unsigned char digest[20]);
void bl_hash_sha256(bl_str data, unsigned char digest[32]);
typedef enum bl_hash_kind { BL_HASH_MD5, BL_HASH_SHA1, BL_HASH_SHA256, BL_HASH_SHA512 } bl_hash_kind;
/* Any of them, for expressions that ask for it by name; returns the digest's length, at most 64. */
size_t bl_hash(bl_hash_kind kind, bl_str data, unsigned char *digest);
/* The first 16 bytes of SHA-256 in hexadecimal, NUL-terminated: fingerprints and ids. */
void bl_hash_id(bl_str data, char out[33]);

#endif

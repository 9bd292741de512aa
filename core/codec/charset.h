/* Encodings of text by their IANA names, by iconv. */
#ifndef BL_CORE_CODEC_CHARSET_H
#define BL_CORE_CODEC_CHARSET_H

#include "core/base/str.h"

typedef enum bl_charset_status {
	BL_CHARSET_OK,
	BL_CHARSET_NAME,   /* there is no such name */
	BL_CHARSET_BYTES,  /* the text holds what the encoding does not */
	BL_CHARSET_MISSING /* the machine has no converter for it */
} bl_charset_status;

/* UTF-8 to the encoding, and back. What out held stays; on failure it may hold a part. */
bl_charset_status bl_charset_encode(bl_str name, bl_str text, bl_buf *out);
bl_charset_status bl_charset_decode(bl_str name, bl_str bytes, bl_buf *out);

#endif

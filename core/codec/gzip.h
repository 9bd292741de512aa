/* gzip's format, by zlib. */
#ifndef BL_CORE_CODEC_GZIP_H
#define BL_CORE_CODEC_GZIP_H

#include "core/base/diag.h"

/* Unpacks; false when in is no whole gzip, or holds more than limit bytes. */
bool bl_gzip_read(bl_str in, size_t limit, bl_buf *out);
/*
 * Packs a text so short and without repetition that all encoders write it alike (and as Go's gzip writer does after a
 * flush and a close); false, out untouched, for any other.
 */
bool bl_gzip_short(bl_str in, bl_buf *out);

/* Unpacks what comes piece by piece; several members one after the other are one text. */
typedef struct bl_gzip_stream bl_gzip_stream;

/* Do the bytes begin as gzip does? */
bool bl_gzip_is(bl_str bytes);
bl_gzip_stream *bl_gzip_stream_new(void);
void bl_gzip_stream_free(bl_gzip_stream *stream);
/*
 * Hands what bytes unpack to to each, piece by piece, until it returns false. BL_FAILED where they are no gzip, BL_LIMIT past
 * BL_GZIP_MAX unpacked bytes; what came before has been handed over then.
 */
bl_status bl_gzip_stream_feed(bl_gzip_stream *stream, bl_str bytes, bool (*each)(void *context, bl_str piece), void *context,
	bl_error *error);
/* Says that the bytes are over: BL_FAILED when they end in the middle. */
bl_status bl_gzip_stream_end(bl_gzip_stream *stream, bl_error *error);

#define BL_GZIP_MAX (64ull << 30)

#endif

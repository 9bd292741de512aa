/* gzip's format, by zlib. */
#ifndef BL_CORE_CODEC_GZIP_H
#define BL_CORE_CODEC_GZIP_H

#include "core/base/str.h"

/* Unpacks; false when in is no whole gzip, or holds more than limit bytes. */
bool bl_gzip_read(bl_str in, size_t limit, bl_buf *out);
/*
 * Packs a text so short and without repetition that all encoders write it alike (and as Go's gzip writer does after a
 * flush and a close); false, out untouched, for any other.
 */
bool bl_gzip_short(bl_str in, bl_buf *out);

#endif

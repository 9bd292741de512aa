/* Base64, the alphabet with '+' and '/'. */
#ifndef BL_CORE_CODEC_BASE64_H
#define BL_CORE_CODEC_BASE64_H

#include "core/base/str.h"

/* Appends the text of bytes, padded. */
void bl_base64_write(bl_str bytes, bl_buf *out);
/* Appends the bytes that a padded text stands for, line breaks passed over; false when it is none, out then holding a part. */
bool bl_base64_read(bl_str text, bl_buf *out);

#endif

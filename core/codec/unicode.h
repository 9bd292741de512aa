/* Characters beyond ASCII: normal forms, clusters, letters' cases. By utf8proc. */
#ifndef BL_CORE_CODEC_UNICODE_H
#define BL_CORE_CODEC_UNICODE_H

#include "core/base/str.h"

/* Normalisation form C. What is no UTF-8 stays as it is; so does what is in the form already, without a copy. */
bl_str bl_unicode_nfc(bl_arena *arena, bl_str s);
/* The bytes of the grapheme cluster (what people count as a character) that begins at s[i]. */
size_t bl_unicode_cluster(bl_str s, size_t i);
/* The code point at s[i] and its bytes in *n; U+FFFD and 1 where there is no UTF-8. */
uint32_t bl_unicode_point(bl_str s, size_t i, size_t *n);
bool bl_unicode_valid(bl_str s);

/* Simple mappings, a code point for a code point. */
uint32_t bl_unicode_upper(uint32_t c);
uint32_t bl_unicode_lower(uint32_t c);
uint32_t bl_unicode_title(uint32_t c);
bool bl_unicode_letter_or_digit(uint32_t c);
bool bl_unicode_space(uint32_t c);
/* May it be shown as it is: a letter, mark, number, sign or symbol. */
bool bl_unicode_printable(uint32_t c);

#endif

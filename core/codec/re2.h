/* Regular expressions in RE2's syntax (Go's), as PCRE2 understands them. */
#ifndef BL_CORE_CODEC_RE2_H
#define BL_CORE_CODEC_RE2_H

#include "core/base/diag.h"

/*
 * Writes a pattern so that PCRE2 reads it as RE2 does: what means something else is spelt out, what RE2 lacks (lookaround,
 * references to groups, possessive and stacked repetition, recursion, conditions) is refused.
 */
bl_status bl_re2_translate(bl_str pattern, bl_buf *out, bl_error *error);

#endif

/* Regular expressions, by PCRE2, within match limits. */
#ifndef BL_CORE_CODEC_REGEX_H
#define BL_CORE_CODEC_REGEX_H

#include "core/base/diag.h"
#include "core/base/tri.h"

typedef struct bl_regex bl_regex;

/* Unanchored, UTF, case-sensitive unless (?i). Free with bl_regex_free. */
bl_status bl_regex_new(bl_str pattern, bl_regex **out, bl_error *error);
void bl_regex_free(bl_regex *regex);
/* MAYBE when a limit was met. Thread-safe. begin and end (may be NULL) get the first match. */
bl_tri bl_regex_match(const bl_regex *regex, bl_str text, size_t *begin, size_t *end);

#endif

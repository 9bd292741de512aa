/* Regular expressions, by PCRE2, within match limits. */
#ifndef BL_CORE_CODEC_REGEX_H
#define BL_CORE_CODEC_REGEX_H

#include "core/base/diag.h"
#include "core/base/tri.h"

typedef struct bl_regex bl_regex;

/* Unanchored, UTF, case-sensitive unless (?i). Free with bl_regex_free. */
bl_status bl_regex_new(bl_str pattern, bl_regex **out, bl_error *error);
/* As bl_regex_new, in RE2's syntax: what RE2 lacks is refused. */
bl_status bl_regex_new_re2(bl_str pattern, bl_regex **out, bl_error *error);
void bl_regex_free(bl_regex *regex);
/* MAYBE when a limit was met. Thread-safe. begin and end (may be NULL) get the first match. */
bl_tri bl_regex_match(const bl_regex *regex, bl_str text, size_t *begin, size_t *end);

typedef struct bl_regex_group {
	bool found;
	size_t begin, end;
} bl_regex_group;

/* How many groups a match has, the whole match (number 0) among them. */
size_t bl_regex_groups(const bl_regex *regex);
/* The name of a group, or empty; the number of a name, or -1. */
bl_str bl_regex_group_name(const bl_regex *regex, size_t group);
long long bl_regex_group_number(const bl_regex *regex, bl_str name);
/* As bl_regex_match, from an offset on, with all groups: there must be room for bl_regex_groups of them. */
bl_tri bl_regex_find(const bl_regex *regex, bl_str text, size_t from, bl_regex_group *groups);

#endif

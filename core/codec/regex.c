#include "core/codec/regex.h"

#include "core/codec/re2.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

/* Enough for any sane pattern; what a pull request sends must not make us think for ever. */
enum { MATCH_LIMIT = 1000000, DEPTH_LIMIT = 10000 };

struct bl_regex {
	pcre2_code *code;
};

static bl_status compile(bl_str pattern, uint32_t options, bl_regex **out, bl_error *error)
{
	int number;
	PCRE2_SIZE offset;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)(pattern.p ? pattern.p : ""), pattern.n,
		options | PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_MATCH_INVALID_UTF, &number, &offset, NULL);
	if (!code) {
		char words[120];
		pcre2_get_error_message(number, (PCRE2_UCHAR *)words, sizeof words);
		return bl_error_set(error, BL_FAILED, "'" BL_FMT "' is no regular expression: %s at offset %zu",
			BL_ARG(pattern), words, (size_t)offset);
	}
	bl_regex *r = bl_xmalloc(sizeof *r);
	r->code = code;
	*out = r;
	return BL_OK;
}

bl_status bl_regex_new(bl_str pattern, bl_regex **out, bl_error *error)
{
	return compile(pattern, 0, out, error);
}

bl_status bl_regex_new_re2(bl_str pattern, bl_regex **out, bl_error *error)
{
	bl_buf translated = {0};
	bl_status status = bl_re2_translate(pattern, &translated, error);
	if (status == BL_OK)
		status = compile(bl_buf_str(&translated), PCRE2_DOLLAR_ENDONLY, out, error);
	bl_buf_done(&translated);
	return status;
}

void bl_regex_free(bl_regex *regex)
{
	if (!regex)
		return;
	pcre2_code_free(regex->code);
	free(regex);
}

bl_tri bl_regex_match(const bl_regex *regex, bl_str text, size_t *begin, size_t *end)
{
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	if (!data || !limits) {
		pcre2_match_data_free(data);
		pcre2_match_context_free(limits);
		return BL_MAYBE;
	}
	pcre2_set_match_limit(limits, MATCH_LIMIT);
	pcre2_set_depth_limit(limits, DEPTH_LIMIT);
	int rc = pcre2_match(regex->code, (PCRE2_SPTR)(text.p ? text.p : ""), text.n, 0, 0, data, limits);
	if (rc >= 0) {
		PCRE2_SIZE *at = pcre2_get_ovector_pointer(data);
		if (begin)
			*begin = at[0];
		if (end)
			*end = at[1];
	}
	pcre2_match_context_free(limits);
	pcre2_match_data_free(data);
	return rc >= 0 ? BL_YES : rc == PCRE2_ERROR_NOMATCH ? BL_NO : BL_MAYBE;
}

size_t bl_regex_groups(const bl_regex *regex)
{
	uint32_t n = 0;
	pcre2_pattern_info(regex->code, PCRE2_INFO_CAPTURECOUNT, &n);
	return n + 1;
}

/* The entry of the name table that holds a group or a name. */
static const unsigned char *named(const bl_regex *regex, size_t group, bl_str name)
{
	uint32_t n = 0, size = 0;
	PCRE2_SPTR table = NULL;
	pcre2_pattern_info(regex->code, PCRE2_INFO_NAMECOUNT, &n);
	pcre2_pattern_info(regex->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
	pcre2_pattern_info(regex->code, PCRE2_INFO_NAMETABLE, &table);
	for (uint32_t i = 0; i < n; i++, table += size)
		if (name.n ? bl_str_eqz(name, (const char *)table + 2) : (size_t)(table[0] << 8 | table[1]) == group)
			return table;
	return NULL;
}

bl_str bl_regex_group_name(const bl_regex *regex, size_t group)
{
	const unsigned char *entry = named(regex, group, BL_STR(""));
	return entry ? bl_str_of((const char *)entry + 2) : BL_STR("");
}

long long bl_regex_group_number(const bl_regex *regex, bl_str name)
{
	const unsigned char *entry = name.n ? named(regex, 0, name) : NULL;
	return entry ? entry[0] << 8 | entry[1] : -1;
}

bl_tri bl_regex_find(const bl_regex *regex, bl_str text, size_t from, bl_regex_group *groups)
{
	pcre2_match_data *data = pcre2_match_data_create_from_pattern(regex->code, NULL);
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	int rc = PCRE2_ERROR_NOMEMORY;
	if (data && limits) {
		pcre2_set_match_limit(limits, MATCH_LIMIT);
		pcre2_set_depth_limit(limits, DEPTH_LIMIT);
		rc = pcre2_match(regex->code, (PCRE2_SPTR)(text.p ? text.p : ""), text.n, from, 0, data, limits);
	}
	size_t n = rc > 0 ? bl_regex_groups(regex) : 0;
	for (size_t i = 0; i < n; i++) {
		PCRE2_SIZE *at = pcre2_get_ovector_pointer(data) + 2 * i;
		groups[i].found = i < (size_t)rc && at[0] != PCRE2_UNSET;
		groups[i].begin = groups[i].found ? at[0] : 0;
		groups[i].end = groups[i].found ? at[1] : 0;
	}
	pcre2_match_context_free(limits);
	pcre2_match_data_free(data);
	return rc > 0 ? BL_YES : rc == PCRE2_ERROR_NOMATCH ? BL_NO : BL_MAYBE;
}

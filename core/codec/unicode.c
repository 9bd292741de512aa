#include "core/codec/unicode.h"

#include <stdlib.h>
#include <utf8proc.h>

/* Everything below U+0300 is in normal form C, whatever stands beside it. */
static bool plain(bl_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0xcc)
			return false;
	return true;
}

bl_str bl_unicode_nfc(bl_arena *arena, bl_str s)
{
	if (plain(s))
		return s;
	utf8proc_uint8_t *out = NULL;
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, &out,
		UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (n < 0)
		return s;
	bool same = (size_t)n == s.n && memcmp(out, s.p, s.n) == 0;
	bl_str result = same ? s : bl_str_dup(arena, bl_str_make((const char *)out, (size_t)n));
	free(out);
	return result;
}

uint32_t bl_unicode_point(bl_str s, size_t i, size_t *n)
{
	utf8proc_int32_t c;
	if ((unsigned char)s.p[i] < 0x80) {
		*n = 1;
		return (unsigned char)s.p[i];
	}
	utf8proc_ssize_t taken = utf8proc_iterate((const utf8proc_uint8_t *)s.p + i, (utf8proc_ssize_t)(s.n - i), &c);
	*n = taken > 0 ? (size_t)taken : 1;
	return taken > 0 ? (uint32_t)c : 0xfffd;
}

bool bl_unicode_valid(bl_str s)
{
	utf8proc_int32_t c;
	for (size_t i = 0; i < s.n;) {
		if ((unsigned char)s.p[i] < 0x80) {
			i++;
			continue;
		}
		utf8proc_ssize_t taken = utf8proc_iterate((const utf8proc_uint8_t *)s.p + i, (utf8proc_ssize_t)(s.n - i), &c);
		if (taken <= 0)
			return false;
		i += (size_t)taken;
	}
	return true;
}

size_t bl_unicode_cluster(bl_str s, size_t i)
{
	size_t n, at = i;
	utf8proc_int32_t state = 0;
	uint32_t before = bl_unicode_point(s, at, &n);
	for (at += n; at < s.n; at += n) {
		uint32_t c = bl_unicode_point(s, at, &n);
		bool ascii = c < 0x80 && before < 0x80 && c != '\n';
		if (ascii || utf8proc_grapheme_break_stateful((utf8proc_int32_t)before, (utf8proc_int32_t)c, &state))
			break;
		before = c;
	}
	return at - i;
}

uint32_t bl_unicode_upper(uint32_t c)
{
	/* the library gives the sharp s a capital that the simple mapping has not */
	return c == 0xdf ? c : (uint32_t)utf8proc_toupper((utf8proc_int32_t)c);
}

uint32_t bl_unicode_lower(uint32_t c)
{
	return (uint32_t)utf8proc_tolower((utf8proc_int32_t)c);
}

uint32_t bl_unicode_title(uint32_t c)
{
	return c == 0xdf ? c : (uint32_t)utf8proc_totitle((utf8proc_int32_t)c);
}

bool bl_unicode_letter_or_digit(uint32_t c)
{
	utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)c);
	return (k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_LO) || k == UTF8PROC_CATEGORY_ND;
}

bool bl_unicode_space(uint32_t c)
{
	if ((c >= '\t' && c <= '\r') || c == 0x85)
		return true;
	utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)c);
	return k == UTF8PROC_CATEGORY_ZS || k == UTF8PROC_CATEGORY_ZL || k == UTF8PROC_CATEGORY_ZP;
}

bool bl_unicode_printable(uint32_t c)
{
	utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)c);
	return c == ' ' || (k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_SO);
}

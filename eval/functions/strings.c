/* Functions over text. Texts are UTF-8 in normalisation form C. */
#include "core/codec/number.h"
#include "core/codec/regex.h"
#include "core/codec/unicode.h"
#include "eval/functions/partial.h"

#include <ctype.h>

/* The length of the character at s[i], never past the end. */
static size_t char_len(bl_str s, size_t i)
{
	unsigned char c = (unsigned char)s.p[i];
	size_t n = c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	return i + n > s.n ? s.n - i : n;
}

const bl_value *bl_tf_fn_chomp(bl_tf_args *a)
{
	bl_str s = a->v[0]->string;
	while (s.n && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r'))
		s.n--;
	return bl_tf_text(a, s);
}

const bl_value *bl_tf_fn_endswith(bl_tf_args *a)
{
	if (bl_tf_is_partial(a, 0))
		return bl_tf_partial_has_end(a, a->v[1]->string, true);
	return bl_tf_flag(a, bl_str_ends(a->v[0]->string, a->v[1]->string));
}

const bl_value *bl_tf_fn_startswith(bl_tf_args *a)
{
	if (bl_tf_is_partial(a, 0))
		return bl_tf_partial_has_end(a, a->v[1]->string, false);
	return bl_tf_flag(a, bl_str_starts(a->v[0]->string, a->v[1]->string));
}

const bl_value *bl_tf_fn_strcontains(bl_tf_args *a)
{
	if (bl_tf_is_partial(a, 0))
		return bl_tf_partial_contains(a, a->v[1]->string);
	return bl_tf_flag(a, bl_str_find(a->v[0]->string, a->v[1]->string, 0) >= 0);
}

const bl_value *bl_tf_fn_indent(bl_tf_args *a)
{
	long long n;
	bl_buf out = {0};
	if (!bl_number_integer(a->v[0]->digits, &n) || n < 0 || n > 1000)
		return bl_tf_refuse(a, "the number of spaces must be a whole number from 0 to 1000");
	bl_str s = a->v[1]->string;
	for (size_t i = 0; i < s.n && out.n <= BL_TF_MAX_STRING; i++) {
		bl_buf_putc(&out, s.p[i]);
		for (long long k = 0; s.p[i] == '\n' && k < n; k++)
			bl_buf_putc(&out, ' ');
	}
	return bl_tf_take(a, &out);
}

/* What is known of the parts, with a gap for each that is not. */
const bl_value *bl_tf_fn_join(bl_tf_args *a)
{
	bl_partial out = {0};
	bl_str separator = a->v[0]->string;
	bool first = true;
	if (a->n < 2)
		return bl_tf_refuse(a, "at least one list is required");
	for (size_t i = 1; i < a->n; i++) {
		const bl_value *list = a->v[i];
		if (list->open) {
			/* where its elements stand is not known: the gap has them, and what separates them from others */
			bl_partial_gap(&out, NULL, 0, SIZE_MAX);
			continue;
		}
		for (uint32_t k = 0; k < list->n && out.text.n <= BL_TF_MAX_STRING; k++) {
			const bl_value *s = bl_tf_to_string(a->tf, list->list[k]);
			if (!s || s->kind == BL_NULL) {
				bl_partial_done(&out);
				return bl_tf_refuse(a, "an element is %s, not a string", bl_tf_kind_name(list->list[k]));
			}
			if (!first)
				bl_partial_put(&out, separator);
			first = false;
			bl_partial_add(&out, s);
		}
	}
	if (!out.gaps)
		return bl_tf_take(a, &out.text);
	if (out.text.n > BL_TF_MAX_STRING)
		bl_partial_gap(&out, NULL, 0, SIZE_MAX);
	return bl_tf_partial(a, &out);
}

static void put_cased(bl_buf *out, bl_str s, uint32_t (*change)(uint32_t c))
{
	for (size_t i = 0, n; i < s.n; i += n) {
		char utf8[4];
		uint32_t c = bl_unicode_point(s, i, &n);
		bl_buf_put(out, bl_str_make(utf8, bl_str_put_utf8(utf8, change(c))));
	}
}

static void put_lower(bl_buf *out, bl_str s)
{
	put_cased(out, s, bl_unicode_lower);
}

static void put_upper(bl_buf *out, bl_str s)
{
	put_cased(out, s, bl_unicode_upper);
}

static const bl_value *cased(bl_tf_args *a, void (*put)(bl_buf *out, bl_str s))
{
	bl_buf out = {0};
	if (bl_tf_is_partial(a, 0))
		return bl_tf_partial_map(a, put);
	put(&out, a->v[0]->string);
	return bl_tf_take(a, &out);
}

const bl_value *bl_tf_fn_lower(bl_tf_args *a)
{
	return cased(a, put_lower);
}

const bl_value *bl_tf_fn_upper(bl_tf_args *a)
{
	return cased(a, put_upper);
}

/* Does a word end here: of ASCII all but letters, digits and '_', else white space. */
static bool ends_word(uint32_t c)
{
	if (c < 0x80)
		return !isalnum((int)c) && c != '_';
	return !bl_unicode_letter_or_digit(c) && bl_unicode_space(c);
}

const bl_value *bl_tf_fn_title(bl_tf_args *a)
{
	bl_str s = a->v[0]->string;
	bl_buf out = {0};
	uint32_t before = ' ';
	for (size_t i = 0, n; i < s.n; i += n) {
		char utf8[4];
		uint32_t c = bl_unicode_point(s, i, &n);
		bl_buf_put(&out, bl_str_make(utf8, bl_str_put_utf8(utf8, ends_word(before) ? bl_unicode_title(c) : c)));
		before = c;
	}
	return bl_tf_take(a, &out);
}

/* $1, ${1} and ${name} in a replacement stand for groups; \ has no meaning there. */
static void put_replacement(bl_buf *out, bl_str r, const bl_regex *regex, bl_str text, const bl_regex_group *groups, size_t n)
{
	for (size_t i = 0; i < r.n; i++) {
		if (r.p[i] != '$' || i + 1 == r.n) {
			bl_buf_putc(out, r.p[i]);
			continue;
		}
		bool brace = r.p[i + 1] == '{';
		size_t begin = i + 1 + brace, end = begin;
		if (r.p[i + 1] == '$') {
			bl_buf_putc(out, '$');
			i++;
			continue;
		}
		while (end < r.n && (isalnum((unsigned char)r.p[end]) || r.p[end] == '_'))
			end++;
		bl_str name = bl_str_slice(r, begin, end);
		if (!name.n || (brace && (end == r.n || r.p[end] != '}'))) {
			bl_buf_putc(out, '$');
			continue;
		}
		long long number = bl_regex_group_number(regex, name);
		if (number < 0 && !bl_number_integer(name, &number))
			number = -1;
		if (number >= 0 && (size_t)number < n && groups[number].found)
			bl_buf_put(out, bl_str_slice(text, groups[number].begin, groups[number].end));
		i = end - 1 + brace;
	}
}

/* What takes PCRE2 more steps than it may is not known. */
static const bl_value *too_long(bl_tf_args *a, int kind)
{
	bl_value *v = bl_value_unknown(a->arena, a->span, "the search for the pattern takes too many steps");
	((bl_unknown *)v->unknown)->type = kind;
	return v;
}

static const bl_value *replace_pattern(bl_tf_args *a, bl_str pattern)
{
	bl_regex *regex;
	bl_error error;
	bl_buf out = {0};
	bl_str s = a->v[0]->string;
	if (bl_regex_new_re2(pattern, &regex, &error) != BL_OK)
		return bl_tf_refuse(a, "%s", error.text);
	size_t at = 0, kept = 0, n = bl_regex_groups(regex);
	bl_regex_group *groups = bl_new_n(a->arena, bl_regex_group, n);
	bl_tri found = BL_NO;
	while (at <= s.n && out.n <= BL_TF_MAX_STRING && (found = bl_regex_find(regex, s, at, groups)) == BL_YES &&
		bl_tf_spend(a->tf, 1, a->span)) {
		bl_buf_put(&out, bl_str_slice(s, kept, groups[0].begin));
		put_replacement(&out, a->v[2]->string, regex, s, groups, n);
		kept = groups[0].end;
		at = kept;
		if (groups[0].end == groups[0].begin) {
			if (at < s.n)
				bl_buf_put(&out, bl_str_slice(s, at, at + char_len(s, at)));
			at += at < s.n ? char_len(s, at) : 1;
			kept = at < s.n ? at : s.n;
		}
	}
	bl_buf_put(&out, bl_str_slice(s, kept, s.n));
	bl_regex_free(regex);
	if (found != BL_MAYBE)
		return bl_tf_take(a, &out);
	bl_buf_done(&out);
	return too_long(a, BL_STRING);
}

/* Is find a pattern between slashes? */
static bool is_pattern(bl_str find)
{
	return find.n > 1 && find.p[0] == '/' && find.p[find.n - 1] == '/';
}

const bl_value *bl_tf_fn_replace(bl_tf_args *a)
{
	bl_str s = bl_value_text(a->v[0]), find = a->v[1]->string, with = a->v[2]->string;
	bl_buf out = {0};
	if (bl_tf_is_partial(a, 0))
		return !find.n || is_pattern(find) ? bl_tf_not_known(a, BL_STRING) : bl_tf_partial_replace(a, find, with);
	if (is_pattern(find))
		return replace_pattern(a, bl_str_slice(find, 1, find.n - 1));
	if (!find.n) {
		for (size_t i = 0; i < s.n && out.n <= BL_TF_MAX_STRING;) {
			size_t len = char_len(s, i);
			bl_buf_put(&out, with);
			bl_buf_put(&out, bl_str_slice(s, i, i + len));
			i += len;
		}
		bl_buf_put(&out, with);
		return bl_tf_take(a, &out);
	}
	size_t at = 0;
	for (ptrdiff_t found; (found = bl_str_find(s, find, at)) >= 0; at = (size_t)found + find.n) {
		bl_buf_put(&out, bl_str_slice(s, at, (size_t)found));
		bl_buf_put(&out, with);
		if (out.n > BL_TF_MAX_STRING)
			break;
	}
	bl_buf_put(&out, bl_str_slice(s, at, s.n));
	return bl_tf_take(a, &out);
}

/* What a match gives: the text without groups, a list of the groups, a map when they have names. No groups: its type. */
static const bl_value *match_value(bl_tf_args *a, const bl_regex *regex, bl_str s, const bl_regex_group *groups, size_t n)
{
	if (n == 1)
		return bl_tf_text(a, bl_str_slice(s, groups[0].begin, groups[0].end));
	bl_values list = {0};
	bl_tf_builder map = {0};
	for (size_t i = 1; i < n; i++) {
		bl_str name = bl_regex_group_name(regex, i);
		const bl_value *v = groups[i].found ? bl_tf_text(a, bl_str_slice(s, groups[i].begin, groups[i].end))
						    : bl_tf_null_of(a->arena, a->span, &bl_tf_type_string);
		if (name.n)
			bl_tf_put(a->tf, &map, bl_str_dup(a->arena, name), a->span, v);
		else
			bl_vec_push(a->arena, &list, v);
	}
	if (map.items.n && list.n)
		return NULL;
	return map.items.n ? bl_tf_built(a->tf, &map, a->span) : bl_tf_list(a, &list, BL_SHAPE_LOOSE);
}

static const bl_value *match(bl_tf_args *a, bool all)
{
	bl_regex *regex;
	bl_error error;
	bl_values out = {0};
	bl_str s = a->v[1]->string;
	if (bl_regex_new_re2(a->v[0]->string, &regex, &error) != BL_OK)
		return bl_tf_refuse(a, "%s", error.text);
	size_t n = bl_regex_groups(regex), last = 0;
	bl_regex_group *groups = bl_new_n(a->arena, bl_regex_group, n);
	/* a match of nothing shows what there is to see of the type */
	const bl_value *nothing = match_value(a, regex, s, groups, n);
	const bl_value_type *element = nothing ? bl_tf_type_of(a->tf, nothing) : NULL;
	bl_tri found = BL_NO;
	for (size_t at = 0; element && at <= s.n && bl_tf_spend(a->tf, 1, a->span);) {
		found = bl_regex_find(regex, s, at, groups);
		if (found != BL_YES)
			break;
		/* nothing matches again where the match before it ended */
		bool again = out.n && groups[0].end == groups[0].begin && groups[0].begin == last;
		if (!again)
			bl_vec_push(a->arena, &out, match_value(a, regex, s, groups, n));
		if (!all)
			break;
		last = groups[0].end;
		at = groups[0].end > groups[0].begin ? groups[0].end : groups[0].end < s.n ? groups[0].end + char_len(s, groups[0].end) : s.n + 1;
	}
	bl_regex_free(regex);
	if (!element)
		return bl_tf_refuse(a, "groups with names and groups without cannot stand in one pattern");
	if (found == BL_MAYBE)
		return too_long(a, all ? BL_LIST : -1);
	if (!all)
		return out.n ? out.items[0] : bl_tf_refuse(a, "the pattern does not match the text");
	bl_value *v = bl_tf_list(a, &out, BL_SHAPE_TYPED);
	v->element = element;
	return v;
}

const bl_value *bl_tf_fn_regex(bl_tf_args *a)
{
	return match(a, false);
}

const bl_value *bl_tf_fn_regexall(bl_tf_args *a)
{
	return match(a, true);
}

static const bl_value *strings(bl_tf_args *a, const bl_values *values)
{
	bl_value *v = bl_tf_list(a, values, BL_SHAPE_TYPED);
	v->element = &bl_tf_type_string;
	return v;
}

const bl_value *bl_tf_fn_split(bl_tf_args *a)
{
	bl_values out = {0};
	bl_str separator = a->v[0]->string, s = bl_value_text(a->v[1]);
	size_t at = 0;
	if (bl_tf_is_partial(a, 1))
		return separator.n == 1 ? bl_tf_partial_split(a, a->v[1], separator.p[0]) : bl_tf_not_known(a, BL_LIST);
	if (!s.n) {
		if (separator.n)
			bl_vec_push(a->arena, &out, bl_tf_text(a, s));
		return strings(a, &out);
	}
	if (!separator.n) {
		for (size_t len; at < s.n; at += len) {
			len = char_len(s, at);
			bl_vec_push(a->arena, &out, bl_tf_text(a, bl_str_slice(s, at, at + len)));
		}
		return strings(a, &out);
	}
	for (ptrdiff_t found; (found = bl_str_find(s, separator, at)) >= 0; at = (size_t)found + separator.n)
		bl_vec_push(a->arena, &out, bl_tf_text(a, bl_str_slice(s, at, (size_t)found)));
	bl_vec_push(a->arena, &out, bl_tf_text(a, bl_str_slice(s, at, s.n)));
	return strings(a, &out);
}

const bl_value *bl_tf_fn_strrev(bl_tf_args *a)
{
	bl_str s = a->v[0]->string;
	char *p = bl_arena_alloc(a->arena, s.n + 1);
	size_t to = s.n;
	for (size_t i = 0; i < s.n;) {
		size_t len = bl_unicode_cluster(s, i);
		to -= len;
		memcpy(p + to, s.p + i, len);
		i += len;
	}
	return bl_tf_text(a, bl_str_make(p, s.n));
}

const bl_value *bl_tf_fn_substr(bl_tf_args *a)
{
	long long offset, length, count = 0;
	bl_str s = bl_value_text(a->v[0]);
	if (!bl_number_integer(a->v[1]->digits, &offset) || !bl_number_integer(a->v[2]->digits, &length))
		return bl_tf_refuse(a, "the offset and the length must be whole numbers");
	if (bl_tf_is_partial(a, 0))
		return bl_tf_partial_substr(a, offset, length);
	for (size_t i = 0; i < s.n; i += bl_unicode_cluster(s, i))
		count++;
	/* from the end, a length of nothing is all of the rest */
	if (length < 0 || (offset < 0 && !length))
		length = count;
	if (offset < 0)
		offset += count;
	if (offset < 0)
		offset = 0;
	size_t begin = s.n, i = 0;
	for (long long k = 0; i < s.n && (k < offset || k - offset < length); k++) {
		if (k == offset)
			begin = i;
		i += bl_unicode_cluster(s, i);
	}
	return bl_tf_text(a, begin < i ? bl_str_slice(s, begin, i) : BL_STR(""));
}

static bool in_cutset(bl_str set, bl_str c)
{
	for (size_t i = 0; i < set.n; i += char_len(set, i))
		if (bl_str_eq(bl_str_slice(set, i, i + char_len(set, i)), c))
			return true;
	return false;
}

const bl_value *bl_tf_fn_trim(bl_tf_args *a)
{
	bl_str s = bl_value_text(a->v[0]), set = a->v[1]->string;
	if (bl_tf_is_partial(a, 0))
		return bl_tf_partial_trim(a, set);
	while (s.n && in_cutset(set, bl_str_slice(s, 0, char_len(s, 0))))
		s = bl_str_slice(s, char_len(s, 0), s.n);
	while (s.n) {
		size_t begin = s.n - 1;
		while (begin && ((unsigned char)s.p[begin] & 0xc0) == 0x80)
			begin--;
		if (!in_cutset(set, bl_str_slice(s, begin, s.n)))
			break;
		s.n = begin;
	}
	return bl_tf_text(a, s);
}

const bl_value *bl_tf_fn_trimprefix(bl_tf_args *a)
{
	bl_str s = bl_value_text(a->v[0]), prefix = a->v[1]->string;
	if (bl_tf_is_partial(a, 0))
		return bl_tf_partial_without_end(a, prefix, false);
	return bl_tf_text(a, bl_str_starts(s, prefix) ? bl_str_slice(s, prefix.n, s.n) : s);
}

const bl_value *bl_tf_fn_trimsuffix(bl_tf_args *a)
{
	bl_str s = bl_value_text(a->v[0]), suffix = a->v[1]->string;
	if (bl_tf_is_partial(a, 0))
		return bl_tf_partial_without_end(a, suffix, true);
	return bl_tf_text(a, bl_str_ends(s, suffix) ? bl_str_slice(s, 0, s.n - suffix.n) : s);
}

const bl_value *bl_tf_fn_trimspace(bl_tf_args *a)
{
	bl_str s = bl_value_text(a->v[0]);
	size_t n = 0, end = 0, begin = 0;
	if (bl_tf_is_partial(a, 0))
		return bl_tf_partial_trim(a, BL_STR("\t\n\v\f "));
	while (begin < s.n && bl_unicode_space(bl_unicode_point(s, begin, &n)))
		begin += n;
	for (size_t i = end = begin; i < s.n; i += n)
		if (!bl_unicode_space(bl_unicode_point(s, i, &n)))
			end = i + n;
	s = bl_str_slice(s, begin, end);
	return bl_tf_text(a, s);
}

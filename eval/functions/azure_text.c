/* Strings. Offsets and lengths count code points. */
#include "eval/functions/azure.h"

#include "core/codec/json.h"

enum { MAX_PADDING = 100000 }; /* characters */

static size_t count(bl_str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

/* The byte at which code point number n begins; the end when there are fewer. */
static size_t byte_of(bl_str s, size_t n)
{
	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] & 0xc0) != 0x80 && n-- == 0)
			return i;
	return s.n;
}

static bl_str points(bl_str s, size_t begin, size_t end)
{
	return bl_str_slice(s, byte_of(s, begin), byte_of(s, end));
}

/* Both arguments as strings; numbers and booleans are turned into text. */
static bool text_of(bl_azure_args *c, size_t i, bl_str *s)
{
	const bl_value *v = c->args[i];
	if (v->kind == BL_LIST || v->kind == BL_MAP || v->kind == BL_UNKNOWN)
		return false;
	bl_buf b = {0};
	bl_azure_text(&b, v, '"');
	*s = bl_str_dup(c->arena, bl_buf_str(&b));
	bl_buf_done(&b);
	return true;
}

static const bl_value *no_text(bl_azure_args *c)
{
	return bl_azure_wrong(c, "a string is needed");
}

const bl_value *bl_azure_fn_length(bl_azure_args *c)
{
	const bl_value *v = c->args[0];
	if (v->kind == BL_STRING)
		return bl_azure_number(c->azure, c->span, (int64_t)count(v->string));
	if (v->kind == BL_LIST || v->kind == BL_MAP)
		return bl_azure_number(c->azure, c->span, v->n);
	return bl_azure_wrong(c, "only strings, arrays and objects have a length");
}

/* Of a text known in part; end SIZE_MAX: all that is left. */
static const bl_value *part_of_unknown(bl_azure_args *c, size_t begin, size_t end)
{
	bl_partial p = {0};
	bl_partial_add(&p, c->args[0]);
	if (bl_partial_plain(&p)) {
		bl_partial_cut(&p, begin, end == SIZE_MAX ? end : end - begin);
		return bl_azure_partial(c->azure, c->span, &p, c->args, 1);
	}
	bl_partial out = {0};
	bl_str head = bl_partial_prefix(&p);
	bool ascii = true;
	for (size_t i = 0; i < head.n; i++)
		ascii = ascii && (unsigned char)head.p[i] < 0x80;
	if (ascii)
		bl_partial_put(&out, bl_str_slice(head, begin, end));
	if (!ascii || end > head.n)
		bl_partial_gap(&out, NULL, 0, SIZE_MAX);
	bl_partial_done(&p);
	return bl_azure_partial(c->azure, c->span, &out, c->args, 1);
}

static const bl_value *part(bl_azure_args *c, size_t begin, size_t end)
{
	const bl_value *v = c->args[0];
	if (v->kind == BL_UNKNOWN)
		return part_of_unknown(c, begin, end);
	if (v->kind == BL_STRING)
		return bl_azure_string(c, points(v->string, begin, end));
	if (v->kind != BL_LIST)
		return bl_azure_wrong(c, "this is neither an array nor a string");
	if (end > v->n)
		end = v->n;
	if (begin > end)
		begin = end;
	return bl_value_list(c->arena, c->span, v->list + begin, end - begin);
}

const bl_value *bl_azure_fn_take(bl_azure_args *c)
{
	int64_t n;
	if (!bl_azure_int(c->args[1], &n))
		return bl_azure_wrong(c, "a count is needed");
	return part(c, 0, n > 0 ? (size_t)n : 0);
}

const bl_value *bl_azure_fn_skip(bl_azure_args *c)
{
	int64_t n;
	if (!bl_azure_int(c->args[1], &n))
		return bl_azure_wrong(c, "a count is needed");
	return part(c, n > 0 ? (size_t)n : 0, SIZE_MAX);
}

const bl_value *bl_azure_fn_substring(bl_azure_args *c)
{
	int64_t begin, n = 0;
	bool partial = c->args[0]->kind == BL_UNKNOWN;
	if ((c->args[0]->kind != BL_STRING && !partial) || !bl_azure_int(c->args[1], &begin) ||
		(c->n == 3 && !bl_azure_int(c->args[2], &n)))
		return bl_azure_wrong(c, "a string, a start and a length are needed");
	if (partial && (begin < 0 || n < 0 || begin > BL_AZURE_MAX_TEXT || n > BL_AZURE_MAX_TEXT))
		return bl_azure_wrong(c, "this part lies outside of the string");
	if (partial)
		return part_of_unknown(c, (size_t)begin, c->n < 3 ? SIZE_MAX : (size_t)(begin + n));
	int64_t have = (int64_t)count(c->args[0]->string);
	if (c->n < 3)
		n = have - begin;
	if (begin < 0 || n < 0 || begin > have || n > have - begin)
		return bl_azure_wrong(c, "this part lies outside of the string");
	return bl_azure_string(
		c, points(c->args[0]->string, (size_t)begin, (size_t)(begin + n)));
}

static const bl_value *find(bl_azure_args *c, bool last)
{
	const bl_value *in = c->args[0];
	int64_t found = -1;
	if (in->kind == BL_LIST) {
		for (uint32_t i = 0; i < in->n && (last || found < 0); i++)
			if (bl_value_equal(in->list[i], c->args[1]) == BL_YES)
				found = i;
		return bl_azure_number(c->azure, c->span, found);
	}
	bl_str s, what;
	if (!text_of(c, 0, &s) || !text_of(c, 1, &what))
		return no_text(c);
	ptrdiff_t at = bl_str_findi(s, what, 0);
	while (at >= 0) {
		found = (int64_t)count(bl_str_slice(s, 0, (size_t)at));
		at = last ? bl_str_findi(s, what, (size_t)at + 1) : -1;
	}
	return bl_azure_number(c->azure, c->span, found);
}

const bl_value *bl_azure_fn_index_of(bl_azure_args *c)
{
	return find(c, false);
}

const bl_value *bl_azure_fn_last_index_of(bl_azure_args *c)
{
	return find(c, true);
}

/* Without regard to case. What is known of an unknown string may be enough. */
static const bl_value *has_end(bl_azure_args *c, bool at_end)
{
	const bl_value *v = c->args[0];
	bl_str s = {"", 0}, what;
	bool whole = v->kind != BL_UNKNOWN;
	if (c->args[1]->kind == BL_UNKNOWN)
		return bl_azure_unknown(c->azure, c->span, BL_BOOL, c->args, 2);
	if (!text_of(c, 1, &what) || (whole && !text_of(c, 0, &s)))
		return no_text(c);
	if (!whole)
		s = at_end ? v->unknown->suffix : v->unknown->prefix;
	size_t n = s.n < what.n ? s.n : what.n;
	bl_str x = at_end ? bl_str_slice(s, s.n - n, s.n) : bl_str_slice(s, 0, n);
	bl_str y = at_end ? bl_str_slice(what, what.n - n, what.n) : bl_str_slice(what, 0, n);
	bl_tri t = !bl_str_eqi(x, y)  ? BL_NO
		   : n == what.n      ? BL_YES
		   : whole	      ? BL_NO
				      : BL_MAYBE;
	return bl_azure_tri(c->azure, c->span, t, c->args, 2);
}

const bl_value *bl_azure_fn_starts_with(bl_azure_args *c)
{
	return has_end(c, false);
}

const bl_value *bl_azure_fn_ends_with(bl_azure_args *c)
{
	return has_end(c, true);
}

static void put_lower(bl_buf *out, bl_str s)
{
	for (size_t i = 0; i < s.n; i++)
		bl_buf_putc(out, s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i]);
}

static void put_upper(bl_buf *out, bl_str s)
{
	for (size_t i = 0; i < s.n; i++)
		bl_buf_putc(out, s.p[i] >= 'a' && s.p[i] <= 'z' ? (char)(s.p[i] - 32) : s.p[i]);
}

static const bl_value *cased(bl_azure_args *c, const bl_value *v, void (*put)(bl_buf *out, bl_str s))
{
	bl_partial p = {0};
	bl_partial_add(&p, v);
	bl_partial_map(&p, put);
	return bl_azure_partial(c->azure, c->span, &p, c->args, 1);
}

static const bl_value *change_case(bl_azure_args *c, void (*put)(bl_buf *out, bl_str s))
{
	const bl_value *v = c->args[0];
	if (v->kind != BL_UNKNOWN)
		return v->kind == BL_STRING ? cased(c, v, put) : no_text(c);
	bl_value *made = (bl_value *)cased(c, v, put);
	bl_unknown *u = (bl_unknown *)made->unknown;
	if (v->unknown->ncandidates)
		u->candidates = bl_new_n(c->arena, const bl_value *, v->unknown->ncandidates);
	for (size_t i = 0; i < v->unknown->ncandidates; i++) {
		const bl_value *one = v->unknown->candidates[i];
		if (one->kind != BL_STRING) {
			u->ncandidates = 0;
			break;
		}
		u->candidates[u->ncandidates++] = cased(c, one, put);
	}
	return made;
}

const bl_value *bl_azure_fn_to_lower(bl_azure_args *c)
{
	return change_case(c, put_lower);
}

const bl_value *bl_azure_fn_to_upper(bl_azure_args *c)
{
	return change_case(c, put_upper);
}

const bl_value *bl_azure_fn_trim(bl_azure_args *c)
{
	return c->args[0]->kind == BL_STRING ? bl_azure_string(c, bl_str_trim(c->args[0]->string)) : no_text(c);
}

const bl_value *bl_azure_fn_replace(bl_azure_args *c)
{
	bl_str s = {"", 0}, from, to;
	bool partial = c->args[0]->kind == BL_UNKNOWN;
	if ((!partial && !text_of(c, 0, &s)) || !text_of(c, 1, &from) || !text_of(c, 2, &to))
		return no_text(c);
	if (!from.n)
		return bl_azure_wrong(c, "the string to look for is empty");
	if (partial) {
		bl_partial p = {0};
		bl_partial_add(&p, c->args[0]);
		bl_partial_replace_text(&p, from, to);
		return bl_azure_partial(c->azure, c->span, &p, c->args, c->n);
	}
	bl_buf out = {0};
	size_t at = 0;
	ptrdiff_t found;
	while (out.n < BL_AZURE_MAX_TEXT && (found = bl_str_find(s, from, at)) >= 0) {
		bl_buf_put(&out, bl_str_slice(s, at, (size_t)found));
		bl_buf_put(&out, to);
		at = (size_t)found + from.n;
	}
	bl_buf_put(&out, bl_str_slice(s, at, s.n));
	bool fits = out.n < BL_AZURE_MAX_TEXT;
	bl_str text = fits ? bl_str_dup(c->arena, bl_buf_str(&out)) : BL_STR("");
	bl_buf_done(&out);
	return fits ? bl_azure_string(c, text) : bl_azure_wrong(c, "the result is too long");
}

static size_t delimiter_at(const bl_value *delimiters, bl_str s, size_t at)
{
	if (delimiters->kind == BL_STRING)
		return bl_str_starts(bl_str_slice(s, at, s.n), delimiters->string) ? delimiters->string.n : 0;
	for (uint32_t i = 0; delimiters->kind == BL_LIST && i < delimiters->n; i++) {
		bl_str d = bl_value_text(delimiters->list[i]);
		if (d.n && bl_str_starts(bl_str_slice(s, at, s.n), d))
			return d.n;
	}
	return 0;
}

const bl_value *bl_azure_fn_split(bl_azure_args *c)
{
	bl_values out = {0};
	if (c->args[0]->kind != BL_STRING ||
		(c->args[1]->kind != BL_STRING && c->args[1]->kind != BL_LIST))
		return bl_azure_wrong(c, "a string and its delimiters are needed");
	bl_str s = c->args[0]->string;
	size_t begin = 0;
	for (size_t at = 0; at < s.n;) {
		size_t n = delimiter_at(c->args[1], s, at);
		if (!n) {
			at++;
			continue;
		}
		bl_vec_push(c->arena, &out, bl_azure_string(c, bl_str_slice(s, begin, at)));
		begin = at += n;
	}
	bl_vec_push(c->arena, &out, bl_azure_string(c, bl_str_slice(s, begin, s.n)));
	return bl_values_value(c->arena, c->span, &out);
}

const bl_value *bl_azure_fn_join(bl_azure_args *c)
{
	if (c->args[0]->kind != BL_LIST || c->args[1]->kind != BL_STRING)
		return bl_azure_wrong(c, "an array and a delimiter are needed");
	uint32_t n = c->args[0]->n;
	const bl_value **parts = bl_new_n(c->arena, const bl_value *, 2 * (size_t)n + 1);
	size_t used = 0;
	for (uint32_t i = 0; i < n; i++) {
		if (i)
			parts[used++] = c->args[1];
		parts[used++] = c->args[0]->list[i];
	}
	return bl_azure_join(c->azure, c->span, parts, used);
}

const bl_value *bl_azure_fn_pad_left(bl_azure_args *c)
{
	bl_str s, fill = {" ", 1};
	int64_t n;
	if (!text_of(c, 0, &s) || !bl_azure_int(c->args[1], &n) || (c->n == 3 && !text_of(c, 2, &fill)))
		return bl_azure_wrong(c, "a string and a length are needed");
	if (count(fill) != 1 || n > MAX_PADDING || n < 0)
		return bl_azure_wrong(c, "one character to fill with and a sensible length are needed");
	bl_buf out = {0};
	for (int64_t i = (int64_t)count(s); i < n; i++)
		bl_buf_put(&out, fill);
	bl_buf_put(&out, s);
	const bl_value *v = bl_azure_string(c, bl_str_dup(c->arena, bl_buf_str(&out)));
	bl_buf_done(&out);
	return v;
}

const bl_value *bl_azure_fn_string(bl_azure_args *c)
{
	const bl_value *v = c->args[0];
	if (v->kind == BL_STRING)
		return v;
	bl_buf out = {0};
	bool known = bl_azure_text(&out, v, '"');
	bl_str s = bl_str_dup(c->arena, bl_buf_str(&out));
	bl_buf_done(&out);
	if (known)
		return bl_azure_string(c, s);
	bl_value *u = bl_azure_unknown(c->azure, c->span, BL_STRING, &v, 1);
	if (v->kind == BL_UNKNOWN) {
		bl_azure_own(c->azure, u)->prefix = v->unknown->prefix;
		bl_azure_own(c->azure, u)->suffix = v->unknown->suffix;
	}
	return u;
}

const bl_value *bl_azure_fn_json(bl_azure_args *c)
{
	bl_error error;
	if (c->args[0]->kind != BL_STRING)
		return no_text(c);
	const bl_value *v = bl_json_read(c->arena, c->args[0]->string, &error);
	return v ? bl_value_at(c->arena, v, c->span) : bl_azure_wrong(c, "this is no JSON");
}

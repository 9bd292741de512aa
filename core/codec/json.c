#include "core/codec/json.h"

#include "core/codec/json_stream.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void bl_json_begin(bl_json *j, bl_buf *out, bool pretty)
{
	*j = (bl_json){.out = out, .pretty = pretty, .first = true};
}

static void new_line(bl_json *j)
{
	if (!j->pretty)
		return;
	static const char spaces[] = "\n                                ";
	int left = 2 * j->depth, here = left < (int)sizeof spaces - 2 ? left : (int)sizeof spaces - 2;
	bl_buf_put(j->out, bl_str_make(spaces, (size_t)here + 1));
	for (left -= here; left; left -= 2)
		bl_buf_put(j->out, BL_STR("  "));
}

/* What stands before a value or a key. */
static void before(bl_json *j)
{
	if (j->after_key) {
		j->after_key = false;
		return;
	}
	if (!j->depth)
		return;
	if (!j->first)
		bl_buf_putc(j->out, ',');
	j->first = false;
	new_line(j);
}

static void open_with(bl_json *j, char c)
{
	before(j);
	bl_buf_putc(j->out, c);
	j->depth++;
	j->first = true;
}

static void close_with(bl_json *j, char c)
{
	j->depth--;
	if (!j->first)
		new_line(j);
	bl_buf_putc(j->out, c);
	j->first = false;
	if (!j->depth && j->pretty)
		bl_buf_putc(j->out, '\n');
	bl_buf_pass(j->out);
}

void bl_json_object(bl_json *j)
{
	open_with(j, '{');
}

void bl_json_object_end(bl_json *j)
{
	close_with(j, '}');
}

void bl_json_array(bl_json *j)
{
	open_with(j, '[');
}

void bl_json_array_end(bl_json *j)
{
	close_with(j, ']');
}

/* The length of the well-formed UTF-8 sequence at p, or 0. */
static size_t sequence(const unsigned char *p, size_t n)
{
	unsigned char c = p[0];
	size_t want = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : (c & 0xf0) == 0xe0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 0;
	if (!want || want > n)
		return 0;
	for (size_t i = 1; i < want; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((c == 0xe0 && p[1] < 0xa0) || (c == 0xed && p[1] > 0x9f) || (c == 0xf0 && p[1] < 0x90) ||
		(c == 0xf4 && p[1] > 0x8f))
		return 0;
	return want;
}

static void put_escape(bl_buf *out, unsigned char c)
{
	static const char shorts[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	for (size_t i = 0; i + 1 < sizeof shorts; i += 2) {
		if (c == (unsigned char)shorts[i]) {
			bl_buf_putc(out, '\\');
			bl_buf_putc(out, shorts[i + 1]);
			return;
		}
	}
	bl_buf_putf(out, "\\u%04x", c);
}

/* A byte that stands for itself. */
static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* Is each of the eight bytes at p plain? A byte of a sum has its high bit where it is not; what a lower byte carries over comes behind one that has. */
static bool are_plain(const unsigned char *p)
{
	const uint64_t ones = 0x0101010101010101ull, high = 0x80 * ones;
	uint64_t w;
	memcpy(&w, p, sizeof w);
	uint64_t quote = w ^ '"' * ones, backslash = w ^ '\\' * ones, last = w ^ 0x7f * ones;
	uint64_t odd = w | ((w - 0x20 * ones) & ~w) | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) | ((last - ones) & ~last);
	return !(odd & high);
}

static void put_text(bl_buf *out, bl_str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t run = 0;
	bl_buf_putc(out, '"');
	for (size_t i = 0; i < s.n;) {
		if (i + 8 <= s.n && are_plain(p + i)) {
			i += 8;
			continue;
		}
		if (is_plain(p[i])) {
			i++;
			continue;
		}
		size_t n = sequence(p + i, s.n - i);
		if (n > 1) {
			i += n;
			continue;
		}
		bl_buf_put(out, bl_str_slice(s, run, i));
		if (n)
			put_escape(out, p[i]);
		else
			bl_buf_put(out, BL_STR("\xef\xbf\xbd"));
		run = ++i;
	}
	bl_buf_put(out, bl_str_slice(s, run, s.n));
	bl_buf_putc(out, '"');
}

void bl_json_key_str(bl_json *j, bl_str key)
{
	before(j);
	put_text(j->out, key);
	bl_buf_put(j->out, j->pretty ? BL_STR(": ") : BL_STR(":"));
	j->after_key = true;
}

void bl_json_key(bl_json *j, const char *key)
{
	bl_json_key_str(j, bl_str_of(key));
}

void bl_json_str(bl_json *j, bl_str s)
{
	before(j);
	put_text(j->out, s);
}

void bl_json_strz(bl_json *j, const char *z)
{
	bl_json_str(j, bl_str_of(z));
}

void bl_json_int(bl_json *j, long long n)
{
	before(j);
	char text[24];
	size_t at = sizeof text;
	unsigned long long u = n < 0 ? 0 - (unsigned long long)n : (unsigned long long)n;
	do
		text[--at] = (char)('0' + u % 10);
	while (u /= 10);
	if (n < 0)
		text[--at] = '-';
	bl_buf_put(j->out, bl_str_make(text + at, sizeof text - at));
}

/* Confidences and weights have up to three digits after the point; -1 for what has more, or what %g would write with an exponent. */
static long thousandths(double n)
{
	if (!(n >= 0.001 && n < 1e6))
		return -1;
	long k = lround(n * 1000);
	return (double)k / 1000 == n ? k : -1;
}

static void put_thousandths(bl_buf *out, long k)
{
	char text[16];
	size_t at = sizeof text, end = sizeof text;
	for (int digits = 0; digits < 4 || k; digits++, k /= 10) {
		if (digits == 3)
			text[--at] = '.';
		text[--at] = (char)('0' + k % 10);
	}
	while (text[end - 1] == '0')
		end--;
	end -= text[end - 1] == '.';
	bl_buf_put(out, bl_str_make(text + at, end - at));
}

void bl_json_double(bl_json *j, double n)
{
	char text[40];
	before(j);
	long k = thousandths(n);
	if (k >= 0) {
		put_thousandths(j->out, k);
		return;
	}
	if (!isfinite(n)) {
		bl_buf_putz(j->out, "null");
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, n);
		if (strtod(text, NULL) == n)
			break;
	}
	bl_buf_putz(j->out, text);
}

void bl_json_bool(bl_json *j, bool b)
{
	before(j);
	bl_buf_putz(j->out, b ? "true" : "false");
}

void bl_json_null(bl_json *j)
{
	before(j);
	bl_buf_putz(j->out, "null");
}

static size_t skip_digits(bl_str s, size_t i)
{
	while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
		i++;
	return i;
}

static bool is_json_number(bl_str s)
{
	size_t i = s.n && s.p[0] == '-', start = i;
	i = skip_digits(s, i);
	if (i == start || (s.p[start] == '0' && i > start + 1))
		return false;
	if (i < s.n && s.p[i] == '.') {
		start = ++i;
		if ((i = skip_digits(s, i)) == start)
			return false;
	}
	if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
		i++;
		if (i < s.n && (s.p[i] == '+' || s.p[i] == '-'))
			i++;
		start = i;
		if ((i = skip_digits(s, i)) == start)
			return false;
	}
	return i == s.n;
}

static void put_number(bl_json *j, const bl_value *v)
{
	if (!is_json_number(v->digits)) {
		bl_json_double(j, v->number);
		return;
	}
	before(j);
	bl_buf_put(j->out, v->digits);
}

static void put_unknown(bl_json *j, bl_str why)
{
	bl_json_object(j);
	bl_json_member(j, "$unknown", why);
	bl_json_object_end(j);
}

static void put_value(bl_json *j, const bl_value *v, int depth)
{
	if (!v) {
		bl_json_null(j);
		return;
	}
	if (v->sensitive) {
		bl_json_object(j);
		bl_json_member_bool(j, "$sensitive", true);
		bl_json_object_end(j);
		return;
	}
	if (depth > BL_JSON_MAX_DEPTH) {
		put_unknown(j, BL_STR("nested too deeply"));
		return;
	}
	switch ((bl_kind)v->kind) {
	case BL_NULL:
		bl_json_null(j);
		break;
	case BL_BOOL:
		bl_json_bool(j, v->boolean);
		break;
	case BL_NUMBER:
		put_number(j, v);
		break;
	case BL_STRING:
		bl_json_str(j, v->string);
		break;
	case BL_LIST:
		bl_json_array(j);
		for (uint32_t i = 0; i < v->n; i++)
			put_value(j, v->list[i], depth + 1);
		bl_json_array_end(j);
		break;
	case BL_MAP:
		bl_json_object(j);
		for (uint32_t i = 0; i < v->n; i++) {
			bl_json_key_str(j, v->map[i].key);
			put_value(j, v->map[i].value, depth + 1);
		}
		bl_json_object_end(j);
		break;
	case BL_UNKNOWN:
		put_unknown(j, v->unknown->why);
		break;
	}
}

void bl_json_value(bl_json *j, const bl_value *v)
{
	put_value(j, v, 0);
}

void bl_json_member(bl_json *j, const char *key, bl_str s)
{
	bl_json_key(j, key);
	bl_json_str(j, s);
}

void bl_json_member_int(bl_json *j, const char *key, long long n)
{
	bl_json_key(j, key);
	bl_json_int(j, n);
}

void bl_json_member_bool(bl_json *j, const char *key, bool b)
{
	bl_json_key(j, key);
	bl_json_bool(j, b);
}

static bool take_whole(void *context, size_t path, const bl_value *v, uint64_t offset, bl_arena *arena)
{
	*(const bl_value **)context = v;
	return true;
}

static const bl_value *read_whole(bl_arena *arena, uint32_t source, bl_str text, uint64_t *offset, bl_error *error)
{
	static const char *const paths[] = {""};
	const bl_value *v = NULL;
	*offset = 0;
	if (text.n > UINT32_MAX) {
		bl_error_set(error, BL_LIMIT, "the text is larger than 4 GiB");
		return NULL;
	}
	if (!text.p)
		text = BL_STR("");
	bl_json_stream *s = bl_json_stream_new(&(bl_json_stream_options){.paths = paths, .npaths = 1,
		.part = take_whole, .context = &v, .whole = text, .source = source, .arena = arena});
	bl_status status = bl_json_stream_feed(s, text, error);
	if (status == BL_OK)
		status = bl_json_stream_end(s, error);
	*offset = bl_json_stream_offset(s);
	bl_json_stream_free(s);
	return status == BL_OK ? v : NULL;
}

const bl_value *bl_json_read(bl_arena *arena, bl_str text, bl_error *error)
{
	uint64_t offset;
	return read_whole(arena, 0, text, &offset, error);
}

const bl_value *bl_json_read_source(bl_arena *arena, uint32_t source, bl_str text, bl_diag_list *diags)
{
	uint64_t offset;
	bl_error error = {""};
	const bl_value *v = read_whole(arena, source, text, &offset, &error);
	uint32_t at = (uint32_t)(offset < text.n ? offset : text.n);
	if (!v)
		bl_diag_add(arena, diags, BL_DIAG_ERROR, (bl_span){source, at, at}, "%s", error.text[0] ? error.text : "no valid JSON");
	return v;
}

/* Functions over text that is known in part: what they certainly keep. Nothing is said that some value of the gaps would break. */
#include "eval/functions/partial.h"

#include "core/codec/unicode.h"

const bl_value *bl_tf_partial(bl_tf_args *a, bl_partial *p)
{
	if (!p->gaps)
		return bl_tf_take(a, &p->text);
	bl_value *v = (bl_value *)bl_tf_not_known(a, BL_STRING);
	bl_unknown *u = (bl_unknown *)v->unknown;
	u->not_null = true;
	if (p->text.n > BL_TF_MAX_STRING)
		bl_partial_gap(p, NULL, 0, SIZE_MAX);
	bl_partial_tell(p, a->arena, u);
	bl_partial_done(p);
	return v;
}

static void put_uuid(bl_partial *p)
{
	bl_partial_uuid(p, false);
}

/* Digests, times and ids are of one form, whatever they are of: letters, then an end; without letters a UUID or a time. */
static const struct {
	const char *name, *letters;
	size_t length;
	const char *end;
	void (*put)(bl_partial *p);
} forms[] = {
#define HEX "0123456789abcdef"
#define BASE64 "+/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	{"base64sha256", BASE64, 43, "=", NULL},
	{"base64sha512", BASE64, 86, "==", NULL},
	{"filebase64sha256", BASE64, 43, "=", NULL},
	{"filebase64sha512", BASE64, 86, "==", NULL},
	{"filemd5", HEX, 32, "", NULL},
	{"filesha1", HEX, 40, "", NULL},
	{"filesha256", HEX, 64, "", NULL},
	{"filesha512", HEX, 128, "", NULL},
	{"md5", HEX, 32, "", NULL},
	{"plantimestamp", NULL, 0, NULL, bl_tf_put_time},
	{"sha1", HEX, 40, "", NULL},
	{"sha256", HEX, 64, "", NULL},
	{"sha512", HEX, 128, "", NULL},
	{"timestamp", NULL, 0, NULL, bl_tf_put_time},
	{"uuid", NULL, 0, NULL, put_uuid},
	{"uuidv5", NULL, 0, NULL, put_uuid},
};

bool bl_tf_partial_form(bl_str name, bl_partial *p)
{
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		if (!bl_str_eqz(name, forms[i].name))
			continue;
		if (forms[i].put) {
			forms[i].put(p);
			return true;
		}
		bl_bytes letters = bl_bytes_of(bl_str_of(forms[i].letters));
		bl_partial_gap(p, &letters, forms[i].length, forms[i].length);
		bl_partial_put(p, bl_str_of(forms[i].end));
		return true;
	}
	return false;
}

/* Every byte is one character that stands for itself. */
static bool plain(bl_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80 || s.p[i] == '\r')
			return false;
	return true;
}

static bl_partial known_of(const bl_value *v)
{
	bl_partial p = {0};
	bl_partial_add(&p, v);
	return p;
}

const bl_value *bl_tf_partial_map(bl_tf_args *a, void (*change)(bl_buf *out, bl_str piece))
{
	bl_partial p = known_of(a->v[0]);
	bl_partial_map(&p, change);
	return bl_tf_partial(a, &p);
}

const bl_value *bl_tf_partial_replace(bl_tf_args *a, bl_str find, bl_str with)
{
	bl_partial p = known_of(a->v[0]);
	bl_partial_replace_text(&p, find, with);
	return bl_tf_partial(a, &p);
}

const bl_value *bl_tf_partial_substr(bl_tf_args *a, long long offset, long long length)
{
	bl_partial p = known_of(a->v[0]), out = {0};
	bl_str head = bl_partial_prefix(&p);
	size_t n = length < 0 || (offset < 0 && !length) ? SIZE_MAX : (size_t)length;
	bool sized = p.least == p.most, whole = bl_partial_plain(&p);
	size_t all = p.text.n - p.gaps + (sized ? p.least : 0);
	if (whole && offset < 0 && sized)
		offset = (size_t)-offset > all ? 0 : (long long)all + offset;
	if (whole && offset >= 0) {
		bl_partial_cut(&p, (size_t)offset, n);
		return bl_tf_partial(a, &p);
	}
	/* a character that is not known may join the last one before it */
	if (offset >= 0 && (size_t)offset < head.n && plain(head)) {
		size_t left = head.n - (size_t)offset;
		bl_partial_put(&out, bl_str_slice(head, (size_t)offset, n < left ? (size_t)offset + n : head.n));
		if (n >= left)
			bl_partial_gap(&out, NULL, 0, SIZE_MAX);
	} else {
		bl_partial_gap(&out, NULL, 0, SIZE_MAX);
	}
	bl_partial_done(&p);
	return bl_tf_partial(a, &out);
}

static bl_str trimmed(bl_str s, const bl_bytes *set, bool left, bool right)
{
	while (left && s.n && bl_bytes_has(set, s.p[0]))
		s = bl_str_slice(s, 1, s.n);
	while (right && s.n && bl_bytes_has(set, s.p[s.n - 1]))
		s.n--;
	return s;
}

const bl_value *bl_tf_partial_trim(bl_tf_args *a, bl_str cutset)
{
	bl_partial p = known_of(a->v[0]), out = {0};
	bl_bytes bytes = bl_bytes_of(cutset), *set = &bytes;
	bl_str head = bl_partial_prefix(&p), tail = bl_partial_suffix(&p), all = bl_buf_str(&p.text);
	bl_str begin = trimmed(head, set, true, false), end = trimmed(tail, set, false, true);
	if (!plain(head) || !plain(tail) || !plain(cutset)) {
		bl_partial_done(&p);
		return bl_tf_not_known(a, BL_STRING);
	}
	bl_partial_blur(&out, &p, head, tail);
	/* where an end is all gone, it goes on into the gaps, which may be empty, and what stands behind them */
	bool stops = !out.any && !bl_bytes_meet(&out.letters, set) && out.least;
	bool left = begin.n || stops, right = end.n || stops;
	bl_partial_done(&out);
	out = (bl_partial){0};
	if (left && right) {
		bl_partial_copy(&out, bl_str_slice(all, head.n - begin.n, all.n - (tail.n - end.n)), &p);
	} else {
		bl_partial rest = {0};
		begin = right ? begin : trimmed(begin, set, false, true);
		end = left ? end : trimmed(end, set, true, false);
		bl_partial_blur(&rest, &p, BL_STR(""), BL_STR(""));
		bl_partial_put(&out, begin);
		bl_partial_gap(&out, rest.any ? NULL : &rest.letters, 0, rest.most);
		bl_partial_put(&out, end);
		bl_partial_done(&rest);
	}
	bl_partial_done(&p);
	return bl_tf_partial(a, &out);
}

/* Could a text that begins with known begin with what? */
static bl_tri begins(bl_str known, bl_str what)
{
	size_t n = known.n < what.n ? known.n : what.n;
	if (!bl_str_eq(bl_str_slice(known, 0, n), bl_str_slice(what, 0, n)))
		return BL_NO;
	return n == what.n ? BL_YES : BL_MAYBE;
}

static bl_tri ends(bl_str known, bl_str what)
{
	size_t n = known.n < what.n ? known.n : what.n;
	if (!bl_str_eq(bl_str_slice(known, known.n - n, known.n), bl_str_slice(what, what.n - n, what.n)))
		return BL_NO;
	return n == what.n ? BL_YES : BL_MAYBE;
}

/* Does the text of v begin, or end, with what? The letters of a gap may rule it out. */
static bl_tri has_end(const bl_value *v, bl_str what, bool last)
{
	bl_partial p = known_of(v);
	bl_str known = last ? bl_partial_suffix(&p) : bl_partial_prefix(&p);
	bl_tri t = last ? ends(known, what) : begins(known, what);
	/* the first byte beyond what is known is a letter of the gap, when the only gap has one */
	if (t == BL_MAYBE && !p.any && p.gaps == 1 && p.least &&
		!bl_bytes_has(&p.letters, last ? what.p[what.n - known.n - 1] : what.p[known.n]))
		t = BL_NO;
	bl_partial_done(&p);
	return t;
}

const bl_value *bl_tf_partial_has_end(bl_tf_args *a, bl_str what, bool last)
{
	bl_tri t = has_end(a->v[0], what, last);
	return t == BL_MAYBE ? bl_tf_not_known(a, BL_BOOL) : bl_tf_flag(a, t == BL_YES);
}

const bl_value *bl_tf_partial_contains(bl_tf_args *a, bl_str what)
{
	bl_partial p = known_of(a->v[0]);
	bl_str piece, rest = bl_buf_str(&p.text);
	bool found = false;
	for (size_t i = 0; i <= p.gaps && !found; i++) {
		rest = bl_str_cut(rest, BL_GAP, &piece);
		found = bl_str_find(piece, what, 0) >= 0;
	}
	/* a byte that stands nowhere cannot be found */
	bl_bytes all = bl_bytes_of(bl_buf_str(&p.text));
	bool never = false;
	for (size_t i = 0; i < what.n; i++)
		never |= !p.any && !bl_bytes_has(&all, what.p[i]) && !bl_bytes_has(&p.letters, what.p[i]);
	bl_partial_done(&p);
	return found ? bl_tf_flag(a, true) : never ? bl_tf_flag(a, false) : bl_tf_not_known(a, BL_BOOL);
}

const bl_value *bl_tf_partial_without_end(bl_tf_args *a, bl_str what, bool last)
{
	bl_tri t = has_end(a->v[0], what, last);
	if (t == BL_NO || !what.n)
		return a->v[0];
	bl_partial p = known_of(a->v[0]), out = {0};
	bl_str head = bl_partial_prefix(&p), tail = bl_partial_suffix(&p);
	bl_str all = bl_buf_str(&p.text);
	if (t == BL_YES) {
		bl_partial_copy(&out, last ? bl_str_slice(all, 0, all.n - what.n) : bl_str_slice(all, what.n, all.n), &p);
	} else {
		/* the other end stays, but where it may be reached */
		size_t sure = all.n - p.gaps + p.least;
		head = last && sure - head.n >= what.n ? head : BL_STR("");
		tail = !last && sure - tail.n >= what.n ? tail : BL_STR("");
		bl_partial_put(&out, head);
		bl_partial_blur(&out, &p, head, tail);
		out.least = out.least > what.n ? out.least - what.n : 0;
		bl_partial_put(&out, tail);
	}
	bl_partial_done(&p);
	return bl_tf_partial(a, &out);
}

const bl_value *bl_tf_partial_split(bl_tf_args *a, const bl_value *text, char separator)
{
	bl_partial p = known_of(text);
	bl_values out = {0};
	bl_str piece, rest = bl_buf_str(&p.text);
	if (p.any || bl_bytes_has(&p.letters, separator)) {
		bl_partial_done(&p);
		return bl_tf_not_known(a, BL_LIST);
	}
	for (bool more = true; more;) {
		more = bl_str_find(rest, bl_str_make(&separator, 1), 0) >= 0;
		rest = bl_str_cut(rest, separator, &piece);
		size_t gaps = 0;
		for (size_t i = 0; i < piece.n; i++)
			gaps += piece.p[i] == BL_GAP;
		bl_partial one = {0};
		if (gaps)
			bl_partial_copy(&one, piece, &p);
		else
			bl_partial_put(&one, piece);
		/* what all gaps have together says little of some */
		one.least = gaps == p.gaps ? one.least : 0;
		one.gaps = gaps;
		bl_vec_push(a->arena, &out, bl_tf_partial(a, &one));
	}
	bl_partial_done(&p);
	bl_value *v = bl_tf_list(a, &out, BL_SHAPE_TYPED);
	v->element = &bl_tf_type_string;
	return v;
}

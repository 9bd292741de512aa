#include "core/base/partial.h"

static const bl_str gap = {(const char[]){BL_GAP}, 1};

bl_bytes bl_bytes_of(bl_str s)
{
	bl_bytes set = {0};
	for (size_t i = 0; i < s.n; i++)
		bl_bytes_add(&set, s.p[i]);
	return set;
}

bool bl_bytes_meet(const bl_bytes *a, const bl_bytes *b)
{
	for (size_t i = 0; i < 4; i++)
		if (a->bits[i] & b->bits[i])
			return true;
	return false;
}

static void add_all(bl_bytes *to, const bl_bytes *from)
{
	for (size_t i = 0; i < 4; i++)
		to->bits[i] |= from->bits[i];
}

static size_t sum(size_t a, size_t b)
{
	return a > SIZE_MAX - b ? SIZE_MAX : a + b;
}

/* a - b where a may be without limit. */
static size_t less(size_t a, size_t b)
{
	return a == SIZE_MAX ? a : a > b ? a - b : 0;
}

static size_t least_of(size_t a, size_t b)
{
	return a < b ? a : b;
}

void bl_partial_put(bl_partial *p, bl_str known)
{
	bl_buf_put(&p->text, known);
	/* no text has this byte, but bytes that are none may: then it is any byte */
	for (size_t i = 0; i < known.n; i++) {
		if (known.p[i] != BL_GAP)
			continue;
		p->gaps++;
		p->least = sum(p->least, 1);
		p->most = sum(p->most, 1);
		p->any = true;
	}
}

void bl_partial_gap(bl_partial *p, const bl_bytes *letters, size_t least, size_t most)
{
	bl_buf_put(&p->text, gap);
	p->gaps++;
	p->least = sum(p->least, least);
	p->most = sum(p->most, most);
	p->any = p->any || !letters;
	if (letters)
		add_all(&p->letters, letters);
}

void bl_partial_add(bl_partial *p, const bl_value *v)
{
	const bl_unknown *u = v->kind == BL_UNKNOWN ? v->unknown : NULL;
	if (v->kind == BL_STRING) {
		bl_partial_put(p, v->string);
		return;
	}
	size_t before = p->text.n, gaps = 0;
	bl_value_put_pattern(&p->text, v);
	for (size_t i = before; i < p->text.n; i++)
		gaps += p->text.p[i] == BL_GAP;
	size_t known = p->text.n - before - gaps;
	p->gaps += gaps;
	p->least = sum(p->least, u ? less(u->least, known) : 0);
	p->most = sum(p->most, u && u->most ? less(u->most, known) : SIZE_MAX);
	p->any = p->any || !u || !u->alphabet.n;
	bl_bytes letters = bl_bytes_of(u ? u->alphabet : BL_STR(""));
	add_all(&p->letters, &letters);
}

void bl_partial_uuid(bl_partial *p, bool any_case)
{
	static const size_t groups[] = {8, 4, 4, 4, 12};
	bl_bytes letters = bl_bytes_of(any_case ? BL_STR("0123456789ABCDEFabcdef") : BL_STR("0123456789abcdef"));
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
		if (i)
			bl_partial_put(p, BL_STR("-"));
		bl_partial_gap(p, &letters, groups[i], groups[i]);
	}
}

void bl_partial_copy(bl_partial *p, bl_str piece, const bl_partial *from)
{
	bl_buf_put(&p->text, piece);
	p->gaps = from->gaps;
	p->least = from->least;
	p->most = from->most;
	p->any = from->any;
	p->letters = from->letters;
}

void bl_partial_blur(bl_partial *p, const bl_partial *from, bl_str prefix, bl_str suffix)
{
	bl_str all = bl_buf_str(&from->text), middle = bl_str_slice(all, prefix.n, all.n - suffix.n);
	bl_bytes letters = from->letters;
	for (size_t i = 0; i < middle.n; i++)
		if (middle.p[i] != BL_GAP)
			bl_bytes_add(&letters, middle.p[i]);
	size_t known = middle.n - from->gaps;
	bl_partial_gap(p, from->any ? NULL : &letters, sum(from->least, known), sum(from->most, known));
}

bl_str bl_partial_prefix(const bl_partial *p)
{
	bl_str head;
	bl_str_cut(bl_buf_str(&p->text), BL_GAP, &head);
	return head;
}

bl_str bl_partial_suffix(const bl_partial *p)
{
	bl_str all = bl_buf_str(&p->text);
	return bl_str_slice(all, (size_t)(bl_str_rfind_char(all, BL_GAP) + 1), all.n);
}

bool bl_partial_plain(const bl_partial *p)
{
	if (p->any || p->letters.bits[2] || p->letters.bits[3] || bl_bytes_has(&p->letters, '\r'))
		return false;
	for (size_t i = 0; i < p->text.n; i++)
		if (p->text.p[i] != BL_GAP && ((unsigned char)p->text.p[i] >= 0x80 || p->text.p[i] == '\r'))
			return false;
	return true;
}

/* p's text is replaced by text, which has as many gaps. */
static void become(bl_partial *p, bl_buf *text)
{
	bl_buf_done(&p->text);
	p->text = *text;
}

void bl_partial_map(bl_partial *p, void (*change)(bl_buf *out, bl_str piece))
{
	bl_buf text = {0};
	bl_str piece, rest = bl_buf_str(&p->text);
	for (size_t i = 0; i <= p->gaps; i++) {
		rest = bl_str_cut(rest, BL_GAP, &piece);
		change(&text, piece);
		if (i < p->gaps)
			bl_buf_put(&text, gap);
	}
	become(p, &text);
	bl_bytes letters = {0};
	for (int c = 0; c < 256; c++) {
		char byte = (char)c;
		if (!bl_bytes_has(&p->letters, byte))
			continue;
		/* what one byte of several says cannot be told from the byte */
		p->any = p->any || c >= 0x80;
		bl_buf one = {0};
		if (c < 0x80)
			change(&one, bl_str_make(&byte, 1));
		for (size_t i = 0; i < one.n; i++)
			bl_bytes_add(&letters, one.p[i]);
		bl_buf_done(&one);
	}
	p->letters = letters;
	if (p->any) {
		/* other letters may have other lengths */
		p->least = 0;
		p->most = SIZE_MAX;
	}
}

void bl_partial_replace(bl_partial *p, const bl_bytes *which, bl_str with)
{
	bl_buf text = {0};
	bl_bytes kept = {0}, made = bl_bytes_of(with);
	for (size_t i = 0; i < p->text.n; i++) {
		char c = p->text.p[i];
		bl_buf_put(&text, c != BL_GAP && bl_bytes_has(which, c) ? with : bl_str_make(&c, 1));
	}
	become(p, &text);
	if (!p->gaps || (!p->any && !bl_bytes_meet(&p->letters, which)))
		return;
	for (int c = 0; c < (unsigned char)BL_GAP; c++)
		if ((p->any || bl_bytes_has(&p->letters, (char)c)) && !bl_bytes_has(which, (char)c))
			bl_bytes_add(&kept, (char)c);
	add_all(&kept, &made);
	p->any = false;
	p->letters = kept;
	if (!with.n)
		p->least = 0;
	else if (with.n > 1)
		p->most = p->most > SIZE_MAX / with.n ? SIZE_MAX : p->most * with.n;
}

void bl_partial_replace_text(bl_partial *p, bl_str find, bl_str with)
{
	bl_bytes one = bl_bytes_of(find);
	if (find.n == 1 && (unsigned char)find.p[0] < 0x80) {
		bl_partial_replace(p, &one, with);
		return;
	}
	bl_partial out = {0};
	bl_str head = bl_partial_prefix(p), tail = bl_partial_suffix(p);
	size_t at = 0;
	while (at + find.n <= head.n) {
		bool here = bl_str_eq(bl_str_slice(head, at, at + find.n), find);
		bl_partial_put(&out, here ? with : bl_str_slice(head, at, at + 1));
		at += here ? find.n : 1;
	}
	bl_partial_gap(&out, NULL, 0, SIZE_MAX);
	/* one that begins before the tail ends before this */
	if (find.n - 1 < tail.n && bl_str_find(tail, find, 0) < 0)
		bl_partial_put(&out, bl_str_slice(tail, find.n - 1, tail.n));
	bl_partial_done(p);
	*p = out;
}

void bl_partial_cut(bl_partial *p, size_t from, size_t n)
{
	bl_str all = bl_buf_str(&p->text), head = bl_partial_prefix(p), tail = bl_partial_suffix(p);
	bl_partial out = {0};
	bl_str first = bl_str_slice(head, from, from + least_of(n, head.n));
	bl_partial_put(&out, first);
	from = less(from, head.n);
	n = less(n, first.n);
	bl_partial middle = {0};
	if (p->gaps)
		bl_partial_blur(&middle, p, head, tail);
	size_t least = middle.least, most = middle.most;
	if (!p->gaps || !n) {
		;
	} else if (!from && n >= sum(most, tail.n)) {
		/* all that is left stays as it is, with all its pieces */
		bl_partial_copy(&out, bl_str_slice(all, head.n, all.n), p);
	} else if (least == most || (n == SIZE_MAX && from <= least)) {
		/* where the tail begins is certain, or does not matter */
		size_t some = least_of(n, less(least, from)), more = least_of(n, less(most, from));
		if (more)
			bl_partial_gap(&out, &middle.letters, some, more);
		n = less(n, more);
		from = less(from, most == SIZE_MAX ? from : most);
		bl_partial_put(&out, bl_str_slice(tail, from, from + least_of(n, tail.n)));
	} else {
		bl_bytes ends = bl_bytes_of(tail);
		add_all(&ends, &middle.letters);
		bl_partial_gap(&out, &ends, least_of(n, less(sum(least, tail.n), from)), least_of(n, less(sum(most, tail.n), from)));
	}
	bl_partial_done(&middle);
	bl_partial_done(p);
	*p = out;
}

/* How many bytes two texts begin with, or end with, alike; whole characters alone. */
static size_t alike(bl_str a, bl_str b, bool ends)
{
	size_t most = a.n < b.n ? a.n : b.n, n = 0;
	while (n < most && (ends ? a.p[a.n - 1 - n] == b.p[b.n - 1 - n] : a.p[n] == b.p[n]))
		n++;
	/* a byte 10xxxxxx goes on with the character before it */
	while (n && ((ends ? a.p[a.n - n] : n < a.n ? a.p[n] : 0) & 0xc0) == 0x80)
		n--;
	return n;
}

void bl_partial_either(bl_partial *p, const bl_partial *a, const bl_partial *b)
{
	bl_str x = bl_buf_str(&a->text), y = bl_buf_str(&b->text);
	size_t begin = alike(bl_partial_prefix(a), bl_partial_prefix(b), false);
	bl_str left[] = {bl_partial_suffix(a), bl_partial_suffix(b)};
	for (int i = 0; i < 2; i++) {
		const bl_partial *of = i ? b : a;
		if (!of->gaps)
			left[i] = bl_str_slice(left[i], begin, left[i].n);
	}
	size_t end = alike(left[0], left[1], true), known = begin + end;
	size_t least[] = {sum(a->least, x.n - a->gaps), sum(b->least, y.n - b->gaps)};
	size_t most[] = {sum(a->most, x.n - a->gaps), sum(b->most, y.n - b->gaps)};
	size_t fewest = least[0] < least[1] ? least[0] : least[1], longest = most[0] > most[1] ? most[0] : most[1];
	if (bl_str_eq(x, y)) {
		bl_buf_put(&p->text, x);
		p->gaps = a->gaps;
		p->any = a->any || b->any;
		p->least = a->least < b->least ? a->least : b->least;
		p->most = a->most > b->most ? a->most : b->most;
		for (size_t i = 0; i < sizeof p->letters.bits / sizeof *p->letters.bits; i++)
			p->letters.bits[i] = a->letters.bits[i] | b->letters.bits[i];
		return;
	}
	bl_str suffix = bl_str_slice(left[0], left[0].n - end, left[0].n);
	bl_partial_put(p, bl_str_slice(x, 0, begin));
	bl_partial_gap(p, NULL, fewest > known ? fewest - known : 0, longest == SIZE_MAX ? SIZE_MAX : longest - known);
	bl_partial_put(p, suffix);
}

void bl_partial_tell(const bl_partial *p, bl_arena *arena, bl_unknown *u)
{
	bl_str all = bl_buf_str(&p->text);
	size_t known = all.n - p->gaps;
	bl_bytes letters = p->letters;
	bl_unknown_set_pattern(u, bl_str_dup(arena, all));
	/* a pattern too long to be kept leaves its ends: then all between them is one gap */
	for (size_t i = u->prefix.n; !u->pattern.n && i < all.n - u->suffix.n; i++)
		if (all.p[i] != BL_GAP)
			bl_bytes_add(&letters, all.p[i]);
	u->least = sum(p->least, known);
	u->most = p->most == SIZE_MAX ? 0 : sum(p->most, known);
	char alphabet[256];
	size_t n = 0;
	for (int c = 0; !p->any && c < 256; c++)
		if (bl_bytes_has(&letters, (char)c))
			alphabet[n++] = (char)c;
	u->alphabet = n ? bl_str_dup(arena, bl_str_make(alphabet, n)) : BL_STR("");
}

void bl_partial_done(bl_partial *p)
{
	bl_buf_done(&p->text);
}

/* Strings, templates and heredocs: literal runs between interpolations, escapes, dedenting, strip markers. */
#include "parsers/terraform/hcl.h"

#include <ctype.h>

typedef BL_VEC(bl_expr *) parts;

static void read_parts(bl_hcl *h, uint32_t pos, uint32_t end, parts *out);

static void add_run(bl_hcl *h, uint32_t begin, uint32_t end, parts *out)
{
	if (begin >= end)
		return;
	bl_expr *e = bl_expr_new(h->arena, BL_EXPR_LITERAL, bl_hcl_span(h, begin, end), 0);
	bl_hcl_run run = {.expr = e, .begin = begin, .end = end, .trim_left = h->trim_next};
	bl_vec_push(h->arena, &h->runs, run);
	bl_vec_push(h->arena, out, e);
	h->trim_next = false;
}

/* A strip marker at the begin of the node under the cursor trims the run before it, one at its end the run after it. */
static void strip_markers(bl_hcl *h, bl_hcl_node n)
{
	h->trim_next = false;
	if (n.begin + 2 < n.end && h->text.p[n.begin + 2] == '~' && h->runs.n &&
		h->runs.items[h->runs.n - 1].end == n.begin)
		h->runs.items[h->runs.n - 1].trim_right = true;
	if (n.end >= n.begin + 2 && h->text.p[n.end - 2] == '~')
		h->trim_next = true;
}

static bl_expr *first_expression(bl_hcl *h)
{
	bl_expr *e = NULL;
	if (!bl_hcl_enter(h))
		return NULL;
	do {
		if (bl_hcl_here(h).symbol == BL_HCL_EXPRESSION)
			e = bl_hcl_expression(h);
	} while (bl_hcl_next(h));
	bl_hcl_leave(h);
	return e;
}

static bl_expr *interpolation(bl_hcl *h, bl_hcl_node n)
{
	/* the expression may hold templates of its own, which know nothing of this one's markers and runs */
	bl_expr *e = first_expression(h);
	strip_markers(h, n);
	return e ? e : bl_expr_string(h->arena, bl_hcl_span(h, n.begin, n.end), BL_STR(""));
}

static bl_expr *joined(bl_hcl *h, uint32_t begin, uint32_t end, const parts *p)
{
	bl_expr *e = bl_expr_new(h->arena, BL_EXPR_TEMPLATE, bl_hcl_span(h, begin, end), 0);
	e->kids = p->items;
	e->n = (uint32_t)p->n;
	return e;
}

static bl_expr *for_directive(bl_hcl *h, bl_hcl_node n)
{
	bl_expr *each = bl_expr_new(h->arena, BL_EXPR_FOR, bl_hcl_span(h, n.begin, n.end), 4);
	bl_expr *e = bl_expr_new(h->arena, BL_EXPR_TEMPLATE, bl_hcl_span(h, n.begin, n.end), 1);
	parts body = {0};
	bl_hcl_node begin = bl_hcl_here(h);
	if (begin.symbol == BL_HCL_TEMPLATE_FOR_BEGIN)
		bl_hcl_for_intro(h, each);
	strip_markers(h, begin);
	read_parts(h, begin.end, n.end, &body);
	bl_hcl_node last = bl_hcl_here(h);
	if (last.symbol == BL_HCL_TEMPLATE_FOR_END)
		strip_markers(h, last);
	each->kids[2] = joined(h, begin.end, last.begin, &body);
	e->kids[0] = each;
	e->expand = true;
	return each->kids[0] ? e : bl_hcl_opaque(h, n.begin, n.end);
}

static bl_expr *if_directive(bl_hcl *h, bl_hcl_node n)
{
	bl_expr *e = bl_expr_new(h->arena, BL_EXPR_CONDITION, bl_hcl_span(h, n.begin, n.end), 3);
	parts then = {0}, otherwise = {0};
	bl_hcl_node begin = bl_hcl_here(h);
	e->kids[0] = first_expression(h);
	strip_markers(h, begin);
	read_parts(h, begin.end, n.end, &then);
	bl_hcl_node middle = bl_hcl_here(h), last = middle;
	e->kids[1] = joined(h, begin.end, middle.begin, &then);
	if (middle.symbol == BL_HCL_TEMPLATE_ELSE) {
		strip_markers(h, middle);
		read_parts(h, middle.end, n.end, &otherwise);
		last = bl_hcl_here(h);
	}
	if (last.symbol == BL_HCL_TEMPLATE_IF_END)
		strip_markers(h, last);
	e->kids[2] = joined(h, middle.end, middle.end > last.begin ? middle.end : last.begin, &otherwise);
	return e->kids[0] ? e : bl_hcl_opaque(h, n.begin, n.end);
}

static bl_expr *directive(bl_hcl *h, bl_hcl_node n)
{
	bl_expr *e = NULL;
	h->depth++;
	if (!bl_hcl_over_limit(h, n.begin, n.end) && bl_hcl_enter(h)) {
		bl_hcl_node kind = bl_hcl_here(h);
		if (bl_hcl_enter(h)) {
			e = kind.symbol == BL_HCL_TEMPLATE_FOR ? for_directive(h, n) : if_directive(h, n);
			bl_hcl_leave(h);
		}
		bl_hcl_leave(h);
	}
	h->depth--;
	return e ? e : bl_hcl_opaque(h, n.begin, n.end);
}

/*
 * The parts from the cursor's next sibling on, text at pos first, up to a sibling that ends this level (an else, an
 * end) or, when there is none, up to end. The literal nodes are not asked: their scanner drops leading white space.
 */
static void read_parts(bl_hcl *h, uint32_t pos, uint32_t end, parts *out)
{
	while (bl_hcl_next(h)) {
		bl_hcl_node n = bl_hcl_here(h);
		bool part = n.symbol == BL_HCL_INTERPOLATION || n.symbol == BL_HCL_DIRECTIVE;
		if (n.symbol == BL_HCL_TEMPLATE_LITERAL)
			continue;
		add_run(h, pos, n.begin < end ? n.begin : end, out);
		pos = n.end;
		if (!part)
			return;
		bl_expr *e = n.symbol == BL_HCL_INTERPOLATION ? interpolation(h, n) : directive(h, n);
		bl_vec_push(h->arena, out, e);
	}
	add_run(h, pos, end, out);
}

static int hex(char c)
{
	return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* \uXXXX or \UXXXXXXXX at p, which has n bytes left; *used is what it took, 0 when it is none. */
static size_t unicode_escape(const char *p, size_t n, char *out, size_t *used)
{
	size_t digits = p[1] == 'u' ? 4 : 8;
	uint32_t c = 0;
	*used = 0;
	if (n < digits + 2)
		return 0;
	for (size_t i = 0; i < digits; i++) {
		if (!isxdigit((unsigned char)p[2 + i]))
			return 0;
		c = c << 4 | (uint32_t)hex(p[2 + i]);
	}
	*used = digits + 2;
	if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		c = 0xfffd;
	return bl_str_put_utf8(out, c);
}

/* One character or escape of a template's text: writes what it stands for, at most 4 bytes, and says how much it took. */
static size_t decode_one(const char *p, size_t n, bool quoted, char *out, size_t *used)
{
	if (n >= 3 && (p[0] == '$' || p[0] == '%') && p[1] == p[0]) {
		/* one more of them says no more */
		size_t brace = n >= 4 && p[2] == p[0] ? 3 : 2;
		if (p[brace] == '{') {
			out[0] = p[0];
			out[1] = '{';
			*used = brace + 1;
			return 2;
		}
	}
	if (quoted && p[0] == '\\' && n >= 2) {
		static const char from[] = "nrt\"\\", to[] = "\n\r\t\"\\";
		const char *at = strchr(from, p[1]);
		*used = 2;
		if (at && p[1]) {
			out[0] = to[at - from];
			return 1;
		}
		if (p[1] == 'u' || p[1] == 'U') {
			size_t wrote = unicode_escape(p, n, out, used);
			if (*used)
				return wrote;
		}
	}
	*used = 1;
	out[0] = p[0];
	return 1;
}

static bool has_escape(bl_str s, bool quoted)
{
	for (size_t i = 0; i < s.n; i++) {
		if (quoted && s.p[i] == '\\')
			return true;
		if (i + 2 < s.n && (s.p[i] == '$' || s.p[i] == '%') && s.p[i + 1] == s.p[i] && s.p[i + 2] == '{')
			return true;
	}
	return false;
}

static bl_str decode(bl_arena *arena, bl_str s, bool quoted)
{
	char *p = bl_arena_alloc(arena, s.n + 4);
	size_t n = 0, used;
	for (size_t i = 0; i < s.n; i += used)
		n += decode_one(s.p + i, s.n - i, quoted, p + n, &used);
	return bl_str_make(p, n);
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* In a heredoc each line is a run of its own to the strip markers: they reach to the line's end and no further. */
static void trim_run(bl_hcl *h, bl_hcl_run *r, bool heredoc)
{
	const char *p = h->text.p;
	if (r->trim_left) {
		while (r->begin < r->end && is_space(p[r->begin]))
			if (p[r->begin++] == '\n' && heredoc)
				break;
	}
	if (r->trim_right) {
		bool first = true;
		while (r->end > r->begin && is_space(p[r->end - 1])) {
			if (p[r->end - 1] == '\n' && heredoc && !first)
				break;
			first = false;
			r->end--;
		}
	}
}

static void set_literal(bl_hcl *h, bl_expr *e, bl_span span, bl_str s)
{
	e->span = span;
	e->value = bl_value_string(h->arena, span, s);
}

static void finish_quoted(bl_hcl *h, size_t first)
{
	for (size_t i = first; i < h->runs.n; i++) {
		bl_hcl_run *r = &h->runs.items[i];
		bl_span span = bl_hcl_span(h, r->begin, r->end);
		if (!r->trim_left && !r->trim_right) {
			bl_str raw = bl_hcl_slice(h, r->begin, r->end);
			set_literal(h, r->expr, span, has_escape(raw, true) ? decode(h->arena, raw, true) : raw);
			continue;
		}
		/* markers strip what the escapes stand for as well */
		bl_str s = decode(h->arena, bl_hcl_slice(h, r->begin, r->end), true);
		while (r->trim_left && s.n && is_space(s.p[0]))
			s = bl_str_slice(s, 1, s.n);
		while (r->trim_right && s.n && is_space(s.p[s.n - 1]))
			s.n--;
		set_literal(h, r->expr, span, s);
	}
}

/* How far all lines of the heredoc are indented; lines of nothing but white space do not count. */
static uint32_t indent_of(bl_hcl *h, size_t first, uint32_t content)
{
	uint32_t least = UINT32_MAX;
	for (size_t i = first; i < h->runs.n; i++) {
		const bl_hcl_run *r = &h->runs.items[i];
		bool line = r->begin == content || h->text.p[r->begin - 1] == '\n';
		for (uint32_t at = r->begin; at < r->end; at++) {
			if (line) {
				uint32_t begin = at;
				while (at < r->end && (h->text.p[at] == ' ' || h->text.p[at] == '\t'))
					at++;
				bool blank = at < r->end && (h->text.p[at] == '\n' || h->text.p[at] == '\r');
				if (!blank && at - begin < least)
					least = at - begin;
				if (at == r->end)
					break;
			}
			line = h->text.p[at] == '\n';
		}
	}
	return least == UINT32_MAX ? 0 : least;
}

/* A derived text in the making. */
typedef struct derived {
	char *p;
	uint32_t n;
	BL_VEC(bl_piece) pieces;
} derived;

static void add_piece(bl_hcl *h, derived *d, uint32_t begin, uint32_t end, bool verbatim)
{
	bl_piece piece = {d->n, begin, end, verbatim};
	if (begin < end)
		bl_vec_push(h->arena, &d->pieces, piece);
}

static void derive_line(bl_hcl *h, derived *d, uint32_t begin, uint32_t end)
{
	uint32_t from = begin;
	while (begin < end) {
		char decoded[4];
		size_t used, wrote = decode_one(h->text.p + begin, end - begin, false, decoded, &used);
		if (used == 1) {
			begin++;
			continue;
		}
		add_piece(h, d, from, begin, true);
		memcpy(d->p + d->n, h->text.p + from, begin - from);
		d->n += begin - from;
		add_piece(h, d, begin, begin + (uint32_t)used, false);
		memcpy(d->p + d->n, decoded, wrote);
		d->n += (uint32_t)wrote;
		begin += (uint32_t)used;
		from = begin;
	}
	add_piece(h, d, from, end, true);
	memcpy(d->p + d->n, h->text.p + from, end - from);
	d->n += end - from;
}

static void derive_run(bl_hcl *h, derived *d, const bl_hcl_run *r, uint32_t content, uint32_t indent)
{
	uint32_t at = r->begin;
	while (at < r->end) {
		bool line = at == content || h->text.p[at - 1] == '\n';
		const char *newline = memchr(h->text.p + at, '\n', r->end - at);
		uint32_t end = newline ? (uint32_t)(newline - h->text.p) + 1 : r->end;
		for (uint32_t i = 0; line && i < indent && at < end; i++) {
			if (h->text.p[at] != ' ' && h->text.p[at] != '\t')
				break;
			at++;
		}
		derive_line(h, d, at, end);
		at = end;
	}
}

/* Runs that are no slices of the file become slices of one derived text that holds the heredoc's literal text. */
static void finish_heredoc(bl_hcl *h, size_t first, uint32_t content, uint32_t end, bool flush)
{
	uint32_t indent = flush ? indent_of(h, first, content) : 0;
	bool same = !indent;
	for (size_t i = first; i < h->runs.n; i++) {
		trim_run(h, &h->runs.items[i], true);
		same = same && !has_escape(bl_hcl_slice(h, h->runs.items[i].begin, h->runs.items[i].end), false);
	}
	if (same) {
		for (size_t i = first; i < h->runs.n; i++) {
			const bl_hcl_run *r = &h->runs.items[i];
			set_literal(h, r->expr, bl_hcl_span(h, r->begin, r->end), bl_hcl_slice(h, r->begin, r->end));
		}
		return;
	}
	derived d = {.p = bl_arena_alloc(h->arena, end - content + 1)};
	uint32_t *begins = bl_new_n(h->arena, uint32_t, h->runs.n - first + 1);
	for (size_t i = first; i < h->runs.n; i++) {
		begins[i - first] = d.n;
		derive_run(h, &d, &h->runs.items[i], content, indent);
	}
	begins[h->runs.n - first] = d.n;
	uint32_t source = d.n ? bl_sources_derive(h->sources, h->source, bl_str_make(d.p, d.n), d.pieces.items, d.pieces.n)
			      : h->source;
	for (size_t i = first; i < h->runs.n; i++) {
		uint32_t b = begins[i - first], e = begins[i - first + 1];
		bl_span span = d.n ? (bl_span){source, b, e} : bl_hcl_span(h, content, content);
		set_literal(h, h->runs.items[i].expr, span, bl_str_make(d.p + b, e - b));
	}
}

static bl_expr *finish(bl_hcl *h, bl_hcl_node n, const parts *p)
{
	bl_span span = bl_hcl_span(h, n.begin, n.end);
	if (!p->n)
		return bl_expr_string(h->arena, span, BL_STR(""));
	if (p->n > 1 || p->items[0]->expand)
		return joined(h, n.begin, n.end, p);
	bl_expr *only = p->items[0];
	if (only->kind == BL_EXPR_LITERAL && n.symbol != BL_HCL_HEREDOC) {
		/* the place of a quoted string is the string with its quotes */
		only->span = span;
		if (only->value)
			only->value = bl_value_at(h->arena, only->value, span);
	}
	return only;
}

static bool ends_in_escape(const bl_hcl *h, uint32_t begin, uint32_t end)
{
	uint32_t at = end;
	while (at > begin && h->text.p[at - 1] == '\\')
		at--;
	return (end - at) % 2 != 0;
}

static void unclosed(bl_hcl *h, bl_hcl_node n)
{
	bl_diag_add(h->arena, &h->document->diags, BL_DIAG_ERROR, bl_hcl_span(h, n.begin, n.end),
		"syntax error: a string has no closing quote on its line");
	h->document->partial = true;
}

static bl_expr *quoted(bl_hcl *h, bl_hcl_node n)
{
	parts p = {0};
	size_t first = h->runs.n;
	/* the scanner ends a string that has no end at its line */
	uint32_t begin = n.begin + 1, end = n.end;
	if (end > begin && h->text.p[end - 1] == '"' && !ends_in_escape(h, begin, end - 1))
		end--;
	else
		unclosed(h, n);
	if (!bl_hcl_enter(h))
		return bl_hcl_opaque(h, n.begin, n.end);
	read_parts(h, begin, end, &p);
	bl_hcl_leave(h);
	finish_quoted(h, first);
	h->runs.n = first;
	h->trim_next = false;
	return finish(h, n, &p);
}

static bl_expr *heredoc(bl_hcl *h, bl_hcl_node n)
{
	parts p = {0};
	size_t first = h->runs.n;
	bool flush = n.begin + 2 < n.end && h->text.p[n.begin + 2] == '-';
	if (!bl_hcl_enter(h))
		return bl_hcl_opaque(h, n.begin, n.end);
	/* past the marker's line, and up to the line of the closing marker */
	const char *newline = memchr(h->text.p + n.begin, '\n', n.end - n.begin);
	uint32_t content = newline ? (uint32_t)(newline - h->text.p) + 1 : n.end, end = n.end;
	while (end > content && h->text.p[end - 1] != '\n')
		end--;
	while (bl_hcl_here(h).symbol != BL_HCL_HEREDOC_MARK && bl_hcl_next(h))
		;
	read_parts(h, content, end, &p);
	bl_hcl_leave(h);
	finish_heredoc(h, first, content, end, flush);
	h->runs.n = first;
	h->trim_next = false;
	return finish(h, n, &p);
}

bl_expr *bl_hcl_template(bl_hcl *h)
{
	bl_hcl_node n = bl_hcl_here(h);
	bool trim_next = h->trim_next;
	h->trim_next = false;
	bl_expr *e = n.symbol == BL_HCL_HEREDOC ? heredoc(h, n) : quoted(h, n);
	h->trim_next = trim_next;
	return e;
}

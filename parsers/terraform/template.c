/* Strings, templates and heredocs: literal runs between interpolations, escapes, dedenting, strip markers. */
#include "parsers/terraform/hcl.h"

#include "core/codec/unicode.h"

#include <ctype.h>

/* Literal text, whose value is known only when the whole template is. False when there is none. */
static bool add_run(bl_hcl *h, uint32_t begin, uint32_t end)
{
	if (begin >= end)
		return false;
	bl_expr *e = bl_expr_new(h->arena, BL_EXPR_LITERAL, bl_hcl_span(h, begin, end), 0);
	bl_hcl_run run = {.expr = e, .begin = begin, .end = end, .trim_left = h->trim_next};
	bl_vec_push(&h->scratch, &h->runs, run);
	bl_vec_push(&h->scratch, &h->kids, e);
	return true;
}

/* A piece: text from begin on, then what begins a sequence, with or without a strip marker. Says where the sequence begins. */
static uint32_t add_piece_text(bl_hcl *h, uint32_t begin, uint32_t end)
{
	bool strip = h->text.p[end - 1] == '~';
	uint32_t sequence = end - 2 - strip;
	if (add_run(h, begin, sequence) && strip)
		h->runs.items[h->runs.n - 1].trim_right = true;
	return sequence;
}

/* The kids above height first, joined. */
static bl_expr *joined(bl_hcl *h, uint32_t begin, uint32_t end, size_t first)
{
	bl_expr *e = bl_expr_new(h->arena, BL_EXPR_TEMPLATE, bl_hcl_span(h, begin, end), 0);
	bl_hcl_take_kids(h, first, e);
	return e;
}

/* Directives: what an `if` or a `for` governs ends where its `endif` or `endfor` stands, in the same flat run of pieces. */

static void open_directive(bl_hcl *h, bl_expr *e, uint32_t begin, uint32_t body)
{
	bl_hcl_open o = {.expr = e, .begin = begin, .body = body, .kids = h->kids.n};
	h->depth++;
	o.left_out = bl_hcl_over_limit(h, begin, body);
	bl_vec_push(&h->scratch, &h->open, o);
}

static void add_else(bl_hcl *h, bl_hcl_open *o, uint32_t begin, uint32_t end)
{
	o->expr->kids[1] = joined(h, o->body, begin, o->kids);
	o->has_else = true;
	o->body = end;
}

static bl_expr *end_if(bl_hcl *h, bl_hcl_open *o, uint32_t begin, uint32_t end)
{
	bl_expr *e = o->expr;
	e->kids[o->has_else ? 2 : 1] = joined(h, o->body, begin, o->kids);
	if (!o->has_else)
		e->kids[2] = joined(h, end, end, o->kids);
	e->span.end = end;
	return e;
}

static bl_expr *end_for(bl_hcl *h, bl_hcl_open *o, uint32_t begin, uint32_t end)
{
	bl_expr *e = bl_expr_new(h->arena, BL_EXPR_TEMPLATE, bl_hcl_span(h, o->begin, end), 1);
	o->expr->kids[2] = joined(h, o->body, begin, o->kids);
	o->expr->span.end = end;
	e->kids[0] = o->expr;
	e->expand = true;
	return e;
}

static void end_directive(bl_hcl *h, uint32_t begin, uint32_t end)
{
	bl_hcl_open o = h->open.items[--h->open.n];
	bl_expr *e = NULL;
	h->depth--;
	if (o.left_out)
		h->kids.n = o.kids;
	else
		e = o.expr->kind == BL_EXPR_FOR ? end_for(h, &o, begin, end) : end_if(h, &o, begin, end);
	if (!e)
		e = bl_hcl_opaque(h, o.begin, end);
	bl_vec_push(&h->scratch, &h->kids, e);
}

/* A directive by its word, which says what the rest of it may be. */
typedef enum directive { NO_DIRECTIVE, DIRECTIVE_ELSE, DIRECTIVE_ENDFOR, DIRECTIVE_ENDIF, DIRECTIVE_FOR, DIRECTIVE_IF } directive;

/* A sequence of a template: what stands between its braces, of which a directive counts once its end is known. */
typedef struct sequence {
	uint32_t begin;
	directive directive;
	bl_expr *expr; /* of a FOR or an IF */
} sequence;

static bool is_open(const bl_hcl *h, size_t first, bl_expr_kind kind)
{
	return h->open.n > first && h->open.items[h->open.n - 1].expr->kind == kind;
}

/* The directives above height first are this template's. */
static void add_directive(bl_hcl *h, const sequence *s, uint32_t end, size_t first)
{
	bool in_if = is_open(h, first, BL_EXPR_CONDITION), in_for = is_open(h, first, BL_EXPR_FOR);
	switch (s->directive) {
	case NO_DIRECTIVE:
		break;
	case DIRECTIVE_ELSE:
		if (in_if && !h->open.items[h->open.n - 1].has_else)
			add_else(h, &h->open.items[h->open.n - 1], s->begin, end);
		else
			bl_hcl_wrong(h, s->begin, end, "syntax error: no 'if' stands open that this 'else' is for");
		break;
	case DIRECTIVE_ENDFOR:
	case DIRECTIVE_ENDIF:
		if (s->directive == DIRECTIVE_ENDIF ? in_if : in_for)
			end_directive(h, s->begin, end);
		else
			bl_hcl_wrong(h, s->begin, end, "syntax error: no '%s' stands open that ends here",
				s->directive == DIRECTIVE_ENDIF ? "if" : "for");
		break;
	case DIRECTIVE_FOR:
	case DIRECTIVE_IF:
		open_directive(h, s->expr, s->begin, end);
	}
}

static void read_directive_for(bl_hcl *h, bl_hcl_node n, sequence *s)
{
	bl_expr *results[2];
	s->directive = DIRECTIVE_FOR;
	s->expr = bl_expr_new(h->arena, BL_EXPR_FOR, bl_hcl_span(h, s->begin, n.end), BL_FOR_KIDS);
	if (!bl_hcl_enter(h))
		return;
	bl_hcl_for(h, s->expr, results);
	bl_hcl_leave(h);
}

static directive directive_of(bl_str word)
{
	static const char *const words[] = {
		[DIRECTIVE_ELSE] = "else", [DIRECTIVE_ENDFOR] = "endfor", [DIRECTIVE_ENDIF] = "endif", [DIRECTIVE_IF] = "if"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (words[i] && bl_str_eqz(word, words[i]))
			return (directive)i;
	return NO_DIRECTIVE;
}

static void read_directive(bl_hcl *h, bl_hcl_node n, sequence *s)
{
	bl_expr *e = NULL;
	if (!bl_hcl_enter(h))
		return;
	bl_hcl_node word = bl_hcl_here(h);
	if (bl_hcl_next(h))
		e = bl_hcl_expression(h);
	bl_hcl_leave(h);
	s->directive = directive_of(bl_hcl_slice(h, word.begin, word.end));
	if (!s->directive) {
		bl_hcl_wrong(h, word.begin, word.end, "syntax error: no directive is called '" BL_FMT "'",
			BL_ARG(bl_hcl_slice(h, word.begin, word.end)));
	} else if (s->directive == DIRECTIVE_IF && !e) {
		bl_hcl_wrong(h, word.begin, n.end, "syntax error: 'if' has no condition");
		e = bl_hcl_opaque(h, word.end, n.end);
	} else if (s->directive != DIRECTIVE_IF && e) {
		bl_hcl_wrong(h, word.end, n.end, "syntax error: this directive has no expression");
	}
	if (s->directive == DIRECTIVE_IF) {
		s->expr = bl_expr_new(h->arena, BL_EXPR_CONDITION, bl_hcl_span(h, s->begin, n.end), 3);
		s->expr->kids[0] = e;
	}
}

/* What stands in a sequence, or its closing brace. */
static void sequence_part(bl_hcl *h, bl_hcl_node n, sequence *s, size_t first)
{
	if (bl_hcl_is_expression(n)) {
		bl_expr *e = bl_hcl_expression(h);
		bl_vec_push(&h->scratch, &h->kids, e);
	} else if (n.kind == BL_HCL_DIRECTIVE) {
		read_directive(h, n, s);
	} else if (n.kind == BL_HCL_DIRECTIVE_FOR) {
		read_directive_for(h, n, s);
	} else {
		h->trim_next = h->text.p[n.begin] == '~';
		add_directive(h, s, n.end, first);
		s->directive = NO_DIRECTIVE;
	}
}

/*
 * The pieces from the cursor on, onto the stack of kids. Literal text begins at content; the last piece's ends at end
 * or, in a heredoc, at its last line.
 */
static void read_pieces(bl_hcl *h, uint32_t content, uint32_t end)
{
	size_t first = h->open.n;
	sequence s = {0};
	do {
		bl_hcl_node n = bl_hcl_here(h);
		uint32_t begin = n.begin < content ? content : n.begin;
		switch (n.kind) {
		case BL_HCL_HEREDOC_BEGIN:
			break;
		case BL_HCL_HEREDOC_DIRECTIVE:
		case BL_HCL_HEREDOC_DIRECTIVE_START:
		case BL_HCL_HEREDOC_VALUE:
		case BL_HCL_HEREDOC_VALUE_START:
		case BL_HCL_MIDDLE_DIRECTIVE:
		case BL_HCL_MIDDLE_VALUE:
		case BL_HCL_QUOTE_DIRECTIVE:
		case BL_HCL_QUOTE_VALUE:
			s.begin = add_piece_text(h, begin, n.end);
			break;
		case BL_HCL_HEREDOC_END:
		case BL_HCL_HEREDOC_PLAIN:
		case BL_HCL_QUOTE_END:
			add_run(h, begin, end);
			break;
		default:
			sequence_part(h, n, &s, first);
		}
	} while (bl_hcl_next(h));
	while (h->open.n > first) {
		bl_hcl_open o = h->open.items[h->open.n - 1];
		bl_hcl_wrong(h, o.begin, o.body, "syntax error: this directive has no end");
		end_directive(h, end, end);
	}
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

/* What the text [begin, end) of a quoted template stands for. */
static bl_str decode(bl_hcl *h, uint32_t begin, uint32_t end)
{
	bl_str s = bl_hcl_slice(h, begin, end);
	char *p = bl_arena_alloc(&h->scratch, s.n + 4);
	size_t n = 0, used;
	for (size_t i = 0; i < s.n; i += used) {
		size_t wrote = decode_one(s.p + i, s.n - i, true, p + n, &used);
		uint32_t at = begin + (uint32_t)i;
		if (s.p[i] == '\\' && used == 1)
			bl_hcl_wrong(h, at, at + 2, "syntax error: '" BL_FMT "' is no escape sequence",
				BL_ARG(bl_hcl_slice(h, at, at + 2)));
		n += wrote;
	}
	return bl_str_dup(h->arena, bl_str_make(p, n));
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* In a heredoc each line is a run of its own to the strip markers: they reach to the line's end and no further. */
static void trim_run(bl_hcl *h, bl_hcl_run *r)
{
	const char *p = h->text.p;
	if (r->trim_left) {
		while (r->begin < r->end && is_space(p[r->begin]))
			if (p[r->begin++] == '\n')
				break;
	}
	if (r->trim_right) {
		bool first = true;
		while (r->end > r->begin && is_space(p[r->end - 1])) {
			if (p[r->end - 1] == '\n' && !first)
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
		bl_str s = bl_hcl_slice(h, r->begin, r->end);
		if (has_escape(s, true))
			s = decode(h, r->begin, r->end);
		/* markers strip what the escapes stand for as well */
		while (r->trim_left && s.n && is_space(s.p[0]))
			s = bl_str_slice(s, 1, s.n);
		while (r->trim_right && s.n && is_space(s.p[s.n - 1]))
			s.n--;
		set_literal(h, r->expr, bl_hcl_span(h, r->begin, r->end), s);
	}
}

/* The bytes of the white space, but no line's end, at p[at]; 0 where there is none. */
static size_t blank_at(bl_hcl *h, uint32_t at, uint32_t end)
{
	char c = h->text.p[at];
	size_t n;
	if ((unsigned char)c < 0x80)
		return c == ' ' || c == '\t';
	return bl_unicode_space(bl_unicode_point(bl_hcl_slice(h, at, end), 0, &n)) ? n : 0;
}

/* Does a line begin with the run? Not where a marker has stripped the end of the line before. */
static bool begins_line(const bl_hcl *h, const bl_hcl_run *r, uint32_t content)
{
	return r->begin == content || (h->text.p[r->begin - 1] == '\n' && !r->trim_left);
}

/*
 * How far all lines of the heredoc [content, end) are indented, in characters, once markers have stripped what they strip;
 * lines of nothing but white space do not count, but one that begins with a sequence is not indented at all.
 */
static uint32_t indent_of(bl_hcl *h, size_t first, uint32_t content, uint32_t end)
{
	uint32_t least = h->runs.n > first && h->runs.items[first].begin == content ? UINT32_MAX : 0;
	for (size_t i = first; i < h->runs.n; i++) {
		const bl_hcl_run *r = &h->runs.items[i];
		bool line = begins_line(h, r, content);
		for (uint32_t at = r->begin; at < r->end; at++) {
			if (line) {
				uint32_t count = 0;
				for (size_t n; at < r->end && (n = blank_at(h, at, r->end)) > 0; count++)
					at += (uint32_t)n;
				bool blank = at < r->end && (h->text.p[at] == '\n' || h->text.p[at] == '\r');
				if (!blank && count < least)
					least = count;
			}
			line = at < r->end && h->text.p[at] == '\n';
		}
		if (line && r->end < end)
			least = 0;
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
		bl_vec_push(&h->scratch, &d->pieces, piece);
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
		bool line = at == r->begin ? begins_line(h, r, content) : h->text.p[at - 1] == '\n';
		const char *newline = memchr(h->text.p + at, '\n', r->end - at);
		uint32_t end = newline ? (uint32_t)(newline - h->text.p) + 1 : r->end;
		for (uint32_t i = 0; line && i < indent && at < end; i++) {
			size_t n = blank_at(h, at, end);
			if (!n)
				break;
			at += (uint32_t)n;
		}
		derive_line(h, d, at, end);
		at = end;
	}
}

static uint32_t derive_source(bl_hcl *h, const derived *d)
{
	bl_piece *pieces = bl_new_n(h->arena, bl_piece, d->pieces.n);
	memcpy(pieces, d->pieces.items, d->pieces.n * sizeof *pieces);
	return bl_sources_derive(h->sources, h->source, bl_str_dup(h->arena, bl_str_make(d->p, d->n)), pieces, d->pieces.n);
}

/* Runs that are no slices of the file become slices of one derived text that holds the heredoc's literal text. */
static void finish_heredoc(bl_hcl *h, size_t first, uint32_t content, uint32_t end, bool flush)
{
	for (size_t i = first; i < h->runs.n; i++)
		trim_run(h, &h->runs.items[i]);
	uint32_t indent = flush ? indent_of(h, first, content, end) : 0;
	bool same = !indent;
	for (size_t i = first; i < h->runs.n; i++)
		same = same && !has_escape(bl_hcl_slice(h, h->runs.items[i].begin, h->runs.items[i].end), false);
	if (same) {
		for (size_t i = first; i < h->runs.n; i++) {
			const bl_hcl_run *r = &h->runs.items[i];
			set_literal(h, r->expr, bl_hcl_span(h, r->begin, r->end), bl_hcl_slice(h, r->begin, r->end));
		}
		return;
	}
	derived d = {.p = bl_arena_alloc(&h->scratch, end - content + 1)};
	uint32_t *begins = bl_new_n(&h->scratch, uint32_t, h->runs.n - first + 1);
	for (size_t i = first; i < h->runs.n; i++) {
		begins[i - first] = d.n;
		derive_run(h, &d, &h->runs.items[i], content, indent);
	}
	begins[h->runs.n - first] = d.n;
	uint32_t source = d.n ? derive_source(h, &d) : h->source;
	bl_str text = bl_sources_text(h->sources, source);
	for (size_t i = first; i < h->runs.n; i++) {
		uint32_t b = begins[i - first], e = begins[i - first + 1];
		bl_span span = d.n ? (bl_span){source, b, e} : bl_hcl_span(h, content, content);
		set_literal(h, h->runs.items[i].expr, span, d.n ? bl_str_slice(text, b, e) : BL_STR(""));
	}
}

/* The kids above height first as one expression: n's value. */
static bl_expr *finish(bl_hcl *h, bl_hcl_node n, size_t first)
{
	size_t kids = h->kids.n - first;
	if (!kids)
		return bl_expr_string(h->arena, bl_hcl_span(h, n.begin, n.end), BL_STR(""));
	if (kids > 1 || h->kids.items[first]->expand)
		return joined(h, n.begin, n.end, first);
	return h->kids.items[--h->kids.n];
}

static bool ends_in_escape(const bl_hcl *h, uint32_t begin, uint32_t end)
{
	uint32_t at = end;
	while (at > begin && h->text.p[at - 1] == '\\')
		at--;
	return (end - at) % 2 != 0;
}

/* Where the text of a quoted template ends that begins at begin: before its closing quote, or with its line when it has none. */
static uint32_t quoted_end(bl_hcl *h, uint32_t begin, uint32_t end)
{
	if (end > begin + 1 && h->text.p[end - 1] == '"' && !ends_in_escape(h, begin + 1, end - 1))
		return end - 1;
	bl_hcl_wrong(h, begin, end, "syntax error: a string has no closing quote on its line");
	return end - (h->text.p[end - 1] == '\n');
}

bl_str bl_hcl_string(bl_hcl *h, uint32_t begin, uint32_t end)
{
	end = quoted_end(h, begin, end);
	bl_str s = bl_hcl_slice(h, begin + 1, end);
	return has_escape(s, true) ? decode(h, begin + 1, end) : s;
}

static bl_expr *quoted(bl_hcl *h, bl_hcl_node n)
{
	size_t first = h->runs.n, first_kid = h->kids.n;
	if (!bl_hcl_enter(h))
		return bl_hcl_opaque(h, n.begin, n.end);
	read_pieces(h, n.begin + 1, quoted_end(h, n.begin, n.end));
	bl_hcl_leave(h);
	finish_quoted(h, first);
	h->runs.n = first;
	return finish(h, n, first_kid);
}

/* The first and the last line of a heredoc hold its marker and nothing else. */
static void check_marker(bl_hcl *h, bl_hcl_node n, uint32_t content, uint32_t last)
{
	uint32_t begin = n.begin + 2;
	begin += begin < n.end && h->text.p[begin] == '-';
	uint32_t end = begin + bl_hcl_word(h, begin, content);
	bl_str mark = bl_hcl_slice(h, begin, end), rest = bl_str_trim(bl_hcl_slice(h, end, content));
	if (rest.n) {
		uint32_t at = (uint32_t)(rest.p - h->text.p);
		bl_hcl_wrong(h, at, at + (uint32_t)rest.n, "syntax error: a heredoc's text begins on the next line");
	}
	if (last < content || !bl_str_eq(bl_str_trim(bl_hcl_slice(h, last, n.end)), mark))
		bl_hcl_wrong(h, n.begin, end, "syntax error: this heredoc has no closing '" BL_FMT "'", BL_ARG(mark));
}

static bl_expr *heredoc(bl_hcl *h, bl_hcl_node n)
{
	size_t first = h->runs.n, first_kid = h->kids.n;
	bool flush = n.begin + 2 < n.end && h->text.p[n.begin + 2] == '-';
	/* past the marker's line, and up to the line of the closing marker */
	const char *newline = memchr(h->text.p + n.begin, '\n', n.end - n.begin);
	uint32_t content = newline ? (uint32_t)(newline - h->text.p) + 1 : n.end, end = n.end;
	while (end > content && h->text.p[end - 1] != '\n')
		end--;
	check_marker(h, n, content, newline ? end : 0);
	if (!bl_hcl_enter(h))
		return bl_hcl_opaque(h, n.begin, n.end);
	read_pieces(h, content, end);
	bl_hcl_leave(h);
	finish_heredoc(h, first, content, end, flush);
	h->runs.n = first;
	return finish(h, n, first_kid);
}

bl_expr *bl_hcl_template(bl_hcl *h)
{
	bl_hcl_node n = bl_hcl_here(h);
	bool trim_next = h->trim_next, lines = h->lines;
	/* the place of a string is that of all its text, with its quotes */
	if (n.kind == BL_HCL_STRING)
		return bl_expr_string(h->arena, bl_hcl_span(h, n.begin, n.end), bl_hcl_string(h, n.begin, n.end));
	h->trim_next = h->lines = false;
	bl_expr *e = n.kind == BL_HCL_HEREDOC ? heredoc(h, n) : quoted(h, n);
	h->trim_next = trim_next;
	h->lines = lines;
	return e;
}

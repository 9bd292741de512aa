/* For people at a terminal: findings by file, the line in question under each, then one line that sums up. */
#include "annotate/formats/formats.h"

#include "annotate/escape.h"
#include "annotate/facts.h"
#include "annotate/views/views.h"

enum {
	WIDTH = 100,
	INDENT = 4,   /* of what stands under a finding */
	LABEL = 7,    /* "why    " */
	PROSE = 3,    /* lines of a rule's why or fix */
	NAMED = 3,    /* assets, paths and configurations named before "and N more" */
	SHIFT = 12    /* characters left standing before a span that is far to the right */
};

typedef struct writer {
	const bl_report_view *view;
	bl_buf *out;
	bl_arena scratch;
	bl_paint paint;
	bl_map explained; /* rules whose why and fix have been told, and nodes whose facts have */
} writer;

static const char *paint_of(const writer *w, const bl_finding *f)
{
	if (f->result == BL_UNSURE || f->severity <= BL_LOW)
		return w->paint.blue;
	return f->severity >= BL_HIGH ? w->paint.red : w->paint.yellow;
}

static void label(writer *w, const char *name)
{
	bl_buf_putf(w->out, "%*s%s%-*s%s", INDENT, "", w->paint.dim, LABEL, name, w->paint.off);
}

static void say(writer *w, const char *name, bl_str text)
{
	label(w, name);
	bl_escape_cut(w->out, text, WIDTH - INDENT - LABEL);
	bl_buf_putc(w->out, '\n');
}

/* Wrapped at words, at most PROSE lines. */
static void explain(writer *w, const char *name, bl_str text)
{
	size_t width = WIDTH - INDENT - LABEL;
	text = bl_escape_one_line(&w->scratch, bl_escape_first_paragraph(text));
	for (int line = 0; text.n && line < PROSE; line++) {
		size_t end = text.n;
		if (text.n > width && line < PROSE - 1) {
			ptrdiff_t space = bl_str_rfind_char(bl_str_slice(text, 0, width + 1), ' ');
			end = space > 0 ? (size_t)space : text.n;
		}
		say(w, line ? "" : name, bl_str_slice(text, 0, end));
		text = bl_str_trim(bl_str_slice(text, end, text.n));
	}
}

/* The text of what is secret is never shown. */
static bool is_secret(const bl_finding *f)
{
	const bl_value *value = NULL;
	if (f->resource && f->resource->effective && f->path.n)
		value = bl_value_at_path(f->resource->effective, f->path);
	return (value && value->sensitive) || bl_str_find(f->rule->id, BL_STR("secret"), 0) >= 0;
}

/* A line's code points as they are shown: tabs as four spaces, secrets as stars. */
typedef struct shown {
	bl_buf text;
	BL_VEC(size_t) at; /* where each cell begins */
	size_t from, to;   /* the cells of the span */
} shown;

static void show_cell(bl_arena *arena, shown *s, bl_str c)
{
	bl_vec_push(arena, &s->at, s->text.n);
	bl_buf_put(&s->text, c);
}

static shown show_line(writer *w, bl_str line, size_t from, size_t to, bool secret)
{
	shown s = {0};
	size_t point = 0, ended = (size_t)-1;
	for (size_t i = 0; i < line.n; point++) {
		size_t begin = i;
		if (point == from)
			s.from = s.at.n;
		if (point == to)
			ended = s.at.n;
		uint32_t c = bl_escape_next(line, &i);
		bool hidden = secret && point >= from && point < to;
		if (c == '\t') {
			for (int k = 0; k < 4; k++)
				show_cell(&w->scratch, &s, BL_STR(" "));
		} else if (hidden || c < 0x20 || c == 0x7f || (c >= 0x200b && c <= 0x206f) || (c >= 0x80 && c < 0xa0)) {
			show_cell(&w->scratch, &s, hidden ? BL_STR("*") : BL_STR("?"));
		} else {
			show_cell(&w->scratch, &s, c == 0xfffd ? BL_STR("\xef\xbf\xbd") : bl_str_slice(line, begin, i));
		}
	}
	if (from >= point)
		s.from = s.at.n;
	s.to = ended == (size_t)-1 ? s.at.n : ended;
	return s;
}

static bl_str cells(const shown *s, size_t from, size_t to)
{
	size_t end = to < s->at.n ? s->at.items[to] : s->text.n;
	return from < s->at.n ? bl_str_slice(bl_buf_str(&s->text), s->at.items[from], end) : BL_STR("");
}

/* "  12 | text" and the carets under the span; a long line is cut at both sides. */
static void show_source(writer *w, const bl_group *g)
{
	bl_place p = g->place;
	bl_str line = bl_sources_slice(w->view->sources, bl_sources_line(w->view->sources, g->span.source, p.start_line));
	size_t to = p.end_line == p.start_line ? p.end_column - 1 : (size_t)-1;
	shown s = show_line(w, line, p.start_column - 1, to, is_secret(g->first));
	size_t room = WIDTH - INDENT - LABEL - 2, from = 0;
	while (from < s.at.n && from < s.from && s.text.p[s.at.items[from]] == ' ')
		from++;
	if (s.from > from + room - 2 * SHIFT)
		from = s.from - SHIFT;
	size_t end = from + room < s.at.n ? from + room : s.at.n;
	size_t caret = s.from - from, length = (s.to < end ? s.to : end) - s.from;
	bl_buf_putf(w->out, "%*s%s%5u |%s ", INDENT, "", w->paint.dim, p.start_line, w->paint.off);
	bl_escape_plain(w->out, cells(&s, from, end), false);
	bl_buf_putf(w->out, "%s\n%*s%s      |%s ", end < s.at.n ? "..." : "", INDENT, "", w->paint.dim, w->paint.off);
	bl_buf_putf(w->out, "%*s%s", (int)caret, "", paint_of(w, g->first));
	for (size_t i = 0; i < length || i == 0; i++)
		bl_buf_putc(w->out, '^');
	bl_buf_putf(w->out, "%s\n", w->paint.off);
	bl_buf_done(&s.text);
}

static void say_via(writer *w, const bl_finding *f)
{
	for (const bl_via *v = f->via; v; v = v->next) {
		bl_place place;
		if (bl_sources_place(w->view->sources, v->span, &place))
			say(w, "from", bl_str_fmt(&w->scratch, BL_FMT " at " BL_FMT ":%u", BL_ARG(v->what), BL_ARG(place.path),
					       place.start_line));
	}
}

static void say_more(writer *w, size_t n, const char *what)
{
	if (n > NAMED)
		say(w, "", bl_str_fmt(&w->scratch, "and %zu more %s", n - NAMED, what));
}

/* An id says most at its end. */
static bl_str end_of_id(writer *w, bl_str id, size_t width)
{
	if (id.n <= width)
		return id;
	ptrdiff_t slash = bl_str_find(id, BL_STR("/"), id.n - width + 3);
	return slash < 0 ? id : bl_str_cat(&w->scratch, BL_STR("..."), bl_str_slice(id, (size_t)slash, id.n));
}

/* Once for each resource: what follows in its file would say the same. */
static bool is_news(writer *w, const bl_finding *f)
{
	bl_str key = bl_str_fmt(&w->scratch, "\x1f%u", f->node);
	return !bl_map_put(&w->scratch, &w->explained, key, (void *)f);
}

static void say_facts(writer *w, const bl_group *g)
{
	bl_facts facts = bl_facts_of(&w->scratch, w->view, g->members.items, g->members.n);
	for (size_t i = 0; i < facts.assets.n && i < NAMED; i++) {
		const bl_asset_fact *a = &facts.assets.items[i];
		bl_str sure = a->asset == g->first->asset ? BL_STR("")
							  : bl_str_fmt(&w->scratch, " (confidence %.3g)", a->confidence);
		say(w, i ? "" : "runs",
			bl_str_cat(&w->scratch, end_of_id(w, a->asset->id, WIDTH - INDENT - LABEL - sure.n), sure));
	}
	say_more(w, facts.assets.n, "assets");
	for (size_t i = 0; i < facts.factors.n && i < NAMED; i++)
		say(w, i ? "" : "risk", facts.factors.items[i]);
}

static void say_roots(writer *w, const bl_group *g)
{
	if (g->members.n < 2)
		return;
	bl_buf list = {0};
	for (size_t i = 0; i < g->members.n && i < NAMED; i++)
		if (g->members.items[i]->resource)
			bl_buf_putf(&list, "%s" BL_FMT, list.n ? ", " : "", BL_ARG(g->members.items[i]->resource->root->name));
	if (list.n)
		say(w, "in", bl_buf_str(&list));
	bl_buf_done(&list);
	say_more(w, g->members.n, "configurations");
}

static void put_group(writer *w, const bl_group *g)
{
	const bl_finding *f = g->first;
	const char *word = bl_severity_name(f->severity), *maybe = f->result == BL_UNSURE ? "maybe " : "";
	size_t used = 2 + strlen(word) + strlen(maybe) + 2 + f->rule->id.n + 2;
	bl_buf_putf(w->out, "  %s%s%s%s  ", paint_of(w, f), maybe, word, w->paint.off);
	bl_escape_cut(w->out, f->message, WIDTH > used + 20 ? WIDTH - used : 20);
	bl_buf_putf(w->out, "  %s" BL_FMT "%s\n", w->paint.dim, BL_ARG(f->rule->id), w->paint.off);
	if (bl_span_known(g->span))
		show_source(w, g);
	say_via(w, f);
	if (f->result == BL_UNSURE && f->unknown.n)
		say(w, "unsure", f->unknown);
	if (f->suppression && f->suppression->added)
		say(w, "note", BL_STR("the change suppresses this itself: that is not honoured"));
	if (!bl_map_put(&w->scratch, &w->explained, f->rule->id, (void *)f)) {
		explain(w, "why", f->rule->why);
		explain(w, "fix", f->rule->remediation);
	}
	say_roots(w, g);
	if (is_news(w, f))
		say_facts(w, g);
	bl_buf_putc(w->out, '\n');
}

static void put_heading(writer *w, const bl_place *place)
{
	bl_buf_putf(w->out, "%s", w->paint.bold);
	bl_escape_plain(w->out, place->path.n ? place->path : BL_STR("what runs"), true);
	bl_buf_putf(w->out, "%s\n", w->paint.off);
}

void bl_text_write(const bl_report_view *view, bl_buf *out)
{
	writer w = {.view = view, .out = out, .paint = bl_view_paint(view->colour)};
	bl_groups groups = bl_groups_of(&w.scratch, view, bl_groups_not_suppressed);
	for (size_t i = 0; i < groups.n; i++) {
		const bl_place *here = &groups.items[i].place, *last = i ? &groups.items[i - 1].place : NULL;
		if (!last || !bl_str_eq(here->path, last->path) || !bl_str_eq(here->repo, last->repo))
			put_heading(&w, here);
		put_group(&w, &groups.items[i]);
	}
	bl_formats_summary(view, out);
	bl_arena_done(&w.scratch);
}

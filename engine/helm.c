/*
 * --helm: charts are rendered by the user's own helm, and what it prints is read as manifests. helm says of each which template it is from;
 * its lines are tied to that template's, so that findings land where somebody can mend them.
 */
#include "engine/engine.h"

#include "core/io/process.h"

#include <stdlib.h>

enum {
	MAX_SECONDS = 60,
	MAX_OUTPUT = 16 << 20,
	MAX_LINES = 5000,         /* of a template and of what was made of it: beyond, lines are not tied */
	MAX_COMPARED = 50000000,  /* lines held against lines, of one chart */
};

typedef BL_VEC(bl_str) lines;

typedef struct renderer {
	bl_report *report;
	bl_root_plan *plan;
	const bl_document *chart; /* its Chart.yaml */
	bl_loader loader;
	size_t compared;
} renderer;

static void split_lines(bl_arena *arena, bl_str text, lines *out)
{
	while (text.n) {
		bl_str line;
		text = bl_str_cut(text, '\n', &line);
		bl_vec_push(arena, out, line);
	}
}

/* "key:" of "key: value", and of "- key: value"; empty for a line that has none. */
static bl_str key_of(bl_str line)
{
	const char *colon = memchr(line.p, ':', line.n);
	return colon ? bl_str_make(line.p, (size_t)(colon - line.p) + 1) : BL_STR("");
}

/* Is the template's line what this line was made from: equal, or with the same key and an action behind it? */
static bool is_origin(bl_str template, bl_str made)
{
	template = bl_str_trim(template);
	if (bl_str_eq(template, made))
		return true;
	bl_str key = key_of(made);
	return key.n && bl_str_starts(template, key) && bl_str_find(template, BL_STR("{{"), key.n) >= 0;
}

/* The template's line that a line was made from: the next one that fits, or the first; a loop comes back to its beginning. */
static size_t origin_of(renderer *r, const lines *template, bl_str made, size_t cursor)
{
	for (size_t round = 0; round < 2; round++) {
		size_t begin = round ? 0 : cursor, end = round ? cursor : template->n;
		r->compared += end - begin;
		for (size_t i = begin; i < end && r->compared < MAX_COMPARED; i++)
			if (is_origin(template->items[i], made))
				return i;
	}
	return SIZE_MAX;
}

static uint32_t offset(bl_str text, bl_str part)
{
	return (uint32_t)(part.p - text.p);
}

/* Pieces for each line of what was made: a line that stands so in the template byte by byte, another as a whole for the line it is from. */
static size_t tie(renderer *r, bl_str template_text, bl_str made_text, bl_piece *pieces)
{
	lines template = {0}, made = {0};
	bl_arena scratch = {0};
	size_t n = 0, cursor = 0;
	split_lines(&scratch, template_text, &template);
	split_lines(&scratch, made_text, &made);
	pieces[0] = (bl_piece){0, 0, 0, false};
	bool tied = template.n && template.n <= MAX_LINES && made.n <= MAX_LINES;
	for (size_t i = 0; tied && i < made.n; i++) {
		bl_str line = bl_str_trim(made.items[i]);
		size_t at = line.n ? origin_of(r, &template, line, cursor) : SIZE_MAX;
		if (at != SIZE_MAX)
			cursor = at + 1;
		/* what an action printed on lines of its own stands for the line before */
		bl_str origin = bl_str_trim(template.items[at != SIZE_MAX ? at : cursor ? cursor - 1 : 0]);
		uint32_t begin = offset(template_text, origin), end = begin + (uint32_t)origin.n;
		pieces[n++] = (bl_piece){offset(made_text, made.items[i]), begin, end, false};
		if (line.n && line.p != made.items[i].p && bl_str_eq(line, origin))
			pieces[n++] = (bl_piece){offset(made_text, line), begin, end, true};
		else if (line.n && bl_str_eq(line, origin))
			pieces[n - 1].verbatim = true;
	}
	bl_arena_done(&scratch);
	return n ? n : 1;
}

/* One document that helm printed, from the template at path within the chart's folder. */
static void add_made(renderer *r, bl_str name, bl_str text)
{
	bl_side *side = r->plan->side;
	bl_arena *arena = &side->arena;
	bl_str chart, folder = bl_engine_folder_of(r->chart->path), within = bl_str_cut(name, '/', &chart);
	bl_str path = folder.n ? bl_str_fmt(arena, BL_FMT "/" BL_FMT, BL_ARG(folder), BL_ARG(within)) : bl_str_dup(arena, within);
	/* what tests a release is not a part of it */
	if (bl_str_find(within, BL_STR("templates/tests/"), 0) >= 0)
		return;
	const bl_document *template = r->loader.document(r->loader.context, path);
	uint32_t parent = template ? template->source : r->chart->source;
	size_t n = 2;
	for (size_t i = 0; i < text.n; i++)
		n += 2 * (size_t)(text.p[i] == '\n');
	bl_str kept = bl_sources_keep_str(side->sources, text);
	bl_piece *pieces = bl_xmalloc((n + 2) * sizeof *pieces);
	n = tie(r, template ? bl_sources_text(side->sources, parent) : BL_STR(""), kept, pieces);
	bl_piece *lasting = bl_sources_keep(side->sources, pieces, n * sizeof *pieces);
	free(pieces);
	bl_document *d = bl_new(arena, bl_document);
	d->language = BL_LANG_KUBERNETES;
	d->repo = side->name;
	d->path = template ? path : r->chart->path;
	d->source = bl_sources_derive(side->sources, parent, kept, lasting, n);
	bl_parse(side->sources, d);
	bl_vec_push(arena, &side->by_name, d);
	bl_vec_push(&r->report->arena, &r->plan->documents, d);
}

/* helm parts documents by "---" and says before each where it is from: "# Source: CHART/templates/web.yaml". */
static void read_output(renderer *r, bl_str printed)
{
	bl_str line, rest = printed, name = BL_STR(""), mark = BL_STR("# Source: ");
	const char *begin = printed.p;
	while (rest.n) {
		const char *at = rest.p;
		rest = bl_str_cut(rest, '\n', &line);
		bool parts = bl_str_eqz(bl_str_trim(line), "---"), source = bl_str_starts(line, mark);
		if (parts || source) {
			if (name.n)
				add_made(r, name, bl_str_make(begin, (size_t)(at - begin)));
			name = source ? bl_str_trim(bl_str_slice(line, mark.n, line.n)) : BL_STR("");
			begin = at + line.n + (at + line.n < printed.p + printed.n);
		}
	}
	if (name.n)
		add_made(r, name, bl_str_make(begin, (size_t)(printed.p + printed.n - begin)));
}

/* helm's own words: its first line, at the chart's name. */
static void refuse(renderer *r, bl_str said, const char *otherwise)
{
	bl_str line;
	bl_str_cut(bl_str_trim(said), '\n', &line);
	bl_diag_add(&r->plan->side->arena, &r->plan->side->diags, BL_DIAG_ERROR, (bl_span){r->chart->source, 0, 0},
		"helm could not render this chart: " BL_FMT, BL_ARG(line.n ? line : bl_str_of(otherwise)));
}

static void render(renderer *r)
{
	bl_side *side = r->plan->side;
	bl_arena *arena = &side->arena;
	bl_str folder = bl_engine_folder_of(r->chart->path), printed, said;
	const char *path = bl_str_fmt(arena, BL_FMT "/" BL_FMT, BL_ARG(side->root), BL_ARG(folder)).p;
	const char *argv[] = {"helm", "template", "release", path, NULL};
	bl_error error = {""};
	int code;
	r->plan->rendered = true;
	if (bl_process_run(argv, BL_STR(""), MAX_SECONDS, MAX_OUTPUT, arena, &printed, &said, &code, &error) != BL_OK)
		refuse(r, BL_STR(""), error.text);
	else if (code)
		refuse(r, said, "it failed");
	else
		read_output(r, printed);
}

void bl_engine_render_charts(bl_report *report)
{
	const bl_run_options *o = report->options;
	/* helm reads files: of a revision or an index there are none */
	if (!o || !o->helm || o->staged || o->revision || o->base)
		return;
	for (size_t i = 0; i < report->plans.n; i++) {
		bl_root_plan *plan = report->plans.items[i];
		const bl_document *d = plan->documents.n ? plan->documents.items[0] : NULL;
		if (!d || d->language != BL_LANG_KUBERNETES || !bl_str_eqz(d->dialect, "chart"))
			continue;
		bl_engine_progress(report, "rendering charts", i, report->plans.n);
		renderer r = {.report = report, .plan = plan, .chart = d, .loader = bl_side_loader(plan->side)};
		render(&r);
	}
}

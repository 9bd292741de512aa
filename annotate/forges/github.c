/* What a GitHub pull request is told. */
#include "annotate/annotate.h"

#include "annotate/escape.h"
#include "annotate/facts.h"
#include "annotate/forges/suggest.h"
#include "annotate/hunks.h"
#include "core/codec/json.h"

enum {
	MAX_COMMENTS = 30, /* of one review */
	MAX_PER_FILE = 10,
	MAX_BODY = 40000,  /* no item is begun past it: GitHub takes 65,536 characters, and escapes make an item long */
	MAX_TEXT = 400,    /* characters of one name or message that a stranger chose */
	MAX_NAMED = 3      /* assets, paths and places told of one finding */
};

/* A group's comment: where it stands, or line 0 when it goes into the summary. */
typedef struct comment {
	const bl_group *group;
	bl_str path;
	uint32_t first, last;
	bool at_origin; /* not at the place of use, but where the value was written */
} comment;

typedef struct writer {
	const bl_report_view *view;
	const bl_pull_request *pull;
	bl_arena scratch;
	bl_map hunks;
	bl_groups groups;
	comment *comments; /* one a group */
	size_t placed;
} writer;

static bl_str limited(writer *w, bl_str s)
{
	s = bl_escape_one_line(&w->scratch, s);
	if (s.n <= MAX_TEXT)
		return s;
	size_t end = 0;
	for (size_t i = 0; i <= MAX_TEXT - 3;) {
		end = i;
		bl_escape_next(s, &i);
	}
	return bl_str_cat(&w->scratch, bl_str_slice(s, 0, end), BL_STR("..."));
}

static void text(writer *w, bl_buf *out, bl_str s)
{
	bl_escape_markdown(out, limited(w, s));
}

static void code(writer *w, bl_buf *out, bl_str s)
{
	bl_escape_code(out, limited(w, s));
}

static void code_place(writer *w, bl_buf *out, const bl_place *p)
{
	code(w, out, bl_str_fmt(&w->scratch, BL_FMT ":%u", BL_ARG(p->path), p->start_line));
}

static bool clip(const writer *w, const bl_place *p, comment *c)
{
	const bl_changed_lines *file = bl_map_get(&w->hunks, p->path);
	uint32_t first = p->start_line, last = p->end_line;
	if (!bl_hunks_clip(file, &first, &last))
		return false;
	c->path = p->path;
	c->first = first;
	c->last = last;
	return true;
}

/* At the place of use, or else where the value was written: a changed default makes a finding in a file that did not change. */
static bool place_comment(const writer *w, comment *c)
{
	bl_place p;
	if (bl_span_known(c->group->span) && clip(w, &c->group->place, c))
		return true;
	for (const bl_via *v = c->group->first->via; v; v = v->next) {
		if (bl_sources_place(w->view->sources, v->span, &p) && clip(w, &p, c)) {
			c->at_origin = true;
			return true;
		}
	}
	return false;
}

/* The worst findings first; what is unsure is left to the summary. */
static void place_comments(writer *w)
{
	bl_map files = {0};
	w->comments = bl_new_n(&w->scratch, comment, w->groups.n + 1);
	for (size_t i = 0; i < w->groups.n; i++) {
		comment *c = &w->comments[i];
		c->group = &w->groups.items[i];
		if (c->group->first->result != BL_FAIL || w->placed >= MAX_COMMENTS || !place_comment(w, c))
			continue;
		size_t *in_file = bl_map_get(&files, c->path);
		if (!in_file) {
			in_file = bl_new(&w->scratch, size_t);
			bl_map_put(&w->scratch, &files, c->path, in_file);
		}
		if (*in_file >= MAX_PER_FILE) {
			c->first = 0;
			continue;
		}
		++*in_file;
		w->placed++;
	}
}

static void put_marker(bl_buf *out, const bl_group *g)
{
	bl_buf_putz(out, "<!-- belay:finding v=1 fp=");
	for (size_t i = 0; i < g->members.n; i++)
		bl_buf_putf(out, "%s%s", i ? "," : "", g->members.items[i]->fingerprint);
	bl_buf_putz(out, " -->\n");
}

static void put_path(writer *w, bl_buf *out, const bl_path *path)
{
	static const char *const deltas[] = {"it lies on an attack path", "this change opens an attack path",
		"this change closes an attack path"};
	bl_delta delta = bl_facts_delta(w->view, path);
	bl_buf_putf(out, "- **Attack path** (%s%s): %s: ", bl_severity_name(path->level),
		path->sure == BL_MAYBE ? ", perhaps" : "", deltas[delta]);
	text(w, out, path->title);
	bl_buf_putz(out, "<br>");
	code(w, out, bl_facts_route(&w->scratch, w->view->graph, path));
	for (size_t i = 0; i < path->cuts.n && i < MAX_NAMED; i++) {
		bl_place p;
		bl_buf_putz(out, "<br>cut it: ");
		text(w, out, path->cuts.items[i].what);
		if (bl_sources_place(w->view->sources, path->cuts.items[i].span, &p)) {
			bl_buf_putz(out, " at ");
			code_place(w, out, &p);
		}
	}
	bl_buf_putc(out, '\n');
}

static void put_more(bl_buf *out, size_t n, const char *what)
{
	if (n > MAX_NAMED)
		bl_buf_putf(out, "- and %zu more %s\n", n - MAX_NAMED, what);
}

static void put_estate(writer *w, bl_buf *out, const bl_group *g)
{
	bl_facts facts = bl_facts_of(&w->scratch, w->view, g->members.items, g->members.n);
	for (size_t i = 0; i < facts.assets.n && i < MAX_NAMED; i++) {
		bl_buf_putz(out, "- **Running asset**: ");
		code(w, out, facts.assets.items[i].asset->id);
		bl_buf_putf(out, " (confidence %.3g)\n", facts.assets.items[i].confidence);
	}
	put_more(out, facts.assets.n, "assets");
	if (facts.exposed != BL_NO) {
		bl_buf_putf(out, "- **Exposure**: the internet %s it", facts.exposed == BL_YES ? "reaches" : "may reach");
		if (facts.exposure && facts.exposure->why.n) {
			bl_buf_putz(out, ": ");
			text(w, out, facts.exposure->why);
		}
		bl_buf_putc(out, '\n');
	}
	for (size_t i = 0; i < facts.paths.n && i < MAX_NAMED; i++)
		put_path(w, out, facts.paths.items[i]);
	put_more(out, facts.paths.n, "attack paths");
}

static void put_origin(writer *w, bl_buf *out, const comment *c)
{
	const bl_finding *f = c->group->first;
	size_t n = 0;
	if (c->at_origin) {
		bl_buf_putz(out, "- **Used at** ");
		code_place(w, out, &c->group->place);
		bl_buf_putc(out, '\n');
	}
	for (const bl_via *v = f->via; v && n < MAX_NAMED; v = v->next) {
		bl_place p;
		if (!bl_sources_place(w->view->sources, v->span, &p))
			continue;
		bl_buf_putz(out, "- **Comes from** ");
		code(w, out, v->what);
		bl_buf_putz(out, " at ");
		code_place(w, out, &p);
		bl_buf_putc(out, '\n');
		n++;
	}
	if (c->group->members.n > 1) {
		bl_buf_putz(out, "- **In** ");
		for (size_t i = 0; i < c->group->members.n && i < MAX_NAMED; i++) {
			const bl_resource *r = c->group->members.items[i]->resource;
			bl_buf_putz(out, i ? ", " : "");
			code(w, out, r ? r->root->name : BL_STR("?"));
		}
		bl_buf_putc(out, '\n');
		put_more(out, c->group->members.n, "configurations");
	}
	if (f->suppression && f->suppression->added)
		bl_buf_putz(out, "- This change suppresses the finding itself: that is not honoured in its own review\n");
}

static void put_suggestion(writer *w, bl_buf *out, const comment *c)
{
	bl_str line;
	if (c->at_origin || c->first != c->last || c->first != c->group->place.start_line ||
		!bl_suggest_line(&w->scratch, w->view->sources, c->group->first, &line))
		return;
	size_t fence = bl_escape_backticks(line) + 1;
	bl_buf_putc(out, '\n');
	for (size_t i = 0; i < (fence < 3 ? 3 : fence); i++)
		bl_buf_putc(out, '`');
	bl_buf_putz(out, "suggestion\n");
	bl_buf_put(out, line);
	bl_buf_putc(out, '\n');
	for (size_t i = 0; i < (fence < 3 ? 3 : fence); i++)
		bl_buf_putc(out, '`');
	bl_buf_putc(out, '\n');
}

static void put_capitalised(bl_buf *out, const char *word)
{
	bl_buf_putc(out, (char)(word[0] - 'a' + 'A'));
	bl_buf_putz(out, word + 1);
}

static void put_comment(writer *w, bl_buf *out, const comment *c)
{
	const bl_finding *f = c->group->first;
	put_marker(out, c->group);
	bl_buf_putz(out, "**");
	put_capitalised(out, bl_severity_name(f->severity));
	bl_buf_putz(out, "**: ");
	text(w, out, f->message);
	bl_buf_putz(out, " (");
	bl_escape_code(out, f->rule->id);
	bl_buf_putz(out, ")\n\n");
	if (f->rule->why.n) {
		bl_escape_prose(out, bl_escape_first_paragraph(f->rule->why));
		bl_buf_putz(out, "\n\n");
	}
	put_estate(w, out, c->group);
	put_origin(w, out, c);
	if (f->rule->remediation.n) {
		bl_buf_putz(out, "\n**Fix:** ");
		bl_escape_prose(out, bl_escape_first_paragraph(f->rule->remediation));
		bl_buf_putc(out, '\n');
	}
	put_suggestion(w, out, c);
	if (f->rule->nrefs)
		bl_buf_putf(out, "\n[About this](" BL_FMT ")\n", BL_ARG(f->rule->refs[0]));
}

static void put_review_comment(writer *w, bl_json *j, const comment *c)
{
	bl_buf body = {0};
	put_comment(w, &body, c);
	bl_json_object(j);
	bl_json_member(j, "path", c->path);
	bl_json_member_int(j, "line", c->last);
	bl_json_member(j, "side", BL_STR("RIGHT"));
	if (c->first != c->last) {
		bl_json_member_int(j, "start_line", c->first);
		bl_json_member(j, "start_side", BL_STR("RIGHT"));
	}
	bl_json_member(j, "body", bl_buf_str(&body));
	bl_json_object_end(j);
	bl_buf_done(&body);
}

static void begin_request(writer *w, bl_json *j, bl_buf *out, const char *collection, const char *what)
{
	bl_buf path = {0};
	bl_buf_putz(&path, "/repos/");
	bl_escape_uri(&path, w->pull->owner);
	bl_buf_putc(&path, '/');
	bl_escape_uri(&path, w->pull->name);
	bl_buf_putf(&path, "/%s/%lld/%s", collection, w->pull->number, what);
	bl_json_begin(j, out, false);
	bl_json_object(j);
	bl_json_member(j, "method", BL_STR("POST"));
	bl_json_member(j, "path", bl_buf_str(&path));
	bl_json_key(j, "body");
	bl_json_object(j);
	bl_buf_done(&path);
}

static void end_request(bl_json *j, bl_buf *out)
{
	bl_json_object_end(j);
	bl_json_object_end(j);
	if (out->n && out->p[out->n - 1] != '\n')
		bl_buf_putc(out, '\n');
}

static void put_review(writer *w, bl_buf *out)
{
	bl_json j;
	bl_buf body = {0};
	if (!w->placed)
		return;
	bl_buf_putf(&body, "<!-- belay:review v=1 -->\nbelay has %zu comment%s on the changed lines; the summary comment holds the rest.",
		w->placed, w->placed == 1 ? "" : "s");
	begin_request(w, &j, out, "pulls", "reviews");
	if (w->pull->head_commit.n)
		bl_json_member(&j, "commit_id", w->pull->head_commit);
	bl_json_member(&j, "event", BL_STR("COMMENT"));
	bl_json_member(&j, "body", bl_buf_str(&body));
	bl_json_key(&j, "comments");
	bl_json_array(&j);
	for (size_t i = 0; i < w->groups.n; i++)
		if (w->comments[i].first)
			put_review_comment(w, &j, &w->comments[i]);
	bl_json_array_end(&j);
	end_request(&j, out);
	bl_buf_done(&body);
}

static size_t count_paths(const writer *w, bl_delta delta)
{
	size_t n = 0;
	for (size_t i = 0; i < w->view->npaths; i++)
		n += w->view->paths[i]->delta == delta;
	return n;
}

/* Paths that the change opens (with their route) and those it closes, whose nodes are of the base's graph. */
static void put_deltas(writer *w, bl_buf *out)
{
	size_t told = 0, changed = count_paths(w, BL_OPENED) + count_paths(w, BL_CLOSED);
	if (!changed)
		return;
	bl_buf_putz(out, "\n### What it does to attack paths\n\n");
	for (size_t i = 0; i < w->view->npaths && told < MAX_COMMENTS && out->n < MAX_BODY; i++) {
		const bl_path *path = w->view->paths[i];
		if (path->delta == BL_OPENED)
			put_path(w, out, path);
		if (path->delta == BL_CLOSED) {
			bl_buf_putf(out, "- **Attack path** (%s): this change closes an attack path: ",
				bl_severity_name(path->level));
			text(w, out, path->title);
			bl_buf_putc(out, '\n');
		}
		told += path->delta != BL_UNCHANGED;
	}
	if (changed > told)
		bl_buf_putf(out, "- and %zu more\n", changed - told);
}

static void put_line(writer *w, bl_buf *out, const bl_group *g)
{
	const bl_finding *f = g->first;
	bl_facts facts = bl_facts_of(&w->scratch, w->view, g->members.items, g->members.n);
	bl_buf_putz(out, "- **");
	put_capitalised(out, bl_severity_name(f->severity));
	bl_buf_putz(out, "** ");
	if (g->place.path.n) {
		code_place(w, out, &g->place);
		bl_buf_putc(out, ' ');
	}
	text(w, out, f->message);
	bl_buf_putz(out, " (");
	bl_escape_code(out, f->rule->id);
	bl_buf_putc(out, ')');
	if (f->result == BL_UNSURE && f->unknown.n) {
		bl_buf_putz(out, ": ");
		text(w, out, f->unknown);
	}
	if (facts.assets.n) {
		bl_buf_putz(out, "; running asset ");
		code(w, out, facts.assets.items[0].asset->id);
		if (facts.assets.n > 1)
			bl_buf_putf(out, " and %zu more", facts.assets.n - 1);
	}
	if (facts.exposed == BL_YES)
		bl_buf_putz(out, "; the internet reaches it");
	if (facts.paths.n)
		bl_buf_putf(out, "; on %zu attack path%s", facts.paths.n, facts.paths.n == 1 ? "" : "s");
	bl_buf_putc(out, '\n');
}

/* Findings of one result that have no comment, each a line, as many as fit. */
static void put_list(writer *w, bl_buf *out, bl_result result)
{
	size_t left = 0;
	for (size_t i = 0; i < w->groups.n; i++) {
		const comment *c = &w->comments[i];
		if (c->first || c->group->first->result != result)
			continue;
		if (out->n < MAX_BODY)
			put_line(w, out, c->group);
		else
			left++;
	}
	if (left)
		bl_buf_putf(out, "- and %zu more\n", left);
}

static void put_headline(writer *w, bl_buf *out, size_t fails)
{
	size_t opened = count_paths(w, BL_OPENED), closed = count_paths(w, BL_CLOSED);
	const char *adjective = w->view->compared ? "new " : "";
	bl_buf_putz(out, "<!-- belay:summary v=1 -->\n## belay: ");
	if (fails)
		bl_buf_putf(out, "%zu %sfinding%s", fails, adjective, fails == 1 ? "" : "s");
	else
		bl_buf_putf(out, "no %sfindings", adjective);
	if (opened)
		bl_buf_putf(out, ", opens %zu attack path%s", opened, opened == 1 ? "" : "s");
	if (closed)
		bl_buf_putf(out, ", closes %zu attack path%s", closed, closed == 1 ? "" : "s");
	bl_buf_putc(out, '\n');
}

static void put_not_read(writer *w, bl_buf *out)
{
	size_t errors = 0, told = 0;
	for (size_t i = 0; i < w->view->ndiags; i++)
		errors += w->view->diags[i].level == BL_DIAG_ERROR;
	if (!errors)
		return;
	bl_buf_putz(out, "\n### What could not be read\n\n");
	for (size_t i = 0; i < w->view->ndiags && told < MAX_PER_FILE && out->n < MAX_BODY; i++) {
		const bl_diag *d = &w->view->diags[i];
		bl_place p;
		if (d->level != BL_DIAG_ERROR)
			continue;
		bl_buf_putz(out, "- ");
		if (bl_sources_place(w->view->sources, d->span, &p))
			code_place(w, out, &p);
		else
			code(w, out, d->path);
		bl_buf_putc(out, ' ');
		text(w, out, d->message);
		bl_buf_putc(out, '\n');
		told++;
	}
	if (errors > told)
		bl_buf_putf(out, "- and %zu more\n", errors - told);
}

static void put_summary_body(writer *w, bl_buf *out)
{
	size_t fails = 0, maybes = 0;
	for (size_t i = 0; i < w->groups.n; i++) {
		fails += w->groups.items[i].first->result == BL_FAIL;
		maybes += w->groups.items[i].first->result == BL_UNSURE;
	}
	put_headline(w, out, fails);
	put_deltas(w, out);
	put_not_read(w, out);
	if (fails > w->placed) {
		bl_buf_putf(out, "\n### %s\n\n", w->placed ? "Findings without a comment of their own" : "Findings");
		put_list(w, out, BL_FAIL);
	}
	if (maybes) {
		bl_buf_putf(out, "\n<details><summary>%zu that hang%s on a value that is not known</summary>\n\n", maybes,
			maybes == 1 ? "s" : "");
		put_list(w, out, BL_UNSURE);
		bl_buf_putz(out, "\n</details>\n");
	}
	if (w->placed)
		bl_buf_putf(out, "\n%zu stand%s as comments at their lines.\n", w->placed, w->placed == 1 ? "s" : "");
}

static void put_summary(writer *w, bl_buf *out)
{
	bl_json j;
	bl_buf body = {0};
	put_summary_body(w, &body);
	begin_request(w, &j, out, "issues", "comments");
	bl_json_member(&j, "body", bl_buf_str(&body));
	end_request(&j, out);
	bl_buf_done(&body);
}

void bl_annotate_github(const bl_report_view *view, const bl_pull_request *pull, bl_buf *out)
{
	writer w = {.view = view, .pull = pull};
	w.hunks = bl_hunks_index(&w.scratch, pull->changed, pull->nchanged);
	w.groups = bl_groups_of(&w.scratch, view, bl_groups_not_suppressed);
	bl_groups_sort_by_severity(&w.groups);
	place_comments(&w);
	put_review(&w, out);
	put_summary(&w, out);
	bl_arena_done(&w.scratch);
}

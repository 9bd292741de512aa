/* SARIF 2.1.0, within what GitHub's code scanning takes (a file over a limit is refused whole). */
#include "annotate/formats/formats.h"

#include "annotate/escape.h"
#include "annotate/facts.h"
#include "annotate/formats/line_hash.h"
#include "core/codec/json.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	MAX_RESULTS = 25000,
	MAX_TAGS = 10,     /* of a rule that are kept */
	MAX_RELATED = 100, /* locations of a result that are kept */
	MAX_TITLE = 255,
	MAX_SHORT = 1024
};

typedef struct writer {
	const bl_report_view *view;
	bl_json j;
	bl_arena scratch;
	bl_map rules;  /* id -> index + 1 */
	bl_map hashes; /* "REPO\x1fPATH" -> bl_line_hashes */
} writer;

static void member_text(bl_json *j, const char *key, bl_str text)
{
	bl_json_key(j, key);
	bl_json_object(j);
	bl_json_member(j, "text", text);
	bl_json_object_end(j);
}

/* At most n bytes, not within a code point. */
static bl_str cut(bl_str s, size_t n)
{
	if (s.n <= n)
		return s;
	while (n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return bl_str_slice(s, 0, n);
}

static const char *level_of(bl_severity severity)
{
	return severity >= BL_HIGH ? "error" : severity == BL_MEDIUM ? "warning" : "note";
}

/* Middle of the band that GitHub gives each word; NULL: no security result. */
static const char *score_of(bl_severity severity)
{
	static const char *const scores[] = {NULL, "2.0", "5.5", "8.0", "9.5"};
	return scores[severity];
}

static void put_tags(bl_json *j, const bl_rule_info *rule)
{
	size_t n = 2;
	bl_json_key(j, "tags");
	bl_json_array(j);
	bl_json_strz(j, "security");
	bl_json_strz(j, "infrastructure-as-code");
	bl_str rest = rule->id, part;
	while (rest.n && n < 4) {
		rest = bl_str_cut(rest, '/', &part);
		if (rest.n) {
			bl_json_str(j, part);
			n++;
		}
	}
	for (size_t i = 0; i < rule->ncontrols && n < MAX_TAGS; i++, n++) {
		bl_buf tag = {0};
		bl_buf_putf(&tag, BL_FMT "/" BL_FMT, BL_ARG(rule->controls[i].key), BL_ARG(rule->controls[i].value));
		bl_json_str(j, bl_buf_str(&tag));
		bl_buf_done(&tag);
	}
	bl_json_array_end(j);
}

static void put_help(bl_json *j, const bl_rule_info *rule)
{
	bl_buf text = {0}, markdown = {0};
	bl_buf_putf(&text, BL_FMT "\n", BL_ARG(rule->why.n ? rule->why : rule->title));
	bl_buf_putf(&markdown, BL_FMT "\n", BL_ARG(rule->why.n ? rule->why : rule->title));
	if (rule->remediation.n) {
		bl_buf_putf(&text, "\nFix: " BL_FMT "\n", BL_ARG(rule->remediation));
		bl_buf_putf(&markdown, "\n**Fix:** " BL_FMT "\n", BL_ARG(rule->remediation));
	}
	for (size_t i = 0; i < rule->nrefs; i++) {
		bl_buf_putf(&text, "%s" BL_FMT "\n", i ? "" : "\nSee: ", BL_ARG(rule->refs[i]));
		bl_buf_putf(&markdown, "%s- <" BL_FMT ">\n", i ? "" : "\n", BL_ARG(rule->refs[i]));
	}
	bl_json_key(j, "help");
	bl_json_object(j);
	bl_json_member(j, "text", bl_buf_str(&text));
	bl_json_member(j, "markdown", bl_buf_str(&markdown));
	bl_json_object_end(j);
	bl_buf_done(&text);
	bl_buf_done(&markdown);
}

static void put_rule(bl_json *j, const bl_rule_info *rule)
{
	static const char *const kinds[] = {"recommendation", "recommendation", "warning", "error", "error"};
	bl_json_object(j);
	bl_json_member(j, "id", rule->id);
	bl_json_member(j, "name", cut(rule->title, MAX_TITLE));
	member_text(j, "shortDescription", cut(rule->title, MAX_SHORT));
	member_text(j, "fullDescription", cut(rule->why.n ? rule->why : rule->title, MAX_SHORT));
	put_help(j, rule);
	if (rule->nrefs)
		bl_json_member(j, "helpUri", rule->refs[0]);
	bl_json_key(j, "defaultConfiguration");
	bl_json_object(j);
	bl_json_member(j, "level", bl_str_of(level_of(rule->severity)));
	bl_json_object_end(j);
	bl_json_key(j, "properties");
	bl_json_object(j);
	put_tags(j, rule);
	bl_json_member(j, "precision", BL_STR("high"));
	bl_json_member(j, "problem.severity", bl_str_of(kinds[rule->severity]));
	if (score_of(rule->severity))
		bl_json_member(j, "security-severity", bl_str_of(score_of(rule->severity)));
	bl_json_object_end(j);
	bl_json_object_end(j);
}

static void put_artifact(bl_json *j, bl_str path)
{
	bool absolute = path.n && path.p[0] == '/';
	bl_buf uri = {0};
	bl_buf_putz(&uri, absolute ? "file://" : "");
	bl_escape_uri(&uri, path);
	bl_json_key(j, "artifactLocation");
	bl_json_object(j);
	bl_json_member(j, "uri", bl_buf_str(&uri));
	if (!absolute)
		bl_json_member(j, "uriBaseId", BL_STR("%SRCROOT%"));
	bl_json_object_end(j);
	bl_buf_done(&uri);
}

static void put_physical(bl_json *j, const bl_place *p)
{
	bl_json_key(j, "physicalLocation");
	bl_json_object(j);
	put_artifact(j, p->path);
	bl_json_key(j, "region");
	bl_json_object(j);
	bl_json_member_int(j, "startLine", p->start_line);
	bl_json_member_int(j, "startColumn", p->start_column);
	bl_json_member_int(j, "endLine", p->end_line);
	bl_json_member_int(j, "endColumn", p->end_column);
	bl_json_object_end(j);
	bl_json_object_end(j);
}

static void put_locations(bl_json *j, const bl_finding *f, const bl_place *place)
{
	bl_str name = f->resource ? f->resource->address : f->asset ? f->asset->id : BL_STR("");
	bl_json_key(j, "locations");
	bl_json_array(j);
	bl_json_object(j);
	put_physical(j, place);
	if (name.n) {
		bl_json_key(j, "logicalLocations");
		bl_json_array(j);
		bl_json_object(j);
		bl_json_member(j, "fullyQualifiedName", name);
		bl_json_member(j, "kind", BL_STR("resource"));
		bl_json_object_end(j);
		bl_json_array_end(j);
	}
	bl_json_object_end(j);
	bl_json_array_end(j);
}

static void put_related(writer *w, const bl_finding *f)
{
	bl_json *j = &w->j;
	int id = 0;
	if (!f->via)
		return;
	bl_json_key(j, "relatedLocations");
	bl_json_array(j);
	for (const bl_via *v = f->via; v && id < MAX_RELATED; v = v->next) {
		bl_place place;
		if (!bl_sources_place(w->view->sources, v->span, &place))
			continue;
		bl_json_object(j);
		bl_json_member_int(j, "id", ++id);
		put_physical(j, &place);
		member_text(j, "message", v->what);
		bl_json_object_end(j);
	}
	bl_json_array_end(j);
}

static const bl_line_hashes *hashes_of(writer *w, uint32_t source)
{
	bl_str key = bl_str_fmt(&w->scratch, BL_FMT "\x1f" BL_FMT, BL_ARG(bl_sources_repo(w->view->sources, source)),
		BL_ARG(bl_sources_path(w->view->sources, source)));
	bl_line_hashes *hashes = bl_map_get(&w->hashes, key);
	if (!hashes) {
		hashes = bl_new(&w->scratch, bl_line_hashes);
		*hashes = bl_line_hash_of(&w->scratch, bl_sources_text(w->view->sources, source));
		bl_map_put(&w->scratch, &w->hashes, key, hashes);
	}
	return hashes;
}

static void put_fingerprints(writer *w, const bl_finding *f, const bl_place *place)
{
	bl_json *j = &w->j;
	bl_json_key(j, "partialFingerprints");
	bl_json_object(j);
	bl_span span = bl_sources_root(w->view->sources, bl_span_known(f->span) ? f->span : f->resource ? f->resource->head
													  : BL_NOWHERE);
	if (bl_span_known(span)) {
		const bl_line_hashes *hashes = hashes_of(w, span.source);
		if (place->start_line && place->start_line <= hashes->n) {
			const bl_line_hash *h = &hashes->hashes[place->start_line - 1];
			char text[40];
			snprintf(text, sizeof text, "%llx:%u", (unsigned long long)h->hash, h->count);
			bl_json_member(j, "primaryLocationLineHash", bl_str_of(text));
		}
	}
	bl_json_member(j, "belayFingerprint/v1", bl_str_of(f->fingerprint));
	bl_json_object_end(j);
}

static void put_suppressions(bl_json *j, const bl_finding *f)
{
	const bl_suppression *s = f->suppression;
	if (f->result != BL_SUPPRESSED && !(s && s->added))
		return;
	bl_json_key(j, "suppressions");
	bl_json_array(j);
	bl_json_object(j);
	bl_json_member(j, "kind", s && bl_span_known(s->where) ? BL_STR("inSource") : BL_STR("external"));
	bl_json_member(j, "status", f->result == BL_SUPPRESSED ? BL_STR("accepted") : BL_STR("rejected"));
	if (s && s->reason.n)
		bl_json_member(j, "justification", s->reason);
	bl_json_object_end(j);
	bl_json_array_end(j);
}

/* Brackets in a message would be read as links to related locations. */
static void put_unlinked(bl_buf *out, bl_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '[' || s.p[i] == ']' || s.p[i] == '\\')
			bl_buf_putc(out, '\\');
		bl_buf_putc(out, s.p[i]);
	}
}

static void put_message(writer *w, const bl_finding *f, const bl_facts *facts)
{
	bl_buf text = {0};
	put_unlinked(&text, f->message);
	if (f->result == BL_UNSURE && f->unknown.n) {
		bl_buf_putz(&text, ". Not sure: ");
		put_unlinked(&text, f->unknown);
	}
	int id = 0;
	for (const bl_via *v = f->via; v; v = v->next) {
		bl_place place;
		if (bl_sources_place(w->view->sources, v->span, &place) && ++id <= MAX_RELATED)
			bl_buf_putf(&text, "%s[written here](%d)", id == 1 ? ". The value comes from where it was " : ", ", id);
	}
	for (size_t i = 0; i < facts->factors.n; i++) {
		bl_buf_putz(&text, i ? "; " : ". ");
		put_unlinked(&text, facts->factors.items[i]);
	}
	member_text(&w->j, "message", bl_buf_str(&text));
	bl_buf_done(&text);
}

static void put_properties(bl_json *j, const bl_finding *f, const bl_facts *facts)
{
	bl_json_key(j, "properties");
	bl_json_object(j);
	bl_json_member(j, "severity", bl_str_of(bl_severity_name(f->severity)));
	bl_json_member(j, "risk", bl_str_of(bl_severity_name(facts->risk)));
	if (f->resource)
		bl_json_member(j, "root", f->resource->root->name);
	bl_json_key(j, "assets");
	bl_json_array(j);
	for (size_t i = 0; i < facts->assets.n; i++)
		bl_json_str(j, facts->assets.items[i].asset->id);
	bl_json_array_end(j);
	bl_json_key(j, "attackPaths");
	bl_json_array(j);
	for (size_t i = 0; i < facts->paths.n; i++)
		bl_json_strz(j, facts->paths.items[i]->id);
	bl_json_array_end(j);
	bl_json_object_end(j);
}

/* A maybe is kind "open": the standard's word for too little being known to decide. Its level must then be "none". */
static void put_result(writer *w, const bl_finding *f)
{
	bl_json *j = &w->j;
	bl_arena scratch = {0};
	bl_facts facts = bl_facts_of(&scratch, w->view, &f, 1);
	bl_place place;
	bl_groups_place(w->view, f, &place);
	intptr_t index = (intptr_t)bl_map_get(&w->rules, f->rule->id);
	bl_json_object(j);
	bl_json_member(j, "ruleId", f->rule->id);
	if (index)
		bl_json_member_int(j, "ruleIndex", index - 1);
	bool open = f->result == BL_UNSURE;
	bl_json_member(j, "kind", open ? BL_STR("open") : BL_STR("fail"));
	bl_json_member(j, "level", bl_str_of(open ? "none" : level_of(f->severity)));
	put_message(w, f, &facts);
	put_locations(j, f, &place);
	put_related(w, f);
	put_fingerprints(w, f, &place);
	put_suppressions(j, f);
	put_properties(j, f, &facts);
	bl_json_object_end(j);
	bl_arena_done(&scratch);
}

static int worst_first(const void *a, const void *b)
{
	const bl_finding *const *x = *(const bl_finding *const *const *)a, *const *y = *(const bl_finding *const *const *)b;
	if ((*x)->result != (*y)->result)
		return (*x)->result < (*y)->result ? -1 : 1;
	if ((*x)->severity != (*y)->severity)
		return (*x)->severity > (*y)->severity ? -1 : 1;
	return x < y ? -1 : 1;
}

/* Over the limit the worst are kept; the order of the report is kept among them. */
static const bool *choose(writer *w)
{
	size_t n = w->view->nfindings;
	bool *chosen = bl_new_n(&w->scratch, bool, n + 1);
	const bl_finding *const **order = bl_new_n(&w->scratch, const bl_finding *const *, n + 1);
	for (size_t i = 0; i < n; i++)
		order[i] = &w->view->findings[i];
	if (n > MAX_RESULTS)
		qsort(order, n, sizeof *order, worst_first);
	for (size_t i = 0; i < n && i < MAX_RESULTS; i++)
		chosen[order[i] - w->view->findings] = true;
	return chosen;
}

static void put_results(writer *w)
{
	const bool *chosen = choose(w);
	bl_json_key(&w->j, "results");
	bl_json_array(&w->j);
	for (size_t i = 0; i < w->view->nfindings; i++)
		if (chosen[i])
			put_result(w, w->view->findings[i]);
	bl_json_array_end(&w->j);
}

static void put_driver(writer *w)
{
	bl_json *j = &w->j;
	bl_json_key(j, "tool");
	bl_json_object(j);
	bl_json_key(j, "driver");
	bl_json_object(j);
	bl_json_member(j, "name", BL_STR("belay"));
	bl_json_member(j, "version", bl_str_of(w->view->version));
	bl_json_member(j, "semanticVersion", bl_str_of(w->view->version));
	bl_json_key(j, "rules");
	bl_json_array(j);
	for (size_t i = 0; i < w->view->nrules && i < MAX_RESULTS; i++) {
		bl_map_put(&w->scratch, &w->rules, w->view->rules[i]->id, (void *)(intptr_t)(i + 1));
		put_rule(j, w->view->rules[i]);
	}
	bl_json_array_end(j);
	bl_json_object_end(j);
	bl_json_object_end(j);
}

/* Problems with the input, and what the limit left out, so that a short list does not look like a clean one. */
static void put_invocation(writer *w)
{
	static const char *const levels[] = {"note", "warning", "error"};
	bl_json *j = &w->j;
	bool good = true;
	for (size_t i = 0; i < w->view->ndiags; i++)
		good &= w->view->diags[i].level != BL_DIAG_ERROR;
	bl_json_key(j, "invocations");
	bl_json_array(j);
	bl_json_object(j);
	bl_json_member_bool(j, "executionSuccessful", good);
	bl_json_key(j, "toolExecutionNotifications");
	bl_json_array(j);
	for (size_t i = 0; i < w->view->ndiags; i++) {
		const bl_diag *d = &w->view->diags[i];
		bl_place place = {.path = d->path, .start_line = 1, .start_column = 1, .end_line = 1, .end_column = 1};
		bl_place real;
		if (bl_sources_place(w->view->sources, d->span, &real))
			place = real;
		bl_json_object(j);
		bl_json_member(j, "level", bl_str_of(levels[d->level]));
		member_text(j, "message", d->message);
		if (place.path.n) {
			bl_json_key(j, "locations");
			bl_json_array(j);
			bl_json_object(j);
			put_physical(j, &place);
			bl_json_object_end(j);
			bl_json_array_end(j);
		}
		bl_json_object_end(j);
	}
	if (w->view->nfindings > MAX_RESULTS) {
		bl_json_object(j);
		bl_json_member(j, "level", BL_STR("warning"));
		member_text(j, "message", bl_str_fmt(&w->scratch, "%zu of %zu findings are not listed: a run holds %d",
						 w->view->nfindings - MAX_RESULTS, w->view->nfindings, MAX_RESULTS));
		bl_json_object_end(j);
	}
	bl_json_array_end(j);
	bl_json_object_end(j);
	bl_json_array_end(j);
}

static bl_str first_repo(const bl_report_view *view)
{
	for (size_t i = 0; i < view->nfindings; i++)
		if (view->findings[i]->resource && view->findings[i]->resource->root->repo.n)
			return view->findings[i]->resource->root->repo;
	return BL_STR("");
}

static void put_run_details(writer *w)
{
	bl_json *j = &w->j;
	bl_str repo = first_repo(w->view);
	bl_json_key(j, "automationDetails");
	bl_json_object(j);
	bl_json_member(j, "id", BL_STR("belay/"));
	bl_json_object_end(j);
	bl_json_key(j, "originalUriBaseIds");
	bl_json_object(j);
	bl_json_key(j, "%SRCROOT%");
	bl_json_object(j);
	member_text(j, "description", BL_STR("The root of the repository."));
	bl_json_object_end(j);
	bl_json_object_end(j);
	if (w->view->commit.n && bl_str_find(repo, BL_STR("/"), 0) > 0) {
		bl_buf uri = {0};
		bl_buf_putz(&uri, "https://");
		bl_escape_uri(&uri, repo);
		bl_json_key(j, "versionControlProvenance");
		bl_json_array(j);
		bl_json_object(j);
		bl_json_member(j, "repositoryUri", bl_buf_str(&uri));
		bl_json_member(j, "revisionId", w->view->commit);
		bl_json_object_end(j);
		bl_json_array_end(j);
		bl_buf_done(&uri);
	}
	bl_json_member(j, "columnKind", BL_STR("unicodeCodePoints"));
}

void bl_sarif_write(const bl_report_view *view, bl_buf *out)
{
	writer w = {.view = view};
	bl_json *j = &w.j;
	bl_json_begin(j, out, true);
	bl_json_object(j);
	bl_json_member(j, "$schema", BL_STR("https://json.schemastore.org/sarif-2.1.0.json"));
	bl_json_member(j, "version", BL_STR("2.1.0"));
	bl_json_key(j, "runs");
	bl_json_array(j);
	bl_json_object(j);
	put_driver(&w);
	put_run_details(&w);
	put_invocation(&w);
	put_results(&w);
	bl_json_object_end(j);
	bl_json_array_end(j);
	bl_json_object_end(j);
	bl_arena_done(&w.scratch);
}

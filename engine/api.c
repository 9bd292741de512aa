/* The public header's functions over sessions and reports. */
#include "engine/engine.h"

#include "annotate/views.h"
#include "core/codec/json.h"
#include "core/io/file.h"

#include <stdio.h>
#include <stdlib.h>

enum { RULE_FILE_LIMIT = 1 << 20 };

const char *bl_version(void)
{
	return BELAY_VERSION;
}

static int fail(char *error, size_t error_size, const char *text)
{
	if (error && error_size)
		snprintf(error, error_size, "%s", text);
	return -1;
}

static bl_status add_rule_folder(bl_session *session, const char *folder, bl_error *error)
{
	bl_str *paths;
	size_t n;
	bl_status status = bl_file_list(&session->arena, folder, ".yaml", &paths, &n, error);
	for (size_t i = 0; i < n && status == BL_OK; i++) {
		bl_str file = bl_str_fmt(&session->arena, "%s/" BL_FMT, folder, BL_ARG(paths[i])), text;
		status = bl_file_read(&session->arena, file.p, RULE_FILE_LIMIT, &text, error);
		if (status == BL_OK)
			status = bl_rules_add(session->rules, bl_str_slice(paths[i], 0, paths[i].n - 5), file, text, error);
	}
	return status;
}

bl_session *bl_session_open(const char *const *rule_dirs, size_t nrule_dirs, char *error, size_t error_size)
{
	bl_session *session = bl_xmalloc(sizeof *session);
	bl_error words = {""};
	session->schema = bl_schema_new(&session->arena);
	session->rules = bl_rules_new();
	bl_status status = BL_OK;
	for (size_t i = 0; i < nrule_dirs && status == BL_OK; i++)
		status = add_rule_folder(session, rule_dirs[i], &words);
	if (status == BL_OK)
		return session;
	fail(error, error_size, words.text);
	bl_session_close(session);
	return NULL;
}

void bl_session_close(bl_session *session)
{
	if (!session)
		return;
	bl_rules_free(session->rules);
	bl_arena_done(&session->arena);
	free(session);
}

bl_counts bl_report_counts(const bl_report *report)
{
	return report->counts;
}

int bl_report_exit_code(const bl_report *report, const char *fail_on, int on_maybe, int strict)
{
	const bl_counts *c = &report->counts;
	if (c->errors || (strict && c->not_analysed))
		return BL_EXIT_PARTIAL;
	bl_severity level;
	if (!bl_severity_parse(bl_str_of(fail_on), &level))
		return BL_EXIT_CLEAN;
	for (size_t i = 0; i < report->findings.n; i++) {
		const bl_finding *f = report->findings.items[i];
		if (f->severity >= level && (f->result == BL_FAIL || (on_maybe && f->result == BL_UNSURE)))
			return BL_EXIT_FINDINGS;
	}
	return BL_EXIT_CLEAN;
}

static void print_resources(const bl_report *report, bool json, bool colour, bl_buf *out)
{
	bl_arena scratch = {0};
	const bl_evaluation **evaluations = bl_new_n(&scratch, const bl_evaluation *, report->plans.n);
	for (size_t i = 0; i < report->plans.n; i++)
		evaluations[i] = &report->plans.items[i]->evaluation;
	bl_inventory_view view = {report->sources, evaluations, report->plans.n, report->diags.items, report->diags.n};
	bl_view_resources(&view, json, colour, out);
	bl_arena_done(&scratch);
}

/* The template of the one file that was given; with several parameter files it has a root for each. */
static bool print_build(const bl_report *report, bl_buf *out)
{
	for (size_t i = 0; i < report->plans.n; i++) {
		bl_json j;
		if (!report->plans.items[i]->template)
			continue;
		bl_json_begin(&j, out, true);
		bl_json_value(&j, report->plans.items[i]->template);
		bl_buf_putc(out, '\n');
		return true;
	}
	return true; /* the diagnostics say why */
}

static const bl_layer_view *layer_views(const bl_image_origin *o, bl_arena *scratch)
{
	static const char *const origins[] = {"", "base", "own"};
	bl_layer_view *out = bl_new_n(scratch, bl_layer_view, o->layers.n + 1);
	for (size_t i = 0; i < o->layers.n; i++) {
		const bl_image_layer *l = &o->layers.items[i];
		out[i] = (bl_layer_view){l->diff_id, l->created_by, origins[l->origin], l->span};
	}
	return out;
}

static const bl_image_view *image_views(const bl_report *report, bl_arena *scratch)
{
	bl_image_view *out = bl_new_n(scratch, bl_image_view, report->images.n + 1);
	for (size_t i = 0; i < report->images.n; i++) {
		const bl_image_origin *o = report->images.items[i];
		out[i] = (bl_image_view){.digest = o->digest, .names = o->names.items, .nnames = o->names.n, .repo = o->repo, .commit = o->commit,
			.stage = o->stage ? bl_graph_node(report->graph, o->stage)->resource : NULL, .workflow = o->workflow, .run = o->run,
			.class = o->class, .confidence = o->confidence, .evidence = o->evidence.items, .nevidence = o->evidence.n,
			.candidates = o->candidates.items, .ncandidates = o->candidates.n, .layers = layer_views(o, scratch),
			.nlayers = o->layers.n, .runs = o->runs.items, .nruns = o->runs.n, .missing = o->missing.items, .nmissing = o->missing.n};
	}
	return out;
}

static bl_links_view links_view(const bl_report *report, bl_arena *scratch)
{
	bl_links_view view = {.sources = report->sources, .graph = report->graph, .commit = report->commit};
	bl_mapping_unmatched(report->graph, scratch, &report->mapping, &view.code_only, &view.ncode_only,
		&view.cloud_only, &view.ncloud_only);
	static const char *const drift_classes[] = {"unknown", "cloud-changed", "code-ahead"};
	const bl_drift *drift;
	view.ndrift = bl_mapping_drift(report->graph, report->session->schema, report->mapping.history, scratch, &drift);
	bl_drift_view *copies = bl_new_n(scratch, bl_drift_view, view.ndrift);
	for (size_t i = 0; i < view.ndrift; i++)
		copies[i] = (bl_drift_view){drift[i].link, drift_classes[drift[i].class], drift[i].path, drift[i].code, drift[i].cloud, drift[i].span};
	view.drift = copies;
	view.images = image_views(report, scratch);
	view.nimages = report->images.n;
	return view;
}

static void print_links(const bl_report *report, bool json, bool colour, bl_buf *out)
{
	bl_arena scratch = {0};
	bl_links_view view = links_view(report, &scratch);
	bl_view_links(&view, json, colour, out);
	bl_arena_done(&scratch);
}

static bool print_inventory(const bl_report *report, const bl_print_options *o, bl_buf *out)
{
	bl_arena scratch = {0};
	bl_estate_view view = {.links = links_view(report, &scratch),
		.findings = (const bl_finding *const *)report->findings.items, .nfindings = report->findings.n,
		.state = o->state, .types = o->types, .ntypes = o->ntypes, .tags = o->tags, .ntags = o->ntags};
	bool known = bl_view_inventory(&view, o->format, o->colour, out);
	bl_arena_done(&scratch);
	return known;
}

static bool print_explanation(const bl_report *report, const bl_print_options *o, bl_buf *out)
{
	bl_arena scratch = {0};
	bl_explain_view view = {.report = bl_engine_view(report), .links = {.sources = report->sources, .graph = report->graph, .commit = report->commit},
		.before = report->before ? report->before->graph : NULL, .id = o->id ? o->id : "",
		.raises = bl_mapping_missing};
	size_t n = bl_view_explain(&view, strcmp(o->format, "json") == 0, o->colour, out);
	bl_arena_done(&scratch);
	return n > 0;
}

static void print_paths(const bl_report *report, bool json, bool colour, bl_buf *out)
{
	bl_paths_view view = {report->graph, report->before ? report->before->graph : NULL, report->paths.items,
		report->paths.n, report->compared};
	bl_view_paths(&view, json, colour, out);
}

static void print_parse(const bl_report *report, bool sexp, bl_buf *out)
{
	for (size_t i = 0; i < report->sides.n; i++) {
		const bl_side *side = report->sides.items[i];
		for (size_t k = 0; k < side->documents.n; k++) {
			const bl_document *d = side->documents.items[k];
			if (!sexp)
				bl_document_print(d, out);
			else if (d->language == BL_LANG_DOCKERFILE)
				bl_dockerfile_print_sexp(d, out);
		}
	}
}

/* The fingerprints of all that fails or may fail: a baseline for later runs. */
static void print_baseline(const bl_report *report, bl_buf *out)
{
	bl_json j;
	bl_json_begin(&j, out, true);
	bl_json_object(&j);
	bl_json_member_int(&j, "format", 1);
	bl_json_key(&j, "fingerprints");
	bl_json_array(&j);
	for (size_t i = 0; i < report->findings.n; i++)
		if (report->findings.items[i]->result != BL_SUPPRESSED)
			bl_json_strz(&j, report->findings.items[i]->fingerprint);
	bl_json_array_end(&j);
	bl_json_object_end(&j);
}

static void print_diagnostics(const bl_report *report, bool colour, bl_buf *out)
{
	static const char *const names[] = {"note", "warning", "error"}, *const paints[] = {"", "\033[33m", "\033[31m"};
	for (size_t i = 0; i < report->diags.n; i++) {
		const bl_diag *d = &report->diags.items[i];
		bl_place place;
		bool known = bl_sources_place(report->sources, d->span, &place);
		bl_str path = known ? place.path : d->path;
		for (size_t k = 0; k < path.n; k++)
			bl_buf_putc(out, (unsigned char)path.p[k] < 0x20 ? '?' : path.p[k]);
		if (known)
			bl_buf_putf(out, ":%u:%u", place.start_line, place.start_column);
		bl_buf_putf(out, "%s%s%s%s: ", path.n ? ": " : "", colour ? paints[d->level] : "", names[d->level],
			colour && d->level ? "\033[0m" : "");
		for (size_t k = 0; k < d->message.n; k++)
			bl_buf_putc(out, (unsigned char)d->message.p[k] < 0x20 ? ' ' : d->message.p[k]);
		bl_buf_putc(out, '\n');
	}
}

static bool print_findings(const bl_report *report, const bl_print_options *o, bl_buf *out)
{
	bl_report_view view = bl_engine_view(report);
	view.colour = o->colour;
	if (!o->colour)
		view.seconds = 0; /* what is no terminal must not differ from run to run */
	if (o->fail_on)
		bl_severity_parse(bl_str_of(o->fail_on), &view.fail_on);
	if (!bl_format_exists(bl_str_of(o->format)))
		return false;
	bl_format_write(bl_str_of(o->format), &view, out);
	return true;
}

static bool print_view(const bl_report *report, const bl_print_options *o, bl_buf *out)
{
	bool json = strcmp(o->format, "json") == 0, text = strcmp(o->format, "text") == 0;
	bool sexp = strcmp(o->format, "sexp") == 0, colour = o->colour;
	const char *view = o->view;
	if (strcmp(view, "findings") == 0)
		return print_findings(report, o, out);
	if (strcmp(view, "inventory") == 0)
		return print_inventory(report, o, out);
	if (strcmp(view, "parse") == 0 && (text || sexp))
		print_parse(report, sexp, out);
	else if (strcmp(view, "baseline") == 0 && json)
		print_baseline(report, out);
	else if (strcmp(view, "diagnostics") == 0 && text)
		print_diagnostics(report, colour, out);
	else if (!json && !text)
		return false;
	else if (strcmp(view, "explain") == 0)
		return print_explanation(report, o, out);
	else if (strcmp(view, "resources") == 0 || strcmp(view, "eval") == 0)
		print_resources(report, json, colour, out);
	else if (strcmp(view, "build") == 0 && json)
		return print_build(report, out);
	else if (strcmp(view, "links") == 0)
		print_links(report, json, colour, out);
	else if (strcmp(view, "paths") == 0)
		print_paths(report, json, colour, out);
	else if (strcmp(view, "graph") == 0)
		bl_view_graph(report->graph, json, out);
	else
		return false;
	return true;
}

typedef struct receiver {
	bl_write_fn write;
	void *context;
	int result; /* the first that was not 0; nothing is written after it */
} receiver;

static void receive(void *to, bl_str piece)
{
	receiver *r = to;
	if (!r->result && piece.n)
		r->result = r->write(r->context, piece.p, piece.n);
}

int bl_report_print(const bl_report *report, const bl_print_options *options, bl_write_fn write, void *context,
	char *error, size_t error_size)
{
	receiver to = {write, context, 0};
	bl_buf out = {.drain = receive, .to = &to};
	if (!print_view(report, options, &out)) {
		bl_buf_done(&out);
		char words[160];
		if (options->id && strcmp(options->view, "explain") == 0)
			snprintf(words, sizeof words, "'%s' is nothing that is known here", options->id);
		else
			snprintf(words, sizeof words, "'%s' cannot be printed as '%s'", options->view, options->format);
		return fail(error, error_size, words);
	}
	receive(&to, bl_buf_str(&out));
	bl_buf_done(&out);
	return to.result;
}

/* Line ranges of the head side, per changed file. */
static bl_changed_lines *changed_lines(const bl_report *report, bl_arena *arena, size_t *n)
{
	bl_changed_lines *files = bl_new_n(arena, bl_changed_lines, report->changes.n);
	*n = 0;
	for (size_t i = 0; i < report->changes.n; i++) {
		const bl_change *c = &report->changes.items[i];
		if (c->status == 'D')
			continue;
		bl_changed_lines *f = &files[(*n)++];
		f->path = c->path;
		f->ranges = bl_arena_alloc(arena, (c->hunks.n + 1) * sizeof *f->ranges);
		for (size_t k = 0; k < c->hunks.n; k++) {
			const bl_hunk *h = &c->hunks.items[k];
			if (!h->new_lines)
				continue;
			f->ranges[f->n].first = h->new_start;
			f->ranges[f->n++].last = h->new_start + h->new_lines - 1;
		}
	}
	return files;
}

int bl_report_annotate(const bl_report *report, const char *forge, const char *repository, long long number,
	bl_write_fn write, void *context, char *error, size_t error_size)
{
	if (strcmp(forge, "github") != 0)
		return fail(error, error_size, "only 'github' can be annotated yet");
	if (!report->compared)
		return fail(error, error_size, "annotating needs a comparison: --base");
	bl_pull_request pull = {.number = number, .head_commit = report->commit};
	bl_str full = bl_str_of(repository);
	pull.name = bl_str_cut(full, '/', &pull.owner);
	if (!pull.owner.n || !pull.name.n)
		return fail(error, error_size, "the repository is OWNER/NAME");
	bl_arena scratch = {0};
	bl_buf out = {0};
	pull.changed = changed_lines(report, &scratch, &pull.nchanged);
	bl_report_view view = bl_engine_view(report);
	bl_annotate_github(&view, &pull, &out);
	int result = out.n ? write(context, out.p, out.n) : 0;
	bl_buf_done(&out);
	bl_arena_done(&scratch);
	return result;
}

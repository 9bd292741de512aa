/* What a run found, put in order. */
#include "engine/engine.h"

#include "core/codec/json.h"
#include "core/io/file.h"

#include <stdlib.h>

static void collect_list(bl_report *report, const bl_diag_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		bl_vec_push(&report->arena, &report->diags, list->items[i]);
}

static void collect_side(bl_report *report, const bl_side *side)
{
	collect_list(report, &side->diags);
	for (size_t i = 0; i < side->documents.n; i++) {
		const bl_document *d = side->documents.items[i];
		collect_list(report, &d->diags);
	}
	for (size_t i = 0; i < side->by_name.n; i++)
		collect_list(report, &side->by_name.items[i]->diags);
	report->counts.files += side->documents.n;
}

static bl_str diag_path(const bl_report *report, const bl_diag *d)
{
	return d->path.n ? d->path : bl_sources_path(report->sources, d->span.source);
}

typedef struct sort_key {
	bl_str repo, root, path, rule, address;
	bl_span span;
	const void *item;
} sort_key;

static int by_key(const void *a, const void *b)
{
	const sort_key *x = a, *y = b;
	int c = bl_str_cmp(x->repo, y->repo);
	if (!c)
		c = bl_str_cmp(x->root, y->root);
	if (!c)
		c = bl_str_cmp(x->path, y->path);
	if (!c && x->span.begin != y->span.begin)
		c = x->span.begin < y->span.begin ? -1 : 1;
	if (!c && x->span.end != y->span.end)
		c = x->span.end < y->span.end ? -1 : 1;
	if (!c)
		c = bl_str_cmp(x->rule, y->rule);
	return c ? c : bl_str_cmp(x->address, y->address);
}

static void sort_diags(bl_report *report)
{
	size_t n = report->diags.n;
	bl_arena scratch = {0};
	sort_key *keys = bl_new_n(&scratch, sort_key, n);
	bl_diag *sorted = bl_new_n(&report->arena, bl_diag, n);
	for (size_t i = 0; i < n; i++) {
		bl_diag *d = &report->diags.items[i];
		bl_span root = bl_sources_root(report->sources, d->span);
		keys[i] = (sort_key){.repo = d->path.n ? d->repo : bl_sources_repo(report->sources, d->span.source),
			.path = diag_path(report, d), .rule = d->message, .span = root, .item = d};
	}
	if (n)
		qsort(keys, n, sizeof *keys, by_key);
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		if (!i || by_key(&keys[i - 1], &keys[i]) != 0) /* one of each: a shared module is evaluated by many roots */
			sorted[kept++] = *(const bl_diag *)keys[i].item;
	report->diags.items = sorted;
	report->diags.n = kept;
	bl_arena_done(&scratch);
}

static bl_str at_node(bl_arena *arena, uint32_t node, const bl_finding *f)
{
	return bl_str_fmt(arena, "%u " BL_FMT " " BL_FMT, node, BL_ARG(f->rule->id), BL_ARG(f->path));
}

/* What runs as its code says is told once, at the code: is this finding about an asset such a repetition? */
static bool is_told_at_code(const bl_report *report, bl_arena *scratch, const bl_map *told, const bl_finding *f)
{
	const bl_link *const *links;
	size_t n = f->asset && !f->resource ? bl_graph_links_of(report->graph, f->node, &links) : 0;
	for (size_t i = 0; i < n; i++) {
		if (links[i]->kind != BL_PROVISIONS || links[i]->class == BL_AMBIGUOUS || links[i]->to != f->node)
			continue;
		const bl_finding *code = bl_map_get(told, at_node(scratch, links[i]->from, f));
		if (code && (code->result != BL_UNSURE || f->result == BL_UNSURE))
			return true;
	}
	return false;
}

/* An installed module, or a file above the folder given: nobody who reads the scanned tree finds it there. */
static bool is_outside(const bl_report *report, bl_span span)
{
	bl_str path = bl_sources_path(report->sources, bl_sources_root(report->sources, span).source);
	return bl_str_starts(path, BL_STR("/")) || bl_str_starts(path, BL_STR("../")) ||
	       bl_str_find(path, BL_STR(".terraform/modules/"), 0) >= 0;
}

/* A finding in a module that lies outside of the tree is shown at the call of the module; its own place is the first step of the way. */
static void move_inside(bl_report *report, bl_finding *f)
{
	const bl_via *call = f->resource ? f->resource->via : NULL;
	if (!bl_span_known(f->span) || !is_outside(report, f->span))
		return;
	while (call && is_outside(report, call->span))
		call = call->next;
	if (!call)
		return;
	bl_via *own = bl_new(&report->arena, bl_via);
	*own = (bl_via){f->resource->address, f->span, f->via == f->resource->via ? NULL : f->via};
	f->via = own;
	f->span = call->span;
}

static void sort_findings(bl_report *report)
{
	const bl_finding *const *found;
	size_t n = bl_graph_findings(report->graph, &found);
	bl_arena scratch = {0};
	sort_key *keys = bl_new_n(&scratch, sort_key, n);
	bl_map told = {0};
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		if (found[i]->resource)
			bl_map_put(&scratch, &told, at_node(&scratch, found[i]->node, found[i]), (void *)found[i]);
	for (size_t i = 0; i < n; i++) {
		const bl_finding *f = found[i];
		if (is_told_at_code(report, &scratch, &told, f))
			continue;
		bl_finding *copy = bl_new(&report->arena, bl_finding);
		*copy = *f;
		move_inside(report, copy);
		f = copy;
		bl_span root = bl_sources_root(report->sources, f->span);
		keys[kept++] = (sort_key){.repo = f->resource ? f->resource->root->repo : BL_STR(""),
			.root = f->resource ? f->resource->root->name : BL_STR(""),
			.path = bl_sources_path(report->sources, root.source),
			.rule = f->rule->id,
			.address = f->resource ? f->resource->address : f->asset ? f->asset->id : BL_STR(""),
			.span = root,
			.item = f};
	}
	if (kept)
		qsort(keys, kept, sizeof *keys, by_key);
	for (size_t i = 0; i < kept; i++)
		bl_vec_push(&report->arena, &report->findings, (bl_finding *)keys[i].item);
	bl_arena_done(&scratch);
}

void bl_engine_unsuppress(bl_finding *f)
{
	f->result = f->unknown.n ? BL_UNSURE : BL_FAIL;
}

static bool is_date(bl_str s)
{
	if (s.n < 10)
		return false;
	for (size_t i = 0; i < 10; i++)
		if (i == 4 || i == 7 ? s.p[i] != '-' : s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

/* A suppression holds to the end of the day it names. One whose date cannot be read does not hold: it would for ever. */
static void end_suppressions(bl_report *report)
{
	for (size_t i = 0; i < report->findings.n; i++) {
		bl_finding *f = report->findings.items[i];
		if (f->result != BL_SUPPRESSED || !f->suppression || !f->suppression->until.n)
			continue;
		bl_str until = f->suppression->until;
		bool readable = is_date(until);
		if (readable && bl_str_cmp(bl_str_of(report->today), bl_str_slice(until, 0, 10)) <= 0)
			continue;
		bl_engine_unsuppress(f);
		bl_diag_add(&report->arena, &report->diags, BL_DIAG_NOTE, f->suppression->where,
			readable ? "this suppression ended on " BL_FMT : "'" BL_FMT "' is no date like 2027-01-31: the suppression does not hold",
			BL_ARG(until));
	}
}

/* Marks what a baseline file knows. The file is read from the base side when there is one. */
static void apply_baseline(bl_report *report)
{
	const char *path = report->options ? report->options->baseline : NULL;
	if (!path)
		return;
	bl_arena *arena = &report->arena;
	bl_str text;
	bl_error error = {""};
	const bl_value *root = NULL;
	bl_status status = report->before ? bl_repo_read(report->before->sides.items[0]->repo, bl_str_of(path), arena, &text, &error)
					  : bl_file_read(arena, path, BL_REPO_MAX_FILE, &text, &error);
	if (status == BL_OK)
		root = bl_json_read(arena, text, &error);
	const bl_value *list = root ? bl_value_getz(root, "fingerprints") : NULL;
	if (!bl_value_is(list, BL_LIST)) {
		bl_diag_add(arena, &report->diags, BL_DIAG_ERROR, BL_NOWHERE, "the baseline '%s' cannot be used: %s", path,
			root ? "it has no list 'fingerprints'" : error.text);
		return;
	}
	bl_map known = {0};
	for (uint32_t i = 0; i < list->n; i++)
		bl_map_put(arena, &known, bl_value_text(list->list[i]), (void *)list);
	bl_suppression *why = bl_new(arena, bl_suppression);
	why->reason = BL_STR("in the baseline");
	for (size_t i = 0; i < report->findings.n; i++) {
		bl_finding *f = report->findings.items[i];
		if (f->result != BL_SUPPRESSED && bl_map_get(&known, bl_str_of(f->fingerprint))) {
			f->result = BL_SUPPRESSED;
			f->suppression = why;
		}
	}
}

void bl_engine_count(bl_report *report)
{
	bl_counts *c = &report->counts;
	*c = (bl_counts){.files = c->files, .resources = c->resources, .links = c->links};
	c->findings = report->findings.n;
	for (size_t i = 0; i < report->findings.n; i++) {
		const bl_finding *f = report->findings.items[i];
		if (f->result == BL_SUPPRESSED)
			c->suppressed++;
		else if (f->result == BL_UNSURE)
			c->maybe++;
		else
			c->fail[f->severity]++;
	}
	for (size_t i = 0; i < report->diags.n; i++) {
		c->errors += report->diags.items[i].level == BL_DIAG_ERROR;
		c->not_analysed += report->diags.items[i].level == BL_DIAG_WARNING;
	}
	c->paths = report->paths.n;
}

void bl_engine_collect(bl_report *report)
{
	for (size_t i = 0; i < report->sides.n; i++)
		collect_side(report, report->sides.items[i]);
	for (size_t i = 0; i < report->plans.n; i++) {
		collect_list(report, &report->plans.items[i]->evaluation.diags);
		report->counts.resources += report->plans.items[i]->evaluation.resources.n;
	}
	for (size_t i = 0; i < report->snapshots.n; i++)
		collect_list(report, &report->snapshots.items[i]->diags);
	collect_list(report, &report->joined);
	if (report->sides.n)
		report->commit = report->sides.items[0]->commit;
	if (report->graph) {
		sort_findings(report);
		end_suppressions(report);
		apply_baseline(report);
		const bl_path *const *paths;
		size_t n = bl_graph_paths(report->graph, &paths);
		for (size_t i = 0; i < n; i++)
			bl_vec_push(&report->arena, &report->paths, paths[i]);
		const bl_link *const *links;
		n = bl_graph_links(report->graph, &links);
		for (size_t i = 0; i < n; i++)
			report->counts.links += links[i]->kind == BL_PROVISIONS;
	}
	sort_diags(report);
	bl_engine_count(report);
}

bl_report_view bl_engine_view(const bl_report *report)
{
	bl_report *r = (bl_report *)report; /* the list of rules is kept with the report */
	const bl_rule_info *const *rules;
	size_t nrules = bl_rules_read(&r->arena, report->session->rules, &rules);
	return (bl_report_view){
		.version = bl_version(),
		.graph = report->graph,
		.sources = report->sources,
		.findings = (const bl_finding *const *)report->findings.items,
		.nfindings = report->findings.n,
		.diags = report->diags.items,
		.ndiags = report->diags.n,
		.rules = rules,
		.nrules = nrules,
		.files = report->counts.files,
		.resources = report->counts.resources,
		.not_analysed = report->counts.not_analysed,
		.seconds = report->seconds,
		.compared = report->compared,
		.commit = report->commit,
		.fail_on = BL_HIGH,
		.paths = report->paths.items,
		.npaths = report->paths.n,
	};
}

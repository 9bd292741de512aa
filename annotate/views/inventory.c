/* What is declared, what runs, and which is which: one row for each asset, and one for each declaration that none answers to. */
#include "annotate/views/views.h"

#include "core/codec/csv.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>

typedef enum row_state { DECLARED_ONLY, DEPLOYED_ONLY, BOTH } row_state;

static const char *const states[] = {"declared-only", "deployed-only", "both"};

typedef struct row {
	row_state state;
	const char *class;
	const bl_resource *resource; /* of the surest link; NULL for what no code declares */
	const bl_asset *asset;       /* NULL for what does not run */
	const bl_link *link;         /* the surest, or NULL */
	size_t others;               /* further declarations that could be the asset's */
	bool missing;                /* it would be seen if it ran */
	size_t drift, findings;
} row;

typedef BL_VEC(row) row_list;

static const char *provider_of(const row *r)
{
	bl_str type = r->asset ? r->asset->type : r->resource->type;
	if (bl_str_startsi(type, BL_STR("Microsoft.")) || (r->resource && bl_str_startsi(r->resource->provider, BL_STR("az"))))
		return "azure";
	if (bl_str_startsi(type, BL_STR("AWS::")) || (r->resource && bl_str_eqz(r->resource->provider, "aws")))
		return "aws";
	if (bl_str_find(type, BL_STR(".googleapis.com/"), 0) > 0 ||
		(r->resource && bl_str_starts(r->resource->provider, BL_STR("google"))))
		return "google";
	return bl_str_startsi(type, BL_STR("kubernetes/")) ? "kubernetes" : "other";
}

static bl_str type_of(const row *r)
{
	return r->asset ? r->asset->type : r->resource->type;
}

static bl_str name_of(const row *r)
{
	if (r->asset && r->asset->name.n)
		return r->asset->name;
	if (r->resource && bl_value_is(r->resource->name, BL_STRING))
		return r->resource->name->string;
	return r->resource ? r->resource->label : BL_STR("");
}

static const bl_value *tags_of(const row *r)
{
	if (r->asset && r->asset->tags)
		return r->asset->tags;
	const bl_value *tags = r->resource ? bl_value_getz(r->resource->effective, "tags") : NULL;
	return bl_value_is(tags, BL_MAP) ? tags : NULL;
}

/* Providers of Terraform whose resources live in its state alone. */
static bool is_only_in_state(bl_str provider)
{
	static const char *const names[] = {"archive", "external", "http", "local", "null", "random", "template", "terraform", "time", "tls"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (bl_str_eqz(provider, names[i]))
			return true;
	return false;
}

/* Files that make images and run pipelines declare nothing that runs by itself. */
static bool can_run(const bl_node *node)
{
	const bl_resource *r = node->resource;
	return node->kind == BL_NODE_RESOURCE && r && !r->existing && !r->is_module && r->condition != BL_NO &&
		r->language != BL_LANG_DOCKERFILE && r->language != BL_LANG_PIPELINE && !is_only_in_state(r->provider);
}

static const bl_link *surest_link(const bl_graph *graph, uint32_t node, size_t *n)
{
	const bl_link *const *links, *best = NULL;
	size_t all = bl_graph_links_of(graph, node, &links);
	*n = 0;
	for (size_t i = 0; i < all; i++) {
		if (links[i]->kind != BL_PROVISIONS)
			continue;
		(*n)++;
		if (!best || links[i]->confidence > best->confidence)
			best = links[i];
	}
	return best;
}

/* Numbers by node: findings shown, and values that differ. */
typedef struct tallies {
	size_t *findings, *drift;
	bool *missing;
} tallies;

static tallies tally(const bl_estate_view *view, bl_arena *scratch)
{
	size_t n = bl_graph_size(view->links.graph);
	tallies t = {bl_new_n(scratch, size_t, n), bl_new_n(scratch, size_t, n), bl_new_n(scratch, bool, n)};
	for (size_t i = 0; i < view->nfindings; i++)
		if (view->findings[i]->node < n && view->findings[i]->result != BL_SUPPRESSED)
			t.findings[view->findings[i]->node]++;
	for (size_t i = 0; i < view->links.ndrift; i++)
		t.drift[view->links.drift[i].link->to]++;
	for (size_t i = 0; i < view->links.ncode_only; i++)
		t.missing[view->links.code_only[i]] = true;
	return t;
}

static bool fits_tag(const bl_value *tags, const char *filter)
{
	bl_str name, value = bl_str_cut(bl_str_of(filter), '=', &name);
	const bl_value *v = bl_value_geti(tags, name);
	return v && (name.n == strlen(filter) || bl_str_eq(bl_value_text(v), value));
}

static bool is_wanted(const bl_estate_view *view, bl_arena *scratch, const row *r)
{
	if (view->state && strcmp(view->state, states[r->state]) != 0)
		return false;
	bool typed = !view->ntypes;
	const char *type = bl_str_z(scratch, type_of(r));
	for (size_t i = 0; i < view->ntypes && !typed; i++)
		typed = fnmatch(view->types[i], type, FNM_CASEFOLD) == 0;
	for (size_t i = 0; i < view->ntags && typed; i++)
		typed = fits_tag(tags_of(r), view->tags[i]);
	return typed;
}

static int by_place(const void *a, const void *b)
{
	const row *x = a, *y = b;
	int c = bl_str_cmpi(type_of(x), type_of(y));
	if (!c)
		c = bl_str_cmp(name_of(x), name_of(y));
	if (!c)
		c = bl_str_cmp(x->asset ? x->asset->id : BL_STR(""), y->asset ? y->asset->id : BL_STR(""));
	if (!c && x->resource && y->resource) {
		c = bl_str_cmp(x->resource->root->repo, y->resource->root->repo);
		if (!c)
			c = bl_str_cmp(x->resource->root->name, y->resource->root->name);
		if (!c)
			c = bl_str_cmp(x->resource->address, y->resource->address);
	}
	return c;
}

static bool fill(const bl_estate_view *view, const tallies *t, uint32_t node, row *r)
{
	static const char *const classes[] = {"mapped", "mapped-many", "ambiguous"};
	const bl_node *n = bl_graph_node(view->links.graph, node);
	size_t links;
	*r = (row){0};
	if (n->kind != BL_NODE_ASSET && !can_run(n))
		return false;
	r->link = surest_link(view->links.graph, node, &links);
	r->findings = t->findings[node];
	if (n->kind == BL_NODE_ASSET) {
		r->asset = n->asset;
		r->state = r->link ? BOTH : DEPLOYED_ONLY;
		r->class = r->link ? classes[r->link->class] : "cloud-only";
		r->resource = r->link ? r->link->resource : NULL;
		r->others = links ? links - 1 : 0;
		r->drift = t->drift[node];
		if (r->link && r->link->class != BL_AMBIGUOUS)
			r->findings += t->findings[r->link->from];
		/* what is shown as a part of another may be declared as one */
		return r->link || !n->asset->part_of.n;
	}
	r->state = DECLARED_ONLY;
	r->class = "code-only";
	r->resource = n->resource;
	r->missing = t->missing[node];
	return !r->link; /* what is linked is told with its asset */
}

static row_list rows_of(const bl_estate_view *view, bl_arena *scratch, size_t counts[3])
{
	row_list rows = {0};
	tallies t = tally(view, scratch);
	for (uint32_t i = 0; i < bl_graph_size(view->links.graph); i++) {
		row r;
		if (!fill(view, &t, i, &r) || !is_wanted(view, scratch, &r))
			continue;
		counts[r.state]++;
		bl_vec_push(scratch, &rows, r);
	}
	if (rows.n)
		qsort(rows.items, rows.n, sizeof *rows.items, by_place);
	return rows;
}

static void json_row(bl_json *j, const bl_estate_view *view, const row *r)
{
	bl_json_object(j);
	bl_json_member(j, "state", bl_str_of(states[r->state]));
	bl_json_member(j, "class", bl_str_of(r->class));
	bl_json_member(j, "provider", bl_str_of(provider_of(r)));
	bl_json_member(j, "type", type_of(r));
	bl_json_member(j, "name", name_of(r));
	bl_json_key(j, "asset");
	if (r->asset) {
		bl_json_object(j);
		bl_json_member(j, "id", r->asset->id);
		bl_json_member(j, "scope", r->asset->scope);
		bl_json_member(j, "location", r->asset->location);
		bl_json_object_end(j);
	} else {
		bl_json_null(j);
	}
	bl_json_key(j, "code");
	if (r->resource) {
		bl_json_object(j);
		bl_json_member(j, "root", r->resource->root->name);
		bl_json_member(j, "address", r->resource->address);
		bl_view_json_place(j, view->links.sources, r->resource->span);
		bl_json_member(j, "commit", view->links.commit);
		bl_json_object_end(j);
	} else {
		bl_json_null(j);
	}
	if (r->link) {
		bl_json_key(j, "confidence");
		bl_json_double(j, r->link->confidence);
		bl_json_key(j, "evidence");
		bl_json_array(j);
		for (size_t i = 0; i < r->link->evidence.n; i++)
			bl_json_strz(j, r->link->evidence.items[i].id);
		bl_json_array_end(j);
		bl_json_member_int(j, "other_declarations", (long long)r->others);
	}
	bl_json_member_bool(j, "missing", r->missing);
	bl_json_member_int(j, "drift", (long long)r->drift);
	bl_json_member_int(j, "findings", (long long)r->findings);
	bl_json_key(j, "tags");
	bl_json_value(j, tags_of(r));
	bl_json_object_end(j);
}

static void write_json(const bl_estate_view *view, const row_list *rows, const size_t counts[3], bl_buf *out)
{
	bl_json j;
	bl_json_begin(&j, out, true);
	bl_json_object(&j);
	bl_json_member_int(&j, "format", 1);
	bl_json_key(&j, "inventory");
	bl_json_array(&j);
	for (size_t i = 0; i < rows->n; i++)
		json_row(&j, view, &rows->items[i]);
	bl_json_array_end(&j);
	bl_json_key(&j, "summary");
	bl_json_object(&j);
	for (size_t i = 0; i < 3; i++)
		bl_json_member_int(&j, states[i], (long long)counts[i]);
	bl_json_object_end(&j);
	bl_json_object_end(&j);
}

static void csv_number(bl_csv *csv, double n, const char *format)
{
	char text[32];
	bl_csv_field(csv, bl_str_make(text, (size_t)snprintf(text, sizeof text, format, n)));
}

static bl_str tags_text(bl_arena *scratch, const bl_value *tags)
{
	bl_buf text = {0};
	for (uint32_t i = 0; tags && i < tags->n; i++) {
		if (i)
			bl_buf_putc(&text, ';');
		bl_buf_put(&text, tags->map[i].key);
		bl_buf_putc(&text, '=');
		if (!tags->map[i].value->sensitive)
			bl_buf_put(&text, bl_value_text(tags->map[i].value));
	}
	bl_str s = bl_str_dup(scratch, bl_buf_str(&text));
	bl_buf_done(&text);
	return s;
}

static void csv_row(const bl_estate_view *view, bl_arena *scratch, const row *r, bl_buf *out)
{
	bl_csv csv = {out, false};
	bl_place place = {0};
	bl_buf evidence = {0};
	if (r->resource)
		bl_sources_place(view->links.sources, r->resource->span, &place);
	for (size_t i = 0; r->link && i < r->link->evidence.n; i++)
		bl_buf_putf(&evidence, "%s%s", i ? " " : "", r->link->evidence.items[i].id);
	bl_csv_field(&csv, bl_str_of(states[r->state]));
	bl_csv_field(&csv, bl_str_of(r->class));
	bl_csv_field(&csv, bl_str_of(provider_of(r)));
	bl_csv_field(&csv, type_of(r));
	bl_csv_field(&csv, name_of(r));
	bl_csv_field(&csv, r->asset ? r->asset->id : BL_STR(""));
	bl_csv_field(&csv, r->asset ? r->asset->scope : BL_STR(""));
	bl_csv_field(&csv, r->asset ? r->asset->location : BL_STR(""));
	if (r->link)
		csv_number(&csv, r->link->confidence, "%.3f");
	else
		bl_csv_field(&csv, BL_STR(""));
	bl_csv_field(&csv, bl_buf_str(&evidence));
	bl_csv_field(&csv, r->resource ? r->resource->root->repo : BL_STR(""));
	bl_csv_field(&csv, r->resource ? r->resource->root->name : BL_STR(""));
	bl_csv_field(&csv, r->resource ? r->resource->address : BL_STR(""));
	bl_csv_field(&csv, place.path);
	if (r->resource)
		csv_number(&csv, place.start_line, "%.0f");
	else
		bl_csv_field(&csv, BL_STR(""));
	csv_number(&csv, (double)r->drift, "%.0f");
	csv_number(&csv, (double)r->findings, "%.0f");
	bl_csv_field(&csv, tags_text(scratch, tags_of(r)));
	bl_csv_end(&csv);
	bl_buf_done(&evidence);
}

static void write_csv(const bl_estate_view *view, bl_arena *scratch, const row_list *rows, bl_buf *out)
{
	static const char *const columns[] = {"state", "class", "provider", "type", "name", "asset", "scope", "location",
		"confidence", "evidence", "repo", "root", "address", "file", "line", "drift", "findings", "tags"};
	bl_csv csv = {out, false};
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		bl_csv_field(&csv, bl_str_of(columns[i]));
	bl_csv_end(&csv);
	for (size_t i = 0; i < rows->n; i++)
		csv_row(view, scratch, &rows->items[i], out);
}

static void text_row(bl_buf *out, const bl_estate_view *view, const bl_paint *p, const row *r)
{
	bl_buf_putz(out, "    ");
	bl_view_text(out, name_of(r));
	bl_buf_putf(out, "  %s", p->blue);
	bl_view_text(out, type_of(r));
	bl_buf_putf(out, "%s  %s", p->off, p->dim);
	if (r->resource) {
		bl_view_text(out, r->resource->address);
		bl_buf_putz(out, "  ");
		bl_view_place(out, view->links.sources, r->resource->span);
	} else {
		bl_view_text(out, r->asset->id);
	}
	bl_buf_putf(out, "%s", p->off);
	if (r->link)
		bl_buf_putf(out, "  %.2f%s", r->link->confidence, r->link->class == BL_AMBIGUOUS ? " ambiguous" : "");
	if (r->drift)
		bl_buf_putf(out, "  %s%zu differ%s%s", p->yellow, r->drift, r->drift == 1 ? "s" : "", p->off);
	if (r->findings)
		bl_buf_putf(out, "  %s%zu finding%s%s", p->yellow, r->findings, r->findings == 1 ? "" : "s", p->off);
	bl_buf_putc(out, '\n');
}

static void write_text(const bl_estate_view *view, const row_list *rows, const size_t counts[3], const bl_paint *p, bl_buf *out)
{
	static const struct {
		row_state state;
		const char *title;
	} parts[] = {
		{BOTH, "declared and running"},
		{DEPLOYED_ONLY, "running, and no code declares it"},
		{DECLARED_ONLY, "declared, and not seen running"},
	};
	for (size_t k = 0; k < 3; k++) {
		if (!counts[parts[k].state])
			continue;
		bl_buf_putf(out, "%s%s%s: %zu\n", p->bold, parts[k].title, p->off, counts[parts[k].state]);
		for (size_t i = 0; i < rows->n; i++)
			if (rows->items[i].state == parts[k].state)
				text_row(out, view, p, &rows->items[i]);
	}
	if (!rows->n)
		bl_buf_putz(out, "nothing is declared or runs that fits\n");
}

bool bl_view_inventory(const bl_estate_view *view, const char *format, bool colour, bl_buf *out)
{
	bool json = strcmp(format, "json") == 0, csv = strcmp(format, "csv") == 0;
	if (!json && !csv && strcmp(format, "text") != 0)
		return false;
	bl_arena scratch = {0};
	size_t counts[3] = {0};
	row_list rows = rows_of(view, &scratch, counts);
	bl_paint p = bl_view_paint(colour);
	if (json)
		write_json(view, &rows, counts, out);
	else if (csv)
		write_csv(view, &scratch, &rows, out);
	else
		write_text(view, &rows, counts, &p, out);
	bl_arena_done(&scratch);
	return true;
}

/*
 * What pipelines deploy: which roots that is, and with which inputs those are evaluated. A deployment whose files are those of a root that is there
 * already is that root's; one with inputs of its own is a root of its own, once for however many steps say the same.
 */
#include "engine/engine.h"

#include "core/codec/json.h"

#include <stdlib.h>

/* So many deployments of one template may differ; those beyond are the last one's. */
enum { MAX_GROUPS = 32 };

/* One thing that a deployment says of its inputs: a parameter, or where to. */
typedef struct entry {
	bl_str name;
	bool scope;              /* subscription, workspace ...: else a parameter */
	const bl_value *unknown; /* not NULL: it is said, and not known */
	bl_str text;
	bl_span span;
} entry;

typedef BL_VEC(entry) entry_list;

/* Deployments that nothing known tells apart. */
typedef struct group {
	bl_document_list files;
	entry_list entries;
	BL_VEC(const bl_deployment *) deployments;
} group;

typedef BL_VEC(bl_root_plan *) plan_list;

/* A template that is deployed, with the plans of its root. */
typedef struct target {
	bl_side *side;
	bl_str path;
	plan_list plans;
	BL_VEC(group *) groups;
	BL_VEC(const bl_deployment *) others; /* nothing is known of their files, or their inputs are of no matter */
} target;

typedef struct planner {
	bl_report *report;
	bl_map targets; /* side and path -> target */
	bl_map by_file; /* side and path of a parameter file -> the plan that it makes */
} planner;

static bl_str key_of(planner *p, const bl_side *side, bl_str path)
{
	return bl_str_fmt(&p->report->arena, BL_FMT "\x1f" BL_FMT, BL_ARG(side->name), BL_ARG(bl_str_eqz(path, ".") ? BL_STR("") : path));
}

static target *target_of(planner *p, bl_side *side, bl_str path)
{
	bl_str key = key_of(p, side, path);
	target *t = bl_map_get(&p->targets, key);
	if (t)
		return t;
	t = bl_new(&p->report->arena, target);
	t->side = side;
	t->path = path;
	bl_map_put(&p->report->arena, &p->targets, key, t);
	return t;
}

/* ---- what there is ---- */

/* The variable files that make a plan what it is: not those that Terraform loads by itself. */
static size_t own_files(const bl_root_plan *plan, bl_document_list *out, bl_arena *arena)
{
	*out = (bl_document_list){0};
	for (size_t i = 0; i < plan->var_files.n; i++) {
		const bl_document *d = plan->var_files.items[i];
		bool automatic = plan->root.language == BL_LANG_TERRAFORM && bl_engine_automatic(d->path) &&
			bl_str_eq(bl_engine_folder_of(d->path), plan->root.path);
		if (!automatic)
			bl_vec_push(arena, out, d);
	}
	return out->n;
}

static void index_plan(planner *p, bl_root_plan *plan)
{
	bl_document_list own;
	bl_arena *arena = &p->report->arena;
	bl_vec_push(arena, &target_of(p, plan->side, plan->root.path)->plans, plan);
	if (plan->root.language == BL_LANG_KUBERNETES)
		for (size_t i = 0; i < plan->documents.n; i++)
			bl_vec_push(arena, &target_of(p, plan->side, plan->documents.items[i]->path)->plans, plan);
	if (plan->root.language == BL_LANG_BICEP && own_files(plan, &own, arena) == 1)
		bl_map_put(arena, &p->by_file, key_of(p, plan->side, own.items[0]->path), plan);
}

static bool is_kind(const bl_root_plan *plan, bl_deployment_kind kind)
{
	switch (kind) {
	case BL_DEPLOYS_AZURE:
		return plan->root.language == BL_LANG_BICEP || plan->root.language == BL_LANG_ARM;
	case BL_DEPLOYS_CLOUDFORMATION:
		return plan->root.language == BL_LANG_CLOUDFORMATION;
	case BL_DEPLOYS_COMPOSE:
		return plan->root.language == BL_LANG_COMPOSE;
	case BL_DEPLOYS_HELM:
	case BL_DEPLOYS_KUBERNETES:
		return plan->root.language == BL_LANG_KUBERNETES;
	case BL_DEPLOYS_TERRAFORM:
		return plan->root.language == BL_LANG_TERRAFORM;
	case BL_DEPLOYS_SOURCE:
		break;
	}
	return false;
}

/* A template that pipelines deploy is a root although another template uses it. */
static void plan_missing(planner *p, target *t, bl_deployment_kind kind)
{
	bl_loader loader = bl_side_loader(t->side);
	bool file = kind == BL_DEPLOYS_AZURE || kind == BL_DEPLOYS_CLOUDFORMATION;
	const bl_document *d = file && !t->plans.n ? loader.document(loader.context, t->path) : NULL;
	if (!d || d->dialect.n || (d->language != BL_LANG_BICEP && d->language != BL_LANG_ARM && d->language != BL_LANG_CLOUDFORMATION))
		return;
	bl_engine_plan_file(p->report, t->side, d);
	bl_vec_push(&p->report->arena, &t->plans, p->report->plans.items[p->report->plans.n - 1]);
}

/* ---- what deployments say ---- */

static bool text_of(bl_arena *arena, const bl_value *v, bl_str *out)
{
	bl_buf buf = {0};
	bl_json j;
	if (v->sensitive || bl_value_has_unknown(v))
		return false;
	if (v->kind == BL_STRING) {
		*out = v->string;
		return true;
	}
	bl_json_begin(&j, &buf, false);
	bl_json_value(&j, v);
	*out = bl_str_dup(arena, bl_buf_str(&buf));
	bl_buf_done(&buf);
	return true;
}

static void add_entry(planner *p, entry_list *list, const bl_item *item, bool scope)
{
	bl_arena *arena = &p->report->arena;
	entry e = {.name = item->key, .scope = scope, .span = item->value->span};
	if (!text_of(arena, item->value, &e.text)) {
		if (scope)
			return; /* what is not said is not known either */
		bl_value *unknown = bl_value_unknown(arena, item->value->span, "the pipeline gives it, and not as text that can be read here");
		if (item->value->kind == BL_UNKNOWN)
			unknown = bl_value_at(arena, item->value, item->value->span);
		unknown->sensitive = item->value->sensitive;
		e.unknown = unknown;
	}
	bl_vec_push(arena, list, e);
}

static int by_name(const void *a, const void *b)
{
	const entry *x = a, *y = b;
	return x->scope != y->scope ? (x->scope ? 1 : -1) : bl_str_cmp(x->name, y->name);
}

static void read_entries(planner *p, const bl_deployment *d, entry_list *out)
{
	/* what an evaluation depends on, or tells one deployment of a template from another */
	static const char *const scopes[] = {"location", "management_group", "region", "resource_group", "stack", "subscription", "workspace"};
	for (uint32_t i = 0; bl_value_is(d->parameters, BL_MAP) && i < d->parameters->n; i++)
		add_entry(p, out, &d->parameters->map[i], false);
	for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++) {
		const bl_item *item = bl_value_item(d->scope, bl_str_of(scopes[i]), false);
		if (item)
			add_entry(p, out, item, true);
	}
	if (out->n)
		qsort(out->items, out->n, sizeof *out->items, by_name);
}

/* The documents of its files; false where one is not known or not there. */
static bool read_files(planner *p, const target *t, const bl_deployment *d, bl_document_list *out)
{
	bl_loader loader = bl_side_loader(t->side);
	if (d->files && d->files->kind != BL_LIST)
		return false;
	for (uint32_t i = 0; d->files && i < d->files->n; i++) {
		const bl_value *file = d->files->list[i];
		const bl_document *one = file->kind == BL_STRING ? loader.document(loader.context, file->string) : NULL;
		if (!one)
			return false;
		if (one->language != BL_LANG_TERRAFORM || !bl_engine_automatic(one->path) || !bl_str_eq(bl_engine_folder_of(one->path), t->path))
			bl_vec_push(&p->report->arena, out, one);
	}
	return !d->files || !d->files->open;
}

static bool same_files(const bl_document_list *a, const bl_document_list *b)
{
	bool same = a->n == b->n;
	for (size_t i = 0; same && i < a->n; i++)
		same = a->items[i] == b->items[i];
	return same;
}

/* Does something known tell them apart? Both lists are sorted. */
static bool differ(const entry_list *a, const entry_list *b)
{
	size_t i = 0, k = 0;
	while (i < a->n && k < b->n) {
		const entry *x = &a->items[i], *y = &b->items[k];
		int c = by_name(x, y);
		if (!c && !x->unknown && !y->unknown && !bl_str_eq(x->text, y->text))
			return true;
		i += c <= 0;
		k += c >= 0;
	}
	return false;
}

/* What either says; where one does not know, the other's word. */
static void join(planner *p, entry_list *into, const entry_list *more)
{
	entry_list all = {0};
	size_t i = 0, k = 0;
	while (i < into->n || k < more->n) {
		const entry *x = i < into->n ? &into->items[i] : NULL, *y = k < more->n ? &more->items[k] : NULL;
		int c = !x ? 1 : !y ? -1 : by_name(x, y);
		bl_vec_push(&p->report->arena, &all, c < 0 || (!c && !x->unknown) ? *x : *y);
		i += c <= 0;
		k += c >= 0;
	}
	*into = all;
}

static void add_deployment(planner *p, target *t, const bl_deployment *d)
{
	bl_arena *arena = &p->report->arena;
	bool inputs = d->kind == BL_DEPLOYS_AZURE || d->kind == BL_DEPLOYS_CLOUDFORMATION || d->kind == BL_DEPLOYS_TERRAFORM;
	bl_document_list files = {0};
	entry_list entries = {0};
	if (!inputs || !read_files(p, t, d, &files)) {
		bl_vec_push(arena, &t->others, d);
		return;
	}
	read_entries(p, d, &entries);
	group *found = NULL;
	for (size_t i = 0; i < t->groups.n && !found; i++)
		if (same_files(&t->groups.items[i]->files, &files) &&
			(t->groups.n >= MAX_GROUPS || !differ(&t->groups.items[i]->entries, &entries)))
			found = t->groups.items[i];
	if (!found && t->groups.n >= MAX_GROUPS) {
		bl_vec_push(arena, &t->others, d);
		return;
	}
	if (!found) {
		found = bl_new(arena, group);
		found->files = files;
		bl_vec_push(arena, &t->groups, found);
	}
	if (!differ(&found->entries, &entries))
		join(p, &found->entries, &entries);
	bl_vec_push(arena, &found->deployments, d);
}

static void read_deployment(planner *p, bl_side *side, const bl_deployment *d)
{
	if (!bl_value_is(d->template, BL_STRING) || !d->template->string.n)
		return;
	bl_root_plan *named = bl_map_get(&p->by_file, key_of(p, side, d->template->string));
	target *t = target_of(p, side, named ? named->root.path : d->template->string);
	plan_missing(p, t, d->kind);
	if (!t->plans.n || !is_kind(t->plans.items[0], d->kind))
		return;
	if (!named) {
		add_deployment(p, t, d);
		return;
	}
	/* a .bicepparam names its template, and is the file that the template is deployed with */
	bl_deployment *whole = bl_new(&p->report->arena, bl_deployment);
	bl_values files = {0};
	bl_vec_push(&p->report->arena, &files, d->template);
	*whole = *d;
	whole->files = bl_values_value(&p->report->arena, d->span, &files);
	add_deployment(p, t, whole);
}

/* ---- roots of them ---- */

static const entry *entry_of(const group *g, const entry *like)
{
	return g->entries.n ? bsearch(like, g->entries.items, g->entries.n, sizeof *like, by_name) : NULL;
}

/* Does another group with the same files say something else of it? */
static bool tells_apart(const target *t, const group *g, const entry *e)
{
	for (size_t i = 0; i < t->groups.n; i++) {
		const group *other = t->groups.items[i];
		const entry *same = other != g && same_files(&other->files, &g->files) ? entry_of(other, e) : NULL;
		if (same && !same->unknown && !bl_str_eq(same->text, e->text))
			return true;
	}
	return false;
}

static void put_name(bl_buf *name, bl_str s, char separator)
{
	if (name->n)
		bl_buf_putc(name, separator);
	bl_buf_put(name, s);
}

/* FILES, then workspace:NAME, then what else tells it from others with those files. */
static bl_str name_of(planner *p, const target *t, const group *g)
{
	bl_buf name = {0};
	bl_arena *arena = &p->report->arena;
	for (size_t i = 0; i < g->files.n; i++) {
		bl_str path = g->files.items[i]->path;
		bool within = g->files.items[i]->language == BL_LANG_TERRAFORM && t->path.n && bl_str_starts(path, t->path) && path.n > t->path.n &&
			path.p[t->path.n] == '/';
		bool terraform = g->files.items[i]->language == BL_LANG_TERRAFORM;
		put_name(&name, within ? bl_str_slice(path, t->path.n + 1, path.n) : terraform ? path : bl_engine_base_name(path), '+');
	}
	for (size_t i = 0; i < g->entries.n; i++) {
		const entry *e = &g->entries.items[i];
		bool workspace = e->scope && bl_str_eqz(e->name, "workspace");
		if (e->unknown || (!workspace && !tells_apart(t, g, e)))
			continue;
		put_name(&name, bl_str_fmt(arena, BL_FMT "%c" BL_FMT, BL_ARG(e->name), e->scope ? ':' : '=', BL_ARG(e->text)), '@');
	}
	bl_str s = bl_str_dup(arena, bl_buf_str(&name));
	bl_buf_done(&name);
	return s;
}

static void give_inputs(planner *p, bl_root_plan *plan, const group *g)
{
	bl_arena *arena = &p->report->arena;
	const struct {
		const char *name;
		bl_str *to;
	} scopes[] = {{"location", &plan->location}, {"resource_group", &plan->resource_group}, {"subscription", &plan->subscription},
		{"workspace", &plan->workspace}};
	bool stack = plan->root.language == BL_LANG_CLOUDFORMATION;
	for (size_t i = 0; i < g->entries.n; i++) {
		const entry *e = &g->entries.items[i];
		bl_str pseudo = !stack ? BL_STR("") : bl_str_eqz(e->name, "region") ? BL_STR("AWS::Region")
			: bl_str_eqz(e->name, "stack") ? BL_STR("AWS::StackName") : BL_STR("");
		if (e->scope && pseudo.n)
			bl_vec_push(arena, &plan->vars, ((bl_var){.name = pseudo, .text = e->text, .span = e->span}));
		for (size_t k = 0; e->scope && k < sizeof scopes / sizeof *scopes; k++)
			if (bl_str_eqz(e->name, scopes[k].name))
				*scopes[k].to = e->text;
		if (!e->scope)
			bl_vec_push(arena, &plan->vars, ((bl_var){.name = e->name, .text = e->text, .unknown = e->unknown, .span = e->span}));
	}
	plan->root.deployments = g->deployments.items;
	plan->root.ndeployments = g->deployments.n;
}

static bl_root_plan *copy_plan(planner *p, const bl_root_plan *of)
{
	bl_root_plan *plan = bl_engine_add_plan(p->report, of->side, of->root.language, of->root.path, BL_STR(""));
	for (size_t i = 0; i < of->documents.n; i++)
		bl_vec_push(&p->report->arena, &plan->documents, of->documents.items[i]);
	return plan;
}

/* The automatic files of the plan stay, then come the group's. */
static void give_files(planner *p, bl_root_plan *plan, const bl_root_plan *of, const group *g)
{
	bl_arena *arena = &p->report->arena;
	bl_document_list own, files = {0};
	size_t n = of->var_files.n - own_files(of, &own, arena);
	for (size_t i = 0; i < n; i++)
		bl_vec_push(arena, &files, of->var_files.items[i]);
	for (size_t i = 0; i < g->files.n; i++)
		bl_vec_push(arena, &files, g->files.items[i]);
	plan->var_files = files;
}

/* The plan that nobody has taken with just these files; NULL when there is none. */
static bl_root_plan *plan_with(planner *p, const target *t, const bl_document_list *files)
{
	for (size_t i = 0; i < t->plans.n; i++) {
		bl_document_list own;
		own_files(t->plans.items[i], &own, &p->report->arena);
		if (!t->plans.items[i]->root.ndeployments && same_files(&own, files))
			return t->plans.items[i];
	}
	return NULL;
}

static size_t with_files(const target *t, const bl_document_list *files)
{
	size_t n = 0;
	for (size_t i = 0; i < t->groups.n; i++)
		n += same_files(&t->groups.items[i]->files, files);
	return n;
}

static bool knows_anything(const group *g)
{
	bool known = g->files.n > 0;
	for (size_t i = 0; i < g->entries.n && !known; i++)
		known = !g->entries.items[i].unknown;
	return known;
}

/* A root of the template's that pipelines do not name: by its own variable files, or the plain one. */
static void plan_group(planner *p, target *t, const group *g)
{
	static const bl_document_list none;
	bl_root_plan *plan = plan_with(p, t, &g->files);
	/* the plain root is one that nobody deploys when others say with what */
	if (!plan && !with_files(t, &none))
		plan = plan_with(p, t, &none);
	if (!plan && !knows_anything(g)) {
		for (size_t i = 0; i < g->deployments.n; i++)
			bl_vec_push(&p->report->arena, &t->others, g->deployments.items[i]);
		return;
	}
	if (!plan)
		plan = copy_plan(p, t->plans.items[0]);
	give_files(p, plan, t->plans.items[0], g);
	bl_str name = name_of(p, t, g), base = plan->root.path.n ? plan->root.path : BL_STR(".");
	plan->root.name = name.n ? bl_str_fmt(&p->report->arena, BL_FMT "@" BL_FMT, BL_ARG(base), BL_ARG(name)) : base;
	give_inputs(p, plan, g);
}

/* Deployments of which too little is known are of every root of the template. */
static void attach_others(planner *p, target *t)
{
	for (size_t i = 0; i < t->plans.n && t->others.n; i++) {
		bl_root *root = &t->plans.items[i]->root;
		BL_VEC(const bl_deployment *) all = {0};
		for (size_t k = 0; k < root->ndeployments; k++)
			bl_vec_push(&p->report->arena, &all, root->deployments[k]);
		for (size_t k = 0; k < t->others.n; k++)
			bl_vec_push(&p->report->arena, &all, t->others.items[k]);
		root->deployments = all.items;
		root->ndeployments = all.n;
	}
}

void bl_engine_plan_deployments(bl_report *report)
{
	planner p = {.report = report};
	const bl_run_options *o = report->options;
	size_t n = report->plans.n;
	/* who says on the command line what is deployed, and how, has the last word */
	bool told = report->var_files.n || (o->workspace && *o->workspace);
	for (size_t i = 0; i < n; i++)
		index_plan(&p, report->plans.items[i]);
	for (size_t i = 0; i < n; i++) {
		const bl_root_plan *plan = report->plans.items[i];
		for (size_t k = 0; k < plan->evaluation.deployments.n; k++)
			read_deployment(&p, plan->side, plan->evaluation.deployments.items[k]);
	}
	for (size_t i = 0; i < p.targets.n; i++) {
		target *t = p.targets.entries[i].value;
		for (size_t k = 0; k < t->groups.n; k++) {
			const group *g = t->groups.items[k];
			for (size_t m = 0; told && m < g->deployments.n; m++)
				bl_vec_push(&report->arena, &t->others, g->deployments.items[m]);
			if (!told)
				plan_group(&p, t, g);
		}
		attach_others(&p, t);
	}
}

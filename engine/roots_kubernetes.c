/*
 * Roots of Kubernetes: an overlay (a kustomization that no other includes), a Helm chart that is part of no other, and the manifests of
 * a folder that are part of neither, which are applied together.
 */
#include "engine/engine.h"

typedef struct kustomization {
	const bl_document *document;
	bl_str folder;
	BL_VEC(bl_str) below; /* folders of the kustomizations it includes */
	bool included, component, reached, named;
} kustomization;

typedef struct planner {
	bl_report *report;
	bl_side *side;
	bl_arena *arena;
	bl_map kustomizations; /* by folder */
	bl_map charts;         /* folder -> bl_root_plan of the chart, or of the chart it is part of */
	bl_map used;           /* files that kustomizations name */
} planner;

static bool is(const bl_document *d, const char *dialect)
{
	return d->language == BL_LANG_KUBERNETES && bl_str_eqz(d->dialect, dialect);
}

/* ---- kustomizations ---- */

/* A file or folder that a kustomization names; "key=path" as generators have it. */
static void use(planner *p, kustomization *k, const bl_value *written)
{
	bl_str text = bl_value_text(written), path, head, tail = bl_str_cut(text, '=', &head);
	bl_str parts[] = {text, tail};
	for (size_t i = 0; i < 2; i++) {
		if (!parts[i].n || memchr(parts[i].p, '\n', parts[i].n) ||
			!bl_engine_normalise(p->arena, bl_str_fmt(p->arena, BL_FMT "/" BL_FMT, BL_ARG(k->folder), BL_ARG(parts[i])), &path))
			continue;
		kustomization *base = bl_map_get(&p->kustomizations, path);
		bl_map_put(p->arena, &p->used, path, k);
		if (base) {
			base->included = true;
			bl_vec_push(p->arena, &k->below, path);
		}
	}
}

static void use_all(planner *p, kustomization *k, const bl_value *list, const char *const *keys)
{
	for (uint32_t i = 0; bl_value_is(list, BL_LIST) && i < list->n; i++) {
		const bl_value *v = list->list[i];
		use(p, k, v);
		for (size_t n = 0; v->kind == BL_MAP && keys[n]; n++) {
			static const char *const none[] = {NULL};
			const bl_value *named = bl_value_getz(v, keys[n]);
			if (named)
				use(p, k, named);
			use_all(p, k, named, none);
		}
	}
}

static void use_named(planner *p, kustomization *k)
{
	static const char *const lists[] = {"bases", "components", "configMapGenerator", "configurations", "crds", "generators",
		"helmCharts", "patches", "patchesJson6902", "patchesStrategicMerge", "replacements", "resources", "secretGenerator",
		"transformers", "validators"};
	static const char *const keys[] = {"additionalValuesFiles", "env", "envs", "files", "path", "valuesFile", NULL};
	const bl_value *body = bl_document_tree(k->document);
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		use_all(p, k, bl_value_getz(body, lists[i]), keys);
	const bl_value *schema = bl_value_getz(bl_value_getz(body, "openapi"), "path");
	if (schema)
		use(p, k, schema);
	k->component = bl_value_is_string(bl_value_getz(body, "kind"), "Component");
}

static void reach(planner *p, kustomization *from)
{
	BL_VEC(kustomization *) waiting = {0};
	bl_vec_push(p->arena, &waiting, from);
	while (waiting.n) {
		kustomization *k = waiting.items[--waiting.n];
		if (k->reached)
			continue;
		k->reached = true;
		for (size_t i = 0; i < k->below.n; i++)
			bl_vec_push(p->arena, &waiting, (kustomization *)bl_map_get(&p->kustomizations, k->below.items[i]));
	}
}

static void plan_kustomization(planner *p, kustomization *k)
{
	bl_root_plan *plan = bl_engine_add_plan(p->report, p->side, BL_LANG_KUBERNETES, k->folder, BL_STR(""));
	bl_vec_push(p->arena, &plan->documents, k->document);
	reach(p, k);
}

/* Those that no other includes; then, of those that include one another in a circle, the first, which says so. */
static void plan_kustomizations(planner *p)
{
	bl_map *all = &p->kustomizations;
	for (size_t i = 0; i < all->n; i++)
		use_named(p, all->entries[i].value);
	for (size_t i = 0; i < all->n; i++) {
		kustomization *k = all->entries[i].value;
		if (!k->included || k->named)
			plan_kustomization(p, k);
	}
	for (size_t i = 0; i < all->n; i++) {
		kustomization *k = all->entries[i].value;
		if (!k->reached && !k->component)
			plan_kustomization(p, k);
	}
}

/* ---- charts ---- */

/* The chart that a file is part of, and the path within it; NULL: none. The outermost goes first. */
static bl_root_plan *chart_of(planner *p, bl_str path, bl_str *within)
{
	bl_root_plan *chart = NULL;
	for (bl_str folder = bl_engine_folder_of(path); p->charts.n; folder = bl_engine_folder_of(folder)) {
		bl_root_plan *found = bl_map_get(&p->charts, folder);
		bl_str rest = bl_str_slice(path, folder.n + (folder.n > 0), path.n);
		static const char *const parts[] = {"charts/", "ci/", "crds/", "templates/", "values"};
		for (size_t i = 0; found && i < sizeof parts / sizeof *parts; i++) {
			if (bl_str_starts(rest, bl_str_of(parts[i]))) {
				chart = found;
				*within = rest;
			}
		}
		if (!folder.n)
			return chart;
	}
	return NULL;
}

/* Documents come sorted by path, so that a chart is met before the charts within it. */
static void plan_chart(planner *p, const bl_document *d, bool named)
{
	bl_str within, folder = bl_engine_folder_of(d->path);
	bl_root_plan *chart = named ? NULL : chart_of(p, d->path, &within);
	if (!chart) {
		chart = bl_engine_add_plan(p->report, p->side, BL_LANG_KUBERNETES, folder, BL_STR(""));
		bl_vec_push(p->arena, &chart->documents, d);
	}
	bl_map_put(p->arena, &p->charts, folder, chart);
}

/* ---- manifests ---- */

/* A manifest that is nobody's part. What a kustomization leaves out beside it is applied for itself, if at all. */
static void plan_manifest(planner *p, bl_map *folders, const bl_document *d)
{
	bl_str folder = bl_engine_folder_of(d->path);
	if (bl_map_get(&p->kustomizations, folder) || bl_map_get(&p->charts, folder)) {
		bl_engine_plan_file(p->report, p->side, d);
		return;
	}
	bl_root_plan *plan = bl_map_get(folders, folder);
	if (!plan) {
		plan = bl_engine_add_plan(p->report, p->side, BL_LANG_KUBERNETES, folder, BL_STR(""));
		bl_map_put(p->arena, folders, folder, plan);
	}
	bl_vec_push(p->arena, &plan->documents, d);
}

static void plan_manifests(planner *p)
{
	bl_map folders = {0};
	for (size_t i = 0; i < p->side->documents.n; i++) {
		const bl_document *d = p->side->documents.items[i];
		bl_str within;
		if (d->language != BL_LANG_KUBERNETES || is(d, "kustomization") || is(d, "chart"))
			continue;
		if (p->side->entries.items[i].named) {
			bl_engine_plan_file(p->report, p->side, d);
			continue;
		}
		bl_root_plan *chart = chart_of(p, d->path, &within);
		if (chart && bl_str_starts(within, BL_STR("crds/")))
			bl_vec_push(p->arena, &chart->documents, d);
		else if (!chart && !bl_map_get(&p->used, d->path))
			plan_manifest(p, &folders, d);
	}
}

void bl_engine_plan_kubernetes(bl_report *report, bl_side *side)
{
	planner p = {.report = report, .side = side, .arena = &report->arena};
	for (size_t i = 0; i < side->documents.n; i++) {
		const bl_document *d = side->documents.items[i];
		bool named = side->entries.items[i].named;
		if (is(d, "chart"))
			plan_chart(&p, d, named);
		if (!is(d, "kustomization"))
			continue;
		kustomization *k = bl_new(p.arena, kustomization);
		k->document = d;
		k->folder = bl_engine_folder_of(d->path);
		k->named = named;
		bl_map_put(p.arena, &p.kustomizations, k->folder, k);
	}
	plan_kustomizations(&p);
	plan_manifests(&p);
}

/*
 * Kustomize: a kustomization and all it is made from, built in the order in which kustomize builds: resources, generators,
 * components, transformers; digests and references to renamed objects once, at the end.
 */
#include "eval/kubernetes/kustomize.h"

#include "eval/kubernetes/manifest.h"
#include "eval/path.h"

#include <stdarg.h>

void bl_kustomize_say(bl_kustomize *k, bl_diag_level level, bl_span span, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	bl_str words = bl_str_vfmt(k->arena, format, ap);
	va_end(ap);
	bl_diag_add(k->arena, &k->out->diags, level, span, BL_FMT, BL_ARG(words));
}

bool bl_kustomize_step(bl_kustomize *k, size_t n)
{
	k->steps += n;
	if (k->steps <= BL_KUSTOMIZE_MAX_STEPS)
		return true;
	if (!k->full)
		bl_kustomize_say(k, BL_DIAG_ERROR, k->body->span, "this kustomization takes too many steps to build; it is not built whole");
	k->full = true;
	return false;
}

bl_kustomize_object *bl_kustomize_add(bl_kustomize *k, const bl_value *body)
{
	if (k->nobjects++ >= BL_KUSTOMIZE_MAX_OBJECTS) {
		if (!k->full)
			bl_kustomize_say(k, BL_DIAG_ERROR, body->span, "more than %d objects in one kustomization; what follows is left out",
				BL_KUSTOMIZE_MAX_OBJECTS);
		k->full = true;
		return NULL;
	}
	bl_kustomize_object *o = bl_new(k->arena, bl_kustomize_object);
	o->body = body;
	bl_vec_push(k->arena, &k->objects, o);
	return o;
}

/* ---- what it is made from ---- */

static const bl_document *kustomization_in(bl_kustomize *k, bl_str folder)
{
	static const char *const names[] = {"kustomization.yaml", "kustomization.yml", "Kustomization"};
	const bl_loader *loader = k->input->loader;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		bl_str path = folder.n ? bl_str_fmt(k->arena, BL_FMT "/%s", BL_ARG(folder), names[i]) : bl_str_of(names[i]);
		const bl_document *d = loader->document(loader->context, path);
		if (d && bl_str_eqz(d->dialect, "kustomization"))
			return d;
	}
	return NULL;
}

static bool is_remote(bl_str s)
{
	return bl_str_find(s, BL_STR("://"), 0) >= 0 || bl_str_starts(s, BL_STR("git@")) || bl_str_starts(s, BL_STR("github.com/")) ||
	       bl_str_find(s, BL_STR("?ref="), 0) >= 0;
}

static void accumulate(bl_kustomize *k);

/* Joins what a base has made; an object that is there already is the kustomization's error. */
static void join(bl_kustomize *k, const bl_kustomize_objects *more, bl_span span)
{
	bl_map ids = {0};
	bl_kustomize_id id;
	for (size_t i = 0; i < k->objects.n + more->n; i++) {
		bl_kustomize_object *o = i < k->objects.n ? k->objects.items[i] : more->items[i - k->objects.n];
		id = bl_kustomize_id_of(o->body);
		bl_str key = bl_str_fmt(k->arena, BL_FMT "/" BL_FMT "/" BL_FMT "/" BL_FMT "/" BL_FMT, BL_ARG(id.group),
			BL_ARG(id.version), BL_ARG(id.kind), BL_ARG(id.namespace), BL_ARG(id.name));
		if (bl_map_put(k->arena, &ids, key, o) && id.name.n && i >= k->objects.n)
			bl_kustomize_say(k, BL_DIAG_ERROR, span, BL_FMT " '" BL_FMT "' is in this kustomization twice",
				BL_ARG(id.kind), BL_ARG(id.name));
	}
	for (size_t i = 0; i < more->n; i++)
		bl_vec_push(k->arena, &k->objects, more->items[i]);
}

static bool is_under_way(const bl_kustomize *k, bl_str folder)
{
	for (size_t i = 0; i < k->stack.n; i++)
		if (bl_str_eq(k->stack.items[i], folder))
			return true;
	return false;
}

/* Builds a base into objects of its own, a component into those that are there. */
static void build_below(bl_kustomize *k, const bl_value *written, bl_str folder, const bl_document *d, bool component)
{
	const bl_value *body = bl_document_tree(d);
	bool is_component = bl_value_is_string(bl_value_getz(body, "kind"), "Component");
	if (is_under_way(k, folder) || k->stack.n >= BL_KUSTOMIZE_MAX_DEPTH) {
		bl_kustomize_say(k, BL_DIAG_ERROR, written->span,
			is_under_way(k, folder) ? "'" BL_FMT "' includes itself" : "'" BL_FMT "' is nested too deeply", BL_ARG(folder));
		return;
	}
	if (body && is_component != component) {
		bl_kustomize_say(k, BL_DIAG_ERROR, written->span, "'" BL_FMT "' is %s component", BL_ARG(folder),
			component ? "no" : "a");
		return;
	}
	if (!bl_value_is(body, BL_MAP) || !bl_kustomize_step(k, 1000))
		return;
	bl_kustomize outer = *k;
	bl_vec_push(k->arena, &k->stack, folder);
	k->body = body;
	k->folder = folder;
	if (!component)
		k->objects = (bl_kustomize_objects){0};
	accumulate(k);
	bl_kustomize_objects made = k->objects;
	k->body = outer.body;
	k->folder = outer.folder;
	k->stack.n--;
	if (!component) {
		k->objects = outer.objects;
		join(k, &made, written->span);
	}
}

static void add_object(void *context, const bl_value *object)
{
	bl_kustomize *k = context;
	if (!bl_value_is(object, BL_MAP) || !bl_value_text(bl_value_getz(object, "kind")).n) {
		bl_kustomize_say(k, BL_DIAG_ERROR, object->span, "is no Kubernetes object: it lacks apiVersion or kind");
		return;
	}
	bl_kustomize_add(k, object);
}

static void read_manifests(bl_kustomize *k, const bl_value *written)
{
	bl_values documents = {0};
	bl_kustomize_objects own = k->objects;
	bl_kustomize_read(k, written, &documents);
	k->objects = (bl_kustomize_objects){0};
	for (size_t i = 0; i < documents.n; i++)
		bl_manifest_each(k->arena, documents.items[i], add_object, k);
	bl_kustomize_objects made = k->objects;
	k->objects = own;
	join(k, &made, written->span);
}

static void read_entry(bl_kustomize *k, const bl_value *written, bool component)
{
	bl_str path;
	if (!bl_value_is(written, BL_STRING)) {
		bl_kustomize_say(k, BL_DIAG_ERROR, written->span, "is no path");
		return;
	}
	if (is_remote(written->string)) {
		bl_kustomize_say(k, BL_DIAG_WARNING, written->span, "'" BL_FMT "' is remote and not analysed", BL_ARG(written->string));
		return;
	}
	if (!bl_kustomize_path(k, written, &path))
		return;
	const bl_document *d = kustomization_in(k, path);
	if (d)
		build_below(k, written, path, d, component);
	else
		read_manifests(k, written);
}

static void read_entries(bl_kustomize *k, const char *key)
{
	const bl_value *entries = bl_value_getz(k->body, key);
	if (entries && entries->kind != BL_LIST && entries->kind != BL_NULL)
		bl_kustomize_say(k, BL_DIAG_ERROR, entries->span, "'%s' is not a list", key);
	for (uint32_t i = 0; bl_value_is(entries, BL_LIST) && i < entries->n; i++)
		read_entry(k, entries->list[i], strcmp(key, "components") == 0);
}

/* ---- fields ---- */

typedef enum field_kind { READ, WITHOUT_EFFECT, GAP } field_kind;

static const struct {
	const char *name;
	field_kind kind;
} fields[] = {
	{"apiVersion", READ},
	{"bases", READ},
	{"buildMetadata", WITHOUT_EFFECT},
	{"commonAnnotations", READ},
	{"commonLabels", READ},
	{"components", READ},
	{"configMapGenerator", READ},
	{"configurations", GAP},
	{"crds", GAP},
	{"generatorOptions", READ},
	{"generators", GAP},
	{"helmChartInflationGenerator", GAP},
	{"helmCharts", GAP},
	{"helmGlobals", WITHOUT_EFFECT},
	{"images", READ},
	{"kind", READ},
	{"labels", READ},
	{"metadata", WITHOUT_EFFECT},
	{"namePrefix", READ},
	{"nameSuffix", READ},
	{"namespace", READ},
	{"openapi", GAP},
	{"patches", READ},
	{"patchesJson6902", READ},
	{"patchesStrategicMerge", READ},
	{"replacements", READ},
	{"replicas", READ},
	{"resources", READ},
	{"secretGenerator", READ},
	{"sortOptions", WITHOUT_EFFECT},
	{"transformers", GAP},
	{"validators", WITHOUT_EFFECT},
	{"vars", READ},
};

/* Says what of this kustomization is not built. */
static void check_fields(bl_kustomize *k)
{
	enum { FIELDS = sizeof fields / sizeof *fields };
	for (uint32_t i = 0; i < k->body->n; i++) {
		const bl_item *item = &k->body->map[i];
		size_t f = 0;
		while (f < FIELDS && !bl_str_eqz(item->key, fields[f].name))
			f++;
		if (f == FIELDS)
			bl_kustomize_say(k, BL_DIAG_WARNING, item->key_span, "kustomize has no field '" BL_FMT "'", BL_ARG(item->key));
		else if (fields[f].kind == GAP)
			bl_kustomize_say(k, BL_DIAG_WARNING, item->key_span, "'%s' of a kustomization is not analysed", fields[f].name);
	}
}

static void accumulate(bl_kustomize *k)
{
	check_fields(k);
	read_entries(k, "resources");
	read_entries(k, "bases");
	bl_kustomize_generators(k);
	read_entries(k, "components");
	bl_kustomize_patches(k);
	bl_kustomize_namespace(k);
	bl_kustomize_affixes(k);
	bl_kustomize_labels(k);
	bl_kustomize_annotations(k);
	bl_kustomize_patches_json6902(k);
	bl_kustomize_replicas(k);
	bl_kustomize_images(k);
	bl_kustomize_replacements(k);
	const bl_value *vars = bl_value_getz(k->body, "vars");
	for (uint32_t i = 0; bl_value_is(vars, BL_LIST) && i < vars->n; i++)
		bl_vec_push(k->arena, &k->vars, vars->list[i]);
}

/* An object for the use of local tools, which nobody applies. */
static bool is_local(const bl_value *body)
{
	const bl_value *annotations = bl_kustomize_get(body, "metadata/annotations");
	const bl_value *local = bl_value_getz(annotations, "config.kubernetes.io/local-config");
	return local && !bl_value_is_string(local, "false");
}

void bl_kustomize_build(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out, const bl_document *d)
{
	bl_kustomize k = {.input = input, .arena = arena, .out = out, .body = bl_document_tree(d)};
	k.folder = bl_eval_folder(d->path);
	if (!bl_value_is(k.body, BL_MAP)) {
		if (!d->partial)
			bl_diag_add(arena, &out->diags, BL_DIAG_ERROR, (bl_span){d->source, 0, 0}, "a kustomization is a map");
		return;
	}
	if (bl_value_is_string(bl_value_getz(k.body, "kind"), "Component")) {
		bl_diag_add(arena, &out->diags, BL_DIAG_WARNING, k.body->span, "a component that no kustomization includes is not analysed");
		return;
	}
	bl_vec_push(arena, &k.stack, k.folder);
	accumulate(&k);
	bl_kustomize_hashes(&k);
	bl_kustomize_references(&k);
	bl_kustomize_vars(&k);
	for (size_t i = 0; i < k.objects.n; i++)
		if (!is_local(k.objects.items[i]->body))
			bl_manifest_add(input, arena, out, k.objects.items[i]->body);
}

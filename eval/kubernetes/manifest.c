/*
 * Kubernetes manifests. The canonical shape is the manifest itself under `properties`. Beside it stand, for every workload kind alike,
 * `pod` (the pod's spec) and `containers` (its containers, init containers and ephemeral containers in one list), so that a
 * rule need not care which controller wraps the pod.
 */
#include "eval/kubernetes/manifest.h"

#include "core/model/kubernetes.h"

enum { MAX_LISTS = 8 }; /* lists within lists, which no API server takes; a deeper one is an object like any, and its kind is said to be unknown where that is said */

bl_str bl_manifest_text(const bl_value *v)
{
	return bl_value_is(v, BL_NUMBER) ? v->digits : bl_value_text(v);
}

static bl_str type_of(bl_arena *arena, bl_str api_version, bl_str kind)
{
	bl_str group = bl_kubernetes_group(api_version);
	if (bl_kubernetes_built_in(group))
		return bl_str_fmt(arena, "kubernetes/" BL_FMT, BL_ARG(kind));
	return bl_str_fmt(arena, BL_FMT "/" BL_FMT, BL_ARG(group), BL_ARG(kind));
}

/* ---- shapes ---- */

static const char *shape_name(int kind)
{
	return kind == BL_MAP ? "a map" : "a list";
}

/* A null stands for nothing, as for the API server. */
static bool has_shape(bl_arena *arena, bl_diag_list *diags, const bl_value *v, const char *what, bl_kind want)
{
	if (!v || v->kind == want || v->kind == BL_NULL || v->kind == BL_UNKNOWN)
		return true;
	bl_diag_add(arena, diags, BL_DIAG_ERROR, v->span, "'%s' is not %s", what, shape_name(want));
	return false;
}

static void check_elements(bl_arena *arena, bl_diag_list *diags, const bl_value *list, const char *what)
{
	if (!has_shape(arena, diags, list, what, BL_LIST) || !bl_value_is(list, BL_LIST))
		return;
	for (uint32_t i = 0; i < list->n; i++) {
		const bl_value *v = list->list[i];
		if (v->kind != BL_MAP && v->kind != BL_UNKNOWN)
			bl_diag_add(arena, diags, BL_DIAG_ERROR, v->span, "an element of '%s' is not a map", what);
	}
}

/* What every object, and every pod, must look like to be read as one. */
static void check_shapes(bl_arena *arena, bl_diag_list *diags, const bl_value *object, bl_str kind)
{
	static const char *const lists[] = {"containers", "ephemeralContainers", "initContainers", "volumes"};
	const bl_value *metadata = bl_value_getz(object, "metadata"), *template = bl_kubernetes_pod_template(object, kind);
	has_shape(arena, diags, metadata, "metadata", BL_MAP);
	has_shape(arena, diags, bl_value_getz(metadata, "annotations"), "annotations", BL_MAP);
	has_shape(arena, diags, bl_value_getz(metadata, "labels"), "labels", BL_MAP);
	bool built_in = bl_kubernetes_built_in(bl_kubernetes_group(bl_value_text(bl_value_getz(object, "apiVersion"))));
	if (built_in)
		has_shape(arena, diags, bl_value_getz(object, "spec"), "spec", BL_MAP);
	if (!template || !built_in || !has_shape(arena, diags, template, "template", BL_MAP))
		return;
	const bl_value *pod = bl_value_getz(template, "spec");
	if (template != object)
		has_shape(arena, diags, pod, "spec", BL_MAP);
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		check_elements(arena, diags, bl_value_getz(pod, lists[i]), lists[i]);
}

/* ---- resources ---- */

static void put(bl_arena *arena, bl_items *items, const char *key, const bl_value *v)
{
	if (v)
		bl_items_put(arena, items, bl_str_of(key), v->span, v);
}

static const bl_value *canonical(bl_arena *arena, const bl_value *object, bl_str kind, const bl_value *name)
{
	bl_items body = {0};
	const bl_value *pod = bl_value_getz(bl_kubernetes_pod_template(object, kind), "spec");
	put(arena, &body, "name", name);
	put(arena, &body, "tags", bl_value_getz(bl_value_getz(object, "metadata"), "labels"));
	put(arena, &body, "properties", object);
	if (bl_value_is(pod, BL_MAP)) {
		put(arena, &body, "pod", pod);
		put(arena, &body, "containers", bl_kubernetes_containers(arena, pod));
	}
	return bl_items_value(arena, object->span, &body);
}

/* generateName is what the name begins with; the API server adds the rest. */
static const bl_value *generated_name(bl_arena *arena, const bl_value *prefix)
{
	if (!bl_value_is(prefix, BL_STRING))
		return NULL;
	bl_value *v = bl_value_unknown(arena, prefix->span, "the name is generated");
	bl_unknown *u = bl_new(arena, bl_unknown);
	*u = *v->unknown;
	u->type = BL_STRING;
	u->not_null = true;
	u->prefix = prefix->string;
	v->unknown = u;
	return v;
}

void bl_manifest_add(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out, const bl_value *object)
{
	bl_str kind = bl_value_text(bl_value_getz(object, "kind"));
	bl_str api_version = bl_value_text(bl_value_getz(object, "apiVersion"));
	if (!bl_value_is(object, BL_MAP) || !kind.n || !api_version.n) {
		bl_diag_add(arena, &out->diags, BL_DIAG_NOTE, object->span, "is no Kubernetes object: it lacks apiVersion or kind");
		return;
	}
	check_shapes(arena, &out->diags, object, kind);
	const bl_value *metadata = bl_value_getz(object, "metadata"), *name = bl_value_getz(metadata, "name");
	bl_str label = bl_manifest_text(name);
	if (bl_value_is(name, BL_UNKNOWN)) {
		label = name->unknown->prefix;
	} else if (!label.n) {
		const bl_value *prefix = bl_value_getz(metadata, "generateName");
		label = bl_value_text(prefix);
		name = prefix ? generated_name(arena, prefix) : name;
	}
	bl_resource *r = bl_new(arena, bl_resource);
	r->root = input->root;
	r->language = BL_LANG_KUBERNETES;
	r->address = bl_str_fmt(arena, BL_FMT "." BL_FMT "." BL_FMT, BL_ARG(kind), BL_ARG(bl_kubernetes_namespace(object)),
		BL_ARG(label));
	r->typed_address = r->address;
	r->label = label;
	r->type = r->native_type = type_of(arena, api_version, kind);
	r->api_version = api_version;
	r->provider = BL_STR("kubernetes");
	r->name = name;
	r->condition = BL_YES;
	r->span = object->span;
	const bl_item *kind_item = bl_value_item(object, BL_STR("kind"), false);
	r->head = bl_span_join(kind_item->key_span, kind_item->value->span);
	r->native = object;
	r->written = canonical(arena, object, kind, name);
	bl_vec_push(arena, &out->resources, r);
}

/* ---- lists ---- */

typedef struct walk {
	bl_arena *arena;
	void (*each)(void *context, const bl_value *object);
	void *context;
} walk;

/* An element of a DeploymentList need not say that it is a Deployment. */
static const bl_value *typed_element(bl_arena *arena, const bl_value *list, const bl_value *element)
{
	bl_str kind = bl_value_text(bl_value_getz(list, "kind"));
	const bl_value *version = bl_value_getz(list, "apiVersion");
	if (kind.n <= 4 || !version || !bl_value_is(element, BL_MAP) || bl_value_getz(element, "kind"))
		return element;
	bl_items items = {0};
	const bl_value *name = bl_value_string(arena, (bl_span){element->span.source, element->span.begin, element->span.begin},
		bl_str_slice(kind, 0, kind.n - 4));
	if (!bl_value_getz(element, "apiVersion"))
		bl_items_put(arena, &items, BL_STR("apiVersion"), name->span, bl_value_at(arena, version, name->span));
	bl_items_put(arena, &items, BL_STR("kind"), name->span, name);
	for (uint32_t i = 0; i < element->n; i++)
		bl_vec_push(arena, &items, element->map[i]);
	return bl_items_value(arena, element->span, &items);
}

static void visit(const walk *w, const bl_value *v, int depth)
{
	const bl_value *items = bl_value_getz(v, "items");
	bool list = depth < MAX_LISTS && bl_str_ends(bl_value_text(bl_value_getz(v, "kind")), BL_STR("List")) &&
		    bl_value_is(items, BL_LIST);
	if (v->kind == BL_NULL || (bl_value_is(v, BL_MAP) && !v->n))
		return;
	if (!list) {
		w->each(w->context, v);
		return;
	}
	for (uint32_t i = 0; i < items->n; i++)
		visit(w, typed_element(w->arena, v, items->list[i]), depth + 1);
}

void bl_manifest_each(bl_arena *arena, const bl_value *document, void (*each)(void *context, const bl_value *object),
	void *context)
{
	walk w = {arena, each, context};
	visit(&w, document, 0);
}

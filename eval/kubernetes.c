/*
 * Kubernetes manifests. The canonical shape is the manifest itself under `properties`. Beside it stand, for every workload kind alike,
 * `pod` (the pod's spec) and `containers` (its containers, init containers and ephemeral containers in one list), so that a
 * rule need not care which controller wraps the pod.
 */
#include "eval/language.h"

static const bl_value *get(const bl_value *v, const char *path)
{
	return bl_value_at_path(v, bl_str_of(path));
}

/* Groups whose kinds are known by their kind alone; others are types of their own, "GROUP/Kind". */
static bool is_built_in(bl_str api_version)
{
	static const char *const groups[] = {"admissionregistration.k8s.io", "apps", "apps.openshift.io", "autoscaling", "batch", "discovery.k8s.io",
		"extensions", "gateway.networking.k8s.io", "networking.k8s.io", "policy", "rbac.authorization.k8s.io",
		"scheduling.k8s.io", "storage.k8s.io"};
	bl_str group, version = bl_str_cut(api_version, '/', &group);
	if (!version.n)
		return true;
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
		if (bl_str_eqz(group, groups[i]))
			return true;
	return false;
}

static bl_str type_of(bl_arena *arena, bl_str api_version, bl_str kind)
{
	if (is_built_in(api_version))
		return bl_str_fmt(arena, "kubernetes/" BL_FMT, BL_ARG(kind));
	bl_str group;
	bl_str_cut(api_version, '/', &group);
	return bl_str_fmt(arena, BL_FMT "/" BL_FMT, BL_ARG(group), BL_ARG(kind));
}

/* Where the pod's spec stands, by kind. A Service has none but Knative's, which holds a template like a Deployment. */
static const bl_value *pod_of(const bl_value *manifest, bl_str kind)
{
	if (bl_str_eqz(kind, "Pod"))
		return get(manifest, "spec");
	if (bl_str_eqz(kind, "PodTemplate"))
		return get(manifest, "template.spec");
	if (bl_str_eqz(kind, "CronJob"))
		return get(manifest, "spec.jobTemplate.spec.template.spec");
	static const char *const templated[] = {"Configuration", "DaemonSet", "Deployment", "DeploymentConfig", "Job",
		"ReplicaSet", "ReplicationController", "Service", "StatefulSet"};
	for (size_t i = 0; i < sizeof templated / sizeof *templated; i++)
		if (bl_str_eqz(kind, templated[i]))
			return get(manifest, "spec.template.spec");
	return NULL;
}

const bl_value *bl_kubernetes_containers(bl_arena *arena, const bl_value *pod)
{
	static const char *const lists[] = {"containers", "initContainers", "ephemeralContainers"};
	bl_values all = {0};
	bool open = pod->open;
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		const bl_value *list = bl_value_getz(pod, lists[i]);
		open |= list && (list->open || list->kind == BL_UNKNOWN);
		for (uint32_t k = 0; bl_value_is(list, BL_LIST) && k < list->n; k++)
			bl_vec_push(arena, &all, list->list[k]);
	}
	bl_value *v = bl_values_value(arena, pod->span, &all);
	v->open = open;
	return v;
}

static void put(bl_arena *arena, bl_items *items, const char *key, const bl_value *v)
{
	if (v)
		bl_items_put(arena, items, bl_str_of(key), v->span, v);
}

static const bl_value *canonical(bl_arena *arena, const bl_value *manifest, bl_str kind)
{
	bl_items body = {0};
	const bl_value *pod = pod_of(manifest, kind);
	put(arena, &body, "name", get(manifest, "metadata.name"));
	put(arena, &body, "tags", get(manifest, "metadata.labels"));
	put(arena, &body, "properties", manifest);
	if (bl_value_is(pod, BL_MAP)) {
		put(arena, &body, "pod", pod);
		put(arena, &body, "containers", bl_kubernetes_containers(arena, pod));
	}
	return bl_items_value(arena, manifest->span, &body);
}

static void add_manifest(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out, const bl_value *manifest)
{
	bl_str kind = bl_value_text(get(manifest, "kind")), api_version = bl_value_text(get(manifest, "apiVersion"));
	if (!bl_value_is(manifest, BL_MAP) || !kind.n || !api_version.n) {
		bl_diag_add(arena, &out->diags, BL_DIAG_NOTE, manifest->span, "is no Kubernetes object: it lacks apiVersion or kind");
		return;
	}
	const bl_value *name = get(manifest, "metadata.name"), *namespace = get(manifest, "metadata.namespace");
	if (!name)
		name = get(manifest, "metadata.generateName");
	bl_str label = bl_value_text(name);
	bl_resource *r = bl_new(arena, bl_resource);
	r->root = input->root;
	r->language = BL_LANG_KUBERNETES;
	r->address = bl_str_fmt(arena, BL_FMT "." BL_FMT "." BL_FMT, BL_ARG(kind),
		BL_ARG(bl_value_is(namespace, BL_STRING) ? namespace->string : BL_STR("default")), BL_ARG(label));
	r->typed_address = r->address;
	r->label = label;
	r->type = r->native_type = type_of(arena, api_version, kind);
	r->api_version = api_version;
	r->provider = BL_STR("kubernetes");
	r->name = name;
	r->condition = BL_YES;
	r->span = manifest->span;
	const bl_item *kind_item = bl_value_item(manifest, BL_STR("kind"), false);
	r->head = bl_span_join(kind_item->key_span, kind_item->value->span);
	r->native = manifest;
	r->written = canonical(arena, manifest, kind);
	bl_vec_push(arena, &out->resources, r);
}

static void add_document(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out, const bl_value *root)
{
	const bl_value *items = get(root, "items");
	bool list = bl_str_ends(bl_value_text(get(root, "kind")), BL_STR("List")) && bl_value_is(items, BL_LIST);
	if (!list) {
		add_manifest(input, arena, out, root);
		return;
	}
	for (uint32_t i = 0; i < items->n; i++)
		add_manifest(input, arena, out, items->list[i]);
}

void bl_eval_kubernetes(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out)
{
	for (size_t i = 0; i < input->ndocuments; i++) {
		const bl_document *d = input->documents[i];
		for (size_t k = 0; k < d->blocks.n; k++)
			add_document(input, arena, out, d->blocks.items[k]->attrs.items[0].expr->value);
	}
}

#include "core/model/graph_kubernetes.h"

#include "core/model/kubernetes.h"

#include <stdio.h>

/* Selectors of all pods in large namespaces would draw more edges than anybody reads. */
enum { MAX_SELECTED = 500000 };

typedef BL_VEC(uint32_t) node_list;

/* One object, by what others may call it. */
typedef struct object {
	const bl_value *manifest; /* NULL: the node is no object */
	const bl_value *labels;   /* of the pods it makes */
	bl_str kind, namespace, scope, repo;
} object;

struct bl_kubernetes_index {
	bl_arena *arena;
	const bl_graph *graph;
	object *objects; /* by node */
	bl_map names;    /* "SCOPE|Kind|namespace|name" -> node + 1 */
	bl_map anywhere; /* "REPO|Kind|namespace|name" -> node + 1, or SEVERAL */
	bl_map labelled; /* "SCOPE|namespace|key=value" -> node_list of what makes such pods; "SCOPE|namespace|" -> of all */
	size_t selected;
};

#define SEVERAL ((void *)UINTPTR_MAX)

/* Where an object names others. kind NULL: the reference says its own, {kind, name}; it may say a namespace as well. */
static const struct {
	const char *referrer, *path, *kind;
} references[] = {
	{"APIService", "spec/service", "Service"},
	{"ClusterRoleBinding", "roleRef", NULL},
	{"ClusterRoleBinding", "subjects", NULL},
	{"GRPCRoute", "spec/parentRefs", "Gateway"},
	{"GRPCRoute", "spec/rules/backendRefs", "Service"},
	{"Gateway", "spec/gatewayClassName", "GatewayClass"},
	{"Gateway", "spec/listeners/tls/certificateRefs", "Secret"},
	{"HTTPRoute", "spec/parentRefs", "Gateway"},
	{"HTTPRoute", "spec/rules/backendRefs", "Service"},
	{"HorizontalPodAutoscaler", "spec/scaleTargetRef", NULL},
	{"Ingress", "spec/backend/serviceName", "Service"},
	{"Ingress", "spec/defaultBackend/service", "Service"},
	{"Ingress", "spec/ingressClassName", "IngressClass"},
	{"Ingress", "spec/rules/http/paths/backend/service", "Service"},
	{"Ingress", "spec/rules/http/paths/backend/serviceName", "Service"},
	{"Ingress", "spec/tls/secretName", "Secret"},
	{"MutatingWebhookConfiguration", "webhooks/clientConfig/service", "Service"},
	{"PersistentVolume", "spec/azureFile/secretName", "Secret"},
	{"PersistentVolume", "spec/claimRef", "PersistentVolumeClaim"},
	{"PersistentVolume", "spec/storageClassName", "StorageClass"},
	{"PersistentVolumeClaim", "spec/storageClassName", "StorageClass"},
	{"PersistentVolumeClaim", "spec/volumeName", "PersistentVolume"},
	{"RoleBinding", "roleRef", NULL},
	{"RoleBinding", "subjects", NULL},
	{"ServiceAccount", "imagePullSecrets", "Secret"},
	{"ServiceAccount", "secrets", "Secret"},
	{"StatefulSet", "spec/serviceName", "Service"},
	{"StatefulSet", "spec/volumeClaimTemplates/spec/storageClassName", "StorageClass"},
	{"TCPRoute", "spec/parentRefs", "Gateway"},
	{"TCPRoute", "spec/rules/backendRefs", "Service"},
	{"TLSRoute", "spec/parentRefs", "Gateway"},
	{"TLSRoute", "spec/rules/backendRefs", "Service"},
	{"UDPRoute", "spec/parentRefs", "Gateway"},
	{"UDPRoute", "spec/rules/backendRefs", "Service"},
	{"ValidatingAdmissionPolicyBinding", "spec/policyName", "ValidatingAdmissionPolicy"},
	{"ValidatingWebhookConfiguration", "webhooks/clientConfig/service", "Service"},
};

/* Who selects pods of its namespace by their labels. plain: the selector is the map of labels itself. */
static const struct {
	const char *kind, *path;
	bool plain;
} selectors[] = {
	{"NetworkPolicy", "spec/podSelector", false},
	{"PodDisruptionBudget", "spec/selector", false},
	{"Service", "spec/selector", true},
};

/* ---- the index ---- */

static bl_str text_of(const bl_value *v)
{
	return bl_value_is(v, BL_NUMBER) ? v->digits : bl_value_text(v);
}

static bl_str key_of(bl_arena *arena, bl_str scope, bl_str kind, bl_str namespace, bl_str name)
{
	return bl_str_fmt(arena, BL_FMT "|" BL_FMT "|" BL_FMT "|" BL_FMT, BL_ARG(scope), BL_ARG(kind), BL_ARG(namespace),
		BL_ARG(name));
}

static void *from_node(uint32_t node)
{
	return (void *)(uintptr_t)(node + 1);
}

static void index_label(bl_kubernetes_index *x, uint32_t node, bl_str label)
{
	const object *o = &x->objects[node];
	bl_str key = bl_str_fmt(x->arena, BL_FMT "|" BL_FMT "|" BL_FMT, BL_ARG(o->scope), BL_ARG(o->namespace), BL_ARG(label));
	node_list *list = bl_map_get(&x->labelled, key);
	if (!list) {
		list = bl_new(x->arena, node_list);
		bl_map_put(x->arena, &x->labelled, key, list);
	}
	bl_vec_push(x->arena, list, node);
}

static void index_pods(bl_kubernetes_index *x, uint32_t node)
{
	object *o = &x->objects[node];
	const bl_value *template = bl_kubernetes_pod_template(o->manifest, o->kind);
	if (!bl_value_is(template, BL_MAP))
		return;
	o->labels = bl_value_getz(bl_value_getz(template, "metadata"), "labels");
	index_label(x, node, BL_STR(""));
	for (uint32_t i = 0; bl_value_is(o->labels, BL_MAP) && i < o->labels->n; i++)
		index_label(x, node, bl_str_fmt(x->arena, BL_FMT "=" BL_FMT, BL_ARG(o->labels->map[i].key),
			BL_ARG(text_of(o->labels->map[i].value))));
}

static void index_node(bl_kubernetes_index *x, uint32_t node)
{
	const bl_node *n = bl_graph_node(x->graph, node);
	bl_str type = bl_graph_type(x->graph, node), prefix = BL_STR("kubernetes/");
	const bl_value *body = bl_graph_body(x->graph, node), *manifest = bl_value_getz(body, "properties");
	object *o = &x->objects[node];
	if (!bl_str_starts(type, prefix) || !bl_value_is(manifest, BL_MAP))
		return;
	o->manifest = manifest;
	o->kind = bl_str_slice(type, prefix.n, type.n);
	o->scope = n->resource ? bl_str_fmt(x->arena, "%p", (const void *)n->resource->root) : n->asset->snapshot;
	o->repo = n->resource ? n->resource->root->repo : BL_STR("");
	bl_str group = bl_kubernetes_group(bl_value_text(bl_value_getz(manifest, "apiVersion")));
	o->namespace = bl_kubernetes_cluster_scoped(group, o->kind) ? BL_STR("") : bl_kubernetes_namespace(manifest);
	bl_str name = text_of(bl_value_getz(bl_value_getz(manifest, "metadata"), "name"));
	if (name.n) {
		bl_map_put(x->arena, &x->names, key_of(x->arena, o->scope, o->kind, o->namespace, name), from_node(node));
		bl_str key = key_of(x->arena, o->repo, o->kind, o->namespace, name);
		if (n->resource && bl_map_put(x->arena, &x->anywhere, key, from_node(node)))
			bl_map_put(x->arena, &x->anywhere, key, SEVERAL);
	}
	index_pods(x, node);
}

bl_kubernetes_index *bl_kubernetes_index_new(bl_arena *scratch, const bl_graph *graph)
{
	bl_kubernetes_index *x = bl_new(scratch, bl_kubernetes_index);
	x->arena = scratch;
	x->graph = graph;
	x->objects = bl_new_n(scratch, object, bl_graph_size(graph));
	for (uint32_t i = 0; i < bl_graph_size(graph); i++)
		index_node(x, i);
	return x;
}

/* ---- names ---- */

/* A walk along a field's path, and what to do at its end. */
typedef struct walk {
	bl_kubernetes_index *x;
	const object *from;
	const char *path, *kind;
	bl_str shown; /* the path as people read it */
	bl_kubernetes_meant each;
	void *context;
} walk;

static void meet(walk *w, bl_str kind, bl_str namespace, bl_str name, bl_span span)
{
	bl_kubernetes_index *x = w->x;
	char key[512];
	if (!name.n || !kind.n)
		return;
	/* a reference does not say whether its target stands in a namespace: both are looked for */
	bl_str scopes[] = {w->from->scope, w->from->scope, w->from->repo, w->from->repo};
	bl_str namespaces[] = {namespace, BL_STR(""), namespace, BL_STR("")};
	for (size_t i = 0; i < 4; i++) {
		int n = snprintf(key, sizeof key, BL_FMT "|" BL_FMT "|" BL_FMT "|" BL_FMT, BL_ARG(scopes[i]), BL_ARG(kind),
			BL_ARG(namespaces[i]), BL_ARG(name));
		if (n < 0 || (size_t)n >= sizeof key)
			return;
		void *found = bl_map_get(i < 2 ? &x->names : &x->anywhere, bl_str_make(key, (size_t)n));
		if (found && found != SEVERAL) {
			w->each(w->context, (uint32_t)((uintptr_t)found - 1), w->shown, span, i < 2 ? BL_YES : BL_MAYBE, "names");
			return;
		}
	}
}

static void at_end(walk *w, const bl_value *v)
{
	bl_str kind = w->kind ? bl_str_of(w->kind) : BL_STR("");
	if (v->kind == BL_STRING || v->kind == BL_NUMBER) {
		meet(w, kind, w->from->namespace, text_of(v), v->span);
		return;
	}
	const bl_value *own = bl_value_getz(v, "kind"), *name = bl_value_getz(v, "name"), *namespace = bl_value_getz(v, "namespace");
	if (own)
		kind = bl_value_text(own);
	if (name)
		meet(w, kind, bl_value_text(namespace).n ? namespace->string : w->from->namespace, text_of(name), name->span);
}

static void along(walk *w, const bl_value *v, bl_str path)
{
	bl_str key;
	while (v && v->kind == BL_MAP && path.n) {
		path = bl_str_cut(path, '/', &key);
		v = bl_value_get(v, key);
	}
	/* lists of lists are nowhere on these paths */
	for (uint32_t i = 0; bl_value_is(v, BL_LIST) && i < v->n; i++)
		if (v->list[i]->kind != BL_LIST)
			along(w, v->list[i], path);
	if (v && v->kind != BL_LIST && !path.n)
		at_end(w, v);
}

static void follow(walk *w, const bl_value *v, const char *prefix, const char *path, const char *kind)
{
	bl_str whole = bl_str_fmt(w->x->arena, "%s%s", prefix, path);
	char *shown = bl_str_z(w->x->arena, whole);
	for (size_t i = 0; i < whole.n; i++)
		shown[i] = shown[i] == '/' ? '.' : shown[i];
	w->kind = kind;
	w->shown = bl_str_make(shown, whole.n);
	along(w, v, bl_str_of(path));
}

/* ---- labels ---- */

/* One of matchExpressions. */
static bl_tri holds(const bl_value *labels, const bl_value *expression)
{
	const bl_value *values = bl_value_getz(expression, "values"), *key = bl_value_getz(expression, "key");
	bl_str operator = bl_value_text(bl_value_getz(expression, "operator"));
	const bl_value *label = bl_value_get(labels, bl_value_text(key));
	bool among = false;
	for (uint32_t i = 0; label && bl_value_is(values, BL_LIST) && i < values->n; i++)
		among |= bl_str_eq(text_of(values->list[i]), text_of(label));
	if (bl_str_eqz(operator, "In"))
		return bl_tri_of(among);
	if (bl_str_eqz(operator, "NotIn"))
		return bl_tri_of(!among);
	if (bl_str_eqz(operator, "Exists"))
		return bl_tri_of(label != NULL);
	return bl_str_eqz(operator, "DoesNotExist") ? bl_tri_of(!label) : BL_MAYBE;
}

static bl_tri selects(const bl_value *labels, const bl_value *pairs, const bl_value *expressions)
{
	bl_tri result = BL_YES;
	for (uint32_t i = 0; bl_value_is(pairs, BL_MAP) && i < pairs->n && result != BL_NO; i++) {
		const bl_value *want = pairs->map[i].value, *have = bl_value_get(labels, pairs->map[i].key);
		if (want->kind == BL_UNKNOWN || (have && have->kind == BL_UNKNOWN))
			result = BL_MAYBE;
		else
			result = have && bl_str_eq(text_of(have), text_of(want)) ? result : BL_NO;
	}
	for (uint32_t i = 0; bl_value_is(expressions, BL_LIST) && i < expressions->n && result != BL_NO; i++)
		result = bl_tri_and(result, holds(labels, expressions->list[i]));
	return result;
}

/* Those to look at: what has one of the labels, the rarest of those asked for, or all that make pods. */
static const node_list *candidates(walk *w, const bl_value *pairs)
{
	bl_arena *arena = w->x->arena;
	const object *o = w->from;
	const node_list *best = NULL;
	for (uint32_t i = 0; bl_value_is(pairs, BL_MAP) && i < pairs->n; i++) {
		if (pairs->map[i].value->kind == BL_UNKNOWN)
			continue;
		const node_list *list = bl_map_get(&w->x->labelled, bl_str_fmt(arena, BL_FMT "|" BL_FMT "|" BL_FMT "=" BL_FMT,
			BL_ARG(o->scope), BL_ARG(o->namespace), BL_ARG(pairs->map[i].key), BL_ARG(text_of(pairs->map[i].value))));
		if (!list)
			return NULL;
		best = !best || list->n < best->n ? list : best;
	}
	return best ? best
		    : bl_map_get(&w->x->labelled, bl_str_fmt(arena, BL_FMT "|" BL_FMT "|", BL_ARG(o->scope), BL_ARG(o->namespace)));
}

static void select_pods(walk *w, const bl_value *selector, bool plain, const char *path)
{
	const bl_value *pairs = plain ? selector : bl_value_getz(selector, "matchLabels");
	const bl_value *expressions = plain ? NULL : bl_value_getz(selector, "matchExpressions");
	/* a Service without labels selects nothing, a policy without them everything */
	if (!bl_value_is(selector, BL_MAP) || (plain && !selector->n))
		return;
	char *shown = bl_str_z(w->x->arena, bl_str_of(path));
	for (char *c = shown; *c; c++)
		*c = *c == '/' ? '.' : *c;
	const node_list *list = candidates(w, pairs);
	for (size_t i = 0; list && i < list->n && w->x->selected < MAX_SELECTED; i++) {
		bl_tri sure = selects(w->x->objects[list->items[i]].labels, pairs, expressions);
		if (sure == BL_NO)
			continue;
		w->x->selected++;
		w->each(w->context, list->items[i], bl_str_of(shown), selector->span, sure, "selects");
	}
}

/* ---- one object ---- */

static const bl_value *at_path(const bl_value *v, const char *path)
{
	bl_str key, rest = bl_str_of(path);
	while (v && rest.n) {
		rest = bl_str_cut(rest, '/', &key);
		v = bl_value_get(v, key);
	}
	return v;
}

static void follow_pod(walk *w)
{
	static const bl_kubernetes_reference more[] = {
		{"ConfigMap", "ephemeralContainers/env/valueFrom/configMapKeyRef/name"},
		{"ConfigMap", "ephemeralContainers/envFrom/configMapRef/name"},
		{"Secret", "ephemeralContainers/env/valueFrom/secretKeyRef/name"},
		{"Secret", "ephemeralContainers/envFrom/secretRef/name"},
		{"Secret", "volumes/azureFile/secretName"},
		{"Secret", "volumes/csi/nodePublishSecretRef/name"},
		{"ServiceAccount", "serviceAccount"},
	};
	const bl_value *pod = bl_value_getz(bl_kubernetes_pod_template(w->from->manifest, w->from->kind), "spec");
	for (size_t i = 0; bl_value_is(pod, BL_MAP) && i < bl_kubernetes_pod_reference_count; i++)
		follow(w, pod, "pod/", bl_kubernetes_pod_references[i].path, bl_kubernetes_pod_references[i].kind);
	for (size_t i = 0; bl_value_is(pod, BL_MAP) && i < sizeof more / sizeof *more; i++)
		follow(w, pod, "pod/", more[i].path, more[i].kind);
}

void bl_kubernetes_each(bl_kubernetes_index *index, uint32_t node, bl_kubernetes_meant each, void *context)
{
	const object *o = &index->objects[node];
	walk w = {.x = index, .from = o, .each = each, .context = context};
	if (!o->manifest)
		return;
	follow_pod(&w);
	for (size_t i = 0; i < sizeof references / sizeof *references; i++)
		if (bl_str_eqz(o->kind, references[i].referrer))
			follow(&w, o->manifest, "", references[i].path, references[i].kind);
	for (size_t i = 0; i < sizeof selectors / sizeof *selectors; i++)
		if (bl_str_eqz(o->kind, selectors[i].kind))
			select_pods(&w, at_path(o->manifest, selectors[i].path), selectors[i].plain, selectors[i].path);
}

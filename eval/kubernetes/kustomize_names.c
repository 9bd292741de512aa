/*
 * Who names an object that got another name or namespace names it anew: once, when all have the names they keep. What is
 * followed is what kustomize follows, not all that Kubernetes would take for a reference.
 */
#include "core/model/kubernetes.h"
#include "eval/kubernetes/kustomize.h"
#include "eval/kubernetes/manifest.h"

#include <stdio.h>

/* Where the pod's spec is. data: ConfigMaps and Secrets are followed there; rest: the other kinds are. */
static const struct {
	const char *kind, *spec;
	bool data, rest;
} pods[] = {
	{"CronJob", "spec/jobTemplate/spec/template/spec/", true, true},
	{"DaemonSet", "spec/template/spec/", true, true},
	{"Deployment", "spec/template/spec/", true, true},
	{"Job", "spec/template/spec/", true, true},
	{"Pod", "spec/", true, true},
	{"PodTemplate", "template/spec/", true, false},
	{"ReplicaSet", "spec/template/spec/", true, false},
	{"ReplicationController", "spec/template/spec/", false, true},
	{"StatefulSet", "spec/template/spec/", true, true},
};

/* Elsewhere: a target's kind, and the kind and field that name it. */
static const struct {
	const char *kind, *referrer, *path;
} references[] = {
	{"ClusterRole", "ClusterRoleBinding", "roleRef/name"},
	{"ClusterRole", "RoleBinding", "roleRef/name"},
	{"ConfigMap", "ClusterRole", "rules/resourceNames"},
	{"ConfigMap", "Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap"},
	{"ConfigMap", "Node", "spec/configSource/configMap"},
	{"ConfigMap", "Role", "rules/resourceNames"},
	{"Deployment", "HorizontalPodAutoscaler", "spec/scaleTargetRef/name"},
	{"PersistentVolume", "ClusterRole", "rules/resourceNames"},
	{"PersistentVolume", "PersistentVolumeClaim", "spec/volumeName"},
	{"ReplicaSet", "HorizontalPodAutoscaler", "spec/scaleTargetRef/name"},
	{"ReplicationController", "HorizontalPodAutoscaler", "spec/scaleTargetRef/name"},
	{"Role", "RoleBinding", "roleRef/name"},
	{"Secret", "ClusterRole", "rules/resourceNames"},
	{"Secret", "Ingress", "metadata/annotations/ingress.kubernetes.io\\/auth-secret"},
	{"Secret", "Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret"},
	{"Secret", "Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret"},
	{"Secret", "Ingress", "spec/tls/secretName"},
	{"Secret", "PersistentVolume", "spec/azureFile/secretName"},
	{"Secret", "Role", "rules/resourceNames"},
	{"Secret", "Service", "spec/template/spec/containers/env/valueFrom/secretKeyRef/name"},
	{"Secret", "ServiceAccount", "imagePullSecrets/name"},
	{"Secret", "StorageClass", "parameters/adminSecretName"},
	{"Secret", "StorageClass", "parameters/secretName"},
	{"Secret", "StorageClass", "parameters/secretRef"},
	{"Secret", "StorageClass", "parameters/userSecretName"},
	{"Service", "APIService", "spec/service/name"},
	{"Service", "Ingress", "spec/backend/serviceName"},
	{"Service", "Ingress", "spec/defaultBackend/service/name"},
	{"Service", "Ingress", "spec/rules/http/paths/backend/service/name"},
	{"Service", "Ingress", "spec/rules/http/paths/backend/serviceName"},
	{"Service", "MutatingWebhookConfiguration", "webhooks/clientConfig/service"},
	{"Service", "StatefulSet", "spec/serviceName"},
	{"Service", "ValidatingWebhookConfiguration", "webhooks/clientConfig/service"},
	{"ServiceAccount", "ClusterRoleBinding", "subjects"},
	{"ServiceAccount", "RoleBinding", "subjects"},
	{"StatefulSet", "HorizontalPodAutoscaler", "spec/scaleTargetRef/name"},
	{"StorageClass", "PersistentVolume", "spec/storageClassName"},
	{"StorageClass", "PersistentVolumeClaim", "spec/storageClassName"},
	{"StorageClass", "StatefulSet", "spec/volumeClaimTemplates/spec/storageClassName"},
	{"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "spec/policyName"},
};

typedef struct follower {
	bl_kustomize *k;
	bl_map renamed; /* "KIND/NAME it had" -> bl_kustomize_objects */
	const bl_kustomize_object *referrer;
	const char *kind; /* of the target */
} follower;

static bool namespaces_meet(const bl_kustomize_object *referrer, const bl_kustomize_object *target)
{
	bl_kustomize_id from = bl_kustomize_id_of(referrer->body), to = bl_kustomize_id_of(target->body);
	return !from.namespace.n || !to.namespace.n || bl_str_eqz(to.kind, "ServiceAccount") ||
	       bl_str_eq(from.namespace, to.namespace);
}

/* Does the shorter of two rows of affixes end the longer one? */
static bool affixes_meet(const bl_str *a, size_t na, const bl_str *b, size_t nb)
{
	for (size_t i = 1; i <= na && i <= nb; i++)
		if (!bl_str_eq(a[na - i], b[nb - i]))
			return false;
	return true;
}

static bool came_along(const bl_kustomize_object *a, const bl_kustomize_object *b)
{
	return affixes_meet(a->prefixes.items, a->prefixes.n, b->prefixes.items, b->prefixes.n) &&
	       affixes_meet(a->suffixes.items, a->suffixes.n, b->suffixes.items, b->suffixes.n);
}

/* Is it, or was it in the beginning, in the namespace that a reference writes? */
static bool stands_in(const bl_kustomize_object *o, bl_str namespace)
{
	bl_kustomize_id now = bl_kustomize_id_of(o->body);
	return !namespace.n || bl_str_eq(now.namespace, namespace) ||
	       (o->before.n && bl_str_eq(o->before.items[0].namespace, namespace));
}

/* The object once called name; NULL where there is none, or none that is meant more than another. */
static const bl_kustomize_object *target_of(follower *f, bl_str name, bl_str namespace)
{
	char key[512];
	int n = snprintf(key, sizeof key, "%s/" BL_FMT, f->kind, BL_ARG(name));
	const bl_kustomize_objects *list =
		n > 0 && (size_t)n < sizeof key ? bl_map_get(&f->renamed, bl_str_make(key, (size_t)n)) : NULL;
	const bl_kustomize_object *found[2] = {NULL, NULL};
	size_t nfound[2] = {0, 0}; /* of all that fit, and of those that came the same way */
	if (!list || !bl_kustomize_step(f->k, list->n))
		return NULL;
	for (size_t i = 0; i < list->n; i++) {
		const bl_kustomize_object *o = list->items[i];
		if (!namespaces_meet(f->referrer, o) || !stands_in(o, namespace))
			continue;
		for (size_t c = 0; c < 1 + (size_t)came_along(f->referrer, o); c++)
			if (!nfound[c]++)
				found[c] = o;
	}
	return nfound[0] == 1 ? found[0] : nfound[1] == 1 ? found[1] : NULL;
}

static const bl_value *new_name(follower *f, const bl_value *reference, const bl_kustomize_object *o)
{
	return bl_value_at(f->k->arena, bl_kustomize_get(o->body, "metadata/name"), reference->span);
}

/* {name, namespace}: the namespace follows too. */
static const bl_value *follow_map(follower *f, const bl_value *map)
{
	const bl_item *name = bl_value_item(map, BL_STR("name"), false);
	const bl_value *kind = bl_value_getz(map, "kind");
	if (!name || name->value->kind != BL_STRING || (kind && !bl_value_is_string(kind, f->kind)))
		return map;
	const bl_kustomize_object *o = target_of(f, name->value->string, bl_value_text(bl_value_getz(map, "namespace")));
	if (!o)
		return map;
	map = bl_kustomize_put(f->k, map, name->key, name->key_span, new_name(f, name->value, o));
	const bl_value *namespace = bl_kustomize_get(o->body, "metadata/namespace");
	return namespace ? bl_kustomize_put(f->k, map, BL_STR("namespace"), namespace->span, namespace) : map;
}

static const bl_value *follow_one(follower *f, const bl_value *v)
{
	const bl_kustomize_object *o;
	if (v->kind == BL_MAP)
		return follow_map(f, v);
	o = v->kind == BL_STRING ? target_of(f, v->string, BL_STR("")) : NULL;
	return o ? new_name(f, v, o) : v;
}

static const bl_value *follow(void *context, const bl_value *old)
{
	follower *f = context;
	if (!old || old->kind != BL_LIST)
		return old ? follow_one(f, old) : NULL;
	bl_values out = {0};
	for (uint32_t i = 0; i < old->n && bl_kustomize_step(f->k, 1); i++)
		bl_vec_push(f->k->arena, &out, follow_one(f, old->list[i]));
	return out.n == old->n ? bl_values_value(f->k->arena, old->span, &out) : old;
}

static void follow_at(follower *f, bl_kustomize_object *o, const char *kind, const char *prefix, const char *path)
{
	f->kind = kind;
	f->referrer = o;
	o->body = bl_kustomize_at(f->k, o->body, bl_str_fmt(f->k->arena, "%s%s", prefix, path).p, false, follow, f);
}

static void follow_pod(follower *f, bl_kustomize_object *o, bl_str kind)
{
	for (size_t i = 0; i < sizeof pods / sizeof *pods; i++) {
		if (!bl_str_eqz(kind, pods[i].kind))
			continue;
		for (size_t r = 0; r < bl_kubernetes_pod_reference_count; r++) {
			const char *to = bl_kubernetes_pod_references[r].kind;
			bool data = strcmp(to, "ConfigMap") == 0 || strcmp(to, "Secret") == 0;
			if (data ? pods[i].data : pods[i].rest)
				follow_at(f, o, to, pods[i].spec, bl_kubernetes_pod_references[r].path);
		}
	}
}

static bool is_role_reference(const bl_kustomize_object *o, const char *path, const char *kind)
{
	return strcmp(path, "roleRef/name") != 0 || bl_value_is_string(bl_kustomize_get(o->body, "roleRef/kind"), kind);
}

static void index_names(follower *f, bl_kustomize_object *o)
{
	for (size_t i = 0; i < o->before.n; i++) {
		const bl_kustomize_id *id = &o->before.items[i];
		bl_str key = bl_str_fmt(f->k->arena, BL_FMT "/" BL_FMT, BL_ARG(id->kind), BL_ARG(id->name));
		bl_kustomize_objects *list = bl_map_get(&f->renamed, key);
		if (!list) {
			list = bl_new(f->k->arena, bl_kustomize_objects);
			bl_map_put(f->k->arena, &f->renamed, key, list);
		}
		if (!list->n || list->items[list->n - 1] != o)
			bl_vec_push(f->k->arena, list, o);
	}
}

void bl_kustomize_references(bl_kustomize *k)
{
	follower f = {.k = k};
	for (size_t i = 0; i < k->objects.n; i++)
		index_names(&f, k->objects.items[i]);
	for (size_t i = 0; f.renamed.n && i < k->objects.n; i++) {
		bl_kustomize_object *o = k->objects.items[i];
		bl_str kind = bl_kustomize_id_of(o->body).kind;
		follow_pod(&f, o, kind);
		for (size_t r = 0; r < sizeof references / sizeof *references; r++)
			if (bl_str_eqz(kind, references[r].referrer) && is_role_reference(o, references[r].path, references[r].kind))
				follow_at(&f, o, references[r].kind, "", references[r].path);
	}
}

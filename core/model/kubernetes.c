#include "core/model/kubernetes.h"

#include <stdlib.h>

const bl_kubernetes_reference bl_kubernetes_pod_references[] = {
	{"ConfigMap", "containers/env/valueFrom/configMapKeyRef/name"},
	{"ConfigMap", "containers/envFrom/configMapRef/name"},
	{"ConfigMap", "initContainers/env/valueFrom/configMapKeyRef/name"},
	{"ConfigMap", "initContainers/envFrom/configMapRef/name"},
	{"ConfigMap", "volumes/configMap/name"},
	{"ConfigMap", "volumes/projected/sources/configMap/name"},
	{"PersistentVolumeClaim", "volumes/persistentVolumeClaim/claimName"},
	{"PriorityClass", "priorityClassName"},
	{"Secret", "containers/env/valueFrom/secretKeyRef/name"},
	{"Secret", "containers/envFrom/secretRef/name"},
	{"Secret", "imagePullSecrets/name"},
	{"Secret", "initContainers/env/valueFrom/secretKeyRef/name"},
	{"Secret", "initContainers/envFrom/secretRef/name"},
	{"Secret", "volumes/projected/sources/secret/name"},
	{"Secret", "volumes/secret/secretName"},
	{"ServiceAccount", "serviceAccountName"},
};
const size_t bl_kubernetes_pod_reference_count = sizeof bl_kubernetes_pod_references / sizeof *bl_kubernetes_pod_references;

static int by_text(const void *key, const void *element)
{
	return bl_str_cmp(*(const bl_str *)key, bl_str_of(*(const char *const *)element));
}

static bool listed(bl_str s, const char *const *list, size_t n)
{
	return bsearch(&s, list, n, sizeof *list, by_text) != NULL;
}

#define LISTED(s, list) listed((s), (list), sizeof(list) / sizeof *(list))

bl_str bl_kubernetes_group(bl_str api_version)
{
	bl_str group, version = bl_str_cut(api_version, '/', &group);
	return version.n ? group : BL_STR("");
}

bool bl_kubernetes_built_in(bl_str group)
{
	static const char *const groups[] = {"admissionregistration.k8s.io", "apiextensions.k8s.io",
		"apiregistration.k8s.io", "apps", "apps.openshift.io", "autoscaling", "batch", "certificates.k8s.io",
		"coordination.k8s.io", "discovery.k8s.io", "events.k8s.io", "extensions",
		"flowcontrol.apiserver.k8s.io", "gateway.networking.k8s.io", "networking.k8s.io", "node.k8s.io",
		"policy", "rbac.authorization.k8s.io", "resource.k8s.io", "scheduling.k8s.io", "storage.k8s.io"};
	return !group.n || LISTED(group, groups);
}

bool bl_kubernetes_cluster_scoped(bl_str group, bl_str kind)
{
	static const char *const kinds[] = {"APIService", "CSIDriver", "CSINode", "CertificateSigningRequest",
		"ClusterRole", "ClusterRoleBinding", "ComponentStatus", "CustomResourceDefinition", "DeviceClass",
		"FlowSchema", "IngressClass", "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding",
		"MutatingWebhookConfiguration", "Namespace", "Node", "PersistentVolume", "PodSecurityPolicy",
		"PriorityClass", "PriorityLevelConfiguration", "RuntimeClass", "StorageClass", "StorageVersion",
		"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration",
		"VolumeAttachment", "VolumeAttributesClass"};
	return bl_kubernetes_built_in(group) && LISTED(kind, kinds);
}

const bl_value *bl_kubernetes_pod_template(const bl_value *manifest, bl_str kind)
{
	/* a Service has a template only where it is Knative's, which makes pods like a Deployment */
	static const char *const templated[] = {"Configuration", "DaemonSet", "Deployment", "DeploymentConfig", "Job",
		"ReplicaSet", "ReplicationController", "Service", "StatefulSet"};
	if (bl_str_eqz(kind, "Pod"))
		return manifest;
	if (bl_str_eqz(kind, "PodTemplate"))
		return bl_value_getz(manifest, "template");
	const bl_value *spec = bl_value_getz(manifest, "spec");
	if (bl_str_eqz(kind, "CronJob"))
		spec = bl_value_getz(bl_value_getz(spec, "jobTemplate"), "spec");
	else if (!LISTED(kind, templated))
		return NULL;
	return bl_value_getz(spec, "template");
}

bl_str bl_kubernetes_namespace(const bl_value *manifest)
{
	bl_str namespace = bl_value_text(bl_value_getz(bl_value_getz(manifest, "metadata"), "namespace"));
	return namespace.n ? namespace : BL_STR("default");
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

#include "core/model/kubernetes.h"

#include <stdlib.h>

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

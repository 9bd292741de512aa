/* What the shape of a Kubernetes object says, for those who make manifests and those who join them. */
#ifndef BL_CORE_MODEL_KUBERNETES_H
#define BL_CORE_MODEL_KUBERNETES_H

#include "core/base/value.h"

/* "apps" of "apps/v1"; empty for the core group. */
bl_str bl_kubernetes_group(bl_str api_version);
/* Is it a group of Kubernetes itself (or of what is everywhere beside it), whose kinds are known by their kind alone? */
bool bl_kubernetes_built_in(bl_str group);
/* Kinds of Kubernetes' own groups that stand in no namespace. */
bool bl_kubernetes_cluster_scoped(bl_str group, bl_str kind);
/* The map that holds the metadata and the spec of the pods that an object of this kind makes; a Pod is its own. NULL: it makes none. */
const bl_value *bl_kubernetes_pod_template(const bl_value *manifest, bl_str kind);
/* A pod's containers, init containers and ephemeral containers in one list; pod is its spec, a map. */
const bl_value *bl_kubernetes_containers(bl_arena *arena, const bl_value *pod);
/* A field of a pod's spec that names another object: its kind, and the path, a list on the way meaning each of its elements. */
typedef struct bl_kubernetes_reference {
	const char *kind, *path;
} bl_kubernetes_reference;
extern const bl_kubernetes_reference bl_kubernetes_pod_references[];
extern const size_t bl_kubernetes_pod_reference_count;
/* metadata.namespace, or "default". */
bl_str bl_kubernetes_namespace(const bl_value *manifest);

#endif

/*
 * Whom a Kubernetes object means: by name (a volume's ConfigMap, an Ingress's Service, a binding's role) and by labels (a Service's pods).
 * Objects mean others of the same root, or of the same snapshot; and one of another root of the repository, when it is the only one so
 * called there, perhaps.
 */
#ifndef BL_CORE_MODEL_GRAPH_KUBERNETES_H
#define BL_CORE_MODEL_GRAPH_KUBERNETES_H

#include "core/model/graph.h"

typedef struct bl_kubernetes_index bl_kubernetes_index;

/* What a node means: another, at a field of its own. verb: "names" or "selects". */
typedef void (*bl_kubernetes_meant)(void *context, uint32_t to, bl_str path, bl_span span, bl_tri sure, const char *verb);

/* Of all nodes there are; everything lives in scratch. */
bl_kubernetes_index *bl_kubernetes_index_new(bl_arena *scratch, const bl_graph *graph);
/* Hands what node means to each, in no order that matters to the result; nothing for what is no Kubernetes object. */
void bl_kubernetes_each(bl_kubernetes_index *index, uint32_t node, bl_kubernetes_meant each, void *context);

#endif

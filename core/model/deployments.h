/* Deployments in the graph: which step of a pipeline deploys which template, and what the template declares. */
#ifndef BL_CORE_MODEL_DEPLOYMENTS_H
#define BL_CORE_MODEL_DEPLOYMENTS_H

#include "core/model/graph.h"
#include "core/model/resource.h"

/*
 * Adds a node for each file or folder that a deployment's template is, "file:REPO:PATH"; DEPLOYS edges from the steps to it; CONTAINS edges from it to
 * the resources that it declares, modules' own left out. Call it once, when all resources are in and before the code layer is sealed.
 */
void bl_deployments_add(bl_graph *graph, const bl_evaluation *const *evaluations, size_t n);

#endif

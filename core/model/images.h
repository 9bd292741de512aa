/* Images in the graph: who builds and pushes them, what runs them, what they begin from. */
#ifndef BL_CORE_MODEL_IMAGES_H
#define BL_CORE_MODEL_IMAGES_H

#include "core/model/graph.h"
#include "core/model/resource.h"
#include "core/model/schema.h"

/*
 * Adds a node for each image that a resource or asset names at one of the paths its type's schema lists under `images` and `base-images`, or that a
 * build makes: "image:REGISTRY/REPOSITORY[:TAG][@DIGEST]", with '*' where something is not known. And the edges: RUNS from what names it under
 * `images`, REFERS from what names it under `base-images`, BUILDS from the stage of the Dockerfile, PUSHES from the step. References to one repository
 * that differ in their tag, or where something is not known, meet in edges that are not sure. Call it once, after bl_graph_add_references and before
 * the code layer is sealed.
 */
void bl_images_add(bl_graph *graph, const bl_schema *schema, const bl_evaluation *const *evaluations, size_t n);

#endif

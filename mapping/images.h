/* Inside mapping/ only: from a running image to the Dockerfile it was built from. */
#ifndef BL_MAPPING_IMAGES_H
#define BL_MAPPING_IMAGES_H

#include "mapping/mapping.h"

/* Appends what is known of each image that runs or that a snapshot shows, sorted by digest and name, and adds BUILT_FROM links to what runs it. */
void bl_images_match(bl_graph *graph, const bl_mapping_input *input, bl_image_origins *out);

#endif

/* A reference to an image, split. */
#ifndef BL_EVAL_DOCKER_IMAGE_H
#define BL_EVAL_DOCKER_IMAGE_H

#include "core/base/value.h"

/* A map of reference, registry, repository, tag and digest; tag and digest only where they are
 * written, unknown where part of them is. */
const bl_value *bl_docker_image(bl_arena *arena, const bl_value *reference);
/* Is it a reference that a registry would take? */
bool bl_docker_image_valid(bl_str reference);

#endif

/* Inside eval/ only: contexts and Dockerfiles of builds, from the repository's root, as bl_build has them. */
#ifndef BL_EVAL_BUILD_PATHS_H
#define BL_EVAL_BUILD_PATHS_H

#include "core/base/value.h"

/* The folder or file that a value names from a folder of the repository; a URL stays, and so does what is not known. */
const bl_value *bl_build_path(bl_arena *arena, bl_str folder, const bl_value *v);
/* The Dockerfile that a value names from a context, which bl_build_path gave. written may be NULL: then so is the result. */
const bl_value *bl_build_dockerfile(bl_arena *arena, const bl_value *context, const bl_value *written);

#endif

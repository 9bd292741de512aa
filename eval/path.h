/* Inside eval/ only: paths in a repository, relative to its root, '/'-separated; the root itself is empty. */
#ifndef BL_EVAL_PATH_H
#define BL_EVAL_PATH_H

#include "core/base/str.h"

/* The folder that the file lies in. */
bl_str bl_eval_folder(bl_str path);
/* What path names from folder, without "." and "..". What leads out of the repository begins with "..": whether it may be read is the loader's business. */
bl_str bl_eval_path(bl_arena *arena, bl_str folder, bl_str path);

#endif

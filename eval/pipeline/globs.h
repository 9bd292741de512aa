/* Inside eval/pipeline/ only: files of the repository that are named by pattern (*, ?, **). */
#ifndef BL_EVAL_PIPELINE_GLOBS_H
#define BL_EVAL_PIPELINE_GLOBS_H

#include "eval/pipeline/pipeline.h"

/* All files that match a pattern, up to a limit; path is from the repository's root. *all: no limit was met. */
bl_values bl_globs_matching(bl_arena *arena, const bl_loader *loader, bl_str pattern, bl_span span, bool *all);
/* The file that a path or a pattern names; unknown where none or several match, with those as candidates. */
const bl_value *bl_globs_find(const bl_pipeline_step *step, const bl_value *pattern);
/* The folder that a file lies in ("." for the root); unknown with what it depends on. */
const bl_value *bl_globs_folder_of(bl_arena *arena, const bl_value *file);
/* The folder before the first part that is a pattern; v where it is none. */
const bl_value *bl_globs_without_pattern(bl_arena *arena, const bl_value *v);

#endif

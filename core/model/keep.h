/* What stays of an evaluation when its working memory goes: about a third. */
#ifndef BL_CORE_MODEL_KEEP_H
#define BL_CORE_MODEL_KEEP_H

#include "core/model/resource.h"

/*
 * Copies what e holds of `from` into `to`, so that `from` can be released; what lies elsewhere (documents, sources, the
 * session's tables) stays where it is, and what is shared stays shared. Takes time linear in what is kept.
 */
void bl_evaluation_keep(bl_evaluation *e, const bl_arena *from, bl_arena *to);

#endif

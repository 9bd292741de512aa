/* The one kind of fix that a forge may be handed as text to apply: a literal true or false in one line. */
#ifndef BL_ANNOTATE_FORGES_SUGGEST_H
#define BL_ANNOTATE_FORGES_SUGGEST_H

#include "annotate/annotate.h"

/*
 * The whole line that ends the finding, in arena. False when that is not certain: the value is written elsewhere, the line holds more
 * than the one literal, or the rule's fix is not to set this property to the other truth value.
 */
bool bl_suggest_line(bl_arena *arena, const bl_sources *sources, const bl_finding *finding, bl_str *line);

#endif

/* Inside mapping/ only: of a difference, which side changed? */
#ifndef BL_MAPPING_CHANGED_H
#define BL_MAPPING_CHANGED_H

#include "mapping/mapping.h"

/* What is asked of history in one run; begins zeroed but for history and arena. */
typedef struct bl_changed {
	const bl_mapping_history *history; /* or NULL */
	bl_arena *arena;
	size_t asked;
} bl_changed;

bl_drift_class bl_changed_side(bl_changed *c, const bl_drift *drift);

#endif

/* Inside mapping/ only: what the snapshots would show if it ran. */
#ifndef BL_MAPPING_COVERAGE_H
#define BL_MAPPING_COVERAGE_H

#include "mapping/mapping.h"

typedef struct bl_coverage {
	bool partial;     /* some snapshot is: nothing may be called missing */
	bool azure;       /* a whole snapshot of Azure is there, which shows all top-level types */
	bl_map types;     /* types of which a whole snapshot shows some, with their settings */
} bl_coverage;

void bl_coverage_fill(bl_arena *arena, const bl_mapping_input *input, bl_coverage *out);
/* Would a resource of the type be shown if it ran? */
bool bl_coverage_shows(const bl_coverage *coverage, bl_str type);

#endif

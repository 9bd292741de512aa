/* Inside mapping/ only: which root is where. */
#ifndef BL_MAPPING_PLACEMENT_H
#define BL_MAPPING_PLACEMENT_H

#include "mapping/fit.h"

/* Fills scopes.of_root from how well each root fits each scope; most: room for the keys of any root. */
void bl_placement_choose(bl_fit_run *fit, const bl_root_fits *roots, size_t most);

#endif

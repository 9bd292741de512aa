/* Stage 6: exposure, identity and attack paths over the graph. */
#ifndef BL_PATHS_PATHS_H
#define BL_PATHS_PATHS_H

#include "core/model/path.h"
#include "core/model/schema.h"

/* Adds EXPOSES, AUTHENTICATES and PERMITS edges for code and assets, and seals the exposure layer. */
void bl_paths_edges(bl_graph *graph);
/*
 * Matches the catalogue's patterns (paths/patterns/) and adds the paths found, sorted. Needs findings and sealed layers. A pattern whose paths
 * are more than the limit is a warning in diags (in the graph's arena).
 */
void bl_paths_search(bl_graph *graph, bl_diag_list *diags);

#endif

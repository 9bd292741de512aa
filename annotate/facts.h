/* What a finding means to the running estate, gathered from the graph's context for outputs to put into words. */
#ifndef BL_ANNOTATE_FACTS_H
#define BL_ANNOTATE_FACTS_H

#include "annotate/groups.h"

typedef struct bl_asset_fact {
	const bl_asset *asset;
	double confidence;
} bl_asset_fact;

typedef struct bl_facts {
	BL_VEC(bl_asset_fact) assets;      /* what runs from this code, surest first; ambiguous links are left out */
	BL_VEC(const bl_path *) paths;     /* attack paths through it, the worst first */
	bl_tri exposed;                    /* does the internet reach it? */
	const bl_edge *exposure;           /* the edge that says so, or NULL */
	bl_severity risk;                  /* the worst of its own severity and of its paths */
	BL_VEC(bl_str) factors;            /* what speaks for the risk, in words; empty: nothing beyond the rule is known */
} bl_facts;

/* Of one finding, or of all members of a group together. Lists live in arena. */
bl_facts bl_facts_of(bl_arena *arena, const bl_report_view *view, const bl_finding *const *findings, size_t n);
/* What the change does to a path: view->paths knows. */
bl_delta bl_facts_delta(const bl_report_view *view, const bl_path *path);
/* "internet -> jump -> vault" */
bl_str bl_facts_route(bl_arena *arena, const bl_graph *graph, const bl_path *path);

#endif

/* Findings that would be said in the same words at the same place (one per deployment of a shared file) are one group. */
#ifndef BL_ANNOTATE_GROUPS_H
#define BL_ANNOTATE_GROUPS_H

#include "annotate/annotate.h"

typedef struct bl_group {
	const bl_finding *first;
	BL_VEC(const bl_finding *) members; /* first among them; fingerprints differ */
	bl_place place; /* of the file that is shown; for what only runs, the snapshot, line 1 */
	bl_span span;   /* in a file, or nowhere */
} bl_group;

typedef struct bl_groups {
	bl_group *items; /* sorted by repository, path, place, rule */
	size_t n;
} bl_groups;

typedef bool (*bl_group_keep)(const bl_finding *finding);

/* The groups of the findings that keep accepts. */
bl_groups bl_groups_of(bl_arena *arena, const bl_report_view *view, bl_group_keep keep);
bool bl_groups_not_suppressed(const bl_finding *finding);
/* Where a finding is shown. False when it is nowhere in a file. */
bool bl_groups_place(const bl_report_view *view, const bl_finding *finding, bl_place *place);
/* The worst first; ties by place. */
void bl_groups_sort_by_severity(bl_groups *groups);

#endif

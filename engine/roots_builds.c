/* Builds that pipelines, Compose and bake files say, given to the Dockerfiles that they are of. */
#include "engine/engine.h"

static bl_str key_of(bl_arena *arena, const bl_side *side, bl_str path)
{
	return bl_str_fmt(arena, BL_FMT "\x1f" BL_FMT, BL_ARG(side->name), BL_ARG(path));
}

void bl_engine_give_builds(bl_report *report)
{
	bl_arena scratch = {0};
	bl_map dockerfiles = {0};
	for (size_t i = 0; i < report->plans.n; i++)
		if (report->plans.items[i]->root.language == BL_LANG_DOCKERFILE)
			bl_map_put(&scratch, &dockerfiles, key_of(&scratch, report->plans.items[i]->side, report->plans.items[i]->root.path),
				report->plans.items[i]);
	for (size_t i = 0; i < report->plans.n; i++) {
		const bl_root_plan *by = report->plans.items[i];
		for (size_t k = 0; k < by->evaluation.builds.n; k++) {
			const bl_build *build = by->evaluation.builds.items[k];
			bl_root_plan *plan = bl_value_is(build->dockerfile, BL_STRING)
				? bl_map_get(&dockerfiles, key_of(&scratch, by->side, build->dockerfile->string)) : NULL;
			if (plan)
				bl_vec_push(&report->arena, &plan->builds, build);
		}
	}
	bl_arena_done(&scratch);
}

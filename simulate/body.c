/* The canonical body of a thing as deployed, and its tags. */
#include "simulate/world.h"

const bl_value *sim_body(sim_world *w, sim_thing *t)
{
	switch (t->cloud) {
	case SIM_AZURE:
		return sim_azure_body(w, t);
	default:
		return sim_value(w, t, t->resource->effective, BL_STR(""));
	}
}

const bl_value *sim_tags(sim_world *w, sim_thing *t)
{
	const bl_value *tags = bl_value_geti(t->body, BL_STR("tags"));
	return bl_value_is(tags, BL_MAP) ? tags : NULL;
}

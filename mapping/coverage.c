#include "mapping/coverage.h"

void bl_coverage_fill(bl_arena *arena, const bl_mapping_input *input, bl_coverage *out)
{
	*out = (bl_coverage){.types.fold = true};
	for (size_t i = 0; i < input->nsnapshots; i++) {
		const bl_snapshot *s = input->snapshots[i];
		out->partial = out->partial || s->partial;
		/* a state shows what one configuration has made, and nothing else */
		if (s->partial || bl_str_eqz(s->format, "terraform-state"))
			continue;
		out->azure = out->azure || bl_str_eqz(s->format, "azure-resource-graph");
		bl_str last = BL_STR("");
		for (size_t k = 0; k < s->assets.n; k++) {
			const bl_asset *a = s->assets.items[k];
			if (!a->body || bl_str_eq(a->type, last))
				continue;
			last = a->type;
			bl_map_put(arena, &out->types, a->type, (void *)1);
		}
	}
}

static size_t slashes(bl_str type)
{
	size_t n = 0;
	for (size_t i = 0; i < type.n; i++)
		n += type.p[i] == '/';
	return n;
}

bool bl_coverage_shows(const bl_coverage *coverage, bl_str type)
{
	if (bl_map_get(&coverage->types, type))
		return true;
	/* children of top-level types are shown by some exports only */
	return coverage->azure && bl_str_startsi(type, BL_STR("Microsoft.")) && slashes(type) == 1 &&
		!bl_str_startsi(type, BL_STR("Microsoft.Authorization/"));
}

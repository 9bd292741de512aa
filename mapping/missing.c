/* What further input would make a link surer. */
#include "mapping/mapping.h"

static bool has(const bl_link *link, const char *id)
{
	for (size_t i = 0; i < link->evidence.n; i++)
		if (strcmp(link->evidence.items[i].id, id) == 0)
			return true;
	return false;
}

size_t bl_mapping_missing(const bl_graph *graph, const bl_link *link, bl_arena *arena, const bl_str **out)
{
	BL_VEC(bl_str) list = {0};
	const bl_resource *r = link->resource;
	(void)graph;
	if (link->kind == BL_BUILT_FROM) {
		if (!has(link, "C1") && !has(link, "C2"))
			bl_vec_push(arena, &list, BL_STR("an attestation or build report for the image's digest"));
		if (!has(link, "C3"))
			bl_vec_push(arena, &list, BL_STR("the image's configuration with labels that name repository and commit"));
	} else if (link->kind == BL_PROVISIONS) {
		bool bound = has(link, "I1") || has(link, "I2") || has(link, "I3") || has(link, "I4");
		if (r->language == BL_LANG_TERRAFORM && !bound)
			bl_vec_push(arena, &list, BL_STR("the configuration's Terraform state, or a plan of terraform show -json"));
		if (r->language == BL_LANG_CLOUDFORMATION && !bound)
			bl_vec_push(arena, &list, BL_STR("the stack's resources: aws cloudformation describe-stack-resources"));
		if ((r->language == BL_LANG_BICEP || r->language == BL_LANG_ARM) && !bound)
			bl_vec_push(arena, &list, BL_STR("the deployment's operations: az deployment operation group list, or a deployment stack"));
		if (!has(link, "I5") && r->language != BL_LANG_KUBERNETES)
			bl_vec_push(arena, &list, BL_STR("a trace tag on the block, deployed: belay tag writes it"));
		if (bl_value_is(r->name, BL_UNKNOWN) && has(link, "I6") && !bound)
			bl_vec_push(arena, &list, bl_str_fmt(arena, "the name's value: " BL_FMT, BL_ARG(r->name->unknown->why)));
	}
	*out = list.items;
	return list.n;
}

/* Cloud Control (cloudcontrol list-resources, get-resource): resources in the registry's own form, as a JSON text. */
#include "snapshots/aws.h"

enum { DESCRIPTIONS, DESCRIPTION };

static const char *const paths[] = {"ResourceDescriptions[]", "ResourceDescription", NULL};

typedef struct control {
	bl_values waiting; /* descriptions of resources whose type is said after them; in the reader's own memory */
} control;

/* The ARN among the properties: Arn, or a member of another name whose value is one of the type. */
static bl_str arn_in(const bl_value *properties, bl_str type)
{
	bl_str arn = bl_snapshot_text(properties, "Arn");
	for (uint32_t i = 0; bl_value_is(properties, BL_MAP) && i < properties->n && !arn.n; i++) {
		bl_arn parts;
		bl_str value = bl_value_text(properties->map[i].value);
		if (bl_str_ends(properties->map[i].key, BL_STR("Arn")) && bl_arn_parse(value, &parts) &&
			bl_str_eq(bl_aws_type_of(&parts), type))
			arn = value;
	}
	return arn;
}

/* Without a type the ARN has to tell it. */
static bool add(bl_snapshot_reader *r, const bl_value *description, bl_str type)
{
	const bl_value *properties = bl_snapshot_json(r, bl_value_getz(description, "Properties"));
	bl_str id = bl_snapshot_text(description, "Identifier");
	bl_arn parts;
	if (!id.n || !bl_value_is(properties, BL_MAP))
		return false;
	bl_str arn = bl_str_starts(id, BL_STR("arn:")) ? id : arn_in(properties, type);
	if (!type.n && bl_arn_parse(arn, &parts))
		type = bl_aws_type_of(&parts);
	if (!type.n)
		return false;
	bl_aws_seen seen = {.type = type, .arn = arn, .id = bl_str_starts(id, BL_STR("arn:")) ? BL_STR("") : id, .shape = properties,
		.registry = true};
	bl_aws_add(r, &seen);
	return true;
}

static bool on_row(bl_snapshot_reader *r, void *state, size_t path, const bl_value *row, uint64_t offset)
{
	control *c = state;
	(void)path;
	(void)offset;
	bl_str id = bl_snapshot_text(row, "Identifier"), text = bl_snapshot_text(row, "Properties");
	if (!id.n || !text.n)
		return false;
	bl_items copy = {0};
	bl_items_put(&r->own, &copy, BL_STR("Identifier"), BL_NOWHERE, bl_value_string(&r->own, BL_NOWHERE, bl_str_dup(&r->own, id)));
	bl_items_put(&r->own, &copy, BL_STR("Properties"), BL_NOWHERE, bl_value_string(&r->own, BL_NOWHERE, bl_str_dup(&r->own, text)));
	bl_vec_push(&r->own, &c->waiting, bl_items_value(&r->own, BL_NOWHERE, &copy));
	return true;
}

static void add_waiting(bl_snapshot_reader *r, control *c, bl_str type)
{
	size_t odd = 0;
	for (size_t i = 0; i < c->waiting.n; i++)
		odd += !add(r, c->waiting.items[i], type);
	c->waiting.n = 0;
	if (odd)
		bl_snapshot_say(r, BL_DIAG_WARNING, "%zu resources do not say their type or properties", odd);
}

static bool on_object(bl_snapshot_reader *r, void *state, const bl_value *v, uint64_t offset)
{
	control *c = state;
	bl_str type = bl_snapshot_text(v, "TypeName");
	(void)offset;
	if (!type.n || (!c->waiting.n && !bl_value_getz(v, "ResourceDescriptions")))
		return false;
	add_waiting(r, c, type);
	return true;
}

static void at_end(bl_snapshot_reader *r, void *state)
{
	add_waiting(r, state, BL_STR(""));
}

const bl_snapshot_format bl_aws_control_format = {
	.name = "aws-cloud-control",
	.paths = paths,
	.state = sizeof(control),
	.row = on_row,
	.object = on_object,
	.torso = true,
	.end = at_end,
};

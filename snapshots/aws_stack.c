/* CloudFormation's stacks: describe-stack-resources, list-stack-resources, describe-stacks. Which logical id of a template is which resource. */
#include "snapshots/aws.h"

enum { RESOURCES, SUMMARIES, DETAIL, STACKS };

static const char *const paths[] = {"StackResources[]", "StackResourceSummaries[]", "StackResourceDetail", "Stacks[]", NULL};

static bool add_resource(bl_snapshot_reader *r, const bl_value *row)
{
	bl_arn stack;
	bl_str logical = bl_snapshot_text(row, "LogicalResourceId"), physical = bl_snapshot_text(row, "PhysicalResourceId");
	bl_str type = bl_snapshot_text(row, "ResourceType"), status = bl_snapshot_text(row, "ResourceStatus");
	if (!logical.n || !type.n)
		return false;
	/* not made yet, or gone */
	if (!physical.n || bl_str_eqz(status, "DELETE_COMPLETE"))
		return true;
	bool known = bl_arn_parse(bl_snapshot_text(row, "StackId"), &stack);
	bl_str queue = bl_aws_queue_arn(r->scratch, physical), id = queue.n ? queue : physical;
	bool arn = bl_str_starts(id, BL_STR("arn:"));
	bl_aws_seen seen = {.type = type, .arn = arn ? id : BL_STR(""), .id = arn ? BL_STR("") : physical,
		.account = known ? stack.account : BL_STR(""), .region = known ? stack.region : BL_STR("")};
	seen.seen_at = bl_snapshot_text(row, "Timestamp");
	id = bl_aws_add(r, &seen)->id;
	bl_binding *binding = bl_snapshot_bind(r, BL_FROM_STACK, logical, type, id);
	binding->owner = bl_keep_str(&r->keeper, bl_snapshot_text(row, "StackName"));
	binding->scope = bl_aws_scope(r, bl_snapshot_text(row, "StackId"));
	return true;
}

/* Parameters and outputs may be secrets: the stack itself is all that is taken. */
static bool add_stack(bl_snapshot_reader *r, const bl_value *row)
{
	bl_aws_seen seen = {.type = BL_STR("AWS::CloudFormation::Stack"), .arn = bl_snapshot_text(row, "StackId"),
		.name = bl_snapshot_text(row, "StackName"), .tags = bl_value_getz(row, "Tags")};
	seen.seen_at = bl_snapshot_text(row, "LastUpdatedTime");
	if (!bl_str_starts(seen.arn, BL_STR("arn:")))
		return false;
	bl_aws_add(r, &seen);
	return true;
}

static bool on_row(bl_snapshot_reader *r, void *state, size_t path, const bl_value *row, uint64_t offset)
{
	(void)state;
	(void)offset;
	return bl_value_is(row, BL_MAP) && (path == STACKS ? add_stack(r, row) : add_resource(r, row));
}

const bl_snapshot_format bl_aws_stack_format = {
	.name = "aws-stack",
	.paths = paths,
	.row = on_row,
};

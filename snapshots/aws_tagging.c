/* resourcegroupstaggingapi get-resources: which resources there are, and their tags; nothing of their settings. */
#include "snapshots/aws.h"

static const char *const paths[] = {"ResourceTagMappingList[]", NULL};

/* "glue/job" for what the table does not name: service and kind, as the ARN has them. */
static bl_str kind_of(bl_arena *arena, const bl_arn *arn)
{
	size_t n = 0;
	while (n < arn->resource.n && arn->resource.p[n] != '/' && arn->resource.p[n] != ':')
		n++;
	return bl_str_fmt(arena, BL_FMT "/" BL_FMT, BL_ARG(arn->service), (int)n, arn->resource.p);
}

static bool on_row(bl_snapshot_reader *r, void *state, size_t path, const bl_value *row, uint64_t offset)
{
	bl_arn arn;
	bl_aws_seen seen = {.arn = bl_snapshot_text(row, "ResourceARN"), .tags = bl_value_getz(row, "Tags")};
	(void)state;
	(void)path;
	(void)offset;
	if (!bl_arn_parse(seen.arn, &arn))
		return false;
	seen.type = bl_aws_type_of(&arn);
	if (!seen.type.n)
		seen.type = kind_of(r->scratch, &arn);
	bl_aws_add(r, &seen);
	return true;
}

const bl_snapshot_format bl_aws_tagging_format = {
	.name = "aws-tagging",
	.paths = paths,
	.row = on_row,
};

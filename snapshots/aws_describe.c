/*
 * What AWS's own commands print of resources: ec2 describe-*, elbv2 describe-*, rds describe-*, iam get-account-authorization-details and so on, one row of
 * aws_describe.def for each list. get-bucket-* and the like do not say which resource they are about: they are not read.
 */
#include "snapshots/aws.h"

typedef struct list {
	const char *type, *id, *arn;
} list;

static const list lists[] = {
#define X(path, type, id, arn) {type, id, arn},
#include "snapshots/aws_describe.def"
#undef X
};

enum { NLISTS = sizeof lists / sizeof *lists, RESERVATIONS = NLISTS, QUEUE_URLS, ATTRIBUTES, CODE, CONFIGURATION };

/* lambda get-function prints a function in two parts. */
typedef struct described {
	const bl_value *code, *configuration; /* or NULL */
} described;

static const char *const paths[] = {
#define X(path, type, id, arn) path,
#include "snapshots/aws_describe.def"
#undef X
	"Reservations[]", "QueueUrls[]", "Attributes", "Code", "Configuration", NULL};

/* "eu-west-1" of the zone "eu-west-1b". */
static bl_str region_of(const bl_value *row)
{
	bl_str zone = bl_snapshot_text(row, "AvailabilityZone");
	if (!zone.n)
		zone = bl_snapshot_text(bl_value_getz(row, "Placement"), "AvailabilityZone");
	while (zone.n && zone.p[zone.n - 1] >= 'a' && zone.p[zone.n - 1] <= 'z')
		zone.n--;
	return zone;
}

/* Describe-log-groups ends the ARN of a group with ":*" as policies want it. */
static bl_str without_star(bl_str arn)
{
	return bl_str_ends(arn, BL_STR(":*")) ? bl_str_slice(arn, 0, arn.n - 2) : arn;
}

static bool add_row(bl_snapshot_reader *r, const list *l, const bl_value *row)
{
	bl_arn arn;
	bl_aws_seen seen = {.type = bl_str_of(l->type), .shape = row};
	if (!bl_value_is(row, BL_MAP))
		return false;
	seen.id = l->id[0] ? bl_snapshot_text(row, l->id) : BL_STR("");
	seen.arn = without_star(bl_snapshot_text(row, l->arn));
	if (!seen.id.n && !seen.arn.n)
		return false;
	if (seen.arn.n && !bl_arn_parse(seen.arn, &arn))
		return false;
	/* AWS's own policies are everybody's */
	if (seen.arn.n && bl_str_eqz(arn.account, "aws"))
		return true;
	seen.account = bl_snapshot_text(row, "OwnerId");
	seen.region = region_of(row);
	seen.tags = bl_value_geti(row, BL_STR("tags"));
	bl_aws_add(r, &seen);
	return true;
}

/* The account is the reservation's. */
static bool add_reservation(bl_snapshot_reader *r, const bl_value *row)
{
	const bl_value *instances = bl_value_getz(row, "Instances");
	if (!bl_value_is(instances, BL_LIST))
		return false;
	for (uint32_t i = 0; i < instances->n; i++) {
		const bl_value *instance = instances->list[i];
		bl_str state = bl_snapshot_text(bl_value_getz(instance, "State"), "Name");
		bl_aws_seen seen = {.type = BL_STR("AWS::EC2::Instance"), .id = bl_snapshot_text(instance, "InstanceId"), .shape = instance,
			.account = bl_snapshot_text(row, "OwnerId"), .region = region_of(instance), .tags = bl_value_getz(instance, "Tags")};
		if (seen.id.n && !bl_str_eqz(state, "terminated"))
			bl_aws_add(r, &seen);
	}
	return true;
}

static bool add_queue_url(bl_snapshot_reader *r, const bl_value *row)
{
	bl_aws_seen seen = {.type = BL_STR("AWS::SQS::Queue"), .arn = bl_aws_queue_arn(r->scratch, bl_value_text(row))};
	if (!seen.arn.n)
		return false;
	bl_aws_add(r, &seen);
	return true;
}

/* get-queue-attributes, get-topic-attributes. */
static bool add_attributes(bl_snapshot_reader *r, const bl_value *row)
{
	bl_str topic = bl_snapshot_text(row, "TopicArn"), queue = bl_snapshot_text(row, "QueueArn");
	bl_aws_seen seen = {.type = topic.n ? BL_STR("AWS::SNS::Topic") : BL_STR("AWS::SQS::Queue"), .arn = topic.n ? topic : queue,
		.shape = row};
	if (!seen.arn.n)
		return false;
	bl_aws_add(r, &seen);
	return true;
}

static bool keep_part(bl_snapshot_reader *r, described *d, bool code, const bl_value *row)
{
	if (!bl_snapshot_text(row, code ? "RepositoryType" : "FunctionArn").n)
		return false;
	*(code ? &d->code : &d->configuration) = bl_keep_value(&r->keeper, row);
	return true;
}

static void at_end(bl_snapshot_reader *r, void *state)
{
	static const list function = {"AWS::Lambda::Function", "FunctionName", "FunctionArn"};
	const described *d = state;
	if (!d->configuration)
		return;
	add_row(r, &function, d->code ? bl_value_with(r->scratch, d->configuration, BL_STR("code"), d->code) : d->configuration);
}

static bool on_row(bl_snapshot_reader *r, void *state, size_t path, const bl_value *row, uint64_t offset)
{
	(void)offset;
	if (path == CODE || path == CONFIGURATION)
		return keep_part(r, state, path == CODE, row);
	if (path == RESERVATIONS)
		return add_reservation(r, row);
	if (path == QUEUE_URLS)
		return add_queue_url(r, row);
	return path == ATTRIBUTES ? add_attributes(r, row) : add_row(r, &lists[path], row);
}

const bl_snapshot_format bl_aws_describe_format = {
	.name = "aws-describe",
	.paths = paths,
	.state = sizeof(described),
	.row = on_row,
	.end = at_end,
};

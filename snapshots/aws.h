/* Inside snapshots/ only: what AWS's formats share: ARNs, tags, the registry's shape of a resource. */
#ifndef BL_SNAPSHOTS_AWS_H
#define BL_SNAPSHOTS_AWS_H

#include "core/reason/cloud_id.h"
#include "snapshots/read.h"

/* "account/region" of an ARN, as far as it says them ("account", "region"); lower case, kept. */
bl_str bl_aws_scope(bl_snapshot_reader *r, bl_str arn);
/* The type that an ARN's service and resource name ("AWS::S3::Bucket"); empty where the table has none. */
bl_str bl_aws_type_of(const bl_arn *arn);
/* The id that stacks and descriptions know the resource by: the last part of an ARN's resource, as far as its type says. */
bl_str bl_aws_short_id(const bl_arn *arn);

bool bl_aws_is_among(bl_str type, const char *const *types, size_t n);
/* Of https://sqs.REGION.amazonaws.com/ACCOUNT/NAME; empty for another URL. */
bl_str bl_aws_queue_arn(bl_arena *arena, bl_str url);

/* A resource as one of the exports shows it. What is not known is empty or NULL. Strings may live in the scratch arena. */
typedef struct bl_aws_seen {
	bl_str type;
	bl_str arn;     /* else made of the next four where it can be */
	bl_str id;      /* the short id */
	bl_str account, region;
	bl_str name;
	bl_str seen_at;
	const bl_value *tags;     /* {k: v}, [{Key, Value}] or [{key, value}] */
	const bl_value *shape;    /* what describes it */
	bool registry;            /* shape is the registry's own; else a description, which is brought into its form */
} bl_aws_seen;

bl_asset *bl_aws_add(bl_snapshot_reader *r, const bl_aws_seen *seen);
/* The tags as a map, in the scratch arena; NULL without any. */
const bl_value *bl_aws_tags(bl_snapshot_reader *r, const bl_value *tags);
/*
 * A description (Describe*, Config's configuration with its supplementaryConfiguration as a member) in the registry's form: {name, tags,
 * properties, children}, kept. What has another meaning there is left out: the maps are open.
 */
const bl_value *bl_aws_shape(bl_snapshot_reader *r, bl_str type, const bl_value *description);

#endif

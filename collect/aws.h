/* Inside collect/ only: what the two halves of AWS share. */
#ifndef BL_COLLECT_AWS_H
#define BL_COLLECT_AWS_H

#include "collect/collector.h"

typedef struct bl_aws_keys {
	const char *user;   /* "ID:SECRET" */
	bl_str session;     /* a header, or empty */
	const char *region; /* for STS */
	const char *suffix; /* "amazonaws.com" */
} bl_aws_keys;

/* Fills user and session. */
bl_status bl_aws_find_keys(bl_collector *c, bl_aws_keys *keys, bl_error *error);

#endif

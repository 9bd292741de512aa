/* Names of what runs outside Azure, taken apart: Amazon's resource names (ARN) and Google's full names and links. */
#ifndef BL_CORE_REASON_CLOUD_ID_H
#define BL_CORE_REASON_CLOUD_ID_H

#include "core/base/str.h"

/* arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE, where RESOURCE is NAME, KIND/NAME or KIND:NAME. All are slices of the text. */
typedef struct bl_arn {
	bl_str service, region, account; /* region and account may be empty */
	bl_str kind;                     /* or empty */
	bl_str name;                     /* without what the service made up: a load balancer's digits, a secret's last six letters */
	bl_str path;                     /* all that follows kind */
	bl_str resource;                 /* kind and path as they are written */
} bl_arn;

/* False when text is none; out is then empty. */
bool bl_arn_parse(bl_str text, bl_arn *out);

/*
 * //SERVICE.googleapis.com/projects/P/.../COLLECTION/NAME as asset exports write it, https://.../projects/P/... as resources link to one another, or
 * projects/P/... as providers write ids.
 */
typedef struct bl_google_name {
	bl_str service;    /* "compute" or empty */
	bl_str project;    /* or empty */
	bl_str location;   /* a zone, region or location; or empty */
	bl_str collection; /* "instances" */
	bl_str name;
	bl_str path;       /* from "projects/" on, for comparing: exports and links differ in what stands before it */
} bl_google_name;

bool bl_google_name_parse(bl_str text, bl_google_name *out);

#endif

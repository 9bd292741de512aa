/* A rule's judgement on a node, where it lands and why. */
#ifndef BL_CORE_MODEL_FINDING_H
#define BL_CORE_MODEL_FINDING_H

#include "core/model/resource.h"
#include "core/model/asset.h"

typedef enum bl_severity { BL_INFO, BL_LOW, BL_MEDIUM, BL_HIGH, BL_CRITICAL } bl_severity;

/* "info" ... "critical". */
const char *bl_severity_name(bl_severity severity);
/* False when text is none of them. */
bool bl_severity_parse(bl_str text, bl_severity *severity);

typedef struct bl_text_pair {
	bl_str key, value;
} bl_text_pair;

/* What outputs need to know of a rule; rules/ makes it. Strings are NUL-terminated slices. */
typedef struct bl_rule_info {
	bl_str id, title, why, remediation;
	bl_severity severity;
	size_t naliases, nrefs, ncontrols, nopens, nresources, nlanguages;
	bl_str *aliases, *refs, *opens, *resources, *languages;
	bl_text_pair *controls; /* framework, control; sorted */
	const bl_value *fix;    /* a map of property paths to the values that end the finding, or NULL */
} bl_rule_info;

typedef enum bl_result { BL_FAIL, BL_UNSURE, BL_SUPPRESSED } bl_result; /* contract.md: fail, maybe, suppressed */

typedef struct bl_suppression {
	bl_str reason, until;
	bl_span where;
	bool added; /* the change itself added it: reported, not honoured */
} bl_suppression;

typedef struct bl_finding {
	const bl_rule_info *rule;
	bl_severity severity;
	bl_result result;
	uint32_t node;                /* in the graph */
	const bl_resource *resource;  /* or NULL */
	const bl_asset *asset;        /* or NULL: a finding about what runs, declared nowhere */
	bl_span span;                 /* the place of use */
	const bl_via *via;            /* from there to where the value was written */
	bl_str path;                  /* the offending property, or empty */
	bl_str message;
	bl_str unknown;               /* for a maybe: what is not known */
	char fingerprint[33];         /* 128 bits in hexadecimal: rule, repository, root, address, path and normalised value; no line numbers */
	const bl_suppression *suppression;
	bool fresh; /* with --base: the change brought it */
} bl_finding;

#endif

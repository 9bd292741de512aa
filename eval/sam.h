/*
 * Inside eval/ only: the transform AWS::Serverless-2016-10-31. Each AWS::Serverless::* resource stays, so that rules on it judge what was
 * written, and becomes the resources that the SAM developer guide says it generates, with their logical ids. Where the guide's id ends in
 * a hash of what is not known yet, ours ends before it. Trees are built, not values: generated resources are evaluated as if somebody had written them.
 */
#ifndef BL_EVAL_SAM_H
#define BL_EVAL_SAM_H

#include "eval/cloudformation.h"

/* A serverless resource on its way to CloudFormation's, or one of its events. */
typedef struct bl_sam {
	bl_stack *stack;
	bl_arena *arena;
	bl_str id;
	bl_span at;               /* where what is generated stands: the resource's key, or the event's */
	bl_span block;            /* all of it */
	const bl_value *declared;
	const bl_value *properties; /* with Globals merged in; a map */
} bl_sam;

/* ---- sam.c */

/* False when the resource's type is none that is known here: it is a resource like any other. */
bool bl_sam_declare(bl_stack *s, const bl_item *resource);
/* The APIs that functions' events bring about without naming one; call it when all resources are declared. */
void bl_sam_declare_implicit(bl_stack *s);

/* A property of the resource, or NULL. */
const bl_value *bl_sam_get(const bl_sam *sam, const char *key);
bool bl_sam_is_true(const bl_value *v);
bl_str bl_sam_name(const bl_sam *sam, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Trees at sam->at. */
const bl_value *bl_sam_text(const bl_sam *sam, const char *text);
const bl_value *bl_sam_str(const bl_sam *sam, bl_str text);
const bl_value *bl_sam_ref(const bl_sam *sam, bl_str id);
const bl_value *bl_sam_get_att(const bl_sam *sam, bl_str id, const char *attribute);
/* {Fn::Sub: text}, with variables {name: value} when name is not NULL. */
const bl_value *bl_sam_sub(const bl_sam *sam, bl_str text, const char *name, const bl_value *value);
const bl_value *bl_sam_list(const bl_sam *sam, const bl_value *one);
const bl_value *bl_sam_map(const bl_sam *sam, const bl_items *items);

/* Puts nothing when v is NULL. */
void bl_sam_put(const bl_sam *sam, bl_items *out, const char *key, const bl_value *v);
/* Properties of from that keep their names: a list of names ended by NULL. Their places come with them. */
void bl_sam_copy(const bl_sam *sam, bl_items *out, const bl_value *from, const char *const *keys);
/* A property of from under another name. */
void bl_sam_rename(const bl_sam *sam, bl_items *out, const bl_value *from, const char *key, const char *to);
/* {a: b} as [{Key: a, Value: b}], with SAM's own tag when by is not NULL. */
const bl_value *bl_sam_tags(const bl_sam *sam, const bl_value *tags, const char *by);

/* A file in S3, as "s3://bucket/key" or {Bucket, Key, Version}, under the names that names gives for those three; NULL for a path that is uploaded. */
const bl_value *bl_sam_location(const bl_sam *sam, const bl_value *uri, const char *const names[3]);
/* Declares a generated resource; it has the condition of the one it is made from. */
bl_stack_item *bl_sam_make(const bl_sam *sam, bl_str id, const char *type, const bl_items *properties);
/* Another name of a generated resource: "Function.Alias". */
void bl_sam_alias(const bl_sam *sam, const char *name, const bl_stack_item *item);

/* ---- sam_role.c */

/* A role that service may take, with the resource's Policies and the managed policies named (ended by NULL); declares it. */
void bl_sam_make_role(const bl_sam *sam, bl_str id, const char *service, const char *const *managed);
/* {Version, Statement: [{Effect: Allow, Action, Resource}]}. */
const bl_value *bl_sam_policy(const bl_sam *sam, const bl_value *actions, const bl_value *resources);
const bl_value *bl_sam_trust(const bl_sam *sam, const char *service);

/* ---- sam_api.c */

void bl_sam_api(const bl_sam *sam);
void bl_sam_http_api(const bl_sam *sam);

/* ---- sam_function.c */

void bl_sam_function(const bl_sam *sam);

/* ---- sam_events.c */

/* What the events of a function generate; target is the function, or its alias. */
void bl_sam_events(const bl_sam *sam, bl_str target);
/* What the events of a state machine generate. */
void bl_sam_machine_events(const bl_sam *sam);
/* The managed policies that polling the function's events takes are added to names (ended by NULL, of room entries). */
void bl_sam_event_policies(const bl_sam *sam, const char **names, size_t room);

#endif

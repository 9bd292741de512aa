/* Inside simulate/: what the files about Amazon share. */
#ifndef BL_SIMULATE_AWS_H
#define BL_SIMULATE_AWS_H

#include "simulate/world.h"

/* A row of aws_types.def. */
typedef struct sim_aws_type {
	const char *type, *id, *arn;
	bool described; /* Config shows what the service's describe call does, and not the registry's schema */
} sim_aws_type;

/* NULL for a type that Config does not record. */
const sim_aws_type *sim_aws_type_named(bl_str type);
/* Fills the pattern of a table ("{n}"); purpose: what makes two random ids of a thing differ. */
bl_str sim_aws_expand(sim_world *w, const sim_thing *t, const char *pattern, const char *purpose);
/* Has it a name, and not only an id? */
bool sim_aws_has_name(const sim_world *w, const sim_thing *t);

/* aws_shown.c: {configuration, supplementaryConfiguration} of a type that Config describes. */
const bl_value *sim_aws_described(sim_world *w, const sim_thing *t);

#endif

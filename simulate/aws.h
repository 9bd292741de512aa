/* Inside simulate/: what the files about Amazon share. */
#ifndef BL_SIMULATE_AWS_H
#define BL_SIMULATE_AWS_H

#include "simulate/world.h"

/* How Config records a type; aws_types.def says what each means. */
typedef enum sim_aws_shape {
	SIM_AWS_UNRECORDED,
	SIM_AWS_DESCRIBED,
	SIM_AWS_REGISTRY
} sim_aws_shape;

/* A row of aws_types.def. */
typedef struct sim_aws_type {
	const char *type, *id, *arn;
	sim_aws_shape shape;
} sim_aws_type;

/* NULL for a type that is not in the table: no export shows it but that of stacks. */
const sim_aws_type *sim_aws_type_named(bl_str type);
/* Fills the pattern of a table ("{n}"); purpose: what makes two random ids of a thing differ. */
bl_str sim_aws_expand(sim_world *w, const sim_thing *t, const char *pattern, const char *purpose);
/* Has it a name, and not only an id? */
bool sim_aws_has_name(const sim_world *w, const sim_thing *t);

/* aws_shown.c: {configuration, supplementaryConfiguration} of a type that Config describes. */
const bl_value *sim_aws_described(sim_world *w, const sim_thing *t);

#endif

/* Inside mapping/ only: assets by type and name. */
#ifndef BL_MAPPING_NAMES_H
#define BL_MAPPING_NAMES_H

#include "mapping/claims.h"

enum { BL_NAMES_MANY = 64 /* a name that more assets of one type bear says nothing by itself */ };

typedef enum bl_names_kind {
	BL_NAMES_OWN,
	BL_NAMES_TAG,    /* the tag Name, where the service makes up the resource's own */
	BL_NAMES_LOGICAL /* the logical id within a name that CloudFormation made up */
} bl_names_kind;

typedef struct bl_names_name {
	uint64_t hash;
	bl_str name;
	uint32_t type, node;
	bl_names_kind kind;
	uint32_t next; /* of the chain, plus one */
} bl_names_name;

struct bl_names_index {
	BL_VEC(bl_names_name) names;
	uint32_t *slots; /* first of a chain, plus one */
	size_t mask;
	BL_VEC(uint32_t) common; /* code whose names are too common to be looked up everywhere */
};

/* Of a name that is known in part: how many characters are. */
size_t bl_names_known(const bl_value *says);
/* The stack in a name that CloudFormation made up, or empty. */
bl_str bl_names_stack(bl_str name);
void bl_names_index_fill(bl_claims *c, bl_names_index *index);
/* The assets of that type and name (in a scope, unless that is 0), at most max; max + 1 says that there are more. */
size_t bl_names_find(const bl_names_index *index, uint32_t type, bl_str name, bl_names_kind kind, uint32_t scope,
	const bl_claims *c, uint32_t *out, size_t max);
/* Does the asset lie in what code puts the block into? */
bl_tri bl_names_parents(bl_claims *c, uint32_t code, uint32_t asset);
/* Claims a pair whose names are equal, for what that is worth. */
void bl_names_claim(bl_claims *c, uint32_t code, uint32_t asset);
/* Do two names differ in one place only, and hardly? */
bool bl_names_alike(bl_str a, bl_str b);
/* Says of a pair whose names differ that they do. */
void bl_names_claim_renamed(bl_claims *c, uint32_t code, uint32_t asset);

#endif

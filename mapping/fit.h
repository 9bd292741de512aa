/* Inside mapping/ only: how much likelier what is seen in a scope would be if a root were deployed there than if it were not. In nats. */
#ifndef BL_MAPPING_FIT_H
#define BL_MAPPING_FIT_H

#include "mapping/scopes.h"

#include "core/base/sort.h"

enum { BL_FIT_CANDIDATES = 32 /* scopes of one root that are weighed */ };

#define BL_FIT_ENOUGH 1.5 /* for a scope to be thought of at all */

/* Names and kinds of a root that are in a scope, and how many should be: of a kind that there may be none of, nothing is missed. */
typedef struct bl_fit_seen {
	uint32_t found, of;
} bl_fit_seen;

typedef struct bl_fit_candidate {
	uint32_t scope;
	double fit;
	bl_fit_seen seen;
} bl_fit_candidate;

/* Something a root has: a name, a kind, or a name that is known in part. */
typedef struct bl_root_key {
	uint64_t key;
	uint32_t lo, hi; /* postings */
	uint32_t type;
	uint32_t count;          /* of a kind: how many there are at least */
	const bl_value *pattern; /* or NULL */
	bool name;
	bool any; /* of a kind: how many more there are is not known */
} bl_root_key;

/* So many of a root's blocks are known to be assets of a scope. */
typedef struct bl_fit_known {
	uint32_t root, scope, pairs;
} bl_fit_known;

typedef struct bl_root_fits {
	const uint32_t *code; /* its blocks, by type */
	size_t ncode;
	bl_fit_candidate best[BL_FIT_CANDIDATES]; /* falling */
	size_t n;
	uint32_t keys; /* that it has, patterns among them */
	const bl_fit_known *known; /* sorted by scope */
	size_t nknown;
} bl_root_fits;

typedef struct bl_fit_run {
	bl_claims *claims;
	bl_scopes *scopes;
	const bl_keyed *postings; /* a name (with its type) or a kind, and a scope where it is seen; sorted */
	size_t npostings;
	double *sums; /* by scope, zeros between roots */
	BL_VEC(uint32_t) touched;
	bl_root_key *keys; /* of the root in hand; room for three a block, and one */
	size_t nkeys;
} bl_fit_run;

uint64_t bl_fit_name_key(uint32_t type, bl_str name);
uint64_t bl_fit_kind_key(uint32_t type);

/* Fills the best scopes of a root whose blocks are set, and leaves its keys in hand. */
void bl_fit_root(bl_fit_run *run, bl_root_fits *root);
/* Takes a root's keys in hand. */
void bl_fit_take_keys(bl_fit_run *run, const bl_root_fits *root);
/*
 * How well what is in hand fits a scope when what but holds, sorted by key, is explained by something else: it counts neither way. whole: all of it should be
 * there, and what is not speaks against the scope.
 */
double bl_fit_beside(const bl_fit_run *run, uint32_t scope, const bl_root_key *but, size_t nbut, bool whole, bl_fit_seen *seen);
/* Is the key seen in scope? */
bool bl_fit_has(const bl_fit_run *run, const bl_root_key *key, uint32_t scope);
/* Is it among keys that are sorted by key? */
bool bl_fit_is_among(const bl_root_key *key, const bl_root_key *keys, size_t n);
/* What is in hand and seen in scope, copied to out, by key; how many. */
size_t bl_fit_keys_in(const bl_fit_run *run, uint32_t scope, bl_root_key *out);

#endif

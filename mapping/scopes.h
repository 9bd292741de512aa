/* Inside mapping/ only: where a configuration is deployed, as far as what runs tells. */
#ifndef BL_MAPPING_SCOPES_H
#define BL_MAPPING_SCOPES_H

#include "mapping/claims.h"

#define BL_SCOPES_LEAD 2.0 /* nats from which on a fit counts in full */
#define BL_SCOPES_SURE 5.0 /* and from which on there is hardly a doubt */

enum { BL_SCOPES_EACH = 6 /* scopes that one root may be spread over, or may be in */ };

typedef struct bl_scope_fit {
	uint32_t scope; /* 0: none */
	double lead;    /* in nats: how much better it fits than the next that nothing else explains */
	uint32_t found, of; /* names and kinds of the root that are there, of those that should be; of a further scope, those that the first does not hold */
} bl_scope_fit;

typedef struct bl_scope_asset {
	uint32_t scope, type, node;
} bl_scope_asset;

typedef enum bl_cloud {
	BL_CLOUD_AWS,
	BL_CLOUD_AZURE,
	BL_CLOUD_GOOGLE,
	BL_CLOUD_KUBERNETES
} bl_cloud;

struct bl_scopes {
	bl_scope_fit (*of_root)[BL_SCOPES_EACH]; /* by number of the root */
	bl_scope_asset *assets;                  /* of inner and outer scopes, sorted */
	size_t n;
	uint32_t *outer;  /* by scope: what holds it, or 0 */
	bl_cloud *clouds; /* by scope */
	bl_cloud *cloud_of_type; /* by number of the type */
};

/* The assets of a type (all, where that is 0) in a scope. */
size_t bl_scopes_assets(const bl_scopes *scopes, uint32_t scope, uint32_t type, const bl_scope_asset **out);
/* Is one the other, or what holds it? */
bool bl_scopes_nested(const bl_scopes *scopes, uint32_t a, uint32_t b);
/* The fit of the root's scope that the asset lies in, or NULL. */
const bl_scope_fit *bl_scopes_fit(const bl_claims *c, uint32_t root, uint32_t asset);

/* What a fit is worth as evidence. */
bl_evidence_row bl_scopes_row(const bl_scope_fit *fit);

#endif

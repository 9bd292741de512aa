/* Inside mapping/ only: how much alike a block and an asset are set. */
#ifndef BL_MAPPING_SETTINGS_H
#define BL_MAPPING_SETTINGS_H

#include "mapping/claims.h"

typedef struct bl_likeness {
	unsigned equal, different; /* settings that both sides state */
} bl_likeness;

/* Names, tags and places are not looked at. */
bl_likeness bl_settings_compare(const bl_claims *c, uint32_t code, uint32_t asset);
/* The same of the tags that both have. */
bl_likeness bl_settings_tags(const bl_claims *c, uint32_t code, uint32_t asset);

#endif

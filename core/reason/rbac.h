/* Azure's built-in roles, as far as attack paths ask: what does a role let its holder do? */
#ifndef BL_CORE_REASON_RBAC_H
#define BL_CORE_REASON_RBAC_H

#include "core/base/str.h"

enum {
	BL_RBAC_ADMIN = 1 << 0,       /* may do everything, or give itself what is missing */
	BL_RBAC_MANAGE = 1 << 1,      /* may change resources */
	BL_RBAC_READ_DATA = 1 << 2,   /* stored data */
	BL_RBAC_WRITE_DATA = 1 << 3,
	BL_RBAC_READ_SECRETS = 1 << 4, /* secrets, keys, certificates of a vault */
	BL_RBAC_RUN_CODE = 1 << 5,     /* on machines or in applications */
};

typedef struct bl_rbac_role {
	const char *name, *guid;
	unsigned powers;
} bl_rbac_role;

/* By name or by GUID, case aside; also by an id that ends with the GUID. NULL for roles that are not in the table. */
const bl_rbac_role *bl_rbac_find(bl_str name_or_id);

#endif

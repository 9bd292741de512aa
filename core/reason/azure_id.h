/* Azure resource ids taken apart: /subscriptions/S/resourceGroups/G/providers/NS/TYPE/NAME[/TYPE/NAME...]. */
#ifndef BL_CORE_REASON_AZURE_ID_H
#define BL_CORE_REASON_AZURE_ID_H

#include "core/base/str.h"

typedef struct bl_azure_id {
	bl_str subscription, group; /* or empty */
	bl_str type;  /* "Microsoft.Sql/servers/databases"; resource groups: "Microsoft.Resources/resourceGroups" */
	bl_str name;  /* all names: "sql/orders" */
	bl_str last;  /* "orders" */
	bl_str parent; /* the id of what holds it: the server's, the scope of an extension resource, the resource group's; or empty */
	bl_str scope;  /* "/subscriptions/s/resourcegroups/g" in lower case; or empty */
} bl_azure_id;

/* False when id is none; out is then empty. Texts that stand in id as they are, are slices of it. */
bool bl_azure_id_parse(bl_arena *arena, bl_str id, bl_azure_id *out);
static inline bool bl_azure_id_is(bl_str id)
{
	return bl_str_startsi(id, BL_STR("/subscriptions/"));
}

#endif

/* Inside snapshots/ only: copies of what is read, for good: what repeats is kept once, secrets are marked. */
#ifndef BL_SNAPSHOTS_KEEP_H
#define BL_SNAPSHOTS_KEEP_H

#include "core/base/map.h"
#include "core/base/value.h"

typedef struct bl_keeper {
	bl_arena *arena;  /* of the copies */
	bl_arena own;     /* of the indexes */
	bl_map keys;      /* members' names -> what they say of their values */
	size_t next_key;  /* the one that was first met behind the last, or as many as there are */
	bl_map strings;   /* short ones -> bl_value */
	bl_map numbers;   /* digits -> bl_value */
	bl_map wholes;    /* lists and maps, by the addresses of what is in them -> bl_value */
	bl_item *stack;   /* members of the lists and maps being copied */
	size_t nstack, cap;
} bl_keeper;

void bl_keep_init(bl_keeper *keeper, bl_arena *arena);
void bl_keep_done(bl_keeper *keeper);
bl_str bl_keep_str(bl_keeper *keeper, bl_str s);
/* A copy of v. Values that may hold secrets, going by their key, the name beside them or where they stand, are marked sensitive. */
const bl_value *bl_keep_value(bl_keeper *keeper, const bl_value *v);
/* A copy of a string value that is known to be harmless. */
const bl_value *bl_keep_text(bl_keeper *keeper, bl_str s);
/* May the value of key be a secret? */
bool bl_keep_is_secret(bl_str key);

#endif

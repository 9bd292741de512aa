/*
 * Values as bytes of this program: how tables lie in the executable (tools/embed writes them), without a pointer that
 * would have to be relocated at every start. The form is private, trusted, and of this very build: readers assert.
 */
#ifndef BL_CORE_CODEC_PACK_H
#define BL_CORE_CODEC_PACK_H

#include "core/base/value.h"

/* Appends v, which holds nothing unknown. Spans and origins are not kept. */
void bl_pack(bl_buf *out, const bl_value *v);
/* The value again; its texts are slices of packed, which must outlive it. */
const bl_value *bl_unpack(bl_arena *arena, bl_str packed);
/* Of a packed map only the member key, the others skipped; NULL when there is none. */
const bl_value *bl_unpack_member(bl_arena *arena, bl_str packed, bl_str key);

#endif

/* tar archives, piece by piece: the small files of one, whatever their order. */
#ifndef BL_CORE_CODEC_TAR_H
#define BL_CORE_CODEC_TAR_H

#include "core/base/diag.h"

typedef struct bl_tar bl_tar;

enum { BL_TAR_HEADER = 512 };

/* Do the bytes, at least a header's, begin as an archive does (POSIX or GNU)? */
bool bl_tar_is(bl_str bytes);
/* Files of at most limit bytes are handed to entry whole, without a leading "./"; larger ones are passed over. */
bl_tar *bl_tar_new(size_t limit, void (*entry)(void *context, bl_str name, bl_str content), void *context);
void bl_tar_free(bl_tar *tar);
/* Reads on; pieces may end anywhere. BL_FAILED where it is no tar. */
bl_status bl_tar_feed(bl_tar *tar, bl_str bytes, bl_error *error);
/* Says that the bytes are over: BL_FAILED when they end in the middle. */
bl_status bl_tar_end(const bl_tar *tar, bl_error *error);

#endif

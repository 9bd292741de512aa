/* Inside snapshots/ only: from a file's bytes to text, or to the files of an archive. */
#ifndef BL_SNAPSHOTS_UNWRAP_H
#define BL_SNAPSHOTS_UNWRAP_H

#include "core/base/diag.h"

typedef struct bl_unwrap bl_unwrap;

enum { BL_UNWRAP_ENTRY = 8 << 20 };

/*
 * What bytes turn out to be: gzip is unpacked, UTF-16 with a byte order mark (what PowerShell writes) becomes UTF-8; then it is text, handed on piece by
 * piece until text returns false, or a tar archive, whose files of at most BL_UNWRAP_ENTRY bytes are handed to entry.
 */
typedef struct bl_unwrap_to {
	bool (*text)(void *context, bl_str piece);
	void (*entry)(void *context, bl_str name, bl_str content);
	void *context;
} bl_unwrap_to;

bl_unwrap *bl_unwrap_new(const bl_unwrap_to *to);
void bl_unwrap_free(bl_unwrap *u);
/* BL_FAILED or BL_LIMIT where the packing is broken; what came before has been handed on. */
bl_status bl_unwrap_feed(bl_unwrap *u, bl_str bytes, bl_error *error);
bl_status bl_unwrap_end(bl_unwrap *u, bl_error *error);
/* Did text ask to stop? */
bool bl_unwrap_stopped(const bl_unwrap *u);

#endif

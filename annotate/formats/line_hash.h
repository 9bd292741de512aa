/* The hashes by which GitHub's code scanning knows a line again after it moved: "HEX:N" for each line of a file. */
#ifndef BL_ANNOTATE_FORMATS_LINE_HASH_H
#define BL_ANNOTATE_FORMATS_LINE_HASH_H

#include "core/base/str.h"

typedef struct bl_line_hash {
	uint64_t hash;
	uint32_t count; /* of lines with this hash so far, this one included */
} bl_line_hash;

/* hashes[i] is of line i + 1. A text without a last newline and one with it differ by a last, empty line. */
typedef struct bl_line_hashes {
	bl_line_hash *hashes;
	size_t n;
} bl_line_hashes;

bl_line_hashes bl_line_hash_of(bl_arena *arena, bl_str text);

#endif

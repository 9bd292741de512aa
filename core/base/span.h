/* Where text came from: byte offsets into a numbered source. Lines and columns are worked out only when shown. */
#ifndef BL_CORE_BASE_SPAN_H
#define BL_CORE_BASE_SPAN_H

#include <stdbool.h>
#include <stdint.h>

/* [begin, end) in source. Source 0 is no source: a value that nobody wrote. */
typedef struct bl_span {
	uint32_t source, begin, end;
} bl_span;

#define BL_NOWHERE ((bl_span){0, 0, 0})

static inline bool bl_span_known(bl_span s)
{
	return s.source != 0;
}
/* The smallest span that holds both, when they are in one source; else a. */
static inline bl_span bl_span_join(bl_span a, bl_span b)
{
	if (!a.source)
		return b;
	if (a.source != b.source)
		return a;
	return (bl_span){a.source, a.begin < b.begin ? a.begin : b.begin,
		a.end > b.end ? a.end : b.end};
}

#endif

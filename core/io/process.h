/* Programs of the user's own: run without a shell, with limits. */
#ifndef BL_CORE_IO_PROCESS_H
#define BL_CORE_IO_PROCESS_H

#include "core/base/diag.h"

/*
 * Runs argv[0] (looked for in PATH) with these arguments, hands it input and gives what it printed on standard output and standard error. Its environment
 * is ours. BL_NOT_FOUND: there is no such program; BL_LIMIT: it was killed because it took longer than seconds or printed more than limit bytes. *status
 * is its exit code, or 128 + the signal that ended it. said may be NULL.
 */
bl_status bl_process_run(const char *const *argv, bl_str input, unsigned seconds, size_t limit, bl_arena *arena, bl_str *printed,
	bl_str *said, int *status, bl_error *error);

#endif

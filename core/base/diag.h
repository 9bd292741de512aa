/* Diagnostics: what is wrong with the input, and where. Parsing goes on after one. */
#ifndef BL_CORE_BASE_DIAG_H
#define BL_CORE_BASE_DIAG_H

#include "core/base/span.h"
#include "core/base/str.h"
#include "core/base/vec.h"

typedef enum bl_diag_level {
	BL_DIAG_NOTE,
	BL_DIAG_WARNING, /* a known gap: counted in not_analysed, exit 3 under --strict */
	BL_DIAG_ERROR    /* part of the input could not be analysed: exit 3 */
} bl_diag_level;

typedef struct bl_diag {
	bl_diag_level level;
	bl_span span;
	bl_str path; /* the file it is about when span is nowhere, relative to the repository's root; or empty */
	bl_str repo; /* with path */
	bl_str message; /* lower case, no full stop */
} bl_diag;

typedef BL_VEC(bl_diag) bl_diag_list;

/* One document or task stops adding after this many and says so once. */
enum { BL_DIAG_LIMIT = 100 };

/* The message is copied into arena. */
void bl_diag_add(bl_arena *arena, bl_diag_list *list, bl_diag_level level, bl_span span,
	const char *format, ...) __attribute__((format(printf, 5, 6)));

/* How a call that touches the outside world ended. Out parameters are untouched unless BL_OK. */
typedef enum bl_status {
	BL_OK = 0,
	BL_FAILED,    /* words are in the bl_error */
	BL_NOT_FOUND, /* the thing asked for is not there */
	BL_LIMIT      /* a limit was met; words are in the bl_error */
} bl_status;

typedef struct bl_error {
	char text[512];
} bl_error;

/* Writes the words (cut to fit) into error, which may be NULL, and returns status. */
bl_status bl_error_set(bl_error *error, bl_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif

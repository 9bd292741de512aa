#include "core/base/diag.h"

#include <stdarg.h>
#include <stdio.h>

void bl_diag_add(bl_arena *arena, bl_diag_list *list, bl_diag_level level, bl_span span,
	const char *format, ...)
{
	if (list->n > BL_DIAG_LIMIT)
		return;
	bl_diag *d = bl_vec_add(arena, list);
	d->level = level;
	d->span = span;
	if (list->n > BL_DIAG_LIMIT) {
		d->message = BL_STR("more problems here are not listed");
		return;
	}
	va_list ap;
	va_start(ap, format);
	d->message = bl_str_vfmt(arena, format, ap);
	va_end(ap);
}

bl_status bl_error_set(bl_error *error, bl_status status, const char *format, ...)
{
	if (error) {
		va_list ap;
		va_start(ap, format);
		vsnprintf(error->text, sizeof error->text, format, ap);
		va_end(ap);
	}
	return status;
}

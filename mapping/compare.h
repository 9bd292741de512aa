/* Inside mapping/ only: is what code says what the cloud says? */
#ifndef BL_MAPPING_COMPARE_H
#define BL_MAPPING_COMPARE_H

#include "core/base/value.h"

static inline bool bl_compare_is_scalar(const bl_value *v)
{
	return v && (v->kind == BL_BOOL || v->kind == BL_NUMBER || v->kind == BL_STRING);
}
/* Passes over what both begin with, without regard to case and blanks: what is left of each stays. */
void bl_compare_pass(bl_str *a, bl_str *b);
/* Services answer with their own spelling of names and enumerations; a number may come as text. */
bool bl_compare_scalars(const bl_value *code, const bl_value *cloud);
/* Are all elements scalars? */
bool bl_compare_is_flat(const bl_value *list);
/* Lists of scalars are compared as sets: services return them in an order of their own. */
bool bl_compare_flat(const bl_value *code, const bl_value *cloud);

#endif

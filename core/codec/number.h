/* Numbers as Terraform counts: binary floating point of 512 bits, written as decimal text. The only user of MPFR. */
#ifndef BL_CORE_CODEC_NUMBER_H
#define BL_CORE_CODEC_NUMBER_H

#include "core/base/str.h"

/*
 * Texts are decimal, as in JSON, with an optional leading '+'. Results are canonical: no exponent unless the number is
 * longer than 10000 digits, no leading or trailing zeros. Zero may be "-0".
 */

/* Is text a decimal number, whole, with an exponent of at most 8 digits? */
bool bl_number_valid(bl_str text);
/* May be text itself, where that is canonical already. */
bl_str bl_number_canonical(bl_arena *arena, bl_str text);
/* op: + - * / % and ^ (power); a % 0 is a. False for a division by zero and for a result that is no number. */
bool bl_number_apply(bl_arena *arena, char op, bl_str a, bl_str b, bl_str *out);
/* Below, at or above zero, as memcmp. */
int bl_number_cmp(bl_str a, bl_str b);
typedef enum bl_number_function {
	BL_NUMBER_ABS,
	BL_NUMBER_CEIL,
	BL_NUMBER_FLOOR,
	BL_NUMBER_NEGATE,
	BL_NUMBER_TRUNCATE
} bl_number_function;
bl_str bl_number_call(bl_arena *arena, bl_number_function f, bl_str a);
/* The logarithm of a to base; false where there is none. */
bool bl_number_log(bl_arena *arena, bl_str a, bl_str base, bl_str *out);
/* A whole number that fits; false for all others. */
bool bl_number_integer(bl_str text, long long *out);
/* An integer of base 2 to 62 with an optional sign; false when text is none. */
bool bl_number_parse(bl_arena *arena, bl_str text, int base, bl_str *out);
/* A whole number in another base, lower case; false when it is not whole. */
bool bl_number_format(bl_arena *arena, bl_str text, int base, bl_str *out);

/*
 * As Go's fmt writes it: verb e, E, f, g or G; a precision below zero is 6 digits, for g the fewest that say the number.
 */
bl_str bl_number_text(bl_arena *arena, bl_str text, char verb, int precision);

#endif

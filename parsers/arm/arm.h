/* Inside parsers/arm/ only. */
#ifndef BL_PARSERS_ARM_ARM_H
#define BL_PARSERS_ARM_ARM_H

#include "parsers/parsers.h"

/*
 * Parses a template expression, without its outer brackets, from text at offset base of source. A syntax error is a diagnostic and gives an
 * OPAQUE expression. span is the whole string's.
 */
bl_expr *bl_arm_expression(bl_document *document, uint32_t source, uint32_t base, bl_str text, bl_span span);

#endif

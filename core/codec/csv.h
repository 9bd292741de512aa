/* CSV as RFC 4180 writes it, for spreadsheets. */
#ifndef BL_CORE_CODEC_CSV_H
#define BL_CORE_CODEC_CSV_H

#include "core/base/str.h"

/* A row under way; zeroed but for out. */
typedef struct bl_csv {
	bl_buf *out;
	bool begun; /* the row has a field already */
} bl_csv;

/*
 * A field, quoted where it must be. A text that a spreadsheet would take for a formula (it begins with = + - @, a tab or a carriage return) gets an
 * apostrophe before it: names come from strangers.
 */
void bl_csv_field(bl_csv *csv, bl_str text);
void bl_csv_end(bl_csv *csv);

#endif

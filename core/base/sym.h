/* Interned names: equal text is one pointer, so names compare in one step. Thread-safe. */
#ifndef BL_CORE_BASE_SYM_H
#define BL_CORE_BASE_SYM_H

#include "core/base/str.h"

typedef struct bl_sym_entry {
	bl_str text; /* NUL-terminated */
	uint64_t hash;
} bl_sym_entry;

/* NULL is no name. Never sort by the pointer: which thread met a name first decides it. */
typedef const bl_sym_entry *bl_sym;

typedef struct bl_symbols bl_symbols;

bl_symbols *bl_symbols_new(void);
void bl_symbols_free(bl_symbols *symbols);
/* The symbol of text, which is copied. */
bl_sym bl_sym_of(bl_symbols *symbols, bl_str text);
/* The symbol of text if it has been interned before, else NULL. */
bl_sym bl_sym_find(bl_symbols *symbols, bl_str text);

#endif

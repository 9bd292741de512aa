/* The texts that everything came from: files, and texts derived from them (heredocs, decoded strings, embedded languages). */
#ifndef BL_CORE_MODEL_SOURCE_H
#define BL_CORE_MODEL_SOURCE_H

#include "core/base/span.h"
#include "core/base/str.h"

typedef struct bl_sources bl_sources;

/* One run of a derived text: bytes [at, next piece's at) stand for the parent's bytes from parent_begin on, one for one
 * when verbatim, else as a whole for [parent_begin, parent_end). */
typedef struct bl_piece {
	uint32_t at;
	uint32_t parent_begin, parent_end;
	bool verbatim;
} bl_piece;

/* Where a span is, for people: lines and columns count from 1, columns in Unicode code points; end is one past the last. */
typedef struct bl_place {
	bl_str repo, path;
	uint32_t start_line, start_column, end_line, end_column;
} bl_place;

bl_sources *bl_sources_new(void);
void bl_sources_free(bl_sources *sources);
/* Registers a file's text and returns its number. repo, path (relative to the repository's root, '/') and text must outlive sources. Thread-safe. */
uint32_t bl_sources_add(bl_sources *sources, bl_str repo, bl_str path, bl_str text);
/* Registers a text made from parent. pieces are sorted by at, the first at 0; they and text must outlive sources. Thread-safe. */
uint32_t bl_sources_derive(bl_sources *sources, uint32_t parent, bl_str text, const bl_piece *pieces, size_t n);

/*
 * As bl_sources_derive, for a text that is made wherever something is called: pieces and text are copied, and who comes with equal ones of the same parent gets
 * the number that there is.
 */
uint32_t bl_sources_share(bl_sources *sources, uint32_t parent, bl_str text, const bl_piece *pieces, size_t n);

/* A copy that lives as long as sources: for texts, paths and pieces whose memory goes before. Thread-safe. */
void *bl_sources_keep(bl_sources *sources, const void *p, size_t n);
bl_str bl_sources_keep_str(bl_sources *sources, bl_str s);

/* The highest number given so far. */
uint32_t bl_sources_count(const bl_sources *sources);
bl_str bl_sources_text(const bl_sources *sources, uint32_t source);
bl_str bl_sources_path(const bl_sources *sources, uint32_t source);
bl_str bl_sources_repo(const bl_sources *sources, uint32_t source);
/* The span within the file that a span of a derived text stands for; a file's own span is returned as it is. */
bl_span bl_sources_root(const bl_sources *sources, bl_span span);
/* False, and an empty place, for a span that is nowhere. */
bool bl_sources_place(const bl_sources *sources, bl_span span, bl_place *place);
/* The span of whole line number line (from 1, without its newline) of a file. */
bl_span bl_sources_line(const bl_sources *sources, uint32_t source, uint32_t line);
/* The text of a span (of the text it points into, not of its root). */
bl_str bl_sources_slice(const bl_sources *sources, bl_span span);

#endif

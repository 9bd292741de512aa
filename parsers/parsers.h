/* Stage 2: bytes -> documents. The only user of tree-sitter. */
#ifndef BL_PARSERS_PARSERS_H
#define BL_PARSERS_PARSERS_H

#include "core/model/document.h"
#include "core/model/source.h"

/* Past these a file is a diagnostic, not an answer. */
enum {
	BL_PARSE_MAX_DEPTH = 512,     /* nested blocks, expressions, values */
	BL_PARSE_MAX_NODES = 4000000, /* blocks, attributes and expressions of one file */
};

/* Could a file of this name be for us? Decides by name only, so that others need not be read. */
bool bl_parsers_wants(bl_str path);
/*
 * What a file is, by its name and its first bytes (text may be a prefix of at least 4 KiB, or the whole).
 * BL_LANG_NONE: not for us. dialect is a static string.
 */
bl_language bl_parsers_detect(bl_str path, bl_str text, bl_str *dialect);

/*
 * Parses text number source (already registered) into document, which must be zeroed but for language, dialect, repo, path
 * and source. Never fails: what is wrong is in document->diags, and the rest is still there.
 */
void bl_parse(bl_sources *sources, bl_document *document);

/* A Dockerfile document in BuildKit's parser notation: one instruction a line. */
void bl_dockerfile_print_sexp(const bl_document *document, bl_buf *out);

/* Parses one Terraform, Bicep or ARM expression (a whole source) for the console; NULL and a diagnostic when it is none. */
const bl_expr *bl_parse_expression(bl_sources *sources, bl_document *document);

#endif

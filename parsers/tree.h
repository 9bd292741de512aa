/* Inside parsers/ only: a text to a syntax tree, within limits. */
#ifndef BL_PARSERS_TREE_H
#define BL_PARSERS_TREE_H

#include "core/base/str.h"

#include <tree_sitter/api.h>

/* What a parser says of a file when bl_tree_parse gives none. */
#define BL_TREE_NONE "too many syntax errors to make anything of this"

/*
 * The tree of text, or of those n bytes of it that the parser's included ranges name: the caller's to delete. NULL when recovering from errors
 * takes more steps than any sane text needs. They are counted, not timed, so that every run ends alike.
 */
TSTree *bl_tree_parse(TSParser *parser, const TSLanguage *language, bl_str text, size_t n);

/* For __attribute__((cleanup)). */
void bl_tree_parser_done(TSParser **parser);
void bl_tree_done(TSTree **tree);

#endif

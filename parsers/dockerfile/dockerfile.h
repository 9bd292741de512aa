/*
 * Inside parsers/dockerfile only.
 *
 * A document has one block an instruction, of the instruction's name in lower case:
 *   labels   what BuildKit's parser makes of the arguments: words, or one text; ENV and LABEL three
 * each: name, value, "=" or ""; a directive ("directive"): name and value. Quotes and variables are
 * still in them. attrs    each flag by its name ("--mount"), a string, or true where no value is
 * written; "form": "json" or "shell", where an instruction has two; "stage": its name, or else its
 * number, and "stage_index"; none before the first FROM; "heredoc": each an object of name, body,
 * expand and chomp; "command" and "opaque": what shell/shell.h says of a shell text. blocks
 * ONBUILD's instruction.
 */
#ifndef BL_PARSERS_DOCKERFILE_DOCKERFILE_H
#define BL_PARSERS_DOCKERFILE_DOCKERFILE_H

#include "parsers/shell/shell.h"

/* The file being read. */
typedef struct bl_dockerfile {
	bl_sources *sources;
	bl_document *document;
	bl_arena *arena;
	bl_str text;
	char escape; /* '\\' or '`' */
} bl_dockerfile;

/* Bytes [begin, end) as one logical line: without continuations, and the comments and empty lines
 * between. */
bl_text bl_dockerfile_join(const bl_dockerfile *file, uint32_t begin, uint32_t end);
/* The lines of a <<- heredoc without their leading tabs. */
bl_text bl_dockerfile_chomp(const bl_dockerfile *file, uint32_t begin, uint32_t end);
/* A flag without its quotes and backslashes. */
bl_str bl_dockerfile_unquote_flag(bl_arena *arena, bl_str s);
/* A JSON string's content; s is with its quotes and valid. */
bl_str bl_dockerfile_unquote_json(bl_arena *arena, bl_str s);
/* A heredoc's name without its quotes; *expand is false where there are any. */
bl_str bl_dockerfile_unquote_name(bl_arena *arena, bl_str s, bool *expand);

#endif

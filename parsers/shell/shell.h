/*
 * Inside parsers/ only: the commands of a shell text.
 *
 * They become attributes of a block, in the order in which they stand in the text: "command", an object of words (a list; what a
 * variable or another command supplies makes a word a TEMPLATE), pipe_in, pipe_out, redirects and assigns (NAME=value before it), in this order.
 * What is made small letters is a CALL of "lower". A word is unquoted, and a variable that the text itself has set is put in. "opaque" says why the commands, or some of them, are not known.
 * A script of its own (BL_LANG_SHELL) has a "subshell" before the commands of each: its span says where `cd` ends to matter; and a loop over words
 * that are written there is read once for each word.
 *
 * Whoever embeds a text may leave holes in it, BL_SHELL_HOLE_BEGIN NAME BL_SHELL_HOLE_END: each is a NAME, whatever quotes are around it.
 */
#ifndef BL_PARSERS_SHELL_SHELL_H
#define BL_PARSERS_SHELL_SHELL_H

#include "parsers/parsers.h"

/* A text and where it is: a slice of its file, or a derived source. */
typedef struct bl_text {
	bl_str s;
	bl_span span;
} bl_text;

/* Adds the text's commands to block, with tree-sitter's bash. */
void bl_shell_read(bl_arena *arena, bl_block *block, bl_text text);
/* Adds a "command" for an array of words, and those of the text where it calls a shell with -c. */
void bl_shell_exec(bl_arena *arena, bl_block *block, bl_span span, const bl_label *words, size_t n);

/* For powershell.c: a text and the holes in it, and a "command" of these words. */
typedef BL_VEC(bl_expr *) bl_shell_parts;
void bl_shell_put_literal(bl_arena *arena, bl_span span, bl_str s, bl_shell_parts *out);
/* The word that parts make: literal where all of them are. */
bl_expr *bl_shell_join(bl_arena *arena, bl_span span, const bl_shell_parts *parts);
void bl_shell_put_command(bl_arena *arena, bl_block *block, bl_span span, const bl_shell_parts *words,
	const bl_shell_parts *redirects, const bl_shell_parts *assigns, bool pipe_in, bool pipe_out);

#endif

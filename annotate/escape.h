/* Text from strangers, made harmless for where it is printed: terminals, logs that run commands, Markdown. */
#ifndef BL_ANNOTATE_ESCAPE_H
#define BL_ANNOTATE_ESCAPE_H

#include "core/base/str.h"

/*
 * For a terminal or a log: control characters and those that reorder text are shown as escapes, a line's beginning "::" and "##[" or
 * "##vso[" anywhere (commands to a runner that reads the log) are broken up. start: is out at the start of a line?
 */
void bl_escape_plain(bl_buf *out, bl_str s, bool start);
/* As bl_escape_plain in the middle of a line, cut to width characters with "..." at the end; returns how many were written. */
size_t bl_escape_cut(bl_buf *out, bl_str s, size_t width);
/* White space runs, line breaks among them, become one space. */
bl_str bl_escape_one_line(bl_arena *arena, bl_str s);
/* The text up to the first empty line. */
bl_str bl_escape_first_paragraph(bl_str s);

/* GitHub's log commands: what follows "::" and the values of properties. */
void bl_escape_github_data(bl_buf *out, bl_str s);
void bl_escape_github_property(bl_buf *out, bl_str s);
/* Azure Pipelines' log commands: what follows "]" and the values of properties. */
void bl_escape_azure_data(bl_buf *out, bl_str s);
void bl_escape_azure_property(bl_buf *out, bl_str s);

/* Markdown: one line of ordinary text without mentions, references, links, HTML or formatting of its own. */
void bl_escape_markdown(bl_buf *out, bl_str s);
/* Markdown: a code span around one line of text, whatever it holds. */
void bl_escape_code(bl_buf *out, bl_str s);
/* Markdown that a rule's author wrote: its formatting stays, mentions and HTML comments do not. */
void bl_escape_prose(bl_buf *out, bl_str s);
/* The longest run of backticks in s. */
size_t bl_escape_backticks(bl_str s);

/* A path as a URI reference: everything but unreserved characters and '/' is percent-encoded. */
void bl_escape_uri(bl_buf *out, bl_str path);

/* One code point at *at of s, which is stepped over; U+FFFD for a byte that is no UTF-8. */
uint32_t bl_escape_next(bl_str s, size_t *at);

#endif

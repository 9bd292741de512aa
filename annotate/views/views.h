/* Inside annotate/ only: what the views share. */
#ifndef BL_ANNOTATE_VIEWS_VIEWS_H
#define BL_ANNOTATE_VIEWS_VIEWS_H

#include "annotate/views.h"
#include "core/codec/json.h"

/* ANSI sequences, empty without colour. */
typedef struct bl_paint {
	const char *bold, *dim, *red, *yellow, *green, *blue, *off;
} bl_paint;

bl_paint bl_view_paint(bool colour);
/* "path:line", or what stands for a place that nobody wrote. */
void bl_view_place(bl_buf *out, const bl_sources *sources, bl_span span);
/* s with control characters and line breaks made visible: it comes from strangers and goes to a terminal. */
void bl_view_text(bl_buf *out, bl_str s);
/* A short form of a value: strings quoted and cut, lists and maps by their size. */
void bl_view_value(bl_buf *out, const bl_value *v);
/* "repo", "file" and "line" members of a span. */
void bl_view_json_place(bl_json *j, const bl_sources *sources, bl_span span);
/* The members of a link, into an object that is open. */
void bl_view_json_link(bl_json *j, const bl_links_view *view, const bl_link *link);
/* One path of the view. */
void bl_view_json_path(bl_json *j, const bl_paths_view *view, const bl_path *path);
void bl_view_text_path(bl_buf *out, const bl_paths_view *view, const bl_paint *p, const bl_path *path);
void bl_view_json_diags(bl_json *j, const bl_sources *sources, const bl_diag *diags, size_t n);

#endif

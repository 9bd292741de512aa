/* Inside annotate/ only: the report formats. Adding one is a file and a row in formats.c. */
#ifndef BL_ANNOTATE_FORMATS_FORMATS_H
#define BL_ANNOTATE_FORMATS_FORMATS_H

#include "annotate/groups.h"

void bl_azure_devops_write(const bl_report_view *view, bl_buf *out);
void bl_github_write(const bl_report_view *view, bl_buf *out);
void bl_json_report_write(const bl_report_view *view, bl_buf *out);
void bl_sarif_write(const bl_report_view *view, bl_buf *out);
void bl_text_write(const bl_report_view *view, bl_buf *out);

/* "2 high, 1 maybe in 3 files, 9 resources": the line that ends a report for people. */
void bl_formats_summary(const bl_report_view *view, bl_buf *out);

/* A log: each group of what is not suppressed by put_group, the worst first, and the summary. */
typedef void (*bl_put_group)(bl_arena *scratch, const bl_report_view *view, const bl_group *group, bl_buf *out);
void bl_formats_log(const bl_report_view *view, bl_put_group put_group, bl_buf *out);

#endif

/* Azure Pipelines' log commands. */
#include "annotate/formats/formats.h"

#include "annotate/escape.h"
#include "annotate/facts.h"

static void put_group(bl_arena *scratch, const bl_report_view *view, const bl_group *g, bl_buf *out)
{
	const bl_finding *f = g->first;
	bool error = f->result == BL_FAIL && f->severity >= BL_HIGH;
	bl_facts facts = bl_facts_of(scratch, view, g->members.items, g->members.n);
	bl_buf_putf(out, "##vso[task.logissue type=%s;", error ? "error" : "warning");
	if (g->place.path.n) {
		bl_buf_putz(out, "sourcepath=");
		bl_escape_azure_property(out, g->place.path);
		bl_buf_putf(out, ";linenumber=%u;columnnumber=%u;", g->place.start_line, g->place.start_column);
	}
	bl_buf_putz(out, "code=");
	bl_escape_azure_property(out, f->rule->id);
	bl_buf_putf(out, ";]%s: ", bl_severity_name(f->severity));
	bl_escape_azure_data(out, f->message);
	if (f->result == BL_UNSURE && f->unknown.n) {
		bl_buf_putz(out, " (not sure: ");
		bl_escape_azure_data(out, f->unknown);
		bl_buf_putc(out, ')');
	}
	for (size_t i = 0; i < facts.factors.n; i++) {
		bl_buf_putz(out, "; ");
		bl_escape_azure_data(out, facts.factors.items[i]);
	}
	bl_buf_putc(out, '\n');
}

void bl_azure_devops_write(const bl_report_view *view, bl_buf *out)
{
	bl_formats_log(view, put_group, out);
}

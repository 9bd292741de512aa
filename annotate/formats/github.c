/* Workflow commands: GitHub shows them beside the lines they name. */
#include "annotate/formats/formats.h"

#include "annotate/escape.h"
#include "annotate/facts.h"

static const char *level_of(const bl_finding *f)
{
	if (f->result == BL_UNSURE || f->severity <= BL_LOW)
		return "notice";
	return f->severity >= BL_HIGH ? "error" : "warning";
}

static void put_property(bl_buf *out, const char *name, bl_str value)
{
	bl_buf_putf(out, ",%s=", name);
	bl_escape_github_property(out, value);
}

static void put_place(bl_buf *out, const bl_place *p)
{
	bl_buf_putz(out, " file=");
	bl_escape_github_property(out, p->path);
	bl_buf_putf(out, ",line=%u,endLine=%u", p->start_line, p->end_line);
	/* columns are only understood within one line */
	if (p->start_line == p->end_line && p->end_column > p->start_column)
		bl_buf_putf(out, ",col=%u,endColumn=%u", p->start_column, p->end_column - 1);
}

static void put_group(bl_arena *scratch, const bl_report_view *view, const bl_group *g, bl_buf *out)
{
	const bl_finding *f = g->first;
	bl_facts facts = bl_facts_of(scratch, view, g->members.items, g->members.n);
	bl_buf_putf(out, "::%s", level_of(f));
	put_place(out, &g->place);
	put_property(out, "title", bl_str_fmt(scratch, "%s: " BL_FMT, bl_severity_name(f->severity), BL_ARG(f->rule->id)));
	bl_buf_putz(out, "::");
	bl_escape_github_data(out, f->message);
	if (f->result == BL_UNSURE && f->unknown.n) {
		bl_buf_putz(out, " (not sure: ");
		bl_escape_github_data(out, f->unknown);
		bl_buf_putc(out, ')');
	}
	for (size_t i = 0; i < facts.factors.n; i++) {
		bl_buf_putz(out, "%0A");
		bl_escape_github_data(out, facts.factors.items[i]);
	}
	if (f->rule->remediation.n) {
		bl_buf_putz(out, "%0Afix: ");
		bl_escape_github_data(out, bl_escape_first_paragraph(f->rule->remediation));
	}
	bl_buf_putc(out, '\n');
}

/* The worst first: a runner shows ten of a level and drops the rest. */
void bl_github_write(const bl_report_view *view, bl_buf *out)
{
	bl_formats_log(view, put_group, out);
}

#include "annotate/formats/formats.h"

typedef struct format {
	const char *name;
	void (*write)(const bl_report_view *view, bl_buf *out);
} format;

/* Alphabetical. */
static const format formats[] = {
	{"azure-devops", bl_azure_devops_write},
	{"github", bl_github_write},
	{"json", bl_json_report_write},
	{"sarif", bl_sarif_write},
	{"text", bl_text_write},
};

enum { NFORMATS = sizeof formats / sizeof *formats };

static const format *find(bl_str name)
{
	for (size_t i = 0; i < NFORMATS; i++)
		if (bl_str_eqz(name, formats[i].name))
			return &formats[i];
	return NULL;
}

bool bl_format_exists(bl_str name)
{
	return find(name) != NULL;
}

size_t bl_format_names(const char *const **names)
{
	static const char *list[NFORMATS];
	for (size_t i = 0; i < NFORMATS; i++)
		list[i] = formats[i].name;
	*names = list;
	return NFORMATS;
}

void bl_format_write(bl_str name, const bl_report_view *view, bl_buf *out)
{
	const format *f = find(name);
	if (f)
		f->write(view, out);
}

static void count(bl_buf *out, bool *any, size_t n, const char *what)
{
	if (!n)
		return;
	bl_buf_putf(out, "%s%zu %s", *any ? ", " : "", n, what);
	*any = true;
}

void bl_formats_summary(const bl_report_view *view, bl_buf *out)
{
	size_t fails[BL_CRITICAL + 1] = {0}, maybe = 0, suppressed = 0;
	bool any = false;
	for (size_t i = 0; i < view->nfindings; i++) {
		const bl_finding *f = view->findings[i];
		if (f->result == BL_FAIL)
			fails[f->severity]++;
		maybe += f->result == BL_UNSURE;
		suppressed += f->result == BL_SUPPRESSED;
	}
	for (int s = BL_CRITICAL; s >= BL_INFO; s--)
		count(out, &any, fails[s], bl_severity_name((bl_severity)s));
	count(out, &any, maybe, "maybe");
	count(out, &any, suppressed, "suppressed");
	if (!any)
		bl_buf_putz(out, view->compared ? "nothing new" : "no findings");
	bl_buf_putf(out, " in %zu file%s, %zu resource%s", view->files, view->files == 1 ? "" : "s", view->resources,
		view->resources == 1 ? "" : "s");
	if (view->not_analysed)
		bl_buf_putf(out, ", %zu not analysed", view->not_analysed);
	if (view->seconds > 0)
		bl_buf_putf(out, " (%.2f s)", view->seconds);
	bl_buf_putc(out, '\n');
}

void bl_formats_log(const bl_report_view *view, bl_put_group put_group, bl_buf *out)
{
	bl_arena scratch = {0};
	bl_groups groups = bl_groups_of(&scratch, view, bl_groups_not_suppressed);
	bl_groups_sort_by_severity(&groups);
	for (size_t i = 0; i < groups.n; i++)
		put_group(&scratch, view, &groups.items[i], out);
	bl_formats_summary(view, out);
	bl_arena_done(&scratch);
}

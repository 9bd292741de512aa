/* What scripts read; its shape is docs/schemas/scan.schema.json. */
#include "annotate/formats/formats.h"

#include "annotate/facts.h"
#include "annotate/views/views.h"

static const char *const results[] = {"fail", "maybe", "suppressed"};

static void put_location(bl_json *j, const bl_report_view *view, const bl_finding *f)
{
	bl_place place;
	bl_groups_place(view, f, &place);
	bl_json_key(j, "location");
	bl_json_object(j);
	bl_json_member(j, "repo", place.repo);
	bl_json_member(j, "file", place.path);
	bl_json_member_int(j, "start_line", place.start_line);
	bl_json_member_int(j, "start_column", place.start_column);
	bl_json_member_int(j, "end_line", place.end_line);
	bl_json_member_int(j, "end_column", place.end_column);
	bl_json_object_end(j);
}

static void put_via(bl_json *j, const bl_report_view *view, const bl_finding *f)
{
	bl_json_key(j, "via");
	bl_json_array(j);
	for (const bl_via *v = f->via; v; v = v->next) {
		bl_place place;
		if (!bl_sources_place(view->sources, v->span, &place))
			continue;
		bl_json_object(j);
		bl_json_member(j, "repo", place.repo);
		bl_json_member(j, "file", place.path);
		bl_json_member_int(j, "line", place.start_line);
		bl_json_member(j, "what", v->what);
		bl_json_object_end(j);
	}
	bl_json_array_end(j);
}

static void put_resource(bl_json *j, const bl_report_view *view, const bl_resource *r)
{
	bl_place place;
	if (!r || !bl_sources_place(view->sources, r->span, &place))
		return;
	bl_json_key(j, "resource");
	bl_json_object(j);
	bl_json_member(j, "root", r->root->name);
	bl_json_member(j, "address", r->address);
	bl_json_member(j, "type", r->type);
	bl_json_member(j, "native_type", r->native_type);
	bl_json_member(j, "typed_address", r->typed_address);
	if (bl_value_is(r->name, BL_STRING) && !r->name->sensitive)
		bl_json_member(j, "name", r->name->string);
	bl_json_member(j, "file", place.path);
	bl_json_member_int(j, "start_line", place.start_line);
	bl_json_member_int(j, "end_line", place.end_line);
	bl_json_object_end(j);
}

static void put_suppression(bl_json *j, const bl_report_view *view, const bl_suppression *s)
{
	bl_place place;
	bl_json_key(j, "suppression");
	bl_json_object(j);
	bl_json_member(j, "reason", s->reason);
	if (s->until.n)
		bl_json_member(j, "until", s->until);
	if (bl_sources_place(view->sources, s->where, &place)) {
		bl_arena scratch = {0};
		bl_json_member(j, "where", bl_str_fmt(&scratch, BL_FMT ":%u", BL_ARG(place.path), place.start_line));
		bl_arena_done(&scratch);
	}
	if (s->added)
		bl_json_member_bool(j, "added", true);
	bl_json_object_end(j);
}

static void put_facts(bl_json *j, const bl_facts *facts)
{
	bl_json_key(j, "assets");
	bl_json_array(j);
	for (size_t i = 0; i < facts->assets.n; i++) {
		bl_json_object(j);
		bl_json_member(j, "id", facts->assets.items[i].asset->id);
		bl_json_key(j, "confidence");
		bl_json_double(j, facts->assets.items[i].confidence);
		bl_json_object_end(j);
	}
	bl_json_array_end(j);
	bl_json_key(j, "paths");
	bl_json_array(j);
	for (size_t i = 0; i < facts->paths.n; i++)
		bl_json_strz(j, facts->paths.items[i]->id);
	bl_json_array_end(j);
	bl_json_key(j, "risk");
	bl_json_object(j);
	bl_json_member(j, "level", bl_str_of(bl_severity_name(facts->risk)));
	bl_view_json_strings(j, "factors", facts->factors.items, facts->factors.n);
	bl_json_object_end(j);
}

static void put_finding(bl_json *j, const bl_report_view *view, const bl_finding *f)
{
	bl_arena scratch = {0};
	bl_facts facts = bl_facts_of(&scratch, view, &f, 1);
	bl_json_object(j);
	bl_json_member(j, "rule", f->rule->id);
	bl_json_member(j, "title", f->rule->title);
	bl_json_member(j, "severity", bl_str_of(bl_severity_name(f->severity)));
	bl_view_json_strings(j, "aliases", f->rule->aliases, f->rule->naliases);
	bl_json_member(j, "result", bl_str_of(results[f->result]));
	bl_json_member(j, "fingerprint", bl_str_of(f->fingerprint));
	bl_json_member(j, "message", f->message);
	if (f->unknown.n)
		bl_json_member(j, "unknown", f->unknown);
	bl_json_member(j, "remediation", f->rule->remediation);
	bl_view_json_controls(j, f->rule);
	put_location(j, view, f);
	put_via(j, view, f);
	put_resource(j, view, f->resource);
	if (f->suppression)
		put_suppression(j, view, f->suppression);
	put_facts(j, &facts);
	bl_json_object_end(j);
	bl_arena_done(&scratch);
}

static void put_summary(bl_json *j, const bl_report_view *view)
{
	long long fails[BL_CRITICAL + 1] = {0}, maybe = 0, suppressed = 0;
	for (size_t i = 0; i < view->nfindings; i++) {
		const bl_finding *f = view->findings[i];
		if (f->result == BL_FAIL)
			fails[f->severity]++;
		maybe += f->result == BL_UNSURE;
		suppressed += f->result == BL_SUPPRESSED;
	}
	bl_json_key(j, "summary");
	bl_json_object(j);
	bl_json_member_int(j, "files", (long long)view->files);
	bl_json_member_int(j, "resources", (long long)view->resources);
	bl_json_key(j, "by_severity");
	bl_json_object(j);
	for (int s = BL_CRITICAL; s >= BL_INFO; s--)
		bl_json_member_int(j, bl_severity_name((bl_severity)s), fails[s]);
	bl_json_object_end(j);
	bl_json_member_int(j, "maybe", maybe);
	bl_json_member_int(j, "suppressed", suppressed);
	bl_json_member_int(j, "not_analysed", (long long)view->not_analysed);
	bl_json_object_end(j);
}

void bl_json_report_write(const bl_report_view *view, bl_buf *out)
{
	bl_json j;
	bl_json_begin(&j, out, true);
	bl_json_object(&j);
	bl_json_member_int(&j, "format", 1);
	bl_json_key(&j, "tool");
	bl_json_object(&j);
	bl_json_member(&j, "name", BL_STR("belay"));
	bl_json_member(&j, "version", bl_str_of(view->version));
	bl_json_object_end(&j);
	bl_json_key(&j, "findings");
	bl_json_array(&j);
	for (size_t i = 0; i < view->nfindings; i++)
		put_finding(&j, view, view->findings[i]);
	bl_json_array_end(&j);
	bl_view_json_diags(&j, view->sources, view->diags, view->ndiags);
	put_summary(&j, view);
	bl_json_object_end(&j);
}

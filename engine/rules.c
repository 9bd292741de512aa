/* Rules as a user sees them: listed, shown, and tested on their own examples. */
#include "engine/engine.h"

#include "annotate/views.h"
#include "core/codec/json.h"

#include <stdio.h>
#include <stdlib.h>

static void json_rule(bl_json *j, const bl_rule_info *r, bool whole)
{
	bl_json_object(j);
	bl_json_member(j, "id", r->id);
	bl_json_member(j, "title", r->title);
	bl_json_member(j, "severity", bl_str_of(bl_severity_name(r->severity)));
	bl_view_json_strings(j, "resources", r->resources, r->nresources);
	bl_view_json_strings(j, "aliases", r->aliases, r->naliases);
	bl_view_json_controls(j, r);
	bl_view_json_strings(j, "languages", r->languages, r->nlanguages);
	if (whole) {
		bl_json_member(j, "why", r->why);
		bl_json_member(j, "remediation", r->remediation);
		bl_view_json_strings(j, "opens", r->opens, r->nopens);
		bl_view_json_strings(j, "refs", r->refs, r->nrefs);
	}
	bl_json_object_end(j);
}

static void text_list(bl_buf *out, const char *title, const bl_str *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		bl_buf_putf(out, "%-12s" BL_FMT "\n", i ? "" : title, BL_ARG(items[i]));
}

static void text_rule(bl_buf *out, const bl_rule_info *r, bool colour)
{
	bl_buf_putf(out, "%s" BL_FMT "%s  %s\n" BL_FMT "\n\n", colour ? "\033[1m" : "", BL_ARG(r->id), colour ? "\033[0m" : "",
		bl_severity_name(r->severity), BL_ARG(r->title));
	if (r->why.n)
		bl_buf_putf(out, BL_FMT "\n\n", BL_ARG(bl_str_trim(r->why)));
	if (r->remediation.n)
		bl_buf_putf(out, "fix         " BL_FMT "\n", BL_ARG(bl_str_trim(r->remediation)));
	text_list(out, "resources", r->resources, r->nresources);
	text_list(out, "languages", r->languages, r->nlanguages);
	for (size_t i = 0; i < r->ncontrols; i++)
		bl_buf_putf(out, "%-12s" BL_FMT " " BL_FMT "\n", i ? "" : "controls", BL_ARG(r->controls[i].key),
			BL_ARG(r->controls[i].value));
	text_list(out, "aliases", r->aliases, r->naliases);
	text_list(out, "refs", r->refs, r->nrefs);
}

static void list_rules(bl_session *session, bool json, bl_buf *out)
{
	size_t n = bl_rules_count(session->rules);
	if (!json) {
		for (size_t i = 0; i < n; i++) {
			const bl_rule_info *r = bl_rules_nth(session->rules, i);
			bl_buf_putf(out, "%-8s %-52.*s " BL_FMT "\n", bl_severity_name(r->severity), BL_ARG(r->id), BL_ARG(r->title));
		}
		return;
	}
	bl_json j;
	bl_json_begin(&j, out, true);
	bl_json_object(&j);
	bl_json_member_int(&j, "format", 1);
	bl_json_key(&j, "rules");
	bl_json_array(&j);
	for (size_t i = 0; i < n; i++)
		json_rule(&j, bl_rules_nth(session->rules, i), false);
	bl_json_array_end(&j);
	bl_json_object_end(&j);
}

int bl_rules_print(bl_session *session, const char *id, const char *format, int colour, bl_write_fn write, void *context,
	char *error, size_t error_size)
{
	bool json = strcmp(format, "json") == 0;
	bl_buf out = {0};
	if (!json && strcmp(format, "text") != 0) {
		snprintf(error, error_size, "rules cannot be printed as '%s'", format);
		return -1;
	}
	if (!id) {
		list_rules(session, json, &out);
	} else {
		const bl_rule_info *r = bl_rules_find(session->rules, bl_str_of(id));
		if (!r) {
			snprintf(error, error_size, "there is no rule '%s'", id);
			return -1;
		}
		bl_json j;
		bl_json_begin(&j, &out, true);
		if (json)
			json_rule(&j, r, true);
		else
			text_rule(&out, r, colour);
	}
	int result = out.n ? write(context, out.p, out.n) : 0;
	bl_buf_done(&out);
	return result;
}

/* The lines where the rule gave that result, as a set of marks. */
static bool line_found(const bl_report *report, const bl_rule_info *rule, bl_result result, uint32_t line)
{
	for (size_t i = 0; i < report->findings.n; i++) {
		const bl_finding *f = report->findings.items[i];
		bl_place place;
		if (f->rule == rule && f->result == result && bl_sources_place(report->sources, f->span, &place) &&
			place.start_line <= line && line <= place.end_line)
			return true;
	}
	return false;
}

static bool line_wanted(const uint32_t *lines, size_t n, const bl_place *place)
{
	for (size_t i = 0; i < n; i++)
		if (place->start_line <= lines[i] && lines[i] <= place->end_line)
			return true;
	return false;
}

typedef struct example_run {
	const bl_rule_info *rule;
	const bl_rule_example *example;
	size_t number;
	bl_report *report;
	bl_buf *out;
	bool good;
} example_run;

static void complain(example_run *run, const char *what, uint32_t line)
{
	run->good = false;
	bl_buf_putf(run->out, BL_FMT ": example %zu (" BL_FMT "): %s at line %u\n", BL_ARG(run->rule->id), run->number,
		BL_ARG(run->example->language), what, line);
}

static void check_example(example_run *run)
{
	const bl_rule_example *x = run->example;
	const bl_report *report = run->report;
	for (size_t i = 0; i < x->nflag; i++)
		if (!line_found(report, run->rule, BL_FAIL, x->flag_lines[i]))
			complain(run, "nothing is flagged", x->flag_lines[i]);
	for (size_t i = 0; i < x->nunknown; i++)
		if (!line_found(report, run->rule, BL_UNSURE, x->unknown_lines[i]))
			complain(run, "nothing is unknown", x->unknown_lines[i]);
	for (size_t i = 0; i < report->findings.n; i++) {
		const bl_finding *f = report->findings.items[i];
		bl_place place;
		if (f->rule != run->rule || !bl_sources_place(report->sources, f->span, &place))
			continue;
		if (f->result == BL_FAIL && !line_wanted(x->flag_lines, x->nflag, &place))
			complain(run, "flagged without need", place.start_line);
		if (f->result == BL_UNSURE && !line_wanted(x->unknown_lines, x->nunknown, &place))
			complain(run, "unknown without need", place.start_line);
	}
	for (size_t i = 0; i < report->diags.n; i++) {
		bl_place place;
		bl_sources_place(report->sources, report->diags.items[i].span, &place);
		if (report->diags.items[i].level == BL_DIAG_ERROR)
			complain(run, bl_str_fmt(&run->report->arena, "error: " BL_FMT, BL_ARG(report->diags.items[i].message)).p,
				place.start_line);
	}
}

int bl_rules_test(bl_session *session, const char *prefix, size_t *passed, size_t *failed, bl_write_fn write,
	void *context)
{
	bl_buf out = {0};
	*passed = *failed = 0;
	for (size_t i = 0; i < bl_rules_count(session->rules); i++) {
		const bl_rule_info *rule = bl_rules_nth(session->rules, i);
		if (prefix && !bl_str_starts(rule->id, bl_str_of(prefix)))
			continue;
		const bl_rule_example *examples;
		size_t n = bl_rules_examples(session->rules, rule, &examples);
		for (size_t k = 0; k < n; k++) {
			example_run run = {rule, &examples[k], k + 1, bl_engine_run_text(session, examples[k].language, examples[k].text),
				&out, true};
			if (run.report)
				check_example(&run);
			else
				complain(&run, "the language is not known", 0);
			bl_report_free(run.report);
			++*(run.good ? passed : failed);
		}
		if (!n) {
			bl_buf_putf(&out, BL_FMT ": has no examples\n", BL_ARG(rule->id));
			++*failed;
		}
	}
	int result = out.n ? write(context, out.p, out.n) : 0;
	bl_buf_done(&out);
	return result;
}

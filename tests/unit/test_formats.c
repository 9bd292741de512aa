#include "tests/unit/annotate_fixture.h"

#include "annotate/formats/line_hash.h"
#include "core/codec/json.h"

static const bl_value *parse(estate *e, const char *text)
{
	bl_error error = {""};
	const bl_value *v = bl_json_read(&e->arena, bl_str_of(text), &error);
	if (!v)
		fail_msg("%s", error.text);
	return v;
}

static const char *text_at(estate *e, const bl_value *v, const char *path)
{
	return bl_str_z(&e->arena, bl_value_text(bl_value_at_path(v, bl_str_of(path))));
}

static void every_format_has_a_name_and_writes_something(void **state)
{
	estate *e = *state;
	const char *const *names;
	size_t n = bl_format_names(&names);
	assert_int_equal(n, 5);
	for (size_t i = 0; i < n; i++) {
		assert_true(bl_format_exists(bl_str_of(names[i])));
		assert_true(i == 0 || strcmp(names[i - 1], names[i]) < 0);
		assert_true(strlen(write_format(e, names[i])) > 0);
	}
	assert_false(bl_format_exists(BL_STR("xml")));
}

static void text_shows_the_line_and_what_it_means(void **state)
{
	estate *e = *state;
	const char *out = write_format(e, "text");
	assert_holds(out, "infra/main.tf\n");
	assert_holds(out, "  high  stlogs accepts plain HTTP  azure/storage/https-only\n"
			  "        3 | https_traffic_only_enabled = false\n"
			  "          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n");
	assert_holds(out, "4 | public_access              = var.open\n"
			  "          |                              ^^^^^^^^\n"
			  "    from   var.open at infra/variables.tf:2\n");
	assert_holds(out, "  maybe medium  stlogs may be public");
	assert_holds(out, "    unsure var.x has no value\n");
	assert_holds(out, "    why    Whoever is on the way can read and change what is sent.\n");
	assert_lacks(out, "second paragraph");
	assert_holds(out, "storageAccounts/stlogs (confidence 0.97)\n");
	assert_holds(out, "    risk   the internet reaches it: public network access is on\n");
	assert_holds(out, "attack path (critical): the internet reads the logs\n");
	assert_holds(out, "1 high, 1 medium, 1 maybe in 2 files, 1 resource, 1 not analysed\n");
	assert_lacks(out, "\033");
	e->view.colour = true;
	assert_holds(write_format(e, "text"), "\033[31mhigh\033[0m");
}

static void text_without_findings_is_one_line(void **state)
{
	estate *e = *state;
	e->view.nfindings = 0;
	e->view.not_analysed = 0;
	e->view.compared = false;
	assert_string_equal(write_format(e, "text"), "no findings in 2 files, 1 resource\n");
}

static void text_cuts_wide_lines_around_what_is_marked(void **state)
{
	estate *e = *state;
	bl_buf line = {0};
	for (int i = 0; i < 40; i++)
		bl_buf_putz(&line, "{\"key\": 1}, ");
	bl_buf_putz(&line, "{\"bad\": true}, ");
	for (int i = 0; i < 40; i++)
		bl_buf_putz(&line, "{\"key\": 1}, ");
	uint32_t wide = bl_sources_add(e->sources, BL_STR(""), BL_STR("wide.json"), bl_buf_str(&line));
	e->view.nfindings = 0;
	add_finding(e, &e->open, find_text(e, wide, "\"bad\": true"), "m");
	const char *out = write_format(e, "text");
	assert_holds(out, "\"bad\": true");
	assert_holds(out, "^^^^^^^^^^^\n");
	for (const char *p = out, *end; (end = strchr(p, '\n')); p = end + 1)
		assert_true(end - p <= 110);
	const char *bad = strstr(out, "\"bad\""), *caret = strchr(out, '^');
	while (bad[-1] != '\n' && caret[-1] != '\n') {
		bad--;
		caret--;
	}
	assert_true(bad[-1] == '\n' && caret[-1] == '\n');
	bl_buf_done(&line);
}

static void a_secret_is_never_shown(void **state)
{
	estate *e = *state;
	uint32_t source = bl_sources_add(e->sources, BL_STR(""), BL_STR("s.tf"), BL_STR("password = \"hunter2\"\n"));
	bl_rule_info rule = {.id = BL_STR("secrets/password"), .severity = BL_HIGH, .title = BL_STR("t"), .why = BL_STR("w")};
	e->view.nfindings = 0;
	bl_finding *f = add_finding(e, &rule, find_text(e, source, "hunter2"), "a password is written here");
	f->resource = NULL;
	const bl_rule_info *rules[] = {&rule};
	e->view.rules = rules;
	e->view.nrules = 1;
	assert_holds(write_format(e, "text"), "password = \"*******\"");
	const char *const *names;
	size_t n = bl_format_names(&names);
	for (size_t i = 0; i < n; i++)
		assert_lacks(write_format(e, names[i]), "hunter2");
}

static void one_line_in_two_configurations_is_told_once(void **state)
{
	estate *e = *state;
	bl_root dev = e->root;
	dev.name = BL_STR("infra@dev.tfvars");
	bl_resource other = *e->resource;
	other.root = &dev;
	e->view.nfindings = 1;
	bl_finding *f = add_finding(e, &e->https, e->list[0]->span, "stlogs accepts plain HTTP");
	f->resource = &other;
	const char *out = write_format(e, "text");
	assert_holds(out, "    in     infra, infra@dev.tfvars\n");
	assert_null(strstr(strstr(out, "accepts plain HTTP") + 1, "accepts plain HTTP"));
	const bl_value *json = parse(e, write_format(e, "json"));
	assert_int_equal(bl_value_getz(json, "findings")->n, 2);
}

static void json_has_the_shape_that_scripts_rely_on(void **state)
{
	estate *e = *state;
	bl_suppression s = {.reason = BL_STR("known"), .until = BL_STR("2027-01-01"), .where = find_text(e, e->main, "logs")};
	e->findings[1].result = BL_SUPPRESSED;
	e->findings[1].suppression = &s;
	const bl_value *v = parse(e, write_format(e, "json"));
	assert_string_equal(text_at(e, v, "tool.version"), "1.2.3");
	assert_string_equal(text_at(e, v, "findings.0.result"), "fail");
	assert_string_equal(text_at(e, v, "findings.0.location.file"), "infra/main.tf");
	assert_int_equal(bl_value_at_path(v, BL_STR("findings.0.location.start_line"))->number, 3);
	assert_int_equal(bl_value_at_path(v, BL_STR("findings.0.location.start_column"))->number, 2);
	assert_string_equal(text_at(e, v, "findings.0.controls.mcsb.1"), "NS-1");
	assert_string_equal(text_at(e, v, "findings.0.resource.typed_address"), "Microsoft.Storage/storageAccounts.logs");
	assert_string_equal(text_at(e, v, "findings.0.resource.name"), "stlogs");
	assert_string_equal(text_at(e, v, "findings.0.paths.0"), "0123456789abcdef0123456789abcdef");
	assert_string_equal(text_at(e, v, "findings.0.risk.level"), "critical");
	assert_string_equal(text_at(e, v, "findings.1.result"), "suppressed");
	assert_string_equal(text_at(e, v, "findings.1.suppression.where"), "infra/main.tf:1");
	assert_string_equal(text_at(e, v, "findings.1.via.0.what"), "var.open");
	assert_string_equal(text_at(e, v, "findings.2.result"), "maybe");
	assert_string_equal(text_at(e, v, "diagnostics.0.file"), "chart/x.yaml");
	assert_int_equal(bl_value_at_path(v, BL_STR("summary.by_severity.high"))->number, 1);
	assert_int_equal(bl_value_at_path(v, BL_STR("summary.suppressed"))->number, 1);
}

static void sarif_says_what_code_scanning_reads(void **state)
{
	estate *e = *state;
	const bl_value *v = parse(e, write_format(e, "sarif"));
	const bl_value *r = bl_value_at_path(v, BL_STR("runs.0"));
	assert_non_null(r);
	assert_string_equal(text_at(e, v, "version"), "2.1.0");
	assert_string_equal(text_at(e, r, "automationDetails.id"), "belay/");
	const bl_value *rule = bl_value_at_path(r, BL_STR("tool.driver.rules.0"));
	assert_string_equal(text_at(e, rule, "helpUri"), "https://example.com/https");
	assert_holds(text_at(e, rule, "help.text"), "Fix: set");
	const bl_value *properties = bl_value_getz(rule, "properties");
	assert_true(bl_value_is_string(bl_value_getz(properties, "security-severity"), "8.0"));
	assert_true(bl_value_is_string(bl_value_getz(properties, "problem.severity"), "error"));
	assert_true(bl_value_is_string(bl_value_getz(properties, "precision"), "high"));
	const bl_value *result = bl_value_at_path(r, BL_STR("results.0"));
	assert_string_equal(text_at(e, result, "level"), "error");
	assert_string_equal(text_at(e, result, "locations.0.physicalLocation.artifactLocation.uri"), "infra/main.tf");
	assert_int_equal(bl_value_at_path(result, BL_STR("ruleIndex"))->number, 0);
	const bl_value *prints = bl_value_getz(result, "partialFingerprints");
	assert_true(bl_value_is_string(bl_value_getz(prints, "belayFingerprint/v1"), "00000000000000000000000000000001"));
	assert_true(bl_str_ends(bl_value_text(bl_value_getz(prints, "primaryLocationLineHash")), BL_STR(":1")));
	const bl_value *via = bl_value_at_path(r, BL_STR("results.1"));
	assert_string_equal(text_at(e, via, "relatedLocations.0.message.text"), "var.open");
	assert_holds(text_at(e, via, "message.text"), "](1)");
	const bl_value *maybe = bl_value_at_path(r, BL_STR("results.2"));
	assert_string_equal(text_at(e, maybe, "kind"), "open");
	assert_string_equal(text_at(e, maybe, "level"), "none");
	assert_int_equal(bl_value_getz(r, "results")->n, 3);
}

static void hashes_are_those_that_code_scanning_computes(void **state)
{
	static const struct {
		const char *text, *hashes;
	} rows[] = {
		{"", "c129715d7a2bc9a3:1 "},
		{" a\nb\n  \t\tc\n d", "271789c17abda88f:1 54703d4cd895b18:1 180aee12dab6264:1 a23a3dc5e078b07b:1 "},
		{" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End",
			"8b7cf3e952e7aeb2:1 b1ae1287ec4718d9:1 bff680108adb0fcc:1 c6805c5e1288b612:1 b86d3392aea1be30:1 "
			"e6ceba753e1a442:1 "},
	};
	estate *e = *state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bl_line_hashes h = bl_line_hash_of(&e->arena, bl_str_of(rows[i].text));
		e->out.n = 0;
		for (size_t k = 0; k < h.n; k++)
			bl_buf_putf(&e->out, "%llx:%u ", (unsigned long long)h.hashes[k].hash, h.hashes[k].count);
		assert_string_equal(e->out.p, rows[i].hashes);
	}
	bl_line_hashes a = bl_line_hash_of(&e->arena, BL_STR("a\nb\n")), b = bl_line_hash_of(&e->arena, BL_STR("a\r\nb\r"));
	assert_int_equal(a.n, b.n);
	for (size_t k = 0; k < a.n; k++)
		assert_true(a.hashes[k].hash == b.hashes[k].hash);
}

static void log_commands_hold_one_finding_a_line_whatever_it_says(void **state)
{
	estate *e = *state;
	e->view.nfindings = 0;
	uint32_t evil = bl_sources_add(e->sources, BL_STR(""), BL_STR("a,line=9::x\n::add-mask::y;]##vso[task.complete]"),
		BL_STR("x = 1\n"));
	add_finding(e, &e->https, (bl_span){evil, 0, 1}, "m\n::set-output name=a::b\r##vso[task.setvariable variable=x]y %0A");
	e->findings[0].resource = NULL;
	const char *out = write_format(e, "github");
	assert_holds(out, "::error file=a%2Cline=9%3A%3Ax%0A%3A%3Aadd-mask%3A%3Ay;]#\\#vso[task.complete],line=1,");
	assert_holds(out, "::m%0A::set-output name=a::b%0D#\\#vso[task.setvariable variable=x]y %250A");
	size_t lines = 0;
	for (const char *p = out; *p; p++)
		lines += *p == '\n';
	assert_int_equal(lines, 2); /* the finding and the summary */
	out = write_format(e, "azure-devops");
	assert_holds(out, "##vso[task.logissue type=error;sourcepath=a,line=9::x%0A::add-mask::y%3B%5D#\\#vso[task.complete%5D;");
	assert_null(strstr(out + 1, "##vso["));
	out = write_format(e, "text");
	assert_lacks(out, "##vso[");
	assert_lacks(out, "\n::");
}

static void log_commands_put_the_worst_first(void **state)
{
	estate *e = *state;
	const char *out = write_format(e, "github");
	assert_true(strncmp(out, "::error file=infra/main.tf,line=3,endLine=3,col=2,endColumn=35,", 63) == 0);
	assert_true(strstr(out, "::warning") < strstr(out, "::notice"));
	assert_holds(out, "%0Afix: set `https_traffic_only_enabled` to true\n");
}

static void what_only_runs_is_told_with_its_snapshot(void **state)
{
	estate *e = *state;
	bl_asset asset = {.id = BL_STR("/subscriptions/s/x"), .type = BL_STR("T"), .snapshot = BL_STR("snap/arg.json")};
	e->view.nfindings = 0;
	bl_finding *f = add_finding(e, &e->https, BL_NOWHERE, "x accepts plain HTTP");
	f->resource = NULL;
	f->asset = &asset;
	f->node = 0;
	const bl_value *v = parse(e, write_format(e, "json"));
	assert_string_equal(text_at(e, v, "findings.0.location.file"), "snap/arg.json");
	assert_string_equal(text_at(e, v, "findings.0.assets.0.id"), "/subscriptions/s/x");
	v = parse(e, write_format(e, "sarif"));
	assert_string_equal(text_at(e, v, "runs.0.results.0.locations.0.physicalLocation.artifactLocation.uri"),
		"snap/arg.json");
	assert_holds(write_format(e, "text"), "snap/arg.json\n  high  x accepts plain HTTP");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_format_has_a_name_and_writes_something),
		TEST(text_shows_the_line_and_what_it_means),
		TEST(text_without_findings_is_one_line),
		TEST(text_cuts_wide_lines_around_what_is_marked),
		TEST(a_secret_is_never_shown),
		TEST(one_line_in_two_configurations_is_told_once),
		TEST(json_has_the_shape_that_scripts_rely_on),
		TEST(sarif_says_what_code_scanning_reads),
		TEST(hashes_are_those_that_code_scanning_computes),
		TEST(log_commands_hold_one_finding_a_line_whatever_it_says),
		TEST(log_commands_put_the_worst_first),
		TEST(what_only_runs_is_told_with_its_snapshot),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

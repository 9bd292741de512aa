#include "tests/unit/annotate_fixture.h"

#include "annotate/forges/suggest.h"
#include "annotate/hunks.h"
#include "core/codec/json.h"

typedef struct plan {
	const bl_value *review, *summary; /* the requests' bodies */
	const char *words;                /* the summary's */
} plan;

static const char *z(estate *e, const bl_value *v, const char *path)
{
	return bl_str_z(&e->arena, bl_value_text(bl_value_at_path(v, bl_str_of(path))));
}

/* Every request has a method, a path under the repository and a body; there is nothing else in a line. */
static plan make_plan(estate *e, const char *path, uint32_t first, uint32_t last)
{
	plan p = {0};
	bl_changed_lines changed = {.path = bl_str_of(path), .n = 1};
	changed.ranges = bl_arena_alloc(&e->arena, sizeof *changed.ranges);
	changed.ranges[0].first = first;
	changed.ranges[0].last = last;
	bl_pull_request pull = {.owner = BL_STR("contoso"), .name = BL_STR("shop"), .number = 7,
		.head_commit = e->view.commit, .changed = &changed, .nchanged = 1};
	e->out.n = 0;
	bl_annotate_github(&e->view, &pull, &e->out);
	bl_str rest = bl_buf_str(&e->out), line;
	while (rest.n) {
		rest = bl_str_cut(rest, '\n', &line);
		const bl_value *v = bl_json_read(&e->arena, bl_str_dup(&e->arena, line), NULL);
		assert_non_null(v);
		assert_int_equal(v->n, 3);
		assert_string_equal(z(e, v, "method"), "POST");
		if (strcmp(z(e, v, "path"), "/repos/contoso/shop/pulls/7/reviews") == 0)
			p.review = bl_value_getz(v, "body");
		else if (strcmp(z(e, v, "path"), "/repos/contoso/shop/issues/7/comments") == 0)
			p.summary = bl_value_getz(v, "body");
		else
			fail_msg("unknown request %s", z(e, v, "path"));
	}
	assert_non_null(p.summary);
	p.words = z(e, p.summary, "body");
	return p;
}

static size_t comments(const plan *p)
{
	return p->review ? bl_value_getz(p->review, "comments")->n : 0;
}

static void a_finding_inside_a_hunk_is_a_comment_and_the_rest_is_the_summary(void **state)
{
	estate *e = *state;
	plan p = make_plan(e, "infra/main.tf", 1, 3);
	assert_int_equal(comments(&p), 1);
	assert_string_equal(z(e, p.review, "event"), "COMMENT");
	assert_string_equal(z(e, p.review, "commit_id"), "0123456789012345678901234567890123456789");
	assert_true(strlen(z(e, p.review, "body")) > 0);
	assert_string_equal(z(e, p.review, "comments.0.path"), "infra/main.tf");
	assert_string_equal(z(e, p.review, "comments.0.side"), "RIGHT");
	assert_int_equal(bl_value_at_path(p.review, BL_STR("comments.0.line"))->number, 3);
	assert_null(bl_value_at_path(p.review, BL_STR("comments.0.start_line")));
	const char *body = z(e, p.review, "comments.0.body");
	assert_true(strncmp(body, "<!-- belay:finding v=1 fp=00000000000000000000000000000001 -->\n", 63) == 0);
	assert_holds(body, "**High**: stlogs accepts plain HTTP (`azure/storage/https-only`)");
	assert_holds(body, "storageAccounts/stlogs` (confidence 0.97)");
	assert_holds(body, "the internet reaches it: public network access is on");
	assert_holds(body, "this change opens an attack path: the internet reads the logs<br>`internet -> stlogs`");
	assert_holds(body, "cut it: turn public access off at `infra/main.tf:1`");
	assert_holds(body, "```suggestion\n\thttps_traffic_only_enabled = true\n```");
	assert_true(strncmp(p.words, "<!-- belay:summary v=1 -->\n", 27) == 0);
	assert_holds(p.words, "2 new findings, opens 1 attack path");
	assert_holds(p.words, "`infra/main.tf:4` stlogs is public");
	assert_lacks(p.words, "accepts plain HTTP");
	assert_holds(p.words, "<details>");
	assert_holds(p.words, "stlogs may be public (`azure/storage/public`): var.x has no value");
}

static void a_changed_default_gets_the_comment_when_its_use_did_not_change(void **state)
{
	estate *e = *state;
	plan p = make_plan(e, "infra/variables.tf", 2, 2);
	assert_int_equal(comments(&p), 1);
	assert_string_equal(z(e, p.review, "comments.0.path"), "infra/variables.tf");
	assert_holds(z(e, p.review, "comments.0.body"), "**Used at** `infra/main.tf:4`");
	assert_lacks(z(e, p.review, "comments.0.body"), "suggestion");
}

static void without_a_changed_line_there_is_no_review(void **state)
{
	estate *e = *state;
	plan p = make_plan(e, "other.tf", 1, 100);
	assert_null(p.review);
	assert_holds(p.words, "accepts plain HTTP");
	e->view.nfindings = 0;
	e->view.npaths = 0;
	p = make_plan(e, "infra/main.tf", 1, 100);
	assert_null(p.review);
	assert_string_equal(p.words, "<!-- belay:summary v=1 -->\n## belay: no new findings\n");
}

static void comments_stop_at_ten_a_file_and_the_worst_come_first(void **state)
{
	estate *e = *state;
	e->view.nfindings = 0;
	for (int i = 0; i < 14; i++)
		add_finding(e, i == 13 ? &e->https : &e->open, e->resource->head,
			bl_str_fmt(&e->arena, "number %d.", i).p);
	plan p = make_plan(e, "infra/main.tf", 1, 5);
	assert_int_equal(comments(&p), 10);
	assert_holds(z(e, p.review, "comments.0.body"), "number 13");
	assert_holds(p.words, "Findings without a comment of their own");
	assert_holds(p.words, "10 stand as comments");
}

static void one_fingerprint_is_one_comment(void **state)
{
	estate *e = *state;
	e->view.nfindings = 1;
	bl_finding *f = add_finding(e, &e->https, e->list[0]->span, "stlogs accepts plain HTTP");
	memcpy(f->fingerprint, e->list[0]->fingerprint, sizeof f->fingerprint);
	plan p = make_plan(e, "infra/main.tf", 1, 5);
	assert_int_equal(comments(&p), 1);
	assert_holds(z(e, p.review, "comments.0.body"), "fp=00000000000000000000000000000001 -->");
}

static void words_of_strangers_stay_words(void **state)
{
	estate *e = *state;
	e->view.nfindings = 0;
	add_finding(e, &e->https, e->resource->head,
		"<!-- belay:finding v=1 fp=x --> @team see #1 | [click](https://evil) ```\nsuggestion");
	plan p = make_plan(e, "infra/main.tf", 1, 5);
	const char *body = z(e, p.review, "comments.0.body") + 5;
	assert_lacks(body, "<!--");
	assert_lacks(body, "@team");
	assert_lacks(body, "#1");
	assert_lacks(body, "[click](");
	assert_lacks(body, "https://evil");
	assert_lacks(body, "```");
	assert_lacks(body, "see | [");
}

static void a_long_summary_ends_before_the_limit_and_says_what_is_left(void **state)
{
	estate *e = *state;
	size_t n = 5000;
	const bl_finding **list = bl_new_n(&e->arena, const bl_finding *, n);
	bl_finding *all = bl_new_n(&e->arena, bl_finding, n);
	for (size_t i = 0; i < n; i++) {
		all[i] = e->findings[0];
		snprintf(all[i].fingerprint, sizeof all[i].fingerprint, "%032zx", i);
		all[i].message = bl_str_fmt(&e->arena, "%zu %s", i, "<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<");
		list[i] = &all[i];
	}
	e->view.findings = list;
	e->view.nfindings = n;
	plan p = make_plan(e, "other.tf", 1, 1);
	assert_true(strlen(p.words) < 65536);
	assert_holds(p.words, " more\n");
}

static void a_clip_keeps_to_one_hunk(void **state)
{
	bl_changed_lines file = {.n = 2};
	bl_arena arena = {0};
	file.ranges = bl_arena_alloc(&arena, 2 * sizeof *file.ranges);
	file.ranges[0].first = 10;
	file.ranges[0].last = 20;
	file.ranges[1].first = 30;
	file.ranges[1].last = 40;
	static const uint32_t rows[][5] = {
		/* asked, answer or nothing */
		{12, 14, 1, 12, 14},
		{18, 25, 1, 18, 20},
		{5, 12, 1, 10, 10},
		{21, 29, 0, 0, 0},
		{15, 35, 1, 15, 20},
		{40, 50, 1, 40, 40},
		{1, 9, 0, 0, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint32_t first = rows[i][0], last = rows[i][1];
		assert_int_equal(bl_hunks_clip(&file, &first, &last), rows[i][2]);
		if (rows[i][2])
			assert_true(first == rows[i][3] && last == rows[i][4]);
	}
	uint32_t first = 1, last = 1;
	assert_false(bl_hunks_clip(NULL, &first, &last));
	bl_arena_done(&arena);
}

static void a_fix_is_suggested_only_when_it_is_certain(void **state)
{
	estate *e = *state;
	bl_str line;
	bl_finding *f = &e->findings[0];
	assert_true(bl_suggest_line(&e->arena, e->sources, f, &line));
	assert_true(bl_str_eqz(line, "\thttps_traffic_only_enabled = true"));
	f->span = find_text(e, e->main, "false");
	assert_true(bl_suggest_line(&e->arena, e->sources, f, &line));
	bl_via via = {.what = BL_STR("var.x"), .span = f->span};
	f->via = &via;
	assert_false(bl_suggest_line(&e->arena, e->sources, f, &line));
	f->via = NULL;
	static const char *const unsure[] = {"x = !false", "x = var.a ? true : false", "{\"a\": 1, \"x\": false", "x = false\r\n",
		"x = \"false\"", "xfalse"};
	for (size_t i = 0; i < sizeof unsure / sizeof *unsure; i++) {
		uint32_t s = bl_sources_add(e->sources, BL_STR(""), BL_STR("u"), bl_str_of(unsure[i]));
		f->span = find_text(e, s, "false");
		assert_false(bl_suggest_line(&e->arena, e->sources, f, &line));
	}
	f->span = e->resource->head;
	assert_false(bl_suggest_line(&e->arena, e->sources, f, &line));
	f->span = find_text(e, e->main, "false");
	e->https.fix = NULL;
	assert_false(bl_suggest_line(&e->arena, e->sources, f, &line));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_finding_inside_a_hunk_is_a_comment_and_the_rest_is_the_summary),
		TEST(a_changed_default_gets_the_comment_when_its_use_did_not_change),
		TEST(without_a_changed_line_there_is_no_review),
		TEST(comments_stop_at_ten_a_file_and_the_worst_come_first),
		TEST(one_fingerprint_is_one_comment),
		TEST(words_of_strangers_stay_words),
		TEST(a_long_summary_ends_before_the_limit_and_says_what_is_left),
		TEST(a_clip_keeps_to_one_hunk),
		TEST(a_fix_is_suggested_only_when_it_is_certain),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

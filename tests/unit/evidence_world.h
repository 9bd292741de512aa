/*
 * Small estates written as text, for the rows of mapping/evidence.def: files of code, exports of what runs, and whether belay sees the evidence of a row for
 * a pair of a block and an asset. Each case is run as it stands, where the row must count, and once with each of its changes, where it must not: a change is
 * the one thing that a near miss lacks.
 */
#ifndef BL_TESTS_UNIT_EVIDENCE_WORLD_H
#define BL_TESTS_UNIT_EVIDENCE_WORLD_H

#include "core/base/arena.h"
#include "core/codec/json.h"
#include "include/belay/belay.h"
#include "tests/unit/repo_place.h"

enum evidence_row {
#define X(row, id, weight, meaning) row,
#include "mapping/evidence.def"
#undef X
	EVIDENCE_ROWS
};

static const struct {
	const char *name, *id, *meaning;
	double weight;
} evidence_rows[] = {
#define X(row, id, weight, meaning) {#row, id, meaning, weight},
#include "mapping/evidence.def"
#undef X
};

enum { MAX_FILES = 8, MAX_CHANGES = 5 };

/* Paths that begin with "seen/" are exports, all others are code. "@HEAD@" in an export is the commit that a case with git is committed as. */
typedef struct evidence_file {
	const char *path, *text;
} evidence_file;

typedef struct evidence_change {
	const char *what;     /* what the near miss is, as the end of a sentence */
	const char *from, *to; /* replaced wherever it stands in files that hold it; it must stand somewhere */
} evidence_change;

typedef struct evidence_case {
	enum evidence_row row;
	const char *what;        /* a sentence */
	double share;            /* of the row's weight that is expected; 0: all of it */
	const char *words;       /* what the reason says, or NULL */
	bool git;                /* the code is committed, as github.com/acme/shop */
	const char *code;        /* address of the block, or of a Dockerfile's stage behind its path: "api/Dockerfile 0" */
	const char *asset;       /* how its id ends */
	evidence_file files[MAX_FILES];
	evidence_change changes[MAX_CHANGES];
} evidence_case;

/* One run: a case, and which of its changes is made (-1: none). */
typedef struct evidence_run {
	const evidence_case *of;
	int change;
} evidence_run;

static bl_session *evidence_session;

static inline int open_session(void **state)
{
	char error[256];
	evidence_session = bl_session_open(NULL, 0, error, sizeof error);
	return evidence_session ? 0 : -1;
}

static inline int close_session(void **state)
{
	bl_session_close(evidence_session);
	return 0;
}

static inline bool is_export(const char *path)
{
	return strncmp(path, "seen/", 5) == 0;
}

/* text with every from made to; *done tells whether there was one. */
static inline char *replaced(bl_arena *arena, const char *text, const char *from, const char *to, bool *done)
{
	bl_buf out = {0};
	for (const char *at; (at = strstr(text, from)) != NULL; text = at + strlen(from)) {
		bl_buf_put(&out, bl_str_make(text, (size_t)(at - text)));
		bl_buf_putz(&out, to);
		*done = true;
	}
	bl_buf_putz(&out, text);
	char *z = bl_str_z(arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return z;
}

static inline const char *head_of_git(bl_arena *arena)
{
	run("cd code && git init -q . && git add -A && git commit -q -m all && git rev-parse HEAD >../head");
	char head[41] = "";
	FILE *f = fopen("head", "r");
	assert_non_null(f);
	assert_int_equal(fread(head, 1, 40, f), 40);
	fclose(f);
	return bl_str_z(arena, bl_str_of(head));
}

/* Files as the run has them; the names of the exports go to seen. */
static inline size_t put_files(bl_arena *arena, const evidence_run *r, const char **seen)
{
	const evidence_case *c = r->of;
	const evidence_change *change = r->change >= 0 ? &c->changes[r->change] : NULL;
	const char *head = NULL;
	bool done = !change, ignored;
	size_t n = 0;
	for (int exports = 0; exports < 2; exports++) {
		for (size_t i = 0; i < MAX_FILES && c->files[i].path; i++) {
			const char *path = c->files[i].path, *text = c->files[i].text;
			if (is_export(path) != exports)
				continue;
			if (change)
				text = replaced(arena, text, change->from, change->to, &done);
			if (exports && head)
				text = replaced(arena, text, "@HEAD@", head, &ignored);
			if (exports)
				seen[n++] = path;
			put(exports ? path : bl_str_fmt(arena, "code/%s", path).p, text);
		}
		if (!exports && c->git)
			head = head_of_git(arena);
	}
	if (!done)
		fail_msg("nothing holds '%s'", change->from);
	return n;
}

static inline int append(void *context, const char *data, size_t size)
{
	bl_buf_put(context, bl_str_make(data, size));
	return 0;
}

/* What `belay map --format json` prints. */
static inline const bl_value *mapped(bl_arena *arena, const evidence_run *r)
{
	const char *seen[MAX_FILES];
	const char *paths[] = {"code"}, *repos[] = {"github.com/acme/shop=code"};
	char words[512];
	bl_error error = {""};
	bl_buf text = {0};
	bl_run_options o = {.depth = BL_RUN_JOIN, .links_only = 1, .jobs = 1, .now = "2026-01-01T00:00:00Z", .snapshots = seen};
	o.nsnapshots = put_files(arena, r, seen);
	if (r->of->git) {
		o.repos = repos;
		o.nrepos = 1;
	} else {
		o.paths = paths;
		o.npaths = 1;
		o.root = "code";
	}
	bl_report *report = bl_run(evidence_session, &o, words, sizeof words);
	if (!report)
		fail_msg("%s", words);
	assert_int_equal(bl_report_print(report, &(bl_print_options){.view = "links", .format = "json"}, append, &text, words, sizeof words), 0);
	bl_report_free(report);
	const bl_value *v = bl_json_read(arena, bl_str_dup(arena, bl_buf_str(&text)), &error);
	assert_string_equal(error.text, "");
	bl_buf_done(&text);
	return v;
}

static inline bl_str text_of_path(const bl_value *v, const char *path)
{
	return bl_value_text(bl_value_at_path(v, bl_str_of(path)));
}

static inline bool is_pair(bl_arena *arena, const evidence_case *c, const bl_value *link)
{
	bl_str address = text_of_path(link, "code.address");
	if (memchr(c->code, ' ', strlen(c->code)))
		address = bl_str_fmt(arena, BL_FMT " " BL_FMT, BL_ARG(text_of_path(link, "code.file")), BL_ARG(address));
	return bl_str_eqz(address, c->code) && bl_str_ends(text_of_path(link, "asset.id"), bl_str_of(c->asset));
}

/* Does some link of the pair have the row's evidence? All that is said of links goes to said. */
static inline bool has_row(bl_arena *arena, const evidence_case *c, const bl_value *map, bl_buf *said)
{
	const bl_value *links = bl_value_getz(map, "links");
	double want = evidence_rows[c->row].weight * (c->share > 0 ? c->share : 1);
	bool found = false;
	for (uint32_t i = 0; i < links->n; i++) {
		const bl_value *evidence = bl_value_getz(links->list[i], "evidence");
		bool pair = is_pair(arena, c, links->list[i]);
		bl_buf_putf(said, "\n" BL_FMT " > " BL_FMT, BL_ARG(text_of_path(links->list[i], "code.address")), BL_ARG(text_of_path(links->list[i], "asset.id")));
		for (uint32_t k = 0; k < evidence->n; k++) {
			const bl_value *e = evidence->list[k], *weight = bl_value_getz(e, "weight");
			bl_str id = text_of_path(e, "id"), why = text_of_path(e, "why");
			double has = strtod(bl_str_z(arena, weight->digits), NULL);
			bl_buf_putf(said, "\n    " BL_FMT " %.4f " BL_FMT, BL_ARG(id), has, BL_ARG(why));
			found = found || (pair && bl_str_eqz(id, evidence_rows[c->row].id) && has > want - 1e-4 && has < want + 1e-4 &&
				(!c->words || bl_str_find(why, bl_str_of(c->words), 0) >= 0));
		}
	}
	return found;
}

static void *evidence_place;

static inline int enter_case(void **state)
{
	return enter(&evidence_place);
}

static inline int leave_case(void **state)
{
	return leave(&evidence_place);
}

static inline void run_case(void **state)
{
	const evidence_run *r = *state;
	bl_buf said = {0};
	bl_arena *arena = &((place *)evidence_place)->arena;
	bool found = has_row(arena, r->of, mapped(arena, r), &said);
	const char *z = bl_str_z(arena, bl_buf_str(&said));
	bl_buf_done(&said);
	if (found != (r->change < 0))
		fail_msg("%s %s for %s > %s; there is:%s", evidence_rows[r->of->row].name, found ? "counts" : "does not count", r->of->code, r->of->asset, z);
}

/* Runs every case of a table; the names of tests are made of the row, the sentence and the change. */
static inline int run_cases(const evidence_case *cases, size_t n)
{
	struct CMUnitTest *tests = calloc(n * (1 + MAX_CHANGES), sizeof *tests);
	evidence_run *runs = calloc(n * (1 + MAX_CHANGES), sizeof *runs);
	bl_arena arena = {0};
	size_t count = 0;
	for (size_t i = 0; i < n; i++) {
		for (int k = -1; k < MAX_CHANGES && (k < 0 || cases[i].changes[k].what); k++) {
			bl_str name = bl_str_fmt(&arena, "%s: %s%s%s", evidence_rows[cases[i].row].name, cases[i].what, k < 0 ? "" : ", but not ",
				k < 0 ? "" : cases[i].changes[k].what);
			runs[count] = (evidence_run){&cases[i], k};
			tests[count] = (struct CMUnitTest){.name = name.p, 
				.test_func = run_case, .setup_func = enter_case, .teardown_func = leave_case, .initial_state = &runs[count]};
			count++;
		}
	}
	int failed = _cmocka_run_group_tests("evidence", tests, count, open_session, close_session);
	bl_arena_done(&arena);
	free(tests);
	free(runs);
	return failed;
}

#endif

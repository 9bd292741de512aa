// BuildKit's own cases of expanding words in a Dockerfile. BELAY_CORPORA names the folder that
// holds languages/; without it the tests are skipped.

#include "eval/docker/expand.h"

#include <stdio.h>
#include <stdlib.h>

static void set(bl_arena *arena, bl_docker_scope *scope, bl_str name, bl_str value)
{
	bl_docker_scope_set(arena, scope, bl_str_dup(arena, name),
		bl_value_string(arena, BL_NOWHERE, bl_str_dup(arena, value)));
}

/* Where variables have no case it is as on Windows. */
static bl_docker_scope scope_of(bl_arena *arena, bool windows)
{
	bl_docker_scope scope = {.closed = true, .escape = '\\', .values = {.fold = windows}};
	set(arena, &scope, BL_STR("PWD"), BL_STR("/home"));
	set(arena, &scope, BL_STR("SHELL"), BL_STR("bash"));
	set(arena, &scope, BL_STR("KOREAN"), BL_STR("\xed\x95\x9c\xea\xb5\xad\xec\x96\xb4"));
	set(arena, &scope, BL_STR("NULL"), BL_STR(""));
	return scope;
}

static FILE *open_table(bl_arena *arena, const char *top, const char *name)
{
	return fopen(bl_str_fmt(arena, "%s/languages/dockerfile-shell/%s", top, name).p, "r");
}

static bool check(bl_str word, bl_str want, bl_str have)
{
	if (bl_str_eq(have, want))
		return true;
	printf("# " BL_FMT ": want '" BL_FMT "' have '" BL_FMT "'\n", BL_ARG(word), BL_ARG(want),
		BL_ARG(have));
	return false;
}

static void expand_row(bl_arena *arena, bl_str row, bool windows, int *rows, int *failed)
{
	bl_str why;
	bl_docker_scope scope = scope_of(arena, windows);
	ptrdiff_t bar = bl_str_find(row, BL_STR("|"), 0);
	if (bar < 0)
		return;
	bl_str word = bl_str_trim(bl_str_slice(row, 0, (size_t)bar));
	const bl_value *v = bl_docker_expand(arena, &scope, word, BL_NOWHERE, &why);
	bl_str have = !v                      ? BL_STR("error")
		      : v->kind == BL_STRING ? v->string
					     : BL_STR("unknown");
	++*rows;
	*failed += !check(word, bl_str_trim(bl_str_slice(row, (size_t)bar + 1, row.n)), have);
}

/* PLATFORMS|WORD | RESULT, where a platform is U, W or A for both */
static int test_variables(bl_arena *arena, const char *top)
{
	char line[1024];
	int rows = 0, failed = 0;
	FILE *f = open_table(arena, top, "envVarTest");
	while (f && fgets(line, sizeof line, f)) {
		bl_str rest = bl_str_of(line), platform;
		if (line[0] == '#')
			continue;
		rest = bl_str_cut(rest, '|', &platform);
		bool both = line[0] == 'A';
		if (both || line[0] == 'U')
			expand_row(arena, rest, false, &rows, &failed);
		if (both || line[0] == 'W')
			expand_row(arena, rest, true, &rows, &failed);
	}
	if (f)
		fclose(f);
	printf("%sok 1 - %d words expand as BuildKit expands them\n",
		failed || rows < 200 ? "not " : "", rows);
	return failed || rows < 200;
}

static bl_str joined(bl_arena *arena, const bl_values *words)
{
	bl_str all = BL_STR("");
	for (size_t i = 0; i < words->n; i++)
		all = bl_str_fmt(arena, BL_FMT "%s" BL_FMT, BL_ARG(all), i ? "," : "",
			BL_ARG(words->items[i]->string));
	return all;
}

/* TEXT | WORD,WORD, and before it ENV NAME=VALUE */
static int test_words(bl_arena *arena, const char *top)
{
	char line[1024];
	int rows = 0, failed = 0;
	bl_docker_scope scope = {.closed = true, .escape = '\\'};
	FILE *f = open_table(arena, top, "wordsTest");
	while (f && fgets(line, sizeof line, f)) {
		bl_str text, rest;
		bl_str_cut(bl_str_of(line), '\n', &text);
		if (bl_str_starts(text, BL_STR("ENV "))) {
			bl_str name,
				value = bl_str_cut(bl_str_slice(text, 4, text.n), '=', &name);
			set(arena, &scope, name, value);
			continue;
		}
		ptrdiff_t bar = bl_str_find(text, BL_STR(" | "), 0);
		if (line[0] == '#' || bar < 0)
			continue;
		rest = bl_str_slice(text, (size_t)bar + 3, text.n);
		text = bl_str_trim(bl_str_slice(text, 0, (size_t)bar));
		bl_values words = {0};
		bl_str why;
		bool ok = bl_docker_expand_words(arena, &scope, text, BL_NOWHERE, &words, &why);
		rows++;
		failed += !check(text, rest, ok ? joined(arena, &words) : BL_STR("error"));
	}
	if (f)
		fclose(f);
	printf("%sok 2 - %d texts are cut into words as BuildKit cuts them\n",
		failed || rows < 20 ? "not " : "", rows);
	return failed || rows < 20;
}

int main(void)
{
	const char *top = getenv("BELAY_CORPORA");
	if (!top || !*top) {
		printf("1..0 # SKIP BELAY_CORPORA is not set\n");
		return 0;
	}
	bl_arena arena = {0};
	int failed = test_variables(&arena, top) + test_words(&arena, top);
	bl_arena_done(&arena);
	printf("1..2\n");
	return failed;
}

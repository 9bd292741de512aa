// BuildKit's own cases of expanding words in a Dockerfile. BELAY_CORPORA names the folder that
// holds languages/; without it the test is skipped.

#include "eval/docker/expand.h"

#include <stdio.h>
#include <stdlib.h>

static void set(bl_arena *arena, bl_docker_scope *scope, const char *name, const char *value)
{
	bl_docker_scope_set(arena, scope, bl_str_of(name),
		bl_value_string(arena, BL_NOWHERE, bl_str_of(value)));
}

int main(void)
{
	const char *top = getenv("BELAY_CORPORA");
	if (!top || !*top) {
		printf("1..0 # SKIP BELAY_CORPORA is not set\n");
		return 0;
	}
	bl_arena arena = {0};
	bl_docker_scope scope = {.closed = true, .escape = '\\'};
	set(&arena, &scope, "PWD", "/home");
	set(&arena, &scope, "SHELL", "bash");
	set(&arena, &scope, "KOREAN", "\xed\x95\x9c\xea\xb5\xad\xec\x96\xb4");
	set(&arena, &scope, "NULL", "");
	bl_str path = bl_str_fmt(&arena, "%s/languages/dockerfile-shell/envVarTest", top);
	FILE *f = fopen(path.p, "r");
	char line[1024];
	int rows = 0, failed = 0;
	while (f && fgets(line, sizeof line, f)) {
		bl_str rest = bl_str_of(line), platform, word, why;
		ptrdiff_t hash = bl_str_find(rest, BL_STR("#"), 0);
		if (!hash || (line[0] != 'A' && line[0] != 'U'))
			continue;
		rest = bl_str_cut(rest, '|', &platform);
		ptrdiff_t bar = bl_str_find(rest, BL_STR("|"), 0);
		if (bar < 0)
			continue;
		word = bl_str_trim(bl_str_slice(rest, 0, (size_t)bar));
		bl_str want = bl_str_trim(bl_str_slice(rest, (size_t)bar + 1, rest.n));
		const bl_value *v = bl_docker_expand(&arena, &scope, word, BL_NOWHERE, &why);
		bl_str have =
			v ? v->kind == BL_STRING ? v->string : BL_STR("unknown") : BL_STR("error");
		rows++;
		if (!bl_str_eq(have, want)) {
			failed++;
			printf("# " BL_FMT ": want '" BL_FMT "' have '" BL_FMT "'\n", BL_ARG(word),
				BL_ARG(want), BL_ARG(have));
		}
	}
	if (f)
		fclose(f);
	bl_arena_done(&arena);
	printf("%sok 1 - %d words expand as BuildKit expands them\n1..1\n",
		failed || rows < 100 ? "not " : "", rows);
	return failed || rows < 100;
}

// The cases of the library that reads .dockerignore for BuildKit. BELAY_CORPORA names the folder that
// holds languages/; without it the test is skipped.

#include "core/base/value.h"
#include "core/codec/json.h"
#include "eval/docker/ignore.h"

#include <stdio.h>
#include <stdlib.h>

static bool holds(bl_arena *arena, const bl_value *row)
{
	const bl_value *patterns = bl_value_getz(row, "patterns");
	bl_docker_ignore ignore = {0};
	for (uint32_t i = 0; i < patterns->n; i++)
		bl_docker_ignore_add(arena, &ignore, patterns->list[i]->string);
	bool have = bl_docker_ignore_matches(&ignore, bl_value_getz(row, "file")->string);
	bl_docker_ignore_done(&ignore);
	return have == bl_value_getz(row, "match")->boolean;
}

int main(void)
{
	const char *top = getenv("BELAY_CORPORA");
	if (!top || !*top) {
		printf("1..0 # SKIP BELAY_CORPORA is not set\n");
		return 0;
	}
	bl_arena arena = {0};
	bl_str path = bl_str_fmt(&arena, "%s/languages/dockerignore-match.jsonl", top);
	FILE *f = fopen(path.p, "r");
	char line[4096];
	int rows = 0, failed = 0;
	while (f && fgets(line, sizeof line, f)) {
		const bl_value *row = bl_json_read(&arena, bl_str_of(line), NULL);
		rows++;
		if (row && holds(&arena, row))
			continue;
		failed++;
		printf("# %s", line);
	}
	if (f)
		fclose(f);
	bl_arena_done(&arena);
	printf("%sok 1 - %d files are ignored as the patterns say\n1..1\n",
		failed || rows < 40 ? "not " : "", rows);
	return failed || rows < 40;
}

// The cases of BuildKit's own parser: what it prints for each file is what we print, and what it
// refuses we refuse. BELAY_CORPORA names the folder that holds languages/; without it the test is
// skipped.

#include "parsers/parsers.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

static bool read_file(
	bl_arena *arena, const char *folder, const char *name, const char *file, bl_str *out)
{
	bl_str path = bl_str_fmt(arena, "%s/%s/%s", folder, name, file);
	FILE *f = fopen(path.p, "rb");
	if (!f)
		return false;
	bl_buf buf = {0};
	char chunk[4096];
	for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0;)
		bl_buf_put(&buf, bl_str_make(chunk, n));
	fclose(f);
	*out = bl_str_dup(arena, bl_buf_str(&buf));
	bl_buf_done(&buf);
	return true;
}

static bool has_error(const bl_document *document)
{
	for (size_t i = 0; i < document->diags.n; i++)
		if (document->diags.items[i].level == BL_DIAG_ERROR)
			return true;
	return false;
}

static bool meets(const char *folder, const char *name, bl_arena *arena)
{
	bl_str text, want;
	if (!read_file(arena, folder, name, "Dockerfile", &text))
		return false;
	bl_sources *sources = bl_sources_new();
	bl_document document = {.language = BL_LANG_DOCKERFILE, .path = BL_STR("Dockerfile")};
	document.source = bl_sources_add(sources, BL_STR(""), document.path, text);
	bl_parse(sources, &document);
	bl_buf out = {0};
	bl_dockerfile_print_sexp(&document, &out);
	bool met = read_file(arena, folder, name, "result", &want)
			   ? !has_error(&document) &&
				     bl_str_eq(bl_str_trim(bl_buf_str(&out)), bl_str_trim(want))
			   : has_error(&document);
	if (!met)
		printf("# %s", bl_buf_str(&out).p ? out.p : "");
	bl_buf_done(&out);
	bl_arena_done(&document.arena);
	bl_sources_free(sources);
	return met;
}

int main(void)
{
	const char *top = getenv("BELAY_CORPORA");
	if (!top || !*top) {
		printf("1..0 # SKIP BELAY_CORPORA is not set\n");
		return 0;
	}
	bl_arena arena = {0};
	bl_str folder = bl_str_fmt(&arena, "%s/languages/dockerfile-parser", top);
	struct dirent **names = NULL;
	int n = scandir(folder.p, &names, NULL, alphasort), count = 0, failed = 0;
	for (int i = 0; i < n; i++) {
		if (names[i]->d_name[0] != '.') {
			bool met = meets(folder.p, names[i]->d_name, &arena);
			printf("%sok %d - %s\n", met ? "" : "not ", ++count, names[i]->d_name);
			failed += !met;
		}
		free(names[i]);
	}
	free(names);
	printf("1..%d\n", count);
	bl_arena_done(&arena);
	return failed || count < 20;
}

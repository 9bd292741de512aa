// Every Dockerfile of the corpora that a build would read parses without an error. BELAY_CORPORA
// names the folder that holds languages/; without it the test is skipped.

#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tree_sitter/api.h>

const TSLanguage *tree_sitter_dockerfile(void);

static TSParser *parser;
static unsigned parsed, wrong;

static char *read_all(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		return NULL;
	fseek(f, 0, SEEK_END);
	long length = ftell(f);
	rewind(f);
	char *bytes = length < 0 ? NULL : malloc((size_t)length + 1);
	if (bytes)
		*size = fread(bytes, 1, (size_t)length, f);
	fclose(f);
	return bytes;
}

static bool is_dockerfile(const char *path)
{
	const char *base = strrchr(path, '/') + 1;
	return !strstr(path, "/negative.") &&
	       (strncmp(base, "Dockerfile", 10) == 0 || strstr(base, ".Dockerfile"));
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)ftw;
	if (type != FTW_F || !is_dockerfile(path))
		return 0;
	size_t size = 0;
	char *text = read_all(path, &size);
	if (!text)
		return 0;
	TSTree *tree = ts_parser_parse_string(parser, NULL, text, (uint32_t)size);
	parsed++;
	if (ts_node_has_error(ts_tree_root_node(tree))) {
		printf("# %s\n", path);
		wrong++;
	}
	ts_tree_delete(tree);
	free(text);
	return 0;
}

int main(void)
{
	// Each with the least number of files it must have found, so that an empty walk can't pass.
	static const struct {
		const char *folder;
		unsigned least;
	} corpora[] = {{"dockerfile-parser", 25}, {"dockerfile-tests", 100}, {"real", 200}};
	const unsigned count = sizeof(corpora) / sizeof(*corpora);
	const char *top = getenv("BELAY_CORPORA");
	unsigned failed = 0;
	if (!top || !*top) {
		printf("1..0 # SKIP BELAY_CORPORA is not set\n");
		return 0;
	}
	printf("1..%u\n", count);
	parser = ts_parser_new();
	ts_parser_set_language(parser, tree_sitter_dockerfile());
	for (unsigned i = 0; i < count; i++) {
		char *folder = NULL;
		if (asprintf(&folder, "%s/languages/%s", top, corpora[i].folder) < 0)
			abort();
		parsed = wrong = 0;
		nftw(folder, visit, 16, FTW_PHYS);
		bool ok = !wrong && parsed >= corpora[i].least;
		failed += !ok;
		printf("%sok %u - every Dockerfile of %s parses (%u files)\n", ok ? "" : "not ",
			i + 1, corpora[i].folder, parsed);
		free(folder);
	}
	ts_parser_delete(parser);
	return failed != 0;
}

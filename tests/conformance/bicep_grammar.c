// Every valid Bicep file of the corpora parses without an error. BELAY_CORPORA names the folder that holds
// languages/; without it the test is skipped.

#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tree_sitter/api.h>

const TSLanguage *tree_sitter_bicep(void);

// Baselines that quote a source with notes between its lines, even inside strings: not Bicep any more.
static const char *const annotated[] = {
	".diagnostics.", ".ir.", ".sourcemap.", ".symbols.", ".syntax.", ".tokens.",
};

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
	if (bytes) {
		*size = fread(bytes, 1, (size_t)length, f);
		bytes[*size] = '\0';
	}
	fclose(f);
	return bytes;
}

// Whether the compiler found errors in PATH: they are in STEM.diagnostics.EXT beside it. Folders of
// invalid samples hold further broken files without one.
static bool is_invalid(const char *path)
{
	const char *base = strrchr(path, '/') + 1;
	size_t stem = (size_t)(base - path) + strcspn(base, ".");
	char *diagnostics = NULL;
	if (strstr(path, "/baselines.Invalid"))
		return true;
	if (asprintf(&diagnostics, "%.*s.diagnostics%s", (int)stem, path, strrchr(path, '.')) < 0)
		abort();
	size_t size = 0;
	char *text = read_all(diagnostics, &size);
	bool invalid = text && strstr(text, "(Error)");
	free(text);
	free(diagnostics);
	return invalid;
}

static bool is_bicep(const char *path)
{
	const char *dot = strrchr(path, '.');
	if (!dot || (strcmp(dot, ".bicep") != 0 && strcmp(dot, ".bicepparam") != 0))
		return false;
	for (size_t i = 0; i < sizeof(annotated) / sizeof(*annotated); i++)
		if (strstr(strrchr(path, '/'), annotated[i]))
			return false;
	return true;
}

// The first error in reading order, for the log.
static TSNode first_error(TSNode node)
{
	while (!ts_node_is_error(node) && !ts_node_is_missing(node)) {
		uint32_t i = 0, n = ts_node_child_count(node);
		while (i < n && !ts_node_has_error(ts_node_child(node, i)))
			i++;
		if (i == n)
			break;
		node = ts_node_child(node, i);
	}
	return node;
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)ftw;
	if (type != FTW_F || !is_bicep(path) || is_invalid(path))
		return 0;
	size_t size = 0;
	char *text = read_all(path, &size);
	if (!text)
		return 0;
	if (strstr(text, " (Error)]")) { // its own notes say so
		free(text);
		return 0;
	}
	TSTree *tree = ts_parser_parse_string(parser, NULL, text, (uint32_t)size);
	TSNode root = ts_tree_root_node(tree);
	parsed++;
	if (ts_node_has_error(root)) {
		TSPoint at = ts_node_start_point(first_error(root));
		printf("# %s:%u:%u\n", path, at.row + 1, at.column + 1);
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
	} corpora[] = {{"arm", 50}, {"bicep", 400}, {"bicep-eval", 15}, {"bicep-samples", 200}, {"real", 15}};
	const unsigned count = sizeof(corpora) / sizeof(*corpora);
	const char *top = getenv("BELAY_CORPORA");
	unsigned failed = 0;
	if (!top || !*top) {
		printf("1..0 # SKIP BELAY_CORPORA is not set\n");
		return 0;
	}
	printf("1..%u\n", count);
	parser = ts_parser_new();
	ts_parser_set_language(parser, tree_sitter_bicep());
	for (unsigned i = 0; i < count; i++) {
		char *folder = NULL;
		if (asprintf(&folder, "%s/languages/%s", top, corpora[i].folder) < 0)
			abort();
		parsed = wrong = 0;
		nftw(folder, visit, 16, FTW_PHYS);
		bool ok = !wrong && parsed >= corpora[i].least;
		failed += !ok;
		printf("%sok %u - every valid Bicep file of %s parses (%u files)\n", ok ? "" : "not ", i + 1,
			corpora[i].folder, parsed);
		free(folder);
	}
	ts_parser_delete(parser);
	return failed != 0;
}

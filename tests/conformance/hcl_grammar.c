/*
 * Our HCL grammar against the packaged one: a file that the packaged one reads without an error, ours reads without one, and
 * both find the same attributes, blocks, calls, collections and heredocs at the same places (the packaged one nests
 * conditionals to the left). BELAY_CORPORA names the folder
 * that holds languages/; unset, this is skipped.
 */
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tree_sitter/api.h>

const TSLanguage *tree_sitter_hcl(void);
const TSLanguage *tree_sitter_packaged_hcl(void);

static const char *const names[][2] = {
	{"attribute", "attribute"},
	{"block", "block"},
	{"call", "function_call"},
	{"for_object", "for_object_expr"},
	{"for_tuple", "for_tuple_expr"},
	{"heredoc", "heredoc_template"},
	{"object", "object"},
	{"tuple", "tuple"},
};

typedef struct place {
	int name;
	uint32_t begin, end;
} place;

typedef struct places {
	place *items;
	size_t n, cap;
} places;

static unsigned files, refused, different;

static int name_of(const char *type, int which)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(type, names[i][which]) == 0)
			return (int)i;
	return -1;
}

static void add(places *p, int name, TSNode node)
{
	if (p->n == p->cap) {
		p->cap = p->cap ? p->cap * 2 : 256;
		p->items = realloc(p->items, p->cap * sizeof *p->items);
	}
	p->items[p->n++] = (place){name, ts_node_start_byte(node), ts_node_end_byte(node)};
}

static int by_place(const void *a, const void *b)
{
	const place *p = a, *q = b;
	if (p->begin != q->begin)
		return p->begin < q->begin ? -1 : 1;
	if (p->end != q->end)
		return p->end < q->end ? -1 : 1;
	return p->name - q->name;
}

/* The named places of a tree, in order; false when it has an error. */
static bool read_tree(const TSLanguage *language, int which, const char *text, uint32_t n, places *p)
{
	TSParser *parser = ts_parser_new();
	ts_parser_set_language(parser, language);
	TSTree *tree = ts_parser_parse_string(parser, NULL, text, n);
	TSNode root = ts_tree_root_node(tree);
	/* the packaged grammar also takes an object for a file, as JSON has it */
	bool right = !ts_node_has_error(root) &&
		!(ts_node_named_child_count(root) && strcmp(ts_node_type(ts_node_named_child(root, 0)), "object") == 0);
	TSTreeCursor cursor = ts_tree_cursor_new(root);
	bool more = right;
	while (more) {
		TSNode node = ts_tree_cursor_current_node(&cursor);
		int name = name_of(ts_node_type(node), which);
		if (name >= 0)
			add(p, name, node);
		more = ts_tree_cursor_goto_first_child(&cursor) || ts_tree_cursor_goto_next_sibling(&cursor);
		while (!more && ts_tree_cursor_goto_parent(&cursor))
			more = ts_tree_cursor_goto_next_sibling(&cursor);
	}
	ts_tree_cursor_delete(&cursor);
	ts_tree_delete(tree);
	ts_parser_delete(parser);
	if (p->n)
		qsort(p->items, p->n, sizeof *p->items, by_place);
	return right;
}

static void compare(const char *path, const char *text, uint32_t n)
{
	places ours = {0}, theirs = {0};
	if (read_tree(tree_sitter_packaged_hcl(), 1, text, n, &theirs)) {
		files++;
		if (!read_tree(tree_sitter_hcl(), 0, text, n, &ours)) {
			printf("# %s: refused by ours alone\n", path);
			refused++;
		} else if (ours.n != theirs.n || (ours.n && memcmp(ours.items, theirs.items, ours.n * sizeof *ours.items) != 0)) {
			size_t i = 0;
			while (i < ours.n && i < theirs.n && memcmp(&ours.items[i], &theirs.items[i], sizeof *ours.items) == 0)
				i++;
			printf("# %s: %zu and %zu places, different at byte %u\n", path, ours.n, theirs.n,
				i < ours.n ? ours.items[i].begin : i < theirs.n ? theirs.items[i].begin : n);
			different++;
		}
	}
	free(ours.items);
	free(theirs.items);
}

static bool ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);
	return n >= m && strcmp(s + n - m, suffix) == 0;
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)ftw;
	if (type != FTW_F || st->st_size == 0)
		return 0;
	if (!ends(path, ".tf") && !ends(path, ".tfvars") && !ends(path, ".hcl") && !ends(path, ".tofu"))
		return 0;
	FILE *f = fopen(path, "rb");
	if (!f)
		return 0;
	char *text = malloc((size_t)st->st_size);
	size_t n = fread(text, 1, (size_t)st->st_size, f);
	fclose(f);
	compare(path, text, (uint32_t)n);
	free(text);
	return 0;
}

int main(void)
{
	const char *corpora = getenv("BELAY_CORPORA");
	char path[4096];
	if (!corpora) {
		puts("1..0 # SKIP BELAY_CORPORA is not set");
		return 0;
	}
	snprintf(path, sizeof path, "%s/languages", corpora);
	bool found = nftw(path, visit, 16, FTW_PHYS) == 0 && files;
	puts("1..2");
	printf("# %u files that the packaged grammar reads\n", files);
	printf("%s 1 - ours reads what the packaged grammar reads\n", found && !refused ? "ok" : "not ok");
	printf("%s 2 - both find the same things at the same places\n", found && !different ? "ok" : "not ok");
	return !(found && !refused && !different);
}

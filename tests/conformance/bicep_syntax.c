// The Bicep grammar's nodes stand where the compiler's do. STEM.syntax.EXT quotes a source with the compiler's syntax tree between its
// lines, `//@[begin:end) | ├─KIND`, columns in UTF-16 units from the line above. Statements that the compiler found broken are left out.
// BELAY_CORPORA names the folder that holds languages/; without it the test is skipped.

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tree_sitter/api.h>

const TSLanguage *tree_sitter_bicep(void);

// The compiler's kinds and ours, up to three of them. Kinds that only group what stands alone here have no row.
static const struct {
	const char *kind, *ours[4];
} kinds[] = {
	{"ArrayAccessSyntax", {"index"}}, {"ArraySyntax", {"array"}}, {"ArrayTypeSyntax", {"array_type"}},
	{"AssertDeclarationSyntax", {"assert"}}, {"BinaryOperationSyntax", {"binary"}}, {"BooleanLiteralSyntax", {"boolean"}},
	{"BooleanTypeLiteralSyntax", {"boolean"}}, {"CompileTimeImportDeclarationSyntax", {"import"}}, {"DecoratorSyntax", {"decorator"}},
	{"ExtendsDeclarationSyntax", {"extends"}}, {"ExtensionDeclarationSyntax", {"extension"}}, {"ForSyntax", {"for"}},
	{"FunctionCallSyntax", {"call", "@decorator"}}, {"FunctionDeclarationSyntax", {"function"}}, {"IdentifierSyntax", {"identifier"}},
	{"IfConditionSyntax", {"if"}}, {"ImportedSymbolsListItemSyntax", {"import_item"}}, {"ImportedSymbolsListSyntax", {"import_list"}},
	{"InstanceFunctionCallSyntax", {"call", "@decorator"}}, {"InstanceParameterizedTypeInstantiationSyntax", {"generic_type"}},
	{"IntegerLiteralSyntax", {"number"}}, {"IntegerTypeLiteralSyntax", {"number"}}, {"LambdaSyntax", {"lambda"}},
	{"LocalVariableSyntax", {"identifier"}}, {"MetadataDeclarationSyntax", {"metadata"}}, {"ModuleDeclarationSyntax", {"module"}},
	{"NullLiteralSyntax", {"null"}}, {"NullTypeLiteralSyntax", {"null"}}, {"NullableTypeSyntax", {"nullable_type"}},
	{"ObjectPropertySyntax", {"property"}}, {"ObjectSyntax", {"object"}}, {"ObjectTypeAdditionalPropertiesSyntax", {"rest_type"}},
	{"ObjectTypePropertySyntax", {"property_type"}}, {"ObjectTypeSyntax", {"object_type"}}, {"OutputDeclarationSyntax", {"output"}},
	{"ParameterAssignmentSyntax", {"parameter"}}, {"ParameterDeclarationSyntax", {"parameter"}},
	{"ParameterizedTypeInstantiationSyntax", {"generic_type"}}, {"ParenthesizedExpressionSyntax", {"parenthesized"}},
	{"ParenthesizedTypeSyntax", {"parenthesized_type"}}, {"PropertyAccessSyntax", {"member"}}, {"ResourceAccessSyntax", {"nested"}},
	{"ResourceDeclarationSyntax", {"resource"}}, {"SpreadExpressionSyntax", {"spread"}},
	{"StringSyntax", {"string", "multiline_string", "interpolated_string", "interpolated_multiline"}},
	{"StringTypeLiteralSyntax", {"string", "multiline_string", "interpolated_string", "interpolated_multiline"}},
	{"TargetScopeSyntax", {"target_scope"}}, {"TernaryOperationSyntax", {"ternary"}}, {"TestDeclarationSyntax", {"test"}},
	{"TupleTypeItemSyntax", {"item_type"}}, {"TupleTypeSyntax", {"tuple_type"}}, {"TypeAdditionalPropertiesAccessSyntax", {"member_type"}},
	{"TypeArrayAccessSyntax", {"element_type"}}, {"TypeDeclarationSyntax", {"type_definition"}}, {"TypeItemsAccessSyntax", {"element_type"}},
	{"TypePropertyAccessSyntax", {"member_type"}}, {"TypeVariableAccessSyntax", {"identifier"}},
	{"TypedLocalVariableSyntax", {"function_parameter"}}, {"UnaryOperationSyntax", {"unary"}}, {"UnaryTypeOperationSyntax", {"unary"}},
	{"UnionTypeSyntax", {"union_type"}}, {"UsingDeclarationSyntax", {"using"}}, {"VariableAccessSyntax", {"identifier"}},
	{"VariableDeclarationSyntax", {"variable"}}, {"WildcardImportSyntax", {"import_all"}},
};

typedef struct place {
	uint32_t begin, end;
	const char *kind;
} place;

typedef struct places {
	place *items;
	size_t n, cap;
} places;

static TSParser *parser;
static unsigned compared, differing, files;

static void add(places *p, place one)
{
	if (p->n == p->cap) {
		p->cap = p->cap ? p->cap * 2 : 256;
		p->items = realloc(p->items, p->cap * sizeof *p->items);
		if (!p->items)
			abort();
	}
	p->items[p->n++] = one;
}

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

// The byte n UTF-16 units after byte i.
static size_t after(const char *text, size_t size, size_t i, unsigned n)
{
	while (n && i < size) {
		unsigned char c = (unsigned char)text[i];
		unsigned width = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4, units = width == 4 ? 2 : 1;
		n -= n < units ? n : units;
		i += width;
	}
	return i;
}

static void collect(TSNode node, places *out)
{
	if (ts_node_is_named(node))
		add(out, (place){ts_node_start_byte(node), ts_node_end_byte(node), ts_node_type(node)});
	for (uint32_t i = 0; i < ts_node_child_count(node); i++)
		collect(ts_node_child(node, i), out);
}

static int by_place(const void *a, const void *b)
{
	const place *x = a, *y = b;
	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	if (x->end != y->end)
		return x->end < y->end ? -1 : 1;
	return 0;
}

static bool stands(const places *ours, place want)
{
	size_t low = 0, high = ours->n;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (by_place(&ours->items[middle], &want) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < ours->n && by_place(&ours->items[low], &want) == 0; low++)
		if (strcmp(ours->items[low].kind, want.kind) == 0)
			return true;
	return false;
}

// A row's kinds; "@" before one: with the `@` in front of it.
static bool agrees(const places *ours, place want, size_t row)
{
	for (size_t i = 0; i < 4 && kinds[row].ours[i]; i++) {
		bool at = kinds[row].ours[i][0] == '@';
		if (stands(ours, (place){want.begin - at, want.end, kinds[row].ours[i] + at}))
			return true;
	}
	return false;
}

static size_t row_of(const char *kind)
{
	size_t i = 0;
	while (i < sizeof kinds / sizeof *kinds && strcmp(kinds[i].kind, kind) != 0)
		i++;
	return i;
}

// Compares one statement's nodes, and forgets them.
static void flush(const char *path, const places *ours, places *statement, bool *broken)
{
	for (size_t i = 0; i < statement->n; i++) {
		size_t row = row_of(statement->items[i].kind);
		if (*broken || row == sizeof kinds / sizeof *kinds)
			continue;
		compared++;
		if (agrees(ours, statement->items[i], row))
			continue;
		if (differing++ < 20)
			printf("# %s: %s at bytes %u-%u\n", path, statement->items[i].kind, statement->items[i].begin, statement->items[i].end);
	}
	for (size_t i = 0; i < statement->n; i++)
		free((char *)statement->items[i].kind);
	statement->n = 0;
	*broken = false;
}

static void compare(const char *path, const char *text, size_t size, char *notes, const places *ours)
{
	static const char mark[] = "//@[";
	places statement = {0};
	bool broken = false, first = true;
	size_t next = size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0, line = next;
	for (char *at = notes, *end; *at; at = end) {
		end = at + strcspn(at, "\n");
		end += *end == '\n';
		if (strncmp(at, mark, 4) != 0) {
			if (first && strncmp(at, "\xef\xbb\xbf", 3) == 0)
				at += 3;
			first = false;
			line = next;
			while (next < size && text[next] != '\n')
				next++;
			next += next < size;
			continue;
		}
		char *rest;
		unsigned begin = (unsigned)strtoul(at + 4, &rest, 10), stop = (unsigned)strtoul(rest + 1, &rest, 10);
		char *name = rest + 2;
		bool top = strncmp(name, "├─", 6) == 0 || strncmp(name, "└─", 6) == 0;
		while (name < end && !((*name >= 'A' && *name <= 'Z')))
			name++;
		size_t length = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
		if (top)
			flush(path, ours, &statement, &broken);
		broken |= strncmp(name, "SkippedTrivia", 13) == 0;
		size_t from = after(text, size, line, begin), to = after(text, size, from, stop - begin);
		if (length && stop > begin)
			add(&statement, (place){(uint32_t)from, (uint32_t)to, strndup(name, length)});
	}
	flush(path, ours, &statement, &broken);
	free(statement.items);
}

static void visit(const char *folder, const char *name, const char *notes_name)
{
	char *path = NULL, *notes_path = NULL;
	size_t size = 0, notes_size = 0;
	places ours = {0};
	if (asprintf(&path, "%s/%s", folder, name) < 0 || asprintf(&notes_path, "%s/%s", folder, notes_name) < 0)
		abort();
	char *text = read_all(path, &size), *notes = read_all(notes_path, &notes_size);
	if (text && notes) {
		TSTree *tree = ts_parser_parse_string(parser, NULL, text, (uint32_t)size);
		collect(ts_tree_root_node(tree), &ours);
		qsort(ours.items, ours.n, sizeof *ours.items, by_place);
		compare(path, text, size, notes, &ours);
		ts_tree_delete(tree);
		files++;
	}
	free(ours.items);
	free(text);
	free(notes);
	free(path);
	free(notes_path);
}

int main(void)
{
	const char *top = getenv("BELAY_CORPORA");
	char *corpus = NULL;
	if (!top || !*top) {
		printf("1..0 # SKIP BELAY_CORPORA is not set\n");
		return 0;
	}
	if (asprintf(&corpus, "%s/languages/bicep-samples", top) < 0)
		abort();
	parser = ts_parser_new();
	ts_parser_set_language(parser, tree_sitter_bicep());
	DIR *samples = opendir(corpus);
	for (struct dirent *entry; samples && (entry = readdir(samples));) {
		char *folder = NULL;
		if (entry->d_name[0] == '.')
			continue;
		if (asprintf(&folder, "%s/%s", corpus, entry->d_name) < 0)
			abort();
		visit(folder, "main.bicep", "main.syntax.bicep");
		visit(folder, "parameters.bicepparam", "parameters.syntax.bicepparam");
		free(folder);
	}
	if (samples)
		closedir(samples);
	ts_parser_delete(parser);
	free(corpus);
	bool many = files >= 30 && compared >= 10000, same = compared && (double)differing <= 0.01 * compared;
	printf("1..2\n%sok 1 - there are trees to compare (%u files, %u nodes)\n", many ? "" : "not ", files, compared);
	printf("%sok 2 - the nodes stand where the compiler's do (%u of %u)\n", same ? "" : "not ", compared - differing, compared);
	return !(many && same);
}

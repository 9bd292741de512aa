/*
 * embed OUT.c SYMBOL DIR: writes every *.yaml below DIR as constant C data (core/model/schema.h, bl_embedded), so that
 * belay reads no YAML when it starts. Strict: any problem in a file ends the build at file:line:column.
 */
#include "core/codec/yaml.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { MAX_FOLDERS = 32 };

typedef BL_VEC(bl_str) names;

typedef struct writer {
	bl_arena arena;
	bl_buf values, items, lists;
	size_t nvalues, nitems, nlists;
	bool values_with_items, values_with_lists;
} writer;

static void find_files(bl_arena *arena, names *out, bl_str dir, int depth)
{
	DIR *d = depth < MAX_FOLDERS ? opendir(bl_str_z(arena, dir)) : NULL;
	if (!d)
		return;
	for (struct dirent *e; (e = readdir(d));) {
		bl_str name = bl_str_of(e->d_name);
		if (e->d_name[0] == '.')
			continue;
		bl_str path = bl_str_fmt(arena, BL_FMT "/" BL_FMT, BL_ARG(dir), BL_ARG(name));
		struct stat st;
		if (stat(bl_str_z(arena, path), &st))
			continue;
		if (S_ISDIR(st.st_mode))
			find_files(arena, out, path, depth + 1);
		else if (bl_str_ends(name, BL_STR(".yaml")))
			bl_vec_push(arena, out, path);
	}
	closedir(d);
}

static int by_name(const void *a, const void *b)
{
	return bl_str_cmp(*(const bl_str *)a, *(const bl_str *)b);
}

/* The file's bytes; NULL p when it cannot be read. */
static bl_str read_file(bl_arena *arena, bl_str path)
{
	FILE *f = fopen(bl_str_z(arena, path), "rb");
	if (!f)
		return (bl_str){0};
	bl_buf b = {0};
	char chunk[65536];
	for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0;)
		bl_buf_put(&b, bl_str_make(chunk, n));
	fclose(f);
	bl_str text = bl_str_dup(arena, bl_buf_str(&b));
	bl_buf_done(&b);
	return text;
}

static void write_string(bl_buf *b, bl_str s)
{
	bl_buf_putc(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '"' || c == '\\' || c == '?' || c < 0x20 || c >= 0x7F)
			bl_buf_putf(b, "\\%03o", c);
		else
			bl_buf_putc(b, (char)c);
	}
	bl_buf_putf(b, "\",%zu", s.n);
}

static void write_value(writer *w, size_t at, const bl_value *v);

/* Values stand in one array; a collection's members are numbered before any of them is written. */
typedef struct queued {
	size_t at;
	const bl_value *v;
} queued;

/* Writes v and everything below it, breadth first, so that the order of writing is the order of numbers. */
static void write_tree(writer *w, const bl_value *root)
{
	BL_VEC(queued) queue = {0};
	bl_vec_push(&w->arena, &queue, ((queued){w->nvalues++, root}));
	for (size_t i = 0; i < queue.n; i++) {
		const bl_value *v = queue.items[i].v;
		size_t first = w->nvalues;
		for (uint32_t k = 0; (v->kind == BL_MAP || v->kind == BL_LIST) && k < v->n; k++) {
			const bl_value *member = v->kind == BL_MAP ? v->map[k].value : v->list[k];
			bl_vec_push(&w->arena, &queue, ((queued){w->nvalues++, member}));
		}
		write_value(w, first, v);
	}
}

/* first: the number of v's first member. */
static void write_value(writer *w, size_t first, const bl_value *v)
{
	bl_buf *b = &w->values;
	switch (v->kind) {
	case BL_BOOL:
		bl_buf_putf(b, "{.kind=BL_BOOL,.boolean=%d},\n", v->boolean);
		return;
	case BL_NUMBER:
		bl_buf_putf(b, "{.kind=BL_NUMBER,.number=%.17g,.digits={", v->number);
		write_string(b, v->digits);
		bl_buf_putz(b, "}},\n");
		return;
	case BL_STRING:
		bl_buf_putz(b, "{.kind=BL_STRING,.string={");
		write_string(b, v->string);
		bl_buf_putz(b, "}},\n");
		return;
	case BL_LIST:
		w->values_with_lists = true;
		bl_buf_putf(b, "{.kind=BL_LIST,.n=%u,.list=(const bl_value **)&lists[%zu]},\n", v->n,
			w->nlists);
		for (uint32_t k = 0; k < v->n; k++, w->nlists++)
			bl_buf_putf(&w->lists, "&values[%zu],\n", first + k);
		return;
	case BL_MAP:
		w->values_with_items = true;
		bl_buf_putf(b, "{.kind=BL_MAP,.n=%u,.map=(bl_item *)&items[%zu]},\n", v->n, w->nitems);
		for (uint32_t k = 0; k < v->n; k++, w->nitems++) {
			bl_buf_putz(&w->items, "{{");
			write_string(&w->items, v->map[k].key);
			bl_buf_putf(&w->items, "},{0},&values[%zu]},\n", first + k);
		}
		return;
	default:
		bl_buf_putz(b, "{.kind=BL_NULL},\n");
	}
}

static void line_and_column(bl_str text, uint32_t at, unsigned *line, unsigned *column)
{
	*line = *column = 1;
	for (uint32_t i = 0; i < at && i < text.n; i++) {
		*column += 1;
		if (text.p[i] == '\n') {
			*line += 1;
			*column = 1;
		}
	}
}

/* The file's one document, or NULL when something is wrong with it (said on standard error). */
static const bl_value *parse(bl_arena *arena, bl_str path)
{
	bl_str text = read_file(arena, path);
	if (!text.p) {
		fprintf(stderr, BL_FMT ": %s\n", BL_ARG(path), strerror(errno));
		return NULL;
	}
	bl_yaml_documents documents = {0};
	bl_diag_list diags = {0};
	bl_yaml_read(arena, 1, text, (bl_yaml_options){0}, &documents, &diags);
	for (size_t i = 0; i < diags.n; i++) {
		unsigned line, column;
		line_and_column(text, diags.items[i].span.begin, &line, &column);
		fprintf(stderr, BL_FMT ":%u:%u: error: " BL_FMT "\n", BL_ARG(path), line, column,
			BL_ARG(diags.items[i].message));
	}
	if (diags.n)
		return NULL;
	if (documents.n != 1) {
		fprintf(stderr, BL_FMT ":1:1: error: one document is wanted, there are %zu\n",
			BL_ARG(path), documents.n);
		return NULL;
	}
	return documents.items[0];
}

static bool same_as_before(bl_arena *arena, bl_str path, bl_str content)
{
	return bl_str_eq(read_file(arena, path), content);
}

static int write_output(bl_arena *arena, bl_str path, const bl_buf *content)
{
	if (same_as_before(arena, path, bl_buf_str(content)))
		return 0;
	FILE *f = fopen(bl_str_z(arena, path), "wb");
	bool ok = f && fwrite(content->p, 1, content->n, f) == content->n;
	if (f && fclose(f))
		ok = false;
	if (!ok)
		fprintf(stderr, BL_FMT ": %s\n", BL_ARG(path), strerror(errno));
	return ok ? 0 : 1;
}

static void assemble(writer *w, bl_buf *out, const char *symbol, const bl_buf *table, size_t n)
{
	bl_buf_putz(out, "/* Made by tools/embed. */\n#include \"core/model/schema.h\"\n\n");
	if (n) {
		bl_buf_putf(out, "static const bl_value values[%zu];\n", w->nvalues);
		/* A sentinel keeps the arrays from being empty, and the address of an empty collection valid. */
		if (w->values_with_items)
			bl_buf_putf(out, "static const bl_item items[] = {\n" BL_FMT "{{\"\",0},{0},0}};\n",
				BL_ARG(bl_buf_str(&w->items)));
		if (w->values_with_lists)
			bl_buf_putf(out, "static const bl_value *const lists[] = {\n" BL_FMT "0};\n",
				BL_ARG(bl_buf_str(&w->lists)));
		bl_buf_putf(out, "static const bl_value values[%zu] = {\n" BL_FMT "};\n", w->nvalues,
			BL_ARG(bl_buf_str(&w->values)));
	}
	bl_buf_putf(out, "const bl_embedded %s[] = {\n" BL_FMT "{0, 0}};\n", symbol,
		BL_ARG(bl_buf_str(table)));
	bl_buf_putf(out, "const size_t %s_count = %zu;\n", symbol, n);
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: embed OUT.c SYMBOL DIR\n");
		return 2;
	}
	writer w = {0};
	names files = {0};
	bl_str dir = bl_str_of(argv[3]);
	find_files(&w.arena, &files, dir, 0);
	if (files.n)
		qsort(files.items, files.n, sizeof *files.items, by_name);
	bl_buf table = {0}, out = {0};
	int rc = 0;
	for (size_t i = 0; i < files.n; i++) {
		const bl_value *v = parse(&w.arena, files.items[i]);
		if (!v) {
			rc = 1;
			continue;
		}
		bl_str id = bl_str_slice(files.items[i], dir.n + 1, files.items[i].n - 5);
		bl_buf_putf(&table, "{\"" BL_FMT "\", &values[%zu]},\n", BL_ARG(id), w.nvalues);
		write_tree(&w, v);
	}
	if (!rc) {
		assemble(&w, &out, argv[2], &table, files.n);
		rc = write_output(&w.arena, bl_str_of(argv[1]), &out);
	}
	bl_buf_done(&table);
	bl_buf_done(&out);
	bl_buf_done(&w.values);
	bl_buf_done(&w.items);
	bl_buf_done(&w.lists);
	bl_arena_done(&w.arena);
	return rc;
}

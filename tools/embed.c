/*
 * embed OUT.c SYMBOL DIR: writes every *.yaml below DIR as constant C data (core/model/schema.h, bl_embedded), so that
 * belay reads no YAML, and the loader relocates nothing, when it starts. Strict: any problem in a file ends the build at file:line:column.
 */
#include "core/codec/pack.h"
#include "core/codec/yaml.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { MAX_FOLDERS = 32 };

typedef BL_VEC(bl_str) names;

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

/* As pieces of a C string, 32 bytes a line. */
static void write_bytes(bl_buf *b, bl_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (i % 32 == 0)
			bl_buf_putz(b, i ? "\"\n\"" : "\"");
		if (c == '"' || c == '\\' || c == '?' || c < 0x20 || c >= 0x7F)
			bl_buf_putf(b, "\\%03o", c);
		else
			bl_buf_putc(b, (char)c);
	}
	bl_buf_putz(b, s.n ? "\"" : "\"\"");
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

static void write_table(bl_buf *out, bl_str path, const bl_value *v)
{
	bl_buf packed = {0};
	bl_pack(&packed, v);
	bl_buf_putf(out, "{\"" BL_FMT "\", {\n", BL_ARG(path));
	write_bytes(out, bl_buf_str(&packed));
	bl_buf_putf(out, ", %zu}},\n", packed.n);
	bl_buf_done(&packed);
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: embed OUT.c SYMBOL DIR\n");
		return 2;
	}
	bl_arena arena = {0};
	names files = {0};
	bl_str dir = bl_str_of(argv[3]);
	find_files(&arena, &files, dir, 0);
	if (files.n)
		qsort(files.items, files.n, sizeof *files.items, by_name);
	bl_buf out = {0};
	int rc = 0;
	bl_buf_putf(&out, "/* Made by tools/embed. */\n#include \"core/model/schema.h\"\n\nconst bl_embedded %s[] = {\n", argv[2]);
	for (size_t i = 0; i < files.n; i++) {
		const bl_value *v = parse(&arena, files.items[i]);
		if (v)
			write_table(&out, bl_str_slice(files.items[i], dir.n + 1, files.items[i].n - 5), v);
		else
			rc = 1;
	}
	bl_buf_putf(&out, "{0}};\nconst size_t %s_count = %zu;\n", argv[2], files.n);
	if (!rc)
		rc = write_output(&arena, bl_str_of(argv[1]), &out);
	bl_buf_done(&out);
	bl_arena_done(&arena);
	return rc;
}

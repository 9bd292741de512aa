/*
 * Every valid Terraform file of the corpora parses without an error, and the nodes that the reader looks for are the
 * grammar's. BELAY_CORPORA names the folder that holds languages/; without it that is skipped.
 */
#include "parsers/parsers.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <tree_sitter/api.h>

const TSLanguage *tree_sitter_hcl(void);

static unsigned parsed, wrong;

static void parse_file(const char *path, char *bytes, size_t size)
{
	bl_sources *sources = bl_sources_new();
	bl_document document = {.path = bl_str_of(path)};
	bl_str text = {bytes, size};
	document.language = bl_parsers_detect(document.path, text, &document.dialect);
	document.source = bl_sources_add(sources, BL_STR(""), document.path, text);
	bl_parse(sources, &document);
	parsed++;
	wrong += document.partial;
	for (size_t i = 0; i < document.diags.n; i++)
		printf("# %s: " BL_FMT "\n", path, BL_ARG(document.diags.items[i].message));
	bl_arena_done(&document.arena);
	bl_sources_free(sources);
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	bl_str name = bl_str_of(path);
	(void)ftw;
	if (type != FTW_F || st->st_size == 0 || strstr(path, "invalid") || strstr(path, "err_syntax"))
		return 0;
	if (!bl_str_ends(name, BL_STR(".tf")) && !bl_str_ends(name, BL_STR(".tf.json")) &&
		!bl_str_ends(name, BL_STR(".tfvars")))
		return 0;
	FILE *f = fopen(path, "rb");
	if (!f)
		return 0;
	char *bytes = malloc((size_t)st->st_size);
	size_t n = fread(bytes, 1, (size_t)st->st_size, f);
	fclose(f);
	parse_file(path, bytes, n);
	free(bytes);
	return 0;
}

static bool nodes_exist(void)
{
	static const char *const names[] = {
#define BL_HCL_NODE(id, name) name,
#define BL_HCL_EXPRESSION(id, name) name,
#include "parsers/terraform/nodes.def"
#undef BL_HCL_NODE
#undef BL_HCL_EXPRESSION
	};
	bool all = true;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!ts_language_symbol_for_name(tree_sitter_hcl(), names[i], (uint32_t)strlen(names[i]), true)) {
			printf("# no node is called %s\n", names[i]);
			all = false;
		}
	}
	return all;
}

int main(void)
{
	const char *corpora = getenv("BELAY_CORPORA");
	puts("1..2");
	bool nodes = nodes_exist();
	printf("%s 1 - the reader's nodes are the grammar's\n", nodes ? "ok" : "not ok");
	if (!corpora) {
		puts("ok 2 - valid files parse # SKIP BELAY_CORPORA is not set");
		return !nodes;
	}
	char path[4096];
	snprintf(path, sizeof path, "%s/languages", corpora);
	bool found = nftw(path, visit, 16, FTW_PHYS) == 0 && parsed;
	printf("# %u files, %u with an error\n", parsed, wrong);
	printf("%s 2 - valid files parse\n", found && !wrong ? "ok" : "not ok");
	return !(nodes && found && !wrong);
}

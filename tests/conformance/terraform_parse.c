/*
 * Every valid Terraform file of the corpora parses without an error, and the symbol numbers that the parser knows by
 * heart are the grammar's. BELAY_CORPORA names the folder that holds languages/; without it the first is skipped.
 */
#include "parsers/terraform/hcl.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

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

static bool symbols_agree(void)
{
	static const struct {
		int symbol;
		const char *name;
	} want[] = {
		{BL_HCL_IDENTIFIER, "identifier"}, {BL_HCL_PAREN, "("}, {BL_HCL_NULL, "null_lit"}, {BL_HCL_ELLIPSIS, "ellipsis"},
		{BL_HCL_STRIP, "strip_marker"}, {BL_HCL_COMMENT, "comment"}, {BL_HCL_QUOTE_BEGIN, "quoted_template_start"},
		{BL_HCL_QUOTE_END, "quoted_template_end"}, {BL_HCL_HEREDOC_MARK, "heredoc_identifier"}, {BL_HCL_BODY, "body"},
		{BL_HCL_ATTRIBUTE, "attribute"}, {BL_HCL_BLOCK, "block"}, {BL_HCL_BLOCK_BEGIN, "block_start"},
		{BL_HCL_BLOCK_END, "block_end"}, {BL_HCL_EXPRESSION, "expression"}, {BL_HCL_LITERAL, "literal_value"},
		{BL_HCL_NUMBER, "numeric_lit"}, {BL_HCL_BOOL, "bool_lit"}, {BL_HCL_STRING, "string_lit"},
		{BL_HCL_COLLECTION, "collection_value"}, {BL_HCL_TUPLE, "tuple"}, {BL_HCL_OBJECT, "object"},
		{BL_HCL_OBJECT_ITEM, "object_elem"}, {BL_HCL_INDEX, "index"}, {BL_HCL_NEW_INDEX, "new_index"},
		{BL_HCL_LEGACY_INDEX, "legacy_index"}, {BL_HCL_GET_ATTR, "get_attr"}, {BL_HCL_SPLAT, "splat"},
		{BL_HCL_ATTR_SPLAT, "attr_splat"}, {BL_HCL_FULL_SPLAT, "full_splat"}, {BL_HCL_FOR, "for_expr"},
		{BL_HCL_FOR_TUPLE, "for_tuple_expr"}, {BL_HCL_FOR_OBJECT, "for_object_expr"}, {BL_HCL_FOR_INTRO, "for_intro"},
		{BL_HCL_FOR_CONDITION, "for_cond"}, {BL_HCL_VARIABLE, "variable_expr"}, {BL_HCL_CALL, "function_call"},
		{BL_HCL_CALL_ARGUMENTS, "function_arguments"}, {BL_HCL_CONDITIONAL, "conditional"},
		{BL_HCL_OPERATION, "operation"}, {BL_HCL_UNARY, "unary_operation"}, {BL_HCL_BINARY, "binary_operation"},
		{BL_HCL_TEMPLATE, "template_expr"}, {BL_HCL_QUOTED, "quoted_template"}, {BL_HCL_HEREDOC, "heredoc_template"},
		{BL_HCL_HEREDOC_BEGIN, "heredoc_start"}, {BL_HCL_TEMPLATE_LITERAL, "template_literal"},
		{BL_HCL_INTERPOLATION, "template_interpolation"}, {BL_HCL_DIRECTIVE, "template_directive"},
		{BL_HCL_TEMPLATE_FOR, "template_for"}, {BL_HCL_TEMPLATE_FOR_BEGIN, "template_for_start"},
		{BL_HCL_TEMPLATE_FOR_END, "template_for_end"}, {BL_HCL_TEMPLATE_IF, "template_if"},
		{BL_HCL_TEMPLATE_IF_BEGIN, "template_if_intro"}, {BL_HCL_TEMPLATE_ELSE, "template_else_intro"},
		{BL_HCL_TEMPLATE_IF_END, "template_if_end"},
	};
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		const char *name = ts_language_symbol_name(tree_sitter_hcl(), (TSSymbol)want[i].symbol);
		if (!name || strcmp(name, want[i].name) != 0) {
			printf("# symbol %d is %s, not %s\n", want[i].symbol, name ? name : "none", want[i].name);
			return false;
		}
	}
	return true;
}

int main(void)
{
	const char *corpora = getenv("BELAY_CORPORA");
	puts("1..2");
	bool symbols = symbols_agree();
	printf("%s 1 - symbol numbers are the grammar's\n", symbols ? "ok" : "not ok");
	if (!corpora) {
		puts("ok 2 - valid files parse # SKIP BELAY_CORPORA is not set");
		return !symbols;
	}
	char path[4096];
	snprintf(path, sizeof path, "%s/languages", corpora);
	bool found = nftw(path, visit, 16, FTW_PHYS) == 0 && parsed;
	printf("# %u files, %u with an error\n", parsed, wrong);
	printf("%s 2 - valid files parse\n", found && !wrong ? "ok" : "not ok");
	return !(symbols && found && !wrong);
}

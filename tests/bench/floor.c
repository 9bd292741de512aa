/*
 * The floor: parses the files that belay would, with the grammars and libyaml, and does nothing else. Speed and memory of belay
 * are told as ratios to it, in one run on one machine. It stays as it is when belay's parsers get faster: HCL is parsed with the
 * packaged grammar.
 *
 * usage: floor FOLDER
 */
#include "files.h"

#include <stdio.h>
#include <tree_sitter/api.h>
#include <yaml.h>

const TSLanguage *tree_sitter_bicep(void);
const TSLanguage *tree_sitter_dockerfile(void);
const TSLanguage *tree_sitter_json(void);
const TSLanguage *tree_sitter_packaged_hcl(void);

static size_t files, bytes;
static size_t by_kind[FILE_KINDS];

static void parse_yaml(const char *text, size_t n)
{
	yaml_parser_t parser;
	yaml_event_t event;
	int done = 0;
	yaml_parser_initialize(&parser);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, n);
	while (!done && yaml_parser_parse(&parser, &event)) {
		done = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
}

static void parse_tree(const TSLanguage *language, const char *text, size_t n)
{
	TSParser *parser = ts_parser_new();
	ts_parser_set_language(parser, language);
	TSTree *tree = ts_parser_parse_string(parser, NULL, text, (uint32_t)n);
	ts_tree_delete(tree);
	ts_parser_delete(parser);
}

static void parse(file_kind kind, const char *text, size_t n)
{
	files++;
	bytes += n;
	by_kind[kind] += n;
	if (kind == FILE_YAML)
		parse_yaml(text, n);
	else
		parse_tree(kind == FILE_TERRAFORM ? tree_sitter_packaged_hcl() : kind == FILE_JSON ? tree_sitter_json()
					: kind == FILE_BICEP			  ? tree_sitter_bicep()
									  : tree_sitter_dockerfile(),
			text, n);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: floor FOLDER\n", stderr);
		return 2;
	}
	walk_files(argv[1], parse);
	printf("%zu files, %zu bytes: terraform %zu, json %zu, yaml %zu, bicep %zu, dockerfile %zu\n", files, bytes, by_kind[FILE_TERRAFORM],
		by_kind[FILE_JSON], by_kind[FILE_YAML], by_kind[FILE_BICEP], by_kind[FILE_DOCKERFILE]);
	return 0;
}

/*
 * The floor: parses the files that belay would, with the grammars and libyaml, and does nothing else. Speed and memory of belay
 * are told as ratios to it, in one run on one machine. It stays as it is when belay's parsers get faster.
 *
 * usage: floor FOLDER
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tree_sitter/api.h>
#include <unistd.h>
#include <yaml.h>

const TSLanguage *tree_sitter_bicep(void);
const TSLanguage *tree_sitter_dockerfile(void);
const TSLanguage *tree_sitter_json(void);
const TSLanguage *tree_sitter_packaged_hcl(void);

static size_t files, bytes;
static size_t by_kind[5];

static int ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);
	return n >= m && strcmp(s + n - m, suffix) == 0;
}

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

static int kind_of(const char *name)
{
	if (ends(name, ".tf") || ends(name, ".tfvars") || ends(name, ".tofu"))
		return 0;
	if (ends(name, ".json"))
		return 1;
	if (ends(name, ".yaml") || ends(name, ".yml"))
		return 2;
	if (ends(name, ".bicep") || ends(name, ".bicepparam"))
		return 3;
	if (strncmp(name, "Dockerfile", 10) == 0 && (!name[10] || name[10] == '.'))
		return 4;
	return -1;
}

static void parse(const char *path, int kind)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW);
	struct stat st;
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
		char *text = malloc((size_t)st.st_size + 1);
		ssize_t n = text ? read(fd, text, (size_t)st.st_size) : -1;
		if (n > 0) {
			files++;
			bytes += (size_t)n;
			by_kind[kind] += (size_t)n;
			if (kind == 2)
				parse_yaml(text, (size_t)n);
			else
				parse_tree(kind == 0 ? tree_sitter_packaged_hcl() : kind == 1 ? tree_sitter_json()
							: kind == 3	     ? tree_sitter_bicep()
									     : tree_sitter_dockerfile(),
					text, (size_t)n);
		}
		free(text);
	}
	close(fd);
}

static void walk(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *e;
	while (dir && (e = readdir(dir))) {
		char path[4096];
		struct stat st;
		if (e->d_name[0] == '.' && (!e->d_name[1] || strcmp(e->d_name, "..") == 0 || strcmp(e->d_name, ".git") == 0))
			continue;
		if (snprintf(path, sizeof path, "%s/%s", folder, e->d_name) >= (int)sizeof path || lstat(path, &st) < 0)
			continue;
		int kind = kind_of(e->d_name);
		if (S_ISDIR(st.st_mode))
			walk(path);
		else if (kind >= 0)
			parse(path, kind);
	}
	if (dir)
		closedir(dir);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: floor FOLDER\n", stderr);
		return 2;
	}
	walk(argv[1]);
	printf("%zu files, %zu bytes: terraform %zu, json %zu, yaml %zu, bicep %zu, dockerfile %zu\n", files, bytes, by_kind[0],
		by_kind[1], by_kind[2], by_kind[3], by_kind[4]);
	return 0;
}

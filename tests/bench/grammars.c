/*
 * How fast each grammar is over the files of its language: CPU time of a parser made, a tree parsed and both freed, for every
 * file; the best of several rounds, in which the grammars take turns. One line a grammar: name, files, bytes, nodes, seconds.
 * Nodes are those that a reader of the tree sees.
 *
 * usage: grammars FOLDER ROUNDS
 */
#include "files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tree_sitter/api.h>

const TSLanguage *tree_sitter_bicep(void);
const TSLanguage *tree_sitter_dockerfile(void);
const TSLanguage *tree_sitter_hcl(void);
const TSLanguage *tree_sitter_json(void);
const TSLanguage *tree_sitter_packaged_hcl(void);

static struct grammar {
	const char *name;
	const TSLanguage *(*language)(void);
	file_kind kind;
	size_t nodes;
	double best;
} grammars[] = {
	{"json (packaged)", tree_sitter_json, FILE_JSON, 0, 0},
	{"hcl (packaged)", tree_sitter_packaged_hcl, FILE_TERRAFORM, 0, 0},
	{"hcl", tree_sitter_hcl, FILE_TERRAFORM, 0, 0},
	{"bicep", tree_sitter_bicep, FILE_BICEP, 0, 0},
	{"dockerfile", tree_sitter_dockerfile, FILE_DOCKERFILE, 0, 0},
};

enum { GRAMMARS = sizeof grammars / sizeof *grammars };

static struct list {
	struct text {
		char *p;
		uint32_t n;
	} *items;
	size_t n, cap, bytes;
} lists[FILE_KINDS];

static void *must(void *p)
{
	if (!p)
		abort();
	return p;
}

static void keep(file_kind kind, const char *text, size_t n)
{
	struct list *l = &lists[kind];
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 64;
		l->items = must(realloc(l->items, l->cap * sizeof *l->items));
	}
	l->items[l->n] = (struct text){must(malloc(n)), (uint32_t)n};
	memcpy(l->items[l->n].p, text, n);
	l->bytes += n;
	l->n++;
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static size_t parse(const TSLanguage *language, struct text text, int count)
{
	TSParser *parser = ts_parser_new();
	ts_parser_set_language(parser, language);
	TSTree *tree = ts_parser_parse_string(parser, NULL, text.p, text.n);
	size_t nodes = count ? ts_node_descendant_count(ts_tree_root_node(tree)) : 0;
	ts_tree_delete(tree);
	ts_parser_delete(parser);
	return nodes;
}

static void round_of(struct grammar *g, int first)
{
	const struct list *l = &lists[g->kind];
	double begun = now();
	for (size_t i = 0; i < l->n; i++)
		g->nodes += parse(g->language(), l->items[i], first);
	double took = now() - begun;
	/* the first round counts nodes, and warms up */
	if (!first && (!g->best || took < g->best))
		g->best = took;
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fputs("usage: grammars FOLDER ROUNDS\n", stderr);
		return 2;
	}
	walk_files(argv[1], keep);
	for (int i = 0; i <= atoi(argv[2]); i++)
		for (int k = 0; k < GRAMMARS; k++)
			round_of(&grammars[k], i == 0);
	for (int k = 0; k < GRAMMARS; k++) {
		const struct grammar *g = &grammars[k];
		printf("%s\t%zu\t%zu\t%zu\t%.6f\n", g->name, lists[g->kind].n, lists[g->kind].bytes, g->nodes, g->best);
	}
	return 0;
}

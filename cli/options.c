#include "cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct option_row {
	const char *name; /* with '_' for '-' */
	char letter;
	const char *argument;
	bool repeatable;
	int verbs;
	const char *help;
	size_t offset;
} option_row;

static const option_row rows[] = {
#define O(id, letter, argument, repeatable, verbs, help)                                           \
	{#id, letter, argument, repeatable, verbs, help, offsetof(options, id)},
#include "cli/options.def"
#undef O
};

static const struct {
	const char *name, *arguments, *summary;
} verbs[] = {
#define VERB(id, bit, arguments, summary) {#id, arguments, summary},
#include "cli/verbs.def"
#undef VERB
};

enum { ROWS = sizeof rows / sizeof *rows };

void cli_complain(const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	fputs("belay: ", stderr);
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
	va_end(ap);
}

const char *cli_value(option_values v, const char *otherwise)
{
	return v.n ? v.items[v.n - 1] : otherwise;
}

/* Is name (length n, as typed after "--") the row's name? */
static bool same_name(const option_row *row, const char *name, size_t n)
{
	if (strlen(row->name) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (row->name[i] != (name[i] == '-' ? '_' : name[i]))
			return false;
	return true;
}

static size_t distance(const char *a, const char *b)
{
	size_t row[64], n = strlen(b);
	if (strlen(a) > 60 || n > 60)
		return 99;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t above = row[j], best = diagonal + (a[i - 1] != b[j - 1] && !(a[i - 1] == '-' && b[j - 1] == '_'));
			best = above + 1 < best ? above + 1 : best;
			row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			diagonal = above;
		}
	}
	return row[n];
}

static void print_name(FILE *f, const char *name)
{
	for (; *name; name++)
		fputc(*name == '_' ? '-' : *name, f);
}

static bool unknown_option(const command *c, const char *given)
{
	const char *nearest = NULL;
	size_t best = 4;
	for (size_t i = 0; i < ROWS; i++) {
		if (!(rows[i].verbs & (1 << c->verb)))
			continue;
		size_t d = distance(given + (given[1] == '-' ? 2 : 1), rows[i].name);
		if (d < best) {
			best = d;
			nearest = rows[i].name;
		}
	}
	fprintf(stderr, "belay: '%s' is no option of '%s'\n", given, verbs[c->verb].name);
	if (nearest) {
		fputs("hint: did you mean '--", stderr);
		print_name(stderr, nearest);
		fputs("'?\n", stderr);
	} else {
		fprintf(stderr, "hint: 'belay %s --help' lists them\n", verbs[c->verb].name);
	}
	return false;
}

static void append(option_values *v, const char *text, int place)
{
	const char **items = realloc(v->items, (v->n + 1) * sizeof *items);
	int *places = realloc(v->places, (v->n + 1) * sizeof *places);
	if (!items || !places)
		abort();
	items[v->n] = text;
	places[v->n++] = place;
	v->items = items;
	v->places = places;
}

static const option_row *find(const command *c, const char *name, size_t n, char letter)
{
	for (size_t i = 0; i < ROWS; i++)
		if ((rows[i].verbs & (1 << c->verb)) && (letter ? rows[i].letter == letter : same_name(&rows[i], name, n)))
			return &rows[i];
	return NULL;
}

/* One option at argv[*i], whose argument may be the next word. */
static bool read_option(command *c, int argc, char **argv, int *i)
{
	const char *word = argv[*i], *value = NULL;
	const option_row *row;
	if (word[1] == '-') {
		const char *equals = strchr(word, '=');
		row = find(c, word + 2, equals ? (size_t)(equals - word - 2) : strlen(word + 2), 0);
		value = equals ? equals + 1 : NULL;
	} else {
		row = find(c, NULL, 0, word[1]);
		value = row && row->argument && word[2] ? word + 2 : NULL;
		if (row && !row->argument && word[2])
			row = NULL;
	}
	if (!row)
		return unknown_option(c, word);
	option_values *v = (option_values *)((char *)&c->o + row->offset);
	if (!row->argument) {
		if (value) {
			cli_complain("'%s' takes no value", word);
			return false;
		}
		append(v, "", *i);
		return true;
	}
	if (!value) {
		if (*i + 1 >= argc) {
			cli_complain("'%s' needs a value: %s", word, row->argument);
			return false;
		}
		value = argv[++*i];
	}
	if (v->n && !row->repeatable) {
		cli_complain("'%s' is given twice", word);
		return false;
	}
	append(v, value, *i);
	return true;
}

bool cli_read_options(command *c, int argc, char **argv)
{
	bool options_end = false;
	option_values arguments = {0};
	bool good = true;
	for (int i = 0; i < argc && good; i++) {
		if (options_end || argv[i][0] != '-' || !argv[i][1])
			append(&arguments, argv[i], i);
		else if (strcmp(argv[i], "--") == 0)
			options_end = true;
		else
			good = read_option(c, argc, argv, &i);
	}
	c->o.arguments = arguments.items;
	c->o.narguments = arguments.n;
	free(arguments.places);
	return good;
}

void cli_free_options(command *c)
{
	for (size_t i = 0; i < ROWS; i++) {
		option_values *v = (option_values *)((char *)&c->o + rows[i].offset);
		free(v->items);
		free(v->places);
	}
	free(c->o.arguments);
}

static void print_option(const option_row *row)
{
	char text[64];
	int n = row->letter ? snprintf(text, sizeof text, "  -%c, --", row->letter) : snprintf(text, sizeof text, "      --");
	for (const char *p = row->name; *p && n < 60; p++)
		text[n++] = *p == '_' ? '-' : *p;
	text[n] = '\0';
	printf("%s%s%-*s %s\n", text, row->argument ? "=" : "",
		(int)(n + !!row->argument < 30 ? 30 - n - !!row->argument : 1), row->argument ? row->argument : "", row->help);
}

void cli_usage(int verb)
{
	if (verb >= 0) {
		printf("usage: belay %s %s\n\n%s\n\noptions:\n", verbs[verb].name, verbs[verb].arguments, verbs[verb].summary);
		for (size_t i = 0; i < ROWS; i++)
			if (rows[i].verbs & (1 << verb))
				print_option(&rows[i]);
		return;
	}
	puts("usage: belay VERB [OPTION...] [ARGUMENT...]\n\n"
	     "belay reads a repository, works out what its infrastructure code declares, finds misconfigurations,\n"
	     "ties code to what runs, and shows which attack paths a change opens or closes.\n\nverbs:");
	for (size_t i = 0; i < VERB_COUNT; i++)
		printf("  %-10s %-34s %s\n", verbs[i].name, verbs[i].arguments, verbs[i].summary);
	puts("\n'belay VERB --help' lists a verb's options. 'belay --version' prints the version.\n\n"
	     "exit codes: 0 clean, 1 findings at or over --fail-on, 2 usage, 3 could not run or part of the input was not analysed");
}

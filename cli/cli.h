/* Inside cli/: the command line, read; one function a verb. A client of the public header only. */
#ifndef BL_CLI_CLI_H
#define BL_CLI_CLI_H

#include <belay/belay.h>

#include <stdbool.h>
#include <stddef.h>

typedef enum verb_bit {
#define VERB(id, bit, arguments, summary) BIT_##bit,
#include "cli/verbs.def"
#undef VERB
	VERB_COUNT
} verb_bit;

enum {
#define VERB(id, bit, arguments, summary) V_##bit = 1 << BIT_##bit,
#include "cli/verbs.def"
#undef VERB
	V_ALL = (1 << VERB_COUNT) - 1,
	V_MAIN = 0,
	V_RUNS = V_ANNOTATE | V_BASELINE | V_BUILD | V_DUMP | V_EXPLAIN | V_INVENTORY | V_MAP | V_PATHS | V_RESOURCES | V_SCAN | V_SIMULATE,
	V_FORMATS = V_DUMP | V_EXPLAIN | V_INVENTORY | V_MAP | V_PATHS | V_RESOURCES | V_RULES | V_SCAN | V_BASELINE
};

/* The values an option was given, in order; n is 1 for a flag that was given. */
typedef struct option_values {
	const char **items;
	int *places; /* on the command line: which of two options came first */
	size_t n;
} option_values;

typedef struct options {
#define O(id, letter, argument, repeatable, verbs, help) option_values id;
#include "cli/options.def"
#undef O
	const char **arguments; /* what is no option */
	size_t narguments;
} options;

/* What a verb's function gets. */
typedef struct command {
	verb_bit verb;
	options o;
	bool colour, progress;
} command;

/* Reads argv after the verb. False after printing what is wrong. */
bool cli_read_options(command *c, int argc, char **argv);
void cli_free_options(command *c);
/* The value of a single option, or otherwise. */
const char *cli_value(option_values v, const char *otherwise);
void cli_usage(int verb); /* -1: the whole program */

/* Prints "belay: ..." to standard error. */
void cli_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Opens a session with --rules; NULL after complaining. */
bl_session *cli_open_session(const command *c);
/* Fills run options from the command line and runs; prints the diagnostics. NULL after complaining; *exit_code then says how to end. */
bl_report *cli_run(const command *c, bl_session *session, bl_run_options *run, int *exit_code);
/* Writes a view in every format asked for, each to its output. False after complaining. */
bool cli_print(const command *c, const bl_report *report, const char *view);
/* Writes folder/name, with the folders that it stands in. False after complaining. */
bool cli_write_below(const char *folder, const char *name, const char *data, size_t size);
int cli_write_stdout(void *context, const char *data, size_t size);

#define VERB(id, bit, arguments, summary) int cmd_##id(command *c);
#include "cli/verbs.def"
#undef VERB

#endif

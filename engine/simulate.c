/* The public header's door to simulation. */
#include "engine/engine.h"

#include "simulate/simulate.h"

#include <stdio.h>

typedef struct file_writer {
	bl_file_fn write;
	void *context;
} file_writer;

static int write_file(void *context, const char *name, bl_str text)
{
	const file_writer *to = context;
	return to->write(to->context, name, text.p, text.n);
}

static bool read_formats(const char *names, unsigned *formats, char *error, size_t error_size)
{
	bl_str rest = bl_str_of(names), name;
	*formats = names ? 0 : BL_SIMULATE_ALL;
	while (rest.n) {
		rest = bl_str_cut(rest, ',', &name);
		unsigned format = bl_simulate_format_named(name);
		*formats |= format;
		if (format)
			continue;
		if (error && error_size)
			snprintf(error, error_size, "'" BL_FMT "' is nothing that can be simulated", BL_ARG(name));
		return false;
	}
	return true;
}

int bl_report_simulate(const bl_report *report, const bl_simulation *simulation, bl_file_fn write, void *context,
	char *error, size_t error_size)
{
	bl_arena scratch = {0};
	bl_simulate_options options = {
		.seed = simulation->seed,
		.rename = simulation->rename,
		.drift = simulation->drift,
		.remove = simulation->remove,
		.shadow = simulation->shadow,
		.strip_tags = simulation->strip_tags,
		.now = bl_str_of(simulation->now ? simulation->now : report->today),
		.subscription = bl_str_of(simulation->subscription),
		.resource_group = bl_str_of(simulation->resource_group),
		.location = bl_str_of(simulation->location),
	};
	if (!read_formats(simulation->formats, &options.formats, error, error_size))
		return -1;
	const bl_evaluation **evaluations = bl_new_n(&scratch, const bl_evaluation *, report->plans.n);
	for (size_t i = 0; i < report->plans.n; i++)
		evaluations[i] = &report->plans.items[i]->evaluation;
	file_writer to = {write, context};
	int result = bl_simulate(report->session->schema, report->sources, evaluations, report->plans.n, &options, write_file, &to);
	bl_arena_done(&scratch);
	return result;
}

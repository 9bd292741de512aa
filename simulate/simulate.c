#include "simulate/world.h"

#include "core/codec/calendar.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
	const char *name;
	unsigned bit;
} formats[] = {
	{"all", BL_SIMULATE_ALL},
	{"aws-config", BL_SIMULATE_CONFIG},
	{"aws-tags", BL_SIMULATE_TAGS},
	{"azure", BL_SIMULATE_GRAPH},
	{"cloudformation", BL_SIMULATE_STACKS},
	{"google", BL_SIMULATE_ASSETS},
	{"images", BL_SIMULATE_IMAGES},
	{"kubernetes", BL_SIMULATE_KUBECTL},
	{"state", BL_SIMULATE_STATE},
};

unsigned bl_simulate_format_named(bl_str name)
{
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (bl_str_eqz(name, formats[i].name))
			return formats[i].bit;
	return 0;
}

const char *sim_format_name(unsigned bit)
{
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (formats[i].bit == bit)
			return formats[i].name;
	return "";
}

static int by_id(const void *a, const void *b)
{
	const sim_thing *x = *(sim_thing *const *)a, *y = *(sim_thing *const *)b;
	int c = bl_str_cmpi(x->id, y->id);
	return c ? c : bl_str_cmp(x->id, y->id);
}

sim_things sim_shown(sim_world *w, unsigned format)
{
	sim_things out = {0};
	for (size_t i = 0; i < w->things.n; i++)
		if ((w->things.items[i]->shown & format) && !w->things.items[i]->within)
			bl_vec_push(&w->arena, &out, w->things.items[i]);
	if (out.n)
		qsort(out.items, out.n, sizeof *out.items, by_id);
	return out;
}

/* Two things with one id are one asset: the first made it, and the others declare it also, as does SAM's resource. */
static void drop_taken(sim_world *w)
{
	bl_map ids = {.fold = true};
	for (size_t i = 0; i < w->things.n; i++) {
		sim_thing *t = w->things.items[i];
		sim_id(w, t);
		sim_thing *macro = t->missing ? NULL : sim_aws_macro(w, t);
		if (macro)
			bl_vec_push(&w->arena, &t->also, macro);
		if (t->missing)
			continue;
		bl_str place = t->cloud == SIM_KUBERNETES ? sim_kubernetes_place(w, t) : t->arn.n ? t->arn : t->id;
		sim_thing *first = bl_map_get(&ids, place);
		if (!first) {
			bl_map_put(&w->arena, &ids, place, t);
			continue;
		}
		t->missing = true;
		bl_vec_push(&w->arena, &first->also, t);
	}
}

static void make_bodies(sim_world *w)
{
	for (size_t i = 0; i < w->things.n; i++)
		if (w->things.items[i]->type.n)
			w->things.items[i]->body = sim_body(w, w->things.items[i]);
	sim_drift(w);
	for (size_t i = 0; i < w->things.n; i++) {
		sim_thing *t = w->things.items[i];
		t->tags = sim_tags(w, t);
		if (t->cloud == SIM_AWS) /* has seen to it */
			continue;
		/* what kubectl applied last is a tag of sorts, and every object has it */
		t->had_tags = t->cloud == SIM_KUBERNETES || (bl_value_is(t->tags, BL_MAP) && t->tags->n);
		if (t->stripped)
			t->tags = NULL;
	}
}

static int write_one(bl_simulate_write write, void *context, const char *name, bl_buf *out)
{
	int result = write(context, name, bl_buf_str(out));
	bl_buf_done(out);
	*out = (bl_buf){0};
	return result;
}

/* "a/b@prod.tfvars" -> "state/a-b@prod.tfvars.tfstate". */
static const char *state_name(sim_world *w, const sim_root *root)
{
	bl_str name = bl_str_fmt(&w->arena, "state/" BL_FMT "%s" BL_FMT ".tfstate", BL_ARG(root->root->repo), root->root->repo.n ? "-" : "",
		BL_ARG(root->root->name.n ? root->root->name : BL_STR("root")));
	char *p = bl_str_z(&w->arena, name);
	for (size_t i = strlen("state/"); i < name.n; i++)
		if (p[i] == '/' || p[i] == ':' || p[i] == '\\')
			p[i] = '-';
	return p;
}

/* A cloud that nothing runs in has no export. */
static bool is_shown(const sim_world *w, unsigned format)
{
	for (size_t i = 0; i < w->things.n; i++)
		if (w->things.items[i]->shown & format)
			return true;
	return false;
}

static int write_files(sim_world *w, bl_simulate_write write, void *context)
{
	static const struct {
		unsigned bit;
		const char *name;
		void (*print)(sim_world *w, bl_buf *out);
	} files[] = {
		{BL_SIMULATE_CONFIG, "aws-config.json", sim_aws_write_config},
		{BL_SIMULATE_TAGS, "aws-tags.json", sim_aws_write_tags},
		{BL_SIMULATE_GRAPH, "azure-resource-graph.json", sim_azure_write},
		{BL_SIMULATE_STACKS, "cloudformation-stacks.json", sim_aws_write_stacks},
		{BL_SIMULATE_ASSETS, "google-assets.json", sim_google_write},
		{BL_SIMULATE_KUBECTL, "kubernetes.json", sim_kubernetes_write},
	};
	bl_buf out = {0};
	int result = 0;
	for (size_t i = 0; i < sizeof files / sizeof *files && !result; i++) {
		if (!(w->options->formats & files[i].bit) || !is_shown(w, files[i].bit))
			continue;
		files[i].print(w, &out);
		result = write_one(write, context, files[i].name, &out);
	}
	for (size_t i = 0; i < w->roots.n && !result && w->options->formats & BL_SIMULATE_STATE; i++)
		if (sim_state_write(w, w->roots.items[i], &out))
			result = write_one(write, context, state_name(w, w->roots.items[i]), &out);
	if (!result && w->options->formats & BL_SIMULATE_IMAGES)
		result = sim_images_write(w, write, context);
	if (result)
		return result;
	sim_truth_write(w, &out);
	return write_one(write, context, "truth.json", &out);
}

int bl_simulate(const bl_schema *schema, const bl_sources *sources, const bl_evaluation *const *evaluations, size_t n,
	const bl_simulate_options *options, bl_simulate_write write, void *context)
{
	sim_world w = {.schema = schema, .sources = sources, .options = options};
	bl_date now = {2026, 1, 1, 0, 0, 0, 0};
	if (options->now.n >= 10)
		sscanf(bl_str_z(&w.arena, options->now), "%4lld-%2d-%2dT%2d:%2d:%2d", &now.year, &now.month, &now.day, &now.hour, &now.minute, &now.second);
	w.now = bl_calendar_seconds(&now);
	sim_world_fill(&w, evaluations, n);
	sim_images_build(&w);
	sim_choose(&w);
	drop_taken(&w);
	make_bodies(&w);
	sim_aws_show(&w);
	sim_azure_show(&w);
	sim_google_show(&w);
	sim_kubernetes_show(&w);
	for (size_t i = 0; i < w.things.n; i++)
		w.things.items[i]->shown &= options->formats;
	sim_add_shadows(&w);
	sim_add_context(&w);
	int result = write_files(&w, write, context);
	bl_arena_done(&w.arena);
	return result;
}

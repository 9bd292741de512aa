/*
 * GitHub workflows and actions as resources: github/workflow, github/action, github/job and github/step, whose properties are the file's own keys in one
 * form each (docs/adding-a-rule.md). What a job calls that is in this repository is run as well: its steps are github/called-step, below the caller.
 */
#include "eval/pipeline/github.h"

#include "eval/docker/image.h"
#include "eval/path.h"

enum { MAX_INPUTS = 200 }; /* GitHub takes fewer; one that is left out is unknown where it is read */

/* ---- one form each ---- */

const bl_value *bl_github_list(bl_arena *arena, const bl_value *v)
{
	bl_values list = {0};
	if (!v || v->kind == BL_LIST)
		return v;
	if (v->kind != BL_NULL)
		bl_vec_push(arena, &list, v);
	return bl_values_value(arena, v->span, &list);
}

const bl_value *bl_github_events(bl_arena *arena, const bl_value *on)
{
	bl_values names = {0};
	if (!on)
		return bl_values_value(arena, BL_NOWHERE, &names);
	if (on->kind != BL_MAP)
		return bl_github_list(arena, on);
	for (uint32_t i = 0; i < on->n; i++)
		bl_vec_push(arena, &names, bl_value_string(arena, on->map[i].key_span, on->map[i].key));
	return bl_values_value(arena, on->span, &names);
}

/* A map of each event to what is said of it. */
static const bl_value *event_map(bl_arena *arena, const bl_value *on)
{
	bl_items items = {0};
	const bl_value *names = bl_github_events(arena, on);
	if (!on)
		return NULL;
	for (uint32_t i = 0; i < names->n; i++) {
		const bl_value *said = on->kind == BL_MAP ? on->map[i].value : NULL;
		bl_value *none = bl_value_map(arena, names->list[i]->span, NULL, 0);
		if (names->list[i]->kind == BL_STRING)
			bl_items_put(arena, &items, names->list[i]->string, names->list[i]->span, said && said->kind != BL_NULL ? said : none);
	}
	return bl_items_value(arena, on->span, &items);
}

static bool is_sha(bl_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f') || (s.p[i] >= 'A' && s.p[i] <= 'F')))
			return false;
	return s.n == 40 || s.n == 64;
}

static void put_text(bl_arena *arena, bl_items *items, const char *key, bl_span span, bl_str s)
{
	if (s.n)
		bl_items_putz(arena, items, key, bl_value_string(arena, span, s));
}

const bl_value *bl_github_uses(bl_arena *arena, const bl_value *v)
{
	bl_items items = {0};
	if (!bl_value_is(v, BL_STRING))
		return v;
	bl_str s = bl_str_trim(v->string), name, ref = bl_str_cut(s, '@', &name);
	bl_items_putz(arena, &items, "text", v);
	if (bl_str_starts(s, BL_STR("docker://"))) {
		bl_items_putz(arena, &items, "docker", bl_docker_image(arena, bl_value_string(arena, v->span, bl_str_slice(s, 9, s.n))));
		return bl_items_value(arena, v->span, &items);
	}
	if (bl_str_starts(s, BL_STR("./")) || bl_str_starts(s, BL_STR("../")) || bl_str_eqz(s, ".")) {
		put_text(arena, &items, "local", v->span, s);
		return bl_items_value(arena, v->span, &items);
	}
	bl_str owner, rest = bl_str_cut(name, '/', &owner), repository, path = bl_str_cut(rest, '/', &repository);
	put_text(arena, &items, "action", v->span, bl_str_lower(arena, name));
	put_text(arena, &items, "owner", v->span, owner);
	put_text(arena, &items, "repository", v->span, repository);
	put_text(arena, &items, "path", v->span, path);
	put_text(arena, &items, "ref", v->span, ref);
	bl_items_putz(arena, &items, "pinned", bl_value_bool(arena, v->span, is_sha(ref)));
	return bl_items_value(arena, v->span, &items);
}

/* ---- inputs ---- */

/* What an input may be when somebody starts the workflow by hand. */
static const bl_value *asked(bl_arena *arena, const bl_item *input)
{
	bl_value *v = bl_github_unknown(arena, input->key_span, bl_str_cat(arena, BL_STR("inputs."), input->key));
	bl_unknown *u = (bl_unknown *)v->unknown;
	const bl_value *type = bl_value_getz(input->value, "type"), *options = bl_value_getz(input->value, "options");
	if (bl_value_is_string(type, "boolean")) {
		u->candidates = bl_new_n(arena, const bl_value *, 2);
		u->candidates[u->ncandidates++] = bl_value_bool(arena, input->key_span, true);
		u->candidates[u->ncandidates++] = bl_value_bool(arena, input->key_span, false);
	} else if (bl_value_is_string(type, "choice") && bl_value_is(options, BL_LIST) && options->n && options->n <= 64) {
		u->candidates = options->list;
		u->ncandidates = options->n;
	}
	return v;
}

const bl_value *bl_github_inputs(bl_arena *arena, const bl_value *declared, const bl_value *given, bool called)
{
	bl_items items = {0};
	bl_span span = declared ? declared->span : BL_NOWHERE;
	for (uint32_t i = 0; bl_value_is(declared, BL_MAP) && i < declared->n && i < MAX_INPUTS; i++) {
		const bl_item *input = &declared->map[i];
		const bl_value *v = bl_value_geti(given, input->key), *usual = bl_value_getz(input->value, "default");
		if (v)
			v = bl_value_through(arena, v, bl_str_cat(arena, BL_STR("inputs."), input->key), v->span);
		else if (called)
			v = usual ? usual : &bl_value_null;
		else
			v = asked(arena, input);
		bl_items_put(arena, &items, input->key, input->key_span, v);
	}
	return bl_items_value(arena, span, &items);
}

/* ---- resources ---- */

bl_resource *bl_github_declare(bl_github_workflow *w, const char *type, bl_str address, bl_str label, const bl_value *block, const bl_items *properties)
{
	bl_arena *arena = w->run->arena;
	bl_items body = {0};
	bl_resource *r = bl_new(arena, bl_resource);
	r->root = w->run->input->root;
	r->language = BL_LANG_PIPELINE;
	r->type = r->native_type = bl_str_of(type);
	r->address = address;
	r->label = label;
	r->typed_address = bl_str_fmt(arena, "%s." BL_FMT, type, BL_ARG(label));
	r->provider = BL_STR("github");
	r->module = w->module;
	r->condition = BL_YES;
	r->span = r->head = block->span;
	if (block->kind == BL_MAP && block->n)
		r->head = bl_span_join(block->map[0].key_span, block->map[0].value->span);
	put_text(arena, &body, "name", r->head, label);
	bl_items_putz(arena, &body, "properties", bl_items_value(arena, r->span, properties));
	r->name = bl_value_getz(bl_items_value(arena, r->span, &body), "name");
	r->native = block;
	r->written = bl_items_value(arena, r->span, &body);
	bl_vec_push(arena, &w->run->out->resources, r);
	return r;
}

static void declare_file(bl_github_workflow *w, const char *type)
{
	static const char *const keys[] = {"name", "run-name", "description", "permissions", "defaults", "concurrency", "inputs", "outputs", "runs"};
	bl_arena *arena = w->run->arena;
	const bl_value *jobs = bl_value_getz(w->tree, "jobs");
	bl_items p = {0};
	bl_values names = {0};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		bl_items_putz(arena, &p, keys[i], bl_value_getz(w->tree, keys[i]));
	if (bl_value_getz(w->tree, "env"))
		bl_items_putz(arena, &p, "env", bl_github_value(arena, &w->contexts, bl_value_getz(w->tree, "env")));
	bl_items_putz(arena, &p, "on", event_map(arena, bl_value_getz(w->tree, "on")));
	bl_items_putz(arena, &p, "events", w->events);
	for (uint32_t i = 0; bl_value_is(jobs, BL_MAP) && i < jobs->n; i++)
		bl_vec_push(arena, &names, bl_value_string(arena, jobs->map[i].key_span, jobs->map[i].key));
	if (jobs)
		bl_items_putz(arena, &p, "jobs", bl_values_value(arena, jobs->span, &names));
	bl_github_declare(w, type, w->path, w->path, w->tree, &p);
}

/* ---- files ---- */

const bl_value *bl_github_file(const bl_github_run *run, bl_str path)
{
	const bl_loader *loader = run->input->loader;
	const bl_document *d = loader && loader->document ? loader->document(loader->context, path) : NULL;
	const bl_attr *body = d && d->language == BL_LANG_PIPELINE && d->blocks.n ? bl_block_attr(d->blocks.items[0], "body") : NULL;
	return body && body->expr->kind == BL_EXPR_LITERAL && bl_value_is(body->expr->value, BL_MAP) ? body->expr->value : NULL;
}

/* Which event it is; unknown with all that start the workflow. */
static const bl_value *event_name(bl_arena *arena, const bl_value *events)
{
	bl_value *v = bl_github_unknown(arena, events->span, BL_STR("github.event_name"));
	bl_unknown *u = (bl_unknown *)v->unknown;
	u->type = BL_STRING;
	if (events->n == 1 && events->list[0]->kind == BL_STRING && !bl_value_is_string(events->list[0], "workflow_call"))
		return events->list[0];
	for (uint32_t i = 0; i < events->n; i++)
		if (events->list[i]->kind != BL_STRING || bl_value_is_string(events->list[i], "workflow_call"))
			return v; /* the caller's event */
	u->candidates = events->list;
	u->ncandidates = events->n;
	return v;
}

static const bl_value *github_context(bl_github_run *run, const bl_value *tree, const bl_value *events)
{
	bl_arena *arena = run->arena;
	bl_items items = {0};
	bl_items_putz(arena, &items, "event_name", event_name(arena, events));
	bl_items_putz(arena, &items, "repository", run->repository);
	if (run->repository->kind == BL_STRING) {
		bl_str owner;
		bl_str_cut(run->repository->string, '/', &owner);
		bl_items_putz(arena, &items, "repository_owner", bl_value_string(arena, BL_NOWHERE, owner));
	}
	bl_items_putz(arena, &items, "server_url", bl_value_string(arena, BL_NOWHERE, BL_STR("https://github.com")));
	bl_items_putz(arena, &items, "workspace", bl_value_string(arena, BL_NOWHERE, BL_STR(BL_PIPELINE_WORKSPACE)));
	bl_value *token = bl_github_unknown(arena, BL_NOWHERE, BL_STR("github.token"));
	token->sensitive = true;
	bl_items_putz(arena, &items, "token", token);
	if (bl_value_is(bl_value_getz(tree, "name"), BL_STRING))
		bl_items_putz(arena, &items, "workflow", bl_value_getz(tree, "name"));
	bl_value *v = bl_items_value(arena, BL_NOWHERE, &items);
	v->open = true;
	return v;
}

static const bl_value *secrets_context(bl_arena *arena)
{
	bl_value *v = bl_github_unknown(arena, BL_NOWHERE, BL_STR("secrets"));
	v->sensitive = true;
	return v;
}

/* "github.com/owner/name" is what the origin says. */
static const bl_value *repository_of(const bl_eval_input *input, bl_arena *arena)
{
	bl_str s = input->root->repo, host = BL_STR("github.com/");
	if (bl_str_starts(s, host))
		return bl_value_string(arena, BL_NOWHERE, bl_str_slice(s, host.n, s.n));
	return bl_github_unknown(arena, BL_NOWHERE, BL_STR("github.repository"));
}

/* Does another workflow of the folder call this one? Then that one knows what is passed. */
static bool is_called(const bl_github_workflow *w)
{
	const bl_loader *loader = w->run->input->loader;
	const bl_document *const *all;
	bl_str below = bl_str_slice(w->path, w->run->top.n + (w->run->top.n > 0), w->path.n), call = bl_str_cat(w->run->arena, BL_STR("./"), below);
	size_t n = loader && loader->folder ? loader->folder(loader->context, bl_eval_folder(w->path), BL_LANG_PIPELINE, &all) : 0;
	for (size_t i = 0; i < n; i++) {
		const bl_attr *body = all[i]->blocks.n ? bl_block_attr(all[i]->blocks.items[0], "body") : NULL;
		const bl_value *jobs = body ? bl_value_getz(body->expr->value, "jobs") : NULL;
		for (uint32_t k = 0; bl_value_is(jobs, BL_MAP) && k < jobs->n; k++)
			if (bl_str_eq(bl_value_text(bl_value_getz(jobs->map[k].value, "uses")), call))
				return true;
	}
	return false;
}

static const bl_value *declared_inputs(const bl_value *on)
{
	const bl_value *call = bl_value_getz(bl_value_getz(on, "workflow_call"), "inputs");
	return call ? call : bl_value_getz(bl_value_getz(on, "workflow_dispatch"), "inputs");
}

static void eval_workflow(bl_github_workflow *w)
{
	bl_arena *arena = w->run->arena;
	const bl_value *on = bl_value_getz(w->tree, "on");
	bool callable = false;
	w->events = bl_github_events(arena, on);
	for (uint32_t i = 0; i < w->events->n; i++)
		callable |= bl_value_is_string(w->events->list[i], "workflow_call");
	w->contexts.github = github_context(w->run, w->tree, w->events);
	w->contexts.secrets = secrets_context(arena);
	w->contexts.inputs = bl_github_inputs(arena, declared_inputs(on), NULL, false);
	w->acts = callable && w->events->n == 1 && is_called(w) ? NULL : w->run->out;
	declare_file(w, "github/workflow");
	bl_github_jobs(w);
}

/* An action on its own: what it builds depends on who uses it, and is said there. */
static void eval_action(bl_github_workflow *w)
{
	bl_arena *arena = w->run->arena;
	const bl_value *runs = bl_value_getz(w->tree, "runs");
	w->events = bl_values_value(arena, BL_NOWHERE, &(bl_values){0});
	w->contexts.github = github_context(w->run, NULL, w->events);
	w->contexts.inputs = bl_github_inputs(arena, bl_value_getz(w->tree, "inputs"), NULL, false);
	declare_file(w, "github/action");
	bl_github_action_steps(w, bl_value_getz(runs, "steps"));
}

/* The folder whose .github a file stands in: there the workflow's repository begins, also where it is kept within another one. */
static bl_str top_of(bl_str path)
{
	ptrdiff_t at = bl_str_find(path, BL_STR("/.github/"), 0);
	return bl_str_slice(path, 0, at < 0 ? 0 : (size_t)at);
}

void bl_eval_github(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out)
{
	for (size_t i = 0; i < input->ndocuments; i++) {
		const bl_document *d = input->documents[i];
		bl_github_run run = {.input = input, .arena = arena, .out = out, .top = top_of(d->path), .repository = repository_of(input, arena)};
		const bl_attr *body = d->blocks.n ? bl_block_attr(d->blocks.items[0], "body") : NULL;
		const bl_value *tree = body && body->expr->kind == BL_EXPR_LITERAL ? body->expr->value : NULL;
		bl_github_workflow w = {.run = &run, .tree = tree, .path = d->path, .declares = true};
		if (!bl_value_is(tree, BL_MAP))
			continue;
		if (bl_str_eqz(d->dialect, "github-action"))
			eval_action(&w);
		else
			eval_workflow(&w);
	}
}

/*
 * GitLab CI: resources gitlab/pipeline and gitlab/job. A job's properties are its keys with what it extends, includes and has by default,
 * variables put in; an image is split, services are maps, and before_script and script are `script`, a list, with what they run in
 * `commands`. A child pipeline of this repository is part of its parent: its jobs stand below the job that triggers it.
 */
#include "eval/pipeline/gitlab.h"

#include "eval/docker/image.h"

/* Each is said when it is met. MAX_LINES is also of variables of a matrix, of which GitLab takes fewer. MAX_CHILDREN: GitLab's own limit. */
enum { MAX_JOBS = 5000, MAX_LINES = 2000, MAX_NESTING = 10, MAX_CHILDREN = 2 };

typedef struct walker {
	bl_gitlab g;
	bl_str prefix; /* of addresses: the job that triggers it, with a dot */
	const bl_value *variables;
	int children;
	bl_pipeline_shared *shared; /* with its children */
} walker;

static void put(walker *w, bl_items *items, const char *key, const bl_value *v)
{
	if (v)
		bl_items_put(w->g.arena, items, bl_str_of(key), v->span, v);
}

/* Keys of a configuration that are no jobs. */
static bool is_reserved(bl_str key)
{
	static const char *const words[] = {"after_script", "before_script", "cache", "default", "image", "include", "services", "spec", "stages",
		"types", "variables", "workflow"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (bl_str_eqz(key, words[i]))
			return true;
	return key.n && key.p[0] == '.';
}

/* ---- forms ---- */

static const bl_value *image_of(walker *w, const bl_value *v, const bl_value *variables)
{
	bl_items items = {0};
	const bl_value *name = v->kind == BL_MAP ? bl_value_getz(v, "name") : v;
	if (!name || (name->kind != BL_STRING && name->kind != BL_UNKNOWN))
		return v;
	for (uint32_t i = 0; v->kind == BL_MAP && i < v->n; i++)
		bl_vec_push(w->g.arena, &items, ((bl_item){v->map[i].key, v->map[i].key_span, bl_gitlab_put_variables(&w->g, v->map[i].value, variables)}));
	name = bl_gitlab_put_variables(&w->g, name, variables);
	const bl_value *image = bl_docker_image(w->g.arena, name);
	for (uint32_t i = 0; i < image->n; i++)
		bl_items_put(w->g.arena, &items, image->map[i].key, name->span, image->map[i].value);
	return bl_items_value(w->g.arena, v->span, &items);
}

static const bl_value *services_of(walker *w, const bl_value *v, const bl_value *variables)
{
	bl_values out = {0};
	if (v->kind != BL_LIST)
		return v;
	for (uint32_t i = 0; i < v->n; i++) {
		bl_items items = {0};
		const bl_value *one = v->list[i];
		for (uint32_t k = 0; one->kind == BL_MAP && k < one->n; k++)
			bl_vec_push(w->g.arena, &items, ((bl_item){one->map[k].key, one->map[k].key_span, bl_gitlab_put_variables(&w->g, one->map[k].value, variables)}));
		put(w, &items, "image", image_of(w, one, variables));
		bl_vec_push(w->g.arena, &out, bl_items_value(w->g.arena, one->span, &items));
	}
	return bl_values_value(w->g.arena, v->span, &out);
}

/* Lists in lists, as anchors and !reference make them, in one. */
static void flatten(walker *w, const bl_value *v, bl_values *out, int depth)
{
	if (!v || v->kind == BL_NULL)
		return;
	if (out->n >= MAX_LINES || depth > MAX_NESTING) {
		bl_pipeline_met(w->g.arena, w->g.out, BL_PIPELINE_LIMIT_LINES, v->span,
			"more than %d commands of a script or values of a matrix, or lists nested too deeply: the rest is not analysed", MAX_LINES);
		return;
	}
	if (v->kind != BL_LIST)
		bl_vec_push(w->g.arena, out, bl_pipeline_scalar(w->g.arena, v));
	for (uint32_t i = 0; v->kind == BL_LIST && depth <= MAX_NESTING && i < v->n; i++)
		flatten(w, v->list[i], out, depth + 1);
}

static const bl_value *variable_list(walker *w, const bl_value *v)
{
	bl_values out = {0};
	if (!bl_value_is(v, BL_MAP))
		return NULL;
	for (uint32_t i = 0; i < v->n; i++) {
		bl_items one = {0};
		const bl_value *value = v->map[i].value->kind == BL_MAP ? bl_value_getz(v->map[i].value, "value") : v->map[i].value;
		put(w, &one, "name", bl_value_string(w->g.arena, v->map[i].key_span, v->map[i].key));
		put(w, &one, "value", value ? bl_pipeline_scalar(w->g.arena, value) : NULL);
		bl_vec_push(w->g.arena, &out, bl_items_value(w->g.arena, bl_span_join(v->map[i].key_span, v->map[i].value->span), &one));
	}
	return bl_values_value(w->g.arena, v->span, &out);
}

/* What parallel:matrix gives a variable is one of several. */
static const bl_value *with_matrix(walker *w, const bl_value *job, const bl_value *variables)
{
	const bl_value *matrix = bl_value_getz(bl_value_getz(job, "parallel"), "matrix");
	bl_items items = {0};
	if (!bl_value_is(matrix, BL_LIST))
		return variables;
	for (uint32_t i = 0; i < matrix->n && i < MAX_LINES; i++) {
		for (uint32_t k = 0; matrix->list[i]->kind == BL_MAP && k < matrix->list[i]->n && items.n < MAX_LINES; k++) {
			const bl_item *one = &matrix->list[i]->map[k];
			bl_values values = {0};
			const bl_value *old = bl_value_get(bl_items_value(w->g.arena, matrix->span, &items), one->key);
			for (size_t c = 0; old && c < old->unknown->ncandidates; c++)
				bl_vec_push(w->g.arena, &values, old->unknown->candidates[c]);
			flatten(w, one->value, &values, 0);
			bl_value *v = bl_value_unknown(w->g.arena, one->value->span, "the matrix gives '" BL_FMT "' several values", BL_ARG(one->key));
			bl_unknown *u = (bl_unknown *)v->unknown;
			u->type = BL_STRING;
			u->ncandidates = values.n;
			u->candidates = values.items;
			bl_items_put(w->g.arena, &items, one->key, one->key_span, v);
		}
	}
	bl_items all = {0};
	for (uint32_t i = 0; i < variables->n; i++)
		bl_vec_push(w->g.arena, &all, variables->map[i]);
	for (size_t i = 0; i < items.n; i++)
		bl_items_put(w->g.arena, &all, items.items[i].key, items.items[i].key_span, items.items[i].value);
	bl_value *map = bl_items_value(w->g.arena, variables->span, &all);
	map->open = variables->open;
	return map;
}

/* The value that a job has of its own, or by default. */
static const bl_value *inherited(const walker *w, const bl_value *job, const char *key)
{
	const bl_value *own = bl_value_getz(job, key), *inherit = bl_value_getz(bl_value_getz(job, "inherit"), "default");
	if (own || (bl_value_is(inherit, BL_BOOL) && !inherit->boolean))
		return own;
	const bl_value *by_default = bl_value_getz(bl_value_getz(w->g.root, "default"), key);
	if (bl_value_is(inherit, BL_LIST)) {
		bool listed = false;
		for (uint32_t i = 0; i < inherit->n; i++)
			listed |= bl_value_is_string(inherit->list[i], key);
		if (!listed)
			return NULL;
	}
	return by_default ? by_default : bl_value_getz(w->g.root, key);
}

/* ---- resources ---- */

static void add(walker *w, const char *type, bl_str name, bl_span head, const bl_value *node, bl_tri condition, const bl_items *properties)
{
	bl_items body = {0};
	bl_arena *arena = w->g.arena;
	bl_resource *r = bl_new(arena, bl_resource);
	r->root = w->g.input->root;
	r->language = BL_LANG_PIPELINE;
	r->type = r->native_type = bl_str_of(type);
	r->label = name;
	r->address = bl_str_cat(arena, w->prefix, name);
	r->typed_address = bl_str_fmt(arena, "%s." BL_FMT, type, BL_ARG(r->address));
	r->provider = BL_STR("gitlab");
	r->name = bl_value_string(arena, head, name);
	r->condition = condition;
	r->span = bl_span_join(head, node->span);
	r->head = head;
	r->via = bl_map_get(&w->g.origins, name);
	r->native = node;
	put(w, &body, "name", r->name);
	put(w, &body, "properties", bl_items_value(arena, node->span, properties));
	r->written = bl_items_value(arena, node->span, &body);
	bl_vec_push(arena, &w->g.out->resources, r);
}

static const bl_value *run_script(walker *w, const char *key, const bl_value *job, bl_str address, bl_span span, const bl_value *variables, bl_items *items)
{
	bl_arena *arena = w->g.arena;
	bl_values lines = {0}, commands = {0};
	bool main = !strcmp(key, "script");
	flatten(w, main ? inherited(w, job, "before_script") : NULL, &lines, 0);
	flatten(w, main ? bl_value_getz(job, key) : inherited(w, job, key), &lines, 0);
	if (!lines.n)
		return NULL;
	bl_pipeline_job machine = {.input = w->g.input, .arena = arena, .shared = w->shared, .out = w->g.out, .said = w->g.out, .top = w->g.top};
	bl_pipeline_step step = {.job = &machine, .by = address, .span = span, .environment = variables};
	step.folder = bl_value_string(arena, BL_NOWHERE, BL_STR(""));
	bl_pipeline_script_lines(&step, BL_PIPELINE_BASH, &lines, &commands);
	bl_value *script = bl_values_value(arena, lines.items[0]->span, &lines);
	put(w, items, key, script);
	return bl_values_value(arena, script->span, &commands);
}

static void add_child(walker *w, const bl_value *job, bl_str name);

static void add_job(walker *w, const bl_item *item)
{
	static const char *const forms[] = {"after_script", "before_script", "image", "script", "services", "variables"};
	bl_arena *arena = w->g.arena;
	const bl_value *job = item->value, *own = bl_value_getz(job, "variables");
	const bl_value *inherit = bl_value_getz(bl_value_getz(job, "inherit"), "variables");
	bool without = bl_value_is(inherit, BL_BOOL) && !inherit->boolean;
	const bl_value *variables = bl_gitlab_variables(&w->g, without ? bl_gitlab_predefined(&w->g) : w->variables, own);
	variables = with_matrix(w, job, variables);
	bl_items items = {0};
	for (uint32_t i = 0; i < job->n; i++) {
		bool form = false;
		for (size_t k = 0; k < sizeof forms / sizeof *forms; k++)
			form |= bl_str_eqz(job->map[i].key, forms[k]);
		if (!form && !bl_str_eqz(job->map[i].key, "extends"))
			bl_vec_push(arena, &items, ((bl_item){job->map[i].key, job->map[i].key_span,
							   bl_str_eqz(job->map[i].key, "rules") ? job->map[i].value
												: bl_gitlab_put_variables(&w->g, job->map[i].value, variables)}));
	}
	const bl_value *image = inherited(w, job, "image"), *services = inherited(w, job, "services");
	bl_str address = bl_str_cat(arena, w->prefix, item->key);
	bl_tri runs = bl_gitlab_runs(&w->g, job, variables);
	put(w, &items, "image", image ? image_of(w, image, variables) : NULL);
	put(w, &items, "services", services ? services_of(w, services, variables) : NULL);
	put(w, &items, "variables", variable_list(w, own));
	if (runs != BL_NO) {
		const bl_value *commands = run_script(w, "script", job, address, item->key_span, variables, &items);
		const bl_value *after = run_script(w, "after_script", job, address, item->key_span, variables, &items);
		bl_values all = {0};
		for (uint32_t i = 0; commands && i < commands->n; i++)
			bl_vec_push(arena, &all, commands->list[i]);
		for (uint32_t i = 0; after && i < after->n; i++)
			bl_vec_push(arena, &all, after->list[i]);
		put(w, &items, "commands", commands || after ? bl_values_value(arena, item->key_span, &all) : NULL);
	}
	add(w, "gitlab/job", item->key, item->key_span, job, runs, &items);
	if (runs != BL_NO)
		add_child(w, job, address);
}

static bl_tri workflow_runs(walker *w)
{
	const bl_value *workflow = bl_value_getz(w->g.root, "workflow");
	return bl_value_getz(workflow, "rules") ? bl_gitlab_runs(&w->g, workflow, w->variables) : BL_YES;
}

static void add_pipeline(walker *w, const bl_value *own, bl_tri runs)
{
	static const char *const keys[] = {"default", "stages", "workflow"};
	bl_items items = {0};
	const bl_value *root = w->g.root, *image = bl_value_getz(root, "image"), *services = bl_value_getz(root, "services");
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		put(w, &items, keys[i], bl_value_getz(root, keys[i]));
	put(w, &items, "image", image ? image_of(w, image, w->variables) : NULL);
	put(w, &items, "services", services ? services_of(w, services, w->variables) : NULL);
	put(w, &items, "variables", variable_list(w, bl_value_getz(root, "variables")));
	if (w->g.includes.n)
		put(w, &items, "includes", bl_values_value(w->g.arena, root->span, &w->g.includes));
	add(w, "gitlab/pipeline", BL_STR("pipeline"), own->n ? own->map[0].key_span : own->span, own, runs, &items);
}

static void add_configuration(walker *w, const bl_document *d)
{
	size_t jobs = 0;
	if (!bl_gitlab_read(&w->g, d))
		return;
	w->variables = bl_gitlab_variables(&w->g, bl_gitlab_predefined(&w->g), bl_value_getz(w->g.root, "variables"));
	bl_tri runs = workflow_runs(w);
	add_pipeline(w, w->g.own, runs);
	for (uint32_t i = 0; i < w->g.root->n && runs != BL_NO; i++) {
		const bl_item *item = &w->g.root->map[i];
		if (is_reserved(item->key) || item->value->kind != BL_MAP)
			continue;
		if (jobs++ == MAX_JOBS) {
			bl_pipeline_met(w->g.arena, w->g.out, BL_PIPELINE_LIMIT_JOBS, item->key_span, "more than %d jobs: the rest is not analysed", MAX_JOBS);
			break;
		}
		add_job(w, item);
	}
}

/* trigger: include: a configuration of this repository. */
static void add_child(walker *w, const bl_value *job, bl_str address)
{
	const bl_value *include = bl_value_getz(bl_value_getz(job, "trigger"), "include");
	const bl_loader *loader = w->g.input->loader;
	if (!include || !loader || !loader->document)
		return;
	if (w->children >= MAX_CHILDREN) {
		bl_pipeline_met(w->g.arena, w->g.out, BL_PIPELINE_LIMIT_CALLS, include->span,
			"child pipelines are nested more than %d deep: this one is not analysed", MAX_CHILDREN);
		return;
	}
	const bl_value *one = include->kind == BL_LIST && include->n ? include->list[0] : include;
	const bl_value *local = one->kind == BL_STRING ? one : bl_value_getz(one, "local");
	bl_str path = local ? bl_value_text(local) : BL_STR("");
	while (path.n && path.p[0] == '/')
		path = bl_str_slice(path, 1, path.n);
	const bl_document *d = path.n ? loader->document(loader->context, path) : NULL;
	if (!d) {
		w->g.out->not_analysed++;
		bl_diag_add(w->g.arena, &w->g.out->diags, BL_DIAG_WARNING, include->span, "the child pipeline is not in this repository");
		return;
	}
	walker child = {.g = {.input = w->g.input, .arena = w->g.arena, .out = w->g.out}, .children = w->children + 1, .shared = w->shared};
	child.prefix = bl_str_fmt(w->g.arena, BL_FMT ".", BL_ARG(address));
	add_configuration(&child, d);
}

void bl_eval_gitlab(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out)
{
	bl_pipeline_shared shared = {0};
	for (size_t i = 0; i < input->ndocuments; i++) {
		walker w = {.g = {.input = input, .arena = arena, .out = out, .top = bl_pipeline_top(input, input->documents[i]->path)}, .prefix = BL_STR(""),
			.shared = &shared};
		add_configuration(&w, input->documents[i]);
	}
}

/* What the steps of a job share: where the repository lies, which images were built, where deployments go. */
#include "eval/path.h"
#include "eval/pipeline/pipeline.h"

/*
 * MAX_PATH_BYTES: a longer path is unknown and says why. MAX_ELEMENTS: parameters or files of a deployment, tags of a build; past them parameters and tags
 * are open, as they are where a script computes some.
 */
enum { MAX_PATH_BYTES = 4096, MAX_ELEMENTS = 200 };

void bl_pipeline_met(bl_arena *arena, bl_evaluation *out, bl_pipeline_limit limit, bl_span span, const char *format, int most)
{
	if (!out || out->limits & 1u << limit)
		return;
	out->limits |= 1u << limit;
	out->not_analysed++;
	bl_str words = bl_str_fmt(arena, format, most);
	bl_diag_add(arena, &out->diags, BL_DIAG_WARNING, span, BL_FMT, BL_ARG(words));
}

/* ---- paths ---- */

static const bl_value *unknown_path(bl_arena *arena, const bl_value *v, const char *why)
{
	bl_value *u = bl_value_unknown(arena, v->span, "%s", why);
	((bl_unknown *)u->unknown)->type = BL_STRING;
	return u;
}

static bool is_url(bl_str s)
{
	return bl_str_find(s, BL_STR("://"), 0) > 0 || bl_str_starts(s, BL_STR("git@")) || bl_str_starts(s, BL_STR("github.com/"));
}

/* The text below the workspace, where it is absolute; false where it is absolute and elsewhere. *absolute says so. */
static bool below_workspace(bl_str *s, bool *absolute)
{
	bl_str top = BL_STR(BL_PIPELINE_WORKSPACE);
	*absolute = s->n && s->p[0] == '/';
	if (!*absolute)
		return !s->n || s->p[0] != '~';
	if (!bl_str_starts(*s, top) || (s->n > top.n && s->p[top.n] != '/'))
		return false;
	*s = bl_str_slice(*s, top.n, s->n);
	return true;
}

/* With forward slashes: Windows' agents name paths so, and a name with a backslash is in no repository we can read. */
static const bl_value *with_slashes(bl_arena *arena, const bl_value *v)
{
	if (v->kind != BL_STRING || !memchr(v->string.p ? v->string.p : "", '\\', v->string.n))
		return v;
	bl_value *copy = bl_value_at(arena, v, v->span);
	copy->string = bl_str_dup(arena, v->string);
	for (size_t i = 0; i < copy->string.n; i++)
		if (copy->string.p[i] == '\\')
			((char *)copy->string.p)[i] = '/';
	return copy;
}

const bl_value *bl_pipeline_folder(const bl_pipeline_step *step, const bl_value *path)
{
	bl_arena *arena = step->job->arena;
	bool absolute;
	if (!path)
		return NULL;
	path = with_slashes(arena, bl_pipeline_scalar(arena, path));
	bl_str s = bl_pipeline_known(path), clean;
	if (s.n > MAX_PATH_BYTES)
		return unknown_path(arena, path, "the path is too long");
	if (is_url(s))
		return path;
	if (path->kind == BL_UNKNOWN && !s.n)
		return path;
	if (!below_workspace(&s, &absolute))
		return unknown_path(arena, path, "it is outside of the workspace");
	const bl_value *folder = absolute ? NULL : step->folder;
	if (folder && folder->kind != BL_STRING)
		return path->kind == BL_STRING && !s.n ? folder : bl_pipeline_concat(arena, folder, BL_STR("/"), path);
	bl_str joined = folder && folder->string.n ? bl_str_fmt(arena, BL_FMT "/" BL_FMT, BL_ARG(folder->string), BL_ARG(s)) : s;
	clean = bl_eval_path(arena, BL_STR(""), joined);
	if (bl_str_starts(clean, BL_STR("..")) && (clean.n == 2 || clean.p[2] == '/'))
		return unknown_path(arena, path, "it is outside of the workspace");
	if (path->kind == BL_STRING) {
		bl_value *v = bl_value_at(arena, path, path->span);
		v->string = clean;
		return v;
	}
	bl_value *v = bl_value_at(arena, path, path->span);
	bl_unknown *u = bl_new(arena, bl_unknown);
	*u = *path->unknown;
	bool whole = s.n && s.p[s.n - 1] == '/' && clean.n;
	bl_str pattern = bl_value_pattern(arena, path);
	bl_unknown_set_pattern(u, bl_str_fmt(arena, BL_FMT "%s" BL_FMT, BL_ARG(clean), whole ? "/" : "",
					  BL_ARG(bl_str_slice(pattern, path->unknown->prefix.n, pattern.n))));
	for (size_t i = 0; i < u->ncandidates; i++) {
		if (!i)
			u->candidates = bl_new_n(arena, const bl_value *, u->ncandidates);
		u->candidates[i] = bl_pipeline_folder(step, path->unknown->candidates[i]);
	}
	v->unknown = u;
	return v;
}

/* A path below the workspace as one of the repository. */
static const bl_value *in_repository(const bl_pipeline_step *step, const bl_value *v)
{
	const bl_pipeline_job *job = step->job;
	const bl_pipeline_checkout *best = NULL;
	bl_str s = bl_pipeline_known(v);
	if (is_url(s))
		return v;
	for (size_t i = 0; i < job->checkouts.n; i++) {
		const bl_pipeline_checkout *c = &job->checkouts.items[i];
		bool within = !c->folder.n || (bl_str_starts(s, c->folder) && (s.n == c->folder.n || s.p[c->folder.n] == '/'));
		if (within && (!best || c->folder.n >= best->folder.n))
			best = c;
	}
	if (job->checkouts.n && !best)
		return v->kind == BL_UNKNOWN ? v : unknown_path(job->arena, v, "it is in no repository that was checked out");
	if (best && best->other)
		return unknown_path(job->arena, v, "it is in another repository");
	if (best && best->folder.n)
		v = bl_pipeline_tail(job->arena, v, best->folder.n + (s.n > best->folder.n));
	if (v->kind == BL_STRING && !v->string.n) {
		bl_value *root = bl_value_at(job->arena, v, v->span);
		root->string = job->top.n ? job->top : BL_STR(".");
		return root;
	}
	return job->top.n ? bl_pipeline_concat(job->arena, bl_value_string(job->arena, v->span, job->top), BL_STR("/"), v) : v;
}

const bl_value *bl_pipeline_path(const bl_pipeline_step *step, const bl_value *path)
{
	const bl_value *v = bl_pipeline_folder(step, path);
	return v ? in_repository(step, v) : NULL;
}

static bool is_top(const bl_loader *loader, bl_str folder)
{
	bl_str *names;
	size_t n;
	if (!loader->list(loader->context, folder, &names, &n))
		return false;
	for (size_t i = 0; i < n; i++)
		if (bl_str_eqz(names[i], ".github") || bl_str_eqz(names[i], ".gitlab-ci.yml"))
			return true;
	return false;
}

bl_str bl_pipeline_top(const bl_eval_input *input, bl_str path)
{
	const bl_loader *loader = input->loader;
	for (bl_str folder = bl_eval_folder(path); folder.n && loader && loader->list; folder = bl_eval_folder(folder))
		if (is_top(loader, folder))
			return folder;
	return BL_STR("");
}

/* ---- what goes where ---- */

static void put_text(bl_arena *arena, bl_items *items, bl_str key, const bl_value *v)
{
	if (!v || v->kind == BL_NULL || (v->kind == BL_STRING && !v->string.n))
		return;
	if (v->kind != BL_MAP)
		v = bl_pipeline_scalar(arena, v);
	bl_items_put(arena, items, key, v->span, v);
}

void bl_pipeline_set_scope(bl_pipeline_job *job, const char *key, const bl_value *v)
{
	put_text(job->arena, &job->scope, bl_str_of(key), v);
}

void bl_pipeline_put_scope(bl_pipeline_step *step, bl_deployment *d, const char *key, const bl_value *v)
{
	bl_items items = {0};
	if (!d || !v)
		return;
	for (uint32_t i = 0; d->scope && i < d->scope->n; i++)
		bl_vec_push(step->job->arena, &items, d->scope->map[i]);
	put_text(step->job->arena, &items, bl_str_of(key), v);
	d->scope = items.n ? bl_items_value(step->job->arena, d->span, &items) : NULL;
}

/* What a job knows matters to a deployment of this kind. */
static const char *const matters[] = {
	[BL_DEPLOYS_AZURE] = " environment location management_group resource_group subscription ",
	[BL_DEPLOYS_CLOUDFORMATION] = " environment region ",
	[BL_DEPLOYS_COMPOSE] = " environment ",
	[BL_DEPLOYS_HELM] = " cluster environment namespace project region resource_group subscription ",
	[BL_DEPLOYS_KUBERNETES] = " cluster environment namespace project region resource_group subscription ",
	[BL_DEPLOYS_SOURCE] = " environment project region resource_group subscription ",
	[BL_DEPLOYS_TERRAFORM] = " environment project region subscription ",
};

static bool is_listed(const char *words, bl_str word)
{
	const char *at = words;
	while ((at = memmem(at, strlen(at), word.p, word.n))) {
		if (at > words && at[-1] == ' ' && at[word.n] == ' ')
			return true;
		at++;
	}
	return false;
}

/* ---- builds and deployments ---- */

static bool is_full(const bl_pipeline_step *step, size_t acts, bl_span span)
{
	if (acts < BL_PIPELINE_MAX_ACTS)
		return false;
	bl_pipeline_met(step->job->arena, step->job->said, BL_PIPELINE_LIMIT_ACTS, bl_span_known(span) ? span : step->span,
		"more than %d builds, or deployments: the rest is not analysed", BL_PIPELINE_MAX_ACTS);
	return true;
}

bl_build *bl_pipeline_build(bl_pipeline_step *step, const char *tool, bl_span span)
{
	bl_pipeline_job *job = step->job;
	if (!job->out || is_full(step, job->out->builds.n, span))
		return NULL;
	bl_build *b = bl_new(job->arena, bl_build);
	b->root = job->input->root;
	b->by = step->by;
	b->tool = bl_str_of(tool);
	b->span = bl_span_known(span) ? span : step->span;
	b->pushes = BL_NO;
	b->tags = bl_value_list(job->arena, b->span, NULL, 0);
	bl_vec_push(job->arena, &job->out->builds, b);
	bl_vec_push(job->arena, &job->builds, b);
	return b;
}

bl_deployment *bl_pipeline_deploy(bl_pipeline_step *step, bl_deployment_kind kind, const char *tool, bl_span span)
{
	bl_pipeline_job *job = step->job;
	bl_items scope = {0};
	if (!job->out || is_full(step, job->out->deployments.n, span))
		return NULL;
	bl_deployment *d = bl_new(job->arena, bl_deployment);
	d->root = job->input->root;
	d->by = step->by;
	d->tool = bl_str_of(tool);
	d->kind = kind;
	d->span = bl_span_known(span) ? span : step->span;
	for (size_t i = 0; i < job->scope.n; i++)
		if (is_listed(matters[kind], job->scope.items[i].key))
			bl_vec_push(job->arena, &scope, job->scope.items[i]);
	d->scope = scope.n ? bl_items_value(job->arena, d->span, &scope) : NULL;
	bl_vec_push(job->arena, &job->out->deployments, d);
	return d;
}

/* A map with one item more; an open one when it has as many as are kept. */
static const bl_value *with_item(bl_pipeline_step *step, bl_span span, const bl_value *map, bl_str key, const bl_value *v)
{
	bl_items items = {0};
	for (uint32_t i = 0; map && i < map->n; i++)
		bl_vec_push(step->job->arena, &items, map->map[i]);
	bool full = items.n >= MAX_ELEMENTS;
	if (v && !full)
		bl_items_put(step->job->arena, &items, key, v->span, v);
	bl_value *with = bl_items_value(step->job->arena, span, &items);
	with->open = full || !v || (map && map->open);
	return with;
}

void bl_pipeline_put_parameter(bl_pipeline_step *step, bl_deployment *d, bl_str key, const bl_value *v)
{
	if (d && v && !(d->parameters && d->parameters->n >= MAX_ELEMENTS && d->parameters->open))
		d->parameters = with_item(step, d->span, d->parameters, key, v);
}

void bl_pipeline_open_parameters(bl_pipeline_step *step, bl_deployment *d)
{
	if (d)
		d->parameters = with_item(step, d->span, d->parameters, BL_STR(""), NULL);
}

void bl_pipeline_put_file(bl_pipeline_step *step, bl_deployment *d, const bl_value *path)
{
	bl_values files = {0};
	if (!d || !path)
		return;
	if (d->files && d->files->n >= MAX_ELEMENTS) {
		bl_pipeline_met(step->job->arena, step->job->said, BL_PIPELINE_LIMIT_PARTS, path->span,
			"more than %d files, services or artifacts: the rest is not analysed", MAX_ELEMENTS);
		return;
	}
	for (uint32_t i = 0; d->files && i < d->files->n; i++)
		bl_vec_push(step->job->arena, &files, d->files->list[i]);
	bl_vec_push(step->job->arena, &files, bl_pipeline_path(step, path));
	d->files = bl_values_value(step->job->arena, d->span, &files);
}

/* "a" and "a:latest" are one name. */
static bool same_image(bl_arena *arena, const bl_value *a, const bl_value *b)
{
	if (a->kind != BL_STRING || b->kind != BL_STRING)
		return bl_pipeline_same(a, b);
	bl_str latest = BL_STR(":latest"), x = a->string, y = b->string;
	if (bl_str_ends(x, latest))
		x = bl_str_slice(x, 0, x.n - latest.n);
	if (bl_str_ends(y, latest))
		y = bl_str_slice(y, 0, y.n - latest.n);
	return bl_str_eq(x, y);
}

static bl_build *build_named(const bl_pipeline_job *job, const bl_value *image)
{
	for (size_t i = job->builds.n; i--;) {
		bl_build *b = job->builds.items[i];
		for (uint32_t k = 0; k < b->tags->n; k++)
			if (same_image(job->arena, b->tags->list[k], image))
				return b;
	}
	return NULL;
}

static void add_tag(bl_arena *arena, bl_build *b, const bl_value *name)
{
	bl_values tags = {0};
	for (uint32_t i = 0; i < b->tags->n; i++) {
		if (bl_pipeline_same(b->tags->list[i], name))
			return;
		bl_vec_push(arena, &tags, b->tags->list[i]);
	}
	bool full = tags.n >= MAX_ELEMENTS;
	if (full && b->tags->open)
		return;
	if (!full)
		bl_vec_push(arena, &tags, name);
	bl_value *v = bl_values_value(arena, b->tags->span, &tags);
	v->open = full || b->tags->open;
	b->tags = v;
}

void bl_pipeline_tag(bl_pipeline_step *step, const bl_value *image, const bl_value *name)
{
	bl_build *b = image && name ? build_named(step->job, image) : NULL;
	if (b)
		add_tag(step->job->arena, b, name);
}

void bl_pipeline_push(bl_pipeline_step *step, const char *tool, const bl_value *name, bl_span span)
{
	if (!name)
		return;
	bl_build *b = build_named(step->job, name);
	if (!b) {
		b = bl_pipeline_build(step, tool, span);
		if (b)
			add_tag(step->job->arena, b, name);
	}
	if (b)
		b->pushes = BL_YES;
}

/* ---- Azure's parameters ---- */

static bool ends_i(bl_str s, const char *z)
{
	bl_str e = bl_str_of(z);
	return s.n >= e.n && bl_str_eqi(bl_str_slice(s, s.n - e.n, s.n), e);
}

static void azure_parameter(bl_pipeline_step *step, bl_deployment *d, const bl_value *v)
{
	bl_arena *arena = step->job->arena;
	bl_str s = bl_pipeline_known(v);
	if (s.n && s.p[0] == '@') {
		bl_pipeline_put_file(step, d, bl_pipeline_tail(arena, v, 1));
		return;
	}
	ptrdiff_t equals = bl_str_find(s, BL_STR("="), 0);
	if (s.n && s.p[0] == '{') {
		/* JSON in the command: what it holds isn't taken apart */
		bl_pipeline_open_parameters(step, d);
	} else if (equals > 0) {
		bl_pipeline_put_parameter(step, d, bl_str_slice(s, 0, (size_t)equals), bl_pipeline_tail(arena, v, (size_t)equals + 1));
	} else if (ends_i(s, ".json") || ends_i(s, ".jsonc") || ends_i(s, ".bicepparam") ||
		   (v->kind == BL_UNKNOWN && (ends_i(v->unknown->suffix, ".json") || ends_i(v->unknown->suffix, ".bicepparam")))) {
		bl_pipeline_put_file(step, d, v);
	} else if (v->kind == BL_UNKNOWN) {
		bl_pipeline_open_parameters(step, d);
	}
}

void bl_pipeline_azure_parameters(bl_pipeline_step *step, bl_deployment *d, const bl_value *list)
{
	for (uint32_t i = 0; d && bl_value_is(list, BL_LIST) && i < list->n; i++)
		azure_parameter(step, d, list->list[i]);
}

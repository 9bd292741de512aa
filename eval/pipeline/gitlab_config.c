/* A GitLab configuration as one map: included files below the one that includes them, then `extends`, then !reference. */
#include "eval/pipeline/globs.h"
#include "eval/pipeline/gitlab.h"

enum { MAX_DEPTH = 100, MAX_NESTING = 20 };

static bool count_node(bl_gitlab *g, bl_span span)
{
	if (g->stopped)
		return false;
	if (++g->nodes <= BL_GITLAB_MAX_NODES)
		return true;
	g->stopped = true;
	bl_diag_add(g->arena, &g->out->diags, BL_DIAG_ERROR, span, "the configuration expands to too much; the rest is left out");
	return false;
}

static const bl_value *merge(bl_gitlab *g, const bl_value *a, const bl_value *b, int depth)
{
	bl_items items = {0};
	bl_map index = {0};
	if (!bl_value_is(a, BL_MAP) || !bl_value_is(b, BL_MAP) || depth > MAX_DEPTH || !count_node(g, b->span))
		return b;
	for (uint32_t i = 0; i < a->n; i++) {
		bl_vec_push(g->arena, &items, a->map[i]);
		bl_map_put(g->arena, &index, a->map[i].key, (void *)(uintptr_t)items.n);
	}
	for (uint32_t i = 0; i < b->n && count_node(g, b->span); i++) {
		uintptr_t at = (uintptr_t)bl_map_get(&index, b->map[i].key);
		if (at)
			items.items[at - 1] = (bl_item){b->map[i].key, b->map[i].key_span, merge(g, items.items[at - 1].value, b->map[i].value, depth + 1)};
		else
			bl_vec_push(g->arena, &items, b->map[i]);
	}
	bl_value *v = bl_items_value(g->arena, b->span, &items);
	v->open = a->open || b->open;
	return v;
}

const bl_value *bl_gitlab_merge(bl_gitlab *g, const bl_value *a, const bl_value *b)
{
	return merge(g, a, b, 0);
}

static void gap(bl_gitlab *g, bl_span span, const char *what, bl_str name)
{
	g->out->not_analysed++;
	bl_diag_add(g->arena, &g->out->diags, BL_DIAG_WARNING, span, "'" BL_FMT "' is not included: %s", BL_ARG(name), what);
}

/* ---- $[[ inputs.x ]] ---- */

static const bl_value *put_inputs(bl_gitlab *g, const bl_value *v, const bl_value *inputs, int depth);

static const bl_value *input_text(bl_gitlab *g, const bl_value *v, const bl_value *inputs)
{
	bl_str s = v->string;
	bl_pipeline_parts parts = {0};
	size_t from = 0;
	ptrdiff_t at = bl_str_find(s, BL_STR("$[["), 0), end;
	if (at < 0)
		return v;
	for (; at >= 0 && (end = bl_str_find(s, BL_STR("]]"), (size_t)at)) >= 0; at = bl_str_find(s, BL_STR("$[["), from)) {
		bl_str name = bl_str_trim(bl_str_slice(s, (size_t)at + 3, (size_t)end)), functions;
		functions = bl_str_cut(name, '|', &name);
		name = bl_str_trim(name);
		if (bl_str_starts(name, BL_STR("inputs.")))
			name = bl_str_slice(name, 7, name.n);
		const bl_value *given = functions.n ? NULL : bl_value_get(inputs, name);
		if (!given)
			given = bl_value_unknown(g->arena, v->span, "the input '" BL_FMT "' has no value", BL_ARG(name));
		if (!at && (size_t)end + 2 == s.n)
			return bl_value_through(g->arena, bl_value_at(g->arena, given, v->span), bl_str_fmt(g->arena, "inputs." BL_FMT, BL_ARG(name)), given->span);
		bl_vec_push(g->arena, &parts, ((bl_pipeline_part){.text = bl_str_slice(s, from, (size_t)at)}));
		bl_vec_push(g->arena, &parts, ((bl_pipeline_part){.value = given}));
		from = (size_t)end + 2;
	}
	bl_vec_push(g->arena, &parts, ((bl_pipeline_part){.text = bl_str_slice(s, from, s.n)}));
	return bl_pipeline_join(g->arena, v->span, &parts);
}

static const bl_value *put_inputs(bl_gitlab *g, const bl_value *v, const bl_value *inputs, int depth)
{
	if (v->kind == BL_STRING)
		return input_text(g, v, inputs);
	if ((v->kind != BL_LIST && v->kind != BL_MAP) || depth > MAX_DEPTH || !count_node(g, v->span))
		return v;
	bl_value *copy = bl_value_at(g->arena, v, v->span);
	if (v->kind == BL_LIST) {
		copy->list = bl_new_n(g->arena, const bl_value *, v->n);
		for (uint32_t i = 0; i < v->n; i++)
			copy->list[i] = put_inputs(g, v->list[i], inputs, depth + 1);
		return copy;
	}
	copy->map = bl_new_n(g->arena, bl_item, v->n);
	for (uint32_t i = 0; i < v->n; i++) {
		copy->map[i] = v->map[i];
		copy->map[i].value = put_inputs(g, v->map[i].value, inputs, depth + 1);
		bl_str key;
		const bl_value *k = bl_str_find(v->map[i].key, BL_STR("$[["), 0) < 0
			? NULL
			: input_text(g, bl_value_string(g->arena, v->map[i].key_span, v->map[i].key), inputs);
		key = k ? bl_pipeline_known(k) : BL_STR("");
		if (key.n)
			copy->map[i].key = key;
	}
	return copy;
}

/* The values of a file's inputs: what includes it gives, else the defaults of its `spec`. */
static const bl_value *inputs_of(bl_gitlab *g, const bl_value *spec, const bl_value *given)
{
	const bl_value *declared = bl_value_getz(bl_value_getz(spec, "spec"), "inputs");
	bl_items items = {0};
	for (uint32_t i = 0; bl_value_is(declared, BL_MAP) && i < declared->n; i++) {
		const bl_item *one = &declared->map[i];
		const bl_value *v = bl_value_get(given, one->key);
		if (!v)
			v = bl_value_getz(one->value, "default");
		if (v)
			bl_items_put(g->arena, &items, one->key, one->key_span, v);
	}
	return bl_items_value(g->arena, BL_NOWHERE, &items);
}

/* ---- files ---- */

static const bl_value *body_of(const bl_document *d, size_t i)
{
	const bl_attr *body = i < d->blocks.n ? bl_block_attr(d->blocks.items[i], "body") : NULL;
	return body && body->expr->value ? body->expr->value : &bl_value_null;
}

/* A file's tree: the second document where the first is its `spec`. */
static const bl_value *tree_of(bl_gitlab *g, const bl_document *d, const bl_value *given)
{
	const bl_value *first = body_of(d, 0);
	if (d->blocks.n < 2 || !bl_value_getz(first, "spec"))
		return first;
	return put_inputs(g, body_of(d, 1), inputs_of(g, first, given), 0);
}

static const bl_value *with_includes(bl_gitlab *g, const bl_value *root, const bl_via *via, int depth);

static void note_include(bl_gitlab *g, bl_span span, const char *kind, const bl_value *location, const bl_value *ref)
{
	bl_items items = {0};
	bl_items_put(g->arena, &items, BL_STR("kind"), span, bl_value_string(g->arena, span, bl_str_of(kind)));
	bl_items_put(g->arena, &items, BL_STR("location"), location->span, location);
	if (ref)
		bl_items_put(g->arena, &items, BL_STR("ref"), ref->span, ref);
	bl_vec_push(g->arena, &g->includes, bl_items_value(g->arena, span, &items));
}

static bl_str without_slash(bl_str path)
{
	while (path.n && path.p[0] == '/')
		path = bl_str_slice(path, 1, path.n);
	return bl_str_starts(path, BL_STR("./")) ? bl_str_slice(path, 2, path.n) : path;
}

/* a with the file below it; jobs that come from it say through what. */
static const bl_value *include_file(bl_gitlab *g, const bl_value *a, bl_str path, bl_span span, const bl_value *given, const bl_via *outer, int depth)
{
	const bl_loader *loader = g->input->loader;
	if (depth > MAX_NESTING || ++g->files > BL_GITLAB_MAX_INCLUDES) {
		if (!g->stopped)
			bl_diag_add(g->arena, &g->out->diags, BL_DIAG_ERROR, span, "more than %d files are included, or too deep; the rest is left out",
				BL_GITLAB_MAX_INCLUDES);
		g->stopped = true;
		return a;
	}
	const bl_document *d = loader && loader->document ? loader->document(loader->context, path) : NULL;
	if (!d) {
		gap(g, span, "there is no such file", path);
		return a;
	}
	bl_via *via = bl_new(g->arena, bl_via);
	*via = (bl_via){bl_str_fmt(g->arena, "include " BL_FMT, BL_ARG(path)), span, outer};
	const bl_value *root = with_includes(g, tree_of(g, d, given), via, depth + 1);
	if (root->kind != BL_MAP)
		return a;
	for (uint32_t i = 0; i < root->n; i++)
		if (!bl_map_get(&g->origins, root->map[i].key))
			bl_map_put(g->arena, &g->origins, root->map[i].key, via);
	return a ? bl_gitlab_merge(g, a, root) : root;
}

static const bl_value *include_local(bl_gitlab *g, const bl_value *a, const bl_value *location, const bl_value *given, const bl_via *via, int depth)
{
	bool all;
	note_include(g, location->span, "local", location, NULL);
	if (location->kind != BL_STRING || bl_str_find(location->string, BL_STR("$"), 0) >= 0) {
		gap(g, location->span, "its name is not known before it runs", bl_pipeline_known(location));
		return a;
	}
	bl_str path = without_slash(location->string);
	if (bl_str_find(path, BL_STR("*"), 0) < 0)
		return include_file(g, a, path, location->span, given, via, depth);
	bl_values found = bl_globs_matching(g->arena, g->input->loader, path, location->span, &all);
	for (size_t i = 0; i < found.n && !g->stopped; i++)
		a = include_file(g, a, found.items[i]->string, location->span, given, via, depth);
	return a;
}

/* One entry of `include`. */
static const bl_value *include_one(bl_gitlab *g, const bl_value *a, const bl_value *v, const bl_via *via, int depth)
{
	static const char *const elsewhere[] = {"component", "project", "remote", "template"};
	if (v->kind == BL_STRING && bl_str_find(v->string, BL_STR("://"), 0) > 0) {
		note_include(g, v->span, "remote", v, NULL);
		gap(g, v->span, "it is on another server", v->string);
		return a;
	}
	if (v->kind == BL_STRING)
		return include_local(g, a, v, NULL, via, depth);
	const bl_value *local = bl_value_getz(v, "local");
	if (local)
		return include_local(g, a, local, bl_value_getz(v, "inputs"), via, depth);
	for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
		const bl_value *location = bl_value_getz(v, elsewhere[i]);
		if (!location)
			continue;
		note_include(g, v->span, elsewhere[i], location, bl_value_getz(v, "ref"));
		gap(g, location->span, "it is not in this repository", bl_pipeline_known(location));
	}
	return a;
}

static const bl_value *with_includes(bl_gitlab *g, const bl_value *root, const bl_via *via, int depth)
{
	const bl_value *include = bl_value_getz(root, "include"), *below = NULL;
	if (!include || g->stopped)
		return root;
	for (uint32_t i = 0; include->kind == BL_LIST && i < include->n && !g->stopped; i++)
		below = include_one(g, below, include->list[i], via, depth);
	if (include->kind != BL_LIST)
		below = include_one(g, below, include, via, depth);
	return below ? bl_gitlab_merge(g, below, root) : root;
}

/* ---- extends ---- */

typedef struct extender {
	bl_gitlab *g;
	const bl_value *root;
	bl_map done; /* name -> the job with all it extends */
} extender;

static const bl_value *extended(extender *x, bl_str name, const bl_value *job, int depth)
{
	const bl_value *bases = bl_value_getz(job, "extends"), *merged = NULL;
	const bl_value *known = bl_map_get(&x->done, name);
	bl_gitlab *g = x->g;
	if (known)
		return known;
	if (!bases)
		return job;
	if (depth > BL_GITLAB_MAX_EXTENDS) {
		bl_diag_add(g->arena, &g->out->diags, BL_DIAG_ERROR, bases->span, "'extends' of '" BL_FMT "' goes over more than %d levels, or in a circle",
			BL_ARG(name), BL_GITLAB_MAX_EXTENDS);
		return job;
	}
	for (uint32_t i = 0; i < (bases->kind == BL_LIST ? bases->n : 1); i++) {
		const bl_value *base = bases->kind == BL_LIST ? bases->list[i] : bases;
		const bl_value *from = base->kind == BL_STRING ? bl_value_get(x->root, base->string) : NULL;
		if (!bl_value_is(from, BL_MAP)) {
			g->out->not_analysed++;
			bl_diag_add(g->arena, &g->out->diags, BL_DIAG_WARNING, base->span, "'" BL_FMT "' extends what is not here", BL_ARG(name));
			continue;
		}
		from = extended(x, base->string, from, depth + 1);
		merged = merged ? bl_gitlab_merge(g, merged, from) : from;
	}
	const bl_value *made = merged ? bl_gitlab_merge(g, merged, job) : job;
	bl_map_put(g->arena, &x->done, name, (void *)made);
	return made;
}

static const bl_value *with_extends(bl_gitlab *g, const bl_value *root)
{
	extender x = {.g = g, .root = root};
	bl_items items = {0};
	for (uint32_t i = 0; i < root->n; i++) {
		bl_vec_push(g->arena, &items, root->map[i]);
		if (root->map[i].value->kind == BL_MAP)
			items.items[i].value = extended(&x, root->map[i].key, root->map[i].value, 0);
	}
	return bl_items_value(g->arena, root->span, &items);
}

/* ---- !reference ---- */

static const bl_value *resolved(bl_gitlab *g, const bl_value *root, const bl_value *v, int depth, int references);

static const bl_value *referenced(bl_gitlab *g, const bl_value *root, const bl_value *path, int references)
{
	const bl_value *v = root;
	if (references > BL_GITLAB_MAX_REFERENCES) {
		bl_diag_add(g->arena, &g->out->diags, BL_DIAG_ERROR, path->span, "'!reference' goes over more than %d levels, or in a circle",
			BL_GITLAB_MAX_REFERENCES);
		return &bl_value_null;
	}
	for (uint32_t i = 0; v && path->kind == BL_LIST && i < path->n; i++)
		v = bl_value_get(v, bl_value_text(path->list[i]));
	if (!v || path->kind != BL_LIST || !path->n) {
		g->out->not_analysed++;
		bl_diag_add(g->arena, &g->out->diags, BL_DIAG_WARNING, path->span, "'!reference' names what is not here");
		return bl_value_unknown(g->arena, path->span, "'!reference' names what is not here");
	}
	v = resolved(g, root, v, 0, references + 1);
	return v->kind == BL_LIST || v->kind == BL_MAP ? v : bl_value_through(g->arena, v, BL_STR("!reference"), path->span);
}

static bool is_reference(const bl_value *v)
{
	return v->kind == BL_MAP && v->n == 1 && bl_str_eqz(v->map[0].key, "!reference");
}

static const bl_value *resolved(bl_gitlab *g, const bl_value *root, const bl_value *v, int depth, int references)
{
	if ((v->kind != BL_LIST && v->kind != BL_MAP) || depth > MAX_DEPTH || !count_node(g, v->span))
		return v;
	if (is_reference(v))
		return referenced(g, root, v->map[0].value, references);
	bl_value *copy = bl_value_at(g->arena, v, v->span);
	if (v->kind == BL_LIST) {
		copy->list = bl_new_n(g->arena, const bl_value *, v->n);
		for (uint32_t i = 0; i < v->n; i++)
			copy->list[i] = resolved(g, root, v->list[i], depth + 1, references);
		return copy;
	}
	copy->map = bl_new_n(g->arena, bl_item, v->n);
	for (uint32_t i = 0; i < v->n; i++) {
		copy->map[i] = v->map[i];
		copy->map[i].value = resolved(g, root, v->map[i].value, depth + 1, references);
	}
	return copy;
}

bool bl_gitlab_read(bl_gitlab *g, const bl_document *d)
{
	const bl_value *root = tree_of(g, d, NULL);
	if (root->kind != BL_MAP)
		return false;
	g->own = root;
	root = with_extends(g, with_includes(g, root, NULL, 0));
	g->root = resolved(g, root, root, 0, 0);
	return true;
}

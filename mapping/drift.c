/* Drift: where what runs is set differently from what code says. Compared is what both sides state. */
#include "mapping/mapping.h"

#include "mapping/changed.h"
#include "mapping/compare.h"

#include <stdlib.h>

enum { MAX_DEPTH = 64, MAX_KEYED = 500 /* elements of a list that are looked up by a key */ };

typedef BL_VEC(bl_drift) drift_list;

typedef enum setter { SET_KUBERNETES, SET_TAG } setter;

static const struct {
	setter where;
	const char *path;
} server_set[] = {
#define X(where, path, why) {SET_##where, path},
#include "mapping/server_set.def"
#undef X
};

typedef struct drift_walk {
	bl_arena *arena;
	const bl_graph *graph;
	const bl_link *link;
	bool azure, kubernetes; /* what it runs on */
	const bl_value *schema; /* of the type, with its lists of paths to look away from; or NULL */
	drift_list *out;
	bl_buf path;
} drift_walk;

/* Does one of the schema's lists hold the path being compared? */
static bool has_mark(const drift_walk *w, const char *mark)
{
	const bl_value *list = bl_value_getz(w->schema, mark);
	for (uint32_t i = 0; bl_value_is(list, BL_LIST) && i < list->n; i++)
		if (bl_str_eqi(bl_value_text(list->list[i]), bl_buf_str(&w->path)))
			return true;
	return false;
}

/* Some services answer with what was asked for in another place: the schema says where. */
static bool shown_elsewhere(const drift_walk *w, const bl_value *code)
{
	bl_str path = bl_value_text(bl_value_geti(bl_value_getz(w->schema, "shown-as"), bl_buf_str(&w->path)));
	const bl_value *v = path.n ? bl_value_at_path(w->link->asset->body, path) : NULL;
	return bl_compare_is_scalar(v) && bl_compare_scalars(code, v);
}

/* Is what is being compared at path, or below it? "[]" in path stands for any element. */
static bool is_at(bl_str here, const char *path)
{
	size_t i = 0;
	for (; *path; path++) {
		if (i >= here.n || here.p[i++] != *path)
			return false;
		while (*path == '[' && i < here.n && here.p[i] != ']')
			i++;
	}
	return i == here.n || here.p[i] == '.' || here.p[i] == '[';
}

/* A number of replicas that an autoscaler keeps is none that code asks for. */
static bool is_scaled(const drift_walk *w)
{
	const bl_edge *const *edges;
	size_t n = bl_graph_in(w->graph, w->link->from, &edges);
	for (size_t i = 0; i < n; i++)
		if (edges[i]->kind == BL_EDGE_REFERS && bl_str_ends(bl_graph_type(w->graph, edges[i]->from), BL_STR("/HorizontalPodAutoscaler")))
			return true;
	return false;
}

static bool is_server_set(const drift_walk *w)
{
	bl_str here = bl_buf_str(&w->path);
	for (size_t i = 0; w->kubernetes && i < sizeof server_set / sizeof *server_set; i++)
		if (server_set[i].where == SET_KUBERNETES && is_at(here, server_set[i].path))
			return true;
	return w->kubernetes && bl_str_eqz(here, "properties.spec.replicas") && is_scaled(w);
}

/* A thing that is called otherwise is renamed: its link says so. */
static bool is_name(const drift_walk *w)
{
	bl_str name = bl_value_text(bl_value_getz(bl_value_getz(w->schema, "identity"), "name"));
	return bl_str_eqi(bl_buf_str(&w->path), name) || (w->kubernetes && bl_str_eqz(bl_buf_str(&w->path), "properties.metadata.name"));
}

static void report(drift_walk *w, const bl_value *code, const bl_value *cloud)
{
	bl_drift *d = bl_vec_add(w->arena, w->out);
	bl_span span = code && bl_span_known(code->span) ? code->span : w->link->resource->head;
	*d = (bl_drift){.link = w->link, .path = bl_str_dup(w->arena, bl_buf_str(&w->path)), .code = code, .cloud = cloud, .span = span};
}

static void compare(drift_walk *w, const bl_value *code, const bl_value *cloud, int depth);

static bl_str key_text(const bl_value *element, bl_str key)
{
	const bl_value *v = bl_value_geti(element, key);
	return v && v->kind == BL_NUMBER ? v->digits : bl_value_text(v);
}

static const bl_value *by_name(const bl_value *list, bl_str key, bl_str name)
{
	for (uint32_t i = 0; i < list->n; i++)
		if (bl_str_eqi(key_text(list->list[i], key), name))
			return list->list[i];
	return NULL;
}

/* Does every element of the list have the key, each with another value? */
static bool tells_apart(const bl_value *list, bl_str key)
{
	if (list->n > MAX_KEYED)
		return false;
	for (uint32_t i = 0; i < list->n; i++) {
		bl_str name = key_text(list->list[i], key);
		if (!name.n || by_name(list, key, name) != list->list[i])
			return false;
	}
	return true;
}

/* The schema names the key of elements that are maps; else it is the first of those that providers use which tells the elements apart. Empty: nothing does. */
static bl_str key_of(const drift_walk *w, const bl_value *code, const bl_value *cloud)
{
	static const char *const keys[] = {"name", "Key", "AttributeName", "IndexName", "PolicyName", "Sid", "mountPath", "containerPort", "port"};
	bl_str key = bl_value_text(bl_value_geti(bl_value_getz(w->schema, "keyed"), bl_buf_str(&w->path)));
	if (key.n)
		return key;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (tells_apart(code, bl_str_of(keys[i])) && tells_apart(cloud, bl_str_of(keys[i])))
			return bl_str_of(keys[i]);
	return BL_STR("");
}

/* Without a key nothing says which element is which. */
static void compare_named(drift_walk *w, const bl_value *code, const bl_value *cloud, int depth)
{
	size_t length = w->path.n;
	bl_str key = key_of(w, code, cloud);
	if (!key.n || code->n > MAX_KEYED || cloud->n > MAX_KEYED)
		return;
	for (uint32_t i = 0; i < code->n; i++) {
		bl_str name = key_text(code->list[i], key);
		const bl_value *other = name.n ? by_name(cloud, key, name) : NULL;
		if (!name.n)
			continue;
		bl_buf_putf(&w->path, "[" BL_FMT "]", BL_ARG(name));
		if (other)
			compare(w, code->list[i], other, depth + 1);
		else
			report(w, code->list[i], NULL);
		w->path.n = length;
	}
}

static bool is_secret(const bl_value *v)
{
	bool secret = v->sensitive;
	for (uint32_t i = 0; v->kind == BL_LIST && i < v->n && !secret; i++)
		secret = v->list[i]->sensitive;
	return secret;
}

/* Where a list may be one of one element, services answer with the list or with the element. */
static const bl_value *only_of(const bl_value *list)
{
	return list->kind == BL_LIST && list->n == 1 && !list->open && bl_compare_is_scalar(list->list[0]) ? list->list[0] : NULL;
}

static void compare(drift_walk *w, const bl_value *code, const bl_value *cloud, int depth)
{
	if (!code || !cloud || depth > MAX_DEPTH || is_secret(code) || is_secret(cloud) || code->kind == BL_NULL ||
		cloud->kind == BL_NULL || code->kind == BL_UNKNOWN)
		return;
	if (has_mark(w, "read-only") || has_mark(w, "write-only") || is_name(w) || is_server_set(w))
		return;
	if (bl_compare_is_scalar(code) && only_of(cloud))
		cloud = only_of(cloud);
	else if (bl_compare_is_scalar(cloud) && only_of(code))
		code = only_of(code);
	if (code->kind == BL_MAP && cloud->kind == BL_MAP) {
		size_t length = w->path.n;
		for (uint32_t i = 0; i < code->n; i++) {
			if (length)
				bl_buf_putc(&w->path, '.');
			bl_buf_put(&w->path, code->map[i].key);
			compare(w, code->map[i].value, bl_value_geti(cloud, code->map[i].key), depth + 1);
			w->path.n = length;
		}
	} else if (code->kind == BL_LIST && cloud->kind == BL_LIST) {
		if (!bl_compare_is_flat(code) || !bl_compare_is_flat(cloud))
			compare_named(w, code, cloud, depth);
		else if (!bl_compare_flat(code, cloud))
			report(w, code, cloud);
	} else if (bl_compare_is_scalar(code) && bl_compare_is_scalar(cloud) && !bl_compare_scalars(code, cloud) &&
		!shown_elsewhere(w, code)) {
		report(w, code, cloud);
	}
}

static bool is_written_by_tools(bl_str key)
{
	for (size_t i = 0; i < sizeof server_set / sizeof *server_set; i++)
		if (server_set[i].where == SET_TAG && bl_str_startsi(key, bl_str_of(server_set[i].path)))
			return true;
	return false;
}

/*
 * A resource has the tags that it is given, so one that code does not give somebody has added. Of Azure alone: CloudFormation hands a stack's tags on to its
 * resources, and the Terraform providers of AWS and Google add default_tags and default_labels.
 */
static void report_added_tags(drift_walk *w)
{
	const bl_value *code = bl_value_getz(w->link->resource->written, "tags"), *cloud = bl_value_getz(w->link->asset->body, "tags");
	if (!w->azure || !bl_value_is(cloud, BL_MAP) || (code && (code->kind != BL_MAP || code->open || code->sensitive)))
		return;
	for (uint32_t i = 0; i < cloud->n; i++) {
		bl_str key = cloud->map[i].key;
		if (bl_value_geti(code, key) || is_written_by_tools(key))
			continue;
		w->path.n = 0;
		bl_buf_putf(&w->path, "tags." BL_FMT, BL_ARG(key));
		report(w, NULL, cloud->map[i].value);
	}
}

/* Do both sides state the tags as a property, too? One difference is told once, where the provider has it. */
static bool tags_are_properties(const bl_link *link)
{
	static const char *const places[] = {"properties.Tags", "properties.labels"};
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (bl_value_at_path(link->resource->written, bl_str_of(places[i])) && bl_value_at_path(link->asset->body, bl_str_of(places[i])))
			return true;
	return false;
}

static int in_order(const void *a, const void *b)
{
	const bl_drift *x = a, *y = b;
	int order = bl_str_cmp(x->link->asset->id, y->link->asset->id);
	if (!order)
		order = bl_str_cmp(x->link->resource->address, y->link->resource->address);
	if (!order)
		order = bl_str_cmp(x->link->resource->root->name, y->link->resource->root->name);
	return order ? order : bl_str_cmp(x->path, y->path);
}

static void compare_link(drift_walk *w, const bl_link *link, const bl_schema *schema)
{
	static const char *const parts[] = {"kind", "location", "properties", "sku", "tags", "zones"};
	const bl_type *type = bl_schema_type(schema, link->resource->type);
	w->link = link;
	w->kubernetes = link->resource->language == BL_LANG_KUBERNETES || (type && bl_str_eqz(type->provider, "kubernetes"));
	w->azure = bl_str_startsi(link->asset->id, BL_STR("/subscriptions/"));
	w->schema = type ? type->schema : NULL;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (strcmp(parts[i], "tags") == 0 && tags_are_properties(link))
			continue;
		w->path.n = 0;
		bl_buf_putz(&w->path, parts[i]);
		compare(w, bl_value_geti(link->resource->written, bl_str_of(parts[i])),
			bl_value_geti(link->asset->body, bl_str_of(parts[i])), 0);
	}
	w->path.n = 0;
	bl_buf_putz(&w->path, "identity.type");
	compare(w, bl_value_at_path(link->resource->written, bl_buf_str(&w->path)),
		bl_value_at_path(link->asset->body, bl_buf_str(&w->path)), 0);
	report_added_tags(w);
}

/* What one block of an object was found to differ in: found.items[begin .. begin + n). */
typedef struct found_of {
	size_t begin, n;
} found_of;

/* A root may declare an object twice, and its asset was made from one of the two: the one that differs least. */
static void keep_nearest(drift_walk *w, bl_map *of_object, const bl_link *link, size_t begin)
{
	bl_str key = bl_str_fmt(w->arena, "%p " BL_FMT " " BL_FMT, (const void *)link->resource->root, BL_ARG(link->resource->address), BL_ARG(link->asset->id));
	found_of *old = bl_map_get(of_object, key);
	size_t n = w->out->n - begin;
	if (old && old->n <= n) {
		w->out->n = begin;
		return;
	}
	for (size_t i = 0; old && i < old->n; i++)
		w->out->items[old->begin + i].link = NULL;
	found_of *is = bl_new(w->arena, found_of);
	*is = (found_of){begin, n};
	bl_map_put(w->arena, of_object, key, is);
}

size_t bl_mapping_drift(const bl_graph *graph, const bl_schema *schema, const bl_mapping_history *history, bl_arena *arena,
	const bl_drift **out)
{
	const bl_link *const *links;
	size_t n = bl_graph_links(graph, &links);
	drift_list found = {0};
	drift_walk w = {.arena = arena, .graph = graph, .out = &found};
	bl_map of_object = {0};
	for (size_t i = 0; i < n; i++) {
		const bl_link *link = links[i];
		/* what may be another asset cannot have drifted, and a guess by part of a name is no ground for it */
		if (link->kind != BL_PROVISIONS || link->class == BL_AMBIGUOUS || link->confidence < 0.5 || !link->asset->body)
			continue;
		size_t begin = found.n;
		compare_link(&w, link, schema);
		if (link->resource->language == BL_LANG_KUBERNETES)
			keep_nearest(&w, &of_object, link, begin);
	}
	bl_buf_done(&w.path);
	size_t kept = 0;
	for (size_t i = 0; i < found.n; i++)
		if (found.items[i].link)
			found.items[kept++] = found.items[i];
	found.n = kept;
	if (found.n)
		qsort(found.items, found.n, sizeof *found.items, in_order);
	bl_changed changed = {.history = history, .arena = arena};
	for (size_t i = 0; i < found.n; i++)
		found.items[i].class = bl_changed_side(&changed, &found.items[i]);
	*out = found.items;
	return found.n;
}

/* Drift: where what runs is set differently from what code says. Compared is what both sides state. */
#include "mapping/mapping.h"

#include "mapping/compare.h"

#include <stdlib.h>

enum { MAX_DEPTH = 64 };

typedef BL_VEC(bl_drift) drift_list;

typedef struct drift_walk {
	bl_arena *arena;
	const bl_link *link;
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

static void report(drift_walk *w, const bl_value *code, const bl_value *cloud)
{
	bl_drift *d = bl_vec_add(w->arena, w->out);
	bl_span span = bl_span_known(code->span) ? code->span : w->link->resource->head;
	*d = (bl_drift){w->link, bl_str_dup(w->arena, bl_buf_str(&w->path)), code, cloud, span};
}

static void compare(drift_walk *w, const bl_value *code, const bl_value *cloud, int depth);

static const bl_value *by_name(const bl_value *list, bl_str key, bl_str name)
{
	for (uint32_t i = 0; i < list->n; i++)
		if (bl_str_eqi(bl_value_text(bl_value_geti(list->list[i], key)), name))
			return list->list[i];
	return NULL;
}

/* Elements that are maps are found by the key that the schema names, else by name. Without one nothing says which is which. */
static void compare_named(drift_walk *w, const bl_value *code, const bl_value *cloud, int depth)
{
	size_t length = w->path.n;
	if (code->n > 5000 || cloud->n > 5000)
		return;
	bl_str key = bl_value_text(bl_value_geti(bl_value_getz(w->schema, "keyed"), bl_buf_str(&w->path)));
	if (!key.n)
		key = BL_STR("name");
	for (uint32_t i = 0; i < code->n; i++) {
		bl_str name = bl_value_text(bl_value_geti(code->list[i], key));
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

static void compare(drift_walk *w, const bl_value *code, const bl_value *cloud, int depth)
{
	if (!code || !cloud || depth > MAX_DEPTH || code->sensitive || cloud->sensitive || code->kind == BL_NULL ||
		cloud->kind == BL_NULL || code->kind == BL_UNKNOWN)
		return;
	if (has_mark(w, "read-only") || has_mark(w, "write-only"))
		return;
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
	w->schema = type ? type->schema : NULL;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		w->path.n = 0;
		bl_buf_putz(&w->path, parts[i]);
		compare(w, bl_value_geti(link->resource->written, bl_str_of(parts[i])),
			bl_value_geti(link->asset->body, bl_str_of(parts[i])), 0);
	}
	w->path.n = 0;
	bl_buf_putz(&w->path, "identity.type");
	compare(w, bl_value_at_path(link->resource->written, bl_buf_str(&w->path)),
		bl_value_at_path(link->asset->body, bl_buf_str(&w->path)), 0);
}

size_t bl_mapping_drift(const bl_graph *graph, const bl_schema *schema, bl_arena *arena, const bl_drift **out)
{
	const bl_link *const *links;
	size_t n = bl_graph_links(graph, &links);
	drift_list found = {0};
	drift_walk w = {.arena = arena, .out = &found};
	for (size_t i = 0; i < n; i++) {
		const bl_link *link = links[i];
		/* what may be another asset cannot have drifted, and a guess by part of a name is no ground for it */
		if (link->kind == BL_PROVISIONS && link->class != BL_AMBIGUOUS && link->confidence >= 0.5 && link->asset->body)
			compare_link(&w, link, schema);
	}
	bl_buf_done(&w.path);
	if (found.n)
		qsort(found.items, found.n, sizeof *found.items, in_order);
	*out = found.items;
	return found.n;
}

/* The images there are: what snapshots show of them, what runs them, and the Dockerfiles they may come from. */
#include "mapping/image_run.h"
#include "mapping/sets.h"

#include <stdlib.h>

/* ---- the Dockerfiles ---- */

static bl_str stage_key(bl_arena *arena, const bl_root *root, bl_str stage)
{
	return bl_str_fmt(arena, BL_FMT "\x1f" BL_FMT "\x1f" BL_FMT, BL_ARG(root->repo), BL_ARG(root->name), BL_ARG(stage));
}

static uint32_t repo_number(bl_image_run *r, bl_str repo)
{
	/* few, and those of one come together */
	for (size_t i = r->repos.n; i-- > 0;)
		if (bl_str_eq(r->repos.items[i], repo))
			return (uint32_t)i;
	bl_vec_push(&r->arena, &r->repos, repo);
	return (uint32_t)r->repos.n - 1;
}

static void gather_stages(bl_image_run *r)
{
	const uint32_t *nodes;
	size_t n = bl_graph_of_type(r->graph, BL_STR("docker/Stage"), &nodes);
	for (size_t i = 0; i < n; i++) {
		const bl_resource *res = bl_image_run_resource(r, nodes[i]);
		const bl_value *final = bl_value_at_path(res->effective, BL_STR("properties.final"));
		bl_vec_push(&r->arena, &r->stages, ((bl_image_stage){.node = nodes[i], .repo = repo_number(r, res->root->repo), .final = bl_value_is(final, BL_BOOL) && final->boolean}));
		bl_map_put(&r->arena, &r->stage_numbers, stage_key(&r->arena, res->root, res->label), (void *)(uintptr_t)r->stages.n);
	}
	for (uint32_t i = 0; n && i < bl_graph_size(r->graph); i++) {
		const bl_resource *res = bl_image_run_resource(r, i);
		if (!res || res->language != BL_LANG_DOCKERFILE || bl_str_eqz(res->type, "docker/Stage"))
			continue;
		bl_str stage = bl_value_text(bl_value_at_path(res->effective, BL_STR("properties.stage")));
		uintptr_t at = (uintptr_t)bl_map_get(&r->stage_numbers, stage_key(&r->arena, res->root, stage));
		if (at)
			bl_vec_push(&r->arena, &r->stages.items[at - 1].instructions, i);
	}
}

/* ---- the images ---- */

/* "registry/repository:tag", the key under which what runs meets what a registry holds. */
static bl_str name_key(bl_arena *arena, const bl_image_name *name)
{
	return bl_str_fmt(arena, BL_FMT ":" BL_FMT, BL_ARG(bl_image_name_key(arena, name)), BL_ARG(name->tag.n ? name->tag : BL_STR("latest")));
}

static bl_image_entity *new_entity(bl_image_run *r, bl_str digest)
{
	bl_image_entity *e = bl_new(&r->arena, bl_image_entity);
	e->origin = bl_new(bl_image_run_keep(r), bl_image_origin);
	e->origin->digest = digest;
	bl_vec_push(&r->arena, &r->entities, e);
	if (digest.n)
		bl_map_put(&r->arena, &r->by_digest, digest, e);
	return e;
}

static void add_name(bl_image_run *r, bl_image_entity *e, bl_str text)
{
	bl_image_name name;
	if (!bl_image_name_parse(bl_image_run_keep(r), text, &name) || (name.local && bl_str_eqz(name.repository, "library/sha256")))
		return;
	bl_str key = bl_str_dup(&r->arena, name_key(&r->arena, &name));
	for (size_t i = 0; i < e->names.n; i++)
		if (bl_str_eq(name_key(&r->arena, &e->names.items[i]), key))
			return;
	bl_vec_push(&r->arena, &e->names, name);
	bl_vec_push(bl_image_run_keep(r), &e->origin->names, bl_str_dup(bl_image_run_keep(r), text));
	if (name.tag.n && !bl_map_get(&r->by_name, key))
		bl_map_put(&r->arena, &r->by_name, key, e);
}

typedef struct image_list {
	const bl_image **items;
	size_t n;
	uint32_t *parents; /* sets: images that share a digest are one */
} image_list;

/* Indexes first, then manifests, then what only shows a configuration; the one with the longest history first among equals. */
static int by_rank(const void *a, const void *b)
{
	const bl_image *x = *(const bl_image *const *)a, *y = *(const bl_image *const *)b;
	int rank = (y->platforms.n > 0) - (x->platforms.n > 0);
	int order = rank ? rank : (y->digest.n > 0) - (x->digest.n > 0);
	if (!order)
		order = bl_str_cmp(x->digest, y->digest);
	if (!order)
		order = bl_str_cmp(x->config_digest, y->config_digest);
	if (!order)
		order = (y->steps.n > x->steps.n) - (y->steps.n < x->steps.n);
	return order ? order : bl_str_cmp(x->snapshot, y->snapshot);
}

static void join_by(bl_image_run *r, image_list *list, bl_map *first, bl_str digest, uint32_t image)
{
	uintptr_t known = digest.n ? (uintptr_t)bl_map_get(first, digest) : 0;
	if (known) {
		uint32_t a = bl_sets_of(list->parents, (uint32_t)known - 1), b = bl_sets_of(list->parents, image);
		/* the one of the first rank stands for all */
		list->parents[a < b ? b : a] = a < b ? a : b;
	} else if (digest.n) {
		bl_map_put(&r->arena, first, digest, (void *)(uintptr_t)(image + 1));
	}
}

/* An index, its platforms' manifests and their configurations are one image, in whatever files they are, and in whatever order these are read. */
static image_list list_images(bl_image_run *r)
{
	image_list list = {0};
	bl_map first = {0};
	for (size_t s = 0; s < r->input->nsnapshots; s++)
		list.n += r->input->snapshots[s]->images.n;
	list.items = bl_new_n(&r->arena, const bl_image *, list.n + 1);
	list.parents = bl_sets_new(&r->arena, list.n);
	list.n = 0;
	for (size_t s = 0; s < r->input->nsnapshots; s++)
		for (size_t i = 0; i < r->input->snapshots[s]->images.n; i++)
			list.items[list.n++] = r->input->snapshots[s]->images.items[i];
	if (list.n)
		qsort(list.items, list.n, sizeof *list.items, by_rank);
	for (uint32_t i = 0; i < list.n; i++) {
		join_by(r, &list, &first, list.items[i]->digest, i);
		join_by(r, &list, &first, list.items[i]->config_digest, i);
		for (size_t k = 0; k < list.items[i]->platforms.n; k++)
			join_by(r, &list, &first, list.items[i]->platforms.items[k], i);
	}
	return list;
}

/* The image whose name is all that is known of another. */
static bl_image_entity *called_as(bl_image_run *r, const bl_image *image)
{
	bl_image_entity *e = NULL;
	for (size_t k = 0; k < image->names.n && !e && !image->digest.n && !image->config_digest.n; k++) {
		bl_image_name name;
		if (bl_image_name_parse(&r->arena, image->names.items[k], &name))
			e = bl_map_get(&r->by_name, name_key(&r->arena, &name));
	}
	return e;
}

static void put_digest(bl_image_run *r, bl_str digest, bl_image_entity *e)
{
	if (digest.n)
		bl_map_put(&r->arena, &r->by_digest, digest, e);
}

static void gather_images(bl_image_run *r)
{
	image_list list = list_images(r);
	bl_image_entity **entities = bl_new_n(&r->arena, bl_image_entity *, list.n + 1);
	for (uint32_t i = 0; i < list.n; i++) {
		const bl_image *image = list.items[i];
		uint32_t root = bl_sets_of(list.parents, i);
		bl_image_entity *e = entities[root] ? entities[root] : called_as(r, image);
		if (!e)
			e = new_entity(r, image->digest.n ? image->digest : image->config_digest);
		entities[root] = e;
		if (!e->image || e->image->steps.n < image->steps.n)
			e->image = image;
		if (!e->labels)
			e->labels = image->labels;
		if (!e->base_digest.n)
			e->base_digest = image->base_digest;
		put_digest(r, image->digest, e);
		put_digest(r, image->config_digest, e);
		for (size_t k = 0; k < image->platforms.n; k++)
			put_digest(r, image->platforms.items[k], e);
		for (size_t k = 0; k < image->names.n; k++)
			add_name(r, e, image->names.items[k]);
	}
}

/* Where what runs says which digest its image's name stood for when it started. Of an id the digest is the end. */
static const struct status_row {
	const char *type, *list, *image, *digest;
} status_rows[] = {
	{"AWS::ECS::Task", "properties.Containers", "Image", "ImageDigest"},
	{"kubernetes/Pod", "properties.status.containerStatuses", "image", "imageID"},
	{"kubernetes/Pod", "properties.status.ephemeralContainerStatuses", "image", "imageID"},
	{"kubernetes/Pod", "properties.status.initContainerStatuses", "image", "imageID"},
};

static bl_str digest_in(bl_image_run *r, bl_str id)
{
	bl_image_name name;
	if (bl_str_starts(id, BL_STR("sha256:")))
		return id;
	return bl_image_name_parse(bl_image_run_keep(r), id, &name) ? name.digest : BL_STR("");
}

static void add_run(bl_image_run *r, bl_image_entity *e, uint32_t asset)
{
	/* one asset's come one after another */
	if (!e->origin->runs.n || e->origin->runs.items[e->origin->runs.n - 1] != asset)
		bl_vec_push(bl_image_run_keep(r), &e->origin->runs, asset);
}

static bl_str status_key(bl_image_run *r, uint32_t asset, bl_str image)
{
	bl_image_name name;
	bool parsed = bl_image_name_parse(&r->arena, image, &name);
	return bl_str_fmt(&r->arena, "%u " BL_FMT, asset, BL_ARG(parsed ? bl_image_name_key(&r->arena, &name) : image));
}

static void gather_statuses(bl_image_run *r, uint32_t node, const struct status_row *row)
{
	const bl_value *list = bl_value_at_path(bl_graph_node(r->graph, node)->asset->body, bl_str_of(row->list));
	for (uint32_t k = 0; bl_value_is(list, BL_LIST) && k < list->n; k++) {
		bl_str image = bl_value_text(bl_value_geti(list->list[k], bl_str_of(row->image)));
		bl_str digest = digest_in(r, bl_value_text(bl_value_geti(list->list[k], bl_str_of(row->digest))));
		if (!digest.n)
			continue;
		bl_image_entity *e = bl_map_get(&r->by_digest, digest);
		if (!e)
			e = new_entity(r, digest);
		if (image.n && !bl_str_starts(image, BL_STR("sha256:"))) {
			add_name(r, e, image);
			bl_map_put(&r->arena, &r->by_status, status_key(r, node, image), e);
		}
		add_run(r, e, node);
	}
}

static bl_image_entity *entity_of_node(bl_image_run *r, uint32_t node, bool runs)
{
	bl_image_name name;
	bl_str text = bl_graph_node(r->graph, node)->name;
	if (memchr(text.p, '*', text.n) || !bl_image_name_parse(bl_image_run_keep(r), text, &name))
		return NULL;
	bl_str key = name_key(&r->arena, &name);
	bl_image_entity *e = name.digest.n ? bl_map_get(&r->by_digest, name.digest) : bl_map_get(&r->by_name, key);
	if (!e && runs) {
		e = new_entity(r, name.digest);
		add_name(r, e, text);
		if (!name.digest.n)
			bl_map_put(&r->arena, &r->by_name, bl_str_dup(&r->arena, key), e);
	} else if (e) {
		add_name(r, e, text);
	}
	return e;
}

/* The image that the asset runs by a digest under that name; or NULL. Then its tag says what was asked for, and the digest what came. */
static bl_image_entity *run_by_digest(bl_image_run *r, uint32_t asset, uint32_t node)
{
	const bl_edge *const *edges;
	bl_image_name name, other;
	bl_str text = bl_graph_node(r->graph, node)->name;
	size_t n = bl_graph_out(r->graph, asset, &edges);
	if (!bl_image_name_parse(&r->arena, text, &name) || name.digest.n)
		return NULL;
	bl_image_entity *e = bl_map_get(&r->by_status, status_key(r, asset, text));
	for (size_t i = 0; i < n && !e; i++)
		if (edges[i]->kind == BL_EDGE_RUNS && bl_image_name_parse(&r->arena, bl_graph_node(r->graph, edges[i]->to)->name, &other) && other.digest.n &&
			bl_str_eq(bl_image_name_key(&r->arena, &other), bl_image_name_key(&r->arena, &name)))
			e = entity_of_node(r, edges[i]->to, true);
	if (e)
		add_name(r, e, text);
	return e;
}

/* What assets run, and which nodes of the graph are references to which image. */
static void gather_runs(bl_image_run *r)
{
	const bl_edge *const *edges;
	size_t n = bl_graph_edges(r->graph, &edges);
	for (size_t k = 0; k < sizeof status_rows / sizeof *status_rows; k++) {
		const uint32_t *nodes;
		size_t nnodes = bl_graph_of_type(r->graph, bl_str_of(status_rows[k].type), &nodes);
		for (size_t i = 0; i < nnodes; i++)
			if (bl_graph_node(r->graph, nodes[i])->asset)
				gather_statuses(r, nodes[i], &status_rows[k]);
	}
	for (size_t i = 0; i < n; i++) {
		const bl_node *from = bl_graph_node(r->graph, edges[i]->from);
		bool runs = edges[i]->kind == BL_EDGE_RUNS && from->asset;
		bl_image_entity *e = runs && !run_by_digest(r, edges[i]->from, edges[i]->to) ? entity_of_node(r, edges[i]->to, true) : NULL;
		if (e)
			add_run(r, e, edges[i]->from);
	}
	for (uint32_t i = 0; i < bl_graph_size(r->graph); i++) {
		bl_image_entity *e = bl_graph_node(r->graph, i)->kind == BL_NODE_IMAGE ? entity_of_node(r, i, false) : NULL;
		r->of_node[i] = e;
		if (e)
			bl_vec_push(&r->arena, &e->nodes, i);
	}
}

/* Which repositories deploy what: by names without tags, for a manifest mostly says another tag than the one that runs. */
static void gather_deployers(bl_image_run *r)
{
	const bl_edge *const *edges;
	size_t n = bl_graph_edges(r->graph, &edges);
	for (size_t i = 0; i < n; i++) {
		const bl_resource *from = edges[i]->kind == BL_EDGE_RUNS ? bl_image_run_resource(r, edges[i]->from) : NULL;
		bl_image_name name;
		if (!from || !bl_image_name_parse(&r->arena, bl_graph_node(r->graph, edges[i]->to)->name, &name))
			continue;
		bl_str key = bl_image_name_key(&r->arena, &name);
		bl_image_repos *repos = bl_map_get(&r->deployed, key);
		if (!repos) {
			repos = bl_new(&r->arena, bl_image_repos);
			bl_map_put(&r->arena, &r->deployed, bl_str_dup(&r->arena, key), repos);
		}
		bool known = false;
		for (size_t k = 0; k < repos->n && !known; k++)
			known = bl_str_eq(repos->items[k], from->root->repo);
		if (!known)
			bl_vec_push(&r->arena, repos, from->root->repo);
	}
}

const bl_image_repos *bl_image_run_deployers(bl_image_run *r, const bl_image_name *name)
{
	return bl_map_get(&r->deployed, bl_image_name_key(&r->arena, name));
}

void bl_image_run_gather(bl_image_run *r)
{
	r->of_node = bl_new_n(&r->arena, bl_image_entity *, bl_graph_size(r->graph) + 1);
	gather_stages(r);
	gather_images(r);
	gather_runs(r);
	gather_deployers(r);
	bl_image_run_read_labels(r);
}

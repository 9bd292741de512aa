/*
 * C1 to C8: which Dockerfile, commit and pipeline an image comes from. An image is what one digest names, or, where no digest is known, one reference. Evidence
 * is for a stage of a Dockerfile, or for a repository; the latter is lent to the repository's Dockerfiles that something else speaks for.
 */
#include "mapping/images.h"

#include "mapping/claims.h"
#include "mapping/history.h"

#include <stdlib.h>

enum {
	MAX_STAGES = 4000,     /* Dockerfiles that histories are compared with */
	MAX_NAMED = 16,        /* candidates that an ambiguous image names */
	MIN_COMMIT = 7,        /* digits of a tag that may be a commit */
};

typedef BL_VEC(uint32_t) node_list;

/* What speaks for one stage. */
typedef struct candidate {
	uint32_t stage;
	bl_claim claim; /* its evidence alone counts */
	bool by_name;   /* a pipeline or a manifest names the image */
} candidate;

/* What speaks for a repository. */
typedef struct hint {
	bl_str repo, commit, dockerfile, target;
	bl_evidence_row row;
	bl_str why;
} hint;

typedef struct entity {
	bl_image_origin *origin;
	const bl_image *image;  /* the one that shows most of its history, or NULL */
	const bl_value *labels; /* or NULL */
	bl_str base_digest;
	BL_VEC(bl_image_name) names;
	node_list nodes; /* of the graph: references to it */
	BL_VEC(candidate) candidates;
	BL_VEC(hint) hints;
} entity;

typedef struct stage_info {
	uint32_t node;
	node_list instructions;
	bool final;
} stage_info;

typedef struct image_run {
	bl_graph *graph;
	const bl_mapping_input *input;
	bl_arena arena;
	BL_VEC(entity *) entities;
	bl_map by_digest, by_name; /* -> entity */
	BL_VEC(stage_info) stages;
	bl_map stage_numbers;      /* root pointer and stage name -> number + 1 */
} image_run;

static bl_arena *keep_of(image_run *r)
{
	return bl_graph_arena(r->graph);
}

/* ---- the Dockerfiles ---- */

static bl_str stage_key(bl_arena *arena, const bl_root *root, bl_str stage)
{
	return bl_str_fmt(arena, BL_FMT "\x1f" BL_FMT "\x1f" BL_FMT, BL_ARG(root->repo), BL_ARG(root->name), BL_ARG(stage));
}

static void gather_stages(image_run *r)
{
	const uint32_t *nodes;
	size_t n = bl_graph_of_type(r->graph, BL_STR("docker/Stage"), &nodes);
	for (size_t i = 0; i < n; i++) {
		const bl_resource *res = bl_graph_node(r->graph, nodes[i])->resource;
		const bl_value *final = bl_value_at_path(res->effective, BL_STR("properties.final"));
		bl_vec_push(&r->arena, &r->stages, ((stage_info){.node = nodes[i], .final = bl_value_is(final, BL_BOOL) && final->boolean}));
		bl_map_put(&r->arena, &r->stage_numbers, stage_key(&r->arena, res->root, res->label), (void *)(uintptr_t)r->stages.n);
	}
	for (uint32_t i = 0; n && i < bl_graph_size(r->graph); i++) {
		const bl_resource *res = bl_graph_node(r->graph, i)->resource;
		if (!res || res->language != BL_LANG_DOCKERFILE || bl_str_eqz(res->type, "docker/Stage"))
			continue;
		bl_str stage = bl_value_text(bl_value_at_path(res->effective, BL_STR("properties.stage")));
		uintptr_t at = (uintptr_t)bl_map_get(&r->stage_numbers, stage_key(&r->arena, res->root, stage));
		if (at)
			bl_vec_push(&r->arena, &r->stages.items[at - 1].instructions, i);
	}
}

static const stage_info *info_of(const image_run *r, uint32_t node)
{
	for (size_t i = 0; i < r->stages.n; i++)
		if (r->stages.items[i].node == node)
			return &r->stages.items[i];
	return NULL;
}

/* ---- the images ---- */

/* "registry/repository:tag", the key under which what runs meets what a registry holds. */
static bl_str name_key(bl_arena *arena, const bl_image_name *name)
{
	return bl_str_fmt(arena, BL_FMT ":" BL_FMT, BL_ARG(bl_image_name_key(arena, name)), BL_ARG(name->tag.n ? name->tag : BL_STR("latest")));
}

static entity *new_entity(image_run *r, bl_str digest)
{
	entity *e = bl_new(&r->arena, entity);
	e->origin = bl_new(keep_of(r), bl_image_origin);
	e->origin->digest = digest;
	bl_vec_push(&r->arena, &r->entities, e);
	if (digest.n)
		bl_map_put(&r->arena, &r->by_digest, digest, e);
	return e;
}

static void add_name(image_run *r, entity *e, bl_str text)
{
	bl_image_name name;
	if (!bl_image_name_parse(keep_of(r), text, &name) || (name.local && bl_str_eqz(name.repository, "library/sha256")))
		return;
	bl_str key = bl_str_dup(&r->arena, name_key(&r->arena, &name));
	for (size_t i = 0; i < e->names.n; i++)
		if (bl_str_eq(name_key(&r->arena, &e->names.items[i]), key))
			return;
	bl_vec_push(&r->arena, &e->names, name);
	bl_vec_push(keep_of(r), &e->origin->names, bl_str_dup(keep_of(r), text));
	if (name.tag.n && !bl_map_get(&r->by_name, key))
		bl_map_put(&r->arena, &r->by_name, key, e);
}

static void gather_images(image_run *r)
{
	for (size_t s = 0; s < r->input->nsnapshots; s++) {
		for (size_t i = 0; i < r->input->snapshots[s]->images.n; i++) {
			const bl_image *image = r->input->snapshots[s]->images.items[i];
			entity *e = image->digest.n ? bl_map_get(&r->by_digest, image->digest) : NULL;
			if (!e && image->config_digest.n)
				e = bl_map_get(&r->by_digest, image->config_digest);
			for (size_t k = 0; k < image->names.n && !e && !image->digest.n; k++) {
				bl_image_name name;
				if (bl_image_name_parse(&r->arena, image->names.items[k], &name))
					e = bl_map_get(&r->by_name, name_key(&r->arena, &name));
			}
			if (!e)
				e = new_entity(r, image->digest.n ? image->digest : image->config_digest);
			if (image->digest.n && !bl_map_get(&r->by_digest, image->digest)) {
				e->origin->digest = image->digest;
				bl_map_put(&r->arena, &r->by_digest, image->digest, e);
			}
			if (!e->image || e->image->steps.n < image->steps.n)
				e->image = image;
			if (!e->labels)
				e->labels = image->labels;
			if (!e->base_digest.n)
				e->base_digest = image->base_digest;
			if (image->config_digest.n)
				bl_map_put(&r->arena, &r->by_digest, image->config_digest, e);
			for (size_t k = 0; k < image->platforms.n; k++)
				bl_map_put(&r->arena, &r->by_digest, image->platforms.items[k], e);
			for (size_t k = 0; k < image->names.n; k++)
				add_name(r, e, image->names.items[k]);
		}
	}
}

/* A pod says which digest its name stood for when it started. */
static void gather_statuses(image_run *r, const bl_asset *a)
{
	static const char *const lists[] = {"properties.status.containerStatuses", "properties.status.ephemeralContainerStatuses",
		"properties.status.initContainerStatuses"};
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		const bl_value *list = bl_value_at_path(a->body, bl_str_of(lists[i]));
		for (uint32_t k = 0; bl_value_is(list, BL_LIST) && k < list->n; k++) {
			bl_image_name id;
			bl_str image = bl_value_text(bl_value_getz(list->list[k], "image"));
			if (!bl_image_name_parse(keep_of(r), bl_value_text(bl_value_getz(list->list[k], "imageID")), &id) || !id.digest.n)
				continue;
			entity *e = bl_map_get(&r->by_digest, id.digest);
			if (!e)
				e = new_entity(r, id.digest);
			if (image.n && !bl_str_starts(image, BL_STR("sha256:")))
				add_name(r, e, image);
		}
	}
}

static entity *entity_of_node(image_run *r, uint32_t node, bool runs)
{
	bl_image_name name;
	bl_str text = bl_graph_node(r->graph, node)->name;
	if (memchr(text.p, '*', text.n) || !bl_image_name_parse(keep_of(r), text, &name))
		return NULL;
	bl_str key = name_key(&r->arena, &name);
	entity *e = name.digest.n ? bl_map_get(&r->by_digest, name.digest) : bl_map_get(&r->by_name, key);
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

static void list_put(bl_arena *arena, node_list *list, uint32_t node)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i] == node)
			return;
	bl_vec_push(arena, list, node);
}

/* What assets run, and which nodes of the graph are references to which image. */
static void gather_runs(image_run *r)
{
	const bl_edge *const *edges;
	size_t n = bl_graph_edges(r->graph, &edges);
	for (uint32_t i = 0; i < bl_graph_size(r->graph); i++)
		if (bl_graph_node(r->graph, i)->asset && bl_str_starts(bl_graph_type(r->graph, i), BL_STR("kubernetes/")))
			gather_statuses(r, bl_graph_node(r->graph, i)->asset);
	for (size_t i = 0; i < n; i++) {
		const bl_node *from = bl_graph_node(r->graph, edges[i]->from);
		entity *e = edges[i]->kind == BL_EDGE_RUNS && from->asset ? entity_of_node(r, edges[i]->to, true) : NULL;
		bool known = false;
		for (size_t k = 0; e && k < e->origin->runs.n && !known; k++)
			known = e->origin->runs.items[k] == edges[i]->from;
		if (e && !known)
			bl_vec_push(keep_of(r), &e->origin->runs, edges[i]->from);
	}
	for (uint32_t i = 0; i < bl_graph_size(r->graph); i++) {
		entity *e = bl_graph_node(r->graph, i)->kind == BL_NODE_IMAGE ? entity_of_node(r, i, false) : NULL;
		if (e)
			list_put(&r->arena, &e->nodes, i);
	}
}

/* ---- evidence ---- */

static candidate *candidate_of(image_run *r, entity *e, uint32_t stage)
{
	for (size_t i = 0; i < e->candidates.n; i++)
		if (e->candidates.items[i].stage == stage)
			return &e->candidates.items[i];
	candidate *c = bl_vec_add(&r->arena, &e->candidates);
	c->stage = stage;
	return c;
}

static void support(image_run *r, entity *e, uint32_t stage, bl_evidence_row row, double weight, bl_str why)
{
	bl_evidence_put(keep_of(r), &candidate_of(r, e, stage)->claim, row, weight, why);
}

/* "https://github.com/owner/name.git", "git@github.com:owner/name" -> "github.com/owner/name" in lower case. */
static bl_str plain_url(bl_arena *arena, bl_str url)
{
	ptrdiff_t scheme = bl_str_find(url, BL_STR("://"), 0);
	bl_str s = scheme >= 0 ? bl_str_slice(url, (size_t)scheme + 3, url.n) : url;
	bl_str head, rest = bl_str_cut(s, '#', &head);
	(void)rest;
	s = head;
	ptrdiff_t at = bl_str_find(s, BL_STR("@"), 0), slash = bl_str_find(s, BL_STR("/"), 0);
	if (at >= 0 && (slash < 0 || at < slash))
		s = bl_str_slice(s, (size_t)at + 1, s.n);
	if (bl_str_ends(s, BL_STR(".git")))
		s.n -= 4;
	while (s.n && s.p[s.n - 1] == '/')
		s.n--;
	bl_str low = bl_str_lower(arena, s);
	char *p = (char *)low.p;
	for (size_t i = 0; i < low.n && p[i] != '/'; i++)
		if (p[i] == ':')
			p[i] = '/';
	return low;
}

/* Is that the repository? A nameless one may be any. */
static bl_tri is_repo(bl_arena *arena, bl_str repo, bl_str url)
{
	bl_str a = bl_str_lower(arena, repo), b = plain_url(arena, url);
	if (!a.n || !b.n)
		return BL_MAYBE;
	if (bl_str_eq(a, b))
		return BL_YES;
	bl_str longer = a.n > b.n ? a : b, shorter = a.n > b.n ? b : a;
	return bl_tri_of(bl_str_ends(longer, shorter) && longer.p[longer.n - shorter.n - 1] == '/');
}

static void find_provenance(image_run *r)
{
	for (size_t s = 0; s < r->input->nsnapshots; s++) {
		for (size_t i = 0; i < r->input->snapshots[s]->provenances.n; i++) {
			const bl_provenance *p = &r->input->snapshots[s]->provenances.items[i];
			entity *e = p->digest.n ? bl_map_get(&r->by_digest, p->digest) : NULL;
			if (!e)
				continue;
			bl_evidence_row row = p->kind == BL_PROVENANCE_BUILDKIT ? BL_EVIDENCE_C2 : BL_EVIDENCE_C1;
			bl_image_origin *o = e->origin;
			o->workflow = o->workflow.n ? o->workflow : p->workflow;
			o->run = o->run.n ? o->run : p->run;
			o->commit = o->commit.n ? o->commit : p->revision;
			if (p->source.n)
				bl_vec_push(&r->arena, &e->hints, ((hint){p->source, p->revision, p->dockerfile, p->target, row,
					bl_str_fmt(keep_of(r), "'" BL_FMT "' names " BL_FMT "%s" BL_FMT " for the digest", BL_ARG(p->snapshot), BL_ARG(p->source),
						p->revision.n ? " at " : "", BL_ARG(p->revision))}));
		}
	}
}

static bl_str label(const bl_value *labels, const char *const *keys, size_t n)
{
	bl_str text = BL_STR("");
	for (size_t i = 0; i < n && !text.n; i++)
		text = bl_value_text(bl_value_getz(labels, keys[i]));
	return text;
}

static bl_str label_source(const bl_value *labels)
{
	static const char *const keys[] = {"org.opencontainers.image.source", "com.azure.dev.image.build.repository.uri", "org.label-schema.vcs-url"};
	return label(labels, keys, sizeof keys / sizeof *keys);
}

static bl_str label_revision(const bl_value *labels)
{
	static const char *const keys[] = {"org.opencontainers.image.revision", "com.azure.dev.image.build.sourceversion", "org.label-schema.vcs-ref"};
	return label(labels, keys, sizeof keys / sizeof *keys);
}

/* The base of an image, where some snapshot shows it. */
static const entity *base_of(const image_run *r, const entity *e)
{
	bl_str digest = e->base_digest.n ? e->base_digest : bl_value_text(bl_value_getz(e->labels, "org.opencontainers.image.base.digest"));
	return digest.n ? bl_map_get(&r->by_digest, digest) : NULL;
}

/* An image that sets no labels of its own has its base's. */
static void find_labels(image_run *r, entity *e)
{
	const bl_mapping_history *h = r->input->history;
	bl_str source = label_source(e->labels), revision = label_revision(e->labels);
	const entity *base = base_of(r, e);
	if (!source.n)
		return;
	if (base && bl_str_eq(label_source(base->labels), source) && bl_str_eq(label_revision(base->labels), revision))
		return;
	bl_str now;
	bool known = revision.n && h && h->follow(h->context, source, revision, BL_STR(""), &r->arena, &now);
	bl_evidence_row row = known ? BL_EVIDENCE_C3 : revision.n ? BL_EVIDENCE_C3_COMMIT : BL_EVIDENCE_C3_SOURCE;
	if (!e->origin->commit.n)
		e->origin->commit = revision;
	bl_vec_push(&r->arena, &e->hints, ((hint){source, revision, BL_STR(""), BL_STR(""), row,
		bl_str_fmt(keep_of(r), "its labels name " BL_FMT "%s" BL_FMT, BL_ARG(source), revision.n ? " at " : "", BL_ARG(revision))}));
}

static bool is_hex(bl_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
			return false;
	return s.n >= MIN_COMMIT && s.n <= 40;
}

static void find_commit_tags(image_run *r, entity *e)
{
	const bl_mapping_history *h = r->input->history;
	for (size_t i = 0; h && i < e->names.n; i++) {
		bl_str tag = e->names.items[i].tag, now, repo = BL_STR("");
		size_t repos = 0;
		bl_str commit = bl_str_starts(tag, BL_STR("sha-")) ? bl_str_slice(tag, 4, tag.n) : tag;
		for (size_t k = 0; is_hex(commit) && k < r->stages.n; k++) {
			bl_str one = bl_graph_node(r->graph, r->stages.items[k].node)->resource->root->repo;
			if ((repos && bl_str_eq(one, repo)) || !h->follow(h->context, one, commit, BL_STR(""), &r->arena, &now))
				continue;
			repo = one;
			repos++;
		}
		if (repos != 1)
			continue;
		if (!e->origin->commit.n)
			e->origin->commit = commit;
		bl_vec_push(&r->arena, &e->hints, ((hint){repo, commit, BL_STR(""), BL_STR(""), BL_EVIDENCE_C6,
			bl_str_fmt(keep_of(r), "the tag '" BL_FMT "' is a commit of the repository", BL_ARG(tag))}));
	}
}

/* Who builds and pushes what is called so; and who deploys it. */
static void find_builds(image_run *r, entity *e)
{
	for (size_t i = 0; i < e->nodes.n; i++) {
		const bl_edge *const *in;
		size_t n = bl_graph_in(r->graph, e->nodes.items[i], &in);
		bool pushed = false;
		for (size_t k = 0; k < n; k++) {
			if (in[k]->kind != BL_EDGE_PUSHES)
				continue;
			const bl_resource *step = bl_graph_node(r->graph, in[k]->from)->resource;
			pushed = true;
			if (!e->origin->workflow.n && in[k]->sure == BL_YES)
				e->origin->workflow = step->root->path;
		}
		for (size_t k = 0; k < n; k++) {
			if (in[k]->kind != BL_EDGE_BUILDS)
				continue;
			bl_evidence_row row = in[k]->sure == BL_YES && pushed ? BL_EVIDENCE_C4 : BL_EVIDENCE_C4_PARTLY;
			const bl_root *root = bl_graph_node(r->graph, in[k]->from)->resource->root;
			bl_str why = in[k]->why;
			for (size_t m = 0; m < n && row == BL_EVIDENCE_C4; m++) {
				const bl_resource *user = bl_graph_node(r->graph, in[m]->from)->resource;
				if (in[m]->kind == BL_EDGE_RUNS && user && bl_str_eq(user->root->repo, root->repo)) {
					row = BL_EVIDENCE_C4_MANIFEST;
					why = bl_str_fmt(keep_of(r), BL_FMT ", and " BL_FMT " deploys it", BL_ARG(why), BL_ARG(user->address));
				}
			}
			support(r, e, in[k]->from, row, bl_evidence_weight(row), why);
			candidate_of(r, e, in[k]->from)->by_name = true;
		}
	}
}

/* ---- histories and names ---- */

static bl_history_match match_history(image_run *r, const entity *e, const stage_info *s)
{
	const bl_resource **list = bl_new_n(&r->arena, const bl_resource *, s->instructions.n + 1);
	for (size_t i = 0; i < s->instructions.n; i++)
		list[i] = bl_graph_node(r->graph, s->instructions.items[i])->resource;
	return bl_history_compare(&r->arena, e->image, list, s->instructions.n);
}

static double scaled(double alike)
{
	return alike >= 0.9 ? 0.98 : alike >= 0.7 ? 0.90 : alike >= 0.5 ? 0.75 : alike >= 0.3 ? 0.50 : 0;
}

/* The Dockerfile whose commands the history ends with, where no other comes near. */
static void find_history(image_run *r, entity *e)
{
	double best = 0, next = 0;
	size_t at = 0;
	for (size_t i = 0; e->image && e->image->steps.n && i < r->stages.n && i < MAX_STAGES; i++) {
		if (!r->stages.items[i].final)
			continue;
		double alike = match_history(r, e, &r->stages.items[i]).alike;
		if (alike > best) {
			next = best;
			best = alike;
			at = i;
		} else if (alike > next) {
			next = alike;
		}
	}
	if (scaled(best) > 0 && best - next >= BL_MARGIN)
		support(r, e, r->stages.items[at].node, BL_EVIDENCE_C7, bl_evidence_weight(BL_EVIDENCE_C7) * scaled(best),
			bl_str_fmt(keep_of(r), "its history is the Dockerfile's to %.0f%%, and the next one's to %.0f%%", best * 100, next * 100));
}

static bl_str last_part(bl_str s)
{
	return bl_str_slice(s, (size_t)(bl_str_rfind_char(s, '/') + 1), s.n);
}

static bl_str folder_of(bl_str path)
{
	ptrdiff_t slash = bl_str_rfind_char(path, '/');
	return slash < 0 ? BL_STR("") : bl_str_slice(path, 0, (size_t)slash);
}

/* A name alone says little: it adds to what else is known of a Dockerfile, and suggests one where nothing is. */
static void find_names(image_run *r, entity *e)
{
	bool alone = e->candidates.n == 0;
	for (size_t i = 0; i < r->stages.n && i < MAX_STAGES; i++) {
		const stage_info *s = &r->stages.items[i];
		const bl_root *root = bl_graph_node(r->graph, s->node)->resource->root;
		bl_str folder = last_part(folder_of(root->path)), repo = last_part(root->repo);
		bool known = false;
		for (size_t k = 0; k < e->candidates.n && !known; k++)
			known = e->candidates.items[k].stage == s->node;
		if (!s->final || (!known && !alone))
			continue;
		for (size_t k = 0; k < e->names.n; k++) {
			bl_str name = last_part(e->names.items[k].repository);
			bool official = bl_str_eqz(e->names.items[k].registry, "docker.io") && bl_str_starts(e->names.items[k].repository, BL_STR("library/"));
			/* a repository of several Dockerfiles is not called as one of them */
			bool fits = folder.n ? bl_str_eqi(name, folder) : bl_str_eqi(name, repo);
			if (fits && !(official && alone))
				support(r, e, s->node, BL_EVIDENCE_C8, bl_evidence_weight(BL_EVIDENCE_C8),
					bl_str_fmt(keep_of(r), "the image is called '" BL_FMT "' as the Dockerfile's folder or repository", BL_ARG(name)));
		}
	}
}

/* ---- what speaks for a repository ---- */

static bool is_target(const image_run *r, const stage_info *s, const hint *h)
{
	const bl_resource *res = bl_graph_node(r->graph, s->node)->resource;
	if (h->target.n)
		return bl_str_eqi(res->label, h->target);
	return s->final;
}

/* The stages a hint is for: of its Dockerfile, else those that something speaks for, else all of the repository. */
static void apply_hint(image_run *r, entity *e, const hint *h)
{
	node_list of_repo = {0}, of_file = {0}, known = {0};
	for (size_t i = 0; i < r->stages.n; i++) {
		const stage_info *s = &r->stages.items[i];
		const bl_root *root = bl_graph_node(r->graph, s->node)->resource->root;
		bl_tri fits = is_repo(&r->arena, root->repo, h->repo);
		if (fits == BL_NO || !is_target(r, s, h))
			continue;
		bl_vec_push(&r->arena, &of_repo, s->node);
		bl_str file = bl_str_starts(h->dockerfile, BL_STR("./")) ? bl_str_slice(h->dockerfile, 2, h->dockerfile.n) : h->dockerfile;
		if (file.n && bl_str_eq(root->path, file))
			bl_vec_push(&r->arena, &of_file, s->node);
		for (size_t k = 0; k < e->candidates.n; k++)
			if (e->candidates.items[k].stage == s->node)
				bl_vec_push(&r->arena, &known, s->node);
	}
	const node_list *for_whom = of_file.n ? &of_file : known.n ? &known : &of_repo;
	if (of_repo.n)
		e->origin->repo = bl_graph_node(r->graph, of_repo.items[0])->resource->root->repo;
	else if (!e->origin->repo.n)
		e->origin->repo = h->repo;
	for (size_t i = 0; i < for_whom->n; i++) {
		bool whole = of_file.n || known.n == 1 || of_repo.n == 1;
		double weight = bl_evidence_weight(h->row) / (whole ? 1 : (double)for_whom->n);
		support(r, e, for_whom->items[i], h->row, weight, h->why);
	}
}

/* ---- the answer ---- */

static int by_worth(const void *a, const void *b, void *context)
{
	const image_run *r = context;
	const candidate *x = a, *y = b;
	double p = bl_claims_confidence(&x->claim), q = bl_claims_confidence(&y->claim);
	if (p != q)
		return p > q ? -1 : 1;
	return bl_str_cmp(bl_graph_node(r->graph, x->stage)->id, bl_graph_node(r->graph, y->stage)->id);
}

static void take_layers(image_run *r, const entity *e)
{
	bl_image_origin *o = e->origin;
	const stage_info *s = o->stage ? info_of(r, o->stage) : NULL;
	bl_history_match m = {0};
	if (!e->image)
		return;
	if (s)
		m = match_history(r, e, s);
	bool known = s && m.alike >= 0.5;
	for (size_t i = 0; i < e->image->steps.n; i++) {
		const bl_image_step *step = &e->image->steps.items[i];
		if (step->empty)
			continue;
		bl_image_layer *l = bl_vec_add(keep_of(r), &o->layers);
		const bl_resource *from = known ? m.by_step[i] : NULL;
		*l = (bl_image_layer){step->diff_id, step->created_by,
			!known ? BL_LAYER_ORIGIN_UNKNOWN : i < m.first ? BL_LAYER_ORIGIN_BASE : BL_LAYER_ORIGIN_OWN,
			from ? from->span : BL_NOWHERE};
		/* what makes a base layer is the line that names the base */
		for (size_t k = 0; known && i < m.first && k < s->instructions.n; k++) {
			const bl_resource *one = bl_graph_node(r->graph, s->instructions.items[k])->resource;
			if (bl_str_eqz(one->type, "docker/From"))
				l->span = one->span;
		}
	}
}

static void say_missing(image_run *r, const entity *e)
{
	bl_image_origin *o = e->origin;
	bl_arena *keep = keep_of(r);
	bool attested = false;
	for (size_t i = 0; i < o->evidence.n; i++)
		attested = attested || strcmp(o->evidence.items[i].id, "C1") == 0 || strcmp(o->evidence.items[i].id, "C2") == 0;
	if (!o->digest.n)
		bl_vec_push(keep, &o->missing, BL_STR("its digest: kubectl get pods -A -o json, aws ecs describe-tasks or the registry's manifest shows it"));
	if (!e->image)
		bl_vec_push(keep, &o->missing, BL_STR("its configuration (skopeo inspect --config, docker save or an OCI layout): labels and history"));
	if (!attested)
		bl_vec_push(keep, &o->missing, BL_STR("an attestation or build report that ties its digest to a commit"));
	if (!o->stage && o->repo.n)
		bl_vec_push(keep, &o->missing, bl_str_fmt(keep, "the repository " BL_FMT, BL_ARG(o->repo)));
	else if (!o->stage)
		bl_vec_push(keep, &o->missing, BL_STR("a repository with the Dockerfile or the pipeline that builds it"));
}

static void answer(image_run *r, entity *e)
{
	bl_image_origin *o = e->origin;
	for (size_t i = 0; i < e->hints.n; i++)
		apply_hint(r, e, &e->hints.items[i]);
	if (e->candidates.n)
		qsort_r(e->candidates.items, e->candidates.n, sizeof *e->candidates.items, by_worth, r);
	for (size_t i = 0; i < e->candidates.n; i++) {
		const candidate *c = &e->candidates.items[i];
		double p = bl_claims_confidence(&c->claim), best = bl_claims_confidence(&e->candidates.items[0].claim);
		if (i && best - p >= BL_MARGIN)
			break;
		if (!i) {
			const bl_resource *stage = bl_graph_node(r->graph, c->stage)->resource;
			o->stage = c->stage;
			o->confidence = p;
			o->evidence.items = c->claim.evidence.items;
			o->evidence.n = c->claim.evidence.n;
			o->repo = stage->root->repo.n ? stage->root->repo : o->repo;
		} else if (o->candidates.n < MAX_NAMED) {
			bl_vec_push(keep_of(r), &o->candidates, c->stage);
		}
	}
	o->class = o->candidates.n ? BL_AMBIGUOUS : BL_MAPPED;
	if (o->candidates.n)
		o->confidence = o->confidence / (double)(o->candidates.n + 1);
	if (!o->stage && e->hints.n) {
		bl_claim known = {0};
		for (size_t i = 0; i < e->hints.n; i++)
			bl_evidence_put(keep_of(r), &known, e->hints.items[i].row, bl_evidence_weight(e->hints.items[i].row), e->hints.items[i].why);
		o->confidence = bl_claims_confidence(&known);
		o->evidence.items = known.evidence.items;
		o->evidence.n = known.evidence.n;
	}
	take_layers(r, e);
	say_missing(r, e);
}

/* The Dockerfile of what runs: one link for each asset, so that who looks at the one finds the other. */
static void link_runs(image_run *r, const bl_image_origin *o)
{
	bl_arena *keep = keep_of(r);
	for (size_t i = 0; o->stage && i < o->runs.n; i++) {
		const bl_node *code = bl_graph_node(r->graph, o->stage), *to = bl_graph_node(r->graph, o->runs.items[i]);
		bl_link *link = bl_new(keep, bl_link);
		*link = (bl_link){.from = o->stage, .to = o->runs.items[i], .resource = code->resource, .asset = to->asset, .kind = BL_BUILT_FROM,
			.class = o->class == BL_MAPPED && o->runs.n > 1 ? BL_MAPPED_MANY : o->class, .confidence = o->confidence};
		link->evidence.items = o->evidence.items;
		link->evidence.n = o->evidence.n;
		bl_graph_add_link(r->graph, link);
	}
}

static int by_node(const void *a, const void *b, void *context)
{
	const bl_graph *graph = context;
	return bl_str_cmp(bl_graph_node(graph, *(const uint32_t *)a)->id, bl_graph_node(graph, *(const uint32_t *)b)->id);
}

static int by_text(const void *a, const void *b)
{
	return bl_str_cmp(*(const bl_str *)a, *(const bl_str *)b);
}

static int by_image(const void *a, const void *b)
{
	const bl_image_origin *x = *(const bl_image_origin *const *)a, *y = *(const bl_image_origin *const *)b;
	int order = bl_str_cmp(x->digest, y->digest);
	if (!order && x->names.n && y->names.n)
		order = bl_str_cmp(x->names.items[0], y->names.items[0]);
	return order;
}

void bl_images_match(bl_graph *graph, const bl_mapping_input *input, bl_image_origins *out)
{
	image_run r = {.graph = graph, .input = input};
	gather_stages(&r);
	gather_images(&r);
	gather_runs(&r);
	find_provenance(&r);
	for (size_t i = 0; i < r.entities.n; i++) {
		entity *e = r.entities.items[i];
		find_labels(&r, e);
		find_builds(&r, e);
		find_commit_tags(&r, e);
		find_history(&r, e);
		find_names(&r, e);
		answer(&r, e);
		bl_image_origin *o = e->origin;
		if (o->runs.n)
			qsort_r(o->runs.items, o->runs.n, sizeof *o->runs.items, by_node, graph);
		if (o->names.n)
			qsort(o->names.items, o->names.n, sizeof *o->names.items, by_text);
		bl_vec_push(bl_graph_arena(graph), out, o);
	}
	if (out->n)
		qsort(out->items, out->n, sizeof *out->items, by_image);
	for (size_t i = 0; i < out->n; i++)
		link_runs(&r, out->items[i]);
	bl_arena_done(&r.arena);
}

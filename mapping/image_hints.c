/* C1, C2, C3 and C6: what names the repository and the commit that an image comes from. */
#include "mapping/image_run.h"

enum {
	MIN_COMMIT = 7, /* digits of a tag that may be a commit */
};

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

/* Is that the repository, in lower case, of a plain URL? A nameless one may be any. */
static bl_tri is_repo(bl_str a, bl_str b)
{
	if (!a.n || !b.n)
		return BL_MAYBE;
	if (bl_str_eq(a, b))
		return BL_YES;
	bl_str longer = a.n > b.n ? a : b, shorter = a.n > b.n ? b : a;
	return bl_tri_of(bl_str_ends(longer, shorter) && longer.p[longer.n - shorter.n - 1] == '/');
}

void bl_image_run_find_provenance(bl_image_run *r)
{
	for (size_t s = 0; s < r->input->nsnapshots; s++) {
		for (size_t i = 0; i < r->input->snapshots[s]->provenances.n; i++) {
			const bl_provenance *p = &r->input->snapshots[s]->provenances.items[i];
			bl_image_entity *e = p->digest.n ? bl_map_get(&r->by_digest, p->digest) : NULL;
			if (!e)
				continue;
			bl_evidence_row row = p->kind == BL_PROVENANCE_BUILDKIT ? BL_EVIDENCE_C2 : BL_EVIDENCE_C1;
			bl_image_origin *o = e->origin;
			o->workflow = o->workflow.n ? o->workflow : p->workflow;
			o->run = o->run.n ? o->run : p->run;
			o->commit = o->commit.n ? o->commit : p->revision;
			if (p->source.n)
				bl_vec_push(&r->arena, &e->hints, ((bl_image_hint){p->source, p->revision, p->dockerfile, p->target, p->workflow, row,
					bl_str_fmt(bl_image_run_keep(r), "'" BL_FMT "' names " BL_FMT "%s" BL_FMT " for the digest", BL_ARG(p->snapshot), BL_ARG(p->source),
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

/* The key of an image that has these labels and the layers of hash, which goes on from layer to layer. */
static bl_str layers_key(bl_arena *arena, const bl_image_entity *e, uint64_t hash)
{
	return bl_str_fmt(arena, BL_FMT "\x1f" BL_FMT "\x1f%llx", BL_ARG(e->source), BL_ARG(e->revision), (unsigned long long)hash);
}

static uint64_t with_layer(uint64_t hash, bl_str diff_id)
{
	return (hash ^ bl_str_hash(diff_id)) * 0x9e3779b97f4a7c15u;
}

void bl_image_run_read_labels(bl_image_run *r)
{
	for (size_t i = 0; i < r->entities.n; i++) {
		bl_image_entity *e = r->entities.items[i];
		uint64_t hash = 0;
		e->source = label_source(e->labels);
		e->revision = label_revision(e->labels);
		for (size_t k = 0; e->source.n && e->image && k < e->image->steps.n; k++)
			if (e->image->steps.items[k].diff_id.n)
				hash = with_layer(hash, e->image->steps.items[k].diff_id);
		if (hash)
			bl_map_put(&r->arena, &r->by_layers, layers_key(&r->arena, e, hash), e);
	}
}

static bool same_labels(const bl_image_entity *a, const bl_image_entity *b)
{
	return b && a != b && bl_str_eq(a->revision, b->revision) && bl_str_eq(a->source, b->source);
}

/* Does e begin with all the layers of another image that has the same labels? */
static bool begins_like_another(bl_image_run *r, const bl_image_entity *e)
{
	uint64_t hash = 0;
	for (size_t i = 0; e->image && i < e->image->steps.n; i++) {
		if (!e->image->steps.items[i].diff_id.n)
			continue;
		if (hash && bl_map_get(&r->by_layers, layers_key(&r->scratch, e, hash)))
			return true;
		hash = with_layer(hash, e->image->steps.items[i].diff_id);
	}
	return false;
}

/* An image that sets no labels of its own has its base's: of what its build names as base, its Dockerfile does in FROM, or its layers begin with. */
static bool has_inherited_labels(bl_image_run *r, const bl_image_entity *e)
{
	bl_str digest = e->base_digest.n ? e->base_digest : bl_value_text(bl_value_getz(e->labels, "org.opencontainers.image.base.digest"));
	if ((digest.n && same_labels(e, bl_map_get(&r->by_digest, digest))) || begins_like_another(r, e))
		return true;
	for (size_t i = 0; i < e->candidates.n; i++) {
		const bl_edge *const *edges;
		size_t n = bl_graph_out(r->graph, e->candidates.items[i].stage, &edges);
		for (size_t k = 0; k < n; k++)
			if (edges[k]->kind == BL_EDGE_REFERS && same_labels(e, r->of_node[edges[k]->to]))
				return true;
	}
	return false;
}

void bl_image_run_find_labels(bl_image_run *r, bl_image_entity *e)
{
	const bl_mapping_history *h = r->input->history;
	bl_str source = e->source, revision = e->revision;
	if (!source.n || has_inherited_labels(r, e))
		return;
	bl_str now;
	bool known = revision.n && h && h->follow(h->context, source, revision, BL_STR(""), &r->arena, &now);
	bl_evidence_row row = known ? BL_EVIDENCE_C3 : revision.n ? BL_EVIDENCE_C3_COMMIT : BL_EVIDENCE_C3_SOURCE;
	if (!e->origin->commit.n)
		e->origin->commit = revision;
	bl_vec_push(&r->arena, &e->hints, ((bl_image_hint){.repo = source, .commit = revision, .row = row, .why =
		bl_str_fmt(bl_image_run_keep(r), "its labels name " BL_FMT "%s" BL_FMT, BL_ARG(source), revision.n ? " at " : "", BL_ARG(revision))}));
}

static bool is_hex(bl_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
			return false;
	return s.n >= MIN_COMMIT && s.n <= 40;
}

void bl_image_run_find_commits(bl_image_run *r, bl_image_entity *e)
{
	const bl_mapping_history *h = r->input->history;
	for (size_t i = 0; h && i < e->names.n; i++) {
		bl_str tag = e->names.items[i].tag, now, repo = BL_STR("");
		size_t repos = 0;
		bl_str commit = bl_str_starts(tag, BL_STR("sha-")) ? bl_str_slice(tag, 4, tag.n) : tag;
		for (size_t k = 0; is_hex(commit) && k < r->repos.n; k++) {
			if (!h->follow(h->context, r->repos.items[k], commit, BL_STR(""), &r->arena, &now))
				continue;
			repo = r->repos.items[k];
			repos++;
		}
		if (repos != 1)
			continue;
		if (!e->origin->commit.n)
			e->origin->commit = commit;
		bl_vec_push(&r->arena, &e->hints, ((bl_image_hint){.repo = repo, .commit = commit, .row = BL_EVIDENCE_C6, .why =
			bl_str_fmt(bl_image_run_keep(r), "the tag '" BL_FMT "' is a commit of the repository", BL_ARG(tag))}));
	}
}

/* Who builds and pushes what is called so; and who deploys it. */

/* ---- what speaks for a repository ---- */

static bool is_target(const bl_image_run *r, const bl_image_stage *s, const bl_image_hint *h)
{
	const bl_resource *res = bl_image_run_resource(r, s->node);
	if (h->target.n)
		return bl_str_eqi(res->label, h->target);
	return s->final;
}

/* What the file that the hint names is called today. */
static bl_str file_of(bl_image_run *r, const bl_image_hint *h)
{
	const bl_mapping_history *history = r->input->history;
	bl_str file = bl_str_starts(h->dockerfile, BL_STR("./")) ? bl_str_slice(h->dockerfile, 2, h->dockerfile.n) : h->dockerfile, now;
	bool known = file.n && h->commit.n && history && history->follow(history->context, h->repo, h->commit, file, &r->arena, &now);
	return known ? now : file;
}

/* Labels are anybody's: where the repository at hand has no name to compare with, and not the commit either, they may be about any other. */
static double doubted(const bl_image_hint *h, bl_tri fits)
{
	bool label = h->row == BL_EVIDENCE_C3_COMMIT || h->row == BL_EVIDENCE_C3_SOURCE;
	return label && fits == BL_MAYBE ? 0.5 : 1;
}

/* Does a step of the workflow build from the stage? */
static bool is_built_by(const bl_image_run *r, uint32_t stage, bl_str workflow)
{
	const bl_edge *const *edges;
	size_t n = workflow.n ? bl_graph_in(r->graph, stage, &edges) : 0;
	for (size_t i = 0; i < n; i++) {
		const bl_resource *from = bl_image_run_resource(r, edges[i]->from);
		if (edges[i]->kind == BL_EDGE_REFERS && from && from->language == BL_LANG_PIPELINE && bl_str_eq(from->root->path, workflow))
			return true;
	}
	return false;
}

static bool is_spoken_for(const bl_image_entity *e, uint32_t stage)
{
	for (size_t i = 0; i < e->candidates.n; i++)
		if (e->candidates.items[i].stage == stage)
			return true;
	return false;
}

void bl_image_run_apply(bl_image_run *r, bl_image_entity *e, const bl_image_hint *h)
{
	bl_image_nodes of_repo = {0}, of_file = {0}, built = {0}, known = {0};
	bl_str file = file_of(r, h);
	bl_str url = plain_url(&r->scratch, h->repo);
	bl_tri named = BL_NO, *repos = bl_new_n(&r->scratch, bl_tri, r->repos.n + 1);
	for (size_t i = 0; i < r->repos.n; i++)
		repos[i] = is_repo(bl_str_lower(&r->scratch, r->repos.items[i]), url);
	for (size_t i = 0; i < r->stages.n; i++) {
		const bl_image_stage *s = &r->stages.items[i];
		const bl_root *root = bl_image_run_resource(r, s->node)->root;
		bl_tri fits = repos[s->repo];
		if (fits == BL_NO || !is_target(r, s, h))
			continue;
		named = bl_tri_or(named, fits);
		bl_vec_push(&r->scratch, &of_repo, s->node);
		if (file.n && bl_str_eq(root->path, file))
			bl_vec_push(&r->scratch, &of_file, s->node);
		if (is_built_by(r, s->node, h->workflow))
			bl_vec_push(&r->scratch, &built, s->node);
	}
	const bl_image_nodes *for_whom = of_file.n ? &of_file : built.n ? &built : &of_repo;
	for (size_t i = 0; i < for_whom->n && !of_file.n; i++)
		if (is_spoken_for(e, for_whom->items[i]))
			bl_vec_push(&r->scratch, &known, for_whom->items[i]);
	if (known.n)
		for_whom = &known;
	if (of_repo.n)
		e->origin->repo = bl_image_run_resource(r, of_repo.items[0])->root->repo;
	else if (!e->origin->repo.n)
		e->origin->repo = h->repo;
	for (size_t i = 0; i < for_whom->n; i++) {
		double weight = bl_evidence_weight(h->row) * doubted(h, named) / (of_file.n ? 1 : (double)for_whom->n);
		bl_image_run_support(r, e, for_whom->items[i], h->row, weight, h->why);
	}
}

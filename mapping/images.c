/*
 * C1 to C8: which Dockerfile, commit and pipeline an image comes from. Evidence is for a stage of a Dockerfile, or for a repository (image_hints.c); the latter is
 * lent to the repository's Dockerfiles that something else speaks for.
 */
#include "mapping/images.h"

#include "mapping/history.h"
#include "mapping/image_run.h"

#include <stdlib.h>

enum {
	MAX_COPIES = 4,    /* Dockerfiles that share what a history says */
	MAX_STAGES = 4000, /* Dockerfiles that histories are compared with */
	MAX_NAMED = 16,    /* candidates that an ambiguous image names */
	MIN_TOLD = 12,     /* characters that a history and a Dockerfile must have in common to be worth more than a guess */
};

/* ---- evidence ---- */

static bl_image_candidate *candidate_of(bl_image_run *r, bl_image_entity *e, uint32_t stage)
{
	for (size_t i = 0; i < e->candidates.n; i++)
		if (e->candidates.items[i].stage == stage)
			return &e->candidates.items[i];
	bl_image_candidate *c = bl_vec_add(&r->arena, &e->candidates);
	c->stage = stage;
	return c;
}

void bl_image_run_support(bl_image_run *r, bl_image_entity *e, uint32_t stage, bl_evidence_row row, double weight, bl_str why)
{
	bl_evidence_put(bl_image_run_keep(r), &candidate_of(r, e, stage)->claim, row, weight, why);
}

/* Who builds and pushes what is called so; and who deploys it. */
static void find_builds(bl_image_run *r, bl_image_entity *e)
{
	for (size_t i = 0; i < e->nodes.n; i++) {
		const bl_edge *const *in;
		size_t n = bl_graph_in(r->graph, e->nodes.items[i], &in);
		bool pushed = false;
		for (size_t k = 0; k < n; k++) {
			if (in[k]->kind != BL_EDGE_PUSHES)
				continue;
			const bl_resource *step = bl_image_run_resource(r, in[k]->from);
			pushed = true;
			if (!e->origin->workflow.n && in[k]->sure == BL_YES)
				e->origin->workflow = step->root->path;
		}
		for (size_t k = 0; k < n; k++) {
			if (in[k]->kind != BL_EDGE_BUILDS)
				continue;
			bl_evidence_row row = in[k]->sure == BL_YES && pushed ? BL_EVIDENCE_C4 : BL_EVIDENCE_C4_PARTLY;
			const bl_root *root = bl_image_run_resource(r, in[k]->from)->root;
			bl_str why = in[k]->why;
			for (size_t m = 0; m < n && row == BL_EVIDENCE_C4; m++) {
				const bl_resource *user = bl_image_run_resource(r, in[m]->from);
				if (in[m]->kind == BL_EDGE_RUNS && user && bl_str_eq(user->root->repo, root->repo)) {
					row = BL_EVIDENCE_C4_MANIFEST;
					why = bl_str_fmt(bl_image_run_keep(r), BL_FMT ", and " BL_FMT " deploys it", BL_ARG(why), BL_ARG(user->address));
				}
			}
			bl_image_run_support(r, e, in[k]->from, row, bl_evidence_weight(row), why);
		}
	}
}

static bl_image_stage *info_of(const bl_image_run *r, uint32_t node)
{
	for (size_t i = 0; i < r->stages.n; i++)
		if (r->stages.items[i].node == node)
			return &r->stages.items[i];
	return NULL;
}

/* ---- histories and names ---- */

static const bl_resource *const *instructions_of(bl_image_run *r, const bl_image_stage *s)
{
	const bl_resource **list = bl_new_n(&r->scratch, const bl_resource *, s->instructions.n + 1);
	for (size_t i = 0; i < s->instructions.n; i++)
		list[i] = bl_image_run_resource(r, s->instructions.items[i]);
	return list;
}

static const bl_history *history_of(bl_image_run *r, bl_image_stage *s)
{
	if (!s->has_history)
		s->history = bl_history_of_stage(&r->arena, instructions_of(r, s), s->instructions.n);
	s->has_history = true;
	return &s->history;
}

/* What all the world does (COPY . /app) is hardly a history. */
static double scaled(double alike, size_t told)
{
	if (told < MIN_TOLD)
		return alike >= 0.3 ? 0.50 : 0;
	return alike >= 0.9 ? 0.98 : alike >= 0.7 ? 0.90 : alike >= 0.5 ? 0.75 : alike >= 0.3 ? 0.50 : 0;
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

/* The image's name that the stage's folder has, or its repository where it lies in no folder; or NULL. A repository of several Dockerfiles is not called as one of them. */
static const bl_image_name *name_of_place(const bl_image_run *r, const bl_image_entity *e, const bl_image_stage *s)
{
	const bl_root *root = bl_image_run_resource(r, s->node)->root;
	bl_str folder = last_part(folder_of(root->path)), place = folder.n ? folder : last_part(root->repo);
	for (size_t i = 0; i < e->names.n; i++)
		if (bl_str_eqi(last_part(e->names.items[i].repository), place))
			return &e->names.items[i];
	return NULL;
}

/* A Dockerfile in the running for an image's history. */
typedef struct contender {
	const bl_image_stage *stage;
	size_t told;
	double score[3]; /* how much alike; how many of the history's layers that explains; how much of what makes no layer is told */
} contender;

/* Keeps those that the best one of a score does not leave behind. */
static size_t narrow(contender *c, size_t n, int by, double margin)
{
	double best = 0;
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		best = c[i].score[by] > best ? c[i].score[by] : best;
	for (size_t i = 0; i < n; i++)
		if (c[i].score[by] > best - margin)
			c[kept++] = c[i];
	return kept;
}

/*
 * The Dockerfiles whose commands the history ends with: a short one may be like the end of a history that a longer one explains, and copies of one often differ in an ENV
 * or CMD alone. Of copies that nothing tells apart the one that is called as the image is meant; else they share the weight.
 */
static size_t contenders_of(bl_image_run *r, const bl_image_entity *e, contender *c, size_t *near)
{
	size_t n = 0, called = 0, one = 0;
	bl_history image = bl_history_of_image(&r->scratch, e->image);
	double best = 0;
	for (size_t i = 0; i < r->stages.n && i < MAX_STAGES; i++) {
		if (!r->stages.items[i].final)
			continue;
		bl_history_match m = bl_history_compare(&image, history_of(r, &r->stages.items[i]), best - BL_MARGIN, NULL);
		c[n++] = (contender){&r->stages.items[i], m.told, {m.alike, m.explained, 0}};
		best = m.alike > best ? m.alike : best;
	}
	*near = n = narrow(c, n, 0, BL_MARGIN);
	n = narrow(c, n, 1, 1 - BL_MARGIN);
	for (size_t i = 0; n > 1 && i < n; i++)
		c[i].score[2] = bl_history_told(&r->scratch, &image, instructions_of(r, c[i].stage), c[i].stage->instructions.n);
	if (n > 1)
		n = narrow(c, n, 2, BL_MARGIN);
	for (size_t i = 0; n > 1 && i < n; i++) {
		if (name_of_place(r, e, c[i].stage)) {
			called++;
			one = i;
		}
	}
	if (called != 1)
		return n;
	c[0] = c[one];
	return 1;
}

static void find_history(bl_image_run *r, bl_image_entity *e)
{
	contender *c = bl_new_n(&r->scratch, contender, r->stages.n + 1);
	size_t near = 0, n = e->image && e->image->steps.n ? contenders_of(r, e, c, &near) : 0;
	const char *others = n > 1 ? "; nothing tells it from others" : near > 1 ? ", and explains it better than others that are like it" : ", and no other's comes near";
	for (size_t i = 0; i < n && n <= MAX_COPIES; i++) {
		double alike = scaled(c[i].score[0], c[i].told);
		if (alike > 0)
			bl_image_run_support(r, e, c[i].stage->node, BL_EVIDENCE_C7, bl_evidence_weight(BL_EVIDENCE_C7) * alike / (double)n,
				bl_str_fmt(bl_image_run_keep(r), "its history is the Dockerfile's to %.0f%%%s", c[i].score[0] * 100, others));
	}
}

/* A name alone says little: it adds to what else is known of a Dockerfile, and suggests one where nothing is. */
static void find_names(bl_image_run *r, bl_image_entity *e)
{
	bool alone = e->candidates.n == 0;
	for (size_t i = 0; i < r->stages.n && i < MAX_STAGES; i++) {
		const bl_image_stage *s = &r->stages.items[i];
		bool known = false;
		for (size_t k = 0; k < e->candidates.n && !known; k++)
			known = e->candidates.items[k].stage == s->node;
		const bl_image_name *name = s->final && (known || alone) ? name_of_place(r, e, s) : NULL;
		bool official = name && bl_str_eqz(name->registry, "docker.io") && bl_str_starts(name->repository, BL_STR("library/"));
		if (name && !(official && alone))
			bl_image_run_support(r, e, s->node, BL_EVIDENCE_C8, bl_evidence_weight(BL_EVIDENCE_C8),
				bl_str_fmt(bl_image_run_keep(r), "the image is called '" BL_FMT "' as the Dockerfile's folder or repository", BL_ARG(last_part(name->repository))));
	}
}

/* C5 adds to what else is known of a Dockerfile: alone it says as little as that a repository deploys a database. C4 has it in its weight. */
static void find_deployers(bl_image_run *r, bl_image_entity *e)
{
	for (size_t i = 0; i < e->names.n; i++) {
		const bl_image_repos *repos = bl_image_run_deployers(r, &e->names.items[i]);
		for (size_t k = 0; repos && k < e->candidates.n; k++) {
			bl_image_candidate *c = &e->candidates.items[k];
			bl_str repo = bl_image_run_resource(r, c->stage)->root->repo;
			bool deploys = false, built = false;
			for (size_t m = 0; m < repos->n && !deploys; m++)
				deploys = bl_str_eq(repos->items[m], repo);
			for (size_t m = 0; m < c->claim.evidence.n && !built; m++)
				built = strcmp(c->claim.evidence.items[m].id, "C4") == 0;
			if (deploys && !built)
				bl_image_run_support(r, e, c->stage, BL_EVIDENCE_C5, bl_evidence_weight(BL_EVIDENCE_C5), bl_str_of(bl_evidence_meaning(BL_EVIDENCE_C5)));
		}
	}
}

/* ---- the answer ---- */

static int by_worth(const void *a, const void *b, void *context)
{
	const bl_image_run *r = context;
	const bl_image_candidate *x = a, *y = b;
	double p = bl_claims_confidence(&x->claim), q = bl_claims_confidence(&y->claim);
	if (p != q)
		return p > q ? -1 : 1;
	return bl_str_cmp(bl_graph_node(r->graph, x->stage)->id, bl_graph_node(r->graph, y->stage)->id);
}

static void take_layers(bl_image_run *r, const bl_image_entity *e)
{
	bl_image_origin *o = e->origin;
	bl_image_stage *s = o->stage ? info_of(r, o->stage) : NULL;
	bl_history_match m = {0};
	if (!e->image)
		return;
	const bl_resource **by_step = bl_new_n(&r->scratch, const bl_resource *, e->image->steps.n + 1);
	bl_history image = bl_history_of_image(&r->scratch, e->image);
	if (s)
		m = bl_history_compare(&image, history_of(r, s), 0, by_step);
	bool known = s && m.alike >= 0.5;
	for (size_t i = 0; i < e->image->steps.n; i++) {
		const bl_image_step *step = &e->image->steps.items[i];
		if (step->empty)
			continue;
		bl_image_layer *l = bl_vec_add(bl_image_run_keep(r), &o->layers);
		const bl_resource *from = known ? by_step[i] : NULL;
		*l = (bl_image_layer){step->diff_id, step->created_by,
			!known ? BL_LAYER_ORIGIN_UNKNOWN : i < m.first ? BL_LAYER_ORIGIN_BASE : BL_LAYER_ORIGIN_OWN,
			from ? from->span : BL_NOWHERE};
		/* what makes a base layer is the line that names the base */
		for (size_t k = 0; known && i < m.first && k < s->instructions.n; k++) {
			const bl_resource *one = bl_image_run_resource(r, s->instructions.items[k]);
			if (bl_str_eqz(one->type, "docker/From"))
				l->span = one->span;
		}
	}
}

static void say_missing(bl_image_run *r, const bl_image_entity *e)
{
	bl_image_origin *o = e->origin;
	bl_arena *keep = bl_image_run_keep(r);
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

/* Of those that are named one at most is right: together they are worth no more than certainty. */
static double shared(double confidence, const bl_image_entity *e)
{
	double all = 0;
	for (size_t i = 0; i < e->origin->candidates.n + 1 && i < e->candidates.n; i++)
		all += bl_claims_confidence(&e->candidates.items[i].claim);
	return all > 1 ? confidence / all : confidence;
}

static void answer(bl_image_run *r, bl_image_entity *e)
{
	bl_image_origin *o = e->origin;
	for (size_t i = 0; i < e->hints.n; i++)
		bl_image_run_apply(r, e, &e->hints.items[i]);
	find_deployers(r, e);
	if (e->candidates.n)
		qsort_r(e->candidates.items, e->candidates.n, sizeof *e->candidates.items, by_worth, r);
	for (size_t i = 0; i < e->candidates.n; i++) {
		const bl_image_candidate *c = &e->candidates.items[i];
		double p = bl_claims_confidence(&c->claim), best = bl_claims_confidence(&e->candidates.items[0].claim);
		if (i && best - p >= BL_MARGIN)
			break;
		if (!i) {
			const bl_resource *stage = bl_image_run_resource(r, c->stage);
			o->stage = c->stage;
			o->confidence = p;
			o->evidence.items = c->claim.evidence.items;
			o->evidence.n = c->claim.evidence.n;
			o->repo = stage->root->repo.n ? stage->root->repo : o->repo;
		} else if (o->candidates.n < MAX_NAMED) {
			bl_vec_push(bl_image_run_keep(r), &o->candidates, c->stage);
		}
	}
	o->class = o->candidates.n ? BL_AMBIGUOUS : BL_MAPPED;
	o->confidence = shared(o->confidence, e);
	if (!o->stage && e->hints.n) {
		bl_claim known = {0};
		for (size_t i = 0; i < e->hints.n; i++)
			bl_evidence_put(bl_image_run_keep(r), &known, e->hints.items[i].row, bl_evidence_weight(e->hints.items[i].row), e->hints.items[i].why);
		o->confidence = bl_claims_confidence(&known);
		o->evidence.items = known.evidence.items;
		o->evidence.n = known.evidence.n;
	}
	take_layers(r, e);
	say_missing(r, e);
}

static void link_run(bl_image_run *r, const bl_image_entity *e, const bl_image_candidate *c, uint32_t asset)
{
	const bl_image_origin *o = e->origin;
	const bl_node *code = bl_graph_node(r->graph, c->stage), *to = bl_graph_node(r->graph, asset);
	bl_link *link = bl_new(bl_image_run_keep(r), bl_link);
	*link = (bl_link){.from = c->stage, .to = asset, .resource = code->resource, .asset = to->asset, .kind = BL_BUILT_FROM,
		.class = o->class == BL_MAPPED && o->runs.n > 1 ? BL_MAPPED_MANY : o->class,
		.confidence = shared(bl_claims_confidence(&c->claim), e)};
	link->evidence.items = c->claim.evidence.items;
	link->evidence.n = c->claim.evidence.n;
	bl_graph_add_link(r->graph, link);
}

/* The Dockerfiles that what runs may come from: one link for each asset and each of them, so that who looks at the one finds the other. */
static void link_runs(bl_image_run *r, const bl_image_entity *e)
{
	const bl_image_origin *o = e->origin;
	for (size_t i = 0; o->stage && i < o->runs.n; i++)
		for (size_t k = 0; k < o->candidates.n + 1; k++)
			link_run(r, e, &e->candidates.items[k], o->runs.items[i]);
}

static int by_node(const void *a, const void *b, void *context)
{
	const bl_graph *graph = context;
	return bl_str_cmp(bl_graph_node(graph, *(const uint32_t *)a)->id, bl_graph_node(graph, *(const uint32_t *)b)->id);
}

static void sort_runs(bl_graph *graph, bl_image_origin *o)
{
	size_t n = 0;
	if (o->runs.n)
		qsort_r(o->runs.items, o->runs.n, sizeof *o->runs.items, by_node, graph);
	for (size_t i = 0; i < o->runs.n; i++)
		if (!n || o->runs.items[n - 1] != o->runs.items[i])
			o->runs.items[n++] = o->runs.items[i];
	o->runs.n = n;
}

static int by_text(const void *a, const void *b)
{
	return bl_str_cmp(*(const bl_str *)a, *(const bl_str *)b);
}

static int by_image(const void *a, const void *b)
{
	const bl_image_origin *x = (*(const bl_image_entity *const *)a)->origin, *y = (*(const bl_image_entity *const *)b)->origin;
	int order = bl_str_cmp(x->digest, y->digest);
	if (!order && x->names.n && y->names.n)
		order = bl_str_cmp(x->names.items[0], y->names.items[0]);
	return order;
}

void bl_images_match(bl_graph *graph, const bl_mapping_input *input, bl_image_origins *out)
{
	bl_image_run r = {.graph = graph, .input = input};
	bl_image_run_gather(&r);
	bl_image_run_find_provenance(&r);
	for (size_t i = 0; i < r.entities.n; i++) {
		bl_image_entity *e = r.entities.items[i];
		find_builds(&r, e);
		find_history(&r, e);
		bl_image_run_find_labels(&r, e);
		bl_image_run_find_commits(&r, e);
		find_names(&r, e);
		answer(&r, e);
		bl_image_origin *o = e->origin;
		bl_arena_reset(&r.scratch);
		sort_runs(graph, o);
		if (o->names.n)
			qsort(o->names.items, o->names.n, sizeof *o->names.items, by_text);
	}
	if (r.entities.n)
		qsort(r.entities.items, r.entities.n, sizeof *r.entities.items, by_image);
	for (size_t i = 0; i < r.entities.n; i++) {
		bl_vec_push(bl_graph_arena(graph), out, r.entities.items[i]->origin);
		link_runs(&r, r.entities.items[i]);
	}
	bl_arena_done(&r.scratch);
	bl_arena_done(&r.arena);
}

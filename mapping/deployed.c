/* Which step of a pipeline deploys an asset: it deploys the configuration that the asset comes from, and to where the asset is. */
#include "core/model/deployment.h"
#include "core/reason/azure_id.h"
#include "core/reason/cloud_id.h"
#include "mapping/claims.h"

typedef struct deployed {
	bl_claims *claims;
	bl_pairs drawn; /* step, asset: several blocks may be tied to one asset */
} deployed;

/* Where an asset is, in the words of a deployment's scope. */
typedef struct place {
	const char *part;
	bl_str text;
} place;

enum { MAX_PLACES = 2 };

static size_t places_of(bl_arena *arena, bl_str id, place *out)
{
	bl_azure_id azure;
	bl_google_name google;
	bl_arn arn;
	size_t n = 0;
	if (bl_azure_id_parse(arena, id, &azure)) {
		if (azure.group.n)
			out[n++] = (place){"resource_group", azure.group};
		if (azure.subscription.n)
			out[n++] = (place){"subscription", azure.subscription};
	} else if (bl_arn_parse(id, &arn)) {
		if (arn.region.n)
			out[n++] = (place){"region", arn.region};
	} else if (bl_google_name_parse(id, &google) && google.project.n) {
		out[n++] = (place){"project", google.project};
	}
	return n;
}

/* A subscription may be given by its name, which no id holds: only a number that differs speaks against it. */
static bl_tri says(const bl_value *scope, const place *p)
{
	const bl_value *v = bl_value_getz(scope, p->part);
	bl_tri answer = bl_names_say(v, p->text);
	bool named = strcmp(p->part, "subscription") == 0 && bl_value_text(v).n != p->text.n;
	return answer == BL_NO && named ? BL_MAYBE : answer;
}

/* YES when a part of the scope is the asset's and none is another's. */
static bl_tri goes_to(const bl_deployment *d, const place *places, size_t n)
{
	bl_tri all = BL_MAYBE;
	for (size_t i = 0; i < n; i++) {
		bl_tri one = says(d->scope, &places[i]);
		if (one == BL_NO)
			return BL_NO;
		if (one == BL_YES)
			all = BL_YES;
	}
	return all;
}

static void emit(deployed *s, const bl_link *of, const bl_deployment *d, bl_evidence_row row, const place *where)
{
	bl_graph *graph = s->claims->graph;
	bl_arena *arena = bl_graph_arena(graph);
	int64_t step = bl_graph_find(graph, d->root, d->by);
	uint32_t *drawn = step >= 0 ? bl_pairs_slot_of(s->claims->arena, &s->drawn, (uint32_t)step, of->to) : NULL;
	if (!drawn || *drawn)
		return;
	*drawn = 1;
	bl_link *link = bl_new(arena, bl_link);
	*link = (bl_link){.from = (uint32_t)step, .to = of->to, .resource = bl_graph_node(graph, (uint32_t)step)->resource,
		.asset = of->asset, .kind = BL_DEPLOYED_BY, .class = BL_MAPPED};
	link->confidence = of->confidence * bl_evidence_weight(row);
	bl_str why = where ? bl_str_fmt(arena, "'" BL_FMT "' deploys the configuration of '" BL_FMT "' to '" BL_FMT "'", BL_ARG(d->by),
			BL_ARG(of->resource->address), BL_ARG(where->text))
		: bl_str_fmt(arena, "'" BL_FMT "' alone deploys the configuration of '" BL_FMT "', and does not say where to", BL_ARG(d->by),
			BL_ARG(of->resource->address));
	bl_vec_push(arena, &link->evidence, ((bl_evidence){"I9", why, bl_evidence_weight(row)}));
	bl_graph_add_link(graph, link);
}

static void add_steps(deployed *s, const bl_link *link)
{
	const bl_root *root = link->resource->root;
	place places[MAX_PLACES];
	size_t n = places_of(s->claims->arena, link->asset->id, places), open = 0;
	const bl_deployment *maybe = NULL;
	for (size_t i = 0; i < root->ndeployments; i++) {
		bl_tri agrees = goes_to(root->deployments[i], places, n);
		if (agrees == BL_YES)
			emit(s, link, root->deployments[i], BL_EVIDENCE_I9_STEP, places);
		else if (agrees == BL_MAYBE)
			maybe = root->deployments[i];
		open += agrees != BL_NO;
	}
	/* where the scope is not said, one step is known to be it only if no other can be */
	if (maybe && open == 1)
		emit(s, link, maybe, BL_EVIDENCE_I9_ONLY, NULL);
}

void bl_deployed_by(bl_claims *c)
{
	deployed s = {.claims = c};
	const bl_link *const *links;
	size_t n = bl_graph_links(c->graph, &links);
	/* the list may move when links are added to it */
	const bl_link **provisions = bl_new_n(c->arena, const bl_link *, n + 1);
	for (size_t i = 0; i < n; i++)
		provisions[i] = links[i];
	for (size_t i = 0; i < n; i++)
		if (provisions[i]->kind == BL_PROVISIONS && provisions[i]->class != BL_AMBIGUOUS && provisions[i]->resource->root->ndeployments)
			add_steps(&s, provisions[i]);
}

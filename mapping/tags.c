/* I5, I7 and I8: marks on an asset that lead back to the code: trace tags, what its deployer left, Yor's git tags. */
#include "mapping/names.h"

#include <stdlib.h>

#define SETTLED 0.8 /* of a claim that says which asset a block is */

enum {
	MOST_BLOCKS = 64,     /* that carry one tag and are told apart */
	MOST_CARRIERS = 4096, /* nodes that carry one tag and are looked at */
};

/* What one walk over tags needs. */
typedef struct tag_walk {
	bl_claims *claims;
	bl_map *index;
	uint32_t node;
} tag_walk;

/* ---- I5: trace tags ---- */

/* Yor can be told to write its keys behind a prefix: "module_yor_trace". */
static bool ends_in(bl_str key, bl_str end)
{
	return key.n >= end.n && bl_str_eqi(bl_str_slice(key, key.n - end.n, key.n), end);
}

static bool is_trace_key(bl_str key)
{
	return bl_str_eqiz(key, "mapping_tag") || ends_in(key, BL_STR("yor_trace"));
}

static void index_trace(void *context, bl_str key, bl_str value)
{
	tag_walk *w = context;
	if (!is_trace_key(key))
		return;
	bl_claims *c = w->claims;
	bl_node_list *list = bl_node_list_of(c->arena, w->index, value);
	if (!list->n || list->items[list->n - 1] != w->node)
		bl_vec_push(c->arena, list, w->node);
	if (!c->traces)
		c->traces = bl_new_n(c->arena, bl_str, c->nodes + 1);
	c->traces[w->node] = value;
}

/* How many blocks the nodes are of; of more than MOST_BLOCKS these. */
static size_t blocks_among(const bl_claims *c, const uint32_t *nodes, size_t n)
{
	uint32_t seen[MOST_BLOCKS];
	size_t blocks = 0;
	for (size_t i = 0; i < n && blocks < MOST_BLOCKS; i++) {
		size_t k = 0;
		while (k < blocks && !bl_claims_same_block(c, nodes[i], seen[k]))
			k++;
		if (k == blocks)
			seen[blocks++] = nodes[i];
	}
	return blocks;
}

/* The tag says that the asset is one of these; of several, and of several blocks that carry it, each is worth its part. */
static void claim_traced(bl_claims *c, const bl_open_trace *t, const uint32_t *nodes, size_t n)
{
	size_t parts = t->blocks > n ? t->blocks : n;
	bl_str why = bl_str_fmt(bl_graph_arena(c->graph), "the trace tag '" BL_FMT "' stands on both%s", BL_ARG(t->value),
		t->blocks > 1 ? "; several blocks carry it" : n > 1 ? "; the block has several instances" : "");
	for (size_t i = 0; i < n; i++)
		bl_claims_add(c, nodes[i], t->asset, BL_EVIDENCE_I5, bl_evidence_weight(BL_EVIDENCE_I5) / (double)parts, why);
}

/* The blocks and instances of the asset's type that carry the tag. */
static size_t carriers(bl_claims *c, const bl_node_list *code, uint32_t asset, uint32_t out[MOST_CARRIERS])
{
	size_t n = 0;
	for (size_t i = 0; i < code->n && i < MOST_CARRIERS; i++)
		if (bl_identity_types_fit(c, code->items[i], asset))
			out[n++] = code->items[i];
	return n;
}

typedef bool is_meant(bl_claims *c, uint32_t code, uint32_t asset);

/* Those of the nodes that are meant, if there are any, and otherwise all; how many. */
static size_t keep(bl_claims *c, uint32_t asset, uint32_t *nodes, size_t n, is_meant *meant)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		if (meant(c, nodes[i], asset)) {
			uint32_t node = nodes[i];
			nodes[i] = nodes[kept];
			nodes[kept++] = node;
		}
	return kept ? kept : n;
}

static bool is_called_so(bl_claims *c, uint32_t code, uint32_t asset)
{
	return bl_names_fit(c, code, asset) == BL_YES;
}

static bool may_be_called_so(bl_claims *c, uint32_t code, uint32_t asset)
{
	return bl_names_fit(c, code, asset) != BL_NO;
}

/* Are its parents and its scope not others than the asset's? */
static bool may_lie_there(bl_claims *c, uint32_t code, uint32_t asset)
{
	bl_evidence_row row;
	return bl_names_weigh(c, code, asset, &row);
}

static bool is_deployed_there(bl_claims *c, uint32_t code, uint32_t asset)
{
	return bl_scopes_holds(c, c->identities[code].root, asset);
}

/* Is the block not known to be another asset? */
static bool is_free(bl_claims *c, uint32_t code, uint32_t asset)
{
	for (uint32_t at = c->of_code[code]; at; at = c->all.items[at - 1].next_of_code)
		if (c->all.items[at - 1].asset != asset && bl_claims_confidence(&c->all.items[at - 1]) >= SETTLED)
			return false;
	return true;
}

static bool in_one_root(const bl_claims *c, const uint32_t *nodes, size_t n)
{
	size_t i = 1;
	while (i < n && c->identities[nodes[i]].root == c->identities[nodes[0]].root)
		i++;
	return i >= n;
}

static void claim_trace(void *context, bl_str key, bl_str value)
{
	tag_walk *w = context;
	bl_claims *c = w->claims;
	const bl_node_list *code = is_trace_key(key) ? bl_map_get(w->index, value) : NULL;
	uint32_t nodes[MOST_CARRIERS];
	size_t n = code ? carriers(c, code, w->node, nodes) : 0;
	bool one_root = in_one_root(c, nodes, n);
	if (!n)
		return;
	c->traces[w->node] = value;
	n = keep(c, w->node, nodes, n, may_lie_there);
	bl_open_trace t = {w->node, value, code, blocks_among(c, nodes, n)};
	n = keep(c, w->node, nodes, n, is_called_so);
	bool sure = one_root || is_called_so(c, nodes[0], w->node);
	if (sure)
		n = keep(c, w->node, nodes, n, may_be_called_so);
	if (sure && n == 1)
		claim_traced(c, &t, nodes, n);
	else /* where the rest of their configurations is may tell */
		bl_vec_push(c->arena, &c->open_traces, t);
}

void bl_match_copies(bl_claims *c)
{
	static is_meant *const meant[] = {is_deployed_there, may_lie_there, is_called_so, is_free, may_be_called_so};
	for (size_t i = 0; i < c->open_traces.n; i++) {
		const bl_open_trace *t = &c->open_traces.items[i];
		uint32_t nodes[MOST_CARRIERS];
		size_t n = carriers(c, t->code, t->asset, nodes);
		for (size_t k = 0; k < sizeof meant / sizeof *meant; k++)
			n = keep(c, t->asset, nodes, n, meant[k]);
		claim_traced(c, t, nodes, n);
	}
}

void bl_match_other_tags(bl_claims *c)
{
	for (size_t i = 0; c->traces && i < c->all.n; i++) {
		uint32_t code = c->all.items[i].code, asset = c->all.items[i].asset;
		if (c->traces[code].n && c->traces[asset].n && !bl_str_eqi(c->traces[code], c->traces[asset]))
			bl_claims_add(c, code, asset, BL_EVIDENCE_N6, bl_evidence_weight(BL_EVIDENCE_N6), bl_str_of(bl_evidence_meaning(BL_EVIDENCE_N6)));
	}
}

/* ---- I8: git tags ---- */

/*
 * As Yor writes values where labels allow few characters: '/' is "__", '.' is "_". Both sides are written so before they are compared, and capitals, which
 * labels do not have, are made small.
 */
static bl_str sanitised(bl_arena *arena, bl_str s)
{
	char *p = bl_arena_alloc(arena, 2 * s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		char ch = s.p[i];
		if (ch == '/')
			p[n++] = '_';
		if (ch == '/' || ch == '.')
			ch = '_';
		if (ch >= 'A' && ch <= 'Z')
			ch = (char)(ch + 'a' - 'A');
		p[n++] = ch;
	}
	return bl_str_make(p, n);
}

typedef struct git_tags {
	bl_str repo, file, commit, name;
} git_tags;

static void on_git_tag(void *context, bl_str key, bl_str value)
{
	git_tags *g = context;
	if (ends_in(key, BL_STR("git_repo")))
		g->repo = value;
	else if (ends_in(key, BL_STR("git_file")))
		g->file = value;
	else if (ends_in(key, BL_STR("git_commit")))
		g->commit = value;
	else if (ends_in(key, BL_STR("yor_name")))
		g->name = value;
}

static bl_str file_of(const bl_claims *c, uint32_t node)
{
	const bl_sources *sources = bl_graph_sources(c->graph);
	bl_span span = bl_graph_node(c->graph, node)->span;
	return sources && bl_span_known(span) ? bl_sources_path(sources, bl_sources_root(sources, span).source) : BL_STR("");
}

/* Does the repository's name ("github.com/owner/name", or what the user calls it) end in what the tag says? A nameless one may be any. */
static bool repo_fits(bl_arena *arena, bl_str repo, bl_str tag)
{
	bl_str a = sanitised(arena, repo), b = sanitised(arena, tag);
	if (!a.n || !b.n || bl_str_eq(a, b))
		return true;
	return a.n > b.n && bl_str_ends(a, b) && a.p[a.n - b.n - 1] == '_';
}

/* The asset of the git tags was made from one of the file's blocks; which one, type and label tell. */
static void claim_git(bl_claims *c, const bl_node_list *code, uint32_t asset, const git_tags *g, bl_evidence_row row)
{
	enum { MANY = 64 };
	uint32_t fitting[MANY];
	size_t n = 0, named = 0;
	for (size_t i = 0; i < code->n; i++) {
		const bl_resource *r = bl_claims_resource(c, code->items[i]);
		if (!bl_identity_types_fit(c, code->items[i], asset) || !repo_fits(c->arena, r->root->repo, g->repo))
			continue;
		bool same = g->name.n && bl_str_eq(sanitised(c->arena, r->label), sanitised(c->arena, g->name));
		if (same && !named) {
			named = 1;
			n = 0;
		}
		if (same == (named > 0) && n < MANY)
			fitting[n++] = code->items[i];
	}
	size_t blocks = blocks_among(c, fitting, n);
	/* the label was given and no block has it: it was renamed, or is another's */
	if (!n || (g->name.n && !named && blocks > 1))
		return;
	bl_str why = bl_str_fmt(bl_graph_arena(c->graph), "its tags name " BL_FMT "%s" BL_FMT "%s%s", BL_ARG(g->file),
		g->name.n ? ", block " : "", BL_ARG(g->name), row == BL_EVIDENCE_I8_COMMIT ? " and a commit of its history" : "",
		blocks > 1 ? "; several blocks fit" : "");
	for (size_t i = 0; i < n; i++)
		bl_claims_add(c, fitting[i], asset, row, bl_evidence_weight(row) / (double)blocks, why);
}

static void match_git(bl_claims *c)
{
	bl_map files = {0};
	for (size_t i = 0; i < c->code.n; i++)
		bl_vec_push(c->arena, bl_node_list_of(c->arena, &files, sanitised(c->arena, file_of(c, c->code.items[i]))), c->code.items[i]);
	for (size_t i = 0; i < c->assets.n; i++) {
		git_tags g = {0};
		bl_identity_each_tag(bl_identity_tags(c, c->assets.items[i]), on_git_tag, &g);
		if (!g.file.n)
			continue;
		bl_str now = g.file;
		const bl_mapping_history *history = c->input->history;
		bool known = history && g.commit.n && history->follow(history->context, g.repo, g.commit, g.file, c->arena, &now);
		const bl_node_list *code = bl_map_get(&files, sanitised(c->arena, now));
		if (code)
			claim_git(c, code, c->assets.items[i], &g, known ? BL_EVIDENCE_I8_COMMIT : BL_EVIDENCE_I8);
	}
}

/* ---- I7: marks of deployers ---- */

static void index_service(void *context, bl_str key, bl_str value)
{
	tag_walk *w = context;
	if (bl_str_eqiz(key, "azd-service-name"))
		bl_vec_push(w->claims->arena, bl_node_list_of(w->claims->arena, w->index, value), w->node);
}

static void claim_service(void *context, bl_str key, bl_str value)
{
	tag_walk *w = context;
	bl_claims *c = w->claims;
	const bl_node_list *code = bl_str_eqiz(key, "azd-service-name") ? bl_map_get(w->index, value) : NULL;
	size_t blocks = 0;
	for (size_t i = 0; code && i < code->n; i++)
		blocks += bl_identity_types_fit(c, code->items[i], w->node);
	for (size_t i = 0; blocks && i < code->n; i++)
		if (bl_identity_types_fit(c, code->items[i], w->node))
			bl_claims_add(c, code->items[i], w->node, BL_EVIDENCE_I7, bl_evidence_weight(BL_EVIDENCE_I7) / (double)blocks,
				bl_str_fmt(bl_graph_arena(c->graph), "both are the service '" BL_FMT "' of azd", BL_ARG(value)));
}

/* What says that an object came from a manifest: kubectl's copy of it (which snapshots keep as `applied`), Argo CD's and Flux's marks, Helm's. */
static const char *applied_by(const bl_value *body)
{
	static const struct {
		const char *annotation, *by;
	} marks[] = {
		{"argocd.argoproj.io/tracking-id", "Argo CD"},
		{"kustomize.toolkit.fluxcd.io/name", "Flux"},
		{"meta.helm.sh/release-name", "Helm"},
	};
	const bl_value *meta = bl_value_at_path(body, BL_STR("properties.metadata"));
	if (!meta)
		meta = bl_value_getz(body, "metadata");
	const bl_value *annotations = bl_value_getz(meta, "annotations"), *labels = bl_value_getz(meta, "labels");
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (bl_value_getz(annotations, marks[i].annotation) || bl_value_getz(labels, marks[i].annotation))
			return marks[i].by;
	return bl_value_getz(body, "applied") ? "kubectl" : NULL;
}

/* Manifests of equal kind, namespace and name, where the object says that it came from one. Runs after names were claimed. */
void bl_match_applied(bl_claims *c)
{
	for (size_t i = 0; i < c->assets.n; i++) {
		uint32_t asset = c->assets.items[i];
		const bl_asset *a = bl_claims_asset(c, asset);
		const char *by = c->of_asset[asset] && a->body ? applied_by(a->body) : NULL;
		for (uint32_t at = by ? c->of_asset[asset] : 0; at; at = c->all.items[at - 1].next_of_asset) {
			uint32_t code = c->all.items[at - 1].code;
			bl_language language = bl_claims_resource(c, code)->language;
			if (language == BL_LANG_KUBERNETES && c->all.items[at - 1].named)
				bl_claims_add(c, code, asset, BL_EVIDENCE_I7, bl_evidence_weight(BL_EVIDENCE_I7) / 2,
					bl_str_fmt(bl_graph_arena(c->graph), "%s applied the object from a manifest of this name", by));
		}
	}
}

typedef void on_tag(void *context, bl_str key, bl_str value);

/* Code's tags are put into an index, and the assets' looked up in it. */
static void match(bl_claims *c, bool fold, on_tag *index_code, on_tag *claim_asset)
{
	bl_map index = {.fold = fold};
	tag_walk w = {.claims = c, .index = &index};
	for (size_t i = 0; i < c->code.n; i++) {
		w.node = c->code.items[i];
		bl_identity_each_tag(bl_identity_tags(c, w.node), index_code, &w);
	}
	for (size_t i = 0; index.n && i < c->assets.n; i++) {
		w.node = c->assets.items[i];
		bl_identity_each_tag(bl_identity_tags(c, w.node), claim_asset, &w);
	}
}

void bl_match_tags(bl_claims *c)
{
	match(c, true, index_trace, claim_trace);
	match_git(c);
	match(c, false, index_service, claim_service);
}

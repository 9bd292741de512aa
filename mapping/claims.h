/* Inside mapping/ only: claims are pairs of a code node and an asset node with the evidence for them, before they become links. */
#ifndef BL_MAPPING_CLAIMS_H
#define BL_MAPPING_CLAIMS_H

#include "core/base/map.h"
#include "mapping/mapping.h"
#include "mapping/pairs.h"

typedef enum bl_evidence_row {
#define X(row, id, weight, meaning) BL_EVIDENCE_##row,
#include "mapping/evidence.def"
#undef X
	BL_EVIDENCE_COUNT
} bl_evidence_row;

#define BL_EVIDENCE_MOST 0.995
#define BL_MARGIN 0.1 /* how much worse the best alternative must be */

typedef struct bl_claim {
	uint32_t code, asset;
	uint32_t next_of_code, next_of_asset; /* further claims of the node, plus one; 0: none */
	bool named; /* by somebody who knows, or by its whole name: settles a quarrel over a tag or a pattern */
	BL_VEC(bl_evidence) evidence; /* sorted by id, one an id */
} bl_claim;

/* What a node is called and where it lies: of an asset wholly, of code as far as it is known. Texts are compared without regard to case. */
typedef struct bl_identity {
	uint32_t type;  /* number of the canonical type, from 1; 0: code of a type that no asset has */
	uint32_t scope; /* assets: number of what the name is unique in (a resource group, account and region, project, namespace); 0: none */
	uint32_t outer; /* assets: number of the subscription, account, project or cluster; 0: none */
	uint32_t root;  /* code: number of the root, from 0 */
	bl_str name;     /* with its parents' for Azure ("sql/orders") */
	bl_str last;     /* the resource's own */
	bl_str location; /* or empty */
	bool unnamed;    /* assets: last is an id that the service made up, for the snapshot shows no name */
	const bl_value *says; /* code: the resource's own name, known or not; NULL when code says nothing of it */
} bl_identity;

typedef BL_VEC(uint32_t) bl_node_list;

/* The list that map has under key, which stays the caller's; a new one when it has none. */
bl_node_list *bl_node_list_of(bl_arena *arena, bl_map *map, bl_str key);

/* A trace tag that several blocks or instances may have given an asset. */
typedef struct bl_open_trace {
	uint32_t asset;
	bl_str value;
	const bl_node_list *code; /* that carries it */
	size_t blocks; /* of those that are of the asset's type */
} bl_open_trace;

typedef struct bl_names_index bl_names_index;
typedef struct bl_scopes bl_scopes;

/* Everything that is asked for more than once. */
typedef struct bl_claims {
	const bl_mapping_input *input;
	bl_graph *graph;
	const bl_schema *schema;
	bl_arena *arena; /* scratch of the run; strings of evidence are in the graph's */
	BL_VEC(uint32_t) code;   /* resource nodes that deploy something, sorted by id */
	BL_VEC(uint32_t) assets; /* asset nodes, sorted by id */
	size_t nodes;
	bl_identity *identities; /* by node */
	uint32_t nroots, ntypes, nscopes;
	const bl_root **roots;   /* by number */
	const bl_str *types;     /* by number */
	const bl_str *scope_names; /* by number: as the snapshot has them */
	bl_map aliases;          /* other names of an asset that are its own alone (an ARN's last part, a link) -> node + 1 */
	bl_names_index *names;   /* when names have been matched */
	bl_scopes *scopes;       /* when scopes have been matched */
	BL_VEC(bl_open_trace) open_traces;
	bl_str *traces; /* by node: its trace tag, or empty; NULL when no code carries any */
	BL_VEC(bl_claim) all;
	uint32_t *of_code, *of_asset; /* by node: the first claim plus one */
	bl_pairs pairs;               /* code, asset -> number of the claim */
} bl_claims;

/* Does node declare something that can be deployed by it? */
bool bl_claims_deploys(const bl_node *node);
/* Adds evidence for a pair; of evidence with one id the strongest counts. why is in the graph's arena. */
void bl_claims_add(bl_claims *c, uint32_t code, uint32_t asset, bl_evidence_row row, double weight, bl_str why);
/* The same for a claim in hand. */
void bl_evidence_put(bl_arena *keep, bl_claim *claim, bl_evidence_row row, double weight, bl_str why);
/* The claim on a pair, or NULL. Good until the next bl_claims_add. */
bl_claim *bl_claims_find(const bl_claims *c, uint32_t code, uint32_t asset);
/* What a claim's evidence is worth together. */
double bl_claims_confidence(const bl_claim *claim);
/* The best claim of a code node (of_code) or an asset, where it is worth enough and leads the others by BL_MARGIN; or NULL. */
const bl_claim *bl_claims_leader(const bl_claims *c, uint32_t node, bool of_code, double enough);
/* The weight of a claim's evidence of that id ("I12"), 0 when it has none. */
double bl_claims_weight(const bl_claim *claim, const char *id);
double bl_evidence_weight(bl_evidence_row row);
const char *bl_evidence_meaning(bl_evidence_row row);

static inline const bl_resource *bl_claims_resource(const bl_claims *c, uint32_t node)
{
	return bl_graph_node(c->graph, node)->resource;
}
static inline const bl_asset *bl_claims_asset(const bl_claims *c, uint32_t node)
{
	return bl_graph_node(c->graph, node)->asset;
}
/* Does the node stand for any number of instances, whose keys are not known? */
static inline bool bl_claims_is_any_instance(const bl_claims *c, uint32_t node)
{
	return bl_str_find(bl_claims_resource(c, node)->address, BL_STR("[*]"), 0) >= 0;
}
/* Do both nodes come from one block of text (instances of it, or the same in another root)? */
bool bl_claims_same_block(const bl_claims *c, uint32_t a, uint32_t b);

/* identity.c: fills identities, types, scopes, roots and aliases. */
void bl_identity_fill(bl_claims *c);
/* Can code of one node be an asset of the other's type? */
bool bl_identity_types_fit(const bl_claims *c, uint32_t code, uint32_t asset);
/* The asset that text names by its id or by another name that is its own alone, or -1. */
int64_t bl_identity_asset(const bl_claims *c, bl_str text);
/* "West Europe" and "westeurope" are one place; a zone lies in its region: "europe-west1-b" in "europe-west1". */
bool bl_identity_same_place(bl_str a, bl_str b);
/* Does code say a place, and the asset lie in another one? What is global lies in no other. */
bool bl_identity_elsewhere(const bl_claims *c, uint32_t code, uint32_t asset);
/* Is it in the subscription, account or project that the provider of code is set to? */
bl_tri bl_identity_outer_fits(const bl_claims *c, uint32_t code, uint32_t asset);
/* Is the scope, or what holds it, the one that code's provider is set to? place: that setting, not empty. */
bl_tri bl_identity_scope_is(bl_str scope, bl_str place);
/* Does the name that code gives fit the asset that an id names? */
bl_tri bl_identity_name_fits(const bl_claims *c, uint32_t code, bl_str id);
/* The tags of code or of an asset: a map, a list of {Key, Value}, or NULL; and the text of one of them, or empty. */
const bl_value *bl_identity_tags(const bl_claims *c, uint32_t node);
bl_str bl_identity_tag(const bl_value *tags, bl_str key);
/* Calls fn for each tag whose value is text. */
void bl_identity_each_tag(const bl_value *tags, void (*fn)(void *context, bl_str key, bl_str value), void *context);

/* Each finds evidence of its kind. */
void bl_match_bindings(bl_claims *c);   /* bindings.c: state, plan, stacks, deployments */
void bl_match_tags(bl_claims *c);       /* tags.c: trace tags, what deployed it, git tags */
void bl_match_copies(bl_claims *c);     /* tags.c: trace tags that several blocks or instances carry, by where those are deployed */
void bl_match_other_tags(bl_claims *c); /* tags.c: trace tags of other blocks */
void bl_match_names(bl_claims *c);      /* names.c: type, name and scope */
void bl_match_applied(bl_claims *c);    /* tags.c: objects that say they came from a manifest of that name */
void bl_match_grants(bl_claims *c);     /* grants.c: role assignments, by what the evidence so far ties their ends to */
void bl_match_patterns(bl_claims *c);   /* patterns.c: names known in part, over what nothing above has settled */
void bl_match_scopes(bl_claims *c);     /* scopes.c: where the rest of the configuration is found */
void bl_match_within(bl_claims *c);     /* within.c: what is left of a configuration in its scope */
void bl_match_groups(bl_claims *c);     /* groups.c: resource groups, by what lies in them */
void bl_match_neighbours(bl_claims *c); /* neighbours.c: what refers to what */
void bl_match_settings(bl_claims *c);   /* settings.c: what both sides state */
void bl_match_renamed(bl_claims *c);    /* within.c: what a new name says, when all else is known */

/* names.c: is name, which code says or may say, the asset's, as far as parents and scope tell? False when they speak against it. */
bool bl_names_weigh(bl_claims *c, uint32_t code, uint32_t asset, bl_evidence_row *row);
/* scopes.c: is the root clearly deployed to where the asset is? */
bool bl_scopes_holds(const bl_claims *c, uint32_t root, uint32_t asset);
/* Does a pipeline deploy the block's configuration to where the asset is? */
bl_tri bl_names_deployed(bl_claims *c, uint32_t code, uint32_t asset);
/* Is the asset called as code says? An asset whose name is not shown may be. */
bl_tri bl_names_fit(const bl_claims *c, uint32_t code, uint32_t asset);
/* Does value name s? */
bl_tri bl_names_say(const bl_value *value, bl_str s);

/* The name of the root's file, without its extension, or of its folder; and how much of what something is called that is:
 * 1 when it is called so, less when there are further words, 0 when it is called otherwise. */
bl_str bl_names_of_root(const bl_root *root);
double bl_names_after_root(const bl_root *root, bl_str called);

/* resolve.c: weighs the claims and adds links and edges. */
void bl_resolve_claims(bl_claims *c);

/* deployed.c: adds links from the steps of pipelines to the assets of what they deploy. */
void bl_deployed_by(bl_claims *c);

#endif

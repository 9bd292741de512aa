/*
 * I6: the type, name and scope that code predicts, against those of the assets. Assets are looked up by type and name; a name that very many bear is looked
 * up later, where scopes.c knows in which scope to look.
 */
#include "mapping/names.h"

#include "core/reason/azure_id.h"
#include "core/reason/cloud_id.h"

#include <ctype.h>

enum {
	MAX_PARENTS = 8,
	MIN_ALIKE = 4, /* characters that two names share at their ends */
};

#define TAKEN 0.55 /* of a claim on what holds a block */

/* Does s hold what a pattern knows, in its order? Its ends are compared already. */
static bool has_parts(bl_str pattern, bl_str s)
{
	bl_str part, rest = pattern;
	size_t at = 0;
	while (rest.n) {
		rest = bl_str_cut(rest, BL_GAP, &part);
		while (at + part.n <= s.n && !bl_str_eqi(bl_str_slice(s, at, at + part.n), part))
			at++;
		if (at + part.n > s.n)
			return false;
		at += part.n;
	}
	return true;
}

bl_tri bl_names_say(const bl_value *value, bl_str s)
{
	if (!value || value->kind == BL_NULL)
		return BL_MAYBE;
	if (value->kind == BL_STRING)
		return bl_tri_of(bl_str_eqi(value->string, s));
	bool may = value->kind == BL_UNKNOWN && bl_unknown_may_be(value->unknown, s, true) && has_parts(value->unknown->pattern, s);
	return may ? BL_MAYBE : BL_NO;
}

size_t bl_names_known(const bl_value *says)
{
	if (!bl_value_is(says, BL_UNKNOWN))
		return 0;
	const bl_unknown *u = says->unknown;
	bl_str pieces[] = {u->prefix, u->suffix, u->pattern};
	size_t known = 0;
	bool words = false;
	for (size_t k = u->pattern.n ? 2 : 0; k < (u->pattern.n ? 3 : 2); k++) {
		for (size_t i = 0; i < pieces[k].n; i++) {
			known += pieces[k].p[i] != BL_GAP;
			words = words || isalnum((unsigned char)pieces[k].p[i]);
		}
	}
	/* of a UUID its hyphens are known, which all have */
	return words ? known : 0;
}

bl_tri bl_names_fit(const bl_claims *c, uint32_t code, uint32_t asset)
{
	const bl_identity *id = &c->identities[asset];
	return id->unnamed ? BL_MAYBE : bl_names_say(c->identities[code].says, id->last);
}

static bl_str last_segment(bl_str name)
{
	ptrdiff_t slash = bl_str_rfind_char(name, '/');
	return bl_str_slice(name, (size_t)(slash + 1), name.n);
}

static int64_t parent_of(const bl_claims *c, uint32_t node)
{
	const bl_edge *const *edges;
	size_t n = bl_graph_in(c->graph, node, &edges);
	for (size_t i = 0; i < n; i++) {
		const bl_resource *r = bl_claims_resource(c, edges[i]->from);
		if (edges[i]->kind == BL_EDGE_CONTAINS && r && !r->is_module)
			return edges[i]->from;
	}
	return -1;
}

/* "server" of "server/rule"; nothing of a name alone. */
static bl_str parents_in(bl_str names)
{
	ptrdiff_t slash = bl_str_rfind_char(names, '/');
	return bl_str_slice(names, 0, slash < 0 ? 0 : (size_t)slash);
}

/* Is the block taken for the asset already, whatever they are called? */
static bool is_taken_for(const bl_claims *c, int64_t code, int64_t asset)
{
	const bl_claim *claim = code >= 0 && asset >= 0 ? bl_claims_find(c, (uint32_t)code, (uint32_t)asset) : NULL;
	return claim && bl_claims_confidence(claim) >= TAKEN;
}

/* Do the names of what holds node agree with the names before the last of an asset's? What was renamed holds what it held. */
static bl_tri parents_agree(bl_claims *c, uint32_t node, const bl_azure_id *parts)
{
	bl_str names = parts->name;
	bl_tri agree = BL_YES;
	if (memchr(names.p, '/', names.n) && is_taken_for(c, parent_of(c, node), bl_graph_find_asset(c->graph, parts->parent)))
		return BL_YES;
	int64_t at = node;
	/* a name such as "server/rule" brings its parents along */
	bl_str own = c->identities[node].name;
	if (own.n && memchr(own.p, '/', own.n))
		return bl_tri_of(bl_str_eqi(bl_str_slice(own, 0, (size_t)bl_str_rfind_char(own, '/')), parents_in(names)));
	for (int i = 0; i < MAX_PARENTS; i++) {
		ptrdiff_t slash = bl_str_rfind_char(names, '/');
		if (slash < 0)
			return agree;
		names = bl_str_slice(names, 0, (size_t)slash);
		at = parent_of(c, (uint32_t)at);
		if (at < 0)
			return bl_tri_and(agree, BL_MAYBE);
		agree = bl_tri_and(agree, bl_names_say(c->identities[(uint32_t)at].says, last_segment(names)));
	}
	return bl_tri_and(agree, BL_MAYBE);
}

/* The resource group as code knows it: its name, or the name of the group it refers to. NULL when code does not say. */
static const bl_value *group_of(const bl_claims *c, uint32_t node)
{
	const bl_value *v = bl_value_getz(bl_claims_resource(c, node)->native, "resource_group_name");
	if (!v || v->kind != BL_UNKNOWN)
		return v;
	int64_t to = bl_graph_target(c->graph, node, v);
	const bl_resource *group = to >= 0 ? bl_claims_resource(c, (uint32_t)to) : NULL;
	return group && group->name ? group->name : v;
}

/* I9: do the pipelines that deploy the root say that this part of the scope is text? One that says so of several is enough. */
static bl_tri deployed_to(const bl_resource *r, const char *part, bl_str text)
{
	bl_tri says = BL_NO;
	for (size_t i = 0; i < r->root->ndeployments; i++)
		says = bl_tri_or(says, bl_names_say(bl_value_getz(r->root->deployments[i]->scope, part), text));
	return r->root->ndeployments ? says : BL_MAYBE;
}

static const bl_value *identity_of(const bl_claims *c, bl_str type)
{
	const bl_type *known = bl_schema_type(c->schema, type);
	return known ? bl_value_getz(known->schema, "identity") : NULL;
}

static bool globally_unique(const bl_claims *c, bl_str type)
{
	/* where the schema does not say, these names are part of a host name that all of Azure, AWS or Google shares */
	static const char *const types[] = {"AWS::S3::Bucket", "Microsoft.Cache/redis", "Microsoft.ContainerRegistry/registries",
		"Microsoft.DocumentDB/databaseAccounts", "Microsoft.KeyVault/vaults", "Microsoft.ServiceBus/namespaces",
		"Microsoft.Sql/servers", "Microsoft.Storage/storageAccounts", "Microsoft.Web/sites", "storage.googleapis.com/Bucket"};
	const bl_value *identity = identity_of(c, type);
	if (bl_value_is_string(bl_value_getz(identity, "scope"), "global") ||
		bl_value_is_string(bl_value_getz(identity, "unique"), "global"))
		return true;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (bl_str_eqiz(type, types[i]))
			return true;
	return false;
}

static bl_str parent_type(bl_str type)
{
	ptrdiff_t slash = bl_str_rfind_char(type, '/');
	bl_str up = bl_str_slice(type, 0, slash < 0 ? 0 : (size_t)slash);
	/* "Microsoft.Sql" alone is a namespace */
	return memchr(up.p, '/', up.n) ? up : BL_STR("");
}

static bool named_globally(const bl_claims *c, bl_str type)
{
	bool azure = bl_str_startsi(type, BL_STR("Microsoft."));
	for (; type.n; type = azure ? parent_type(type) : BL_STR(""))
		if (globally_unique(c, type))
			return true;
	return false;
}

static bool weigh_azure(bl_claims *c, uint32_t code, const bl_asset *asset, const bl_azure_id *parts, bl_evidence_row *row)
{
	bl_tri parents = parents_agree(c, code, parts);
	bl_tri group = parts->group.n ? bl_names_say(group_of(c, code), parts->group) : BL_MAYBE;
	bool global = named_globally(c, asset->type);
	bl_tri deployed = parts->group.n ? deployed_to(bl_claims_resource(c, code), "resource_group", parts->group) : BL_MAYBE;
	if (parents == BL_NO || (group == BL_NO && !global))
		return false;
	if (parents != BL_YES || group == BL_NO)
		*row = BL_EVIDENCE_I6_NAME;
	else if (global)
		*row = BL_EVIDENCE_I6;
	else if (deployed == BL_YES)
		*row = BL_EVIDENCE_I6_DEPLOYED;
	else
		*row = group == BL_YES ? BL_EVIDENCE_I6_GROUP : BL_EVIDENCE_I6_NAME;
	return true;
}

static bl_str text_at(const bl_value *v, const char *path)
{
	return bl_value_text(bl_value_at_path(v, bl_str_of(path)));
}

/* An object's name is unique in its namespace, and that in its cluster. */
static bool weigh_object(const bl_resource *r, const bl_asset *asset, bl_evidence_row *row)
{
	bl_str space = text_at(asset->body, "properties.metadata.namespace");
	if (!space.n)
		space = text_at(asset->body, "metadata.namespace");
	const bl_value *own = bl_value_at_path(r->written, BL_STR("properties.metadata.namespace"));
	bl_tri says = space.n ? bl_names_say(own, space) : BL_YES;
	bool deployed = space.n && deployed_to(r, "namespace", space) == BL_YES;
	*row = deployed && says != BL_NO ? BL_EVIDENCE_I6_DEPLOYED : says == BL_YES ? BL_EVIDENCE_I6_GROUP : BL_EVIDENCE_I6_NAME;
	return says != BL_NO;
}

static bool weigh_google(bl_claims *c, uint32_t code, const bl_asset *asset, const bl_google_name *name, bl_evidence_row *row)
{
	const bl_resource *r = bl_claims_resource(c, code);
	const bl_value *project = bl_value_getz(r->native, "project");
	/* a project's number is another name of it: code says the id, which the settings may say, too */
	bool numbered = name->project.n && name->project.p[0] >= '0' && name->project.p[0] <= '9';
	bl_str id = numbered ? text_at(asset->body, "properties.project") : name->project;
	bl_tri says = id.n && !bl_str_eqz(id, "_") ? bl_names_say(project, id) : BL_MAYBE;
	bl_str own = c->identities[code].location;
	bool global = named_globally(c, asset->type);
	/* what lies in a zone or region is unique in it */
	bool placed = !name->location.n || bl_str_eqz(name->location, "global") || (own.n && bl_identity_same_place(own, name->location));
	if (says == BL_NO && !global)
		return false;
	bool deployed = name->project.n && deployed_to(r, "project", name->project) == BL_YES;
	*row = deployed && !global ? BL_EVIDENCE_I6_DEPLOYED : global || (says == BL_YES && placed) ? BL_EVIDENCE_I6 : says == BL_YES ? BL_EVIDENCE_I6_GROUP : BL_EVIDENCE_I6_NAME;
	return true;
}

bl_tri bl_names_parents(bl_claims *c, uint32_t code, uint32_t asset)
{
	bl_azure_id id;
	return bl_azure_id_parse(c->arena, bl_claims_asset(c, asset)->id, &id) ? parents_agree(c, code, &id) : BL_MAYBE;
}

static bool weigh_name(bl_claims *c, uint32_t code, uint32_t asset, bl_evidence_row *row)
{
	const bl_asset *a = bl_claims_asset(c, asset);
	const bl_resource *r = bl_claims_resource(c, code);
	bl_azure_id azure;
	bl_google_name google;
	if (bl_azure_id_parse(c->arena, a->id, &azure))
		return weigh_azure(c, code, a, &azure, row);
	if (r->language == BL_LANG_KUBERNETES || bl_str_eqz(r->provider, "kubernetes"))
		return weigh_object(r, a, row);
	if (bl_google_name_parse(a->id, &google))
		return weigh_google(c, code, a, &google, row);
	*row = named_globally(c, a->type) ? BL_EVIDENCE_I6 : BL_EVIDENCE_I6_NAME;
	return true;
}

bool bl_names_weigh(bl_claims *c, uint32_t code, uint32_t asset, bl_evidence_row *row)
{
	bl_tri outer = bl_identity_outer_fits(c, code, asset);
	if (outer == BL_NO || !weigh_name(c, code, asset, row))
		return false;
	/* the subscription as well as the group: all of the scope */
	if (outer == BL_YES && *row == BL_EVIDENCE_I6_GROUP)
		*row = BL_EVIDENCE_I6;
	else if (outer == BL_YES && *row == BL_EVIDENCE_I6_NAME)
		*row = BL_EVIDENCE_I6_PLACE;
	return true;
}

bl_tri bl_names_deployed(bl_claims *c, uint32_t code, uint32_t asset)
{
	const bl_resource *r = bl_claims_resource(c, code);
	bl_azure_id azure;
	bl_google_name google;
	bl_str id = bl_claims_asset(c, asset)->id;
	if (bl_azure_id_parse(c->arena, id, &azure) && azure.group.n)
		return deployed_to(r, "resource_group", azure.group);
	return bl_google_name_parse(id, &google) && google.project.n ? deployed_to(r, "project", google.project) : BL_MAYBE;
}

bl_str bl_names_of_root(const bl_root *root)
{
	bl_str name = last_segment(root->path);
	ptrdiff_t dot = bl_str_rfind_char(name, '.');
	return dot > 0 ? bl_str_slice(name, 0, (size_t)dot) : name;
}

static char plain(char ch)
{
	bool word = (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9');
	return ch >= 'A' && ch <= 'Z' ? (char)(ch + 'a' - 'A') : word ? ch : '-';
}

double bl_names_after_root(const bl_root *root, bl_str called)
{
	bl_str name = bl_names_of_root(root);
	for (size_t at = 0; name.n >= 3 && at + name.n <= called.n; at++) {
		size_t i = 0;
		if (at && plain(called.p[at - 1]) != '-')
			continue;
		while (i < name.n && plain(name.p[i]) == plain(called.p[at + i]))
			i++;
		if (i == name.n && (at + i == called.n || plain(called.p[at + i]) == '-'))
			return (double)name.n / (double)called.n;
	}
	return 0;
}

/* ---- the index ---- */

static uint64_t hash_of(uint32_t type, bl_str name)
{
	return (bl_str_hashi(name) ^ type) * 0x9e3779b97f4a7c15u;
}

static void add_name(bl_names_index *index, bl_arena *arena, uint32_t type, bl_str name, uint32_t node, bl_names_kind kind)
{
	if (name.n && type)
		bl_vec_push(arena, &index->names, ((bl_names_name){hash_of(type, name), name, type, node, kind, 0}));
}

/* STACK-LOGICALID-RANDOM, as CloudFormation calls what is given no name: the first two parts of it, or nothing. */
static bl_str without_random(bl_str name, ptrdiff_t *logical)
{
	ptrdiff_t end = bl_str_rfind_char(name, '-');
	size_t random = end > 0 ? name.n - (size_t)end - 1 : 0;
	bl_str head = bl_str_slice(name, 0, end > 0 ? (size_t)end : 0);
	*logical = bl_str_rfind_char(head, '-') + 1;
	return random >= 8 && random <= 16 && *logical > 1 ? head : BL_STR("");
}

static bl_str logical_part(bl_str name)
{
	ptrdiff_t at;
	bl_str head = without_random(name, &at);
	return head.n ? bl_str_slice(head, (size_t)at, head.n) : head;
}

bl_str bl_names_stack(bl_str name)
{
	ptrdiff_t at;
	bl_str head = without_random(name, &at);
	return head.n ? bl_str_slice(head, 0, (size_t)at - 1) : head;
}

static void add_asset(bl_claims *c, bl_names_index *index, uint32_t node)
{
	const bl_identity *id = &c->identities[node];
	const bl_asset *a = bl_claims_asset(c, node);
	bl_arn arn;
	bl_str path = bl_value_text(bl_value_getz(identity_of(c, a->type), "name"));
	bl_str body_name = path.n && a->body ? text_at(a->body, bl_str_z(c->arena, path)) : BL_STR("");
	bool aws = bl_str_starts(a->type, BL_STR("AWS::"));
	bl_str names[] = {id->last, body_name, aws && bl_arn_parse(a->id, &arn) ? arn.name : BL_STR("")};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		bool again = false;
		for (size_t k = 0; k < i; k++)
			again = again || bl_str_eqi(names[i], names[k]);
		if (!again)
			add_name(index, c->arena, id->type, names[i], node, BL_NAMES_OWN);
	}
	if (!aws)
		return;
	add_name(index, c->arena, id->type, bl_identity_tag(bl_identity_tags(c, node), BL_STR("Name")), node, BL_NAMES_TAG);
	add_name(index, c->arena, id->type, logical_part(id->last), node, BL_NAMES_LOGICAL);
}

void bl_names_index_fill(bl_claims *c, bl_names_index *index)
{
	for (size_t i = 0; i < c->assets.n; i++)
		add_asset(c, index, c->assets.items[i]);
	size_t slots = 64;
	while (slots < index->names.n * 2)
		slots *= 2;
	index->mask = slots - 1;
	index->slots = bl_new_n(c->arena, uint32_t, slots);
	/* from the back, so that chains run in order */
	for (size_t i = index->names.n; i-- > 0;) {
		bl_names_name *n = &index->names.items[i];
		n->next = index->slots[n->hash & index->mask];
		index->slots[n->hash & index->mask] = (uint32_t)i + 1;
	}
}

size_t bl_names_find(const bl_names_index *index, uint32_t type, bl_str name, bl_names_kind kind, uint32_t scope,
	const bl_claims *c, uint32_t *out, size_t max)
{
	uint64_t hash = hash_of(type, name);
	size_t n = 0;
	for (uint32_t at = index->slots[hash & index->mask]; at; at = index->names.items[at - 1].next) {
		const bl_names_name *e = &index->names.items[at - 1];
		if (e->hash != hash || e->kind != kind || e->type != type || !bl_str_eqi(e->name, name))
			continue;
		if (scope && c->identities[e->node].scope != scope)
			continue;
		if (n == max)
			return max + 1;
		out[n++] = e->node;
	}
	return n;
}

/* ---- evidence ---- */

void bl_names_claim(bl_claims *c, uint32_t code, uint32_t asset)
{
	bl_evidence_row row;
	if (!bl_names_weigh(c, code, asset, &row))
		return;
	bl_str name = c->identities[asset].name;
	bl_claims_add(c, code, asset, row, bl_evidence_weight(row),
		bl_str_fmt(bl_graph_arena(c->graph), "%s: '" BL_FMT "'", bl_evidence_meaning(row), BL_ARG(name)));
}

bool bl_names_alike(bl_str a, bl_str b)
{
	size_t least = a.n < b.n ? a.n : b.n, most = a.n < b.n ? b.n : a.n, begin = 0, end = 0;
	while (begin < least && bl_str_eqi(bl_str_slice(a, begin, begin + 1), bl_str_slice(b, begin, begin + 1)))
		begin++;
	while (end < least - begin && bl_str_eqi(bl_str_slice(a, a.n - end - 1, a.n - end), bl_str_slice(b, b.n - end - 1, b.n - end)))
		end++;
	return begin + end >= MIN_ALIKE && 5 * (begin + end) >= 3 * most;
}

void bl_names_claim_renamed(bl_claims *c, uint32_t code, uint32_t asset)
{
	bl_str here = c->identities[code].last, there = c->identities[asset].last;
	bl_evidence_row row = bl_names_alike(here, there) ? BL_EVIDENCE_N5_ALIKE : BL_EVIDENCE_N5;
	bl_claims_add(c, code, asset, row, bl_evidence_weight(row),
		bl_str_fmt(bl_graph_arena(c->graph), "code calls it '" BL_FMT "', and it is called '" BL_FMT "'", BL_ARG(here), BL_ARG(there)));
}

static void claim_tag_name(bl_claims *c, const bl_names_index *index, uint32_t code)
{
	const bl_identity *id = &c->identities[code];
	uint32_t found[BL_NAMES_MANY];
	bl_str name = bl_identity_tag(bl_identity_tags(c, code), BL_STR("Name"));
	size_t n = name.n ? bl_names_find(index, id->type, name, BL_NAMES_TAG, 0, c, found, BL_NAMES_MANY) : 0;
	for (size_t i = 0; i < n && n <= BL_NAMES_MANY; i++)
		bl_claims_add(c, code, found[i], BL_EVIDENCE_I6_NAME, bl_evidence_weight(BL_EVIDENCE_I6_NAME),
			bl_str_fmt(bl_graph_arena(c->graph), "type and the tag Name are equal: '" BL_FMT "'", BL_ARG(name)));
}

static void claim_logical(bl_claims *c, const bl_names_index *index, uint32_t code)
{
	const bl_identity *id = &c->identities[code];
	const bl_resource *r = bl_claims_resource(c, code);
	uint32_t found[BL_NAMES_MANY];
	size_t n = bl_names_find(index, id->type, r->label, BL_NAMES_LOGICAL, 0, c, found, BL_NAMES_MANY);
	for (size_t i = 0; i < n && n <= BL_NAMES_MANY; i++)
		bl_claims_add(c, code, found[i], BL_EVIDENCE_I6_PATTERN, bl_evidence_weight(BL_EVIDENCE_I6_PATTERN),
			bl_str_fmt(bl_graph_arena(c->graph), "the name '" BL_FMT "' is one that a stack gives '" BL_FMT "'",
				BL_ARG(c->identities[found[i]].last), BL_ARG(r->label)));
}

void bl_match_names(bl_claims *c)
{
	bl_names_index *index = bl_new(c->arena, bl_names_index);
	bl_names_index_fill(c, index);
	c->names = index;
	for (size_t i = 0; i < c->code.n; i++) {
		uint32_t code = c->code.items[i], found[BL_NAMES_MANY];
		const bl_identity *id = &c->identities[code];
		if (!id->type)
			continue;
		size_t n = id->last.n ? bl_names_find(index, id->type, id->last, BL_NAMES_OWN, 0, c, found, BL_NAMES_MANY) : 0;
		if (n > BL_NAMES_MANY)
			bl_vec_push(c->arena, &index->common, code);
		for (size_t k = 0; k < n && n <= BL_NAMES_MANY; k++)
			bl_names_claim(c, code, found[k]);
		if (!bl_str_starts(c->types[id->type], BL_STR("AWS::")))
			continue;
		if (!id->last.n)
			claim_tag_name(c, index, code);
		if (!id->last.n && bl_claims_resource(c, code)->language == BL_LANG_CLOUDFORMATION)
			claim_logical(c, index, code);
	}
}

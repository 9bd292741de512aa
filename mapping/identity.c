/* What nodes are called and where they lie, worked out once: names, types and scopes as numbers that compare in one step. */
#include "mapping/claims.h"
#include "mapping/compare.h"

#include "core/base/partial.h"
#include "core/reason/azure_id.h"
#include "core/reason/cloud_id.h"

enum {
	MAX_TAGS = 200,
	GENERATED = 26, /* bytes that Terraform's AWS provider puts behind a prefix */
};

bool bl_identity_same_place(bl_str a, bl_str b)
{
	bl_str left = a, other = b;
	bl_compare_pass(&left, &other);
	if (left.n && other.n)
		return false;
	/* what is left is the zone: "-b", or one letter after a digit */
	bl_str rest = left.n ? left : other;
	size_t i = a.n - left.n;
	if (!rest.n || (rest.n == 2 && rest.p[0] == '-'))
		return true;
	return rest.n == 1 && i && rest.p[0] >= 'a' && rest.p[0] <= 'f' && a.p[i - 1] >= '0' && a.p[i - 1] <= '9';
}

bool bl_identity_elsewhere(const bl_claims *c, uint32_t code, uint32_t asset)
{
	bl_str here = c->identities[code].location, there = c->identities[asset].location;
	return here.n && there.n && !bl_identity_same_place(here, there) && !bl_str_eqiz(there, "global");
}

bl_tri bl_identity_scope_is(bl_str scope, bl_str place)
{
	bl_str all = BL_STR("/subscriptions/"), outer;
	if (bl_str_startsi(scope, all))
		scope = bl_str_slice(scope, all.n, scope.n);
	bl_str_cut(scope, '/', &outer);
	if (bl_str_eqi(outer, place))
		return BL_YES;
	/* exports may call a project by its number */
	return outer.n && bl_str_is_digits(outer) == bl_str_is_digits(place) ? BL_NO : BL_MAYBE;
}

bl_tri bl_identity_outer_fits(const bl_claims *c, uint32_t code, uint32_t asset)
{
	bl_str place = bl_claims_resource(c, code)->place;
	uint32_t outer = c->identities[asset].outer;
	return place.n && outer ? bl_identity_scope_is(c->scope_names[outer], place) : BL_MAYBE;
}

/* ---- tags ---- */

const bl_value *bl_identity_tags(const bl_claims *c, uint32_t node)
{
	static const char *const canonical[] = {"tags", "labels", "properties.Tags", "properties.labels", "properties.metadata.labels"};
	const bl_node *n = bl_graph_node(c->graph, node);
	const bl_value *body = n->resource ? n->resource->effective : n->asset ? n->asset->body : NULL;
	if (n->asset && n->asset->tags)
		return n->asset->tags;
	for (size_t i = 0; i < sizeof canonical / sizeof *canonical; i++) {
		const bl_value *v = bl_value_at_path(body, bl_str_of(canonical[i]));
		if (v && v->kind != BL_NULL)
			return v;
	}
	if (!n->resource)
		return NULL;
	const bl_value *v = bl_value_getz(n->resource->native, "tags");
	return v ? v : bl_value_getz(n->resource->native, "labels");
}

void bl_identity_each_tag(const bl_value *tags, void (*fn)(void *context, bl_str key, bl_str value), void *context)
{
	uint32_t n = tags && (tags->kind == BL_MAP || tags->kind == BL_LIST) ? tags->n : 0;
	for (uint32_t i = 0; i < n && i < MAX_TAGS; i++) {
		bool map = tags->kind == BL_MAP;
		bl_str key = map ? tags->map[i].key : bl_value_text(bl_value_geti(tags->list[i], BL_STR("Key")));
		const bl_value *v = map ? tags->map[i].value : bl_value_geti(tags->list[i], BL_STR("Value"));
		if (key.n && bl_value_is(v, BL_STRING) && v->string.n)
			fn(context, key, v->string);
	}
}

typedef struct wanted_tag {
	bl_str key, value;
} wanted_tag;

static void on_wanted(void *context, bl_str key, bl_str value)
{
	wanted_tag *w = context;
	if (!w->value.n && bl_str_eqi(key, w->key))
		w->value = value;
}

bl_str bl_identity_tag(const bl_value *tags, bl_str key)
{
	wanted_tag w = {key, BL_STR("")};
	bl_identity_each_tag(tags, on_wanted, &w);
	return w.value;
}

/* ---- numbers ---- */

static uint32_t number_of(bl_arena *arena, bl_map *numbers, bl_str text)
{
	uintptr_t n = (uintptr_t)bl_map_get(numbers, text);
	if (!n && text.n) {
		n = numbers->n + 1;
		bl_map_put(arena, numbers, text, (void *)n);
	}
	return (uint32_t)n;
}

/* ---- types ---- */

/* Letters and digits alone, in lower case: "AWS::ECS::CapacityProvider" and "aws_ecs_capacity_provider" have one form. */
static bl_str plain(bl_arena *arena, bl_str type)
{
	char *p = bl_arena_alloc(arena, type.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < type.n; i++) {
		char ch = type.p[i];
		if (ch >= 'A' && ch <= 'Z')
			ch = (char)(ch + 'a' - 'A');
		if ((ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9'))
			p[n++] = ch;
	}
	return bl_str_make(p, n);
}

static bl_str behind(bl_str s, const char *prefix)
{
	bl_str p = bl_str_of(prefix);
	return bl_str_starts(s, p) ? bl_str_slice(s, p.n, s.n) : BL_STR("");
}

typedef struct native_row {
	const char *native, *type, *name;
} native_row;

static const native_row natives[] = {
#define X(native, type, name) {native, type, name},
#include "mapping/natives.def"
#undef X
};

static const native_row *row_of(bl_str native)
{
	size_t lo = 0, hi = sizeof natives / sizeof *natives;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int order = bl_str_cmp(native, bl_str_of(natives[mid].native));
		if (!order)
			return &natives[mid];
		if (order < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

/* How well a Terraform type that no table lowers fits a cloud's: 3 when service and kind are its words, 2 when the kind is; 0 when it does not. */
static int native_fits(bl_arena *arena, bl_str native, bl_str type)
{
	bl_str words, service, kind;
	if (bl_str_starts(type, BL_STR("AWS::"))) {
		words = behind(native, "aws_");
		kind = bl_str_cut(bl_str_slice(type, 5, type.n), ':', &service);
		kind = bl_str_slice(kind, 1, kind.n);
	} else if (bl_str_find(type, BL_STR(".googleapis.com/"), 0) > 0) {
		words = behind(native, "google_");
		kind = bl_str_cut(type, '/', &service);
		bl_str_cut(service, '.', &service);
	} else {
		words = behind(native, "azurerm_");
		kind = bl_str_slice(type, (size_t)(bl_str_rfind_char(type, '/') + 1), type.n);
		service = BL_STR("");
	}
	if (!words.n || !kind.n)
		return 0;
	bl_str w = plain(arena, words), k = plain(arena, kind), both = bl_str_cat(arena, plain(arena, service), k);
	/* Azure's kinds are plural */
	bool plural = k.n == w.n + 1 && k.p[k.n - 1] == 's' && bl_str_starts(k, w);
	return bl_str_eq(w, both) ? 3 : bl_str_eq(w, k) || plural ? 2 : 0;
}

static bool is_canonical(bl_str type)
{
	return memchr(type.p, '.', type.n) || memchr(type.p, '/', type.n) || bl_str_find(type, BL_STR("::"), 0) >= 0;
}

/* The one asset type that a native type means, as a number; 0 when none or several fit as well. */
static uint32_t meant_by(bl_claims *c, const bl_map *numbers, bl_str native)
{
	int best = 0;
	uint32_t found = 0;
	const native_row *row = row_of(native);
	if (row)
		return (uint32_t)(uintptr_t)bl_map_get(numbers, bl_str_of(row->type));
	for (size_t i = 0; i < numbers->n; i++) {
		int fits = native_fits(c->arena, native, numbers->entries[i].key);
		if (fits && fits == best)
			found = 0;
		if (fits > best) {
			best = fits;
			found = (uint32_t)(uintptr_t)numbers->entries[i].value;
		}
	}
	return found;
}

bool bl_identity_types_fit(const bl_claims *c, uint32_t code, uint32_t asset)
{
	const bl_identity *x = &c->identities[code], *y = &c->identities[asset];
	if (x->type)
		return x->type == y->type;
	return !is_canonical(bl_claims_resource(c, code)->type);
}

/* ---- assets ---- */

/* Projects have a number and an id, and exports show assets under either: ids by number. */
static void index_projects(bl_claims *c, bl_map *projects)
{
	const uint32_t *nodes;
	size_t n = bl_graph_of_type(c->graph, BL_STR("cloudresourcemanager.googleapis.com/Project"), &nodes);
	for (size_t i = 0; i < n; i++) {
		const bl_asset *a = bl_graph_node(c->graph, nodes[i])->asset;
		const bl_value *id = a ? bl_value_at_path(a->body, BL_STR("properties.projectId")) : NULL;
		bl_google_name name;
		if (bl_value_text(id).n && bl_google_name_parse(a->id, &name) && bl_str_is_digits(name.name))
			bl_map_put(c->arena, projects, name.name, (void *)id);
	}
}

/* The scope that the id itself tells, where the snapshot has set none: lower case, the outer part before the first slash. */
static bl_str scope_of(bl_arena *arena, const bl_map *projects, const bl_asset *a)
{
	bl_arn arn;
	bl_google_name google;
	if (a->scope.n && !bl_str_is_digits(a->scope))
		return a->scope;
	bl_str project = bl_value_text(bl_value_at_path(a->body, BL_STR("properties.project")));
	const bl_value *id = a->scope.n ? bl_map_get(projects, a->scope) : NULL;
	if (a->scope.n)
		return id ? id->string : project.n ? project : a->scope;
	/* the ARN of a bucket does not say whose it is */
	if (bl_arn_parse(a->id, &arn))
		return arn.account.n ? bl_str_fmt(arena, BL_FMT "/" BL_FMT, BL_ARG(arn.account), BL_ARG(arn.region)) : BL_STR("");
	if (bl_google_name_parse(a->id, &google)) {
		id = bl_map_get(projects, google.project);
		return id ? id->string : google.project;
	}
	return bl_value_text(bl_value_at_path(a->body, BL_STR("properties.metadata.namespace")));
}

static bl_str outer_of(bl_str scope)
{
	bl_str outer = BL_STR("/subscriptions/");
	bl_str head, rest = bl_str_startsi(scope, outer) ? bl_str_slice(scope, outer.n, scope.n) : scope;
	bl_str_cut(rest, '/', &head);
	return bl_str_make(scope.p, (size_t)(head.p + head.n - scope.p));
}

static void add_alias(bl_claims *c, bl_str text, uint32_t node)
{
	uintptr_t is = node + 1;
	if (!text.n)
		return;
	uintptr_t old = (uintptr_t)bl_map_put(c->arena, &c->aliases, text, (void *)is);
	/* what two share is nobody's own */
	if (old && old != is)
		bl_map_put(c->arena, &c->aliases, text, (void *)(uintptr_t)-1);
}

/* "vpc-0a1b2c3d": made up by the service, so nothing else is called so. */
static bool is_made_up(bl_str name)
{
	ptrdiff_t dash = bl_str_rfind_char(name, '-');
	size_t digits = dash > 0 ? name.n - (size_t)dash - 1 : 0;
	for (size_t i = 0; i < digits; i++) {
		char ch = name.p[(size_t)dash + 1 + i];
		if (!((ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'f')))
			return false;
	}
	return digits == 8 || digits == 17;
}

/* The numbers given so far, and those of the asset before: neighbours in an export mostly lie in one scope. */
typedef struct numbers {
	bl_map scopes, types;
	bl_str scope;
	uint32_t number, outer;
} numbers;

static void number_scope(bl_claims *c, numbers *n, bl_str scope)
{
	if (bl_str_eq(scope, n->scope))
		return;
	n->scope = scope;
	n->number = number_of(c->arena, &n->scopes, scope);
	n->outer = number_of(c->arena, &n->scopes, outer_of(scope));
}

static void fill_asset(bl_claims *c, numbers *n, const bl_map *projects, uint32_t node)
{
	const bl_asset *a = bl_claims_asset(c, node);
	bl_identity *id = &c->identities[node];
	bl_azure_id azure;
	bl_arn arn;
	bl_google_name google;
	number_scope(c, n, scope_of(c->arena, projects, a));
	*id = (bl_identity){.name = a->name, .last = a->name, .location = a->location};
	add_alias(c, a->short_id, node);
	if (bl_str_eqz(a->type, "cloudresourcemanager.googleapis.com/Project")) {
		add_alias(c, a->name, node);
		add_alias(c, bl_value_text(bl_value_at_path(a->body, BL_STR("properties.projectId"))), node);
	}
	id->type = number_of(c->arena, &n->types, a->type);
	id->scope = n->number;
	id->outer = n->outer;
	if (bl_azure_id_parse(c->arena, a->id, &azure)) {
		id->name = azure.name;
		id->last = azure.last;
	} else if (bl_arn_parse(a->id, &arn)) {
		id->last = id->last.n ? id->last : arn.name;
		if (!id->location.n)
			id->location = arn.region;
		bool made_up = is_made_up(arn.name);
		id->unnamed = made_up && bl_str_eqi(id->last, arn.name);
		if (made_up)
			add_alias(c, arn.name, node);
	} else if (bl_google_name_parse(a->id, &google)) {
		id->last = google.name;
		if (!id->location.n && !bl_str_eqz(google.location, "global"))
			id->location = google.location;
		add_alias(c, google.path, node);
	} else if (bl_str_starts(a->id, BL_STR("//"))) {
		/* "folders/123": what lies in no project refers to each other so */
		bl_str service, path = bl_str_cut(bl_str_slice(a->id, 2, a->id.n), '/', &service);
		add_alias(c, path, node);
	} else {
		const bl_value *arn_value = bl_value_at_path(a->body, BL_STR("properties.Arn"));
		if (bl_str_starts(bl_value_text(arn_value), BL_STR("arn:")))
			add_alias(c, arn_value->string, node);
	}
	/* code says what stands before the project in a service account's address */
	if (bl_str_eqz(a->type, "iam.googleapis.com/ServiceAccount"))
		bl_str_cut(id->last, '@', &id->last);
	/* a folder is called by a number that nobody gave it */
	bl_str shown = bl_str_eqz(a->type, "cloudresourcemanager.googleapis.com/Folder")
		? bl_value_text(bl_value_at_path(a->body, BL_STR("properties.displayName"))) : BL_STR("");
	if (shown.n)
		id->name = id->last = shown;
	if (!id->last.n)
		id->last = a->id;
	if (!id->name.n)
		id->name = id->last;
}

int64_t bl_identity_asset(const bl_claims *c, bl_str text)
{
	bl_google_name google;
	int64_t node = bl_graph_find_asset(c->graph, text);
	if (node >= 0)
		return node;
	uintptr_t found = (uintptr_t)bl_map_get(&c->aliases, text);
	if (!found && bl_google_name_parse(text, &google))
		found = (uintptr_t)bl_map_get(&c->aliases, google.path);
	return found == (uintptr_t)-1 ? -1 : (int64_t)found - 1;
}

/* ---- code ---- */

static bl_str code_location(const bl_resource *r)
{
	static const char *const names[] = {"location", "region", "zone"};
	const bl_value *v = bl_value_geti(r->written, BL_STR("location"));
	for (size_t i = 0; !bl_value_is(v, BL_STRING) && i < sizeof names / sizeof *names; i++)
		v = bl_value_getz(r->native, names[i]);
	return bl_value_text(v);
}

/*
 * Terraform's AWS provider ends a prefix with a name of its own: 18 digits of the time and 8 of a count, in hexadecimal. So the name is known in part, whether the
 * prefix is known or not.
 */
static const bl_value *prefixed_name(bl_arena *arena, const bl_resource *r)
{
	static const char *const keys[] = {"bucket_prefix", "cluster_identifier_prefix", "identifier_prefix", "name_prefix"};
	const char gap[] = {BL_GAP};
	const bl_value *prefix = NULL;
	for (size_t i = 0; (!prefix || prefix->kind == BL_NULL) && i < sizeof keys / sizeof *keys; i++)
		prefix = bl_value_getz(r->native, keys[i]);
	if (!prefix || (prefix->kind != BL_STRING && prefix->kind != BL_UNKNOWN))
		return NULL;
	bl_value *v = bl_value_unknown(arena, BL_NOWHERE, "the provider ends the name");
	bl_unknown *u = bl_new(arena, bl_unknown);
	*u = *v->unknown;
	u->type = BL_STRING;
	if (prefix->kind == BL_STRING) {
		u->prefix = prefix->string;
		u->least = u->most = prefix->string.n + GENERATED;
		u->alphabet = BL_STR("0123456789abcdef");
	} else {
		bl_buf text = {0};
		bl_value_put_pattern(&text, prefix);
		bl_buf_put(&text, bl_str_make(gap, 1));
		u->least = prefix->unknown->least + GENERATED;
		bl_unknown_set_pattern(u, bl_str_dup(arena, bl_buf_str(&text)));
		bl_buf_done(&text);
	}
	v->unknown = u;
	return v;
}

/* An attribute, or what a service puts together of two: "solution_name(workspace_name)". */
static const bl_value *name_of_row(bl_arena *arena, const bl_resource *r, const native_row *row)
{
	bl_str outer, inner, rest = bl_str_cut(bl_str_of(row->name), '(', &outer);
	bl_str_cut(rest, ')', &inner);
	const bl_value *name = bl_value_get(r->native, outer), *of = bl_value_get(r->native, inner);
	if (!inner.n || !name || !of)
		return name;
	bl_partial text = {0};
	bl_partial_add(&text, name);
	bl_partial_put(&text, BL_STR("("));
	bl_partial_add(&text, of);
	bl_partial_put(&text, BL_STR(")"));
	bl_value *v = text.gaps ? bl_value_unknown(arena, BL_NOWHERE, "a part of the name is not known")
				: bl_value_string(arena, BL_NOWHERE, bl_str_dup(arena, bl_buf_str(&text.text)));
	if (text.gaps) {
		bl_unknown *u = bl_new(arena, bl_unknown);
		*u = *v->unknown;
		u->type = BL_STRING;
		bl_partial_tell(&text, arena, u);
		v->unknown = u;
	}
	bl_partial_done(&text);
	return v;
}

/* The deployed name as code says it, known or not; NULL when it says nothing. */
static const bl_value *code_name(bl_arena *arena, const bl_resource *r)
{
	const native_row *row = r->name ? NULL : row_of(r->native_type);
	const bl_value *name = row && *row->name ? name_of_row(arena, r, row) : r->name;
	bool said = name && name->kind != BL_NULL && !(name->kind == BL_STRING && !name->string.n);
	return said || r->language != BL_LANG_TERRAFORM ? name : prefixed_name(arena, r);
}

static size_t slashes(bl_str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '/';
	return n;
}

static bl_str behind_slash(bl_str s)
{
	return bl_str_slice(s, (size_t)(bl_str_rfind_char(s, '/') + 1), s.n);
}

/* What is known of the last part of a name whose parts before it are in text, its pattern, too. */
static const bl_value *last_unknown(bl_arena *arena, const bl_value *name, bl_str text)
{
	bl_str last = behind_slash(text), head = bl_str_slice(text, 0, text.n - last.n);
	bool head_known = !memchr(head.p, BL_GAP, head.n);
	if (!memchr(last.p, BL_GAP, last.n))
		return bl_value_string(arena, name->span, last);
	bl_value *v = bl_value_at(arena, name, name->span);
	bl_unknown *u = bl_new(arena, bl_unknown);
	*u = *name->unknown;
	u->least = head_known && u->least > head.n ? u->least - head.n : 0;
	u->most = head_known && u->most > head.n ? u->most - head.n : 0;
	u->alphabet = head_known ? u->alphabet : BL_STR("");
	bl_unknown_set_pattern(u, last);
	u->candidates = bl_new_n(arena, const bl_value *, u->ncandidates + 1);
	for (size_t i = 0; i < u->ncandidates; i++)
		u->candidates[i] = bl_value_string(arena, name->span, behind_slash(bl_value_text(name->unknown->candidates[i])));
	v->unknown = u;
	return v;
}

/* The name of the thing itself: templates call a part of another "net/${subnet}". */
static const bl_value *own_name(bl_arena *arena, const bl_resource *r, const bl_value *name)
{
	bool azure = bl_str_startsi(r->type, BL_STR("Microsoft.")) || bl_str_starts(r->type, BL_STR("azurerm_"));
	if (azure && bl_value_is(name, BL_STRING) && memchr(name->string.p, '/', name->string.n))
		return bl_value_string(arena, name->span, behind_slash(name->string));
	/* what is not known may hold a slash, unless all are there that the type asks for */
	if (!azure || !bl_value_is(name, BL_UNKNOWN) || slashes(r->type) < 2)
		return name;
	bl_str text = bl_value_pattern(arena, name);
	return slashes(text) + 1 == slashes(r->type) ? last_unknown(arena, name, text) : name;
}

static void fill_code(bl_claims *c, bl_map *guesses, const bl_map *types, bl_map *roots, uint32_t node)
{
	const bl_resource *r = bl_claims_resource(c, node);
	bl_identity *id = &c->identities[node];
	const bl_value *name = code_name(c->arena, r);
	const bl_value *own = own_name(c->arena, r, name);
	*id = (bl_identity){.says = own, .name = bl_value_text(name), .last = bl_value_text(own), .location = code_location(r)};
	uintptr_t type = (uintptr_t)bl_map_get(types, r->type);
	if (!type && !is_canonical(r->type)) {
		/* stored plus one: a type that means none is looked up once, too */
		type = (uintptr_t)bl_map_get(guesses, r->type);
		if (!type) {
			type = (uintptr_t)meant_by(c, types, r->type) + 1;
			bl_map_put(c->arena, guesses, r->type, (void *)type);
		}
		type--;
	}
	id->type = (uint32_t)type;
	bl_str key = bl_str_make((const char *)&r->root, sizeof r->root);
	uintptr_t root = (uintptr_t)bl_map_get(roots, key);
	if (!root) {
		root = roots->n + 1;
		bl_map_put(c->arena, roots, key, (void *)root);
	}
	id->root = (uint32_t)root - 1;
}

void bl_identity_fill(bl_claims *c)
{
	numbers n = {.scopes.fold = true, .types.fold = true};
	bl_map guesses = {0}, roots = {0}, projects = {0};
	index_projects(c, &projects);
	c->identities = bl_new_n(c->arena, bl_identity, c->nodes + 1);
	for (size_t i = 0; i < c->assets.n; i++)
		fill_asset(c, &n, &projects, c->assets.items[i]);
	for (size_t i = 0; i < c->code.n; i++)
		fill_code(c, &guesses, &n.types, &roots, c->code.items[i]);
	c->ntypes = (uint32_t)n.types.n + 1;
	c->nscopes = (uint32_t)n.scopes.n + 1;
	c->nroots = (uint32_t)roots.n;
	c->roots = bl_new_n(c->arena, const bl_root *, roots.n + 1);
	for (size_t i = 0; i < roots.n; i++)
		memcpy(&c->roots[i], roots.entries[i].key.p, sizeof c->roots[i]);
	bl_str *names = bl_new_n(c->arena, bl_str, c->ntypes);
	for (size_t i = 0; i < n.types.n; i++)
		names[i + 1] = n.types.entries[i].key;
	c->types = names;
	names = bl_new_n(c->arena, bl_str, c->nscopes);
	for (size_t i = 0; i < n.scopes.n; i++)
		names[i + 1] = n.scopes.entries[i].key;
	c->scope_names = names;
}

bl_tri bl_identity_name_fits(const bl_claims *c, uint32_t code, bl_str id)
{
	bl_arena scratch = {0};
	bl_azure_id azure;
	bl_arn arn;
	bl_google_name google;
	bl_str name = BL_STR("");
	int64_t node = bl_identity_asset(c, id);
	if (node >= 0)
		name = c->identities[node].last;
	else if (bl_azure_id_parse(&scratch, id, &azure))
		name = azure.last;
	else if (bl_arn_parse(id, &arn))
		name = arn.name;
	else if (bl_google_name_parse(id, &google))
		name = google.name;
	bl_tri fits = BL_MAYBE;
	if (c->identities[code].last.n && name.n)
		fits = bl_tri_of(bl_str_eqi(c->identities[code].last, name));
	bl_arena_done(&scratch);
	return fits;
}

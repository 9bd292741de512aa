#include "eval/lower.h"

/* Comparisons of a part's owner value with candidates, of one root; past this a candidate counts as possible unseen. */
enum { MAX_COMPARISONS = 2000000 };

/* A list longer than this has no element replaced by a part of the same key: both stay. */
enum { MAX_KEYED = 1000 };

typedef BL_VEC(size_t) numbers;

/* A part and what it belongs to: sure ones are folded in, others leave a mark that something may be there. */
typedef struct claim {
	size_t part;
	const bl_value *entry;
	bool sure;
} claim;

typedef BL_VEC(claim) claim_list;

/* What one resource may own. maybes holds one claim for each kind of part, however many there are. */
typedef struct claims {
	claim_list sure, maybes;
} claims;

typedef struct owners {
	numbers all, unnamed; /* of one canonical type; those whose name is not known */
	bl_map by_name;       /* numbers */
} owners;

typedef struct folding {
	bl_lowering *l;
	bl_arena scratch;
	bl_map by_address, by_base, by_type; /* size_t + 1, numbers, owners */
	claims *claims;                      /* by owner */
	unsigned char *state;                /* 0 not begun, 1 under way, 2 done */
	size_t compared;
	BL_VEC(const bl_value *) crowded; /* entries with too many comparisons: every candidate is marked */
} folding;

/* The address without the instance key at its end. */
static bl_str base_of(bl_str address)
{
	if (!bl_str_ends(address, BL_STR("]")))
		return address;
	/* A key may hold brackets: the opening one is the last outside quotes. */
	bool quoted = false;
	size_t open = address.n;
	for (size_t i = 0; i < address.n; i++) {
		if (address.p[i] == '"' && (!i || address.p[i - 1] != '\\'))
			quoted = !quoted;
		else if (address.p[i] == '[' && !quoted)
			open = i;
	}
	return bl_str_slice(address, 0, open);
}

static void index_number(folding *f, bl_map *map, bl_str key, size_t i)
{
	numbers *list = bl_map_get(map, key);
	if (!list) {
		list = bl_new(&f->scratch, numbers);
		bl_map_put(&f->scratch, map, key, list);
	}
	bl_vec_push(&f->scratch, list, i);
}

static void index_resources(folding *f)
{
	bl_evaluation *out = f->l->out;
	f->by_type.fold = true;
	for (size_t i = 0; i < out->resources.n; i++) {
		const bl_resource *r = out->resources.items[i];
		if (r->is_module)
			continue;
		bl_map_put(&f->scratch, &f->by_address, r->address, (void *)(uintptr_t)(i + 1));
		index_number(f, &f->by_base, base_of(r->address), i);
		owners *o = bl_map_get(&f->by_type, r->type);
		if (!o) {
			o = bl_new(&f->scratch, owners);
			o->by_name.fold = true;
			bl_map_put(&f->scratch, &f->by_type, r->type, o);
		}
		bl_vec_push(&f->scratch, &o->all, i);
		if (bl_value_is(r->name, BL_STRING))
			index_number(f, &o->by_name, r->name->string, i);
		else
			bl_vec_push(&f->scratch, &o->unnamed, i);
	}
}

static void add_claim(folding *f, size_t owner, size_t part, const bl_value *entry, bool sure)
{
	if (owner == part)
		return;
	claims *list = &f->claims[owner];
	claim c = {part, entry, sure};
	if (sure) {
		bl_vec_push(&f->scratch, &list->sure, c);
		return;
	}
	for (size_t i = 0; i < list->maybes.n; i++)
		if (list->maybes.items[i].entry == entry)
			return;
	bl_vec_push(&f->scratch, &list->maybes, c);
}

static bool is_type(const bl_resource *r, const bl_type *type)
{
	return bl_str_eqi(r->type, type->name);
}

static const bl_value *owner_value(folding *f, const bl_resource *r, const bl_value *entry);

static void add_found(folding *f, numbers *found, size_t i, const bl_type *owner, int depth);

/* The owners among the resources that by waits for. */
static void find_referred(folding *f, numbers *found, const bl_value *by, const bl_type *owner, int depth)
{
	for (size_t i = 0; i < by->unknown->nrefs; i++) {
		bl_str address = by->unknown->refs[i].address;
		uintptr_t exact = (uintptr_t)bl_map_get(&f->by_address, address);
		const numbers *instances = exact ? NULL : bl_map_get(&f->by_base, base_of(address));
		/* Past the limit none is looked for: then each possible owner is marked (claim_by_name). */
		f->compared += instances ? instances->n : 1;
		if (f->compared > MAX_COMPARISONS)
			return;
		if (exact)
			add_found(f, found, (size_t)(exact - 1), owner, depth);
		for (size_t k = 0; instances && k < instances->n; k++)
			add_found(f, found, instances->items[k], owner, depth);
	}
}

/* Resource i, or what it is a part of itself: an assessment names the alert policy, which names the server. */
static void add_found(folding *f, numbers *found, size_t i, const bl_type *owner, int depth)
{
	const bl_resource *r = f->l->out->resources.items[i];
	const bl_part *parts;
	if (is_type(r, owner)) {
		bl_vec_push(&f->scratch, found, i);
		return;
	}
	size_t n = depth < 2 ? bl_schema_parts(f->l->schema, r->native_type, &parts) : 0;
	for (size_t k = 0; k < n; k++) {
		const bl_value *by = parts[k].owner == owner ? owner_value(f, r, parts[k].entry) : NULL;
		if (by && by->kind == BL_UNKNOWN)
			find_referred(f, found, by, owner, depth + 1);
	}
}

/* By the resources that by waits for. True when one of them is of the owner's type, so that the owner is among them. */
static bool claim_by_reference(folding *f, size_t part, const bl_part *p, const bl_value *by, bool sure)
{
	numbers found = {0};
	find_referred(f, &found, by, p->owner, 0);
	if (f->compared > MAX_COMPARISONS && found.n > 1)
		return false;
	for (size_t i = 0; i < found.n; i++)
		add_claim(f, found.items[i], part, p->entry, sure && found.n == 1);
	return found.n > 0;
}

/* The resource that a step on a value's way names: "azurerm_mssql_server.a.name" is of azurerm_mssql_server.a. 0: none. */
static uintptr_t resource_of_step(const folding *f, bl_str what)
{
	uintptr_t i = 0;
	for (ptrdiff_t dot = bl_str_rfind_char(what, '.'); dot > 0 && !i; dot = bl_str_rfind_char(what, '.')) {
		what = bl_str_slice(what, 0, (size_t)dot);
		i = (uintptr_t)bl_map_get(&f->by_address, what);
	}
	return i;
}

/* By the attribute that by was taken from: it says which resource is meant, whether its value is known or not. */
static bool claim_by_way(folding *f, size_t part, const bl_part *p, const bl_value *by, bool sure)
{
	numbers found = {0};
	for (const bl_via *via = by->via; via && !found.n; via = via->next) {
		uintptr_t i = resource_of_step(f, via->what);
		if (i)
			add_found(f, &found, (size_t)(i - 1), p->owner, 0);
	}
	if (found.n != 1)
		return false;
	add_claim(f, found.items[0], part, p->entry, sure);
	return true;
}

static bool same_refs(const bl_unknown *x, const bl_unknown *y)
{
	if (x->nrefs != y->nrefs)
		return false;
	for (size_t i = 0; i < x->nrefs; i++)
		if (!bl_str_eq(x->refs[i].address, y->refs[i].address) ||
			!bl_str_eq(x->refs[i].path, y->refs[i].path))
			return false;
	return true;
}

static bl_tri same_name(const bl_value *a, const bl_value *b)
{
	if (!a || !b)
		return BL_NO;
	if (a->kind != BL_UNKNOWN || b->kind != BL_UNKNOWN)
		return bl_value_equal(a, b);
	/* Two unknowns that wait for the same and look the same: one expression, written twice or shared. */
	const bl_unknown *x = a->unknown, *y = b->unknown;
	bool alike = x->why.n && bl_str_eq(x->why, y->why) && bl_str_eq(x->prefix, y->prefix) &&
		bl_str_eq(x->suffix, y->suffix) && same_refs(x, y);
	return alike ? BL_YES : BL_MAYBE;
}

/* The last segment of an id such as /subscriptions/.../storageAccounts/NAME, or the whole. */
static bl_str last_segment(bl_str id)
{
	ptrdiff_t slash = bl_str_rfind_char(id, '/');
	return slash < 0 ? id : bl_str_slice(id, (size_t)slash + 1, id.n);
}

static const numbers *owners_named(const owners *o, bl_str name)
{
	const numbers *named = bl_map_get(&o->by_name, name);
	return named ? named : bl_map_get(&o->by_name, last_segment(name));
}

/* Compares by with each owner of list: one that is surely it takes the part, else all that may be it are marked. */
static void compare_names(folding *f, size_t part, const bl_part *p, const bl_value *by, const numbers *list,
	bool sure)
{
	bl_evaluation *out = f->l->out;
	numbers possible = {0};
	size_t certain = 0, which = 0;
	for (size_t i = 0; i < list->n; i++) {
		bl_tri same = BL_MAYBE;
		if (f->compared++ < MAX_COMPARISONS)
			same = same_name(by, out->resources.items[list->items[i]]->name);
		if (same != BL_NO)
			bl_vec_push(&f->scratch, &possible, list->items[i]);
		if (same == BL_YES) {
			certain++;
			which = list->items[i];
		}
	}
	if (certain == 1)
		add_claim(f, which, part, p->entry, sure);
	for (size_t i = 0; certain != 1 && i < possible.n; i++)
		add_claim(f, possible.items[i], part, p->entry, false);
}

static void claim_by_name(folding *f, size_t part, const bl_part *p, const bl_value *by, bool sure)
{
	const owners *o = bl_map_get(&f->by_type, p->owner->name);
	if (!o)
		return;
	if (by->kind == BL_STRING) {
		const numbers *named = owners_named(o, by->string);
		for (size_t i = 0; named && i < named->n; i++)
			add_claim(f, named->items[i], part, p->entry, sure && named->n == 1);
		if (named)
			return;
		by = bl_value_string(&f->scratch, by->span, last_segment(by->string));
	}
	for (size_t i = 0; i < f->crowded.n; i++)
		if (f->crowded.items[i] == p->entry)
			return;
	compare_names(f, part, p, by, by->kind == BL_STRING ? &o->unnamed : &o->all, sure);
	if (f->compared >= MAX_COMPARISONS) {
		for (size_t i = 0; i < o->all.n; i++)
			add_claim(f, o->all.items[i], part, p->entry, false);
		bl_vec_push(&f->scratch, &f->crowded, p->entry);
	}
}

/* A child declared inside its parent has the parent's address before its own. */
static bool claim_by_nesting(folding *f, size_t part, const bl_part *p, bool sure)
{
	const bl_resource *r = f->l->out->resources.items[part];
	ptrdiff_t dot = bl_str_rfind_char(r->address, '.');
	if (dot < 0)
		return false;
	bl_str outer = bl_str_slice(r->address, 0, (size_t)dot);
	uintptr_t owner = (uintptr_t)bl_map_get(&f->by_address, outer);
	if (!owner || !is_type(f->l->out->resources.items[owner - 1], p->owner))
		return false;
	add_claim(f, owner - 1, part, p->entry, sure);
	return true;
}

/* What a part's entry reads. */
static const bl_value *rows_source(const bl_resource *r)
{
	return r->language == BL_LANG_TERRAFORM && !bl_resource_is_azapi(r) ? r->native : r->written;
}

/* What a child resource of ARM says its parent is: `parent`, or the names before its own in `a/b`. */
static const bl_value *arm_parent(folding *f, const bl_resource *r)
{
	const bl_value *parent = bl_value_getz(r->native, bl_resource_is_azapi(r) ? "parent_id" : "parent");
	if (!parent)
		parent = bl_value_getz(r->written, "parent");
	if (parent && parent->kind != BL_NULL)
		return parent;
	if (!r->name)
		return NULL;
	bl_arena *arena = f->l->arena;
	if (r->name->kind == BL_STRING) {
		ptrdiff_t slash = bl_str_rfind_char(r->name->string, '/');
		if (slash < 0)
			return NULL;
		return bl_value_string(arena, r->name->span,
			bl_str_slice(r->name->string, 0, (size_t)slash));
	}
	if (r->name->kind != BL_UNKNOWN)
		return NULL;
	bl_value *v = bl_lower_unknown_of(arena, r->name, BL_STRING);
	bl_unknown *u = (bl_unknown *)v->unknown;
	ptrdiff_t slash = bl_str_rfind_char(r->name->unknown->suffix, '/');
	u->prefix = r->name->unknown->prefix;
	if (slash >= 0)
		u->suffix = bl_str_slice(r->name->unknown->suffix, 0, (size_t)slash);
	else
		u->why = BL_STR("the parent's name is not known");
	return v;
}

static const bl_value *owner_value(folding *f, const bl_resource *r, const bl_value *entry)
{
	const bl_value *by = bl_value_getz(entry, "by");
	if (!by)
		return arm_parent(f, r);
	const bl_value *from = rows_source(r);
	const bl_value *v = NULL;
	for (bl_str rest = bl_value_text(by), one; rest.n && !v;) {
		rest = bl_str_cut(rest, '|', &one);
		v = bl_value_at_path(from, bl_str_trim(one));
		if (v && v->kind == BL_NULL)
			v = NULL;
	}
	return v;
}

/* "account/default" is "default" to its owner. */
static const bl_value *own_name(bl_arena *arena, const bl_value *name)
{
	if (name->kind == BL_STRING) {
		bl_value *own = bl_value_at(arena, name, name->span);
		own->string = last_segment(name->string);
		return own;
	}
	if (name->kind != BL_UNKNOWN)
		return name;
	ptrdiff_t slash = bl_str_rfind_char(name->unknown->suffix, '/');
	if (slash < 0)
		return name;
	bl_str suffix = name->unknown->suffix;
	bl_value *own = bl_value_string(arena, name->span, bl_str_slice(suffix, (size_t)slash + 1, suffix.n));
	own->via = name->via;
	own->sensitive = name->sensitive;
	own->origin = BL_COMPUTED;
	return own;
}

/* `when: { attribute: value }`: is this the entry for this part? */
static bl_tri applies(bl_arena *arena, const bl_resource *r, const bl_value *entry)
{
	const bl_value *when = bl_value_getz(entry, "when");
	const bl_value *from = rows_source(r);
	bl_tri result = BL_YES;
	for (uint32_t i = 0; bl_value_is(when, BL_MAP) && i < when->n; i++) {
		const bl_value *v = bl_value_at_path(from, when->map[i].key);
		if (v && bl_str_eqz(when->map[i].key, "name"))
			v = own_name(arena, v);
		/* `null` asks for an attribute that is not there */
		bool absent = when->map[i].value->kind == BL_NULL;
		bl_tri equal = v ? bl_value_equal(v, when->map[i].value) : bl_tri_of(absent);
		result = bl_tri_and(result, equal);
	}
	return result;
}

static void claim_owners(folding *f, size_t part)
{
	const bl_resource *r = f->l->out->resources.items[part];
	const bl_part *parts;
	size_t n = r->existing || r->is_module || r->condition == BL_NO
		? 0
		: bl_schema_parts(f->l->schema, bl_resource_is_azapi(r) ? r->type : r->native_type, &parts);
	for (size_t i = 0; i < n; i++) {
		const bl_value *by = owner_value(f, r, parts[i].entry);
		bl_tri here = bl_tri_and(r->condition, applies(f->l->arena, r, parts[i].entry));
		bool sure = here == BL_YES;
		if (here == BL_NO)
			continue;
		if (!bl_value_getz(parts[i].entry, "by") && claim_by_nesting(f, part, &parts[i], sure))
			continue;
		if (!by)
			continue;
		if (claim_by_way(f, part, &parts[i], by, sure))
			continue;
		if (by->kind == BL_UNKNOWN && claim_by_reference(f, part, &parts[i], by, sure))
			continue;
		if (by->kind == BL_UNKNOWN || by->kind == BL_STRING)
			claim_by_name(f, part, &parts[i], by, sure);
	}
}

/* ---- folding ---- */

/* What a part brings: its rows applied to it, or (a child with a shape of its own) its name and properties. */
static const bl_value *part_value(folding *f, const bl_resource *part, const bl_value *entry)
{
	bl_arena *arena = f->l->arena;
	const bl_value *rows = bl_value_getz(entry, "rows");
	bl_convert_fn convert = bl_lower_converter(bl_value_text(bl_value_getz(entry, "convert")));
	if (convert) {
		const bl_value **one = bl_new(arena, const bl_value *);
		*one = bl_value_at(arena, part->native, part->head);
		return convert(f->l, bl_value_list(arena, part->head, one, 1), part->native);
	}
	if (rows) {
		bl_node *root = bl_lower_node(arena, NULL);
		bl_lower_rows(f->l, rows, rows_source(part), root);
		return bl_lower_freeze(arena, root);
	}
	const bl_value *from = bl_value_getz(entry, "from");
	if (from)
		return bl_value_at_path(part->effective, bl_value_text(from));
	static const char *const kept[] = {"name", "properties", "sku", "kind", "identity", "location",
		"tags", "zones"};
	bl_items items = {0};
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
		const bl_item *item = bl_value_item(part->effective, bl_str_of(kept[i]), true);
		if (item)
			bl_items_put(arena, &items, bl_str_of(kept[i]), item->key_span, item->value);
	}
	for (size_t i = 0; i < items.n; i++)
		if (bl_str_eqz(items.items[i].key, "name"))
			items.items[i].value = own_name(arena, items.items[i].value);
	return bl_items_value(arena, part->head, &items);
}

/* Writes what v says over node, leaf by leaf: what v does not say stays. */
static void overlay(bl_arena *arena, bl_node *node, const bl_value *v, int depth)
{
	if (v->kind != BL_MAP || depth > BL_LOWER_MAX_DEPTH) {
		bl_lower_set(node, v);
		return;
	}
	if (!bl_span_known(node->span))
		node->span = v->span;
	bl_lower_open(arena, node);
	if (node->leaf || node->list) {
		bl_lower_set(node, v);
		return;
	}
	node->open = node->open || v->open;
	for (uint32_t i = 0; i < v->n; i++) {
		const bl_item *item = &v->map[i];
		bl_node *kid = bl_lower_member(arena, node, item->key, item->key_span);
		kid->key_span = item->key_span;
		overlay(arena, kid, item->value, depth + 1);
	}
}

/* Nobody knows whether the part belongs here: each leaf it would set may have its value. */
static void cloud(bl_arena *arena, bl_node *node, const bl_value *v, const bl_resource *part, int depth)
{
	if (v->kind == BL_MAP && depth < BL_LOWER_MAX_DEPTH) {
		bl_lower_open(arena, node);
		if (!node->leaf && !node->list) {
			node->open = true;
			for (uint32_t i = 0; i < v->n; i++)
				cloud(arena, bl_lower_member(arena, node, v->map[i].key, BL_NOWHERE),
					v->map[i].value, part, depth + 1);
			return;
		}
	}
	bl_value *u = bl_value_unknown(arena, v->span, BL_FMT " may set it", BL_ARG(part->address));
	bl_lower_set(node, u);
}

static bl_node *element_with_key(bl_arena *arena, bl_node *list, const bl_value *key_path,
	const bl_value *v)
{
	const bl_value *key = bl_value_at_path(v, bl_value_text(key_path));
	if (!key_path || !bl_value_is(key, BL_STRING) || list->n > MAX_KEYED)
		return NULL;
	for (size_t i = 0; i < list->n; i++) {
		const bl_value *member = bl_lower_freeze(arena, list->kids[i]);
		const bl_value *its = bl_value_at_path(member, bl_value_text(key_path));
		if (bl_value_is(its, BL_STRING) && bl_str_eqi(its->string, key->string))
			return list->kids[i];
	}
	return NULL;
}

static void into_list(folding *f, bl_node *list, const claim *c, const bl_value *v)
{
	bl_arena *arena = f->l->arena;
	bl_lower_open(arena, list);
	if (list->leaf && list->leaf->kind != BL_NULL)
		return;
	list->leaf = NULL;
	list->list = true;
	if (!c->sure || v->kind == BL_LIST)
		list->open = list->open || !c->sure || v->open;
	for (uint32_t i = 0; c->sure && v->kind == BL_LIST && i < v->n; i++) {
		bl_node *element = bl_lower_element(arena, list, list->n);
		if (element)
			bl_lower_set(element, v->list[i]);
	}
	if (!c->sure || v->kind == BL_LIST)
		return;
	bl_node *element = element_with_key(arena, list, bl_value_getz(c->entry, "key"), v);
	if (!element)
		element = bl_lower_element(arena, list, list->n);
	if (!element)
		return;
	if (v->kind == BL_MAP && !bl_span_known(element->span) && !element->leaf)
		element->span = f->l->out->resources.items[c->part]->head;
	overlay(arena, element, v, 0);
}

static void apply_claim(folding *f, bl_node *root, const claim *c)
{
	bl_arena *arena = f->l->arena;
	const bl_resource *part = f->l->out->resources.items[c->part];
	const bl_value *v = part_value(f, part, c->entry);
	bl_steps into;
	if (!v || !bl_lower_steps(bl_value_text(bl_value_getz(c->entry, "into")), &into))
		return;
	bl_node *node = root;
	for (size_t i = 0; i < into.n && node; i++) {
		node = bl_lower_member(arena, node, into.items[i].name, BL_NOWHERE);
		if (node && into.items[i].each) {
			into_list(f, node, c, v);
			return;
		}
		if (node && into.items[i].index >= 0)
			node = bl_lower_element(arena, node, (size_t)into.items[i].index);
	}
	if (!node)
		return;
	if (node != root && bl_lower_empty(node))
		node->span = part->head;
	if (c->sure)
		overlay(arena, node, v, 0);
	else
		cloud(arena, node, v, part, 0);
}

static void fold(folding *f, size_t owner, int depth);

static void apply_claims(folding *f, bl_node *root, const claim_list *list, int depth)
{
	for (size_t i = 0; i < list->n; i++) {
		if (depth < BL_LOWER_MAX_DEPTH)
			fold(f, list->items[i].part, depth + 1);
		apply_claim(f, root, &list->items[i]);
	}
}

/* A part's own parts come first: rules of a group that a subnet of a network names. */
static void fold(folding *f, size_t owner, int depth)
{
	bl_resource *r = f->l->out->resources.items[owner];
	const claims *list = &f->claims[owner];
	if (f->state[owner])
		return;
	f->state[owner] = 1;
	if (list->sure.n || list->maybes.n) {
		bl_node *root = bl_lower_node(&f->l->nodes, r->effective);
		apply_claims(f, root, &list->sure, depth);
		apply_claims(f, root, &list->maybes, depth);
		r->effective = bl_lower_freeze(f->l->arena, root);
	}
	f->state[owner] = 2;
}

void bl_lower_fold_parts(bl_lowering *l)
{
	size_t n = l->out->resources.n;
	folding f = {.l = l};
	f.claims = bl_new_n(&f.scratch, claims, n);
	f.state = bl_new_n(&f.scratch, unsigned char, n);
	index_resources(&f);
	for (size_t i = 0; i < n; i++)
		claim_owners(&f, i);
	for (size_t i = 0; i < n; i++)
		fold(&f, i, 0);
	bl_arena_done(&f.scratch);
}

#include "rules/match.h"

#include "core/codec/json.h"

/*
 * Policy documents come as JSON text, as a map, or as Terraform's data source of blocks. In the normal form a statement has
 * effect; the lists actions, resources, principals and services, empty where nothing was written; and not-actions, not-resources,
 * not-principals, condition and sid, absent where nothing was written.
 */

typedef struct statement_key {
	const char *ours, *document, *block;
	bool always;
} statement_key;

static const statement_key list_keys[] = {
	{"actions", "Action", "actions", true},
	{"not-actions", "NotAction", "not_actions", false},
	{"not-resources", "NotResource", "not_resources", false},
	{"resources", "Resource", "resources", true},
};

static const bl_value *present(const bl_value *map, const char *key)
{
	const bl_value *v = bl_value_geti(map, bl_str_of(key));
	return bl_value_is(v, BL_NULL) ? NULL : v;
}

/* One value counts as a list of it. */
static const bl_value *as_list(bl_arena *arena, const bl_value *v)
{
	if (v->kind == BL_LIST)
		return v;
	if (v->kind == BL_UNKNOWN && v->unknown->type != BL_STRING) {
		bl_value *open = bl_value_list(arena, v->span, NULL, 0);
		open->open = true;
		return open;
	}
	const bl_value **one = bl_new(arena, const bl_value *);
	*one = v;
	return bl_value_list(arena, v->span, one, 1);
}

static void put(bl_arena *arena, bl_items *items, const char *key, const bl_value *v)
{
	bl_items_put(arena, items, bl_str_of(key), BL_NOWHERE, v);
}

typedef struct principal_lists {
	bl_values accounts, services;
	bool open;
	bl_span span;
} principal_lists;

static void add_principals(bl_arena *arena, principal_lists *p, const bl_value *v, bool services)
{
	v = as_list(arena, v);
	p->open = p->open || v->open;
	p->span = bl_span_known(p->span) ? p->span : v->span;
	for (uint32_t i = 0; i < v->n; i++) {
		if (services)
			bl_vec_push(arena, &p->services, v->list[i]);
		else
			bl_vec_push(arena, &p->accounts, v->list[i]);
	}
}

/* "*", {"AWS": ..., "Service": ...} or Terraform's blocks of type and identifiers. */
static void read_principals(bl_arena *arena, principal_lists *p, const bl_value *v)
{
	if (v->kind == BL_UNKNOWN || v->kind == BL_STRING) {
		add_principals(arena, p, v, false);
	} else if (v->kind == BL_MAP && present(v, "identifiers")) {
		const bl_value *type = present(v, "type");
		add_principals(arena, p, present(v, "identifiers"), type && bl_str_eqiz(bl_value_text(type), "Service"));
	} else if (v->kind == BL_MAP) {
		p->open = p->open || v->open;
		for (uint32_t i = 0; i < v->n; i++)
			add_principals(arena, p, v->map[i].value, bl_str_eqiz(v->map[i].key, "Service"));
	} else if (v->kind == BL_LIST) {
		p->open = p->open || v->open;
		for (uint32_t i = 0; i < v->n; i++)
			if (v->list[i]->kind != BL_LIST)
				read_principals(arena, p, v->list[i]);
	}
}

static void put_principals(bl_arena *arena, bl_items *items, const bl_value *v, bool negated)
{
	principal_lists p = {0};
	if (!v && negated)
		return;
	if (v)
		read_principals(arena, &p, v);
	bl_value *accounts = bl_values_value(arena, p.span, &p.accounts);
	bl_value *services = bl_values_value(arena, p.span, &p.services);
	accounts->open = services->open = p.open;
	put(arena, items, negated ? "not-principals" : "principals", accounts);
	if (!negated)
		put(arena, items, "services", services);
}

static const bl_value *statement_of(bl_arena *arena, const bl_value *s, bool blocks)
{
	bl_items items = {0};
	if (s->kind != BL_MAP)
		return s->kind == BL_UNKNOWN ? s : NULL;
	const bl_value *effect = present(s, "Effect"), *condition = present(s, "Condition"), *sid = present(s, "Sid");
	if (!effect && blocks)
		effect = bl_value_string(arena, s->span, BL_STR("Allow"));
	if (effect)
		put(arena, &items, "effect", effect);
	for (size_t i = 0; i < sizeof list_keys / sizeof *list_keys; i++) {
		const bl_value *v = present(s, blocks ? list_keys[i].block : list_keys[i].document);
		if (v)
			put(arena, &items, list_keys[i].ours, as_list(arena, v));
		else if (list_keys[i].always)
			put(arena, &items, list_keys[i].ours, bl_value_list(arena, BL_NOWHERE, NULL, 0));
	}
	put_principals(arena, &items, present(s, blocks ? "principals" : "Principal"), false);
	put_principals(arena, &items, present(s, blocks ? "not_principals" : "NotPrincipal"), true);
	if (condition && !((condition->kind == BL_MAP || condition->kind == BL_LIST) && !condition->n && !condition->open))
		put(arena, &items, "condition", condition);
	if (sid)
		put(arena, &items, "sid", sid);
	bl_value *out = bl_items_value(arena, s->span, &items);
	out->open = s->open;
	return out;
}

static const bl_value *statements_of(bl_arena *arena, const bl_value *list, bool open, bool blocks)
{
	bl_values out = {0};
	if (list)
		list = as_list(arena, list);
	for (uint32_t i = 0; list && i < list->n; i++) {
		const bl_value *s = statement_of(arena, list->list[i], blocks);
		if (s)
			bl_vec_push(arena, &out, s);
	}
	bl_value *v = bl_values_value(arena, list ? list->span : BL_NOWHERE, &out);
	v->open = open || (list && list->open);
	return v;
}

/* The data source that an unknown document will come from, whose blocks are known. */
static const bl_value *document_source(const bl_match *m, const bl_unknown *u)
{
	const bl_resource *r = bl_graph_node(m->graph, m->node)->resource;
	for (size_t i = 0; r && i < u->nrefs; i++) {
		int64_t node = bl_graph_find(m->graph, r->root, u->refs[i].address);
		const bl_resource *source = node >= 0 ? bl_graph_node(m->graph, (uint32_t)node)->resource : NULL;
		if (source && bl_str_eqz(source->native_type, "aws_iam_policy_document"))
			return source->native;
	}
	return NULL;
}

const bl_value *bl_policy_statements(bl_match *m, const bl_value *v)
{
	bl_error error;
	if (v->kind == BL_UNKNOWN) {
		const bl_value *source = document_source(m, v->unknown);
		bool merged = source && (present(source, "source_policy_documents") || present(source, "override_policy_documents"));
		return source ? statements_of(m->scratch, present(source, "statement"), merged, true)
			      : statements_of(m->scratch, NULL, true, false);
	}
	if (v->kind == BL_STRING)
		v = bl_json_read(m->scratch, v->string, &error);
	/* the blocks of a data source are named in lower case */
	bool blocks = v && bl_value_getz(v, "statement");
	if (v && v->kind == BL_MAP)
		return statements_of(m->scratch, present(v, "Statement"), v->open, blocks);
	return statements_of(m->scratch, v && v->kind == BL_LIST ? v : NULL, false, false);
}

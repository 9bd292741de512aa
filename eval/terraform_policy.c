/* aws_iam_policy_document: the one data source whose result is worked out from its arguments alone, as its provider does. */
#include "eval/terraform.h"

#include "core/codec/json.h"
#include "eval/functions/functions.h"

static const bl_value *text_of(bl_tf *tf, const char *z)
{
	return bl_value_string(tf->arena, BL_NOWHERE, bl_str_of(z));
}

/* One element stands alone, several in a list, as the provider writes them. */
static const bl_value *alone_or_list(bl_tf *tf, const bl_value *list)
{
	if (list->kind != BL_LIST || list->open || list->n != 1)
		return list;
	return list->list[0];
}

static void put_member(bl_tf *tf, bl_items *to, const char *key, const bl_item *from)
{
	if (!from || from->value->kind == BL_NULL || (from->value->kind == BL_LIST && !from->value->n && !from->value->open))
		return;
	bl_items_put(tf->arena, to, bl_str_of(key), from->key_span, alone_or_list(tf, from->value));
}

/* principals { type, identifiers }: grouped by type; the one type "*" with "*" is written as a bare "*". */
static void put_principals(bl_tf *tf, bl_items *to, const char *key, const bl_item *from)
{
	bl_tf_builder b = {0};
	if (!from || from->value->kind != BL_LIST)
		return;
	for (uint32_t i = 0; i < from->value->n; i++) {
		const bl_value *p = from->value->list[i];
		const bl_value *type = bl_value_getz(p, "type"), *ids = bl_value_getz(p, "identifiers");
		if (!type || !ids)
			continue;
		bl_str name = type->kind == BL_STRING ? type->string : BL_STR("AWS");
		if (bl_str_eqz(name, "*") && from->value->n == 1) {
			bl_items_put(tf->arena, to, bl_str_of(key), from->key_span, alone_or_list(tf, ids));
			return;
		}
		const bl_value *old = bl_tf_find(&b, name);
		if (old && old->kind == BL_LIST && ids->kind == BL_LIST) {
			bl_values both = {0};
			for (uint32_t k = 0; k < old->n; k++)
				bl_vec_push(tf->arena, &both, old->list[k]);
			for (uint32_t k = 0; k < ids->n; k++)
				bl_vec_push(tf->arena, &both, ids->list[k]);
			bl_value *joined = bl_values_value(tf->arena, ids->span, &both);
			joined->open = old->open || ids->open;
			ids = joined;
		}
		bl_tf_put(tf, &b, name, from->key_span, ids);
	}
	for (size_t i = 0; i < b.items.n; i++)
		b.items.items[i].value = alone_or_list(tf, b.items.items[i].value);
	bl_value *v = bl_tf_built(tf, &b, from->value->span);
	v->open = from->value->open;
	if (v->n || v->open)
		bl_items_put(tf->arena, to, bl_str_of(key), from->key_span, v);
}

/* condition { test, variable, values } */
static void put_conditions(bl_tf *tf, bl_items *to, const bl_item *from)
{
	bl_tf_builder tests = {0};
	if (!from || from->value->kind != BL_LIST)
		return;
	for (uint32_t i = 0; i < from->value->n; i++) {
		const bl_value *c = from->value->list[i];
		const bl_value *test = bl_value_getz(c, "test"), *variable = bl_value_getz(c, "variable"), *values = bl_value_getz(c, "values");
		if (!bl_value_is(test, BL_STRING) || !bl_value_is(variable, BL_STRING) || !values)
			continue;
		const bl_value *old = bl_tf_find(&tests, test->string);
		bl_items inner = {0};
		for (uint32_t k = 0; old && k < old->n; k++)
			bl_vec_push(tf->arena, &inner, old->map[k]);
		bl_items_put(tf->arena, &inner, variable->string, variable->span, alone_or_list(tf, values));
		bl_tf_put(tf, &tests, test->string, test->span, bl_items_value(tf->arena, c->span, &inner));
	}
	bl_value *v = bl_tf_built(tf, &tests, from->value->span);
	v->open = from->value->open;
	if (v->n || v->open)
		bl_items_put(tf->arena, to, BL_STR("Condition"), from->key_span, v);
}

static const bl_value *statement(bl_tf *tf, const bl_value *s)
{
	bl_items items = {0};
	put_member(tf, &items, "Sid", bl_value_item(s, BL_STR("sid"), false));
	const bl_item *effect = bl_value_item(s, BL_STR("effect"), false);
	bl_items_put(tf->arena, &items, BL_STR("Effect"), effect ? effect->key_span : s->span, effect ? effect->value : text_of(tf, "Allow"));
	put_member(tf, &items, "Action", bl_value_item(s, BL_STR("actions"), false));
	put_member(tf, &items, "NotAction", bl_value_item(s, BL_STR("not_actions"), false));
	put_member(tf, &items, "Resource", bl_value_item(s, BL_STR("resources"), false));
	put_member(tf, &items, "NotResource", bl_value_item(s, BL_STR("not_resources"), false));
	put_principals(tf, &items, "Principal", bl_value_item(s, BL_STR("principals"), false));
	put_principals(tf, &items, "NotPrincipal", bl_value_item(s, BL_STR("not_principals"), false));
	put_conditions(tf, &items, bl_value_item(s, BL_STR("condition"), false));
	return bl_items_value(tf->arena, s->span, &items);
}

/* The statements so far: those with a sid are replaced by later ones with the same. */
typedef struct merging {
	bl_tf *tf;
	bl_values statements;
	bl_map by_sid; /* sid -> place + 1 */
	const bl_value *version, *id;
	bool open;     /* a document that is not known may add statements and replace some */
} merging;

static void add_statement(merging *m, const bl_value *s)
{
	const bl_value *sid = bl_value_getz(s, "Sid");
	bl_str name = bl_value_text(sid);
	size_t place = name.n ? (size_t)(uintptr_t)bl_map_get(&m->by_sid, name) : 0;
	if (place) {
		m->statements.items[place - 1] = s;
		return;
	}
	bl_vec_push(m->tf->arena, &m->statements, s);
	if (name.n)
		bl_map_put(m->tf->arena, &m->by_sid, name, (void *)(uintptr_t)m->statements.n);
}

static void add_document(merging *m, const bl_value *v)
{
	const bl_value *d = NULL;
	if (v->kind == BL_STRING && !bl_str_trim(v->string).n)
		return;
	if (v->kind == BL_STRING)
		d = bl_json_read(m->tf->arena, v->string, NULL);
	else if (v->kind == BL_UNKNOWN)
		d = v->unknown->decoded;
	if (!bl_value_is(d, BL_MAP)) {
		m->open |= v->kind != BL_NULL;
		return;
	}
	const bl_value *statements = bl_value_getz(d, "Statement"), *version = bl_value_getz(d, "Version"), *id = bl_value_getz(d, "Id");
	m->version = version ? version : m->version;
	m->id = id ? id : m->id;
	m->open |= d->open;
	if (bl_value_is(statements, BL_MAP)) {
		add_statement(m, statements);
	} else if (bl_value_is(statements, BL_LIST)) {
		m->open |= statements->open;
		for (uint32_t i = 0; i < statements->n; i++)
			add_statement(m, statements->list[i]);
	} else {
		m->open |= statements && statements->kind == BL_UNKNOWN;
	}
}

static void add_documents(merging *m, const bl_value *list)
{
	if (!list || list->kind == BL_NULL)
		return;
	if (list->kind != BL_LIST) {
		add_document(m, list);
		return;
	}
	m->open |= list->open;
	for (uint32_t i = 0; i < list->n; i++)
		add_document(m, list->list[i]);
}

static void add_own(merging *m, const bl_value *arguments)
{
	const bl_value *list = bl_value_getz(arguments, "statement"), *version = bl_value_getz(arguments, "version");
	const bl_value *id = bl_value_getz(arguments, "policy_id");
	m->version = version ? version : m->version;
	m->id = id ? id : m->id;
	m->open |= list && (list->kind == BL_UNKNOWN || list->open);
	for (uint32_t i = 0; bl_value_is(list, BL_LIST) && i < list->n; i++)
		add_statement(m, list->list[i]->kind == BL_MAP ? statement(m->tf, list->list[i]) : list->list[i]);
}

const bl_value *bl_tf_policy_document(bl_tf *tf, const bl_value *arguments)
{
	bl_items items = {0};
	merging m = {.tf = tf};
	const bl_value *list = bl_value_getz(arguments, "statement");
	add_documents(&m, bl_value_getz(arguments, "source_json"));
	add_documents(&m, bl_value_getz(arguments, "source_policy_documents"));
	add_own(&m, arguments);
	add_documents(&m, bl_value_getz(arguments, "override_json"));
	add_documents(&m, bl_value_getz(arguments, "override_policy_documents"));
	bl_items_put(tf->arena, &items, BL_STR("Version"), BL_NOWHERE, m.version ? m.version : text_of(tf, "2012-10-17"));
	if (m.id)
		bl_items_put(tf->arena, &items, BL_STR("Id"), BL_NOWHERE, m.id);
	bl_value *all = bl_values_value(tf->arena, list ? list->span : arguments->span, &m.statements);
	all->open = m.open;
	bl_items_put(tf->arena, &items, BL_STR("Statement"), all->span, all);
	const bl_value *document = bl_items_value(tf->arena, arguments->span, &items);
	bl_buf text = {0};
	bl_value *v;
	if (bl_tf_write_json(tf, document, &text)) {
		v = bl_value_string(tf->arena, arguments->span, bl_str_dup(tf->arena, bl_buf_str(&text)));
	} else {
		v = bl_tf_unknown_of(tf, arguments->span, &document, 1, BL_STRING);
		bl_unknown *u = (bl_unknown *)v->unknown;
		u->not_null = true;
		u->decoded = document;
	}
	v->origin = BL_COMPUTED;
	bl_buf_done(&text);
	return v;
}

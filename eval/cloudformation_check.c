/* Names of a CloudFormation template that lead nowhere, looked for in all of it: CloudFormation refuses such a template at once. */
#include "eval/cloudformation.h"

enum { MAX_ID = 255 }; /* bytes of a logical id, CloudFormation's own limit */

typedef struct check {
	bl_stack *s;
	bl_diag_level level;
	bool conditions; /* within the section Conditions: no resources there */
} check;

/* As much of a name as a message needs. */
#define SHOWN(name) BL_ARG(bl_str_slice((name), 0, MAX_ID))
#define complain(c, span, ...) bl_diag_add((c)->s->run->arena, &(c)->s->run->out->diags, (c)->level, (span), __VA_ARGS__)

/* A resource whose own names are known to nobody here: what a module, a macro or SAM makes out of it begins with its name. */
static bool may_be_generated(const bl_stack *s, bl_str name)
{
	if (s->macros)
		return true;
	if (s->sam && bl_str_starts(name, BL_STR("Serverless")))
		return true;
	bl_str head;
	bl_str_cut(name, '.', &head);
	for (size_t n = head.n < MAX_ID ? head.n : MAX_ID; n > 0; n--) {
		const bl_stack_item *item = bl_map_get(&s->by_id, bl_str_slice(head, 0, n));
		if (item && (bl_str_ends(item->type, BL_STR("::MODULE")) || (s->sam && (n < name.n))))
			return true;
	}
	return false;
}

static bool is_known(const check *c, bl_str name)
{
	const bl_stack *s = c->s;
	return bl_map_get(&s->parameters, name) || bl_stack_is_pseudo(name) || bl_map_get(&s->loops, name) ||
	       bl_stack_find(s, name) || may_be_generated(s, name);
}

static void check_reference(const check *c, const bl_value *name)
{
	if (name->kind == BL_STRING && !is_known(c, name->string))
		complain(c, name->span, "'" BL_FMT "' is neither a parameter nor a resource of this template", SHOWN(name->string));
}

static void check_resource(const check *c, bl_str name, bl_span span)
{
	if (!bl_stack_find(c->s, name) && !may_be_generated(c->s, name))
		complain(c, span, "'" BL_FMT "' is no resource of this template", SHOWN(name));
}

static void check_get_att(const check *c, const bl_value *argument)
{
	bl_str name;
	bool list = argument->kind == BL_LIST && argument->n;
	bl_str_cut(bl_value_text(list ? argument->list[0] : argument), '.', &name);
	if (name.n)
		check_resource(c, name, argument->span);
}

static void check_condition(const check *c, const bl_value *name)
{
	if (name->kind == BL_STRING && !bl_map_get(&c->s->conditions, name->string) && !c->s->macros)
		complain(c, name->span, "there is no condition '" BL_FMT "'", SHOWN(name->string));
}

/* Fn::Sub's own variables are its second argument; "Resource.Attribute" names a resource. */
static void check_sub(const check *c, const bl_value *argument)
{
	const bl_value *text = argument, *own = NULL;
	if (argument->kind == BL_LIST && argument->n == 2) {
		text = argument->list[0];
		own = argument->list[1];
	}
	bl_str name, head;
	size_t begin, end = 0;
	bool literal;
	while (text->kind == BL_STRING && bl_stack_placeholder(text->string, end, &begin, &end, &name, &literal) &&
		bl_stack_spend(c->s->run, 1 + (own ? own->n / 32 : 0))) {
		bl_str_cut(name, '.', &head);
		bool attribute = head.n < name.n && bl_map_get(&c->s->by_id, head);
		if (!literal && name.n && !bl_value_get(own, name) && !attribute && !is_known(c, name))
			complain(c, text->span, "'" BL_FMT "' in Fn::Sub is neither a parameter nor a resource of this template", SHOWN(name));
	}
}

static void check_value(const check *c, const bl_value *v, int depth);

static void check_call(const check *c, const bl_item *call)
{
	const bl_value *argument = call->value;
	if (bl_str_eqz(call->key, "Ref"))
		check_reference(c, argument);
	else if (bl_str_eqz(call->key, "Condition") && c->conditions)
		check_condition(c, argument);
	else if (bl_str_eqz(call->key, "Fn::GetAtt"))
		check_get_att(c, argument);
	else if (bl_str_eqz(call->key, "Fn::Sub"))
		check_sub(c, argument);
	else if (bl_str_eqz(call->key, "Fn::If") && argument->kind == BL_LIST && argument->n)
		check_condition(c, argument->list[0]);
	else if (bl_str_starts(call->key, BL_STR("Fn::")) && !bl_stack_is_function(call->key))
		complain(c, call->key_span, "there is no function '" BL_FMT "'", SHOWN(call->key));
}

static void check_value(const check *c, const bl_value *v, int depth)
{
	if (depth > BL_EVAL_MAX_DEPTH || !bl_stack_spend(c->s->run, 1))
		return;
	if (v->kind == BL_MAP && v->n == 1)
		check_call(c, &v->map[0]);
	for (uint32_t i = 0; v->kind == BL_MAP && i < v->n; i++)
		check_value(c, v->map[i].value, depth + 1);
	for (uint32_t i = 0; v->kind == BL_LIST && i < v->n; i++)
		check_value(c, v->list[i], depth + 1);
}

static void check_item(const check *c, const bl_stack_item *item)
{
	const bl_value *properties = bl_value_getz(item->declared, "Properties"), *after = bl_value_getz(item->declared, "DependsOn");
	const bl_value *when = bl_value_getz(item->declared, "Condition");
	if (properties)
		check_value(c, properties, 0);
	if (when)
		check_condition(c, when);
	if (bl_value_is(after, BL_STRING))
		check_resource(c, after->string, after->span);
	for (uint32_t i = 0; bl_value_is(after, BL_LIST) && i < after->n; i++)
		if (after->list[i]->kind == BL_STRING)
			check_resource(c, after->list[i]->string, after->list[i]->span);
}

void bl_stack_check(bl_stack *s)
{
	check c = {.s = s, .level = s->versioned ? BL_DIAG_ERROR : BL_DIAG_NOTE};
	for (size_t i = 0; i < s->items.n; i++)
		if (s->items.items[i]->source || !s->items.items[i]->generated)
			check_item(&c, s->items.items[i]);
	const bl_value *outputs = bl_value_getz(s->template, "Outputs");
	for (uint32_t i = 0; bl_value_is(outputs, BL_MAP) && i < outputs->n; i++) {
		const bl_value *when = bl_value_getz(outputs->map[i].value, "Condition");
		check_value(&c, outputs->map[i].value, 0);
		if (when)
			check_condition(&c, when);
	}
	c.conditions = true;
	for (size_t i = 0; i < s->conditions.n; i++)
		check_value(&c, s->conditions.entries[i].value, 0);
}

/*
 * Values and intrinsic functions, as the CloudFormation user guide describes each (intrinsic function reference). What the guide leaves to
 * the moment of deployment is unknown and keeps what it waits for.
 */
#include "eval/cloudformation.h"

#include <stdlib.h>

typedef const bl_value *(*intrinsic)(bl_stack *s, const bl_value *argument, bl_span span, int depth);

static const bl_value *past_limits(bl_stack *s, bl_span span)
{
	return bl_stack_unknown(s, span, -1, NULL, 0, "the template is past the limits of evaluation");
}

/* A member of a list of the right length, evaluated; NULL otherwise. */
static const bl_value *argument_at(bl_stack *s, const bl_value *argument, uint32_t i, uint32_t least, int depth)
{
	if (argument->kind != BL_LIST || argument->n < least || i >= argument->n)
		return NULL;
	return bl_stack_evaluate(s, argument->list[i], depth + 1);
}

/* ---- names */

const bl_value *bl_stack_reference(bl_stack *s, bl_str name, bl_span span)
{
	if (bl_str_eqz(name, "AWS::NoValue"))
		return &bl_stack_no_value;
	const bl_value *v = bl_stack_parameter_value(s, name, span);
	if (v)
		return bl_stack_spend_value(s->run, v) ? v : past_limits(s, span);
	if (bl_map_get(&s->loops, name))
		return bl_stack_unknown(s, span, -1, NULL, 0, "the collection that " BL_FMT " runs through is not known", BL_ARG(name));
	const bl_stack_item *item = bl_stack_find(s, name);
	if (item) {
		bl_value *waits = bl_value_waits(s->run->arena, span, item->address, BL_STR("Ref"));
		((bl_unknown *)waits->unknown)->not_null = true;
		return waits;
	}
	return bl_stack_unknown(s, span, -1, NULL, 0, BL_FMT " is not in the template", BL_ARG(name));
}

static const bl_value *attribute(bl_stack *s, bl_stack_item *item, bl_str name, bl_span span)
{
	if (bl_stack_is_nested(item->type) && bl_str_starts(name, BL_STR("Outputs."))) {
		bl_stack_run_nested(s, item);
		const bl_value *v = bl_value_get(item->outputs, bl_str_slice(name, 8, name.n));
		if (v && bl_stack_is_flat(v) && bl_stack_spend_value(s->run, v))
			return bl_value_through(s->run->arena, bl_value_at(s->run->arena, v, span),
				bl_str_fmt(s->run->arena, BL_FMT "." BL_FMT, BL_ARG(item->id), BL_ARG(name)), v->span);
	}
	return bl_value_waits(s->run->arena, span, item->address, name);
}

/* "Resource.Attribute"; an attribute may hold dots, and so may the name of what SAM generates ("Function.Alias"). NULL: no resource. */
static const bl_value *dotted_attribute(bl_stack *s, bl_str text, bl_span span)
{
	size_t dots[2], n = 0;
	for (size_t i = 0; i < text.n && n < 2; i++)
		if (text.p[i] == '.')
			dots[n++] = i;
	while (n--) {
		bl_stack_item *item = bl_stack_find(s, bl_str_slice(text, 0, dots[n]));
		if (item)
			return attribute(s, item, bl_str_slice(text, dots[n] + 1, text.n), span);
	}
	return NULL;
}

static const bl_value *fn_get_att(bl_stack *s, const bl_value *argument, bl_span span, int depth)
{
	bl_str text = bl_value_text(argument);
	if (argument->kind == BL_LIST && argument->n >= 2) {
		bl_values parts = {0};
		for (uint32_t i = 0; i < argument->n; i++)
			bl_vec_push(s->run->arena, &parts, argument_at(s, argument, i, 2, depth));
		const bl_value *whole = bl_stack_join(s, &parts, BL_STR("."), span);
		if (whole->kind != BL_STRING)
			return bl_stack_unknown(s, span, -1, parts.items, parts.n, "which attribute is meant is not known");
		text = whole->string;
	}
	const bl_value *v = dotted_attribute(s, text, span);
	return v ? v : bl_stack_unknown(s, span, -1, NULL, 0, BL_FMT " is not in the template", BL_ARG(text));
}

bool bl_stack_placeholder(bl_str text, size_t from, size_t *begin, size_t *end, bl_str *name, bool *literal)
{
	ptrdiff_t open = bl_str_find(text, BL_STR("${"), from), close = open < 0 ? -1 : bl_str_find(text, BL_STR("}"), (size_t)open);
	if (close < 0)
		return false;
	*begin = (size_t)open;
	*end = (size_t)close + 1;
	*name = bl_str_trim(bl_str_slice(text, (size_t)open + 2, (size_t)close));
	*literal = name->n && name->p[0] == '!';
	if (*literal)
		*name = bl_str_slice(*name, 1, name->n);
	return true;
}

static const bl_value *substituted(bl_stack *s, bl_str name, const bl_value *own, bl_span span, int depth)
{
	const bl_value *v = bl_stack_spend(s->run, own ? own->n / 32 : 0) ? bl_value_get(own, name) : NULL;
	if (v)
		return bl_stack_evaluate(s, v, depth + 1);
	v = bl_stack_find(s, name) ? NULL : dotted_attribute(s, name, span);
	return v ? v : bl_stack_reference(s, name, span);
}

static const bl_value *fn_sub(bl_stack *s, const bl_value *argument, bl_span span, int depth)
{
	const bl_value *text = argument, *own = NULL;
	if (argument->kind == BL_LIST && argument->n == 2) {
		text = argument->list[0];
		own = argument->list[1];
	}
	text = bl_stack_evaluate(s, text, depth + 1); /* a macro may stand there */
	if (text->kind != BL_STRING)
		return bl_stack_unknown(s, span, BL_STRING, &text, 1, "the text of Fn::Sub is not known");
	bl_arena *arena = s->run->arena;
	bl_values parts = {0};
	bl_str t = text->string, name;
	size_t at = 0, begin, end;
	for (bool literal; bl_stack_placeholder(t, at, &begin, &end, &name, &literal) && bl_stack_spend(s->run, 1); at = end) {
		bl_vec_push(arena, &parts, bl_value_string(arena, text->span, bl_str_slice(t, at, begin)));
		if (literal) /* ${!Name} stands for ${Name} */
			bl_vec_push(arena, &parts, bl_value_string(arena, text->span, bl_str_fmt(arena, "${" BL_FMT "}", BL_ARG(name))));
		else
			bl_vec_push(arena, &parts, substituted(s, name, own, text->span, depth));
	}
	bl_vec_push(arena, &parts, bl_value_string(arena, text->span, bl_str_slice(t, at, t.n)));
	return bl_stack_join(s, &parts, BL_STR(""), text->span);
}

/* ---- lists and maps */

static const bl_value *fn_join(bl_stack *s, const bl_value *argument, bl_span span, int depth)
{
	const bl_value *separator = argument_at(s, argument, 0, 2, depth), *list = argument_at(s, argument, 1, 2, depth);
	bl_str between;
	if (!separator || list->kind != BL_LIST || list->open || !bl_stack_text(separator, &between)) {
		const bl_value *both[] = {separator, list};
		return bl_stack_unknown(s, span, BL_STRING, both, separator ? 2 : 0, "the list of Fn::Join is not known");
	}
	bl_values parts = {list->list, list->n, list->n};
	const bl_value *v = bl_stack_join(s, &parts, between, span);
	return bl_stack_is_sensitive(list) && !v->sensitive ? bl_value_mark_sensitive(s->run->arena, v) : v;
}

static const bl_value *fn_select(bl_stack *s, const bl_value *argument, bl_span span, int depth)
{
	const bl_value *index = argument_at(s, argument, 0, 2, depth), *list = argument_at(s, argument, 1, 2, depth);
	const bl_value *both[] = {index, list};
	size_t n;
	if (!index)
		return bl_stack_unknown(s, span, -1, NULL, 0, "Fn::Select needs an index and a list");
	if (list->kind == BL_LIST && bl_stack_count(index, &n) && n < list->n)
		return list->list[n];
	return bl_stack_unknown(s, span, -1, both, 2, "what Fn::Select chooses is not known");
}

static const bl_value *fn_length(bl_stack *s, const bl_value *argument, bl_span span, int depth)
{
	const bl_value *list = bl_stack_evaluate(s, argument, depth + 1);
	if (list->kind != BL_LIST || list->open)
		return bl_stack_unknown(s, span, BL_NUMBER, &list, 1, "how long the list is, is not known");
	bl_value *v = bl_value_number(s->run->arena, span, list->n);
	v->origin = BL_COMPUTED;
	return v;
}

/* What a mapping holds where a key is not known is one of its values. */
static void find_values(bl_stack *s, const bl_value *at, const bl_value *const *keys, size_t n, bl_values *out)
{
	bl_str key;
	if (!bl_stack_spend(s->run, 1 + (at->kind == BL_MAP ? at->n / 8 : 0)) || out->n > BL_STACK_MAX_CANDIDATES)
		return;
	if (!n) {
		bl_vec_push(s->run->arena, out, at);
	} else if (bl_stack_text(keys[0], &key)) {
		const bl_value *next = bl_value_get(at, key);
		if (next)
			find_values(s, next, keys + 1, n - 1, out);
	} else {
		for (uint32_t i = 0; at->kind == BL_MAP && i < at->n; i++)
			find_values(s, at->map[i].value, keys + 1, n - 1, out);
	}
}

static const bl_value *fn_find_in_map(bl_stack *s, const bl_value *argument, bl_span span, int depth)
{
	const bl_value *keys[3];
	bl_str text;
	bool known = true;
	if (argument->kind != BL_LIST || argument->n < 3)
		return bl_stack_unknown(s, span, -1, NULL, 0, "Fn::FindInMap needs a mapping and two keys");
	for (uint32_t i = 0; i < 3; i++) {
		keys[i] = argument_at(s, argument, i, 3, depth);
		known = known && bl_stack_text(keys[i], &text);
	}
	bl_values found = {0};
	if (s->mappings)
		find_values(s, s->mappings, keys, 3, &found);
	const bl_value *fallback = argument->n > 3 ? bl_value_getz(argument->list[3], "DefaultValue") : NULL;
	if (fallback && (!known || !found.n))
		bl_vec_push(s->run->arena, &found, bl_stack_evaluate(s, fallback, depth + 1));
	if (known && found.n)
		return bl_stack_spend_value(s->run, found.items[0]) ? found.items[0] : past_limits(s, span);
	if (!found.n)
		return bl_stack_unknown(s, span, -1, keys, 3, "the mapping has no such entry");
	return bl_stack_either(s, span, found.items, found.n, BL_STR("which entry of the mapping is meant is not known"));
}

/* ---- conditions */

static const bl_value *fn_if(bl_stack *s, const bl_value *argument, bl_span span, int depth)
{
	bl_str name;
	if (argument->kind != BL_LIST || argument->n != 3 || !bl_stack_text(argument->list[0], &name))
		return bl_stack_unknown(s, span, -1, NULL, 0, "Fn::If needs a condition and two values");
	bl_tri t = bl_stack_condition_named(s, name, depth);
	if (t != BL_MAYBE)
		return bl_stack_evaluate(s, argument->list[t == BL_YES ? 1 : 2], depth + 1);
	const bl_value *both[] = {bl_stack_evaluate(s, argument->list[1], depth + 1), bl_stack_evaluate(s, argument->list[2], depth + 1)};
	return bl_stack_either(s, span, both, 2, bl_str_fmt(s->run->arena, "condition " BL_FMT " is not known", BL_ARG(name)));
}

/* Fn::Equals and its kin where a value is asked for. */
static const bl_value *truth(bl_stack *s, const char *function, const bl_value *argument, bl_span span, int depth)
{
	bl_tri t = bl_stack_condition(s, bl_stack_call(s->run->arena, span, function, argument), depth);
	if (t == BL_MAYBE)
		return bl_stack_unknown(s, span, BL_BOOL, NULL, 0, "the condition is not known");
	return bl_value_bool(s->run->arena, span, t == BL_YES);
}

#define CONDITION(name, key)                                                                                                \
	static const bl_value *name(bl_stack *s, const bl_value *argument, bl_span span, int depth)                         \
	{                                                                                                                   \
		return truth(s, key, argument, span, depth);                                                                \
	}
CONDITION(fn_and, "Fn::And")
CONDITION(fn_contains, "Fn::Contains")
CONDITION(fn_each_member_equals, "Fn::EachMemberEquals")
CONDITION(fn_each_member_in, "Fn::EachMemberIn")
CONDITION(fn_equals, "Fn::Equals")
CONDITION(fn_not, "Fn::Not")
CONDITION(fn_or, "Fn::Or")
#undef CONDITION

/* ---- what is known when the stack is deployed */

static const bl_value *fn_get_azs(bl_stack *s, const bl_value *argument, bl_span span, int depth)
{
	const bl_value *region = bl_stack_evaluate(s, argument, depth + 1);
	return bl_stack_unknown(s, span, BL_LIST, &region, 1, "the availability zones are known when the stack is deployed");
}

static const bl_value *fn_import_value(bl_stack *s, const bl_value *argument, bl_span span, int depth)
{
	const bl_value *name = bl_stack_evaluate(s, argument, depth + 1);
	return bl_stack_unknown(s, span, -1, &name, 1, "the export '" BL_FMT "' is read when the stack is deployed",
		BL_ARG(bl_value_text(name)));
}

static const bl_value *fn_get_stack_output(bl_stack *s, const bl_value *argument, bl_span span, int depth)
{
	const bl_value *v = bl_stack_evaluate(s, argument, depth + 1);
	return bl_stack_unknown(s, span, -1, &v, 1, "the output of another stack is read when the stack is deployed");
}

static const bl_value *fn_transform(bl_stack *s, const bl_value *argument, bl_span span, int depth)
{
	(void)depth;
	return bl_stack_unknown(s, span, -1, NULL, 0, "the macro '" BL_FMT "' runs when the stack is deployed",
		BL_ARG(bl_value_text(bl_value_getz(argument, "Name"))));
}

/* The functions of rules that ask for parameters by their type or attribute. */
static const bl_value *fn_rule(bl_stack *s, const bl_value *argument, bl_span span, int depth)
{
	const bl_value *name = argument_at(s, argument, 0, 2, depth);
	bl_stack_parameter *p = name ? bl_map_get(&s->parameters, bl_value_text(name)) : NULL;
	if (p && bl_value_is_string(argument->list[1], "Value"))
		return bl_stack_parameter_value(s, name->string, span);
	return bl_stack_unknown(s, span, -1, NULL, 0, "what the parameters are about is known when the stack is deployed");
}

typedef struct function {
	const char *name;
	intrinsic call;
} function;

/* Without "Fn::", in the order of strcmp. */
static const function functions[] = {
	{"And", fn_and},
	{"Base64", bl_stack_base64},
	{"Cidr", bl_stack_cidr},
	{"Contains", fn_contains},
	{"EachMemberEquals", fn_each_member_equals},
	{"EachMemberIn", fn_each_member_in},
	{"Equals", fn_equals},
	{"FindInMap", fn_find_in_map},
	{"GetAZs", fn_get_azs},
	{"GetAtt", fn_get_att},
	{"GetStackOutput", fn_get_stack_output},
	{"If", fn_if},
	{"ImportValue", fn_import_value},
	{"Join", fn_join},
	{"Length", fn_length},
	{"Not", fn_not},
	{"Or", fn_or},
	{"RefAll", fn_rule},
	{"Select", fn_select},
	{"Split", bl_stack_split},
	{"Sub", fn_sub},
	{"ToJsonString", bl_stack_json},
	{"Transform", fn_transform},
	{"ValueOf", fn_rule},
	{"ValueOfAll", fn_rule},
};

static int compare_name(const void *key, const void *row)
{
	return bl_str_cmp(*(const bl_str *)key, bl_str_of(((const function *)row)->name));
}

static intrinsic function_of(bl_str key)
{
	if (!bl_str_starts(key, BL_STR("Fn::")))
		return NULL;
	bl_str name = bl_str_slice(key, 4, key.n);
	const function *row = bsearch(&name, functions, sizeof functions / sizeof *functions, sizeof *functions, compare_name);
	return row ? row->call : NULL;
}

bool bl_stack_is_function(bl_str key)
{
	return bl_str_eqz(key, "Ref") || function_of(key);
}

static const bl_value *called(bl_stack *s, const bl_value *v, int depth)
{
	bl_str key = v->map[0].key;
	const bl_value *argument = v->map[0].value;
	if (bl_str_eqz(key, "Ref") && argument->kind == BL_STRING)
		return bl_stack_reference(s, argument->string, argument->span);
	intrinsic call = function_of(key);
	return call ? call(s, argument, bl_span_known(argument->span) ? argument->span : v->span, depth) : NULL;
}

/*
 * Rules look for secrets in user data, and Terraform's is plain text: the canonical shape holds what is encoded, not the code. Anywhere
 * else Fn::Base64 is Base64.
 */
static const bl_value *user_data(const bl_item *item)
{
	const bl_value *v = item->value;
	bool encoded = bl_str_eqz(item->key, "UserData") && v->kind == BL_MAP && v->n == 1 && bl_str_eqz(v->map[0].key, "Fn::Base64");
	return encoded ? v->map[0].value : v;
}

static const bl_value *evaluate_map(bl_stack *s, const bl_value *v, int depth)
{
	const bl_value *result = v->n == 1 ? called(s, v, depth) : NULL;
	if (result)
		return result;
	bl_item *items = bl_new_n(s->run->arena, bl_item, v->n);
	uint32_t n = 0;
	bool same = true, open = v->open;
	for (uint32_t i = 0; i < v->n; i++) {
		bool macro = bl_str_eqz(v->map[i].key, "Fn::Transform"); /* it may write and rewrite what stands beside it */
		const bl_value *x = macro ? &bl_stack_no_value : bl_stack_evaluate(s, user_data(&v->map[i]), depth + 1);
		open = open || macro;
		same = same && x == v->map[i].value;
		if (x != &bl_stack_no_value)
			items[n++] = (bl_item){v->map[i].key, v->map[i].key_span, x};
	}
	if (same)
		return v;
	bl_value *map = bl_value_map(s->run->arena, v->span, items, n);
	map->open = open;
	return map;
}

const bl_value *bl_stack_evaluate(bl_stack *s, const bl_value *v, int depth)
{
	if (!bl_stack_spend(s->run, 1) || depth > BL_EVAL_MAX_DEPTH)
		return past_limits(s, v->span);
	if (v->kind == BL_MAP && v->n)
		return evaluate_map(s, v, depth);
	if (v->kind != BL_LIST || !v->n)
		return v;
	const bl_value **items = bl_new_n(s->run->arena, const bl_value *, v->n);
	uint32_t n = 0;
	bool same = true;
	for (uint32_t i = 0; i < v->n; i++) {
		const bl_value *x = bl_stack_evaluate(s, v->list[i], depth + 1);
		same = same && x == v->list[i];
		if (x != &bl_stack_no_value)
			items[n++] = x;
	}
	if (same)
		return v;
	bl_value *list = bl_value_list(s->run->arena, v->span, items, n);
	list->open = v->open;
	return list;
}

/* CloudFormation: parameters with defaults, mappings, conditions and intrinsic functions over literal trees. */
#include "eval/language.h"

typedef struct evaluator {
	const bl_eval_input *input;
	bl_arena *arena;
	bl_evaluation *out;
	const bl_value *parameters, *mappings, *conditions, *resources;
	bl_map condition_results; /* name -> bl_tri + 1; a name under way is 4 */
	size_t steps;
} evaluator;

enum { MAX_STEPS = 2000000, UNDER_WAY = 4 };

static const bl_value *evaluate(evaluator *e, const bl_value *v, int depth);
static bl_tri condition_named(evaluator *e, bl_str name, int depth);

/* What {Ref: AWS::NoValue} gives: the property is as if it had not been written. */
static const bl_value no_value = {.kind = BL_NULL};

static const bl_value *unknown_string(evaluator *e, bl_span span, bl_str why)
{
	bl_value *v = bl_value_unknown(e->arena, span, BL_FMT, BL_ARG(why));
	bl_unknown *u = bl_new(e->arena, bl_unknown);
	*u = *v->unknown;
	u->not_null = true;
	v->unknown = u;
	return v;
}

static const bl_value *given_parameter(evaluator *e, bl_str name, bl_span span)
{
	const bl_eval_options *o = e->input->options;
	for (size_t i = o->nvars; i > 0; i--)
		if (bl_str_eq(o->vars[i - 1].name, name))
			return bl_value_string(e->arena, span, o->vars[i - 1].text);
	return NULL;
}

static const bl_value *parameter(evaluator *e, bl_str name, const bl_value *declaration, bl_span use)
{
	const bl_value *value = given_parameter(e, name, use);
	bl_str what = bl_str_fmt(e->arena, "parameter " BL_FMT, BL_ARG(name));
	bool no_echo = bl_value_getz(declaration, "NoEcho") &&
		       (bl_value_is_string(bl_value_getz(declaration, "NoEcho"), "true") ||
			       (bl_value_is(bl_value_getz(declaration, "NoEcho"), BL_BOOL) && bl_value_getz(declaration, "NoEcho")->boolean));
	if (!value)
		value = bl_value_getz(declaration, "Default");
	if (value) {
		bl_value *through = bl_value_through(e->arena, value, what, value->span);
		through->span = use;
		through->sensitive = no_echo;
		return through;
	}
	bl_value *v = bl_value_unknown(e->arena, use, BL_FMT " has no value", BL_ARG(what));
	bl_unknown *u = bl_new(e->arena, bl_unknown);
	*u = *v->unknown;
	u->not_null = true;
	const bl_value *allowed = bl_value_getz(declaration, "AllowedValues");
	if (bl_value_is(allowed, BL_LIST)) {
		u->candidates = allowed->list;
		u->ncandidates = allowed->n;
	}
	v->unknown = u;
	v->sensitive = no_echo;
	return v;
}

static bl_str address_of(evaluator *e, bl_str logical_id)
{
	const bl_value *r = bl_value_get(e->resources, logical_id);
	return bl_str_fmt(e->arena, BL_FMT "." BL_FMT, BL_ARG(bl_value_text(bl_value_getz(r, "Type"))), BL_ARG(logical_id));
}

static const bl_value *reference(evaluator *e, bl_str name, bl_span span)
{
	if (bl_str_eqz(name, "AWS::NoValue"))
		return &no_value;
	const bl_value *declaration = bl_value_get(e->parameters, name);
	if (declaration)
		return parameter(e, name, declaration, span);
	if (bl_value_get(e->resources, name))
		return bl_value_waits(e->arena, span, address_of(e, name), BL_STR("Ref"));
	return unknown_string(e, span, bl_str_fmt(e->arena, BL_FMT " is known when the stack is deployed", BL_ARG(name)));
}

/* One name in ${...}: a parameter, a resource, or Resource.Attribute. */
static const bl_value *substitute_name(evaluator *e, bl_str name, const bl_value *extra, bl_span span, int depth)
{
	const bl_value *own = bl_value_get(extra, name);
	if (own)
		return evaluate(e, own, depth + 1);
	bl_str resource, attribute = bl_str_cut(name, '.', &resource);
	if (attribute.n && bl_value_get(e->resources, resource))
		return bl_value_waits(e->arena, span, address_of(e, resource), attribute);
	return reference(e, name, span);
}

/* Joins parts into a string; an unknown part leaves what is before the first and after the last one. */
static const bl_value *join_parts(evaluator *e, const bl_values *parts, bl_str separator, bl_span span)
{
	bl_buf text = {0};
	BL_VEC(bl_ref) refs = {0};
	bl_str prefix = {0};
	bool known = true, sensitive = false;
	size_t last_unknown_end = 0;
	for (size_t i = 0; i < parts->n; i++) {
		const bl_value *p = parts->items[i];
		if (i)
			bl_buf_put(&text, separator);
		sensitive = sensitive || p->sensitive;
		if (p->kind == BL_STRING || p->kind == BL_NUMBER) {
			bl_buf_put(&text, p->kind == BL_STRING ? p->string : p->digits);
		} else if (p->kind == BL_BOOL) {
			bl_buf_putz(&text, p->boolean ? "true" : "false");
		} else {
			if (known)
				prefix = bl_str_dup(e->arena, bl_buf_str(&text));
			known = false;
			last_unknown_end = text.n;
			for (size_t k = 0; p->kind == BL_UNKNOWN && k < p->unknown->nrefs; k++)
				bl_vec_push(e->arena, &refs, p->unknown->refs[k]);
		}
	}
	bl_str whole = bl_str_dup(e->arena, bl_buf_str(&text));
	bl_buf_done(&text);
	bl_value *v;
	if (known) {
		v = bl_value_string(e->arena, span, whole);
		v->origin = BL_COMPUTED;
	} else {
		v = bl_value_unknown(e->arena, span, "a part of the text is known when the stack is deployed");
		bl_unknown *u = bl_new(e->arena, bl_unknown);
		*u = *v->unknown;
		u->type = BL_STRING;
		u->not_null = true;
		u->prefix = prefix;
		u->suffix = bl_str_slice(whole, last_unknown_end, whole.n);
		u->refs = refs.items;
		u->nrefs = refs.n;
		v->unknown = u;
	}
	v->sensitive = sensitive;
	return v;
}

static const bl_value *substitute(evaluator *e, const bl_value *argument, int depth)
{
	const bl_value *text = argument, *extra = NULL;
	if (argument->kind == BL_LIST && argument->n == 2) {
		text = argument->list[0];
		extra = argument->list[1];
	}
	if (text->kind != BL_STRING)
		return unknown_string(e, argument->span, BL_STR("Fn::Sub needs a string"));
	bl_values parts = {0};
	bl_str s = text->string;
	size_t at = 0;
	for (ptrdiff_t open; (open = bl_str_find(s, BL_STR("${"), at)) >= 0;) {
		ptrdiff_t close = bl_str_find(s, BL_STR("}"), (size_t)open);
		if (close < 0)
			break;
		bl_str name = bl_str_trim(bl_str_slice(s, (size_t)open + 2, (size_t)close));
		bl_vec_push(e->arena, &parts, bl_value_string(e->arena, text->span, bl_str_slice(s, at, (size_t)open)));
		if (name.n && name.p[0] == '!') /* ${!Literal} stands for ${Literal} */
			bl_vec_push(e->arena, &parts, bl_value_string(e->arena, text->span,
				bl_str_fmt(e->arena, "${" BL_FMT "}", BL_ARG(bl_str_slice(name, 1, name.n)))));
		else
			bl_vec_push(e->arena, &parts, substitute_name(e, name, extra, text->span, depth));
		at = (size_t)close + 1;
	}
	bl_vec_push(e->arena, &parts, bl_value_string(e->arena, text->span, bl_str_slice(s, at, s.n)));
	return join_parts(e, &parts, BL_STR(""), text->span);
}

static const bl_value *join(evaluator *e, const bl_value *argument, int depth)
{
	const bl_value *list = argument->kind == BL_LIST && argument->n == 2 ? evaluate(e, argument->list[1], depth + 1) : NULL;
	if (!bl_value_is(list, BL_LIST) || list->open || argument->list[0]->kind != BL_STRING)
		return unknown_string(e, argument->span, BL_STR("the list of Fn::Join is not known"));
	bl_values parts = {0};
	for (uint32_t i = 0; i < list->n; i++)
		bl_vec_push(e->arena, &parts, list->list[i]);
	return join_parts(e, &parts, argument->list[0]->string, argument->span);
}

static const bl_value *select_one(evaluator *e, const bl_value *argument, int depth)
{
	if (argument->kind != BL_LIST || argument->n != 2)
		return unknown_string(e, argument->span, BL_STR("Fn::Select needs an index and a list"));
	const bl_value *index = evaluate(e, argument->list[0], depth + 1), *list = evaluate(e, argument->list[1], depth + 1);
	double n = index->kind == BL_NUMBER ? index->number : -1;
	if (index->kind == BL_STRING && index->string.n == 1 && index->string.p[0] >= '0' && index->string.p[0] <= '9')
		n = index->string.p[0] - '0';
	if (list->kind != BL_LIST || list->open || n < 0 || n >= list->n)
		return unknown_string(e, argument->span, BL_STR("what Fn::Select chooses is not known"));
	return list->list[(uint32_t)n];
}

static const bl_value *split(evaluator *e, const bl_value *argument, int depth)
{
	const bl_value *text = argument->kind == BL_LIST && argument->n == 2 ? evaluate(e, argument->list[1], depth + 1) : NULL;
	if (!bl_value_is(text, BL_STRING) || argument->list[0]->kind != BL_STRING || !argument->list[0]->string.n)
		return unknown_string(e, argument->span, BL_STR("the text of Fn::Split is not known"));
	bl_str separator = argument->list[0]->string, s = text->string;
	bl_values parts = {0};
	size_t at = 0;
	for (ptrdiff_t hit; (hit = bl_str_find(s, separator, at)) >= 0; at = (size_t)hit + separator.n)
		bl_vec_push(e->arena, &parts, bl_value_string(e->arena, text->span, bl_str_slice(s, at, (size_t)hit)));
	bl_vec_push(e->arena, &parts, bl_value_string(e->arena, text->span, bl_str_slice(s, at, s.n)));
	return bl_values_value(e->arena, argument->span, &parts);
}

static const bl_value *find_in_map(evaluator *e, const bl_value *argument, int depth)
{
	const bl_value *at = e->mappings;
	for (uint32_t i = 0; argument->kind == BL_LIST && i < argument->n && i < 3; i++) {
		const bl_value *key = evaluate(e, argument->list[i], depth + 1);
		at = key->kind == BL_STRING ? bl_value_get(at, key->string) : NULL;
		if (!at)
			break;
	}
	if (argument->kind == BL_LIST && argument->n >= 3 && at && at != e->mappings)
		return at;
	return unknown_string(e, argument->span, BL_STR("what Fn::FindInMap finds is not known"));
}

static const bl_value *choose(evaluator *e, const bl_value *argument, int depth)
{
	if (argument->kind != BL_LIST || argument->n != 3 || argument->list[0]->kind != BL_STRING)
		return unknown_string(e, argument->span, BL_STR("Fn::If needs a condition and two values"));
	bl_tri t = condition_named(e, argument->list[0]->string, depth);
	if (t != BL_MAYBE)
		return evaluate(e, argument->list[t == BL_YES ? 1 : 2], depth + 1);
	const bl_value **both = bl_new_n(e->arena, const bl_value *, 2);
	both[0] = evaluate(e, argument->list[1], depth + 1);
	both[1] = evaluate(e, argument->list[2], depth + 1);
	bl_value *v = bl_value_unknown(e->arena, argument->span, "condition " BL_FMT " is not known", BL_ARG(argument->list[0]->string));
	bl_unknown *u = bl_new(e->arena, bl_unknown);
	*u = *v->unknown;
	u->candidates = both;
	u->ncandidates = 2;
	v->unknown = u;
	return v;
}

static const bl_value *get_att(evaluator *e, const bl_value *argument)
{
	bl_str resource, attribute;
	if (argument->kind == BL_LIST && argument->n == 2) {
		resource = bl_value_text(argument->list[0]);
		attribute = bl_value_text(argument->list[1]);
	} else {
		attribute = bl_str_cut(bl_value_text(argument), '.', &resource);
	}
	if (!bl_value_get(e->resources, resource))
		return unknown_string(e, argument->span, BL_STR("Fn::GetAtt names no resource of this template"));
	return bl_value_waits(e->arena, argument->span, address_of(e, resource), attribute);
}

/* A map of one key that is an intrinsic function; NULL when it is none. */
static const bl_value *intrinsic(evaluator *e, const bl_value *v, int depth)
{
	bl_str name = v->map[0].key;
	const bl_value *argument = v->map[0].value;
	if (bl_str_eqz(name, "Ref"))
		return reference(e, bl_value_text(argument), argument->span);
	if (!bl_str_starts(name, BL_STR("Fn::")))
		return NULL;
	name = bl_str_slice(name, 4, name.n);
	if (bl_str_eqz(name, "GetAtt"))
		return get_att(e, argument);
	if (bl_str_eqz(name, "Sub"))
		return substitute(e, argument, depth);
	if (bl_str_eqz(name, "Join"))
		return join(e, argument, depth);
	if (bl_str_eqz(name, "If"))
		return choose(e, argument, depth);
	if (bl_str_eqz(name, "FindInMap"))
		return find_in_map(e, argument, depth);
	if (bl_str_eqz(name, "Select"))
		return select_one(e, argument, depth);
	if (bl_str_eqz(name, "Split"))
		return split(e, argument, depth);
	return unknown_string(e, v->span, bl_str_fmt(e->arena, "Fn::" BL_FMT " is known when the stack is deployed", BL_ARG(name)));
}

static const bl_value *evaluate_map(evaluator *e, const bl_value *v, int depth)
{
	if (v->n == 1) {
		const bl_value *result = intrinsic(e, v, depth);
		if (result)
			return result;
	}
	bl_items items = {0};
	items.items = bl_new_n(e->arena, bl_item, v->n);
	items.cap = v->n;
	for (uint32_t i = 0; i < v->n; i++) {
		const bl_value *x = evaluate(e, v->map[i].value, depth + 1);
		if (x != &no_value)
			items.items[items.n++] = (bl_item){v->map[i].key, v->map[i].key_span, x};
	}
	return bl_items_value(e->arena, v->span, &items);
}

static const bl_value *evaluate(evaluator *e, const bl_value *v, int depth)
{
	if (++e->steps > MAX_STEPS || depth > BL_EVAL_MAX_DEPTH)
		return unknown_string(e, v->span, BL_STR("the template is past the limits of evaluation"));
	if (v->kind == BL_MAP && v->n)
		return evaluate_map(e, v, depth);
	if (v->kind != BL_LIST || !v->n)
		return v;
	bl_values items = {0};
	for (uint32_t i = 0; i < v->n; i++) {
		const bl_value *x = evaluate(e, v->list[i], depth + 1);
		if (x != &no_value)
			bl_vec_push(e->arena, &items, x);
	}
	return bl_values_value(e->arena, v->span, &items);
}

static bl_tri condition(evaluator *e, const bl_value *v, int depth)
{
	if (depth > BL_EVAL_MAX_DEPTH || ++e->steps > MAX_STEPS || v->kind != BL_MAP || v->n != 1)
		return BL_MAYBE;
	bl_str name = v->map[0].key;
	const bl_value *argument = v->map[0].value;
	if (bl_str_eqz(name, "Condition"))
		return condition_named(e, bl_value_text(argument), depth);
	if (argument->kind != BL_LIST)
		return BL_MAYBE;
	if (bl_str_eqz(name, "Fn::Equals") && argument->n == 2)
		return bl_value_equal(evaluate(e, argument->list[0], depth + 1), evaluate(e, argument->list[1], depth + 1));
	if (bl_str_eqz(name, "Fn::Not") && argument->n == 1)
		return bl_tri_not(condition(e, argument->list[0], depth + 1));
	bool all = bl_str_eqz(name, "Fn::And"), any = bl_str_eqz(name, "Fn::Or");
	if (!all && !any)
		return BL_MAYBE;
	bl_tri result = all ? BL_YES : BL_NO;
	for (uint32_t i = 0; i < argument->n; i++) {
		bl_tri t = condition(e, argument->list[i], depth + 1);
		result = all ? bl_tri_and(result, t) : bl_tri_or(result, t);
	}
	return result;
}

static bl_tri condition_named(evaluator *e, bl_str name, int depth)
{
	const bl_value *definition = bl_value_get(e->conditions, name);
	uintptr_t known = (uintptr_t)bl_map_get(&e->condition_results, name);
	if (known)
		return known == UNDER_WAY ? BL_MAYBE : (bl_tri)(known - 1);
	if (!definition)
		return BL_MAYBE;
	bl_map_put(e->arena, &e->condition_results, name, (void *)UNDER_WAY);
	bl_tri result = condition(e, definition, depth + 1);
	bl_map_put(e->arena, &e->condition_results, name, (void *)((uintptr_t)result + 1));
	return result;
}

/* The property that names a resource, where its type has one of the usual ones. */
static const bl_value *deployed_name(const bl_value *properties, bl_str type)
{
	ptrdiff_t colon = bl_str_rfind_char(type, ':');
	bl_str last = bl_str_slice(type, (size_t)(colon + 1), type.n);
	for (uint32_t i = 0; bl_value_is(properties, BL_MAP) && i < properties->n; i++) {
		bl_str key = properties->map[i].key;
		if (bl_str_eqz(key, "Name") || (bl_str_starts(key, last) && bl_str_eqz(bl_str_slice(key, last.n, key.n), "Name")))
			return properties->map[i].value;
	}
	return NULL;
}

static void add_resource(evaluator *e, const bl_item *item)
{
	const bl_value *declared = item->value;
	bl_str type = bl_value_text(bl_value_getz(declared, "Type"));
	if (declared->kind != BL_MAP || !type.n)
		return;
	bl_arena *arena = e->arena;
	const bl_value *written = bl_value_getz(declared, "Properties");
	const bl_value *properties = written ? evaluate(e, written, 0) : bl_value_map(arena, declared->span, NULL, 0);
	const bl_value *when = bl_value_getz(declared, "Condition");
	bl_resource *r = bl_new(arena, bl_resource);
	r->root = e->input->root;
	r->language = BL_LANG_CLOUDFORMATION;
	r->address = r->typed_address = bl_str_fmt(arena, BL_FMT "." BL_FMT, BL_ARG(type), BL_ARG(item->key));
	r->label = item->key;
	r->type = r->native_type = type;
	r->provider = BL_STR("aws");
	r->name = deployed_name(properties, type);
	r->condition = when ? condition_named(e, bl_value_text(when), 0) : BL_YES;
	r->span = bl_span_join(item->key_span, declared->span);
	r->head = item->key_span;
	r->native = declared;
	bl_items body = {0};
	if (r->name)
		bl_items_put(arena, &body, BL_STR("name"), r->name->span, r->name);
	bl_items_put(arena, &body, BL_STR("properties"), properties->span, properties);
	const bl_value *tags = bl_value_getz(properties, "Tags");
	if (tags)
		bl_items_put(arena, &body, BL_STR("tags"), tags->span, tags);
	r->written = bl_items_value(arena, declared->span, &body);
	bl_vec_push(arena, &e->out->resources, r);
}

void bl_eval_cloudformation(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out)
{
	for (size_t i = 0; i < input->ndocuments; i++) {
		const bl_document *d = input->documents[i];
		if (!d->blocks.n)
			continue;
		const bl_value *root = d->blocks.items[0]->attrs.items[0].expr->value;
		evaluator e = {.input = input, .arena = arena, .out = out};
		e.parameters = bl_value_getz(root, "Parameters");
		e.mappings = bl_value_getz(root, "Mappings");
		e.conditions = bl_value_getz(root, "Conditions");
		e.resources = bl_value_getz(root, "Resources");
		for (uint32_t k = 0; bl_value_is(e.resources, BL_MAP) && k < e.resources->n; k++)
			add_resource(&e, &e.resources->map[k]);
		const bl_value *outputs = bl_value_getz(root, "Outputs");
		for (uint32_t k = 0; bl_value_is(outputs, BL_MAP) && k < outputs->n; k++) {
			const bl_value *value = bl_value_getz(outputs->map[k].value, "Value");
			bl_output output = {input->root, outputs->map[k].key, value ? evaluate(&e, value, 0) : &bl_value_null};
			bl_vec_push(arena, &out->outputs, output);
		}
		if (e.steps > MAX_STEPS)
			bl_diag_add(arena, &out->diags, BL_DIAG_ERROR, root->span, "the template is past the limits of evaluation");
	}
}

/* What comes into a CloudFormation template from outside: parameters, pseudo parameters, --var and parameter files. */
#include "core/codec/number.h"
#include "eval/cloudformation.h"

/* ---- parameter files */

static void put_given(bl_arena *arena, bl_items *out, bl_map *index, const bl_item *item)
{
	uintptr_t at = (uintptr_t)bl_map_get(index, item->key);
	if (at) {
		out->items[at - 1] = *item;
		return;
	}
	bl_vec_push(arena, out, *item);
	bl_map_put(arena, index, item->key, (void *)(uintptr_t)out->n);
}

/* One entry of [{"ParameterKey": ..., "ParameterValue": ...}], or "Name=Value". */
static void read_entry(bl_arena *arena, bl_items *out, bl_map *index, const bl_value *v)
{
	bl_str name = bl_value_text(bl_value_getz(v, "ParameterKey")), head, text = bl_value_text(v);
	const bl_value *value = bl_value_getz(v, "ParameterValue");
	bl_str rest = bl_str_cut(text, '=', &head);
	if (text.n && head.n < text.n)
		put_given(arena, out, index, &(bl_item){head, v->span, bl_value_string(arena, v->span, rest)});
	else if (name.n && value)
		put_given(arena, out, index, &(bl_item){name, v->span, value});
}

static const bl_document *as_parameters(bl_cloudformation *run, const bl_document *d)
{
	const bl_loader *l = run->input->loader;
	if (d->language == BL_LANG_CLOUDFORMATION)
		return d;
	bool other = d->language != BL_LANG_NONE && d->language != BL_LANG_YAML;
	return other || !l || !l->parse ? NULL : l->parse(l->context, BL_LANG_CLOUDFORMATION, d->source, NULL);
}

const bl_value *bl_stack_command_line(bl_cloudformation *run)
{
	const bl_eval_options *o = run->input->options;
	bl_arena *arena = run->arena;
	bl_items items = {0};
	bl_map index = {0};
	for (size_t i = 0; i < o->nvar_files; i++) {
		const bl_value *root = bl_document_tree(as_parameters(run, o->var_files[i])), *map = bl_value_getz(root, "Parameters");
		for (uint32_t k = 0; bl_value_is(root, BL_LIST) && k < root->n; k++)
			read_entry(arena, &items, &index, root->list[k]);
		for (uint32_t k = 0; bl_value_is(map, BL_MAP) && k < map->n; k++)
			put_given(arena, &items, &index, &map->map[k]);
	}
	for (size_t i = 0; i < o->nvars; i++) {
		const bl_var *var = &o->vars[i];
		const bl_value *v = var->unknown ? var->unknown : bl_value_string(arena, var->span, var->text);
		if (!var->environment)
			put_given(arena, &items, &index, &(bl_item){var->name, var->span, v});
	}
	return bl_items_value(arena, BL_NOWHERE, &items);
}

/* ---- parameters */

void bl_stack_declare_parameters(bl_stack *s, const bl_value *declarations, const bl_value *given)
{
	bl_arena *arena = s->run->arena;
	for (uint32_t i = 0; bl_value_is(given, BL_MAP) && i < given->n; i++)
		if (given->map[i].value != &bl_stack_no_value)
			bl_map_put(arena, &s->given, given->map[i].key, (void *)given->map[i].value);
	for (uint32_t i = 0; bl_value_is(declarations, BL_MAP) && i < declarations->n; i++) {
		bl_stack_parameter *p = bl_new(arena, bl_stack_parameter);
		p->declaration = declarations->map[i].value;
		p->given = bl_map_get(&s->given, declarations->map[i].key);
		bl_map_put(arena, &s->parameters, declarations->map[i].key, p);
	}
}

static bool is_true(const bl_value *v)
{
	bl_str text;
	return v && bl_stack_text(v, &text) && bl_str_eqiz(text, "true");
}

/* "List<...>" and CommaDelimitedList: the members of the text, without white space around them. */
static const bl_value *list_of(bl_stack *s, const bl_value *v, bool numbers)
{
	bl_arena *arena = s->run->arena;
	bl_str rest, member;
	if (!bl_stack_text(v, &rest))
		return v;
	bl_values list = {0};
	for (bool more = true; more && bl_stack_spend(s->run, 1);) {
		more = bl_str_find(rest, BL_STR(","), 0) >= 0;
		rest = bl_str_cut(rest, ',', &member);
		member = bl_str_trim(member);
		bool number = numbers && bl_number_valid(member);
		bl_value *m = number ? bl_value_digits(arena, v->span, bl_number_canonical(arena, member)) : bl_value_string(arena, v->span, member);
		m->sensitive = v->sensitive;
		bl_vec_push(arena, &list, m);
	}
	bl_value *out = bl_values_value(arena, v->span, &list);
	out->sensitive = v->sensitive;
	return out;
}

/* Text given from outside is what a parameter's type makes of it. */
static const bl_value *typed(bl_stack *s, const bl_value *v, bl_str type)
{
	if (bl_str_eqz(type, "CommaDelimitedList") || bl_str_starts(type, BL_STR("List<")))
		return list_of(s, v, bl_str_eqz(type, "List<Number>"));
	if (bl_str_eqz(type, "Number") && v->kind == BL_STRING && bl_number_valid(v->string))
		return bl_value_digits(s->run->arena, v->span, bl_number_canonical(s->run->arena, v->string));
	return v;
}

static bool is_list_type(bl_str type)
{
	return bl_str_eqz(type, "CommaDelimitedList") || bl_str_find(type, BL_STR("List<"), 0) >= 0;
}

static const bl_value *not_given(bl_stack *s, const bl_stack_parameter *p, bl_str name, bl_str type, bool stored)
{
	bl_value *v = stored ? bl_stack_unknown(s, p->declaration->span, -1, NULL, 0,
				       "parameter " BL_FMT " is read from the Parameter Store when the stack is deployed", BL_ARG(name))
			     : bl_stack_unknown(s, p->declaration->span, -1, NULL, 0, "parameter " BL_FMT " has no value", BL_ARG(name));
	bl_unknown *u = (bl_unknown *)v->unknown;
	const bl_value *allowed = bl_value_getz(p->declaration, "AllowedValues");
	size_t least;
	if (is_list_type(type) || bl_str_find(type, BL_STR("<CommaDelimitedList>"), 0) >= 0) {
		u->type = BL_LIST;
		return v;
	}
	if (bl_value_is(allowed, BL_LIST) && !stored && allowed->n <= BL_STACK_MAX_CANDIDATES) {
		u->candidates = allowed->list;
		u->ncandidates = allowed->n;
	}
	const bl_value *shortest = bl_value_getz(p->declaration, "MinLength");
	if (shortest && bl_stack_count(shortest, &least))
		u->least = least;
	return v;
}

/* The value where it is declared or given: its span is there. */
static const bl_value *work_out(bl_stack *s, bl_stack_parameter *p, bl_str name)
{
	bl_str type = bl_value_text(bl_value_getz(p->declaration, "Type"));
	const bl_value *v = p->given ? p->given : bl_value_getz(p->declaration, "Default");
	bool stored = bl_str_starts(type, BL_STR("AWS::SSM::Parameter::Value<")); /* the value names an entry of the Parameter Store */
	if (v && !bl_stack_is_flat(v))
		v = bl_stack_unknown(s, v->span, -1, NULL, 0, "parameter " BL_FMT " is no text", BL_ARG(name));
	v = v && !stored ? typed(s, v, type) : not_given(s, p, name, type, stored);
	return is_true(bl_value_getz(p->declaration, "NoEcho")) ? bl_value_mark_sensitive(s->run->arena, v) : v;
}

/* ---- pseudo parameters */

static const char digits[] = "0123456789";

/* Partition and domain by region; other regions than those of the public clouds are not told apart. */
static const struct {
	const char *region, *partition, *suffix;
} partitions[] = {
	{"cn-", "aws-cn", "amazonaws.com.cn"},
	{"us-gov-", "aws-us-gov", "amazonaws.com"},
	{"us-iso", NULL, NULL},
	{"eu-iso", NULL, NULL},
	{"eusc-", NULL, NULL},
	{"", "aws", "amazonaws.com"},
};

static const char *by_region(bl_str region, bool suffix)
{
	for (size_t i = 0; i < sizeof partitions / sizeof *partitions; i++)
		if (bl_str_starts(region, bl_str_of(partitions[i].region)))
			return suffix ? partitions[i].suffix : partitions[i].partition;
	return NULL;
}

static const char *const pseudo[] = {"AWS::AccountId", "AWS::NoValue", "AWS::NotificationARNs", "AWS::Partition", "AWS::Region",
	"AWS::StackId", "AWS::StackName", "AWS::URLSuffix"};

bool bl_stack_is_pseudo(bl_str name)
{
	for (size_t i = 0; i < sizeof pseudo / sizeof *pseudo; i++)
		if (bl_str_eqz(name, pseudo[i]))
			return true;
	return false;
}

/* A nested stack stands in its parent's account and region. */
static const bl_value *from_outside(const bl_stack *s, bl_str name)
{
	bool own = bl_str_eqz(name, "AWS::StackId") || bl_str_eqz(name, "AWS::StackName");
	while (!own && s->parent)
		s = s->parent;
	return bl_map_get(&s->given, name);
}

static const bl_value *pseudo_value(bl_stack *s, bl_str name, bl_span use)
{
	const bl_value *v = from_outside(s, name), *region = from_outside(s, BL_STR("AWS::Region"));
	bool suffix = bl_str_eqz(name, "AWS::URLSuffix");
	if (!v && region && (suffix || bl_str_eqz(name, "AWS::Partition"))) {
		const char *known = by_region(bl_value_text(region), suffix);
		v = known ? bl_value_string(s->run->arena, use, bl_str_of(known)) : NULL;
	}
	if (v && bl_str_eqz(name, "AWS::NotificationARNs"))
		v = list_of(s, v, false);
	if (v)
		return bl_value_at(s->run->arena, v, use);
	bl_value *unknown = bl_stack_unknown(s, use, bl_str_eqz(name, "AWS::NotificationARNs") ? BL_LIST : BL_STRING, NULL, 0,
		BL_FMT " is known when the stack is deployed", BL_ARG(name));
	bl_unknown *u = (bl_unknown *)unknown->unknown;
	if (bl_str_eqz(name, "AWS::AccountId")) {
		u->least = u->most = 12;
		u->alphabet = bl_str_of(digits);
	}
	return unknown;
}

const bl_value *bl_stack_parameter_value(bl_stack *s, bl_str name, bl_span use)
{
	bl_stack_parameter *p = bl_map_get(&s->parameters, name);
	if (!p)
		return bl_stack_is_pseudo(name) ? pseudo_value(s, name, use) : NULL;
	if (!p->value)
		p->value = work_out(s, p, name);
	bl_str what = bl_str_fmt(s->run->arena, "parameter " BL_FMT, BL_ARG(name));
	if (p->value->kind == BL_UNKNOWN && !p->given)
		return bl_value_at(s->run->arena, p->value, use);
	bl_value *through = bl_value_through(s->run->arena, p->value, what, bl_span_known(p->value->span) ? p->value->span : use);
	through->span = use;
	return through;
}

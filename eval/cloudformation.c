/* CloudFormation templates: the sections, and resources out of what they declare. */
#include "eval/cloudformation.h"

#include "eval/sam.h"

static const bl_value *section(const bl_stack *s, const char *name)
{
	const bl_value *v = bl_value_getz(s->template, name);
	return bl_value_is(v, BL_MAP) ? v : NULL;
}

bl_stack_item *bl_stack_find(const bl_stack *s, bl_str id)
{
	return bl_map_get(&s->by_id, id);
}

static bl_stack_item *new_item(bl_stack *s, bl_str id, bl_span key_span, const bl_value *declared)
{
	bl_arena *arena = s->run->arena;
	bl_stack_item *item = bl_new(arena, bl_stack_item);
	item->id = id;
	item->key_span = key_span;
	item->declared = declared;
	item->type = bl_value_text(bl_value_getz(declared, "Type"));
	item->address = bl_str_fmt(arena, BL_FMT BL_FMT "." BL_FMT, BL_ARG(s->prefix), BL_ARG(item->type), BL_ARG(id));
	bl_vec_push(arena, &s->items, item);
	return item;
}

bl_stack_item *bl_stack_add(bl_stack *s, bl_str id, bl_span key_span, const bl_value *declared)
{
	bl_stack_item *item = new_item(s, id, key_span, declared);
	bl_stack_item *before = bl_map_put(s->run->arena, &s->by_id, id, item);
	if (before)
		before->replaced = true;
	return item;
}

void bl_stack_add_source(bl_stack *s, bl_str id, bl_span key_span, const bl_value *declared)
{
	new_item(s, id, key_span, declared)->source = true;
}

bl_stack_item *bl_stack_generate(bl_stack *s, bl_str id, bl_span key_span, const bl_value *declared)
{
	bl_stack_item *before = bl_map_get(&s->by_id, id);
	if (before)
		return before;
	bl_stack_item *item = new_item(s, id, key_span, declared);
	item->generated = true;
	bl_map_put(s->run->arena, &s->by_id, id, item);
	return item;
}

/* ---- resources */

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

static const bl_value *body_of(bl_stack *s, bl_resource *r, const bl_value *properties)
{
	bl_arena *arena = s->run->arena;
	bl_items body = {0};
	if (r->name)
		bl_items_put(arena, &body, BL_STR("name"), r->name->span, r->name);
	bl_items_put(arena, &body, BL_STR("properties"), properties->span, properties);
	const bl_value *tags = bl_value_getz(properties, "Tags");
	if (tags)
		bl_items_put(arena, &body, BL_STR("tags"), tags->span, tags);
	return bl_items_value(arena, r->native->span, &body);
}

static bool count_resource(bl_cloudformation *run, bl_span span)
{
	size_t limit = run->input->options->max_instances ? run->input->options->max_instances : BL_EVAL_MAX_INSTANCES;
	if (run->instances++ < limit)
		return true;
	if (run->instances == limit + 1)
		bl_diag_add(run->arena, &run->out->diags, BL_DIAG_ERROR, span, "more than %zu resources: the rest is left out", limit);
	return false;
}

static void add_resource(bl_stack *s, bl_stack_item *item)
{
	bl_cloudformation *run = s->run;
	bl_arena *arena = run->arena;
	if (item->replaced || !count_resource(run, item->key_span))
		return;
	const bl_value *written = bl_value_getz(item->declared, "Properties"), *when = bl_value_getz(item->declared, "Condition");
	const bl_value *properties = written ? bl_stack_evaluate(s, written, 0) : bl_value_map(arena, item->declared->span, NULL, 0);
	bl_resource *r = bl_new(arena, bl_resource);
	r->root = run->input->root;
	r->language = BL_LANG_CLOUDFORMATION;
	r->address = item->address;
	r->typed_address = s->prefix.n ? bl_str_fmt(arena, BL_FMT "." BL_FMT, BL_ARG(item->type), BL_ARG(item->id)) : item->address;
	r->label = item->id;
	r->type = r->native_type = item->type;
	r->provider = BL_STR("aws");
	r->module = s->module;
	r->via = s->via;
	r->name = deployed_name(properties, item->type);
	r->condition = bl_tri_and(s->condition, when ? bl_stack_condition_named(s, bl_value_text(when), 0) : BL_YES);
	r->span = bl_span_join(item->key_span, item->declared->span);
	r->head = item->key_span;
	r->native = item->declared;
	r->written = body_of(s, r, properties);
	bl_vec_push(arena, run->sink, r);
	if (!bl_stack_is_nested(item->type) || item->source)
		return;
	bl_stack_run_nested(s, item);
	for (size_t i = 0; i < item->resources.n; i++)
		bl_vec_push(arena, run->sink, item->resources.items[i]);
}

/* ---- the template */

static void declare_resources(bl_stack *s)
{
	bl_cloudformation *run = s->run;
	const bl_value *resources = section(s, "Resources");
	for (uint32_t i = 0; resources && i < resources->n; i++) {
		const bl_item *r = &resources->map[i];
		bl_str type = bl_value_text(bl_value_getz(r->value, "Type"));
		if (bl_str_eqz(r->key, "Fn::Transform"))
			bl_stack_gap(s, r->key_span, "the resources that a macro declares are not known");
		if (bl_str_ends(type, BL_STR("::MODULE")))
			bl_stack_gap(s, r->key_span, "a module of the CloudFormation registry is not read");
		if (bl_str_starts(r->key, BL_STR("Fn::")))
			continue; /* a loop that went wrong */
		if (s->sam && bl_sam_declare(s, r))
			continue;
		if (type.n)
			bl_stack_add(s, r->key, r->key_span, r->value);
		else if (!s->macros)
			bl_diag_add(run->arena, &run->out->diags, s->versioned ? BL_DIAG_ERROR : BL_DIAG_NOTE, r->key_span,
				"resource '" BL_FMT "' has no type", BL_ARG(r->key));
	}
	if (s->sam)
		bl_sam_declare_implicit(s);
}

static void declare(bl_stack *s, const bl_value *root, const bl_value *given)
{
	bl_arena *arena = s->run->arena;
	s->template = bl_stack_include_sections(s, root);
	bl_stack_declare_parameters(s, section(s, "Parameters"), given);
	s->mappings = bl_stack_expand(s, section(s, "Mappings"));
	s->template = bl_stack_expand(s, s->template);
	const bl_value *conditions = section(s, "Conditions");
	for (uint32_t i = 0; conditions && i < conditions->n; i++)
		bl_map_put(arena, &s->conditions, conditions->map[i].key, (void *)conditions->map[i].value);
	declare_resources(s);
}

static const bl_value *outputs_of(bl_stack *s)
{
	const bl_value *outputs = section(s, "Outputs");
	bl_items items = {0};
	items.items = bl_new_n(s->run->arena, bl_item, outputs ? outputs->n : 0);
	for (uint32_t i = 0; outputs && i < outputs->n; i++) {
		const bl_item *o = &outputs->map[i];
		const bl_value *value = bl_value_getz(o->value, "Value"), *when = bl_value_getz(o->value, "Condition");
		if (value && (!when || bl_stack_condition_named(s, bl_value_text(when), 0) != BL_NO))
			items.items[items.n++] = (bl_item){o->key, o->key_span, bl_stack_evaluate(s, value, 0)};
	}
	return bl_items_value(s->run->arena, BL_NOWHERE, &items);
}

const bl_value *bl_stack_run(bl_cloudformation *run, bl_stack *s, const bl_value *root, const bl_value *given)
{
	s->versioned = bl_value_getz(root, "AWSTemplateFormatVersion") || bl_value_getz(root, "Transform");
	declare(s, root, given);
	if (!bl_map_put(run->arena, &run->checked, s->document->path, s))
		bl_stack_check(s);
	bl_stack_check_conditions(s);
	bl_stack_check_rules(s);
	for (size_t i = 0; i < s->items.n; i++)
		add_resource(s, s->items.items[i]);
	return outputs_of(s);
}

static void run_document(bl_cloudformation *run, const bl_document *d, const bl_value *given)
{
	const bl_value *root = bl_document_tree(d);
	if (!bl_value_is(root, BL_MAP))
		return;
	bl_stack *s = bl_new(run->arena, bl_stack);
	s->run = run;
	s->document = d;
	s->condition = BL_YES;
	const bl_value *outputs = bl_stack_run(run, s, root, given);
	for (uint32_t i = 0; i < outputs->n; i++)
		bl_vec_push(run->arena, &run->out->outputs, ((bl_output){run->input->root, outputs->map[i].key, outputs->map[i].value}));
}

void bl_eval_cloudformation(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out)
{
	bl_cloudformation run = {.input = input, .arena = arena, .out = out};
	bl_stack_resources resources = {0};
	run.sink = &resources;
	const bl_value *given = bl_stack_command_line(&run);
	for (size_t i = 0; i < input->ndocuments; i++) {
		run_document(&run, input->documents[i], given);
		if (!bl_stack_spend(&run, 0)) {
			bl_span whole = {input->documents[i]->source, 0, 0};
			bl_diag_add(arena, &out->diags, BL_DIAG_ERROR, whole, "the template is past the limits of evaluation");
		}
	}
	for (size_t i = 0; i < resources.n; i++)
		bl_vec_push(arena, &out->resources, resources.items[i]);
}

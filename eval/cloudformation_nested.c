/* Stacks within a stack, whose template lies beside it as `aws cloudformation package` and `sam build` read it. */
#include "eval/cloudformation.h"

bool bl_stack_is_nested(bl_str type)
{
	return bl_str_eqz(type, "AWS::CloudFormation::Stack");
}

static bool is_under_way(const bl_stack *s, const bl_document *d)
{
	for (; s; s = s->parent)
		if (s->document == d)
			return true;
	return false;
}

static void run(bl_stack *s, bl_stack_item *item, const bl_document *d, const bl_value *root, const bl_value *path)
{
	bl_cloudformation *r = s->run;
	bl_arena *arena = r->arena;
	const bl_value *parameters = bl_value_getz(bl_value_getz(item->declared, "Properties"), "Parameters");
	const bl_value *when = bl_value_getz(item->declared, "Condition");
	bl_via *via = bl_new(arena, bl_via);
	bl_stack *child = bl_new(arena, bl_stack);
	*via = (bl_via){item->address, path->span, s->via};
	child->run = r;
	child->document = d;
	child->module = item->address;
	child->prefix = bl_str_cat(arena, item->address, BL_STR("."));
	child->condition = bl_tri_and(s->condition, when ? bl_stack_condition_named(s, bl_value_text(when), 0) : BL_YES);
	child->via = via;
	child->parent = s;
	child->depth = s->depth + 1;
	bl_stack_resources *sink = r->sink;
	r->sink = &item->resources;
	item->outputs = bl_stack_run(r, child, root, parameters ? bl_stack_evaluate(s, parameters, 0) : NULL);
	r->sink = sink;
}

void bl_stack_run_nested(bl_stack *s, bl_stack_item *item)
{
	if (item->state != BL_NESTED_NEW)
		return;
	item->state = BL_NESTED_BUSY;
	const bl_value *written = bl_value_getz(bl_value_getz(item->declared, "Properties"), "TemplateURL"), *path = written ? bl_stack_evaluate(s, written, 0) : NULL;
	const bl_document *d = path ? bl_stack_local(s, bl_value_text(path)) : NULL;
	const bl_value *root = d && d->language == BL_LANG_CLOUDFORMATION ? bl_document_tree(d) : NULL;
	if (!path || !bl_value_is(root, BL_MAP))
		bl_stack_gap(s, written ? written->span : item->key_span, "the template of a nested stack is not read");
	else if (is_under_way(s, d))
		bl_diag_add(s->run->arena, &s->run->out->diags, BL_DIAG_ERROR, path->span, "'" BL_FMT "' uses itself", BL_ARG(d->path));
	else if (s->depth >= BL_STACK_MAX_NESTED)
		bl_diag_add(s->run->arena, &s->run->out->diags, BL_DIAG_ERROR, path->span,
			"stacks are nested too deeply: this one is left out");
	else
		run(s, item, d, root, path);
	item->state = BL_NESTED_DONE;
}

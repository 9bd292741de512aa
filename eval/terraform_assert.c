/* What a configuration says must hold: validations of variables, preconditions, postconditions and checks. What is not known holds for now. */
#include "eval/terraform.h"

/* The text of an error_message, or nothing when it is not known. */
static bl_str message_of(const bl_tf_scope *s, const bl_block *b)
{
	const bl_attr *a = bl_block_attr(b, "error_message");
	const bl_value *v = a ? bl_tf_eval(s, a->expr) : NULL;
	return bl_value_is(v, BL_STRING) && !bl_tf_sensitive(v) ? bl_str_trim(v->string) : BL_STR("");
}

/* Looks at one condition. Its own mistakes are not said: a version of the language that is not known here may see it otherwise. */
static void look(const bl_tf_scope *s, const bl_block *b, bl_diag_level level, bl_span at, bl_str what)
{
	bl_tf *tf = s->tf;
	const bl_attr *condition = bl_block_attr(b, "condition");
	size_t errors = tf->errors;
	if (!condition)
		return;
	tf->quiet++;
	const bl_value *v = bl_tf_to_bool(tf, bl_tf_look_at(s, condition->expr));
	bool broken = tf->errors == errors && v && v->kind == BL_BOOL && !v->boolean;
	/* a module that waits for its values may well break its own conditions without them */
	if (tf->incomplete)
		level = BL_DIAG_NOTE;
	bl_str message = broken ? message_of(s, b) : BL_STR("");
	tf->quiet--;
	tf->errors = errors;
	if (broken)
		bl_diag_add(tf->arena, tf->diags, level, bl_span_known(at) ? at : condition->span, BL_FMT "%s" BL_FMT, BL_ARG(what),
			message.n ? ": " : "", BL_ARG(message));
}

static void look_at_variable(const bl_tf_scope *s, bl_tf_item *item)
{
	bl_tf *tf = s->tf;
	for (size_t i = 0; i < item->block->blocks.n; i++) {
		const bl_block *b = item->block->blocks.items[i];
		if (!bl_str_eqz(b->kind, "validation"))
			continue;
		const bl_value *v = bl_tf_variable(s, item);
		look(s, b, BL_DIAG_ERROR, v->via ? v->via->span : item->block->head,
			bl_str_fmt(tf->arena, "the value of var." BL_FMT " is not valid", BL_ARG(item->name)));
	}
}

static const bl_block *child(const bl_block *b, const char *kind)
{
	for (size_t i = 0; i < b->blocks.n; i++)
		if (bl_str_eqz(b->blocks.items[i]->kind, kind))
			return b->blocks.items[i];
	return NULL;
}

static void look_at_instance(const bl_tf_scope *s, const bl_block *lifecycle, const bl_tf_instance *instance)
{
	bl_tf *tf = s->tf;
	bl_tf_frame self = {instance->frame, BL_STR("self"), instance->object};
	bl_tf_scope before = {tf, s->module, instance->frame}, after = {tf, s->module, &self};
	for (size_t i = 0; i < lifecycle->blocks.n; i++) {
		const bl_block *b = lifecycle->blocks.items[i];
		bool post = bl_str_eqz(b->kind, "postcondition");
		if (post || bl_str_eqz(b->kind, "precondition"))
			look(post ? &after : &before, b, BL_DIAG_ERROR, BL_NOWHERE,
				bl_str_fmt(tf->arena, "the " BL_FMT " of " BL_FMT " does not hold", BL_ARG(b->kind), BL_ARG(instance->address)));
	}
}

static void look_at_resource(const bl_tf_scope *s, const bl_tf_item *item)
{
	const bl_block *lifecycle = child(item->block, "lifecycle");
	for (size_t i = 0; lifecycle && item->condition == BL_YES && i < item->instances.n; i++)
		if (item->instances.items[i].resource && item->instances.items[i].object)
			look_at_instance(s, lifecycle, &item->instances.items[i]);
}

static void look_at_output(const bl_tf_scope *s, const bl_tf_item *item)
{
	for (size_t i = 0; i < item->block->blocks.n; i++)
		if (bl_str_eqz(item->block->blocks.items[i]->kind, "precondition"))
			look(s, item->block->blocks.items[i], BL_DIAG_ERROR, BL_NOWHERE,
				bl_str_fmt(s->tf->arena, "the precondition of the output " BL_FMT " does not hold", BL_ARG(item->name)));
}

/* A check that fails lets everything go on: it is only told. */
static void look_at_check(const bl_tf_scope *s, const bl_block *b)
{
	for (size_t i = 0; i < b->blocks.n; i++)
		if (bl_str_eqz(b->blocks.items[i]->kind, "assert"))
			look(s, b->blocks.items[i], BL_DIAG_NOTE, BL_NOWHERE,
				bl_str_fmt(s->tf->arena, "the check " BL_FMT " fails", BL_ARG(bl_block_label(b, 0))));
}

static bool lacks_values(bl_tf_module *m, const bl_tf_scope *s)
{
	for (size_t i = 0; !m->parent && i < m->variables.n; i++) {
		bl_tf_item *item = m->variables.entries[i].value;
		if (!bl_block_attr(item->block, "default") && bl_tf_variable(s, item)->kind == BL_UNKNOWN)
			return true;
	}
	return false;
}

void bl_tf_assert(bl_tf *tf, bl_tf_module *m)
{
	bl_tf_scope s = {tf, m, m->frame};
	tf->incomplete |= lacks_values(m, &s);
	if (m->condition != BL_YES)
		return;
	for (size_t i = 0; i < m->variables.n; i++)
		look_at_variable(&s, m->variables.entries[i].value);
	for (size_t i = 0; i < m->declared.n; i++)
		look_at_resource(&s, m->declared.items[i]);
	for (size_t i = 0; i < m->outputs.n; i++)
		look_at_output(&s, m->outputs.entries[i].value);
	for (size_t i = 0; i < m->checks.n; i++)
		look_at_check(&s, m->checks.items[i]);
}

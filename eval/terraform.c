/* Terraform: one root module with its local modules -> resources. */
#include "eval/terraform.h"

bl_tf bl_tf_begin(const bl_eval_input *input, bl_arena *arena, bl_diag_list *diags, bl_diag_level level)
{
	return (bl_tf){.input = input, .arena = arena, .diags = diags, .level = level, .steps = BL_TF_MAX_STEPS};
}

static bl_tf_module *root_module(bl_tf *tf)
{
	const bl_eval_input *in = tf->input;
	bl_tf_module *m = bl_tf_module_new(tf, NULL, in->documents, in->ndocuments);
	ptrdiff_t slash = in->ndocuments ? bl_str_rfind_char(in->documents[0]->path, '/') : -1;
	m->folder = in->ndocuments ? bl_str_slice(in->documents[0]->path, 0, slash < 0 ? 0 : (size_t)slash) : in->root->path;
	m->path = BL_STR(".");
	bl_tf_check_module_files(tf, m);
	return m;
}

/* All resources of a module and of the modules it calls, in source order. */
static void emit(bl_tf *tf, bl_tf_module *m)
{
	bl_tf_scope s = {tf, m, m->frame};
	for (size_t i = 0; i < m->declared.n; i++) {
		bl_tf_item *item = m->declared.items[i];
		if (bl_str_eqz(item->block->kind, "module"))
			bl_tf_call(&s, item);
		else
			bl_tf_resource(&s, item);
		for (size_t k = 0; k < item->instances.n; k++) {
			bl_tf_instance *instance = &item->instances.items[k];
			if (instance->resource)
				bl_vec_push(tf->arena, &tf->out->resources, instance->resource);
			if (instance->module)
				emit(tf, instance->module);
		}
	}
}

/* Locals that nobody asked for: they may depend on themselves all the same. */
static void ask_for_locals(bl_tf *tf, bl_tf_module *m)
{
	bl_tf_scope s = {tf, m, m->frame};
	tf->quiet++;
	for (size_t i = 0; i < m->locals.n; i++)
		bl_tf_local(&s, m->locals.entries[i].value);
	tf->quiet--;
}

/* Conditions of a module and of those it calls, once everything they may ask for is there. */
static void look_over(bl_tf *tf, bl_tf_module *m)
{
	ask_for_locals(tf, m);
	bl_tf_assert(tf, m);
	for (size_t i = 0; i < m->declared.n; i++) {
		const bl_tf_item *item = m->declared.items[i];
		for (size_t k = 0; k < item->instances.n; k++)
			if (item->instances.items[k].module)
				look_over(tf, item->instances.items[k].module);
	}
}

/* What nobody asked for is worked out as well: its mistakes are mistakes. */
static void emit_outputs(bl_tf *tf, bl_tf_module *m)
{
	for (size_t i = 0; i < m->outputs.n; i++) {
		bl_tf_item *item = m->outputs.entries[i].value;
		bl_output *out = bl_vec_add(tf->arena, &tf->out->outputs);
		out->root = tf->input->root;
		out->name = item->name;
		out->value = bl_tf_plain(tf, bl_tf_output(tf, m, item), true);
	}
}

static void evaluate(bl_tf *tf)
{
	bl_tf_module *root = root_module(tf);
	emit(tf, root);
	emit_outputs(tf, root);
	look_over(tf, root);
	bl_tf_set_places(tf, root);
}

/* A plan or a state: the configuration beside it, if any, says where its values were written, and nothing else. */
static void evaluate_shown(bl_tf *tf, const bl_document *shown)
{
	bl_evaluation code = {.root = tf->input->root}, *out = tf->out;
	bl_diag_list *diags = tf->diags;
	bool sources = tf->input->ndocuments > 1;
	tf->shown = shown;
	if (sources) {
		tf->out = &code;
		tf->diags = &code.diags;
		evaluate(tf);
	}
	tf->out = out;
	tf->diags = diags;
	bl_tf_show(tf, shown, sources ? &code : NULL);
}

void bl_eval_terraform(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out)
{
	bl_tf tf = bl_tf_begin(input, arena, &out->diags, BL_DIAG_WARNING);
	const bl_document *shown = NULL;
	tf.out = out;
	for (size_t i = 0; i < input->ndocuments; i++)
		if (bl_tf_is_shown(input->documents[i]))
			shown = input->documents[i];
	if (shown)
		evaluate_shown(&tf, shown);
	else
		evaluate(&tf);
}

const bl_value *bl_eval_terraform_expression(const bl_eval_input *input, bl_arena *arena, const bl_expr *expr, bl_diag_list *diags)
{
	bl_tf tf = bl_tf_begin(input, arena, diags, BL_DIAG_ERROR);
	bl_tf_module *root = input->ndocuments ? root_module(&tf) : NULL;
	bl_tf_scope s = {&tf, root, NULL};
	return bl_tf_plain(&tf, bl_tf_eval(&s, expr), true);
}

bl_str bl_eval_terraform_type(const bl_eval_input *input, bl_arena *arena, const bl_value *v)
{
	bl_diag_list diags = {0};
	bl_tf tf = bl_tf_begin(input, arena, &diags, BL_DIAG_ERROR);
	return bl_tf_type_words(arena, bl_tf_type_of(&tf, v));
}

#include "eval/language.h"

typedef void (*evaluator)(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out);

/* One row a language. A language that declares no resources has none. */
static const evaluator evaluators[BL_LANG_COUNT] = {
	[BL_LANG_ARM] = bl_eval_arm,
	[BL_LANG_BAKE] = bl_eval_bake,
	[BL_LANG_BICEP] = bl_eval_bicep,
	[BL_LANG_CLOUDFORMATION] = bl_eval_cloudformation,
	[BL_LANG_COMPOSE] = bl_eval_compose,
	[BL_LANG_DOCKERFILE] = bl_eval_dockerfile,
	[BL_LANG_KUBERNETES] = bl_eval_kubernetes,
	[BL_LANG_PIPELINE] = bl_eval_pipeline,
	[BL_LANG_TERRAFORM] = bl_eval_terraform,
};

void bl_eval_root(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out)
{
	out->root = input->root;
	evaluator evaluate = evaluators[input->root->language];
	if (evaluate)
		evaluate(input, arena, out);
	bl_lower(input->schema, arena, out);
}

typedef const bl_value *(*expression_evaluator)(const bl_eval_input *input, bl_arena *arena, const bl_expr *expr,
	bl_diag_list *diags);

/* One row a language that has a console. */
static const expression_evaluator expressions[BL_LANG_COUNT] = {
	[BL_LANG_ARM] = bl_eval_arm_expression,
	[BL_LANG_BICEP] = bl_eval_bicep_expression,
	[BL_LANG_TERRAFORM] = bl_eval_terraform_expression,
};

const bl_value *bl_eval_expression(const bl_eval_input *input, bl_arena *arena, const bl_expr *expr, bl_diag_list *diags)
{
	expression_evaluator evaluate = expressions[input->root->language];
	if (evaluate)
		return evaluate(input, arena, expr, diags);
	return bl_value_unknown(arena, expr->span, "expressions of %s are not evaluated yet",
		bl_language_name(input->root->language));
}

bl_str bl_eval_type_name(const bl_eval_input *input, bl_arena *arena, const bl_value *v)
{
	return input->root->language == BL_LANG_TERRAFORM ? bl_eval_terraform_type(input, arena, v) : BL_STR("");
}

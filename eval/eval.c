#include "eval/language.h"

typedef void (*evaluator)(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out);

/* One row a language. A language that declares no resources has none. */
static const evaluator evaluators[BL_LANG_COUNT] = {
	[BL_LANG_CLOUDFORMATION] = bl_eval_cloudformation,
	[BL_LANG_DOCKERFILE] = bl_eval_dockerfile,
	[BL_LANG_KUBERNETES] = bl_eval_kubernetes,
};

void bl_eval_root(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out)
{
	out->root = input->root;
	evaluator evaluate = evaluators[input->root->language];
	if (evaluate)
		evaluate(input, arena, out);
	bl_lower(input->schema, arena, out);
}

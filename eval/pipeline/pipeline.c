/* Which dialect of pipelines reads what. */
#include "eval/pipeline/pipeline.h"

static const struct {
	const char *dialect;
	void (*evaluate)(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out);
} dialects[] = {
	{"azure-pipelines", bl_eval_azure_pipeline},
	{"github", bl_eval_github},
	{"github-action", bl_eval_github},
	{"gitlab", bl_eval_gitlab},
};

void bl_eval_pipeline(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out)
{
	for (size_t i = 0; input->ndocuments && i < sizeof dialects / sizeof *dialects; i++)
		if (bl_str_eqz(input->documents[0]->dialect, dialects[i].dialect))
			dialects[i].evaluate(input, arena, out);
}

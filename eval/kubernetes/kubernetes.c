/* Kubernetes: manifests as they are, a kustomization built, a Helm chart recognised. */
#include "eval/kubernetes/helm.h"
#include "eval/kubernetes/kustomize.h"
#include "eval/kubernetes/manifest.h"

typedef struct adder {
	const bl_eval_input *input;
	bl_arena *arena;
	bl_evaluation *out;
	size_t n, limit;
} adder;

static void add(void *context, const bl_value *object)
{
	adder *a = context;
	if (a->n++ == a->limit)
		bl_diag_add(a->arena, &a->out->diags, BL_DIAG_ERROR, object->span, "more than %zu objects; what follows is left out",
			a->limit);
	if (a->n > a->limit)
		return;
	bl_manifest_add(a->input, a->arena, a->out, object);
}

void bl_eval_kubernetes(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out)
{
	size_t most = input->options ? input->options->max_instances : 0;
	adder a = {input, arena, out, 0, most ? most : BL_EVAL_MAX_INSTANCES};
	for (size_t i = 0; i < input->ndocuments; i++) {
		const bl_document *d = input->documents[i];
		if (bl_str_eqz(d->dialect, "kustomization"))
			bl_kustomize_build(input, arena, out, d);
		else if (bl_str_eqz(d->dialect, "chart"))
			bl_helm_chart(input, arena, out, d);
		else if (bl_str_eqz(d->dialect, "helm"))
			bl_diag_add(arena, &out->diags, BL_DIAG_WARNING, (bl_span){d->source, 0, 0},
				"a Helm template is not analysed: render the chart and scan what it gives");
		bool manifest = !d->dialect.n || bl_str_eqz(d->dialect, "json");
		for (size_t k = 0; manifest && k < d->blocks.n; k++)
			bl_manifest_each(arena, d->blocks.items[k]->attrs.items[0].expr->value, add, &a);
	}
}

/* Inside eval/kubernetes only: a Helm chart as a resource. */
#ifndef BL_EVAL_KUBERNETES_HELM_H
#define BL_EVAL_KUBERNETES_HELM_H

#include "eval/language.h"

/* The chart whose Chart.yaml is d, as helm/Chart: what it says of itself, and the images that its values name. Its templates are not read. */
void bl_helm_chart(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out, const bl_document *d);

#endif

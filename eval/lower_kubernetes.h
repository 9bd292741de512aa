/* Inside eval/lower*.c only: the converters of schema/kubernetes. */
#ifndef BL_EVAL_LOWER_KUBERNETES_H
#define BL_EVAL_LOWER_KUBERNETES_H

#include "eval/lower.h"

/* A resource's body or a block of it, as a manifest writes it. */
const bl_value *bl_lower_kubernetes_block(bl_lowering *l, const bl_value *v, const bl_value *block);
/* The containers of a pod's `spec` block, in one list. */
const bl_value *bl_lower_kubernetes_containers(bl_lowering *l, const bl_value *v, const bl_value *block);

#endif

/* Inside eval/ only: what each language's evaluator provides. A row in eval.c registers it. */
#ifndef BL_EVAL_LANGUAGE_H
#define BL_EVAL_LANGUAGE_H

#include "eval/eval.h"

void bl_eval_arm(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out);
void bl_eval_bake(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out);
void bl_eval_bicep(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out);
void bl_eval_cloudformation(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out);
void bl_eval_compose(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out);
void bl_eval_dockerfile(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out);
void bl_eval_kubernetes(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out);
void bl_eval_pipeline(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out);
void bl_eval_terraform(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out);

const bl_value *bl_eval_arm_expression(const bl_eval_input *input, bl_arena *arena, const bl_expr *expr,
	bl_diag_list *diags);
const bl_value *bl_eval_bicep_expression(const bl_eval_input *input, bl_arena *arena, const bl_expr *expr,
	bl_diag_list *diags);
const bl_value *bl_eval_terraform_expression(const bl_eval_input *input, bl_arena *arena, const bl_expr *expr,
	bl_diag_list *diags);

/* What Terraform calls a value's type: "list(string)". */
bl_str bl_eval_terraform_type(const bl_eval_input *input, bl_arena *arena, const bl_value *v);

/*
 * From what the language says to the canonical shape: sets type, name, written and effective of every resource in out from
 * its native_type, language, api_version, native (Terraform) or written (languages born canonical). Folds parts
 * (azurerm_storage_account_network_rules, child resources) into what they belong to; a folded part stays a resource too.
 */
void bl_lower(const bl_schema *schema, bl_arena *arena, bl_evaluation *out);

#endif

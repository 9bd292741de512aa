/* Inside eval/ only: Terraform's functions. A row in table.c says how each is called. */
#ifndef BL_EVAL_FUNCTIONS_FUNCTIONS_H
#define BL_EVAL_FUNCTIONS_FUNCTIONS_H

#include "eval/terraform.h"

typedef struct bl_tf_args {
	const bl_tf_scope *scope;
	bl_tf *tf;
	bl_arena *arena;
	bl_span span;      /* of the whole call */
	bl_str name;
	const bl_value **v; /* converted as the row says */
	size_t n;
} bl_tf_args;

typedef const bl_value *(*bl_tf_function)(bl_tf_args *a);

/* Evaluates a CALL. */
const bl_value *bl_tf_call_function(const bl_tf_scope *scope, const bl_expr *expr);

/* "name: ..." as an error at the call. */
#define bl_tf_refuse(a, ...) bl_tf_refuse_((a), __VA_ARGS__)
const bl_value *bl_tf_refuse_(bl_tf_args *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Results. */
const bl_value *bl_tf_text(bl_tf_args *a, bl_str s);
const bl_value *bl_tf_flag(bl_tf_args *a, bool b);
const bl_value *bl_tf_digits(bl_tf_args *a, bl_str digits);
const bl_value *bl_tf_count(bl_tf_args *a, size_t n);
bl_value *bl_tf_list(bl_tf_args *a, const bl_values *values, bl_shape shape);
/* An unknown of a kind that waits for what the arguments wait for. */
const bl_value *bl_tf_not_known(bl_tf_args *a, int kind);
/* Takes what a buffer holds; an error when that is more than BL_TF_MAX_STRING: who fills it looks and stops there. */
const bl_value *bl_tf_take(bl_tf_args *a, bl_buf *b);

/* A value as JSON text, as jsonencode writes it, into out; false at the first unknown, out holding what stands before it. */
bool bl_tf_write_json(bl_tf *tf, const bl_value *v, bl_buf *out);

/* Text of bytes. */
const bl_value *bl_tf_base64(bl_tf_args *a, bl_str s);
/* The bytes of the file that the first argument names; NULL, or the value the call has instead. */
const bl_value *bl_tf_read_file(bl_tf_args *a, bl_str *out);

/* One function a row: bl_tf_fn_NAME. */
#define FUNCTION(name, takes, gives) const bl_value *bl_tf_fn_##name(bl_tf_args *a);
#include "eval/functions/functions.def"
#undef FUNCTION

#endif

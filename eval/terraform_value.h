/* Inside eval/ only: Terraform's own conversions and rules over values. Included by eval/terraform.h. */
#ifndef BL_EVAL_TERRAFORM_VALUE_H
#define BL_EVAL_TERRAFORM_VALUE_H

#include "eval/terraform.h"

/* Records an expression the language refuses and returns an unknown that says so. */
const bl_value *bl_tf_error(bl_tf *tf, bl_span span, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Takes n from the step budget; false, and a diagnostic once, when nothing is left. */
bool bl_tf_spend(bl_tf *tf, uint64_t n, bl_span span);
/* An unknown of a kind (or -1) that waits for what the unknown ones among values wait for. */
bl_value *bl_tf_unknown_of(bl_tf *tf, bl_span span, const bl_value *const *values, size_t n, int kind);
/* False, and an error, when a list or map holds more values than may be gone through: shared parts make that quick to write. */
bool bl_tf_weigh(bl_tf *tf, const bl_value *v, bl_span span);
/* NULL and no error when the value is of no kind that converts. Unknowns and nulls are returned as they are. */
const bl_value *bl_tf_to_string(bl_tf *tf, const bl_value *v);
const bl_value *bl_tf_to_number(bl_tf *tf, const bl_value *v);
const bl_value *bl_tf_to_bool(bl_tf *tf, const bl_value *v);
/* Whether values hold the same. */
bl_tri bl_tf_equal(const bl_value *a, const bl_value *b);
/* As the language's == : what is of different types is never equal, whatever it holds. */
bl_tri bl_tf_same(bl_tf *tf, const bl_value *a, const bl_value *b);
bool bl_tf_sensitive(const bl_value *v);
/* v with the mark, when marked. */
const bl_value *bl_tf_marked(bl_tf *tf, const bl_value *v, bool marked);
/* "a tuple", "a string": what messages call a value. */
const char *bl_tf_kind_name(const bl_value *v);
/* The items of a map in the order of their keys, as the language goes through maps. */
const bl_item **bl_tf_sorted(bl_tf *tf, const bl_value *map);
/* A set of the values: equal ones once, in the language's order. */
bl_value *bl_tf_set(bl_tf *tf, bl_span span, const bl_value **values, size_t n);
/* A map in the making that stays quick when it grows. */
typedef struct bl_tf_builder {
	bl_items items;
	bl_map index; /* key -> place + 1 */
} bl_tf_builder;
void bl_tf_put(bl_tf *tf, bl_tf_builder *b, bl_str key, bl_span key_span, const bl_value *v);
const bl_value *bl_tf_find(const bl_tf_builder *b, bl_str key);
bl_value *bl_tf_built(bl_tf *tf, bl_tf_builder *b, bl_span span);

#endif

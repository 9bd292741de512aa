/* Inside eval/ only: Terraform's types, and what converts to what. */
#ifndef BL_EVAL_TERRAFORM_TYPE_H
#define BL_EVAL_TERRAFORM_TYPE_H

#include "core/base/value.h"

struct bl_tf;

typedef enum bl_tf_types {
	BL_TYPE_ANY, /* not known yet, or of no type: an untyped null */
	BL_TYPE_BOOL,
	BL_TYPE_NUMBER,
	BL_TYPE_STRING,
	BL_TYPE_LIST,
	BL_TYPE_SET,
	BL_TYPE_MAP,
	BL_TYPE_TUPLE,
	BL_TYPE_OBJECT
} bl_tf_types;

struct bl_value_type {
	uint8_t kind; /* bl_tf_types */
	uint32_t n;   /* members of a tuple or an object */
	const bl_value_type *element;  /* of a list, set or map */
	const bl_value_type **members; /* of a tuple in order, of an object in the order of names */
	const bl_str *names;     /* of an object, sorted by bytes */
	/* a constraint's optional(): which members may be absent, and what they then are (NULL: null) */
	const bool *optional;
	const bl_value **defaults;
};

extern const bl_value_type bl_tf_type_any, bl_tf_type_bool, bl_tf_type_number, bl_tf_type_string;

const bl_value_type *bl_tf_type_of_elements(bl_arena *arena, bl_tf_types kind, const bl_value_type *element);
const bl_value_type *bl_tf_type_tuple(bl_arena *arena, const bl_value_type **members, size_t n);
bool bl_tf_type_equal(const bl_value_type *a, const bl_value_type *b);
/* The member of an object type, or NULL. */
const bl_value_type *bl_tf_type_member(const bl_value_type *object, bl_str name);
static inline bool bl_tf_type_collection(const bl_value_type *t)
{
	return t->kind == BL_TYPE_LIST || t->kind == BL_TYPE_SET || t->kind == BL_TYPE_MAP;
}
static inline bool bl_tf_type_primitive(const bl_value_type *t)
{
	return t->kind == BL_TYPE_BOOL || t->kind == BL_TYPE_NUMBER || t->kind == BL_TYPE_STRING;
}
/* As a constraint is written: "list(string)", "object({a=string})". */
bl_str bl_tf_type_words(bl_arena *arena, const bl_value_type *type);

/* The type of a value; what is open or unknown without more is any. */
const bl_value_type *bl_tf_type_of(struct bl_tf *tf, const bl_value *v);
/* The type of the elements of a list, set or map; of a tuple or an object, the one they unify to, or NULL. */
const bl_value_type *bl_tf_element_type(struct bl_tf *tf, const bl_value *v, bool safe);
/* Can values of one type become another's at all? Not safe: text that is a number may become one. */
bool bl_tf_type_converts(bl_arena *arena, const bl_value_type *in, const bl_value_type *out, bool safe);
/* The one type all can become, the language's own choice; NULL where there is none. */
const bl_value_type *bl_tf_type_unify(bl_arena *arena, const bl_value_type *const *types, size_t n, bool safe);

/* The empty value, an unknown and a null of a type. */
bl_value *bl_tf_empty_of(bl_arena *arena, bl_span span, const bl_value_type *type);
bl_value *bl_tf_null_of(bl_arena *arena, bl_span span, const bl_value_type *type);
/* v, unknown, known to be of type now. */
const bl_value *bl_tf_typed_unknown(struct bl_tf *tf, const bl_value *v, const bl_value_type *type);

/*
 * v as type wants it: NULL, and why says what is wrong, when it cannot be. An element type of any takes the one that the
 * elements unify to; optional members are filled in.
 */
const bl_value *bl_tf_convert_to(struct bl_tf *tf, const bl_value *v, const bl_value_type *type, bl_str *why);

#endif

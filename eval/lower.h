/* Inside eval/lower*.c only: lowering's own tree and the steps bl_lower takes. docs/adding-a-schema.md has the vocabulary. */
#ifndef BL_EVAL_LOWER_H
#define BL_EVAL_LOWER_H

#include "core/base/map.h"
#include "eval/language.h"

enum { BL_LOWER_MAX_DEPTH = 64, BL_LOWER_MAX_INDEX = 100000 };

/* A value while it is being built. A leaf is opened, one level at a time, when a path steps into it. */
typedef struct bl_node bl_node;
struct bl_node {
	bl_str key; /* in a map */
	bl_span key_span, span;
	const bl_value *leaf; /* when not NULL the node is this value, and kids is unused */
	bool list, open;
	bl_node **kids;
	size_t n, cap;
};

/* One step of a path: "name", "name[]", "name[0]", "name?". Several may be one step of the text: "a[][]" is not written. */
typedef struct bl_step {
	bl_str name;
	bool each, optional;
	int index; /* -1: none */
} bl_step;

typedef struct bl_steps {
	bl_step items[16];
	size_t n;
} bl_steps;

/* False when path has more steps than fit. */
bool bl_lower_steps(bl_str path, bl_steps *out);

bl_node *bl_lower_node(bl_arena *arena, const bl_value *v);
/* The member of a map node, ASCII case-insensitive; NULL when there is none or the node is no map. */
bl_node *bl_lower_find(bl_arena *arena, bl_node *node, bl_str key);
/* As find, made when it is not there; NULL when the node is something else than a map, an unknown for one. */
bl_node *bl_lower_member(bl_arena *arena, bl_node *node, bl_str key, bl_span key_span);
/* Element i of a list node, made (with those before it) when it is not there. */
bl_node *bl_lower_element(bl_arena *arena, bl_node *node, size_t i);
/* Opens node one level if it is a collection's value, and makes an empty node a list. */
void bl_lower_open(bl_arena *arena, bl_node *node);
bool bl_lower_empty(const bl_node *node);
void bl_lower_set(bl_node *node, const bl_value *v);
/* The finished value; nodes never stepped into give their own value back. An empty node is an empty map. */
const bl_value *bl_lower_freeze(bl_arena *arena, const bl_node *node);

/* What one bl_lower works on. */
typedef struct bl_lowering {
	const bl_schema *schema;
	bl_arena *arena; /* what stays */
	bl_arena nodes;  /* the trees that are worked on; gone when bl_lower ends */
	bl_evaluation *out;
	bl_map by_address; /* bl_resource */
} bl_lowering;

/* Applies the rows of a `terraform:` entry (or a part's `rows:`) to source, a map; right-hand paths are below root. */
void bl_lower_rows(bl_lowering *l, const bl_value *rows, const bl_value *source, bl_node *root);
/* One operator map ({to:, not:, map: ...}) applied to v; block is the map v stands in. NULL: nothing to set. */
const bl_value *bl_lower_operate(bl_lowering *l, const bl_value *op, const bl_value *v, const bl_value *block);

/* Lowers what azapi declares. False when r is something else, or code does not say of which type it is. */
bool bl_lower_azapi(bl_lowering *l, bl_resource *r);

/* Sets effective of every resource to written with its parts folded in, before defaults. */
void bl_lower_fold_parts(bl_lowering *l);
/* Adds the platform's defaults to a resource's effective layer. */
void bl_lower_defaults(bl_lowering *l, const bl_type *type, bl_resource *resource);

/* A converter: v is never NULL or null; block is the map it stands in. NULL: nothing to set. */
typedef const bl_value *(*bl_convert_fn)(bl_lowering *l, const bl_value *v, const bl_value *block);
/* NULL when there is no converter of that name. */
bl_convert_fn bl_lower_converter(bl_str name);

/* An unknown of the given type (or -1) that keeps v's span, via, sensitivity and what it waits for. */
bl_value *bl_lower_unknown_of(bl_arena *arena, const bl_value *v, int type);

#endif

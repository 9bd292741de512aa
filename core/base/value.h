/* Evaluated values: immutable once built, shared freely, with where they came from. */
#ifndef BL_CORE_BASE_VALUE_H
#define BL_CORE_BASE_VALUE_H

#include "core/base/span.h"
#include "core/base/str.h"
#include "core/base/tri.h"
#include "core/base/vec.h"

typedef enum bl_kind {
	BL_NULL,
	BL_BOOL,
	BL_NUMBER,
	BL_STRING,
	BL_LIST,
	BL_MAP,
	BL_UNKNOWN
} bl_kind;

typedef enum bl_origin {
	BL_WRITTEN,   /* somebody wrote it at span */
	BL_DEFAULTED, /* the platform does this when nobody says; span may be nowhere */
	BL_COMPUTED   /* an expression made it; span is the expression's */
} bl_origin;

typedef struct bl_value bl_value;
typedef struct bl_value_type bl_value_type; /* a language's own, for evaluators: eval/terraform_type.h */
struct bl_tf_entries;

/* The place a value passed through on its way: a variable, a parameter, a local, a module argument. Innermost first. */
typedef struct bl_via {
	bl_str what;  /* "var.https" */
	bl_span span; /* where the value was written: the default, the tfvars line, the caller's argument */
	const struct bl_via *next;
} bl_via;

/* What an unknown value waits for: an attribute of a declared resource, by its address within the same root. */
typedef struct bl_ref {
	bl_str address; /* "azurerm_storage_account.sa", "module.a.x.y[0]", a Bicep symbolic name */
	bl_str path;    /* the attribute: "id", "properties.principalId"; may be empty: the resource itself */
} bl_ref;

/* Stands in a pattern for any number of bytes that are not known. UTF-8 has no such byte. */
#define BL_GAP '\xff'

/* A value that is not known yet, with everything that is. Zero fields say nothing. */
typedef struct bl_unknown {
	bl_str why; /* "var.x has no value", "known after apply" */
	int type;   /* a bl_kind it will have, or -1 */
	const bl_value_type *exact; /* its type as the language names it, when known so well; or NULL */
	bool not_null;
	bl_str prefix, suffix; /* what a string will begin and end with */
	bl_str pattern;        /* the whole string, BL_GAP for each run that is not known; empty: prefix and suffix say all there is */
	size_t least, most;    /* bytes the string will have; most 0: no limit is known */
	bl_str alphabet;       /* runs that are not known are made of these bytes; empty: of any */
	size_t ncandidates;    /* when not 0: it is one of these */
	const bl_value **candidates;
	size_t nrefs; /* the resources it will come from */
	bl_ref *refs;
	bool attribute;        /* it is what the only ref names: a member of it is a member of that. Else it depends on refs in some way */
	const struct bl_tf_entries *entries; /* evaluators': what a map or list will hold, eval/terraform_entries.h; or NULL */
	const bl_value *decoded; /* a string that will be the JSON of this, as far as it is known (jsonencode); or NULL */
} bl_unknown;

typedef struct bl_item {
	bl_str key;
	bl_span key_span;
	const bl_value *value;
} bl_item;

/* What a language says of a list or a map beyond its elements; most say nothing. */
typedef enum bl_shape {
	BL_SHAPE_LOOSE, /* a list or map of anything: a tuple, an object */
	BL_SHAPE_TYPED, /* elements of one type */
	BL_SHAPE_SET    /* a list without places: elements differ, in canonical order */
} bl_shape;

struct bl_value {
	uint8_t kind;   /* bl_kind */
	uint8_t origin; /* bl_origin */
	bool sensitive; /* never printed; spreads through every function */
	bool open;      /* a list or map that may hold more than is known */
	uint32_t n;     /* elements of a list, items of a map */
	bl_span span;
	uint8_t shape;  /* bl_shape */
	uint16_t weight; /* evaluators': how many values it holds, elements of elements too, as 256 * log2; 0: not counted */
	const bl_via *via;
	union {
		bool boolean;
		struct {
			double number;
			bl_str digits; /* the number as written or computed, every digit kept; canonical decimal */
		};
		bl_str string;
		struct {
			union {
				const bl_value **list;
				bl_item *map; /* in source order; keys are unique */
			};
			const bl_ref *rest; /* what the members that an open one does not show wait for; or NULL */
			const bl_value_type *element; /* the type of all elements of a typed list, set or map, when told; or NULL */
		};
		const bl_unknown *unknown;
		const bl_value_type *null_of; /* the type that a null has; NULL: any */
	};
};

extern const bl_value bl_value_null;

/* Constructors. Strings, lists and items are not copied. span is where it was written, or BL_NOWHERE. */
bl_value *bl_value_bool(bl_arena *arena, bl_span span, bool b);
bl_value *bl_value_number(bl_arena *arena, bl_span span, double number);
/* digits: a decimal number's text (JSON's or HCL's grammar); kept as it is. */
bl_value *bl_value_digits(bl_arena *arena, bl_span span, bl_str digits);
bl_value *bl_value_string(bl_arena *arena, bl_span span, bl_str s);
bl_value *bl_value_list(bl_arena *arena, bl_span span, const bl_value **items, size_t n);
bl_value *bl_value_map(bl_arena *arena, bl_span span, bl_item *items, size_t n);
bl_value *bl_value_unknown(bl_arena *arena, bl_span span, const char *why, ...)
	__attribute__((format(printf, 3, 4)));
/* An unknown that waits for address's attribute path; why says so. */
bl_value *bl_value_waits(bl_arena *arena, bl_span span, bl_str address, bl_str path);
/* A copy with another span; the payload is shared. */
bl_value *bl_value_at(bl_arena *arena, const bl_value *v, bl_span span);
/* A copy that passed through what, written at span. */
bl_value *bl_value_through(bl_arena *arena, const bl_value *v, bl_str what, bl_span span);
bl_value *bl_value_mark_sensitive(bl_arena *arena, const bl_value *v);

static inline bool bl_value_is(const bl_value *v, bl_kind kind)
{
	return v && v->kind == kind;
}
bool bl_value_is_string(const bl_value *v, const char *z);

/* The item of a map, exact key; NULL when v is no map or has none. */
const bl_value *bl_value_get(const bl_value *v, bl_str key);
const bl_value *bl_value_getz(const bl_value *v, const char *key);
/* As bl_value_get, keys compared without regard to ASCII case (Azure's property names). */
const bl_value *bl_value_geti(const bl_value *v, bl_str key);
const bl_item *bl_value_item(const bl_value *v, bl_str key, bool fold);
/* The string, or an empty one when v is none. */
bl_str bl_value_text(const bl_value *v);
/* get along "a.b.c", keys compared without regard to case. NULL where it ends. A number steps into a list, an unknown stops and is returned. */
const bl_value *bl_value_at_path(const bl_value *v, bl_str path);

/* Could the string be s, going by pattern, length and alphabet? Candidates are not looked at. fold: without regard to case. */
bool bl_unknown_may_be(const bl_unknown *u, bl_str s, bool fold);

/* What is known of a string, with BL_GAP where something is not: for a known one the string itself. */
bl_str bl_value_pattern(bl_arena *arena, const bl_value *v);
/* Appends it. */
void bl_value_put_pattern(bl_buf *out, const bl_value *v);
/* Says of u what a text with gaps says: prefix, suffix, pattern. The text is not copied and has at least one gap. */
void bl_unknown_set_pattern(bl_unknown *u, bl_str text);

/* Deep equality; maybe when something unknown decides. Numbers by value, maps without regard to order. */
bl_tri bl_value_equal(const bl_value *a, const bl_value *b);
/* Is anything in v unknown (or open)? */
bool bl_value_has_unknown(const bl_value *v);

/* Maps are built here: put replaces. */
typedef BL_VEC(bl_item) bl_items;
void bl_items_put(bl_arena *arena, bl_items *items, bl_str key, bl_span key_span, const bl_value *v);
/* At the value's own place; nothing for a value that is NULL. */
void bl_items_putz(bl_arena *arena, bl_items *items, const char *key, const bl_value *v);
bl_value *bl_items_value(bl_arena *arena, bl_span span, const bl_items *items);
typedef BL_VEC(const bl_value *) bl_values;
bl_value *bl_values_value(bl_arena *arena, bl_span span, const bl_values *values);

/*
 * A copy of map v with the value at path ("a.b.c", maps made on the way; "[]" is not understood) set to leaf. What is
 * shared stays shared. A step through something that is no map leaves v as it is.
 */
const bl_value *bl_value_with(bl_arena *arena, const bl_value *v, bl_str path, const bl_value *leaf);

#endif

/* Inside eval/ only: what Bicep and ARM templates share. Expressions, and what they refer to. */
#ifndef BL_EVAL_AZURE_H
#define BL_EVAL_AZURE_H

#include "core/base/map.h"
#include "core/base/partial.h"
#include "eval/language.h"

enum {
	BL_AZURE_MAX_REFS = 16,       /* resources one unknown value remembers */
	BL_AZURE_MAX_CANDIDATES = 32, /* values one unknown value may be one of */
	BL_AZURE_MAX_RANGE = 10000,   /* elements range() makes; the service's own limit */
	BL_AZURE_MAX_SIZE = 200000,   /* values in one variable; past it the variable is unknown */
	BL_AZURE_MAX_STEPS = 1500000, /* expressions of one root; past it every one is unknown */
	BL_AZURE_MAX_TEXT = 1 << 20,  /* bytes of one string */
	BL_AZURE_STEP_BYTES = 64,     /* of text that are worth one step */
	BL_AZURE_STEP_COPY = 12       /* steps that an element of a copy is worth */
};

/* One root's evaluation, shared by its template and all modules. */
typedef BL_VEC(bl_resource *) bl_azure_resources;

typedef struct bl_azure {
	const bl_eval_input *input;
	bl_arena *arena;
	bl_evaluation *out;
	bl_azure_resources *sink; /* where resources go: the root's or a module's, so that they come out in source order */
	bl_diag_list *errors; /* the console's: a wrong call is an error; NULL: it is an unknown value */
	const struct bl_azure_running *running; /* the templates being evaluated, innermost first */
	const bl_value *scope_id; /* during a call: the id of the scope that its template is deployed to; NULL: the root's */
	size_t instances;
	int depth;   /* of nested evaluations right now */
	int modules; /* of nested modules right now */
	uint64_t steps; /* taken so far */
	bool exhausted; /* the limit on them has been met and reported */
	bl_map checked;    /* path of a Bicep file that has been checked -> its scope */
	bl_map interfaces; /* path of a Bicep file -> the scope that its types are read in */
} bl_azure;

/* A loop's variable, or a lambda's or a function's parameter. */
typedef struct bl_azure_local {
	bl_str name;
	const bl_value *value;
	const struct bl_azure_local *next;
	bool argument; /* ARM: of a user's function, which is asked for as a parameter */
} bl_azure_local;

/*
 * What an expression is evaluated in. The hooks belong to the language; each answers NULL for what it doesn't know.
 * A declared resource, or an attribute of one that is not known, is an unknown that is the attribute of its only ref.
 */
typedef struct bl_azure_frame bl_azure_frame;
struct bl_azure_frame {
	bl_azure *azure;
	void *scope; /* the language's template */
	const bl_azure_local *locals;
	/* A name that is no local. */
	const bl_value *(*name)(const bl_azure_frame *f, const bl_expr *e);
	/* A call that needs the template: parameters(), a user's function. */
	const bl_value *(*call)(const bl_azure_frame *f, const bl_expr *e);
	/* The member of a declared resource, its whole path ("properties.x.y"), or "::name" for a nested resource. */
	const bl_value *(*member)(const bl_azure_frame *f, const bl_ref *resource, bl_str path,
		bl_span span);
	/* An object that is more than its keys: ARM's property copies. */
	const bl_value *(*object)(const bl_azure_frame *f, const bl_expr *e);
	const bl_value *scope_id; /* of the scope that the template is deployed to: what resourceGroup() is about */
};

/* Never NULL. */
const bl_value *bl_azure_eval(const bl_azure_frame *f, const bl_expr *e);
/* v.key; safe: null where there is none. */
const bl_value *bl_azure_member(const bl_azure_frame *f, const bl_value *v, bl_str key,
	bl_span span, bool safe);
/* v, which somebody wrote of a declared resource: where it is a map, Azure may hold more of it. */
const bl_value *bl_azure_part_of(bl_azure *a, const bl_ref *of, const bl_value *v);
/* v[index] */
const bl_value *bl_azure_element(const bl_azure_frame *f, const bl_value *v, const bl_value *index,
	bl_span span, bool safe);
/* The arguments of call e, evaluated, from kid first on. */
const bl_value **bl_azure_arguments(const bl_azure_frame *f, const bl_expr *e, uint32_t first);
/* One of two values, and it is not known which: keys that both maps have are merged, else a set of candidates. */
const bl_value *bl_azure_either(bl_azure *a, bl_span span, const bl_value *condition,
	const bl_value *x, const bl_value *y);

/* A map being built; a later key replaces an equal one. Zeroed is empty. */
typedef struct bl_azure_map {
	bl_items items;
	bl_map index; /* of a large one: key -> place + 1 */
	bool open;
} bl_azure_map;
/* The item of that key, or NULL. */
bl_item *bl_azure_find(const bl_azure_map *m, bl_str key);
void bl_azure_put(bl_azure *a, bl_azure_map *m, const bl_item *item);
/* All of v's items; after an unknown v nothing that was there before is sure. */
void bl_azure_put_all(bl_azure *a, bl_azure_map *m, const bl_value *v);
bl_value *bl_azure_map_value(bl_azure *a, bl_span span, const bl_azure_map *m);

/* Calls over lambdas: map, filter, ...; NULL when the call is none of them. */
const bl_value *bl_azure_higher(const bl_azure_frame *f, const bl_expr *e);
/* The body of a lambda with its parameters set to args. */
const bl_value *bl_azure_apply(const bl_azure_frame *f, const bl_expr *lambda,
	const bl_value *const *args, size_t n);

/* An unknown of kind type (-1: any) that waits for what the unknown parts of the n values wait for. */
bl_value *bl_azure_unknown(bl_azure *a, bl_span span, int type, const bl_value *const *values,
	size_t n);
/* What is wrong at span: an error in the console, an unknown value that says so in a template. */
const bl_value *bl_azure_refuse(bl_azure *a, bl_span span, const char *why, ...) __attribute__((format(printf, 3, 4)));
/* A copy that may be changed of an unknown value's knowledge, put into v. */
bl_unknown *bl_azure_own(bl_azure *a, bl_value *v);
/* The text as a value, and done with; where it has gaps it waits for what the n values wait for. */
bl_value *bl_azure_partial(bl_azure *a, bl_span span, bl_partial *p, const bl_value *const *from, size_t n);
/* The parts as text, one after the other. */
const bl_value *bl_azure_join(bl_azure *a, bl_span span, const bl_value *const *parts, size_t n);
/* As string interpolation prints it; false when something in it is unknown. quote is ' or ". */
bool bl_azure_text(bl_buf *out, const bl_value *v, char quote);
bool bl_azure_sensitive(const bl_value *v);
/* The values in v, itself included, counted up to limit: values are shared, so a few variables can stand for a great many. */
size_t bl_azure_size(const bl_value *v, size_t limit);
/* An integer; false for anything else. */
bool bl_azure_int(const bl_value *v, int64_t *n);
bl_value *bl_azure_number(bl_azure *a, bl_span span, int64_t n);
/* BL_YES, BL_NO, or maybe for what is unknown or no boolean. */
bl_tri bl_azure_truth(const bl_value *v);
bl_value *bl_azure_tri(bl_azure *a, bl_span span, bl_tri t, const bl_value *const *values, size_t n);

/*
 * Arithmetic and comparison by Bicep's operator: "+" ... "!~". Both sides are values already.
 */
const bl_value *bl_azure_operate(bl_azure *a, bl_span span, bl_str operator, const bl_value *x,
	const bl_value *y);

/* A function of the table; NULL when there is none of that name. */
const bl_value *bl_azure_call(bl_azure *a, bl_span span, bl_str name, const bl_value **args,
	size_t n);

/* The same, within a template: where it is deployed to matters to resourceGroup() and resourceId(). */
const bl_value *bl_azure_call_in(const bl_azure_frame *f, bl_span span, bl_str name, const bl_value **args, size_t n);

/* The map of parameters that the root's options give: parameter files and --var. type_of says a parameter's type, or empty. */
const bl_value *bl_azure_inputs(bl_azure *a, bl_str (*type_of)(void *scope, bl_str name), void *scope);
/* What an ARM parameter file sets: {"parameters": {"x": {"value": ...}}}; a secret of a key vault is unknown. */
void bl_azure_read_parameters(bl_azure *a, const bl_document *d, bl_azure_map *m);
/* A module's document by its reference ("./a.bicep", "br/public:x/y:1.0"), from folder; NULL where it can't be found. */
const bl_document *bl_azure_find_module(bl_azure *a, bl_str folder, bl_str source);
/*
 * The same for "br:" and "br/" alone. A registry holds compiled templates, which are whole, and maybe their sources, which have the types and functions
 * that imports ask for: source_first says which is wanted.
 */
const bl_document *bl_bicep_registry_module(bl_azure *a, bl_str folder, bl_str source, bool source_first);
/* Whether document is being evaluated already. */
bool bl_azure_is_running(const bl_azure *a, const bl_document *document);
/* Whether the limit on resources has been met. */
bool bl_azure_is_full(const bl_azure *a);
/* Whether there are steps left; the first time there are not, that is reported. */
bool bl_azure_goes_on(bl_azure *a, bl_span span);
/* The value of key in an OBJECT expression, as written; NULL without one. */
const bl_expr *bl_azure_key(const bl_expr *object, const char *key);
/* Counts one more resource; false past the limit, which is reported once. */
bool bl_azure_count(bl_azure *a, bl_span span);
/* A new resource in the sink. */
bl_resource *bl_azure_add(bl_azure *a);
/* The last of the path's folders, or empty. */
bl_str bl_azure_folder(bl_str path);

/* PATH in folder, with "." and ".." taken out; empty when it leaves the repository. */
bl_str bl_azure_resolve(bl_arena *arena, bl_str folder, bl_str path);

/* A template on the way to the one being evaluated: none may be met again. */
typedef struct bl_azure_running {
	const bl_document *document;
	const struct bl_azure_running *next;
} bl_azure_running;

/*
 * A module's resources, from another template of either language. inputs is a map of parameters, prefix the module's address. Outputs
 * come back as a map. condition is the module's own.
 */
typedef struct bl_azure_module {
	const bl_document *document;
	bl_str address;
	const bl_value *inputs;
	const bl_value *scope_id; /* of the scope it is deployed to; NULL: as the template says */
	bl_tri condition;
	const bl_via *via;
} bl_azure_module;
const bl_value *bl_azure_bicep_module(bl_azure *a, const bl_azure_module *module);
/* The parameters that a .bicepparam file sets, as a map. */
const bl_value *bl_azure_bicep_parameters(bl_azure *a, const bl_document *document);
const bl_value *bl_azure_arm_module(bl_azure *a, const bl_azure_module *module);

/*
 * The id of a resource: scope's id, then type with a name a segment. ref, when there is one, is what an id that is not
 * wholly known belongs to.
 */
const bl_value *bl_azure_id(bl_azure *a, bl_span span, const bl_value *scope, bl_str type,
	const bl_value *const *names, size_t n, const bl_ref *ref);
/* The ids of the scopes a template is deployed to: "resourceGroup", "subscription", "managementGroup", "tenant". */
const bl_value *bl_azure_scope_id(bl_azure *a, bl_span span, bl_str scope);

#endif

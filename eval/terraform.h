/* Inside eval/ only: one evaluation of one Terraform root. */
#ifndef BL_EVAL_TERRAFORM_H
#define BL_EVAL_TERRAFORM_H

#include "core/base/map.h"
#include "core/base/partial.h"
#include "eval/language.h"
#include "eval/terraform_type.h"

enum {
	BL_TF_MAX_DEPTH = 3000,       /* of nested evaluation; set for the workers' stack */
	BL_TF_MAX_MODULE_DEPTH = 50,
	BL_TF_MAX_STEPS = 2000000,   /* of one root: expressions evaluated and bytes made */
	BL_TF_MAX_BYTES = 96 << 20, /* that the values of one root take */
	BL_TF_MAX_STRING = 16 << 20,
	BL_TF_PLACED = 512, /* values used in a place lately */
	BL_TF_MAX_VALUES = 1 << 20,   /* in one list or map, with all that is in its elements */
};

typedef struct bl_tf_item bl_tf_item;
typedef struct bl_tf_module bl_tf_module;
struct bl_tf_scope;

/* A language that has Terraform's expressions and not its modules: what names and functions mean there. */
typedef struct bl_tf_own {
	void *context;
	/* As bl_tf_reference. */
	const bl_value *(*name)(void *context, const bl_str *words, size_t n, bl_span span, size_t *used);
	/* NULL for a function that Terraform has. */
	const bl_value *(*call)(void *context, const struct bl_tf_scope *scope, const bl_expr *call);
} bl_tf_own;

/* What a value became where an expression used it. */
typedef struct bl_tf_placed {
	const bl_expr *expr;
	const bl_value *from, *value;
} bl_tf_placed;

typedef struct bl_tf {
	const bl_eval_input *input;
	bl_arena *arena;
	bl_diag_list *diags;
	bl_evaluation *out; /* NULL for a lone expression */
	/* An expression that the language refuses: an error in the console, where it is the answer. In a scan the provider or
	 * a version we do not know may see it otherwise, so the value is unknown and the gap is said. */
	bl_diag_level level;
	size_t errors; /* met so far; try() compares */
	const bl_tf_own *own; /* or NULL */
	const bl_document *shown; /* the plan or state that is evaluated with its configuration; or NULL */
	int quiet;     /* above 0: what is evaluated may not come to pass, so its mistakes are not said */
	int hushed;    /* above 0: so does the expression being evaluated, but not the items it is the first to ask for */
	uint64_t steps;
	int depth;
	size_t instances;
	const bl_tf_item *busy; /* what is being worked out, innermost */
	bl_map written;   /* variable -> what the last variable file says of it; when files_read */
	bool files_read;
	bl_map installed; /* "vpc.subnets" -> its folder, as the modules.json says; read when first asked for */
	bool install_read;
	bl_map checked;   /* folders and calls whose form was looked at */
	bl_map providers; /* folder -> what its module says of providers */
	bl_map places;    /* module and provider -> what the provider is set to */
	bl_map templates; /* path -> bl_expr of template files */
	bool incomplete; /* a variable of the root has no value: nothing is deployed like this */
	bool out_of_steps, out_of_instances, too_large;
	bool partly; /* some value has entries */
	bl_tf_placed placed[BL_TF_PLACED];
} bl_tf;

/* Names that stand before a module's own: for's variables, each, count, self, a dynamic block's iterator. */
typedef struct bl_tf_frame {
	const struct bl_tf_frame *up;
	bl_str name; /* empty: the element of a splat */
	const bl_value *value;
} bl_tf_frame;

typedef struct bl_tf_scope {
	bl_tf *tf;
	bl_tf_module *module;
	const bl_tf_frame *frame;
} bl_tf_scope;

typedef enum bl_tf_state { BL_TF_NEW, BL_TF_BUSY, BL_TF_DONE } bl_tf_state;

/* An instance of a resource, or of a module call. */
typedef struct bl_tf_instance {
	const bl_value *key; /* number, string, or NULL without count and for_each; unknown for [*] and a key known in part */
	bl_tri condition;    /* is it there, when its item is? */
	const bl_part_key *part_keys;
	const bl_tf_frame *frame;
	bl_str address;
	bl_resource *resource;
	const bl_value *object; /* what references see */
	bool partial;           /* it was asked for while a part of it was being worked out */
	bl_tf_module *module;
} bl_tf_instance;

/* Something declared: evaluated when it is first asked for. */
struct bl_tf_item {
	const bl_block *block;
	const bl_attr *attr; /* a local */
	bl_str name;         /* "sa"; "azurerm_storage_account.sa" */
	bl_span overridden;  /* the head of the override file's block that changed it last */
	bl_tf_state state;
	const bl_tf_item *asked_by; /* what was being worked out when this began to be; while it is BUSY */
	bool cyclic;         /* that it depends on itself was said */
	bool failed;         /* its evaluation met an error; so does everyone who asks */
	int hushed;          /* what bl_tf's was when it began */
	const bl_value *value;
	/* resources and module calls */
	bool data, counted, keyed, open; /* open: which instances there are is not known */
	bl_tri condition;
	BL_VEC(bl_tf_instance) instances;
};

struct bl_tf_module {
	bl_tf_module *parent;
	const bl_tf_item *call;
	const bl_tf_frame *frame; /* each and count of the call */
	bl_str address;           /* "module.a[0]", or empty */
	bl_str folder;            /* from the repository's root */
	bl_str path;              /* what path.module says */
	const bl_via *via;
	bl_tri condition;
	const bl_part_key *part_keys; /* of its address */
	int depth;
	const bl_document *const *documents;
	size_t ndocuments;
	bl_map variables, locals, resources, calls, outputs; /* of bl_tf_item; data sources have "data." before them */
	BL_VEC(const bl_block *) checks;
	BL_VEC(bl_tf_item *) declared; /* resources, data sources and calls in source order */
};

/* terraform.c: an evaluation before its first step. */
bl_tf bl_tf_begin(const bl_eval_input *input, bl_arena *arena, bl_diag_list *diags, bl_diag_level level);

/* terraform_expr.c */
const bl_value *bl_tf_eval(const bl_tf_scope *scope, const bl_expr *expr);
/* As bl_tf_eval, for a value that is only looked into: where it is used is not written on it. */
const bl_value *bl_tf_look_at(const bl_tf_scope *scope, const bl_expr *expr);
const bl_value *bl_tf_attr(const bl_tf_scope *scope, const bl_value *base, bl_str name, bl_span span);
const bl_value *bl_tf_index(const bl_tf_scope *scope, const bl_value *base, const bl_value *key, bl_span span);
/* v as a number, or else as a bool: unknown as it is; NULL after an error. */
const bl_value *bl_tf_operand(const bl_tf_scope *scope, const bl_value *v, const bl_expr *expr, bool number);
/* terraform_build.c */
const bl_value *bl_tf_eval_template(const bl_tf_scope *scope, const bl_expr *expr);
const bl_value *bl_tf_eval_list(const bl_tf_scope *scope, const bl_expr *expr);
const bl_value *bl_tf_eval_object(const bl_tf_scope *scope, const bl_expr *expr);
const bl_value *bl_tf_eval_for(const bl_tf_scope *scope, const bl_expr *expr);

/* terraform_constraint.c: a value as a type constraint wants it; optional() attributes are filled in. */
const bl_value *bl_tf_convert(const bl_tf_scope *scope, const bl_value *v, const bl_expr *type, bl_span span);
/* The bl_kind that values of a type have, or -1. */
int bl_tf_type_kind(const bl_expr *type);

/* terraform_names.c: what a reference's first words mean. */
const bl_value *bl_tf_name(const bl_tf_scope *scope, const bl_expr *name);
/* A reference of two or three words (var.x, data.t.n) that begins with a NAME no frame knows; *used tells how many it took. */
const bl_value *bl_tf_reference(const bl_tf_scope *scope, const bl_str *words, size_t n, bl_span span, size_t *used);

/* terraform_module.c: an item is being worked out, and is no more: while it is, whoever asks for it meets a cycle. */
void bl_tf_begin_item(bl_tf *tf, bl_tf_item *item);
void bl_tf_end_item(bl_tf *tf, bl_tf_item *item);
/* Says that item depends on itself, and by which way. */
void bl_tf_cycle(bl_tf *tf, bl_tf_item *item);

/* terraform_module.c and terraform_call.c: a module's items, and what a variable, a local, an output and a call are. */
bool bl_tf_is_override(bl_str path);
bool bl_tf_is_variable_file(const bl_document *document);
bl_tf_module *bl_tf_module_new(bl_tf *tf, bl_tf_module *parent, const bl_document *const *documents, size_t n);
const bl_value *bl_tf_variable(const bl_tf_scope *scope, bl_tf_item *item);
const bl_value *bl_tf_local(const bl_tf_scope *scope, bl_tf_item *item);
const bl_value *bl_tf_output(bl_tf *tf, bl_tf_module *module, bl_tf_item *item);
void bl_tf_call(const bl_tf_scope *scope, bl_tf_item *item);
const bl_value *bl_tf_call_value(const bl_tf_scope *scope, bl_tf_item *item);
/* One output of a call without count and for_each; NULL when it is no such call. */
const bl_value *bl_tf_call_output(const bl_tf_scope *scope, bl_tf_item *item, bl_str name, bl_span span);

/* terraform_instances.c: count and for_each into item->instances, each with its frame and address; base is the address without a key. */
void bl_tf_instances(const bl_tf_scope *scope, bl_tf_item *item, bl_str base);
/* What a reference to the whole item sees: an object, a list of them or a map of them. */
const bl_value *bl_tf_instances_value(const bl_tf_scope *scope, bl_tf_item *item, bl_str base);

/* terraform_resource.c */
void bl_tf_resource(const bl_tf_scope *scope, bl_tf_item *item);
/* terraform_place.c: says of the resources of a module, and of those it calls, where their providers put them. */
void bl_tf_set_places(bl_tf *tf, bl_tf_module *m);

/* terraform_provided.c: what references see, with the attributes of which something is known though the provider makes them up. */
const bl_value *bl_tf_provided(bl_tf *tf, const bl_block *block, bool data, bl_str address, const bl_value *arguments, const bl_value *seen);
/* Appends a time of RFC 3339 in UTC that is not known. */
void bl_tf_put_time(bl_partial *p);
/* terraform_policy.c: the JSON text of an aws_iam_policy_document's arguments; an unknown that keeps what is known of it. */
const bl_value *bl_tf_policy_document(bl_tf *tf, const bl_value *arguments);

/* terraform_assert.c: says what a module's own conditions find wrong; when all else is worked out. */
void bl_tf_assert(bl_tf *tf, bl_tf_module *module);

/* terraform_check.c: what the language refuses in a module's files, said once a folder. */
void bl_tf_check_module_files(bl_tf *tf, const bl_tf_module *module);
/* terraform_check_providers.c: a call's `providers` against what the module in folder declares, said once a call. */
void bl_tf_check_passing(bl_tf *tf, const bl_tf_module *caller, const bl_block *call, bl_str folder, const bl_document *const *documents, size_t n);

/* terraform_plan.c: `terraform show -json` of a plan or a state. */
bool bl_tf_is_shown(const bl_document *document);
/* The whole of it; NULL when it could not be read. */
const bl_value *bl_tf_shown_body(const bl_document *document);
/* The value that a plan was made with; NULL when it says none. */
const bl_value *bl_tf_shown_variable(const bl_document *document, bl_str name);
/* Its resources and outputs into tf->out, each value where code (the same configuration, evaluated; or NULL) has it. */
void bl_tf_show(bl_tf *tf, const bl_document *document, const bl_evaluation *code);

/* What a template of these parts says when it is JSON with holes; NULL when it is none. */
const bl_value *bl_tf_json_with_holes(bl_tf *tf, const bl_value *const *parts, size_t n);

/* A text from a template file, with its names from a map. */
const bl_value *bl_tf_template(const bl_tf_scope *scope, bl_str text, bl_str path, const bl_value *names, bl_span span);
/* The root module's folder, from the repository's root. */
bl_str bl_tf_root_folder(const bl_tf *tf);
/* terraform_install.c: the ith folder in which a module that is not local may be installed, best first; false when there are no more. */
bool bl_tf_installed(bl_tf *tf, const bl_tf_module *caller, const bl_tf_item *call, bl_str source, size_t i, bl_str *folder);

/* A path written in the configuration, from the repository's root; false when it leads out of it. */
bool bl_tf_path(const bl_tf_scope *scope, bl_str written, bl_str *path);

#include "eval/terraform_entries.h"
#include "eval/terraform_value.h"

#endif

/* Inside eval/bicep*.c only: one Bicep file being evaluated with its parameters. */
#ifndef BL_EVAL_BICEP_H
#define BL_EVAL_BICEP_H

#include "eval/azure.h"

typedef struct bl_bicep_scope bl_bicep_scope;

typedef enum bl_bicep_state { BL_BICEP_NEW, BL_BICEP_BUSY, BL_BICEP_DONE } bl_bicep_state;

/* One deployed instance of a resource or a module: the only one, or one of a loop. */
typedef struct bl_bicep_instance {
	struct bl_bicep_declared *declared;
	bl_str address;
	const bl_expr *object; /* the body, or NULL */
	const bl_azure_local *locals;
	bl_tri condition;
	const bl_value *condition_value; /* what made it a maybe */
	bl_bicep_state name_state, body_state;
	const bl_value *name; /* as a whole: "parent/child" */
	bl_values names;      /* one for each segment of the type, as far as they are known apart */
	const bl_value *body;
	const bl_value *outputs; /* a module's */
	bl_azure_resources resources; /* a module's */
} bl_bicep_instance;

/* A resource or module statement. */
typedef struct bl_bicep_declared {
	bl_bicep_scope *scope;
	const bl_block *block;
	struct bl_bicep_declared *parent; /* it is nested in */
	bl_str address; /* without [i] */
	bl_str type, api_version;
	bool is_module, existing, loop;
	bl_bicep_state state;
	BL_VEC(bl_bicep_instance *) instances;
	BL_VEC(struct bl_bicep_declared *) children; /* nested in it */
} bl_bicep_declared;

/* Whether a variable's value waits for something to be deployed, once that has been asked. */
typedef enum bl_bicep_when { BL_BICEP_NOT_ASKED, BL_BICEP_AT_START, BL_BICEP_RUNTIME } bl_bicep_when;

/* A name that a statement declares. */
typedef struct bl_bicep_symbol {
	bl_bicep_scope *scope; /* of the file that declares it */
	const bl_block *block;
	bl_bicep_declared *declared; /* a resource or a module; or NULL */
	bl_bicep_scope *file; /* `import * as`: the file; or NULL */
	bl_bicep_state state;
	const bl_value *value;
	const struct bl_bicep_type *type; /* what it is or, of a type, stands for, once that has been asked */
	bl_bicep_when runtime;
} bl_bicep_symbol;

struct bl_bicep_scope {
	bl_azure *azure;
	const bl_document *document;
	bl_str folder;
	bl_str module; /* the address of the module it is, or empty */
	const bl_value *inputs; /* a map */
	const bl_value *scope_id;
	bl_tri condition;
	const bl_via *via;
	bl_map symbols;   /* name -> bl_bicep_symbol */
	bl_map instances; /* address -> bl_bicep_instance, once the statement has been looked at */
	BL_VEC(bl_bicep_declared *) declared; /* in source order, nested ones after the one around them */
};

bl_bicep_scope *bl_bicep_scope_new(bl_azure *a, const bl_document *document, const bl_value *inputs);
bl_azure_frame bl_bicep_frame(bl_bicep_scope *s, const bl_azure_local *locals);

/* A file's targetScope, "resourceGroup" when it has none. */
bl_str bl_bicep_target(const bl_document *document);
/* Reports what the compiler refuses in the file into diags, once for each file of a root. */
void bl_bicep_check(bl_bicep_scope *s, bl_diag_list *diags);

/* The file behind an import: a registry's source where there is one, else its template. NULL where it can't be found. */
const bl_document *bl_bicep_imported_file(const bl_bicep_scope *s, bl_str source);
/* Whether a module's path names a file of this repository, so that it is an error when there is none. */
bool bl_bicep_is_own_file(const bl_bicep_scope *s, bl_str source);

/* load*Content(); NULL for any other call. */
const bl_value *bl_bicep_load(const bl_azure_frame *f, const bl_expr *e);

/* Declares a resource or module statement and what is nested in it. */
bl_bicep_declared *bl_bicep_declare(bl_bicep_scope *s, const bl_block *block, bl_bicep_declared *parent);
/* What the name of a resource or module stands for: a reference, or a list of them. */
const bl_value *bl_bicep_reference(bl_bicep_declared *d, bl_span span);
/* The path within a resource or module; NULL where that is for others to say. */
const bl_value *bl_bicep_member(bl_bicep_scope *s, bl_str address, bl_str path, bl_span span);
/* Hands all resources of a file to the sink. */
void bl_bicep_emit(bl_bicep_scope *s);
/* The outputs of a file, as a map. */
const bl_value *bl_bicep_outputs(bl_bicep_scope *s);

#endif

/*
 * Inside eval/terraform_check*.c, terraform_schema.c and terraform_version.c: what the language itself refuses when a configuration is loaded, before anything is
 * worked out. terraform_schema.c says which blocks and arguments there are; a walk over the blocks holds them against it, and a check by
 * kind looks at what an argument or a block may say.
 */
#ifndef BL_EVAL_TERRAFORM_CHECK_H
#define BL_EVAL_TERRAFORM_CHECK_H

#include "eval/terraform.h"

/* What an argument of the language's own may say. Rows of the checks in terraform_check_values.c. */
typedef enum bl_tf_arg_kind {
	BL_TF_ARG_ANY,        /* an expression, worked out later */
	BL_TF_ARG_ADDRESS,    /* a resource or module, without quotes */
	BL_TF_ARG_ALIAS,      /* a name in quotes */
	BL_TF_ARG_BOOL,       /* true or false, said outright */
	BL_TF_ARG_EDITION,    /* the bare name of a language edition */
	BL_TF_ARG_IGNORE,     /* all, or attributes */
	BL_TF_ARG_NON_EMPTY,  /* a text that says something */
	BL_TF_ARG_PROVIDER,   /* NAME or NAME.ALIAS */
	BL_TF_ARG_PROVIDERS,  /* a map of these */
	BL_TF_ARG_REFERENCES, /* a list of addresses */
	BL_TF_ARG_RESERVED,   /* kept for later versions: may not be set */
	BL_TF_ARG_TEXT,       /* a text, said outright */
	BL_TF_ARG_TRIGGERS,   /* what replaces a resource when it changes */
	BL_TF_ARG_TYPE,       /* a type constraint */
	BL_TF_ARG_VERSION,    /* version constraints */
	BL_TF_ARG_WORD_FAIL,  /* continue or fail */
	BL_TF_ARG_WORD_WHEN,  /* create or destroy */
	BL_TF_ARG_COUNT
} bl_tf_arg_kind;

typedef struct bl_tf_arg {
	const char *name;
	uint8_t kind; /* bl_tf_arg_kind */
	bool required;
} bl_tf_arg;

typedef struct bl_tf_body bl_tf_body;

typedef struct bl_tf_nested {
	const char *name;
	const bl_tf_body *body; /* NULL: the name is kept for later versions */
	bool once, required;
} bl_tf_nested;

typedef struct bl_tf_check bl_tf_check;

struct bl_tf_body {
	const char *name;
	unsigned labels;
	bool open; /* a provider, or another program, may know more than these */
	const bl_tf_arg *args;
	const bl_tf_nested *blocks; /* both end with a NULL name */
	void (*check)(bl_tf_check *c, const bl_block *block); /* what no table says; or NULL */
};

/* One module being checked. */
struct bl_tf_check {
	bl_tf *tf;
	bl_arena *arena;
	const bl_document *const *documents;
	size_t n;
	bool root;
	bool json;            /* the document at hand is written in JSON: nested blocks are arguments there, and references texts */
	bool over;            /* the document at hand overrides others: what is required may stand there */
	const bl_block *outer; /* the block around the one at hand, or NULL */
	const bl_block *top;  /* the block of the file that is at hand */
	bl_map seen;          /* what is declared: "resource a.b" -> bl_block */
	bl_map local_names;   /* local value -> bl_attr */
};

/* The block of a file with this name, or NULL. */
const bl_tf_body *bl_tf_schema_block(bl_str name);

/* Says that the input is wrong. */
void bl_tf_refuse(bl_tf_check *c, bl_span span, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Says that it will be, or was meant otherwise. */
void bl_tf_warn(bl_tf_check *c, bl_span span, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* terraform_check_values.c */
void bl_tf_check_argument(bl_tf_check *c, const bl_block *block, const bl_attr *attr, bl_tf_arg_kind kind);
bool bl_tf_is_identifier(bl_str name);
/* A provider's local name or type: lower case, digits and dashes. */
bool bl_tf_is_provider_name(bl_str name);
/* The text of a literal, or empty. */
bl_str bl_tf_literal(const bl_expr *expr);
/* The words of a.b["k"].c, without keys: at most most of them. 0 when expr is no reference. */
size_t bl_tf_words(const bl_expr *expr, bl_str *words, size_t most);
/* Calls each with every reference in expr that is no variable of a for; stops when it returns false. */
bool bl_tf_references(const bl_expr *expr, bool (*each)(void *context, const bl_expr *reference), void *context);
bool bl_tf_is_constant(const bl_expr *expr);

/* terraform_check_blocks.c: the checks that rows of the schema name */
void bl_tf_check_check(bl_tf_check *c, const bl_block *b);
void bl_tf_check_condition(bl_tf_check *c, const bl_block *b);
void bl_tf_check_data(bl_tf_check *c, const bl_block *b);
void bl_tf_check_import(bl_tf_check *c, const bl_block *b);
void bl_tf_check_lifecycle(bl_tf_check *c, const bl_block *b);
void bl_tf_check_locals(bl_tf_check *c, const bl_block *b);
void bl_tf_check_module(bl_tf_check *c, const bl_block *b);
void bl_tf_check_moved(bl_tf_check *c, const bl_block *b);
void bl_tf_check_output(bl_tf_check *c, const bl_block *b);
void bl_tf_check_provider(bl_tf_check *c, const bl_block *b);
void bl_tf_check_provider_meta(bl_tf_check *c, const bl_block *b);
void bl_tf_check_provisioner(bl_tf_check *c, const bl_block *b);
void bl_tf_check_resource(bl_tf_check *c, const bl_block *b);
void bl_tf_check_variable(bl_tf_check *c, const bl_block *b);
/* A variable as overrides left it: does the default fit the type? */
void bl_tf_check_default(bl_tf_check *c, const bl_block *b, bl_span at);

/* terraform_check_providers.c */
void bl_tf_check_required_providers(bl_tf_check *c, const bl_block *b);
/* The block that configures the provider which the module knows as NAME or NAME.ALIAS; NULL when a caller has to pass it. */
const bl_block *bl_tf_provider_block(bl_tf *tf, const bl_tf_module *m, bl_str name);
/* What a call's `providers` gives for NAME or NAME.ALIAS, or NULL. */
const bl_expr *bl_tf_passed_provider(const bl_expr *providers, bl_str name);

/* terraform_version.c */
bool bl_tf_version_valid(bl_str constraints);
/* Is there a version of major number 1 that meets all constraints? Both languages number theirs so. */
bool bl_tf_version_possible(bl_str constraints);
/* Does version ("1.11.0") meet all constraints? */
bool bl_tf_version_meets(bl_str constraints, const char *version);

#endif

/* One parsed file, in one form for all languages: blocks in source order, and expressions. Parsers make it, evaluators read it. */
#ifndef BL_CORE_MODEL_DOCUMENT_H
#define BL_CORE_MODEL_DOCUMENT_H

#include "core/base/diag.h"
#include "core/base/value.h"

typedef enum bl_language {
	BL_LANG_NONE,
	BL_LANG_ARM,
	BL_LANG_BAKE, /* docker-bake files */
	BL_LANG_BICEP,
	BL_LANG_CLOUDFORMATION,
	BL_LANG_COMPOSE,
	BL_LANG_DOCKERFILE,
	BL_LANG_KUBERNETES,
	BL_LANG_PIPELINE,   /* GitHub workflows, Azure pipelines: dialect says which */
	BL_LANG_POWERSHELL, /* and cmd: never a file, always a step's script */
	BL_LANG_SHELL,      /* likewise: what a POSIX shell or bash reads */
	BL_LANG_TERRAFORM,
	BL_LANG_YAML, /* YAML or JSON of no kind we know */
	BL_LANG_COUNT
} bl_language;

/* "terraform", "bicep", ...: the names of contract.md's `language`. */
const char *bl_language_name(bl_language language);

typedef enum bl_expr_kind {
	BL_EXPR_LITERAL,   /* value: null, bool, number, string without interpolation */
	BL_EXPR_TEMPLATE,  /* kids, each turned into text and joined; expand: the one kid is a FOR whose elements are joined */
	BL_EXPR_NAME,      /* text: the identifier a reference begins with */
	BL_EXPR_ATTR,      /* kids[0] . text; safe for .? */
	BL_EXPR_INDEX,     /* kids[0] [ kids[1] ]; safe for [? ] */
	BL_EXPR_SPLAT,     /* kids[0] [*] (full) or .* ; what follows it is kids[1], over BL_EXPR_NAME with empty text as the element */
	BL_EXPR_CHILD,     /* Bicep's kids[0] :: text */
	BL_EXPR_CALL,      /* text ( kids ); Bicep methods and namespaces: kids[0] is the receiver when method is set. expand: last argument is `...` */
	BL_EXPR_UNARY,     /* text is the operator, kids[0]; Bicep's postfix `!` has text "!." */
	BL_EXPR_BINARY,    /* kids[0] text kids[1] */
	BL_EXPR_CONDITION, /* kids[0] ? kids[1] : kids[2] */
	BL_EXPR_LIST,      /* kids */
	BL_EXPR_OBJECT,    /* kids in pairs: key, value. A key that is a plain word is a LITERAL string. A spread is one pair: SPREAD, NULL */
	BL_EXPR_FOR,       /* kids: collection, key result or NULL, value result, condition or NULL, key or index variable (a NAME) or NULL; text = value variable. grouping for `...` */
	BL_EXPR_LAMBDA,    /* text: parameters joined by ','; kids[0] is the body */
	BL_EXPR_SPREAD,    /* ... kids[0] */
	BL_EXPR_IF,        /* Bicep `if (kids[0]) kids[1]` before a body */
	BL_EXPR_TYPE,      /* a type expression, not evaluated: text is its source */
	BL_EXPR_OPAQUE     /* could not be parsed, or is of no kind known here: text is its source */
} bl_expr_kind;

typedef struct bl_expr bl_expr;
struct bl_expr {
	uint8_t kind; /* bl_expr_kind */
	bool safe, method, expand, grouping;
	uint32_t n;
	bl_span span;
	bl_str text;
	const bl_value *value; /* LITERAL; its span is span */
	bl_expr **kids;
};

typedef struct bl_attr {
	bl_str name;
	bl_span name_span;
	bl_span span; /* name to the end of the value */
	const bl_expr *expr;
} bl_attr;

typedef struct bl_label {
	bl_str text;
	bl_span span;
} bl_label;

/*
 * kind by language:
 *   terraform, bake the block type ("resource", "variable", nested "network_rules"); labels as written; attributes and nested blocks.
 *   bicep       "param" "var" "resource" "module" "output" "type" "func" "import" "metadata" "targetScope" "using" ...; labels[0] the symbolic
 *               name, labels[1] a resource's or module's 'type@version' or path; attrs: "body", "type", "existing" (true literal), and each
 *               decorator as "@name" with a CALL; resources nested in a body are child blocks.
 *   arm         a block "template" with an attribute "body"; then for each template it names by relative path a block "link", labels[0] the path.
 *   yaml family one block "document" each, with an attribute "body": one LITERAL that holds the whole tree (CloudFormation's short forms are
 *               maps of one key: !Ref x is {"Ref": x}); JSON CloudFormation and manifests likewise. Then a block "link" for each template, fragment
 *               or pipeline that it is made of, labels[0] the path: from its own folder, a pipeline's with '/' before it from the repository's root.
 *   dockerfile  the instruction in lower case; see parsers/dockerfile.
 *   shell       one block "script", with what parsers/shell/shell.h says; powershell likewise.
 */
typedef struct bl_block bl_block;
struct bl_block {
	bl_str kind;
	bl_span span; /* the whole block */
	bl_span head; /* its first line's meaning: kind and labels */
	BL_VEC(bl_label) labels;
	BL_VEC(bl_attr) attrs;
	BL_VEC(bl_block *) blocks;
};

typedef struct bl_document {
	bl_language language;
	bl_str dialect; /* "tfvars", "bicepparam", "github", "azure-pipelines", "nested", ...; empty for the language's main form */
	bl_str repo, path;
	uint32_t source;
	BL_VEC(bl_block *) blocks;
	bl_diag_list diags;
	bool partial; /* a syntax error or a limit left something out */
	bl_arena arena; /* holds all of the above but the source's bytes */
} bl_document;

const bl_attr *bl_block_attr(const bl_block *block, const char *name);
/* Its expression; NULL when there is none. Of a block that is NULL there is none, and it is of no kind. */
const bl_expr *bl_block_expr(const bl_block *block, const char *name);
bool bl_block_is(const bl_block *block, const char *kind);
/* Adds an attribute. */
void bl_block_put(bl_arena *arena, bl_block *block, bl_str name, bl_span span, const bl_expr *expr);
/* The whole tree of a document of the yaml family, its first one; NULL when there is none. */
const bl_value *bl_document_tree(const bl_document *document);
/* The label's text, or empty. */
bl_str bl_block_label(const bl_block *block, size_t i);

/* Around the name of a hole in a shell text that is parsed for somebody: U+E000 and U+E001, which no shell minds. */
#define BL_SHELL_HOLE_BEGIN "\xEE\x80\x80"
#define BL_SHELL_HOLE_END "\xEE\x80\x81"

bl_expr *bl_expr_new(bl_arena *arena, bl_expr_kind kind, bl_span span, size_t nkids);
bl_expr *bl_expr_bool(bl_arena *arena, bl_span span, bool b);
bl_expr *bl_expr_string(bl_arena *arena, bl_span span, bl_str s);

enum { BL_FOR_COLLECTION, BL_FOR_KEY_RESULT, BL_FOR_RESULT, BL_FOR_CONDITION, BL_FOR_KEY, BL_FOR_KIDS }; /* a FOR's kids */
/* The name of a FOR's key or index variable; empty when it has none, and for an expression that is no FOR. */
static inline bl_str bl_expr_for_key(const bl_expr *e)
{
	return e->kind == BL_EXPR_FOR && e->kids[BL_FOR_KEY] ? e->kids[BL_FOR_KEY]->text : BL_STR("");
}

/* Prints a document for people and golden tests: one indented line a block, attribute and expression. */
void bl_document_print(const bl_document *document, bl_buf *out);

#endif

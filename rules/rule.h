/* Inside rules/ only: a rule as compiled, and what judges with it. */
#ifndef BL_RULES_RULE_H
#define BL_RULES_RULE_H

#include "core/codec/regex.h"
#include "rules/rules.h"

/* Paths through a body: "properties.securityRules[].name". Alternatives ("a | b"): the first that is there. */
typedef enum bl_step_kind {
	BL_STEP_KEY,  /* a map's key, case aside; goes through every element of a list */
	BL_STEP_KEYS, /* {a,b}: the union of several keys */
	BL_STEP_EACH, /* []: every element of a list */
	BL_STEP_ANY   /* *: every value of a map */
} bl_step_kind;

typedef struct bl_step {
	bl_step_kind kind;
	bl_str key;
	bl_str *keys; /* KEYS */
	size_t nkeys;
} bl_step;

typedef enum bl_path_base { BL_FROM_HERE, BL_FROM_ROOT, BL_FROM_NATIVE, BL_FROM_ASKER } bl_path_base;

typedef struct bl_way {
	bl_path_base base;
	bl_step *steps;
	size_t n;
} bl_way;

typedef struct bl_path_expr {
	bl_way *ways;
	size_t n;
	bl_str text;
} bl_path_expr;

typedef enum bl_opcode {
#define X(id, word, arg, doc) BL_OP_##id,
#include "rules/ops.def"
#undef X
	BL_OP_PATH, /* path, then one operand: the condition on what is there */
	BL_OP_RELATED, /* related, then one operand: its `where` */
	BL_OP_WORD_COUNT = BL_OP_PATH
} bl_opcode;

typedef enum bl_arg_kind {
	BL_ARG_BOOL,
	BL_ARG_CHECK,
	BL_ARG_CONDITION,
	BL_ARG_CONDITIONS,
	BL_ARG_NUMBER,
	BL_ARG_PATH,
	BL_ARG_REGEX,
	BL_ARG_RELATED,
	BL_ARG_SCALAR,
	BL_ARG_SCALARS,
	BL_ARG_TRI,
	BL_ARG_VALUE
} bl_arg_kind;

typedef struct bl_word {
	const char *name, *doc;
	bl_arg_kind arg;
} bl_word;
extern const bl_word bl_words[BL_OP_WORD_COUNT];

typedef struct bl_check bl_check;

/* A related resource: one of types whose `their` path names this one, or that this one's `our` path names. */
typedef struct bl_related {
	size_t ntypes;
	bl_str *types;
	bl_path_expr *their, *our; /* neither: any resource of the type in the same root */
	uint32_t number;           /* of its row in the index of who names whom */
} bl_related;

/* Conditions lie flat, each before its operands; the next sibling is at end. */
typedef struct bl_op {
	uint8_t code;
	bl_tri tri; /* ABSENT */
	uint32_t end;
	const bl_value *arg; /* VALUE, SCALAR, NUMBER, BOOL; SCALARS: always a list */
	union {
		const bl_path_expr *path;
		const bl_check *check;
		bl_regex **regexes; /* as many as arg has elements */
		bl_related *related;
	};
} bl_op;

typedef enum bl_unknown_policy { BL_UNKNOWN_NOTE, BL_UNKNOWN_FLAG, BL_UNKNOWN_PASS } bl_unknown_policy;

typedef struct bl_paths_list {
	bl_path_expr **items;
	size_t n;
} bl_paths_list;

typedef struct bl_rule {
	bl_rule_info info; /* first: an info is its rule */
	bl_str message;
	bl_unknown_policy unknown;
	BL_VEC(bl_op) ops;
	uint32_t when, flag; /* where they begin; when is NO_CONDITION without one */
	bl_paths_list each, at;
	bl_str *each_types; /* the type that each path of `each` is for, empty for all; NULL when it is for all of them */
	BL_VEC(bl_related *) related;
	BL_VEC(bl_regex *) regexes; /* freed with the rules */
	bl_rule_example *examples;
	size_t nexamples;
	const bl_value *fix_set; /* map of path: value, or NULL */
	bl_arena arena;
} bl_rule;

typedef BL_VEC(const bl_rule *) bl_rule_list;

enum { BL_NO_CONDITION = UINT32_MAX, BL_RULE_MAX_DEPTH = 40 };

/* Words for what is wrong with a rule file, with the place. */
typedef struct bl_rule_reader {
	bl_arena *arena;
	bl_rule *rule;
	bl_str file, text; /* text is empty for a compiled-in rule, whose values have no spans */
	bl_error *error;
} bl_rule_reader;

/* Says what is wrong at v's (or a key's) place; returns false. */
bool bl_rule_wrong(bl_rule_reader *r, bl_span at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The nearest of n names to word, for hints; NULL when none is near. */
const char *bl_rule_nearest(bl_str word, const char *const *names, size_t n);

/* load.c: a file's value -> rule. */
bool bl_rule_load(bl_rule_reader *r, bl_str id, const bl_value *file);
/* compile.c: a condition -> ops, its first op's place to *at. */
bool bl_rule_compile(bl_rule_reader *r, const bl_value *condition, bl_span at, uint32_t *first);
/* steps.c */
bl_path_expr *bl_rule_path(bl_rule_reader *r, bl_str text, bl_span at);
/* example.c */
bool bl_rule_read_examples(bl_rule_reader *r, const bl_value *examples);

/* The types a name in `resource:` stands for: $workloads is every Kubernetes workload; else itself. */
size_t bl_rule_types(bl_str name, const char *const **types);

#endif

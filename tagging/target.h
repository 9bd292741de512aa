/* Inside tagging/ only: a resource that is to have tags, and how its language writes them. */
#ifndef BL_TAGGING_TARGET_H
#define BL_TAGGING_TARGET_H

#include "tagging/tagging.h"

typedef enum bl_tag_form { BL_TAGS_NONE, BL_TAGS_TAGS, BL_TAGS_LABELS, BL_TAGS_LIST, BL_TAGS_MAP } bl_tag_form;

/* How tags of a type are written; BL_TAGS_NONE: it takes none, or that is not known. */
bl_tag_form bl_taggable_terraform(bl_str type);
bl_tag_form bl_taggable_cloudformation(bl_str type);

typedef struct bl_tag {
	bl_str key, value;
	bool trace; /* a GUID, made when there is none */
	bool keep;  /* whatever is there is kept */
} bl_tag;

/* One document being tagged. */
typedef struct bl_tagging {
	const bl_tagger *tagger;
	const bl_document *document;
	bl_arena *arena;
	bl_str text;
	const char *newline;
	bl_edits *edits;
	bl_tagged_list *tagged;
} bl_tagging;

typedef struct bl_tag_target {
	bl_str address, type, name;
	bl_span span, head;
	bl_span tags;  /* the lines that hold its tags do not count for its history; nowhere: it has none */
	bool google;   /* labels: values are sanitised */
} bl_tag_target;

typedef BL_VEC(bl_tag) bl_tags;

/* The tags that a target should have. The GUID is empty: it is made when it is needed. */
void bl_tag_values(const bl_tagging *t, const bl_tag_target *target, bl_tags *out);
/* The value to write for a tag that is not there. */
bl_str bl_tag_fresh(const bl_tagging *t, const bl_tag_target *target, const bl_tag *tag);
bool bl_tag_is_trace(const bl_tagging *t, bl_str key);
/* Is its type, or by a comment `yor:skip` above it or `yor:skipAll` in its file the block, to be left alone? Then it is reported. */
bool bl_tag_is_left_alone(const bl_tagging *t, const bl_tag_target *target);

/* Adds an edit. */
void bl_tag_insert(const bl_tagging *t, uint32_t at, bl_str text);
void bl_tag_replace(const bl_tagging *t, bl_span span, bl_str text);
/* The white space that the line of byte at begins with. */
bl_str bl_tag_indent(const bl_tagging *t, uint32_t at);
uint32_t bl_tag_line_begin(const bl_tagging *t, uint32_t at);
/* Reports a target; trace may be empty. */
void bl_tag_report(const bl_tagging *t, const bl_tag_target *target, bl_tag_outcome outcome, bl_str trace, const char *why);

/* Object expressions: Terraform's, Bicep's and ARM's. */
typedef struct bl_tag_syntax {
	const char *assign; /* between key and value */
	const char *merge;  /* the function that joins maps */
	char quote;
	bool commas;        /* between members on lines of their own */
} bl_tag_syntax;

extern const bl_tag_syntax bl_tag_hcl, bl_tag_bicep, bl_tag_json;

/* value is what the tags are set to. False, with a report, where it is of a form that cannot be added to. */
bool bl_tag_value(const bl_tagging *t, const bl_tag_syntax *syntax, const bl_tag_target *target, const bl_expr *value);
/* A text with quotes. */
bl_str bl_tag_quote(bl_arena *arena, const bl_tag_syntax *syntax, bl_str s);
/* "{", members on lines of their own indented once more than indent, "}". */
bl_str bl_tag_object(const bl_tagging *t, const bl_tag_syntax *syntax, const bl_tag_target *target, bl_str indent, bl_str *trace);

/* The tags of an ARM template's resource that are an expression. */
void bl_tag_arm_expression(const bl_tagging *t, const bl_tag_target *target, const bl_expr *value);

/* CloudFormation. */
void bl_tag_cloudformation(const bl_tagging *t);

#endif

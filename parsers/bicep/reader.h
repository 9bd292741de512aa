/* Inside parsers/bicep/ only: reading a syntax tree of our Bicep grammar. */
#ifndef BL_PARSERS_BICEP_READER_H
#define BL_PARSERS_BICEP_READER_H

#include "parsers/language.h"
#include "parsers/tree.h"

/* The nodes of the grammar that are read; BL_BICEP_NONE is every other one: punctuation, keywords, comments. */
typedef enum bl_bicep_node {
	BL_BICEP_NONE,
#define BL_BICEP_NODE(id, name) BL_BICEP_##id,
#include "parsers/bicep/nodes.def"
#undef BL_BICEP_NODE
	BL_BICEP_ERROR
} bl_bicep_node;

typedef enum bl_bicep_field {
	BL_BICEP_FIELD_NONE,
#define BL_BICEP_FIELD(id, name) BL_BICEP_FIELD_##id,
#include "parsers/bicep/nodes.def"
#undef BL_BICEP_FIELD
	BL_BICEP_FIELD_COUNT
} bl_bicep_field;

typedef struct bl_bicep_reader {
	bl_document *document;
	bl_arena *arena;
	bl_str text;
	TSTreeCursor cursor; /* at the node being read; every function leaves it where it found it */
	int depth;
	uint32_t nodes;   /* read so far */
	bl_block *block;  /* the statement being read, which nested resources go to; or NULL */
	int body_depth;   /* the depth at which that statement's body object stands; resources nest only there */
	bool quiet;       /* within an error that has been reported */
	bool full;        /* a limit was met and has been reported */
} bl_bicep_reader;

const TSLanguage *bl_bicep_language(void);

bl_bicep_node bl_bicep_at(const bl_bicep_reader *r);
bl_bicep_field bl_bicep_field_at(const bl_bicep_reader *r);
bl_span bl_bicep_span(const bl_bicep_reader *r);
bl_str bl_bicep_text(const bl_bicep_reader *r);

/* To the first child, one level deeper; false, with nothing to undo, where there is none or the limit is met. */
bool bl_bicep_enter(bl_bicep_reader *r);
/* To the next sibling; false and back at the parent after the last. */
bool bl_bicep_next(bl_bicep_reader *r);

/* Reports the syntax error the cursor stands at. */
void bl_bicep_report(bl_bicep_reader *r);

typedef BL_VEC(bl_expr *) bl_bicep_exprs;
/* An expression with these kids. */
bl_expr *bl_bicep_with_kids(bl_bicep_reader *r, bl_expr_kind kind, bl_span span, const bl_bicep_exprs *kids);
/* The expression the cursor stands at; OPAQUE for one that can't be read. Never NULL. */
bl_expr *bl_bicep_expr(bl_bicep_reader *r);
/* The type expression the cursor stands at: a TYPE, whose kid says its structure. In type.c, which lists the forms. */
bl_expr *bl_bicep_type(bl_bicep_reader *r);
/* A decorator's CALL. */
bl_expr *bl_bicep_decorator(bl_bicep_reader *r);
/* The strings: one LITERAL or a TEMPLATE. */
bl_expr *bl_bicep_string(bl_bicep_reader *r);
/* A resource statement, appended to the enclosing statement's blocks. In bicep.c. */
void bl_bicep_nested(bl_bicep_reader *r);

/* What stands between the quotes, with escapes decoded; s itself where there are none. */
bl_str bl_bicep_unescape(bl_arena *arena, bl_str s);

#endif

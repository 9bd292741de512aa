#include "parsers/bicep/reader.h"

#include <pthread.h>

const TSLanguage *tree_sitter_bicep(void);

enum { MAX_SYMBOLS = 512, MAX_FIELDS = 128 };

/* By TSSymbol and TSFieldId: which of ours it is. Filled once, so that reading a node compares no names. */
static uint8_t node_of[MAX_SYMBOLS], field_of[MAX_FIELDS];

static void fill_tables(void)
{
	static const struct {
		const char *name;
		uint8_t id;
	} nodes[] = {
#define BL_BICEP_NODE(id, name) {name, BL_BICEP_##id},
#include "parsers/bicep/nodes.def"
#undef BL_BICEP_NODE
	}, fields[] = {
#define BL_BICEP_FIELD(id, name) {name, BL_BICEP_FIELD_##id},
#include "parsers/bicep/nodes.def"
#undef BL_BICEP_FIELD
	};
	const TSLanguage *language = tree_sitter_bicep();
	for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
		TSSymbol s = ts_language_symbol_for_name(
			language, nodes[i].name, (uint32_t)strlen(nodes[i].name), true);
		if (s && s < MAX_SYMBOLS)
			node_of[s] = nodes[i].id;
	}
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		TSFieldId f = ts_language_field_id_for_name(
			language, fields[i].name, (uint32_t)strlen(fields[i].name));
		if (f && f < MAX_FIELDS)
			field_of[f] = fields[i].id;
	}
}

const TSLanguage *bl_bicep_language(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, fill_tables);
	return tree_sitter_bicep();
}

bl_bicep_node bl_bicep_at(const bl_bicep_reader *r)
{
	TSNode node = ts_tree_cursor_current_node(&r->cursor);
	TSSymbol s = ts_node_symbol(node);
	if (s == (TSSymbol)-1 || ts_node_is_missing(node))
		return BL_BICEP_ERROR;
	return s < MAX_SYMBOLS ? node_of[s] : BL_BICEP_NONE;
}

bl_bicep_field bl_bicep_field_at(const bl_bicep_reader *r)
{
	TSFieldId f = ts_tree_cursor_current_field_id(&r->cursor);
	return f < MAX_FIELDS ? field_of[f] : BL_BICEP_FIELD_NONE;
}

bl_span bl_bicep_span(const bl_bicep_reader *r)
{
	TSNode node = ts_tree_cursor_current_node(&r->cursor);
	return (bl_span){r->document->source, ts_node_start_byte(node), ts_node_end_byte(node)};
}

bl_str bl_bicep_text(const bl_bicep_reader *r)
{
	bl_span s = bl_bicep_span(r);
	return bl_str_slice(r->text, s.begin, s.end);
}

static void meet_limit(bl_bicep_reader *r, const char *what)
{
	if (!r->full)
		bl_diag_add(r->arena, &r->document->diags, BL_DIAG_ERROR, bl_bicep_span(r),
			"%s: the rest of this is left out", what);
	r->full = true;
	r->document->partial = true;
}

bool bl_bicep_enter(bl_bicep_reader *r)
{
	if (r->depth >= BL_PARSE_MAX_DEPTH) {
		meet_limit(r, "nested too deeply");
		return false;
	}
	if (r->nodes >= BL_PARSE_MAX_NODES) {
		meet_limit(r, "too many expressions in one file");
		return false;
	}
	if (!ts_tree_cursor_goto_first_child(&r->cursor))
		return false;
	r->depth++;
	r->nodes++;
	return true;
}

bool bl_bicep_next(bl_bicep_reader *r)
{
	if (ts_tree_cursor_goto_next_sibling(&r->cursor)) {
		r->nodes++;
		return true;
	}
	ts_tree_cursor_goto_parent(&r->cursor);
	r->depth--;
	return false;
}

/* Where what is missing is missed: right after what stands before it, not after white space and comments. */
static uint32_t before(TSNode missing, uint32_t at)
{
	TSNode node = ts_node_prev_sibling(missing);
	while (!ts_node_is_null(node) && ts_node_is_extra(node))
		node = ts_node_prev_sibling(node);
	return ts_node_is_null(node) ? at : ts_node_end_byte(node);
}

void bl_bicep_report(bl_bicep_reader *r)
{
	TSNode node = ts_tree_cursor_current_node(&r->cursor);
	bl_span span = bl_bicep_span(r);
	bl_str text = bl_str_trim(bl_bicep_text(r)), line;
	bl_str_cut(text, '\n', &line);
	line = bl_str_trim(line);
	if (line.n < text.n)
		span.end = span.begin + (uint32_t)line.n;
	r->document->partial = true;
	if (r->quiet)
		return;
	if (ts_node_is_missing(node))
		span.begin = span.end = before(node, span.begin);
	if (ts_node_is_missing(node))
		bl_diag_add(r->arena, &r->document->diags, BL_DIAG_ERROR, span,
			"syntax error: expected '%s'", ts_node_type(node));
	else if (!line.n)
		bl_diag_add(r->arena, &r->document->diags, BL_DIAG_ERROR, span,
			"syntax error: something is missing here");
	else
		bl_diag_add(r->arena, &r->document->diags, BL_DIAG_ERROR, span,
			"syntax error at '" BL_FMT "'%s", BL_ARG(bl_str_slice(line, 0, 60)),
			line.n > 60 ? "..." : "");
}

/*
 * Bicep and Bicep parameter files: statements become blocks. By kind (labels; attributes):
 *   assert    name; value                     metadata     name; value
 *   extends   path                            module       name, path; body
 *   extension name or alias, source; config   output       name; type, value
 *   extensionConfig  name; config             param        name; type and value, or one of them
 *   func      name; type, body (a LAMBDA),    resource     name, type@version; body, existing
 *             parameter types as "type NAME"  targetScope  value
 *   import    alias or nothing, path; items   test         name, path; body
 *             (an OBJECT from the name there  type         name; value (a TYPE)
 *             to the name here), config       using        path; config
 *                                             var          name; type, value
 * A decorator is an attribute "@name" whose expression is its CALL.
 */
#include "parsers/bicep/reader.h"

typedef struct statement {
	const char *kind;
	bool has_source; /* labels[1] is what a KIND or SOURCE field says */
} statement;

static const statement *statement_of(bl_bicep_node node)
{
	static const statement statements[] = {
		[BL_BICEP_ASSERT] = {"assert", false},
		[BL_BICEP_EXTENDS] = {"extends", false},
		[BL_BICEP_EXTENSION] = {"extension", true},
		[BL_BICEP_EXTENSION_CONFIG] = {"extensionConfig", false},
		[BL_BICEP_FUNCTION] = {"func", false},
		[BL_BICEP_IMPORT] = {"import", true},
		[BL_BICEP_METADATA] = {"metadata", false},
		[BL_BICEP_MODULE] = {"module", true},
		[BL_BICEP_OUTPUT] = {"output", false},
		[BL_BICEP_PARAMETER] = {"param", false},
		[BL_BICEP_RESOURCE] = {"resource", true},
		[BL_BICEP_TARGET_SCOPE] = {"targetScope", false},
		[BL_BICEP_TEST] = {"test", true},
		[BL_BICEP_TYPE_DEFINITION] = {"type", false},
		[BL_BICEP_USING] = {"using", false},
		[BL_BICEP_VARIABLE] = {"var", false},
	};
	if (node >= sizeof statements / sizeof *statements || !statements[node].kind)
		return NULL;
	return &statements[node];
}

static void set_label(bl_bicep_reader *r, bl_block *block, size_t i, bl_str text, bl_span span)
{
	while (block->labels.n <= i)
		bl_vec_push(r->arena, &block->labels, ((bl_label){BL_STR(""), BL_NOWHERE}));
	block->labels.items[i] = (bl_label){text, span};
}

static void add_attr(bl_bicep_reader *r, bl_block *block, bl_str name, const bl_expr *expr)
{
	bl_span span = bl_bicep_span(r);
	bl_vec_push(r->arena, &block->attrs, ((bl_attr){name, span, span, expr}));
}

/* Text of a string that should have no interpolation; with one, the source text stands in. */
static bl_str plain_text(bl_bicep_reader *r)
{
	if (bl_bicep_at(r) == BL_BICEP_IDENTIFIER || bl_bicep_at(r) == BL_BICEP_ERROR)
		return bl_bicep_text(r);
	bl_expr *e = bl_bicep_string(r);
	return e->kind == BL_EXPR_LITERAL ? bl_value_text(e->value) : bl_bicep_text(r);
}

/* How much deeper than the statement's child the body object stands: inside `if (...)`, `[for ...: ]` or both. */
static int body_offset(bl_bicep_reader *r)
{
	TSNode node = ts_tree_cursor_current_node(&r->cursor);
	TSFieldId body = ts_language_field_id_for_name(bl_bicep_language(), "body", 4);
	int offset = 0;
	while (offset < 2) {
		const char *type = ts_node_type(node);
		if (strcmp(type, "if") != 0 && strcmp(type, "for") != 0)
			break;
		node = ts_node_child_by_field_id(node, body);
		if (ts_node_is_null(node))
			break;
		offset++;
	}
	return offset;
}

static void read_body(bl_bicep_reader *r, bl_block *block)
{
	bl_block *outer = r->block;
	int outer_depth = r->body_depth;
	r->block = block;
	r->body_depth = r->depth + body_offset(r);
	const bl_expr *e = bl_bicep_expr(r);
	r->block = outer;
	r->body_depth = outer_depth;
	add_attr(r, block, BL_STR("body"), e);
}

/* `{a, b as c}` or `* as all`. */
static void read_imported(bl_bicep_reader *r, bl_block *block)
{
	bl_str name = {"", 0}, alias = {"", 0};
	bl_span name_span = BL_NOWHERE, alias_span = BL_NOWHERE;
	bl_bicep_node outer = bl_bicep_at(r);
	if (!bl_bicep_enter(r))
		return;
	do {
		bl_bicep_field field = bl_bicep_field_at(r);
		if (bl_bicep_at(r) == BL_BICEP_IMPORT_ITEM) {
			read_imported(r, block);
		} else if (bl_bicep_at(r) == BL_BICEP_ERROR) {
			bl_bicep_report(r);
		} else if (field == BL_BICEP_FIELD_NAME) {
			name = plain_text(r);
			name_span = bl_bicep_span(r);
		} else if (field == BL_BICEP_FIELD_ALIAS) {
			alias = bl_bicep_text(r);
			alias_span = bl_bicep_span(r);
		}
	} while (bl_bicep_next(r));
	if (outer == BL_BICEP_IMPORT_ALL) {
		set_label(r, block, 0, alias, alias_span);
		return;
	}
	if (outer != BL_BICEP_IMPORT_ITEM || !name.n)
		return;
	bl_expr *items = (bl_expr *)bl_block_attr(block, "items")->expr;
	bl_expr **kids = bl_new_n(r->arena, bl_expr *, items->n + 2);
	if (items->n)
		memcpy(kids, items->kids, items->n * sizeof *kids);
	kids[items->n] = bl_expr_string(r->arena, name_span, name);
	kids[items->n + 1] = alias.n ? bl_expr_string(r->arena, alias_span, alias) : kids[items->n];
	items->kids = kids;
	items->n += 2;
}

/* `func f(a string, b int) ...`: the parameters are the LAMBDA's, their types attributes "type a". */
static void read_parameter(bl_bicep_reader *r, bl_block *block, bl_str *names)
{
	bl_str name = {"", 0};
	if (!bl_bicep_enter(r))
		return;
	do {
		if (bl_bicep_at(r) == BL_BICEP_ERROR)
			bl_bicep_report(r);
		else if (bl_bicep_field_at(r) == BL_BICEP_FIELD_NAME)
			name = bl_bicep_text(r);
		else if (bl_bicep_field_at(r) == BL_BICEP_FIELD_TYPE)
			add_attr(r, block, bl_str_cat(r->arena, BL_STR("type "), name), bl_bicep_type(r));
	} while (bl_bicep_next(r));
	*names = names->n ? bl_str_fmt(r->arena, BL_FMT "," BL_FMT, BL_ARG(*names), BL_ARG(name))
			  : name;
}

static void read_function_body(bl_bicep_reader *r, bl_block *block, bl_str parameters)
{
	bl_expr *e = bl_expr_new(r->arena, BL_EXPR_LAMBDA, bl_bicep_span(r), 1);
	e->text = parameters;
	e->kids[0] = bl_bicep_expr(r);
	add_attr(r, block, BL_STR("body"), e);
}

static void read_value(bl_bicep_reader *r, bl_block *block, bl_bicep_node outer)
{
	const bl_expr *e = outer == BL_BICEP_TYPE_DEFINITION ? bl_bicep_type(r) : bl_bicep_expr(r);
	add_attr(r, block, BL_STR("value"), e);
}

static void read_decorator(bl_bicep_reader *r, bl_block *block)
{
	bl_expr *e = bl_bicep_decorator(r);
	if (e->text.n)
		add_attr(r, block, bl_str_cat(r->arena, BL_STR("@"), e->text), e);
}

/* One child of a statement. */
static void read_part(bl_bicep_reader *r, bl_block *block, bl_bicep_node outer, bl_str *parameters)
{
	const statement *s = statement_of(outer);
	bl_bicep_node node = bl_bicep_at(r);
	switch (node) {
	case BL_BICEP_ERROR:
		bl_bicep_report(r);
		return;
	case BL_BICEP_DECORATOR:
		read_decorator(r, block);
		return;
	case BL_BICEP_EXISTING:
		add_attr(r, block, BL_STR("existing"), bl_bicep_expr(r));
		((bl_expr *)block->attrs.items[block->attrs.n - 1].expr)->kind = BL_EXPR_LITERAL;
		((bl_expr *)block->attrs.items[block->attrs.n - 1].expr)->value =
			bl_value_bool(r->arena, bl_bicep_span(r), true);
		return;
	case BL_BICEP_FUNCTION_PARAMETER:
		read_parameter(r, block, parameters);
		return;
	case BL_BICEP_IMPORT_ALL:
	case BL_BICEP_IMPORT_LIST:
		if (node == BL_BICEP_IMPORT_LIST)
			add_attr(r, block, BL_STR("items"),
				bl_expr_new(r->arena, BL_EXPR_OBJECT, bl_bicep_span(r), 0));
		read_imported(r, block);
		return;
	default:
		break;
	}
	switch (bl_bicep_field_at(r)) {
	case BL_BICEP_FIELD_NAME:
	case BL_BICEP_FIELD_ALIAS:
		set_label(r, block, 0, plain_text(r), bl_bicep_span(r));
		break;
	case BL_BICEP_FIELD_KIND:
	case BL_BICEP_FIELD_SOURCE:
		set_label(r, block, s->has_source, plain_text(r), bl_bicep_span(r));
		break;
	case BL_BICEP_FIELD_TYPE:
		add_attr(r, block, BL_STR("type"), bl_bicep_type(r));
		break;
	case BL_BICEP_FIELD_VALUE:
		read_value(r, block, outer);
		break;
	case BL_BICEP_FIELD_CONFIG:
		add_attr(r, block, BL_STR("config"), bl_bicep_expr(r));
		break;
	case BL_BICEP_FIELD_BODY:
		if (outer == BL_BICEP_FUNCTION)
			read_function_body(r, block, *parameters);
		else
			read_body(r, block);
		break;
	default:
		break;
	}
}

static bl_block *read_statement(bl_bicep_reader *r)
{
	bl_bicep_node node = bl_bicep_at(r);
	bl_block *block = bl_new(r->arena, bl_block);
	bl_str parameters = {"", 0};
	uint32_t head = 0;
	block->kind = bl_str_of(statement_of(node)->kind);
	block->span = bl_bicep_span(r);
	if (!bl_bicep_enter(r))
		return NULL;
	do {
		/* The head runs from the keyword, past the decorators, up to the `=`. */
		bl_span span = bl_bicep_span(r);
		bl_bicep_node part = bl_bicep_at(r);
		if (!block->head.source && part != BL_BICEP_DECORATOR && part != BL_BICEP_COMMENT &&
			part != BL_BICEP_ERROR)
			block->head = span;
		if (block->head.source && !head && (span.begin > block->head.begin) &&
			bl_str_eqz(bl_bicep_text(r), "="))
			head = block->head.end;
		else if (block->head.source && !head && part != BL_BICEP_ERROR)
			block->head.end = span.end;
		read_part(r, block, node, &parameters);
	} while (bl_bicep_next(r));
	if (!block->head.source)
		block->head = block->span;
	return block;
}

void bl_bicep_nested(bl_bicep_reader *r)
{
	bl_block *outer = r->block;
	bl_block *block = read_statement(r);
	r->block = outer;
	if (block)
		bl_vec_push(r->arena, &outer->blocks, block);
}

/* Statements of the file or of a stretch of it that could not be parsed as a whole. */
static void read_statements(bl_bicep_reader *r)
{
	if (!bl_bicep_enter(r))
		return;
	do {
		bl_bicep_node node = bl_bicep_at(r);
		if (node == BL_BICEP_ERROR) {
			/* What is inside has been reported with it, but may hold whole statements. */
			bool quiet = r->quiet;
			bl_bicep_report(r);
			r->quiet = true;
			if (r->depth < 8)
				read_statements(r);
			r->quiet = quiet;
		} else if (statement_of(node)) {
			bl_block *block = read_statement(r);
			if (block)
				bl_vec_push(r->arena, &r->document->blocks, block);
		} else if (node == BL_BICEP_COMMENT) {
			bl_str text = bl_bicep_text(r);
			if (bl_str_starts(text, BL_STR("/*")) &&
				(text.n < 4 || !bl_str_ends(text, BL_STR("*/")))) {
				bl_diag_add(r->arena, &r->document->diags, BL_DIAG_ERROR,
					bl_bicep_span(r), "this comment is not closed");
				r->document->partial = true;
			}
		}
	} while (bl_bicep_next(r));
}

static void read_tree(bl_bicep_reader *r, TSTree *tree)
{
	r->cursor = ts_tree_cursor_new(ts_tree_root_node(tree));
	if (bl_bicep_at(r) == BL_BICEP_ERROR) {
		bl_bicep_report(r);
		r->quiet = true;
	}
	read_statements(r);
	r->quiet = false;
	ts_tree_cursor_delete(&r->cursor);
}

/*
 * Where statements begin, as far as lines can tell: at a keyword, or at the first of a statement's decorators, at the
 * very left, outside of comments and of multi-line strings.
 */
typedef BL_VEC(uint32_t) offsets;

static bool begins_statement(bl_str line)
{
	static const char *const keywords[] = {"assert", "extends", "extension", "extensionConfig",
		"func", "import", "metadata", "module", "output", "param", "provider", "resource",
		"targetScope", "test", "type", "using", "var"};
	size_t n = 0;
	while (n < line.n && ((line.p[n] | 0x20) >= 'a' && (line.p[n] | 0x20) <= 'z'))
		n++;
	if (!n || n == line.n || (line.p[n] != ' ' && line.p[n] != '\t'))
		return false;
	for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
		if (bl_str_eqz(bl_str_slice(line, 0, n), keywords[i]))
			return true;
	return false;
}

/* Past a comment, a multi-line string or one byte. A single-line string ends with its line at the latest. */
static size_t past_token(bl_str s, size_t i)
{
	bl_str at = bl_str_slice(s, i, s.n);
	ptrdiff_t end;
	if (bl_str_starts(at, BL_STR("//"))) {
		while (i < s.n && s.p[i] != '\n')
			i++;
		return i;
	}
	if (bl_str_starts(at, BL_STR("/*"))) {
		end = bl_str_find(s, BL_STR("*/"), i + 2);
		return end < 0 ? s.n : (size_t)end + 2;
	}
	if (bl_str_starts(at, BL_STR("'''"))) {
		end = bl_str_find(s, BL_STR("'''"), i + 3);
		return end < 0 ? i + 3 : (size_t)end + 3;
	}
	if (s.p[i] == '\'') {
		for (i++; i < s.n && s.p[i] != '\n' && s.p[i] != '\''; i++)
			if (s.p[i] == '\\' && i + 1 < s.n && s.p[i + 1] != '\n')
				i++;
		return i < s.n && s.p[i] == '\'' ? i + 1 : i;
	}
	return i + 1;
}

static void find_statements(bl_bicep_reader *r, offsets *out)
{
	bool decorated = false;
	for (size_t i = 0; i < r->text.n; i = past_token(r->text, i)) {
		if (i && r->text.p[i - 1] != '\n')
			continue;
		bool decorator = r->text.p[i] == '@';
		bool keyword = !decorator && begins_statement(bl_str_slice(r->text, i, i + 32));
		if ((decorator || keyword) && !decorated)
			bl_vec_push(r->arena, out, (uint32_t)i);
		if (decorator || keyword)
			decorated = decorator;
	}
}

static void say_none(bl_bicep_reader *r, uint32_t at)
{
	bl_diag_add(r->arena, &r->document->diags, BL_DIAG_ERROR, (bl_span){r->document->source, at, at}, BL_TREE_NONE);
	r->document->partial = true;
}

/* Reads each statement on its own, so that an error in one costs no other. */
static void read_apart(bl_bicep_reader *r, TSParser *parser, const offsets *starts)
{
	for (size_t i = 0; i <= starts->n; i++) {
		uint32_t begin = i ? starts->items[i - 1] : 0;
		uint32_t end = i < starts->n ? starts->items[i] : (uint32_t)r->text.n;
		/* Points are not used, so they need not be right, only in order. */
		TSRange range = {{0, begin}, {0, end}, begin, end};
		if (begin == end || !bl_str_trim(bl_str_slice(r->text, begin, end)).n)
			continue;
		ts_parser_set_included_ranges(parser, &range, 1);
		TSTree *tree = bl_tree_parse(parser, bl_bicep_language(), r->text, end - begin);
		if (tree)
			read_tree(r, tree);
		else
			say_none(r, begin);
		ts_tree_delete(tree);
	}
}

void bl_parse_bicep(bl_sources *sources, bl_document *document)
{
	__attribute__((cleanup(bl_tree_parser_done))) TSParser *parser = ts_parser_new();
	bl_bicep_reader r = {.document = document, .arena = &document->arena, .body_depth = -1};
	r.text = bl_sources_text(sources, document->source);
	__attribute__((cleanup(bl_tree_done))) TSTree *tree = bl_tree_parse(parser, bl_bicep_language(), r.text, r.text.n);
	offsets starts = {0};
	if (!tree || ts_node_has_error(ts_tree_root_node(tree)))
		find_statements(&r, &starts);
	if (starts.n)
		read_apart(&r, parser, &starts);
	else if (tree)
		read_tree(&r, tree);
	else
		say_none(&r, 0);
}

/* The grammar knows files only, so the expression is read as a variable's value. */
const bl_expr *bl_parse_bicep_expression(bl_sources *sources, bl_document *document)
{
	static const char prefix[] = "var x = ";
	bl_str text = bl_sources_text(sources, document->source);
	size_t n = sizeof prefix - 1;
	bl_piece *pieces = bl_new_n(&document->arena, bl_piece, 2);
	pieces[0] = (bl_piece){0, 0, 0, false};
	pieces[1] = (bl_piece){(uint32_t)n, 0, (uint32_t)text.n, true};
	document->source = bl_sources_derive(sources, document->source,
		bl_str_cat(&document->arena, BL_STR("var x = "), text), pieces, 2);
	bl_parse_bicep(sources, document);
	const bl_attr *value = document->blocks.n == 1
		? bl_block_attr(document->blocks.items[0], "value")
		: NULL;
	if (value && !document->partial)
		return value->expr;
	if (!document->diags.n)
		bl_diag_add(&document->arena, &document->diags, BL_DIAG_ERROR,
			(bl_span){document->source, 0, 0}, "this is no expression");
	return NULL;
}

/* ARM templates on tree-sitter-json: comments, trailing commas, a BOM and strings of several lines are what the deployment engine accepts. */
#include "parsers/arm/arm.h"

#include "parsers/language.h"
#include "parsers/tree.h"

#include <pthread.h>
#include <stdlib.h>

const TSLanguage *tree_sitter_json(void);

static struct {
	TSSymbol object, array, pair, string, number, yes, no, null, comment;
	TSFieldId key, value;
} json;

static void learn_symbols(void)
{
	const TSLanguage *l = tree_sitter_json();
#define SYMBOL(name) ts_language_symbol_for_name(l, #name, sizeof #name - 1, true)
	json.object = SYMBOL(object);
	json.array = SYMBOL(array);
	json.pair = SYMBOL(pair);
	json.string = SYMBOL(string);
	json.number = SYMBOL(number);
	json.yes = SYMBOL(true);
	json.no = SYMBOL(false);
	json.null = SYMBOL(null);
	json.comment = SYMBOL(comment);
#undef SYMBOL
	json.key = ts_language_field_id_for_name(l, "key", 3);
	json.value = ts_language_field_id_for_name(l, "value", 5);
}

typedef struct builder {
	bl_sources *sources;
	bl_document *d;
	bl_str text; /* as written */
	bool expressions;
	size_t nodes;
	BL_VEC(bl_block *) links; /* to be appended to the document's blocks */
} builder;

static bl_expr *build(builder *b, TSTreeCursor *c, int depth);

static bl_span span_of(const builder *b, TSNode n)
{
	return (bl_span){b->d->source, ts_node_start_byte(n), ts_node_end_byte(n)};
}

static void report(builder *b, bl_span span, const char *what)
{
	b->d->partial = true;
	bl_diag_add(&b->d->arena, &b->d->diags, BL_DIAG_ERROR, span, "%s", what);
}

static bool read_hex(bl_str s, size_t at, uint32_t *out)
{
	if (at + 4 > s.n)
		return false;
	*out = 0;
	for (size_t i = at; i < at + 4; i++) {
		char ch = s.p[i];
		int digit = ch >= '0' && ch <= '9' ? ch - '0' : (ch | 32) >= 'a' && (ch | 32) <= 'f' ? (ch | 32) - 'a' + 10 : -1;
		if (digit < 0)
			return false;
		*out = *out * 16 + (uint32_t)digit;
	}
	return true;
}

/* One escape at raw[*i] (the backslash): its bytes go to p; *i moves past it. */
static size_t put_escape(bl_str raw, size_t *i, char *p)
{
	static const char from[] = "bfnrt\"\\/", to[] = "\b\f\n\r\t\"\\/";
	char ch = *i + 1 < raw.n ? raw.p[*i + 1] : '\\';
	uint32_t code, low;
	if (ch == 'u' && read_hex(raw, *i + 2, &code)) {
		*i += 6;
		if (code >= 0xd800 && code < 0xdc00 && *i + 1 < raw.n && raw.p[*i] == '\\' && raw.p[*i + 1] == 'u' &&
			read_hex(raw, *i + 2, &low) && low >= 0xdc00 && low < 0xe000) {
			code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
			*i += 6;
		} else if (code >= 0xd800 && code < 0xe000) {
			code = 0xfffd;
		}
		return bl_str_put_utf8(p, code);
	}
	const char *known = ch ? strchr(from, ch) : NULL;
	p[0] = known ? to[known - from] : ch;
	*i += 2;
	return 1;
}

/* The text of a string with escapes, and the source derived from it. */
static bl_str decode(builder *b, bl_str raw, uint32_t begin, uint32_t *source)
{
	bl_arena *arena = &b->d->arena;
	char *p = bl_arena_alloc(arena, raw.n + 1);
	size_t n = 0;
	BL_VEC(bl_piece) pieces = {0};
	bool in_run = false;
	for (size_t i = 0; i < raw.n;) {
		if (raw.p[i] != '\\') {
			if (!in_run) {
				bl_piece run = {(uint32_t)n, begin + (uint32_t)i, begin + (uint32_t)raw.n, true};
				bl_vec_push(arena, &pieces, run);
			}
			in_run = true;
			p[n++] = raw.p[i++];
			continue;
		}
		size_t from = i, at = n;
		n += put_escape(raw, &i, p + n);
		bl_piece escape = {(uint32_t)at, begin + (uint32_t)from, begin + (uint32_t)(i < raw.n ? i : raw.n), false};
		bl_vec_push(arena, &pieces, escape);
		in_run = false;
	}
	bl_str text = {p, n};
	*source = bl_sources_derive(b->sources, b->d->source, text, pieces.items, pieces.n);
	return text;
}

static bl_expr *build_string(builder *b, TSNode node)
{
	bl_span span = span_of(b, node);
	bl_str raw = bl_str_slice(b->text, span.begin + 1, span.end ? span.end - 1 : 0);
	uint32_t source = span.source, base = span.begin + 1;
	bl_str text = raw;
	if (raw.n && memchr(raw.p, '\\', raw.n)) {
		text = decode(b, raw, base, &source);
		base = 0;
	}
	if (b->expressions && text.n >= 2 && text.p[0] == '[') {
		if (text.p[1] == '[') /* "[[" is a literal "[" */
			text = bl_str_slice(text, 1, text.n);
		else if (text.p[text.n - 1] == ']')
			return bl_arm_expression(b->d, source, base + 1, bl_str_slice(text, 1, text.n - 1), span);
	}
	return bl_expr_string(&b->d->arena, span, text);
}

static bl_expr *literal(builder *b, TSNode node, bl_value *value)
{
	bl_expr *e = bl_expr_new(&b->d->arena, BL_EXPR_LITERAL, span_of(b, node), 0);
	e->value = value;
	return e;
}

/* "relativePath": "nested/a.json" names another template. */
static void note_link(builder *b, const bl_expr *key, const bl_expr *value)
{
	if (!key || !value || key->kind != BL_EXPR_LITERAL || value->kind != BL_EXPR_LITERAL ||
		!bl_str_eqiz(bl_value_text(key->value), "relativePath") || !bl_value_text(value->value).n)
		return;
	bl_block *block = bl_new(&b->d->arena, bl_block);
	block->kind = BL_STR("link");
	block->span = block->head = value->span;
	bl_label *label = bl_vec_add(&b->d->arena, &block->labels);
	*label = (bl_label){bl_value_text(value->value), value->span};
	bl_vec_push(&b->d->arena, &b->links, block);
}

/* The key and the value of the pair the cursor stands on, appended to kids. */
static void build_pair(builder *b, TSTreeCursor *c, int depth, bl_expr **key, bl_expr **value)
{
	*key = *value = NULL;
	if (!ts_tree_cursor_goto_first_child(c))
		return;
	do {
		TSFieldId field = ts_tree_cursor_current_field_id(c);
		TSNode n = ts_tree_cursor_current_node(c);
		if (field == json.key && ts_node_symbol(n) == json.string)
			*key = build_string(b, n);
		else if (field == json.value)
			*value = build(b, c, depth + 1);
	} while (ts_tree_cursor_goto_next_sibling(c));
	ts_tree_cursor_goto_parent(c);
	note_link(b, *key, *value);
}

static bl_expr *build_object(builder *b, TSTreeCursor *c, int depth)
{
	BL_VEC(bl_expr *) kids = {0};
	bl_expr *e = bl_expr_new(&b->d->arena, BL_EXPR_OBJECT, span_of(b, ts_tree_cursor_current_node(c)), 0);
	if (ts_tree_cursor_goto_first_child(c)) {
		do {
			if (ts_node_symbol(ts_tree_cursor_current_node(c)) != json.pair)
				continue;
			bl_expr *key, *value;
			build_pair(b, c, depth, &key, &value);
			if (key && value) {
				bl_vec_push(&b->d->arena, &kids, key);
				bl_vec_push(&b->d->arena, &kids, value);
			}
		} while (ts_tree_cursor_goto_next_sibling(c));
		ts_tree_cursor_goto_parent(c);
	}
	e->kids = kids.items;
	e->n = (uint32_t)kids.n;
	return e;
}

static bl_expr *build_array(builder *b, TSTreeCursor *c, int depth)
{
	BL_VEC(bl_expr *) kids = {0};
	bl_expr *e = bl_expr_new(&b->d->arena, BL_EXPR_LIST, span_of(b, ts_tree_cursor_current_node(c)), 0);
	if (ts_tree_cursor_goto_first_child(c)) {
		do {
			bl_expr *kid = build(b, c, depth + 1);
			if (kid)
				bl_vec_push(&b->d->arena, &kids, kid);
		} while (ts_tree_cursor_goto_next_sibling(c));
		ts_tree_cursor_goto_parent(c);
	}
	e->kids = kids.items;
	e->n = (uint32_t)kids.n;
	return e;
}

/* NULL for what is no value: punctuation, comments, errors. */
static bl_expr *build(builder *b, TSTreeCursor *c, int depth)
{
	TSNode node = ts_tree_cursor_current_node(c);
	TSSymbol symbol = ts_node_symbol(node);
	bl_arena *arena = &b->d->arena;
	if (++b->nodes > BL_PARSE_MAX_NODES || depth > BL_PARSE_MAX_DEPTH)
		return NULL;
	if (symbol == json.object)
		return build_object(b, c, depth);
	if (symbol == json.array)
		return build_array(b, c, depth);
	if (symbol == json.string)
		return build_string(b, node);
	bl_span span = span_of(b, node);
	if (symbol == json.number)
		return literal(b, node, bl_value_digits(arena, span, bl_str_slice(b->text, span.begin, span.end)));
	if (symbol == json.yes || symbol == json.no)
		return literal(b, node, bl_value_bool(arena, span, symbol == json.yes));
	if (symbol == json.null)
		return literal(b, node, bl_value_at(arena, &bl_value_null, span));
	return NULL;
}

/*
 * A copy of text, of the same length, that is JSON with comments and nothing else: newlines within strings, trailing commas and a BOM become
 * spaces. *depth gets the deepest nesting and *deepest its place.
 */
static char *tame(bl_str text, int *depth, size_t *deepest)
{
	char *p = bl_xmalloc(text.n + 1);
	memcpy(p, text.p, text.n);
	if (bl_str_starts(text, BL_STR("\xef\xbb\xbf")))
		memset(p, ' ', 3);
	int level = 0;
	ptrdiff_t comma = -1;
	*depth = 0;
	for (size_t i = 0; i < text.n; i++) {
		char ch = p[i];
		if (ch == '"') {
			for (i++; i < text.n && p[i] != '"'; i++) {
				if (p[i] == '\\')
					i++;
				else if (p[i] == '\n' || p[i] == '\r')
					p[i] = ' ';
			}
		} else if (ch == '/' && i + 1 < text.n && p[i + 1] == '/') {
			while (i < text.n && p[i] != '\n')
				i++;
			continue;
		} else if (ch == '/' && i + 1 < text.n && p[i + 1] == '*') {
			ptrdiff_t end = bl_str_find(text, BL_STR("*/"), i + 2);
			i = end < 0 ? text.n : (size_t)end + 1;
			continue;
		} else if (ch == '{' || ch == '[') {
			if (++level > *depth) {
				*depth = level;
				*deepest = i;
			}
		} else if (ch == '}' || ch == ']') {
			level--;
			if (comma >= 0)
				p[comma] = ' ';
		}
		if (ch == ',')
			comma = (ptrdiff_t)i;
		else if (ch != ' ' && (ch < '\t' || ch > '\r'))
			comma = -1;
	}
	return p;
}

/* The first few places where the tree is in error. */
static void report_errors(builder *b, TSTreeCursor *c, int depth, int *left)
{
	TSNode n = ts_tree_cursor_current_node(c);
	if (!ts_node_has_error(n) || *left <= 0 || depth > 2 * BL_PARSE_MAX_DEPTH)
		return;
	if (ts_node_is_missing(n) || ts_node_is_error(n)) {
		bl_span span = span_of(b, n);
		bl_str what = bl_str_slice(b->text, span.begin, span.begin + 20 < span.end ? span.begin + 20 : span.end);
		--*left;
		b->d->partial = true;
		if (ts_node_is_missing(n))
			bl_diag_add(&b->d->arena, &b->d->diags, BL_DIAG_ERROR, span, "'%s' is missing", ts_node_type(n));
		else
			bl_diag_add(&b->d->arena, &b->d->diags, BL_DIAG_ERROR, span, "'" BL_FMT "' is not expected here",
				BL_ARG(bl_str_trim(what)));
		return;
	}
	if (!ts_tree_cursor_goto_first_child(c))
		return;
	do
		report_errors(b, c, depth + 1, left);
	while (ts_tree_cursor_goto_next_sibling(c));
	ts_tree_cursor_goto_parent(c);
}

static bl_expr *member(const bl_expr *object, const char *key)
{
	for (uint32_t i = 0; object && object->kind == BL_EXPR_OBJECT && i + 1 < object->n; i += 2)
		if (bl_str_eqiz(bl_value_text(object->kids[i]->value), key))
			return object->kids[i + 1];
	return NULL;
}

/* A blueprint's artifact holds its template inside, as a deployment resource does: {"properties": {"template": {...}}}. */
static bl_expr *unwrap(bl_expr *body)
{
	bl_expr *inner = member(member(body, "properties"), "template");
	return !member(body, "resources") && member(inner, "resources") ? inner : body;
}

static void add_template(builder *b, TSTreeCursor *c)
{
	bl_arena *arena = &b->d->arena;
	if (!ts_tree_cursor_goto_first_child(c))
		return;
	do {
		bl_expr *body = build(b, c, 0);
		if (!body)
			continue;
		body = unwrap(body);
		bl_block *block = bl_new(arena, bl_block);
		block->kind = BL_STR("template");
		block->span = block->head = body->span;
		bl_attr *attr = bl_vec_add(arena, &block->attrs);
		*attr = (bl_attr){BL_STR("body"), body->span, body->span, body};
		bl_vec_push(arena, &b->d->blocks, block);
		for (size_t i = 0; i < b->links.n; i++)
			bl_vec_push(arena, &b->d->blocks, b->links.items[i]);
		break;
	} while (ts_tree_cursor_goto_next_sibling(c));
}

void bl_parse_arm(bl_sources *sources, bl_document *d)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, learn_symbols);
	builder b = {.sources = sources, .d = d, .text = bl_sources_text(sources, d->source),
		.expressions = !bl_str_eqz(d->dialect, "parameters")};
	int depth;
	size_t deepest = 0;
	char *tamed = tame(b.text, &depth, &deepest);
	if (depth > BL_PARSE_MAX_DEPTH) {
		report(&b, (bl_span){d->source, (uint32_t)deepest, (uint32_t)deepest + 1}, "nested deeper than 512 levels: not analysed");
		free(tamed);
		return;
	}
	__attribute__((cleanup(bl_tree_parser_done))) TSParser *parser = ts_parser_new();
	__attribute__((cleanup(bl_tree_done))) TSTree *tree =
		bl_tree_parse(parser, tree_sitter_json(), bl_str_make(tamed, b.text.n), b.text.n);
	if (!tree) {
		report(&b, (bl_span){d->source, 0, 0}, BL_TREE_NONE);
		free(tamed);
		return;
	}
	TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(tree));
	int left = 20;
	report_errors(&b, &cursor, 0, &left);
	ts_tree_cursor_reset(&cursor, ts_tree_root_node(tree));
	add_template(&b, &cursor);
	if (b.nodes > BL_PARSE_MAX_NODES)
		report(&b, (bl_span){d->source, 0, 0}, "more values than the limit: the rest is not analysed");
	ts_tree_cursor_delete(&cursor);
	free(tamed);
}

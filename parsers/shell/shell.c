/* By tree-sitter's bash: what runs, with which words, and whether a pipe joins it to others. */
#include "parsers/shell/shell.h"

#include "parsers/language.h"
#include "parsers/tree.h"

#include <ctype.h>

const TSLanguage *tree_sitter_bash(void);

enum {
	MAX_TEXT = 256 * 1024, /* bytes of one shell text */
	MAX_TREACHEROUS = 50, /* pipes, heredocs and arrays in one shell text */
	MAX_DEPTH = 100,       /* of its tree */
	MAX_LITERAL = 65536,   /* bytes of one word: variables may hold each other twice */
	MAX_WORDS = 4096,      /* of one command, before variables stop being split */
	MAX_VARIABLES = 64,    /* of one text */
	MAX_PARTS = 16,        /* of a variable's value that is put in */
	MAX_TURNS = 128,       /* of all loops of one text */
	MAX_SHELLS = 3         /* sh -c 'sh -c ...' */
};

/* A shell's variable, as the text itself sets it. */
typedef struct variable {
	bl_str name;
	const bl_expr *value; /* NULL: set more than once */
} variable;

typedef struct walk {
	bl_arena *arena;
	bl_block *block;
	bl_str s;
	bl_span base;  /* of s */
	bool verbatim; /* s is what base says, byte for byte */
	bool script;   /* a text of its own: subshells are said, loops unrolled */
	int shells;
	size_t unrolled; /* turns of loops so far */
	BL_VEC(variable) variables;
} walk;

/*
 * What the shell's grammar takes a time for that grows with the square of their number when one has no end: pipes, heredocs, arrays. A script
 * has a handful.
 */
static bool is_treacherous(bl_str text)
{
	size_t found = 0;
	for (size_t i = 1; i < text.n && found <= MAX_TREACHEROUS; i++)
		found += (text.p[i] == '|' && text.p[i - 1] != '|') || (text.p[i] == '<' && text.p[i - 1] == '<') ||
			(text.p[i] == '(' && text.p[i - 1] == '=');
	return found > MAX_TREACHEROUS;
}

static void read_text(bl_arena *arena, bl_block *block, bl_text text, bool verbatim, bool script, int shells);

static bl_span span_of(const walk *w, TSNode node)
{
	if (!w->verbatim)
		return w->base;
	return (bl_span){w->base.source, w->base.begin + ts_node_start_byte(node),
		w->base.begin + ts_node_end_byte(node)};
}

static bl_str slice(const walk *w, TSNode node)
{
	return bl_str_slice(w->s, ts_node_start_byte(node), ts_node_end_byte(node));
}

static bool is(TSNode node, const char *type)
{
	return !strcmp(ts_node_type(node), type);
}

/* A word's literal text: backslashes away, of which within double quotes only some are. */
static bl_str unescape(bl_arena *arena, bl_str s, bool quoted)
{
	if (!memchr(s.p, '\\', s.n))
		return s;
	char *out = bl_arena_alloc(arena, s.n);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n && (!quoted || memchr("\"$\\`", s.p[i + 1], 4)))
			i++;
		out[n++] = s.p[i];
	}
	return bl_str_make(out, n);
}

static bool is_name_byte(char c)
{
	return c == '_' || isalnum((unsigned char)c);
}

typedef bl_shell_parts parts;

static void put_text(bl_arena *arena, parts *out, bl_span span, bl_str s)
{
	bl_vec_push(arena, out, bl_expr_string(arena, span, s));
}

static void put_name(bl_arena *arena, parts *out, bl_span span, bl_expr_kind kind, bl_str text)
{
	bl_expr *e = bl_expr_new(arena, kind, span, 0);
	e->text = text;
	bl_vec_push(arena, out, e);
}

void bl_shell_put_literal(bl_arena *arena, bl_span span, bl_str s, bl_shell_parts *out)
{
	bl_str open = BL_STR(BL_SHELL_HOLE_BEGIN), close = BL_STR(BL_SHELL_HOLE_END);
	size_t at = 0;
	for (;;) {
		ptrdiff_t begin = bl_str_find(s, open, at);
		ptrdiff_t end = begin < 0 ? -1 : bl_str_find(s, close, (size_t)begin);
		if (end < 0)
			break;
		if ((size_t)begin > at)
			put_text(arena, out, span, bl_str_slice(s, at, (size_t)begin));
		at = (size_t)end + close.n;
		put_name(arena, out, span, BL_EXPR_NAME, bl_str_slice(s, (size_t)begin, at));
	}
	if (!at || at < s.n)
		put_text(arena, out, span, bl_str_slice(s, at, s.n));
}

static variable *variable_named(walk *w, bl_str name)
{
	for (size_t i = 0; i < w->variables.n && i < MAX_VARIABLES; i++)
		if (bl_str_eq(w->variables.items[i].name, name))
			return &w->variables.items[i];
	return NULL;
}

static bool is_plain_expansion(TSNode node)
{
	return is(node, "simple_expansion") || (is(node, "expansion") && ts_node_child_count(node) == 3);
}

/* The variable's value, where the text has set it once. */
static const bl_expr *value_of(walk *w, bl_str name)
{
	const variable *v = variable_named(w, name);
	const bl_expr *e = v ? v->value : NULL;
	if (e && e->kind == BL_EXPR_LITERAL)
		return e->value->string.n <= MAX_LITERAL ? e : NULL;
	return e && e->n <= MAX_PARTS ? e : NULL;
}

/* Of the variable that $name or ${name} is. */
static const bl_expr *expanded(walk *w, TSNode node)
{
	return is_plain_expansion(node) ? value_of(w, slice(w, ts_node_child(node, 1))) : NULL;
}

static void put_value(walk *w, const bl_expr *value, bl_span span, parts *out)
{
	if (value->kind == BL_EXPR_LITERAL) {
		put_text(w->arena, out, span, value->value->string);
		return;
	}
	for (uint32_t i = 0; i < value->n; i++)
		bl_vec_push(w->arena, out, value->kids[i]);
}

/* ---- $A-$B-$C ---- */

/* How long the name is that a $ before s names; 0: none. */
static size_t name_length(bl_str s)
{
	size_t n = 0;
	if (s.n && s.p[0] >= '0' && s.p[0] <= '9')
		return 1;
	while (n < s.n && is_name_byte(s.p[n]))
		n++;
	return n;
}

/*
 * The shell's grammar takes $A-$B-$C for two words and loses a $. It is shown a text in which a $ that stands within a word, behind what is literal, is a
 * letter: so that it sees one word, of whose parts the text itself tells.
 */
static bl_str with_whole_words(bl_arena *arena, bl_str s)
{
	char *copy = NULL;
	bool literal = false; /* the bytes before are no variable's name */
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '$' && literal && name_length(bl_str_slice(s, i + 1, s.n))) {
			if (!copy)
				copy = (char *)bl_str_dup(arena, s).p;
			copy[i] = 'x';
			continue; /* its name is literal now */
		}
		if (!is_name_byte(c))
			literal = c && strchr("%+,-./:@^", c);
		else if (i && s.p[i - 1] != '$' && s.p[i - 1] != '{' && !is_name_byte(s.p[i - 1]))
			literal = !strchr("\\!#", s.p[i - 1]);
	}
	return copy ? bl_str_make(copy, s.n) : s;
}

/* A word's literal text, in which a $NAME may stand that with_whole_words has hidden. */
static void put_word(walk *w, bl_span span, bl_str s, bool quoted, parts *out)
{
	size_t from = 0;
	for (size_t i = 0; i < s.n; i++) {
		size_t n = s.p[i] == '$' ? name_length(bl_str_slice(s, i + 1, s.n)) : 0;
		if (s.p[i] == '\\')
			i++;
		if (!n)
			continue;
		bl_str name = bl_str_slice(s, i + 1, i + 1 + n);
		const bl_expr *value = value_of(w, name);
		if (i > from)
			bl_shell_put_literal(w->arena, span, unescape(w->arena, bl_str_slice(s, from, i), quoted), out);
		if (value)
			put_value(w, value, span, out);
		else
			put_name(w->arena, out, span, BL_EXPR_NAME, name);
		i += n;
		from = i + 1;
	}
	if (!from || from < s.n)
		bl_shell_put_literal(w->arena, span, unescape(w->arena, bl_str_slice(s, from, s.n), quoted), out);
}

/* A word of tr's without its quotes and brackets: both ways to write a range of letters. */
static bool is_range(bl_str s, const char *class, const char *letters)
{
	bool quotes = s.n > 2 && (s.p[0] == '\'' || s.p[0] == '"');
	s = quotes ? bl_str_slice(s, 1, s.n - 1) : s;
	return bl_str_eqz(s, class) || bl_str_eqz(s, letters);
}

/* $(echo TEXT | tr '[:upper:]' '[:lower:]'): the text, or a null node. Names of images are made so, and what is known of one is worth keeping. */
static TSNode lowered_by_command(const walk *w, TSNode node)
{
	TSNode none = {0}, pipe = ts_node_named_child(node, 0);
	if (!is(node, "command_substitution") || ts_node_named_child_count(node) != 1 || !is(pipe, "pipeline") || ts_node_named_child_count(pipe) != 2)
		return none;
	TSNode echo = ts_node_named_child(pipe, 0), tr = ts_node_named_child(pipe, 1);
	bool lowers = is(echo, "command") && ts_node_named_child_count(echo) == 2 && bl_str_eqz(slice(w, ts_node_named_child(echo, 0)), "echo") &&
		      is(tr, "command") && ts_node_named_child_count(tr) == 3 && bl_str_eqz(slice(w, ts_node_named_child(tr, 0)), "tr") &&
		      is_range(slice(w, ts_node_named_child(tr, 1)), "[:upper:]", "A-Z") && is_range(slice(w, ts_node_named_child(tr, 2)), "[:lower:]", "a-z");
	return lowers ? ts_node_named_child(echo, 1) : none;
}

static void word_parts(walk *w, TSNode node, bool quoted, int depth, parts *out);

/* As lowered_by_command, or ${NAME,,}: a CALL of "lower" with the text's parts. */
static bool put_lowered(walk *w, TSNode node, int depth, parts *out)
{
	parts inner = {0};
	TSNode text = lowered_by_command(w, node);
	if (depth >= MAX_DEPTH)
		return false;
	if (!ts_node_is_null(text))
		word_parts(w, text, false, depth + 1, &inner);
	else if (is(node, "expansion") && ts_node_child_count(node) == 4 && bl_str_eqz(slice(w, ts_node_child(node, 2)), ",,"))
		put_name(w->arena, &inner, span_of(w, node), BL_EXPR_NAME, slice(w, ts_node_child(node, 1)));
	else
		return false;
	bl_expr *e = bl_expr_new(w->arena, BL_EXPR_CALL, span_of(w, node), inner.n);
	e->text = BL_STR("lower");
	for (size_t i = 0; i < inner.n; i++)
		e->kids[i] = inner.items[i];
	bl_vec_push(w->arena, out, e);
	return true;
}

static void word_parts(walk *w, TSNode node, bool quoted, int depth, parts *out)
{
	const bl_expr *known = expanded(w, node);
	if (known) {
		put_value(w, known, span_of(w, node), out);
		return;
	}
	if (put_lowered(w, node, depth, out))
		return;
	uint32_t n = ts_node_child_count(node);
	if (is(node, "word") || is(node, "number") || is(node, "string_content") ||
		is(node, "extglob_pattern") || is(node, "regex") || is(node, "variable_name")) {
		put_word(w, span_of(w, node), slice(w, node), quoted, out);
	} else if (is(node, "raw_string")) {
		bl_str s = slice(w, node);
		bl_shell_put_literal(w->arena, span_of(w, node), s.n >= 2 ? bl_str_slice(s, 1, s.n - 1) : s, out);
	} else if (is_plain_expansion(node)) {
		put_name(w->arena, out, span_of(w, node), BL_EXPR_NAME, slice(w, ts_node_child(node, 1)));
	} else if ((is(node, "string") || is(node, "concatenation") || is(node, "command_name")) &&
		   depth < MAX_DEPTH) {
		for (uint32_t i = 0; i < n && i < 4096; i++) {
			TSNode child = ts_node_child(node, i);
			if (ts_node_is_named(child))
				word_parts(w, child, quoted || is(node, "string"), depth + 1, out);
		}
	} else {
		put_name(w->arena, out, span_of(w, node), BL_EXPR_OPAQUE, slice(w, node));
	}
}

bl_expr *bl_shell_join(bl_arena *arena, bl_span span, const bl_shell_parts *list)
{
	bool literal = true;
	bl_buf buf = {0};
	for (size_t i = 0; i < list->n; i++) {
		literal =
			literal && list->items[i]->kind == BL_EXPR_LITERAL && buf.n <= MAX_LITERAL;
		if (literal)
			bl_buf_put(&buf, list->items[i]->value->string);
	}
	bl_expr *e;
	if (literal) {
		e = bl_expr_string(arena, span, bl_str_dup(arena, bl_buf_str(&buf)));
	} else {
		e = bl_expr_new(arena, BL_EXPR_TEMPLATE, span, list->n);
		memcpy(e->kids, list->items, list->n * sizeof *list->items);
	}
	bl_buf_done(&buf);
	return e;
}

static bl_expr *word(walk *w, TSNode node)
{
	parts list = {0};
	word_parts(w, node, false, 0, &list);
	return bl_shell_join(w->arena, span_of(w, node), &list);
}

/* NAME=value as one word. */
static bl_expr *assignment(walk *w, TSNode node)
{
	parts list = {0};
	TSNode name = ts_node_child_by_field_name(node, "name", 4),
	       value = ts_node_child_by_field_name(node, "value", 5);
	put_text(w->arena, &list, span_of(w, node), bl_str_cat(w->arena, slice(w, name), BL_STR("=")));
	if (!ts_node_is_null(value))
		word_parts(w, value, false, 0, &list);
	return bl_shell_join(w->arena, span_of(w, node), &list);
}

/* name=value as a command of its own: what the commands behind it see. */
static void set_variable(walk *w, TSNode node)
{
	TSNode value = ts_node_child_by_field_name(node, "value", 5);
	bl_str name = slice(w, ts_node_child_by_field_name(node, "name", 4));
	bl_expr *e = ts_node_is_null(value) ? bl_expr_string(w->arena, span_of(w, node), BL_STR(""))
					    : word(w, value);
	variable *old = variable_named(w, name);
	if (old) {
		old->value = NULL;
	} else if (w->variables.n < MAX_VARIABLES) {
		variable v = {name, e};
		bl_vec_push(w->arena, &w->variables, v);
	}
}

static void push(walk *w, parts *list, bl_expr *e)
{
	bl_vec_push(w->arena, list, e);
}

static bl_expr *list_of(bl_arena *arena, bl_span span, const parts *list)
{
	bl_expr *e = bl_expr_new(arena, BL_EXPR_LIST, span, list->n);
	if (list->n)
		memcpy(e->kids, list->items, list->n * sizeof *list->items);
	return e;
}

void bl_shell_put_command(bl_arena *arena, bl_block *block, bl_span span, const bl_shell_parts *words,
	const bl_shell_parts *redirects, const bl_shell_parts *assigns, bool pipe_in, bool pipe_out)
{
	bl_expr *e = bl_expr_new(arena, BL_EXPR_OBJECT, span, 10);
	e->kids[0] = bl_expr_string(arena, span, BL_STR("words"));
	e->kids[1] = list_of(arena, span, words);
	e->kids[2] = bl_expr_string(arena, span, BL_STR("pipe_in"));
	e->kids[3] = bl_expr_bool(arena, span, pipe_in);
	e->kids[4] = bl_expr_string(arena, span, BL_STR("pipe_out"));
	e->kids[5] = bl_expr_bool(arena, span, pipe_out);
	e->kids[6] = bl_expr_string(arena, span, BL_STR("redirects"));
	e->kids[7] = list_of(arena, span, redirects);
	e->kids[8] = bl_expr_string(arena, span, BL_STR("assigns"));
	e->kids[9] = list_of(arena, span, assigns);
	bl_block_put(arena, block, BL_STR("command"), span, e);
}

/* How a command stands among others. */
typedef struct place {
	bool pipe_in, pipe_out;
	TSNode redirected; /* the redirected_statement around it, or null */
} place;

/* The program's name without its folder; empty where it isn't literal. */
static bl_str name_of(const bl_expr *e)
{
	bl_str s = e->kind == BL_EXPR_LITERAL ? bl_value_text(e->value) : BL_STR("");
	return bl_str_slice(s, (size_t)(bl_str_rfind_char(s, '/') + 1), s.n);
}

/* sh -c TEXT: the text's commands too, each at the place of the text. */
static void read_inner(bl_arena *arena, bl_block *block, bl_expr *const *words, size_t n, int shells)
{
	static const char *const names[] = {"ash", "bash", "dash", "sh"};
	bool shell = false;
	for (size_t i = 0; n && i < sizeof names / sizeof *names; i++)
		shell |= bl_str_eqz(name_of(words[0]), names[i]);
	if (!shell || shells >= MAX_SHELLS)
		return;
	for (size_t i = 1; i + 1 < n; i++) {
		bl_str flag = words[i]->kind == BL_EXPR_LITERAL ? bl_value_text(words[i]->value)
								: BL_STR("");
		if (flag.n < 2 || flag.p[0] != '-' || flag.p[1] == '-')
			return;
		if (flag.p[flag.n - 1] != 'c')
			continue;
		if (words[i + 1]->kind == BL_EXPR_LITERAL)
			read_text(arena, block,
				(bl_text){bl_value_text(words[i + 1]->value), words[i + 1]->span},
				false, false, shells + 1);
		return;
	}
}

static void visit(walk *w, TSNode node, place at, int depth);

/* The commands within a word: substitutions. */
static void visit_words(walk *w, TSNode node, int depth)
{
	uint32_t n = ts_node_child_count(node);
	if (depth > MAX_DEPTH)
		return;
	TSTreeCursor cursor = ts_tree_cursor_new(node);
	bool more = n && ts_tree_cursor_goto_first_child(&cursor);
	for (; more; more = ts_tree_cursor_goto_next_sibling(&cursor)) {
		TSNode child = ts_tree_cursor_current_node(&cursor);
		if (is(child, "command_substitution") || is(child, "process_substitution"))
			visit(w, child, (place){0}, depth + 1);
		else if (ts_node_child_count(child))
			visit_words(w, child, depth + 1);
	}
	ts_tree_cursor_delete(&cursor);
}

/* span: the command's, for one that stands around more than it. */
static void redirect(walk *w, TSNode node, bl_span span, parts *out)
{
	TSNode target = ts_node_child_by_field_name(node, "destination", 11);
	if (!is(node, "file_redirect"))
		return;
	put_text(w->arena, out, span, slice(w, node));
	if (!ts_node_is_null(target))
		visit_words(w, node, 1);
}

/* $name alone, outside quotes: as many words as its value has. */
static bool push_split(walk *w, TSNode node, parts *words)
{
	const bl_expr *v = expanded(w, node);
	if (!v || v->kind != BL_EXPR_LITERAL || words->n > MAX_WORDS)
		return false;
	for (bl_str rest = bl_str_trim(v->value->string); rest.n;) {
		size_t n = 0;
		while (n < rest.n && !strchr(" \t\r\n", rest.p[n]))
			n++;
		push(w, words,
			bl_expr_string(w->arena, span_of(w, node), bl_str_slice(rest, 0, n)));
		rest = bl_str_trim(bl_str_slice(rest, n, rest.n));
	}
	return true;
}

static void visit_command(walk *w, TSNode node, place at, int depth)
{
	parts words = {0}, redirects = {0}, assigns = {0};
	TSTreeCursor cursor = ts_tree_cursor_new(node);
	bool more = ts_tree_cursor_goto_first_child(&cursor);
	bool declares = is(node, "declaration_command");
	bl_span span = span_of(w, node);
	for (; more; more = ts_tree_cursor_goto_next_sibling(&cursor)) {
		TSNode child = ts_tree_cursor_current_node(&cursor);
		if (is(child, "file_redirect")) {
			redirect(w, child, span_of(w, child), &redirects);
		} else if (is(child, "variable_assignment")) {
			push(w, declares ? &words : &assigns, assignment(w, child));
			if (declares)
				set_variable(w, child);
		} else if (is(child, "command_name") || ts_tree_cursor_current_field_id(&cursor) ||
			   declares) {
			if (!push_split(w, child, &words) && (ts_node_is_named(child) || declares))
				push(w, &words,
					ts_node_is_named(child)
						? word(w, child)
						: bl_expr_string(w->arena, span_of(w, child),
							  slice(w, child)));
		}
	}
	ts_tree_cursor_delete(&cursor);
	if (!ts_node_is_null(at.redirected)) {
		cursor = ts_tree_cursor_new(at.redirected);
		for (more = ts_tree_cursor_goto_first_child(&cursor); more;
			more = ts_tree_cursor_goto_next_sibling(&cursor))
			redirect(w, ts_tree_cursor_current_node(&cursor), span, &redirects);
		ts_tree_cursor_delete(&cursor);
	}
	if (words.n) {
		bl_shell_put_command(w->arena, w->block, span, &words, &redirects, &assigns, at.pipe_in, at.pipe_out);
		read_inner(w->arena, w->block, words.items, words.n, w->shells);
	}
	visit_words(w, node, depth);
}

/* a | b | c: only the first reads no pipe, only the last writes none. */
static void visit_pipeline(walk *w, TSNode node, place at, int depth)
{
	TSTreeCursor cursor = ts_tree_cursor_new(node);
	uint32_t n = ts_node_named_child_count(node), i = 0;
	bool more = ts_tree_cursor_goto_first_child(&cursor);
	for (; more; more = ts_tree_cursor_goto_next_sibling(&cursor)) {
		TSNode child = ts_tree_cursor_current_node(&cursor);
		if (!ts_node_is_named(child))
			continue;
		place inner = {at.pipe_in || i > 0, at.pipe_out || i + 1 < n, at.redirected};
		visit(w, child, inner, depth + 1);
		i++;
	}
	ts_tree_cursor_delete(&cursor);
}

/* for x in a b: the body once for each word, when all of them are written there. */
static bool visit_loop(walk *w, TSNode node, place at, int depth)
{
	TSNode name = ts_node_child_by_field_name(node, "variable", 8), body = ts_node_child_by_field_name(node, "body", 4);
	parts words = {0};
	TSTreeCursor cursor = ts_tree_cursor_new(node);
	bool known = !ts_node_is_null(name) && !ts_node_is_null(body) && !variable_named(w, slice(w, name));
	bool more = known && ts_tree_cursor_goto_first_child(&cursor);
	for (; known && more; more = ts_tree_cursor_goto_next_sibling(&cursor)) {
		const char *field = ts_tree_cursor_current_field_name(&cursor);
		TSNode child = ts_tree_cursor_current_node(&cursor);
		if (!field || strcmp(field, "value") != 0 || push_split(w, child, &words))
			continue;
		bl_expr *e = word(w, child);
		known = e->kind == BL_EXPR_LITERAL && e->value->string.n && !strpbrk(bl_str_z(w->arena, e->value->string), "*?[{") &&
			words.n < MAX_TURNS;
		push(w, &words, e);
	}
	ts_tree_cursor_delete(&cursor);
	known = known && words.n && w->unrolled + words.n <= MAX_TURNS && w->variables.n < MAX_VARIABLES;
	for (size_t i = 0; known && i < words.n; i++) {
		size_t outer = w->variables.n;
		variable v = {slice(w, name), words.items[i]};
		bl_vec_push(w->arena, &w->variables, v);
		w->unrolled++;
		visit(w, body, at, depth + 1);
		w->variables.n = outer; /* what one turn sets is not the next one's */
	}
	return known;
}

static void visit(walk *w, TSNode node, place at, int depth)
{
	if (depth > MAX_DEPTH)
		return;
	if (is(node, "command") || is(node, "declaration_command") || is(node, "unset_command")) {
		visit_command(w, node, at, depth);
		return;
	}
	if (is(node, "pipeline")) {
		visit_pipeline(w, node, at, depth);
		return;
	}
	if (is(node, "redirected_statement"))
		at.redirected = node;
	if (w->script && is(node, "for_statement") && visit_loop(w, node, at, depth))
		return;
	if (w->script && is(node, "subshell")) {
		bl_span span = span_of(w, node);
		bl_block_put(w->arena, w->block, BL_STR("subshell"), span, bl_expr_bool(w->arena, span, true));
	}
	if (is(node, "variable_assignment"))
		set_variable(w, node);
	if (is(node, "variable_assignment") || is(node, "test_command")) {
		visit_words(w, node, depth);
		return;
	}
	bool maybe = w->script && (is(node, "if_statement") || is(node, "case_statement") || is(node, "while_statement"));
	size_t before = w->variables.n;
	TSTreeCursor cursor = ts_tree_cursor_new(node);
	bool more = ts_tree_cursor_goto_first_child(&cursor);
	for (; more; more = ts_tree_cursor_goto_next_sibling(&cursor)) {
		TSNode child = ts_tree_cursor_current_node(&cursor);
		if (is(child, "file_redirect"))
			visit_words(w, child, depth + 1);
		else if (ts_node_is_named(child))
			visit(w, child, at, depth + 1);
	}
	ts_tree_cursor_delete(&cursor);
	/* what one branch sets is not known behind it */
	for (size_t i = before; maybe && i < w->variables.n; i++)
		w->variables.items[i].value = NULL;
}

static void opaque(bl_arena *arena, bl_block *block, bl_span span, const char *why)
{
	bl_block_put(arena, block, BL_STR("opaque"), span, bl_expr_string(arena, span, bl_str_of(why)));
}

static void read_text(bl_arena *arena, bl_block *block, bl_text text, bool verbatim, bool script, int shells)
{
	__attribute__((cleanup(bl_tree_parser_done))) TSParser *parser = ts_parser_new();
	__attribute__((cleanup(bl_tree_done))) TSTree *tree = NULL;
	walk w = {.arena = arena, .block = block, .s = text.s, .base = text.span, .verbatim = verbatim, .script = script, .shells = shells};
	if (text.s.n > MAX_TEXT) {
		opaque(arena, block, text.span, "the shell text is too long");
		return;
	}
	if (is_treacherous(text.s)) {
		opaque(arena, block, text.span, "the shell text has more pipes, heredocs and arrays than are followed");
		return;
	}
	tree = bl_tree_parse(parser, tree_sitter_bash(), with_whole_words(arena, text.s), text.s.n);
	if (!tree) {
		opaque(arena, block, text.span, "the shell text can't be read");
		return;
	}
	TSNode root = ts_tree_root_node(tree);
	if (ts_node_has_error(root))
		opaque(arena, block, text.span, "part of the shell text can't be read");
	visit(&w, root, (place){0}, 0);
}

void bl_shell_read(bl_arena *arena, bl_block *block, bl_text text)
{
	read_text(arena, block, text, true, false, 0);
}

void bl_shell_exec(bl_arena *arena, bl_block *block, bl_span span, const bl_label *labels, size_t n)
{
	walk w = {.arena = arena, .block = block};
	parts words = {0}, none = {0};
	for (size_t i = 0; i < n; i++)
		push(&w, &words, bl_expr_string(arena, labels[i].span, labels[i].text));
	if (!words.n)
		return;
	bl_shell_put_command(arena, block, span, &words, &none, &none, false, false);
	read_inner(arena, block, words.items, words.n, 0);
}

void bl_parse_shell(bl_sources *sources, bl_document *document)
{
	bl_arena *arena = &document->arena;
	bl_block *block = bl_new(arena, bl_block);
	bl_text text = {bl_sources_text(sources, document->source), {document->source, 0, 0}};
	text.span.end = (uint32_t)text.s.n;
	block->kind = BL_STR("script");
	block->span = block->head = text.span;
	bl_vec_push(arena, &document->blocks, block);
	read_text(arena, block, text, true, true, 0);
}

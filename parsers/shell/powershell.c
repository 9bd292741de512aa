/*
 * PowerShell and cmd, as far as splitting into words is certain: one command a line, a pipeline's elements and what ';' and '&&' part; quotes;
 * ` and ^ at a line's end go on with the next. Variables that are set once to a literal are put in. Anything else (expressions, blocks, splatting,
 * here-strings) makes no command: what it runs is not known, which nobody is told it were.
 */
#include "parsers/shell/shell.h"

#include "parsers/language.h"

enum { MAX_TEXT = 256 * 1024, MAX_VARIABLES = 64, MAX_PARTS = 16 };

typedef struct variable {
	bl_str name;
	const bl_expr *value; /* NULL: set more than once, or to what is not known */
} variable;

typedef struct reader {
	bl_arena *arena;
	bl_block *block;
	bl_str s;
	uint32_t source;
	size_t at;
	int depth; /* of braces: what is set within may not be set behind them */
	BL_VEC(variable) variables;
} reader;

static bl_span span_of(const reader *r, size_t begin, size_t end)
{
	return (bl_span){r->source, (uint32_t)begin, (uint32_t)end};
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* The line's continuation at the reader's place, stepped over. */
static bool continues(reader *r)
{
	size_t i = r->at;
	if (i >= r->s.n || (r->s.p[i] != '`' && r->s.p[i] != '^'))
		return false;
	for (i++; i < r->s.n && (r->s.p[i] == ' ' || r->s.p[i] == '\t' || r->s.p[i] == '\r'); i++)
		;
	if (i < r->s.n && r->s.p[i] != '\n')
		return false;
	r->at = i < r->s.n ? i + 1 : i;
	return true;
}

static void skip_blanks(reader *r)
{
	while (r->at < r->s.n)
		if (r->s.p[r->at] == ' ' || r->s.p[r->at] == '\t' || r->s.p[r->at] == '\r')
			r->at++;
		else if (!continues(r))
			break;
}

static variable *variable_named(reader *r, bl_str name)
{
	for (size_t i = 0; i < r->variables.n; i++)
		if (bl_str_eqi(r->variables.items[i].name, name))
			return &r->variables.items[i];
	return NULL;
}

static void put_literal(reader *r, bl_shell_parts *out, size_t begin, bl_buf *buf)
{
	if (buf->n)
		bl_shell_put_literal(r->arena, span_of(r, begin, r->at), bl_str_dup(r->arena, bl_buf_str(buf)), out);
	buf->n = 0;
}

/* $name, ${name}, $env:NAME: the variable; $(...) and $a.b are of no certain value. */
static void read_variable(reader *r, bl_shell_parts *out, size_t begin)
{
	size_t from = ++r->at;
	bl_str name = {0};
	bl_expr_kind kind = BL_EXPR_NAME;
	if (from < r->s.n && (r->s.p[from] == '(' || r->s.p[from] == '{')) {
		char open = r->s.p[from], close = open == '(' ? ')' : '}';
		int depth = 0;
		do {
			depth += r->s.p[r->at] == open;
			depth -= r->s.p[r->at] == close;
			r->at++;
		} while (depth && r->at < r->s.n);
		name = bl_str_slice(r->s, from + 1, r->at - 1);
		kind = open == '{' ? BL_EXPR_NAME : BL_EXPR_OPAQUE;
	} else {
		while (r->at < r->s.n && (is_name(r->s.p[r->at]) || (r->s.p[r->at] == ':' && r->at + 1 < r->s.n && is_name(r->s.p[r->at + 1]))))
			r->at++;
		name = bl_str_slice(r->s, from, r->at);
	}
	if (bl_str_startsi(name, BL_STR("env:")))
		name = bl_str_slice(name, 4, name.n);
	variable *known = kind == BL_EXPR_NAME ? variable_named(r, name) : NULL;
	if (known && known->value && known->value->kind == BL_EXPR_LITERAL) {
		bl_vec_push(r->arena, out, (bl_expr *)known->value);
		return;
	}
	if (known && known->value && known->value->n <= MAX_PARTS) {
		for (uint32_t i = 0; i < known->value->n; i++)
			bl_vec_push(r->arena, out, known->value->kids[i]);
		return;
	}
	bl_expr *e = bl_expr_new(r->arena, kind, span_of(r, begin, r->at), 0);
	e->text = name;
	bl_vec_push(r->arena, out, e);
}

static bool ends_word(char c)
{
	return strchr(" \t\r\n;|&", c) != NULL;
}

/* One word; NULL at an expression: a block, a parenthesis, an array, a hash table. */
static bl_expr *read_word(reader *r)
{
	bl_shell_parts list = {0};
	bl_buf buf = {0};
	size_t begin = r->at, from = r->at;
	char quote = 0;
	bool sane = true;
	while (sane && r->at < r->s.n && (quote || !ends_word(r->s.p[r->at]))) {
		char c = r->s.p[r->at];
		if (quote ? c == quote : c == '"' || c == '\'') {
			quote = quote ? 0 : c;
			r->at++;
		} else if (c == '`' && quote != '\'' && r->at + 1 < r->s.n) {
			bl_buf_putc(&buf, r->s.p[r->at + 1]);
			r->at += 2;
		} else if (c == '$' && quote != '\'' && r->at + 1 < r->s.n && (is_name(r->s.p[r->at + 1]) || strchr("({", r->s.p[r->at + 1]))) {
			put_literal(r, &list, from, &buf);
			read_variable(r, &list, r->at);
			from = r->at;
		} else if (!quote && strchr("(){}", c)) {
			sane = false;
		} else {
			bl_buf_putc(&buf, c);
			r->at++;
		}
	}
	if (r->at > begin && (buf.n || !list.n))
		put_literal(r, &list, from, &buf);
	if (!list.n)
		bl_vec_push(r->arena, &list, bl_expr_string(r->arena, span_of(r, begin, r->at), BL_STR("")));
	bl_buf_done(&buf);
	return sane && !quote ? bl_shell_join(r->arena, span_of(r, begin, r->at), &list) : NULL;
}

static void skip_line(reader *r)
{
	char quote = 0;
	for (; r->at < r->s.n; r->at++) {
		char c = r->s.p[r->at];
		if (quote ? c == quote : c == '"' || c == '\'')
			quote = quote ? 0 : c;
		else if (!quote && c == '{')
			r->depth++;
		else if (!quote && c == '}')
			r->depth -= r->depth > 0;
		if (c == '\n')
			break;
	}
}

/* $name = "literal" */
static bool read_assignment(reader *r)
{
	size_t begin = r->at, end = begin + 1;
	while (end < r->s.n && (is_name(r->s.p[end]) || r->s.p[end] == ':'))
		end++;
	bl_str name = bl_str_slice(r->s, begin + 1, end);
	size_t at = end;
	while (at < r->s.n && r->s.p[at] == ' ')
		at++;
	if (at >= r->s.n || r->s.p[at] != '=' || (at + 1 < r->s.n && r->s.p[at + 1] == '='))
		return false;
	if (bl_str_startsi(name, BL_STR("env:")))
		name = bl_str_slice(name, 4, name.n);
	r->at = at + 1;
	skip_blanks(r);
	bl_expr *e = NULL;
	size_t value = r->at;
	if (value < r->s.n && strchr("\"'$", r->s.p[value]))
		e = read_word(r);
	skip_blanks(r);
	bool alone = r->at >= r->s.n || r->s.p[r->at] == '\n' || r->s.p[r->at] == ';';
	variable *old = variable_named(r, name);
	if (old)
		old->value = NULL;
	else if (r->variables.n < MAX_VARIABLES)
		bl_vec_push(r->arena, &r->variables, ((variable){name, e && alone && !r->depth ? e : NULL}));
	if (!e)
		r->at = value; /* $x = command ...: read on as a command */
	else if (!alone)
		skip_line(r);
	return true;
}

static void add_command(reader *r, size_t begin, const bl_shell_parts *words, bool pipe_in, bool pipe_out)
{
	bl_shell_parts none = {0};
	bl_shell_put_command(r->arena, r->block, span_of(r, begin, r->at), words, &none, &none, pipe_in, pipe_out);
}

static bool is_keyword(const bl_expr *e)
{
	static const char *const words[] = {"break", "catch", "class", "continue", "do", "else", "elseif", "exit", "finally", "for", "foreach",
		"function", "goto", "if", "param", "process", "return", "set", "switch", "throw", "trap", "try", "until", "using", "while"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (e->kind == BL_EXPR_LITERAL && bl_str_eqiz(e->value->string, words[i]))
			return true;
	return false;
}

/* The commands of one line, which a pipe, ';' or '&&' may part. */
static void read_line(reader *r)
{
	bool pipe_in = false;
	for (;;) {
		bl_shell_parts words = {0};
		skip_blanks(r);
		if (r->at < r->s.n && r->s.p[r->at] == '&' && r->at + 1 < r->s.n && r->s.p[r->at + 1] == ' ')
			r->at++; /* the call operator */
		skip_blanks(r);
		size_t begin = r->at;
		if (begin < r->s.n && r->s.p[begin] == '$' && !read_assignment(r)) {
			skip_line(r);
			return;
		}
		skip_blanks(r);
		begin = r->at;
		if (begin >= r->s.n || r->s.p[begin] == '#' || strchr("{}()[@:", r->s.p[begin])) {
			skip_line(r);
			return;
		}
		while (r->at < r->s.n && !strchr("\n;|&", r->s.p[r->at])) {
			bl_expr *e = r->s.p[r->at] == '#' ? NULL : read_word(r);
			if (!e || (!words.n && is_keyword(e))) {
				/* an argument that is an expression: the command is known up to it */
				if (words.n) {
					bl_expr *unknown = bl_expr_new(r->arena, BL_EXPR_TEMPLATE, span_of(r, r->at, r->at), 1);
					unknown->kids[0] = bl_expr_new(r->arena, BL_EXPR_OPAQUE, unknown->span, 0);
					unknown->kids[0]->text = BL_STR("an expression");
					if (r->at < r->s.n && r->s.p[r->at] != '#')
						bl_vec_push(r->arena, &words, unknown);
					add_command(r, begin, &words, pipe_in, false);
				}
				skip_line(r);
				return;
			}
			bl_vec_push(r->arena, &words, e);
			skip_blanks(r);
		}
		bool pipe = r->at < r->s.n && r->s.p[r->at] == '|' && (r->at + 1 >= r->s.n || r->s.p[r->at + 1] != '|');
		if (words.n)
			add_command(r, begin, &words, pipe_in, pipe);
		pipe_in = pipe;
		if (r->at >= r->s.n || r->s.p[r->at] == '\n')
			return;
		char c = r->s.p[r->at++];
		if (r->at < r->s.n && r->s.p[r->at] == c)
			r->at++;
	}
}

void bl_parse_powershell(bl_sources *sources, bl_document *document)
{
	reader r = {.arena = &document->arena, .source = document->source, .s = bl_sources_text(sources, document->source)};
	bl_span whole = span_of(&r, 0, r.s.n);
	r.block = bl_new(r.arena, bl_block);
	r.block->kind = BL_STR("script");
	r.block->span = r.block->head = whole;
	bl_vec_push(r.arena, &document->blocks, r.block);
	const char *why = r.s.n > MAX_TEXT ? "the script is too long" : bl_str_find(r.s, BL_STR("@'"), 0) >= 0 || bl_str_find(r.s, BL_STR("@\""), 0) >= 0 ? "here-strings are not read" : NULL;
	if (why) {
		bl_block_put(r.arena, r.block, BL_STR("opaque"), whole, bl_expr_string(r.arena, whole, bl_str_of(why)));
		return;
	}
	for (; r.at < r.s.n; r.at++) /* over the line's end */
		read_line(&r);
}

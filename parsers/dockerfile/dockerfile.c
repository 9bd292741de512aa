#include "parsers/dockerfile/dockerfile.h"

#include "parsers/language.h"

#include "parsers/tree.h"

const TSLanguage *tree_sitter_dockerfile(void);

enum { MAX_ONBUILD = 8 };

/* What is known of the file so far. */
typedef struct reader {
	bl_dockerfile file;
	bl_str stage;
	uint32_t stages;
	bool posix;    /* the shell is one that bash's grammar reads */
	bool said;     /* that instructions stand before the first FROM */
	unsigned seen; /* directives, a bit each */
	size_t nodes;
} reader;

static const char *const directives[] = {"check", "escape", "syntax"};

static const char *const instructions[] = {"add", "arg", "cmd", "copy", "entrypoint", "env",
	"expose", "from", "healthcheck", "label", "maintainer", "onbuild", "run", "shell",
	"stopsignal", "user", "volume", "workdir"};

/* ts_parser_delete and ts_tree_delete for __attribute__((cleanup)) */
/* The named children of a node but comments and continuations, one by one: a walk must go to its
 * end. */
typedef struct kids {
	TSTreeCursor cursor;
	bool begun;
} kids;

static bool next_kid(kids *k, TSNode node, TSNode *out)
{
	if (!k->begun) {
		k->cursor = ts_tree_cursor_new(node);
		k->begun = true;
		if (!ts_tree_cursor_goto_first_child(&k->cursor))
			goto end;
	} else if (!ts_tree_cursor_goto_next_sibling(&k->cursor)) {
		goto end;
	}
	for (;;) {
		*out = ts_tree_cursor_current_node(&k->cursor);
		if (ts_node_is_named(*out) && !ts_node_is_extra(*out))
			return true;
		if (!ts_tree_cursor_goto_next_sibling(&k->cursor))
			break;
	}
end:
	ts_tree_cursor_delete(&k->cursor);
	return false;
}

static bool is(TSNode node, const char *type)
{
	return !strcmp(ts_node_type(node), type);
}

/* The last child whose type ends so; a null node where there is none. */
static TSNode kid_of(TSNode node, const char *ending)
{
	TSNode found = {0}, child;
	for (kids k = {0}; next_kid(&k, node, &child);)
		if (bl_str_ends(bl_str_of(ts_node_type(child)), bl_str_of(ending)))
			found = child;
	return found;
}

static bl_span span_of(const reader *r, TSNode node)
{
	return (bl_span){
		r->file.document->source, ts_node_start_byte(node), ts_node_end_byte(node)};
}

static void error_at(reader *r, bl_span span, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void error_at(reader *r, bl_span span, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	bl_str words = bl_str_vfmt(r->file.arena, format, ap);
	va_end(ap);
	bl_diag_add(r->file.arena, &r->file.document->diags, BL_DIAG_ERROR, span, BL_FMT,
		BL_ARG(words));
	r->file.document->partial = true;
}

static bl_text text_of(const reader *r, TSNode node)
{
	bl_text t = bl_dockerfile_join(&r->file, ts_node_start_byte(node), ts_node_end_byte(node));
	t.span = span_of(r, node);
	return t;
}

static void label(reader *r, bl_block *block, bl_str text, bl_span span)
{
	bl_label l = {text, span};
	bl_vec_push(r->file.arena, &block->labels, l);
	r->nodes++;
}

static void label_node(reader *r, bl_block *block, TSNode node)
{
	bl_text t = text_of(r, node);
	label(r, block, t.s, t.span);
}

static void put_string(reader *r, bl_block *block, const char *name, bl_span span, bl_str s)
{
	bl_block_put(r->file.arena, block, bl_str_of(name), span,
		bl_expr_string(r->file.arena, span, s));
}

static void read_flag(reader *r, bl_block *block, TSNode node)
{
	bl_arena *arena = r->file.arena;
	bl_text t = text_of(r, node);
	bl_str flag = bl_dockerfile_unquote_flag(arena, t.s);
	const char *equals = memchr(flag.p, '=', flag.n);
	size_t n = equals ? (size_t)(equals - flag.p) : flag.n;
	const bl_expr *value =
		equals ? bl_expr_string(arena, t.span, bl_str_slice(flag, n + 1, flag.n))
		       : bl_expr_bool(arena, t.span, true);
	bl_block_put(arena, block, bl_str_slice(flag, 0, n), t.span, value);
}

static void read_pair(reader *r, bl_block *block, TSNode node, const char *sep)
{
	TSNode name = ts_node_child_by_field_name(node, "name", 4);
	TSNode value = ts_node_child_by_field_name(node, "value", 5);
	bl_span span = span_of(r, node);
	label_node(r, block, name);
	if (ts_node_is_null(value)) {
		error_at(r, span, "'" BL_FMT "' must have two arguments", BL_ARG(block->kind));
		label(r, block, BL_STR(""), span);
	} else {
		label_node(r, block, value);
	}
	label(r, block, bl_str_of(sep), span);
}

static void read_array(reader *r, bl_block *block, TSNode node)
{
	TSNode child;
	put_string(r, block, "form", span_of(r, node), BL_STR("json"));
	for (kids k = {0}; next_kid(&k, node, &child);) {
		if (is(child, "string")) {
			bl_text t = text_of(r, child);
			label(r, block, bl_dockerfile_unquote_json(r->file.arena, t.s), t.span);
		} else if (is(child, "other")) {
			error_at(r, span_of(r, child), "an array of arguments holds strings only");
		}
	}
}

/* Commands are known when a POSIX shell reads the text. */
static void read_shell(reader *r, bl_block *block, bl_text text)
{
	if (r->posix)
		bl_shell_read(r->file.arena, block, text);
	else
		put_string(r, block, "opaque", text.span,
			BL_STR("the shell is none of the POSIX kind"));
}

/* The text of a shell command with each heredoc's marker blanked: its body stands elsewhere. */
static bl_text without_markers(reader *r, TSNode node)
{
	uint32_t begin = ts_node_start_byte(node);
	TSNode child;
	bl_text t = bl_dockerfile_join(&r->file, begin, ts_node_end_byte(node));
	char *copy = NULL;
	for (kids k = {0}; next_kid(&k, node, &child);) {
		if (!is(child, "heredoc_marker"))
			continue;
		if (!copy)
			copy = (char *)bl_str_dup(r->file.arena, t.s).p;
		size_t at = bl_dockerfile_join(&r->file, begin, ts_node_start_byte(child)).s.n;
		size_t len = bl_dockerfile_join(
			&r->file, ts_node_start_byte(child), ts_node_end_byte(child))
				     .s.n;
		if (at + len <= t.s.n)
			memset(copy + at, ' ', len);
	}
	if (copy)
		t.s.p = copy;
	return t;
}

static bool is_shell(bl_str path)
{
	static const char *const names[] = {"ash", "bash", "busybox", "dash", "ksh", "sh", "zsh"};
	ptrdiff_t slash = bl_str_rfind_char(path, '/');
	bl_str base = bl_str_slice(path, (size_t)(slash + 1), path.n);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (bl_str_eqz(base, names[i]))
			return true;
	return false;
}

/* A script read by the shell itself: the text is nothing but the heredoc, or calls a shell that
 * reads it. */
static bool reads_script(bl_str text, bl_str body)
{
	bl_str first;
	text = bl_str_trim(text);
	bl_str_cut(text, ' ', &first);
	if (text.n)
		return is_shell(first);
	if (!bl_str_starts(body, BL_STR("#!")))
		return true;
	bl_str line, interpreter;
	bl_str_cut(body, '\n', &line);
	line = bl_str_trim(bl_str_slice(line, 2, line.n));
	bl_str rest = bl_str_cut(line, ' ', &interpreter);
	if (bl_str_ends(interpreter, BL_STR("/env")))
		bl_str_cut(bl_str_trim(rest), ' ', &interpreter);
	return is_shell(interpreter);
}

static void read_command(reader *r, bl_block *block, TSNode node)
{
	bl_text whole = text_of(r, node);
	label(r, block, whole.s, whole.span);
	put_string(r, block, "form", whole.span, BL_STR("shell"));
	if (!bl_str_eqz(block->kind, "shell"))
		read_shell(r, block, without_markers(r, node));
}

static bl_expr *object(reader *r, bl_span span, const char *const *keys, bl_expr **values, size_t n)
{
	bl_expr *e = bl_expr_new(r->file.arena, BL_EXPR_OBJECT, span, 2 * n);
	for (size_t i = 0; i < n; i++) {
		e->kids[2 * i] = bl_expr_string(r->file.arena, span, bl_str_of(keys[i]));
		e->kids[2 * i + 1] = values[i];
	}
	return e;
}

/* The marker of the heredoc of that index, in the order of the line; null where there is none. */
static TSNode marker_of(TSNode instruction, uint32_t index)
{
	TSNode shell = kid_of(instruction, "shell_command"), found = {0}, child;
	for (kids k = {0}; next_kid(&k, ts_node_is_null(shell) ? instruction : shell, &child);)
		if (is(child, "heredoc_marker") && !index--)
			found = child;
	return found;
}

static void read_heredoc(
	reader *r, bl_block *block, TSNode instruction, TSNode node, uint32_t index)
{
	static const char *const keys[] = {"name", "body", "expand", "chomp"};
	bl_arena *arena = r->file.arena;
	TSNode marker = marker_of(instruction, index), body = ts_node_named_child(node, 0);
	bl_span span = span_of(r, node), body_span = span_of(r, body);
	if (ts_node_is_null(ts_node_named_child(node, 1)))
		error_at(r, span, "a heredoc without its end");
	if (ts_node_is_null(marker))
		return;
	bl_str s = text_of(r, marker).s;
	size_t at = (size_t)bl_str_find(s, BL_STR("<<"), 0) + 2;
	bool chomp = at < s.n && s.p[at] == '-', expand;
	bl_str name = bl_dockerfile_unquote_name(arena, bl_str_slice(s, at + chomp, s.n), &expand);
	bl_text text = chomp ? bl_dockerfile_chomp(&r->file, body_span.begin, body_span.end)
			     : (bl_text){bl_sources_slice(r->file.sources, body_span), body_span};
	bl_expr *values[] = {bl_expr_string(arena, span_of(r, marker), name),
		bl_expr_string(arena, text.span, text.s), bl_expr_bool(arena, span, expand),
		bl_expr_bool(arena, span, chomp)};
	bl_span whole = bl_span_join(span_of(r, marker),
		span); /* from the marker on the instruction's line to the end */
	bl_block_put(
		arena, block, BL_STR("heredoc"), whole, object(r, whole, keys, values, 4));
	TSNode shell = kid_of(instruction, "shell_command");
	if (!index && !ts_node_is_null(shell) && reads_script(without_markers(r, shell).s, text.s))
		read_shell(r, block, text);
}

static void unknown_instruction(reader *r, bl_block *block, bl_span span)
{
	const char *near = NULL;
	size_t best = 3;
	for (size_t i = 0; i < sizeof instructions / sizeof *instructions; i++) {
		size_t d = bl_str_distance(block->kind, bl_str_of(instructions[i]), 2);
		if (d < best) {
			best = d;
			near = instructions[i];
		}
	}
	if (near)
		error_at(r, span, "unknown instruction '" BL_FMT "'; did you mean '%s'",
			BL_ARG(block->kind), near);
	else
		error_at(r, span, "unknown instruction '" BL_FMT "'", BL_ARG(block->kind));
}

/* The stage that FROM begins, and what begins anew with it. */
static void begin_stage(reader *r, const bl_block *block)
{
	size_t n = block->labels.n;
	if (n == 3 && bl_str_eqiz(bl_block_label(block, 1), "as"))
		r->stage = bl_str_lower(r->file.arena, bl_block_label(block, 2));
	else
		r->stage = bl_str_fmt(r->file.arena, "%u", r->stages);
	if (n != 1 && r->stage.n && !bl_str_eqiz(bl_block_label(block, 1), "as"))
		error_at(r, block->span, "'from' takes an image, and a name after 'as'");
	r->stages++;
	r->posix = r->file.escape == '\\';
}

static void place(reader *r, bl_block *block)
{
	if (bl_str_eqz(block->kind, "from"))
		begin_stage(r, block);
	if (r->stages) {
		put_string(r, block, "stage", block->head, r->stage);
		bl_expr *index = bl_expr_new(r->file.arena, BL_EXPR_LITERAL, block->head, 0);
		index->value = bl_value_number(r->file.arena, block->head, r->stages - 1);
		bl_block_put(r->file.arena, block, BL_STR("stage_index"), block->head, index);
	} else if (!bl_str_eqz(block->kind, "arg") && !r->said) {
		r->said = true;
		bl_diag_add(r->file.arena, &r->file.document->diags, BL_DIAG_WARNING, block->head,
			"'" BL_FMT "' stands before the first 'from'", BL_ARG(block->kind));
	}
	if (bl_str_eqz(block->kind, "shell"))
		r->posix = is_shell(bl_block_label(block, 0));
}

static void read_instruction(reader *r, bl_block *block, TSNode node, int depth);

static void read_part(reader *r, bl_block *block, TSNode node, int depth)
{
	const char *type = ts_node_type(node);
	if (!strcmp(type, "keyword")) {
		block->kind = bl_str_lower(r->file.arena, text_of(r, node).s);
	} else if (!strcmp(type, "flag")) {
		read_flag(r, block, node);
	} else if (!strcmp(type, "pair") && bl_str_eqz(block->kind, "arg")) {
		label_node(r, block, node);
	} else if (!strcmp(type, "pair") || !strcmp(type, "old_pair")) {
		read_pair(r, block, node, *type == 'p' ? "=" : "");
	} else if (!strcmp(type, "bare_word") && !bl_str_eqz(block->kind, "arg")) {
		error_at(r, span_of(r, node), "'" BL_FMT "' must be of the form name=value",
			BL_ARG(text_of(r, node).s));
	} else if (!strcmp(type, "array")) {
		read_array(r, block, node);
	} else if (!strcmp(type, "shell_command")) {
		read_command(r, block, node);
	} else if (strstr(type, "_instruction")) {
		if (depth == MAX_ONBUILD) {
			error_at(r, span_of(r, node), "'onbuild' within 'onbuild' too often");
			return;
		}
		bl_block *child = bl_new(r->file.arena, bl_block);
		bl_vec_push(r->file.arena, &block->blocks, child);
		read_instruction(r, child, node, depth + 1);
	} else {
		label_node(r, block, node); /* word, bare_word, heredoc_marker, text */
	}
}

/* HEALTHCHECK's first word is CMD. */
static void exec(reader *r, bl_block *block, bl_span span)
{
	size_t first = bl_str_eqz(block->kind, "healthcheck") && block->labels.n ? 1 : 0;
	bl_shell_exec(r->file.arena, block, span, block->labels.items + first, block->labels.n - first);
}

static void read_instruction(reader *r, bl_block *block, TSNode node, int depth)
{
	TSNode child;
	block->span = block->head = span_of(r, node);
	for (kids k = {0}; next_kid(&k, node, &child);)
		read_part(r, block, child, depth);
	if (is(node, "unknown_instruction"))
		unknown_instruction(
			r, block, span_of(r, ts_node_child_by_field_name(node, "keyword", 7)));
	const bl_attr *form = bl_block_attr(block, "form");
	if (form && bl_str_eqz(form->expr->value->string, "json") &&
		(bl_str_eqz(block->kind, "run") || bl_str_eqz(block->kind, "cmd") ||
			bl_str_eqz(block->kind, "entrypoint") ||
			bl_str_eqz(block->kind, "healthcheck")))
		exec(r, block, form->span);
}

/* The instruction that heredocs belong to: ONBUILD's own, where it has one. */
static void read_statement(reader *r, TSNode node)
{
	bl_block *block = bl_new(r->file.arena, bl_block), *owner = block;
	TSNode instruction = ts_node_named_child(node, 0);
	TSNode child;
	uint32_t heredocs = 0;
	read_instruction(r, block, instruction, 0);
	while (owner->blocks.n) {
		owner = owner->blocks.items[0];
		instruction = kid_of(instruction, "_instruction");
	}
	for (kids k = {0}; next_kid(&k, node, &child);) {
		if (is(child, "heredoc")) {
			read_heredoc(r, owner, instruction, child, heredocs++);
			for (bl_block *b = block; b; b = b->blocks.n ? b->blocks.items[0] : NULL)
				b->span.end = ts_node_end_byte(child);
		}
	}
	place(r, block);
	bl_vec_push(r->file.arena, &r->file.document->blocks, block);
}

static void read_directive(reader *r, TSNode node)
{
	bl_block *block = bl_new(r->file.arena, bl_block);
	block->kind = BL_STR("directive");
	block->span = block->head = span_of(r, node);
	TSNode value = ts_node_child_by_field_name(node, "value", 5);
	label_node(r, block, ts_node_child_by_field_name(node, "name", 4));
	label_node(r, block, value);
	bl_str name = bl_str_lower(r->file.arena, bl_block_label(block, 0)),
	       text = bl_block_label(block, 1);
	block->labels.items[0].text = name;
	bl_vec_push(r->file.arena, &r->file.document->blocks, block);
	for (size_t i = 0; i < sizeof directives / sizeof *directives; i++) {
		if (!bl_str_eqz(name, directives[i]))
			continue;
		if (r->seen >> i & 1)
			error_at(r, block->span, "only one '%s' directive can be used",
				directives[i]);
		r->seen |= 1u << i;
	}
	if (!bl_str_eqz(name, "escape"))
		return;
	if (bl_str_eqz(text, "`") || bl_str_eqz(text, "\\"))
		r->file.escape = text.p[0];
	else
		error_at(r, span_of(r, value),
			"the escape character is '\\' or '`', not '" BL_FMT "'", BL_ARG(text));
}

static void read_file(reader *r, TSNode root)
{
	TSTreeCursor cursor = ts_tree_cursor_new(root);
	bool more = ts_tree_cursor_goto_first_child(&cursor), any = false;
	for (; more; more = ts_tree_cursor_goto_next_sibling(&cursor)) {
		TSNode node = ts_tree_cursor_current_node(&cursor);
		const char *type = ts_node_type(node);
		if (r->nodes > BL_PARSE_MAX_NODES) {
			error_at(r, span_of(r, node), "the file holds too much to be read on");
			break;
		}
		if (ts_node_is_error(node)) {
			error_at(r, span_of(r, node), "syntax error");
		} else if (!strcmp(type, "directive")) {
			read_directive(r, node);
		} else if (!strcmp(type, "instruction")) {
			read_statement(r, node);
			any = true;
		}
	}
	ts_tree_cursor_delete(&cursor);
	if (!any)
		error_at(r, (bl_span){r->file.document->source, 0, 0},
			"a file without instructions");
}

void bl_parse_dockerfile(bl_sources *sources, bl_document *document)
{
	bl_str text = bl_sources_text(sources, document->source);
	reader r = {.file = {sources, document, &document->arena, text, '\\'}, .posix = true};
	__attribute__((cleanup(bl_tree_parser_done))) TSParser *parser = ts_parser_new();
	__attribute__((cleanup(bl_tree_done))) TSTree *tree = bl_tree_parse(parser, tree_sitter_dockerfile(), text, text.n);
	if (!tree) {
		error_at(&r, (bl_span){document->source, 0, 0}, BL_TREE_NONE);
		return;
	}
	read_file(&r, ts_tree_root_node(tree));
}

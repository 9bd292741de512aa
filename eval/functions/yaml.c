/* YAML and CSV. */
#include "core/codec/unicode.h"
#include "core/codec/yaml.h"
#include "eval/functions/functions.h"

static bool write_yaml(bl_tf *tf, const bl_value *v, bl_buf *out, int indent);

static void put_indent(bl_buf *out, int indent)
{
	for (int i = 0; i < indent; i++)
		bl_buf_putc(out, ' ');
}

/* In double quotes, with the escapes that the language's encoder uses. */
static void put_quoted(bl_buf *out, bl_str s)
{
	static const char named[] = "\0""0\a""a\b""b\t""t\n""n\v""v\f""f\r""r\x1b""e\"\"\\\\";
	bl_buf_putc(out, '"');
	for (size_t i = 0, n; i < s.n; i += n) {
		uint32_t c = bl_unicode_point(s, i, &n);
		const char *name = NULL;
		for (size_t k = 0; k + 1 < sizeof named && !name; k += 2)
			if (c == (unsigned char)named[k])
				name = &named[k + 1];
		bool shown = (c >= 0x20 && c < 0x7f) || (c >= 0xa0 && c < 0x10000 && c != 0xfeff && c != 0xfffe && c != 0xffff &&
			c != 0xa0 && c != 0x2028 && c != 0x2029);
		if (name)
			bl_buf_putf(out, "\\%c", *name);
		else if (shown)
			bl_buf_put(out, bl_str_slice(s, i, i + n));
		else if (c == 0x85 || c == 0xa0)
			bl_buf_putz(out, c == 0x85 ? "\\N" : "\\_");
		else if (c == 0x2028 || c == 0x2029)
			bl_buf_putz(out, c == 0x2028 ? "\\L" : "\\P");
		else
			bl_buf_putf(out, c < 0x100 ? "\\x%02X" : c < 0x10000 ? "\\u%04X" : "\\U%08X", (unsigned)c);
	}
	bl_buf_putc(out, '"');
}

static bool is_block(const bl_value *v)
{
	return (v->kind == BL_LIST || v->kind == BL_MAP) && v->n;
}

static bool write_list(bl_tf *tf, const bl_value *v, bl_buf *out, int indent)
{
	for (uint32_t i = 0; i < v->n; i++) {
		if (i)
			put_indent(out, indent);
		bl_buf_putz(out, "- ");
		if (!write_yaml(tf, v->list[i], out, indent + 2))
			return false;
	}
	return true;
}

static bool write_map(bl_tf *tf, const bl_value *v, bl_buf *out, int indent)
{
	const bl_item **items = bl_tf_sorted(tf, v);
	for (uint32_t i = 0; i < v->n; i++) {
		const bl_value *member = items[i]->value;
		/* lists stand below their key without more indentation */
		int inner = member->kind == BL_LIST ? indent : indent + 2;
		if (i)
			put_indent(out, indent);
		put_quoted(out, items[i]->key);
		bl_buf_putc(out, ':');
		if (is_block(member)) {
			bl_buf_putc(out, '\n');
			put_indent(out, inner);
		} else {
			bl_buf_putc(out, ' ');
		}
		if (!write_yaml(tf, member, out, inner))
			return false;
	}
	return true;
}

/* Text of several lines is a literal block. */
static void write_text(bl_tf *tf, const bl_value *v, bl_buf *out, int indent)
{
	bl_str s = v->string, line;
	if (bl_str_find(s, BL_STR("\n"), 0) < 0 || (s.n && (s.p[0] == ' ' || s.p[0] == '\n'))) {
		put_quoted(out, s);
		bl_buf_putc(out, '\n');
		return;
	}
	bool ends = bl_str_ends(s, BL_STR("\n"));
	bl_buf_putz(out, !ends ? "|-\n" : bl_str_ends(s, BL_STR("\n\n")) ? "|+\n" : "|\n");
	while (s.n) {
		s = bl_str_cut(s, '\n', &line);
		if (line.n)
			put_indent(out, indent ? indent : 2);
		bl_buf_put(out, line);
		bl_buf_putc(out, '\n');
	}
}

static bool write_yaml(bl_tf *tf, const bl_value *v, bl_buf *out, int indent)
{
	if (indent > 2 * BL_YAML_MAX_DEPTH || v->open || out->n > BL_TF_MAX_STRING || !bl_tf_spend(tf, 1, v->span))
		return false;
	switch (v->kind) {
	case BL_LIST:
		if (v->n)
			return write_list(tf, v, out, indent);
		bl_buf_putz(out, "[]\n");
		return true;
	case BL_MAP:
		if (v->n)
			return write_map(tf, v, out, indent);
		bl_buf_putz(out, "{}\n");
		return true;
	case BL_STRING:
		write_text(tf, v, out, indent);
		return true;
	default:
		if (!bl_tf_write_json(tf, v, out))
			return false;
		bl_buf_putc(out, '\n');
		return true;
	}
}

const bl_value *bl_tf_fn_yamlencode(bl_tf_args *a)
{
	bl_buf out = {0};
	const bl_value *v = a->v[0];
	if (!write_yaml(a->tf, v, &out, 0)) {
		bl_value *u = (bl_value *)bl_tf_not_known(a, BL_STRING);
		((bl_unknown *)u->unknown)->not_null = true;
		bl_buf_done(&out);
		return u;
	}
	/* a bare scalar could go on; three dots end it */
	if (v->kind == BL_NULL || v->kind == BL_BOOL || v->kind == BL_NUMBER)
		bl_buf_putz(&out, "...\n");
	return bl_tf_take(a, &out);
}

const bl_value *bl_tf_fn_yamldecode(bl_tf_args *a)
{
	bl_yaml_documents documents = {0};
	bl_diag_list wrong = {0};
	bool ok = bl_yaml_read(a->arena, 0, a->v[0]->string, (bl_yaml_options){.words = true, .dates = true}, &documents, &wrong);
	if (!ok && wrong.n)
		return bl_tf_refuse(a, BL_FMT, BL_ARG(wrong.items[0].message));
	if (documents.n != 1)
		return bl_tf_refuse(a, documents.n ? "the text holds several documents" : "the text is empty");
	return documents.items[0];
}

/* --- CSV --- */

typedef struct csv {
	bl_str s;
	size_t at;
	bl_arena *arena;
} csv;

/* One field; *last says whether it ends its line. False for a quote out of place. */
static bool read_field(csv *c, bl_str *out, bool *last)
{
	bl_buf field = {0};
	bool quoted = c->at < c->s.n && c->s.p[c->at] == '"', ok = true;
	if (quoted) {
		for (c->at++; c->at < c->s.n; c->at++) {
			if (c->s.p[c->at] == '"' && (c->at + 1 == c->s.n || c->s.p[c->at + 1] != '"'))
				break;
			if (c->s.p[c->at] == '"')
				c->at++;
			bl_buf_putc(&field, c->s.p[c->at]);
		}
		ok = c->at++ < c->s.n;
	}
	while (c->at < c->s.n && c->s.p[c->at] != ',' && c->s.p[c->at] != '\n') {
		ok = ok && !(c->s.p[c->at] == '"') && (!quoted || c->s.p[c->at] == '\r');
		if (c->s.p[c->at] != '\r' || (c->at + 1 < c->s.n && c->s.p[c->at + 1] != '\n'))
			bl_buf_putc(&field, c->s.p[c->at]);
		c->at++;
	}
	*last = c->at >= c->s.n || c->s.p[c->at] == '\n';
	c->at++;
	*out = bl_str_dup(c->arena, bl_buf_str(&field));
	bl_buf_done(&field);
	return ok;
}

typedef BL_VEC(bl_str) fields;

static bool read_line(csv *c, fields *out)
{
	bool last = false;
	while (!last) {
		bl_str field;
		if (!read_field(c, &field, &last))
			return false;
		bl_vec_push(c->arena, out, field);
	}
	return true;
}

const bl_value *bl_tf_fn_csvdecode(bl_tf_args *a)
{
	csv c = {a->v[0]->string, 0, a->arena};
	fields names = {0};
	bl_values rows = {0};
	while (c.at < c.s.n && c.s.p[c.at] == '\n')
		c.at++;
	if (c.at == c.s.n || !read_line(&c, &names))
		return bl_tf_refuse(a, c.at < c.s.n ? "a quote stands where none may" : "the text has no header line");
	for (size_t i = 0; i < names.n; i++)
		for (size_t k = 0; k < i && bl_tf_spend(a->tf, 1, a->span); k++)
			if (bl_str_eq(names.items[i], names.items[k]))
				return bl_tf_refuse(a, "two columns are called '" BL_FMT "'", BL_ARG(names.items[i]));
	while (c.at < c.s.n && bl_tf_spend(a->tf, names.n, a->span)) {
		fields row = {0};
		bl_tf_builder b = {0};
		if (c.s.p[c.at] == '\n') {
			c.at++;
			continue;
		}
		if (!read_line(&c, &row))
			return bl_tf_refuse(a, "a quote stands where none may");
		if (row.n != names.n)
			return bl_tf_refuse(a, "a line has %zu fields where the header has %zu", row.n, names.n);
		for (size_t i = 0; i < row.n; i++)
			bl_tf_put(a->tf, &b, names.items[i], a->span, bl_tf_text(a, row.items[i]));
		bl_vec_push(a->arena, &rows, bl_tf_built(a->tf, &b, a->span));
	}
	bl_value *v = bl_tf_list(a, &rows, BL_SHAPE_TYPED);
	bl_tf_builder columns = {0};
	for (size_t i = 0; i < names.n; i++)
		bl_tf_put(a->tf, &columns, names.items[i], a->span, bl_tf_text(a, BL_STR("")));
	v->element = bl_tf_type_of(a->tf, bl_tf_built(a->tf, &columns, a->span));
	return v;
}

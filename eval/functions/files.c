/* Functions over files and their names. What they read comes through the loader. */
#include "core/codec/unicode.h"
#include "eval/functions/functions.h"

const bl_value *bl_tf_read_file(bl_tf_args *a, bl_str *out)
{
	const bl_loader *loader = a->tf->input->loader;
	bl_str path, written = a->v[0]->string;
	if (!bl_tf_path(a->scope, written, &path))
		return bl_value_unknown(a->arena, a->span, "'" BL_FMT "' lies outside the repository", BL_ARG(written));
	if (loader && loader->bytes && loader->bytes(loader->context, path, out))
		return NULL;
	/* what a build makes first is not in the repository: nothing is wrong with the code */
	bl_diag_level level = a->tf->level;
	if (level == BL_DIAG_WARNING)
		a->tf->level = BL_DIAG_NOTE;
	const bl_value *v = bl_tf_refuse(a, "there is no text file '" BL_FMT "'", BL_ARG(written));
	a->tf->level = level;
	return v;
}

const bl_value *bl_tf_fn_file(bl_tf_args *a)
{
	bl_str s;
	const bl_value *wrong = bl_tf_read_file(a, &s);
	if (wrong)
		return wrong;
	return bl_unicode_valid(s) ? bl_tf_text(a, s) : bl_tf_refuse(a, "the file is no UTF-8 text");
}

const bl_value *bl_tf_fn_filebase64(bl_tf_args *a)
{
	bl_str s;
	const bl_value *wrong = bl_tf_read_file(a, &s);
	return wrong ? wrong : bl_tf_base64(a, s);
}

const bl_value *bl_tf_fn_fileexists(bl_tf_args *a)
{
	const bl_loader *loader = a->tf->input->loader;
	bl_str path, s;
	if (!bl_tf_path(a->scope, a->v[0]->string, &path))
		return bl_tf_not_known(a, BL_BOOL);
	bl_str *names;
	size_t n;
	if (loader && loader->list && loader->list(loader->context, path, &names, &n))
		return bl_tf_refuse(a, "'" BL_FMT "' is a folder", BL_ARG(a->v[0]->string));
	return bl_tf_flag(a, loader && loader->bytes && loader->bytes(loader->context, path, &s));
}

const bl_value *bl_tf_fn_basename(bl_tf_args *a)
{
	bool partial = a->v[0]->kind == BL_UNKNOWN;
	bl_str s = partial ? a->v[0]->unknown->suffix : a->v[0]->string;
	/* all that is not known may stand before the last slash */
	if (partial && (bl_str_rfind_char(s, '/') < 0 || bl_str_ends(s, BL_STR("/"))))
		return bl_tf_not_known(a, BL_STRING);
	if (!s.n)
		return bl_tf_text(a, BL_STR("."));
	while (s.n > 1 && s.p[s.n - 1] == '/')
		s.n--;
	ptrdiff_t slash = bl_str_rfind_char(s, '/');
	return bl_tf_text(a, s.n == 1 ? s : bl_str_slice(s, (size_t)(slash + 1), s.n));
}

const bl_value *bl_tf_fn_dirname(bl_tf_args *a)
{
	bl_str s = a->v[0]->string;
	ptrdiff_t slash = bl_str_rfind_char(s, '/');
	if (slash < 0)
		return bl_tf_text(a, BL_STR("."));
	s.n = (size_t)slash;
	while (s.n > 1 && s.p[s.n - 1] == '/')
		s.n--;
	return bl_tf_text(a, s.n ? s : BL_STR("/"));
}

const bl_value *bl_tf_fn_pathexpand(bl_tf_args *a)
{
	if (bl_str_starts(a->v[0]->string, BL_STR("~")))
		return bl_value_unknown(a->arena, a->span, "the home folder belongs to who runs it");
	return a->v[0];
}

const bl_value *bl_tf_fn_templatefile(bl_tf_args *a)
{
	bl_str s;
	const bl_value *wrong = bl_tf_read_file(a, &s);
	return wrong ? wrong : bl_tf_template(a->scope, s, a->v[0]->string, a->v[1], a->span);
}

const bl_value *bl_tf_fn_templatestring(bl_tf_args *a)
{
	return bl_tf_template(a->scope, a->v[0]->string, BL_STR(""), a->v[1], a->span);
}

/* An absolute path without its "." and ".."; where the configuration will lie is not known. */
const bl_value *bl_tf_fn_abspath(bl_tf_args *a)
{
	bl_str rest = a->v[0]->string, part;
	bl_buf out = {0};
	if (!rest.n || rest.p[0] != '/') {
		bl_value *v = bl_value_unknown(a->arena, a->span, "where the configuration will lie is not known");
		bl_unknown *u = (bl_unknown *)v->unknown;
		u->type = BL_STRING;
		u->not_null = true;
		u->prefix = BL_STR("/");
		return v;
	}
	while (rest.n) {
		rest = bl_str_cut(rest, '/', &part);
		if (bl_str_eqz(part, "..")) {
			ptrdiff_t slash = bl_str_rfind_char(bl_buf_str(&out), '/');
			out.n = slash < 0 ? 0 : (size_t)slash;
		} else if (part.n && !bl_str_eqz(part, ".")) {
			bl_buf_putc(&out, '/');
			bl_buf_put(&out, part);
		}
	}
	if (!out.n)
		bl_buf_putc(&out, '/');
	return bl_tf_take(a, &out);
}

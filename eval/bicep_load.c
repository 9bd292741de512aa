/* load*Content(): files read through the loader while a Bicep file is evaluated, decoded, and followed along a JSON path. */
#include "eval/bicep.h"

#include "core/codec/json.h"
#include "core/codec/yaml.h"

enum { MAX_STEPS = 64 };

/* ---- text ---- */

static bl_str from_utf16(bl_arena *arena, bl_str s, bool big)
{
	char *out = bl_new_n(arena, char, s.n / 2 * 3 + 1);
	size_t n = 0;
	for (size_t i = 0; i + 1 < s.n; i += 2) {
		const unsigned char *p = (const unsigned char *)s.p + i;
		uint32_t c = big ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
		if (c >= 0xd800 && c < 0xdc00 && i + 3 < s.n) {
			uint32_t low = big ? (uint32_t)p[2] << 8 | p[3] : (uint32_t)p[3] << 8 | p[2];
			if (low >= 0xdc00 && low < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
				i += 2;
			}
		}
		if (c == 0xfeff && !i)
			continue;
		n += bl_str_put_utf8(out + n, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
	}
	return bl_str_make(out, n);
}

static bl_str from_latin1(bl_arena *arena, bl_str s)
{
	char *out = bl_new_n(arena, char, s.n * 2 + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += bl_str_put_utf8(out + n, (unsigned char)s.p[i]);
	return bl_str_make(out, n);
}

/* The text of a file in one of the encodings that load*Content() takes; a byte order mark says more than the argument. */
static bl_str decode(bl_arena *arena, bl_str s, bl_str encoding)
{
	if (bl_str_starts(s, BL_STR("\xef\xbb\xbf")))
		return bl_str_slice(s, 3, s.n);
	if (bl_str_starts(s, BL_STR("\xff\xfe")) || bl_str_eqiz(encoding, "utf-16"))
		return from_utf16(arena, s, false);
	if (bl_str_starts(s, BL_STR("\xfe\xff")) || bl_str_eqiz(encoding, "utf-16BE"))
		return from_utf16(arena, s, true);
	return bl_str_eqiz(encoding, "iso-8859-1") ? from_latin1(arena, s) : s;
}

/* ---- paths ---- */

/* One step of a JSON path, `.name`, `['name']` or `[1]`; false for a form that is not followed. */
static bool next_step(bl_str *path, bl_str *key)
{
	bl_str p = *path;
	if (bl_str_starts(p, BL_STR("["))) {
		ptrdiff_t end = bl_str_find(p, BL_STR("]"), 0);
		if (end < 0)
			return false;
		*key = bl_str_slice(p, 1, (size_t)end);
		*path = bl_str_slice(p, (size_t)end + 1, p.n);
		if (key->n >= 2 && (key->p[0] == '\'' || key->p[0] == '"'))
			*key = bl_str_slice(*key, 1, key->n - 1);
		return key->n && !memchr(key->p, '*', key->n) && !memchr(key->p, '?', key->n) && !memchr(key->p, ':', key->n);
	}
	size_t begin = bl_str_starts(p, BL_STR(".")), n = begin;
	while (n < p.n && p.p[n] != '.' && p.p[n] != '[')
		n++;
	*key = bl_str_slice(p, begin, n);
	*path = bl_str_slice(p, n, p.n);
	return key->n && !bl_str_eqz(*key, "*");
}

static const bl_value *follow(const bl_value *v, bl_str path)
{
	path = bl_str_starts(path, BL_STR("$")) ? bl_str_slice(path, 1, path.n) : path;
	for (int i = 0; v && path.n && i < MAX_STEPS; i++) {
		bl_str key;
		if (!next_step(&path, &key))
			return NULL;
		if (v->kind == BL_LIST) {
			size_t at = 0;
			for (size_t k = 0; k < key.n; k++) {
				if (key.p[k] < '0' || key.p[k] > '9' || at > v->n)
					return NULL;
				at = at * 10 + (size_t)(key.p[k] - '0');
			}
			v = at < v->n ? v->list[at] : NULL;
		} else {
			v = bl_value_get(v, key);
		}
	}
	return v;
}

/* ---- calls ---- */

static const bl_value *read_yaml(bl_azure *a, bl_str text)
{
	bl_yaml_documents documents = {0};
	bl_diag_list diags = {0};
	return bl_yaml_read(a->arena, 0, text, (bl_yaml_options){0}, &documents, &diags) && documents.n == 1 ? documents.items[0] : NULL;
}

static bl_str argument(const bl_azure_frame *f, const bl_expr *e, uint32_t i)
{
	return i < e->n ? bl_value_text(bl_azure_eval(f, e->kids[i])) : BL_STR("");
}

static bool is_loader(bl_str name)
{
	return bl_str_eqz(name, "loadFileAsBase64") || bl_str_eqz(name, "loadJsonContent") || bl_str_eqz(name, "loadTextContent") ||
	       bl_str_eqz(name, "loadYamlContent");
}

const bl_value *bl_bicep_load(const bl_azure_frame *f, const bl_expr *e)
{
	bl_azure *a = f->azure;
	const bl_bicep_scope *s = f->scope;
	const bl_loader *l = a->input->loader;
	bool plain = bl_str_eqz(e->text, "loadTextContent"), yaml = bl_str_eqz(e->text, "loadYamlContent");
	bl_str text;
	if (!is_loader(e->text))
		return NULL;
	const bl_value *path = e->n ? bl_azure_eval(f, e->kids[0]) : &bl_value_null, *v;
	if (path->kind != BL_STRING)
		return bl_value_unknown(a->arena, e->span, "which file is loaded is not known");
	bl_str where = bl_azure_resolve(a->arena, s->folder, path->string);
	if (!l || !l->bytes || !where.n || bl_str_starts(path->string, BL_STR("/")) || !l->bytes(l->context, where, &text))
		return bl_value_unknown(a->arena, e->span, "'" BL_FMT "' could not be read", BL_ARG(path->string));
	if (bl_str_eqz(e->text, "loadFileAsBase64")) {
		v = bl_value_string(a->arena, e->span, bl_str_dup(a->arena, text));
		return bl_azure_call(a, e->span, BL_STR("base64"), &v, 1);
	}
	text = bl_str_dup(a->arena, decode(a->arena, text, argument(f, e, plain ? 1 : 2)));
	if (plain)
		return bl_value_string(a->arena, e->span, text);
	v = yaml ? read_yaml(a, text) : bl_json_read(a->arena, text, NULL);
	if (!v)
		return bl_value_unknown(a->arena, e->span, "'" BL_FMT "' is no %s", BL_ARG(path->string), yaml ? "YAML" : "JSON");
	if (e->n > 1)
		v = follow(v, argument(f, e, 1));
	return v ? bl_value_at(a->arena, v, e->span)
		 : bl_value_unknown(a->arena, e->span, "'" BL_FMT "' has no such part", BL_ARG(path->string));
}

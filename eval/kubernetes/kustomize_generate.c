/* ConfigMaps and Secrets made from literals and files, and the digests that their names end with. */
#include "core/codec/base64.h"
#include "core/codec/hash.h"
#include "core/codec/unicode.h"
#include "eval/kubernetes/kustomize.h"
#include "eval/kubernetes/manifest.h"

#include <stdlib.h>

/* One generator's entry. */
typedef struct generator {
	bl_kustomize *k;
	const bl_value *entry;
	bool secret;
	bl_items data, binary;
	bl_map keys; /* those that there are */
	bool open;   /* there are more, in a file that is not here */
} generator;

/* ---- what they hold ---- */

/* Base64 in lines of 70 where it is longer than one, as kustomize writes it: the digest in the name is of that text. */
static bl_str base64_lines(bl_arena *arena, bl_str bytes)
{
	enum { LINE = 70 };
	bl_buf all = {0}, out = {0};
	bl_base64_write(bytes, &all);
	for (size_t i = 0; i < all.n; i += LINE) {
		bl_buf_put(&out, bl_str_slice(bl_buf_str(&all), i, i + LINE));
		if (all.n >= LINE)
			bl_buf_putc(&out, '\n');
	}
	bl_str s = bl_str_dup(arena, bl_buf_str(&out));
	bl_buf_done(&all);
	bl_buf_done(&out);
	return s;
}

static void add_value(generator *g, bl_str key, bl_span span, const bl_value *v, bool binary)
{
	if (bl_map_put(g->k->arena, &g->keys, key, g))
		bl_kustomize_say(g->k, BL_DIAG_ERROR, span, "the key '" BL_FMT "' is there already", BL_ARG(key));
	else
		bl_vec_push(g->k->arena, binary ? &g->binary : &g->data, ((bl_item){key, span, v}));
}

static void add_text(generator *g, bl_str key, bl_span span, bl_str text)
{
	bool binary = !g->secret && !bl_unicode_valid(text);
	bl_str held = g->secret || binary ? base64_lines(g->k->arena, text) : text;
	bl_value *v = bl_value_string(g->k->arena, span, held);
	v->sensitive = g->secret;
	add_value(g, key, span, v, binary);
}

static bl_str unquoted(bl_str s)
{
	bool quoted = s.n > 1 && s.p[0] == s.p[s.n - 1] && (s.p[0] == '"' || s.p[0] == '\'');
	return quoted ? bl_str_slice(s, 1, s.n - 1) : s;
}

static void add_literal(generator *g, const bl_value *literal)
{
	bl_str key, text = bl_value_text(literal);
	bl_str value = bl_str_cut(text, '=', &key);
	if (!key.n || key.n == text.n)
		bl_kustomize_say(g->k, BL_DIAG_ERROR, literal->span, "a literal is KEY=VALUE");
	else
		add_text(g, key, literal->span, unquoted(value));
}

/* "PATH", or "KEY=PATH". */
static void add_file(generator *g, const bl_value *file)
{
	bl_str key, text = bl_value_text(file), bytes, path = bl_str_cut(text, '=', &key);
	if (key.n == text.n) {
		path = text;
		key = bl_str_slice(text, (size_t)(bl_str_rfind_char(text, '/') + 1), text.n);
	}
	if (bl_kustomize_bytes(g->k, bl_value_string(g->k->arena, file->span, path), &bytes))
		add_text(g, key, file->span, bytes);
	else
		add_value(g, key, file->span, bl_value_unknown(g->k->arena, file->span, "its file is not here"), false);
}

static void add_env_line(generator *g, bl_str line, bl_span span)
{
	while (line.n && (line.p[0] == ' ' || line.p[0] == '\t'))
		line = bl_str_slice(line, 1, line.n);
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	if (!line.n || line.p[0] == '#')
		return;
	bl_str key, value = bl_str_cut(line, '=', &key);
	if (key.n < line.n)
		add_text(g, key, span, value);
	else
		add_value(g, key, span, bl_value_unknown(g->k->arena, span, "it is taken from the environment of who builds"), false);
}

static void add_env(generator *g, const bl_value *file)
{
	bl_str bytes, line;
	if (!bl_value_is(file, BL_STRING) || !bl_kustomize_bytes(g->k, file, &bytes)) {
		g->open = true;
		return;
	}
	if (bl_str_starts(bytes, BL_STR("\xEF\xBB\xBF")))
		bytes = bl_str_slice(bytes, 3, bytes.n);
	while (bytes.n && bl_kustomize_step(g->k, 1)) {
		bytes = bl_str_cut(bytes, '\n', &line);
		add_env_line(g, line, file->span);
	}
}

static void for_each(generator *g, const char *key, void (*add)(generator *g, const bl_value *v))
{
	const bl_value *list = bl_value_getz(g->entry, key);
	for (uint32_t i = 0; bl_value_is(list, BL_LIST) && i < list->n && bl_kustomize_step(g->k, 1); i++)
		add(g, list->list[i]);
}

/* ---- the object ---- */

static void put(bl_arena *arena, bl_items *items, const char *key, bl_span span, const bl_value *v)
{
	if (v)
		bl_items_put(arena, items, bl_str_of(key), span, v);
}

static void put_text(bl_arena *arena, bl_items *items, const char *key, bl_span span, const char *text)
{
	put(arena, items, key, span, bl_value_string(arena, span, bl_str_of(text)));
}

/* An option of this entry, or else the one for all. */
static const bl_value *option(const generator *g, const char *key)
{
	const bl_value *own = bl_value_getz(bl_value_getz(g->entry, "options"), key);
	return own ? own : bl_value_getz(bl_value_getz(g->k->body, "generatorOptions"), key);
}

static const bl_value *metadata(generator *g, const bl_value *name)
{
	static const char *const maps[] = {"annotations", "labels"};
	bl_arena *arena = g->k->arena;
	bl_items items = {0};
	put(arena, &items, "name", name->span, name);
	put(arena, &items, "namespace", name->span, bl_value_getz(g->entry, "namespace"));
	for (size_t i = 0; i < 2; i++) {
		const bl_value *all = bl_value_getz(bl_value_getz(g->k->body, "generatorOptions"), maps[i]);
		const bl_value *own = bl_value_getz(bl_value_getz(g->entry, "options"), maps[i]);
		const bl_value *v = bl_value_is(all, BL_MAP) ? all : NULL;
		for (uint32_t n = 0; bl_value_is(own, BL_MAP) && n < own->n; n++)
			v = bl_kustomize_put(g->k, v, own->map[n].key, own->map[n].key_span, own->map[n].value);
		put(arena, &items, maps[i], v ? v->span : name->span, v);
	}
	return bl_items_value(arena, name->span, &items);
}

static const bl_value *object(generator *g, const bl_value *name)
{
	bl_arena *arena = g->k->arena;
	bl_span span = g->entry->span, at = name->span;
	bl_items items = {0};
	put_text(arena, &items, "apiVersion", at, "v1");
	put_text(arena, &items, "kind", at, g->secret ? "Secret" : "ConfigMap");
	put(arena, &items, "metadata", at, metadata(g, name));
	bl_value *data = bl_items_value(arena, span, &g->data);
	data->open = g->open;
	if (data->n || data->open || g->secret)
		put(arena, &items, "data", span, data);
	if (g->binary.n)
		put(arena, &items, "binaryData", span, bl_items_value(arena, span, &g->binary));
	const bl_value *type = bl_value_getz(g->entry, "type");
	if (g->secret)
		put(arena, &items, "type", at, type ? type : bl_value_string(arena, at, BL_STR("Opaque")));
	const bl_value *immutable = option(g, "immutable");
	if (bl_value_is(immutable, BL_BOOL) && immutable->boolean)
		put(arena, &items, "immutable", immutable->span, immutable);
	return bl_items_value(arena, span, &items);
}

/* All of new over what old has at key. */
static const bl_value *united(bl_kustomize *k, const bl_value *to, const bl_value *old, const char *key)
{
	const bl_value *had = bl_value_getz(old, key), *has = bl_value_getz(to, key);
	if (!bl_value_is(had, BL_MAP))
		return to;
	const bl_value *v = bl_value_is(has, BL_MAP) ? bl_kustomize_merge(k, had, has, false) : had;
	return v ? bl_kustomize_put(k, to, bl_str_of(key), v->span, v) : to;
}

/* A generated object for one that is there: it keeps the old one's name, labels and annotations, and with merge its data. */
static void absorb(bl_kustomize *k, bl_kustomize_object *old, const bl_value *body, bool merge)
{
	const bl_value *had = bl_value_getz(old->body, "metadata"), *has = bl_value_getz(body, "metadata");
	static const char *const names[] = {"name", "namespace"};
	for (size_t i = 0; i < 2; i++) {
		const bl_item *item = bl_value_item(had, bl_str_of(names[i]), false);
		if (item)
			has = bl_kustomize_put(k, has, item->key, item->key_span, item->value);
	}
	has = united(k, has, had, "labels");
	has = united(k, has, had, "annotations");
	body = bl_kustomize_put(k, body, BL_STR("metadata"), has->span, has);
	if (merge) {
		body = united(k, body, old->body, "data");
		body = united(k, body, old->body, "binaryData");
	}
	old->body = body;
}

static bool disabled(const generator *g)
{
	const bl_value *own = bl_value_getz(bl_value_getz(g->entry, "options"), "disableNameSuffixHash");
	const bl_value *all = bl_value_getz(bl_value_getz(g->k->body, "generatorOptions"), "disableNameSuffixHash");
	return (bl_value_is(own, BL_BOOL) && own->boolean) || (bl_value_is(all, BL_BOOL) && all->boolean);
}

static void generate(bl_kustomize *k, const bl_value *entry, bool secret)
{
	generator g = {.k = k, .entry = entry, .secret = secret};
	const bl_value *name = bl_value_getz(entry, "name"), *env = bl_value_getz(entry, "env");
	bl_str behavior = bl_value_text(bl_value_getz(entry, "behavior"));
	if (!bl_manifest_text(name).n) {
		bl_kustomize_say(k, BL_DIAG_ERROR, entry->span, "a generator needs a name");
		return;
	}
	for_each(&g, "envs", add_env);
	if (env)
		add_env(&g, env);
	for_each(&g, "files", add_file);
	for_each(&g, "literals", add_literal);
	const bl_value *body = object(&g, name);
	bl_kustomize_id id = bl_kustomize_id_of(body);
	bl_kustomize_object *old = bl_kustomize_find(k, &id);
	bool merge = bl_str_eqz(behavior, "merge"), over = merge || bl_str_eqz(behavior, "replace");
	if (!old == over) {
		bl_kustomize_say(k, BL_DIAG_ERROR, entry->span, over ? "there is no %s '" BL_FMT "' to " BL_FMT
			: "there is a %s '" BL_FMT "' already" BL_FMT, secret ? "Secret" : "ConfigMap", BL_ARG(id.name),
			BL_ARG(behavior));
		return;
	}
	if (old)
		absorb(k, old, body, merge);
	else
		old = bl_kustomize_add(k, body);
	if (old)
		old->hashed |= !disabled(&g);
}

void bl_kustomize_generators(bl_kustomize *k)
{
	static const char *const keys[] = {"configMapGenerator", "secretGenerator"};
	for (size_t i = 0; i < 2; i++) {
		const bl_value *entries = bl_value_getz(k->body, keys[i]);
		for (uint32_t n = 0; bl_value_is(entries, BL_LIST) && n < entries->n; n++)
			generate(k, entries->list[n], i == 1);
	}
}

/* ---- digests ---- */

/* JSON as Go writes it: signs that mean something in HTML are escaped. */
static void put_json(bl_buf *out, bl_str s)
{
	bl_buf_putc(out, '"');
	for (size_t i = 0; i < s.n;) {
		unsigned char c = (unsigned char)s.p[i];
		size_t n = 1;
		uint32_t point = c < 0x80 ? c : bl_unicode_point(s, i, &n);
		if (c == '"' || c == '\\')
			bl_buf_putf(out, "\\%c", c);
		else if (c == '\n' || c == '\r' || c == '\t' || c == '\b' || c == '\f')
			bl_buf_putf(out, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : c == '\t' ? 't' : c == '\b' ? 'b' : 'f');
		else if (c < 0x20 || c == '<' || c == '>' || c == '&' || point == 0x2028 || point == 0x2029 || point == 0xFFFD)
			bl_buf_putf(out, point == 0xFFFD && n == 3 ? "\xEF\xBF\xBD" : "\\u%04x", point);
		else
			bl_buf_put(out, bl_str_slice(s, i, i + n));
		i += n;
	}
	bl_buf_putc(out, '"');
}

static int by_key(const void *a, const void *b)
{
	return bl_str_cmp((*(const bl_item *const *)a)->key, (*(const bl_item *const *)b)->key);
}

/* A map of texts, keys sorted; false when one is not known. */
static bool put_map(bl_arena *arena, bl_buf *out, const bl_value *map)
{
	if (!bl_value_is(map, BL_MAP)) {
		bl_buf_putz(out, "\"\"");
		return true;
	}
	const bl_item **sorted = bl_new_n(arena, const bl_item *, map->n);
	for (uint32_t i = 0; i < map->n; i++)
		sorted[i] = &map->map[i];
	if (map->n)
		qsort(sorted, map->n, sizeof *sorted, by_key);
	bl_buf_putc(out, '{');
	for (uint32_t i = 0; i < map->n; i++) {
		const bl_value *v = sorted[i]->value;
		if (v->kind != BL_STRING && v->kind != BL_NUMBER && v->kind != BL_BOOL)
			return false;
		if (i)
			bl_buf_putc(out, ',');
		put_json(out, sorted[i]->key);
		bl_buf_putc(out, ':');
		if (v->kind == BL_STRING)
			put_json(out, v->string);
		else
			bl_buf_put(out, v->kind == BL_NUMBER ? v->digits : v->boolean ? BL_STR("true") : BL_STR("false"));
	}
	bl_buf_putc(out, '}');
	return !map->open;
}

/* What the digest is of: the members by name, as JSON. */
static bool put_content(bl_arena *arena, bl_buf *out, const bl_value *body, bool secret)
{
	const bl_value *more = bl_value_getz(body, secret ? "stringData" : "binaryData");
	bool good = true, has_more = bl_value_is(more, BL_MAP);
	bl_buf_putc(out, '{');
	if (!secret && has_more) {
		bl_buf_putz(out, "\"binaryData\":");
		good = put_map(arena, out, more);
		bl_buf_putc(out, ',');
	}
	bl_buf_putz(out, "\"data\":");
	good = put_map(arena, out, bl_value_getz(body, "data")) && good;
	/* kustomize leaves the name empty here: an object has the same digest under any prefix */
	bl_buf_putf(out, ",\"kind\":\"%s\",\"name\":\"\"", secret ? "Secret" : "ConfigMap");
	if (secret && has_more) {
		bl_buf_putz(out, ",\"stringData\":");
		good = put_map(arena, out, more) && good;
	}
	if (secret) {
		bl_buf_putz(out, ",\"type\":");
		put_json(out, bl_value_text(bl_value_getz(body, "type")));
	}
	bl_buf_putc(out, '}');
	return good;
}

/* Ten hexadecimal digits, those that could make a word changed for letters that cannot. */
static bl_str digest(bl_arena *arena, bl_str content)
{
	unsigned char bytes[32];
	char *out = bl_arena_alloc(arena, 11);
	static const char letters[] = "gh2k456789mbcdtf"; /* for 0123456789abcdef */
	bl_hash_sha256(content, bytes);
	for (size_t i = 0; i < 10; i++)
		out[i] = letters[i % 2 ? bytes[i / 2] & 15 : bytes[i / 2] >> 4];
	return bl_str_make(out, 10);
}

/* A name that begins so; the rest depends on what is not known. */
static const bl_value *unknown_name(bl_arena *arena, const bl_value *name)
{
	bl_value *v = bl_value_unknown(arena, name->span, "the name ends with a digest of what is not known");
	bl_unknown *u = bl_new(arena, bl_unknown);
	*u = *v->unknown;
	u->type = BL_STRING;
	u->prefix = bl_str_cat(arena, bl_manifest_text(name), BL_STR("-"));
	v->unknown = u;
	return v;
}

void bl_kustomize_hashes(bl_kustomize *k)
{
	for (size_t i = 0; i < k->objects.n; i++) {
		bl_kustomize_object *o = k->objects.items[i];
		const bl_value *name = bl_kustomize_get(o->body, "metadata/name");
		bl_str kind = bl_kustomize_id_of(o->body).kind;
		bl_buf content = {0};
		if (!o->hashed || !name)
			continue;
		const bl_value *named = put_content(k->arena, &content, o->body, bl_str_eqz(kind, "Secret"))
			? bl_value_string(k->arena, name->span, bl_str_fmt(k->arena, BL_FMT "-" BL_FMT,
				BL_ARG(bl_manifest_text(name)), BL_ARG(digest(k->arena, bl_buf_str(&content)))))
			: unknown_name(k->arena, name);
		bl_buf_done(&content);
		bl_kustomize_remember(k, o);
		bl_kustomize_set(k, o, "metadata/name", false, named);
	}
}

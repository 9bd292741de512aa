/* One file: unpacked, taken apart as a stream, and its parts handed to the formats that recognise them. */
#include "snapshots/oci.h"
#include "snapshots/unwrap.h"

#include "core/codec/json.h"
#include "core/codec/json_stream.h"
#include "core/io/file.h"
#include "core/reason/azure_id.h"

#include <stdlib.h>

#define X(symbol) extern const bl_snapshot_format symbol;
#include "snapshots/formats.def"
#undef X

static const bl_snapshot_format *const formats[] = {
#define X(symbol) &symbol,
#include "snapshots/formats.def"
#undef X
};

/* MAX_TAKERS, MAX_ROUTES: what all formats of formats.def ask for together, no input's doing. */
enum { NFORMATS = sizeof formats / sizeof *formats, MAX_TAKERS = 12, MAX_ROUTES = 160, MAX_ENTRIES_BYTES = 256 << 20 };

/* A path, and who wants what stands there. */
typedef struct route {
	size_t n;
	struct {
		uint8_t format, path;
	} takers[MAX_TAKERS];
	size_t rows;
} route;

typedef struct reading {
	bl_snapshot_reader r;
	const char *paths[MAX_ROUTES];
	route routes[MAX_ROUTES];
	size_t nroutes;
	void *states[NFORMATS];
	size_t found[NFORMATS]; /* rows and objects of each format */
	int first;              /* the format of the first, or -1 */
	size_t rows, odd_rows;
	uint64_t first_odd;
	bool empty_array;

	bl_json_stream *stream;
	bl_unwrap *unwrap;
	bl_map entries;    /* of an archive: name -> text, of those that may be JSON */
	size_t entry_bytes;
	bool entries_full; /* said */
	bool ended_early;  /* no byte of it is wrong, but there are too few */
	bool archive, is_store; /* the file is an archive; images were found in it, or in the folder */
	uint64_t fed;      /* bytes of text so far */
	bool lost;         /* after an error: looking for a line to go on at */
	bool line_start;
	size_t errors;
	bl_error error;    /* the first */
	bl_buf kept;       /* the text's beginning */
} reading;

static void add_path(reading *x, const char *path, size_t format, size_t index)
{
	size_t i = 0;
	while (i < x->nroutes && strcmp(x->paths[i], path) != 0)
		i++;
	if (i == x->nroutes) {
		if (i == MAX_ROUTES)
			return;
		x->paths[x->nroutes++] = path;
	}
	route *to = &x->routes[i];
	if (to->n < MAX_TAKERS) {
		to->takers[to->n].format = (uint8_t)format;
		to->takers[to->n++].path = (uint8_t)index;
	}
}

static void found(reading *x, size_t format)
{
	if (x->first < 0)
		x->first = (int)format;
	x->found[format]++;
}

static void on_row(reading *x, route *to, const bl_value *v, uint64_t offset)
{
	x->rows++;
	to->rows++;
	for (size_t i = 0; i < to->n; i++) {
		size_t f = to->takers[i].format;
		if (formats[f]->row(&x->r, x->states[f], to->takers[i].path, v, offset)) {
			found(x, f);
			return;
		}
	}
	if (!x->odd_rows++)
		x->first_odd = offset;
}

/* Members that say that a list goes on elsewhere, of all vendors. */
static bool goes_on(const bl_value *object)
{
	static const char *const tokens[] = {"$skipToken", "Marker", "NextMarker", "NextToken", "SkipToken", "continuationToken", "metadata.continue",
		"nextLink", "nextMarker", "nextPageToken", "nextToken", "skip_token"};
	static const char *const flags[] = {"IsTruncated", "hasMoreResults", "resultTruncated"};
	for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
		bl_str name, rest = bl_str_cut(bl_str_of(tokens[i]), '.', &name);
		const bl_value *v = bl_value_get(object, name);
		if (bl_value_text(rest.n ? bl_value_get(v, rest) : v).n)
			return true;
	}
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		const bl_value *v = bl_value_getz(object, flags[i]);
		if ((bl_value_is(v, BL_BOOL) && v->boolean) || bl_str_eqiz(bl_value_text(v), "true") ||
			(bl_value_is(v, BL_NUMBER) && v->number != 0))
			return true;
	}
	return false;
}

/* An empty list at a path that one format alone has says which format it is. */
static bool is_empty_list(reading *x, const bl_value *object)
{
	for (size_t i = 0; i < x->nroutes; i++) {
		const route *to = &x->routes[i];
		bl_str path = bl_str_of(x->paths[i]);
		if (to->n != 1 || to->rows || !bl_str_ends(path, BL_STR("[]")) || memchr(path.p, '.', path.n) || path.n < 3)
			continue;
		const bl_value *v = bl_value_get(object, bl_str_slice(path, 0, path.n - 2));
		if (bl_value_is(v, BL_LIST) && !v->n) {
			found(x, to->takers[0].format);
			return true;
		}
	}
	return false;
}

static void on_object(reading *x, const bl_value *v, uint64_t offset)
{
	x->r.objects++;
	if (v->kind == BL_LIST)
		x->empty_array = true;
	if (v->kind != BL_MAP)
		return;
	bool mine = false;
	for (size_t f = 0; f < NFORMATS && !mine && !x->r.refused.text[0]; f++) {
		if (!formats[f]->object || (x->r.cut && !formats[f]->torso))
			continue;
		mine = formats[f]->object(&x->r, x->states[f], v, offset);
		if (mine)
			found(x, f);
	}
	if (!mine && !x->r.cut)
		is_empty_list(x, v);
	if (goes_on(v))
		bl_snapshot_partial(&x->r, "the list goes on in another page");
}

static bool on_part(void *context, size_t path, const bl_value *v, uint64_t offset, bl_arena *arena)
{
	reading *x = context;
	x->r.scratch = arena;
	if (path == 0)
		on_object(x, v, offset);
	else
		on_row(x, &x->routes[path], v, offset);
	return !x->r.refused.text[0];
}

/* Where in text a value may begin anew after an error: a line that begins with '{'. */
static size_t next_line(reading *x, bl_str text, size_t from)
{
	size_t i = from;
	for (; i < text.n && !(x->line_start && text.p[i] == '{'); i++)
		x->line_start = text.p[i] == '\n';
	return i;
}

static bool on_text(void *context, bl_str text)
{
	reading *x = context;
	uint64_t begin = x->fed;
	x->fed += text.n;
	if (x->kept.n <= BL_SNAPSHOT_TEXT)
		bl_buf_put(&x->kept, text);
	x->r.text = bl_buf_str(&x->kept);
	for (size_t at = 0; at < text.n;) {
		if (x->lost) {
			at = next_line(x, text, at);
			if (at == text.n)
				break;
			bl_json_stream_restart(x->stream, begin + at);
			x->lost = false;
		}
		bl_error error;
		if (bl_json_stream_feed(x->stream, bl_str_slice(text, at, text.n), &error) == BL_OK)
			break;
		uint64_t wrong = bl_json_stream_offset(x->stream);
		if (!x->errors++)
			x->error = error;
		x->r.cut = true;
		bl_json_stream_salvage(x->stream);
		x->r.cut = false;
		x->lost = true;
		x->line_start = false;
		if (wrong > begin + at)
			at = (size_t)(wrong - begin) < text.n ? (size_t)(wrong - begin) : text.n;
	}
	return !bl_json_stream_stopped(x->stream);
}

static void on_entry(void *context, bl_str name, bl_str content)
{
	reading *x = context;
	x->archive = true;
	/* layers are no JSON */
	bool json = bl_str_starts(content, BL_STR("{")) || bl_str_starts(content, BL_STR("["));
	if (!json)
		return;
	if (x->entry_bytes + content.n > MAX_ENTRIES_BYTES) {
		if (!x->entries_full)
			bl_snapshot_say(&x->r, BL_DIAG_WARNING, "more than %d bytes of manifests in one archive: the rest is left out", MAX_ENTRIES_BYTES);
		x->entries_full = true;
		return;
	}
	x->entry_bytes += content.n;
	bl_str *kept = bl_new(&x->r.own, bl_str);
	*kept = bl_str_dup(&x->r.own, content);
	bl_map_put(&x->r.own, &x->entries, bl_str_dup(&x->r.own, name), kept);
}

static bool on_piece(void *context, bl_str piece)
{
	reading *x = context;
	bl_error error;
	if (bl_unwrap_feed(x->unwrap, piece, &error) == BL_OK)
		return !bl_unwrap_stopped(x->unwrap);
	if (!x->errors++)
		x->error = error;
	return false;
}

/* The bytes are over: what stands open is handed over as far as it came. */
static void end_text(reading *x)
{
	bl_error error;
	bool broken = x->errors > 0 && !x->lost;
	bl_status status = broken ? BL_OK : bl_unwrap_end(x->unwrap, &error);
	if (status == BL_OK && !x->lost && !broken && !x->archive)
		status = bl_json_stream_end(x->stream, &error);
	x->ended_early = status != BL_OK && x->fed;
	if (status != BL_OK && !x->errors++)
		x->error = error;
	if (x->errors && !x->lost) {
		x->r.cut = true;
		bl_json_stream_salvage(x->stream);
		x->r.cut = false;
	}
}

static bool get_entry(void *context, bl_arena *arena, const char *name, bl_str *content)
{
	const reading *x = context;
	const bl_str *found = bl_map_get(&x->entries, bl_str_of(name));
	(void)arena;
	if (found)
		*content = *found;
	return found != NULL;
}

static bool get_file(void *context, bl_arena *arena, const char *name, bl_str *content)
{
	const reading *x = context;
	/* names come from the files themselves */
	if (name[0] == '/' || strstr(name, ".."))
		return false;
	const char *path = bl_str_fmt(arena, BL_FMT "/%s", BL_ARG(x->r.out->file), name).p;
	return bl_file_read(arena, path, BL_UNWRAP_ENTRY, content, NULL) == BL_OK;
}

static void read_store(reading *x, bool folder)
{
	bl_oci_files files = {folder ? get_file : get_entry, x};
	x->r.scratch = &x->r.own;
	x->is_store = bl_oci_store(&x->r, &files);
}

/* What was odd, in words. */
static void end_reading(reading *x)
{
	bl_snapshot *out = x->r.out;
	if (x->odd_rows)
		bl_snapshot_say(&x->r, BL_DIAG_WARNING, "%zu of %zu rows are not understood, the first at byte %llu", x->odd_rows,
			x->rows, (unsigned long long)x->first_odd);
	if (x->errors) {
		out->partial = true;
		bl_snapshot_say(&x->r, BL_DIAG_ERROR, "%s; the rest was read as far as it can be", x->error.text);
		if (x->errors > 1)
			bl_snapshot_say(&x->r, BL_DIAG_NOTE, "%zu more places are no JSON either", x->errors - 1);
	}
	for (size_t i = 0; i < out->diags.n; i++)
		if (!out->diags.items[i].path.n)
			out->diags.items[i].path = out->file;
}

static bl_status judge(reading *x, const char *path, bl_error *error)
{
	bl_snapshot *out = x->r.out;
	if (x->r.refused.text[0])
		return bl_error_set(error, BL_FAILED, "'%s' %s", path, x->r.refused.text);
	if (x->first < 0 && x->is_store) {
		out->format = BL_STR("image-store");
		end_reading(x);
		return BL_OK;
	}
	if (x->first < 0 && x->empty_array && !x->rows && !x->errors) {
		out->format = BL_STR("empty");
		return BL_OK;
	}
	if (x->first < 0 && x->errors)
		return bl_error_set(error, BL_FAILED, "'%s' is no snapshot: %s", path, x->error.text);
	if (x->first < 0)
		return bl_error_set(error, BL_FAILED, "'%s' is no snapshot of a known kind; the user guide lists them", path);
	out->format = bl_str_of(formats[x->first]->name);
	x->r.scratch = &x->r.own;
	for (size_t f = 0; f < NFORMATS; f++)
		if (x->found[f] && formats[f]->end)
			formats[f]->end(&x->r, x->states[f]);
	end_reading(x);
	return BL_OK;
}

static void begin_reading(reading *x, const bl_schema *schema, bl_snapshot *out, const char *path)
{
	*out = (bl_snapshot){0};
	out->file = bl_str_dup(&out->arena, bl_str_of(path));
	*x = (reading){.r = {.schema = schema, .out = out, .types.fold = true}, .first = -1};
	bl_keep_init(&x->r.keeper, &out->arena);
	x->paths[x->nroutes++] = "";
	for (size_t f = 0; f < NFORMATS; f++) {
		x->states[f] = bl_arena_alloc(&x->r.own, formats[f]->state);
		for (size_t i = 0; formats[f]->paths && formats[f]->paths[i]; i++)
			add_path(x, formats[f]->paths[i], f, i);
	}
	x->stream = bl_json_stream_new(&(bl_json_stream_options){.paths = x->paths, .npaths = x->nroutes, .part = on_part,
		.context = x, .many = true});
	x->unwrap = bl_unwrap_new(&(bl_unwrap_to){on_text, on_entry, x});
}

bl_status bl_snapshot_read(const bl_schema *schema, const char *path, bl_snapshot *out, bl_error *error)
{
	reading *x = bl_xmalloc(sizeof *x);
	begin_reading(x, schema, out, path);
	bool folder = bl_file_is_folder(path);
	bl_status status = folder ? BL_OK : bl_file_each(path, on_piece, x, error);
	if (status == BL_OK && !folder)
		end_text(x);
	if (status == BL_OK && (folder || x->archive))
		read_store(x, folder);
	if (status == BL_OK)
		status = judge(x, path, error);
	bool ended_early = x->ended_early;
	bl_json_stream_free(x->stream);
	bl_unwrap_free(x->unwrap);
	bl_buf_done(&x->kept);
	bl_keep_done(&x->r.keeper);
	bl_arena_done(&x->r.own);
	free(x);
	if (status != BL_OK) {
		bl_snapshot_done(out);
		out->partial = ended_early;
	}
	return status;
}

/* A layout of images, which is one snapshot. */
static bool is_layout(bl_arena *arena, const char *folder)
{
	bl_str text;
	const char *index = bl_str_fmt(arena, "%s/index.json", folder).p, *blobs = bl_str_fmt(arena, "%s/blobs", folder).p;
	return bl_file_is_folder(blobs) && bl_file_read(arena, index, BL_UNWRAP_ENTRY, &text, NULL) == BL_OK;
}

bl_status bl_snapshot_files(bl_arena *arena, const char *path, const char *const **files, size_t *n, bl_error *error)
{
	BL_VEC(const char *) all = {0};
	bl_str *names;
	size_t nnames;
	if (!bl_file_is_folder(path) || is_layout(arena, path)) {
		bl_vec_push(arena, &all, path);
	} else {
		bl_status status = bl_file_list(arena, path, "", &names, &nnames, error);
		if (status != BL_OK)
			return status;
		for (size_t i = 0; i < nnames; i++)
			bl_vec_push(arena, &all, bl_str_fmt(arena, "%s/" BL_FMT, path, BL_ARG(names[i])).p);
	}
	*files = all.items;
	*n = all.n;
	return BL_OK;
}

void bl_snapshot_done(bl_snapshot *snapshot)
{
	bl_arena arena = snapshot->arena;
	*snapshot = (bl_snapshot){0};
	bl_arena_done(&arena);
}

void bl_snapshot_say(bl_snapshot_reader *r, bl_diag_level level, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	bl_str words = bl_str_vfmt(&r->own, format, ap);
	va_end(ap);
	bl_diag_add(&r->out->arena, &r->out->diags, level, BL_NOWHERE, BL_FMT, BL_ARG(words));
}

void bl_snapshot_partial(bl_snapshot_reader *r, const char *why)
{
	if (!r->out->partial)
		bl_snapshot_say(r, BL_DIAG_WARNING, "this is a part of what runs: %s", why);
	r->out->partial = true;
}

const bl_value *bl_snapshot_json(bl_snapshot_reader *r, const bl_value *v)
{
	bl_error error;
	if (!bl_value_is(v, BL_STRING))
		return v;
	bl_str text = bl_str_trim(v->string);
	if (!bl_str_starts(text, BL_STR("{")) && !bl_str_starts(text, BL_STR("[")))
		return v;
	const bl_value *read = bl_json_read(r->scratch, text, &error);
	return read ? read : v;
}

bl_str bl_snapshot_type(bl_snapshot_reader *r, bl_str id, bl_str type)
{
	bl_azure_id parts;
	if (bl_str_eqiz(type, "microsoft.resources/subscriptions/resourcegroups"))
		type = BL_STR("Microsoft.Resources/resourceGroups");
	bl_str *known = bl_map_get(&r->types, type);
	if (known)
		return *known;
	const bl_type *canonical = bl_schema_type(r->schema, type);
	known = bl_new(&r->own, bl_str);
	*known = bl_keep_str(&r->keeper, canonical ? canonical->name : type);
	if (!canonical && bl_azure_id_parse(r->scratch, id, &parts) && bl_str_eqi(parts.type, type))
		*known = bl_keep_str(&r->keeper, parts.type);
	bl_map_put(&r->own, &r->types, bl_str_dup(&r->own, type), known);
	return *known;
}

bl_asset *bl_snapshot_add(bl_snapshot_reader *r, bl_str id, bl_str type)
{
	bl_arena *arena = &r->out->arena;
	bl_azure_id parts;
	bl_asset *asset = bl_new(arena, bl_asset);
	asset->id = id;
	asset->type = bl_snapshot_type(r, id, type);
	asset->snapshot = r->out->file;
	if (bl_azure_id_parse(r->scratch, id, &parts)) {
		/* neighbours in an export mostly lie in one scope */
		bl_str scope = r->out->assets.n ? r->out->assets.items[r->out->assets.n - 1]->scope : BL_STR("");
		asset->name = parts.last;
		asset->scope = bl_str_eq(scope, parts.scope) ? scope : bl_keep_str(&r->keeper, parts.scope);
	}
	bl_vec_push(arena, &r->out->assets, asset);
	return asset;
}

bl_binding *bl_snapshot_bind(bl_snapshot_reader *r, bl_binding_from from, bl_str address, bl_str type, bl_str id)
{
	bl_binding *binding = bl_vec_add(&r->out->arena, &r->out->bindings);
	*binding = (bl_binding){.from = from, .address = bl_keep_str(&r->keeper, address), .type = bl_keep_str(&r->keeper, type),
		.id = bl_keep_str(&r->keeper, id), .file = r->out->file};
	return binding;
}

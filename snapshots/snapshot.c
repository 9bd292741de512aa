#include "snapshots/read.h"

#include "core/codec/json_stream.h"
#include "core/io/file.h"
#include "core/reason/azure_id.h"

typedef struct feed_state {
	bl_json_stream *stream;
	bl_status status;
	bl_error error;
	bool any, array; /* bytes other than white space were seen; the first of them opens an array */
} feed_state;

static const char *const part_paths[] = {
#define X(id, path) path,
	BL_SNAPSHOT_PARTS(X)
#undef X
};

static bool is_set(const bl_value *v)
{
	return v->kind == BL_STRING ? v->string.n > 0 : v->kind != BL_NULL;
}

static bool says_true(const bl_value *v)
{
	return (v->kind == BL_BOOL && v->boolean) || (v->kind == BL_NUMBER && v->number != 0) ||
		(v->kind == BL_STRING && bl_str_eqiz(v->string, "true"));
}

static double number_of(const bl_value *v)
{
	return v->kind == BL_NUMBER ? v->number : -1;
}

static bool on_part(void *context, size_t path, const bl_value *v, uint64_t offset, bl_arena *arena)
{
	snapshot_reader *r = context;
	switch ((snapshot_part)path) {
	case PART_BARE:
	case PART_DATA:
	case PART_DATA_POWERSHELL:
		bl_resource_graph_row(r, v, offset);
		break;
	case PART_COLUMNS:
		r->columns = v;
		r->has_counts = true;
		break;
	case PART_ROWS:
		bl_resource_graph_table_row(r, v, offset);
		break;
	case PART_COUNT:
		r->has_counts = r->has_counts || v->kind == BL_NUMBER;
		break;
	case PART_TOTAL:
	case PART_TOTAL_AZ:
		r->total = number_of(v);
		r->has_counts = true;
		break;
	case PART_TRUNCATED:
		r->more = r->more || says_true(v);
		break;
	case PART_SKIP_TOKEN:
	case PART_SKIP_TOKEN_REST:
	case PART_SKIP_TOKEN_POWERSHELL:
		r->more = r->more || is_set(v);
		break;
	case PART_TERRAFORM_VERSION:
		r->is_state = true;
		break;
	case PART_LINEAGE:
		r->lineage = bl_value_text(v);
		break;
	case PART_VERSION:
		r->version = number_of(v);
		break;
	case PART_MODULES:
		/* only older states have modules at the top */
		return false;
	case PART_RESOURCES:
		bl_terraform_state_resource(r, v, offset);
		break;
	case PART__COUNT:
		break;
	}
	return true;
}

static bool on_piece(void *context, bl_str piece)
{
	feed_state *f = context;
	if (!f->any) {
		bl_str text = bl_str_trim(bl_str_starts(piece, BL_STR("\xef\xbb\xbf")) ? bl_str_slice(piece, 3, piece.n) : piece);
		f->any = text.n > 0;
		f->array = text.n && text.p[0] == '[';
	}
	f->status = bl_json_stream_feed(f->stream, piece, &f->error);
	return f->status == BL_OK && !bl_json_stream_stopped(f->stream);
}

static bl_status read_parts(snapshot_reader *r, const char *path, feed_state *f, bl_error *error)
{
	f->stream = bl_json_stream_new(&(bl_json_stream_options){.paths = part_paths, .npaths = PART__COUNT,
		.part = on_part, .context = r, .arena = &r->out->arena});
	bl_status opened = bl_file_each(path, on_piece, f, error);
	if (opened == BL_OK && f->status == BL_OK)
		f->status = bl_json_stream_end(f->stream, &f->error);
	bl_json_stream_free(f->stream);
	return opened;
}

static bl_status recognise(snapshot_reader *r, const char *path, const feed_state *f, bl_error *error)
{
	bl_snapshot *out = r->out;
	bool state = r->is_state && r->version >= 0;
	if (state && r->version != 4)
		return bl_error_set(error, BL_FAILED,
			"'%s' is a Terraform state of version %.0f; only version 4 (Terraform 0.12 and later) is read", path,
			r->version);
	if (state) {
		out->format = BL_STR("terraform-state");
		bl_terraform_state_end(r);
		return BL_OK;
	}
	bool empty_array = f->array && f->status == BL_OK && !r->rows;
	/* rows of a query without ids (a count, say) are no assets, but some row has to be one */
	if (out->assets.n || (r->has_counts && r->rows == 0) || empty_array) {
		out->format = BL_STR("azure-resource-graph");
		out->bindings.n = 0;
		bl_resource_graph_end(r);
		return BL_OK;
	}
	if (f->status != BL_OK)
		return bl_error_set(error, BL_FAILED, "'%s' is no snapshot: %s", path, f->error.text);
	return bl_error_set(error, BL_FAILED,
		"'%s' is no snapshot that is known here: neither rows of an Azure Resource Graph query (with id and type) nor a Terraform state",
		path);
}

bl_status bl_snapshot_read(const bl_schema *schema, const char *path, bl_snapshot *out, bl_error *error)
{
	snapshot_reader r = {.schema = schema, .out = out, .version = -1, .total = -1, .types.fold = true};
	feed_state f = {0};
	*out = (bl_snapshot){0};
	out->file = bl_str_dup(&out->arena, bl_str_of(path));
	bl_status status = read_parts(&r, path, &f, error);
	if (status == BL_OK)
		status = recognise(&r, path, &f, error);
	if (status != BL_OK) {
		bl_snapshot_done(out);
		return status;
	}
	if (f.status != BL_OK) {
		out->partial = true;
		bl_diag_add(&out->arena, &out->diags, BL_DIAG_ERROR, BL_NOWHERE,
			"%s; what stands before it was read", f.error.text);
	}
	for (size_t i = 0; i < out->diags.n; i++)
		out->diags.items[i].path = out->file;
	return BL_OK;
}

void bl_snapshot_done(bl_snapshot *snapshot)
{
	bl_arena arena = snapshot->arena;
	*snapshot = (bl_snapshot){0};
	bl_arena_done(&arena);
}

/* The schema's spelling, else the id's, else what the export wrote. */
static bl_str spelling(snapshot_reader *r, bl_str id, bl_str type)
{
	bl_arena *arena = &r->out->arena;
	bl_azure_id parts;
	if (bl_str_eqiz(type, "microsoft.resources/subscriptions/resourcegroups"))
		type = BL_STR("Microsoft.Resources/resourceGroups");
	bl_str *known = bl_map_get(&r->types, type);
	if (known)
		return *known;
	const bl_type *canonical = bl_schema_type(r->schema, type);
	known = bl_new(arena, bl_str);
	*known = bl_str_dup(arena, canonical ? canonical->name : type);
	if (!canonical && bl_azure_id_parse(arena, id, &parts) && bl_str_eqi(parts.type, type))
		*known = parts.type;
	bl_map_put(arena, &r->types, bl_str_dup(arena, type), known);
	return *known;
}

bl_asset *bl_snapshot_add(snapshot_reader *r, bl_str id, bl_str type)
{
	bl_arena *arena = &r->out->arena;
	bl_azure_id parts;
	bl_asset *asset = bl_new(arena, bl_asset);
	asset->id = id;
	asset->type = spelling(r, id, type);
	asset->snapshot = r->out->file;
	if (bl_azure_id_parse(arena, id, &parts)) {
		asset->name = parts.last;
		asset->scope = parts.scope;
	}
	bl_vec_push(arena, &r->out->assets, asset);
	return asset;
}

/* Keys whose strings are secrets or may hold some; compared without regard to case, by their end. */
static bool holds_secret(bl_str key)
{
	static const char *const ends[] = {"accountkey", "connectionstring", "customdata", "password", "primarykey",
		"protectedsettings", "sastoken", "secondarykey", "secretvalue", "sharedaccesskey", "userdata"};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		bl_str end = bl_str_of(ends[i]);
		if (key.n >= end.n && bl_str_eqi(bl_str_slice(key, key.n - end.n, key.n), end))
			return true;
	}
	return false;
}

const bl_value *bl_snapshot_redact(bl_arena *arena, const bl_value *v)
{
	/* the reader has bounded the depth; values are fresh, so they are marked where they are found */
	if (v->kind == BL_LIST)
		for (uint32_t i = 0; i < v->n; i++)
			v->list[i] = bl_snapshot_redact(arena, v->list[i]);
	for (uint32_t i = 0; v->kind == BL_MAP && i < v->n; i++) {
		bl_item *item = &v->map[i];
		bool secret = holds_secret(item->key) &&
			(item->value->kind == BL_STRING || item->value->kind == BL_MAP);
		item->value = secret ? bl_value_mark_sensitive(arena, item->value)
				     : bl_snapshot_redact(arena, item->value);
	}
	return v;
}

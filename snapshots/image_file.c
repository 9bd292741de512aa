/*
 * Images one by one: manifests, indexes and configurations as a registry keeps them (crane manifest, skopeo inspect --raw, crane config), what skopeo
 * inspect, docker and podman (image) inspect and docker history print, and the metadata file of docker buildx build.
 */
#include "snapshots/oci.h"
#include "snapshots/provenance.h"

static const char *const paths[] = {"[]", NULL};

typedef struct image_file {
	bl_image *whole;  /* the file is this manifest or index: its digest is the file's */
	bl_image *config; /* the file is this configuration */
	bl_values history; /* docker history, newest first; in the reader's own memory */
} image_file;

static const bl_value *get(const bl_value *v, const char *key)
{
	return bl_value_getz(v, key);
}

static bool is_sha256(bl_str s)
{
	return bl_str_starts(s, BL_STR("sha256:")) && s.n == strlen("sha256:") + 64;
}

/* podman leaves the algorithm out */
static bl_str with_algorithm(bl_arena *arena, bl_str id)
{
	return id.n == 64 ? bl_str_cat(arena, BL_STR("sha256:"), id) : id;
}

static void add_layers(bl_snapshot_reader *r, bl_image *image, const bl_value *layers, const bl_value *history)
{
	uint32_t layer = 0;
	for (uint32_t i = 0; bl_value_is(history, BL_LIST) && i < history->n; i++) {
		const bl_value *empty = get(history->list[i], "empty_layer");
		bl_image_step *step = bl_vec_add(&r->out->arena, &image->steps);
		step->created_by = bl_keep_str(&r->keeper, bl_snapshot_text(history->list[i], "created_by"));
		step->empty = bl_value_is(empty, BL_BOOL) && empty->boolean;
		if (!step->empty && bl_value_is(layers, BL_LIST) && layer < layers->n)
			step->diff_id = bl_keep_str(&r->keeper, bl_value_text(layers->list[layer++]));
	}
	/* docker inspect shows the layers alone */
	for (; bl_value_is(layers, BL_LIST) && layer < layers->n; layer++) {
		bl_image_step *step = bl_vec_add(&r->out->arena, &image->steps);
		step->diff_id = bl_keep_str(&r->keeper, bl_value_text(layers->list[layer]));
	}
}

/* docker inspect and podman inspect of an image. Containers, networks and so on have no RootFS. */
static bool add_inspected(bl_snapshot_reader *r, const bl_value *v)
{
	const bl_value *digests = get(v, "RepoDigests"), *tags = get(v, "RepoTags"), *rootfs = get(v, "RootFS");
	bl_str id = with_algorithm(r->scratch, bl_snapshot_text(v, "Id"));
	if (!is_sha256(id) || !bl_value_is(rootfs, BL_MAP))
		return false;
	bl_image *image = bl_oci_image(r);
	image->config_digest = bl_keep_str(&r->keeper, id);
	image->digest = bl_keep_str(&r->keeper, bl_snapshot_text(v, "Digest"));
	image->created = bl_keep_str(&r->keeper, bl_snapshot_text(v, "Created"));
	for (uint32_t i = 0; bl_value_is(tags, BL_LIST) && i < tags->n; i++)
		bl_oci_name(r, image, bl_value_text(tags->list[i]));
	for (uint32_t i = 0; bl_value_is(digests, BL_LIST) && i < digests->n; i++) {
		bl_str name = bl_value_text(digests->list[i]), repository;
		bl_str digest = bl_str_cut(name, '@', &repository);
		bl_oci_name(r, image, name);
		if (!image->digest.n && is_sha256(digest))
			image->digest = bl_keep_str(&r->keeper, digest);
	}
	bl_oci_take_labels(r, image, get(get(v, "Config"), "Labels"));
	add_layers(r, image, get(rootfs, "Layers"), get(v, "History"));
	bl_oci_keep(r, image);
	return true;
}

/* skopeo inspect; RepoTags are all tags of the repository, not the image's. */
static bool add_skopeo(bl_snapshot_reader *r, const bl_value *v)
{
	bl_str digest = bl_snapshot_text(v, "Digest"), name = bl_snapshot_text(v, "Name");
	if (!is_sha256(digest) || !bl_value_is(get(v, "Layers"), BL_LIST) || !get(v, "Architecture"))
		return false;
	bl_image *image = bl_oci_image(r);
	image->digest = bl_keep_str(&r->keeper, digest);
	image->created = bl_keep_str(&r->keeper, bl_snapshot_text(v, "Created"));
	if (name.n)
		bl_oci_name(r, image, bl_str_fmt(r->scratch, BL_FMT "@" BL_FMT, BL_ARG(name), BL_ARG(digest)));
	bl_oci_take_labels(r, image, get(v, "Labels"));
	bl_oci_keep(r, image);
	return true;
}

/* docker buildx build --metadata-file: which digest was made, under which names, and how. */
static bool add_metadata(bl_snapshot_reader *r, const bl_value *v, uint64_t offset)
{
	bl_str digest = bl_snapshot_text(v, "containerimage.digest"), names = bl_snapshot_text(v, "image.name"), first;
	if (!is_sha256(digest))
		return false;
	bl_image *image = bl_oci_image(r);
	image->digest = bl_keep_str(&r->keeper, digest);
	image->config_digest = bl_keep_str(&r->keeper, bl_snapshot_text(v, "containerimage.config.digest"));
	bl_str_cut(names, ',', &first);
	while (names.n) {
		bl_str name;
		names = bl_str_cut(names, ',', &name);
		bl_oci_name(r, image, bl_str_trim(name));
	}
	bl_oci_keep(r, image);
	if (bl_value_is(get(v, "buildx.build.provenance"), BL_MAP))
		bl_provenance_predicate(r, get(v, "buildx.build.provenance"), digest, first, offset);
	return true;
}

/* Each object is a line of docker history --format json: one step, the newest first. */
static bool add_history(bl_snapshot_reader *r, image_file *f, const bl_value *v)
{
	if (!get(v, "CreatedBy") || !get(v, "Size") || !get(v, "ID"))
		return false;
	static const char *const keys[] = {"CreatedBy", "ID", "Size"};
	bl_items copy = {0};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		bl_items_put(&r->own, &copy, bl_str_of(keys[i]), BL_NOWHERE,
			bl_value_string(&r->own, BL_NOWHERE, bl_str_dup(&r->own, bl_snapshot_text(v, keys[i]))));
	bl_vec_push(&r->own, &f->history, bl_items_value(&r->own, BL_NOWHERE, &copy));
	return true;
}

static bool on_row(bl_snapshot_reader *r, void *state, size_t path, const bl_value *row, uint64_t offset)
{
	(void)path;
	(void)offset;
	return bl_value_is(row, BL_MAP) && (add_inspected(r, row) || add_history(r, state, row));
}

static bool on_object(bl_snapshot_reader *r, void *state, const bl_value *v, uint64_t offset)
{
	image_file *f = state;
	if (bl_oci_is_manifest(v) || bl_oci_is_index(v)) {
		if (bl_oci_is_manifest(v) && bl_oci_is_artifact(v))
			return true;
		f->whole = bl_oci_image(r);
		if (bl_oci_is_index(v))
			bl_oci_take_index(r, f->whole, v);
		else
			bl_oci_take_manifest(r, f->whole, v);
		bl_oci_keep(r, f->whole);
		return true;
	}
	if (bl_oci_is_config(v)) {
		f->config = bl_oci_image(r);
		bl_oci_take_config(r, f->config, v);
		bl_oci_keep(r, f->config);
		return true;
	}
	return add_skopeo(r, v) || add_inspected(r, v) || add_metadata(r, v, offset) || add_history(r, f, v);
}

static void end_history(bl_snapshot_reader *r, const bl_values *history)
{
	bl_image *image = bl_oci_image(r);
	for (size_t i = history->n; i > 0; i--) {
		bl_str by = bl_snapshot_text(history->items[i - 1], "CreatedBy");
		bl_image_step *step = bl_vec_add(&r->out->arena, &image->steps);
		step->created_by = bl_keep_str(&r->keeper, by);
		/* what runs a command makes a layer even when it changes nothing */
		step->empty = bl_str_eqz(bl_snapshot_text(history->items[i - 1], "Size"), "0B") && !bl_str_starts(by, BL_STR("RUN "));
	}
	bl_str id = bl_snapshot_text(history->items[0], "ID");
	image->config_digest = bl_keep_str(&r->keeper, is_sha256(id) ? id : BL_STR(""));
	bl_oci_keep(r, image);
}

/* A digest is one of bytes: it is worked out only where the file is one document, whole and, for a configuration, as it was stored. */
static void at_end(bl_snapshot_reader *r, void *state)
{
	const image_file *f = state;
	bool whole = r->objects == 1 && r->text.n < BL_SNAPSHOT_TEXT;
	bl_str text = r->text;
	/* registries keep none at the end, shells add one */
	if (bl_str_ends(text, BL_STR("\n")))
		text.n--;
	if (f->whole && whole)
		f->whole->digest = bl_oci_digest(r, text);
	if (f->config && whole && !memchr(text.p, '\n', text.n))
		f->config->config_digest = bl_oci_digest(r, text);
	if (f->history.n)
		end_history(r, &f->history);
}

const bl_snapshot_format bl_image_file_format = {
	.name = "image",
	.paths = paths,
	.state = sizeof(image_file),
	.row = on_row,
	.object = on_object,
	.end = at_end,
};

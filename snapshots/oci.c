#include "snapshots/oci.h"

#include "core/codec/hash.h"
#include "core/codec/json.h"
#include "snapshots/provenance.h"

enum { MAX_NESTING = 4, MAX_MANIFESTS = 10000 };

static const bl_value *get(const bl_value *v, const char *key)
{
	return bl_value_getz(v, key);
}

bl_image *bl_oci_image(bl_snapshot_reader *r)
{
	bl_image *image = bl_new(&r->out->arena, bl_image);
	image->snapshot = r->out->file;
	return image;
}

void bl_oci_keep(bl_snapshot_reader *r, bl_image *image)
{
	bl_vec_push(&r->out->arena, &r->out->images, image);
}

void bl_oci_name(bl_snapshot_reader *r, bl_image *image, bl_str name)
{
	if (!name.n || bl_str_find(name, BL_STR("<none>"), 0) >= 0)
		return;
	for (size_t i = 0; i < image->names.n; i++)
		if (bl_str_eq(image->names.items[i], name))
			return;
	bl_vec_push(&r->out->arena, &image->names, bl_keep_str(&r->keeper, name));
}

bl_str bl_oci_digest(bl_snapshot_reader *r, bl_str bytes)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char digest[32];
	char text[64];
	bl_hash_sha256(bytes, digest);
	for (size_t i = 0; i < sizeof digest; i++) {
		text[2 * i] = hex[digest[i] >> 4];
		text[2 * i + 1] = hex[digest[i] & 15];
	}
	return bl_str_cat(&r->out->arena, BL_STR("sha256:"), bl_str_make(text, sizeof text));
}

static bool is_version_2(const bl_value *v)
{
	const bl_value *version = get(v, "schemaVersion");
	return bl_value_is(version, BL_NUMBER) && version->number == 2;
}

bool bl_oci_is_manifest(const bl_value *v)
{
	return is_version_2(v) && bl_value_is(get(v, "config"), BL_MAP) && bl_value_is(get(v, "layers"), BL_LIST);
}

bool bl_oci_is_index(const bl_value *v)
{
	return is_version_2(v) && bl_value_is(get(v, "manifests"), BL_LIST);
}

bool bl_oci_is_config(const bl_value *v)
{
	return bl_value_is(get(v, "rootfs"), BL_MAP) && bl_value_is(get(v, "config"), BL_MAP) && bl_snapshot_text(v, "architecture").n;
}

static bool is_image_config(bl_str type)
{
	return !type.n || bl_str_eqz(type, "application/vnd.docker.container.image.v1+json") ||
		bl_str_eqz(type, "application/vnd.oci.image.config.v1+json");
}

bool bl_oci_is_artifact(const bl_value *manifest)
{
	const bl_value *layers = get(manifest, "layers");
	if (!is_image_config(bl_snapshot_text(get(manifest, "config"), "mediaType")) || get(manifest, "subject"))
		return true;
	for (uint32_t i = 0; bl_value_is(layers, BL_LIST) && i < layers->n; i++)
		if (bl_str_eqz(bl_snapshot_text(layers->list[i], "mediaType"), "application/vnd.in-toto+json"))
			return true;
	return false;
}

void bl_oci_take_labels(bl_snapshot_reader *r, bl_image *image, const bl_value *labels)
{
	bl_arena *arena = &r->out->arena;
	bl_items all = {0};
	if (!bl_value_is(labels, BL_MAP) || !labels->n)
		return;
	for (uint32_t i = 0; image->labels && i < image->labels->n; i++)
		bl_vec_push(arena, &all, image->labels->map[i]);
	const bl_value *kept = bl_keep_value(&r->keeper, labels);
	for (uint32_t i = 0; i < kept->n; i++)
		if (!bl_value_get(image->labels, kept->map[i].key))
			bl_vec_push(arena, &all, kept->map[i]);
	image->labels = bl_items_value(arena, BL_NOWHERE, &all);
	if (!image->base_name.n)
		image->base_name = bl_snapshot_text(image->labels, "org.opencontainers.image.base.name");
	if (!image->base_digest.n)
		image->base_digest = bl_snapshot_text(image->labels, "org.opencontainers.image.base.digest");
}

void bl_oci_take_manifest(bl_snapshot_reader *r, bl_image *image, const bl_value *manifest)
{
	image->config_digest = bl_keep_str(&r->keeper, bl_snapshot_text(get(manifest, "config"), "digest"));
	bl_oci_take_labels(r, image, get(manifest, "annotations"));
}

/* Attestations are listed in indexes like platforms. */
static bool is_attestation(const bl_value *descriptor)
{
	return bl_value_is_string(get(get(descriptor, "annotations"), "vnd.docker.reference.type"), "attestation-manifest");
}

void bl_oci_take_index(bl_snapshot_reader *r, bl_image *image, const bl_value *index)
{
	const bl_value *manifests = get(index, "manifests");
	for (uint32_t i = 0; bl_value_is(manifests, BL_LIST) && i < manifests->n && i < MAX_MANIFESTS; i++) {
		bl_str digest = bl_snapshot_text(manifests->list[i], "digest");
		if (digest.n && !is_attestation(manifests->list[i]))
			bl_vec_push(&r->out->arena, &image->platforms, bl_keep_str(&r->keeper, digest));
	}
	bl_oci_take_labels(r, image, get(index, "annotations"));
}

void bl_oci_take_config(bl_snapshot_reader *r, bl_image *image, const bl_value *config)
{
	const bl_value *annotations = image->labels, *history = get(config, "history");
	const bl_value *layers = get(get(config, "rootfs"), "diff_ids");
	uint32_t layer = 0;
	/* labels of the configuration come before annotations */
	image->labels = NULL;
	bl_oci_take_labels(r, image, get(get(config, "config"), "Labels"));
	bl_oci_take_labels(r, image, annotations);
	image->created = bl_keep_str(&r->keeper, bl_snapshot_text(config, "created"));
	image->steps.n = 0;
	for (uint32_t i = 0; bl_value_is(history, BL_LIST) && i < history->n; i++) {
		const bl_value *e = history->list[i], *empty = get(e, "empty_layer");
		bl_image_step *step = bl_vec_add(&r->out->arena, &image->steps);
		step->created_by = bl_keep_str(&r->keeper, bl_snapshot_text(e, "created_by"));
		step->empty = bl_value_is(empty, BL_BOOL) && empty->boolean;
		if (!step->empty && bl_value_is(layers, BL_LIST) && layer < layers->n)
			step->diff_id = bl_keep_str(&r->keeper, bl_value_text(layers->list[layer++]));
	}
}

/* ---- layouts and archives ---- */

typedef struct store {
	bl_snapshot_reader *r;
	const bl_oci_files *files;
	size_t manifests;
	size_t missing;
	bool full; /* a limit was met, and said */
} store;

static const bl_value *read_json(store *s, const char *name, bl_str *text)
{
	bl_error error;
	if (!s->files->get(s->files->context, s->r->scratch, name, text))
		return NULL;
	return bl_json_read(s->r->scratch, *text, &error);
}

/* The text of a blob, as it is named: what does not have the digest it is asked for is not it. */
static const bl_value *read_blob(store *s, bl_str digest)
{
	bl_str text, algorithm, hex = bl_str_cut(digest, ':', &algorithm);
	bool plain = hex.n >= 32 && hex.n <= 128;
	for (size_t i = 0; plain && i < hex.n; i++)
		plain = (hex.p[i] >= '0' && hex.p[i] <= '9') || (hex.p[i] >= 'a' && hex.p[i] <= 'f');
	if (!plain || !bl_str_eqz(algorithm, "sha256"))
		return NULL;
	const char *name = bl_str_fmt(s->r->scratch, "blobs/sha256/" BL_FMT, BL_ARG(hex)).p;
	const bl_value *v = read_json(s, name, &text);
	if (!v || !bl_str_eq(bl_oci_digest(s->r, text), digest)) {
		s->missing++;
		return NULL;
	}
	return v;
}

static void read_attestation(store *s, const bl_value *descriptor)
{
	const bl_value *manifest = read_blob(s, bl_snapshot_text(descriptor, "digest")), *layers = get(manifest, "layers");
	bl_str about = bl_snapshot_text(get(descriptor, "annotations"), "vnd.docker.reference.digest");
	for (uint32_t i = 0; bl_value_is(layers, BL_LIST) && i < layers->n; i++) {
		bl_str type = bl_snapshot_text(layers->list[i], "mediaType"), predicate;
		predicate = bl_snapshot_text(get(layers->list[i], "annotations"), "in-toto.io/predicate-type");
		if (!bl_str_eqz(type, "application/vnd.in-toto+json") || bl_str_find(predicate, BL_STR("spdx"), 0) >= 0)
			continue;
		const bl_value *statement = read_blob(s, bl_snapshot_text(layers->list[i], "digest"));
		if (statement)
			bl_provenance_take(s->r, statement, about, 0);
	}
}

static bool may_read(store *s, int nesting)
{
	if (nesting <= MAX_NESTING && s->manifests < MAX_MANIFESTS) {
		s->manifests++;
		return true;
	}
	if (!s->full)
		bl_snapshot_say(s->r, BL_DIAG_WARNING, "more than %d manifests, or indexes nested more than %d deep: the rest is left out", MAX_MANIFESTS,
			MAX_NESTING);
	s->full = true;
	return false;
}

static void read_descriptor(store *s, const bl_value *descriptor, int nesting)
{
	bl_str digest = bl_snapshot_text(descriptor, "digest");
	const bl_value *annotations = get(descriptor, "annotations");
	if (!digest.n || !may_read(s, nesting))
		return;
	if (is_attestation(descriptor)) {
		read_attestation(s, descriptor);
		return;
	}
	const bl_value *v = read_blob(s, digest);
	if (!bl_value_is(v, BL_MAP) || (!bl_oci_is_index(v) && (!bl_oci_is_manifest(v) || bl_oci_is_artifact(v))))
		return;
	bl_image *image = bl_oci_image(s->r);
	image->digest = bl_keep_str(&s->r->keeper, digest);
	bl_str name = bl_snapshot_text(annotations, "io.containerd.image.name");
	bl_str ref = bl_snapshot_text(annotations, "org.opencontainers.image.ref.name");
	/* a tag alone says nothing of the image's name */
	if (!name.n && (memchr(ref.p, '/', ref.n) || memchr(ref.p, ':', ref.n)))
		name = ref;
	bl_oci_name(s->r, image, name);
	bl_oci_keep(s->r, image);
	if (bl_oci_is_index(v)) {
		const bl_value *manifests = get(v, "manifests");
		bl_oci_take_index(s->r, image, v);
		for (uint32_t i = 0; i < manifests->n; i++)
			read_descriptor(s, manifests->list[i], nesting + 1);
		return;
	}
	bl_oci_take_manifest(s->r, image, v);
	const bl_value *config = read_blob(s, image->config_digest);
	if (config)
		bl_oci_take_config(s->r, image, config);
}

static bl_image *by_config(const bl_snapshot_reader *r, bl_str digest)
{
	for (size_t i = 0; i < r->out->images.n; i++)
		if (bl_str_eq(r->out->images.items[i]->config_digest, digest))
			return r->out->images.items[i];
	return NULL;
}

/* docker save: [{Config, RepoTags, Layers}]. */
static void read_saved(store *s, const bl_value *entry)
{
	bl_str text, path = bl_snapshot_text(entry, "Config");
	const bl_value *tags = get(entry, "RepoTags");
	if (!path.n || !may_read(s, 0))
		return;
	const bl_value *config = read_json(s, bl_str_z(s->r->scratch, path), &text);
	if (!config) {
		s->missing++;
		return;
	}
	bl_str digest = bl_oci_digest(s->r, text);
	bl_image *image = by_config(s->r, digest);
	if (!image) {
		image = bl_oci_image(s->r);
		image->config_digest = digest;
		bl_oci_take_config(s->r, image, config);
		bl_oci_keep(s->r, image);
	}
	for (uint32_t i = 0; bl_value_is(tags, BL_LIST) && i < tags->n; i++)
		bl_oci_name(s->r, image, bl_value_text(tags->list[i]));
}

bool bl_oci_store(bl_snapshot_reader *r, const bl_oci_files *files)
{
	store s = {.r = r, .files = files};
	bl_str text;
	const bl_value *index = read_json(&s, "index.json", &text), *saved = read_json(&s, "manifest.json", &text);
	const bl_value *manifests = get(index, "manifests");
	for (uint32_t i = 0; bl_value_is(manifests, BL_LIST) && i < manifests->n; i++)
		read_descriptor(&s, manifests->list[i], 0);
	for (uint32_t i = 0; bl_value_is(saved, BL_LIST) && i < saved->n; i++)
		read_saved(&s, saved->list[i]);
	if (s.missing)
		bl_snapshot_say(r, BL_DIAG_NOTE, "%zu manifests or configurations that are named are not there, or are not what their digest says",
			s.missing);
	return bl_value_is(manifests, BL_LIST) || bl_value_is(saved, BL_LIST);
}

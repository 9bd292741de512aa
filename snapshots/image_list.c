/*
 * What registries list: aws ecr describe-images, az acr manifest list-metadata and the registry's own reply, gcloud artifacts docker images list; and the
 * report of Microsoft's container mapping step (dockerVersion, dockerEvents, dockerImages).
 */
#include "snapshots/oci.h"

enum { BARE, DETAILS, EVENTS, IMAGES };

static const char *const paths[] = {"[]", "imageDetails[]", "dockerEvents[]", "dockerImages[]", NULL};

typedef struct image_list {
	bl_map pushed; /* names that the report saw being pushed */
	bl_values images; /* the report's images, kept */
	size_t nameless;
} image_list;

static const bl_value *get(const bl_value *v, const char *key)
{
	return bl_value_getz(v, key);
}

static bool is_sha256(bl_str s)
{
	return bl_str_starts(s, BL_STR("sha256:")) && s.n == strlen("sha256:") + 64;
}

static bl_image *add(bl_snapshot_reader *r, bl_str digest, bl_str created)
{
	bl_image *image = bl_oci_image(r);
	image->digest = bl_keep_str(&r->keeper, digest);
	image->created = bl_keep_str(&r->keeper, created);
	bl_oci_keep(r, image);
	return image;
}

/* repository:tag for each tag, and repository@digest. */
static void add_names(bl_snapshot_reader *r, bl_image *image, bl_str repository, const bl_value *tags)
{
	for (uint32_t i = 0; bl_value_is(tags, BL_LIST) && i < tags->n; i++)
		bl_oci_name(r, image, bl_str_fmt(r->scratch, BL_FMT ":" BL_FMT, BL_ARG(repository), BL_ARG(bl_value_text(tags->list[i]))));
	bl_oci_name(r, image, bl_str_fmt(r->scratch, BL_FMT "@" BL_FMT, BL_ARG(repository), BL_ARG(image->digest)));
}

/* ECR says account and repository; the registry's host has the region, too, which is not said: such an image is known by its digest alone. */
static bool add_ecr(bl_snapshot_reader *r, image_list *l, const bl_value *v)
{
	bl_str digest = bl_snapshot_text(v, "imageDigest");
	if (!is_sha256(digest))
		return false;
	add(r, digest, bl_snapshot_text(v, "imagePushedAt"));
	l->nameless++;
	return true;
}

static bool add_azure(bl_snapshot_reader *r, image_list *l, const bl_value *v, bl_str repository)
{
	bl_str digest = bl_snapshot_text(v, "digest");
	if (!is_sha256(digest) || !bl_snapshot_text(v, "createdTime").n)
		return false;
	bl_image *image = add(r, digest, bl_snapshot_text(v, "createdTime"));
	if (repository.n)
		add_names(r, image, repository, get(v, "tags"));
	else
		l->nameless++;
	return true;
}

/* gcloud: {package, version, tags}; tags are a list, or one text with commas. */
static bool add_google(bl_snapshot_reader *r, const bl_value *v)
{
	bl_str package = bl_snapshot_text(v, "package"), digest = bl_snapshot_text(v, "version"), created = bl_snapshot_text(v, "createTime");
	if (!package.n || !is_sha256(digest))
		return false;
	bl_image *image = add(r, digest, created);
	bl_str tags = bl_snapshot_text(v, "tags");
	add_names(r, image, package, get(v, "tags"));
	while (tags.n) {
		bl_str tag;
		tags = bl_str_cut(tags, ',', &tag);
		bl_oci_name(r, image, bl_str_fmt(r->scratch, BL_FMT ":" BL_FMT, BL_ARG(package), BL_ARG(bl_str_trim(tag))));
	}
	return true;
}

static bool keep_reported(bl_snapshot_reader *r, image_list *l, size_t path, const bl_value *row)
{
	bl_str text = bl_value_text(row), head = BL_STR("ID=");
	if (path == IMAGES && bl_str_find(text, BL_STR("::Digest="), 0) >= 0) {
		bl_vec_push(&r->own, &l->images, bl_value_string(&r->own, BL_NOWHERE, bl_str_dup(&r->own, text)));
		return true;
	}
	if (path != EVENTS || !text.n)
		return false;
	if (bl_str_starts(text, head))
		bl_map_put(&r->own, &l->pushed, bl_str_dup(&r->own, bl_str_slice(text, head.n, text.n)), l);
	return true;
}

static bool on_row(bl_snapshot_reader *r, void *state, size_t path, const bl_value *row, uint64_t offset)
{
	(void)offset;
	if (path == EVENTS || path == IMAGES)
		return keep_reported(r, state, path, row);
	if (!bl_value_is(row, BL_MAP))
		return false;
	return path == DETAILS ? add_ecr(r, state, row) : add_azure(r, state, row, BL_STR("")) || add_google(r, row);
}

static bl_str field(bl_str line, const char *key)
{
	bl_str mark = bl_str_of(key);
	ptrdiff_t at = bl_str_find(line, mark, 0);
	if (at < 0)
		return BL_STR("");
	bl_str rest = bl_str_slice(line, (size_t)at + mark.n, line.n);
	ptrdiff_t end = bl_str_find(rest, BL_STR("::"), 0);
	return bl_str_trim(bl_str_slice(rest, 0, end < 0 ? rest.n : (size_t)end));
}

/* An image that was pushed while the step ran was made by the run; others lay there before. */
static void add_reported(bl_snapshot_reader *r, image_list *l, bl_str line)
{
	bl_str repository = field(line, "Repo="), tag = field(line, "Tag="), digest = field(line, "Digest=");
	bl_str name = bl_str_fmt(r->scratch, BL_FMT ":" BL_FMT, BL_ARG(repository), BL_ARG(tag));
	if (!is_sha256(digest) || !repository.n)
		return;
	bl_image *image = add(r, digest, field(line, "CreatedAt="));
	bl_oci_name(r, image, name);
	if (!bl_map_get(&l->pushed, name))
		return;
	bl_provenance p = {.kind = BL_PROVENANCE_REPORT, .digest = image->digest, .name = bl_keep_str(&r->keeper, name), .snapshot = r->out->file};
	bl_vec_push(&r->out->arena, &r->out->provenances, p);
}

/* The registry's reply has its name and the repository's around the manifests. */
static bool on_object(bl_snapshot_reader *r, void *state, const bl_value *v, uint64_t offset)
{
	bl_str registry = bl_snapshot_text(v, "registry"), repository = bl_snapshot_text(v, "imageName");
	const bl_value *manifests = get(v, "manifests");
	image_list *l = state;
	(void)offset;
	if (bl_snapshot_text(v, "dockerVersion").n && get(v, "dockerImages")) {
		for (size_t i = 0; i < l->images.n; i++)
			add_reported(r, l, l->images.items[i]->string);
		l->images.n = 0;
		return true;
	}
	if (!registry.n || !repository.n || !bl_value_is(manifests, BL_LIST))
		return false;
	bl_str name = bl_str_fmt(r->scratch, BL_FMT "/" BL_FMT, BL_ARG(registry), BL_ARG(repository));
	for (uint32_t i = 0; i < manifests->n; i++)
		add_azure(r, l, manifests->list[i], name);
	return true;
}

static void at_end(bl_snapshot_reader *r, void *state)
{
	const image_list *l = state;
	if (l->nameless)
		bl_snapshot_say(r, BL_DIAG_NOTE, "%zu images are listed without the registry's name: they are known by their digests alone",
			l->nameless);
}

const bl_snapshot_format bl_image_list_format = {
	.name = "image-list",
	.paths = paths,
	.state = sizeof(image_list),
	.row = on_row,
	.object = on_object,
	.end = at_end,
};

/*
 * Images that Dockerfiles were built to, as an OCI layout holds what BuildKit pushed: an index, and for each image a manifest and a configuration
 * with labels and history. Workloads that run an image of a Dockerfile's name run these.
 */
#include "simulate/world.h"

#include "core/codec/hash.h"
#include "core/codec/json.h"

#include <stdio.h>

#define OCI "application/vnd.oci.image."

bl_str sim_sha256(bl_arena *arena, bl_str text)
{
	unsigned char digest[32];
	char hex[65];
	bl_hash_sha256(text, digest);
	for (size_t i = 0; i < sizeof digest; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return bl_str_dup(arena, bl_str_make(hex, 64));
}

static bl_str last_part(bl_str s)
{
	return bl_str_slice(s, (size_t)(bl_str_rfind_char(s, '/') + 1), s.n);
}

/* "ghcr.io/shop/order-service:2.1" -> "order-service". */
static bl_str short_name(bl_str reference)
{
	bl_str name = last_part(reference), head;
	bl_str_cut(name, '@', &head);
	bl_str_cut(head, ':', &name);
	return name;
}

/* What people call the image of a Dockerfile: its folder. */
static bl_str folder_of(const bl_root *root)
{
	ptrdiff_t slash = bl_str_rfind_char(root->path, '/');
	return slash < 0 ? BL_STR("app") : last_part(bl_str_slice(root->path, 0, (size_t)slash));
}

sim_image *sim_image_of(sim_world *w, bl_str reference)
{
	return bl_map_get(&w->images_by_name, short_name(reference));
}

/* ---- history ---- */

static void step(bl_json *j, bl_str created, bl_str by, bool empty)
{
	bl_json_object(j);
	bl_json_member(j, "created", created);
	bl_json_member(j, "created_by", by);
	bl_json_member(j, "comment", BL_STR("buildkit.dockerfile.v0"));
	if (empty)
		bl_json_member_bool(j, "empty_layer", true);
	bl_json_object_end(j);
}

static bl_str joined(sim_world *w, const bl_value *list, const char *between)
{
	bl_buf out = {0};
	for (uint32_t i = 0; bl_value_is(list, BL_LIST) && i < list->n; i++)
		bl_buf_putf(&out, "%s" BL_FMT, i ? between : "", BL_ARG(bl_value_text(list->list[i])));
	bl_str text = bl_str_dup(&w->arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return text;
}

/* "A=1 B=2" */
static bl_str assignments(sim_world *w, const bl_value *variables, const char *between)
{
	bl_buf out = {0};
	for (uint32_t i = 0; bl_value_is(variables, BL_LIST) && i < variables->n; i++)
		bl_buf_putf(&out, "%s" BL_FMT "=" BL_FMT, i ? between : "", BL_ARG(bl_value_text(bl_value_getz(variables->list[i], "name"))),
			BL_ARG(bl_value_text(bl_value_getz(variables->list[i], "value"))));
	bl_str text = bl_str_dup(&w->arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return text;
}

/* "EXPOSE map[3000/tcp:{}]": Go's print of a set. Several ports, or a range, are left as they are written. */
static bl_str exposed(sim_world *w, const bl_value *ports, bl_str written)
{
	const bl_value *port = bl_value_is(ports, BL_LIST) && ports->n == 1 ? bl_value_getz(ports->list[0], "port") : NULL;
	if (!bl_value_is(port, BL_NUMBER) || bl_value_equal(port, bl_value_getz(ports->list[0], "last")) != BL_YES)
		return written;
	return bl_str_fmt(&w->arena, "EXPOSE map[" BL_FMT "/" BL_FMT ":{}]", BL_ARG(port->digits),
		BL_ARG(bl_value_text(bl_value_getz(ports->list[0], "protocol"))));
}

/* As BuildKit prints an instruction; *empty: it makes no layer. */
static bl_str printed(sim_world *w, const bl_value *native, bl_str arguments, size_t narguments, bool *empty)
{
	bl_arena *a = &w->arena;
	bl_str kind = bl_value_text(bl_value_getz(native, "instruction")), text = bl_value_text(bl_value_getz(native, "text"));
	const bl_value *words = bl_value_getz(native, "arguments");
	bool shell = bl_value_is_string(bl_value_getz(native, "form"), "shell");
	*empty = false;
	if (bl_str_eqz(kind, "run")) {
		bl_str command = joined(w, words, " ");
		if (!shell)
			return bl_str_fmt(a, "RUN " BL_FMT " # buildkit", BL_ARG(command));
		if (narguments)
			return bl_str_fmt(a, "RUN |%zu " BL_FMT "/bin/sh -c " BL_FMT " # buildkit", narguments, BL_ARG(arguments), BL_ARG(command));
		return bl_str_fmt(a, "RUN /bin/sh -c " BL_FMT " # buildkit", BL_ARG(command));
	}
	if (bl_str_eqz(kind, "copy") || bl_str_eqz(kind, "add"))
		return bl_str_fmt(a, "%s " BL_FMT " " BL_FMT " # buildkit", bl_str_eqz(kind, "add") ? "ADD" : "COPY",
			BL_ARG(joined(w, bl_value_getz(native, "sources"), " ")), BL_ARG(bl_value_text(bl_value_getz(native, "destination"))));
	*empty = !bl_str_eqz(kind, "workdir");
	if (bl_str_eqz(kind, "env"))
		return bl_str_cat(a, BL_STR("ENV "), assignments(w, bl_value_getz(native, "variables"), " "));
	if (bl_str_eqz(kind, "expose"))
		return exposed(w, bl_value_getz(native, "ports"), text);
	if ((bl_str_eqz(kind, "cmd") || bl_str_eqz(kind, "entrypoint")) && bl_value_is(words, BL_LIST)) {
		bl_str list = joined(w, words, "\" \"");
		return bl_str_fmt(a, "%s [%s" BL_FMT "\"]", bl_str_eqz(kind, "cmd") ? "CMD" : "ENTRYPOINT", shell ? "\"/bin/sh\" \"-c\" \"" : "\"", BL_ARG(list));
	}
	return text;
}

/* The steps that the image kept, and below them those of what it is made from. Returns how many of all make layers. */
static size_t write_history(sim_world *w, const sim_image *image, bl_json *j)
{
	bl_arena *a = &w->arena;
	size_t layers = 1, narguments = 0;
	bl_buf arguments = {0};
	step(j, image->created, bl_str_fmt(a, "ADD rootfs-" BL_FMT ".tar.gz / # buildkit", BL_ARG(bl_str_slice(sim_sha256(a, image->base), 0, 12))), false);
	step(j, image->created, BL_STR("CMD [\"/bin/sh\"]"), true);
	for (size_t i = 0; i < image->root->evaluation->resources.n; i++) {
		const bl_value *native = image->root->evaluation->resources.items[i]->native;
		const bl_value *kept = bl_value_getz(native, "kept"), *variables = bl_value_getz(native, "variables");
		bl_str kind = bl_value_text(bl_value_getz(native, "instruction"));
		if (!kind.n || bl_str_eqz(kind, "from") || !bl_value_is(kept, BL_BOOL) || !kept->boolean)
			continue;
		if (bl_str_eqz(kind, "arg") && bl_value_is(variables, BL_LIST)) {
			narguments += variables->n;
			bl_buf_putf(&arguments, BL_FMT " ", BL_ARG(assignments(w, variables, " ")));
		}
		bool empty;
		bl_str by = printed(w, native, bl_buf_str(&arguments), narguments, &empty);
		step(j, image->created, by, empty);
		layers += !empty;
	}
	bl_buf_done(&arguments);
	return layers;
}

/* ---- documents ---- */

static void write_labels(sim_world *w, const sim_image *image, bl_json *j)
{
	bl_str repo = image->root->root->repo;
	bl_json_key(j, "Labels");
	bl_json_object(j);
	if (!image->stripped) {
		bl_json_member(j, "org.opencontainers.image.created", image->created);
		bl_json_member(j, "org.opencontainers.image.revision", sim_hex(&w->arena, sim_draw(w->options->seed, "commit", repo), 40));
		if (repo.n)
			bl_json_member(j, "org.opencontainers.image.source", bl_str_fmt(&w->arena, "https://" BL_FMT, BL_ARG(repo)));
		bl_json_member(j, "org.opencontainers.image.title", image->name);
	}
	bl_json_object_end(j);
}

static bl_str configuration(sim_world *w, sim_image *image)
{
	bl_buf text = {0};
	bl_json j;
	bl_json_begin(&j, &text, false);
	bl_json_object(&j);
	bl_json_member(&j, "architecture", BL_STR("amd64"));
	bl_json_key(&j, "config");
	bl_json_object(&j);
	write_labels(w, image, &j);
	bl_json_object_end(&j);
	bl_json_member(&j, "created", image->created);
	bl_json_key(&j, "history");
	bl_json_array(&j);
	size_t layers = write_history(w, image, &j);
	bl_json_array_end(&j);
	bl_json_member(&j, "os", BL_STR("linux"));
	bl_json_key(&j, "rootfs");
	bl_json_object(&j);
	bl_json_member(&j, "type", BL_STR("layers"));
	bl_json_key(&j, "diff_ids");
	bl_json_array(&j);
	for (size_t i = 0; i < layers; i++) /* the first is the base's, and images of one base share it */
		bl_json_str(&j, bl_str_fmt(&w->arena, "sha256:" BL_FMT, BL_ARG(sim_sha256(&w->arena, i ? bl_str_fmt(&w->arena, BL_FMT "#%zu",
			BL_ARG(image->root->root->name), i) : image->base))));
	bl_json_array_end(&j);
	bl_json_object_end(&j);
	bl_json_object_end(&j);
	bl_str copy = bl_str_dup(&w->arena, bl_buf_str(&text));
	bl_buf_done(&text);
	image->layers = layers;
	return copy;
}

static void descriptor(bl_json *j, const char *type, bl_str digest, size_t size)
{
	bl_json_member(j, "mediaType", bl_str_of(type));
	bl_json_key(j, "digest");
	char text[72];
	snprintf(text, sizeof text, "sha256:" BL_FMT, BL_ARG(digest));
	bl_json_strz(j, text);
	bl_json_member_int(j, "size", (long long)size);
}

static bl_str manifest(sim_world *w, const sim_image *image)
{
	bl_buf text = {0};
	bl_json j;
	bl_json_begin(&j, &text, false);
	bl_json_object(&j);
	bl_json_member_int(&j, "schemaVersion", 2);
	bl_json_member(&j, "mediaType", BL_STR(OCI "manifest.v1+json"));
	bl_json_key(&j, "config");
	bl_json_object(&j);
	descriptor(&j, OCI "config.v1+json", sim_sha256(&w->arena, image->config), image->config.n);
	bl_json_object_end(&j);
	bl_json_key(&j, "layers");
	bl_json_array(&j);
	for (size_t i = 0; i < image->layers; i++) {
		bl_str key = i ? bl_str_fmt(&w->arena, BL_FMT "#%zu.gz", BL_ARG(image->root->root->name), i) : bl_str_cat(&w->arena, image->base, BL_STR(".gz"));
		bl_json_object(&j);
		descriptor(&j, OCI "layer.v1.tar+gzip", sim_sha256(&w->arena, key), 1000 + i);
		bl_json_object_end(&j);
	}
	bl_json_array_end(&j);
	bl_json_object_end(&j);
	bl_str copy = bl_str_dup(&w->arena, bl_buf_str(&text));
	bl_buf_done(&text);
	return copy;
}

/* ---- building ---- */

static void find_stage(sim_image *image)
{
	for (size_t i = 0; i < image->root->evaluation->resources.n; i++) {
		const bl_resource *r = image->root->evaluation->resources.items[i];
		const bl_value *final = bl_value_getz(r->native, "final");
		if (bl_str_eqz(r->type, "docker/Stage") && bl_value_is(final, BL_BOOL) && final->boolean)
			image->stage = r;
	}
}

/* What workloads call the image, or a name in a registry that nobody else uses. */
static bl_str reference_of(sim_world *w, const sim_image *image)
{
	for (size_t i = 0; i < w->references.n; i++)
		if (bl_str_eq(short_name(w->references.items[i]), image->name))
			return w->references.items[i];
	return bl_str_fmt(&w->arena, "registry.example.net/" BL_FMT ":1.0", BL_ARG(image->name));
}

static void collect_references(sim_world *w, const bl_value *v, int depth)
{
	bl_str image = bl_value_text(bl_value_getz(v, "image"));
	if (image.n)
		bl_vec_push(&w->arena, &w->references, image);
	for (uint32_t i = 0; depth < 16 && v && (v->kind == BL_MAP || v->kind == BL_LIST) && i < v->n; i++)
		collect_references(w, v->kind == BL_MAP ? v->map[i].value : v->list[i], depth + 1);
}

void sim_images_build(sim_world *w)
{
	bl_arena *a = &w->arena;
	for (size_t i = 0; i < w->things.n; i++)
		if (w->things.items[i]->cloud == SIM_KUBERNETES)
			collect_references(w, w->things.items[i]->resource->native, 0);
	for (size_t i = 0; i < w->images.n; i++) {
		sim_image *image = w->images.items[i];
		uint64_t seed = image->root->seed;
		find_stage(image);
		if (!image->stage)
			continue;
		image->name = bl_str_lower(a, folder_of(image->root->root));
		bl_str base = bl_value_text(bl_value_at_path(image->stage->native, BL_STR("image.reference")));
		image->base = base.n ? base : BL_STR("scratch");
		image->created = bl_str_cat(a, bl_str_slice(sim_time(w, sim_draw(seed, "built", BL_STR(""))), 0, 19), BL_STR("Z"));
		image->stripped = sim_draw(seed, "strip labels", BL_STR("")) % 100 < w->options->strip_tags;
		image->config = configuration(w, image);
		image->manifest = manifest(w, image);
		image->digest = sim_sha256(a, image->manifest);
		image->reference = reference_of(w, image);
		if (!bl_map_get(&w->images_by_name, image->name))
			bl_map_put(a, &w->images_by_name, image->name, image);
	}
}

/* ---- the layout ---- */

static int write_blob(sim_world *w, bl_str text, bl_simulate_write write, void *context)
{
	return write(context, bl_str_z(&w->arena, bl_str_cat(&w->arena, BL_STR("images/blobs/sha256/"), sim_sha256(&w->arena, text))), text);
}

static bl_str layout_index(sim_world *w)
{
	bl_buf text = {0};
	bl_json j;
	bl_json_begin(&j, &text, true);
	bl_json_object(&j);
	bl_json_member_int(&j, "schemaVersion", 2);
	bl_json_member(&j, "mediaType", BL_STR(OCI "index.v1+json"));
	bl_json_key(&j, "manifests");
	bl_json_array(&j);
	for (size_t i = 0; i < w->images.n; i++) {
		const sim_image *image = w->images.items[i];
		if (!image->stage)
			continue;
		bl_json_object(&j);
		descriptor(&j, OCI "manifest.v1+json", image->digest, image->manifest.n);
		bl_json_key(&j, "annotations");
		bl_json_object(&j);
		bl_json_member(&j, "io.containerd.image.name", image->reference);
		bl_json_object_end(&j);
		bl_json_object_end(&j);
	}
	bl_json_array_end(&j);
	bl_json_object_end(&j);
	bl_str copy = bl_str_dup(&w->arena, bl_buf_str(&text));
	bl_buf_done(&text);
	return copy;
}

int sim_images_write(sim_world *w, bl_simulate_write write, void *context)
{
	size_t n = 0;
	int result = 0;
	for (size_t i = 0; i < w->images.n && !result; i++) {
		const sim_image *image = w->images.items[i];
		if (!image->stage)
			continue;
		result = write_blob(w, image->config, write, context);
		if (!result)
			result = write_blob(w, image->manifest, write, context);
		n++;
	}
	if (!n || result)
		return result;
	result = write(context, "images/oci-layout", BL_STR("{\"imageLayoutVersion\":\"1.0.0\"}"));
	return result ? result : write(context, "images/index.json", layout_index(w));
}

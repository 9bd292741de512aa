/*
 * A registry's manifests, configurations and attestations, written as an OCI image layout without layers
 * (https://github.com/opencontainers/distribution-spec/blob/main/spec.md, https://github.com/opencontainers/image-spec/blob/main/image-layout.md).
 */
#include "collect/collector.h"

#include "core/base/map.h"
#include "core/codec/hash.h"
#include "core/codec/json.h"
#include "core/model/image.h"

#include <stdio.h>

enum { MAX_MANIFESTS = 200, MAX_BLOB = 32 << 20 };

#define ACCEPT                                                                                                                   \
	"Accept: application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "                            \
	"application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json"

typedef struct reader {
	bl_collector *c;
	bl_image_name name;
	bl_str host;          /* where the registry's interface is: docker.io's is elsewhere */
	const char *user;     /* "NAME:PASSWORD", or NULL */
	bl_str authorization; /* a header, once the registry has asked for one */
	bl_map seen;          /* digests written */
	bl_buf index;         /* the layout's list of descriptors */
	size_t manifests;     /* of this image */
} reader;

/* ---- credentials ---- */

/* "docker-credential-NAME get" prints the name and the secret of a server. */
static bool from_helper(bl_collector *c, bl_str helper, bl_str server, const char **user)
{
	bl_arena *a = &c->arena;
	const char *const argv[] = {bl_str_fmt(a, "docker-credential-" BL_FMT, BL_ARG(helper)).p, "get", NULL};
	bl_str printed;
	if (bl_collect_run(c, argv, server, &printed, NULL) != BL_OK)
		return false;
	const bl_value *json = bl_json_read(a, printed, NULL);
	bl_str name = bl_collect_text(json, "Username"), secret = bl_collect_text(json, "Secret");
	if (!secret.n)
		return false;
	*user = bl_str_fmt(a, BL_FMT ":" BL_FMT, BL_ARG(name), BL_ARG(secret)).p;
	return true;
}

/* What `docker login` left (https://docs.docker.com/reference/cli/docker/login/), or REGISTRY_USERNAME and REGISTRY_PASSWORD. */
static const char *find_user(bl_collector *c, bl_str registry)
{
	const char *folder = bl_collect_env("DOCKER_CONFIG"), *home = bl_collect_env("HOME"), *user = NULL;
	const char *name = bl_collect_env("REGISTRY_USERNAME"), *password = bl_collect_env("REGISTRY_PASSWORD");
	bl_arena *a = &c->arena;
	bl_str text;
	if (name && password)
		return bl_str_fmt(a, "%s:%s", name, password).p;
	const char *path = folder ? bl_str_fmt(a, "%s/config.json", folder).p : bl_str_fmt(a, "%s/.docker/config.json", home ? home : "").p;
	if (bl_collect_file(c, path, &text, NULL) != BL_OK)
		return NULL;
	const bl_value *config = bl_json_read(a, text, NULL);
	bl_str server = bl_str_eqz(registry, "docker.io") ? BL_STR("https://index.docker.io/v1/") : registry;
	bl_str helper = bl_value_text(bl_value_get(bl_value_getz(config, "credHelpers"), server)), store = bl_collect_text(config, "credsStore");
	if (helper.n && from_helper(c, helper, server, &user))
		return user;
	bl_str auth = bl_value_text(bl_value_getz(bl_value_get(bl_value_getz(config, "auths"), server), "auth"));
	if (auth.n)
		return bl_str_z(a, bl_collect_decode(c, auth));
	return store.n && from_helper(c, store, server, &user) ? user : NULL;
}

/* The value of key in `Bearer realm="...",service="..."`. */
static bl_str parameter(bl_str challenge, const char *key)
{
	for (ptrdiff_t at = bl_str_findi(challenge, bl_str_of(key), 0); at >= 0; at = bl_str_findi(challenge, bl_str_of(key), (size_t)at + 1)) {
		size_t begin = (size_t)at + strlen(key);
		if (begin + 1 >= challenge.n || challenge.p[begin] != '=' || challenge.p[begin + 1] != '"')
			continue;
		ptrdiff_t end = bl_str_find(challenge, BL_STR("\""), begin + 2);
		return bl_str_slice(challenge, begin + 2, end < 0 ? challenge.n : (size_t)end);
	}
	return BL_STR("");
}

/* A registry that wants to know who asks says where a token is to be had. */
static bl_status authorize(reader *r, bl_str challenge, bl_error *error)
{
	bl_collector *c = r->c;
	bl_str realm = parameter(challenge, "realm"), service = parameter(challenge, "service");
	const bl_value *json;
	bl_http_reply reply;
	if (!bl_str_startsi(challenge, BL_STR("Bearer")) || !realm.n)
		return bl_error_set(error, BL_FAILED, r->user ? "'" BL_FMT "' does not take the credentials" : "'" BL_FMT "' wants credentials: docker login, or REGISTRY_USERNAME and REGISTRY_PASSWORD",
			BL_ARG(r->host));
	bl_http_request request = {.url = bl_str_fmt(&c->page, BL_FMT "?service=" BL_FMT "&scope=repository:" BL_FMT ":pull", BL_ARG(realm),
					   BL_ARG(bl_http_escape(&c->page, service)), BL_ARG(r->name.repository)),
		.user = r->user};
	bl_status status = bl_collect_ask(c, &request, &reply, &json, error);
	bl_str token = status == BL_OK ? bl_collect_text(json, "token") : BL_STR("");
	if (status == BL_OK && !token.n)
		token = bl_collect_text(json, "access_token");
	if (status == BL_OK && !token.n)
		return bl_error_set(error, BL_FAILED, "'" BL_FMT "' gave no token", BL_ARG(realm));
	if (status == BL_OK)
		r->authorization = bl_str_fmt(&c->arena, "Authorization: Bearer " BL_FMT, BL_ARG(token));
	return status;
}

static bl_status get(reader *r, bl_str path, bl_http_reply *reply, bl_error *error)
{
	bl_collector *c = r->c;
	const char *endpoint = c->options->endpoint;
	bl_str base = endpoint ? bl_str_of(endpoint) : bl_str_cat(&c->page, BL_STR("https://"), r->host);
	for (int i = 0;; i++) {
		bl_str headers[] = {BL_STR(ACCEPT), r->authorization};
		bl_http_request request = {.url = bl_str_fmt(&c->page, BL_FMT "/v2/" BL_FMT "/" BL_FMT, BL_ARG(base), BL_ARG(r->name.repository), BL_ARG(path)),
			.headers = headers, .nheaders = r->authorization.n ? 2 : 1, .follow = true, .user = r->authorization.n ? NULL : r->user};
		bl_status status = bl_http_send(c->http, &request, &c->page, reply, error);
		if (status != BL_OK || reply->status != 401 || i)
			return status;
		status = authorize(r, bl_str_dup(&c->page, bl_http_header(reply, "www-authenticate")), error);
		if (status != BL_OK)
			return status;
	}
}

/* ---- what is read ---- */

static bl_str digest_of(bl_arena *arena, bl_str bytes)
{
	unsigned char d[32];
	char hex[65];
	bl_hash_sha256(bytes, d);
	for (size_t i = 0; i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", d[i]);
	return bl_str_fmt(arena, "sha256:%s", hex);
}

static void write_blob(reader *r, bl_str digest, bl_str bytes)
{
	bl_collector *c = r->c;
	if (bl_map_put(&c->arena, &r->seen, bl_str_dup(&c->arena, digest), r))
		return;
	const char *name = bl_str_fmt(&c->page, "blobs/sha256/" BL_FMT, BL_ARG(bl_str_slice(digest, 7, digest.n))).p;
	c->stopped = c->stopped || !c->sink->write(c->sink->context, name, bytes);
}

/* What a digest names has that digest, whoever answered. */
static bl_status get_checked(reader *r, bl_str path, bl_str digest, bl_str *bytes, bl_error *error)
{
	bl_http_reply reply = {0};
	bl_status status = get(r, path, &reply, error);
	if (status == BL_OK && reply.status != 200)
		return bl_error_set(error, reply.status == 404 ? BL_NOT_FOUND : BL_FAILED, "'" BL_FMT "/" BL_FMT "' answers %ld: " BL_FMT, BL_ARG(r->name.repository), BL_ARG(path),
			reply.status, BL_ARG(bl_collect_complaint(&r->c->page, &reply)));
	if (status == BL_OK && digest.n && !bl_str_eq(digest_of(&r->c->page, reply.body), digest))
		return bl_error_set(error, BL_FAILED, "what '" BL_FMT "' gives for " BL_FMT " has another digest", BL_ARG(r->host), BL_ARG(digest));
	*bytes = reply.body;
	return status;
}

static void read_blob(reader *r, const bl_value *descriptor)
{
	bl_str digest = bl_collect_text(descriptor, "digest"), bytes;
	const bl_value *size = bl_value_getz(descriptor, "size");
	bl_error words = {""};
	if (!bl_str_starts(digest, BL_STR("sha256:")) || bl_map_get(&r->seen, digest) || (bl_value_is(size, BL_NUMBER) && size->number > MAX_BLOB))
		return;
	if (get_checked(r, bl_str_cat(&r->c->page, BL_STR("blobs/"), digest), digest, &bytes, &words) == BL_OK)
		write_blob(r, digest, bytes);
	else
		bl_collect_miss(r->c, "%s", words.text);
}

static void add_descriptor(reader *r, bl_str digest, size_t size, bl_str media, bl_str reference)
{
	bl_buf_putf(&r->index, "%s{\"mediaType\": \"" BL_FMT "\", \"digest\": \"" BL_FMT "\", \"size\": %zu, \"annotations\": {\"org.opencontainers.image.ref.name\": \"" BL_FMT "\"}}",
		r->index.n ? ",\n" : "\n", BL_ARG(media), BL_ARG(digest), size, BL_ARG(reference));
}

static bl_status read_manifest(reader *r, bl_str which, bl_str digest, bl_str reference, int depth, bl_error *error);

/* The configuration, and layers that are statements about the image. */
static void read_parts(reader *r, const bl_value *manifest)
{
	const bl_value *layers = bl_value_getz(manifest, "layers");
	if (bl_value_is(bl_value_getz(manifest, "config"), BL_MAP))
		read_blob(r, bl_value_getz(manifest, "config"));
	for (uint32_t i = 0; bl_value_is(layers, BL_LIST) && i < layers->n; i++) {
		bl_str media = bl_collect_text(layers->list[i], "mediaType");
		if (bl_str_find(media, BL_STR("in-toto"), 0) >= 0 || bl_str_find(media, BL_STR("dsse"), 0) >= 0 || bl_str_find(media, BL_STR("sigstore"), 0) >= 0)
			read_blob(r, layers->list[i]);
	}
}

/* Statements that were attached later: by the referrers interface, or where a registry lacks it by the tag that stands in for it. */
static void read_referrers(reader *r, bl_str digest)
{
	bl_error words = {""};
	bl_str bytes;
	bl_collector *c = r->c;
	bl_status status = get_checked(r, bl_str_cat(&c->page, BL_STR("referrers/"), digest), BL_STR(""), &bytes, &words);
	if (status == BL_NOT_FOUND)
		status = get_checked(r, bl_str_fmt(&c->page, "manifests/sha256-" BL_FMT, BL_ARG(bl_str_slice(digest, 7, digest.n))), BL_STR(""), &bytes, &words);
	const bl_value *json = status == BL_OK ? bl_json_read(&c->page, bytes, NULL) : NULL, *list = bl_value_getz(json, "manifests");
	for (uint32_t i = 0; bl_value_is(list, BL_LIST) && i < list->n; i++) {
		bl_str one = bl_collect_text(list->list[i], "digest");
		if (one.n && read_manifest(r, one, one, BL_STR(""), 2, &words) != BL_OK)
			bl_collect_miss(c, "%s", words.text);
	}
}

static bl_status read_manifest(reader *r, bl_str which, bl_str digest, bl_str reference, int depth, bl_error *error)
{
	bl_collector *c = r->c;
	bl_str bytes;
	if (++r->manifests > MAX_MANIFESTS)
		return bl_error_set(error, BL_FAILED, "'" BL_FMT "' has more than %d manifests", BL_ARG(r->name.repository), MAX_MANIFESTS);
	bl_status status = get_checked(r, bl_str_cat(&c->page, BL_STR("manifests/"), which), digest, &bytes, error);
	const bl_value *json = status == BL_OK ? bl_json_read(&c->page, bytes, error) : NULL;
	if (!json)
		return BL_FAILED;
	digest = digest_of(&c->page, bytes);
	write_blob(r, digest, bytes);
	bl_str media = bl_collect_text(json, "mediaType");
	if (depth == 0 || depth == 2)
		add_descriptor(r, digest, bytes.n, media.n ? media : BL_STR("application/vnd.oci.image.manifest.v1+json"), reference);
	read_parts(r, json);
	const bl_value *list = bl_value_getz(json, "manifests");
	for (uint32_t i = 0; depth == 0 && bl_value_is(list, BL_LIST) && i < list->n; i++) {
		bl_str one = bl_collect_text(list->list[i], "digest");
		bl_error words = {""};
		if (one.n && !bl_map_get(&r->seen, one) && read_manifest(r, one, one, BL_STR(""), 1, &words) != BL_OK)
			bl_collect_miss(c, "%s", words.text);
	}
	if (depth == 0)
		read_referrers(r, digest);
	return BL_OK;
}

static bl_status read_image(reader *r, const char *text, bl_error *error)
{
	bl_collector *c = r->c;
	if (!bl_image_name_parse(&c->arena, bl_str_of(text), &r->name))
		return bl_error_set(error, BL_FAILED, "'%s' is no reference to an image", text);
	r->host = bl_str_eqz(r->name.registry, "docker.io") ? BL_STR("registry-1.docker.io") : r->name.registry;
	r->authorization = (bl_str){0};
	r->user = find_user(c, r->name.registry);
	r->manifests = 0;
	bl_str which = r->name.digest.n ? r->name.digest : r->name.tag.n ? r->name.tag : BL_STR("latest");
	return read_manifest(r, which, r->name.digest, bl_str_of(text), 0, error);
}

bl_status bl_collect_registry(bl_collector *c, bl_error *error)
{
	reader r = {.c = c};
	if (!c->options->nscopes)
		return bl_error_set(error, BL_FAILED, "which images? say registry/name:tag");
	for (size_t i = 0; i < c->options->nscopes && !c->stopped; i++) {
		bl_error words = {""};
		bl_collect_turn(c);
		if (read_image(&r, c->options->scopes[i], &words) == BL_OK) {
			c->found.rows++;
			continue;
		}
		bl_collect_miss(c, "%s: %s", c->options->scopes[i], words.text);
		*error = words;
	}
	if (!c->found.rows) {
		bl_buf_done(&r.index);
		return BL_FAILED;
	}
	bl_buf layout = {0};
	bl_buf_putf(&layout, "{\"schemaVersion\": 2, \"mediaType\": \"application/vnd.oci.image.index.v1+json\", \"manifests\": [%s\n]}\n", r.index.n ? r.index.p : "");
	c->stopped = c->stopped || !c->sink->write(c->sink->context, "oci-layout", BL_STR("{\"imageLayoutVersion\": \"1.0.0\"}\n")) ||
		!c->sink->write(c->sink->context, "index.json", bl_buf_str(&layout));
	bl_buf_done(&layout);
	bl_buf_done(&r.index);
	return BL_OK;
}

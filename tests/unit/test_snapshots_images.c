#include "tests/unit/snapshot_text.h"

#include "core/codec/base64.h"
#include "core/codec/hash.h"

#include <sys/stat.h>

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B64 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

#define CONFIG                                                                                                                                     \
	"{\"architecture\":\"amd64\",\"config\":{\"Env\":[\"TOKEN=s3cret\"],\"Labels\":{\"org.opencontainers.image.source\":\"https://github.com/o/r\"}},"  \
	"\"created\":\"2026-01-01T00:00:00Z\",\"history\":[{\"created_by\":\"/bin/sh -c #(nop) ADD file:x in / \"},{\"created_by\":\"ENV A=1\","            \
	"\"empty_layer\":true},{\"created_by\":\"RUN make\"}],\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:1\",\"sha256:2\"]}}"

static const char *digest_of(const char *text)
{
	static char out[72];
	unsigned char digest[32];
	bl_hash_sha256(bl_str_of(text), digest);
	strcpy(out, "sha256:");
	for (int i = 0; i < 32; i++)
		snprintf(out + 7 + 2 * i, 3, "%02x", digest[i]);
	return out;
}

static void check_config(const bl_image *i)
{
	assert_true(bl_value_is_string(bl_value_getz(i->labels, "org.opencontainers.image.source"), "https://github.com/o/r"));
	assert_text(i->created, "2026-01-01T00:00:00Z");
	assert_int_equal(i->steps.n, 3);
	assert_text(i->steps.items[0].diff_id, "sha256:1");
	assert_true(i->steps.items[1].empty);
	assert_int_equal(i->steps.items[1].diff_id.n, 0);
	assert_text(i->steps.items[2].created_by, "RUN make");
	assert_text(i->steps.items[2].diff_id, "sha256:2");
}

static void files_of_a_registry_have_the_digest_of_their_bytes(void **state)
{
	static const char manifest[] = "{\"schemaVersion\":2,\"config\":{\"digest\":\"sha256:" A64 "\"},\"layers\":[],\"annotations\":{"
				       "\"org.opencontainers.image.base.name\":\"docker.io/library/alpine:3\",\"org.opencontainers.image.base.digest\":\"sha256:" B64 "\"}}";
	bl_snapshot s = snapshot_of(manifest);
	assert_int_equal(s.images.n, 1);
	assert_text(s.images.items[0]->digest, digest_of(manifest));
	assert_text(s.images.items[0]->config_digest, "sha256:" A64);
	assert_text(s.images.items[0]->base_name, "docker.io/library/alpine:3");
	assert_text(s.images.items[0]->base_digest, "sha256:" B64);
	bl_snapshot_done(&s);
	s = snapshot_of(CONFIG "\n");
	assert_text(s.images.items[0]->config_digest, digest_of(CONFIG));
	check_config(s.images.items[0]);
	bl_snapshot_done(&s);
	static const char index[] = "{\"schemaVersion\":2,\"manifests\":[{\"digest\":\"sha256:" A64 "\",\"platform\":{}},{\"digest\":\"sha256:" B64
				    "\",\"annotations\":{\"vnd.docker.reference.type\":\"attestation-manifest\"}}]}";
	s = snapshot_of(index);
	assert_text(s.images.items[0]->digest, digest_of(index));
	assert_int_equal(s.images.items[0]->platforms.n, 1);
	bl_snapshot_done(&s);
	/* pretty-printed it is no longer what was stored: no digest is better than a wrong one */
	s = snapshot_of("{\n\"architecture\":\"a\",\"config\":{},\"rootfs\":{}}");
	assert_int_equal(s.images.items[0]->config_digest.n, 0);
	bl_snapshot_done(&s);
}

static void inspections_name_their_image(void **state)
{
	bl_snapshot s = snapshot_of("[{\"Id\":\"sha256:" A64 "\",\"RepoTags\":[\"a:1\",\"<none>:<none>\"],\"RepoDigests\":[\"r.io/a@sha256:" B64 "\"],\"Created\":\"t\","
				    "\"Config\":{\"Labels\":{\"k\":\"v\"}},\"RootFS\":{\"Type\":\"layers\",\"Layers\":[\"sha256:1\"]}}]");
	const bl_image *i = s.images.items[0];
	assert_text(i->digest, "sha256:" B64);
	assert_text(i->config_digest, "sha256:" A64);
	assert_int_equal(i->names.n, 2);
	assert_text(i->names.items[1], "r.io/a@sha256:" B64);
	assert_int_equal(i->steps.n, 1);
	bl_snapshot_done(&s);
	s = snapshot_of("{\"Name\":\"docker.io/library/redis\",\"Digest\":\"sha256:" A64 "\",\"RepoTags\":[\"1\",\"2\"],\"Architecture\":\"amd64\",\"Labels\":{\"k\":\"v\"},\"Layers\":[]}");
	assert_int_equal(s.images.items[0]->names.n, 1);
	assert_text(s.images.items[0]->names.items[0], "docker.io/library/redis@sha256:" A64);
	bl_snapshot_done(&s);
}

static void a_history_is_turned_round(void **state)
{
	bl_snapshot s = snapshot_of("{\"Comment\":\"\",\"CreatedBy\":\"CMD [\\\"x\\\"]\",\"ID\":\"sha256:" A64 "\",\"Size\":\"0B\"}\n"
				    "{\"Comment\":\"\",\"CreatedBy\":\"RUN true\",\"ID\":\"<missing>\",\"Size\":\"0B\"}\n"
				    "{\"Comment\":\"\",\"CreatedBy\":\"ADD file:x in /\",\"ID\":\"<missing>\",\"Size\":\"7MB\"}\n");
	const bl_image *i = s.images.items[0];
	assert_text(i->config_digest, "sha256:" A64);
	assert_int_equal(i->steps.n, 3);
	assert_text(i->steps.items[0].created_by, "ADD file:x in /");
	assert_false(i->steps.items[1].empty);
	assert_true(i->steps.items[2].empty);
	bl_snapshot_done(&s);
}

static void registries_list_digests_and_tags(void **state)
{
	bl_snapshot s = snapshot_of("[{\"package\":\"eu-docker.pkg.dev/p/r/app\",\"version\":\"sha256:" A64 "\",\"tags\":\"v1, v2\",\"createTime\":\"t\"}]");
	assert_int_equal(s.images.items[0]->names.n, 3);
	assert_text(s.images.items[0]->names.items[2], "eu-docker.pkg.dev/p/r/app:v2");
	bl_snapshot_done(&s);
	s = snapshot_of("{\"registry\":\"r.azurecr.io\",\"imageName\":\"app\",\"manifests\":[{\"digest\":\"sha256:" A64 "\",\"createdTime\":\"t\",\"tags\":[\"v1\"]}]}");
	assert_text(s.images.items[0]->names.items[0], "r.azurecr.io/app:v1");
	bl_snapshot_done(&s);
	s = snapshot_of("{\"imageDetails\":[{\"registryId\":\"1\",\"repositoryName\":\"app\",\"imageDigest\":\"sha256:" A64 "\",\"imageTags\":[\"v1\"],\"imagePushedAt\":\"t\"}]}");
	assert_text(s.images.items[0]->digest, "sha256:" A64);
	assert_int_equal(s.images.items[0]->names.n, 0);
	assert_int_equal(s.diags.n, 1);
	bl_snapshot_done(&s);
}

static void a_report_tells_what_was_pushed_from_what_lay_there(void **state)
{
	bl_snapshot s = snapshot_of("{\"dockerVersion\":\"27\",\"dockerEvents\":[\"ID=r.io/app:1\"],\"dockerImages\":[\"CreatedAt=t::Repo=r.io/app::Tag=1::Digest=sha256:" A64
				    "\",\"CreatedAt=t::Repo=alpine::Tag=3::Digest=sha256:" B64 "\",\"CreatedAt=t::Repo=x::Tag=1::Digest=<none>\"]}");
	assert_int_equal(s.images.n, 2);
	assert_int_equal(s.provenances.n, 1);
	assert_int_equal(s.provenances.items[0].kind, BL_PROVENANCE_REPORT);
	assert_text(s.provenances.items[0].digest, "sha256:" A64);
	assert_text(s.provenances.items[0].name, "r.io/app:1");
	bl_snapshot_done(&s);
}

#define SUBJECT "\"subject\":[{\"name\":\"pkg:docker/r.io/app@v1?platform=linux%2Famd64\",\"digest\":{\"sha256\":\"" A64 "\"}}]"
#define BUILDKIT_V1                                                                                                                                \
	"{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicateType\":\"https://slsa.dev/provenance/v1\"," SUBJECT ",\"predicate\":{\"buildDefinition\":{"  \
	"\"buildType\":\"https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md\",\"externalParameters\":{\"configSource\":{\"path\":"   \
	"\"Dockerfile.prod\"},\"request\":{\"frontend\":\"dockerfile.v0\",\"args\":{\"target\":\"final\"}}},\"resolvedDependencies\":[{\"uri\":"                    \
	"\"pkg:docker/docker/dockerfile@1\",\"digest\":{\"sha256\":\"" B64 "\"}},{\"uri\":\"pkg:docker/alpine@3.17?platform=linux%2Famd64\",\"digest\":{\"sha256\":\"" B64 \
	"\"}}]},\"runDetails\":{\"builder\":{\"id\":\"https://github.com/o/r/actions/runs/7/attempts/1\"},\"metadata\":{\"invocationID\":\"x\",\"buildkit_metadata\":{"     \
	"\"vcs\":{\"source\":\"https://user:s3cret@github.com/o/r.git\",\"revision\":\"c0ffee\",\"localdir:dockerfile\":\"docker\"}}}}}}"

static void check_buildkit(const bl_provenance *p)
{
	assert_int_equal(p->kind, BL_PROVENANCE_BUILDKIT);
	assert_text(p->digest, "sha256:" A64);
	assert_text(p->name, "r.io/app:v1");
	assert_text(p->source, "https://github.com/o/r.git");
	assert_text(p->revision, "c0ffee");
	assert_text(p->dockerfile, "docker/Dockerfile.prod");
	assert_text(p->target, "final");
	assert_text(p->run, "https://github.com/o/r/actions/runs/7/attempts/1");
	assert_text(p->base_name, "alpine:3.17");
	assert_text(p->base_digest, "sha256:" B64);
}

static void buildkits_statements_are_read_in_every_wrapping(void **state)
{
	bl_buf payload = {0}, text = {0};
	bl_base64_write(BL_STR(BUILDKIT_V1), &payload);
	static const char *const forms[] = {
		"%s",
		"{\"payloadType\":\"application/vnd.in-toto+json\",\"payload\":\"%s\",\"signatures\":[]}\n",
		"{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\",\"dsseEnvelope\":{\"payloadType\":\"application/vnd.in-toto+json\",\"payload\":\"%s\"}}",
		"{\"attestations\":[{\"bundle\":{\"dsseEnvelope\":{\"payloadType\":\"application/vnd.in-toto+json\",\"payload\":\"%s\"}}}]}",
		"[{\"attestation\":{\"bundle\":{\"dsseEnvelope\":{\"payloadType\":\"application/vnd.in-toto+json\",\"payload\":\"%s\"}}},\"verificationResult\":{}}]",
	};
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		bl_str form = bl_str_of(forms[i]);
		ptrdiff_t at = bl_str_find(form, BL_STR("%s"), 0);
		text.n = 0;
		bl_buf_put(&text, bl_str_slice(form, 0, (size_t)at));
		bl_buf_put(&text, i ? bl_buf_str(&payload) : BL_STR(BUILDKIT_V1));
		bl_buf_put(&text, bl_str_slice(form, (size_t)at + 2, form.n));
		bl_snapshot s = snapshot_of(text.p);
		assert_text(s.format, "provenance");
		assert_int_equal(s.provenances.n, 1);
		check_buildkit(&s.provenances.items[0]);
		bl_snapshot_done(&s);
	}
	bl_buf_done(&payload);
	bl_buf_done(&text);
}

static void githubs_and_older_statements_are_read(void **state)
{
	bl_snapshot s = snapshot_of("{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicateType\":\"https://slsa.dev/provenance/v1\"," SUBJECT ",\"predicate\":{\"buildDefinition\":{"
				    "\"buildType\":\"https://actions.github.io/buildtypes/workflow/v1\",\"externalParameters\":{\"workflow\":{\"ref\":\"refs/heads/main\",\"repository\":"
				    "\"https://github.com/o/r\",\"path\":\".github/workflows/b.yml\"}},\"resolvedDependencies\":[{\"uri\":\"git+https://github.com/o/r@refs/heads/main\","
				    "\"digest\":{\"gitCommit\":\"c0ffee\"}}]},\"runDetails\":{\"builder\":{\"id\":\"https://github.com/actions/runner\"},\"metadata\":{\"invocationId\":"
				    "\"https://github.com/o/r/actions/runs/7/attempts/1\"}}}}");
	const bl_provenance *p = &s.provenances.items[0];
	assert_int_equal(p->kind, BL_PROVENANCE_ATTESTATION);
	assert_text(p->source, "https://github.com/o/r");
	assert_text(p->revision, "c0ffee");
	assert_text(p->workflow, ".github/workflows/b.yml");
	assert_text(p->run, "https://github.com/o/r/actions/runs/7/attempts/1");
	bl_snapshot_done(&s);
	s = snapshot_of("{\"_type\":\"https://in-toto.io/Statement/v0.1\",\"predicateType\":\"https://slsa.dev/provenance/v0.2\"," SUBJECT ",\"predicate\":{\"builder\":{\"id\":\"\"},"
			"\"buildType\":\"https://mobyproject.org/buildkit@v1\",\"invocation\":{\"configSource\":{\"uri\":\"https://github.com/o/r.git#refs/heads/main:app\",\"digest\":{\"sha1\":"
			"\"c0ffee\"},\"entryPoint\":\"Dockerfile\"},\"parameters\":{\"args\":{}}},\"materials\":[],\"metadata\":{\"https://mobyproject.org/buildkit@v1#metadata\":{}}}}");
	p = &s.provenances.items[0];
	assert_int_equal(p->kind, BL_PROVENANCE_BUILDKIT);
	assert_text(p->source, "https://github.com/o/r.git");
	assert_text(p->revision, "c0ffee");
	assert_text(p->dockerfile, "app/Dockerfile");
	bl_snapshot_done(&s);
	s = snapshot_of("{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicateType\":\"https://spdx.dev/Document\"," SUBJECT ",\"predicate\":{}}");
	assert_int_equal(s.provenances.n, 0);
	bl_snapshot_done(&s);
}

static void metadata_of_a_build_names_what_was_made(void **state)
{
	bl_snapshot s = snapshot_of("{\"buildx.build.provenance\":{\"buildType\":\"https://mobyproject.org/buildkit@v1\",\"invocation\":{\"configSource\":{\"entryPoint\":\"Dockerfile\"}},"
				    "\"metadata\":{\"https://mobyproject.org/buildkit@v1#metadata\":{\"vcs\":{\"source\":\"https://github.com/o/r\",\"revision\":\"c0ffee\"}}}},"
				    "\"containerimage.digest\":\"sha256:" A64 "\",\"containerimage.config.digest\":\"sha256:" B64 "\",\"image.name\":\"r.io/a:1,r.io/a:latest\"}");
	assert_text(s.images.items[0]->digest, "sha256:" A64);
	assert_int_equal(s.images.items[0]->names.n, 2);
	assert_text(s.provenances.items[0].revision, "c0ffee");
	assert_text(s.provenances.items[0].name, "r.io/a:1");
	bl_snapshot_done(&s);
}

/* ---- layouts and archives ---- */

typedef struct file {
	char name[100];
	const char *text;
} file;

static void put_tar(bl_buf *out, const file *f)
{
	char header[512] = {0};
	size_t n = strlen(f->text);
	snprintf(header, 100, "%s", f->name);
	char size[24];
	snprintf(size, sizeof size, "%011zo", n);
	memcpy(header + 124, size, 11);
	header[156] = '0';
	memcpy(header + 257, "ustar\00000", 8);
	bl_buf_put(out, bl_str_make(header, sizeof header));
	bl_buf_put(out, bl_str_make(f->text, n));
	for (; n % 512; n++)
		bl_buf_putc(out, '\0');
}

static void blob(file *f, const char *text)
{
	snprintf(f->name, sizeof f->name, "blobs/sha256/%s", digest_of(text) + 7);
	f->text = text;
}

static void check_store(const bl_snapshot *s, const char *manifest)
{
	assert_text(s->format, "image-store");
	assert_int_equal(s->images.n, 1);
	const bl_image *i = s->images.items[0];
	assert_text(i->digest, digest_of(manifest));
	assert_text(i->config_digest, digest_of(CONFIG));
	assert_text(i->names.items[0], "r.io/app:1");
	check_config(i);
	assert_int_equal(s->provenances.n, 1);
	check_buildkit(&s->provenances.items[0]);
}

static void layouts_are_read_as_folders_and_as_archives(void **state)
{
	char manifest[512], attestation[1024], index[2048];
	file files[8] = {{"oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}"}, {"index.json", index}};
	snprintf(manifest, sizeof manifest, "{\"schemaVersion\":2,\"config\":{\"digest\":\"%s\"},\"layers\":[]}", digest_of(CONFIG));
	snprintf(attestation, sizeof attestation, "{\"schemaVersion\":2,\"config\":{\"digest\":\"sha256:" A64 "\"},\"layers\":[{\"mediaType\":\"application/vnd.in-toto+json\",\"digest\":\"%s\"}]}",
		digest_of(BUILDKIT_V1));
	int n = snprintf(index, sizeof index, "{\"schemaVersion\":2,\"manifests\":[{\"digest\":\"%s\",\"annotations\":{\"org.opencontainers.image.ref.name\":\"r.io/app:1\"}},", digest_of(manifest));
	snprintf(index + n, sizeof index - (size_t)n, "{\"digest\":\"%s\",\"annotations\":{\"vnd.docker.reference.type\":\"attestation-manifest\",\"vnd.docker.reference.digest\":\"sha256:" A64 "\"}}]}",
		digest_of(attestation));
	blob(&files[2], CONFIG);
	blob(&files[3], manifest);
	blob(&files[4], attestation);
	blob(&files[5], BUILDKIT_V1);
	bl_buf tar = {0};
	for (int i = 0; i < 6; i++)
		put_tar(&tar, &files[i]);
	for (int i = 0; i < 1024; i++)
		bl_buf_putc(&tar, '\0');
	bl_snapshot s;
	bl_error error = {""};
	assert_int_equal(read_snapshot_text(bl_buf_str(&tar), &s, &error), BL_OK);
	check_store(&s, manifest);
	bl_snapshot_done(&s);
	/* an archive that is cut off keeps what came before */
	assert_int_equal(read_snapshot_text(bl_str_slice(bl_buf_str(&tar), 0, tar.n - 1024 - 300), &s, &error), BL_OK);
	assert_true(s.partial);
	bl_snapshot_done(&s);
	bl_buf_done(&tar);

	char folder[] = P_tmpdir "/belay-test-XXXXXX", path[1200];
	assert_non_null(mkdtemp(folder));
	static const char *const below[] = {"blobs", "blobs/sha256"};
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, below[i]);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	for (int i = 0; i < 6; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, files[i].name);
		FILE *f = fopen(path, "w");
		fputs(files[i].text, f);
		fclose(f);
	}
	bl_arena arena = {0};
	const char *const *found;
	size_t nfound;
	assert_int_equal(bl_snapshot_files(&arena, folder, &found, &nfound, &error), BL_OK);
	assert_int_equal(nfound, 1);
	assert_int_equal(bl_snapshot_read(bl_schema_new(&arena), folder, &s, &error), BL_OK);
	check_store(&s, manifest);
	bl_snapshot_done(&s);
	bl_arena_done(&arena);
	for (int i = 0; i < 6; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, files[i].name);
		unlink(path);
	}
	for (int i = 1; i >= 0; i--) {
		snprintf(path, sizeof path, "%s/%s", folder, below[i]);
		rmdir(path);
	}
	rmdir(folder);
}

static void a_saved_image_is_known_by_its_configuration(void **state)
{
	file files[2] = {{"manifest.json", "[{\"Config\":\"abc.json\",\"RepoTags\":[\"app:1\"],\"Layers\":[\"x/layer.tar\"]}]"}, {"abc.json", CONFIG}};
	bl_buf tar = {0};
	for (int i = 0; i < 2; i++)
		put_tar(&tar, &files[i]);
	bl_snapshot s;
	bl_error error = {""};
	assert_int_equal(read_snapshot_text(bl_buf_str(&tar), &s, &error), BL_OK);
	assert_int_equal(s.images.n, 1);
	assert_text(s.images.items[0]->config_digest, digest_of(CONFIG));
	assert_text(s.images.items[0]->names.items[0], "app:1");
	check_config(s.images.items[0]);
	bl_snapshot_done(&s);
	bl_buf_done(&tar);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_of_a_registry_have_the_digest_of_their_bytes),
		cmocka_unit_test(inspections_name_their_image),
		cmocka_unit_test(a_history_is_turned_round),
		cmocka_unit_test(registries_list_digests_and_tags),
		cmocka_unit_test(a_report_tells_what_was_pushed_from_what_lay_there),
		cmocka_unit_test(buildkits_statements_are_read_in_every_wrapping),
		cmocka_unit_test(githubs_and_older_statements_are_read),
		cmocka_unit_test(metadata_of_a_build_names_what_was_made),
		cmocka_unit_test(layouts_are_read_as_folders_and_as_archives),
		cmocka_unit_test(a_saved_image_is_known_by_its_configuration),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	bl_arena_done(&text_arena);
	return failed;
}

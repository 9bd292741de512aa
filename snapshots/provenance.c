/*
 * Attestations: in-toto statements of SLSA provenance (v0.2 and v1) as BuildKit and pipelines make them, bare, in a DSSE envelope, in a sigstore bundle, as
 * GitHub hands them out, one or several to a file. Signatures are not verified.
 */
#include "snapshots/provenance.h"

#include "core/codec/base64.h"
#include "core/codec/json.h"

#include <stdlib.h>

#define BUILDKIT_METADATA "https://mobyproject.org/buildkit@v1#metadata"

enum { MAX_NESTING = 8 }; /* of wrappings: a statement is in three at most */

static const char *const paths[] = {"[]", "attestations[]", NULL};

static const bl_value *get(const bl_value *v, const char *key)
{
	return bl_value_getz(v, key);
}

static bl_str text_at(const bl_value *v, const char *key)
{
	return bl_snapshot_text(v, key);
}

static bl_str keep(bl_snapshot_reader *r, bl_str s)
{
	return bl_keep_str(&r->keeper, s);
}

static bl_str sha256_of(bl_snapshot_reader *r, const bl_value *digests)
{
	bl_str hex = text_at(digests, "sha256");
	return hex.n ? bl_str_cat(r->scratch, BL_STR("sha256:"), hex) : hex;
}

static bl_str commit_of(const bl_value *digests)
{
	bl_str commit = text_at(digests, "gitCommit");
	return commit.n ? commit : text_at(digests, "sha1");
}

static bl_str unescaped(bl_arena *arena, bl_str s)
{
	bl_buf out = {0};
	for (size_t i = 0; i < s.n; i++) {
		char hex[3] = {0};
		if (s.p[i] == '%' && i + 2 < s.n) {
			char *end;
			memcpy(hex, s.p + i + 1, 2);
			long c = strtol(hex, &end, 16);
			if (!*end) {
				bl_buf_putc(&out, (char)c);
				i += 2;
				continue;
			}
		}
		bl_buf_putc(&out, s.p[i]);
	}
	bl_str copy = bl_str_dup(arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return copy;
}

bool bl_provenance_package(bl_snapshot_reader *r, bl_str purl, bl_str *name, bl_str *digest)
{
	bl_str head = BL_STR("pkg:docker/"), path, part, query, version;
	if (!bl_str_starts(purl, head))
		return false;
	query = bl_str_cut(bl_str_slice(purl, head.n, purl.n), '?', &path);
	version = unescaped(r->scratch, bl_str_cut(path, '@', &part));
	part = unescaped(r->scratch, part);
	*digest = BL_STR("");
	while (query.n) {
		bl_str one, key;
		query = bl_str_cut(query, '&', &one);
		bl_str value = bl_str_cut(one, '=', &key);
		if (bl_str_eqz(key, "digest"))
			*digest = unescaped(r->scratch, value);
	}
	if (bl_str_starts(version, BL_STR("sha256:"))) {
		*digest = version;
		version = BL_STR("");
	}
	*name = version.n ? bl_str_fmt(r->scratch, BL_FMT ":" BL_FMT, BL_ARG(part), BL_ARG(version)) : part;
	return true;
}

/* "git+https://host/o/r.git@refs/heads/main", "https://host/o/r.git#main:sub": the URL, and the folder after a colon. */
static bl_str url_of(bl_str uri, bl_str *folder)
{
	bl_str url;
	if (bl_str_starts(uri, BL_STR("git+")))
		uri = bl_str_slice(uri, 4, uri.n);
	bl_str fragment = bl_str_cut(uri, '#', &url), branch;
	*folder = bl_str_cut(fragment, ':', &branch);
	/* an '@' before the host is a user's */
	ptrdiff_t at = bl_str_rfind_char(url, '@'), slash = bl_str_rfind_char(url, '/');
	ptrdiff_t ref = bl_str_find(url, BL_STR("@refs/"), 0);
	if (ref >= 0)
		at = ref;
	else if (at < slash)
		at = -1;
	return at > 0 ? bl_str_slice(url, 0, (size_t)at) : url;
}

/* Without user names and passwords, which remotes may hold. */
static bl_str without_user(bl_arena *arena, bl_str url)
{
	ptrdiff_t scheme = bl_str_find(url, BL_STR("://"), 0);
	if (scheme < 0)
		return url;
	bl_str rest = bl_str_slice(url, (size_t)scheme + 3, url.n), host;
	bl_str_cut(rest, '/', &host);
	ptrdiff_t at = bl_str_rfind_char(host, '@');
	if (at < 0)
		return url;
	return bl_str_cat(arena, bl_str_slice(url, 0, (size_t)scheme + 3), bl_str_slice(rest, (size_t)at + 1, rest.n));
}

static bl_str in_folder(bl_arena *arena, bl_str folder, bl_str path)
{
	while (bl_str_starts(folder, BL_STR("./")))
		folder = bl_str_slice(folder, 2, folder.n);
	while (bl_str_ends(folder, BL_STR("/")))
		folder.n--;
	if (!folder.n || bl_str_eqz(folder, ".") || !path.n)
		return path;
	return bl_str_fmt(arena, BL_FMT "/" BL_FMT, BL_ARG(folder), BL_ARG(path));
}

/* The image that all is made from: the only one among the materials but for BuildKit's own helpers. */
static void take_base(bl_snapshot_reader *r, bl_provenance *p, const bl_value *materials)
{
	size_t n = 0;
	for (uint32_t i = 0; bl_value_is(materials, BL_LIST) && i < materials->n; i++) {
		bl_str name, digest;
		if (!bl_provenance_package(r, text_at(materials->list[i], "uri"), &name, &digest))
			continue;
		if (bl_str_find(name, BL_STR("docker/dockerfile"), 0) >= 0 || bl_str_find(name, BL_STR("docker/buildkit-syft-scanner"), 0) >= 0)
			continue;
		if (!digest.n)
			digest = sha256_of(r, get(materials->list[i], "digest"));
		p->base_name = name;
		p->base_digest = digest;
		n++;
	}
	if (n != 1)
		p->base_name = p->base_digest = BL_STR("");
}

/* The repository among the materials. */
static void take_source(bl_provenance *p, const bl_value *materials)
{
	for (uint32_t i = 0; bl_value_is(materials, BL_LIST) && i < materials->n && (!p->source.n || !p->revision.n); i++) {
		bl_str uri = text_at(materials->list[i], "uri"), folder, commit = commit_of(get(materials->list[i], "digest"));
		bool git = bl_str_starts(uri, BL_STR("git+")) || (bl_str_starts(uri, BL_STR("https://")) && commit.n);
		if (!git)
			continue;
		bl_str url = url_of(uri, &folder);
		if (p->source.n && !bl_str_eq(url, p->source))
			continue;
		p->source = url;
		p->revision = commit;
	}
}

/* Does an id name one run, as opposed to what runs things? */
static bool is_run(bl_str id)
{
	static const char *const marks[] = {"/_build/", "/actions/runs/", "/builds/", "/jobs/", "/pipelines/"};
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (bl_str_find(id, bl_str_of(marks[i]), 0) >= 0)
			return true;
	return false;
}

static void take_vcs(bl_provenance *p, const bl_value *vcs, bl_str *folder)
{
	if (text_at(vcs, "source").n)
		p->source = text_at(vcs, "source");
	if (text_at(vcs, "revision").n)
		p->revision = text_at(vcs, "revision");
	if (text_at(vcs, "localdir:dockerfile").n)
		*folder = text_at(vcs, "localdir:dockerfile");
}

/* What is built and how, of either version of BuildKit's predicate. */
static void take_buildkit(bl_snapshot_reader *r, bl_provenance *p, const bl_value *source, bl_str path, const bl_value *args, const bl_value *vcs)
{
	bl_str folder = {0}, sub = {0};
	if (text_at(source, "uri").n) {
		p->source = url_of(text_at(source, "uri"), &sub);
		p->revision = commit_of(get(source, "digest"));
		folder = sub;
	}
	if (!p->source.n && text_at(args, "vcs:source").n) {
		p->source = text_at(args, "vcs:source");
		p->revision = text_at(args, "vcs:revision");
	}
	take_vcs(p, vcs, &folder);
	p->kind = BL_PROVENANCE_BUILDKIT;
	p->target = text_at(args, "target");
	p->dockerfile = in_folder(r->scratch, folder, path);
}

static void take_v1(bl_snapshot_reader *r, bl_provenance *p, const bl_value *predicate)
{
	const bl_value *definition = get(predicate, "buildDefinition"), *details = get(predicate, "runDetails");
	const bl_value *parameters = get(definition, "externalParameters"), *workflow = get(parameters, "workflow");
	const bl_value *metadata = get(details, "metadata"), *dependencies = get(definition, "resolvedDependencies");
	const bl_value *source = get(parameters, "configSource"), *kit = get(metadata, "buildkit_metadata");
	bl_str builder = text_at(get(details, "builder"), "id"), run = text_at(metadata, "invocationId");
	if (!run.n)
		run = text_at(metadata, "invocationID");
	if (bl_str_find(text_at(definition, "buildType"), BL_STR("buildkit"), 0) >= 0 || kit || get(parameters, "request")) {
		const bl_value *request = get(parameters, "request");
		take_buildkit(r, p, source, text_at(source, "path"), get(request, "args"), get(kit, "vcs"));
		take_base(r, p, dependencies);
		p->run = is_run(builder) ? builder : run;
		return;
	}
	p->source = text_at(workflow, "repository");
	p->workflow = text_at(workflow, "path");
	p->run = run.n && (is_run(run) || !is_run(builder)) ? run : builder;
	take_source(p, dependencies);
}

static void take_v02(bl_snapshot_reader *r, bl_provenance *p, const bl_value *predicate)
{
	const bl_value *invocation = get(predicate, "invocation"), *source = get(invocation, "configSource");
	const bl_value *metadata = get(predicate, "metadata"), *kit = get(metadata, BUILDKIT_METADATA);
	const bl_value *parameters = get(invocation, "parameters"), *materials = get(predicate, "materials");
	bl_str builder = text_at(get(predicate, "builder"), "id"), run = text_at(metadata, "buildInvocationID");
	if (bl_str_find(text_at(predicate, "buildType"), BL_STR("buildkit"), 0) >= 0 || kit) {
		take_buildkit(r, p, source, text_at(source, "entryPoint"), get(parameters, "args"), get(kit, "vcs"));
		take_base(r, p, materials);
		p->run = is_run(builder) ? builder : run;
		return;
	}
	bl_str folder;
	p->source = url_of(text_at(source, "uri"), &folder);
	p->revision = commit_of(get(source, "digest"));
	p->workflow = text_at(source, "entryPoint");
	p->run = run.n ? run : is_run(builder) ? builder : BL_STR("");
	take_source(p, materials);
}

void bl_provenance_predicate(bl_snapshot_reader *r, const bl_value *predicate, bl_str digest, bl_str name, uint64_t offset)
{
	bl_provenance p = {.kind = BL_PROVENANCE_ATTESTATION};
	if (get(predicate, "buildDefinition"))
		take_v1(r, &p, predicate);
	else
		take_v02(r, &p, predicate);
	bl_str unused;
	bl_provenance_package(r, name, &name, &unused);
	bl_provenance kept = {.kind = p.kind, .digest = keep(r, digest), .name = keep(r, name),
		.source = keep(r, without_user(r->scratch, p.source)), .revision = keep(r, p.revision), .dockerfile = keep(r, p.dockerfile),
		.target = keep(r, p.target), .workflow = keep(r, p.workflow), .run = keep(r, p.run), .base_name = keep(r, p.base_name),
		.base_digest = keep(r, p.base_digest), .snapshot = r->out->file, .offset = offset};
	bl_vec_push(&r->out->arena, &r->out->provenances, kept);
}

static bool take_statement(bl_snapshot_reader *r, const bl_value *v, bl_str about, uint64_t offset)
{
	const bl_value *subjects = get(v, "subject");
	bl_str type = text_at(v, "predicateType");
	if (!type.n || bl_str_find(text_at(v, "_type"), BL_STR("in-toto.io/Statement"), 0) < 0)
		return false;
	/* lists of packages, results of tests */
	if (!bl_str_starts(type, BL_STR("https://slsa.dev/provenance/")))
		return true;
	size_t n = 0;
	for (uint32_t i = 0; bl_value_is(subjects, BL_LIST) && i < subjects->n; i++) {
		bl_str digest = sha256_of(r, get(subjects->list[i], "digest"));
		if (!digest.n)
			continue;
		bl_provenance_predicate(r, get(v, "predicate"), digest, text_at(subjects->list[i], "name"), offset);
		n++;
	}
	if (!n && about.n)
		bl_provenance_predicate(r, get(v, "predicate"), about, BL_STR(""), offset);
	return true;
}

/* The statement in an envelope's Base64 text; NULL for another. */
static const bl_value *opened(bl_snapshot_reader *r, const bl_value *envelope)
{
	bl_str payload = text_at(envelope, "payload");
	bl_buf out = {0};
	bl_error error;
	const bl_value *v = NULL;
	if (bl_str_eqz(text_at(envelope, "payloadType"), "application/vnd.in-toto+json") && bl_base64_read(payload, &out))
		v = bl_json_read(r->scratch, bl_str_dup(r->scratch, bl_buf_str(&out)), &error);
	bl_buf_done(&out);
	return v;
}

bool bl_provenance_take(bl_snapshot_reader *r, const bl_value *v, bl_str about, uint64_t offset)
{
	static const char *const wrappings[] = {"attestation", "bundle", "dsseEnvelope", "envelope"};
	for (int nesting = 0; nesting < MAX_NESTING && bl_value_is(v, BL_MAP); nesting++) {
		if (take_statement(r, v, about, offset))
			return true;
		const bl_value *inner = get(v, "payload") ? opened(r, v) : NULL;
		for (size_t i = 0; i < sizeof wrappings / sizeof *wrappings && !inner; i++)
			inner = get(v, wrappings[i]);
		v = inner;
	}
	return false;
}

static bool on_row(bl_snapshot_reader *r, void *state, size_t path, const bl_value *row, uint64_t offset)
{
	(void)state;
	(void)path;
	return bl_provenance_take(r, row, BL_STR(""), offset);
}

static bool on_object(bl_snapshot_reader *r, void *state, const bl_value *v, uint64_t offset)
{
	return on_row(r, state, 0, v, offset);
}

const bl_snapshot_format bl_provenance_format = {
	.name = "provenance",
	.paths = paths,
	.row = on_row,
	.object = on_object,
};

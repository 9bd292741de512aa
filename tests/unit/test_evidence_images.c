/* From an image that runs to its Dockerfile: C1 to C8. */
#include "tests/unit/evidence_world.h"

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B64 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define RUNS(image) "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\",\"namespace\":\"shop\",\"uid\":\"u\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"" image \
	"\"}]},\"status\":{\"containerStatuses\":[{\"name\":\"c\",\"image\":\"" image "\",\"imageID\":\"docker-pullable://registry.example.net/it@sha256:" A64 "\"}]}}"
#define POD RUNS("registry.example.net/it:1")
#define POD_ID "/shop/Pod/p"

#define WEB "FROM nginx:1.27\nCOPY site /usr/share/nginx/html\nRUN nginx -t\n"
#define API "FROM debian:12\nRUN apt-get update && apt-get install -y curl\nCOPY api /srv/api\n"

#define STATEMENT(predicate) "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"registry.example.net/it\",\"digest\":{\"sha256\":\"" A64 "\"}}]," \
	"\"predicateType\":\"https://slsa.dev/provenance/v1\",\"predicate\":" predicate "}"
#define BY_GITHUB STATEMENT("{\"buildDefinition\":{\"buildType\":\"https://actions.github.io/buildtypes/workflow/v1\",\"externalParameters\":{\"workflow\":{\"ref\":\"refs/heads/main\"," \
	"\"repository\":\"https://github.com/acme/shop\",\"path\":\".github/workflows/w.yml\"}},\"resolvedDependencies\":[{\"uri\":\"git+https://github.com/acme/shop@refs/heads/main\"," \
	"\"digest\":{\"gitCommit\":\"0123456789012345678901234567890123456789\"}}]},\"runDetails\":{\"builder\":{\"id\":\"https://github.com/actions/runner\"}}}")
#define BY_BUILDKIT STATEMENT("{\"buildDefinition\":{\"buildType\":\"https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md\",\"externalParameters\":" \
	"{\"configSource\":{\"path\":\"Dockerfile\"},\"request\":{\"frontend\":\"dockerfile.v0\",\"args\":{}}},\"resolvedDependencies\":[]},\"runDetails\":{\"builder\":{\"id\":\"b\"}," \
	"\"metadata\":{\"buildkit_metadata\":{\"vcs\":{\"source\":\"https://github.com/acme/shop.git\",\"revision\":\"c0ffee\",\"localdir:dockerfile\":\"web\"}}}}}")

/* What skopeo inspect prints. */
#define INSPECTED(name, digest, labels, layers) "{\"Name\":\"" name "\",\"Digest\":\"sha256:" digest "\",\"RepoTags\":[],\"Created\":\"2026-01-01T00:00:00Z\",\"DockerVersion\":\"\"," \
	"\"Labels\":{" labels "},\"Architecture\":\"amd64\",\"Os\":\"linux\",\"Layers\":[" layers "],\"Env\":[]}"
#define LABELS(revision) "\"org.opencontainers.image.source\":\"https://github.com/acme/shop\",\"org.opencontainers.image.revision\":\"" revision "\""
#define SEEN_WITH(labels) INSPECTED("registry.example.net/it", A64, labels, "")

/* docker history --no-trunc --format json, newest first. */
#define STEP(id, by) "{\"Comment\":\"\",\"CreatedAt\":\"t\",\"CreatedBy\":\"" by "\",\"CreatedSince\":\"x\",\"ID\":\"" id "\",\"Size\":\"1MB\"}\n"
#define WEB_HISTORY STEP("sha256:" A64, "RUN /bin/sh -c nginx -t # buildkit") STEP("<missing>", "COPY site /usr/share/nginx/html # buildkit") \
	STEP("<missing>", "/bin/sh -c #(nop) ADD file:1 in / ")

#define WORKFLOW(steps) "on: push\njobs:\n  images:\n    runs-on: ubuntu-24.04\n    steps:\n" steps
#define BUILD_PUSH(tags) "      - uses: docker/build-push-action@v6\n        with:\n          context: api\n          push: true\n          tags: " tags "\n"
#define MANIFEST "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  namespace: shop\nspec:\n  containers:\n    - name: c\n      image: registry.example.net/it:1\n"

static const evidence_case cases[] = {
	{C1, "an attestation has the digest, and names the repository", .git = true, .code = "Dockerfile 0", .asset = POD_ID,
		.files = {{"Dockerfile", WEB}, {"seen/p.json", POD}, {"seen/a.json", BY_GITHUB}},
		.changes = {{"of another digest", "sha256\":\"" A64, "sha256\":\"" B64}, {"of another repository", "github.com/acme/shop", "github.com/acme/other"}}},
	{C1, "two Dockerfiles of the repository share it", .share = 0.5, .git = true, .code = "api/Dockerfile 0", .asset = POD_ID,
		.files = {{"web/Dockerfile", WEB}, {"api/Dockerfile", API}, {"seen/p.json", POD}, {"seen/a.json", BY_GITHUB}},
		.changes = {{"where the image is called as one of them", "net/it", "net/api"}}},
	{C1, "the workflow that it names builds one of them", .git = true, .code = "web/Dockerfile 0", .asset = POD_ID,
		.files = {{"web/Dockerfile", WEB}, {"api/Dockerfile", API}, {".github/workflows/w.yml", WORKFLOW("      - run: docker build -t x web\n")}, {"seen/p.json", POD}, {"seen/a.json", BY_GITHUB}},
		.changes = {{"where it builds both", "-t x web\n", "-t x web\n      - run: docker build -t y api\n"}, {"another workflow", ".github/workflows/w.yml\"", ".github/workflows/v.yml\""}}},
	{C2, "BuildKit names repository, commit and Dockerfile", .git = true, .code = "web/Dockerfile 0", .asset = POD_ID,
		.files = {{"web/Dockerfile", WEB}, {"api/Dockerfile", API}, {"seen/p.json", POD}, {"seen/a.json", BY_BUILDKIT}},
		.changes = {{"another Dockerfile", "localdir:dockerfile\":\"web\"", "localdir:dockerfile\":\"api\""}, {"another digest", "sha256\":\"" A64, "sha256\":\"" B64}}},
	{C3_SOURCE, "labels may be about any repository where this one has no name", .share = 0.5, .code = "Dockerfile 0", .asset = POD_ID,
		.files = {{"Dockerfile", WEB}, {"seen/p.json", POD}, {"seen/i.json", SEEN_WITH("\"org.opencontainers.image.source\":\"https://github.com/acme/shop\"")}},
		.changes = {{"another label", "image.source", "image.url"}}},
	{C3, "labels name repository and commit", .git = true, .code = "Dockerfile 0", .asset = POD_ID,
		.files = {{"Dockerfile", WEB}, {"seen/p.json", POD}, {"seen/i.json", SEEN_WITH(LABELS("@HEAD@"))}},
		.changes = {{"a commit that is not there", "@HEAD@", "0123456789012345678901234567890123456789"}, {"another repository", "com/acme/shop\"", "com/acme/other\""}}},
	{C3_COMMIT, "labels name a commit that is not known here", .git = true, .code = "Dockerfile 0", .asset = POD_ID,
		.files = {{"Dockerfile", WEB}, {"seen/p.json", POD}, {"seen/i.json", SEEN_WITH(LABELS("0123456789012345678901234567890123456789"))}},
		.changes = {{"one that is", "0123456789012345678901234567890123456789", "@HEAD@"}, {"none", "image.revision", "image.version"}}},
	{C3_SOURCE, "labels name the repository alone", .git = true, .code = "Dockerfile 0", .asset = POD_ID,
		.files = {{"Dockerfile", WEB}, {"seen/p.json", POD}, {"seen/i.json", SEEN_WITH("\"org.label-schema.vcs-url\":\"git@github.com:acme/shop.git\"")}},
		.changes = {{"another", "acme/shop.git", "acme/shopping.git"}, {"under another key", "vcs-url", "url"}}},
	{C3_COMMIT, "labels are its own where the base has others", .git = true, .code = "Dockerfile 0", .asset = POD_ID,
		.files = {{"Dockerfile", "FROM registry.example.net/base:1\nCOPY . /srv\n"}, {"seen/p.json", POD},
			{"seen/i.json", INSPECTED("registry.example.net/it", A64, LABELS("1111111") ",\"org.opencontainers.image.base.digest\":\"sha256:" B64 "\"", "")},
			{"seen/b.json", INSPECTED("registry.example.net/base", B64, LABELS("2222222"), "")}},
		.changes = {{"inherited ones", "2222222", "1111111"}}},
	{C3_COMMIT, "the base is known by the layers, too", .git = true, .code = "Dockerfile 0", .asset = POD_ID,
		.files = {{"Dockerfile", WEB}, {"seen/p.json", POD},
			{"seen/i.json", "[{\"Id\":\"sha256:" A64 "\",\"RepoTags\":[\"it:1\"],\"RepoDigests\":[],\"Config\":{\"Labels\":{" LABELS("1111111") "}},\"RootFS\":{\"Type\":\"layers\",\"Layers\":[\"sha256:1\",\"sha256:2\"]}}]"},
			{"seen/b.json", "[{\"Id\":\"sha256:" B64 "\",\"RepoTags\":[\"base:1\"],\"RepoDigests\":[],\"Config\":{\"Labels\":{" LABELS("2222222") "}},\"RootFS\":{\"Type\":\"layers\",\"Layers\":[\"sha256:1\"]}}]"}},
		.changes = {{"inherited ones", "2222222", "1111111"}}},
	{C3_COMMIT, "and by the Dockerfile that a pipeline builds it from", .git = true, .code = "api/Dockerfile 0", .asset = POD_ID,
		.files = {{"api/Dockerfile", "FROM registry.example.net/base:1\nCOPY . /srv\n"}, {".github/workflows/w.yml", WORKFLOW(BUILD_PUSH("registry.example.net/it:1"))}, {"seen/p.json", POD},
			{"seen/i.json", SEEN_WITH(LABELS("1111111"))}, {"seen/b.json", "{\"Name\":\"registry.example.net/base:1\",\"Digest\":\"sha256:" B64 "\",\"RepoTags\":[],\"Labels\":{" LABELS("2222222") "},\"Architecture\":\"amd64\",\"Layers\":[]}"}},
		.changes = {{"inherited ones", "2222222", "1111111"}}},
	{C4, "a pipeline builds and pushes what runs", .code = "api/Dockerfile 0", .asset = POD_ID,
		.files = {{"api/Dockerfile", API}, {".github/workflows/w.yml", WORKFLOW(BUILD_PUSH("registry.example.net/it:1"))}, {"seen/p.json", POD}},
		.changes = {{"another image", "tags: registry.example.net/it", "tags: registry.example.net/other"}, {"another tag", "tags: registry.example.net/it:1", "tags: registry.example.net/it:2"},
			{"without pushing it", "push: true", "push: false"}, {"another Dockerfile", "context: api", "context: web"}}},
	{C4_MANIFEST, "the same repository deploys what its pipeline builds", .code = "api/Dockerfile 0", .asset = POD_ID,
		.files = {{"api/Dockerfile", API}, {".github/workflows/w.yml", WORKFLOW(BUILD_PUSH("registry.example.net/it:1"))}, {"p.yaml", MANIFEST}, {"seen/p.json", POD}},
		.changes = {{"another image", "image: registry.example.net/it:1", "image: registry.example.net/other:1"}}},
	{C4_PARTLY, "a pipeline builds what is called so as far as that is known", .code = "api/Dockerfile 0", .asset = POD_ID,
		.files = {{"api/Dockerfile", API}, {".github/workflows/w.yml", WORKFLOW(BUILD_PUSH("registry.example.net/it:${{ vars.TAG }}"))}, {"seen/p.json", POD}},
		.changes = {{"where the known part differs", "tags: registry.example.net/it", "tags: registry.example.net/other"}, {"where all is known", "${{ vars.TAG }}", "1"}}},
	{C5, "the repository deploys an image of this name, whatever its tag", .code = "it/Dockerfile 0", .asset = POD_ID,
		.files = {{"it/Dockerfile", WEB}, {"p.yaml", MANIFEST}, {"seen/p.json", RUNS("registry.example.net/it:2")}},
		.changes = {{"of another name", "image: registry.example.net/it:1", "image: registry.example.net/other:1"}, {"where nothing else speaks for a Dockerfile", "registry.example.net/it", "registry.example.net/is"}}},
	{C6, "the tag is a commit", .git = true, .code = "Dockerfile 0", .asset = POD_ID,
		.files = {{"Dockerfile", WEB}, {"seen/p.json", RUNS("registry.example.net/it:@HEAD@")}},
		.changes = {{"that is not there", "@HEAD@", "0123456789012345678901234567890123456789"}, {"with something behind it", "@HEAD@", "@HEAD@-dev"}}},
	{C6, "as docker/metadata-action writes it", .git = true, .code = "Dockerfile 0", .asset = POD_ID,
		.files = {{"Dockerfile", WEB}, {"seen/p.json", RUNS("registry.example.net/it:sha-@HEAD@")}},
		.changes = {{"behind another word", "sha-", "rev-"}}},
	{C7, "the history is a Dockerfile's", .share = 0.98, .code = "web/Dockerfile 0", .asset = POD_ID,
		.files = {{"web/Dockerfile", WEB}, {"api/Dockerfile", API}, {"seen/p.json", POD}, {"seen/h.json", WEB_HISTORY}},
		.changes = {{"where another Dockerfile is like it, too", "FROM debian:12\nRUN apt-get update && apt-get install -y curl\nCOPY api /srv/api\n", WEB},
			{"where the commands are others", "RUN /bin/sh -c nginx -t", "RUN /bin/sh -c make"}}},
	{C7, "half of its commands say less", .share = 0.75, .code = "web/Dockerfile 0", .asset = POD_ID,
		.files = {{"web/Dockerfile", "FROM nginx:1.27\nCOPY site /usr/share/nginx/html\nRUN make all of it\n"}, {"seen/p.json", POD}, {"seen/h.json", WEB_HISTORY}},
		.changes = {{"where none is the same", "COPY site /usr/share/nginx/html\n", "COPY site /srv\n"}}},
	{C7, "of two that it ends with the one that explains more of it is meant", .share = 0.98, .code = "api/Dockerfile 0", .asset = POD_ID,
		.files = {{"web/Dockerfile", "FROM x\nRUN nginx -t\n"}, {"api/Dockerfile", WEB}, {"seen/p.json", POD}, {"seen/h.json", WEB_HISTORY}},
		.changes = {{"where it explains another history", "FROM nginx:1.27\nCOPY site /usr/share/nginx/html", "FROM nginx:1.27\nCOPY page /srv/page"}}},
	{C7, "what makes no layer tells copies apart", .share = 0.98, .code = "web/Dockerfile 0", .asset = POD_ID,
		.files = {{"web/Dockerfile", WEB "ENV VERSION=1\n"}, {"api/Dockerfile", WEB "ENV VERSION=2\n"}, {"seen/p.json", POD},
			{"seen/h.json", STEP("sha256:" A64, "ENV VERSION=1") STEP("<missing>", "RUN /bin/sh -c nginx -t # buildkit") STEP("<missing>", "COPY site /usr/share/nginx/html # buildkit")}},
		.changes = {{"where the history tells the other's", "\"ENV VERSION=1", "\"ENV VERSION=2"}, {"where it tells neither's", "\"ENV VERSION=1", "\"ENV VERSION=3"}}},
	{C7, "copies that nothing tells apart share it", .share = 0.98 / 2, .code = "api/Dockerfile 0", .asset = POD_ID,
		.files = {{"web/Dockerfile", WEB}, {"api/Dockerfile", WEB}, {"seen/p.json", POD}, {"seen/h.json", WEB_HISTORY}},
		.changes = {{"where the image is called as one of them", "net/it", "net/api"}}},
	{C7, "the copy that is called as the image is meant", .share = 0.98, .code = "it/Dockerfile 0", .asset = POD_ID,
		.files = {{"it/Dockerfile", WEB}, {"api/Dockerfile", WEB}, {"seen/p.json", POD}, {"seen/h.json", WEB_HISTORY}},
		.changes = {{"where neither is", "registry.example.net/it", "registry.example.net/is"}}},
	{C7, "what every Dockerfile does is a guess", .share = 0.5, .code = "it/Dockerfile 0", .asset = POD_ID,
		.files = {{"it/Dockerfile", "FROM x\nCOPY . /app\n"}, {"seen/p.json", POD}, {"seen/h.json", STEP("sha256:" A64, "COPY . /app # buildkit")}},
		.changes = {{"what few do", "COPY . /app", "COPY shop-frontend/dist /app/shop"}}},
	{C8, "the image is called as the Dockerfile's folder", .code = "it/Dockerfile 0", .asset = POD_ID,
		.files = {{"it/Dockerfile", WEB}, {"seen/p.json", POD}},
		.changes = {{"as another", "registry.example.net/it", "registry.example.net/is"}, {"an official image", "registry.example.net/it", "it"}}},
	{C8, "it is called as the repository", .git = true, .code = "Dockerfile 0", .asset = POD_ID,
		.files = {{"Dockerfile", WEB}, {"seen/p.json", RUNS("registry.example.net/shop:1")}},
		.changes = {{"as another", "net/shop:1", "net/shops:1"}}},
};

int main(void)
{
	return run_cases(cases, sizeof cases / sizeof *cases);
}

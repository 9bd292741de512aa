#include "collect/cluster.h"

#include "core/codec/json.h"
#include "core/codec/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define POD "/var/run/secrets/kubernetes.io/serviceaccount/"

static bl_status from_pod(bl_collector *c, bl_cluster *cluster, bl_error *error)
{
	const char *host = bl_collect_env("KUBERNETES_SERVICE_HOST"), *port = bl_collect_env("KUBERNETES_SERVICE_PORT");
	bl_str token;
	if (!host || !port || access(POD "token", R_OK) != 0)
		return BL_NOT_FOUND;
	if (bl_collect_file(c, POD "token", &token, error) != BL_OK)
		return BL_FAILED;
	bool six = strchr(host, ':') != NULL;
	cluster->server = bl_str_fmt(&c->arena, "https://%s%s%s:%s", six ? "[" : "", host, six ? "]" : "", port);
	cluster->header = bl_str_fmt(&c->arena, "Authorization: Bearer " BL_FMT, BL_ARG(token));
	cluster->ca_file = POD "ca.crt";
	return BL_OK;
}

/* The element of a kubeconfig's list that has this name; its member. */
static const bl_value *named(const bl_value *config, const char *list, bl_str name, const char *member)
{
	const bl_value *all = bl_value_getz(config, list);
	for (uint32_t i = 0; bl_value_is(all, BL_LIST) && i < all->n; i++)
		if (bl_str_eq(bl_collect_text(all->list[i], "name"), name))
			return bl_value_getz(all->list[i], member);
	return NULL;
}

/* libcurl wants files: what stands inline goes to one that only we can read. */
static const char *temporary(bl_collector *c, bl_cluster *cluster, bl_str bytes)
{
	const char *folder = bl_collect_env("TMPDIR");
	char *path = bl_str_z(&c->arena, bl_str_fmt(&c->arena, "%s/belay-XXXXXX", folder ? folder : "/tmp"));
	int fd = mkstemp(path);
	if (fd < 0)
		return NULL;
	bl_vec_push(&c->arena, &cluster->secrets, path);
	bool written = write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n;
	close(fd);
	return written ? path : NULL;
}

/* A PEM file: KEY-data holds it in base64, KEY names it relative to the kubeconfig. */
static const char *pem(bl_collector *c, bl_cluster *cluster, const bl_value *v, const char *key, bl_str folder)
{
	bl_str inline_text = bl_value_text(bl_value_get(v, bl_str_fmt(&c->page, "%s-data", key))), path = bl_value_text(bl_value_getz(v, key));
	if (inline_text.n)
		return temporary(c, cluster, bl_collect_decode(c, inline_text));
	if (!path.n)
		return NULL;
	return path.p[0] == '/' ? bl_str_z(&c->arena, path) : bl_str_fmt(&c->arena, BL_FMT "/" BL_FMT, BL_ARG(folder), BL_ARG(path)).p;
}

/* A program that a kubeconfig names prints a credential (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins). */
static bl_status from_plugin(bl_collector *c, bl_cluster *cluster, const bl_value *exec, bl_error *error)
{
	BL_VEC(const char *) argv = {0};
	const bl_value *args = bl_value_getz(exec, "args"), *env = bl_value_getz(exec, "env");
	bl_str printed, command = bl_collect_text(exec, "command");
	if (!command.n)
		return bl_error_set(error, BL_FAILED, "the kubeconfig's plugin has no command");
	bl_vec_push(&c->arena, &argv, bl_str_z(&c->arena, BL_STR("env")));
	for (uint32_t i = 0; bl_value_is(env, BL_LIST) && i < env->n; i++)
		bl_vec_push(&c->arena, &argv, bl_str_fmt(&c->arena, BL_FMT "=" BL_FMT, BL_ARG(bl_collect_text(env->list[i], "name")), BL_ARG(bl_collect_text(env->list[i], "value"))).p);
	bl_str version = bl_collect_text(exec, "apiVersion");
	bl_vec_push(&c->arena, &argv,
		bl_str_fmt(&c->arena, "KUBERNETES_EXEC_INFO={\"apiVersion\":\"" BL_FMT "\",\"kind\":\"ExecCredential\",\"spec\":{\"interactive\":false}}", BL_ARG(version)).p);
	bl_vec_push(&c->arena, &argv, bl_str_z(&c->arena, command));
	for (uint32_t i = 0; bl_value_is(args, BL_LIST) && i < args->n; i++)
		bl_vec_push(&c->arena, &argv, bl_str_z(&c->arena, bl_value_text(args->list[i])));
	bl_vec_push(&c->arena, &argv, NULL);
	bl_status status = bl_collect_run(c, argv.items, BL_STR(""), &printed, error);
	if (status != BL_OK)
		return BL_FAILED;
	const bl_value *json = bl_json_read(&c->arena, printed, error);
	bl_str token = bl_collect_text(json, "status.token"), certificate = bl_collect_text(json, "status.clientCertificateData");
	if (token.n)
		cluster->header = bl_str_fmt(&c->arena, "Authorization: Bearer " BL_FMT, BL_ARG(token));
	if (certificate.n) {
		cluster->certificate = temporary(c, cluster, certificate);
		cluster->key = temporary(c, cluster, bl_collect_text(json, "status.clientKeyData"));
	}
	return token.n || cluster->certificate ? BL_OK : bl_error_set(error, BL_FAILED, "'" BL_FMT "' printed no credential", BL_ARG(command));
}

static bl_status read_user(bl_collector *c, bl_cluster *cluster, const bl_value *user, bl_str folder, bl_error *error)
{
	bl_str token = bl_collect_text(user, "token"), file = bl_collect_text(user, "tokenFile");
	if (file.n && bl_collect_file(c, bl_str_z(&c->arena, file), &token, error) != BL_OK)
		return BL_FAILED;
	if (token.n)
		cluster->header = bl_str_fmt(&c->arena, "Authorization: Bearer " BL_FMT, BL_ARG(token));
	cluster->certificate = pem(c, cluster, user, "client-certificate", folder);
	cluster->key = pem(c, cluster, user, "client-key", folder);
	const bl_value *exec = bl_value_getz(user, "exec");
	return bl_value_is(exec, BL_MAP) ? from_plugin(c, cluster, exec, error) : BL_OK;
}

static bl_status read_config(bl_collector *c, bl_cluster *cluster, const bl_value *config, bl_str folder, bl_error *error)
{
	bl_str name = c->options->context ? bl_str_of(c->options->context) : bl_collect_text(config, "current-context");
	const bl_value *context = named(config, "contexts", name, "context");
	if (!context)
		return bl_error_set(error, BL_FAILED, "the kubeconfig has no context '" BL_FMT "'", BL_ARG(name));
	const bl_value *where = named(config, "clusters", bl_collect_text(context, "cluster"), "cluster");
	const bl_value *user = named(config, "users", bl_collect_text(context, "user"), "user");
	cluster->server = bl_collect_text(where, "server");
	while (bl_str_ends(cluster->server, BL_STR("/")))
		cluster->server.n--;
	if (!cluster->server.n)
		return bl_error_set(error, BL_FAILED, "the kubeconfig does not say where the cluster of '" BL_FMT "' is", BL_ARG(name));
	const bl_value *insecure = bl_value_getz(where, "insecure-skip-tls-verify");
	if (bl_value_is(insecure, BL_BOOL) && insecure->boolean)
		return bl_error_set(error, BL_FAILED, "the context '" BL_FMT "' does not check whom it talks to: give its certificate authority", BL_ARG(name));
	cluster->ca_file = pem(c, cluster, where, "certificate-authority", folder);
	return read_user(c, cluster, user, folder, error);
}

bl_status bl_cluster_find(bl_collector *c, bl_cluster *cluster, bl_error *error)
{
	const char *path = bl_collect_env("KUBECONFIG"), *home = bl_collect_env("HOME");
	bl_str text, folder;
	bl_status status = path || c->options->context ? BL_NOT_FOUND : from_pod(c, cluster, error);
	if (status != BL_NOT_FOUND)
		return status;
	if (!path)
		path = bl_str_fmt(&c->arena, "%s/.kube/config", home ? home : "").p;
	bl_str first;
	bl_str_cut(bl_str_of(path), ':', &first); /* of several the first */
	path = bl_str_z(&c->arena, first);
	if (bl_collect_file(c, path, &text, error) != BL_OK)
		return bl_error_set(error, BL_FAILED, "no cluster: neither in a pod nor is there a kubeconfig '%s'", path);
	bl_yaml_documents documents = {0};
	bl_diag_list diags = {0};
	if (!bl_yaml_read(&c->arena, 0, text, (bl_yaml_options){0}, &documents, &diags) || !documents.n)
		return bl_error_set(error, BL_FAILED, "'%s' is no YAML", path);
	folder = bl_str_slice(first, 0, (size_t)(bl_str_rfind_char(first, '/') < 0 ? 0 : bl_str_rfind_char(first, '/')));
	return read_config(c, cluster, documents.items[0], folder.n ? folder : BL_STR("."), error);
}

void bl_cluster_forget(bl_cluster *cluster)
{
	for (size_t i = 0; i < cluster->secrets.n; i++)
		unlink(cluster->secrets.items[i]);
}

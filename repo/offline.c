/*
 * What libgit2 would reach a remote with, replaced: belay reads what is on the disk and never fetches. Linked statically, these
 * stand before the library's own, so that no TLS, SSH or Kerberos library is loaded, and the machine's certificates are not
 * read at every start (13 libraries, and most of the time a scan of one small file would take). The names are libgit2 1.5's;
 * meson.build tries them, and where they do not fit, the shared library is used as it is.
 */
#include <git2.h>
#include <git2/sys/stream.h>
#include <git2/sys/transport.h>

int git_http_auth_negotiate(void **context, const void *url);
int git_mbedtls__set_cert_location(const char *file, const char *path);
int git_mbedtls_stream_global_init(void);
int git_mbedtls_stream_new(git_stream **out, const char *host, const char *port);
int git_mbedtls_stream_wrap(git_stream **out, git_stream *in, const char *host);
int git_transport_ssh_global_init(void);

static int refuse(void)
{
	git_error_set_str(GIT_ERROR_NET, "belay does not fetch");
	return GIT_ERROR;
}

int git_http_auth_negotiate(void **context, const void *url)
{
	return refuse();
}

int git_mbedtls__set_cert_location(const char *file, const char *path)
{
	return refuse();
}

int git_mbedtls_stream_global_init(void)
{
	return 0;
}

int git_mbedtls_stream_new(git_stream **out, const char *host, const char *port)
{
	return refuse();
}

int git_mbedtls_stream_wrap(git_stream **out, git_stream *in, const char *host)
{
	return refuse();
}

int git_smart_subtransport_ssh(git_smart_subtransport **out, git_transport *owner, void *parameter)
{
	return refuse();
}

int git_transport_ssh_global_init(void)
{
	return 0;
}

int git_transport_ssh_with_paths(git_transport **out, git_remote *owner, void *payload)
{
	return refuse();
}

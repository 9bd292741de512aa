/* HTTP, by libcurl, which is looked for only when something is to be fetched: a start costs nothing for it. Reads only; one thread. */
#ifndef BL_CORE_IO_HTTP_H
#define BL_CORE_IO_HTTP_H

#include "core/base/diag.h"

typedef struct bl_http bl_http; /* keeps connections and TLS sessions */

typedef struct bl_http_options {
	const char *ca_file;  /* certificates that are trusted instead of the system's; or NULL */
	unsigned attempts;    /* of one request; 0: 6 */
	unsigned timeout;     /* seconds for one attempt; 0: 120 */
	/* Told before each wait; may be NULL. */
	void (*waiting)(void *context, const char *words, double seconds);
	void *context;
} bl_http_options;

/* BL_NOT_FOUND when libcurl is not installed. Proxies are those of the environment (https_proxy, no_proxy). */
bl_status bl_http_open(const bl_http_options *options, bl_http **out, bl_error *error);
void bl_http_close(bl_http *http);

typedef struct bl_http_reply {
	long status;
	bl_str body;
	BL_VEC(bl_str) headers; /* "name: value", as sent, of the last reply */
} bl_http_reply;

typedef struct bl_http_request {
	const char *method; /* NULL: GET, or POST with a body */
	bl_str url;
	const bl_str *headers; /* "Name: value" */
	size_t nheaders;
	bl_str body;
	const char *aws;       /* "REGION:SERVICE": signed with user; only paths without escapes and sorted queries are signed right by every libcurl */
	const char *user;      /* "NAME:PASSWORD": basic, or the key and secret of aws; or NULL */
	const char *certificate, *key, *ca_file; /* PEM files of a client and of who it trusts; or NULL */
	bool direct;           /* past any proxy, 2 seconds, twice: a metadata service */
	bool follow;           /* go where redirects lead; credentials stay with the first host */
	bool (*again)(const bl_http_reply *reply); /* besides 408, 425, 429 and 5xx: is this to be asked again? Or NULL */
} bl_http_request;

/*
 * Sends, and again after a pause where that may help: no connection, 408, 425, 429, 500, 502-504. Pauses double with jitter, and are what Retry-After
 * or Azure's quota headers ask for. BL_OK with any status that came; BL_FAILED when none did; BL_LIMIT for a reply over 256 MiB. Plain http is only for
 * this machine and metadata services.
 */
bl_status bl_http_send(bl_http *http, const bl_http_request *request, bl_arena *arena, bl_http_reply *out, bl_error *error);
/* The value of a header (name without regard to case), or empty. */
bl_str bl_http_header(const bl_http_reply *reply, const char *name);
/* s with everything but unreserved characters escaped (RFC 3986). */
bl_str bl_http_escape(bl_arena *arena, bl_str s);

#endif

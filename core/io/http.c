#include "core/io/http.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/random.h>
#include <time.h>

enum { MAX_BODY = 256 << 20, MAX_HEADERS = 200, ATTEMPTS = 6, TIMEOUT = 120, LONGEST_WAIT = 120 };

/* What is used of libcurl. */
#define FUNCTIONS(X)                                                                                                    \
	X(CURL *, easy_init, (void))                                                                                    \
	X(void, easy_reset, (CURL *))                                                                                   \
	X(void, easy_cleanup, (CURL *))                                                                                 \
	X(CURLcode, easy_setopt, (CURL *, CURLoption, ...))                                                             \
	X(CURLcode, easy_perform, (CURL *))                                                                             \
	X(CURLcode, easy_getinfo, (CURL *, CURLINFO, ...))                                                              \
	X(const char *, easy_strerror, (CURLcode))                                                                      \
	X(struct curl_slist *, slist_append, (struct curl_slist *, const char *))                                       \
	X(void, slist_free_all, (struct curl_slist *))

typedef struct library {
#define X(type, name, arguments) type(*name) arguments;
	FUNCTIONS(X)
#undef X
} library;

struct bl_http {
	void *handle;
	library curl;
	CURL *easy;
	bl_http_options options;
};

/* The reply under way. */
typedef struct receiver {
	bl_arena *arena;
	bl_buf body;
	bl_http_reply *reply;
	bool too_large;
} receiver;

static bool find_functions(void *handle, library *curl)
{
	bool all = true;
#define X(type, name, arguments)                                                                                        \
	{                                                                                                               \
		void *address = dlsym(handle, "curl_" #name);                                                           \
		memcpy(&curl->name, &address, sizeof address);                                                          \
		all = all && address;                                                                                   \
	}
	FUNCTIONS(X)
#undef X
	return all;
}

bl_status bl_http_open(const bl_http_options *options, bl_http **out, bl_error *error)
{
	static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.so"};
	void *handle = NULL;
	for (size_t i = 0; i < sizeof names / sizeof *names && !handle; i++)
		handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	bl_http *http = bl_xmalloc(sizeof *http);
	http->handle = handle;
	http->options = *options;
	if (!handle || !find_functions(handle, &http->curl) || !(http->easy = http->curl.easy_init())) {
		bl_http_close(http);
		return bl_error_set(error, BL_NOT_FOUND, "libcurl is not installed, and fetching needs it (Debian: libcurl4)");
	}
	*out = http;
	return BL_OK;
}

void bl_http_close(bl_http *http)
{
	if (!http)
		return;
	if (http->easy)
		http->curl.easy_cleanup(http->easy);
	if (http->handle)
		dlclose(http->handle);
	free(http);
}

static size_t on_body(char *data, size_t size, size_t n, void *context)
{
	receiver *r = context;
	if (r->body.n + size * n > MAX_BODY) {
		r->too_large = true;
		return 0;
	}
	bl_buf_put(&r->body, bl_str_make(data, size * n));
	return size * n;
}

static size_t on_header(char *data, size_t size, size_t n, void *context)
{
	receiver *r = context;
	bl_str line = bl_str_trim(bl_str_make(data, size * n));
	if (bl_str_starts(line, BL_STR("HTTP/")))
		r->reply->headers.n = 0; /* of the reply before: a redirect, a "continue" */
	else if (line.n && r->reply->headers.n < MAX_HEADERS)
		bl_vec_push(r->arena, &r->reply->headers, bl_str_dup(r->arena, line));
	return size * n;
}

bl_str bl_http_header(const bl_http_reply *reply, const char *name)
{
	for (size_t i = 0; i < reply->headers.n; i++) {
		bl_str key, value = bl_str_cut(reply->headers.items[i], ':', &key);
		if (bl_str_eqiz(key, name))
			return bl_str_trim(value);
	}
	return BL_STR("");
}

/* This machine, and the addresses at which clouds tell a machine who it is. */
static bool is_near(bl_str host)
{
	static const char *const hosts[] = {"127.0.0.1", "localhost", "[::1]", "169.254.169.254", "169.254.170.2", "169.254.170.23",
		"metadata.google.internal"};
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
		if (bl_str_eqiz(host, hosts[i]))
			return true;
	return false;
}

static bool is_allowed(bl_str url)
{
	bl_str host, rest;
	if (bl_str_startsi(url, BL_STR("https://")))
		return true;
	if (!bl_str_startsi(url, BL_STR("http://")))
		return false;
	rest = bl_str_slice(url, 7, url.n);
	bl_str_cut(rest, '/', &host);
	ptrdiff_t colon = bl_str_rfind_char(host, ':'), bracket = bl_str_rfind_char(host, ']');
	return is_near(colon > bracket ? bl_str_slice(host, 0, (size_t)colon) : host);
}

static void set_request(bl_http *http, const bl_http_request *request, receiver *r, struct curl_slist **list)
{
	const library *c = &http->curl;
	CURL *e = http->easy;
	const char *ca = request->ca_file ? request->ca_file : http->options.ca_file;
	unsigned timeout = http->options.timeout ? http->options.timeout : TIMEOUT;
	bl_arena *arena = r->arena;
	c->easy_reset(e);
	c->easy_setopt(e, CURLOPT_URL, bl_str_z(arena, request->url));
	c->easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	c->easy_setopt(e, CURLOPT_REDIR_PROTOCOLS_STR, bl_str_startsi(request->url, BL_STR("http://")) ? "http,https" : "https");
	c->easy_setopt(e, CURLOPT_USERAGENT, "belay/" BELAY_VERSION);
	c->easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "");
	c->easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	c->easy_setopt(e, CURLOPT_CONNECTTIMEOUT, request->direct ? 2L : 20L);
	c->easy_setopt(e, CURLOPT_TIMEOUT, request->direct ? 10L : (long)timeout);
	c->easy_setopt(e, CURLOPT_FOLLOWLOCATION, request->follow ? 1L : 0L);
	c->easy_setopt(e, CURLOPT_MAXREDIRS, 5L);
	c->easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	c->easy_setopt(e, CURLOPT_WRITEDATA, r);
	c->easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	c->easy_setopt(e, CURLOPT_HEADERDATA, r);
	if (request->direct)
		c->easy_setopt(e, CURLOPT_NOPROXY, "*");
	if (ca)
		c->easy_setopt(e, CURLOPT_CAINFO, ca);
	if (request->certificate) {
		c->easy_setopt(e, CURLOPT_SSLCERT, request->certificate);
		c->easy_setopt(e, CURLOPT_SSLKEY, request->key);
	}
	if (request->user)
		c->easy_setopt(e, CURLOPT_USERPWD, request->user);
	if (request->aws)
		c->easy_setopt(e, CURLOPT_AWS_SIGV4, bl_str_fmt(arena, "aws:amz:%s", request->aws).p);
	for (size_t i = 0; i < request->nheaders; i++)
		*list = c->slist_append(*list, bl_str_z(arena, request->headers[i]));
	if (request->body.n || (request->method && strcmp(request->method, "POST") == 0)) {
		c->easy_setopt(e, CURLOPT_POSTFIELDSIZE, (long)request->body.n);
		c->easy_setopt(e, CURLOPT_POSTFIELDS, request->body.n ? request->body.p : "");
	}
	if (request->method)
		c->easy_setopt(e, CURLOPT_CUSTOMREQUEST, request->method);
	c->easy_setopt(e, CURLOPT_HTTPHEADER, *list);
}

static bool may_help(long status)
{
	return status == 408 || status == 425 || status == 429 || status == 500 || (status >= 502 && status <= 504);
}

/* A number below 1 that nobody can foresee: clients that were refused together must not come back together. */
static double jitter(void)
{
	uint32_t n = 0;
	if (getrandom(&n, sizeof n, GRND_NONBLOCK) != sizeof n)
		n = (uint32_t)clock();
	return (double)n / 4294967296.0;
}

/* Seconds that a reply asks to wait for; negative when it does not say. */
static double asked_wait(const bl_http_reply *reply)
{
	bl_str after = bl_http_header(reply, "retry-after"), quota = bl_http_header(reply, "x-ms-user-quota-resets-after");
	char text[64];
	unsigned h, m;
	double s;
	struct tm tm = {0};
	snprintf(text, sizeof text, BL_FMT, BL_ARG(after));
	if (after.n && text[0] >= '0' && text[0] <= '9')
		return atof(text);
	if (after.n && strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &tm))
		return difftime(timegm(&tm), time(NULL));
	snprintf(text, sizeof text, BL_FMT, BL_ARG(quota));
	if (reply->status == 429 && sscanf(text, "%u:%u:%lf", &h, &m, &s) == 3)
		return h * 3600.0 + m * 60.0 + s;
	return -1;
}

static void pause_before(bl_http *http, unsigned attempt, const bl_http_reply *reply, const char *why)
{
	double asked = reply->status ? asked_wait(reply) : -1;
	double seconds = asked >= 0 ? asked * (1 + jitter() / 10) : (double)(1u << attempt) * (0.5 + jitter() / 2);
	if (seconds > LONGEST_WAIT)
		seconds = LONGEST_WAIT;
	if (http->options.waiting)
		http->options.waiting(http->options.context, why, seconds);
	struct timespec t = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
	nanosleep(&t, NULL);
}

/* One attempt. BL_FAILED: no reply came, and words say why. */
static bl_status attempt(bl_http *http, const bl_http_request *request, bl_arena *arena, bl_http_reply *reply, bl_error *error)
{
	receiver r = {.arena = arena, .reply = reply};
	struct curl_slist *list = NULL;
	*reply = (bl_http_reply){0};
	set_request(http, request, &r, &list);
	CURLcode code = http->curl.easy_perform(http->easy);
	http->curl.easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &reply->status);
	http->curl.slist_free_all(list);
	bl_status status = BL_OK;
	if (r.too_large)
		status = bl_error_set(error, BL_LIMIT, "the reply of '" BL_FMT "' is larger than %d bytes", BL_ARG(request->url), MAX_BODY);
	else if (code != CURLE_OK)
		status = bl_error_set(error, BL_FAILED, "'" BL_FMT "': %s", BL_ARG(request->url), http->curl.easy_strerror(code));
	reply->body = bl_str_dup(arena, bl_buf_str(&r.body));
	bl_buf_done(&r.body);
	return status;
}

bl_status bl_http_send(bl_http *http, const bl_http_request *request, bl_arena *arena, bl_http_reply *out, bl_error *error)
{
	unsigned most = request->direct ? 2 : http->options.attempts ? http->options.attempts : ATTEMPTS;
	bl_error words = {""};
	bl_http_reply reply = {0};
	bl_status status = BL_OK;
	if (!is_allowed(request->url))
		return bl_error_set(error, BL_FAILED, "'" BL_FMT "' is not asked: it is not https", BL_ARG(request->url));
	for (unsigned i = 0; i < most; i++) {
		status = attempt(http, request, arena, &reply, &words);
		bool again = status == BL_FAILED || (status == BL_OK && (may_help(reply.status) || (request->again && request->again(&reply))));
		if (!again || i + 1 == most)
			break;
		char why[96];
		snprintf(why, sizeof why, reply.status ? "status %ld" : "no reply", reply.status);
		pause_before(http, i, &reply, why);
	}
	if (status != BL_OK)
		return bl_error_set(error, status, "%s", words.text);
	*out = reply;
	return BL_OK;
}

bl_str bl_http_escape(bl_arena *arena, bl_str s)
{
	static const char hex[] = "0123456789ABCDEF";
	char *out = bl_arena_alloc(arena, s.n * 3 + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool plain = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '-' || c == '.' || c == '_' || c == '~';
		if (plain) {
			out[n++] = (char)c;
			continue;
		}
		out[n++] = '%';
		out[n++] = hex[c >> 4];
		out[n++] = hex[c & 15];
	}
	return bl_str_make(out, n);
}

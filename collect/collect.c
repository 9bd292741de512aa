#include "collect/collector.h"

#include "core/codec/base64.h"
#include "core/codec/json.h"
#include "core/io/file.h"
#include "core/io/process.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { FLUSH_AT = 1 << 20, MAX_CREDENTIAL = 1 << 20, PROGRAM_SECONDS = 60 };

static const struct {
	const char *name;
	bl_status (*collect)(bl_collector *c, bl_error *error);
} sources[] = {
	{"aws", bl_collect_aws},
	{"azure", bl_collect_azure},
	{"google", bl_collect_google},
	{"kubernetes", bl_collect_kubernetes},
	{"registry", bl_collect_registry},
};

void bl_collect_turn(bl_collector *c)
{
	bl_arena_done(&c->page);
	c->page = (bl_arena){0};
}

bl_str bl_collect_text(const bl_value *json, const char *path)
{
	return bl_value_text(bl_value_at_path(json, bl_str_of(path)));
}

bl_str bl_collect_complaint(bl_arena *arena, const bl_http_reply *reply)
{
	static const char *const paths[] = {"error.message", "error_description", "message", "errorMessage", "errors.0.message", "error", "__type"};
	bl_str line;
	bl_error ignored;
	const bl_value *json = bl_json_read(arena, reply->body, &ignored);
	for (size_t i = 0; json && i < sizeof paths / sizeof *paths; i++) {
		bl_str text = bl_collect_text(json, paths[i]);
		bl_str_cut(text, '\n', &line);
		if (line.n)
			return bl_str_slice(bl_str_trim(line), 0, 300);
	}
	bl_str_cut(bl_str_trim(reply->body), '\n', &line);
	return bl_str_slice(bl_str_trim(line), 0, 200);
}

bl_status bl_collect_ask(bl_collector *c, const bl_http_request *request, bl_http_reply *reply, const bl_value **json, bl_error *error)
{
	bl_error ignored;
	bl_status status = bl_http_send(c->http, request, &c->page, reply, error);
	if (status != BL_OK)
		return status;
	if (reply->status >= 300) {
		bl_str host, words = bl_collect_complaint(&c->page, reply);
		bl_str_cut(request->url, '?', &host); /* a query may hold a token */
		return bl_error_set(error, BL_FAILED, "'" BL_FMT "' answers %ld: " BL_FMT, BL_ARG(host), reply->status, BL_ARG(words));
	}
	*json = bl_json_read(&c->page, reply->body, &ignored);
	return BL_OK;
}

void bl_collect_flush(bl_collector *c, bool all)
{
	if (c->out.n && (all || c->out.n > FLUSH_AT)) {
		c->stopped = c->stopped || !c->sink->write(c->sink->context, NULL, bl_buf_str(&c->out));
		c->out.n = 0;
	}
}

void bl_collect_put(bl_collector *c, const char *text)
{
	bl_buf_putz(&c->out, text);
}

void bl_collect_row(bl_collector *c, const bl_value *row, size_t *written)
{
	bl_json j;
	bl_buf_putz(&c->out, (*written)++ ? ",\n" : "\n");
	bl_json_begin(&j, &c->out, false);
	bl_json_value(&j, row);
	c->found.rows++;
	bl_collect_flush(c, false);
}

void bl_collect_say(bl_collector *c, bl_diag_level level, const char *format, ...)
{
	char words[600];
	va_list ap;
	va_start(ap, format);
	vsnprintf(words, sizeof words, format, ap);
	va_end(ap);
	c->sink->say(c->sink->context, level, words);
}

void bl_collect_miss(bl_collector *c, const char *format, ...)
{
	char words[600];
	va_list ap;
	va_start(ap, format);
	vsnprintf(words, sizeof words, format, ap);
	va_end(ap);
	c->found.partial = true;
	c->sink->say(c->sink->context, BL_DIAG_WARNING, words);
}

const char *bl_collect_env(const char *name)
{
	const char *value = getenv(name);
	return value && *value ? value : NULL;
}

bl_status bl_collect_run(bl_collector *c, const char *const *argv, bl_str input, bl_str *printed, bl_error *error)
{
	bl_str said = {0}, line;
	int code = 0;
	bl_status status = bl_process_run(argv, input, PROGRAM_SECONDS, MAX_CREDENTIAL, &c->arena, printed, &said, &code, error);
	if (status == BL_OK && code) {
		bl_str_cut(bl_str_trim(said), '\n', &line);
		return bl_error_set(error, BL_FAILED, "'%s' ended with %d: " BL_FMT, argv[0], code, BL_ARG(line));
	}
	return status;
}

bl_str bl_collect_decode(bl_collector *c, bl_str text)
{
	bl_buf bytes = {0};
	bl_str out = bl_base64_read(text, &bytes) ? bl_str_dup(&c->arena, bl_buf_str(&bytes)) : BL_STR("");
	bl_buf_done(&bytes);
	return out;
}

bl_status bl_collect_file(bl_collector *c, const char *path, bl_str *text, bl_error *error)
{
	bl_status status = bl_file_read(&c->arena, path, MAX_CREDENTIAL, text, error);
	if (status == BL_OK)
		*text = bl_str_trim(*text);
	return status;
}

static void on_wait(void *context, const char *why, double seconds)
{
	bl_collect_say(context, BL_DIAG_NOTE, "%s: waiting for %.1f seconds", why, seconds);
}

bl_status bl_collect(const bl_collect_options *options, const bl_collect_sink *sink, bl_collected *out, bl_error *error)
{
	bl_collector c = {.options = options, .sink = sink};
	bl_http_options http = {.ca_file = options->ca_file, .waiting = on_wait, .context = &c};
	size_t i = 0, n = sizeof sources / sizeof *sources;
	while (i < n && strcmp(sources[i].name, options->source) != 0)
		i++;
	if (i == n)
		return bl_error_set(error, BL_FAILED, "'%s' is nothing that can be asked: aws, azure, google, kubernetes or registry", options->source);
	bl_status status = bl_http_open(&http, &c.http, error);
	if (status == BL_OK)
		status = sources[i].collect(&c, error);
	if (status == BL_OK) {
		bl_collect_flush(&c, true);
		*out = c.found;
	}
	if (status == BL_OK && c.stopped)
		status = bl_error_set(error, BL_FAILED, "what was read could not be written");
	bl_http_close(c.http);
	bl_buf_done(&c.out);
	bl_arena_done(&c.page);
	bl_arena_done(&c.arena);
	return status;
}

/* Inside collect/ only: what the sources share. */
#ifndef BL_COLLECT_COLLECTOR_H
#define BL_COLLECT_COLLECTOR_H

#include "collect/collect.h"
#include "core/base/value.h"
#include "core/io/http.h"

typedef struct bl_collector {
	const bl_collect_options *options;
	const bl_collect_sink *sink;
	bl_http *http;
	bl_arena arena; /* until the end: credentials, names */
	bl_arena page;  /* of one reply; see bl_collect_turn */
	bl_buf out;     /* written when it is large */
	bl_collected found;
	bool stopped; /* the sink wants no more */
} bl_collector;

/* Forgets the page that was read last. */
void bl_collect_turn(bl_collector *c);
/* Sends and reads the reply as JSON (NULL where it is none). BL_FAILED, and words with what the service says, for a status of 400 or more. */
bl_status bl_collect_ask(bl_collector *c, const bl_http_request *request, bl_http_reply *reply, const bl_value **json, bl_error *error);
/* What a service says went wrong: the message in the usual shapes of error replies, or the first line. */
bl_str bl_collect_complaint(bl_arena *arena, const bl_http_reply *reply);
bl_str bl_collect_text(const bl_value *json, const char *path);

/* A row, as compact JSON behind the comma that it needs. */
void bl_collect_row(bl_collector *c, const bl_value *row, size_t *written);
void bl_collect_put(bl_collector *c, const char *text);
/* Hands over what is to be written, when it is much or at once. */
void bl_collect_flush(bl_collector *c, bool all);
void bl_collect_say(bl_collector *c, bl_diag_level level, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Something is missing: says so and marks what was found as partial. */
void bl_collect_miss(bl_collector *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* An environment variable that is set to something, or NULL. */
const char *bl_collect_env(const char *name);
/* What a program of the user's prints. BL_NOT_FOUND where there is no such program. */
bl_status bl_collect_run(bl_collector *c, const char *const *argv, bl_str input, bl_str *printed, bl_error *error);
/* What a text in base64 stands for; empty when it is none. */
bl_str bl_collect_decode(bl_collector *c, bl_str text);
/* A small file with a credential; read anew each time, for they are replaced. */
bl_status bl_collect_file(bl_collector *c, const char *path, bl_str *text, bl_error *error);

/* Each writes all of its export, and gives BL_FAILED when nothing could be read. */
bl_status bl_collect_aws(bl_collector *c, bl_error *error);
bl_status bl_collect_azure(bl_collector *c, bl_error *error);
bl_status bl_collect_google(bl_collector *c, bl_error *error);
bl_status bl_collect_kubernetes(bl_collector *c, bl_error *error);
bl_status bl_collect_registry(bl_collector *c, bl_error *error);

/* azure_token.c: "Authorization: Bearer ...", of the first way that is set up. resource: "https://management.azure.com/". */
bl_status bl_azure_authorize(bl_collector *c, const char *authority, const char *resource, bl_str *header, bl_error *error);

#endif

/* Snapshots made of a text at hand, for the tests of formats. */
#ifndef TESTS_UNIT_SNAPSHOT_TEXT_H
#define TESTS_UNIT_SNAPSHOT_TEXT_H

#include "core/codec/json.h"
#include "snapshots/snapshots.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline bl_status read_snapshot_text(bl_str text, bl_snapshot *out, bl_error *error)
{
	char path[] = P_tmpdir "/belay-test-XXXXXX";
	bl_arena arena = {0};
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_true(write(fd, text.p, text.n) == (ssize_t)text.n);
	close(fd);
	bl_schema *schema = bl_schema_new(&arena);
	bl_status status = bl_snapshot_read(schema, path, out, error);
	unlink(path);
	/* a snapshot keeps nothing of the schema that is on the heap of this test: names are copied */
	bl_arena_done(&arena);
	return status;
}

static inline bl_snapshot snapshot_of(const char *text)
{
	bl_snapshot s;
	bl_error error = {""};
	bl_status status = read_snapshot_text(bl_str_of(text), &s, &error);
	assert_string_equal(error.text, "");
	assert_int_equal(status, BL_OK);
	return s;
}

/* The asset of an id; the test fails without one. */
static inline const bl_asset *asset_of(const bl_snapshot *s, const char *id)
{
	for (size_t i = 0; i < s->assets.n; i++)
		if (bl_str_eqz(s->assets.items[i]->id, id))
			return s->assets.items[i];
	fail_msg("there is no asset '%s' among %zu", id, s->assets.n);
	return NULL;
}

static inline const bl_binding *binding_of(const bl_snapshot *s, const char *address)
{
	for (size_t i = 0; i < s->bindings.n; i++)
		if (bl_str_eqz(s->bindings.items[i].address, address))
			return &s->bindings.items[i];
	fail_msg("there is no binding of '%s' among %zu", address, s->bindings.n);
	return NULL;
}

/* What stands at path in the asset's body, as JSON; "" for nothing. */
static inline const char *body_at(const bl_snapshot *s, const bl_asset *a, const char *path)
{
	const bl_value *v = bl_value_at_path(a->body, bl_str_of(path));
	bl_buf out = {0};
	bl_json j;
	if (!v)
		return "";
	bl_json_begin(&j, &out, false);
	bl_json_value(&j, v);
	const char *z = bl_str_z(&((bl_snapshot *)(uintptr_t)s)->arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return z;
}

#define assert_text(s, z) assert_string_equal(bl_str_z(&text_arena, (s)), (z))
static bl_arena text_arena;

/* Everything that a snapshot keeps, as any output may print it. */
static inline void print_snapshot(const bl_snapshot *s, bl_buf *out)
{
	for (size_t i = 0; i < s->assets.n; i++) {
		const bl_asset *a = s->assets.items[i];
		bl_json j;
		bl_json_begin(&j, out, false);
		bl_json_array(&j);
		bl_json_str(&j, a->id);
		bl_json_str(&j, a->name);
		if (a->tags)
			bl_json_value(&j, a->tags);
		if (a->body)
			bl_json_value(&j, a->body);
		bl_json_array_end(&j);
	}
	for (size_t i = 0; i < s->bindings.n; i++)
		bl_buf_put(out, s->bindings.items[i].id);
	for (size_t i = 0; i < s->diags.n; i++)
		bl_buf_put(out, s->diags.items[i].message);
}

#endif

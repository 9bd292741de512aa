/*
 * Parses what comes and holds the tree against its promises: spans lie inside the source, children inside their parents, and parsing twice prints the same.
 * FUZZ_LANGUAGE, FUZZ_DIALECT and FUZZ_PATH say as what; then the text goes through evaluation and rules.
 */
#include "engine/engine.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void require(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

static void check_span(bl_span span, bl_span parent, size_t size, const char *what)
{
	require(span.begin <= span.end, what);
	if (span.source != parent.source)
		return; /* a derived text: its own source is checked where it begins */
	require(span.end <= size, "a span ends inside the source");
	require(parent.begin <= span.begin && span.end <= parent.end, what);
}

static void check_expr(const bl_expr *e, bl_span parent, size_t size)
{
	if (!e)
		return;
	check_span(e->span, parent, size, "an expression lies inside what holds it");
	for (uint32_t i = 0; i < e->n; i++)
		check_expr(e->kids[i], e->span, size);
}

static void check_block(const bl_block *b, bl_span parent, size_t size)
{
	check_span(b->span, parent, size, "a block lies inside its parent");
	for (size_t i = 0; i < b->attrs.n; i++) {
		check_span(b->attrs.items[i].span, b->span, size, "an attribute lies inside its block");
		check_expr(b->attrs.items[i].expr, b->attrs.items[i].span, size);
	}
	for (size_t i = 0; i < b->blocks.n; i++)
		check_block(b->blocks.items[i], b->span, size);
}

static void parse(bl_sources *sources, bl_document *d, bl_str text)
{
	d->language = FUZZ_LANGUAGE;
	d->dialect = BL_STR(FUZZ_DIALECT);
	d->path = BL_STR(FUZZ_PATH);
	d->source = bl_sources_add(sources, BL_STR(""), d->path, text);
	bl_parse(sources, d);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static bl_session *session;
	if (!session)
		session = bl_session_open(NULL, 0, NULL, 0);
	if (!session)
		abort();
	/* an exact copy on the heap, so that a read past its end is seen */
	char *copy = bl_xmalloc(size);
	if (size)
		memcpy(copy, data, size);
	bl_str text = {copy, size};
	bl_sources *sources = bl_sources_new();
	bl_document first = {0}, second = {0};
	bl_buf a = {0}, b = {0};
	parse(sources, &first, text);
	parse(sources, &second, text);
	bl_document_print(&first, &a);
	bl_document_print(&second, &b);
	require(bl_str_eq(bl_buf_str(&a), bl_buf_str(&b)), "parsing twice prints the same");
	bl_span all = {first.source, 0, (uint32_t)size};
	for (size_t i = 0; i < first.blocks.n; i++)
		check_block(first.blocks.items[i], all, size);
	bl_buf_done(&a);
	bl_buf_done(&b);
	bl_arena_done(&first.arena);
	bl_arena_done(&second.arena);
	bl_sources_free(sources);
	bl_report *report = bl_engine_run_text(session, bl_str_of(bl_language_name(FUZZ_LANGUAGE)), text);
	bl_report_free(report);
	free(copy);
	return 0;
}

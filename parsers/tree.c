#include "parsers/tree.h"

/* The library asks after every hundred steps. Dense text (a token a byte) takes four or five a byte, damaged text without end takes thousands. */
enum { STEPS_ASKED = 100, STEPS_PER_BYTE = 10, STEPS_FREE = 100000 };

static bool is_over(TSParseState *state)
{
	uint64_t *left = state->payload;
	return (*left)-- == 0;
}

static const char *read_text(void *payload, uint32_t at, TSPoint place, uint32_t *n)
{
	const bl_str *text = payload;
	*n = at < text->n ? (uint32_t)text->n - at : 0;
	return *n ? text->p + at : "";
}

TSTree *bl_tree_parse(TSParser *parser, const TSLanguage *language, bl_str text, size_t n)
{
	uint64_t left = (STEPS_FREE + n * STEPS_PER_BYTE) / STEPS_ASKED;
	TSInput input = {&text, read_text, TSInputEncodingUTF8, NULL};
	if (text.n >= UINT32_MAX || !ts_parser_set_language(parser, language))
		return NULL;
	ts_parser_reset(parser); /* what was given up before is not gone on with */
	return ts_parser_parse_with_options(parser, NULL, input, (TSParseOptions){&left, is_over});
}

void bl_tree_parser_done(TSParser **parser)
{
	ts_parser_delete(*parser);
}

void bl_tree_done(TSTree **tree)
{
	ts_tree_delete(*tree);
}

#include "core/codec/csv.h"

static bool is_formula(bl_str s)
{
	return s.n && memchr("=+-@\t\r", s.p[0], 6);
}

static bool needs_quotes(bl_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (memchr("\",\r\n", s.p[i], 4))
			return true;
	return false;
}

void bl_csv_field(bl_csv *csv, bl_str text)
{
	bool quotes = needs_quotes(text);
	if (csv->begun)
		bl_buf_putc(csv->out, ',');
	csv->begun = true;
	if (quotes)
		bl_buf_putc(csv->out, '"');
	if (is_formula(text))
		bl_buf_putc(csv->out, '\'');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			bl_buf_putc(csv->out, '"');
		bl_buf_putc(csv->out, text.p[i]);
	}
	if (quotes)
		bl_buf_putc(csv->out, '"');
}

void bl_csv_end(bl_csv *csv)
{
	bl_buf_putz(csv->out, "\r\n");
	csv->begun = false;
}

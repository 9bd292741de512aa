#include "core/codec/base64.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void bl_base64_write(bl_str s, bl_buf *out)
{
	for (size_t i = 0; i < s.n; i += 3) {
		const unsigned char *p = (const unsigned char *)s.p + i;
		size_t left = s.n - i;
		uint32_t bits = (uint32_t)p[0] << 16 | (left > 1 ? (uint32_t)p[1] << 8 : 0) | (left > 2 ? p[2] : 0);
		bl_buf_putc(out, letters[bits >> 18]);
		bl_buf_putc(out, letters[bits >> 12 & 63]);
		bl_buf_putc(out, left > 1 ? letters[bits >> 6 & 63] : '=');
		bl_buf_putc(out, left > 2 ? letters[bits & 63] : '=');
	}
}

bool bl_base64_read(bl_str s, bl_buf *out)
{
	uint32_t bits = 0;
	size_t n = 0, padding = 0;
	for (size_t i = 0; i < s.n; i++) {
		const char *at = s.p[i] ? strchr(letters, s.p[i]) : NULL;
		if (s.p[i] == '\n' || s.p[i] == '\r')
			continue;
		if (s.p[i] == '=' && padding < 2) {
			padding++;
			continue;
		}
		if (!at || padding)
			return false;
		bits = bits << 6 | (uint32_t)(at - letters);
		if (++n % 4 == 0)
			for (int shift = 16; shift >= 0; shift -= 8)
				bl_buf_putc(out, (char)(bits >> shift));
	}
	if (n % 4 == 3) {
		bl_buf_putc(out, (char)(bits >> 10));
		bl_buf_putc(out, (char)(bits >> 2));
	} else if (n % 4 == 2) {
		bl_buf_putc(out, (char)(bits >> 4));
	}
	return (n + padding) % 4 == 0 && n % 4 != 1;
}

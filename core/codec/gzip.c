#include "core/codec/gzip.h"

#include <zlib.h>

/* Longer texts may be shorter with a code of their own, which encoders choose differently. */
enum { SHORT = 16 };

bool bl_gzip_read(bl_str in, size_t limit, bl_buf *out)
{
	z_stream z = {.next_in = (Bytef *)(uintptr_t)in.p, .avail_in = (uInt)in.n};
	char chunk[16384];
	int rc = Z_OK;
	if (in.n > UINT32_MAX || inflateInit2(&z, 15 + 16) != Z_OK)
		return false;
	while (rc == Z_OK && out->n <= limit) {
		z.next_out = (Bytef *)chunk;
		z.avail_out = sizeof chunk;
		rc = inflate(&z, Z_NO_FLUSH);
		bl_buf_put(out, bl_str_make(chunk, sizeof chunk - z.avail_out));
		if (rc == Z_OK && !z.avail_in && z.avail_out)
			rc = Z_DATA_ERROR;
	}
	inflateEnd(&z);
	return rc == Z_STREAM_END && out->n <= limit;
}

static bool repeats(bl_str s)
{
	for (size_t i = 0; i + 3 < s.n; i++)
		if (bl_str_find(s, bl_str_slice(s, i, i + 3), i + 1) >= 0)
			return true;
	return false;
}

bool bl_gzip_short(bl_str in, bl_buf *out)
{
	static const char head[] = {0x1f, (char)0x8b, 8, 0, 0, 0, 0, 0, 0, (char)0xff};
	static const char last[] = {1, 0, 0, (char)0xff, (char)0xff};
	unsigned char body[8 * SHORT];
	z_stream z = {.next_in = (Bytef *)(uintptr_t)in.p, .avail_in = (uInt)in.n, .next_out = body, .avail_out = sizeof body};
	if (!in.n || in.n > SHORT || repeats(in) || deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_FIXED) != Z_OK)
		return false;
	bool good = deflate(&z, Z_SYNC_FLUSH) == Z_OK;
	uint32_t crc = (uint32_t)crc32(0, (const Bytef *)in.p, (uInt)in.n);
	if (good) {
		bl_buf_put(out, bl_str_make(head, sizeof head));
		bl_buf_put(out, bl_str_make((const char *)body, z.total_out));
		bl_buf_put(out, bl_str_make(last, sizeof last));
		for (int shift = 0; shift < 32; shift += 8)
			bl_buf_putc(out, (char)(crc >> shift));
		for (int shift = 0; shift < 32; shift += 8)
			bl_buf_putc(out, (char)((uint32_t)in.n >> shift));
	}
	deflateEnd(&z);
	return good;
}

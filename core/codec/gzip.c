#include "core/codec/gzip.h"

#include <stdlib.h>
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

struct bl_gzip_stream {
	z_stream z;
	uint64_t in, out;
	bool inside, over; /* in the middle of a member; after the last one */
};

bool bl_gzip_is(bl_str bytes)
{
	return bl_str_starts(bytes, BL_STR("\x1f\x8b"));
}

bl_gzip_stream *bl_gzip_stream_new(void)
{
	bl_gzip_stream *s = bl_xmalloc(sizeof *s);
	if (inflateInit2(&s->z, 15 + 16) != Z_OK)
		s->over = true;
	return s;
}

void bl_gzip_stream_free(bl_gzip_stream *s)
{
	if (!s)
		return;
	inflateEnd(&s->z);
	free(s);
}

bl_status bl_gzip_stream_feed(bl_gzip_stream *s, bl_str bytes, bool (*each)(void *, bl_str), void *context, bl_error *error)
{
	char chunk[65536];
	s->z.next_in = (Bytef *)(uintptr_t)bytes.p;
	s->z.avail_in = (uInt)bytes.n;
	/* what follows the last member is padding */
	while (!s->over && (s->z.avail_in || s->inside)) {
		s->z.next_out = (Bytef *)chunk;
		s->z.avail_out = sizeof chunk;
		uInt before = s->z.avail_in;
		if (!s->inside && *s->z.next_in == 0) {
			s->over = true;
			break;
		}
		s->inside = true;
		int rc = inflate(&s->z, Z_NO_FLUSH);
		size_t n = sizeof chunk - s->z.avail_out;
		s->in += before - s->z.avail_in;
		s->out += n;
		if (n && !each(context, bl_str_make(chunk, n)))
			s->over = true;
		if (s->out > BL_GZIP_MAX)
			return bl_error_set(error, BL_LIMIT, "it unpacks to more than %llu bytes", (unsigned long long)BL_GZIP_MAX);
		if (rc == Z_STREAM_END) {
			s->inside = false;
			inflateReset(&s->z);
		} else if (rc != Z_OK && rc != Z_BUF_ERROR) {
			return bl_error_set(error, BL_FAILED, "byte %llu: is no whole gzip: %s", (unsigned long long)s->in,
				s->z.msg ? s->z.msg : "wrong bytes");
		} else if (!s->z.avail_in && s->z.avail_out) {
			break;
		}
	}
	return BL_OK;
}

bl_status bl_gzip_stream_end(bl_gzip_stream *s, bl_error *error)
{
	if (s->inside && !s->over)
		return bl_error_set(error, BL_FAILED, "byte %llu: the gzip ends in the middle", (unsigned long long)s->in);
	return BL_OK;
}

#include "snapshots/unwrap.h"

#include "core/codec/gzip.h"
#include "core/codec/tar.h"

#include <stdlib.h>

typedef enum kind { UNDECIDED, TEXT, TAR, UTF16_LITTLE, UTF16_BIG } kind;

struct bl_unwrap {
	bl_unwrap_to to;
	bl_buf first;     /* the file's first bytes, until it is clear whether they are gzip */
	bool begun, stopped;
	bl_gzip_stream *gzip;
	bl_buf head;      /* what it holds, until it is clear what that is */
	kind kind;
	bl_tar *tar;
	bl_status status; /* of the archive, which cannot be told through the layers between */
	bl_error error;
	unsigned char odd[4]; /* UTF-16 units that are not whole: half a unit, the first of two */
	size_t nodd;
};

bl_unwrap *bl_unwrap_new(const bl_unwrap_to *to)
{
	bl_unwrap *u = bl_xmalloc(sizeof *u);
	u->to = *to;
	return u;
}

void bl_unwrap_free(bl_unwrap *u)
{
	if (!u)
		return;
	bl_gzip_stream_free(u->gzip);
	bl_tar_free(u->tar);
	bl_buf_done(&u->first);
	bl_buf_done(&u->head);
	free(u);
}

bool bl_unwrap_stopped(const bl_unwrap *u)
{
	return u->stopped;
}

static uint32_t unit(const bl_unwrap *u, const unsigned char *p)
{
	return u->kind == UTF16_LITTLE ? (uint32_t)(p[0] | p[1] << 8) : (uint32_t)(p[0] << 8 | p[1]);
}

/* The next code point of the units that wait, U+FFFD for half a pair; false when more have to come. */
static bool next_point(bl_unwrap *u, uint32_t *c)
{
	if (u->nodd < 2)
		return false;
	*c = unit(u, u->odd);
	bool high = *c >= 0xd800 && *c < 0xdc00;
	if (high && u->nodd < 4)
		return false;
	uint32_t low = high ? unit(u, u->odd + 2) : 0;
	bool pair = low >= 0xdc00 && low < 0xe000;
	if (pair)
		*c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
	else if (*c >= 0xd800 && *c < 0xe000)
		*c = 0xfffd;
	u->nodd -= pair ? 4 : 2;
	memmove(u->odd, u->odd + (pair ? 4 : 2), u->nodd);
	return true;
}

static bool utf16(bl_unwrap *u, bl_str bytes)
{
	char out[4096];
	size_t n = 0;
	uint32_t c;
	for (size_t i = 0; i < bytes.n && !u->stopped; i++) {
		u->odd[u->nodd++] = (unsigned char)bytes.p[i];
		while (u->nodd % 2 == 0 && next_point(u, &c))
			n += bl_str_put_utf8(out + n, c);
		if (n > sizeof out - 16) {
			u->stopped = !u->to.text(u->to.context, bl_str_make(out, n));
			n = 0;
		}
	}
	if (n && !u->stopped)
		u->stopped = !u->to.text(u->to.context, bl_str_make(out, n));
	return !u->stopped;
}

static bool hand_on(bl_unwrap *u, bl_str bytes)
{
	if (u->kind == TAR) {
		u->status = bl_tar_feed(u->tar, bytes, &u->error);
		return u->status == BL_OK;
	}
	if (u->kind != TEXT)
		return utf16(u, bytes);
	u->stopped = !u->to.text(u->to.context, bytes);
	return !u->stopped;
}

static bool decide(bl_unwrap *u)
{
	bl_str head = bl_buf_str(&u->head);
	u->kind = TEXT;
	if (bl_tar_is(head)) {
		u->kind = TAR;
		u->tar = bl_tar_new(BL_UNWRAP_ENTRY, u->to.entry, u->to.context);
	} else if (bl_str_starts(head, BL_STR("\xff\xfe")) || bl_str_starts(head, BL_STR("\xfe\xff"))) {
		u->kind = head.p[0] == '\xff' ? UTF16_LITTLE : UTF16_BIG;
		head = bl_str_slice(head, 2, head.n);
	}
	return !head.n || hand_on(u, head);
}

static bool on_content(void *context, bl_str bytes)
{
	bl_unwrap *u = context;
	if (u->kind != UNDECIDED)
		return hand_on(u, bytes);
	bl_buf_put(&u->head, bytes);
	return u->head.n < BL_TAR_HEADER || decide(u);
}

static bl_status on_bytes(bl_unwrap *u, bl_str bytes, bl_error *error)
{
	bl_status status = BL_OK;
	if (u->gzip)
		status = bl_gzip_stream_feed(u->gzip, bytes, on_content, u, error);
	else
		on_content(u, bytes);
	if (status == BL_OK && u->status != BL_OK)
		status = bl_error_set(error, u->status, "%s", u->error.text);
	return status;
}

static bl_status begin(bl_unwrap *u, bl_error *error)
{
	u->begun = true;
	if (bl_gzip_is(bl_buf_str(&u->first)))
		u->gzip = bl_gzip_stream_new();
	return on_bytes(u, bl_buf_str(&u->first), error);
}

bl_status bl_unwrap_feed(bl_unwrap *u, bl_str bytes, bl_error *error)
{
	if (u->begun)
		return on_bytes(u, bytes, error);
	bl_buf_put(&u->first, bytes);
	return u->first.n < 2 ? BL_OK : begin(u, error);
}

bl_status bl_unwrap_end(bl_unwrap *u, bl_error *error)
{
	bl_status status = u->begun ? BL_OK : begin(u, error);
	if (status == BL_OK && u->kind == UNDECIDED)
		decide(u);
	if (status == BL_OK && u->gzip)
		status = bl_gzip_stream_end(u->gzip, error);
	if (status == BL_OK && u->tar)
		status = bl_tar_end(u->tar, error);
	return status;
}

#include "core/codec/tar.h"

#include <stdlib.h>

/* Names and extended headers longer than this are no names. */
enum { MAX_EXTRA = 1 << 16 };

struct bl_tar {
	size_t limit;
	void (*entry)(void *context, bl_str name, bl_str content);
	void *context;
	uint64_t offset;
	char header[BL_TAR_HEADER];
	size_t have;      /* bytes of the header */
	uint64_t left;    /* of the content */
	size_t padding;   /* after it */
	char type;
	bool kept, over;
	bl_buf name;      /* of the entry; of the next one when an extra header gave it */
	bool named;
	bl_buf content;
};

bool bl_tar_is(bl_str bytes)
{
	return bytes.n >= BL_TAR_HEADER && memcmp(bytes.p + 257, "ustar", 5) == 0;
}

bl_tar *bl_tar_new(size_t limit, void (*entry)(void *, bl_str, bl_str), void *context)
{
	bl_tar *t = bl_xmalloc(sizeof *t);
	t->limit = limit;
	t->entry = entry;
	t->context = context;
	return t;
}

void bl_tar_free(bl_tar *t)
{
	if (!t)
		return;
	bl_buf_done(&t->name);
	bl_buf_done(&t->content);
	free(t);
}

static bl_str field(const bl_tar *t, size_t at, size_t n)
{
	return bl_str_make(t->header + at, strnlen(t->header + at, n));
}

/* Octal digits, or (large files) a binary number that a set high bit announces. */
static uint64_t number(const bl_tar *t, size_t at, size_t n)
{
	uint64_t value = 0;
	if ((unsigned char)t->header[at] & 0x80) {
		for (size_t i = n - 8; i < n; i++)
			value = value << 8 | (unsigned char)t->header[at + i];
		return value;
	}
	for (size_t i = 0; i < n; i++) {
		char c = t->header[at + i];
		if (c >= '0' && c <= '7')
			value = value << 3 | (uint64_t)(c - '0');
	}
	return value;
}

static bool is_zero(const bl_tar *t)
{
	for (size_t i = 0; i < BL_TAR_HEADER; i++)
		if (t->header[i])
			return false;
	return true;
}

static void take_name(bl_tar *t)
{
	bl_str prefix = field(t, 345, 155);
	t->name.n = 0;
	if (prefix.n && memcmp(t->header + 257, "ustar\0", 6) == 0) {
		bl_buf_put(&t->name, prefix);
		bl_buf_putc(&t->name, '/');
	}
	bl_buf_put(&t->name, field(t, 0, 100));
}

static bool begin_entry(bl_tar *t)
{
	if (is_zero(t)) {
		t->over = true;
		return true;
	}
	if (memcmp(t->header + 257, "ustar", 5) != 0)
		return false;
	t->left = number(t, 124, 12);
	t->padding = (BL_TAR_HEADER - t->left % BL_TAR_HEADER) % BL_TAR_HEADER;
	t->type = t->header[156];
	bool extra = t->type == 'x' || t->type == 'L';
	bool file = t->type == '0' || t->type == '\0' || t->type == '7';
	if (!extra && !t->named)
		take_name(t);
	t->kept = (extra && t->left <= MAX_EXTRA) || (file && t->left <= t->limit);
	t->content.n = 0;
	return t->left < UINT64_MAX / 2;
}

/* "LENGTH path=NAME\n" among the records of an extended header. */
static bool path_record(bl_str records, bl_str *path)
{
	while (records.n) {
		bl_str line;
		records = bl_str_cut(records, '\n', &line);
		ptrdiff_t at = bl_str_find(line, BL_STR(" path="), 0);
		if (at >= 0) {
			*path = bl_str_slice(line, (size_t)at + 6, line.n);
			return true;
		}
	}
	return false;
}

static void end_entry(bl_tar *t)
{
	bl_str content = bl_buf_str(&t->content), name = content;
	bool extra = t->type == 'x' || t->type == 'L';
	if (extra) {
		if (t->kept && (t->type == 'L' || path_record(content, &name))) {
			t->name.n = 0;
			bl_buf_put(&t->name, bl_str_make(name.p, strnlen(name.p, name.n)));
			t->named = true;
		}
		return;
	}
	name = bl_buf_str(&t->name);
	if (t->kept)
		t->entry(t->context, bl_str_starts(name, BL_STR("./")) ? bl_str_slice(name, 2, name.n) : name, content);
	t->named = false;
}

/* How many bytes of what comes belong to what is being read. */
static size_t step(bl_tar *t, bl_str bytes)
{
	size_t n = bytes.n;
	if (t->have < BL_TAR_HEADER) {
		n = n < BL_TAR_HEADER - t->have ? n : BL_TAR_HEADER - t->have;
		memcpy(t->header + t->have, bytes.p, n);
		t->have += n;
	} else if (t->left) {
		n = n < t->left ? n : (size_t)t->left;
		if (t->kept)
			bl_buf_put(&t->content, bl_str_make(bytes.p, n));
		t->left -= n;
	} else {
		n = n < t->padding ? n : t->padding;
		t->padding -= n;
	}
	return n;
}

bl_status bl_tar_feed(bl_tar *t, bl_str bytes, bl_error *error)
{
	while (bytes.n && !t->over) {
		bool header = t->have < BL_TAR_HEADER, content = !header && t->left > 0;
		size_t n = step(t, bytes);
		bytes = bl_str_slice(bytes, n, bytes.n);
		t->offset += n;
		if (header && t->have == BL_TAR_HEADER && !begin_entry(t))
			return bl_error_set(error, BL_FAILED, "byte %llu: is no header of a tar archive",
				(unsigned long long)(t->offset - BL_TAR_HEADER));
		if (t->have == BL_TAR_HEADER && !t->left && !t->over && (header || content))
			end_entry(t);
		if (t->have == BL_TAR_HEADER && !t->left && !t->padding)
			t->have = 0;
	}
	return BL_OK;
}

bl_status bl_tar_end(const bl_tar *t, bl_error *error)
{
	if (!t->over && (t->have || t->left))
		return bl_error_set(error, BL_FAILED, "byte %llu: the archive ends in the middle", (unsigned long long)t->offset);
	return BL_OK;
}

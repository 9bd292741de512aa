#include "core/codec/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>

/* IANA's names and aliases in small letters, and what iconv calls the encoding. Those that Terraform knows. */
static const struct encoding {
	const char *name, *iconv;
} encodings[] = {
	{"437", "CP437"}, {"850", "CP850"}, {"852", "CP852"}, {"855", "CP855"}, {"860", "CP860"}, {"862", "CP862"},
	{"863", "CP863"}, {"865", "CP865"}, {"866", "CP866"}, {"arabic", "ISO-8859-6"}, {"asmo-708", "ISO-8859-6"},
	{"big5", "BIG5"}, {"ccsid00858", "CP858"}, {"ccsid01140", "CP1140"}, {"cp00858", "CP858"},
	{"cp01140", "CP1140"}, {"cp037", "CP037"}, {"cp437", "CP437"}, {"cp819", "ISO-8859-1"}, {"cp850", "CP850"},
	{"cp852", "CP852"}, {"cp855", "CP855"}, {"cp860", "CP860"}, {"cp862", "CP862"}, {"cp863", "CP863"},
	{"cp865", "CP865"}, {"cp866", "CP866"}, {"cp936", "GBK"}, {"csbig5", "BIG5"}, {"cseuckr", "EUC-KR"},
	{"cseucpkdfmtjapanese", "EUC-JP"}, {"csgb18030", "GB18030"}, {"csgbk", "GBK"}, {"csibm00858", "CP858"},
	{"csibm01140", "CP1140"}, {"csibm037", "CP037"}, {"csibm1047", "CP1047"}, {"csibm855", "CP855"},
	{"csibm860", "CP860"}, {"csibm863", "CP863"}, {"csibm865", "CP865"}, {"csibm866", "CP866"},
	{"csiso2022jp", "ISO-2022-JP"}, {"csiso885913", "ISO-8859-13"}, {"csiso885914", "ISO-8859-14"},
	{"csiso885915", "ISO-8859-15"}, {"csiso885916", "ISO-8859-16"}, {"csisolatin1", "ISO-8859-1"},
	{"csisolatin2", "ISO-8859-2"}, {"csisolatin3", "ISO-8859-3"}, {"csisolatin4", "ISO-8859-4"},
	{"csisolatin5", "ISO-8859-9"}, {"csisolatin6", "ISO-8859-10"}, {"csisolatinarabic", "ISO-8859-6"},
	{"csisolatincyrillic", "ISO-8859-5"}, {"csisolatingreek", "ISO-8859-7"}, {"csisolatinhebrew", "ISO-8859-8"},
	{"cskoi8r", "KOI8-R"}, {"cskoi8u", "KOI8-U"}, {"csmacintosh", "MACINTOSH"},
	{"cspc850multilingual", "CP850"}, {"cspc862latinhebrew", "CP862"}, {"cspc8codepage437", "CP437"},
	{"cspcp852", "CP852"}, {"csshiftjis", "SHIFT_JIS"}, {"csutf16", "UTF-16"}, {"csutf16be", "UTF-16BE"},
	{"csutf16le", "UTF-16LE"}, {"csutf8", "UTF-8"}, {"cswindows1250", "CP1250"}, {"cswindows1251", "CP1251"},
	{"cswindows1252", "CP1252"}, {"cswindows1253", "CP1253"}, {"cswindows1254", "CP1254"},
	{"cswindows1255", "CP1255"}, {"cswindows1256", "CP1256"}, {"cswindows1257", "CP1257"},
	{"cswindows1258", "CP1258"}, {"cswindows874", "CP874"}, {"cyrillic", "ISO-8859-5"},
	{"ebcdic-cp-ca", "CP037"}, {"ebcdic-cp-nl", "CP037"}, {"ebcdic-cp-us", "CP037"}, {"ebcdic-cp-wt", "CP037"},
	{"ebcdic-us-37+euro", "CP1140"}, {"ecma-114", "ISO-8859-6"}, {"ecma-118", "ISO-8859-7"},
	{"elot_928", "ISO-8859-7"}, {"euc-jp", "EUC-JP"}, {"euc-kr", "EUC-KR"}, {"eucjp", "EUC-JP"},
	{"extended_unix_code_packed_format_for_japanese", "EUC-JP"}, {"gb18030", "GB18030"}, {"gbk", "GBK"},
	{"greek", "ISO-8859-7"}, {"greek8", "ISO-8859-7"}, {"hebrew", "ISO-8859-8"}, {"ibm-1047", "CP1047"},
	{"ibm00858", "CP858"}, {"ibm01140", "CP1140"}, {"ibm037", "CP037"}, {"ibm1047", "CP1047"},
	{"ibm437", "CP437"}, {"ibm819", "ISO-8859-1"}, {"ibm850", "CP850"}, {"ibm852", "CP852"},
	{"ibm855", "CP855"}, {"ibm860", "CP860"}, {"ibm862", "CP862"}, {"ibm863", "CP863"}, {"ibm865", "CP865"},
	{"ibm866", "CP866"}, {"iso-2022-jp", "ISO-2022-JP"}, {"iso-8859-1", "ISO-8859-1"},
	{"iso-8859-10", "ISO-8859-10"}, {"iso-8859-13", "ISO-8859-13"}, {"iso-8859-14", "ISO-8859-14"},
	{"iso-8859-15", "ISO-8859-15"}, {"iso-8859-16", "ISO-8859-16"}, {"iso-8859-2", "ISO-8859-2"},
	{"iso-8859-3", "ISO-8859-3"}, {"iso-8859-4", "ISO-8859-4"}, {"iso-8859-5", "ISO-8859-5"},
	{"iso-8859-6", "ISO-8859-6"}, {"iso-8859-7", "ISO-8859-7"}, {"iso-8859-8", "ISO-8859-8"},
	{"iso-8859-9", "ISO-8859-9"}, {"iso-celtic", "ISO-8859-14"}, {"iso-ir-100", "ISO-8859-1"},
	{"iso-ir-101", "ISO-8859-2"}, {"iso-ir-109", "ISO-8859-3"}, {"iso-ir-110", "ISO-8859-4"},
	{"iso-ir-126", "ISO-8859-7"}, {"iso-ir-127", "ISO-8859-6"}, {"iso-ir-138", "ISO-8859-8"},
	{"iso-ir-144", "ISO-8859-5"}, {"iso-ir-148", "ISO-8859-9"}, {"iso-ir-157", "ISO-8859-10"},
	{"iso-ir-199", "ISO-8859-14"}, {"iso-ir-226", "ISO-8859-16"}, {"iso_8859-1", "ISO-8859-1"},
	{"iso_8859-10:1992", "ISO-8859-10"}, {"iso_8859-14", "ISO-8859-14"}, {"iso_8859-14:1998", "ISO-8859-14"},
	{"iso_8859-15", "ISO-8859-15"}, {"iso_8859-16", "ISO-8859-16"}, {"iso_8859-16:2001", "ISO-8859-16"},
	{"iso_8859-1:1987", "ISO-8859-1"}, {"iso_8859-2", "ISO-8859-2"}, {"iso_8859-2:1987", "ISO-8859-2"},
	{"iso_8859-3", "ISO-8859-3"}, {"iso_8859-3:1988", "ISO-8859-3"}, {"iso_8859-4", "ISO-8859-4"},
	{"iso_8859-4:1988", "ISO-8859-4"}, {"iso_8859-5", "ISO-8859-5"}, {"iso_8859-5:1988", "ISO-8859-5"},
	{"iso_8859-6", "ISO-8859-6"}, {"iso_8859-6:1987", "ISO-8859-6"}, {"iso_8859-7", "ISO-8859-7"},
	{"iso_8859-7:1987", "ISO-8859-7"}, {"iso_8859-8", "ISO-8859-8"}, {"iso_8859-8:1988", "ISO-8859-8"},
	{"iso_8859-9", "ISO-8859-9"}, {"iso_8859-9:1989", "ISO-8859-9"}, {"koi8-r", "KOI8-R"}, {"koi8-u", "KOI8-U"},
	{"l1", "ISO-8859-1"}, {"l10", "ISO-8859-16"}, {"l2", "ISO-8859-2"}, {"l3", "ISO-8859-3"},
	{"l4", "ISO-8859-4"}, {"l5", "ISO-8859-9"}, {"l6", "ISO-8859-10"}, {"l8", "ISO-8859-14"},
	{"latin-9", "ISO-8859-15"}, {"latin1", "ISO-8859-1"}, {"latin10", "ISO-8859-16"}, {"latin2", "ISO-8859-2"},
	{"latin3", "ISO-8859-3"}, {"latin4", "ISO-8859-4"}, {"latin5", "ISO-8859-9"}, {"latin6", "ISO-8859-10"},
	{"latin8", "ISO-8859-14"}, {"mac", "MACINTOSH"}, {"macintosh", "MACINTOSH"}, {"ms936", "GBK"},
	{"ms_kanji", "SHIFT_JIS"}, {"pc-multilingual-850+euro", "CP858"}, {"shift_jis", "SHIFT_JIS"},
	{"utf-16", "UTF-16"}, {"utf-16be", "UTF-16BE"}, {"utf-16le", "UTF-16LE"}, {"utf-8", "UTF-8"},
	{"windows-1250", "CP1250"}, {"windows-1251", "CP1251"}, {"windows-1252", "CP1252"},
	{"windows-1253", "CP1253"}, {"windows-1254", "CP1254"}, {"windows-1255", "CP1255"},
	{"windows-1256", "CP1256"}, {"windows-1257", "CP1257"}, {"windows-1258", "CP1258"},
	{"windows-874", "CP874"}, {"windows-936", "GBK"},
};

static const char *find(bl_str name)
{
	size_t lo = 0, hi = sizeof encodings / sizeof *encodings;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int cmp = bl_str_cmpi(bl_str_of(encodings[mid].name), name);
		if (!cmp)
			return encodings[mid].iconv;
		if (cmp < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static bl_charset_status convert(const char *to, const char *from, bl_str in, bl_buf *out)
{
	iconv_t c = iconv_open(to, from);
	if (c == (iconv_t)-1)
		return BL_CHARSET_MISSING;
	char *p = (char *)(uintptr_t)in.p, chunk[4096];
	size_t left = in.n, rc = 0;
	bl_charset_status status = BL_CHARSET_OK;
	for (bool more = true; more && status == BL_CHARSET_OK;) {
		char *q = chunk;
		size_t room = sizeof chunk;
		more = left > 0;
		/* the last call puts an encoding that has states back to its first */
		rc = iconv(c, more ? &p : NULL, more ? &left : NULL, &q, &room);
		bl_buf_put(out, bl_str_make(chunk, sizeof chunk - room));
		if (rc == (size_t)-1 && errno != E2BIG)
			status = BL_CHARSET_BYTES;
	}
	iconv_close(c);
	return status;
}

bl_charset_status bl_charset_encode(bl_str name, bl_str text, bl_buf *out)
{
	const char *to = find(name);
	if (!to)
		return BL_CHARSET_NAME;
	if (strcmp(to, "UTF-16") != 0)
		return convert(to, "UTF-8", text, out);
	/* the order of bytes is said first, and the greater one stands first */
	bl_buf_put(out, BL_STR("\xfe\xff"));
	return convert("UTF-16BE", "UTF-8", text, out);
}

bl_charset_status bl_charset_decode(bl_str name, bl_str bytes, bl_buf *out)
{
	const char *from = find(name);
	if (!from)
		return BL_CHARSET_NAME;
	if (strcmp(from, "UTF-16") != 0)
		return convert("UTF-8", from, bytes, out);
	bool little = bl_str_starts(bytes, BL_STR("\xff\xfe")), big = bl_str_starts(bytes, BL_STR("\xfe\xff"));
	return convert("UTF-8", little ? "UTF-16LE" : "UTF-16BE", little || big ? bl_str_slice(bytes, 2, bytes.n) : bytes, out);
}

/* Inside eval/ only: Terraform's functions. A row in table.c says how each is called. */
#ifndef BL_EVAL_FUNCTIONS_FUNCTIONS_H
#define BL_EVAL_FUNCTIONS_FUNCTIONS_H

#include "eval/terraform.h"

typedef struct bl_tf_args {
	const bl_tf_scope *scope;
	bl_tf *tf;
	bl_arena *arena;
	bl_span span;      /* of the whole call */
	bl_str name;
	const bl_value **v; /* converted as the row says */
	size_t n;
} bl_tf_args;

typedef const bl_value *(*bl_tf_function)(bl_tf_args *a);

/* Evaluates a CALL. */
const bl_value *bl_tf_call_function(const bl_tf_scope *scope, const bl_expr *expr);

/* "name: ..." as an error at the call. */
#define bl_tf_refuse(a, ...) bl_tf_refuse_((a), __VA_ARGS__)
const bl_value *bl_tf_refuse_(bl_tf_args *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Results. */
const bl_value *bl_tf_text(bl_tf_args *a, bl_str s);
const bl_value *bl_tf_flag(bl_tf_args *a, bool b);
const bl_value *bl_tf_digits(bl_tf_args *a, bl_str digits);
const bl_value *bl_tf_count(bl_tf_args *a, size_t n);
bl_value *bl_tf_list(bl_tf_args *a, const bl_values *values, bl_shape shape);
/* An unknown of a kind that waits for what the arguments wait for. */
const bl_value *bl_tf_not_known(bl_tf_args *a, int kind);
/* Takes what a buffer holds. */
const bl_value *bl_tf_take(bl_tf_args *a, bl_buf *b);

/* A value as JSON text, as jsonencode writes it, into out; false at the first unknown, out holding what stands before it. */
bool bl_tf_write_json(bl_tf *tf, const bl_value *v, bl_buf *out);

/* The bytes of the character at s[i] as people count them: a base with the marks that join it. */
size_t bl_tf_character(bl_str s, size_t i);
/* Text of bytes. */
const bl_value *bl_tf_base64(bl_tf_args *a, bl_str s);
bool bl_tf_valid_utf8(bl_str s);
/* The bytes of the file that the first argument names; NULL, or the value the call has instead. */
const bl_value *bl_tf_read_file(bl_tf_args *a, bl_str *out);

/* One function a name; see table.c. */
const bl_value *bl_tf_fn_abs(bl_tf_args *a);
const bl_value *bl_tf_fn_alltrue(bl_tf_args *a);
const bl_value *bl_tf_fn_anytrue(bl_tf_args *a);
const bl_value *bl_tf_fn_base64decode(bl_tf_args *a);
const bl_value *bl_tf_fn_base64encode(bl_tf_args *a);
const bl_value *bl_tf_fn_base64sha256(bl_tf_args *a);
const bl_value *bl_tf_fn_base64sha512(bl_tf_args *a);
const bl_value *bl_tf_fn_basename(bl_tf_args *a);
const bl_value *bl_tf_fn_ceil(bl_tf_args *a);
const bl_value *bl_tf_fn_chomp(bl_tf_args *a);
const bl_value *bl_tf_fn_chunklist(bl_tf_args *a);
const bl_value *bl_tf_fn_cidrhost(bl_tf_args *a);
const bl_value *bl_tf_fn_cidrnetmask(bl_tf_args *a);
const bl_value *bl_tf_fn_cidrsubnet(bl_tf_args *a);
const bl_value *bl_tf_fn_cidrsubnets(bl_tf_args *a);
const bl_value *bl_tf_fn_coalesce(bl_tf_args *a);
const bl_value *bl_tf_fn_coalescelist(bl_tf_args *a);
const bl_value *bl_tf_fn_compact(bl_tf_args *a);
const bl_value *bl_tf_fn_concat(bl_tf_args *a);
const bl_value *bl_tf_fn_contains(bl_tf_args *a);
const bl_value *bl_tf_fn_csvdecode(bl_tf_args *a);
const bl_value *bl_tf_fn_dirname(bl_tf_args *a);
const bl_value *bl_tf_fn_distinct(bl_tf_args *a);
const bl_value *bl_tf_fn_element(bl_tf_args *a);
const bl_value *bl_tf_fn_endswith(bl_tf_args *a);
const bl_value *bl_tf_fn_file(bl_tf_args *a);
const bl_value *bl_tf_fn_filebase64(bl_tf_args *a);
const bl_value *bl_tf_fn_filebase64sha256(bl_tf_args *a);
const bl_value *bl_tf_fn_filebase64sha512(bl_tf_args *a);
const bl_value *bl_tf_fn_fileexists(bl_tf_args *a);
const bl_value *bl_tf_fn_filemd5(bl_tf_args *a);
const bl_value *bl_tf_fn_filesha1(bl_tf_args *a);
const bl_value *bl_tf_fn_filesha256(bl_tf_args *a);
const bl_value *bl_tf_fn_filesha512(bl_tf_args *a);
const bl_value *bl_tf_fn_flatten(bl_tf_args *a);
const bl_value *bl_tf_fn_floor(bl_tf_args *a);
const bl_value *bl_tf_fn_format(bl_tf_args *a);
const bl_value *bl_tf_fn_formatdate(bl_tf_args *a);
const bl_value *bl_tf_fn_formatlist(bl_tf_args *a);
const bl_value *bl_tf_fn_indent(bl_tf_args *a);
const bl_value *bl_tf_fn_index(bl_tf_args *a);
const bl_value *bl_tf_fn_issensitive(bl_tf_args *a);
const bl_value *bl_tf_fn_join(bl_tf_args *a);
const bl_value *bl_tf_fn_jsondecode(bl_tf_args *a);
const bl_value *bl_tf_fn_jsonencode(bl_tf_args *a);
const bl_value *bl_tf_fn_keys(bl_tf_args *a);
const bl_value *bl_tf_fn_length(bl_tf_args *a);
const bl_value *bl_tf_fn_log(bl_tf_args *a);
const bl_value *bl_tf_fn_lookup(bl_tf_args *a);
const bl_value *bl_tf_fn_lower(bl_tf_args *a);
const bl_value *bl_tf_fn_matchkeys(bl_tf_args *a);
const bl_value *bl_tf_fn_max(bl_tf_args *a);
const bl_value *bl_tf_fn_md5(bl_tf_args *a);
const bl_value *bl_tf_fn_merge(bl_tf_args *a);
const bl_value *bl_tf_fn_min(bl_tf_args *a);
const bl_value *bl_tf_fn_nonsensitive(bl_tf_args *a);
const bl_value *bl_tf_fn_one(bl_tf_args *a);
const bl_value *bl_tf_fn_parseint(bl_tf_args *a);
const bl_value *bl_tf_fn_pathexpand(bl_tf_args *a);
const bl_value *bl_tf_fn_pow(bl_tf_args *a);
const bl_value *bl_tf_fn_range(bl_tf_args *a);
const bl_value *bl_tf_fn_regex(bl_tf_args *a);
const bl_value *bl_tf_fn_regexall(bl_tf_args *a);
const bl_value *bl_tf_fn_replace(bl_tf_args *a);
const bl_value *bl_tf_fn_reverse(bl_tf_args *a);
const bl_value *bl_tf_fn_sensitive(bl_tf_args *a);
const bl_value *bl_tf_fn_setintersection(bl_tf_args *a);
const bl_value *bl_tf_fn_setproduct(bl_tf_args *a);
const bl_value *bl_tf_fn_setsubtract(bl_tf_args *a);
const bl_value *bl_tf_fn_setunion(bl_tf_args *a);
const bl_value *bl_tf_fn_sha1(bl_tf_args *a);
const bl_value *bl_tf_fn_sha256(bl_tf_args *a);
const bl_value *bl_tf_fn_sha512(bl_tf_args *a);
const bl_value *bl_tf_fn_signum(bl_tf_args *a);
const bl_value *bl_tf_fn_slice(bl_tf_args *a);
const bl_value *bl_tf_fn_sort(bl_tf_args *a);
const bl_value *bl_tf_fn_split(bl_tf_args *a);
const bl_value *bl_tf_fn_startswith(bl_tf_args *a);
const bl_value *bl_tf_fn_strcontains(bl_tf_args *a);
const bl_value *bl_tf_fn_strrev(bl_tf_args *a);
const bl_value *bl_tf_fn_substr(bl_tf_args *a);
const bl_value *bl_tf_fn_sum(bl_tf_args *a);
const bl_value *bl_tf_fn_templatefile(bl_tf_args *a);
const bl_value *bl_tf_fn_templatestring(bl_tf_args *a);
const bl_value *bl_tf_fn_timeadd(bl_tf_args *a);
const bl_value *bl_tf_fn_timecmp(bl_tf_args *a);
const bl_value *bl_tf_fn_title(bl_tf_args *a);
const bl_value *bl_tf_fn_tobool(bl_tf_args *a);
const bl_value *bl_tf_fn_tolist(bl_tf_args *a);
const bl_value *bl_tf_fn_tomap(bl_tf_args *a);
const bl_value *bl_tf_fn_tonumber(bl_tf_args *a);
const bl_value *bl_tf_fn_toset(bl_tf_args *a);
const bl_value *bl_tf_fn_tostring(bl_tf_args *a);
const bl_value *bl_tf_fn_transpose(bl_tf_args *a);
const bl_value *bl_tf_fn_trim(bl_tf_args *a);
const bl_value *bl_tf_fn_trimprefix(bl_tf_args *a);
const bl_value *bl_tf_fn_trimspace(bl_tf_args *a);
const bl_value *bl_tf_fn_trimsuffix(bl_tf_args *a);
const bl_value *bl_tf_fn_upper(bl_tf_args *a);
const bl_value *bl_tf_fn_urlencode(bl_tf_args *a);
const bl_value *bl_tf_fn_uuidv5(bl_tf_args *a);
const bl_value *bl_tf_fn_values(bl_tf_args *a);
const bl_value *bl_tf_fn_yamldecode(bl_tf_args *a);
const bl_value *bl_tf_fn_yamlencode(bl_tf_args *a);
const bl_value *bl_tf_fn_zipmap(bl_tf_args *a);

#endif

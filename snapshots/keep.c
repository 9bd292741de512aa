#include "snapshots/keep.h"

/* Longer strings seldom repeat, and an index of very many costs more than it saves. */
enum { SHORT = 40, MAX_INDEX = 1 << 16, SMALL_LIST = 64 };

typedef enum mode {
	PLAIN,
	HOLDER,     /* a map that may hold one of variables */
	ENVIRONMENT /* a list or map of variables: their values may be anything */
} mode;

/* Values without places are all alike. */
static const bl_value bools[] = {{.kind = BL_BOOL, .boolean = false}, {.kind = BL_BOOL, .boolean = true}};

void bl_keep_init(bl_keeper *keeper, bl_arena *arena)
{
	*keeper = (bl_keeper){.arena = arena};
}

void bl_keep_done(bl_keeper *keeper)
{
	bl_arena_done(&keeper->own);
	*keeper = (bl_keeper){0};
}

static const bl_value *string(bl_keeper *k, bl_str s)
{
	if (s.n > SHORT)
		return bl_value_string(k->arena, BL_NOWHERE, bl_str_dup(k->arena, s));
	const bl_value *known = bl_map_get(&k->strings, s);
	if (known)
		return known;
	bl_value *v = bl_value_string(k->arena, BL_NOWHERE, bl_str_dup(k->arena, s));
	if (k->strings.n < MAX_INDEX)
		bl_map_put(&k->own, &k->strings, v->string, v);
	return v;
}

static const bl_value *number(bl_keeper *k, const bl_value *v)
{
	const bl_value *known = bl_map_get(&k->numbers, v->digits);
	if (known)
		return known;
	bl_value *copy = bl_value_digits(k->arena, BL_NOWHERE, bl_str_dup(k->arena, v->digits));
	if (k->numbers.n < MAX_INDEX)
		bl_map_put(&k->own, &k->numbers, copy->digits, copy);
	return copy;
}

bl_str bl_keep_str(bl_keeper *k, bl_str s)
{
	return s.n ? string(k, s)->string : BL_STR("");
}

const bl_value *bl_keep_text(bl_keeper *k, bl_str s)
{
	return string(k, s);
}

static bool ends_in(bl_str key, const char *const *ends, size_t n)
{
	/* "connection_string" and "connection-string" are "connectionString" */
	char plain[64];
	size_t len = 0;
	for (size_t i = key.n; i > 0 && len < sizeof plain; i--)
		if (key.p[i - 1] != '_' && key.p[i - 1] != '-' && key.p[i - 1] != '.')
			plain[sizeof plain - ++len] = key.p[i - 1];
	bl_str text = bl_str_make(plain + sizeof plain - len, len);
	for (size_t i = 0; i < n; i++) {
		bl_str end = bl_str_of(ends[i]);
		if (text.n >= end.n && bl_str_eqi(bl_str_slice(text, text.n - end.n, text.n), end))
			return true;
	}
	return false;
}

/* Compared without regard to case, '_' and '-', by their end. */
bool bl_keep_is_secret(bl_str key)
{
	static const char *const ends[] = {"accesskey", "accesstoken", "accountkey", "apikey", "apitoken", "authkey", "authtoken",
		"bearertoken", "clientcertificatedata", "clientkey", "clientkeydata", "clientsecret", "connectionstring", "connectionstrings",
		"connstr", "customdata", "databaseurl", "dsn", "encryptionkey", "idtoken", "instrumentationkey", "masterkey", "passphrase", "passwd",
		"password", "presharedkey", "primarykey", "privatekey", "privatekeydata", "protectedsettings", "pwd", "rawkey", "refreshtoken", "sas",
		"sastoken", "sasuri", "sasurl", "secondarykey", "secret", "secretaccesskey", "secretkey", "secretstring", "secretvalue", "sessiontoken",
		"sharedaccesskey", "sharedkey", "signingkey", "sshprivatekey", "startupscript", "storagekey", "userdata", "webhookurl"};
	return ends_in(key, ends, sizeof ends / sizeof *ends);
}

/* What a member's name says of its value. */
typedef struct key_info {
	bl_str text;
	bool secret;
	bool list;      /* a list or map of variables */
	bool holder;    /* a list of variables, or a map that holds one of this name: */
	bool variables;
	bool name;      /* it says what the value beside it is called */
	bool value;     /* it is the value beside a name */
	bool just_secret; /* "secret": of a map, the name of one */
} key_info;

static bool is_one_of(bl_str key, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bl_str_eqiz(key, words[i]))
			return true;
	return false;
}

static key_info *info_of(bl_keeper *k, bl_str key)
{
	static const char *const lists[] = {"appsettings", "env", "environmentvariables", "envvars"};
	static const char *const holders[] = {"environment"};
	static const char *const names[] = {"key", "name", "parameterName"};
	static const char *const values[] = {"parameterValue", "value"};
	key_info *info = bl_map_get(&k->keys, key);
	if (info)
		return info;
	info = bl_new(&k->own, key_info);
	info->text = bl_str_dup(k->arena, key);
	info->secret = bl_keep_is_secret(key);
	info->list = ends_in(key, lists, sizeof lists / sizeof *lists);
	info->holder = ends_in(key, holders, 1);
	info->variables = bl_str_eqiz(key, "variables");
	info->name = is_one_of(key, names, sizeof names / sizeof *names);
	info->value = is_one_of(key, values, sizeof values / sizeof *values);
	info->just_secret = bl_str_eqiz(key, "secret");
	if (k->keys.n < MAX_INDEX)
		bl_map_put(&k->own, &k->keys, info->text, info);
	return info;
}

static mode mode_below(mode m, const key_info *info, const bl_value *v)
{
	if (info->list || (m == HOLDER && info->variables))
		return ENVIRONMENT;
	return !info->holder ? PLAIN : v->kind == BL_LIST ? ENVIRONMENT : HOLDER;
}

static const bl_value *copy(bl_keeper *k, const bl_value *v, mode m, bool secret);

static bool is_text(const bl_value *v)
{
	return v->kind == BL_STRING || v->kind == BL_NUMBER;
}

/* {name: ..., value: ...}, {Key: ..., Value: ...}: what the value is called stands beside it. */
static const bl_value *copy_map(bl_keeper *k, const bl_value *v, mode m)
{
	bl_item *items = v->n ? bl_new_n(k->arena, bl_item, v->n) : NULL;
	const key_info *value = NULL;
	bl_str beside = {0};
	for (uint32_t i = 0; i < v->n; i++) {
		const key_info *info = info_of(k, v->map[i].key);
		items[i].key = info->text;
		if (info->value)
			value = info;
		if (info->name && v->map[i].value->kind == BL_STRING)
			beside = v->map[i].value->string;
	}
	bool named_secret = value && beside.n && bl_keep_is_secret(beside);
	for (uint32_t i = 0; i < v->n; i++) {
		const key_info *info = info_of(k, items[i].key);
		const bl_value *inner = v->map[i].value;
		/* a map of variables: all that is not a reference to somewhere else */
		bool variable = m == ENVIRONMENT && is_text(inner) && (info->value || !beside.n);
		bool secret = variable || (info->value ? named_secret : info->secret && !(info->just_secret && inner->kind == BL_MAP));
		items[i].value = copy(k, inner, mode_below(m, info, inner), secret);
	}
	bl_value *out = bl_value_map(k->arena, BL_NOWHERE, items, v->n);
	out->open = v->open;
	return out;
}

static const bl_value *copy(bl_keeper *k, const bl_value *v, mode m, bool secret)
{
	const bl_value *out = v;
	/* the reader has bounded the depth */
	switch ((bl_kind)v->kind) {
	case BL_STRING:
		if (secret && !v->string.n)
			secret = false;
		out = string(k, v->string);
		break;
	case BL_NUMBER:
		out = number(k, v);
		break;
	case BL_LIST: {
		const bl_value **list = v->n ? bl_new_n(k->arena, const bl_value *, v->n) : NULL;
		for (uint32_t i = 0; i < v->n; i++)
			list[i] = copy(k, v->list[i], m, false);
		bl_value *copied = bl_value_list(k->arena, BL_NOWHERE, list, v->n);
		copied->open = v->open;
		out = copied;
		break;
	}
	case BL_MAP:
		out = copy_map(k, v, m);
		break;
	case BL_NULL:
		return &bl_value_null;
	case BL_BOOL:
		return &bools[v->boolean];
	case BL_UNKNOWN:
		return bl_value_unknown(k->arena, BL_NOWHERE, BL_FMT, BL_ARG(v->unknown->why));
	}
	return secret || v->sensitive ? bl_value_mark_sensitive(k->arena, out) : out;
}

const bl_value *bl_keep_value(bl_keeper *k, const bl_value *v)
{
	return v ? copy(k, v, PLAIN, false) : NULL;
}

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

/* Of lists and maps of variables the values are marked, whatever they are called. "environment" is a list of them, or a map that holds one. */
static mode mode_below(mode m, const bl_item *item)
{
	static const char *const ends[] = {"appsettings", "env", "environmentvariables", "envvars"};
	static const char *const holder[] = {"environment"};
	if (ends_in(item->key, ends, sizeof ends / sizeof *ends) || (m == HOLDER && bl_str_eqiz(item->key, "variables")))
		return ENVIRONMENT;
	if (ends_in(item->key, holder, 1))
		return item->value->kind == BL_LIST ? ENVIRONMENT : HOLDER;
	return PLAIN;
}

static const bl_value *copy(bl_keeper *k, const bl_value *v, mode m, bool secret);

/* {name: ..., value: ...}, {Key: ..., Value: ...}: what the value is called stands beside it. */
static bl_str name_beside(const bl_value *map)
{
	static const char *const keys[] = {"name", "key", "parameterName"};
	if (map->n > 8)
		return BL_STR("");
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		const bl_value *name = bl_value_geti(map, bl_str_of(keys[i]));
		if (bl_value_is(name, BL_STRING))
			return name->string;
	}
	return BL_STR("");
}

static bool is_value_key(bl_str key)
{
	return bl_str_eqiz(key, "value") || bl_str_eqiz(key, "parameterValue");
}

static const bl_value *copy_map(bl_keeper *k, const bl_value *v, mode m)
{
	bl_item *items = v->n ? bl_new_n(k->arena, bl_item, v->n) : NULL;
	bl_str beside = name_beside(v);
	bool named_secret = beside.n && bl_keep_is_secret(beside);
	/* a map of variables: all that is not a reference to somewhere else */
	bool variables = m == ENVIRONMENT && !beside.n;
	for (uint32_t i = 0; i < v->n; i++) {
		const bl_item *item = &v->map[i];
		bool text = item->value->kind == BL_STRING || item->value->kind == BL_NUMBER;
		bool secret = is_value_key(item->key) ? named_secret || (m == ENVIRONMENT && text)
						      : bl_keep_is_secret(item->key) || (variables && text);
		/* {secret: {secretName: ...}} names one */
		if (item->value->kind == BL_MAP && bl_str_eqiz(item->key, "secret"))
			secret = false;
		items[i] = (bl_item){string(k, item->key)->string, BL_NOWHERE, copy(k, item->value, mode_below(m, item), secret)};
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

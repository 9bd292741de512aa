#include "snapshots/keep.h"

#include <stdlib.h>

/* Longer strings seldom repeat, and an index of very many costs more than it saves. */
/* Past MAX_INDEX and MAX_MEMBERS a value is kept once more where it could be shared: nothing is lost. */
enum { SHORT = 40, MAX_INDEX = 1 << 16, MAX_MEMBERS = 24 };

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
	free(keeper->stack);
	*keeper = (bl_keeper){0};
}

/* *once turns false when the value returned is not the one of its kind. */
static const bl_value *string(bl_keeper *k, bl_str s, bool *once)
{
	if (s.n > SHORT) {
		*once = false;
		return bl_value_string(k->arena, BL_NOWHERE, bl_str_dup(k->arena, s));
	}
	const bl_value *known = bl_map_get(&k->strings, s);
	if (known)
		return known;
	bl_value *v = bl_value_string(k->arena, BL_NOWHERE, bl_str_dup(k->arena, s));
	if (k->strings.n < MAX_INDEX)
		bl_map_put(&k->own, &k->strings, v->string, v);
	else
		*once = false;
	return v;
}

static const bl_value *number(bl_keeper *k, const bl_value *v, bool *once)
{
	const bl_value *known = bl_map_get(&k->numbers, v->digits);
	if (known)
		return known;
	bl_value *copy = bl_value_digits(k->arena, BL_NOWHERE, bl_str_dup(k->arena, v->digits));
	if (k->numbers.n < MAX_INDEX)
		bl_map_put(&k->own, &k->numbers, copy->digits, copy);
	else
		*once = false;
	return copy;
}

bl_str bl_keep_str(bl_keeper *k, bl_str s)
{
	bool once;
	return s.n ? string(k, s, &once)->string : BL_STR("");
}

const bl_value *bl_keep_text(bl_keeper *k, bl_str s)
{
	bool once;
	return string(k, s, &once);
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
	size_t next;      /* where the key that was first met behind it is among the keys */
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
	key_info *info = NULL;
	/* records have their keys in one order */
	if (k->next_key < k->keys.n && bl_str_eq(k->keys.entries[k->next_key].key, key))
		info = k->keys.entries[k->next_key].value;
	else
		info = bl_map_get(&k->keys, key);
	if (info) {
		k->next_key = info->next;
		return info;
	}
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
	k->next_key = info->next = k->keys.n;
	return info;
}

static mode mode_below(mode m, const key_info *info, const bl_value *v)
{
	if (info->list || (m == HOLDER && info->variables))
		return ENVIRONMENT;
	return !info->holder ? PLAIN : v->kind == BL_LIST ? ENVIRONMENT : HOLDER;
}

static const bl_value *copy(bl_keeper *k, const bl_value *v, mode m, bool secret, bool *once);

static void push(bl_keeper *k, bl_str key, const bl_value *v)
{
	if (k->nstack == k->cap) {
		k->cap = k->cap ? k->cap * 2 : 256;
		k->stack = bl_xrealloc(k->stack, k->cap * sizeof *k->stack);
	}
	k->stack[k->nstack++] = (bl_item){key, BL_NOWHERE, v};
}

/* The list or map of what the stack holds from base on, which is taken from it. */
static const bl_value *made(bl_keeper *k, const bl_value *like, size_t base)
{
	size_t n = k->nstack - base;
	k->nstack = base;
	bl_value *out;
	if (like->kind == BL_MAP) {
		bl_item *items = n ? bl_arena_alloc_raw(k->arena, n * sizeof *items) : NULL;
		if (n)
			memcpy(items, k->stack + base, n * sizeof *items);
		out = bl_value_map(k->arena, BL_NOWHERE, items, n);
	} else {
		const bl_value **list = n ? bl_arena_alloc_raw(k->arena, n * sizeof *list) : NULL;
		for (size_t i = 0; i < n; i++)
			list[i] = k->stack[base + i].value;
		out = bl_value_list(k->arena, BL_NOWHERE, list, n);
	}
	out->open = like->open;
	return out;
}

/* As made: of members that are all the one of their kind, the one that is there already. Settings repeat more than names do. */
static const bl_value *made_once(bl_keeper *k, const bl_value *like, size_t base, bool *once)
{
	const void *sign[2 * MAX_MEMBERS + 1];
	size_t n = k->nstack - base, len = 0;
	if (!*once || n > MAX_MEMBERS) {
		*once = false;
		return made(k, like, base);
	}
	sign[len++] = (const void *)(uintptr_t)(like->kind * 2 + like->open);
	for (size_t i = 0; i < n; i++) {
		sign[len++] = k->stack[base + i].key.p;
		sign[len++] = k->stack[base + i].value;
	}
	bl_str key = bl_str_make((const char *)sign, len * sizeof *sign);
	const bl_value *known = bl_map_get(&k->wholes, key);
	if (known) {
		k->nstack = base;
		return known;
	}
	known = made(k, like, base);
	if (k->wholes.n < MAX_INDEX)
		bl_map_put(&k->own, &k->wholes, bl_str_dup(&k->own, key), (void *)(uintptr_t)known);
	else
		*once = false;
	return known;
}

static bool is_text(const bl_value *v)
{
	return v->kind == BL_STRING || v->kind == BL_NUMBER;
}

/* {name: ..., value: ...}, {Key: ..., Value: ...}: what the value is called stands beside it. */
static const bl_value *copy_map(bl_keeper *k, const bl_value *v, mode m, bool *once)
{
	const key_info *value = NULL;
	bl_str beside = {0};
	size_t base = k->nstack;
	for (uint32_t i = 0; i < v->n; i++) {
		const key_info *info = info_of(k, v->map[i].key);
		/* what the name says waits in the place of the value */
		push(k, info->text, (const void *)info);
		if (info->value)
			value = info;
		if (info->name && v->map[i].value->kind == BL_STRING)
			beside = v->map[i].value->string;
	}
	bool named_secret = value && beside.n && bl_keep_is_secret(beside);
	for (uint32_t i = 0; i < v->n; i++) {
		const key_info *info = (const void *)k->stack[base + i].value;
		const bl_value *inner = v->map[i].value;
		/* a map of variables: all that is not a reference to somewhere else */
		bool variable = m == ENVIRONMENT && is_text(inner) && (info->value || !beside.n);
		bool secret = variable || (info->value ? named_secret : info->secret && !(info->just_secret && inner->kind == BL_MAP));
		const bl_value *kept = copy(k, inner, mode_below(m, info, inner), secret, once);
		k->stack[base + i].value = kept;
	}
	return made_once(k, v, base, once);
}

static const bl_value *copy_list(bl_keeper *k, const bl_value *v, mode m, bool *once)
{
	size_t base = k->nstack;
	for (uint32_t i = 0; i < v->n; i++)
		push(k, BL_STR(""), copy(k, v->list[i], m, false, once));
	return made_once(k, v, base, once);
}

/* The reader has bounded the depth. */
static const bl_value *copy(bl_keeper *k, const bl_value *v, mode m, bool secret, bool *once)
{
	const bl_value *out = v;
	bool mine = true;
	switch ((bl_kind)v->kind) {
	case BL_STRING:
		secret = secret && v->string.n;
		out = string(k, v->string, &mine);
		break;
	case BL_NUMBER:
		out = number(k, v, &mine);
		break;
	case BL_LIST:
		out = copy_list(k, v, m, &mine);
		break;
	case BL_MAP:
		out = copy_map(k, v, m, &mine);
		break;
	case BL_NULL:
		return &bl_value_null;
	case BL_BOOL:
		return &bools[v->boolean];
	case BL_UNKNOWN:
		*once = false;
		return bl_value_unknown(k->arena, BL_NOWHERE, BL_FMT, BL_ARG(v->unknown->why));
	}
	bool marked = secret || v->sensitive;
	*once = *once && mine && !marked;
	return marked ? bl_value_mark_sensitive(k->arena, out) : out;
}

const bl_value *bl_keep_value(bl_keeper *k, const bl_value *v)
{
	bool once = true;
	return v ? copy(k, v, PLAIN, false, &once) : NULL;
}

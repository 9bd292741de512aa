/*
 * What Config shows of types that it describes: the answer of the service's own call, with names in lower case. A setting without a row of aws_shown.def is
 * not there, or in a form that is not known here.
 */
#include "simulate/aws.h"

#include "core/codec/json.h"

typedef enum how {
	AS_IS,       /* the value itself: its keys are their author's */
	ATTACHED,    /* ARNs of policies, or {PolicyArn}: {policyArn, policyName} */
	COMMAS,      /* a list in one text */
	COUNTED,     /* CloudFront's {quantity, items} for each list */
	DOCUMENT,    /* JSON in a text */
	EGRESS,      /* a group's rules as permissions, one for each protocol and ports */
	ENABLED,     /* a boolean: ENABLED, DISABLED */
	ENCODED,     /* JSON in a text, encoded for a URL */
	ENCRYPTION,  /* S3's rules */
	ENTRIES_IN,  /* a network ACL's entries */
	ENTRIES_OUT,
	INGRESS,
	INLINE,      /* policies of a user, a group or a role */
	LIFECYCLE,   /* of S3's rules what has the same name there */
	MONITORED,   /* a boolean: enabled, disabled */
	ON_DEMAND,   /* of billing modes the one that is shown */
	PATTERN,     /* no setting: what aws_types.def makes of the pattern */
	PROFILE,     /* an instance profile's name: its ARN */
	SAME,        /* names in lower case at every depth */
	TEXTS,       /* a number or a boolean as a text */
	TIME,        /* no setting: when it was made */
	VERSIONS     /* a managed policy's document: its only version */
} how;

typedef struct shown_row {
	const char *type, *property, *shown;
	how how;
} shown_row;

static const shown_row rows[] = {
#define SHOWN(type, property, shown, how) {type, property, shown, how},
#include "simulate/aws_shown.def"
#undef SHOWN
};

enum { MAX_DEPTH = 32 };

static void put(sim_world *w, bl_items *items, const char *key, const bl_value *v)
{
	if (v && v->kind != BL_NULL)
		bl_items_put(&w->arena, items, bl_str_of(key), BL_NOWHERE, v);
}

static const bl_value *map_of(sim_world *w, const bl_items *items)
{
	return bl_items_value(&w->arena, BL_NOWHERE, items);
}

static const bl_value *list_of(sim_world *w, const bl_values *values)
{
	return bl_values_value(&w->arena, BL_NOWHERE, values);
}

static bool is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* SSLCertificateId as sslcertificateId: a bean's name begins with small letters up to the first that is small already. Keys with '_' are data. */
static bl_str small(bl_arena *arena, bl_str key)
{
	size_t n = 0;
	while (n < key.n && is_capital(key.p[n]))
		n++;
	if (!n || memchr(key.p, '_', key.n))
		return key;
	return bl_str_cat(arena, bl_str_lower(arena, bl_str_slice(key, 0, n)), bl_str_slice(key, n, key.n));
}

static const bl_value *small_keys(sim_world *w, const bl_value *v, bool counted, int depth)
{
	bl_items map = {0};
	bl_values list = {0};
	if (depth > MAX_DEPTH || (v->kind != BL_MAP && v->kind != BL_LIST))
		return v;
	for (uint32_t i = 0; v->kind == BL_MAP && i < v->n; i++)
		put(w, &map, bl_str_z(&w->arena, small(&w->arena, v->map[i].key)), small_keys(w, v->map[i].value, counted, depth + 1));
	for (uint32_t i = 0; v->kind == BL_LIST && i < v->n; i++)
		bl_vec_push(&w->arena, &list, small_keys(w, v->list[i], counted, depth + 1));
	if (v->kind == BL_MAP)
		return map_of(w, &map);
	const bl_value *items = list_of(w, &list);
	if (!counted)
		return items;
	put(w, &map, "quantity", bl_value_digits(&w->arena, BL_NOWHERE, bl_str_integer(&w->arena, (long long)list.n)));
	put(w, &map, "items", list.n ? items : NULL);
	return map_of(w, &map);
}

/* ---- documents ---- */

static bl_str json_text(sim_world *w, const bl_value *v)
{
	bl_buf out = {0};
	bl_json j;
	if (v->kind == BL_STRING)
		return v->string;
	bl_json_begin(&j, &out, false);
	bl_json_value(&j, v);
	bl_str text = bl_str_dup(&w->arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return text;
}

static const bl_value *encoded(sim_world *w, const bl_value *v)
{
	bl_str text = json_text(w, v);
	bl_buf out = {0};
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (is_capital(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr("-_.~*", c)))
			bl_buf_putc(&out, c);
		else
			bl_buf_putf(&out, "%%%02X", (unsigned char)c);
	}
	const bl_value *result = sim_string(w, bl_str_dup(&w->arena, bl_buf_str(&out)));
	bl_buf_done(&out);
	return result;
}

static const bl_value *inline_policies(sim_world *w, const bl_value *list)
{
	bl_values all = {0};
	for (uint32_t i = 0; bl_value_is(list, BL_LIST) && i < list->n; i++) {
		const bl_value *document = bl_value_getz(list->list[i], "PolicyDocument");
		bl_items one = {0};
		put(w, &one, "policyName", bl_value_getz(list->list[i], "PolicyName"));
		put(w, &one, "policyDocument", document ? encoded(w, document) : NULL);
		bl_vec_push(&w->arena, &all, map_of(w, &one));
	}
	return list_of(w, &all);
}

static const bl_value *attached(sim_world *w, const bl_value *list)
{
	bl_values all = {0};
	for (uint32_t i = 0; bl_value_is(list, BL_LIST) && i < list->n; i++) {
		const bl_value *e = list->list[i], *arn = bl_value_is(e, BL_MAP) ? bl_value_getz(e, "PolicyArn") : e;
		bl_str text = bl_value_text(arn);
		bl_items one = {0};
		put(w, &one, "policyArn", arn);
		put(w, &one, "policyName", sim_string(w, bl_str_slice(text, (size_t)(bl_str_rfind_char(text, '/') + 1), text.n)));
		if (text.n)
			bl_vec_push(&w->arena, &all, map_of(w, &one));
	}
	return list_of(w, &all);
}

static const bl_value *versions(sim_world *w, const sim_thing *t, const bl_value *document)
{
	bl_items one = {0};
	bl_values all = {0};
	put(w, &one, "document", encoded(w, document));
	put(w, &one, "versionId", sim_stringz(w, "v1"));
	put(w, &one, "isDefaultVersion", bl_value_bool(&w->arena, BL_NOWHERE, true));
	put(w, &one, "createDate", sim_string(w, sim_time(w, t->seed)));
	bl_vec_push(&w->arena, &all, map_of(w, &one));
	return list_of(w, &all);
}

/* ---- networks ---- */

/* One permission: what a protocol and ports are open to. */
typedef struct permission {
	const bl_value *protocol, *from, *to;
	bl_values addresses, v4, v6, prefixes, groups;
} permission;

static bool same(const bl_value *a, const bl_value *b)
{
	return (!a && !b) || (a && b && bl_value_equal(a, b) == BL_YES);
}

/* A peer with what is said of it. */
static void add_peer(sim_world *w, bl_values *list, const char *key, const bl_value *peer, const bl_value *description, bl_str owner)
{
	bl_items one = {0};
	if (!peer)
		return;
	put(w, &one, key, peer);
	put(w, &one, "userId", owner.n ? sim_string(w, owner) : NULL);
	put(w, &one, "description", description);
	bl_vec_push(&w->arena, list, map_of(w, &one));
}

static const bl_value *permission_value(sim_world *w, const permission *p)
{
	bl_items one = {0};
	/* all protocols have no ports */
	bool ports = !bl_value_is_string(p->protocol, "-1");
	put(w, &one, "fromPort", ports ? p->from : NULL);
	put(w, &one, "ipProtocol", p->protocol);
	put(w, &one, "ipv6Ranges", list_of(w, &p->v6));
	put(w, &one, "prefixListIds", list_of(w, &p->prefixes));
	put(w, &one, "toPort", ports ? p->to : NULL);
	put(w, &one, "userIdGroupPairs", list_of(w, &p->groups));
	put(w, &one, "ipv4Ranges", list_of(w, &p->v4));
	put(w, &one, "ipRanges", list_of(w, &p->addresses));
	return map_of(w, &one);
}

static const bl_value *permissions(sim_world *w, const sim_thing *t, const bl_value *rules, bool ingress)
{
	bl_arena *a = &w->arena;
	BL_VEC(permission *) found = {0};
	bl_values all = {0};
	for (uint32_t i = 0; bl_value_is(rules, BL_LIST) && i < rules->n; i++) {
		const bl_value *r = rules->list[i], *protocol = bl_value_getz(r, "IpProtocol"), *from = bl_value_getz(r, "FromPort"),
			*to = bl_value_getz(r, "ToPort"), *description = bl_value_getz(r, "Description");
		size_t at = 0;
		while (at < found.n && !(same(found.items[at]->protocol, protocol) && same(found.items[at]->from, from) && same(found.items[at]->to, to)))
			at++;
		if (at == found.n) {
			permission *made = bl_new(a, permission);
			*made = (permission){.protocol = protocol, .from = from, .to = to};
			bl_vec_push(a, &found, made);
		}
		permission *p = found.items[at];
		const bl_value *v4 = bl_value_getz(r, "CidrIp");
		if (v4)
			bl_vec_push(a, &p->addresses, v4);
		add_peer(w, &p->v4, "cidrIp", v4, description, BL_STR(""));
		add_peer(w, &p->v6, "cidrIpv6", bl_value_getz(r, "CidrIpv6"), description, BL_STR(""));
		add_peer(w, &p->prefixes, "prefixListId", bl_value_getz(r, ingress ? "SourcePrefixListId" : "DestinationPrefixListId"), description,
			BL_STR(""));
		add_peer(w, &p->groups, "groupId", bl_value_getz(r, ingress ? "SourceSecurityGroupId" : "DestinationSecurityGroupId"), description,
			sim_place(t, SIM_AWS));
	}
	/* whom a rule is for may be in no setting that is known here; none is for nobody */
	for (size_t i = 0; i < found.n; i++)
		if (found.items[i]->v4.n || found.items[i]->v6.n || found.items[i]->prefixes.n || found.items[i]->groups.n)
			bl_vec_push(a, &all, permission_value(w, found.items[i]));
	return list_of(w, &all);
}

static const bl_value *entries(sim_world *w, const bl_value *list, bool egress)
{
	bl_values all = {0};
	for (uint32_t i = 0; bl_value_is(list, BL_LIST) && i < list->n; i++)
		bl_vec_push(&w->arena, &all,
			bl_value_with(&w->arena, small_keys(w, list->list[i], false, 0), BL_STR("egress"),
				bl_value_bool(&w->arena, BL_NOWHERE, egress)));
	return list_of(w, &all);
}

/* ---- buckets ---- */

static const bl_value *encryption(sim_world *w, const bl_value *list)
{
	bl_values all = {0};
	for (uint32_t i = 0; bl_value_is(list, BL_LIST) && i < list->n; i++) {
		const bl_value *by = bl_value_getz(list->list[i], "ServerSideEncryptionByDefault");
		bl_items one = {0}, inner = {0};
		put(w, &inner, "sseAlgorithm", bl_value_geti(by, BL_STR("SSEAlgorithm")));
		put(w, &inner, "kmsMasterKeyID", bl_value_geti(by, BL_STR("KMSMasterKeyID")));
		put(w, &one, "applyServerSideEncryptionByDefault", by ? map_of(w, &inner) : NULL);
		put(w, &one, "bucketKeyEnabled", bl_value_getz(list->list[i], "BucketKeyEnabled"));
		bl_vec_push(&w->arena, &all, map_of(w, &one));
	}
	return list_of(w, &all);
}

static const bl_value *lifecycle(sim_world *w, const bl_value *list)
{
	static const char *const names[] = {"AbortIncompleteMultipartUpload", "ExpirationDate", "ExpirationInDays", "ExpiredObjectDeleteMarker", "Id",
		"Prefix", "Status"};
	bl_values all = {0};
	for (uint32_t i = 0; bl_value_is(list, BL_LIST) && i < list->n; i++) {
		bl_items one = {0};
		for (size_t k = 0; k < sizeof names / sizeof *names; k++)
			put(w, &one, names[k], bl_value_getz(list->list[i], names[k]));
		bl_vec_push(&w->arena, &all, small_keys(w, map_of(w, &one), false, 0));
	}
	return list_of(w, &all);
}

/* ---- rows ---- */

static const bl_value *joined(sim_world *w, const bl_value *v)
{
	bl_buf out = {0};
	for (uint32_t i = 0; bl_value_is(v, BL_LIST) && i < v->n; i++)
		bl_buf_putf(&out, "%s" BL_FMT, i ? "," : "", BL_ARG(bl_value_text(v->list[i])));
	const bl_value *text = sim_string(w, bl_str_dup(&w->arena, bl_buf_str(&out)));
	bl_buf_done(&out);
	return bl_value_is(v, BL_LIST) ? text : v;
}

static const bl_value *profile(sim_world *w, const sim_thing *t, const bl_value *v)
{
	bl_str name = bl_value_text(v);
	if (!name.n || bl_str_starts(name, BL_STR("arn:")))
		return v;
	return sim_string(w, bl_str_cat(&w->arena, sim_aws_expand(w, t, "arn:aws:iam::{a}:instance-profile/", ""), name));
}

static const bl_value *word(sim_world *w, const bl_value *v, const char *yes, const char *no)
{
	return bl_value_is(v, BL_BOOL) ? sim_stringz(w, v->boolean ? yes : no) : NULL;
}

static const bl_value *converted(sim_world *w, const sim_thing *t, how kind, const bl_value *v)
{
	switch (kind) {
	case ATTACHED:
		return attached(w, v);
	case COMMAS:
		return joined(w, v);
	case COUNTED:
		return small_keys(w, v, true, 0);
	case DOCUMENT:
		return sim_string(w, json_text(w, v));
	case EGRESS:
	case INGRESS:
		return permissions(w, t, v, kind == INGRESS);
	case ENABLED:
		return word(w, v, "ENABLED", "DISABLED");
	case ENCODED:
		return encoded(w, v);
	case ENCRYPTION:
		return encryption(w, v);
	case ENTRIES_IN:
	case ENTRIES_OUT:
		return entries(w, v, kind == ENTRIES_OUT);
	case INLINE:
		return inline_policies(w, v);
	case LIFECYCLE:
		return lifecycle(w, v);
	case MONITORED:
		return word(w, v, "enabled", "disabled");
	case ON_DEMAND:
		return bl_value_is_string(v, "PAY_PER_REQUEST") ? v : NULL;
	case PROFILE:
		return profile(w, t, v);
	case SAME:
		return small_keys(w, v, false, 0);
	case TEXTS:
		return v->kind == BL_BOOL ? word(w, v, "true", "false") : v->kind == BL_NUMBER ? sim_string(w, v->digits) : v;
	case VERSIONS:
		return versions(w, t, v);
	case AS_IS:
	case PATTERN:
	case TIME:
		break;
	}
	return v;
}

/* Sets what stands at path; "a[].b" in an element for each of a list, or for the value itself. Two lists at one path are one. */
static const bl_value *with(sim_world *w, const bl_value *map, bl_str path, const bl_value *v)
{
	bl_arena *a = &w->arena;
	ptrdiff_t each = bl_str_find(path, BL_STR("[]."), 0);
	bl_values all = {0};
	if (each >= 0) {
		bl_str list = bl_str_slice(path, 0, (size_t)each), rest = bl_str_slice(path, (size_t)each + 3, path.n);
		const bl_value *none = bl_value_map(a, BL_NOWHERE, NULL, 0);
		for (uint32_t i = 0; v->kind == BL_LIST && i < v->n; i++)
			bl_vec_push(a, &all, bl_value_with(a, none, rest, v->list[i]));
		if (v->kind != BL_LIST)
			bl_vec_push(a, &all, bl_value_with(a, none, rest, v));
		return bl_value_with(a, map, list, list_of(w, &all));
	}
	const bl_value *there = bl_value_at_path(map, path);
	if (!bl_value_is(there, BL_LIST) || v->kind != BL_LIST)
		return bl_value_with(a, map, path, v);
	for (uint32_t i = 0; i < there->n; i++)
		bl_vec_push(a, &all, there->list[i]);
	for (uint32_t i = 0; i < v->n; i++)
		bl_vec_push(a, &all, v->list[i]);
	return bl_value_with(a, map, path, list_of(w, &all));
}

/* Where the body has it. */
static bl_str place_of(sim_world *w, const shown_row *row)
{
	bl_str property = bl_str_of(row->property);
	return bl_str_starts(property, BL_STR("children.")) ? property : bl_str_cat(&w->arena, BL_STR("properties."), property);
}

static bool is_setting(const shown_row *row)
{
	return row->how != PATTERN && row->how != TIME;
}

static const bl_value *value_of(sim_world *w, const sim_thing *t, const shown_row *row)
{
	if (row->how == PATTERN)
		return sim_string(w, sim_aws_expand(w, t, row->property, row->shown));
	if (row->how == TIME)
		return sim_string(w, sim_time(w, t->seed));
	const bl_value *v = bl_value_at_path(t->body, place_of(w, row));
	return v && v->kind != BL_NULL ? converted(w, t, row->how, v) : NULL;
}

bool sim_aws_shows(sim_world *w, const sim_thing *t, bl_str path)
{
	const sim_aws_type *type = sim_aws_type_named(t->type);
	if (!type || type->shape == SIM_AWS_REGISTRY || bl_str_starts(path, BL_STR("tags.")))
		return true;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bl_str place = place_of(w, &rows[i]);
		if (bl_str_eqz(t->type, rows[i].type) && is_setting(&rows[i]) && bl_str_starts(path, place) &&
			(path.n == place.n || path.p[place.n] == '.'))
			return true;
	}
	return false;
}

/* Tags, as the describe calls of EC2 have them. */
static const bl_value *key_values(sim_world *w, const bl_value *tags)
{
	bl_values all = {0};
	for (uint32_t i = 0; bl_value_is(tags, BL_MAP) && i < tags->n; i++) {
		bl_items one = {0};
		put(w, &one, "key", sim_string(w, tags->map[i].key));
		put(w, &one, "value", tags->map[i].value);
		bl_vec_push(&w->arena, &all, map_of(w, &one));
	}
	return list_of(w, &all);
}

const bl_value *sim_aws_described(sim_world *w, const sim_thing *t)
{
	bl_arena *a = &w->arena;
	bl_str more = BL_STR("supplementaryConfiguration.");
	const bl_value *none = bl_value_map(a, BL_NOWHERE, NULL, 0), *all = none;
	all = bl_value_with(a, bl_value_with(a, all, BL_STR("configuration"), none), BL_STR("supplementaryConfiguration"), none);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const bl_value *v = bl_str_eqz(t->type, rows[i].type) ? value_of(w, t, &rows[i]) : NULL;
		bl_str shown = bl_str_of(rows[i].shown);
		if (v)
			all = with(w, all, bl_str_starts(shown, more) ? shown : bl_str_cat(a, BL_STR("configuration."), shown), v);
	}
	if (bl_str_starts(t->type, BL_STR("AWS::EC2::")))
		all = bl_value_with(a, all, BL_STR("configuration.tags"), key_values(w, t->tags));
	return all;
}

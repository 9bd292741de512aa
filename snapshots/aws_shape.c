/* From what Describe* and AWS Config show of a resource to the registry's form, in which code, rules and Cloud Control speak. */
#include "snapshots/aws.h"

typedef enum how {
	SAME,       /* the value, names of maps with a capital */
	ACL_IN,     /* a network ACL's entries of one direction */
	ACL_OUT,
	ATTRIBUTES, /* [{Key, Value}] as a map by key, '.' as '_' */
	COMMAS,     /* a text of several, with commas between them */
	DEFAULT_VERSION, /* the document of a managed policy's default version */
	EKS_LOGS,   /* the types of the log groups that are enabled */
	IS_ON,      /* "enabled", "true" ...: a boolean */
	ITEMS,      /* CloudFront's {quantity, items}, at any depth: the items */
	JSON,       /* a JSON text, which may be URL-encoded */
	LAST,       /* what follows the last ':' */
	POLICIES,   /* inline policies with their documents */
	S3_ENCRYPTION,
	S3_LIFECYCLE,  /* of each rule what the registry calls the same */
	S3_MFA_DELETE, /* a boolean: Enabled, Disabled */
	S3_VERSIONING, /* "Off" is Suspended */
	SG_IN,      /* a security group's permissions, one rule for each peer */
	SG_OUT,
	TAIL        /* what follows the last '/' */
} how;

typedef struct shape_row {
	const char *type, *to, *from;
	how how;
} shape_row;

static const shape_row rows[] = {
#define X(type, to, from, how) {type, to, from, how},
#include "snapshots/aws_shapes.def"
#undef X
};

enum { MAX_DEPTH = 100 }; /* what is deeper keeps its own case; no description is */

static const bl_value *get(const bl_value *v, const char *key)
{
	return bl_value_geti(v, bl_str_of(key));
}

static const bl_value *text(bl_arena *arena, bl_str s)
{
	return bl_value_string(arena, BL_NOWHERE, s);
}

static void put(bl_arena *arena, bl_items *items, const char *key, const bl_value *v)
{
	if (v && v->kind != BL_NULL)
		bl_items_put(arena, items, bl_str_of(key), BL_NOWHERE, v);
}

static bl_str capital(bl_arena *arena, bl_str s)
{
	if (!s.n || s.p[0] < 'a' || s.p[0] > 'z')
		return s;
	char *copy = bl_str_z(arena, s);
	copy[0] = (char)(copy[0] - 'a' + 'A');
	return bl_str_make(copy, s.n);
}

/* Maps whose keys are their author's. */
static bool has_free_keys(bl_str key)
{
	static const char *const free[] = {"dockerLabels", "driverOpts", "labels", "options", "parameters", "variables"};
	for (size_t i = 0; i < sizeof free / sizeof *free; i++)
		if (bl_str_eqiz(key, free[i]))
			return true;
	return false;
}

/*
 * An advanced query shows a text as {"value": text} where some other type has a map of that name (securityGroups, availabilityZones): one name has one type
 * in what it searches.
 */
static const bl_value *wrapped(const bl_value *v)
{
	return bl_value_is(v, BL_MAP) && v->n == 1 && bl_str_eqz(v->map[0].key, "value") ? v->map[0].value : NULL;
}

static const bl_value *capitals(bl_arena *arena, const bl_value *v, bool free, int depth)
{
	const bl_value *inner = free ? NULL : wrapped(v);
	if (inner)
		v = inner;
	if (depth > MAX_DEPTH)
		return v;
	if (v->kind == BL_LIST) {
		bl_values all = {0};
		for (uint32_t i = 0; i < v->n; i++)
			bl_vec_push(arena, &all, capitals(arena, v->list[i], false, depth + 1));
		return bl_values_value(arena, BL_NOWHERE, &all);
	}
	if (v->kind != BL_MAP)
		return v;
	bl_items items = {0};
	for (uint32_t i = 0; i < v->n; i++) {
		const bl_item *item = &v->map[i];
		if (item->value->kind == BL_NULL)
			continue;
		bl_item copy = {free ? item->key : capital(arena, item->key), BL_NOWHERE,
			capitals(arena, item->value, !free && has_free_keys(item->key), depth + 1)};
		bl_vec_push(arena, &items, copy);
	}
	return bl_items_value(arena, BL_NOWHERE, &items);
}

/* What stands at path; "a[].b" gathers. NULL without it, and when no element of a list that has some says it. */
static const bl_value *pick(bl_arena *arena, const bl_value *v, bl_str path)
{
	ptrdiff_t each = bl_str_find(path, BL_STR("[]."), 0);
	if (each < 0)
		return bl_value_at_path(v, path);
	const bl_value *list = bl_value_at_path(v, bl_str_slice(path, 0, (size_t)each));
	bl_str rest = bl_str_slice(path, (size_t)each + 3, path.n);
	bl_values all = {0};
	if (!bl_value_is(list, BL_LIST))
		return NULL;
	for (uint32_t i = 0; i < list->n; i++) {
		const bl_value *found = bl_value_at_path(list->list[i], rest);
		if (found)
			bl_vec_push(arena, &all, found);
	}
	return all.n || !list->n ? bl_values_value(arena, BL_NOWHERE, &all) : NULL;
}

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bl_str url_decoded(bl_arena *arena, bl_str s)
{
	char *out = bl_arena_alloc(arena, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		int high = s.p[i] == '%' && i + 2 < s.n ? hex(s.p[i + 1]) : -1, low = high >= 0 ? hex(s.p[i + 2]) : -1;
		if (low >= 0) {
			out[n++] = (char)(high * 16 + low);
			i += 2;
		} else {
			out[n++] = s.p[i];
		}
	}
	return bl_str_make(out, n);
}

/* A policy: JSON as it is, as text, or as text that is URL-encoded (Config and some SDKs). NULL for what is none. */
static const bl_value *document(bl_snapshot_reader *r, const bl_value *v)
{
	if (bl_value_is(v, BL_STRING) && bl_str_starts(v->string, BL_STR("%")))
		v = text(r->scratch, url_decoded(r->scratch, v->string));
	v = bl_snapshot_json(r, v);
	return bl_value_is(v, BL_MAP) ? v : NULL;
}

static const bl_value *policies(bl_snapshot_reader *r, const bl_value *list)
{
	bl_values all = {0};
	for (uint32_t i = 0; bl_value_is(list, BL_LIST) && i < list->n; i++) {
		bl_items one = {0};
		put(r->scratch, &one, "PolicyName", get(list->list[i], "PolicyName"));
		put(r->scratch, &one, "PolicyDocument", document(r, get(list->list[i], "PolicyDocument")));
		bl_vec_push(r->scratch, &all, bl_items_value(r->scratch, BL_NOWHERE, &one));
	}
	return bl_values_value(r->scratch, BL_NOWHERE, &all);
}

static const bl_value *default_version(bl_snapshot_reader *r, const bl_value *list)
{
	for (uint32_t i = 0; bl_value_is(list, BL_LIST) && i < list->n; i++) {
		const bl_value *v = get(list->list[i], "IsDefaultVersion");
		if (bl_value_is(v, BL_BOOL) && v->boolean)
			return document(r, get(list->list[i], "Document"));
	}
	return NULL;
}

static const bl_value *is_on(bl_arena *arena, const bl_value *v)
{
	static const char *const on[] = {"ACTIVE", "ENABLED", "UPDATING", "on", "true"};
	static const char *const off[] = {"DISABLED", "INACTIVE", "off", "false"};
	if (bl_value_is(v, BL_BOOL))
		return v;
	bl_str s = bl_value_text(v);
	for (size_t i = 0; i < sizeof on / sizeof *on; i++)
		if (bl_str_eqiz(s, on[i]))
			return bl_value_bool(arena, BL_NOWHERE, true);
	for (size_t i = 0; i < sizeof off / sizeof *off; i++)
		if (bl_str_eqiz(s, off[i]))
			return bl_value_bool(arena, BL_NOWHERE, false);
	return NULL;
}

static void add_rule(bl_arena *arena, bl_values *all, const bl_value *permission, const char *key, const bl_value *peer,
	const bl_value *description)
{
	bl_items rule = {0};
	put(arena, &rule, "IpProtocol", get(permission, "IpProtocol"));
	put(arena, &rule, "FromPort", get(permission, "FromPort"));
	put(arena, &rule, "ToPort", get(permission, "ToPort"));
	put(arena, &rule, key, peer);
	put(arena, &rule, "Description", description);
	bl_vec_push(arena, all, bl_items_value(arena, BL_NOWHERE, &rule));
}

/* Every address, prefix list and group that a permission names is a rule of its own in the registry's form. */
static const bl_value *security_rules(bl_arena *arena, const bl_value *permissions, bool ingress)
{
	static const struct {
		const char *list, *member, *in, *out;
	} peers[] = {
		{"ipv4Ranges", "cidrIp", "CidrIp", "CidrIp"}, /* before ipRanges: Config has both, and there ipRanges has no descriptions */
		{"ipRanges", "cidrIp", "CidrIp", "CidrIp"},
		{"ipv6Ranges", "cidrIpv6", "CidrIpv6", "CidrIpv6"},
		{"prefixListIds", "prefixListId", "SourcePrefixListId", "DestinationPrefixListId"},
		{"userIdGroupPairs", "groupId", "SourceSecurityGroupId", "DestinationSecurityGroupId"},
	};
	bl_values all = {0};
	if (!bl_value_is(permissions, BL_LIST))
		return NULL;
	for (uint32_t i = 0; i < permissions->n; i++) {
		const bl_value *p = permissions->list[i];
		bool has_v4 = bl_value_is(get(p, "ipv4Ranges"), BL_LIST);
		for (size_t k = 0; k < sizeof peers / sizeof *peers; k++) {
			const bl_value *list = k == 1 && has_v4 ? NULL : get(p, peers[k].list);
			for (uint32_t m = 0; bl_value_is(list, BL_LIST) && m < list->n; m++) {
				const bl_value *e = list->list[m], *peer = bl_value_is(e, BL_MAP) ? get(e, peers[k].member) : e;
				add_rule(arena, &all, p, ingress ? peers[k].in : peers[k].out, peer, get(e, "description"));
			}
		}
	}
	return bl_values_value(arena, BL_NOWHERE, &all);
}

static const bl_value *acl_entries(bl_arena *arena, const bl_value *entries, bool egress)
{
	static const char *const names[] = {"CidrBlock", "Ipv6CidrBlock", "PortRange", "Protocol", "RuleAction", "RuleNumber"};
	bl_values all = {0};
	if (!bl_value_is(entries, BL_LIST))
		return NULL;
	for (uint32_t i = 0; i < entries->n; i++) {
		const bl_value *e = entries->list[i], *out = get(e, "egress");
		bl_items one = {0};
		if (!bl_value_is(out, BL_BOOL) || out->boolean != egress)
			continue;
		for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
			const bl_value *v = get(e, names[k]);
			put(arena, &one, names[k], v ? capitals(arena, v, false, 0) : NULL);
		}
		bl_vec_push(arena, &all, bl_items_value(arena, BL_NOWHERE, &one));
	}
	return bl_values_value(arena, BL_NOWHERE, &all);
}

static const bl_value *attributes(bl_arena *arena, const bl_value *list)
{
	bl_items all = {0};
	if (!bl_value_is(list, BL_LIST))
		return NULL;
	for (uint32_t i = 0; i < list->n; i++) {
		const bl_value *value = get(list->list[i], "value"), *b = NULL;
		char *key = bl_str_z(arena, bl_value_text(get(list->list[i], "key")));
		for (char *p = key; *p; p++)
			*p = *p == '.' ? '_' : *p;
		if (bl_str_eqiz(bl_value_text(value), "true") || bl_str_eqiz(bl_value_text(value), "false"))
			b = is_on(arena, value);
		put(arena, &all, key, b ? b : value);
	}
	bl_value *v = bl_items_value(arena, BL_NOWHERE, &all);
	v->open = true;
	return v;
}

static const bl_value *eks_logs(bl_arena *arena, const bl_value *groups)
{
	bl_values all = {0};
	if (!bl_value_is(groups, BL_LIST))
		return NULL;
	for (uint32_t i = 0; i < groups->n; i++) {
		const bl_value *enabled = get(groups->list[i], "enabled"), *types = get(groups->list[i], "types");
		for (uint32_t k = 0; bl_value_is(enabled, BL_BOOL) && enabled->boolean && bl_value_is(types, BL_LIST) && k < types->n; k++) {
			bl_items one = {0};
			put(arena, &one, "Type", types->list[k]);
			bl_vec_push(arena, &all, bl_items_value(arena, BL_NOWHERE, &one));
		}
	}
	return bl_values_value(arena, BL_NOWHERE, &all);
}

static const bl_value *s3_encryption(bl_arena *arena, const bl_value *list)
{
	bl_values all = {0};
	if (!bl_value_is(list, BL_LIST))
		return NULL;
	for (uint32_t i = 0; i < list->n; i++) {
		const bl_value *by = get(list->list[i], "applyServerSideEncryptionByDefault");
		bl_items one = {0}, inner = {0};
		put(arena, &inner, "SSEAlgorithm", get(by, "sseAlgorithm"));
		put(arena, &inner, "KMSMasterKeyID", get(by, "kmsMasterKeyID"));
		put(arena, &one, "ServerSideEncryptionByDefault", by ? bl_items_value(arena, BL_NOWHERE, &inner) : NULL);
		put(arena, &one, "BucketKeyEnabled", get(list->list[i], "bucketKeyEnabled"));
		bl_vec_push(arena, &all, bl_items_value(arena, BL_NOWHERE, &one));
	}
	return bl_values_value(arena, BL_NOWHERE, &all);
}

/* Amazon's Java client writes -1 for a number of days that is not set. */
static const bl_value *s3_lifecycle(bl_arena *arena, const bl_value *list)
{
	static const char *const names[] = {"AbortIncompleteMultipartUpload", "ExpirationDate", "ExpirationInDays", "ExpiredObjectDeleteMarker", "Id",
		"NoncurrentVersionExpirationInDays", "Prefix", "Status"};
	bl_values all = {0};
	if (!bl_value_is(list, BL_LIST))
		return NULL;
	for (uint32_t i = 0; i < list->n; i++) {
		bl_items one = {0};
		for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
			const bl_value *v = get(list->list[i], names[k]);
			if (v && !(v->kind == BL_NUMBER && v->number < 0))
				put(arena, &one, names[k], capitals(arena, v, false, 0));
		}
		bl_vec_push(arena, &all, bl_items_value(arena, BL_NOWHERE, &one));
	}
	return bl_values_value(arena, BL_NOWHERE, &all);
}

static const bl_value *between_commas(bl_arena *arena, const bl_value *v)
{
	bl_values all = {0};
	for (bl_str rest = bl_value_text(v), one; rest.n;) {
		rest = bl_str_cut(rest, ',', &one);
		one = bl_str_trim(one);
		if (one.n)
			bl_vec_push(arena, &all, text(arena, one));
	}
	return bl_value_is(v, BL_STRING) ? bl_values_value(arena, BL_NOWHERE, &all) : NULL;
}

/* A list that is empty may leave its items out. */
static const bl_value *items_of(bl_arena *arena, const bl_value *v, int depth)
{
	bl_values list = {0};
	bl_items map = {0};
	if (depth > MAX_DEPTH || (v->kind != BL_LIST && v->kind != BL_MAP))
		return v;
	bool counted = v->kind == BL_MAP && get(v, "quantity");
	const bl_value *items = counted ? get(v, "items") : v->kind == BL_LIST ? v : NULL;
	for (uint32_t i = 0; bl_value_is(items, BL_LIST) && i < items->n; i++)
		bl_vec_push(arena, &list, items_of(arena, items->list[i], depth + 1));
	if (counted || v->kind == BL_LIST)
		return bl_values_value(arena, BL_NOWHERE, &list);
	for (uint32_t i = 0; i < v->n; i++)
		put(arena, &map, bl_str_z(arena, capital(arena, v->map[i].key)), items_of(arena, v->map[i].value, depth + 1));
	return bl_items_value(arena, BL_NOWHERE, &map);
}

static const bl_value *after_last(bl_arena *arena, const bl_value *v, char c)
{
	bl_str s = bl_value_text(v);
	return s.n ? text(arena, bl_str_slice(s, (size_t)(bl_str_rfind_char(s, c) + 1), s.n)) : NULL;
}

static const bl_value *converted(bl_snapshot_reader *r, const shape_row *row, const bl_value *v)
{
	bl_arena *arena = r->scratch;
	bl_str from = bl_str_of(row->from);
	how kind = row->how;
	switch (kind) {
	case SAME:
		return capitals(arena, v, has_free_keys(bl_str_slice(from, (size_t)(bl_str_rfind_char(from, '.') + 1), from.n)), 0);
	case ACL_IN:
	case ACL_OUT:
		return acl_entries(arena, v, kind == ACL_OUT);
	case ATTRIBUTES:
		return attributes(arena, v);
	case COMMAS:
		return between_commas(arena, v);
	case DEFAULT_VERSION:
		return default_version(r, v);
	case EKS_LOGS:
		return eks_logs(arena, v);
	case IS_ON:
		return is_on(arena, v);
	case ITEMS:
		return items_of(arena, v, 0);
	case JSON:
		return document(r, v);
	case LAST:
		return after_last(arena, v, ':');
	case POLICIES:
		return policies(r, v);
	case S3_ENCRYPTION:
		return s3_encryption(arena, v);
	case S3_LIFECYCLE:
		return s3_lifecycle(arena, v);
	case S3_MFA_DELETE:
		return bl_value_is(v, BL_BOOL) ? text(arena, v->boolean ? BL_STR("Enabled") : BL_STR("Disabled")) : NULL;
	case S3_VERSIONING:
		return bl_str_eqiz(bl_value_text(v), "Off") ? text(arena, BL_STR("Suspended")) : v;
	case SG_IN:
	case SG_OUT:
		return security_rules(arena, v, kind == SG_IN);
	case TAIL:
		return after_last(arena, v, '/');
	}
	return NULL;
}

/* Of a type without rows only what cannot be misunderstood: scalars and lists of them. */
static void put_scalars(bl_arena *arena, bl_items *items, const bl_value *description)
{
	for (uint32_t i = 0; i < description->n; i++) {
		const bl_value *v = description->map[i].value;
		bool plain = v->kind == BL_STRING || v->kind == BL_BOOL || v->kind == BL_NUMBER;
		if (plain)
			bl_vec_push(arena, items, ((bl_item){capital(arena, description->map[i].key), BL_NOWHERE, v}));
	}
}

static const bl_value *opened(bl_arena *arena, const bl_value *v)
{
	bl_value *copy = bl_value_at(arena, v, BL_NOWHERE);
	copy->open = true;
	return copy;
}

static const shape_row *rows_of(bl_str type)
{
	size_t lo = 0, hi = sizeof rows / sizeof *rows;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (bl_str_cmp(bl_str_of(rows[mid].type), type) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return &rows[lo];
}

const bl_value *bl_aws_shape(bl_snapshot_reader *r, bl_str type, const bl_value *description)
{
	bl_arena *arena = r->scratch;
	bl_items none = {0}, top = {0};
	const shape_row *row = rows_of(type), *end = rows + sizeof rows / sizeof *rows;
	const bl_value *shape = bl_items_value(arena, BL_NOWHERE, &none), *properties = shape, *children = shape;
	bool listed = row < end && bl_str_eqz(type, row->type);
	for (; row < end && bl_str_eqz(type, row->type); row++) {
		const bl_value *v = pick(arena, description, bl_str_of(row->from));
		bl_str to = bl_str_of(row->to);
		bool child = bl_str_starts(to, BL_STR("children."));
		to = bl_str_slice(to, child ? strlen("children.") : 0, to.n);
		const bl_value **into = child ? &children : &properties;
		if (!v || v->kind == BL_NULL || bl_value_at_path(*into, to))
			continue;
		v = converted(r, row, v);
		if (v)
			*into = bl_value_with(arena, *into, to, v);
	}
	if (!listed) {
		bl_items items = {0};
		put_scalars(arena, &items, description);
		properties = bl_items_value(arena, BL_NOWHERE, &items);
	}
	put(arena, &top, "properties", opened(arena, properties));
	if (children->n)
		put(arena, &top, "children", opened(arena, children));
	return bl_keep_value(&r->keeper, opened(arena, bl_items_value(arena, BL_NOWHERE, &top)));
}

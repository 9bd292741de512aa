/* Version constraints: ">= 1.2, < 2.0, != 1.5.1", "~> 1.0". */
#include "eval/terraform_check.h"

enum { MAX_CONSTRAINTS = 32, PARTS = 4 };

typedef struct version {
	unsigned long parts[PARTS];
	size_t n; /* how many were written */
	bool before; /* a release candidate or the like: comes before the release */
} version;

typedef struct constraint {
	char op[3];
	version v;
} constraint;

static bool is_tail(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '+' || c == '~';
}

static bool read_version(bl_str s, version *v)
{
	size_t i = s.n && (s.p[0] == 'v' || s.p[0] == 'V');
	*v = (version){0};
	while (i < s.n && v->n < PARTS) {
		unsigned long part = 0;
		size_t begin = i;
		for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && i - begin < 10; i++)
			part = part * 10 + (unsigned long)(s.p[i] - '0');
		if (i == begin)
			return false;
		v->parts[v->n++] = part;
		if (i >= s.n || s.p[i] != '.')
			break;
		i++;
	}
	v->before = i < s.n && s.p[i] == '-';
	if (i < s.n && s.p[i] != '-' && s.p[i] != '+')
		return false;
	for (; i < s.n; i++)
		if (!is_tail(s.p[i]))
			return false;
	return v->n > 0;
}

static bool read_constraint(bl_str s, constraint *c)
{
	static const char *const ops[] = {"!=", "<=", ">=", "~>", "<", "=", ">"};
	s = bl_str_trim(s);
	memcpy(c->op, "=", 2);
	for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
		if (bl_str_starts(s, bl_str_of(ops[i]))) {
			memcpy(c->op, ops[i], strlen(ops[i]) + 1);
			s = bl_str_trim(bl_str_slice(s, strlen(ops[i]), s.n));
			break;
		}
	}
	return read_version(s, &c->v);
}

/* How many constraints text holds; 0 when one of them is none. */
static size_t read_all(bl_str text, constraint *out)
{
	size_t n = 0;
	bl_str one;
	if (bl_str_ends(bl_str_trim(text), BL_STR(",")))
		return 0;
	do {
		text = bl_str_cut(text, ',', &one);
		if (n == MAX_CONSTRAINTS || !read_constraint(one, &out[n++]))
			return 0;
	} while (text.n);
	return n;
}

static int compare(const version *a, const version *b)
{
	for (size_t i = 0; i < PARTS; i++)
		if (a->parts[i] != b->parts[i])
			return a->parts[i] < b->parts[i] ? -1 : 1;
	return (int)b->before - (int)a->before;
}

static bool meets(const constraint *c, const version *v)
{
	int order = compare(v, &c->v);
	switch (c->op[0]) {
	case '!':
		return order != 0;
	case '<':
		return c->op[1] ? order <= 0 : order < 0;
	case '>':
		return c->op[1] ? order >= 0 : order > 0;
	case '~':
		/* all but the last part written stay */
		for (size_t i = 0; i + 1 < c->v.n; i++)
			if (v->parts[i] != c->v.parts[i])
				return false;
		return order >= 0;
	default:
		return order == 0;
	}
}

static bool meets_all(const constraint *all, size_t n, const version *v)
{
	for (size_t i = 0; i < n; i++)
		if (!meets(&all[i], v))
			return false;
	return true;
}

bool bl_tf_version_valid(bl_str constraints)
{
	constraint all[MAX_CONSTRAINTS];
	return read_all(constraints, all) > 0;
}

bool bl_tf_version_meets(bl_str constraints, const char *text)
{
	constraint all[MAX_CONSTRAINTS];
	version v;
	size_t n = read_all(constraints, all);
	return read_version(bl_str_of(text), &v) && n && meets_all(all, n, &v);
}

bool bl_tf_version_possible(bl_str constraints)
{
	constraint all[MAX_CONSTRAINTS];
	size_t n = read_all(constraints, all);
	version least = {{1}, 3, false}, most = {{1, 9999, 9999}, 3, false};
	if (meets_all(all, n, &least) || meets_all(all, n, &most))
		return true;
	/* what meets all of them lies at the edge of one: at its version, or right after it or before it */
	for (size_t i = 0; i < n; i++) {
		version v = all[i].v;
		if (v.parts[0] != 1)
			continue;
		if (meets_all(all, n, &v))
			return true;
		v.before = false;
		v.parts[2]++;
		if (meets_all(all, n, &v))
			return true;
		v = all[i].v;
		if (v.parts[1])
			v.parts[1]--;
		v.parts[2] = 9999;
		if (meets_all(all, n, &v))
			return true;
	}
	return false;
}

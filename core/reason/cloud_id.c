#include "core/reason/cloud_id.h"

static bl_str last_of(bl_str s, char sep)
{
	ptrdiff_t at = bl_str_rfind_char(s, sep);
	return bl_str_slice(s, (size_t)(at + 1), s.n);
}

static bl_str first_of(bl_str s, char sep)
{
	bl_str head;
	bl_str_cut(s, sep, &head);
	return head;
}

static bl_str after(bl_str s, char sep)
{
	bl_str head;
	return bl_str_cut(s, sep, &head);
}

/* A secret's name ends in a dash and six letters that the service adds. */
static bl_str without_suffix(bl_str name)
{
	bool made_up = name.n > 7 && name.p[name.n - 7] == '-';
	return made_up ? bl_str_slice(name, 0, name.n - 7) : name;
}

/* Where in the rest of an ARN somebody's name stands differs by service. */
static bl_str arn_name(const bl_arn *arn)
{
	bl_str path = arn->path;
	if (bl_str_eqz(arn->service, "elasticloadbalancing")) {
		/* app/NAME/DIGITS, net/NAME/DIGITS; targetgroup/NAME/DIGITS; a classic one is the name alone */
		bool typed = bl_str_starts(path, BL_STR("app/")) || bl_str_starts(path, BL_STR("net/")) || bl_str_starts(path, BL_STR("gwy/"));
		return first_of(typed ? after(path, '/') : path, '/');
	}
	if (bl_str_eqz(arn->service, "secretsmanager"))
		return without_suffix(path);
	if (bl_str_eqz(arn->service, "logs"))
		return first_of(path, ':');
	if (bl_str_eqz(arn->service, "lambda"))
		return first_of(path, ':');
	if (bl_str_eqz(arn->service, "kafka"))
		return first_of(path, '/');
	if (bl_str_eqz(arn->service, "eks") && bl_str_eqz(arn->kind, "nodegroup"))
		return first_of(after(path, '/'), '/');
	if (bl_str_eqz(arn->service, "autoscaling"))
		return last_of(path, '/');
	/* these names may hold slashes */
	if (bl_str_eqz(arn->service, "ssm") || bl_str_eqz(arn->service, "ecr") || bl_str_eqz(arn->service, "s3"))
		return path;
	return last_of(last_of(path, '/'), ':');
}

bool bl_arn_parse(bl_str text, bl_arn *out)
{
	bl_str part[5], rest = text;
	*out = (bl_arn){0};
	if (!bl_str_starts(text, BL_STR("arn:")))
		return false;
	for (int i = 0; i < 5; i++)
		rest = bl_str_cut(rest, ':', &part[i]);
	if (!rest.n || !part[2].n)
		return false;
	out->service = part[2];
	out->region = part[3];
	out->account = part[4];
	out->path = out->resource = rest;
	bool bare = bl_str_eqz(part[2], "s3") || bl_str_eqz(part[2], "sns") || bl_str_eqz(part[2], "sqs");
	for (size_t i = 0; i < rest.n && !bare; i++) {
		if (rest.p[i] != '/' && rest.p[i] != ':')
			continue;
		out->kind = bl_str_slice(rest, 0, i);
		out->path = bl_str_slice(rest, i + 1, rest.n);
		break;
	}
	/* a parameter's name begins with the slash */
	if (bl_str_eqz(part[2], "ssm") && bl_str_eqz(out->kind, "parameter") && memchr(out->path.p, '/', out->path.n))
		out->path = bl_str_slice(rest, out->kind.n, rest.n);
	out->name = arn_name(out);
	return true;
}

bool bl_google_name_parse(bl_str text, bl_google_name *out)
{
	*out = (bl_google_name){0};
	ptrdiff_t at = bl_str_starts(text, BL_STR("projects/")) ? 0 : bl_str_find(text, BL_STR("/projects/"), 0) + 1;
	if (at <= 0 && !bl_str_starts(text, BL_STR("projects/")))
		return false;
	bl_str rest = bl_str_slice(text, (size_t)at, text.n), part, value;
	if (bl_str_starts(text, BL_STR("//")))
		out->service = first_of(bl_str_slice(text, 2, text.n), '.');
	out->path = rest;
	while (rest.n) {
		rest = bl_str_cut(rest, '/', &part);
		bl_str after_value = bl_str_cut(rest, '/', &value);
		bool global = bl_str_eqz(part, "global");
		if (global) {
			out->location = part;
			continue;
		}
		if (!value.n)
			return out->name.n > 0;
		if (bl_str_eqz(part, "projects"))
			out->project = value;
		else if (bl_str_eqz(part, "zones") || bl_str_eqz(part, "regions") || bl_str_eqz(part, "locations"))
			out->location = value;
		out->collection = part;
		out->name = value;
		rest = after_value;
	}
	return out->name.n > 0;
}

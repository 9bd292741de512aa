#include "eval/docker/command.h"

enum { MAX_WRAPPERS = 4, MAX_FLAGS = 64, MAX_WORD = 65536 };

/* How a package is pinned to a version. */
typedef enum pin { PIN_NONE, PIN_AT, PIN_DASH, PIN_EQUALS, PIN_GEM, PIN_PIP } pin;

/* A program that installs packages: its words for that, its flags that take a value in the next
 * word, how it pins. */
typedef struct installer {
	const char *name;
	const char *verbs;  /* each between blanks */
	const char *valued; /* flags, each between blanks */
	pin pin;
} installer;

#define PIP_VALUED                                                                                 \
	" -r --requirement -c --constraint -e --editable -t --target -i --index-url "              \
	"--extra-index-url -f --find-links --proxy --timeout --retries --trusted-host "            \
	"--prefix --root --src --platform --python-version --implementation --abi "                \
	"--cache-dir --cert --client-cert --log --progress-bar --upgrade-strategy "                \
	"--global-option --install-option --no-binary --only-binary --exists-action "              \
	"--config-settings -C "

static const installer installers[] = {
	{"apk", " add ",
		" -X --repository -p --root -t --virtual --arch --keys-dir --cache-dir "
		"--repositories-file --wait ",
		PIN_EQUALS},
	{"apt", " install reinstall ",
		" -t --target-release --default-release -o --option -c --config-file -a "
		"--host-architecture ",
		PIN_EQUALS},
	{"apt-get", " install reinstall ",
		" -t --target-release --default-release -o --option -c --config-file -a "
		"--host-architecture ",
		PIN_EQUALS},
	{"dnf", " install in localinstall ",
		" -c --config -x --exclude --installroot --releasever --setopt --enablerepo "
		"--disablerepo --repo --repoid --forcearch ",
		PIN_DASH},
	{"gem", " install i ",
		" --use-system-libraries -i --install-dir -n --bindir --document --build-root -P "
		"--trust-policy -s --source -p --http-proxy -v --version --platform -g --file ",
		PIN_GEM},
	{"go", " install get ", " -C -p -tags -ldflags -gcflags -mod -o ", PIN_AT},
	{"microdnf", " install ",
		" -c --config --installroot --releasever --setopt --enablerepo --disablerepo ",
		PIN_DASH},
	{"npm", " install i add ",
		" --registry --prefix --cache --userconfig --loglevel --tag --omit --include -w "
		"--workspace -C ",
		PIN_AT},
	{"pip", " install ", PIP_VALUED, PIN_PIP},
	{"pip2", " install ", PIP_VALUED, PIN_PIP},
	{"pip3", " install ", PIP_VALUED, PIN_PIP},
	{"tdnf", " install ",
		" -c --config --installroot --releasever --setopt --enablerepo --disablerepo ",
		PIN_DASH},
	{"yum", " install localinstall ",
		" -c --config -x --exclude --installroot --releasever --setopt --enablerepo "
		"--disablerepo --repo --repoid ",
		PIN_DASH},
	{"zypper", " install in ",
		" -r --repo --from -t --type -n --name -R --root --installroot -D --reposd-dir -C "
		"--cache-dir --raw-cache-dir --solv-cache-dir -c --config -p --plus-repo ",
		PIN_EQUALS},
};

/* Programs that run the command behind their own flags, and their flags that take a value in the
 * next word. */
static const struct {
	const char *name, *valued;
} wrappers[] = {
	{"command", ""},
	{"doas", " -u -C "},
	{"env", " -u -C -S --unset --chdir "},
	{"exec", " -a "},
	{"nice", " -n --adjustment "},
	{"nohup", ""},
	{"sudo", " -u -g -h -p -r -t -C -D -R -T -U --user --group --host --prompt --role --type "
		 "--chdir --chroot "},
	{"time", " -f -o --format --output "},
};

typedef struct reader {
	bl_arena *arena;
	const bl_sources *sources;
	const bl_docker_scope *scope;
	const bl_value **words;
	size_t n;
	const bl_value *pipe_in, *pipe_out, *redirects;
	bl_values assigns;
	bl_span span;
	bool open; /* a word is a bare variable: it may be none, or many */
} reader;

static bool listed(const char *words, bl_str word)
{
	const char *at = words;
	while (word.p && word.n && (at = memmem(at, strlen(at), word.p, word.n))) {
		if (at > words && at[-1] == ' ' && at[word.n] == ' ')
			return true;
		at++;
	}
	return false;
}

static void put(reader *r, bl_items *items, const char *key, const bl_value *v)
{
	bl_items_put(r->arena, items, bl_str_of(key), v->span, v);
}

static const bl_value *word(reader *r, const bl_expr *e);

/* In small letters, as far as it is known. */
static const bl_value *lower(reader *r, const bl_expr *e)
{
	bool open = r->open;
	const bl_value *v = word(r, e);
	bl_str s = bl_str_lower(r->arena, bl_value_pattern(r->arena, v));
	bl_value *made = bl_value_at(r->arena, v, e->span);
	r->open = open; /* it is a part of a word, not one */
	if (v->kind == BL_STRING) {
		made->string = s;
	} else {
		bl_unknown *u = bl_new(r->arena, bl_unknown);
		*u = *v->unknown;
		bl_unknown_set_pattern(u, s);
		made->unknown = u;
	}
	return made;
}

/* One part of a word: literal text, a variable, or what no one can say. */
static const bl_value *part(reader *r, const bl_expr *e)
{
	if (e->kind == BL_EXPR_LITERAL)
		return e->value;
	if (e->kind == BL_EXPR_CALL)
		return lower(r, e);
	if (e->kind != BL_EXPR_NAME)
		return bl_value_unknown(r->arena, e->span,
			"'" BL_FMT "' is known when the command runs", BL_ARG(e->text));
	const bl_value *v = bl_docker_scope_get(r->scope, e->text);
	if (v)
		return v;
	return bl_value_unknown(r->arena, e->span, "the shell's variable '" BL_FMT "' is not known",
		BL_ARG(e->text));
}

static const bl_value *word(reader *r, const bl_expr *e)
{
	if (e->kind == BL_EXPR_LITERAL)
		return bl_value_at(r->arena, e->value, e->span);
	bl_buf buf = {0};
	const bl_value *unknown = NULL;
	for (uint32_t i = 0; i < e->n; i++) {
		const bl_value *v = part(r, e->kids[i]);
		if (buf.n > MAX_WORD)
			v = bl_value_unknown(r->arena, e->span, "the word is too long");
		if (v->kind != BL_STRING && !unknown)
			unknown = v;
		bl_value_put_pattern(&buf, v);
	}
	bl_str s = bl_str_dup(r->arena, bl_buf_str(&buf));
	bl_buf_done(&buf);
	if (!unknown) {
		bl_value *v = bl_value_string(r->arena, e->span, s);
		v->origin = BL_COMPUTED;
		return v;
	}
	bl_value *v = bl_value_unknown(r->arena, e->span, BL_FMT, BL_ARG(unknown->unknown->why));
	bl_unknown *u = (bl_unknown *)v->unknown;
	u->type = BL_STRING;
	u->not_null = true;
	bl_unknown_set_pattern(u, s);
	/* the value's bytes are known on neither side: the word may stand for any number of words
	 */
	if (!u->prefix.n && !u->suffix.n)
		r->open = true;
	return v;
}

static bl_str base_name(bl_str path)
{
	return bl_str_slice(path, (size_t)(bl_str_rfind_char(path, '/') + 1), path.n);
}

static const bl_value *name_of(reader *r, const bl_value *v)
{
	if (v->kind != BL_STRING)
		return v;
	return bl_value_string(r->arena, v->span, base_name(v->string));
}

static const installer *installer_of(bl_str name)
{
	for (size_t i = 0; i < sizeof installers / sizeof *installers; i++)
		if (bl_str_eqz(name, installers[i].name))
			return &installers[i];
	return NULL;
}

/* The text of a word as far as it is known from its beginning. */
static bl_str known_text(const bl_value *v)
{
	return v->kind == BL_STRING ? v->string : v->unknown->prefix;
}

static bool is_file(bl_str s)
{
	static const char *const endings[] = {
		".apk", ".deb", ".gem", ".rpm", ".tar", ".tar.gz", ".tgz", ".whl", ".zip"};
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (bl_str_ends(s, bl_str_of(endings[i])))
			return true;
	return bl_str_starts(s, BL_STR(".")) || bl_str_starts(s, BL_STR("/")) ||
	       bl_str_starts(s, BL_STR("~/")) || bl_str_starts(s, BL_STR("file:"));
}

static bool is_url(bl_str s)
{
	return bl_str_find(s, BL_STR("://"), 0) >= 0 || bl_str_starts(s, BL_STR("git@"));
}

static bool has_any(bl_str s, const char *bytes)
{
	for (size_t i = 0; i < s.n; i++)
		if (strchr(bytes, s.p[i]) && s.p[i])
			return true;
	return false;
}

/* name-1.2: a dash and a digit behind it, or a wildcard. */
static bool dashed(bl_str s)
{
	for (size_t i = 1; i + 1 < s.n; i++)
		if (s.p[i] == '-' &&
			((s.p[i + 1] >= '0' && s.p[i + 1] <= '9') || s.p[i + 1] == '*'))
			return true;
	return false;
}

static bool is_pinned(pin how, bl_str s, bool partial)
{
	if (is_file(s))
		return true;
	if (is_url(s) && how == PIN_AT) /* a repository: its commit or tag stands behind '#' */
		return bl_str_find(s, BL_STR("#"), 0) > 0;
	switch (how) {
	case PIN_AT: {
		ptrdiff_t at = bl_str_find(s, BL_STR("@"), 1);
		bl_str version = at < 0 ? BL_STR("") : bl_str_slice(s, (size_t)at + 1, s.n);
		return at > 0 && (partial || (version.n && !bl_str_eqz(version, "latest")));
	}
	case PIN_DASH:
		return dashed(s) || (partial && bl_str_ends(s, BL_STR("-")));
	case PIN_EQUALS:
		return has_any(s, "=<>~@");
	case PIN_GEM:
		return bl_str_find(s, BL_STR(":"), 0) > 0;
	case PIN_PIP:
		return has_any(s, "=<>~@!");
	default:
		return false;
	}
}

static const bl_value *packages(
	reader *r, const installer *in, const bl_values *arguments, const bl_value *options)
{
	bl_values list = {0};
	bool all = in->pin == PIN_GEM &&
		   (bl_value_getz(options, "-v") || bl_value_getz(options, "--version"));
	bool modules =
		in->pin == PIN_DASH && bl_str_eqz(bl_value_text(arguments->items[0]), "module");
	for (size_t i = modules ? 2 : 1; i < arguments->n; i++) {
		const bl_value *v = arguments->items[i];
		bl_items item = {0};
		const bl_value *pinned;
		bl_str known = known_text(v);
		if (all || is_pinned(modules ? PIN_GEM : in->pin, known, v->kind == BL_UNKNOWN))
			pinned = bl_value_bool(r->arena, v->span, true);
		else if (v->kind == BL_UNKNOWN)
			pinned = bl_value_unknown(
				r->arena, v->span, BL_FMT, BL_ARG(v->unknown->why));
		else
			pinned = bl_value_bool(r->arena, v->span, false);
		put(r, &item, "name", v);
		put(r, &item, "pinned", pinned);
		bl_vec_push(r->arena, &list, bl_items_value(r->arena, v->span, &item));
	}
	bl_value *v = bl_values_value(r->arena, r->span, &list);
	v->open = r->open;
	return v;
}

/* A flag given twice stands there as one of its own, too: -q -q is -qq, --quiet --quiet is "--quiet
 * --quiet". */
static void put_flag(reader *r, bl_values *flags, bl_span span, bl_str s)
{
	for (size_t i = 0; i < flags->n && i < MAX_FLAGS; i++) {
		if (!bl_str_eq(flags->items[i]->string, s))
			continue;
		bl_str twice =
			s.n == 2 ? bl_str_cat(r->arena, s, bl_str_slice(s, 1, 2))
				 : bl_str_fmt(r->arena, BL_FMT " " BL_FMT, BL_ARG(s), BL_ARG(s));
		bl_vec_push(r->arena, flags, bl_value_string(r->arena, span, twice));
		break;
	}
	bl_vec_push(r->arena, flags, bl_value_string(r->arena, span, s));
}

static bool installs(const installer *in, const bl_values *arguments)
{
	bl_str verb = arguments->n ? bl_value_text(arguments->items[0]) : BL_STR("");
	if (in->pin == PIN_DASH && bl_str_eqz(verb, "module") && arguments->n > 1)
		verb = bl_value_text(arguments->items[1]);
	return listed(in->verbs, verb);
}

/* -abc, --long, --long=value */
static void read_flag(reader *r, const bl_value *v, bl_values *flags, bl_items *options)
{
	bl_str s = known_text(v), value = {0};
	ptrdiff_t equals = bl_str_find(s, BL_STR("="), 0);
	bl_str flag = equals > 0 ? bl_str_slice(s, 0, (size_t)equals) : s;
	put_flag(r, flags, v->span, flag);
	if (equals > 0) {
		value = bl_str_slice(s, (size_t)equals + 1, s.n);
		bl_items_put(r->arena, options, flag, v->span,
			v->kind == BL_STRING ? bl_value_string(r->arena, v->span, value)
					     : bl_value_unknown(r->arena, v->span, BL_FMT,
						       BL_ARG(v->unknown->why)));
	}
	for (size_t i = 1; flag.n > 2 && flag.p[1] != '-' && i < flag.n && i < 16; i++)
		put_flag(r, flags, v->span, bl_str_fmt(r->arena, "-%c", flag.p[i]));
}

static const bl_value *open_list(reader *r, const bl_values *values)
{
	bl_value *v = bl_values_value(r->arena, r->span, values);
	v->open = r->open;
	return v;
}

static const bl_value *text_of(reader *r)
{
	return bl_value_string(r->arena, r->span, bl_sources_slice(r->sources, r->span));
}

static void put_variable(reader *r, bl_values *list, const bl_value *v)
{
	bl_str name, value = bl_str_cut(known_text(v), '=', &name);
	bl_items item = {0};
	if (name.n == known_text(v).n || !name.n || name.p[0] == '-')
		return;
	put(r, &item, "name", bl_value_string(r->arena, v->span, name));
	put(r, &item, "value",
		v->kind == BL_STRING
			? bl_value_string(r->arena, v->span, value)
			: bl_value_unknown(r->arena, v->span, BL_FMT, BL_ARG(v->unknown->why)));
	bl_vec_push(r->arena, list, bl_items_value(r->arena, v->span, &item));
}

static const bl_value *environment(reader *r, size_t first, const bl_value *name)
{
	bl_values list = {0};
	for (size_t i = 0; i < r->assigns.n; i++)
		put_variable(r, &list, r->assigns.items[i]);
	if (bl_value_is_string(name, "export") || bl_value_is_string(name, "env") ||
		bl_value_is_string(name, "declare"))
		for (size_t i = first + 1; i < r->n; i++)
			put_variable(r, &list, r->words[i]);
	return bl_values_value(r->arena, r->span, &list);
}

/* python -m pip ... */
static bool runs_module(const reader *r, size_t first)
{
	return first + 2 < r->n &&
	       bl_str_starts(base_name(known_text(r->words[first])), BL_STR("python")) &&
	       bl_value_is_string(r->words[first + 1], "-m") &&
	       bl_value_is_string(r->words[first + 2], "pip");
}

/* The command that words from first on are, by the wrapper before it if there is one. */
static void add(reader *r, size_t first, const bl_value *by, int depth, bl_values *out)
{
	bl_values all = {0}, arguments = {0}, flags = {0};
	bl_items command = {0}, options = {0};
	const bl_value *name = name_of(r, r->words[first]);
	const installer *in = name->kind == BL_STRING ? installer_of(name->string) : NULL;
	const char *valued = in ? in->valued : "", *wraps = NULL;
	for (size_t i = 0; i < sizeof wrappers / sizeof *wrappers; i++)
		if (bl_value_is_string(name, wrappers[i].name))
			wraps = valued = wrappers[i].valued;
	bool ended = false;
	size_t inner = runs_module(r, first) ? first + 2 : 0;
	for (size_t i = first; i < r->n; i++) {
		const bl_value *v = r->words[i];
		bl_str s = known_text(v);
		bl_vec_push(r->arena, &all, v);
		if (i == first)
			continue;
		if (!ended && bl_str_eqz(s, "--")) {
			ended = true;
			if (in && in->pin == PIN_GEM) /* what follows is for the build of the gem */
				break;
		} else if (!ended && s.n > 1 && s.p[0] == '-') {
			read_flag(r, v, &flags, &options);
			if (listed(valued, s) && i + 1 < r->n) {
				bl_items_put(r->arena, &options, s, v->span, r->words[i + 1]);
				bl_vec_push(r->arena, &all, r->words[++i]);
			}
		} else if (wraps && !inner && (!memchr(s.p ? s.p : "", '=', s.n) || !s.n)) {
			inner = i;
			ended = true;
			bl_vec_push(r->arena, &arguments, v);
		} else {
			bl_vec_push(r->arena, &arguments, v);
		}
	}
	const bl_value *option_map = bl_items_value(r->arena, r->span, &options);
	put(r, &command, "name", name);
	put(r, &command, "words", open_list(r, &all));
	if (arguments.n)
		put(r, &command, "subcommand", arguments.items[0]);
	put(r, &command, "arguments", open_list(r, &arguments));
	put(r, &command, "flags", open_list(r, &flags));
	put(r, &command, "options", option_map);
	if (in && installs(in, &arguments))
		put(r, &command, "packages", packages(r, in, &arguments, option_map));
	put(r, &command, "pipe_in", r->pipe_in);
	put(r, &command, "pipe_out", r->pipe_out);
	put(r, &command, "redirects", r->redirects);
	put(r, &command, "environment", environment(r, first, name));
	if (by)
		put(r, &command, "by", by);
	put(r, &command, "text", text_of(r));
	bl_vec_push(r->arena, out, bl_items_value(r->arena, r->span, &command));
	if (inner && depth < MAX_WRAPPERS)
		add(r, inner, name, depth + 1, out);
}

void bl_docker_command(bl_arena *arena, const bl_sources *sources, const bl_docker_scope *scope,
	const bl_expr *command, bl_values *out)
{
	const bl_expr *words = command->kids[1], *redirects = command->kids[7];
	reader r = {.arena = arena,
		.sources = sources,
		.scope = scope,
		.span = command->span,
		.pipe_in = command->kids[3]->value,
		.pipe_out = command->kids[5]->value};
	bl_values list = {0};
	r.words = bl_new_n(arena, const bl_value *, words->n);
	for (; r.n < words->n; r.n++)
		r.words[r.n] = word(&r, words->kids[r.n]);
	for (uint32_t i = 0; i < redirects->n; i++)
		bl_vec_push(arena, &list, redirects->kids[i]->value);
	r.redirects = bl_values_value(arena, command->span, &list);
	for (uint32_t i = 0; i < command->kids[9]->n; i++)
		bl_vec_push(arena, &r.assigns, word(&r, command->kids[9]->kids[i]));
	if (r.n)
		add(&r, 0, NULL, 0, out);
}

/* ---- caches ---- */

static const struct {
	const char *name;    /* of the program */
	const char *fetches; /* subcommands that fill the cache, each between blanks */
	const char *cleans;  /* those that empty it */
	const char *paths[3];
} caches[] = {
	{"apk", " add update upgrade ", " ", {"/var/cache/apk"}},
	{"apt", " update ", " ", {"/var/lib/apt/lists"}},
	{"apt-get", " update ", " ", {"/var/lib/apt/lists"}},
	{"aptitude", " update ", " ", {"/var/lib/apt/lists"}},
	{"dnf", " install in localinstall upgrade up update upgrade-minimal up-min reinstall rei ",
		" clean ", {"/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/yum"}},
	{"microdnf", " install upgrade update reinstall ", " clean ",
		{"/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/yum"}},
	{"tdnf", " install update upgrade reinstall ", " clean ", {"/var/cache/tdnf"}},
	{"yum", " install localinstall update upgrade reinstall ", " clean ", {"/var/cache/yum"}},
	{"zypper", " install in patch remove rm update up dist-upgrade dup ", " clean cc ",
		{"/var/cache/zypp"}},
};
enum { CACHES = sizeof caches / sizeof *caches };

static int cache_of(const bl_value *command)
{
	bl_str name = bl_value_text(bl_value_getz(command, "name"));
	for (int i = 0; i < CACHES; i++)
		if (bl_str_eqz(name, caches[i].name))
			return i;
	return -1;
}

static bool is_within(bl_str path, bl_str folder)
{
	return bl_str_starts(path, folder) &&
	       (path.n == folder.n || path.p[folder.n] == '/' || path.p[folder.n] == '*');
}

/* The cache's folder, something in it, or, for a mount, a folder around it. */
static bool has_path(int cache, bl_str path, bool mount)
{
	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	for (size_t i = 0; path.n && i < 3 && caches[cache].paths[i]; i++) {
		bl_str own = bl_str_of(caches[cache].paths[i]);
		if (is_within(path, own) || (mount && path.n > 1 && is_within(own, path)))
			return true;
	}
	return false;
}

static bool empties(const bl_value *command, int cache)
{
	if (cache_of(command) == cache)
		return listed(
			caches[cache].cleans, bl_value_text(bl_value_getz(command, "subcommand")));
	const bl_value *arguments = bl_value_getz(command, "arguments");
	if (!bl_value_is_string(bl_value_getz(command, "name"), "rm"))
		return false;
	for (uint32_t i = 0; i < arguments->n; i++)
		if (has_path(cache, known_text(arguments->list[i]), false))
			return true;
	return false;
}

static bool is_mounted(const bl_value *mounts, int cache)
{
	for (uint32_t i = 0; mounts && i < mounts->n; i++) {
		const bl_value *type = bl_value_getz(mounts->list[i], "type");
		if ((bl_value_is_string(type, "cache") || bl_value_is_string(type, "tmpfs")) &&
			has_path(cache, bl_value_text(bl_value_getz(mounts->list[i], "target")),
				true))
			return true;
	}
	return false;
}

void bl_docker_mark_cleaned(bl_arena *arena, bl_values *commands, const bl_value *mounts)
{
	bool emptied[CACHES] = {0};
	for (size_t i = commands->n; i--;) {
		const bl_value *command = commands->items[i];
		int cache = cache_of(command);
		for (int k = 0; k < CACHES; k++)
			emptied[k] = emptied[k] || empties(command, k);
		if (cache < 0 || !listed(caches[cache].fetches,
					 bl_value_text(bl_value_getz(command, "subcommand"))))
			continue;
		bool cleaned = emptied[cache] || is_mounted(mounts, cache);
		commands->items[i] = bl_value_with(arena, command, BL_STR("cleaned"),
			bl_value_bool(arena, command->span, cleaned));
	}
}

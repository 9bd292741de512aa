/* Which commands do what: a command is taken apart by the row of its program and verbs, and the row's function says what it does. */
#include "eval/pipeline/call.h"

enum { MAX_WORDS = 4096, MAX_VERBS = 5 };

/* Flags that take the next word and may stand before the verbs. */
static const struct {
	const char *program, *valued;
} globals[] = {
	{"aws", " --region --profile --endpoint-url --output --query --ca-bundle --color "},
	{"az", " --subscription --output -o --query "},
	{"azd", " --cwd -C --environment -e "},
	{"docker", " --context -c --config --host -H --log-level -l -f --file -p --project-name --profile --env-file --project-directory "},
	{"docker-compose", " -f --file -p --project-name --profile --env-file --project-directory "},
	{"gcloud", " --project --account --configuration --format --region --zone --quiet "},
	{"gradle", " -p --project-dir -b -c "},
	{"helm", " --kube-context --kubeconfig --namespace -n "},
	{"kubectl", " --context --kubeconfig --namespace -n --cluster --user --server -s "},
	{"make", " -C --directory -f --file --makefile "},
	{"mvn", " -f --file -P -pl --projects -s --settings "},
	{"oc", " --context --kubeconfig --namespace -n --cluster --user --server -s "},
	{"podman", " --connection -c --url "},
	{"terraform", " -chdir "},
	{"terragrunt", " --terragrunt-working-dir --working-dir --terragrunt-config --config "},
	{"tofu", " -chdir "},
};

static const bl_call_rows *const all_rows[] = {&bl_calls_aws, &bl_calls_azure, &bl_calls_build, &bl_calls_docker, &bl_calls_google,
	&bl_calls_kubernetes, &bl_calls_terraform};

bool bl_call_listed(const char *words, bl_str word)
{
	if (!words || !word.n)
		return false;
	for (bl_str rest = bl_str_of(words), one; rest.n;) {
		rest = bl_str_cut(rest, ' ', &one);
		if (bl_str_eq(one, word))
			return true;
	}
	return false;
}

static bool listed_i(const char *words, bl_str word)
{
	for (bl_str rest = bl_str_of(words), one; rest.n && word.n;) {
		rest = bl_str_cut(rest, ' ', &one);
		if (bl_str_eqi(one, word))
			return true;
	}
	return false;
}

const bl_value *bl_call_get(const bl_call *call, const char *names)
{
	for (size_t i = call->flags.n; i--;)
		if (call->flags.items[i].value && listed_i(names, call->flags.items[i].name))
			return call->flags.items[i].value;
	return NULL;
}

bl_values bl_call_all(const bl_call *call, const char *names)
{
	bl_values values = {0};
	for (size_t i = 0; i < call->flags.n; i++)
		if (call->flags.items[i].value && listed_i(names, call->flags.items[i].name))
			bl_vec_push(call->arena, &values, call->flags.items[i].value);
	return values;
}

bool bl_call_has(const bl_call *call, const char *names)
{
	for (size_t i = 0; i < call->flags.n; i++)
		if (listed_i(names, call->flags.items[i].name))
			return true;
	return false;
}

const bl_value *bl_call_variable(const bl_call *call, const char *name)
{
	const bl_value *own = bl_value_getz(call->command, "environment");
	for (uint32_t i = own ? own->n : 0; i--;)
		if (bl_value_is_string(bl_value_getz(own->list[i], "name"), name))
			return bl_value_getz(own->list[i], "value");
	return bl_value_getz(call->step->environment, name);
}

static const char *globals_of(bl_str program)
{
	for (size_t i = 0; i < sizeof globals / sizeof *globals; i++)
		if (bl_str_eqiz(program, globals[i].program))
			return globals[i].valued;
	return "";
}

/* How many verbs of the row the words begin with, flags passed over: all of them, or -1. *end is the word behind the last. */
static int match_verbs(const bl_call_row *row, const char *global, const bl_value *words, uint32_t *end)
{
	int n = 0;
	uint32_t i = 1;
	for (bl_str rest = bl_str_trim(bl_str_of(row->verbs ? row->verbs : "")), verb; rest.n; n++) {
		rest = bl_str_cut(rest, ' ', &verb);
		bool found = false;
		for (; i < words->n && !found; i++) {
			bl_str word = bl_pipeline_known(words->list[i]), one;
			if (word.n > 1 && word.p[0] == '-') {
				i += bl_call_listed(global, word);
				continue;
			}
			if (words->list[i]->kind != BL_STRING)
				return -1;
			for (bl_str either = verb; either.n && !found;) {
				either = bl_str_cut(either, '|', &one);
				found = bl_str_eqi(one, word);
			}
			if (!found)
				return -1;
		}
		if (!found)
			return -1;
	}
	*end = i;
	return n;
}

static void add_flag(bl_call *call, bl_str name, const bl_value *value)
{
	bl_vec_push(call->arena, &call->flags, ((bl_call_flag){name, value}));
}

static bool takes_value(const bl_call *call, const char *global, bl_str flag)
{
	return listed_i(call->row->valued ? call->row->valued : "", flag) || listed_i(global, flag);
}

/* -abc of one-letter flags, of which the last may have its value behind it. Returns whether the next word is its value. */
static bool read_letters(bl_call *call, const char *global, const bl_value *word, bl_str s)
{
	for (size_t i = 1; i < s.n; i++) {
		bl_str flag = bl_str_fmt(call->arena, "-%c", s.p[i]);
		bool valued = takes_value(call, global, flag);
		if (valued && i + 1 == s.n && word->kind == BL_STRING) {
			add_flag(call, flag, NULL);
			return true;
		}
		add_flag(call, flag, valued ? bl_pipeline_tail(call->arena, word, i + 1) : NULL);
		if (valued)
			break;
	}
	return false;
}

/* The flag at word i; returns the last word that is part of it. */
static uint32_t read_flag(bl_call *call, const char *global, const bl_value *words, uint32_t i)
{
	const bl_value *word = words->list[i];
	bl_str s = bl_pipeline_known(word);
	ptrdiff_t equals = bl_str_find(s, BL_STR("="), 0);
	bl_str name = equals > 0 ? bl_str_slice(s, 0, (size_t)equals) : s;
	bool next = false;
	if (call->row->many && listed_i(call->row->many, name)) {
		if (equals > 0)
			add_flag(call, name, bl_pipeline_tail(call->arena, word, (size_t)equals + 1));
		for (; i + 1 < words->n; i++) {
			bl_str other = bl_pipeline_known(words->list[i + 1]);
			bool number = other.n > 1 && other.p[1] >= '0' && other.p[1] <= '9';
			if (other.n > 1 && other.p[0] == '-' && !number)
				break;
			add_flag(call, name, words->list[i + 1]);
		}
		return i;
	}
	if (equals > 0 && (takes_value(call, global, name) || name.n > 2)) {
		add_flag(call, name, bl_pipeline_tail(call->arena, word, (size_t)equals + 1));
	} else if (takes_value(call, global, name)) {
		next = word->kind == BL_STRING;
		if (!next)
			add_flag(call, name, word);
	} else if (s.n > 2 && s.p[1] != '-' && takes_value(call, global, bl_str_slice(s, 0, 2))) {
		add_flag(call, bl_str_slice(s, 0, 2), bl_pipeline_tail(call->arena, word, 2));
	} else if (s.n > 2 && s.n <= 6 && s.p[1] != '-') {
		name = bl_str_slice(s, s.n - 1, s.n);
		next = read_letters(call, global, word, s);
		name = bl_str_fmt(call->arena, "-" BL_FMT, BL_ARG(name));
		if (next)
			call->flags.n--;
		else
			add_flag(call, s, NULL);
	} else {
		add_flag(call, name, NULL);
	}
	if (next && i + 1 < words->n) {
		add_flag(call, name, words->list[i + 1]);
		return i + 1;
	}
	return i;
}

static void read_words(bl_call *call, const char *global, const bl_value *words, uint32_t first)
{
	bool ended = false;
	for (uint32_t i = 1; i < words->n && i < MAX_WORDS; i++) {
		bl_str s = bl_pipeline_known(words->list[i]);
		if (words->list[i]->kind == BL_UNKNOWN && !s.n && !words->list[i]->unknown->suffix.n)
			call->open = true;
		if (!ended && bl_str_eqz(s, "--"))
			ended = true;
		else if (!ended && s.n > 1 && s.p[0] == '-')
			i = read_flag(call, global, words, i);
		else if (i >= first)
			bl_vec_push(call->arena, &call->rest, words->list[i]);
	}
}

bool bl_pipeline_script_matters(bl_str text)
{
	static const char *const others[] = {".ps1", ".sh", "GITHUB_ENV", "GITHUB_OUTPUT"};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (bl_str_find(text, bl_str_of(others[i]), 0) >= 0)
			return true;
	for (size_t i = 0; i < sizeof all_rows / sizeof *all_rows; i++)
		for (size_t k = 0; k < all_rows[i]->n; k++) {
			bool seen = k && all_rows[i]->rows[k].programs == all_rows[i]->rows[k - 1].programs;
			for (bl_str rest = bl_str_of(all_rows[i]->rows[k].programs), one; rest.n && !seen;) {
				rest = bl_str_cut(rest, ' ', &one);
				if (one.n && bl_str_find(text, one, 0) >= 0)
					return true;
			}
		}
	return false;
}

static bl_str program_of(const bl_value *command)
{
	bl_str name = bl_value_text(bl_value_getz(command, "name"));
	if (bl_str_ends(name, BL_STR(".exe")) || bl_str_ends(name, BL_STR(".cmd")))
		name = bl_str_slice(name, 0, name.n - 4);
	return name;
}

/* The row whose verbs say most. */
static const bl_call_row *row_of(bl_str program, const char *global, const bl_value *words, uint32_t *end)
{
	const bl_call_row *best = NULL;
	const char *programs = NULL;
	bool ours = false;
	int most = -1;
	for (size_t i = 0; i < sizeof all_rows / sizeof *all_rows; i++) {
		for (size_t k = 0; k < all_rows[i]->n; k++) {
			const bl_call_row *row = &all_rows[i]->rows[k];
			uint32_t at = 1;
			/* rows of one program stand together and share its text */
			if (row->programs != programs)
				ours = listed_i(row->programs, program);
			programs = row->programs;
			int n = ours ? match_verbs(row, global, words, &at) : -1;
			if (n > most) {
				most = n;
				best = row;
				*end = at;
			}
		}
	}
	return best;
}

void bl_pipeline_command(bl_pipeline_step *step, const bl_value *command)
{
	const bl_value *words = bl_value_getz(command, "words");
	bl_str program = program_of(command);
	uint32_t first = 1;
	if (!program.n || !bl_value_is(words, BL_LIST) || !words->n)
		return;
	const char *global = globals_of(program);
	const bl_call_row *row = row_of(program, global, words, &first);
	if (!row)
		return;
	bl_call call = {.step = step, .arena = step->job->arena, .row = row, .command = command, .span = command->span};
	read_words(&call, global, words, first);
	row->act(&call);
}

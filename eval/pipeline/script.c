/* Scripts: their commands one after the other, the folder they stand in, and the scripts of the repository that they call. */
#include "eval/docker/command.h"
#include "eval/pipeline/pipeline.h"

/* MAX_FOLDERS: of pushd, and of subshells within one another, past which a folder is taken for the one that is in force. MAX_SCRIPT: bytes. */
enum { MAX_FOLDERS = 16, MAX_SCRIPT = 256 * 1024 };

/* A script as it runs. */
typedef struct runner {
	bl_pipeline_step *step;
	const bl_docker_scope *scope;
	bl_values *out;
	const bl_value *pushed[MAX_FOLDERS]; /* pushd's */
	size_t npushed;
} runner;

bl_pipeline_shell bl_pipeline_shell_named(bl_str name)
{
	static const struct {
		const char *name;
		bl_pipeline_shell shell;
	} shells[] = {
		{"bash", BL_PIPELINE_BASH},
		{"cmd", BL_PIPELINE_POWERSHELL},
		{"powershell", BL_PIPELINE_POWERSHELL},
		{"pwsh", BL_PIPELINE_POWERSHELL},
		{"sh", BL_PIPELINE_BASH},
	};
	bl_str program;
	bl_str_cut(bl_str_trim(name), ' ', &program);
	size_t from = 0;
	for (size_t i = 0; i < program.n; i++)
		if (program.p[i] == '/' || program.p[i] == '\\')
			from = i + 1;
	program = bl_str_slice(program, from, program.n);
	if (bl_str_ends(program, BL_STR(".exe")))
		program = bl_str_slice(program, 0, program.n - 4);
	for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
		if (bl_str_eqiz(program, shells[i].name))
			return shells[i].shell;
	return BL_PIPELINE_OTHER;
}

static void run_document(runner *r, const bl_document *d);

/* ---- folders ---- */

static const bl_value *argument(const bl_value *command, uint32_t i)
{
	const bl_value *list = bl_value_getz(command, "arguments");
	return bl_value_is(list, BL_LIST) && i < list->n ? list->list[i] : NULL;
}

/* cd, pushd, popd: where the commands behind stand. */
static bool change_folder(runner *r, const bl_value *command)
{
	bl_str name = bl_value_text(bl_value_getz(command, "name"));
	const bl_value *to = argument(command, 0);
	bl_pipeline_step *step = r->step;
	bool push = bl_str_eqiz(name, "pushd") || bl_str_eqiz(name, "Push-Location");
	if (bl_str_eqiz(name, "popd") || bl_str_eqiz(name, "Pop-Location")) {
		if (r->npushed)
			step->folder = r->pushed[--r->npushed];
		return true;
	}
	if (!push && !bl_str_eqz(name, "cd") && !bl_str_eqiz(name, "chdir") && !bl_str_eqiz(name, "Set-Location"))
		return false;
	if (push && r->npushed < MAX_FOLDERS)
		r->pushed[r->npushed++] = step->folder;
	if (to && bl_value_is_string(to, "-"))
		step->folder = bl_value_unknown(step->job->arena, to->span, "'cd -' goes back to a folder that is not followed");
	else if (to)
		step->folder = bl_pipeline_folder(step, to);
	return true;
}

/* ---- scripts that are files ---- */

static bool has_suffix(bl_str s, const char *z)
{
	return bl_str_ends(s, bl_str_of(z));
}

/* The file that a command runs, ./x.sh or bash x.sh; NULL when it runs none. *first: the number of its first argument among the words. */
static const bl_value *called_file(const bl_value *command, bl_pipeline_shell *shell, uint32_t *first)
{
	const bl_value *words = bl_value_getz(command, "words");
	const bl_value *name = bl_value_getz(command, "name");
	bl_str program = bl_value_text(name);
	uint32_t i = 0;
	if (!bl_value_is(words, BL_LIST) || !words->n)
		return NULL;
	bool source = bl_str_eqz(program, ".") || bl_str_eqz(program, "source");
	*shell = source ? BL_PIPELINE_BASH : bl_pipeline_shell_named(program);
	if (*shell != BL_PIPELINE_OTHER) {
		for (i = 1; i < words->n && bl_pipeline_known(words->list[i]).n && bl_pipeline_known(words->list[i]).p[0] == '-'; i++) {
			bl_str flag = bl_pipeline_known(words->list[i]);
			if (flag.p[flag.n - 1] == 'c' || bl_str_eqiz(flag, "-Command"))
				return NULL;
		}
	}
	const bl_value *file = i < words->n ? words->list[i] : NULL;
	bl_str path = file ? bl_value_text(file) : BL_STR("");
	bool powershell = has_suffix(path, ".ps1");
	if (!has_suffix(path, ".sh") && !has_suffix(path, ".bash") && !powershell)
		return NULL;
	if (*shell == BL_PIPELINE_OTHER && !memchr(path.p, '/', path.n) && !memchr(path.p, '\\', path.n))
		return NULL; /* found by $PATH */
	*shell = powershell ? BL_PIPELINE_POWERSHELL : BL_PIPELINE_BASH;
	*first = i + 1;
	return file;
}

static bl_language language_of(bl_pipeline_shell shell)
{
	return shell == BL_PIPELINE_POWERSHELL ? BL_LANG_POWERSHELL : BL_LANG_SHELL;
}

/* $1, $2, ... of a script that is called with words from first on. */
static void set_arguments(bl_arena *arena, bl_docker_scope *scope, const bl_value *command, uint32_t first)
{
	const bl_value *words = bl_value_getz(command, "words");
	for (uint32_t i = first; i < words->n && i < first + 9; i++)
		bl_docker_scope_set(arena, scope, bl_str_fmt(arena, "%u", i - first + 1), words->list[i]);
}

static bool may_call(const bl_pipeline_step *step, bl_span span)
{
	bl_pipeline_job *job = step->job;
	if (step->calls >= BL_PIPELINE_MAX_CALLS)
		bl_pipeline_met(job->arena, job->said, BL_PIPELINE_LIMIT_CALLS, span, "scripts call one another more than %d deep: the rest is not analysed",
			BL_PIPELINE_MAX_CALLS);
	return step->calls < BL_PIPELINE_MAX_CALLS;
}

bool bl_pipeline_may_run_file(bl_pipeline_job *job, bl_span span)
{
	if (job->shared->scripts++ < BL_PIPELINE_MAX_SCRIPTS)
		return true;
	bl_pipeline_met(job->arena, job->said, BL_PIPELINE_LIMIT_SCRIPTS, span,
		"more than %d scripts, Compose and bake files are run: the rest is not analysed", BL_PIPELINE_MAX_SCRIPTS);
	return false;
}

static bool is_readable(bl_pipeline_job *job, bl_span span, size_t bytes)
{
	if (bytes > MAX_SCRIPT)
		bl_pipeline_met(job->arena, job->said, BL_PIPELINE_LIMIT_TEXT, span, "scripts of more than %d bytes are not analysed", MAX_SCRIPT);
	return bytes <= MAX_SCRIPT;
}

static bool may_run(bl_pipeline_job *job, bl_span span)
{
	if (job->shared->commands < BL_PIPELINE_MAX_COMMANDS)
		return true;
	bl_pipeline_met(job->arena, job->said, BL_PIPELINE_LIMIT_COMMANDS, span, "more than %d commands in scripts: the rest is not analysed",
		BL_PIPELINE_MAX_COMMANDS);
	return false;
}

static void call_script(runner *r, const bl_value *command)
{
	bl_pipeline_step *step = r->step;
	bl_pipeline_job *job = step->job;
	const bl_loader *loader = job->input->loader;
	bl_pipeline_shell shell;
	uint32_t first;
	const bl_value *file = called_file(command, &shell, &first);
	const bl_value *path = file ? bl_pipeline_path(step, file) : NULL;
	bl_str text;
	if (!bl_value_is(path, BL_STRING) || !loader || !loader->bytes || !loader->parse || !loader->bytes(loader->context, path->string, &text) ||
		!may_call(step, path->span) || !is_readable(job, path->span, text.n) || !bl_pipeline_may_run_file(job, path->span))
		return;
	bl_sources *sources = job->input->sources;
	uint32_t source = bl_sources_add(sources, job->input->root->repo, bl_sources_keep_str(sources, path->string), text);
	bl_docker_scope scope = {.parent = r->scope, .escape = '\\'};
	set_arguments(job->arena, &scope, command, first);
	const bl_value *folder = step->folder;
	runner inner = {.step = step, .scope = &scope};
	step->calls++;
	run_document(&inner, loader->parse(loader->context, language_of(shell), source, job->arena));
	step->calls--;
	step->folder = folder;
}

/* ---- running ---- */

/* Its text is the file's: with the expressions that are written there, and no holes. */
static const bl_value *as_written(bl_pipeline_job *job, const bl_value *command)
{
	bl_span root = bl_sources_root(job->input->sources, command->span);
	bl_value *text = bl_value_string(job->arena, command->span, bl_sources_slice(job->input->sources, root));
	return bl_value_with(job->arena, command, BL_STR("text"), text);
}

static void run_command(runner *r, const bl_expr *e)
{
	bl_pipeline_job *job = r->step->job;
	bl_values commands = {0};
	bl_docker_command(job->arena, job->input->sources, r->scope, e, &commands);
	for (size_t i = 0; i < commands.n && may_run(job, e->span); i++) {
		const bl_value *command = as_written(job, commands.items[i]);
		job->shared->commands++;
		if (r->out)
			bl_vec_push(job->arena, r->out, command);
		if (change_folder(r, command))
			continue;
		call_script(r, command);
		bl_pipeline_command(r->step, command);
	}
}

/* A subshell that is open: what it changes ends with it. */
typedef struct subshell {
	uint32_t end;
	const bl_value *folder;
} subshell;

static void run_document(runner *r, const bl_document *d)
{
	subshell open[MAX_FOLDERS];
	size_t n = 0;
	if (!d || !d->blocks.n)
		return;
	const bl_block *block = d->blocks.items[0];
	for (size_t i = 0; i < block->attrs.n; i++) {
		const bl_attr *a = &block->attrs.items[i];
		while (n && a->span.begin >= open[n - 1].end)
			r->step->folder = open[--n].folder;
		if (bl_str_eqz(a->name, "subshell") && n < MAX_FOLDERS)
			open[n++] = (subshell){a->span.end, r->step->folder};
		else if (bl_str_eqz(a->name, "command"))
			run_command(r, a->expr);
	}
	if (n)
		r->step->folder = open[0].folder;
}

/* The script's text with its values put in, and a hole for each that is not known; as a source. */
static uint32_t fill(bl_pipeline_job *job, uint32_t source, const bl_pipeline_parts *parts, bl_docker_scope *scope)
{
	bl_sources *sources = job->input->sources;
	BL_VEC(bl_piece) pieces = {0};
	bl_buf buf = {0};
	for (size_t i = 0; i < parts->n; i++) {
		const bl_pipeline_part *p = &parts->items[i];
		const bl_value *v = p->value ? bl_pipeline_scalar(job->arena, p->value) : NULL;
		bl_piece piece = {(uint32_t)buf.n, p->begin, p->end, !v};
		if (p->begin < p->end)
			bl_vec_push(job->arena, &pieces, piece);
		if (!v) {
			bl_buf_put(&buf, p->text);
		} else if (v->kind == BL_STRING) {
			bl_buf_put(&buf, v->string);
		} else {
			bl_str hole = bl_str_fmt(job->arena, BL_SHELL_HOLE_BEGIN "%zu" BL_SHELL_HOLE_END, i);
			bl_docker_scope_set(job->arena, scope, hole, v);
			bl_buf_put(&buf, hole);
		}
	}
	source = bl_sources_share(sources, source, bl_buf_str(&buf), pieces.items, pieces.n);
	bl_buf_done(&buf);
	return source;
}

/* The step's environment as a scope around its script's own. */
static const bl_docker_scope *environment_of(bl_pipeline_step *step, bl_pipeline_shell shell)
{
	bl_arena *arena = step->job->arena;
	const bl_value *env = step->environment;
	bl_pipeline_variables *kept = &step->job->shared->variables;
	if (!bl_value_is(env, BL_MAP) || !env->n)
		return NULL;
	if (kept->environment == env && kept->shell == shell)
		return kept->scope;
	*kept = (bl_pipeline_variables){env, shell, bl_new(arena, bl_docker_scope)};
	*kept->scope = (bl_docker_scope){.values.fold = shell == BL_PIPELINE_POWERSHELL, .escape = '\\'};
	for (uint32_t i = 0; i < env->n; i++)
		bl_docker_scope_set(arena, kept->scope, env->map[i].key, bl_pipeline_scalar(arena, env->map[i].value));
	return kept->scope;
}

static bool can_run(bl_pipeline_job *job, bl_pipeline_shell shell, bl_span span)
{
	const bl_loader *loader = job->input->loader;
	return shell != BL_PIPELINE_OTHER && loader && loader->parse && may_run(job, span);
}

static void run_source(bl_pipeline_step *step, bl_pipeline_shell shell, bl_docker_scope *scope, uint32_t source, bl_values *out)
{
	const bl_loader *loader = step->job->input->loader;
	runner r = {.step = step, .scope = scope, .out = out};
	run_document(&r, loader->parse(loader->context, language_of(shell), source, step->job->arena));
}

void bl_pipeline_script(bl_pipeline_step *step, bl_pipeline_shell shell, const bl_value *string, const bl_pipeline_parts *parts, bl_values *out)
{
	bl_pipeline_job *job = step->job;
	if (!bl_value_is(string, BL_STRING) || !can_run(job, shell, string->span) || !is_readable(job, string->span, string->string.n))
		return;
	bl_docker_scope scope = {.values.fold = shell == BL_PIPELINE_POWERSHELL, .escape = '\\'};
	uint32_t source = bl_pipeline_source(job->arena, job->input->sources, string);
	if (source && parts)
		source = fill(job, source, parts, &scope);
	if (!source)
		return;
	scope.parent = environment_of(step, shell);
	const bl_value *folder = step->folder, *rendered = job->rendered;
	run_source(step, shell, &scope, source, out);
	step->folder = folder;
	job->rendered = rendered;
}

void bl_pipeline_script_lines(bl_pipeline_step *step, bl_pipeline_shell shell, const bl_values *strings, bl_values *out)
{
	bl_pipeline_job *job = step->job;
	bl_docker_scope scope = {.values.fold = shell == BL_PIPELINE_POWERSHELL, .escape = '\\'};
	const bl_value *folder = step->folder, *rendered = job->rendered;
	scope.parent = environment_of(step, shell);
	for (size_t i = 0, n; i < strings->n && can_run(job, shell, strings->items[i]->span); i += n) {
		n = strings->n - i;
		uint32_t source = bl_pipeline_lines_source(job->arena, job->input->sources, strings->items + i, &n);
		if (source && is_readable(job, strings->items[i]->span, bl_sources_text(job->input->sources, source).n))
			run_source(step, shell, &scope, source, out);
	}
	step->folder = folder;
	job->rendered = rendered;
}

/* Scripts of steps: those written in place and those of the tasks that run one, and what is put into their text. */
#include "eval/pipeline/azure.h"

enum { MAX_INSERTIONS = 200 };

/* ---- inputs of tasks ---- */

const bl_value *bl_azpipe_input(const bl_azpipe_step *s, const char *names)
{
	for (bl_str rest = bl_str_of(names), name; rest.n;) {
		rest = bl_str_cut(rest, ' ', &name);
		const bl_value *v = name.n ? bl_value_geti(s->inputs, name) : NULL;
		if (v && v->kind != BL_NULL && !(v->kind == BL_STRING && !v->string.n))
			return bl_azpipe_scalar(s->step->job->arena, v);
	}
	return NULL;
}

const bl_value *bl_azpipe_raw_input(const bl_azpipe_step *s, const char *names)
{
	for (bl_str rest = bl_str_of(names), name; rest.n;) {
		rest = bl_str_cut(rest, ' ', &name);
		const bl_value *v = name.n ? bl_value_geti(s->raw, name) : NULL;
		if (v && v->kind != BL_NULL && !(v->kind == BL_STRING && !v->string.n))
			return v;
	}
	return NULL;
}

bl_str bl_azpipe_input_text(const bl_azpipe_step *s, const char *names)
{
	const bl_value *v = bl_azpipe_input(s, names);
	return v && v->kind == BL_STRING ? v->string : BL_STR("");
}

/* ---- scripts ---- */

/* `$(Build.SourceBranchName)`, `${{ parameters.x }}`: what is put into a script before anything reads it. */
static void note_insertions(bl_azpipe_step *s, const bl_value *written, const bl_pipeline_parts *parts)
{
	bl_arena *arena = s->step->job->arena;
	for (size_t i = 0; i < parts->n && s->insertions.n < MAX_INSERTIONS; i++) {
		const bl_pipeline_part *p = &parts->items[i];
		bl_items items = {0};
		if (!p->value || p->begin >= p->end)
			continue;
		bl_str text = bl_str_slice(written->string, p->begin, p->end);
		bool macro = bl_str_starts(text, BL_STR("$("));
		bl_str name = macro ? bl_str_slice(text, 2, text.n - 1) : bl_str_trim(bl_str_slice(text, 3, text.n - 2));
		/* exact where the text stands as it was written, else the whole script */
		bl_str there = bl_str_slice(bl_sources_slice(s->step->job->input->sources, written->span), p->begin, p->end);
		bl_span span = bl_str_eq(there, text) ? (bl_span){written->span.source, written->span.begin + p->begin, written->span.begin + p->end}
						      : written->span;
		bl_items_put(arena, &items, BL_STR("text"), span, bl_value_string(arena, span, text));
		bl_items_put(arena, &items, BL_STR("name"), span, bl_value_string(arena, span, name));
		bl_items_put(arena, &items, BL_STR("kind"), span, bl_value_string(arena, span, macro ? BL_STR("macro") : BL_STR("expression")));
		bl_items_put(arena, &items, BL_STR("free"), span, bl_value_bool(arena, span, bl_azpipe_is_free(s->expansion, p->value)));
		bl_vec_push(arena, &s->insertions, bl_items_value(arena, span, &items));
	}
}

void bl_azpipe_run(bl_azpipe_step *s, bl_pipeline_shell shell, const bl_value *v)
{
	bl_azpipe_text room;
	const bl_azpipe_text *made = bl_azpipe_text_made(s->expansion, v, &room);
	bl_arena *arena = s->step->job->arena;
	if (made->written->kind != BL_STRING)
		return;
	bl_pipeline_parts parts = bl_azpipe_script_parts(arena, made, s->variables);
	note_insertions(s, made->written, &parts);
	bl_pipeline_script(s->step, shell, made->written, &parts, &s->commands);
}

static bl_pipeline_shell shell_of(const bl_azpipe_step *s, const char *fixed)
{
	bl_str type = bl_azpipe_input_text(s, "scriptType");
	if (fixed)
		return bl_pipeline_shell_named(bl_str_of(fixed));
	if (bl_str_eqiz(type, "bash"))
		return BL_PIPELINE_BASH;
	if (bl_str_eqiz(type, "ps") || bl_str_eqiz(type, "pscore") || bl_str_eqiz(type, "batch"))
		return BL_PIPELINE_POWERSHELL;
	return s->shell;
}

/* Tasks that run a script: written in them, or a file. */
typedef struct script_task {
	const char *task;
	const char *in_place, *file; /* inputs */
	const char *which;           /* the input that says which of both counts */
	const char *shell;           /* NULL: scriptType says it */
} script_task;

static const script_task script_tasks[] = {
	{"AWSPowerShellModuleScript", "inlineScript", "filePath", "scriptType", "pwsh"},
	{"AWSShellScript", "inlineScript", "filePath", "scriptType", "bash"},
	{"AzureCLI", "inlineScript", "scriptPath", "scriptLocation", NULL},
	{"AzurePowerShell", "Inline", "ScriptPath", "ScriptType", "pwsh"},
	{"Bash", "script", "filePath scriptPath", "targetType", "bash"},
	{"CmdLine", "script", NULL, NULL, NULL},
	{"PowerShell", "script inlineScript", "filePath scriptName", "targetType scriptType", "pwsh"},
	{"ShellScript", NULL, "scriptPath", NULL, "bash"},
};

static void run_file(bl_azpipe_step *s, bl_pipeline_shell shell, const bl_value *path)
{
	bl_arena *arena = s->step->job->arena;
	const bl_value *v = bl_azpipe_put_variables(arena, path, s->variables);
	if (v->kind != BL_STRING || bl_str_find(v->string, BL_STR("\""), 0) >= 0)
		return;
	bl_str command = bl_str_fmt(arena, "%s \"" BL_FMT "\"", shell == BL_PIPELINE_POWERSHELL ? "pwsh" : "bash", BL_ARG(v->string));
	bl_pipeline_script(s->step, BL_PIPELINE_BASH, bl_value_string(arena, path->span, command), NULL, NULL);
}

bool bl_azpipe_script_task(bl_azpipe_step *s)
{
	const script_task *t = NULL;
	for (size_t i = 0; i < sizeof script_tasks / sizeof *script_tasks && !t; i++)
		t = bl_str_eqiz(s->task, script_tasks[i].task) ? &script_tasks[i] : NULL;
	if (!t)
		return false;
	bl_str which = t->which ? bl_azpipe_input_text(s, t->which) : BL_STR("");
	const bl_value *in_place = t->in_place ? bl_azpipe_raw_input(s, t->in_place) : NULL, *file = t->file ? bl_azpipe_raw_input(s, t->file) : NULL;
	bool from_file = bl_str_eqiz(which, "filePath") || bl_str_eqiz(which, "scriptPath");
	bl_pipeline_shell shell = shell_of(s, t->shell);
	s->shell = shell;
	if (in_place && (!from_file || !file)) {
		s->script = in_place;
		bl_azpipe_run(s, shell, in_place);
	} else if (file) {
		run_file(s, shell, file);
	}
	return true;
}

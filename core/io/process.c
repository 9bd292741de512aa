#include "core/io/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

typedef struct pipes {
	int in, out, err; /* our ends */
} pipes;

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Starts the program in a process group of its own, so that what it starts is killed with it. */
static int start(const char *const *argv, pipes *p, pid_t *pid)
{
	int in[2] = {-1, -1}, out[2] = {-1, -1}, err[2] = {-1, -1};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC)) {
		int *const all[] = {&in[0], &in[1], &out[0], &out[1], &err[0], &err[1]};
		int why = errno;
		for (size_t i = 0; i < 6; i++)
			close_one(all[i]);
		return why;
	}
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in[0], 0);
	posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	posix_spawn_file_actions_adddup2(&actions, err[1], 2);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
	int code = posix_spawnp(pid, argv[0], &actions, &attributes, (char *const *)argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	close(in[0]);
	close(out[1]);
	close(err[1]);
	*p = (pipes){in[1], out[0], err[0]};
	if (code) {
		close_one(&p->in);
		close_one(&p->out);
		close_one(&p->err);
	}
	return code;
}

static int left_ms(const struct timespec *end)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	long long ms = (end->tv_sec - now.tv_sec) * 1000LL + (end->tv_nsec - now.tv_nsec) / 1000000;
	return ms > 0 ? (int)ms : 0;
}

static void read_some(int *fd, bl_buf *to)
{
	char chunk[65536];
	ssize_t n = read(*fd, chunk, sizeof chunk);
	if (n > 0)
		bl_buf_put(to, bl_str_make(chunk, (size_t)n));
	else if (n == 0 || errno != EINTR)
		close_one(fd);
}

static void write_some(int *fd, bl_str *input)
{
	ssize_t n = input->n ? write(*fd, input->p, input->n) : 0;
	if (n > 0)
		*input = bl_str_slice(*input, (size_t)n, input->n);
	if (!input->n || (n < 0 && errno != EINTR && errno != EAGAIN))
		close_one(fd);
}

/* Until both outputs end; false when a limit was met first. */
static bool talk(pipes *p, bl_str input, unsigned seconds, size_t limit, bl_buf *out, bl_buf *err)
{
	struct timespec end;
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += seconds;
	fcntl(p->in, F_SETFL, O_NONBLOCK);
	while (p->out >= 0 || p->err >= 0) {
		struct pollfd fds[] = {{p->in, POLLOUT, 0}, {p->out, POLLIN, 0}, {p->err, POLLIN, 0}};
		int ready = poll(fds, 3, left_ms(&end));
		if (ready == 0 || out->n > limit || err->n > limit)
			return false;
		if (fds[0].revents)
			write_some(&p->in, &input);
		if (fds[1].revents)
			read_some(&p->out, out);
		if (fds[2].revents)
			read_some(&p->err, err);
	}
	return out->n <= limit;
}

bl_status bl_process_run(const char *const *argv, bl_str input, unsigned seconds, size_t limit, bl_arena *arena, bl_str *printed,
	bl_str *said, int *status, bl_error *error)
{
	pipes p = {-1, -1, -1};
	pid_t pid;
	bl_buf out = {0}, err = {0};
	int code = start(argv, &p, &pid), ended = 0;
	if (code)
		return bl_error_set(error, code == ENOENT ? BL_NOT_FOUND : BL_FAILED, "cannot run '%s': %s", argv[0], strerror(code));
	void (*old)(int) = signal(SIGPIPE, SIG_IGN); /* it need not read its input */
	bool whole = talk(&p, input, seconds, limit, &out, &err);
	signal(SIGPIPE, old);
	close_one(&p.in);
	close_one(&p.out);
	close_one(&p.err);
	if (!whole)
		kill(-pid, SIGKILL);
	while (waitpid(pid, &ended, 0) < 0 && errno == EINTR)
		continue;
	if (whole) {
		*printed = bl_str_dup(arena, bl_buf_str(&out));
		if (said)
			*said = bl_str_dup(arena, bl_buf_str(&err));
		*status = WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended);
	}
	bl_buf_done(&out);
	bl_buf_done(&err);
	return whole ? BL_OK : bl_error_set(error, BL_LIMIT, "'%s' took more than %u seconds or printed more than %zu bytes", argv[0], seconds, limit);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* From the command line to a command, and back to an exit code. */
#include "builder.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "git/repo.h"
#include "job/progress.h"
#include "job/publish.h"
#include "job/workplace.h"
#include "kbuild/kbuild.h"
#include "lib/child.h"
#include "lib/file.h"
#include "lib/log.h"
#include "mail/breakages.h"
#include "mail/outbox.h"

#define FETCH_SECONDS 3600

static const struct {
	const char *name, *args, *help;
	int (*run)(struct builder *b, const struct strvec *words, struct err *err);
	bool store_only; /* needs nothing of what builds need */
} commands[] = {
	{"build", "REV|RANGE", "make images of a commit or of A..B, oldest first",
		builder_build, false},
	{"watch", "", "make an image of every new commit, until told to end",
		builder_watch, false},
	{"make", "TREE IMAGE [BRANCH]", "make one image, here", builder_make, false},
	{"status", "", "what is built, failed, queued and running", builder_status,
		false},
	{"estimate", "REV|RANGE", "how long until these images are there",
		builder_estimate, false},
	{"fetch", "", "bring the mirrors up to date", builder_fetch, false},
	{"freeze", "[IMAGE...]", "put images that are not used into packs",
		builder_freeze, true},
	{"thaw", "IMAGE...", "bring images back out of their packs", builder_thaw, true},
	{"prune", "", "remove images that the rules let go", builder_prune, false},
};

static void show_help(void)
{
	puts("Usage: tenfold-builder [OPTIONS] COMMAND\n"
	     "Makes a bootable image of every commit. See "
	     "tenfold-builder(8).\n\nCommands:");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-8s %-12s %s\n", commands[i].name, commands[i].args,
			commands[i].help);
	puts("\nOptions:");
	options_help(conf_options, stdout);
}

int builder_open_signals(struct builder *b, struct err *err)
{
	struct epoll_event readable = {.events = EPOLLIN};
	sigset_t set;

	if (b->signal_fd >= 0)
		close(TAKE_FD(b->signal_fd));
	if (b->cancel_fd >= 0)
		close(TAKE_FD(b->cancel_fd));
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	b->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	b->cancel_fd = epoll_create1(EPOLL_CLOEXEC);
	b->local.cancel_fd = b->slurm.cancel_fd = b->cancel_fd;
	return b->signal_fd < 0 || b->cancel_fd < 0 ||
			       epoll_ctl(b->cancel_fd, EPOLL_CTL_ADD, b->signal_fd,
				       &readable) < 0
		       ? err_errno(err, -errno, "cannot take signals")
		       : 0;
}

/* make runs elsewhere, so paths are made whole. */
static int settle_folder(char **path, struct err *err)
{
	char *whole;
	int r = dir_make(*path, 0755, err);

	if (r < 0)
		return r;
	whole = realpath(*path, NULL);
	if (!whole)
		return err_errno(err, -errno, "cannot use '%s'", *path);
	free(*path);
	*path = whole;
	return 0;
}

/* Root works as the store's owner: a build runs other people's makefiles, and what it
 * writes must stay the watching builder's to go on with. fresh: root has just made state.
 */
static int become_owner(const char *store, const char *state, bool fresh, struct err *err)
{
	struct stat st;

	if (geteuid() != 0)
		return 0;
	if (stat(store, &st) < 0)
		return err_errno(err, -errno, "cannot use '%s'", store);
	if (st.st_uid == 0)
		return 0;
	if ((fresh && chown(state, st.st_uid, st.st_gid) < 0) ||
		setgroups(1, &st.st_gid) < 0 || setgid(st.st_gid) < 0 ||
		setuid(st.st_uid) < 0)
		return err_errno(err, -errno, "cannot become the owner of '%s'", store);
	return 0;
}

static int open_store(struct builder *b, struct err *err)
{
	int r = settle_folder(&b->conf.store, err);

	if (!r)
		r = become_owner(b->conf.store, b->conf.state, false, err);
	b->store.root = b->conf.store;
	return r;
}

static int open_folders(struct builder *b, struct err *err)
{
	CLEANUP_BUF struct buf trees = {0};
	bool fresh = !file_exists(b->conf.state);
	int r = settle_folder(&b->conf.store, err);

	if (!r)
		r = settle_folder(&b->conf.state, err);
	if (!r)
		r = become_owner(b->conf.store, b->conf.state, fresh, err);
	if (r < 0)
		return r;
	buf_init(&trees, 4096);
	buf_addf(&trees, "%s/trees", b->conf.state);
	r = buf_check(&trees) ? buf_check(&trees) : dir_make(trees.data, 0755, err);
	b->store.root = b->conf.store;
	return r;
}

/* Beside the program in a build folder, else where it was installed. */
static void find_recorder(struct buf *path)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self));

	buf_init(path, sizeof(self));
	while (n > 0 && self[n - 1] != '/')
		n--;
	if (n > 0)
		buf_addf(path, "%.*stenfold-reach.so", (int)n, self);
	if (!buf_check(path) && file_exists(path->data))
		return;
	buf_reset(path);
	buf_adds(path, TENFOLD_LIBEXECDIR "/tenfold-reach.so");
}

/* What commands that build, or look at trees, work with. */
static int open_all(struct builder *b, struct err *err)
{
	int r = open_folders(b, err);

	if (!r)
		r = kbuild_environment(err);
	if (!r)
		r = repo_library_init(err);
	find_recorder(&b->recorder);
	b->local = (struct local_maker){.conf = &b->conf,
		.store = &b->store,
		.recorder = file_exists(b->recorder.data) ? b->recorder.data : NULL,
		.cancel_fd = b->cancel_fd};
	b->slurm = (struct slurm_maker){
		.conf = &b->conf, .store = &b->store, .cancel_fd = b->cancel_fd};
	if (b->conf.slurm.on)
		b->maker = (struct maker){slurm_make, &b->slurm, .apart = true};
	else
		b->maker = (struct maker){local_make, &b->local, .apart = false};
	return r;
}

static int run_command(struct builder *b, struct strvec *words, struct err *err)
{
	struct strvec rest = {.v = words->v + 1, .n = words->n - 1};
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i].name, words->v[0]))
			continue;
		r = builder_open_signals(b, err);
		if (!r)
			r = commands[i].store_only ? open_store(b, err)
						   : open_all(b, err);
		return r < 0 ? EXIT_INFRA : commands[i].run(b, &rest, err);
	}
	err_set(err, -EINVAL, "there is no command '%.100s': see tenfold-builder --help",
		words->v[0]);
	return EXIT_INPUT;
}

int builder_main(int argc, char **argv)
{
	CLEANUP_STRVEC struct strvec words = STRVEC_INIT;
	struct builder b = {.signal_fd = -1, .cancel_fd = -1};
	struct err err = ERR_INIT;
	int code = EXIT_INPUT, r;

	log_open("tenfold-builder");
	umask(022); /* hosts read the store as nobody */
	r = conf_read(&b.conf, argc, argv, &words, &err);
	if (r == 0 && (b.conf.help || b.conf.version)) {
		if (b.conf.help)
			show_help();
		else
			puts("tenfold-builder " TENFOLD_VERSION);
		code = 0;
	} else if (r == 0 && !words.n) {
		err_set(&err, -EINVAL, "no command: see tenfold-builder --help");
	} else if (r == 0) {
		code = run_command(&b, &words, &err);
	}
	/* what went wrong on the way to success is nobody's business */
	if (code < EXIT_INPUT)
		err.text[0] = '\0';
	log_error_lines(err.text);
	if (b.signal_fd >= 0)
		close(b.signal_fd);
	if (b.cancel_fd >= 0)
		close(b.cancel_fd);
	buf_release(&b.recorder);
	conf_release(&b.conf);
	return code;
}

int builder_fetch_tree(struct builder *b, const struct conf_tree *tree, struct err *err)
{
	const char *conf_file = b->conf.file ? b->conf.file : "/dev/null";
	char *argv[] = {"/proc/self/exe", "--conf", (char *)conf_file, "--store",
		b->conf.store, "--state", b->conf.state, "--tree", tree->name, "fetch",
		NULL};
	struct child_spec spec = CHILD_SPEC_INIT;
	struct child_result result;
	CLEANUP_BUF struct buf out = {0};
	int r;

	if (tree->in_place)
		return 0;
	buf_init(&out, 512);
	spec.argv = argv;
	spec.out = &out;
	spec.timeout = FETCH_SECONDS;
	spec.cancel_fd = b->signal_fd;
	r = child_run(&spec, &result, err);
	if (r < 0)
		return r;
	if (result.cancelled)
		return err_set(err, -ECANCELED, "cancelled");
	if (result.timed_out)
		return err_set(err, -ETIMEDOUT, "cannot fetch '%s' from '%s' in %d s",
			tree->name, tree->remote, FETCH_SECONDS);
	if (out.len && out.data[out.len - 1] == '\n')
		out.data[out.len - 1] = '\0';
	return result.exit_code == 0
		       ? 0
		       : err_set(err, -EIO, "cannot fetch '%s' from '%s': %s", tree->name,
				 tree->remote, out.data);
}

static bool asked_for(const struct strvec *asked, const char *name)
{
	for (size_t i = 0; i < asked->n; i++)
		if (!strcmp(asked->v[i], name))
			return true;
	return !asked->n;
}

int builder_each_target(struct builder *b,
	int (*each)(void *ctx, const struct conf_config *config, const char *arch),
	void *ctx)
{
	const struct conf *conf = &b->conf;
	int r = 0;

	for (size_t i = 0; i < conf->n_configs; i++) {
		const struct conf_config *config = &conf->configs[i];

		for (size_t j = 0; !r && j < config->arch.n; j++)
			if (asked_for(&conf->config, config->name) &&
				asked_for(&conf->arch, config->arch.v[j]))
				r = each(ctx, config, config->arch.v[j]);
	}
	return r;
}

static bool in_queue(void *ctx, const struct image_id *id)
{
	const struct queue *queue = ctx;

	for (size_t i = 0; queue && i < queue->n; i++)
		if (image_id_equal(&queue->v[i].id, id))
			return true;
	return false;
}

void builder_look_at_breakages(
	struct builder *b, const struct image_id *made, const struct queue *queue)
{
	struct breakages breakages = {.conf = &b->conf,
		.store = &b->store,
		.awaited = in_queue,
		.ctx = (void *)queue};
	struct err err = ERR_INIT;

	if (breakages_look(&breakages, made, &err) < 0)
		log_warn("cannot judge what does not build: %s", err.text);
}

void builder_send_mail(struct builder *b)
{
	struct err err = ERR_INIT;

	if (outbox_send(b->conf.state, &b->conf.sendmail, b->signal_fd, &err) < 0)
		log_warn("cannot mail: %s", err.text);
}

void builder_describe(const struct job *job, const struct outcome *outcome, struct buf *b)
{
	static const char *const words[] = {
		"built", "does not build", "already there", "known not to build"};
	char id[IMAGE_ID_TEXT];

	image_id_format(&job->id, id);
	buf_addf(b, "%s: %s", id, words[outcome->result]);
	if (outcome->same_as[0])
		buf_addf(b, ", the same as %.12s", outcome->same_as);
	if (outcome->same_as[0] && !outcome->made)
		buf_addf(b, ", not made, %.2f s", outcome->seconds);
	else if (outcome->node[0])
		buf_addf(b, ", %s, %.1f s", outcome->clean ? "clean" : "incremental",
			outcome->seconds);
	else if (outcome->result == RESULT_BUILT || outcome->result == RESULT_FAILED)
		buf_addf(b,
			", %s, %.1f s (checkout %.1f, configure %.1f, make %.1f, modules "
			"%.1f, "
			"publish %.1f), cpu %.1f s, %ld MB",
			outcome->clean ? "clean" : "incremental", outcome->seconds,
			outcome->checkout, outcome->config, outcome->make,
			outcome->modules, outcome->publish, outcome->cpu,
			outcome->max_rss_kb / 1024);
	if (outcome->node[0]) {
		buf_adds(b, ", on ");
		buf_add_clean(b, outcome->node);
	}
	if (outcome->error) {
		buf_adds(b, ": ");
		buf_add_clean(b, outcome->error);
	}
}

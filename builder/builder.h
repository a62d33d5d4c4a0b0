/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program's one context, and its commands. */
#ifndef TENFOLD_BUILDER_H
#define TENFOLD_BUILDER_H

#include "conf.h"
#include "job/job.h"
#include "lib/err.h"
#include "lib/store.h"
#include "lib/strvec.h"
#include "queue/queue.h"
#include "slurm/maker.h"

/* What the commands exit with; tenfold-bisect goes by these. */
enum exit_code {
	EXIT_THERE = 0,  /* every image that was asked for is in the store */
	EXIT_BROKEN = 1, /* a commit does not build; failed/ has its log */
	EXIT_INPUT = 2,  /* what was asked for makes no sense */
	EXIT_INFRA = 3,  /* the machine, the disk or the network failed */
};

struct builder {
	struct conf conf;
	struct store store;
	int signal_fd;       /* readable: SIGTERM, SIGINT or SIGHUP came */
	int cancel_fd;       /* readable: that, or who asked for what is made has gone */
	struct buf recorder; /* path of the library that writes down what is read */
	struct local_maker local;
	struct slurm_maker slurm;
	struct maker maker;
};

int builder_main(int argc, char **argv);

/* Each returns an exit_code, with a sentence in err for all but the first two. */
int builder_build(struct builder *b, const struct strvec *words, struct err *err);
int builder_make(struct builder *b, const struct strvec *words, struct err *err);
int builder_watch(struct builder *b, const struct strvec *words, struct err *err);
int builder_status(struct builder *b, const struct strvec *words, struct err *err);
int builder_estimate(struct builder *b, const struct strvec *words, struct err *err);
int builder_fetch(struct builder *b, const struct strvec *words, struct err *err);
int builder_freeze(struct builder *b, const struct strvec *words, struct err *err);
int builder_thaw(struct builder *b, const struct strvec *words, struct err *err);
int builder_prune(struct builder *b, const struct strvec *words, struct err *err);

/* Signals come as bytes of a descriptor that everything which waits also polls. To be
 * called again after a fork: a signalfd(2) in an epoll set tells of its maker's signals.
 */
int builder_open_signals(struct builder *b, struct err *err);

/* Brings a tree's mirror up to date in a child, so that a dead remote or a signal ends
 * it in time. Nothing to do for a tree that is read in place. */
int builder_fetch_tree(struct builder *b, const struct conf_tree *tree, struct err *err);

/* Runs one of our own commands in a child, until cancel_fd is readable (-ECANCELED). out:
 * gets what it says; NULL: that goes where ours goes. How it ended is in *ret_result. */
struct child_result;
int builder_run_self(struct builder *b, const char *command, int cancel_fd,
	struct buf *out, struct child_result *ret_result, struct err *err);

/* Runs `freeze` in a child until cancel_fd is readable (-ECANCELED). */
int builder_freeze_by_rule(struct builder *b, int cancel_fd, struct err *err);

/* Runs `prune` in the same way, and logs what went. */
int builder_prune_by_rule(struct builder *b, int cancel_fd, struct err *err);

/* The configs and arches that the command line leaves: calls each() for all pairs. */
int builder_each_target(struct builder *b,
	int (*each)(void *ctx, const struct conf_config *config, const char *arch),
	void *ctx);

/* Looks who is to hear of what does not build, and of what builds again. made: what was
 * built just now, or NULL; queue: what will be made. A failure is logged. */
void builder_look_at_breakages(
	struct builder *b, const struct image_id *made, const struct queue *queue);

/* Sends what waits in the outbox; a failure is logged, the mail stays. */
void builder_send_mail(struct builder *b);

/* One line about a build that ended: what, how, what it cost. */
void builder_describe(
	const struct job *job, const struct outcome *outcome, struct buf *b);

#endif

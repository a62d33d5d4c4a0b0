// SPDX-License-Identifier: GPL-2.0-or-later
#include "server.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "catalogue.h"
#include "http.h"
#include "listen.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/log.h"
#include "logs.h"
#include "netconsole.h"
#include "notify.h"
#include "thaws.h"
#include "watch.h"

/* inotify does not see what other machines write into a store that is mounted here. */
#define RESCAN_MS 5000
/* Every so many of those rescans the folders are read whatever their times say. */
#define RESCANS_BLIND 12
/* A publication makes several events; one look at the store serves them all. */
#define SETTLE_MS 30

static void state_path(const struct server *server, const char *name, struct buf *b)
{
	buf_init(b, STORE_PATH_MAX);
	buf_addf(b, "%s/%s", server->config.state, name);
}

static int open_token(struct server *server, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};
	bool made;
	int r;

	state_path(server, "token", &path);
	r = token_load(path.data, server->token, &made, err);
	if (!r && made)
		server->say("made a token for writes from other machines, it is in '%s'",
			path.data);
	return r;
}

static int open_db(struct server *server, struct db *db, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};

	state_path(server, "tenfold.db", &path);
	return db_open(db, path.data, err);
}

/* The export's path is the store's: a whole one, without links. */
static int find_store(struct server *server, struct err *err)
{
	CLEANUP_FREE char *real = realpath(server->config.store, NULL);

	if (real)
		return options_set(config_options, &server->config, "store", real, err);
	log_warn("the store '%s' is not there yet", server->config.store);
	return 0;
}

int server_open(struct server *server, struct err *err)
{
	int r = find_store(server, err);

	if (r < 0)
		return r;
	server->store.root = server->config.store;
	server->now = clock_wall;
	server->netmask = subnet_netmask;
	server->say = log_info;
	server->metrics.started = clock_wall();
	r = dir_make(server->config.state, 0750, err);
	if (!r)
		r = open_token(server, err);
	return r < 0 ? r : open_db(server, &server->db, err);
}

void server_close(struct server *server)
{
	db_close(&server->db);
}

/* What runs beside the HTTP threads: signals, and the store's changes. */
struct keeper {
	struct server *server;
	struct db db;
	struct watch watch;
	int signal_fd, timer_fd;
	int netconsole_fd;    /* -1: none */
	bool settling;        /* the timer is set to SETTLE_MS */
	uint64_t stamp;       /* of the folders as they were last read to their end */
	unsigned int rescans; /* that found the same stamp */
	size_t unreadable;
	struct err trouble; /* why the last look failed; "" if it did not */
};

static int set_timer(struct keeper *keeper, long ms)
{
	struct itimerspec when = {
		.it_value = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}};

	keeper->settling = ms == SETTLE_MS;
	return timerfd_settime(keeper->timer_fd, 0, &when, NULL) < 0 ? -errno : 0;
}

/* A failure here is no reason to end: the next look at the store may go well. */
static void look_at_store(struct keeper *keeper)
{
	struct catalogue_change change;
	struct err err = ERR_INIT;
	uint64_t stamp = watch_set(&keeper->watch, &keeper->server->store);

	if (stamp == keeper->stamp && !keeper->unreadable &&
		++keeper->rescans % RESCANS_BLIND)
		return;
	if (catalogue_sync(&keeper->db, &keeper->server->store, &change, &err) < 0) {
		/* each rescan tries again: once is enough for the log */
		if (strcmp(err.text, keeper->trouble.text) != 0)
			log_error("%s", err.text);
		keeper->trouble = err;
		return;
	}
	keeper->stamp = stamp;
	keeper->trouble.text[0] = '\0';
	if (change.unreadable && change.unreadable != keeper->unreadable)
		log_warn("%zu images cannot be read: %s", change.unreadable, err.text);
	keeper->unreadable = change.unreadable;
	if (change.added || change.removed)
		log_info("catalogue: %zu new, %zu gone", change.added, change.removed);
}

static int keeper_open(struct keeper *keeper, struct server *server, struct err *err)
{
	sigset_t signals;
	int r;

	*keeper = (struct keeper){.server = server,
		.signal_fd = -1,
		.timer_fd = -1,
		.netconsole_fd = -1,
		.watch = {.fd = -1}};
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	keeper->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC);
	keeper->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (keeper->signal_fd < 0 || keeper->timer_fd < 0)
		return err_errno(err, -errno, "cannot wait for signals and time");
	r = watch_open(&keeper->watch, err);
	return r < 0 ? r : open_db(server, &keeper->db, err);
}

static void keeper_close(struct keeper *keeper)
{
	watch_close(&keeper->watch);
	if (keeper->signal_fd >= 0)
		close(keeper->signal_fd);
	if (keeper->timer_fd >= 0)
		close(keeper->timer_fd);
	if (keeper->netconsole_fd >= 0)
		close(keeper->netconsole_fd);
	db_close(&keeper->db);
}

/* Without it there is a little less evidence, and all else works. */
static void start_netconsole(struct keeper *keeper)
{
	const struct config *config = &keeper->server->config;
	struct err err = ERR_INIT;

	if (config->netconsole && netconsole_open(config->listen, config->netconsole,
					  &keeper->netconsole_fd, &err) < 0)
		log_warn("%s", err.text);
}

/* Until a signal asks for the end. */
static void keep(struct keeper *keeper)
{
	struct pollfd fds[] = {
		{.fd = keeper->signal_fd, .events = POLLIN},
		{.fd = keeper->watch.fd, .events = POLLIN},
		{.fd = keeper->timer_fd, .events = POLLIN},
		{.fd = keeper->netconsole_fd, .events = POLLIN},
	};
	struct logs logs = {.state = keeper->server->config.state, .db = &keeper->db};

	set_timer(keeper, RESCAN_MS);
	while (poll(fds, ARRAY_SIZE(fds), -1) >= 0 || errno == EINTR) {
		uint64_t expired;

		if (fds[0].revents)
			return;
		if (fds[1].revents) {
			watch_drain(&keeper->watch);
			if (!keeper->settling)
				set_timer(keeper, SETTLE_MS);
		}
		if (fds[2].revents &&
			read(keeper->timer_fd, &expired, sizeof(expired)) > 0) {
			look_at_store(keeper);
			set_timer(keeper, RESCAN_MS);
		}
		if (fds[3].revents)
			netconsole_take(keeper->netconsole_fd, &logs);
	}
}

static int start_http(struct server *server, struct http **ret_http, struct err *err)
{
	char where[64];
	int fd, r = listen_open(server->config.listen, &fd, where, err);

	if (r < 0)
		return r;
	/* port 0 has become a real one */
	r = options_set(config_options, &server->config, "listen", where, err);
	if (!r)
		r = http_start(server, fd, ret_http, err);
	if (!r)
		log_info("serving http://%s/ from %s", where, server->store.root);
	return r;
}

static int serve(struct server *server, struct keeper *keeper, struct err *err)
{
	struct http *http = NULL;
	int r = keeper_open(keeper, server, err);

	if (r < 0)
		return r;
	start_netconsole(keeper);
	look_at_store(keeper);
	r = thaws_new(&server->config.thaw, server->store.root, server->say,
		&server->thaws, err);
	if (!r)
		r = start_http(server, &http, err);
	if (r < 0)
		return r;
	notify_systemd("READY=1");
	keep(keeper);
	notify_systemd("STOPPING=1");
	/* whoever waits for an image goes on first: HTTP ends with nobody suspended */
	thaws_stop(server->thaws);
	http_stop(http);
	thaws_free(server->thaws);
	log_info("ended");
	return 0;
}

int server_run(struct server *server)
{
	struct err err = ERR_INIT;
	struct keeper keeper;
	int r = server_open(server, &err);

	if (!r) {
		r = serve(server, &keeper, &err);
		keeper_close(&keeper);
	}
	server_close(server);
	if (r < 0)
		log_error("%s", err.text);
	return r < 0 ? 1 : 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files of the store, for GRUB most of all: the first stage, and, of a host with
 * boot=grub, the candidate.
 *
 * A candidate's two initramfs parts are served as one file (/initrd/ID). GRUB opens all
 * files of an `initrd` command before it reads the first, and a connection whose window
 * stays shut for longer than TCP_USER_TIMEOUT (http.c) would be given up meanwhile.
 *
 * Nobody posts events for such a boot before it is up, so the server makes them of the
 * requests: the kernel is asked for (chosen), the last file has gone (fetched, kexec).
 */
#include "api.h"

#include <errno.h>
#include <string.h>

#include "boots.h"
#include "store-file.h"

/* An event that the server tells itself, for boot=grub. */
static void own_event(
	struct server *server, const char *id, enum stage stage, const char *image)
{
	struct event event = event_plain(stage);
	struct err err = ERR_INIT;
	struct boot boot;
	int r = boots_find(&server->db, NULL, id, &boot, &err);

	event.image = image;
	event.detail = "by GRUB";
	if (!r)
		r = boots_event(
			&server->db, &boot.mac, id, &event, server->now(), &boot, &err);
	server->say("boot %s: %s %s%s%s", id, stage_name(stage), image, r < 0 ? ": " : "",
		r < 0 ? err.text : "");
}

/* Both ends of a transfer are logged: a machine that gets no file cannot always say so.
 */
static void file_sent(void *ctx, const struct reply *rp, bool whole)
{
	struct server *server = ctx;

	server->say(
		"%s: %s", rp->note.data, whole ? "sent" : "BROKEN OFF by the other side");
	if (!whole) {
		server->metrics.files_broken++;
		return;
	}
	server->metrics.files_whole++;
	server->metrics.file_bytes += rp->size;
	if (rp->boot[0]) {
		own_event(server, rp->boot, STAGE_FETCHED, rp->image);
		own_event(server, rp->boot, STAGE_KEXEC, rp->image);
	}
}

/* Makes the reply of parts that are open. */
static void serve(struct server *server, const struct request *rq, struct reply *rp,
	struct store_parts *parts)
{
	for (size_t i = 0; i < parts->n; i++) {
		reply_add_part(rp, parts->part[i].fd, parts->part[i].size);
		parts->part[i].fd = -1;
	}
	rp->type = "application/octet-stream";
	reply_set_range(rp, rq->range);
	if (!rp->n_parts)
		return;
	rp->ctx = server;
	rp->sent = file_sent;
	buf_add_clean(&rp->note, rq->path);
	buf_addf(&rp->note, " to %s", rq->peer);
}

/* The image and the file that /images/ARCH/CONFIG/COMMIT/NAME is of; NULL if it is none.
 */
static const char *image_of_path(const char *path, char ret_id[IMAGE_ID_TEXT])
{
	const char *slash = strrchr(path, '/');
	struct image_id id;

	if (strncmp(path, "/images/", 8) != 0 || !slash || slash < path + 8 ||
		slash - path - 8 >= IMAGE_ID_TEXT)
		return NULL;
	memcpy(ret_id, path + 8, slash - path - 8);
	ret_id[slash - path - 8] = '\0';
	return image_id_parse(ret_id, &id, NULL) ? NULL : slash + 1;
}

/* True if the file is one of a cold image, which the reply then waits for. */
static bool is_cold(struct server *server, const struct request *rq, struct reply *rp)
{
	CLEANUP_IMAGE struct image image = {0};
	char text[IMAGE_ID_TEXT];
	struct image_id id;
	const char *name = image_of_path(rq->path, text);

	return name && !image_id_parse(text, &id, NULL) &&
	       !store_load(&server->store, &id, true, &image, NULL) &&
	       image_find_file(&image, name) && api_needs_thaw(server, &image, rp, true);
}

/* A kernel that GRUB fetches for a boot begins that boot's story. HEAD tells nothing. */
static void note_kernel(struct server *server, const struct request *rq, struct reply *rp)
{
	const char *boot = request_query(rq, "boot"), *name;
	char image[IMAGE_ID_TEXT];

	name = image_of_path(rq->path, image);
	if (!boot_id_valid(boot) || strcmp(rq->method, "GET") != 0 || !name ||
		strcmp(name, "vmlinuz") != 0)
		return;
	own_event(server, boot, STAGE_CHOSEN, image);
	if (!*request_query(rq, "last"))
		return;
	snprintf(rp->boot, sizeof(rp->boot), "%s", boot);
	snprintf(rp->image, sizeof(rp->image), "%s", image);
}

void api_get_file(struct server *server, struct request *rq, struct reply *rp)
{
	struct err err = ERR_INIT;
	struct store_parts parts;
	int r = store_open_file(&server->store, rq->path + 1, &parts, &err);

	if (r == -ENOENT && is_cold(server, rq, rp))
		return;
	if (r < 0) {
		reply_error(rp, r, &err);
		return;
	}
	serve(server, rq, rp, &parts);
	store_parts_release(&parts);
	note_kernel(server, rq, rp);
}

void api_get_initrd(struct server *server, struct request *rq, struct reply *rp)
{
	const char *boot = request_query(rq, "boot");
	struct err err = ERR_INIT;
	struct store_parts parts = {0};
	struct image_id id;
	int r = image_id_parse(rq->params[0], &id, &err);

	if (!r)
		r = store_open_initrd(&server->store, &id, &parts, &err);
	if (r == -ESTALE) {
		image_id_format(&id, rp->thaw);
		rp->thaw_waits = true;
		return;
	}
	if (!r && !parts.n)
		r = err_set(
			&err, -ENOENT, "there is no initramfs for '%s'", rq->params[0]);
	if (r < 0) {
		reply_error(rp, r, &err);
		return;
	}
	serve(server, rq, rp, &parts);
	store_parts_release(&parts);
	if (!boot_id_valid(boot) || strcmp(rq->method, "GET") != 0)
		return;
	snprintf(rp->boot, sizeof(rp->boot), "%s", boot);
	snprintf(rp->image, sizeof(rp->image), "%s", rq->params[0]);
}

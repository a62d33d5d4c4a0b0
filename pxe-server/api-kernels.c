// SPDX-License-Identifier: GPL-2.0-or-later
/* GET /v1/kernels and /v1/kernels/ID. */
#include "api.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "boots.h"
#include "catalogue.h"
#include "lib/text.h"

#define LIMIT_USUAL 100
#define LIMIT_MAX 100000
#define FIRST_CMDLINE_MAX 8192

/* The list as it grows, in either form. */
struct listing {
	struct reply *rp;
	json_t *json; /* NULL: text */
	const struct list_own *own;
	size_t n_own;
	const char *mark;
	unsigned int limit, n;
	char last[IMAGE_ID_TEXT];
	bool more;
};

static void put_text(struct listing *l, const struct catalogue_entry *e)
{
	const char *const hostile[] = {e->branch, e->release, e->date, e->subject};
	struct buf *b = &l->rp->body;

	buf_adds(b, l->mark);
	buf_addc(b, '\t');
	buf_adds(b, e->id);
	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		buf_addc(b, '\t');
		buf_add_clean(b, hostile[i]);
	}
	if (*e->same_as)
		buf_addf(b, "\t%s", e->same_as);
	buf_addc(b, '\n');
}

static void put_json(struct listing *l, const struct catalogue_entry *e)
{
	json_t *json = json_object();

	json_object_set_new(json, "mark", json_string(l->mark));
	json_object_set_new(json, "id", reply_json_text(e->id));
	json_object_set_new(json, "branch", reply_json_text(e->branch));
	json_object_set_new(json, "release", reply_json_text(e->release));
	json_object_set_new(json, "build_id", reply_json_text(e->build_id));
	json_object_set_new(json, "date", reply_json_text(e->date));
	json_object_set_new(json, "subject", reply_json_text(e->subject));
	json_object_set_new(json, "same_as", reply_json_text(e->same_as));
	json_array_append_new(l->json, json);
}

static int put(void *ctx, const struct catalogue_entry *entry)
{
	struct listing *l = ctx;

	if (l->json)
		put_json(l, entry);
	else
		put_text(l, entry);
	return 0;
}

/* One of all: those that stand on top are not repeated. */
static int put_other(void *ctx, const struct catalogue_entry *entry)
{
	struct listing *l = ctx;

	if (list_is_own(l->own, l->n_own, entry->id))
		return 0;
	if (l->n == l->limit) {
		l->more = true;
		return 1;
	}
	l->n++;
	snprintf(l->last, sizeof(l->last), "%s", entry->id);
	return put(l, entry);
}

/* The host's own entries; one whose image has left the store is passed over. */
static int put_own(struct server *server, struct listing *l, struct err *err)
{
	static const struct catalogue_entry local = {
		"local", "", "", "", "", "", "", "local disk", ""};

	for (size_t i = 0; i < l->n_own; i++) {
		int r;

		l->mark = l->own[i].mark;
		if (!strcmp(l->own[i].id, "local"))
			r = put(l, &local);
		else
			r = catalogue_entry(&server->db, l->own[i].id, put, l, err);
		if (r < 0 && r != -ENOENT)
			return r;
	}
	l->mark = "-";
	return 0;
}

static void add_link(struct listing *l, const struct request *rq)
{
	static const char *const kept[] = {"arch", "branch", "limit"};

	if (!l->more)
		return;
	buf_addf(&l->rp->link, "</v1/kernels?after=%s", l->last);
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
		const char *value = request_query(rq, kept[i]);

		if (!*value)
			continue;
		buf_addf(&l->rp->link, "&%s=", kept[i]);
		text_add_url(&l->rp->link, value);
	}
	buf_adds(&l->rp->link, ">; rel=\"next\"");
}

static int list_kernels(struct server *server, const struct request *rq,
	struct listing *l, struct err *err)
{
	struct catalogue_filter filter = {
		.arch = request_query(rq, "arch"),
		.branch = request_query(rq, "branch"),
		.after = request_query(rq, "after"),
		.limit = l->limit + LIST_OWN_MAX + 1,
	};
	int r = *filter.after ? 0 : put_own(server, l, err);

	l->mark = "-";
	if (!r)
		r = catalogue_list(&server->db, &filter, put_other, l, err);
	return r < 0 ? r : 0;
}

void api_list_kernels(struct server *server, struct request *rq, struct reply *rp)
{
	const char *arch = request_query(rq, "arch");
	struct list_own own[LIST_OWN_MAX];
	struct listing l = {.rp = rp, .own = own};
	struct err err = ERR_INIT;
	struct api_choices choices;
	struct host host;
	int r;

	if (!api_query_number(rq, rp, "limit", LIMIT_USUAL, LIMIT_MAX, &l.limit))
		return;
	if (*arch && !image_arch_valid(arch)) {
		reply_say(rp, 400, "'arch' takes x86_64 or i386, not '%.50s'", arch);
		return;
	}
	if (*request_query(rq, "mac")) {
		if (!api_query_host(server, rq, rp, &host))
			return;
		api_choices(server, &host, &choices);
		l.n_own = list_own(&choices.list, own);
	}
	l.json = request_wants_json(rq) ? json_array() : NULL;
	r = list_kernels(server, rq, &l, &err);
	if (r < 0) {
		json_decref(l.json);
		reply_error(rp, r, &err);
		return;
	}
	add_link(&l, rq);
	if (l.json)
		reply_json(rp, json_pack("{s:o}", "kernels", l.json));
}

/* What GET /v1/kernels/ID shows beside the image itself. */
struct kernel_extra {
	char id[IMAGE_ID_TEXT];
	struct buf path;   /* relative to the store */
	struct buf second; /* likewise; "" if there is none */
	uint64_t second_size;
	char second_sha256[SHA256_TEXT];
	struct buf cmdline; /* "" without mac= */
};

static void put_line(struct buf *b, const char *key, const char *value)
{
	buf_addf(b, "%s\t", key);
	buf_add_clean(b, value);
	buf_addc(b, '\n');
}

static void kernel_text(
	const struct image *image, const struct kernel_extra *extra, struct buf *b)
{
	put_line(b, "id", extra->id);
	put_line(b, "commit", image->id.commit);
	buf_adds(b, "parents\t");
	for (size_t i = 0; i < image->n_parents; i++)
		buf_addf(b, "%s%s", i ? " " : "", image->parents[i]);
	buf_adds(b, "\n");
	put_line(b, "subject", image->subject);
	buf_adds(b, "author\t");
	buf_add_clean(b, image->author_name);
	buf_adds(b, " <");
	buf_add_clean(b, image->author_email);
	buf_adds(b, ">\n");
	put_line(b, "author_date", image->author_date);
	put_line(b, "date", image->date);
	put_line(b, "branch", image->branch);
	put_line(b, "arch", image->id.arch);
	put_line(b, "config", image->id.config);
	put_line(b, "release", image->release);
	put_line(b, "build_id", image->build_id);
	put_line(b, "compiler", image->compiler);
	buf_addf(b, "seconds\t%.1f\n", image->seconds);
	put_line(b, "how", image->how);
	put_line(b, "same_as", image->same_as);
	put_line(b, "path", extra->path.data);
	for (size_t i = 0; i < image->n_files; i++) {
		buf_adds(b, "file\t");
		buf_add_clean(b, image->files[i].name);
		buf_addf(b, "\t%" PRIu64 "\t%s\n", image->files[i].size,
			image->files[i].sha256);
	}
	if (extra->second.len)
		buf_addf(b, "second\t%s\t%" PRIu64 "\t%s\n", extra->second.data,
			extra->second_size, extra->second_sha256);
	if (extra->cmdline.len)
		put_line(b, "cmdline", extra->cmdline.data);
}

static json_t *kernel_json(const struct image *image, const struct kernel_extra *extra)
{
	json_t *json = json_deep_copy(image->json);

	json_object_set_new(json, "path", json_string(extra->path.data));
	if (extra->second.len)
		json_object_set_new(json, "second",
			json_pack("{s:s, s:I, s:s}", "path", extra->second.data, "size",
				(json_int_t)extra->second_size, "sha256",
				extra->second_sha256));
	if (extra->cmdline.len)
		json_object_set_new(
			json, "cmdline", reply_json_text(extra->cmdline.data));
	return json;
}

static int find_second(struct server *server, const struct image *image,
	struct kernel_extra *extra, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};
	int r;

	buf_init(&path, STORE_PATH_MAX);
	buf_addf(&path, "%s/boot/%s/second.img", server->store.root, image->id.arch);
	r = sums_get(
		&server->sums, path.data, &extra->second_size, extra->second_sha256, err);
	if (!r)
		buf_addf(&extra->second, "boot/%s/second.img", image->id.arch);
	return r == -ENOENT ? 0 : r;
}

/* The command line for the host, with the address its boot was asked for from. */
static int make_cmdline(struct server *server, const struct request *rq,
	const struct host *host, struct kernel_extra *extra, struct err *err)
{
	const char *id = request_query(rq, "boot");
	CLEANUP_BUF struct buf address = {0};
	struct boot boot;
	int r;

	if (*id && !boot_id_valid(id))
		return err_set(err, -EINVAL, "'%.50s' is not a boot id", id);
	if (!*id || boots_find(&server->db, &host->mac, id, &boot, NULL) < 0)
		boot.address[0] = '\0';
	buf_init(&address, 512);
	api_address(server, rq, &address);
	r = api_cmdline(server, host, address.data,
		boot.address[0] ? boot.address : rq->peer, id, extra->id,
		&extra->cmdline);
	return r < 0 ? err_set(err, r, "the command line is too long") : 0;
}

static int load(struct server *server, const struct request *rq, const struct host *host,
	struct image *image, struct kernel_extra *extra, struct err *err)
{
	struct resolve_hint hint = api_hint(server, host);
	int r = resolve_image(&server->db, rq->params[0], &hint, extra->id, err);

	if (!r)
		r = image_id_parse(extra->id, &image->id, err);
	if (r < 0)
		return r;
	r = store_load(&server->store, &image->id, true, image, err);
	if (r < 0) /* an image.json that is no good is no fault of who asks */
		return r == -ENOENT ? r : -EIO;
	store_files_path(image, &extra->path);
	r = find_second(server, image, extra, err);
	if (!r && *host->mac.text)
		r = make_cmdline(server, rq, host, extra, err);
	return r;
}

void api_get_kernel(struct server *server, struct request *rq, struct reply *rp)
{
	CLEANUP_IMAGE struct image image = {0};
	struct kernel_extra extra = {0};
	struct host host = {0};
	struct err err = ERR_INIT;
	int r;

	if (*request_query(rq, "mac") && !api_query_host(server, rq, rp, &host))
		return;
	buf_init(&extra.path, STORE_PATH_MAX);
	buf_init(&extra.second, STORE_PATH_MAX);
	buf_init(&extra.cmdline, FIRST_CMDLINE_MAX);
	r = load(server, rq, &host, &image, &extra, &err);
	if (r < 0)
		reply_error(rp, r, &err);
	else if (*host.mac.text && api_needs_thaw(server, &image, rp, true))
		; /* a machine that is about to copy the files */
	else if (request_wants_json(rq))
		reply_json(rp, kernel_json(&image, &extra));
	else
		kernel_text(&image, &extra, &rp->body);
	buf_release(&extra.path);
	buf_release(&extra.second);
	buf_release(&extra.cmdline);
}

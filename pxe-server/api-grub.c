// SPDX-License-Identifier: GPL-2.0-or-later
/* GRUB's configuration: what it boots by itself, and what stands in its menu. */
#include "api.h"

#include <errno.h>
#include <string.h>

#include "boots.h"
#include "catalogue.h"
#include "grub-cfg-gen/grub-cfg.h"
#include "lib/text.h"
#include "store-file.h"

#define CMDLINE_MAX 8192

/* All texts of one grub.cfg. */
struct grub_texts {
	struct buf server, nfs, first_cmdline, kernel, initrd, cmdline, label;
	char netmask[SUBNET_TEXT];
};

static void texts_init(struct grub_texts *t)
{
	struct buf *const all[] = {&t->server, &t->nfs, &t->first_cmdline, &t->kernel,
		&t->initrd, &t->cmdline, &t->label};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		buf_init(all[i], CMDLINE_MAX);
}

static void texts_release(struct grub_texts *t)
{
	buf_release(&t->server);
	buf_release(&t->nfs);
	buf_release(&t->first_cmdline);
	buf_release(&t->kernel);
	buf_release(&t->initrd);
	buf_release(&t->cmdline);
	buf_release(&t->label);
}

/* The export: as set, or the server's address and the store's path. */
static void add_nfs(const struct server *server, const char *address, struct buf *b)
{
	if (server->config.nfs)
		buf_adds(b, server->config.nfs);
	else
		buf_addf(b, "%.*s:%s", (int)strcspn(address, ":"), address,
			server->store.root);
}

static unsigned int number_or(const char *text, unsigned int usual)
{
	return *text ? (unsigned int)atoi(text) : usual;
}

/* Whether the store has an initramfs part for the image, be it modules or second stage.
 */
static bool has_initrd(struct server *server, const struct image_id *id)
{
	struct store_parts parts;
	int r = store_open_initrd(&server->store, id, &parts, NULL);
	bool has = r == -ESTALE || (!r && parts.n);

	store_parts_release(&parts);
	return has;
}

static int candidate(struct server *server, const struct host *host,
	const struct boot *boot, const char *image, struct grub_texts *t,
	struct grub_cfg *cfg, struct err *err)
{
	struct image_id id;
	int r = image_id_parse(image, &id, err);
	bool initrd = !r && has_initrd(server, &id);

	if (!r)
		r = api_cmdline(server, host, t->server.data, boot->address, boot->id,
			image, &t->cmdline);
	if (r < 0)
		return r;
	buf_addf(&t->kernel, "/images/%s/vmlinuz?boot=%s%s", image, boot->id,
		initrd ? "" : "&last=1");
	buf_adds(&t->label, image);
	if (initrd)
		buf_addf(&t->initrd, "/initrd/%s?boot=%s", image, boot->id);
	cfg->mode = GRUB_BOOT_CANDIDATE;
	cfg->candidate = (struct grub_candidate){
		.label = t->label.data,
		.kernel = t->kernel.data,
		.initrds = {t->initrd.data},
		.cmdline = t->cmdline.data,
	};
	return 0;
}

static int found(void *ctx, const struct catalogue_entry *entry)
{
	(void)ctx;
	(void)entry;
	return 1;
}

static bool is_in_store(void *ctx, const char *id)
{
	struct server *server = ctx;

	return catalogue_entry(&server->db, id, found, NULL, NULL) > 0;
}

/* What the host boots if nobody presses a key, as its list would have it. */
static const char *first_choice(
	struct server *server, const struct host *host, struct api_choices *choices)
{
	api_choices(server, host, choices);
	return list_first(&choices->list, is_in_store, server);
}

/* One answer: who asks, what for, and the boot that it is. */
struct asking {
	struct host host;
	struct boot boot;
	const char *first; /* the host's first choice, as it was when it asked */
	bool wished;       /* see boots_ask() */
};

/* The entry that boots by itself. */
static int choose_mode(struct server *server, const struct asking *asking,
	struct grub_texts *t, struct grub_cfg *cfg, struct err *err)
{
	if (asking->wished)
		cfg->mode = GRUB_BOOT_LOCAL;
	else if (!strcmp(asking->first, "local"))
		cfg->mode = GRUB_BOOT_OFFER;
	else if (!strcmp(asking->host.boot, "grub"))
		return candidate(
			server, &asking->host, &asking->boot, asking->first, t, cfg, err);
	return 0;
}

static int write_cfg(struct server *server, const struct request *rq,
	const struct asking *asking, struct grub_texts *t, struct buf *out,
	struct err *err)
{
	const struct host *host = &asking->host;
	const struct boot *boot = &asking->boot;
	struct grub_cfg cfg = {.mac = host->mac, .mode = GRUB_BOOT_FIRST_STAGE};
	int r;

	api_address(server, rq, &t->server);
	add_nfs(server, t->server.data, &t->nfs);
	buf_adds(&t->first_cmdline, server->config.first_cmdline);
	if (*host->first_cmdline)
		buf_addf(&t->first_cmdline, "%s%s", t->first_cmdline.len ? " " : "",
			host->first_cmdline);
	cfg.server = t->server.data;
	cfg.nfs = t->nfs.data;
	cfg.client = boot->address;
	cfg.netmask = api_netmask(server, host, boot->address, t->netmask);
	cfg.gateway = api_gateway(server, host);
	cfg.hostname = host->name;
	cfg.boot = boot->id;
	cfg.first_cmdline = t->first_cmdline.data;
	cfg.serial = server->config.serial ? server->config.serial : "";
	cfg.timeout = number_or(host->timeout, server->config.timeout);
	cfg.watchdog = number_or(host->watchdog, server->config.watchdog);
	r = choose_mode(server, asking, t, &cfg, err);
	return r < 0 ? r : grub_cfg_write(&cfg, out, err);
}

/* The host's address: what it says (it may sit behind a proxy), or who asks. */
static bool client_address(const struct request *rq, struct reply *rp, const char **ret)
{
	const char *ip = request_query(rq, "ip");

	*ret = *ip ? ip : rq->peer;
	if (*ip && !grub_cfg_ipv4_valid(ip)) {
		reply_say(rp, 400, "'%.50s' is not an IPv4 address", ip);
		return false;
	}
	if (!*ip && !grub_cfg_ipv4_valid(rq->peer))
		*ret = "";
	return true;
}

/* Whoever only looks at what a host would get changes nothing by it. */
static bool only_looks(const struct request *rq)
{
	return !strcmp(rq->method, "HEAD") || !strcmp(request_query(rq, "look"), "1");
}

/* The boot that would be made, but for its id. */
static void look(const struct server *server, const char *client, struct asking *asking)
{
	asking->boot = (struct boot){.mac = asking->host.mac};
	asking->wished = asking->host.local_until > server->now();
	text_copy(asking->boot.address, sizeof(asking->boot.address), client);
}

static int begin_boot(
	struct server *server, const char *client, struct asking *asking, struct err *err)
{
	const struct boots_asker asker = {
		.mac = &asking->host.mac,
		.address = client,
		.local_first = !strcmp(asking->first, "local"),
	};

	return boots_ask(
		&server->db, &asker, server->now(), &asking->boot, &asking->wished, err);
}

/* Sees to what a machine does next, after its grub.cfg: it will want the files of its
 * first choice in some seconds. */
static void note_cfg(struct server *server, const struct asking *asking, struct reply *rp)
{
	const struct boot *boot = &asking->boot;

	if (!boot->local)
		api_thaw_soon(server, asking->first, rp);
	server->say("host %s: boot %s: grub.cfg for %s%s", host_label(&asking->host),
		boot->id, boot->address, boot->local ? ", the local disk" : "");
}

static void answer_with_cfg(struct server *server, struct request *rq, struct reply *rp)
{
	bool looks = only_looks(rq);
	struct api_choices choices;
	struct err err = ERR_INIT;
	struct grub_texts texts;
	struct asking asking;
	const char *client;
	int r = 0;

	if (!api_query_host(server, rq, rp, &asking.host) ||
		!client_address(rq, rp, &client))
		return;
	asking.first = first_choice(server, &asking.host, &choices);
	if (looks)
		look(server, client, &asking);
	else
		r = begin_boot(server, client, &asking, &err);
	texts_init(&texts);
	if (!r)
		r = write_cfg(server, rq, &asking, &texts, &rp->body, &err);
	texts_release(&texts);
	if (r < 0)
		reply_error(rp, r, &err);
	else if (!looks)
		note_cfg(server, &asking, rp);
}

/* GRUB 2.06 waits a minute over any status but 200, and shows nobody the sentence: it
 * gets a configuration that does both better. Other clients get the error itself. */
static void answer_in_grubs_words(struct reply *rp)
{
	CLEANUP_FREE char *sentence = buf_take(&rp->body);

	if (!sentence)
		return;
	sentence[strcspn(sentence, "\n")] = '\0';
	rp->status = 200;
	grub_cfg_write_error(sentence, &rp->body);
}

void api_grub_cfg(struct server *server, struct request *rq, struct reply *rp)
{
	answer_with_cfg(server, rq, rp);
	if (rp->status >= 400 && !strncmp(rq->user_agent, "GRUB", 4))
		answer_in_grubs_words(rp);
}

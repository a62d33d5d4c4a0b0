// SPDX-License-Identifier: GPL-2.0-or-later
/* GET / for people, and GET /metrics for Prometheus. */
#include "api.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "boots.h"
#include "catalogue.h"
#include "lib/clock.h"
#include "lib/text.h"

#define LATEST_BOOTS 20
#define LATEST_IMAGES 25

static const char page_head[] =
	"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
	"<title>tenfold</title><style>"
	"body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;"
	"padding:0 1rem;color:#222;background:#fff}"
	"h1{font-size:1.4rem;margin:0}h2{font-size:1.05rem;margin:2rem 0 .4rem}"
	"table{border-collapse:collapse;width:100%}"
	"th,td{text-align:left;padding:.25rem .8rem .25rem 0;border-bottom:1px solid "
	"#ddd;"
	"vertical-align:top}"
	"th{font-weight:600;color:#666;font-size:.85rem}"
	"code{font:13px ui-monospace,monospace}.ok{color:#176f2c}.bad{color:#b3261e}"
	".dim{color:#777}a{color:inherit}"
	"@media(prefers-color-scheme:dark){body{color:#ddd;background:#161616}"
	"th,td{border-color:#333}.ok{color:#6fce82}.bad{color:#ff8a80}.dim,th{color:#999}"
	"}"
	"</style></head><body>\n<h1>tenfold</h1>\n";

/* ARCH/CONFIG/COMMIT with the commit cut to 12. */
static void add_image(struct buf *b, const char *id)
{
	char text[IMAGE_ID_TEXT];
	char *slash;

	snprintf(text, sizeof(text), "%s", id);
	slash = strrchr(text, '/');
	if (slash && strlen(slash) > 13)
		slash[13] = '\0';
	buf_adds(b, "<code title=\"");
	text_add_html(b, id, strlen(id));
	buf_adds(b, "\">");
	text_add_html(b, text, strlen(text));
	buf_adds(b, "</code>");
}

void api_add_cell(struct buf *b, const char *text)
{
	buf_adds(b, "<td>");
	text_add_html(b, text, strlen(text));
	buf_adds(b, "</td>");
}

static void add_image_cell(struct buf *b, const char *id)
{
	buf_adds(b, "<td>");
	add_image(b, id);
	buf_adds(b, "</td>");
}

static void add_time_cell(struct buf *b, double seconds)
{
	char text[CLOCK_ISO_TEXT] = "";

	if (seconds > 0)
		clock_iso((int64_t)seconds, text);
	text[strcspn(text, "T")] = text[0] ? ' ' : '\0';
	api_add_cell(b, text);
}

static int add_host(void *ctx, const struct host *host, const char *last_state)
{
	struct buf *b = ctx;

	buf_adds(b, "<tr>");
	api_add_cell(b, *host->name ? host->name : "–");
	buf_addf(b, "<td><code>%s</code></td>", host->mac.text);
	add_image_cell(b, host->default_image);
	add_image_cell(b, host->next_image);
	api_add_cell(b, last_state);
	add_time_cell(b, host->seen);
	buf_adds(b, "</tr>\n");
	return 0;
}

static const char *verdict_class(const struct boot *boot)
{
	return boot->ok == 1 ? "ok" : boot->ok == 0 ? "bad" : "dim";
}

/* One boot; of several hosts, so with the host's MAC. */
struct boot_rows {
	struct logs logs;
	struct buf *b;
};

static void add_log_links(const struct logs *logs, const struct boot *boot, struct buf *b)
{
	int64_t sizes[LOGS_KINDS];

	logs_sizes(logs, boot, sizes);
	buf_adds(b, "<td>");
	for (int i = 0; i < LOGS_KINDS; i++)
		if (sizes[i] >= 0)
			buf_addf(b, "<a href=\"/v1/hosts/%s/boots/%s/logs/%s\">%s</a> ",
				boot->mac.text, boot->id, logs_kind_name(i),
				logs_kind_name(i));
	buf_adds(b, "</td>");
}

static int add_boot(void *ctx, const struct boot *boot)
{
	struct boot_rows *rows = ctx;
	struct breakdown breakdown;
	struct buf *b = rows->b;
	int r = boots_breakdown(rows->logs.db, boot, &breakdown, NULL);
	double total = r < 0 ? NAN : breakdown.seconds[PART_TOTAL];

	buf_addf(b, "<tr><td><code>%s</code></td>", boot->mac.text);
	buf_addf(b, "<td class=\"%s\">", verdict_class(boot));
	text_add_html(b, boot->state, strlen(boot->state));
	buf_adds(b, "</td>");
	add_image_cell(b, boot->image);
	add_time_cell(b, boot->started);
	if (isnan(total))
		buf_adds(b, "<td></td>");
	else
		buf_addf(b, "<td>%.1f s</td>", total);
	api_add_cell(b, boot->detail);
	add_log_links(&rows->logs, boot, b);
	buf_adds(b, "</tr>\n");
	return 0;
}

static int add_kernel(void *ctx, const struct catalogue_entry *entry)
{
	struct buf *b = ctx;

	buf_adds(b, "<tr>");
	add_image_cell(b, entry->id);
	api_add_cell(b, entry->branch);
	api_add_cell(b, entry->release);
	api_add_cell(b, entry->date);
	api_add_cell(b, entry->subject);
	buf_adds(b, "</tr>\n");
	return 0;
}

static int64_t count(struct server *server, const char *sql)
{
	int64_t n;

	return db_number(&server->db, &n, NULL, sql, "") < 0 ? 0 : n;
}

static int add_tables(struct server *server, struct buf *b, struct err *err)
{
	struct catalogue_filter filter = {
		.arch = "", .branch = "", .after = "", .limit = LATEST_IMAGES};
	struct boot_rows rows = {api_logs(server), b};
	int r;

	buf_adds(b, "<h2>Hosts</h2>\n<table><tr><th>name<th>MAC<th>default<th>next"
		    "<th>last boot<th>last seen</tr>\n");
	r = hosts_each(&server->db, add_host, b, err);
	buf_adds(b,
		"</table>\n<h2>Latest boots</h2>\n<table><tr><th>host<th>state<th>image"
		"<th>started<th>total<th><th>logs</tr>\n");
	if (!r)
		r = boots_each(&server->db, NULL, LATEST_BOOTS, add_boot, &rows, err);
	buf_adds(b, "</table>\n<h2>Latest images</h2>\n<table><tr><th>image<th>branch"
		    "<th>release<th>date<th>subject</tr>\n");
	if (!r)
		r = catalogue_list(&server->db, &filter, add_kernel, b, err);
	buf_adds(b, "</table>\n</body></html>\n");
	return r < 0 ? r : 0;
}

void api_page(struct server *server, struct request *rq, struct reply *rp)
{
	struct err err = ERR_INIT;
	int r;

	(void)rq;
	rp->type = "text/html; charset=utf-8";
	buf_adds(&rp->body, page_head);
	buf_addf(&rp->body,
		"<p class=\"dim\">%" PRId64 " images, %" PRId64
		" commits that do not build, %" PRId64 " hosts</p>\n",
		count(server, "SELECT count(*) FROM images WHERE built = 1"),
		count(server, "SELECT count(*) FROM images WHERE built = 0"),
		count(server, "SELECT count(*) FROM hosts"));
	api_builder_html(server, &rp->body);
	r = add_tables(server, &rp->body, &err);
	if (r < 0)
		reply_error(rp, r, &err);
}

static void gauge(struct buf *b, const char *name, const char *help, int64_t value)
{
	metrics_head(b, name, "gauge", help);
	buf_addf(b, "%s %" PRId64 "\n", name, value);
}

void api_metrics(struct server *server, struct request *rq, struct reply *rp)
{
	struct buf *b = &rp->body;

	(void)rq;
	rp->type = "text/plain; version=0.0.4; charset=utf-8";
	gauge(b, "tenfold_images", "Images in the store.",
		count(server, "SELECT count(*) FROM images WHERE built = 1"));
	gauge(b, "tenfold_failed_builds", "Commits that are known not to build.",
		count(server, "SELECT count(*) FROM images WHERE built = 0"));
	gauge(b, "tenfold_hosts", "Hosts that are known.",
		count(server, "SELECT count(*) FROM hosts"));
	api_builder_metrics(server, b);
	metrics_format(&server->metrics, b);
}

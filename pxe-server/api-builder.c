// SPDX-License-Identifier: GPL-2.0-or-later
/* What the page and the metrics show of builds: from the store's files and the catalogue,
 * so also while no builder runs. */
#include "api.h"

#include <inttypes.h>

#include "builder-report.h"
#include "lib/clock.h"

#define FAILURES_SHOWN 20
#define HOUR 3600
#define DAY 86400

/* Of one span of time up to now. */
struct rate {
	int64_t built, same, failed;
};

static int64_t count(struct server *server, const char *sql, const char *since)
{
	int64_t n;

	return db_number(&server->db, &n, NULL, sql, "t", since) < 0 ? 0 : n;
}

static void iso_before(
	const struct server *server, int seconds, char ret_text[CLOCK_ISO_TEXT])
{
	clock_iso((int64_t)server->now() - seconds, ret_text);
}

static struct rate look_at_rate(struct server *server, int seconds)
{
	char since[CLOCK_ISO_TEXT];

	iso_before(server, seconds, since);
	return (struct rate){
		.built = count(server,
			"SELECT count(*) FROM images WHERE built = 1 AND same_as = ''"
			" AND published >= ?",
			since),
		.same = count(server,
			"SELECT count(*) FROM images WHERE built = 1 AND same_as != ''"
			" AND published >= ?",
			since),
		.failed = count(server,
			"SELECT count(*) FROM images WHERE built = 0 AND published >= ?",
			since),
	};
}

static void add_rates(struct server *server, struct buf *b)
{
	struct rate hour = look_at_rate(server, HOUR), day = look_at_rate(server, DAY);
	struct store_disk disk;

	buf_addf(b,
		"<p>last hour: %" PRId64 " images and %" PRId64
		" that share another's files, %" PRId64 " failures; last day: %" PRId64
		", %" PRId64 ", %" PRId64,
		hour.built, hour.same, hour.failed, day.built, day.same, day.failed);
	if (store_disk(&server->store, &disk, NULL) == 0)
		buf_addf(b, "; disk: %.1f GB used, %.1f GB free", (double)disk.used / 1e9,
			(double)disk.free / 1e9);
	buf_adds(b, "</p>\n");
}

static void add_failures(struct server *server, struct buf *b)
{
	CLEANUP_STATEMENT sqlite3_stmt *rows = NULL;
	char since[CLOCK_ISO_TEXT];
	bool first = true;

	iso_before(server, DAY, since);
	rows = db_query(&server->db, NULL,
		"SELECT id, branch, published, subject FROM images"
		" WHERE built = 0 AND published >= ? ORDER BY published DESC, id LIMIT ?",
		"ti", since, (int64_t)FAILURES_SHOWN);
	while (rows && db_step(&server->db, rows, NULL) == 1) {
		if (first)
			buf_adds(b, "<table><tr><th>does not build<th>branch<th>since"
				    "<th>subject</tr>\n");
		first = false;
		buf_adds(b, "<tr>");
		for (int i = 0; i < 4; i++)
			api_add_cell(b, db_text(rows, i));
		buf_adds(b, "</tr>\n");
	}
	if (!first)
		buf_adds(b, "</table>\n");
}

void api_builder_html(struct server *server, struct buf *b)
{
	struct builder_report report;

	buf_adds(b, "<h2>Builder</h2>\n");
	if (builder_report_read(&server->store, &report, NULL) == 0)
		builder_report_html(&report, server->now(), b);
	else
		buf_adds(b, "<p>no builder has watched yet</p>\n");
	add_rates(server, b);
	add_failures(server, b);
}

static void add_rate_metric(
	struct server *server, const char *window, int seconds, struct buf *b)
{
	struct rate rate = look_at_rate(server, seconds);
	static const char name[] = "tenfold_recent_builds";

	buf_addf(b, "%s{result=\"built\",window=\"%s\"} %" PRId64 "\n", name, window,
		rate.built);
	buf_addf(b, "%s{result=\"same\",window=\"%s\"} %" PRId64 "\n", name, window,
		rate.same);
	buf_addf(b, "%s{result=\"failed\",window=\"%s\"} %" PRId64 "\n", name, window,
		rate.failed);
}

void api_builder_metrics(struct server *server, struct buf *b)
{
	struct builder_report report;
	struct store_disk disk;

	metrics_head(b, "tenfold_recent_builds", "gauge",
		"Images that came into the store lately, aliases, and failures.");
	add_rate_metric(server, "1h", HOUR, b);
	add_rate_metric(server, "1d", DAY, b);
	if (store_disk(&server->store, &disk, NULL) == 0) {
		metrics_head(b, "tenfold_store_bytes", "gauge",
			"The disk that the store is on.");
		buf_addf(b, "tenfold_store_bytes{state=\"used\"} %" PRIu64 "\n",
			disk.used);
		buf_addf(b, "tenfold_store_bytes{state=\"free\"} %" PRIu64 "\n",
			disk.free);
	}
	if (builder_report_read(&server->store, &report, NULL) == 0)
		builder_report_metrics(&report, b);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "metrics.h"

#include <inttypes.h>
#include <math.h>

void metrics_answer(struct metrics *metrics, int status)
{
	if (status >= 100 && status < 600)
		metrics->answers[status / 100]++;
}

void metrics_boot(struct metrics *metrics, const struct breakdown *breakdown, bool ok)
{
	for (int i = 0; i < PARTS; i++) {
		if (isnan(breakdown->seconds[i]))
			continue;
		metrics->part_count[i]++;
		metrics->part_seconds[i] += breakdown->seconds[i];
	}
	if (ok)
		metrics->boots_ok++;
	else
		metrics->boots_bad++;
}

void metrics_head(struct buf *b, const char *name, const char *type, const char *help)
{
	buf_addf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void metrics_format(const struct metrics *metrics, struct buf *b)
{
	metrics_head(
		b, "tenfold_start_time_seconds", "gauge", "When the server started.");
	buf_addf(b, "tenfold_start_time_seconds %.3f\n", metrics->started);
	metrics_head(b, "tenfold_http_answers_total", "counter",
		"Answers by class of status.");
	for (int i = 2; i < 6; i++)
		buf_addf(b, "tenfold_http_answers_total{status=\"%dxx\"} %" PRIu64 "\n",
			i, metrics->answers[i]);
	metrics_head(
		b, "tenfold_files_total", "counter", "Files sent, to their end or not.");
	buf_addf(b, "tenfold_files_total{end=\"whole\"} %" PRIu64 "\n",
		metrics->files_whole);
	buf_addf(b, "tenfold_files_total{end=\"broken\"} %" PRIu64 "\n",
		metrics->files_broken);
	metrics_head(
		b, "tenfold_file_bytes_total", "counter", "Bytes of whole files sent.");
	buf_addf(b, "tenfold_file_bytes_total %" PRIu64 "\n", metrics->file_bytes);
	metrics_head(b, "tenfold_boots_up_total", "counter",
		"Boots that came up, with the kernel that was sent or not.");
	buf_addf(b, "tenfold_boots_up_total{ok=\"true\"} %" PRIu64 "\n",
		metrics->boots_ok);
	buf_addf(b, "tenfold_boots_up_total{ok=\"false\"} %" PRIu64 "\n",
		metrics->boots_bad);
	metrics_head(b, "tenfold_boot_seconds", "summary",
		"Seconds of boots that came up, by stage.");
	for (int i = 0; i < PARTS; i++) {
		buf_addf(b, "tenfold_boot_seconds_sum{stage=\"%s\"} %.3f\n", part_name(i),
			metrics->part_seconds[i]);
		buf_addf(b, "tenfold_boot_seconds_count{stage=\"%s\"} %" PRIu64 "\n",
			part_name(i), metrics->part_count[i]);
	}
}

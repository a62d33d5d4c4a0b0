// SPDX-License-Identifier: GPL-2.0-or-later
/* builder.json of a store that anybody may have written to, on its way to a page. */
#include "pxe-server/builder-report.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct builder_report report;
	CLEANUP_BUF struct buf b = {0};
	struct image_id id;

	buf_init(&b, 1 << 20);
	if (builder_report_parse((const char *)data, size, &report, NULL) < 0)
		return 0;
	assert(report.n_running <= BUILDER_RUNNING_MAX);
	for (size_t i = 0; i < report.n_running; i++)
		assert(image_id_parse(report.running[i].id, &id, NULL) == 0 &&
			report.running[i].percent >= 0 &&
			report.running[i].percent <= 100);
	builder_report_html(&report, 1768046400, &b);
	/* no markup but ours: each phase stands in a cell of its own */
	for (const char *p = b.data; (p = strchr(p, '<')); p++)
		assert(strchr("/pstc", p[1]));
	buf_reset(&b);
	builder_report_metrics(&report, &b);
	return 0;
}

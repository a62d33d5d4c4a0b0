/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report as one page of HTML, without scripts and without anything to load. Pure. */
#ifndef TENFOLD_BISECT_REPORT_HTML_H
#define TENFOLD_BISECT_REPORT_HTML_H

#include "facts.h"

void report_html(const struct facts *facts, struct buf *b);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mail to a regression's maintainers, as the kernel's
 * Documentation/admin-guide/reporting-regressions.rst wants it: [REGRESSION] in the
 * subject, `#regzbot introduced:`, the evidence, and the .config as a second part. Pure.
 */
#ifndef TENFOLD_BISECT_REPORT_MAIL_H
#define TENFOLD_BISECT_REPORT_MAIL_H

#include "facts.h"

#define REPORT_MAIL_MAX (16 * 1024 * 1024)

void report_mail(const struct facts *facts, struct buf *b);

#endif

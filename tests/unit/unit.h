/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each cmocka test includes: cmocka and the headers that it wants before itself. */
#ifndef TENFOLD_UNIT_H
#define TENFOLD_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/*
 * The step through many cases of one kind: 1, or n under sanitizers. They look at the
 * code, which a part of the cases runs as well, and each takes them several times as
 * long.
 */
static inline unsigned int stride(unsigned int n)
{
#ifdef __SANITIZE_ADDRESS__
	return n;
#else
	(void)n;
	return 1;
#endif
}

#endif

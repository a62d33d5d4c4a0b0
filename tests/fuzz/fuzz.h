/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fuzzers share. Each fuzz-NAME.c is one target for libFuzzer: a parser of what
 * others wrote, its seeds in seeds/NAME. A target also asserts what the parser promises.
 */
#ifndef TENFOLD_FUZZ_H
#define TENFOLD_FUZZ_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A terminated copy, to be freed: a read behind its end is seen. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	assert(text);
	memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

/* The same as a file without a folder; its path is good until fd is closed. */
static inline int fuzz_file(const uint8_t *data, size_t size, char ret_path[32])
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	assert(fd >= 0);
	assert(write(fd, data, size) == (ssize_t)size);
	snprintf(ret_path, 32, "/proc/self/fd/%d", fd);
	return fd;
}

#endif

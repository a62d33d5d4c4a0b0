// SPDX-License-Identifier: GPL-2.0-or-later
#include "builder/job/build-id.h"

#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "lib/cleanup.h"
#include "tests/unit/unit.h"

/* An ELF file of one header, one PT_NOTE segment and two notes. */
struct tiny {
	Elf64_Ehdr elf;
	Elf64_Phdr part;
	struct {
		Elf64_Nhdr note;
		char name[8]; /* "Linux", padded */
		char desc[4];
	} first;
	struct {
		Elf64_Nhdr note;
		char name[4];
		unsigned char id[20];
	} second;
};

static struct tiny make(void)
{
	struct tiny t = {.elf = {.e_phoff = sizeof(Elf64_Ehdr),
				 .e_phnum = 1,
				 .e_phentsize = sizeof(Elf64_Phdr)},
		.part = {.p_type = PT_NOTE,
			.p_offset = offsetof(struct tiny, first),
			.p_filesz = sizeof(t.first) + sizeof(t.second)},
		.first = {.note = {.n_namesz = 6, .n_descsz = 1, .n_type = 1},
			.name = "Linux"},
		.second = {.note = {.n_namesz = 4,
				   .n_descsz = 20,
				   .n_type = NT_GNU_BUILD_ID},
			.name = "GNU"}};

	memcpy(t.elf.e_ident, ELFMAG, SELFMAG);
	t.elf.e_ident[EI_CLASS] = ELFCLASS64;
	t.elf.e_ident[EI_DATA] = ELFDATA2LSB;
	for (size_t i = 0; i < sizeof(t.second.id); i++)
		t.second.id[i] = i * 11;
	return t;
}

static void finds_the_id_behind_other_notes(void **state)
{
	struct tiny t = make();
	char hex[BUILD_ID_TEXT];

	(void)state;
	assert_int_equal(build_id_parse(&t, sizeof(t), hex), 0);
	assert_string_equal(hex, "000b16212c37424d58636e79848f9aa5b0bbc6d1");
}

static void has_none(void **state)
{
	struct tiny t = make();
	char hex[BUILD_ID_TEXT];

	(void)state;
	t.second.note.n_type = 7;
	assert_int_equal(build_id_parse(&t, sizeof(t), hex), -ENOENT);
	assert_int_equal(build_id_parse("#!/bin/sh\n", 10, hex), -EINVAL);
	assert_int_equal(build_id_parse("", 0, hex), -EINVAL);
}

/* Every length and every single damaged byte: an answer, and no read outside (which the
 * sanitizers see, as the copy has exactly that size). */
static void believes_no_offset(void **state)
{
	static const unsigned char damage[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
	struct tiny t = make();
	char hex[BUILD_ID_TEXT];
	size_t size = sizeof(t);

	(void)state;
	for (size_t len = 0; len <= sizeof(t); len++) {
		CLEANUP_FREE char *copy = malloc(len ? len : 1);
		int r;

		memcpy(copy, &t, len);
		r = build_id_parse(copy, len, hex);
		assert_true(len >= offsetof(struct tiny, second) + sizeof(t.second)
				    ? r == 0
				    : r < 0);
	}
	for (size_t i = 0; i < sizeof(t); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(damage); j++) {
			CLEANUP_FREE unsigned char *copy = malloc(size);
			int r;

			memcpy(copy, &t, sizeof(t));
			copy[i] = damage[j];
			r = build_id_parse(copy, sizeof(t), hex);
			assert_true(r == 0 || r == -ENOENT || r == -EINVAL);
		}
	}
}

static void reads_this_very_program(void **state)
{
	char hex[BUILD_ID_TEXT];
	int r = build_id_read("/proc/self/exe", hex, NULL);

	(void)state;
	/* a compiler that was told to leave it out does */
	assert_true(r == -ENOENT ||
		    (r == 0 && strspn(hex, "0123456789abcdef") == strlen(hex)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_id_behind_other_notes),
		cmocka_unit_test(has_none),
		cmocka_unit_test(believes_no_offset),
		cmocka_unit_test(reads_this_very_program),
	};

	return cmocka_run_group_tests_name("build-id", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "build-id.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "lib/cleanup.h"

struct bytes {
	const unsigned char *data;
	size_t len;
};

/* A part of it; false if it is not wholly inside. */
static bool slice(
	const struct bytes *all, uint64_t offset, uint64_t len, struct bytes *ret)
{
	if (offset > all->len || len > all->len - offset)
		return false;
	*ret = (struct bytes){all->data + offset, len};
	return true;
}

static uint64_t round4(uint64_t n)
{
	return (n + 3) & ~(uint64_t)3;
}

static void to_hex(const struct bytes *id, char ret_hex[BUILD_ID_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < id->len; i++) {
		ret_hex[2 * i] = digits[id->data[i] >> 4];
		ret_hex[2 * i + 1] = digits[id->data[i] & 15];
	}
	ret_hex[2 * i] = '\0';
}

static int find_in_notes(struct bytes notes, char ret_hex[BUILD_ID_TEXT])
{
	struct bytes header, name, desc;
	Elf32_Nhdr note; /* the same in both classes */

	while (slice(&notes, 0, sizeof(note), &header)) {
		memcpy(&note, header.data, sizeof(note));
		if (!slice(&notes, sizeof(note), note.n_namesz, &name) ||
			!slice(&notes, sizeof(note) + round4(note.n_namesz),
				note.n_descsz, &desc))
			return -ENOENT;
		if (note.n_type == NT_GNU_BUILD_ID && name.len == 4 &&
			!memcmp(name.data, "GNU", 4) && desc.len &&
			desc.len <= (BUILD_ID_TEXT - 1) / 2) {
			to_hex(&desc, ret_hex);
			return 0;
		}
		if (!slice(&notes,
			    sizeof(note) + round4(note.n_namesz) + round4(note.n_descsz),
			    0, &header))
			return -ENOENT;
		notes.len -= header.data - notes.data;
		notes.data = header.data;
	}
	return -ENOENT;
}

/* Program header number i, as the 64-bit one. */
static bool segment(const struct bytes *file, const Elf64_Ehdr *elf, size_t i,
	Elf64_Phdr *ret_segment)
{
	uint64_t at = elf->e_phoff + (uint64_t)i * elf->e_phentsize;
	struct bytes part;
	Elf32_Phdr small;

	if (elf->e_ident[EI_CLASS] == ELFCLASS64) {
		if (!slice(file, at, sizeof(*ret_segment), &part))
			return false;
		memcpy(ret_segment, part.data, sizeof(*ret_segment));
		return true;
	}
	if (!slice(file, at, sizeof(small), &part))
		return false;
	memcpy(&small, part.data, sizeof(small));
	*ret_segment = (Elf64_Phdr){.p_type = small.p_type,
		.p_offset = small.p_offset,
		.p_filesz = small.p_filesz};
	return true;
}

static int header(const struct bytes *file, Elf64_Ehdr *ret_elf)
{
	struct bytes part;
	Elf32_Ehdr small;

	if (!slice(file, 0, EI_NIDENT, &part) || memcmp(part.data, ELFMAG, SELFMAG) ||
		part.data[EI_DATA] != ELFDATA2LSB)
		return -EINVAL;
	if (part.data[EI_CLASS] == ELFCLASS64) {
		if (!slice(file, 0, sizeof(*ret_elf), &part))
			return -EINVAL;
		memcpy(ret_elf, part.data, sizeof(*ret_elf));
		return 0;
	}
	if (part.data[EI_CLASS] != ELFCLASS32 || !slice(file, 0, sizeof(small), &part))
		return -EINVAL;
	memcpy(&small, part.data, sizeof(small));
	memcpy(ret_elf->e_ident, small.e_ident, EI_NIDENT);
	ret_elf->e_phoff = small.e_phoff;
	ret_elf->e_phnum = small.e_phnum;
	ret_elf->e_phentsize = small.e_phentsize;
	return 0;
}

int build_id_parse(const void *data, size_t len, char ret_hex[BUILD_ID_TEXT])
{
	struct bytes file = {data, len}, notes;
	Elf64_Ehdr elf;
	Elf64_Phdr part;
	int r = header(&file, &elf);

	if (r < 0)
		return r;
	if (elf.e_phoff > len)
		return -EINVAL;
	for (size_t i = 0; i < elf.e_phnum; i++) {
		if (!segment(&file, &elf, i, &part))
			return -EINVAL;
		if (part.p_type == PT_NOTE &&
			slice(&file, part.p_offset, part.p_filesz, &notes) &&
			find_in_notes(notes, ret_hex) == 0)
			return 0;
	}
	return -ENOENT;
}

int build_id_read(const char *path, char ret_hex[BUILD_ID_TEXT], struct err *err)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *data;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_errno(err, -errno, "cannot open '%s'", path);
	if (!st.st_size)
		return err_set(err, -EINVAL, "'%s' is empty", path);
	data = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return err_errno(err, -errno, "cannot read '%s'", path);
	r = build_id_parse(data, st.st_size, ret_hex);
	munmap(data, st.st_size);
	return r < 0 ? err_set(err, r, "'%s' has no GNU build id", path) : 0;
}

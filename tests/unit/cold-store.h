/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A store of small images for the tests of the cold tier: real bzImage headers, real gzip
 * and zstd, a payload that is an ELF file whose addresses System.map tells. */
#ifndef TENFOLD_UNIT_COLD_STORE_H
#define TENFOLD_UNIT_COLD_STORE_H

#include <elf.h>
#include <string.h>

#include "builder/cold/compressor.h"
#include "lib/buf.h"
#include "lib/file.h"
#include "lib/store.h"
#include "tests/unit/unit.h"

#define COLD_TEXT 0xffffffff81000000
#define COLD_FUNCTIONS 600
#define COLD_SIZE 64 /* bytes of a function */

/* A kernel of so many functions, each of which calls the one 7 on; the one at `longer`
 * has 16 bytes more, so that all behind it have moved. */
static inline size_t cold_address(unsigned int i, unsigned int longer)
{
	return i * COLD_SIZE + (i > longer ? 16 : 0);
}

static inline struct blob cold_vmlinux(unsigned int longer)
{
	size_t text = cold_address(COLD_FUNCTIONS, longer), sections;
	Elf64_Shdr sh[2] = {0};
	Elf64_Ehdr eh = {
		.e_machine = EM_X86_64, .e_shentsize = sizeof(Elf64_Shdr), .e_shnum = 2};
	struct blob b;

	sections = (sizeof(eh) + text + 7) & ~(size_t)7;
	assert_int_equal(blob_make(&b, sections + sizeof(sh), NULL), 0);
	memset(b.data, 0x90, b.len);
	memcpy(eh.e_ident, ELFMAG, SELFMAG);
	eh.e_ident[EI_CLASS] = ELFCLASS64;
	eh.e_shoff = sections;
	sh[1] = (Elf64_Shdr){.sh_type = SHT_PROGBITS,
		.sh_flags = SHF_ALLOC | SHF_EXECINSTR,
		.sh_addr = COLD_TEXT,
		.sh_offset = sizeof(eh),
		.sh_size = text};
	memcpy(b.data, &eh, sizeof(eh));
	memcpy(b.data + sections, sh, sizeof(sh));
	for (unsigned int i = 0; i < COLD_FUNCTIONS; i++) {
		uint8_t *at = b.data + sizeof(eh) + cold_address(i, longer);
		int32_t to = (int32_t)(cold_address((i + 7) % COLD_FUNCTIONS, longer) -
				       cold_address(i, longer) - 13);
		uint32_t noise = i * 2654435761u;

		memcpy(at, &noise, 4); /* no two functions are alike */
		at[8] = 0xe8;
		memcpy(at + 9, &to, 4);
	}
	return b;
}

static inline struct blob cold_system_map(unsigned int longer)
{
	struct blob b = {0};

	for (unsigned int i = 0; i < COLD_FUNCTIONS; i++) {
		char line[64];
		int n = snprintf(line, sizeof(line), "%016lx T function_%u\n",
			(unsigned long)(COLD_TEXT + cold_address(i, longer)), i);

		assert_int_equal(blob_add(&b, line, (size_t)n, NULL), 0);
	}
	return b;
}

/* tool: one of compressor.c's names. */
static inline struct blob cold_bzimage(unsigned int longer, const char *tool)
{
	CLEANUP_BLOB struct blob vmlinux = cold_vmlinux(longer), payload = {0};
	uint8_t head[0x400] = {0};
	const uint8_t tail[100] = {7};
	struct blob b = {0};
	uint32_t offset = 0x10, len;
	uint16_t version = 0x20f;

	assert_int_equal(
		compressor_run(compressor_find(tool), &vmlinux, 0, &payload, NULL), 0);
	len = (uint32_t)payload.len;
	head[0x1f1] = 1;
	memcpy(head + 0x202, "HdrS", 4);
	memcpy(head + 0x206, &version, 2);
	memcpy(head + 0x248, &offset, 4);
	memcpy(head + 0x24c, &len, 4);
	assert_int_equal(blob_add(&b, head, sizeof(head), NULL), 0);
	assert_int_equal(blob_add(&b, tail, offset, NULL), 0);
	assert_int_equal(blob_add(&b, payload.data, payload.len, NULL), 0);
	assert_int_equal(blob_add(&b, tail, sizeof(tail), NULL), 0);
	return b;
}

static inline void cold_put(const struct store *store, struct image *image,
	const char *name, struct blob data)
{
	struct image_file *file = &image->files[image->n_files++];
	CLEANUP_BUF struct buf path = {0};

	buf_init(&path, STORE_PATH_MAX);
	store_image_path(store, &image->id, true, &path);
	assert_int_equal(dir_make(path.data, 0755, NULL), 0);
	buf_addf(&path, "/%s", name);
	assert_int_equal(
		file_write_atomic(path.data, data.data, data.len, 0644, NULL), 0);
	file->name = name;
	file->size = data.len;
	sha256_bytes(data.data, data.len, file->sha256);
	blob_release(&data);
}

/* The image whose commit is `digit` forty times, with image.json. */
static inline struct image_id cold_image(
	const struct store *store, char digit, unsigned int longer, const char *tool)
{
	struct image image = {.built = true,
		.branch = "main",
		.date = "2026-01-01T00:00:00Z",
		.published = "2026-01-01T00:00:00Z"};
	CLEANUP_BUF struct buf json = {0}, path = {0};
	CLEANUP_BLOB struct blob cpio = {0};
	struct blob modules = {0}, log = {0};

	memcpy(image.id.arch, "x86_64", 7);
	memcpy(image.id.config, "lab", 4);
	memset(image.id.commit, digit, 40);
	assert_int_equal(blob_copy(&cpio, "modules of no kind", 18, NULL), 0);
	assert_int_equal(compressor_run(compressor_find("libarchive zstd"), &cpio, 0,
				 &modules, NULL),
		0);
	assert_int_equal(blob_add(&log, &digit, 1, NULL), 0);
	cold_put(store, &image, "System.map", cold_system_map(longer));
	cold_put(store, &image, "build.log", log);
	cold_put(store, &image, "modules.cpio.zst", modules);
	cold_put(store, &image, "vmlinuz", cold_bzimage(longer, tool));
	buf_init(&json, IMAGE_JSON_MAX);
	assert_int_equal(image_dump(&image, &json), 0);
	buf_init(&path, STORE_PATH_MAX);
	store_image_path(store, &image.id, true, &path);
	buf_adds(&path, "/image.json");
	assert_int_equal(
		file_write_atomic(path.data, json.data, json.len, 0644, NULL), 0);
	return image.id;
}

/* Each file has its published SHA-256, and nothing else is in the folder. */
static inline void assert_image_whole(
	const struct store *store, const struct image_id *id)
{
	CLEANUP_IMAGE struct image image = {0};
	CLEANUP_BUF struct buf path = {0};
	CLEANUP_DIR DIR *dir = NULL;
	size_t folder, n = 0;

	assert_int_equal(store_load(store, id, true, &image, NULL), 0);
	buf_init(&path, STORE_PATH_MAX);
	store_image_path(store, id, true, &path);
	folder = path.len;
	for (size_t i = 0; i < image.n_files; i++) {
		char digest[SHA256_TEXT];

		path.len = folder;
		buf_addf(&path, "/%s", image.files[i].name);
		assert_int_equal(sha256_file(path.data, digest, NULL, NULL), 0);
		assert_string_equal(digest, image.files[i].sha256);
	}
	path.data[folder] = '\0';
	dir = opendir(path.data);
	while (readdir(dir))
		n++;
	assert_int_equal(n, image.n_files + 3); /* image.json, . and .. */
}

#endif

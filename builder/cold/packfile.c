// SPDX-License-Identifier: GPL-2.0-or-later
#include "packfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/buf.h"

#define MAGIC "tenfold pack 1\n"
#define MAGIC_LEN (sizeof(MAGIC) - 1)
#define HEAD_LEN (MAGIC_LEN + 9) /* and the index's length */
#define TAIL_LEN SHA256_TEXT     /* the digest and a newline */
#define INDEX_MAX 65536

static const char *const held_names[HELDS] = {
	[HELD_ALONE] = "alone",
	[HELD_SAME] = "same",
	[HELD_DELTA] = "delta",
	[HELD_MOVED] = "moved",
};

static json_t *file_to_json(const struct packfile_file *file)
{
	json_t *parts = json_array();

	for (size_t i = 0; i < file->n_parts; i++)
		json_array_append_new(
			parts, json_pack("[s, I, I]", held_names[file->part[i].held],
				       (json_int_t)file->part[i].size,
				       (json_int_t)file->part[i].stored));
	return json_pack("{s:s, s:s, s:s, s:I, s:o}", "name", file->name, "recipe",
		recipe_name(file->recipe), "tool", file->tool, "at", (json_int_t)file->at,
		"parts", parts);
}

static char *index_text(const struct packfile *pack)
{
	CLEANUP_JSON json_t *json = NULL;
	json_t *files = json_array();
	char id[IMAGE_ID_TEXT];

	image_id_format(&pack->id, id);
	for (size_t i = 0; i < pack->n_files; i++)
		json_array_append_new(files, file_to_json(&pack->files[i]));
	json = json_pack("{s:s, s:s, s:I, s:I, s:b, s:s, s:o}", "id", id, "base",
		pack->base, "group", (json_int_t)pack->group, "step",
		(json_int_t)pack->step, "twin", (int)pack->twin, "kernel", pack->kernel,
		"files", files);
	return json ? json_dumps(json, JSON_COMPACT) : NULL;
}

static int add_parts(const struct packfile *pack, struct blob *b, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < pack->n_files; i++)
		for (size_t j = 0; !r && j < pack->files[i].n_parts; j++)
			r = blob_add(b, pack->files[i].part[j].data,
				pack->files[i].part[j].stored, err);
	return r;
}

int packfile_dump(const struct packfile *pack, struct blob *ret_bytes, struct err *err)
{
	CLEANUP_FREE char *index = index_text(pack);
	CLEANUP_BLOB struct blob b = {0};
	CLEANUP_BUF struct buf head = {0};
	char digest[SHA256_TEXT];
	int r;

	if (!index)
		return err_set(err, -ENOMEM, "out of memory");
	buf_init(&head, HEAD_LEN + INDEX_MAX);
	buf_addf(&head, MAGIC "%08zx\n%s", strlen(index), index);
	r = buf_check(&head);
	if (!r)
		r = blob_copy(&b, head.data, head.len, err);
	if (!r)
		r = add_parts(pack, &b, err);
	if (r < 0)
		return r;
	sha256_bytes(b.data, b.len, digest);
	r = blob_add(&b, digest, strlen(digest), err);
	if (!r)
		r = blob_add(&b, "\n", 1, err);
	if (r < 0)
		return r;
	*ret_bytes = b;
	b = (struct blob){0};
	return 0;
}

static int damaged(struct err *err, const char *why)
{
	return err_set(err, -EBADMSG, "the pack is damaged: %s", why);
}

/* The text that a key has, or "": what is no text is none. */
static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static size_t size_of(const json_t *value)
{
	json_int_t n = json_integer_value(value);

	return n < 0 || (uint64_t)n > BLOB_MAX ? SIZE_MAX : (size_t)n;
}

static int parse_part(const json_t *json, struct packfile_part *part)
{
	const char *held = json_string_value(json_array_get(json, 0));

	for (part->held = 0; part->held < HELDS; part->held++)
		if (held && !strcmp(held_names[part->held], held))
			break;
	part->size = size_of(json_array_get(json, 1));
	part->stored = size_of(json_array_get(json, 2));
	return part->held == HELDS || part->size == SIZE_MAX || part->stored == SIZE_MAX
		       ? -EBADMSG
		       : 0;
}

static int parse_file(const json_t *json, struct packfile_file *file)
{
	const json_t *parts = json_object_get(json, "parts");
	int r = 0;

	file->name = text_of(json, "name");
	file->recipe = recipe_find(text_of(json, "recipe"));
	file->tool = text_of(json, "tool");
	file->at = size_of(json_object_get(json, "at"));
	file->n_parts = json_array_size(parts);
	if (!*file->name || file->recipe == RECIPES || file->at == SIZE_MAX ||
		!file->n_parts || file->n_parts > RECIPE_PARTS_MAX)
		return -EBADMSG;
	for (size_t i = 0; !r && i < file->n_parts; i++)
		r = parse_part(json_array_get(parts, i), &file->part[i]);
	return r;
}

static int parse_index(struct packfile *pack, const char *text, size_t len)
{
	const json_t *files;
	const char *base, *kernel;
	json_error_t where;
	int r = 0;

	pack->json = json_loadb(text, len, 0, &where);
	files = json_object_get(pack->json, "files");
	base = text_of(pack->json, "base");
	kernel = text_of(pack->json, "kernel");
	pack->n_files = json_array_size(files);
	if (!files || image_id_parse(text_of(pack->json, "id"), &pack->id, NULL) < 0 ||
		(*base && !image_commit_valid(base)) || strlen(kernel) >= SHA256_TEXT ||
		pack->n_files > IMAGE_FILES_MAX)
		return -EBADMSG;
	snprintf(pack->base, sizeof(pack->base), "%s", base);
	snprintf(pack->kernel, sizeof(pack->kernel), "%s", kernel);
	pack->group = (unsigned int)size_of(json_object_get(pack->json, "group"));
	pack->step = (unsigned int)size_of(json_object_get(pack->json, "step"));
	pack->twin = json_is_true(json_object_get(pack->json, "twin"));
	for (size_t i = 0; !r && i < pack->n_files; i++)
		r = parse_file(json_array_get(files, i), &pack->files[i]);
	return r;
}

/* The index's length as the head says, 0 if that is no head. */
static size_t index_len(const char *head, size_t len)
{
	char digits[9] = "";
	unsigned long n;
	char *end;

	if (len < HEAD_LEN || memcmp(head, MAGIC, MAGIC_LEN) != 0)
		return 0;
	memcpy(digits, head + MAGIC_LEN, 8);
	n = strtoul(digits, &end, 16);
	return *end || n > INDEX_MAX ? 0 : n;
}

/* Gives each part its bytes: they must fill the pack exactly. */
static int place_parts(struct packfile *pack, size_t at, size_t end)
{
	for (size_t i = 0; i < pack->n_files; i++)
		for (size_t j = 0; j < pack->files[i].n_parts; j++) {
			struct packfile_part *part = &pack->files[i].part[j];

			if (part->stored > end - at)
				return -EBADMSG;
			part->data = pack->bytes.data + at;
			at += part->stored;
		}
	return at == end ? 0 : -EBADMSG;
}

static int parse_bytes(struct packfile *pack, struct err *err)
{
	const char *text = (const char *)pack->bytes.data;
	size_t len = pack->bytes.len, n = index_len(text, len);
	char digest[SHA256_TEXT];

	if (!n || len < HEAD_LEN + n + TAIL_LEN)
		return damaged(err, "it has no whole index");
	sha256_bytes(text, len - TAIL_LEN, digest);
	if (memcmp(text + len - TAIL_LEN, digest, TAIL_LEN - 1) != 0)
		return damaged(err, "its bytes are not those of its SHA-256");
	if (parse_index(pack, text + HEAD_LEN, n) < 0 ||
		place_parts(pack, HEAD_LEN + n, len - TAIL_LEN) < 0)
		return damaged(err, "its index makes no sense");
	return 0;
}

int packfile_parse(struct blob *bytes, struct packfile *ret_pack, struct err *err)
{
	CLEANUP_PACKFILE struct packfile pack = {.bytes = *bytes, .size = bytes->len};
	int r;

	*bytes = (struct blob){0};
	r = parse_bytes(&pack, err);
	if (r < 0)
		return r;
	*ret_pack = pack;
	pack = (struct packfile){0};
	return 0;
}

void packfile_release(struct packfile *pack)
{
	json_decref(pack->json);
	blob_release(&pack->bytes);
	*pack = (struct packfile){0};
}

const struct packfile_file *packfile_find(const struct packfile *pack, const char *name)
{
	for (size_t i = 0; i < pack->n_files; i++)
		if (!strcmp(pack->files[i].name, name))
			return &pack->files[i];
	return NULL;
}

int packfile_read(const char *path, struct packfile *ret_pack, struct err *err)
{
	struct blob bytes = {0};
	int r = blob_read(&bytes, path, err);

	if (r < 0)
		return r;
	r = packfile_parse(&bytes, ret_pack, err);
	return r < 0 ? err_prefix(err, r, "'%s'", path) : 0;
}

int packfile_peek(const char *path, struct packfile *ret_pack, struct err *err)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	CLEANUP_PACKFILE struct packfile pack = {0};
	CLEANUP_FREE char *head = malloc(HEAD_LEN + INDEX_MAX);
	struct stat st;
	ssize_t got;
	size_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_errno(err, -errno, "cannot open '%s'", path);
	if (!head)
		return err_set(err, -ENOMEM, "out of memory");
	got = read(fd, head, HEAD_LEN + INDEX_MAX);
	n = got < 0 ? 0 : index_len(head, (size_t)got);
	if (!n || (size_t)got < HEAD_LEN + n ||
		parse_index(&pack, head + HEAD_LEN, n) < 0)
		return err_prefix(
			err, damaged(err, "its index makes no sense"), "'%s'", path);
	pack.size = (size_t)st.st_size;
	*ret_pack = pack;
	pack = (struct packfile){0};
	return 0;
}

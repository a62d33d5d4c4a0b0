// SPDX-License-Identifier: GPL-2.0-or-later
/* image.json: the keys, and their way into and out of struct image. */
#include "image.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

static const struct {
	const char *key;
	size_t offset;
} texts[] = {
	{"subject", offsetof(struct image, subject)},
	{"author_date", offsetof(struct image, author_date)},
	{"date", offsetof(struct image, date)},
	{"branch", offsetof(struct image, branch)},
	{"config_sha256", offsetof(struct image, config_sha256)},
	{"compiler", offsetof(struct image, compiler)},
	{"release", offsetof(struct image, release)},
	{"build_id", offsetof(struct image, build_id)},
	{"how", offsetof(struct image, how)},
	{"error", offsetof(struct image, error)},
	{"published", offsetof(struct image, published)},
	{"same_as", offsetof(struct image, same_as)},
};

static const char **text_field(struct image *image, size_t i)
{
	return (const char **)((char *)image + texts[i].offset);
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static int bad_key(struct err *err, const char *key)
{
	return err_set(err, -EINVAL, "image.json has no usable '%s'", key);
}

static int parse_files(json_t *files, struct image *image, struct err *err)
{
	const char *name;
	json_t *value;

	json_object_foreach(files, name, value)
	{
		struct image_file *file = &image->files[image->n_files];
		const char *sha = text_of(value, "sha256");

		if (image->n_files == IMAGE_FILES_MAX)
			return bad_key(err, "files");
		if (strchr(name, '/') || name[0] == '.' || strlen(sha) != SHA256_TEXT - 1)
			return bad_key(err, "files");
		file->name = name;
		file->size = json_integer_value(json_object_get(value, "size"));
		memcpy(file->sha256, sha, sizeof(file->sha256));
		image->n_files++;
	}
	return 0;
}

static int parse_parents(json_t *parents, struct image *image, struct err *err)
{
	json_t *value;
	size_t i;

	json_array_foreach(parents, i, value)
	{
		const char *commit = json_string_value(value);

		if (i == IMAGE_PARENTS_MAX || !commit || !image_commit_valid(commit))
			return bad_key(err, "parents");
		image->parents[image->n_parents++] = commit;
	}
	return 0;
}

static int parse_object(json_t *json, struct image *image, struct err *err)
{
	const char *status = text_of(json, "status");
	json_t *author = json_object_get(json, "author");
	struct image_id same;
	int r;

	r = image_id_parse(text_of(json, "id"), &image->id, err);
	if (r < 0)
		return r;
	if (strcmp(status, "built") && strcmp(status, "failed"))
		return bad_key(err, "status");
	image->built = !strcmp(status, "built");
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		*text_field(image, i) = text_of(json, texts[i].key);
	if (*image->same_as && image_id_parse(image->same_as, &same, NULL) < 0)
		return bad_key(err, "same_as");
	image->author_name = text_of(author, "name");
	image->author_email = text_of(author, "email");
	image->seconds = json_number_value(json_object_get(json, "seconds"));
	r = parse_parents(json_object_get(json, "parents"), image, err);
	return r < 0 ? r : parse_files(json_object_get(json, "files"), image, err);
}

int image_parse(const char *text, size_t len, struct image *ret_image, struct err *err)
{
	struct image image = {0};
	json_error_t where;
	int r;

	image.json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &where);
	if (!image.json)
		return err_set(err, -EINVAL, "image.json:%d: %s", where.line, where.text);
	r = parse_object(image.json, &image, err);
	if (r < 0) {
		json_decref(image.json);
		return r;
	}
	*ret_image = image;
	return 0;
}

static json_t *text_to_json(const char *text)
{
	json_t *value = json_string(text ? text : "");

	/* a subject in some old encoding is no reason to lose an image */
	return value ? value : json_string("(not UTF-8)");
}

static json_t *files_to_json(const struct image *image)
{
	json_t *files = json_object();

	for (size_t i = 0; i < image->n_files; i++) {
		const struct image_file *file = &image->files[i];

		json_object_set_new(files, file->name,
			json_pack("{s:I, s:s}", "size", (json_int_t)file->size, "sha256",
				file->sha256));
	}
	return files;
}

int image_dump(const struct image *image, struct buf *b)
{
	CLEANUP_JSON json_t *json = json_object();
	json_t *parents = json_array();
	char id[IMAGE_ID_TEXT];
	char *text;

	image_id_format(&image->id, id);
	json_object_set_new(json, "id", json_string(id));
	json_object_set_new(json, "commit", json_string(image->id.commit));
	json_object_set_new(json, "arch", json_string(image->id.arch));
	json_object_set_new(json, "config", json_string(image->id.config));
	json_object_set_new(
		json, "status", json_string(image->built ? "built" : "failed"));
	for (size_t i = 0; i < image->n_parents; i++)
		json_array_append_new(parents, json_string(image->parents[i]));
	json_object_set_new(json, "parents", parents);
	json_object_set_new(json, "author",
		json_pack("{s:o, s:o}", "name", text_to_json(image->author_name), "email",
			text_to_json(image->author_email)));
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		json_object_set_new(json, texts[i].key,
			text_to_json(*text_field((struct image *)image, i)));
	json_object_set_new(json, "seconds", json_real(image->seconds));
	json_object_set_new(json, "files", files_to_json(image));
	text = json_dumps(json, JSON_INDENT(2) | JSON_SORT_KEYS | JSON_REAL_PRECISION(6));
	if (!text)
		return -ENOMEM;
	buf_adds(b, text);
	buf_addc(b, '\n');
	free(text);
	return buf_check(b);
}

void image_release(struct image *image)
{
	json_decref(image->json);
	image->json = NULL;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The image model: one built kernel, (commit, arch, config), and its image.json.
 * Everything here is pure; lib/store.h reads and writes the files.
 */
#ifndef TENFOLD_IMAGE_H
#define TENFOLD_IMAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "sha256.h"

#define IMAGE_ARCH_TEXT 16
#define IMAGE_CONFIG_TEXT 64
#define IMAGE_COMMIT_TEXT 41
#define IMAGE_ID_TEXT (IMAGE_ARCH_TEXT + IMAGE_CONFIG_TEXT + IMAGE_COMMIT_TEXT)
#define IMAGE_FILES_MAX 16
#define IMAGE_PARENTS_MAX 32
#define IMAGE_JSON_MAX (1024 * 1024)

struct image_id {
	char arch[IMAGE_ARCH_TEXT];     /* "x86_64" or "i386" */
	char config[IMAGE_CONFIG_TEXT]; /* [A-Za-z0-9_][A-Za-z0-9._+-]* */
	char commit[IMAGE_COMMIT_TEXT]; /* 40 lower-case hex digits */
};

struct image_file {
	const char *name;
	uint64_t size; /* bytes */
	char sha256[SHA256_TEXT];
};

/* Texts are borrowed: from `json` after image_parse(), from the maker's own memory
 * before image_dump(). A text that is not known is "", never NULL after a parse. */
struct image {
	struct image_id id;
	bool built; /* false: the commit does not build (status "failed") */
	const char *parents[IMAGE_PARENTS_MAX];
	size_t n_parents;
	const char *subject;
	const char *author_name, *author_email;
	const char *author_date, *date; /* ISO 8601 UTC; date is the committer's */
	const char *branch;             /* the branch it was first built for */
	const char *config_sha256;
	const char *compiler;  /* the first line of `gcc --version` */
	const char *release;   /* uname -r */
	const char *build_id;  /* GNU build id of vmlinux, hex */
	const char *how;       /* "clean" or "incremental" */
	const char *error;     /* failed: the first lines that say why */
	const char *published; /* ISO 8601 UTC */
	const char *same_as;   /* id of the image whose files these are; "": its own */
	double seconds;        /* what it took to build */
	struct image_file files[IMAGE_FILES_MAX];
	size_t n_files;
	json_t *json; /* owned by a parsed image; NULL in a made one */
};

/* "ARCH/CONFIG/COMMIT40" and nothing else: -EINVAL with a sentence. */
int image_id_parse(const char *text, struct image_id *ret_id, struct err *err);
void image_id_format(const struct image_id *id, char ret_text[IMAGE_ID_TEXT]);
bool image_id_equal(const struct image_id *a, const struct image_id *b);

/* What an id is made of; each also keeps traversal out of paths. */
bool image_arch_valid(const char *arch);
bool image_config_valid(const char *config);
bool image_commit_valid(const char *commit);

/* The accepted spellings of an image: [ARCH/CONFIG/]NAME, NAME a commit prefix (7..40
 * hex digits), a branch or a tag. Only split here; the catalogue finds the image. */
struct image_spelling {
	char arch[IMAGE_ARCH_TEXT];     /* "" if not given */
	char config[IMAGE_CONFIG_TEXT]; /* "" if not given */
	const char *name;               /* borrowed from the text that was read */
	bool maybe_commit;              /* 7..40 hex digits */
};

/* -EINVAL with a sentence: empty, over 255 bytes, or not a name git would take. */
int image_spelling_parse(
	const char *text, struct image_spelling *ret_spelling, struct err *err);

/* git's rules for a ref name (git-check-ref-format(1)), one level allowed. */
bool image_refname_valid(const char *name);

/* Reads image.json. -EINVAL with a sentence that names the key. */
int image_parse(const char *text, size_t len, struct image *ret_image, struct err *err);
/* Writes image.json; -ENOMEM. */
int image_dump(const struct image *image, struct buf *b);
void image_release(struct image *image);

/* NULL if there is none of that name. */
const struct image_file *image_find_file(const struct image *image, const char *name);

/* A branch as one path component: '/' becomes %2F, '%' %25. */
void image_branch_component(const char *branch, struct buf *b);

static inline void cleanup_json(json_t **json)
{
	json_decref(*json);
}
#define CLEANUP_JSON CLEANUP(cleanup_json)
#define CLEANUP_IMAGE CLEANUP(image_release)

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
#include "breakage-list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "breakages.h"
#include "lib/file.h"

static const char *const states[] = {"new", "told", "kept", "old"};

static int folder_path(const char *state, struct buf *b)
{
	buf_init(b, 4096);
	buf_addf(b, "%s/breakages", state);
	return buf_check(b);
}

static int entry_path(const char *state, const struct image_id *id, struct buf *b)
{
	int r = folder_path(state, b);

	buf_addf(b, "/%s@%s@%s", id->arch, id->config, id->commit);
	return r ? r : buf_check(b);
}

int breakage_write(const char *state, const struct image_id *id,
	enum breakage_state value, const char *tree, const char *branch, struct err *err)
{
	CLEANUP_BUF struct buf path = {0}, text = {0}, folder = {0};
	int r = folder_path(state, &folder);

	buf_init(&text, 4096);
	buf_addf(&text, "state %s\ntree %s\nbranch %s\n", states[value], tree, branch);
	if (!r)
		r = dir_make(folder.data, 0755, err);
	if (!r)
		r = entry_path(state, id, &path);
	else
		buf_init(&path, 0);
	if (!r)
		r = buf_check(&text);
	return r ? r : file_write_atomic(path.data, text.data, text.len, 0644, err);
}

static char *value_of(const char *text, const char *key)
{
	size_t len = strlen(key);

	while (*text) {
		size_t n = strcspn(text, "\n");

		if (n > len && text[len] == ' ' && !strncmp(text, key, len))
			return strndup(text + len + 1, n - len - 1);
		text += n + (text[n] == '\n');
	}
	return strdup("");
}

static bool entry_id(const char *name, struct image_id *ret_id)
{
	CLEANUP_FREE char *copy = strdup(name);

	for (char *p = copy; p && *p; p++)
		if (*p == '@')
			*p = '/';
	return copy && image_id_parse(copy, ret_id, NULL) == 0;
}

static int read_entry(
	struct breakage_list *list, const struct image_id *id, const char *text)
{
	CLEANUP_FREE char *state = value_of(text, "state");
	struct breakage *more = reallocarray(list->v, list->n + 1, sizeof(*more));
	struct breakage entry = {.id = *id, .state = BREAKAGE_OLD};

	if (!more || !state)
		return -ENOMEM;
	list->v = more;
	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		if (!strcmp(states[i], state))
			entry.state = i;
	entry.tree = value_of(text, "tree");
	entry.branch = value_of(text, "branch");
	list->v[list->n++] = entry;
	return entry.tree && entry.branch ? 0 : -ENOMEM;
}

int breakage_list_read(struct breakage_list *list, const char *state, struct err *err)
{
	CLEANUP_BUF struct buf folder = {0};
	CLEANUP_DIR DIR *dir = NULL;
	struct dirent *entry;
	int r = folder_path(state, &folder);

	dir = r ? NULL : opendir(folder.data);
	while (!r && dir && (entry = readdir(dir))) {
		CLEANUP_BUF struct buf path = {0}, text = {0};
		struct image_id id;

		buf_init(&text, 4096);
		if (entry_id(entry->d_name, &id) && entry_path(state, &id, &path) == 0 &&
			file_read(path.data, &text, NULL) == 0)
			r = read_entry(list, &id, text.data);
	}
	return r < 0 ? err_set(err, r, "cannot read '%s'", folder.data) : 0;
}

void breakage_list_release(struct breakage_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		free(list->v[i].tree);
		free(list->v[i].branch);
	}
	free(list->v);
	*list = (struct breakage_list){0};
}

bool breakage_list_has(const struct breakage_list *list, const struct image_id *id)
{
	for (size_t i = 0; i < list->n; i++)
		if (image_id_equal(&list->v[i].id, id))
			return true;
	return false;
}

int breakages_note(const char *state, const struct image_id *id, const char *tree,
	const char *branch, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};
	int r = entry_path(state, id, &path);

	if (r || file_exists(path.data))
		return r;
	return breakage_write(state, id, BREAKAGE_NEW, tree, branch, err);
}

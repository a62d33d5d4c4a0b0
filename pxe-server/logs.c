// SPDX-License-Identifier: GPL-2.0-or-later
#include "logs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"

#define PATH_BYTES 4096

static const char *const names[LOGS_KINDS] = {"console", "netconsole", "pstore", "dmesg"};

const char *logs_kind_name(enum logs_kind kind)
{
	return names[kind];
}

int logs_kind_parse(const char *name)
{
	for (int i = 0; i < LOGS_KINDS; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

size_t logs_clean(char *data, size_t len)
{
	size_t to = 0;

	for (size_t i = 0; i < len; i++) {
		char c = data[i];

		if (c == '\r')
			continue;
		data[to++] = (c >= ' ' && c <= '~') || c == '\n' || c == '\t' ? c : '?';
	}
	return to;
}

static void folder_path(const struct logs *logs, const struct mac *mac, struct buf *b)
{
	char dashed[MAC_TEXT];

	mac_format(mac, '-', dashed);
	buf_init(b, PATH_BYTES);
	buf_addf(b, "%s/logs/%s", logs->state, dashed);
}

static void log_path(const struct logs *logs, const struct boot *boot,
	enum logs_kind kind, struct buf *b)
{
	folder_path(logs, &boot->mac, b);
	buf_addf(b, "/%s.%s", boot->id, names[kind]);
}

/* One log in a host's folder. */
struct found {
	char name[64];
	time_t time;
	off_t size;
};

static bool read_found(int dir, const char *name, struct found *ret)
{
	struct stat st;

	if (strlen(name) >= sizeof(ret->name) || name[0] == '.' ||
		fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	snprintf(ret->name, sizeof(ret->name), "%s", name);
	ret->time = st.st_mtime;
	ret->size = st.st_size;
	return true;
}

static bool is_kept(const struct logs *logs, const struct mac *mac, const char *name)
{
	char id[BOOT_ID_TEXT] = "";
	struct boot boot;

	snprintf(id, sizeof(id), "%.*s", (int)strcspn(name, "."), name);
	return boots_find(logs->db, mac, id, &boot, NULL) != -ENOENT;
}

/* Drops what belongs to no boot; the bytes of the rest, and the oldest of them. */
static off_t sweep(const struct logs *logs, const struct mac *mac, DIR *dir,
	struct found *ret_oldest)
{
	struct dirent *entry;
	struct found found;
	off_t sum = 0;

	ret_oldest->name[0] = '\0';
	rewinddir(dir);
	while ((entry = readdir(dir))) {
		if (!read_found(dirfd(dir), entry->d_name, &found))
			continue;
		if (!is_kept(logs, mac, found.name)) {
			unlinkat(dirfd(dir), found.name, 0);
			continue;
		}
		sum += found.size;
		if (!ret_oldest->name[0] || found.time < ret_oldest->time)
			*ret_oldest = found;
	}
	return sum;
}

/* A new log may come to its full size. */
static void make_room(const struct logs *logs, const struct mac *mac, const char *folder)
{
	CLEANUP_DIR DIR *dir = opendir(folder);
	struct found oldest;

	if (!dir)
		return;
	while (sweep(logs, mac, dir, &oldest) > LOGS_HOST_MAX - LOGS_MAX &&
		oldest.name[0])
		if (unlinkat(dirfd(dir), oldest.name, 0) < 0)
			return;
}

static int begin(const struct logs *logs, const struct boot *boot, struct err *err)
{
	CLEANUP_BUF struct buf folder;
	int r;

	folder_path(logs, &boot->mac, &folder);
	r = dir_make(folder.data, 0750, err);
	if (!r)
		make_room(logs, &boot->mac, folder.data);
	return r;
}

/* Takes the middle out of a log that is full. */
static int squeeze(const char *path, struct err *err)
{
	CLEANUP_BUF struct buf whole, kept;
	size_t cut;
	int r;

	buf_init(&whole, 2 * LOGS_MAX);
	buf_init(&kept, LOGS_MAX);
	r = file_read(path, &whole, err);
	if (r < 0 || whole.len <= LOGS_HEAD + LOGS_TAIL)
		return r;
	cut = whole.len - LOGS_HEAD - LOGS_TAIL;
	buf_add(&kept, whole.data, LOGS_HEAD);
	buf_addf(&kept, "\n[tenfold: %zu bytes and more are left out here]\n", cut);
	buf_add(&kept, whole.data + LOGS_HEAD + cut, LOGS_TAIL);
	return file_write_atomic(path, kept.data, kept.len, 0640, err);
}

static int append(const char *path, const char *data, size_t len, struct err *err)
{
	CLEANUP_FD int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	ssize_t n = fd < 0 ? -1 : write(fd, data, len);

	if (n < 0)
		return err_errno(err, -errno, "cannot write '%s'", path);
	return (size_t)n == len ? 0 : err_set(err, -ENOSPC, "'%s' is cut off", path);
}

int logs_add(const struct logs *logs, const struct boot *boot, enum logs_kind kind,
	char *data, size_t len, struct err *err)
{
	CLEANUP_BUF struct buf path;
	struct stat st = {0};
	int r = 0;

	log_path(logs, boot, kind, &path);
	len = logs_clean(data, len < LOGS_MAX ? len : LOGS_MAX);
	if (stat(path.data, &st) < 0)
		r = begin(logs, boot, err);
	if (!r)
		r = append(path.data, data, len, err);
	if (!r && st.st_size + (off_t)len > LOGS_MAX)
		r = squeeze(path.data, err);
	return r;
}

int logs_open(const struct logs *logs, const struct boot *boot, enum logs_kind kind,
	int *ret_fd, uint64_t *ret_size, struct err *err)
{
	CLEANUP_BUF struct buf path;
	CLEANUP_FD int fd = -1;
	struct stat st;

	log_path(logs, boot, kind, &path);
	fd = open(path.data, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT)
		return err_set(err, -ENOENT, "the boot '%s' has no log '%s'", boot->id,
			names[kind]);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_errno(err, -errno, "cannot read '%s'", path.data);
	*ret_fd = TAKE_FD(fd);
	*ret_size = st.st_size;
	return 0;
}

void logs_sizes(
	const struct logs *logs, const struct boot *boot, int64_t ret_sizes[LOGS_KINDS])
{
	for (int i = 0; i < LOGS_KINDS; i++) {
		CLEANUP_BUF struct buf path;
		struct stat st;

		log_path(logs, boot, i, &path);
		ret_sizes[i] = stat(path.data, &st) < 0 ? -1 : st.st_size;
	}
}

void logs_format(const struct logs *logs, const struct boot *boot, struct buf *b)
{
	int64_t sizes[LOGS_KINDS];
	const char *between = "";

	logs_sizes(logs, boot, sizes);
	for (int i = 0; i < LOGS_KINDS; i++) {
		if (sizes[i] < 0)
			continue;
		buf_addf(b, "%s%s", between, names[i]);
		between = ",";
	}
}

json_t *logs_to_json(const struct logs *logs, const struct boot *boot)
{
	int64_t sizes[LOGS_KINDS];
	json_t *list = json_array();

	logs_sizes(logs, boot, sizes);
	for (int i = 0; i < LOGS_KINDS; i++)
		if (sizes[i] >= 0)
			json_array_append_new(
				list, json_pack("{s:s, s:I}", "kind", names[i], "size",
					      (json_int_t)sizes[i]));
	return list;
}

void logs_forget(const struct logs *logs, const struct mac *mac)
{
	CLEANUP_BUF struct buf folder;

	folder_path(logs, mac, &folder);
	dir_remove(folder.data, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "spare.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "builder/kbuild/kconfig.h"
#include "builder/sandbox/sandbox.h"
#include "decide.h"
#include "lib/file.h"

/* Options with which more of a header's text gets into a build than its code. */
static bool config_fits(const char *obj, struct buf *config)
{
	static const char *const unfit[] = {"MODVERSIONS", "TRIM_UNUSED_KSYMS",
		"DEBUG_INFO_BTF", "GENDWARFKSYMS", "GCC_PLUGINS", "DEBUG_INFO"};
	CLEANUP_FREE char *path = buf_format("%s/.config", obj);

	buf_init(config, KCONFIG_MAX);
	if (!path || !sandbox_product(obj, ".config") ||
		file_read(path, config, NULL) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(unfit); i++)
		if (kconfig_is_set(config->data, unfit[i]))
			return false;
	return true;
}

static bool add_object(struct spare *spare, struct object *o, enum verdict verdict)
{
	struct spare_object *v =
		realloc(spare->objects, (spare->n + 1) * sizeof(*spare->objects));

	if (!v)
		return false;
	spare->objects = v;
	v[spare->n++] = (struct spare_object){.path = TAKE_PTR(o->path),
		.time = o->time,
		.proves = verdict == VERDICT_PROVE};
	spare->n_spared += verdict == VERDICT_SPARE;
	return true;
}

static bool add_headers(struct spare *spare, const struct change *change, const char *src)
{
	CLEANUP_BUF struct buf b = {0};

	buf_init(&b, 4096);
	spare->paths = calloc(change->n, sizeof(*spare->paths));
	for (size_t i = 0; spare->paths && i < change->n; i++) {
		buf_addf(&b, "%s%s", i ? ", " : "", change->headers[i].path);
		spare->paths[i] = buf_format("%s/%s", src, change->headers[i].path);
		if (!spare->paths[i])
			return false;
		spare->n_paths++;
	}
	spare->headers = buf_take(&b);
	return spare->headers && spare->n_paths;
}

void spare_plan(const struct spare_view *view, struct spare *ret_spare)
{
	struct places places = {view->src, view->obj, view->src_name};
	CLEANUP_CHANGE struct change change = {0};
	CLEANUP_OBJECTS struct objects objects = {0};
	CLEANUP_FREE enum verdict *verdicts = NULL;
	CLEANUP_BUF struct buf config = {0};
	bool good = true;

	*ret_spare = (struct spare){0};
	if (!change_read(view->repo, view->from, view->to, &change) ||
		!config_fits(view->obj, &config) ||
		objects_read(&places, &change, &objects) < 0 || !objects.n)
		return;
	verdicts = calloc(objects.n, sizeof(*verdicts));
	if (!verdicts || !decide(&change, config.data, &objects, verdicts))
		return;
	for (size_t i = 0; good && i < objects.n; i++)
		if (verdicts[i] != VERDICT_COMPILE)
			good = add_object(ret_spare, &objects.v[i], verdicts[i]);
	ret_spare->n_readers = objects.n;
	if (!good || !ret_spare->n_spared || !add_headers(ret_spare, &change, view->src))
		spare_release(ret_spare);
}

static bool set_time(const char *path, const struct timespec *time)
{
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, *time};

	return utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) == 0;
}

void spare_apply(struct spare *spare)
{
	struct timespec time;
	struct stat st;

	clock_gettime(CLOCK_REALTIME, &time);
	for (size_t i = 0; i < spare->n_paths; i++)
		if (stat(spare->paths[i], &st) == 0 && time_before(&time, &st.st_mtim))
			time = st.st_mtim;
	for (size_t i = 0; i < spare->n; i++)
		if (!spare->objects[i].proves)
			set_time(spare->objects[i].path, &time);
}

bool spare_proven(const struct spare *spare)
{
	struct stat st;

	for (size_t i = 0; i < spare->n; i++) {
		const struct spare_object *o = &spare->objects[i];

		if (o->proves &&
			(stat(o->path, &st) < 0 || !time_before(&o->time, &st.st_mtim)))
			return false;
	}
	return true;
}

void spare_undo(const struct spare *spare)
{
	for (size_t i = 0; i < spare->n; i++)
		if (!spare->objects[i].proves)
			set_time(spare->objects[i].path, &spare->objects[i].time);
}

void spare_describe(const struct spare *spare, struct buf *b)
{
	buf_addf(b, "%zu of %zu objects cannot differ and are kept (%s)", spare->n_spared,
		spare->n_readers, spare->headers);
}

void spare_release(struct spare *spare)
{
	for (size_t i = 0; i < spare->n; i++)
		free(spare->objects[i].path);
	for (size_t i = 0; i < spare->n_paths; i++)
		free(spare->paths[i]);
	free(spare->objects);
	free(spare->paths);
	free(spare->headers);
	*spare = (struct spare){0};
}

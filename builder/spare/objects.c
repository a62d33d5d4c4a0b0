// SPDX-License-Identifier: GPL-2.0-or-later
#include "objects.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>

#include "builder/sandbox/sandbox.h"
#include "deps.h"
#include "lib/file.h"

#define COMMAND_MAX (4u << 20)
#define PATH_MAX_BYTES 4096

DEFINE_CLEANUP(fts, FTS *, fts_close)

struct reading {
	const struct places *places;
	const struct change *change;
	struct objects *out;
	struct buf text;
};

bool time_before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec < b->tv_sec ||
	       (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

static bool ends(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n > m && !strcmp(text + n - m, end);
}

/* The part of a name below the sources; NULL: it is elsewhere. */
static const char *in_sources(const struct reading *rd, const char *name)
{
	size_t len = strlen(rd->places->src_name);

	return !strncmp(name, rd->places->src_name, len) && name[len] == '/'
		       ? name + len + 1
		       : NULL;
}

static enum input_state state_of(
	const struct reading *rd, const char *inner, const char *name, size_t *ret_header)
{
	const struct change *c = rd->change;
	const char *slash = strrchr(name, '/');

	for (size_t i = 0; i < c->came.n; i++)
		if (!strcmp(slash ? slash + 1 : name, c->came.v[i]))
			return INPUT_REFUSED;
	if (!inner)
		return INPUT_SAME;
	for (size_t i = 0; i < c->others.n; i++)
		if (!strcmp(inner, c->others.v[i]))
			return INPUT_REFUSED;
	for (size_t i = 0; i < c->n; i++)
		if (!strcmp(inner, c->headers[i].path)) {
			*ret_header = i;
			return INPUT_CHANGED;
		}
	return INPUT_SAME;
}

/* The same file may have another name. */
static bool is_crooked(const char *name)
{
	return strstr(name, "..") || strstr(name, "//") || strstr(name, "/./");
}

/* Where a name leads to, through plain folders only in what a stranger wrote. */
static void look_at(const struct reading *rd, const char *name, struct input *in)
{
	const char *inner = in_sources(rd, name);
	const char *folder = inner ? rd->places->src : rd->places->obj;
	struct stat st;
	char *path;

	in->is_header = ends(name, ".h");
	in->state = state_of(rd, inner, name, &in->header);
	if (*name == '/' && !inner)
		path = strdup(name);
	else
		path = buf_format("%s/%s", folder, inner ? inner : name);
	if (is_crooked(name) || !path || stat(path, &st) < 0) {
		free(path);
		in->state = INPUT_REFUSED;
		return;
	}
	in->time = st.st_mtim;
	in->path = path;
	if ((*name != '/' || inner) && !sandbox_product(folder, inner ? inner : name))
		in->state = INPUT_REFUSED;
}

/* The input of a name; NULL: no memory. */
static struct input *input_of(const struct reading *rd, const char *name, uint32_t *ret)
{
	struct objects *out = rd->out;
	uint32_t i = words_add(&out->names, name, strlen(name));

	if (!i)
		return NULL;
	if (i >= out->room_inputs) {
		size_t room = out->room_inputs ? out->room_inputs * 2 : 4096;
		struct input *v = realloc(out->inputs, room * sizeof(*v));

		if (!v)
			return NULL;
		out->inputs = v;
		out->room_inputs = room;
	}
	if (i >= out->n_inputs) {
		out->inputs[i] = (struct input){0};
		out->n_inputs = i + 1;
		look_at(rd, name, &out->inputs[i]);
	}
	*ret = i;
	return &out->inputs[i];
}

/* What may be there ($(wildcard)): only its time counts, and a file that is not there
 * cannot have been newer. */
static bool options_older(
	const struct reading *rd, const struct deps *deps, const struct timespec *time)
{
	for (size_t i = 0; i < deps->options.n; i++) {
		uint32_t at;
		const struct input *in = input_of(rd, deps->options.v[i], &at);

		if (!in || (in->path && time_before(time, &in->time)))
			return false;
	}
	return true;
}

static bool files_fit(const struct reading *rd, const struct deps *deps, struct object *o)
{
	o->files = calloc(deps->files.n, sizeof(*o->files));
	if (!o->files)
		return false;
	for (size_t i = 0; i < deps->files.n; i++) {
		const struct input *in =
			input_of(rd, deps->files.v[i], &o->files[o->n_files]);

		if (!in || in->state == INPUT_REFUSED || time_before(&o->time, &in->time))
			return false;
		if (in->state == INPUT_CHANGED)
			o->headers |= 1ull << in->header;
		o->n_files++;
	}
	return o->headers;
}

static void object_release(struct object *o)
{
	free(o->path);
	free(o->files);
	strvec_release(&o->defined);
	*o = (struct object){0};
}

/* dir/.x.o.cmd is about dir/x.o. */
static bool read_object(const struct reading *rd, const char *path, struct object *o)
{
	CLEANUP_DEPS struct deps deps = {0};
	size_t obj = strlen(rd->places->obj) + 1;
	struct stat st;

	if (!deps_parse(rd->text.data, &deps) || strstr(deps.target, ".."))
		return false;
	o->path = buf_format("%s/%s", rd->places->obj, deps.target);
	if (!o->path || !sandbox_product(rd->places->obj, deps.target) ||
		stat(o->path, &st) < 0)
		return false;
	o->time = st.st_mtim;
	/* it is about itself */
	if (strncmp(path, o->path, strrchr(o->path, '/') - o->path) != 0 ||
		strlen(path + obj) != strlen(deps.target) + strlen(".cmd") + 1)
		return false;
	if (!files_fit(rd, &deps, o) || !options_older(rd, &deps, &o->time))
		return false;
	o->defined = deps.defines;
	deps.defines = (struct strvec){0};
	o->kind = deps.kind;
	return true;
}

static bool mentions_change(const struct reading *rd)
{
	for (size_t i = 0; i < rd->change->n; i++)
		if (strstr(rd->text.data, rd->change->headers[i].path))
			return true;
	return false;
}

static int take(struct reading *rd, const char *path)
{
	struct objects *out = rd->out;
	struct object o = {0}, *v;

	buf_reset(&rd->text);
	if (!sandbox_product(rd->places->obj, path + strlen(rd->places->obj) + 1) ||
		file_read(path, &rd->text, NULL) < 0 || !mentions_change(rd))
		return 0;
	if (!read_object(rd, path, &o)) {
		object_release(&o);
		return 0;
	}
	v = realloc(out->v, (out->n + 1) * sizeof(*v));
	if (!v) {
		object_release(&o);
		return -ENOMEM;
	}
	out->v = v;
	out->v[out->n++] = o;
	return 0;
}

int objects_read(
	const struct places *places, const struct change *change, struct objects *ret)
{
	char *roots[] = {(char *)places->obj, NULL};
	struct reading rd = {.places = places, .change = change, .out = ret};
	CLEANUP(cleanup_fts) FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOSTAT, NULL);
	FTSENT *entry;
	int r = tree ? 0 : -errno;

	*ret = (struct objects){0};
	buf_init(&rd.text, COMMAND_MAX);
	while (!r && (entry = fts_read(tree)))
		if (entry->fts_info != FTS_D && entry->fts_info != FTS_DP &&
			entry->fts_name[0] == '.' && ends(entry->fts_name, ".o.cmd"))
			r = take(&rd, entry->fts_path);
	buf_release(&rd.text);
	return r;
}

void objects_release(struct objects *objects)
{
	for (size_t i = 0; i < objects->n; i++)
		object_release(&objects->v[i]);
	for (size_t i = 1; i < objects->n_inputs; i++) /* 0 is no word */
		free(objects->inputs[i].path);
	free(objects->v);
	free(objects->inputs);
	words_release(&objects->names);
	*objects = (struct objects){0};
}

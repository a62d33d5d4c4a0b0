// SPDX-License-Identifier: GPL-2.0-or-later
/* Config files: inih reads them, the option tables give them meaning. */
#include "options.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"

#define BLANKS " \t\r\n\v\f"
#define REST_TEXT 32 /* bytes for "and N more" */

/* A section, as its first line named it. */
struct place {
	const struct option_section *section;
	char *name;
	int line;
};

/* An option that stands in a section, whether its value is good or not. */
struct given {
	size_t place;
	const struct option_def *def;
	int line;
};

struct fault {
	char *text;
	int line;
};

/* The reading of a file, and what is wrong with it. */
struct option_faults {
	FILE *file;
	int line; /* of the text that inih has last been given */
	const struct option_section *sections;
	void *ctx;
	const struct option_section *section; /* where we are; NULL in an unknown one */
	size_t place;                         /* the same among the places */
	void *values;
	bool entered;
	bool in_value; /* an indented line would go on with an option's value */
	bool unread;   /* the line says something, and inih did not see what */
	struct place *places;
	size_t n_places;
	struct given *given;
	size_t n_given;
	struct fault *faults; /* by line */
	size_t n_faults;
	int failed; /* 0 or -ENOMEM */
};

/* Room for one more; NULL: no memory. */
static void *grow(struct option_faults *rd, void *array, size_t n, size_t size)
{
	void *more = reallocarray(array, n + 1, size);

	if (!more)
		rd->failed = -ENOMEM;
	return more;
}

static void note(struct option_faults *rd, int line, const char *text)
{
	struct fault *faults = grow(rd, rd->faults, rd->n_faults, sizeof(*faults));
	char *copy = strdup(text);
	size_t i = rd->n_faults;

	if (faults)
		rd->faults = faults;
	if (!faults || !copy) {
		rd->failed = -ENOMEM;
		free(copy);
		return;
	}
	for (; i && faults[i - 1].line > line; i--)
		faults[i] = faults[i - 1];
	faults[i] = (struct fault){.text = copy, .line = line};
	rd->n_faults++;
}

/* The place of the section that has just begun: several of one name are one. */
static void find_place(struct option_faults *rd, const char *name)
{
	struct place *places;
	char *copy;

	for (rd->place = 0; rd->place < rd->n_places; rd->place++)
		if (rd->places[rd->place].section == rd->section &&
			!strcmp(rd->places[rd->place].name, name))
			return;
	places = grow(rd, rd->places, rd->n_places, sizeof(*places));
	copy = strdup(name);
	if (places)
		rd->places = places;
	if (!places || !copy) {
		rd->failed = -ENOMEM;
		rd->section = NULL;
		free(copy);
		return;
	}
	places[rd->n_places++] = (struct place){rd->section, copy, rd->line};
}

/* The values of [TYPE NAME]; notes what is wrong with it. */
static void enter(struct option_faults *rd, const char *section)
{
	size_t len = strcspn(section, " \t");
	const char *name = section + len + strspn(section + len, " \t");
	const struct option_section *s = rd->sections;
	struct err err = ERR_INIT;

	rd->entered = true;
	rd->in_value = false;
	rd->section = NULL;
	for (; s->name; s++)
		if (strlen(s->name) == len && !strncmp(s->name, section, len))
			rd->section = s;
	if (!rd->section) {
		err_set(&err, -EINVAL, "there is no section '%.100s'", section);
		note(rd, rd->line, err.text);
		return;
	}
	rd->values = rd->section->open(rd->ctx, name, &err);
	if (rd->values) {
		find_place(rd, name);
	} else {
		note(rd, rd->line, err.text);
		rd->section = NULL;
	}
}

/* inih tells of a section with its first option, and keeps 49 bytes of its name: so we
 * look for ourselves, with inih's rules. True: text was one, which is entered. */
static bool read_section(struct option_faults *rd, const char *text, bool indented)
{
	CLEANUP_BUF struct buf section = {0};
	const char *end = text + 1;

	if (*text != '[' || (indented && rd->in_value))
		return false;
	for (; *end && *end != ']'; end++)
		if (*end == ';' && strchr(BLANKS, end[-1]))
			return false;
	if (*end != ']')
		return false;
	buf_init(&section, end - text);
	buf_add(&section, text + 1, end - text - 1);
	enter(rd, section.data);
	return true;
}

static void end_line(struct option_faults *rd)
{
	if (rd->unread)
		note(rd, rd->line, "this is neither 'name = value' nor a [section]");
	rd->unread = false;
}

static void drop_rest_of_line(struct option_faults *rd, int size)
{
	struct err err = ERR_INIT;
	int c;

	err_set(&err, -EINVAL, "a line may have %d bytes", size - 2);
	note(rd, rd->line, err.text);
	while ((c = fgetc(rd->file)) != EOF && c != '\n')
		;
}

/* Some editors begin a file with a byte order mark, which inih passes over. */
static size_t mark_len(const char *line)
{
	static const char mark[] = "\xef\xbb\xbf";

	return strncmp(line, mark, strlen(mark)) ? 0 : strlen(mark);
}

/* inih asks for a line at a time, so counting here knows each fault's place. */
static char *next_line(char *line, int size, void *ctx)
{
	struct option_faults *rd = ctx;
	const char *text;

	end_line(rd);
	if (!fgets(line, size, rd->file))
		return NULL;
	rd->line++;
	if (strlen(line) + 1 == (size_t)size && line[size - 2] != '\n')
		drop_rest_of_line(rd, size);
	text = line + (rd->line == 1 ? mark_len(line) : 0);
	text += strspn(text, BLANKS);
	rd->unread =
		*text && !strchr(";#", *text) && !read_section(rd, text, text > line);
	return line;
}

/* Each option is counted once a section, where it stood last. */
static void add_given(struct option_faults *rd, const struct option_def *def)
{
	struct given *given;

	for (size_t i = 0; i < rd->n_given; i++) {
		if (rd->given[i].place != rd->place || rd->given[i].def != def)
			continue;
		rd->given[i].line = rd->line;
		return;
	}
	given = grow(rd, rd->given, rd->n_given, sizeof(*given));
	if (!given)
		return;
	rd->given = given;
	given[rd->n_given++] = (struct given){rd->place, def, rd->line};
}

static int take(void *ctx, const char *section, const char *name, const char *value)
{
	struct option_faults *rd = ctx;
	const struct option_def *def;
	struct err err = ERR_INIT;

	(void)section;
	rd->unread = false;
	if (!rd->entered)
		enter(rd, "");
	rd->in_value = *name;
	if (!rd->section)
		return 1;
	def = options_find(rd->section->defs, name);
	if (def)
		add_given(rd, def);
	if (options_set(rd->section->defs, rd->values, name, value, &err) < 0)
		note(rd, rd->line, err.text);
	return 1;
}

/* Where an option stands in the section that is looked at; NULL. */
static const struct given *find_given(const struct option_faults *rd, const char *option)
{
	const struct option_def *def = options_find(rd->section->defs, option);

	for (size_t i = 0; i < rd->n_given; i++)
		if (rd->given[i].place == rd->place && rd->given[i].def == def)
			return &rd->given[i];
	return NULL;
}

void options_fault(struct option_faults *rd, const char *option, const char *fmt, ...)
{
	const struct given *given = option ? find_given(rd, option) : NULL;
	CLEANUP_BUF struct buf b;
	va_list ap;

	buf_init(&b, sizeof(((struct err *)0)->text) - 1);
	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	note(rd, given ? given->line : rd->places[rd->place].line, b.data);
}

/* What cannot be seen line by line. */
static void check_sections(struct option_faults *rd)
{
	for (rd->place = 0; rd->place < rd->n_places; rd->place++) {
		const struct place *place = &rd->places[rd->place];
		const struct option_section *s = rd->section = place->section;

		if (s->required && !find_given(rd, s->required))
			options_fault(rd, NULL, "[%s%s%.100s] has no '%s'", s->name,
				*place->name ? " " : "", place->name, s->required);
		if (s->check)
			s->check(rd->ctx, place->name, rd);
	}
}

static int tell(const struct option_faults *rd, const char *path, struct err *err)
{
	CLEANUP_BUF struct buf all = {0}, one = {0};
	size_t i;

	if (rd->failed)
		return err_set(err, rd->failed, "out of memory");
	buf_init(&all, sizeof(err->text) - 1);
	buf_init(&one, sizeof(err->text) - 1);
	for (i = 0; i < rd->n_faults; i++) {
		buf_reset(&one);
		buf_addf(&one, "%s%s:%d: %s", i ? "\n" : "", path, rd->faults[i].line,
			rd->faults[i].text);
		if (i && all.len + one.len + REST_TEXT >= all.max)
			break;
		buf_add(&all, one.data, one.len);
	}
	if (i < rd->n_faults)
		buf_addf(&all, "\nand %zu more", rd->n_faults - i);
	return i ? err_set(err, -EINVAL, "%s", all.data) : 0;
}

static void release(struct option_faults *rd)
{
	for (size_t i = 0; i < rd->n_places; i++)
		free(rd->places[i].name);
	for (size_t i = 0; i < rd->n_faults; i++)
		free(rd->faults[i].text);
	free(rd->places);
	free(rd->given);
	free(rd->faults);
}

int options_file(const char *path, const struct option_section *sections, void *ctx,
	struct err *err)
{
	CLEANUP_FILE FILE *file = fopen(path, "re");
	struct option_faults rd = {.file = file, .sections = sections, .ctx = ctx};
	int r;

	if (!file)
		return err_errno(err, -errno, "cannot open '%s'", path);
	if (ini_parse_stream(next_line, &rd, take, &rd) < 0)
		rd.failed = -ENOMEM;
	check_sections(&rd);
	r = tell(&rd, path, err);
	release(&rd);
	return r;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "system-map.h"

#include <errno.h>
#include <string.h>

/* How far the two lists are searched for where they go on alike. */
#define LOOK_AHEAD 400

/* One line; the texts are borrowed. */
struct symbol {
	uint64_t address;
	const char *rest; /* " TYPE NAME", up to the newline */
	size_t len;
	size_t digits; /* of the address */
};

static int bad_line(struct err *err)
{
	return err_set(err, -EINVAL, "that is no System.map");
}

/* Reads the line at *pos: hex digits in their shortest or a fixed form, then the rest. */
static int next_symbol(const struct blob *text, size_t *pos, struct symbol *ret)
{
	const char *at = (const char *)text->data + *pos;
	const char *end = memchr(at, '\n', text->len - *pos);
	struct symbol s = {0};

	if (!end)
		return -EINVAL;
	for (; at + s.digits < end && at[s.digits] != ' '; s.digits++) {
		char c = at[s.digits];
		unsigned int digit = c >= '0' && c <= '9'   ? (unsigned int)(c - '0')
				     : c >= 'a' && c <= 'f' ? (unsigned int)(c - 'a' + 10)
							    : 16;

		if (digit == 16 || s.digits == 16)
			return -EINVAL;
		s.address = s.address << 4 | digit;
	}
	if (!s.digits)
		return -EINVAL;
	s.rest = at + s.digits;
	s.len = (size_t)(end - s.rest);
	*pos = (size_t)(end + 1 - (const char *)text->data);
	*ret = s;
	return 0;
}

/* Room for lines to be written to. */
struct lines {
	struct blob out;
	size_t used;
};

static void put_line(struct lines *l, uint64_t number, int digits, const struct symbol *s)
{
	static const char hex[] = "0123456789abcdef";

	if (!digits)
		for (digits = 1; digits < 16 && number >> (4 * digits);)
			digits++;
	for (int i = digits - 1; i >= 0; i--)
		l->out.data[l->used++] = (uint8_t)hex[number >> (4 * i) & 15];
	memcpy(l->out.data + l->used, s->rest, s->len);
	l->used += s->len;
	l->out.data[l->used++] = '\n';
}

/* Both ways: fold subtracts the line before, unfold adds it. The addresses of a kernel
 * all have the same number of digits; the first line of the folded form has them. */
static int convert(
	const struct blob *in, bool fold, struct blob *ret_out, struct err *err)
{
	size_t n = 0, digits = 0;
	CLEANUP_BLOB struct blob guard = {0};
	struct lines lines = {0};
	uint64_t before = 0;
	int r;

	for (size_t i = 0; i < in->len; i++)
		n += in->data[i] == '\n';
	r = blob_make(&guard, in->len + 16 * n, err);
	if (r < 0)
		return r;
	lines.out = guard;
	for (size_t pos = 0; pos < in->len;) {
		struct symbol s;

		if (next_symbol(in, &pos, &s) < 0)
			return bad_line(err);
		if (!digits)
			digits = s.digits;
		if (fold && s.digits != digits)
			return bad_line(err);
		if (fold)
			put_line(
				&lines, s.address - before, before ? 0 : (int)digits, &s);
		else
			put_line(&lines, s.address + before, (int)digits, &s);
		before = fold ? s.address : s.address + before;
	}
	*ret_out = (struct blob){.data = guard.data, .len = lines.used};
	guard = (struct blob){0};
	return 0;
}

int system_map_unfold(const struct blob *folded, struct blob *ret_text, struct err *err)
{
	return convert(folded, false, ret_text, err);
}

int system_map_fold(const struct blob *text, struct blob *ret_folded, struct err *err)
{
	CLEANUP_BLOB struct blob folded = {0}, again = {0};
	int r = convert(text, true, &folded, err);

	if (!r)
		r = convert(&folded, false, &again, err);
	if (r < 0)
		return r;
	if (again.len != text->len ||
		(text->len && memcmp(again.data, text->data, text->len)))
		return bad_line(err);
	*ret_folded = folded;
	folded = (struct blob){0};
	return 0;
}

struct symbols {
	struct symbol *v;
	size_t n;
};

static void symbols_release(struct symbols *symbols)
{
	free(symbols->v);
}

static int symbols_read(const struct blob *text, struct symbols *ret, struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < text->len; i++)
		n += text->data[i] == '\n';
	ret->v = calloc(n + 1, sizeof(*ret->v));
	if (!ret->v)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t pos = 0; pos < text->len;)
		if (next_symbol(text, &pos, &ret->v[ret->n++]) < 0)
			return bad_line(err);
	return 0;
}

static bool same_name(const struct symbol *a, const struct symbol *b)
{
	return a->len == b->len && a->rest && b->rest &&
	       !memcmp(a->rest, b->rest, a->len);
}

/* Moves both indices to where the lists go on alike; false if that is not near. */
static bool resynchronize(
	const struct symbols *a, const struct symbols *b, size_t *i, size_t *j)
{
	for (size_t sum = 1; sum < LOOK_AHEAD; sum++)
		for (size_t in_a = 0; in_a <= sum; in_a++) {
			size_t x = *i + in_a, y = *j + sum - in_a;

			if (x < a->n && y < b->n && same_name(&a->v[x], &b->v[y])) {
				*i = x;
				*j = y;
				return true;
			}
		}
	return false;
}

static void add_shift(
	struct shifts *shifts, const struct symbol *a, const struct symbol *b)
{
	int64_t by = (int64_t)(b->address - a->address);
	struct shift *last = shifts->n ? &shifts->v[shifts->n - 1] : NULL;

	if (last && last->by == by)
		return;
	if (last && last->from == a->address)
		return; /* several symbols at one address: the first one says */
	shifts->v[shifts->n++] = (struct shift){.from = a->address, .by = by};
}

int shifts_make(const struct blob *from, const struct blob *to, struct shifts *ret_shifts,
	struct err *err)
{
	CLEANUP(symbols_release) struct symbols a = {0}, b = {0};
	struct shifts shifts = {0};
	int r = symbols_read(from, &a, err);

	if (!r)
		r = symbols_read(to, &b, err);
	if (r < 0)
		return r;
	shifts.v = calloc(a.n + 1, sizeof(*shifts.v));
	if (!shifts.v)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0, j = 0; i < a.n && j < b.n; i++, j++) {
		if (!same_name(&a.v[i], &b.v[j]) && !resynchronize(&a, &b, &i, &j))
			continue;
		add_shift(&shifts, &a.v[i], &b.v[j]);
	}
	*ret_shifts = shifts;
	return 0;
}

void shifts_release(struct shifts *shifts)
{
	free(shifts->v);
	*shifts = (struct shifts){0};
}

int64_t shifts_at(const struct shifts *shifts, uint64_t address)
{
	size_t low = 0, high = shifts->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (shifts->v[middle].from <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? shifts->v[low - 1].by : 0;
}

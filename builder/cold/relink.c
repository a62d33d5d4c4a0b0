// SPDX-License-Identifier: GPL-2.0-or-later
#include "relink.h"

#include <elf.h>
#include <string.h>

#define SECTIONS_MAX 4096
#define LOWEST 0x100000 /* no kernel address is below; per-CPU offsets are */

/* The two ELF classes in one form. */
struct section {
	uint64_t address, offset, size;
	bool exec;
};

struct linked {
	uint8_t *data;
	size_t len;
	const struct shifts *shifts;
	uint64_t low, high; /* addresses of the image */
	bool wide;          /* 64-bit */
};

static uint32_t get32(const uint8_t *at)
{
	uint32_t v;

	memcpy(&v, at, sizeof(v));
	return v;
}

static uint64_t get64(const uint8_t *at)
{
	uint64_t v;

	memcpy(&v, at, sizeof(v));
	return v;
}

static bool in_image(const struct linked *l, uint64_t address)
{
	return address >= l->low && address < l->high;
}

/* A 32-bit value as the address that it stands for: the kernel lies in the upper 2 GiB.
 */
static uint64_t widen(const struct linked *l, uint32_t v)
{
	return l->wide ? (uint64_t)(int64_t)(int32_t)v : v;
}

static uint64_t here(const struct linked *l, const struct section *s, size_t pos)
{
	uint64_t address = s->address + pos;

	return l->wide ? address : (uint32_t)address;
}

static bool move32(struct linked *l, uint8_t *at, int64_t by)
{
	uint32_t v = get32(at) + (uint32_t)by;

	(void)l;
	memcpy(at, &v, sizeof(v));
	return true;
}

/* A 32-bit address. */
static bool move_absolute(struct linked *l, uint8_t *at)
{
	uint64_t target = widen(l, get32(at));

	return in_image(l, target) && move32(l, at, shifts_at(l->shifts, target));
}

/* A 32-bit distance from `origin`. */
static bool move_relative(struct linked *l, uint8_t *at, uint64_t origin)
{
	uint64_t target = origin + (uint64_t)(int64_t)(int32_t)get32(at);

	if (!l->wide)
		target = (uint32_t)target;
	return in_image(l, target) &&
	       move32(l, at, shifts_at(l->shifts, target) - shifts_at(l->shifts, origin));
}

/* Whether what stands before is an instruction with a distance: call, jmp, jcc, or one
 * with an operand relative to %rip (ModRM mod 0, r/m 5). */
static bool wants_distance(const struct linked *l, const uint8_t *at)
{
	if (at[-1] == 0xe8 || at[-1] == 0xe9)
		return true;
	if (at[-2] == 0x0f && (at[-1] & 0xf0) == 0x80)
		return true;
	return l->wide && (at[-1] & 0xc7) == 0x05;
}

static void move_code(struct linked *l, const struct section *s)
{
	uint8_t *base = l->data + s->offset;

	for (size_t i = 2; i + 4 <= s->size; i++) {
		bool moved = wants_distance(l, base + i) &&
			     move_relative(l, base + i, here(l, s, i + 4));

		if (moved || move_absolute(l, base + i))
			i += 3;
	}
}

static void move_data(struct linked *l, const struct section *s)
{
	uint8_t *base = l->data + s->offset;

	for (size_t i = 0; i + 4 <= s->size; i += 4) {
		if (l->wide && i % 8 == 0 && i + 8 <= s->size &&
			in_image(l, get64(base + i))) {
			uint64_t v = get64(base + i);

			v += (uint64_t)shifts_at(l->shifts, v);
			memcpy(base + i, &v, sizeof(v));
			i += 4;
		} else if (!move_absolute(l, base + i)) {
			move_relative(l, base + i, here(l, s, i));
		}
	}
}

/* The ELF header and a section header of either class, in the form of the wide one. */
static Elf64_Ehdr read_header(const struct blob *b, bool wide)
{
	Elf64_Ehdr eh = {0};
	Elf32_Ehdr narrow;

	if (b->len < sizeof(eh))
		return eh;
	memcpy(&eh, b->data, sizeof(eh));
	if (wide)
		return eh;
	memcpy(&narrow, b->data, sizeof(narrow));
	return (Elf64_Ehdr){.e_machine = narrow.e_machine,
		.e_shoff = narrow.e_shoff,
		.e_shentsize = narrow.e_shentsize,
		.e_shnum = narrow.e_shnum};
}

static Elf64_Shdr read_section(const uint8_t *at, bool wide)
{
	Elf64_Shdr sh;
	Elf32_Shdr narrow;

	if (wide) {
		memcpy(&sh, at, sizeof(sh));
		return sh;
	}
	memcpy(&narrow, at, sizeof(narrow));
	return (Elf64_Shdr){.sh_type = narrow.sh_type,
		.sh_flags = narrow.sh_flags,
		.sh_addr = narrow.sh_addr,
		.sh_offset = narrow.sh_offset,
		.sh_size = narrow.sh_size};
}

/* The sections that hold bytes of the image; ret_end: where the file's own bytes end. */
static size_t find_sections(
	const struct blob *b, bool wide, struct section *v, uint64_t *ret_end)
{
	Elf64_Ehdr eh = read_header(b, wide);
	size_t entry = wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr), n = 0;

	if (eh.e_machine != (wide ? EM_X86_64 : EM_386) || eh.e_shentsize != entry ||
		eh.e_shoff > b->len || eh.e_shnum > (b->len - eh.e_shoff) / entry)
		return 0;
	*ret_end = eh.e_shoff + eh.e_shnum * entry;
	for (size_t i = 0; i < eh.e_shnum && n < SECTIONS_MAX; i++) {
		Elf64_Shdr sh = read_section(b->data + eh.e_shoff + i * entry, wide);

		if (!(sh.sh_flags & SHF_ALLOC) || sh.sh_type == SHT_NOBITS ||
			sh.sh_offset > b->len || sh.sh_size > b->len - sh.sh_offset)
			continue;
		v[n++] = (struct section){.address = sh.sh_addr,
			.offset = sh.sh_offset,
			.size = sh.sh_size,
			.exec = sh.sh_flags & SHF_EXECINSTR};
	}
	return n;
}

/* The table of relocations that kbuild puts behind a kernel that may move. */
static void move_table(struct linked *l, uint64_t from)
{
	for (size_t i = (from + 3) & ~(uint64_t)3; i + 4 <= l->len; i += 4)
		move_absolute(l, l->data + i);
}

void relink(struct blob *vmlinux, const struct shifts *shifts)
{
	struct linked l = {.data = vmlinux->data,
		.len = vmlinux->len,
		.shifts = shifts,
		.low = UINT64_MAX};
	struct section v[SECTIONS_MAX];
	uint64_t end;
	size_t n;

	if (l.len < EI_NIDENT || memcmp(l.data, ELFMAG, SELFMAG) != 0)
		return;
	l.wide = l.data[EI_CLASS] == ELFCLASS64;
	n = find_sections(vmlinux, l.wide, v, &end);
	for (size_t i = 0; i < n; i++) {
		if (v[i].address >= LOWEST && v[i].address < l.low)
			l.low = v[i].address;
		if (v[i].address >= LOWEST && v[i].address + v[i].size > l.high)
			l.high = v[i].address + v[i].size;
	}
	for (size_t i = 0; i < n; i++)
		(v[i].exec ? move_code : move_data)(&l, &v[i]);
	if (n)
		move_table(&l, end);
}

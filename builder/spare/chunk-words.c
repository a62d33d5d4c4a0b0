// SPDX-License-Identifier: GPL-2.0-or-later
/* The words that mean something by themselves. */
#include <string.h>

#include "chunk.h"

static const char *const types[] = {"void", "char", "short", "int", "long", "float",
	"double", "signed", "unsigned", "_Bool", "__signed__", "__int128", NULL};

static const char *const keywords[] = {"auto", "break", "case", "const", "continue",
	"default", "do", "else", "enum", "extern", "for", "goto", "if", "inline",
	"register", "restrict", "return", "sizeof", "static", "struct", "switch",
	"typedef", "union", "volatile", "while", "_Alignas", "_Alignof", "_Atomic",
	"_Complex", "_Generic", "_Noreturn", "_Static_assert", "_Thread_local", "asm",
	"__asm__", "__asm", "typeof", "__typeof__", "__typeof", "__typeof_unqual__",
	"__attribute__", "__attribute", "__inline", "__inline__", "__const", "__const__",
	"__volatile__", "__volatile", "__restrict", "__restrict__", "__extension__",
	"__alignof__", "__alignof", "__label__", "__thread", "__auto_type", "__real__",
	"__imag__", "_Pragma", "static_assert", NULL};

/* Attributes that change nothing of a declaration that nobody uses. */
static const char *const attrs[] = {"__printf", "__scanf", "__acquires", "__releases",
	"__must_hold", "__alloc_size", "__nonnull", "__assume_aligned",
	"__attribute_const__", "__attribute_pure__", "__realloc_size", NULL};

static const char *const scalars[] = {"u8", "u16", "u32", "u64", "s8", "s16", "s32",
	"s64", "__u8", "__u16", "__u32", "__u64", "__s8", "__s16", "__s32", "__s64",
	"bool", "size_t", "ssize_t", "loff_t", "gfp_t", "pid_t", "sector_t", "dma_addr_t",
	"phys_addr_t", "uint", "ulong", NULL};

/* A local static or __func__ takes the next number of its kind, __COUNTER__ too; an
 * attribute can make a function or a name come out although nobody uses it. */
static const char *const hazards[] = {"static", "__COUNTER__", "__func__", "__FUNCTION__",
	"__PRETTY_FUNCTION__", "__INCLUDE_LEVEL__", "__BASE_FILE__", "__DATE__",
	"__TIME__", "__TIMESTAMP__", "_Pragma", "used", "__used__", "alias", "__alias__",
	"weak", "__weak__", "weakref", "__weakref__", "ifunc", "__ifunc__", "symver",
	"__symver__", "constructor", "__constructor__", "destructor", "__destructor__",
	"retain", "__retain__", "no_reorder", "__no_reorder__", "externally_visible",
	"__externally_visible__", "asm", "__asm__", "__asm", "cleanup", "__cleanup__",
	"optimize", "__optimize__", "target", "__target__", "copy", "__copy__",
	"__label__", "__auto_type", "_Static_assert", "static_assert", "error",
	"__error__", NULL};

static void mark_all(struct words *words, const char *const *list, uint32_t marks)
{
	for (; *list; list++) {
		uint32_t word = words_add(words, *list, strlen(*list));

		words->v[word].marks |= marks;
	}
}

bool chunk_words(struct words *words)
{
	if (!words_add(words, "__LINE__", 8))
		return false;
	words->v[words_find(words, "__LINE__", 8)].marks |= MARK_LINE;
	mark_all(words, types, MARK_KEYWORD | MARK_TYPE);
	mark_all(words, keywords, MARK_KEYWORD);
	mark_all(words, attrs, MARK_ATTR);
	mark_all(words, scalars, MARK_SCALAR);
	mark_all(words, hazards, MARK_HAZARD);
	return !words->failed;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* System.map folded, the moves that two of them tell, and a kernel moved by them. */
#include "builder/cold/system-map.h"

#include <errno.h>

#include "builder/cold/relink.h"
#include "tests/unit/cold-store.h"

static struct blob blob_of(const char *text)
{
	struct blob b = {0};

	assert_int_equal(blob_add(&b, text, strlen(text), NULL), 0);
	return b;
}

static void assert_blob(const struct blob *b, const char *text)
{
	assert_int_equal(b->len, strlen(text));
	assert_memory_equal(b->data, text, b->len);
}

static void folds_addresses_into_steps(void **state)
{
	CLEANUP_BLOB struct blob text = blob_of("0000000000000000 A zero\n"
						"ffffffff81000000 T _text\n"
						"ffffffff81000000 T _stext\n"
						"ffffffff81000130 t x y\n");
	CLEANUP_BLOB struct blob folded = {0}, again = {0};

	(void)state;
	assert_int_equal(system_map_fold(&text, &folded, NULL), 0);
	assert_blob(&folded, "0000000000000000 A zero\nffffffff81000000 T _text\n"
			     "0 T _stext\n130 t x y\n");
	assert_int_equal(system_map_unfold(&folded, &again, NULL), 0);
	assert_int_equal(again.len, text.len);
	assert_memory_equal(again.data, text.data, text.len);
}

static void leaves_what_would_not_come_back(void **state)
{
	static const char *const texts[] = {"no map\n", "12", "12 T x", "FF T x\n",
		"12 T x\n123 T y\n", " T x\n", "00000000000000000 T x\n",
		"20 T x\n10 T y\n\n"};
	struct blob folded;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		CLEANUP_BLOB struct blob text = blob_of(texts[i]);

		assert_int_equal(system_map_fold(&text, &folded, NULL), -EINVAL);
	}
}

/* Unsorted lines and an empty file do come back. */
static void folds_any_order(void **state)
{
	static const char *const texts[] = {"", "20 T x\n10 T y\n", "00 T x\n00 T y\n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		CLEANUP_BLOB struct blob text = blob_of(texts[i]), folded = {0},
					 again = {0};

		assert_int_equal(system_map_fold(&text, &folded, NULL), 0);
		assert_int_equal(system_map_unfold(&folded, &again, NULL), 0);
		assert_blob(&again, texts[i]);
	}
}

static void tells_where_symbols_went(void **state)
{
	CLEANUP_BLOB struct blob from = blob_of("10 T a\n20 T b\n30 T gone\n40 T c\n");
	CLEANUP_BLOB struct blob to = blob_of("10 T a\n28 T b\n30 T new\n38 T c\n");
	CLEANUP_SHIFTS struct shifts shifts = {0};

	(void)state;
	assert_int_equal(shifts_make(&from, &to, &shifts, NULL), 0);
	assert_int_equal(shifts_at(&shifts, 0x0f), 0);
	assert_int_equal(shifts_at(&shifts, 0x1f), 0);
	assert_int_equal(shifts_at(&shifts, 0x20), 8);
	assert_int_equal(shifts_at(&shifts, 0x3f), 8);
	assert_int_equal(shifts_at(&shifts, 0x40), -8);
	assert_int_equal(shifts_at(&shifts, UINT64_MAX), -8);
}

/* A kernel, told how the symbols of another lie, has the other's calls: all bytes of its
 * functions are the other's. */
static void moves_calls_with_their_targets(void **state)
{
	CLEANUP_BLOB struct blob from = cold_system_map(100), to = cold_system_map(300);
	CLEANUP_BLOB struct blob kernel = cold_vmlinux(100), other = cold_vmlinux(300);
	CLEANUP_SHIFTS struct shifts shifts = {0};
	size_t head = sizeof(Elf64_Ehdr);

	(void)state;
	assert_int_equal(shifts_make(&from, &to, &shifts, NULL), 0);
	relink(&kernel, &shifts);
	for (unsigned int i = 0; i < COLD_FUNCTIONS; i++)
		assert_memory_equal(kernel.data + head + cold_address(i, 100),
			other.data + head + cold_address(i, 300), COLD_SIZE);
}

/* Headers that lie are no reason to read or write elsewhere (run under sanitizers). */
static void takes_any_bytes_for_a_kernel(void **state)
{
	CLEANUP_BLOB struct blob from = cold_system_map(100), to = cold_system_map(300);
	CLEANUP_SHIFTS struct shifts shifts = {0};

	(void)state;
	assert_int_equal(shifts_make(&from, &to, &shifts, NULL), 0);
	for (size_t at = 4; at < sizeof(Elf64_Ehdr); at++)
		for (int bit = 0; bit < 8; bit++) {
			CLEANUP_BLOB struct blob kernel = cold_vmlinux(1);

			kernel.data[at] ^= (uint8_t)(1 << bit);
			relink(&kernel, &shifts);
		}
	for (size_t len = 0; len < 200; len++) {
		CLEANUP_BLOB struct blob whole = cold_vmlinux(1), cut = {0};

		assert_int_equal(blob_copy(&cut, whole.data, len, NULL), 0);
		relink(&cut, &shifts);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folds_addresses_into_steps),
		cmocka_unit_test(leaves_what_would_not_come_back),
		cmocka_unit_test(folds_any_order),
		cmocka_unit_test(tells_where_symbols_went),
		cmocka_unit_test(moves_calls_with_their_targets),
		cmocka_unit_test(takes_any_bytes_for_a_kernel),
	};

	return cmocka_run_group_tests_name("system-map", tests, NULL, NULL);
}

/*
 * test/unit/unit.h - a minimal test runner for the core.
 *
 * A test file is a list of UNIT_TEST(name) { … CHECK(…) … }; the tests register themselves.  The runner
 * prints one TAP line a test and ends with "N passed, N failed".
 */
#ifndef LLP_TEST_UNIT_H
#define LLP_TEST_UNIT_H

#include <stdio.h>

#include "base/arena.h"
#include "base/str.h"

typedef void (*UnitFunction)(void);
extern void unit_register(const char *file, const char *name, UnitFunction function);
extern void
unit_fail(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));

#define UNIT_TEST(name)                                                                                      \
	static void unit_##name(void);                                                                           \
	__attribute__((constructor)) static void unit_register_##name(void)                                      \
	{                                                                                                        \
		unit_register(__FILE__, #name, unit_##name);                                                         \
	}                                                                                                        \
	static void unit_##name(void)

#define CHECK(condition)                                                                                     \
	do                                                                                                       \
	{                                                                                                        \
		if (!(condition))                                                                                    \
			unit_fail(__FILE__, __LINE__, "%s", #condition);                                                 \
	} while (0)

#define CHECK_INT(actual, expected)                                                                          \
	do                                                                                                       \
	{                                                                                                        \
		long long unit_actual = (long long) (actual), unit_expected = (long long) (expected);                \
		if (unit_actual != unit_expected)                                                                    \
			unit_fail(__FILE__, __LINE__, "%s is %lld, not %lld", #actual, unit_actual, unit_expected);      \
	} while (0)

/* Compares a Str with a C string. */
#define CHECK_STR(actual, expected)                                                                          \
	do                                                                                                       \
	{                                                                                                        \
		Str unit_actual = (actual), unit_expected = llp_str(expected);                                       \
		if (!llp_str_equal(unit_actual, unit_expected))                                                      \
			unit_fail(__FILE__, __LINE__, "%s is \"%.*s\", not \"%.*s\"", #actual, STR_ARG(unit_actual),     \
					  STR_ARG(unit_expected));                                                               \
	} while (0)

/*
 * Runs body(arena, data) with a host whose n-th allocation fails, for n = 1, 2, … until a run sees no
 * failure; the arena is destroyed after each.  The body must tolerate failure anywhere and return true when
 * it ran to its end with a right result, false when it reported exhaustion; a body that reports success
 * although an allocation failed is allowed, one that reports exhaustion although none failed is a failed
 * test.  All blocks must come back.
 */
extern void unit_every_allocation_fails(bool (*body)(Arena *arena, void *data), void *data);

/* Reads a whole file; ends the program when it cannot.  The Str is NUL-terminated and lives until exit. */
extern Str unit_read_file(const char *path);

#endif

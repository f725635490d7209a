/*
 * test/unit/test_cel_call.c - how functions are found, and what becomes of failed arguments.
 */
#include "cel_support.h"

#include "lang/functions.h"

/* By Function: is there an operation to call? */
static const bool is_strict[] = {
	false,
#define STRICT true
#define LAZY false
#define FUNCTION(symbol, name, evaluation) evaluation,
#include "base/functions.def"
#undef STRICT
#undef LAZY
};

/* A value that is of each kind, to find some arguments that a function takes. */
static CelValue
sample_of(CelContext *context, int kind)
{
	static const char *const texts[] = {
		[CEL_NULL] = "null",
		[CEL_BOOL] = "true",
		[CEL_INT] = "1",
		[CEL_UINT] = "1u",
		[CEL_DOUBLE] = "1.0",
		[CEL_STRING] = "'1'",
		[CEL_BYTES] = "b'1'",
		[CEL_TIMESTAMP] = "t'2026-01-01T00:00:00Z'",
		[CEL_DURATION] = "d'1s'",
		[CEL_IP] = "i'127.0.0.1'",
		[CEL_CIDR] = "c'10.0.0.0/8'",
		[CEL_LIST] = "[]",
		[CEL_MAP] = "{}",
		[CEL_OPTIONAL] = "none",
		[CEL_TYPE] = "T'int'",
		[CEL_NUMBER] = "1",
		[CEL_DYN] = "1",
		[CEL_VARIABLE] = "1",
	};

	return cel_read(context, texts[kind]);
}

enum
{
#define TYPE(symbol, kind, first, second) KIND_OF_##symbol = CEL_##kind,
#include "base/types.def"
};

typedef struct Sample
{
	int count;
	int kinds[4]; /* CelKind */
} Sample;

#define OF0()                                                                                                \
	{                                                                                                        \
		0,                                                                                                   \
		{                                                                                                    \
			CEL_ERROR                                                                                        \
		}                                                                                                    \
	}
#define OF1(a)                                                                                               \
	{                                                                                                        \
		1,                                                                                                   \
		{                                                                                                    \
			KIND_OF_##a                                                                                      \
		}                                                                                                    \
	}
#define OF2(a, b)                                                                                            \
	{                                                                                                        \
		2,                                                                                                   \
		{                                                                                                    \
			KIND_OF_##a, KIND_OF_##b                                                                         \
		}                                                                                                    \
	}
#define OF3(a, b, c)                                                                                         \
	{                                                                                                        \
		3,                                                                                                   \
		{                                                                                                    \
			KIND_OF_##a, KIND_OF_##b, KIND_OF_##c                                                            \
		}                                                                                                    \
	}
#define OF4(a, b, c, d)                                                                                      \
	{                                                                                                        \
		4,                                                                                                   \
		{                                                                                                    \
			KIND_OF_##a, KIND_OF_##b, KIND_OF_##c, KIND_OF_##d                                               \
		}                                                                                                    \
	}
#define MANY(a)                                                                                              \
	{                                                                                                        \
		1,                                                                                                   \
		{                                                                                                    \
			KIND_OF_##a                                                                                      \
		}                                                                                                    \
	}

static const Sample samples[] = {
	{0, {CEL_ERROR}},
#define OVERLOAD(symbol, style, library, arguments, result) arguments,
#include "base/functions.def"
};

/* The function that an overload belongs to. */
static Function
function_of(int overload)
{
	int function = FUNCTION_NONE + 1;

	while ((int) llp_functions[function + 1].first <= overload)
		function++;
	return (Function) function;
}

UNIT_TEST(every_overload_of_a_strict_function_can_be_called)
{
	for (int overload = 1; overload < FN_END; overload++)
	{
		CelContext context = cel_context(CEL_AMPLE);
		Function function = function_of(overload);
		CelValue args[4];
		CelValue result;

		for (int i = 0; i < samples[overload].count; i++)
			args[i] = sample_of(&context, samples[overload].kinds[i]);
		result = llp_cel_call(&context, function, args, samples[overload].count);
		CHECK_INT(result.kind == CEL_ERROR && result.count == CEL_ERROR_NO_OVERLOAD, !is_strict[function]);
		llp_arena_destroy(context.arena);
	}
}

UNIT_TEST(a_function_takes_no_other_arguments)
{
	static const CelRow rows[] = {
		{"size", "1", "error: no such overload"},
		{"size", "", "error: no such overload"},
		{"size", "'a', 'b'", "error: no such overload"},
		{"_+_", "1, 1u", "error: no such overload"},
		{"_+_", "1, 1.0", "error: no such overload"},
		{"_+_", "'a', b'a'", "error: no such overload"},
		{"_<_", "1, '1'", "error: no such overload"},
		{"_<_", "null, null", "error: no such overload"},
		{"_<_", "[1], [2]", "error: no such overload"},
		{"-_", "1u", "error: no such overload"},
		{"-_", "true", "error: no such overload"},
		{"!_", "0", "error: no such overload"},
		{"charAt", "'hello', true", "error: no such overload"},
		{"indexOf", "'42', '4', '0'", "error: no such overload"},
		{"indexOf", "'42', '4', 0, 1", "error: no such overload"},
		{"replace", "'42', '2', '1', '1'", "error: no such overload"},
		{"math.greatest", "", "error: no such overload"},
		{"math.greatest", "1, '1'", "error: no such overload"},
		{"math.ceil", "1", "error: no such overload"},
		{"math.bitOr", "1.2, 1", "error: no such overload"},
		{"_&&_", "true, true", "error: no such overload"},
	};

	CEL_CHECK_ROWS(rows);
}

UNIT_TEST(the_first_failed_argument_is_the_result)
{
	CelContext context = cel_context(CEL_AMPLE);
	CelValue args[3] = {llp_cel_error("first"), llp_cel_error("second"), llp_cel_stopped};

	CHECK_STR(llp_cel_call(&context, FUNCTION_EQUAL, args, 2).as.string, "first");
	CHECK_INT(llp_cel_call(&context, FUNCTION_EQUAL, args + 1, 2).kind, CEL_STOPPED);
	args[0] = llp_cel_int(1);
	CHECK_STR(llp_cel_call(&context, FUNCTION_EQUAL, args, 2).as.string, "second");
	llp_arena_destroy(context.arena);
}

/*
 * lang/functions.c - base/functions.def as tables, and look-ups in them.
 */
#include "lang/functions.h"

/* The arguments of an overload: their number, whether they repeat, their types. */
#define OF0()                                                                                                \
	0, false,                                                                                                \
	{                                                                                                        \
		NULL                                                                                                 \
	}
#define OF1(a)                                                                                               \
	1, false,                                                                                                \
	{                                                                                                        \
		&llp_type_##a                                                                                        \
	}
#define OF2(a, b)                                                                                            \
	2, false,                                                                                                \
	{                                                                                                        \
		&llp_type_##a, &llp_type_##b                                                                         \
	}
#define OF3(a, b, c)                                                                                         \
	3, false,                                                                                                \
	{                                                                                                        \
		&llp_type_##a, &llp_type_##b, &llp_type_##c                                                          \
	}
#define OF4(a, b, c, d)                                                                                      \
	4, false,                                                                                                \
	{                                                                                                        \
		&llp_type_##a, &llp_type_##b, &llp_type_##c, &llp_type_##d                                           \
	}
#define MANY(a)                                                                                              \
	1, true,                                                                                                 \
	{                                                                                                        \
		&llp_type_##a                                                                                        \
	}

/* clang-format off */
const OverloadInfo llp_overloads[] = {
	[FN_NONE] = {.count = -1},
#define OVERLOAD(symbol, style, library, arguments, result)                                                  \
	[FN_##symbol] = {STYLE_##style, LIBRARY_##library, arguments, &llp_type_##result},
#include "base/functions.def"
};

/* FIRST_x is the number of the first overload of function x: each function steps back before its overloads. */
enum
{
	POSITION_NONE,
#define FUNCTION(symbol, name, evaluation) FIRST_##symbol, BEFORE_##symbol = FIRST_##symbol - 1,
#define OVERLOAD(symbol, style, library, arguments, result) POSITION_##symbol,
#include "base/functions.def"
	POSITION_END
};

#define LAZY true
#define STRICT false

const FunctionInfo llp_functions[] = {
	[FUNCTION_NONE] = {{"", 0}, false, FN_NONE},
#define FUNCTION(symbol, name, evaluation)                                                                   \
	[FUNCTION_##symbol] = {{name, sizeof(name) - 1}, evaluation, (Overload) FIRST_##symbol},
#include "base/functions.def"
	[FUNCTION_END] = {{"", 0}, false, FN_END},
};

typedef struct Alias
{
	Str name;
	Function function;
} Alias;

static const Alias aliases[] = {
#define ALIAS(name, symbol) {{name, sizeof(name) - 1}, FUNCTION_##symbol},
#include "base/functions.def"
};
/* clang-format on */

int
llp_function_overloads(Function function)
{
	return (int) llp_functions[function + 1].first - (int) llp_functions[function].first;
}

Function
llp_function_of_name(Str name)
{
	for (int function = FUNCTION_NONE + 1; function < FUNCTION_END; function++)
	{
		if (llp_str_equal(llp_functions[function].name, name))
			return (Function) function;
	}
	return FUNCTION_NONE;
}

Str
llp_function_spelling(Str name)
{
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
	{
		if (llp_str_equal(aliases[i].name, name))
			return llp_functions[aliases[i].function].name;
	}
	return name;
}

bool
llp_is_operator(Function function)
{
	return llp_overloads[llp_functions[function].first].style == STYLE_OPERATOR;
}

bool
llp_overload_takes(const OverloadInfo *overload, bool receiver, uint32_t count)
{
	bool fits = overload->many ? count >= 1 : count == (uint32_t) overload->count;

	switch (overload->style)
	{
		case STYLE_RECEIVER:
			return fits && receiver;
		case STYLE_GLOBAL:
		case STYLE_OPERATOR:
			return fits && !receiver;
		case STYLE_EITHER:
			return fits;
		case STYLE_MEMBER:
			break;
	}
	return false;
}

Overload
llp_overload_of_member(Str name)
{
	Function function = llp_function_of_name(name);
	Overload first = llp_functions[function].first;

	return llp_overloads[first].style == STYLE_MEMBER && function != FUNCTION_NONE ? first : FN_NONE;
}

void
llp_overload_write(StrBuf *out, Function function, const OverloadInfo *overload)
{
	int written = 0;

	if (overload->style == STYLE_RECEIVER || overload->style == STYLE_MEMBER)
	{
		llp_type_write(out, overload->parameters[written++]);
		llp_buf_append_char(out, '.');
	}
	llp_buf_append(out, llp_functions[function].name);
	if (overload->style == STYLE_MEMBER)
		return;
	llp_buf_append_char(out, '(');
	for (int i = written; i < overload->count; i++)
	{
		llp_buf_append(out, i == written ? STR("") : STR(", "));
		llp_type_write(out, overload->parameters[i]);
	}
	llp_buf_append(out, overload->many ? STR(", ...)") : STR(")"));
}

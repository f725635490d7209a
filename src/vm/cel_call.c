/*
 * vm/cel_call.c - from the name of a function and its arguments to the C function that does it.
 *
 * base/functions.def says what kinds of arguments a function takes; here is which C function it is.
 */
#include "vm/cel_call.h"

#include "vm/cel_functions.h"

#define MAX_ARGUMENTS 4

/* The kind of values that each type of a signature stands for. */
enum
{
#define TYPE(symbol, kind, first, second) SIGNATURE_##symbol = CEL_##kind,
#include "base/types.def"
};

enum
{
	STYLE_OPERATOR,
	STYLE_GLOBAL,
	STYLE_RECEIVER,
	STYLE_EITHER,
	STYLE_MEMBER
};

typedef struct Signature
{
	int count; /* of arguments; MANY_ARGUMENTS: one or more of the first kind */
	uint8_t kinds[MAX_ARGUMENTS];
	uint8_t style;
} Signature;

#define MANY_ARGUMENTS (-1)

#define OF0()                                                                                                \
	0,                                                                                                       \
	{                                                                                                        \
		0                                                                                                    \
	}
#define OF1(a)                                                                                               \
	1,                                                                                                       \
	{                                                                                                        \
		SIGNATURE_##a                                                                                        \
	}
#define OF2(a, b)                                                                                            \
	2,                                                                                                       \
	{                                                                                                        \
		SIGNATURE_##a, SIGNATURE_##b                                                                         \
	}
#define OF3(a, b, c)                                                                                         \
	3,                                                                                                       \
	{                                                                                                        \
		SIGNATURE_##a, SIGNATURE_##b, SIGNATURE_##c                                                          \
	}
#define OF4(a, b, c, d)                                                                                      \
	4,                                                                                                       \
	{                                                                                                        \
		SIGNATURE_##a, SIGNATURE_##b, SIGNATURE_##c, SIGNATURE_##d                                           \
	}
#define MANY(a)                                                                                              \
	MANY_ARGUMENTS,                                                                                          \
	{                                                                                                        \
		SIGNATURE_##a                                                                                        \
	}

static const Signature signatures[FN_END] = {
	[FN_NONE] = {OF0(), STYLE_OPERATOR},
#define OVERLOAD(symbol, style, library, arguments, result) [FN_##symbol] = {arguments, STYLE_##style},
#include "base/functions.def"
};

/* Counts rows: a function gets the number of the first overload behind it, and takes no number itself. */
enum
{
	ROW_NONE,
#define FUNCTION(symbol, name, evaluation) FIRST_##symbol, BEFORE_##symbol = FIRST_##symbol - 1,
#define OVERLOAD(symbol, style, library, arguments, result) ROW_##symbol,
#include "base/functions.def"
	FIRST_OF_END
};

static const int first_overloads[FUNCTION_END + 1] = {
	FIRST_OF_END, /* of FUNCTION_NONE, which has none */
#define FUNCTION(symbol, name, evaluation) FIRST_##symbol,
#include "base/functions.def"
	FIRST_OF_END,
};

static const char *const names[FUNCTION_END] = {
	"",
#define FUNCTION(symbol, name, evaluation) name,
#include "base/functions.def"
};

/* Lazy functions have none: the interpreter is what does them. */
static CelFunction *const operations[FUNCTION_END] = {
	[FUNCTION_NOT] = llp_cel_not,
	[FUNCTION_EQUAL] = llp_cel_equals,
	[FUNCTION_NOT_EQUAL] = llp_cel_not_equals,
	[FUNCTION_LESS] = llp_cel_less,
	[FUNCTION_LESS_EQUAL] = llp_cel_less_equal,
	[FUNCTION_GREATER] = llp_cel_greater,
	[FUNCTION_GREATER_EQUAL] = llp_cel_greater_equal,
	[FUNCTION_IN] = llp_cel_in,
	[FUNCTION_ADD] = llp_cel_add,
	[FUNCTION_SUBTRACT] = llp_cel_subtract,
	[FUNCTION_MULTIPLY] = llp_cel_multiply,
	[FUNCTION_DIVIDE] = llp_cel_divide,
	[FUNCTION_MODULO] = llp_cel_modulo,
	[FUNCTION_NEGATE] = llp_cel_negate,
	[FUNCTION_INDEX] = llp_cel_index,
	[FUNCTION_OPTIONAL_INDEX] = llp_cel_optional_index,
	[FUNCTION_DYN] = llp_cel_dyn,
	[FUNCTION_TYPE] = llp_cel_type_of,
	[FUNCTION_BOOL] = llp_cel_to_bool,
	[FUNCTION_INT] = llp_cel_to_int,
	[FUNCTION_UINT] = llp_cel_to_uint,
	[FUNCTION_DOUBLE] = llp_cel_to_double,
	[FUNCTION_STRING] = llp_cel_to_string,
	[FUNCTION_BYTES] = llp_cel_to_bytes,
	[FUNCTION_TIMESTAMP] = llp_cel_to_timestamp,
	[FUNCTION_DURATION] = llp_cel_to_duration,
	[FUNCTION_SIZE] = llp_cel_size,
	[FUNCTION_CONTAINS] = llp_cel_contains,
	[FUNCTION_STARTS_WITH] = llp_cel_starts_with,
	[FUNCTION_ENDS_WITH] = llp_cel_ends_with,
	[FUNCTION_MATCHES] = llp_cel_matches,
	[FUNCTION_GET_FULL_YEAR] = llp_cel_get_full_year,
	[FUNCTION_GET_MONTH] = llp_cel_get_month,
	[FUNCTION_GET_DATE] = llp_cel_get_date,
	[FUNCTION_GET_DAY_OF_MONTH] = llp_cel_get_day_of_month,
	[FUNCTION_GET_DAY_OF_WEEK] = llp_cel_get_day_of_week,
	[FUNCTION_GET_DAY_OF_YEAR] = llp_cel_get_day_of_year,
	[FUNCTION_GET_HOURS] = llp_cel_get_hours,
	[FUNCTION_GET_MINUTES] = llp_cel_get_minutes,
	[FUNCTION_GET_SECONDS] = llp_cel_get_seconds,
	[FUNCTION_GET_MILLISECONDS] = llp_cel_get_milliseconds,
	[FUNCTION_CHAR_AT] = llp_cel_char_at,
	[FUNCTION_INDEX_OF] = llp_cel_index_of,
	[FUNCTION_LAST_INDEX_OF] = llp_cel_last_index_of,
	[FUNCTION_JOIN] = llp_cel_join,
	[FUNCTION_LOWER_ASCII] = llp_cel_lower_ascii,
	[FUNCTION_UPPER_ASCII] = llp_cel_upper_ascii,
	[FUNCTION_QUOTE] = llp_cel_quote,
	[FUNCTION_REPLACE] = llp_cel_replace,
	[FUNCTION_SPLIT] = llp_cel_split,
	[FUNCTION_SUBSTRING] = llp_cel_substring,
	[FUNCTION_TRIM] = llp_cel_trim,
	[FUNCTION_REVERSE] = llp_cel_reverse,
	[FUNCTION_FORMAT] = llp_cel_format,
	[FUNCTION_GREATEST] = llp_cel_greatest,
	[FUNCTION_LEAST] = llp_cel_least,
	[FUNCTION_CEIL] = llp_cel_ceil,
	[FUNCTION_FLOOR] = llp_cel_floor,
	[FUNCTION_ROUND] = llp_cel_round,
	[FUNCTION_TRUNC] = llp_cel_trunc,
	[FUNCTION_ABS] = llp_cel_abs,
	[FUNCTION_SIGN] = llp_cel_sign,
	[FUNCTION_SQRT] = llp_cel_sqrt,
	[FUNCTION_IS_NAN] = llp_cel_is_nan,
	[FUNCTION_IS_INF] = llp_cel_is_inf,
	[FUNCTION_IS_FINITE] = llp_cel_is_finite,
	[FUNCTION_BIT_AND] = llp_cel_bit_and,
	[FUNCTION_BIT_OR] = llp_cel_bit_or,
	[FUNCTION_BIT_XOR] = llp_cel_bit_xor,
	[FUNCTION_BIT_NOT] = llp_cel_bit_not,
	[FUNCTION_BIT_SHIFT_LEFT] = llp_cel_bit_shift_left,
	[FUNCTION_BIT_SHIFT_RIGHT] = llp_cel_bit_shift_right,
	[FUNCTION_RANGE] = llp_cel_range,
	[FUNCTION_SLICE] = llp_cel_slice,
	[FUNCTION_FLATTEN] = llp_cel_flatten,
	[FUNCTION_SORT] = llp_cel_sort,
	[FUNCTION_SORT_BY] = llp_cel_sort_by,
	[FUNCTION_DISTINCT] = llp_cel_distinct,
	[FUNCTION_SETS_CONTAINS] = llp_cel_sets_contains,
	[FUNCTION_SETS_EQUIVALENT] = llp_cel_sets_equivalent,
	[FUNCTION_SETS_INTERSECTS] = llp_cel_sets_intersects,
	[FUNCTION_BASE64_ENCODE] = llp_cel_base64_encode,
	[FUNCTION_BASE64_DECODE] = llp_cel_base64_decode,
	[FUNCTION_OPTIONAL_NONE] = llp_cel_optional_none,
	[FUNCTION_OPTIONAL_OF] = llp_cel_optional_of,
	[FUNCTION_OPTIONAL_OF_NON_ZERO] = llp_cel_optional_of_non_zero,
	[FUNCTION_HAS_VALUE] = llp_cel_has_value,
	[FUNCTION_VALUE] = llp_cel_value,
	[FUNCTION_UNWRAP] = llp_cel_unwrap,
	[FUNCTION_UNWRAP_OPT] = llp_cel_unwrap,
	[FUNCTION_FIRST] = llp_cel_first,
	[FUNCTION_LAST] = llp_cel_last,
	[FUNCTION_IS_IP] = llp_cel_is_ip,
	[FUNCTION_IS_CIDR] = llp_cel_is_cidr,
	[FUNCTION_IP] = llp_cel_ip,
	[FUNCTION_IP_IS_CANONICAL] = llp_cel_ip_is_canonical,
	[FUNCTION_CIDR] = llp_cel_cidr,
	[FUNCTION_FAMILY] = llp_cel_family,
	[FUNCTION_IS_UNSPECIFIED] = llp_cel_is_unspecified,
	[FUNCTION_IS_LOOPBACK] = llp_cel_is_loopback,
	[FUNCTION_IS_GLOBAL_UNICAST] = llp_cel_is_global_unicast,
	[FUNCTION_IS_LINK_LOCAL_MULTICAST] = llp_cel_is_link_local_multicast,
	[FUNCTION_IS_LINK_LOCAL_UNICAST] = llp_cel_is_link_local_unicast,
	[FUNCTION_CONTAINS_IP] = llp_cel_contains_ip,
	[FUNCTION_CONTAINS_CIDR] = llp_cel_contains_cidr,
	[FUNCTION_MASKED] = llp_cel_masked,
	[FUNCTION_PREFIX_LENGTH] = llp_cel_prefix_length,
	[FUNCTION_NOW] = llp_cel_now,
	[FUNCTION_YEAR] = llp_cel_get_full_year,
	[FUNCTION_MONTH] = llp_cel_month,
	[FUNCTION_DAY] = llp_cel_get_date,
	[FUNCTION_HOUR] = llp_cel_get_hours,
	[FUNCTION_MINUTE] = llp_cel_get_minutes,
	[FUNCTION_SECOND] = llp_cel_get_seconds,
	[FUNCTION_WEEKDAY] = llp_cel_weekday,
	[FUNCTION_ADD_DAYS] = llp_cel_add_days,
	[FUNCTION_HAS_PERMISSION] = llp_cel_has_permission,
	[FUNCTION_HAS_ROLE] = llp_cel_has_role,
	[FUNCTION_MAP_INSERT] = llp_cel_map_insert,
	[FUNCTION_PARSE_JSON] = llp_cel_parse_json,
	[FUNCTION_TOKENS] = llp_cel_tokens,
	[FUNCTION_COST] = llp_cel_cost,
	[FUNCTION_DETECT] = llp_cel_detect,
	[FUNCTION_PII_TYPES] = llp_cel_pii_types,
	[FUNCTION_CONTAINS_PII] = llp_cel_contains_pii,
	[FUNCTION_CONTAINS_PHI] = llp_cel_contains_phi,
	[FUNCTION_CONTAINS_SECRETS] = llp_cel_contains_secrets,
	[FUNCTION_CONTAINS_PROMPT_INJECTION] = llp_cel_contains_prompt_injection,
	[FUNCTION_REDACT] = llp_cel_redact,
};

static bool
kind_fits(CelKind kind, CelKind wanted)
{
	switch (wanted)
	{
		case CEL_DYN:
		case CEL_VARIABLE:
			return true;
		case CEL_NUMBER:
			return kind == CEL_INT || kind == CEL_UINT || kind == CEL_DOUBLE;
		default:
			return kind == wanted;
	}
}

static bool
signature_fits(const Signature *signature, const CelValue *args, int count)
{
	bool many = signature->count == MANY_ARGUMENTS;

	if (many ? count == 0 : count != signature->count)
		return false;
	for (int i = 0; i < count; i++)
		if (!kind_fits(args[i].kind, signature->kinds[many ? 0 : i]))
			return false;
	return true;
}

/*
 * Run-time types may be others than those that the checker asks for only in an index, which is any number;
 * the operation itself looks at that.
 */
static bool
some_signature_fits(Function function, const CelValue *args, int count)
{
	if (function == FUNCTION_INDEX || function == FUNCTION_OPTIONAL_INDEX)
		return count == 2;
	for (int i = first_overloads[function]; i < first_overloads[function + 1]; i++)
		if (signature_fits(&signatures[i], args, count))
			return true;
	return false;
}

/* CEL_STOPPED, or the first error, among the arguments; NULL when there is neither. */
static const CelValue *
failed_argument(const CelValue *args, int count)
{
	const CelValue *first = NULL;

	for (int i = 0; i < count; i++)
	{
		if (args[i].kind == CEL_STOPPED)
			return &args[i];
		if (first == NULL && args[i].kind == CEL_ERROR)
			first = &args[i];
	}
	return first;
}

CelValue
llp_cel_call(CelContext *context, Function function, const CelValue *args, int count)
{
	const CelValue *failed = failed_argument(args, count);

	if (failed != NULL)
		return *failed;
	if (operations[function] == NULL || !some_signature_fits(function, args, count))
		return llp_cel_no_overload();
	return operations[function](context, args, count);
}

CelValue
llp_cel_call_member(CelContext *context, CelValue value, Str name)
{
	for (int function = FUNCTION_NONE + 1; function < FUNCTION_END; function++)
		if (signatures[first_overloads[function]].style == STYLE_MEMBER &&
			llp_str_equal(name, llp_str(names[function])))
			return llp_cel_call(context, (Function) function, &value, 1);
	return llp_cel_no_overload();
}

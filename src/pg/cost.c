/*
 * pg/cost.c - tokens times prices.
 *
 * Owns the arithmetic and what counts as a known price.  Numeric throughout: nothing is rounded but the
 * result.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "pg/cost.h"
#include "pg/models.h"
#include "pg/settings.h"

/* A price is for 10 ^ 6 tokens. */
#define PRICE_EXPONENT 6

static Numeric
add(Numeric a, Numeric b)
{
	return DatumGetNumeric(DirectFunctionCall2(numeric_add, NumericGetDatum(a), NumericGetDatum(b)));
}

static Numeric
multiply(Numeric a, Numeric b)
{
	return DatumGetNumeric(DirectFunctionCall2(numeric_mul, NumericGetDatum(a), NumericGetDatum(b)));
}

static Numeric
subtract(Numeric a, Numeric b)
{
	return DatumGetNumeric(DirectFunctionCall2(numeric_sub, NumericGetDatum(a), NumericGetDatum(b)));
}

static bool
is_zero(Datum number)
{
	return DatumGetBool(DirectFunctionCall2(numeric_eq, number, NumericGetDatum(int64_to_numeric(0))));
}

/* Without zeros at the end. */
static Numeric
rounded(Numeric cost)
{
	Datum result = DirectFunctionCall2(numeric_round, NumericGetDatum(cost), Int32GetDatum(COST_DIGITS));

	return DatumGetNumeric(DirectFunctionCall1(numeric_trim_scale, result));
}

static Numeric
price_for(int64 tokens, Numeric price)
{
	return multiply(int64_div_fast_to_numeric(tokens, PRICE_EXPONENT), price);
}

static void
check_count(int64 tokens, const char *name)
{
	if (tokens < 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must not be negative", name)));
}

static void
check_usage(const TokenUsage *usage)
{
	check_count(usage->prompt, "prompt_tokens");
	check_count(usage->cached, "cached_tokens");
	check_count(usage->cache_write, "cache_write_tokens");
	check_count(usage->completion, "completion_tokens");
	check_count(usage->reasoning, "reasoning_tokens");
	if (usage->cached > usage->prompt || usage->cache_write > usage->prompt - usage->cached)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("cached_tokens and cache_write_tokens are more than prompt_tokens"),
			 errhint(
				 "prompt_tokens counts all tokens of the prompt, also those read from or written to a cache.")));
	if (usage->reasoning > usage->completion)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("reasoning_tokens are more than completion_tokens"),
				 errhint("completion_tokens counts all tokens that the model wrote, also the reasoning.")));
}

_Noreturn static void
raise_unknown_price(const ModelRow *row, const char *what)
{
	ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
					errmsg("the %s of model \"%s\" of provider \"%s\" is not known", what,
						   TextDatumGetCString(row->values[MODELS_MODEL]),
						   TextDatumGetCString(row->values[MODELS_PROVIDER])),
					errhint("Insert a row of your own that has it into llm_policy.models.")));
}

static Numeric
known_price(const ModelRow *row, ModelColumn column, const char *what)
{
	if (row->nulls[column])
		raise_unknown_price(row, what);
	return DatumGetNumeric(row->values[column]);
}

/*
 * Nobody serves tokens for nothing, because they were cached, who asks a price for them otherwise: there a
 * catalogue's zero says that somebody did not know better.
 */
static Numeric
known_cache_price(const ModelRow *row, ModelColumn column, const char *what)
{
	Numeric price = known_price(row, column, what);

	if (is_zero(row->values[column]) && !row->nulls[MODELS_INPUT_PRICE] &&
		!is_zero(row->values[MODELS_INPUT_PRICE]))
		raise_unknown_price(row, what);
	return price;
}

/* A price that no token asks for need not be known. */
static Numeric
prompt_cost(const ModelRow *row, const TokenUsage *usage)
{
	int64 plain = usage->prompt - usage->cached - usage->cache_write;
	Numeric cost = int64_to_numeric(0);

	if (plain > 0)
		cost = add(cost, price_for(plain, known_price(row, MODELS_INPUT_PRICE, "input price")));
	if (usage->cached > 0)
		cost = add(cost, price_for(usage->cached, known_cache_price(row, MODELS_CACHED_INPUT_PRICE,
																	"price of cached input")));
	if (usage->cache_write > 0)
		cost = add(cost, price_for(usage->cache_write, known_cache_price(row, MODELS_CACHE_WRITE_PRICE,
																		 "price of writing to the cache")));
	return cost;
}

/* Reasoning is output; only few ask a price of its own for it. */
static Numeric
completion_cost(const ModelRow *row, const TokenUsage *usage)
{
	bool apart = !row->nulls[MODELS_REASONING_PRICE];
	int64 plain = apart ? usage->completion - usage->reasoning : usage->completion;
	Numeric cost = int64_to_numeric(0);

	if (plain > 0)
		cost = add(cost, price_for(plain, known_price(row, MODELS_OUTPUT_PRICE, "output price")));
	if (apart && usage->reasoning > 0)
		cost = add(cost, price_for(usage->reasoning, DatumGetNumeric(row->values[MODELS_REASONING_PRICE])));
	return cost;
}

static Numeric
cost_by_row(const ModelRow *row, const TokenUsage *usage)
{
	Numeric cost = add(prompt_cost(row, usage), completion_cost(row, usage));
	Numeric discount;

	if (!usage->batch)
		return cost;
	discount = known_price(row, MODELS_BATCH_DISCOUNT, "batch discount");
	return multiply(cost, subtract(int64_to_numeric(1), discount));
}

/* Of a model that is not known nothing is, so all tokens cost the same. */
static Numeric
cost_of_unknown(const TokenUsage *usage)
{
	Numeric price;

	price = DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(setting_unknown_model_price),
												ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
	return add(price_for(usage->prompt, price), price_for(usage->completion, price));
}

Numeric
cost_of(const char *model, const char *provider, const TokenUsage *usage, TimestampTz at)
{
	List *rows;
	const ModelRow *row;

	check_usage(usage);
	rows = models_find(model, provider, at);
	if (rows == NIL && setting_unknown_model_price[0] == '\0')
		models_raise_unknown(model, provider);
	if (rows == NIL)
		return rounded(cost_of_unknown(usage));
	row = models_tier(rows, usage->prompt);
	if (row == NULL)
		raise_unknown_price(linitial(rows), "price for a prompt of this length");
	return rounded(cost_by_row(row, usage));
}

/* Numbers of tokens that no price is multiplied with are not asked for theirs. */
static const char *
problem_of_prices(const ModelRow *row, const TokenUsage *usage)
{
	if (row == NULL)
		return "no price of the model is known for a prompt of this length";
	if (usage->prompt > 0 && row->nulls[MODELS_INPUT_PRICE])
		return "the input price of the model is not known";
	if (usage->completion > 0 && row->nulls[MODELS_OUTPUT_PRICE])
		return "the output price of the model is not known";
	return NULL;
}

const char *
cost_or_problem(const char *model, const char *provider, int64 prompt, int64 completion, TimestampTz at,
				Numeric *cost)
{
	TokenUsage usage = {.prompt = prompt, .completion = completion};
	const ModelRow *row;
	const char *problem;
	List *providers;
	List *rows;

	if (prompt < 0 || completion < 0)
		return "a number of tokens must not be negative";
	rows = models_find_or_list(model, provider, at, &providers);
	if (list_length(providers) > 1)
		return "several providers have the model";
	if (rows == NIL && setting_unknown_model_price[0] == '\0')
		return "the model is not in llm_policy.models";
	if (rows == NIL)
	{
		*cost = rounded(cost_of_unknown(&usage));
		return NULL;
	}
	row = models_tier(rows, prompt);
	problem = problem_of_prices(row, &usage);
	if (problem == NULL)
		*cost = rounded(cost_by_row(row, &usage));
	return problem;
}

/*
 * prog/expression_access.c - which tests of an expression the index may go by.
 *
 * A part of a condition is plainly false when it gives false: not an error, not a value of another type.
 * `a && b` is plainly false when a or b is, whatever the other gives, and `a || b` when both are; a negation
 * turns plainly false into plainly true, for which the opposite holds.  So each conjunct gives a clause, and
 * a disjunction one of all its parts.  The clause of a test of one slot and constants has all that keeps it
 * from being plainly false:
 *
 * - the values of the slot for which it is true;
 * - ACCESS_FAILED: the slot cannot be read.  Where has() of the slot is another conjunct, or the test asks
 * for an optional, it is plainly false when the slot is merely not there, and ACCESS_UNREADABLE is left.
 * Where it is true of what orValue() puts in the place of such a slot, it is ACCESS_ABSENT;
 * - values of types that the test has no operation for: ACCESS_ABOVE and ACCESS_BELOW, and
 * ACCESS_UNSEARCHABLE beside literals, lead on for them.  Equality is false between types.
 *
 * One thing is not absorbed: that a limit is hit.  A conjunct counts only if nothing that is computed before
 * it takes a time that depends on the request, but for searches of texts of slots, which are few.  The clause
 * then has ACCESS_UNSEARCHABLE of these slots, which leads on where the searches could come near the limit.
 * (What all rules of an evaluation take together is another matter: rules that are no candidates take
 * nothing.)
 *
 * INVARIANT: what is left out makes a clause weaker or missing, never stronger.
 */
#include "prog/expression_access.h"

#include <math.h>

#include "base/number.h"
#include "match/literals.h"
#include "match/regex.h"
#include "prog/expression.h"

/* Integers of a lesser amount are equal to no other number, of whatever type. */
#define EXACT_INTEGERS (INT64_C(1) << 53)

/* Searches of texts; a regex reads a text four times as long as a search for a constant. */
typedef struct Searches
{
	uint16_t slots[MAX_SEARCH_WEIGHT];
	uint32_t count;
	uint32_t weight;
} Searches;

/* Disjunctions in each other are copied for each level. */
#define MAX_JOINED_ACCESSES 1024

#define CONSTANT_WEIGHT 1
#define REGEX_WEIGHT 4

/* What is known of a part. */
typedef struct Finding
{
	Clause clause;	   /* unless an access of it holds, the part is plainly false, or true if it is negated */
	uint32_t weight;   /* of the searches that are made until then; the clause leads on where they are long */
	bool bounded;	   /* the whole of it takes a time that only its searches make depend on the request */
	Searches searches; /* of the whole */
} Finding;

static bool
add_search(Searches *searches, uint16_t slot, uint32_t weight)
{
	if (searches->weight + weight > MAX_SEARCH_WEIGHT)
		return false;
	searches->slots[searches->count++] = slot;
	searches->weight += weight;
	return true;
}

static bool
add_searches(Searches *searches, const Searches *others)
{
	if (searches->weight + others->weight > MAX_SEARCH_WEIGHT)
		return false;
	for (uint32_t i = 0; i < others->count; i++)
		searches->slots[searches->count++] = others->slots[i];
	searches->weight += others->weight;
	return true;
}

/* --- What expressions take ------------------------------------------------------------------------------ */

static bool
is_call(const Expression *expr, Function function)
{
	return expr->kind == EXPR_CALL && expr->as.call.function == function && expr->as.call.candidates != 0;
}

static bool
is_constant(const Expression *expr)
{
	return expr != NULL && expr->kind == EXPR_CONSTANT;
}

static bool
is_constant_list(const Expression *expr)
{
	if (expr->kind != EXPR_LIST)
		return false;
	for (uint32_t i = 0; i < expr->as.list.count; i++)
		if (expr->as.list.items[i].optional || !is_constant(expr->as.list.items[i].value))
			return false;
	return true;
}

/* A constant, or the optional of one: a comparison with it looks at no more of the other side. */
static bool
is_short(const Expression *expr)
{
	return is_constant(expr) ||
		   (is_call(expr, FUNCTION_OPTIONAL_OF) && is_constant(expr->as.call.arguments[0])) ||
		   is_call(expr, FUNCTION_OPTIONAL_NONE);
}

/* How a test reads a slot. */
typedef enum ReadingKind
{
	READING_PLAIN,	 /* a.b */
	READING_DEFAULT, /* a.?b.orValue(c) */
	READING_OPTIONAL /* a.?b */
} ReadingKind;

typedef struct Reading
{
	ReadingKind kind;
	uint16_t slot;
	const Constant *fallback; /* of READING_DEFAULT */
} Reading;

static bool
get_reading(Assembler *assembler, const Expression *expr, Reading *reading)
{
	bool optional;

	*reading = (Reading){.kind = READING_PLAIN};
	if (is_call(expr, FUNCTION_OR_VALUE) && is_constant(expr->as.call.arguments[0]))
	{
		reading->kind = READING_DEFAULT;
		reading->fallback = &expr->as.call.arguments[0]->as.constant;
		return llp_expression_slot(assembler, expr->as.call.receiver, &reading->slot, &optional) && optional;
	}
	if (!llp_expression_slot(assembler, expr, &reading->slot, &optional))
		return false;
	if (optional)
		reading->kind = READING_OPTIONAL;
	return true;
}

static bool add_time(Assembler *assembler, Searches *searches, const Expression *expr);

static bool
add_times(Assembler *assembler, Searches *searches, const Call *call)
{
	const Expression *operand;

	for (uint32_t i = 0; (operand = llp_expression_operand(call, i)) != NULL; i++)
		if (!add_time(assembler, searches, operand))
			return false;
	return true;
}

static bool
add_search_time(Assembler *assembler, Searches *searches, const Call *call, uint32_t weight)
{
	const Expression *text = llp_expression_operand(call, 0);
	Reading reading;

	return is_constant(llp_expression_operand(call, 1)) && get_reading(assembler, text, &reading) &&
		   add_search(searches, reading.slot, weight);
}

static bool
add_call_time(Assembler *assembler, Searches *searches, const Call *call)
{
	const Expression *second = llp_expression_operand(call, 1);

	if (call->candidates == 0)
		return false;
	switch (call->function)
	{
		case FUNCTION_AND:
		case FUNCTION_OR:
		case FUNCTION_NOT:
		case FUNCTION_CONDITIONAL:
		case FUNCTION_OR_VALUE:
		case FUNCTION_OPTIONAL_OF:
		case FUNCTION_OPTIONAL_NONE:
		case FUNCTION_HAS_VALUE:
			return add_times(assembler, searches, call);
		case FUNCTION_EQUAL:
		case FUNCTION_NOT_EQUAL:
		case FUNCTION_LESS:
		case FUNCTION_LESS_EQUAL:
		case FUNCTION_GREATER:
		case FUNCTION_GREATER_EQUAL:
			return (is_short(call->arguments[0]) || is_short(second)) && add_times(assembler, searches, call);
		case FUNCTION_IN:
			return is_constant_list(second) && add_time(assembler, searches, call->arguments[0]);
		case FUNCTION_STARTS_WITH:
		case FUNCTION_ENDS_WITH:
			return is_constant(second) && add_times(assembler, searches, call);
		case FUNCTION_CONTAINS:
			return add_search_time(assembler, searches, call, CONSTANT_WEIGHT);
		case FUNCTION_MATCHES:
			return llp_expression_pattern(assembler, call).data != NULL &&
				   add_search_time(assembler, searches, call, REGEX_WEIGHT);
		default:
			return false;
	}
}

/* Adds the searches that computing it makes; false: it takes a time that depends on the request in other
 * ways. */
static bool
add_time(Assembler *assembler, Searches *searches, const Expression *expr)
{
	bool optional;

	switch (expr->kind)
	{
		case EXPR_CONSTANT:
			return true;
		case EXPR_IDENTIFIER:
			return llp_expression_slot(assembler, expr, NULL, &optional);
		case EXPR_SELECT:
			return llp_expression_slot(assembler, expr, NULL, &optional) ||
				   llp_expression_tested_slot(assembler, expr, NULL);
		case EXPR_CALL:
			return add_call_time(assembler, searches, &expr->as.call);
		default:
			return false;
	}
}

/* --- Tests ---------------------------------------------------------------------------------------------- */

/*
 * The value of JSON that all values which equal the constant have the key of, or null; false when there may
 * be others, or none.
 */
static bool
only_equal(const Constant *constant, Value *value)
{
	switch (constant->kind)
	{
		case KIND_NULL:
			*value = (Value){.kind = VALUE_NULL};
			return true;
		case KIND_BOOL:
			*value = (Value){.kind = VALUE_BOOL, .as.boolean = constant->as.boolean};
			return true;
		case KIND_STRING:
			*value = (Value){.kind = VALUE_STRING, .as.string = constant->as.text};
			return constant->as.text.size > 0 &&
				   memchr(constant->as.text.data, '\0', constant->as.text.size) == NULL;
		case KIND_INT:
			*value = (Value){.kind = VALUE_INT, .as.integer = constant->as.integer};
			break;
		case KIND_UINT:
			if (constant->as.natural >= (uint64_t) EXACT_INTEGERS)
				return false;
			*value = (Value){.kind = VALUE_INT, .as.integer = (int64_t) constant->as.natural};
			break;
		case KIND_DOUBLE:
			if (!isfinite(constant->as.real))
				return false;
			*value = llp_number_from_double(constant->as.real);
			break;
		default:
			return false;
	}
	return value->kind == VALUE_INT
			   ? value->as.integer < EXACT_INTEGERS && value->as.integer > -EXACT_INTEGERS
			   : fabs(value->as.real) < (double) EXACT_INTEGERS;
}

/* Could they be equal?  Only what is certain is denied. */
static bool
may_equal(const Constant *a, const Constant *b)
{
	if (a->kind != b->kind)
		return a->kind >= KIND_INT && a->kind <= KIND_DOUBLE && b->kind >= KIND_INT && b->kind <= KIND_DOUBLE;
	switch (a->kind)
	{
		case KIND_BOOL:
			return a->as.boolean == b->as.boolean;
		case KIND_INT:
			return a->as.integer == b->as.integer;
		case KIND_STRING:
			return llp_str_equal(a->as.text, b->as.text);
		default:
			return true;
	}
}

/* What leads on where the slot cannot be read; `holds`: the test may hold of what is taken in its place. */
static void
add_failure(Assembler *assembler, Clause *clause, const Reading *reading, bool holds)
{
	AccessKind kind = reading->kind == READING_PLAIN ? ACCESS_FAILED : ACCESS_UNREADABLE;

	llp_clause_add(assembler, clause, holds ? ACCESS_ABSENT : kind, reading->slot, 0);
}

/* The slot equals the constant; false when nothing is known of that. */
static bool
add_equal(Assembler *assembler, Clause *clause, uint16_t slot, const Constant *constant)
{
	Value value;

	if (!only_equal(constant, &value))
		return false;
	if (value.kind == VALUE_NULL)
		llp_clause_add(assembler, clause, ACCESS_NULL, slot, 0);
	else
		llp_clause_add(assembler, clause, ACCESS_KEY, slot, llp_asm_key(assembler, &value));
	return true;
}

static Selectivity
equality(Assembler *assembler, Clause *clause, const Expression *left, const Expression *right)
{
	const Expression *other = is_short(right) ? right : left;
	Reading reading;

	if (!is_short(other) || !get_reading(assembler, other == right ? left : right, &reading))
		return SELECTIVITY_NONE;
	if (reading.kind == READING_OPTIONAL)
		other = is_call(other, FUNCTION_OPTIONAL_OF) ? other->as.call.arguments[0] : NULL;
	if (!is_constant(other) || !add_equal(assembler, clause, reading.slot, &other->as.constant))
		return SELECTIVITY_NONE;
	add_failure(assembler, clause, &reading,
				reading.kind == READING_DEFAULT && may_equal(reading.fallback, &other->as.constant));
	return SELECTIVITY_VALUE;
}

static Selectivity
membership(Assembler *assembler, Clause *clause, const Expression *left, const Expression *list)
{
	bool holds = false;
	Reading reading;

	if (!is_constant_list(list) || !get_reading(assembler, left, &reading) ||
		reading.kind == READING_OPTIONAL)
		return SELECTIVITY_NONE;
	for (uint32_t i = 0; i < list->as.list.count; i++)
	{
		const Constant *item = &list->as.list.items[i].value->as.constant;

		if (!add_equal(assembler, clause, reading.slot, item))
			return SELECTIVITY_NONE;
		holds = holds || (reading.kind == READING_DEFAULT && may_equal(reading.fallback, item));
	}
	add_failure(assembler, clause, &reading, holds);
	return SELECTIVITY_VALUE;
}

/* Rounding to a double keeps the order, so that no value gets to the wrong side. */
static bool
as_double(const Constant *constant, double *number)
{
	switch (constant->kind)
	{
		case KIND_INT:
			*number = (double) constant->as.integer;
			return true;
		case KIND_UINT:
			*number = (double) constant->as.natural;
			return true;
		case KIND_DOUBLE:
			*number = constant->as.real;
			return isfinite(constant->as.real);
		default:
			return false;
	}
}

/* Could the constant be above, or below, or equal, or no number at all? */
static bool
may_lie(const Constant *constant, AccessKind side, double bound)
{
	double number;

	if (!as_double(constant, &number))
		return true;
	return side == ACCESS_ABOVE ? number >= bound : number <= bound;
}

static Selectivity
range(Assembler *assembler, Clause *clause, const Call *call, bool negated)
{
	const Expression *left = call->arguments[0];
	const Expression *right = call->arguments[1];
	bool above = call->function == FUNCTION_GREATER || call->function == FUNCTION_GREATER_EQUAL;
	bool turned = is_constant(left);
	AccessKind side = (above != turned) != negated ? ACCESS_ABOVE : ACCESS_BELOW;
	const Expression *bound = turned ? left : right;
	Reading reading;
	double number;

	if (!is_constant(bound) || !as_double(&bound->as.constant, &number) ||
		!get_reading(assembler, turned ? right : left, &reading) || reading.kind == READING_OPTIONAL)
		return SELECTIVITY_NONE;
	llp_clause_add(assembler, clause, side, reading.slot, llp_asm_add(assembler, SECTION_numbers, &number));
	add_failure(assembler, clause, &reading,
				reading.kind == READING_DEFAULT && may_lie(reading.fallback, side, number));
	return SELECTIVITY_RANGE;
}

/* Adds what a text has that the regex matches; false when nothing is known of that. */
static bool
add_required(Assembler *assembler, Clause *clause, uint16_t slot, Str pattern)
{
	Str *literals;
	size_t count;

	if (pattern.data == NULL || llp_regex_required(assembler->arena, pattern, &literals, &count) != STATUS_OK)
		return false;
	for (size_t i = 0; i < count; i++)
		llp_clause_add(assembler, clause, ACCESS_LITERAL, slot,
					   llp_asm_literal(assembler, slot, literals[i]));
	return count > 0;
}

static bool
add_literal(Assembler *assembler, Clause *clause, uint16_t slot, Str text)
{
	if (text.size < LLP_LITERAL_MIN || memchr(text.data, '\0', text.size) != NULL)
		return false;
	llp_clause_add(assembler, clause, ACCESS_LITERAL, slot, llp_asm_literal(assembler, slot, text));
	return true;
}

/* x.contains("y"), x.startsWith("y"), x.endsWith("y"), x.matches("y"): of each, x has a literal in it. */
static Selectivity
search(Assembler *assembler, Clause *clause, const Call *call)
{
	const Expression *wanted = llp_expression_operand(call, 1);
	Reading reading;
	bool known;

	if (!is_constant(wanted) || wanted->as.constant.kind != KIND_STRING ||
		!get_reading(assembler, llp_expression_operand(call, 0), &reading) ||
		reading.kind == READING_OPTIONAL)
		return SELECTIVITY_NONE;
	if (call->function == FUNCTION_MATCHES)
		known = add_required(assembler, clause, reading.slot, llp_expression_pattern(assembler, call));
	else
		known = add_literal(assembler, clause, reading.slot, wanted->as.constant.as.text);
	if (!known)
		return SELECTIVITY_NONE;
	llp_clause_add(assembler, clause, ACCESS_UNSEARCHABLE, reading.slot, 0);
	/* An empty text has no literal in it. */
	add_failure(assembler, clause, &reading,
				reading.kind == READING_DEFAULT &&
					(reading.fallback->kind != KIND_STRING || reading.fallback->as.text.size > 0));
	return SELECTIVITY_LITERAL;
}

static Selectivity
presence(Assembler *assembler, Clause *clause, uint16_t slot, bool negated)
{
	llp_clause_add(assembler, clause, negated ? ACCESS_ABSENT : ACCESS_PRESENT, slot, 0);
	return SELECTIVITY_PRESENCE;
}

static Selectivity
call_clause(Assembler *assembler, Clause *clause, const Call *call, bool negated)
{
	Reading reading;

	switch (call->function)
	{
		case FUNCTION_EQUAL:
		case FUNCTION_NOT_EQUAL:
			return negated == (call->function == FUNCTION_NOT_EQUAL)
					   ? equality(assembler, clause, call->arguments[0], call->arguments[1])
					   : SELECTIVITY_NONE;
		case FUNCTION_IN:
			return negated ? SELECTIVITY_NONE
						   : membership(assembler, clause, call->arguments[0], call->arguments[1]);
		case FUNCTION_LESS:
		case FUNCTION_LESS_EQUAL:
		case FUNCTION_GREATER:
		case FUNCTION_GREATER_EQUAL:
			return range(assembler, clause, call, negated);
		case FUNCTION_CONTAINS:
		case FUNCTION_STARTS_WITH:
		case FUNCTION_ENDS_WITH:
		case FUNCTION_MATCHES:
			return negated ? SELECTIVITY_NONE : search(assembler, clause, call);
		case FUNCTION_HAS_VALUE:
			return get_reading(assembler, call->receiver, &reading) && reading.kind == READING_OPTIONAL
					   ? presence(assembler, clause, reading.slot, negated)
					   : SELECTIVITY_NONE;
		default:
			return SELECTIVITY_NONE;
	}
}

static void
find_in_test(Assembler *assembler, Finding *finding, const Expression *expr, bool negated)
{
	Clause *clause = &finding->clause;
	uint16_t slot;

	finding->bounded = add_time(assembler, &finding->searches, expr);
	finding->weight = finding->searches.weight;
	clause->selectivity = SELECTIVITY_NONE;
	if (!finding->bounded)
		return;
	if (llp_expression_tested_slot(assembler, expr, &slot))
		clause->selectivity = presence(assembler, clause, slot, negated);
	else if (expr->kind == EXPR_CALL)
		clause->selectivity = call_clause(assembler, clause, &expr->as.call, negated);
}

/* --- Junctions ------------------------------------------------------------------------------------------ */

static void find(Assembler *assembler, Finding *finding, const Expression *expr, bool negated);

static bool
is_guard(const Finding *part)
{
	return part->clause.count == 1 && part->clause.accesses[0].kind == ACCESS_PRESENT;
}

/* Where another conjunct is has() of a slot, one that is merely absent does not matter. */
static void
use_guards(Finding *parts, uint32_t count)
{
	for (uint32_t guard = 0; guard < count; guard++)
	{
		if (!is_guard(&parts[guard]))
			continue;
		for (uint32_t i = 0; i < count; i++)
			for (uint32_t j = 0; j < parts[i].clause.count; j++)
			{
				Access *access = &parts[i].clause.accesses[j];

				if ((access->kind == ACCESS_ABSENT || access->kind == ACCESS_FAILED) &&
					access->slot == parts[guard].clause.accesses[0].slot)
					access->kind = ACCESS_UNREADABLE;
			}
	}
}

/* The clause counts if what is computed before it is known to come to an end. */
static bool
stands_behind(Assembler *assembler, Finding *part, const Finding *before)
{
	if (!before->bounded || part->clause.selectivity == SELECTIVITY_NONE ||
		before->searches.weight + part->weight > MAX_SEARCH_WEIGHT)
		return false;
	for (uint32_t i = 0; i < before->searches.count; i++)
		llp_clause_add(assembler, &part->clause, ACCESS_UNSEARCHABLE, before->searches.slots[i], 0);
	part->weight += before->searches.weight;
	return true;
}

/* The parts of a conjunction that give clauses, each of which would do; *whole gets no clause. */
static uint32_t
find_conjuncts(Assembler *assembler, Finding *whole, Finding *parts, const Call *call, bool negated)
{
	uint32_t count = 0;

	whole->bounded = true;
	for (uint32_t i = 0; i < call->count && whole->bounded; i++)
	{
		Finding part = {.bounded = false};

		find(assembler, &part, call->arguments[i], negated);
		if (stands_behind(assembler, &part, whole))
			parts[count++] = part;
		whole->bounded = part.bounded && add_searches(&whole->searches, &part.searches);
	}
	use_guards(parts, count);
	return count;
}

static Finding *
new_parts(Assembler *assembler, const Call *call)
{
	Finding *parts = llp_arena_array(assembler->arena, call->count, sizeof(Finding));

	if (parts == NULL)
		llp_asm_fail(assembler, STATUS_NO_MEMORY);
	return parts;
}

static void
find_in_conjunction(Assembler *assembler, Finding *finding, const Call *call, bool negated)
{
	Finding *parts = new_parts(assembler, call);
	uint32_t count = parts == NULL ? 0 : find_conjuncts(assembler, finding, parts, call, negated);

	finding->clause.selectivity = SELECTIVITY_NONE;
	for (uint32_t i = 0; i < count; i++)
	{
		if (parts[i].clause.selectivity >= finding->clause.selectivity)
			continue;
		finding->clause = parts[i].clause;
		finding->weight = parts[i].weight;
	}
}

static void
find_in_disjunction(Assembler *assembler, Finding *finding, const Call *call, bool negated)
{
	finding->bounded = true;
	finding->clause.selectivity = SELECTIVITY_VALUE;
	for (uint32_t i = 0; i < call->count; i++)
	{
		Finding part = {.bounded = false};

		find(assembler, &part, call->arguments[i], negated);
		if (finding->clause.selectivity != SELECTIVITY_NONE)
			llp_clause_join(assembler, &finding->clause, &part.clause);
		if (finding->clause.count > MAX_JOINED_ACCESSES)
			finding->clause.selectivity = SELECTIVITY_NONE;
		finding->weight += part.weight;
		finding->bounded =
			finding->bounded && part.bounded && add_searches(&finding->searches, &part.searches);
	}
	if (finding->weight > MAX_SEARCH_WEIGHT)
		finding->clause.selectivity = SELECTIVITY_NONE;
}

/* As deep as the expression, which the parser bounds. */
static void
find(Assembler *assembler, Finding *finding, const Expression *expr, bool negated)
{
	if (is_call(expr, FUNCTION_NOT))
		find(assembler, finding, expr->as.call.arguments[0], !negated);
	else if (is_call(expr, negated ? FUNCTION_OR : FUNCTION_AND))
		find_in_conjunction(assembler, finding, &expr->as.call, negated);
	else if (is_call(expr, negated ? FUNCTION_AND : FUNCTION_OR))
		find_in_disjunction(assembler, finding, &expr->as.call, negated);
	else
		find_in_test(assembler, finding, expr, negated);
}

void
llp_collect_expression_clauses(Assembler *assembler, ClauseList *list, const Expression *expr)
{
	Finding whole = {.bounded = false};
	bool negated = false;
	Finding *parts;
	uint32_t count;

	for (; is_call(expr, FUNCTION_NOT); expr = expr->as.call.arguments[0])
		negated = !negated;
	if (!is_call(expr, negated ? FUNCTION_OR : FUNCTION_AND))
	{
		find(assembler, &whole, expr, negated);
		llp_clause_list_add(list, &whole.clause);
		return;
	}
	parts = new_parts(assembler, &expr->as.call);
	count = parts == NULL ? 0 : find_conjuncts(assembler, &whole, parts, &expr->as.call, negated);
	for (uint32_t i = 0; i < count; i++)
		llp_clause_list_add(list, &parts[i].clause);
}

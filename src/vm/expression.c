/*
 * vm/expression.c - the loop over the instructions of expressions.
 *
 * What each does is in prog/opcodes.def; that the stack is as high as they need was proved before
 * (prog/verify_expression.c).  What kinds of values lie there is looked at here.
 *
 * Straight code takes a time in proportion to its length, which is paid for when it begins; a round of a loop
 * is paid for when it begins.  So no instruction has to count itself.  Functions count what they do.
 */
#include "vm/expression.h"

#include "vm/cel_call.h"
#include "vm/cel_functions.h"
#include "vm/cel_map.h"
#include "vm/cel_select.h"
#include "vm/cel_text.h"
#include "vm/cel_tree.h"

#define FIRST_ITEMS 8
/* Instructions, calls among them, that take no longer than a step is worth. */
#define INSTRUCTIONS_PER_STEP 4
/* Strings of up to so many bytes, and lists of so many elements, are compared without being charged for. */
#define SHORT_STRING 64
#define SHORT_LIST 64

typedef struct ExpressionRun
{
	Interpreter *vm;
	const PolicyView *view;
	CelContext *context;
	TreeNode *node; /* of the trace */
	CelValue *top;	/* the place above the topmost value */
	CelValue stack[MAX_VALUE_STACK];
} ExpressionRun;

/* --- Constants and the request -------------------------------------------------------------------------- */

static CelValue
constant_value(const ExpressionRun *run, uint32_t index)
{
	const FragmentConstant *constant = &fragment_constants(run->view->fragment)[index];

	switch ((TypeKind) constant->kind)
	{
		case KIND_BOOL:
			return llp_cel_bool(constant->as.integer != 0);
		case KIND_INT:
			return llp_cel_int(constant->as.integer);
		case KIND_UINT:
			return llp_cel_uint(constant->as.natural);
		case KIND_DOUBLE:
			return llp_cel_double(constant->as.real);
		case KIND_STRING:
			return llp_cel_string(fragment_constant_str(run->view->fragment, constant));
		case KIND_BYTES:
			return llp_cel_bytes(fragment_constant_str(run->view->fragment, constant));
		case KIND_TYPE:
			return llp_cel_type((CelKind) constant->as.integer);
		default:
			return llp_cel_null;
	}
}

static Str
constant_name(const ExpressionRun *run, uint32_t index)
{
	return fragment_constant_str(run->view->fragment, &fragment_constants(run->view->fragment)[index]);
}

static CelValue
literal_value(const ExpressionRun *run, uint32_t index)
{
	Value value = llp_fragment_value(run->view->fragment, index);

	return llp_cel_of_value(&value);
}

/* Shows what a slot holds, once. */
static void
trace_read(ExpressionRun *run, uint32_t slot)
{
	Slots *slots = &run->vm->slots;
	Str path = image_str(slots->image, image_slots(slots->image)[slot].path);
	Value value = llp_slot_shown(slots, slot);

	llp_trace_expression_read(run->vm->trace, run->node, (Str){path.data + 1, path.size - 1}, &value);
}

static CelValue
read_slot(ExpressionRun *run, const Instruction *instruction)
{
	uint32_t slot = run->view->links.slots[instruction->slot];

	if (run->node != NULL)
		trace_read(run, slot);
	switch ((Opcode) instruction->opcode)
	{
		case OP_READ_HAS:
			return llp_slot_has(&run->vm->slots, run->context, slot);
		case OP_READ_OPTIONAL:
			return llp_slot_optional(&run->vm->slots, run->context, slot);
		default:
			return *llp_slot_member(&run->vm->slots, run->context, slot);
	}
}

/* --- Truths --------------------------------------------------------------------------------------------- */

static bool
is_truth(CelValue value, bool truth)
{
	return value.kind == CEL_BOOL && value.as.boolean == truth;
}

/* `value` as the error that it is where a bool is needed. */
static CelValue
no_bool(CelValue value)
{
	return llp_cel_failed(value) ? value : llp_cel_no_overload();
}

/* a && b with decisive false, a || b with decisive true: the decisive truth, else an error, else the other.
 */
static CelValue
combined(CelValue a, CelValue b, bool decisive)
{
	if (a.kind == CEL_STOPPED || b.kind == CEL_STOPPED)
		return llp_cel_stopped;
	if (is_truth(a, decisive) || is_truth(b, decisive))
		return llp_cel_bool(decisive);
	if (a.kind != CEL_BOOL)
		return no_bool(a);
	return b.kind != CEL_BOOL ? no_bool(b) : b;
}

/* --- Functions ------------------------------------------------------------------------------------------ */

static bool
truth_of_order(Function function, bool less, bool same)
{
	switch (function)
	{
		case FUNCTION_EQUAL:
			return same;
		case FUNCTION_NOT_EQUAL:
			return !same;
		case FUNCTION_LESS:
			return less;
		case FUNCTION_LESS_EQUAL:
			return less || same;
		case FUNCTION_GREATER:
			return !less && !same;
		default:
			return !less;
	}
}

/* The relations between two ints and equality of short strings: most of what conditions do. */
static bool
compared_quickly(Function function, const CelValue *args, CelValue *result)
{
	if (function < FUNCTION_EQUAL || function > FUNCTION_GREATER_EQUAL || args[0].kind != args[1].kind)
		return false;
	if (args[0].kind == CEL_INT)
		*result = llp_cel_bool(truth_of_order(function, args[0].as.integer < args[1].as.integer,
											  args[0].as.integer == args[1].as.integer));
	else if (args[0].kind == CEL_STRING && function <= FUNCTION_NOT_EQUAL &&
			 args[0].as.string.size <= SHORT_STRING)
		*result =
			llp_cel_bool((function == FUNCTION_EQUAL) == llp_str_equal(args[0].as.string, args[1].as.string));
	else
		return false;
	return true;
}

/* The same of a slot and a constant that are both ints or both strings, without making a value of the
 * constant. */
static bool
compared_in_place(const ExpressionRun *run, const Instruction *instruction, const CelValue *value,
				  bool *holds)
{
	const FragmentConstant *constant = &fragment_constants(run->view->fragment)[instruction->operand];
	Function relation = instruction_relation(instruction);

	if (value->kind == CEL_INT && constant->kind == KIND_INT)
		*holds = truth_of_order(relation, value->as.integer < constant->as.integer,
								value->as.integer == constant->as.integer);
	else if (value->kind == CEL_STRING && constant->kind == KIND_STRING && relation <= FUNCTION_NOT_EQUAL &&
			 constant->count <= SHORT_STRING)
		*holds = (relation == FUNCTION_EQUAL) ==
				 llp_str_equal(value->as.string, fragment_constant_str(run->view->fragment, constant));
	else
		return false;
	return true;
}

static CelValue
compared(ExpressionRun *run, const Instruction *instruction)
{
	uint32_t slot = run->view->links.slots[instruction->slot];
	const CelValue *value = llp_slot_member(&run->vm->slots, run->context, slot);
	bool holds;

	if (run->node != NULL)
		trace_read(run, slot);
	if (compared_in_place(run, instruction, value, &holds))
		return llp_cel_bool(holds);
	return llp_cel_call(run->context, instruction_relation(instruction),
						(CelValue[]){*value, constant_value(run, instruction->operand)}, 2);
}

/* For an int or a string: no other kind of JSON value is equal to one, because integral numbers are ints
 * there.
 */
static bool
is_item(const Fragment *fragment, const FragmentValue *item, const CelValue *value)
{
	if (value->kind == CEL_INT)
		return item->kind == VALUE_INT && item->as.integer == value->as.integer;
	return item->kind == VALUE_STRING &&
		   llp_str_equal((Str){fragment_text(fragment) + item->as.at, item->count}, value->as.string);
}

static bool
is_listed(const Fragment *fragment, const FragmentValue *list, const CelValue *value)
{
	const FragmentValue *items = fragment_values(fragment) + list->as.at;

	for (uint32_t i = 0; i < list->count; i++)
		if (is_item(fragment, &items[i], value))
			return true;
	return false;
}

static CelValue
member(ExpressionRun *run, const Instruction *instruction)
{
	uint32_t slot = run->view->links.slots[instruction->slot];
	const CelValue *value = llp_slot_member(&run->vm->slots, run->context, slot);
	const FragmentValue *list = &fragment_values(run->view->fragment)[instruction->operand];
	bool is_short =
		list->count <= SHORT_LIST && value->kind == CEL_STRING && value->as.string.size <= SHORT_STRING;

	if (run->node != NULL)
		trace_read(run, slot);
	if (is_short || (list->count <= SHORT_LIST && value->kind == CEL_INT))
		return llp_cel_bool(is_listed(run->view->fragment, list, value));
	return llp_cel_call(run->context, FUNCTION_IN,
						(CelValue[]){*value, literal_value(run, instruction->operand)}, 2);
}

static CelValue
matches_regex(ExpressionRun *run, CelValue text, uint32_t number)
{
	const Regex *regex;
	Status status;

	number = run->view->links.regexes[number];
	if (text.kind != CEL_STRING)
		return no_bool(text);
	/* Compiling it takes a while, and is nothing that the author of the condition pays for each time. */
	if (run->vm->program->regexes[number] == NULL && run->vm->host->poll(run->vm->host->context))
		return llp_cel_stop(run->context, STATUS_CANCELLED, NULL);
	status = llp_program_regex(run->vm->program, number, &regex);
	/* It compiled when the program was made. */
	if (status == STATUS_INVALID || status == STATUS_LIMIT)
		return llp_cel_error("invalid regular expression");
	if (status != STATUS_OK)
		return llp_cel_stop(run->context, status, NULL);
	return llp_cel_matches_regex(run->context, regex, text.as.string);
}

static void
call(ExpressionRun *run, const Instruction *instruction)
{
	Function function = (Function) instruction->operand;
	CelValue *args = run->top - instruction->slot;
	CelValue result;

	if (instruction->slot != 2 || !compared_quickly(function, args, &result))
		result = llp_cel_call(run->context, function, args, instruction->slot);
	*args = result;
	run->top = args + 1;
}

static void
ask(ExpressionRun *run, const Instruction *instruction)
{
	HostCallKind kind = (instruction->flags & INSTRUCTION_ROWS) != 0 ? HOST_CALL_DATA : HOST_CALL_FUNCTION;
	CelValue *args = run->top - instruction->slot;

	*args = llp_host_call(run->context, &run->vm->answers, kind, constant_name(run, instruction->operand),
						  args, instruction->slot);
	run->top = args + 1;
}

/* --- Lists and maps ------------------------------------------------------------------------------------- */

/*
 * A list that is being made has room behind its items: its `offset`, which means nothing else for it, says
 * for how many.  Only instructions that make lists add to one, and nobody else has it yet.
 */
static CelValue
new_list(ExpressionRun *run, uint32_t room)
{
	CelValue list = llp_cel_list(NULL, 0);

	if (room > CEL_COUNT_MAX)
		return llp_cel_stop(run->context, STATUS_LIMIT, "memory");
	list.as.container.items = llp_cel_alloc(run->context, room, sizeof(CelValue));
	list.offset = room;
	return list.as.container.items == NULL ? llp_cel_stopped : list;
}

static CelValue
with_room(ExpressionRun *run, CelValue list)
{
	CelValue larger;
	CelValue *items;

	if (list.as.container.ops == NULL && list.count < list.offset)
		return list;
	larger = new_list(run, list.count < FIRST_ITEMS / 2 ? FIRST_ITEMS : (uint32_t) list.count * 2);
	if (larger.kind != CEL_LIST)
		return larger;
	items = (CelValue *) (uintptr_t) larger.as.container.items;
	for (size_t i = 0; i < list.count; i++)
		items[i] = llp_cel_element(list, i);
	larger.count = list.count;
	return larger;
}

static CelValue
appended(ExpressionRun *run, CelValue list, CelValue value)
{
	if (llp_cel_failed(list))
		return list;
	if (llp_cel_failed(value))
		return value;
	if (list.kind != CEL_LIST)
		return llp_cel_no_overload();
	list = with_room(run, list);
	if (list.kind == CEL_LIST)
		((CelValue *) (uintptr_t) list.as.container.items)[list.count++] = value;
	return list;
}

/* What is in an optional; without one there is nothing to add, and *container is what it was. */
static bool
unwrap(CelValue *container, CelValue *value)
{
	if (llp_cel_failed(*container) || llp_cel_failed(*value))
		return true;
	if (value->kind != CEL_OPTIONAL)
		*value = llp_cel_no_overload();
	else if (value->as.optional == NULL)
		return false;
	else
		*value = *value->as.optional;
	return true;
}

static void
append(ExpressionRun *run, const Instruction *instruction)
{
	CelValue *list = run->top - 2;

	run->top--;
	if ((instruction->flags & INSTRUCTION_OPTIONAL) == 0 || unwrap(list, run->top))
		*list = appended(run, *list, *run->top);
}

static CelValue
new_map(ExpressionRun *run, uint32_t room)
{
	CelMap *map = llp_cel_map_new(run->context, room);

	if (map == NULL)
		return llp_cel_stopped;
	map->grows = true;
	return llp_cel_map(map);
}

static void
insert(ExpressionRun *run, const Instruction *instruction)
{
	CelValue *map = run->top - 3;

	run->top -= 2;
	if ((instruction->flags & INSTRUCTION_OPTIONAL) == 0 || unwrap(map, &map[2]))
		*map = llp_cel_call(run->context, FUNCTION_MAP_INSERT, map, 3);
}

/* --- Loops ---------------------------------------------------------------------------------------------- */

static bool
is_range(CelValue value)
{
	return value.kind == CEL_LIST || value.kind == CEL_MAP;
}

/* Begins a loop; false: what should be its range is none, and an error by now. */
static bool
begin_loop(ExpressionRun *run)
{
	CelValue *range = run->top - 1;

	if (!is_range(*range))
	{
		*range = no_bool(*range);
		return false;
	}
	*run->top++ = llp_cel_int(0);
	return true;
}

static uint64_t
steps_of(uint32_t instructions)
{
	return 1 + instructions / INSTRUCTIONS_PER_STEP;
}

/* Begins a round, which has that many instructions; false: there are no more. */
static bool
begin_round(ExpressionRun *run, bool pairs, uint32_t length)
{
	const CelValue *range = run->top - 3;
	CelValue *rounds = run->top - 2;
	CelEntry entry;

	if (!is_range(*range) || rounds->kind != CEL_INT || rounds->as.integer < 0 ||
		rounds->as.integer >= (int64_t) range->count)
		return false;
	if (!llp_cel_charge(run->context, steps_of(length)))
	{
		run->top[-1] = llp_cel_stopped;
		return false;
	}
	if (range->kind == CEL_LIST)
		entry = (CelEntry){*rounds, llp_cel_element(*range, (size_t) rounds->as.integer)};
	else
		entry = llp_cel_entry(*range, (size_t) rounds->as.integer);
	rounds->as.integer++;
	if (pairs)
		*run->top++ = entry.key;
	*run->top++ = pairs || range->kind == CEL_LIST ? entry.value : entry.key;
	return true;
}

/* Takes the condition of a round; false: the loop ends, with the accumulator as it is, or the error. */
static bool
go_on(ExpressionRun *run, uint32_t variables)
{
	CelValue condition = *--run->top;

	if (is_truth(condition, true))
		return true;
	run->top -= variables;
	if (condition.kind != CEL_BOOL)
		run->top[-1] = no_bool(condition);
	return false;
}

static void
end_round(ExpressionRun *run, uint32_t variables)
{
	CelValue accumulator = *--run->top;

	run->top -= variables;
	run->top[-1] = accumulator;
}

/* The variables of a round of the loop whose NEXT is there. */
static uint32_t
round_variables(const Instruction *next)
{
	return (next->flags & INSTRUCTION_PAIRS) != 0 ? 2 : 1;
}

/* The condition of a loop leads to its end, which is behind the STEP that knows where the loop begins. */
static uint32_t
loop_variables(const Instruction *code, uint32_t end)
{
	return round_variables(&code[code[end - 1].operand]);
}

static void
slide(ExpressionRun *run, uint32_t count)
{
	run->top[-1 - (ptrdiff_t) count] = run->top[-1];
	run->top -= count;
}

/* --- Alternatives --------------------------------------------------------------------------------------- */

/* x.or(y), x.orValue(y): does x give what the whole gives?  Then it is on the stack, else x is gone. */
static bool
gives_value(ExpressionRun *run, bool wants_optional)
{
	CelValue *value = run->top - 1;

	if (value->kind != CEL_OPTIONAL)
		*value = no_bool(*value);
	else if (value->as.optional == NULL)
	{
		run->top--;
		return false;
	}
	else if (!wants_optional)
		*value = *value->as.optional;
	return true;
}

static bool
is_absent(CelValue value)
{
	return value.kind == CEL_NULL || (value.kind == CEL_ERROR && value.count == CEL_ERROR_ABSENT);
}

/*
 * The same for an argument of coalesce but the last one.  An optional is what it holds, and an empty one is
 * absence, so that x.?y and x.y say the same here.
 */
static bool
is_present(ExpressionRun *run)
{
	CelValue *value = run->top - 1;
	bool absent = is_absent(*value);

	if (value->kind == CEL_OPTIONAL)
	{
		absent = value->as.optional == NULL || is_absent(*value->as.optional);
		if (!absent)
			*value = *value->as.optional;
	}
	if (absent)
		run->top--;
	return !absent;
}

/* Where an instruction that may lead forward leads. */
static uint32_t
next_place(ExpressionRun *run, const Instruction *code, uint32_t at)
{
	const Instruction *instruction = &code[at];
	CelValue *value = run->top - 1;
	bool jumps = true;

	switch ((Opcode) instruction->opcode)
	{
		case OP_SKIP_FALSE:
			jumps = is_truth(*value, false);
			break;
		case OP_SKIP_TRUE:
			jumps = is_truth(*value, true);
			break;
		case OP_CHECK_BOOL:
			jumps = value->kind != CEL_BOOL;
			if (jumps)
				*value = no_bool(*value);
			break;
		case OP_BRANCH:
			jumps = !is_truth(*--run->top, true);
			break;
		case OP_LOOP:
			jumps = !begin_loop(run);
			break;
		case OP_NEXT:
			jumps = !begin_round(run, instruction->flags != 0, instruction->operand - at);
			break;
		case OP_WHILE:
			jumps = !go_on(run, loop_variables(code, instruction->operand));
			break;
		case OP_STEP:
			end_round(run, round_variables(&code[instruction->operand]));
			break;
		case OP_OR_OPTIONAL:
			jumps = gives_value(run, true);
			break;
		case OP_OR_VALUE:
			jumps = gives_value(run, false);
			break;
		case OP_COALESCE:
			jumps = is_present(run);
			break;
		default:
			break;
	}
	return jumps ? instruction->operand : at + 1;
}

/* -------------------------------------------------------------------------------------------------------- */

/* What replaces the topmost value. */
static CelValue
changed_top(ExpressionRun *run, const Instruction *instruction)
{
	CelValue value = run->top[-1];

	switch ((Opcode) instruction->opcode)
	{
		case OP_SELECT:
			return llp_cel_select(run->context, value, constant_name(run, instruction->operand));
		case OP_SELECT_OPTIONAL:
			return llp_cel_optional_select(run->context, value, constant_name(run, instruction->operand));
		case OP_HAS:
			return llp_cel_has(value, constant_name(run, instruction->operand));
		case OP_MATCHES_REGEX:
			return matches_regex(run, value, instruction->operand);
		case OP_NOT_FALSE:
			return value.kind == CEL_STOPPED ? value : llp_cel_bool(!is_truth(value, false));
		case OP_TEXT:
			return llp_cel_text_of(run->context, value);
		case OP_PRESENT:
			return llp_cel_optional_part(run->context, value);
		default: /* CHECK_OPTIONAL */
			return value.kind == CEL_OPTIONAL ? value : no_bool(value);
	}
}

static CelValue run_code(ExpressionRun *run, uint32_t at);

/* Runs an expression within the meter. */
static CelValue
run_program(Interpreter *vm, const PolicyView *view, uint32_t entry, TreeNode *node)
{
	ExpressionRun run; /* without its stack, which is written as it is needed */

	if (!llp_cel_charge(&vm->cel, steps_of(fragment_code(view->fragment)[entry].slot)))
		return llp_cel_stopped;
	run.vm = vm;
	run.view = view;
	run.context = &vm->cel;
	run.node = node;
	run.top = run.stack;
	return run_code(&run, entry);
}

/* Where the caller has said what data.name is, nobody asks the surroundings; what it did not name is absent.
 */
static bool
is_given(const ExpressionRun *run, const FragmentVariable *variable, CelValue *value)
{
	Str name = fragment_str(run->view->fragment, variable->name);
	Str prefix = STR("data.");
	Value given;

	if (run->vm->given_data == NULL || !llp_str_starts_with(name, prefix))
		return false;
	given = llp_member(run->vm->given_data, (Str){name.data + prefix.size, name.size - prefix.size});
	if (given.kind == VALUE_NULL)
		given = llp_missing;
	*value = llp_cel_of_value(&given);
	return true;
}

/*
 * The value of a variable, an error perhaps; what had to stop will be tried again.  Variables are so few deep
 * (prog/verify.c) that the machine's stack has room for all.
 */
static CelValue
variable_value(ExpressionRun *run, uint32_t index)
{
	const FragmentVariable *variable = &fragment_variables(run->view->fragment)[index];
	CelValue *value = &run->view->variables[index];

	if (value->kind == CEL_STOPPED && !is_given(run, variable, value))
		*value = run_program(run->vm, run->view, variable->entry, run->node);
	return *value;
}

/* Runs to RESULT. */
static CelValue
run_code(ExpressionRun *run, uint32_t at)
{
	const Instruction *code = fragment_code(run->view->fragment);

	for (;;)
	{
		const Instruction *instruction = &code[at];

		switch ((Opcode) instruction->opcode)
		{
			case OP_RESULT:
				return run->top[-1];
			case OP_EXPRESSION:
				break;
			case OP_CONSTANT:
				*run->top++ = constant_value(run, instruction->operand);
				break;
			case OP_LITERAL:
				*run->top++ = literal_value(run, instruction->operand);
				break;
			case OP_READ:
			case OP_READ_HAS:
			case OP_READ_OPTIONAL:
				*run->top++ = read_slot(run, instruction);
				break;
			case OP_COMPARE:
				*run->top++ = compared(run, instruction);
				break;
			case OP_MEMBER:
				*run->top++ = member(run, instruction);
				break;
			case OP_VARIABLE:
				*run->top++ = variable_value(run, instruction->operand);
				break;
			case OP_LOCAL:
				*run->top++ = run->stack[instruction->operand];
				break;
			case OP_CALL:
				call(run, instruction);
				break;
			case OP_ASK:
				ask(run, instruction);
				break;
			case OP_BOTH:
			case OP_EITHER:
				run->top--;
				run->top[-1] = combined(run->top[-1], *run->top, instruction->opcode == OP_EITHER);
				break;
			case OP_NEW_LIST:
				*run->top++ = new_list(run, instruction->operand);
				break;
			case OP_NEW_MAP:
				*run->top++ = new_map(run, instruction->operand);
				break;
			case OP_APPEND:
				append(run, instruction);
				break;
			case OP_INSERT:
				insert(run, instruction);
				break;
			case OP_SLIDE:
				slide(run, instruction->operand);
				break;
			case OP_SELECT:
			case OP_SELECT_OPTIONAL:
			case OP_HAS:
			case OP_MATCHES_REGEX:
			case OP_NOT_FALSE:
			case OP_PRESENT:
			case OP_CHECK_OPTIONAL:
			case OP_TEXT:
				run->top[-1] = changed_top(run, instruction);
				break;
			default:
				at = next_place(run, code, at);
				continue;
		}
		at++;
	}
}

/* Gives the meter what the rule in hand may still use; returns that. */
static uint64_t
open_meter(Interpreter *vm)
{
	CelContext *context = &vm->cel;

	context->status = STATUS_OK;
	context->excess = NULL;
	context->meter.steps = vm->steps_left < vm->rule_left ? vm->steps_left : vm->rule_left;
	return context->meter.steps;
}

/* Takes back what is left of `steps`. */
static void
close_meter(Interpreter *vm, uint64_t steps)
{
	CelContext *context = &vm->cel;

	vm->steps_left -= steps - context->meter.steps;
	vm->rule_left -= steps - context->meter.steps;
	if (context->status != STATUS_OK && context->status != STATUS_LIMIT)
		vm->status = context->status;
}

CelValue
llp_run_expression(Interpreter *vm, const PolicyView *view, uint32_t entry, TreeNode *node)
{
	uint64_t steps = open_meter(vm);
	CelValue result = run_program(vm, view, entry, node);

	close_meter(vm, steps);
	return vm->cel.status == STATUS_OK ? result : llp_cel_stopped;
}

/* Which limit was hit, by the name of its setting. */
static Str
limit_problem(Interpreter *vm)
{
	const char *excess = vm->cel.excess;

	if (llp_str_equal(llp_str(excess), STR("memory")))
		return STR("the expressions of this evaluation need more memory than evaluation_memory allows");
	if (llp_str_equal(llp_str(excess), STR("depth")))
		return STR("the expression compares or writes values that are nested too deep");
	if (vm->steps_left == 0)
		return STR("the expressions of this evaluation need more steps than max_evaluation_steps allows");
	return STR("the expression needs more steps than max_rule_steps allows");
}

Str
llp_expression_problem(Interpreter *vm, CelValue result)
{
	Str kind;

	switch (result.kind)
	{
		case CEL_STOPPED:
			return vm->cel.status == STATUS_LIMIT ? limit_problem(vm) : STR("");
		case CEL_ERROR:
			return result.as.string;
		default:
			kind = llp_cel_kind_name((CelKind) result.kind);
			return llp_cel_error_format(&vm->cel, "the condition is not a bool but of type %.*s",
										STR_ARG(kind))
				.as.string;
	}
}

static void
set_problem(Interpreter *vm, CelValue result)
{
	vm->problem = llp_expression_problem(vm, result);
	vm->trouble = vm->cel.status == STATUS_LIMIT ? REASON_LIMIT : REASON_ERROR;
}

TreeNode *
llp_run_template(Interpreter *vm, const PolicyView *view, const FragmentValue *template)
{
	uint64_t steps = open_meter(vm);
	CelValue problem = run_program(vm, view, template->as.template.entry, NULL);
	TreeNode *node = llp_cel_tree(&vm->cel, problem, &problem);

	if (node != NULL)
		(void) llp_cel_charge_memory(&vm->cel, llp_tree_text_bytes(node));
	close_meter(vm, steps);
	if (vm->cel.status != STATUS_OK)
		problem = llp_cel_stopped;
	else if (node != NULL)
		return node;
	set_problem(vm, problem);
	return NULL;
}

Truth
llp_run_condition(Interpreter *vm, const PolicyView *view, uint32_t entry, TreeNode *candidate)
{
	const Instruction *begin = &fragment_code(view->fragment)[entry];
	TreeNode *node = NULL;
	Truth truth = TRUTH_ERROR;
	CelValue result;

	if (vm->trace != NULL && candidate != NULL)
		node = llp_trace_expression(vm->trace, candidate,
									llp_fragment_value(view->fragment, begin->operand).as.string);
	result = llp_run_expression(vm, view, entry, node);
	if (result.kind == CEL_BOOL)
		truth = result.as.boolean ? TRUTH_TRUE : TRUTH_FALSE;
	else
		set_problem(vm, result);
	llp_trace_result(vm->trace, node, truth);
	return truth;
}

/*
 * vm/interpreter.c - the loop over the instructions of conditions; those of expressions are
 * vm/expression.c's.
 *
 * What each does is in prog/opcodes.def; that the code is sound was proved before (prog/verify.c).  Knows
 * nothing of rules, verdicts or policies.
 */
#include "vm/interpreter.h"

#include "base/number.h"
#include "vm/expression.h"
#include "vm/operators.h"

/* A test takes well under a microsecond unless its values are long. */
#define TESTS_PER_POLL 16

/* The nodes of a trace that are open while code runs. */
typedef struct TraceGroups
{
	const CodeGroup *groups;
	uint32_t count;
	uint32_t next; /* the first that does not begin before the instruction in hand */
	uint32_t depth;
	const CodeGroup *open[MAX_GROUP_DEPTH];
	TreeNode *nodes[MAX_GROUP_DEPTH + 1]; /* of what is open, below the candidate */
} TraceGroups;

/* A run of code. */
typedef struct Run
{
	Interpreter *vm;
	const PolicyView *view;
	Truth stack[MAX_TRUTH_STACK];
	uint32_t height;
} Run;

/* Microseconds since 1970 as a value of the expression language. */
static CelValue
timestamp_value(Timestamp now)
{
	int64_t microseconds = now % 1000000;
	int64_t seconds = now / 1000000 - (microseconds < 0);

	return llp_cel_timestamp(seconds,
							 (int32_t) (microseconds < 0 ? microseconds + 1000000 : microseconds) * 1000);
}

const ExpressionLimits llp_default_limits = {.rule_steps = DEFAULT_RULE_STEPS,
											 .evaluation_steps = DEFAULT_EVALUATION_STEPS,
											 .memory = DEFAULT_EXPRESSION_MEMORY};

bool
llp_interpreter_init(Interpreter *vm, Arena *arena, Program *program, const Value *request, Timestamp now,
					 const ExpressionLimits *limits)
{
	const ExpressionLimits *allowed = limits == NULL ? &llp_default_limits : limits;
	CelMeter meter = {.memory = allowed->memory};

	*vm = (Interpreter){.arena = arena,
						.host = llp_arena_host(arena),
						.program = program,
						.rule_steps = allowed->rule_steps,
						.rule_left = allowed->rule_steps,
						.steps_left = allowed->evaluation_steps};
	llp_cel_context_init(&vm->cel, arena, meter, timestamp_value(now));
	return llp_slots_init(&vm->slots, arena, program, request);
}

PolicyView
llp_policy_view(const Image *image, uint32_t policy)
{
	return (PolicyView){.number = policy,
						.policy = &image_policies(image)[policy],
						.fragment = image_fragment(image, policy),
						.links = llp_image_links(image, policy)};
}

bool
llp_interpreter_poll(Interpreter *vm)
{
	if (vm->status == STATUS_OK && vm->host->poll(vm->host->context))
		vm->status = STATUS_CANCELLED;
	return vm->status == STATUS_OK;
}

static bool
equals_value(Run *run, const Value *value, uint32_t constant)
{
	Value wanted = llp_fragment_value(run->view->fragment, constant);

	return llp_operator_eq(run->vm->host, value, &wanted);
}

static bool
has_sorted(const uint32_t *keys, uint32_t count, uint32_t key)
{
	uint32_t low = 0;

	while (count > 0)
	{
		uint32_t half = count / 2;

		if (keys[low + half] == key)
			return true;
		if (keys[low + half] < key)
		{
			low += half + 1;
			count -= half + 1;
		}
		else
			count = half;
	}
	return false;
}

/* Membership of a list or map among the set's own. */
static bool
has_container(Run *run, const FragmentSet *set, const Value *value)
{
	Value list = llp_fragment_value(run->view->fragment, set->value);

	for (size_t i = 0; i < list.as.container.count; i++)
	{
		Value item = llp_element(&list, i);

		if (llp_value_equal(value, &item))
			return true;
	}
	return false;
}

static bool
is_member(Run *run, uint32_t slot, const FragmentSet *set)
{
	const Value *value = llp_slot_value(&run->vm->slots, slot);
	uint32_t key;

	switch (value->kind)
	{
		case VALUE_MISSING:
			return false;
		case VALUE_NULL:
			return (set->flags & SET_HAS_NULL) != 0;
		case VALUE_LIST:
		case VALUE_MAP:
			return (set->flags & SET_HAS_CONTAINERS) != 0 && has_container(run, set, value);
		default:
			key = llp_slot_key(&run->vm->slots, slot);
			return key != NO_KEY && has_sorted(run->view->links.set_keys + set->first, set->count, key);
	}
}

/* Can the text match, as far as a scan for the index has told? */
static bool
may_match(Run *run, uint32_t slot, const FragmentMatch *match)
{
	const LiteralState *state = llp_slot_found_literals(&run->vm->slots, slot);

	if (match->literal_count == 0 || state == NULL)
		return true;
	for (uint32_t i = 0; i < match->literal_count; i++)
	{
		uint32_t id = run->view->links.literals[match->first_literal + i];

		if (llp_literal_may_occur(state, id))
			return true;
	}
	return false;
}

static void
fail_regex(Run *run, Status status)
{
	if (status == STATUS_NO_MEMORY)
		run->vm->status = status;
	else
	{
		run->vm->problem = STR("a pattern cannot be compiled");
		run->vm->trouble = REASON_ERROR;
	}
}

static Truth
matches(Run *run, uint32_t slot, uint32_t operand)
{
	const FragmentMatch *match;
	char buffer[LLP_NUMBER_TEXT_SIZE];
	const Regex *regex;
	bool matched = false;
	Status status;
	Str text;

	if (operand == NO_VALUE ||
		!llp_text_form(run->vm->host, llp_slot_value(&run->vm->slots, slot), buffer, &text))
		return TRUTH_FALSE;
	match = &fragment_matches(run->view->fragment)[operand];
	if (!may_match(run, slot, match))
		return TRUTH_FALSE;
	status = llp_program_regex(run->vm->program, run->view->links.regexes[match->regex], &regex);
	if (status == STATUS_OK)
		status = llp_regex_matches(regex, text, &matched);
	if (status != STATUS_OK)
	{
		fail_regex(run, status);
		return TRUTH_ERROR;
	}
	return matched ? TRUTH_TRUE : TRUTH_FALSE;
}

/* The operators that compare a slot with one value, as vm/operators.h defines them. */
static bool
relation_holds(Run *run, Operator op, uint32_t slot, uint32_t constant)
{
	Value value = llp_fragment_value(run->view->fragment, constant);
	bool holds = false;

	run->vm->status =
		llp_operator_holds(run->vm->host, op, llp_slot_value(&run->vm->slots, slot), &value, NULL, &holds);
	return holds;
}

static Truth
truth_of(bool holds)
{
	return holds ? TRUTH_TRUE : TRUTH_FALSE;
}

static Truth
opposite(Truth truth)
{
	if (truth == TRUTH_ERROR)
		return truth;
	return truth == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_TRUE;
}

static Truth
test_slot(Run *run, const Instruction *instruction)
{
	uint32_t slot = run->view->links.slots[instruction->slot];
	uint32_t operand = instruction->operand;

	switch ((Opcode) instruction->opcode)
	{
		case OP_EQ:
			return truth_of(llp_slot_key(&run->vm->slots, slot) == run->view->links.keys[operand]);
		case OP_EQ_VALUE:
			return truth_of(equals_value(run, llp_slot_value(&run->vm->slots, slot), operand));
		case OP_IN:
			return truth_of(is_member(run, slot, &fragment_sets(run->view->fragment)[operand]));
		case OP_CONTAINS:
			return truth_of(relation_holds(run, OPERATOR_CONTAINS, slot, operand));
		case OP_GT:
			return truth_of(relation_holds(run, OPERATOR_GT, slot, operand));
		case OP_GTE:
			return truth_of(relation_holds(run, OPERATOR_GTE, slot, operand));
		case OP_LT:
			return truth_of(relation_holds(run, OPERATOR_LT, slot, operand));
		case OP_LTE:
			return truth_of(relation_holds(run, OPERATOR_LTE, slot, operand));
		case OP_MATCHES:
			return matches(run, slot, operand);
		default:
			return truth_of(llp_slot_value(&run->vm->slots, slot)->kind != VALUE_MISSING);
	}
}

/* The operator that a trace shows for a test. */
static Operator
shown_operator(const Instruction *instruction)
{
	bool negated = (instruction->flags & INSTRUCTION_NEGATED) != 0;

	switch ((Opcode) instruction->opcode)
	{
		case OP_EQ:
		case OP_EQ_VALUE:
			return negated ? OPERATOR_NE : OPERATOR_EQ;
		case OP_IN:
			return negated ? OPERATOR_NOT_IN : OPERATOR_IN;
		case OP_CONTAINS:
			return negated ? OPERATOR_NOT_CONTAINS : OPERATOR_CONTAINS;
		case OP_GT:
			return OPERATOR_GT;
		case OP_GTE:
			return OPERATOR_GTE;
		case OP_LT:
			return OPERATOR_LT;
		case OP_LTE:
			return OPERATOR_LTE;
		case OP_MATCHES:
			return OPERATOR_MATCHES;
		default:
			return OPERATOR_EXISTS;
	}
}

static Truth
run_test(Run *run, const Instruction *instruction, TreeNode *parent)
{
	Interpreter *vm = run->vm;
	uint32_t slot = run->view->links.slots[instruction->slot];
	Truth truth;
	TreeNode *node;

	if (++vm->instructions % TESTS_PER_POLL == 0 && !llp_interpreter_poll(vm))
		return TRUTH_ERROR;
	truth = test_slot(run, instruction);
	if ((instruction->flags & INSTRUCTION_NEGATED) != 0)
		truth = opposite(truth);
	if (vm->trace == NULL)
		return truth;
	node = llp_trace_condition(vm->trace, parent, shown_operator(instruction));
	llp_trace_read(vm->trace, node, image_str(vm->slots.image, image_slots(vm->slots.image)[slot].path),
				   llp_slot_value(&vm->slots, slot));
	llp_trace_result(vm->trace, node, truth);
	return truth;
}

static Truth
combine(Truth a, Truth b, Truth decisive)
{
	if (a == decisive || b == decisive)
		return decisive;
	return a == TRUTH_ERROR ? a : b;
}

static void
open_groups(TraceGroups *trace, Interpreter *vm, uint32_t at)
{
	for (; trace->next < trace->count && trace->groups[trace->next].begin <= at; trace->next++)
	{
		const CodeGroup *group = &trace->groups[trace->next];

		if (group->begin < at || trace->depth == MAX_GROUP_DEPTH)
			continue;
		trace->open[trace->depth] = group;
		trace->nodes[trace->depth + 1] =
			llp_trace_condition(vm->trace, trace->nodes[trace->depth], (Operator) group->op);
		trace->depth++;
	}
}

/* A group that ends here has the accumulator for its result. */
static void
close_groups(TraceGroups *trace, Interpreter *vm, uint32_t at, Truth truth)
{
	while (trace->depth > 0 && trace->open[trace->depth - 1]->end <= at)
		llp_trace_result(vm->trace, trace->nodes[trace->depth--], truth);
}

/* Runs to RETURN, or to where the work has to stop. */
static Truth
run_code(Run *run, uint32_t at, TraceGroups *trace)
{
	const Instruction *code = fragment_code(run->view->fragment);
	Truth truth = TRUTH_FALSE;

	for (;; at++)
	{
		const Instruction *instruction = &code[at];

		if (trace != NULL)
		{
			close_groups(trace, run->vm, at, truth);
			open_groups(trace, run->vm, at);
		}
		switch ((Opcode) instruction->opcode)
		{
			case OP_RETURN:
				return truth;
			case OP_TRUTH:
				truth = truth_of(instruction->operand != 0);
				break;
			case OP_NOT:
				truth = opposite(truth);
				break;
			case OP_JUMP_FALSE:
				if (truth == TRUTH_FALSE)
					at = instruction->operand - 1;
				break;
			case OP_JUMP_TRUE:
				if (truth == TRUTH_TRUE)
					at = instruction->operand - 1;
				break;
			case OP_PUSH:
				run->stack[run->height++] = truth;
				break;
			case OP_AND:
				truth = combine(run->stack[--run->height], truth, TRUTH_FALSE);
				break;
			case OP_OR:
				truth = combine(run->stack[--run->height], truth, TRUTH_TRUE);
				break;
			default:
				truth = run_test(run, instruction, trace == NULL ? NULL : trace->nodes[trace->depth]);
				if (run->vm->status != STATUS_OK)
					return TRUTH_ERROR;
		}
	}
}

static Truth
trace_expression(Interpreter *vm, const PolicyView *view, uint32_t entry, TreeNode *candidate)
{
	Truth truth = llp_run_condition(vm, view, entry, candidate);

	llp_trace_matched(vm->trace, candidate, truth);
	return truth;
}

static Truth
run_traced(Run *run, uint32_t entry, TreeNode *candidate)
{
	TraceGroups trace = {.groups = fragment_groups(run->view->fragment),
						 .count = fragment_groups_count(run->view->fragment),
						 .nodes = {candidate}};
	Truth truth;

	while (trace.next < trace.count && trace.groups[trace.next].begin < entry)
		trace.next++;
	truth = run_code(run, entry, &trace);
	llp_trace_matched(run->vm->trace, candidate, truth);
	return truth;
}

Truth
llp_run(Interpreter *vm, const PolicyView *view, uint32_t entry, TreeNode *candidate)
{
	Run run;

	if (is_expression(&fragment_code(view->fragment)[entry]))
		return trace_expression(vm, view, entry, candidate);
	run.vm = vm;
	run.view = view;
	run.height = 0;
	if (vm->trace != NULL && candidate != NULL)
		return run_traced(&run, entry, candidate);
	return run_code(&run, entry, NULL);
}

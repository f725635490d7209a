/*
 * prog/verify_expression.c - proves that the code of an expression is safe to run.
 *
 * What it proves: operands are in range; at each instruction the stack has one height, whichever way it was
 * reached, from 0 to MAX_VALUE_STACK, and what is taken from it or read on it is there; every way leads on to
 * the expression's own RESULT or back to the NEXT of the loop around it.  That rounds of a loop end is the
 * meter's business (vm/expression.c), and so is what kinds of values lie where.
 *
 * Jumps lead to the ends of blocks, which are nested because the expression is a tree.  A block becomes known
 * by the first jump to its end.  So it suffices to remember those that are open; time is linear.
 */
#include "prog/verify_expression.h"

#define NO_START UINT32_MAX

/* Some jump leads to `target`. */
typedef struct Block
{
	uint32_t target;
	uint32_t height; /* of the stack there */
	uint32_t start;	 /* of a loop: its NEXT; else NO_START */
	uint32_t round;	 /* of a loop: the height within a round */
	bool is_stepped; /* of a loop: its STEP is the instruction before its end */
} Block;

typedef struct Walk
{
	const Fragment *fragment;
	const char *problem;
	uint32_t at;
	uint32_t height; /* of the stack */
	uint32_t depth;
	Block blocks[MAX_BLOCK_DEPTH];
} Walk;

static bool
complain(Walk *walk, const char *problem)
{
	walk->problem = problem;
	return false;
}

static Block *
innermost(Walk *walk)
{
	return walk->depth > 0 ? &walk->blocks[walk->depth - 1] : NULL;
}

/* A jump to `target`, where the stack has that height. */
static bool
add_jump(Walk *walk, uint32_t target, uint32_t height)
{
	const Block *block = innermost(walk);

	if (target <= walk->at || (block != NULL && target > block->target))
		return complain(walk, "a jump of an expression leads out of its block");
	if (block != NULL && target == block->target)
		return height == block->height || complain(walk, "jumps of an expression disagree about the stack");
	if (walk->depth == MAX_BLOCK_DEPTH)
		return complain(walk, "the blocks of an expression are too deep");
	walk->blocks[walk->depth++] = (Block){.target = target, .height = height, .start = NO_START};
	return true;
}

/* What ends here has to leave the stack as the jumps to here do. */
static bool
close_blocks(Walk *walk)
{
	while (walk->depth > 0 && innermost(walk)->target == walk->at)
	{
		const Block *block = innermost(walk);

		if (block->height != walk->height)
			return complain(walk, "jumps of an expression disagree about the stack");
		if (block->start != NO_START && !block->is_stepped)
			return complain(walk, "a loop does not end with a step");
		walk->depth--;
	}
	return true;
}

/* The next instruction is reached by the innermost block's jumps alone. */
static bool
continue_by_jump(Walk *walk)
{
	const Block *block = innermost(walk);

	if (block == NULL || block->target != walk->at + 1)
		return complain(walk, "an expression has code that nothing leads to");
	walk->height = block->height;
	return true;
}

static bool
check_goto(Walk *walk, uint32_t target)
{
	uint32_t height = walk->height;

	if (!continue_by_jump(walk))
		return false;
	if (innermost(walk)->start != NO_START)
		return complain(walk, "a loop does not end with a step");
	walk->depth--;
	return add_jump(walk, target, height);
}

/* The round's variables come on top of the range, the number of rounds and the accumulator. */
static bool
check_next(Walk *walk, const Instruction *instruction)
{
	uint32_t variables = (instruction->flags & INSTRUCTION_PAIRS) != 0 ? 2 : 1;
	uint32_t open = walk->depth;

	if (walk->height < 3)
		return complain(walk, "a loop has no range");
	if (!add_jump(walk, instruction->operand, walk->height))
		return false;
	if (walk->depth == open)
		return complain(walk, "a loop ends with another block");
	walk->height += variables;
	innermost(walk)->start = walk->at;
	innermost(walk)->round = walk->height;
	return true;
}

static bool
check_while(Walk *walk, uint32_t target)
{
	const Block *block = innermost(walk);

	if (block == NULL || block->start == NO_START || block->target != target ||
		walk->height != block->round + 1)
		return complain(walk, "the condition of a loop is not in its round");
	walk->height--;
	return true;
}

static bool
check_step(Walk *walk, uint32_t target)
{
	Block *block = innermost(walk);

	if (block == NULL || block->start != target || block->target != walk->at + 1 ||
		walk->height != block->round + 1)
		return complain(walk, "a round of a loop does not end where it should");
	block->is_stepped = true;
	return continue_by_jump(walk);
}

/* The jump of an instruction that leads forward; what it does when it does not jump is the shape's business.
 */
static bool
check_forward(Walk *walk, const Instruction *instruction)
{
	switch ((Opcode) instruction->opcode)
	{
		case OP_GOTO:
			return check_goto(walk, instruction->operand);
		case OP_NEXT:
			return check_next(walk, instruction);
		case OP_BRANCH:
			return add_jump(walk, instruction->operand, walk->height - 1);
		default:
			return add_jump(walk, instruction->operand, walk->height);
	}
}

static bool
is_string_constant(const Fragment *fragment, uint32_t index)
{
	return index < fragment_constants_count(fragment) &&
		   fragment_constants(fragment)[index].kind == KIND_STRING;
}

static bool
check_range(Walk *walk, const Instruction *instruction)
{
	const Fragment *fragment = walk->fragment;
	uint32_t operand = instruction->operand;
	uint32_t kind = VALUE_MISSING;

	if (operand < fragment_values_count(fragment))
		kind = fragment_values(fragment)[operand].kind;
	switch (llp_opcode_shapes[instruction->opcode].operand)
	{
		case OPERAND_TEXT:
			return kind == VALUE_STRING;
		case OPERAND_CONTAINER:
			return kind == VALUE_LIST || kind == VALUE_MAP;
		case OPERAND_LIST:
			return kind == VALUE_LIST;
		case OPERAND_CONSTANT:
			return operand < fragment_constants_count(fragment);
		case OPERAND_NAME:
			return is_string_constant(fragment, operand);
		case OPERAND_REGEX:
			return operand < fragment_regexes_count(fragment);
		case OPERAND_FUNCTION:
			return operand < FUNCTION_END;
		case OPERAND_VARIABLE:
			return operand < fragment_variables_count(fragment);
		case OPERAND_HEIGHT:
			return operand < walk->height;
		default:
			return true;
	}
}

static uint8_t
largest_flags(Opcode opcode)
{
	switch (opcode)
	{
		case OP_APPEND:
		case OP_INSERT:
			return INSTRUCTION_OPTIONAL;
		case OP_NEXT:
			return INSTRUCTION_PAIRS;
		case OP_ASK:
			return INSTRUCTION_ROWS;
		case OP_COMPARE:
			return RELATION_COUNT - 1;
		default:
			return 0;
	}
}

static bool
check_shape(Walk *walk, const Instruction *instruction)
{
	const OpcodeShape *shape;

	if (instruction->opcode >= OP_END || !llp_opcode_shapes[instruction->opcode].of_values)
		return complain(walk, "an instruction is not one of expressions");
	shape = &llp_opcode_shapes[instruction->opcode];
	if (instruction->flags > largest_flags((Opcode) instruction->opcode))
		return complain(walk, "an instruction has an unknown flag");
	if (shape->reads_slot && instruction->slot >= fragment_slots_count(walk->fragment))
		return complain(walk, "the slot of an instruction is out of range");
	return check_range(walk, instruction) || complain(walk, "the operand of an instruction is out of range");
}

/* How many values the instruction takes, if all goes its straight way. */
static uint64_t
taken(const Instruction *instruction)
{
	uint64_t count = llp_opcode_shapes[instruction->opcode].takes;

	if (instruction->opcode == OP_CALL || instruction->opcode == OP_ASK)
		count += instruction->slot;
	if (instruction->opcode == OP_SLIDE)
		count += instruction->operand;
	return count;
}

static bool
check_effect(Walk *walk, const Instruction *instruction)
{
	const OpcodeShape *shape = &llp_opcode_shapes[instruction->opcode];

	if (taken(instruction) > walk->height)
		return complain(walk, "the stack of an expression is empty");
	if (shape->operand == OPERAND_LOOP_START)
		return check_step(walk, instruction->operand);
	if (shape->operand == OPERAND_LOOP_END)
		return check_while(walk, instruction->operand);
	if (shape->operand == OPERAND_FORWARD && !check_forward(walk, instruction))
		return false;
	/* These have said themselves how high the stack is behind them. */
	if (instruction->opcode != OP_GOTO && instruction->opcode != OP_NEXT)
		walk->height = walk->height - (uint32_t) taken(instruction) + shape->puts;
	return walk->height <= MAX_VALUE_STACK || complain(walk, "the stack of an expression grows too high");
}

static bool
check_instruction(Walk *walk, const Instruction *instruction, uint32_t begin)
{
	if ((instruction->opcode == OP_EXPRESSION) != (walk->at == begin))
		return complain(walk, "an expression does not begin where it should");
	return close_blocks(walk) && check_shape(walk, instruction) && check_effect(walk, instruction);
}

/* At its RESULT: nothing is left over, and its length is what its beginning says. */
static const char *
problem_at_end(const Walk *walk, const Instruction *begin, uint32_t length)
{
	if (walk->height > 0 || walk->depth > 0)
		return "an expression ends too early";
	return begin->slot == (length < UINT16_MAX ? length : UINT16_MAX)
			   ? NULL
			   : "the length of an expression is wrong";
}

const char *
llp_verify_expression(const Fragment *fragment, uint32_t *at)
{
	const Instruction *code = fragment_code(fragment);
	uint32_t begin = *at;
	Walk walk; /* without its array of blocks, which is written as it is needed */

	walk.fragment = fragment;
	walk.problem = NULL;
	walk.height = walk.depth = 0;
	for (walk.at = begin; walk.at < fragment_code_count(fragment); walk.at++)
	{
		if (!check_instruction(&walk, &code[walk.at], begin))
			return walk.problem;
		if (code[walk.at].opcode != OP_RESULT)
			continue;
		*at = walk.at;
		return problem_at_end(&walk, &code[begin], walk.at - begin);
	}
	return "an expression does not end";
}

/* How the index may reach a rule by a member, and by no other slot: vm/candidates.c looks at nothing else. */
static bool
is_access_of(AccessKind kind, bool is_member)
{
	switch (kind)
	{
		case ACCESS_CONTAINER:
		case ACCESS_ITEM:
		case ACCESS_ITEM_NULL:
		case ACCESS_ITEM_CONTAINER:
			return !is_member;
		case ACCESS_FAILED:
		case ACCESS_UNREADABLE:
		case ACCESS_UNSEARCHABLE:
			return is_member;
		default:
			return true;
	}
}

const char *
llp_verify_slot_uses(const Fragment *fragment, SlotIsMember *is_member, const void *context)
{
	for (uint32_t i = 0; i < fragment_code_count(fragment); i++)
	{
		const Instruction *instruction = &fragment_code(fragment)[i];
		const OpcodeShape *shape = &llp_opcode_shapes[instruction->opcode];

		if (shape->reads_slot && is_member(context, instruction->slot) != shape->of_values)
			return "an instruction reads a slot of the other kind";
	}
	for (uint32_t i = 0; i < fragment_accesses_count(fragment); i++)
	{
		const Access *access = &fragment_accesses(fragment)[i];

		if (!is_access_of((AccessKind) access->kind, is_member(context, access->slot)))
			return "an access is unknown";
	}
	return NULL;
}

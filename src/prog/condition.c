/*
 * prog/condition.c - from conditions to instructions: operator trees; expressions are prog/expression.c's.
 *
 * A tree becomes straight code with forward jumps: the truth of a child that decides its junction jumps to
 * the junction's end.  Where a child may err its truth waits on the stack for the next child's, because a
 * later false of an `and`, or true of an `or`, absorbs the error.
 */
#include "prog/condition.h"

#include "base/number.h"
#include "match/regex.h"
#include "prog/expression.h"

#define NO_JUMP UINT32_MAX

static uint32_t
emit(Assembler *assembler, Instruction instruction)
{
	return llp_asm_add(assembler, SECTION_code, &instruction);
}

static uint32_t
here(const Assembler *assembler)
{
	return llp_asm_count(assembler, SECTION_code);
}

/* Until it is known where they lead, jumps are a list through their operands. */
static void
emit_jump(Assembler *assembler, Opcode opcode, uint32_t *jumps)
{
	*jumps = emit(assembler, (Instruction){.opcode = (uint8_t) opcode, .operand = *jumps});
}

static void
land_jumps(Assembler *assembler, uint32_t jumps)
{
	while (jumps != NO_JUMP && assembler->status == STATUS_OK)
	{
		Instruction *jump = llp_asm_at(assembler, SECTION_code, jumps);

		jumps = jump->operand;
		jump->operand = here(assembler);
	}
}

static uint32_t
add_match(Assembler *assembler, uint16_t slot, Str pattern)
{
	FragmentMatch match = {.regex = llp_asm_regex(assembler, pattern),
						   .first_literal = llp_asm_count(assembler, SECTION_literals)};
	Str *literals;
	size_t count;
	Status status = llp_regex_required(assembler->arena, pattern, &literals, &count);

	if (status != STATUS_OK)
	{
		llp_asm_fail(assembler, status);
		return 0;
	}
	for (size_t i = 0; i < count; i++)
		llp_asm_literal(assembler, slot, literals[i]);
	match.literal_count = (uint32_t) count;
	return llp_asm_add(assembler, SECTION_matches, &match);
}

/* Matches are numbered by slot and pattern: finding out what literals a pattern requires is slow. */
uint32_t
llp_compile_match(Assembler *assembler, uint16_t slot, Str pattern)
{
	uint32_t known = assembler->matches.count;
	StrBuf label;
	uint32_t number;

	llp_buf_init(&label, assembler->arena);
	llp_buf_append(&label, (Str){(const char *) &slot, sizeof(slot)});
	llp_buf_append(&label, pattern);
	number = label.failed ? INTERN_NONE : llp_intern(&assembler->matches, llp_buf_str(&label));
	if (number == INTERN_NONE)
		llp_asm_fail(assembler, STATUS_NO_MEMORY);
	else if (number == known)
		add_match(assembler, slot, pattern);
	return number;
}

static uint32_t
compile_set(Assembler *assembler, const TreeNode *list)
{
	FragmentSet set = {.first = llp_asm_count(assembler, SECTION_set_keys), .value = NO_VALUE};

	for (uint32_t i = 0; list->kind == VALUE_LIST && i < list->as.list.count; i++)
	{
		Value item = llp_tree_value(list->as.list.items[i]);
		uint32_t key;

		if (item.kind == VALUE_NULL)
			set.flags |= SET_HAS_NULL;
		else if (item.kind == VALUE_LIST || item.kind == VALUE_MAP)
			set.flags |= SET_HAS_CONTAINERS;
		else
		{
			key = llp_asm_key(assembler, &item);
			llp_asm_add(assembler, SECTION_set_keys, &key);
		}
	}
	set.count = llp_asm_count(assembler, SECTION_set_keys) - set.first;
	if ((set.flags & SET_HAS_CONTAINERS) != 0)
		set.value = llp_asm_value(assembler, list);
	return llp_asm_add(assembler, SECTION_sets, &set);
}

static bool
has_key(const TreeNode *node)
{
	return node->kind != VALUE_NULL && node->kind != VALUE_LIST && node->kind != VALUE_MAP;
}

static Instruction
equality(Assembler *assembler, uint16_t slot, const TreeNode *constant)
{
	Value value = llp_tree_value(constant);

	if (has_key(constant))
		return (Instruction){.opcode = OP_EQ, .slot = slot, .operand = llp_asm_key(assembler, &value)};
	return (Instruction){.opcode = OP_EQ_VALUE, .slot = slot, .operand = llp_asm_value(assembler, constant)};
}

static Instruction
comparison(Assembler *assembler, Opcode opcode, uint16_t slot, const TreeNode *constant)
{
	return (Instruction){
		.opcode = (uint8_t) opcode, .slot = slot, .operand = llp_asm_value(assembler, constant)};
}

static Instruction
existence(uint16_t slot, const TreeNode *constant)
{
	bool wanted = constant->kind != VALUE_BOOL || constant->as.boolean;

	return (Instruction){.opcode = OP_EXISTS, .slot = slot, .flags = wanted ? 0 : INSTRUCTION_NEGATED};
}

Str
llp_pattern_of(Assembler *assembler, const TreeNode *constant)
{
	Value value = llp_tree_value(constant);
	char buffer[LLP_NUMBER_TEXT_SIZE];
	Str pattern;

	if (value.kind == VALUE_STRING)
		return value.as.string;
	if (!has_key(constant))
		return (Str){NULL, 0};
	pattern = llp_scalar_text(llp_arena_host(assembler->arena), &value, buffer);
	pattern = llp_str_copy(assembler->arena, pattern);
	if (pattern.data == NULL)
		llp_asm_fail(assembler, STATUS_NO_MEMORY);
	return pattern;
}

/* Without a pattern nothing matches. */
static Instruction
match(Assembler *assembler, uint16_t slot, const TreeNode *constant)
{
	Instruction instruction = {.opcode = OP_MATCHES, .slot = slot, .operand = NO_VALUE};
	Str pattern = llp_pattern_of(assembler, constant);

	if (pattern.data != NULL)
		instruction.operand = llp_compile_match(assembler, slot, pattern);
	return instruction;
}

static Instruction
negated(Instruction instruction)
{
	instruction.flags ^= INSTRUCTION_NEGATED;
	return instruction;
}

static Instruction
leaf_instruction(Assembler *assembler, const OperatorTree *leaf)
{
	uint16_t slot = llp_asm_slot(assembler, leaf->field.text);
	const TreeNode *constant = leaf->value;

	switch (leaf->op)
	{
		case OPERATOR_EQ:
			return equality(assembler, slot, constant);
		case OPERATOR_NE:
			return negated(equality(assembler, slot, constant));
		case OPERATOR_IN:
			return (Instruction){.opcode = OP_IN, .slot = slot, .operand = compile_set(assembler, constant)};
		case OPERATOR_NOT_IN:
			return negated(
				(Instruction){.opcode = OP_IN, .slot = slot, .operand = compile_set(assembler, constant)});
		case OPERATOR_CONTAINS:
			return comparison(assembler, OP_CONTAINS, slot, constant);
		case OPERATOR_NOT_CONTAINS:
			return negated(comparison(assembler, OP_CONTAINS, slot, constant));
		case OPERATOR_GT:
			return comparison(assembler, OP_GT, slot, constant);
		case OPERATOR_GTE:
			return comparison(assembler, OP_GTE, slot, constant);
		case OPERATOR_LT:
			return comparison(assembler, OP_LT, slot, constant);
		case OPERATOR_LTE:
			return comparison(assembler, OP_LTE, slot, constant);
		case OPERATOR_MATCHES:
			return match(assembler, slot, constant);
		default:
			return existence(slot, constant);
	}
}

static bool emit_tree(Assembler *assembler, const OperatorTree *tree);

/* Emits `and` or `or`; may it err? */
static bool
emit_junction(Assembler *assembler, const OperatorTree *tree)
{
	bool is_and = tree->op == OPERATOR_AND;
	uint32_t jumps = NO_JUMP;
	bool may_err = false;

	if (tree->child_count == 0)
		emit(assembler, (Instruction){.opcode = OP_TRUTH, .operand = is_and ? 1 : 0});
	for (size_t i = 0; i < tree->child_count && assembler->status == STATUS_OK; i++)
	{
		bool waits = may_err;

		if (waits)
			emit(assembler, (Instruction){.opcode = OP_PUSH});
		may_err = emit_tree(assembler, tree->children[i]) || may_err;
		if (waits)
			emit(assembler, (Instruction){.opcode = is_and ? OP_AND : OP_OR});
		if (i + 1 < tree->child_count)
			emit_jump(assembler, is_and ? OP_JUMP_FALSE : OP_JUMP_TRUE, &jumps);
	}
	land_jumps(assembler, jumps);
	return may_err;
}

static bool
emit_negation(Assembler *assembler, const OperatorTree *tree)
{
	bool may_err = emit_tree(assembler, tree->children[0]);

	emit(assembler, (Instruction){.opcode = OP_NOT});
	return may_err;
}

/* An inner node, which a trace shows as one. */
static bool
emit_group(Assembler *assembler, const OperatorTree *tree)
{
	uint32_t begin = here(assembler);
	uint32_t group = llp_asm_reserve(assembler, SECTION_groups, 1);
	bool may_err = tree->op == OPERATOR_NOT ? emit_negation(assembler, tree) : emit_junction(assembler, tree);
	CodeGroup *place = llp_asm_at(assembler, SECTION_groups, group);

	if (place != NULL)
		*place = (CodeGroup){.begin = begin, .end = here(assembler), .op = (uint32_t) tree->op};
	return may_err;
}

/* As deep as the document. */
static bool
emit_tree(Assembler *assembler, const OperatorTree *tree)
{
	switch (tree->op)
	{
		case OPERATOR_AND:
		case OPERATOR_OR:
		case OPERATOR_NOT:
			return emit_group(assembler, tree);
		default:
			emit(assembler, leaf_instruction(assembler, tree));
			return false;
	}
}

uint32_t
llp_compile_condition(Assembler *assembler, const Condition *condition)
{
	uint32_t entry = here(assembler);

	if (condition->kind == CONDITION_EXPRESSION)
		return llp_compile_expression(assembler, condition->as.expression);
	emit_tree(assembler, condition->as.tree);
	emit(assembler, (Instruction){.opcode = OP_RETURN});
	return entry;
}

/* One value is an equality, more are a membership. */
static void
emit_applicability(Assembler *assembler, const Applicability *entry)
{
	uint16_t slot = llp_asm_slot(assembler, entry->path.text);
	TreeNode *list;

	if (entry->value_count == 1)
	{
		emit(assembler, equality(assembler, slot, entry->values[0]));
		return;
	}
	list = llp_tree_list(assembler->arena);
	for (size_t i = 0; i < entry->value_count; i++)
	{
		TreeNode *value = llp_arena_new(assembler->arena, TreeNode);

		if (value != NULL)
			*value = *entry->values[i];
		llp_tree_append(assembler->arena, list, value);
	}
	if (llp_arena_exhausted(assembler->arena))
	{
		llp_asm_fail(assembler, STATUS_NO_MEMORY);
		return;
	}
	emit(assembler, (Instruction){.opcode = OP_IN, .slot = slot, .operand = compile_set(assembler, list)});
}

uint32_t
llp_compile_applicability(Assembler *assembler, const Applicability *entries, size_t count)
{
	uint32_t start = here(assembler);
	uint32_t jumps = NO_JUMP;

	if (count == 0)
		return NO_ENTRY;
	for (size_t i = 0; i < count && assembler->status == STATUS_OK; i++)
	{
		emit_applicability(assembler, &entries[i]);
		if (i + 1 < count)
			emit_jump(assembler, OP_JUMP_FALSE, &jumps);
	}
	land_jumps(assembler, jumps);
	emit(assembler, (Instruction){.opcode = OP_RETURN});
	return start;
}

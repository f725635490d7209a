/*
 * prog/verify.c - proves that a fragment is safe to link and to run.
 *
 * What the compiler writes has one order: values stand as a walk from the top down meets them, clauses,
 * extras and programs in the order of the rules that have them.  Insisting on that order proves without
 * memory of its own that nothing is reached twice or in a circle, and so that everything that walks over a
 * fragment ends after a time linear in its size.
 *
 * Each function below may rely on what the ones called before it have proved (check_body has the order),
 * and returns false after it has said what is wrong.
 */
#include "prog/verify.h"

#include <math.h>

#include "base/field_path.h"
#include "base/modification.h"
#include "base/number.h"
#include "base/utf8.h"
#include "match/regex.h"
#include "policy/model.h"
#include "prog/access.h"
#include "prog/verify_expression.h"

#define NO_TARGET UINT32_MAX

typedef struct Checker
{
	const Fragment *fragment;
	const char *problem;
	Str text; /* the section in hand, without the zeros that fill it up */
	/* What the next one in the one order has to be. */
	uint32_t next_value;
	uint32_t next_pair;
	uint32_t next_modification;
	uint32_t next_advice;
	uint32_t next_extra;
	uint32_t next_clause;
	uint32_t next_entry; /* at the earliest */
} Checker;

static bool
complain(Checker *checker, const char *problem)
{
	checker->problem = problem;
	return false;
}

/* Are [first, first + count) among `total`? */
static bool
within(uint32_t first, uint32_t count, uint32_t total)
{
	return first <= total && count <= total - first;
}

/* --- Header and sections -------------------------------------------------------------------------------- */

static bool
check_header(Checker *checker, const void *bytes, size_t size)
{
	const Fragment *fragment = bytes;

	if ((uintptr_t) bytes % sizeof(uint64_t) != 0)
		return complain(checker, "it is not aligned");
	if (size < NARROW_HEADER_SIZE || fragment->magic != FRAGMENT_MAGIC)
		return complain(checker, "it is not a fragment");
	if (fragment->version != FRAGMENT_VERSION)
		return complain(checker, "another version of the engine made it");
	checker->fragment = fragment;
	return true;
}

static bool
section_fits(const Fragment *fragment, FragmentSection section, size_t element_size)
{
	uint32_t begin = fragment_offset(fragment, section);
	uint32_t end = fragment_offset(fragment, (int) section + 1);

	return begin <= end && (end - begin) % element_size == 0;
}

/* Types of eight bytes' alignment come first, so that whole elements keep all sections aligned. */
static bool
check_sections(Checker *checker, size_t size)
{
	const Fragment *fragment = checker->fragment;
	uint32_t header_size = fragment->is_wide ? WIDE_HEADER_SIZE : NARROW_HEADER_SIZE;
	bool fit = fragment->is_wide <= 1 && size >= header_size && fragment_offset(fragment, 0) == header_size;

#define FRAGMENT_SECTION(name, type) fit = fit && section_fits(fragment, SECTION_##name, sizeof(type));
	FRAGMENT_SECTIONS
#undef FRAGMENT_SECTION
	if (!fit || fragment_body_size(fragment) > size || fragment_body_size(fragment) % sizeof(uint64_t) != 0 ||
		fragment_literals_count(fragment) != fragment_literal_slots_count(fragment))
		return complain(checker, "its sections do not fit");
	return true;
}

/* --- Texts ---------------------------------------------------------------------------------------------- */

/* One well-formed text without NUL, behind a byte that is nobody's and before less than a word of zeros. */
static bool
check_text_section(Checker *checker, const char *section, uint32_t size)
{
	Str text = {section, size};
	size_t filled = 1;

	if (text.size == 0 || text.data[0] != '\0')
		return complain(checker, "its text does not begin with a zero");
	while (filled < sizeof(uint64_t) && text.size > 1 && text.data[text.size - 1] == '\0')
	{
		text.size--;
		filled++;
	}
	checker->text = text;
	if (llp_utf8_check((Str){text.data + 1, text.size - 1}) != text.size - 1)
		return complain(checker, "its text is not UTF-8");
	return true;
}

/* Does no character reach over the place? */
static bool
is_boundary(const Checker *checker, uint32_t at)
{
	return at == checker->text.size || !llp_utf8_continues(checker->text.data[at]);
}

static bool
check_text(Checker *checker, FragmentText text)
{
	if (text.at == 0 ? text.size != 0 : !within(text.at, text.size, (uint32_t) checker->text.size))
		return complain(checker, "a text is not within the others");
	if (!is_boundary(checker, text.at) || !is_boundary(checker, text.at + text.size))
		return complain(checker, "a text begins or ends within a character");
	return true;
}

static bool
check_name(Checker *checker, FragmentText text)
{
	if (text.size == 0)
		return complain(checker, "a name is missing");
	return check_text(checker, text);
}

static bool
check_path(Checker *checker, FragmentText text)
{
	if (!check_text(checker, text))
		return false;
	if (!llp_path_valid((Str){checker->text.data + text.at, text.size}))
		return complain(checker, "a path is none");
	return true;
}

/* The name of a slot: a path of the operators, or one of the expressions. */
static bool
check_slot_name(Checker *checker, FragmentText text)
{
	return (check_text(checker, text) &&
			llp_is_member_path((Str){checker->text.data + text.at, text.size})) ||
		   (checker->problem == NULL && check_path(checker, text));
}

/* --- Values --------------------------------------------------------------------------------------------- */

static bool check_value(Checker *checker, const FragmentValue *value, int depth);

static bool
check_list(Checker *checker, const FragmentValue *list, int depth)
{
	const FragmentValue *values = fragment_values(checker->fragment);
	uint32_t first = checker->next_value;

	if (list->as.at != first || !within(first, list->count, fragment_values_count(checker->fragment)))
		return complain(checker, "a list is out of order");
	checker->next_value += list->count;
	for (uint32_t i = 0; i < list->count; i++)
		if (!check_value(checker, &values[first + i], depth))
			return false;
	return true;
}

static bool
check_map(Checker *checker, const FragmentValue *map, int depth)
{
	const Fragment *fragment = checker->fragment;
	const FragmentPair *pairs = fragment_pairs(fragment);
	uint32_t first = checker->next_pair;

	if (map->as.at != first || !within(first, map->count, fragment_pairs_count(fragment)))
		return complain(checker, "a map is out of order");
	checker->next_pair += map->count;
	for (uint32_t i = first; i < first + map->count; i++)
	{
		if (!check_text(checker, pairs[i].key) || !check_value(checker, &pairs[i].value, depth))
			return false;
		if (i > first && llp_str_compare(fragment_str(fragment, pairs[i - 1].key),
										 fragment_str(fragment, pairs[i].key)) >= 0)
			return complain(checker, "the keys of a map are out of order");
	}
	return true;
}

/* As base/request.h wants numbers: what is an int is none. */
static bool
is_double(double number)
{
	return isfinite(number) && llp_number_from_double(number).kind == VALUE_DOUBLE;
}

/* A value within `depth` containers, and all in it. */
static bool
check_value(Checker *checker, const FragmentValue *value, int depth)
{
	switch (value->kind)
	{
		case VALUE_NULL:
		case VALUE_INT:
			return true;
		case VALUE_BOOL:
			return value->as.integer == 0 || value->as.integer == 1 || complain(checker, "a bool is none");
		case VALUE_DOUBLE:
			return is_double(value->as.real) || complain(checker, "a number is not in its one form");
		case VALUE_STRING:
			if (value->as.at > checker->text.size)
				return complain(checker, "a text is not within the others");
			return check_text(checker, (FragmentText){(uint32_t) value->as.at, value->count});
		case FRAGMENT_TEMPLATE:
			return check_text(checker, (FragmentText){value->as.template.source, value->count});
		case VALUE_LIST:
		case VALUE_MAP:
			if (depth == MAX_VALUE_DEPTH)
				return complain(checker, "a value is too deep");
			return value->kind == VALUE_LIST ? check_list(checker, value, depth + 1)
											 : check_map(checker, value, depth + 1);
		default:
			return complain(checker, "a value is of no kind");
	}
}

/* Every value and every pair belongs to one container or stands for itself. */
static bool
check_values(Checker *checker)
{
	const Fragment *fragment = checker->fragment;

	while (checker->next_value < fragment_values_count(fragment))
		if (!check_value(checker, &fragment_values(fragment)[checker->next_value++], 0))
			return false;
	return checker->next_pair == fragment_pairs_count(fragment) || complain(checker, "a member is in no map");
}

static bool
is_value(const Checker *checker, uint32_t index)
{
	return index < fragment_values_count(checker->fragment);
}

static ValueKind
kind_of(const Checker *checker, uint32_t index)
{
	return (ValueKind) fragment_values(checker->fragment)[index].kind;
}

/* --- Constants of expressions --------------------------------------------------------------------------- */

/* UTF-8, with NULs or without. */
static bool
is_string(Str text)
{
	size_t size = llp_utf8_check(text);

	while (size < text.size && text.data[size] == '\0')
	{
		text = (Str){text.data + size + 1, text.size - size - 1};
		size = llp_utf8_check(text);
	}
	return size == text.size;
}

static bool
check_bytes(Checker *checker, const FragmentConstant *constant)
{
	uint32_t size = fragment_bytes_count(checker->fragment);

	if (constant->as.at > size || !within((uint32_t) constant->as.at, constant->count, size))
		return complain(checker, "a constant is not within the others");
	return constant->kind == KIND_BYTES || is_string(fragment_constant_str(checker->fragment, constant)) ||
		   complain(checker, "a constant is not UTF-8");
}

static bool
check_constant(Checker *checker, const FragmentConstant *constant)
{
	switch ((TypeKind) constant->kind)
	{
		case KIND_NULL:
		case KIND_INT:
		case KIND_UINT:
		case KIND_DOUBLE:
			return true;
		case KIND_BOOL:
			return constant->as.integer == 0 || constant->as.integer == 1 ||
				   complain(checker, "a bool is none");
		case KIND_STRING:
		case KIND_BYTES:
			return check_bytes(checker, constant);
		case KIND_TYPE:
			return (constant->as.integer >= 0 && constant->as.integer < KIND_END) ||
				   complain(checker, "a type is none");
		default:
			return complain(checker, "a constant is of no kind");
	}
}

static bool
check_constants(Checker *checker)
{
	for (uint32_t i = 0; i < fragment_constants_count(checker->fragment); i++)
		if (!check_constant(checker, &fragment_constants(checker->fragment)[i]))
			return false;
	return true;
}

/* --- Operands ------------------------------------------------------------------------------------------- */

static bool
check_numbers(Checker *checker)
{
	for (uint32_t i = 0; i < fragment_numbers_count(checker->fragment); i++)
		if (!isfinite(fragment_numbers(checker->fragment)[i]))
			return complain(checker, "a bound is not finite");
	return true;
}

static bool
check_literal_slots(Checker *checker)
{
	const Fragment *fragment = checker->fragment;

	for (uint32_t i = 0; i < fragment_literal_slots_count(fragment); i++)
		if (fragment_literal_slots(fragment)[i] >= fragment_slots_count(fragment))
			return complain(checker, "a literal cannot be looked for");
	return true;
}

/* A match's literals are all looked for in one slot: a test asks for them by their numbers there. */
static bool
check_matches(Checker *checker)
{
	const Fragment *fragment = checker->fragment;
	const uint32_t *slots = fragment_literal_slots(fragment);

	for (uint32_t i = 0; i < fragment_matches_count(fragment); i++)
	{
		const FragmentMatch *match = &fragment_matches(fragment)[i];

		if (match->regex >= fragment_regexes_count(fragment) ||
			match->literal_count > LLP_MAX_REGEX_LITERALS ||
			!within(match->first_literal, match->literal_count, fragment_literal_slots_count(fragment)))
			return complain(checker, "the match of a regex is out of range");
		for (uint32_t j = 1; j < match->literal_count; j++)
			if (slots[match->first_literal + j] != slots[match->first_literal])
				return complain(checker, "a regex has literals of several slots");
	}
	return true;
}

/* Each key of a set is in no other: the linker sorts them in place. */
static bool
check_sets(Checker *checker)
{
	const Fragment *fragment = checker->fragment;
	uint32_t next_key = 0;

	for (uint32_t i = 0; i < fragment_sets_count(fragment); i++)
	{
		const FragmentSet *set = &fragment_sets(fragment)[i];
		bool has_list = is_value(checker, set->value) && kind_of(checker, set->value) == VALUE_LIST;

		if (set->first != next_key || !within(next_key, set->count, fragment_set_keys_count(fragment)))
			return complain(checker, "a set is out of order");
		if (set->flags > (SET_HAS_NULL | SET_HAS_CONTAINERS) ||
			((set->flags & SET_HAS_CONTAINERS) != 0 ? !has_list : set->value != NO_VALUE))
			return complain(checker, "a set is not what it says");
		next_key += set->count;
	}
	for (uint32_t i = 0; i < fragment_set_keys_count(fragment); i++)
		if (fragment_set_keys(fragment)[i] >= fragment_keys_count(fragment))
			return complain(checker, "a key is out of range");
	return true;
}

/* --- Code ----------------------------------------------------------------------------------------------- */

/* A group that has begun and not ended. */
typedef struct OpenGroup
{
	uint32_t end;
	uint32_t height; /* of the stack where it began */
} OpenGroup;

/*
 * The state between two instructions.  Jumps lead to the end of the innermost group around them, or, outside
 * of all, to the program's RETURN, and the stack is there as high as at the jump: so its height depends on
 * the place alone, whichever way an instruction is reached.
 */
typedef struct CodeWalk
{
	Checker *checker;
	uint32_t at;
	uint32_t height;	 /* of the stack */
	uint32_t target;	 /* where jumps outside of groups lead, or NO_TARGET */
	uint32_t next_group; /* the first that has not begun */
	uint32_t depth;
	OpenGroup open[MAX_GROUP_DEPTH];
} CodeWalk;

static bool
close_groups(CodeWalk *walk)
{
	while (walk->depth > 0 && walk->open[walk->depth - 1].end == walk->at)
		if (walk->open[--walk->depth].height != walk->height)
			return complain(walk->checker, "a group of code changes the stack");
	return true;
}

static bool
open_groups(CodeWalk *walk)
{
	const Fragment *fragment = walk->checker->fragment;
	const CodeGroup *groups = fragment_groups(fragment);

	for (; walk->next_group < fragment_groups_count(fragment) && groups[walk->next_group].begin <= walk->at;
		 walk->next_group++)
	{
		const CodeGroup *group = &groups[walk->next_group];

		if (group->begin < walk->at || group->end <= walk->at || walk->depth == MAX_GROUP_DEPTH ||
			(walk->depth > 0 && group->end > walk->open[walk->depth - 1].end))
			return complain(walk->checker, "the groups of code are not nested");
		if (group->op < OPERATOR_AND || group->op > OPERATOR_NOT)
			return complain(walk->checker, "a group of code has no operator");
		walk->open[walk->depth++] = (OpenGroup){group->end, walk->height};
	}
	return true;
}

static bool
check_jump(CodeWalk *walk, uint32_t target)
{
	const OpenGroup *group = walk->depth > 0 ? &walk->open[walk->depth - 1] : NULL;

	if (group != NULL)
		return (target == group->end && walk->height == group->height) ||
			   complain(walk->checker, "a jump does not lead to the end of its group");
	if (walk->height != 0 || target <= walk->at || (walk->target != NO_TARGET && target != walk->target))
		return complain(walk->checker, "a jump does not lead to the end of its program");
	walk->target = target;
	return true;
}

/* The literals of a match are numbered within the slot that is asked for them. */
static bool
check_match_operand(CodeWalk *walk, const Instruction *instruction)
{
	const Fragment *fragment = walk->checker->fragment;
	const FragmentMatch *match;

	if (instruction->operand == NO_VALUE)
		return true;
	if (instruction->operand >= fragment_matches_count(fragment))
		return complain(walk->checker, "the operand of an instruction is out of range");
	match = &fragment_matches(fragment)[instruction->operand];
	if (match->literal_count > 0 &&
		fragment_literal_slots(fragment)[match->first_literal] != instruction->slot)
		return complain(walk->checker, "a regex has literals of another slot");
	return true;
}

static bool
check_value_operand(CodeWalk *walk, const Instruction *instruction)
{
	ValueKind kind;

	if (!is_value(walk->checker, instruction->operand))
		return complain(walk->checker, "the operand of an instruction is out of range");
	kind = kind_of(walk->checker, instruction->operand);
	if (instruction->opcode == OP_EQ_VALUE && kind != VALUE_NULL && kind != VALUE_LIST && kind != VALUE_MAP)
		return complain(walk->checker, "the operand of an instruction is of another kind");
	return true;
}

static bool
check_operand(CodeWalk *walk, const Instruction *instruction)
{
	const Fragment *fragment = walk->checker->fragment;
	uint32_t count = UINT32_MAX;

	switch (llp_opcode_shapes[instruction->opcode].operand)
	{
		case OPERAND_NONE:
			return true;
		case OPERAND_TARGET:
			return check_jump(walk, instruction->operand);
		case OPERAND_VALUE:
			return check_value_operand(walk, instruction);
		case OPERAND_MATCH:
			return check_match_operand(walk, instruction);
		case OPERAND_TRUTH:
			count = 2;
			break;
		case OPERAND_KEY:
			count = fragment_keys_count(fragment);
			break;
		case OPERAND_SET:
			count = fragment_sets_count(fragment);
			break;
		default:
			break; /* of expressions */
	}
	return instruction->operand < count ||
		   complain(walk->checker, "the operand of an instruction is out of range");
}

static bool
check_shape(CodeWalk *walk, const Instruction *instruction)
{
	if (instruction->opcode >= OP_END || llp_opcode_shapes[instruction->opcode].of_values)
		return complain(walk->checker, "an instruction is unknown");
	if (instruction->flags > (llp_opcode_shapes[instruction->opcode].reads_slot ? INSTRUCTION_NEGATED : 0))
		return complain(walk->checker, "an instruction has an unknown flag");
	if (llp_opcode_shapes[instruction->opcode].reads_slot &&
		instruction->slot >= fragment_slots_count(walk->checker->fragment))
		return complain(walk->checker, "the slot of an instruction is out of range");
	return check_operand(walk, instruction);
}

/* What the instruction does to the stack, and where a program ends. */
static bool
step(CodeWalk *walk, Opcode opcode)
{
	switch (opcode)
	{
		case OP_PUSH:
			return walk->height++ < MAX_TRUTH_STACK || complain(walk->checker, "the stack grows too high");
		case OP_AND:
		case OP_OR:
			return walk->height-- > 0 || complain(walk->checker, "the stack is empty");
		case OP_RETURN:
			if (walk->depth > 0 || walk->height > 0 ||
				(walk->target != NO_TARGET && walk->target != walk->at))
				return complain(walk->checker, "a program ends too early");
			walk->target = NO_TARGET;
			return true;
		default:
			return true;
	}
}

/* An expression, which stands alone: outside of all groups, and behind the end of a program. */
static bool
check_expression(CodeWalk *walk)
{
	const char *problem;

	if (walk->depth > 0 || walk->height > 0 || walk->target != NO_TARGET)
		return complain(walk->checker, "an expression is within another program");
	problem = llp_verify_expression(walk->checker->fragment, &walk->at);
	return problem == NULL || complain(walk->checker, problem);
}

static bool
check_truth_instruction(CodeWalk *walk, const Instruction *instruction)
{
	return open_groups(walk) && check_shape(walk, instruction) && step(walk, (Opcode) instruction->opcode);
}

static bool
ends_program(const Instruction *instruction)
{
	return instruction->opcode == OP_RETURN || instruction->opcode == OP_RESULT;
}

/* Programs one after the other, each up to its RETURN or RESULT. */
static bool
check_code(Checker *checker)
{
	const Instruction *code = fragment_code(checker->fragment);
	uint32_t count = fragment_code_count(checker->fragment);
	CodeWalk walk; /* without its array of groups, which is written as it is needed */

	walk.checker = checker;
	walk.height = walk.next_group = walk.depth = 0;
	walk.target = NO_TARGET;
	for (walk.at = 0; walk.at < count; walk.at++)
	{
		bool begins_expression =
			is_expression(&code[walk.at]) && (walk.at == 0 || ends_program(&code[walk.at - 1]));

		if (!close_groups(&walk) ||
			!(begins_expression ? check_expression(&walk) : check_truth_instruction(&walk, &code[walk.at])))
			return false;
	}
	if (count > 0 && !ends_program(&code[count - 1]))
		return complain(checker, "a program does not end");
	return walk.next_group == fragment_groups_count(checker->fragment) ||
		   complain(checker, "the groups of code are not nested");
}

/* The program that begins there is nobody else's. */
static bool
check_entry(Checker *checker, uint32_t entry)
{
	const Instruction *code = fragment_code(checker->fragment);

	if (entry < checker->next_entry || entry >= fragment_code_count(checker->fragment) ||
		(entry > 0 && !ends_program(&code[entry - 1])))
		return complain(checker, "a program does not begin where it should");
	checker->next_entry = entry + 1;
	return true;
}

/* A template's program is an expression, which others may be computed by too. */
static bool
check_template(Checker *checker, const FragmentValue *value)
{
	const Fragment *fragment = checker->fragment;

	if (value->kind != FRAGMENT_TEMPLATE)
		return true;
	return (value->as.template.entry < fragment_code_count(fragment) &&
			is_expression(&fragment_code(fragment)[value->as.template.entry])) ||
		   complain(checker, "a template is no expression");
}

static bool
check_templates(Checker *checker)
{
	const Fragment *fragment = checker->fragment;

	for (uint32_t i = 0; i < fragment_values_count(fragment); i++)
		if (!check_template(checker, &fragment_values(fragment)[i]))
			return false;
	for (uint32_t i = 0; i < fragment_pairs_count(fragment); i++)
		if (!check_template(checker, &fragment_pairs(fragment)[i].value))
			return false;
	return true;
}

/* --- Clauses -------------------------------------------------------------------------------------------- */

static bool
check_access(Checker *checker, const Access *access)
{
	const Fragment *fragment = checker->fragment;
	uint32_t count = UINT32_MAX;

	if (access->kind >= ACCESS_END || access->slot >= fragment_slots_count(fragment))
		return complain(checker, "an access is unknown");
	switch ((AccessKind) access->kind)
	{
		case ACCESS_KEY:
		case ACCESS_ITEM:
			count = fragment_keys_count(fragment);
			break;
		case ACCESS_LITERAL:
			count = fragment_literal_slots_count(fragment);
			break;
		case ACCESS_ABOVE:
		case ACCESS_BELOW:
			count = fragment_numbers_count(fragment);
			break;
		default:
			break;
	}
	if (access->operand >= count)
		return complain(checker, "the operand of an access is out of range");
	if (access->kind == ACCESS_LITERAL && fragment_literal_slots(fragment)[access->operand] != access->slot)
		return complain(checker, "an access has the literal of another slot");
	return true;
}

/* Every access is in one clause; the last clause is only the end of the one before it. */
static bool
check_clauses(Checker *checker)
{
	const Fragment *fragment = checker->fragment;
	const uint32_t *clauses = fragment_clauses(fragment);
	uint32_t count = fragment_clauses_count(fragment);

	if (count == 0 || clauses[0] != 0 || clauses[count - 1] != fragment_accesses_count(fragment))
		return complain(checker, "its clauses do not cover its accesses");
	for (uint32_t i = 1; i < count; i++)
		if (clauses[i] < clauses[i - 1])
			return complain(checker, "a clause is out of order");
	for (uint32_t i = 0; i < fragment_accesses_count(fragment); i++)
		if (!check_access(checker, &fragment_accesses(fragment)[i]))
			return false;
	return true;
}

/* --- Rules ---------------------------------------------------------------------------------------------- */

static bool
is_number(const Checker *checker, uint32_t value)
{
	return kind_of(checker, value) == VALUE_INT || kind_of(checker, value) == VALUE_DOUBLE;
}

static bool
is_template(const Checker *checker, uint32_t value)
{
	return fragment_values(checker->fragment)[value].kind == FRAGMENT_TEMPLATE;
}

static bool
check_modification(Checker *checker, const FragmentModification *modification)
{
	bool has_value = is_value(checker, modification->value);

	if (modification->kind > MODIFICATION_REDACT)
		return complain(checker, "a modification is of no kind");
	if (modification->kind == MODIFICATION_REMOVE ? modification->value != NO_VALUE : !has_value)
		return complain(checker, "a modification has a value too many or too few");
	if (modification->kind == MODIFICATION_CAP && !is_number(checker, modification->value) &&
		!is_template(checker, modification->value))
		return complain(checker, "a cap is no number");
	if (modification->kind == MODIFICATION_REDACT && kind_of(checker, modification->value) != VALUE_MAP)
		return complain(checker, "a redaction is no map");
	return check_path(checker, modification->path);
}

static bool
check_advice(Checker *checker, const FragmentAdvice *advice)
{
	if (advice->type <= ADVICE_NONE || advice->type >= ADVICE_END)
		return complain(checker, "advice is of no type");
	if (!is_value(checker, advice->value) || kind_of(checker, advice->value) != VALUE_MAP)
		return complain(checker, "advice is no map");
	return true;
}

static bool
check_optional_value(Checker *checker, uint32_t value)
{
	return value == NO_VALUE || is_value(checker, value) || complain(checker, "a value is out of range");
}

static bool
check_extra(Checker *checker, const RuleExtra *extra)
{
	const Fragment *fragment = checker->fragment;

	if (extra->first_modification != checker->next_modification ||
		!within(extra->first_modification, extra->modification_count,
				fragment_modifications_count(fragment)) ||
		extra->first_advice != checker->next_advice ||
		!within(extra->first_advice, extra->advice_count, fragment_advice_count(fragment)))
		return complain(checker, "what a rule asks for is out of order");
	checker->next_modification += extra->modification_count;
	checker->next_advice += extra->advice_count;
	return check_optional_value(checker, extra->approvers) && check_optional_value(checker, extra->timeout) &&
		   check_optional_value(checker, extra->reason) && check_optional_value(checker, extra->code);
}

static bool
check_extras(Checker *checker)
{
	const Fragment *fragment = checker->fragment;

	for (uint32_t i = 0; i < fragment_modifications_count(fragment); i++)
		if (!check_modification(checker, &fragment_modifications(fragment)[i]))
			return false;
	for (uint32_t i = 0; i < fragment_advice_count(fragment); i++)
		if (!check_advice(checker, &fragment_advice(fragment)[i]))
			return false;
	for (uint32_t i = 0; i < fragment_extras_count(fragment); i++)
		if (!check_extra(checker, &fragment_extras(fragment)[i]))
			return false;
	return true;
}

/* Takes the next of the fragment's clauses; the linker has a bit for each of the few that a rule may have. */
static bool
take_clauses(Checker *checker, uint32_t first, uint32_t count)
{
	if (first != checker->next_clause || count > MAX_CLAUSES ||
		!within(first, count, fragment_clauses_count(checker->fragment) - 1))
		return complain(checker, "the clauses of a rule are out of order");
	checker->next_clause += count;
	return true;
}

/* Caps are numbers where nobody computes templates. */
static bool
check_plain_caps(Checker *checker, const RuleExtra *extra)
{
	const FragmentModification *modifications =
		fragment_modifications(checker->fragment) + extra->first_modification;

	for (uint32_t i = 0; i < extra->modification_count; i++)
		if (modifications[i].kind == MODIFICATION_CAP && !is_number(checker, modifications[i].value))
			return complain(checker, "a cap is no number");
	return true;
}

/* Before a rule that redacts matches, its surroundings are asked whether they can: it has to say so. */
static bool
check_redactions(Checker *checker, const FragmentRule *rule)
{
	const RuleExtra *extra = &fragment_extras(checker->fragment)[rule->extra];
	const FragmentModification *modifications =
		fragment_modifications(checker->fragment) + extra->first_modification;
	bool redacts = false;

	for (uint32_t i = 0; i < extra->modification_count; i++)
		redacts = redacts || modifications[i].kind == MODIFICATION_REDACT;
	return redacts == ((rule->flags & RULE_REDACTS) != 0) ||
		   complain(checker, "a rule does not say whether it redacts");
}

static bool
take_extra(Checker *checker, const FragmentRule *rule)
{
	if (rule->extra == NO_EXTRA)
		return (rule->flags & (RULE_HAS_TEMPLATES | RULE_REDACTS)) == 0 ||
			   complain(checker, "a rule has neither templates nor redactions");
	if (rule->extra != checker->next_extra || rule->extra >= fragment_extras_count(checker->fragment))
		return complain(checker, "what a rule asks for is out of order");
	checker->next_extra++;
	return check_redactions(checker, rule) &&
		   ((rule->flags & RULE_HAS_TEMPLATES) != 0 ||
			check_plain_caps(checker, &fragment_extras(checker->fragment)[rule->extra]));
}

static bool
check_rule(Checker *checker, const FragmentRule *rule)
{
	if (rule->verdict >= VERDICT_END ||
		rule->flags > (RULE_NEEDS_APPROVAL | RULE_HAS_TEMPLATES | RULE_REDACTS))
		return complain(checker, "a rule has an unknown verdict");
	return take_extra(checker, rule) && check_name(checker, rule->id) && check_text(checker, rule->reason) &&
		   check_text(checker, rule->code) && check_entry(checker, rule->entry) &&
		   take_clauses(checker, rule->first_clause, rule->clause_count);
}

static bool
check_rules(Checker *checker)
{
	const Fragment *fragment = checker->fragment;

	for (uint32_t i = 0; i < fragment_rules_count(fragment); i++)
		if (!check_rule(checker, &fragment_rules(fragment)[i]))
			return false;
	for (uint32_t i = 0; i < fragment_exceptions_count(fragment); i++)
	{
		const FragmentException *exception = &fragment_exceptions(fragment)[i];

		if (!check_name(checker, exception->id) || !check_text(checker, exception->reason) ||
			!check_entry(checker, exception->entry))
			return false;
	}
	return true;
}

/* --- The policy ----------------------------------------------------------------------------------------- */

/* It is asked before there are variables. */
static bool
check_applicability(Checker *checker)
{
	uint32_t entry = checker->fragment->applies_entry;

	if (entry == NO_ENTRY)
		return true;
	return check_entry(checker, entry) && (!is_expression(&fragment_code(checker->fragment)[entry]) ||
										   complain(checker, "appliesTo is an expression"));
}

static bool
check_policy(Checker *checker)
{
	const Fragment *fragment = checker->fragment;

	if (fragment->status <= POLICY_NONE || fragment->status >= POLICY_END || fragment->default_deny > 1 ||
		(fragment->fallback != VERDICT_ALLOW && fragment->fallback != VERDICT_DENY))
		return complain(checker, "its header says what no policy says");
	if (fragment_policy_extras_count(fragment) > 1)
		return complain(checker, "a policy has more than it can");
	return check_name(checker, fragment->ns) && check_name(checker, fragment->id) &&
		   check_text(checker, llp_policy_extra(fragment)->default_reason) &&
		   check_text(checker, llp_policy_extra(fragment)->fallback_reason) && check_applicability(checker) &&
		   take_clauses(checker, 0, fragment->applies_clauses);
}

/* All variables that it reads are less deep, so that none needs itself. */
static bool
check_variable_reads(Checker *checker, const FragmentVariable *variable)
{
	const FragmentVariable *variables = fragment_variables(checker->fragment);
	const Instruction *code = fragment_code(checker->fragment);

	for (uint32_t at = variable->entry; code[at].opcode != OP_RESULT; at++)
		if (code[at].opcode == OP_VARIABLE && variables[code[at].operand].depth >= variable->depth)
			return complain(checker, "a variable needs itself");
	return true;
}

static bool
check_variables(Checker *checker)
{
	const Fragment *fragment = checker->fragment;

	for (uint32_t i = 0; i < fragment_variables_count(fragment); i++)
	{
		const FragmentVariable *variable = &fragment_variables(fragment)[i];

		if (!check_name(checker, variable->name) || !check_entry(checker, variable->entry))
			return false;
		if (!is_expression(&fragment_code(fragment)[variable->entry]))
			return complain(checker, "a variable is no expression");
		if (variable->depth > LLP_MAX_VARIABLE_DEPTH)
			return complain(checker, "variables are too deep");
		if (!check_variable_reads(checker, variable))
			return false;
	}
	return true;
}

static bool
check_body(Checker *checker)
{
	const Fragment *fragment = checker->fragment;

	return check_text_section(checker, fragment_text(fragment), fragment_text_count(fragment)) &&
		   check_values(checker) && check_constants(checker) && check_numbers(checker) &&
		   check_literal_slots(checker) && check_matches(checker) && check_sets(checker) &&
		   check_code(checker) && check_templates(checker) && check_clauses(checker) &&
		   check_extras(checker) && check_policy(checker) && check_variables(checker) && check_rules(checker);
}

/* --- Names ---------------------------------------------------------------------------------------------- */

static bool
check_literals(Checker *checker)
{
	const Fragment *fragment = checker->fragment;

	for (uint32_t i = 0; i < fragment_literals_count(fragment); i++)
	{
		FragmentText literal = fragment_literals(fragment)[i];

		if (!check_name(checker, literal))
			return false;
		if (!llp_str_is_lower(fragment_name(fragment, literal)))
			return complain(checker, "a literal cannot be looked for");
	}
	return true;
}

/* A path of the operators does not begin with a dot. */
static bool
is_member(const void *fragment, uint32_t slot)
{
	return fragment_name(fragment, fragment_slots(fragment)[slot]).data[0] == '.';
}

static bool
check_slot_uses(Checker *checker)
{
	const char *problem = llp_verify_slot_uses(checker->fragment, is_member, checker->fragment);

	return problem == NULL || complain(checker, problem);
}

static bool
check_names(Checker *checker)
{
	const Fragment *fragment = checker->fragment;

	if (!check_text_section(checker, fragment_name_text(fragment), fragment_name_text_count(fragment)))
		return false;
	for (uint32_t i = 0; i < fragment_slots_count(fragment); i++)
		if (!check_slot_name(checker, fragment_slots(fragment)[i]))
			return false;
	for (uint32_t i = 0; i < fragment_keys_count(fragment); i++)
		if (!check_text(checker, fragment_keys(fragment)[i]))
			return false;
	for (uint32_t i = 0; i < fragment_regexes_count(fragment); i++)
		if (!check_text(checker, fragment_regexes(fragment)[i]))
			return false;
	return check_literals(checker) && check_slot_uses(checker);
}

/* -------------------------------------------------------------------------------------------------------- */

Status
llp_fragment_verify(const void *bytes, size_t size, const char **problem)
{
	Checker checker = {.problem = NULL};

	if (check_header(&checker, bytes, size) && check_sections(&checker, size) &&
		(fragment_size(checker.fragment) == size || complain(&checker, "its size is wrong")) &&
		(checker.fragment->checksum == llp_fragment_checksum(checker.fragment) ||
		 complain(&checker, "its checksum is wrong")) &&
		check_body(&checker) && check_names(&checker))
		return STATUS_OK;
	*problem = checker.problem;
	return STATUS_INVALID;
}

Status
llp_fragment_verify_body(const void *bytes, size_t size, const char **problem)
{
	Checker checker = {.problem = NULL};

	if (check_header(&checker, bytes, size) && check_sections(&checker, size) && check_body(&checker))
		return STATUS_OK;
	*problem = checker.problem;
	return STATUS_INVALID;
}

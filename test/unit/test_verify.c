/*
 * test/unit/test_verify.c - prog/verify.h: what is sound is accepted, what is not is refused by name, and
 * what is accepted runs.
 *
 * That everything other tests compile is accepted is checked where they compile it (vm_support.c).
 */
#include "vm_support.h"

#include <glob.h>
#include <math.h>
#include <stdlib.h>

#include "policy/read.h"
#include "prog/assembler.h"
#include "prog/compile.h"
#include "prog/link.h"
#include "prog/verify.h"

/* Something of everything. */
static const char rich_policy[] =
	"metadata: {id: rich, name: Rich, priority: 7, namespace: team}\n"
	"appliesTo: {env: [prod, test], tier: gold}\n"
	"validFrom: 2026-01-01\n"
	"config: {defaultAction: deny, defaultReason: d\303\251fendu}\n"
	"variables: {first: ex.v + 1, second: variables.first * 2}\n"
	"rules:\n"
	"  - id: tree\n"
	"    condition: {operator: and, conditions: [\n"
	"      {operator: eq, field: a, value: x},\n"
	"      {operator: or, conditions: [{operator: gt, field: n, value: 5}, {operator: lt, field: n, value: 2.5}]},\n"
	"      {operator: not, conditions: [{operator: in, field: l, value: [1, null, [2], {k: v, w: true}]}]},\n"
	"      {operator: in, field: 'o[\"p.q\"].r', value: [b, a, c]},\n"
	"      {operator: eq, field: m, value: null},\n"
	"      {operator: contains, field: t, value: Needle},\n"
	"      {operator: matches, field: t, value: 'secret-[0-9]+|password'},\n"
	"      {operator: ne, field: a.b, value: [1]},\n"
	"      {operator: exists, field: u, value: false}]}\n"
	"    action: {decision: warn, reason: why, code: C1}\n"
	"  - id: changes\n"
	"    validUntil: 2027-01-01\n"
	"    condition: {operator: matches, field: t, value: 'private key'}\n"
	"    actions: [{type: modify, set: {a.b: {x: [1, {y: 2.5}], z: s}}, remove: [c], append: {l: 3}, cap: {n: '{{ ex.n }}'}},\n"
	"              {type: log, level: 'at {{ ex.l }}'}]\n"
	"  - id: approval\n"
	"    condition: {operator: gte, field: n, value: 100}\n"
	"    actions: [{type: require_approval, approvers: [lead], timeout: 24h}, {type: audit, severity: high}]\n"
	"  - id: expression\n"
	"    when: >-\n"
	"      has(ex.f) && (ex.b == 'x' ? [1, ex.c].exists(v, v > 1.5) : ex[?'d'].orValue({'k': 1}) == dyn(b'y'))\n"
	"      || variables.second == 4 || type(ex.e) == int && ex.g in ['z']\n"
	"    action: {decision: deny}\n"
	"  - {id: search, when: 'has(ex.h) && ex.t.matches(\"[0-9]+\") && ex.n > 7', action: {decision: deny}}\n"
	"exceptions:\n"
	"  - {id: oncall, validUntil: 2027-06-01, condition: {operator: eq, field: on, value: true}, reason: on call}\n";

/* A copy that may be written to, aligned as fragments and images are. */
static void *
mutable_copy(Arena *arena, const void *bytes, size_t size)
{
	return memcpy(llp_arena_alloc(arena, size), bytes, size);
}

static Fragment *
rich_fragment(Arena *arena)
{
	PolicySet set = vm_policies(arena, rich_policy);
	const Fragment *fragment;

	if (llp_compile_policy(arena, set.policies[0], NULL, &fragment) != STATUS_OK)
		abort();
	return mutable_copy(arena, fragment, fragment_size(fragment));
}

/* What is wrong with a fragment once its checksum is right, or "". */
static const char *
problem_of(Fragment *fragment, size_t size)
{
	const char *problem = "";

	fragment->checksum = llp_fragment_checksum(fragment);
	if (llp_fragment_verify(fragment, size, &problem) == STATUS_OK)
		return "";
	return problem;
}

static void
check_problem(size_t row, Fragment *fragment, const char *expected)
{
	const char *problem = problem_of(fragment, fragment_size(fragment));

	if (strcmp(problem, expected) != 0)
		unit_fail(__FILE__, __LINE__, "row %zu: \"%s\", not \"%s\"", row, problem, expected);
}

/* --- What is sound ----------------------------------------------------------------------------------------
 */

UNIT_TEST(verify_accepts_what_the_compiler_makes)
{
	Arena *arena = vm_arena();
	Fragment *fragment = rich_fragment(arena);

#define FRAGMENT_SECTION(name, type) CHECK(fragment_##name##_count(fragment) > 0);
	FRAGMENT_SECTIONS
#undef FRAGMENT_SECTION
	CHECK_STR(llp_str(problem_of(fragment, fragment_size(fragment))), "");
	llp_arena_destroy(arena);
}

static void
check_file(Arena *arena, const char *path)
{
	Str text = unit_read_file(path);
	PolicySet set = vm_policies(arena, text.data);

	CHECK(set.count > 0);
	vm_program(arena, &set);
	for (size_t i = 0; i < set.count; i++)
	{
		const Fragment *fragment;
		const char *problem = "";

		CHECK_INT(llp_compile_policy(arena, set.policies[i], NULL, &fragment), STATUS_OK);
		if (llp_fragment_verify(fragment, fragment_size(fragment), &problem) != STATUS_OK)
			unit_fail(__FILE__, __LINE__, "%s: %s", path, problem);
	}
	free((void *) (uintptr_t) text.data);
}

UNIT_TEST(verify_accepts_the_example_policies)
{
	Arena *arena = vm_arena();
	glob_t files;

	if (glob("policies/*.yaml", 0, NULL, &files) != 0)
		abort();
	for (size_t i = 0; i < files.gl_pathc; i++)
		check_file(arena, files.gl_pathv[i]);
	globfree(&files);
	llp_arena_destroy(arena);
}

/* --- Damage -----------------------------------------------------------------------------------------------
 */

/* Where in its element a number stands. */
typedef struct Field
{
	size_t offset;
	size_t size;
} Field;

#define FIELD(type, field)                                                                                   \
	{                                                                                                        \
		offsetof(type, field), sizeof(((type *) NULL)->field)                                                \
	}
#define HEADER SECTION_COUNT

/* Writes a number into the first element of a section whose `key` has a value; without a key, into the first.
 */
typedef struct Damage
{
	const char *problem;
	int section; /* or HEADER */
	size_t element_size;
	Field key;
	uint64_t key_value;
	Field field;
	uint64_t value;
} Damage;

#define IN_HEADER(field, value, problem)                                                                     \
	{                                                                                                        \
		problem, HEADER, NARROW_HEADER_SIZE, {0, 0}, 0, FIELD(Fragment, field), (uint64_t) (value)           \
	}
#define IN_FIRST(section, type, field, value, problem)                                                       \
	{                                                                                                        \
		problem, SECTION_##section, sizeof(type), {0, 0}, 0, FIELD(type, field), (uint64_t) (value)          \
	}
#define IN_WHOLE(section, type, value, problem)                                                              \
	{                                                                                                        \
		problem, SECTION_##section, sizeof(type), {0, 0}, 0, {0, sizeof(type)}, (uint64_t) (value)           \
	}
#define IN_ONE(section, type, key, key_value, field, value, problem)                                         \
	{                                                                                                        \
		problem, SECTION_##section, sizeof(type), FIELD(type, key), (uint64_t) (key_value),                  \
			FIELD(type, field), (uint64_t) (value)                                                           \
	}
#define IN_VALUE(kind_wanted, field, value, problem)                                                         \
	IN_ONE(values, FragmentValue, kind, kind_wanted, field, value, problem)
#define IN_CODE(opcode_wanted, field, value, problem)                                                        \
	IN_ONE(code, Instruction, opcode, opcode_wanted, field, value, problem)
#define IN_ACCESS(kind_wanted, field, value, problem)                                                        \
	IN_ONE(accesses, Access, kind, kind_wanted, field, value, problem)

#define BIG 0xFFFFFFF0U
#define NAN_BITS UINT64_C(0x7FF8000000000000)
#define INFINITY_BITS UINT64_C(0x7FF0000000000000)
#define FIVE_BITS UINT64_C(0x4014000000000000)
#define MINUS_ZERO_BITS UINT64_C(0x8000000000000000)

#define OUTSIDE "a text is not within the others"
#define NO_OPERAND "the operand of an instruction is out of range"
#define OTHER_KIND "the operand of an instruction is of another kind"
#define NOT_NESTED "the groups of code are not nested"
#define NO_BEGIN "a program does not begin where it should"

static const Damage damages[] = {
	IN_HEADER(magic, 0, "it is not a fragment"),
	IN_HEADER(version, FRAGMENT_VERSION + 1, "another version of the engine made it"),
	IN_HEADER(section.narrow[0], 0, "its sections do not fit"),
	IN_HEADER(section.narrow[SECTION_pairs], NARROW_HEADER_SIZE / SECTION_UNIT + 2,
			  "its sections do not fit"),
	IN_HEADER(section.narrow[SECTION_code], 0, "its sections do not fit"),
	IN_HEADER(section.narrow[SECTION_text], BIG, "its sections do not fit"),
	IN_HEADER(section.narrow[SECTION_literals], BIG, "its sections do not fit"),
	IN_HEADER(status, POLICY_NONE, "its header says what no policy says"),
	IN_HEADER(status, POLICY_END, "its header says what no policy says"),
	IN_HEADER(default_deny, 2, "its header says what no policy says"),
	IN_HEADER(fallback, VERDICT_WARN, "its header says what no policy says"),
	IN_HEADER(ns.size, 0, "a name is missing"),
	IN_HEADER(id.size, BIG, OUTSIDE),
	IN_FIRST(policy_extras, PolicyExtra, default_reason.at, BIG, OUTSIDE),
	IN_FIRST(policy_extras, PolicyExtra, default_reason.size, 2, "a text begins or ends within a character"),
	IN_FIRST(policy_extras, PolicyExtra, fallback_reason.size, 1, OUTSIDE),
	IN_HEADER(applies_entry, 1, NO_BEGIN),
	IN_HEADER(applies_entry, BIG, NO_BEGIN),
	IN_HEADER(applies_clauses, 9, "the clauses of a rule are out of order"),
	IN_HEADER(applies_clauses, 1, "the clauses of a rule are out of order"),
	IN_WHOLE(text, char, 'x', "its text does not begin with a zero"),
	/* values */
	IN_VALUE(VALUE_LIST, kind, VALUE_MISSING, "a value is of no kind"),
	IN_VALUE(VALUE_LIST, kind, FRAGMENT_TEMPLATE + 1, "a value is of no kind"),
	IN_VALUE(FRAGMENT_TEMPLATE, as.template.source, BIG, OUTSIDE),
	IN_VALUE(FRAGMENT_TEMPLATE, count, BIG, OUTSIDE),
	IN_VALUE(FRAGMENT_TEMPLATE, as.template.entry, BIG, "a template is no expression"),
	IN_VALUE(FRAGMENT_TEMPLATE, as.template.entry, 0, "a template is no expression"),
	IN_VALUE(VALUE_LIST, as.at, 0, "a list is out of order"),
	IN_VALUE(VALUE_LIST, count, 0, "a list is out of order"),
	IN_VALUE(VALUE_LIST, count, BIG, "a list is out of order"),
	IN_VALUE(VALUE_MAP, as.at, 1, "a map is out of order"),
	IN_VALUE(VALUE_MAP, count, BIG, "a map is out of order"),
	IN_VALUE(VALUE_MAP, kind, VALUE_NULL, "a map is out of order"),
	IN_VALUE(VALUE_INT, kind, VALUE_BOOL, "a bool is none"),
	IN_VALUE(VALUE_DOUBLE, as.integer, NAN_BITS, "a number is not in its one form"),
	IN_VALUE(VALUE_DOUBLE, as.integer, INFINITY_BITS, "a number is not in its one form"),
	IN_VALUE(VALUE_DOUBLE, as.integer, FIVE_BITS, "a number is not in its one form"),
	IN_VALUE(VALUE_DOUBLE, as.integer, MINUS_ZERO_BITS, "a number is not in its one form"),
	IN_VALUE(VALUE_STRING, as.at, UINT64_C(1) << 32 | 1, OUTSIDE),
	IN_VALUE(VALUE_STRING, count, BIG, OUTSIDE),
	IN_FIRST(pairs, FragmentPair, key.at, BIG, OUTSIDE),
	IN_FIRST(pairs, FragmentPair, value.kind, VALUE_MISSING, "a value is of no kind"),
	IN_FIRST(pairs, FragmentPair, value.kind, VALUE_LIST, "a list is out of order"),
	IN_ONE(pairs, FragmentPair, value.kind, FRAGMENT_TEMPLATE, value.as.template.entry, BIG,
		   "a template is no expression"),
	/* operands */
	IN_WHOLE(numbers, double, NAN_BITS, "a bound is not finite"),
	IN_WHOLE(numbers, double, INFINITY_BITS, "a bound is not finite"),
	IN_FIRST(slots, FragmentText, size, 0, "a path is none"),
	IN_FIRST(slots, FragmentText, at, BIG, OUTSIDE),
	IN_FIRST(keys, FragmentText, at, BIG, OUTSIDE),
	IN_FIRST(regexes, FragmentText, size, BIG, OUTSIDE),
	IN_FIRST(literals, FragmentText, size, 0, "a name is missing"),
	IN_FIRST(literals, FragmentText, at, BIG, OUTSIDE),
	IN_WHOLE(literal_slots, uint32_t, BIG, "a literal cannot be looked for"),
	IN_WHOLE(literal_slots, uint32_t, 0, "a regex has literals of several slots"),
	IN_WHOLE(name_text, char, 'x', "its text does not begin with a zero"),
	IN_FIRST(matches, FragmentMatch, regex, BIG, "the match of a regex is out of range"),
	IN_FIRST(matches, FragmentMatch, first_literal, BIG, "the match of a regex is out of range"),
	IN_FIRST(matches, FragmentMatch, literal_count, BIG, "the match of a regex is out of range"),
	IN_FIRST(sets, FragmentSet, first, 1, "a set is out of order"),
	IN_FIRST(sets, FragmentSet, count, BIG, "a set is out of order"),
	IN_FIRST(sets, FragmentSet, count, 1, "a set is out of order"),
	IN_FIRST(sets, FragmentSet, value, 0, "a set is not what it says"),
	IN_FIRST(sets, FragmentSet, flags, SET_HAS_CONTAINERS, "a set is not what it says"),
	IN_FIRST(sets, FragmentSet, flags, 4, "a set is not what it says"),
	IN_WHOLE(set_keys, uint32_t, BIG, "a key is out of range"),
	/* code */
	IN_CODE(OP_EQ, opcode, OP_END, "an instruction is unknown"),
	IN_CODE(OP_EQ, flags, 2, "an instruction has an unknown flag"),
	IN_CODE(OP_NOT, flags, 1, "an instruction has an unknown flag"),
	IN_CODE(OP_EQ, slot, 0xFFFF, "the slot of an instruction is out of range"),
	IN_CODE(OP_EXISTS, slot, 0xFFFF, "the slot of an instruction is out of range"),
	IN_CODE(OP_EQ, operand, BIG, NO_OPERAND),
	IN_CODE(OP_IN, operand, BIG, NO_OPERAND),
	IN_CODE(OP_MATCHES, operand, BIG, NO_OPERAND),
	IN_CODE(OP_MATCHES, slot, 0, "a regex has literals of another slot"),
	IN_CODE(OP_CONTAINS, operand, BIG, NO_OPERAND),
	IN_CODE(OP_GT, operand, BIG, NO_OPERAND),
	IN_CODE(OP_GTE, opcode, OP_EQ_VALUE, OTHER_KIND),
	IN_CODE(OP_JUMP_FALSE, operand, 0, "a jump does not lead to the end of its program"),
	IN_CODE(OP_JUMP_FALSE, operand, BIG, "a program ends too early"),
	IN_CODE(OP_JUMP_TRUE, operand, 0, "a jump does not lead to the end of its group"),
	IN_CODE(OP_RETURN, opcode, OP_NOT, "an instruction is unknown"),
	IN_FIRST(groups, CodeGroup, op, OPERATOR_NONE, "a group of code has no operator"),
	IN_FIRST(groups, CodeGroup, op, OPERATOR_EQ, "a group of code has no operator"),
	IN_FIRST(groups, CodeGroup, begin, BIG, "a jump does not lead to the end of its program"),
	IN_FIRST(groups, CodeGroup, end, 0, NOT_NESTED),
	IN_FIRST(groups, CodeGroup, end, BIG, "a jump does not lead to the end of its group"),
	/* expressions */
	IN_ONE(constants, FragmentConstant, kind, KIND_STRING, kind, KIND_LIST, "a constant is of no kind"),
	IN_ONE(constants, FragmentConstant, kind, KIND_STRING, as.at, BIG, "a constant is not within the others"),
	IN_ONE(constants, FragmentConstant, kind, KIND_STRING, as.at, UINT64_C(1) << 32,
		   "a constant is not within the others"),
	IN_ONE(constants, FragmentConstant, kind, KIND_STRING, count, BIG, "a constant is not within the others"),
	IN_ONE(constants, FragmentConstant, kind, KIND_TYPE, as.integer, KIND_END, "a type is none"),
	IN_ONE(constants, FragmentConstant, kind, KIND_TYPE, kind, KIND_BOOL, "a bool is none"),
	IN_WHOLE(bytes, char, 0xFF, "a constant is not UTF-8"),
	IN_CODE(OP_EXPRESSION, opcode, OP_RESULT, "an instruction is unknown"),
	IN_CODE(OP_EXPRESSION, operand, BIG, NO_OPERAND),
	IN_CODE(OP_COMPARE, flags, RELATION_COUNT, "an instruction has an unknown flag"),
	IN_CODE(OP_MEMBER, operand, 0, NO_OPERAND),
	IN_CODE(OP_MATCHES_REGEX, operand, BIG, NO_OPERAND),
	IN_CODE(OP_READ, opcode, OP_EQ, "an instruction is not one of expressions"),
	IN_CODE(OP_READ, slot, 0xFFFF, "the slot of an instruction is out of range"),
	IN_CODE(OP_READ, slot, 0, "an instruction reads a slot of the other kind"),
	IN_CODE(OP_COMPARE, slot, 0, "an instruction reads a slot of the other kind"),
	IN_CODE(OP_READ, flags, 1, "an instruction has an unknown flag"),
	IN_CODE(OP_CONSTANT, operand, BIG, NO_OPERAND),
	IN_CODE(OP_LITERAL, operand, BIG, NO_OPERAND),
	IN_CODE(OP_CALL, operand, FUNCTION_END, NO_OPERAND),
	IN_CODE(OP_VARIABLE, operand, 2, NO_OPERAND),
	IN_CODE(OP_VARIABLE, operand, 1, "a variable needs itself"),
	IN_FIRST(variables, FragmentVariable, name.size, 0, "a name is missing"),
	IN_FIRST(variables, FragmentVariable, entry, 0, NO_BEGIN),
	IN_FIRST(variables, FragmentVariable, entry, BIG, NO_BEGIN),
	IN_FIRST(variables, FragmentVariable, depth, 2, "a variable needs itself"),
	IN_FIRST(variables, FragmentVariable, depth, LLP_MAX_VARIABLE_DEPTH + 1, "variables are too deep"),
	IN_CODE(OP_CALL, slot, 0xFFFF, "the stack of an expression is empty"),
	IN_CODE(OP_LOCAL, operand, BIG, NO_OPERAND),
	IN_CODE(OP_SLIDE, operand, BIG, "the stack of an expression is empty"),
	IN_CODE(OP_BRANCH, operand, BIG, "a jump of an expression leads out of its block"),
	IN_CODE(OP_BRANCH, operand, 0, "a jump of an expression leads out of its block"),
	IN_CODE(OP_STEP, operand, 0, "a round of a loop does not end where it should"),
	IN_CODE(OP_WHILE, operand, 0, "the condition of a loop is not in its round"),
	/* clauses */
	IN_WHOLE(clauses, uint32_t, 1, "its clauses do not cover its accesses"),
	IN_ACCESS(ACCESS_KEY, kind, ACCESS_END, "an access is unknown"),
	IN_ACCESS(ACCESS_KEY, slot, 0xFFFF, "an access is unknown"),
	IN_ACCESS(ACCESS_KEY, operand, BIG, "the operand of an access is out of range"),
	IN_ACCESS(ACCESS_ITEM, operand, BIG, "the operand of an access is out of range"),
	IN_ACCESS(ACCESS_ABOVE, operand, BIG, "the operand of an access is out of range"),
	IN_ACCESS(ACCESS_LITERAL, operand, BIG, "the operand of an access is out of range"),
	IN_ACCESS(ACCESS_LITERAL, slot, 0, "an access has the literal of another slot"),
	IN_ACCESS(ACCESS_UNSEARCHABLE, slot, 0, "an access is unknown"),
	IN_ACCESS(ACCESS_FAILED, slot, 0, "an access is unknown"),
	IN_ACCESS(ACCESS_FAILED, kind, ACCESS_CONTAINER, "an access is unknown"),
	/* rules */
	IN_FIRST(modifications, FragmentModification, kind, MODIFICATION_REDACT + 1,
			 "a modification is of no kind"),
	IN_FIRST(modifications, FragmentModification, kind, MODIFICATION_REDACT,
			 "a rule does not say whether it redacts"),
	IN_FIRST(modifications, FragmentModification, path.size, 0, "a path is none"),
	IN_ONE(modifications, FragmentModification, kind, MODIFICATION_SET, value, NO_VALUE,
		   "a modification has a value too many or too few"),
	IN_ONE(modifications, FragmentModification, kind, MODIFICATION_REMOVE, value, 0,
		   "a modification has a value too many or too few"),
	IN_ONE(modifications, FragmentModification, kind, MODIFICATION_SET, kind, MODIFICATION_CAP,
		   "a cap is no number"),
	IN_FIRST(advice, FragmentAdvice, type, ADVICE_NONE, "advice is of no type"),
	IN_FIRST(advice, FragmentAdvice, type, ADVICE_END, "advice is of no type"),
	IN_FIRST(advice, FragmentAdvice, value, BIG, "advice is no map"),
	IN_FIRST(advice, FragmentAdvice, value, 0, "advice is no map"),
	IN_FIRST(extras, RuleExtra, first_modification, 1, "what a rule asks for is out of order"),
	IN_FIRST(extras, RuleExtra, modification_count, BIG, "what a rule asks for is out of order"),
	IN_FIRST(extras, RuleExtra, first_advice, 1, "what a rule asks for is out of order"),
	IN_FIRST(extras, RuleExtra, advice_count, BIG, "what a rule asks for is out of order"),
	IN_FIRST(extras, RuleExtra, approvers, BIG, "a value is out of range"),
	IN_FIRST(extras, RuleExtra, timeout, BIG, "a value is out of range"),
	IN_FIRST(extras, RuleExtra, reason, BIG, "a value is out of range"),
	IN_FIRST(extras, RuleExtra, code, BIG, "a value is out of range"),
	IN_FIRST(rules, FragmentRule, id.size, 0, "a name is missing"),
	IN_FIRST(rules, FragmentRule, reason.size, BIG, OUTSIDE),
	IN_FIRST(rules, FragmentRule, code.at, BIG, OUTSIDE),
	IN_FIRST(rules, FragmentRule, entry, 0, NO_BEGIN),
	IN_FIRST(rules, FragmentRule, entry, BIG, NO_BEGIN),
	IN_FIRST(rules, FragmentRule, first_clause, 0, "the clauses of a rule are out of order"),
	IN_FIRST(rules, FragmentRule, clause_count, 9, "the clauses of a rule are out of order"),
	IN_FIRST(rules, FragmentRule, extra, 1, "what a rule asks for is out of order"),
	IN_FIRST(rules, FragmentRule, verdict, VERDICT_END, "a rule has an unknown verdict"),
	IN_FIRST(rules, FragmentRule, flags, 8, "a rule has an unknown verdict"),
	IN_FIRST(rules, FragmentRule, flags, RULE_HAS_TEMPLATES, "a rule has neither templates nor redactions"),
	IN_FIRST(rules, FragmentRule, flags, RULE_REDACTS, "a rule has neither templates nor redactions"),
	IN_ONE(rules, FragmentRule, verdict, VERDICT_MODIFY, flags, 0, "a cap is no number"),
	IN_FIRST(exceptions, FragmentException, id.at, 0, OUTSIDE),
	IN_FIRST(exceptions, FragmentException, reason.at, BIG, OUTSIDE),
	IN_FIRST(exceptions, FragmentException, entry, 0, NO_BEGIN),
};

/* A number of the machine's own order. */
static uint64_t
get_number(const char *place, size_t size)
{
	uint8_t byte;
	uint16_t half;
	uint32_t word;
	uint64_t number;

	switch (size)
	{
		case sizeof(byte):
			memcpy(&byte, place, size);
			return byte;
		case sizeof(half):
			memcpy(&half, place, size);
			return half;
		case sizeof(word):
			memcpy(&word, place, size);
			return word;
		default:
			memcpy(&number, place, sizeof(number));
			return number;
	}
}

static void
put_number(char *place, size_t size, uint64_t number)
{
	uint8_t byte = (uint8_t) number;
	uint16_t half = (uint16_t) number;
	uint32_t word = (uint32_t) number;

	switch (size)
	{
		case sizeof(byte):
			memcpy(place, &byte, size);
			break;
		case sizeof(half):
			memcpy(place, &half, size);
			break;
		case sizeof(word):
			memcpy(place, &word, size);
			break;
		default:
			memcpy(place, &number, sizeof(number));
	}
}

/* The element that a damage is about; NULL when there is none. */
static char *
find_element(char *begin, const char *end, const Damage *damage)
{
	for (char *element = begin; element + damage->element_size <= end; element += damage->element_size)
		if (damage->key.size == 0 ||
			get_number(element + damage->key.offset, damage->key.size) == damage->key_value)
			return element;
	return NULL;
}

UNIT_TEST(verify_refuses_damaged_fragments_by_name)
{
	Arena *arena = vm_arena();
	const Fragment *sound = rich_fragment(arena);
	uint32_t size = fragment_size(sound);

	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++)
	{
		const Damage *damage = &damages[i];
		Fragment *fragment = mutable_copy(arena, sound, size);
		uint32_t begin = damage->section == HEADER ? 0 : fragment_offset(sound, damage->section);
		uint32_t end = damage->section == HEADER ? size : fragment_offset(sound, damage->section + 1);
		char *element = find_element((char *) fragment + begin, (char *) fragment + end, damage);

		if (element == NULL)
		{
			unit_fail(__FILE__, __LINE__, "row %zu: there is no such element", i);
			continue;
		}
		put_number(element + damage->field.offset, damage->field.size, damage->value);
		check_problem(i, fragment, damage->problem);
	}
	llp_arena_destroy(arena);
}

UNIT_TEST(verify_refuses_wrong_sizes_places_and_checksums)
{
	Arena *arena = vm_arena();
	Fragment *fragment = rich_fragment(arena);
	uint32_t size = fragment_size(fragment);
	char *moved = llp_arena_alloc(arena, size + 4);
	const char *problem;

	CHECK_STR(llp_str(problem_of(fragment, size - 8)), "its size is wrong");
	CHECK_STR(llp_str(problem_of(fragment, size + 8)), "its size is wrong");
	fragment->checksum++;
	CHECK_INT(llp_fragment_verify(fragment, size, &problem), STATUS_INVALID);
	CHECK_STR(llp_str(problem), "its checksum is wrong");
	CHECK_INT(llp_fragment_verify_body(fragment, size + 8, &problem), STATUS_OK);
	CHECK_INT(llp_fragment_verify_body(fragment, fragment_body_size(fragment), &problem), STATUS_OK);
	CHECK_INT(llp_fragment_verify_body(fragment, fragment_body_size(fragment) - 8, &problem), STATUS_INVALID);
	CHECK_STR(llp_str(problem), "its sections do not fit");
	CHECK_INT(llp_fragment_verify(fragment, 0, &problem), STATUS_INVALID);
	CHECK_INT(llp_fragment_verify(fragment, NARROW_HEADER_SIZE - 1, &problem), STATUS_INVALID);
	CHECK_STR(llp_str(problem), "it is not a fragment");
	memcpy(moved + 4, fragment, size);
	CHECK_INT(llp_fragment_verify(moved + 4, size, &problem), STATUS_INVALID);
	CHECK_STR(llp_str(problem), "it is not aligned");
	fragment->is_wide = 1;
	CHECK_INT(llp_fragment_verify(fragment, size, &problem), STATUS_INVALID);
	CHECK_STR(llp_str(problem), "its sections do not fit");
	CHECK_INT(llp_fragment_verify(fragment, NARROW_HEADER_SIZE, &problem), STATUS_INVALID);
	CHECK_STR(llp_str(problem), "its sections do not fit");
	llp_arena_destroy(arena);
}

/* A fragment of one policy, without rules, around what has been assembled. */
static Fragment *
bare_fragment(Assembler *assembler)
{
	uint32_t end = 0;
	Fragment header = {.status = POLICY_ACTIVE,
					   .fallback = VERDICT_DENY,
					   .ns = llp_asm_text(assembler, STR("default")),
					   .id = llp_asm_text(assembler, STR("p"))};

	llp_asm_add(assembler, SECTION_clauses, &end);
	return llp_asm_finish(assembler, &header);
}

/* Code of so many programs that do nothing, of which the policy has the first. */
static Fragment *
long_fragment(Arena *arena, uint32_t programs)
{
	Assembler assembler;

	llp_asm_init(&assembler, arena);
	for (uint32_t i = 0; i < programs; i++)
		llp_asm_add(&assembler, SECTION_code, &(Instruction){.opcode = OP_RETURN});
	return bare_fragment(&assembler);
}

UNIT_TEST(a_fragment_has_offsets_as_wide_as_it_needs)
{
	Arena *arena = vm_arena();
	Fragment *narrow = long_fragment(arena, 32);
	Fragment *wide = long_fragment(arena, MAX_NARROW_SIZE / sizeof(Instruction));

	CHECK_INT(narrow->is_wide, 0);
	check_problem(0, narrow, "");
	CHECK_INT(wide->is_wide, 1);
	CHECK_INT(fragment_size(wide), WIDE_HEADER_SIZE + fragment_size(narrow) - NARROW_HEADER_SIZE +
									   MAX_NARROW_SIZE / 8 * 8 - 32 * sizeof(Instruction));
	check_problem(1, wide, "");
	wide->is_wide = 2;
	check_problem(2, wide, "its sections do not fit");
	llp_arena_destroy(arena);
}

/* --- Code and values as no compiler makes them ------------------------------------------------------------
 */

#define MAX_CASE_CODE 8
#define MAX_CASE_GROUPS 3

typedef struct CodeCase
{
	const char *problem;
	uint32_t count;
	Instruction code[MAX_CASE_CODE];
	CodeGroup groups[MAX_CASE_GROUPS]; /* up to the first without operator */
} CodeCase;

#define DO(op)                                                                                               \
	{                                                                                                        \
		.opcode = OP_##op                                                                                    \
	}
#define DO_WITH(op, argument)                                                                                \
	{                                                                                                        \
		.opcode = OP_##op, .operand = (argument)                                                             \
	}
#define GROUP(first, last, operator)                                                                         \
	{                                                                                                        \
		.begin = (first), .end = (last), .op = OPERATOR_##operator                                           \
	}

static const CodeCase code_cases[] = {
	{"", 1, {DO(RETURN)}, {{0}}},
	{"", 4, {DO(PUSH), DO(NOT), DO(AND), DO(RETURN)}, {{0}}},
	{"", 5, {DO(PUSH), DO(PUSH), DO(OR), DO(OR), DO(RETURN)}, {GROUP(0, 4, OR)}},
	{"", 3, {DO_WITH(JUMP_TRUE, 2), DO(NOT), DO(RETURN)}, {{0}}},
	{"", 5, {DO(NOT), DO_WITH(JUMP_FALSE, 4), DO(PUSH), DO(AND), DO(RETURN)}, {GROUP(0, 4, AND)}},
	{"", 6, {DO(PUSH), DO(NOT), DO_WITH(JUMP_TRUE, 4), DO(NOT), DO(AND), DO(RETURN)}, {GROUP(1, 4, OR)}},
	{"", 4, {DO(RETURN), DO_WITH(JUMP_TRUE, 3), DO_WITH(JUMP_TRUE, 3), DO(RETURN)}, {{0}}},
	{"a program does not end", 1, {DO(NOT)}, {{0}}},
	{"a program does not end", 2, {DO(RETURN), DO(NOT)}, {{0}}},
	{"the stack is empty", 2, {DO(AND), DO(RETURN)}, {{0}}},
	{"the stack is empty", 4, {DO(PUSH), DO(OR), DO(OR), DO(RETURN)}, {{0}}},
	{"a program ends too early", 2, {DO(PUSH), DO(RETURN)}, {{0}}},
	{"a program ends too early", 3, {DO_WITH(JUMP_TRUE, 2), DO(RETURN), DO(RETURN)}, {{0}}},
	{"a program ends too early", 2, {DO(RETURN), DO(RETURN)}, {GROUP(0, 2, AND)}},
	{"a jump does not lead to the end of its program", 2, {DO_WITH(JUMP_TRUE, 0), DO(RETURN)}, {{0}}},
	{"a jump does not lead to the end of its program",
	 4,
	 {DO(PUSH), DO_WITH(JUMP_TRUE, 3), DO(AND), DO(RETURN)},
	 {{0}}},
	{"a jump does not lead to the end of its program",
	 4,
	 {DO_WITH(JUMP_TRUE, 3), DO_WITH(JUMP_TRUE, 2), DO(NOT), DO(RETURN)},
	 {{0}}},
	{"a jump does not lead to the end of its group",
	 4,
	 {DO_WITH(JUMP_TRUE, 3), DO(NOT), DO(NOT), DO(RETURN)},
	 {GROUP(0, 2, AND)}},
	{"a jump does not lead to the end of its group",
	 4,
	 {DO(PUSH), DO_WITH(JUMP_TRUE, 3), DO(AND), DO(RETURN)},
	 {GROUP(0, 3, AND)}},
	{"a group of code changes the stack", 3, {DO(PUSH), DO(AND), DO(RETURN)}, {GROUP(0, 1, AND)}},
	{NOT_NESTED, 4, {DO(NOT), DO(NOT), DO(NOT), DO(RETURN)}, {GROUP(0, 2, AND), GROUP(1, 3, AND)}},
	{NOT_NESTED, 3, {DO(NOT), DO(NOT), DO(RETURN)}, {GROUP(1, 2, AND), GROUP(0, 1, AND)}},
	{NOT_NESTED, 2, {DO(NOT), DO(RETURN)}, {GROUP(5, 6, AND)}},
	{NO_OPERAND, 2, {DO_WITH(TRUTH, 2), DO(RETURN)}, {{0}}},
};

UNIT_TEST(verify_proves_that_code_ends_and_keeps_its_stack)
{
	Arena *arena = vm_arena();

	for (size_t i = 0; i < sizeof(code_cases) / sizeof(code_cases[0]); i++)
	{
		const CodeCase *row = &code_cases[i];
		Assembler assembler;
		Fragment *fragment;

		llp_asm_init(&assembler, arena);
		for (uint32_t j = 0; j < row->count; j++)
			llp_asm_add(&assembler, SECTION_code, &row->code[j]);
		for (uint32_t j = 0; j < MAX_CASE_GROUPS && row->groups[j].op != OPERATOR_NONE; j++)
			llp_asm_add(&assembler, SECTION_groups, &row->groups[j]);
		fragment = bare_fragment(&assembler);
		check_problem(i, fragment, row->problem);
	}
	llp_arena_destroy(arena);
}

/* PUSH so often, then OR, within as many groups as asked for. */
static Fragment *
high_fragment(Arena *arena, uint32_t pushes, uint32_t groups)
{
	Assembler assembler;

	llp_asm_init(&assembler, arena);
	for (uint32_t i = 0; i < pushes; i++)
		llp_asm_add(&assembler, SECTION_code, &(Instruction) DO(PUSH));
	for (uint32_t i = 0; i < pushes; i++)
		llp_asm_add(&assembler, SECTION_code, &(Instruction) DO(OR));
	for (uint32_t i = 0; i < groups; i++)
		llp_asm_add(&assembler, SECTION_groups, &(CodeGroup) GROUP(0, 2 * pushes, OR));
	llp_asm_add(&assembler, SECTION_code, &(Instruction) DO(RETURN));
	return bare_fragment(&assembler);
}

/* A value within so many lists, and, if asked for, maps in turn. */
static Fragment *
deep_fragment(Arena *arena, uint32_t depth, bool maps)
{
	TreeNode *node = llp_tree_null(arena);
	Assembler assembler;

	for (uint32_t i = 0; i < depth; i++)
	{
		bool is_map = maps && i % 2 == 0;
		TreeNode *container = is_map ? llp_tree_map(arena) : llp_tree_list(arena);

		if (is_map)
			llp_tree_set(arena, container, STR("k"), node);
		else
			llp_tree_append(arena, container, node);
		node = container;
	}
	llp_asm_init(&assembler, arena);
	llp_asm_value(&assembler, node);
	llp_asm_add(&assembler, SECTION_code, &(Instruction) DO(RETURN));
	return bare_fragment(&assembler);
}

UNIT_TEST(verify_knows_how_high_and_deep_things_may_be)
{
	Arena *arena = vm_arena();

	check_problem(0, high_fragment(arena, MAX_TRUTH_STACK, 1), "");
	check_problem(1, high_fragment(arena, MAX_TRUTH_STACK + 1, 1), "the stack grows too high");
	check_problem(2, high_fragment(arena, 1, MAX_GROUP_DEPTH), "");
	check_problem(3, high_fragment(arena, 1, MAX_GROUP_DEPTH + 1), NOT_NESTED);
	check_problem(4, deep_fragment(arena, MAX_VALUE_DEPTH, false), "");
	check_problem(5, deep_fragment(arena, MAX_VALUE_DEPTH + 1, false), "a value is too deep");
	check_problem(6, deep_fragment(arena, MAX_VALUE_DEPTH, true), "");
	check_problem(7, deep_fragment(arena, MAX_VALUE_DEPTH + 1, true), "a value is too deep");
	llp_arena_destroy(arena);
}

UNIT_TEST(verify_refuses_values_that_share_or_are_out_of_order)
{
	Arena *arena = vm_arena();
	static const char *const values[] = {
		"{\"a\": 1, \"b\": {\"c\": [1, 2]}, \"d\": []}",
		"[[1], [2], [3, {\"a\": []}]]",
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
	{
		Assembler assembler;
		Fragment *fragment;

		llp_asm_init(&assembler, arena);
		llp_asm_value(&assembler, vm_json(arena, values[i]));
		llp_asm_add(&assembler, SECTION_code, &(Instruction) DO(RETURN));
		fragment = bare_fragment(&assembler);
		check_problem(i, fragment, "");
		if (i == 0)
		{
			FragmentPair *pairs =
				(FragmentPair *) ((char *) fragment + fragment_offset(fragment, SECTION_pairs));
			FragmentText first = pairs[0].key;

			pairs[0].key = pairs[1].key;
			check_problem(i, fragment, "the keys of a map are out of order");
			pairs[1].key = first;
			check_problem(i, fragment, "the keys of a map are out of order");
		}
		else
		{
			FragmentValue *items =
				(FragmentValue *) ((char *) fragment + fragment_offset(fragment, SECTION_values));

			items[2].as.at = items[1].as.at;
			check_problem(i, fragment, "a list is out of order");
		}
	}
	llp_arena_destroy(arena);
}

/* --- Images ------------------------------------------------------------------------------------------------
 */

/* Policies by the dozen, so that the index has everything too. */
static PolicySet
rich_set(Arena *arena)
{
	StrBuf text;
	PolicySet set;

	llp_buf_init(&text, arena);
	llp_buf_append(&text, llp_str(rich_policy));
	for (int i = 0; i < 30; i++)
	{
		/* what is around the number of the policy */
		static const char *const tests[][2] = {
			{"operator: eq, field: k, value: v", ""},
			{"operator: gt, field: n, value: ", ""},
			{"operator: lt, field: n, value: ", ""},
			{"operator: contains, field: t, value: word", ""},
			{"operator: in, field: 'l[0].x', value: [", ", null, [1]]"},
			{"operator: contains, field: l, value: ", ""},
		};

		llp_buf_format(&text,
					   "---\n{metadata: {id: p%d, name: P}, status: %s, appliesTo: {tier: [gold, t%d]}, ", i,
					   i % 4 == 0 ? "shadow" : "active", i / 5);
		llp_buf_format(&text, "rules: [{id: r, condition: {%s%d%s}, action: {decision: warn}}]}\n",
					   tests[i % 6][0], i, tests[i % 6][1]);
	}
	llp_buf_append_char(&text, '\0');
	set = vm_policies(arena, text.data);
	return set;
}

/* The same in every run: the seed is no address. */
static Image *
rich_image(Arena *arena)
{
	PolicySet set = rich_set(arena);
	LinkInput *inputs = llp_arena_array(arena, set.count, sizeof(LinkInput));
	Linker *linker;

	for (size_t i = 0; i < set.count; i++)
		if (llp_compile_policy(arena, set.policies[i], NULL, &inputs[i].fragment) != STATUS_OK)
			abort();
	if (llp_link(arena, inputs, (uint32_t) set.count, 1, &linker) != STATUS_OK)
		abort();
	return llp_link_write(linker, llp_arena_alloc(arena, llp_link_size(linker)));
}

/* What is wrong with an image once its checksum is right, or "". */
static const char *
image_problem(Arena *arena, Image *image, size_t size)
{
	const char *problem = "";

	if (image->size == size)
		llp_image_seal(image);
	llp_image_verify(arena, image, size, &problem);
	return problem;
}

UNIT_TEST(verify_accepts_what_the_linker_makes)
{
	Arena *arena = vm_arena();
	Image *image = rich_image(arena);

#define IMAGE_SECTION(name, type) CHECK(image_##name##_count(image) > 0);
	IMAGE_SECTIONS
#undef IMAGE_SECTION
	CHECK_STR(llp_str(image_problem(arena, image, (size_t) image->size)), "");
	llp_arena_destroy(arena);
}

#define IMAGE_HEADER IMAGE_SECTION_COUNT
#define AT_HEADER(field, value, problem)                                                                     \
	{                                                                                                        \
		problem, IMAGE_HEADER, sizeof(Image), {0, 0}, 0, FIELD(Image, field), (uint64_t) (value)             \
	}
#define AT_FIRST(section, type, field, value, problem)                                                       \
	{                                                                                                        \
		problem, IMAGE_##section, sizeof(type), {0, 0}, 0, FIELD(type, field), (uint64_t) (value)            \
	}
#define AT_WHOLE(section, type, value, problem)                                                              \
	{                                                                                                        \
		problem, IMAGE_##section, sizeof(type), {0, 0}, 0, {0, sizeof(type)}, (uint64_t) (value)             \
	}
#define AT_ONE(section, type, key, key_value, field, value, problem)                                         \
	{                                                                                                        \
		problem, IMAGE_##section, sizeof(type), FIELD(type, key), (uint64_t) (key_value),                    \
			FIELD(type, field), (uint64_t) (value)                                                           \
	}

#define NO_LITERALS "a slot does not know its literals"
#define SET_ORDER "the sets of literals are out of order"

/* A place of the table of keys. */
typedef struct KeyPlace
{
	uint32_t key;
} KeyPlace;

static const Damage image_damages[] = {
	AT_HEADER(magic, 0, "it is not an image"),
	AT_HEADER(version, FRAGMENT_VERSION, "another version of the engine made it"),
	AT_HEADER(size, 8, "its size is wrong"),
	AT_HEADER(section[0], 0, "its sections do not fit"),
	AT_ONE(slots, ImageSlot, kind, SLOT_MEMBER, kind, SLOT_MEMBER + 1, "a slot is of no kind"),
	AT_ONE(slots, ImageSlot, kind, SLOT_MEMBER, kind, SLOT_KEY, "a path is none"),
	AT_ONE(slots, ImageSlot, kind, SLOT_KEY, kind, SLOT_MEMBER, "a path is none"),
	AT_HEADER(section[IMAGE_policies], sizeof(Image) + 4, "its sections do not fit"),
	AT_HEADER(section[IMAGE_slots], 0, "its sections do not fit"),
	AT_HEADER(section[IMAGE_text], UINT64_MAX - 7, "its sections do not fit"),
	AT_HEADER(seed, 5, "the hash of a key is wrong"),
	AT_HEADER(longest_key, 0, "a key is out of range"),
	AT_HEADER(rule_count, 0, "its header does not agree with its policies"),
	AT_HEADER(always_in_scope, 1, "its header does not agree with its policies"),
	/* policies */
	AT_FIRST(fragments, Fragment, magic, 0, "it is not a fragment"),
	AT_FIRST(fragments, Fragment, section.narrow[SECTION_slots], BIG, "its sections do not fit"),
	AT_FIRST(fragments, Fragment, section.narrow[SECTION_slots], NARROW_HEADER_SIZE / SECTION_UNIT,
			 "its sections do not fit"),
	AT_FIRST(fragments, Fragment, section.narrow[SECTION_COUNT], 0, "its sections do not fit"),
	AT_FIRST(fragments, Fragment, fallback, 0, "its header says what no policy says"),
	AT_FIRST(policies, ImagePolicy, fragment, 0, "a policy is out of order"),
	AT_FIRST(policies, ImagePolicy, links, 1, "a policy is out of order"),
	AT_FIRST(policies, ImagePolicy, first_entry, 1, "the entries of a policy are out of order"),
	AT_FIRST(policies, ImagePolicy, status, POLICY_NONE, "a policy has an unknown status"),
	AT_FIRST(policies, ImagePolicy, status, POLICY_END, "a policy has an unknown status"),
	AT_FIRST(policies, ImagePolicy, status, POLICY_DRAFT, "its header does not agree with its policies"),
	AT_FIRST(policies, ImagePolicy, status, POLICY_SHADOW, "a posting is below the wrong root"),
	AT_WHOLE(entries, uint32_t, 1, "an entry belongs to another policy"),
	AT_WHOLE(entries, uint32_t, BIG, "an entry belongs to another policy"),
	/* slots */
	AT_FIRST(slots, ImageSlot, parent, 0, "a slot comes before its parent"),
	AT_FIRST(slots, ImageSlot, parent, BIG, "a slot comes before its parent"),
	AT_FIRST(slots, ImageSlot, key.at, 0, "the text of a slot is out of range"),
	AT_FIRST(slots, ImageSlot, key.size, UINT64_MAX - 7, "the text of a slot is out of range"),
	AT_FIRST(slots, ImageSlot, path.at, UINT64_MAX - 7, "the text of a slot is out of range"),
	AT_FIRST(slots, ImageSlot, path.size, 0, "a link leads to a slot without path"),
	AT_WHOLE(text, char, 0xFF, "its text is not UTF-8"),
	AT_FIRST(slots, ImageSlot, literal_set, 0, NO_LITERALS),
	AT_FIRST(slots, ImageSlot, literal_set, BIG, NO_LITERALS),
	AT_ONE(slots, ImageSlot, literal_set, 0, literal_set, NO_LITERAL_SET, SET_ORDER),
	/* keys, regexes, literals */
	AT_FIRST(keys, ImageKey, at, 0, "a key is out of range"),
	AT_FIRST(keys, ImageKey, at, UINT64_MAX - 7, "a key is out of range"),
	AT_FIRST(keys, ImageKey, size, BIG, "a key is out of range"),
	AT_FIRST(keys, ImageKey, size, 0, "the hash of a key is wrong"),
	AT_FIRST(keys, ImageKey, hash, 0, "the hash of a key is wrong"),
	AT_ONE(key_table, KeyPlace, key, 1, key, 0, "the table of keys is wrong"),
	AT_ONE(key_table, KeyPlace, key, 1, key, BIG, "a key is out of range"),
	AT_ONE(key_table, KeyPlace, key, 1, key, 2, "a key is there twice"),
	AT_ONE(key_table, KeyPlace, key, 0, key, 1, "the table of keys is wrong"),
	AT_FIRST(regexes, ImageText, at, 0, "a regex is out of range"),
	AT_FIRST(regexes, ImageText, size, UINT64_MAX - 7, "a regex is out of range"),
	AT_FIRST(literals, ImageText, at, UINT64_MAX - 7, "a literal is out of range"),
	AT_FIRST(literals, ImageText, size, 0, "a literal is out of range"),
	AT_FIRST(literals, ImageText, size, UINT64_MAX - 7, "a literal is out of range"),
	AT_FIRST(literal_sets, ImageLiteralSet, slot, 0, NO_LITERALS),
	AT_FIRST(literal_sets, ImageLiteralSet, first, 1, SET_ORDER),
	AT_FIRST(literal_sets, ImageLiteralSet, count, 0, "a literal is in no set"),
	AT_FIRST(literal_sets, ImageLiteralSet, count, 1, "a literal is in no set"),
	AT_FIRST(literal_sets, ImageLiteralSet, count, BIG, SET_ORDER),
	AT_FIRST(literal_sets, ImageLiteralSet, others, BIG, SET_ORDER),
	/* links */
	AT_WHOLE(links, uint32_t, BIG, "a link is out of range"),
	/* the index */
	AT_WHOLE(thresholds, double, NAN_BITS, "a bound is not finite"),
	AT_WHOLE(thresholds, double, UINT64_C(0x4100000000000000), "bounds are out of order"),
	AT_WHOLE(bounded, uint32_t, BIG, "a posting is below the wrong root"),
	AT_ONE(nodes, ImageNode, first_probe, 0, probe_count, BIG, "the probes of a node are out of range"),
	AT_ONE(nodes, ImageNode, first_probe, 0, probe_count, 0, "its nodes do not share out its index"),
	AT_FIRST(nodes, ImageNode, posting_count, BIG, "the postings of a node are out of range"),
	AT_FIRST(nodes, ImageNode, first_posting, BIG, "the postings of a node are out of range"),
	AT_ONE(nodes, ImageNode, posting_count, 2, posting_count, 0, "its nodes do not share out its index"),
	AT_FIRST(probes, ImageProbe, slot, BIG, "a probe is out of range"),
	AT_FIRST(probes, ImageProbe, kinds, BIG, "a probe is out of range"),
	AT_FIRST(probes, ImageProbe, slot, 1000, "a probe is out of range"),
	AT_FIRST(probes, ImageProbe, first_above, BIG, "the bounds of a probe are out of range"),
	AT_FIRST(probes, ImageProbe, above_count, BIG, "the bounds of a probe are out of range"),
	AT_FIRST(probes, ImageProbe, below_count, BIG, "the bounds of a probe are out of range"),
	AT_ONE(edges, ImageEdge, child, 3, child, 0, "the table of edges is wrong"),
	AT_ONE(edges, ImageEdge, child, 3, child, 2, "an edge leads backward or out of range"),
	AT_ONE(edges, ImageEdge, child, 3, child, BIG, "the table of edges is wrong"),
	AT_ONE(edges, ImageEdge, child, 3, child, BIG - EDGE_CANDIDATE, "an edge leads backward or out of range"),
	AT_ONE(edges, ImageEdge, child, 3, child, 4, "two edges lead to one node"),
	AT_ONE(edges, ImageEdge, child, 3, node, BIG, "an edge leads backward or out of range"),
	AT_ONE(edges, ImageEdge, child, 3, predicate, BIG, "the predicate of an edge is out of range"),
	AT_ONE(edges, ImageEdge, child, 3, predicate, ACCESS_ABOVE, "the operand of an edge is out of range"),
	AT_ONE(edges, ImageEdge, child, 3, operand, BIG, "the operand of an edge is out of range"),
	AT_WHOLE(postings, uint32_t, BIG, "a posting is below the wrong root"),
};

UNIT_TEST(verify_refuses_damaged_images_by_name)
{
	Arena *arena = vm_arena();
	const Image *sound = rich_image(arena);
	size_t size = (size_t) sound->size;

	for (size_t i = 0; i < sizeof(image_damages) / sizeof(image_damages[0]); i++)
	{
		const Damage *damage = &image_damages[i];
		Image *image = mutable_copy(arena, sound, size);
		uint64_t begin = damage->section == IMAGE_HEADER ? 0 : sound->section[damage->section];
		uint64_t end = damage->section == IMAGE_HEADER ? size : sound->section[damage->section + 1];
		char *element = find_element((char *) image + begin, (char *) image + end, damage);
		const char *problem;

		if (element == NULL)
		{
			unit_fail(__FILE__, __LINE__, "row %zu: there is no such element", i);
			continue;
		}
		put_number(element + damage->field.offset, damage->field.size, damage->value);
		problem = image_problem(arena, image, size);
		if (strcmp(problem, damage->problem) != 0)
			unit_fail(__FILE__, __LINE__, "row %zu: \"%s\", not \"%s\"", i, problem, damage->problem);
	}
	llp_arena_destroy(arena);
}

static void *
section_of(Image *image, ImageSection section)
{
	return (char *) image + image->section[section];
}

static void
swap_words(uint32_t *a, uint32_t *b)
{
	uint32_t word = *a;

	*a = *b;
	*b = word;
}

static void
check_image(Arena *arena, Image *image, const char *expected)
{
	CHECK_STR(llp_str(image_problem(arena, image, (size_t) image->size)), expected);
}

UNIT_TEST(verify_refuses_literals_out_of_order)
{
	Arena *arena = vm_arena();
	Image *image = rich_image(arena);
	ImageText *literals = section_of(image, IMAGE_literals);
	ImageText first = literals[0];

	literals[0] = literals[1];
	check_image(arena, image, "literals are out of order");
	literals[1] = first;
	check_image(arena, image, "literals are out of order");
	llp_arena_destroy(arena);
}

/* What is kept of a slot is of the form that expressions need, or of the other. */
UNIT_TEST(verify_refuses_slots_of_the_other_kind)
{
	Arena *arena = vm_arena();
	Image *image = rich_image(arena);
	const ImageSlot *slots = image_slots(image);
	uint32_t *links = section_of(image, IMAGE_links);
	uint32_t member = 0;
	uint32_t number;

	while (slots[member].kind != SLOT_MEMBER)
		member++;
	number = links[0];
	CHECK(slots[number].kind != SLOT_MEMBER);
	links[0] = member;
	check_image(arena, image, "an instruction reads a slot of the other kind");
	links[0] = number;
	check_image(arena, image, "");
	llp_arena_destroy(arena);
}

UNIT_TEST(verify_refuses_names_that_are_none)
{
	Arena *arena = vm_arena();
	Image *image = rich_image(arena);
	ImageSlot *slot = section_of(image, IMAGE_slots);
	ImageText *regex = section_of(image, IMAGE_regexes);
	ImageText text;
	char first;

	while (llp_str_find(image_str(image, slot->path), STR(".")) < 0)
		slot++;
	text = slot->path;
	slot->path.size = (uint64_t) llp_str_find(image_str(image, text), STR(".")) + 1;
	check_image(arena, image, "a path is none");
	slot->path = text;

	text = image_literals(image)[0];
	first = ((char *) image)[text.at];
	((char *) image)[text.at] = 'N';
	check_image(arena, image, "a literal cannot be looked for");
	((char *) image)[text.at] = first;

	memcpy((char *) image + regex->at, "\303\251", 2);
	check_image(arena, image, "");
	regex->at++;
	regex->size--;
	check_image(arena, image, "a regex is out of range");
	llp_arena_destroy(arena);
}

UNIT_TEST(verify_refuses_nodes_out_of_order)
{
	Arena *arena = vm_arena();
	Image *image = rich_image(arena);
	const ImageNode *node = section_of(image, IMAGE_nodes);
	uint32_t *postings = section_of(image, IMAGE_postings);
	ImageProbe *probes = section_of(image, IMAGE_probes);

	while (node->posting_count < 2)
		node++;
	swap_words(&postings[node->first_posting], &postings[node->first_posting + 1]);
	check_image(arena, image, "postings are out of order");
	swap_words(&postings[node->first_posting], &postings[node->first_posting + 1]);
	node = section_of(image, IMAGE_nodes);
	while (node->probe_count < 2)
		node++;
	swap_words(&probes[node->first_probe].slot, &probes[node->first_probe + 1].slot);
	check_image(arena, image, "probes are out of order");
	llp_arena_destroy(arena);
}

UNIT_TEST(verify_refuses_edges_to_what_is_no_candidate)
{
	Arena *arena = vm_arena();
	Image *image = rich_image(arena);
	ImageEdge *edge = section_of(image, IMAGE_edges);
	uint32_t shadow = 0;
	ImageEdge sound;

	while ((edge->child & EDGE_CANDIDATE) == 0 || (edge->node != ROOT_ACTIVE && edge->node != ROOT_SCOPE))
		edge++;
	while (image_policies(image)[shadow].status != POLICY_SHADOW)
		shadow++;
	sound = *edge;
	edge->child = BIG;
	check_image(arena, image, "a posting is below the wrong root");
	edge->child =
		EDGE_CANDIDATE | (edge->node == ROOT_SCOPE ? shadow : image_policies(image)[shadow].first_entry);
	check_image(arena, image, "a posting is below the wrong root");
	edge->child = 3;
	check_image(arena, image, "two edges lead to one node");
	*edge = sound;
	edge->node = (uint32_t) image_nodes_count(image);
	check_image(arena, image, "an edge leads out of nowhere");
	*edge = sound;
	edge->operand = BIG;
	check_image(arena, image, "the operand of an edge is out of range");
	*edge = sound;
	check_image(arena, image, "");
	llp_arena_destroy(arena);
}

UNIT_TEST(verify_refuses_sets_out_of_order)
{
	Arena *arena = vm_arena();
	Image *image = rich_image(arena);
	uint32_t *links = section_of(image, IMAGE_links);
	uint32_t policy = 0;
	size_t place;

	while (fragment_set_keys_count(image_fragment(image, policy)) < 2)
		policy++;
	place = (size_t) (llp_image_links(image, policy).set_keys - links);
	swap_words(&links[place], &links[place + 1]);
	check_image(arena, image, "the keys of a set are out of order");
	llp_arena_destroy(arena);
}

/* Takes an element of a hash table from the first place that is taken to one where no look-up gets to. */
static void
misplace(char *table, size_t size, size_t element_size, size_t used_at)
{
	static const char zeros[sizeof(ImageEdge)];
	size_t from = 0;
	size_t to;

#define TAKEN(place) (memcmp(table + (place) *element_size + used_at, zeros, sizeof(uint32_t)) != 0)
	while (!TAKEN(from))
		from++;
	for (to = from + 2; TAKEN(to) || TAKEN(to - 1); to++)
		CHECK(to < size);
	memcpy(table + to * element_size, table + from * element_size, element_size);
	memset(table + from * element_size, 0, element_size);
#undef TAKEN
}

UNIT_TEST(verify_refuses_tables_in_which_something_is_not_found)
{
	Arena *arena = vm_arena();
	Image *image = rich_image(arena);
	ImageEdge *edges;
	size_t at = 0;

	misplace(section_of(image, IMAGE_key_table), image_key_table_count(image), sizeof(uint32_t), 0);
	check_image(arena, image, "a key is not found");
	image = rich_image(arena);
	misplace(section_of(image, IMAGE_edges), image_edges_count(image), sizeof(ImageEdge),
			 offsetof(ImageEdge, child));
	check_image(arena, image, "an edge is not found");
	image = rich_image(arena);
	edges = section_of(image, IMAGE_edges);
	while (edges[at].child == 0 || edges[at + 1].child == 0 || edges[at + 1].child <= edges[at].node)
		at++;
	edges[at + 1].node = edges[at].node;
	edges[at + 1].predicate = edges[at].predicate;
	edges[at + 1].operand = edges[at].operand;
	check_image(arena, image, "an edge is there twice");
	llp_arena_destroy(arena);
}

/* An image of one policy whose rule looks for so many keys that begin in one sixteenth of the table. */
static Image *
colliding_image(Arena *arena, uint32_t count, uint64_t seed)
{
	LinkInput input = {.status = POLICY_ACTIVE};
	Linker *linker;
	StrBuf text;

	llp_buf_init(&text, arena);
	llp_buf_append(
		&text,
		STR("{metadata: {id: p, name: P}, rules: [{id: r, condition: {operator: in, field: a, value: ["));
	for (unsigned i = 0; count > 0; i++)
	{
		char buffer[16];
		Str key = {buffer, (size_t) snprintf(buffer, sizeof(buffer), "k%u", i)};

		if (llp_str_hash(key, seed) % 1024 >= 64)
			continue;
		llp_buf_append(&text, key);
		llp_buf_append(&text, STR(", "));
		count--;
	}
	llp_buf_append(&text, STR("]}, action: {decision: deny}}]}"));
	llp_buf_append_char(&text, '\0');
	if (llp_compile_policy(arena, vm_policies(arena, text.data).policies[0], NULL, &input.fragment) !=
			STATUS_OK ||
		llp_link(arena, &input, 1, seed, &linker) != STATUS_OK)
		abort();
	return llp_link_write(linker, llp_arena_alloc(arena, llp_link_size(linker)));
}

UNIT_TEST(verify_refuses_tables_that_are_slow)
{
	Arena *arena = vm_arena();

	check_image(arena, colliding_image(arena, 8, 1), "");
	check_image(arena, colliding_image(arena, 600, 1), "keys collide");
	llp_arena_destroy(arena);
}

UNIT_TEST(verify_refuses_paths_of_too_many_steps)
{
	Arena *arena = vm_arena();
	PolicySet set = vm_policies(
		arena,
		"{metadata: {id: p, name: P}, rules: [{id: r, condition: {operator: and, conditions: ["
		"{operator: exists, field: a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a}, "
		"{operator: exists, field: b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b}]}, "
		"action: {decision: deny}}]}");
	Image *image =
		mutable_copy(arena, vm_program(arena, &set)->image, (size_t) vm_program(arena, &set)->image->size);
	ImageSlot *slots = section_of(image, IMAGE_slots);

	/* 32 steps, then 33: the second path becomes the continuation of the first one's, but for its last step.
	 */
	slots[32].parent = 30;
	check_image(arena, image, "");
	slots[32].parent = 31;
	check_image(arena, image, "a path has too many steps");
	llp_arena_destroy(arena);
}

/* Makes the first nodes below the first root a chain, and puts the edges where they belong then. */
static void
chain_nodes(Arena *arena, Image *image, uint32_t length)
{
	uint32_t size = (uint32_t) image_edges_count(image);
	ImageEdge *edges = section_of(image, IMAGE_edges);
	ImageEdge *old = mutable_copy(arena, edges, size * sizeof(ImageEdge));

	memset(edges, 0, size * sizeof(ImageEdge));
	for (uint32_t i = 0; i < size; i++)
	{
		uint32_t at;

		if (old[i].child == 0)
			continue;
		if (old[i].child > ROOT_COUNT && old[i].child < ROOT_COUNT + length)
			old[i].node = old[i].child - 1;
		at = llp_edge_place(old[i].node, old[i].predicate, old[i].operand, size);
		while (edges[at].child != 0)
			at = (at + 1) % size;
		edges[at] = old[i];
	}
}

UNIT_TEST(verify_refuses_a_deep_index)
{
	Arena *arena = vm_arena();
	Image *image = rich_image(arena);

	chain_nodes(arena, image, 1);
	check_image(arena, image, "");
	chain_nodes(arena, image, MAX_INDEX_DEPTH + 1);
	check_image(arena, image, "the index is too deep");
	llp_arena_destroy(arena);
}

UNIT_TEST(verify_refuses_images_of_wrong_sizes_places_and_checksums)
{
	Arena *arena = vm_arena();
	Image *image = rich_image(arena);
	size_t size = (size_t) image->size;
	char *moved = llp_arena_alloc(arena, size + 4);
	uint32_t policy = 0;
	const char *problem = "";
	uint32_t *links;

	CHECK_STR(llp_str(image_problem(arena, image, size - 8)), "its size is wrong");
	llp_image_seal(image);
	image->checksum++;
	CHECK_INT(llp_image_verify(arena, image, size, &problem), STATUS_INVALID);
	CHECK_STR(llp_str(problem), "its checksum is wrong");
	CHECK_INT(llp_image_verify(arena, image, 0, &problem), STATUS_INVALID);
	memcpy(moved + 4, image, size);
	CHECK_INT(llp_image_verify(arena, moved + 4, size, &problem), STATUS_INVALID);
	CHECK_STR(llp_str(problem), "it is not aligned");
	/* Two policies are as large as a slot. */
	image->section[IMAGE_slots] -= 2 * sizeof(ImagePolicy);
	check_image(arena, image, "its policies do not fill it");

	image = rich_image(arena);
	links = section_of(image, IMAGE_links);
	while (fragment_literals_count(image_fragment(image, policy)) == 0)
		policy++;
	links[llp_image_links(image, policy).literals - links] = BIG;
	check_image(arena, image, "the link of a literal is out of range");
	llp_arena_destroy(arena);
}

UNIT_TEST(verify_needs_memory_for_images_alone)
{
	Arena *arena = vm_arena();
	Image *image = rich_image(arena);
	Arena *small = llp_arena_create(&llp_libc_host, 64 * 1024);
	const char *problem = "";

	while (llp_arena_alloc(small, 8) != NULL)
		;
	llp_image_seal(image);
	CHECK_INT(llp_image_verify(small, image, (size_t) image->size, &problem), STATUS_NO_MEMORY);
	llp_arena_destroy(small);
	llp_arena_destroy(arena);
}

/* --- What is accepted runs --------------------------------------------------------------------------------
 */

static const char *const rich_requests[] = {
	"{\"env\": \"prod\", \"tier\": \"gold\", \"a\": \"x\", \"n\": 7, \"l\": [2], \"o\": {\"p.q\": {\"r\": \"b\"}}, \"m\": null, "
	"\"t\": \"a needle and the password\"}",
	"{\"env\": \"test\", \"tier\": \"gold\", \"t\": \"PRIVATE KEY\", \"n\": \"250\", \"l\": [1, {}], \"c\": 1, \"on\": true}",
	"{\"a.b\": [1], \"env\": [\"prod\"], \"tier\": {\"x\": \"gold\"}, \"t\": 5, \"u\": false, \"n\": 1.5}",
};

/* Numbers that are the same in every run. */
static uint32_t
random_below(uint64_t *state, uint32_t bound)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t) ((*state >> 33) % bound);
}

/* Changes a bit, a byte, a word to a small number, or a word to another's. */
static void
damage_randomly(char *bytes, size_t size, uint64_t *state)
{
	uint32_t place = random_below(state, (uint32_t) size / 4) * 4;
	uint32_t other = random_below(state, (uint32_t) size / 4) * 4;
	uint32_t word;

	switch (random_below(state, 4))
	{
		case 0:
			bytes[place + random_below(state, 4)] ^= (char) (1 << random_below(state, 8));
			break;
		case 1:
			bytes[place + random_below(state, 4)] = (char) random_below(state, 256);
			break;
		case 2:
			word = random_below(state, 40);
			memcpy(bytes + place, &word, sizeof(word));
			break;
		default:
			memcpy(bytes + place, bytes + other, sizeof(word));
	}
}

/* Every request with a trace, without, and by a few policies alone. */
static void
run_image(Arena *arena, const Image *image, bool with_literals)
{
	Program *program = llp_program_open(arena, image);
	bool *selected = llp_arena_array(arena, image_policies_count(image), sizeof(bool));

	for (size_t i = 0; i < image_policies_count(image); i++)
		selected[i] = i % 3 == 0;
	if (with_literals)
		CHECK_INT(llp_program_compile_literals(program), STATUS_OK);
	for (size_t i = 0; i < sizeof(rich_requests) / sizeof(rich_requests[0]); i++)
		for (int way = 0; way < 3; way++)
		{
			Value request = llp_tree_value(vm_json(arena, rich_requests[i]));
			EvaluationOptions options = {.now = VM_NOW,
										 .default_decision = VERDICT_ALLOW,
										 .trace = way == 0,
										 .return_request = true,
										 .selected = way == 1 ? selected : NULL};
			DiagnosticList findings;
			Decision decision;

			llp_diag_init(&findings, arena);
			CHECK_INT(llp_evaluate(arena, program, &request, &options, &decision, &findings), STATUS_OK);
		}
}

/* Links all policies of an image again, whose names are the image's. */
static Image *
relinked_image(Arena *arena, const Image *image)
{
	uint32_t count = (uint32_t) image_policies_count(image);
	LinkInput *inputs = llp_arena_array(arena, count, sizeof(LinkInput));
	Linker *linker;

	for (uint32_t i = 0; i < count; i++)
		inputs[i] = (LinkInput){.fragment = image_fragment(image, i),
								.revision = image_policies(image)[i].revision,
								.status = (PolicyStatus) image_policies(image)[i].status,
								.image = image,
								.number = i};
	CHECK_INT(llp_link(arena, inputs, count, 1, &linker), STATUS_OK);
	return llp_link_write(linker, llp_arena_alloc(arena, llp_link_size(linker)));
}

/* Links a fragment alone; what is accepted links to what is accepted. */
static void
run_fragment(Arena *arena, const Fragment *fragment, bool with_literals)
{
	LinkInput input = {.fragment = fragment, .status = POLICY_ACTIVE};
	Linker *linker;
	Image *image;

	CHECK_INT(llp_link(arena, &input, 1, 1, &linker), STATUS_OK);
	image = llp_link_write(linker, llp_arena_alloc(arena, llp_link_size(linker)));
	check_image(arena, image, "");
	run_image(arena, image, with_literals);
}

/* A few seconds under sanitizers; test/fuzz/fuzz_image.c goes on. */
#define RANDOM_CASES 5000

UNIT_TEST(verify_accepts_only_fragments_that_run)
{
	Arena *arena = vm_arena();
	const Fragment *sound = rich_fragment(arena);
	uint32_t size = fragment_size(sound);
	uint64_t state = 1;
	int accepted = 0;

	for (int i = 0; i < RANDOM_CASES; i++)
	{
		Arena *own = vm_arena();
		Fragment *fragment = mutable_copy(own, sound, size);

		for (uint32_t changes = 1 + random_below(&state, 2); changes > 0; changes--)
			damage_randomly((char *) fragment, size, &state);
		if (fragment_size(fragment) == size && *problem_of(fragment, size) == '\0')
		{
			run_fragment(own, fragment, ++accepted % 16 == 0);
		}
		llp_arena_destroy(own);
	}
	printf("# %d of %d damaged fragments are accepted\n", accepted, RANDOM_CASES);
	CHECK(accepted > 0);
	llp_arena_destroy(arena);
}

UNIT_TEST(an_image_linked_again_is_the_same)
{
	Arena *arena = vm_arena();
	Image *image = rich_image(arena);
	Image *again = relinked_image(arena, image);

	CHECK_INT(again->size, image->size);
	CHECK(memcmp(again, image, (size_t) image->size) == 0);
	llp_arena_destroy(arena);
}

UNIT_TEST(verify_accepts_only_images_that_run)
{
	Arena *arena = vm_arena();
	const Image *sound = rich_image(arena);
	size_t size = (size_t) sound->size;
	uint64_t state = 2;
	int accepted = 0;

	for (int i = 0; i < RANDOM_CASES; i++)
	{
		Arena *own = vm_arena();
		Image *image = mutable_copy(own, sound, size);

		for (uint32_t changes = 1 + random_below(&state, 2); changes > 0; changes--)
			damage_randomly((char *) image, size, &state);
		if (*image_problem(own, image, size) == '\0')
		{
			run_image(own, image, ++accepted % 16 == 0);
			check_image(own, relinked_image(own, image), "");
		}
		llp_arena_destroy(own);
	}
	printf("# %d of %d damaged images are accepted\n", accepted, RANDOM_CASES);
	CHECK(accepted > 0);
	llp_arena_destroy(arena);
}

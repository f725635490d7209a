/*
 * prog/fragment.h - one compiled policy: the unit that is stored, verified and linked.
 *
 * A fragment is a block of bytes without pointers: a header and sections, each an array of one type, which
 * refer to each other by index.  Numbers are in the machine's own byte order; the header tells a fragment of
 * another machine or another engine apart.
 *
 * The sections are two parts.  The body is what decides; the names behind it say which slots, keys, regexes
 * and literals the body's numbers mean.  An image has names of its own, one for all of its policies, so it
 * holds bodies alone: there the header still tells how many names a policy has, but they cannot be read.
 *
 * This page is the format.  It is written by prog/compile.c, checked by prog/verify.c - nobody else may
 * assume that a fragment from outside keeps to it - and read through the functions below.
 */
#ifndef LLP_PROG_FRAGMENT_H
#define LLP_PROG_FRAGMENT_H

#include <stddef.h>

#include "base/functions.h"
#include "base/request.h"
#include "base/terms.h"
#include "base/timestamp.h"

/* "LLPF" as the machine writes it. */
#define FRAGMENT_MAGIC 0x4650504CU
/*
 * Raised by every change of this format, of what the compiler makes of a document, or of the lists of
 * functions and kinds (base/functions.def, base/types.def), by whose numbers expressions call them.
 */
#define FRAGMENT_VERSION 11

#define FRAGMENT_SOURCE_SIZE 32

/*
 * Bytes of section text, or in the sections of names of name_text, the first of which is nobody's: `at` 0
 * says that there is no text at all.
 */
typedef struct FragmentText
{
	uint32_t at;
	uint32_t size;
} FragmentText;

/*
 * A JSON value.  What a container holds stands together, behind the container itself, keys by their bytes.
 *
 * The strings of an action may be templates.  To who knows nothing of them such a string is its own source.
 */
typedef struct FragmentValue
{
	uint32_t kind;	/* ValueKind, never VALUE_MISSING; or FRAGMENT_TEMPLATE */
	uint32_t count; /* bytes of a string or of the source of a template, items of a list, members of a map */
	union
	{
		int64_t integer; /* a bool is 0 or 1 */
		double real;
		uint64_t at; /* first byte in text, item in values, or member in pairs */
		struct
		{
			uint32_t source; /* first byte in text */
			uint32_t entry;	 /* first instruction of the expression that computes it */
		} template;
	} as;
} FragmentValue;

#define FRAGMENT_TEMPLATE (VALUE_MAP + 1)

typedef struct FragmentPair
{
	FragmentText key;
	FragmentValue value;
} FragmentPair;

/* A scalar of an expression.  Strings and bytes are in section bytes: a string may have NULs in it. */
typedef struct FragmentConstant
{
	uint32_t kind;	/* TypeKind: NULL to BYTES, or TYPE */
	uint32_t count; /* bytes of a string or of bytes */
	union
	{
		int64_t integer; /* a bool is 0 or 1; of a type its TypeKind */
		uint64_t natural;
		double real;
		uint64_t at; /* first byte in section bytes */
	} as;
} FragmentConstant;

/* ORDER: opcodes.def.  prog/opcodes.def says what each does. */
typedef enum Opcode
{
#define OPCODE(symbol, name, operand, reads_slot) OP_##symbol,
#include "prog/opcodes.def"
#undef OPCODE
	OP_END
} Opcode;

/* What an instruction's operand is: an index into the section of that name, unless said otherwise. */
typedef enum OperandKind
{
	OPERAND_NONE,
	OPERAND_TRUTH, /* 0 or 1 */
	OPERAND_VALUE,
	OPERAND_TARGET, /* of a jump: an instruction */
	OPERAND_KEY,
	OPERAND_SET,
	OPERAND_MATCH,
	/* Of expressions: */
	OPERAND_TEXT,	   /* in section values: a string */
	OPERAND_CONTAINER, /* in section values: a list or a map */
	OPERAND_LIST,	   /* in section values */
	OPERAND_CONSTANT,
	OPERAND_NAME,	  /* in section constants: a string */
	OPERAND_REGEX,	  /* in section regexes */
	OPERAND_FUNCTION, /* Function */
	OPERAND_VARIABLE,
	OPERAND_HEIGHT, /* of the stack of values: a place on it */
	OPERAND_COUNT,
	OPERAND_FORWARD, /* an instruction further on */
	OPERAND_LOOP_START,
	OPERAND_LOOP_END
} OperandKind;

typedef struct OpcodeShape
{
	Str name;
	OperandKind operand;
	bool reads_slot;
	bool of_values; /* it is of the family that computes values */
	uint8_t takes;	/* values, from the stack */
	uint8_t puts;
} OpcodeShape;

extern const OpcodeShape llp_opcode_shapes[OP_END];

#define INSTRUCTION_NEGATED 1  /* the opposite of what the test says */
#define INSTRUCTION_OPTIONAL 1 /* what is added is an optional */
#define INSTRUCTION_PAIRS 1	   /* a round has two variables */
#define INSTRUCTION_ROWS 1	   /* what is asked is a data source */

typedef struct Instruction
{
	uint8_t opcode;
	uint8_t flags;
	uint16_t slot; /* of a CALL or ASK: how many arguments it takes; of an EXPRESSION: its length */
	uint32_t operand;
} Instruction;

/* The flags of a COMPARE are those of a function from FUNCTION_EQUAL on, as far as they compare. */
#define RELATION_COUNT (FUNCTION_GREATER_EQUAL - FUNCTION_EQUAL + 1)
#define instruction_relation(instruction) ((Function) (FUNCTION_EQUAL + (instruction)->flags))

/* Does the program that begins with the instruction compute a value? */
#define is_expression(instruction) ((instruction)->opcode == OP_EXPRESSION)

/* What a verified fragment keeps within; documents nest less deep. */
#define MAX_VALUE_STACK 512 /* values on the stack of an expression */
#define MAX_BLOCK_DEPTH 768 /* blocks of an expression inside each other */
#define MAX_TRUTH_STACK 128 /* truths on the stack */
#define MAX_GROUP_DEPTH 128 /* groups inside each other */
#define MAX_VALUE_DEPTH 128 /* containers inside each other */

/* Instructions [begin, end) are one and, or, not of the condition: what a trace shows as a node. */
typedef struct CodeGroup
{
	uint32_t begin;
	uint32_t end;
	uint32_t op; /* Operator */
} CodeGroup;

/* The values of a membership test. */
typedef struct FragmentSet
{
	uint32_t first; /* in section set_keys */
	uint32_t count;
	uint32_t value; /* in section values: the whole list, if there are containers in it, else NO_VALUE */
	uint32_t flags;
} FragmentSet;

#define SET_HAS_NULL 1
#define SET_HAS_CONTAINERS 2

/* What a test of a regex needs: the pattern, and literals of which a matching text has at least one. */
typedef struct FragmentMatch
{
	uint32_t regex;			/* in section regexes */
	uint32_t first_literal; /* in section literal_slots */
	uint32_t literal_count; /* 0: nothing is known of matching texts */
} FragmentMatch;

/*
 * How the predicate index may reach a rule.  A clause is a list of accesses of which at least one leads there
 * whenever the rule's condition is true or errs; a rule without clauses is always a candidate.
 *
 * The slots of expressions have kinds of their own, and give some of the others another meaning: what they
 * hold may be an error, which leads on.  No access looks into their lists and maps.
 */
typedef enum AccessKind
{
	ACCESS_KEY,			   /* the slot's scalar has the text `operand` (section keys) */
	ACCESS_NULL,		   /* the slot is null */
	ACCESS_CONTAINER,	   /* the slot is a list or a map */
	ACCESS_ITEM,		   /* the slot is a container with a scalar of the text `operand` in it */
	ACCESS_ITEM_NULL,	   /* … with a null in it */
	ACCESS_ITEM_CONTAINER, /* … with a container in it */
	ACCESS_LITERAL,		   /* the slot's text has literal `operand` in it */
	ACCESS_ABOVE,		   /* the slot may be above number `operand` (section numbers), or equal; of
							  expressions: or is no number */
	ACCESS_BELOW,		   /* below, or equal, likewise */
	ACCESS_PRESENT,		   /* the slot is there; of expressions: has() of it is not false */
	ACCESS_ABSENT,		   /* the slot is not there; of expressions: has() of it is not true */
	ACCESS_FAILED,		   /* reading the slot errs, because it is absent or for another reason */
	ACCESS_UNREADABLE,	   /* has() of the slot errs */
	ACCESS_UNSEARCHABLE,   /* the slot is no text, or a search of it may hit the limit of steps */
	ACCESS_END
} AccessKind;

/*
 * A rule that ACCESS_UNSEARCHABLE leads to searches texts for so many constants at most before the rest of
 * the clause counts; a regex weighs as much as four.
 */
#define MAX_SEARCH_WEIGHT 16

typedef struct Access
{
	uint8_t kind; /* AccessKind */
	uint8_t unused;
	uint16_t slot;
	uint32_t operand;
} Access;

/* What few policies have. */
typedef struct PolicyExtra
{
	int64_t valid_from; /* TIMESTAMP_MIN when always */
	int64_t valid_until;
	FragmentText default_reason;
	FragmentText fallback_reason;
} PolicyExtra;

#define NO_ENTRY UINT32_MAX

/* A named expression, computed when some other one reads it. */
typedef struct FragmentVariable
{
	FragmentText name;
	uint32_t entry; /* first instruction */
	uint32_t depth; /* larger than those of the variables that it reads */
} FragmentVariable;

#define RULE_NEEDS_APPROVAL 1
#define RULE_HAS_TEMPLATES 2 /* among what its extra has */
#define RULE_REDACTS 4		 /* likewise, and its surroundings must be able to */

typedef struct FragmentRule
{
	FragmentText id;
	FragmentText reason;
	FragmentText code;
	uint32_t entry;		   /* first instruction of its condition */
	uint32_t first_clause; /* in section clauses */
	uint32_t extra;		   /* in section extras, or NO_EXTRA */
	uint16_t clause_count;
	uint8_t verdict; /* Verdict */
	uint8_t flags;
} FragmentRule;

#define NO_EXTRA UINT32_MAX

/* What few rules have. */
typedef struct RuleExtra
{
	int64_t valid_from;
	int64_t valid_until;
	uint32_t first_modification;
	uint32_t modification_count;
	uint32_t first_advice;
	uint32_t advice_count;
	uint32_t approvers; /* in section values, or NO_VALUE */
	uint32_t timeout;
	uint32_t reason; /* likewise: the template of the rule's reason, if it is one */
	uint32_t code;
} RuleExtra;

#define NO_VALUE UINT32_MAX

typedef struct FragmentModification
{
	FragmentText path;
	uint32_t kind;	/* ModificationKind */
	uint32_t value; /* in section values, or NO_VALUE; of a redaction a map */
} FragmentModification;

typedef struct FragmentAdvice
{
	uint32_t type;	/* AdviceType */
	uint32_t value; /* a map, in section values */
} FragmentAdvice;

typedef struct FragmentException
{
	int64_t valid_from;
	int64_t valid_until;
	FragmentText id;
	FragmentText reason;
	uint32_t entry;
	uint32_t unused;
} FragmentException;

/*
 * The sections in their order: FRAGMENT_SECTION(name, element type).  In each part it goes from types of
 * eight bytes' alignment down to single bytes, which fill it up to eight bytes, so that one section begins
 * where the one before it ends.
 *
 * literal_slots has the slot of each literal that is looked for.
 */
#define FRAGMENT_BODY_SECTIONS                                                                               \
	FRAGMENT_SECTION(values, FragmentValue)                                                                  \
	FRAGMENT_SECTION(pairs, FragmentPair)                                                                    \
	FRAGMENT_SECTION(constants, FragmentConstant)                                                            \
	FRAGMENT_SECTION(numbers, double)                                                                        \
	FRAGMENT_SECTION(policy_extras, PolicyExtra)                                                             \
	FRAGMENT_SECTION(extras, RuleExtra)                                                                      \
	FRAGMENT_SECTION(exceptions, FragmentException)                                                          \
	FRAGMENT_SECTION(variables, FragmentVariable)                                                            \
	FRAGMENT_SECTION(rules, FragmentRule)                                                                    \
	FRAGMENT_SECTION(matches, FragmentMatch)                                                                 \
	FRAGMENT_SECTION(sets, FragmentSet)                                                                      \
	FRAGMENT_SECTION(set_keys, uint32_t)                                                                     \
	FRAGMENT_SECTION(modifications, FragmentModification)                                                    \
	FRAGMENT_SECTION(advice, FragmentAdvice)                                                                 \
	FRAGMENT_SECTION(code, Instruction)                                                                      \
	FRAGMENT_SECTION(groups, CodeGroup)                                                                      \
	FRAGMENT_SECTION(clauses, uint32_t)                                                                      \
	FRAGMENT_SECTION(accesses, Access)                                                                       \
	FRAGMENT_SECTION(literal_slots, uint32_t)                                                                \
	FRAGMENT_SECTION(bytes, char)                                                                            \
	FRAGMENT_SECTION(text, char)

/*
 * Paths of slots, texts of keys, patterns; literals in lower case, as they are compared.  The slots of
 * expressions are members of members of the request: ".llm.model", which is no path of the language of
 * operators.
 */
#define FRAGMENT_NAME_SECTIONS                                                                               \
	FRAGMENT_SECTION(slots, FragmentText)                                                                    \
	FRAGMENT_SECTION(keys, FragmentText)                                                                     \
	FRAGMENT_SECTION(regexes, FragmentText)                                                                  \
	FRAGMENT_SECTION(literals, FragmentText)                                                                 \
	FRAGMENT_SECTION(name_text, char)

#define FRAGMENT_SECTIONS FRAGMENT_BODY_SECTIONS FRAGMENT_NAME_SECTIONS

typedef enum FragmentSection
{
#define FRAGMENT_SECTION(name, type) SECTION_##name,
	FRAGMENT_SECTIONS
#undef FRAGMENT_SECTION
		SECTION_COUNT
} FragmentSection;

/* Sections begin at multiples of it. */
#define SECTION_UNIT 4

/*
 * Each clause is the index of its first access; the section has one element more than there are clauses.
 *
 * Most policies are small, and a set has many: offsets take two bytes each where they can, and a fragment is
 * no larger than its own form of `section`.
 */
typedef struct Fragment
{
	uint32_t magic;
	uint16_t version;
	uint16_t applies_clauses; /* the first clauses of the fragment are of appliesTo and count for all rules */
	uint64_t checksum;		  /* llp_fragment_checksum */
	/* What it was compiled from: whatever identifies the document for whoever stores fragments. */
	uint8_t source[FRAGMENT_SOURCE_SIZE];
	int64_t priority;
	FragmentText ns;
	FragmentText id;
	uint32_t applies_entry; /* first instruction of appliesTo, or NO_ENTRY: it applies to every request */
	uint8_t status;			/* PolicyStatus of the document */
	uint8_t default_deny;
	uint8_t fallback; /* Verdict */
	uint8_t is_wide;  /* which form `section` has */
	/* Where each section begins; the last: the fragment's size. */
	union
	{
		uint16_t narrow[SECTION_COUNT + 1]; /* in units of SECTION_UNIT */
		uint32_t wide[SECTION_COUNT + 1];	/* in bytes */
	} section;
} Fragment;

/* Bytes of the header in both forms: where the first section begins. */
#define NARROW_HEADER_SIZE                                                                                   \
	((offsetof(Fragment, section) + (SECTION_COUNT + 1) * sizeof(uint16_t) + 7) / 8 * 8)
#define WIDE_HEADER_SIZE ((offsetof(Fragment, section) + (SECTION_COUNT + 1) * sizeof(uint32_t) + 7) / 8 * 8)

/* Up to so many bytes a fragment may have in the narrow form; a test build has both forms of small ones. */
#ifdef LLP_TINY_LIMITS
#define MAX_NARROW_SIZE 1024
#else
#define MAX_NARROW_SIZE (UINT16_MAX * SECTION_UNIT)
#endif

/* The offset of a section, or, for SECTION_COUNT, of the fragment's end. */
static inline uint32_t
fragment_offset(const Fragment *fragment, int section)
{
	if (fragment->is_wide)
		return fragment->section.wide[section];
	return (uint32_t) fragment->section.narrow[section] * SECTION_UNIT;
}

#define FRAGMENT_SECTION(name, type)                                                                         \
	static inline const type *fragment_##name(const Fragment *fragment)                                      \
	{                                                                                                        \
		return (const void *) ((const char *) fragment + fragment_offset(fragment, SECTION_##name));         \
	}                                                                                                        \
	static inline uint32_t fragment_##name##_count(const Fragment *fragment)                                 \
	{                                                                                                        \
		return (uint32_t) ((fragment_offset(fragment, SECTION_##name + 1) -                                  \
							fragment_offset(fragment, SECTION_##name)) /                                     \
						   sizeof(type));                                                                    \
	}
FRAGMENT_SECTIONS
#undef FRAGMENT_SECTION

/* Bytes of the whole fragment. */
static inline uint32_t
fragment_size(const Fragment *fragment)
{
	return fragment_offset(fragment, SECTION_COUNT);
}

/* Bytes of its header and body: what an image holds. */
static inline uint32_t
fragment_body_size(const Fragment *fragment)
{
	return fragment_offset(fragment, SECTION_slots);
}

/* The text, with data NULL where there is none. */
static inline Str
fragment_str(const Fragment *fragment, FragmentText text)
{
	if (text.at == 0)
		return (Str){NULL, 0};
	return (Str){fragment_text(fragment) + text.at, text.size};
}

/* A text of the sections of names. */
static inline Str
fragment_name(const Fragment *fragment, FragmentText text)
{
	if (text.at == 0)
		return (Str){NULL, 0};
	return (Str){fragment_name_text(fragment) + text.at, text.size};
}

/* What few policies have, and where this one has nothing of it, nothing. */
extern const PolicyExtra *llp_policy_extra(const Fragment *fragment);
/* An element of section values as a Value, valid as long as the fragment. */
extern Value llp_fragment_value(const Fragment *fragment, uint32_t index);
/* The same of a value of the fragment, wherever it stands. */
extern Value llp_fragment_stored(const Fragment *fragment, const FragmentValue *stored);
/* A string or bytes of section constants. */
static inline Str
fragment_constant_str(const Fragment *fragment, const FragmentConstant *constant)
{
	return (Str){fragment_bytes(fragment) + constant->as.at, constant->count};
}

/* Is it the name of a slot of expressions: one to LLP_MAX_PATH_STEPS times a dot and the name of a member? */
extern bool llp_is_member_path(Str text);
/* Over everything but the field itself. */
extern uint64_t llp_fragment_checksum(const Fragment *fragment);

#endif

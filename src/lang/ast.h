/*
 * lang/ast.h - the tree of an expression.
 *
 * Operators are calls of functions whose names are no names (`_+_`).  `&&` and `||` take two or more
 * operands: `a && (b && c)` is one call with three, so that a long chain is no deep tree.  Macros are
 * expanded as the CEL specification defines them; the node of an expansion keeps the call as it was written,
 * for printing.
 *
 * The checker completes the tree: types, what names mean, which operations a call may be.
 */
#ifndef LLP_LANG_AST_H
#define LLP_LANG_AST_H

#include "base/functions.h"
#include "base/str.h"

typedef struct CelType CelType;
typedef struct Expression Expression;

typedef enum ExprKind
{
	EXPR_CONSTANT,
	EXPR_IDENTIFIER,
	EXPR_SELECT,
	EXPR_CALL,
	EXPR_LIST,
	EXPR_MAP,
	EXPR_COMPREHENSION
} ExprKind;

typedef struct Constant
{
	TypeKind kind; /* NULL to BYTES */
	union
	{
		bool boolean;
		int64_t integer;
		uint64_t natural;
		double real;
		Str text; /* STRING and BYTES */
	} as;
} Constant;

typedef struct Identifier
{
	Str name;	   /* the checker may have made it of several: "a.b" */
	bool absolute; /* written with a dot before it */
	bool quoted;   /* written between backquotes: the variable of the environment and nothing else */
	const Expression *binder; /* checked: the comprehension whose variable or accumulator it is; NULL: none */
	const CelType *denoted;	  /* checked: the type that it names; NULL: it is a variable */
} Identifier;

typedef struct Select
{
	Expression *operand; /* NULL in has(name), which asks for a variable */
	Str field;
	bool test;		 /* has(operand.field) */
	bool quoted;	 /* of has(`name`): as an identifier's */
	bool optional;	 /* operand.?field */
	Overload member; /* checked: what it is where the operand turns out to have no fields; or FN_NONE */
} Select;

/* Before the dot of functions that are registered in the surroundings. */
#define LLP_REGISTERED STR("custom")

typedef struct Call
{
	Function function;		/* of an operator at once, of others when checked; FUNCTION_NONE: not known */
	Str name;				/* the checker may have made it of several: "math.abs", without a receiver then */
	bool absolute;			/* written with a dot before it */
	bool registered;		/* checked: a function of the surroundings, by its name "custom.f" */
	uint32_t count;			/* of arguments */
	Expression *receiver;	/* NULL: none */
	Expression **arguments; /* without the receiver */
	/* Checked: the operations that it may be, bit i for the i-th overload of the function. */
	uint32_t candidates;
} Call;

typedef struct ListItem
{
	Expression *value;
	bool optional; /* ?value */
} ListItem;

typedef struct MapEntry
{
	Expression *key;
	Expression *value;
	bool optional; /* ?key: value */
} MapEntry;

/*
 * For each element of `range`, as long as `condition` holds: accumulator := step.  The variables are seen by
 * `condition` and `step`, the accumulator by these and `result`.
 */
typedef struct Comprehension
{
	Expression *range;
	Str variable; /* the element of a list or the key of a map; the index or the key if there is a second one
				   */
	Str second;	  /* the element or the value; empty: none */
	Str accumulator;
	Expression *init;
	Expression *condition;
	Expression *step;
	Expression *result;
} Comprehension;

/* The macros, by what they mean; several spellings may mean the same. */
typedef enum MacroId
{
	MACRO_NONE,
	MACRO_HAS,
	MACRO_ALL,
	MACRO_EXISTS,
	MACRO_EXISTS_ONE,
	MACRO_MAP,
	MACRO_FILTER,
	MACRO_TRANSFORM_LIST,
	MACRO_TRANSFORM_MAP,
	MACRO_TRANSFORM_MAP_ENTRY,
	MACRO_BIND,
	MACRO_OPT_MAP,
	MACRO_OPT_FLAT_MAP,
	MACRO_SORT_BY
} MacroId;

/* A macro as it was written; the arguments are parts of the expansion too. */
typedef struct MacroCall
{
	MacroId id;
	Str name;
	Expression *receiver;
	Expression **arguments;
	uint32_t count;
} MacroCall;

struct Expression
{
	ExprKind kind;
	uint16_t height;		/* 1 for a leaf: how deep a recursion over it goes */
	uint32_t offset;		/* in the source: of the operator, the name that is called, or the first byte */
	const CelType *type;	/* checked */
	const MacroCall *macro; /* the call that it is the expansion of; NULL: none */
	union
	{
		Constant constant;
		Identifier identifier;
		Select select;
		Call call;
		struct
		{
			ListItem *items;
			uint32_t count;
		} list;
		struct
		{
			MapEntry *entries;
			uint32_t count;
		} map;
		Comprehension *comprehension;
	} as;
};

/*
 * Builders.  The arrays become part of the node.  All give NULL when the arena is exhausted, or when a part
 * is NULL, so that a chain of them is checked once.
 */
extern Expression *llp_expr_constant(Arena *arena, size_t offset, Constant constant);
extern Expression *llp_expr_identifier(Arena *arena, size_t offset, Str name);
extern Expression *llp_expr_select(Arena *arena, size_t offset, Expression *operand, Str field);
/* has(name), where the name is that of a variable. */
extern Expression *llp_expr_presence(Arena *arena, size_t offset, Str name);
/* A call of an operator, or of a function by its canonical name. */
extern Expression *llp_expr_call(Arena *arena, size_t offset, Function function, Expression *receiver,
								 Expression **arguments, uint32_t count);
/* A call by a name that nobody has looked up. */
extern Expression *llp_expr_named_call(Arena *arena, size_t offset, Str name, Expression *receiver,
									   Expression **arguments, uint32_t count);
extern Expression *llp_expr_list(Arena *arena, size_t offset, ListItem *items, uint32_t count);
extern Expression *llp_expr_map(Arena *arena, size_t offset, MapEntry *entries, uint32_t count);
extern Expression *llp_expr_comprehension(Arena *arena, size_t offset, const Comprehension *comprehension);

/* The name f of a call custom.f(x) that is `registered`. */
extern Str llp_registered_name(const Call *call);
/* Is it a call of that operator or function? */
extern bool llp_expr_is_call(const Expression *expr, Function function);
/* Calls `visit` for each expression that is directly part of it; of a macro, for the parts of its expansion.
 */
extern void llp_expr_each_part(const Expression *expr, void (*visit)(void *context, const Expression *part),
							   void *context);

#endif

/*
 * policy/model.h - what a policy is once it has been read and found correct.
 *
 * The model is the author's document in the engine's terms: defaults filled in, words turned into enums,
 * paths and regexes parsed.  It is made by policy/read.h, immutable afterwards, and lives in the arena it was
 * made in.
 */
#ifndef LLP_POLICY_MODEL_H
#define LLP_POLICY_MODEL_H

#include "base/field_path.h"
#include "base/modification.h"
#include "base/terms.h"
#include "base/timestamp.h"
#include "base/tree.h"
#include "lang/ast.h"
#include "lang/source.h"
#include "match/regex.h"

typedef struct OperatorTree OperatorTree;

/* A condition of operators.  For and, or, not: children; for every other operator: field and value. */
struct OperatorTree
{
	Operator op;
	FieldPath field;
	const TreeNode *value; /* never NULL for a leaf: exists without a value has true */
	const Regex *regex;	   /* of matches, when the value is a string */
	OperatorTree **children;
	size_t child_count;
	int line;
	int column;
};

typedef enum ConditionKind
{
	CONDITION_TREE,
	CONDITION_EXPRESSION
} ConditionKind;

typedef struct Condition
{
	ConditionKind kind;
	union
	{
		const OperatorTree *tree;
		const Expression *expression; /* checked */
	} as;
} Condition;

/* In force when from <= now < until. */
typedef struct Validity
{
	Timestamp from;	 /* TIMESTAMP_MIN when not given */
	Timestamp until; /* TIMESTAMP_MAX when not given */
} Validity;

/* A part of a template: literal text, or an expression between {{ and }}. */
typedef struct TemplatePiece
{
	Str text;					  /* of an expression nothing */
	const Expression *expression; /* checked; NULL: it is literal text */
} TemplatePiece;

/* A string of an action with expressions in it.  One that is nothing else gives its expression's value. */
typedef struct Template
{
	const TreeNode *node; /* the string as written */
	TemplatePiece *pieces;
	size_t piece_count;
} Template;

typedef struct Advice
{
	AdviceType type;
	const TreeNode *body; /* a map: the author's keys but `type` */
} Advice;

/* What a rule does when its condition holds: one verdict (or none) and any advice. */
typedef struct Action
{
	Verdict verdict;			 /* the strongest of a list; VERDICT_NONE when it is advice alone */
	bool needs_approval;		 /* the deny comes of require_approval */
	const TreeNode *approvers;	 /* as written, or NULL */
	const TreeNode *timeout;	 /* as written, or NULL */
	Str reason;					 /* data is NULL when not given; given, it may be empty */
	Str code;					 /* likewise */
	const TreeNode *reason_node; /* the reason as written, or NULL */
	const TreeNode *code_node;	 /* likewise */
	const TreeNode *metadata;	 /* a map as written, or NULL */
	Modification *modifications; /* in document order; only with verdict modify */
	size_t modification_count;
	Advice *advice;
	size_t advice_count;
	Template *templates; /* of all strings, in the order of the addresses of their nodes */
	size_t template_count;
} Action;

typedef struct PolicyRule
{
	Str id;
	Str name; /* empty when not given */
	bool enabled;
	int64_t priority;
	Validity validity;
	Condition condition;
	Action action;
	int line;
	int column;
} PolicyRule;

typedef struct PolicyException
{
	Str id; /* "exception-<n>" when not given */
	bool enabled;
	Validity validity;
	Condition condition;
	Str reason;
} PolicyException;

/* One entry of appliesTo: in scope when the path's value equals one of the values. */
typedef struct Applicability
{
	FieldPath path;
	const TreeNode **values;
	size_t value_count;
} Applicability;

/*
 * A named value that expressions may read: an expression, or the rows of a data source for some arguments;
 * the name of the latter begins with "data.".  Its depth is one more than those of the variables that it
 * reads, so at least 1: none reads itself by way of others.
 */
typedef struct PolicyVariable
{
	Str name;
	const Expression *expression; /* checked; NULL for rows */
	Str source;					  /* of rows: the name it is registered under */
	const Expression **arguments; /* of rows, checked */
	uint32_t argument_count;
	uint32_t depth; /* at most LLP_MAX_VARIABLE_DEPTH */
} PolicyVariable;

/* An expression of the document, with the text that it was written as, which knows its place. */
typedef struct PolicyExpression
{
	const Expression *expression; /* checked */
	const Source *source;
	struct PolicyExpression *next;
} PolicyExpression;

#define LLP_MAX_VARIABLES 256 /* of a policy */
/* Something that has to be registered in the surroundings: custom.name(…), or the data source `name`. */
typedef struct PolicyReference
{
	struct PolicyReference *next; /* in the order in which they were read; none twice */
	bool is_data;
	Str name;
	uint32_t count; /* of arguments */
	Str path;
	int line;
	int column;
} PolicyReference;

#define LLP_MAX_REFERENCES 256 /* of a policy */

#define LLP_MAX_VARIABLES 256 /* of a policy, rows of data sources among them */
#define LLP_MAX_VARIABLE_DEPTH 16

/* An embedded test. */
typedef struct PolicyTest
{
	Str name;
	const TreeNode *request; /* a map */
	const TreeNode *data;	 /* a map: what data.name is; or NULL: nothing is there */
	bool has_now;
	Timestamp now;
	/* What is expected; what the author left out is not compared. */
	Verdict decision;			   /* always given */
	Str rule;					   /* id of the deciding rule, or empty */
	const TreeNode *reason;		   /* a string, or NULL */
	ReasonCode reason_code;		   /* REASON_NONE: not compared */
	const TreeNode *modifications; /* a map, or NULL */
	const TreeNode *errors;		   /* the number of errors, or NULL */
	int line;
	int column;
} PolicyTest;

typedef struct Policy
{
	Str id;
	Str name;
	Str ns; /* namespace */
	Str version;
	int64_t priority;
	PolicyStatus status; /* of the document; the database's column may override it */
	int32_t revision;	 /* 0 until the database has given one */
	Validity validity;
	Applicability *applies_to;
	size_t applies_to_count;
	PolicyVariable *variables; /* in document order, rows of data sources last */
	size_t variable_count;
	const PolicyReference *references;
	bool default_deny; /* config.defaultAction is deny */
	Str default_reason;
	Verdict fallback; /* VERDICT_DENY or VERDICT_ALLOW: stands in for a rule that errs */
	Str fallback_reason;
	PolicyRule *rules; /* in walk order: priority descending, ties in document order */
	size_t rule_count;
	PolicyException *exceptions;
	size_t exception_count;
	PolicyTest *tests;
	size_t test_count;
	PolicyExpression *expressions; /* all of them, wherever they stand, in the order of reading */
	TreeNode *normalised;		   /* the whole document with camelCase keys and ids filled in */
	Str source;					   /* the document's own text (doc/reader.h) */
	int line;					   /* where source starts in the text it came from */
} Policy;

/* The policies of a scope, in walk order: priority descending, id, namespace, by bytes. */
typedef struct PolicySet
{
	Policy **policies;
	size_t count;
} PolicySet;

/* Sorts `policies` (the array is kept, not copied) into a set. */
extern PolicySet llp_policy_set(Policy **policies, size_t count);

/* Namespaces: "acme.prod" covers itself and "acme.prod.eu"; the root "default" covers every namespace. */
extern bool llp_namespace_covers(Str ancestor, Str descendant);
/* The next level up: acme.prod → acme → default → empty. */
extern Str llp_namespace_parent(Str ns);
/* Segments of [A-Za-z0-9_-] joined by ".", at most LLP_MAX_NAMESPACE bytes. */
#define LLP_MAX_NAMESPACE 255
extern bool llp_namespace_valid(Str ns);
/* [A-Za-z0-9][A-Za-z0-9._-]{0,127} */
#define LLP_MAX_POLICY_ID 128
extern bool llp_policy_id_valid(Str id);

#endif

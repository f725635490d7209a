/*
 * prog/expression.c - from expressions to instructions.
 *
 * A tree becomes code for a stack of values (prog/opcodes.def): what an expression computes is one value on
 * top of what was there.  How high the stack is at each instruction is known here, so that the variables of
 * comprehensions are places on it.
 *
 * Parts of the request that are read by names alone, a.b.c, become slots.  Lists and maps of JSON that the
 * author wrote out become values of the fragment; what else is constant is computed like all: what functions
 * do is known to the vm only.
 *
 * Recursion is as deep as the tree, which the parser bounds.
 */
#include "prog/expression.h"

#include <math.h>

#include "base/field_path.h"
#include "base/number.h"
#include "lang/functions.h"
#include "lang/macro.h"
#include "lang/parser.h"
#include "lang/print.h"
#include "match/regex.h"
#include "prog/intern.h"

#define NO_JUMP UINT32_MAX
/*
 * Nodes that are looked at, at most, to find out whether lists and maps are values of JSON.  A list is looked
 * at once for each list around it; no text has as many elements as this.
 */
#define MAX_LOOKS LLP_EXPRESSION_MAX_SIZE

/* A variable of a comprehension, or its accumulator, where it can be seen. */
typedef struct Local
{
	const Expression *binder;
	Str name;
	uint32_t height; /* of the stack, where it lies */
	const struct Local *outer;
} Local;

typedef struct Compiler
{
	Assembler *assembler;
	uint32_t height; /* of the stack, before the next instruction */
	uint32_t blocks; /* that are open */
	uint32_t looks;	 /* at nodes that may be values of JSON, that are left */
	const Local *locals;
} Compiler;

static void emit_expr(Compiler *compiler, const Expression *expr);

/* --- Instructions --------------------------------------------------------------------------------------- */

static uint32_t
here(const Compiler *compiler)
{
	return llp_asm_count(compiler->assembler, SECTION_code);
}

/* How much the stack grows is the shape's business, but for what a call or a slide takes. */
static void
emit_full(Compiler *compiler, Instruction instruction, uint32_t taken)
{
	const OpcodeShape *shape = &llp_opcode_shapes[instruction.opcode];

	llp_asm_add(compiler->assembler, SECTION_code, &instruction);
	compiler->height = compiler->height - shape->takes - taken + shape->puts;
	if (compiler->height > MAX_VALUE_STACK)
		llp_asm_fail(compiler->assembler, STATUS_LIMIT);
}

static void
emit(Compiler *compiler, Opcode opcode, uint32_t operand)
{
	emit_full(compiler, (Instruction){.opcode = (uint8_t) opcode, .operand = operand}, 0);
}

static void
emit_call(Compiler *compiler, Function function, uint32_t count)
{
	if (count > UINT16_MAX)
		llp_asm_fail(compiler->assembler, STATUS_LIMIT);
	emit_full(compiler,
			  (Instruction){.opcode = OP_CALL, .slot = (uint16_t) count, .operand = (uint32_t) function},
			  count);
}

/* Takes values away from below the topmost. */
static void
emit_slide(Compiler *compiler, uint32_t count)
{
	emit_full(compiler, (Instruction){.opcode = OP_SLIDE, .operand = count}, count);
}

/* Until it is known where they lead, jumps are a list through their operands. */
static void
emit_jump(Compiler *compiler, Opcode opcode, uint32_t *jumps)
{
	uint32_t before = *jumps;

	*jumps = here(compiler);
	emit(compiler, opcode, before);
}

static void
land_jumps(Compiler *compiler, uint32_t jumps)
{
	while (jumps != NO_JUMP && compiler->assembler->status == STATUS_OK)
	{
		Instruction *jump = llp_asm_at(compiler->assembler, SECTION_code, jumps);

		jumps = jump->operand;
		jump->operand = here(compiler);
	}
}

/* Every block that is open has a place at most at whatever jumps out of it. */
static void
open_block(Compiler *compiler)
{
	if (++compiler->blocks > MAX_BLOCK_DEPTH)
		llp_asm_fail(compiler->assembler, STATUS_LIMIT);
}

static void
close_block(Compiler *compiler, uint32_t jumps)
{
	compiler->blocks--;
	land_jumps(compiler, jumps);
}

/* --- Constants ------------------------------------------------------------------------------------------ */

static uint32_t
name_constant(Compiler *compiler, Str name)
{
	return llp_asm_constant(compiler->assembler, (FragmentConstant){.kind = KIND_STRING}, name);
}

static uint32_t
constant_number(Compiler *compiler, const Constant *constant)
{
	FragmentConstant stored = {.kind = (uint32_t) constant->kind};
	Str text = {NULL, 0};

	switch (constant->kind)
	{
		case KIND_NULL:
			break;
		case KIND_BOOL:
			stored.as.integer = constant->as.boolean ? 1 : 0;
			break;
		case KIND_DOUBLE:
			stored.as.real = constant->as.real;
			break;
		case KIND_STRING:
		case KIND_BYTES:
			text = constant->as.text.data == NULL ? STR("") : constant->as.text;
			break;
		default:
			stored.as.natural = constant->as.natural;
			break;
	}
	return llp_asm_constant(compiler->assembler, stored, text);
}

static void
emit_type(Compiler *compiler, const CelType *type)
{
	FragmentConstant constant = {.kind = KIND_TYPE, .as.integer = (int64_t) type->kind};

	emit(compiler, OP_CONSTANT, llp_asm_constant(compiler->assembler, constant, (Str){NULL, 0}));
}

/* A text that a value of JSON can be. */
static bool
is_json_text(Str text)
{
	return text.size == 0 || memchr(text.data, '\0', text.size) == NULL;
}

/* A JSON scalar of the same type: not 1u, not 1.0, which would be an int. */
static TreeNode *
scalar_node(Arena *arena, const Constant *constant)
{
	switch (constant->kind)
	{
		case KIND_NULL:
			return llp_tree_null(arena);
		case KIND_BOOL:
			return llp_tree_bool(arena, constant->as.boolean);
		case KIND_INT:
			return llp_tree_int(arena, constant->as.integer);
		case KIND_DOUBLE:
			if (!isfinite(constant->as.real) ||
				llp_number_from_double(constant->as.real).kind != VALUE_DOUBLE)
				return NULL;
			return llp_tree_double(arena, constant->as.real);
		case KIND_STRING:
			return is_json_text(constant->as.text) ? llp_tree_string(arena, constant->as.text) : NULL;
		default:
			return NULL;
	}
}

static TreeNode *json_node(Compiler *compiler, const Expression *expr);

static TreeNode *
list_node(Compiler *compiler, const Expression *expr)
{
	Arena *arena = compiler->assembler->arena;
	TreeNode *list = llp_tree_list(arena);

	for (uint32_t i = 0; i < expr->as.list.count; i++)
	{
		const ListItem *item = &expr->as.list.items[i];

		if (item->optional || !llp_tree_append(arena, list, json_node(compiler, item->value)))
			return NULL;
	}
	return list;
}

/* Keys are distinct strings; two that are the same are an error of the evaluation. */
static TreeNode *
map_node(Compiler *compiler, const Expression *expr)
{
	Arena *arena = compiler->assembler->arena;
	TreeNode *map = llp_tree_map(arena);

	for (uint32_t i = 0; map != NULL && i < expr->as.map.count; i++)
	{
		const MapEntry *entry = &expr->as.map.entries[i];
		const Constant *key = &entry->key->as.constant;

		if (entry->optional || entry->key->kind != EXPR_CONSTANT || key->kind != KIND_STRING ||
			!is_json_text(key->as.text) || llp_tree_get(map, key->as.text) != NULL ||
			!llp_tree_set(arena, map, key->as.text, json_node(compiler, entry->value)))
			return NULL;
	}
	return map;
}

/* The expression as a value of JSON, if it is one; NULL when it is none, or memory is out. */
static TreeNode *
json_node(Compiler *compiler, const Expression *expr)
{
	if (compiler->looks == 0)
		return NULL;
	compiler->looks--;
	switch (expr->kind)
	{
		case EXPR_CONSTANT:
			return scalar_node(compiler->assembler->arena, &expr->as.constant);
		case EXPR_LIST:
			return list_node(compiler, expr);
		case EXPR_MAP:
			return map_node(compiler, expr);
		default:
			return NULL;
	}
}

/* The list or map that is written out, as a tree; NULL when it has to be computed. */
static const TreeNode *
literal_node(Compiler *compiler, const Expression *expr)
{
	const TreeNode *node = json_node(compiler, expr);

	return node == NULL || node->height >= MAX_VALUE_DEPTH ? NULL : node;
}

static bool
emit_literal(Compiler *compiler, const Expression *expr)
{
	const TreeNode *node = literal_node(compiler, expr);

	if (node != NULL)
		emit(compiler, OP_LITERAL, llp_asm_value(compiler->assembler, node));
	return node != NULL;
}

/* --- The request ---------------------------------------------------------------------------------------- */

/* Is it a variable, not one of a comprehension? */
static bool
is_free(const Expression *expr)
{
	return expr->kind == EXPR_IDENTIFIER && expr->as.identifier.binder == NULL &&
		   expr->as.identifier.denoted == NULL;
}

/* The two names that are not the request's: the policy's own variables and data stand behind them. */
static bool
is_variables(const Expression *expr)
{
	return expr != NULL && is_free(expr) && llp_str_equal(expr->as.identifier.name, STR("variables"));
}

static bool
is_data(const Expression *expr)
{
	return expr != NULL && is_free(expr) && llp_str_equal(expr->as.identifier.name, STR("data"));
}

static bool
is_variable(const Expression *expr)
{
	return is_free(expr) && !is_variables(expr) && !is_data(expr);
}

/* Can the name stand between the dots of a path?  Between backquotes it may be any. */
static bool
is_step(Str name)
{
	return name.size > 0 && memchr(name.data, '.', name.size) == NULL;
}

/*
 * Writes ".a.b.c", unless that is not what the expression reads; returns the number of its steps, or 0.  With
 * `optional` a.?b.?c is ".a.b.c" too, which sets it.
 */
static int
write_path(const Expression *expr, StrBuf *path, bool *optional)
{
	int steps;

	if (is_variable(expr))
	{
		llp_buf_append_char(path, '.');
		llp_buf_append(path, expr->as.identifier.name);
		return 1;
	}
	if (expr->kind != EXPR_SELECT || expr->as.select.operand == NULL || expr->as.select.test ||
		(expr->as.select.optional && optional == NULL) || !is_step(expr->as.select.field))
		return 0;
	steps = write_path(expr->as.select.operand, path, optional);
	if (steps == 0)
		return 0;
	if (expr->as.select.optional)
		*optional = true;
	llp_buf_append_char(path, '.');
	llp_buf_append(path, expr->as.select.field);
	return steps + 1;
}

static int
write_member_path(const Expression *expr, StrBuf *path)
{
	return write_path(expr, path, NULL);
}

/* The slot of that path; false when there is none, of very many steps for example. */
static bool
path_slot(Assembler *assembler, const StrBuf *path, uint16_t *slot)
{
	if (path->failed)
		llp_asm_fail(assembler, STATUS_NO_MEMORY);
	if (path->failed || !llp_is_member_path(llp_buf_str(path)))
		return false;
	if (slot != NULL)
		*slot = llp_asm_slot(assembler, llp_buf_str(path));
	return true;
}

bool
llp_expression_slot(Assembler *assembler, const Expression *expr, uint16_t *slot, bool *optional)
{
	StrBuf path;

	llp_buf_init(&path, assembler->arena);
	*optional = false;
	return write_path(expr, &path, optional) > 0 && path_slot(assembler, &path, slot);
}

bool
llp_expression_tested_slot(Assembler *assembler, const Expression *expr, uint16_t *slot)
{
	StrBuf path;

	llp_buf_init(&path, assembler->arena);
	if (expr->kind != EXPR_SELECT || !expr->as.select.test || !is_step(expr->as.select.field) ||
		(expr->as.select.operand != NULL && write_member_path(expr->as.select.operand, &path) == 0))
		return false;
	llp_buf_append_char(&path, '.');
	llp_buf_append(&path, expr->as.select.field);
	return path_slot(assembler, &path, slot);
}

const Expression *
llp_expression_operand(const Call *call, uint32_t number)
{
	if (call->receiver == NULL)
		return number < call->count ? call->arguments[number] : NULL;
	if (number == 0)
		return call->receiver;
	return number - 1 < call->count ? call->arguments[number - 1] : NULL;
}

/* Those that are in the program have been looked at. */
static bool
is_valid_pattern(Assembler *assembler, Str pattern)
{
	Str *literals;
	size_t count;

	return llp_intern_find(&assembler->regexes, pattern) != INTERN_NONE ||
		   (is_json_text(pattern) &&
			llp_regex_required(assembler->arena, pattern, &literals, &count) == STATUS_OK);
}

Str
llp_expression_pattern(Assembler *assembler, const Call *call)
{
	const Expression *pattern = llp_expression_operand(call, 1);

	if (call->function != FUNCTION_MATCHES || call->candidates == 0 || pattern == NULL ||
		pattern->kind != EXPR_CONSTANT || pattern->as.constant.kind != KIND_STRING ||
		!is_valid_pattern(assembler, pattern->as.constant.as.text))
		return (Str){NULL, 0};
	return pattern->as.constant.as.text.data == NULL ? STR("") : pattern->as.constant.as.text;
}

/* Emits the instruction, which reads a slot, if the path can be that of one. */
static bool
emit_read(Compiler *compiler, Instruction instruction, const StrBuf *path)
{
	if (path->failed)
		llp_asm_fail(compiler->assembler, STATUS_NO_MEMORY);
	if (path->failed || !llp_is_member_path(llp_buf_str(path)))
		return false;
	instruction.slot = llp_asm_slot(compiler->assembler, llp_buf_str(path));
	emit_full(compiler, instruction, 0);
	return true;
}

/* Emits the name, or the chain of members of one, as one read; false when it is something else. */
static bool
emit_member(Compiler *compiler, const Expression *expr)
{
	StrBuf path;

	llp_buf_init(&path, compiler->assembler->arena);
	return write_member_path(expr, &path) > 0 && emit_read(compiler, (Instruction){.opcode = OP_READ}, &path);
}

/* x.?name and has(x.name) where x is of the request: `opcode` reads that. */
static bool
emit_member_test(Compiler *compiler, const Select *select, Opcode opcode)
{
	StrBuf path;

	llp_buf_init(&path, compiler->assembler->arena);
	if (!is_step(select->field) ||
		(select->operand != NULL && write_member_path(select->operand, &path) == 0))
		return false;
	llp_buf_append_char(&path, '.');
	llp_buf_append(&path, select->field);
	return emit_read(compiler, (Instruction){.opcode = (uint8_t) opcode}, &path);
}

static void
emit_variable(Compiler *compiler, Str name)
{
	emit(compiler, OP_VARIABLE, llp_intern_find(&compiler->assembler->variables, name));
}

/* data.name: its value, or, when it may be absent, the optional of it. */
static void
emit_data(Compiler *compiler, Str name, bool may_be_absent)
{
	StrBuf full;

	llp_buf_init(&full, compiler->assembler->arena);
	llp_buf_append(&full, STR("data."));
	llp_buf_append(&full, name);
	if (full.failed)
		llp_asm_fail(compiler->assembler, STATUS_NO_MEMORY);
	emit_variable(compiler, llp_buf_str(&full));
	if (may_be_absent)
		emit(compiler, OP_PRESENT, 0);
}

static bool
is_data_member(const Expression *expr)
{
	return expr->kind == EXPR_SELECT && !expr->as.select.test && !expr->as.select.optional &&
		   is_data(expr->as.select.operand);
}

/*
 * What x.?name and has(x.name) ask of: a variable that the request lacks has no members, which an optional
 * without a value says.
 */
static void
emit_asked(Compiler *compiler, const Expression *operand)
{
	StrBuf path;

	if (is_data_member(operand))
	{
		emit_data(compiler, operand->as.select.field, true);
		return;
	}
	llp_buf_init(&path, compiler->assembler->arena);
	if (!is_variable(operand) || write_member_path(operand, &path) == 0 ||
		!emit_read(compiler, (Instruction){.opcode = OP_READ_OPTIONAL}, &path))
		emit_expr(compiler, operand);
}

/* variables.name; a variable that is read is one of the policy's, so has() is true. */
static void
emit_own_variable(Compiler *compiler, const Select *select)
{
	FragmentConstant there = {.kind = KIND_BOOL, .as.integer = 1};

	if (select->test)
	{
		emit(compiler, OP_CONSTANT, llp_asm_constant(compiler->assembler, there, (Str){NULL, 0}));
		return;
	}
	emit_variable(compiler, select->field);
	if (select->optional)
		emit_call(compiler, FUNCTION_OPTIONAL_OF, 1);
}

static void
emit_select(Compiler *compiler, const Expression *expr)
{
	const Select *select = &expr->as.select;
	bool asks = select->test || select->optional;

	if (is_variables(select->operand))
	{
		emit_own_variable(compiler, select);
		return;
	}
	if (is_data(select->operand))
	{
		emit_data(compiler, select->field, asks);
		if (select->test)
			emit_call(compiler, FUNCTION_HAS_VALUE, 1);
		return;
	}
	if (asks && emit_member_test(compiler, select, select->test ? OP_READ_HAS : OP_READ_OPTIONAL))
		return;
	if (!asks && emit_member(compiler, expr))
		return;
	if (asks)
		emit_asked(compiler, select->operand);
	else
		emit_expr(compiler, select->operand);
	emit(compiler,
		 select->test		? OP_HAS
		 : select->optional ? OP_SELECT_OPTIONAL
							: OP_SELECT,
		 name_constant(compiler, select->field));
}

static void
emit_identifier(Compiler *compiler, const Expression *expr)
{
	const Identifier *identifier = &expr->as.identifier;

	if (identifier->denoted != NULL)
		emit_type(compiler, identifier->denoted);
	else if (identifier->binder == NULL)
	{
		/* A name of very many parts, of an environment that has such. */
		if (!emit_member(compiler, expr))
			llp_asm_fail(compiler->assembler, STATUS_LIMIT);
	}
	else
	{
		for (const Local *local = compiler->locals; local != NULL; local = local->outer)
		{
			if (local->binder != identifier->binder || !llp_str_equal(local->name, identifier->name))
				continue;
			emit(compiler, OP_LOCAL, local->height);
			return;
		}
	}
}

/* --- Operators that compute what they need only --------------------------------------------------------- */

static void
emit_junction(Compiler *compiler, const Call *call)
{
	bool is_and = call->function == FUNCTION_AND;
	uint32_t jumps = NO_JUMP;

	open_block(compiler);
	for (uint32_t i = 0; i < call->count; i++)
	{
		emit_expr(compiler, call->arguments[i]);
		if (i > 0)
			emit(compiler, is_and ? OP_BOTH : OP_EITHER, 0);
		if (i + 1 < call->count)
			emit_jump(compiler, is_and ? OP_SKIP_FALSE : OP_SKIP_TRUE, &jumps);
	}
	close_block(compiler, jumps);
}

static void
emit_conditional(Compiler *compiler, const Call *call)
{
	uint32_t end = NO_JUMP;
	uint32_t otherwise = NO_JUMP;

	open_block(compiler);
	open_block(compiler);
	emit_expr(compiler, call->arguments[0]);
	emit_jump(compiler, OP_CHECK_BOOL, &end);
	emit_jump(compiler, OP_BRANCH, &otherwise);
	emit_expr(compiler, call->arguments[1]);
	emit_jump(compiler, OP_GOTO, &end);
	close_block(compiler, otherwise);
	compiler->height--;
	emit_expr(compiler, call->arguments[2]);
	close_block(compiler, end);
}

/* x.or(y) and x.orValue(y). */
static void
emit_or(Compiler *compiler, const Call *call)
{
	bool wants_optional = call->function == FUNCTION_OR_OPTIONAL;
	uint32_t end = NO_JUMP;

	open_block(compiler);
	emit_expr(compiler, call->receiver);
	emit_jump(compiler, wants_optional ? OP_OR_OPTIONAL : OP_OR_VALUE, &end);
	emit_expr(compiler, call->arguments[0]);
	if (wants_optional)
		emit(compiler, OP_CHECK_OPTIONAL, 0);
	close_block(compiler, end);
}

static void
emit_coalesce(Compiler *compiler, const Call *call)
{
	uint32_t end = NO_JUMP;

	open_block(compiler);
	for (uint32_t i = 0; i < call->count; i++)
	{
		emit_expr(compiler, call->arguments[i]);
		if (i + 1 < call->count)
			emit_jump(compiler, OP_COALESCE, &end);
	}
	close_block(compiler, end);
}

/* --- Calls ---------------------------------------------------------------------------------------------- */

/* `@result + [x]`, which adds to what no one else looks at. */
static bool
is_gathering(const Call *call)
{
	return call->function == FUNCTION_ADD && call->count == 2 &&
		   call->arguments[0]->kind == EXPR_IDENTIFIER && call->arguments[1]->kind == EXPR_LIST &&
		   llp_str_equal(call->arguments[0]->as.identifier.name, LLP_ACCUMULATOR) &&
		   call->arguments[1]->as.list.count == 1 && !call->arguments[1]->as.list.items[0].optional;
}

static void
emit_gathering(Compiler *compiler, const Call *call)
{
	emit_expr(compiler, call->arguments[0]);
	emit_expr(compiler, call->arguments[1]->as.list.items[0].value);
	emit(compiler, OP_APPEND, 0);
}

/* What no operation can be is an error when it is called, unless an argument is one. */
static void
emit_function(Compiler *compiler, const Call *call)
{
	bool known = call->candidates != 0 && !llp_functions[call->function].lazy;

	if (call->receiver != NULL)
		emit_expr(compiler, call->receiver);
	for (uint32_t i = 0; i < call->count; i++)
		emit_expr(compiler, call->arguments[i]);
	emit_call(compiler, known ? call->function : FUNCTION_NONE, call->count + (call->receiver != NULL));
}

/* a.b < 5, where a is of the request; false when it is something else. */
static bool
emit_comparison(Compiler *compiler, const Call *call)
{
	Instruction instruction = {.opcode = OP_COMPARE};
	StrBuf path;

	llp_buf_init(&path, compiler->assembler->arena);
	if (call->function < FUNCTION_EQUAL || call->function >= FUNCTION_EQUAL + RELATION_COUNT ||
		call->count != 2 || call->arguments[1]->kind != EXPR_CONSTANT ||
		write_member_path(call->arguments[0], &path) == 0)
		return false;
	instruction.flags = (uint8_t) (call->function - FUNCTION_EQUAL);
	instruction.operand = constant_number(compiler, &call->arguments[1]->as.constant);
	return emit_read(compiler, instruction, &path);
}

/* a.b in ["x", "y"], likewise. */
static bool
emit_membership(Compiler *compiler, const Call *call)
{
	Instruction instruction = {.opcode = OP_MEMBER};
	const TreeNode *list;
	StrBuf path;

	llp_buf_init(&path, compiler->assembler->arena);
	if (call->function != FUNCTION_IN || call->count != 2 || call->arguments[1]->kind != EXPR_LIST ||
		write_member_path(call->arguments[0], &path) == 0)
		return false;
	list = literal_node(compiler, call->arguments[1]);
	if (list == NULL)
		return false;
	instruction.operand = llp_asm_value(compiler->assembler, list);
	return emit_read(compiler, instruction, &path);
}

/* x.matches("y"), unless that pattern is an error of the evaluation. */
static bool
emit_match(Compiler *compiler, const Call *call)
{
	Str pattern = llp_expression_pattern(compiler->assembler, call);

	if (pattern.data == NULL)
		return false;
	emit_expr(compiler, llp_expression_operand(call, 0));
	emit(compiler, OP_MATCHES_REGEX, llp_asm_regex(compiler->assembler, pattern));
	return true;
}

static void
emit_not_false(Compiler *compiler, const Call *call)
{
	emit_expr(compiler, call->arguments[0]);
	emit(compiler, OP_NOT_FALSE, 0);
}

static void
emit_ask(Compiler *compiler, Str name, bool rows, uint32_t count)
{
	if (count > UINT16_MAX)
		llp_asm_fail(compiler->assembler, STATUS_LIMIT);
	emit_full(compiler,
			  (Instruction){.opcode = OP_ASK,
							.flags = rows ? INSTRUCTION_ROWS : 0,
							.slot = (uint16_t) count,
							.operand = name_constant(compiler, name)},
			  count);
}

/* custom.f(x). */
static void
emit_registered(Compiler *compiler, const Call *call)
{
	for (uint32_t i = 0; i < call->count; i++)
		emit_expr(compiler, call->arguments[i]);
	emit_ask(compiler, llp_registered_name(call), false, call->count);
}

static void
emit_operation(Compiler *compiler, const Call *call)
{
	if (call->registered)
	{
		emit_registered(compiler, call);
		return;
	}
	if (call->candidates == 0)
	{
		emit_function(compiler, call);
		return;
	}
	switch (call->function)
	{
		case FUNCTION_AND:
		case FUNCTION_OR:
			emit_junction(compiler, call);
			break;
		case FUNCTION_CONDITIONAL:
			emit_conditional(compiler, call);
			break;
		case FUNCTION_NOT_STRICTLY_FALSE:
			emit_not_false(compiler, call);
			break;
		case FUNCTION_OR_OPTIONAL:
		case FUNCTION_OR_VALUE:
			emit_or(compiler, call);
			break;
		case FUNCTION_COALESCE:
			emit_coalesce(compiler, call);
			break;
		default:
			if (is_gathering(call))
				emit_gathering(compiler, call);
			else if (!emit_comparison(compiler, call) && !emit_membership(compiler, call) &&
					 !emit_match(compiler, call))
				emit_function(compiler, call);
			break;
	}
}

/* --- Lists and maps ------------------------------------------------------------------------------------- */

static void
emit_addition(Compiler *compiler, Opcode opcode, bool optional)
{
	emit_full(compiler,
			  (Instruction){.opcode = (uint8_t) opcode, .flags = optional ? INSTRUCTION_OPTIONAL : 0}, 0);
}

static void
emit_list(Compiler *compiler, const Expression *expr)
{
	if (emit_literal(compiler, expr))
		return;
	emit(compiler, OP_NEW_LIST, expr->as.list.count);
	for (uint32_t i = 0; i < expr->as.list.count; i++)
	{
		emit_expr(compiler, expr->as.list.items[i].value);
		emit_addition(compiler, OP_APPEND, expr->as.list.items[i].optional);
	}
}

static void
emit_map(Compiler *compiler, const Expression *expr)
{
	if (emit_literal(compiler, expr))
		return;
	emit(compiler, OP_NEW_MAP, expr->as.map.count);
	for (uint32_t i = 0; i < expr->as.map.count; i++)
	{
		emit_expr(compiler, expr->as.map.entries[i].key);
		emit_expr(compiler, expr->as.map.entries[i].value);
		emit_addition(compiler, OP_INSERT, expr->as.map.entries[i].optional);
	}
}

/* --- Comprehensions ------------------------------------------------------------------------------------- */

static bool
is_truth(const Expression *expr, bool value)
{
	return expr->kind == EXPR_CONSTANT && expr->as.constant.kind == KIND_BOOL &&
		   expr->as.constant.as.boolean == value;
}

/* A loop over nothing gives a name to a value. */
static bool
is_binding(const Comprehension *comprehension)
{
	return comprehension->range->kind == EXPR_LIST && comprehension->range->as.list.count == 0 &&
		   is_truth(comprehension->condition, false);
}

/* What lies on top of the stack is `local` while `expr` is computed. */
static void
emit_with(Compiler *compiler, Local *local, const Expression *expr)
{
	local->outer = compiler->locals;
	compiler->locals = local;
	emit_expr(compiler, expr);
	compiler->locals = local->outer;
}

static void
emit_binding(Compiler *compiler, const Expression *expr)
{
	const Comprehension *comprehension = expr->as.comprehension;
	Local bound = {.binder = expr, .name = comprehension->accumulator, .height = compiler->height};

	emit_expr(compiler, comprehension->init);
	emit_with(compiler, &bound, comprehension->result);
	emit_slide(compiler, 1);
}

/* The rounds of a loop, whose variables lie on top of the stack. */
static void
emit_round(Compiler *compiler, const Comprehension *comprehension, uint32_t start, uint32_t *end)
{
	uint32_t variables = comprehension->second.size > 0 ? 2 : 1;

	if (!is_truth(comprehension->condition, true))
	{
		emit_expr(compiler, comprehension->condition);
		emit_jump(compiler, OP_WHILE, end);
	}
	emit_expr(compiler, comprehension->step);
	emit(compiler, OP_STEP, start);
	compiler->height -= variables;
}

static void
emit_rounds(Compiler *compiler, const Expression *expr)
{
	const Comprehension *comprehension = expr->as.comprehension;
	bool pairs = comprehension->second.size > 0;
	Local first = {expr, comprehension->variable, compiler->height, compiler->locals};
	Local second = {expr, comprehension->second, compiler->height + 1, &first};
	const Local *outer = compiler->locals;
	uint32_t start = here(compiler);
	uint32_t end = NO_JUMP;

	open_block(compiler);
	emit_jump(compiler, OP_NEXT, &end);
	if (pairs)
	{
		Instruction *next = llp_asm_at(compiler->assembler, SECTION_code, start);

		if (next != NULL)
			next->flags = INSTRUCTION_PAIRS;
		compiler->height++;
	}
	compiler->locals = pairs ? &second : &first;
	emit_round(compiler, comprehension, start, &end);
	compiler->locals = outer;
	close_block(compiler, end);
}

static void
emit_comprehension(Compiler *compiler, const Expression *expr)
{
	const Comprehension *comprehension = expr->as.comprehension;
	const Local *outer = compiler->locals;
	Local accumulator = {.binder = expr, .name = comprehension->accumulator, .outer = outer};
	uint32_t end = NO_JUMP;

	if (is_binding(comprehension))
	{
		emit_binding(compiler, expr);
		return;
	}
	open_block(compiler);
	emit_expr(compiler, comprehension->range);
	emit_jump(compiler, OP_LOOP, &end);
	accumulator.height = compiler->height;
	emit_expr(compiler, comprehension->init);
	compiler->locals = &accumulator;
	emit_rounds(compiler, expr);
	emit_expr(compiler, comprehension->result);
	compiler->locals = outer;
	emit_slide(compiler, 3);
	close_block(compiler, end);
}

/* -------------------------------------------------------------------------------------------------------- */

static void
emit_expr(Compiler *compiler, const Expression *expr)
{
	if (compiler->assembler->status != STATUS_OK)
		return;
	switch (expr->kind)
	{
		case EXPR_CONSTANT:
			emit(compiler, OP_CONSTANT, constant_number(compiler, &expr->as.constant));
			break;
		case EXPR_IDENTIFIER:
			emit_identifier(compiler, expr);
			break;
		case EXPR_SELECT:
			emit_select(compiler, expr);
			break;
		case EXPR_CALL:
			emit_operation(compiler, &expr->as.call);
			break;
		case EXPR_LIST:
			emit_list(compiler, expr);
			break;
		case EXPR_MAP:
			emit_map(compiler, expr);
			break;
		case EXPR_COMPREHENSION:
			emit_comprehension(compiler, expr);
			break;
	}
}

/* The text of the expression as people see it, without what a text of a fragment cannot have. */
static uint32_t
shown_text(Assembler *assembler, const Expression *expr)
{
	StrBuf text;

	llp_buf_init(&text, assembler->arena);
	llp_expr_print(&text, expr);
	if (text.failed)
		llp_asm_fail(assembler, STATUS_NO_MEMORY);
	return llp_asm_value(assembler, llp_tree_string(assembler->arena, llp_buf_str(&text)));
}

/* Says at its beginning how long the expression is: whoever runs it is charged for that. */
static void
set_length(Compiler *compiler, uint32_t entry)
{
	uint32_t length = here(compiler) - entry - 1;
	Instruction *begin = llp_asm_at(compiler->assembler, SECTION_code, entry);

	if (begin != NULL)
		begin->slot = (uint16_t) (length < UINT16_MAX ? length : UINT16_MAX);
}

/* Begins an expression, which people see as the text that is value `shown`. */
static uint32_t
begin_program(Compiler *compiler, uint32_t shown)
{
	uint32_t entry = here(compiler);

	emit(compiler, OP_EXPRESSION, shown);
	return entry;
}

static void
end_program(Compiler *compiler, uint32_t entry)
{
	emit(compiler, OP_RESULT, 0);
	set_length(compiler, entry);
	if (llp_arena_exhausted(compiler->assembler->arena))
		llp_asm_fail(compiler->assembler, STATUS_NO_MEMORY);
}

uint32_t
llp_compile_expression(Assembler *assembler, const Expression *expr)
{
	Compiler compiler = {.assembler = assembler, .looks = MAX_LOOKS};
	uint32_t entry = begin_program(&compiler, shown_text(assembler, expr));

	emit_expr(&compiler, expr);
	end_program(&compiler, entry);
	return entry;
}

/* The pieces become a list, so that the stack does not grow with them. */
static void
emit_text(Compiler *compiler, const Template *template)
{
	emit(compiler, OP_NEW_LIST, (uint32_t) template->piece_count);
	for (size_t i = 0; i < template->piece_count; i++)
	{
		const TemplatePiece *piece = &template->pieces[i];

		if (piece->expression != NULL)
			emit_expr(compiler, piece->expression);
		else
			emit(compiler, OP_CONSTANT, name_constant(compiler, piece->text));
		emit(compiler, OP_APPEND, 0);
	}
	emit(compiler, OP_TEXT, 0);
}

uint32_t
llp_compile_template(Assembler *assembler, const Template *template, bool as_text)
{
	Compiler compiler = {.assembler = assembler, .looks = MAX_LOOKS};
	uint32_t entry = begin_program(
		&compiler, llp_asm_value(assembler, llp_tree_string(assembler->arena, template->node->as.string)));

	if (!as_text && template->piece_count == 1 && template->pieces[0].expression != NULL)
		emit_expr(&compiler, template->pieces[0].expression);
	else
		emit_text(&compiler, template);
	end_program(&compiler, entry);
	return entry;
}

/* As people see it: source(argument, …). */
static uint32_t
shown_rows(Assembler *assembler, Str source, const Expression *const *arguments, uint32_t count)
{
	StrBuf text;

	llp_buf_init(&text, assembler->arena);
	llp_buf_append(&text, source);
	for (uint32_t i = 0; i < count; i++)
	{
		llp_buf_append(&text, i == 0 ? STR("(") : STR(", "));
		llp_expr_print(&text, arguments[i]);
	}
	llp_buf_append(&text, count == 0 ? STR("()") : STR(")"));
	if (text.failed)
		llp_asm_fail(assembler, STATUS_NO_MEMORY);
	return llp_asm_value(assembler, llp_tree_string(assembler->arena, llp_buf_str(&text)));
}

uint32_t
llp_compile_rows(Assembler *assembler, Str source, const Expression *const *arguments, uint32_t count)
{
	Compiler compiler = {.assembler = assembler, .looks = MAX_LOOKS};
	uint32_t entry = here(&compiler);

	emit(&compiler, OP_EXPRESSION, shown_rows(assembler, source, arguments, count));
	for (uint32_t i = 0; i < count; i++)
		emit_expr(&compiler, arguments[i]);
	emit_ask(&compiler, source, true, count);
	emit(&compiler, OP_RESULT, 0);
	set_length(&compiler, entry);
	return entry;
}

Status
llp_compile_single_expression(Arena *arena, const Expression *expr, const Fragment **fragment)
{
	Fragment header = {.status = POLICY_ACTIVE, .fallback = VERDICT_DENY, .applies_entry = NO_ENTRY};
	Assembler assembler;
	uint32_t end = 0;

	llp_asm_init(&assembler, arena);
	header.ns = llp_asm_text(&assembler, STR("default"));
	header.id = llp_asm_text(&assembler, STR("expression"));
	(void) llp_compile_expression(&assembler, expr);
	llp_asm_add(&assembler, SECTION_clauses, &end);
	*fragment = llp_asm_finish(&assembler, &header);
	return assembler.status;
}

/*
 * policy/operator_tree.c - reads conditions made of operators: the shape of every node, paths and regexes.
 *
 * Says what can not be right; what is right but pointless (a leaf that is never true, keys that the operator
 * does not read) is a warning, because evaluation is total over such trees.
 */
#include "policy/operator_tree.h"

#include "base/number.h"

static bool
is_logical(Operator op)
{
	return op == OPERATOR_AND || op == OPERATOR_OR || op == OPERATOR_NOT;
}

/* Warns of a key that the node's operator does not look at. */
static void
warn_superfluous(Reader *reader, const Section *section, Key key)
{
	const TreeMember *member = llp_field_member(section, key);
	Str op = llp_field_string(section, KEY_OPERATOR_TREE_OPERATOR);
	Place place = llp_field_place(section, key);

	if (member != NULL)
		REPORT_WARNING(reader, member, &place, "Leave it out.", "%.*s does not read %.*s: it is ignored",
					   STR_ARG(op), STR_ARG(llp_key_name(key)));
}

static void
report_missing(Reader *reader, const Section *section, Key key)
{
	Str op = llp_field_string(section, KEY_OPERATOR_TREE_OPERATOR);

	if (llp_field_member(section, key) == NULL)
		REPORT_ERROR(reader, section->node, section->place, NULL, "missing key \"%.*s\" of operator %.*s",
					 STR_ARG(llp_key_name(key)), STR_ARG(op));
}

/* Reads the children, whatever the operator, so that what is wrong in them is told too. */
static void
read_children(Reader *reader, const Section *section, OperatorTree *tree)
{
	const TreeNode *list = llp_field(section, KEY_OPERATOR_TREE_CONDITIONS);
	Place place = llp_field_place(section, KEY_OPERATOR_TREE_CONDITIONS);

	if (list == NULL)
		return;
	tree->children = llp_arena_array(reader->arena, list->as.list.count, sizeof(OperatorTree *));
	if (tree->children == NULL)
		return;
	for (uint32_t i = 0; i < list->as.list.count; i++)
	{
		Place element = llp_place_element(&place, i);

		tree->children[i] = llp_read_operator_tree(reader, list->as.list.items[i], &element);
	}
	tree->child_count = list->as.list.count;
}

static void
read_logical(Reader *reader, const Section *section, OperatorTree *tree)
{
	const TreeNode *list = llp_field(section, KEY_OPERATOR_TREE_CONDITIONS);
	Place place = llp_field_place(section, KEY_OPERATOR_TREE_CONDITIONS);

	report_missing(reader, section, KEY_OPERATOR_TREE_CONDITIONS);
	warn_superfluous(reader, section, KEY_OPERATOR_TREE_FIELD);
	warn_superfluous(reader, section, KEY_OPERATOR_TREE_VALUE);
	if (list == NULL)
		return;
	if (tree->op == OPERATOR_NOT && list->as.list.count != 1)
		REPORT_ERROR(reader, list, &place, "Put several conditions under one and or or.",
					 "not takes exactly one condition, found %u", (unsigned) list->as.list.count);
	if (tree->op == OPERATOR_OR && list->as.list.count == 0)
		REPORT_WARNING(reader, list, &place, NULL, "or of no conditions is never true");
	read_children(reader, section, tree);
}

static void
read_field_path(Reader *reader, const Section *section, OperatorTree *tree)
{
	const TreeNode *node = llp_field(section, KEY_OPERATOR_TREE_FIELD);
	Place place = llp_field_place(section, KEY_OPERATOR_TREE_FIELD);

	report_missing(reader, section, KEY_OPERATOR_TREE_FIELD);
	if (node != NULL)
		(void) llp_read_path(reader, node->as.string, node->line, node->column, &place, &tree->field);
}

/*
 * Regexes live outside of the arena and take long to compile when they are large.  One that was refused as
 * too large has cost as much as the largest one that is not.
 */
static bool
within_regex_budget(Reader *reader, const TreeNode *node, const Place *place)
{
	if (reader->regex_size <= LLP_MAX_REGEXES_SIZE)
		return true;
	REPORT_ERROR(reader, node, place, "Apply the policies in several texts, or use simpler patterns.",
				 "the regexes of this text need more than %d MiB", LLP_MAX_REGEXES_SIZE / (1024 * 1024));
	reader->stopped = STATUS_LIMIT;
	return false;
}

static void
compile_regex(Reader *reader, const TreeNode *node, Str pattern, const Place *place, OperatorTree *tree)
{
	Regex *regex = NULL;
	Str problem = {NULL, 0};
	Status status;
	Str shown;

	if (!within_regex_budget(reader, node, place))
		return;
	status = llp_regex_compile(reader->arena, pattern, &regex, &problem);
	shown = llp_excerpt(reader->arena, problem);
	if (status == STATUS_OK)
		reader->regex_size += llp_regex_size(regex);
	else if (status == STATUS_LIMIT)
		reader->regex_size += LLP_REGEX_PROGRAM_MEMORY;
	if (status == STATUS_INVALID)
		REPORT_ERROR(reader, node, place, "The syntax is RE2's.", "invalid regex: %.*s", STR_ARG(shown));
	else if (status == STATUS_LIMIT)
		REPORT_ERROR(reader, node, place, "Use a simpler pattern, with smaller repetitions.",
					 "regex is too large: %.*s", STR_ARG(shown));
	else if (status != STATUS_OK)
		reader->stopped = status; /* a rule without its regex would silently never match */
	tree->regex = regex;
}

/* A number or a bool as a pattern is its text form; nothing matches null, a list or a map. */
static void
read_regex(Reader *reader, const TreeNode *node, const Place *place, OperatorTree *tree)
{
	Value value = llp_tree_value(node);
	char text[LLP_NUMBER_TEXT_SIZE];
	Str pattern;

	if (node->kind == VALUE_STRING)
	{
		compile_regex(reader, node, node->as.string, place, tree);
		return;
	}
	if (node->kind == VALUE_NULL || node->kind == VALUE_LIST || node->kind == VALUE_MAP)
		return;
	pattern = llp_scalar_text(llp_arena_host(reader->arena), &value, text);
	REPORT_WARNING(reader, node, place, "Write the pattern in quotes.", "the pattern is the text \"%.*s\"",
				   STR_ARG(pattern));
	compile_regex(reader, node, pattern, place, tree);
}

static bool
is_plain_scalar(ValueKind kind)
{
	return kind == VALUE_INT || kind == VALUE_DOUBLE || kind == VALUE_STRING;
}

/* Can no request make the comparison true? */
static bool
is_hopeless(Operator op, ValueKind kind)
{
	switch (op)
	{
		case OPERATOR_IN:
		case OPERATOR_NOT_IN:
			return kind != VALUE_LIST;
		case OPERATOR_GT:
		case OPERATOR_LT:
			return !is_plain_scalar(kind);
		case OPERATOR_MATCHES:
			return !is_plain_scalar(kind) && kind != VALUE_BOOL;
		default:
			return false;
	}
}

static void
check_hopeless(Reader *reader, const TreeNode *value, const Place *place, Operator op)
{
	Str name = llp_operator_name(op);

	if (!is_hopeless(op, value->kind))
		return;
	if (op == OPERATOR_NOT_IN)
		REPORT_WARNING(reader, value, place, "The value is a list of what the field must not be.",
					   "not_in with a value that is no list is always true");
	else
		REPORT_WARNING(reader, value, place, NULL, "%.*s with such a value is never true", STR_ARG(name));
}

static void
read_exists(Reader *reader, const Section *section, OperatorTree *tree)
{
	const TreeNode *value = llp_field(section, KEY_OPERATOR_TREE_VALUE);
	Place place = llp_field_place(section, KEY_OPERATOR_TREE_VALUE);

	tree->value = value != NULL ? value : llp_tree_bool(reader->arena, true);
	if (value != NULL)
		(void) llp_check_type(reader, TYPE_BOOL, value, &place);
}

static void
read_leaf(Reader *reader, const Section *section, OperatorTree *tree)
{
	const TreeNode *value = llp_field(section, KEY_OPERATOR_TREE_VALUE);
	Place place = llp_field_place(section, KEY_OPERATOR_TREE_VALUE);

	warn_superfluous(reader, section, KEY_OPERATOR_TREE_CONDITIONS);
	read_field_path(reader, section, tree);
	if (tree->op == OPERATOR_EXISTS)
	{
		read_exists(reader, section, tree);
		return;
	}
	report_missing(reader, section, KEY_OPERATOR_TREE_VALUE);
	if (value == NULL)
		return;
	tree->value = value;
	check_hopeless(reader, value, &place, tree->op);
	if (tree->op == OPERATOR_MATCHES)
		read_regex(reader, value, &place, tree);
}

OperatorTree *
llp_read_operator_tree(Reader *reader, const TreeNode *node, const Place *place)
{
	Section section;
	OperatorTree *tree;

	if (!llp_section_open(reader, KEY_OPERATOR_TREE, node, place, &section))
		return NULL;
	tree = llp_arena_new(reader->arena, OperatorTree);
	if (tree == NULL)
		return NULL;
	tree->line = node->line;
	tree->column = node->column;
	tree->op = llp_operator_of(llp_field_string(&section, KEY_OPERATOR_TREE_OPERATOR));
	if (tree->op == OPERATOR_NONE)
		read_children(reader, &section, tree);
	else if (is_logical(tree->op))
		read_logical(reader, &section, tree);
	else
		read_leaf(reader, &section, tree);
	return tree;
}

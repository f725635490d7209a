/*
 * pg/jsonb_build.c - a tree of the core as jsonb.
 *
 * Numbers keep their value exactly: one that a request had is written as it was, another double as the
 * shortest decimal that reads back as it.
 */
#include "postgres.h"

#include "common/shortest_dec.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "pg/jsonb_tree.h"
#include "pg/jsonb_writer.h"

#define NODE_ROOM 32		/* bytes that a node takes, more or less */
#define MAX_ROOMS (1 << 16) /* nodes whose room is asked for at once */
#define SMALL_MAP 24		/* members that are sorted in place, by insertion */

static JEntry write_node(JsonbWriter *writer, const TreeNode *node);

static Numeric
numeric_of_double(double value)
{
	char text[DOUBLE_SHORTEST_DECIMAL_LEN];

	double_to_shortest_decimal_buf(value, text);
	return DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(text),
											   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}

static JEntry
write_double(JsonbWriter *writer, double value)
{
	Numeric numeric = numeric_of_double(value);
	JEntry type = jsonb_writer_numeric(writer, numeric);

	pfree(numeric);
	return type;
}

static JEntry
write_scalar(JsonbWriter *writer, const TreeNode *node)
{
	switch (node->kind)
	{
		case VALUE_NULL:
			return JENTRY_ISNULL;
		case VALUE_BOOL:
			return node->as.boolean ? JENTRY_ISBOOL_TRUE : JENTRY_ISBOOL_FALSE;
		case VALUE_INT:
			/* The numeric that a copied number was in a request (pg/numeric_value.c). */
			return node->as.exact ? jsonb_writer_numeric(writer, node->as.exact)
								  : jsonb_writer_int(writer, node->as.integer);
		case VALUE_DOUBLE:
			return node->as.exact ? jsonb_writer_numeric(writer, node->as.exact)
								  : write_double(writer, node->as.real);
		case VALUE_STRING:
			return jsonb_writer_string(writer, node->as.string);
		default:
			elog(ERROR, "a %s is no scalar", llp_kind_name(node->kind));
	}
}

static JEntry
write_list(JsonbWriter *writer, const TreeNode *list)
{
	JsonbFrame frame;

	jsonb_writer_begin(writer, &frame, JB_FARRAY, list->as.list.count);
	for (uint32 i = 0; i < list->as.list.count; i++)
		jsonb_writer_entry(writer, &frame, write_node(writer, list->as.list.items[i]));
	jsonb_writer_end(writer, &frame);
	return JENTRY_ISCONTAINER;
}

static int
compare_members(const void *a, const void *b)
{
	return jsonb_compare_keys((*(const TreeMember *const *) a)->key, (*(const TreeMember *const *) b)->key);
}

static void
sort_members(const TreeMember **members, uint32 count)
{
	if (count > SMALL_MAP)
	{
		qsort(members, count, sizeof(TreeMember *), compare_members);
		return;
	}
	for (uint32 i = 1; i < count; i++)
	{
		const TreeMember *member = members[i];
		uint32 place = i;

		for (; place > 0 && jsonb_compare_keys(member->key, members[place - 1]->key) < 0; place--)
			members[place] = members[place - 1];
		members[place] = member;
	}
}

static JEntry
write_map(JsonbWriter *writer, const TreeNode *map)
{
	uint32 count = map->as.map.count;
	const TreeMember *few[SMALL_MAP];
	const TreeMember **members = count > SMALL_MAP ? palloc(count * sizeof(TreeMember *)) : few;
	JsonbFrame frame;

	for (uint32 i = 0; i < count; i++)
		members[i] = &map->as.map.members[i];
	sort_members(members, count);

	jsonb_writer_begin(writer, &frame, JB_FOBJECT, count);
	for (uint32 i = 0; i < count; i++)
		jsonb_writer_entry(writer, &frame, jsonb_writer_string(writer, members[i]->key));
	for (uint32 i = 0; i < count; i++)
		jsonb_writer_entry(writer, &frame, write_node(writer, members[i]->value));
	jsonb_writer_end(writer, &frame);
	if (members != few)
		pfree(members);
	return JENTRY_ISCONTAINER;
}

static bool
is_container(const TreeNode *node)
{
	return node->kind == VALUE_LIST || node->kind == VALUE_MAP;
}

static JEntry
write_node(JsonbWriter *writer, const TreeNode *node)
{
	if (!is_container(node))
		return write_scalar(writer, node);
	check_stack_depth();
	return node->kind == VALUE_LIST ? write_list(writer, node) : write_map(writer, node);
}

/* A scalar at the root is a list of one that says what it stands for. */
static void
write_scalar_root(JsonbWriter *writer, const TreeNode *node)
{
	JsonbFrame frame;

	jsonb_writer_begin(writer, &frame, JB_FARRAY | JB_FSCALAR, 1);
	jsonb_writer_entry(writer, &frame, write_scalar(writer, node));
	jsonb_writer_end(writer, &frame);
}

Jsonb *
jsonb_from_tree(const TreeNode *node)
{
	JsonbWriter writer;

	jsonb_writer_init(&writer, NODE_ROOM * Min(node->expanded_size, MAX_ROOMS));
	if (is_container(node))
		(void) write_node(&writer, node);
	else
		write_scalar_root(&writer, node);
	return jsonb_writer_finish(&writer);
}

/*
 * pg/diff.c - what differs between two normalised documents.
 *
 * Maps are compared key by key.  Lists whose items are maps that each have an id are compared id by id, so
 * that a rule put in front does not make all others look changed; other lists are compared place by place
 * when they hold containers and as a whole when they hold none.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "doc/reader.h"

#include "pg/authoring.h"
#include "pg/core_host.h"
#include "pg/jsonb_tree.h"

typedef struct Comparison
{
	Arena *arena;
	List *differences;
} Comparison;

static void
compare_values(Comparison *comparison, const char *path, const Value *old_value, const Value *new_value);

static Jsonb *
value_as_jsonb(Comparison *comparison, const Value *value)
{
	TreeNode *tree;

	if (value->kind == VALUE_MISSING)
		return NULL;
	tree = llp_tree_copy(comparison->arena, value, LLP_MAX_DOCUMENT_DEPTH + 1);
	if (tree == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	return jsonb_from_tree(tree);
}

static void
report(Comparison *comparison, const char *path, const Value *old_value, const Value *new_value)
{
	Difference *difference = palloc(sizeof(Difference));

	difference->path = pstrdup(path);
	difference->old_value = value_as_jsonb(comparison, old_value);
	difference->new_value = value_as_jsonb(comparison, new_value);
	comparison->differences = lappend(comparison->differences, difference);
}

/* a.b, or a["b.c"] where a plain step would be taken for more than one. */
static char *
member_path(const char *path, Str key)
{
	bool plain = key.size > 0;

	for (size_t i = 0; i < key.size; i++)
	{
		if (strchr(".[]\"'", key.data[i]) != NULL)
			plain = false;
	}
	if (!plain)
		return psprintf("%s[\"%.*s\"]", path, STR_ARG(key));
	return psprintf("%s%s%.*s", path, path[0] ? "." : "", STR_ARG(key));
}

static void
compare_maps(Comparison *comparison, const char *path, const Value *old_map, const Value *new_map)
{
	Str key;

	for (uint32 i = 0; i < old_map->as.container.count; i++)
	{
		Value old_value = llp_entry(old_map, i, &key);
		Value new_value = llp_member(new_map, key);

		compare_values(comparison, member_path(path, key), &old_value, &new_value);
	}
	for (uint32 i = 0; i < new_map->as.container.count; i++)
	{
		Value new_value = llp_entry(new_map, i, &key);

		if (llp_member(old_map, key).kind == VALUE_MISSING)
			report(comparison, member_path(path, key), &llp_missing, &new_value);
	}
}

/* Where in a list the item with an id stands. */
typedef struct IdEntry
{
	char id[LLP_MAX_POLICY_ID + 1]; /* the hash key, padded with NULs */
	uint32 index;
} IdEntry;

static bool
item_id(const Value *list, uint32 index, char *id)
{
	Value item = llp_element(list, index);
	Value value = llp_member(&item, STR("id"));

	if (value.kind != VALUE_STRING || value.as.string.size > LLP_MAX_POLICY_ID)
		return false;
	memset(id, 0, LLP_MAX_POLICY_ID + 1);
	memcpy(id, value.as.string.data, value.as.string.size);
	return true;
}

/* The items of a list by their ids; NULL when one has none or two have the same. */
static HTAB *
index_by_id(const Value *list)
{
	HASHCTL control = {
		.keysize = LLP_MAX_POLICY_ID + 1, .entrysize = sizeof(IdEntry), .hcxt = CurrentMemoryContext};
	HTAB *index = hash_create("items by id", Max(list->as.container.count, 1), &control,
							  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);

	for (uint32 i = 0; i < list->as.container.count; i++)
	{
		char id[LLP_MAX_POLICY_ID + 1];
		IdEntry *entry;
		bool found;

		if (!item_id(list, i, id))
			return NULL;
		entry = hash_search(index, id, HASH_ENTER, &found);
		if (found)
			return NULL;
		entry->index = i;
	}
	return index;
}

static Value
item_with_id(const Value *list, HTAB *index, const char *id)
{
	IdEntry *entry = hash_search(index, id, HASH_FIND, NULL);

	return entry ? llp_element(list, entry->index) : llp_missing;
}

/* The order of the items that both lists have is meaning, too: rules of one priority are walked in it. */
static bool
same_order(const Value *old_list, const Value *new_list, HTAB *new_index)
{
	int64 last = -1;

	for (uint32 i = 0; i < old_list->as.container.count; i++)
	{
		char id[LLP_MAX_POLICY_ID + 1];
		IdEntry *entry;

		(void) item_id(old_list, i, id);
		entry = hash_search(new_index, id, HASH_FIND, NULL);
		if (entry == NULL)
			continue;
		if ((int64) entry->index < last)
			return false;
		last = entry->index;
	}
	return true;
}

static Value
list_of_ids(Comparison *comparison, const Value *list)
{
	TreeNode *ids = llp_tree_list(comparison->arena);

	for (uint32 i = 0; i < list->as.container.count; i++)
	{
		Value item = llp_element(list, i);
		TreeNode *id = llp_tree_string(comparison->arena, llp_member(&item, STR("id")).as.string);

		if (!llp_tree_append(comparison->arena, ids, id))
			ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	}
	return llp_tree_value(ids);
}

static void
compare_by_id(Comparison *comparison, const char *path, const Value *old_list, HTAB *old_index,
			  const Value *new_list, HTAB *new_index)
{
	char id[LLP_MAX_POLICY_ID + 1];

	for (uint32 i = 0; i < old_list->as.container.count; i++)
	{
		Value old_item = llp_element(old_list, i);
		Value new_item;

		(void) item_id(old_list, i, id);
		new_item = item_with_id(new_list, new_index, id);
		compare_values(comparison, psprintf("%s[%s]", path, id), &old_item, &new_item);
	}
	for (uint32 i = 0; i < new_list->as.container.count; i++)
	{
		Value new_item = llp_element(new_list, i);

		(void) item_id(new_list, i, id);
		if (item_with_id(old_list, old_index, id).kind == VALUE_MISSING)
			report(comparison, psprintf("%s[%s]", path, id), &llp_missing, &new_item);
	}
	if (!same_order(old_list, new_list, new_index))
	{
		Value old_ids = list_of_ids(comparison, old_list);
		Value new_ids = list_of_ids(comparison, new_list);

		report(comparison, path, &old_ids, &new_ids);
	}
}

static bool
holds_containers(const Value *list)
{
	for (uint32 i = 0; i < list->as.container.count; i++)
	{
		ValueKind kind = llp_element(list, i).kind;

		if (kind == VALUE_LIST || kind == VALUE_MAP)
			return true;
	}
	return false;
}

static void
compare_by_place(Comparison *comparison, const char *path, const Value *old_list, const Value *new_list)
{
	uint32 count = Max(old_list->as.container.count, new_list->as.container.count);

	for (uint32 i = 0; i < count; i++)
	{
		Value old_item = llp_element(old_list, i);
		Value new_item = llp_element(new_list, i);

		compare_values(comparison, psprintf("%s[%u]", path, i), &old_item, &new_item);
	}
}

static void
compare_lists(Comparison *comparison, const char *path, const Value *old_list, const Value *new_list)
{
	HTAB *old_index = index_by_id(old_list);
	HTAB *new_index = old_index ? index_by_id(new_list) : NULL;

	if (new_index)
		compare_by_id(comparison, path, old_list, old_index, new_list, new_index);
	else if (holds_containers(old_list) || holds_containers(new_list))
		compare_by_place(comparison, path, old_list, new_list);
	else
		report(comparison, path, old_list, new_list);
}

/* As deep as the document is nested. */
static void
compare_values(Comparison *comparison, const char *path, const Value *old_value, const Value *new_value)
{
	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	if (llp_value_equal(old_value, new_value))
		return;
	if (old_value->kind == VALUE_MAP && new_value->kind == VALUE_MAP)
		compare_maps(comparison, path, old_value, new_value);
	else if (old_value->kind == VALUE_LIST && new_value->kind == VALUE_LIST)
		compare_lists(comparison, path, old_value, new_value);
	else
		report(comparison, path, old_value, new_value);
}

List *
authoring_diff(Jsonb *old_document, Jsonb *new_document)
{
	CoreArena memory = core_arena_create(CurrentMemoryContext, "differences of two revisions", 0);
	Comparison comparison = {.arena = memory.arena};
	Value old_value = jsonb_value(old_document);
	Value new_value = jsonb_value(new_document);

	compare_values(&comparison, "", &old_value, &new_value);
	MemoryContextDelete(memory.context);
	return comparison.differences;
}

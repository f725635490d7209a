/*
 * test/unit/test_modify.c - modifications: conflicts, the patch, the modified request.
 *
 * Every row is checked in three ways that must agree: modifiedRequest, the decision applied afterwards, and
 * the patch (or, without one, the modifications) applied by a second hand, in this file.
 */
#include "vm_support.h"

#include <stdlib.h>

#include "vm/modify.h"

/* One rule r1 with these actions; a second argument is rule r2's. */
#define ONE(actions)                                                                                         \
	"metadata: {name: p}\nrules:\n- {id: r1, condition: {operator: and, conditions: []}, actions: [" actions \
	"]}\n"
#define TWO(first, second)                                                                                   \
	ONE(first) "- {id: r2, condition: {operator: and, conditions: []}, actions: [" second "]}\n"
#define MODIFY(what) "{type: modify, " what "}"

typedef struct ModifyRow
{
	const char *name;
	const char *policies;
	const char *request;
	const char *expected; /* of the result */
	const char *modified; /* the request afterwards */
} ModifyRow;

static const ModifyRow rows[] = {
	/* set */
	{"sets alone need no patch", ONE(MODIFY("set: {a.b: 1, c: [2]}")), "{\"a\": {\"b\": 0, \"x\": 1}}",
	 "{\"decision\": \"modify\", \"modifications\": {\"a.b\": 1, \"c\": [2]}, \"patch\": null, \"warnings\": null}",
	 "{\"a\": {\"b\": 1, \"x\": 1}, \"c\": [2]}"},
	{"parents are made", ONE(MODIFY("set: {a.b.c: 1}")), "{}", "{\"modifications\": {\"a.b.c\": 1}}",
	 "{\"a\": {\"b\": {\"c\": 1}}}"},
	{"parents that are no containers give way", ONE(MODIFY("set: {a.b.c: 1, d.e: 2, f.g: 3}")),
	 "{\"a\": {\"b\": \"text\"}, \"d\": null, \"f\": 5}", "{\"warnings\": null}",
	 "{\"a\": {\"b\": {\"c\": 1}}, \"d\": {\"e\": 2}, \"f\": {\"g\": 3}}"},
	{"created parents are objects", ONE(MODIFY("set: {'a[0].b': 1}")), "{}", "{}",
	 "{\"a\": {\"0\": {\"b\": 1}}}"},
	{"null is a value", ONE(MODIFY("set: {a: null}")), "{\"a\": 1}", "{\"modifications\": {\"a\": null}}",
	 "{\"a\": null}"},
	{"an element is replaced, and one is added at the end", ONE(MODIFY("set: {'l[0]': x, 'l[2]': z}")),
	 "{\"l\": [1, 2]}",
	 "{\"modifications\": {\"l[0]\": \"x\", \"l[2]\": \"z\"}, \"patch\": null, \"warnings\": null}",
	 "{\"l\": [\"x\", 2, \"z\"]}"},
	{"a place beyond is left out", ONE(MODIFY("set: {'l[3]': x, 'l.name': y, b: 1}")), "{\"l\": [1, 2]}",
	 "{\"modifications\": {\"b\": 1}, \"warnings\": [\"modification of l[3] by p/r1 is left out: the list there has no such "
	 "place\", \"modification of l.name by p/r1 is left out: the list there has no such place\"]}",
	 "{\"l\": [1, 2], \"b\": 1}"},
	{"a top-level key equal to the path wins", ONE(MODIFY("set: {a.b: 1}")),
	 "{\"a.b\": 0, \"a\": {\"b\": 0}}", "{}", "{\"a.b\": 1, \"a\": {\"b\": 0}}"},
	{"one that another set makes does not", TWO(MODIFY("set: {a.b: 1}"), MODIFY("set: {'[\"a.b\"]': 2}")),
	 "{}", "{\"modifications\": {\"a.b\": 1, \"[\\\"a.b\\\"]\": 2}}", "{\"a\": {\"b\": 1}, \"a.b\": 2}"},
	{"one that was removed still does", TWO(MODIFY("remove: [a.b]"), MODIFY("append: {a.b: 1}")),
	 "{\"a.b\": [0], \"a\": {}}", "{\"warnings\": null}", "{\"a.b\": [1], \"a\": {}}"},
	/* remove */
	{"remove", ONE(MODIFY("remove: [a, b.c, nowhere.at.all]")), "{\"a\": 1, \"b\": {\"c\": 1, \"d\": 2}}",
	 "{\"modifications\": null, \"patch\": [{\"op\": \"remove\", \"path\": \"/a\"}, {\"op\": \"remove\", \"path\": \"/b/c\"}], "
	 "\"warnings\": null}",
	 "{\"b\": {\"d\": 2}}"},
	{"elements go by the places they had", ONE(MODIFY("remove: ['l[0]', 'l[1]', 'l[3]', 'l[10]']")),
	 "{\"l\": [0, 1, 2, 3, 4]}", "{}", "{\"l\": [2, 4]}"},
	{"more than nine of them", ONE(MODIFY("remove: ['l[2]', 'l[10]', 'l[1]']")),
	 "{\"l\": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]}", "{}", "{\"l\": [0, 3, 4, 5, 6, 7, 8, 9, 11]}"},
	{"other paths mean the list as it was",
	 ONE(MODIFY("set: {'l[1].x': 1}, remove: ['l[0]'], append: {'l[1].t': 5, l: end}")),
	 "{\"l\": [{}, {\"t\": []}]}", "{\"modifications\": {\"l[1].x\": 1}}",
	 "{\"l\": [{\"t\": [5], \"x\": 1}, \"end\"]}"},
	{"nothing to remove leaves nothing to say", ONE(MODIFY("remove: [a]")), "{\"b\": 1}",
	 "{\"decision\": \"modify\", \"modifications\": null, \"patch\": null}", "{\"b\": 1}"},
	/* append */
	{"append", ONE(MODIFY("append: {l: 3, n: 1, z: [2], 'x.y': 1}")), "{\"l\": [1, 2], \"z\": null}",
	 "{\"modifications\": null, \"patch\": [{\"op\": \"add\", \"path\": \"/l/-\", \"value\": 3}, {\"op\": \"add\", \"path\": \"/n\", "
	 "\"value\": [1]}, {\"op\": \"replace\", \"path\": \"/z\", \"value\": [[2]]}, {\"op\": \"add\", \"path\": \"/x\", \"value\": {\"y\": "
	 "[1]}}]}",
	 "{\"l\": [1, 2, 3], \"n\": [1], \"z\": [[2]], \"x\": {\"y\": [1]}}"},
	{"append to what is no list", ONE(MODIFY("append: {a: 1, b: 1}")), "{\"a\": \"text\", \"b\": {}}",
	 "{\"patch\": null, \"warnings\": [\"modification of a by p/r1 is left out: the value there is no list\", \"modification of b "
	 "by p/r1 is left out: the value there is no list\"]}",
	 "{\"a\": \"text\", \"b\": {}}"},
	{"appends never conflict", TWO(MODIFY("append: {l: 1}"), MODIFY("append: {l: 2}")), "{}",
	 "{\"warnings\": null}", "{\"l\": [1, 2]}"},
	{"set first, then append", TWO(MODIFY("append: {l: 2}"), MODIFY("set: {l: [1]}")), "{\"l\": [8, 9]}",
	 "{\"modifications\": {\"l\": [1, 2]}, \"warnings\": null}", "{\"l\": [1, 2]}"},
	{"remove first, then append", TWO(MODIFY("append: {l: 2}"), MODIFY("remove: [l]")), "{\"l\": [8, 9]}",
	 "{\"warnings\": null}", "{\"l\": [2]}"},
	/* cap */
	{"a cap bounds a number", ONE(MODIFY("cap: {a: 5, b: 5, c: 5, d: 5, e: 5}")),
	 "{\"a\": 9, \"b\": 3, \"c\": \"9\", \"d\": null, \"x\": 1}",
	 "{\"modifications\": {\"a\": 5, \"b\": 3, \"c\": 5, \"d\": 5, \"e\": 5}}",
	 "{\"a\": 5, \"b\": 3, \"c\": 5, \"d\": 5, \"e\": 5, \"x\": 1}"},
	{"a cap that changes nothing needs no patch", ONE(MODIFY("cap: {a: 5}")), "{\"a\": 5.0}",
	 "{\"modifications\": {\"a\": 5}, \"patch\": null}", "{\"a\": 5}"},
	{"the smallest cap holds", TWO(MODIFY("cap: {a: 7}"), MODIFY("cap: {a: 2.5}")), "{\"a\": 9}",
	 "{\"modifications\": {\"a\": 2.5}, \"warnings\": null}", "{\"a\": 2.5}"},
	{"whichever comes first", TWO(MODIFY("cap: {a: 2}"), MODIFY("cap: {a: 7}")), "{}",
	 "{\"modifications\": {\"a\": 2}}", "{\"a\": 2}"},
	{"a cap bounds a set before it", TWO(MODIFY("set: {a: 9}"), MODIFY("cap: {a: 5}")), "{\"a\": 1}",
	 "{\"modifications\": {\"a\": 5}, \"warnings\": null}", "{\"a\": 5}"},
	{"and after it", TWO(MODIFY("cap: {a: 5}"), MODIFY("set: {a: 9}")), "{\"a\": 1}",
	 "{\"modifications\": {\"a\": 5}}", "{\"a\": 5}"},
	{"a set below the cap stays", TWO(MODIFY("cap: {a: 5}"), MODIFY("set: {a: 2}")), "{\"a\": 9}",
	 "{\"modifications\": {\"a\": 2}}", "{\"a\": 2}"},
	{"a cap bounds a set of a prefix", TWO(MODIFY("cap: {a.n: 5}"), MODIFY("set: {a: {n: 9, m: 1}}")), "{}",
	 "{\"modifications\": {\"a.n\": 5, \"a\": {\"n\": 5, \"m\": 1}}, \"warnings\": null}",
	 "{\"a\": {\"n\": 5, \"m\": 1}}"},
	/* conflicts */
	{"the first in the walk wins", TWO(MODIFY("set: {a: 1, b: 1}"), MODIFY("set: {a: 2, c: 2}")), "{}",
	 "{\"modifications\": {\"a\": 1, \"b\": 1, \"c\": 2}, \"warnings\": [\"modification of a by p/r2 is overridden by p/r1\"]}",
	 "{\"a\": 1, \"b\": 1, \"c\": 2}"},
	{"a prefix conflicts", TWO(MODIFY("set: {a.b: 1}"), MODIFY("set: {a: 2}")), "{}",
	 "{\"modifications\": {\"a.b\": 1}, \"warnings\": [\"modification of a by p/r2 is overridden by p/r1\"]}",
	 "{\"a\": {\"b\": 1}}"},
	{"a continuation conflicts", TWO(MODIFY("set: {a: 1}"), MODIFY("set: {a.b: 2}")), "{}",
	 "{\"modifications\": {\"a\": 1}, \"warnings\": [\"modification of a.b by p/r2 is overridden by p/r1\"]}",
	 "{\"a\": 1}"},
	{"spelling does not hide a conflict", TWO(MODIFY("set: {'a[0]': 1}"), MODIFY("set: {a.0: 2}")),
	 "{\"a\": [9]}", "{\"modifications\": {\"a[0]\": 1}}", "{\"a\": [1]}"},
	{"a longer name is no continuation", TWO(MODIFY("set: {a.b: 1}"), MODIFY("set: {a.bc: 2, ab: 3}")), "{}",
	 "{\"warnings\": null}", "{\"a\": {\"b\": 1, \"bc\": 2}, \"ab\": 3}"},
	{"a remove conflicts with a cap", TWO(MODIFY("remove: [a]"), MODIFY("cap: {a: 5}")), "{\"a\": 9}",
	 "{\"warnings\": [\"modification of a by p/r2 is overridden by p/r1\"]}", "{}"},
	{"a cap with a remove of a prefix", TWO(MODIFY("cap: {a.b: 5}"), MODIFY("remove: [a]")),
	 "{\"a\": {\"b\": 9}}", "{\"warnings\": [\"modification of a by p/r2 is overridden by p/r1\"]}",
	 "{\"a\": {\"b\": 5}}"},
	{"a cap above a cap", TWO(MODIFY("cap: {a.b: 5}"), MODIFY("cap: {a: 1}")), "{\"a\": {\"b\": 9}}",
	 "{\"warnings\": [\"modification of a by p/r2 is overridden by p/r1\"]}", "{\"a\": {\"b\": 5}}"},
	{"who lost takes nobody along",
	 ONE(MODIFY(
		 "set: {a.b: 1}")) "- {id: r2, condition: {operator: and, conditions: []}, action: {decision: modify, "
						   "modifications: {a: 2}}}\n- {id: r3, condition: {operator: and, conditions: []}, action: {decision: modify, modifications: {a.c: 3}}}\n",
	 "{}",
	 "{\"modifications\": {\"a.b\": 1, \"a.c\": 3}, \"warnings\": [\"modification of a by p/r2 is overridden by p/r1\"]}",
	 "{\"a\": {\"b\": 1, \"c\": 3}}"},
	/* pointers */
	{"keys of pointers are escaped", ONE(MODIFY("remove: ['[\"a/b\"]', '[\"m~n\"].x', '[\"\"]']")),
	 "{\"a/b\": 1, \"m~n\": {\"x\": 1}, \"\": 1, \"k\": 1}",
	 "{\"patch\": [{\"op\": \"remove\", \"path\": \"/a~1b\"}, {\"op\": \"remove\", \"path\": \"/m~0n/x\"}, {\"op\": \"remove\", \"path\": \"/\"}]}",
	 "{\"m~n\": {}, \"k\": 1}"},
	{"a deny has no modifications",
	 ONE(MODIFY(
		 "set: {a: 1}")) "- {id: r2, condition: {operator: and, conditions: []}, action: {decision: deny}}\n",
	 "{}", "{\"decision\": \"deny\", \"modifications\": null, \"patch\": null, \"modifiedRequest\": null}",
	 "{}"},
};

/* --- RFC 6902 by a second hand: rebuilds the tree along the pointer instead of changing it ---------------
 */

typedef struct Step
{
	const char *op;
	Str pointer; /* what is left of it */
	const TreeNode *value;
} Step;

static TreeNode *
clone(Arena *arena, const TreeNode *node)
{
	Value value = llp_tree_value(node);

	return llp_tree_copy(arena, &value, 1000);
}

/* The first token of a pointer, unescaped, and the rest. */
static Str
split(Arena *arena, Str pointer, Str *rest)
{
	StrBuf token;
	size_t i = 1;

	llp_buf_init(&token, arena);
	for (; i < pointer.size && pointer.data[i] != '/'; i++)
	{
		if (pointer.data[i] != '~')
			llp_buf_append_char(&token, pointer.data[i]);
		else
			llp_buf_append_char(&token, pointer.data[++i] == '1' ? '/' : '~');
	}
	*rest = (Str){pointer.data + i, pointer.size - i};
	return token.size == 0 ? STR("") : llp_buf_str(&token);
}

static TreeNode *patched(Arena *arena, const TreeNode *node, Step step);

static TreeNode *
patched_map(Arena *arena, const TreeNode *map, Step step)
{
	TreeNode *result = llp_tree_map(arena);
	Str key = split(arena, step.pointer, &step.pointer);
	bool found = false;

	for (uint32_t i = 0; i < map->as.map.count; i++)
	{
		const TreeMember *member = &map->as.map.members[i];
		TreeNode *value;

		if (!llp_str_equal(member->key, key))
		{
			llp_tree_set(arena, result, member->key, clone(arena, member->value));
			continue;
		}
		found = true;
		value = patched(arena, member->value, step);
		if (value != NULL)
			llp_tree_set(arena, result, member->key, value);
	}
	/* An add of ours is of something new, anything else of something that is there. */
	CHECK(found != (step.pointer.size == 0 && strcmp(step.op, "add") == 0));
	if (!found)
		llp_tree_set(arena, result, key, clone(arena, step.value));
	return result;
}

static TreeNode *
patched_list(Arena *arena, const TreeNode *list, Step step)
{
	TreeNode *result = llp_tree_list(arena);
	Str token = split(arena, step.pointer, &step.pointer);
	bool insert = step.pointer.size == 0 && strcmp(step.op, "add") == 0;
	uint32_t index =
		llp_str_equal(token, STR("-")) ? list->as.list.count : (uint32_t) strtoul(token.data, NULL, 10);

	CHECK(index < list->as.list.count + (insert ? 1 : 0));
	for (uint32_t i = 0; i < list->as.list.count; i++)
	{
		TreeNode *item = list->as.list.items[i];

		if (i == index && insert)
			llp_tree_append(arena, result, clone(arena, step.value));
		if (i == index && !insert)
			item = patched(arena, item, step);
		if (item != NULL)
			llp_tree_append(arena, result, clone(arena, item));
	}
	if (insert && index == list->as.list.count)
		llp_tree_append(arena, result, clone(arena, step.value));
	return result;
}

/* The node with the step made; NULL when it is to go. */
static TreeNode *
patched(Arena *arena, const TreeNode *node, Step step)
{
	if (step.pointer.size == 0)
		return strcmp(step.op, "remove") == 0 ? NULL : clone(arena, step.value);
	if (node->kind == VALUE_LIST)
		return patched_list(arena, node, step);
	CHECK_INT(node->kind, VALUE_MAP);
	return patched_map(arena, node, step);
}

static TreeNode *
patched_by_hand(Arena *arena, const TreeNode *request, const TreeNode *patch)
{
	TreeNode *result = clone(arena, request);

	for (uint32_t i = 0; i < patch->as.list.count; i++)
	{
		const TreeNode *operation = patch->as.list.items[i];

		result = patched(arena, result,
						 (Step){llp_tree_get(operation, STR("op"))->as.string.data,
								llp_tree_get(operation, STR("path"))->as.string,
								llp_tree_get(operation, STR("value"))});
	}
	return result;
}

/* --- The tests --------------------------------------------------------------------------------------------
 */

static void
check_same(const char *name, const char *what, Arena *arena, const TreeNode *actual, const TreeNode *expected)
{
	Value left = llp_tree_value(actual);
	Value right = llp_tree_value(expected);

	if (!llp_value_equal(&left, &right))
		unit_fail(__FILE__, __LINE__, "%s: %s is %.*s, not %.*s", name, what,
				  STR_ARG(vm_json_text(arena, actual)), STR_ARG(vm_json_text(arena, expected)));
}

static TreeNode *
apply(Arena *arena, const TreeNode *request, const TreeNode *result)
{
	Value request_value = llp_tree_value(request);
	Value decision = llp_tree_value(result);
	TreeNode *modified = NULL;
	DiagnosticList findings;

	llp_diag_init(&findings, arena);
	CHECK_INT(llp_apply_modifications(arena, &request_value, &decision, &modified, &findings), STATUS_OK);
	return modified;
}

static void
check_row(const ModifyRow *row)
{
	Arena *arena = vm_arena();
	PolicySet set = vm_policies(arena, row->policies);
	TreeNode *request = vm_json(arena, row->request);
	TreeNode *expected = vm_json(arena, row->modified);
	Decision plain = vm_decide(arena, &set, row->request, (EvaluationOptions){0});
	Decision full = vm_decide(arena, &set, row->request, (EvaluationOptions){.return_request = true});
	const TreeNode *patch = llp_tree_get(full.result, STR("patch"));

	vm_check(arena, row->name, plain.result, row->expected);
	vm_check(arena, row->name, full.result, row->expected);
	if (full.verdict == VERDICT_MODIFY)
		check_same(row->name, "modifiedRequest", arena, llp_tree_get(full.result, STR("modifiedRequest")),
				   expected);
	check_same(row->name, "the applied decision", arena, apply(arena, request, plain.result), expected);
	if (patch != NULL)
		check_same(row->name, "the patched request", arena, patched_by_hand(arena, request, patch), expected);
	llp_arena_destroy(arena);
}

UNIT_TEST(modify_makes_what_the_language_says)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
}

typedef struct RefusedRow
{
	const char *request;
	const char *decision;
	Status status;
	const char *path;
} RefusedRow;

static const RefusedRow refused_rows[] = {
	{"[]", "{\"decision\": \"allow\"}", STATUS_INVALID, ""},
	{"{}", "[]", STATUS_INVALID, ""},
	{"{}", "null", STATUS_INVALID, ""},
	{"{}", "{}", STATUS_INVALID, ""},
	{"{}", "{\"decision\": \"perhaps\"}", STATUS_INVALID, ""},
	{"{}", "{\"decision\": 5}", STATUS_INVALID, ""},
	{"{}", "{\"decision\": \"modify\", \"modifications\": []}", STATUS_INVALID, "modifications"},
	{"{}", "{\"decision\": \"modify\", \"modifications\": {\"a[\": 1}}", STATUS_INVALID, "a["},
	{"{}", "{\"decision\": \"modify\", \"modifications\": {\"\": 1}}", STATUS_INVALID, ""},
	{"{}", "{\"decision\": \"modify\", \"patch\": {}}", STATUS_INVALID, "patch"},
	{"{}", "{\"decision\": \"modify\", \"patch\": [5]}", STATUS_INVALID, "patch[0]"},
	{"{}", "{\"decision\": \"modify\", \"patch\": [{\"op\": \"move\", \"path\": \"/a\"}]}", STATUS_INVALID,
	 "patch[0]"},
	{"{}", "{\"decision\": \"modify\", \"patch\": [{\"op\": \"add\", \"value\": 1}]}", STATUS_INVALID,
	 "patch[0]"},
	{"{}", "{\"decision\": \"modify\", \"patch\": [{\"op\": \"add\", \"path\": \"/a\"}]}", STATUS_INVALID,
	 "patch[0]"},
	{"{}", "{\"decision\": \"modify\", \"patch\": [{\"op\": \"add\", \"path\": \"a\", \"value\": 1}]}",
	 STATUS_INVALID, "patch[0]"},
	{"{}", "{\"decision\": \"modify\", \"patch\": [{\"op\": \"add\", \"path\": \"\", \"value\": 1}]}",
	 STATUS_INVALID, "patch[0]"},
	{"{}", "{\"decision\": \"modify\", \"patch\": [{\"op\": \"add\", \"path\": \"/a~2\", \"value\": 1}]}",
	 STATUS_INVALID, "patch[0]"},
	{"{}", "{\"decision\": \"modify\", \"patch\": [{\"op\": \"add\", \"path\": \"/a~\", \"value\": 1}]}",
	 STATUS_INVALID, "patch[0]"},
	{"{}", "{\"decision\": \"modify\", \"patch\": [{\"op\": \"add\", \"path\": \"/a/b\", \"value\": 1}]}",
	 STATUS_INVALID, "patch[0]"},
	{"{\"a\": 1}",
	 "{\"decision\": \"modify\", \"patch\": [{\"op\": \"add\", \"path\": \"/a/b\", \"value\": 1}]}",
	 STATUS_INVALID, "patch[0]"},
	{"{\"a\": 1}",
	 "{\"decision\": \"modify\", \"patch\": [{\"op\": \"remove\", \"path\": \"/a\"}, {\"op\": \"replace\", \"path\": \"/a\", \"value\": 1}]}",
	 STATUS_INVALID, "patch[1]"},
	{"{\"l\": [1]}", "{\"decision\": \"modify\", \"patch\": [{\"op\": \"remove\", \"path\": \"/l/1\"}]}",
	 STATUS_INVALID, "patch[0]"},
	{"{\"l\": [1]}", "{\"decision\": \"modify\", \"patch\": [{\"op\": \"remove\", \"path\": \"/l/-\"}]}",
	 STATUS_INVALID, "patch[0]"},
	{"{\"l\": [1]}",
	 "{\"decision\": \"modify\", \"patch\": [{\"op\": \"replace\", \"path\": \"/l/00\", \"value\": 1}]}",
	 STATUS_INVALID, "patch[0]"},
	{"{\"l\": [1]}",
	 "{\"decision\": \"modify\", \"patch\": [{\"op\": \"add\", \"path\": \"/l/9999999999\", \"value\": 1}]}",
	 STATUS_INVALID, "patch[0]"},
};

UNIT_TEST(modify_refuses_what_is_no_decision_or_does_not_fit)
{
	for (size_t i = 0; i < sizeof(refused_rows) / sizeof(refused_rows[0]); i++)
	{
		const RefusedRow *row = &refused_rows[i];
		Arena *arena = vm_arena();
		Value request = llp_tree_value(vm_json(arena, row->request));
		Value decision = llp_tree_value(vm_json(arena, row->decision));
		TreeNode *modified;
		DiagnosticList findings;
		Status status;

		llp_diag_init(&findings, arena);
		status = llp_apply_modifications(arena, &request, &decision, &modified, &findings);
		if (status != row->status || findings.errors != 1)
			unit_fail(__FILE__, __LINE__, "%s on %s gives status %d and %zu errors", row->decision,
					  row->request, status, findings.errors);
		else
			CHECK_STR(findings.first->path, row->path);
		llp_arena_destroy(arena);
	}
}

/* A value of `depth` lists inside each other. */
static TreeNode *
nested(Arena *arena, int depth)
{
	TreeNode *node = llp_tree_int(arena, 1);

	for (int i = 0; i < depth; i++)
	{
		TreeNode *list = llp_tree_list(arena);

		llp_tree_append(arena, list, node);
		node = list;
	}
	return node;
}

static Status
apply_to(Arena *arena, TreeNode *request, TreeNode *decision)
{
	Value request_value = llp_tree_value(request);
	Value decision_value = llp_tree_value(decision);
	TreeNode *modified;
	DiagnosticList findings;
	Status status;

	llp_diag_init(&findings, arena);
	status = llp_apply_modifications(arena, &request_value, &decision_value, &modified, &findings);
	CHECK_INT(findings.errors, status == STATUS_OK ? 0 : 1);
	return status;
}

UNIT_TEST(modify_bounds_the_depth_of_requests_values_and_pointers)
{
	Arena *arena = vm_arena();
	TreeNode *allow = vm_json(arena, "{\"decision\": \"allow\"}");
	TreeNode *set = vm_json(arena, "{\"decision\": \"modify\", \"modifications\": {}}");
	TreeNode *add =
		vm_json(arena, "{\"decision\": \"modify\", \"patch\": [{\"op\": \"add\", \"path\": \"/a\"}]}");
	TreeNode *request = llp_tree_map(arena);

	llp_tree_set(arena, request, STR("a"), nested(arena, LLP_MAX_REQUEST_DEPTH - 1));
	CHECK_INT(apply_to(arena, request, allow), STATUS_OK);
	llp_tree_set(arena, request, STR("a"), nested(arena, LLP_MAX_REQUEST_DEPTH));
	CHECK_INT(apply_to(arena, request, allow), STATUS_LIMIT);
	request = llp_tree_map(arena);
	llp_tree_set(arena, llp_tree_get(set, STR("modifications")), STR("a"),
				 nested(arena, LLP_MAX_REQUEST_DEPTH + 1));
	CHECK_INT(apply_to(arena, request, set), STATUS_LIMIT);
	llp_tree_set(arena, llp_tree_get(add, STR("patch"))->as.list.items[0], STR("value"),
				 nested(arena, LLP_MAX_REQUEST_DEPTH + 1));
	CHECK_INT(apply_to(arena, request, add), STATUS_LIMIT);
	llp_arena_destroy(arena);
}

UNIT_TEST(modify_evaluation_of_a_request_that_is_too_deep_is_refused)
{
	Arena *arena = vm_arena();
	PolicySet set = vm_policies(arena, ONE(MODIFY("cap: {n: 1}")));
	EvaluationOptions options = {.default_decision = VERDICT_ALLOW};
	TreeNode *request = llp_tree_map(arena);
	Value value;
	DiagnosticList findings;
	Decision decision;

	llp_diag_init(&findings, arena);
	llp_tree_set(arena, request, STR("a"), nested(arena, LLP_MAX_REQUEST_DEPTH));
	value = llp_tree_value(request);
	CHECK_INT(llp_evaluate(arena, vm_program(arena, &set), &value, &options, &decision, &findings),
			  STATUS_LIMIT);
	CHECK_INT(findings.errors, 1);
	llp_arena_destroy(arena);
}

/* Thousands of modifications of one request, most in conflict, are settled in linear time. */
UNIT_TEST(modify_settles_many_conflicts)
{
	Arena *arena = vm_arena();
	const TreeNode *modifications;
	StrBuf text;
	Decision decision;
	PolicySet set;

	llp_buf_init(&text, arena);
	llp_buf_append(&text, STR("metadata: {name: p}\nrules:\n"));
	for (int i = 0; i < 2000; i++)
		llp_buf_format(
			&text,
			"- {condition: {operator: and, conditions: []}, action: {decision: modify, modifications: {a.k%d.x: 1, a.k%d: 2, b.k%d: 3}}}\n",
			i % 1000, (i + 1) % 1000, i);
	llp_buf_append_char(&text, '\0');
	set = vm_policies(arena, text.data);
	decision = vm_decide(arena, &set, "{}", (EvaluationOptions){0});
	modifications = llp_tree_get(decision.result, STR("modifications"));
	CHECK_INT(modifications->as.map.count, 2000 + 1000);
	CHECK_INT(llp_tree_get(decision.result, STR("warnings"))->as.list.count, 32);
	llp_arena_destroy(arena);
}

typedef struct FailingApply
{
	Value request;
	Value patch;
	Value values;
} FailingApply;

static bool
apply_both(Arena *arena, void *data)
{
	const FailingApply *self = data;
	TreeNode *modified;
	DiagnosticList findings;
	Status status;

	llp_diag_init(&findings, arena);
	status = llp_apply_modifications(arena, &self->request, &self->patch, &modified, &findings);
	if (status == STATUS_OK)
		status = llp_apply_modifications(arena, &self->request, &self->values, &modified, &findings);
	if (status != STATUS_OK)
		CHECK_INT(status, STATUS_NO_MEMORY);
	return status == STATUS_OK;
}

UNIT_TEST(modify_survives_failing_allocations)
{
	Arena *texts = vm_arena();
	FailingApply self = {
		llp_tree_value(vm_json(texts, "{\"a\": {\"b\": [1, 2]}, \"c\": 1}")),
		llp_tree_value(vm_json(
			texts,
			"{\"decision\": \"modify\", \"patch\": [{\"op\": \"add\", \"path\": \"/a/b/1\", \"value\": {\"x\": 1}}, {\"op\": "
			"\"remove\", \"path\": \"/c\"}, {\"op\": \"replace\", \"path\": \"/a/b/0\", \"value\": \"~\"}]}")),
		llp_tree_value(vm_json(
			texts, "{\"decision\": \"modify\", \"modifications\": {\"a.b\": [], \"q.r.s\": {\"x\": 1}}}"))};

	unit_every_allocation_fails(apply_both, &self);
	llp_arena_destroy(texts);
}

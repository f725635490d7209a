/*
 * test/unit/test_tree.c - base/tree.h, base/request.h and base/terms.h.
 */
#include "unit.h"

#include "base/terms.h"
#include "base/tree.h"

static TreeNode *
key_number(Arena *arena, TreeNode *map, int number)
{
	char key[32];

	(void) snprintf(key, sizeof(key), "key-%d", number);
	return llp_tree_set(arena, map, llp_str_copy(arena, llp_str(key)), llp_tree_int(arena, number)) ? map
																									: NULL;
}

static Str
json(Arena *arena, const TreeNode *node)
{
	StrBuf out;

	llp_buf_init(&out, arena);
	llp_tree_write_json(&out, node);
	return llp_buf_str(&out);
}

UNIT_TEST(tree_map_keeps_order_and_finds_keys)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	TreeNode *map = llp_tree_map(arena);

	for (int i = 0; i < 1000; i++)
		CHECK(key_number(arena, map, i * 7 % 1000) != NULL);
	CHECK_INT(map->as.map.count, 1000);
	CHECK_INT(map->expanded_size, 1001);
	for (int i = 0; i < 1000; i++)
		CHECK_INT(map->as.map.members[i].value->as.integer, i * 7 % 1000);
	CHECK_INT(llp_tree_get(map, STR("key-77"))->as.integer, 77);
	CHECK(llp_tree_get(map, STR("key-1000")) == NULL);
	CHECK(llp_tree_set(arena, map, STR("key-77"), llp_tree_null(arena)));
	CHECK(llp_tree_get(map, STR("key-77"))->kind == VALUE_NULL);
	CHECK_INT(map->as.map.count, 1000);
	CHECK(llp_tree_get(NULL, STR("x")) == NULL);
	CHECK(llp_tree_get(llp_tree_int(arena, 1), STR("x")) == NULL);
	llp_arena_destroy(arena);
}

UNIT_TEST(tree_add_is_set_without_looking)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	TreeNode *map = llp_tree_map(arena);

	for (int i = 0; i < 100; i++)
	{
		char key[32];

		(void) snprintf(key, sizeof(key), "key-%d", i);
		CHECK(llp_tree_add(arena, map, llp_str_copy(arena, llp_str(key)), llp_tree_int(arena, i)));
		CHECK_INT(llp_tree_get(map, llp_str(key))->as.integer, i);
	}
	CHECK_INT(map->as.map.count, 100);
	CHECK_INT(map->expanded_size, 101);
	CHECK_INT(map->height, 1);
	CHECK(llp_tree_set(arena, map, STR("key-99"), llp_tree_null(arena)));
	CHECK_INT(map->as.map.count, 100);
	CHECK_STR(map->as.map.members[99].key, "key-99");
	llp_arena_destroy(arena);
}

UNIT_TEST(tree_unset_keeps_the_rest)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	TreeNode *map = llp_tree_map(arena);

	for (int i = 0; i < 40; i++)
		CHECK(key_number(arena, map, i) != NULL);
	for (int i = 0; i < 40; i += 2)
	{
		char key[32];

		(void) snprintf(key, sizeof(key), "key-%d", i);
		llp_tree_unset(map, llp_str(key));
		llp_tree_unset(map, llp_str(key));
		CHECK(llp_tree_get(map, llp_str(key)) == NULL);
	}
	CHECK_INT(map->as.map.count, 20);
	CHECK_INT(map->expanded_size, 21);
	CHECK_INT(llp_tree_get(map, STR("key-39"))->as.integer, 39);
	CHECK_STR(map->as.map.members[1].key, "key-3");
	CHECK(key_number(arena, map, 100) != NULL);
	CHECK_STR(map->as.map.members[20].key, "key-100");
	llp_arena_destroy(arena);
}

UNIT_TEST(tree_counts_what_it_holds)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	TreeNode *node = llp_tree_string(arena, STR("leaf"));

	CHECK_INT(node->height, 0);
	for (int level = 0; level < 40; level++)
	{
		TreeNode *list = llp_tree_list(arena);

		CHECK(llp_tree_append(arena, list, node));
		CHECK(llp_tree_append(arena, list, node));
		node = list;
	}
	CHECK_INT(node->expanded_size, UINT32_MAX); /* 2^41 - 1 would not fit */
	CHECK_INT(node->height, 40);
	llp_arena_destroy(arena);
}

UNIT_TEST(tree_map_with_room_finds_its_members)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);

	for (uint32_t room = 0; room <= 40; room += 20)
	{
		TreeNode *map = llp_tree_map_with_room(arena, room);
		char key[8];

		for (int i = 0; i < 60; i++)
		{
			snprintf(key, sizeof(key), "k%d", i);
			CHECK(llp_tree_set(arena, map, llp_str_copy(arena, llp_str(key)), llp_tree_int(arena, i)));
		}
		CHECK_INT(map->as.map.count, 60);
		CHECK_INT(llp_tree_get(map, STR("k37"))->as.integer, 37);
		CHECK(llp_tree_get(map, STR("k60")) == NULL);
	}
	llp_arena_destroy(arena);
}

UNIT_TEST(tree_builders_hand_on_failure)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);

	CHECK(!llp_tree_append(arena, NULL, llp_tree_null(arena)));
	CHECK(!llp_tree_append(arena, llp_tree_list(arena), NULL));
	CHECK(!llp_tree_set(arena, llp_tree_map(arena), STR("k"), NULL));
	CHECK(!llp_tree_set(arena, llp_tree_map(arena), (Str){NULL, 0}, llp_tree_null(arena)));
	CHECK(!llp_tree_add(arena, NULL, STR("k"), llp_tree_null(arena)));
	CHECK(!llp_tree_add(arena, llp_tree_map(arena), STR("k"), NULL));
	CHECK(!llp_tree_add(arena, llp_tree_map(arena), (Str){NULL, 0}, llp_tree_null(arena)));
	llp_arena_destroy(arena);
}

UNIT_TEST(tree_writes_json)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	TreeNode *map = llp_tree_map(arena);
	TreeNode *list = llp_tree_list(arena);

	CHECK_STR(json(arena, map), "{}");
	CHECK_STR(json(arena, list), "[]");
	CHECK(llp_tree_append(arena, list, llp_tree_null(arena)));
	CHECK(llp_tree_append(arena, list, llp_tree_bool(arena, true)));
	CHECK(llp_tree_append(arena, list, llp_tree_double(arena, 2.0)));
	CHECK(llp_tree_append(arena, list, llp_tree_double(arena, 1e-7)));
	CHECK(llp_tree_append(arena, list, llp_tree_int(arena, INT64_MIN)));
	CHECK(llp_tree_set(arena, map, STR("l"), list));
	CHECK(llp_tree_set(arena, map, STR("q\"k"),
					   llp_tree_string(arena, STR("a\\\b\f\n\r\t\x01\x1F/\x7F\xC3\xA9"))));
	CHECK(llp_tree_set(arena, map, STR(""), llp_tree_string(arena, STR(""))));
	CHECK_STR(json(arena, map), "{\"l\":[null,true,2,1e-7,-9223372036854775808],"
								"\"q\\\"k\":\"a\\\\\\b\\f\\n\\r\\t\\u0001\\u001f/\x7F\xC3\xA9\",\"\":\"\"}");
	llp_arena_destroy(arena);
}

/* {"a": [1, "x", {"b": null}], "c": 1.5} with the keys in either order. */
static TreeNode *
sample(Arena *arena, bool reversed)
{
	TreeNode *inner = llp_tree_map(arena);
	TreeNode *list = llp_tree_list(arena);
	TreeNode *map = llp_tree_map(arena);
	bool built = llp_tree_set(arena, inner, STR("b"), llp_tree_null(arena)) &&
				 llp_tree_append(arena, list, llp_tree_int(arena, 1)) &&
				 llp_tree_append(arena, list, llp_tree_string(arena, STR("x"))) &&
				 llp_tree_append(arena, list, inner) &&
				 (!reversed || llp_tree_set(arena, map, STR("c"), llp_tree_double(arena, 1.5))) &&
				 llp_tree_set(arena, map, STR("a"), list) &&
				 llp_tree_set(arena, map, STR("c"), llp_tree_double(arena, 1.5));

	return built ? map : NULL;
}

UNIT_TEST(tree_is_a_request)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	Value root = llp_tree_value(sample(arena, false));
	Value list = llp_member(&root, STR("a"));
	Value item = llp_element(&list, 1);
	Str key;

	CHECK_INT(root.as.container.count, 2);
	CHECK_INT(list.as.container.count, 3);
	CHECK_STR(item.as.string, "x");
	CHECK_INT(llp_element(&list, 3).kind, VALUE_MISSING);
	CHECK_INT(llp_member(&root, STR("none")).kind, VALUE_MISSING);
	CHECK_INT(llp_member(&list, STR("a")).kind, VALUE_MISSING);
	CHECK_INT(llp_element(&root, 0).kind, VALUE_MISSING);
	CHECK_INT(llp_entry(&root, 1, &key).kind, VALUE_DOUBLE);
	CHECK_STR(key, "c");
	CHECK_INT(llp_entry(&root, 2, &key).kind, VALUE_MISSING);
	CHECK_INT(llp_tree_value(NULL).kind, VALUE_MISSING);
	CHECK_STR(llp_str(llp_kind_name(VALUE_MAP)), "map");
	CHECK_STR(llp_str(llp_kind_name(VALUE_DOUBLE)), "number");
	llp_arena_destroy(arena);
}

UNIT_TEST(value_equality_is_deep_and_ignores_key_order)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	TreeNode *other = sample(arena, true);
	Value a = llp_tree_value(sample(arena, false));
	Value b = llp_tree_value(other);
	Value one = {.kind = VALUE_INT, .as.integer = 1};
	Value one_and_a_half = {.kind = VALUE_DOUBLE, .as.real = 1.5};
	Value yes = {.kind = VALUE_BOOL, .as.boolean = true};

	CHECK(llp_value_equal(&a, &b));
	CHECK(llp_tree_set(arena, other, STR("c"), llp_tree_string(arena, STR("1.5"))));
	CHECK(!llp_value_equal(&a, &b));
	CHECK(llp_tree_set(arena, other, STR("c"), llp_tree_double(arena, 1.5)));
	CHECK(llp_tree_set(arena, other, STR("d"), llp_tree_null(arena)));
	b = llp_tree_value(other);
	CHECK(!llp_value_equal(&a, &b));
	CHECK(!llp_value_equal(&one, &yes));
	CHECK(!llp_value_equal(&one, &one_and_a_half));
	CHECK(llp_value_equal(&one, &one));
	CHECK(llp_value_equal(&llp_missing, &llp_missing));
	CHECK(!llp_value_equal(&llp_missing, &one));
	llp_arena_destroy(arena);
}

UNIT_TEST(tree_copy_is_deep)
{
	Arena *source = llp_arena_create(&llp_libc_host, 0);
	Arena *target = llp_arena_create(&llp_libc_host, 0);
	Value value = llp_tree_value(sample(source, false));
	TreeNode *copy = llp_tree_copy(target, &value, 3);

	CHECK(llp_tree_copy(target, &value, 2) == NULL);
	CHECK(llp_tree_copy(target, &llp_missing, 2) == NULL);
	llp_arena_destroy(source);
	CHECK_STR(json(target, copy), "{\"a\":[1,\"x\",{\"b\":null}],\"c\":1.5}");
	llp_arena_destroy(target);
}

static bool
build_and_copy(Arena *arena, void *data)
{
	TreeNode *map = sample(arena, true);
	TreeNode *copy;
	Value value;
	Str text;

	(void) data;
	for (int i = 0; i < 20 && map != NULL; i++)
		map = key_number(arena, map, i);
	value = llp_tree_value(map);
	copy = llp_tree_copy(arena, &value, 10);
	if (copy == NULL)
		return false;
	text = json(arena, copy);
	CHECK(text.size == 0 || text.size > 200);
	return text.size > 0;
}

UNIT_TEST(tree_survives_every_failing_allocation)
{
	unit_every_allocation_fails(build_and_copy, NULL);
}

UNIT_TEST(terms_have_spellings)
{
	for (int op = OPERATOR_NONE + 1; op < OPERATOR_END; op++)
		CHECK_INT(llp_operator_of(llp_operator_name((Operator) op)), op);
	for (int verdict = VERDICT_NONE + 1; verdict < VERDICT_END; verdict++)
		CHECK_INT(llp_verdict_of(llp_verdict_name((Verdict) verdict)), verdict);
	for (int status = POLICY_NONE + 1; status < POLICY_END; status++)
		CHECK_INT(llp_status_of(llp_status_name((PolicyStatus) status)), status);
	for (int code = REASON_NONE + 1; code < REASON_END; code++)
		CHECK_INT(llp_reason_of(llp_reason_name((ReasonCode) code)), code);
	for (int stage = STAGE_NONE + 1; stage < STAGE_END; stage++)
		CHECK_INT(llp_stage_of(llp_stage_name((Stage) stage)), stage);
	CHECK(llp_operator_of(STR("equals")) == OPERATOR_NONE);
	CHECK(llp_operator_of(STR("")) == OPERATOR_NONE);
	CHECK(VERDICT_DENY > VERDICT_MODIFY && VERDICT_MODIFY > VERDICT_WARN && VERDICT_WARN > VERDICT_ALLOW);
}

/*
 * test/unit/test_cel_lists.c - lists, maps, sets, optionals, encoders, the policy language's own functions.
 */
#include "cel_support.h"

#include "vm/cel_map.h"
#include "vm/cel_select.h"

UNIT_TEST(cel_lists)
{
	static const CelRow rows[] = {
		{"_+_", "[0, 1], [2]", "[0, 1, 2]"},
		{"_+_", "[], []", "[]"},
		{"_+_", "r'[1]', ['a']", "[1, 'a']"},
		{"size", "[1, 2]", "2"},
		{"size", "r'[1, 2]'", "2"},
		{"_[_]", "[7, 8, 9], 0.0", "7"},
		{"_[_]", "[7, 8, 9], 2u", "9"},
		{"_[_]", "[7, 8, 9], 0.1", "error: index is not an integer"},
		{"_[_]", "[7, 8, 9], 3", "error: index out of bounds"},
		{"_[_]", "[7, 8, 9], -1", "error: index out of bounds"},
		{"_[_]", "[7], ''", "error: no such overload"},
		{"_[_]", "r'[7, \"a\"]', 1", "'a'"},
		{"@in", "3.0, [5, 3]", "true"},
		{"@in", "3, ['3']", "false"},
		{"@in", "'a', r'[\"b\", \"a\"]'", "true"},
		{"contains", "[1, 'a'], 'a'", "true"},
		{"contains", "[1, 'a'], 2", "false"},
		{"slice", "[1, 2, 3, 4], 1, 3", "[2, 3]"},
		{"slice", "[1, 2, 3, 4], 4, 4", "[]"},
		{"slice", "r'[1, 2, 3]', 1, 3", "[2, 3]"},
		{"slice", "[1], 0, 2", "error: cannot slice(0, 2), list is length 1"},
		{"slice", "[1], -1, 1", "error: cannot slice(-1, 1), negative indexes not supported"},
		{"slice", "[1], 1, 0",
		 "error: cannot slice(1, 0), start index must be less than or equal to end index"},
		{"flatten", "[1, [2, [3, [4]]]]", "[1, 2, [3, [4]]]"},
		{"flatten", "[1, [2, [3, [4]]]], 2", "[1, 2, 3, [4]]"},
		{"flatten", "[1, [], [[2]]], 9223372036854775807", "[1, 2]"},
		{"flatten", "[1, [2]], 0", "[1, [2]]"},
		{"flatten", "[1], -1", "error: level must be non-negative"},
		{"sort", "[3, 1, 2]", "[1, 2, 3]"},
		{"sort", "r'[\"b\", \"c\", \"a\"]'", "['a', 'b', 'c']"},
		{"sort", "[d'2s', d'1s']", "[d'1s', d'2s']"},
		{"sort", "[]", "[]"},
		{"sort", "[1, 'b']", "error: list elements must have the same type"},
		{"sort", "[[1]]", "error: list elements must be comparable"},
		{"sort", "[1.0, NaN, 2.0]", "error: NaN has no place in an order"},
		{"@sort_by", "['foo', 'bar', 'baz', 'qux'], [3, 1, 2, 1]", "['bar', 'qux', 'baz', 'foo']"},
		{"@sort_by", "['foo'], [1, 2]", "error: sortBy needs a key for each element"},
		{"distinct", "[1, 1u, 1.0, 'a', 2.5, 2.5, [1], [1.0], null, null, true]",
		 "[1, 'a', 2.5, [1], null, true]"},
		{"distinct", "[NaN, NaN]", "[NaN, NaN]"},
		{"reverse", "[1, 2, 3]", "[3, 2, 1]"},
		{"lists.range", "3", "[0, 1, 2]"},
		{"lists.range", "0", "[]"},
		{"lists.range", "-1", "error: lists.range: size must be non-negative, got -1"},
		{"first", "[1, 2]", "some(1)"},
		{"last", "r'[1, 2]'", "some(2)"},
		{"first", "[]", "none"},
		{"last", "[]", "none"},
	};

	CEL_CHECK_ROWS(rows);
}

UNIT_TEST(cel_lists_sort_as_a_stable_sort_does)
{
	CelContext context = cel_context(CEL_AMPLE);
	CelItems keys;
	CelItems values;
	CelValue args[2];
	CelValue sorted;

	llp_cel_items_init(&keys, &context);
	llp_cel_items_init(&values, &context);
	for (int64_t i = 0; i < 1000; i++)
	{
		llp_cel_items_append(&keys, llp_cel_int(i * 7919 % 101));
		llp_cel_items_append(&values, llp_cel_int(i * 7919 % 101 * 1000 + i));
	}
	args[0] = llp_cel_items_value(&values);
	args[1] = llp_cel_items_value(&keys);
	sorted = llp_cel_call(&context, FUNCTION_SORT_BY, args, 2);
	CHECK_INT(sorted.count, 1000);
	for (size_t i = 1; i < 1000; i++)
		CHECK(llp_cel_element(sorted, i - 1).as.integer < llp_cel_element(sorted, i).as.integer);
	llp_arena_destroy(context.arena);
}

UNIT_TEST(cel_maps)
{
	static const CelRow rows[] = {
		{"_[_]", "{1u: 'a', 2: 'b'}, 1", "'a'"},
		{"_[_]", "{1u: 'a', 2: 'b'}, 2u", "'b'"},
		{"_[_]", "{1u: 'a', 2: 'b'}, 2.0", "'b'"},
		{"_[_]", "{1u: 'a', 2: 'b'}, 2.5", "error: no such key"},
		{"_[_]", "{true: 1, 1: 2}, true", "1"},
		{"_[_]", "{0: 1}, b''", "error: no such key"},
		{"_[_]", "{0: 1}, null", "error: no such key"},
		{"_[_]", "{9223372036854775807: 1}, 9223372036854775807u", "1"},
		{"_[_]", "{18446744073709551615u: 1}, -1", "error: no such key"},
		{"_[_]", "r'{\"a\": null}', 'a'", "null"},
		{"_[_]", "r'{\"a\": null}', 1", "error: no such key"},
		{"@in", "3.0, {1: 1, 2: 2, 3u: 3}", "true"},
		{"@in", "'a', r'{\"a\": 1}'", "true"},
		{"@in", "7, {}", "false"},
		{"size", "r'{\"a\": 1}'", "1"},
		{"size", "{1: 2, 3.0: 4}", "error: unsupported key type"},
		{"size", "{null: 2}", "error: unsupported key type"},
		{"size", "{1: 2, 1u: 4}", "error: repeated key"},
		{"@map_insert", "{'a': 1}, 'b', 2", "{'a': 1, 'b': 2}"},
		{"@map_insert", "{'a': 1}, 'a', 2", "error: repeated key"},
		{"@map_insert", "r'{\"a\": 1}', {'b': 2}", "{'a': 1, 'b': 2}"},
		{"has_role", "{'roles': ['a', 'b']}, 'b'", "true"},
		{"has_role", "r'{\"roles\": [\"a\"]}', 'b'", "false"},
		{"has_role", "{}, 'b'", "false"},
		{"has_role", "{'roles': 'b'}, 'b'", "false"},
		{"has_permission", "{'permissions': ['p']}, 'p'", "true"},
	};

	CEL_CHECK_ROWS(rows);
}

UNIT_TEST(cel_maps_of_any_size_find_their_keys)
{
	CelContext context = cel_context(CEL_AMPLE);
	CelMap *map = llp_cel_map_new(&context, 0);
	CelValue value;

	for (int64_t i = 0; i < 1000; i++)
	{
		CHECK_INT(llp_cel_map_add(&context, map, llp_cel_int(i * 3), llp_cel_int(i)).kind, CEL_NULL);
		CHECK(llp_cel_find(llp_cel_map(map), llp_cel_uint((uint64_t) i * 3), &value));
		CHECK_INT(value.as.integer, i);
		CHECK(!llp_cel_find(llp_cel_map(map), llp_cel_int(i * 3 + 1), &value));
	}
	CHECK_INT(llp_cel_map_add(&context, map, llp_cel_uint(300), llp_cel_null).kind, CEL_ERROR);
	llp_arena_destroy(context.arena);
}

/* Entries that were added to a later value are not seen through an earlier one. */
UNIT_TEST(cel_maps_that_share_storage_differ)
{
	CelContext context = cel_context(CEL_AMPLE);
	CelValue versions[40];
	CelValue ignored;

	versions[0] = cel_read(&context, "{}");
	for (int64_t i = 1; i < 40; i++)
	{
		CelValue args[3] = {versions[i - 1], llp_cel_int(i), llp_cel_int(i)};

		versions[i] = llp_cel_call(&context, FUNCTION_MAP_INSERT, args, 3);
	}
	for (int64_t i = 0; i < 40; i++)
	{
		CHECK_INT(versions[i].count, i);
		for (int64_t key = 1; key < 40; key++)
			CHECK(llp_cel_find(versions[i], llp_cel_int(key), &ignored) == (key <= i));
	}
	CHECK(versions[20].as.container.map == versions[39].as.container.map);
	ignored = llp_cel_call(&context, FUNCTION_MAP_INSERT,
						   (CelValue[]){versions[2], llp_cel_int(3), llp_cel_null}, 3);
	CHECK_INT(ignored.count, 3);
	CHECK(ignored.as.container.map != versions[39].as.container.map);
	llp_arena_destroy(context.arena);
}

UNIT_TEST(cel_sets)
{
	static const CelRow rows[] = {
		{"sets.contains", "[], []", "true"},
		{"sets.contains", "[1, 2, 3, 4], [2, 3.0, 4u]", "true"},
		{"sets.contains", "[], [1]", "false"},
		{"sets.contains", "[[1], {'a': 1}], [{'a': 1.0}]", "true"},
		{"sets.contains", "[1, 'a'], [b'a']", "false"},
		{"sets.equivalent", "[1], [1, 1.0]", "true"},
		{"sets.equivalent", "[1, 2, 3], [3u, 2.0, 1]", "true"},
		{"sets.equivalent", "[1, 2], [1]", "false"},
		{"sets.intersects", "[1], []", "false"},
		{"sets.intersects", "[1], [1, 2]", "true"},
		{"sets.intersects", "[[1], [2]], [[1, 2], [2.0]]", "true"},
		{"sets.intersects", "r'[\"a\"]', r'[\"b\", \"a\"]'", "true"},
	};

	CEL_CHECK_ROWS(rows);
}

UNIT_TEST(cel_optionals)
{
	static const CelRow rows[] = {
		{"optional.none", "", "none"},
		{"optional.of", "null", "some(null)"},
		{"optional.ofNonZeroValue", "null", "none"},
		{"optional.ofNonZeroValue", "0.0", "none"},
		{"optional.ofNonZeroValue", "''", "none"},
		{"optional.ofNonZeroValue", "{}", "none"},
		{"optional.ofNonZeroValue", "d'0s'", "none"},
		{"optional.ofNonZeroValue", "none", "none"},
		{"optional.ofNonZeroValue", "42", "some(42)"},
		{"optional.ofNonZeroValue", "[0]", "some([0])"},
		{"hasValue", "some(null)", "true"},
		{"hasValue", "none", "false"},
		{"value", "some(1)", "1"},
		{"value", "none", "error: optional.none() dereference"},
		{"_[?_]", "[1], 0", "some(1)"},
		{"_[?_]", "[1], 1", "none"},
		{"_[?_]", "{true: 1, 2: 2, 5u: 3}, true", "some(1)"},
		{"_[?_]", "{1: 'a'}, 'b'", "none"},
		{"_[?_]", "none, 0", "none"},
		{"_[?_]", "some([1]), 0", "some(1)"},
		{"_[_]", "some({'a': 1}), 'b'", "none"},
		{"_[?_]", "1, 0", "error: no such overload"},
		{"optional.unwrap", "[some(1), none, some('a')]", "[1, 'a']"},
		{"unwrapOpt", "[1]", "error: no such overload"},
	};

	CEL_CHECK_ROWS(rows);
}

static const char *
select_from(CelContext *context, const char *value, const char *name)
{
	return cel_write(context, llp_cel_select(context, cel_read(context, value), llp_str(name)));
}

UNIT_TEST(cel_members_are_selected)
{
	CelContext context = cel_context(CEL_AMPLE);

	CHECK_STR(llp_str(select_from(&context, "{'a': 1}", "a")), "1");
	CHECK_STR(llp_str(select_from(&context, "{'a': 1}", "b")), "error: no such key");
	CHECK_STR(llp_str(select_from(&context, "r'{\"a\": {\"b\": 1}}'", "a")), "{'b': 1}");
	CHECK_STR(llp_str(select_from(&context, "some({'a': 1})", "a")), "some(1)");
	CHECK_STR(llp_str(select_from(&context, "some({'a': 1})", "b")), "none");
	CHECK_STR(llp_str(select_from(&context, "none", "b")), "none");
	CHECK_STR(llp_str(select_from(&context, "[1]", "a")), "error: no such overload");
	CHECK_STR(llp_str(select_from(&context, "t'2026-06-01T12:30:00Z'", "minute")), "30");
	CHECK_STR(llp_str(select_from(&context, "t'2026-06-01T12:30:00Z'", "weekday")),
			  "error: no such overload");
	CHECK(llp_cel_has(cel_read(&context, "r'{\"a\": null}'"), STR("a")).as.boolean);
	CHECK(!llp_cel_has(cel_read(&context, "some({})"), STR("a")).as.boolean);
	CHECK(!llp_cel_has(llp_cel_none, STR("a")).as.boolean);
	CHECK_INT(llp_cel_has(llp_cel_int(1), STR("a")).kind, CEL_ERROR);
	CHECK_INT(llp_cel_optional_select(&context, llp_cel_no_such_key(), STR("a")).kind, CEL_ERROR);
	llp_arena_destroy(context.arena);
}

UNIT_TEST(cel_encoders)
{
	static const CelRow rows[] = {
		{"base64.encode", "b'hello'", "'aGVsbG8='"},
		{"base64.encode", "b'Hello World!'", "'SGVsbG8gV29ybGQh'"},
		{"base64.encode", "b'\\xFF\\xFE'", "'//4='"},
		{"base64.encode", "b''", "''"},
		{"base64.decode", "'aGVsbG8='", "b'hello'"},
		{"base64.decode", "'aGVsbG8'", "b'hello'"},
		{"base64.decode", "'//4='", "b'\\xFF\\xFE'"},
		{"base64.decode", "''", "b''"},
		{"base64.decode", "'a'", "error: text is not base64"},
		{"base64.decode", "'aGVsbG8=='", "error: text is not base64"},
		{"base64.decode", "'a=Vs'", "error: text is not base64"},
		{"base64.decode", "'aGVs\\nbG8='", "error: text is not base64"},
		{"base64.decode", "'__4='", "error: text is not base64"},
		{"base64.decode", "'===='", "error: text is not base64"},
	};

	CEL_CHECK_ROWS(rows);
}

UNIT_TEST(cel_parse_json_is_strict)
{
	static const CelRow rows[] = {
		{"parse_json", "'null'", "null"},
		{"parse_json", "' [1, 1.5, -0, 1e2, true] '", "[1, 1.5, 0, 100, true]"},
		{"parse_json", "'{\"a\": {\"b\": []}, \"c\": \"\"}'", "{'a': {'b': []}, 'c': ''}"},
		{"parse_json", "'\"\\\\u00e9\\\\ud83d\\\\ude00\\\\n\\\\/\"'", "'é😀\\x0A/'"},
		{"parse_json", "'9007199254740993.5'", "9007199254740994.0"},
		{"parse_json", "'9223372036854775808'", "9223372036854776000.0"},
		{"parse_json", "'9223372036854775809'",
		 "error: number of the request that neither an int nor a double holds exactly"},
		{"parse_json", "'[1e400]'",
		 "error: number of the request that neither an int nor a double holds exactly"},
		{"parse_json", "''", "error: text is not JSON"},
		{"parse_json", "'[1,]'", "error: text is not JSON"},
		{"parse_json", "'[1'", "error: text is not JSON"},
		{"parse_json", "'1 2'", "error: text is not JSON"},
		{"parse_json", "'01'", "error: text is not JSON"},
		{"parse_json", "'{a: 1}'", "error: text is not JSON"},
		{"parse_json", "'{\"a\" 1}'", "error: text is not JSON"},
		{"parse_json", "'{\"a\": 1, \"a\": 2}'", "error: repeated key"},
		{"parse_json", "'\"\\n\"'", "error: text is not JSON"},
		{"parse_json", "'\"\\\\ud800\"'", "error: text is not JSON"},
		{"parse_json", "'\"\\\\u0000\"'", "error: text is not JSON"},
		{"parse_json", "'\"\\\\x\"'", "error: text is not JSON"},
		{"parse_json", "'\"abc'", "error: text is not JSON"},
		{"parse_json", "'nul'", "error: text is not JSON"},
	};

	CEL_CHECK_ROWS(rows);
}

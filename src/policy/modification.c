/*
 * policy/modification.c - reads modifications and finds conflicts inside one rule.
 *
 * Two modifications conflict when one path equals or is a prefix of the other.  Appends never conflict; a cap
 * bounds what is set at or above its path, and of several caps of a path the smallest counts.  Conflicts
 * across rules are resolved when a decision is made, by the order of the walk.
 */
#include "policy/modification.h"

#include "policy/template.h"

/* Where a modification was written, for what is said about it. */
typedef struct Origin
{
	const Section *section;
	Key key;	  /* set, remove … */
	Str name;	  /* the member of that map, or … */
	size_t index; /* … the element of that list */
	int line;
	int column;
} Origin;

typedef struct Collector
{
	Reader *reader;
	Modification *modifications;
	Origin *origins; /* one for each of modifications */
	size_t count;
} Collector;

bool
llp_add_modifications(Arena *arena, Action *action, const Modification *modifications, size_t count)
{
	size_t before = action->modification_count;
	Modification *all = llp_arena_array(arena, before + count, sizeof(Modification));

	if (all == NULL)
		return false;
	for (size_t i = 0; i < before + count; i++)
		all[i] = i < before ? action->modifications[i] : modifications[i - before];
	action->modifications = all;
	action->modification_count = before + count;
	return true;
}

/* MODIFICATION_SET for any key that makes modifications but the other three. */
static ModificationKind
kind_of(Key key)
{
	switch (key)
	{
		case KEY_MODIFY_REMOVE:
			return MODIFICATION_REMOVE;
		case KEY_MODIFY_APPEND:
			return MODIFICATION_APPEND;
		case KEY_MODIFY_CAP:
			return MODIFICATION_CAP;
		default:
			return MODIFICATION_SET;
	}
}

static bool
makes_modifications(Key key)
{
	return key == KEY_ACTION_MODIFICATIONS || key == KEY_MODIFY_SET || key == KEY_MODIFY_MODIFICATIONS ||
		   key == KEY_MODIFY_REMOVE || key == KEY_MODIFY_APPEND || key == KEY_MODIFY_CAP;
}

/* The list or map of modifications under the section's i-th member, or NULL. */
static const TreeNode *
modifications_at(const Section *section, uint32_t i, Key *key)
{
	*key = llp_key_find(section->object, section->node->as.map.members[i].key);
	return makes_modifications(*key) ? llp_field(section, *key) : NULL;
}

static size_t
count_modifications(const Section *section)
{
	size_t count = 0;

	for (uint32_t i = 0; i < section->node->as.map.count; i++)
	{
		Key key;
		const TreeNode *node = modifications_at(section, i, &key);

		if (node != NULL)
			count += node->kind == VALUE_LIST ? node->as.list.count : node->as.map.count;
	}
	return count;
}

/* The place of a modification below `parent`, which is the place of its key. */
static Place
origin_place(const Origin *origin, const Place *parent)
{
	return origin->name.data != NULL ? llp_place_member(parent, origin->name)
									 : llp_place_element(parent, origin->index);
}

static void
add(Collector *collector, Origin origin, Str path, TreeNode *value)
{
	Modification *modification = &collector->modifications[collector->count];
	Place parent = llp_field_place(origin.section, origin.key);
	Place place = origin_place(&origin, &parent);

	if (!llp_read_path(collector->reader, path, origin.line, origin.column, &place, &modification->path))
		return;
	modification->kind = kind_of(origin.key);
	modification->value = llp_literal_value(collector->reader->arena, value);
	collector->origins[collector->count++] = origin;
}

/* A bound is a number, or a template that will become one. */
static bool
check_bound(Collector *collector, const Origin *origin, const TreeNode *value)
{
	Place parent = llp_field_place(origin->section, origin->key);
	Place place = origin_place(origin, &parent);

	if (value->kind == VALUE_STRING && llp_is_template(collector->reader->arena, value->as.string))
		return true;
	return llp_check_type(collector->reader, TYPE_NUMBER, value, &place);
}

static void
add_map(Collector *collector, const Section *section, Key key, const TreeNode *map)
{
	for (uint32_t i = 0; i < map->as.map.count; i++)
	{
		const TreeMember *member = &map->as.map.members[i];
		Origin origin = {section, key, member->key, 0, member->line, member->column};

		if (kind_of(key) != MODIFICATION_CAP || check_bound(collector, &origin, member->value))
			add(collector, origin, member->key, member->value);
	}
}

/* What conflicts is found before a decision is made. */
static void
refuse_template(Collector *collector, const Origin *origin)
{
	Place parent = llp_field_place(origin->section, origin->key);
	Place place = origin_place(origin, &parent);

	REPORT_ERROR(collector->reader, origin, &place, "Templates stand in values; write the path out.",
				 "a path cannot have templates");
}

static void
add_list(Collector *collector, const Section *section, Key key, const TreeNode *list)
{
	for (uint32_t i = 0; i < list->as.list.count; i++)
	{
		const TreeNode *item = list->as.list.items[i];
		Origin origin = {section, key, {NULL, 0}, i, item->line, item->column};

		if (llp_has_template(item->as.string))
			refuse_template(collector, &origin);
		else
			add(collector, origin, item->as.string, NULL);
	}
}

/* Is the first path a prefix of the second, or equal to it?  They are known to conflict. */
static bool
is_at_or_above(const Modification *a, const Modification *b)
{
	return a->path.count <= b->path.count;
}

static bool
conflict(const Modification *a, const Modification *b)
{
	if (a->kind == MODIFICATION_APPEND || b->kind == MODIFICATION_APPEND ||
		!llp_path_conflicts(&a->path, &b->path))
		return false;
	if (a->kind == MODIFICATION_CAP && b->kind == MODIFICATION_CAP)
		return a->path.count != b->path.count;
	if (a->kind == MODIFICATION_SET && b->kind == MODIFICATION_CAP)
		return !is_at_or_above(a, b);
	if (a->kind == MODIFICATION_CAP && b->kind == MODIFICATION_SET)
		return !is_at_or_above(b, a);
	return true;
}

static void
report_conflict(Collector *collector, size_t earlier, size_t later)
{
	const Origin *origin = &collector->origins[later];
	Place parent = llp_field_place(origin->section, origin->key);
	Place place = origin_place(origin, &parent);
	Arena *arena = collector->reader->arena;
	Str other = llp_excerpt(arena, collector->modifications[earlier].path.text);
	Str path = llp_excerpt(arena, collector->modifications[later].path.text);

	REPORT_ERROR(collector->reader, origin, &place,
				 "One path equals or contains the other; one rule can modify it once.",
				 "modification of \"%.*s\" conflicts with that of \"%.*s\"", STR_ARG(path), STR_ARG(other));
}

/* Each modification is reported against the first that it conflicts with. */
static void
check_conflicts(Collector *collector)
{
	for (size_t later = 1; later < collector->count; later++)
	{
		for (size_t earlier = 0; earlier < later; earlier++)
		{
			if (!conflict(&collector->modifications[earlier], &collector->modifications[later]))
				continue;
			report_conflict(collector, earlier, later);
			break;
		}
	}
}

static void
collect(Collector *collector, const Section *section)
{
	for (uint32_t i = 0; i < section->node->as.map.count; i++)
	{
		Key key;
		const TreeNode *node = modifications_at(section, i, &key);

		if (node == NULL)
			continue;
		if (node->kind == VALUE_LIST)
			add_list(collector, section, key, node);
		else
			add_map(collector, section, key, node);
	}
}

void
llp_read_modifications(Reader *reader, const Section *section, Action *action)
{
	size_t count = count_modifications(section);
	Collector collector = {.reader = reader};

	if (count > LLP_MAX_RULE_MODIFICATIONS)
	{
		REPORT_ERROR(reader, section->node, section->place, "Spread them over several rules.",
					 "too many modifications: %zu, at most %d", count, LLP_MAX_RULE_MODIFICATIONS);
		return;
	}
	if (count == 0)
		REPORT_WARNING(reader, section->node, section->place, NULL, "modify without modifications");
	collector.modifications = llp_arena_array(reader->arena, count, sizeof(Modification));
	collector.origins = llp_arena_array(reader->arena, count, sizeof(Origin));
	if (collector.modifications == NULL || collector.origins == NULL)
		return;
	collect(&collector, section);
	check_conflicts(&collector);
	(void) llp_add_modifications(reader->arena, action, collector.modifications, collector.count);
}

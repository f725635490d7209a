/*
 * lang/infer.c - types with variables.
 *
 * INVARIANT: a variable stands for no type that it occurs in.  The depth of types and the number of steps are
 * bounded, because few characters can describe types of exponential size.
 */
#include "lang/infer.h"

#include <string.h>

#define MAX_STEPS 1000000
/* Deeper types fit nothing. */
#define MAX_DEPTH 256

void
llp_infer_init(Inference *inference, Arena *arena)
{
	*inference = (Inference){.arena = arena, .steps = MAX_STEPS};
}

/* --- Making types --- */

/* A type of the checker that is open: with a place for what becomes known of it. */
typedef struct OpenType
{
	CelType type;
	const CelType *known;
} OpenType;

static const CelType *
open_type(Inference *inference, TypeKind kind, const CelType *first, const CelType *second)
{
	OpenType *open = llp_arena_new(inference->arena, OpenType);

	if (open == NULL)
		return &llp_type_DYN;
	open->type = (CelType){.kind = kind, .parameters = {first, second}, .known = &open->known};
	if (kind == KIND_VARIABLE)
		open->type.age = inference->variables++;
	return &open->type;
}

const CelType *
llp_infer_variable(Inference *inference)
{
	return open_type(inference, KIND_VARIABLE, NULL, NULL);
}

const CelType *
llp_infer_known(const CelType *type)
{
	while (type->kind == KIND_VARIABLE && type->known != NULL && *type->known != NULL)
		type = *type->known;
	return type;
}

const CelType *
llp_infer_type(Inference *inference, TypeKind kind, const CelType *first, const CelType *second)
{
	CelType *type;

	first = llp_infer_known(first);
	if (second != NULL)
		second = llp_infer_known(second);
	if (first->known != NULL || (second != NULL && second->known != NULL))
		return open_type(inference, kind, first, second);
	type = llp_arena_new(inference->arena, CelType);
	if (type == NULL)
		return &llp_type_DYN;
	*type = (CelType){.kind = kind, .parameters = {first, second}};
	return type;
}

const CelType *
llp_infer_instantiate(Inference *inference, const CelType *type, const CelType *fresh[2])
{
	const CelType *parameters[2] = {NULL, NULL};
	bool changed = false;

	if (type->kind == KIND_VARIABLE)
	{
		int which = type == &llp_type_B;

		if (fresh[which] == NULL)
			fresh[which] = llp_infer_variable(inference);
		return fresh[which];
	}
	for (int i = 0; i < llp_kind_parameters(type->kind); i++)
	{
		parameters[i] = llp_infer_instantiate(inference, type->parameters[i], fresh);
		changed = changed || parameters[i] != type->parameters[i];
	}
	return changed ? llp_infer_type(inference, type->kind, parameters[0], parameters[1]) : type;
}

/* --- What is known of variables --- */

static bool
spend(Inference *inference)
{
	if (inference->steps == 0)
		return false;
	inference->steps--;
	return true;
}

static bool
learn(Inference *inference, const CelType *variable, const CelType *type)
{
	if (inference->count == inference->capacity)
	{
		size_t capacity = inference->capacity == 0 ? 32 : inference->capacity * 2;
		Learnt *trail = llp_arena_array(inference->arena, capacity, sizeof(Learnt));

		if (trail == NULL)
			return false;
		if (inference->count > 0)
			memcpy(trail, inference->trail, inference->count * sizeof(Learnt));
		inference->trail = trail;
		inference->capacity = capacity;
	}
	inference->trail[inference->count++] = (Learnt){variable->known, *variable->known};
	*variable->known = type;
	return true;
}

void
llp_infer_forget(Inference *inference, size_t count)
{
	while (inference->count > count)
	{
		const Learnt *last = &inference->trail[--inference->count];

		*last->known = last->before;
	}
}

/* Of two variables the younger becomes the older one, so that there is one that all others stand for
 * directly. */
static bool
unite(Inference *inference, const CelType *a, const CelType *b)
{
	return a->age < b->age ? learn(inference, b, a) : learn(inference, a, b);
}

static bool
occurs(Inference *inference, const CelType *variable, const CelType *type, int depth)
{
	type = llp_infer_known(type);
	if (type == variable || depth > MAX_DEPTH || !spend(inference))
		return true;
	if (type->known == NULL)
		return false;
	for (int i = 0; i < llp_kind_parameters(type->kind); i++)
	{
		if (occurs(inference, variable, type->parameters[i], depth + 1))
			return true;
	}
	return false;
}

/* --- Assigning and joining --- */

static bool
is_any(const CelType *type)
{
	return type->kind == KIND_DYN || type->kind == KIND_ERROR;
}

static bool
is_number(const CelType *type)
{
	return type->kind == KIND_INT || type->kind == KIND_UINT || type->kind == KIND_DOUBLE;
}

/* The more general of two types that fit each other. */
static const CelType *
generalise(Inference *inference, const CelType *a, const CelType *b, int depth)
{
	const CelType *parameters[2] = {NULL, NULL};
	bool changed = false;

	a = llp_infer_known(a);
	b = llp_infer_known(b);
	if (a == b || is_any(a) || b->kind == KIND_VARIABLE)
		return a;
	if (is_any(b) || a->kind == KIND_VARIABLE)
		return b;
	if (a->kind != b->kind || depth > MAX_DEPTH || !spend(inference))
		return &llp_type_DYN;
	for (int i = 0; i < llp_kind_parameters(a->kind); i++)
	{
		parameters[i] = generalise(inference, a->parameters[i], b->parameters[i], depth + 1);
		changed = changed || parameters[i] != llp_infer_known(a->parameters[i]);
	}
	return changed ? llp_infer_type(inference, a->kind, parameters[0], parameters[1]) : a;
}

/* The last variable on the way to what is known of a type; NULL: the type is no variable. */
static const CelType *
last_variable(const CelType *type)
{
	const CelType *last = NULL;

	while (type->kind == KIND_VARIABLE && type->known != NULL)
	{
		last = type;
		if (*type->known == NULL)
			break;
		type = *type->known;
	}
	return last;
}

static bool
assign(Inference *inference, const CelType *from, const CelType *to, int depth)
{
	const CelType *variable = last_variable(to);
	const CelType *general;

	from = llp_infer_known(from);
	to = llp_infer_known(to);
	if (from == to)
		return true;
	if (depth > MAX_DEPTH || !spend(inference))
		return false;
	if (to->kind == KIND_VARIABLE && from->kind == KIND_VARIABLE)
		return unite(inference, from, to);
	if (to->kind == KIND_VARIABLE)
		return !occurs(inference, to, from, depth) && learn(inference, to, from);
	if (to->kind == KIND_NUMBER)
		return is_number(from) || is_any(from) || from->kind == KIND_VARIABLE;
	if (from->kind == KIND_VARIABLE)
		return !occurs(inference, from, to, depth) && learn(inference, from, to);
	if (!is_any(from) && !is_any(to))
	{
		if (from->kind != to->kind)
			return false;
		/* Types are values that can be compared whatever they are types of. */
		for (int i = 0; to->kind != KIND_TYPE && i < llp_kind_parameters(to->kind); i++)
		{
			if (!assign(inference, from->parameters[i], to->parameters[i], depth + 1))
				return false;
		}
	}
	if (variable == NULL)
		return true;
	general = generalise(inference, to, from, depth);
	return general == to || learn(inference, variable, general);
}

bool
llp_infer_assign(Inference *inference, const CelType *from, const CelType *to)
{
	return assign(inference, from, to, 1);
}

const CelType *
llp_infer_join(Inference *inference, const CelType *a, const CelType *b)
{
	size_t count = inference->count;

	if (assign(inference, b, a, 1))
		return generalise(inference, a, b, 1);
	llp_infer_forget(inference, count);
	return &llp_type_DYN;
}

static bool
same(Inference *inference, const CelType *a, const CelType *b, int depth)
{
	a = llp_infer_known(a);
	b = llp_infer_known(b);
	if (a == b)
		return true;
	if (a->kind != b->kind || a->kind == KIND_VARIABLE || depth > MAX_DEPTH || !spend(inference))
		return false;
	for (int i = 0; i < llp_kind_parameters(a->kind); i++)
	{
		if (!same(inference, a->parameters[i], b->parameters[i], depth + 1))
			return false;
	}
	return true;
}

bool
llp_infer_same(Inference *inference, const CelType *a, const CelType *b)
{
	return same(inference, a, b, 1);
}

/* --- Closing --- */

static const CelType *
close_type(Inference *inference, const CelType *type, int depth)
{
	const CelType *parameters[2] = {NULL, NULL};
	CelType *closed;

	type = llp_infer_known(type);
	if (type->known == NULL)
		return type;
	if (type->kind == KIND_VARIABLE || depth > MAX_DEPTH)
		return &llp_type_DYN;
	if (*type->known != NULL)
		return *type->known;
	for (int i = 0; i < llp_kind_parameters(type->kind); i++)
		parameters[i] = close_type(inference, type->parameters[i], depth + 1);
	closed = llp_arena_new(inference->arena, CelType);
	if (closed == NULL)
		return &llp_type_DYN;
	*closed = (CelType){.kind = type->kind, .parameters = {parameters[0], parameters[1]}};
	*type->known = closed;
	return closed;
}

const CelType *
llp_infer_close(Inference *inference, const CelType *type)
{
	return close_type(inference, type, 1);
}

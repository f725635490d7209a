/*
 * lang/types.c - the types that have names, and how types are written.
 */
#include "lang/types.h"

/* Stands where a type has no parameter; nobody looks at it. */
static const CelType llp_type_NONE = {.kind = KIND_ERROR};

#define TYPE(symbol, kind_, first, second)                                                                   \
	const CelType llp_type_##symbol = {.kind = KIND_##kind_,                                                 \
									   .parameters = {&llp_type_##first, &llp_type_##second}};
#include "base/types.def"

/* The name of a kind as type() shows it: "int", "google.protobuf.Timestamp". */
static Str
kind_name(TypeKind kind)
{
	static const Str names[] = {
#define KIND(symbol, name) {name, sizeof(name) - 1},
#include "base/types.def"
	};

	return names[kind];
}

int
llp_kind_parameters(TypeKind kind)
{
	switch (kind)
	{
		case KIND_LIST:
		case KIND_OPTIONAL:
		case KIND_TYPE:
			return 1;
		case KIND_MAP:
			return 2;
		default:
			return 0;
	}
}

const CelType *
llp_type_of_name(Str name)
{
	static const CelType *const named[] = {
		&llp_type_NULL,	  &llp_type_BOOL,	  &llp_type_INT,	   &llp_type_UINT,		   &llp_type_DOUBLE,
		&llp_type_STRING, &llp_type_BYTES,	  &llp_type_TIMESTAMP, &llp_type_DURATION,	   &llp_type_IP,
		&llp_type_CIDR,	  &llp_type_LIST_DYN, &llp_type_MAP_DYN,   &llp_type_OPTIONAL_DYN, &llp_type_TYPE_DYN,
	};

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
	{
		if (llp_str_equal(kind_name(named[i]->kind), name))
			return named[i];
	}
	return NULL;
}

/* Deeper types are cut in messages. */
#define MAX_WRITTEN_DEPTH 8

static void
write_type(StrBuf *out, const CelType *type, int depth)
{
	while (type->kind == KIND_VARIABLE && type->known != NULL && *type->known != NULL)
		type = *type->known;
	if (depth > MAX_WRITTEN_DEPTH)
	{
		llp_buf_append(out, STR("..."));
		return;
	}
	if (type->kind == KIND_VARIABLE)
	{
		llp_buf_append(out, type == &llp_type_A ? STR("A") : type == &llp_type_B ? STR("B") : STR("dyn"));
		return;
	}
	llp_buf_append(out, kind_name(type->kind));
	for (int i = 0; i < llp_kind_parameters(type->kind); i++)
	{
		llp_buf_append(out, i == 0 ? STR("(") : STR(", "));
		write_type(out, type->parameters[i], depth + 1);
	}
	if (llp_kind_parameters(type->kind) > 0)
		llp_buf_append_char(out, ')');
}

void
llp_type_write(StrBuf *out, const CelType *type)
{
	write_type(out, type, 1);
}

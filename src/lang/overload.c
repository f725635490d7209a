/*
 * lang/overload.c - resolves calls to overloads.
 */
#include "lang/overload.h"

#include "base/suggest.h"
#include "lang/functions.h"

/* Arguments of a call, the receiver first. */
static uint32_t
operand_count(const Call *call)
{
	return call->count + (call->receiver != NULL);
}

static const CelType *
operand_type(const Call *call, uint32_t index)
{
	if (call->receiver == NULL)
		return call->arguments[index]->type;
	return index == 0 ? call->receiver->type : call->arguments[index - 1]->type;
}

static const CelType *
parameter(const OverloadInfo *overload, uint32_t index)
{
	return overload->parameters[overload->many ? 0 : index];
}

/* Can values of that type be an argument, whatever stands in their place in lists and maps? */
static bool
may_fit(const CelType *type, const CelType *parameter_type)
{
	TypeKind kind = llp_infer_known(type)->kind;
	TypeKind wanted = parameter_type->kind;

	return kind == wanted || kind == KIND_DYN || kind == KIND_ERROR || kind == KIND_VARIABLE ||
		   wanted == KIND_DYN || wanted == KIND_VARIABLE || wanted == KIND_NUMBER;
}

/* Do the arguments fit?  `fresh` becomes the overload's variables. */
static bool
operands_fit(Inference *inference, const Call *call, const OverloadInfo *overload, const CelType *fresh[2])
{
	uint32_t count = operand_count(call);

	for (uint32_t i = 0; i < count; i++)
	{
		if (!may_fit(operand_type(call, i), parameter(overload, i)))
			return false;
	}
	for (uint32_t i = 0; i < count; i++)
	{
		const CelType *wanted = llp_infer_instantiate(inference, parameter(overload, i), fresh);

		if (!llp_infer_assign(inference, operand_type(call, i), wanted))
			return false;
	}
	return true;
}

/* The kind of number that all arguments have, those in a list too; dyn where they differ. */
static const CelType *
common_number(const Call *call)
{
	const CelType *common = NULL;

	for (uint32_t i = 0; i < operand_count(call); i++)
	{
		const CelType *type = llp_infer_known(operand_type(call, i));

		if (type->kind == KIND_LIST)
			type = llp_infer_known(type->parameters[0]);
		if (common != NULL && common->kind != type->kind)
			return &llp_type_DYN;
		common = type;
	}
	return common != NULL ? common : &llp_type_DYN;
}

static const CelType *
result_type(Inference *inference, const Call *call, const OverloadInfo *overload, const CelType *fresh[2])
{
	if (overload->result->kind == KIND_NUMBER)
		return common_number(call);
	return llp_infer_instantiate(inference, overload->result, fresh);
}

const CelType *
llp_overloads_find(Inference *inference, Call *call)
{
	const OverloadInfo *overloads = &llp_overloads[llp_functions[call->function].first];
	const CelType *type = NULL;

	for (int i = 0; i < llp_function_overloads(call->function); i++)
	{
		size_t learnt = inference->count;
		const CelType *fresh[2] = {NULL, NULL};
		const CelType *result;

		if (!llp_overload_takes(&overloads[i], call->receiver != NULL, operand_count(call)))
			continue;
		if (!operands_fit(inference, call, &overloads[i], fresh))
		{
			llp_infer_forget(inference, learnt);
			continue;
		}
		call->candidates |= UINT32_C(1) << i;
		result = result_type(inference, call, &overloads[i], fresh);
		if (type == NULL)
			type = result;
		else if (!llp_infer_same(inference, type, result))
			type = &llp_type_DYN;
	}
	return type;
}

void
llp_overloads_find_untyped(Call *call)
{
	const OverloadInfo *overloads = &llp_overloads[llp_functions[call->function].first];

	for (int i = 0; i < llp_function_overloads(call->function); i++)
	{
		if (llp_overload_takes(&overloads[i], call->receiver != NULL, operand_count(call)))
			call->candidates |= UINT32_C(1) << i;
	}
}

/* --- Messages --- */

Str
llp_overloads_name(Arena *arena, const Call *call)
{
	Str name = call->name;
	StrBuf out;

	if (!llp_is_operator(call->function))
		return name;
	llp_buf_init(&out, arena);
	for (size_t i = 0; i < name.size; i++)
	{
		if (name.data[i] != '_' && name.data[i] != '@')
			llp_buf_append_char(&out, name.data[i]);
	}
	return llp_buf_str(&out);
}

#define MAX_SIGNATURES 6

const char *
llp_overloads_hint(Arena *arena, Function function)
{
	const OverloadInfo *overloads = &llp_overloads[llp_functions[function].first];
	int count = llp_function_overloads(function);
	StrBuf hint;

	llp_buf_init(&hint, arena);
	llp_buf_append(&hint, STR("It takes "));
	for (int i = 0; i < count && i < MAX_SIGNATURES; i++)
	{
		StrBuf signature;
		Str text;

		llp_buf_init(&signature, arena);
		llp_overload_write(&signature, function, &overloads[i]);
		text = llp_buf_str(&signature);
		if (llp_is_operator(function) && text.size > llp_functions[function].name.size)
			text = (Str){text.data + llp_functions[function].name.size,
						 text.size - llp_functions[function].name.size};
		llp_buf_append(&hint, i == 0 ? STR("") : STR(", "));
		llp_buf_append(&hint, text);
	}
	llp_buf_append(&hint, count > MAX_SIGNATURES ? STR(" and others.") : STR("."));
	return llp_hint_text(&hint);
}

#define MAX_SHOWN_OPERANDS 6

Str
llp_overloads_operands(Arena *arena, const Call *call)
{
	uint32_t count = operand_count(call);
	StrBuf out;

	llp_buf_init(&out, arena);
	llp_buf_append_char(&out, '(');
	for (uint32_t i = 0; i < count && i < MAX_SHOWN_OPERANDS; i++)
	{
		llp_buf_append(&out, i == 0 ? STR("") : STR(", "));
		llp_type_write(&out, operand_type(call, i));
	}
	llp_buf_append(&out, count > MAX_SHOWN_OPERANDS ? STR(", ...)") : STR(")"));
	return llp_buf_str(&out);
}

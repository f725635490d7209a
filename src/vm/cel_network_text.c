/*
 * vm/cel_network_text.c - internet addresses from texts and to texts.
 *
 * Addresses are 16 bytes; those of IPv4 have the prefix ::ffff:0:0/96.
 */
#include "vm/cel_network.h"

#include <stdio.h>

#include "base/character.h"
#include "vm/cel_network_address.h"

#define GROUPS 8

typedef struct Cursor
{
	const char *at;
	const char *end;
} Cursor;

/* A decimal number up to a bound, without leading zeros. */
static bool
take_decimal(Cursor *cursor, int bound, int *number)
{
	const char *start = cursor->at;

	*number = 0;
	while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9' && *number <= bound)
		*number = *number * 10 + (*cursor->at++ - '0');
	if (cursor->at == start || *number > bound)
		return false;
	return *start != '0' || cursor->at - start == 1;
}

/* Four numbers with dots between them, to the end. */
static bool
read_ipv4(Cursor cursor, uint8_t *bytes)
{
	for (int i = 0; i < 4; i++)
	{
		int number;

		if (i > 0 && (cursor.at == cursor.end || *cursor.at++ != '.'))
			return false;
		if (!take_decimal(&cursor, 255, &number))
			return false;
		bytes[i] = (uint8_t) number;
	}
	return cursor.at == cursor.end;
}

/* One to four hexadecimal digits. */
static bool
take_group(Cursor *cursor, uint8_t *bytes)
{
	int value = 0;
	int digits = 0;

	for (; cursor->at < cursor->end && hex_value(*cursor->at) >= 0; digits++)
		if (digits < 4)
			value = value * 16 + hex_value(*cursor->at++);
		else
			return false;
	bytes[0] = (uint8_t) (value >> 8);
	bytes[1] = (uint8_t) value;
	return digits > 0;
}

static bool
take_gap(Cursor *cursor)
{
	if (cursor->end - cursor->at < 2 || cursor->at[0] != ':' || cursor->at[1] != ':')
		return false;
	cursor->at += 2;
	return true;
}

/* Moves what was read behind the gap to the end and fills up with zeros. */
static void
spread(uint8_t *bytes, int gap, int size)
{
	int behind = size - gap;

	memmove(bytes + CEL_ADDRESS_SIZE - behind, bytes + gap, (size_t) behind);
	memset(bytes + gap, 0, (size_t) (CEL_ADDRESS_SIZE - behind - gap));
}

/* Eight groups, of which a gap may stand for some, and the last two may be written like IPv4 (*dotted). */
static bool
read_ipv6(Cursor cursor, uint8_t *bytes, bool *dotted)
{
	int gap = take_gap(&cursor) ? 0 : -1;
	int size = 0;

	*dotted = false;
	while (cursor.at < cursor.end && size < CEL_ADDRESS_SIZE)
	{
		Cursor start = cursor;

		if (!take_group(&cursor, bytes + size))
			return false;
		if (cursor.at < cursor.end && *cursor.at == '.')
		{
			*dotted = size + 4 <= CEL_ADDRESS_SIZE && read_ipv4(start, bytes + size);
			size += 4;
			cursor.at = cursor.end;
			if (!*dotted)
				return false;
			break;
		}
		size += 2;
		if (cursor.at == cursor.end)
			break;
		if (gap < 0 && take_gap(&cursor))
			gap = size;
		else if (*cursor.at++ != ':' || cursor.at == cursor.end)
			return false;
	}
	if (cursor.at != cursor.end || (gap < 0 ? size != CEL_ADDRESS_SIZE : size > CEL_ADDRESS_SIZE - 2))
		return false;
	if (gap >= 0)
		spread(bytes, gap, size);
	return true;
}

typedef enum Reading
{
	READ_IPV4,
	READ_IPV6,
	READ_MAPPED,		/* IPv4 in IPv6, in hexadecimal */
	READ_MAPPED_DOTTED, /* the same with dots */
	READ_ZONE,
	READ_NOTHING
} Reading;

static Reading
read_address(Str text, CelValue *ip)
{
	Cursor cursor = {text.data, text.data + text.size};
	bool dotted;

	*ip = (CelValue){.kind = CEL_IP};
	if (text.size == 0)
		return READ_NOTHING;
	if (memchr(text.data, ':', text.size) == NULL)
	{
		memcpy(ip->as.address, llp_cel_ipv4_prefix, sizeof(llp_cel_ipv4_prefix));
		return read_ipv4(cursor, ip->as.address + sizeof(llp_cel_ipv4_prefix)) ? READ_IPV4 : READ_NOTHING;
	}
	if (memchr(text.data, '%', text.size) != NULL)
		return READ_ZONE;
	if (!read_ipv6(cursor, ip->as.address, &dotted))
		return READ_NOTHING;
	if (!llp_cel_is_ipv4(*ip))
		return READ_IPV6;
	return dotted ? READ_MAPPED_DOTTED : READ_MAPPED;
}

CelValue
llp_cel_read_ip(Str text)
{
	CelValue ip;

	switch (read_address(text, &ip))
	{
		case READ_IPV4:
		case READ_IPV6:
		case READ_MAPPED:
			return ip;
		case READ_MAPPED_DOTTED:
			return llp_cel_error("IPv4-mapped IPv6 address is not allowed");
		case READ_ZONE:
			return llp_cel_error("IP address with zone value is not allowed");
		default:
			return llp_cel_error("text is not an IP address");
	}
}

CelValue
llp_cel_read_cidr(Str text)
{
	const char *slash = text.size == 0 ? NULL : memchr(text.data, '/', text.size);
	Str address = {text.data, slash == NULL ? text.size : (size_t) (slash - text.data)};
	Cursor rest = {slash == NULL ? NULL : slash + 1, slash == NULL ? NULL : text.data + text.size};
	CelValue cidr;
	Reading reading = read_address(address, &cidr);
	int length;

	if (reading == READ_ZONE)
		return llp_cel_error("CIDR with zone value is not allowed");
	if (reading == READ_MAPPED || reading == READ_MAPPED_DOTTED)
		return llp_cel_error("IPv4-mapped IPv6 address is not allowed");
	if (slash == NULL || reading == READ_NOTHING ||
		!take_decimal(&rest, reading == READ_IPV4 ? 32 : 128, &length) || rest.at != rest.end)
		return llp_cel_error("text is not a CIDR");
	cidr.kind = CEL_CIDR;
	cidr.count = (uint64_t) length;
	return cidr;
}

static int
group_at(const uint8_t *address, int group)
{
	return address[group * 2] << 8 | address[group * 2 + 1];
}

/* The first of the longest runs of at least two zero groups; *length 0 when there is none. */
static int
longest_gap(const uint8_t *address, int *length)
{
	int best = 0;

	*length = 0;
	for (int start = 0; start < GROUPS; start++)
	{
		int end = start;

		while (end < GROUPS && group_at(address, end) == 0)
			end++;
		if (end - start > *length && end - start > 1)
		{
			best = start;
			*length = end - start;
		}
	}
	return best;
}

static int
write_ipv6(const uint8_t *address, char *out)
{
	int length;
	int gap = longest_gap(address, &length);
	int size = 0;

	for (int i = 0; i < GROUPS; i++)
	{
		if (length > 0 && i == gap)
		{
			size += snprintf(out + size, 3, "::");
			i += length - 1;
			continue;
		}
		size += snprintf(out + size, 6, "%s%x", i == 0 || out[size - 1] == ':' ? "" : ":",
						 (unsigned) group_at(address, i));
	}
	return size;
}

Str
llp_cel_network_text(CelValue value, char *out)
{
	const uint8_t *address = value.as.address;
	int size;

	if (llp_cel_is_ipv4(value))
		size = snprintf(out, 16, "%d.%d.%d.%d", address[12], address[13], address[14], address[15]);
	else
		size = write_ipv6(address, out);
	if (value.kind == CEL_CIDR)
		size += snprintf(out + size, 5, "/%d", (int) value.count);
	return (Str){out, (size_t) size};
}

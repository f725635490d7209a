/*
 * vm/cel_network.c - the library network: internet addresses and ranges.
 *
 * Which addresses are special is in RFC 1122, 3927, 4291 and 5771.
 */
#include "vm/cel_network.h"

#include "vm/cel_functions.h"
#include "vm/cel_network_address.h"

const uint8_t llp_cel_ipv4_prefix[CEL_IPV4_PREFIX_SIZE] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

bool
llp_cel_is_ipv4(CelValue value)
{
	return memcmp(value.as.address, llp_cel_ipv4_prefix, CEL_IPV4_PREFIX_SIZE) == 0;
}

/* The bytes that its family counts: four, or sixteen. */
static const uint8_t *
bytes_of(const CelValue *value)
{
	return value->as.address + (llp_cel_is_ipv4(*value) ? CEL_IPV4_PREFIX_SIZE : 0);
}

/* Do the first bits of two addresses agree? */
static bool
same_bits(const uint8_t *a, const uint8_t *b, int bits)
{
	int rest = bits % 8;

	if (memcmp(a, b, (size_t) (bits / 8)) != 0)
		return false;
	return rest == 0 || (a[bits / 8] ^ b[bits / 8]) >> (8 - rest) == 0;
}

static bool
range_has(const CelValue *range, const CelValue *address)
{
	return llp_cel_is_ipv4(*range) == llp_cel_is_ipv4(*address) &&
		   same_bits(bytes_of(range), bytes_of(address), (int) range->count);
}

CelValue
llp_cel_is_ip(CEL_ARGS)
{
	return llp_cel_bool(!llp_cel_failed(llp_cel_read_ip(args[0].as.string)));
}

CelValue
llp_cel_is_cidr(CEL_ARGS)
{
	return llp_cel_bool(!llp_cel_failed(llp_cel_read_cidr(args[0].as.string)));
}

/* An address from a text, or that of a range. */
CelValue
llp_cel_ip(CEL_ARGS)
{
	CelValue ip = args[0];

	if (args[0].kind == CEL_STRING)
		return llp_cel_read_ip(args[0].as.string);
	ip.kind = CEL_IP;
	ip.count = 0;
	return ip;
}

CelValue
llp_cel_cidr(CEL_ARGS)
{
	return llp_cel_read_cidr(args[0].as.string);
}

CelValue
llp_cel_ip_is_canonical(CEL_ARGS)
{
	char text[CEL_NETWORK_TEXT_SIZE];
	CelValue ip = llp_cel_read_ip(args[0].as.string);

	if (llp_cel_failed(ip))
		return ip;
	return llp_cel_bool(llp_str_equal(llp_cel_network_text(ip, text), args[0].as.string));
}

CelValue
llp_cel_family(CEL_ARGS)
{
	return llp_cel_int(llp_cel_is_ipv4(args[0]) ? 4 : 6);
}

/* What is special about an address: the range that it is in, for each family. */
typedef struct Special
{
	uint8_t ipv4[4];
	int ipv4_bits;
	uint8_t ipv6[CEL_ADDRESS_SIZE];
	int ipv6_bits;
} Special;

static const Special unspecified = {{0}, 32, {0}, 128};
static const Special loopback = {{127}, 8, {[15] = 1}, 128};
static const Special multicast = {{224}, 4, {0xFF}, 8};
static const Special link_local_multicast = {{224, 0, 0}, 24, {0xFF, 0x02}, 16};
static const Special link_local_unicast = {{169, 254}, 16, {0xFE, 0x80}, 10};

static bool
is_special(const CelValue *ip, const Special *special)
{
	if (llp_cel_is_ipv4(*ip))
		return same_bits(bytes_of(ip), special->ipv4, special->ipv4_bits);
	/* ffx2::/16 for every x: the flags of a multicast address do not say how far it reaches. */
	if (special == &link_local_multicast)
		return ip->as.address[0] == 0xFF && (ip->as.address[1] & 0x0F) == 0x02;
	return same_bits(bytes_of(ip), special->ipv6, special->ipv6_bits);
}

CelValue
llp_cel_is_unspecified(CEL_ARGS)
{
	return llp_cel_bool(is_special(&args[0], &unspecified));
}

CelValue
llp_cel_is_loopback(CEL_ARGS)
{
	return llp_cel_bool(is_special(&args[0], &loopback));
}

CelValue
llp_cel_is_link_local_multicast(CEL_ARGS)
{
	return llp_cel_bool(is_special(&args[0], &link_local_multicast));
}

CelValue
llp_cel_is_link_local_unicast(CEL_ARGS)
{
	return llp_cel_bool(is_special(&args[0], &link_local_unicast));
}

/* Of one host, private networks included; not the broadcast address either. */
CelValue
llp_cel_is_global_unicast(CEL_ARGS)
{
	static const uint8_t broadcast[4] = {255, 255, 255, 255};

	if (llp_cel_is_ipv4(args[0]) && memcmp(bytes_of(&args[0]), broadcast, sizeof(broadcast)) == 0)
		return llp_cel_bool(false);
	return llp_cel_bool(!is_special(&args[0], &unspecified) && !is_special(&args[0], &loopback) &&
						!is_special(&args[0], &multicast) && !is_special(&args[0], &link_local_unicast));
}

CelValue
llp_cel_contains_ip(CEL_ARGS)
{
	CelValue ip = args[1].kind == CEL_STRING ? llp_cel_read_ip(args[1].as.string) : args[1];

	return llp_cel_failed(ip) ? ip : llp_cel_bool(range_has(&args[0], &ip));
}

CelValue
llp_cel_contains_cidr(CEL_ARGS)
{
	CelValue cidr = args[1].kind == CEL_STRING ? llp_cel_read_cidr(args[1].as.string) : args[1];

	if (llp_cel_failed(cidr))
		return cidr;
	return llp_cel_bool(args[0].count <= cidr.count && range_has(&args[0], &cidr));
}

/* The range with zeros behind its prefix. */
CelValue
llp_cel_masked(CEL_ARGS)
{
	CelValue masked = args[0];
	int bits = (int) args[0].count + (llp_cel_is_ipv4(args[0]) ? CEL_IPV4_PREFIX_SIZE * 8 : 0);

	for (int i = 0; i < CEL_ADDRESS_SIZE; i++)
	{
		int kept = bits - i * 8;

		if (kept <= 0)
			masked.as.address[i] = 0;
		else if (kept < 8)
			masked.as.address[i] &= (uint8_t) (0xFF << (8 - kept));
	}
	return masked;
}

CelValue
llp_cel_prefix_length(CEL_ARGS)
{
	return llp_cel_int((int64_t) args[0].count);
}

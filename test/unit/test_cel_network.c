/*
 * test/unit/test_cel_network.c - internet addresses and ranges.
 */
#include "cel_support.h"

#define MAPPED "error: IPv4-mapped IPv6 address is not allowed"

UNIT_TEST(cel_addresses_are_read_strictly)
{
	static const CelRow rows[] = {
		{"ip", "'192.168.0.1'", "i'192.168.0.1'"},
		{"ip", "'2001:DB8::68'", "i'2001:db8::68'"},
		{"ip", "'::'", "i'::'"},
		{"ip", "'1::'", "i'1::'"},
		{"ip", "'1:2:3:4:5:6:7::'", "i'1:2:3:4:5:6:7:0'"},
		{"ip", "'::2:3:4:5:6:7:8'", "i'0:2:3:4:5:6:7:8'"},
		{"ip", "'1:0:0:2:0:0:0:3'", "i'1:0:0:2::3'"},
		{"ip", "'64:ff9b::1.2.3.4'", "i'64:ff9b::102:304'"},
		{"ip", "'::ffff:c0a8:1'", "i'192.168.0.1'"},
		{"ip", "'::ffff:192.168.0.1'", MAPPED},
		{"ip", "'fe80::1%en0'", "error: IP address with zone value is not allowed"},
		{"isIP", "'192.168.0.1'", "true"},
		{"isIP", "'192.168.0.1.0'", "false"},
		{"isIP", "'192.168.0'", "false"},
		{"isIP", "'192.168.0.256'", "false"},
		{"isIP", "'192.168.00.1'", "false"},
		{"isIP", "'1.2.3.4 '", "false"},
		{"isIP", "'0x1.2.3.4'", "false"},
		{"isIP", "'1.2.3.-4'", "false"},
		{"isIP", "'2001:db8:::68'", "false"},
		{"isIP", "'1::2::3'", "false"},
		{"isIP", "'1:2:3:4:5:6:7'", "false"},
		{"isIP", "'1:2:3:4:5:6:7:8:9'", "false"},
		{"isIP", "'1:2:3:4:5:6:7:8::'", "false"},
		{"isIP", "':1:2:3:4:5:6:7'", "false"},
		{"isIP", "'1:2:3:4:5:6:7:'", "false"},
		{"isIP", "'12345::'", "false"},
		{"isIP", "'::1.2.3'", "false"},
		{"isIP", "'1:2:3:4:5:6:7:1.2.3.4'", "false"},
		{"isIP", "':'", "false"},
		{"isIP", "''", "false"},
		{"ip.isCanonical", "'127.0.0.1'", "true"},
		{"ip.isCanonical", "'2001:DB8::68'", "false"},
		{"ip.isCanonical", "'2001:db8:0:0:0:0:0:1'", "false"},
		{"ip.isCanonical", "'127.0.0.1.0'", "error: text is not an IP address"},
		{"cidr", "'192.168.0.1/24'", "c'192.168.0.1/24'"},
		{"cidr", "'::/0'", "c'::/0'"},
		{"cidr", "'fe80::1%en0/24'", "error: CIDR with zone value is not allowed"},
		{"cidr", "'::ffff:192.168.0.1/24'", MAPPED},
		{"cidr", "'::ffff:c0a8:1/120'", MAPPED},
		{"isCIDR", "'10.0.0.0/33'", "false"},
		{"isCIDR", "'::/129'", "false"},
		{"isCIDR", "'10.0.0.0/08'", "false"},
		{"isCIDR", "'10.0.0.0/+8'", "false"},
		{"isCIDR", "'10.0.0.0/'", "false"},
		{"isCIDR", "'10.0.0.0'", "false"},
		{"isCIDR", "'/8'", "false"},
		{"isCIDR", "'10.0.0.0/8/8'", "false"},
		{"isCIDR", "''", "false"},
	};

	CEL_CHECK_ROWS(rows);
}

UNIT_TEST(cel_addresses_are_special)
{
	static const CelRow rows[] = {
		{"family", "i'1.2.3.4'", "4"},
		{"family", "i'::1'", "6"},
		{"family", "i'::ffff:102:304'", "4"},
		{"isUnspecified", "i'0.0.0.0'", "true"},
		{"isUnspecified", "i'::'", "true"},
		{"isUnspecified", "i'127.0.0.1'", "false"},
		{"isLoopback", "i'127.255.0.1'", "true"},
		{"isLoopback", "i'::1'", "true"},
		{"isLoopback", "i'::2'", "false"},
		{"isGlobalUnicast", "i'192.168.0.1'", "true"},
		{"isGlobalUnicast", "i'2001:db8::abcd'", "true"},
		{"isGlobalUnicast", "i'255.255.255.255'", "false"},
		{"isGlobalUnicast", "i'224.0.0.1'", "false"},
		{"isGlobalUnicast", "i'ff00::1'", "false"},
		{"isGlobalUnicast", "i'fe80::1'", "false"},
		{"isLinkLocalMulticast", "i'224.0.0.1'", "true"},
		{"isLinkLocalMulticast", "i'224.0.1.1'", "false"},
		{"isLinkLocalMulticast", "i'ff02::1'", "true"},
		{"isLinkLocalMulticast", "i'ff12::1'", "true"},
		{"isLinkLocalMulticast", "i'fd00::1'", "false"},
		{"isLinkLocalUnicast", "i'169.254.169.254'", "true"},
		{"isLinkLocalUnicast", "i'fe80::1'", "true"},
		{"isLinkLocalUnicast", "i'fd80::1'", "false"},
		{"_==_", "i'2001:db8::1', i'2001:DB8::1'", "true"},
		{"_==_", "i'::ffff:c0a8:1', i'192.168.0.1'", "true"},
		{"_==_", "i'::', i'::ffff'", "false"},
		{"_==_", "i'1.2.3.4', '1.2.3.4'", "false"},
	};

	CEL_CHECK_ROWS(rows);
}

UNIT_TEST(cel_ranges_contain)
{
	static const CelRow rows[] = {
		{"containsIP", "c'192.168.0.0/24', i'192.168.0.1'", "true"},
		{"containsIP", "c'192.168.0.0/24', '192.168.1.1'", "false"},
		{"containsIP", "c'192.168.0.0/23', '192.168.1.1'", "true"},
		{"containsIP", "c'0.0.0.0/0', '1.2.3.4'", "true"},
		{"containsIP", "c'::/0', '1.2.3.4'", "false"},
		{"containsIP", "c'192.168.0.0/24', '::ffff:c0a8:1'", "true"},
		{"containsIP", "c'192.168.0.0/24', 'x'", "error: text is not an IP address"},
		{"containsIP", "c'2001:db8::/33', i'2001:db8:8000::1'", "false"},
		{"containsIP", "c'2001:db8::/33', i'2001:db8:7fff::1'", "true"},
		{"containsCIDR", "c'10.0.0.0/8', c'10.0.0.0/8'", "true"},
		{"containsCIDR", "c'10.0.0.0/8', '10.1.0.0/16'", "true"},
		{"containsCIDR", "c'192.168.0.0/24', c'192.168.0.0/23'", "false"},
		{"containsCIDR", "c'192.168.0.0/24', '1'", "error: text is not a CIDR"},
		{"ip", "c'192.168.0.5/24'", "i'192.168.0.5'"},
		{"masked", "c'192.168.0.129/25'", "c'192.168.0.128/25'"},
		{"masked", "c'192.168.255.129/20'", "c'192.168.240.0/20'"},
		{"masked", "c'1.2.3.4/0'", "c'0.0.0.0/0'"},
		{"masked", "c'2001:db8:ffff::/33'", "c'2001:db8:8000::/33'"},
		{"prefixLength", "c'2001:db8::/32'", "32"},
		{"_==_", "c'127.0.0.1/24', c'127.0.0.1/24'", "true"},
		{"_==_", "c'127.0.0.1/24', c'127.0.0.0/24'", "false"},
	};

	CEL_CHECK_ROWS(rows);
}

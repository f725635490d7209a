/*
 * vm/cel_network_address.h - what tells an IPv4 address among the 16 bytes of every address.
 */
#ifndef LLP_VM_CEL_NETWORK_ADDRESS_H
#define LLP_VM_CEL_NETWORK_ADDRESS_H

#include "vm/value.h"

#define CEL_IPV4_PREFIX_SIZE 12
/* ::ffff:0:0/96 */
extern const uint8_t llp_cel_ipv4_prefix[CEL_IPV4_PREFIX_SIZE];
/* For a CEL_IP or a CEL_CIDR. */
extern bool llp_cel_is_ipv4(CelValue value);

#endif

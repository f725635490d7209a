/*
 * vm/cel_network.h - internet addresses and ranges of them as texts.
 */
#ifndef LLP_VM_CEL_NETWORK_H
#define LLP_VM_CEL_NETWORK_H

#include "vm/value.h"

#define CEL_NETWORK_TEXT_SIZE 56
/*
 * The canonical text of a CEL_IP or CEL_CIDR: RFC 5952, and for a range a slash and the length of its prefix.
 * `out` has CEL_NETWORK_TEXT_SIZE bytes.
 */
extern Str llp_cel_network_text(CelValue value, char *out);
/*
 * Reads an address: four decimal numbers, or IPv6 in any notation of RFC 4291 without a zone.  An IPv4
 * address in IPv6 is taken for what it is when written in hexadecimal, but not with dots, which is how other
 * software is misled.  The result, or the error.
 */
extern CelValue llp_cel_read_ip(Str text);
/* Reads an address, a slash and the length of a prefix; no IPv4 address in IPv6 here. */
extern CelValue llp_cel_read_cidr(Str text);

#endif

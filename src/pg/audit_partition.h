/*
 * pg/audit_partition.h - the partition that an audit row is about to go to.
 */
#ifndef LLP_PG_AUDIT_PARTITION_H
#define LLP_PG_AUDIT_PARTITION_H

#include "postgres.h"

#include "datatype/timestamp.h"

/*
 * To be called before a row of that time is inserted.  Waits, briefly, for maintenance that is about to make
 * a partition for it, and keeps any other from doing so until the transaction ends.
 */
extern void audit_partition_hold(TimestampTz evaluated_at);

#endif

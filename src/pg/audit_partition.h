/*
 * pg/audit_partition.h - the partition that an audit row is about to go to.
 */
#ifndef LLP_PG_AUDIT_PARTITION_H
#define LLP_PG_AUDIT_PARTITION_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "utils/relcache.h"

/*
 * Locks the partition of a row of that time, to the end of the transaction, and returns it; InvalidOid when
 * there is none.  `table` is llm_policy.evaluations, locked against what changes its partitions' bounds.
 * Waits, briefly, for maintenance that is about to make a partition for that time, and keeps any other from
 * doing so.
 */
extern Oid audit_partition_lock(Relation table, TimestampTz evaluated_at);

#endif

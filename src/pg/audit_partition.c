/*
 * pg/audit_partition.c - chooses the partition of an audit row, and keeps the choice true.
 *
 * The server chooses a row's partition first and locks it then.  If maintenance attaches a partition for the
 * present in between, a row that was to go to the default partition is refused (23514), and the evaluation
 * with it.  Here the partition is locked and chosen again: whoever had to wait for the lock sees the new one.
 */
#include "postgres.h"

#include "access/xact.h"
#include "partitioning/partbounds.h"
#include "partitioning/partdesc.h"
#include "storage/lmgr.h"
#include "utils/partcache.h"
#include "utils/rel.h"

#include "pg/audit_partition.h"

/* As the server routes: the range that holds the time, else the default partition. */
static Oid
choose(Relation table, TimestampTz time)
{
	PartitionDesc partitions = RelationGetPartitionDesc(table, !IsolationUsesXactSnapshot());
	PartitionKey key = RelationGetPartitionKey(table);
	PartitionBoundInfo bounds = partitions->boundinfo;
	Datum value = TimestampTzGetDatum(time);
	bool is_bound;
	int index;

	if (bounds == NULL)
		return InvalidOid;
	index = partition_range_datum_bsearch(key->partsupfunc, key->partcollation, bounds, 1, &value, &is_bound);
	index = bounds->indexes[index + 1];
	if (index < 0)
		index = bounds->default_index;
	return index < 0 ? InvalidOid : partitions->oids[index];
}

Oid
audit_partition_lock(Relation table, TimestampTz evaluated_at)
{
	Oid chosen = choose(table, evaluated_at);

	while (OidIsValid(chosen))
	{
		Oid locked = chosen;

		LockRelationOid(locked, RowExclusiveLock);
		chosen = choose(table, evaluated_at);
		if (chosen == locked)
			break;
	}
	return chosen;
}

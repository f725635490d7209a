/*
 * pg/audit_partition.c - keeps the way of an audit row to its partition open.
 *
 * The server chooses a row's partition first and locks it then.  If maintenance attaches a partition for the
 * present in between, a row that was to go to the default partition is refused (23514), and the evaluation
 * with it.  So such a row's partition is locked before the server chooses: whoever had to wait for the lock
 * sees the new partition.  Rows that have a partition of their own need no lock; it stays theirs.
 */
#include "postgres.h"

#include "access/table.h"
#include "partitioning/partbounds.h"
#include "partitioning/partdesc.h"
#include "storage/lmgr.h"
#include "utils/partcache.h"
#include "utils/rel.h"

#include "pg/audit_partition.h"
#include "pg/catalog.h"

static bool
has_partition(Relation table, PartitionBoundInfo bounds, TimestampTz time)
{
	PartitionKey key = RelationGetPartitionKey(table);
	Datum value = TimestampTzGetDatum(time);
	bool is_bound;
	int below =
		partition_range_datum_bsearch(key->partsupfunc, key->partcollation, bounds, 1, &value, &is_bound);

	return bounds->indexes[below + 1] >= 0;
}

void
audit_partition_hold(TimestampTz evaluated_at)
{
	Relation table = table_open(catalog_relation("evaluations"), RowExclusiveLock);
	PartitionDesc partitions = RelationGetPartitionDesc(table, true);
	PartitionBoundInfo bounds = partitions->boundinfo;

	if (bounds && partition_bound_has_default(bounds) && !has_partition(table, bounds, evaluated_at))
		LockRelationOid(partitions->oids[bounds->default_index], RowExclusiveLock);
	table_close(table, NoLock);
}

/*
 * pg/audit_insert.c - how an audit row gets into llm_policy.evaluations.
 *
 * There are two ways.  An INSERT through SPI does everything right, whatever a DBA has made of the table.  It
 * costs more than the rest of the evaluation, so where it would do no more than put the row into a partition
 * and its indexes, that is done directly, as the server does for its own catalogs (catalog/indexing.c).
 *
 * Whether it would is looked at once for each partition and again after every change of the table, the
 * partition, its indexes or a role: the Target.  A relcache message comes with every such change, and none
 * can come from another session while the locks are held that are taken before the Target is asked.  Nothing
 * but the Target's plain data outlives the call.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "pg/audit_insert.h"
#include "pg/audit_partition.h"
#include "pg/catalog.h"
#include "pg/compat.h"

/* What is known of the partition that the last row went to. */
typedef struct Target
{
	bool valid;
	bool direct; /* nothing there needs the executor */
	Oid table;
	Oid heads; /* whose owner is the extension's */
	Oid partition;
	AuditColumn columns[AUDIT_COLUMN_COUNT]; /* of each of the partition's attributes */
} Target;

static Target target;

/* --- Through SPI ------------------------------------------------------------------------------------------
 */

/* INSERT INTO … VALUES ($1, $2, …), made of the list of columns. */
static char *
insert_statement(void)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoString(&text, "INSERT INTO " CATALOG_SCHEMA ".evaluations ");
	for (int i = 0; i < AUDIT_COLUMN_COUNT; i++)
		appendStringInfo(&text, "%s%s", i == 0 ? "(" : ", ", audit_column_names[i]);
	appendStringInfoString(&text, ") VALUES ");
	for (int i = 0; i < AUDIT_COLUMN_COUNT; i++)
		appendStringInfo(&text, "%s$%d", i == 0 ? "(" : ", ", i + 1);
	appendStringInfoChar(&text, ')');
	return text.data;
}

static void
insert_by_statement(const AuditRow *row)
{
	static CatalogQuery insert = {NULL, AUDIT_COLUMN_COUNT, audit_column_types, NULL};
	Datum values[AUDIT_COLUMN_COUNT];
	char nulls[AUDIT_COLUMN_COUNT];

	if (insert.sql == NULL)
	{
		char *statement = insert_statement();

		insert.sql = MemoryContextStrdup(TopMemoryContext, statement);
		pfree(statement);
	}
	memcpy(values, row->values, sizeof(values));
	for (int i = 0; i < AUDIT_COLUMN_COUNT; i++)
		nulls[i] = row->nulls[i] ? 'n' : ' ';

	SPI_connect();
	catalog_execute(&insert, values, nulls, false, 0);
	SPI_finish();
}

/* --- May the row go directly? ------------------------------------------------------------------------------
 */

static void
forget_relation(Datum arg, Oid relation)
{
	if (!OidIsValid(relation) || relation == target.table || relation == target.heads ||
		relation == target.partition)
		target.valid = false;
}

/* A role's attributes can be what its rights come from. */
static void
forget_role(Datum arg, int cache, uint32 hash)
{
	target.valid = false;
}

void
audit_insert_init(void)
{
	CacheRegisterRelcacheCallback(forget_relation, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, forget_role, (Datum) 0);
}

/*
 * An INSERT by the extension's owner into its own table: no right missing, no row security (which does not
 * bind the owner unless forced), no rule, no trigger of any kind.
 */
static bool
is_plain_table(Relation table)
{
	Oid owner = catalog_owner();

	return table->rd_rel->relkind == RELKIND_PARTITIONED_TABLE && table->rd_rel->relowner == owner &&
		   !table->rd_rel->relforcerowsecurity && !table->rd_rel->relhasrules && table->trigdesc == NULL &&
		   pg_class_aclcheck(RelationGetRelid(table), owner, ACL_INSERT) == ACLCHECK_OK;
}

/* A heap without triggers (foreign keys among them) and without CHECK constraints. */
static bool
is_plain_partition(Relation partition)
{
	TupleConstr *constraints = RelationGetDescr(partition)->constr;

	return partition->rd_rel->relkind == RELKIND_RELATION && partition->rd_rel->relam == HEAP_TABLE_AM_OID &&
		   partition->trigdesc == NULL && (constraints == NULL || constraints->num_check == 0);
}

/* The audit column that an attribute is; -1 for one of another type or name, or whose value the server makes.
 */
static int
column_of(Form_pg_attribute attribute)
{
	if (attribute->attisdropped || attribute->attgenerated != '\0' || attribute->attidentity != '\0')
		return -1;
	for (int i = 0; i < AUDIT_COLUMN_COUNT; i++)
		if (strcmp(NameStr(attribute->attname), audit_column_names[i]) == 0)
			return attribute->atttypid == audit_column_types[i] && attribute->atttypmod == -1 ? i : -1;
	return -1;
}

/* The columns of the row, in whatever order, and no other. */
static bool
map_columns(TupleDesc descriptor, AuditColumn columns[AUDIT_COLUMN_COUNT])
{
	if (descriptor->natts != AUDIT_COLUMN_COUNT)
		return false;
	for (int i = 0; i < AUDIT_COLUMN_COUNT; i++)
	{
		int column = column_of(TupleDescAttr(descriptor, i));

		if (column < 0)
			return false;
		columns[i] = (AuditColumn) column;
	}
	return true;
}

/*
 * A B-tree over columns by the server's own operators: nothing of a user's runs when a row is added, and
 * nothing is put off to the end of the statement or the transaction.
 */
static bool
is_plain_index(Oid oid)
{
	Relation index = index_open(oid, RowExclusiveLock);
	Form_pg_index form = index->rd_index;
	bool plain = index->rd_rel->relam == BTREE_AM_OID && form->indimmediate && !form->indisexclusion &&
				 RelationGetIndexExpressions(index) == NIL && RelationGetIndexPredicate(index) == NIL;

	for (int i = 0; i < IndexRelationGetNumberOfKeyAttributes(index); i++)
		plain = plain && index->rd_opfamily[i] < FirstNormalObjectId;
	index_close(index, NoLock);
	return plain;
}

static bool
has_plain_indexes(Relation partition)
{
	List *indexes = RelationGetIndexList(partition);
	const ListCell *cell;
	bool plain = true;

	foreach (cell, indexes)
		plain = plain && is_plain_index(lfirst_oid(cell));
	list_free(indexes);
	return plain;
}

static void
look_at(Relation table, Relation partition)
{
	AuditColumn columns[AUDIT_COLUMN_COUNT];

	target.table = RelationGetRelid(table);
	target.heads = catalog_relation("policy_heads");
	target.partition = RelationGetRelid(partition);
	/* A message that comes while we look makes it invalid again. */
	target.valid = true;
	target.direct = is_plain_table(table) && map_columns(RelationGetDescr(table), columns) &&
					is_plain_partition(partition) &&
					map_columns(RelationGetDescr(partition), target.columns) && has_plain_indexes(partition);
}

/* --- Directly ----------------------------------------------------------------------------------------------
 */

/* A row as the partition has its columns. */
typedef struct Attributes
{
	Datum values[AUDIT_COLUMN_COUNT];
	bool nulls[AUDIT_COLUMN_COUNT];
} Attributes;

static void
order_columns(Attributes *attributes, const AuditRow *row)
{
	for (int i = 0; i < AUDIT_COLUMN_COUNT; i++)
	{
		attributes->values[i] = row->values[target.columns[i]];
		attributes->nulls[i] = row->nulls[target.columns[i]];
	}
}

static bool
lacks_value(TupleDesc descriptor, const Attributes *attributes)
{
	for (int i = 0; i < descriptor->natts; i++)
		if (attributes->nulls[i] && TupleDescAttr(descriptor, i)->attnotnull)
			return true;
	return false;
}

static void
insert_index_entry(Relation partition, Relation index, const Attributes *attributes, ItemPointer place)
{
	const Form_pg_index form = index->rd_index;
	IndexInfo info = {.type = T_IndexInfo}; /* of which a B-tree over columns reads nothing */
	Datum values[INDEX_MAX_KEYS];
	bool nulls[INDEX_MAX_KEYS];

	for (int i = 0; i < form->indnatts; i++)
	{
		int attribute = form->indkey.values[i] - 1;

		values[i] = attributes->values[attribute];
		nulls[i] = attributes->nulls[attribute];
	}
	index_insert(index, values, nulls, place, partition,
				 form->indisunique ? UNIQUE_CHECK_YES : UNIQUE_CHECK_NO, false, &info);
}

/*
 * The locks of indexes stay until the transaction ends, as those of indexes that a query scans do: the next
 * row finds them held.
 */
static void
insert_index_entries(Relation partition, const Attributes *attributes, ItemPointer place)
{
	List *indexes = RelationGetIndexList(partition);
	const ListCell *cell;

	foreach (cell, indexes)
	{
		Relation index = index_open(lfirst_oid(cell), RowExclusiveLock);

		if (index->rd_index->indisready)
			insert_index_entry(partition, index, attributes, place);
		index_close(index, NoLock);
	}
	list_free(indexes);
}

/* False, and nothing done, when a column that may not be null is: the statement says so best. */
static bool
insert_into(Relation partition, const AuditRow *row)
{
	Attributes attributes;
	HeapTuple tuple;

	order_columns(&attributes, row);
	if (lacks_value(RelationGetDescr(partition), &attributes))
		return false;
	tuple = heap_form_tuple(RelationGetDescr(partition), attributes.values, attributes.nulls);
	tuple->t_tableOid = RelationGetRelid(partition);
	heap_insert(partition, tuple, GetCurrentCommandId(true), 0, NULL);
	insert_index_entries(partition, &attributes, &tuple->t_self);
	heap_freetuple(tuple);
	return true;
}

/* As the table's owner; after an error the abort of the (sub)transaction restores the user. */
static bool
insert_as_owner(Relation table, Relation partition, const AuditRow *row)
{
	Oid user;
	int security;
	bool inserted;

	GetUserIdAndSecContext(&user, &security);
	SetUserIdAndSecContext(table->rd_rel->relowner, security | SECURITY_LOCAL_USERID_CHANGE);
	inserted = insert_into(partition, row);
	SetUserIdAndSecContext(user, security);
	if (inserted)
		CommandCounterIncrement();
	return inserted;
}

static bool
insert_directly(Relation table, Oid oid, const AuditRow *row)
{
	Relation partition = table_open(oid, NoLock);
	bool inserted;

	if (!target.valid || target.table != RelationGetRelid(table) || target.partition != oid)
		look_at(table, partition);
	inserted = target.valid && target.direct && insert_as_owner(table, partition, row);
	table_close(partition, NoLock);
	return inserted;
}

void
audit_insert(const AuditRow *row)
{
	Oid oid = target.valid ? target.table : catalog_relation("evaluations");
	Relation table = table_open(oid, RowExclusiveLock);
	Oid partition = audit_partition_lock(table, DatumGetTimestampTz(row->values[AUDIT_evaluated_at]));
	bool inserted = false;

	/* A module that is asked before tables are written must be. */
	if (OidIsValid(partition) && ExecutorCheckPerms_hook == NULL)
		inserted = insert_directly(table, partition, row);
	table_close(table, NoLock);
	if (!inserted)
		insert_by_statement(row);
}

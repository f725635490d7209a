# Audit rows reach whoever decodes the log or subscribes to it, however they were inserted, and those that were rolled
# back do not.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PolicyServer;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('main', 'wal_level = logical', 'max_replication_slots = 4', 'max_wal_senders = 4');

# Decoded inserts of audit rows since the last time.
sub decoded
{
	return $node->safe_psql('postgres', <<'SQL');
		SELECT string_agg((regexp_match(data, 'table llm_policy\.(\w+): INSERT:.* request_id\[text\]:''([^'']*)'''))[1] || ' '
			|| (regexp_match(data, ' request_id\[text\]:''([^'']*)'''))[1], ', ')
		FROM pg_logical_slot_get_changes('decoder', NULL, NULL) WHERE data LIKE 'table llm_policy.evaluations%'
SQL
}

sub evaluate
{
	my ($id) = @_;

	return "SELECT llm_policy_evaluate('{\"requestId\": \"$id\"}');";
}

$node->safe_psql('postgres', "SELECT pg_create_logical_replication_slot('decoder', 'test_decoding')");
$node->safe_psql('postgres', <<'SQL');
	CREATE PUBLICATION audit FOR TABLE llm_policy.evaluations WITH (publish = 'insert', publish_via_partition_root);
SQL

my $subscriber = start_server('subscriber');
my $publisher = $node->connstr . ' dbname=postgres';
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION audit CONNECTION '$publisher' PUBLICATION audit");
$subscriber->wait_for_subscription_sync($node, 'audit');
$node->safe_psql('postgres', "SELECT pg_logical_slot_get_changes('decoder', NULL, NULL)");

for my $way ('directly', 'by statement')
{
	if ($way eq 'by statement')
	{
		# What needs the executor: any trigger.
		$node->safe_psql('postgres', <<'SQL');
			CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
			CREATE TRIGGER t AFTER INSERT ON llm_policy.evaluations FOR EACH STATEMENT EXECUTE FUNCTION nothing();
SQL
	}
	$node->safe_psql('postgres', 'BEGIN;' . evaluate("$way 1") . 'SAVEPOINT a;' . evaluate("$way 2")
		. 'ROLLBACK TO a;' . evaluate("$way 3") . 'COMMIT;');
	$node->safe_psql('postgres', 'BEGIN;' . evaluate("$way 4") . 'ROLLBACK;');
	is(decoded(), "evaluations_default $way 1, evaluations_default $way 3", "$way: decoded rows");

	$node->wait_for_catchup('audit');
	is($subscriber->safe_psql('postgres', <<"SQL"), "$way 1,$way 3|t", "$way: rows of a subscriber, with their hashes");
		SELECT string_agg(request_id, ',' ORDER BY id), bool_and(row_hash = llm_policy.evaluation_row_hash(e))
		FROM llm_policy.evaluations AS e WHERE starts_with(request_id, '$way')
SQL
}

$subscriber->safe_psql('postgres', 'DROP SUBSCRIPTION audit');
$subscriber->stop;
$node->stop;
done_testing();

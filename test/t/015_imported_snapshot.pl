# A transaction that imports a snapshot decides by it, though its session has long known something newer, and leaves
# nothing of it to the next transaction.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PolicyServer;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('main');

for my $level ('REPEATABLE READ', 'SERIALIZABLE')
{
	my $exporter = $node->background_psql('postgres', on_error_stop => 0);
	my $session = $node->background_psql('postgres', on_error_stop => 0);

	$node->safe_psql('postgres', apply_models('allow'));
	my $snapshot = $exporter->query_safe("BEGIN ISOLATION LEVEL $level; SELECT pg_export_snapshot()");
	$node->safe_psql('postgres', apply_models('deny'));
	is($session->query_safe(simulate_opus()), 'deny', "$level: what is in force");

	$session->query_safe("BEGIN ISOLATION LEVEL $level; SET TRANSACTION SNAPSHOT '$snapshot'");
	is($session->query_safe(simulate_opus()), 'allow', "$level: decision by the imported snapshot");
	$node->safe_psql('postgres', apply_models('warn'));
	is($session->query_safe(simulate_opus()), 'allow', "$level: again, after another change");
	$session->query_safe('COMMIT');
	is($session->query_safe(simulate_opus()), 'warn', "$level: what is in force now");
	$_->quit for $exporter, $session;
}

$node->stop;
done_testing();

# A prepared transaction's policies are in force when it is committed, by whatever session, and not before.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PolicyServer;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

for my $variant (preload_variants())
{
	my ($label, $preload) = @$variant;
	my $node = start_server($label, $preload, 'max_prepared_transactions = 10');
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	my $other = $node->background_psql('postgres', on_error_stop => 0);

	$session->query_safe(apply_models('allow'));
	is($other->query_safe(evaluate_opus()), 'allow', "$label: decision before");

	$session->query_safe('BEGIN;' . apply_models('deny'));
	is($session->query_safe(evaluate_opus()), 'deny', "$label: decision inside the transaction");
	$session->query_safe("PREPARE TRANSACTION 'deny'");
	is($session->query_safe(evaluate_opus()), 'allow', "$label: prepared it does not count, not even for its session");
	is($other->query_safe(evaluate_opus()), 'allow', "$label: nor for another");
	is($session->query_safe('SELECT count(*) FROM llm_policy.evaluations'), 3, "$label: its audit row is not there");

	$other->query_safe("COMMIT PREPARED 'deny'");
	is($session->query_safe(evaluate_opus()), 'deny', "$label: committed by another session it counts");
	is($other->query_safe(evaluate_opus()), 'deny', "$label: for that one too");
	is($session->query_safe('SELECT count(*) FROM llm_policy.evaluations'), 6, "$label: and its audit row is there");

	$session->query_safe('BEGIN;' . apply_models('warn'));
	is($session->query_safe(evaluate_opus()), 'warn', "$label: decision inside a second transaction");
	$session->query_safe("PREPARE TRANSACTION 'warn'");
	$session->query_safe("ROLLBACK PREPARED 'warn'");
	is($session->query_safe(evaluate_opus()), 'deny', "$label: rolled back it never counted");

	# It outlives a crash, and until it ends other authors of the namespace wait.
	$session->query_safe('BEGIN;' . apply_models('warn'));
	$session->query_safe("PREPARE TRANSACTION 'warn'");
	$_->quit for $session, $other;
	$node->stop('immediate');
	$node->start;
	is($node->safe_psql('postgres', evaluate_opus()), 'deny', "$label: after a crash it is still only prepared");
	is( (sqlstate_and_output($node, "SET lock_timeout = '10ms';" . apply_models('allow')))[0],
		'55P03', "$label: another author has to wait for it");
	$node->safe_psql('postgres', "COMMIT PREPARED 'warn'");
	is($node->safe_psql('postgres', evaluate_opus()), 'warn', "$label: then it is committed");
	$node->stop;
}

done_testing();

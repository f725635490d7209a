# Behind a pooler, sessions are handed from one client to the next: nothing rests on what a session did before.
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
	my $node = start_server($label, $preload);
	my $session = $node->background_psql('postgres', on_error_stop => 0);

	$node->safe_psql('postgres', join(';', apply_models('warn'), apply_models('deny', 'acme')));

	is($session->query_safe(evaluate_opus()), 'warn', "$label: decision");
	for my $reset ('DISCARD ALL', 'DISCARD PLANS', 'RESET ALL', 'DEALLOCATE ALL')
	{
		$session->query_safe("SET llm_policy.namespace = 'acme'") if $reset ne 'DISCARD PLANS';
		$session->query_safe($reset);
		is($session->query_safe(evaluate_opus() . " || ' ' || current_setting('llm_policy.namespace')") =~ s/acme/default/r,
			$reset eq 'DEALLOCATE ALL' ? 'deny default' : 'warn default', "$label: decision after $reset");
		$session->query_safe('RESET llm_policy.namespace');
	}

	# The namespace comes with the transaction, as setting or as argument; an empty setting is none.
	$session->query_safe("BEGIN; SET LOCAL llm_policy.namespace = 'acme'");
	is($session->query_safe(evaluate_opus()), 'deny', "$label: SET LOCAL");
	$session->query_safe('COMMIT');
	is($session->query_safe(evaluate_opus()), 'warn', "$label: ends with its transaction");
	is($session->query_safe("SET llm_policy.namespace = ''; " . evaluate_opus()), 'warn', "$label: an empty setting is none");
	is( $session->query_safe('SELECT llm_policy_evaluate(' . opus() . ", namespace => 'acme') ->> 'decision'"),
		'deny', "$label: argument");
	$session->query_safe('RESET llm_policy.namespace');

	# Clients with different rights on one connection, with plans that stay.
	$session->query_safe(<<'SQL');
		CREATE ROLE llm_policy_test_acme;
		CREATE ROLE llm_policy_test_nobody;
		SELECT llm_policy_grant('llm_policy_test_acme', 'evaluator', 'acme');
		SELECT llm_policy_grant('llm_policy_test_acme', 'auditor', 'acme');
		SET plan_cache_mode = force_generic_plan;
SQL
	$session->query_safe('PREPARE decide AS ' . evaluate_opus() =~ s/\) ->>/, 'acme') ->>/r);
	$session->query_safe('PREPARE audit AS SELECT count(*) FROM llm_policy.evaluations');
	for my $round (1, 2)
	{
		$session->query_safe('RESET ROLE');
		is($session->query_safe('EXECUTE decide'), 'deny', "$label: round $round: the owner");
		$session->query_safe('SET ROLE llm_policy_test_acme');
		is($session->query_safe('EXECUTE decide'), 'deny', "$label: round $round: an evaluator");
		$session->query_safe('RESET ROLE; SET ROLE llm_policy_test_nobody');
		$session->query('\set VERBOSITY sqlstate');
		$session->query('EXECUTE decide');
		like($session->{stderr}, qr/42501/, "$label: round $round: somebody without rights on the same connection");
		$session->{stderr} = '';
	}
	$session->query_safe('RESET ROLE');
	my $all = $session->query_safe('EXECUTE audit');
	$session->query_safe('SET ROLE llm_policy_test_acme');
	my $seen = $session->query_safe('EXECUTE audit');
	cmp_ok($seen, '<', $all, "$label: an auditor of acme sees fewer rows by the same plan than the owner");
	is($seen, $session->query_safe('SELECT count(*) FROM llm_policy.evaluations'), "$label: as many as by a plan of his own");

	$session->query_safe('RESET ROLE; DROP OWNED BY llm_policy_test_acme; DROP ROLE llm_policy_test_acme, llm_policy_test_nobody');
	$session->quit;
	$node->stop;
}

done_testing();

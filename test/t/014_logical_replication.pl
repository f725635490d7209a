# Logical replication applies rows without statement triggers: a subscriber that has the heads replicated with the
# policies follows its publisher, also in a session that knows what was in force before.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PolicyServer;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $publisher = start_server('publisher', 'wal_level = logical');
my $subscriber = start_server('subscriber', 'wal_level = logical');

# Both begin with the head of the root that the extension makes, so there is nothing to copy.
$publisher->safe_psql('postgres', <<'SQL');
	ALTER TABLE llm_policy.policy_levels REPLICA IDENTITY FULL;
	ALTER TABLE llm_policy.policy_scopes REPLICA IDENTITY FULL;
	CREATE PUBLICATION policies FOR TABLE llm_policy.policy_documents, llm_policy.policy_current,
		llm_policy.policy_heads, llm_policy.policy_levels, llm_policy.policy_scopes, llm_policy.role_grants;
SQL
my $connection = $publisher->connstr . ' dbname=postgres';
$subscriber->safe_psql('postgres',
	"CREATE SUBSCRIPTION subscription CONNECTION '$connection' PUBLICATION policies WITH (copy_data = false)");
$publisher->wait_for_catchup('subscription');

my $session = $subscriber->background_psql('postgres', on_error_stop => 0);

sub publish
{
	my ($sql) = @_;

	$publisher->safe_psql('postgres', $sql);
	$publisher->wait_for_catchup('subscription');
	return;
}

publish(apply_models('deny'));
$session->query_safe('BEGIN');
is($session->query_safe(simulate_opus()), 'deny', 'the publisher\'s policy is in force at the subscriber');
publish(apply_models('warn'));
is($session->query_safe(simulate_opus()), 'warn', 'and so is its change, also in an open transaction');
publish("SELECT llm_policy_delete('models')");
is($session->query_safe(simulate_opus()), 'allow', 'and its end');
$session->query_safe('COMMIT');

# Grants are replicated likewise; roles are made on both sides.
$_->safe_psql('postgres', 'CREATE ROLE llm_policy_test_caller') for $publisher, $subscriber;
$subscriber->safe_psql('postgres', "SELECT llm_policy_grant('llm_policy_test_caller', 'evaluator', 'elsewhere')");
my $ask = q{SELECT llm_policy.has_right('evaluator', 'acme')};
$subscriber->safe_psql('postgres', 'GRANT EXECUTE ON FUNCTION llm_policy.has_right(text, text) TO llm_policy_test_caller');
$session->query_safe('SET ROLE llm_policy_test_caller; BEGIN');
is($session->query_safe($ask), 'f', 'no right');
publish("SELECT llm_policy_grant('llm_policy_test_caller', 'evaluator', 'acme')");
is($session->query_safe($ask), 't', 'a right that was granted at the publisher');
publish("SELECT llm_policy_revoke('llm_policy_test_caller', 'evaluator', 'acme')");
is($session->query_safe($ask), 'f', 'and revoked there');
$session->query_safe('COMMIT');

$session->quit;
$_->stop for $subscriber, $publisher;
done_testing();

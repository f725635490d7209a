# Evaluations from triggers and row security, and evaluations that lead to themselves: those end in a clear error, and
# the session goes on.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PolicyServer;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('main');
my $session = $node->background_psql('postgres', on_error_stop => 0);

# The SQLSTATE of what the session is made to do, and its message.
sub fails
{
	my ($sql) = @_;

	$session->query_safe('\set VERBOSITY verbose');
	$session->query($sql);
	my $stderr = $session->{stderr};
	$session->{stderr} = '';
	return ($stderr =~ /ERROR:  (\w{5}):/ ? $1 : '', $stderr);
}

sub lives_on
{
	my ($what) = @_;

	is($session->query_safe(evaluate_opus()), 'deny', "$what: the session lives on");
}

$session->query_safe(apply_models('deny'));
$session->query_safe(<<'SQL');
	CREATE TABLE calls (id int PRIMARY KEY, request jsonb NOT NULL);
	CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS $$
	DECLARE
		decision jsonb := llm_policy_evaluate(NEW.request);
	BEGIN
		IF NOT (decision ->> 'allowed')::bool THEN
			RAISE EXCEPTION 'refused: %', decision ->> 'reason' USING ERRCODE = 'P0900';
		END IF;
		RETURN NEW;
	END $$;
	CREATE TRIGGER guard BEFORE INSERT ON calls FOR EACH ROW EXECUTE FUNCTION guard();
SQL

# A trigger decides which rows there may be.
{
	my ($sqlstate, $message) = fails('INSERT INTO calls VALUES (1, ' . opus() . ')');
	is($sqlstate, 'P0900', 'a trigger refuses what is denied');
	like($message, qr/the rule says deny/, 'with the reason of the rule');
	$session->query_safe(q{INSERT INTO calls VALUES (2, '{"llm": {"model": "haiku"}}'), (3, '{}')});
	is($session->query_safe('SELECT array_agg(id ORDER BY id) FROM calls'), '{2,3}', 'and lets the others pass');
	is($session->query_safe('SELECT count(*) FROM llm_policy.evaluations'), 2, 'the rows it let pass are recorded');
}

# Deferred to the commit, where the policies of the commit count.
{
	$session->query_safe(<<'SQL');
		CREATE TABLE deferred_calls (request jsonb NOT NULL);
		CREATE CONSTRAINT TRIGGER guard AFTER INSERT ON deferred_calls DEFERRABLE INITIALLY DEFERRED
			FOR EACH ROW EXECUTE FUNCTION guard();
SQL
	$session->query_safe("BEGIN; SELECT llm_policy_delete('models'); INSERT INTO deferred_calls VALUES (" . opus() . ')');
	$session->query_safe(apply_models('deny'));
	is((fails('COMMIT'))[0], 'P0900', 'a deferred trigger decides by the policies that are committed with it');
	$session->query_safe('BEGIN; INSERT INTO deferred_calls VALUES (' . opus() . "); SELECT llm_policy_delete('models'); COMMIT");
	is($session->query_safe('SELECT count(*) FROM deferred_calls'), 1, 'both ways');
	$session->query_safe(apply_models('deny'));
	lives_on('deferred trigger');
}

# Row security: every reader sees what he may send.
{
	$session->query_safe(<<'SQL');
		INSERT INTO calls VALUES (4, '{"llm": {"model": "sonnet"}}');
		ALTER TABLE calls ENABLE ROW LEVEL SECURITY;
		CREATE POLICY may_read ON calls FOR SELECT USING (
			llm_policy_allowed(jsonb_set(request, '{user}', jsonb_build_object('id', current_user)), 'readers'));
		CREATE POLICY may_write ON calls FOR INSERT WITH CHECK (true);
		CREATE ROLE llm_policy_test_reader;
		GRANT SELECT, INSERT ON calls TO llm_policy_test_reader;
		SELECT FROM llm_policy_apply('{metadata: {name: Readers}, rules: [{id: r, action: {decision: deny}, condition: {
			operator: and, conditions: [
				{operator: eq, field: llm.model, value: sonnet},
				{operator: eq, field: user.id, value: llm_policy_test_reader}]}}]}', namespace => 'readers');
		SELECT FROM llm_policy_grant('llm_policy_test_reader', 'evaluator', 'readers');
SQL
	is($session->query_safe('SELECT array_agg(id ORDER BY id) FROM calls'), '{2,3,4}', 'the owner sees all rows');
	$session->query_safe('SET ROLE llm_policy_test_reader');
	is($session->query_safe('SELECT array_agg(id ORDER BY id) FROM calls'), '{2,3}', 'a reader those he is allowed');
	$session->query_safe('RESET ROLE');
	$session->query_safe("SELECT llm_policy_revoke('llm_policy_test_reader', 'evaluator', 'readers'); SET ROLE llm_policy_test_reader");
	is((fails('SELECT count(*) FROM calls'))[0], '42501', 'who may not evaluate gets an error, not rows');
	$session->query_safe("RESET ROLE; SELECT llm_policy_grant('llm_policy_test_reader', 'evaluator')");
}

# A row-security function that reads the table which it protects.
{
	$session->query_safe(<<'SQL');
		CREATE FUNCTION reads_itself() RETURNS boolean LANGUAGE sql AS
			$$ SELECT llm_policy_allowed(jsonb_build_object('calls', (SELECT count(*) FROM calls))) $$;
		CREATE POLICY reads_itself ON calls AS RESTRICTIVE FOR SELECT USING (reads_itself());
		SET ROLE llm_policy_test_reader;
SQL
	my ($sqlstate, $message) = fails('SELECT count(*) FROM calls');
	isnt($sqlstate, '', 'a row-security function that reads its own table fails');
	unlike($message, qr/server closed|terminat/, 'without a crash');
	$session->query_safe('RESET ROLE; DROP POLICY reads_itself ON calls');
	lives_on('row security on itself');
}

# An evaluation that leads to itself: what the audit row sets off evaluates.
{
	$session->query_safe(<<'SQL');
		CREATE FUNCTION evaluates_again() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN
			PERFORM public.llm_policy_evaluate('{}');
			RETURN NEW;
		END $$;
		CREATE TRIGGER evaluates_again AFTER INSERT ON llm_policy.evaluations
			FOR EACH ROW EXECUTE FUNCTION evaluates_again();
SQL
	for my $attempt (1 .. 3)
	{
		my ($sqlstate, $message) = fails(evaluate_opus());
		is($sqlstate, 'LP003', "attempt $attempt: an evaluation that leads to itself is refused");
		like($message, qr/nested.*HINT:/s, "attempt $attempt: the message says what is wrong and what to do")
		  if $attempt == 1;
	}
	is($session->query_safe(simulate_opus()), 'deny', 'one that does not works still');

	# Caught, again and again, in one transaction.
	$session->query_safe(<<'SQL');
		CREATE FUNCTION catches() RETURNS text LANGUAGE plpgsql AS $$
		BEGIN
			PERFORM llm_policy_evaluate('{}');
			RETURN 'decided';
		EXCEPTION WHEN SQLSTATE 'LP003' THEN
			RETURN 'caught';
		END $$;
SQL
	is( $session->query_safe('SELECT catches(), count(*) FROM generate_series(1, 100) GROUP BY 1'),
		'caught|100', 'the error can be caught a hundred times');

	$session->query_safe('DROP TRIGGER evaluates_again ON llm_policy.evaluations');
	lives_on('nesting');
	is($session->query_safe('SELECT catches()'), 'decided', 'what was nested too deep does not count afterwards');
}

# Nested but finite is fine: the row of each level is there.
{
	$session->query_safe(<<'SQL');
		TRUNCATE llm_policy.evaluations;
		CREATE FUNCTION simulates() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN
			IF NEW.request_id = 'outer' THEN
				PERFORM public.llm_policy_evaluate('{"requestId": "inner"}', namespace => 'readers');
			END IF;
			RETURN NEW;
		END $$;
		CREATE TRIGGER simulates AFTER INSERT ON llm_policy.evaluations FOR EACH ROW EXECUTE FUNCTION simulates();
SQL
	is($session->query_safe(evaluate_opus(requestId => 'outer')), 'deny', 'an evaluation inside an evaluation');
	is( $session->query_safe('SELECT request_id, namespace, decision FROM llm_policy.evaluations ORDER BY 1'),
		"inner|readers|allow\nouter|default|deny", 'both are recorded');
}

$session->quit;
$node->stop;
done_testing();

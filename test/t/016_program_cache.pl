# Programs of policy sets: made once for all connections or, without shared memory, once for each; in an area that is too
# small for them; while old snapshots need old ones; and the databases of their literals.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PolicyServer;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node;

sub sql { return $node->safe_psql('postgres', shift); }

sub session
{
	my $session = $node->background_psql('postgres', on_error_stop => 0);

	$session->query_safe('\set VERBOSITY sqlstate');
	return $session;
}

# SQL for what is decided about a model: the decision and why.
sub verdict
{
	my ($model, $namespace) = @_;

	return "SELECT concat_ws(' ', r ->> 'decision', r ->> 'reason') FROM llm_policy_simulate("
	  . "jsonb_build_object('llm', jsonb_build_object('model', '$model')), namespace => '$namespace') AS r";
}

# What a session decides about m3 in a namespace, and how many documents it looked up for that.
sub looked_up
{
	my ($session, $namespace) = @_;

	return $session->query_safe("SELECT pg_stat_force_next_flush() \\g /dev/null\nBEGIN; @{[ verdict('m3', $namespace) ]};"
		  . q{SELECT idx_tup_fetch + seq_tup_read FROM pg_stat_xact_all_tables
			WHERE relid = 'llm_policy.policy_documents'::regclass; COMMIT}) =~ s/\n/, /r;
}

# After a change of one policy among many no other document is looked up, whichever namespace of its scope asks first.
sub reads_what_changed
{
	my ($label) = @_;
	my $session = session();
	my $change = sub {
		my ($reason, $namespace) = @_;

		return sql("SELECT action FROM llm_policy_apply('{metadata: {id: p3, name: p}, rules: [{id: r, condition: {operator: eq, "
			  . "field: llm.model, value: m3}, action: {decision: deny, reason: $reason}}]}', '$namespace')");
	};

	sql('SELECT count(*) FROM llm_policy_maintain()');
	is($session->query_safe(verdict('m3', 'acme.one')), 'deny no 3', "$label: a namespace without policies decides by its parent's");
	$change->('first', 'acme');
	is(looked_up($session, 'acme.one'), 'deny first, 1', "$label: a changed policy alone is looked up");
	$change->('second', 'acme');
	is(looked_up($session, 'acme.two'), 'deny second, 1', "$label: whichever namespace below asks first");
	$change->('third', 'acme');
	is(looked_up($session, 'acme'), 'deny third, 1', "$label: or the one above");
	sql("SELECT llm_policy_delete('p4', 'acme')");
	is(looked_up($session, 'acme'), 'deny third, 0', "$label: of a deleted one nothing is");
	$change->('own', 'acme.one');
	is(looked_up($session, 'acme.one'), 'deny third, 1', "$label: the first policy of a namespace joins what is above");
	$change->('fourth', 'acme');
	is(looked_up($session, 'acme.one'), 'deny fourth, 1', "$label: and goes on to, when that changes");
	$session->quit;
	return;
}

# --- A cold start of many connections ---------------------------------------------------------------------

for my $variant (preload_variants())
{
	my ($label, $preload) = @$variant;

	$node = start_server("cold_$label", $preload, 'max_connections = 40');
	sql("SELECT count(*) FROM llm_policy_apply(@{[ plain_policies(2000, 'no') ]}, namespace => 'acme')");
	for my $fragments ('with fragments', 'without fragments')
	{
		my $name = "$label, $fragments";

		sql('TRUNCATE llm_policy.policy_fragments') if $fragments =~ /without/;
		$node->restart;
		my @sessions = map { session() } 1 .. 12;
		is_deeply([ at_once($node, verdict('m1999', 'acme'), @sessions) ], [ ('deny no 1999') x 12 ],
			"$name: twelve new connections decide right");
		is_deeply([ at_once($node, verdict('m2001', 'acme'), @sessions) ], [ ('allow') x 12 ], "$name: and again");
		my $own = q{SELECT count(*), sum(items) FROM llm_policy.program_cache WHERE place = 'backend'};
		if ($label eq 'preloaded')
		{
			is(cache_totals($node, 'builds, failures, timeouts'), '1|0|0', "$name: the program was built once");
			is(cache_entries($node, 'kind, label, state, items, pins, hits', 'true'), 'program|acme|ready|2000|0|23',
				"$name: all of them use it");
			is($sessions[0]->query_safe($own), '0|', "$name: nobody has one of its own");
		}
		else
		{
			is_deeply([ map { $_->query_safe($own) } @sessions ], [ ('1|2000') x 12 ], "$name: each built its own");
			is(cache_totals($node, '*'), '', "$name: nothing is shared");
		}
		$_->quit for @sessions;
	}
	reads_what_changed($label);
	$node->stop;
}

# --- An area of 1 MB and fifty policy sets ----------------------------------------------------------------

$node = start_server('small', "shared_preload_libraries = 'llm_policy'", "llm_policy.cache_size = '1MB'", 'max_connections = 40');

# Each namespace gives the models m1 to m85 reasons of its own.
sub fill_namespaces
{
	sql(join ';', map { "SELECT count(*) FROM llm_policy_apply(@{[ plain_policies(85, \"n$_ says\") ]}, namespace => 'n$_')" } 1 .. 50);
	return;
}

# SQL that decides in namespaces at random, a few times a transaction, and fails on a wrong answer.
sub churn
{
	my ($seed, $isolation) = @_;

	return <<"SQL";
	SET default_transaction_isolation = '$isolation';
	SELECT setseed(0.$seed) \\g /dev/null
	DO \$\$
	DECLARE
		ns int;
		model int;
		answer jsonb;
	BEGIN
		FOR round IN 1 .. 300 LOOP
			FOR evaluation IN 1 .. 1 + round % 4 LOOP
				ns := 1 + floor(random() * 50);
				model := 1 + floor(random() * 100);
				answer := llm_policy_simulate(jsonb_build_object('llm', jsonb_build_object('model', 'm' || model)),
											  namespace => 'n' || ns);
				IF (answer ->> 'reason') IS DISTINCT FROM
				   (CASE WHEN model <= 85 THEN format('n%s says %s', ns, model) END) THEN
					RAISE 'n% about m%: %', ns, model, answer;
				END IF;
			END LOOP;
			IF round % 5 = 0 THEN ROLLBACK; ELSE COMMIT; END IF;
		END LOOP;
	END \$\$;
	SELECT 'churned'
SQL
}

{
	fill_namespaces();
	$node->restart;
	my @idle = map { session() } 1 .. 4;
	for my $n (1 .. 4)
	{
		$idle[ $n - 1 ]->query_safe('BEGIN ISOLATION LEVEL ' . ($n % 2 ? 'REPEATABLE READ' : 'READ COMMITTED'));
		is($idle[ $n - 1 ]->query_safe(verdict('m7', "n$n")), "deny n$n says 7", "a transaction that stays open decides in n$n");
	}
	is(cache_entries($node, 'label', 'pins > 0'), "n1\nn2\nn3\nn4", 'what open transactions use is pinned');

	my @sessions = map { session() } 1 .. 8;
	ask($sessions[ $_ - 1 ], churn($_, $_ % 2 ? 'read committed' : 'repeatable read')) for 1 .. 8;
	my $bounded = 1;
	for (1 .. 20)
	{
		$bounded &&= cache_totals($node, 'used <= area_size') eq 't';
	}
	is_deeply([ map { answer_or_error($_) } @sessions ], [ ('churned') x 8 ], 'eight sessions decide right in fifty namespaces');
	ok($bounded && cache_totals($node, 'used <= area_size AND area_size = 1024 * 1024') eq 't', 'the area keeps its size');
	is(cache_totals($node, 'evictions > 100'), 't', 'programs came and went') or diag(cache_totals($node, '*'));
	is(cache_entries($node, 'label', 'pins > 0'), "n1\nn2\nn3\nn4", 'those of the open transactions are still pinned');
	is($idle[ $_ - 1 ]->query_safe(verdict('m8', "n$_")), "deny n$_ says 8", "and used by n$_") for 1 .. 4;
	$_->query_safe('COMMIT') for @idle;
	is(cache_entries($node, 'label', 'pins > 0'), '', 'but no longer than that');
	$_->quit for @idle, @sessions;
}

# --- A snapshot that needs an old program, while the area is full -------------------------------------------

{
	my ($reader, $author) = (session(), session());

	sql("SELECT count(*) FROM llm_policy_apply(@{[ plain_policies(300, 'revision 0 says') ]}, namespace => 'old')");
	$reader->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ');
	is($reader->query_safe(verdict('m300', 'old')), 'deny revision 0 says 300', 'a snapshot decides by its program');
	my $hash = cache_entries($node, 'hash', "label = 'old' AND pins = 1");
	my ($right, $seen) = (0, 0);
	for my $n (1 .. 100)
	{
		$author->query_safe("SELECT count(*) FROM llm_policy_apply('{metadata: {id: p300, name: p}, rules: [{id: r, condition: "
			  . "{operator: eq, field: llm.model, value: m300}, action: {decision: deny, reason: revision $n}}]}', 'old')");
		$right++ if $author->query_safe(verdict('m300', 'old')) eq "deny revision $n";
		$right++ if $reader->query_safe(verdict($n % 2 ? 'm300' : 'm299', 'old')) eq 'deny revision 0 says ' . ($n % 2 ? 300 : 299);
		$seen++ if $author->query_safe("SELECT pins FROM llm_policy.program_cache WHERE hash = '$hash'") eq '1';
	}
	is($right, 200, 'a hundred changes: the old snapshot and the author decide right each time');
	is($seen, 100, 'the old program is pinned all the time');
	is(cache_totals($node, 'used <= area_size'), 't', 'the area keeps its size');
	$reader->query_safe('COMMIT');
	is(cache_entries($node, 'pins', "hash = '$hash'"), '0', 'its transaction ended, the old program is not pinned any more');
	is($reader->query_safe(verdict('m300', 'old')), 'deny revision 100', 'and the session decides by the new one');
	$_->quit for $reader, $author;
}

# --- A policy set larger than half of the area --------------------------------------------------------------

{
	sql("SELECT count(*) FROM llm_policy_apply(@{[ plain_policies(2000, 'half') ]}, namespace => 'half')");
	is(sql(verdict('m2000', 'half')), 'deny half 2000', 'a set larger than half of the area decides right');
	sql("SELECT llm_policy_set_status('p1', 'draft', 'half')");
	is(sql(verdict('m2000', 'half')) . ', ' . sql(verdict('m1', 'half')), 'deny half 2000, allow', 'and after a change');
	is(cache_entries($node, 'place, state, items, size > 512 * 1024', "label = 'half'"), 'shared|ready|1999|t',
		'the new program takes the place of the old one');
}

# --- A policy set larger than the area --------------------------------------------------------------------

{
	my $session = session();

	sql("SELECT count(*) FROM llm_policy_apply(@{[ plain_policies(4000, 'big') ]}, namespace => 'big')");
	is($session->query_safe(verdict('m4000', 'big')), 'deny big 4000', 'a set larger than the area decides right');
	is($session->query_safe(verdict('m4001', 'big')), 'allow', 'and again');
	is($session->query_safe("SELECT place, state, items, size > 1024 * 1024 FROM llm_policy.program_cache WHERE label = 'big' ORDER BY 1"),
		"backend|ready|4000|t\nshared|refused|0|t", 'by a program of its backend; the view shows that');
	is(cache_totals($node, 'too_large'), '1', 'which is counted');
	is(sql(verdict('m17', 'big')), 'deny big 17', 'another session does likewise');
	is(cache_totals($node, 'too_large'), '1', 'without trying again');
	$session->quit;
}

# --- Literals ---------------------------------------------------------------------------------------------

# A policy that denies prompts in which one of the words occurs.
sub words_policy
{
	my ($id, $namespace, $reason, @words) = @_;
	my $rules = join ', ',
	  map { "{id: r$_, condition: {operator: contains, field: llm.prompt, value: $words[$_]}, action: {decision: deny, reason: $reason $words[$_]}}" }
	  0 .. $#words;

	return "SELECT count(*) FROM llm_policy_apply('{metadata: {id: $id, name: w}, rules: [$rules]}', '$namespace')";
}

sub prompt_verdict
{
	my ($prompt, $namespace) = @_;

	return "SELECT concat_ws(' ', r ->> 'decision', r ->> 'reason') FROM llm_policy_simulate("
	  . "jsonb_build_object('llm', jsonb_build_object('prompt', $prompt)), namespace => '$namespace') AS r";
}

{
	my @words = map { "forbidden${_}x" } 1 .. 40;

	$node->restart;
	sql(words_policy('words', $_, "in $_", @words)) for 'words-a', 'words-b';
	is(sql(prompt_verdict("'this is forbidden40x, really'", 'words-a')), 'deny in words-a forbidden40x', 'a literal is found');
	is(sql(prompt_verdict("'this is forbidden7x, really'", 'words-b')), 'deny in words-b forbidden7x', 'in another set too');
	is(cache_entries($node, 'kind, count(*)', 'true GROUP BY kind'), "literals|1\nprogram|2",
		'sets with the same literals have one database');
	is(cache_entries($node, 'state, items, hits', "kind = 'literals'"), 'ready|40|1', 'made once and found once');

	sql(words_policy('words', 'words-a', 'again', @words));
	is(sql(prompt_verdict("'forbidden40x'", 'words-a')), 'deny again forbidden40x', 'other reasons, same literals');
	sql(plain_policies(3, 'no') =~ s/^(.*)$/SELECT count(*) FROM llm_policy_apply($1, 'words-a')/sr);
	is(sql(verdict('m2', 'words-a')), 'deny no 2', 'more policies, same literals');
	is(cache_totals($node, 'builds'), '5', 'four programs and one database were made')
	  or diag(cache_entries($node, 'kind, label, items, hits', 'true'));
	sql(words_policy('more', 'words-a', 'more', 'novelty'));
	is(sql(prompt_verdict("'a novelty'", 'words-a')), 'deny more novelty', 'a new literal is found');
	is(sql(prompt_verdict("'forbidden3x'", 'words-a')), 'deny again forbidden3x', 'the others still are');
	is(cache_entries($node, 'items', "kind = 'literals'"), "40\n41", 'by a database of its own');

	# Letters outside of ASCII that fold to letters inside: long s, and the sign of kelvin.
	my $session = session();
	sql(q{SELECT count(*) FROM llm_policy_apply('{metadata: {id: folding, name: f}, rules: [
		{id: one, condition: {operator: contains, field: llm.prompt, value: kelvins}, action: {decision: deny, reason: contains}},
		{id: two, condition: {operator: matches, field: llm.prompt, value: "(?i)kelvins"}, action: {decision: deny, reason: matches}},
		{id: three, condition: {operator: contains, field: llm.prompt, value: "\u017Fecret"}, action: {decision: deny, reason: long s}},
		{id: four, condition: {operator: contains, field: llm.prompt, value: "GRÖSSE"}, action: {decision: deny, reason: umlaut}}]}',
		'folding')});
	my %expected = (
		q{'five kelvins'} => 'deny contains',
		q{U&'five \212Aelvins'} => 'deny matches',
		q{U&'five kelvin\017F'} => 'deny matches',
		q{'five KELVINS'} => 'deny matches',
		q{U&'a \017Fecret'} => 'deny long s',
		q{'a secret'} => 'allow',
		q{U&'GR\00D6SSE'} => 'deny umlaut',
		q{U&'gr\00F6sse'} => 'allow');
	is($session->query_safe(prompt_verdict($_, 'folding')), $expected{$_}, "folding: $_") for sort keys %expected;
	$session->quit;
}

$node->stop;
done_testing();

-- A new connection: a trivial query, then the first evaluation, which finds nothing loaded in this backend.
SELECT clock_timestamp() AS t0 \gset
SELECT jsonb_object_field(request, 'user') FROM bench.requests LIMIT 1 \g /dev/null
SELECT clock_timestamp() AS t1 \gset
SELECT llm_policy_simulate(request) FROM bench.requests LIMIT 1 \g /dev/null
SELECT 'cold_trivial_ms', extract(epoch FROM :'t1'::timestamptz - :'t0'::timestamptz) * 1000,
	'cold_simulate_ms', extract(epoch FROM clock_timestamp() - :'t1'::timestamptz) * 1000;

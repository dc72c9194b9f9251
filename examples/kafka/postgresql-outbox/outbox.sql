-- What employees did, for the tracker: one row in the transaction that did it.
-- Debezium's outbox event router knows the columns by these names (debezium.json).
CREATE TABLE IF NOT EXISTS dye_outbox (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	aggregatetype text NOT NULL,   -- the router's word for the topic's last part
	aggregateid text NOT NULL,     -- the key of the record: the entity
	payload jsonb NOT NULL         -- the event as the tracker reads it
);

-- dataset 'loans', entity 'loan/L-17', op 'update', who did it and where, and
-- [[field, old value, new value], ...].
CREATE OR REPLACE FUNCTION dye_outbox_add(dataset text, entity text, op text, actor text,
	channel text, changes jsonb) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
	row_id uuid := gen_random_uuid();
BEGIN
	IF jsonb_typeof(changes) <> 'array' THEN
		RAISE EXCEPTION 'changes is a list of [field, old, new], not %', jsonb_typeof(changes);
	END IF;
	INSERT INTO dye_outbox (id, aggregatetype, aggregateid, payload)
	VALUES (row_id, 'outbox', entity, jsonb_build_object('id', row_id, 'time',
	    to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
	    'dataset', dataset, 'entity', entity, 'op', op, 'actor', actor,
	    'system', current_setting('application_name'), 'channel', channel, 'changes', changes));
	-- It is in the log now, and that is all that Debezium reads.
	DELETE FROM dye_outbox WHERE id = row_id;
	RETURN row_id;
END
$$;

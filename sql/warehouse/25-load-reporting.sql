-- Where the data stand, what was refused, how files restate one another, how fast feedback is.

-- A cumulative file restates months that an earlier file brought. A month of that earlier file which it leaves out stays current
-- although its sender may have dropped it: it is reported, never guessed. Files split by month restate none of each other's months.
CREATE VIEW @icb@.slice_not_restated AS
SELECT o.submission_id, o.dataset, o.provider_code, o.commissioner_code, o.financial_year, o.month, max(n.submission_id) AS left_out_by
FROM @icb@.submission_slice o
JOIN @icb@.submission_slice e ON e.submission_id = o.submission_id AND e.dataset = o.dataset AND e.provider_code = o.provider_code AND e.commissioner_code = o.commissioner_code AND e.financial_year = o.financial_year AND e.month <> o.month
JOIN @icb@.submission_slice n ON n.submission_id > e.submission_id AND n.dataset = e.dataset AND n.provider_code = e.provider_code AND n.commissioner_code = e.commissioner_code AND n.financial_year = e.financial_year AND n.month = e.month
WHERE o.status = 'current' AND o.dataset IN ('PLCM', 'DRPLCM', 'DEPLCM', 'ACM')
  AND NOT EXISTS (SELECT FROM @icb@.submission_slice x WHERE x.submission_id = n.submission_id AND x.dataset = o.dataset AND x.provider_code = o.provider_code AND x.commissioner_code = o.commissioner_code AND x.financial_year = o.financial_year AND x.month = o.month)
GROUP BY o.submission_id, o.dataset, o.provider_code, o.commissioner_code, o.financial_year, o.month;
COMMENT ON VIEW @icb@.slice_not_restated IS 'Current slices that a later file, restating other months of the same file, left out.';
COMMENT ON COLUMN @icb@.slice_not_restated.left_out_by IS 'Latest submission that left the month out.';

-- What the sender says against what came, per file.
CREATE VIEW @icb@.submission_control AS
SELECT s.submission_id,
       s.rows_received - s.control_rows AS rows_difference,
       s.amount_loaded + s.amount_rejected - s.control_amount AS amount_difference,
       CASE WHEN s.control_rows IS NULL AND s.control_amount IS NULL THEN 'no control'
            WHEN s.rows_received <> s.control_rows OR s.amount_loaded + s.amount_rejected <> s.control_amount THEN 'differs'
            ELSE 'ok' END AS status
FROM @icb@.submission s
WHERE s.status = 'loaded';
COMMENT ON VIEW @icb@.submission_control IS 'Loaded files against control totals: no control, ok or differs. Amounts that cannot be read are in no total; submission.amounts_unreadable counts them.';
COMMENT ON COLUMN @icb@.submission_control.rows_difference IS 'Rows received less control rows; NULL without control.';
COMMENT ON COLUMN @icb@.submission_control.amount_difference IS 'Readable amounts received, loaded and refused, less the control amount; NULL without control.';

CREATE VIEW @icb_reporting@.load_position AS
SELECT g.dataset::text AS dataset,
       g.provider_code::text AS provider_code,
       @icb@.financial_month_start(g.financial_year, g.month)::date AS activity_month,
       g.financial_year::text AS financial_year,
       g.month::integer AS financial_month,
       g.submission_kind::text AS submission_kind,
       (g.line_count + g.refused_count)::bigint AS rows_received,
       g.refused_count::bigint AS rows_rejected,
       (CASE WHEN g.dataset IN ('PLCM', 'DRPLCM', 'DEPLCM', 'ACM') THEN g.amount END)::numeric(16,2) AS value_gbp,
       (CASE WHEN g.dataset IN ('PLCM', 'DRPLCM', 'DEPLCM', 'ACM') THEN g.refused_amount END)::numeric(16,2) AS refused_gbp,
       (CASE WHEN g.parts = 1 THEN s.control_amount END)::numeric(16,2) AS control_gbp,
       (CASE WHEN g.parts = 1 THEN c.amount_difference END)::numeric(16,2) AS difference_gbp,
       (CASE WHEN g.status = 'held' THEN 'held' ELSE c.status END)::text AS status,
       nullif(concat_ws('; ', g.held_reason,
              CASE WHEN g.left_out_by IS NOT NULL THEN 'not restated by submission ' || g.left_out_by END,
              CASE WHEN s.amounts_unreadable > 0 THEN s.amounts_unreadable || ' refused rows of the file have no readable amount' END,
              CASE WHEN c.rows_difference <> 0 THEN 'rows of the file differ from control by ' || c.rows_difference END,
              CASE WHEN g.parts > 1 AND c.amount_difference <> 0 THEN 'amount of the file differs from control by ' || c.amount_difference::numeric(16,2) END), '')::text AS note,
       s.submission_id::bigint AS submission_id,
       s.file_name::text AS file_name,
       s.loaded_at::timestamptz AS loaded_at
FROM (SELECT t.submission_id, t.dataset, t.provider_code, t.financial_year, t.month, t.submission_kind, t.status,
             sum(t.line_count) AS line_count, sum(t.refused_count) AS refused_count, sum(t.amount) AS amount, sum(t.refused_amount) AS refused_amount,
             min(t.held_reason) AS held_reason, max(r.left_out_by) AS left_out_by,
             count(*) OVER (PARTITION BY t.submission_id) AS parts
      FROM @icb@.submission_slice t
      LEFT JOIN @icb@.slice_not_restated r ON r.submission_id = t.submission_id AND r.dataset = t.dataset AND r.provider_code = t.provider_code
           AND r.commissioner_code = t.commissioner_code AND r.financial_year = t.financial_year AND r.month = t.month
      WHERE t.status IN ('current', 'held')
      GROUP BY t.submission_id, t.dataset, t.provider_code, t.financial_year, t.month, t.submission_kind, t.status) g
JOIN @icb@.submission s ON s.submission_id = g.submission_id
LEFT JOIN @icb@.submission_control c ON c.submission_id = g.submission_id
UNION ALL
SELECT f.dataset, NULL, NULL, NULL, NULL, s.submission_kind, s.rows_received, NULL, NULL::numeric(16,2), NULL::numeric(16,2), s.control_amount::numeric(16,2), NULL::numeric(16,2),
       CASE WHEN s.status IN ('held', 'failed') THEN s.status ELSE 'waiting' END, s.message, s.submission_id, s.file_name, s.loaded_at
FROM @icb@.submission s
JOIN commissioning.feed_reference f ON f.feed = s.feed
WHERE f.dataset IS NOT NULL AND s.status <> 'loaded';
COMMENT ON VIEW @icb_reporting@.load_position IS 'Where the data stand: one row per dataset, provider and month of the current position, with what was refused, and per held month or file that waits. Status: ok, differs or no control (against the control totals of the file), held, failed or waiting.';
COMMENT ON COLUMN @icb_reporting@.load_position.dataset IS 'PLCM (patient-level claim), DRPLCM (drugs), DEPLCM (devices), ACM (aggregate claim), APC, OP or EC (hospital record).';
COMMENT ON COLUMN @icb_reporting@.load_position.provider_code IS 'Provider; NULL for a file that is not loaded.';
COMMENT ON COLUMN @icb_reporting@.load_position.activity_month IS 'First day of the month of activity; NULL for a file that is not loaded.';
COMMENT ON COLUMN @icb_reporting@.load_position.financial_year IS 'Financial year, 2024/25.';
COMMENT ON COLUMN @icb_reporting@.load_position.financial_month IS 'Month in the financial year, 1 is April.';
COMMENT ON COLUMN @icb_reporting@.load_position.submission_kind IS 'flex, freeze or refresh.';
COMMENT ON COLUMN @icb_reporting@.load_position.rows_received IS 'Rows of this provider and month that came, loaded or refused. Refused rows whose provider or month cannot be read are counted in load_file only.';
COMMENT ON COLUMN @icb_reporting@.load_position.rows_rejected IS 'Rows refused.';
COMMENT ON COLUMN @icb_reporting@.load_position.value_gbp IS 'Amount of the rows loaded, in pounds; NULL for the hospital record.';
COMMENT ON COLUMN @icb_reporting@.load_position.refused_gbp IS 'Readable amount of the rows refused, in pounds.';
COMMENT ON COLUMN @icb_reporting@.load_position.control_gbp IS 'Amount the sender says the file holds; NULL without control or where the file covers several providers or months (see load_file).';
COMMENT ON COLUMN @icb_reporting@.load_position.difference_gbp IS 'Readable amount of the file, loaded and refused, less the control amount; NULL where control_gbp is NULL.';
COMMENT ON COLUMN @icb_reporting@.load_position.status IS 'ok, differs or no control: the file against its control totals; held: waits to be released; failed or waiting: a file not loaded.';
COMMENT ON COLUMN @icb_reporting@.load_position.note IS 'Why it is held, which later file left the month out, what differs; NULL when there is nothing to say.';
COMMENT ON COLUMN @icb_reporting@.load_position.submission_id IS 'File it came with.';
COMMENT ON COLUMN @icb_reporting@.load_position.file_name IS 'Its name.';
COMMENT ON COLUMN @icb_reporting@.load_position.loaded_at IS 'When it was loaded.';

CREATE VIEW @icb_reporting@.load_file AS
SELECT s.submission_id::bigint AS submission_id,
       s.feed::text AS feed,
       s.file_name::text AS file_name,
       s.submission_kind::text AS submission_kind,
       s.received_at::timestamptz AS received_at,
       s.loaded_at::timestamptz AS loaded_at,
       s.rows_received::bigint AS rows_received,
       s.rows_loaded::bigint AS rows_loaded,
       s.rows_rejected::bigint AS rows_rejected,
       (CASE WHEN s.feed IN ('plcm', 'acm', 'plan') THEN s.amount_loaded END)::numeric(16,2) AS value_gbp,
       (CASE WHEN s.feed IN ('plcm', 'acm', 'plan') THEN s.amount_rejected END)::numeric(16,2) AS refused_gbp,
       s.amounts_unreadable::bigint AS amounts_unreadable,
       s.control_rows::bigint AS control_rows,
       s.control_amount::numeric(16,2) AS control_gbp,
       c.rows_difference::bigint AS rows_difference,
       c.amount_difference::numeric(16,2) AS difference_gbp,
       coalesce(c.status, s.status)::text AS status,
       s.message::text AS message
FROM @icb@.submission s
LEFT JOIN @icb@.submission_control c ON c.submission_id = s.submission_id;
COMMENT ON VIEW @icb_reporting@.load_file IS 'Every file received: rows and money in, refused and against control totals.';
COMMENT ON COLUMN @icb_reporting@.load_file.submission_id IS 'Number of the file.';
COMMENT ON COLUMN @icb_reporting@.load_file.feed IS 'Feed, such as plcm.';
COMMENT ON COLUMN @icb_reporting@.load_file.file_name IS 'Name as sent.';
COMMENT ON COLUMN @icb_reporting@.load_file.submission_kind IS 'flex, freeze or refresh.';
COMMENT ON COLUMN @icb_reporting@.load_file.received_at IS 'When it was received.';
COMMENT ON COLUMN @icb_reporting@.load_file.loaded_at IS 'When it was loaded, NULL before.';
COMMENT ON COLUMN @icb_reporting@.load_file.rows_received IS 'Rows in the file.';
COMMENT ON COLUMN @icb_reporting@.load_file.rows_loaded IS 'Rows loaded.';
COMMENT ON COLUMN @icb_reporting@.load_file.rows_rejected IS 'Rows refused; received = loaded + refused once it is loaded.';
COMMENT ON COLUMN @icb_reporting@.load_file.value_gbp IS 'Amount of the rows loaded, in pounds; NULL for feeds without amounts.';
COMMENT ON COLUMN @icb_reporting@.load_file.refused_gbp IS 'Readable amount of the rows refused, in pounds.';
COMMENT ON COLUMN @icb_reporting@.load_file.amounts_unreadable IS 'Refused rows whose amount cannot be read: no total contains them.';
COMMENT ON COLUMN @icb_reporting@.load_file.control_rows IS 'Rows the sender says the file holds, NULL without control.';
COMMENT ON COLUMN @icb_reporting@.load_file.control_gbp IS 'Amount the sender says the file holds, NULL without control.';
COMMENT ON COLUMN @icb_reporting@.load_file.rows_difference IS 'Rows received less control rows.';
COMMENT ON COLUMN @icb_reporting@.load_file.difference_gbp IS 'Readable amount received less control amount, in pounds.';
COMMENT ON COLUMN @icb_reporting@.load_file.status IS 'ok, differs or no control once loaded; before that landing, landed, loading, held or failed.';
COMMENT ON COLUMN @icb_reporting@.load_file.message IS 'Why it is held or failed.';

CREATE VIEW @icb_reporting@.load_reject AS
SELECT r.submission_id::bigint AS submission_id,
       s.feed::text AS feed,
       s.file_name::text AS file_name,
       r.line_no::bigint AS line_no,
       r.column_name::text AS column_name,
       r.value_masked::text AS value_masked,
       r.reason::text AS reason,
       r.amount::numeric(16,2) AS amount_gbp
FROM @icb@.reject r
JOIN @icb@.submission s ON s.submission_id = r.submission_id;
COMMENT ON VIEW @icb_reporting@.load_reject IS 'Every fault of every refused row, values masked. The rows as sent stand in the identity schema.';
COMMENT ON COLUMN @icb_reporting@.load_reject.submission_id IS 'File it came with.';
COMMENT ON COLUMN @icb_reporting@.load_reject.feed IS 'Feed, such as plcm.';
COMMENT ON COLUMN @icb_reporting@.load_reject.file_name IS 'Name of the file.';
COMMENT ON COLUMN @icb_reporting@.load_reject.line_no IS 'Line of the file on which the row begins; the header is line 1.';
COMMENT ON COLUMN @icb_reporting@.load_reject.column_name IS 'Header of the column; (row) when the row as a whole cannot be read.';
COMMENT ON COLUMN @icb_reporting@.load_reject.value_masked IS 'Shape of the value: letters as x, digits as 9.';
COMMENT ON COLUMN @icb_reporting@.load_reject.reason IS 'What is wrong.';
COMMENT ON COLUMN @icb_reporting@.load_reject.amount_gbp IS 'Amount of the row where it can be read, on its first fault only, in pounds.';

CREATE VIEW @icb_reporting@.slice_history AS
SELECT t.submission_id::bigint AS submission_id,
       s.file_name::text AS file_name,
       t.dataset::text AS dataset,
       t.provider_code::text AS provider_code,
       t.commissioner_code::text AS commissioner_code,
       @icb@.financial_month_start(t.financial_year, t.month)::date AS activity_month,
       t.financial_year::text AS financial_year,
       t.month::integer AS financial_month,
       t.submission_kind::text AS submission_kind,
       t.line_count::bigint AS rows_loaded,
       (CASE WHEN t.dataset IN ('PLCM', 'DRPLCM', 'DEPLCM', 'ACM') THEN t.amount END)::numeric(16,2) AS value_gbp,
       (t.amount - lag(t.amount) OVER (PARTITION BY t.dataset, t.provider_code, t.commissioner_code, t.financial_year, t.month ORDER BY t.submission_id))::numeric(16,2) AS change_gbp,
       t.status::text AS status,
       t.held_reason::text AS held_reason,
       t.released_by::text AS released_by,
       t.released_at::timestamptz AS released_at,
       s.loaded_at::timestamptz AS loaded_at
FROM @icb@.submission_slice t
JOIN @icb@.submission s ON s.submission_id = t.submission_id
UNION ALL
SELECT n.left_out_by, s.file_name, n.dataset, n.provider_code, n.commissioner_code, @icb@.financial_month_start(n.financial_year, n.month), n.financial_year, n.month,
       s.submission_kind, 0, NULL::numeric(16,2), NULL::numeric(16,2), 'not restated', 'submission ' || n.submission_id || ' stays current', NULL, NULL, s.loaded_at
FROM @icb@.slice_not_restated n
JOIN @icb@.submission s ON s.submission_id = n.left_out_by;
COMMENT ON VIEW @icb_reporting@.slice_history IS 'What every file said about every slice (dataset, provider, commissioner, month), with the change against the statement before it, and the months that a later file left out.';
COMMENT ON COLUMN @icb_reporting@.slice_history.submission_id IS 'File.';
COMMENT ON COLUMN @icb_reporting@.slice_history.file_name IS 'Its name.';
COMMENT ON COLUMN @icb_reporting@.slice_history.dataset IS 'PLCM, DRPLCM, DEPLCM, ACM, APC, OP or EC.';
COMMENT ON COLUMN @icb_reporting@.slice_history.provider_code IS 'Provider.';
COMMENT ON COLUMN @icb_reporting@.slice_history.commissioner_code IS 'Commissioner as billed; - when none was given.';
COMMENT ON COLUMN @icb_reporting@.slice_history.activity_month IS 'First day of the month of activity.';
COMMENT ON COLUMN @icb_reporting@.slice_history.financial_year IS 'Financial year, 2024/25.';
COMMENT ON COLUMN @icb_reporting@.slice_history.financial_month IS 'Month in the financial year, 1 is April.';
COMMENT ON COLUMN @icb_reporting@.slice_history.submission_kind IS 'flex, freeze or refresh.';
COMMENT ON COLUMN @icb_reporting@.slice_history.rows_loaded IS 'Rows the file holds for the slice.';
COMMENT ON COLUMN @icb_reporting@.slice_history.value_gbp IS 'Their amount, in pounds.';
COMMENT ON COLUMN @icb_reporting@.slice_history.change_gbp IS 'Change against the file before it, in pounds; NULL for the first.';
COMMENT ON COLUMN @icb_reporting@.slice_history.status IS 'current, superseded, held, or not restated: the file leaves the month out although it restates others.';
COMMENT ON COLUMN @icb_reporting@.slice_history.held_reason IS 'Why it is held, or what stays current.';
COMMENT ON COLUMN @icb_reporting@.slice_history.released_by IS 'Who released a held slice.';
COMMENT ON COLUMN @icb_reporting@.slice_history.released_at IS 'When.';
COMMENT ON COLUMN @icb_reporting@.slice_history.loaded_at IS 'When the file was loaded.';

CREATE VIEW @icb_reporting@.feedback_timeliness AS
SELECT g.dataset::text AS dataset,
       g.provider_code::text AS provider_code,
       g.month_start::date AS activity_month,
       g.submission_kind::text AS submission_kind,
       g.received_at::timestamptz AS received_at,
       g.loaded_at::timestamptz AS loaded_at,
       v.finished_at::timestamptz AS feedback_at,
       (g.received_at::date - g.month_end)::integer AS days_to_receipt,
       (g.loaded_at::date - g.month_end)::integer AS days_to_load,
       (v.finished_at::date - g.month_end)::integer AS days_to_feedback
FROM (SELECT t.dataset, t.provider_code, t.submission_kind, @icb@.financial_month_start(t.financial_year, t.month) AS month_start,
             (@icb@.financial_month_start(t.financial_year, t.month) + interval '1 month - 1 day')::date AS month_end,
             min(s.received_at) AS received_at, min(s.loaded_at) AS loaded_at
      FROM @icb@.submission_slice t
      JOIN @icb@.submission s ON s.submission_id = t.submission_id
      GROUP BY t.dataset, t.provider_code, t.submission_kind, t.financial_year, t.month) g
LEFT JOIN LATERAL (SELECT min(r.finished_at) AS finished_at FROM @icb@.run r
                   WHERE r.stage = 'validate' AND r.status IN ('done', 'unchanged') AND r.started_at >= g.loaded_at) v ON true;
COMMENT ON VIEW @icb_reporting@.feedback_timeliness IS 'Days from the end of a month to its data and to feedback on them, per dataset, provider, month and kind of submission: the first file of each kind.';
COMMENT ON COLUMN @icb_reporting@.feedback_timeliness.dataset IS 'PLCM, DRPLCM, DEPLCM, ACM, APC, OP or EC.';
COMMENT ON COLUMN @icb_reporting@.feedback_timeliness.provider_code IS 'Provider.';
COMMENT ON COLUMN @icb_reporting@.feedback_timeliness.activity_month IS 'First day of the month of activity.';
COMMENT ON COLUMN @icb_reporting@.feedback_timeliness.submission_kind IS 'flex, freeze or refresh.';
COMMENT ON COLUMN @icb_reporting@.feedback_timeliness.received_at IS 'When the first file with this month came.';
COMMENT ON COLUMN @icb_reporting@.feedback_timeliness.loaded_at IS 'When it was loaded.';
COMMENT ON COLUMN @icb_reporting@.feedback_timeliness.feedback_at IS 'End of the first validation after that, NULL before.';
COMMENT ON COLUMN @icb_reporting@.feedback_timeliness.days_to_receipt IS 'Days from the end of the month to the file; negative when it came before the end.';
COMMENT ON COLUMN @icb_reporting@.feedback_timeliness.days_to_load IS 'Days from the end of the month to the load.';
COMMENT ON COLUMN @icb_reporting@.feedback_timeliness.days_to_feedback IS 'Days from the end of the month to the first validation that saw the data; NULL before.';

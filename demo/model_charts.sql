-- psql -v w=WAREHOUSE -v model=NAME: what the latest validation of a model found, as pictures with the figures above them.
\set reporting :w _reporting
SELECT max(validation_id) AS validation_id FROM :"reporting".validation_metric WHERE model = :'model' \gset
SELECT format('<p>%s, in people held back: AUC %s (%s to %s), slope of calibration %s, observed/expected %s.</p>', commissioning.chart_escape(:'model'),
              round(max(estimate) FILTER (WHERE metric = 'auc'), 3), round(max(lower) FILTER (WHERE metric = 'auc'), 3), round(max(upper) FILTER (WHERE metric = 'auc'), 3),
              round(max(estimate) FILTER (WHERE metric = 'slope'), 3), round(max(estimate) FILTER (WHERE metric = 'oe'), 3))
FROM :"reporting".validation_metric WHERE validation_id = :validation_id;
SELECT commissioning.chart_calibration('Calibration: observed against predicted',
    (SELECT jsonb_agg(to_jsonb(d) || jsonb_build_object('n', d.people) ORDER BY d.decile) FROM :"reporting".validation_decile d WHERE d.validation_id = :validation_id AND NOT d.suppressed));
SELECT commissioning.chart_roc('ROC curve',
    (SELECT jsonb_agg(jsonb_build_object('sensitivity', c.y, 'specificity', 1 - c.x) ORDER BY c.place) FROM :"reporting".validation_curve c WHERE c.validation_id = :validation_id AND c.curve = 'roc'));
SELECT commissioning.chart_lift('Lift by tenth of predicted risk',
    (SELECT jsonb_agg(to_jsonb(d) || jsonb_build_object('events_share', d.events_pct / 100) ORDER BY d.decile) FROM :"reporting".validation_decile d WHERE d.validation_id = :validation_id AND NOT d.suppressed));
SELECT commissioning.chart_decision_curve('Decision curve',
    (SELECT jsonb_agg(jsonb_build_object('threshold', c.threshold, 'net_benefit', c.y, 'treat_all', c.reference) ORDER BY c.place) FROM :"reporting".validation_curve c
     WHERE c.validation_id = :validation_id AND c.curve = 'decision'));

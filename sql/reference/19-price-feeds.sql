-- Feeds of contracts' changing terms and of prices. VALID TO is the last day.

INSERT INTO feed_reference (feed, dataset, load_order, has_header, description) VALUES
('contract_bases',     NULL, 23, true, 'Payment bases of contracts that change theirs'),
('contract_baselines', NULL, 23, true, 'Agreed values that a payment regime settles against');

INSERT INTO feed_column_reference (feed, target, source_header, reader, required, preference) VALUES
('contract_bases', 'contract_id', 'CONTRACT', 'text', true, 1),
('contract_bases', 'basis', 'BASIS', 'text', true, 1),
('contract_bases', 'valid_from', 'VALID FROM', 'date', true, 1),
('contract_bases', 'valid_to', 'VALID TO', 'date', false, 1),
('contract_baselines', 'contract_id', 'CONTRACT', 'text', true, 1),
('contract_baselines', 'kind', 'KIND', 'text', true, 1),
('contract_baselines', 'amount', 'AMOUNT', 'amount', true, 1),
('contract_baselines', 'valid_from', 'VALID FROM', 'date', true, 1),
('contract_baselines', 'valid_to', 'VALID TO', 'date', false, 1),
('contract_baselines', 'source', 'SOURCE', 'text', false, 1);

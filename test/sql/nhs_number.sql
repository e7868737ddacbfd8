-- Type nhs_number: facts of the published test set, I/O, order, hash, errors.
CREATE SCHEMA nhs_number_test;
SET search_path = nhs_number_test, commissioning, public;

CREATE TABLE cases (digits text, valid boolean, placeholder boolean);
INSERT INTO cases VALUES
	('9434765919', true, false), ('9434765910', false, NULL), ('4010232137', true, false), ('6541003238', true, false),
	('9990000018', true, false), ('4501000090', true, false), ('4501000120', true, false), ('4501000041', false, NULL),
	('3459124359', false, NULL), ('4380590096', false, NULL), ('4446394339', true, false), ('4146515092', true, false),
	('8314495581', true, false), ('3417284996', true, false), ('4505577104', true, false), ('0000000000', true, true),
	('1111111111', true, true), ('2222222222', true, true), ('4874773259', false, NULL), ('7092823059', false, NULL);
SELECT digits, valid, placeholder, to_nhs_number(digits) FROM cases
	WHERE (to_nhs_number(digits) IS NOT NULL) <> (valid AND NOT placeholder) OR to_nhs_number(digits)::text <> digits;
SELECT count(*) FILTER (WHERE to_nhs_number(digits) IS NOT NULL) AS read FROM cases;

-- Text form.
SELECT '943 476 5919'::nhs_number, '943-476-5919'::nhs_number, '  9434765919 '::nhs_number, '943476 5919'::nhs_number;
SELECT format_nhs_number('0000000000'), format_nhs_number('9434765919'), is_placeholder('9434765919'), is_placeholder('7777777777');
DROP SCHEMA nhs_number_test CASCADE;

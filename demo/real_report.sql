-- The report of demo/run --real: what a model of admissions found in the Medicare synthetic files, one self-contained page.
\pset format unaligned
\pset tuples_only on
SELECT '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>commissioning: Medicare synthetic files</title><style>
body{font-family:Arial,Helvetica,sans-serif;color:#212b32;max-width:820px;margin:24px auto;padding:0 16px;line-height:1.45}
h1{font-size:26px}pre{font-size:12px;white-space:pre-wrap}svg{max-width:100%;height:auto}</style></head><body>
<h1>Admissions of 2009 predicted from 2008, Medicare synthetic files</h1>
<p>The people are synthetic: their joint distribution is not that of real ones, and nothing here holds for any real population.</p>';
\set w medicare
\set model admission_2009
\ir model_charts.sql
SELECT '<h2>Report of the model</h2><pre>' || commissioning.chart_escape(medicare.model_report('admission_2009', '1')) || '</pre></body></html>';

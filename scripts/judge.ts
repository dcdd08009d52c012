/** npm run judge: judges the recorded histories again, runs nothing, and holds the verdicts against records and notes. */
import { Command } from 'commander';
import { judgeRecords } from '../notebooks/lab/judge';
import { command } from './lib/command';
import { bundlesOf, evidenceOf, type Row, rowsOf } from './lib/evidence';
import type { Host } from './lib/host';
import { chooseNotebooks, loadLedger, loadRecord, Refusal, recordFile, shown } from './lib/project';
import { report } from './lib/report';
import { SourceError } from './lib/source-error';

async function main(): Promise<void> {
  const program = new Command('judge')
    .description('judges the recorded histories again, without running anything')
    .argument('[names...]', 'notebooks whose names contain one of these; all when there are none')
    .option('--json', 'print one JSON document and nothing else')
    .parse();
  const names = chooseNotebooks(program.args);
  const ledger = await loadLedger();
  const began = performance.now();
  const rows: Row[] = [];
  const errors: Error[] = [];
  let host: Host | undefined;
  for (const name of names) {
    const claims = ledger.claims.get(name) ?? {};
    const record = loadRecord(name);
    const { histories, findings } = evidenceOf(bundlesOf(record));
    const judged = judgeRecords(claims, histories);
    for (const { claim, verdict } of judged) {
      const recorded = findings.find((finding) => finding.claim === claim)?.verdict ?? 'no verdict';
      if (recorded === verdict) continue;
      const problem = `the record has ${recorded} for "${claim}"; judged again it is ${verdict}`;
      errors.push(new SourceError(shown(recordFile(name)), 1, problem, `record it again: npm run record -- ${name}`));
    }
    rows.push(...rowsOf(name, claims, ledger.noted, judged));
    host ??= (record.metadata.procnotes as { host?: Host } | undefined)?.host;
    if (host === undefined)
      throw new SourceError(
        shown(recordFile(name)),
        1,
        'the record names no host',
        `record it again: npm run record -- ${name}`,
      );
  }
  if (host === undefined) throw new Refusal('there are no notebooks');
  report(rows, errors, host, (performance.now() - began) / 1000, program.opts().json ? 'json' : 'text');
}

command(main);

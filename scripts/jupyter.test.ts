/** Every notebook of the project through real Jupyter, held against its committed record. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Finding, judgeRecords } from '../notebooks/lab/judge';
import { bestWitness } from '../notebooks/lab/trace/witness';
import { bundlesOf, evidenceOf } from './lib/evidence';
import { sameSource, toIpynb } from './lib/ipynb';
import { executeNotebook, refuseGaps } from './lib/jupyter';
import { loadClaims, loadNotebook, loadRecord, notebookNames } from './lib/project';

const verdicts = (findings: Finding[]) => findings.map(({ claim, verdict }) => `${claim}: ${verdict}`).sort();

describe('through Jupyter', { concurrency: 2 }, () => {
  for (const name of notebookNames()) {
    test(`${name} gives every claim its recorded verdict; the record is of the current .md, and is judged as recorded`, async (t) => {
      const notebook = loadNotebook(name);
      const claims = await loadClaims(name);
      const record = loadRecord(name);
      const sameness = sameSource(notebook, record);
      assert.ok(sameness.same, sameness.same ? '' : sameness.difference.message);
      const recorded = evidenceOf(bundlesOf(record));
      assert.deepEqual(verdicts(judgeRecords(claims, recorded.histories)), verdicts(recorded.findings));

      const executed = await executeNotebook(notebook, toIpynb(notebook), { deadline: 300 });
      refuseGaps(notebook, executed, claims);
      const before = new Map(recorded.findings.map(({ claim, verdict }) => [claim, verdict]));
      const witness = await bestWitness();
      for (const { claim, verdict, because } of evidenceOf(bundlesOf(executed)).findings)
        if (witness.kind !== 'tracefs' && verdict === 'inconclusive' && because.startsWith('only the kernel can tell'))
          t.diagnostic(`NOT DECIDED on this host: ${claim}: ${because}`);
        else assert.equal(verdict, before.get(claim), `${claim}: ${because}`);
    });
  }
});

/** npm run record: executes notebooks through Jupyter and keeps the result as notebooks/NAME.ipynb, if all went well. */
import { Command } from 'commander';
import writeFileAtomic from 'write-file-atomic';
import { command, seconds } from './lib/command';
import { hostFacts } from './lib/host';
import { type Ipynb, serializeIpynb, toIpynb } from './lib/ipynb';
import { executeNotebook, refuseGaps } from './lib/jupyter';
import { chooseNotebooks, loadLedger, loadNotebook, recordFile, shown } from './lib/project';
import { SourceError } from './lib/source-error';

async function main(): Promise<void> {
  const program = new Command('record')
    .description('executes notebooks through Jupyter and rewrites their records')
    .argument('[names...]', 'notebooks whose names contain one of these; all when there are none')
    .option('--deadline <seconds>', 'the longest that one cell may take', seconds, 120)
    .parse();
  const names = chooseNotebooks(program.args);
  const { claims } = await loadLedger();
  const host = await hostFacts();
  for (const name of names) {
    const began = performance.now();
    const notebook = loadNotebook(name);
    process.stderr.write(`${name}:`);
    const executed = await executeNotebook(notebook, toIpynb(notebook), {
      deadline: program.opts().deadline,
      onCell: (id) => process.stderr.write(` ${id}`),
    });
    refuseGaps(notebook, executed, claims.get(name) ?? {});
    await writeFileAtomic(recordFile(name), serializeIpynb(withHost(executed, host))).catch((error: Error) => {
      const remedy = 'the former record is as it was; make room or mend the rights, and record it again';
      throw new SourceError(shown(recordFile(name)), 1, `cannot be written (${error.message})`, remedy);
    });
    process.stderr.write(
      `\n${name}: wrote ${shown(recordFile(name))} (${((performance.now() - began) / 1000).toFixed(1)} s)\n`,
    );
  }
}

/** The host's facts and the day go into the record's metadata, beside whatever the notebook itself has there. */
function withHost(ipynb: Ipynb, host: object): Ipynb {
  const { procnotes = {} } = ipynb.metadata as { procnotes?: object };
  const recorded = new Date().toISOString().slice(0, 10);
  return { ...ipynb, metadata: { ...ipynb.metadata, procnotes: { ...procnotes, host, recorded } } } as Ipynb;
}

command(main);

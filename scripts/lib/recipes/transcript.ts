/**
 * What a terminal was sent by the programs in it, sorted into prompts, echo and output: by the marks of OSC 133 that the
 * shells' prompts carry (shells.ts), as terminals with shell integration have them:
 *
 *   A   the prompt begins (`A;k=s`: that of a further line of a command)
 *   B   it ends; what is typed is echoed from here on
 *   C   a command begins: output from here to the next A
 */
import { Terminal as Emulator } from '@xterm/headless';

/** `no echo`: what stands outside of prompts is output; dash marks no beginning of a command, and its terminal does not echo. */
export type Echo = 'echo' | 'no echo';

export interface Reading {
  /** What commands printed, as bytes for a terminal: see `rendered`. */
  readonly output: string;
  /** How many prompts came, the further ones of a command (`> `) included. */
  readonly prompts: number;
  /** Where it stands now: at a prompt for a command, at one for a further line, or in a command. */
  readonly at: 'prompt' | 'further' | 'command';
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what the marks are made of
const mark = /\x1b\]133;([ABC])(;k=s)?[^\x07]*\x07/g;

/**
 * Reads the bytes of a terminal from the offset `from` on. `sent` are the offsets at which something was typed or pasted:
 * between that and the beginning of a command stands its echo. What comes at a prompt where nothing was typed is output,
 * of something in the background.
 */
export function readTranscript(bytes: string, from: number, sent: readonly number[], echo: Echo): Reading {
  let zone: 'prompt' | 'input' | 'output' = 'output';
  let further: 'no' | 'yes' = 'no';
  let output = '';
  let prompts = 0;
  let begun = 0; // the offset where the last command began or was over: what was sent before it is dealt with
  const take = (start: number, end: number) => {
    const echoed = zone === 'input' && echo === 'echo' ? sent.find((at) => at >= begun && at <= end) : undefined;
    const printed = bytes.slice(Math.max(start, from), Math.min(end, echoed ?? end));
    if (zone !== 'prompt') output += printed;
  };
  let last = 0;
  for (const match of bytes.matchAll(mark)) {
    take(last, match.index);
    last = match.index + match[0].length;
    if (match[1] === 'A') {
      if (zone === 'output') begun = match.index;
      zone = 'prompt';
      further = match[2] === undefined ? 'no' : 'yes';
    } else if (match[1] === 'B') {
      zone = 'input';
      if (match.index >= from) prompts += 1;
    } else {
      zone = 'output';
      begun = match.index;
    }
  }
  take(last, bytes.length);
  return { output, prompts, at: zone === 'output' ? 'command' : further === 'yes' ? 'further' : 'prompt' };
}

/** How bytes look on a terminal that is wide enough to wrap no line. */
export async function rendered(bytes: string): Promise<string> {
  const emulator = new Emulator({ rows: 24, cols: 1000, scrollback: 5000, allowProposedApi: true, logLevel: 'off' });
  await new Promise<void>((done) => emulator.write(bytes, done));
  const { active } = emulator.buffer;
  const lines = Array.from({ length: active.length }, (_, y) => active.getLine(y)?.translateToString(true) ?? '');
  emulator.dispose();
  return lines.join('\n').trimEnd();
}

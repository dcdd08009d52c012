/** A person's own terminal in place of the windows of a recipe's terminals: they see one of them at a time, and type into it. */
import { setTimeout as pause } from 'node:timers/promises';
import type { ReadStream, WriteStream } from 'node:tty';
import type { Sandbox } from '../../../notebooks/lab/sandbox';
import type { Terminal } from '../../../notebooks/lab/terminal';
import { Chord } from './chord';

/** What a program may have set that the next one does not want: bracketed paste, another screen, colours, no cursor. */
const usual = '\x1b[?2004l\x1b[?1047l\x1b[0m\x1b[?25h';
const clear = '\x1b[H\x1b[2J';

/** The terminals that one may sit at, by the number in their names. */
export type Terminals = ReadonlyMap<number, Terminal>;

/** Resolves when the person leaves, or the shell before them has ended, or their own terminal; that is then as it was. */
export async function connect(
  box: Sandbox,
  terminals: Terminals,
  keys: ReadStream,
  screen: WriteStream,
): Promise<void> {
  const [first] = terminals;
  if (first === undefined) return;
  const numbers = [...terminals.keys()];
  const chords = numbers.length === 1 ? '' : `Ctrl-] ${numbers.join(' or ')}: that terminal; `;
  let shown = first[1];
  let quiet = () => {};
  const resize = () => shown.resize(screen.rows, screen.columns).catch(() => {}); // unless the sandbox has just ended
  const show = async (terminal: Terminal) => {
    quiet();
    shown = terminal;
    await resize();
    if (shown !== terminal) return; // another one was wished for meanwhile
    quiet();
    screen.write(`── ${terminal.name} (${chords}Ctrl-] q: leave, and close all) ──\r\n`);
    screen.write(terminal.transcript());
    quiet = terminal.listen((text) => screen.write(text));
  };
  const change = (terminal: Terminal) => {
    screen.write(`${usual}${clear}`);
    return show(terminal);
  };

  const chord = new Chord();
  let leave = () => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const read = (typed: string) => {
    for (const wish of chord.read(typed)) {
      if (wish.do === 'type') shown.keys(wish.text);
      else if (wish.do === 'leave') leave();
      else void change((wish.do === 'show' ? terminals.get(wish.number) : undefined) ?? shown);
    }
  };
  keys.setRawMode(true).setEncoding('utf8').on('data', read).once('end', leave).once('error', leave);
  screen.on('resize', resize);
  await show(shown);
  const looking = new AbortController();
  try {
    await Promise.race([left, shellEnds(box, () => shown, looking.signal)]);
  } finally {
    looking.abort();
    quiet();
    screen.off('resize', resize);
    keys.off('data', read).off('end', leave).off('error', leave).setRawMode(false).pause();
    screen.write(`${usual}\r\n`);
  }
}

/** Waits for the end of the shell that is being shown; there is no deadline. */
async function shellEnds(box: Sandbox, shown: () => Terminal, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const ended = await box.gone(shown().leader).look();
    if (ended.met === 'yes') return;
    await pause(50);
  }
}

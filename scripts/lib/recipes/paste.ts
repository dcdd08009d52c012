/**
 * Pastes a recipe into terminals of a sandbox of its own, as the page says and in its order, and compares what they show
 * with the page. What was seen becomes a history for each part, for the judge.
 */
import { type HistoryRecord, Recorder } from '../../../notebooks/lab/history';
import { Missing } from '../../../notebooks/lab/missing';
import { findProgram } from '../../../notebooks/lab/programs';
import { Sandbox } from '../../../notebooks/lab/sandbox';
import { TimeOut, waitFor } from '../../../notebooks/lab/until';
import { SourceError } from '../source-error';
import { type Bindings, difference, matchAll } from './pattern';
import type { Recipe, Step } from './recipe';
import { Rest } from './rest';
import { asScript, scriptOf } from './script';
import { backstage, furnish, type Way } from './shells';
import { Window } from './window';

export interface PasteOptions {
  /** How long b.sh sleeps, and its like: SLEEP in the environment of the terminals, in seconds. */
  sleep?: number;
  /** Breaks off, by Ctrl-C in every terminal or by closing them all; then nothing may be left. */
  stop?: Stop;
  /** Told of each step as it begins. */
  onStep?: (step: number, of: number, what: string) => void;
  /** Called before the sandbox is closed, with what its terminals show. */
  onEnd?: (box: Sandbox, screens: string[]) => Promise<void>;
}

/**
 * Where a recipe is broken off: in its step `at`, counted from 1, when its directory is there (`begun`), when the terminal
 * shows the first line of what is to come (`speaking`), or when it shows all of it (`shown`).
 */
export interface Stop {
  at: number;
  when: 'begun' | 'speaking' | 'shown';
  by: 'Ctrl-C' | 'closing';
}

/** Every place at which a recipe may be broken off. Keys and windows are done with at once: only pastes have a middle. */
export function stopsOf(recipe: Recipe, way: Way): Stop[] {
  return inThisWay(recipe, way).steps.flatMap((step, index) =>
    (['begun', 'speaking', 'shown'] as const)
      .filter((when) => when === 'shown' || step.do === 'paste')
      .flatMap((when) => (['Ctrl-C', 'closing'] as const).map((by) => ({ at: index + 1, when, by }))),
  );
}

/** What came of it: nothing wrong where `problem` is absent. */
export interface Pasted {
  records: HistoryRecord[];
  problem?: Error;
  /** What the host lacks. */
  missing?: string;
}

/** The program that each package of `needs` brings. */
const brings: Record<string, string> = {
  'apache2-bin': 'apache2',
  gcc: 'cc',
  'libc6-dev': 'cc',
  iproute2: 'ss',
  procps: 'ps',
  curl: 'curl',
  'util-linux': 'setsid',
};

/** What a recipe or a way of pasting it needs and the host has not, in words. */
export function lacks(recipe: Recipe, way: Way): string | undefined {
  const wanted = [
    ...recipe.needs.map((name) => [brings[name] ?? name, name] as const),
    [way.shell, way.shell] as const,
  ];
  const lacking = wanted.find(([program]) => findProgram(program) === undefined);
  return lacking && `needs ${lacking[0]} (apt-get install ${lacking[1]})`;
}

/** The recipe as it is done in this way: where it is run as a script, that is started, and then done as it says. */
const inThisWay = (recipe: Recipe, way: Way) => (way.by === 'as a script' ? asScript(recipe) : recipe);

/** Never rejects: what goes wrong stands in `problem`, with file and line. */
export async function pasteRecipe(recipe: Recipe, way: Way, options: PasteOptions = {}): Promise<Pasted> {
  const missing = lacks(recipe, way);
  if (missing !== undefined) return { records: [], missing };
  let box: Sandbox | undefined;
  const run = { records: new Map<string, HistoryRecord>(), recorders: new Map<string, Recorder>() };
  const records = () => [...run.recorders].map(([arm, recorder]) => record(recipe, arm, box, recorder));
  try {
    box = await Sandbox.open({ tmp: 'own', trace: 'no' });
    if (way.by === 'as a script') box.files({ [`work/${recipe.id}.sh`]: scriptOf(recipe) });
    await new Paster(inThisWay(recipe, way), way, options, box, run.recorders).go();
    return { records: records() };
  } catch (thrown) {
    if (thrown instanceof Missing) return { records: records(), missing: thrown.message };
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    if (!(error instanceof SourceError)) error.message = `${recipe.file}:${recipe.line}: ${error.message}`;
    return { records: records(), problem: error };
  } finally {
    await box?.close();
  }
}

function record(recipe: Recipe, arm: string, box: Sandbox | undefined, recorder: Recorder): HistoryRecord {
  return { experiment: recipe.id, arm, box: box?.facts ?? null, observations: recorder.finish() };
}

class Paster {
  private readonly windows = new Map<number, Window>();
  private bound: Bindings = new Map();
  private program: string[] = [];

  constructor(
    private readonly recipe: Recipe,
    private readonly way: Way,
    private readonly options: PasteOptions,
    private readonly box: Sandbox,
    private readonly recorders: Map<string, Recorder>,
  ) {}

  async go(): Promise<void> {
    const { box, way, recipe, options } = this;
    this.program = furnish(box, way, options.sleep === undefined ? undefined : { SLEEP: String(options.sleep) });
    for (const number of new Set(recipe.steps.map((step) => step.terminal))) await this.open(number);
    const rest = await Rest.of(box, recipe.id);
    const steps = options.stop === undefined ? recipe.steps : recipe.steps.slice(0, options.stop.at);
    for (let time = 0; time < way.times; time++) {
      if (time > 0) await this.again();
      for (const [index, step] of steps.entries()) {
        options.onStep?.(index + 1, steps.length, `Terminal ${step.terminal}: ${step.do}`);
        await this.take(step);
      }
      if (options.stop === undefined) await this.finish();
    }
    if (options.stop !== undefined) await this.breakOff(options.stop.by);
    await this.nothingIsLeft(rest);
    if (options.stop === undefined) await this.statesAreTheSame();
    const screens = [...this.windows.values()].map(({ terminal }) => `${terminal.name}\n${terminal.screen()}`);
    await options.onEnd?.(box, screens);
  }

  private async open(number: number): Promise<void> {
    const window = await Window.open(this.box, number, this.program, this.way);
    this.windows.set(number, window);
    await window.tellState(`~/${backstage}/before-${number}`);
  }

  /** Another run has other PIDs, and opens the windows again that the first one has closed. */
  private async again(): Promise<void> {
    this.bound = new Map();
    for (const [number, { state }] of this.windows) if (state === 'closed') await this.open(number);
  }

  private window(number: number): Window {
    const window = this.windows.get(number);
    if (window === undefined) throw new Error(`Terminal ${number} is not open`);
    return window;
  }

  private get within(): number {
    return this.recipe.within + (this.options.sleep ?? 0);
  }

  private recorder(part: string): Recorder {
    const known = this.recorders.get(part) ?? new Recorder();
    this.recorders.set(part, known);
    return known;
  }

  private fail(line: number, problem: string, remedy?: string): never {
    throw new SourceError(
      this.recipe.file,
      line,
      `recipe "${this.recipe.id}", in ${this.way.name}: ${problem}`,
      remedy,
    );
  }

  private async take(step: Step): Promise<void> {
    const window = this.window(step.terminal);
    const name = window.terminal.name;
    const note = (what: string) =>
      this.recorder(step.part).note('the reader', { kind: 'act', what: `${name}: ${what}` });
    if (step.do === 'close') {
      note('close the window');
      return window.close();
    }
    if (step.do === 'press') {
      note(`press ${step.key}`);
      await window.press(step.key);
    }
    if (step.do === 'resize') {
      note('resize the window');
      await window.resize();
    }
    if (step.do === 'paste') {
      await this.promptFor(window, step.line);
      const early = await window.shown();
      if (early.lines.length > 0)
        this.fail(
          step.line,
          `${name} shows what the page does not say:\n${quoted(early.lines)}`,
          'say it in a text fence',
        );
      note(`paste ${step.code.trimEnd()}`);
      await window.paste(step.code, this.within).catch((error) => this.timeOut(error, window, step.line));
    }
    if (this.options.stop?.at === this.recipe.steps.indexOf(step) + 1 && this.options.stop.when !== 'shown')
      return this.broken(window, this.options.stop.when);
    if (step.shows.length === 0 && !this.goesOn(step)) await this.promptFor(window, step.line);
    await this.compare(step, window);
  }

  /** Whether a step for which the page says nothing leaves a program running: something is then done to it, not pasted. */
  private goesOn(step: Step): boolean {
    const { steps } = this.recipe;
    const next = steps.slice(steps.indexOf(step) + 1).find(({ terminal }) => terminal === step.terminal);
    return step.do === 'resize' || next?.do === 'press' || next?.do === 'resize' || next?.do === 'close';
  }

  /** Waits for the moment at which a recipe is to be broken off; where it does not come, the recipe is over. */
  private async broken(window: Window, when: 'begun' | 'speaking'): Promise<void> {
    const moment = {
      what: `the recipe to have ${when}`,
      look: async () => {
        const { lines, at } = await window.shown();
        const there = (await this.box.$`ls -d /tmp/${this.recipe.id}.*`).exitCode === 0;
        const come = at === 'prompt' || (when === 'begun' ? there : lines.length > 0);
        if (come) return { met: 'yes', value: undefined, witness: 'ls' } as const;
        return { met: 'no', seen: 'neither directory nor line' } as const;
      },
    };
    await waitFor(moment, this.within * 1000);
  }

  private async promptFor(window: Window, line: number): Promise<void> {
    await window.prompt(this.within).catch((error) => this.timeOut(error, window, line));
  }

  /** Waits until the terminal shows what the page says; notes its lines down. */
  private async compare(step: Step, window: Window): Promise<void> {
    const patterns = step.shows.map(({ pattern }) => pattern.lines);
    const { line } = step.shows[0]?.pattern ?? step;
    const pattern = { file: this.recipe.file, line, lines: patterns.flat() };
    const began = performance.now();
    let idle: number | undefined; // since when the shell has been at its prompt, with something else on the screen
    for (let pause = 2; ; pause = Math.min(pause * 1.5, 20)) {
      const { lines, at, upTo } = await window.shown();
      const match = matchAll(patterns, lines, this.bound);
      if (match !== undefined) {
        this.bound = match.bound;
        window.accept(upTo);
        let begin = 0;
        for (const [index, end] of match.ends.entries()) {
          this.noteLines(step.shows[index]?.part ?? step.part, window.terminal.name, lines.slice(begin, end));
          begin = end;
        }
        return;
      }
      const now = performance.now();
      idle = at === 'prompt' ? (idle ?? now) : undefined;
      const patience = step.do === 'look' ? this.within * 1000 : 3000;
      if (now > began + this.within * 1000 || (idle !== undefined && now > idle + patience)) {
        const stuck = at === 'prompt' ? undefined : await this.stuck(window, at);
        const unlike = difference(pattern, lines, this.bound);
        this.fail(unlike?.line ?? line, `${unlike?.text}${stuck === undefined ? '' : `\n${stuck}`}`);
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  private noteLines(part: string, name: string, lines: readonly string[]): void {
    for (const line of lines) this.recorder(part).note(name, { kind: 'line', program: name, line });
  }

  /** Why a terminal does not go on, where there is a reason to be seen. */
  private async stuck(window: Window, at: 'prompt' | 'further' | 'command'): Promise<string | undefined> {
    if (at === 'further' && this.way.shell !== 'dash')
      // which does not mark where a command begins
      return 'the shell asks for more: a quote, a parenthesis or a here-document is never closed; close it';
    const tty = window.terminal.tty.replace('/dev/', '');
    const { stdout } = await this.box.$`ps -t ${tty} -o pid=,stat=,args= | grep -F +`;
    for (const [, pid = '', args = ''] of stdout.matchAll(/^\s*(\d+)\s+\S+\s+(.*)$/gm)) {
      const call = (await this.box.$`cat /proc/${pid}/wchan; echo; cat /proc/${pid}/syscall`).stdout;
      if (/n_tty_read|wait_woken/.test(call) || /^0 0x0 /m.test(call))
        return `\`${args}\` (${pid}) waits for input; give it < /dev/null`;
    }
    return undefined;
  }

  private async timeOut(error: unknown, window: Window, line: number): Promise<never> {
    if (!(error instanceof TimeOut)) throw error;
    const { lines, at } = await window.shown();
    const stuck = await this.stuck(window, at);
    const last = lines.length === 0 ? 'nothing' : `\n${quoted(lines)}`;
    const why = stuck ?? 'a command that ends by itself is wanted here, or a text fence for what it shows so far';
    return this.fail(
      line,
      `no prompt came back in ${window.terminal.name} within ${this.within} s; it shows ${last}`,
      why,
    );
  }

  /** At the end of the page every terminal is back at its prompt, and shows nothing that the page does not say. */
  private async finish(): Promise<void> {
    for (const [number, window] of this.windows) {
      if (window.state === 'closed') continue;
      const line = this.recipe.steps.filter((step) => step.terminal === number).pop()?.line ?? this.recipe.line;
      await this.promptFor(window, line);
      const { lines } = await window.shown();
      if (lines.length > 0)
        this.fail(
          line,
          `at the end Terminal ${number} shows what the page does not say:\n${quoted(lines)}`,
          `say it in a text fence under **Terminal ${number}**`,
        );
    }
  }

  private async breakOff(by: 'Ctrl-C' | 'closing'): Promise<void> {
    for (const window of this.windows.values()) {
      if (window.state === 'closed') continue;
      if (by === 'closing') await window.close();
      else await this.interrupt(window);
    }
  }

  /**
   * Presses Ctrl-C as a person does: again, where the prompt does not come. bash drops a SIGINT that comes while it waits for
   * a command which then ends by itself (jobs.c, wait_for: the command is taken to have dealt with it).
   */
  private async interrupt(window: Window): Promise<void> {
    for (let times = 0; times < 3; times++) {
      await window.press('Ctrl-C');
      try {
        return await window.prompt(1);
      } catch (error) {
        if (!(error instanceof TimeOut)) throw error;
      }
    }
  }

  private async nothingIsLeft(rest: Rest): Promise<void> {
    await waitFor(rest.restored(), this.within * 1000).catch((error: unknown) => {
      if (!(error instanceof TimeOut)) throw error;
      const { stop } = this.options;
      const when =
        stop === undefined ? 'it leaves' : `broken off in step ${stop.at} by ${stop.by} (${stop.when}), it leaves`;
      this.fail(
        this.recipe.line,
        `${when} something behind: ${error.message.replace(/^[\s\S]*last seen: /, '')}`,
        'trap \'rm -rf "$d"\' EXIT; and let everything that it starts end with its directory',
      );
    });
  }

  private async statesAreTheSame(): Promise<void> {
    for (const [number, window] of this.windows) {
      if (window.state === 'closed') continue;
      await window.tellState(`~/${backstage}/after-${number}`);
      const [before, after] = ['before', 'after'].map((when) =>
        this.box.read(`${backstage}/${when}-${number}`).split('\n'),
      );
      const changed = [
        ...(after ?? []).filter((line) => !before?.includes(line)).map((line) => `+ ${line}`),
        ...(before ?? []).filter((line) => !after?.includes(line)).map((line) => `- ${line}`),
      ].filter((line) => !/^[-+] (OLDPWD|_|BASH_.*|PIPESTATUS|pipestatus|status|LINENO|histchars|\?|!)$/.test(line));
      if (changed.length > 0)
        this.fail(
          this.recipe.line,
          `it changes the shell of Terminal ${number}:\n${quoted(changed)}`,
          'put what it sets in parentheses: ( … )',
        );
    }
  }
}

const quoted = (lines: readonly string[]) => lines.map((line) => `    ${line}`).join('\n');

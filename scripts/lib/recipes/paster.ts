import { Recorder } from '../../../notebooks/lab/history';
import type { Sandbox } from '../../../notebooks/lab/sandbox';
import { TimeOut, waitFor } from '../../../notebooks/lab/until';
import { SourceError } from '../source-error';
import { changes } from './changes';
import type { PasteOptions } from './paste';
import { type Bindings, difference, matchAll } from './pattern';
import type { Recipe, Step } from './recipe';
import { Rest } from './rest';
import { backstage, furnish, type Way } from './shells';
import { breakOff, comesTo, type Stop } from './stop';
import { whyStuck } from './stuck';
import { Window } from './window';

/** Does a recipe's steps in the windows of a sandbox, in the order of the page, and compares what they show with the page. */
export class Paster {
  private bound: Bindings = new Map();
  private program: string[] = [];
  /** Where it is broken off this time; of two times only the second is. */
  private stop: Stop | undefined;

  constructor(
    private readonly recipe: Recipe,
    private readonly way: Way,
    private readonly options: PasteOptions,
    private readonly box: Sandbox,
    /** What comes of it: the windows that it opens, and what is seen in each part. */
    private readonly seen: { windows: Map<number, Window>; recorders: Map<string, Recorder> },
  ) {}

  async go(): Promise<void> {
    const { box, way, recipe, options } = this;
    this.program = furnish(box, way, options.sleep === undefined ? undefined : { SLEEP: String(options.sleep) });
    for (const number of new Set(recipe.steps.map((step) => step.terminal))) await this.open(number);
    for (let time = 1; time <= way.times; time++) {
      if (time > 1) await this.again();
      const rest = await Rest.of(box, recipe.id);
      this.stop = time === way.times ? options.stop : undefined;
      const steps = recipe.steps.slice(0, this.stop?.at);
      for (const [index, step] of steps.entries()) {
        options.onStep?.(index + 1, steps.length, `Terminal ${step.terminal}: ${step.do}`);
        await this.take(step);
      }
      if (this.stop === undefined) await this.finish();
      else await breakOff(this.seen.windows.values(), this.stop.by);
      await this.nothingIsLeft(rest);
    }
    if (options.stop === undefined) await this.statesAreTheSame();
  }

  private async open(number: number): Promise<void> {
    const window = await Window.open(this.box, number, this.program, this.way);
    this.seen.windows.set(number, window);
    await window.tellState(`~/${backstage}/before-${number}`);
  }

  /** Another run has other PIDs, and opens the windows again that the first one has closed. */
  private async again(): Promise<void> {
    this.bound = new Map();
    for (const [number, { state }] of this.seen.windows) if (state === 'closed') await this.open(number);
  }

  private window(number: number): Window {
    const window = this.seen.windows.get(number);
    if (window === undefined) throw new Error(`Terminal ${number} is not open`);
    return window;
  }

  private get within(): number {
    return this.recipe.within + (this.options.sleep ?? 0);
  }

  private recorder(part: string): Recorder {
    const known = this.seen.recorders.get(part) ?? new Recorder();
    this.seen.recorders.set(part, known);
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
    if (this.stop?.at === this.recipe.steps.indexOf(step) + 1 && this.stop.when !== 'shown')
      return void (await waitFor(comesTo(this.stop.when, this.recipe.id, window, this.box), this.within * 1000));
    if (step.shows.length === 0 && !this.goesOn(step)) await this.promptFor(window, step.line);
    await this.compare(step, window);
  }

  /** Whether a step for which the page says nothing leaves a program running: something is then done to it, not pasted. */
  private goesOn(step: Step): boolean {
    const { steps } = this.recipe;
    const next = steps.slice(steps.indexOf(step) + 1).find(({ terminal }) => terminal === step.terminal);
    return step.do === 'resize' || next?.do === 'press' || next?.do === 'resize' || next?.do === 'close';
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
        const stuck = at === 'prompt' ? undefined : await whyStuck(this.box, window, at, this.way);
        const unlike = difference(pattern, lines, this.bound);
        this.fail(unlike?.line ?? line, `${unlike?.text}${stuck === undefined ? '' : `\n${stuck}`}`);
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  private noteLines(part: string, name: string, lines: readonly string[]): void {
    for (const line of lines) this.recorder(part).note(name, { kind: 'line', program: name, line });
  }

  private async timeOut(error: unknown, window: Window, line: number): Promise<never> {
    if (!(error instanceof TimeOut)) throw error;
    const { lines, at } = await window.shown();
    const stuck = await whyStuck(this.box, window, at, this.way);
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
    for (const [number, window] of this.seen.windows) {
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
    for (const [number, window] of this.seen.windows) {
      if (window.state === 'closed') continue;
      await window.tellState(`~/${backstage}/after-${number}`);
      const [before, after] = ['before', 'after'].map((when) => this.box.read(`${backstage}/${when}-${number}`));
      const changed = changes(before ?? '', after ?? '');
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

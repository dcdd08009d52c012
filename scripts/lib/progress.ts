import type { Message } from '../../notebooks/lab/outlet';

/** What a notebook is doing: its cell, the arms under way by experiment, when it began. */
interface State {
  cell: string;
  arms: Map<string, string[]>;
  began: number;
  over?: number;
}

/** Follows the messages of notebooks that run side by side, and says where each is. */
export class Progress {
  private readonly states = new Map<string, State>();

  begin(name: string, now: number): void {
    this.states.set(name, { cell: '', arms: new Map(), began: now });
  }

  end(name: string, now: number): void {
    const state = this.states.get(name);
    if (state !== undefined) state.over = now;
  }

  hear(name: string, message: Message): void {
    const state = this.states.get(name);
    if (state === undefined) return;
    if (message.tell === 'cell') state.cell = message.id;
    if (message.tell !== 'arm') return;
    const { experiment, arm } = message;
    const others = (state.arms.get(experiment) ?? []).filter((other) => other !== arm);
    state.arms.set(experiment, message.state === 'begins' ? [...others, arm] : others);
  }

  /** One line a notebook, cut to `width` columns. */
  lines(now: number, width: number): string[] {
    return [...this.states].map(([name, { cell, arms, began, over }]) => {
      const seconds = (((over ?? now) - began) / 1000).toFixed(1).padStart(6);
      const running = [...arms]
        .filter(([, under]) => under.length > 0)
        .map(([name, under]) => `${name}: ${under.join(' · ')}`);
      const doing = over === undefined ? running.join('; ') || cell : 'over';
      return `${seconds} s  ${name.padEnd(10)} ${doing}`.slice(0, Math.max(20, width - 1));
    });
  }
}

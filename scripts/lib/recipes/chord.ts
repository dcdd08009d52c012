/** What a person types who sits before several terminals: text for one of them, and Ctrl-] before a key that is for us (as in telnet). */
export type Wish = { do: 'type'; text: string } | { do: 'show'; number: number } | { do: 'leave' } | { do: 'help' };

const ESCAPE = '\x1d';

export class Chord {
  private state: 'text' | 'after Ctrl-]' = 'text';

  /** What is wished by the keys that come now; a chord may be cut in two by how they arrive. Twice Ctrl-] types one. */
  read(keys: string): Wish[] {
    const wishes: Wish[] = [];
    const type = (key: string) => {
      const last = wishes[wishes.length - 1];
      if (last?.do === 'type') last.text += key;
      else wishes.push({ do: 'type', text: key });
    };
    for (const key of keys) {
      if (this.state === 'text') {
        if (key === ESCAPE) this.state = 'after Ctrl-]';
        else type(key);
        continue;
      }
      this.state = 'text';
      if (key === ESCAPE) type(key);
      else if (key === 'q') wishes.push({ do: 'leave' });
      else if (/[1-9]/.test(key)) wishes.push({ do: 'show', number: Number(key) });
      else wishes.push({ do: 'help' });
    }
    return wishes;
  }
}

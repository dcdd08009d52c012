import { clock, type TimeAxis, timeAxis } from './lifeline-axis';
import { columns, shortened, wrapped } from './lifeline-labels';
import type { Lane } from './lifeline-lanes';
import type { Life } from './lifeline-model';
import { momentsOf } from './lifeline-moments';
import type { Scene } from './lifeline-scene';
import { type Remnant, remnantName } from './lifeline-sockets';
import { endOf, laneName, namesOf, notes, summary, tellings } from './lifeline-words';

/** The signs of the text form; what a stronger one stands on is covered. */
const signs = {
  alive: '─',
  alike: '═',
  unsure: '┄',
  socket: '╌',
  zombie: '░',
  begin: '├',
  exec: '▸',
  exit: '●',
  killed: '✕',
  gone: '│',
  adopted: '◇',
  down: '▼',
  up: '▲',
  vain: '▽',
  dropped: '×',
  cut: '╱',
} as const;

const meanings: [keyof typeof signs, string][] = [
  ['alive', 'alive'],
  ['alike', 'several alike'],
  ['unsure', 'not seen'],
  ['socket', 'a socket'],
  ['begin', 'forked'],
  ['exec', 'executes'],
  ['exit', 'exits'],
  ['killed', 'killed'],
  ['zombie', 'zombie'],
  ['gone', 'waited for'],
  ['down', 'signal from above'],
  ['up', 'signal from below'],
  ['vain', 'not delivered'],
  ['dropped', 'signal dropped'],
  ['adopted', 'new parent'],
];

/** How many happenings are listed below the lines. */
const listed = 30;

/** A scene as lines for a terminal of so many columns: a line a process over one time axis, then what happened when. */
export function lifelineText(scene: Scene, width = 80): string {
  const head = [scene.lifeline.arm, ...wrapped(summary(scene), width)];
  if (scene.lanes.length === 0) return [...head, ...notes(scene).flatMap((note) => wrapped(note, width))].join('\n');
  const names = scene.lanes.map((lane) => `${'  '.repeat(Math.min(lane.depth, 4))}${calledIn(lane, scene)}`);
  const { remnants } = scene.lifeline;
  names.push(...remnants.map(remnantName));
  const left = Math.min(Math.max(...names.map(columns)) + 2, Math.floor(width * 0.36));
  const right = width - left - 1;
  const axis = timeAxis(momentsOf(scene), { range: [1, right - 2], cut: 9, cuts: Math.max(1, Math.floor(right / 22)) });
  const rows: string[] = [];
  const drawn: string[] = [];
  scene.lanes.forEach((lane, i) => {
    const before = scene.lanes[i - 1];
    if (before === undefined || before.session !== lane.session || before.group !== lane.group)
      rows.push(bandName(lane, before));
    const name = shortened(names[i] ?? '', left - 1);
    const line = lineOf(lane, scene, axis, right);
    drawn.push(line);
    rows.push(`${name}${' '.repeat(left - columns(name))}${line}`.trimEnd());
  });
  if (remnants.length > 0) rows.push('· left of connections');
  for (const remnant of remnants) {
    const line = remnantLine(remnant, axis, right);
    drawn.push(line);
    const name = shortened(remnantName(remnant), left - 1);
    rows.push(`${name}${' '.repeat(left - columns(name))}${line}`.trimEnd());
  }
  const used = meanings.filter(([sign]) => drawn.some((line) => line.includes(signs[sign])));
  return [
    ...head,
    '',
    `${' '.repeat(left)}${timesOf(axis, right)}`.trimEnd(),
    ...rows,
    '',
    ...wrapped(
      used.map(([sign, meaning]) => `${signs[sign]}\u00a0${meaning.replace(/ /g, '\u00a0')} `).join(' '),
      width,
    ),
    '',
    ...happenings(scene, width),
    ...notes(scene).flatMap((note) => wrapped(note, width)),
  ]
    .map((line) => line.replace(/\u00a0/g, ' ').trimEnd())
    .join('\n');
}

function bandName({ session, group }: Lane, before: Lane | undefined): string {
  const names = [
    ...(session === undefined || (before !== undefined && before.session === session) ? [] : [`session ${session}`]),
    ...(group === undefined ? [] : [`group ${group}`]),
  ];
  return names.length === 0 ? '' : `· ${names.join(', ')}`;
}

/** `sh → sleep 2`: what it was called in turn. */
const calledIn = (lane: Lane, scene: Scene): string =>
  laneName(
    lane,
    namesOf(lane, scene)
      .map(({ name }) => name)
      .join(' → '),
  );

/** The times that fit, and how long the cuts are. */
function timesOf(axis: TimeAxis, width: number): string {
  const cells = Array.from({ length: width }, () => ' ');
  const put = (at: number, text: string) => {
    const x = Math.min(Math.max(Math.round(at), 0), width - text.length);
    if (cells.slice(Math.max(0, x - 1), x + text.length + 1).some((cell) => cell !== ' ')) return;
    [...text].forEach((character, i) => {
      cells[x + i] = character;
    });
  };
  for (const { x0, x1, label } of axis.breaks) {
    const text = `╱${label.replace(' ', '\u00a0')}╱`;
    put((x0 + x1) / 2 - text.length / 2, text);
  }
  for (const { x, label } of axis.ticks) put(x, label);
  return cells.join('');
}

/** One line of characters: what lasts first, then what is at a point, each where it is or, if that is taken, right after. */
function lineOf(lane: Lane, scene: Scene, axis: TimeAxis, width: number): string {
  const cells = Array.from({ length: width }, () => ' ');
  const at = (when: number) => (when < scene.from ? 0 : Math.min(Math.max(Math.round(axis.x(when)), 0), width - 1));
  const fill = (from: number, to: number, sign: string) => {
    // Of several alike, those that live cover those that do not.
    for (let x = from; x <= to; x++)
      if ((sign !== signs.zombie && sign !== signs.unsure) || cells[x] === ' ') cells[x] = sign;
  };
  const line = lane.lives.length > 1 ? signs.alike : signs.alive;
  for (const life of lane.lives) stretches(life, at, width, fill, line);
  tear(cells, axis);
  const taken = new Set<number>();
  const mark = (when: number, sign: string) => {
    let x = at(when);
    while (taken.has(x) && x < width - 1 && x - at(when) < 3) x++;
    if (taken.has(x)) return;
    taken.add(x);
    cells[x] = sign;
  };
  const index = (id: string) => scene.lanes.findIndex((other) => other.id === id);
  const marks: { when: number; sign: string }[] = [];
  for (const { begin, end, gone } of lane.lives) {
    if (begin.how !== 'seen' && begin.when >= scene.from) marks.push({ when: begin.when, sign: signs.begin });
    if (end !== undefined && endOf({ end } as Life) !== 'gone')
      marks.push({ when: end.when, sign: end.signal === undefined ? signs.exit : signs.killed });
    if (gone !== undefined && (end?.how === 'exited' || end?.how === 'seen'))
      marks.push({ when: gone.when, sign: signs.gone });
  }
  for (const { when, to, from, fate } of scene.arrows) {
    if (!to.some((receiver) => receiver.lane === lane.id)) continue;
    const below = from.sender === 'lane' && index(from.lane) > index(lane.id);
    const sign =
      fate === 'dropped'
        ? signs.dropped
        : fate === 'ignored' || fate === 'blocked'
          ? signs.vain
          : below
            ? signs.up
            : signs.down;
    marks.push({ when, sign });
  }
  for (const { when, lane: id } of scene.adoptions) if (id === lane.id) marks.push({ when, sign: signs.adopted });
  for (const { when } of namesOf(lane, scene).slice(1)) marks.push({ when, sign: signs.exec });
  const known = new Set<string>();
  for (const { when, sign } of marks.sort((a, b) => a.when - b.when)) {
    const place = `${at(when)} ${sign}`;
    if (!known.has(place)) mark(when, sign);
    known.add(place);
  }
  return cells.join('');
}

/** A line that passes where time is cut is interrupted there. */
function tear(cells: string[], { breaks }: TimeAxis): void {
  for (const { x0, x1 } of breaks) {
    const [from, to] = [Math.round(x0) + 1, Math.round(x1) - 1];
    if (cells[from] === ' ' || cells[to] === ' ') continue;
    for (let x = from; x <= to; x++) cells[x] = x === from || x === to ? signs.cut : ' ';
  }
}

function stretches(
  { begin, end, gone }: Life,
  at: (when: number) => number,
  width: number,
  fill: (from: number, to: number, sign: string) => void,
  line: string,
): void {
  const from = at(begin.when);
  if (begin.how === 'seen' && from > 0 && begin.when > 0) fill(Math.max(from - 1, 0), from, signs.unsure);
  if (end === undefined) {
    fill(from, width - 1, line);
    return;
  }
  const sure = end.after === undefined ? at(end.when) : Math.max(at(end.after), from);
  fill(from, sure, line);
  fill(sure, at(end.when), signs.unsure);
  if (end.how === 'missed') return;
  fill(
    at(end.when),
    gone === undefined ? width - 1 : at(gone.when),
    gone?.how === 'missed' ? signs.unsure : signs.zombie,
  );
}

function remnantLine({ seen, gone }: Remnant, axis: TimeAxis, width: number): string {
  const cells = Array.from({ length: width }, () => ' ');
  const at = (when: number) => Math.min(Math.max(Math.round(axis.x(when)), 0), width - 1);
  const fill = (from: number, to: number, sign: string) => {
    for (let x = from; x <= to; x++) cells[x] = sign;
  };
  if (gone !== undefined) fill(at(seen.last), at(gone), signs.unsure);
  fill(Math.max(at(seen.first) - 1, 0), at(seen.first), signs.unsure);
  fill(at(seen.first), at(seen.last), signs.socket);
  tear(cells, axis);
  return cells.join('');
}

/** What happened, in order; of long lists what matters most, and how much more there is. */
function happenings(scene: Scene, width: number): string[] {
  const told = tellings(scene);
  const least = [1, 2, 3].find((weight) => told.filter((one) => one.weight >= weight).length <= listed) ?? 3;
  const kept = told.filter(({ weight }) => weight >= least);
  const shown = kept.slice(0, listed);
  const room = Math.max(...shown.map(({ when }) => clock(when).length), 0);
  const lines = shown.flatMap(({ when, text }) =>
    wrapped(text, width - room - 2).map((line, i) => `${(i === 0 ? clock(when) : '').padStart(room)}  ${line}`),
  );
  const more = told.length - shown.length;
  return [
    ...lines,
    ...(more > 0 ? [`${' '.repeat(room)}  … and ${more} more`] : []),
    ...(lines.length > 0 ? [''] : []),
  ];
}

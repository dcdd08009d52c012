/** A slider under a lifeline: it moves through the history, and a table shows the processes that there were at that moment. */
import { type Lifeline, processesAt } from '../../notebooks/lab/lifeline/model';
import type { Shown, Step } from '../site/lifelines';

interface Data {
  steps: Step[];
  lives: Shown[];
}

const SVG = 'http://www.w3.org/2000/svg';

export function lifelines(): void {
  for (const figure of document.querySelectorAll<HTMLElement>('[data-lifeline]:not([data-ready])')) {
    figure.dataset.ready = 'yes';
    const { label = '', open = '', unfolded } = figure.dataset;
    const button = Object.assign(document.createElement('button'), {
      type: 'button',
      className: 'step-through',
      textContent: open,
    });
    const begin = () => {
      button.remove();
      attach(figure, JSON.parse(figure.dataset.lifeline ?? '{}') as Data, label);
    };
    button.addEventListener('click', () => {
      begin();
      figure.querySelector('input')?.focus();
    });
    if (unfolded === 'yes') begin();
    else figure.append(button);
  }
}

function attach(figure: HTMLElement, data: Data, label: string): void {
  if (data.steps.length === 0) return;
  const panel = Object.assign(document.createElement('div'), { className: 'moment' });
  const slider = Object.assign(document.createElement('input'), {
    type: 'range',
    min: '0',
    max: String(data.steps.length - 1),
    step: '1',
    value: '0',
    ariaLabel: label,
  });
  const caption = Object.assign(document.createElement('p'), { className: 'caption' });
  const table = document.createElement('table');
  const scroller = Object.assign(document.createElement('div'), { className: 'table', tabIndex: 0 });
  scroller.append(table);
  panel.append(slider, caption, scroller);
  figure.append(panel);
  const lines = [...figure.querySelectorAll('svg')].map(lineIn);
  const show = () => {
    const step = data.steps[Number(slider.value)];
    if (step === undefined) return;
    const said = `${step.at} ms: ${step.caption}`;
    slider.setAttribute('aria-valuetext', said);
    caption.textContent = said;
    for (const [at, line] of lines.entries()) {
      const x = String(at === 0 ? step.wide : step.narrow);
      line.setAttribute('x1', x);
      line.setAttribute('x2', x);
    }
    table.replaceChildren(...rows(data, step.when));
  };
  slider.addEventListener('input', show);
  show();
}

function lineIn(svg: SVGSVGElement): SVGLineElement {
  const line = document.createElementNS(SVG, 'line');
  line.setAttribute('class', 'now');
  line.setAttribute('y1', '0');
  line.setAttribute('y2', String(svg.viewBox.baseVal.height));
  svg.append(line);
  return line;
}

function rows({ lives }: Data, when: number): HTMLTableRowElement[] {
  const now = processesAt({ lives } as unknown as Lifeline, when);
  const head = row('th', ['PID', 'PPID', 'PGID', 'SESS', 'STAT', 'COMMAND']);
  const known = (id: number) => (id === 0 ? '?' : String(id));
  return [
    head,
    ...now.map(({ pid, ppid, pgid, sid, name, state }) => {
      const zombie = state === 'zombie';
      return row('td', [
        String(pid),
        known(ppid),
        known(pgid),
        known(sid),
        zombie ? 'Z' : '',
        zombie ? `${name} <defunct>` : name,
      ]);
    }),
  ];
}

function row(kind: 'td' | 'th', cells: string[]): HTMLTableRowElement {
  const line = document.createElement('tr');
  for (const text of cells) line.append(Object.assign(document.createElement(kind), { textContent: text }));
  return line;
}

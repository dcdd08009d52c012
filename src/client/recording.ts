/** The figure of a recorded run: fetched when it comes near, moved through with a slider, played at a reader's pace. */
import type { Frame, Reel } from '../site/recordings';

/** ms: how short and how long a step is, when it is played. */
const PACE = { least: 350, most: 2_000 };

export function recordings(): void {
  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        load(target as HTMLElement);
      }
    },
    { rootMargin: '400px' },
  );
  for (const figure of document.querySelectorAll<HTMLElement>('[data-recording]:not([data-ready])')) {
    figure.dataset.ready = 'yes';
    near.observe(figure);
  }
}

async function load(figure: HTMLElement): Promise<void> {
  const { recording = '', missing = '' } = figure.dataset;
  try {
    const answer = await fetch(recording);
    if (!answer.ok) throw new Error(answer.statusText);
    attach(figure, (await answer.json()) as Reel);
  } catch {
    part(figure, '.caption').textContent = missing;
  }
}

const part = <E extends HTMLElement>(figure: HTMLElement, selector: string) => figure.querySelector(selector) as E;

function attach(figure: HTMLElement, reel: Reel): void {
  const button = part<HTMLButtonElement>(figure, 'button');
  const slider = part<HTMLInputElement>(figure, 'input');
  const caption = part(figure, '.caption');
  const screens = [...figure.querySelectorAll<HTMLElement>('.screen')];
  const { play = '', pause = '' } = figure.dataset;
  const last = reel.frames.length - 1;
  let waiting: ReturnType<typeof setTimeout> | undefined;

  const show = (step: number) => {
    slider.value = String(step);
    const now = reel.frames[step];
    const shown = shownAt(reel, step);
    for (const [at, screen] of screens.entries()) {
      draw(part(screen, 'pre'), shown.screens[at] ?? []);
      screen.classList.toggle('closed', shown.closed.has(at));
      screen.classList.toggle('now', at === now?.terminal);
    }
    const name = screens[now?.terminal ?? 0]?.getAttribute('aria-label') ?? '';
    const said = `${((now?.at ?? 0) / 1000).toFixed(2)} s · ${now && inWords(now, name, figure)}`;
    caption.textContent = said;
    slider.setAttribute('aria-valuetext', said);
  };
  const stop = () => {
    clearTimeout(waiting);
    waiting = undefined;
    button.textContent = play;
  };
  const goOn = (step: number) => {
    if (step >= last || !figure.isConnected) return stop();
    const gap = (reel.frames[step + 1]?.at ?? 0) - (reel.frames[step]?.at ?? 0);
    waiting = setTimeout(
      () => {
        show(step + 1);
        goOn(step + 1);
      },
      Math.min(Math.max(gap, PACE.least), PACE.most),
    );
  };
  button.addEventListener('click', () => {
    if (waiting !== undefined) return stop();
    button.textContent = pause;
    const step = Number(slider.value);
    if (step === last) show(0);
    goOn(Number(slider.value));
  });
  slider.addEventListener('input', () => {
    stop();
    show(Number(slider.value));
  });
  slider.max = String(last);
  slider.disabled = button.disabled = false;
  show(0);
}

/** What all terminals show at a step, and which of them are closed. */
export function shownAt({ terminals, frames }: Reel, step: number) {
  const screens = [...terminals];
  const closed = new Set<number>();
  for (const frame of frames.slice(0, step + 1)) {
    const { terminal } = frame;
    if (!isDeed(frame)) screens[terminal] = [...(screens[terminal] ?? []).slice(0, frame.keep), ...frame.lines];
    else if (frame.did === 'close the window') closed.add(terminal);
  }
  return { screens, closed };
}

const isDeed = (frame: Frame): frame is Extract<Frame, { did: string }> => 'did' in frame;

/** `Terminal 2: press Ctrl-C` in the language of the page. */
function inWords(frame: Frame, name: string, { dataset }: HTMLElement): string {
  if (!isDeed(frame)) return (dataset.more ?? '').replace('{terminal}', name);
  const [verb = '', key = ''] = frame.did.split(' ');
  return `${name}: ${(dataset[verb] ?? frame.did).replace('{key}', key)}`;
}

/** Lines that stay are not touched, nor is what the reader has selected in them. */
function draw(pre: HTMLElement, lines: string[]): void {
  const texts = lines.map((line) => `${line}\n`);
  const there = [...pre.childNodes];
  const differs = texts.findIndex((text, at) => there[at]?.textContent !== text);
  const keep = differs < 0 ? texts.length : differs;
  if (keep === texts.length && keep === there.length) return;
  for (const node of there.slice(keep)) node.remove();
  pre.append(...texts.slice(keep));
  pre.scrollTop = pre.scrollHeight;
}

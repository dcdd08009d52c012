/** The filter of the ledger. What is chosen stands in the address, so that it can be linked to and comes back. */
const NAMES = ['topic', 'origin', 'verdict', 'reach', 'words'] as const;

type Choice = Record<(typeof NAMES)[number], string>;

export function ledger(): void {
  const form = document.querySelector<HTMLFormElement>('[data-ledger-filter]');
  if (form === null || form.dataset.ready === 'yes') return;
  form.dataset.ready = 'yes';
  const wanted = new URLSearchParams(location.search);
  for (const name of NAMES) field(form, name).value = wanted.get(name) ?? '';
  form.addEventListener('input', () => {
    apply(form);
    remember(choiceOf(form));
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  apply(form);
}

function field(form: HTMLFormElement, name: string): HTMLSelectElement | HTMLInputElement {
  return form.elements.namedItem(name) as HTMLSelectElement;
}

function choiceOf(form: HTMLFormElement): Choice {
  return Object.fromEntries(NAMES.map((name) => [name, field(form, name).value.trim()])) as Choice;
}

function apply(form: HTMLFormElement): void {
  const choice = choiceOf(form);
  const words = choice.words.toLowerCase().split(/\s+/);
  let shown = 0;
  for (const entry of document.querySelectorAll<HTMLElement>('.ledger > li')) {
    const { topic, origin, verdict, reach = '' } = entry.dataset;
    const said = (entry.textContent ?? '').toLowerCase();
    const fits =
      (choice.topic === '' || choice.topic === topic) &&
      (choice.origin === '' || choice.origin === origin) &&
      (choice.verdict === '' || choice.verdict === verdict) &&
      (choice.reach === '' || reach.split(/[;,]\s*/).includes(choice.reach)) &&
      words.every((word) => said.includes(word));
    entry.hidden = !fits;
    if (fits) shown += 1;
  }
  for (const section of document.querySelectorAll<HTMLElement>('.ledger-topic')) {
    section.hidden = section.querySelector('.ledger > li:not([hidden])') === null;
  }
  const count = form.querySelector('[data-ledger-count]');
  if (count !== null) count.textContent = String(shown);
}

function remember(choice: Choice): void {
  const chosen = Object.entries(choice).filter(([, value]) => value !== '');
  const query = new URLSearchParams(chosen).toString();
  history.replaceState(history.state, '', `${location.pathname}${query === '' ? '' : `?${query}`}${location.hash}`);
}

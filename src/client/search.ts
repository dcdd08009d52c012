/** The search: a dialog over Pagefind's index, of which nothing is loaded before it is first opened. */
import { find, type Hit } from './find';

export function search(): void {
  document.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLElement>('[data-search]') : null;
    if (button !== null) open(button);
  });
  document.addEventListener('keydown', (event) => {
    const typing =
      event.target instanceof HTMLElement && event.target.closest('input:not([type=range]), textarea, select') !== null;
    const slash = event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!slash && !(event.key === 'k' && (event.ctrlKey || event.metaKey))) return;
    const button = document.querySelector<HTMLElement>('[data-search]');
    if (button === null) return;
    event.preventDefault();
    open(button);
  });
}

function open(button: HTMLElement): void {
  const dialog = document.querySelector<HTMLDialogElement>('dialog.search') ?? build(button);
  if (!dialog.open) dialog.showModal();
  dialog.querySelector('input')?.select();
}

function build(button: HTMLElement): HTMLDialogElement {
  const { search: index = '', none = '', missing = '', prompt = '' } = button.dataset;
  const dialog = element('dialog', {
    className: 'search',
    ariaLabel: button.textContent?.replace('/', '').trim() ?? '',
  });
  const input = element('input', {
    type: 'search',
    ariaLabel: prompt,
    placeholder: prompt,
    autocomplete: 'off',
    spellcheck: false,
  });
  const results = element('ol', {});
  const status = element('p', { role: 'status' });
  dialog.append(input, status, results);
  document.body.append(dialog);

  let latest = 0;
  const look = async () => {
    latest += 1;
    const mine = latest;
    const words = input.value.trim();
    try {
      const hits = words === '' ? [] : await find(words, index);
      if (mine !== latest) return;
      results.replaceChildren(...hits.map(row));
      status.textContent = words !== '' && hits.length === 0 ? none : '';
      results.dataset.for = words;
    } catch {
      status.textContent = missing;
    }
  };
  input.addEventListener('input', look);
  // A click beside the dialog is a click on its backdrop.
  dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close());
  dialog.addEventListener('keydown', (event) => move(event, dialog, input));
  return dialog;
}

/** Arrow keys go through the results; Enter in the field opens the first. */
function move(event: KeyboardEvent, dialog: HTMLElement, input: HTMLElement): void {
  const links = [...dialog.querySelectorAll<HTMLAnchorElement>('ol a')];
  const at = links.indexOf(document.activeElement as HTMLAnchorElement);
  if (event.key === 'Enter' && document.activeElement === input) links[0]?.click();
  else if (event.key === 'ArrowDown') (links[at + 1] ?? links[at])?.focus();
  else if (event.key === 'ArrowUp') (links[at - 1] ?? input).focus();
  else return;
  event.preventDefault();
}

function row({ url, title, section, excerpt }: Hit): HTMLLIElement {
  const link = element('a', { href: url });
  const head = element('strong', { textContent: title });
  const text = element('span', {});
  // Pagefind escapes the text and adds nothing but <mark>.
  text.innerHTML = excerpt;
  link.append(head, ...(section === undefined ? [] : [element('em', { textContent: section })]), text);
  const item = element('li', {});
  item.append(link);
  return item;
}

function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Partial<HTMLElementTagNameMap[K]>,
): HTMLElementTagNameMap[K] {
  return Object.assign(document.createElement(name), properties);
}

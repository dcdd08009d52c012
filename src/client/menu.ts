/** The list of all pages on a narrow screen, opened by the menu button; Escape, or a link in it, closes it. */
const button = () => document.querySelector<HTMLButtonElement>('[data-menu]');
const sidebar = () => document.getElementById('sidebar');
const here = (list: HTMLElement | null) => list?.querySelector<HTMLElement>('[aria-current=page]');

export function menu(): void {
  document.addEventListener('click', ({ target }) => {
    if (!(target instanceof Element)) return;
    if (target.closest('[data-menu]') !== null)
      toggle(button()?.getAttribute('aria-expanded') === 'true' ? 'closed' : 'open');
    else if (target.closest('#sidebar a') !== null) toggle('closed');
  });
  document.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || button()?.getAttribute('aria-expanded') !== 'true') return;
    toggle('closed');
    button()?.focus();
  });
  showWhereWeAre();
}

function toggle(state: 'open' | 'closed'): void {
  button()?.setAttribute('aria-expanded', String(state === 'open'));
  document.documentElement.dataset.list = state;
  for (const other of document.querySelectorAll<HTMLElement>('main, .contents, .site-foot'))
    other.inert = state === 'open';
  const list = sidebar();
  if (state === 'open') (here(list) ?? list?.querySelector<HTMLElement>('a'))?.focus();
}

/** A long list is scrolled so that the current page stands in it. */
function showWhereWeAre(): void {
  const list = sidebar();
  const page = here(list);
  if (list && page && page.offsetTop > list.clientHeight) list.scrollTop = page.offsetTop - list.clientHeight / 2;
}

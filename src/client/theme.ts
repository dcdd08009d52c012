/** The theme switch. The key and the attribute are Docusaurus's, whose inline script sets the theme before the first paint. */
const KEY = 'theme-procnotes';

const root = () => document.documentElement;
const button = () => document.querySelector<HTMLButtonElement>('[data-theme-toggle]');

export function theme(): void {
  const system = window.matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', ({ matches }) => {
    if (stored() === null) show(matches ? 'dark' : 'light');
  });
  document.addEventListener('click', ({ target }) => {
    if (!(target instanceof Element) || target.closest('[data-theme-toggle]') === null) return;
    const chosen = root().dataset.theme === 'dark' ? 'light' : 'dark';
    show(chosen);
    try {
      localStorage.setItem(KEY, chosen);
    } catch {
      // Without storage the choice holds for this page.
    }
  });
  show(root().dataset.theme === 'dark' ? 'dark' : 'light');
}

function show(theme: 'dark' | 'light'): void {
  root().dataset.theme = theme;
  button()?.setAttribute('aria-pressed', String(theme === 'dark'));
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** The copy buttons: what gets into the clipboard is the text of the code beside the button, byte for byte. */
const SHOWN = 2_000;

export function copy(): void {
  document.addEventListener('click', async ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLButtonElement>('[data-copy]') : null;
    const code = button?.parentElement?.querySelector('code');
    if (!button || !code) return;
    await navigator.clipboard.writeText(code.textContent ?? '');
    const label = button.textContent;
    const { done = '' } = button.dataset;
    if (label === done) return;
    button.textContent = done;
    setTimeout(() => {
      button.textContent = label;
    }, SHOWN);
  });
}

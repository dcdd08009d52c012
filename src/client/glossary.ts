/** The definition of a term, beside it while the pointer is on it or the focus: WAI-ARIA's tooltip. */
const ID = 'definition';

export function glossary(): void {
  const on = ({ target }: Event) => {
    const term = target instanceof Element ? target.closest<HTMLElement>('.term') : null;
    if (term !== null) show(term);
  };
  const off = ({ target }: Event) => {
    if (target instanceof Element && target.closest('.term') !== null) hide();
  };
  document.addEventListener('pointerover', on);
  document.addEventListener('pointerout', off);
  document.addEventListener('focusin', on);
  document.addEventListener('focusout', off);
  document.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') hide();
  });
}

function show(term: HTMLElement): void {
  hide();
  const tip = document.createElement('div');
  tip.id = ID;
  tip.role = 'tooltip';
  tip.textContent = term.dataset.definition ?? '';
  // Right after the term, so that it needs no coordinates, which the page's policy forbids as inline style.
  term.append(tip);
  term.setAttribute('aria-describedby', ID);
  const { right } = tip.getBoundingClientRect();
  tip.classList.toggle('leftwards', right > document.documentElement.clientWidth - 8);
}

function hide(): void {
  const tip = document.getElementById(ID);
  tip?.parentElement?.removeAttribute('aria-describedby');
  tip?.remove();
}

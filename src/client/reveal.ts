/** A link to a place inside of something folded unfolds it; before printing everything is unfolded. */
export function reveal(): void {
  window.addEventListener('hashchange', unfold);
  window.addEventListener('beforeprint', () => {
    for (const folded of document.querySelectorAll<HTMLDetailsElement>('.recipe details, .claim details'))
      folded.open = true;
  });
  unfold();
}

function unfold(): void {
  const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (place === null) return;
  let opened = false;
  for (let folded = place.closest('details'); folded; folded = folded.parentElement?.closest('details') ?? null) {
    opened ||= !folded.open;
    folded.open = true;
  }
  if (opened) place.scrollIntoView();
}

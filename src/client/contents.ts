/** Marks in the list of a page's sections the one that is being read. */
let observer: IntersectionObserver | undefined;

export function contents(): void {
  observer?.disconnect();
  const links = [...document.querySelectorAll<HTMLAnchorElement>('.contents a')];
  const headings = links.flatMap((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))) ?? []);
  if (headings.length === 0) return;
  observer = new IntersectionObserver(
    () => {
      const passed = headings.filter((heading) => heading.getBoundingClientRect().top < 120).pop() ?? headings[0];
      for (const link of links) {
        if (decodeURIComponent(link.hash.slice(1)) === passed?.id) link.setAttribute('aria-current', 'true');
        else link.removeAttribute('aria-current');
      }
    },
    { rootMargin: '-110px 0px -60% 0px', threshold: [0, 1] },
  );
  for (const heading of headings) observer.observe(heading);
}

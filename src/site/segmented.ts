/** Between the words of Chinese text, which has no spaces, some: so that an index by words finds them (ECMA-402, Intl.Segmenter). */
export function segmented(text: string): string {
  if (!('Segmenter' in Intl)) return text;
  const words = new Intl.Segmenter('zh', { granularity: 'word' });
  return text.replace(/\p{Script=Han}{2,}/gu, (run) => [...words.segment(run)].map(({ segment }) => segment).join(' '));
}

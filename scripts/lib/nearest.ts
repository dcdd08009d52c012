import { distance } from 'fastest-levenshtein';

/**
 * The words that may have been meant, nearest first: those at most a third of the word's letters away (two for short
 * words), and those that begin with it. Case does not count.
 */
export function nearest(word: string, words: readonly string[]): string[] {
  const typed = word.toLowerCase();
  const within = Math.max(2, Math.floor(typed.length / 3));
  return words
    .map((candidate) => ({ candidate, edits: distance(typed, candidate.toLowerCase()) }))
    .filter(
      ({ candidate, edits }) =>
        (edits <= within && edits < Math.max(typed.length, candidate.length)) ||
        (typed !== '' && candidate.toLowerCase().startsWith(typed)),
    )
    .sort((a, b) => a.edits - b.edits || (a.candidate < b.candidate ? -1 : 1))
    .map(({ candidate }) => candidate);
}

/** `unknown notebook "htpd"; did you mean "httpd"? (there are: httpd, scripts)` */
export function unknown(kind: string, word: string, words: readonly string[]): string {
  return `unknown ${kind} "${word}"; ${suggestion(word, words)}`;
}

/** The second half of `unknown`, for an error that has its problem and its remedy apart. */
export function suggestion(word: string, words: readonly string[]): string {
  if (words.length === 0) return 'there are none';
  const all = words.join(', ');
  const [first, second] = nearest(word, words);
  if (first === undefined) return `there are: ${all}`;
  return `did you mean "${first}"${second === undefined ? '' : ` or "${second}"`}? (there are: ${all})`;
}

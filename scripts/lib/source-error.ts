/**
 * What is wrong in a file, said as `file:line: problem; remedy`: an error names place, value and remedy.
 * Lines are counted from 1, as editors and compilers do.
 */
export class SourceError extends Error {
  constructor(
    readonly file: string,
    readonly line: number,
    readonly problem: string,
    readonly remedy?: string,
  ) {
    super(`${file}:${line}: ${problem}${remedy ? `; ${remedy}` : ''}`);
    this.name = 'SourceError';
  }
}

/** Several problems reported together, one a line; itself a SourceError at the place of the first. */
export class SourceErrors extends SourceError {
  constructor(readonly problems: readonly [SourceError, ...SourceError[]]) {
    const [first] = problems;
    super(first.file, first.line, first.problem, first.remedy);
    this.name = 'SourceErrors';
    this.message = problems.map((problem) => problem.message).join('\n');
  }
}

/** Throws SourceErrors, ordered by line within each file, when there is any problem. */
export function refuse(problems: readonly SourceError[]): void {
  const files = [...new Set(problems.map((problem) => problem.file))];
  const [first, ...rest] = [...problems].sort(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line,
  );
  if (first) throw new SourceErrors([first, ...rest]);
}

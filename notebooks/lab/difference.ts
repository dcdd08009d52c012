/**
 * Where two texts differ, line by line: `-` a line of the first, `+` a line of the second, two spaces one of both. Of what is
 * the same only the line before and the line after a difference are given; `…` stands for the rest.
 */
export function difference(first: string, second: string): string {
  const lines = merge(first.trimEnd().split('\n'), second.trimEnd().split('\n'));
  const near = (i: number) => [i - 1, i, i + 1].some((at) => lines[at]?.sign === '-' || lines[at]?.sign === '+');
  const shown: string[] = [];
  for (const [i, { sign, line }] of lines.entries()) {
    if (near(i)) shown.push(`${sign} ${line}`.trimEnd());
    else if (shown[shown.length - 1] !== '…') shown.push('…');
  }
  return shown.join('\n');
}

/** Of two programs that differ in a few lines: what the second one's head comment says of it, and where its code differs. */
export function twin(first: string, second: string): string {
  const [, code] = headAndCode(first);
  const [head, other] = headAndCode(second);
  return `${head}${difference(code, other)}`;
}

/** The text in two: the comment that it begins with, and the rest. */
function headAndCode(text: string): [string, string] {
  const end = text.startsWith('/*') ? text.indexOf('*/\n') + '*/\n'.length : 0;
  return [text.slice(0, end), text.slice(end)];
}

type Line = { sign: '-' | '+' | ' '; line: string };

/** Both texts in one, by their longest common subsequence. */
function merge(first: string[], second: string[]): Line[] {
  const common: number[][] = Array.from({ length: first.length + 1 }, () => new Array(second.length + 1).fill(0));
  const at = (i: number, j: number) => common[i]?.[j] ?? 0;
  for (let i = first.length - 1; i >= 0; i--) {
    for (let j = second.length - 1; j >= 0; j--) {
      const row = common[i] ?? [];
      row[j] = first[i] === second[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: Line[] = [];
  for (let i = 0, j = 0; i < first.length || j < second.length; ) {
    const [one, other] = [first[i], second[j]];
    if (one !== undefined && one === other) {
      lines.push({ sign: ' ', line: one });
      i++;
      j++;
    } else if (one !== undefined && (other === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ sign: '-', line: one });
      i++;
    } else {
      lines.push({ sign: '+', line: other ?? '' });
      j++;
    }
  }
  return lines;
}

/**
 * Where a text stops being JSON (RFC 8259): the offset of the first token that cannot stand there, or of the text's end when
 * something is missing; undefined when it is JSON. V8's own message names the place only sometimes.
 */
export function jsonErrorOffset(text: string): number | undefined {
  const token =
    // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON strings hold no bare control characters
    /[ \t\n\r]*(?:("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|([{}[\],:]))/y;
  const open: ('{' | '[')[] = [];
  // What may come: a value, a value or the bracket's end, a key, a key or the end, the colon, a comma or the end.
  let expect: 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'after' = 'value';
  for (;;) {
    const from = token.lastIndex;
    const match = token.exec(text);
    const here = from + (/^[ \t\n\r]*/.exec(text.slice(from))?.[0].length ?? 0);
    if (!match) return here === text.length && expect === 'after' && open.length === 0 ? undefined : here;
    const [, string, scalar, sign] = match;
    const inside = open.at(-1);
    if (expect === 'after' && open.length === 0) return here;
    if (expect === 'colon') {
      if (sign !== ':') return here;
      expect = 'value';
    } else if (expect === 'key' || expect === 'first key') {
      if (string !== undefined) expect = 'colon';
      else if (sign === '}' && expect === 'first key') expect = close();
      else return here;
    } else if (expect === 'after') {
      if (sign === ',') expect = inside === '{' ? 'key' : 'value';
      else if (sign === (inside === '{' ? '}' : ']')) expect = close();
      else return here;
    } else if (sign === '{' || sign === '[') {
      open.push(sign);
      expect = sign === '{' ? 'first key' : 'first value';
    } else if (sign === ']' && expect === 'first value') expect = close();
    else if (string !== undefined || scalar !== undefined) expect = 'after';
    else return here;
  }

  function close(): 'after' {
    open.pop();
    return 'after';
  }
}

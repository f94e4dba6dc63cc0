// What JSON.parse does not tell: that an object names something twice.

/**
 * The first key that an object of `text` has twice, undefined where there is none. The text must be
 * JSON that JSON.parse has read.
 */
export function duplicateKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "{") open.push(new Set());
    else if (text[i] === "}") open.pop();
    if (text[i] !== '"') continue;
    const end = endOfString(text, i);
    if (isKey(text, end)) {
      const key = JSON.parse(text.slice(i, end)) as string;
      const keys = open.at(-1)!;
      if (keys.has(key)) return key;
      keys.add(key);
    }
    i = end - 1;
  }
  return undefined;
}

/** Where the string that begins at `start` ends. */
function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (text[i] !== '"') i += text[i] === "\\" ? 2 : 1;
  return i + 1;
}

/** Whether a colon follows: only a key has one. */
function isKey(text: string, end: number): boolean {
  let i = end;
  while (" \n\r\t".includes(text[i] ?? ":")) i++;
  return text[i] === ":";
}

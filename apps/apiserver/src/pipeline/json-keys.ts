/** Walks over the keys of valid JSON in the order of the text, which JSON.parse does not show. */

interface Scope {
  readonly keys: Set<string> | undefined;
  readonly path: string;
  index: number;
  key: string;
}

/** @param visit gets the path (`spec.containers[1].name`), and whether its object had this key before */
export function walkKeys(text: string, visit: (path: () => string, isDuplicate: boolean) => void): void {
  const scopes: Scope[] = [];
  let expectsKey = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const scope = scopes[scopes.length - 1];
    if (code === 0x22) {
      const end = endOfString(text, i);
      if (expectsKey && scope?.keys) {
        scope.key = text.slice(i + 1, end);
        visit(() => pathOf(scope), scope.keys.has(scope.key));
        scope.keys.add(scope.key);
        expectsKey = false;
      }
      i = end;
    } else if (code === 0x7b || code === 0x5b) {
      scopes.push({ keys: code === 0x7b ? new Set() : undefined, path: scope ? pathOf(scope) : '', index: 0, key: '' });
      expectsKey = code === 0x7b;
    } else if (code === 0x7d || code === 0x5d) {
      scopes.pop();
      expectsKey = false;
    } else if (code === 0x2c && scope) {
      scope.index++;
      expectsKey = scope.keys !== undefined;
    }
  }
}

function pathOf({ keys, path, key, index }: Scope): string {
  if (!keys) return `${path}[${index}]`;
  return path ? `${path}.${key}` : key;
}

function endOfString(text: string, start: number): number {
  let end = start + 1;
  for (; text.charCodeAt(end) !== 0x22; end++) if (text.charCodeAt(end) === 0x5c) end++;
  return end;
}

/** Code points of all warnings of an answer: with more, each is cut, and the last ones are left out. As upstream's. */
const codePointsMax = 4_096;
const cutCodePointsMax = 256;

/** `299 - "text"`, a quoted string as RFC 9110 has it. */
const headerOf = (text: string): string => `299 - "${text.replace(/[\\"]/g, '\\$&')}"`;

/** Bytes of UTF-8, one a character: node sends headers in Latin-1 and refuses what has none. */
const bytesOf = (text: string): string => Buffer.from(text).toString('latin1');

const control = /[\u0000-\u001f\u007f]/g;

/** Values of the `Warning` headers for these texts: each text once, whatever characters it has, and no more than clients take. */
export function warningHeaders(texts: readonly string[]): string[] {
  const runes = [...new Set(texts)].map((text) => [...text.replace(control, ' ')]);
  const isLong = runes.reduce((sum, { length }) => sum + length, 0) > codePointsMax;
  let written = 0;
  const headers: string[] = [];
  for (const text of runes) {
    if (isLong && written >= codePointsMax) break;
    const shown = isLong ? text.slice(0, cutCodePointsMax) : text;
    written += shown.length;
    headers.push(bytesOf(headerOf(shown.join(''))));
  }
  return headers;
}

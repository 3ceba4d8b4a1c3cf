import { Transform, type TransformCallback } from 'node:stream';
import { RewritingStream } from 'parse5-html-rewriting-stream';

/** Attributes that hold a URL, by element (HTML's index of attributes). */
const urlAttributes: Readonly<Record<string, readonly string[]>> = {
  a: ['href'],
  applet: ['codebase'],
  area: ['href'],
  audio: ['src'],
  base: ['href'],
  blockquote: ['cite'],
  body: ['background'],
  button: ['formaction'],
  command: ['icon'],
  del: ['cite'],
  embed: ['src'],
  form: ['action'],
  frame: ['longdesc', 'src'],
  head: ['profile'],
  html: ['manifest'],
  iframe: ['longdesc', 'src'],
  img: ['longdesc', 'src', 'usemap'],
  input: ['formaction', 'src', 'usemap'],
  ins: ['cite'],
  link: ['href'],
  object: ['classid', 'codebase', 'data', 'usemap'],
  q: ['cite'],
  script: ['src'],
  source: ['src'],
  video: ['poster', 'src'],
};

/** Rewrites the links of an HTML page as it passes; all else stays byte for byte. */
export function htmlRewriter(rewrite: (url: string) => string): Transform {
  const rewriter = new RewritingStream();
  rewriter.on('startTag', (tag, raw) => {
    let isChanged = false;
    for (const attribute of tag.attrs) {
      if (!urlAttributes[tag.tagName]?.includes(attribute.name)) continue;
      const value = rewrite(attribute.value);
      isChanged ||= value !== attribute.value;
      attribute.value = value;
    }
    if (isChanged) rewriter.emitStartTag(tag);
    else rewriter.emitRaw(raw);
  });
  // Latin-1 gives each byte a character of its own, whatever the page's encoding is.
  const transform = new Transform({
    transform: (chunk: Buffer, _encoding, done: TransformCallback) => void rewriter.write(chunk.toString('latin1'), () => done()),
    flush: (done: TransformCallback) => {
      rewriter.once('end', () => done());
      rewriter.end();
    },
  });
  rewriter.on('data', (text: string) => transform.push(Buffer.from(text, 'latin1')));
  rewriter.on('error', (error) => transform.destroy(error));
  return transform;
}

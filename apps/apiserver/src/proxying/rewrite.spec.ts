import { text } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { htmlRewriter } from './rewrite-html';
import { rewriteUrl } from './rewrite-url';

const prefix = '/api/v1/namespaces/ns/services/web/proxy';
const context = { prefix, hosts: ['10.244.1.5:80', 'localhost:8001'] };

describe('rewriteUrl', () => {
  it.each([
    ['/', `${prefix}/`],
    ['/a/b?c#d', `${prefix}/a/b?c#d`],
    ['http://10.244.1.5:80/login/', `${prefix}/login/`],
    ['//localhost:8001', `${prefix}/`],
    [`${prefix}/a`, `${prefix}/a`],
    ['a/b', 'a/b'],
    ['?x', '?x'],
    ['#top', '#top'],
    ['', ''],
    ['https://example.com/a', 'https://example.com/a'],
    ['mailto:a@b', 'mailto:a@b'],
    ['javascript:alert(1)', 'javascript:alert(1)'],
  ])('%s', (url, expected) => {
    expect(rewriteUrl(url, context)).toBe(expected);
  });
});

describe('htmlRewriter', () => {
  const rewrite = (...chunks: Buffer[]): Promise<string> => text(Readable.from(chunks).pipe(htmlRewriter((url) => rewriteUrl(url, context))));

  it('changes links, and nothing else', async () => {
    const page = '<!DOCTYPE html>\n<a  href=\'/x\'>1</a><A HREF="y">2</A><img src=/i.png alt="/no"><!-- <a href="/c"> --><script>let a = "<a href=\'/s\'>";</script><p title=/t>é &amp; ü</p>';
    expect(await rewrite(Buffer.from(page))).toBe(
      page.replace("<a  href='/x'>", `<a href="${prefix}/x">`).replace('<img src=/i.png alt="/no">', `<img src="${prefix}/i.png" alt="/no">`),
    );
  });

  it('does not mind where pieces end, nor which encoding the page has', async () => {
    const page = Buffer.from('<a href="/ä">ü</a>', 'utf8');
    const pieces = Array.from(page, (byte) => Buffer.from([byte]));
    expect(await rewrite(...pieces)).toBe(`<a href="${prefix}/ä">ü</a>`);
  });
});

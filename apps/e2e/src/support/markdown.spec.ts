import { chaptersOf } from './markdown';

it('takes shell blocks by chapter, and no others', () => {
  const text = ['# T', '## One', '```sh', 'a', '## no heading', '```', '```console', '$ b', '```', '## Two', '```sh', 'c', '```', ''].join('\n');
  expect(chaptersOf(text)).toEqual([
    { title: 'One', blocks: ['a\n## no heading'] },
    { title: 'Two', blocks: ['c'] },
  ]);
});

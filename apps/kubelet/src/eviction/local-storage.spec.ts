import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Pod } from '@typernetes/api';
import { container, pod } from '../testing/builders';
import { hasLocalLimits, localStorageFault } from './local-storage';
import { diskUsage } from './local-usage';

const mebi = 1 << 20;
const limited = (limit: string | undefined, sizeLimit?: string, medium?: string): Pod =>
  pod({
    containers: [container('main', limit ? { resources: { limits: { 'ephemeral-storage': limit } } } : {})],
    volumes: [{ name: 'work', emptyDir: { ...(sizeLimit ? { sizeLimit } : {}), ...(medium ? { medium } : {}) } }],
  });

test.each<[name: string, pod: Pod, volume: number, own: number, expected: string | undefined]>([
  ['no limits', limited(undefined), 500, 500, undefined],
  ['within all', limited('10Mi', '5Mi'), 5, 5, undefined],
  ['an emptyDir', limited('10Mi', '5Mi'), 6, 0, 'Usage of EmptyDir volume "work" exceeds the limit "5Mi". '],
  ['an emptyDir in memory', limited(undefined, '5Mi', 'Memory'), 6, 0, 'Usage of EmptyDir volume "work" exceeds the limit "5Mi". '],
  ['the pod in all', limited('10Mi'), 6, 5, 'Pod ephemeral local storage usage exceeds the total limit of containers 10Mi. '],
  ['memory is no disk', limited('10Mi', undefined, 'Memory'), 6, 5, undefined],
])('%s', (_name, of, volume, own, expected) => {
  expect(localStorageFault(of, { volumes: new Map([['work', volume * mebi]]), containers: new Map([['main', own * mebi]]) })).toBe(expected);
});

test('one container, while others leave room in the pod', () => {
  const of = pod({ containers: ['a', 'b'].map((name) => container(name, { resources: { limits: { 'ephemeral-storage': '10Mi' } } })) });
  expect(localStorageFault(of, { volumes: new Map(), containers: new Map([['a', 1], ['b', 11 * mebi]]) })).toBe('Container b exceeded its local ephemeral storage limit "10Mi". ');
});

test('only pods with limits are measured', () => {
  expect([limited(undefined), limited('1Mi'), limited(undefined, '1Mi')].map(hasLocalLimits)).toEqual([false, true, true]);
});

test('what is below a directory is counted, what links lead to is not', async () => {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'disk-usage-'));
  const [inside, outside] = [path.join(dir, 'inside'), path.join(dir, 'outside')];
  await mkdir(path.join(inside, 'deep'), { recursive: true });
  await mkdir(outside);
  await writeFile(path.join(outside, 'big'), Buffer.alloc(4 * mebi, 1));
  await writeFile(path.join(inside, 'deep', 'file'), Buffer.alloc(mebi, 1));
  await symlink(outside, path.join(inside, 'link'));
  const used = await diskUsage(inside);
  expect(used).toBeGreaterThanOrEqual(mebi);
  expect(used).toBeLessThan(2 * mebi);
  expect(await diskUsage(path.join(dir, 'nothing'))).toBe(0);
  await rm(dir, { recursive: true });
});

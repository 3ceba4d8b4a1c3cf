import { formerPods } from './install-dns';

const pod = (name: string, image: string, ...args: string[]): Parameters<typeof formerPods>[0][number] => ({ metadata: { name }, spec: { containers: [{ image, args }] } });

it('finds pods of another image or with other flags', () => {
  const controller = { spec: { template: { spec: pod('', 'dns:2', '--upstream=192.0.2.1').spec } } };
  const pods = [pod('same', 'dns:2', '--upstream=192.0.2.1'), pod('older', 'dns:1', '--upstream=192.0.2.1'), pod('other', 'dns:2')];
  expect(formerPods(pods, controller)).toEqual(['older', 'other']);
});

import { failedChecks } from './ready';

it.each<[string, string[]]>([
  ['[+]ping ok\n[-]etcd failed: reason withheld\n[-]poststarthook/rbac/bootstrap-roles failed: not finished\nreadyz check failed\n', ['etcd', 'poststarthook/rbac/bootstrap-roles']],
  ['ok', []],
])('of %j failed: %j', (answer, expected) => {
  expect(failedChecks(answer)).toEqual(expected);
});

import { ephemeralClaims } from './ephemeral-claims';

test('one claim for each generic ephemeral volume, owned by the pod', () => {
  const template = { metadata: { labels: { a: 'b' } }, spec: { accessModes: ['ReadWriteOnce'] } };
  const volumes = [{ name: 'tmp', emptyDir: {} }, { name: 'data', ephemeral: { volumeClaimTemplate: template } }];
  const claims = ephemeralClaims({ metadata: { name: 'web', namespace: 'ns', uid: 'u' }, spec: { containers: [], volumes } });
  expect(claims).toEqual([
    {
      volume: 'data',
      claim: {
        metadata: { name: 'web-data', namespace: 'ns', labels: { a: 'b' }, annotations: undefined, ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'web', uid: 'u', controller: true, blockOwnerDeletion: true }] },
        spec: { accessModes: ['ReadWriteOnce'] },
      },
    },
  ]);
});

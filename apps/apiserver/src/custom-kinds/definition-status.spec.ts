import type { CustomResourceDefinition } from '@typernetes/api';
import { isEstablished, statusOf } from './definition-status';

const nowMs = Date.UTC(2026, 0, 1);
const nobody = { resources: new Set<string>(), kinds: new Set<string>() };

const definition = (rest: Partial<CustomResourceDefinition> = {}, group = 'example.com'): CustomResourceDefinition => ({
  metadata: { name: `shirts.${group}` },
  spec: { group, scope: 'Cluster', names: { plural: 'shirts', singular: 'shirt', kind: 'Shirt', listKind: 'ShirtList' }, versions: [] },
  ...rest,
});

describe('the status of a definition', () => {
  it('is established as soon as its names are accepted', () => {
    const status = statusOf(definition({ status: { storedVersions: ['v1'] } }), nobody, nowMs);
    expect(status).toEqual({
      storedVersions: ['v1'],
      acceptedNames: { plural: 'shirts', singular: 'shirt', kind: 'Shirt', listKind: 'ShirtList' },
      conditions: [
        { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found', lastTransitionTime: '2026-01-01T00:00:00Z' },
        { type: 'Established', status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted', lastTransitionTime: '2026-01-01T00:00:00Z' },
      ],
    });
    expect(isEstablished(definition({ status }))).toBe(true);
  });

  it('waits for names that others have', () => {
    const status = statusOf(definition(), { ...nobody, kinds: new Set(['Shirt']) }, nowMs);
    expect(status.conditions).toMatchObject([{ type: 'NamesAccepted', status: 'False', reason: 'KindConflict' }, { type: 'Established', status: 'False', reason: 'NotAccepted' }]);
    expect(statusOf(definition({ status }), nobody, nowMs).conditions).toMatchObject([{ status: 'True' }, { status: 'True' }]);
  });

  it('stays established when it asks for a name of others later, and changes nothing when nothing changes', () => {
    const status = statusOf(definition(), nobody, nowMs);
    expect(statusOf(definition({ status }), nobody, nowMs + 1_000)).toEqual(status);
    const wanting = definition({ status });
    wanting.spec.names.shortNames = ['sh'];
    const refused = statusOf(wanting, { ...nobody, resources: new Set(['sh']) }, nowMs + 1_000);
    expect(refused.acceptedNames).not.toHaveProperty('shortNames');
    expect(refused.conditions).toMatchObject([{ type: 'NamesAccepted', status: 'False', reason: 'ShortNamesConflict' }, { type: 'Established', status: 'True' }]);
  });

  it.each([
    [{ 'api-approved.kubernetes.io': 'https://example.com/1' }, 'True', 'ApprovedAnnotation'],
    [{ 'api-approved.kubernetes.io': 'unapproved, a test' }, 'False', 'UnapprovedAnnotation'],
    [{ 'api-approved.kubernetes.io': 'yes' }, 'False', 'InvalidAnnotation'],
    [{}, 'False', 'MissingAnnotation'],
  ])('of a protected group says who has agreed: %j', (annotations, is, reason) => {
    const { conditions } = statusOf(definition({ metadata: { annotations } }, 'a.k8s.io'), nobody, nowMs);
    expect(conditions?.[2]).toMatchObject({ type: 'KubernetesAPIApprovalPolicyConformant', status: is, reason });
  });
});

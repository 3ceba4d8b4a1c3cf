import { turnedOn } from './kinds';

const apiService = (name: string): { metadata: { name: string } } => ({ metadata: { name } });

describe('built-in kinds that are off by default', () => {
  it('are seen where their version is served', () => {
    expect(turnedOn([apiService('v1.apps'), apiService('v1beta1.coordination.k8s.io'), apiService('v1alpha2.scheduling.k8s.io')]).map(({ resource }) => resource).sort()).toEqual(['leasecandidates', 'podgroups', 'workloads']);
  });

  it('are not counted twice, nor where another version of theirs is', () => {
    expect(turnedOn([apiService('v1beta1.admissionregistration.k8s.io'), apiService('v1alpha2.coordination.k8s.io')])).toEqual([]);
  });
});

import type { Job } from '@typernetes/api';
import { podOfJob } from './new-pod';

const job: Job = {
  metadata: { name: 'work', namespace: 'ns', uid: 'u' },
  spec: { template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c' }, { name: 'd', env: [{ name: 'JOB_COMPLETION_INDEX', value: 'mine' }] }] } } },
};

test('a plain pod', () => {
  expect(podOfJob(job, {})).toEqual({
    metadata: {
      generateName: 'work-',
      namespace: 'ns',
      labels: { a: 'b' },
      finalizers: ['batch.kubernetes.io/job-tracking'],
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'work', uid: 'u', controller: true, blockOwnerDeletion: true }],
    },
    spec: job.spec?.template.spec,
  });
});

test('a pod that knows its index', () => {
  const { metadata, spec } = podOfJob(job, { index: 3, failures: { counted: 2, ignored: 1 } });
  expect(metadata).toMatchObject({
    generateName: 'work-3-',
    labels: { a: 'b', 'batch.kubernetes.io/job-completion-index': '3' },
    annotations: {
      'batch.kubernetes.io/job-completion-index': '3',
      'batch.kubernetes.io/job-index-failure-count': '2',
      'batch.kubernetes.io/job-index-ignored-failure-count': '1',
    },
  });
  expect([spec?.hostname, spec?.containers.map(({ env }) => env?.length)]).toEqual(['work-3', [1, 1]]);
  expect(spec?.containers[0]?.env).toEqual([{ name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/job-completion-index']" } } }]);
});

import type { Job } from '@typernetes/api';
import { createMetricsRegistry } from '@typernetes/component';
import { JobMetrics } from './job-metrics';

test('counts what a status says more than the one before', async () => {
  const registry = createMetricsRegistry();
  const metrics = new JobMetrics(registry);
  const job: Job = { spec: { template: {}, completionMode: 'Indexed' }, status: { succeeded: 2 } };
  const end = [{ type: 'Failed', status: 'True', reason: 'FailedIndexes' }];
  metrics.wrote(job, { succeeded: 5, failed: 1, conditions: end });
  metrics.wrote({ ...job, status: { succeeded: 5, failed: 1, conditions: end } }, { succeeded: 5, failed: 1, conditions: end });
  metrics.podCreated('succeeded');
  const text = await registry.metrics();
  expect(text).toContain('job_controller_job_pods_finished_total{completion_mode="Indexed",result="succeeded"} 3');
  expect(text).toContain('job_controller_job_pods_finished_total{completion_mode="Indexed",result="failed"} 1');
  expect(text).toContain('job_controller_jobs_finished_total{completion_mode="Indexed",result="failed",reason="FailedIndexes"} 1');
  expect(text).toContain('job_controller_job_pods_creation_total{reason="new",status="succeeded"} 1');
});

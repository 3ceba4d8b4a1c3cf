import { Registry } from '@typernetes/component';
import { SchedulerMetrics } from './metrics';

async function linesOf(registry: Registry): Promise<string[]> {
  return (await registry.metrics()).split('\n').filter((line) => line && !line.startsWith('#') && !line.includes('_bucket') && !line.includes('_sum'));
}

test('names and labels are those of kube-scheduler', async () => {
  const registry = new Registry();
  const metrics = new SchedulerMetrics(registry, ['default-scheduler', 'other']);
  metrics.state = () => ({ queue: { active: 1, backoff: 2, unschedulable: 3, gated: 4 }, rejecting: new Map([['NodeAffinity', 3], ['*', 1]]), cache: { nodes: 5, pods: 6, assumed_pods: 1 } });
  metrics.attempt('scheduled', 'other', 0.01);
  metrics.algorithm(0.01);
  metrics.point('preBind', 'other', { status: 'Success', seconds: 0.1 });
  metrics.scheduled(1, 0.5);
  metrics.scheduled(20, 60);
  metrics.preemption(2);
  metrics.entered('backoff', 'NodeAdd');
  expect(await linesOf(registry)).toEqual([
    'scheduler_schedule_attempts_total{result="scheduled",profile="default-scheduler"} 0',
    'scheduler_schedule_attempts_total{result="unschedulable",profile="default-scheduler"} 0',
    'scheduler_schedule_attempts_total{result="error",profile="default-scheduler"} 0',
    'scheduler_schedule_attempts_total{result="scheduled",profile="other"} 1',
    'scheduler_schedule_attempts_total{result="unschedulable",profile="other"} 0',
    'scheduler_schedule_attempts_total{result="error",profile="other"} 0',
    'scheduler_scheduling_attempt_duration_seconds_count{result="scheduled",profile="other"} 1',
    'scheduler_scheduling_algorithm_duration_seconds_count 1',
    'scheduler_framework_extension_point_duration_seconds_count{extension_point="PreBind",status="Success",profile="other"} 1',
    'scheduler_pod_scheduling_attempts_count 2',
    'scheduler_pod_scheduling_sli_duration_seconds_count{attempts="1"} 1',
    'scheduler_pod_scheduling_sli_duration_seconds_count{attempts="15+"} 1',
    'scheduler_preemption_attempts_total 1',
    'scheduler_preemption_victims_count 1',
    'scheduler_queue_incoming_pods_total{queue="backoff",event="NodeAdd"} 1',
    'scheduler_pending_pods{queue="active"} 1',
    'scheduler_pending_pods{queue="backoff"} 2',
    'scheduler_pending_pods{queue="unschedulable"} 3',
    'scheduler_pending_pods{queue="gated"} 4',
    'scheduler_unschedulable_pods{plugin="NodeAffinity",profile="default-scheduler"} 3',
    'scheduler_cache_size{type="nodes"} 5',
    'scheduler_cache_size{type="pods"} 6',
    'scheduler_cache_size{type="assumed_pods"} 1',
  ]);
});

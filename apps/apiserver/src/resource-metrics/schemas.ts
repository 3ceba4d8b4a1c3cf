/** What OpenAPI and `kubectl explain` show of metrics.k8s.io. */
const text = (description: string): object => ({ type: 'string', description });
const quantity = { description: 'A quantity.', anyOf: [{ type: 'string' }, { type: 'number' }] };
const usage = { type: 'object', description: 'What is used, by resource: cpu, memory.', additionalProperties: quantity };
const measured = {
  timestamp: { ...text('When the measurement ended.'), format: 'date-time' },
  window: text('How long was measured, as a duration: 15s.'),
};

/** Of NodeMetrics. */
export const nodeMetricsSchema: Readonly<Record<string, unknown>> = {
  type: 'object',
  description: 'NodeMetrics says what a node uses.',
  required: ['timestamp', 'window', 'usage'],
  properties: { ...measured, usage },
};

/** Of PodMetrics. */
export const podMetricsSchema: Readonly<Record<string, unknown>> = {
  type: 'object',
  description: 'PodMetrics says what the containers of a pod use.',
  required: ['timestamp', 'window', 'containers'],
  properties: {
    ...measured,
    containers: {
      type: 'array',
      description: 'What each container uses.',
      items: { type: 'object', required: ['name', 'usage'], properties: { name: text('Name of the container.'), usage } },
    },
  },
};

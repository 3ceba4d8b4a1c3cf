import { nodeMetricsPrinter, podMetricsPrinter } from './printer';

const usage = { cpu: '1500000n', memory: '2048Ki' };
const window = '15s';

test('columns are those of metrics-server', () => {
  expect(nodeMetricsPrinter.columns.map(({ name, format }) => [name, format])).toEqual([['Name', 'name'], ['cpu', 'quantity'], ['memory', 'quantity'], ['Window', 'duration']]);
});

test('a node shows its usage, a pod the sum of its containers', () => {
  expect(nodeMetricsPrinter.row({ metadata: { name: 'n' }, timestamp: '', window, usage }, 0)).toEqual(['n', '1500u', '2Mi', '15s']);
  expect(podMetricsPrinter.row({ metadata: { name: 'p' }, timestamp: '', window, containers: [{ name: 'a', usage }, { name: 'b', usage }] }, 0)).toEqual(['p', '3m', '4Mi', '15s']);
  expect(podMetricsPrinter.row({ metadata: { name: 'p' }, timestamp: '', window, containers: [] }, 0)).toEqual(['p', '', '', '15s']);
});

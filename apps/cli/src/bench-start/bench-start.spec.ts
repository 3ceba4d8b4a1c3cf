import { renderStartFigures } from './bench-start';

it('shows a row for each start', () => {
  const figures = { readyzSeconds: 0.712, readyzCpuSeconds: 0.65, nodesSeconds: 0.9, memoryMiB: 113.4 };
  expect(renderStartFigures([{ round: 'first, makes keys', ...figures }, { round: '2', ...figures }])).toBe(
    [
      '            start  /readyz s  CPU s  all nodes Ready s  MiB',
      'first, makes keys       0.71   0.65               0.90  113',
      '                2       0.71   0.65               0.90  113',
    ].join('\n'),
  );
});

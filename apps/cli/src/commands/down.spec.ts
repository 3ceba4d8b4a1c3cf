import type { EngineState } from '../checks/engine';
import { downProblem } from './down';

it.each<[EngineState, boolean, boolean]>([
  ['running', true, false],
  ['stopped', true, true],
  ['forbidden', true, true],
  // Nothing of it can be where there is no Docker, and nothing is known of one that was never made.
  ['missing', true, false],
  ['stopped', false, false],
])('Docker %s, cluster known: %s -> refused: %s', (engine, isKnown, isRefused) => {
  expect(downProblem('t8s', engine, isKnown) !== undefined).toBe(isRefused);
});

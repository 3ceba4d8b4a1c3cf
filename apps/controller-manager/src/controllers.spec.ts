import { controllers, selectControllers } from './controllers';

const names = (...wanted: string[]): string[] => selectControllers(wanted).map(({ name }) => name);

describe('--controllers', () => {
  test('all', () => expect(names('*')).toHaveLength(controllers.length));
  test('all but one', () => expect(names('*', '-namespace-controller')).toHaveLength(controllers.length - 1));
  test('one', () => expect(names('namespace-controller')).toEqual(['namespace-controller']));
  test('an unknown one', () => expect(() => names('*', '-nope')).toThrow('"nope" is not in the list of known controllers'));
});

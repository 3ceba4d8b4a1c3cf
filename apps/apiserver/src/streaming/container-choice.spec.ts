import type { Pod } from '@typernetes/api';
import { chooseContainer } from './container-choice';

const pod = (more: Partial<Pod['spec']> = {}, annotations?: Record<string, string>): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', ...(annotations ? { annotations } : {}) },
  spec: { containers: [{ name: 'main' }], ...more },
});
const two = { containers: [{ name: 'main' }, { name: 'side' }] };

describe('chooseContainer', () => {
  it.each([
    ['the only one', pod(), '', 'main'],
    ['the named one', pod(two), 'side', 'side'],
    ['an init container', pod({ initContainers: [{ name: 'first' }] }), 'first', 'first'],
    ['an ephemeral container', pod({ ephemeralContainers: [{ name: 'debugger-x' }] }), 'debugger-x', 'debugger-x'],
    ['never an ephemeral one unless named', pod({ ephemeralContainers: [{ name: 'debugger-x' }] }), '', 'main'],
    ['the annotated one', pod(two, { 'kubectl.kubernetes.io/default-container': 'side' }), '', 'side'],
  ])('takes %s', (_, of, asked, expected) => {
    expect(chooseContainer(of, asked)).toBe(expected);
  });

  it.each([
    ['an unknown name', pod(), 'none', 'container none is not valid for pod web'],
    ['no name of several', pod(two), '', 'a container name must be specified for pod web, choose one of: [main side]'],
    ['no name, with init containers', pod({ ...two, initContainers: [{ name: 'first' }] }), '', 'a container name must be specified for pod web, choose one of: [main side] or one of the init containers: [first]'],
  ])('refuses %s', (_, of, asked, message) => {
    expect(() => chooseContainer(of, asked)).toThrow(expect.objectContaining({ code: 400, message }));
  });
});

/** Parameters of operations, by name; what each takes is the API's (meta/v1 ListOptions, DeleteOptions, ...). */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly type: 'boolean' | 'integer' | 'string';
}

const integers = new Set(['gracePeriodSeconds', 'limit', 'limitBytes', 'ports', 'sinceSeconds', 'tailLines', 'timeoutSeconds']);
const booleans = new Set([
  'allowWatchBookmarks',
  'follow',
  'force',
  'insecureSkipTLSVerifyBackend',
  'orphanDependents',
  'previous',
  'sendInitialEvents',
  'stderr',
  'stdin',
  'stdout',
  'timestamps',
  'tty',
  'watch',
]);

export const inQuery = (name: string): Parameter => ({ name, in: 'query', type: integers.has(name) ? 'integer' : booleans.has(name) ? 'boolean' : 'string' });
export const inPath = (name: string): Parameter => ({ name, in: 'path', type: 'string' });

const inQueries = (...names: string[]): readonly Parameter[] => names.map(inQuery);

const selection = ['continue', 'fieldSelector', 'labelSelector', 'limit', 'resourceVersion', 'resourceVersionMatch', 'sendInitialEvents', 'timeoutSeconds'];
const deletion = ['dryRun', 'gracePeriodSeconds', 'orphanDependents', 'propagationPolicy'];
const write = ['dryRun', 'fieldManager', 'fieldValidation'];

export const parameters = {
  pretty: inQueries('pretty'),
  list: inQueries('allowWatchBookmarks', ...selection, 'watch'),
  write: inQueries(...write),
  patch: inQueries(...write, 'force'),
  delete: inQueries(...deletion),
  deleteCollection: inQueries(...selection, ...deletion),
} as const;

const streams = ['container', 'stderr', 'stdin', 'stdout', 'tty'];

/** What subresources that answer with streams take, by the kind of their options (for logs: `Log`). */
export const streamParameters: Readonly<Record<string, readonly Parameter[]>> = {
  Log: inQueries('container', 'follow', 'insecureSkipTLSVerifyBackend', 'limitBytes', 'previous', 'sinceSeconds', 'stream', 'tailLines', 'timestamps'),
  PodAttachOptions: inQueries(...streams),
  PodExecOptions: inQueries('command', ...streams),
  PodPortForwardOptions: inQueries('ports'),
  NodeProxyOptions: inQueries('path'),
  PodProxyOptions: inQueries('path'),
  ServiceProxyOptions: inQueries('path'),
};
